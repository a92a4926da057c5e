"""Strategic goals by hand: opened, corrected, closed; tasks that serve them. Links of positions: services.register.

A goal is closed, never deleted: what served it stays readable. Failures: `RuleBroken`, `NotAllowed`.
"""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from asnhr.errors import RuleBroken
from asnhr.models import User
from positions import permissions
from positions.models import Goal, Unit, WorkloadTask
from positions.models._base import in_force
from positions.services import register, workload

# visi → misi → tujuan → sasaran → program: a goal stands below one of a level above its own, or below its equal
# (sasaran of the city → sasaran of an office).
ORDER = {level: place for place, level in enumerate(Goal.Level.values)}


def check_may_edit(actor: User, unit: Unit | None) -> None:
    """Raise NotAllowed unless `actor` edits goals, and those of `unit` (None: the agency's own)."""
    permissions.check_may(actor, "edit_goals")
    if unit is not None:
        permissions.check_in_scope(actor, unit)


@transaction.atomic
def open_goal(
    *,
    actor: User,
    code: str,
    level: str,
    text: str,
    starts_on: date,
    parent: Goal | None = None,
    unit: Unit | None = None,
    indicator: str = "",
) -> Goal:
    """Add a goal from `starts_on`. Raises RuleBroken: code taken, parent of a lower level or closed by then."""
    check_may_edit(actor, unit)
    goal = Goal(
        agency_id=permissions.access_of(actor).agency_id or 0, code=code.strip(), level=level, text=text.strip(),
        indicator=indicator.strip(), parent=parent, unit=unit, starts_on=starts_on,
    )  # fmt: skip
    _check_place(goal, parent)
    return _saved(goal)


@transaction.atomic
def change_goal(*, actor: User, goal: Goal, **facts: Any) -> Goal:
    """Correct what a goal says or where it stands: `code`, `text`, `indicator`, `level`, `parent`, `unit`."""
    check_may_edit(actor, goal.unit)
    unknown = set(facts) - {"code", "text", "indicator", "level", "parent", "unit"}
    if unknown:
        raise ValueError(f"not editable here: {', '.join(sorted(unknown))}")
    row = Goal.objects.select_for_update(of=("self",)).get(pk=goal.pk)
    if row.ends_on is not None:
        raise RuleBroken(_("Sasaran ini sudah ditutup."))
    for name, value in facts.items():
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    check_may_edit(actor, row.unit)
    _check_place(row, row.parent)
    above, seen = row.parent, set()
    while above is not None and above.pk not in seen:
        if above.pk == row.pk:
            raise RuleBroken(_("Sasaran tidak dapat berada di bawah bawahannya sendiri."))
        seen.add(above.pk)
        above = above.parent
    if row.children.exclude(level__in=[each for each in ORDER if ORDER[each] >= ORDER[row.level]]).exists():
        raise RuleBroken(_("Di bawah sasaran ini ada sasaran yang tingkatnya lebih tinggi."))
    return _saved(row)


@transaction.atomic
def close_goal(*, actor: User, goal: Goal, ends_on: date) -> Goal:
    """Close a goal from `ends_on` (the first day without it). Raises RuleBroken while goals below it are open then."""
    check_may_edit(actor, goal.unit)
    row = Goal.objects.select_for_update(of=("self",)).get(pk=goal.pk)
    if row.ends_on is not None:
        raise RuleBroken(_("Sasaran ini sudah ditutup."))
    if ends_on <= row.starts_on:
        raise RuleBroken(_("Tanggal berakhir harus sesudah tanggal mulai."))
    below = row.children.filter(in_force(ends_on)).order_by("code", "pk").values_list("code", flat=True)[:5]
    if below:
        raise RuleBroken(_("Tutup dahulu sasaran di bawahnya: %(codes)s.") % {"codes": ", ".join(below)})
    row.ends_on = ends_on
    return _saved(row)


@transaction.atomic
def link_task(*, actor: User, task: WorkloadTask, goal: Goal | None, day: date) -> WorkloadTask:
    """Say on `day` which goal a task of ABK serves (None: none); its volume and norm stay.

    Raises RuleBroken: the goal is not in force on `day` (as for a position, `register.check_goal_on`), or the sheet is
    verified, approved or of a closed campaign. The goal is part of what was approved, like the volume: the analysis
    of that year rests on both.
    """
    permissions.check_may(actor, "edit_goals")
    permissions.check_in_scope(actor, task.workload.position.unit)
    if goal is not None and goal.agency_id != task.agency_id:
        raise RuleBroken(_("Sasaran dan tugas berbeda instansi."))
    workload.hold_to_edit(task.workload.sheet)
    if goal is not None:
        register.check_goal_on(goal, day)
    row = WorkloadTask.objects.select_for_update(of=("self",)).get(pk=task.pk)
    row.goal = goal
    row.save(update_fields=["goal"])
    return row


def _check_place(goal: Goal, parent: Goal | None) -> None:
    if goal.level not in ORDER:
        raise RuleBroken(_("tingkat: visi, misi, tujuan, sasaran atau program"))
    if parent is None:
        return
    if parent.agency_id != goal.agency_id:
        raise RuleBroken(_("Sasaran induk berbeda instansi."))
    if ORDER[parent.level] > ORDER[goal.level] or goal.level == Goal.Level.VISION:
        raise RuleBroken(_("Sasaran induk harus setingkat atau di atas tingkat sasaran ini."))
    if parent.ends_on is not None and (goal.pk is None or parent.pk != Goal.objects.get(pk=goal.pk).parent_id):
        raise RuleBroken(_("Sasaran induk sudah ditutup."))


def _saved(goal: Goal) -> Goal:
    try:
        goal.full_clean()
    except ValidationError as problem:
        raise RuleBroken(" ".join(problem.messages)) from problem
    goal.save()
    return goal
