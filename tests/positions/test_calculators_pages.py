"""Calculators as pages: without login, without script, without leaving a trace; and with the script in a browser."""

import json
import logging
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from asnhr import registry
from asnhr.pages.calculators import fragment, from_form, local_number, to_form
from asnhr.throttling import PublicThrottle
from tests.asnhr.test_translations import indonesian, shown
from tests.factories.asnhr import AgencyFactory
from tests.roles import user_with

AXE = (Path(__file__).resolve().parent.parent / "vendor/axe-core/4.14.1/axe.min.js").read_text(encoding="utf-8")
CODES = [code for code, _ in registry.calculators.items()]
EXAMPLES = {code: registry.calculators.get(code) for code in CODES}


@pytest.fixture(autouse=True)
def _without_limit(monkeypatch):
    monkeypatch.setattr(PublicThrottle, "THROTTLE_RATES", {"calculators": None})


def url(code):
    return reverse("calculator", args=[code])


def page_of(client, code, form=None):
    return client.post(url(code), form) if form is not None else client.get(url(code))


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("language", ["id", "en"])
def test_the_form_says_what_was_entered(code, language):
    calculator = EXAMPLES[code]
    with translation.override(language):
        data = from_form(calculator, to_form(calculator, calculator.example))
    plain = json.loads(json.dumps(data))
    given = json.loads(json.dumps(dict(calculator.example)))

    def texts(value):
        if isinstance(value, dict):
            return {name: texts(each) for name, each in value.items()}
        if isinstance(value, list):
            return [texts(each) for each in value]
        return value if isinstance(value, bool) else str(value)

    assert texts(plain) == texts(given)


@pytest.mark.parametrize(
    ("language", "text", "number"),
    [
        ("id", "75.000", "75000"), ("id", "1.234.567,5", "1234567.5"), ("id", "0,02", "0.02"), ("id", "0.02", "0.02"),
        ("id", "12", "12"), ("id", "1,5", "1.5"), ("id", "-5", "-5"), ("id", "x", "x"), ("en", "75,000", "75000"),
        ("en", "0.02", "0.02"), ("en", "1,234.5", "1234.5"), ("en", "1.500", "1.500"), ("id", " 7 500 ", "7500"),
    ],
)  # fmt: skip
def test_numbers_are_read_as_the_language_writes_them(language, text, number):
    with translation.override(language):
        assert local_number(text) == number


def test_the_fragment_is_short_and_plain():
    found = fragment(EXAMPLES["projection"], EXAMPLES["projection"].example)
    assert "growth=0.02" in found
    assert "retiring-1=2" in found


@pytest.mark.django_db
@pytest.mark.parametrize("code", CODES)
def test_the_example_is_answered_without_login_and_leaves_nothing(client, code, caplog):
    form = to_form(EXAMPLES[code], EXAMPLES[code].example)
    with (
        CaptureQueriesContext(
            connection,
        ) as queries,
        caplog.at_level(logging.DEBUG, logger="asnhr"),
    ):
        empty, response = page_of(client, code), page_of(client, code, form)

    assert empty.status_code == response.status_code == 200
    assert "Dasar perhitungan" in response.content.decode()
    statements = [each["sql"].split()[0] for each in queries if "SAVEPOINT" not in each["sql"]]
    assert set(statements) <= {"SELECT"}
    assert len(statements) <= 2
    assert Session.objects.count() == 0
    assert "sessionid" not in response.cookies
    assert caplog.text == ""


@pytest.mark.django_db
def test_the_answer_is_in_words_figures_steps_and_law(client):
    body = page_of(client, "workload", to_form(EXAMPLES["workload"], EXAMPLES["workload"].example)).content.decode()
    assert "Jabatan ini memerlukan 1 orang (kebutuhan 1,0640 sebelum dibulatkan)." in body
    assert "79.800 ÷ 75.000 menit = 1,0640 orang." in body
    assert "PermenPANRB 1/2020" in body
    assert "V2" in body

    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    body = page_of(client, "workload", to_form(EXAMPLES["workload"], EXAMPLES["workload"].example)).content.decode()
    assert "This position needs 1 person (1.0640 before rounding)." in body
    assert 'data-fragment="tasks-volume-0=240&amp;' in body


@pytest.mark.django_db
def test_the_list_costs_no_query_and_links_to_all(client):
    with CaptureQueriesContext(connection) as queries:
        body = client.get(reverse("calculator-list")).content.decode()
    assert [each["sql"] for each in queries if each["sql"].startswith("SELECT")] == []
    assert all(url(code) in body for code in CODES)
    assert reverse("account_login") in body


@pytest.mark.django_db
def test_errors_stand_at_their_fields(client):
    response = page_of(client, "retirement", {"birth_date": "1985-02-30", "level": "x"})
    body = response.content.decode()
    assert response.status_code == 400
    assert 'href="#id_birth_date"' in body
    assert "Tanggal ini tidak ada dalam kalender." in body


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("structural", ["F1 Ruang Lingkup dan Dampak Program", "F4A Sifat Hubungan", "F4B Tujuan Hubungan", "F6 "]),
        ("functional", ["F1 Pengetahuan yang Dibutuhkan Jabatan", "F4 Kompleksitas", "F9 Lingkungan Pekerjaan"]),
        ("", ["F1 Ruang Lingkup dan Dampak Program / F1 Pengetahuan", "— / F9 Lingkungan Pekerjaan"]),
    ],
)  # fmt: skip
def test_levels_of_a_job_class_bear_the_factors_of_the_scheme(client, kind, names):
    count = {"structural": 7, "functional": 9, "": 9}[kind]
    form = {"kind": kind} | {f"levels-{n}": "1" for n in range(count)}
    body = page_of(client, "job-class", form).text

    heads = [" ".join(head.split()) for head in re.findall(r'<th scope="row">([^<]+)</th>', body)]
    assert len([each for each in heads if each.startswith(("F", "—"))]) >= count
    assert [name for name in names if not any(head.startswith(name) for head in heads)] == []
    assert re.findall(r'name="levels-\d" id="id_levels-\d" value="1"', body) != []
    assert len(re.findall(r'name="levels-\d"', body)) == count
    assert "Faktor ke-" not in body
    # The script names the rows anew when another scheme is chosen.
    assert 'data-named-by="kind"' in body


