"""What is written past the trail, its trigger switched off by who owns the tables, is found and named."""

from datetime import date

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from asnhr.audit import sealer
from asnhr.audit.compare import compare
from asnhr.audit.proofs import watch
from asnhr.audit.verify import verify
from asnhr.models import Agency, AuditEntry, SavedFilter, User
from asnhr.models.agency import NATION
from asnhr.scope import agency_scope
from positions.models import DocumentKind, Employee, Unit
from tests.factories.asnhr import AgencyFactory, UserFactory
from tests.factories.positions import EmployeeFactory, UnitFactory

pytestmark = pytest.mark.django_db(transaction=True)
TABLES = (
    "positions_employee", "positions_unit", "asnhr_user", "asnhr_savedfilter", "asnhr_parameter",
    "positions_documentkind", "positions_education",
)  # fmt: skip


@pytest.fixture
def past_the_trail(owner_connection):
    """The owner's statements while the triggers of the trail are off."""

    def run(*statements):
        with owner_connection.cursor() as cursor:
            for verb in ("DISABLE", "ENABLE"):
                if verb == "ENABLE":
                    for statement, *values in statements:
                        cursor.execute(statement, values)
                for table in TABLES:
                    for trigger in ("audit_insert", "audit_update", "audit_delete"):
                        if (table, trigger) != ("asnhr_savedfilter", "audit_update"):
                            cursor.execute(f"ALTER TABLE {table} {verb} TRIGGER {trigger}")

    return run


@pytest.fixture
def medan():
    agency = AgencyFactory()
    with agency_scope(agency):
        unit = UnitFactory(agency=agency, starts_on=date(2020, 1, 1))
        people = [EmployeeFactory(agency=agency, unit=unit, name=f"Orang {n}", phone="0811") for n in range(4)]
        # Every kind of value, changed twice and back, emptied, and an absent one that comes.
        for name, phone in (("A, \"B\" \\ 'C'", "0822"), ("", ""), ("Nama Baru", "0833")):
            Employee.objects.filter(pk=people[0].pk).update(
                name=name, phone=phone, birth_date=date(1980, 1, len(phone) + 1)
            )
        Employee.objects.filter(pk=people[1].pk).update(name="Dua", nik="1271010101700001", nik_hash="a" * 64)
        people[3].delete()
        Unit.objects.filter(pk=unit.pk).update(is_model=True)
    agency.people, agency.unit = people, unit
    return agency


def differences(agency):
    with agency_scope(agency):
        return {(each.table, each.kind, each.object_id, each.columns) for each in compare(agency)}


def test_an_honest_register_is_what_its_trail_says(medan):
    UserFactory()

    assert differences(medan) == set()
    assert differences(Agency.chains.get(code=NATION)) == set()


def test_what_was_written_past_the_trail_is_named_by_table_row_and_field(medan, past_the_trail):
    first, second, third, gone = medan.people
    person = "positions_employee"
    past_the_trail(
        # A column that was changed before, one that never was, a hashed one, one hashed by another.
        (f"UPDATE {person} SET name = 'Lain', birth_place = 'Jauh', phone = '0899' WHERE id = %s", first.pk),
        (f"UPDATE {person} SET nik_hash = %s WHERE id = %s", "b" * 64, second.pk),
        (f"DELETE FROM {person} WHERE id = %s", third.pk),
        ("INSERT INTO positions_unit SELECT (jsonb_populate_record(u, '{\"id\": 900001, \"code\": \"X9\"}')).*"
         " FROM positions_unit u WHERE id = %s", medan.unit.pk),
    )  # fmt: skip

    assert differences(medan) == {
        (person, "changed", first.pk, ("birth_place", "name", "phone")), (person, "changed", second.pk, ("nik",)),
        (person, "lost", third.pk, ()), ("positions_unit", "unknown", 900001, ()),
    }  # fmt: skip
    # Written again through the application, the same row is no more than what the trail says now.
    with agency_scope(medan):
        Employee.objects.filter(pk=first.pk).update(name="Nama Baru", phone="0833", birth_place="Medan")
    assert {each[2] for each in differences(medan)} == {second.pk, third.pk, 900001}
    assert not differences(AgencyFactory(code="1571"))


