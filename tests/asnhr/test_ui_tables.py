"""The base of list pages: cost, order, columns, partial answers, exports."""

import csv
import io
import zipfile
from datetime import date
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import clear_url_caches, reverse
from django.utils import translation
from django.utils.translation import gettext_lazy
from python_calamine import CalamineWorkbook

from asnhr import export
from asnhr.pages import tables
from asnhr.pages.tables import TablePage, counted
from asnhr.scope import agency_scope
from tests import second_factor
from tests.factories.asnhr import AgencyFactory
from tests.factories.positions import EmployeeFactory, UnitFactory
from tests.roles import user_with
from tests.test_matrix import EVERY

URL = "/uji/pegawai/"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def test_urls(settings):
    settings.ROOT_URLCONF = "tests.asnhr.ui_pages"
    clear_url_caches()
    yield
    clear_url_caches()


@pytest.fixture
def agency():
    return AgencyFactory()


@pytest.fixture
def unit(agency):
    with agency_scope(agency):
        return UnitFactory(agency=agency, name="Kecamatan Medan Belawan")


@pytest.fixture
def staff(client, agency):
    user = user_with(agency, "staf_bkd")
    client.force_login(user)
    return client


def employees(agency, unit, number, **fields):
    with agency_scope(agency):
        return EmployeeFactory.create_batch(number, agency=agency, unit=unit, **fields)


def rows_of(response) -> list[list[str]]:
    content = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(content)))


def test_the_cost_is_flat(staff, agency, unit):
    employees(agency, unit, 1)
    staff.get(URL)
    with CaptureQueriesContext(
        connection,
    ) as one:
        staff.get(URL)
    employees(agency, unit, 70)
    with CaptureQueriesContext(connection) as many:
        staff.get(URL)
    with CaptureQueriesContext(connection) as deep:
        response = staff.get(URL, {"hal": "2"})

    assert len(many) == len(one) <= 15
    assert len(deep) <= len(one) + 1
    assert len(response.content) < 100_000


def test_fifty_rows_stay_below_the_weight(staff, agency, unit):
    employees(agency, unit, 50)

    assert len(staff.get(URL).content) < 100_000


def test_pages_show_every_row_once_in_a_stable_order(staff, agency, unit):
    employees(agency, unit, 120, name="Nama Sama")

    nips = []
    for number in ("1", "2", "3"):
        nips += [row.nip for row in staff.get(URL, {"hal": number, "urut": "-nama"}).context["page"].rows]

    assert len(nips) == len(set(nips)) == 120


@pytest.mark.parametrize("number", ["0", "-1", "99", "x", "", "٣", "9" * 30])
def test_a_page_that_is_not_there_gives_the_nearest(staff, agency, unit, number):
    employees(agency, unit, 3)

    assert staff.get(URL, {"hal": number}).context["page"].number == 1


def test_a_partial_request_gets_the_table_only(staff, agency, unit):
    employees(agency, unit, 1)

    part = staff.get(URL, headers={"HX-Request": "true"})
    boosted = staff.get(URL, headers={"HX-Request": "true", "HX-Boosted": "true"})
    restored = staff.get(URL, headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})

    assert b"<html" not in part.content
    assert b'id="daftar"' in part.content
    assert b"<html" in boosted.content
    assert b"<html" in restored.content
    assert "HX-Request" in part["Vary"]


def test_filters_stand_as_chips_that_can_be_taken_off(staff, agency, unit):
    employees(agency, unit, 2)
    employees(agency, unit, 3, status="PPPK")

    response = staff.get(URL, {"status": "PPPK", "hal": "1", "urut": "nama"})

    assert response.context["page"].total == 3
    assert response.context["chips"] == [{"label": "Status", "value": "PPPK", "url": "?urut=nama"}]


