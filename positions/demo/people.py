"""Invented people: names, NIP, ranks, education and dates that fit the post they are made for.

Numbers point at nobody: serials 901 to 999, and NIK of a district 99 that does not exist.
"""

import csv
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from positions.demo.catalogue import JobSpec, Study
from positions.demo.story import DATA
from positions.rules.levels import RANKS, Level
from positions.rules.numbers import add_months, add_years, first_of_next_month
from positions.rules.retirement import retirement_age

RANK_IDS = [rank.id for rank in RANKS]
# SIASN level -> (first rank, ceiling of regular promotion, age at graduation): establishment.md 2.3.
START_RANK = {
    "05": (11, 21, 13), "10": (13, 23, 16), "15": (21, 32, 19), "17": (21, 32, 19), "30": (23, 33, 22),
    "35": (31, 34, 23), "40": (31, 34, 23), "42": (32, 41, 25), "45": (32, 41, 27),
}  # fmt: skip
PPPK_GROUP = {"05": 1, "10": 3, "15": 5, "17": 5, "30": 7, "35": 9, "40": 9, "42": 10, "45": 10}
# Year of TMT CPNS and its share (gelombang_cpns); people enter between 20 and 35.
WAVES = (
    (1992, 1993, 0.04), (1994, 1999, 0.10), (2000, 2004, 0.08), (2005, 2010, 0.42), (2011, 2015, 0.12),
    (2018, 2020, 0.18), (2021, 2025, 0.10),
)  # fmt: skip
BIRTH_PLACES = {
    "1271": ("Medan", "Medan", "Medan", "Binjai", "Deli Serdang", "Pematangsiantar", "Tebing Tinggi", "Langkat", "Karo",
             "Tapanuli Utara", "Mandailing Natal", "Padang Sidempuan"),
    "1571": ("Jambi", "Jambi", "Jambi", "Muaro Jambi", "Batang Hari", "Kerinci", "Sungai Penuh", "Merangin",
             "Palembang"),
}  # fmt: skip


def clamp(value: float, low: float, high: float) -> float:
    return max(low, min(high, value))


@dataclass(frozen=True)
class Born:
    """Choices made for a person before the rest is derived: birth date and first appointment."""

    birth: date
    hired: date


class Names:
    """Name parts put together at random; some groups are commoner around Medan, others in Jambi."""

    def __init__(self, agency: str) -> None:
        with (DATA / "nama_komponen_fiktif.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        self.given = {
            sex: [row["komponen"] for row in rows if row["jenis"] == "nama depan" and row["jenis_kelamin"] == letter]
            for sex, letter in (("M", "L"), ("F", "P"))
        }
        family = [row for row in rows if row["jenis"] != "nama depan"]
        weight = {"Melayu/Minang/Jawa/Aceh": 6} if agency == "1571" else {"Tionghoa/Tamil": 0.3}
        self.family = [row["komponen"] for row in family]
        self.weights = [weight.get(row["kelompok"], 1.0) for row in family]

    def make(self, rng: Random, sex: str) -> str:
        first, second = rng.sample(self.given[sex], 2)
        family = rng.choices(self.family, self.weights)[0]
        return f"{first} {second} {family}" if rng.random() < 0.6 else f"{first} {family}"


