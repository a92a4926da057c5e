"""The search dialog's part and the page of results: every kind with its link, pages by right, within scope."""

import pytest

from asnhr.scope import agency_scope
from tests.factories import positions as make
from tests.factories.asnhr import AgencyFactory
from tests.roles import user_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def medan():
    agency = AgencyFactory()
    with agency_scope(agency):
        unit = make.UnitFactory(agency=agency, name="Puskesmas Belawan")
        job = make.JobFactory(agency=agency, name="Perawat Ahli Pertama")
        agency.post = make.PositionFactory(agency=agency, unit=unit, job=job)
        agency.person = make.EmployeeFactory(agency=agency, name="Rosmawati Siregar", unit=unit)
        agency.unit, agency.job = unit, job
    return agency


@pytest.mark.parametrize("path", ["/cari/", "/cari/cepat/"])
def test_every_kind_is_found_and_linked(client, medan, path, django_assert_max_num_queries):
    client.force_login(user_with(medan, "staf_bkd"))

    with django_assert_max_num_queries(15):
        shown = client.get(path, {"q": "perwat ahli"}).content.decode()

    assert f'href="/jabatan/{medan.post.pk}/"' in shown
    assert f'href="/nomenklatur/{medan.job.pk}/"' in shown
    assert f'href="/pegawai/{medan.person.pk}/"' in client.get(path, {"q": "rosmwati"}).content.decode()
    assert f'href="/unit/{medan.unit.pk}/"' in client.get(path, {"q": "puskesms"}).content.decode()
    assert 'href="/pensiun/"' in client.get(path, {"q": "pensun"}).content.decode()
    assert 'href="/kalkulator/nip/"' in client.get(path, {"q": "kalkulator nip"}).content.decode()


def test_pages_are_found_by_who_may_open_them_in_the_language_of_the_page(client, medan):
    client.force_login(user_with(medan, "pegawai"))

    shown = client.get("/cari/cepat/", {"q": "jejak audit"}).content.decode()
    assert 'href="/audit/' not in shown
    assert 'href="/pegawai/"' not in client.get("/cari/cepat/", {"q": "daftar pegawai"}).content.decode()
    client.cookies["django_language"] = "en"
    assert 'href="/akun/password/change/"' in client.get("/cari/cepat/", {"q": "change pasword"}).content.decode()


def test_nothing_found_is_said_and_markup_stays_text(client, medan):
    client.force_login(user_with(medan, "staf_bkd"))

    shown = client.get("/cari/cepat/", {"q": "<b>zzzz"}).content.decode()

    assert "Tidak ditemukan" in shown
    assert "<b>zzzz" not in shown
    assert client.get("/cari/cepat/", {"q": "z"}).content.strip() == b""


def test_a_stranger_is_sent_to_the_sign_in(client):
    assert client.get("/cari/cepat/", {"q": "siti"})["Location"].startswith("/akun/login/")
