"""A small random register of people for whom things fall due, and what the rules alone say of each."""

import random
from datetime import date, timedelta

from positions import models
from positions.rules import agenda as rules
from positions.rules.discipline import HOLDING_CODES
from positions.rules.levels import Level
from positions.rules.numbers import add_months
from positions.rules.service import Grant
from positions.rules.status import ENDED

DAY = date(2026, 11, 22)
MONTH = date(2026, 11, 1)
# name, group, level, echelon, own age
JOBS = [
    ("Kepala Dinas", "manajerial", "JPT_PRATAMA", "II.b", None),
    ("Kepala Bidang", "manajerial", "ADMINISTRATOR", "III.b", None),
    ("Lurah", "manajerial", "PENGAWAS", "", None),
    ("Guru Ahli Pertama", "fungsional", "AHLI_PERTAMA", "", None),
    ("Perawat Terampil", "fungsional", "TERAMPIL", "", None),
    ("Auditor Ahli Madya", "fungsional", "AHLI_MADYA", "", 61),
    ("Pengolah Data", "pelaksana", "PELAKSANA", "", None),
]
ASKED = [("AHLI_PERTAMA", (31, 32)), ("TERAMPIL", (22, 23, 24)), ("AHLI_MADYA", (41, 42, 43))]
# Seeds of people who together show every kind and condition; after a change of the people the search goes on further.
SHOWING = (16, 25, 77, 89, 109, 125, 186, 206, 486)
LEVELS = [None, "05", "12", "15", "30", "40", "42", "45", "50"]
SINCE = [
    None, date(2022, 11, 1), date(2022, 12, 1), date(2024, 2, 29), date(2019, 4, 1), date(2021, 3, 15),
    date(2024, 10, 1), date(2026, 4, 1), date(2024, 5, 1), date(2024, 4, 30), date(2023, 7, 1),
]  # fmt: skip
ENDS = [None, DAY, DAY + timedelta(days=1), date(2027, 6, 1), date(2025, 1, 1)]


def build(rng: random.Random, agency) -> None:
    """Write a register of 1 to 30 people; the agency's scope must be open."""
    unit, posts = structure(agency)
    for number in range(rng.randint(1, 30)):
        add_person(rng, agency, unit, posts, number)


def build_until(wanted: set[str], agency, settings: rules.Settings) -> set[str]:
    """Add people until the rules show all that is wanted of them; return what they show."""
    unit, posts = structure(agency)
    shown: set[str] = set()
    for number, seed in enumerate((*SHOWING, *range(1000, 1500))):
        row = add_person(random.Random(seed), agency, unit, posts, number)
        row.refresh_from_db()
        if rules_status(row, DAY):
            for case in rules.cases(person_of(row, DAY), DAY, settings):
                shown.update({case.kind, *case.missing, *case.to_check}, {"sanction"} if case.sanctioned else ())
        if wanted <= shown:
            break
    return shown


def structure(agency):
    """Write the unit and its posts; return (unit, posts)."""
    unit = models.Unit.objects.create(agency=agency, code="U", name="Dinas", starts_on=date(2015, 1, 1))
    models.UnitPeriod.objects.create(agency=agency, unit=unit, name="Dinas", starts_on=date(2015, 1, 1))
    posts = []
    for number, (name, group, level, echelon, age) in enumerate(JOBS):
        job = models.Job.objects.create(
            agency=agency, code=f"J{number}", name=name, group=group, level=level, echelon=echelon, retirement_age=age
        )
        posts.append(models.Position.objects.create(
            agency=agency, code=f"P{number}", unit=unit, job=job, starts_on=date(2015, 1, 1)
        ))  # fmt: skip
    return unit, posts


