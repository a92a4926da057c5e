"""Levels of positions, ranks, echelons and education levels, as tables.

Sources: establishment.md 1.2 [V: UU 20/2023 art. 13-14, 18], 1.3 ids and levels [V], rank ladder PP 100/2000 jo. PP
13/2002 [V2], SIASN bounds [V2]; 1.4 codes [V], ranks [V2: Peraturan BKN 3/2023, PermenPANRB 1/2023]; 2.1 ranks [V];
2.2 PPPK groups [V2]; 2.3 education [V], order of 42, 47 and 49 [D]; 6.2 competency levels [M: PermenPANRB 38/2017].
"""

from dataclasses import dataclass
from enum import StrEnum


class Group(StrEnum):
    """Group of positions of UU 20/2023; the two nonmanagerial kinds stand apart because their rules do."""

    MANAJERIAL = "MANAJERIAL"
    FUNGSIONAL = "FUNGSIONAL"
    PELAKSANA = "PELAKSANA"


class Level(StrEnum):
    """Level (jenjang) of a position."""

    JPT_UTAMA = "JPT_UTAMA"
    JPT_MADYA = "JPT_MADYA"
    JPT_PRATAMA = "JPT_PRATAMA"
    ADMINISTRATOR = "ADMINISTRATOR"
    PENGAWAS = "PENGAWAS"
    PELAKSANA = "PELAKSANA"
    PEMULA = "PEMULA"
    TERAMPIL = "TERAMPIL"
    MAHIR = "MAHIR"
    PENYELIA = "PENYELIA"
    AHLI_PERTAMA = "AHLI_PERTAMA"
    AHLI_MUDA = "AHLI_MUDA"
    AHLI_MADYA = "AHLI_MADYA"
    AHLI_UTAMA = "AHLI_UTAMA"


LEVEL_NAMES: dict[Level, str] = {
    Level.JPT_UTAMA: "JPT Utama",
    Level.JPT_MADYA: "JPT Madya",
    Level.JPT_PRATAMA: "JPT Pratama",
    Level.ADMINISTRATOR: "Administrator",
    Level.PENGAWAS: "Pengawas",
    Level.PELAKSANA: "Pelaksana",
    Level.PEMULA: "Pemula",
    Level.TERAMPIL: "Terampil",
    Level.MAHIR: "Mahir",
    Level.PENYELIA: "Penyelia",
    Level.AHLI_PERTAMA: "Ahli Pertama",
    Level.AHLI_MUDA: "Ahli Muda",
    Level.AHLI_MADYA: "Ahli Madya",
    Level.AHLI_UTAMA: "Ahli Utama",
}

JPT_LEVELS = frozenset({Level.JPT_UTAMA, Level.JPT_MADYA, Level.JPT_PRATAMA})
MANAGERIAL_LEVELS = JPT_LEVELS | {Level.ADMINISTRATOR, Level.PENGAWAS}

# Lowest first inside each category; moving from the first to the second is a transfer (alih kategori), not one level
# up.
SKILLED_LEVELS = (Level.PEMULA, Level.TERAMPIL, Level.MAHIR, Level.PENYELIA)
EXPERT_LEVELS = (Level.AHLI_PERTAMA, Level.AHLI_MUDA, Level.AHLI_MADYA, Level.AHLI_UTAMA)
FUNCTIONAL_LEVELS = SKILLED_LEVELS + EXPERT_LEVELS

GROUP_OF_LEVEL: dict[Level, Group] = {
    level: (
        Group.MANAJERIAL
        if level in MANAGERIAL_LEVELS
        else Group.FUNGSIONAL
        if level in FUNCTIONAL_LEVELS
        else Group.PELAKSANA
    )
    for level in Level
}

JF_CODES: dict[str, Level] = {
    "PM": Level.PEMULA,
    "TR": Level.TERAMPIL,
    "MH": Level.MAHIR,
    "PY": Level.PENYELIA,
    "PT": Level.AHLI_PERTAMA,
    "MU": Level.AHLI_MUDA,
    "MA": Level.AHLI_MADYA,
    "UT": Level.AHLI_UTAMA,
}
CODE_OF_LEVEL: dict[Level, str] = {level: code for code, level in JF_CODES.items()}

