"""The ABK pages: board, opening a campaign, the grid, the steps of a sheet; who may what; cost."""

import re
from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.conf import settings
from django.urls import reverse
from django.utils import translation

from asnhr.scope import agency_scope
from positions.models import Campaign, Workload, WorkloadSheet, WorkloadTask
from positions.pages import workload_form
from positions.queries.workload import measured
from positions.rules.numbers import quotient
from tests.factories.asnhr import AgencyFactory
from tests.factories.positions import (
    CampaignFactory,
    GoalFactory,
    IncumbencyFactory,
    JobFactory,
    PositionFactory,
    UnitFactory,
    WorkloadFactory,
    WorkloadSheetFactory,
    WorkloadTaskFactory,
)
from tests.roles import user_with

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]


@pytest.fixture
def in_november():
    with time_machine.travel("2026-11-22 03:00+07:00", tick=False):
        yield


@pytest.fixture
def agency():
    return AgencyFactory()


@pytest.fixture
def sheet(agency):
    """A sheet of one position with one task (volume 240 × 90 minutes) and one holder, not yet submitted."""
    with agency_scope(agency):
        root = UnitFactory(agency=agency, code="1271", name="Pemerintah Kota Medan")
        unit = UnitFactory(agency=agency, code="KEC", name="Kecamatan Medan Belawan", parent=root)
        position = PositionFactory(agency=agency, unit=unit)
        IncumbencyFactory(agency=agency, position=position)
        sheet = WorkloadSheetFactory(agency=agency, unit=unit, state="belum", approved_on=None)
        workload = WorkloadFactory(agency=agency, sheet=sheet, position=position)
        WorkloadTaskFactory(agency=agency, workload=workload, number=1, task="Menyusun laporan", volume=240, minutes=90)
        sheet.position = position
    return sheet


def sign_in(client, agency, role, *units):
    user = user_with(agency, role, *units)
    client.force_login(user)
    return user


def address(sheet):
    return reverse("workload-sheet", args=[sheet.pk])


def typed(sheet, *rows, version="0"):
    """Return the form with rows of (task, volume, per, minutes)."""
    data = {"versi": version}
    for index, (task, volume, per, minutes) in enumerate(rows):
        prefix = f"p{sheet.position.pk}-{index}-"
        data |= {prefix + "task": task, prefix + "volume": volume, prefix + "per": per, prefix + "minutes": minutes}
        data |= {prefix + "part": "pokok"}
    return data


def tasks_of(sheet):
    with agency_scope(sheet.agency_id):
        return list(WorkloadTask.objects.filter(workload__sheet=sheet).order_by("number"))


@pytest.mark.parametrize("rows", [1, 20])
def test_board_cost_is_flat(rows, client, agency, django_assert_max_num_queries):
    with agency_scope(agency):
        campaign = CampaignFactory(agency=agency)
        WorkloadSheetFactory.create_batch(rows, agency=agency, campaign=campaign, state="belum", approved_on=None)
    sign_in(client, agency, "bagian_organisasi")

    with django_assert_max_num_queries(15):
        body = client.get(reverse("workload-board")).content.decode()

    assert body.count('<th scope="row"') == rows
    assert f"Ingatkan {rows} unit" in body
    assert "terlambat" in body


def test_the_grid_shows_tasks_and_the_need_by_the_rules(client, agency, sheet):
    sign_in(client, agency, "admin_unit", sheet.unit)

    body = client.get(address(sheet)).content.decode()

    assert "Menyusun laporan" in body
    assert "<dd data-need>0,2880</dd>" in body
    assert len(body) < 100_000


def test_saving_writes_every_row_at_once(client, agency, sheet):
    sign_in(client, agency, "pengelola_kepegawaian", sheet.unit)
    with agency_scope(agency):
        GoalFactory(agency=agency, code="S1")
    data = typed(sheet, ("Menyusun laporan", "240", "year", "90"), ("Melayani surat", "1.200", "month", "0,5"))
    data[f"p{sheet.position.pk}-1-goal"] = "S1"
    data[f"p{sheet.position.pk}-1-digital"] = "1"

    response = client.post(address(sheet), data)

    assert response.status_code == 302
    first, second = tasks_of(sheet)
    assert (second.number, second.volume, second.per, second.minutes) == (2, 1200, "month", Decimal("0.5"))
    assert second.digital_prone
    assert second.goal_id is not None
    assert first.task == "Menyusun laporan"


