"""What came of a proof is kept, shown where the trail is read, and told once; the heads of the days are all there."""

from datetime import time, timedelta

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone, translation

from asnhr import dates, formats, tasks
from asnhr.audit import faults, proofs, sealer
from asnhr.audit.verify import verify
from asnhr.models import AuditHead, AuditProof, AuditSeal, Event
from asnhr.scope import agency_scope
from positions.models import Employee
from tests.asnhr.test_audit_chain import entry_of, number_of, rewrite
from tests.factories.asnhr import AgencyFactory
from tests.factories.positions import EmployeeFactory
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def medan():
    agency = AgencyFactory()
    with agency_scope(agency):
        people = [EmployeeFactory(agency=agency, name=f"Orang {n}") for n in range(3)]
        Employee.objects.filter(pk=people[0].pk).update(name="Nama Baru")
    tasks.seal_agency(agency.pk)
    return agency


@pytest.fixture
def broken(medan, forge):
    """The entry of `medan` that somebody forged."""
    entry = entry_of(medan, kind="ubah", table_name="positions_employee")
    forge("UPDATE audit_entry SET reason = 'x' WHERE id = %s", entry.pk)
    return entry


def kept(agency, model=AuditProof):
    with agency_scope(agency):
        return list(model.objects.filter(agency=agency).order_by("pk"))


def told(agency):
    return [each for each in kept(agency, Event) if each.kind == "audit.broken"]


def auditor(agency, client):
    user = user_with(agency, "auditor")
    client.force_login(user)
    return user


# Kept and shown


def test_the_proof_of_the_night_is_kept_and_shown(medan, client):
    auditor(medan, client)
    assert "belum pernah dibuktikan" in client.get(reverse("audit-heads")).text

    tasks.prove_audit(medan.pk)

    (proof,) = kept(medan)
    assert (proof.by, proof.holds, proof.compared, proof.heads, proof.faults) == ("malam", True, True, 1, [])
    with agency_scope(medan):
        assert proof.links == AuditSeal.objects.count()
    page = client.get(reverse("audit-heads")).text
    assert "Terakhir dibuktikan" in page
    assert "utuh" in page
    assert told(medan) == []


def test_a_broken_chain_is_seen_by_who_audits(medan, broken, client):
    number = number_of(medan, broken)
    tasks.prove_audit(medan.pk)

    (proof,) = kept(medan)
    assert (proof.holds, proof.entry_id, proof.link, proof.links) == (False, broken.pk, number, number - 1)
    user = auditor(medan, client)
    heads = client.get(reverse("audit-heads")).text
    assert "tidak utuh" in heads
    assert f"Mata rantai {number}: catatan #{broken.pk} (positions_employee" in heads
    assert reverse("audit-detail", args=[broken.pk]) in heads
    entry = client.get(reverse("audit-detail", args=[broken.pk])).text
    assert "Jangan percaya catatan ini" in entry
    assert f"catatan #{broken.pk} (positions_employee" in entry
    with agency_scope(medan):
        later = AuditSeal.objects.filter(number__gt=number).first()
        sooner = AuditSeal.objects.get(number=number - 1)
    if later:
        assert "sesudah putusnya rantai" in client.get(reverse("audit-detail", args=[later.entry_id])).text
    assert "Jangan percaya" not in client.get(reverse("audit-detail", args=[sooner.entry_id])).text
    shown = client.get(f"/api/v1/audit-entries/{broken.pk}/").json()
    assert f"#{broken.pk}" in shown["warning"]
    assert client.get(f"/api/v1/audit-entries/{sooner.entry_id}/").json()["warning"] == ""
    with agency_scope(medan):
        (todo,) = proofs.queue(with_access(user, medan), dates.today())
    assert (todo["url"], todo["tag"]) == (reverse("audit-heads"), "1 temuan")
    assert "Jejak audit tidak utuh" in client.get("/").text


