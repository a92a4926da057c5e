"""Nobody reads a secret through the trail: of a sealed entry not even a small domain is guessed."""

import hashlib
import importlib
from contextlib import contextmanager
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import connection

from asnhr.audit import apart, opening, sealer
from asnhr.audit.compare import compare
from asnhr.audit.verify import verify
from asnhr.models import Agency, AuditEntry, AuditSecret, AuditValue
from asnhr.privacy import trail
from asnhr.scope import agency_scope
from positions.models import Discipline, Employee
from tests.factories.asnhr import AgencyFactory
from tests.factories.positions import EmployeeFactory
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db(transaction=True)
TABLE = "positions_discipline"
PEOPLE = "positions_employee"
PHONES = [f"08110000{number:02}" for number in range(100)]
DOMAIN = {
    "phone": PHONES,
    "sanction": [str(number) for number in range(1, 40)],
    "state": [state.value for state in Discipline.State],
    "starts_on": [str(date(2020, 1, 1) + timedelta(days=day)) for day in range(366)],
}


@pytest.fixture
def medan():
    """An agency with a sanction that was written, corrected and taken back; nothing is sealed yet."""
    agency = AgencyFactory()
    with agency_scope(agency):
        person = EmployeeFactory(agency=agency)
        kept, gone = Discipline.objects.bulk_create(
            Discipline(
                agency=agency, employee=person, sanction="23", decree=f"SK-{n}", decree_on=date(2020, 1, 1),
                starts_on=date(2020, 2, 3), ends_on=date(2021, 2, 3),
            ) for n in range(2)
        )  # fmt: skip
        change(kept.pk, sanction="27", state="ditangguhkan")
        agency.kept, agency.gone = kept.pk, gone.pk
        gone.delete()
    return agency


def change(pk, **facts):
    row = Discipline.objects.get(pk=pk)
    for name, value in facts.items():
        setattr(row, name, value)
    row.save()


@contextmanager
def as_application(agency, owner_connection):
    with agency_scope(agency), connection.cursor() as cursor:
        yield cursor


@contextmanager
def as_owner(agency, owner_connection):
    with owner_connection.cursor() as cursor:
        yield cursor


READERS = pytest.mark.parametrize("reader", [as_application, as_owner])


def guessed(cursor, agency):
    """What an attacker finds who reads the trail and tries each value with everything that could be a salt."""
    cursor.execute(
        "SELECT v.change, s.salt, to_jsonb(s)::text, s.clear FROM audit_value v"
        " JOIN audit_entry e ON e.id = v.entry_id LEFT JOIN audit_secret s"
        " ON s.entry_id = v.entry_id AND s.object_id = v.object_id AND s.agency_id = v.agency_id"
        " WHERE v.agency_id = %s AND e.table_name IN (%s, %s)",
        [agency.pk, TABLE, PEOPLE],
    )
    found = set()
    for change, salt, whole, clear in cursor.fetchall():
        salt = bytes(salt or b"")
        # Also every run of sixteen bytes in the column: a salt that was wrapped only.
        salts = {salt, b"", *(salt[place : place + 16] for place in range(max(0, len(salt) - 15)))}
        for column, values in DOMAIN.items():
            found |= {
                (column, value) for value in values for each in salts
                if hashlib.sha256(each + f"{column}\x1f{value}".encode()).hexdigest() in change
            }  # fmt: skip
        found |= {("clear", each) for each in ("2020-02-03", "SK-", PHONES[7]) if each in f"{whole}{clear}{change}"}
    return found


@READERS
def test_a_small_domain_is_not_guessed_from_a_sealed_entry(reader, medan, owner_connection):
    with agency_scope(medan):
        # What the register keeps in clear itself.
        person = EmployeeFactory(agency=medan, phone=PHONES[7])
        Employee.objects.filter(pk=person.pk).update(phone=PHONES[9])
    with reader(medan, owner_connection) as cursor:
        # The attack works while the salts lie in clear: that is what the sealer ends.
        # Of columns that the register encrypts it finds nothing even then.
        assert guessed(cursor, medan) == {("phone", PHONES[7]), ("phone", PHONES[9]), ("clear", PHONES[7])}
    sealer.seal(medan.pk)

    with reader(medan, owner_connection) as cursor:
        assert guessed(cursor, medan) == set()
        cursor.execute(
            "SELECT count(*), count(*) FILTER (WHERE convert_from(salt, 'UTF8') LIKE '1.%%'), bool_and(sealed),"
            " bool_and(clear IS NULL OR clear LIKE '1.%%') FROM audit_secret WHERE agency_id = %s",
            [medan.pk],
        )
        count, tokens, sealed, locked = cursor.fetchone()
    assert count == tokens > 4
    assert (sealed, locked) == (True, True)
    assert verify(medan).holds


