"""Writes that are sent twice, rows that changed meanwhile, limits, and problems whatever goes wrong."""

import json
import threading
from base64 import b64encode
from datetime import timedelta

import pytest
from allauth.idp.oidc.models import Client as ApiClient
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections
from django.test import Client
from django.utils import timezone

from asnhr import idempotency, middleware, tasks
from asnhr.api.authentication import SCOPE_PERMISSIONS
from asnhr.models import IdempotencyKey, RoleAssignment
from asnhr.scope import agency_scope
from positions.api.units import UnitResource
from positions.models import Employee, Unit
from tests import api_world
from tests.factories.positions import EmployeeFactory, UnitFactory
from tests.roles import user_with

pytestmark = pytest.mark.django_db

UNIT = {
    "parent_id": None, "code": "BARU", "name": "Bidang Baru", "kind": "bidang", "starts_on": "2026-01-01",
    "decree": "SK 1", "decree_on": "2025-12-20",
}  # fmt: skip
SECRET = "rahasia-klien-uji"


@pytest.fixture
def medan():
    return api_world.medan()


@pytest.fixture
def admin(client, medan):
    client.force_login(user_with(medan, "admin_daerah"))
    return client


def send(client, method, url, data, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.generic(method, url, json.dumps(data), content_type="application/json", headers=named)


def new_unit(client, data=None, key="a-1"):
    return send(client, "POST", "/api/v1/units/", data or UNIT, Idempotency_Key=key)


def count(agency, **fields):
    with agency_scope(agency):
        return Unit.objects.filter(agency=agency, **fields).count()


# Idempotency


def test_a_repeated_write_gets_the_first_answer_and_has_one_effect(admin, medan):
    first = new_unit(admin)
    second = new_unit(admin)

    assert (first.status_code, second.status_code) == (201, 201), first.content
    assert second.json() == first.json()
    assert second["ETag"] == first["ETag"]
    assert second["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first
    assert count(medan) == 1


def test_the_order_of_keys_in_the_body_is_nothing(admin, medan):
    first = new_unit(admin)
    second = new_unit(admin, dict(reversed(UNIT.items())))

    assert second.json()["id"] == first.json()["id"]


@pytest.mark.parametrize("other", [UNIT | {"name": "Bidang Lain"}, UNIT | {"code": "LAIN"}])
def test_a_key_of_another_body_is_refused(other, admin, medan):
    new_unit(admin)

    refused = new_unit(admin, other)

    assert refused.status_code == 422
    assert refused["Content-Type"] == "application/problem+json"
    assert count(medan) == 1


def test_a_key_of_another_address_is_refused(admin):
    made = new_unit(admin).json()

    refused = send(admin, "POST", f"/api/v1/units/{made['id']}/close/", UNIT, Idempotency_Key="a-1")

    assert refused.status_code == 422


def test_a_refused_write_leaves_no_key_and_may_be_repeated(admin, medan):
    refused = new_unit(admin, UNIT | {"parent_id": 999})
    assert refused.status_code == 404

    assert new_unit(admin).status_code == 201
    with agency_scope(medan):
        assert IdempotencyKey.objects.count() == 1


def test_a_key_belongs_to_its_client(admin, medan):
    other = Client()
    other.force_login(user_with(medan, "admin_daerah"))

    first = new_unit(admin)
    assert first.status_code == 201
    assert new_unit(other, UNIT | {"code": "LAIN", "parent_id": first.json()["id"]}).status_code == 201
    assert count(medan) == 2


def test_a_right_that_was_lost_is_not_given_back_by_a_key(admin, medan):
    new_unit(admin)
    with agency_scope(medan):
        RoleAssignment.objects.filter(agency=medan).update(ends_on="2021-01-01")

    assert new_unit(admin).status_code == 403


@pytest.mark.parametrize("key", ["", "a b", "ä", "x" * 256])
def test_what_is_no_key_is_refused(key, admin, medan):
    response = new_unit(admin, key=key)

    assert response.status_code == 400
    assert list(response.json()["errors"]) == ["Idempotency-Key"]
    assert count(medan) == 0


def test_the_kept_answer_is_encrypted_and_walled(admin, medan):
    new_unit(admin)
    with agency_scope(medan), connection.cursor() as cursor:
        cursor.execute("SELECT body FROM asnhr_idempotencykey")
        stored = cursor.fetchone()[0]
    with agency_scope(api_world.jambi()):
        assert IdempotencyKey.objects.count() == 0

    assert stored.startswith("1.")
    assert "Bidang" not in stored


def test_a_secret_answer_is_not_kept(client, medan):
    client.force_login(user_with(medan, "staf_bkd"))
    with agency_scope(medan):
        person = EmployeeFactory(agency=medan, nik="3271010101010001")
    url = f"/api/v1/employees/{person.pk}/nik/"

    answers = [send(client, "POST", url, {"purpose": "dukcapil"}, Idempotency_Key="n") for _time in range(2)]

    assert [each.status_code for each in answers] == [200, 200]
    assert "Idempotency-Replayed" not in answers[1]
    with agency_scope(medan):
        assert IdempotencyKey.objects.count() == 0


def test_a_webhook_secret_is_not_kept(admin, medan):
    body = {"name": "Absensi", "url": "https://8.8.8.8/terima", "kinds": []}
    made = send(admin, "POST", "/api/v1/webhook-endpoints/", body, Idempotency_Key="w-1")
    assert made.status_code == 201, made.content

    again = send(
        admin, "POST", f"/api/v1/webhook-endpoints/{made.json()['id']}/rotate-secret/", {}, Idempotency_Key="w-2"
    )

    assert made.json()["secret"] != again.json()["secret"]
    with agency_scope(medan):
        assert IdempotencyKey.objects.count() == 0


def test_a_file_is_known_by_its_content(admin, settings, tmp_path):
    settings.UPLOAD_DIR = tmp_path

    def upload(content):
        file = SimpleUploadedFile("a.csv", content)
        return admin.post(
            "/api/v1/imports/", {"kind": "employees", "file": file}, headers={"Idempotency-Key": "berkas"}
        )

    first, same, other = upload(b"nip,tmt\n"), upload(b"nip,tmt\n"), upload(b"nip,nama\n")

    assert (first.status_code, same.status_code, other.status_code) == (202, 202, 422)
    assert same.json()["id"] == first.json()["id"]
    assert same["Location"] == first["Location"]


def test_a_key_ends_after_a_day(admin, medan):
    first = new_unit(admin)
    with agency_scope(medan):
        IdempotencyKey.objects.update(
            created_at=timezone.now() - timedelta(days=2), expires_at=timezone.now() - timedelta(days=1)
        )

    assert new_unit(admin, UNIT | {"code": "LAIN", "parent_id": first.json()["id"]}).status_code == 201
    assert count(medan) == 2


def test_old_keys_are_cleared_by_the_task(medan):
    with agency_scope(medan):
        for days in (0, 2):
            row = api_world.idempotency_key(medan, None)
            made = timezone.now() - timedelta(days=days)
            IdempotencyKey.objects.filter(pk=row.pk).update(created_at=made, expires_at=made + timedelta(days=1))

    tasks.purge_idempotency_keys()

    with agency_scope(medan):
        assert IdempotencyKey.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_at_once_have_one_effect():
    agency = api_world.medan()
    user = user_with(agency, "admin_daerah")
    answers, start = [], threading.Barrier(2)

    def ask():
        client = Client()
        client.force_login(user)
        start.wait()
        answers.append(new_unit(client))
        connections.close_all()

    threads = [threading.Thread(target=ask) for _one in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert [each.status_code for each in answers] == [201, 201], [each.content for each in answers]
    assert answers[0].json() == answers[1].json()
    assert sorted("Idempotency-Replayed" in each for each in answers) == [False, True]
    assert count(agency) == 1


@pytest.mark.django_db(transaction=True)
def test_who_waits_too_long_is_told_to_come_again(monkeypatch):
    agency = api_world.medan()
    user = user_with(agency, "admin_daerah")
    monkeypatch.setattr(idempotency, "WAIT", "50ms")
    held, done, answers = threading.Event(), threading.Event(), []

    def hold():
        with agency_scope(agency, user.pk):
            idempotency.claim(agency=agency, user=user, client="", key="a-1", request_hash="0" * 64)
            held.set()
            done.wait(20)
        connections.close_all()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(20)
    client = Client()
    client.force_login(user)
    answers.append(new_unit(client))
    done.set()
    thread.join()

    assert answers[0].status_code == 409
    assert "masih dikerjakan" in answers[0].json()["detail"]
    assert count(agency) == 0


# ETag


@pytest.fixture
def person(medan):
    with agency_scope(medan):
        return EmployeeFactory(agency=medan, unit=UnitFactory(agency=medan), name="Siti")


@pytest.fixture
def token(client, medan):
    owner = user_with(medan, "integrasi", username="sistem-absensi", is_service=True)
    found = ApiClient(name="Absensi", owner=owner, type=ApiClient.Type.CONFIDENTIAL)
    found.set_scopes(list(SCOPE_PERMISSIONS))
    found.grant_types = ApiClient.GrantType.CLIENT_CREDENTIALS
    found.set_secret(SECRET)
    found.save()
    basic = b64encode(f"{found.pk}:{SECRET}".encode()).decode()
    answer = client.post(
        "/identity/o/api/token",
        {"grant_type": "client_credentials", "scope": "register:read register:write"},
        headers={"Authorization": f"Basic {basic}"},
    )
    return f"Bearer {answer.json()['access_token']}"


def test_a_row_that_was_read_is_changed_with_its_tag(admin, person):
    url = f"/api/v1/employees/{person.pk}/"
    tag = admin.get(url)["ETag"]

    changed = send(admin, "PATCH", url, {"name": "Siti Aminah"}, If_Match=tag)
    late = send(admin, "PATCH", url, {"name": "Siti Rahma"}, If_Match=tag)

    assert changed.status_code == 200
    assert changed["ETag"] == admin.get(url)["ETag"] != tag
    assert late.status_code == 412
    assert late["Content-Type"] == "application/problem+json"
    assert admin.get(url).json()["name"] == "Siti Aminah"
    assert send(admin, "PATCH", url, {"name": "Siti"}, If_Match=f'"lain", {changed["ETag"]}').status_code == 200
    assert send(admin, "PATCH", url, {"name": "Siti"}, If_Match="*").status_code == 200
    # A weak tag says too little to write by.
    assert send(admin, "PATCH", url, {"name": "A"}, If_Match=f"W/{admin.get(url)['ETag']}").status_code == 412


def test_an_action_on_a_row_takes_its_tag_too(admin, person):
    url = f"/api/v1/employees/{person.pk}/exit/"
    body = {"exits_on": "2026-02-01", "legal_status": "BERHENTI", "reason": "atas permintaan sendiri"}

    assert send(admin, "POST", url, body, If_Match='"lama"').status_code == 412
    with agency_scope(person.agency_id):
        assert Employee.objects.get(pk=person.pk).exits_on is None


def test_what_is_unchanged_is_not_sent_again(admin, person):
    url = f"/api/v1/employees/{person.pk}/"
    tag = admin.get(url)["ETag"]

    same = admin.get(url, headers={"If-None-Match": f"W/{tag}"})
    send(admin, "PATCH", url, {"name": "Siti Aminah"})
    other = admin.get(url, headers={"If-None-Match": tag})

    assert (same.status_code, same.content, same["ETag"]) == (304, b"", tag)
    assert other.status_code == 200


def test_a_token_says_what_it_changes(client, token, medan):
    with agency_scope(medan):
        person = EmployeeFactory(agency=medan)
    url = f"/api/v1/employees/{person.pk}/"

    bare = send(client, "PATCH", url, {"name": "Baru"}, Authorization=token)
    tag = client.get(url, headers={"Authorization": token})["ETag"]

    assert bare.status_code == 428
    assert bare["Content-Type"] == "application/problem+json"
    assert send(client, "PATCH", url, {"name": "Baru"}, Authorization=token, If_Match=tag).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_of_two_who_read_the_same_one_is_late():
    agency = api_world.medan()
    with agency_scope(agency):
        person = EmployeeFactory(agency=agency, unit=UnitFactory(agency=agency))
    user = user_with(agency, "admin_daerah")
    url = f"/api/v1/employees/{person.pk}/"
    first = Client()
    first.force_login(user)
    tag = first.get(url)["ETag"]
    answers, start = [], threading.Barrier(2)

    def ask(name):
        client = Client()
        client.force_login(user)
        start.wait()
        answers.append(send(client, "PATCH", url, {"name": name}, If_Match=tag).status_code)
        connections.close_all()

    threads = [threading.Thread(target=ask, args=[name]) for name in ("Ani", "Budi")]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert sorted(answers) == [200, 412]


# Limits


def test_a_client_is_told_where_it_stands_and_when_to_come_again(admin, settings, medan):
    settings.API_RATES = {"read": 2, "write": 1, "bulk": 1}
    other = Client()
    other.force_login(user_with(medan, "staf_bkd"))

    first, second, third = (admin.get("/api/v1/units/") for _one in range(3))

    assert [first["RateLimit-Limit"], first["RateLimit-Remaining"]] == ["2", "1"]
    assert 1 <= int(first["RateLimit-Reset"]) <= 60
    assert (second.status_code, second["RateLimit-Remaining"]) == (200, "0")
    assert third.status_code == 429
    assert third["Content-Type"] == "application/problem+json"
    assert 1 <= int(third["Retry-After"]) <= 60
    # Others, and other kinds of requests, are counted by themselves.
    assert other.get("/api/v1/units/").status_code == 200
    assert new_unit(admin).status_code == 201
    assert new_unit(admin).status_code == 429


def test_what_is_refused_counts_and_says_where_its_client_stands(medan, settings, client):
    settings.API_RATES = {"read": 4, "write": 2, "bulk": 1}
    few = Client()
    few.force_login(user_with(medan, "pegawai"))

    addresses = ("/api/v1/units/", "/api/v1/tidak-ada/", "/api/v1/me/?format=xml", "/api/v1/me/")
    answers = [few.get(address) for address in addresses]

    assert [each.status_code for each in answers] == [403, 404, 406, 200]
    assert [each["RateLimit-Remaining"] for each in answers] == ["3", "2", "1", "0"]
    assert few.put("/api/v1/me/")["RateLimit-Limit"] == "2"
    limited = few.get("/api/v1/me/")
    assert limited.status_code == 429
    assert limited.json()["detail"] == f"Batas permintaan tercapai; coba lagi setelah {limited['Retry-After']} detik."
    # A stranger is no client whose requests are counted.
    stranger = client.get("/api/v1/units/")
    assert (stranger.status_code, "RateLimit-Limit" in stranger) == (401, False)


def test_without_redis_nobody_is_refused(admin, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    settings.API_RATES = {"read": 0, "write": 0, "bulk": 0}

    response = admin.get("/api/v1/units/")

    assert response.status_code == 200
    assert "RateLimit-Limit" not in response


def test_the_open_doors_say_their_limit_too(client):
    assert int(client.get("/api/v1/calculators/")["RateLimit-Remaining"]) > 0


# Problems


@pytest.mark.parametrize(
    ("method", "url", "kind", "status"),
    [
        ("GET", "/api/v1/tidak-ada/", "application/json", 404),
        ("GET", "/api/tidak-ada/", "application/json", 404),
        ("GET", "/api/v1/units/999/", "application/json", 404),
        ("POST", "/api/v1/units", "application/json", 404),
        ("PUT", "/api/v1/calculators/", "application/json", 405),
        ("PUT", "/api/v1/me/", "application/json", 405),
        ("POST", "/api/v1/units/", "text/csv", 415),
        ("POST", "/api/v1/units/", "application/json", 400),
        ("GET", "/api/v1/units/?format=xml", "application/json", 406),
        ("GET", "/api/v1/me/?format=xml", "application/json", 406),
        *[("GET", f"/api/v1/units/?page_size={text}", "application/json", 400) for text in ("0", "501", "-1", "x", "")],
        ("GET", "/api/v1/employees/?updated_since=1-0&page_size=501", "application/json", 400),
    ],
)
def test_every_failure_is_a_problem(method, url, kind, status, admin):
    response = admin.generic(method, url, b"{", content_type=kind)

    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert {"type", "title", "status", "detail", "instance"} <= set(body)
    assert body["status"] == status
    assert body["detail"]


def test_an_unknown_form_of_answer_is_a_problem(admin):
    for accepted in ("text/html", "application/x-ndjson"):
        response = admin.get("/api/v1/units/1/", headers={"Accept": accepted})
        assert (response.status_code, response["Content-Type"]) == (406, "application/problem+json")


def test_a_word_that_is_no_choice_is_refused_where_a_constraint_asks_for_it(admin, person):
    """Found by tests/test_api_contract.py."""
    body = {
        "employee_id": person.pk, "agency_name": "Provinsi", "job_name": "Analis", "group": "E", "assignment": "ñY",
        "starts_on": "2020-01-01", "decree": "SK 1", "decree_on": "2020-01-01",
    }  # fmt: skip

    assert send(admin, "POST", "/api/v1/outside-posts/", body).status_code in (400, 409)


def test_what_nobody_expected_is_a_problem_inside_and_outside_the_views(admin, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("rahasia")

    admin.raise_request_exception = False
    monkeypatch.setattr(UnitResource, "list", broken)
    inside = admin.get("/api/v1/units/")
    monkeypatch.setattr(middleware, "as_of", broken)
    outside = admin.get("/api/v1/units/")

    for response in (inside, outside):
        assert (response.status_code, response["Content-Type"]) == (500, "application/problem+json")
        assert b"rahasia" not in response.content