def test_the_faults_are_told_in_the_language_of_the_reader(medan, broken, client, settings):
    tasks.prove_audit(medan.pk)
    auditor(medan, client)

    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    page = client.get(reverse("audit-heads")).text

    assert "not whole" in page
    assert f"Link {number_of(medan, broken)}: entry #{broken.pk}" in page


def test_more_faults_than_are_named_are_counted(medan, forge, client, monkeypatch):
    monkeypatch.setattr(proofs, "MOST_KEPT", 1)
    forge("DELETE FROM positions_employee WHERE name <> 'Orang 1'")
    tasks.prove_audit(medan.pk)
    auditor(medan, client)

    (proof,) = kept(medan)
    assert (proof.fault_count, len(proof.faults)) == (2, 1)
    assert "dan 1 temuan lain" in client.get(reverse("audit-heads")).text


def test_who_does_not_audit_is_not_told_at_home(medan, broken):
    tasks.prove_audit(medan.pk)

    other = AgencyFactory(code="1571", name="Jambi")
    for agency, role in ((medan, "staf_bkd"), (medan, "admin_daerah"), (other, "auditor")):
        with agency_scope(agency):
            assert proofs.queue(with_access(user_with(agency, role), agency), dates.today()) == []


def test_a_new_break_is_told_once(medan, broken, forge):
    tasks.prove_audit(medan.pk)
    with agency_scope(medan):
        EmployeeFactory(agency=medan)
    tasks.seal_agency(medan.pk)
    tasks.prove_audit(medan.pk)

    (event,) = told(medan)
    assert event.permissions == ["view_audit"]
    assert event.data == {"proof_id": kept(medan)[0].pk, "faults": 1}

    # Somebody puts it right, and it breaks again.
    forge("UPDATE audit_entry SET reason = %s WHERE id = %s", broken.reason, broken.pk)
    tasks.prove_audit(medan.pk)
    assert kept(medan)[-1].holds
    forge("UPDATE audit_entry SET reason = 'x' WHERE id = %s", broken.pk)
    tasks.prove_audit(medan.pk)
    assert len(told(medan)) == 2
    # Another fault beside the first one is news.
    forge("DELETE FROM positions_employee WHERE name = 'Orang 2'")
    tasks.prove_audit(medan.pk)
    assert len(told(medan)) == 3


def test_the_command_keeps_its_proof_and_one_of_the_chain_alone_hides_no_difference(medan, forge):
    forge("DELETE FROM positions_employee WHERE name = 'Orang 2'")
    with pytest.raises(CommandError, match="register") as raised:
        call_command("verify_audit", "--agency", medan.code)
    assert raised.value.returncode == 4
    call_command("verify_audit", "--agency", medan.code, "--chain-only")

    first, second = kept(medan)
    assert (first.by, first.holds, second.holds, second.compared) == ("perintah", False, True, False)
    with agency_scope(medan):
        assert proofs.standing(medan.pk) == first
    assert [each.kind for each in proofs.faults_of(first)] == [faults.REGISTER]
    (fault,) = proofs.faults_of(first)
    assert "dihapus di luar jejak" in str(fault)
    before = faults.from_json({"kind": faults.REGISTER, "sentence": str(fault).replace("%", "%%"), "said": {}})
    with translation.override("en"):
        assert (
            str(fault) == str(before) == f"employees #{fault.said['id']} (positions_employee) deleted past the trail."
        )


def test_an_auditor_asks_for_a_proof(medan, broken, client, monkeypatch):
    from asnhr.celery import app

    # The worker's part, at once.
    monkeypatch.setattr(app, "send_task", lambda name, kwargs: app.tasks[name](**kwargs))
    user = auditor(medan, client)

    assert client.get(reverse("audit-prove")).status_code == 405
    answer = client.post(reverse("audit-prove"), follow=True).text
    again = client.post(reverse("audit-prove"), follow=True).text

    (proof,) = kept(medan)
    assert (proof.by, proof.asked_by_id, proof.holds) == ("halaman", user.pk, False)
    assert "sedang dibuktikan" in answer
    assert "sesudah lima menit" in again
    client.force_login(user_with(medan, "admin_daerah"))
    assert client.post(reverse("audit-prove")).status_code == 403


