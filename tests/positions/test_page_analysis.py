"""Pages of the analysis: list, run, schedule, summary, table, unit, position, comparison, freezing."""

from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
import python_calamine
import time_machine
from django.urls import reverse

from asnhr import dates, queries
from asnhr import services as runs
from asnhr.models import Run
from asnhr.scope import agency_scope
from positions.models import AnalysisSchedule, NeedsAnalysis, NeedsResult
from positions.pages import basis, words
from positions.services import analysis as services
from tests.factories.asnhr import AgencyFactory
from tests.factories.positions import (
    IncumbencyFactory,
    JobFactory,
    PositionFactory,
    PositionNeedFactory,
    SeatFactory,
    UnitFactory,
)
from tests.positions.needs_pages import analyse, result_of, small_city
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
def city(agency):
    return small_city(agency)


@pytest.fixture
def analysis(agency, city):
    return analyse(agency)


def sign_in(client, agency, role, *units):
    user = user_with(agency, role, *units)
    client.force_login(user)
    return user


def page(client, name, *arguments, query=""):
    response = client.get(reverse(name, args=arguments) + query)
    assert response.status_code == 200, response.status_code
    body = response.content.decode()
    assert len(body) < 100_000
    return body


def test_the_list_shows_totals_and_the_button(client, agency, analysis):
    sign_in(client, agency, "staf_bkd")

    body = page(client, "analysis-list")

    assert "22 November 2026" in body
    assert "Jalankan analisis" in body
    assert "DATA CONTOH" in body


def test_running_queues_one_run_and_leads_to_its_page(client, agency, city, django_capture_on_commit_callbacks):
    sign_in(client, agency, "staf_bkd")

    first = client.post(reverse("analysis-run"), {"as_of": "2026-11-22"})
    again = client.post(reverse("analysis-run"), {"as_of": "2026-11-22"})

    assert first["Location"] == again["Location"]
    with agency_scope(agency):
        assert Run.objects.filter(kind="needs").count() == 1


def test_a_day_too_far_ahead_and_wrong_roles_cannot_run(client, agency, city):
    sign_in(client, agency, "staf_bkd")
    response = client.post(reverse("analysis-run"), {"as_of": "2099-01-01"}, follow=True)
    assert "paling jauh lima tahun" in response.content.decode()
    assert client.get(reverse("analysis-run")).status_code == 405

    sign_in(client, agency, "auditor")
    assert client.post(reverse("analysis-run"), {"as_of": "2026-11-22"}).status_code == 403


def test_the_summary_shows_figures_charts_and_offices(client, agency, city, analysis, django_assert_max_num_queries):
    sign_in(client, agency, "staf_bkd")

    with django_assert_max_num_queries(20):
        body = page(client, "analysis-detail", analysis.pk)

    assert "Kecamatan Medan Belawan" in body
    assert '<svg class="chart"' in body
    assert "Dasar perhitungan" in body
    assert 'style="' not in body


def test_figures_of_a_unit_admin_are_those_of_the_unit(client, agency, city, analysis):
    sign_in(client, agency, "admin_unit", city.belawan)

    summary = page(client, "analysis-detail", analysis.pk)
    table = page(client, "analysis-table", analysis.pk)

    assert "Medan Kota" not in summary
    assert "Medan Kota" not in table
    assert "Medan Belawan" in table
    hidden = result_of(analysis, city.full)
    assert client.get(reverse("analysis-result", args=[analysis.pk, hidden.pk])).status_code == 404
    assert client.get(reverse("analysis-unit", args=[analysis.pk, city.centre.pk])).status_code == 404
    compared = client.get(reverse("analysis-compare", args=[analysis.pk]))
    assert compared.status_code == 200


@pytest.mark.parametrize("positions", [1, 20])
def test_the_table_costs_the_same_for_any_number_of_positions(positions, client, agency, django_assert_max_num_queries):
    small_city(agency, positions)
    analysis = analyse(agency)
    sign_in(client, agency, "staf_bkd")

    with django_assert_max_num_queries(15):
        body = page(client, "analysis-table", analysis.pk)

    assert body.count('<th scope="row"') == positions + 1


