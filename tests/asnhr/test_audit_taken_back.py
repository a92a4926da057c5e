"""A row that is taken out of a file stays in the history of its person and in the auditor's search by that person, its
birth as its removal, for who reads the kind of that person's rows and for nobody else."""

from datetime import date

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from asnhr.audit import history, opening, sealer, verify
from asnhr.audit.declared import audited, by_table
from asnhr.models import AuditEntry
from asnhr.scope import agency_scope
from positions.api.histories import ROUTES
from positions.services import histories
from tests import api_world
from tests.factories.positions import EmployeeFactory, UnitFactory
from tests.positions.test_admin_lists import MAKE_IN_AGENCY, MAKE_IN_UNIT
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db
BIRTH, REMOVAL = "tambah", "hapus"
FACTS = {
    "golongan": {"rank": 31, "starts_on": date(2020, 1, 1), "decree": "813/1"},
    "diklat": {"kind": "3", "name": 'Diklat (Arsip), "lama"', "year": 2024},
    "kgb": {"starts_on": date(2022, 3, 1), "service_years": 4, "decree": "KGB/1"},
    "keluarga": {"relation": "ibu", "name": "Rahasia Kecil"},
    "disiplin": {"sanction": "23", "decree": "RAHASIA/1", "decree_on": date(2026, 1, 1), "starts_on": date(2026, 1, 8),
                 "ends_on": date(2099, 1, 1)},
    "kinerja": {"year": 2025, "predicate": 2},
}  # fmt: skip
MODELS = {kind: histories.KINDS[kind].model for kind in FACTS}
# Rows that the history of another tells with it.
RELATED = [
    (label, name) for _model, known in audited.items() for label, name in known.related
    if label.startswith("positions.") and (label, name) != ("positions.EmployeeDocument", "request")
]  # fmt: skip
# Seen one by one, whatever they point at: as long as they live.
ONE_BY_ONE = {
    "positions.EmployeeDocument", "positions.TechnicalCompetencyVersion", "positions.JobStandard",
    "positions.JobCompetency", "positions.StandardRequirement",
}  # fmt: skip
# Seen with another than this owner, by who is bound to units: a post's holders with the post, not the person.
WITH_ANOTHER = {("positions.Incumbency", "employee"), ("positions.FormationLine", "proposal"),
                ("positions.PositionGoal", "goal"), ("positions.UnitScope", "assignment")}  # fmt: skip


@pytest.fixture
def medan():
    agency = api_world.medan()
    with agency_scope(agency):
        agency.unit = UnitFactory(agency=agency, name="Dinas Kesehatan")
        agency.person = EmployeeFactory(agency=agency, unit=agency.unit, name="Gerhana Sunyi", rank=None)
        agency.other = EmployeeFactory(agency=agency, unit=agency.unit, name="Tenang Sekali", rank=None)
    return agency


def made(agency, kind, person):
    with agency_scope(agency):
        return MODELS[kind].objects.create(agency=agency, employee=person, **FACTS[kind])


def removed(client, agency, kind, door="page"):
    """Take a row of the person back by the page or the API as an officer; return it, with one of somebody else's gone
    as well, whose number is not told here."""
    client.force_login(user_with(agency, "staf_bkd", username=f"petugas-{kind}"))
    why = "data-ganda" if histories.KINDS[kind].is_coded else "Ganda"
    row, other = made(agency, kind, agency.person), made(agency, kind, agency.other)
    for each in (row, other):
        if door == "page":
            answer = client.post(reverse("history-take-back", args=[kind, each.pk]), {"why": why})
        else:
            route = next(route for route, _name, slug, _of_day in ROUTES if slug == kind)
            url = f"/api/v1/{route}/{each.pk}/take-back/"
            answer = client.post(url, {"why": why}, content_type="application/json")
        assert answer.status_code in (204, 302), answer.content
    with agency_scope(agency):
        assert not MODELS[kind].objects.filter(pk__in=[row.pk, other.pk]).exists()
    return row.pk, other.pk


