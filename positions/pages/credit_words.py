"""Credit points of a functional post in words: what each step of the level asks for, what is there, what is short."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from asnhr import formats
from positions.models import Employee
from positions.queries import histories
from positions.rules import agenda, credit, performance
from positions.rules.levels import LEVEL_NAMES, RANK_BY_ID, Level


def step_name(step: credit.Step) -> str:
    """ "III/a → III/b", or to the next level."""
    rank = RANK_BY_ID[step.rank].code
    to = _("naik jenjang") if step.is_level or step.above is None else RANK_BY_ID[step.above].code
    return f"{rank} → {to}"


def months_at_good(step: credit.Step, level: Level) -> int:
    return credit.months_needed(step.short, level, performance.GOOD)


def sentence(step: credit.Step, level: Level) -> str:
    """ "III/a → III/b: 50 angka kredit; ada 37,5, kurang 12,5 (12 bulan berpredikat Baik)"."""
    told = _("%(step)s: %(needed)s angka kredit; ada %(held)s") % {
        "step": step_name(step), "needed": formats.number(step.needed), "held": formats.number(step.held),
    }  # fmt: skip
    if step.is_met:
        return told
    return told + _(", kurang %(short)s (%(months)s bulan berpredikat Baik)") % {
        "short": formats.number(step.short), "months": months_at_good(step, level),
    }  # fmt: skip


def table(person: Employee, day: date) -> dict[str, Any] | None:
    """The steps of the level held on `day` as a table, None for who holds no functional post; two queries."""
    level, rows = histories.credit_on(person, day)
    if level is None:
        return None
    held = histories.credit_held(rows, level)
    return {
        "level": LEVEL_NAMES[level],
        "held": held if rows else Decimal(0),
        "steps": [
            (step_name(step), step.needed, step.short, months_at_good(step, level), step.is_met)
            for step in credit.steps(level, held, agenda.CREDIT)
        ],
    }
