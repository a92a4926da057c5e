"""What every door tells of a decision on the structure before it is saved: whom it touches, what to look at."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from positions.models import Unit
from positions.queries import affected
from positions.queries import structure_maxima as maxima
from positions.rules import structure_maxima
from positions.services.restructure import Outcome


def touched_by(user: Any, changing: Iterable[Unit], day: date) -> set[int]:
    """Return whose unit is renamed, moved, merged or closed, or stands below such a one. As it stands now: ask before
    what is decided is done."""
    return set(affected.people_of(user, [unit.pk for unit in changing], day).values_list("pk", flat=True))


def outcome_of(made: Any) -> Outcome:
    """Return what a decision did; of a service that answers with the row alone, that row."""
    return made if isinstance(made, Outcome) else Outcome(result=made)


def warnings_of(outcome: Outcome, day: date, *, placing: bool = True) -> list[str]:
    """Return what to look at before saving. `placing`: a unit that comes of it may be one too many where it stands."""
    made = outcome.result
    return outcome.warnings + (_too_many(made, day) if placing and isinstance(made, Unit) else [])


def _too_many(unit: Unit, day: date) -> list[str]:
    """Say where more units of a kind would stand below one than the maxima have."""
    return [
        _(
            "%(unit)s akan punya %(n)s %(kind)s; paling banyak %(most)s untuk tipe A (%(source)s, tanda [%(mark)s]:"
            " periksa naskahnya)."
        )
        % {
            "unit": name, "n": each.count, "kind": Unit.Kind(each.kind).label.lower(), "most": each.most,
            "source": structure_maxima.SOURCE, "mark": structure_maxima.MARK,
        }
        for name, each in maxima.excesses(unit, day)
    ]  # fmt: skip
