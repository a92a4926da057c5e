"""Bodies that nobody's client sends are answered with a problem of the client's, never with a failure of ours."""

import json

import pytest

from asnhr.api import parsers
from tests.factories.asnhr import AgencyFactory
from tests.roles import user_with

pytestmark = pytest.mark.django_db
URL = "/api/v1/units/"


@pytest.fixture
def officer(client):
    agency = AgencyFactory()
    client.force_login(user_with(agency, "admin_daerah"))
    client.raise_request_exception = False
    return client


def problem(response, status):
    assert response.status_code == status, response.content[:300]
    assert response["Content-Type"].startswith("application/problem+json")
    return response.json()["detail"]


def nested(depth, left="[", right="]"):
    return '{"code": ' + left * depth + "1" + right * depth + "}"


@pytest.mark.parametrize("depth", [parsers.MAX_DEPTH, 200, 900, 5_000, 100_000])
@pytest.mark.parametrize(("left", "right"), [("[", "]"), ('{"a":', "}")], ids=["lists", "objects"])
def test_a_body_nested_too_deep(officer, depth, left, right):
    response = officer.post(URL, nested(depth, left, right), content_type="application/json")

    assert "bertingkat" in problem(response, 400)


def test_a_body_nested_as_deep_as_allowed_is_looked_at(officer):
    response = officer.post(URL, nested(parsers.MAX_DEPTH - 1), content_type="application/json")

    assert "bertingkat" not in problem(response, 400)


@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded"])
def test_a_body_too_large(officer, settings, kind):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    body = json.dumps({"name": "x" * 1000}) if kind.endswith("json") else "name=" + "x" * 1000

    assert "terlalu besar" in problem(officer.post(URL, body, content_type=kind), 413)


def test_too_many_fields_and_too_large_a_field(officer, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 5
    problem(officer.post(URL, "&".join(f"f{n}=1" for n in range(9)), "application/x-www-form-urlencoded"), 400)
    problem(officer.post("/api/v1/imports/", {f"f{n}": "1" for n in range(9)}), 400)
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 20
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    problem(officer.post("/api/v1/imports/", {"kind": "x" * 1000}), 413)


def test_an_upload_that_announces_too_much_is_not_read(officer):
    response = officer.generic(
        "POST", "/api/v1/imports/", b"x", "multipart/form-data; boundary=x", CONTENT_LENGTH=str(60 * 1024**2)
    )

    problem(response, 413)


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "null", "1", '"x"', '{"code": 1e999}', '{"code": NaN}', "[" * 10, '{"code": "\\ud800"}',
             '{"parent_id": 999999999999999999999999, "code": "A", "name": "B", "starts_on": "2026-01-01"}',
             '{"code": ' + "9" * 5000 + "}", "\x00", "{\"code\": \"\\u0000\"}"],
    ids=range(14),
)  # fmt: skip
def test_strange_json_is_the_clients_fault(officer, body):
    response = officer.post(URL, body, content_type="application/json")

    assert 400 <= response.status_code < 500, response.content[:300]
    assert response["Content-Type"].startswith("application/problem+json")
