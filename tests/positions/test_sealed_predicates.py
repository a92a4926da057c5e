"""Yearly predicates: encrypted by column, told to who holds `view_assessment`, the head and the person (0031)."""

import io
import json
import zipfile
from dataclasses import replace
from datetime import date, timedelta
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.core.exceptions import FieldError, ValidationError
from django.db import connection
from django.urls import reverse

from asnhr import clients, dates
from asnhr.audit import compare
from asnhr.crypto import bound_hash, decrypt
from asnhr.errors import NotAllowed, RuleBroken
from asnhr.imports import service
from asnhr.imports.framework import Options, run
from asnhr.models import AuditEntry, AuditValue, ImportJob
from asnhr.privacy import owndata
from asnhr.roles import ROLES
from asnhr.scope import agency_scope
from positions import models
from positions.models import YearlyPredicate
from positions.services import histories
from tests import api_world
from tests.factories.positions import EmployeeFactory, IncumbencyFactory, PositionFactory, UnitFactory
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db
TABLE = "positions_yearlypredicate"
COLUMNS = ("result", "behaviour", "predicate", "points")
SAID = "Butuh Perbaikan"
BUDI, CITRA, DEWI = "198703212012011901", "199003082014022902", "199009132025242914"


@pytest.fixture
def medan():
    agency = api_world.medan()
    with agency_scope(agency):
        agency.root = UnitFactory(agency=agency)
        agency.people = [EmployeeFactory(agency=agency, unit=agency.root, nip=nip) for nip in (BUDI, CITRA)]
        agency.rows = [
            YearlyPredicate.objects.create(
                agency=agency, employee=person, year=2025, result=3, behaviour=2, predicate=3, points="70.50"
            )
            for person in agency.people
        ]
    return agency


def raw(agency, columns=COLUMNS):
    with agency_scope(agency), connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(columns)} FROM {TABLE} ORDER BY id")  # noqa: S608  names are our own
        return cursor.fetchall()


def without(monkeypatch, role):
    """The role, as far as this process goes, without the right to read predicates."""
    monkeypatch.setitem(ROLES, role, replace(ROLES[role], permissions=ROLES[role].permissions - {"view_assessment"}))


def acting(agency, role, **more):
    user = user_with(agency, role, **more)
    with agency_scope(agency, user.pk):
        return with_access(user, agency)


def differing(agency):
    with agency_scope(agency):
        return [str(each) for each in compare.compare(agency) if each.table == TABLE]


# At rest


def test_the_table_holds_tokens_and_hashes_that_look_alike_for_nobody(medan):
    rows = raw(medan)
    assert [[decrypt(token) for token in row] for row in rows] == [["3", "2", "3", "70.50"]] * 2
    assert len({token for row in rows for token in row}) == 8
    hashes = raw(medan, [f"{name}_hash" for name in COLUMNS])
    assert len({each for row in hashes for each in row}) == 8, "bound to column and person"
    assert hashes[0][2] == bound_hash(BUDI, "predicate", "3")
    with agency_scope(medan):
        row = YearlyPredicate.objects.get(pk=medan.rows[0].pk)
        assert (row.result, row.behaviour, row.predicate, str(row.points)) == (3, 2, 3, "70.50")
        for asked in ({"predicate": 3}, {"predicate__gt": 2}, {"result__in": [3]}):
            with pytest.raises(FieldError):
                YearlyPredicate.objects.filter(**asked).exists()


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"predicate": 6}, "Predikat kinerja 1 (Sangat Baik) sampai 5 (Sangat Kurang)."),
        ({"predicate": 0}, "Predikat kinerja 1 (Sangat Baik) sampai 5 (Sangat Kurang)."),
        ({"result": 4}, "Penilaian hasil dan perilaku kerja 1 sampai 3."),
        ({"behaviour": 0}, "Penilaian hasil dan perilaku kerja 1 sampai 3."),
        ({"points": "1000"}, ""),
    ],
)
def test_no_door_writes_a_number_that_is_none(facts, words, medan, client):
    given = {"year": 2021, "predicate": 2, **facts}
    person = medan.people[0]
    with agency_scope(medan), pytest.raises(ValidationError) as refused:
        YearlyPredicate.objects.create(agency=medan, employee=person, **given)
    assert words in " ".join(refused.value.messages)
    actor = acting(medan, "staf_bkd")
    with agency_scope(medan, actor.pk), pytest.raises(RuleBroken) as refused:
        histories.add(actor=actor, employee=person, kind=histories.KINDS["kinerja"], facts=given)
    assert str(refused.value).count(words or " ") >= 1
    client.force_login(actor)
    answer = client.post("/api/v1/predicates/", {"employee_id": person.pk, **given}, "application/json")
    assert answer.status_code in (400, 409)
    assert len(raw(medan)) == 2


