"""On a day gone by a person is what the days on record tell: CPNS before TMT PNS, nobody yet before the appointment."""

import random
from datetime import date, timedelta

import pytest
from django.urls import reverse

from asnhr.scope import agency_scope
from positions import models
from positions.queries import histories, register
from tests import api_world
from tests.factories.positions import EmployeeFactory, UnitFactory
from tests.roles import user_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def medan():
    return api_world.medan()


@pytest.fixture
def people(medan):
    """By name: PNS of 1998 and 1999, a PPPK by contract, a PPPK by NIP alone, a PNS of whom nothing is known."""
    with agency_scope(medan):
        unit = UnitFactory(agency=medan)

        def person(name, nip, **facts):
            return EmployeeFactory(agency=medan, unit=unit, name=name, nip=nip, **{"cpns_on": None, **facts})

        made = [
            person("Ani", "197501011998111001", cpns_on=date(1998, 11, 1), pns_on=date(1999, 11, 1)),
            person("Budi", "197501011999032002", cpns_on=date(1999, 3, 1)),
            person("Cici", "198501012021212003", status="PPPK", rank=None, legal_status="71"),
            person("Dodi", "198501012026211004", status="PPPK_PW", rank=None, legal_status="71"),
            person("Euis", "197501019999991005"),
        ]
        for year in (2021, 2024):
            models.Contract.objects.create(
                agency=medan, employee=made[2], number=f"K/{year}", starts_on=date(year, 5, 1),
                ends_on=date(year + 3, 5, 1),
            )  # fmt: skip
    return {each.name: each for each in made}


# Day → name → status and legal standing of that day; None before the appointment.
STOOD = [
    ("1995-11-01", {"Ani": None, "Budi": None, "Cici": None, "Dodi": None, "Euis": ("PNS", "01")}),
    ("1998-11-01", {"Ani": ("CPNS", "01"), "Budi": None, "Cici": None, "Dodi": None, "Euis": ("PNS", "01")}),
    ("1999-11-01", {"Ani": ("PNS", "01"), "Budi": ("PNS", "01"), "Cici": None, "Dodi": None, "Euis": ("PNS", "01")}),
    ("2021-04-30", {"Cici": None, "Dodi": None}),
    ("2021-05-01", {"Cici": ("PPPK", "71"), "Dodi": None}),
    ("2026-01-01", {"Cici": ("PPPK", "71"), "Dodi": ("PPPK_PW", "71")}),
]


def test_a_person_shows_the_status_of_the_day(client, medan, people):
    client.force_login(user_with(medan, "staf_bkd"))
    words = dict(models.Employee.Status.choices)

    for day, told in STOOD:
        for name, stood in told.items():
            row = client.get(f"/api/v1/employees/{people[name].pk}/?as_of={day}").json()
            assert (row["status"], row["legal_status"]) == (stood or (None, None)), (day, name)
    for day, name, stood, standing in (
        ("1995-11-01", "Ani", "belum diangkat", "—"),
        ("1998-11-01", "Ani", words["CPNS"], "01 aktif"),
        ("1999-11-01", "Ani", words["PNS"], "01 aktif"),
        ("2015-01-01", "Dodi", "belum diangkat", "—"),
    ):
        page = client.get(reverse("employee-detail", args=[people[name].pk]), {"as_of": day}).content.decode()
        assert f"· {stood} · tanpa jabatan pada hari itu" in page
        assert f'<dt id="data-legal_status">Kedudukan hukum</dt>\n          <dd>{standing}</dd>' in page
    today = client.get(f"/api/v1/employees/{people['Dodi'].pk}/").json()
    assert (today["status"], today["legal_status"]) == ("PPPK_PW", "71")


def names_of_file(client, query):
    text = client.get(reverse("employee-list"), {**query, "format": "csv"}).getvalue().decode("utf-8-sig")
    return {name for name in ("Ani", "Budi", "Cici", "Dodi", "Euis") if name in text}


