"""The agenda book of 20,000 employees against the same written by hand, on the same rows and into the same table.

Ours: everything that one run does (claim, work, commit) as the application's role under row security. The reference:
`sql/agenda_reference.sql` by the owner. Both answers are compared row by row before anything is timed: the first
computation, which writes every case; and an ordinary night, when the cases stand there, against the same reference.
"""

import statistics
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from django.db import connection
from psycopg2.extensions import connection as Connection

from asnhr.crypto import decrypt
from asnhr.models import Agency, Run
from asnhr.queries import parameters_on
from asnhr.scope import agency_scope
from asnhr.services import execute, request_run
from bench.needs import owner_of
from positions.models import Discipline, Employee, YearlyPredicate
from positions.queries import rulebook
from positions.services import agenda

DAY = date(2026, 7, 1)
TURNS = 5
BAR = 3.0
FOLDER = Path(__file__).parent / "sql"
REFERENCE = (FOLDER / "agenda_reference.sql").read_text()
# What the bench's register lacks beside ratings and sanctions: decrees of ranks, leave and credit points of some.
HISTORIES = (FOLDER / "agenda_histories.sql").read_text()
TABLES = ("yearlypredicate", "rankrecord", "discipline", "unpaidleave", "creditpoint")
WRITTEN = """SELECT (to_jsonb(r) - 'id' - 'changed_at' - 'held' - 'held_hash' - 'step' - 'step_hash')::text,
    held, coalesce(step, '') FROM positions_agendaitem r"""
# Sanctions and ratings for the reference, which has no keys: made once, before anything is timed.
CLEAR = (
    "CREATE TEMP TABLE clear_sanction (employee_id bigint, sanction text, state text, starts_on date, ends_on date)",
    "INSERT INTO clear_sanction SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::date[], %s::date[])",
    "CREATE INDEX ON clear_sanction (employee_id)",
)
RATED = """SELECT id, nip, y, CASE WHEN id %% 17 = 0 THEN 3 WHEN id %% 101 = 0 THEN 4 ELSE 2 END
FROM positions_employee CROSS JOIN generate_series(2024, 2025) AS y WHERE agency_id = %s AND (id + y) %% 13 <> 0"""
CLEAR_RATED = """CREATE TEMP TABLE clear_predicate AS
SELECT * FROM unnest(%s::bigint[], %s::smallint[], %s::smallint[]) AS r(employee_id, year, predicate);
CREATE INDEX ON clear_predicate (employee_id, year);
ANALYZE clear_predicate"""
RATE = """INSERT INTO positions_yearlypredicate (agency_id, employee_id, siasn_id, year, predicate, predicate_hash,
    appraiser_name, appraiser_nip, appraiser_job, appraiser_unit, appraiser_status)
SELECT %s, employee_id, '', year, token, hash, '', '', '', '', 'ASN'
FROM unnest(%s::bigint[], %s::smallint[], %s::text[], %s::text[]) AS r(employee_id, year, token, hash)"""


def ours(agency: Agency) -> float:
    """Do one computation as a worker does; return its seconds. Raises RuntimeError when the run failed."""
    with agency_scope(agency):
        run, _is_new = request_run(agency=agency, kind=agenda.KIND, parameters={"day": DAY.isoformat()}, actor=None)
    began = time.perf_counter()
    execute(agency_id=agency.pk, run_id=run.pk, heartbeat=False)
    seconds = time.perf_counter() - began
    with agency_scope(agency):
        run.refresh_from_db()
        if run.state != Run.State.DONE:
            raise RuntimeError(f"the computation failed: {run.problems}")
    return seconds


def values_for(agency: Agency) -> dict[str, Any]:
    """Return what the reference needs by name: the day and the retirement ages."""
    with agency_scope(agency):
        ages = rulebook.ages_of({code: row.value for code, row in parameters_on(agency, DAY).items()})
    return {
        "agency": agency.pk,
        "day": DAY,
        "bup_levels": [level.value for level in ages.of_level],
        "bup_ages": list(ages.of_level.values()),
        "special_names": [words for words, _, _ in ages.special],
        "special_levels": [level.value if level else None for _, level, _ in ages.special],
        "special_ages": [age for _, _, age in ages.special],
    }


