"""The search dialog's part and the page of results: every kind with its link, pages by right, within scope."""

from types import SimpleNamespace

import pytest
from django.urls import reverse

from asnhr.pages.finder import pages_like
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


@pytest.mark.parametrize("role", ["pegawai", "auditor", "admin_daerah", "ppk"])
@pytest.mark.parametrize(
    ("words", "route"),
    [
        ("keamanan akun", "mfa_index"), ("verifikasi dua langkah", "mfa_index"), ("sesi", "session-list"),
        ("pemberitahuan", "notification-list"), ("ubah kata sandi", "account_change_password"),
    ],
)  # fmt: skip
def test_everybody_finds_the_pages_of_the_own_account_first(words, route, role, client, medan):
    client.force_login(user_with(medan, role))

    found = client.get("/cari/cepat/", {"q": words}).context["groups"]

    assert [each.kind for each in found][:1] == ["pages"]
    assert found[0].rows[0].url == reverse(route)


@pytest.mark.parametrize(
    ("role", "words", "route"),
    [
        ("admin_daerah", "impor", "import-list"), ("staf_bkd", "impor", "import-list"),
        ("admin_daerah", "daftar pegawai", "employee-list"), ("auditor", "jejak audit", "audit-list"),
    ],
)  # fmt: skip
def test_a_page_is_the_first_that_has_all_the_words_with_its_group(role, words, route, client, medan):
    client.force_login(user_with(medan, role))

    found = pages_like(SimpleNamespace(access=client.get("/").wsgi_request.user.access), words, 5)

    assert found[0].url == reverse(route)


def test_an_import_is_found_by_what_it_reads_for_who_may_make_it(client, medan):
    client.force_login(user_with(medan, "admin_daerah"))
    pages = client.get("/cari/cepat/", {"q": "impor pegawai"}).context["groups"][0].rows
    assert pages[0].url.startswith(f"{reverse('import-new')}?jenis=")
    assert "pegawai" in pages[0].label.lower()

    client.force_login(user_with(medan, "pegawai", username="biasa"))
    assert reverse("import-new") not in client.get("/cari/cepat/", {"q": "impor pegawai"}).text


def test_nothing_found_is_said_and_markup_stays_text(client, medan):
    client.force_login(user_with(medan, "staf_bkd"))

    shown = client.get("/cari/cepat/", {"q": "<b>zzzz"}).content.decode()

    assert "Tidak ditemukan" in shown
    assert "<b>zzzz" not in shown
    assert client.get("/cari/cepat/", {"q": "z"}).content.strip() == b""


def test_a_stranger_is_sent_to_the_sign_in(client):
    assert client.get("/cari/cepat/", {"q": "siti"})["Location"].startswith("/akun/login/")


@pytest.fixture
def teachers(medan):
    """People called almost like what is searched for, and the jobs and units that bear the words."""
    with agency_scope(medan):
        for name in ("Nurul Gulo", "Yuni Nurul Gulo", "Dina Gulo", "Citra Nurul Gulo"):
            make.EmployeeFactory(agency=medan, name=name)
        make.UnitFactory(agency=medan, name="Dinas Pendidikan")
        make.JobFactory(agency=medan, name="Guru Kelas")
    return medan


def test_what_bears_the_words_stands_before_what_is_merely_alike_of_every_kind(client, teachers):
    client.force_login(user_with(teachers, "staf_bkd"))

    cases = (
        ("guru", "Guru Kelas", "Yuni Nurul Gulo"), ("gur", "Guru Kelas", None),
        ("dinas", "Dinas Pendidikan", "Dina Gulo"),
    )  # fmt: skip
    for words, wanted, alike in cases:
        page = client.get("/cari/", {"q": words}).text
        page = page[page.index("<main") :]
        assert wanted in client.get("/cari/cepat/", {"q": words}).text
        assert alike is None or page.index(wanted) < page.index("Mirip, bila salah ketik") < page.index(alike), words


def test_the_keys_of_the_dialog_reach_no_near_miss_while_something_bears_the_words(client, teachers):
    """The first row is chosen when the answer comes, arrow down goes to the second."""
    client.force_login(user_with(teachers, "staf_bkd"))

    shown = client.get("/cari/cepat/", {"q": "guru"}).text
    options = shown.split('role="option"')[1:]

    assert "Guru Kelas" in options[0]
    assert "Semua hasil" in options[1]
    assert "Gulo" not in shown
    # The page of all results has them, and a typing error finds what it found before.
    assert "Yuni Nurul Gulo" in client.get("/cari/", {"q": "guru"}).text
    assert "Dinas Pendidikan" in client.get("/cari/cepat/", {"q": "dinsa pendidkan"}).text


def test_lists_and_steps_that_pick_find_by_first_and_last_name_and_by_subtitle(client, medan):
    """What a person types is never the whole of a name, and a post's subtitle is part of what it is called."""
    with agency_scope(medan):
        for number in range(15):
            make.EmployeeFactory(agency=medan, name=f"Rina Rangkut {chr(65 + number)}", unit=medan.unit)
        rina = make.EmployeeFactory(agency=medan, name="Rina Maya Sari Rangkuti", unit=medan.unit)
        job = make.JobFactory(agency=medan, name="Guru Ahli Pertama", subtitle="Matematika")
        for number in range(12):
            make.JobFactory(agency=medan, name=f"Guru Matematik {number}")
        post = make.PositionFactory(agency=medan, unit=medan.unit, job=job)
    client.force_login(user_with(medan, "admin_daerah"))

    def shown(path, text, **query):
        return client.get(path, query | {"q": text}).content.decode()

    assert f"?pegawai={rina.pk}" in shown(f"/jabatan/{medan.post.pk}/angkat/", "Rina Rangkuti")
    assert f"/jabatan/{post.pk}/" in shown("/jabatan/", "guru matematika")
    for text in ("matematika guru", "guru matematika"):
        assert f"job={job.pk}" in shown("/jabatan/baru/", text, unit=medan.unit.pk)
        assert f"?ke={post.pk}" in shown(f"/jabatan/{medan.post.pk}/gabung/", text)
    assert f"?ke={post.pk}" in shown(f"/jabatan/{medan.post.pk}/gabung/", "guru matmatika")
    assert f"/jabatan/{post.pk}/" in shown("/cari/", "guru matmatika")
