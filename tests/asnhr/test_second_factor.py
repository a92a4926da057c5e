"""The keeper of the door: staff outside the demo need a second factor, nobody works with another's password."""

import re
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from cryptography.fernet import Fernet
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from asnhr import crypto
from asnhr.models import User
from asnhr.roles import ROLES, STAFF
from asnhr.scope import agency_scope
from tests import api_world, second_factor
from tests.factories.asnhr import UserFactory
from tests.roles import user_with
from tests.second_factor import CODES, change_password, code_of

pytestmark = pytest.mark.django_db

PASSWORD = "kata-sandi-yang-panjang"
HUB = "/akun/dua-langkah/"


@pytest.fixture(autouse=True)
def _no_counts_of_before():
    cache.clear()


@pytest.fixture
def agency():
    found = api_world.medan()
    found.is_sample = False
    found.save()
    return found


def staff(agency, role="staf_bkd", **fields) -> User:
    user = user_with(agency, role, **({"username": "staf.medan"} | fields))
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(client, login="staf.medan", password=PASSWORD):
    return second_factor.sign_in(client, login, password)


def set_up(client) -> str:
    return second_factor.set_up(client, PASSWORD)


def test_staff_come_to_nothing_but_the_set_up(client, agency):
    staff(agency)
    sign_in(client)

    for address in ("/", "/pegawai/", "/admin/", "/unit/peta/", "/peran/"):
        assert (client.get(address).status_code, client.get(address)["Location"]) == (302, HUB)
    api = client.get("/api/v1/employees/")
    part = client.get("/pegawai/", headers={"HX-Request": "true"})

    assert (api.status_code, api["Content-Type"]) == (403, "application/problem+json")
    assert part["HX-Redirect"] == HUB
    assert client.post("/instansi/1271/").status_code == 302
    assert "mewajibkan verifikasi dua langkah" in client.get(HUB).text
    assert client.get("/akun/sesi/").status_code == 200


def test_a_person_sets_it_up_once_and_is_asked_at_every_sign_in(client, agency):
    staff(agency)
    sign_in(client)
    secret = set_up(client)

    assert client.get("/pegawai/").status_code == 200
    recovery = re.findall(r"<li>(\d{8}|[\w-]{8,})</li>", client.get(CODES).text)
    assert len(recovery) == 10
    kept = str(Authenticator.objects.values_list("data", flat=True))
    assert secret not in kept
    assert not [code for code in recovery if code in kept]

    again = Client()
    asked = sign_in(again)
    assert asked["Location"] == "/akun/dua-langkah/authenticate/"
    assert again.get("/pegawai/").status_code == 302
    wrong = again.post("/akun/dua-langkah/authenticate/", {"code": "000000"})
    assert wrong.status_code == 200
    assert "_auth_user_id" not in again.session
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        again.post("/akun/dua-langkah/authenticate/", {"code": code_of(secret)})
        assert again.get("/pegawai/").status_code == 200

    # A recovery code stands for the telephone, once.
    third, fourth = Client(), Client()
    for other in (third, fourth):
        sign_in(other)
        other.post("/akun/dua-langkah/authenticate/", {"code": recovery[0]})
    assert third.get("/pegawai/").status_code == 200
    assert "_auth_user_id" not in fourth.session


def test_who_must_have_it_cannot_drop_it_and_loses_the_way_in_with_it(client, agency):
    user = staff(agency)
    sign_in(client)
    set_up(client)

    client.post("/akun/reauthenticate/", {"password": PASSWORD})
    client.post("/akun/dua-langkah/totp/deactivate/")
    assert Authenticator.objects.filter(user=user, type="totp").exists()
    # Taken away by the operator: the same session comes to nothing more.
    Authenticator.objects.filter(user=user).delete()
    assert client.get("/pegawai/")["Location"] == HUB


def test_a_session_from_before_the_set_up_shows_its_code_first(client, agency):
    staff(agency)
    old = Client()
    sign_in(old)
    sign_in(client)
    set_up(client)

    assert client.get("/pegawai/").status_code == 200
    assert old.get("/pegawai/")["Location"] == HUB


