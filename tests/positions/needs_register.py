"""A small random register, and the analysis of it by the rules alone, row by row: the meaning that the SQL mirrors."""

import random
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from asnhr.models import AgencyParameter
from asnhr.queries import parameters_on
from positions import models
from positions.models import NeedsAnalysis, NeedsResult
from positions.queries import past_files
from positions.queries.needs.run import limits_of
from positions.rules import need as need_rules
from positions.rules.education import BELOW, Degree, Requirement, education_fit
from positions.rules.effectiveness import effectiveness_of_need
from positions.rules.levels import Group, Level
from positions.rules.need import AbkState, Candidate, Source
from positions.rules.numbers import add_months, add_years, quotient
from positions.rules.projection import project
from positions.rules.rank import MISFITS, rank_fit
from positions.rules.recommendation import Inputs, decide, leading_row
from positions.rules.redistribution import Place, redistribute
from positions.rules.retirement import retirement
from positions.rules.signals import Facts, signals
from positions.rules.status import counts_on
from positions.rules.workload import Per, Rounding, TaskLoad, workload
from positions.rules.workload_health import MainTask, health_workload
from tests.factories.asnhr import RunFactory

DAYS = [date(2026, 11, 22), date(2026, 1, 1), date(2026, 12, 31), date(2028, 2, 29), date(2027, 6, 30)]
PER = {"year": Per.TAHUNAN, "semester": Per.SEMESTER, "quarter": Per.TRIWULAN, "month": Per.BULANAN,
       "week": Per.MINGGUAN, "day": Per.HARIAN}  # fmt: skip
ECHELON_IDS = {"III.b": "32", "IV.a": "41", "": None}

# name, subtitle, group, level, field, echelon, own age, education level, fields
JOBS = [
    ("Kepala Seksi", "", "manajerial", "PENGAWAS", "teknis", "IV.a", None, "40", []),
    ("Sekretaris Kecamatan", "", "manajerial", "ADMINISTRATOR", "teknis", "III.b", None, None, []),
    ("Guru Ahli Pertama", "IPA", "fungsional", "AHLI_PERTAMA", "guru", "", None, "40", ["PENDIDIKAN IPA"]),
    ("Guru Ahli Pertama", "PJOK", "fungsional", "AHLI_PERTAMA", "guru", "", None, "40", []),
    ("Perawat Terampil", "", "fungsional", "TERAMPIL", "nakes", "", None, "30", ["KEPERAWATAN"]),
    ("Auditor Ahli Madya", "", "fungsional", "AHLI_MADYA", "teknis", "", 59, "40", ["HUKUM", "AKUNTANSI"]),
    ("Pengolah Data", "", "pelaksana", "PELAKSANA", "teknis", "", None, "30", []),
    ("Juru Pungut Retribusi", "", "pelaksana", "PELAKSANA", "teknis", "", None, None, []),
]


def build(rng: random.Random, agency) -> date:
    """Write a random register of `agency` and return the day to analyse; the agency's scope must be open."""
    day = rng.choice(DAYS)
    for code, value in (
        ("needs.vacancy_days", 30), ("supply.part_time_counts", True), ("needs.movable_years", 1),
        ("supply.legal_status", ["01", "71", "72", "02", "15"]), ("needs.smallest_need", "0.75"),
        ("needs.growth_default", "0.03"), ("supply.duty_holder_counts_once", False),
    ):  # fmt: skip
        if rng.random() < 0.2:
            AgencyParameter.objects.create(
                agency=agency, code=code, value=value, starts_on=date(2020, 1, 1), decree="Keputusan 1"
            )
    units = _units(rng, agency)
    jobs = _jobs(agency)
    positions = _positions(rng, agency, units, jobs, day)
    seats = _seats(rng, agency, positions, day)
    _people(rng, agency, units, positions, seats, day)
    goals = _goals(rng, agency, positions, day)
    _workloads(rng, agency, units, positions, goals, day)
    _needs(rng, agency, positions, day)
    _promises(rng, agency, positions, seats, day)
    _arrivals(rng, agency, units, positions, day)
    _records(rng, agency, day)
    _older(rng, agency, positions, day)
    return day


def _units(rng, agency):
    made = []
    for number in range(6):
        unit = models.Unit.objects.create(
            agency=agency, code=f"{rng.choice('abAB')}{number}", name=f"Unit {number}", starts_on=date(2015, 1, 1)
        )
        parent = None if number == 0 else made[0] if number < 4 else rng.choice(made[1:4])
        models.UnitPeriod.objects.create(
            agency=agency, unit=unit, name=unit.name, parent=parent, starts_on=date(2015, 1, 1)
        )
        unit.refresh_from_db()
        made.append(unit)
    return made


def _jobs(agency):
    made = []
    for number, (name, subtitle, group, level, field, echelon, age, education, fields) in enumerate(JOBS):
        job = models.Job.objects.create(
            agency=agency, code=f"J{number}", name=name, subtitle=subtitle, group=group, level=level, field=field,
            echelon=echelon, retirement_age=age, education_level_id=education, job_class=8,
        )  # fmt: skip
        models.JobEducation.objects.bulk_create(
            models.JobEducation(agency=agency, job=job, field=accepted) for accepted in fields
        )
        made.append(job)
    return made


