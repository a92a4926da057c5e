"""Who counts on a day by legal status (kedudukan hukum, SIASN codes; establishment.md 5.6 [D], 8.1 [V]), and who was
what on a day gone by: the register keeps one status a person, and the days on which it began."""

from collections.abc import Collection
from datetime import date

from positions.rules import nip as nip_rules

# The ended side of SIASN's list: what a person became on leaving, not what they were before.
ENDED = (
    "52", "66", "67", "68", "69", "70", "77", "88", "89", "90", "91", "92", "98", "99",
)  # fmt: skip


def counts_on(
    day: date, legal_status: str, exits_on: date | None, active: Collection[str], first: date | None = None
) -> bool:
    """Return whether a person is counted in B on `day`.

    `active`: codes that count by setting (default 01, 71, 72). The register keeps one code a person, so whoever left
    after `day` and now carries an ended code was counted then; an ended code without a day counts on no day. `first`
    (`first_day`), asked of past days: before it a person was no PNS, CPNS or PPPK (5.6), whatever the record names.
    """
    if (exits_on is not None and exits_on <= day) or (first is not None and first > day):
        return False
    return legal_status in active or (exits_on is not None and legal_status in ENDED)


def first_day(cpns_on: date | None, first_contract: date | None, nip: str) -> date | None:
    """Return the day of the appointment as far as the record tells it: TMT CPNS (of a PPPK the TMT of appointment),
    else the start of the first contract, else what the NIP says: its month, of a PPPK the beginning of its year. None:
    nothing tells it.

    A first contract of a year after that of the NIP renews one that is not on record: then the NIP tells.
    """
    if cpns_on is not None:
        return cpns_on
    told = nip_rules.first_day(nip)
    if first_contract is not None and (told is None or first_contract.year <= told.year):
        return first_contract
    return told


def status_on(day: date, status: str, pns_on: date | None, first: date | None) -> str | None:
    """Return the status on a past `day`, None before the appointment. Who is PNS today was CPNS until TMT PNS; where
    that day, or `first` (`first_day`), is not known, today's holds."""
    if first is not None and first > day:
        return None
    return "CPNS" if status == "PNS" and pns_on is not None and pns_on > day else status
