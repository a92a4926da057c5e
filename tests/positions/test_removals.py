"""Removal candidates (needs-analysis.md 5): who sees them before they are decided, at every door of the product.

The register has a post to be merged (N 0.4, row 6), one that its ABK's faults keep from it (N 0.4, row 4), both in
Medan Belawan, and posts that need people.
"""

import json
from datetime import date
from io import BytesIO
from types import SimpleNamespace

import pytest
import python_calamine
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from asnhr.scope import agency_scope
from positions import models
from tests.factories.asnhr import AgencyFactory
from tests.factories.positions import (
    EmployeeFactory,
    IncumbencyFactory,
    JobFactory,
    PositionFactory,
    UnitFactory,
    WorkloadFactory,
    WorkloadTaskFactory,
)
from tests.positions.needs_pages import analyse, result_of, small_city
from tests.roles import user_with, with_access

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]

SEE = ["staf_bkd", "bagian_organisasi", "pyb", "ppk", "auditor"]
BOUND = ["admin_unit", "pengelola_kepegawaian"]
DO_NOT = ["admin_daerah", *BOUND]
MERGE, MASK = "Gabungkan", "belum diputuskan (terbatas)"


@pytest.fixture
def in_november():
    with time_machine.travel("2026-11-22 03:00+07:00", tick=False):
        yield


@pytest.fixture
def agency():
    return AgencyFactory()


def tiny(agency, unit, name, **facts):
    """A held post with 30,000 minutes a year: N 0.4."""
    position = PositionFactory(agency=agency, unit=unit, job=JobFactory(agency=agency, name=name))
    sheet = models.WorkloadSheet.objects.get(agency=agency, unit=unit)
    workload = WorkloadFactory(agency=agency, sheet=sheet, position=position, **facts)
    WorkloadTaskFactory(agency=agency, workload=workload, volume=50, minutes=600)
    IncumbencyFactory(agency=agency, position=position)
    return position


@pytest.fixture
def world(agency):
    city = small_city(agency)
    with agency_scope(agency):
        below = UnitFactory(agency=agency, code="BLW1", name="Kelurahan Belawan I", parent=city.belawan)
        city.belawan.refresh_from_db()
        merged = tiny(agency, city.belawan, "Juru Pungut Retribusi")
        faulty = tiny(agency, city.belawan, "Pramu Kebersihan", faults=["WPT_KOSONG"])
    analysis = analyse(agency)
    row, twin = result_of(analysis, merged), result_of(analysis, faulty)
    assert (row.row, row.recommendation, row.quantity, row.priority) == (6, "GABUNG", 1, 2)
    assert (twin.row, twin.recommendation) == (4, "TINJAU_BEBAN")
    with agency_scope(agency):
        line = row.lines.get()
    return SimpleNamespace(
        agency=agency, city=city, analysis=analysis, merged=merged, faulty=faulty, row=row, twin=twin, line=line,
        below=below,
    )  # fmt: skip


def sign_in(client, world, role, **fields):
    units = [world.city.belawan] if role in BOUND else []
    user = user_with(world.agency, role, *units, **fields)
    client.force_login(user)
    return user


def text(client, name, *arguments, query=""):
    response = client.get(reverse(name, args=arguments) + query)
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def jobs(body):
    """Return which of the two tiny posts the table's rows name."""
    table = body.partition("<tbody")[2].partition("</tbody")[0]
    return [name for name in ("Juru Pungut", "Pramu Kebersihan") if name in table]


def decide(world, verdict):
    """Write the verdict as the service would leave it (approval has conditions of its own)."""
    with agency_scope(world.agency):
        models.RecommendationLine.objects.filter(pk=world.line.pk).update(state=verdict)


def head_of(world, unit, kind="definitif"):
    """Make a person the head of `unit`; return the NIP."""
    with agency_scope(world.agency):
        duty = kind == "tugas_tambahan"
        seat = PositionFactory(agency=world.agency, unit=unit, is_head=True, by_duty=duty)
        person = EmployeeFactory(agency=world.agency, unit=unit)
        IncumbencyFactory(agency=world.agency, position=seat, employee=person, kind=kind)
    return person.nip


def seen_by(world, user):
    with agency_scope(world.agency, user.pk):
        with_access(user, world.agency)
        return models.NeedsResult.objects.visible_to(user).get(pk=world.row.pk)


# The rule


