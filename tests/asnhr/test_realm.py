"""Signing in by a realm: a real OpenID Connect server in a second process, driven as a browser would drive it."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit, urlunsplit

import pytest
import requests
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from asnhr.models import User
from tests import api_world
from tests.conftest import ROOT
from tests.roles import user_with

pytestmark = pytest.mark.django_db

NIP, OTHER = "198501012010011001", "198602022011012002"
CLIENT, SECRET, PASSWORD = "asnhr", "rahasia-realm-uji", "kata-sandi-realm-uji"
CALLBACK = "http://testserver/akun/realm/realm/kembali/"


@pytest.fixture(scope="module")
def realm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running server that knows a person with a login here, one without, and one without a NIP."""
    folder: Path = tmp_path_factory.mktemp("realm")
    people = {"ani": NIP, "budi": OTHER, "citra": "bukan-nip"}
    asked = {"client_id": CLIENT, "client_secret": SECRET, "redirect_uri": CALLBACK, "people": people,
             "password": PASSWORD}  # fmt: skip
    (folder / "realm.json").write_text(json.dumps(asked))
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "tests.oidc_realm", str(folder)], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
    deadline = time.monotonic() + 60
    while not (folder / "ready").exists():
        if server.poll() is not None or time.monotonic() > deadline:
            server.kill()
            pytest.fail(f"The realm did not start:\n{(folder / 'log').read_text()[-3000:]}")
        time.sleep(0.05)
    yield f"http://127.0.0.1:{(folder / 'ready').read_text()}"
    server.send_signal(signal.SIGTERM)
    server.wait(10)


@pytest.fixture
def connected(realm, settings):
    settings.OIDC_SERVER = realm
    app = {"provider_id": "realm", "name": "ASN Digital", "client_id": CLIENT, "secret": SECRET,
           "settings": {"server_url": realm, "scope": ["openid", "profile"]}}  # fmt: skip
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
    return realm


@pytest.fixture
def ani(connected):
    return user_with(api_world.medan(), "pegawai", username="ani.medan", nip=NIP)


def begin(client: Client) -> str:
    """Press the button; return the address of the realm that the browser is sent to."""
    response = client.post("/akun/realm/realm/masuk/")
    assert response.status_code == 302, response.content
    return response["Location"]


def at_the_realm(address: str, person: str) -> str:
    """Sign in there as `person`; return the address that the realm sends the browser back to."""
    browser = requests.Session()
    page = browser.get(address)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    fields = {"login": person, "password": PASSWORD, "csrfmiddlewaretoken": token[1] if token else ""}
    answer = browser.post(page.url, data=fields, allow_redirects=False)
    while not answer.headers.get("Location", "").startswith("http://testserver"):
        assert answer.is_redirect, answer.text
        answer = browser.get(requests.compat.urljoin(page.url, answer.headers["Location"]), allow_redirects=False)
    return answer.headers["Location"]


def back(client: Client, address: str):
    parts = urlsplit(address)
    return client.get(f"{parts.path}?{parts.query}")


def changed(address: str, **values: str) -> str:
    parts = urlsplit(address)
    query = dict(parse_qsl(parts.query)) | values
    return urlunsplit(parts._replace(query=urlencode(query)))


def signed_in(client: Client) -> str | None:
    return client.session.get("_auth_user_id")


def test_a_person_signs_in_by_nip_and_again_by_the_same_account(client, ani):
    sent = parse_qs(urlsplit(address := begin(client)).query)
    first = back(client, at_the_realm(address, "ani"))
    again = Client()
    back(again, at_the_realm(begin(again), "ani"))

    assert sent["code_challenge_method"] == ["S256"]
    assert {"nonce", "state", "code_challenge"} <= set(sent)
    assert (first.status_code, first["Location"]) == (302, "/")
    assert signed_in(client) == signed_in(again) == str(ani.pk)
    linked = SocialAccount.objects.get()
    assert (linked.user, linked.provider) == (ani, "realm")
    assert set(linked.extra_data) == {"sub", "nip"}


@pytest.mark.parametrize(("person", "words"), [("budi", "belum punya akun"), ("citra", "tidak menyebut NIP")])
def test_nobody_is_created_by_a_realm(person, words, client, ani):
    before = User.objects.count()

    refused = back(client, at_the_realm(begin(client), person))

    assert refused.status_code == 403
    assert words in refused.text
    assert signed_in(client) is None
    assert (User.objects.count(), SocialAccount.objects.count()) == (before, 0)


@pytest.mark.parametrize("closed", [{"is_active": False}, {"is_service": True}])
def test_a_closed_login_and_one_of_a_system_stay_out(closed, client, ani):
    User.objects.filter(pk=ani.pk).update(**closed)

    assert back(client, at_the_realm(begin(client), "ani")).status_code == 403
    assert signed_in(client) is None


