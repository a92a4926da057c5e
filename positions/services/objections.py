"""Objections of people to what a computation says of them: what may be objected to, filing, answering.

A result of computing advises; a named human decides on it with a reason (`decisions`, `agenda`), and the person
concerned may object. Who decided it does not answer; while an objection waits, its follow-up is not finished.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asnhr import formats
from asnhr.audit import reading
from asnhr.errors import NotAllowed, RuleBroken
from asnhr.models import User
from asnhr.notifications.service import notify
from asnhr.privacy.proof import save
from positions import objection_words, permissions
from positions.models import (
    AgendaItem,
    AgendaStep,
    Decision,
    Employee,
    Incumbency,
    NeedsAnalysis,
    Objection,
    RecommendationLine,
    RemovalHearing,
)
from positions.models._base import in_force
from positions.models._removals import restricted
from positions.services.hearings import HOLD

State = Objection.State


@dataclass(frozen=True)
class Subject:
    """A kind of result. `of(user, person, day)`: those about the person that the person may see; `words`: what one
    says; `deciders`: who decided or moved it; `url`: where an officer sees it; `unit`: whose officers answer."""

    kind: str
    name: Any
    of: Callable[[Any, Employee, date], QuerySet[Any]]
    words: Callable[[Any], str]
    deciders: Callable[[int, int], set[int]]
    url: Callable[[Any], str]

    @property
    def permission(self) -> str:
        return Objection.ASKS_OF_KIND[self.kind]


def _lines(user: Any, person: Employee, day: date) -> QuerySet[Any]:
    """Recommendations of the latest analysis about posts that the person holds, and decided ones of the years before;
    removal candidates once they are decided, or once the person was heard."""
    held = Incumbency.objects.filter(in_force(day), agency_id=person.agency_id, employee=person, kind__in=HOLD)
    real = Q(parameters__overlay={}) | Q(parameters__overlay__isnull=True)
    finished = NeedsAnalysis.objects.filter(real, agency_id=person.agency_id, is_complete=True, as_of__lte=day)
    newest = finished.order_by("-as_of", "-pk").values("pk")[:1]
    rows = RecommendationLine.objects.filter(agency_id=person.agency_id, result__position__in=held.values("position"))
    rows = rows.filter(Q(result__analysis__in=newest) | Q(state=RecommendationLine.State.APPROVED))
    heard = RemovalHearing.objects.filter(agency_id=person.agency_id, employee=person).values("line")
    seen = rows.alias(hidden=restricted(user, result="result__")).filter(Q(hidden=False) | Q(pk__in=heard))
    return seen.select_related("result__analysis", "result__unit").defer("result__evidence").order_by("-pk")


def _line_words(line: RecommendationLine) -> str:
    return _(objection_words.LINE) % {
        "what": line.words, "n": line.quantity or "", "job": line.result.job_name, "unit": line.result.unit_name,
        "day": formats.day(line.result.analysis.as_of),
    }  # fmt: skip


def _line_deciders(agency_id: int, pk: int) -> set[int]:
    return set(Decision.objects.filter(agency_id=agency_id, line=pk).values_list("decided_by_id", flat=True))


def _items(user: Any, person: Employee, day: date) -> QuerySet[Any]:
    return AgendaItem.objects.filter(agency_id=person.agency_id, employee=person, is_due=True).order_by("due_on", "pk")


def _item_deciders(agency_id: int, pk: int) -> set[int]:
    return set(AgendaStep.objects.filter(agency_id=agency_id, item=pk).values_list("actor_id", flat=True))


SUBJECTS: dict[str, Subject] = {
    each.kind: each
    for each in (
        Subject(
            "rekomendasi", gettext_lazy("Rekomendasi atas jabatan saya"), _lines, _line_words, _line_deciders,
            lambda line: f"/analisis/{line.result.analysis_id}/jabatan/{line.result_id}/",
        ),
        Subject(
            "penjagaan", gettext_lazy("Hak dan syarat saya menurut hitungan"), _items,
            lambda item: f"{item.get_kind_display()} {formats.day(item.due_on)}", _item_deciders,
            lambda item: f"/penjagaan/{item.pk}/",
        ),
    )
}  # fmt: skip


def results_of(user: User, person: Employee, day: date) -> list[tuple[Subject, list[Any]]]:
    """Return what computations say of the person, as far as the person may see it yet; two queries. Raises NotAllowed
    for somebody else's."""
    _check_own(user, person)
    return [(subject, list(subject.of(user, person, day)[:50])) for subject in SUBJECTS.values()]


def _in_indonesian(subject: Subject, found: Any) -> str:
    """Return what a result says as the row keeps it, whatever its person reads (`positions.objection_words`)."""
    with translation.override("id"):
        return subject.words(found)


