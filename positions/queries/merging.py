"""Into which positions one may be merged."""

from collections.abc import Sequence

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet

from positions.models import Job, Position
from positions.queries.register import alike

MOST = 10


def targets(
    others: QuerySet[Position], position: Position, text: str, *, whole_office: bool, first: Sequence[int] = ()
) -> list[Position]:
    """Return the positions that `position` is offered to be merged into, of one kind of job first.

    Without words those of its kind: in its unit, or in its office where the unit has none or `whole_office` asks for
    it. With words those called so, of its office first where `whole_office`. What a merger would refuse is left out:
    a managerial post takes in no other kind (`services.successors`). `others`: what may be seen on the day, without
    the position itself; those in `first` stand first, whatever their office. Needs `job` and `unit` of the position.
    """
    rows = others.filter(by_duty=position.by_duty, ends_on__isnull=True)
    if position.job.group != Job.Group.MANAGERIAL:
        rows = rows.exclude(job__group=Job.Group.MANAGERIAL)
    if first:
        named = list(_kin_first(rows.filter(pk__in=first), position)[:MOST])
        rest = targets(others.exclude(pk__in=first), position, text, whole_office=whole_office)
        return named + rest[: MOST - len(named)]
    in_office = rows.filter(_office(position))
    if text:
        near = list(alike(_kin_first(in_office, position), "job__name", text)[:MOST]) if whole_office else []
        known = [each.pk for each in near]
        return near + list(alike(rows.exclude(pk__in=known), "job__name", text)[: MOST - len(near)])
    kin = _kin_first(in_office.filter(job__group=position.job.group), position)
    if not whole_office and (here := list(kin.filter(unit=position.unit_id)[:MOST])):
        return here
    return list(kin[:MOST])


def _office(position: Position) -> Q:
    return Q(unit=position.unit_id) | Q(unit__office=position.unit.office_id, unit__office__isnull=False)


def _kin_first(rows: QuerySet[Position], position: Position) -> QuerySet[Position]:
    """Order by: the same job, the same level, the same unit, then by name."""
    job = position.job
    first = [Q(job=job.pk), Q(job__level=job.level), Q(unit=position.unit_id)]
    flags = [ExpressionWrapper(condition, output_field=BooleanField()).desc() for condition in first]
    return rows.order_by(*flags, "job__name", "unit__name", "pk")