@pytest.mark.parametrize("role", SEE)
def test_these_roles_see_a_candidate(role, world):
    row = seen_by(world, user_with(world.agency, role))

    assert (row.restricted, row.recommendation, row.row, row.reason) == (False, "GABUNG", 6, "BEBAN_KURANG_SETENGAH")
    assert row.evidence["decision"]["row"] == 6


@pytest.mark.parametrize("role", DO_NOT)
def test_others_see_that_it_waits_and_no_more(role, world):
    row = seen_by(world, user_with(world.agency, role, *([world.city.belawan] if role in BOUND else [])))

    assert (row.restricted, row.recommendation, row.reason) == (True, "TERBATAS", "TERBATAS")
    assert (row.row, row.quantity, row.priority, row.released) == (None, None, None, None)
    assert (row.signals, row.evidence) == ([], {})
    assert (row.need, row.b) == (world.row.need, 1), "the unit's own figures add up for everybody"


def test_a_masked_row_is_never_written_back(world):
    row = seen_by(world, user_with(world.agency, "admin_daerah"))

    with pytest.raises(RuntimeError):
        row.save()


def test_the_mask_alone_does_not_name_the_candidates(world):
    """A post with the same figures that is no candidate is masked alike."""
    user = user_with(world.agency, "admin_daerah")
    with agency_scope(world.agency, user.pk):
        with_access(user, world.agency)
        rows = models.NeedsResult.objects.visible_to(user).filter(restricted=True)
        assert set(rows.values_list("pk", flat=True)) == {world.row.pk, world.twin.pk}


@pytest.mark.parametrize(("verdict", "seen"), [("setuju", True), ("tolak", True), ("tunda", False)])
def test_once_decided_every_reader_sees_it(verdict, seen, world):
    decide(world, verdict)

    row = seen_by(world, user_with(world.agency, "admin_daerah"))

    assert (row.recommendation == "GABUNG") is seen


def test_what_was_rejected_before_is_no_secret_again(world):
    with agency_scope(world.agency):
        models.RecommendationLine.objects.filter(pk=world.line.pk).update(repeats_rejected=True)

    assert not seen_by(world, user_with(world.agency, "admin_daerah")).restricted


@pytest.mark.parametrize(
    ("kind", "where", "sees"),
    [
        ("definitif", "own", True),
        ("definitif", "above", True),
        ("tugas_tambahan", "own", True),
        ("plt", "own", True),
        ("plh", "own", False),
        ("definitif", "elsewhere", False),
        ("definitif", "below", False),
    ],
)
def test_the_head_of_the_unit_sees_its_candidates(kind, where, sees, world):
    places = {
        "own": world.city.belawan, "above": world.city.root, "elsewhere": world.city.centre, "below": world.below,
    }  # fmt: skip
    nip = head_of(world, places[where], kind)

    row = seen_by(world, user_with(world.agency, "pengelola_kepegawaian", world.city.belawan, nip=nip))

    assert row.restricted is not sees


def test_who_headed_it_once_or_is_no_head_or_heads_elsewhere_does_not(world):
    nip = head_of(world, world.city.belawan)
    with agency_scope(world.agency):
        head = models.Incumbency.objects.get(employee__nip=nip)
        models.Incumbency.objects.filter(pk=head.pk).update(ends_on=date(2026, 11, 22))
        holder = models.Incumbency.objects.get(position=world.merged).employee.nip
    jambi = AgencyFactory(code="1571", name="Pemerintah Kota Jambi", short_name="Jambi")
    with agency_scope(jambi):
        other = UnitFactory(agency=jambi, code="1571")
        person = EmployeeFactory(agency=jambi, unit=other)
        seat = PositionFactory(agency=jambi, unit=other, is_head=True)
        IncumbencyFactory(agency=jambi, position=seat, employee=person)

    for number in (nip, holder, person.nip):
        user = user_with(world.agency, "admin_unit", world.city.belawan, nip=number)
        assert seen_by(world, user).restricted


def test_another_agency_and_another_unit_see_no_row_at_all(world):
    jambi = AgencyFactory(code="1571", name="Pemerintah Kota Jambi", short_name="Jambi")
    stranger, neighbour = user_with(jambi, "staf_bkd"), user_with(world.agency, "admin_unit", world.city.centre)
    with agency_scope(jambi, stranger.pk):
        assert not models.NeedsResult.objects.visible_to(with_access(stranger, jambi)).exists()
    with agency_scope(world.agency, neighbour.pk):
        with_access(neighbour, world.agency)
        assert not models.NeedsResult.objects.visible_to(neighbour).filter(pk=world.row.pk).exists()