def test_errors_stand_beside_their_cells_and_nothing_typed_is_lost(client, agency, sheet):
    sign_in(client, agency, "admin_unit", sheet.unit)
    data = typed(
        sheet, ("Menyusun laporan", "abc", "year", "90"), ("", "5", "year", "-1"), ("Rapat", "2", "year", "60")
    )

    response = client.post(address(sheet), data)

    body = response.content.decode()
    assert response.status_code == 200
    assert "3 isian perlu diperbaiki" in body
    assert f'id="p{sheet.position.pk}-0-volume"' in body
    assert f'href="#p{sheet.position.pk}-1-task"' in body
    assert 'value="abc"' in body
    assert "Rapat" in body
    assert [task.volume for task in tasks_of(sheet)] == [240]


def test_a_row_is_removed_and_a_position_may_be_emptied(client, agency, sheet):
    sign_in(client, agency, "admin_unit", sheet.unit)
    data = typed(sheet, ("Menyusun laporan", "240", "year", "90"))
    data[f"p{sheet.position.pk}-0-hapus"] = "1"

    assert client.post(address(sheet), data).status_code == 302
    assert tasks_of(sheet) == []


def test_without_script_a_button_adds_rows_and_keeps_what_was_typed(client, agency, sheet):
    sign_in(client, agency, "admin_unit", sheet.unit)
    data = typed(sheet, ("Belum tersimpan", "1", "year", "1")) | {"tambah": str(sheet.position.pk)}

    body = client.post(address(sheet), data).content.decode()

    assert "Belum tersimpan" in body
    assert f'name="p{sheet.position.pk}-3-task"' in body
    assert tasks_of(sheet)[0].task == "Menyusun laporan"


def test_a_sheet_saved_by_another_meanwhile_is_not_overwritten_unseen(client, agency, sheet):
    sign_in(client, agency, "admin_unit", sheet.unit)
    client.post(address(sheet), typed(sheet, ("Pertama", "1", "year", "1")))

    body = client.post(address(sheet), typed(sheet, ("Kedua", "2", "year", "2"))).content.decode()

    assert "sesudah Anda membukanya" in body
    assert "Kedua" in body
    assert [task.task for task in tasks_of(sheet)] == ["Pertama"]


def test_steps_go_from_the_unit_to_the_bureau(client, agency, sheet):
    move = reverse("workload-move", args=[sheet.pk])
    sign_in(client, agency, "admin_unit", sheet.unit)
    client.post(move, {"langkah": "submit"})
    assert client.post(move, {"langkah": "verify"}).status_code == 403

    sign_in(client, agency, "bagian_organisasi")
    body = client.post(move, {"langkah": "return"}, follow=True).content.decode()
    assert "Sebutkan apa yang harus diperbaiki." in body
    client.post(move, {"langkah": "verify"})
    client.post(move, {"langkah": "approve"})

    with agency_scope(agency):
        settled = WorkloadSheet.objects.get(pk=sheet.pk)
    assert (settled.state, settled.approved_on) == ("disahkan", date(2026, 11, 22))
    body = client.get(address(sheet)).content.decode()
    assert "data-abk" not in body
    assert "Menyusun laporan" in body


def test_other_units_and_agencies_do_not_see_the_sheet(client, agency, sheet):
    with agency_scope(agency):
        other_unit = UnitFactory(agency=agency, parent=sheet.unit.parent)
    sign_in(client, agency, "admin_unit", other_unit)
    assert client.get(address(sheet)).status_code == 404
    assert "Medan Belawan" not in client.get(reverse("workload-board")).content.decode()

    jambi = AgencyFactory(code="1571", name="Pemerintah Kota Jambi", short_name="Jambi")
    sign_in(client, jambi, "staf_bkd")
    assert client.get(address(sheet)).status_code == 404
    assert client.post(address(sheet), typed(sheet, ("X", "1", "year", "1"))).status_code == 404


def test_an_auditor_reads_and_cannot_save(client, agency, sheet):
    sign_in(client, agency, "auditor")

    assert "data-abk" not in client.get(address(sheet)).content.decode()
    refused = client.post(address(sheet), typed(sheet, ("Diubah", "1", "year", "1")))

    assert refused.status_code == 403
    assert "tidak mencakup pengisian lembar ini" in refused.text
    assert client.post(reverse("workload-move", args=[sheet.pk])).status_code == 403
    assert tasks_of(sheet)[0].task == "Menyusun laporan"