def add_person(rng, agency, unit, posts, number):
    """Write a person with what the file holds; return the person."""
    status = rng.choice(["PNS", "PNS", "PNS", "CPNS", "PPPK", "PPPK_PW"])
    since = rng.choice(SINCE)
    exits = rng.choice([None] * 8 + [DAY, DAY + timedelta(days=1)])
    is_pns = status in ("PNS", "CPNS")
    # Points are asked of few pairs of level and rank: some people hold such a pair for sure.
    asked, ranks = rng.choice(ASKED) if status == "PNS" and rng.random() < 0.2 else ("", ())
    person = models.Employee.objects.create(
        agency=agency, nip=f"{number:018}", name=f"Orang {number}", unit=unit, status=status, sex="F",
        birth_date=rng.choice([date(1968, 11, 30), date(1968, 10, 1), date(1969, 2, 28), date(1990, 5, 5)]),
        legal_status=rng.choice(["01"] * 6 + ["02", "04", "98", "66", "16"]), rank_since=since,
        rank=rng.choice(ranks or [None, 11, 21, 24, 31, 32, 33, 34, 41, 42, 44, 45]) if is_pns else None,
        pay_group=rng.choice([None, 5, 9, 17]) if status == "PPPK" else None,
        cpns_on=rng.choice([None, date(2005, 3, 1), date(2025, 11, 30), date(2026, 3, 1), date(2028, 7, 1)]),
        education_level_id=rng.choice(LEVELS), own_retirement_age=rng.choice([None] * 6 + [60]),
        education=models.Education.objects.order_by("pk")[rng.randint(0, 40)] if rng.random() < 0.2 else None,
        exits_on=exits, exit_reason="pindah" if exits else "", graduated=rng.choice([None, None, 2025]),
    )  # fmt: skip
    of = {"agency": agency, "employee": person}
    if asked or rng.random() < 0.8:
        position = rng.choice([post for post in posts if not asked or post.job.level == asked])
        part_time = rng.random() < 0.1
        number_of_seat = models.Seat.objects.filter(position=position).count() + 1
        seat = None if part_time else models.Seat.objects.create(
            agency=agency, position=position, number=number_of_seat, starts_on=date(2015, 1, 1), kind="formasi"
        )  # fmt: skip
        models.Incumbency.objects.create(
            **of, position=position, seat=seat, kind="paruh_waktu" if part_time else "definitif",
            starts_on=rng.choice([date(2020, 1, 1), DAY, DAY - timedelta(days=30)]),
            ends_on=rng.choice([None] * 6 + [DAY + timedelta(days=1)]),
        )  # fmt: skip
    if rng.random() < 0.5 and since is not None and (person.rank or person.pay_group):
        years = rng.choice([None, 0, 1, 4, 15, 33])
        models.RankRecord.objects.create(
            **of, rank=person.rank, pay_group=person.pay_group, starts_on=since, service_years=years,
            service_months=None if years is None else rng.choice([None, 0, 6, 11]),
        )  # fmt: skip
        if is_pns and rng.random() < 0.5:
            models.RankRecord.objects.create(**of, rank=rng.choice([21, 24, 31]), starts_on=date(2010, 1, 1))
    for year in (2023, 2024, 2025):
        if rng.random() < 0.6:
            models.YearlyPredicate.objects.create(**of, year=year, predicate=rng.choice([1, 2, 2, 3, 4]))
    if rng.random() < 0.3:
        starts = rng.choice([date(2024, 12, 15), date(2025, 6, 1), DAY, date(2026, 12, 1), date(2022, 1, 31)])
        models.UnpaidLeave.objects.create(
            **of, starts_on=starts, ends_on=starts + timedelta(days=rng.choice([90, 400])),
            returned_on=rng.choice([None, None, starts + timedelta(days=60)]),
        )  # fmt: skip
    if rng.random() < 0.3:
        code = rng.choice(["2", "23", "27", "13"])
        ends = rng.choice([DAY, DAY + timedelta(days=1), date(2027, 6, 1)])
        state = rng.choice(["berlaku", "berlaku", "ditangguhkan"])
        models.Discipline.objects.create(
            **of, sanction=code, decree="1", decree_on=date(2026, 1, 1), starts_on=date(2026, 1, 1), state=state,
            ends_on=None if code == "13" else ends,
        )  # fmt: skip
    for level in [asked] if asked else rng.sample(["AHLI_PERTAMA", "TERAMPIL", "AHLI_MADYA"], rng.randint(0, 2)):
        for kind, total in (("pertama", rng.choice([20, 49, 100])), ("penilaian", 400)):
            models.CreditPoint.objects.create(
                **of, kind=kind, job_name=level, level=level, starts_on=date(2023, 1, 1), total=total,
                ends_on=rng.choice([DAY, DAY + timedelta(days=1)]),
            )  # fmt: skip
    if rng.random() < 0.3:
        name = rng.choice(["Latsar CPNS Golongan III", "Bimtek Keuangan"])
        models.EmployeeTraining.objects.create(**of, kind="3", name=name, year=2026)
    if rng.random() < 0.4:
        for starts, ends in (
            (date(2022, 1, 1), date(2024, 1, 1)),
            (date(2024, 1, 1), rng.choice([date(2026, 10, 1), MONTH, date(2028, 4, 30), date(2028, 5, 1)])),
        ):
            models.Contract.objects.create(
                **of, number=f"K{starts}", starts_on=starts, ends_on=ends, extension=rng.choice(["belum", "tidak"])
            )
    if rng.random() < 0.3:
        position = rng.choice(posts)
        seat = models.Seat.objects.create(
            agency=agency, position=position, number=models.Seat.objects.filter(position=position).count() + 1,
            starts_on=date(2015, 1, 1), kind="formasi",
        )  # fmt: skip
        models.Incumbency.objects.create(
            **of, position=position, seat=seat, kind="plt", ends_on=rng.choice([None, None, DAY + timedelta(days=9)]),
            starts_on=rng.choice([add_months(DAY, -3), add_months(DAY, -3) + timedelta(days=1), date(2026, 1, 5), DAY]),
        )  # fmt: skip
    add_studies(rng, of, person, since)
    return person


