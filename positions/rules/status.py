"""Who counts on a day by legal status (kedudukan hukum, SIASN codes; establishment.md 5.6 [D], 8.1 [V])."""

from collections.abc import Collection
from datetime import date

# The ended side of SIASN's list: what a person became on leaving, not what they were before.
ENDED = (
    "52", "66", "67", "68", "69", "70", "77", "88", "89", "90", "91", "92", "98", "99",
)  # fmt: skip


def counts_on(day: date, legal_status: str, exits_on: date | None, active: Collection[str]) -> bool:
    """Return whether a person is counted in B on `day`.

    `active`: codes that count by setting (default 01, 71, 72). The register keeps one code a person, so whoever left
    after `day` and now carries an ended code was counted then; an ended code without a day counts on no day.
    """
    if exits_on is not None and exits_on <= day:
        return False
    return legal_status in active or (exits_on is not None and legal_status in ENDED)
