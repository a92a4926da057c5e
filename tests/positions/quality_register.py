"""A small random register full of defects, and its data quality by the rules alone, person by person."""

import random
from collections import defaultdict
from datetime import date, timedelta

from positions import models
from positions.queries.register import rulebook
from positions.rules import data_quality as rules
from positions.rules.levels import Level
from positions.rules.retirement import retirement_age

DAY = date(2026, 11, 22)
# name, group, level, own age, education
JOBS = [
    ("Kepala Dinas", "manajerial", "JPT_PRATAMA", None, None),
    ("Kepala Bidang", "manajerial", "ADMINISTRATOR", None, "45"),
    ("Kepala Seksi", "manajerial", "PENGAWAS", None, None),
    ("Guru Ahli Pertama", "fungsional", "AHLI_PERTAMA", None, None),
    ("Perawat Terampil", "fungsional", "TERAMPIL", None, "30"),
    ("Pranata Komputer Mahir", "fungsional", "MAHIR", 59, None),
    ("Pengolah Data", "pelaksana", "PELAKSANA", None, "30"),
    ("Arsiparis Terampil", "pelaksana", "PELAKSANA", None, None),
]
LEVELS = ["10", "15", "20", "25", "30", "35", "40", "42", "45", "50"]


def build(rng: random.Random, agency) -> None:
    """Write the register; the agency's scope must be open."""
    units = []
    for number in range(6):
        closed = rng.choice([None, None, None, DAY, DAY + timedelta(days=1)]) if number else None
        unit = models.Unit.objects.create(
            agency=agency, code=f"U{number}", name=f"Unit {number}", starts_on=date(2015, 1, 1), ends_on=closed
        )
        parent = None if number == 0 else units[0] if number < 4 else rng.choice(units[1:4])
        models.UnitPeriod.objects.create(
            agency=agency, unit=unit, name=unit.name, parent=parent, starts_on=date(2015, 1, 1), ends_on=closed
        )
        units.append(unit)
    jobs = [
        models.Job.objects.create(
            agency=agency, code=f"J{number}", name=name, group=group, level=level, retirement_age=age,
            education_level_id=education, job_class=8,
        )
        for number, (name, group, level, age, education) in enumerate(JOBS)
    ]  # fmt: skip
    models.ReferenceJob.objects.get_or_create(name="ARSIPARIS  TERAMPIL", level="TERAMPIL", source="uji")
    positions = [
        models.Position.objects.create(
            agency=agency, code=f"P{unit.code}{job.code}", unit=unit, job=job, starts_on=date(2015, 1, 1)
        )
        for unit in units for job in jobs if rng.random() < 0.5
    ]  # fmt: skip
    twins = []
    for number in range(rng.randint(1, 40)):
        person = _person(rng, agency, units, number, twins)
        twins.append(person)
        if rng.random() < 0.3:
            models.EmployeeEducation.objects.create(
                agency=agency, employee=person, level_id=rng.choice(LEVELS), name=f"S{number}"
            )
        if positions and rng.random() < 0.8:
            _post(rng, agency, rng.choice(positions[: rng.choice([2, len(positions)])]), person)
        _file(rng, agency, person)


def _file(rng, agency, person):
    """What the personnel file says; the standing that a leave would give is the person's own affair here."""
    owned = {"agency": agency, "employee": person}
    for year in (2024, 2025, 2026):
        if rng.random() < 0.6:
            models.YearlyPredicate.objects.create(**owned, year=year, predicate=2)
    if rng.random() < 0.5:
        models.Appointment.objects.create(**owned, formation_group=rng.choice(["", "fungsional", "pelaksana"]))
    if rng.random() < 0.1:
        models.OutsidePost.objects.create(
            **owned, agency_name="Lain", job_name="JF", group=rng.choice(["fungsional", "pelaksana"]),
            starts_on=date(2012, 1, 1), ends_on=date(2013, 1, 1),
        )  # fmt: skip
    if rng.random() < 0.4:
        ends_on = rng.choice([DAY, DAY + timedelta(days=1), date(2025, 1, 1)])
        models.UnpaidLeave.objects.create(
            **owned, starts_on=date(2024, 1, 1), ends_on=ends_on,
            returned_on=rng.choice([None, None, date(2024, 6, 1), DAY + timedelta(days=2)]),
        )  # fmt: skip
    if rng.random() < 0.2:
        facts = rng.choice([{}, {"nip": person.nip}, {"nip": person.nip, "lent_wrongly": True}])
        models.SiasnRecord.objects.create(**owned, facts=facts, read_on=DAY)
    if rng.random() < 0.3:
        models.Secondment.objects.create(
            **owned, kind=rng.choice(["dpk", "dpb", "penugasan"]),
            agency_name=rng.choice(["KPU", agency.name, f" {agency.name.lower()}  "]),
            agency_siasn_id=rng.choice(["", "", "ABC", (agency.siasn_id or "X").lower()]),
            starts_on=rng.choice([date(2025, 1, 1), DAY, DAY + timedelta(days=1)]),
            ends_on=rng.choice([None, DAY + timedelta(days=9)]),
        )  # fmt: skip