def test_one_row_a_year(medan):
    with agency_scope(medan), pytest.raises(ValidationError, match="tahun ini sudah tercatat"):
        YearlyPredicate(agency=medan, employee=medan.people[0], year=2025, predicate=2).full_clean()


# Doors


def test_who_lacks_the_right_reads_and_counts_nothing(medan, client):
    row, person = medan.rows[0], medan.people[0]
    user = user_with(medan, "bagian_organisasi")
    client.force_login(user)
    tab = reverse("employee-history", args=[person.pk, "kinerja"])
    past = dates.today() - timedelta(days=1)

    for address in (tab, f"{tab}?as_of={past}", reverse("employee-detail", args=[person.pk]),
                    reverse("employee-derived", args=[person.pk]), f"/cari/?q={person.nip}",
                    reverse("audit-history", args=["positions_employee", person.pk])):  # fmt: skip
        page = client.get(address)
        assert page.status_code == 200, address
        assert SAID not in page.text, address
        assert "predikat kinerja" not in page.text.lower(), address
    # Credit points, which are ordinary, keep the tab open.
    assert [each.kind.slug for each in client.get(tab).context["sections"]] == ["angka-kredit"]
    for address in (f"{tab}?bagian=kinerja&format=csv", f"{tab}?bagian=kinerja&format=xlsx",
                    reverse("audit-history", args=[TABLE, row.pk]), f"/api/v1/history/{TABLE}/{row.pk}/"):  # fmt: skip
        assert client.get(address).status_code == 404, address
    for address in ("/api/v1/predicates/", f"/api/v1/predicates/{row.pk}/", f"/api/v1/predicates/?as_of={past}"):
        assert client.get(address).status_code == 403, address
    with agency_scope(medan):
        assert YearlyPredicate.objects.visible_to(with_access(user, medan)).count() == 0
        assert not AuditEntry.objects.filter(kind="baca", table_name=TABLE).exists()


def test_who_holds_it_reads_in_the_same_doors_and_each_look_is_written_down(medan, client):
    row, person = medan.rows[0], medan.people[0]
    client.force_login(user_with(medan, "pyb"))
    tab = reverse("employee-history", args=[person.pk, "kinerja"])

    assert SAID in client.get(tab).text
    sent = client.get(f"{tab}?bagian=kinerja&format=csv")
    assert SAID in b"".join(sent.streaming_content if sent.streaming else [sent.content]).decode()
    assert [each["predicate"] for each in client.get("/api/v1/predicates/").json()["results"]] == [3, 3]
    single = client.get(f"/api/v1/predicates/{row.pk}/").json()
    assert (single["result"], single["behaviour"], single["predicate"], single["points"]) == (3, 2, 3, "70.50")
    # Until the year is over nobody rated it.
    assert client.get("/api/v1/predicates/?as_of=2025-12-31").json()["results"] == []
    history = client.get(reverse("audit-history", args=[TABLE, row.pk])).text
    assert "nilai rahasia" in history
    assert f">{SAID}<" not in history
    with agency_scope(medan):
        assert AuditEntry.objects.filter(kind="baca", table_name=TABLE).count() == 5