def test_yes_or_no_filters_begin_with_all(staff, agency, unit):
    employees(agency, unit, 2)

    response = staff.get(URL, {"known": "unknown"})

    # "Unknown" is what Django calls it; nothing was asked, and nothing is filtered.
    assert ">Semua</option>" in response.content.decode()
    assert "Tidak diketahui" not in response.content.decode()
    assert response.context["page"].total == 2
    assert response.context["chips"] == []


def test_an_invalid_filter_shows_none_rather_than_all(staff, agency, unit):
    employees(agency, unit, 2)

    response = staff.get(URL, {"status": "TIDAK ADA"})

    assert response.context["page"].total == 0
    assert list(response.context["filter_errors"]) == ["Status"]
    said = response.content.decode()
    # Nothing is said of the list as a whole: it is not empty.
    assert "Saringan ini tidak dapat dipakai" in said
    assert "Belum ada data" not in said
    assert response.context["table"].empty_title not in said or not response.context["table"].empty_title


def test_chosen_columns_are_remembered(staff, agency, unit):
    employees(agency, unit, 1)

    chosen = staff.get(URL, {"kolom": ["cpns", "nip"]})
    later = staff.get(URL)

    for response in (chosen, later):
        assert [column.key for column in response.context["table"].shown_columns] == ["nama", "nip", "cpns"]


def test_a_forged_cookie_is_ignored(staff, agency, unit):
    employees(agency, unit, 1)
    staff.cookies["kolom-test-employee-list"] = "nip:palsu"

    assert "status" in [column.key for column in staff.get(URL).context["table"].shown_columns]


def test_the_export_holds_exactly_what_is_filtered_in_order(staff, agency, unit):
    employees(agency, unit, 60)
    employees(agency, unit, 55, status="PPPK")

    rows = rows_of(staff.get(URL, {"status": "PPPK", "urut": "-nip", "hal": "2", "format": "csv"}))

    assert rows[0] == ["DATA CONTOH"]
    assert rows[1][:3] == ["Nama", "Nama (keterangan)", "NIP"]
    nips = [row[2] for row in rows[2:]]
    assert len(nips) == 55
    assert nips == sorted(nips, reverse=True)
    assert rows[2][1] == "Kecamatan Medan Belawan"


def test_real_agencies_are_not_marked_as_sample(client):
    agency = AgencyFactory(code="9999", name="Nyata", is_sample=False)
    second_factor.let_in(client, user_with(agency, "staf_bkd"))

    assert rows_of(client.get(URL, {"format": "csv"}))[0][0] == "Nama"


def test_formulas_in_names_do_not_run_in_a_spreadsheet(staff, agency, unit):
    employees(agency, unit, 1, name='=HYPERLINK("http://x","klik")')

    row = rows_of(staff.get(URL, {"format": "csv"}))[2]
    book = b"".join(staff.get(URL, {"format": "xlsx"}).streaming_content)

    assert row[0] == '\'=HYPERLINK("http://x","klik")'
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0)
    assert '=HYPERLINK("http://x","klik")' in [value for line in sheet.to_python() for value in line]
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"])
def test_every_formula_start_is_guarded(text):
    assert export.guarded(text).startswith("'")
    assert export.guarded("Budi -1") == "Budi -1"


def test_the_workbook_has_title_mark_days_and_text(staff, agency, unit):
    employees(agency, unit, 1, name="Budi", birth_date=date(1985, 1, 1))

    response = staff.get(URL, {"format": "xlsx"})
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(response.streaming_content))).get_sheet_by_index(0)
    lines = sheet.to_python(skip_empty_area=False)

    assert lines[0][0] == "Daftar pegawai"
    assert lines[1][0] == "DATA CONTOH"
    assert agency.name in lines[2][0]
    head = next(line for line in lines if line[0] == "Nama")
    row = lines[lines.index(head) + 1]
    cells = dict(zip(head, row, strict=True))
    assert cells["Tanggal lahir"] == date(1985, 1, 1)
    assert isinstance(cells["NIP"], str)
    assert "contoh" in response["Content-Disposition"]


