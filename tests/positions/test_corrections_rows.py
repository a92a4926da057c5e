"""Rows of the file that people propose to correct or to be taken back: posts, leave, predicates, credit points, and
sanctions, which few may read."""

import json
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from asnhr.crypto import lookup_hash
from asnhr.errors import NotAllowed, RuleBroken
from asnhr.models import AuditEntry, AuditValue, Event, RoleAssignment
from asnhr.scope import agency_scope
from positions import models
from positions.models import ChangeRequest, Incumbency
from positions.services import correctable, corrections, identity, incumbencies
from positions.services.correctable import TARGETS
from tests import papers
from tests.factories import positions as make
from tests.positions.test_corrections import (  # noqa: F401  fixtures
    DAY,
    acting,
    done,
    home,
    medan,
    officer,
    owner,
    person,
    proof,
    propose,
    unit,
)
from tests.roles import user_with

pytestmark = pytest.mark.django_db
D = date
DECREE = {"decree": "SK/1", "decree_on": "2021-02-01"}
# target → a row as it is proposed, the correction of one fact, the kind of evidence
ROWS: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "jabatan_luar": (
        {"job_name": "Analis", "agency_name": "Kab. Contoh", "group": "pelaksana", "assignment": "D",
         "starts_on": "2012-01-01", "ends_on": "2014-01-01", **DECREE},
        {"starts_on": "2012-03-01"}, "sk_jabatan",
    ),
    "cltn": (
        {"is_extension": False, "starts_on": "2021-03-01", "ends_on": "2022-03-01", **DECREE},
        {"ends_on": "2022-04-01", "returned_on": "2022-04-01"}, "cltn",
    ),
    "kinerja": (
        {"year": 2024, "result": 2, "behaviour": 2, "predicate": 2}, {"result": 1, "behaviour": 1, "predicate": 1},
        "skp",
    ),
    "angka_kredit": (
        {"kind": "konversi", "job_name": "Perawat Ahli Muda", "starts_on": "2024-01-01", "ends_on": "2025-01-01",
         "total": "25", **DECREE},
        {"total": "37.5"}, "sk_pak",
    ),
    "kgb": (
        {"starts_on": "2024-03-01", "service_years": 4, "service_months": 0, **DECREE}, {"service_years": 6}, "sk_kgb",
    ),
    "penugasan": (
        {"kind": "dpk", "direction": "keluar", "agency_name": "KPU", "job_name": "Sekretaris",
         "starts_on": "2021-03-01", "ends_on": "2022-03-01", **DECREE},
        {"kind": "dpb"}, "sk_jabatan",
    ),
    "tugas_belajar": (
        {"kind": "tugas", "level": "45", "programme": "Gizi", "school": "USU", "starts_on": "2021-03-01",
         "ends_on": "2023-03-01", "outcome": "berjalan", **DECREE},
        {"outcome": "lulus"}, "tubel",
    ),
    "disiplin": (
        {"sanction": "2", "starts_on": "2021-03-01", "years": 0, "months": 0, "state": "berlaku", **DECREE},
        {"sanction": "1", "state": "dibatalkan", "revoked_decree": "SK/9", "revoked_on": "2021-06-01"}, "hukdis",
    ),
}  # fmt: skip


@pytest.fixture
def post(medan, person):  # noqa: F811
    with agency_scope(medan):
        position = make.PositionFactory(agency=medan, unit=person.unit, starts_on=D(2019, 1, 1))
        seat = make.SeatFactory(agency=medan, position=position, starts_on=D(2019, 1, 1))
        return make.IncumbencyFactory(
            agency=medan, position=position, seat=seat, employee=person, decree="SK salah", starts_on=D(2020, 1, 1)
        )