def test_sealed_secrets_are_compared_opened_rotated_and_destroyed(medan, owner_connection, settings):
    sealer.seal(medan.pk)
    old, new = settings.FIELD_KEYS[0], Fernet.generate_key().decode()
    settings.FIELD_KEYS = [new, old]
    call_command("rotate_field_keys")
    settings.FIELD_KEYS = [new]
    with agency_scope(medan):
        assert compare(medan) == []

    # Two roles open what left, and its hash proves it: keyed by the oldest key, which stays.
    settings.FIELD_KEYS = [new, old]
    officer, chief = (user_with(medan, role, username=role) for role in ("staf_bkd", "ppk"))
    with agency_scope(medan, officer.pk):
        officer, chief = with_access(officer, medan), with_access(chief, medan)
        asked = opening.request_opening(actor=officer, table=TABLE, object_id=medan.gone, purpose="sengketa")
        opening.decide(actor=chief, opening=asked, approve=True, reason="dasar-cukup")
        asked.refresh_from_db()
        values = {each.column: each for each in opening.open_values(actor=officer, opening=asked)}
    assert (values["sanction"].value, values["sanction"].proven) == ("23", True)
    assert (values["decree"].value, values["decree"].proven) == ("SK-1", True)

    settings.FIELD_KEYS = [new]
    # A change past the trail, a salt that is another's and one that no key opens are all found.
    with owner_connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(f"UPDATE {TABLE} SET state_hash = 'other' WHERE id = %s", [medan.kept])
        cursor.execute("RESET session_replication_role")
    with agency_scope(medan):
        (found,) = compare(medan)
        assert (found.object_id, found.columns) == (medan.kept, ("state",))
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    with agency_scope(medan):
        assert {"sanction", "state"} <= set(next(each for each in compare(medan) if each.table == TABLE).columns)
        assert opening.destroy(model=Discipline, objects=[medan.kept, medan.gone], purpose="masa simpan") == 4
        assert set(AuditSecret.objects.filter(object_id=medan.gone, salt=None).values_list("clear")) == {(None,)}
        # Nothing comes back to life: a sealer that read before the destruction writes in vain.
        dead = AuditSecret.objects.filter(salt=None).first()
        with connection.cursor() as cursor:
            cursor.execute("SELECT audit_lock_away(%s, %s, %s)", [[dead.pk], [apart.token_of(b"x" * 16)], [None]])
            assert cursor.fetchone() == (0,)
    sealer.seal(medan.pk)
    assert verify(medan).holds


def test_salts_of_an_earlier_release_are_locked_away_by_the_migration_and_taken_out_again(medan, owner_connection):
    migration = importlib.import_module("asnhr.migrations.0024_salts_locked_away")
    sealer.seal(medan.pk)
    with agency_scope(medan):
        before = {row.pk: apart.salt_of(row.salt) for row in AuditSecret.objects.all()}
    editor = SimpleNamespace(connection=owner_connection)

    migration.take_out(None, editor)
    with agency_scope(medan):
        assert {row.pk: bytes(row.salt) for row in AuditSecret.objects.all()} == before
        assert compare(medan) == []
    migration.lock_away(None, editor)

    with agency_scope(medan):
        assert {row.pk: apart.salt_of(row.salt) for row in AuditSecret.objects.all()} == before
        assert all(len(row.salt) > apart.IN_CLEAR for row in AuditSecret.objects.all())
        assert compare(medan) == []


def test_many_rows_are_locked_away_in_batches(medan, monkeypatch):
    monkeypatch.setattr(apart, "BATCH", 2)
    sealer.seal(medan.pk)

    with agency_scope(medan):
        assert all(len(row.salt) > apart.IN_CLEAR for row in AuditSecret.objects.all())
        assert sum(1 for _row in iter_rotated(medan)) == AuditSecret.objects.count()


def iter_rotated(agency):
    last = 0
    while True:
        last, count = apart.rotate(agency.pk, last, 2)
        if not count:
            return
        yield from range(count)


def test_a_sealer_that_stands_still_is_told(medan, client, monkeypatch):
    monkeypatch.setattr(sealer, "LATE", timedelta(0))
    auditor = user_with(medan, "auditor", username="auditor")
    assert client.get("/readyz").json() == {"status": "ok", "failing": [], "late": ["audit"]}
    client.force_login(auditor)
    assert "Penyegel jejak terlambat" in client.get("/jejak/kepala/").text

    for chain in Agency.chains.all():
        sealer.seal(chain.pk)

    assert client.get("/readyz").json()["late"] == []
    assert sealer.delay() is None
    assert "Penyegel jejak terlambat" not in client.get("/jejak/kepala/").text


def past_the_trail(owner_connection, *statements):
    with owner_connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for statement, *values in statements:
            cursor.execute(statement, values)
        cursor.execute("RESET session_replication_role")


def unsalted(agency):
    with agency_scope(agency):
        return {(each.object_id, each.columns) for each in compare(agency) if each.kind == "unsalted"}


