"""Why a row of a history is corrected or taken back.

Reasons stand in the audit chain in clear and for ever, so of kinds that hold specific personal data they come from a
fixed list: the trail gets the code, which tells of nobody's family, illness, salary or sanction.
"""

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asnhr import kept
from asnhr.errors import RuleBroken
from asnhr.trail_reasons import OF_REQUEST
from positions.models import StandingRecord
from positions.permissions import HEALTH, SENSITIVE

REASONS: dict[str, Any] = {
    "salah-ketik": gettext_lazy("Salah ketik"),
    "data-kurang": gettext_lazy("Data kurang lengkap"),
    "dokumen-baru": gettext_lazy("Dokumen baru menggantikan"),
    "putusan-baru": gettext_lazy("Putusan atau keputusan baru"),
    "data-ganda": gettext_lazy("Data ganda"),
    "milik-orang-lain": gettext_lazy("Milik orang lain"),
    "permintaan-pegawai": gettext_lazy("Atas permintaan pegawai"),
}


@dataclass(frozen=True, slots=True)
class OfRequest:
    """The request of the person that an officer accepted, as the trail names it: by its number alone."""

    number: int

    def __str__(self) -> str:
        return kept.written(OF_REQUEST, number=self.number)


def is_coded(model: type[models.Model]) -> bool:
    """Whether corrections of the model's rows give their reason from the list."""
    return model is StandingRecord or model.__name__ in SENSITIVE or model.__name__ in HEALTH


def checked(model: type[models.Model], why: "str | OfRequest") -> str:
    """Return the reason as the trail takes it. Raises RuleBroken: none, or free text where the list is asked."""
    return str(why) if isinstance(why, OfRequest) else told(why, coded=is_coded(model))


def told(why: str, *, coded: bool) -> str:
    """Return a reason as the trail takes it; `coded`: one of the list. Raises RuleBroken."""
    told = why.strip()[:300]
    if not told:
        raise RuleBroken(_("Alasan perubahan wajib disebut."))
    if coded and told not in REASONS:
        raise RuleBroken(
            _("Alasan perubahan data ini dipilih dari daftar, bukan ditulis bebas: %(codes)s.")
            % {"codes": ", ".join(REASONS)}
        )
    return told


def words() -> str:
    """The codes and what they say, for who calls the API."""
    return "; ".join(f"`{code}` {name}" for code, name in REASONS.items())