def test_what_guards_the_trail_is_part_of_the_proof(medan, owner_connection, settings):
    settings.AUDIT_DIGEST_TO = ["inspektorat@contoh.go.id"]
    with owner_connection.cursor() as cursor:
        cursor.execute("GRANT DELETE ON audit_head TO asnhr_app")
        try:
            tasks.prove_audit(medan.pk)
            with pytest.raises(CommandError, match="penjaganya") as raised:
                call_command("verify_audit", "--agency", medan.code)
        finally:
            cursor.execute("REVOKE DELETE ON audit_head FROM asnhr_app")

    assert raised.value.returncode == 3
    assert "berhak DELETE atas tabel audit_head" in mail.outbox[0].body
    assert kept(medan)[0].faults[0]["kind"] == faults.GUARDS


# Heads


def days_on(count):
    return dates.today() + timedelta(days=count)


def test_the_first_links_of_a_day_take_its_head(medan):
    tasks.seal_agency(medan.pk)

    (head,) = kept(medan, AuditHead)
    assert head.day == dates.today()
    for later in (1, 2, 30):
        # The stack was off: nothing was sealed on those days, no head is asked for.
        assert verify(medan, today=days_on(later)).gaps == []


def test_a_head_that_the_night_did_not_take_is_mailed_by_itself(medan, monkeypatch):
    """A stack that is off at night: it is on for hours, and seals, on a day of which no task took the head."""
    sent = []
    monkeypatch.setattr("asnhr.celery.app.send_task", lambda name, kwargs: sent.append((name, kwargs)))
    monkeypatch.setattr(tasks, "NIGHT_IS_OVER", time.min)
    tomorrow = days_on(1)
    monkeypatch.setattr("asnhr.dates.today", lambda: tomorrow)
    for _n in range(2):
        with agency_scope(medan):
            EmployeeFactory(agency=medan)
        tasks.seal_agency(medan.pk)

    assert [head.day for head in kept(medan, AuditHead)] == [days_on(-1), tomorrow]
    mails = [kwargs for name, kwargs in sent if name == "asnhr.tasks.mail_heads"]
    assert mails == [{"day": tomorrow.isoformat(), "agency_id": medan.pk}]


def test_no_empty_head_is_taken_while_another_sealer_makes_the_first_links(owner_connection):
    agency = AgencyFactory()
    with agency_scope(agency):
        EmployeeFactory(agency=agency)
    with owner_connection.cursor() as other:
        other.execute("SELECT pg_advisory_lock(%s, %s)", [sealer.LOCK, agency.pk])
        tasks.seal_agency(agency.pk)
        assert kept(agency, AuditHead) == []
        other.execute("SELECT pg_advisory_unlock(%s, %s)", [sealer.LOCK, agency.pk])

    tasks.first_head(agency.pk)

    (head,) = kept(agency, AuditHead)
    assert head.number == len(kept(agency, AuditSeal)) > 0


def test_a_later_load_takes_the_head_of_its_day_too(medan):
    with agency_scope(medan):
        EmployeeFactory(agency=medan)

    head = sealer.first_head(medan, days_on(1))

    assert head.day == days_on(1)
    assert sealer.first_head(medan, days_on(1)) is None


def test_a_deleted_head_is_told(medan, forge, monkeypatch, capsys):
    forge("DELETE FROM audit_head")
    assert verify(medan).gaps == []

    lines = [str(each) for each in verify(medan, today=days_on(1)).gaps]
    assert ["dihapus" in line and formats.day(dates.today()) in line for line in lines] == [True]

    tomorrow = days_on(1)
    monkeypatch.setattr("asnhr.dates.today", lambda: tomorrow)
    with pytest.raises(CommandError, match="kepala hariannya tidak lengkap") as raised:
        call_command("verify_audit", "--agency", medan.code)
    assert raised.value.returncode == 5
    # The head that the next night takes does not cover it up.
    sealer.take_head(medan, tomorrow)
    assert len(verify(medan, today=days_on(1)).gaps) == 1


