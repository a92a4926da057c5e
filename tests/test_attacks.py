"""Attacks that were tried on the product's doors, each with what must come of it."""

import csv
import io
import re
from datetime import date
from typing import Any

import pytest
from django.db import DataError, connection, transaction
from django.test import Client
from django.urls import resolve, reverse
from django_filters import DateFilter, FilterSet

from asnhr import registry
from asnhr.imports.framework import Options, run
from asnhr.models import RoleAssignment
from asnhr.scope import agency_scope, set_scope
from positions import models
from tests import api_world
from tests.factories.positions import (
    EmployeeFactory,
    IncumbencyFactory,
    JobFactory,
    PositionFactory,
    SeatFactory,
    UnitFactory,
)
from tests.roles import user_with
from tests.test_matrix import EVERY, World, _world, signed_in

pytestmark = pytest.mark.django_db
TODAY = date(2026, 1, 2)


@pytest.fixture
def world() -> World:
    """Of one test alone: some of these look at what is seen where no agency is in scope."""
    return _world()


# A unit's admin and files


@pytest.fixture
def medan():
    return api_world.medan()


@pytest.fixture
def place(medan):
    """The district of the unit's admin, an office that is none of theirs, and the job both have."""
    with agency_scope(medan):
        root = UnitFactory(agency=medan, code="R", name="Pemerintah Kota")
        own = UnitFactory(agency=medan, code="A", name="Kecamatan Medan Belawan", parent=root)
        other = UnitFactory(agency=medan, code="B", name="Dinas Lain", parent=root)
        job = JobFactory(agency=medan, name="Pengolah Data Layanan", code="J")
        here = PositionFactory(agency=medan, unit=own, job=job, code="PA")
        SeatFactory(agency=medan, position=here)
        there = PositionFactory(agency=medan, unit=other, job=job, code="PB")
        holder = IncumbencyFactory(
            agency=medan, position=there,
            employee=EmployeeFactory(agency=medan, unit=other, nip="198001012005011009", name="Budi"),
        )  # fmt: skip
    return {"root": root, "own": own, "other": other, "holder": holder, "here": here, "there": there}