def _nip(rng, born, status, cpns_on, sex, number):
    digits = f"{born:%Y%m%d}"
    if rng.random() < 0.1:
        digits = rng.choice(["19850230", "19851301", "00000101", "20990101", "19850001"])
    year = (cpns_on or date(2010, 3, 1)).year + rng.choice([0, 0, 0, 1])
    month = (cpns_on or date(2010, 3, 1)).month
    middle = f"{month:02}" if status in ("PNS", "CPNS") or rng.random() < 0.1 else rng.choice(["21", "24", "29"])
    if rng.random() < 0.08:
        middle = rng.choice(["00", "13", "30", "21"])
    if rng.random() < 0.05:
        year = rng.choice([0, 2018, 2027, 1990])
    mark = {"M": "1", "F": "2"}[sex] if rng.random() < 0.9 else rng.choice("0123")
    serial = number if rng.random() < 0.9 else 0
    return f"{digits}{year:04}{middle}{mark}{serial:03}"


def _person(rng, agency, units, number, twins):
    status = rng.choice(["PNS", "PNS", "CPNS", "PPPK", "PPPK_PW"])
    born = rng.choice([
        date(1968, 11, rng.choice([1, 22, 30])), date(1968, 10, 31), date(1966, 10, 2), date(1968, 2, 29),
        date(1990, 5, 5), date(2001, 1, 31), date(1968, 12, 1),
    ])  # fmt: skip
    sex = rng.choice("MF")
    cpns_on = rng.choice([
        None, date(2010, 3, 1), DAY - timedelta(days=365), DAY - timedelta(days=366), date(2024, 11, 22),
        date(2024, 11, 23), date(2024, 2, 29), date(2021, 3, 1), date(2008, 1, 1),
    ])  # fmt: skip
    twin = rng.choice(twins) if twins and rng.random() < 0.15 else None
    nip = _nip(rng, born, status, cpns_on, sex, number)
    while models.Employee.objects.filter(agency=agency, nip=nip).exists():
        nip = f"{nip[:15]}{rng.randint(0, 999):03}"
    exits = rng.choice([None] * 6 + [DAY, DAY + timedelta(days=1)])
    return models.Employee.objects.create(
        agency=agency, nip=nip, name=f"  {twin.name.lower()} " if twin else f"Orang  {number}",
        birth_date=twin.birth_date if twin and rng.random() < 0.8 else born, sex=sex, status=status,
        legal_status=rng.choice(["01", "01", "71", "72", "02", "03", "98", "52", "04", "77"]),
        exits_on=exits, exit_reason="pindah" if exits else "",
        unit=rng.choice([None, *units]), nik_hash=twin.nik_hash if twin else rng.choice(["", f"{number:064}"]),
        nip_old=twin.nip_old if twin and rng.random() < 0.5 else rng.choice(["", f"{number:09}"]),
        email=rng.choice(["", "a@b", "a@b.id", "a b@c.id"]), phone=rng.choice(["", "0812"]),
        title_before=rng.choice(["", "", "dr."]), title_after=rng.choice(["", "", "S.E."]), cpns_on=cpns_on,
        rank_since=rng.choice([None, date(2020, 4, 1), date(2026, 4, 1)]),
        nik_validated=rng.choice([None, True, False]),
        pns_on=rng.choice([None, date(2011, 4, 1), date(2024, 12, 1)]), rank=rng.choice([None, 31, 41, 42, 43]),
        education_level_id=rng.choice([None, *LEVELS]),
        education=models.Education.objects.order_by("pk")[rng.randint(0, 40)] if rng.random() < 0.2 else None,
        own_retirement_age=rng.choice([None] * 5 + [60]),
    )  # fmt: skip


def _post(rng, agency, position, person):
    part_time = rng.random() < 0.1
    seat, plain = None, False
    if not part_time:
        number = models.Seat.objects.filter(position=position).count() + 1
        seat = models.Seat.objects.create(
            agency=agency, position=position, number=number, starts_on=date(2015, 1, 1),
            kind=rng.choice(["formasi", "di_luar_formasi"]),
            ends_on=rng.choice([None] * 5 + [DAY]),
        )  # fmt: skip
        # Nobody acts on a seat beyond the formation.
        plain = seat.kind == "formasi" and seat.ends_on is None
        if rng.random() < 0.2:
            plain = False
            models.SeatFormerKind.objects.create(
                agency=agency, seat=seat, starts_on=date(2015, 1, 1),
                ends_on=rng.choice([DAY, DAY + timedelta(days=1)]),
                kind="formasi" if seat.kind == "di_luar_formasi" else "di_luar_formasi",
            )  # fmt: skip
    models.Incumbency.objects.create(
        agency=agency, position=position, seat=seat, employee=person,
        kind="paruh_waktu" if part_time else rng.choice(["definitif"] * 6 + ["plt" if plain else "definitif"]),
        starts_on=(starts := rng.choice([date(2020, 1, 1), DAY, DAY + timedelta(days=1), DAY - timedelta(days=30)])),
        ends_on=rng.choice([None] * 5 + [starts + timedelta(days=30)]),
    )  # fmt: skip


