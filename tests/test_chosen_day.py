"""Pages that say that they follow the day chosen in the frame do; every other page says that it shows today."""

import re
import sys
from datetime import date

import pytest
from django.http import HttpRequest
from django.test import Client
from django.urls import resolve

from asnhr import dates, formats
from asnhr.pages import days
from tests import page_world
from tests.factories.asnhr import AgencyFactory
from tests.roles import user_with

pytestmark = pytest.mark.django_db
PAST, TO_COME = date(2003, 5, 6), date(2031, 5, 6)
# What the frame of every page reads of the day; all else that reads it is the page.
FRAME = ("/asnhr/pages/context.py", "/asnhr/pages/days.py", "/asnhr/middleware.py")
# What differs from one answer to the next, where links lead, and the day that a form proposes.
TURNS = re.compile(
    r'<div class="notice past-note">.*?</div>|name="csrfmiddlewaretoken" value="[^"]*"'
    r'|(?:data-day|href|action|hx-get|hx-post)="[^"]*"|<input type="hidden" name="(?:as_of|next)"[^>]*>'
    r'|<input type="date"[^>]*>',
    re.S,
)
# Pages that read the day once something is asked of them.
ASKED = {"search": {"q": "dinas"}}
SHOWS_TODAY, SHOWS_PAST = "selalu menampilkan keadaan hari ini", "bukan hari ini."


def main_of(answer) -> str:
    """Return what the page itself says: without its frame and the frame's notice of the day."""
    body = answer.content.decode()
    main = body[body.find("<main") : body.find("</main")]
    head = main.find('class="print-head"')
    return " ".join(TURNS.sub("", main[main.find("</div>", head) :] if head >= 0 else main).split())


@pytest.fixture
def readers(monkeypatch):
    """The files that read the day of a request, as they do."""
    found: set[str] = set()

    def read(request):
        found.add(sys._getframe(1).f_code.co_filename)
        return request.__dict__["as_of"]

    def write(request, day):
        request.__dict__["as_of"] = day

    monkeypatch.setattr(HttpRequest, "as_of", property(read, write), raising=False)
    return found


def test_a_page_that_follows_the_day_uses_it_and_every_other_says_that_it_shows_today(readers):
    made = page_world.build()
    client = Client(raise_request_exception=False)
    client.force_login(made.user)
    wrong, follow = [], 0
    for page in made.opening():
        if page.name.startswith("admin:"):
            continue
        client.get("/", {"as_of": ""})
        asked = ASKED.get(page.name, {})
        now, again = main_of(client.get(page.url, asked)), main_of(client.get(page.url, asked))
        readers.clear()
        answer = client.get(page.url, asked | {"as_of": PAST.isoformat()})
        uses = any(not name.endswith(FRAME) for name in readers)
        says_past = SHOWS_PAST in answer.content.decode()
        changed = now == again and main_of(answer) != now
        if days.declared(resolve(page.url).func):
            follow += 1
            wrong += [f"{page.name}: declared, and neither reads the day nor changes"] if not (uses or changed) else []
            wrong += [f"{page.name}: says today"] if answer.status_code == 200 and not says_past else []
        else:
            wrong += [f"{page.name}: changes with the day, and does not say so"] if changed else []
            wrong += [f"{page.name}: promises the past"] if says_past else []
            if answer.status_code == 200 and "past-note" in answer.content.decode():
                wrong += [] if SHOWS_TODAY in answer.content.decode() else [f"{page.name}: does not say today"]

    assert wrong == []
    assert follow > 30


@pytest.mark.parametrize(
    ("path", "day", "shown"),
    [
        ("/kualitas-data/", TO_COME, None), ("/kualitas-data/", PAST, PAST), ("/kualitas-data/unit/", TO_COME, None),
        ("/unit/", TO_COME, TO_COME), ("/unit/", PAST, PAST), ("/peran/", PAST, None), ("/klien/", TO_COME, None),
    ],
)  # fmt: skip
def test_the_frame_names_the_day_that_the_page_shows(path, day, shown, client):
    client.force_login(user_with(AgencyFactory(), "admin_daerah"))

    body = client.get(path, {"as_of": day.isoformat()}).content.decode()

    assert (SHOWS_TODAY in body) == (shown is None)
    assert f"Per tanggal {formats.day(shown or dates.today())}" in body
