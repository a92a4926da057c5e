"""A standard in words: groups of competencies as the annex has them, what it lacks, what differs between two."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from positions.models import JobCompetency, JobStandard, StandardRequirement
from positions.rules.competency_standard import MANAGERIAL, SOCIO_CULTURAL, Gap

GAPS = {
    "KOMPETENSI_WAJIB": gettext_lazy("%(code)s belum berlevel; lazimnya level %(wanted)s."),
    "LEVEL_LAIN": gettext_lazy("%(code)s level %(found)s, lazimnya level %(wanted)s bagi jenjang ini."),
    "TANPA_TEKNIS": gettext_lazy("Belum ada kompetensi teknis."),
    "TANPA_IKHTISAR": gettext_lazy("Ikhtisar jabatan pada nomenklatur kosong."),
    "TANPA_PENDIDIKAN": gettext_lazy("Pendidikan terendah pada nomenklatur kosong."),
    "TANPA_PANGKAT": gettext_lazy("Pangkat pada nomenklatur kosong."),
    "TANPA_PELATIHAN": gettext_lazy("Belum ada pelatihan yang disyaratkan."),
    "TANPA_PENGALAMAN": gettext_lazy("Belum ada pengalaman kerja yang disyaratkan."),
    "TANPA_INDIKATOR": gettext_lazy("Belum ada indikator kinerja jabatan."),
}
# Names of the levels [M: establishment.md 6.1], in the language of the reader.
LEVELS = {
    1: gettext_lazy("Paham/dalam pengembangan"),
    2: gettext_lazy("Dasar"),
    3: gettext_lazy("Menengah"),
    4: gettext_lazy("Mumpuni"),
    5: gettext_lazy("Ahli"),
}
FACTS = {
    "code": gettext_lazy("Kode jabatan"),
    "summary": gettext_lazy("Ikhtisar"),
    "job_class": gettext_lazy("Kelas jabatan"),
    "echelon": gettext_lazy("Eselon"),
    "education": gettext_lazy("Pendidikan terendah"),
    "fields": gettext_lazy("Bidang studi"),
    "rank_min": gettext_lazy("Pangkat terendah"),
    "rank_max": gettext_lazy("Pangkat tertinggi"),
}


def sentence(gap: Gap) -> dict[str, Any]:
    words = GAPS[gap.code] % {"code": gap.competency, "wanted": gap.wanted, "found": gap.found}
    return {"text": words, "blocks": gap.blocks}


def groups(lines: Iterable[JobCompetency], told: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the lines in the annex's three groups; `told`: code → the text and indicators of the level required."""
    found: dict[str, list[dict[str, Any]]] = {"M": [], "SK": [], "T": []}
    for line in lines:
        code = line.of.code
        group = "M" if code in MANAGERIAL else "SK" if code in SOCIO_CULTURAL else "T"
        found[group].append({
            "code": code, "name": line.of.name, "level": line.level, "title": LEVELS[line.level],
            "technical_id": line.technical_id, **told.get(code, {"text": "", "indicators": []}),
        })  # fmt: skip
    names = {"M": _("Manajerial"), "SK": _("Sosial kultural"), "T": _("Teknis")}
    return [{"key": key, "name": names[key], "lines": rows} for key, rows in found.items()]


def requirements(standard: JobStandard) -> list[dict[str, Any]]:
    """Return every kind of requirement with its lines; one query."""
    rows = list(standard.requirements.order_by("number", "pk"))
    return [
        {"kind": kind, "name": name, "lines": [row for row in rows if row.kind == kind]}
        for kind, name in StandardRequirement.Kind.choices
    ]


def differences(older: JobStandard, newer: JobStandard) -> list[dict[str, Any]]:
    """Return requirements that only one of two versions has, by kind; two queries."""
    found = []
    for before, after in zip(requirements(older), requirements(newer), strict=True):
        was, now = ([_line(row) for row in side["lines"]] for side in (before, after))
        gone, added = [row for row in was if row not in now], [row for row in now if row not in was]
        if gone or added:
            found.append({"name": after["name"], "gone": gone, "added": added})
    return found


def _line(row: StandardRequirement) -> str:
    return f"{row.text} ({row.get_weight_display()})" if row.weight else row.text


def fact_differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what the catalogue said otherwise of the job."""
    return [
        {"name": label, "before": _plain(before.get(key)), "after": _plain(after.get(key))}
        for key, label in FACTS.items()
        if before.get(key) != after.get(key)
    ]


def _plain(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value or "–")