def _positions(rng, agency, units, jobs, day):
    pairs = [(unit, job) for unit in units for job in jobs]
    rng.shuffle(pairs)
    made = []
    for number, (unit, job) in enumerate(pairs[: rng.randint(8, 30)]):
        made.append(models.Position(
            agency=agency, code=f"{rng.choice('pPq')}-{number}", unit=unit, job=job,
            by_duty=job.group == "fungsional" and rng.random() < 0.1,
            growth=rng.choice([0, 0, 0, Decimal("0.0200"), Decimal("-0.1000"), Decimal("0.1234")]),
            printed_holders=rng.choice([None, None, None, 0, 2]), starts_on=date(2018, 1, 1),
            ends_on=rng.choice([None] * 12 + [day, day + timedelta(days=1)]),
        ))  # fmt: skip
    return models.Position.objects.bulk_create(made)


def _seats(rng, agency, positions, day):
    made = []
    for position in positions:
        most = 1 if position.job.group == "manajerial" and rng.random() < 0.8 else rng.choice([0, 1, 2, 3, 5])
        for number in range(1, most + 1):
            kind = "tugas_tambahan" if position.by_duty else "formasi"
            made.append(models.Seat(
                agency=agency, position=position, number=number,
                kind="di_luar_formasi" if number > 2 and rng.random() < 0.4 else kind,
                starts_on=day - timedelta(days=rng.choice([20, 89, 90, 91, 700])),
            ))  # fmt: skip
    models.Seat.objects.bulk_create(made)
    former = []
    for seat in made:
        ends = rng.choice([None, None, None, day - timedelta(days=5), day, day + timedelta(days=1)])
        if ends is not None and ends > seat.starts_on:
            kind = "tugas_tambahan" if seat.position.by_duty else "formasi"
            former.append(models.SeatFormerKind(
                agency=agency, seat=seat, kind=kind if seat.kind == "di_luar_formasi" else "di_luar_formasi",
                starts_on=seat.starts_on, ends_on=ends,
            ))  # fmt: skip
    models.SeatFormerKind.objects.bulk_create(former)
    return made


def _birth(rng, day):
    age = rng.choice([30, 45, 57, 58, 59, 60, 61])
    month = rng.choice([day.month, day.month % 12 + 1, 6, 12, 2])
    born = date(day.year - age, month, rng.choice([1, 15, 28]))
    return rng.choice([born, born, date(1968, 2, 29)])


def _people(rng, agency, units, positions, seats, day):
    fields = {
        level: list(models.Education.objects.filter(level=level, field=field)[:1])
        for level, field in (("40", "HUKUM"), ("40", "PENDIDIKAN IPA"), ("30", "KEPERAWATAN"))
    }
    educations = [found for rows in fields.values() for found in rows]
    # The people of one perangkat daerah may not be imported yet: there B is the map's.
    left_out = rng.choice([None, units[1].pk])
    positions = [each for each in positions if each.unit.office_id != left_out or left_out is None]
    seats = [each for each in seats if each.position in positions]
    free = list(seats)
    rng.shuffle(free)
    employees, incumbencies = [], []
    for number in range(rng.randint(5, 45)):
        status = rng.choice(["PNS"] * 5 + ["CPNS", "PPPK", "PPPK_PW"])
        education = rng.choice([*educations, None])
        exits_on = day + timedelta(days=rng.choice([-10, 0, 1, 100, 400])) if rng.random() < 0.15 else None
        employees.append(models.Employee(
            agency=agency, nip=f"{number:018d}", name=f"Pegawai {number}", unit=rng.choice(units), status=status,
            legal_status=rng.choice(["01"] * 6 + ["71", "02", "20", "99", "15", "77", "04"]), sex="F",
            birth_date=_birth(rng, day),
            rank=rng.choice([None, 22, 31, 33, 34, 42]) if status in ("PNS", "CPNS") else None,
            education=education, education_level_id=rng.choice([None, "15", "30", "40"]),
            graduated=rng.choice([None, None, 2010, day.year - 1, day.year]),
            own_retirement_age=rng.choice([None] * 6 + [62]), exits_on=exits_on,
            exit_reason="pindah" if exits_on else "",
        ))  # fmt: skip
    employees = models.Employee.objects.bulk_create(employees)
    starts = [day - timedelta(days=days) for days in (0, 30, 364, 365, 366, 730, 731, 732, 3000)]
    duties = []
    for employee in employees:
        if rng.random() < 0.3:
            models.EmployeeEducation.objects.create(
                agency=agency, employee=employee, level_id=rng.choice(["15", "40", "45"]),
                education=rng.choice([*educations, None]), name=rng.choice(["S-1 AKUNTANSI", "S-1 SASTRA"]),
                graduated=rng.choice([None, 2010, day.year - 1, day.year]),
                graduated_on=rng.choice([None, None, day, day + timedelta(days=1)]),
            )  # fmt: skip
        if rng.random() < 0.15:
            models.Contract.objects.create(
                agency=agency, employee=employee, number="K1", starts_on=date(2022, 1, 1),
                ends_on=day + timedelta(days=rng.choice([-3, 50, 300, 800])),
                extension=rng.choice(["tidak", "belum", "tidak"]),
            )  # fmt: skip
        kind = "paruh_waktu" if employee.status == "PPPK_PW" and rng.random() < 0.7 else "definitif"
        since = rng.choice(starts)
        until = rng.choice([None] * 9 + [day, day + timedelta(days=1)])
        if until is not None and until <= since:
            until = None
        if kind == "paruh_waktu":
            incumbencies.append(models.Incumbency(
                agency=agency, position=rng.choice(positions), employee=employee, kind=kind, starts_on=since,
                ends_on=until,
            ))  # fmt: skip
            continue
        seat = next((seat for seat in free if not seat.position.by_duty or rng.random() < 0.2), None)
        if seat is None:
            continue
        free.remove(seat)
        if rng.random() < 0.8:
            incumbencies.append(models.Incumbency(
                agency=agency, position=seat.position, seat=seat, employee=employee, starts_on=since, ends_on=until,
            ))  # fmt: skip
        else:
            # Left before the day: the seat has been vacant since.
            incumbencies.append(models.Incumbency(
                agency=agency, position=seat.position, seat=seat, employee=employee, starts_on=date(2020, 1, 1),
                ends_on=day - timedelta(days=rng.choice([0, 29, 30, 31, 90, 91])),
            ))  # fmt: skip
        duties.append(employee)
    head_seats = [seat for seat in free if seat.position.by_duty]
    rng.shuffle(duties)
    former = list(models.SeatFormerKind.objects.filter(agency=agency))

    def decided(seat, since):
        # Who acts or has a duty takes a seat within the formation of its first day.
        then = [row.kind for row in former if row.seat_id == seat.pk and row.starts_on <= since < row.ends_on]
        return [*then, seat.kind][0] != "di_luar_formasi"

    for seat, employee in zip(head_seats, duties, strict=False):
        since = rng.choice(starts)
        if decided(seat, since):
            incumbencies.append(models.Incumbency(
                agency=agency, position=seat.position, seat=seat, employee=employee, kind="tugas_tambahan",
                starts_on=since,
            ))  # fmt: skip
    for seat in seats:
        since = day - timedelta(days=rng.choice([5, 74, 75, 90, 91]))
        if rng.random() < 0.1 and decided(seat, since):
            # A Plt begins where nobody holds the seat; who is appointed later ends the acting, or does not.
            held = any(
                row.seat is seat and row.kind == "definitif" and row.starts_on <= since
                and (row.ends_on is None or row.ends_on > since) for row in incumbencies
            )  # fmt: skip
            incumbencies.append(models.Incumbency(
                agency=agency, position=seat.position, seat=seat, employee=rng.choice(employees),
                kind="plh" if held else rng.choice(["plt", "plt", "plh"]), starts_on=since,
            ))  # fmt: skip
    models.Incumbency.objects.bulk_create(incumbencies)


