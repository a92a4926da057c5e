"""Posts of a day to come that a person will not hold after all: they leave before it, or go elsewhere.

A row of the future is a promise of the register. Who leaves does not begin it: it goes, its seat stays vacant, and the
trail says why (docs/decisions/0039-decisions-of-a-coming-day.md). What has begun is never dropped.
"""

from collections.abc import Collection, Iterable
from datetime import date

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Left
from django.utils.translation import gettext as _

from asnhr import formats, kept, trail_reasons
from asnhr.errors import RuleBroken
from asnhr.models import User
from asnhr.scope import agency_scope
from positions.models import Employee, Incumbency
from positions.services.decree import day_in_trail

OWN = (Incumbency.Kind.DEFINITIVE, Incumbency.Kind.PART_TIME)


def from_day(person: Employee, day: date) -> QuerySet[Incumbency]:
    """What begins of a person's posts on `day` or later, each with `is_carried`: a decision of the structure took it
    along from the post before, nobody was appointed."""
    rows = Incumbency.objects.filter(agency_id=person.agency_id, employee=person, starts_on__gte=day)
    rows = rows.select_related("position__job", "position__unit").annotate(is_carried=carried())
    return rows.order_by("starts_on", "kind", "pk")


def carried() -> Exists:
    """Whether a decision of the structure brought a row along from a post that closes (`restructure._carry`)."""
    return Exists(
        Incumbency.objects.filter(
            agency_id=OuterRef("agency_id"), employee_id=OuterRef("employee_id"), kind=OuterRef("kind"),
            ends_on=OuterRef("starts_on"), position__successor_id=OuterRef("position_id"),
            position__ends_on=OuterRef("starts_on"),
        )
        .annotate(closed_by=Left("position__closing_decree", 120))
        .filter(closed_by=OuterRef("decree"))
    )  # fmt: skip


def withdrawable(rows: Iterable[Incumbency], today: date) -> list[Incumbency]:
    """Return those of the rows that are appointments which have not begun, with the units of post and person; one
    query, none without a coming one."""
    wanted = [each.pk for each in rows if each.starts_on > today]
    if not wanted:
        return []
    plain = Incumbency.objects.filter(~carried(), pk__in=wanted)
    return list(plain.select_related("position__unit", "employee__unit").order_by("pk"))


def that_go(person: Employee, day: date, today: date) -> list[Incumbency]:
    """What a person who leaves on `day` will not begin; one query."""
    return [each for each in from_day(person, day) if each.starts_on > today]


def replaced(person: Employee, day: date) -> list[Incumbency]:
    """What an appointment elsewhere from `day` lets drop: where a decision would have taken the person along; one
    query."""
    return [each for each in from_day(person, day) if each.kind in OWN and each.is_carried]  # type: ignore[attr-defined]


def told(person: Employee, rows: Collection[Incumbency]) -> list[str]:
    """Say by name what is not begun, and that the seat stays free."""
    return [
        _("%(name)s tidak jadi memangku %(post)s mulai %(day)s; formasinya tetap lowong.")
        % {"name": person.full_name, "post": each.position, "day": formats.day(each.starts_on)}
        for each in rows
    ]


def check_may_go_elsewhere(person: Employee, position_id: int, day: date, today: date) -> list[Incumbency]:
    """Return the coming posts that an appointment to `position_id` from `day` lets drop: those that a decision would
    have taken the person along to. Raises RuleBroken where a post has begun since, or somebody was appointed: that is
    withdrawn by who knows why."""
    later = [each for each in from_day(person, day) if each.kind in OWN]
    for each in later:
        about = {"name": person.full_name, "post": each.position, "start": formats.day(each.starts_on)}
        if each.starts_on <= today or each.position_id == position_id:
            raise RuleBroken(
                _("%(name)s sudah memangku jabatan yang dimulai pada atau sesudah %(day)s.")
                % {"name": person.full_name, "day": formats.day(day)}
            )
        if not each.is_carried:  # type: ignore[attr-defined]
            raise RuleBroken(
                _("%(name)s sudah diangkat pada %(post)s mulai %(start)s; batalkan pengangkatan itu dahulu.") % about
            )
    return later


def leaves(day: date, *, is_carried: bool) -> str:
    """Return why a coming post goes when its person leaves on `day`, as the trail keeps it."""
    said = trail_reasons.LEFT_BEFORE_CHANGE if is_carried else trail_reasons.LEFT_BEFORE_APPOINTMENT
    return kept.written(said, day=day_in_trail(day))


def goes_elsewhere(day: date) -> str:
    """Return why a coming post goes when its person is appointed elsewhere from `day`, as the trail keeps it."""
    return kept.written(trail_reasons.APPOINTED_ELSEWHERE, day=day_in_trail(day))


def drop(*, actor: User, rows: Collection[Incumbency], why: str) -> None:
    """Take away coming posts; `why` for the trail. Call it in a transaction that holds the person."""
    if not rows:
        return
    agency_id = next(iter(rows)).agency_id
    with agency_scope(agency_id, user_id=actor.pk, reason=why):
        Incumbency.objects.filter(agency_id=agency_id, pk__in=[each.pk for each in rows]).delete()