@pytest.mark.parametrize("role", ["admin_daerah", "admin_unit"])
def test_the_admin_asks_it_too(role, medan, client, monkeypatch):
    row = medan.rows[0]
    client.force_login(user_with(medan, role, *([medan.root] if role == "admin_unit" else [])))
    doors = [
        "/admin/positions/yearlypredicate/", "/admin/positions/yearlypredicate/?format=csv",
        f"/admin/positions/yearlypredicate/{row.pk}/change/", f"/admin/positions/yearlypredicate/{row.pk}/history/",
    ]  # fmt: skip
    listed = client.get(doors[0])
    assert SAID in listed.text
    # No filter and no order tells who is rated how.
    assert listed.context["cl"].result_count == 2
    assert client.get(f"{doors[0]}?year=2025").context["cl"].result_count == 2
    assert client.get(f"{doors[0]}?year=2024").context["cl"].result_count == 0
    assert client.get(f"{doors[0]}?predicate=3").status_code == 400
    assert [each.pk for each in client.get(f"{doors[0]}?o=3").context["cl"].result_list] == [
        each.pk for each in listed.context["cl"].result_list
    ]
    form = {"employee": row.employee_id, "year": "2025", "result": "2", "behaviour": "2", "predicate": "2",
            "points": "81.00", "appraiser_status": "ASN", "why": "salah-ketik"}  # fmt: skip
    assert client.post(doors[2], form).status_code == 302
    with agency_scope(medan):
        assert YearlyPredicate.objects.get(pk=row.pk).predicate == 2

    without(monkeypatch, role)
    for address in doors:
        answer = client.get(address)
        assert answer.status_code in (302, 403, 404), address
        assert SAID not in answer.text
    assert 'href="/admin/positions/yearlypredicate/"' not in client.get("/admin/").text
    assert client.post(doors[2], form | {"predicate": "1"}).status_code in (302, 403, 404)
    with agency_scope(medan):
        assert YearlyPredicate.objects.get(pk=row.pk).predicate == 2


def test_who_may_not_read_it_writes_none(medan, client, monkeypatch):
    without(monkeypatch, "staf_bkd")
    actor = acting(medan, "staf_bkd")
    with agency_scope(medan, actor.pk):
        row = YearlyPredicate.objects.select_related("employee__unit").first()
        with pytest.raises(NotAllowed):
            histories.correct(actor=actor, row=row, why="salah-ketik", facts={"predicate": 2})
        with pytest.raises(NotAllowed):
            histories.take_back(actor=actor, row=row, why="data-ganda")
    client.force_login(actor)
    assert client.get(reverse("history-new", args=[row.employee_id, "kinerja"])).status_code == 403
    given = {"employee_id": row.employee_id, "year": 2024, "predicate": 2}
    assert client.post("/api/v1/predicates/", given, "application/json").status_code in (403, 404)


def test_the_trail_tells_the_auditor_that_it_changed_and_not_how(medan, client):
    client.force_login(user_with(medan, "auditor"))
    with agency_scope(medan):
        row = medan.rows[0]
        row.predicate, row.result = 1, 1
        row.save()
        entry = AuditEntry.objects.get(table_name=TABLE, kind="ubah")
        said = json.loads(AuditValue.objects.get(entry_id=entry.pk).change)
    assert said.keys() == {"predicate", "result"}
    assert all(len(each) == 64 for both in said.values() for each in both)
    page = client.get(reverse("audit-detail", args=[entry.pk])).text
    assert "nilai rahasia" in page
    assert SAID not in page
    assert "Sangat Baik" not in page
    assert differing(medan) == []