def test_presets_narrow_the_table_and_count(client, agency, city, analysis):
    sign_in(client, agency, "staf_bkd")

    short = page(client, "analysis-table", analysis.pk, query="?pilih=kekurangan")
    over = page(client, "analysis-table", analysis.pk, query="?pilih=kelebihan")

    assert str(city.short[0].job) in short
    assert str(city.full.job) not in short
    assert "Kekurangan <b>1</b>" in over
    assert "Tidak ada yang cocok" in over


def test_the_table_exports_exactly_what_is_filtered(client, agency, city, analysis):
    sign_in(client, agency, "staf_bkd")

    response = client.get(reverse("analysis-table", args=[analysis.pk]) + "?pilih=kekurangan&format=xlsx")

    content = BytesIO(b"".join(response.streaming_content))
    rows = python_calamine.CalamineWorkbook.from_filelike(content).get_sheet_by_index(0).to_python()
    flat = [str(cell) for row in rows for cell in row]
    assert "DATA CONTOH" in flat
    assert str(city.short[0].job) in flat
    assert str(city.full.job) not in flat


def test_both_lines_of_row_8_are_found_shown_and_exported(client, agency):
    """A shortage of 4 with one to receive brings two lines: TERIMA 1 and USUL_FORMASI 3."""
    with agency_scope(agency):
        root = UnitFactory(code="R")
        job = JobFactory(name="Pengolah Data")
        taker, giver = (PositionFactory(unit=UnitFactory(parent=root), job=job) for _ in range(2))
        for position, need, holders in ((taker, 5, 1), (giver, 1, 2)):
            PositionNeedFactory(position=position, need=need, starts_on=date(2025, 1, 1))
            for _ in range(holders):
                IncumbencyFactory(position=position)
    analysis = analyse(agency)
    sign_in(client, agency, "staf_bkd")
    table = reverse("analysis-table", args=[analysis.pk])

    summary = page(client, "analysis-detail", analysis.pk)
    found = page(client, "analysis-table", analysis.pk, query="?recommendation=USUL_FORMASI")
    received = page(client, "analysis-table", analysis.pk, query="?recommendation=TERIMA")
    result = result_of(analysis, taker)
    assert result.row == 8

    assert "?recommendation=USUL_FORMASI" in summary
    for body in (found, received, page(client, "analysis-unit", analysis.pk, taker.unit_id)):
        assert body.count("Redistribusi masuk (1); Usulkan formasi (3)") == 1
    csv = client.get(f"{table}?recommendation=USUL_FORMASI&kolom=job&kolom=recommendation&kolom=proposed&format=csv")
    assert "Redistribusi masuk; Usulkan formasi,3" in b"".join(csv.streaming_content).decode("utf-8-sig")
    listed = client.get(f"/api/v1/results/?analysis={analysis.pk}&recommendation=USUL_FORMASI").json()
    assert [row["id"] for row in listed["results"]] == [result.pk]


def test_a_printed_b_is_marked_on_table_unit_position_export_and_api(client, agency, city):
    with agency_scope(agency):
        mapped = UnitFactory(agency=agency, code="PETA", name="Dinas Menurut Peta", parent=city.root)
        post = PositionFactory(agency=agency, unit=mapped, job=JobFactory(name="Pengelola Arsip"), printed_holders=2)
        PositionNeedFactory(agency=agency, position=post, need=3, is_printed=True)
    made = analyse(agency)
    sign_in(client, agency, "staf_bkd")
    with agency_scope(agency):
        row = result_of(made, post)
        others = NeedsResult.objects.filter(analysis=made).exclude(pk=row.pk).count()
    mark = '<span class="tag gold">tercetak</span> 2'

    assert page(client, "analysis-table", made.pk).count(mark) == 1
    assert page(client, "analysis-unit", made.pk, mapped.pk).count(mark) == 1
    assert "tercetak pada peta jabatan" in page(client, "analysis-result", made.pk, row.pk)
    assert "tercetak" in page(client, "position-detail", post.pk)
    sheet = client.get(reverse("analysis-table", args=[made.pk]) + "?format=csv").getvalue().decode("utf-8-sig")
    assert "Keterangan B" in sheet.splitlines()[0] or "Keterangan B" in sheet
    assert sheet.count("tercetak") == 1
    listed = client.get(f"/api/v1/results/?analysis={made.pk}").json()["results"]
    assert {each["id"] for each in listed if each["b_printed"]} == {row.pk}
    assert sum(each["b_printed"] is False for each in listed) == others
    assert client.get(f"/api/v1/results/{row.pk}/").json()["b_printed"] is True
    only = client.get(f"/api/v1/results/?analysis={made.pk}&b_printed=true").json()["results"]
    assert [each["id"] for each in only] == [row.pk]
    rest = client.get(f"/api/v1/results/?analysis={made.pk}&b_printed=false").json()["results"]
    assert len(rest) == others
    # The summary says how much of B is only printed, and home counts the same.
    assert "2 tercetak pada peta jabatan" in page(client, "analysis-detail", made.pk)
    with agency_scope(agency):
        SeatFactory.create_batch(3, position=post)
    assert "2 terisi menurut peta tercetak" in client.get("/").content.decode()


