"""Every page in Chromium, in both languages, at both widths and in both themes: axe finds nothing, nothing scrolls
sideways, the console has no error. One tab a language; a page is loaded once and looked at in four ways."""

from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.messages.constants import DEFAULT_TAGS
from django.contrib.messages.storage.base import Message
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest

from tests import page_world
from tests.factories.asnhr import AgencyFactory
from tests.roles import user_with

HERE = Path(__file__).resolve().parent
# Read by the tab before each page's own scripts: sent once, not with every page.
SCRIPTS = (HERE.parent / "vendor/axe-core/4.14.1/axe.min.js", HERE / "look.js")
WIDTHS = (1280, 390)
LANGUAGES = ("id", "en")
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def looking(page):
    for script in SCRIPTS:
        page.context.add_init_script(path=script)
    return page


def test_a_look_finds_what_is_wrong_in_one_theme_once(live_server, new_page):
    page = looking(new_page())
    page.goto(f"{live_server.url}/akun/login/")
    look = "look(1280)"
    assert page.evaluate(look) == []

    # Colours of the theme on a ground of its own: good on light paper, and white on white in the dark.
    page.evaluate("""() => {
        const [text, box] = ["p", "div"].map((name) => document.querySelector("main").appendChild(
            document.createElement(name)));
        text.textContent = "Pudar";
        text.style.backgroundColor = "white";
        box.style.cssText = "overflow: auto; height: 20px; width: 1400px";
        box.innerHTML = "<p>Satu</p><p>Dua</p><p>Tiga</p>";
    }""")
    found = page.evaluate(look)

    assert [fault.partition(":")[0] for fault in found if "scrollable" not in fault and "wide" not in fault] == [
        "1280 dark color-contrast"
    ]
    # In each theme, and once with the whole document.
    assert sum("scrollable-region-focusable" in fault for fault in found) == 3
    assert any("pixels wide" in fault for fault in found)
    assert not any("color-contrast" in fault for fault in page.evaluate(look))


def test_a_look_finds_an_open_tab_out_of_sight(live_server, new_page):
    page = looking(new_page())
    page.goto(f"{live_server.url}/akun/login/")
    page.evaluate("""() => {
        const row = document.querySelector("main").appendChild(document.createElement("nav"));
        row.className = "tabs";
        row.style.width = "300px";
        row.innerHTML = Array.from({ length: 20 }, (_, n) => `<a href="#${n}">Riwayat ${n}</a>`).join("");
        row.lastChild.setAttribute("aria-current", "page");
    }""")
    said = "1280 the open tab is out of sight"
    assert said in page.evaluate("look(1280)")
    page.evaluate("window.dispatchEvent(new Event('resize'))")
    assert said not in page.evaluate("look(1280)")


def test_a_look_finds_a_blank_page_below_but_none_below_a_body_as_tall_as_the_window(live_server, new_page):
    page = looking(new_page())
    page.goto(f"{live_server.url}/akun/login/")
    look, blank = "look(1280)", "blank pixels below"

    page.evaluate("""() => {
        document.body.style.height = "100%";
        document.querySelector("main").appendChild(document.createElement("p")).style.height = "3000px";
    }""")
    assert not any(blank in fault for fault in page.evaluate(look))

    page.evaluate("""() => {
        const far = document.body.appendChild(document.createElement("p"));
        far.style.cssText = "position: absolute; top: 5000px; height: 10px; width: 10px";
    }""")
    assert any(blank in fault for fault in page.evaluate(look))


def told_of_every_level() -> str:
    """Return the cookie of messages of every level, as an answer before the page would have left it."""
    kept = [Message(level, f"Jabatan AN-{level} diperbarui.") for level in sorted(DEFAULT_TAGS)]
    return CookieStorage(HttpRequest())._encode(kept)  # type: ignore[no-any-return]


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_that_tell_something_or_refuse_a_form_are_clean(language, live_server, new_page):
    page = looking(new_page(locale=language))
    session = page_world.session_of(user_with(AgencyFactory(), "admin_daerah"))
    cookies = {settings.SESSION_COOKIE_NAME: session, settings.LANGUAGE_COOKIE_NAME: language}
    faults = []

    def look(name):
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            faults.extend(f"{name}: {fault}" for fault in page.evaluate("look", width))

    for path, row in (("/", ".notices > .notice"), ("/pegawai/", ".notices > .notice"), ("/admin/", ".messagelist li")):
        told = cookies | {CookieStorage.cookie_name: told_of_every_level()}
        page.context.add_cookies(
            [{"name": name, "value": value, "url": live_server.url} for name, value in told.items()]
        )
        page.goto(live_server.url + path)
        assert page.locator(row).count() >= len(DEFAULT_TAGS)
        look(path)
    page.goto(f"{live_server.url}/akun/password/change/")
    page.evaluate("document.querySelector('main form').noValidate = true")
    page.focus("[name=oldpassword]")
    page.keyboard.press("Enter")
    page.wait_for_selector(".error-summary")
    look("refused")

    assert faults == []


def test_every_page_is_clean(live_server, new_page):
    made = page_world.build()
    session = page_world.session_of(made.user)
    pages = made.opening()
    wrong: dict[str, list[str]] = {}
    for language in LANGUAGES:
        page = looking(new_page(locale=language))
        cookies = {settings.SESSION_COOKIE_NAME: session, settings.LANGUAGE_COOKIE_NAME: language}
        page.context.add_cookies(
            [{"name": name, "value": value, "url": live_server.url} for name, value in cookies.items()]
        )
        widths = list(WIDTHS)
        for each in pages:
            page.goto(live_server.url + each.url)
            for width in widths:
                if page.viewport_size["width"] != width:
                    page.set_viewport_size({"width": width, "height": 900})
                for fault in page.evaluate("look", width):
                    wrong.setdefault(f"{language} {fault}", []).append(each.url)
            # The next page begins at the width where this one ended: a change of width costs as much as a look.
            widths.reverse()

    told = "\n".join(f"{fault} {len(urls)} {urls[:3]}" for fault, urls in sorted(wrong.items()))
    assert not wrong, told
    assert len(pages) > 80