def told(client, person, table):
    """(kind, number) of each change of that table in the person's history, as the API tells it; None: not found."""
    answer = client.get(f"/api/v1/history/positions_employee/{person.pk}/")
    if answer.status_code != 200:
        return None
    name = by_table()[table].name
    return {(row["kind"], row["object_id"]) for row in answer.json()["results"] if row["table"] == name}


@pytest.mark.parametrize("door", ["page", "api"])
@pytest.mark.parametrize("kind", MODELS)
def test_what_was_taken_back_stays_in_the_history_of_its_person(kind, door, client, medan):
    pk, _other = removed(client, medan, kind, door)
    table = MODELS[kind]._meta.db_table
    both = {(BIRTH, pk), (REMOVAL, pk)}

    assert told(client, medan.person, table) == both
    page = client.get(reverse("audit-history", args=["positions_employee", medan.person.pk])).text
    assert page.count(f"#{pk}") >= 2
    for secret in ("Rahasia Kecil", "RAHASIA/1", "KGB/1"):
        assert secret not in page
    client.force_login(user_with(medan, "pegawai", username="sendiri", nip=medan.person.nip))
    assert told(client, medan.person, table) == both
    client.force_login(user_with(medan, "auditor"))
    # Living relatives are not the auditor's to read in a history, either; the search finds their entries.
    assert told(client, medan.person, table) == (set() if kind == "keluarga" else both)


@pytest.mark.parametrize("kind", MODELS)
def test_who_does_not_read_the_kind_or_the_person_is_not_told_that_there_was_a_row(kind, client, medan):
    pk, _other = removed(client, medan, kind)
    living = made(medan, kind, medan.other)
    table = MODELS[kind]._meta.db_table
    with agency_scope(medan):
        elsewhere = UnitFactory(agency=medan)

    client.force_login(user_with(medan, "admin_unit", medan.unit))
    # As of a row that lives.
    shows = (BIRTH, living.pk) in told(client, medan.other, table)
    assert shows is (kind not in ("keluarga", "disiplin"))
    assert told(client, medan.person, table) == ({(BIRTH, pk), (REMOVAL, pk)} if shows else set())
    for user in (
        user_with(medan, "admin_unit", elsewhere, username="jauh"), user_with(medan, "pegawai", username="lain"),
        user_with(api_world.jambi(), "auditor", username="jambi"),
    ):  # fmt: skip
        client.force_login(user)
        assert told(client, medan.person, table) is None


@pytest.mark.parametrize("kind", ["kgb", "keluarga", "disiplin"])
def test_a_look_at_what_was_taken_back_is_written_down(kind, client, medan):
    removed(client, medan, kind)
    table = MODELS[kind]._meta.db_table
    with agency_scope(medan):
        before = AuditEntry.objects.filter(kind="baca", table_name="positions_employee").count()

    told(client, medan.person, table)

    with agency_scope(medan):
        assert AuditEntry.objects.filter(kind="baca", table_name="positions_employee").count() == before + 1


@pytest.mark.parametrize("kind", MODELS)
def test_the_auditor_finds_it_by_its_person(kind, client, medan):
    pk, other = removed(client, medan, kind)
    table, person = MODELS[kind]._meta.db_table, medan.person
    client.force_login(user_with(medan, "auditor"))

    def entries(**query):
        return {row["id"] for row in client.get("/api/v1/audit-entries/", query).json()["results"]}

    mine, theirs = entries(objek=f"#{pk}", tabel=table), entries(objek=f"#{other}", tabel=table)
    assert len(mine) == 2
    removal = entries(objek=f"#{pk}", tabel=table, jenis=REMOVAL)
    for words in (person.nip, "gerhana"):
        assert removal <= entries(objek=words, jenis=REMOVAL)
        assert mine <= entries(objek=words)
        assert not theirs & entries(objek=words)
    assert mine == entries(objek=person.nip, tabel=table)
    assert removal == entries(objek=person.nip, tabel=table, jenis=REMOVAL)
    page = client.get(reverse("audit-list"), {"objek": person.nip, "jenis": REMOVAL}).text
    assert all(reverse("audit-detail", args=[each]) in page for each in removal)
    client.force_login(user_with(api_world.jambi(), "auditor", username="jambi"))
    assert entries(objek=person.nip) == entries(objek=f"#{pk}", tabel=table) == set()