def test_the_operator_is_told_by_command_and_mail(medan, past_the_trail, capsys, settings):
    settings.AUDIT_DIGEST_TO = ["inspektorat@example.org"]
    past_the_trail(("UPDATE positions_employee SET legal_status = '03' WHERE agency_id = %s", medan.pk))
    sealer.seal(medan.pk)

    assert verify(medan).differences is None
    report = watch(medan)
    with pytest.raises(CommandError) as refusal:
        call_command("verify_audit", "--agency", medan.code)
    call_command("verify_audit", "--agency", medan.code, "--chain-only")

    assert report.holds
    assert len(report.differences) == 3
    assert refusal.value.returncode == 4
    sentence = f"#{medan.people[0].pk} (positions_employee): legal_status diubah di luar jejak."
    assert sentence in capsys.readouterr().err
    assert sentence in mail.outbox[-1].body


def test_rows_from_before_the_trail_get_a_first_word_and_no_later_one_can(medan, past_the_trail, owner_connection):
    past_the_trail(
        ("INSERT INTO positions_unit SELECT (jsonb_populate_record(u, '{\"id\": 900001, \"code\": \"X9\"}')).*"
         " FROM positions_unit u WHERE id = %s", medan.unit.pk),
    )  # fmt: skip
    with owner_connection.cursor() as cursor:
        cursor.execute("SELECT audit_baseline('positions_unit'), audit_baseline('positions_employee')")
        assert cursor.fetchone() == (1, 0)
        cursor.execute("SELECT audit_baseline('positions_unit')")
        assert cursor.fetchone() == (0,)

    assert differences(medan) == set()
    past_the_trail(("UPDATE positions_unit SET name = 'Lain' WHERE id = 900001",))
    assert differences(medan) == {("positions_unit", "changed", 900001, ("name",))}
    with agency_scope(medan):
        assert AuditEntry.objects.get(kind="awal").rows == 1


def test_tables_without_values_are_counted_and_logins_are_compared_in_the_nations_chain(medan, past_the_trail):
    nation, user = Agency.chains.get(code=NATION), UserFactory(email="lama@example.org")
    with agency_scope(medan):
        SavedFilter.objects.create(agency=medan, user=user, page="employee-list", name="x", query="a=1")
    User.objects.filter(pk=user.pk).update(email="baru@example.org", last_name="Baru")
    assert differences(medan) == differences(nation) == set()

    past_the_trail(
        ("DELETE FROM asnhr_savedfilter WHERE agency_id = %s", medan.pk),
        ("UPDATE asnhr_user SET password = 'x', email = 'x@example.org', is_superuser = true WHERE id = %s", user.pk),
        ("INSERT INTO asnhr_parameter SELECT (jsonb_populate_record(p, '{\"id\": 900001, \"code\": \"x.baru\"}')).*"
         " FROM asnhr_parameter p ORDER BY id LIMIT 1",),
        # Who opens an identity card: a row of the release, never changed before.
        ("UPDATE positions_documentkind SET permission = 'view_register' WHERE code = 'ktp'",),
        ("INSERT INTO positions_education SELECT (jsonb_populate_record(e, '{\"id\": 900001, \"siasn_id\": \"x\"}')).*"
         " FROM positions_education e ORDER BY id LIMIT 1",),
    )  # fmt: skip
    card = DocumentKind.objects.get(code="ktp")

    assert differences(medan) == {("asnhr_savedfilter", "count", None, ())}
    assert differences(nation) == {
        ("asnhr_user", "changed", user.pk, ("email", "is_superuser", "password")),
        ("asnhr_parameter", "unknown", 900001, ()),
        ("positions_documentkind", "changed", card.number, ("permission",)),
        # Too many to stand in the chain from the first: their number, and what changes.
        ("positions_education", "count", None, ()),
    }
