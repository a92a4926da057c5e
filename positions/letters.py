"""Letters of periodic increments (surat kenaikan gaji berkala, KGB) as one PDF; DATA CONTOH where data are samples.

The same batch gives the same bytes: nothing but the batch, its people, what their pay rested on before the increment,
and the salary tables goes in. Layout: surat pemberitahuan KGB as offices write it (PP 7/1977 article 13 [M]).
"""

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import override
from pypdf import PdfReader, PdfWriter

from asnhr import formats
from asnhr.export import sample_mark
from asnhr.models import Agency
from asnhr.pdf import render
from positions.models import AgendaItem, LetterBatch
from positions.queries.letters import LastDecree
from positions.rules import salary
from positions.rules.agenda import Kind, is_outlived
from positions.rules.levels import PPPK_GROUPS, RANK_BY_ID

TEMPLATE = """
#let data = json(bytes(sys.inputs.data))
#set document(title: data.title, date: none)
#set text(font: "Plus Jakarta Sans", size: 9.5pt, lang: "id")
#set par(justify: true, leading: 0.6em, spacing: 0.9em)
#for (number, letter) in data.letters.enumerate() {
  page(paper: "a4", margin: (left: 25mm, right: 20mm, top: 14mm, bottom: 16mm), footer: [
    #set text(size: 8pt, fill: rgb("#44544f"))
    #letter.number #h(1fr) #text(fill: rgb("#b3261e"), weight: 700, data.mark)
  ])[
    #align(center)[
      #text(size: 13pt, weight: 700, upper(data.agency)) \\
      #text(size: 12pt, weight: 700, upper(data.office))
    ]
    #line(length: 100%, stroke: 1.4pt)
    #if data.mark != "" { align(center, text(fill: rgb("#b3261e"), weight: 700, size: 12pt, data.mark)) }
    #align(right)[#data.place, #data.day]
    #grid(columns: (22mm, 3mm, 1fr), row-gutter: 0.6em,
      [Nomor], [:], [#letter.number],
      [Sifat], [:], [Biasa],
      [Lampiran], [:], [-],
      [Hal], [:], [Kenaikan gaji berkala a.n. #letter.name],
    )
    #v(1mm)
    Yth. Pejabat pengelola gaji \\
    #letter.unit \\
    di tempat

    Dengan ini diberitahukan bahwa berhubung telah dipenuhinya masa kerja dan syarat-syarat lainnya, kepada:
    #let facts(..cells) = block(below: 1.2em, above: 1.2em)[
      #set par(justify: false)
      #grid(columns: (8mm, 74mm, 3mm, 1fr), row-gutter: 0.58em, ..cells)
    ]
    #facts(
      [1.], [Nama], [:], strong(letter.name),
      [2.], [Tempat, tanggal lahir], [:], [#letter.birth],
      [3.], [#letter.number_label], [:], [#letter.nip],
      [4.], [Pangkat / golongan], [:], [#letter.rank],
      [5.], [Jabatan], [:], [#letter.post],
      [6.], [Unit kerja], [:], [#letter.unit],
      [7.], [Gaji pokok lama], [:], [#letter.old_salary],
    )
    atas dasar surat keputusan terakhir tentang #letter.last_subject yang ditetapkan:
    #facts(
      [a.], [Oleh pejabat], [:], [#letter.last_official],
      [b.], [Nomor], [:], [#letter.last_decree],
      [c.], [Tanggal], [:], [#letter.last_decree_on],
      [d.], [Terhitung mulai tanggal], [:], [#letter.last_since],
      [e.], [Masa kerja golongan pada tanggal tersebut], [:], [#letter.last_service],
    )
    diberikan kenaikan gaji berkala sehingga memperoleh:
    #facts(
      [8.], [Gaji pokok baru], [:], strong(letter.new_salary),
      [9.], [Berdasarkan masa kerja golongan], [:], [#letter.service],
      [10.], [Dalam golongan], [:], [#letter.grade],
      [11.], [Terhitung mulai tanggal], [:], strong(letter.due),
      [12.], [Kenaikan gaji berkala yang akan datang], [:], [#letter.next],
    )
    #data.basis Diharapkan agar kepada yang bersangkutan dapat dibayarkan penghasilannya berdasarkan gaji pokok yang
    baru.
    #v(3mm)
    #set par(justify: false)
    #grid(columns: (1fr, 75mm), column-gutter: 6mm,
      align(bottom, text(size: 8.5pt)[
        Tembusan: \\
        1. Kepala Kantor Regional BKN; \\
        2. Inspektur; \\
        3. Kepala #data.office\\; \\
        4. Kepala #letter.unit\\; \\
        5. Pegawai yang bersangkutan.
      ]),
      [
        #data.signatory_post,
        #v(17mm)
        #strong(data.signatory_name) \\
        #if data.signatory_rank != "" [#data.signatory_rank \\ ]
        #if data.signatory_nip != "" [NIP #data.signatory_nip]
      ],
    )
  ]
}
"""