class Numbers:
    """NIP, NI PPPK and NIK, each given out once."""

    def __init__(self, first_serial: int, last_serial: int) -> None:
        self.first, self.last = first_serial, last_serial
        self.taken: Counter[str] = Counter()
        self.niks = 0

    def nip(self, birth: date, middle: str, sex: str) -> str | None:
        """Return the next number of this birth date, appointment and sex; None when the serials are used up."""
        stem = f"{birth:%Y%m%d}{middle}{1 if sex == 'M' else 2}"
        serial = self.first + self.taken[stem]
        if serial > self.last:
            return None
        self.taken[stem] += 1
        return f"{stem}{serial:03d}"

    def phone(self) -> str:
        """Return a mobile number below 0834, which no operator has been given; of one in twenty-five none (COM_7)."""
        return f"0834{self.niks:08d}" if self.niks % 25 else ""

    def email(self, number: str) -> str:
        """Return the address of who has this NIP; of one in forty none (COM_6)."""
        return f"{number}@contoh.example" if self.niks % 40 != 7 else ""

    def validated(self) -> bool | None:
        """Return what the civil registry said of the NIK last given out: mostly yes, of one in fifteen nothing yet, of
        one in a hundred no (ACC_5)."""
        return None if self.niks % 15 == 0 else self.niks % 101 != 0

    def nik(self, agency: str, birth: date, sex: str) -> str:
        self.niks += 1
        day = birth.day + (40 if sex == "F" else 0)
        return f"{agency}99{day:02d}{birth:%m%y}{self.niks % 10_000:04d}"


def day_of_age(rng: Random, day: date, age: float) -> date:
    """Return a birth date that makes `age` (in years) on `day`."""
    return day - timedelta(days=int(age * 365.2425)) - timedelta(days=rng.randrange(10))


def ages(rng: Random, how_many: int, bands: dict[str, float]) -> list[float]:
    """Return ages, ascending, shaped by the bands of the published statistics."""
    # A little past 60: a teacher's last month in service begins with the 60th birthday (`oldest` caps each post's).
    limits = {"20_29": (22.5, 30), "30_39": (30, 40), "40_49": (40, 50), "50_55": (50, 56), "lebih_55": (56, 60.1)}
    chosen = rng.choices(list(bands), list(bands.values()), k=how_many)
    return sorted(rng.uniform(*limits[band]) for band in chosen)


def oldest(bup: int, day: date) -> float:
    """Return the greatest age (years) of somebody still in service on `day`: who reached it this month leaves with the
    month."""
    return bup + (day.day - 1) / 365.25


def hired_on(rng: Random, birth: date, day: date) -> date:
    """Return TMT CPNS: the first of a month in one of the waves, at an age between 20 and 35."""
    feasible = []
    latest_day = add_months(day, -13).replace(day=1)
    for first, last, share in WAVES:
        low = max(date(first, 1, 1), first_of_next_month(add_years(birth, 20)))
        high = min(date(last, 12, 1), add_years(birth, 35).replace(day=1), latest_day)
        if low <= high:
            feasible.append((low, high, share))
    if not feasible:
        return min(first_of_next_month(add_years(birth, 24)), latest_day)
    low, high, _ = rng.choices(feasible, [share for _, _, share in feasible])[0]
    months = (high.year - low.year) * 12 + high.month - low.month
    return add_months(low.replace(day=1), rng.randint(0, months))


def rank_of(rng: Random, spec: JobSpec, study: Study, hired: date, day: date) -> tuple[int, date]:
    """Return (rank id, TMT): start rank of the education, a step each four years, inside the post's range mostly."""
    start, ceiling, _ = START_RANK[study.level]
    served = (day - hired).days / 365.25
    place = RANK_IDS.index(start) + int(served / 4)
    if spec.group == "pelaksana":
        place = min(place, RANK_IDS.index(ceiling))
    elif spec.rank_min is not None and spec.rank_max is not None:
        low, high = RANK_IDS.index(spec.rank_min), RANK_IDS.index(spec.rank_max)
        # One in fifty is a step below what the post asks for: allowed, and a signal.
        if rng.random() < 0.02 and low > 0:
            low -= 1
            place = low
        place = int(clamp(place, low, high))
    since = add_months(day.replace(day=1), -rng.randint(2, 46))
    return RANK_IDS[place], max(since, hired)