def rate(owner: Connection, agency: Agency) -> None:
    """Write two years of ratings for most people, as tokens, and the copy of them that the reference reads."""
    column: Any = YearlyPredicate._meta.get_field("predicate")
    with owner.cursor() as cursor:
        cursor.execute(RATED, [agency.pk])
        people, nips, years, ratings = (list(each) for each in zip(*cursor.fetchall(), strict=True))
        tokens = [column.get_prep_value(rating) for rating in ratings]
        hashes = [column.hash_for(rating, nip) for rating, nip in zip(ratings, nips, strict=True)]
        cursor.execute(RATE, [agency.pk, people, years, tokens, hashes])
        cursor.execute(CLEAR_RATED, [people, years, ratings])


def reference(owner: Connection, values: dict[str, Any]) -> float:
    """Run the statement written by hand in one transaction; return its seconds."""
    began = time.perf_counter()
    with owner.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute(REFERENCE, values)
        cursor.execute("COMMIT")
    return time.perf_counter() - began


def written(owner: Connection) -> set[tuple[str, ...]]:
    """Return the cases, opened; the reference writes no tokens."""
    with owner.cursor() as cursor:
        cursor.execute(WRITTEN)
        return {
            (text, *(decrypt(each).rstrip() if each.startswith("1.") else each for each in closed))
            for text, *closed in cursor.fetchall()
        }


def punish(agency: Agency, owner: Connection) -> None:
    """Write a sanction for some, with real tokens, and a copy in clear for the reference."""
    with agency_scope(agency):
        people = [each for each in Employee.objects.filter(agency=agency).only("nip") if each.pk % 97 == 0]
    rows = [
        Discipline(
            agency_id=agency.pk, employee=each, sanction="25", decree=f"H{each.pk}", decree_on=date(2026, 1, 15),
            starts_on=date(2026, 2, 1), years=1, ends_on=date(2027, 2, 1),
        )
        for each in people
    ]  # fmt: skip
    columns = [column for column in Discipline._meta.concrete_fields if not column.primary_key]
    names, places = ", ".join(f'"{column.column}"' for column in columns), ", ".join(["%s"] * len(columns))
    with owner.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO positions_discipline ({names}) VALUES ({places})",  # noqa: S608  names come from the model
            [[column.get_db_prep_save(column.pre_save(row, True), connection) for column in columns] for row in rows],
        )
        create, fill, index = CLEAR
        cursor.execute(create)
        facts = ("employee_id", "sanction", "state", "starts_on", "ends_on")
        cursor.execute(fill, [[str(getattr(row, name)) for row in rows] for name in facts])
        cursor.execute(index)


def clear(owner: Connection, *tables: str) -> None:
    """Empty tables, so that every turn finds them as the first one did."""
    with owner.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for table in tables:
            cursor.execute(f"DELETE FROM positions_{table}")
        cursor.execute("RESET session_replication_role")
        for table in tables:
            cursor.execute(f"VACUUM ANALYZE positions_{table}")


def measure(agency: Agency, owner_url: str, say: Callable[[str], None], turns: int = TURNS) -> dict[str, Any]:
    """Return the medians in ms of `turns` computations each, in turn. Raises RuntimeError when the answers differ."""
    say("agenda: comparing the answers")
    with owner_of(owner_url) as owner:
        with owner.cursor() as cursor:
            # The triggers of histories and of the audit trail are measured elsewhere.
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(HISTORIES, {"agency": agency.pk})
            punish(agency, owner)
            rate(owner, agency)
            cursor.execute("RESET session_replication_role")
            cursor.execute("ANALYZE")
        values = values_for(agency)
        ours(agency)
        own = written(owner)
        clear(owner, "agendaitem")
        reference(owner, values)
        other = written(owner)
        clear(owner, "agendaitem")
        if own != other:
            raise RuntimeError(f"the reference says otherwise: {sorted(own - other)[:2]} {sorted(other - own)[:2]}")
        times: dict[str, list[float]] = {"first": [], "night": [], "reference": []}
        for turn in range(turns):
            say(f"agenda: {turn + 1} of {turns}")
            times["first"].append(ours(agency))
            times["night"].append(ours(agency))
            clear(owner, "agendaitem")
            times["reference"].append(reference(owner, values))
            clear(owner, "agendaitem")
        clear(owner, *TABLES)
    middle = {name: statistics.median(each) for name, each in times.items()}
    return {
        f"agenda_{name}": {
            "ours": round(middle[name] * 1000, 1), "reference": round(middle["reference"] * 1000, 1),
            "ratio": round(middle[name] / middle["reference"], 2), "bar": BAR, "unit": "ms", "turns": turns,
            "rows": len(own),
        }
        for name in ("first", "night")
    }  # fmt: skip
