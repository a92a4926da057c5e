"""Writes through the API: services decide, the API only speaks; wrong role 403, out of sight 404, broken rule 409."""

import json
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework import serializers

from asnhr import registry
from asnhr.models import ImportJob, Run
from asnhr.scope import agency_scope
from positions.models import (
    Decision,
    Education,
    EducationLevel,
    Finding,
    NameMapping,
    PositionGoal,
    Workload,
    WorkloadSheet,
    WorkloadTask,
)
from tests import api_world
from tests.factories.asnhr import AgencyFactory
from tests.factories.positions import (
    CampaignFactory,
    EmployeeFactory,
    GoalFactory,
    IncumbencyFactory,
    NeedsAnalysisFactory,
    PositionFactory,
    UnitFactory,
    WorkloadFactory,
    WorkloadSheetFactory,
    WorkloadTaskFactory,
)
from tests.roles import user_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def medan():
    return api_world.medan()


@pytest.fixture
def unit(medan):
    with agency_scope(medan):
        return UnitFactory(agency=medan)


@pytest.fixture
def sheet(medan, unit):
    with agency_scope(medan):
        return WorkloadSheetFactory(agency=medan, unit=unit, state="belum")


@pytest.fixture
def position(medan, unit):
    with agency_scope(medan):
        return PositionFactory(agency=medan, unit=unit)


def as_role(client, agency, role, *units):
    client.force_login(user_with(agency, role, *units))
    return client


def send(client, method, url, body=None):
    return getattr(client, method)(url, body, content_type="application/json")


def task(position, number=1, **values):
    return {
        "position_id": position.pk, "number": number, "task": f"Tugas {number}", "volume": "100", "per": "month",
        "minutes": "60",
    } | values  # fmt: skip


# Workload


def test_a_unit_fills_its_sheet_and_the_bureau_approves_it(client, medan, unit, sheet, position):
    url = f"/api/v1/workload-sheets/{sheet.pk}"
    as_role(client, medan, "pengelola_kepegawaian", unit)
    saved = send(client, "put", f"{url}/tasks/", {"tasks": [task(position, 1), task(position, 2, per="day")]})
    assert saved.status_code == 200, saved.content
    assert [each["number"] for each in saved.json()] == [1, 2]
    assert send(client, "post", f"{url}/submit/").json()["state"] == "diisi"
    assert send(client, "post", f"{url}/verify/").status_code == 403

    as_role(client, medan, "bagian_organisasi")
    assert send(client, "post", f"{url}/return/").status_code == 409  # no note
    assert send(client, "post", f"{url}/return/", {"note": "Lengkapi."}).json()["note"] == "Lengkapi."
    assert send(client, "post", f"{url}/submit/").json()["state"] == "diisi"
    assert send(client, "post", f"{url}/verify/").status_code == 403  # who submitted it

    as_role(client, medan, "bagian_organisasi")
    assert send(client, "post", f"{url}/approve/").status_code == 409  # not verified
    assert send(client, "post", f"{url}/verify/").json()["state"] == "diverifikasi"
    assert send(client, "put", f"{url}/tasks/", {"tasks": [task(position)]}).status_code == 409
    approved = send(client, "post", f"{url}/approve/").json()

    assert approved["state"] == "disahkan"
    assert approved["approved_on"] is not None


def test_an_empty_sheet_is_not_submitted(client, medan, unit, sheet):
    as_role(client, medan, "admin_unit", unit)

    response = send(client, "post", f"/api/v1/workload-sheets/{sheet.pk}/submit/")

    assert response.status_code == 409
    assert "belum memuat" in response.json()["detail"]


def test_tasks_are_changed_by_number_and_replaced_when_asked(client, medan, unit, sheet, position):
    as_role(client, medan, "admin_unit", unit)
    url = f"/api/v1/workload-sheets/{sheet.pk}/tasks/"
    send(client, "put", url, {"tasks": [task(position, 1), task(position, 2)]})

    send(client, "put", url, {"tasks": [task(position, 2, volume="7"), task(position, 3)]})
    with agency_scope(medan):
        assert list(WorkloadTask.objects.order_by("number").values_list("number", "volume")) == [
            (1, 100),
            (2, 7),
            (3, 100),
        ]
    send(client, "put", url, {"tasks": [task(position, 3)], "replace": True})

    with agency_scope(medan):
        assert list(WorkloadTask.objects.values_list("number", flat=True)) == [3]


