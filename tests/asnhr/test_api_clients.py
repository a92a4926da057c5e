"""Systems connected to the API: made, given a new secret and revoked on pages; ended by their day; within rights."""

import re
from base64 import b64encode
from datetime import date, timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client

from asnhr import clients, dates
from asnhr.api.authentication import SCOPE_PERMISSIONS
from asnhr.errors import NotAllowed, RuleBroken
from asnhr.models import ApiClient, AuditEntry, RoleAssignment
from asnhr.roles import ROLES
from asnhr.scope import agency_scope
from tests import api_world
from tests.factories.positions import UnitFactory
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db


@pytest.fixture
def medan():
    return api_world.medan()


@pytest.fixture
def regional(client, medan):
    client.force_login(user_with(medan, "admin_daerah", username="admin-medan"))
    return client


def fields(**changed):
    until = (dates.today() + timedelta(days=90)).isoformat()
    return {"name": "absensi", "purpose": "Presensi harian", "scopes": ["register:read"], "expires_on": until} | changed


def shown(response) -> tuple[str, str]:
    """Return (id, secret) as the page shows them, once."""
    found = re.findall(r'<dd class="mono">([^<]+)</dd>', response.text)
    return found[0], found[1].replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">").replace("&#x27;", "'")


def token(client, credentials, scope="register:read"):
    basic = b64encode(":".join(credentials).encode()).decode()
    data = {"grant_type": "client_credentials", "scope": scope}
    return client.post("/identity/o/api/token", data, headers={"Authorization": f"Basic {basic}"})


def reads(client, access) -> int:
    return client.get("/api/v1/units/", headers={"Authorization": f"Bearer {access}"}).status_code


def test_a_client_is_made_works_gets_a_new_secret_and_is_revoked(regional, medan, client):
    system = Client()
    first = shown(regional.post("/klien/baru/", fields()))
    access = token(system, first).json()["access_token"]
    with agency_scope(medan):
        made = ApiClient.objects.get()
    page = regional.get(f"/klien/{made.pk}/").text

    assert reads(system, access) == 200
    assert first[1] not in page
    assert made.created_by.username == "admin-medan"

    second = shown(regional.post(f"/klien/{made.pk}/rahasia/"))
    assert reads(system, access) == 401
    assert token(system, first).status_code == 401
    access = token(system, (made.client_id, second[1] if second[0] == made.client_id else second[0])).json()
    assert reads(system, access["access_token"]) == 200

    regional.post(f"/klien/{made.pk}/cabut/")
    assert reads(system, access["access_token"]) == 401
    assert token(system, (made.client_id, second[1])).status_code == 401
    assert "dicabut" in regional.get(f"/klien/{made.pk}/").text
    with agency_scope(medan):
        trail = AuditEntry.objects.filter(table_name="asnhr_apiclient").order_by("pk")
        kinds = list(trail.values_list("kind", flat=True))
    assert kinds == ["tambah", "ubah", "ubah"]
    # The name is free again; the login of old stays.
    assert regional.post("/klien/baru/", fields()).status_code == 200


def test_a_client_ends_with_its_day_whatever_its_token_says(regional, medan, client):
    system = Client()
    credentials = shown(regional.post("/klien/baru/", fields()))
    access = token(system, credentials).json()["access_token"]
    with agency_scope(medan):
        held = RoleAssignment.objects.get(role="integrasi")
        RoleAssignment.objects.filter(pk=held.pk).update(starts_on=date(2020, 1, 1), ends_on=dates.today())

    assert reads(system, access) == 401


@pytest.mark.parametrize(
    "changed", [{"scopes": []}, {"scopes": ["semua"]}, {"expires_on": "2020-01-01"}, {"expires_on": "2099-01-01"},
                {"name": ""}, {"name": "absensi di/kota"}]
)  # fmt: skip
def test_what_is_no_client_is_refused(changed, regional, medan):
    assert regional.post("/klien/baru/", fields(**changed)).status_code == 422
    with agency_scope(medan):
        assert not ApiClient.objects.exists()


def test_a_name_is_used_once_while_it_lives(regional):
    regional.post("/klien/baru/", fields())

    again = regional.post("/klien/baru/", fields())

    assert again.status_code == 422
    assert "Sudah ada klien" in again.text


def test_nobody_opens_by_a_client_what_they_may_not_do(medan):
    with agency_scope(medan):
        head = with_access(user_with(medan, "ppk"), medan)
        admin = with_access(user_with(medan, "admin_daerah"), medan)
        admin.access = admin.access.narrowed_to(admin.access.permissions - {"run_analysis"})
        asked = {"agency": medan, "name": "x", "expires_on": dates.today() + timedelta(days=9), "today": dates.today()}
        with pytest.raises(NotAllowed):
            clients.connect(actor=head, scopes=["register:read"], **asked)
        with pytest.raises(NotAllowed):
            clients.connect(actor=admin, scopes=["analysis:run"], **asked)
        with pytest.raises(RuleBroken):
            clients.connect(actor=admin, scopes=[], **asked)


