"""No link of a page of the admin leads to a refusal: what the reader may not open is words alone."""

import re
from html import unescape

import pytest
from django.test import Client

from tests import page_world
from tests.roles import user_with

pytestmark = pytest.mark.django_db
LINK = re.compile(r'<a\b[^>]*\bhref="([^"#]+)"')
# Long files and signing out are no pages of a row.
NO_PAGE = ("format=", "/logout", "/akun/keluar")


def links_of(text: str, here: str) -> set[str]:
    main = text[text.index('id="content-main"') :] if 'id="content-main"' in text else ""
    found = {unescape(link) for link in LINK.findall(main)}
    return {
        link if link.startswith("/") else here.partition("?")[0] + link for link in found
        if link.startswith(("/", "?")) and not any(each in link for each in NO_PAGE)
    }  # fmt: skip


def test_every_link_of_a_change_page_opens_for_who_sees_it():
    made = page_world.build()
    changes = [page for page in made.pages(every_model=True) if page.name.endswith("_change")]
    wrong, followed = {}, 0
    for role in ("admin_daerah", "admin_unit"):
        unit = (made.world.unit,) if role == "admin_unit" else ()
        reader = Client()
        reader.force_login(user_with(made.agency, role, *unit, username=f"pembaca.{role}"))
        asked: dict[str, int] = {}
        opened = 0
        for page in changes:
            answer = reader.get(page.url)
            if answer.status_code != 200:
                continue
            opened += 1
            for link in sorted(links_of(answer.content.decode(), page.url)):
                if link not in asked:
                    asked[link] = reader.get(link).status_code
                if asked[link] >= 400:
                    wrong.setdefault((role, link, asked[link]), page.url)
        followed += len(asked)
        assert opened > 30, role

    assert not wrong, "\n".join(f"{key}: {url}" for key, url in sorted(wrong.items()))
    assert followed > 60