@transaction.atomic
def file(*, actor: User, employee: Employee, kind: str, object_id: int, grounds: str, day: date) -> Objection:
    """Object to a result about oneself. Raises NotAllowed (somebody else's), RuleBroken: no such result, no grounds,
    one waits already."""
    _check_own(actor, employee)
    subject = SUBJECTS.get(kind)
    found = subject.of(actor, employee, day).filter(pk=object_id).first() if subject else None
    if subject is None or found is None:
        raise RuleBroken(_("Hasil ini tidak ditemukan di antara hasil tentang Anda."))
    if not grounds.strip():
        raise RuleBroken(_("Sebutkan alasan keberatan Anda."))
    row = Objection(
        agency_id=employee.agency_id, employee=employee, kind=kind, object_id=object_id,
        about=_in_indonesian(subject, found)[:300], grounds=grounds.strip()[:4000], filed_by=actor,
    )  # fmt: skip
    save(row)
    _tell(f"objection.{'recommendation' if kind == 'rekomendasi' else 'entitlement'}", row, actor, employee)
    return row


@transaction.atomic
def withdraw(*, actor: User, objection: Objection) -> Objection:
    """Take an own objection back while it waits. Raises NotAllowed, RuleBroken."""
    row = _locked(objection)
    _check_own(actor, row.employee)
    row.state, row.answered_at = State.WITHDRAWN, timezone.now()
    row.save(update_fields=["state", "answered_at"])
    return row


def check_may_answer(actor: User, objection: Objection) -> None:
    """Who decides such things in the unit, did not decide this one, and is not the person."""
    permissions.check_may(actor, Objection.ASKS_OF_KIND[objection.kind])
    permissions.check_in_scope(actor, objection.employee.unit)
    if permissions.is_theirs(actor, objection.employee):
        raise NotAllowed(_("Keberatan sendiri dijawab oleh orang lain."))
    subject = SUBJECTS[objection.kind]
    if actor.pk in subject.deciders(objection.agency_id, objection.object_id):
        raise NotAllowed(_("Keberatan dijawab oleh pejabat yang tidak memutuskan hasil itu."))


def may_answer(actor: User, objection: Objection) -> bool:
    try:
        check_may_answer(actor, objection)
    except NotAllowed:
        return False
    return objection.is_waiting


@transaction.atomic
def answer(*, actor: User, objection: Objection, uphold: bool, words: str) -> Objection:
    """Uphold (the result is to be decided anew) or refuse an objection, with the reason that the person reads. Raises
    NotAllowed (role, unit, own case, decided it), RuleBroken: no reason, answered already."""
    row = _locked(objection)
    check_may_answer(actor, row)
    if not words.strip():
        raise RuleBroken(_("Alasan jawaban wajib diisi."))
    row.state = State.UPHELD if uphold else State.REFUSED
    row.answered_by, row.answered_at, row.answer = actor, timezone.now(), words.strip()[:4000]
    save(row)
    notify(
        "objection.answered", agency_id=row.agency_id, actor=actor, people=[row.filed_by_id], object_id=row.pk,
        url=f"/keberatan/{row.pk}/", data={"objection_id": row.pk, "state": str(row.state)}, to_holders=False,
    )  # fmt: skip
    return row


@transaction.atomic
def read(*, actor: User, objection: Objection) -> tuple[str, str]:
    """Return grounds and answer; a look of others than the person is written down. Raises NotAllowed."""
    if not permissions.is_own_file(actor, objection.employee):
        permissions.check_may(actor, Objection.ASKS_OF_KIND[objection.kind], "view_audit")
        reading.record(model=Objection, objects=[objection.pk], columns=["grounds", "answer"])
    return objection.grounds, objection.answer


def check_none_waits(kind: str, agency_id: int, object_id: int, since: Any = None) -> None:
    """Raise RuleBroken while an objection to the result waits, or was upheld after `since` (when it was decided)."""
    rows = Objection.objects.filter(agency_id=agency_id, kind=kind, object_id=object_id)
    upheld = Q(state=State.UPHELD) if since is None else Q(state=State.UPHELD, answered_at__gt=since)
    if rows.filter(Q(state=State.WAITING) | upheld).exists():
        raise RuleBroken(_("Ada keberatan pemangku yang belum dijawab, atau diterima dan belum diputuskan ulang."))


def _locked(objection: Objection) -> Objection:
    rows = Objection.objects.select_for_update(of=("self",)).select_related("employee__unit")
    row = rows.get(agency_id=objection.agency_id, pk=objection.pk)
    if not row.is_waiting:
        raise RuleBroken(_("Keberatan ini sudah berkeadaan %(state)s.") % {"state": row.get_state_display()})
    return row


def _check_own(actor: User, person: Employee) -> None:
    if not permissions.is_own_file(actor, person):
        raise NotAllowed(_("Keberatan diajukan oleh orang yang bersangkutan."))


def _tell(kind: str, row: Objection, actor: User, person: Employee) -> None:
    notify(
        kind, agency_id=row.agency_id, actor=actor, data={"objection_id": row.pk}, object_id=row.pk,
        unit_path=(person.unit.path or "") if person.unit else "", url=f"/keberatan/{row.pk}/",
    )  # fmt: skip