def test_an_account_linked_once_does_not_follow_the_nip_to_another_login(client, ani):
    back(client, at_the_realm(begin(client), "ani"))
    User.objects.filter(pk=ani.pk).update(nip="")
    other = user_with(api_world.medan(), "pegawai", username="ani.lain", nip=NIP)
    again = Client()

    refused = back(again, at_the_realm(begin(again), "ani"))

    assert refused.status_code == 403
    assert signed_in(again) is None
    assert not SocialAccount.objects.filter(user=other).exists()


def test_an_answer_counts_once_and_in_its_own_session_only(client, ani):
    answer = at_the_realm(begin(client), "ani")
    stranger = Client()

    assert back(stranger, answer).status_code == 401
    assert back(client, changed(answer, state="lain")).status_code == 401
    assert back(client, answer).status_code == 302
    again = Client()
    again.cookies = client.cookies
    client.post("/akun/logout/")
    assert back(again, answer).status_code == 401
    assert signed_in(stranger) is None


@pytest.mark.parametrize("swapped", [{"nonce": "punya-orang-lain"}, {"code_challenge": "A" * 43}])
def test_nonce_and_challenge_are_checked(swapped, client, ani):
    """What goes through the browser may be swapped on the way; the realm then answers for another sign-in."""
    refused = back(client, at_the_realm(changed(begin(client), **swapped), "ani"))

    assert refused.status_code == 401
    assert signed_in(client) is None


def test_a_realm_does_not_spare_staff_the_second_factor(client, connected):
    agency = api_world.medan()
    agency.is_sample = False
    agency.save()
    user_with(agency, "staf_bkd", username="staf", nip=NIP)

    back(client, at_the_realm(begin(client), "ani"))

    assert signed_in(client) is not None
    assert client.get("/")["Location"] == "/akun/dua-langkah/"
    assert client.get("/api/v1/employees/").status_code == 403


def test_the_button_is_there_only_with_a_realm(client, settings):
    settings.OIDC_SERVER = ""
    assert "realm" not in client.get("/akun/login/").text
    assert client.post("/akun/realm/realm/masuk/").status_code == 404
    settings.OIDC_SERVER = "https://sso.contoh.go.id/realms/asn"
    assert "Masuk dengan ASN Digital" in client.get("/akun/login/").text


def test_a_realm_that_does_not_answer_is_told_in_words(client, settings):
    app = {"provider_id": "realm", "name": "ASN Digital", "client_id": CLIENT, "secret": SECRET,
           "settings": {"server_url": "http://127.0.0.1:1"}}  # fmt: skip
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}

    answer = client.post("/akun/realm/realm/masuk/")

    assert answer.status_code == 503
    assert "tidak menjawab" in answer.text
    assert client.get("/akun/realm/realm/masuk/").status_code == 405


def reasons(caplog):
    return [record.getMessage() for record in caplog.records if record.name == "asnhr.auth"]


def test_the_log_names_why_an_answer_is_worth_nothing_and_nobody_in_it(client, ani, caplog):
    answer = at_the_realm(begin(client), "ani")
    stranger = Client()

    assert back(stranger, answer).status_code == 401
    assert back(client, changed(answer, state="lain")).status_code == 401
    refused = Client()
    begun = parse_qs(urlsplit(begin(refused)).query)["state"][0]
    back(refused, f"/akun/realm/realm/kembali/?state={begun}&error=server_error&error_description=Ani+{NIP}")
    other = Client()
    back(other, at_the_realm(changed(begin(other), nonce="punya-orang-lain"), "ani"))

    lost, unfit, error, nonce = reasons(caplog)
    assert "this session began no sign-in, or lost it" in lost
    assert "fits no sign-in that this session began" in unfit
    assert error.endswith("the realm answers with an error: server_error")
    assert "made for another sign-in" in nonce
    for sentence in (lost, unfit, error, nonce):
        assert NIP not in sentence
        assert "ani" not in sentence.lower().split()


def test_the_log_names_no_error_that_is_a_text_of_its_own(client, ani, caplog):
    state = parse_qs(urlsplit(begin(client)).query)["state"][0]
    back(client, f"/akun/realm/realm/kembali/?state={state}&error=Ani+{NIP}")

    assert reasons(caplog) == ["realm realm: the realm answers with an error: no known code"]


def test_the_log_names_why_a_person_has_no_way_in(client, ani, caplog):
    back(client, at_the_realm(begin(client), "budi"))

    assert reasons(caplog) == ["realm realm: no active login has the NIP"]