def test_entered_tasks_are_checked_for_faults_anew(client, medan, unit, sheet, position):
    with agency_scope(medan):
        WorkloadFactory(agency=medan, sheet=sheet, position=position, faults=["PERKALIAN_SALAH"], printed_need=3)
    as_role(client, medan, "admin_unit", unit)

    send(
        client, "put", f"/api/v1/workload-sheets/{sheet.pk}/tasks/", {"tasks": [task(position, minutes_per_year=1250)]}
    )

    with agency_scope(medan):
        workload = Workload.objects.get()
        assert workload.faults == ["WKE_TIDAK_LAZIM"]
        assert workload.printed_need is None


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"volume": "0"}, 409),
        ({"minutes": "-1"}, 409),
        ({"volume": "banyak"}, 400),
        ({"per": "abad"}, 400),
        ({"number": 0}, 400),
        ({"task": " "}, 400),
        ({"goal_id": 999999}, 409),
        ({"position_id": 999999}, 409),
    ],
)
def test_a_wrong_task_is_refused_and_nothing_is_kept(change, status, client, medan, unit, sheet, position):
    as_role(client, medan, "admin_unit", unit)
    body = {"tasks": [task(position, 1), task(position, 2) | change]}

    response = send(client, "put", f"/api/v1/workload-sheets/{sheet.pk}/tasks/", body)

    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    with agency_scope(medan):
        assert WorkloadTask.objects.count() == 0


def test_the_same_number_twice_is_refused(client, medan, unit, sheet, position):
    as_role(client, medan, "admin_unit", unit)

    response = send(
        client, "put", f"/api/v1/workload-sheets/{sheet.pk}/tasks/", {"tasks": [task(position), task(position)]}
    )

    assert response.status_code == 409


def test_saving_many_tasks_costs_a_fixed_number_of_queries(
    client, medan, unit, sheet, position, django_assert_max_num_queries
):
    as_role(client, medan, "admin_unit", unit)
    body = {"tasks": [task(position, number) for number in range(1, 301)]}

    with django_assert_max_num_queries(40):
        response = send(client, "put", f"/api/v1/workload-sheets/{sheet.pk}/tasks/", body)

    assert len(response.json()) == 300


def test_the_sheet_of_another_unit_or_agency_is_not_there(client, medan, sheet, position):
    with agency_scope(medan):
        elsewhere = UnitFactory(agency=medan)
    as_role(client, medan, "admin_unit", elsewhere)
    url = f"/api/v1/workload-sheets/{sheet.pk}"
    assert send(client, "put", f"{url}/tasks/", {"tasks": [task(position)]}).status_code == 404
    assert send(client, "post", f"{url}/submit/").status_code == 404

    as_role(client, api_world.jambi(), "bagian_organisasi")
    assert send(client, "post", f"{url}/verify/").status_code == 404


def test_a_campaign_starts_from_last_years_figures(client, medan, unit, position):
    with agency_scope(medan):
        last = CampaignFactory(agency=medan, year=2026)
        old = WorkloadSheetFactory(agency=medan, unit=unit, campaign=last, state="disahkan")
        workload = WorkloadFactory(agency=medan, sheet=old, position=position, faults=["WKE_CAMPURAN"])
        WorkloadTaskFactory(agency=medan, workload=workload, task="Menyusun laporan", volume=12)
    as_role(client, medan, "bagian_organisasi")

    response = send(
        client, "post", "/api/v1/campaigns/", {"year": 2027, "opens_on": "2027-01-04", "deadline": "2027-03-31"}
    )

    assert response.status_code == 201, response.content
    made = response.json()
    assert (made["minutes_per_year"], made["rounding"]) == (75000, "half_up")
    with agency_scope(medan):
        sheet = WorkloadSheet.objects.get(campaign_id=made["id"])
        copied = WorkloadTask.objects.get(workload__sheet=sheet)
        assert (sheet.unit, sheet.state, copied.task, copied.volume) == (unit, "belum", "Menyusun laporan", 12)
        assert copied.workload.faults == []
    again = send(
        client, "post", "/api/v1/campaigns/", {"year": 2027, "opens_on": "2027-01-04", "deadline": "2027-03-31"}
    )
    assert again.status_code == 409