# Pages


@pytest.mark.parametrize("role", DO_NOT)
def test_the_table_masks_and_its_filters_and_order_are_no_oracle(role, client, world):
    sign_in(client, world, role)
    pk = world.analysis.pk
    columns = "&".join(
        f"kolom={name}" for name in ("recommendation", "priority", "row", "quantity", "reason", "signals")
    )

    body = text(client, "analysis-table", pk, query=f"?{columns}")

    assert MASK in body
    assert MERGE not in body.split("<tbody")[1]
    for query in (
        "?recommendation=GABUNG", "?row=6", "?priority=2&q=Juru", "?pilih=hapus", "?signal=BEBAN_RENDAH&q=Juru",
        "?pilih=tunggal&q=Juru", "?row=4&q=Pramu",
    ):  # fmt: skip
        found = text(client, "analysis-table", pk, query=query)
        assert not {"Juru Pungut", "Pramu Kebersihan"} & set(jobs(found)), query
    masked = text(client, "analysis-table", pk, query="?recommendation=TERBATAS")
    assert jobs(masked) == ["Juru Pungut", "Pramu Kebersihan"]
    for order in ("priority", "recommendation", "row", "quantity", "reason"):
        for way in ("", "-"):
            text(client, "analysis-table", pk, query=f"?urut={way}{order}")


@pytest.mark.parametrize("role", ["staf_bkd", "auditor"])
def test_the_table_shows_all_to_who_sees(role, client, world):
    sign_in(client, world, role)

    body = text(client, "analysis-table", world.analysis.pk, query="?recommendation=GABUNG")

    assert "Juru Pungut" in body.split("<tbody")[1]
    assert MASK not in body.split("<tbody")[1]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_exports_mask(kind, client, world):
    sign_in(client, world, "admin_daerah")
    columns = "&".join(
        f"kolom={name}" for name in ("recommendation", "priority", "row", "quantity", "reason", "signals")
    )

    response = client.get(reverse("analysis-table", args=[world.analysis.pk]) + f"?format={kind}&{columns}")

    content = b"".join(response.streaming_content)
    if kind == "xlsx":
        book = python_calamine.CalamineWorkbook.from_filelike(BytesIO(content))
        content = "\n".join(str(row) for row in book.get_sheet_by_index(0).to_python()).encode()
    lines = [line for line in content.decode().splitlines() if "Juru Pungut" in line]
    assert len(lines) == 1
    assert MASK in lines[0]
    assert "abung" not in lines[0]
    assert "kurang dari setengah" not in lines[0]


def test_the_position_shows_neither_basis_nor_lines_nor_earlier_verdicts(client, world):
    decide(world, "tunda")
    with agency_scope(world.agency):
        decider = user_with(world.agency, "ppk")
        models.Decision.objects.create(
            agency=world.agency, line=world.line, verdict="tunda", reason="Tunggu pemangku pensiun", decided_by=decider
        )
    sign_in(client, world, "admin_unit")

    body = text(client, "analysis-result", world.analysis.pk, world.row.pk)
    page = text(client, "position-detail", world.merged.pk)

    for shown in (body, page):
        assert MASK in shown
        assert MERGE not in shown
    assert "Tunggu pemangku pensiun" not in body
    assert "Baris 6" not in body
    assert "Beban rendah" not in body

    sign_in(client, world, "pyb")
    body = text(client, "analysis-result", world.analysis.pk, world.row.pk)
    assert MERGE in body
    assert "Tunggu pemangku pensiun" in body
    assert "Baris 6" in body
    assert MERGE in text(client, "position-detail", world.merged.pk)


def test_the_unit_page_masks(client, world):
    sign_in(client, world, "admin_unit")
    body = text(client, "analysis-unit", world.analysis.pk, world.city.belawan.pk)
    assert MASK in body
    assert MERGE not in body

    sign_in(client, world, "bagian_organisasi")
    assert MERGE in text(client, "analysis-unit", world.analysis.pk, world.city.belawan.pk)