def test_limits_stand_under_whose_they_are():
    def limit(name, origin, **more):
        return {"name": name, "unit": "bulan", "value": "12", "origin": origin, "legal_basis": "", "mark": "D"} | more

    of_the_nation = limit("D", "nasional", may_set=False)
    found = basis.by_origin(
        [limit("A", "nasional"), limit("B", queries.OWN), limit("C", queries.SUPPOSED), of_the_nation]
    )

    assert {name: [line[0] for line in lines] for name, lines in found.items()} == {
        "own": ["B"], "supposed": ["C"], "defaults": ["A"], "fixed": ["D"],
    }  # fmt: skip


def test_a_position_shows_figures_signals_basis_and_the_form(client, agency, city, analysis):
    result = result_of(analysis, city.short[0])
    sign_in(client, agency, "staf_bkd")

    body = page(client, "analysis-result", analysis.pk, result.pk)

    assert "3,0000" in body
    assert "Beban setahun 225.000 menit ÷ waktu kerja efektif 75.000 menit = 3,0000." in body
    assert "Baris 9 (KEKURANGAN)" in body
    assert "nilai bawaan, boleh diatur instansi" in body
    # Nothing was set by the agency: the defaults stand under a heading of their own.
    assert "Nilai bawaan nasional, boleh diatur instansi" in body
    assert "Ditetapkan instansi sendiri" not in body
    assert "PermenPANRB 1/2020" in body
    assert 'name="verdict" value="tolak"' in body
    assert "Hanya satu orang di instansi memangku jabatan ini" in body


def test_who_may_not_decide_gets_no_form(client, agency, city, analysis):
    result = result_of(analysis, city.short[0])
    sign_in(client, agency, "auditor")

    body = page(client, "analysis-result", analysis.pk, result.pk)

    assert 'name="verdict"' not in body


def test_every_row_of_the_table_has_words(client, agency, city, analysis):
    from positions.pages import words
    from positions.rules.recommendation import TABLE
    from positions.rules.signals import Code

    assert set(words.ROWS) == {row.number for row in TABLE}
    assert set(words.SIGNALS) == {code.value for code in Code} == set(words.SIGNAL_SENTENCES)


@pytest.mark.parametrize("positions", [1, 20])
def test_the_unit_page_costs_the_same_at_any_size(positions, client, agency, django_assert_max_num_queries):
    city = small_city(agency, positions)
    analysis = analyse(agency)
    sign_in(client, agency, "staf_bkd")

    for unit in (city.root, city.belawan):
        with django_assert_max_num_queries(15):
            page(client, "analysis-unit", analysis.pk, unit.pk)


def test_a_position_page_costs_at_most_15_queries(client, agency, city, analysis, django_assert_max_num_queries):
    result = result_of(analysis, city.short[0])
    sign_in(client, agency, "staf_bkd")

    with django_assert_max_num_queries(15):
        page(client, "analysis-result", analysis.pk, result.pk)


