"""A competency standard as PDF, in the order of the annex: identity, competencies with level and indicators,
requirements with their weight. DATA CONTOH where data are samples; the same version gives the same bytes.
"""

import json
from datetime import date
from typing import Any

from django.utils.translation import override

from asnhr import formats
from asnhr.export import sample_mark
from asnhr.models import Agency
from asnhr.pdf import render
from positions.models import JobStandard
from positions.models.competency import VersionState
from positions.pages import standard_words
from positions.queries import standards as queries

TEMPLATE = """
#let data = json(bytes(sys.inputs.data))
#set document(title: data.title, date: none)
#set text(font: "Plus Jakarta Sans", size: 9pt, lang: "id")
#set par(leading: 0.6em)
#set page(paper: "a4", margin: (x: 18mm, top: 16mm, bottom: 16mm), footer: context [
  #set text(size: 7.5pt, fill: rgb("#44544f"))
  #data.footer #h(1fr) #text(fill: rgb("#b3261e"), weight: 700, data.mark) #h(1fr)
  #counter(page).display() / #counter(page).final().first()
])
#let cell-stroke = 0.5pt + rgb("#8a9993")
#let head(body) = table.cell(fill: rgb("#e8efec"), strong(body))
#align(center)[
  #text(size: 12pt, weight: 700)[STANDAR KOMPETENSI JABATAN] \\
  #text(size: 10pt, data.agency)
  #if data.mark != "" [ \\ #text(fill: rgb("#b3261e"), weight: 700, data.mark)]
]
#v(2mm)
#grid(columns: (42mm, 3mm, 1fr), row-gutter: 0.7em, ..data.identity.map(row => (row.at(0), [:], row.at(1))).flatten())
#v(3mm)
#strong[I. Ikhtisar jabatan] \\
#data.summary
#v(2mm)
#strong[II. Standar kompetensi]
#table(columns: (8mm, 34mm, 11mm, 50mm, 1fr), stroke: cell-stroke, inset: 4pt,
  table.header(head[No.], head[Kompetensi], head[Level], head[Deskripsi], head[Indikator kompetensi]),
  ..data.groups.map(group => (
    table.cell(colspan: 5, fill: rgb("#f4f7f6"), strong(group.name)),
    ..group.lines.map(line => (
      str(line.number), line.name, str(line.level), line.text,
      if line.indicators.len() > 0 { list(..line.indicators) } else { [–] },
    )).flatten(),
  )).flatten(),
)
#v(2mm)
#strong[III. Persyaratan jabatan]
#table(columns: (44mm, 1fr, 17mm, 17mm, 17mm), stroke: cell-stroke, inset: 4pt,
  align: (left, left, center, center, center),
  table.header(head[Jenis persyaratan], head[Uraian], head[Mutlak], head[Penting], head[Perlu]),
  ..data.requirements.map(row => (
    row.kind, row.text,
    ..("mutlak", "penting", "perlu").map(weight => if row.weight == weight { [√] } else { [] }),
  )).flatten(),
)
#v(2mm)
#strong[IV. Indikator kinerja jabatan]
#if data.indicators.len() > 0 { enum(..data.indicators) } else { [–] }
#v(4mm)
#text(size: 8pt, fill: rgb("#44544f"))[#data.note]
"""


def pdf(standard: JobStandard, agency: Agency, day: date) -> bytes:
    """Return the standard, always in Indonesian. `day`: the one looked at, for texts of a version not in force yet."""
    with override("id"):
        data = _data(standard, agency, standard.starts_on or day)
    return render(TEMPLATE, {"data": json.dumps(data, default=str)}, standard.decree_on or standard.drafted_at.date())


def _data(standard: JobStandard, agency: Agency, day: date) -> dict[str, Any]:
    job, facts = standard.job, queries.shown_facts(standard)
    lines = queries.sorted_lines(standard.competencies.select_related("competency", "technical"))
    groups = standard_words.groups(lines, queries.descriptions(lines, day))
    number = 0
    for group in groups:
        for line in group["lines"]:
            number += 1
            line["number"] = number
    if standard.state == VersionState.DECIDED:
        force = f"{standard.decree}, berlaku mulai {formats.day(standard.starts_on)}"
    else:
        force = f"{standard.get_state_display()} (belum berlaku)"
    ranks = " s.d. ".join(part for part in (facts["rank_min"], facts["rank_max"]) if part)
    rows = [
        ("Pendidikan: jenjang", facts["education"] or "–", standard.education_weight),
        ("Pendidikan: bidang ilmu", ", ".join(facts["fields"]) or "semua bidang", standard.education_weight),
    ]
    told = standard_words.requirements(standard)
    for kind in told:
        if kind["kind"] != "indikator":
            found = [(str(kind["name"]), row.text, row.weight) for row in kind["lines"]]
            rows += found or [(str(kind["name"]), "–", "")]
    rows.append(("Pangkat", ranks or "–", standard.rank_weight))
    return {
        "title": f"Standar kompetensi {job}", "agency": agency.name.upper(),
        "mark": sample_mark(is_sample=agency.is_sample), "footer": f"{job} · versi {standard.number}",
        "identity": [
            ["Nama jabatan", str(job)], ["Kelompok jabatan", f"{job.get_group_display()}, {job.get_level_display()}"],
            ["Urusan pemerintahan", standard.affair or "–"], ["Kode jabatan", facts["code"]],
            ["Kelas jabatan", str(facts["job_class"] or "–")], ["Keputusan", force],
        ],
        "summary": facts["summary"] or "–",
        "groups": [group for group in groups if group["lines"]],
        "requirements": [{"kind": kind, "text": text, "weight": weight} for kind, text, weight in rows],
        "indicators": [row.text for kind in told if kind["kind"] == "indikator" for row in kind["lines"]],
        "note": "Deskripsi level kompetensi manajerial dan sosial kultural menurut kamus PermenPANRB 38/2017; indikator"
        " perilakunya ringkasan produk ini, bukan kutipan peraturan.",
    }  # fmt: skip