def test_the_summary_counts_them_apart_and_still_adds_up(client, world):
    sign_in(client, world, "admin_daerah")
    response = client.get(reverse("analysis-detail", args=[world.analysis.pk]))
    rows = {row["name"]: row for row in response.context["recommendations"]}
    assert (rows[MASK]["positions"], rows[MASK]["quantity"]) == (2, None)
    assert set(rows[MASK]["priorities"].values()) == {None}
    assert MERGE not in rows
    masked = {row["url"]: row["count"] for row in response.context["signals"]}

    sign_in(client, world, "staf_bkd")
    response = client.get(reverse("analysis-detail", args=[world.analysis.pk]))
    full = {row["name"]: row for row in response.context["recommendations"]}
    assert full[MERGE]["positions"] == 1
    assert MASK not in full
    assert sum(row["positions"] for row in rows.values()) == sum(row["positions"] for row in full.values())
    assert sum(masked.values()) < sum(row["count"] for row in response.context["signals"])


def test_the_home_page_names_none(client, world):
    sign_in(client, world, "admin_daerah")

    assert MERGE not in text(client, "home")


def test_the_comparison_masks_either_side(client, world):
    with agency_scope(world.agency):
        models.WorkloadTask.objects.filter(agency=world.agency, workload__position=world.merged).update(volume=833)
    later = analyse(world.agency, date(2026, 11, 22))
    assert result_of(later, world.merged).recommendation != "GABUNG"

    sign_in(client, world, "admin_unit")
    body = text(client, "analysis-compare", later.pk, query=f"?dengan={world.analysis.pk}")
    assert f"{MASK} →" in body
    assert MERGE not in body

    sign_in(client, world, "staf_bkd")
    assert f"{MERGE} →" in text(client, "analysis-compare", later.pk, query=f"?dengan={world.analysis.pk}")


def test_a_change_of_what_is_masked_alone_is_no_change(client, world):
    """From row 4 to row 6 with the same figures: who may not see either sees nothing change."""
    with agency_scope(world.agency):
        models.Workload.objects.filter(agency=world.agency, position=world.faulty).update(faults=[])
    later = analyse(world.agency)
    assert result_of(later, world.faulty).row == 6

    sign_in(client, world, "admin_unit")
    assert "Pramu Kebersihan" not in text(client, "analysis-compare", later.pk, query=f"?dengan={world.analysis.pk}")
    sign_in(client, world, "ppk")
    assert "Pramu Kebersihan" in text(client, "analysis-compare", later.pk, query=f"?dengan={world.analysis.pk}")


def test_follow_ups_and_decisions_of_a_reopened_candidate_are_out_of_sight(client, world):
    with agency_scope(world.agency):
        decider = user_with(world.agency, "ppk")
        models.FollowUp.objects.create(
            agency=world.agency,
            list="peta_jabatan",
            line=world.line,
            position=world.merged,
            quantity=1,
            state="ditarik",
        )
        models.Decision.objects.create(
            agency=world.agency, line=world.line, verdict="tunda", reason="Tunggu", decided_by=decider
        )
    decide(world, "tunda")

    for role, count in (("admin_daerah", 0), ("ppk", 1)):
        sign_in(client, world, role)
        assert client.get("/api/v1/follow-ups/").json()["results"].__len__() == count
        assert client.get("/api/v1/decisions/").json()["results"].__len__() == count
        assert ("Juru Pungut" in text(client, "followup-list")) is bool(count)


# API


def answers(client, path):
    response = client.get(f"/api/v1/{path}")
    assert response.status_code == 200, response.content
    return response.json()


