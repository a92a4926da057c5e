"""Doors of the ground floor: health, login, agency and day of a request, error pages, security headers."""

from datetime import date

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from asnhr import dates
from asnhr.api.authentication import SCOPE_PERMISSIONS
from asnhr.auth import Backend
from asnhr.models import User
from asnhr.roles import ROLES
from tests.factories.asnhr import AgencyFactory, UserFactory
from tests.roles import user_with

pytestmark = pytest.mark.django_db
WRITES = ("INSERT", "UPDATE", "DELETE", "MERGE", "COPY")


@pytest.fixture
def medan():
    return AgencyFactory()


@pytest.fixture
def jambi():
    return AgencyFactory(code="1571", name="Pemerintah Kota Jambi", short_name="Jambi")


def test_health_answers_and_writes_nothing(client):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        alive, ready = client.get("/healthz"), client.get("/readyz")

    assert (alive.status_code, alive.json()) == (200, {"status": "ok"})
    assert (ready.status_code, ready.json()["failing"]) == (200, [])
    assert not [q for q in queries if q["sql"].startswith(WRITES)]
    assert not alive.cookies


def test_not_ready_says_what_fails(client, settings):
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1"}
    }

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["failing"]) == (503, ["redis"])


@pytest.mark.parametrize("address", ["/akun/login/", "/api/v1/schema/", "/tidak-ada/", "/"])
def test_anonymous_reads_write_nothing(client, address):
    client.get("/akun/login/")  # compiles templates, so that only the reading itself is looked at
    before = Session.objects.count()

    with CaptureQueriesContext(connection) as queries:
        client.get(address)

    assert not [q for q in queries if q["sql"].startswith(WRITES)]
    assert Session.objects.count() == before


