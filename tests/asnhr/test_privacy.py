"""Personal data: what is over goes with its proof, holds keep, the chain stays; own copies; incidents with a clock."""

import io
import json
import zipfile
from datetime import date, datetime, timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from asnhr import dates
from asnhr.audit import sealer, verify
from asnhr.errors import NotAllowed, RuleBroken
from asnhr.imports import storage
from asnhr.models import AuditEntry, AuditSecret, DataIncident, Destruction, LegalHold, OwnCopy
from asnhr.privacy import incidents, owndata, proof, retention
from asnhr.privacy.declared import KEEPS, SPECIFIC, holdings
from asnhr.privacy.library_words import LIBRARY
from asnhr.scope import agency_scope, set_scope
from asnhr.services import execute
from positions.models import Employee, EmployeeContact, FamilyMember
from tests import api_world
from tests.factories.positions import EmployeeFactory, UnitFactory
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db


@pytest.fixture
def medan():
    agency = api_world.medan()
    set_scope(agency.pk)
    return agency


@pytest.fixture
def gone(medan):
    """Who left ten years ago, with a child, a telephone number of old and a NIK."""
    unit = UnitFactory(agency=medan)
    person = EmployeeFactory(
        agency=medan, unit=unit, nik="1271010101010001", phone="0812", exits_on=date(2016, 1, 1), exit_reason="pensiun"
    )
    FamilyMember.objects.create(agency=medan, employee=person, relation="anak", child_kind="kandung", name="Rahasia")
    EmployeeContact.objects.create(
        agency=medan, employee=person, kind="hp", value="0811 222", sensitivity="terbatas", label="istri",
        starts_on=date(2010, 1, 1),
    )  # fmt: skip
    return person


def officer(agency, role, **more):
    return with_access(user_with(agency, role, **more), agency)


def codes(found):
    return {each.rule.code: (len(each.objects), each.held) for each in found}


def destroyed(agency):
    """From what is found to the proof."""
    row = retention.prepare(agency, dates.today())
    retention.propose(actor=officer(agency, "petugas_pdp"), destruction=row)
    row = retention.decide(
        actor=officer(agency, "ppk"), destruction=row, approve=True, reason="Sesuai jadwal retensi 2026"
    )
    retention.carry_out(row)
    return Destruction.objects.select_related("proposed_by", "decided_by", "agency").get(pk=row.pk)


def test_what_is_over_goes_with_its_proof_and_the_chain_stays(medan, gone):
    sealer.seal(medan.pk)

    row = destroyed(medan)

    assert not FamilyMember.objects.filter(agency=medan).exists()
    assert not EmployeeContact.objects.filter(agency=medan).exists()
    assert Employee.objects.filter(pk=gone.pk, nik="", nik_hash="", phone="", nip=gone.nip).exists()
    # Neither value nor salt is left, of what went now and of what went in the trail before.
    ours = AuditSecret.objects.filter(agency=medan, object_id__in=[gone.pk])
    tables = AuditEntry.objects.filter(table_name="positions_employee").values("pk")
    assert set(ours.filter(entry_id__in=tables).values_list("salt", "clear")) == {(None, None)}
    assert not AuditSecret.objects.filter(agency=medan, destroyed_at=None).exclude(clear=None).exists()
    assert AuditEntry.objects.filter(agency=medan, kind="musnah", table_name="positions_familymember").exists()
    lines = list(row.lines.order_by("pk"))
    assert {line.rule: line.destroyed for line in lines} == {"kontak": 1, "identitas": 1, "keluarga": 1}
    assert proof.holds(row, medan, lines)
    assert proof.pdf(row, medan, lines, {line.rule: ("x", "y") for line in lines})[:5] == b"%PDF-"
    sealer.seal(medan.pk)
    report = verify.verify(medan)
    assert report.holds
    assert not report.unsealed