def test_who_only_reads_gets_labelled_cells_and_numbers_as_written(client, agency, sheet):
    with agency_scope(agency):
        WorkloadTask.objects.filter(workload__sheet=sheet).update(minutes=1800, volume="12500.5")
    sign_in(client, agency, "auditor")

    text = client.get(reverse("workload-sheet", args=[sheet.pk])).content.decode()

    assert 'data-label="Norma (menit)">1.800</td>' in text
    assert 'data-label="Volume">12.500,5</td>' in text


def test_employees_and_strangers_stay_outside(client, agency, sheet):
    assert client.get(address(sheet)).status_code == 302
    sign_in(client, agency, "pegawai")
    assert client.get(reverse("workload-board")).status_code == 403
    assert client.get(address(sheet)).status_code == 403


def test_a_campaign_opens_from_last_years_figures(client, agency, sheet):
    sign_in(client, agency, "bagian_organisasi")
    data = {"year": "2027", "opens_on": "2026-11-22", "deadline": "2027-01-31", "from_last_year": "on"}

    response = client.post(reverse("workload-open"), data)

    assert response["Location"] == "/abk/?tahun=2027"
    with agency_scope(agency):
        campaign = Campaign.objects.get(year=2027)
        copied = WorkloadTask.objects.get(workload__sheet__campaign=campaign)
    assert copied.task == "Menyusun laporan"
    again = client.post(reverse("workload-open"), data)
    assert "Kampanye ABK tahun ini sudah ada." in again.content.decode()


def test_reminding_marks_units_that_have_not_filled_in(client, agency, sheet):
    url = reverse("workload-remind", args=[sheet.campaign_id])
    sign_in(client, agency, "staf_bkd")
    assert client.post(url).status_code == 403
    sign_in(client, agency, "bagian_organisasi")
    assert client.get(url).status_code == 405

    assert "1 unit diingatkan." in client.post(url, follow=True).content.decode()


def test_a_sheet_covers_the_units_below_without_one_of_their_own(client, agency, sheet):
    with agency_scope(agency):
        below = UnitFactory(agency=agency, code="KEL", name="Kelurahan Bagan Deli", parent=sheet.unit)
        apart = UnitFactory(agency=agency, code="PKM", name="Puskesmas Belawan", parent=sheet.unit)
        covered = PositionFactory(agency=agency, unit=below)
        not_covered = PositionFactory(agency=agency, unit=apart)
        WorkloadSheetFactory(agency=agency, campaign=sheet.campaign, unit=apart, state="belum", approved_on=None)
    sign_in(client, agency, "admin_unit", sheet.unit)

    body = client.get(address(sheet)).content.decode()
    data = typed(sheet, ("Menyusun laporan", "240", "year", "90"))
    row = {"task": "Melayani warga", "volume": "10", "per": "year", "minutes": "5", "part": "pokok"}
    data |= {f"p{covered.pk}-0-{name}": value for name, value in row.items()}

    assert "Kelurahan Bagan Deli" in body
    assert f'id="p{not_covered.pk}"' not in body
    assert client.post(address(sheet), data).status_code == 302
    assert {task.task for task in tasks_of(sheet)} == {"Menyusun laporan", "Melayani warga"}


def test_a_new_campaign_keeps_last_years_sheets_and_copies_what_they_cover(client, agency, sheet):
    with agency_scope(agency):
        below = UnitFactory(agency=agency, code="KEL", name="Kelurahan Bagan Deli", parent=sheet.unit)
        position = PositionFactory(agency=agency, unit=below)
        workload = WorkloadFactory(agency=agency, sheet=sheet, position=position)
        WorkloadTaskFactory(agency=agency, workload=workload, task="Melayani warga")
        other = PositionFactory(agency=agency, unit=UnitFactory(agency=agency, parent=sheet.unit.parent))
    sign_in(client, agency, "bagian_organisasi")

    data = {"year": "2027", "opens_on": "2026-11-22", "deadline": "2027-01-31", "from_last_year": "on"}
    client.post(reverse("workload-open"), data)

    with agency_scope(agency):
        sheets = WorkloadSheet.objects.filter(campaign__year=2027)
        assert set(sheets.values_list("unit_id", flat=True)) == {sheet.unit_id, other.unit_id}
        copied = WorkloadTask.objects.filter(workload__sheet__campaign__year=2027)
        assert set(copied.values_list("task", flat=True)) == {"Menyusun laporan", "Melayani warga"}