@pytest.mark.parametrize(
    "taken_away",
    [
        "UPDATE audit_secret SET salt = NULL, clear = NULL, destroyed_at = now() WHERE object_id = %s",
        "UPDATE audit_secret SET salt = '' WHERE object_id = %s",
        "DELETE FROM audit_secret WHERE object_id = %s",
    ],
)
def test_a_salt_taken_away_without_a_destruction_is_named(medan, owner_connection, taken_away):
    sealer.seal(medan.pk)
    assert verify(medan, register=True).differences == []

    past_the_trail(owner_connection, (f"UPDATE {TABLE} SET decree_hash = 'other' WHERE id = %s", medan.kept),
                   (taken_away, medan.kept))  # fmt: skip

    ((object_id, columns),) = unsalted(medan)
    assert object_id == medan.kept
    assert {"decree", "sanction", "state"} <= set(columns)
    report = verify(medan, register=True)
    assert report.holds
    (sentence,) = [str(each) for each in report.differences]
    assert f"#{medan.kept} ({TABLE}): garam untuk" in sentence
    assert "hilang tanpa catatan pemusnahan" in sentence


def test_a_destruction_excuses_salts_from_before_it_and_no_later_one(medan, owner_connection):
    sealer.seal(medan.pk)
    with agency_scope(medan):
        opening.destroy(model=Discipline, objects=[medan.kept], purpose="masa simpan")
    assert unsalted(medan) == set()

    with agency_scope(medan):
        change(medan.kept, decree="SK-3")
    assert unsalted(medan) == set()
    past_the_trail(owner_connection, (f"UPDATE {TABLE} SET decree_hash = 'other' WHERE id = %s", medan.kept),
                   ("UPDATE audit_secret SET salt = NULL WHERE object_id = %s", medan.kept))  # fmt: skip

    assert unsalted(medan) == {(medan.kept, ("decree",))}


def test_a_retention_run_up_to_a_moment_excuses_what_was_there_before_it(medan, owner_connection):
    sealer.seal(medan.pk)
    with agency_scope(medan):
        change(medan.kept, decree="SK-3")
        late = AuditEntry.objects.filter(table_name=TABLE, kind="ubah").order_by("-pk").first()
        old = AuditSecret.objects.filter(object_id=medan.kept).exclude(entry_id=late.pk)
        trail._destroy(medan, list(old.values_list("pk", flat=True)), None, "BA-1")
        assert AuditSecret.objects.get(entry_id=late.pk).salt is not None
    assert unsalted(medan) == set()

    past_the_trail(owner_connection, ("UPDATE audit_secret SET salt = NULL WHERE entry_id = %s", late.pk))

    assert unsalted(medan) == {(medan.kept, ("decree",))}


def test_a_change_from_nothing_keeps_its_salt(medan, owner_connection):
    with agency_scope(medan):
        change(medan.kept, revoked_on=date(2024, 5, 6))
        entry = AuditEntry.objects.filter(table_name=TABLE, kind="ubah").order_by("-pk").first()
        (kept,) = AuditSecret.objects.filter(entry_id=entry.pk)
        assert (kept.clear, len(kept.salt)) == (None, apart.IN_CLEAR)
    sealer.seal(medan.pk)
    past_the_trail(owner_connection, (f"UPDATE {TABLE} SET revoked_on_hash = 'other' WHERE id = %s", medan.kept))

    with agency_scope(medan):
        assert {(each.kind, each.object_id, each.columns) for each in compare(medan)} == {
            ("changed", medan.kept, ("revoked_on",))
        }


def test_salts_that_an_earlier_release_did_not_keep_are_written_down(medan, owner_connection):
    migration = importlib.import_module("asnhr.migrations.0027_salt_of_first_values")
    with agency_scope(medan):
        change(medan.kept, revoked_on=date(2024, 5, 6))
        entry = AuditEntry.objects.filter(table_name=TABLE, kind="ubah").order_by("-pk").first()
    # The day was no token then, and null where there was none.
    past_the_trail(
        owner_connection,
        ("DELETE FROM audit_secret WHERE entry_id = %s", entry.pk),
        ("UPDATE audit_value SET change = replace(change, '\"\", ', 'null, ') WHERE entry_id = %s", entry.pk),
    )
    assert unsalted(medan) == {(medan.kept, ("revoked_on",))}

    for _time in range(2):
        migration.note_lost_salts(None, SimpleNamespace(connection=owner_connection))

    assert unsalted(medan) == set()
    with agency_scope(medan):
        first, *_rest = AuditEntry.objects.filter(kind="musnah", table_name=TABLE).order_by("pk")
        assert migration.WORDS in AuditValue.objects.get(entry_id=first.pk).change
        # What is changed from then on has its salt, and needs it.
        change(medan.kept, revoked_on=date(2024, 5, 8))
        late = AuditEntry.objects.filter(table_name=TABLE, kind="ubah").order_by("-pk").first()
    past_the_trail(owner_connection, ("DELETE FROM audit_secret WHERE entry_id = %s", late.pk))
    assert unsalted(medan) == {(medan.kept, ("revoked_on",))}