def _goals(rng, agency, positions, day):
    made = [
        models.Goal.objects.create(
            agency=agency, code=f"S{number}", level="sasaran", text="Sasaran", starts_on=date(2021, 1, 1),
            ends_on=rng.choice([None, None, day]),
        )
        for number in range(3)
    ]  # fmt: skip
    # Units map none, some or nearly all of their posts; the fading post is the last.
    share = {position.unit_id: rng.choice([0, 0.5, 1]) for position in positions}
    links = []
    for position in positions:
        if rng.random() >= share[position.unit_id] * (0.15 if position.job.name == "Juru Pungut Retribusi" else 1):
            continue
        # Open, released before or on the day or later, and taken up again after a pause or at once.
        goal, starts_on = rng.choice(made), day - timedelta(days=rng.choice([-1, 0, 100, 2000, 2000, 2000]))
        ends_on = rng.choice([None, None, None, day - timedelta(days=500), day, day + timedelta(days=1)])
        ends_on = ends_on if ends_on is not None and ends_on > starts_on else None
        links.append(models.PositionGoal(
            agency=agency, goal=goal, position=position, starts_on=starts_on, ends_on=ends_on
        ))  # fmt: skip
        if ends_on is not None and rng.random() < 0.5:
            again = ends_on + timedelta(days=rng.choice([0, 30]))
            links.append(models.PositionGoal(agency=agency, goal=goal, position=position, starts_on=again))
    models.PositionGoal.objects.bulk_create(links)
    return made


