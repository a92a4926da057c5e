"""The workload grid in the browser: the server's totals to the last digit, moves by keyboard, two who save."""

import csv
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings

from asnhr.scope import agency_scope
from positions.models import WorkloadSheet, WorkloadTask
from tests.factories.asnhr import AgencyFactory
from tests.factories.positions import (
    IncumbencyFactory,
    JobFactory,
    PositionFactory,
    UnitFactory,
    WorkloadFactory,
    WorkloadSheetFactory,
    WorkloadTaskFactory,
)
from tests.page_world import session_of
from tests.roles import user_with

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TASKS = Path(__file__).parent.parent / "data" / "abk" / "abk_tugas.csv"
MOST_POSTS = 9
FIGURES = (
    "[data-load], [data-part], [data-standard], [data-sum], [data-need], [data-k], [data-ej], [data-jkt], [data-ftp],"
    " [data-stp], [data-total-load], [data-total-need], [data-total-k], [data-total-eu], [data-whole-load],"
    " [data-whole-need], [data-whole-k], [data-whole-eu]"
)


class Sheet:
    """A unit's sheet with the real rows of others, each post with the effective time it printed, and a health worker
    with the numbers of E08 of the specification."""

    def __init__(self):
        self.agency = AgencyFactory()
        with agency_scope(self.agency):
            root = UnitFactory(agency=self.agency, code="1271", name="Pemerintah Kota Medan")
            self.unit = UnitFactory(agency=self.agency, code="PKM", name="Puskesmas Belawan", parent=root)
            self.sheet = WorkloadSheetFactory(agency=self.agency, unit=self.unit, state="belum", approved_on=None)
            self.real_posts()
            nurse = JobFactory(agency=self.agency, name="Perawat", group="fungsional", level="TERAMPIL", field="nakes")
            self.nurse = self.post(nurse, 1)
            work = WorkloadFactory(agency=self.agency, sheet=self.sheet, position=self.nurse, method="ABK_KES")
            for number, (part, volume, minutes) in enumerate(
                [("pokok", 12000, 5), ("pokok", 3000, 12), ("penunjang", 12, 100), ("penunjang", 1, 1800)], start=1
            ):
                WorkloadTaskFactory(
                    agency=self.agency, workload=work, number=number, volume=volume, minutes=minutes, part=part
                )
            # Beside the nurse on the last page, however many fit on one.
            self.neighbour = self.post(JobFactory(agency=self.agency, name="Petugas loket"), 1)
            work = WorkloadFactory(agency=self.agency, sheet=self.sheet, position=self.neighbour)
            WorkloadTaskFactory(agency=self.agency, workload=work, number=1, volume=250, minutes=30)
        self.user = user_with(self.agency, "admin_unit", self.unit)
        self.other = user_with(self.agency, "pengelola_kepegawaian", self.unit)

    def post(self, job, holders):
        position = PositionFactory(agency=self.agency, unit=self.unit, job=job)
        IncumbencyFactory.create_batch(holders, agency=self.agency, position=position)
        return position

    def real_posts(self):
        posts: dict[str, list[dict[str, str]]] = {}
        with TASKS.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if row["volume"] and row["waktu_menit_per_satuan"] and Decimal(row["volume"]) > 0:
                    posts.setdefault(row["id_jabatan"], []).append(row)
        for number, (name, rows) in enumerate(list(posts.items())[:MOST_POSTS]):
            position = self.post(JobFactory(agency=self.agency, name=f"Jabatan {name}"), number % 4)
            work = WorkloadFactory(agency=self.agency, sheet=self.sheet, position=position)
            for index, row in enumerate(rows, start=1):
                WorkloadTaskFactory(
                    agency=self.agency, workload=work, number=index, volume=row["volume"],
                    minutes=row["waktu_menit_per_satuan"], minutes_per_year=row["wke_menit"] or None,
                    per=("year", "month", "day")[index % 3],
                )  # fmt: skip


@pytest.fixture
def made():
    return Sheet()


def opened(new_page, live_server, user, sheet, query="", **options):
    page = new_page(**options)
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session_of(user), "url": live_server.url}
    page.context.add_cookies([cookie])
    page.goto(f"{live_server.url}/abk/{sheet.pk}/{query}")
    return page


def figures(page):
    return page.locator(FIGURES).all_inner_texts()


def test_the_browser_counts_as_the_server_does(made, new_page, live_server):
    live = opened(new_page, live_server, made.user, made.sheet)
    still = opened(new_page, live_server, made.user, made.sheet, java_script_enabled=False)
    pages = still.locator(".pager a").count() + 1
    compared, whole = 0, set()
    for number in range(1, pages + 1):
        for page in (live, still):
            page.goto(f"{live_server.url}/abk/{made.sheet.pk}/?bagian={number}")
        assert figures(live) == figures(still)
        compared += live.locator("tr[data-row]").count()
        whole.add(tuple(live.locator("[data-whole-load], [data-whole-need], [data-whole-k]").all_inner_texts()))
    assert compared > 60
    # The whole sheet's totals are the same from every page.
    assert len(whole) == 1
    assert pages > 1
    # E08: JKT 1.3333, FTP 4.1667 %, STP 1.0435, SDM 1.3913.
    nurse = live.locator(f"#p{made.nurse.pk}")
    shown = {name: nurse.locator(f"[data-{name}]").inner_text() for name in ("jkt", "ftp", "stp", "need", "k")}
    assert shown == {"jkt": "1,3333", "ftp": "4,1667 %", "stp": "1,0435", "need": "1,3913", "k": "1"}
    assert nurse.locator("[data-standard]").first.inner_text() == "14.400,00"

    # Awkward numbers, typed: what the browser says before saving, the server says after.
    for row, (volume, per, minutes) in enumerate(
        [("1.250,5", "month", "0,33"), ("187499", "year", "0,4"), ("3", "week", "7,0001")]
    ):
        nurse.locator(f'[name$="-{row}-volume"]').fill(volume)
        nurse.locator(f'[name$="-{row}-per"]').select_option(per)
        nurse.locator(f'[name$="-{row}-minutes"]').fill(minutes)
    before = figures(live)
    # As the tasks of any job: the same rows by the other method.
    nurse.locator("select[data-method-of]").select_option("ABK")
    assert nurse.locator("[data-need]").inner_text() != shown["need"]
    nurse.locator("select[data-method-of]").select_option("ABK_KES")
    assert figures(live) == before
    live.get_by_role("button", name="Simpan semua").click()
    live.get_by_text("tersimpan.").first.wait_for()
    still.goto(live.url)
    assert figures(still) == before