# Laid over every page of letters that were cancelled.
STAMP = """
#let data = json(bytes(sys.inputs.data))
#set document(title: data.title, date: none)
#set page(paper: "a4", margin: 0mm, fill: none)
#set text(font: "Plus Jakarta Sans", lang: "id", fill: rgb("#b3261e"))
#place(center + horizon, rotate(-32deg, box(stroke: 2pt + rgb("#b3261e"), inset: 5mm, align(center)[
  #text(size: 34pt, weight: 700, data.title) \\
  #text(size: 13pt, weight: 700, data.day)
])))
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
    birth: str
    post: str
    unit: str
    old_salary: str
    last_subject: str
    last_official: str
    last_decree: str
    last_decree_on: str
    last_since: str
    last_service: str
    new_salary: str
    service: str
    due: str
    next: str


@dataclass(frozen=True, slots=True)
class Leaving:
    """The first day that a person no longer works, and whether that is the pension."""

    on: date
    is_pension: bool


def letter_of(
    item: AgendaItem, number: str, post: str, last: LastDecree | None = None, leaving: Leaving | None = None
) -> Letter | None:
    """Return the letter of a case, None where its grade or step is not on record; `last`: what it rests on, `leaving`:
    after which the person gets no further step."""
    person = item.employee
    if item.step is None:
        return None
    if item.rank in RANK_BY_ID and item.rank is not None:
        rank = RANK_BY_ID[item.rank]
        scheme, grade, words = salary.Scheme.PNS, rank.code, f"{rank.name}, {rank.code}"
    elif person.pay_group and person.pay_group <= len(PPPK_GROUPS):
        scheme, grade = salary.Scheme.PPPK, PPPK_GROUPS[person.pay_group - 1]
        words = f"PPPK {grade}"
    else:
        return None
    known = last is not None and last.months is not None
    old = salary.salary(scheme, grade, last.months // 12 if known else item.step - 1)  # type: ignore[union-attr, operator]
    new = salary.salary(scheme, grade, item.step)
    return Letter(
        number=number, name=person.full_name, number_label="NIP" if scheme is salary.Scheme.PNS else "NI PPPK",
        nip=formats.grouped_nip(person.nip), rank=words, grade=grade, post=post or formats.DASH,
        birth=", ".join(filter(None, [person.birth_place, formats.day(person.birth_date)])),
        unit=person.unit.name if person.unit else formats.DASH, old_salary=formats.rupiah(old.amount),
        new_salary=formats.rupiah(new.amount), service=formats.years_and_months(item.step * 12),
        due=formats.day(item.due_on), next=_next_words(salary.increment(grade, item.step * 12, item.due_on), leaving),
        **_last_words(last),
    )  # fmt: skip


def _next_words(following: salary.Increment | None, leaving: Leaving | None) -> str:
    """When the increment after this one comes, or why none does."""
    if following is None:
        return _("sudah mencapai masa kerja golongan tertinggi")
    if leaving is None or not is_outlived(Kind.INCREMENT, following.next_on, leaving.on):
        return formats.day(following.next_on)
    said = _("tidak ada lagi (pensiun %(day)s)") if leaving.is_pension else _("tidak ada lagi (berhenti %(day)s)")
    return said % {"day": formats.day(leaving.on)}


def is_raise(item: AgendaItem) -> bool:
    """Whether the step pays more than what was paid before it: below the first step of a grade the first one counts
    already (establishment.md 2.7), so that reaching it changes nothing. The case's grade and step are on record."""
    person, step = item.employee, item.step or 0
    if item.rank is not None:
        scheme, grade = salary.Scheme.PNS, RANK_BY_ID[item.rank].code
    else:
        scheme, grade = salary.Scheme.PPPK, PPPK_GROUPS[(person.pay_group or 1) - 1]
    return salary.salary(scheme, grade, step).amount > salary.salary(scheme, grade, step - 1).amount


