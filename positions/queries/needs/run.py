"""Run the analysis of one agency: a few statements, all inside the caller's transaction and the agency's scope."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from asnhr.queries import Value
from positions.models._standing import all_stored
from positions.queries import rulebook
from positions.queries.needs import decision, inputs
from positions.rules.levels import ECHELONS, RANKS_OF_JF_LEVEL
from positions.rules.need import Source
from positions.rules.recommendation import DEFAULT_LIMITS, TABLE, Inputs, Limits, Row
from positions.rules.status import ENDED

RULE_VERSION = "1"

LIMIT = "needs."
LEGAL_BASES: dict[Source, str] = {
    Source.FIXED_ONE: "Jabatan manajerial dan jabatan kepala: satu orang setiap formasi (peraturan susunan organisasi)",
    Source.JF_FORMULA: "Rumus instansi pembina jabatan fungsional",
    Source.ABK_HEALTH: "Permenkes 33/2015 (ABK-Kes)",
    Source.ABK: "PermenPANRB 1/2020 dan Peraturan BKN 9/2022 (ABK)",
    Source.DECIDED_MAP: "Keputusan peta jabatan",
}
# Limits that a row of the table rests on, by field of `Limits`.
LIMITS_OF_ROW: dict[int, tuple[str, ...]] = {
    1: ("vacancy_days", "acting_days"),
    3: ("leaving_months", "leaving_urgent_months"),
    4: ("abk_stale_months",),
    5: ("smallest_need", "digital_share", "fading_change", "goal_mapped_share", "comparison_months"),
    6: ("smallest_need",),
    8: ("shortage_urgent", "movable_years", "leaving_months"),
    9: ("shortage_urgent", "shortage_urgent_service", "shortage_some", "emerging_change", "comparison_months"),
    11: ("load_very_low", "movable_years", "leaving_months"),
    12: ("load_very_low",),
    13: ("leaving_months", "emerging_change", "comparison_months"),
    14: ("load_high", "load_low"),
    15: ("unqualified_share",),
}


@dataclass(frozen=True, slots=True)
class Compared:
    """The analysis that ΔN looks back at."""

    analysis_id: int
    as_of: date


def limits_of(parameters: Mapping[str, Value]) -> Limits:
    """Return the limits in force. A limit that the rulebook lacks on that day keeps the default of the rules [D]."""
    found: dict[str, int | Decimal] = {}
    for field in fields(Limits):
        default = getattr(DEFAULT_LIMITS, field.name)
        parameter = parameters.get(LIMIT + field.name)
        if parameter is not None:
            found[field.name] = parameter.number if isinstance(default, Decimal) else int(parameter.number)
    return Limits(**found)  # type: ignore[arg-type]


def arguments(
    *,
    agency_id: int,
    analysis_id: int,
    as_of: date,
    parameters: Mapping[str, Value],
    compared: Compared | None,
    known_on: date | None = None,
    is_past: bool = False,
) -> dict[str, Any]:
    """Return what the statements need by name. `known_on`: for a projection the day before `as_of` on which the
    register is known. `is_past`: that day went by. Of a past day and in a projection rank and legal standing are those
    of the histories."""
    limits = limits_of(parameters)
    ages = rulebook.ages_of({code: row.value for code, row in parameters.items()})
    bounds = {level.value: bound for level, bound in RANKS_OF_JF_LEVEL.items()}
    for echelon in ECHELONS:
        if echelon.lowest is not None and echelon.highest is not None:
            bounds[echelon.id] = bounds[echelon.code.upper().replace(".", "")] = (echelon.lowest, echelon.highest)
    return {
        "agency": agency_id,
        "analysis": analysis_id,
        "day": as_of,
        "known_on": known_on or as_of,
        "is_past": is_past,
        "by_records": is_past or known_on not in (None, as_of),
        "compared": None if compared is None else compared.analysis_id,
        "compared_on": None if compared is None else compared.as_of,
        "legal_statuses": all_stored(parameters[rulebook.LEGAL_STATUS].value),
        "ended": all_stored(ENDED),
        "part_time_counts": bool(parameters[rulebook.PART_TIME_COUNTS].value),
        "duty_holder_counts_once": bool(parameters[rulebook.DUTY_ONCE].value),
        "growth_default": parameters["needs.growth_default"].number,
        "bup_levels": [level.value for level in ages.of_level],
        "bup_ages": list(ages.of_level.values()),
        "special_names": [words for words, _, _ in ages.special],
        "special_levels": [level.value if level else None for _, level, _ in ages.special],
        "special_ages": [age for _, _, age in ages.special],
        "rank_keys": list(bounds),
        "rank_lows": [low for low, _ in bounds.values()],
        "rank_highs": [high for _, high in bounds.values()],
        "rule_version": RULE_VERSION,
        "legal_bases": json.dumps({source.value: basis for source, basis in LEGAL_BASES.items()}),
        "table": json.dumps([_row(row, parameters) for row in TABLE]),
        **{field.name: getattr(limits, field.name) for field in fields(Limits)},
    }


def _row(row: Row, parameters: Mapping[str, Value]) -> dict[str, Any]:
    """Return what SQL takes from a row of the rules: its words; the conditions are written out there."""
    sample = Inputs(b=0)
    names = [field.name for field in fields(Inputs)]
    codes = [LIMIT + name for name in LIMITS_OF_ROW.get(row.number, ())]
    return {
        "row": row.number,
        "code": row.code(sample),
        "recommendation": row.lines(sample)[0].kind.value,
        "drop_keys": [name for name in names if name not in row.figures],
        "limits": {code: parameters[code].origin for code in codes if code in parameters},
    }


def analyse(values: Mapping[str, Any], say: Callable[[str, int], None]) -> dict[str, Any]:
    """Write results, lines, competency needs and unit findings of an analysis; return its totals.

    `values` from `arguments`; `say(step, number)` is called before each of the steps of `STEPS`.
    """
    with connection.cursor() as cursor:
        cursor.execute(DROP)
        # Right after a large import the planner knows no sizes yet; a loop it takes for short would run for minutes.
        # Every join here is over whole tables, so hashing is right whatever the statistics say.
        cursor.execute("SET LOCAL enable_nestloop = off")
        for number, (step, statements) in enumerate(OTHER_STEPS if values["by_records"] else STEPS):
            say(step, number)
            for statement in statements:
                cursor.execute(statement, values)
        cursor.execute(decision.TOTALS, values)
        (totals,) = cursor.fetchone()
        cursor.execute("SET LOCAL enable_nestloop = on")
        cursor.execute(DROP)
    return totals if isinstance(totals, dict) else json.loads(totals)


DROP = "DROP TABLE IF EXISTS " + ", ".join(f"pg_temp.{name}" for name in inputs.NAMES)
STEPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "Membaca unit, nomenklatur dan jabatan",
        (inputs.UNITS, inputs.JOBS, inputs.POSTS, "ANALYZE needs_units, needs_jobs, needs_posts"),
    ),
    (
        "Menghitung pemangku dan yang akan keluar",
        (
            *(inputs.PEOPLE, inputs.GONE, inputs.STAY, inputs.PROMISES, inputs.JOINING),
            "ANALYZE needs_people (position_id)",
        ),
    ),
    ("Menghitung kebutuhan dan proyeksi", (inputs.INPUTS, "ANALYZE needs_inputs (position_id, job_id, unit_id)")),
    ("Membagi kelebihan ke kekurangan", (decision.LEADING, "ANALYZE needs_moves (position_id)")),
    ("Menulis hasil dan rekomendasi", (decision.RESULTS, decision.LINES)),
    ("Menulis kebutuhan kompetensi dan temuan unit", (decision.COMPETENCIES, decision.GOALS)),
)
# The same with what holds on another day than today.
OTHER_STEPS = tuple(
    (
        step,
        tuple(
            part
            for each in statements
            for part in (
                (inputs.RECORDS, "ANALYZE needs_records", inputs.people_by_records())
                if each is inputs.PEOPLE
                else (inputs.by_records(each) if each in (inputs.JOINING, inputs.INPUTS) else each,)
            )
        ),
    )
    for step, statements in STEPS
)