def add_studies(rng, of, person, since):
    """Write increments, study assignments, secondments and the diploma's row."""
    if since is not None and rng.random() < 0.3:
        for starts in rng.sample([add_months(since, 4), date(2024, 11, 1), DAY, DAY + timedelta(days=1)], 2):
            models.SalaryIncrement.objects.get_or_create(
                **of, starts_on=starts,
                defaults={"service_years": rng.choice([0, 6, 31]), "service_months": rng.choice([0, 7])},
            )  # fmt: skip
    # A diploma above the rank by a study assignment is rare among random people: some have one for sure.
    passed = person.rank in (11, 21, 24) and person.education_level_id in ("40", "45") and rng.random() < 0.5
    if passed or rng.random() < 0.3:
        starts, ends = rng.choice(
            [(date(2023, 1, 1), DAY), *([] if passed else [(date(2025, 1, 1), None), (DAY, date(2028, 1, 1))])]
        )
        models.StudyAssignment.objects.create(
            **of, kind="tugas" if passed else rng.choice(["tugas", "tugas", "mandiri", "izin"]), programme="Hukum",
            level_id=person.education_level_id or "45", school="USU", starts_on=starts, ends_on=ends,
            outcome=rng.choice(["lulus", "lulus" if passed else "berhenti"]) if ends == DAY else "berjalan",
        )  # fmt: skip
    if rng.random() < 0.2:
        models.Secondment.objects.create(
            **of, kind=rng.choice(["dpk", "dpb", "penugasan"]), direction=rng.choice(["keluar", "masuk"]),
            agency_name="KPU", starts_on=date(2025, 1, 1), ends_on=rng.choice([None, DAY, DAY + timedelta(days=1)]),
        )  # fmt: skip
    if person.education_level_id and rng.random() < 0.4:
        day, year = rng.choice([(date(2026, 5, 20), 2026), (None, 2024), (None, None)])
        models.EmployeeEducation.objects.create(
            **of, level_id=person.education_level_id, name="X", graduated_on=day, graduated=year
        )
    if rng.random() < 0.3:
        models.ServicePeriod.objects.create(
            **of, experience="Honorer", starts_on=date(2001, 1, 1), ends_on=date(2004, 1, 1), years=rng.choice([0, 2]),
            months=rng.choice([1, 7]), counts=rng.random() < 0.8, counts_from=rng.choice(
                [None, since, DAY, date(2026, 6, 1), date(2025, 3, 15), DAY + timedelta(days=1)]
            ),
            decree_on=rng.choice([None, date(2012, 1, 1), date(2030, 1, 1)]),
        )  # fmt: skip