def _workloads(rng, agency, units, positions, goals, day):
    campaigns = [
        models.Campaign.objects.create(
            agency=agency, year=day.year - ago, opens_on=date(day.year - ago, 1, 1),
            deadline=date(day.year - ago, 4, 1),
            minutes_per_year=rng.choice([75_000, 72_000]), minutes_per_year_health=72_000,
            rounding=rng.choice(["half_up", "ceil"]),
        )
        for ago in (-1, 0, 1)
    ]  # fmt: skip
    sheets = {}
    for campaign in campaigns:
        for unit in units:
            if rng.random() < 0.6:
                state = rng.choice(["belum", "diisi", "diverifikasi", "dikembalikan"] + ["disahkan"] * 3)
                later = campaign.opens_on + timedelta(days=rng.choice([30, 200, 400]))
                approved = later if state == "disahkan" else None
                sheets[campaign.pk, unit.pk] = models.WorkloadSheet.objects.create(
                    agency=agency, campaign=campaign, unit=unit, state=state, approved_on=approved
                )
    rows, tasks = [], []
    for position in positions:
        for campaign in campaigns:
            sheet = sheets.get((campaign.pk, position.unit_id))
            if sheet is None or rng.random() < 0.2:
                continue
            health = position.job.field == "nakes" and rng.random() < 0.6
            rows.append(models.Workload(
                agency=agency, sheet=sheet, position=position, method="ABK_KES" if health else "ABK",
                faults=["WKE_CAMPURAN"] if rng.random() < 0.08 else [],
            ))  # fmt: skip
    rows = models.Workload.objects.bulk_create(rows)
    for row in rows:
        # Needs round the limits of the table: 0.3 fades, 0.6 and 1.4 stand beside one holder.
        people = rng.choice([0.2, 0.3, 0.45, 0.6, 0.69, 0.9, 1.21, 1.4, 2, 3, 5])
        number_of_tasks = rng.choice([0, 1, 1, 2, 4])
        prone = rng.choice([0, 0.5, 1])
        if row.position.job.name == "Juru Pungut Retribusi" and rng.random() < 0.7:
            people, prone = 0.3, 1
        for number in range(number_of_tasks):
            per, minutes = rng.choice(list(PER)), Decimal(rng.randint(50, 9000)) / 10
            volume = Decimal(people) * 75_000 / number_of_tasks / _factor(per) / minutes
            tasks.append(models.WorkloadTask(
                agency=agency, workload=row, number=number + 1, task=f"Tugas {number}",
                volume=max(volume, Decimal("0.0001")).quantize(Decimal("0.0001")), per=per, minutes=minutes,
                part=rng.choice(["pokok", "pokok", "penunjang"]) if row.method == "ABK_KES" else "pokok",
                minutes_per_year=rng.choice([None, None, None, 72_000, 78_000]),
                digital_prone=rng.random() < prone,
                goal=rng.choice([None] * 20 + goals),
            ))  # fmt: skip
    models.WorkloadTask.objects.bulk_create(tasks)


def _needs(rng, agency, positions, day):
    rows = []
    for position in positions:
        for source, share in (("FORMULA_JF", 0.1), ("PETA_DITETAPKAN", 0.5)):
            if rng.random() < share:
                printed = rng.random() < 0.2
                rows.append(models.PositionNeed(
                    agency=agency, position=position, source=source,
                    need=Decimal(rng.randint(0, 12) if source != "FORMULA_JF" else rng.randint(0, 60000) / 10000),
                    decree="" if printed else "188.44/1", is_printed=printed,
                    starts_on=day - timedelta(days=rng.choice([0, 100])), ends_on=rng.choice([None, None, day]),
                ))  # fmt: skip
    for row in rows:
        row.need = row.need.quantize(Decimal("0.0001"))
        if row.ends_on is not None and row.ends_on <= row.starts_on:
            row.ends_on = None
    models.PositionNeed.objects.bulk_create(rows)


def _promises(rng, agency, positions, seats, day):
    proposals = [
        models.FormationProposal.objects.create(
            agency=agency, year=day.year - ago, state="ditetapkan", decree="1",
            decree_on=day - timedelta(days=rng.choice(days)),
        )
        for ago, days in enumerate([[-1, 5, 31], [365, 400, 731]])
    ]  # fmt: skip
    lines = [
        models.FormationLine(
            agency=agency, proposal=proposal, position=position, formation=5, proposed=4, recommended=3,
            decided=rng.choice([None, 1, 3]),
        )
        for proposal in proposals
        for position in positions
        if rng.random() < 0.25
    ]  # fmt: skip
    for line in lines:
        line.filled = rng.choice([0, 0, 0, line.decided or 0])
    models.FormationLine.objects.bulk_create(lines)
    tomorrow = day + timedelta(days=1)
    models.Reservation.objects.bulk_create(
        models.Reservation(agency=agency, seat=seat, reason="seleksi", starts_on=rng.choice([day, tomorrow]))
        for seat in seats
        if rng.random() < 0.08
    )


def _arrivals(rng, agency, units, positions, day):
    """People known to come: to a seat opened for them, some of it reserved, some of them already in the post."""
    for number, position in enumerate(positions):
        if rng.random() > 0.15:
            continue
        starts_on = day + timedelta(days=rng.choice([1, 39, 40, 400, 1500, 3000]))
        seat = models.Seat.objects.create(agency=agency, position=position, number=20, starts_on=starts_on)
        if rng.random() < 0.3:
            models.Reservation.objects.create(agency=agency, seat=seat, reason="seleksi", starts_on=starts_on)
            if rng.random() < 0.5:
                continue
        status = rng.choice(["CPNS", "PNS", "PPPK", "PPPK_PW"])
        exits_on = rng.choice([None] * 5 + [starts_on, starts_on + timedelta(days=100)])
        employee = models.Employee.objects.create(
            agency=agency, nip=f"9{number:017d}", name="Pendatang", unit=rng.choice(units), status=status,
            legal_status=rng.choice(["01", "01", "71", "02", "15", "09"]), sex="M",
            birth_date=date(day.year - 30, 5, 5), exits_on=exits_on, exit_reason="pindah" if exits_on else "",
        )  # fmt: skip
        models.Incumbency.objects.create(
            agency=agency, position=position, seat=seat, employee=employee, starts_on=starts_on
        )
        if rng.random() < 0.2:
            earlier = models.Seat.objects.create(
                agency=agency, position=position, number=21, starts_on=day - timedelta(days=100)
            )
            models.Incumbency.objects.create(
                agency=agency, position=position, seat=earlier, employee=employee, ends_on=starts_on,
                starts_on=day - timedelta(days=50),
            )  # fmt: skip


