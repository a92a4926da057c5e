"""The chain, broken in every way we could think of: each is found, and the first broken entry is named."""

import os
import threading
import time
from datetime import date

import psycopg2
import pytest
from celery import Task
from celery.exceptions import Retry
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse

from asnhr import crypto, tasks
from asnhr.audit import chain, sealer
from asnhr.audit.verify import verify
from asnhr.celery import app
from asnhr.checks import heads_are_mailed
from asnhr.models import Agency, AuditEntry, AuditHead, AuditSeal, AuditSecret, AuditValue
from asnhr.models.agency import NATION
from asnhr.scope import agency_scope
from positions.models import Employee, Unit
from tests.factories.asnhr import AgencyFactory
from tests.factories.positions import EmployeeFactory
from tests.roles import user_with

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2026, 11, 22)


@pytest.fixture
def medan():
    """An agency with a chain of a few links."""
    agency = AgencyFactory()
    with agency_scope(agency):
        people = [EmployeeFactory(agency=agency, name=f"Orang {n}", phone="0811") for n in range(3)]
        Employee.objects.filter(pk=people[0].pk).update(name="Nama Baru")
        Employee.objects.filter(pk=people[1].pk).update(phone="0822")
        Employee.objects.filter(pk=people[2].pk).delete()
    sealer.seal(agency.pk)
    return agency


def nation():
    return Agency.chains.get(code=NATION)


def entry_of(agency, **wanted):
    with agency_scope(agency):
        return AuditEntry.objects.filter(agency=agency, **wanted).order_by("pk").first()


def number_of(agency, entry):
    with agency_scope(agency):
        return AuditSeal.objects.get(agency=agency, entry=entry).number


def test_an_untouched_chain_holds(medan):
    report = verify(medan)

    assert report.holds, report.broken
    with agency_scope(medan):
        assert report.links == AuditEntry.objects.count() > 5
        assert list(AuditSeal.objects.order_by("number").values_list("number", flat=True)) == list(
            range(1, report.links + 1)
        )
    assert (report.unsealed, report.warnings) == (0, [])


def test_chains_of_agencies_do_not_depend_on_each_other(medan):
    jambi = AgencyFactory(code="1571", name="Jambi")
    with agency_scope(jambi):
        EmployeeFactory(agency=jambi)
    assert set(sealer.waiting_agencies()) == {jambi.pk, nation().pk}
    sealer.seal(jambi.pk)

    assert verify(medan).holds
    assert verify(jambi).links >= 1
    sealer.seal(nation().pk)
    assert sealer.waiting_agencies() == []


FORGERIES = {
    "another name of who did it": "UPDATE audit_entry SET user_id = 4711 WHERE id = %(entry)s",
    "another time": "UPDATE audit_entry SET at = at - interval '1 day' WHERE id = %(entry)s",
    "another reason": "UPDATE audit_entry SET reason = 'x' WHERE id = %(entry)s",
    "another table": "UPDATE audit_entry SET table_name = 'positions_unit' WHERE id = %(entry)s",
    "another value": "UPDATE audit_value SET change = replace(change, 'Baru', 'Lama') WHERE entry_id = %(entry)s",
    "another object": "UPDATE audit_value SET object_id = object_id + 1 WHERE entry_id = %(entry)s",
    "a value less": "DELETE FROM audit_value WHERE entry_id = %(entry)s",
    "an entry less": "DELETE FROM audit_entry WHERE id = %(entry)s",
    "a link less": "DELETE FROM audit_seal WHERE entry_id = %(entry)s",
    "another link": "UPDATE audit_seal SET hash = repeat('0', 64) WHERE entry_id = %(entry)s",
    "another time of the link": "UPDATE audit_seal SET sealed_at = '2026-01-01Z' WHERE entry_id = %(entry)s",
    "another horizon of the link": "UPDATE audit_seal SET horizon = horizon + 1 WHERE entry_id = %(entry)s",
    "a link of an earlier release": "UPDATE audit_seal SET version = 1 WHERE entry_id = %(entry)s",
    "another hash of the values": "UPDATE audit_seal SET values_hash = repeat('0', 64) WHERE entry_id = %(entry)s",
    "fewer rows": "UPDATE audit_entry SET first_value = NULL, last_value = NULL, rows = 0 WHERE id = %(entry)s",
}