def mirror(agency, day: date, settings: rules.Settings) -> dict[int, set[rules.Case]]:
    """Return what falls due for every counted person by the rules; plain loops over the register."""
    said = {}
    for row in models.Employee.objects.filter(agency=agency):
        if rules_status(row, day):
            said[row.pk] = set(rules.cases(person_of(row, day), day, settings))
    return said


def rules_status(row, day: date) -> bool:
    return row.legal_status not in ENDED if row.exits_on is None else row.exits_on > day


def person_of(row, day: date) -> rules.Person:
    """Return the facts of a person as the rules take them."""
    own = {"employee": row}
    held = models.Incumbency.objects.filter(**own, kind__in=["definitif", "paruh_waktu"]).on(day).first()
    post = held and rules.Post(
        Level(held.position.job.level), held.starts_on, held.position.job.name, held.position.job.echelon,
        held.position.job.retirement_age, held.kind == "definitif",
    )  # fmt: skip
    ranks = list(models.RankRecord.objects.filter(**own, starts_on__lte=day).order_by("starts_on"))
    newest = ranks[-1] if ranks else None
    scale = None
    if newest is not None and newest.service_years is not None:
        scale = newest.service_years * 12 + (newest.service_months or 0)
    credit: dict = {}
    for each in models.CreditPoint.objects.filter(**own, ends_on__lte=day, kind__in=rules.ADDED_CREDIT):
        credit[each.level] = credit.get(each.level, 0) + each.total
    level = row.education_level_id or (row.education.level_id if row.education else None)
    granted = models.SalaryIncrement.objects.filter(**own, starts_on__lte=day).order_by("starts_on").last()
    studies = list(models.StudyAssignment.objects.filter(**own))
    gained = [
        each.graduated_on or (date(each.graduated, 12, 31) if each.graduated else None)
        for each in models.EmployeeEducation.objects.filter(**own, level_id=level)
    ]
    contracts = list(models.Contract.objects.filter(**own).order_by("starts_on"))
    return rules.Person(
        status=row.status, birth_date=row.birth_date, legal_status=row.legal_status, rank=row.rank,
        rank_since=row.rank_since, pay_group=row.pay_group, scale_months=scale,
        grants=[
            Grant(each.years * 12 + each.months, each.counts_from or each.decree_on)
            for each in models.ServicePeriod.objects.filter(**own, counts=True)
        ],
        first_rank=next((each.rank for each in ranks if each.rank), row.rank),
        education=level, cpns_on=row.cpns_on,
        own_age=row.own_retirement_age, post=post, exits_on=row.exits_on,
        predicates=dict(models.YearlyPredicate.objects.filter(**own).values_list("year", "predicate")),
        sanctions=[
            (each.starts_on, each.ends_on)
            for each in models.Discipline.objects.filter(**own)
            if each.state == "berlaku" and each.sanction in HOLDING_CODES
        ],
        leaves=[
            (each.starts_on, each.returned_on or each.ends_on) for each in models.UnpaidLeave.objects.filter(**own)
        ],
        credit=credit,
        has_basic_training=any(
            word in each.name.upper()
            for each in models.EmployeeTraining.objects.filter(**own) for word in rules.BASIC_TRAINING
        ),
        increment=granted and (granted.starts_on, granted.service_years * 12 + granted.service_months),
        is_studying=any(
            each.kind == "tugas" and each.outcome == "berjalan" and each.starts_on <= day
            and (each.ends_on is None or each.ends_on > day) for each in studies
        ),
        is_seconded=any(
            each.starts_on <= day and (each.ends_on is None or each.ends_on > day)
            for each in models.Secondment.objects.filter(**own, direction="keluar", kind__in=["dpk", "dpb"])
        ),
        diploma_on=min(filter(None, gained), default=date(row.graduated, 12, 31) if row.graduated else None),
        by_assignment=any(
            each.level_id == level and each.kind != "izin" and each.outcome == "lulus" and each.ends_on <= day
            for each in studies
        ),
        contracts=[(each.pk, each.starts_on, each.ends_on) for each in contracts[-1:] if each.extension == "belum"],
        acting=[
            (each.pk, each.starts_on) for each in models.Incumbency.objects.filter(**own, kind="plt").on(day)
        ],
    )  # fmt: skip
