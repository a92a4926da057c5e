"""The tree of units on a day, from the history of parents. Who may see what (`visible_to`) follows today's tree."""

from datetime import date
from typing import Any

from django.db.models import BigIntegerField, Func, Q

from positions.models import Unit


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


class Offices(Func):
    """The ids of the perangkat daerah on a day: units whose parent was the root then; row security keeps to the agency.

    Fixed text: every list offers them, and the ORM would write two nested queries anew each time.
    """

    output_field = BigIntegerField()
    template = """(SELECT p.unit_id
        FROM positions_unitperiod p JOIN positions_unitperiod root ON root.unit_id = p.parent_id
        WHERE root.parent_id IS NULL AND root.starts_on <= %%s AND (root.ends_on IS NULL OR root.ends_on > %%s)
        AND p.starts_on <= %%s AND (p.ends_on IS NULL OR p.ends_on > %%s))"""

    def __init__(self, day: date) -> None:
        super().__init__()
        self.day = day

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> Any:  # type: ignore[override]
        sql, params = super().as_sql(compiler, connection, **context)
        return sql, (*params, *[self.day] * 4)

    @property
    def identity(self) -> Any:
        return (*super().identity, self.day)


def offices_on(day: date) -> Q:
    """Return the condition that a unit is a perangkat daerah on `day`: its parent is the root of that day."""
    return Q(pk__in=Offices(day))


def is_below(unit_id: int, other_id: int, day: date) -> bool:
    """Return whether a unit is `other_id` or stands below it on `day`."""
    return Unit.objects.filter(pk=unit_id).filter(pk__in=UnitAndBelow(other_id, day)).exists()
