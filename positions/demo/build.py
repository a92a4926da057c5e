"""Make the register of one agency in plain rows: the same rows for the same agency, scale, seed and day."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from positions.demo import formations, histories, past, past_rows, people, story, units, workload
from positions.demo.catalogue import JOBS, JobSpec
from positions.demo.establishment import Plan, plans, with_story
from positions.demo.story import JAMBI, MEDAN
from positions.demo.world import World
from positions.rules.levels import COMPETENCY_LEVEL, JPT_LEVELS, Level
from positions.rules.numbers import add_months, add_years
from positions.rules.retirement import retirement_age
from positions.rules.sheet_flow import WITH_UNIT

FULL, TINY = "full", "tiny"
HISTORY_YEARS = 10
AGES_PNS = {"20_29": 0.0468, "30_39": 0.1443, "40_49": 0.3086, "50_55": 0.2807, "lebih_55": 0.2195}
AGES_PPPK = {"20_29": 0.22, "30_39": 0.46, "40_49": 0.24, "50_55": 0.06, "lebih_55": 0.02}
SENIORITY = {
    Level.JPT_PRATAMA: 6.4, Level.ADMINISTRATOR: 5.6, Level.PENGAWAS: 5.0, Level.AHLI_MADYA: 7.4, Level.AHLI_MUDA: 5.8,
    Level.PENYELIA: 5.8, Level.MAHIR: 5.0, Level.AHLI_PERTAMA: 3.0, Level.TERAMPIL: 3.6, Level.PEMULA: 3.0,
    Level.PELAKSANA: 4.6,
}  # fmt: skip
COMPETENCIES = ("M.1", "M.2", "M.3", "M.4", "M.5", "M.6", "M.7", "M.8", "SK.1")
# The first standards, with the levels that the rule gives (DATA CONTOH); later ones: `demo.competency`.
STANDARD_DECREE, STANDARD_DAY = "061/114/CONTOH/2019", date(2019, 1, 2)
CPNS_SHARE = 0.014
# Of a hundred seats of the units of 2022, so many stood in the units merged into them.
MERGED_STAFF = 75
INACTIVE_SHARE = 0.015
INACTIVE_CODES = ("03", "03", "03", "02", "04")
PART_TIME_JOBS = {
    "JP-OPERATOR-OPS": 6.0, "JP-PENGELOLA-UMUM": 6.0, "JP-PENGADMINISTRASI": 2.5, "JP-PENGOLAH-DATA": 1.0,
    "JP-PRANATA-TRANTIBUM": 3.0, "JP-JURU-SDA": 2.0, "JP-PENGELOLA-OPS": 2.0, "JF-GURU-PT-KELAS": 0.35,
    "JF-PERAWAT-TR": 0.3,
}  # fmt: skip


@dataclass(slots=True)
class Post:
    """A position with the places of its rows."""

    plan: Plan
    spec: JobSpec
    row: int
    unit: int
    office: str
    seats: list[int]
    starts_on: date

    @property
    def story(self) -> bool:
        return self.plan.fixed


@dataclass(slots=True)
class Slot:
    """A held seat and, once made, its holder."""

    post: Post
    seat: int
    status: str = "PNS"
    age: float = 0.0
    employee: int = -1
    hired: date = date.min
    starts_on: date = date.min
    birth: date = date.min


def build(agency: str, *, scale: str, seed: int, day: date) -> World:
    """Return the rows of Kota Medan (1271) or Kota Jambi (1571) as they stand on `day`."""
    return _Builder(agency, scale, seed, day).build()


class _Builder:
    def __init__(self, agency: str, scale: str, seed: int, day: date) -> None:
        self.agency, self.scale, self.seed, self.day = agency, scale, seed, day
        self.rng = Random(f"{agency}:{scale}:{seed}")  # noqa: S311 - reproducible, not secret
        self.world = World()
        self.medan = agency == MEDAN
        self.tiny = scale == TINY
        self.names = people.Names(agency)
        # The agencies share no NIP.
        self.numbers = people.Numbers(901, 969) if self.medan else people.Numbers(970, 999)
        self.unit_row: dict[str, int] = {}
        self.job_row: dict[str, int] = {}
        self.posts: list[Post] = []
        self.closed: list[Post] = []
        self.by_code: dict[str, Post] = {}
        self.slots: list[Slot] = []
        self.holders: dict[int, list[Slot]] = defaultdict(list)
        self.decrees = 0
        # Seat -> the day from which nobody holds it.
        self.vacant_since: dict[int, date] = {}

    def build(self) -> World:
        self.specs = units.medan(self.scale) if self.medan else units.jambi(self.scale)
        self.by_unit_code = {unit.code: unit for unit in self.specs}
        self.parents = {unit.code: unit.parent for unit in self.specs}
        self._units()
        self._jobs()
        self._positions()
        self._people()
        self._incumbencies()
        self._heads_by_duty()
        self._acting()
        self._part_time()
        self._needs()
        self._goals()
        self._workload()
        self._formations()
        self._disorder()
        self._schedule()
        self._files()
        self._past()
        return self.world

    def _past(self) -> None:
        """Last, by a chance of its own: nothing that stands on the first day follows from it."""
        self._merged_staff()
        places = [
            past_rows.Place(post.row, post.unit, post.spec, tuple(post.seats), post.plan.by_duty, post.story)
            for post in (*self.posts, *self.closed)
        ]
        seed = f"{self.agency}:{self.scale}:{self.seed}:masa lalu"
        past.Past(self.world, places, self.names, self.numbers, self.agency, self.day, seed).fill()
        histories.fill_left(self.world, self.agency, self.day, self.numbered)

    def _merged_staff(self) -> None:
        """The other posts of the closed units: those of the successor, shared out among them."""
        order = len(self.posts) + len(self.closed)
        known = {(post.plan.unit.code, post.plan.job) for post in self.closed}
        for successor in sorted({unit.successor for unit in self.specs if unit.successor}):
            former = [unit for unit in self.specs if unit.successor == successor]
            wanted: Counter[str] = Counter()
            for post in self.posts:
                if post.office == successor and post.starts_on == story.MERGED_ON and not post.plan.by_duty:
                    wanted[post.plan.job] += post.plan.k
            for place, (job, k) in enumerate(sorted(wanted.items())):
                unit = former[place % len(former)]
                if (unit.code, job) not in known:
                    order += 1
                    self._post(Plan(unit, job, max(1, k * MERGED_STAFF // 100), b=0), order, ends_on=unit.ends_on)

    def _files(self) -> None:
        """The personnel file of everybody, by what each holds."""
        posts = {
            slot.employee: histories.Post(slot.post.spec.name, slot.post.spec.group, slot.post.spec.level.value)
            for slot in self.slots
        }
        self.numbered = histories.fill(self.world, posts, self.agency, self.scale, self.seed, self.day)

    # Units and jobs

    def _units(self) -> None:
        for unit in self.specs:
            self.unit_row[unit.code] = self.world.add(
                "Unit", code=unit.code, name=unit.name, kind=unit.kind, region_code=unit.region,
                parent=self.unit_row.get(unit.parent or ""), is_model=unit.is_model, starts_on=unit.starts_on,
                ends_on=unit.ends_on, closing_decree=story.MERGER_DECREE if unit.successor else "",
                closing_decree_on=story.MERGER_SIGNED if unit.successor else None,
            )  # fmt: skip
        for unit in self.specs:
            row = self.unit_row[unit.code]
            if unit.successor:
                self.world.change("Unit", row, successor=self.unit_row[unit.successor])
            for parent, starts_on, ends_on in unit.former_parents:
                self.world.add(
                    "UnitPeriod", unit=row, name=unit.name, parent=self.unit_row[parent], starts_on=starts_on,
                    ends_on=ends_on, decree="", decree_on=None,
                )  # fmt: skip
            latest = unit.former_parents[-1][2] if unit.former_parents else unit.starts_on
            self.world.add(
                "UnitPeriod", unit=row, name=unit.name, parent=self.unit_row.get(unit.parent or ""), starts_on=latest,
                ends_on=unit.ends_on, decree=story.MERGER_DECREE if latest == story.MERGED_ON else "",
                decree_on=story.MERGER_SIGNED if latest == story.MERGED_ON else None,
            )  # fmt: skip

    def _jobs(self) -> None:
        for code, spec in JOBS.items():
            row = self.world.add(
                "Job", code=code, name=spec.name, subtitle=spec.subtitle, group=spec.group, level=spec.level.value,
                field=spec.field, family=spec.family, echelon=spec.echelon, job_class=spec.job_class,
                retirement_age=spec.retirement_age, rank_min=spec.rank_min, rank_max=spec.rank_max,
                education_level=spec.education, reference=spec.reference or None, summary="",
            )  # fmt: skip
            self.job_row[code] = row
            for field in spec.fields:
                self.world.add("JobEducation", job=row, field=field)
            standard = self.world.add(
                "JobStandard", job=row, number=1, state="ditetapkan", affair="", decree=STANDARD_DECREE,
                decree_on=STANDARD_DAY, starts_on=STANDARD_DAY,
            )  # fmt: skip
            for competency in COMPETENCIES:
                level = COMPETENCY_LEVEL[spec.level]
                self.world.add("JobCompetency", standard=standard, competency=competency, level=level)

    # Positions and seats

    def _positions(self) -> None:
        size = (0.06 if self.tiny else 1.0) if self.medan else (0.04 if self.tiny else 0.22)
        found = plans(self.specs, self.rng, size=size, tiny=self.tiny)
        if self.medan:
            found = with_story(found)
        for plan in found:
            if plan.b is None:
                plan.b = self._held(plan)
        if not self.tiny:
            self._meet_population(found)
        for order, plan in enumerate(found):
            self._post(plan, order)

    def _held(self, plan: Plan) -> int:
        """Return how many hold the position: most are a little short, some have too many."""
        if plan.by_duty:
            return 0
        if plan.managerial:
            return 0 if plan.k == 1 and not plan.fixed and self.rng.random() < 0.06 else plan.k
        letter = plan.unit.code.split(".")[-2] if plan.unit.kind == "sekolah" else ""
        if letter in story.CENTRE_DISTRICTS and "KELAS" in plan.job:
            return plan.k + self.rng.choice((1, 2, 2, 3))
        if letter in story.OUTER_DISTRICTS and "KELAS" in plan.job:
            return max(1, plan.k - self.rng.choice((2, 3, 3, 4)))
        if plan.k <= 3:
            return max(0, plan.k + self.rng.choices((0, -1, 1, -2), (62, 23, 12, 3))[0])
        return max(1, round(plan.k * self.rng.triangular(0.72, 1.12, 0.96)))

    def _meet_population(self, found: list[Plan]) -> None:
        """Add or take holders of ordinary posts until the published number of PNS and PPPK is met."""
        wanted = story.POPULATION[self.agency]["PNS"] + story.POPULATION[self.agency]["PPPK"]
        ordinary = [plan for plan in found if not (plan.fixed or plan.managerial or plan.by_duty) and plan.k >= 4]
        self.rng.shuffle(ordinary)
        missing = wanted - sum(plan.b or 0 for plan in found)
        step = 1 if missing > 0 else -1
        rounds = 0
        while missing:
            rounds += 1
            before = missing
            for plan in ordinary:
                b = (plan.b or 0) + step
                # Never far from K, so that the picture stays believable; wider from round to round.
                if missing and 1 <= b and abs(b - plan.k) <= max(1 + rounds, plan.k * (10 + 5 * rounds) // 100):
                    plan.b, missing = b, missing - step
            if missing == before and rounds > 40:
                raise ValueError(f"{self.agency}: no room for {missing} people")

    def _post(self, plan: Plan, order: int, ends_on: date | None = None) -> Post:
        spec = JOBS[plan.job]
        starts_on = plan.unit.starts_on
        growth = Decimal(0)
        if spec.tasks and not plan.fixed:
            growth = Decimal(self.rng.choices(("0", "0.01", "0.02", "-0.01"), (60, 18, 12, 10))[0])
        row = self.world.add(
            "Position", code=plan.code, unit=self.unit_row[plan.unit.code], job=self.job_row[plan.job],
            is_head=plan.is_head, by_duty=plan.by_duty, growth=growth, order=order, starts_on=starts_on,
            ends_on=ends_on,
        )  # fmt: skip
        held = plan.b or 0
        seats = []
        for number in range(1, max(plan.k, held) + 1):
            kind = "tugas_tambahan" if plan.by_duty else "formasi" if number <= plan.k else "di_luar_formasi"
            since = starts_on if number <= plan.k else max(starts_on, date(2016, 1, 1))
            seats.append(
                self.world.add("Seat", position=row, number=number, kind=kind, starts_on=since, ends_on=ends_on)
            )
        office = units.office_of(plan.unit.code, self.parents)
        post = Post(plan, spec, row, self.unit_row[plan.unit.code], office, seats, starts_on)
        if ends_on is None:
            self.posts.append(post)
            self.by_code[plan.code] = post
            for seat in seats[:held]:
                self.slots.append(Slot(post, seat))
        else:
            self.closed.append(post)
        return post

    # People

    def _people(self) -> None:
        self._statuses()
        self._ages()
        forced = self._forced() if self.medan else {}
        for slot in self.slots:
            extra = forced.pop(slot.post.plan.code, {})
            status = slot.status
            fields = people.person(
                rng=self.rng, names=self.names, numbers=self.numbers, agency=self.agency, day=self.day,
                spec=slot.post.spec, status=status, age=slot.age, **extra,
            )  # fmt: skip
            if status == "PNS" and not slot.post.story and self.rng.random() < INACTIVE_SHARE:
                fields["legal_status"] = self.rng.choice(INACTIVE_CODES)
            if extra and slot.post.plan.code == story.OWN_RECORD:
                # Who signs in as an employee has one finding of their own to repair.
                fields["phone"] = ""
            slot.hired, slot.birth = fields.pop("hired"), fields["birth_date"]
            slot.employee = self._employee(slot.post.unit, fields)
            self.holders[slot.post.row].append(slot)
            if status == "PPPK":
                self._contracts(slot)

    def _employee(self, unit: int | None, fields: dict[str, Any]) -> int:
        row = self.world.add("Employee", unit=unit, **fields)
        for degree in people.schooling(fields):
            self.world.add("EmployeeEducation", employee=row, **degree)
        return row

    def _statuses(self) -> None:
        """PPPK by lot among the posts they may hold; the exact number in the full demo."""
        weights = {"guru": 0.55, "nakes": 0.45, "teknis": 0.30}
        open_to_all = [slot for slot in self.slots if not slot.post.story and people.may_step_in(slot.post.spec.level)]
        lot = sorted(
            open_to_all, key=lambda slot: self.rng.random() ** (1 / weights[slot.post.spec.field]), reverse=True
        )
        pppk = round(len(self.slots) * 0.32) if self.tiny else story.POPULATION[self.agency]["PPPK"]
        for slot in lot[:pppk]:
            slot.status = "PPPK"
        rest = lot[pppk:]
        for slot in self.rng.sample(rest, min(len(rest), max(2, round(len(self.slots) * CPNS_SHARE)))):
            slot.status = "CPNS"

    def _ages(self) -> None:
        """The young at the entry levels, the old at the top: ages shaped by the statistics, dealt out by seniority."""
        for status, bands in (("PNS", AGES_PNS), ("PPPK", AGES_PPPK)):
            of_status = [slot for slot in self.slots if slot.status == status]
            spread = 1.5 if status == "PNS" else 3.0
            of_status.sort(key=lambda slot: SENIORITY[slot.post.spec.level] + self.rng.gauss(0, spread))
            for slot, age in zip(of_status, people.ages(self.rng, len(of_status), bands), strict=True):
                slot.age = age
        for slot in self.slots:
            spec = slot.post.spec
            bup = retirement_age(spec.level, job_name=spec.name, job_bup=spec.retirement_age)
            if slot.status == "CPNS":
                slot.age = self.rng.uniform(23, 32)
            elif slot.age > (oldest := people.oldest(bup, self.day)):
                slot.age = self.rng.uniform(bup - 6, oldest)
            if spec.level in JPT_LEVELS:
                slot.age = max(slot.age, 46.0)

    def _forced(self) -> dict[str, dict[str, Any]]:
        """What the story says of people; the first holder of the post gets it."""
        day = self.day
        pension = add_months(day.replace(day=1), story.AUDITOR_MONTHS)
        auditor_birth = add_years(add_months(pension, -1), -60).replace(day=15)
        study = next(s for s in JOBS["JF-PRANATA-KOMPUTER-PT"].studies if (s.level, s.name) == story.MISPLACED_STUDY)
        clerk = JOBS["JP-JURU-PUNGUT"].studies[0]
        return {
            story.ONLY_AUDITOR: {"name": story.AUDITOR_NAME, "sex": "F", "birth": auditor_birth,
                                 "hired": date(auditor_birth.year + 26, 3, 1)},
            story.MISPLACED: {"name": story.MISPLACED_HOLDER, "sex": "F", "study": study,
                              "birth": add_years(day, -33).replace(day=7), "hired": date(day.year - 7, 3, 1)},
            story.FADING: {"name": story.FADING_HOLDER, "sex": "M", "study": clerk,
                           "birth": add_years(day, -41).replace(day=11), "hired": date(2010, 1, 1)},
        }  # fmt: skip

    def _contracts(self, slot: Slot) -> None:
        starts_on, number = slot.hired, 1
        years = self.rng.choice((1, 3, 5, 5))
        while True:
            ends_on = add_years(starts_on, years)
            current = ends_on > self.day
            extension, decided_on = "diperpanjang", ends_on - timedelta(days=30)
            if current:
                ended = ends_on <= add_months(self.day, 12) and self.rng.random() < 0.03
                extension, decided_on = ("tidak", self.day - timedelta(days=15)) if ended else ("belum", None)
            self.world.add(
                "Contract", employee=slot.employee, number=f"800.1/{slot.employee + 1}-{number}/PPPK/{starts_on.year}",
                starts_on=starts_on, ends_on=ends_on, extension=extension, decided_on=decided_on,
            )  # fmt: skip
            if current:
                return
            starts_on, number = ends_on, number + 1

    # Who holds what, since when

    def _decree(self, day: date) -> dict[str, Any]:
        self.decrees += 1
        return {"decree": f"800.1.3/{self.decrees}/{day.year}", "decree_on": day - timedelta(days=5)}

    def _incumbency(self, post: Post, seat: int, employee: int, since: date, until: date | None, kind: str) -> None:
        self.world.add(
            "Incumbency", position=post.row, seat=seat, employee=employee, kind=kind, starts_on=since, ends_on=until,
            **self._decree(since),
        )  # fmt: skip

    def _incumbencies(self) -> None:
        moved = self._chains()
        for slot in self.slots:
            if slot.starts_on == date.min:
                slot.starts_on = self._usual_start(slot)
        self._before_the_merger()
        for slot in self.slots:
            self._incumbency(slot.post, slot.seat, slot.employee, slot.starts_on, None, "definitif")
        for first, second in moved:
            self._earlier_post(first, second)
        self._left_vacant()

    def _usual_start(self, slot: Slot) -> date:
        """Return a start after the appointment: PPPK and CPNS with it, others within six years of it."""
        earliest = max(slot.post.starts_on, slot.hired)
        if slot.status != "PNS":
            return earliest
        latest = self.day - timedelta(days=60)
        if slot.post.story:
            # Long enough in place to be moved, and to be no news.
            return min(max(earliest, self.day - timedelta(days=1_500)), self.day - timedelta(days=800))
        return min(earliest + timedelta(days=self.rng.randrange(0, 2_190)), max(earliest, latest))

    def _chains(self) -> list[tuple[Slot, Slot]]:
        """Let people of one line of work follow each other: (who moved, whose present seat was left before).

        The moves of a chain are ordered in time, so the seat was free when its present holder came.
        """
        lines: dict[str, list[Slot]] = defaultdict(list)
        for slot in self.slots:
            if slot.status != "PNS" or slot.post.story or slot.post.starts_on != units.OLD:
                continue
            spec = slot.post.spec
            lines["manajerial" if spec.group == "manajerial" else f"{spec.family}/{spec.subtitle}"].append(slot)
        moved = []
        first_day = self.day - timedelta(days=HISTORY_YEARS * 365)
        for line in lines.values():
            self.rng.shuffle(line)
            if line[0].post.spec.group == "manajerial":
                line.sort(key=lambda slot: SENIORITY[slot.post.spec.level] + self.rng.random() * 2, reverse=True)
            while line:
                chain, line = line[: self.rng.randint(5, 7)], line[7:]
                days = sorted(first_day + timedelta(days=self.rng.randrange(HISTORY_YEARS * 365 - 40)) for _ in chain)
                for slot, since in zip(chain, days, strict=True):
                    if since > slot.hired + timedelta(days=400):
                        slot.starts_on = since
                self._retired_before(chain[0])
                moved += [
                    (before, after)
                    for before, after in zip(chain, chain[1:], strict=False)
                    if before.starts_on != date.min and after.starts_on >= before.starts_on
                ]
        return moved

    def _earlier_post(self, moved: Slot, left: Slot) -> None:
        """Add the post `moved` held before: the seat that `left` holds now."""
        since = max(moved.hired, left.post.starts_on, moved.starts_on - timedelta(days=self.rng.randrange(550, 2_500)))
        fell = past_rows.falls(left.post.spec.level, moved.post.spec.level)
        if not fell and (moved.starts_on - since).days >= 200 and left.starts_on >= moved.starts_on:
            self._incumbency(left.post, left.seat, moved.employee, since, moved.starts_on, "definitif")

    def _retired_before(self, slot: Slot) -> None:
        if slot.starts_on != date.min:
            self._former(slot.post, slot.seat, slot.starts_on.replace(day=1))

    def _former(self, post: Post, seat: int, until: date) -> None:
        """Add a person who held the seat and left the service on `until` (the first of a month)."""
        spec = post.spec
        bup = retirement_age(spec.level, job_name=spec.name, job_bup=spec.retirement_age)
        birth = add_years(add_months(until, -1), -bup).replace(day=self.rng.randint(1, 28))
        fields = people.person(
            rng=self.rng, names=self.names, numbers=self.numbers, agency=self.agency, day=until - timedelta(days=40),
            spec=spec, status="PNS", age=bup - 0.1, birth=birth,
        )  # fmt: skip
        hired = fields.pop("hired")
        reason = self.rng.choices(("Pensiun (BUP)", "Meninggal dunia", "Pindah instansi"), (88, 7, 5))[0]
        if until.day != 1:
            # No pension begins within a month.
            reason = "Pindah instansi"
        fields |= {
            "exits_on": until, "exit_reason": reason, "legal_status": "99" if reason.startswith("Pensiun") else "52"
        }  # fmt: skip
        since = max(hired, post.starts_on, until - timedelta(days=self.rng.randrange(900, 3_200)))
        employee = self._employee(None, fields)
        if since < until:
            self._incumbency(post, seat, employee, since, until, "definitif")

    def _left_vacant(self) -> None:
        """Empty seats were left by somebody: always a managerial one, others now and then."""
        for post in self.posts:
            held = post.plan.b or 0
            if post.plan.by_duty or held >= post.plan.k:
                continue
            if post.plan.code == story.VACANT_SECRETARY:
                self.vacant_since[post.seats[0]] = self.day - timedelta(days=story.VACANT_DAYS)
                self._former(post, post.seats[0], self.vacant_since[post.seats[0]])
                continue
            for seat in post.seats[held : post.plan.k]:
                until = add_months(self.day.replace(day=1), -self.rng.randint(0, 14))
                if post.plan.managerial or self.rng.random() < 0.35:
                    self.vacant_since[seat] = until
                    self._former(post, seat, until)
                else:
                    # A formation that was decided of late and never held.
                    since = max(post.starts_on, self.day - timedelta(days=self.rng.randrange(20, 500)))
                    self.world.change("Seat", seat, starts_on=since)

    def _before_the_merger(self) -> None:
        """Closed units had posts; some people of the successor held them until the merger."""
        order = len(self.posts)
        placed: set[int] = set()
        for unit in self.specs:
            if not unit.successor or unit.ends_on is None:
                continue
            heirs = [
                slot for slot in self.slots
                if slot.post.office == unit.successor and slot.status == "PNS" and not slot.post.story
                and slot.post.starts_on == story.MERGED_ON and slot.hired < date(story.MERGED_ON.year - 3, 1, 1)
                and slot.employee not in placed
            ]  # fmt: skip
            self.rng.shuffle(heirs)
            for job, k in (("JS-KADIS", 1), ("JS-SEKDIS", 1), ("JP-PENGADMINISTRASI", 6), ("JP-PENELAAH", 4)):
                plan = Plan(unit, job, k, b=0, is_head=job == "JS-KADIS")
                order += 1
                post = self._post(plan, order, ends_on=unit.ends_on)
                for seat in post.seats:
                    heir = next((slot for slot in heirs if slot.post.spec.group == post.spec.group), None)
                    if heir is None:
                        self._former(post, seat, unit.ends_on.replace(day=1))
                        continue
                    heirs.remove(heir)
                    placed.add(heir.employee)
                    since = max(heir.hired, date(2014, 1, 1) + timedelta(days=self.rng.randrange(1_500)))
                    heir.starts_on = story.MERGED_ON
                    self._incumbency(post, seat, heir.employee, since, story.MERGED_ON, "definitif")

    def _heads_by_duty(self) -> None:
        """Heads of puskesmas and schools: the most senior PNS of the unit leads beside the own post."""
        of_unit: dict[int, list[Slot]] = defaultdict(list)
        for slot in self.slots:
            if slot.status == "PNS" and slot.post.spec.group == "fungsional":
                of_unit[slot.post.unit].append(slot)
        for post in self.posts:
            if not post.plan.by_duty:
                continue
            able = sorted(of_unit[post.unit], key=lambda slot: (-SENIORITY[slot.post.spec.level], slot.birth))
            if not able or self.rng.random() < 0.04:
                continue
            head = self.rng.choice(able[:5])
            since = max(head.hired, head.starts_on, self.day - timedelta(days=self.rng.randrange(90, 2_000)))
            self._incumbency(post, post.seats[0], head.employee, since, None, "tugas_tambahan")

    def _acting(self) -> None:
        """Vacant managerial seats: an officer of the same office acts, in the story's case near the limit."""
        managers: dict[str, list[Slot]] = defaultdict(list)
        for slot in self.slots:
            if slot.post.spec.group == "manajerial" and slot.post.plan.code not in (story.SUPERIOR, story.SECRETARY):
                managers[slot.post.office].append(slot)
        for post in self.posts:
            if not post.plan.managerial or (post.plan.b or 0) > 0:
                continue
            is_story = post.plan.code == story.VACANT_SECRETARY
            able = managers[post.office]
            if not able or (not is_story and self.rng.random() > 0.6):
                continue
            days = story.ACTING_DAYS if is_story else self.rng.randrange(1, 85)
            acting = able.pop(0)
            # Nobody acts while the post is still held.
            since = max(self.day - timedelta(days=days), self.vacant_since.get(post.seats[0], date.min))
            self._incumbency(post, post.seats[0], acting.employee, since, None, "plt")

    def _part_time(self) -> None:
        wanted = round(len(self.slots) * 0.12) if self.tiny else story.POPULATION[self.agency]["PPPK_PW"]
        able = [post for post in self.posts if post.plan.job in PART_TIME_JOBS]
        weights = [PART_TIME_JOBS[post.plan.job] * post.plan.k for post in able]
        chosen = self.rng.choices(able, weights, k=wanted)
        if self.medan:
            chosen[:3] = [self.by_code[story.PART_TIME]] * 3
        since = add_months(self.day.replace(day=1), -8)
        for post in chosen:
            fields = people.person(
                rng=self.rng, names=self.names, numbers=self.numbers, agency=self.agency, day=self.day,
                spec=post.spec, status="PPPK_PW", age=self.rng.triangular(22, 55, 36),
            )  # fmt: skip
            fields.pop("hired")
            employee = self._employee(post.unit, fields)
            self.world.add(
                "Contract", employee=employee, number=f"800.1/{employee + 1}/PPPK-PW/{since.year}", starts_on=since,
                ends_on=add_years(since, 1), extension="belum",
            )  # fmt: skip
            self.world.add(
                "Incumbency", position=post.row, employee=employee, kind="paruh_waktu", starts_on=since,
                **self._decree(since),
            )  # fmt: skip

    # Needs

    def _needs(self) -> None:
        """The decided map with two decrees, and the ministry's formula for teachers."""
        decided_on = self.day - timedelta(days=300)
        first_on = date(2023, 1, 2)
        city = "Medan" if self.medan else "Jambi"
        for post in self.posts:
            k = post.plan.k
            before = k if post.story or post.spec.group == "manajerial" or post.plan.by_duty else max(
                1, k + self.rng.choices((0, -1, 1), (70, 15, 15))[0])  # fmt: skip
            for need, since, until, number in (
                (before, first_on, decided_on, "821.29/17.K/2023"),
                (k, decided_on, None, f"821.29/04.K/{decided_on.year}"),
            ):  # fmt: skip
                self.world.add(
                    "PositionNeed", position=post.row, source="PETA_DITETAPKAN", need=Decimal(need),
                    decree=f"Keputusan Wali Kota {city} Nomor {number} (contoh)", decree_on=since, starts_on=since,
                    ends_on=until,
                )  # fmt: skip
            if post.spec.field == "guru" and not post.plan.by_duty:
                self._formula(post)

    def _formula(self, post: Post) -> None:
        shift = 0 if post.story else Decimal(str(round(self.rng.uniform(-0.45, 0.45), 2)))
        # The need of this year's proposal rests on a formula of this year (needs-analysis.md 5), on any first day.
        now = max(self.day - timedelta(days=200), date(self.day.year, 1, 1))
        for need, since, until in (
            (max(Decimal("0.6"), post.plan.k + shift - Decimal("0.2")), now - timedelta(days=700), now),
            (max(Decimal("0.6"), post.plan.k + shift), now, None),
        ):
            self.world.add(
                "PositionNeed", position=post.row, source="FORMULA_JF", need=need, decree_on=since, starts_on=since,
                decree=f"Hasil perhitungan kebutuhan guru {since.year} (contoh)", ends_on=until,
            )  # fmt: skip

    # Goals

    def _goals(self) -> None:
        city = "Medan" if self.medan else "Jambi"
        since = date(2021, 1, 1)

        def goal(code: str, level: str, text: str, parent: int | None, unit: str | None = None) -> int:
            return self.world.add(
                "Goal", code=code, level=level, text=f"{text} (contoh)", parent=parent, starts_on=since,
                indicator="Indeks atau persentase capaian" if level in ("sasaran", "program") else "",
                unit=self.unit_row[unit] if unit else None,
            )  # fmt: skip

        vision = goal("V", "visi", f"Kota {city} yang berkah, maju dan melayani", None)
        missions = (
            ("Meningkatkan mutu sumber daya manusia", ("Pendidikan", "Kesehatan", "Sosial", "Keluarga", "Kepemudaan",
                                                       "Perpustakaan", "Pariwisata", "Ketenagakerjaan")),
            ("Membangun kota yang tertata dan tangguh", ("Bina Marga", "Cipta Karya", "Lingkungan", "Perhubungan",
                                                         "Pemadam", "Bencana", "Pekerjaan Umum", "Pangan")),
            ("Mewujudkan pemerintahan yang bersih dan melayani", ("",)),
        )  # fmt: skip
        offices = [unit for unit in self.specs if unit.parent == self.agency and unit.ends_on is None]
        taken: set[str] = set()
        self.program: dict[str, int] = {}
        for number, (text, words) in enumerate(missions, 1):
            mission = goal(f"M.{number}", "misi", text, vision)
            aim = goal(f"T.{number}", "tujuan", f"Meningkatnya hasil pembangunan: {text.lower()}", mission)
            mine = [unit for unit in offices if unit.code not in taken and any(word in unit.name for word in words)]
            for half, part in enumerate((mine[::2], mine[1::2]), 1):
                if not part:
                    continue
                objective = goal(
                    f"S.{number}.{half}", "sasaran", f"Meningkatnya mutu layanan bidang {number}.{half}", aim
                )
                for unit in part:
                    taken.add(unit.code)
                    text = f"Program peningkatan layanan {unit.name}"
                    self.program[unit.code] = goal(f"P.{unit.code}.1", "program", text, objective, unit.code)
                    if self.medan and story.GOAL_WITHOUT_POST == f"P.{unit.code}.2":
                        text = "Program pengembangan angkutan air perkotaan Belawan"
                        goal(story.GOAL_WITHOUT_POST, "program", text, objective, unit.code)
        self._links(since)

    def _links(self, since: date) -> None:
        share = {office: self.rng.choice((0.45, 0.9, 0.9, 1.0)) for office in self.program}
        fading_office = story.FADING.partition(".16/")[0] + ".16" if self.medan else ""
        for post in self.posts:
            if post.plan.code == story.FADING or post.office not in self.program:
                continue
            if post.office != fading_office and self.rng.random() > share[post.office]:
                continue
            # What is linked of late counts as emerging.
            newly = post.plan.code == story.LACKING
            starts_on = self.day - timedelta(days=100) if newly else max(since, post.starts_on)
            self.world.add("PositionGoal", goal=self.program[post.office], position=post.row, starts_on=starts_on)

    # Workload

    def _workload(self) -> None:
        """Four yearly campaigns; in the newest one three units are late (Medan)."""
        measured = [post for post in self.posts if post.spec.tasks in workload.TASKS]
        sheet_unit = {post.row: self._sheet_unit(post) for post in measured}
        unfinished = story.LATE_SHEETS | story.WAITING_SHEETS if self.medan else {}
        sheets_of = sorted(set(sheet_unit.values()))
        trend = {
            post.row: 0.0 if post.story else self.rng.choices((0.0, 0.03, -0.03, 0.12), (50, 25, 20, 5))[0]
            for post in measured
        }
        need_now = {post.row: self._modelled_need(post) for post in measured}
        for years_ago in range(4):
            deadline = add_years(self.day - timedelta(days=30), -years_ago)
            campaign = self.world.add(
                "Campaign", year=deadline.year, opens_on=deadline - timedelta(days=90), deadline=deadline,
                closed_on=deadline + timedelta(days=60) if years_ago else None, minutes_per_year=workload.MINUTES,
                minutes_per_year_health=workload.MINUTES_HEALTH, rounding="half_up",
            )  # fmt: skip
            sheet: dict[str, tuple[int, date] | None] = {}
            for unit in sheets_of:
                sheet[unit] = self._sheet(campaign, unit, deadline, unfinished.get(unit) if not years_ago else None)
            for post in measured:
                place = sheet[sheet_unit[post.row]]
                if place is None or place[1] < post.starts_on:
                    continue
                if post.plan.code == story.FADING:
                    need = Decimal(story.FADING_NEEDS[years_ago])
                else:
                    before = 1 - Decimal(str(trend[post.row])) * years_ago
                    if post.plan.code == story.LACKING:
                        before = 1 - Decimal("0.17") * years_ago
                    need = need_now[post.row] * before
                self._tasks(post, place[0], need, faulty=not years_ago and not post.story and self.rng.random() < 0.004)

    def _sheet_unit(self, post: Post) -> str:
        """The perangkat daerah fills in one sheet; puskesmas and hospitals have their own."""
        unit = post.plan.unit
        return unit.code if unit.kind in ("puskesmas", "rsud") else post.office

    def _sheet(self, campaign: int, unit: str, deadline: date, unfinished: str | None) -> tuple[int, date] | None:
        approved_on = deadline - timedelta(days=self.rng.randrange(0, 25))
        changed_at = datetime.combine(approved_on, time(3), UTC) if unfinished != "belum" else None
        reminded_on = deadline + timedelta(days=7) if unfinished in WITH_UNIT else None
        row = self.world.add(
            "WorkloadSheet", campaign=campaign, unit=self.unit_row[unit], state=unfinished or "disahkan",
            note="Volume tugas belum didukung data." if unfinished == "dikembalikan" else "",
            changed_at=changed_at, approved_on=None if unfinished else approved_on, reminded_on=reminded_on,
        )  # fmt: skip
        return None if unfinished == "belum" else (row, approved_on)

    def _modelled_need(self, post: Post) -> Decimal:
        plan = post.plan
        if plan.need:
            return Decimal(plan.need)
        draw = self.rng.random()
        if draw < 0.04 and plan.k == 1 and post.spec.group == "pelaksana":
            # Too little work for a post of its own.
            return Decimal(str(round(self.rng.uniform(0.2, 0.45), 2)))
        if plan.k <= 6:
            return Decimal(str(round(plan.k + self.rng.triangular(-0.42, 0.46, 0.05), 2)))
        return Decimal(str(round(plan.k * self.rng.triangular(0.9, 1.12, 1.0), 2)))

    def _tasks(self, post: Post, sheet: int, need: Decimal, *, faulty: bool) -> None:
        health = post.spec.field == "nakes" and post.spec.group == "fungsional"
        row = self.world.add(
            "Workload", sheet=sheet, position=post.row, method="ABK_KES" if health else "ABK",
            faults=["PERKALIAN_SALAH"] if faulty else [], is_sample=True,
        )  # fmt: skip
        program = self.program.get(post.office)
        linked = post.plan.code != story.FADING and program is not None and self.rng.random() < 0.1
        for number, task in enumerate(workload.tasks_for(self.rng, post.spec.tasks, need, health=health), 1):
            self.world.add(
                "WorkloadTask", workload=row, number=number, goal=program if linked and number == 1 else None, **task
            )

    # What else pages show

    def _formations(self) -> None:
        """Last year's formation list, decided but not filled yet; some lines were cut."""
        decided_on, year = self.day - timedelta(days=150), formations.year_of(self.day)
        short = [
            post for post in self.posts
            if not post.story and post.spec.group != "manajerial" and not post.plan.by_duty
            and post.plan.k - (post.plan.b or 0) >= 2
        ]  # fmt: skip
        proposal = self.world.add(
            "FormationProposal", year=year, state="ditetapkan",
            decree=f"KepmenPANRB tentang penetapan kebutuhan ASN {year} (contoh)", decree_on=decided_on,
        )  # fmt: skip
        entered = [post for post in short if post.spec.level in formations.ENTRY]
        for post in self.rng.sample(entered, min(len(entered), 3 if self.tiny else 16 if self.medan else 6)):
            asked, intake = post.plan.k - (post.plan.b or 0), self.rng.choice(("CPNS", "PPPK"))
            studies = formations.studies_of(post.spec)
            income_min, income_max = formations.income_of(intake, studies)
            self.world.add(
                "FormationLine", proposal=proposal, position=post.row, formation=asked, proposed=asked,
                recommended=asked, decided=self.rng.randint(max(1, asked - 1), asked), filled=0,
                intake=intake, field=post.spec.field, placement=post.unit, income_min=income_min, income_max=income_max,
                education_ids=tuple((study.level, study.name) for study in studies),
            )  # fmt: skip
        for post in self.rng.sample(short, min(len(short), 3)):
            self.world.add(
                "Reservation", seat=post.seats[post.plan.k - 1], reason="Mutasi masuk dalam proses (contoh)",
                starts_on=self.day - timedelta(days=20),
            )  # fmt: skip

    def _disorder(self) -> None:
        """Findings and names that an earlier import is said to have brought; an officer settles them."""
        chosen = self.rng.sample([slot for slot in self.slots if slot.status == "PNS" and not slot.post.story], 6)
        for slot, (code, message) in zip(
            chosen,
            (
                ("JABATAN_GANDA", "Baris berkas menyebut dua jabatan definitif untuk satu orang."),
                ("JABATAN_GANDA", "Baris berkas menyebut dua jabatan definitif untuk satu orang."),
                ("TUMPANG_TINDIH", "Masa jabatan bertindih dengan pemangku sebelumnya."),
                ("DI_BAWAH_PANGKAT", "Pangkat dua tingkat di bawah syarat jabatan."),
                ("CON_2", "Tanggal lahir pada berkas berbeda dengan NIP."),
                ("TIM_1", "Berkas menempatkan pegawai pada unit yang sudah ditutup."),
            ),
            strict=True,
        ):
            nip = self.world.get("Employee", slot.employee, "nip")
            self.world.add(
                "Finding", code=code, message=f"{message} (contoh)", unit=slot.post.unit, employee=slot.employee,
                position=slot.post.row, raw={"NIP": nip, "SUMBER": "contoh"}, fingerprint=f"demo-{code}-{nip}",
            )  # fmt: skip
        district, schools, health = "Kecamatan Medan Belawan", "Dinas Pendidikan", "Dinas Kesehatan"
        for kind, text, places in (
            ("unit", "Dinas P dan K", {schools: 14}), ("unit", "Kec. Medan Blawan", {district: 3}),
            ("unit", "Pkm Belawan", {health: 6}), ("job", "Staf Umum", {health: 32, district: 9}),
            ("job", "Analis Kepegawaian Pertama", {"Badan Kepegawaian": 5}),
            ("job", "Pengadm. Umum", {schools: 18, district: 4}),
        ):  # fmt: skip
            key = " ".join("".join(c if c.isalnum() else " " for c in text.upper()).split())
            name = self.world.add("NameMapping", kind=kind, key=key, text=text, occurrences=sum(places.values()))
            rows: Counter[int] = Counter()
            for place, number in places.items():
                rows[self._unit_called(place)] += number
            for unit, number in rows.items():
                self.world.add("NameOccurrence", mapping=name, unit=unit, rows=number)

    def _unit_called(self, name: str) -> int:
        """The first unit whose name begins so; an agency without such a unit names its top."""
        codes = [unit.code for unit in self.specs if unit.ends_on is None and unit.name.startswith(name)]
        return self.unit_row[(codes or [self.specs[0].code])[0]]

    def _schedule(self) -> None:
        quarter = add_months(self.day.replace(day=1), 3 - (self.day.month - 1) % 3)
        self.world.add("AnalysisSchedule", every_months=3, next_on=quarter, is_active=True)


__all__ = ["FULL", "JAMBI", "MEDAN", "TINY", "build"]