def mirror(agency, day: date) -> dict[int, list[str]]:
    """Return the codes of every counted person by the rules; plain loops over the register."""
    ages = rulebook.ages_on(day)
    functional = {
        _key(name)
        for name in models.ReferenceJob.objects.filter(is_current=True)
        .exclude(level="PELAKSANA")
        .values_list("name", flat=True)
    }
    held = [
        each
        for each in models.Incumbency.objects.select_related("position__job", "seat").filter(agency=agency)
        if each.starts_on <= day and (each.ends_on is None or each.ends_on > day)
    ]
    holders, seats = defaultdict(int), defaultdict(int)
    for each in held:
        holders[each.position_id] += each.kind == "definitif"
    for seat in models.Seat.objects.filter(agency=agency, starts_on__lte=day):
        if seat.ends_on is None or seat.ends_on > day:
            former = [each for each in seat.former_kinds.all() if each.starts_on <= day < each.ends_on]
            seats[seat.position_id] += (former[0].kind if former else seat.kind) != "di_luar_formasi"
    posts = {}
    for each in held:
        if each.kind in ("definitif", "paruh_waktu"):
            job = each.position.job
            posts[each.employee_id] = rules.Post(
                group=job.group, level=job.level, starts_on=each.starts_on, definitive=each.kind == "definitif",
                age=retirement_age(Level(job.level), job_name=job.name, job_bup=job.retirement_age, ages=ages),
                education=job.education_level_id, functional_name=_key(job.name) in functional,
                holders=holders[each.position_id], seats=seats[each.position_id],
            )  # fmt: skip
    people = [
        person
        for person in models.Employee.objects.select_related("unit", "education").filter(agency=agency)
        if rules.is_counted(person.legal_status, person.exits_on, day)
    ]
    doubles = rules.duplicates({each.pk: (each.nik_hash, each.nip_old, each.name, each.birth_date) for each in people})
    found = {}
    for person in people:
        degrees = [person.education_level_id, person.education.level_id if person.education else None]
        degrees += person.educations.values_list("level_id", flat=True)
        record = rules.Record(
            nip=person.nip, status=person.status, standing=person.legal_status, sex=person.sex,
            birth_date=person.birth_date, has_nik=bool(person.nik_hash), email=person.email, phone=person.phone,
            title_before=person.title_before, title_after=person.title_after, cpns_on=person.cpns_on,
            pns_on=person.pns_on, rank_id=person.rank, degrees=tuple(filter(None, degrees)),
            own_age=person.own_retirement_age, unit_ends_on=person.unit.ends_on if person.unit else None,
            post=posts.get(person.pk), **_said_by_file(person, day),
        )  # fmt: skip
        codes = {*rules.problems(record, day), *doubles.get(person.pk, ())}
        found[person.pk] = [code for code in rules.CODES if code in codes]
    return found


def _said_by_file(person, day):
    held = person.incumbencies.filter(kind__in=["definitif", "paruh_waktu"], starts_on__lte=day)
    groups = {*held.values_list("position__job__group", flat=True)}
    groups |= {*person.outside_posts.filter(starts_on__lte=day).values_list("group", flat=True)}
    appointment = person.appointments.first()
    leaves = [leave.returned_on or leave.ends_on for leave in person.unpaid_leaves.filter(starts_on__lte=day)]
    own = person.agency
    lent = [
        row for row in person.secondments.filter(starts_on__lte=day, kind__in=rules.LENT)
        if (row.ends_on is None or row.ends_on > day)
        and rules.is_same_agency(row.agency_name, row.agency_siasn_id, own.name, own.siasn_id)
    ]  # fmt: skip
    told = [record for record in person.siasn_records.all() if record.facts.get("lent_wrongly")]
    return {
        "skp_years": tuple(person.predicates.values_list("year", flat=True)),
        "rank_since": person.rank_since,
        "nik_validated": person.nik_validated,
        "formation_group": appointment.formation_group if appointment else "",
        "was_functional": "fungsional" in groups,
        "leave_ends_on": max(leaves, default=None),
        "is_lent_wrongly": bool(lent or told),
    }


def _key(name):
    return " ".join("".join(letter if letter.isalnum() else " " for letter in name.upper()).split())