@pytest.mark.parametrize("what", FORGERIES)
def test_a_forged_entry_is_named(what, medan, forge):
    entry = entry_of(medan, kind="ubah", table_name="positions_employee")
    forge(FORGERIES[what].replace("%(entry)s", str(entry.pk)))

    report = verify(medan)

    assert not report.holds
    if what == "a link less":
        assert "hilang" in report.broken
    else:
        assert report.at_entry == entry.pk
    assert report.links < number_of_links(medan)


def number_of_links(agency):
    with agency_scope(agency):
        return AuditSeal.objects.order_by("-number").first().number


def test_two_entries_in_another_order_break_it(medan, forge):
    first = entry_of(medan, kind="ubah", table_name="positions_employee")
    number = number_of(medan, first)
    forge("UPDATE audit_seal SET number = number + 1000000 WHERE agency_id = %s AND number = %s", medan.pk, number)
    forge("UPDATE audit_seal SET number = number - 1 WHERE agency_id = %s AND number = %s", medan.pk, number + 1)
    forge("UPDATE audit_seal SET number = %s WHERE agency_id = %s AND number > 1000000", number + 1, medan.pk)

    report = verify(medan)

    assert report.links == number - 1
    assert "urutan" in report.broken


def test_an_entry_put_in_afterwards_is_found(medan, forge):
    entry = entry_of(medan, kind="tambah")
    forge(
        "INSERT INTO audit_entry (agency_id, at, xid, user_id, door, reason, db_role, kind, table_name, columns,"
        " secrets, rows) SELECT agency_id, at, xid, user_id, door, reason, db_role, kind, table_name, columns, secrets,"
        " rows"
        " FROM audit_entry WHERE id = %s",
        entry.pk,
    )

    assert "disisipkan" in verify(medan).broken


@pytest.mark.parametrize("place", ["inside", "beside", "of nothing"])
def test_a_value_put_in_afterwards_is_found(place, medan, forge):
    entry = entry_of(medan, kind="ubah")
    id_ = {"inside": entry.first_value, "beside": 10**9, "of nothing": 10**9}[place]
    of = 10**9 if place == "of nothing" else entry.pk
    if place == "inside":
        forge("ALTER TABLE audit_value DROP CONSTRAINT audit_value_pkey")
    try:
        forge(
            "INSERT INTO audit_value (id, entry_id, object_id, change, agency_id) VALUES (%s, %s, 1, 'x', %s)",
            id_, of, medan.pk,
        )  # fmt: skip

        report = verify(medan)
    finally:
        if place == "inside":
            forge("DELETE FROM audit_value WHERE change = 'x'")
            forge("ALTER TABLE audit_value ADD CONSTRAINT audit_value_pkey PRIMARY KEY (id)")

    assert not report.holds
    assert report.at_entry == of


def rewrite(agency, forge, from_number):
    """What the owner of the database could do: forge, and make every later link anew."""
    with agency_scope(agency), connection.cursor() as cursor:
        cursor.execute(sealer._WAITING.replace("NOT EXISTS", "EXISTS"),
                       {"agency": agency.pk, "xmin": 2**62, "xmax": 2**62, "since": 0})  # fmt: skip
        rows = {row[0]: row for row in cursor.fetchall()}
        seals = list(AuditSeal.objects.filter(agency=agency).order_by("number"))
    before = chain.START
    for seal in seals:
        *facts, values_hash = rows[seal.entry_id]
        about = chain.Sealing(seal.version, seal.number, seal.sealed_at, seal.horizon)
        before = chain.link(before, facts, values_hash, about)
        if seal.number >= from_number:
            forge("UPDATE audit_seal SET hash = %s, values_hash = %s WHERE id = %s", before, values_hash, seal.pk)


def test_a_rewrite_with_new_hashes_is_found_by_the_stored_head(medan, forge):
    head = sealer.take_head(medan, DAY)
    entry = entry_of(medan, kind="ubah")
    forge("UPDATE audit_value SET change = replace(change, 'Baru', 'Lama') WHERE entry_id = %s", entry.pk)
    rewrite(medan, forge, number_of(medan, entry))

    report = verify(medan)

    assert "ditulis ulang" in report.broken
    assert report.links == head.number - 1