def _records(rng, agency, day):
    """Histories of rank and standing that say otherwise of the day than what is on record today."""
    standings, ranks = [], []
    for person in models.Employee.objects.filter(agency=agency).order_by("pk"):
        of = {"agency": agency, "employee": person}
        days = [day - timedelta(days=400), day, day + timedelta(days=rng.choice([1, 200]))]
        if rng.random() < 0.3:
            standings += [
                models.StandingRecord(**of, standing=rng.choice(["01", "01", "02", "20", "15", "91"]), starts_on=starts)
                for starts in rng.sample(days, 2)
            ]
        if rng.random() < 0.3 and person.status in ("PNS", "CPNS"):
            ranks += [
                models.RankRecord(**of, rank=rng.choice([22, 31, 33, 34, 42]), starts_on=starts)
                for starts in rng.sample(days, 2)
            ]
    models.StandingRecord.objects.bulk_create(standings)
    models.RankRecord.objects.bulk_create(ranks)


def _older(rng, agency, positions, day):
    """Two older analyses; the first one old enough counts. Their needs lie round what the register gives now, and they
    rest on any workload of the post or none."""
    workloads = defaultdict(lambda: [None])
    for pk, position in models.Workload.objects.filter(agency=agency).order_by("pk").values_list("pk", "position"):
        workloads[position].append(pk)
    for ago in rng.sample([11, 12, 13, 24], rng.choice([0, 1, 2])):
        analysis = NeedsAnalysis.objects.create(
            agency=agency, run=RunFactory(agency=agency, state="selesai"), as_of=add_months(day, -ago),
            rule_version="1", is_complete=True, parameters={"overlay": {}},
        )  # fmt: skip
        NeedsResult.objects.bulk_create(
            NeedsResult(
                agency=agency, analysis=analysis, position=position, unit=position.unit, job=position.job,
                code=position.code, unit_name="", job_name="", managerial=False, source="ABK",
                need=rng.choice([None, *map(Decimal, (0, "0.9", "0.4", "1.3", "2.5", 40))]),
                b=0, outflow=[0] * 5, k_year=[0] * 5, b_year=[0] * 5, row=16, reason="SESUAI",
                recommendation="PERTAHANKAN", priority=3,
                evidence={"need": {"workload": rng.choice(workloads[position.pk])}},
            )
            for position in positions
            if rng.random() < 0.8
        )  # fmt: skip


# The same by the rules