def test_the_person_reads_the_own_file_and_copy(medan, client):
    person = medan.people[0]
    user = user_with(medan, "pegawai", nip=person.nip)
    client.force_login(user)
    assert SAID in client.get(reverse("employee-history", args=[person.pk, "kinerja"])).text
    other = reverse("employee-history", args=[medan.people[1].pk, "kinerja"])
    assert client.get(other).status_code == 404
    with agency_scope(medan, user.pk):
        me = with_access(user, medan)
        copy = owndata.request_copy(actor=me, agency=medan)
        owndata.make(copy)
        copy.refresh_from_db()
        with zipfile.ZipFile(io.BytesIO(owndata.take(actor=me, copy=copy))) as book:
            data = json.loads(book.read("data.json"))
    said = json.dumps(data)
    assert '"70.50"' in said or "70.5" in said
    assert "predicate_hash" not in said
    with agency_scope(medan):
        assert not AuditEntry.objects.filter(kind="baca", table_name=TABLE).exists()


def test_a_head_without_the_right_reads_the_people_led_and_nobody_else(medan, client):
    with agency_scope(medan):
        office = UnitFactory(agency=medan)
        seat = PositionFactory(agency=medan, unit=office, is_head=True)
        head = EmployeeFactory(agency=medan, unit=office)
        IncumbencyFactory(agency=medan, position=seat, employee=head)
        models.Employee.objects.filter(pk=medan.people[0].pk).update(unit=office)
    near, far = medan.people
    # Who reads the whole register reads of the people led, beside, what their head does.
    client.force_login(user_with(medan, "bagian_organisasi", nip=head.nip))

    answer = client.get("/api/v1/predicates/")
    assert answer.status_code == 200, answer.text
    rows = answer.json()["results"]

    assert [each["employee_id"] for each in rows] == [near.pk]
    assert client.get(f"/api/v1/predicates/{medan.rows[1].pk}/").status_code == 404
    assert SAID in client.get(reverse("employee-history", args=[near.pk, "kinerja"])).text
    assert SAID not in client.get(reverse("employee-history", args=[far.pk, "kinerja"])).text
    with agency_scope(medan):
        assert AuditEntry.objects.filter(kind="baca", table_name=TABLE).count() == 2


def test_a_system_reads_predicates_by_their_own_scope(medan, client):
    assert "assessment:read" in dict(clients.scopes_for(ROLES["admin_daerah"].permissions))
    lacking = ROLES["admin_daerah"].permissions - {"view_assessment"}
    assert "assessment:read" not in dict(clients.scopes_for(lacking))
    regional = acting(medan, "admin_daerah")
    today = dates.today()
    scopes = ["register:read", "assessment:read"]
    with agency_scope(medan, regional.pk):
        made, secret = clients.connect(
            agency=medan, actor=regional, name="ekinerja", scopes=scopes, expires_on=today + timedelta(days=9),
            today=today,
        )  # fmt: skip
    codes = []
    for scope in (scopes[0], " ".join(scopes)):
        token = client.post(
            "/identity/o/api/token",
            {"grant_type": "client_credentials", "client_id": made.client_id, "client_secret": secret, "scope": scope},
        ).json()["access_token"]
        answer = client.get("/api/v1/predicates/", headers={"Authorization": f"Bearer {token}"})
        codes.append(answer.status_code)
    assert codes == [403, 200]
    assert [each["predicate"] for each in answer.json()["results"]] == [3, 3]


def test_a_proposed_correction_of_a_predicate_asks_it(medan, client, monkeypatch):
    owner = acting(medan, "pegawai", nip=BUDI)
    kind = models.DocumentKind.objects.get(code="skp")
    assert kind.permission == "view_assessment"
    with agency_scope(medan):
        row = models.ChangeRequest(
            agency=medan, employee=medan.people[0], target="kinerja", object_id=medan.rows[0].pk, requested_by=owner,
            before='{"predicate": 3}', proposed='{"predicate": 2}', explanation="Sudah dikoreksi",
        )  # fmt: skip
        row.save()
    client.force_login(user_with(medan, "staf_bkd"))
    page = reverse("change-request-detail", args=[row.pk])
    assert "Sudah dikoreksi" in client.get(page).text
    without(monkeypatch, "staf_bkd")
    assert "Sudah dikoreksi" not in client.get(page).text
    assert "Sudah dikoreksi" not in client.get(f"/api/v1/change-requests/{row.pk}/").text


# Imports