def _last_words(last: LastDecree | None) -> dict[str, str]:
    """What a letter says of the decree that the present pay rests on; what is not on record is said so."""
    unknown = _("belum tercatat")
    if last is None:
        last = LastDecree(is_increment=False)
    return {
        "last_subject": _("peninjauan masa kerja")
        if last.is_review
        else _("gaji berkala")
        if last.is_increment
        else _("pangkat atau gaji"),
        "last_official": last.official or unknown,
        "last_decree": last.number or unknown,
        "last_decree_on": formats.day(last.decree_on) if last.decree_on else unknown,
        "last_since": formats.day(last.starts_on) if last.starts_on else unknown,
        "last_service": unknown if last.months is None else formats.years_and_months(last.months),
    }


def cancelled(content: bytes, day: date, *, seconds: float | None = None) -> bytes:
    """Return the letters of a PDF, each page saying that they were cancelled on `day`; always Indonesian."""
    with override("id"):
        words = {"title": "DIBATALKAN", "day": f"{formats.day(day)} · nomor ini tidak berlaku"}
    stamp = PdfReader(io.BytesIO(render(STAMP, {"data": json.dumps(words)}, day, seconds=seconds))).pages[0]
    writer = PdfWriter(clone_from=io.BytesIO(content))
    for page in writer.pages:
        page.merge_page(stamp)
        # Merging unpacks what is drawn; a file of thousands of letters would outgrow what may be kept.
        page.compress_content_streams()
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def number_of(batch: LetterBatch, place: int) -> str:
    """Return the number of the letter at a place of the batch, from 0."""
    return batch.number_pattern.replace("{n}", str(batch.first_number + place))


def pdf(
    batch: LetterBatch,
    agency: Agency,
    items: Sequence[AgendaItem | None],
    posts: dict[int, str],
    decrees: Mapping[int, LastDecree],
    leaving: Mapping[int, Leaving],
    *,
    seconds: float | None = None,
) -> tuple[bytes, int]:
    """Return the PDF of a batch and how many letters it holds, numbered by the place in `items`; always Indonesian.

    None among `items`: a case that is no longer on record, its number stays unused. `posts`: the post's name by person;
    `decrees`: what each case rests on, by its id; `leaving`: who leaves when, by person; `seconds` as in
    `asnhr.pdf.render`.
    """
    letters: list[Letter] = []
    with override("id"):
        for place, item in enumerate(items):
            if item is None:
                continue
            person = item.employee_id
            letter = letter_of(
                item, number_of(batch, place), posts.get(person, ""), decrees.get(item.pk), leaving.get(person)
            )
            if letter is not None:
                letters.append(letter)
        data = {
            "title": f"KGB {batch.month:%m-%Y}", "agency": agency.name, "office": agency.personnel_office,
            "mark": sample_mark(is_sample=agency.is_sample), "place": batch.place, "day": formats.day(batch.signed_on),
            "signatory_post": batch.signatory_post, "signatory_name": batch.signatory_name,
            "signatory_rank": batch.signatory_rank,
            "signatory_nip": formats.grouped_nip(batch.signatory_nip) if batch.signatory_nip else "",
            "basis": "Sesuai dengan PP 7/1977 sebagaimana terakhir diubah dengan PP 5/2024, dan Perpres 11/2024 bagi"
            " PPPK.",
            "letters": [asdict(letter) for letter in letters],
        }  # fmt: skip
    return render(TEMPLATE, {"data": json.dumps(data)}, batch.signed_on, seconds=seconds), len(letters)
