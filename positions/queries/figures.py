"""K, B and what stands beside them, in SQL: of one position as columns of a query set, of many at once as a CTE.

Fixed text: lists ask for it with every page, and the ORM took longer to compose it than PostgreSQL to answer it. Every
parameter (`%s`) is the day; row security keeps every table to the agency in scope.
"""

from django.db.models import BooleanField, IntegerField

from positions.models import Employee, Incumbency, PositionNeed, Seat
from positions.queries import rulebook
from positions.rules.levels import MANAGERIAL_LEVELS

# Kinds of incumbency that hold a post; Plt and Plh look after it.
HELD = (Incumbency.Kind.DEFINITIVE, Incumbency.Kind.PART_TIME, Incumbency.Kind.DUTY)


def _words(*values: str) -> str:
    return ", ".join(f"'{value}'" for value in map(str, values))


def _in_force(row: str) -> str:
    return f"{row}.starts_on <= %s AND ({row}.ends_on IS NULL OR {row}.ends_on > %s)"


# Decrees that decide K.
_DECREES = f"positions_positionneed d WHERE {_in_force('d')} AND d.source IN ({_words(PositionNeed.Source.DECIDED)})"

# Seats that count in K: the same as `SeatQuerySet.decided`.
_KINDS = _words(Seat.Kind.FORMATION, Seat.Kind.DUTY)
_FORMER = "SELECT f.seat_id FROM positions_seatformerkind f WHERE f.starts_on <= %s AND f.ends_on > %s"
_SEATS = f"""positions_seat s WHERE {_in_force("s")}
        AND (s.kind IN ({_KINDS}) AND s.id NOT IN ({_FORMER} AND f.kind NOT IN ({_KINDS}))
            OR s.id IN ({_FORMER} AND f.kind IN ({_KINDS})))"""

# People who hold a post and are counted.
_HOLDERS = f"""positions_incumbency i JOIN positions_employee e ON e.agency_id = i.agency_id AND e.id = i.employee_id
        WHERE {_in_force("i")} AND i.kind IN ({_words(*HELD)})
        AND {rulebook.Counts.text.format("e.legal_status", "e.exits_on")}"""
_IS_PART_TIME = f"({{0}} = {_words(Incumbency.Kind.PART_TIME)} OR {{1}} = {_words(Employee.Status.PART_TIME)})"
_BESIDE = _IS_PART_TIME.format("i.kind", "e.status")


class InB(rulebook.OnDay):
    """Whether an incumbency of that day counts in B: the one place that says so for the register's lists, pages and
    exports, and the same as `positions.queries.needs.inputs` counts for the analysis. PPPK paruh waktu count where the
    agency set it so.

    Columns: kind, the person's status, the position's by_duty, the person's legal status and last day.
    """

    output_field = BooleanField()
    of_held = (
        f"(NOT {_IS_PART_TIME} AND ({{0}} = {_words(Incumbency.Kind.DEFINITIVE)}"
        f" OR {{0}} = {_words(Incumbency.Kind.DUTY)} AND {{2}}) OR {_IS_PART_TIME} AND {rulebook.PART_TIME_IN_B})"
    )
    text = f"({{0}} IN ({_words(*HELD)}) AND {rulebook.Counts.text.format('{3}', '{4}')} AND {of_held})"


def _is_in_b(by_duty: str) -> str:
    """Return what is left of `InB` for `_HOLDERS`."""
    return InB.of_held.format("i.kind", "e.status", by_duty)


# Of one position


class SeatsDecide(rulebook.OnDay):
    """Whether K without a decree is the number of seats: managerial and head-duty positions. Columns: the job's level,
    by_duty."""

    output_field = BooleanField()
    text = f"({{0}} IN ({_words(*sorted(level.value for level in MANAGERIAL_LEVELS))}) OR {{1}})"


class Outside(rulebook.OnDay):
    """Whether a position stands outside the sums: its holder, by a duty, counts once, in the functional post, unless
    the agency set it otherwise. Column: by_duty."""

    output_field = BooleanField()
    text = f"({{0}} AND {rulebook.DUTY_IS_ONCE})"