HEAD = "nipBaru;tahun;hasilKinerjaNilai;PerilakuKerjaNilai;KuadranKinerjaNilai;nilai;namaPenilai\n"


def load(agency, text, **options):
    return run(
        service.importer_of("predicates"), io.BytesIO(text.encode()), agency_id=agency.pk,
        options=Options(**{"today": date(2026, 7, 1), **options}),
    )  # fmt: skip


def test_an_import_compares_by_hashes_and_its_lists_keep_silent(medan):
    same = HEAD + f"{BUDI};2025;3;2;3;70,50;\n{CITRA};2025;Di bawah ekspektasi;2;;;\n"
    result = load(medan, same)
    assert (result.plan["unchanged"], result.plan["new"], result.written) == (2, 0, True)
    kept = raw(medan)

    text = HEAD + f"{BUDI};2025;3;2;3;70,50;Kepala\n{CITRA};2025;2;2;2;80;\n{CITRA};2024;1;1;1;91,25;\n"
    assert {p.code for row in load(medan, text).rows for p in row.problems} == {"KOREKSI"}
    result = load(medan, text, confirm_corrections=True)
    assert (result.plan["new"], result.plan["changed"], result.plan["corrections"]) == (1, 1, 1)
    # Equal values are no line; of others nothing is said but that they are others.
    assert [(line["field"], line["after"]) for line in result.details["changed"]] == [("appraiser_name", "Kepala")]
    assert {(line["field"], line["before"], line["after"]) for line in result.details["corrections"]} == {
        (name, "…", "…") for name in ("work_result", "predicate", "points")
    }
    assert [line["year"] for line in result.details["new"]] == [2024]
    said = json.dumps(result.as_json(), default=str)
    assert SAID not in said
    # The whole figure: names of people made here carry running numbers, which may hold any two digits.
    assert "91,25" not in said
    assert "91.25" not in said
    assert [set(line) for line in result.details["new"]] == [{"row", "nip", "name", "year"}]
    with agency_scope(medan):
        found = YearlyPredicate.objects.filter(employee__nip=CITRA).order_by("year")
        assert [(each.year, each.result, each.predicate, str(each.points)) for each in found] == [
            (2024, 1, 1, "91.25"), (2025, 2, 2, "80.00"),
        ]  # fmt: skip
        assert found[0].predicate_hash == bound_hash(CITRA, "predicate", "1")
    assert len(kept) == 2
    assert differing(medan) == []


def test_no_report_of_an_import_repeats_what_it_says(medan):
    text = HEAD + f"{BUDI};2024;1;1;4;;\n{CITRA};2024;9;2;2;1000;\n"
    result = load(medan, text, skip_rejected=True)
    problems = [p for row in result.rows for p in row.problems]
    assert {p.code for p in problems} == {"PREDIKAT_MATRIKS", "JENIS_TIDAK_DIKENAL", "DI_LUAR_RENTANG"}
    assert {p.value for p in problems} == {"…"}
    assert "Sangat Baik" not in " ".join(p.message for p in problems)


def test_who_lacks_the_right_imports_none_and_sees_no_import_of_it(medan, client, monkeypatch):
    holder = acting(medan, "staf_bkd")
    with agency_scope(medan):
        ImportJob.objects.create(
            agency=medan, kind="predicates", filename="skp.csv", stored_as="x", sha256="0" * 64, created_by=holder
        )
        assert ImportJob.objects.visible_to(holder).count() == 1, holder.access
        assert service.may_import(holder.access, "predicates")
        other = acting(medan, "bagian_organisasi")
        assert ImportJob.objects.visible_to(other).count() == 0
        without(monkeypatch, "staf_bkd")
        holder = with_access(holder, medan)
        assert not service.may_import(holder.access, "predicates")
        assert service.may_import(holder.access, "ranks")
        with pytest.raises(NotAllowed):
            service.check_may_import(holder.access, "predicates")
        assert ImportJob.objects.visible_to(holder).count() == 0


# The register and the trail


