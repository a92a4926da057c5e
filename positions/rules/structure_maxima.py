"""How many units of a kind may stand right below another, in a regency or city.

Source: establishment.md 7.2 [M: PP 18/2016 jo. PP 72/2019; V2: PP 41/2007 had the same ceilings]: warnings only. The
register knows no type of an office, so the figures are those of type A, the highest.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

SOURCE, MARK = "PP 18/2016 jo. PP 72/2019", "M"

# Kind of the unit above and of those below it.
MOST: dict[tuple[str, str], int] = {
    ("sekretariat", "asisten"): 3,
    ("asisten", "bagian"): 4,
    ("sekretariat", "bagian"): 4,
    ("inspektorat", "sekretariat"): 1,
    ("dinas", "sekretariat"): 1,
    ("badan", "sekretariat"): 1,
    ("dinas", "bidang"): 4,
    ("badan", "bidang"): 4,
    ("bidang", "seksi"): 3,
    ("sekretariat", "subbagian"): 3,
    ("kecamatan", "sekretariat"): 1,
    ("kecamatan", "seksi"): 5,
    ("kelurahan", "sekretariat"): 1,
    ("kelurahan", "seksi"): 3,
}
# A secretariat of a district has fewer.
MOST_OF_DISTRICT: dict[tuple[str, str], int] = {("sekretariat", "subbagian"): 2}


@dataclass(frozen=True, slots=True)
class Excess:
    """A kind of which there are more than the rule allows."""

    kind: str
    count: int
    most: int


def exceeded(kind: str, above: str, below: Mapping[str, int], kinds: Iterable[str] | None = None) -> list[Excess]:
    """Return what stands below a unit of `kind` (itself below one of `above`, "" at the top) in too great a number.

    `below`: how many of each kind; `kinds`: only these are asked for.
    """
    limits = MOST | MOST_OF_DISTRICT if above == "kecamatan" else MOST
    asked = sorted(below) if kinds is None else sorted({*kinds} & {*below})
    return [
        Excess(each, below[each], limits[kind, each])
        for each in asked
        if (kind, each) in limits and below[each] > limits[kind, each]
    ]
