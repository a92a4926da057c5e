"""A decision in writing, as every change of the structure names it, and the one rule of its two days (docs/decisions,
0038): it holds from the day on which it was decided, or later."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from asnhr import formats
from asnhr.errors import RuleBroken


@dataclass(frozen=True)
class Decree:
    """The decision in writing, and the first day on which it holds."""

    number: str
    decided_on: date
    starts_on: date

    def check(self) -> None:
        if not self.number.strip():
            raise RuleBroken(_("Perubahan susunan wajib menyebut nomor keputusannya."), field="decree")
        check_not_backwards(self.decided_on, self.starts_on)


def check_not_backwards(decided_on: date | None, starts_on: date) -> None:
    """Raise RuleBroken where a decision would hold before it was decided; without its day (None) nothing is known."""
    if decided_on is not None and decided_on > starts_on:
        raise RuleBroken(
            _(
                "Tidak dapat berlaku mulai %(starts)s, sebelum keputusannya ditetapkan pada %(decided)s; keputusan"
                " tidak berlaku surut."
            )
            % {"starts": formats.day(starts_on), "decided": formats.day(decided_on)},
            field="decree_on",
        )


def day_in_trail(decided_on: date) -> str:
    """Return a day as the trail writes it, whoever reads it."""
    return f"{decided_on:%d-%m-%Y}"


def in_trail(number: str, decided_on: date) -> str:
    """Return a decision as the audit trail names it as the reason of what it changed."""
    return f"{number.strip()[:180]}, {day_in_trail(decided_on)}"