def test_each_kind_is_added_corrected_and_taken_back_by_the_registers_own_service(medan, owner, person, officer):  # noqa: F811
    for number, (code, (facts, fixed, kind)) in enumerate(ROWS.items()):
        model: Any = TARGETS[code].model
        evidence = [proof(kind, papers.pdf(number + 1))]
        added = propose(medan, owner, person, code, facts, evidence=evidence, explanation=f"Rahasia {code}")
        added = done(medan, officer, corrections.accept, added)
        with agency_scope(medan):
            row = model.objects.get(employee=person)
        with pytest.raises(RuleBroken, match="sama dengan"):
            propose(medan, owner, person, code, facts, object_id=row.pk, evidence=evidence)
        change = propose(medan, owner, person, code, facts | fixed, object_id=row.pk, evidence=evidence)
        assert change.values_before.keys() == set(TARGETS[code].fields)
        done(medan, officer, corrections.accept, change)
        with agency_scope(medan):
            row = model.objects.get(employee=person)
            told = {name: str(getattr(row, name)) for name in fixed}
        assert told == {name: str(value) for name, value in fixed.items()} | (
            {"total": "37.500"} if code == "angka_kredit" else {}
        )
        double = propose(medan, owner, person, code, {}, object_id=row.pk, evidence=evidence, removes=True)
        assert (double.values, double.is_waiting) == ({}, True)
        done(medan, officer, corrections.accept, double)
        with agency_scope(medan):
            assert not model.objects.filter(employee=person).exists()
            # The trail names the request, and says nothing of what it says.
            reasons = AuditEntry.objects.filter(table_name=model._meta.db_table).order_by("pk").values_list("reason")
            assert [reason for (reason,) in reasons] == [
                f"Usul perbaikan #{each.pk}" for each in (added, change, double)
            ]
            assert not AuditEntry.objects.filter(reason__contains="Rahasia").exists()


def test_a_removal_names_a_row_of_a_history_that_takes_rows_back(medan, owner, person, post):  # noqa: F811
    evidence = [proof("sk_jabatan")]
    for target, more in (("jabatan", {"object_id": post.pk}), ("telepon", {"object_id": 1}), ("kinerja", {})):
        with pytest.raises(RuleBroken):
            propose(medan, owner, person, target, {}, removes=True, evidence=evidence, **more)
    with agency_scope(medan), transaction.atomic(), pytest.raises(IntegrityError, match="removes_a_row"):
        ChangeRequest.objects.create(
            agency=medan, employee=person, target="kinerja", explanation="x", requested_by=owner, removes=True
        )


# Posts


def test_a_post_is_corrected_as_an_officer_corrects_it(medan, owner, person, officer, post):  # noqa: F811
    evidence = [proof("sk_jabatan")]
    with pytest.raises(RuleBroken, match="Pilih baris"):
        propose(medan, owner, person, "jabatan", {"decree": "SK/1", "starts_on": "2020-01-01"}, evidence=evidence)
    facts = {"decree": "SK/1/2019", "decree_on": "2019-12-20", "starts_on": "2020-02-01"}
    row = propose(medan, owner, person, "jabatan", facts, object_id=post.pk, evidence=evidence)
    with agency_scope(medan):
        other = make.UnitFactory(agency=medan)
    for actor in (acting(medan, user_with(medan, "admin_unit", other)), acting(medan, user_with(medan, "auditor"))):
        with pytest.raises(NotAllowed):
            done(medan, actor, corrections.accept, row)
    done(medan, officer, corrections.accept, row)
    with agency_scope(medan):
        post.refresh_from_db()
        entry = AuditEntry.objects.filter(table_name="positions_incumbency").latest("pk")
        changed = json.loads(AuditValue.objects.get(entry_id=entry.pk).change)
    assert (post.decree, post.decree_on, post.starts_on) == ("SK/1/2019", D(2019, 12, 20), D(2020, 2, 1))
    assert (entry.kind, set(changed)) == ("ubah", {"decree", "decree_on", "starts_on"})