def test_a_campaign_needs_the_bureau(client, medan, unit):
    as_role(client, medan, "staf_bkd")

    response = send(
        client, "post", "/api/v1/campaigns/", {"year": 2027, "opens_on": "2027-01-04", "deadline": "2027-03-31"}
    )

    assert response.status_code == 403


def test_the_board_says_who_is_late_and_reminds_them(client, medan, unit, sheet, position, time_machine_at):
    with agency_scope(medan):
        other = UnitFactory(agency=medan)
        WorkloadSheetFactory(agency=medan, unit=other, campaign=sheet.campaign, state="diisi")
    as_role(client, medan, "bagian_organisasi")
    url = f"/api/v1/campaigns/{sheet.campaign_id}"
    time_machine_at(date(2026, 4, 1))

    board = client.get(f"{url}/board/").json()
    first = send(client, "post", f"{url}/remind/").json()
    second = send(client, "post", f"{url}/remind/").json()

    assert (board["late"], board["states"]["belum"], board["states"]["diisi"]) == (1, 1, 1)
    assert [(row["unit_id"], row["late"]) for row in board["rows"]] == [(unit.pk, True), (other.pk, False)]
    assert (first, second) == ({"reminded": 1}, {"reminded": 0})


def test_a_closed_campaign_changes_no_more(client, medan, sheet, position):
    as_role(client, medan, "bagian_organisasi")

    assert send(client, "post", f"/api/v1/campaigns/{sheet.campaign_id}/close/").json()["closed_on"]

    response = send(client, "put", f"/api/v1/workload-sheets/{sheet.pk}/tasks/", {"tasks": [task(position)]})
    assert response.status_code == 409


@pytest.fixture
def time_machine_at():
    import time_machine

    travels = []

    def travel(day):
        travels.append(time_machine.travel(day, tick=False))
        travels[-1].start()

    yield travel
    for each in travels:
        each.stop()


# Findings, names, goals


def test_a_finding_is_settled_once_with_words(client, medan, unit):
    with agency_scope(medan):
        finding = api_world.IN_UNIT["findings"](medan, unit)
    url = f"/api/v1/findings/{finding.pk}/settle/"
    as_role(client, medan, "admin_unit", unit)
    assert send(client, "post", url, {"settlement": "Sudah dicek."}).status_code == 403

    as_role(client, medan, "staf_bkd")
    assert send(client, "post", url, {"settlement": ""}).status_code == 400
    settled = send(client, "post", url, {"settlement": "Baris ganda dihapus."})

    assert settled.status_code == 200
    assert settled.json()["settled_at"] is not None
    assert send(client, "post", url, {"settlement": "Lagi."}).status_code == 409
    assert client.get("/api/v1/findings/?settled=false").json()["results"] == []
    with agency_scope(medan):
        assert Finding.objects.get().settled_by is not None


def test_the_nik_of_a_raw_row_is_never_shown(client, medan, unit):
    with agency_scope(medan):
        finding = api_world.IN_UNIT["findings"](medan, unit)

    shown = as_role(client, medan, "staf_bkd").get(f"/api/v1/findings/{finding.pk}/").json()
    hidden = as_role(client, medan, "auditor").get(f"/api/v1/findings/{finding.pk}/").json()

    assert shown["raw"] == {"NIP": "1"}
    assert "raw" not in hidden


