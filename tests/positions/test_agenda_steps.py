"""With the rank the step to which an increment leads is the salary: the agenda book tells it to who reads salaries."""

import csv
import io
from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from asnhr.models import AuditEntry, AuditValue, RoleAssignment
from asnhr.roles import ROLES
from asnhr.scope import agency_scope
from positions.models import AgendaItem
from tests import api_world
from tests.factories import positions as make
from tests.roles import user_with

pytestmark = pytest.mark.django_db
TODAY, DUE = date(2026, 11, 22), date(2027, 1, 1)
STEP = "MKG 13 tahun"
READS = {"staf_bkd": True, "auditor": True, "bagian_organisasi": False}


@pytest.fixture(autouse=True)
def frozen(monkeypatch):
    monkeypatch.setattr("asnhr.dates.today", lambda: TODAY)


@pytest.fixture
def medan():
    """An increment and a promotion of one person, an increment of another."""
    agency = api_world.medan()
    with agency_scope(agency):
        agency.unit = make.UnitFactory(agency=agency)
        agency.person = make.EmployeeFactory(agency=agency, unit=agency.unit, name="Ani", rank=31)
        agency.other = make.EmployeeFactory(agency=agency, unit=agency.unit, name="Budi", rank=31)
        facts = {"agency": agency, "due_on": DUE, "rank": 31, "since": TODAY, "changed_at": timezone.now()}
        agency.step = AgendaItem.objects.create(employee=agency.person, kind="kgb", step=13, **facts)
        agency.rise = AgendaItem.objects.create(employee=agency.person, kind="kp_reguler", target=32, **facts)
        agency.theirs = AgendaItem.objects.create(employee=agency.other, kind="kgb", step=13, **facts)
    return agency


def looks(agency):
    """(object, …) of each look at a step of the agenda book."""
    with agency_scope(agency):
        entries = AuditEntry.objects.filter(kind="baca", table_name="positions_agendaitem").order_by("pk")
        values = [list(AuditValue.objects.filter(entry_id=entry.pk).order_by("object_id")) for entry in entries]
        return [{each.object_id for each in rows} for rows in values if '"step"' in rows[0].change]


def whole(answer):
    return b"".join(answer) if answer.streaming else answer.content


def listed(client):
    return client.get(reverse("agenda-list"), {"jenis": "kgb"}).content.decode()


def as_csv(client):
    rows = csv.reader(io.StringIO(whole(client.get(reverse("agenda-list"), {"format": "csv"})).decode("utf-8-sig")))
    return " ".join(" ".join(row) for row in rows)


def as_xlsx(client):
    answer = client.get(reverse("agenda-list"), {"format": "xlsx"})
    book = CalamineWorkbook.from_filelike(io.BytesIO(whole(answer)))
    rows = (row for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python())
    return " ".join(str(cell) for row in rows for cell in row)


DOORS = {
    "list": (listed, ("step", "theirs")), "csv": (as_csv, ("step", "theirs")), "xlsx": (as_xlsx, ("step", "theirs")),
}  # fmt: skip


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(("role", "reads"), READS.items())
def test_the_list_and_its_files_tell_the_step_to_who_reads_salaries(door, role, reads, medan, client):
    read, objects = DOORS[door]
    client.force_login(user_with(medan, role))

    text = read(client)

    assert (STEP in text) == reads
    assert ("tertutup" in text) != reads
    assert "Ani" in text
    assert looks(medan) == ([{getattr(medan, name).pk for name in objects}] if reads else [])
    if door != "list":
        assert "III/b" in text, "what a promotion leads to is no salary"


@pytest.mark.parametrize(("role", "reads"), READS.items())
def test_a_case_and_the_persons_page_tell_it_to_the_same_people(role, reads, medan, client):
    client.force_login(user_with(medan, role))

    case = client.get(reverse("agenda-detail", args=[medan.step.pk])).text
    rise = client.get(reverse("agenda-detail", args=[medan.rise.pk])).text
    panel = client.get(reverse("employee-detail", args=[medan.person.pk])).text

    for text in (case, panel):
        assert (STEP in text) == reads
        assert ("tertutup" in text) != reads
        # The day may be known.
        assert "1 Januari 2027" in text
    assert "III/b" in rise
    assert looks(medan) == [{medan.step.pk}] * 2 * reads


@pytest.mark.parametrize(("role", "reads"), READS.items())
def test_the_api_tells_it_to_the_same_people(role, reads, medan, client):
    client.force_login(user_with(medan, role))

    rows = client.get("/api/v1/agenda-items/").json()["results"]
    one = client.get(f"/api/v1/agenda-items/{medan.step.pk}/").json()

    steps = {row["id"]: row["target"] for row in rows}
    told = 13 if reads else None
    assert steps == {medan.step.pk: told, medan.theirs.pk: told, medan.rise.pk: 32}
    assert (one["target"], one["due_on"]) == (told, "2027-01-01")
    assert looks(medan) == [{medan.step.pk, medan.theirs.pk}, {medan.step.pk}] * reads


def test_bulk_rows_tell_it_to_the_same_people(medan, client):
    client.force_login(user_with(medan, "bagian_organisasi"))
    answer = client.get("/api/v1/agenda-items/", HTTP_ACCEPT="application/x-ndjson")
    assert answer.status_code == 200
    text = whole(answer).decode()
    assert '"target":32' in text.replace(" ", "")
    assert '"target":13' not in text.replace(" ", "")


def test_the_own_case_is_nobodys_secret_from_its_person(medan, client):
    """A reader of the register who reads no salaries, and whose own case is in the book."""
    user = user_with(medan, "bagian_organisasi", nip=medan.person.nip)
    with agency_scope(medan):
        RoleAssignment.objects.create(agency=medan, user=user, role="pegawai", starts_on=date(2020, 1, 1))
    client.force_login(user)

    rows = {row["id"]: row["target"] for row in client.get("/api/v1/agenda-items/").json()["results"]}
    assert (rows[medan.step.pk], rows[medan.theirs.pk]) == (13, None)
    assert listed(client).count(STEP) == 1
    assert STEP in client.get(reverse("agenda-detail", args=[medan.step.pk])).text
    assert STEP in client.get(reverse("employee-detail", args=[medan.person.pk])).text
    assert STEP not in client.get(reverse("agenda-detail", args=[medan.theirs.pk])).text
    assert looks(medan) == []


def test_the_admin_tells_no_step(medan, client):
    client.force_login(user_with(medan, "admin_daerah"))
    for query in ({}, {"format": "csv"}):
        text = whole(client.get(reverse("admin:positions_agendaitem_changelist"), query)).decode()
        assert "Ani" in text
        assert STEP not in text
    page = client.get(reverse("admin:positions_agendaitem_change", args=[medan.step.pk])).text
    assert "Ani" in page
    assert "langkah berikutnya" not in page


def test_a_hidden_column_is_no_look(medan, client):
    client.force_login(user_with(medan, "staf_bkd"))
    text = client.get(reverse("agenda-list"), {"jenis": "kgb", "kolom": ["pegawai", "tempo"]}).text
    assert "Ani" in text
    assert (STEP in text, looks(medan)) == (False, [])


def test_some_read_the_register_and_no_salaries():
    """What these doors close is closed to somebody."""
    without = {slug for slug, role in ROLES.items() if "view_salary" not in role.permissions}
    assert "bagian_organisasi" in {slug for slug in without if "view_register" in ROLES[slug].permissions}