@pytest.mark.django_db
def test_rows_are_added_without_script(client):
    body = page_of(client, "workload", {"tasks-volume-0": "240", "tambah": "tasks"}).content.decode()
    assert 'name="tasks-volume-8"' in body
    assert 'name="tasks-volume-9"' not in body
    assert 'value="240"' in body


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "' OR 1=1 --", "\x00", "\ud800", "1e999", "٣"])
@pytest.mark.parametrize("code", CODES)
def test_nothing_that_is_typed_breaks_a_page(client, code, text):
    form = to_form(EXAMPLES[code], EXAMPLES[code].example)
    body = json.dumps(text)[1:-1] if text == "\ud800" else text
    response = page_of(client, code, dict.fromkeys(form, body) | {"tambah-x": body, "tasks-volume-99999": "1"})
    assert response.status_code in (200, 400)
    assert b"<script>alert" not in response.content


@pytest.mark.django_db
def test_a_form_of_too_many_rows_is_bounded(client):
    response = page_of(client, "position-map", {f"posts-need-{n}": "1" for n in range(5000)})
    assert response.status_code == 400
    assert response.content.count(b"<tr>") < 1100


@pytest.mark.django_db
def test_who_asks_too_fast_waits(client, monkeypatch):
    monkeypatch.setattr(PublicThrottle, "THROTTLE_RATES", {"calculators": "2/min"})
    answers = [client.get(url("nip"), REMOTE_ADDR="203.0.113.90") for _ in range(3)]
    assert [each.status_code for each in answers] == [200, 200, 429]
    assert int(answers[2]["Retry-After"]) > 0


@pytest.mark.django_db
def test_unknown_ones_and_other_methods(client):
    assert client.get("/kalkulator/tidak-ada/").status_code == 404
    assert client.put(url("nip")).status_code == 405
    assert client.post(reverse("calculator-list")).status_code == 405
    assert Client(enforce_csrf_checks=True).post(url("nip"), {"nip": "1"}).status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize("code", CODES)
def test_pages_are_english_throughout(client, code):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    with translation.override("en"):
        form = to_form(EXAMPLES[code], EXAMPLES[code].example)
    response = page_of(client, code, form)
    assert indonesian(shown(response)) == []
    assert indonesian(shown(client.get(reverse("calculator-list")))) == []


@pytest.mark.django_db
def test_signed_in_people_find_them_in_their_own_frame(client):
    client.force_login(user_with(AgencyFactory(), "pegawai"))
    body = client.get(reverse("home")).content.decode()
    assert reverse("calculator-list") in body
    assert 'id="menu-utama"' in page_of(client, "nip").content.decode()


def findings(page) -> list[str]:
    page.evaluate(AXE)
    result = page.evaluate("async () => (await axe.run()).violations")
    return [f"{each['id']}: {node['html'][:160]}" for each in result for node in each["nodes"]]


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("width", "theme", "language"),
    [(1280, "light", "id"), (1280, "dark", "en"), (390, "dark", "id"), (390, "light", "en")],
)
def test_every_calculator_is_clean_in_a_browser(width, theme, language, live_server, new_page):
    page, problems = new_page(width=width, locale=language), []
    page.context.add_cookies(
        [
            {"name": "theme", "value": theme, "url": live_server.url},
            {"name": "django_language", "value": language, "url": live_server.url},
        ]
    )

    def look(name):
        problems.extend(f"{name}: {finding}" for finding in findings(page))
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            problems.append(f"{name}: {wide} pixels wide")

    page.goto(live_server.url + reverse("calculator-list"))
    look("list")
    for code in CODES:
        page.goto(f"{live_server.url}{url(code)}?contoh=1")
        page.click("form[data-calculator] button.primary")
        page.wait_for_selector(".sum-words")
        look(code)
    assert problems == []


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_link_carries_the_inputs_in_its_fragment(live_server, page, new_page):
    page.goto(live_server.url + url("workload"))
    page.fill("[name=tasks-volume-0]", "75.000,5")
    page.fill("[name=tasks-minutes-0]", "2")
    for _ in range(3):
        page.click("[data-add-row]")
    page.fill("[name=tasks-volume-6]", "100")
    page.select_option("[name=tasks-per-6]", "month")
    page.fill("[name=tasks-minutes-6]", "10")
    page.keyboard.press("Enter")
    page.wait_for_selector(".sum-words")
    link = page.url
    words = page.inner_text(".sum-words")
    assert "#" in link
    assert "?" not in link
    assert "tasks-volume-0=75000.5" in link

    other = new_page()
    sent = []
    other.on("request", lambda request: sent.append(request.url))
    other.goto(link)
    other.wait_for_selector(".sum-words")
    assert other.inner_text(".sum-words") == words
    assert other.url == link
    assert all("75000" not in address.partition("#")[0] for address in sent)
