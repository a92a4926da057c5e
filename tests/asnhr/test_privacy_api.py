"""Personal data through the API, rights as on the pages: own copies, destructions and proof, holds, incidents."""

import io
import json
import zipfile
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from asnhr.models import AuditEntry, DataIncident, Destruction, LegalHold, OwnCopy
from asnhr.privacy import owndata, retention
from asnhr.scope import agency_scope
from positions.models import EmployeeContact
from tests import api_world
from tests.factories.positions import EmployeeFactory, UnitFactory
from tests.roles import user_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def medan():
    return api_world.medan()


@pytest.fixture
def gone(medan):
    """Who left ten years ago and has an old telephone number."""
    with agency_scope(medan):
        person = EmployeeFactory(
            agency=medan, unit=UnitFactory(agency=medan), exits_on=date(2016, 1, 1), exit_reason="pensiun"
        )
        EmployeeContact.objects.create(
            agency=medan, employee=person, kind="hp", value="0811", sensitivity="terbatas", starts_on=date(2010, 1, 1)
        )
    return person


def reader(agency, role, **fields):
    client = Client()
    client.force_login(user_with(agency, role, **fields))
    return client


def post(client, path, body=None, method="post"):
    return getattr(client, method)(f"/api/v1/{path}", body or {}, content_type="application/json")


def cost(client, path):
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


def test_a_destruction_is_found_proposed_decided_by_another_and_proven(medan, gone):
    pdp, pyb = reader(medan, "petugas_pdp"), reader(medan, "pyb")

    assert post(pyb, "destructions/").status_code == 403
    assert pyb.get("/api/v1/destructions/preview/").status_code == 403
    assert [each["rule"] for each in pdp.get("/api/v1/destructions/preview/").json()] == ["kontak"]
    made = post(pdp, "destructions/").json()
    assert (made["state"], made["lines"][0]["due"], made["proof_holds"]) == ("ditemukan", 1, None)
    path = f"destructions/{made['id']}/"
    assert post(pyb, f"{path}propose/").status_code == 403
    assert post(pdp, f"{path}propose/").json()["state"] == "diusulkan"
    verdict = {"approve": True, "reason": "Sesuai jadwal retensi"}
    assert post(pdp, f"{path}decide/", verdict).status_code == 403
    assert pdp.get(f"/api/v1/{path}proof/").status_code == 404
    assert post(pyb, f"{path}decide/", {"approve": True, "reason": ""}).status_code == 400
    assert post(pyb, f"{path}decide/", verdict).json()["state"] == "disetujui"
    assert post(pyb, f"{path}decide/", verdict).status_code == 409

    with agency_scope(medan):
        retention.carry_out(Destruction.objects.get(pk=made["id"]))
    done = pdp.get(f"/api/v1/{path}").json()
    assert (done["number"], done["proof_holds"], done["lines"][0]["destroyed"]) == (made["number"], True, 1)
    assert pdp.get(f"/api/v1/{path}proof/").content.startswith(b"%PDF-")
    # What a rule let go is not listed by number anywhere.
    assert "objects_due" not in json.dumps(done)


def test_a_hold_is_placed_by_who_may_and_keeps_data_until_it_is_lifted(medan, gone):
    pdp, auditor, pyb = reader(medan, "petugas_pdp"), reader(medan, "auditor"), reader(medan, "pyb")
    facts = {"nip": f" {gone.nip[:8]} {gone.nip[8:]} ", "basis": "Perkara 12/G/2026", "reason": "Diminta pengadilan"}

    assert post(auditor, "legal-holds/", facts).status_code == post(pyb, "legal-holds/", facts).status_code == 403
    for wrong, status in (({"basis": ""}, 400), ({"reason": "x" * 301}, 400), ({"nip": "198001"}, 409)):
        assert post(pdp, "legal-holds/", facts | wrong).status_code == status
    made = post(pdp, "legal-holds/", facts)
    assert (made.status_code, made.json()["nip"], made.json()["lifted_at"]) == (201, gone.nip, None)
    assert post(pdp, "legal-holds/", facts).status_code == 409
    assert post(pdp, "destructions/").status_code == 409
    path = f"legal-holds/{made.json()['id']}/"
    assert post(auditor, f"{path}lift/", {"reason": "Putusan"}).status_code == 403
    assert post(pdp, f"{path}lift/", {"reason": " "}).status_code == 400
    lifted = post(pdp, f"{path}lift/", {"reason": "Putusan"}).json()
    assert (lifted["lifted_reason"], bool(lifted["lifted_at"])) == ("Putusan", True)
    assert post(pdp, f"{path}lift/", {"reason": "Putusan"}).status_code == 409
    assert post(pdp, "destructions/").status_code == 201

    assert [each["id"] for each in auditor.get("/api/v1/legal-holds/?lifted=true").json()["results"]] == [lifted["id"]]
    assert auditor.get("/api/v1/legal-holds/?lifted=false").json()["results"] == []
    assert post(pdp, path, {"reason": "Lain"}, "patch").status_code == 405
    with agency_scope(medan):
        entries = AuditEntry.objects.filter(table_name="asnhr_legalhold").order_by("pk")
        assert [(entry.kind, entry.door) for entry in entries] == [("tambah", "api"), ("ubah", "api")]


