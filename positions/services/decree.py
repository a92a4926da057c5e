"""A decision in writing, as every change of the structure names it."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from asnhr.errors import RuleBroken


@dataclass(frozen=True)
class Decree:
    """The decision in writing, and the first day on which it holds."""

    number: str
    decided_on: date
    starts_on: date

    def check(self) -> None:
        if not self.number.strip():
            raise RuleBroken(_("Perubahan susunan wajib menyebut nomor keputusannya."))
        if self.decided_on > self.starts_on:
            raise RuleBroken(_("Perubahan tidak dapat berlaku sebelum keputusannya ditetapkan."))
