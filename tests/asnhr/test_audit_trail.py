"""What the database writes down by itself: every change, who made it, and nothing that is secret."""

import json
from datetime import date

import pytest
from django.apps import apps
from django.db import IntegrityError, ProgrammingError, connection, transaction

from asnhr.audit import words
from asnhr.audit.declared import FULL, NATIONAL, OUTLINE, SUMMARY, audited, by_table
from asnhr.models import AuditEntry, AuditSecret, AuditValue, ImportJob, Run, SavedFilter, TenantModel, WebhookEndpoint
from asnhr.notifications import catalogue
from asnhr.scope import DOOR, agency_scope
from positions.models import Employee, FormationLine, Job, Unit
from tests.factories.asnhr import AgencyFactory, RunFactory, UserFactory
from tests.factories.positions import EmployeeFactory, JobFactory, UnitFactory
from tests.roles import user_with

pytestmark = pytest.mark.django_db
FIRST, SECOND = "0811111111", "0822222222"


@pytest.fixture
def medan():
    return AgencyFactory()


def entries(table="positions_employee"):
    return list(AuditEntry.objects.filter(table_name=table).order_by("pk"))


def change_of(entry):
    return AuditValue.objects.get(entry_id=entry.pk).change


def test_a_change_is_written_down_with_who_why_and_through_which_door(medan):
    actor = UserFactory()
    door = DOOR.set("halaman")
    with agency_scope(medan, actor.pk, "pemutakhiran data"):
        person = EmployeeFactory(agency=medan, name="Siti")
        person.name = "Siti Aminah"
        person.save()
        person.delete()

        made, changed, gone = entries()
    DOOR.reset(door)

    assert [each.kind for each in (made, changed, gone)] == ["tambah", "ubah", "hapus"]
    assert {each.user_id for each in (made, changed, gone)} == {actor.pk}
    assert {(each.reason, each.door, each.db_role) for each in (made, changed, gone)} == {
        ("pemutakhiran data", "halaman", "asnhr_app")
    }
    with agency_scope(medan):
        assert json.loads(change_of(changed)) == {"name": ["Siti", "Siti Aminah"]}
        assert "Siti" in change_of(made)
        assert "Siti Aminah" in change_of(gone)
        assert made.columns[0] == "nip"


def test_a_statement_of_many_rows_is_one_entry_with_a_value_a_row(medan):
    with agency_scope(medan):
        unit = UnitFactory(agency=medan)
        people = EmployeeFactory.build_batch(20, agency=medan, unit=unit)
        Employee.objects.bulk_create(people)
        Employee.objects.filter(agency=medan, pk__in=[each.pk for each in people[:7]]).update(legal_status="02")
        with connection.cursor() as cursor:
            cursor.execute("UPDATE positions_employee SET legal_status = '03' WHERE agency_id = %s", [medan.pk])

        made, changed, raw = entries()

        assert (made.rows, changed.rows, raw.rows) == (20, 7, 20)
        assert AuditValue.objects.filter(entry_id=raw.pk, id__range=(raw.first_value, raw.last_value)).count() == 20


def test_saving_without_a_change_leaves_no_entry(medan):
    with agency_scope(medan):
        EmployeeFactory(agency=medan).save()

        assert [each.kind for each in entries()] == ["tambah"]


def test_what_triggers_derive_is_left_out(medan):
    with agency_scope(medan):
        parent = UnitFactory(agency=medan)
        UnitFactory(agency=medan, parent=parent)
        Unit.objects.filter(pk=parent.pk).update(is_model=True)

        last = entries("positions_unit")[-1]

        assert json.loads(change_of(last)) == {"is_model": [False, True]}
        assert not any({"path", "office_id"} & set(each.columns) for each in entries("positions_unit"))


