"""NIP and NI PPPK: 18 digits, what they say and whether they can be true.

Layout and checks: establishment.md 3.1 [V2: Perka BKN 22/2007 and 43/2007; PPPK: Peraturan BKN 1/2019 M], 3.2 N1-N7
(severity [D]). N8, uniqueness, is the database's. There is no check digit, so a valid number may still be somebody
else's.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from positions.rules.numbers import add_years


class Kind(StrEnum):
    """What digits 13-14 say: a month (PNS) or a marker 21..29 (PPPK)."""

    PNS = "PNS"
    PPPK = "PPPK"


class Sex(StrEnum):
    """Digit 15, in the letters Indonesian forms use."""

    MALE = "L"
    FEMALE = "P"


class Severity(StrEnum):
    """An error refuses the number, a warning keeps it and is shown."""

    ERROR = "error"
    WARNING = "warning"


SEVERITY: dict[str, Severity] = {
    "N1": Severity.ERROR,  # not 18 digits
    "N2": Severity.ERROR,  # digits 1-8 are no real date, or lie in the future
    "N3": Severity.ERROR,  # digits 13-14 neither 01-12 (PNS) nor 21-29 (PPPK)
    "N4": Severity.ERROR,  # digit 15 neither 1 nor 2
    "N5": Severity.ERROR,  # serial 000: also what Excel leaves when it rounds the number to 15 digits
    "N6": Severity.WARNING,  # younger than 18 at TMT CPNS, or than 20 in the year of a PPPK's appointment
    "N7": Severity.WARNING,  # differs from the profile (BKN CON_1-CON_4)
}

MINIMUM_AGE_CPNS = 18
MINIMUM_AGE_PPPK = 20
PPPK_MARKERS = range(21, 30)

_SEPARATORS = re.compile(r"[\s.\u200b\ufeff]+")
_EIGHTEEN_DIGITS = re.compile(r"[0-9]{18}")


@dataclass(frozen=True, slots=True)
class NipCheck:
    """What a NIP says. `number` is normalised; facts are None where the digits do not give them.

    `appointed` is the first day of the month of TMT CPNS (PNS only); `appointed_year` is there for both kinds.
    """

    number: str
    kind: Kind | None = None
    birth_date: date | None = None
    appointed: date | None = None
    appointed_year: int | None = None
    marker: int | None = None
    sex: Sex | None = None
    serial: int | None = None
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def valid(self) -> bool:
        return not self.errors


def normalise(raw: str) -> str:
    """Return `raw` without spaces of any kind, dots and the apostrophe spreadsheets put before text numbers."""
    return _SEPARATORS.sub("", raw).lstrip("'\u2018\u2019`")


def format_nip(number: str) -> str:
    """Return `19860926 201505 1 001`; what is not 18 digits comes back as it was."""
    digits = normalise(number)
    if not _EIGHTEEN_DIGITS.fullmatch(digits):
        return number
    return f"{digits[:8]} {digits[8:14]} {digits[14]} {digits[15:]}"


def check(raw: str, *, today: date) -> NipCheck:
    """Return what the number says, with every failing code in the order N1..N6; N1 ends the reading."""
    number = normalise(raw)
    if not _EIGHTEEN_DIGITS.fullmatch(number):
        return NipCheck(number=number, errors=("N1",))

    errors: list[str] = []
    birth_date = _real_date(number[:8])
    if birth_date is None or birth_date > today:
        errors.append("N2")
        birth_date = None

    year, middle = int(number[8:12]), int(number[12:14])
    kind, appointed, marker = None, None, None
    if 1 <= middle <= 12 and year >= 1:
        kind, appointed = Kind.PNS, date(year, middle, 1)
    elif middle in PPPK_MARKERS:
        kind, marker = Kind.PPPK, middle
    else:
        errors.append("N3")

    sex = {"1": Sex.MALE, "2": Sex.FEMALE}.get(number[14])
    if sex is None:
        errors.append("N4")
    serial = int(number[15:])
    if serial == 0:
        errors.append("N5")

    return NipCheck(
        number=number,
        kind=kind,
        birth_date=birth_date,
        appointed=appointed,
        appointed_year=year if kind else None,
        marker=marker,
        sex=sex,
        serial=serial or None,
        errors=tuple(errors),
        warnings=("N6",) if _too_young(birth_date, appointed, year if marker else None) else (),
    )


def first_day(raw: str) -> date | None:
    """Return the earliest day of appointment that the number allows: the 1st of its month, of a PPPK that of its year;
    None where the digits tell none."""
    number = normalise(raw)
    if not _EIGHTEEN_DIGITS.fullmatch(number) or number[8:12] == "0000":
        return None
    year, middle = int(number[8:12]), int(number[12:14])
    if middle in PPPK_MARKERS:
        return date(year, 1, 1)
    return date(year, middle, 1) if 1 <= middle <= 12 else None


def differs_from_profile(
    found: NipCheck, *, birth_date: date | None, sex: Sex | None, appointed_on: date | None
) -> tuple[str, ...]:
    """Return ("N7",) where a known fact of the profile contradicts the number, else ().

    A warning only: a NIP stays when a birth date is corrected, unless BKN issues a new one [D]. `appointed_on` is TMT
    CPNS (month and year count) or a PPPK's first appointment (the year counts).
    """
    if not found.valid:
        return ()
    birth_differs = birth_date is not None and birth_date != found.birth_date
    sex_differs = sex is not None and sex != found.sex
    appointed_differs = False
    if appointed_on is not None:
        appointed_differs = (
            appointed_on.replace(day=1) != found.appointed
            if found.kind is Kind.PNS
            else appointed_on.year != found.appointed_year
        )
    return ("N7",) if birth_differs or sex_differs or appointed_differs else ()


def _real_date(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None


def _too_young(birth_date: date | None, appointed: date | None, pppk_year: int | None) -> bool:
    if birth_date is None:
        return False
    if appointed is not None:
        years = appointed.year - birth_date.year
        # Only in the year of the birthday does the day decide.
        return years < MINIMUM_AGE_CPNS or (
            years == MINIMUM_AGE_CPNS and add_years(birth_date, MINIMUM_AGE_CPNS) > appointed
        )
    return pppk_year is not None and pppk_year - birth_date.year < MINIMUM_AGE_PPPK