def test_what_clashes_is_told_to_the_officer_and_nothing_is_written(medan, owner, person, officer, post):  # noqa: F811
    with agency_scope(medan):
        make.IncumbencyFactory(
            agency=medan, position=post.position, seat=post.seat, starts_on=D(2019, 3, 1), ends_on=D(2020, 1, 1)
        )
        elsewhere = make.IncumbencyFactory(
            agency=medan, employee=person, starts_on=D(2018, 1, 1), ends_on=D(2019, 6, 1), decree="SK/0"
        )
    clashes = (
        (post, {"starts_on": "2019-12-01"}, "Jabatan ini sudah dipangku"),
        (elsewhere, {"ends_on": "2020-06-01"}, "sudah memangku jabatan definitif"),
        (post, {"starts_on": "2018-12-01"}, "baru ada sejak 1 Januari 2019"),
        (elsewhere, {"ends_on": None}, "sudah berakhir"),
    )
    for held, wrong, said in clashes:
        facts = {"decree": "SK benar", "starts_on": held.starts_on, "ends_on": held.ends_on} | wrong
        row = propose(medan, owner, person, "jabatan", facts, object_id=held.pk, evidence=[proof("sk_jabatan")])
        with pytest.raises(RuleBroken, match=said):
            done(medan, officer, corrections.accept, row)
        with agency_scope(medan):
            kept = Incumbency.objects.get(pk=held.pk)
            assert (kept.decree, kept.starts_on, kept.ends_on) == (held.decree, held.starts_on, held.ends_on)
            assert ChangeRequest.objects.get(pk=row.pk).is_waiting
        done(medan, owner, corrections.withdraw, row)
    with agency_scope(medan):
        # Only the trigger knows that a Plt acts where nobody sits.
        acts = make.IncumbencyFactory(
            agency=medan, position=post.position, seat=post.seat, kind="plt", starts_on=D(2019, 1, 1),
            ends_on=D(2019, 2, 1), decree="SK/P",
        )  # fmt: skip
        with pytest.raises(RuleBroken, match="lowong"):
            incumbencies.correct(actor=officer, incumbency=acts, starts_on=D(2020, 3, 1), ends_on=D(2020, 4, 1))


def test_nobody_corrects_the_own_post(medan, person, post):  # noqa: F811
    both = user_with(medan, "staf_bkd", nip=person.nip, username="rangkap")
    with agency_scope(medan):
        RoleAssignment.objects.create(agency=medan, user=both, role="pegawai", starts_on=D(2020, 1, 1))
    both = acting(medan, both)
    facts = {"decree": "SK benar", "starts_on": post.starts_on}
    row = propose(medan, both, person, "jabatan", facts, object_id=post.pk, evidence=[proof("sk_jabatan")])
    with pytest.raises(NotAllowed, match="orang lain"):
        done(medan, both, corrections.accept, row)
    with pytest.raises(NotAllowed, match="petugas lain"), agency_scope(medan, both.pk):
        incumbencies.correct(actor=both, incumbency=post, decree="SK benar")


# Sanctions


def test_a_request_about_a_sanction_is_for_who_reads_sanctions(client, medan, unit, owner, person, officer):  # noqa: F811
    facts, _fixed, _kind = ROWS["disiplin"]
    row = propose(medan, owner, person, "disiplin", facts, evidence=[proof("hukdis")], explanation="Bukan saya")
    url = reverse("change-request-detail", args=[row.pk])
    with agency_scope(medan):
        document = row.evidence.get()
    of_unit = user_with(medan, "admin_unit", unit)
    client.force_login(of_unit)
    assert client.get(url).status_code == 404
    assert client.get(f"/api/v1/change-requests/{row.pk}/").status_code == 404
    assert client.post(f"/api/v1/change-requests/{row.pk}/refuse/", {"reason": "x"}).status_code == 404
    assert client.get(reverse("document-open", args=[document.pk])).status_code == 404
    assert "Siti" not in client.get(reverse("change-request-list")).content.decode()
    with pytest.raises(NotAllowed):
        done(medan, acting(medan, of_unit), corrections.accept, row)
    with agency_scope(medan):
        event = Event.objects.get(kind="correction.proposed", object_id=row.pk)
    assert (event.people, event.permissions) == ([officer.pk], [])

    client.force_login(officer)
    shown = client.get(url).content.decode()
    assert "Teguran tertulis" in shown
    with agency_scope(medan):
        read = AuditEntry.objects.filter(kind="baca", table_name="positions_changerequest", user_id=officer.pk)
        assert AuditValue.objects.filter(entry_id__in=read.values("pk"), object_id=row.pk).exists()
    assert client.post(url, {"action": "accept"}).status_code == 302
    with agency_scope(medan):
        sanction = models.Discipline.objects.get(employee=person)
        told = AuditValue.objects.filter(object_id=sanction.pk).values_list("change", flat=True)
        assert not any("SK/1" in change for change in told)
    client.force_login(of_unit)
    assert client.get(reverse("document-open", args=[document.pk])).status_code == 404
    for target, values in (("telepon", {"phone": "0812345678"}), ("kinerja", ROWS["kinerja"][0])):
        with pytest.raises(RuleBroken, match="bukan bukti"):
            propose(medan, owner, person, target, values, evidence=[proof("hukdis")])