def test_a_rewrite_that_forges_the_stored_heads_too_is_found_by_the_mailed_one(medan, forge):
    head = sealer.take_head(medan, DAY)
    entry = entry_of(medan, kind="ubah")
    forge("UPDATE audit_value SET change = replace(change, 'Baru', 'Lama') WHERE entry_id = %s", entry.pk)
    rewrite(medan, forge, number_of(medan, entry))
    forge("DELETE FROM audit_head")

    assert verify(medan).holds
    assert "ditulis ulang" in verify(medan, [(head.number, head.hash)]).broken


def test_a_cut_tail_is_found_by_the_head(medan, forge):
    head = sealer.take_head(medan, DAY)
    with agency_scope(medan):
        last = AuditSeal.objects.get(number=head.number).entry_id
    forge("DELETE FROM audit_seal WHERE number = %s", head.number)
    forge("DELETE FROM audit_value WHERE entry_id = %s", last)
    forge("DELETE FROM audit_entry WHERE id = %s", last)

    assert "terpotong" in verify(medan).broken


def test_a_chain_emptied_and_begun_anew_is_found_by_the_head(medan, forge):
    sealer.take_head(medan, DAY)
    for table in ("audit_seal", "audit_value", "audit_entry", "audit_secret"):
        forge(f"DELETE FROM {table}")
    assert "terpotong" in verify(medan).broken

    with agency_scope(medan):
        for _n in range(12):
            EmployeeFactory(agency=medan)
    sealer.seal(medan.pk)
    assert "ditulis ulang" in verify(medan).broken


@pytest.mark.parametrize("table", ["positions_employee", "audit_entry"])
def test_a_trigger_that_is_switched_off_is_told(table, medan, owner_connection):
    trigger = "audit_append_only" if table == "audit_entry" else "audit_update"
    with owner_connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
        try:
            assert verify(medan).warnings == [f"Pemicu {trigger} pada tabel {table} tidak ada atau dimatikan."]
        finally:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {trigger}")


# The sealer


def test_who_commits_late_is_neither_skipped_nor_breaks_the_order(medan):
    late = psycopg2.connect(os.environ["DATABASE_URL"])
    with late.cursor() as cursor:
        cursor.execute("SELECT set_config('asnhr.agency', %s, false)", [str(medan.pk)])
        cursor.execute("UPDATE positions_unit SET code = code || 'x'")
    with agency_scope(medan):
        EmployeeFactory(agency=medan)
    sealer.seal(medan.pk)
    # What was committed after the late one began waits for it.
    with agency_scope(medan):
        assert sealer.unsealed(medan.pk) > 0
    assert verify(medan).holds

    late.commit()
    late.close()
    sealer.seal(medan.pk)

    report = verify(medan)
    assert report.holds, report.broken
    assert report.unsealed == 0
    with agency_scope(medan):
        seals = list(AuditSeal.objects.order_by("number").values_list("entry__xid", flat=True))
        assert seals == sorted(seals)
        assert AuditSeal.objects.filter(entry__table_name="positions_unit", entry__kind="ubah").exists()


def test_who_rolls_back_leaves_nothing(medan):
    before = number_of_links(medan)
    other = psycopg2.connect(os.environ["DATABASE_URL"])
    with other.cursor() as cursor:
        cursor.execute("SELECT set_config('asnhr.agency', %s, false)", [str(medan.pk)])
        cursor.execute("UPDATE positions_unit SET code = code || 'x'")
    other.rollback()
    other.close()

    sealer.seal(medan.pk)

    assert number_of_links(medan) == before
    assert verify(medan).unsealed == 0