def test_a_name_is_mapped_to_a_visible_unit(client, medan, unit):
    jambi = api_world.jambi()
    with agency_scope(jambi):
        theirs = UnitFactory(agency=jambi)
    with agency_scope(medan):
        mapping = api_world.IN_AGENCY["mappings"](medan, unit)
    url = f"/api/v1/mappings/{mapping.pk}/settle/"
    as_role(client, medan, "staf_bkd")

    assert send(client, "post", url, {"unit_id": theirs.pk}).status_code == 404
    assert send(client, "post", url, {}).status_code == 409
    assert send(client, "post", url, {"unit_id": unit.pk}).json()["unit_id"] == unit.pk
    with agency_scope(medan):
        assert NameMapping.objects.get().mapped_by is not None


def test_goals_are_linked_and_unlinked(client, medan, position):
    with agency_scope(medan):
        goal = GoalFactory(agency=medan)
    body = {"goal_id": goal.pk, "position_id": position.pk, "starts_on": "2025-01-01"}
    assert send(as_role(client, medan, "staf_bkd"), "post", "/api/v1/goal-links/", body).status_code == 403
    as_role(client, medan, "bagian_organisasi")

    made = send(client, "post", "/api/v1/goal-links/", body)
    assert made.status_code == 201
    assert send(client, "post", "/api/v1/goal-links/", body).status_code == 409
    assert client.get(f"/api/v1/positions/?goal={goal.pk}").json()["results"][0]["id"] == position.pk

    url = f"/api/v1/goal-links/{made.json()['id']}/"
    assert send(client, "delete", url).status_code == 405
    assert (
        send(as_role(client, medan, "staf_bkd"), "post", f"{url}close/", {"ends_on": "2026-01-01"}).status_code == 403
    )
    as_role(client, medan, "bagian_organisasi")
    assert send(client, "post", f"{url}close/", {}).status_code == 400
    closed = send(client, "post", f"{url}close/", {"ends_on": "2026-01-01"})
    assert (closed.json()["starts_on"], closed.json()["ends_on"]) == ("2025-01-01", "2026-01-01")
    assert send(client, "post", f"{url}close/", {"ends_on": "2026-02-01"}).status_code == 409
    for day, found in (("2024-12-31", 0), ("2025-12-31", 1), ("2026-01-01", 0)):
        assert len(client.get(f"/api/v1/goal-links/?as_of={day}").json()["results"]) == found
        assert len(client.get(f"/api/v1/positions/?goal={goal.pk}&as_of={day}").json()["results"]) == found
    again = send(client, "post", "/api/v1/goal-links/", body | {"starts_on": "2026-03-01"}).json()
    assert len(client.get("/api/v1/goal-links/?history=true").json()["results"]) == 2
    assert (
        send(client, "post", f"/api/v1/goal-links/{again['id']}/close/", {"ends_on": "2026-03-01"}).status_code == 204
    )

    with agency_scope(medan):
        assert PositionGoal.objects.get().ends_on == date(2026, 1, 1)


def test_a_goal_link_elsewhere_is_not_there_to_close(client, medan, position):
    with agency_scope(medan):
        link = position.goal_links.create(agency=medan, goal=GoalFactory(agency=medan), starts_on=date(2025, 1, 1))
    as_role(client, AgencyFactory(code="1571"), "bagian_organisasi")
    url = f"/api/v1/goal-links/{link.pk}/close/"
    assert send(client, "post", url, {"ends_on": "2026-01-01"}).status_code == 404


# Runs, imports, analyses


def test_two_identical_requests_make_one_run(client, medan):
    as_role(client, medan, "staf_bkd")
    body = {"as_of": "2026-01-31"}

    first, second = (send(client, "post", "/api/v1/runs/", body) for _ in range(2))

    assert (first.status_code, second.status_code) == (202, 200)
    assert first.json()["id"] == second.json()["id"]
    assert first["Location"].endswith(f"/api/v1/runs/{first.json()['id']}/")
    with agency_scope(medan):
        assert Run.objects.get().requested_by is not None


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"as_of": "2999-01-01"}, 409),
        ({"as_of": "besok"}, 400),
        ({"kind": "import"}, 400),
        ({"parameters": {"tidak.ada": 1}}, 409),
    ],
)
def test_a_wrong_request_for_an_analysis_is_refused(body, status, client, medan):
    assert send(as_role(client, medan, "staf_bkd"), "post", "/api/v1/runs/", body).status_code == status


