"""Why a sealed or sensitive value is asked for, decided on or looked at.

That stands in the chain in clear and for ever, so it is a code of a list: it tells of nobody's illness or sanction.
Openings have theirs in `AuditOpening`.
"""

from collections.abc import Container
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asnhr.errors import RuleBroken
from asnhr.models import AuditOpening

# Looks at one person's NIK.
NIK: dict[str, Any] = {
    "dukcapil": gettext_lazy("Pencocokan dengan Dukcapil"),
    "siasn": gettext_lazy("Layanan BKN dan SIASN"),
    "jaminan": gettext_lazy("Taspen, BPJS, atau perpajakan"),
    "usul": gettext_lazy("Memeriksa usul perbaikan data"),
    "permintaan-pegawai": gettext_lazy("Atas permintaan pegawai"),
    "pemeriksaan": gettext_lazy("Pemeriksaan Inspektorat, BPK, atau auditor"),
}


def told(code: str) -> str:
    """Return the words of a code that an act of the trail gives for its purpose, "" for another text."""
    return str(NIK.get(code) or dict(AuditOpening.Purpose.choices).get(code) or "")


def checked(code: str, known: Container[str], missing: str) -> str:
    """Return a code of `known`. Raises RuleBroken: `missing` for none, and for free text."""
    code = code.strip()
    if not code:
        raise RuleBroken(missing)
    if code not in known:
        raise RuleBroken(_("Pilih dari daftar; keperluan dan alasan tidak ditulis bebas."))
    return code


def words(known: dict[str, Any]) -> str:
    """The codes and what they say, for who calls the API."""
    return "; ".join(f"`{code}` {name}" for code, name in known.items())