def test_abk_kes_is_for_health_workers_and_leaves_time_for_main_tasks(client, agency, sheet):
    with agency_scope(agency):
        job = JobFactory(agency=agency, name="Perawat", group="fungsional", level="TERAMPIL", field="nakes")
        nurse = PositionFactory(agency=agency, unit=sheet.unit, job=job)
    sign_in(client, agency, "admin_unit", sheet.unit)
    row = {"number": 1, "task": "Asuhan", "volume": 12000, "minutes": 5, "part": "pokok"}
    support = {"number": 2, "task": "Rapat", "volume": 1, "minutes": 72000, "part": "penunjang"}

    def put(position, *rows):
        data = {"tasks": [each | {"position_id": position.pk} for each in rows],
                "methods": [{"position_id": position.pk, "method": "ABK_KES"}]}  # fmt: skip
        return client.put(f"/api/v1/workload-sheets/{sheet.pk}/tasks/", data, content_type="application/json")

    refused, no_time = put(sheet.position, row), put(nurse, row, support)
    assert (refused.status_code, no_time.status_code) == (409, 409)
    assert "hanya bagi jabatan tenaga kesehatan" in refused.json()["detail"]
    assert "menghabiskan seluruh waktu" in no_time.json()["detail"]
    assert put(nurse, row, support | {"minutes": 3000}).status_code == 200

    with agency_scope(agency):
        assert Workload.objects.get(position=nurse).method == "ABK_KES"
    body = client.get(address(sheet)).content.decode()
    # 60,000 ÷ (72,000 − 3,000)
    assert "<dd data-need>0,8696</dd>" in body
    assert "<dd data-stp>1,0435</dd>" in body


def test_a_position_that_was_not_sent_is_not_touched(client, agency, sheet):
    with agency_scope(agency):
        other = WorkloadFactory(agency=agency, sheet=sheet, position=PositionFactory(agency=agency, unit=sheet.unit))
        WorkloadTaskFactory(agency=agency, workload=other, task="Tidak dikirim")
    sign_in(client, agency, "admin_unit", sheet.unit)

    assert client.post(address(sheet), typed(sheet, ("Diubah", "2", "year", "60"))).status_code == 302

    assert {task.task for task in tasks_of(sheet)} == {"Diubah", "Tidak dikirim"}


def test_more_decimals_than_the_register_keeps_are_refused(client, agency, sheet):
    sign_in(client, agency, "admin_unit", sheet.unit)

    body = client.post(address(sheet), typed(sheet, ("Menyusun laporan", "1,00001", "year", "90"))).content.decode()

    assert "Paling banyak 4 angka di belakang koma." in body


@pytest.fixture
def long_sheet(agency, sheet):
    """More positions than a page has: some by ABK-Kes, some with own times, one without tasks, three holders each."""
    with agency_scope(agency):
        for number in range(24):
            position = PositionFactory(agency=agency, unit=sheet.unit, job__name=f"Jabatan {number:02}")
            IncumbencyFactory.create_batch(number % 3, agency=agency, position=position)
            if number == 5:
                continue
            work = WorkloadFactory(
                agency=agency, sheet=sheet, position=position, method="ABK_KES" if number % 4 == 0 else "ABK"
            )
            of = {"agency": agency, "workload": work}
            per = ("year", "semester", "quarter", "month", "week", "day")[number % 6]
            WorkloadTaskFactory(**of, number=1, volume=Decimal("7.3") + number, per=per, minutes=Decimal("13.37"))
            own = None if number % 4 == 0 else 72_000 - number
            WorkloadTaskFactory(**of, number=2, volume=1 + number, minutes=Decimal("700.5"), minutes_per_year=own)
            # Of number 8 support takes all the time: no need can be computed.
            support = 72_000 if number == 8 else 1_000 + number
            WorkloadTaskFactory(**of, number=3, volume=1, minutes=support, part="penunjang")
    return sheet


def test_the_statement_measures_as_the_rules_do(agency, long_sheet, client):
    user = sign_in(client, agency, "admin_unit", long_sheet.unit)
    with agency_scope(agency, user.pk):
        found = measured(WorkloadSheet.objects.select_related("campaign").get(pk=long_sheet.pk))
    sections, number = {}, 1
    while True:
        context = client.get(address(long_sheet), {"bagian": number}).context
        sections |= {section.position.pk: section for section in context["sections"]}
        if number == len(context["pages"]):
            break
        number += 1

    with_tasks = {pk: section for pk, section in sections.items() if section.load}
    assert len(with_tasks) == 24
    assert found.keys() == with_tasks.keys()
    for pk, section in with_tasks.items():
        assert (found[pk].load, found[pk].need, found[pk].staff) == (section.load, section.need, section.k)
    assert [one.need for one in found.values()].count(None) == 1