def test_the_trail_says_in_indonesian_why_rows_went(medan, gone):
    row = retention.prepare(medan, dates.today())
    retention.propose(actor=officer(medan, "petugas_pdp"), destruction=row)
    row = retention.decide(actor=officer(medan, "ppk"), destruction=row, approve=True, reason="Jadwal retensi")

    execute(agency_id=medan.pk, run_id=row.run_id, heartbeat=False)

    gone_for = AuditEntry.objects.filter(
        agency=medan, table_name="positions_familymember", kind__in=["hapus", "musnah"]
    )
    assert set(gone_for.values_list("reason", flat=True)) == {f"Pemusnahan data pribadi #{row.run_id}"}


def test_what_was_done_stays_as_it_is_and_nobody_approves_the_own_proposal(medan, gone):
    row = destroyed(medan)

    for change in (lambda: Destruction.objects.filter(pk=row.pk).update(reason="lain"),
                   lambda: row.lines.update(destroyed=99)):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    one = officer(medan, "petugas_pdp", username="pdp", nip="198001012005011001")
    both = officer(medan, "pyb", username="pyb2", nip="")
    EmployeeContact.objects.create(
        agency=medan, employee=gone, kind="hp", value="0813", sensitivity="terbatas", starts_on=date(2010, 1, 1)
    )
    other = retention.prepare(medan, dates.today())
    with pytest.raises(NotAllowed):
        retention.propose(actor=both, destruction=other)
    retention.propose(actor=one, destruction=other)
    with pytest.raises(NotAllowed):
        retention.decide(actor=one, destruction=other, approve=True, reason="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        other.lines.update(objects_due=[])
    with pytest.raises(IntegrityError), transaction.atomic():
        Destruction.objects.filter(pk=other.pk).update(
            state="disetujui", decided_by=one, decided_at=timezone.now(), reason="sendiri"
        )
    with pytest.raises(RuleBroken):
        retention.decide(actor=both, destruction=other, approve=True, reason=" ")


def test_a_hold_keeps_everything_of_a_person_until_it_is_lifted(medan, gone):
    pdp = officer(medan, "petugas_pdp")
    hold = retention.hold(actor=pdp, agency=medan, nip=gone.nip, basis="Perkara 1/G/2026", reason="gugatan")

    assert codes(retention.find(medan, dates.today())) == {"kontak": (0, 1), "identitas": (0, 1), "keluarga": (0, 1)}
    assert retention.prepare(medan, dates.today()) is None
    with pytest.raises(RuleBroken):
        retention.hold(actor=pdp, agency=medan, nip=gone.nip, basis="lagi", reason="lagi")

    retention.lift(actor=pdp, hold=hold, reason="putusan tetap")
    assert codes(retention.find(medan, dates.today()))["keluarga"] == (1, 0)
    # Held between approval and work: it stays.
    row = retention.prepare(medan, dates.today())
    retention.propose(actor=pdp, destruction=row)
    row = retention.decide(actor=officer(medan, "pyb"), destruction=row, approve=True, reason="ya")
    retention.hold(actor=pdp, agency=medan, nip=gone.nip, basis="Perkara 2", reason="banding")
    assert retention.carry_out(row) == 0
    assert FamilyMember.objects.filter(agency=medan).exists()


def test_old_values_of_the_trail_go_and_late_ones_stay(medan):
    person = EmployeeFactory(agency=medan, unit=UnitFactory(agency=medan), phone="0811")
    for phone in ("0812", "0813"):
        Employee.objects.filter(pk=person.pk).update(phone=phone)
    sealer.seal(medan.pk)

    kept = AuditSecret.objects.filter(agency=medan, object_id=person.pk).exclude(clear=None)
    assert kept.count() == 2
    with connection.cursor() as cursor:
        moment = AuditEntry.objects.get(pk=kept.order_by("pk")[0].entry_id).at + timedelta(microseconds=1)
        cursor.execute("SELECT audit_destroy_before('positions_employee', ARRAY[%s]::bigint[], %s, '{}')",
                       [person.pk, moment])  # fmt: skip

    assert kept.count() == 1
    assert codes(retention.find(medan, dates.today() + timedelta(days=366 * 6)))["jejak"] == (1, 0)
    assert verify.verify(medan).holds


def test_every_retention_has_somebody_who_sees_to_it():
    from asnhr import registry
    from asnhr.celery import app

    app.loader.import_default_modules()
    for code, keep in KEEPS.items():
        assert not keep.rule or keep.rule in registry.retention_rules, code
        assert not keep.task or keep.task in app.tasks, code
    used = {keep.rule for keep in KEEPS.values() if keep.rule}
    assert used == {code for code, _rule in registry.retention_rules.items()}
    for _label, held in holdings.items():
        assert held.person or held.login or held.why or not held.is_personal, held.model


def test_the_register_is_held_against_the_trail():
    """What retention destroys enters the trail as salted hashes only: else it could not be destroyed there."""
    from asnhr.audit.declared import FULL, audited

    clear = []
    for label, held in holdings.items():
        known = audited.get(label) if label in audited else None
        if known is None or known.mode != FULL:
            continue
        ends = {name for name in held.classes if KEEPS[held.keep_of(name)].rule and held.keep_of(name) != "jejak"}
        wanted = {name for name in ends if held.classes[name] == SPECIFIC} | {
            name for name in ends if held.classes[name] != "bukan" and name not in held.actors
            and not held.model_class._meta.get_field(name).is_relation
        }  # fmt: skip
        columns = {held.model_class._meta.get_field(name).column for name in wanted}
        clear += [f"{label}.{name}" for name in sorted(columns - set(known.secrets) - set(known.skipped))]
    assert clear == []


# Own copies


def test_a_person_takes_all_of_the_own_data_and_nobody_else_does(client, medan, gone):
    me = officer(medan, "pegawai", username="saya", nip=gone.nip)
    other = officer(medan, "staf_bkd", username="bkd", nip="")
    copy = owndata.request_copy(actor=me, agency=medan)
    assert owndata.request_copy(actor=me, agency=medan) == copy
    owndata.make(copy)

    with zipfile.ZipFile(io.BytesIO(owndata.take(actor=me, copy=copy))) as book:
        data, page = json.loads(book.read("data.json")), book.read("data.html").decode()
    tables = {each["table"] for each in data["tables"]}
    assert {"positions.Employee", "positions.FamilyMember", "positions.EmployeeContact", "asnhr.User"} <= tables
    assert "Rahasia" in page
    assert "1271010101010001" in page
    assert AuditEntry.objects.filter(kind="baca", table_name="asnhr_owncopy").exists()
    with pytest.raises(NotAllowed):
        owndata.take(actor=other, copy=copy)
    with pytest.raises(NotAllowed):
        owndata.request_copy(actor=other, agency=medan)
    client.force_login(other)
    assert client.get(reverse("own-copy-file", args=[copy.pk])).status_code in (403, 404)


def test_a_copy_ends_and_is_destroyed(medan, gone):
    me = officer(medan, "pegawai", nip=gone.nip)
    copy = owndata.request_copy(actor=me, agency=medan)
    owndata.make(copy)
    OwnCopy.objects.filter(pk=copy.pk).update(expires_at=timezone.now() - timedelta(minutes=1))
    kept = storage.folder_of(medan.code, owndata.AREA) / copy.stored_as
    assert kept.exists()

    assert owndata.purge(medan) == 1
    set_scope(medan.pk)
    copy.refresh_from_db()
    assert copy.stored_as == ""
    assert not kept.exists()
    with pytest.raises(RuleBroken):
        owndata.take(actor=me, copy=copy)


# Incidents and pages


def test_an_open_incident_stands_on_the_home_page_of_who_manages_it(client, medan):
    """Of who reads no register, too."""
    pdp = officer(medan, "petugas_pdp")
    facts = {"title": "Laptop hilang", "known_at": timezone.now(), "what": "dicuri", "data": ["identitas"]}
    row = incidents.record(actor=pdp, agency=medan, facts=facts)
    client.force_login(pdp)

    home = client.get("/").text

    assert reverse("incident-detail", args=[row.pk]) in home
    assert "Laptop hilang" in home
    client.force_login(officer(medan, "staf_bkd"))
    assert "Laptop hilang" not in client.get("/").text


def test_an_incident_is_told_within_72_hours_or_says_why_not(medan):
    pdp, now = officer(medan, "petugas_pdp"), timezone.now()
    facts = {"title": "Laptop hilang", "known_at": now - timedelta(hours=80), "what": "dicuri", "data": ["identitas"]}
    with pytest.raises(NotAllowed):
        incidents.record(actor=officer(medan, "staf_bkd"), agency=medan, facts=facts)
    row = incidents.record(actor=pdp, agency=medan, facts=facts)
    assert row.was_late
    with pytest.raises(RuleBroken):
        incidents.follow(actor=pdp, incident=row, facts={"told_authority_at": now})
    with pytest.raises(RuleBroken):
        incidents.close(actor=pdp, incident=row)
    told = {"told_authority_at": now, "told_people_at": now, "measures": "kunci diganti", "late_reason": "libur"}
    row = incidents.follow(actor=pdp, incident=row, facts=told)
    assert incidents.close(actor=pdp, incident=row).closed_at
    with pytest.raises(RuleBroken):
        incidents.follow(actor=pdp, incident=row, facts={"title": "lain"})


def test_the_clock_of_an_incident_moves_only_with_a_reason_that_the_trail_keeps(client, medan):
    pdp, known = officer(medan, "petugas_pdp"), timezone.now() - timedelta(hours=60)
    facts = {"title": "Laptop hilang", "known_at": known, "what": "dicuri", "data": ["identitas"]}
    row = incidents.record(actor=pdp, agency=medan, facts=facts)
    later = known + timedelta(hours=50)
    with pytest.raises(RuleBroken, match="tuliskan alasannya"):
        incidents.follow(actor=pdp, incident=row, facts={"known_at": later})
    # A form writes minutes: that is no change.
    assert incidents.follow(actor=pdp, incident=row, facts={"known_at": known.replace(second=0)}).known_at == known
    client.force_login(pdp)
    address = reverse("incident-detail", args=[row.pk])
    form = {
        "action": "save", "title": row.title, "what": row.what, "data": row.data,
        "known_at": timezone.localtime(later).strftime("%Y-%m-%dT%H:%M"),
    }  # fmt: skip
    assert "tuliskan alasannya" in client.post(address, form).text
    assert client.patch(
        f"/api/v1/incidents/{row.pk}/", {"known_at": later.isoformat()}, content_type="application/json"
    ).status_code == 409  # fmt: skip
    assert client.post(address, form | {"why": "Jam pada laporan pertama keliru"}).status_code == 302
    row.refresh_from_db()
    assert row.known_at == later.replace(second=0, microsecond=0)
    assert AuditEntry.objects.filter(table_name="asnhr_dataincident", reason="Jam pada laporan pertama keliru").exists()


@pytest.mark.parametrize("role", ["petugas_pdp", "auditor"])
def test_who_looks_after_personal_data_reads_the_history_of_what_they_run(role, client, medan, gone):
    pdp = officer(medan, "petugas_pdp", username="pencatat")
    facts = {"title": "Laptop hilang", "known_at": timezone.now(), "what": "dicuri", "data": ["identitas"]}
    rows = [
        incidents.record(actor=pdp, agency=medan, facts=facts),
        retention.hold(actor=pdp, agency=medan, nip=gone.nip, basis="Perkara 1", reason="gugatan"),
        Destruction.objects.create(agency=medan, day=dates.today()),
    ]
    client.force_login(user_with(medan, role))
    other = user_with(medan, "staf_bkd")
    for row in rows:
        table = row._meta.db_table
        urls = [f"/riwayat/{table}/{row.pk}/", f"/api/v1/history/{table}/{row.pk}/"]
        assert [client.get(url).status_code for url in urls] == [200, 200], table
    assert f"/riwayat/asnhr_dataincident/{rows[0].pk}/" in client.get(f"/data-pribadi/insiden/{rows[0].pk}/").text
    # Nothing of the register comes with it.
    expected = 404 if role == "petugas_pdp" else 200
    assert client.get(f"/riwayat/positions_employee/{gone.pk}/").status_code == expected
    client.force_login(other)
    for row in rows:
        assert client.get(f"/riwayat/{row._meta.db_table}/{row.pk}/").status_code == 404


IMPOSSIBLE = [
    {"known_at": "0001-01-01T00:00"}, {"known_at": "9999-12-31T23:59"}, {"known_at": "0026-03-01T08:00"},
    {"known_at": "1990-03-01T08:00"}, {"known_at": "2022-10-16T23:59"}, {"happened_at": "0001-01-01T00:00"},
    {"happened_at": "0026-03-01T08:00"}, {"happened_at": "1989-12-31T23:59"}, {"happened_at": "9999-12-31T00:00"},
    {"known_at": "2024-03-01T08:00", "happened_at": "2024-03-02T08:00"}, {"told_people_at": "9999-12-31T00:00"},
    {"told_authority_at": "0001-01-01T00:00"},
]  # fmt: skip


@pytest.mark.parametrize("fault", IMPOSSIBLE, ids=str)
def test_an_incident_that_cannot_have_been_then_is_refused_by_every_door(client, medan, fault):
    pdp = officer(medan, "petugas_pdp")
    client.force_login(pdp)
    sound = {"title": "Laptop hilang", "known_at": "2024-03-01T08:00", "what": "dicuri", "data": ["identitas"]}
    page = client.post(reverse("incident-new"), sound | fault)
    api = client.post("/api/v1/incidents/", json.dumps(sound | fault), content_type="application/json")

    assert page.status_code == 422
    assert api.status_code in (400, 409), api.content
    assert not DataIncident.objects.exists()

    row = incidents.record(actor=pdp, agency=medan, facts=sound | {"known_at": parse(sound["known_at"])})
    form = {"action": "save", "why": "salah tulis"} | sound | fault
    assert client.post(reverse("incident-detail", args=[row.pk]), form).status_code == 422
    patch = client.patch(f"/api/v1/incidents/{row.pk}/", json.dumps(fault), content_type="application/json")
    assert patch.status_code in (400, 409)


def parse(text):
    return timezone.make_aware(datetime.fromisoformat(text))


def test_an_incident_of_an_impossible_moment_that_is_on_record_stops_no_page(client, medan):
    pdp = officer(medan, "petugas_pdp")
    facts = {"title": "Laptop hilang", "known_at": timezone.now(), "what": "dicuri", "data": ["identitas"]}
    row = incidents.record(actor=pdp, agency=medan, facts=facts)
    client.force_login(pdp)
    for moment in ("0001-12-31 16:52:48+00 BC", "9999-12-31 23:59:59+00", "infinity", "-infinity"):
        with connection.cursor() as cursor:
            cursor.execute("UPDATE asnhr_dataincident SET known_at = %s, happened_at = NULL WHERE id = %s",
                           [moment, row.pk])  # fmt: skip
        here = reverse("incident-detail", args=[row.pk])
        listed = reverse("incident-list")
        for url in (
            "/", listed, f"{listed}?format=csv", f"{listed}?format=xlsx", here, "/api/v1/incidents/",
            f"/api/v1/incidents/{row.pk}/",
        ):  # fmt: skip
            assert client.get(url).status_code == 200, (moment, url)
        client.force_login(officer(medan, "auditor"))
        assert client.get(f"/riwayat/asnhr_dataincident/{row.pk}/").status_code == 200
        client.force_login(pdp)
        assert incidents.remind(medan, timezone.now()) == 1


def test_what_an_older_release_recorded_of_an_incident_does_not_stop_its_correction(medan):
    pdp = officer(medan, "petugas_pdp")
    facts = {"title": "Laptop hilang", "known_at": timezone.now(), "what": "dicuri", "data": ["identitas"]}
    row = incidents.record(actor=pdp, agency=medan, facts=facts)
    old = parse("2021-05-04T08:00")
    DataIncident.objects.filter(pk=row.pk).update(known_at=old)

    assert incidents.follow(actor=pdp, incident=row, facts={"known_at": old, "title": "Laptop dicuri"}).known_at == old


@pytest.mark.parametrize("nip", ["199999999999999999", "198813452010011001", "199001012015031999"])
def test_a_hold_for_nobody_is_refused(nip, medan, gone):
    """A slip of the pen would protect no one."""
    pdp = officer(medan, "petugas_pdp")
    with pytest.raises(RuleBroken, match=f"Tidak ada orang dengan NIP {nip}"):
        retention.hold(actor=pdp, agency=medan, nip=nip, basis="Perkara 1", reason="gugatan")
    assert not LegalHold.objects.exists()
    spaced = f"{gone.nip[:8]} {gone.nip[8:]}"
    assert retention.hold(actor=pdp, agency=medan, nip=spaced, basis="Perkara 1", reason="gugatan").nip == gone.nip


def test_the_pages_of_the_officer(client, medan, gone):
    user = user_with(medan, "petugas_pdp")
    client.force_login(user)

    assert b"positions.FamilyMember" in client.get("/data-pribadi/?golongan=spesifik").content
    book = client.get("/data-pribadi/?format=csv")
    assert b"view_family" not in b"".join(book.streaming_content)[:0]
    assert book.status_code == 200
    assert client.get("/data-pribadi/tabel/positions.FamilyMember/").status_code == 200
    assert client.get("/data-pribadi/tabel/positions.Nothing/").status_code == 404
    assert "keluarga" in client.get("/data-pribadi/pemusnahan/pratinjau/").content.decode().lower()
    answer = client.post("/data-pribadi/pemusnahan/pratinjau/")
    row = Destruction.objects.get()
    assert answer["Location"] == f"/data-pribadi/pemusnahan/{row.pk}/"
    client.post(answer["Location"], {"action": "propose"})
    assert client.post(answer["Location"], {"action": "approve", "reason": "ya"}).status_code == 403
    client.post("/data-pribadi/penahanan/baru/", {"nip": gone.nip, "basis": "1/G/2026", "reason": "gugatan"})
    assert LegalHold.objects.filter(agency=medan, nip=gone.nip).exists()
    client.post(
        "/data-pribadi/insiden/baru/",
        {"title": "Surel salah kirim", "known_at": f"{timezone.localtime():%Y-%m-%dT%H:%M}", "what": "x",
         "data": ["identitas"]},
    )  # fmt: skip
    assert DataIncident.objects.filter(title="Surel salah kirim").exists()
    assert client.get("/data-pribadi/insiden/").status_code == 200


def test_another_agency_sees_none_of_it(client, medan, gone):
    row = retention.prepare(medan, dates.today())
    jambi = api_world.jambi()
    client.force_login(user_with(jambi, "petugas_pdp", username="pdp-jambi"))

    assert client.get(f"/data-pribadi/pemusnahan/{row.pk}/").status_code == 404
    with agency_scope(jambi):
        assert not Destruction.objects.exists()
        assert retention.prepare(jambi, dates.today()) is None


def test_an_own_copy_names_tables_of_packages_and_what_was_done_in_words(medan):
    person = EmployeeFactory(agency=medan, unit=UnitFactory(agency=medan))
    user = user_with(medan, "pegawai", nip=person.nip)
    UserSession.objects.create(user=user, ip="127.0.0.1", session_key="uji", user_agent="uji")
    with agency_scope(medan, user.pk):
        Employee.objects.filter(pk=person.pk).update(phone="0899")

        tables = {each["table"]: each for each in owndata.sections(medan, person.nip, user.pk)}

    sessions, acts = tables["usersessions.UserSession"], tables["asnhr.AuditEntry"]
    assert sessions["name"] == "sesi masuk"
    assert {"masuk pada", "alamat IP", "peramban dan perangkat"} <= set(sessions["columns"])
    # Nothing was given as a reason: no column says nothing.
    assert acts["columns"] == ["waktu", "jenis", "tabel"]
    assert acts["rows"][-1][1:] == ["Mengubah", "pegawai"]


def test_every_table_of_a_package_in_an_own_copy_has_words():
    """Django's own are in Indonesian already."""
    ours = {"asnhr", "positions", "evaluations", "training", "careers", "admin"}
    found = {
        label: set(owndata.shown_columns(held))
        for label, held in holdings.items()
        if (held.login or held.person) and held.is_personal and label.partition(".")[0] not in ours
    }
    assert found.keys() == LIBRARY.keys()
    for label, columns in found.items():
        assert columns == set(LIBRARY[label][1]), label
