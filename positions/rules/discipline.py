"""Sanctions of PP 94/2021 and older rules by SIASN's codes, and whether one runs (careers.md 9; establishment.md 8.1).

Codes and their severity [V: SIASN reference]; the words of codes before PP 94/2021 were not found, so they are shown
by code. Names of 12 to 14 [M].
"""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """SIASN tingkat hukuman; moral sanctions and reactivation have none."""

    LIGHT = "R"
    MEDIUM = "S"
    HEAVY = "B"
    NONE = ""


@dataclass(frozen=True, slots=True)
class Sanction:
    """A kind of sanction. `months`: how long PP 94/2021 lets it run; 0 where it has no term."""

    code: str
    name: str
    severity: Severity
    months: int = 0


# Months; a longer term is a mistake of typing.
LONGEST_TERM = 1200
SANCTIONS: dict[str, Sanction] = {
    each.code: each
    for each in (
        Sanction("1", "Teguran lisan", Severity.LIGHT),
        Sanction("2", "Teguran tertulis", Severity.LIGHT),
        Sanction("3", "Pernyataan tidak puas secara tertulis", Severity.LIGHT),
        Sanction("23", "Pemotongan tunjangan kinerja 25% selama 6 bulan", Severity.MEDIUM, 6),
        Sanction("24", "Pemotongan tunjangan kinerja 25% selama 9 bulan", Severity.MEDIUM, 9),
        Sanction("25", "Pemotongan tunjangan kinerja 25% selama 12 bulan", Severity.MEDIUM, 12),
        Sanction("27", "Penurunan jabatan setingkat lebih rendah selama 12 bulan", Severity.HEAVY, 12),
        Sanction("28", "Pembebasan dari jabatan menjadi pelaksana selama 12 bulan", Severity.HEAVY, 12),
        *(
            Sanction(str(code), f"Hukuman sedang, peraturan lama (kode {code})", Severity.MEDIUM)
            for code in range(4, 9)
        ),
        *(Sanction(str(code), f"Hukuman berat, peraturan lama (kode {code})", Severity.HEAVY) for code in range(9, 12)),
        Sanction("13", "Pemberhentian dengan hormat tidak atas permintaan sendiri", Severity.HEAVY),
        Sanction("14", "Pemberhentian tidak dengan hormat", Severity.HEAVY),
        Sanction("12", "Pengaktifan kembali", Severity.NONE),
        Sanction("21", "Sanksi moral terbuka", Severity.NONE),
        Sanction("22", "Sanksi moral tertutup", Severity.NONE),
    )
}


def contradicts(code: str, months: int) -> bool:
    """Whether a sanction cannot run for so many months: PP 94/2021 article 8 fixes the term of these kinds, and no
    decree another. 0 months say nothing."""
    known = SANCTIONS.get(code)
    return bool(months and known and known.months and months != known.months)


# Sanctions of these severities hold a rank promotion and an open selection while they run (careers.md 9 [M]).
HOLDING = frozenset({Severity.MEDIUM, Severity.HEAVY})
HOLDING_CODES = frozenset(code for code, each in SANCTIONS.items() if each.severity in HOLDING)