def imported(agency, kind, place, *rows, **options):
    """Import the rows (dicts) as an admin of the district."""
    target = io.StringIO()
    writer = csv.DictWriter(target, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    source = io.BytesIO(target.getvalue().encode())
    given = Options(today=TODAY, unit_paths=(place["own"].path,), skip_rejected=True, **options)
    return run(registry.importers.get(kind), source, agency_id=agency.pk, options=given)


def codes(result):
    return sorted({problem.code for row in result.rows for problem in row.problems})


@pytest.mark.parametrize(
    ("kind", "row"),
    [
        ("jobs", {"Nama Jabatan": "Pengolah Data Layanan", "Kode": "J", "Jenjang": "Pelaksana", "Kelas Jabatan": "17"}),
        ("goals", {"Kode": "V", "Tingkat": "visi", "Uraian": "Visi baru", "Induk": ""}),
    ],
)
def test_a_units_admin_does_not_write_what_is_the_agencys(kind, row, medan, place):
    result = imported(medan, kind, place, row)

    assert result.refused is not None, codes(result)
    assert result.refused["code"] == "DI_LUAR_CAKUPAN"
    assert not result.written


def test_a_units_admin_does_not_take_a_unit_from_elsewhere(medan, place):
    rows = [
        {"Kode Unit": "B", "Nama Unit": "Dinas Lain", "Kode Induk": "A"},
        {"Kode Unit": "A", "Nama Unit": "Kecamatan Medan Belawan", "Kode Induk": "B"},
        {"Kode Unit": "N", "Nama Unit": "Unit Baru", "Kode Induk": "B"},
    ]
    result = imported(medan, "units", place, *rows, decree_on=TODAY, confirm_corrections=True)

    assert result.refused is None, result.refused
    assert [row.row for row in result.rows if "DI_LUAR_CAKUPAN" in {each.code for each in row.problems}] == [2, 3, 4]
    with agency_scope(medan):
        assert models.Unit.objects.get(code="B").parent == place["root"]
        assert models.Unit.objects.get(code="A").parent == place["root"]
        assert not models.Unit.objects.filter(code="N").exists()


def test_a_units_admin_still_adds_below_their_own_unit(medan, place):
    rows = [
        {"Kode Unit": "A", "Nama Unit": "Kecamatan Medan Belawan", "Kode Induk": "R"},
        {"Kode Unit": "N", "Nama Unit": "Seksi Baru", "Kode Induk": "A"},
    ]
    result = imported(medan, "units", place, *rows)

    assert codes(result) == []
    with agency_scope(medan):
        assert models.Unit.objects.get(code="N").parent == place["own"]


def test_a_units_admin_does_not_take_a_person_from_elsewhere(medan, place):
    row = {
        "NIP": "198001012005011009", "Nama": "Nama Curian", "Status": "PNS", "Tanggal Lahir": "01-01-1980",
        "Unit Kerja": "Kecamatan Medan Belawan", "Jabatan": "Pengolah Data Layanan", "TMT Jabatan": "01-12-2025",
        "Jenis Kelamin": "Laki-laki", "Golongan": "III/a", "Pendidikan": "S-1",
    }  # fmt: skip
    result = imported(medan, "employees", place, row, confirm_corrections=True)

    assert result.refused is None, result.refused
    assert "DI_LUAR_CAKUPAN" in codes(result)
    assert "Dinas Lain" not in str(result.as_json())
    with agency_scope(medan):
        person = models.Employee.objects.get()
        assert (person.name, person.unit) == ("Budi", place["other"])
        assert models.Incumbency.objects.get().ends_on is None


def test_a_units_admin_does_not_appoint_a_person_from_elsewhere(medan, place):
    row = {
        "NIP": "198001012005011009", "Kode Jabatan": "PA", "Unit Kerja": "Kecamatan Medan Belawan",
        "Jabatan": "Pengolah Data Layanan", "Jenis": "Definitif", "TMT": "01-12-2025", "Nomor SK": "1",
    }  # fmt: skip
    result = imported(medan, "incumbencies", place, row, confirm_corrections=True)

    assert result.refused is None, result.refused
    assert "DI_LUAR_CAKUPAN" in codes(result)
    with agency_scope(medan):
        held = models.Incumbency.objects.get()
        assert (held.position, held.ends_on) == (place["there"], None)
        assert models.Employee.objects.get().unit == place["other"]


def test_the_rows_of_a_file_are_not_for_who_only_reads(world):
    url = reverse("import-problems", args=[world.rows["own"]["importjob"].pk])

    assert signed_in(world, "auditor").get(url).status_code == 403


# Requests that nobody's browser sends


BAD_QUERIES = {
    "NUL": "&".join(f"{name}=%00" for name in ("q", "kind", "state", "unit", "urut", "hal", "code", "cursor")),
    "huge numbers": "&".join(
        f"{name}=99999999999999999999999" for name in ("unit", "job", "hal", "tahun", "page_size", "under", "dengan")
    ),
    "the last day": "as_of=9999-12-31",
    "the first day": "as_of=0001-01-01",
}


@pytest.mark.parametrize("query", BAD_QUERIES.values(), ids=BAD_QUERIES)
def test_no_page_breaks_on_a_strange_query(query, world):
    client, wrong = signed_in(world, "admin_daerah"), []
    for address in EVERY:
        if address.is_api or address.is_admin or "logout" in address.name:
            continue
        url = world.url(address, "own")
        status = client.get(f"{url}?{query}").status_code if url else 0
        if status >= 500:
            wrong.append(f"{address.name} {url}: {status}")
    assert wrong == []


FIRST_AND_LAST = ("0001-01-01", "9999-12-31")


def day_filters(kind: type[FilterSet] = FilterSet) -> set[str]:
    """Return the name of every filter by a day that any list has."""
    found = {name for name, each in getattr(kind, "base_filters", {}).items() if isinstance(each, DateFilter)}
    return found.union(*map(day_filters, kind.__subclasses__()))


@pytest.mark.parametrize("day", FIRST_AND_LAST)
def test_no_page_breaks_on_a_first_or_last_day_of_the_calendar(day, world):
    names = day_filters() | {"dari", "sampai", "sejak", "day", "hari", "tanggal", "as_of"}
    assert {"dari", "sampai", "known_from", "sejak"} <= names
    query = "&".join(f"{name}={day}" for name in sorted(names)) + f"&tahun={day[:4]}&bulan={day[:7]}&year={day[:4]}"
    wrong, asked = [], 0
    clients = [signed_in(world, role) for role in ("admin_daerah", "auditor", "petugas_pdp")]
    for address in EVERY:
        url = "" if address.is_api or address.is_admin or "logout" in address.name else world.url(address, "own")
        for client in clients if url else ():
            status = client.get(f"{url}?{query}").status_code
            wrong += [f"{url}: {status}"] if status >= 500 else []
            if status == 200:
                asked += 1
                break
    assert asked > 150
    assert wrong == []


INPUT = re.compile(r"<input\b[^>]*>|<select\b.*?</select>|<textarea\b[^>]*>", re.S)
ATTRIBUTE = re.compile(r'\b(name|type|value)="([^"]*)"')


def filled(form: str, day: str) -> dict[str, Any] | None:
    """Return what a browser would send of a form whose days are all `day`; None for a form without a day."""
    values: dict[str, Any] = {}
    days = 0
    for found in INPUT.findall(form):
        tag = found.split(">")[0]
        given = dict(ATTRIBUTE.findall(tag))
        name, kind = given.get("name"), given.get("type", "text")
        if not name or kind in ("file", "submit", "button"):
            continue
        if kind in ("date", "datetime-local"):
            days += 1
            values[name] = day if kind == "date" else f"{day}T00:00"
        elif found.startswith("<select"):
            values[name] = next((each for each in re.findall(r'<option value="([^"]+)"', found)), "")
        elif kind in ("checkbox", "radio"):
            values.setdefault(name, given.get("value", "on"))
        else:
            values[name] = given.get("value") or ("1" if kind == "number" else "uji")
    return values if days else None


@pytest.mark.parametrize("day", FIRST_AND_LAST)
def test_no_form_breaks_on_a_first_or_last_day_of_the_calendar(day, world):
    """Each form of each page, whatever else it asks, with every day the same impossible one; nothing is left behind."""
    wrong, asked = [], 0
    clients = [signed_in(world, role) for role in ("staf_bkd", "admin_daerah", "petugas_pdp", "pyb")]
    for address in EVERY:
        url = "" if address.is_api or address.is_admin or "logout" in address.name else world.url(address, "own")
        client, page = next(
            ((each, found) for each in clients if url and (found := each.get(url)).status_code == 200), (None, None)
        )
        if client is None or page is None or page.streaming or "text/html" not in page.headers["Content-Type"]:
            continue
        for form in re.findall(r'<form\b[^>]*method="post".*?</form>', page.text, re.S):
            if (values := filled(form, day)) is None:
                continue
            asked += 1
            action = re.match(r'<form\b[^>]*\baction="([^"]+)"', form)
            with transaction.atomic():
                status = client.post(action[1] if action else url, values).status_code
                if status == 302 and (after := client.get(url).status_code) >= 500:
                    wrong.append(f"{url} afterwards: {after}")
                transaction.set_rollback(True)
            if status >= 500:
                wrong.append(f"{url}: {status}")
    assert asked > 30
    assert wrong == []


@pytest.mark.parametrize("day", FIRST_AND_LAST)
def test_no_list_of_the_api_breaks_on_a_first_or_last_day_of_the_calendar(day, world):
    wrong, asked = [], set()
    for role in ("admin_daerah", "auditor", "petugas_pdp"):
        client = signed_in(world, role)
        for address in EVERY:
            url = world.url(address, "own") if address.is_api else None
            kind = getattr(getattr(resolve(url).func, "cls", None), "filterset_class", None) if url else None
            for name in sorted(day_filters(kind)) if kind else ():
                asked.add(name)
                status = client.get(url, {name: day}).status_code
                wrong += [f"{role} {url} {name}: {status}"] if status >= 500 else []
    assert {"dari", "sampai", "known_from", "due_until", "in_force_on"} <= asked
    assert wrong == []


def test_a_link_does_not_leave_a_person_on_a_day_that_breaks_their_home(world):
    client = signed_in(world, "staf_bkd")

    client.get("/", {"as_of": "9999-12-31"})

    assert "as_of" not in client.session
    assert client.get("/").status_code == 200


def test_a_stranger_who_asks_for_a_day_leaves_no_session():
    client = Client()

    client.get("/akun/login/", {"as_of": "2020-01-01"})

    assert "sessionid" not in client.cookies


@pytest.mark.parametrize("target", ["https://jahat.example/", "//jahat.example/", "/\\jahat.example/"])
def test_nobody_is_sent_elsewhere(target, world):
    client = signed_in(world, "admin_daerah")
    answers = [
        Client().get("/admin/login/", {"next": target}, follow=True),
        client.get("/akun/login/", {"next": target}),
        client.post("/bahasa/setlang/", {"language": "en", "next": target}),
        client.post("/akun/logout/", {"next": target}),
    ]
    for answer in answers:
        assert not answer.headers.get("Location", "").startswith(("https:", "//", "/\\"))


def test_accounts_and_clients_are_made_by_administrators_only():
    client = Client(raise_request_exception=False)

    assert not [address for address in EVERY if "registration" in address.name]
    assert b"registration_endpoint" not in client.get("/.well-known/openid-configuration").content
    form = {"username": "tamu", "password1": "kata-sandi-panjang-1", "password2": "kata-sandi-panjang-1"}
    assert b'name="password1"' not in client.get("/akun/signup/").content
    client.post("/akun/signup/", form)
    assert not client.login(username="tamu", password="kata-sandi-panjang-1")


def test_password_reset_does_not_tell_who_has_an_account(mailoutbox):
    user_with(api_world.medan(), "staf_bkd", username="ada", email="ada@contoh.id")
    answers = [
        Client().post("/akun/password/reset/", {"email": email}) for email in ("ada@contoh.id", "tiada@contoh.id")
    ]

    assert {(answer.status_code, answer.headers["Location"]) for answer in answers} == {
        (302, reverse("account_reset_password_done"))
    }


def test_nobody_gives_themselves_a_role(world):
    client = signed_in(world, "admin_daerah")
    with agency_scope(world.medan):
        own = RoleAssignment.objects.get(user__username="uji-admin_daerah")
    form: dict[str, Any] = {
        "user": "uji-admin_daerah", "role": "ppk", "starts_on": "2020-01-01", "ends_on": "",
        "unit_scopes-TOTAL_FORMS": 0, "unit_scopes-INITIAL_FORMS": 0,
    }  # fmt: skip

    added = client.post(reverse("admin:asnhr_roleassignment_add"), form)
    changed = client.post(reverse("admin:asnhr_roleassignment_change", args=[own.pk]), form | {"role": "ppk"})

    assert (added.status_code, changed.status_code) == (200, 403)
    with agency_scope(world.medan):
        held = RoleAssignment.objects.filter(user__username="uji-admin_daerah")
        assert list(held.values_list("role", flat=True)) == ["admin_daerah"]


# The scope of the transaction


def seen() -> int:
    return models.Unit.objects.count()


def test_the_scope_survives_a_savepoint_that_breaks(medan, place):
    with agency_scope(medan):
        before = seen()
        with pytest.raises(DataError):
            break_in(api_world.jambi())
        assert seen() == before


def break_in(agency: Any) -> None:
    with agency_scope(agency), connection.cursor() as cursor:
        assert seen() == 0
        cursor.execute("SELECT 1/0")


@pytest.mark.django_db(transaction=True)
def test_the_next_request_of_the_connection_sees_nothing(medan, place):
    client = Client(raise_request_exception=False)
    client.force_login(user_with(medan, "staf_bkd"))
    for url in ("/unit/", "/unit/999999999/", "/jabatan/baru/?q=%00", "/pegawai/?format=csv"):
        response = client.get(url)
        if response.streaming:
            assert b"".join(response.streaming_content)
        assert seen() == 0, url


def test_without_a_scope_nothing_is_seen(medan, place):
    set_scope(None)

    assert seen() == 0
