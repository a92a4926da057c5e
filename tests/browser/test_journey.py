"""The main job in the browser with a real worker, from import to export; a district admin sees the district only."""

import io

import pytest
import python_calamine

from asnhr.dates import today
from asnhr.scope import agency_scope
from positions.models import Decision, FormationLine, NeedsAnalysis
from tests.factories.asnhr import AgencyFactory
from tests.factories.positions import IncumbencyFactory, JobFactory, PositionFactory, UnitFactory
from tests.positions.needs_pages import analyse, small_city
from tests.roles import user_with

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "kata-sandi-uji-1"
WORKLOAD = """kode jabatan,uraian tugas,hasil kerja,volume,periode,norma waktu (menit)
PRW,Memberi asuhan keperawatan,laporan,2000,tahun,90
PRW,Menyusun catatan keperawatan,catatan,1000,tahun,45
"""


def person(agency, role, *units):
    user = user_with(agency, role, *units, username=f"{role}-{agency.code}")
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(page, url, user):
    page.goto(f"{url}/akun/login/")
    page.fill("[name=login]", user.username)
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{url}/")


def cells_of(download) -> list[str]:
    with open(download.path(), "rb") as file:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(file.read()))
    return [str(cell) for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row]


@pytest.fixture
def city():
    agency = AgencyFactory()
    with agency_scope(agency):
        root = UnitFactory(agency=agency, code="1271", name="Pemerintah Kota Medan")
        unit = UnitFactory(agency=agency, code="PKM", name="Puskesmas Belawan", parent=root)
        job = JobFactory(agency=agency, name="Perawat Ahli Pertama", group="fungsional", level="AHLI_PERTAMA")
        position = PositionFactory(agency=agency, unit=unit, job=job, code="PRW")
        IncumbencyFactory(agency=agency, position=position)
    return agency


@pytest.mark.usefixtures("celery_worker_process")
def test_from_import_to_export(city, live_server, page, tmp_path):
    url, officer = live_server.url, person(city, "staf_bkd")
    file = tmp_path / "abk-puskesmas.csv"
    file.write_text(WORKLOAD, encoding="utf-8")
    sign_in(page, url, officer)

    # Import: checked first, then saved.
    page.goto(f"{url}/impor/")
    page.get_by_role("link", name="Impor berkas").first.click()
    page.get_by_label("Jenis berkas").select_option("workload")
    page.get_by_label("Berkas", exact=True).set_input_files(file)
    page.get_by_role("button", name="Unggah").click()
    page.get_by_text("belum ada yang disimpan").wait_for(timeout=60_000)
    page.get_by_role("button", name="Simpan sekarang").click()
    page.get_by_text("Tersimpan.").first.wait_for(timeout=60_000)

    # Analysis: the bar, then the result.
    page.goto(f"{url}/analisis/")
    page.get_by_role("button", name="Jalankan analisis").click()
    page.get_by_role("link", name="Lihat hasil").click(timeout=60_000)
    page.get_by_role("link", name="Lihat semua jabatan").click()
    page.get_by_role("link", name="Perawat Ahli Pertama").click()
    page.get_by_text("Beban setahun 225.000 menit ÷ waktu kerja efektif 75.000 menit = 3,0000.").wait_for()

    # Decision.
    page.get_by_label("Alasan").fill("Beban tiga orang, pemangku satu.")
    page.get_by_role("button", name="Setujui").click()
    page.get_by_text("1 rekomendasi disetujui.").wait_for()
    with agency_scope(city):
        decision, line = Decision.objects.get(), FormationLine.objects.get()
    assert (decision.verdict, decision.decided_by, line.proposed) == ("setuju", officer, 2)

    # Export: the table as filtered, and the proposal's bundle.
    with agency_scope(city):
        analysis = NeedsAnalysis.objects.get()
    page.goto(f"{url}/analisis/{analysis.pk}/jabatan/?pilih=kekurangan")
    with page.expect_download() as table:
        page.get_by_role("link", name="XLSX").click()
    cells = cells_of(table.value)
    assert {"DATA CONTOH", "Perawat Ahli Pertama", "Puskesmas Belawan"} <= set(cells)
    assert "3.0" in cells
    page.goto(f"{url}/usul-formasi/")
    page.get_by_role("link", name=f"Usul formasi {analysis.as_of.year}").click()
    with page.expect_download() as bundle:
        page.get_by_role("link", name="Berkas lengkap").click()
    cells = cells_of(bundle.value)
    assert "DATA CONTOH" in cells
    assert "Memberi asuhan keperawatan" in cells
    assert "PRW" in cells


