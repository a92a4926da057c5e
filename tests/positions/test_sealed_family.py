"""The family is encrypted by column as a whole: what the database holds and refuses, what the trail proves."""

import threading
from datetime import date
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.core.exceptions import FieldError, ValidationError
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from asnhr import crypto
from asnhr.audit import compare, opening, sealer
from asnhr.errors import RuleBroken
from asnhr.models import AuditEntry, AuditSecret
from asnhr.scope import agency_scope
from positions.models import FamilyMember
from positions.services import histories
from positions.services.histories import KINDS
from tests.positions.test_corrections import (  # noqa: F401  fixtures
    acting,
    home,
    medan,
    officer,
    person,
    unit,
)
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db
TABLE = FamilyMember._meta.db_table
KIND = KINDS["keluarga"]
SPOUSE = {
    "relation": "pasangan", "name": "Budi Rahasia", "sex": "M", "birth_place": "Binjai", "birth_date": date(1980, 3, 4),
    "occupation": "Nelayan", "nip": "198003042005011009", "on_payroll": True, "married_on": date(2005, 6, 7),
    "marriage_number": "AN-17/VI", "divorced_on": date(2019, 8, 9), "died_on": date(2021, 10, 11),
}  # fmt: skip
CHILD = {"relation": "anak", "child_kind": "angkat", "name": "Rini Rahasia", "sex": "F"}


def write(agency, actor, person, **facts):  # noqa: F811
    with agency_scope(agency, actor.pk):
        return histories.add(actor=actor, employee=person, kind=KIND, facts=facts)


def raw(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def texts():
    """Everything that the table and what the trail keeps of it hold, as text."""
    kept = raw(f"SELECT t::text FROM {TABLE} t")  # noqa: S608
    kept += raw(
        "SELECT v.change FROM audit_value v JOIN audit_entry e ON e.id = v.entry_id WHERE e.table_name = %s", TABLE
    )
    kept += raw(
        "SELECT s.clear FROM audit_secret s JOIN audit_entry e ON e.id = s.entry_id WHERE e.table_name = %s", TABLE
    )
    return " ".join(str(each) for (each,) in kept)


def differing(agency):
    return [each for each in compare.compare(agency) if each.table == TABLE]


def test_neither_table_nor_trail_holds_a_word_or_a_day(medan, officer, person):  # noqa: F811
    child = write(medan, officer, person, **CHILD)
    spouse = write(medan, officer, person, **SPOUSE)
    with agency_scope(medan, officer.pk):
        spouse = histories.correct(actor=officer, row=spouse, why="salah-ketik", facts={"on_payroll": False})
        histories.take_back(actor=officer, row=child, why="salah-ketik")
        read = FamilyMember.objects.get(pk=spouse.pk)

        assert {name: getattr(read, name) for name in SPOUSE} == SPOUSE | {"on_payroll": False}
        held = texts()
        told = [str(each) for each in (*SPOUSE.values(), *CHILD.values()) if len(str(each)) > 1 and each is not True]
        assert [each for each in told if each in held] == []
        ((sex, payroll, days),) = raw(f"SELECT sex, on_payroll, married_on || died_on FROM {TABLE}")  # noqa: S608
        assert all(token.startswith("1.") for token in (sex, payroll, days))
        assert differing(medan) == []


def test_equal_values_of_two_people_do_not_look_alike(medan, officer, person, unit):  # noqa: F811
    from tests.factories import positions as make

    with agency_scope(medan):
        other = make.EmployeeFactory(agency=medan, unit=unit)
    for whose in (person, other):
        write(medan, officer, whose, **SPOUSE)
        write(medan, officer, whose, relation="ayah", name="Amir")

    with agency_scope(medan):
        ((lengths,),) = raw(f"SELECT count(DISTINCT length(relation)) FROM {TABLE}")  # noqa: S608
        assert lengths == 1
        columns = [each.column for each in FamilyMember._meta.local_fields if each.column.endswith("_hash")]
        assert len(columns) == len(KIND.fields) + 1
        for column in columns:
            hashes = [each for (each,) in raw(f"SELECT {column} FROM {TABLE} WHERE {column} <> ''")]  # noqa: S608
            assert len(hashes) == len(set(hashes)), column


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"relation": "anak", "name": "A"}, "Status anak"),
        ({"relation": "ibu", "name": "A", "child_kind": "tiri"}, "Status anak"),
        (CHILD | {"married_on": date(2020, 1, 1)}, "hanya untuk suami/istri"),
        (CHILD | {"divorced_on": date(2020, 1, 1)}, "hanya untuk suami/istri"),
        (CHILD | {"marriage_number": "1"}, "hanya untuk suami/istri"),
        (SPOUSE | {"divorced_on": date(2005, 6, 7)}, "sesudah tanggal nikah"),
        (SPOUSE | {"died_on": date(1980, 3, 3)}, "sebelum tanggal lahir"),
    ],
)
def test_what_cannot_be_is_refused_by_service_and_model(facts, said, medan, officer, person):  # noqa: F811
    with pytest.raises(RuleBroken, match=said):
        write(medan, officer, person, **facts)
    with agency_scope(medan):
        with pytest.raises(ValidationError, match=said):
            FamilyMember.objects.create(agency=medan, employee=person, **facts)
        assert not FamilyMember.objects.exists()


