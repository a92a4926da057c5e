"""Numbers, days and pills as officers read them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import ngettext

from asnhr import formats
from asnhr.templatetags import asnhr_ui


@pytest.fixture(autouse=True)
def indonesian():
    with translation.override("id"):
        yield


@pytest.mark.parametrize(
    ("value", "places", "shown"),
    [
        (14351, None, "14.351"),
        (0, None, "0"),
        (-412, None, "−412"),
        (Decimal("1.0640"), None, "1,064"),
        (Decimal("3.00000"), None, "3"),
        (Decimal("1.064"), 4, "1,0640"),
        (Decimal("0.12345"), 4, "0,1235"),
        (Decimal("2.5"), 0, "3"),
        (14351, 2, "14.351,00"),
        (0.1, None, "0,1"),
        ("1234.5", None, "1.234,5"),
        ("abc", None, "abc"),
        (None, None, "—"),
        ("", None, "—"),
    ],
)
def test_numbers_are_written_the_indonesian_way(value, places, shown):
    assert formats.number(value, places) == shown


def test_numbers_follow_the_language():
    with translation.override("en"):
        assert formats.number(Decimal("14351.5")) == "14,351.5"


def test_days_are_written_in_full():
    assert formats.day(date(2026, 11, 21)) == "21 November 2026"
    assert formats.day(datetime(2026, 11, 20, 19, 0, tzinfo=UTC)) == "21 November 2026"  # 02.00 in Jakarta
    assert formats.day(None) == "—"


def test_an_exclusive_end_is_shown_as_the_last_day():
    assert formats.last_day(date(2026, 7, 1)) == "30 Juni 2026"
    assert formats.last_day(None) == "—"


def test_moments_have_a_dot_between_hours_and_minutes():
    assert formats.moment(datetime(2026, 11, 20, 19, 5, tzinfo=UTC)) == "21 November 2026 02.05"


def test_a_nip_is_grouped_and_a_wrong_one_stays_as_it_is():
    assert formats.grouped_nip("198508172010011003") == "19850817 201001 1 003"
    assert formats.grouped_nip("19850817") == "19850817"


def test_money_is_in_whole_rupiah():
    assert formats.rupiah(3252900) == "Rp\u00a03.252.900"


@pytest.mark.parametrize(
    ("holders", "need", "tone", "sign", "word", "number"),
    [(4, 6, "short", "▼", "kekurangan", "2"), (7, 3, "over", "▲", "kelebihan", "4"), (1, 1, "fit", "●", "sesuai", "0")],
)
def test_a_difference_says_in_a_word_what_the_sign_shows(holders, need, tone, sign, word, number):
    html = asnhr_ui.selisih(holders, need)

    assert f'class="tag {tone}"' in html
    assert f'<span aria-hidden="true">{sign}</span><span class="vh">{word}</span> {number}' in html


def test_an_unknown_difference_is_no_zero():
    assert "belum tersedia" in asnhr_ui.selisih(None, 3)


def test_a_bar_never_leaves_its_track():
    assert 'width="100.0"' in asnhr_ui.bar(266, 240)
    assert 'class="fill' not in asnhr_ui.bar(0, 240)
    assert 'class="fill' not in asnhr_ui.bar(5, 0)
    assert 'aria-label="50 persen"' in asnhr_ui.bar(1, 2)


def test_texts_in_pills_and_icons_are_escaped():
    assert "<script>" not in asnhr_ui.tag("<script>")
    assert 'aria-label="&quot;x"' in asnhr_ui.icon("house", '"x')


def test_params_change_the_query_and_keep_the_rest():
    request = RequestFactory().get("/?q=a%26b&hal=3&kolom=x&kolom=y")
    template = Template("{% load asnhr_ui %}{% params hal=4 q=None %}|{% hidden_params 'hal' 'kolom' %}")

    shown = template.render(Context({"request": request}))

    assert shown == '?hal=4&amp;kolom=x&amp;kolom=y|<input type="hidden" name="q" value="a&amp;b">'


@pytest.mark.parametrize(("cookie", "attribute"), [("dark", ' data-theme="dark"'), ('"><script>', ""), ("", "")])
def test_only_known_themes_reach_the_page(cookie, attribute):
    request = RequestFactory().get("/")
    request.COOKIES["theme"] = cookie

    assert asnhr_ui.theme_attr({"request": request}) == attribute


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "words"), [("id", ("NIP", "surel")), ("en", ("NIP", "e-mail"))])
@pytest.mark.parametrize("login", ["198001012005011001", "siapa@contoh.go.id", "siapa"])
def test_a_failed_sign_in_names_what_one_signs_in_with(login, language, words, client):
    client.cookies["django_language"] = language

    page = client.post("/akun/login/", {"login": login, "password": "bukan-sandinya"})

    (error,) = page.context["form"].non_field_errors()
    assert all(word in error for word in words)


@pytest.mark.parametrize(("language", "shown"), [("id", "21 November 2026 14.05"), ("en", "21 November 2026 14:05")])
def test_what_django_formats_is_written_as_officers_write_it(language, shown):
    moment = datetime(2026, 11, 21, 14, 5)  # noqa: DTZ001  formatted as it is
    with translation.override(language):
        assert date_format(moment, "DATETIME_FORMAT") == shown
        assert date_format(moment.date(), "DATE_FORMAT") == shown.rsplit(" ", 1)[0]
        faults = ngettext("Please correct the error below.", "Please correct the errors below.", 1)
    assert "dibawah" not in faults