def test_names_are_escaped_in_cells(staff, agency, unit):
    employees(agency, unit, 1, name="<img src=x onerror=alert(1)>")

    content = staff.get(URL).content

    assert b"<img" not in content
    assert b"&lt;img" in content


def test_a_cell_links_by_the_route_and_the_key_of_its_row_and_says_what_a_missing_value_means():
    column = tables.Column("unit", "Unit", "unit.name", url=("run-detail", "unit.pk"), blank="tanpa <unit>")
    content = column.content()

    unit = SimpleNamespace(pk=7, name="A & B")
    assert content(SimpleNamespace(unit=unit)) == f'<a href="{reverse("run-detail", args=[7])}">A &amp; B</a>'
    assert content(SimpleNamespace(unit=None)) == '<span class="muted">tanpa &lt;unit&gt;</span>'


def test_the_navigation_shows_each_person_their_own_links_in_their_language(staff, agency):
    def nav(person, **cookies):
        person.cookies.load(cookies)
        text = person.get("/").content.decode()
        return text[text.index('<nav class="side"') : text.index("</nav>", text.index('<nav class="side"'))]

    employee = Client()
    employee.force_login(user_with(agency, "pegawai", username="pegawai"))
    # Twice and in turn: what one person's page made must not show on another's.
    for _turn in range(2):
        officers, own = nav(staff), nav(employee)
        assert f'href="{reverse("employee-list")}"' in officers
        assert f'href="{reverse("employee-list")}"' not in own
        assert f'href="{reverse("employee-own")}"' in own
        assert "Daftar pegawai" in officers
        assert officers.count("aria-current") == own.count("aria-current") == 1
        assert "Beranda" in own
        assert "Beranda" not in nav(employee, django_language="en")
        nav(employee, django_language="id")


def test_strangers_and_wrong_roles_get_nothing(client, agency, unit):
    assert client.get(URL).status_code == 302
    client.force_login(user_with(agency, "pegawai"))
    assert client.get(URL).status_code == 403


def test_other_agencies_rows_are_not_listed_or_exported(staff, agency, unit):
    other = AgencyFactory(code="1571", name="Pemerintah Kota Jambi", short_name="Jambi")
    with agency_scope(other):
        EmployeeFactory(agency=other, unit=UnitFactory(agency=other), name="Orang Jambi")
    employees(agency, unit, 1, name="Orang Medan")

    assert staff.get(URL).context["page"].total == 1
    assert [row[0] for row in rows_of(staff.get(URL, {"format": "csv"}))[2:]] == ["Orang Medan"]


def test_an_empty_list_says_what_to_do_next(staff, agency):
    assert "Impor ekspor SIASN" in staff.get(URL).content.decode()
    assert "Hapus semua saringan" in staff.get(URL, {"q": "zzz"}).content.decode()


def test_page_numbers_leave_gaps():
    assert tables.Page([], 1, 0, 50).near == [1]
    assert tables.Page([], 5, 1000, 50).near == [1, 0, 4, 5, 6, 0, 20]
    assert tables.Page([], 2, 120, 50).near == [1, 2, 3]


@pytest.mark.parametrize(
    ("language", "number", "said"),
    [
        ("en", 1, "employee"),
        ("en", 29, "employees"),
        ("en", 0, "employees"),
        ("id", 1, "pegawai"),
        ("id", 29, "pegawai"),
    ],
)
def test_what_a_list_counts_has_a_plural_where_the_language_has_one(language, number, said):
    with translation.override(language):
        assert counted(gettext_lazy("pegawai"), number) == said


def test_every_noun_of_a_list_has_its_plural():
    views = {getattr(each.view, "view_class", None) for each in EVERY if not each.is_api}
    tables = {view for view in views if view is not None and issubclass(view, TablePage)}
    assert len(tables) > 20
    with translation.override("en"):
        assert {str(view.noun) for view in tables if counted(view.noun, 2) == counted(view.noun, 1)} == set()