def test_a_correction_into_what_cannot_be_is_refused(medan, officer, person):  # noqa: F811
    row = write(medan, officer, person, **SPOUSE)
    with agency_scope(medan, officer.pk), pytest.raises(RuleBroken, match="sesudah tanggal nikah"):
        histories.correct(actor=officer, row=row, why="salah-ketik", facts={"married_on": date(2020, 1, 1)})


def test_one_father_and_one_mother_and_nobody_twice(medan, officer, person):  # noqa: F811
    for facts in ({"relation": "ayah", "name": "Amir"}, {"relation": "ibu", "name": "Ida"}, SPOUSE, CHILD):
        write(medan, officer, person, **facts)
    write(medan, officer, person, **CHILD | {"name": "Adik"})
    for facts, said in (
        ({"relation": "ayah", "name": "Umar"}, "Ayah atau ibu"),
        ({"relation": "ibu", "name": "Eva"}, "Ayah atau ibu"),
        (SPOUSE, "sudah tercatat"), (CHILD, "sudah tercatat"),
    ):  # fmt: skip
        with pytest.raises(RuleBroken, match=said):
            write(medan, officer, person, **facts)
    with agency_scope(medan):
        row = FamilyMember(agency=medan, employee=person, relation="ayah", name="Umar")
        with pytest.raises(IntegrityError, match="family_one_father_one_mother"), transaction.atomic():
            row.save()
        with pytest.raises(IntegrityError, match="family_member_once"), transaction.atomic():
            FamilyMember(agency=medan, employee=person, **SPOUSE).save()


def test_a_father_that_was_none_makes_room(medan, officer, person):  # noqa: F811
    row = write(medan, officer, person, relation="ayah", name="Ida")
    with agency_scope(medan, officer.pk):
        histories.correct(actor=officer, row=row, why="salah-ketik", facts={"relation": "ibu"})
    write(medan, officer, person, relation="ayah", name="Amir")
    with pytest.raises(RuleBroken, match="Ayah atau ibu"):
        write(medan, officer, person, relation="ibu", name="Eva")


@pytest.mark.django_db(transaction=True)
def test_of_two_fathers_written_at_once_one_stays(medan, person):  # noqa: F811
    both, said = threading.Barrier(2), []

    def father(name):
        try:
            with agency_scope(medan):
                row = FamilyMember(agency=medan, employee=person, relation="ayah", name=name)
                both.wait(10)
                row.save()
            said.append("")
        except IntegrityError as problem:
            said.append(str(problem))
        finally:
            connection.close()

    threads = [threading.Thread(target=father, args=(name,)) for name in ("Amir", "Umar")]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert sorted(bool(each) for each in said) == [False, True]
    assert "family_one_father_one_mother" in "".join(said)
    with agency_scope(medan):
        assert FamilyMember.objects.count() == 1


@pytest.mark.parametrize("column", [*KIND.fields])
def test_no_value_is_asked_of_the_database(column):
    with pytest.raises(FieldError):
        FamilyMember.objects.filter(**{f"{column}__in": ["anak"]})


def test_the_tab_stands_in_order_of_relations(client, medan, officer, person):  # noqa: F811
    for facts in (SPOUSE, {"relation": "ibu", "name": "Ida"}, CHILD, {"relation": "ayah", "name": "Amir"}):
        write(medan, officer, person, **facts)
    client.force_login(officer)
    page = client.get(reverse("employee-history", args=[person.pk, "keluarga"]))
    lines = page.context["sections"][0].lines
    assert [line.cells[1][1] for line in lines] == ["Anak", "Ayah", "Ibu", "Suami/istri"]
    assert "07-06-2005" in page.text or "7 Juni 2005" in page.text

    listed = client.get("/api/v1/family-members/", {"nip": person.nip}).json()["results"]
    assert [each["relation"] for each in listed] == ["pasangan", "ibu", "anak", "ayah"]
    assert (listed[0]["married_on"], listed[0]["on_payroll"], listed[2]["on_payroll"]) == ("2005-06-07", True, False)