def test_a_stranger_is_sent_to_login_and_told_401_by_the_api(client):
    page, api = client.get("/"), client.get("/api/v1/units/")

    assert (page.status_code, page["Location"]) == (302, "/akun/login/?next=/")
    assert (api.status_code, api["Content-Type"]) == (401, "application/problem+json")
    assert api["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("typed", ["198501012010011001", "19850101 201001 1 001", "1985.0101.201001.1001"])
def test_a_nip_signs_in_however_it_is_spaced(client, medan, typed):
    user = user_with(medan, "pegawai", username="198501012010011001")
    user.set_password("kata-sandi-yang-panjang")
    user.save()

    client.post("/akun/login/", {"login": typed, "password": "kata-sandi-yang-panjang"})

    assert client.session.get("_auth_user_id") == str(user.pk)


def test_a_wrong_password_a_service_account_and_a_closed_account_do_not_sign_in(client, medan):
    for name, fields in (("a", {}), ("b", {"is_service": True}), ("c", {"is_active": False})):
        user = user_with(medan, "staf_bkd", username=name, **fields)
        user.set_password("kata-sandi-yang-panjang")
        user.save()

    client.post("/akun/login/", {"login": "a", "password": "salah"})
    client.post("/akun/login/", {"login": "b", "password": "kata-sandi-yang-panjang"})
    client.post("/akun/login/", {"login": "c", "password": "kata-sandi-yang-panjang"})

    assert "_auth_user_id" not in client.session


def test_the_user_of_a_request_is_the_row_as_it_is_now(client, medan, django_assert_num_queries):
    user = user_with(medan, "staf_bkd", username="ani", nip="198501012010011001", last_login="2026-01-02T03:04:05Z")
    stored = User.objects.get(pk=user.pk)

    with django_assert_num_queries(1):
        found = Backend().get_user(user.pk)

    assert [getattr(found, field.attname) for field in User._meta.concrete_fields] == [
        getattr(stored, field.attname) for field in User._meta.concrete_fields
    ]
    assert (found, found._state.adding, found._state.db) == (stored, False, stored._state.db)
    client.force_login(user)
    assert client.get("/unit/").status_code == 200
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert client.get("/unit/").status_code == 302
    assert Backend().get_user(user.pk) is None
    assert Backend().get_user(0) is None


@pytest.mark.parametrize("verified", [False, True])
def test_only_the_address_that_the_product_keeps_signs_in_and_gets_a_link(verified, client, medan, mailoutbox):
    user = user_with(medan, "staf_bkd", username="ani", email="Ani@contoh.go.id")
    user.set_password("kata-sandi-yang-panjang")
    user.save()
    EmailAddress.objects.create(user=user, email="penumpang@lain.id", verified=verified, primary=True)

    for address in ("penumpang@lain.id", "PENUMPANG@lain.id", "an\u0131@contoh.go.id"):
        client.post("/akun/login/", {"login": address, "password": "kata-sandi-yang-panjang"})
        assert "_auth_user_id" not in client.session
        client.post("/akun/password/reset/", {"email": address})
    # Whoever asks for an address that no login has is told so by mail, without a link.
    assert not [mail for mail in mailoutbox if "/password/reset/key/" in mail.body]

    client.post("/akun/password/reset/", {"email": "ani@contoh.go.id"})
    assert [mail.to for mail in mailoutbox if "/password/reset/key/" in mail.body] == [["ani@contoh.go.id"]]
    client.post("/akun/login/", {"login": "ani@contoh.go.id", "password": "kata-sandi-yang-panjang"})
    assert client.session.get("_auth_user_id") == str(user.pk)


def test_nobody_adds_an_address_to_a_login(client, medan):
    client.force_login(user_with(medan, "staf_bkd"))

    for path in ("email/", "confirm-email/", "confirm-email/kunci/", "login/code/confirm/"):
        assert client.get(f"/akun/{path}").status_code == 404
        assert client.post(f"/akun/{path}", {"email": "a@lain.id", "action_add": ""}).status_code == 404
    assert not EmailAddress.objects.exists()


def test_nobody_signs_up(client):
    client.post(
        "/akun/signup/",
        {"username": "x", "password1": "kata-sandi-yang-panjang", "password2": "kata-sandi-yang-panjang"},
    )

    assert "_auth_user_id" not in client.session


def test_an_agency_is_chosen_only_where_a_role_is_held(client, medan, jambi):
    client.force_login(user_with(medan, "staf_bkd"))

    assert client.post("/instansi/1571/").status_code == 404
    assert client.get("/instansi/1271/").status_code == 405
    assert client.post("/instansi/1271/").status_code == 302


def test_a_role_that_ended_opens_nothing(client, medan):
    from asnhr.models import RoleAssignment
    from asnhr.scope import agency_scope

    user = user_with(medan, "staf_bkd")
    with agency_scope(medan):
        RoleAssignment.objects.filter(user=user).update(ends_on=dates.today())
    client.force_login(user)

    answer = client.get("/api/v1/units/")

    assert answer.status_code == 403


def test_the_day_is_remembered_on_pages_and_never_by_the_api(client, medan):
    client.force_login(user_with(medan, "staf_bkd"))

    assert client.get("/?as_of=2022-03-01").wsgi_request.as_of == date(2022, 3, 1)
    assert client.get("/").wsgi_request.as_of == date(2022, 3, 1)
    assert client.get("/api/v1/units/").wsgi_request.as_of == dates.today()
    assert client.get("/?as_of=").wsgi_request.as_of == dates.today()


@pytest.mark.parametrize("asked", ["2026-02-31", "kemarin", "1500-01-01", "<b>" + "x" * 60])
def test_a_day_that_is_none_is_told_and_today_is_shown(asked, client, medan):
    client.force_login(user_with(medan, "staf_bkd"))
    client.get("/?as_of=2022-03-01")

    answer = client.get("/pegawai/", {"as_of": asked})

    assert answer.wsgi_request.as_of == dates.today()
    assert f"“{escape(asked[:40])}” bukan hari yang dapat ditampilkan; yang tampil keadaan hari ini" in answer.text
    # It is said once, where it was asked; the day of before is forgotten, as what is shown says.
    after = client.get("/pegawai/")
    assert "bukan hari yang dapat ditampilkan" not in after.text
    assert after.wsgi_request.as_of == dates.today()
    # A file has no place to say it, nor has the API: today's would pass for the day asked.
    for kind in ("csv", "xlsx"):
        file = client.get("/pegawai/", {"as_of": asked, "format": kind})
        assert file.status_code == 400
        assert f"“{escape(asked[:40])}” bukan hari yang dapat ditampilkan." in file.text
        assert "dari tahun 1945 sampai 2150" in file.text
    refused = client.get("/api/v1/units/", {"as_of": asked})
    assert refused.status_code == 400
    assert "dari tahun 1945 sampai 2150" in refused.text


def test_pages_carry_the_strict_policy(client):
    policy = client.get("/akun/login/")["Content-Security-Policy"]

    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy


def test_a_post_without_token_is_refused(medan):
    client = Client(enforce_csrf_checks=True)
    client.force_login(user_with(medan, "staf_bkd"))

    assert client.post("/instansi/1271/").status_code == 403


def test_every_token_scope_gives_rights_that_roles_know():
    known = frozenset().union(*(role.permissions for role in ROLES.values()))

    for permissions in SCOPE_PERMISSIONS.values():
        assert permissions <= known


def test_users_without_scope_have_no_access(medan):
    from positions.models import Unit

    assert not Unit.objects.visible_to(AnonymousUser()).exists()
    assert not Unit.objects.visible_to(UserFactory()).exists()


def test_pages_are_indonesian_until_switched_and_the_api_follows_the_client(client):
    page = client.get("/akun/login/", headers={"Accept-Language": "en"})
    assert 'lang="id"' in page.text

    client.post("/bahasa/setlang/", {"language": "en"})
    assert 'lang="en"' in client.get("/akun/login/").text
    assert client.get("/api/v1/units/", headers={"Accept-Language": "en"})["Content-Language"] == "en"
