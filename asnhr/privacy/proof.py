"""The record of a destruction (berita acara pemusnahan): its text, its hash, its PDF."""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from asnhr import formats
from asnhr.constraints import sentence_of
from asnhr.errors import RuleBroken
from asnhr.export import sample_mark
from asnhr.models import Agency, Destruction, DestructionLine
from asnhr.pdf import render


def save(row: Any) -> None:
    """Save a row that its constraints accept, also those that another request met first; raises RuleBroken."""
    try:
        row.full_clean()
        with transaction.atomic():
            row.save()
    except ValidationError as problem:
        raise RuleBroken(" ".join(problem.messages)) from problem
    except IntegrityError as problem:
        raise RuleBroken(sentence_of(problem)) from problem


def objects_hash(numbers: Sequence[int]) -> str:
    """Return the hash by which a record names the rows that were due without listing them."""
    return hashlib.sha256(json.dumps(sorted(numbers)).encode()).hexdigest()


def record(row: Destruction, agency: Agency, lines: Sequence[DestructionLine]) -> dict[str, Any]:
    """Return what the record says: no name of whose data went."""
    return {
        "number": row.number, "agency": agency.code, "day": row.day.isoformat(),
        "proposed_by": row.proposed_by_id, "proposed_at": _moment(row.proposed_at),
        "decided_by": row.decided_by_id, "decided_at": _moment(row.decided_at), "reason": row.reason,
        "done_at": _moment(row.done_at),
        "lines": [
            {
                "rule": line.rule, "basis": line.basis, "before": line.before.isoformat(), "due": len(line.objects_due),
                "objects": objects_hash(line.objects_due), "held": line.held, "destroyed": line.destroyed,
                "trail": line.trail,
            }
            for line in lines
        ],
    }  # fmt: skip


def _moment(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat(timespec="microseconds") if at else None


def sha256_of(row: Destruction, agency: Agency, lines: Sequence[DestructionLine]) -> str:
    """Return the hash of the record: the same rows give the same one."""
    text = json.dumps(record(row, agency, lines), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def holds(row: Destruction, agency: Agency, lines: Sequence[DestructionLine]) -> bool:
    """Whether the record is the one that was made when it was done."""
    return bool(row.sha256) and row.sha256 == sha256_of(row, agency, lines)


TEMPLATE = """
#let data = json(bytes(sys.inputs.data))
#set document(title: data.title, date: none)
#set text(font: "Plus Jakarta Sans", size: 10pt, lang: "id")
#set par(leading: 0.65em)
#set page(paper: "a4", margin: (left: 25mm, right: 20mm, y: 20mm), footer: [
  #set text(size: 8pt, fill: rgb("#44544f"))
  #data.number · #data.sha256 #h(1fr) #text(fill: rgb("#b3261e"), weight: 700, data.mark)
])
#align(center)[
  #text(size: 12pt, weight: 700, upper(data.agency)) \\
  #v(2mm)
  #text(size: 13pt, weight: 700)[BERITA ACARA PEMUSNAHAN DATA PRIBADI] \\
  Nomor #data.number
  #if data.mark != "" [ \\ #text(fill: rgb("#b3261e"), weight: 700, data.mark)]
]
#v(4mm)
#data.opening
#v(2mm)
#table(columns: (1fr, 1.5fr, 22mm, 18mm, 18mm, 18mm), inset: 5pt, align: (x, y) => if x > 1 { right } else { left },
  table.header(..data.headings.map(each => strong(each))),
  ..data.lines.flatten())
#v(2mm)
#data.closing
#v(3mm)
#grid(columns: (45mm, 3mm, 1fr), row-gutter: 0.7em, ..data.facts.map(each => (each.at(0), [:], each.at(1))).flatten())
#v(10mm)
#grid(columns: (1fr, 1fr), ..data.signatures.map(each => align(center)[
  #each.at(0) \\ #v(18mm) #strong(each.at(1)) #if each.at(2) != "" [ \\ NIP #each.at(2)]
]))
"""


def pdf(row: Destruction, agency: Agency, lines: Sequence[DestructionLine], names: dict[str, tuple[str, str]]) -> bytes:
    """Return the record as PDF, always Indonesian; the same record gives the same bytes. `names`: rule → (name, what
    goes). Load `proposed_by`, `decided_by`."""
    with override("id"):
        proposed, decided = row.proposed_by, row.decided_by
        data = {
            "title": row.number, "number": row.number, "agency": agency.name, "sha256": row.sha256,
            "mark": sample_mark(is_sample=agency.is_sample),
            "opening": _("Data pribadi berikut telah lewat masa simpannya per %(day)s dan dimusnahkan pada %(done)s.")
            % {"day": formats.day(row.day), "done": formats.moment(row.done_at)},
            "headings": [_("Data"), _("Dasar"), _("Sebelum"), _("Dimusnahkan"), _("Jejak audit"), _("Ditahan")],
            "lines": [
                [
                    str(names[line.rule][0]),
                    f"{line.basis['name']}: {line.basis['value']} {line.basis['unit']}. {line.basis['legal_basis']}",
                    formats.day(line.before), formats.number(line.destroyed or 0), formats.number(line.trail or 0),
                    formats.number(line.held),
                ]
                for line in lines
            ],
            "closing": _("Yang dimusnahkan tidak dapat dipulihkan. Jejak audit tetap utuh: nilainya sejak semula"
                         " tersimpan sebagai sidik bergaram, dan garamnya ikut musnah."),
            "facts": [
                [_("Diusulkan"), f"{proposed}, {formats.moment(row.proposed_at)}"],
                [_("Disetujui"), f"{decided}, {formats.moment(row.decided_at)}"],
                [_("Alasan"), row.reason], [_("Sidik (SHA-256)"), row.sha256],
            ],
            "signatures": [
                [_("Yang mengusulkan,"), str(proposed), proposed.nip if proposed else ""],
                [_("Yang menyetujui,"), str(decided), decided.nip if decided else ""],
            ],
        }  # fmt: skip
    day = (row.done_at or datetime(row.day.year, row.day.month, row.day.day, tzinfo=UTC)).replace(microsecond=0)
    return render(TEMPLATE, {"data": json.dumps(data)}, day)