def test_the_unit_page_shows_eu_and_its_positions(client, agency, city, analysis):
    sign_in(client, agency, "staf_bkd")

    body = page(client, "analysis-unit", analysis.pk, city.belawan.pk)

    assert str(city.short[0].job) in body
    assert "3,0000" in body  # EU = 3 ÷ 1
    assert "Sangat Baik" in body


def test_comparison_says_what_changed_and_why(client, agency, city, analysis):
    with agency_scope(agency):
        IncumbencyFactory(agency=agency, position=city.short[0], starts_on=date(2026, 11, 22))
        NeedsAnalysis.objects.filter(pk=analysis.pk).update(as_of=date(2026, 11, 1))
    later = analyse(agency)
    sign_in(client, agency, "staf_bkd")

    body = page(client, "analysis-compare", later.pk, query=f"?dengan={analysis.pk}")

    assert "pemangku datang" in body
    assert "1 → 2" in body
    assert str(city.full.job) not in body


def test_two_analyses_of_one_day_are_told_apart_by_when_they_were_computed(client, agency, city, analysis):
    with agency_scope(agency):
        NeedsAnalysis.objects.filter(pk=analysis.pk).update(created_at=datetime(2026, 11, 22, 1, 7, tzinfo=UTC))
        result = NeedsResult.objects.filter(analysis=analysis).first()
    later = analyse(agency)
    sign_in(client, agency, "staf_bkd")

    compared = page(client, "analysis-compare", later.pk, query=f"?dengan={analysis.pk}")
    of_position = page(client, "analysis-result", analysis.pk, result.pk)

    assert "(dihitung 22 November 2026 08.07)" in compared
    assert "dari 22 November 2026 08.07 ke" in compared
    assert "dihitung 22 November 2026 08.07" in of_position


def test_freezing_is_for_the_bkd_and_once_a_year(client, agency, analysis):
    url = reverse("analysis-freeze", args=[analysis.pk])
    sign_in(client, agency, "bagian_organisasi")
    assert client.post(url, {"year": "2027"}).status_code == 403

    sign_in(client, agency, "staf_bkd")
    assert client.post(url, {"year": "2027"}).status_code == 302
    with agency_scope(agency):
        assert NeedsAnalysis.objects.get(pk=analysis.pk).basis_year == 2027
    assert "sudah menjadi dasar usulan 2027" in client.post(url, {"year": "2028"}).content.decode()
    assert "dasar usulan 2027" in page(client, "analysis-list")


def test_the_schedule_is_edited_by_the_regional_admin_only(client, agency):
    url = reverse("analysis-schedule")
    sign_in(client, agency, "staf_bkd")
    assert client.get(url).status_code == 403

    sign_in(client, agency, "admin_daerah")
    assert client.get(url).status_code == 200
    assert client.post(url, {"is_active": "on", "every_months": "3", "next_on": "2027-01-01"}).status_code == 302
    with agency_scope(agency):
        assert AnalysisSchedule.objects.get().next_on == date(2027, 1, 1)
    refused = client.post(url, {"is_active": "on", "every_months": "13", "next_on": "2027-01-01"})
    assert "Setiap 1 sampai 12 bulan." in refused.content.decode()


def test_another_agency_sees_nothing(client, agency, city, analysis):
    jambi = AgencyFactory(code="1571", name="Pemerintah Kota Jambi", short_name="Jambi")
    sign_in(client, jambi, "staf_bkd")
    with agency_scope(agency):
        result = NeedsResult.objects.filter(analysis=analysis).first()

    for name, arguments in (
        ("analysis-detail", [analysis.pk]), ("analysis-table", [analysis.pk]),
        ("analysis-result", [analysis.pk, result.pk]), ("analysis-unit", [analysis.pk, city.belawan.pk]),
        ("analysis-compare", [analysis.pk]), ("analysis-freeze", [analysis.pk]),
    ):  # fmt: skip
        assert client.get(reverse(name, args=arguments)).status_code == 404, name
    assert "Belum ada analisis" in page(client, "analysis-list")


def test_employees_and_strangers_stay_outside(client, agency, analysis):
    assert client.get(reverse("analysis-detail", args=[analysis.pk])).status_code == 302
    sign_in(client, agency, "pegawai")
    assert client.get(reverse("analysis-list")).status_code == 403
    assert client.get(reverse("analysis-detail", args=[analysis.pk])).status_code == 403