# Doors


def test_the_pages_lead_to_the_row_and_speak_of_last_days(client, medan, owner, person, officer, post):  # noqa: F811
    with agency_scope(medan):
        leave = models.UnpaidLeave.objects.create(
            agency=medan, employee=person, starts_on=D(2021, 3, 1), ends_on=D(2022, 3, 1), decree="SK/2",
            decree_on=D(2021, 2, 1),
        )  # fmt: skip
    client.force_login(owner)
    new = reverse("change-request-new")
    assert "Riwayat hukuman disiplin" in client.get(new).content.decode()
    choose = client.get(f"{new}?data=jabatan").content.decode()
    assert f"?data=jabatan&amp;baris={post.pk}" in choose
    assert 'id="id_decree"' not in choose
    form = client.get(f"{new}?data=jabatan&baris={post.pk}").content.decode()
    assert post.position.unit.name in form
    assert "usulkan dihapus" not in form
    assert client.get(f"{new}?data=jabatan&baris={post.pk}&hapus=ya").status_code == 404
    tab = client.get(reverse("employee-history", args=[person.pk, "penugasan"])).content.decode()
    assert f"?data=cltn&amp;baris={leave.pk}" in tab
    assert f"?data=jabatan&amp;baris={post.pk}" in tab

    url = f"{new}?data=cltn&baris={leave.pk}"
    form = client.get(url).content.decode()
    assert 'value="2022-02-28"' in form
    assert "usulkan dihapus" in form
    body = {
        "starts_on": "2021-03-01", "ends_on": "2022-03-31", "decree": "SK/2", "decree_on": "2021-02-01",
        "explanation": "Menurut SK", "bukti-kind": "cltn", "bukti-file": SimpleUploadedFile("a.pdf", papers.pdf()),
    }  # fmt: skip
    sent = client.post(url, body)
    assert sent.status_code == 302, sent.content
    with agency_scope(medan):
        assert ChangeRequest.objects.get().values["ends_on"] == "2022-04-01"
    removal = client.get(f"{url}&hapus=ya").content.decode()
    assert "Yang diusulkan dihapus" in removal
    client.force_login(officer)
    assert "<strong>31 Maret 2022</strong>" in client.get(sent["Location"]).content.decode()
    assert "baris=" not in client.get(reverse("employee-history", args=[person.pk, "penugasan"])).content.decode()


def test_the_api_takes_a_removal(client, medan, owner, person, officer):  # noqa: F811
    with agency_scope(medan):
        row = models.YearlyPredicate.objects.create(agency=medan, employee=person, year=2023, predicate=3)
    client.force_login(owner)
    body = {"target": "kinerja", "object_id": row.pk, "removes": "true", "explanation": "Milik orang lain"}
    assert client.post("/api/v1/change-requests/", body | {"values": '{"year": "2023"}'}).status_code == 400
    assert client.post("/api/v1/change-requests/", body).status_code == 409
    body |= {"kind": "skp", "file": SimpleUploadedFile("skp.pdf", papers.pdf())}
    made = client.post("/api/v1/change-requests/", body)
    assert made.status_code == 201, made.content
    assert (made.json()["removes"], made.json()["proposed"], made.json()["before"]["year"]) == (True, {}, 2023)
    client.force_login(officer)
    taken = client.post(f"/api/v1/change-requests/{made.json()['id']}/accept/", {}, content_type="application/json")
    assert taken.json()["state"] == "diterima"
    with agency_scope(medan):
        assert not models.YearlyPredicate.objects.filter(employee=person).exists()