def test_a_head_put_in_the_place_of_a_deleted_one_is_told(medan, forge):
    yesterday = timezone.now() - timedelta(days=1)
    number = sealed_on(medan, forge, yesterday)
    with agency_scope(medan):
        EmployeeFactory(agency=medan)
    sealer.seal(medan.pk)
    sealer.take_head(medan, timezone.localtime(yesterday).date())
    assert verify(medan, today=days_on(1)).gaps == []

    forge("UPDATE audit_head SET number = 0, hash = repeat('0', 64) WHERE day = %s", dates.today())

    report = verify(medan, today=days_on(1))
    assert report.holds
    assert [f"sudah sampai {number}" in str(each) for each in report.gaps] == [True]


def sealed_on(agency, forge, moment):
    """Let all links so far be of that moment, and return the number of the last one."""
    forge("UPDATE audit_seal SET sealed_at = %s WHERE agency_id = %s", moment, agency.pk)
    rewrite(agency, forge, 1)
    with agency_scope(agency):
        last = AuditSeal.objects.order_by("-number").first()
    forge("UPDATE audit_head SET number = %s, hash = %s WHERE agency_id = %s", last.number, last.hash, agency.pk)
    return last.number


def test_links_of_an_earlier_release_stay_provable(medan, forge):
    """Their time is no part of them, and the stack may have been off at night: some head is enough."""
    forge("UPDATE audit_seal SET version = 1")
    sealed_on(medan, forge, timezone.now() - timedelta(days=9))
    with agency_scope(medan):
        EmployeeFactory(agency=medan)
    tasks.seal_agency(medan.pk)

    report = verify(medan)
    assert (report.broken, report.gaps) == (None, [])
    with agency_scope(medan):
        assert set(AuditSeal.objects.values_list("version", flat=True)) == {1, 2}

    forge("DELETE FROM audit_head")
    assert ["Tidak ada satu pun kepala harian" in str(each) for each in verify(medan).gaps] == [True]

    # A link of an earlier release after one of this: its time was taken out.
    forge("UPDATE audit_seal SET version = 1 WHERE number = (SELECT max(number) FROM audit_seal WHERE agency_id = %s)"
          " AND agency_id = %s", medan.pk, medan.pk)  # fmt: skip
    with agency_scope(medan):
        EmployeeFactory(agency=medan)
    sealer.seal(medan.pk)
    forge("UPDATE audit_seal SET version = 2 - (number = (SELECT max(number) FROM audit_seal))::int"
          " WHERE agency_id = %s", medan.pk)  # fmt: skip
    rewrite(medan, forge, 1)
    assert "berubah" in verify(medan).broken


def test_fewer_heads_than_at_an_earlier_proof_are_told(medan, forge):
    forge("UPDATE audit_seal SET version = 1")
    sealed_on(medan, forge, timezone.now() - timedelta(days=9))
    sealer.take_head(medan, days_on(-1))
    tasks.prove_audit(medan.pk)
    assert kept(medan)[0].heads == 2

    forge("DELETE FROM audit_head WHERE day = %s", days_on(-1))

    assert ["berkurang: 2" in str(each) for each in verify(medan).gaps] == [True]


# Earlier proofs


def cut(agency, forge, links):
    """Take away all links but the first `links`, with their entries and values, and every stored head."""
    with agency_scope(agency):
        gone = list(AuditSeal.objects.filter(number__gt=links).values_list("entry_id", flat=True))
    forge("DELETE FROM audit_seal WHERE number > %s AND agency_id = %s", links, agency.pk)
    for table, column in (("audit_value", "entry_id"), ("audit_secret", "entry_id"), ("audit_entry", "id")):
        forge(f"DELETE FROM {table} WHERE {column} = ANY (%s)", gone)
    forge("DELETE FROM audit_head WHERE agency_id = %s", agency.pk)