@pytest.mark.django_db(transaction=True)
def test_what_left_is_opened_and_proven_by_the_hash_bound_to_the_person(medan, officer, person):  # noqa: F811
    row = write(medan, officer, person, **SPOUSE)
    number = row.pk
    with agency_scope(medan, officer.pk):
        histories.take_back(actor=officer, row=row, why="salah-ketik")
    sealer.seal(medan.pk)
    chief = user_with(medan, "ppk", username="ppk")
    with agency_scope(medan, officer.pk):
        chief = with_access(chief, medan)
        asked = opening.request_opening(actor=officer, table=TABLE, object_id=number, purpose="sengketa")
        opening.decide(actor=chief, opening=asked, approve=True, reason="dasar-cukup")
        asked.refresh_from_db()
        values = {each.column: each for each in opening.open_values(actor=officer, opening=asked)}
    assert {name for name in SPOUSE} == values.keys()
    assert all(each.proven for each in values.values())
    assert (values["relation"].value, values["married_on"].value) == ("pasangan", "2005-06-07")
    assert (values["relation"].shown, values["married_on"].shown) == ("Suami/istri", "7 Juni 2005")


def test_a_new_key_writes_the_tokens_anew_and_leaves_the_hashes(medan, officer, person, settings):  # noqa: F811
    from cryptography.fernet import Fernet
    from django.core.management import call_command

    row = write(medan, officer, person, **SPOUSE)
    with agency_scope(medan):
        before = FamilyMember.objects.get(pk=row.pk)
    settings.FIELD_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_KEYS]
    call_command("rotate_field_keys")
    with agency_scope(medan):
        after = FamilyMember.objects.get(pk=row.pk)
        assert (after.relation_hash, after.relation) == (before.relation_hash, "pasangan")
        assert differing(medan) == []


@pytest.mark.django_db(transaction=True)
def test_the_owners_migration_seals_what_stood_in_clear(
    medan, officer, person, owner_connection, caplog  # noqa: F811
):  # fmt: skip
    moved = import_module("positions.migrations.0050_sealed_family")
    rows = [write(medan, officer, person, **facts) for facts in (SPOUSE, CHILD, {"relation": "ibu", "name": "Ida"})]
    editor = SimpleNamespace(connection=owner_connection)
    owner_connection.autocommit = False
    with owner_connection, owner_connection.cursor() as cursor:
        # As the release before left them: clear facts, hashes that are the same for everybody, none of those that came
        # since, and a trail that says so.
        moved.attach(None, editor, (moved.BEFORE[0], moved.AFTER[1]))
        cursor.execute("SELECT set_config('asnhr.agency', %s, true)", [str(medan.pk)])
        cursor.execute(f"DELETE FROM {TABLE}")  # noqa: S608
        for row in rows:
            facts = {name: getattr(row, name) for name in KIND.fields}
            old = {"id": row.pk, "agency_id": medan.pk, "employee_id": person.pk}
            for name, value in facts.items():
                if name in moved.TOKENS:
                    old[name] = crypto.encrypt(str(value)) if value else value
                    old[f"{name}_hash"] = crypto.hash_of(value)
                else:
                    old[name] = str(value).lower() if isinstance(value, bool) else value and str(value)
            cursor.execute(
                f"INSERT INTO {TABLE} ({', '.join(old)}) VALUES ({', '.join(['%s'] * len(old))})",  # noqa: S608
                list(old.values()),
            )
        cursor.execute(f"SELECT married_on, relation FROM {TABLE} WHERE id = %s", [rows[0].pk])  # noqa: S608
        assert cursor.fetchone() == ("2005-06-07", "pasangan")
    with owner_connection:
        moved.attach(None, editor)
        moved.encrypt_rows(None, editor)
        # A second run finds nothing to do.
        moved.encrypt_rows(None, editor)
    owner_connection.autocommit = True

    with agency_scope(medan):
        for row in rows:
            kept = FamilyMember.objects.get(pk=row.pk)
            for each in FamilyMember._meta.local_fields:
                assert getattr(kept, each.attname) == getattr(row, each.attname), each.name
        assert differing(medan) == []
        assert AuditEntry.objects.filter(table_name=TABLE, reason="enkripsi kolom").count() == 1
    sealer.seal(medan.pk)
    with agency_scope(medan):
        assert not AuditSecret.objects.filter(sealed=False).exists()
        # What left in clear is no token that no key opens: nothing is told of each value in the log.
        assert "could not be decrypted" not in caplog.text
        assert [each for each in ("pasangan", "Rahasia", "2005-06-07", "angkat") if each in texts()] == []
        assert differing(medan) == []