def test_secret_values_enter_as_salted_hashes_and_what_leaves_is_kept_apart(medan):
    with agency_scope(medan):
        one, two = EmployeeFactory(agency=medan, phone=FIRST), EmployeeFactory(agency=medan, phone=FIRST)
        Employee.objects.filter(pk=one.pk).update(phone=SECOND, nik="1271010101700001", nik_hash="a" * 64)

        text = "".join(AuditValue.objects.values_list("change", flat=True))
        changed = entries()[-1]
        kept = AuditSecret.objects.get(entry_id=changed.pk)

        assert FIRST not in text
        assert SECOND not in text
        assert "1271010101700001" not in text
        assert set(json.loads(change_of(changed))) == {"phone", "nik"}
        assert changed.secrets == ["nik", "email", "phone", "exit_reason"]
        assert json.loads(kept.clear)["phone"] == FIRST
        assert not kept.sealed
        # The same number of two people is not the same hash.
        salts = AuditSecret.objects.filter(object_id__in=[one.pk, two.pk]).values_list("salt", flat=True)
        assert len({bytes(salt) for salt in salts}) == 3


def test_rotated_keys_are_no_change_of_the_nik(medan):
    with agency_scope(medan):
        person = EmployeeFactory(agency=medan, nik="1271010101700001", nik_hash="b" * 64)
        person.save()  # encrypted anew

        assert [each.kind for each in entries()] == ["tambah"]


def test_derived_tables_leave_a_summary_and_progress_leaves_nothing(medan):
    with agency_scope(medan):
        kept = SavedFilter.objects.create(agency=medan, user=UserFactory(), page="employee-list", name="x", query="a=1")
        kept.name = "y"
        kept.save()
        run = RunFactory(agency=medan)
        run.step, run.done, run.total = "membaca", 1, 2
        run.save()
        run.state = "selesai"
        run.save()

        (only,) = entries("asnhr_savedfilter")
        assert (only.kind, only.rows, only.first_value) == ("tambah", 1, None)
        made, ended = entries("asnhr_run")
        assert not {"step", "heartbeat_at"} & set(made.columns)
        assert json.loads(change_of(ended)) == {"state": ["antre", "selesai"]}


def test_runs_and_imports_have_a_history_for_who_sees_them(medan, client):
    officer, other = user_with(medan, "staf_bkd"), user_with(medan, "admin_unit", username="unit")
    with agency_scope(medan, officer.pk):
        run = RunFactory(agency=medan, kind="import", requested_by=officer)
        job = ImportJob.objects.create(
            agency=medan, kind="units", filename="unit-budi.csv", stored_as="x", sha256="0" * 64, run=run,
            report=[{"row": 1, "value": "isi sel berkas"}], created_by=officer,
        )  # fmt: skip
        ImportJob.objects.filter(pk=job.pk).update(written=True)
        Run.objects.filter(pk=run.pk).update(state="selesai")
    client.force_login(officer)

    assert f"/riwayat/asnhr_importjob/{job.pk}/" in client.get(f"/impor/{job.pk}/").text
    assert f"/riwayat/asnhr_run/{run.pk}/" in client.get(f"/pekerjaan/{run.pk}/").text
    told = client.get(f"/riwayat/asnhr_importjob/{job.pk}/").text
    assert "Selesai" in told
    assert "isi sel berkas" not in told
    with agency_scope(medan):
        assert "budi" not in "".join(AuditValue.objects.values_list("change", flat=True))
    client.force_login(other)
    assert client.get(f"/riwayat/asnhr_importjob/{job.pk}/").status_code == 404


def test_another_agency_reads_nothing_of_it(medan):
    with agency_scope(medan):
        EmployeeFactory(agency=medan)

    with agency_scope(AgencyFactory(code="1571")):
        assert (AuditEntry.objects.count(), AuditValue.objects.count(), AuditSecret.objects.count()) == (0, 0, 0)
    assert AuditValue.objects.count() == 0


@pytest.mark.parametrize("rows", [1, 30])
def test_few_rows_and_many_are_written_down_alike(rows, medan):
    """Fixed statements serve a form, composed ones a bulk write."""
    with agency_scope(medan):
        jobs = [JobFactory(agency=medan, summary=f'Uraian "{n}", satu') for n in range(rows)]
        Job.objects.filter(pk__in=[job.pk for job in jobs]).update(
            summary='Uraian "baru"\n', job_class=None, is_active=False, retirement_age=60
        )
        (changed,) = [each for each in entries("positions_job") if each.kind == "ubah"]

        values = AuditValue.objects.filter(entry_id=changed.pk).order_by("pk")
        assert [value.object_id for value in values] == [job.pk for job in jobs]
        for n, value in enumerate(values):
            said = json.loads(value.change)
            assert said["summary"] == [f'Uraian "{n}", satu', 'Uraian "baru"\n']
            assert said["is_active"] == [True, False]
            assert said["retirement_age"] == [None, 60]
            assert ", " in value.change