def test_the_grid_counts_while_typing_and_is_saved_by_keyboard(live_server, page):
    agency = AgencyFactory()
    city = small_city(agency)
    with agency_scope(agency):
        sheet = city.short[0].workloads.get().sheet
        sheet.state, sheet.approved_on = "belum", None
        sheet.save()
    admin = person(agency, "admin_unit", city.belawan)
    sign_in(page, live_server.url, admin)
    page.goto(f"{live_server.url}/abk/{sheet.pk}/")
    section = page.locator(f"#p{city.short[0].pk}")
    assert section.locator("[data-need]").inner_text() == "3,0000"

    volume = section.locator('input[name$="-0-volume"]')
    volume.fill("1.250,5")
    assert section.locator("[data-need]").inner_text() == "1,5006"
    assert section.locator("[data-k]").inner_text() == "2"
    # Enter goes down the column; in the last row it adds one.
    rows = section.locator("tr[data-row]").count()
    volume.press("Enter")
    page.keyboard.press("Enter")
    assert section.locator("tr[data-row]").count() == rows + 1
    section.locator("textarea").last.fill("Tugas baru")
    section.locator('input[name$="-volume"]').last.fill("10")
    section.locator('input[name$="-minutes"]').last.fill("60")
    page.get_by_role("button", name="Simpan semua").click()
    page.get_by_text("tersimpan.").first.wait_for()

    with agency_scope(agency):
        tasks = city.short[0].workloads.get().tasks.order_by("number")
        assert [str(task.volume) for task in tasks] == ["1250.5000", "10.0000"]


def test_what_was_typed_survives_a_closed_page(live_server, page):
    agency = AgencyFactory()
    city = small_city(agency)
    with agency_scope(agency):
        sheet = city.short[0].workloads.get().sheet
        sheet.state, sheet.approved_on = "belum", None
        sheet.save()
    sign_in(page, live_server.url, person(agency, "admin_unit", city.belawan))
    page.goto(f"{live_server.url}/abk/{sheet.pk}/")
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator(f"#p{city.short[0].pk} textarea").first.fill("Belum sempat disimpan")
    page.wait_for_timeout(1200)

    page.reload()

    page.get_by_role("button", name="Pulihkan").click()
    assert page.locator(f"#p{city.short[0].pk} textarea").first.input_value() == "Belum sempat disimpan"


def test_the_belawan_admin_sees_only_the_district(live_server, page):
    agency = AgencyFactory()
    city = small_city(agency)
    analysis = analyse(agency, today())
    sign_in(page, live_server.url, person(agency, "admin_unit", city.belawan))

    for path in (
        "/", f"/analisis/{analysis.pk}/", f"/analisis/{analysis.pk}/jabatan/", "/abk/", "/unit/", "/jabatan/",
        "/pegawai/", "/tindak-lanjut/", "/usul-formasi/",
    ):  # fmt: skip
        page.goto(f"{live_server.url}{path}")
        assert page.locator("main").is_visible(), path
        assert "Medan Kota" not in page.content(), path
    page.goto(f"{live_server.url}/analisis/{analysis.pk}/jabatan/")
    assert "Kecamatan Medan Belawan" in page.locator("table tbody").inner_text()


@pytest.mark.parametrize("width", [1280, 390])
def test_the_grid_fits_and_names_its_cells(width, live_server, new_page):
    agency = AgencyFactory()
    city = small_city(agency)
    with agency_scope(agency):
        sheet = city.short[0].workloads.get().sheet
        sheet.state, sheet.approved_on = "belum", None
        sheet.save()
    page = new_page(width=width)
    sign_in(page, live_server.url, person(agency, "admin_unit", city.belawan))

    page.goto(f"{live_server.url}/abk/{sheet.pk}/")

    fits = "[...document.querySelectorAll('.abk-post .scroll, html')].every((e) => e.scrollWidth <= e.clientWidth)"
    assert page.evaluate(fits)
    if width == 390:
        label = "getComputedStyle(document.querySelector('td[data-label]'), '::before').content"
        assert page.evaluate(label) == '"Hasil kerja"'