@pytest.mark.parametrize("role", ["staf_bkd", "pegawai"])
def test_recovery_codes_stay_closed_to_a_session_that_knows_the_password_alone(role, client, agency):
    staff(agency, role)
    old = Client()
    sign_in(old)
    sign_in(client)
    secret = set_up(client)
    shown = client.get(CODES)
    assert re.findall(r"<li>(\d{8}|[\w-]{8,})</li>", shown.text)
    kept = Authenticator.objects.get(type="recovery_codes").data

    # What allauth would be content with.
    old.post("/akun/reauthenticate/", {"password": PASSWORD})
    for name in ("mfa_view_recovery_codes", "mfa_download_recovery_codes", "mfa_generate_recovery_codes"):
        assert old.get(reverse(name))["Location"] == HUB, name
    assert old.post(reverse("mfa_generate_recovery_codes"))["Location"] == HUB
    assert Authenticator.objects.get(type="recovery_codes").data == kept

    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        old.post(reverse("mfa_reauthenticate"), {"code": code_of(secret)})
        assert old.get(CODES).status_code == 200


def test_the_demo_and_who_sees_only_themself_are_spared(client, agency):
    own, sample = user_with(agency, "pegawai"), user_with(api_world.jambi(), "staf_bkd")

    for user in (own, sample):
        client.force_login(user)
        assert client.get("/").status_code == 200
    assert {slug for slug in ROLES if slug not in STAFF} == {"pegawai", "atasan"}


def test_the_operator_is_never_spared_nor_who_also_serves_a_real_agency(client, agency):
    operator = UserFactory(is_superuser=True, is_staff=True)
    both = user_with(api_world.jambi(), "staf_bkd")
    with agency_scope(agency):
        from tests.factories.asnhr import RoleAssignmentFactory

        RoleAssignmentFactory(agency=agency, user=both, role="auditor")

    for user, address in ((operator, "/admin/"), (both, "/")):
        client.force_login(user)
        assert client.get(address)["Location"] == HUB


def test_what_no_door_settled_is_owed():
    assert User.needs_second_factor is True
    assert User.has_second_factor is False


def test_a_password_that_another_chose_opens_only_its_change(client):
    user = user_with(api_world.medan(), "staf_bkd", username="baru", password_is_temporary=True)
    user.set_password(PASSWORD)
    user.save()
    sign_in(client, "baru")

    assert client.get("/")["Location"] == "/akun/password/change/"
    assert client.get("/api/v1/me/").status_code == 403
    change_password(client, PASSWORD, "Milik-saya-sendiri-7")

    assert client.get("/").status_code == 200
    user.refresh_from_db()
    assert not user.password_is_temporary


def changes_a_temporary_password(client, agency, **facts):
    user = user_with(agency, "staf_bkd", username="baru", password_is_temporary=True, **facts)
    user.set_password(PASSWORD)
    user.save()
    sign_in(client, "baru")
    return change_password(client, PASSWORD, "Milik-saya-sendiri-7")


def test_who_changed_a_temporary_password_is_led_on(client):
    """To the second factor where it is forced, else home; never back to the form that was just filled."""
    assert changes_a_temporary_password(client, api_world.medan())["Location"] == "/"


def test_who_must_have_a_second_factor_goes_there_after_the_password(client, agency):
    assert changes_a_temporary_password(client, agency)["Location"] == HUB
    assert client.get(HUB).status_code == 200


WEAK = ["pendek-1", "198501012010011001", "kata198501012010011001", "password1234", "staf.medan.7"]


@pytest.mark.parametrize("weak", WEAK)
def test_weak_passwords_are_refused(weak, client, agency):
    user = user_with(api_world.jambi(), "pegawai", username="staf.medan", nip="198501012010011001")
    user.set_password(PASSWORD)
    user.save()
    sign_in(client)

    change_password(client, PASSWORD, weak)

    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_guessing_is_slowed_down(client):
    user = user_with(api_world.medan(), "pegawai", username="sasaran")
    user.set_password(PASSWORD)
    user.save()

    for _number in range(6):
        sign_in(client, "sasaran", "salah-sekali-ini")
    sign_in(client, "sasaran")

    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("login", ["1985 0101 2010 01 1 001", "ani@contoh.go.id", "ani"])