# SIASN jenisJabatan (establishment.md 1.2).
SIASN_KIND_OF_GROUP: dict[Group, str] = {Group.MANAJERIAL: "1", Group.FUNGSIONAL: "2", Group.PELAKSANA: "4"}

# Required level of the nine managerial and socio-cultural competencies [M]: a default, stored per position.
COMPETENCY_LEVEL: dict[Level, int] = {
    Level.PELAKSANA: 1,
    Level.PENGAWAS: 2,
    Level.ADMINISTRATOR: 3,
    Level.JPT_PRATAMA: 4,
    Level.JPT_MADYA: 5,
    Level.JPT_UTAMA: 5,
    Level.PEMULA: 1,
    Level.TERAMPIL: 1,
    Level.MAHIR: 2,
    Level.PENYELIA: 2,
    Level.AHLI_PERTAMA: 2,
    Level.AHLI_MUDA: 3,
    Level.AHLI_MADYA: 4,
    Level.AHLI_UTAMA: 5,
}


@dataclass(frozen=True, slots=True)
class Rank:
    """A PNS rank: SIASN id, golongan ruang, pangkat, and its place 1..17 on the ladder (ids have gaps, orders do
    not)."""

    id: int
    code: str
    name: str
    order: int


RANKS: tuple[Rank, ...] = (
    Rank(11, "I/a", "Juru Muda", 1),
    Rank(12, "I/b", "Juru Muda Tingkat I", 2),
    Rank(13, "I/c", "Juru", 3),
    Rank(14, "I/d", "Juru Tingkat I", 4),
    Rank(21, "II/a", "Pengatur Muda", 5),
    Rank(22, "II/b", "Pengatur Muda Tingkat I", 6),
    Rank(23, "II/c", "Pengatur", 7),
    Rank(24, "II/d", "Pengatur Tingkat I", 8),
    Rank(31, "III/a", "Penata Muda", 9),
    Rank(32, "III/b", "Penata Muda Tingkat I", 10),
    Rank(33, "III/c", "Penata", 11),
    Rank(34, "III/d", "Penata Tingkat I", 12),
    Rank(41, "IV/a", "Pembina", 13),
    Rank(42, "IV/b", "Pembina Tingkat I", 14),
    Rank(43, "IV/c", "Pembina Utama Muda", 15),
    Rank(44, "IV/d", "Pembina Utama Madya", 16),
    Rank(45, "IV/e", "Pembina Utama", 17),
)
RANK_BY_ID: dict[int, Rank] = {rank.id: rank for rank in RANKS}
RANK_BY_CODE: dict[str, Rank] = {rank.code: rank for rank in RANKS}

PPPK_GROUPS: tuple[str, ...] = (
    "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV", "XVI", "XVII",
)  # fmt: skip
PPPK_GROUP_ORDER: dict[str, int] = {group: order for order, group in enumerate(PPPK_GROUPS, start=1)}

# Pay groups of PPPK by functional level [V2: PermenPANRB 72/2020]; two groups where the education decides.
PPPK_GROUPS_OF_LEVEL: dict[Level, tuple[str, ...]] = {
    Level.PEMULA: ("V",),
    Level.TERAMPIL: ("VI", "VII"),
    Level.MAHIR: ("IX",),
    Level.PENYELIA: ("XI",),
    Level.AHLI_PERTAMA: ("IX", "X"),
    Level.AHLI_MUDA: ("XI",),
    Level.AHLI_MADYA: ("XIII",),
    Level.AHLI_UTAMA: ("XVI",),
}

# Lowest and highest rank id of each functional level (1.4).
RANKS_OF_JF_LEVEL: dict[Level, tuple[int, int]] = {
    Level.PEMULA: (21, 21),
    Level.TERAMPIL: (22, 24),
    Level.MAHIR: (31, 32),
    Level.PENYELIA: (33, 34),
    Level.AHLI_PERTAMA: (31, 32),
    Level.AHLI_MUDA: (33, 34),
    Level.AHLI_MADYA: (41, 43),
    Level.AHLI_UTAMA: (44, 45),
}


