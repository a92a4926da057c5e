"""Letters of periodic increments (surat kenaikan gaji berkala, KGB) as one PDF; DATA CONTOH where data are samples.

The same batch gives the same bytes: nothing but the batch, its people and the salary tables goes in.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from django.utils.translation import gettext as _
from django.utils.translation import override

from asnhr import formats
from asnhr.export import SAMPLE_MARK
from asnhr.models import Agency
from asnhr.pdf import render
from positions.models import AgendaItem, LetterBatch
from positions.rules import salary
from positions.rules.levels import PPPK_GROUPS, RANK_BY_ID

TEMPLATE = """
#let data = json(bytes(sys.inputs.data))
#set document(title: data.title, date: none)
#set text(font: "Plus Jakarta Sans", size: 10.5pt, lang: "id")
#set par(justify: true, leading: 0.7em)
#for (number, letter) in data.letters.enumerate() {
  page(paper: "a4", margin: (left: 25mm, right: 20mm, top: 18mm, bottom: 18mm), footer: [
    #set text(size: 8pt, fill: rgb("#44544f"))
    #letter.number #h(1fr) #text(fill: rgb("#b3261e"), weight: 700, data.mark)
  ])[
    #align(center)[
      #text(size: 13pt, weight: 700, upper(data.agency)) \\
      #text(size: 12pt, weight: 700, upper(data.office))
    ]
    #line(length: 100%, stroke: 1.4pt)
    #v(2mm)
    #if data.mark != "" { align(center, text(fill: rgb("#b3261e"), weight: 700, size: 12pt, data.mark)) }
    #align(right)[#data.place, #data.day]
    #grid(columns: (22mm, 3mm, 1fr), row-gutter: 0.75em,
      [Nomor], [:], [#letter.number],
      [Sifat], [:], [Biasa],
      [Lampiran], [:], [-],
      [Hal], [:], [Kenaikan gaji berkala a.n. #letter.name],
    )
    #v(3mm)
    Yth. Pejabat pengelola gaji \\
    #letter.unit \\
    di tempat
    #v(3mm)
    Dengan ini diberitahukan bahwa berhubung telah dipenuhinya masa kerja dan syarat-syarat lainnya, kepada:
    #v(1mm)
    #grid(columns: (8mm, 66mm, 3mm, 1fr), row-gutter: 0.75em,
      [1.], [Nama], [:], strong(letter.name),
      [2.], [#letter.number_label], [:], [#letter.nip],
      [3.], [Pangkat / golongan], [:], [#letter.rank],
      [4.], [Jabatan], [:], [#letter.post],
      [5.], [Unit kerja], [:], [#letter.unit],
      [6.], [Gaji pokok lama], [:], [#letter.old_salary],
    )
    #v(1mm)
    diberikan kenaikan gaji berkala sehingga memperoleh:
    #v(1mm)
    #grid(columns: (8mm, 66mm, 3mm, 1fr), row-gutter: 0.75em,
      [7.], [Gaji pokok baru], [:], strong(letter.new_salary),
      [8.], [Berdasarkan masa kerja golongan], [:], [#letter.service],
      [9.], [Dalam golongan], [:], [#letter.grade],
      [10.], [Terhitung mulai tanggal], [:], strong(letter.due),
      [11.], [Kenaikan gaji berkala berikutnya], [:], [#letter.next],
    )
    #v(2mm)
    #data.basis Diharapkan agar kepada yang bersangkutan dapat dibayarkan penghasilannya berdasarkan gaji pokok yang
    baru.
    #v(6mm)
    #align(right, block(width: 75mm)[
      #set par(justify: false)
      #align(left)[
        #data.signatory_post,
        #v(20mm)
        #strong(data.signatory_name) \\
        #if data.signatory_rank != "" [#data.signatory_rank \\ ]
        #if data.signatory_nip != "" [NIP #data.signatory_nip]
      ]
    ])
    #v(1fr)
    #text(size: 8.5pt)[
      Tembusan: \\
      1. Kepala #data.office; \\
      2. Pegawai yang bersangkutan.
    ]
  ]
}
"""


@dataclass(frozen=True, slots=True)
class Letter:
    """What one letter says, in words."""

    number: str
    name: str
    number_label: str
    nip: str
    rank: str
    grade: str
    post: str
    unit: str
    old_salary: str
    new_salary: str
    service: str
    due: str
    next: str


def letter_of(item: AgendaItem, number: str, post: str) -> Letter | None:
    """Return the letter of a case, None where its grade or step is not on record."""
    person = item.employee
    if item.target is None:
        return None
    if item.rank in RANK_BY_ID and item.rank is not None:
        rank = RANK_BY_ID[item.rank]
        scheme, grade, words = salary.Scheme.PNS, rank.code, f"{rank.name}, {rank.code}"
    elif person.pay_group and person.pay_group <= len(PPPK_GROUPS):
        scheme, grade = salary.Scheme.PPPK, PPPK_GROUPS[person.pay_group - 1]
        words = f"PPPK {grade}"
    else:
        return None
    old = salary.salary(scheme, grade, item.target - 1)
    new = salary.salary(scheme, grade, item.target)
    following = salary.increment(grade, item.target * 12, item.due_on)
    return Letter(
        number=number, name=person.full_name, number_label="NIP" if scheme is salary.Scheme.PNS else "NI PPPK",
        nip=formats.grouped_nip(person.nip), rank=words, grade=grade, post=post or formats.DASH,
        unit=person.unit.name if person.unit else formats.DASH, old_salary=formats.rupiah(old.amount),
        new_salary=formats.rupiah(new.amount), service=_("%(n)s tahun 0 bulan") % {"n": item.target},
        due=formats.day(item.due_on),
        next=formats.day(following.next_on) if following else _("sudah mencapai masa kerja golongan tertinggi"),
    )  # fmt: skip


def number_of(batch: LetterBatch, place: int) -> str:
    """Return the number of the letter at a place of the batch, from 0."""
    return batch.number_pattern.replace("{n}", str(batch.first_number + place))


def pdf(
    batch: LetterBatch,
    agency: Agency,
    items: Sequence[AgendaItem | None],
    posts: dict[int, str],
    *,
    seconds: float | None = None,
) -> tuple[bytes, int]:
    """Return the PDF of a batch and how many letters it holds, numbered by the place in `items`; always Indonesian.

    None among `items`: a case that is no longer on record, its number stays unused. `posts`: the post's name by person;
    `seconds` as in `asnhr.pdf.render`.
    """
    letters: list[Letter] = []
    with override("id"):
        for place, item in enumerate(items):
            if item is None:
                continue
            letter = letter_of(item, number_of(batch, place), posts.get(item.employee_id, ""))
            if letter is not None:
                letters.append(letter)
        data = {
            "title": f"KGB {batch.month:%m-%Y}", "agency": agency.name, "office": agency.personnel_office,
            "mark": SAMPLE_MARK if agency.is_sample else "", "place": batch.place, "day": formats.day(batch.signed_on),
            "signatory_post": batch.signatory_post, "signatory_name": batch.signatory_name,
            "signatory_rank": batch.signatory_rank,
            "signatory_nip": formats.grouped_nip(batch.signatory_nip) if batch.signatory_nip else "",
            "basis": "Sesuai dengan PP 7/1977 sebagaimana terakhir diubah dengan PP 5/2024, dan Perpres 11/2024 bagi"
            " PPPK.",
            "letters": [asdict(letter) for letter in letters],
        }  # fmt: skip
    return render(TEMPLATE, {"data": json.dumps(data)}, batch.signed_on, seconds=seconds), len(letters)