def test_the_admin_corrects_days_and_says_what_clashes(client, medan, officer, post):  # noqa: F811
    with agency_scope(medan):
        make.IncumbencyFactory(
            agency=medan, position=post.position, seat=post.seat, starts_on=D(2019, 3, 1), ends_on=D(2020, 1, 1)
        )
    client.force_login(user_with(medan, "admin_daerah"))
    url = reverse("admin:positions_incumbency_change", args=[post.pk])
    clash = client.post(url, {"decree": "SK benar", "starts_on": "2019-12-01", "ends_on": ""}, follow=True)
    assert "sudah dipangku" in clash.content.decode()
    assert client.post(url, {"decree": "SK benar", "starts_on": "2020-02-01", "ends_on": ""}).status_code == 302
    with agency_scope(medan):
        post.refresh_from_db()
    assert (post.decree, post.starts_on) == ("SK benar", D(2020, 2, 1))
    assert DAY > post.starts_on


# Who reads what is proposed; the pay group of a PPPK


def test_a_pppk_proposes_the_own_pay_group_and_a_pns_a_rank(medan, unit, officer):  # noqa: F811
    with agency_scope(medan):
        hired = make.EmployeeFactory(
            agency=medan, unit=unit, status="PPPK", rank=None, rank_since=None, cpns_on=D(2021, 3, 1)
        )
        pns = make.EmployeeFactory(agency=medan, unit=unit)
    login = acting(medan, user_with(medan, "pegawai", nip=hired.nip, username="pppk"))
    facts, evidence = {"pay_group": 9, "starts_on": "2022-01-01", **DECREE}, [proof("kontrak_pppk")]
    with pytest.raises(RuleBroken, match="tidak dapat diusulkan"):
        propose(medan, login, hired, "golongan", {"rank": 31, "starts_on": "2022-01-01", **DECREE}, evidence=evidence)
    row = propose(medan, login, hired, "golongan_pppk", facts, evidence=evidence)
    done(medan, officer, corrections.accept, row)
    with agency_scope(medan):
        hired.refresh_from_db()
        assert (hired.pay_group, hired.ranks.get().pay_group) == (9, 9)
    assert {"golongan", "kgb"} <= {each.code for each in correctable.offered(pns)}
    assert "golongan_pppk" not in {each.code for each in correctable.offered(pns)}
    hired.status = "PPPK_PW"
    assert "kgb" not in {each.code for each in correctable.offered(hired)}


def test_decrees_of_ranks_increments_and_contracts_may_be_handed_in_alone():
    assert {"sk_pangkat", "sk_kgb", "kontrak_pppk", "sk_cpns", "sk_pns"} <= set(TARGETS["berkas"].kinds)


OLD_NIK, NEW_NIK = "1271010101850001", "1271010101850002"


def test_a_nik_is_corrected_by_who_reads_niks_and_kept_unreadable(client, medan, unit, owner, person, officer):  # noqa: F811
    with agency_scope(medan, officer.pk):
        person = identity.correct_nik(actor=officer, employee=person, nik=OLD_NIK)
        person.nik_validated = True
        person.save(update_fields=["nik_validated"])
    for wrong in ("127101", f"{NEW_NIK}9", "127101010185000X"):
        with pytest.raises(RuleBroken, match="16 angka"):
            propose(medan, owner, person, "nik", {"nik": wrong}, evidence=[proof("ktp")])
    client.force_login(owner)
    form = client.get(f"{reverse('change-request-new')}?data=nik")
    assert f'value="{OLD_NIK}"' in form.content.decode()
    assert "no-store" in form["Cache-Control"]
    row = propose(medan, owner, person, "nik", {"nik": NEW_NIK}, evidence=[proof("ktp")])
    clerk = acting(medan, user_with(medan, "admin_unit", unit, username="unit"))
    page, api = reverse("change-request-detail", args=[row.pk]), f"/api/v1/change-requests/{row.pk}/"
    client.force_login(clerk)
    for text in (client.get(page).content.decode(), client.get(api).content.decode()):
        assert NEW_NIK not in text
        assert OLD_NIK not in text
    for service in (corrections.accept, corrections.refuse):
        with pytest.raises(NotAllowed):
            done(medan, clerk, service, row, reason="x")
    assert client.post(f"{api}nik/", {"purpose": "usul"}, "application/json").status_code in (403, 404)
    client.force_login(officer)
    _asks_a_purpose(client, medan, person, page, api)
    client.force_login(owner)
    for text in (client.get(page).content.decode(), client.get(api).content.decode()):
        assert NEW_NIK in text
        assert OLD_NIK in text
    done(medan, officer, corrections.accept, row)
    with agency_scope(medan):
        person.refresh_from_db()
        assert (person.nik, person.nik_hash, person.nik_validated) == (NEW_NIK, lookup_hash(NEW_NIK), None)
        assert not AuditValue.objects.filter(change__contains=NEW_NIK).exists()
        with connection.cursor() as cursor:
            cursor.execute("SELECT nik FROM positions_employee WHERE id = %s", [person.pk])
            assert NEW_NIK not in cursor.fetchone()[0]


