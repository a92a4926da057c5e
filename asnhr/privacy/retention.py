"""Retention of personal data: what is over, proposed by one role, approved by another, destroyed by the worker with its
proof (UU 27/2022 articles 43 and 44; docs/decisions/0031-personal-data.md).

Apps say by `rules` what their tables let go; the numbers are the rulebook's. Failures: `RuleBroken`, `NotAllowed`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from asnhr import dates, registry
from asnhr.errors import NotAllowed, RuleBroken
from asnhr.models import Agency, Destruction, DestructionLine, LegalHold, Run, User
from asnhr.notifications.service import notify
from asnhr.privacy import proof
from asnhr.queries import Value, parameters_on
from asnhr.scope import agency_scope
from asnhr.services import Progress, request_run

rules = registry.retention_rules

RUN = "destruction"
# Rows of one rule in one destruction; the rest is found by the next.
MOST = 5000
State = Destruction.State


@dataclass(frozen=True)
class Rule:
    """What a table lets go. `due(agency_id, before)`: the rows over; `person`: their path to a NIP ("": `held` says).

    `destroy(agency, ids, actor, words)` returns (rows, values of the audit trail) that went; it may run twice.
    """

    code: str
    name: Any
    # What goes and what stays, in a sentence.
    what: Any
    parameter: str
    due: Callable[[int, date], QuerySet[Any]]
    destroy: Callable[[Agency, Sequence[int], User, str], tuple[int, int]]
    person: str = ""
    held: Callable[[int, Sequence[int], set[str]], set[int]] | None = None


@dataclass(frozen=True)
class Found:
    """What a rule finds on a day: the numbers of the rows that may go, and how many are held."""

    rule: Rule
    value: Value
    before: date
    objects: list[int]
    held: int


def months_before(day: date, months: int) -> date:
    """Return the same day `months` earlier; the 31st becomes the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    while True:
        try:
            return date(year, month + 1, day.day)
        except ValueError:
            day = day.replace(day=day.day - 1)


def held_nips(agency_id: int) -> set[str]:
    open_holds = LegalHold.objects.filter(agency_id=agency_id, lifted_at__isnull=True)
    return set(open_holds.values_list("nip", flat=True))


def find(agency: Agency, day: date) -> list[Found]:
    """Return what is over on `day`, rule by rule; two queries a rule. The agency's scope must be open."""
    values, holds = parameters_on(agency, day), held_nips(agency.pk)
    found = []
    for _code, rule in rules.items():
        value = values[rule.parameter]
        before = months_before(day, int(value.number))
        objects, held = _sorted_out(rule, agency.pk, before, holds)
        if objects or held:
            found.append(Found(rule, value, before, objects, held))
    return found


def _sorted_out(rule: Rule, agency_id: int, before: date, holds: set[str]) -> tuple[list[int], int]:
    rows = rule.due(agency_id, before).order_by("pk")
    if not holds:
        return list(rows.values_list("pk", flat=True)[:MOST]), 0
    if rule.person:
        kept = rows.filter(**{f"{rule.person}__in": holds}).count()
        return list(rows.exclude(**{f"{rule.person}__in": holds}).values_list("pk", flat=True)[:MOST]), kept
    ids = list(rows.values_list("pk", flat=True)[:MOST])
    kept_ids = rule.held(agency_id, ids, holds) if rule.held else set(ids)
    return [each for each in ids if each not in kept_ids], len(kept_ids)


@transaction.atomic
def prepare(agency: Agency, day: date) -> Destruction | None:
    """Write down what is over on `day`: the destruction found before, if nobody proposed it yet, or a new one. None
    where nothing is over, or one is under way. The agency's scope must be open."""
    running = Destruction.objects.select_for_update(of=("self",)).filter(
        agency=agency, state__in=[State.FOUND, State.PROPOSED, State.APPROVED]
    )
    row = running.first()
    if row is not None and row.state != State.FOUND:
        return None
    found = [each for each in find(agency, day) if each.objects]
    if row is not None:
        row.lines.all().delete()
    if not found:
        return None
    is_new = row is None
    row = row or Destruction(agency=agency)
    row.day = day
    row.save()
    DestructionLine.objects.bulk_create(
        DestructionLine(
            agency=agency, destruction=row, rule=each.rule.code, basis=each.value.as_json(), before=each.before,
            objects_due=each.objects, held=each.held,
        )
        for each in found
    )  # fmt: skip
    if is_new:
        _tell("destruction.found", row, None)
    return row


