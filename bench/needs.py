"""The needs analysis against one INSERT … SELECT that reads the same rows, by the owner, without row security.

The reference writes the same result columns with signals and evidence; both answers are compared before they are timed.
"""

import statistics
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import psycopg2
from django.db import transaction

from asnhr.models import Agency, Run
from asnhr.queries import parameters_on
from asnhr.scope import agency_scope
from asnhr.services import Progress
from positions.models import NeedsAnalysis
from positions.queries.needs import run as needs
from positions.services import analysis

DAY = date(2026, 11, 22)
REPEATS = 5
BAR = 2.0
REFERENCE = Path(__file__).parent / "sql" / "needs.sql"
COLUMNS = (
    "position_id, unit_id, job_id, code, unit_name, job_name, job_class, managerial, source, need, k, k_decided, k_used,"
    " b, b_part_time, f, effectiveness, grade, outflow, k_year, b_year, received, released, signals, evidence,"
    ' "row", reason, recommendation, quantity, priority'
)


class Undo(Exception):
    """Rolls a measured transaction back."""


def ours(agency: Agency, keep: bool = False) -> tuple[float, int]:
    """Return seconds of the whole work of a run, and the analysis (rolled back unless `keep`)."""
    made = 0
    try:
        with agency_scope(agency):
            run = Run.objects.create(
                agency=agency, kind="needs", fingerprint=f"{time.perf_counter_ns():064d}",
                parameters={"as_of": DAY.isoformat(), "overlay": {}}, state=Run.State.DONE,
            )  # fmt: skip
            began = time.perf_counter()
            analysis.work(run, Progress())
            with transaction.get_connection().cursor() as cursor:
                # The keys of the rows written are part of the work.
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            seconds = time.perf_counter() - began
            made = NeedsAnalysis.objects.get(agency=agency, run=run).pk
            if not keep:
                raise Undo
    except Undo:
        pass
    return seconds, made


def reference(owner_url: str, values: dict[str, Any], keep: bool = False) -> float:
    """Return seconds of the statement as the owner (who passes row security), rolled back unless `keep`."""
    connection = psycopg2.connect(owner_url)
    try:
        with connection.cursor() as cursor:
            statement = REFERENCE.read_text()
            began = time.perf_counter()
            cursor.execute(statement, values)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            seconds = time.perf_counter() - began
        if keep:
            connection.commit()
        return seconds
    finally:
        connection.close()


def measure(agency: Agency, owner_url: str, say: Callable[[str], None]) -> dict[str, dict[str, Any]]:
    """Return {"needs_analysis": {ours, reference, ratio, bar}} in milliseconds, medians of alternating repeats."""
    say("needs analysis: are both answers the same?")
    _seconds, made = ours(agency, keep=True)
    with agency_scope(agency):
        run = Run.objects.create(agency=agency, kind="needs", fingerprint="reference", state=Run.State.DONE)
        twin = NeedsAnalysis.objects.create(agency=agency, run=run, as_of=DAY, rule_version="reference")
        values = needs.arguments(
            agency_id=agency.pk, analysis_id=twin.pk, as_of=DAY, parameters=parameters_on(agency, DAY), compared=None
        )
    reference(owner_url, values, keep=True)
    _same(owner_url, made, twin.pk)
    with agency_scope(agency):
        spare = NeedsAnalysis.objects.create(
            agency=agency, run=Run.objects.create(agency=agency, kind="needs", fingerprint="spare", state="selesai"),
            as_of=DAY, rule_version="reference",
        )  # fmt: skip
    times: dict[str, list[float]] = {"ours": [], "reference": []}
    for turn in range(REPEATS):
        say(f"needs analysis: {turn + 1} of {REPEATS}")
        times["ours"].append(ours(agency)[0])
        times["reference"].append(reference(owner_url, values | {"analysis": spare.pk}))
    own, other = (round(statistics.median(times[name]) * 1000, 1) for name in ("ours", "reference"))
    return {"needs_analysis": {"ours": own, "reference": other, "ratio": round(own / other, 2), "bar": BAR}}


def _same(owner_url: str, made: int, twin: int) -> None:
    connection = psycopg2.connect(owner_url)
    with connection, connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FILTER (WHERE n = 1), count(*) FROM (SELECT count(*) AS n FROM positions_needsresult"
            f" WHERE analysis_id IN (%s, %s) GROUP BY {COLUMNS}) rows",
            [made, twin],
        )
        differing, rows = cursor.fetchone()
    connection.close()
    assert rows, "the analysis wrote nothing"
    assert not differing, f"{differing} of {rows} results differ from the reference"