def test_home_list_file_and_api_count_the_same_people_on_a_past_day(client, medan, people):
    client.force_login(user_with(medan, "staf_bkd"))
    for day, told in STOOD[:3]:
        there = {name for name, stood in told.items() if stood}
        query = {"as_of": day, "aktif": "true", "status": "ASN"}
        home = client.get(reverse("home"), {"as_of": day})
        figure = next(each for each in home.context["figures"] if "aktif=true" in each.get("url", ""))
        listed = client.get(reverse("employee-list"), query)
        rows = client.get(f"/api/v1/employees/?as_of={day}").json()["results"]
        assert figure["value"] == listed.context["page"].total == len(there), day
        assert names_of_file(client, query) == {row["name"] for row in rows} == there, day
        assert {row["name"]: (row["status"], row["legal_status"]) for row in rows} == {
            name: stood for name, stood in told.items() if stood
        }
        for status in ("CPNS", "PNS"):
            of_status = {name for name, stood in told.items() if stood and stood[0] == status}
            rows = client.get(f"/api/v1/employees/?as_of={day}&status={status}").json()["results"]
            assert names_of_file(client, {"as_of": day, "status": status}) == {row["name"] for row in rows} == of_status
    assert names_of_file(client, {"as_of": "2021-05-01"}) == {"Ani", "Budi", "Cici", "Euis"}
    assert names_of_file(client, {"as_of": "2026-01-01", "urut": "status"}) == set(people)
    assert names_of_file(client, {"as_of": "", "status": "CPNS"}) == set()


def test_sql_and_the_rules_tell_the_same_first_day(medan, people):
    with agency_scope(medan):
        for day in (date(1998, 10, 31), date(1998, 11, 1), date(1999, 3, 1), date(2021, 4, 30), date(2026, 1, 1)):
            known = models.Employee.objects.values_list("pk", "nip", "cpns_on", "pns_on", "status")
            stood = {pk: status for pk, status in histories.statuses_on(known, day).items() if status}
            then = histories.appointed(models.Employee.objects.all(), day).annotate(then=histories.status_then(day))
            assert dict(then.values_list("pk", "then")) == stood


def test_sql_and_the_rules_agree_on_any_record(medan):
    """NIP of a month, a marker or nothing, with and without TMT CPNS and contracts, on days around them."""
    rng = random.Random(20261123)
    days = [date(year, month, 15) for year in (2019, 2020, 2021, 2022) for month in (1, 6, 12)]
    with agency_scope(medan):
        unit = UnitFactory(agency=medan)
        for number in range(120):
            told = rng.choice(
                ["00000", *(f"{year}{middle}" for year in range(2019, 2023) for middle in ("01", "06", "21"))]
            )
            nip = f"19850101{told:0<6}1{number:03d}"
            cpns_on = rng.choice([None, None, rng.choice(days)])
            person = EmployeeFactory(agency=medan, unit=unit, nip=nip, cpns_on=cpns_on, pns_on=None)
            for since in sorted(rng.sample(days, rng.choice([0, 0, 1, 2]))):
                models.Contract.objects.create(
                    agency=medan, employee=person, number=f"{number}/{since}", starts_on=since,
                    ends_on=since + timedelta(days=20),
                )  # fmt: skip
        known = list(models.Employee.objects.values_list("pk", "nip", "cpns_on", "pns_on", "status"))
        for day in days + [each + timedelta(days=1) for each in days]:
            there = set(histories.appointed(models.Employee.objects.all(), day).values_list("pk", flat=True))
            assert there == {pk for pk, status in histories.statuses_on(known, day).items() if status}, day
            counted = models.Employee.objects.filter(register.counts(day))
            assert set(counted.values_list("pk", flat=True)) == there


def test_the_list_marks_who_has_left_by_its_day(client):
    agency = api_world.medan()
    with agency_scope(agency):
        unit = UnitFactory(agency=agency)
        for name, exits_on in (("Ada", None), ("Lama", date(2021, 5, 1)), ("Nanti", date(2090, 1, 1))):
            reason = "Pensiun" if exits_on else ""
            EmployeeFactory(
                agency=agency, unit=unit, name=name, exits_on=exits_on, exit_reason=reason, cpns_on=date(2010, 1, 1)
            )
    client.force_login(user_with(agency, "staf_bkd"))

    def marked(**query):
        page = client.get(reverse("employee-list"), query | {"kolom": ["pegawai", "status", "keluar"]})
        cells = page.content.decode().split("<tr")
        return {name for name in ("Ada", "Lama", "Nanti") for cell in cells if name in cell and "sudah keluar" in cell}

    assert marked() == {"Lama"}
    assert "1 Mei 2021" in client.get(reverse("employee-list"), {"kolom": ["keluar"]}).content.decode()
    assert marked(as_of="2020-01-01") == set()