@pytest.mark.parametrize("role", ["pegawai", "auditor", "petugas_pdp"])
def test_who_may_not_analyse_asks_for_no_run(role, client, medan):
    assert send(as_role(client, medan, role), "post", "/api/v1/runs/", {}).status_code == 403


def test_an_analysis_is_frozen_once_a_year(client, medan):
    with agency_scope(medan):
        other, one = NeedsAnalysisFactory(agency=medan), NeedsAnalysisFactory(agency=medan)
    assert send(as_role(client, medan, "auditor"), "post", f"/api/v1/analyses/{one.pk}/freeze/").status_code == 403
    as_role(client, medan, "staf_bkd")

    frozen = send(client, "post", f"/api/v1/analyses/{one.pk}/freeze/", {"year": 2027})

    assert frozen.json()["basis_year"] == 2027
    assert send(client, "post", f"/api/v1/analyses/{other.pk}/freeze/", {"year": 2027}).status_code == 409


def test_a_file_is_handed_in_and_its_import_queued(client, medan):
    as_role(client, medan, "staf_bkd")
    content = b"kode;nama\n1;Dinas Pendidikan\n"

    def upload():
        return client.post(
            "/api/v1/imports/", {"kind": "units", "file": SimpleUploadedFile("unit.csv", content), "dry_run": "true"}
        )

    first, second = upload(), upload()

    assert first.status_code == 202, first.content
    assert second.status_code == 200
    assert first.json()["id"] == second.json()["id"]
    assert (first.json()["kind"], first.json()["dry_run"], first.json()["report_rows"]) == ("units", True, 0)
    with agency_scope(medan):
        assert ImportJob.objects.count() == 1


def test_an_unknown_kind_of_import_names_the_known_ones(client, medan):
    as_role(client, medan, "staf_bkd")

    response = client.post("/api/v1/imports/", {"kind": "rahasia", "file": SimpleUploadedFile("a.csv", b"a\n")})

    assert response.status_code == 409
    assert all(kind in response.json()["detail"] for kind, _importer in registry.importers.items())
    assert client.post("/api/v1/imports/", {"kind": "units"}).status_code == 400


def test_who_may_not_import_hands_in_nothing(client, medan):
    as_role(client, medan, "auditor")

    response = client.post("/api/v1/imports/", {"kind": "units", "file": SimpleUploadedFile("a.csv", b"a\n")})

    assert response.status_code == 403


def test_the_report_of_an_import_shows_no_nik(client, medan):
    with agency_scope(medan):
        job = api_world.IN_AGENCY["imports"](medan, None)
        problem = {
            "column": "NIK",
            "value": "32710101010",
            "code": "NIK",
            "cause": "bukan 16 angka",
            "severity": "error",
        }
        job.report = [
            {"row": 2, "outcome": "rejected", "messages": ["NIK: “32710101010” bukan 16 angka"], "problems": [problem]},
            {"row": 3, "outcome": "warned", "messages": ["Nama: “3271010101010001” aneh"]},
        ]
        job.save()

    shown = as_role(client, medan, "staf_bkd").get(f"/api/v1/imports/{job.pk}/")

    assert b"3271010101" not in shown.content
    assert shown.json()["report_rows"] == 2