@dataclass(frozen=True, slots=True)
class Echelon:
    """An echelon with its ASN level, the rank ladder of PP 100/2000 and the (one rank wider) bounds kept by SIASN.

    `lowest` .. `highest` and `siasn_lowest` .. `siasn_highest` are rank ids, both inclusive; None: old data, no range.
    """

    id: str
    code: str
    level: Level | None
    lowest: int | None
    highest: int | None
    siasn_lowest: int | None = None
    siasn_highest: int | None = None
    siasn_level_id: str | None = None
    siasn_jenjang_id: str | None = None


ECHELONS: tuple[Echelon, ...] = (
    Echelon("10", "I.a", Level.JPT_UTAMA, 44, 45, 44, 45, "0", "01"),
    Echelon("11", "I.a", Level.JPT_MADYA, 44, 45, 43, 45, "1", "02"),
    Echelon("12", "I.b", Level.JPT_MADYA, 43, 45, 42, 45, "1", "02"),
    Echelon("21", "II.a", Level.JPT_PRATAMA, 43, 44, 42, 44, "2", "03"),
    Echelon("22", "II.b", Level.JPT_PRATAMA, 42, 43, 41, 43, "2", "03"),
    Echelon("31", "III.a", Level.ADMINISTRATOR, 41, 42, 34, 42, "3", "04"),
    Echelon("32", "III.b", Level.ADMINISTRATOR, 34, 41, 33, 41, "3", "04"),
    Echelon("41", "IV.a", Level.PENGAWAS, 33, 34, 32, 34, "4", "05"),
    Echelon("42", "IV.b", Level.PENGAWAS, 32, 33, 31, 33, "4", "05"),
    Echelon("51", "V.a", None, 31, 32),
    Echelon("52", "V.b", None, None, None),
    Echelon("99", "NON", None, None, None),
    Echelon("00", "", None, None, None),
)
ECHELON_BY_ID: dict[str, Echelon] = {echelon.id: echelon for echelon in ECHELONS}
# I.a stands for two levels with one range of ranks; V.a and V.b are old data.
ECHELON_BY_CODE: dict[str, Echelon] = {echelon.code: echelon for echelon in ECHELONS if echelon.level}


@dataclass(frozen=True, slots=True)
class EducationLevel:
    """An education level: SIASN id, name, and its order; equal orders count as equal (D-IV and S-1)."""

    id: str
    name: str
    order: int


# 42, 47 and 49 occur in newer SIASN data only and their names differ between sources (47: "profesi dokter/ners" or
# "spesialis"; 49: "spesialis" or "subspesialis"). 47 stands with S-2, where both readings put doctors for rank purposes
# (2.3); 49 stands between S-2 and S-3 [D].
EDUCATION_LEVELS: tuple[EducationLevel, ...] = (
    EducationLevel("05", "Sekolah Dasar", 1),
    EducationLevel("10", "SLTP", 2),
    EducationLevel("12", "SLTP Kejuruan", 2),
    EducationLevel("15", "SLTA", 3),
    EducationLevel("17", "SLTA Kejuruan", 3),
    EducationLevel("18", "SLTA Keguruan", 3),
    EducationLevel("20", "Diploma I", 4),
    EducationLevel("25", "Diploma II", 5),
    EducationLevel("30", "Diploma III/Sarjana Muda", 6),
    EducationLevel("35", "Diploma IV", 7),
    EducationLevel("40", "S-1/Sarjana", 7),
    EducationLevel("42", "Profesi", 8),
    EducationLevel("45", "S-2", 9),
    EducationLevel("47", "Spesialis", 9),
    EducationLevel("49", "Subspesialis", 10),
    EducationLevel("50", "S-3/Doktor", 11),
)
EDUCATION_BY_ID: dict[str, EducationLevel] = {level.id: level for level in EDUCATION_LEVELS}


def education_order(level_id: str | None) -> int | None:
    """Return the order of a SIASN education level, None where it is missing or unknown (never an error, 2.3)."""
    found = EDUCATION_BY_ID.get(level_id) if level_id else None
    return found.order if found else None