class K(rulebook.OnDay):
    """K ditetapkan; null: unknown. Columns: agency, position, the job's level, by_duty."""

    output_field = IntegerField()
    text = f"""coalesce(
        (SELECT round(sum(d.need))::integer FROM {_DECREES} AND d.agency_id = {{0}} AND d.position_id = {{1}}),
        CASE WHEN {SeatsDecide.text.format("{2}", "{3}")} THEN
            coalesce((SELECT nullif(count(*), 0) FROM {_SEATS} AND s.agency_id = {{0}} AND s.position_id = {{1}}), 1)
        END::integer)"""


class IsPrinted(rulebook.OnDay):
    """Whether B is what an imported map prints: only where nobody was ever imported to the perangkat daerah, as the
    tree stands now. A map and a list of people both come for a whole perangkat daerah, so once its people are there an
    empty post is vacant. The root stands for itself. The same as in `positions.queries.needs.inputs`.

    Columns: agency, printed_holders, unit, the unit's office.
    """

    output_field = BooleanField()
    text = """({1} IS NOT NULL AND NOT EXISTS (SELECT FROM positions_unit u
        JOIN positions_position p ON p.agency_id = u.agency_id AND p.unit_id = u.id
        JOIN positions_incumbency i ON i.agency_id = p.agency_id AND i.position_id = p.id
        WHERE u.agency_id = {0} AND (u.office_id = {3} OR u.id = {2})))"""


class B(rulebook.OnDay):
    """Bezetting. Columns: agency, position, by_duty, printed_holders, whether these are B (`IsPrinted`)."""

    output_field = IntegerField()
    text = f"""CASE WHEN {{4}} THEN {{3}} ELSE (SELECT count(*)::integer FROM {_HOLDERS}
        AND {_is_in_b("{2}")} AND i.agency_id = {{0}} AND i.position_id = {{1}}) END"""


class PartTime(rulebook.OnDay):
    """PPPK paruh waktu, whether they count in B or not. Columns: agency, position."""

    output_field = IntegerField()
    text = f"""(SELECT count(*)::integer FROM {_HOLDERS}
        AND {_BESIDE} AND i.agency_id = {{0}} AND i.position_id = {{1}})"""


class IsActing(rulebook.OnDay):
    """Whether somebody looks after the position (Plt, Plh). Columns: agency, position."""

    output_field = BooleanField()
    text = f"""EXISTS (SELECT FROM positions_incumbency i WHERE {_in_force("i")}
        AND i.kind IN ({_words(Incumbency.Kind.PLT, Incumbency.Kind.PLH)})
        AND i.agency_id = {{0}} AND i.position_id = {{1}})"""


# Of many positions

# The same figures, each counted once over the rows of `{chosen}` (whose parameters stand first) and joined as `p`:
# reading them row by row costs five times as much. An agency that counts the holder of a duty twice has no `by_duty`.
OF_MANY = f"""
WITH chosen (id, unit_id, by_duty, is_fixed, printed_holders, b_printed) AS MATERIALIZED ({{chosen}}),
once (is_so) AS MATERIALIZED (SELECT {rulebook.DUTY_IS_ONCE}),
decided (position_id, figure) AS (
    SELECT d.position_id, round(sum(d.need))::integer
    FROM {_DECREES} AND d.position_id IN (SELECT id FROM chosen) GROUP BY 1
),
seats (position_id, figure) AS (
    SELECT s.position_id, count(*)::integer
    FROM {_SEATS} AND s.position_id IN (SELECT id FROM chosen WHERE is_fixed) GROUP BY 1
),
holders (position_id, figure, part_time) AS (
    SELECT i.position_id, count(*) FILTER (WHERE {_is_in_b("c.by_duty")})::integer,
        count(*) FILTER (WHERE {_BESIDE})::integer
    FROM chosen c, {_HOLDERS} AND i.position_id = c.id GROUP BY 1
),
p AS (
    SELECT c.id, c.unit_id, c.b_printed, c.by_duty AND once.is_so AS by_duty,
        coalesce(decided.figure, CASE WHEN c.is_fixed THEN coalesce(seats.figure, 1) END) AS k,
        CASE WHEN c.b_printed THEN c.printed_holders ELSE coalesce(holders.figure, 0) END AS b,
        coalesce(holders.part_time, 0) AS part_time
    FROM chosen c CROSS JOIN once
    LEFT JOIN decided ON decided.position_id = c.id LEFT JOIN seats ON seats.position_id = c.id
    LEFT JOIN holders ON holders.position_id = c.id
)
"""