class Mirror:
    """The analysis of the agency in scope on `day`, position by position."""

    def __init__(self, agency, day: date, known_on: date | None = None) -> None:
        self.day, self.known_on = day, known_on or day
        self.is_past = self.known_on < timezone.localdate()
        self.parameters = parameters_on(agency, day)
        self.limits = limits_of(self.parameters)
        self.statuses = set(self.parameters["supply.legal_status"].value)
        self.part_time_counts = self.parameters["supply.part_time_counts"].value
        self.positions = [row for row in models.Position.objects.select_related("job", "unit") if self.holds(row)]
        self.incumbencies = defaultdict(list)
        self.of_seat = defaultdict(list)
        for row in models.Incumbency.objects.select_related("employee", "position__job", "position__unit"):
            self.incumbencies[row.position_id].append(row)
            self.of_seat[row.seat_id].append(row)
        self.as_people_stood()
        self.peopled = {self.office(row.position) for rows in self.incumbencies.values() for row in rows}
        self.seats = defaultdict(list)
        former = {row.seat_id: row.kind for row in models.SeatFormerKind.objects.all() if self.holds(row)}
        for seat in models.Seat.objects.all():
            if self.holds(seat):
                seat.kind = former.get(seat.pk, seat.kind)
                self.seats[seat.position_id].append(seat)
        self.older = self.older_needs(agency)
        # Nobody is gone while who goes is looked for.
        self.gone: dict[int, date] = {}
        gone: dict[int, date] = {}
        for position in self.positions:
            for row, _part, _counts in list(self.counted(position)):
                leaves = self.leaves_on(row)
                if self.known_on < leaves <= day:
                    gone[row.employee_id] = min(leaves, gone.get(row.employee_id, leaves))
        self.gone = gone

    def as_people_stood(self) -> None:
        """On another day than today rank and standing are those of the newest rows of the histories by then."""
        if self.known_on >= timezone.localdate() and self.day == self.known_on:
            return
        for row in (row for rows in self.incumbencies.values() for row in rows):
            person, by = row.employee, {"employee": row.employee_id, "starts_on__lte": self.day}
            if standing := models.StandingRecord.objects.filter(**by).order_by("starts_on").last():
                person.legal_status = standing.standing
            if rank := models.RankRecord.objects.filter(**by).order_by("starts_on").last():
                person.rank = rank.rank
            elif person.rank_since and person.rank_since > self.day:
                person.rank = None

    def office(self, position) -> int:
        return position.unit.office_id or position.unit_id

    def holds(self, row) -> bool:
        return row.starts_on <= self.day and (row.ends_on is None or row.ends_on > self.day)

    def older_needs(self, agency):
        before = add_months(self.day, -self.limits.comparison_months)
        rows = NeedsAnalysis.objects.filter(agency=agency, is_complete=True, as_of__lte=before, run__state="selesai")
        self.compared = max(rows, key=lambda row: (row.as_of, row.pk), default=None)
        self.known_goals: set[tuple[int, int]] = set()
        if self.compared is None:
            return {}
        found = NeedsResult.objects.filter(analysis=self.compared).values_list("position_id", "need", "evidence")
        older = {}
        for position, need, evidence in found:
            older[position] = need
            if workload := evidence.get("need", {}).get("workload"):
                tasks = models.WorkloadTask.objects.filter(workload=workload, goal__isnull=False)
                self.known_goals |= {(position, goal) for goal in tasks.values_list("goal", flat=True)}
        links = models.PositionGoal.objects.filter(agency=agency).on(self.compared.as_of)
        self.known_goals |= set(links.values_list("position_id", "goal_id"))
        return older

    # Supply

    def leaves_on(self, row):
        held = row
        if row.kind == "tugas_tambahan":
            current = [
                other for other in models.Incumbency.objects.filter(employee=row.employee, kind="definitif")
                if self.holds(other) and self.holds(other.position)
            ]  # fmt: skip
            held = current[0] if current else row
        job, employee = held.position.job, row.employee
        found = retirement(
            employee.birth_date, Level(job.level), job_name=job.name, job_bup=job.retirement_age,
            individual=employee.own_retirement_age, released_on=row.starts_on if row.kind == "definitif" else None,
        ).retires_on  # fmt: skip
        ends = [found]
        if employee.exits_on:
            ends.append(employee.exits_on)
        contracts = list(employee.contracts.all())
        ends += [
            contract.ends_on for contract in contracts
            if contract.extension == "tidak" and not any(later.starts_on >= contract.ends_on for later in contracts)
        ]  # fmt: skip
        return min(ends)

    def counted(self, position):
        for row in self.incumbencies[position.pk]:
            person = row.employee
            if not self.holds(row) or row.employee_id in self.gone:
                continue
            if not counts_on(self.day, person.legal_status, person.exits_on, self.statuses):
                continue
            part_time = row.kind == "paruh_waktu" or person.status == "PPPK_PW"
            if row.kind in ("plt", "plh"):
                continue
            if part_time:
                yield row, True, self.part_time_counts
            elif row.kind == "tugas_tambahan":
                yield row, False, position.by_duty
            else:
                yield row, False, True

    def is_below(self, job, person) -> bool:
        accepted = {row.field for row in job.education_fields.all()}

        def field(name: str) -> str:
            return next((one for one in sorted(accepted) if f" {one} " in f" {name} "), name)

        degrees = []
        own = person.education_level_id or (person.education.level_id if person.education else None)
        rows = list(person.educations.select_related("education"))
        if self.is_past:
            # What was learned after a past day qualified nobody then.
            held = past_files.educations_on([person.pk], self.day).get(person.pk)
            record = person.education_level_id, person.education_id, person.graduated
            if past_files.last_education(*record, held, self.day) != record:
                own = None
            ends = [row.graduated_on or (date(row.graduated, 12, 31) if row.graduated else self.day) for row in rows]
            rows = [row for row, gained in zip(rows, ends, strict=True) if gained <= self.day]
        if own:
            degrees.append(Degree(own, field(person.education.field) if person.education else ""))
        for row in rows:
            degrees.append(Degree(row.level_id, field(row.education.field if row.education else row.name.upper())))
        fit = education_fit(degrees, Requirement(job.education_level_id, frozenset(accepted)))
        return fit in BELOW

    def is_misfit(self, job, person) -> bool:
        found = rank_fit(
            level=Level(job.level), echelon_id=ECHELON_IDS[job.echelon], rank_id=person.rank,
            is_pppk=person.status in ("PPPK", "PPPK_PW"),
        )  # fmt: skip
        return found.fit in MISFITS

    def vacant_days(self, position, is_man) -> int | None:
        if self.office(position) not in self.peopled:
            return None
        decided = [seat for seat in self.seats[position.pk] if seat.kind != "di_luar_formasi"]
        days = []
        for seat in decided:
            ends = []
            for row in self.of_seat[seat.pk]:
                if row.kind not in ("definitif", "tugas_tambahan") or row.starts_on > self.day:
                    continue
                ends.append(
                    min(
                        (end for end in (row.ends_on, row.employee.exits_on, self.gone.get(row.employee_id)) if end),
                        default=date.max,
                    )
                )
            if all(end <= self.day for end in ends):
                days.append((self.day - max(ends, default=seat.starts_on)).days)
        if not self.seats[position.pk] and is_man:
            return (self.day - position.starts_on).days
        return max(days, default=None)

    # Need

    def need(self, position, is_man):
        candidates, rounding, share, goal_task = [], Rounding.HALF_UP, {}, {}
        if is_man:
            seats = sum(seat.kind != "di_luar_formasi" for seat in self.seats[position.pk])
            candidates.append(Candidate(Source.FIXED_ONE, Decimal(max(seats, 1))))
        decided = None
        for row in position.needs.all():
            if self.holds(row):
                candidates.append(Candidate(Source(row.source), row.need))
                decided = row if row.source == "PETA_DITETAPKAN" else decided
        by_method = defaultdict(list)
        for row in position.workloads.select_related("sheet__campaign"):
            tasks = list(row.tasks.all())
            sheet, campaign = row.sheet, row.sheet.campaign
            if not tasks or campaign.opens_on > self.day:
                continue
            state, measured = AbkState(sheet.state), sheet.approved_on
            if state is AbkState.APPROVED and sheet.approved_on > self.day:
                state, measured = AbkState.VERIFIED, None
            by_method[row.method].append((row, tasks, campaign, state, measured))
        for method, versions in by_method.items():
            # Among versions the rules choose; only the chosen one has to be computable.
            source = Source.ABK if method == "ABK" else Source.ABK_HEALTH
            options = {
                id(version): Candidate(source, Decimal(0), version[4], version[2].year, version[3])
                for version in versions
            }
            chosen = need_rules.choose_version(options.values())
            if chosen is None:
                continue
            row, tasks, campaign, state, measured = next(v for v in versions if options[id(v)] is chosen)
            found = self.measured(method, tasks, campaign)
            if found is None:
                continue
            if method == "ABK":
                rounding = Rounding(campaign.rounding)
            candidates.append(
                Candidate(source, found, measured or campaign.opens_on, campaign.year, state, tuple(row.faults))
            )
            loads = [(task, task.volume * _factor(task.per) * task.minutes) for task in tasks]
            digital = sum((load for task, load in loads if task.digital_prone), Decimal(0))
            share[source] = quotient(digital, sum(load for _, load in loads))
            goal_task[source] = {task.goal_id for task in tasks if task.goal is not None and self.holds(task.goal)}
        chosen = need_rules.choose(candidates, rounding=rounding)
        rounding = rounding if chosen.source is Source.ABK else Rounding.HALF_UP
        return chosen, rounding, decided, share.get(chosen.source), goal_task.get(chosen.source, set())

    @staticmethod
    def measured(method, tasks, campaign):
        if method == "ABK":
            loads = [TaskLoad(task.volume, PER[task.per], task.minutes, task.minutes_per_year) for task in tasks]
            return workload(loads, minutes_a_year=campaign.minutes_per_year).need
        main = [MainTask(task.volume * _factor(task.per), task.minutes) for task in tasks if task.part == "pokok"]
        support = [task.volume * _factor(task.per) * task.minutes for task in tasks if task.part == "penunjang"]
        if not main or sum(support) >= campaign.minutes_per_year_health:
            return None
        return health_workload(main, support, minutes_a_year=campaign.minutes_per_year_health).need

    # All of it

    def results(self) -> dict[int, dict]:
        facts = {position.pk: self.facts(position) for position in self.positions}
        by_unit = defaultdict(list)
        for position in self.positions:
            by_unit[position.unit_id].append(facts[position.pk]["has_goal"])
        holders = defaultdict(int)
        for position in self.positions:
            holders[position.job_id] += 0 if position.by_duty else facts[position.pk]["b"]
        inputs, places = {}, []
        for position in self.positions:
            own = facts[position.pk]
            mapped = by_unit[position.unit_id]
            inputs[position.pk] = self.inputs(position, own, quotient(sum(mapped), len(mapped)))
            i = inputs[position.pk]
            places.append(Place(
                code=position.code, job=str(position.job_id), unit=position.unit.code,
                opd=str(position.unit.office_id or position.unit_id), k=i.k, b=i.b, f=i.f, k1=i.k1, b1=i.b1,
                movable=own["movable"], leading_row=leading_row(i, self.limits),
            ))  # fmt: skip
        moves = redistribute(places)
        answers = {}
        for position in self.positions:
            move, own = moves[position.code], facts[position.pk]
            i = inputs[position.pk]
            i = Inputs(**{name: getattr(i, name) for name in i.__slots__} | {"rin": move.rin, "rout": move.rout})
            extra = Facts(
                job_holders=holders[position.job_id], rank_misfits=own["misfits"], k_decided=own["k_decided"],
                flags=own["need"].flags,
            )  # fmt: skip
            answers[position.pk] = {
                "inputs": i, "facts": extra, "move": move, "own": own, "answer": decide(i, self.limits),
                "signals": signals(i, extra, self.limits), "effectiveness": effectiveness_of_need(i.n, i.b),
            }  # fmt: skip
        return answers

    def facts(self, position) -> dict:
        day, limits = self.day, self.limits
        is_man = position.job.group == "manajerial" or position.by_duty
        rows = list(self.counted(position))
        counted = [(row, self.leaves_on(row)) for row, _part, counts in rows if counts]
        printed = position.printed_holders is not None and self.office(position) not in self.peopled
        outflow = [0] * 5
        for _row, leaves in counted:
            year = max(0, leaves.year - day.year)
            if year < 5:
                outflow[year] += 1
        soon, sooner = add_months(day, limits.leaving_months), add_months(day, limits.leaving_urgent_months)
        need, rounding, decided, share, task_goals = self.need(position, is_man)
        links = [link for link in position.goal_links.select_related("goal")
                 if self.holds(link) and self.holds(link.goal)]  # fmt: skip
        b = position.printed_holders if printed else len(counted)
        own_growth = position.growth or self.parameters["needs.growth_default"].number
        growth = Decimal(0) if is_man else own_growth
        joining = self.joining(position)
        # The flow of B does not hang on the need.
        flow = project(Decimal(0), b, leaving=outflow, joining=joining)
        plan = None if need.need is None else project(
            need.need, b, leaving=outflow, joining=joining, growth=growth, rounding=rounding
        )  # fmt: skip
        acting = [(day - row.starts_on).days for row in self.incumbencies[position.pk]
                  if row.kind == "plt" and self.holds(row) and row.employee_id not in self.gone]  # fmt: skip
        return {
            "b": b,
            "part_time": sum(part for _row, part, _counts in rows),
            "leaving": sum(leaves <= soon for _row, leaves in counted),
            "leaving_urgent": sum(leaves <= sooner for _row, leaves in counted),
            "movable": sum(
                row.employee.status == "PNS" and row.kind == "definitif" and leaves > soon
                and add_years(row.starts_on, limits.movable_years) <= day
                for row, leaves in counted
            ),
            "below": sum(self.is_below(position.job, row.employee) for row, _ in counted),
            "misfits": sum(self.is_misfit(position.job, row.employee) for row, _ in counted),
            "b_year": list(flow.holders), "joining": joining,
            "outflow": outflow, "is_man": is_man, "need": need, "share": share,
            "has_goal": bool(links) or bool(task_goals),
            "newly": self.compared is not None and any(
                (position.pk, goal) not in self.known_goals for goal in {link.goal_id for link in links} | task_goals
            ),
            "plan": plan, "acting": max(acting, default=None), "vacant": self.vacant_days(position, is_man),
            "k_decided": None if decided is None else int(decided.need),
            "f": self.promised(position),
        }  # fmt: skip

    def promised(self, position) -> int:
        """Match each newcomer with the latest decree before the appointment that has room, the latest decree first."""
        lines = position.formation_lines.select_related("proposal").order_by("-proposal__decree_on")
        lines = [
            line for line in lines
            if line.proposal.state == "ditetapkan" and line.proposal.decree_on <= self.day and line.decided
        ]  # fmt: skip
        first: dict[int, date] = {}
        for row in self.incumbencies[position.pk]:
            if row.kind == "definitif" and row.starts_on <= self.day:
                first[row.employee_id] = min(row.starts_on, first.get(row.employee_id, row.starts_on))
        matched = 0
        for line in lines:
            came = sum(day > line.proposal.decree_on for day in first.values())
            matched += min(line.decided, came - matched)
        open_lines = sum(line.decided for line in lines) - max(sum(line.filled for line in lines), matched)
        reserved = models.Reservation.objects.filter(seat__position=position)
        return open_lines + sum(self.holds(row) for row in reserved)

    def joining(self, position) -> list[int]:
        """Who comes in which year, beyond those that F promises."""
        there = {
            row.employee_id for row in self.incumbencies[position.pk] if row.kind == "definitif" and self.holds(row)
        }
        coming, seats = [], set()
        for row in self.incumbencies[position.pk]:
            person = row.employee
            if row.kind != "definitif" or row.starts_on <= self.day or row.employee_id in there:
                continue
            if person.legal_status not in self.statuses or (person.exits_on and person.exits_on <= row.starts_on):
                continue
            if person.status == "PPPK_PW" and not self.parameters["supply.part_time_counts"].value:
                continue
            coming.append(row.starts_on)
            seats.add(row.seat_id)
        reserved = models.Reservation.objects.filter(seat__position=position, starts_on__gt=self.day)
        coming += [row.starts_on for row in reserved if row.seat_id not in seats]
        found = [0] * 5
        for day in sorted(coming)[self.promised(position) :]:
            if day.year - self.day.year < 5:
                found[day.year - self.day.year] += 1
        return found

    def inputs(self, position, own, mapped) -> Inputs:
        need, plan = own["need"], own["plan"]
        abk = need.source in (Source.ABK, Source.ABK_HEALTH)
        return Inputs(
            b=own["b"], k=need.k, n=need.need, f=own["f"], source=need.source, is_man=own["is_man"],
            group=Group(position.job.group.upper()), is_service=position.job.field in ("guru", "nakes"),
            k1=plan.need[0] if plan else None, b1=own["b_year"][0],
            k2=plan.need[1] if plan else None, b2=own["b_year"][1],
            leaving=own["leaving"], leaving_urgent=own["leaving_urgent"], vacant_days=own["vacant"],
            acting_days=own["acting"], has_fault=bool(need.faults),
            stale=abk and need_rules.is_stale(need.measured_on, self.known_on, self.limits.abk_stale_months),
            n_before=self.older.get(position.pk), digital_share=own["share"] if abk else None,
            has_goal=own["has_goal"], goals_mapped_share=mapped, newly_linked_goal=own["newly"], below=own["below"],
        )  # fmt: skip


def _factor(per: str) -> int:
    return {"year": 1, "semester": 2, "quarter": 4, "month": 12, "week": 50, "day": 250}[per]
