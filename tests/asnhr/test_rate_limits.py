"""allauth's limits as the product sets them: an office signs in, failures wait, and the page of 429 says how long."""

import re

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from asnhr.rate_limits import ACTIONS
from asnhr.settings import base
from tests import api_world
from tests.factories.asnhr import UserFactory
from tests.roles import user_with

pytestmark = pytest.mark.django_db
PASSWORD = "sungai-deli-mengalir"


@pytest.fixture(autouse=True)
def limits(settings):
    """The product's own, from an empty count."""
    settings.ACCOUNT_RATE_LIMITS = base.ACCOUNT_RATE_LIMITS
    cache.clear()
    yield
    cache.clear()


def login_of(name):
    user = UserFactory(username=name)
    user.set_password(PASSWORD)
    user.save()
    return {"login": name, "password": PASSWORD}


def refused(response):
    """The answer of 429: the seconds of its header, which its page says too, with a way back."""
    assert response.status_code == 429
    seconds = int(response["Retry-After"])
    assert re.search(rf"Coba lagi setelah {seconds} detik", response.text)
    assert "Kembali ke formulir" in response.text
    return seconds


def test_a_whole_office_signs_in_within_a_minute():
    office = [login_of(f"staf{n}") for n in range(45)]

    for facts in office:
        client = Client()
        assert client.get(reverse("account_login")).status_code == 200
        assert client.post(reverse("account_login"), facts).status_code == 302


def test_failures_stay_limited_by_address_and_by_login(client):
    known = login_of("sekda")
    for n in range(5):
        client.post(reverse("account_login"), {"login": f"tebak{n}", "password": "x" * 12})

    response = client.post(reverse("account_login"), known)
    assert response.status_code == 200  # the form again: not even the right password is tried
    assert "_auth_user_id" not in client.session
    elsewhere = Client(REMOTE_ADDR="10.1.2.3")
    assert elsewhere.post(reverse("account_login"), known).status_code == 302
    cache.clear()
    for n in range(5):
        Client(REMOTE_ADDR=f"10.1.2.{n}").post(reverse("account_login"), known | {"password": "salah-semua"})
    assert "_auth_user_id" not in _signed_in(known, "10.1.2.9").session


def _signed_in(facts, address):
    client = Client(REMOTE_ADDR=address)
    client.post(reverse("account_login"), facts)
    return client


@pytest.mark.parametrize(
    ("action", "route", "facts", "amount"),
    [
        ("login", "account_login", {"login": "x", "password": "y"}, 2),
        ("reset_password", "account_reset_password", {"email": "a@contoh.go.id"}, 2),
        ("change_password", "account_change_password", {"oldpassword": "x", "password1": "y", "password2": "y"}, 2),
        ("reauthenticate", "account_reauthenticate", {"password": "x"}, 2),
    ],
)
@pytest.mark.parametrize("window", ["m", "5m"])
def test_the_page_of_429_says_how_long_and_leads_back(action, route, facts, amount, window, client, settings):
    per = {"login": "ip", "reset_password": "key"}.get(action, "user")
    settings.ACCOUNT_RATE_LIMITS = {action: f"{amount}/{window}/{per}"}
    if per == "user":
        user = user_with(api_world.medan(), "pegawai")
        user.set_password(PASSWORD)
        user.save()
        client.force_login(user)
    address = reverse(route) + "?next=/pegawai/saya/"
    for _n in range(amount):
        assert client.post(address, facts).status_code != 429

    response = client.post(address, facts)
    seconds = refused(response)
    longest = {"m": 60, "5m": 300}[window]
    assert longest - 30 < seconds <= longest
    assert f'href="{address}"' in response.text


def test_every_address_that_waits_is_one_of_the_product():
    """Where allauth renames an address or an action, its wait would no longer be told."""
    from allauth.account import app_settings

    for route, action in ACTIONS.items():
        arguments = {"uidb36": "1", "key": "x-y"} if route.endswith("from_key") else {}
        assert reverse(route, kwargs=arguments)
        assert action in app_settings.RATE_LIMITS