@pytest.mark.parametrize("kind", ["employees", "goals", "yang-lama"])
def test_the_lines_of_an_import_are_for_who_may_import_its_kind(kind, client, medan):
    """Neither the auditor, who imports nothing, nor another importer; of a kind that is no more, nobody."""
    lines = {"corrected": [{"nip": "199001012015011001", "before": "ani@x.id", "after": "budi@x.id"}]}
    with agency_scope(medan):
        job = api_world.IN_AGENCY["imports"](medan, None)
        ImportJob.objects.filter(pk=job.pk).update(kind=kind, changes={"changes": {"corrected": 1}, "details": lines})
    importers = {"employees": {"staf_bkd", "admin_daerah"}, "goals": {"admin_daerah"}}.get(kind, set())
    for role in ("staf_bkd", "admin_daerah", "auditor"):
        as_role(client, medan, role)
        answers = [
            client.get(f"/api/v1/imports/{job.pk}/").json(),
            *client.get("/api/v1/imports/").json()["results"],
            json.loads(client.get("/api/v1/imports/?format=ndjson").getvalue()),
        ]
        for row in answers:
            assert row["changes"]["changes"] == {"corrected": 1}
            assert row["changes"].get("details") == (lines if role in importers else None)


# Decisions and proposals


def test_a_recommendation_is_decided_with_a_reason(client, medan, unit):
    with agency_scope(medan):
        line = api_world.IN_UNIT["recommendation-lines"](medan, unit)
    url = f"/api/v1/recommendation-lines/{line.pk}/decide/"
    assert send(as_role(client, medan, "auditor"), "post", url, {"verdict": "setuju", "reason": "x"}).status_code == 403
    as_role(client, medan, "pyb")

    assert send(client, "post", url, {"verdict": "mungkin", "reason": "x"}).status_code == 400
    assert send(client, "post", url, {"verdict": "setuju", "reason": ""}).status_code == 400
    decided = send(client, "post", url, {"verdict": "setuju", "reason": "Sesuai kebutuhan."})

    assert decided.json()["state"] == "setuju"
    assert send(client, "post", url, {"verdict": "setuju", "reason": "Lagi."}).status_code == 409
    assert client.get(f"/api/v1/decisions/?line={line.pk}").json()["results"][0]["reason"] == "Sesuai kebutuhan."
    assert client.get("/api/v1/formation-lines/").json()["results"][0]["proposed"] == 1


def test_the_holder_of_the_post_does_not_decide_on_it(client, medan, unit):
    with agency_scope(medan):
        line = api_world.IN_UNIT["recommendation-lines"](medan, unit)
        held = IncumbencyFactory(agency=medan, position=line.result.position)
    client.force_login(user_with(medan, "ppk", nip=held.employee.nip))

    response = send(
        client, "post", f"/api/v1/recommendation-lines/{line.pk}/decide/", {"verdict": "setuju", "reason": "x"}
    )

    assert response.status_code == 403
    assert "sendiri" in response.json()["detail"]


def test_many_are_decided_or_none(client, medan, unit):
    jambi = api_world.jambi()
    with agency_scope(jambi):
        theirs = api_world.IN_UNIT["recommendation-lines"](jambi, UnitFactory(agency=jambi))
    with agency_scope(medan):
        lines = [api_world.IN_UNIT["recommendation-lines"](medan, unit).pk for _number in range(3)]
    as_role(client, medan, "staf_bkd")
    body = {"verdict": "tunda", "reason": "Menunggu anggaran."}

    refused = send(client, "post", "/api/v1/recommendation-lines/decide-many/", body | {"lines": [*lines, theirs.pk]})
    with agency_scope(medan):
        assert not Decision.objects.exists()
    decided = send(client, "post", "/api/v1/recommendation-lines/decide-many/", body | {"lines": lines})

    assert refused.status_code == 404
    assert [each["state"] for each in decided.json()] == ["tunda"] * 3


def test_a_follow_up_is_finished_by_words(client, medan, unit):
    with agency_scope(medan):
        follow_up = api_world.IN_UNIT["follow-ups"](medan, unit)
    url = f"/api/v1/follow-ups/{follow_up.pk}/finish/"

    assert send(as_role(client, medan, "auditor"), "post", url, {"note": "Selesai"}).status_code == 403
    assert send(as_role(client, medan, "staf_bkd"), "post", url, {}).status_code == 400


