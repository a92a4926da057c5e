"""One analysis of the whole agency against the same written by hand, on the same rows and into the same tables.

Ours: everything that one run does (claim, work, commit) as the application's role under row security. The reference:
`sql/needs_reference.sql` by the owner, whom row security does not concern. Both answers are compared row by row before
anything is timed, so that the ratio compares equals.
"""

import json
import re
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2.extensions import connection as Connection

from asnhr.models import Agency, Run
from asnhr.queries import parameters_on
from asnhr.scope import agency_scope
from asnhr.services import execute
from positions.models import NeedsAnalysis
from positions.queries.needs import run as needs
from positions.services import analysis

# The older analysis is what changes of need are measured against.
DAY, OLDER = date(2026, 7, 1), date(2025, 6, 1)
TURNS = 5
BAR = 2.0
REFERENCE = (Path(__file__).parent / "sql" / "needs_reference.sql").read_text()
STATEMENTS = tuple(part for part in re.split(r"(?m)^-{60,}$", REFERENCE) if part.strip())

# Everything written but ids, as text; `%s` is the analysis. A line is known by its position.
WRITTEN = {
    "results": "SELECT position_id, (to_jsonb(r) - 'id' - 'analysis_id')::text FROM positions_needsresult r"
    " WHERE analysis_id = %s",
    "lines": "SELECT r.position_id, (to_jsonb(l) - 'id' - 'result_id')::text FROM positions_recommendationline l"
    " JOIN positions_needsresult r ON r.id = l.result_id WHERE r.analysis_id = %s",
    "competencies": "SELECT unit_id, (to_jsonb(c) - 'id' - 'analysis_id')::text FROM positions_competencyneed c"
    " WHERE analysis_id = %s",
    "findings": "SELECT goal_id, (to_jsonb(f) - 'id' - 'analysis_id')::text FROM positions_unitfinding f"
    " WHERE analysis_id = %s",
}


@contextmanager
def owner_of(url: str) -> Iterator[Connection]:
    """The owner's connection in autocommit mode."""
    connection = psycopg2.connect(url)
    connection.autocommit = True
    try:
        yield connection
    finally:
        connection.close()


def ours(agency: Agency, day: date) -> tuple[float, NeedsAnalysis]:
    """Do one analysis as a worker does; return its seconds and itself. Raises RuntimeError when the run failed."""
    with agency_scope(agency):
        run, _is_new = analysis.request_analysis(agency, day, None)
    began = time.perf_counter()
    execute(agency_id=agency.pk, run_id=run.pk, heartbeat=False)
    seconds = time.perf_counter() - began
    with agency_scope(agency):
        run.refresh_from_db()
        if run.state != Run.State.DONE:
            raise RuntimeError(f"the analysis failed: {run.problems}")
        return seconds, NeedsAnalysis.objects.get(agency=agency, run=run)


def reference(owner: Connection, values: dict[str, Any]) -> float:
    """Run the statements written by hand in one transaction, for the analysis of `values`; return their seconds."""
    began = time.perf_counter()
    with owner.cursor() as cursor:
        cursor.execute("BEGIN")
        for statement in STATEMENTS:
            cursor.execute(statement, values)
        cursor.execute("COMMIT")
    return time.perf_counter() - began


def values_for(agency: Agency, day: date, own: NeedsAnalysis) -> dict[str, Any]:
    """Return what the reference needs by name, for an analysis of its own like `own` and compared with the same one."""
    with agency_scope(agency):
        parameters = parameters_on(agency, day)
        run = Run.objects.create(agency=agency, kind=analysis.KIND, state=Run.State.DONE, fingerprint="reference")
        twin = NeedsAnalysis.objects.create(agency=agency, run=run, as_of=day, rule_version=own.rule_version)
        compared = analysis.comparable(agency.pk, day, parameters)
    values = needs.arguments(
        agency_id=agency.pk, analysis_id=twin.pk, as_of=day, parameters=parameters, compared=compared, is_past=True
    )
    # What the rows of the decision table are is the reference's own.
    del values["table"]
    return values | {"origins": json.dumps({code: value.origin for code, value in parameters.items()})}


def differences(owner: Connection, one: int, other: int) -> dict[str, list[Any]]:
    """Return by table the rows that only one of two analyses wrote; empty when they say the same."""
    found = {}
    with owner.cursor() as cursor:
        for name, written in WRITTEN.items():
            cursor.execute(
                f"(({written}) EXCEPT ALL ({written})) UNION ALL (({written}) EXCEPT ALL ({written})) ORDER BY 1, 2",
                [one, other, other, one],
            )
            if rows := cursor.fetchall():
                found[name] = rows
    return found


def clear(owner: Connection, analysis_id: int) -> None:
    """Remove what an analysis wrote, so that every turn finds the tables as the first one did."""
    with owner.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "DELETE FROM positions_recommendationline WHERE result_id IN"
            " (SELECT id FROM positions_needsresult WHERE analysis_id = %s)",
            [analysis_id],
        )
        for table in ("needsresult", "competencyneed", "unitfinding"):
            cursor.execute(f"DELETE FROM positions_{table} WHERE analysis_id = %s", [analysis_id])
        cursor.execute("RESET session_replication_role")
        for table in ("recommendationline", "needsresult", "competencyneed", "unitfinding"):
            cursor.execute(f"VACUUM ANALYZE positions_{table}")


def measure(agency: Agency, owner_url: str, say: Callable[[str], None], turns: int = TURNS) -> dict[str, Any]:
    """Return the medians in ms of `turns` analyses each, in turn. Raises RuntimeError when the answers differ."""
    say("needs: comparing the answers")
    with owner_of(owner_url) as owner:
        ours(agency, OLDER)
        own = ours(agency, DAY)[1]
        values = values_for(agency, DAY, own)
        reference(owner, values)
        if found := differences(owner, own.pk, values["analysis"]):
            examples = {name: rows[:2] for name, rows in found.items()}
            raise RuntimeError(f"the reference says otherwise: {examples}")
        with owner.cursor() as cursor:
            cursor.execute(
                'SELECT jsonb_object_agg("row", n) FROM (SELECT "row", count(*) AS n FROM positions_needsresult'
                " WHERE analysis_id = %s GROUP BY 1) r",
                [own.pk],
            )
            fired = cursor.fetchone()[0]
        clear(owner, own.pk)
        clear(owner, values["analysis"])
        times: dict[str, list[float]] = {"ours": [], "reference": []}
        for turn in range(turns):
            say(f"needs: {turn + 1} of {turns}")
            seconds, own = ours(agency, DAY)
            times["ours"].append(seconds)
            clear(owner, own.pk)
            times["reference"].append(reference(owner, values))
            clear(owner, values["analysis"])
    mine, other = (statistics.median(times[name]) for name in ("ours", "reference"))
    return {
        "needs_analysis": {
            "ours": round(mine * 1000, 1), "reference": round(other * 1000, 1), "ratio": round(mine / other, 2),
            "bar": BAR, "unit": "ms", "turns": turns, "rows_fired": fired,
        }
    }  # fmt: skip
