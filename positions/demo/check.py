"""Whether the cases of the story are in an agency just loaded: tests see the small demo, this the one people see.

A dozen queries, by code; called once, after the analysis of the first day and before any visitor changes a thing.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from positions.demo import story
from positions.models import (
    FollowUp,
    FormationProposal,
    Incumbency,
    NeedsAnalysis,
    NeedsResult,
    RemovalHearing,
    Unit,
    UnitFinding,
    WorkloadSheet,
)
from positions.queries import education
from positions.rules.education import EducationFit
from positions.rules.sheet_flow import is_late
from positions.services.proposals import unfilled

# What the analysis of the first day says of the story's positions, by case.
RESULTS: tuple[tuple[int, str, Callable[[Any], bool]], ...] = (
    (1, story.NURSES, lambda row: row.source == "ABK_KES" and row.b < row.k and row.priority == 1),
    (2, story.SURPLUS_TEACHERS, lambda row: row.recommendation == "LEPAS"),
    (2, story.SHORT_TEACHERS, lambda row: row.recommendation == "TERIMA"),
    (3, story.FADING, lambda row: (row.row, row.recommendation) == (5, "HAPUS")),
    (4, story.LACKING, lambda row: row.recommendation == "USUL_FORMASI"),
    (5, story.VACANT_SECRETARY, lambda row: (row.row, row.recommendation) == (1, "ISI")),
    (6, story.ONLY_AUDITOR, lambda row: (row.row, row.priority) == (13, 1)),
    (9, story.PART_TIME, lambda row: row.b_part_time > 0),
)


def broken(agency: Any, day: date) -> list[str]:
    """Return the cases that do not hold on `day`, each as number and code: those of Kota Medan, and of both agencies
    that the decided proposal could have been submitted. The agency's scope must be open."""
    found = [] if _proposal_holds(agency) else ["10: usul formasi"]
    if agency.code != story.MEDAN:
        return found
    analysis = NeedsAnalysis.objects.filter(agency=agency, as_of=day, is_complete=True).order_by("-pk").first()
    rows = NeedsResult.objects.filter(agency=agency, analysis=analysis, code__in=[code for _, code, _ in RESULTS])
    known = {row.code: row for row in rows.defer("evidence", "signals")}
    found += [f"{number}: {code}" for number, code, holds in RESULTS if code not in known or not holds(known[code])]
    checks = (
        (3, story.FADING_HOLDER, _heard(agency)),
        (4, story.MISPLACED_HOLDER, _sits(agency, day, story.MISPLACED, story.MISPLACED_HOLDER)),
        (7, story.MERGED_EXAMPLE, Unit.objects.filter(
            agency=agency, code=story.MERGED_EXAMPLE, successor__isnull=False, ends_on=story.MERGED_ON).exists()),
        (8, ", ".join(story.LATE_SHEETS), _late(agency, day) == set(story.LATE_SHEETS)),
        (10, "usul perubahan peta jabatan", FollowUp.objects.filter(
            agency=agency, list=FollowUp.List.MAP_CHANGE, state=FollowUp.State.OPEN).exists()),
        (12, story.GOAL_WITHOUT_POST, UnitFinding.objects.filter(
            agency=agency, analysis=analysis, goal__code=story.GOAL_WITHOUT_POST).exists()),
    )  # fmt: skip
    return found + [f"{number}: {what}" for number, what, holds in checks if not holds]


def _proposal_holds(agency: Any) -> bool:
    """Whether the decided proposal rests on its year's frozen analysis and lacks nothing."""
    proposal = FormationProposal.objects.filter(agency=agency, state="ditetapkan").select_related("analysis").first()
    if proposal is None or proposal.analysis is None or proposal.analysis.basis_year != proposal.year:
        return False
    return not unfilled(proposal)


def _heard(agency: Any) -> bool:
    """Whether the holder of the fading post was heard and a seat is kept that fits the education."""
    rows = RemovalHearing.objects.filter(agency=agency, line__result__code=story.FADING)
    pairs = list(rows.order_by("pk").values_list("employee_id", "target_seat__position__job_id"))
    return bool(pairs) and set(education.fits(agency.pk, pairs).values()) == {EducationFit.FITS}


def _sits(agency: Any, day: date, code: str, name: str) -> bool:
    held = Incumbency.objects.on(day).filter(agency=agency, position__code=code, kind="definitif")
    return held.filter(employee__name=name).exists()


def _late(agency: Any, day: date) -> set[str]:
    """Return the units that are late with a sheet."""
    sheets = WorkloadSheet.objects.filter(agency=agency).exclude(state="disahkan").order_by("pk")
    states = sheets.values_list("unit__code", "state", "campaign__deadline")
    return {unit for unit, state, deadline in states if is_late(state, deadline, day)}