def test_a_formation_line_is_completed_and_what_lacks_is_listed(client, medan, unit):
    with agency_scope(medan):
        line = api_world.IN_UNIT["formation-lines"](medan, unit)
        level, _new = EducationLevel.objects.get_or_create(code="40", defaults={"name": "S-1", "order": 40})
        Education.objects.get_or_create(
            siasn_id="uji-s1", defaults={"level": level, "name": "S-1 Hukum", "field": "HUKUM"}
        )
    as_role(client, medan, "staf_bkd")
    lacking = client.get(f"/api/v1/formation-proposals/{line.proposal_id}/incomplete/").json()
    body = {
        "intake": "CPNS", "field": "teknis", "education_ids": ["uji-s1"], "placement_id": unit.pk,
        "income_min": "3000000", "income_max": "5000000",
    }  # fmt: skip

    done = send(client, "put", f"/api/v1/formation-lines/{line.pk}/complete/", body)

    assert [each["line_id"] for each in lacking] == [line.pk]
    assert len(lacking[0]["missing"]) == 5
    assert done.status_code == 200, done.content
    assert client.get(f"/api/v1/formation-proposals/{line.proposal_id}/incomplete/").json() == []
    wrong = send(client, "put", f"/api/v1/formation-lines/{line.pk}/complete/", body | {"proposed": 99})
    assert wrong.status_code == 400
    assert "usulan" in wrong.json()["detail"]


def test_a_proposal_moves_by_its_rules(client, medan, unit):
    with agency_scope(medan):
        line = api_world.IN_UNIT["formation-lines"](medan, unit)
        proposal = line.proposal
        proposal.state = "diajukan"
        proposal.save()
    url = f"/api/v1/formation-proposals/{proposal.pk}"
    assert send(as_role(client, medan, "auditor"), "post", f"{url}/advance/", {}).status_code == 403
    as_role(client, medan, "staf_bkd")

    assert send(client, "post", f"{url}/submit/").status_code == 403  # the PPK signs
    assert send(client, "post", f"{url}/advance/", {"step": "terbitkan_pertek"}).status_code == 409
    for step in ("verifikasi_bkn", "terbitkan_pertek", "validasi_menpanrb"):
        assert send(client, "post", f"{url}/advance/", {"step": step}).status_code == 200
    figures = {"figures": [{"line_id": line.pk, "number": 1}]}
    assert send(client, "post", f"{url}/recommendations/", figures).status_code == 200
    cuts = send(
        client, "post", f"{url}/determine/",
        {"figures": [{"line_id": line.pk, "number": 0}], "decree": "SK 1", "decree_on": "2026-11-01"},
    )  # fmt: skip

    assert cuts.json() == [{"line_id": line.pk, "code": line.position.code, "proposed": 1, "decided": 0}]
    assert client.get(f"{url}/").json()["state"] == "ditetapkan"
    assert send(client, "post", f"{url}/reject/", {"reason": "x"}).status_code == 409
    assert send(client, "post", f"/api/v1/formation-lines/{line.pk}/filled/", {"filled": 1}).status_code == 409


def test_a_proposal_without_a_basis_is_not_submitted(client, medan, unit):
    with agency_scope(medan):
        line = api_world.IN_UNIT["formation-lines"](medan, unit)
    as_role(client, medan, "ppk")

    response = send(client, "post", f"/api/v1/formation-proposals/{line.proposal_id}/submit/")

    assert response.status_code == 409
    assert "dasar usulan" in response.json()["detail"]


# CSRF and methods


def test_a_session_without_the_token_of_the_form_writes_nothing(medan):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(user_with(medan, "staf_bkd"))

    response = client.post("/api/v1/runs/", {}, content_type="application/json")

    assert response.status_code == 403
    assert response["Content-Type"] == "application/problem+json"
    with agency_scope(medan):
        assert not Run.objects.exists()


def test_a_stranger_writes_nothing(client):
    for url in ("runs", "goal-links", "campaigns", "imports", "findings/1/settle", "recommendation-lines/1/decide"):
        assert client.post(f"/api/v1/{url}/", {}, content_type="application/json").status_code == 401


