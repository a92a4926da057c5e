"""Personnel files of the sample people: ranks that lead to today's, predicates, standings, leave, family, training and
what else a file holds. Everything follows from the person and the seed; no number of a decree is a real one."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from positions.demo.people import RANK_IDS, START_RANK, Names
from positions.demo.world import FIELDS, World
from positions.rules import salary
from positions.rules.levels import PPPK_GROUPS, RANK_BY_ID
from positions.rules.numbers import add_months
from positions.rules.service import deduction, months_between

# result, behaviour, predicate of a year, and how often.
PREDICATES = ((1, 1, 1, 14), (1, 2, 2, 12), (2, 2, 2, 66), (2, 1, 2, 4), (3, 2, 3, 3), (2, 3, 4, 1))
TRAININGS = (
    ("3", "Diklat Pengelolaan Arsip Dinamis", 32), ("3", "Diklat Pengadaan Barang/Jasa Tingkat Dasar", 60),
    ("8", "Bimtek Penyusunan SKP dan Ekspektasi Pimpinan", 16), ("9", "Seminar Pelayanan Publik Inklusif", 8),
    ("11", "Kursus Data Spasial untuk Kecamatan Pesisir", 24), ("2", "Diklat Fungsional Penjenjangan", 120),
    ("6", "Pelatihan Sosial Kultural ASN", 20),
)  # fmt: skip
ELSEWHERE = (
    "Pemerintah Kabupaten Deli Serdang", "Pemerintah Kabupaten Langkat", "Pemerintah Kota Binjai",
    "Pemerintah Provinsi Sumatera Utara", "Pemerintah Kabupaten Muaro Jambi", "Pemerintah Provinsi Jambi",
)  # fmt: skip
SANCTIONS = (("1", 0), ("2", 0), ("3", 0), ("23", 6), ("24", 9), ("27", 12))
COEFFICIENT = {
    "PEMULA": "3.750", "TERAMPIL": "5.000", "MAHIR": "12.500", "PENYELIA": "25.000", "AHLI_PERTAMA": "12.500",
    "AHLI_MUDA": "25.000", "AHLI_MADYA": "37.500", "AHLI_UTAMA": "50.000",
}  # fmt: skip
ORDINARY = ("01", "71", "72")
# Degree held → the one studied for, and a programme.
STUDIED = {"30": ("40", "Administrasi Publik (contoh)"), "40": ("45", "Magister Administrasi Publik (contoh)")}


@dataclass(frozen=True, slots=True)
class Post:
    """What of a post a file needs."""

    name: str
    group: str
    level: str


def fill(world: World, posts: dict[int, Post], agency: str, scale: str, seed: int, day: date) -> int:
    """Add the histories of every employee of `world`; `posts`: place of the employee → the post held. Return how many
    decrees have a number."""
    files = _Files(world, posts, Random(f"{agency}:{scale}:{seed}:berkas"), Names(agency), day)  # noqa: S311  sample
    files.fill()
    return files.numbers


def fill_left(world: World, agency: str, day: date, numbers: int) -> None:
    """Add the ranks of those who have left, nothing of which is chance; decrees are numbered from `numbers`."""
    files = _Files(world, {}, Random(), Names(agency), day)  # noqa: S311  never asked
    files.numbers = numbers
    for place, row in enumerate(world.tables["Employee"]):
        person = dict(zip(FIELDS["Employee"], row, strict=True))
        if person["exits_on"] is not None and person["rank_since"] is not None:
            files.ranks(place, person, person["cpns_on"] or person["rank_since"])


class _Files:
    def __init__(self, world: World, posts: dict[int, Post], rng: Random, names: Names, day: date) -> None:
        self.world, self.posts, self.rng, self.names, self.day = world, posts, rng, names, day
        self.numbers = 0

    def fill(self) -> None:
        fields = FIELDS["Employee"]
        for place, row in enumerate(self.world.tables["Employee"]):
            person = dict(zip(fields, row, strict=True))
            if person["exits_on"] is None and person["rank_since"] is not None:
                self.one(place, person)

    def number(self, kind: str, day: date) -> dict[str, Any]:
        self.numbers += 1
        return {"decree": f"{kind}/{self.numbers}/{day.year}", "decree_on": day - timedelta(days=7)}

    def one(self, place: int, person: dict[str, Any]) -> None:
        rng, post = self.rng, self.posts.get(place)
        hired = person["cpns_on"] or person["rank_since"]
        self.ranks(place, person, hired)
        for year in (self.day.year - 2, self.day.year - 1):
            # A few are still missing: the data-quality list has something to find.
            if hired.year < year and rng.random() > 0.02:
                self.predicate(place, year, post)
        if person["legal_status"] not in ORDINARY:
            self.standing(place, person, hired)
        lot = rng.random()
        if lot < 0.30:
            kind, name, hours = rng.choice(TRAININGS)
            year = max(hired.year, self.day.year - rng.randint(0, 3))
            self.world.add(
                "EmployeeTraining", employee=place, kind=kind, name=name, hours=hours, year=year,
                organiser="Balai Pelatihan Contoh",
            )  # fmt: skip
        if 0.20 < lot < 0.38:
            self.family(place, person)
        if 0.38 < lot < 0.42 and self.day.year - hired.year > 10:
            self.award(place, hired)
        if 0.42 < lot < 0.424:
            self.discipline(place)
        if 0.43 < lot < 0.45 and person["status"] == "PNS" and hired.year > 1996:
            self.earlier(place, hired)
        if 0.45 < lot < 0.453 and person["status"] == "PNS":
            start = add_months(self.day.replace(day=1), -rng.randint(2, 30))
            self.world.add(
                "Secondment", employee=place, kind=rng.choice(("dpk", "dpb", "penugasan")), direction="keluar",
                agency_name="Komisi Pemilihan Umum Contoh", starts_on=start, **self.number("824.3", start),
            )  # fmt: skip
        self.increments(place, person, hired)
        if 0.46 < lot < 0.466 and person["status"] == "PNS" and person["education_level"] in STUDIED:
            self.study(place, person, hired)
        if post is not None and person["status"] in ("PNS", "CPNS") and hired.year >= self.day.year - 8:
            self.appointment(place, person, post, hired)

    def ranks(self, place: int, person: dict[str, Any], hired: date) -> None:
        """From the first rank at the appointment to today's at its TMT; MKG by service less what groups take off."""
        since = person["rank_since"]
        if person["rank"] is None:
            if person["pay_group"] is not None:
                self.world.add(
                    "RankRecord", employee=place, pay_group=person["pay_group"], starts_on=since, service_years=0,
                    service_months=0, **self.number("813.3", since),
                )  # fmt: skip
            return
        last = RANK_IDS.index(person["rank"])
        first = min(last, RANK_IDS.index(START_RANK[person["education_level"]][0]))
        total = months_between(hired, since)
        steps = min(last - first, total)
        first = last - steps
        for step in range(steps + 1):
            starts_on = since if step == steps else add_months(hired, step * total // max(steps, 1))
            rank = RANK_IDS[first + step]
            served = max(0, months_between(hired, starts_on) - deduction(RANK_IDS[first], rank))
            kind = "211" if step == 0 and steps else "101"
            self.world.add(
                "RankRecord", employee=place, rank=rank, starts_on=starts_on, kind=kind, service_years=served // 12,
                service_months=served % 12, **self.number("823", starts_on),
            )  # fmt: skip

    def increments(self, place: int, person: dict[str, Any], hired: date) -> None:
        """The last increment of most since their rank, a step of the table of the years served; some were missed."""
        since, rank, group = person["rank_since"], person["rank"], person["pay_group"]
        if person["status"] not in ("PNS", "PPPK") or not (rank or group) or place % 23 == 0:
            return
        grade = RANK_BY_ID[rank].code if rank else PPPK_GROUPS[group - 1]
        served = max(0, months_between(hired, since) - deduction(self.first_rank(person), rank)) if rank else 0
        passed = months_between(since, self.day.replace(day=1))
        steps = [each for each in salary.steps_of(grade) if served < each * 12 <= served + passed]
        if steps:
            starts_on = add_months(since, steps[-1] * 12 - served)
            self.world.add(
                "SalaryIncrement", employee=place, starts_on=starts_on, service_years=steps[-1], service_months=0,
                **self.number("KGB", starts_on),
            )  # fmt: skip

    @staticmethod
    def first_rank(person: dict[str, Any]) -> int:
        last = RANK_IDS.index(person["rank"])
        return RANK_IDS[min(last, RANK_IDS.index(START_RANK[person["education_level"]][0]))]

    def study(self, place: int, person: dict[str, Any], hired: date) -> None:
        """A study towards the next degree: under way, or over without a change of the last education yet."""
        level, programme = STUDIED[person["education_level"]]
        start = add_months(self.day.replace(day=1), -(2 + place % 39))
        if start <= hired:
            return
        over = add_months(start, 24) <= self.day
        self.world.add(
            "StudyAssignment", employee=place, kind=("tugas", "mandiri", "mandiri", "izin")[place % 4],
            level=level, programme=programme, school="Universitas Contoh", funding="Biaya sendiri (contoh)",
            starts_on=start, ends_on=add_months(start, 24), outcome="berhenti" if over else "berjalan",
            **self.number("826", start),
        )  # fmt: skip

    def predicate(self, place: int, year: int, post: Post | None) -> None:
        lots = [each[3] for each in PREDICATES]
        result, behaviour, predicate, _weight = self.rng.choices(PREDICATES, lots)[0]
        self.world.add(
            "YearlyPredicate", employee=place, year=year, result=result, behaviour=behaviour, predicate=predicate,
            appraiser_job="Atasan langsung",
        )  # fmt: skip
        if post is not None and post.level in COEFFICIENT and year == self.day.year - 1:
            self.world.add(
                "CreditPoint", employee=place, kind="konversi", job_name=post.name, level=post.level,
                starts_on=date(year, 1, 1), ends_on=date(year + 1, 1, 1), total=COEFFICIENT[post.level],
                main_credit=COEFFICIENT[post.level], **self.number("PAK", date(year + 1, 2, 1)),
            )  # fmt: skip

    def standing(self, place: int, person: dict[str, Any], hired: date) -> None:
        code = person["legal_status"]
        left = add_months(self.day.replace(day=1), -self.rng.randint(3, 22))
        ordinary = "01" if person["status"] in ("PNS", "CPNS") else "71"
        if hired < left:
            self.world.add("StandingRecord", employee=place, standing=ordinary, starts_on=hired)
        self.world.add("StandingRecord", employee=place, standing=code, starts_on=left, **self.number("850", left))
        if code == "02":
            # Some are over and nobody has come back: TIM_6.
            ends_on = add_months(left, self.rng.choice((12, 12, 24)))
            self.world.add(
                "UnpaidLeave", employee=place, reason="Mendampingi pasangan bertugas", starts_on=left, ends_on=ends_on,
                **self.number("851", left),
            )  # fmt: skip

    def family(self, place: int, person: dict[str, Any]) -> None:
        rng, born = self.rng, person["birth_date"]
        other = "F" if person["sex"] == "M" else "M"
        married = born + timedelta(days=365 * rng.randint(23, 30))
        if married >= self.day:
            return
        self.world.add(
            "FamilyMember", employee=place, relation="pasangan", name=self.names.make(rng, other), sex=other,
            birth_date=born + timedelta(days=rng.randint(-1200, 1200)), married_on=married, on_payroll=True,
            occupation=rng.choice(("Wiraswasta", "Karyawan swasta", "Mengurus rumah tangga")),
        )  # fmt: skip
        for child in range(rng.randint(0, 3)):
            birth = married + timedelta(days=400 + 900 * child + rng.randrange(300))
            if birth < self.day:
                sex = rng.choice("MF")
                self.world.add(
                    "FamilyMember", employee=place, relation="anak", child_kind="kandung",
                    name=self.names.make(rng, sex), sex=sex, birth_date=birth, on_payroll=child < 2,
                )  # fmt: skip

    def award(self, place: int, hired: date) -> None:
        years = (self.day.year - hired.year) // 10 * 10
        code, years = {10: ("201", 10), 20: ("202", 20)}.get(years, ("203", 30))
        self.world.add(
            "Award", employee=place, code=code, name=f"Satyalancana Karya Satya {years} tahun",
            year=min(self.day.year, hired.year + years + 1), **self.number("TK", self.day),
        )  # fmt: skip

    def discipline(self, place: int) -> None:
        sanction, months = self.rng.choice(SANCTIONS)
        start = add_months(self.day.replace(day=1), -self.rng.randint(1, 40))
        self.world.add(
            "Discipline", employee=place, sanction=sanction, starts_on=start, months=months % 12, years=months // 12,
            ends_on=add_months(start, months) if months else None, reason="Tidak masuk kerja tanpa alasan (contoh)",
            state="berlaku", regulation="PP 94/2021", **self.number("862", start),
        )  # fmt: skip

    def earlier(self, place: int, hired: date) -> None:
        months = self.rng.randint(10, 40)
        start = add_months(hired, -months - 2)
        if self.rng.random() < 0.5:
            self.world.add(
                "ServicePeriod", employee=place, experience="Tenaga honorer (contoh)", starts_on=start,
                ends_on=add_months(start, months), years=months // 24, months=months // 2 % 12, counts=True,
                **self.number("PMK", add_months(hired, 14)),
            )  # fmt: skip
            return
        self.world.add(
            "OutsidePost", employee=place, agency_name=self.rng.choice(ELSEWHERE), job_name="Pengelola Data (contoh)",
            unit_name="Sekretariat Daerah", group="pelaksana", level="PELAKSANA", assignment="D", starts_on=start,
            ends_on=add_months(start, months), **self.number("821", start),
        )  # fmt: skip

    def appointment(self, place: int, person: dict[str, Any], post: Post, hired: date) -> None:
        """The formation of the intake: that of the post held, but for a few who still wait for a functional one."""
        waits = post.group == "pelaksana" and self.rng.random() < 0.01
        sworn = person["pns_on"]
        self.world.add(
            "Appointment", employee=place, formation_kind="Umum", period=str(hired.year - 1),
            formation_group="fungsional" if waits else post.group,
            formation_name="Arsiparis Terampil (contoh)" if waits else post.name,
            cpns_decree=f"813/{place + 1}/{hired.year}", cpns_decree_on=hired - timedelta(days=10), duty_on=hired,
            pns_decree=f"821/{place + 1}/{sworn.year}" if sworn else "",
            pns_decree_on=sworn - timedelta(days=10) if sworn else None,
        )  # fmt: skip