@pytest.mark.parametrize("role", DO_NOT)
def test_the_api_masks_lists_details_filters_and_order(role, client, world):
    sign_in(client, world, role)

    rows = {row["id"]: row for row in answers(client, "results/")["results"]}
    detail = answers(client, f"results/{world.row.pk}/")
    line = answers(client, f"recommendation-lines/{world.line.pk}/")

    for row in (rows[world.row.pk], detail):
        assert (row["restricted"], row["recommendation"], row["reason"]) == (True, "TERBATAS", "TERBATAS")
        assert (row["row"], row["quantity"], row["priority"], row["released"]) == (None, None, None, None)
        assert row["signals"] == []
        assert "seen_priority" not in row
    assert detail["evidence"] == {}
    assert (line["recommendation"], line["reason"], line["quantity"]) == ("TERBATAS", "TERBATAS", None)
    open_rows = [row for row in rows.values() if not row["restricted"]]
    assert all(row["recommendation"] != "TERBATAS" for row in open_rows)

    for query in (
        "recommendation=GABUNG",
        "recommendation=HAPUS",
        "row=6",
        "priority=2",
        "signal=BEBAN_RENDAH",
        "row=4",
    ):
        found = {row["id"] for row in answers(client, f"results/?{query}")["results"]}
        assert not found & {world.row.pk, world.twin.pk}, query
    for query in ("recommendation=GABUNG", "priority=2", "recommendation=TINJAU_BEBAN"):
        found = [row["restricted"] for row in answers(client, f"recommendation-lines/?{query}")["results"]]
        assert not any(found), query
    hidden = {row["id"] for row in answers(client, "results/?restricted=true")["results"]}
    assert hidden == {world.row.pk, world.twin.pk}
    for path in ("results", "recommendation-lines"):
        order = [row["restricted"] for row in answers(client, f"{path}/?ordering=priority")["results"]]
        assert order == sorted(order), "masked rows stand together at the end"


def test_pages_of_masked_rows_neither_skip_nor_repeat(client, world):
    sign_in(client, world, "admin_daerah")
    seen, path = [], "/api/v1/results/?ordering=priority&page_size=1"
    while path:
        answer = client.get(path).json()
        seen += [row["id"] for row in answer["results"]]
        path = answer["next"]

    assert len(seen) == len(set(seen)) == 4


def test_the_api_shows_all_to_who_sees(client, world):
    sign_in(client, world, "auditor")

    row = answers(client, f"results/{world.row.pk}/")

    assert (row["restricted"], row["recommendation"], row["row"], row["priority"]) == (False, "GABUNG", 6, 2)
    assert row["evidence"]["decision"]["row"] == 6
    (found,) = answers(client, "results/?recommendation=GABUNG")["results"]
    assert found["id"] == world.row.pk


def test_masking_costs_no_query(client, world):
    counts = {}
    for role in ("staf_bkd", "admin_daerah"):
        nip = head_of(world, world.city.centre)
        sign_in(client, world, role, nip=nip)
        with CaptureQueriesContext(connection) as caught:
            answers(client, "results/")
        counts[role] = len(caught)

    assert counts["admin_daerah"] == counts["staf_bkd"]


# A head without any other role


def led(client, world, unit, **fields):
    """Sign in who heads `unit` and holds nothing but the own record."""
    return sign_in(client, world, "atasan", nip=head_of(world, unit), **fields)


def test_a_head_opens_the_candidates_of_the_led_units_and_nothing_else(client, world, django_assert_max_num_queries):
    led(client, world, world.city.belawan)
    own, pk = reverse("analysis-result", args=[world.analysis.pk, world.row.pk]), world.analysis.pk

    home = text(client, "home")
    with django_assert_max_num_queries(20):
        page = client.get(own).content.decode()
    (row,) = answers(client, "results/")["results"]
    (line,) = answers(client, "recommendation-lines/")["results"]

    assert f'href="{own}"' in home, "one candidate is opened from the home page itself"
    assert MERGE in page
    assert "Baris 6" in page
    assert f'"{reverse("analysis-detail", args=[pk])}"' not in page
    listed = text(client, "removal-candidate-list")
    assert jobs(listed) == ["Juru Pungut"], "a post that is masked alike is no candidate"
    assert (row["id"], row["recommendation"], row["restricted"]) == (world.row.pk, "GABUNG", False)
    assert answers(client, f"results/{world.row.pk}/")["evidence"]["decision"]["row"] == 6
    assert (line["id"], line["recommendation"]) == (world.line.pk, "GABUNG")
    closed = [
        reverse("analysis-list"), reverse("analysis-detail", args=[pk]), reverse("analysis-table", args=[pk]),
        reverse("analysis-unit", args=[pk, world.city.belawan.pk]), "/api/v1/analyses/", "/api/v1/decisions/",
        "/api/v1/removal-hearings/", "/api/v1/follow-ups/",
    ]  # fmt: skip
    assert {path: client.get(path).status_code for path in closed} == dict.fromkeys(closed, 403)
    twin = reverse("analysis-result", args=[pk, world.twin.pk])
    for path in (twin, f"/api/v1/results/{world.twin.pk}/"):
        assert client.get(path).status_code == 404
    decided = {"verdict": "tolak", "reason": "Masih perlu"}
    answer = client.post(f"/api/v1/recommendation-lines/{world.line.pk}/decide/", decided, "application/json")
    assert answer.status_code == 403, "reading is all that the seat opens"