def test_a_hold_asked_for_twice_with_one_key_is_one(medan, gone):
    pdp, facts = reader(medan, "petugas_pdp"), {"nip": gone.nip, "basis": "Perkara 12", "reason": "Diminta"}

    def ask(path, body, key):
        return pdp.post(
            f"/api/v1/{path}", body, content_type="application/json", headers={"Idempotency-Key": key}
        )  # fmt: skip

    made, again = ask("legal-holds/", facts, "tahan-1"), ask("legal-holds/", facts, "tahan-1")
    assert (made.status_code, again.status_code, again.json()) == (201, 201, made.json())
    path = f"legal-holds/{made.json()['id']}/lift/"
    lifted, twice = (ask(path, {"reason": "Putusan"}, "cabut-1") for _time in range(2))
    assert (lifted.status_code, twice.status_code, twice.json()) == (200, 200, lifted.json())
    assert pdp.get("/api/v1/legal-holds/").json()["results"] == [lifted.json()]


def test_an_incident_has_a_clock_and_ends_when_it_is_dealt_with(medan):
    pdp, auditor = reader(medan, "petugas_pdp"), reader(medan, "auditor")
    known = timezone.now() - timedelta(hours=80)
    facts = {"title": "Surel salah alamat", "known_at": known.isoformat(), "what": "Lampiran", "data": ["identitas"]}

    assert post(auditor, "incidents/", facts).status_code == 403
    assert post(pdp, "incidents/", {**facts, "data": ["lain"]}).status_code == 400
    made = post(pdp, "incidents/", facts).json()
    assert (made["is_told"], made["was_late"]) == (False, True)
    path = f"incidents/{made['id']}/"
    told = {"told_authority_at": timezone.now().isoformat(), "told_people_at": timezone.now().isoformat()}
    assert post(pdp, path, told, "patch").status_code == 409
    assert post(auditor, path, told, "patch").status_code == 403
    kept = post(pdp, path, told | {"late_reason": "Penelusuran", "measures": "Ditarik"}, "patch").json()
    assert (kept["title"], kept["is_told"]) == ("Surel salah alamat", True)
    assert post(auditor, f"{path}close/").status_code == 403
    assert post(pdp, f"{path}close/").json()["closed_at"]
    assert post(pdp, path, {"title": "Lain"}, "patch").status_code == 409
    assert auditor.get("/api/v1/incidents/?closed=true").json()["results"][0]["id"] == made["id"]
    assert auditor.get("/api/v1/incidents/?closed=false").json()["results"] == []


def test_a_person_takes_the_own_copy_and_nobody_else(medan, gone, settings, tmp_path):
    settings.UPLOAD_DIR = tmp_path
    me, other = reader(medan, "pegawai", nip=gone.nip), reader(medan, "pegawai", nip="198001012005011001")
    assert post(reader(medan, "petugas_pdp"), "own-copies/").status_code == 403
    assert post(reader(medan, "pegawai"), "own-copies/").status_code == 403

    asked = post(me, "own-copies/")
    made = asked.json()
    assert (asked.status_code, made["is_ready"]) == (202, False)
    assert post(me, "own-copies/").json()["id"] == made["id"]
    path = f"/api/v1/own-copies/{made['id']}/"
    assert me.get(f"{path}file/").status_code == 409
    with agency_scope(medan):
        owndata.make(OwnCopy.objects.select_related("agency").get(pk=made["id"]))
    assert me.get(path).json()["is_ready"]
    taken = me.get(f"{path}file/")

    with zipfile.ZipFile(io.BytesIO(taken.content)) as book:
        assert gone.nip in book.read("data.json").decode()
    assert taken["Cache-Control"] == "no-store"
    assert other.get(path).status_code == other.get(f"{path}file/").status_code == 404
    assert other.get("/api/v1/own-copies/").json()["results"] == []


def test_other_agencies_and_roles_see_none_of_it_and_lists_cost_the_same(medan):
    pdp, stranger = reader(medan, "petugas_pdp"), reader(api_world.jambi(), "petugas_pdp")

    def make(count):
        with agency_scope(medan):
            writer = user_with(medan, "petugas_pdp")
            for _one in range(count):
                DataIncident.objects.create(
                    agency=medan, title="x", known_at=timezone.now(), what="x", data=["akun"], recorded_by=writer
                )
                LegalHold.objects.create(
                    agency=medan, nip=f"19800101200501{LegalHold.objects.count():04}", basis="x", reason="x",
                    placed_by=writer,
                )  # fmt: skip
                row = Destruction.objects.create(
                    agency=medan, day=date(2026, 1, 1), state="ditolak", proposed_by=writer, reason="x",
                    proposed_at=timezone.now(), decided_by=user_with(medan, "ppk"), decided_at=timezone.now(),
                )  # fmt: skip
        return row

    row = make(1)
    costs = {path: cost(pdp, f"/api/v1/{path}/") for path in ("incidents", "destructions", "legal-holds")}
    make(6)
    for path, before in costs.items():
        assert cost(pdp, f"/api/v1/{path}/") == before <= 15
        assert stranger.get(f"/api/v1/{path}/").json()["results"] == []
        for role in ("staf_bkd", "admin_daerah", "pegawai"):
            assert reader(medan, role).get(f"/api/v1/{path}/").status_code == 403
    assert stranger.get(f"/api/v1/destructions/{row.pk}/").status_code == 404
    held = pdp.get("/api/v1/legal-holds/").json()["results"][0]["id"]
    assert stranger.get(f"/api/v1/legal-holds/{held}/").status_code == 404
    assert post(stranger, f"legal-holds/{held}/lift/", {"reason": "x"}).status_code == 404