def test_nip_address_and_name_sign_in(login, client):
    user = user_with(api_world.medan(), "pegawai", username="ani", nip="198501012010011001", email="ani@contoh.go.id")
    user.set_password(PASSWORD)
    user.save()

    sign_in(client, login)

    assert client.session.get("_auth_user_id") == str(user.pk)


def test_a_nip_is_of_the_one_who_has_it_not_of_a_login_called_so(client):
    user_with(api_world.medan(), "pegawai", username="ani", nip="198501012010011001")
    called = user_with(api_world.medan(), "pegawai", username="198501012010011001")
    called.set_password(PASSWORD)
    called.save()

    sign_in(client, "198501012010011001")

    assert "_auth_user_id" not in client.session


def test_sessions_are_listed_and_ended_one_by_one_or_all(client):
    user = user_with(api_world.medan(), "pegawai", username="ani")
    user.set_password(PASSWORD)
    user.save()
    telephone, library = Client(HTTP_USER_AGENT="Firefox Android"), Client(HTTP_USER_AGENT="Chrome Windows")
    for each in (client, telephone, library):
        sign_in(each, "ani")

    page = client.get("/akun/sesi/").text
    assert "Firefox · Android" in page
    assert "Chrome · Windows" in page
    lost = UserSession.objects.get(user_agent="Firefox Android")
    client.post(f"/akun/sesi/{lost.pk}/akhiri/")
    assert telephone.get("/").status_code == 302
    assert library.get("/").status_code == 200
    client.post("/akun/sesi/akhiri-lain/")
    assert library.get("/").status_code == 302
    assert client.get("/").status_code == 200


def test_nobody_ends_the_sessions_of_another(client):
    victim, user = user_with(api_world.medan(), "pegawai", username="ani"), user_with(api_world.medan(), "pegawai")
    victim.set_password(PASSWORD)
    victim.save()
    other = Client()
    sign_in(other, "ani")
    client.force_login(user)

    assert client.post(f"/akun/sesi/{UserSession.objects.get().pk}/akhiri/").status_code == 404
    client.post("/akun/sesi/akhiri-lain/")
    assert other.get("/").status_code == 200


def test_a_new_password_ends_the_other_sessions(client):
    user = user_with(api_world.medan(), "pegawai", username="ani")
    user.set_password(PASSWORD)
    user.save()
    other = Client()
    sign_in(client, "ani")
    sign_in(other, "ani")

    change_password(client, PASSWORD, "Milik-saya-sendiri-7")

    assert client.get("/").status_code == 200
    assert other.get("/").status_code == 302


def test_the_admin_has_no_door_of_its_own(client, agency):
    staff(agency, "admin_daerah")
    assert client.get("/admin/login/")["Location"].startswith("/akun/login/")
    client.post("/admin/login/", {"username": "staf.medan", "password": PASSWORD})
    assert "_auth_user_id" not in client.session

    sign_in(client)
    assert client.get("/admin/")["Location"] == HUB
    set_up(client)
    assert client.get("/admin/").status_code == 200


def test_the_operator_takes_the_second_factor_away_and_ends_the_sessions(client, agency, capsys):
    staff(agency)
    sign_in(client)
    set_up(client)

    call_command("reset_login", "staf.medan", "--sessions-only")
    assert client.get("/akun/sesi/").status_code == 302
    assert Authenticator.objects.exists()
    call_command("reset_login", "staf.medan")
    assert not Authenticator.objects.exists()
    with pytest.raises(CommandError):
        call_command("reset_login", "tiada")


def test_secrets_follow_a_new_key(client, agency, settings):
    staff(agency)
    sign_in(client)
    secret = set_up(client)
    before = {each.type: each.data for each in Authenticator.objects.all()}
    settings.FIELD_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_KEYS]

    call_command("rotate_field_keys")

    after = {each.type: each.data for each in Authenticator.objects.all()}
    assert after["totp"]["secret"] != before["totp"]["secret"]
    assert after["recovery_codes"]["seed"] != before["recovery_codes"]["seed"]
    assert crypto.decrypt(after["totp"]["secret"]) == secret