@pytest.mark.parametrize("why", ["above", "elsewhere", "below", "decided", "superseded", "no_head", "other_agency"])
def test_the_seat_opens_candidates_below_it_until_they_are_decided(why, client, world):
    if why in ("above", "elsewhere", "below"):
        led(client, world, {"above": world.city.root, "elsewhere": world.city.centre, "below": world.below}[why])
    elif why == "other_agency":
        jambi = AgencyFactory(code="1571", name="Pemerintah Kota Jambi", short_name="Jambi")
        with agency_scope(jambi):
            unit = UnitFactory(agency=jambi, code="1571")
            person = EmployeeFactory(agency=jambi, unit=unit)
            IncumbencyFactory(
                agency=jambi, position=PositionFactory(agency=jambi, unit=unit, is_head=True), employee=person
            )
        client.force_login(user_with(jambi, "atasan", nip=person.nip))
    elif why == "no_head":
        with agency_scope(world.agency):
            nip = models.Incumbency.objects.get(position=world.merged).employee.nip
        sign_in(client, world, "pegawai", nip=nip)
    else:
        led(client, world, world.city.belawan)
        if why == "decided":
            decide(world, "tolak")
        else:
            with agency_scope(world.agency):
                tasks = models.WorkloadTask.objects.filter(agency=world.agency, workload__position=world.merged)
                tasks.update(volume=833)
            analyse(world.agency)

    page = client.get(reverse("analysis-result", args=[world.analysis.pk, world.row.pk])).status_code
    found = client.get("/api/v1/results/")
    home = text(client, "home")

    assert page == {"above": 200, "no_head": 403}.get(why, 404)
    assert ("menunggu keputusan" in home) is (why == "above")
    if why == "no_head":
        assert found.status_code == 403
    else:
        assert len(found.json()["results"]) == (1 if why == "above" else 0)


def test_a_head_who_reads_another_unit_reads_the_candidates_of_the_led_one_too(client, world):
    """Neither the unit's table nor its sums take in what the seat opens."""
    nip = head_of(world, world.city.belawan)
    client.force_login(user_with(world.agency, "admin_unit", world.city.centre, nip=nip))

    assert MERGE in text(client, "analysis-result", world.analysis.pk, world.row.pk)
    assert "Juru Pungut" not in text(client, "analysis-table", world.analysis.pk)
    assert world.row.pk in {row["id"] for row in answers(client, "results/")["results"]}


# The admin, the command


def test_the_admin_masks_and_offers_neither_filter_nor_order(client, world):
    user = user_with(world.agency, "admin_daerah", is_staff=True)
    client.force_login(user)
    pages = [
        "/admin/positions/needsresult/", f"/admin/positions/needsresult/{world.row.pk}/change/",
        "/admin/positions/recommendationline/", f"/admin/positions/recommendationline/{world.line.pk}/change/",
    ]  # fmt: skip

    for path in pages:
        body = client.get(path)
        assert body.status_code == 200
        shown = body.content.decode()
        assert "TERBATAS" in shown or MASK in shown
        assert "GABUNG" not in shown
        assert "BEBAN_KURANG" not in shown
    for query in ("recommendation__exact=GABUNG", "recommendation=GABUNG", "priority__exact=2", "row=6"):
        for model in ("needsresult", "recommendationline"):
            answer = client.get(f"/admin/positions/{model}/?{query}")
            assert answer.status_code in (302, 400), (model, query)
    for model, first in (("needsresult", 7), ("recommendationline", 2)):
        plain = client.get(f"/admin/positions/{model}/").context["cl"].queryset.query.order_by
        for place in (first, first + 1, first + 2):
            ordered = client.get(f"/admin/positions/{model}/?o={place}").context["cl"].queryset.query.order_by
            assert not {"recommendation", "quantity", "priority"} & {each.lstrip("-") for each in ordered}, plain


def test_the_operators_command_is_not_masked(world, capsys):
    call_command("analyse_needs", "--agency", world.agency.code, "--as-of", "2026-11-22", "--json")

    printed = json.loads(capsys.readouterr().out)

    assert "GABUNG" in {row["recommendation"] for row in printed["positions"]}