@pytest.mark.parametrize("role", ["staf_bkd", "pyb", "admin_unit", "pegawai"])
def test_the_pages_are_closed_to_others(role, client, medan):
    client.force_login(user_with(medan, role))

    assert client.get("/klien/").status_code == 403
    assert client.post("/klien/baru/", fields()).status_code == 403


def test_an_auditor_reads_and_another_agency_sees_nothing(regional, medan, client):
    regional.post("/klien/baru/", fields())
    with agency_scope(medan):
        made = ApiClient.objects.get()
    regional.force_login(user_with(medan, "auditor"))
    assert regional.get(f"/klien/{made.pk}/").status_code == 200
    assert regional.post(f"/klien/{made.pk}/cabut/").status_code == 403

    regional.force_login(user_with(api_world.jambi(), "admin_daerah"))
    for method, address in (("get", ""), ("post", "rahasia/"), ("post", "cabut/")):
        assert getattr(regional, method)(f"/klien/{made.pk}/{address}").status_code == 404


def test_old_secrets_are_no_secrets_tomorrow(regional, medan):
    with time_machine.travel("2026-01-10 08:00 +0700"):
        regional.post("/klien/baru/", fields(expires_on="2026-02-01"))
        assert "aktif" in regional.get("/klien/").text
    with time_machine.travel("2026-02-01 08:00 +0700"):
        regional.force_login(user_with(medan, "admin_daerah"))
        assert "berakhir" in regional.get("/klien/").text


@pytest.mark.parametrize("name", ["presensi kota", "", "présensi", "a/b", "x" * 61])
def test_a_name_of_a_system_is_refused_with_what_one_may_be(name, regional, medan):
    until = (dates.today() + timedelta(days=90)).isoformat()
    with pytest.raises(CommandError) as refusal:
        call_command("api_client", name, agency=medan.code, scope=["register:read"], until=date.fromisoformat(until))

    assert "Nama sistem terdiri atas huruf" in str(refusal.value)
    assert "pengguna" not in str(refusal.value)
    page = regional.post("/klien/baru/", fields(name=name))
    assert page.status_code == 422
    if name and len(name) <= 60:
        assert "Nama sistem terdiri atas huruf" in page.text
    with agency_scope(medan):
        assert not ApiClient.objects.exists()


def test_a_payroll_system_reads_increments_and_each_look_is_written_down(regional, medan):
    with agency_scope(medan):
        row = api_world.history("increments")(medan, UnitFactory(agency=medan))
    system = Client()
    made = shown(regional.post("/klien/baru/", fields(name="gaji", scopes=["register:read", "salary:read"])))
    answers = {}
    for scope in ("register:read", "register:read salary:read"):
        access = token(system, made, scope).json()["access_token"]
        answers[scope] = [
            system.get(f"/api/v1/{route}/", headers={"Authorization": f"Bearer {access}"})
            for route in ("increments", f"increments/{row.pk}", "family-members", "disciplines")
        ]

    closed, opened = answers.values()
    assert [answer.status_code for answer in closed] == [403, 403, 403, 403]
    assert [answer.status_code for answer in opened] == [200, 200, 403, 403]
    assert [each["id"] for each in opened[0].json()["results"]] == [row.pk]
    with agency_scope(medan):
        looks = AuditEntry.objects.filter(kind="baca", table_name="positions_salaryincrement")
        assert [entry.user.username for entry in looks] == ["api-1271-gaji"] * 2


def test_nobody_gives_a_payroll_system_what_they_may_not_read(medan):
    assert "salary:read" in dict(clients.scopes_for(ROLES["admin_daerah"].permissions))
    lacking = ROLES["admin_daerah"].permissions - {"view_salary"}
    assert "salary:read" not in dict(clients.scopes_for(lacking))
    actor = with_access(user_with(medan, "admin_daerah"), medan)
    actor.access = actor.access.narrowed_to(lacking)
    today = dates.today()
    asked = {"name": "gaji", "scopes": ["salary:read"], "expires_on": today + timedelta(days=9), "today": today}
    with agency_scope(medan), pytest.raises(NotAllowed):
        clients.connect(agency=medan, actor=actor, **asked)


def test_no_scope_opens_family_or_discipline():
    opened = frozenset().union(*SCOPE_PERMISSIONS.values())
    assert not opened & {"view_family", "view_discipline", "view_nik", "view_health"}