def person(
    *, rng: Random, names: Names, numbers: Numbers, agency: str, day: date, spec: JobSpec, status: str, age: float,
    study: Study | None = None, name: str | None = None, sex: str | None = None, birth: date | None = None,
    hired: date | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Return the fields of an Employee fit for `spec`; `education` is a (level id, name) pair."""
    studies = spec.studies
    study = study or rng.choices(studies, [option.weight for option in studies])[0]
    share_of_women = {"guru": 0.76, "nakes": 0.78}.get(spec.field, 0.44 if spec.tasks != "lapangan" else 0.22)
    sex = sex or ("F" if rng.random() < share_of_women else "M")
    bup = retirement_age(spec.level, job_name=spec.name, job_bup=spec.retirement_age)
    age = min(age, oldest(bup, day))
    while True:
        born = birth or day_of_age(rng, day, age)
        # The pension must lie ahead: the first of the month after the birthday's.
        if birth is None and first_of_next_month(add_years(born, bup)) <= day:
            age -= 0.02
            continue
        if status == "PNS":
            begins = hired or hired_on(rng, born, day)
            number = numbers.nip(born, f"{begins:%Y%m}", sex)
        elif status == "CPNS":
            begins = add_months(day.replace(day=1), -rng.randint(3, 9))
            number = numbers.nip(born, f"{begins:%Y%m}", sex)
        elif status == "PPPK":
            begins = _contract_start(rng, born, day)
            number = numbers.nip(born, f"{begins:%Y}21", sex)
        else:
            begins = add_months(day.replace(day=1), -8)
            number = numbers.nip(born, f"{begins:%Y}21", sex)
        if number:
            break
        birth, age = None, age - 0.05
    months = (day.year - begins.year) * 12 + day.month - begins.month
    graduated = min(born.year + START_RANK[study.level][2] + rng.choice((0, 0, 1, 2)), begins.year)
    fields: dict[str, Any] = {
        "nip": number, "name": name or names.make(rng, sex), "status": status, "sex": sex, "birth_date": born,
        "birth_place": rng.choice(BIRTH_PLACES[agency]), "nik": numbers.nik(agency, born, sex),
        "nik_validated": numbers.validated(), "email": numbers.email(number), "phone": numbers.phone(),
        "legal_status": "01" if status in ("PNS", "CPNS") else "71",
        "education_level": study.level, "education": (study.level, study.name), "graduated": graduated,
        "title_after": study.title, "title_before": _title_before(study), "service_years": months // 12,
        "service_months": months % 12,
    }  # fmt: skip
    if status in ("PNS", "CPNS"):
        rank, since = rank_of(rng, spec, study, begins, day)
        if status == "CPNS":
            rank, since = START_RANK[study.level][0], begins
        pns_on = add_months(begins, 12) if status == "PNS" else None
        fields |= {"rank": rank, "rank_since": since, "cpns_on": begins, "pns_on": pns_on}
    elif status == "PPPK":
        fields |= {"pay_group": PPPK_GROUP[study.level], "rank_since": begins}
    else:
        fields |= {"rank_since": begins}
    return fields | {"hired": begins}


def _contract_start(rng: Random, birth: date, day: date) -> date:
    year = rng.choices((day.year - 5, day.year - 4, day.year - 3, day.year - 2, day.year - 1), (1, 3, 4, 4, 3))[0]
    year = max(year, birth.year + 20)
    return min(date(year, rng.choice((2, 3, 5, 7)), 1), add_months(day.replace(day=1), -2))


def _title_before(study: Study) -> str:
    return {"PROFESI DOKTER": "dr.", "PROFESI DOKTER GIGI": "drg.", "PROFESI APOTEKER": "apt."}.get(study.name, "")


def schooling(fields: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the educations of a person: the one on record and, for a master's degree, the bachelor's before it."""
    level, name = fields["education"]
    rows = [{"level": level, "education": (level, name), "name": name, "graduated": fields["graduated"]}]
    if level == "45":
        earlier = ("40", "S-1 EKONOMI")
        rows.append({"level": "40", "education": earlier, "name": earlier[1], "graduated": fields["graduated"] - 4})
    return rows


def may_step_in(level: Level) -> bool:
    """Levels a newly hired person (CPNS) begins at."""
    return level in (Level.AHLI_PERTAMA, Level.TERAMPIL, Level.PEMULA, Level.PELAKSANA)
