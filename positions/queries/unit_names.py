"""Names that units bore, what they stood below and the perangkat daerah they belonged to, on a day that is not today.

`Unit.name`, `parent` and `office` are today's. Who looks at another day reads rows as ever and lets their units bear
what they bore then: few units ever changed, so one statement names all that did.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce

from asnhr import dates
from positions.models import Unit, UnitPeriod


@dataclass(frozen=True, slots=True)
class Bore:
    name: str
    parent_id: int | None
    parent_name: str
    office_id: int | None
    office_name: str


# Row security keeps every table to the agency in scope.
_THEN = """
WITH RECURSIVE tree (unit_id, name, parent_id, parent_name, office_id, office_name, depth) AS (
    SELECT p.unit_id, p.name, NULL::bigint, NULL::varchar, NULL::bigint, NULL::varchar, 0 FROM positions_unitperiod p
    WHERE p.parent_id IS NULL AND p.starts_on <= %(day)s AND (p.ends_on IS NULL OR p.ends_on > %(day)s)
    UNION ALL
    SELECT p.unit_id, p.name, t.unit_id, t.name, CASE t.depth WHEN 0 THEN p.unit_id ELSE t.office_id END,
        CASE t.depth WHEN 0 THEN p.name ELSE t.office_name END, t.depth + 1
    FROM positions_unitperiod p JOIN tree t ON t.unit_id = p.parent_id
    WHERE p.starts_on <= %(day)s AND (p.ends_on IS NULL OR p.ends_on > %(day)s)
)
SELECT t.unit_id, t.name, t.parent_id, coalesce(t.parent_name, ''), t.office_id, coalesce(t.office_name, '')
FROM tree t JOIN positions_unit u ON u.id = t.unit_id
WHERE (u.name, u.parent_id, u.office_id) IS DISTINCT FROM (t.name, t.parent_id, t.office_id)
UNION ALL
-- What has closed by then but not by today bears its last name: today's row does not know it yet.
SELECT u.id, p.name, u.parent_id, coalesce(parent.name, ''), u.office_id, coalesce(office.name, '')
FROM positions_unit u
JOIN LATERAL (
    SELECT x.name FROM positions_unitperiod x WHERE x.agency_id = u.agency_id AND x.unit_id = u.id
    ORDER BY x.starts_on DESC LIMIT 1
) p ON p.name <> u.name
LEFT JOIN positions_unit parent ON parent.id = u.parent_id
LEFT JOIN positions_unit office ON office.id = u.office_id
WHERE u.ends_on <= %(day)s
"""


def then(day: date, unit: str = "") -> Any:
    """Return the name that a unit (a row of `Unit`, or `unit` of other rows) bore on `day`, as a column."""
    name = f"{unit}__name" if unit else "name"
    if day == dates.today():
        return F(name)
    key = OuterRef(f"{unit}_id" if unit else "pk")
    # The last that had begun: of a unit that has closed by then its last name.
    periods = UnitPeriod.objects.filter(starts_on__lte=day, agency_id=OuterRef("agency_id"), unit_id=key)
    return Coalesce(Subquery(periods.order_by("-starts_on").values("name")[:1]), F(name))


def on(day: date) -> dict[int, Bore]:
    """Return, by id, the units that bore another name on `day` than today or stood elsewhere.
    Empty for today, without asking; else one query."""
    if day == dates.today():
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_THEN, {"day": day})
        return {pk: Bore(*values) for pk, *values in cursor.fetchall()}


def bear(units: Iterable[Unit | None], day: date) -> None:
    """Let units just read, their offices and parents where loaded, bear what they bore on `day`. One query, none for
    today. The rows are for showing: nobody saves them."""
    found = on(day)
    if not found:
        return
    for unit in units:
        if unit is not None:
            _bear(unit, found)


def _bear(unit: Unit, found: dict[int, Bore]) -> None:
    loaded = unit._state.fields_cache
    then = found.get(unit.pk)
    if then is not None:
        unit.name = then.name
        for name, pk, text in (
            ("parent", then.parent_id, then.parent_name),
            ("office", then.office_id, then.office_name),
        ):
            if name in loaded and pk != getattr(unit, f"{name}_id"):
                setattr(unit, f"{name}_id", pk)
                loaded[name] = Unit(pk=pk, name=text) if pk else None
    for name in ("office", "parent"):
        other = loaded.get(name)
        if other is not None and other is not unit and other.pk in found:
            other.name = found[other.pk].name


def bear_rows(rows: Iterable[dict[str, Any]], day: date, *, unit: str = "unit_id", name: str = "unit_name") -> None:
    """The same for rows of the API: `name` where the row has the unit's id as `unit`."""
    found = on(day)
    for row in rows if found else ():
        if (then := found.get(row.get(unit))) is not None and name in row:  # type: ignore[arg-type]
            row[name] = then.name