def test_a_cut_tail_is_found_by_what_an_earlier_proof_counted(medan, forge):
    tasks.prove_audit(medan.pk)
    (proof,) = kept(medan)
    with agency_scope(medan):
        assert proof.head == AuditSeal.objects.get(number=proof.links).hash
    cut(medan, forge, proof.links - 2)

    report = verify(medan)

    assert not report.holds
    assert f"menghitung {proof.links} mata rantai, rantai berakhir pada {proof.links - 2}" in report.broken
    assert report.at_link == proof.links - 1


def test_a_proof_of_an_earlier_release_still_says_how_many_links_there_were(medan, forge):
    tasks.prove_audit(medan.pk)
    (proof,) = kept(medan)
    forge("UPDATE audit_proof SET head = ''")
    assert verify(medan).holds
    cut(medan, forge, proof.links - 1)

    assert "terpotong: pembuktian" in verify(medan).broken


def test_a_tail_cut_and_grown_again_is_found_by_the_hash_of_an_earlier_proof(medan, forge):
    tasks.prove_audit(medan.pk)
    (proof,) = kept(medan)
    cut(medan, forge, proof.links - 2)
    with agency_scope(medan):
        for _n in range(6):
            EmployeeFactory(agency=medan)
    sealer.seal(medan.pk)
    forge("DELETE FROM audit_head")

    report = verify(medan)

    assert f"tidak cocok: rantai sampai {proof.links} " in report.broken
    assert report.at_link == proof.links


def test_a_proof_that_found_a_break_is_no_measure_once_it_is_mended(medan, broken, forge):
    tasks.prove_audit(medan.pk)
    assert not kept(medan)[0].holds

    forge("UPDATE audit_entry SET reason = %s WHERE id = %s", broken.reason, broken.pk)
    with agency_scope(medan):
        EmployeeFactory(agency=medan)
    sealer.seal(medan.pk)

    assert verify(medan).holds
    tasks.prove_audit(medan.pk)
    assert kept(medan)[1].links > kept(medan)[0].links


def test_another_agencys_proofs_say_nothing_of_a_chain(medan, forge):
    tasks.prove_audit(medan.pk)
    jambi = AgencyFactory(code="1571", name="Jambi")
    with agency_scope(jambi):
        EmployeeFactory(agency=jambi)
    sealer.seal(jambi.pk)

    assert verify(jambi).holds


# Through the API


def test_an_auditor_reads_the_proofs_through_the_api(medan, broken, client, django_assert_max_num_queries):
    for _n in range(3):
        tasks.prove_audit(medan.pk)
    auditor(medan, client)

    with django_assert_max_num_queries(15):
        rows = client.get("/api/v1/audit-proofs/").json()["results"]

    assert [row["id"] for row in rows] == [each.pk for each in reversed(kept(medan))]
    assert (rows[0]["holds"], rows[0]["by"], rows[0]["fault_count"], rows[0]["entry_id"]) == (
        False, "malam", 1, broken.pk,
    )  # fmt: skip
    assert len(rows[0]["head"]) == 64
    one = client.get(f"/api/v1/audit-proofs/{rows[0]['id']}/").json()
    (fault,) = one["faults"]
    assert fault["kind"] == "rantai"
    assert f"catatan #{broken.pk} (positions_employee" in fault["text"]
    assert client.post("/api/v1/audit-proofs/", {}).status_code == 405
    for agency, role, status in (
        (medan, "staf_bkd", 403), (AgencyFactory(code="1571", name="Jambi"), "auditor", 404),
    ):  # fmt: skip
        client.force_login(user_with(agency, role))
        assert client.get(f"/api/v1/audit-proofs/{rows[0]['id']}/").status_code == status
    assert client.get("/api/v1/audit-proofs/").json()["results"] == []