@pytest.mark.parametrize("role", ["staf_bkd", "pegawai"])
def test_a_method_that_an_address_lacks_is_refused_as_such(role, client, medan):
    """Not for want of a right that nobody could be given; a stranger is asked to sign in (above)."""
    client.force_login(user_with(medan, role))
    for name in ("analyses", "results", "decisions", "follow-ups", "competency-needs", "analyses/1", "results/1"):
        for method in ("post", "delete") if "/" not in name else ("put", "patch", "delete"):
            answer = getattr(client, method)(f"/api/v1/{name}/", {}, content_type="application/json")
            assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD, OPTIONS"), (method, name)
            assert answer.json()["status"] == 405
    answer = client.patch("/api/v1/recommendation-lines/decide-many/", {}, content_type="application/json")
    assert (answer.status_code, answer["Allow"]) == (405, "POST, OPTIONS")


class TestExit:
    LEAVING = {"exits_on": "2026-03-01", "legal_status": "66", "reason": "Pindah ke Pemprov"}

    def test_somebody_leaves_and_the_posts_end(self, client, medan):
        with agency_scope(medan):
            held = IncumbencyFactory(agency=medan)
        client.force_login(user_with(medan, "staf_bkd"))

        refused = client.post(f"/api/v1/employees/{held.employee_id}/exit/", {"exits_on": "x"}, "application/json")
        answer = client.post(f"/api/v1/employees/{held.employee_id}/exit/", self.LEAVING, "application/json")
        again = client.post(f"/api/v1/employees/{held.employee_id}/exit/", self.LEAVING, "application/json")

        assert (refused.status_code, answer.status_code, again.status_code) == (400, 200, 409)
        assert set(refused.json()["errors"]) == {"exits_on", "legal_status", "reason"}
        assert (answer.json()["exits_on"], answer.json()["post"]) == ("2026-03-01", None)
        with agency_scope(medan):
            held.refresh_from_db()
        assert held.ends_on == date(2026, 3, 1)

    @pytest.mark.parametrize(("role", "status"), [("auditor", 403), ("bagian_organisasi", 403), ("admin_unit", 404)])
    def test_others_may_not(self, client, medan, role, status):
        with agency_scope(medan):
            person = EmployeeFactory(agency=medan)
            units = [UnitFactory(agency=medan)] if role == "admin_unit" else []
        client.force_login(user_with(medan, role, *units))

        answer = client.post(f"/api/v1/employees/{person.pk}/exit/", self.LEAVING, "application/json")

        assert answer.status_code == status


class TestUnknownFields:
    """A field that nobody reads is refused by name, and nothing is written."""

    @pytest.mark.parametrize("field", ["foo", "nik", "exits_on", "unit_id", "id", "post"])
    def test_a_person_is_not_changed_in_silence(self, field, client, medan):
        with agency_scope(medan):
            person = EmployeeFactory(agency=medan, name="Siti")
        client.force_login(user_with(medan, "staf_bkd"))

        answer = client.patch(
            f"/api/v1/employees/{person.pk}/", {"name": "Sitti", field: "1"}, content_type="application/json"
        )

        assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
        with agency_scope(medan):
            person.refresh_from_db()
        assert person.name == "Siti"

    def test_unknown_and_wrong_fields_are_named_together(self, client, medan):
        with agency_scope(medan):
            person = EmployeeFactory(agency=medan)
        client.force_login(user_with(medan, "staf_bkd"))

        answer = client.post(f"/api/v1/employees/{person.pk}/exit/", {"exit_on": "2026-01-01"}, "application/json")

        assert set(answer.json()["errors"]) == {"exit_on", "exits_on", "legal_status", "reason"}

    def test_every_write_takes_named_fields_only(self):
        from asnhr.api.inputs import Input

        def below(shape):
            return {shape, *(found for each in shape.__subclasses__() for found in below(each))}

        shapes = below(serializers.Serializer)
        lenient = {each.__name__ for each in shapes if each.__name__.endswith("Input") and not issubclass(each, Input)}
        # What a reading takes in its address is no body.
        assert lenient <= {"Input", "SinceInput"}