@pytest.mark.parametrize("kind", ["keluarga", "disiplin"])
def test_what_was_destroyed_is_told_of_its_person_no_more(kind, client, medan):
    """Retention takes row, salts and values; that there was one goes with them."""
    pk, other = removed(client, medan, kind)
    table = MODELS[kind]._meta.db_table
    with agency_scope(medan):
        assert opening.destroy(model=MODELS[kind], objects=[pk], purpose="retensi") > 0

    assert told(client, medan.person, table) == set()
    assert told(client, medan.other, table) == {(BIRTH, other), (REMOVAL, other)}
    client.force_login(user_with(medan, "auditor"))
    found = client.get("/api/v1/audit-entries/", {"objek": medan.person.nip, "tabel": table}).json()["results"]
    assert found == []
    by_number = client.get("/api/v1/audit-entries/", {"objek": f"#{pk}", "tabel": table}).json()["results"]
    assert {row["kind"] for row in by_number} == {BIRTH, REMOVAL, "musnah"}


@pytest.mark.django_db(transaction=True)
def test_the_whole_chain_holds_after_it(client, medan):
    for kind in MODELS:
        removed(client, medan, kind)
    while sealer.seal(medan.pk):
        pass

    report = verify.verify(medan, register=True)

    assert report.links > 0
    assert report.unsealed == 0
    assert report.holds
    assert not report.differences


@pytest.mark.parametrize(("label", "name"), RELATED)
def test_deleted_rows_are_told_where_living_ones_are(label, name, medan):
    """To nobody more, of any kind; and to the same people, where nothing but the owner decides."""
    model = apps.get_model(label)
    with agency_scope(medan):
        here, elsewhere = UnitFactory(agency=medan), UnitFactory(agency=medan)
        row = {**MAKE_IN_AGENCY, **MAKE_IN_UNIT}[model._meta.model_name](medan, here)
        owner = getattr(row, name)
    roles = [("staf_bkd", []), ("bagian_organisasi", []), ("auditor", []), ("pyb", []), ("admin_unit", [here]),
             ("admin_unit", [elsewhere]), ("pegawai", []), ("atasan", [])]  # fmt: skip
    for number, (role, units) in enumerate(roles):
        user = user_with(medan, role, *units, username=f"u{number}")
        with agency_scope(medan):
            reader = with_access(user, medan)
            sees = model.objects.visible_to(reader).filter(pk=row.pk).exists()
            opened = model.objects.all().owners_open_to(reader, name).filter(pk=owner.pk).exists()
        assert opened <= sees, role
        if label in ONE_BY_ONE:
            assert not opened
        elif reader.access.whole_agency or (label, name) not in WITH_ANOTHER:
            assert opened == sees or label == "positions.EmployeeContact", role


def test_it_costs_the_same_for_one_row_and_for_twenty(client, medan):
    client.force_login(user_with(medan, "staf_bkd"))
    asked = []
    for number in range(1, 21):
        with agency_scope(medan):
            row = MODELS["diklat"].objects.create(agency=medan, employee=medan.person, **FACTS["diklat"])
            row.delete()
        if number in (1, 20):
            with CaptureQueriesContext(connection) as queries:
                client.get(reverse("audit-history", args=["positions_employee", medan.person.pk]))
            asked.append(len(queries))
    assert asked[1] <= asked[0] <= 15


def test_deletions_are_found_by_their_index(medan):
    """Nothing else is read to find them, however long the trail."""
    with agency_scope(medan):
        row = made(medan, "diklat", medan.person)
        row.delete()
        person = with_access(user_with(medan, "auditor"), medan)
        with CaptureQueriesContext(connection) as queries:
            shown = history.of_object(by_table()["positions_employee"], medan.person.pk, person)
        statement = next(each["sql"] for each in queries if "gone AS" in each["sql"])
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("EXPLAIN " + statement.replace("%", "%%"))
            plan = "\n".join(line for (line,) in cursor.fetchall())
    assert REMOVAL in {change.entry.kind for change in shown.changes}
    assert "audit_entry_deleted" in plan
