"""Error pages: a sentence and a way on, for visitors and for people signed in."""

import pytest
from django.test import Client

from asnhr.pages import errors
from tests.factories.asnhr import AgencyFactory
from tests.roles import user_with

pytestmark = pytest.mark.django_db


def test_a_missing_page_offers_a_way_on(client):
    visitor = client.get("/tidak/ada/")
    client.force_login(user_with(AgencyFactory(), "staf_bkd"))
    officer = client.get("/tidak/ada/")

    assert visitor.status_code == officer.status_code == 404
    assert "Halaman tidak ditemukan" in visitor.content.decode()
    assert "/akun/login/" in visitor.content.decode()
    assert "/akun/login/" not in officer.content.decode()


def test_an_old_form_is_explained():
    response = Client(enforce_csrf_checks=True).post("/akun/login/", {"login": "x", "password": "y"})

    assert response.status_code == 403
    assert "Formulir kedaluwarsa" in response.content.decode()


def test_a_refusal_says_why(rf):
    request = rf.get("/")
    request.user = user_with(AgencyFactory(), "pegawai")

    response = errors.forbidden(request, PermissionError("Bukan unit <b>Anda</b>."))

    assert response.status_code == 403
    assert "Bukan unit &lt;b&gt;Anda&lt;/b&gt;." in response.content.decode()


def test_the_page_of_a_fault_needs_nothing(rf):
    text = errors.server_error(rf.get("/")).content.decode()

    assert "Tidak ada perubahan yang tersimpan" in text
    assert "{%" not in text


def test_sign_in_names_the_demo_logins_only_where_they_are(client, settings, tmp_path):
    settings.SAMPLE_LOGINS_HINT = str(tmp_path / "logins.json")
    assert "logins.json" not in client.get("/akun/login/").content.decode()

    (tmp_path / "logins.json").write_text("[]")
    assert "logins.json" in client.get("/akun/login/").content.decode()


@pytest.mark.parametrize("path", ["/tidak-ada/", "/api/v1/schema/swagger/", "/akun/login/", "/kalkulator/"])
def test_a_demo_says_so_to_strangers(path, client, settings, tmp_path):
    settings.SAMPLE_LOGINS_HINT = str(tmp_path / "logins.json")
    assert "DATA CONTOH" not in client.get(path).content.decode()

    (tmp_path / "logins.json").write_text("[]")
    page = client.get(path).content.decode()

    assert "DATA CONTOH" in page
    assert (page.count("<h1"), page.count("<main")) == (1, 1)


@pytest.mark.parametrize("path", ["password/reset/", "password/reset/done/", "signup/", "inactive/", "login/"])
def test_account_pages_open_without_login(client, path):
    response = client.get(f"/akun/{path}", follow=True)

    assert response.status_code == 200
    assert "logo" in response.content.decode()


@pytest.mark.parametrize("path", ["password/change/", "logout/", "reauthenticate/"])
def test_account_pages_of_a_signed_in_user_open(client, path):
    user = user_with(AgencyFactory(), "staf_bkd")
    user.set_password("kata-sandi-uji-1")
    user.save()
    client.force_login(user)

    response = client.get(f"/akun/{path}", follow=True)

    assert response.status_code == 200
    assert "logo" in response.content.decode()