def test_a_record_says_its_columns(medan):
    with agency_scope(medan):
        job = JobFactory(agency=medan, name='Ahli "Muda", II', summary="a\nb")
        (made,) = entries("positions_job")

        columns = words.columns_changed(made, change_of(made))

        assert columns["name"] == (None, job.name)
        assert columns["summary"] == (None, "a\nb")
        assert "agency_id" not in columns


# Append-only


@pytest.mark.parametrize("table", ["audit_entry", "audit_value", "audit_secret"])
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "UPDATE {} SET agency_id = agency_id", "TRUNCATE {}",
                                       "INSERT INTO {} SELECT * FROM {}"])  # fmt: skip
def test_the_application_can_only_read_the_trail(table, statement, medan):
    with agency_scope(medan):
        EmployeeFactory(agency=medan)
        with connection.cursor() as cursor, pytest.raises(ProgrammingError, match="permission denied"):
            with transaction.atomic():
                cursor.execute(statement.replace("{}", table))


@pytest.mark.parametrize("table", ["audit_seal", "audit_head", "audit_proof"])
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "UPDATE {} SET agency_id = agency_id", "TRUNCATE {}"])
def test_links_and_heads_are_only_added(table, statement, medan):
    with agency_scope(medan), connection.cursor() as cursor:
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            cursor.execute(statement.replace("{}", table))


@pytest.mark.parametrize("table", ["audit_entry", "audit_value", "audit_seal", "audit_head", "audit_proof"])
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "UPDATE {} SET agency_id = agency_id", "TRUNCATE {} CASCADE"])
def test_even_the_owner_is_refused_while_the_triggers_stand(table, statement, owner_connection):
    import psycopg2

    with owner_connection.cursor() as cursor, pytest.raises(psycopg2.IntegrityError, match="append-only"):
        cursor.execute(statement.replace("{}", table))


def test_audited_tables_are_not_truncated(owner_connection):
    import psycopg2

    with owner_connection.cursor() as cursor, pytest.raises(psycopg2.IntegrityError, match="append-only"):
        cursor.execute("TRUNCATE positions_employeeeducation")


@pytest.mark.parametrize("call", ["audit_attach('positions_unit', 'full')", "audit_detach('positions_unit')"])
def test_the_application_cannot_lift_the_triggers(call):
    with connection.cursor() as cursor, pytest.raises(ProgrammingError, match="permission denied"):
        cursor.execute(f"SELECT {call}")


def test_a_note_needs_a_scope_and_a_known_kind(medan):
    with connection.cursor() as cursor:
        for verb, scope in (("tambah", medan), ("baca", None)):
            with agency_scope(scope), pytest.raises(ProgrammingError, match="audit_note"), transaction.atomic():
                cursor.execute("SELECT audit_note(%s, 'positions_employee', ARRAY[1]::bigint[], 'x')", [verb])


def test_nobody_opens_a_request_of_their_own(medan):
    from django.utils import timezone

    from asnhr.models import AuditOpening

    user = UserFactory()
    with agency_scope(medan), pytest.raises(IntegrityError, match="audit_opening_two_people"), transaction.atomic():
        AuditOpening.objects.create(
            agency=medan, table_name="positions_employee", object_id=1, purpose="sengketa", requested_by=user,
            verdict="ditolak", decided_by=user, decided_at=timezone.now(),
        )  # fmt: skip


# Declarations


TENANT_MODELS = [model for model in apps.get_models() if issubclass(model, TenantModel) and model._meta.managed]