def test_register_and_trail_agree_through_a_rows_life(medan):
    with agency_scope(medan):
        YearlyPredicate.objects.create(agency=medan, employee=medan.people[0], year=2024, predicate=2)
        row = YearlyPredicate.objects.get(pk=medan.rows[1].pk)
        row.points, row.predicate = None, 2
        row.save()
        medan.rows[0].delete()
    assert differing(medan) == []
    with agency_scope(medan), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {TABLE} SET predicate = %s WHERE id = %s", ["x", row.pk])  # noqa: S608
        cursor.execute(f"SELECT predicate_hash FROM {TABLE} WHERE id = %s", [row.pk])  # noqa: S608
        assert cursor.fetchone()[0] == bound_hash(CITRA, "predicate", "2")


JOB = """
INSERT INTO asnhr_importjob (agency_id, kind, filename, stored_as, sha256, size, options, dry_run, written, totals,
    changes, details, report, created_at)
VALUES (%s, 'predicates', 'a', 'a', '', 0, '{}', false, true, '{}',
    '{"details": {"new": [3]}, "changes": {"new": 1}}', '{"new": [{"predicate": "3"}]}',
    '[{"row": 2, "outcome": "rejected", "problems": [{"code": "KOREKSI", "value": "3", "cause": "(2)"}]},
      {"row": 3, "outcome": "skipped"}]', now())
"""


@pytest.mark.django_db(transaction=True)
def test_the_migration_encrypts_rows_that_the_trail_has_in_the_clear(medan, owner_connection):
    moved = import_module("positions.migrations.0052_sealed_predicates")
    editor = SimpleNamespace(connection=owner_connection)
    owner_connection.autocommit = False
    hidden = ", ".join(f"{name}_hash" for name in COLUMNS)
    with owner_connection, owner_connection.cursor() as cursor:
        # As the release before wrote them: rows and first words in the clear, no hashes.
        cursor.execute("SELECT audit_attach(%s::regclass, 'full', '{}', %s)", [TABLE, hidden.split(", ")])
        cursor.execute("SELECT set_config('asnhr.agency', %s, true)", [str(medan.pk)])
        cursor.execute(f"DELETE FROM {TABLE}")  # noqa: S608
        cursor.execute(
            f"INSERT INTO {TABLE} (agency_id, employee_id, siasn_id, year, result, behaviour, predicate, points,"  # noqa: S608
            " appraiser_name, appraiser_nip, appraiser_job, appraiser_unit, appraiser_status)"
            " SELECT agency_id, id, '', y, '3', NULL, '3', CASE WHEN y = 2021 THEN '70.50' END, '', '', '', '', 'ASN'"
            " FROM positions_employee CROSS JOIN generate_series(2021, 2025) y WHERE agency_id = %s",
            [medan.pk],
        )
        cursor.execute(JOB, [medan.pk])
    with owner_connection:
        moved.attach(None, editor)
        moved.encrypt_rows(None, editor)
    owner_connection.autocommit = True

    rows = raw(medan)
    assert len(rows) == 10
    assert all(row[0].startswith("1.") and row[1] is None and row[2].startswith("1.") for row in rows)
    with agency_scope(medan):
        row = YearlyPredicate.objects.get(employee__nip=BUDI, year=2021)
        assert (row.result, row.behaviour, row.predicate, str(row.points)) == (3, None, 3, "70.50")
        before = row.predicate_hash
        row.save()
        assert row.predicate_hash == before == bound_hash(BUDI, "predicate", "3")
        assert AuditEntry.objects.filter(table_name=TABLE, reason="enkripsi kolom").exists()
        job = ImportJob.objects.get(kind="predicates")
        assert (job.details, job.changes) == ({}, {"changes": {"new": 1}})
        assert job.report == [
            {"row": 2, "outcome": "rejected", "problems": [{"code": "KOREKSI", "value": "…", "cause": "…"}]},
            {"row": 3, "outcome": "skipped"},
        ]
    assert differing(medan) == []
    with agency_scope(medan):
        row.predicate = 2
        row.save()
    assert differing(medan) == []
