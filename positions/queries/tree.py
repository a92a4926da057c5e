"""The tree of units on a day, from the history of parents. Who may see what (`visible_to`) follows today's tree."""

from datetime import date
from typing import Any

from django.db.models import BigIntegerField, Func, Q

from positions.models import UnitPeriod
from positions.models._base import in_force


class UnitAndBelow(Func):
    """The ids of a unit and of all units below it on a day, for `__in`; row security keeps to the agency in scope."""

    output_field = BigIntegerField()
    template = """(WITH RECURSIVE below AS (
        SELECT %%s::bigint AS id
        UNION
        SELECT p.unit_id FROM positions_unitperiod p JOIN below b ON b.id = p.parent_id
        WHERE p.starts_on <= %%s AND (p.ends_on IS NULL OR p.ends_on > %%s)
    ) SELECT id FROM below)"""

    def __init__(self, unit_id: int, day: date) -> None:
        super().__init__()
        self.unit_id, self.day = unit_id, day

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> Any:  # type: ignore[override]
        sql, params = super().as_sql(compiler, connection, **context)
        return sql, (*params, self.unit_id, self.day, self.day)

    @property
    def identity(self) -> Any:
        return (*super().identity, self.unit_id, self.day)


def offices_on(day: date) -> Q:
    """Return the condition that a unit is a perangkat daerah on `day`: its parent is the root of that day."""
    periods = UnitPeriod.objects.filter(in_force(day))
    roots = periods.filter(parent__isnull=True).values("unit_id")
    return Q(pk__in=periods.filter(parent__in=roots).values("unit_id"))