@transaction.atomic
def prepare_by_hand(*, actor: User, agency: Agency, day: date) -> Destruction:
    """As `prepare`, asked for by a person. Raises NotAllowed; RuleBroken: nothing is over, or one is under way."""
    _check(actor, "prepare_destruction")
    row = prepare(agency, day)
    if row is None:
        raise RuleBroken(_("Tidak ada data yang lewat masa simpannya, atau pemusnahan sebelumnya belum selesai."))
    return row


@transaction.atomic
def propose(*, actor: User, destruction: Destruction) -> Destruction:
    """Propose what was found, as it was found. Raises NotAllowed, RuleBroken."""
    _check(actor, "prepare_destruction")
    row = _locked(destruction, State.FOUND)
    if not row.lines.exists():
        raise RuleBroken(_("Pemusnahan ini tidak memuat apa pun."))
    row.state, row.proposed_by, row.proposed_at = State.PROPOSED, actor, timezone.now()
    row.save(update_fields=["state", "proposed_by", "proposed_at"])
    _tell("destruction.proposed", row, actor)
    return row


@transaction.atomic
def decide(*, actor: User, destruction: Destruction, approve: bool, reason: str) -> Destruction:
    """Approve (the worker then destroys) or refuse what somebody else proposed. Raises NotAllowed, RuleBroken."""
    _check(actor, "approve_destruction")
    row = _locked(destruction, State.PROPOSED)
    proposer = row.proposed_by
    if proposer is not None and (proposer.pk == actor.pk or (actor.nip and proposer.nip == actor.nip)):
        raise NotAllowed(_("Yang menyetujui pemusnahan bukan yang mengusulkan."))
    if not reason.strip():
        raise RuleBroken(_("Alasan keputusan wajib diisi."))
    row.state = State.APPROVED if approve else State.REFUSED
    row.decided_by, row.decided_at, row.reason = actor, timezone.now(), reason.strip()[:300]
    if approve:
        row.run, _is_new = request_run(
            agency=row.agency, kind=RUN, parameters={"destruction": row.pk}, actor=actor
        )  # fmt: skip
    row.save(update_fields=["state", "decided_by", "decided_at", "reason", "run"])
    return row


def work(run: Run, progress: Progress) -> dict[str, Any]:
    """Destroy what was approved (`asnhr.services.execute` calls it in the agency's scope and one transaction)."""
    row = Destruction.objects.select_for_update(of=("self",)).get(pk=run.parameters["destruction"])
    destroyed = carry_out(row, progress)
    return {"counts": {"destroyed": destroyed}, "problems": [], "result_path": f"/data-pribadi/pemusnahan/{row.pk}/"}


def carry_out(row: Destruction, progress: Progress | None = None) -> int:
    """Destroy the rows of an approved destruction that are still over and not held by now; return how many. Files go
    when the transaction is committed. One that is done stays as it is."""
    if row.state != State.APPROVED:
        return 0
    agency = Agency.objects.get(pk=row.agency_id)
    decided_by: Any = row.decided_by
    holds, words = held_nips(agency.pk), f"{row.number}: {row.reason}"
    lines = list(row.lines.order_by("pk"))
    for number, line in enumerate(lines):
        if progress is not None:
            progress.at(str(rules.get(line.rule).name), done=number, total=len(lines))
        _destroy(agency, line, holds, decided_by, words)
    row.done_at, row.state = timezone.now(), State.DONE
    row.sha256 = proof.sha256_of(row, agency, lines)
    row.save(update_fields=["done_at", "state", "sha256"])
    return sum(line.destroyed or 0 for line in lines)


