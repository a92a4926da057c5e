"""The data quality of 20,000 employees against the same written by hand, on the same rows and into the same tables.

Ours: everything that one run does (claim, work, commit) as the application's role under row security. The reference:
`sql/quality_reference.sql` by the owner. Both answers are compared row by row before anything is timed. Two figures:
the first computation, which writes every finding anew, as the whole reference does; and that of an ordinary night, when
the findings stand there already, against the reference without findings: the plain SQL of the index alone.
"""

import re
import statistics
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from psycopg2.extensions import connection as Connection

from asnhr.models import Agency, Run
from asnhr.queries import parameters_on
from asnhr.scope import agency_scope
from asnhr.services import execute, request_run
from bench.needs import owner_of
from positions.queries import quality as queries
from positions.queries import rulebook
from positions.rules import data_quality as rules
from positions.services import quality

DAY = date(2026, 7, 1)
TURNS = 5
BAR = 3.0
REFERENCE = (Path(__file__).parent / "sql" / "quality_reference.sql").read_text()
STATEMENTS = tuple(part for part in re.split(r"(?m)^-{60,}$", REFERENCE) if part.strip())
WRITTEN = {
    "index": "SELECT (to_jsonb(r) - 'id' - 'computed_at')::text FROM positions_qualityindex r",
    "problems": "SELECT (to_jsonb(r) - 'id')::text FROM positions_qualityproblem r",
}


def ours(agency: Agency, day: date = DAY) -> float:
    """Do one computation as a worker does; return its seconds. Raises RuntimeError when the run failed."""
    with agency_scope(agency):
        run, _is_new = request_run(agency=agency, kind=quality.KIND, parameters={"day": day.isoformat()}, actor=None)
    began = time.perf_counter()
    execute(agency_id=agency.pk, run_id=run.pk, heartbeat=False)
    seconds = time.perf_counter() - began
    with agency_scope(agency):
        run.refresh_from_db()
        if run.state != Run.State.DONE:
            raise RuntimeError(f"the computation failed: {run.problems}")
    return seconds


def values_for(agency: Agency) -> dict[str, Any]:
    """Return what the reference needs by name: days, retirement ages and shares, no sum of ours."""
    with agency_scope(agency):
        parameters = parameters_on(agency, DAY)
        values = queries.arguments(agency_id=agency.pk, day=DAY, parameters=parameters)
    ages = rulebook.ages_of({code: row.value for code, row in parameters.items()})
    settings = queries.settings_of(parameters)
    counted = rules.shares(weights=settings.weights, excluded=settings.excluded)
    clean = rules.shares(weights=settings.weights)

    def decimals(shares: list[Any]) -> list[str]:
        return [f"{Decimal(each.numerator) / each.denominator:f}" for each in shares]

    kept = ("agency", "day", "ended", "codes", "dimensions", "missing", "treatment", "weights")
    return {name: values[name] for name in kept} | {
        "bup_levels": [level.value for level in ages.of_level],
        "bup_ages": list(ages.of_level.values()),
        "special_names": [words for words, _, _ in ages.special],
        "special_levels": [level.value if level else None for _, level, _ in ages.special],
        "special_ages": [age for _, _, age in ages.special],
        "dimension_shares": decimals([counted[code].dimension for code in values["codes"]]),
        "total_shares": decimals([counted[code].total for code in values["codes"]]),
        "clean_shares": decimals([clean[code].total for code in values["codes"]]),
    }


def reference(owner: Connection, values: dict[str, Any], *, findings: bool = True) -> float:
    """Run the statements written by hand in one transaction; return their seconds. Not `findings`: the index alone."""
    began = time.perf_counter()
    with owner.cursor() as cursor:
        cursor.execute("BEGIN")
        for statement in STATEMENTS:
            if findings or "INTO positions_qualityproblem" not in statement:
                cursor.execute(statement, values)
        cursor.execute("COMMIT")
    return time.perf_counter() - began


def written(owner: Connection) -> dict[str, set[str]]:
    """Return every row that is there, as text without ids and times."""
    found = {}
    with owner.cursor() as cursor:
        for name, statement in WRITTEN.items():
            cursor.execute(statement)
            found[name] = {text for (text,) in cursor.fetchall()}
    return found


def clear(owner: Connection) -> None:
    """Empty both tables, so that every turn finds them as the first one did."""
    with owner.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for table in ("qualityproblem", "qualityindex"):
            cursor.execute(f"DELETE FROM positions_{table}")
        cursor.execute("RESET session_replication_role")
        for table in ("qualityproblem", "qualityindex"):
            cursor.execute(f"VACUUM ANALYZE positions_{table}")


def compare(agency: Agency, owner: Connection, values: dict[str, Any]) -> dict[str, int]:
    """Return how many rows both wrote. Raises RuntimeError when one says otherwise than the other."""
    ours(agency)
    own = written(owner)
    clear(owner)
    reference(owner, values)
    other = written(owner)
    clear(owner)
    for name, rows in own.items():
        if rows != other[name]:
            examples = sorted(rows - other[name])[:2] + sorted(other[name] - rows)[:2]
            raise RuntimeError(f"the reference says otherwise of {name}: {examples}")
    return {name: len(rows) for name, rows in own.items()}


def measure(agency: Agency, owner_url: str, say: Callable[[str], None], turns: int = TURNS) -> dict[str, Any]:
    """Return the medians in ms of `turns` computations each, in turn. Raises RuntimeError when the answers differ."""
    say("quality: comparing the answers")
    with owner_of(owner_url) as owner:
        values = values_for(agency)
        rows = compare(agency, owner, values)
        times: dict[str, list[float]] = {"first": [], "night": [], "all": [], "index": []}
        for turn in range(turns):
            say(f"quality: {turn + 1} of {turns}")
            times["first"].append(ours(agency))
            times["night"].append(ours(agency))
            clear(owner)
            times["all"].append(reference(owner, values))
            clear(owner)
            times["index"].append(reference(owner, values, findings=False))
            clear(owner)
    middle = {name: statistics.median(each) for name, each in times.items()}
    return {
        name: {
            "ours": round(middle[which] * 1000, 1), "reference": round(middle[other] * 1000, 1),
            "ratio": round(middle[which] / middle[other], 2), "bar": BAR, "unit": "ms", "turns": turns,
            "rows": rows,
        }
        for name, which, other in (("quality_first", "first", "all"), ("quality_night", "night", "index"))
    }  # fmt: skip
