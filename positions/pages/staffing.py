"""What an analysis says where people were never imported: there B counts nobody, and every need is a shortage."""

from collections.abc import Collection
from typing import Any

from django.utils.translation import gettext as _

from asnhr import formats
from positions.models import NeedsAnalysis
from positions.queries import staffing

SHOWN = 5


def notice(user: Any, analysis: NeedsAnalysis, units: Collection[int] | None = None) -> str:
    """Return the sentence about the offices without people, in the user's sight and in `units`; "" without any."""
    names, offices = staffing.unstaffed(user, analysis, units)
    if not names:
        return ""
    if len(names) == offices:
        return _(
            "Bezetting belum diimpor: belum ada pegawai yang tercatat pada jabatan mana pun di sini. Karena itu B"
            " dihitung 0 dan seluruh kebutuhan tampil sebagai kekurangan."
        )
    listed = ", ".join(names[:SHOWN])
    if len(names) > SHOWN:
        listed = _("%(codes)s dan %(n)s lainnya") % {"codes": listed, "n": formats.number(len(names) - SHOWN)}
    return _(
        "Bezetting belum diimpor pada %(n)s dari %(all)s perangkat daerah: %(names)s. Di sana B dihitung 0 dan seluruh"
        " kebutuhan tampil sebagai kekurangan."
    ) % {"n": formats.number(len(names)), "all": formats.number(offices), "names": listed}