def _asks_a_purpose(client, medan, person, page, api):  # noqa: F811
    """The officer sees the last digits, and the NIKs once a purpose is named, which the trail keeps as of any NIK."""

    def looks():
        with agency_scope(medan):
            found = AuditEntry.objects.filter(kind="baca", table_name="positions_employee").values_list("pk")
            return [value.change for value in AuditValue.objects.filter(object_id=person.pk, entry_id__in=found)]

    for text in (client.get(page).content.decode(), json.dumps(client.get(api).json(), ensure_ascii=False)):
        assert NEW_NIK not in text
        assert OLD_NIK not in text
        assert f"{'•' * 12}{NEW_NIK[-4:]}" in text
    assert looks() == []
    for purpose in ("", "karena sakit"):
        refused = client.post(page, {"action": "nik", "purpose": purpose})
        assert (refused.status_code, NEW_NIK in refused.content.decode()) == (422, False)
        assert client.post(f"{api}nik/", {"purpose": purpose}, "application/json").status_code in (400, 409)
    assert looks() == []
    shown = client.post(page, {"action": "nik", "purpose": "usul"}).content.decode()
    assert NEW_NIK in shown
    assert OLD_NIK in shown
    told = client.post(f"{api}nik/", {"purpose": "dukcapil"}, "application/json")
    assert (told.json()["before"], told.json()["proposed"]) == (OLD_NIK, NEW_NIK)
    assert told["Cache-Control"] == "no-store"
    said = [json.loads(each) for each in looks()]
    assert sorted((each["columns"], each["purpose"]) for each in said) == [(["nik"], "dukcapil"), (["nik"], "usul")]


def test_nobody_writes_the_own_nik_or_one_elsewhere(medan, unit, person, officer):  # noqa: F811
    with agency_scope(medan):
        other = make.UnitFactory(agency=medan)
        colleague = make.EmployeeFactory(agency=medan, unit=unit)
    refused = (
        (user_with(medan, "staf_bkd", nip=person.nip, username="sendiri"), person),
        (user_with(medan, "admin_unit", unit, username="unit"), person),
        (user_with(medan, "admin_unit", other, username="lain"), colleague),
        (user_with(medan, "auditor", username="auditor"), colleague),
    )
    for user, about in refused:
        actor = acting(medan, user)
        with agency_scope(medan, actor.pk), pytest.raises(NotAllowed):
            identity.correct_nik(actor=actor, employee=about, nik=NEW_NIK)


def test_an_increment_that_is_proposed_is_for_who_reads_salaries(client, medan, unit, owner, person, officer):  # noqa: F811
    facts = {"starts_on": "2024-03-01", "service_years": 4, "service_months": 0, **DECREE}
    row = propose(medan, owner, person, "kgb", facts, evidence=[proof("sk_kgb")], explanation="Gaji saya kurang")
    api = f"/api/v1/change-requests/{row.pk}/"
    client.force_login(user_with(medan, "bagian_organisasi"))
    assert client.get(api).status_code in (403, 404)
    client.force_login(user_with(medan, "auditor"))
    assert "Gaji saya kurang" not in client.get(api).content.decode()
    client.force_login(officer)
    assert client.get(api).json()["explanation"] == "Gaji saya kurang"
    assert client.get(api).json()["proposed"]["service_years"] == 4