def _destroy(agency: Agency, line: DestructionLine, holds: set[str], actor: User, words: str) -> None:
    rule: Rule = rules.get(line.rule)
    still = rule.due(agency.pk, line.before).filter(pk__in=line.objects_due)
    ids = list(still.order_by("pk").values_list("pk", flat=True))
    if holds and rule.person:
        ids = list(still.exclude(**{f"{rule.person}__in": holds}).order_by("pk").values_list("pk", flat=True))
    elif holds:
        kept = rule.held(agency.pk, ids, holds) if rule.held else set(ids)
        ids = [each for each in ids if each not in kept]
    line.destroyed, line.trail = rule.destroy(agency, ids, actor, words) if ids else (0, 0)
    line.save(update_fields=["destroyed", "trail"])


def _locked(destruction: Destruction, state: str) -> Destruction:
    rows = Destruction.objects.select_for_update(of=("self",)).select_related("proposed_by", "agency")
    row = rows.get(agency_id=destruction.agency_id, pk=destruction.pk)
    if row.state != state:
        raise RuleBroken(_("Pemusnahan ini sudah berkeadaan %(state)s.") % {"state": row.get_state_display()})
    return row


def _check(actor: User, permission: str) -> None:
    if not actor.access.may(permission):
        raise NotAllowed(_("Peran Anda tidak mencakup tindakan ini."))


def _tell(kind: str, row: Destruction, actor: User | None) -> None:
    notify(
        kind, agency_id=row.agency_id, actor=actor, data={"destruction_id": row.pk}, object_id=row.pk,
        url=f"/data-pribadi/pemusnahan/{row.pk}/",
    )  # fmt: skip


def find_overdue(agencies: Iterable[Agency]) -> int:
    """Every month: write down what is over in each agency, for who proposes it; return in how many."""
    count = 0
    for agency in agencies:
        with agency_scope(agency, reason="masa simpan data pribadi"):
            count += prepare(agency, dates.today()) is not None
    return count


# Holds


@transaction.atomic
def hold(*, actor: User, agency: Agency, nip: str, basis: str, reason: str) -> LegalHold:
    """Keep all data of a person from destruction until the hold is lifted. Raises NotAllowed, RuleBroken: also for a
    NIP that the agency knows nobody of, since a slip of the pen would protect no one."""
    _check(actor, "prepare_destruction")
    nip = "".join(nip.split())
    _check_not_own(actor, nip)
    if not registry.scopes.get("known")(agency.pk, nip):
        raise RuleBroken(_("Tidak ada orang dengan NIP %(nip)s pada register instansi ini.") % {"nip": nip})
    row = LegalHold(agency=agency, nip=nip, basis=basis.strip(), reason=reason.strip(), placed_by=actor)
    proof.save(row)
    return row


@transaction.atomic
def lift(*, actor: User, hold: LegalHold, reason: str) -> LegalHold:
    """End a hold; what is over by then goes with the next destruction. Raises NotAllowed, RuleBroken."""
    _check(actor, "prepare_destruction")
    row = LegalHold.objects.select_for_update(of=("self",)).get(agency_id=hold.agency_id, pk=hold.pk)
    _check_not_own(actor, row.nip)
    if row.lifted_at is not None:
        raise RuleBroken(_("Penahanan ini sudah dicabut."))
    if not reason.strip():
        raise RuleBroken(_("Alasan pencabutan wajib diisi."))
    row.lifted_by, row.lifted_at, row.lifted_reason = actor, timezone.now(), reason.strip()[:300]
    row.save(update_fields=["lifted_by", "lifted_at", "lifted_reason", "lifted_reason_hash"])
    return row


def _check_not_own(actor: User, nip: str) -> None:
    """Nobody keeps or frees the data about themself: a hold keeps what a case against them may need."""
    if actor.nip and actor.nip == nip:
        raise NotAllowed(_("Penahanan data sendiri dicatat dan dicabut oleh petugas lain."))
