"""The NIK is never repeated: not in a report, not in a finding, not in the error workbook, not through the API."""

import re
from typing import Any

MASK = "…"
# Wherever it stands: 16 digits alone are a NIK until shown otherwise (a NIP has 18).
NIK = re.compile(r"(?<!\d)\d{16}(?!\d)")


def masked(text: str) -> str:
    """Return `text` without any NIK in it."""
    return NIK.sub(MASK, text)


def is_secret(heading: str) -> bool:
    """Whether a column of that heading speaks of the NIK, for rows of which no layout is at hand."""
    return "NIK" in heading.upper().split()


def without_nik(cells: dict[str, Any]) -> dict[str, Any]:
    """Return a row by heading without the NIK's column, and without any other cell that holds one."""
    return {heading: value for heading, value in cells.items() if not is_secret(heading) and not NIK.search(str(value))}