def test_each_page_shows_the_totals_of_the_whole_sheet_beside_its_own(agency, long_sheet, client):
    sign_in(client, agency, "admin_unit", long_sheet.unit)
    pages = range(1, len(client.get(address(long_sheet)).context["pages"]) + 1)

    shown = [client.get(address(long_sheet), {"bagian": number}).context for number in pages]

    assert len(pages) == 4
    first = shown[0]["whole"]
    assert all(context["whole"] == first for context in shown)
    totals = [context["totals"] for context in shown]
    for name in ("load", "need", "k", "holders", "measured", "measured_holders"):
        assert sum(getattr(each, name) for each in totals) == getattr(first, name) > 0
    assert first.effectiveness.value == quotient(first.need, first.measured_holders)


def test_the_whole_follows_what_is_typed_on_the_page(agency, long_sheet, client):
    sign_in(client, agency, "admin_unit", long_sheet.unit)
    before = client.get(address(long_sheet)).context
    data = typed(long_sheet, ("Menyusun laporan", "480", "year", "90"), ("", "5", "year", "1"))

    after = client.post(address(long_sheet), data).context

    assert after["errors"]
    assert after["whole"].need - before["whole"].need == Decimal("0.288") + quotient(5, 75_000)


def test_a_sheet_of_one_page_has_one_line_of_totals(agency, sheet, client):
    sign_in(client, agency, "admin_unit", sheet.unit)

    body = client.get(address(sheet)).content.decode()

    assert "Seluruh lembar" in body
    assert "Halaman ini" not in body
    assert "data-whole-need" not in body


def test_a_page_of_a_long_sheet_costs_a_few_queries(agency, long_sheet, client, django_assert_max_num_queries):
    sign_in(client, agency, "admin_unit", long_sheet.unit)
    client.get(address(long_sheet))

    with django_assert_max_num_queries(15):
        client.get(address(long_sheet), {"bagian": 2})


# (typed, in Indonesian, in English); None: refused.
TYPED = [
    ("1.200", "1200", "1.2"), ("1,200", "1.2", "1200"), ("0,52", "0.52", "0.52"), ("0.52", "0.52", "0.52"),
    ("12,5", "12.5", "12.5"), ("1.250,5", "1250.5", "1250.5"), ("1,250.5", "1250.5", "1250.5"), ("Rp. 5", "5", "5"),
    ("1.250.000", "1250000", None), ("1,250,000", None, "1250000"), ("1200", "1200", "1200"),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "indonesian", "english"), TYPED)
def test_a_number_is_read_by_the_language_of_the_page_and_written_as_it_is_read(typed, indonesian, english):
    for language, wanted in (("id", indonesian), ("en", english)):
        with translation.override(language):
            value, problem = workload_form.number(typed)
            assert value == (None if wanted is None else Decimal(wanted))
            assert bool(problem) == (wanted is None)
            assert workload_form.number(workload_form.plain(value))[0] == value


@pytest.mark.parametrize(
    ("page", "opened", "typed", "stored"),
    [
        ("en", "en", "1,200", "1200"), ("en", "en", "1.5", "1.5"), ("id", "id", "1.200", "1200"),
        ("id", "id", "1,5", "1.5"), ("en", "id", "1.200", "1200"), ("id", "en", "1,200", "1200"),
    ],
)  # fmt: skip
def test_the_grid_saves_what_its_language_says_also_where_another_tab_changed_it(
    page, opened, typed, stored, client, agency, sheet
):
    sign_in(client, agency, "admin_unit", sheet.unit)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = opened
    body = client.get(f"/abk/{sheet.pk}/").content.decode()
    assert f'name="bahasa" value="{opened}"' in body
    assert (">main</option>" in body, ">pokok</option>" in body) == (opened == "en", opened == "id")

    client.cookies[settings.LANGUAGE_COOKIE_NAME] = page
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', body))
    row = f"p{sheet.position.pk}-0-"
    cells = {"task": "Menyusun laporan", "volume": typed, "per": "year", "minutes": "90", "part": "pokok"}
    answer = client.post(f"/abk/{sheet.pk}/", fields | {f"{row}{name}": text for name, text in cells.items()})

    assert answer.status_code == 302
    with agency_scope(agency):
        assert WorkloadTask.objects.get().volume == Decimal(stored)
