"""Objections through the API: the person files and takes back, another than the decider answers, others see nothing."""

from datetime import date

import pytest
from django.test import Client

from asnhr.models import AuditEntry
from asnhr.scope import agency_scope
from positions.models import Decision, NeedsAnalysis, RecommendationLine
from tests import api_world
from tests.factories.positions import EmployeeFactory, IncumbencyFactory, UnitFactory
from tests.roles import user_with

pytestmark = pytest.mark.django_db


def reader(agency, role, *units, **fields):
    client = Client()
    client.force_login(user_with(agency, role, *units, **fields))
    return client


def post(client, path, body=None):
    return client.post(f"/api/v1/objections/{path}", body or {}, content_type="application/json")


@pytest.fixture
def world():
    """A recommendation about a held post, approved by somebody of the BKD."""
    medan = api_world.medan()
    decider = user_with(medan, "staf_bkd", username="pemutus")
    with agency_scope(medan):
        unit = UnitFactory(agency=medan)
        line = api_world.IN_UNIT["recommendation-lines"](medan, unit)
        RecommendationLine.objects.filter(pk=line.pk).update(recommendation="LEPAS", state="setuju")
        NeedsAnalysis.objects.update(is_complete=True, as_of=date(2026, 1, 2))
        Decision.objects.create(agency=medan, line=line, verdict="setuju", reason="x", decided_by=decider)
        person = EmployeeFactory(agency=medan, unit=unit)
        IncumbencyFactory(agency=medan, position=line.result.position, employee=person, starts_on=date(2020, 1, 1))
    return medan, unit, line, person, decider


def test_the_person_objects_and_another_than_the_decider_answers(world):
    medan, unit, line, person, decider = world
    me, other = reader(medan, "pegawai", nip=person.nip), reader(medan, "staf_bkd")
    deciding = Client()
    deciding.force_login(decider)
    (result,) = me.get("/api/v1/objections/results/").json()
    asked = {"kind": result["kind"], "object_id": result["object_id"], "grounds": "Beban kerja belum dihitung"}

    assert result["object_id"] == line.pk
    # Others have no results, or none of that number.
    assert other.get("/api/v1/objections/results/").status_code == 403
    assert post(other, "", asked).status_code == 403
    with agency_scope(medan):
        colleague = EmployeeFactory(agency=medan, unit=unit)
    fellow = reader(medan, "pegawai", nip=colleague.nip)
    assert post(fellow, "", asked).status_code == 409
    made = post(me, "", asked).json()
    assert (made["state"], made["grounds"]) == ("menunggu", "Beban kerja belum dihitung")
    assert post(me, "", asked).status_code == 409

    path, answer = f"{made['id']}/", {"uphold": False, "reason": "Sudah dihitung"}
    assert post(me, f"{path}answer/", answer).status_code == 403
    assert post(deciding, f"{path}answer/", answer).status_code == 403
    # Who answers cases of the agenda only does not know of it; nor does another agency, another unit, a colleague.
    strangers = (
        reader(medan, "admin_daerah"), reader(medan, "admin_unit", unit), reader(api_world.jambi(), "staf_bkd"),
        fellow,
    )  # fmt: skip
    for stranger in strangers:
        assert stranger.get(f"/api/v1/objections/{path}").status_code == 404
        assert stranger.get("/api/v1/objections/").json()["results"] == []
    assert "grounds" not in other.get("/api/v1/objections/").json()["results"][0]
    assert post(reader(medan, "auditor"), f"{path}answer/", answer).status_code == 403
    assert post(other, f"{path}answer/", {"uphold": False, "reason": ""}).status_code == 400
    assert post(other, f"{path}answer/", answer).json()["state"] == "ditolak"
    assert me.get(f"/api/v1/objections/{path}").json()["answer"] == "Sudah dihitung"
    assert post(me, f"{path}withdraw/").status_code == 409
    with agency_scope(medan):
        assert AuditEntry.objects.filter(kind="baca", table_name="positions_objection").count() == 1


def test_an_own_objection_is_taken_back_by_its_person_only(world):
    medan, _unit, line, person, _decider = world
    me, other = reader(medan, "pegawai", nip=person.nip), reader(medan, "staf_bkd")
    made = post(me, "", {"kind": "rekomendasi", "object_id": line.pk, "grounds": "Keliru"}).json()

    assert post(other, f"{made['id']}/withdraw/").status_code == 403
    assert post(me, f"{made['id']}/withdraw/").json()["state"] == "ditarik"
    assert [each["id"] for each in me.get("/api/v1/objections/?own=true").json()["results"]] == [made["id"]]
