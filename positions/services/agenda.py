"""The agenda book (buku penjagaan): bring it up to the day, move a case, take care of the calendar."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from asnhr import dates, formats, kept
from asnhr.audit import reading
from asnhr.errors import NotAllowed, RuleBroken
from asnhr.models import Agency, Run, User
from asnhr.queries import parameters_on
from asnhr.services import Progress, request_run
from positions import permissions
from positions.models import AgencyDeadline, AgendaItem, AgendaStep, Deadline, DeadlineDone, SalaryIncrement
from positions.queries import agenda as queries
from positions.queries import calendar, letters
from positions.rules.agenda import NUMBERED, Kind, State, backward, before_decree, forward
from positions.rules.numbers import add_years
from positions.rules.plausible import FIRST_YEAR, is_possible_end
from positions.services import reminders

KIND = "agenda"
# Files of a case may have come so many years before it falls due, no earlier.
YEARS_AHEAD = 2
# What a step says that nobody asked for, as the row keeps it.
REOPENED = gettext_noop("Kenaikan gaji yang dicatat oleh SK ini ditarik dari riwayat.")


@transaction.atomic
def request_agenda(agency: Agency, actor: User | None) -> tuple[Run, bool]:
    """Return (run, is_new) of today's computation; two open requests of a day share one run. `actor` None: the night's.

    Raises NotAllowed. The agency's scope must be open.
    """
    if actor is not None:
        permissions.check_may_refresh_agenda(actor)
    return request_run(agency=agency, kind=KIND, parameters={"day": dates.today().isoformat()}, actor=actor)


def work(run: Run, progress: Progress) -> dict[str, Any]:
    """Do the computation of a run (`asnhr.services.execute` calls it in the agency's scope and one transaction)."""
    counts = compute(run.agency_id, date.fromisoformat(run.parameters["day"]), progress)
    return {"counts": counts, "problems": [], "result_path": "/penjagaan/"}


def compute(agency_id: int, day: date, progress: Progress) -> dict[str, int]:
    """Bring the cases up to `day`; one computation an agency at a time. The agency's scope must be open."""
    hold(agency_id)
    settings = queries.settings_of(parameters_on(agency_id, day), queries.date_sets())
    values = queries.arguments(agency_id=agency_id, day=day, settings=settings)
    steps = len(queries.STEPS)
    counts = queries.compute(values, lambda step, number: progress.at(step, done=number, total=steps))
    progress.at(gettext_noop("Selesai"), done=steps)
    return counts


def hold(agency_id: int) -> None:
    """Let no computation of the agency run until the transaction ends. Take it before rows of people: a computation
    that writes their cases would wait for them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('agenda'), %s)", [agency_id])


@transaction.atomic
def move(
    *, item: AgendaItem, to: str, day: date, actor: User, number: str = "", note: str = "", was: str | None = None
) -> AgendaStep:
    """Move a case one state on, or back when it was returned; `day`: when the files came, the letter was signed.

    `was`: the state that the actor saw. Raises NotAllowed (role, unit, own case) or RuleBroken (a state that does not
    follow, moved meanwhile, no number of a pertek or decree, no reason to go back, a day to come).
    """
    held = _held().get(pk=item.pk)
    void = _void_letters(held.agency_id, [held], to)
    step = _step(held, to=to, day=day, actor=actor, number=number, note=note, was=was, void=void)
    step.save()
    _grant([step])
    reminders.tell_decreed([step], dates.today())
    AgendaItem.objects.filter(pk=held.pk).update(state=to, changed_at=timezone.now())
    item.state = to
    return step


@transaction.atomic
def move_many(
    *, items: list[AgendaItem], to: str, day: date, actor: User, number: str = "", note: str = ""
) -> tuple[int, list[str]]:
    """Move cases as `move` does, each for itself; return how many moved and a sentence for each that did not.

    Raises NotAllowed where the actor may move none of them. Six queries at most, however many the cases.
    """
    held = {row.pk: row for row in _held().filter(pk__in=[item.pk for item in items]).order_by("pk")}
    void = _void_letters(items[0].agency_id, held.values(), to) if items else set()
    steps: list[AgendaStep] = []
    refused: list[str] = []
    denied: list[NotAllowed] = []
    for item in items:
        try:
            if item.pk not in held:
                raise RuleBroken(_("Keadaan penjagaan ini sudah berubah; muat ulang halamannya."))
            steps.append(_step(held[item.pk], to=to, day=day, actor=actor, number=number, note=note, void=void))
        except (RuleBroken, NotAllowed) as problem:
            refused.append(f"{item.employee.full_name}: {problem}")
            if isinstance(problem, NotAllowed):
                denied.append(problem)
    if denied and len(denied) == len(items):
        raise denied[0]
    AgendaStep.objects.bulk_create(steps)
    _grant(steps)
    reminders.tell_decreed(steps, dates.today())
    AgendaItem.objects.filter(pk__in=[step.item_id for step in steps]).update(state=to, changed_at=timezone.now())
    return len(steps), refused


def _grant(steps: list[AgendaStep]) -> None:
    """Write increments that were decreed to the histories: the next one counts from there. One query, or none."""
    rows = [
        SalaryIncrement(
            agency_id=step.agency_id, employee=step.item.employee, starts_on=step.item.due_on,
            service_years=step.item.step, decree=step.number, decree_on=step.day,
        )
        for step in steps
        if step.to_state == State.DECREED and step.item.kind == Kind.INCREMENT and step.item.step is not None
    ]  # fmt: skip
    # Whoever recorded it by hand or from a file first was before us.
    SalaryIncrement.objects.bulk_create(rows, ignore_conflicts=True)


def reopen(*, increment: SalaryIncrement, actor: User) -> AgendaStep | None:
    """Reopen the case that `increment` closed, once that is taken back: the register no longer says what its decree
    wrote. None where no case waits for it: nothing was decreed, the register goes on after it, or a later case under
    way takes its day. The agenda is held (`hold`), the row deleted."""
    person = increment.employee
    later = SalaryIncrement.objects.filter(agency=person.agency_id, employee=person, starts_on__gte=increment.starts_on)
    if later.exists() or (person.rank_since is not None and person.rank_since > increment.starts_on):
        return None
    rows = AgendaItem.objects.select_for_update(of=("self",)).filter(
        agency=person.agency_id, employee=person, kind=Kind.INCREMENT
    )
    cases = list(rows.order_by("pk"))
    closed = [each for each in cases if each.state == State.DECREED and each.due_on == increment.starts_on]
    if not closed:
        return None
    following = next((each for each in cases if each.state != State.DECREED), None)
    if following is not None:
        if following.state != State.WAITING or following.steps.exists():
            return None
        # Nobody began it, and it counted from what is taken back.
        following.delete()
    case, state = closed[-1], before_decree(Kind.INCREMENT)
    step = AgendaStep(
        agency_id=case.agency_id, item=case, from_state=case.state, to_state=state.value, day=dates.today(),
        note=kept.written(REOPENED), actor=actor,
    )  # fmt: skip
    step.clean_fields(exclude=["agency", "item", "actor"])
    step.save()
    rows.filter(pk=case.pk).update(state=state.value, changed_at=timezone.now())
    return step


def _held() -> QuerySet[AgendaItem]:
    steps = AgendaStep.objects.filter(agency_id=OuterRef("agency_id"), item=OuterRef("pk")).order_by("-at", "-pk")
    rows = AgendaItem.objects.select_for_update(of=("self",)).select_related("employee__unit")
    return rows.annotate(last_day=Subquery(steps.values("day")[:1]))


def _void_letters(agency_id: int, held: Iterable[AgendaItem], to: str) -> set[tuple[int, str]]:
    """Return the letters (person, number) for increments about to be decreed that were cancelled. Read once the cases
    are held: whoever cancels letters holds them, too."""
    months = {case.due_on.replace(day=1) for case in held if case.kind == Kind.INCREMENT}
    return letters.cancelled(agency_id, months) if to == State.DECREED and months else set()


def _step(
    held: AgendaItem, *, to: str, day: date, actor: User, number: str, note: str, was: str | None = None,
    void: Collection[tuple[int, str]] = (),
) -> AgendaStep:  # fmt: skip
    """Return the step, checked and not saved; no query. `held`: the locked case; `void`: letters that are cancelled."""
    permissions.check_may_move_agenda(actor, held, to)
    state, kind = State(held.state), Kind(held.kind)
    if was is not None and was != held.state:
        raise RuleBroken(_("Keadaan penjagaan ini sudah berubah; muat ulang halamannya."))
    if to not in State._value2member_map_ or State(to) not in (forward(kind, state), backward(kind, state)):
        raise RuleBroken(
            _("Dari keadaan %(state)s penjagaan ini tidak dapat langsung menjadi %(to)s.")
            % {"state": held.get_state_display(), "to": to}
        )
    wanted = State(to)
    if wanted is backward(kind, state) and not note.strip():
        raise RuleBroken(_("Tuliskan alasan pengembalian."))
    if wanted in NUMBERED and not number.strip():
        raise RuleBroken(_("Pertek dan SK wajib menyebut nomornya."))
    if (held.employee_id, number.strip()) in void:
        raise RuleBroken(_("Surat bernomor %(number)s sudah dibatalkan.") % {"number": number.strip()})
    _check_day(held, day)
    step = AgendaStep(
        agency_id=held.agency_id, item=held, from_state=state.value, to_state=wanted.value, day=day,
        number=number.strip(), note=note.strip(), actor=actor,
    )  # fmt: skip
    # What the rules above said of states and numbers, constraints and a trigger of the table say again.
    step.clean_fields(exclude=["agency", "item", "actor"])
    return step


def _check_day(held: AgendaItem, day: date) -> None:
    """A step counts from its day: not one to come, not before the step before it, not years before the case."""
    if day > dates.today():
        raise RuleBroken(_("Tanggal belum terjadi."))
    if held.last_day is not None and day < held.last_day:  # type: ignore[attr-defined]  # annotated by `_held`
        told = {"day": formats.day(held.last_day)}  # type: ignore[attr-defined]
        raise RuleBroken(_("Tanggal tidak boleh mendahului langkah sebelumnya, %(day)s.") % told)
    if day < add_years(min(held.due_on, held.since), -YEARS_AHEAD):
        raise RuleBroken(_("Tanggal ini tidak mungkin: jauh sebelum jatuh temponya."))


def note_held(cases: Iterable[tuple[int, Iterable[str]]], reads: Collection[str], purpose: str = "") -> None:
    """Write down that the scope's user read of these cases (number, closed codes) what few may know: that a sanction
    runs, that somebody is suspended, that an assessment was low. Nothing of those that told nothing."""
    ids = [pk for pk, closed in cases if not set(closed).isdisjoint(reads)]
    if ids:
        reading.record(model=AgendaItem, objects=ids, columns=["held"], purpose=purpose)


def note_steps(ids: list[int], purpose: str = "") -> None:
    """Write down that the scope's user read to which step of pay these increments lead; nothing of none."""
    if ids:
        reading.record(model=AgendaItem, objects=ids, columns=["step"], purpose=purpose)


# Calendar


@transaction.atomic
def save_deadline(*, deadline: AgencyDeadline, actor: User) -> AgencyDeadline:
    """Add a duty of the agency, or change one. Raises NotAllowed, ValidationError, RuleBroken (no national one so)."""
    permissions.check_may_manage_calendar(actor)
    if deadline.replaces and not Deadline.objects.filter(code=deadline.replaces).exists():
        raise RuleBroken(_("Tenggat nasional ini tidak ada."))
    _check_days(deadline)
    deadline.full_clean()
    deadline.save()
    return deadline


def _check_days(deadline: AgencyDeadline) -> None:
    """A duty stands on days that its calendar shows, none before the first of a register. Raises RuleBroken."""
    today = dates.today()
    last = today.year + calendar.YEARS_AROUND
    for name in ("starts_on", "once_on"):
        day = getattr(deadline, name)
        if day is not None and not FIRST_YEAR <= day.year <= last:
            raise RuleBroken(
                _("Tanggal tenggat dari tahun %(first)d sampai %(last)d.") % {"first": FIRST_YEAR, "last": last}
            )
    if deadline.ends_on is not None and not is_possible_end(deadline.ends_on):
        raise RuleBroken(_("Tanggal ini tidak mungkin."))


@transaction.atomic
def close_deadline(*, deadline: AgencyDeadline, actor: User) -> None:
    """End a duty of the agency today; one that has not begun is taken away. Raises NotAllowed."""
    permissions.check_may_manage_calendar(actor)
    today = dates.today()
    if deadline.starts_on >= today:
        deadline.delete()
        return
    deadline.ends_on = today
    deadline.full_clean()
    deadline.save()


@transaction.atomic
def finish_deadline(*, agency: Agency, key: str, due_on: date, actor: User, note: str = "") -> DeadlineDone:
    """Say that a duty was done for one of its days. Raises NotAllowed (not the one it is for) or RuleBroken (no such
    day in the calendar, done already)."""
    days = calendar.duties(actor, due_on, due_on) if dates.may_be_kept(due_on) else []
    duty = next((each for each in days if each.key == key), None)
    if duty is None:
        raise RuleBroken(_("Tenggat ini tidak ada dalam kalender kerja."))
    permissions.check_may(actor, duty.permission)
    if duty.done_on is not None:
        raise RuleBroken(_("Tenggat ini sudah ditandai selesai."))
    done = DeadlineDone(agency=agency, key=key, due_on=due_on, done_on=dates.today(), done_by=actor, note=note.strip())
    done.full_clean()
    done.save()
    return done