@pytest.mark.parametrize("model", TENANT_MODELS, ids=lambda m: m._meta.label)
def test_every_tenant_table_is_declared_and_its_triggers_say_the_same(model):
    declared = audited.get(model._meta.label)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname, tgargs, tgenabled FROM pg_trigger WHERE tgrelid = %s::regclass"
            " AND tgname IN ('audit_insert', 'audit_update', 'audit_delete', 'audit_truncate')",
            [model._meta.db_table],
        )
        found = {name: bytes(arguments).decode().split("\0")[:-1] for name, arguments, _enabled in cursor.fetchall()}

    assert declared.mode == FULL or declared.why
    wanted = {
        FULL: {"audit_insert", "audit_update", "audit_delete", "audit_truncate"},
        SUMMARY: {"audit_insert", "audit_update", "audit_delete", "audit_truncate"},
        OUTLINE: {"audit_insert", "audit_delete", "audit_truncate"},
    }.get(declared.mode, set())
    assert found.keys() == wanted
    for name in wanted - {"audit_truncate"}:
        mode, secrets, skipped = found[name]
        said = [key if key == value else f"{key}={value}" for key, value in declared.secrets.items()]
        assert mode == (FULL if declared.mode == FULL else SUMMARY)
        assert secrets.strip("{}").split(",") == (said or [""])
        assert skipped.strip("{}").split(",") == (list(declared.skipped) or [""])


def test_declared_national_tables_have_the_triggers_that_they_say():
    for each in by_table().values():
        if each.mode != NATIONAL:
            continue
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT tgname, tgargs FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname LIKE 'audit_%%'",
                [each.table],
            )
            found = {name: bytes(arguments).decode().split("\0")[:-1] for name, arguments in cursor.fetchall()}
        assert found.pop("audit_truncate") == []
        lists = [f"{{{','.join(names)}}}" for names in (each.secrets, each.skipped, each.masked)]
        assert found == dict.fromkeys(
            ("audit_insert", "audit_update", "audit_delete"), [NATIONAL, *lists, each.person]
        ), each.table


def test_declared_columns_exist():
    for table, each in by_table().items():
        columns = {field.column for field in each.model_class._meta.local_fields}
        assert {*each.secrets, *each.secrets.values(), *each.skipped, *each.masked} <= columns, table
        for label, field in each.related:
            apps.get_model(label)._meta.get_field(field)
            assert label in dict(audited.items())


def test_a_change_by_the_owner_names_the_owner(medan, owner_connection):
    with agency_scope(medan):
        UnitFactory(agency=medan, starts_on=date(2020, 1, 1))
    with owner_connection.cursor() as cursor:
        cursor.execute("INSERT INTO asnhr_agency (code, name, short_name, personnel_office, kind, siasn_id, is_sample)"
                       " VALUES ('9999', 'X', 'X', 'BKD', 'kota', '', false) RETURNING id")  # fmt: skip
        (agency,) = cursor.fetchone()
        cursor.execute(
            "INSERT INTO asnhr_agencyparameter (agency_id, code, value, starts_on, decree)"
            " VALUES (%s, 'x', '1', '2020-01-01', '')",
            [agency],
        )
        cursor.execute("SELECT db_role, user_id FROM audit_entry WHERE agency_id = %s", [agency])
        assert cursor.fetchall() == [("asnhr_owner", None)]
        cursor.execute("SET session_replication_role = replica")
        for table in ("audit_value", "audit_entry", "asnhr_agencyparameter"):
            cursor.execute(f"DELETE FROM {table} WHERE agency_id = %s", [agency])
        cursor.execute("DELETE FROM audit_value v USING audit_entry e WHERE e.id = v.entry_id AND v.object_id = %s"
                       " AND e.table_name = 'asnhr_agency' RETURNING e.id", [agency])  # fmt: skip
        cursor.execute("DELETE FROM audit_entry WHERE id = ANY (%s)", [[row[0] for row in cursor.fetchall()]])
        cursor.execute("DELETE FROM asnhr_agency WHERE id = %s", [agency])


def test_items_of_an_array_are_told_one_by_one():
    kinds = WebhookEndpoint._meta.get_field("kinds")
    codes = [code for code, _kind in catalogue.kinds.items()][:2]
    told = words._shown(kinds, f"{{{','.join(codes)}}}", secret=False)
    assert told == ", ".join(str(catalogue.kind_of(code).name) for code in codes)
    fields = FormationLine._meta.get_field("education_ids")
    assert words._shown(fields, '{A1,"B 2"}', secret=False) == "A1, B 2"
    assert words._shown(fields, "{}", secret=False) == ""