def test_two_sealers_make_one_chain(medan):
    with agency_scope(medan):
        for unit in Unit.objects.all():
            unit.save()
        for _n in range(30):
            EmployeeFactory(agency=medan)

    def work():
        try:
            sealer.seal(medan.pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    report = verify(medan)
    assert report.holds, report.broken
    assert report.unsealed == 0


def test_many_entries_are_sealed_in_batches(medan, monkeypatch):
    monkeypatch.setattr(sealer, "BATCH", 3)
    monkeypatch.setattr(sealer, "_WAITING", sealer._WAITING.replace("LIMIT 1000", "LIMIT 3"))
    with agency_scope(medan):
        for _n in range(10):
            EmployeeFactory(agency=medan)

    sealer.seal(medan.pk)

    report = verify(medan)
    assert report.holds, report.broken
    assert report.unsealed == 0


def test_a_dump_restored_into_a_younger_server_goes_on(medan, forge):
    """Numbers of transactions begin anew: what was written before them lies "in the future"."""
    with agency_scope(medan):
        EmployeeFactory(agency=medan)
    forge("UPDATE audit_seal SET horizon = horizon + 1000000000")
    # The older server had sealed with its own numbers.
    rewrite(medan, forge, 1)
    forge("UPDATE audit_entry e SET xid = xid + 1000000000 WHERE NOT EXISTS"
          " (SELECT FROM audit_seal s WHERE s.entry_id = e.id)")  # fmt: skip
    assert verify(medan).holds

    sealer.seal(medan.pk)
    with agency_scope(medan):
        EmployeeFactory(agency=medan)
    sealer.seal(medan.pk)

    report = verify(medan)
    assert report.holds, report.broken
    assert report.unsealed == 0


def test_the_sealer_encrypts_what_left_the_register(medan):
    with agency_scope(medan):
        kept = AuditSecret.objects.exclude(clear=None)
        assert kept.count() == 2
        for secret in kept:
            assert secret.sealed
            assert secret.clear.startswith("1.")
            assert '"phone": "0811"' in crypto.decrypt(secret.clear)


def test_the_chain_survives_the_destruction_of_values(medan):
    with agency_scope(medan), connection.cursor() as cursor:
        objects = list(AuditValue.objects.values_list("object_id", flat=True).distinct())
        cursor.execute("SELECT audit_destroy('positions_employee', %s, 'masa simpan')", [objects])
        assert cursor.fetchone()[0] >= 5
        assert not AuditSecret.objects.exclude(salt=None, clear=None).exists()
    sealer.seal(medan.pk)

    report = verify(medan)
    assert report.holds, report.broken
    assert entry_of(medan, kind="musnah") is not None


# Heads and commands


def test_the_daily_digest_is_stored_and_mailed(medan, settings):
    settings.AUDIT_DIGEST_TO = ["inspektorat@contoh.go.id"]

    sealer.digest(DAY)
    sealer.digest(DAY)
    sealer.mail_heads(DAY)

    with agency_scope(medan):
        head = AuditHead.objects.get()
    assert f"1271 2026-11-22 {head.number}:{head.hash}" in mail.outbox[0].body
    assert mail.outbox[0].to == ["inspektorat@contoh.go.id"]
    assert verify(medan, [(head.number, head.hash)]).holds


def test_without_receivers_the_heads_are_stored_all_the_same(medan):
    sealer.digest(DAY)
    sealer.mail_heads(DAY)

    assert mail.outbox == []
    with agency_scope(medan):
        assert AuditHead.objects.count() == 1


class _Away(BaseEmailBackend):
    """A mail server that is away: nothing listens at the port."""

    def send_messages(self, email_messages):
        raise ConnectionRefusedError


def test_a_mail_server_that_is_away_keeps_no_chain_from_its_proof_and_is_asked_again(medan, settings, monkeypatch):
    settings.AUDIT_DIGEST_TO = ["inspektorat@contoh.go.id"]
    sent = []
    monkeypatch.setattr(app, "send_task", lambda name, kwargs: sent.append((name, kwargs)))
    monkeypatch.setattr("asnhr.dates.today", lambda: DAY)

    tasks.digest_audit()

    assert ("asnhr.tasks.prove_audit", {"agency_id": medan.pk}) in sent
    assert sent[-1] == ("asnhr.tasks.mail_heads", {"day": "2026-11-22"})
    works, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, f"{__name__}._Away"
    waits = []

    def later(task, *, exc, countdown, throw):
        waits.append(countdown)
        return Retry(exc=exc)

    monkeypatch.setattr(Task, "retry", later)
    with pytest.raises(Retry):
        tasks.mail_heads(**sent[-1][1])
    with agency_scope(medan):
        AuditHead.objects.get(day=DAY)
    assert waits == [60]
    settings.EMAIL_BACKEND = works
    tasks.mail_heads(**sent[-1][1])
    assert "1271 2026-11-22" in mail.outbox[0].body


@pytest.mark.parametrize(
    ("to", "backend", "missing"),
    [
        ([], "smtp", ["ASNHR_AUDIT_DIGEST_TO"]),
        (["a@contoh.go.id"], "console", ["EMAIL_URL"]),
        (["a@contoh.go.id"], "smtp", []),
    ],
)
def test_heads_that_nobody_receives_are_warned_of(to, backend, missing, settings, client):
    settings.AUDIT_DIGEST_TO, settings.EMAIL_BACKEND = to, f"django.core.mail.backends.{backend}.EmailBackend"

    told = heads_are_mailed(None)

    assert [each.id for each in told] == ["asnhr.W001"] * bool(missing)
    assert all(name in told[0].msg for name in missing)
    client.force_login(user_with(AgencyFactory(), "auditor"))
    page = client.get(reverse("audit-heads")).text
    assert ("belum dikirim kepada siapa pun" in page) is bool(missing)


def test_the_first_load_has_a_head_of_its_own_before_the_night(medan, forge, settings, monkeypatch):
    # The worker's part, at once.
    monkeypatch.setattr(app, "send_task", lambda name, kwargs: app.tasks[name](**kwargs))
    settings.AUDIT_DIGEST_TO = ["inspektorat@contoh.go.id"]
    empty = AgencyFactory(code="1571")

    for agency in (medan, medan, empty):
        tasks.first_head(agency.pk)

    with agency_scope(medan):
        head = AuditHead.objects.get()
    assert (head.number, head.unsealed) == (number_of_links(medan), 0)
    assert [f"{head.number}:{head.hash}" in mail.body for mail in mail.outbox] == [True]
    with agency_scope(empty):
        assert not AuditHead.objects.exists()
    # A rewrite on the same day is found.
    forge("UPDATE audit_entry SET reason = 'x' WHERE id = %s", entry_of(medan, kind="ubah").pk)
    rewrite(medan, forge, 1)
    assert not verify(medan).holds


def test_a_broken_chain_is_told_at_night(medan, forge, settings, caplog):
    settings.AUDIT_DIGEST_TO = ["inspektorat@contoh.go.id"]
    assert tasks.prove_audit(medan.pk) is None
    assert mail.outbox == []

    forge("UPDATE audit_entry SET reason = 'x' WHERE id = %s", entry_of(medan, kind="ubah").pk)
    tasks.prove_audit(medan.pk)

    assert "tidak utuh" in mail.outbox[0].subject
    assert "1271" in caplog.text


def test_the_tasks_seal_what_waits(medan, celery_worker_process):
    with agency_scope(medan):
        EmployeeFactory(agency=medan)

    app.send_task("asnhr.tasks.seal_audit")

    deadline = time.monotonic() + 20
    while verify(medan).unsealed and time.monotonic() < deadline:
        time.sleep(0.2)
    assert verify(medan).unsealed == 0


def test_the_command_says_what_it_found(medan, forge, capsys):
    call_command("verify_audit", "--agency", "1271")
    assert "Rantai utuh" in capsys.readouterr().out

    entry = entry_of(medan, kind="ubah")
    forge("UPDATE audit_entry SET reason = 'x' WHERE id = %s", entry.pk)
    with pytest.raises(CommandError, match=f"RANTAI PUTUS.*#{entry.pk} ") as raised:
        call_command("verify_audit", "--agency", "1271")
    assert raised.value.returncode == 1


@pytest.mark.parametrize("arguments", [("--agency", "9998"), ("--agency", "1271", "--head", "x")])
def test_the_command_refuses_what_it_does_not_know(arguments, medan):
    with pytest.raises(CommandError):
        call_command("verify_audit", *arguments)


def test_the_sealing_command_seals_and_takes_heads(medan, capsys):
    with agency_scope(medan):
        EmployeeFactory(agency=medan)

    call_command("seal_audit", "--digest")

    assert "catatan disegel" in capsys.readouterr().out
    assert verify(Agency.objects.get(pk=medan.pk)).unsealed == 0