def test_a_projection_says_so_on_every_page_and_offers_no_decision(client, agency, city):
    sign_in(client, agency, "staf_bkd")
    day = dates.today() + timedelta(days=400)
    with agency_scope(agency):
        run, _ = services.request_analysis(agency, day, None)
    runs.execute(agency_id=agency.pk, run_id=run.pk, heartbeat=False)
    with agency_scope(agency):
        made = NeedsAnalysis.objects.get(run=run)
        row = made.results.order_by("pk").first()

    pages = [
        reverse("analysis-detail", args=[made.pk]), reverse("analysis-table", args=[made.pk]),
        reverse("analysis-unit", args=[made.pk, row.unit_id]), reverse("analysis-result", args=[made.pk, row.pk]),
    ]  # fmt: skip
    for page in pages:
        answer = client.get(page)
        assert "Ini proyeksi" in answer.content.decode(), page
        assert "Putuskan yang dipilih" not in answer.content.decode()
    assert "Tetapkan dasar usulan" not in client.get(pages[0]).content.decode()
    assert "proyeksi, dihitung" in client.get(reverse("analysis-list")).content.decode()
    frozen = client.post(reverse("analysis-freeze", args=[made.pk]), {"year": 2027})
    assert "Proyeksi tidak dapat" in frozen.content.decode()
    with agency_scope(agency):
        made.refresh_from_db()
        assert made.basis_year is None


def test_the_first_of_five_years_is_what_is_left_of_it(client, agency, city, analysis):
    client.force_login(user_with(agency, "staf_bkd"))
    with agency_scope(agency):
        result = analysis.results.get(position=city.short[0])
    pages = [
        reverse("analysis-detail", args=[analysis.pk]), reverse("analysis-result", args=[analysis.pk, result.pk]),
    ]  # fmt: skip

    for page in pages:
        text = client.get(page).content.decode()
        assert "2026 adalah sisa tahun sejak 22 November 2026" in text
        assert ">(sisa tahun)</text>" in text
    assert words.years(date(2026, 11, 22)) == ["2026 (sisa tahun)", "2027", "2028", "2029", "2030"]
    assert words.years(date(2026, 1, 1)) == ["2026", "2027", "2028", "2029", "2030"]
    assert '<th scope="row">2026 (sisa tahun)</th>' in client.get(pages[1]).content.decode()


def test_an_effectiveness_that_measures_no_workload_says_so(client, agency, city, analysis):
    client.force_login(user_with(agency, "staf_bkd"))
    with agency_scope(agency):
        measured = analysis.results.filter(source="ABK", effectiveness__isnull=False).first()
        analysis.results.filter(pk=measured.pk).update(source="TETAP_SATU")
    page = reverse("analysis-result", args=[analysis.pk, measured.pk])

    assert "bukan beban terukur: N dari satu orang setiap formasi" in client.get(page).content.decode()
    with agency_scope(agency):
        analysis.results.filter(pk=measured.pk).update(source="ABK")
    assert "bukan beban terukur" not in client.get(page).content.decode()


def test_a_day_before_the_first_analysis_says_so(client, agency, city, analysis):
    client.force_login(user_with(agency, "staf_bkd"))

    past = client.get("/?as_of=2025-01-01").content.decode()
    objections = client.get("/keberatan/").content.decode()
    others = [client.get(page).content.decode() for page in ("/temuan/", "/pemetaan/")]
    now = client.get("/?as_of=2026-11-22").content.decode()

    assert "Belum ada analisis kebutuhan jabatan per 1 Januari 2025; yang ada lebih baru." in past
    assert "belum pernah dijalankan" not in past
    assert "Analisis kebutuhan jabatan terakhir per 22 November 2026." in now
    assert (
        "Anda memilih keadaan per <b>1 Januari 2025</b>; halaman ini selalu menampilkan keadaan hari ini." in objections
    )
    assert "Anda melihat keadaan per" not in objections
    assert all("halaman ini selalu menampilkan keadaan hari ini" in each for each in others)
