"""The frame in Chromium: both widths, both themes, both languages; axe finds nothing, nothing scrolls sideways."""

from datetime import date
from pathlib import Path

import pytest
from django.urls import clear_url_caches

from asnhr.scope import agency_scope
from tests.factories.asnhr import AgencyFactory
from tests.factories.positions import EmployeeFactory, UnitFactory
from tests.roles import user_with

HERE = Path(__file__).resolve().parent
AXE = (HERE.parent / "vendor/axe-core/4.14.1/axe.min.js").read_text(encoding="utf-8")
PAGES = {
    "home": "/",
    "full home": "/uji/beranda/",
    "list": "/uji/pegawai/?status=PNS&urut=-nama",
    "second page": "/uji/pegawai/?hal=2",
    "nothing found": "/uji/pegawai/?q=zzzz",
    "parts": "/uji/bagian/",
    "password": "/akun/password/change/",
    "reset": "/akun/password/reset/",
    "logout": "/akun/logout/",
    "reauthenticate": "/akun/reauthenticate/",
    "past": "/uji/beranda/?as_of=2024-01-01",
    "messages": "/uji/pesan/",
}
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def site(settings, tmp_path):
    logins = tmp_path / "logins.json"
    logins.write_text("[]")
    settings.SAMPLE_LOGINS_HINT = str(logins)
    settings.ROOT_URLCONF = "tests.asnhr.ui_pages"
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": [*settings.TEMPLATES[0]["DIRS"], HERE / "templates"]}]
    clear_url_caches()
    yield
    clear_url_caches()


@pytest.fixture
def staff():
    agency = AgencyFactory()
    user = user_with(agency, "staf_bkd", username="staf", first_name="Rina", last_name="Siregar")
    user.set_password("kata-sandi-uji-1")
    user.save()
    with agency_scope(agency):
        unit = UnitFactory(agency=agency, name="Kecamatan Medan Belawan")
        EmployeeFactory.create_batch(60, agency=agency, unit=unit)
    return user


def sign_in(page, url):
    page.goto(f"{url}/akun/login/")
    page.fill("[name=login]", "staf")
    page.fill("[name=password]", "kata-sandi-uji-1")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{url}/")


def findings(page) -> list[str]:
    """What axe objects to on the page; its rules are WCAG 2.2 A and AA and its best practices."""
    page.evaluate(AXE)
    result = page.evaluate("async () => (await axe.run()).violations")
    return [f"{each['id']}: {node['html'][:160]}" for each in result for node in each["nodes"]]


@pytest.mark.parametrize(
    ("width", "theme", "language"),
    [(1280, "light", "id"), (1280, "dark", "en"), (390, "dark", "id"), (390, "light", "en")],
)
def test_every_kind_of_page_is_clean(width, theme, language, live_server, new_page, staff):
    page = new_page(width=width, locale=language)
    url = live_server.url
    page.context.add_cookies(
        [{"name": "theme", "value": theme, "url": url}, {"name": "django_language", "value": language, "url": url}]
    )
    problems = []

    def look(name):
        assert page.get_attribute("html", "data-theme") == theme
        assert page.get_attribute("html", "lang") == language
        problems.extend(f"{name}: {finding}" for finding in findings(page))
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            problems.append(f"{name}: {wide} pixels wide")

    page.goto(f"{url}/akun/login/")
    look("login")
    page.fill("[name=login]", "staf")
    page.fill("[name=password]", "bukan-kata-sandinya")
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=alert]")
    look("login refused")
    sign_in(page, url)
    look("after login")
    for name, path in PAGES.items():
        page.goto(url + path)
        look(name)
    page.goto(f"{url}/akun/password/change/")
    for name in ("oldpassword", "password1", "password2"):
        page.fill(f"[name={name}]", "pendek")
    page.keyboard.press("Enter")
    page.wait_for_selector(".error-summary")
    look("form refused")

    assert problems == []


def test_the_drawer_opens_and_closes_by_keyboard(live_server, new_page, staff):
    page = new_page(width=390)
    sign_in(page, live_server.url)
    assert not page.is_visible("#menu-utama")

    page.focus(".menu-btn")
    page.keyboard.press("Enter")
    assert page.is_visible("#menu-utama")
    assert page.get_attribute(".menu-btn", "aria-expanded") == "true"

    page.keyboard.press("Escape")
    assert not page.is_visible("#menu-utama")
    assert page.evaluate("document.activeElement.className") == "icon-btn menu-btn"


def test_ctrl_k_opens_the_search_and_keys_alone_lead_to_a_person(live_server, page, staff):
    sign_in(page, live_server.url)

    with agency_scope(AgencyFactory()):
        person = EmployeeFactory(name="Rosmawati Siregar")

    page.keyboard.press("Control+k")
    assert page.evaluate("document.activeElement.id") == "pencari-q"
    page.keyboard.type("rosmwati siregr")
    page.wait_for_selector("#pencari [role=option][aria-selected=true]")
    assert findings(page) == []
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")

    page.wait_for_url(f"{live_server.url}/pegawai/{person.pk}/")
    # Escape gives the focus back; the field of the bar opens the dialog with what is typed into it.
    page.focus("#cari")
    page.keyboard.type("/")
    assert page.is_visible("#pencari")
    page.keyboard.press("Escape")
    assert not page.is_visible("#pencari")
    assert page.evaluate("document.activeElement.id") == "cari"


def test_the_search_works_without_script(live_server, browser, staff):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, live_server.url)
    page.fill("#cari", "belwan")
    page.press("#cari", "Enter")

    assert "Kecamatan Medan Belawan" in page.inner_text("main")
    context.close()


def test_the_theme_is_kept(live_server, page, staff):
    sign_in(page, live_server.url)

    page.click("[x-data=theme]")
    page.reload()

    assert page.get_attribute("html", "data-theme") == "dark"


def test_a_filter_changes_only_the_list_and_the_address(live_server, page, staff):
    sign_in(page, live_server.url)
    page.goto(f"{live_server.url}/uji/pegawai/")
    page.evaluate("document.querySelector('h1').dataset.same = 'yes'")

    page.fill("#id_q", "Pegawai Contoh")
    page.select_option("#id_status", "PPPK")
    page.wait_for_selector(".chip >> text=Status")

    assert page.get_attribute("h1", "data-same") == "yes"
    assert "status=PPPK" in page.url
    page.go_back()
    page.wait_for_selector("h1")


def test_a_day_in_the_past_is_said_and_left_again(live_server, page, staff):
    sign_in(page, live_server.url)
    page.click(".asof-pop summary")
    page.fill("#as-of", "2024-01-01")
    page.click(".asof-pop button")
    page.wait_for_selector(".past-note")
    page.goto(f"{live_server.url}/uji/pegawai/")
    assert "1 Januari 2024" in page.inner_text(".past-note")

    page.click(".past-note a")

    page.wait_for_selector(".frame:not(.past)")
    assert date.today().isoformat() in page.url  # noqa: DTZ011  the browser's day