@pytest.mark.parametrize(
    ("language", "typed", "load"),
    [
        ("en", {"volume": "1,200", "minutes": "1.5"}, "1,800"), ("en", {"volume": "1.200", "minutes": "10"}, "12"),
        ("id", {"volume": "1.200", "minutes": "1,5"}, "1.800"), ("id", {"volume": "1,200", "minutes": "10"}, "12"),
    ],
)  # fmt: skip
def test_the_browser_reads_numbers_by_the_language_of_the_page_as_the_server_does(
    language, typed, load, made, new_page, live_server
):
    page = opened(new_page, live_server, made.user, made.sheet)
    page.context.add_cookies(
        [{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": live_server.url}]
    )  # fmt: skip
    page.goto(f"{live_server.url}/abk/{made.sheet.pk}/?bagian=99")
    nurse = page.locator(f"#p{made.nurse.pk}")
    nurse.locator('[name$="-0-per"]').select_option("year")
    for name, text in typed.items():
        nurse.locator(f'[name$="-0-{name}"]').fill(text)
    assert nurse.locator("[data-load]").first.inner_text() == load
    before = figures(page)

    page.click("form.abk button[name=simpan]")
    page.wait_for_selector(".notice.success")
    page.goto(f"{live_server.url}/abk/{made.sheet.pk}/?bagian=99")

    assert figures(page) == before
    # What the page writes, it reads alike.
    nurse.locator('[name$="-0-volume"]').press("End")
    page.keyboard.type("0")
    page.keyboard.press("Backspace")
    assert figures(page) == before


def test_keyboard_paste_and_a_second_person(made, new_page, live_server):
    last = f"?bagian={99}"
    page = opened(new_page, live_server, made.user, made.sheet, last)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    nurse = page.locator(f"#p{made.nurse.pk}")
    rows = nurse.locator("tr[data-row]")
    count = rows.count()
    focused = "document.activeElement.name"

    nurse.locator('[name$="-0-volume"]').press("ArrowDown")
    assert page.evaluate(focused).endswith("-1-volume")
    page.keyboard.press("Shift+Enter")
    assert page.evaluate(focused).endswith("-0-volume")
    page.keyboard.press("Control+Enter")
    assert rows.count() == count + 1
    page.keyboard.press("Control+Delete")
    assert rows.count() == count
    block = "Imunisasi\tlaporan\t250\tbulan\t15\nPosyandu\tkegiatan\t12\tbulan\t240"
    nurse.locator("textarea").last.focus()
    page.evaluate("text => navigator.clipboard.writeText(text)", block)
    page.keyboard.press("Control+V")
    assert rows.count() == count + 1
    assert nurse.locator('[name$="-per"]').last.input_value() == "month"
    assert nurse.locator("[data-load]").last.inner_text() == "34.560"

    # Somebody else changes the same post and another one meanwhile.
    other = opened(new_page, live_server, made.other, made.sheet, last)
    theirs = other.locator(f"#p{made.nurse.pk}")
    theirs.locator("textarea").first.fill("Tugas orang lain")
    other.locator(f"#p{made.neighbour.pk} textarea").first.fill("Tetangga diubah")
    other.get_by_role("button", name="Simpan semua").click()
    other.get_by_text("tersimpan.").first.wait_for()

    page.get_by_role("button", name="Simpan semua").click()
    page.get_by_text("pada jabatan yang juga Anda ubah").wait_for()
    assert "Tugas orang lain" in page.locator(".abk-theirs").inner_text()
    assert page.locator(f"#p{made.nurse.pk} textarea").last.input_value() == "Posyandu"
    stored = {task.task for task in tasks(made)}
    assert {"Tugas orang lain", "Tetangga diubah"} <= stored
    assert "Posyandu" not in stored
    page.get_by_role("button", name="Simpan semua").click()
    page.get_by_text("tersimpan.").first.wait_for()
    stored = {task.task for task in tasks(made)}
    # Their other post was left alone here, and stays as they saved it.
    assert {"Posyandu", "Tetangga diubah"} <= stored
    assert "Tugas orang lain" not in stored


def test_a_sheet_that_was_verified_meanwhile_shows_what_was_typed(made, new_page, live_server):
    page = opened(new_page, live_server, made.user, made.sheet)
    page.locator("[data-position] textarea").first.fill("Terlambat diketik")
    with agency_scope(made.agency):
        WorkloadSheet.objects.filter(pk=made.sheet.pk).update(state="diverifikasi")

    page.get_by_role("button", name="Simpan semua").click()
    page.get_by_text("belum tersimpan").first.wait_for()

    assert "Terlambat diketik" in page.locator("main").inner_text()
    assert page.locator("[data-abk]").count() == 0


def tasks(made):
    with agency_scope(made.agency):
        return list(WorkloadTask.objects.filter(workload__sheet=made.sheet))
