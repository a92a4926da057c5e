"""A list on paper: short values in one line, and nothing beyond the sheet."""

from datetime import date
from io import BytesIO

import pytest
from django.conf import settings
from pypdf import PdfReader

from asnhr.scope import agency_scope
from tests import page_world
from tests.factories import positions as make
from tests.factories.asnhr import AgencyFactory
from tests.roles import user_with

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SHEET = 703
NAME = "Rosmawati Hotmaida Siregar Simanjuntak"
JOB = "Penelaah Teknis Kebijakan Pengelolaan Kepegawaian Perangkat Daerah"
UNIT = "Bidang Pelayanan Administrasi Kependudukan dan Pencatatan Sipil Wilayah Utara"


def test_a_printed_list_keeps_short_values_whole_and_cuts_nothing(live_server, new_page):
    agency = AgencyFactory()
    with agency_scope(agency):
        unit = make.UnitFactory(agency=agency, name=UNIT, code="12.71.16.02")
        post = make.PositionFactory(agency=agency, unit=unit, job=make.JobFactory(agency=agency, name=JOB))
        for number in range(12):
            person = make.EmployeeFactory(agency=agency, unit=unit, name=f"{NAME} {number}", rank=34)
            make.IncumbencyFactory(agency=agency, position=post, employee=person, starts_on=date(2024, 1, 1))
    user = user_with(agency, "staf_bkd")
    page = new_page()
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": page_world.session_of(user), "url": live_server.url}]
    )
    for path, whole, long in (
        ("/pegawai/", ["III/d", "Gol.", "PNS"], NAME),
        ("/jabatan/", ["Kelas", "Pelaksana"], JOB),
        ("/unit/", ["12.71.16.02", "Lainnya"], UNIT),
    ):
        page.goto(live_server.url + path)
        # As wide as A4 between its margins (186 mm): what would be cut on paper sticks out here.
        page.emulate_media(media="print")
        page.set_viewport_size({"width": SHEET, "height": 900})
        wide = page.evaluate("document.documentElement.scrollWidth")
        text = "\n".join(each.extract_text() for each in PdfReader(BytesIO(page.pdf(prefer_css_page_size=True))).pages)

        lines = text.splitlines()
        assert wide <= SHEET, (path, wide)
        assert [each for each in whole if not any(each in line for line in lines)] == [], (path, text)
        assert "".join(long.split()) in "".join(text.split())


@pytest.fixture
def district():
    agency = AgencyFactory()
    with agency_scope(agency):
        unit = make.UnitFactory(agency=agency, name="Kecamatan Medan Belawan")
        below = make.UnitFactory(agency=agency, name="Kelurahan Bagan Deli", parent=unit)
        for place, name in ((unit, "Camat"), (below, "Lurah")):
            job = make.JobFactory(agency=agency, name=name, group="manajerial", level="PENGAWAS")
            agency.post = make.PositionFactory(agency=agency, unit=place, job=job, is_head=True)
        sheet = make.WorkloadSheetFactory(agency=agency, unit=below, state="belum", approved_on=None)
        work = make.WorkloadFactory(agency=agency, sheet=sheet, position=agency.post)
        make.WorkloadTaskFactory(agency=agency, workload=work, number=1, task="Menerima warga", volume=250, minutes=30)
    agency.unit, agency.sheet = unit, sheet
    return agency


def signed_in(agency, role, live_server, new_page):
    page = new_page()
    key = page_world.session_of(user_with(agency, role))
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": live_server.url}])
    return page


def printed(page):
    """The text of the page as a browser prints it, on upright A4."""
    pages = PdfReader(BytesIO(page.pdf(prefer_css_page_size=True))).pages
    assert pages[0].mediabox.height > pages[0].mediabox.width
    return "\n".join(each.extract_text() for each in pages)


def test_the_position_map_is_drawn_on_upright_paper(district, live_server, new_page):
    page = signed_in(district, "staf_bkd", live_server, new_page)
    page.goto(f"{live_server.url}/unit/peta/?unit={district.unit.pk}")

    text = printed(page)

    for words in ("Camat", "Lurah", "Kelurahan Bagan Deli"):
        assert words in text
    page.emulate_media(media="print")
    page.set_viewport_size({"width": SHEET, "height": 900})
    assert page.locator(".map-scroll svg.map").is_visible()


def test_a_workload_sheet_is_a_table_on_paper_and_cards_on_a_phone(district, live_server, new_page):
    page = signed_in(district, "staf_bkd", live_server, new_page)
    page.set_viewport_size({"width": SHEET, "height": 900})
    page.goto(f"{live_server.url}/abk/{district.sheet.pk}/")
    row = page.locator(".abk tr:is([data-row], .read)").first
    shapes = {}
    for media in ("screen", "print"):
        page.emulate_media(media=media)
        shapes[media] = row.evaluate("row => getComputedStyle(row).display")

    assert shapes == {"screen": "grid", "print": "table-row"}
    assert page.locator(".abk thead").first.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= SHEET
