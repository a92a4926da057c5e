"""What a form of the structure refuses stands at the field that is at fault, and the API names the same field."""

import re
from datetime import date

import pytest
from django.urls import reverse

from asnhr.scope import agency_scope
from positions.models import Incumbency
from tests.factories import positions as make
from tests.factories.asnhr import AgencyFactory
from tests.positions.structure_world import address, browser, held_post
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)
DAY, DECREE_DAY, EARLY = "2026-12-01", "2026-11-20", "2010-01-01"
DECREE = {"decree": "Perwali 12/2026", "decree_on": DECREE_DAY}
LATE = {"starts_on": DAY, "decree": "Perwali 12/2026", "decree_on": "2026-12-02"}
FORM = {"starts_on": DAY} | DECREE
OLD = {"starts_on": EARLY, "decree": "Perwali 1/2009", "decree_on": "2009-12-01"}
FOUND = FORM | {"code": "B1", "name": "Badan Baru", "kind": "badan"}
CLOSING = {"ends_on": DAY} | DECREE


@pytest.fixture(autouse=True)
def frozen(monkeypatch):
    monkeypatch.setattr("asnhr.dates.today", lambda: TODAY)


@pytest.fixture
def medan():
    agency = AgencyFactory()
    with agency_scope(agency):
        yield agency


@pytest.fixture
def rows(medan):
    """A unit with a post that people hold, another unit, and a unit that bears the code B0."""
    root = make.UnitFactory(agency=medan, name="Kota")
    unit = make.UnitFactory(agency=medan, name="Dinas Pasar", parent=root)
    other = make.UnitFactory(agency=medan, name="Dinas Perdagangan", parent=root)
    make.UnitFactory(agency=medan, code="B0", name="Badan Lama", parent=root)
    post, target = held_post(medan, unit), held_post(medan, other)
    return {"root": root, "unit": unit, "other": other, "post": post, "target": target}


@pytest.fixture
def client(medan):
    return browser(with_access(user_with(medan, "bagian_organisasi", username="organisasi"), medan))


def marked(body, field):
    """The sentence at a field that is marked as wrong, with its help and its link in the summary; "" without."""
    control = re.search(rf'<(?:input|select|textarea)[^>]* id="id_{field}"[^>]*>', body)
    if control is None or 'aria-invalid="true"' not in control[0] or f'href="#id_{field}"' not in body:
        return ""
    assert f"id_{field}_error" in re.search(r'aria-describedby="([^"]*)"', control[0])[1].split()
    return re.search(rf'id="id_{field}_error">([^<]*)<', body)[1]


PAGES = {
    "new unit, code taken": ("unit-new", None, {"di": "root"}, FOUND | {"code": "B0"}, "code", "sudah dipakai"),
    "new unit, decree to come": ("unit-new", None, {"di": "root"}, FOUND | LATE, "decree_on", "berlaku surut"),
    "new unit, before the one above": (
        "unit-new", None, {"di": "root"}, FOUND | OLD, "starts_on", "baru berdiri pada",
    ),
    "renamed as it is": ("unit-rename", "unit", {}, FORM | {"name": "Dinas Pasar"}, "name", "tidak berubah"),
    "renamed before its day": ("unit-rename", "unit", {}, OLD | {"name": "Baru"}, "starts_on", "sesudahnya"),
    "moved before its day": ("unit-move", "unit", {"ke": "other"}, OLD | {"name": "Baru"}, "starts_on", "sesudahnya"),
    "unit merged, decree to come": ("unit-merge", "unit", {"ke": "other"}, LATE, "decree_on", "berlaku surut"),
    "unit merged before its post": ("unit-merge", "unit", {"ke": "other"}, OLD, "starts_on", "baru berdiri pada"),
    "another form, code taken": ("unit-convert", "unit", {}, FOUND | {"code": "B0"}, "code", "sudah dipakai"),
    "closed before its day": (
        "unit-close", "unit", {"pengganti": "other"}, {**OLD, "ends_on": EARLY}, "ends_on", "sesudahnya",
    ),
    "closed, decree to come": (
        "unit-close", "unit", {"pengganti": "other"}, {**LATE, "ends_on": DAY}, "decree_on", "berlaku surut",
    ),
    "new head of several seats": (
        "position-new", None, {"unit": "unit", "job": "job"}, FORM | {"seats": 2, "is_head": "on"}, "seats", "satu",
    ),
    "new post before its unit": (
        "position-new", None, {"unit": "unit", "job": "job"}, OLD | {"seats": 1},
        "starts_on", "baru berdiri",
    ),
    "post moved before its unit": ("position-move", "post", {"ke": "other"}, OLD, "starts_on", "baru berdiri pada"),
    "post converted before its day": ("position-convert", "post", {"job": "job"}, OLD, "starts_on", "baru mulai"),
    "posts merged before their day": ("position-merge", "post", {"ke": "target"}, OLD, "starts_on", "baru mulai"),
    "abolished, decree to come": ("position-abolish", "post", {}, LATE, "decree_on", "berlaku surut"),
    "post closed, decree to come": (
        "position-close", "post", {}, {**LATE, "ends_on": DAY}, "decree_on", "berlaku surut",
    ),
    "K before the last": ("position-formation", "post", {}, OLD | {"number": 3}, "starts_on", "tidak ada"),
}  # fmt: skip


@pytest.mark.parametrize("case", PAGES)
def test_a_refusal_stands_at_its_field_and_the_summary_links_there(medan, rows, client, case):
    name, row, query, form, field, words = PAGES[case]
    rows["job"] = make.JobFactory(agency=medan)
    picked = {key: rows[value].pk for key, value in query.items()}
    where = address(name, rows[row].pk, **picked) if row else address_of(name, picked)

    answer = client.post(where, form)

    assert answer.status_code == 422
    assert re.search(words, marked(answer.text, field))


def address_of(name, query):
    return f"{reverse(name)}?" + "&".join(f"{key}={value}" for key, value in query.items())


def test_what_no_field_can_mend_stands_above_the_form(rows, client):
    answer = client.post(address("position-abolish", rows["post"].pk), FORM)

    assert answer.status_code == 422
    assert "masih dipangku 2 orang" in answer.text
    assert 'aria-invalid="true"' not in answer.text


ROUTES = {
    "unit code": ("units/", FOUND | {"code": "B0", "parent_id": "root"}, "code"),
    "unit above": ("units/{other}/close/", CLOSING | {"successor_id": "other"}, "successor_id"),
    "unit as it is": ("units/{unit}/", FORM | {"parent_id": "root"}, "parent_id"),
    "unit into itself": ("units/{unit}/merge/", FORM | {"target_id": "unit"}, "target_id"),
    "unit's form": ("units/{unit}/convert/", FOUND | {"code": "B0"}, "code"),
    "unit's form, decree": ("units/{unit}/convert/", FOUND | LATE, "decree_on"),
    "nothing to take back": ("units/{unit}/withdraw/", {"reason": " "}, "reason"),
    "post's unit": ("positions/{post}/move/", FORM | {"unit_id": "unit"}, "unit_id"),
    "post's job": ("positions/{post}/convert/", FORM | {"job_id": "own"}, "job_id"),
    "post into itself": ("positions/{post}/merge/", FORM | {"target_id": "post"}, "target_id"),
    "post abolished": ("positions/{post}/abolish/", LATE, "decree_on"),
    "post closed": ("positions/{post}/close/", {**CLOSING, "decree_on": "2026-12-02"}, "decree_on"),
    "K": ("positions/{post}/formation/", OLD | {"number": 3}, "starts_on"),
    "the job again": ("positions/", FORM | {"unit_id": "unit", "job_id": "own", "seats": 1}, "job_id"),
}


@pytest.mark.parametrize("case", ROUTES)
def test_the_api_names_the_field(rows, client, case):
    path, body, field = ROUTES[case]
    ids = {name: row.pk for name, row in rows.items()} | {"own": rows["post"].job_id}
    sent = {name: ids.get(value, value) if name.endswith("_id") else value for name, value in body.items()}
    where = "/api/v1/" + path.format(**ids)

    send = client.patch if path == "units/{unit}/" else client.post
    answer = send(where, sent, content_type="application/json")

    told = answer.json()
    assert answer["Content-Type"] == "application/problem+json"
    assert list(told["errors"]) == [field]
    if answer.status_code == 409:
        assert told["errors"][field] == [told["detail"]]
    else:
        assert (answer.status_code, field) == (400, "reason")


def test_the_api_names_no_field_where_none_is_wrong(rows, client):
    answer = client.post(f"/api/v1/positions/{rows['post'].pk}/abolish/", FORM, content_type="application/json")

    assert answer.status_code == 409
    assert "errors" not in answer.json()
    assert Incumbency.objects.filter(position=rows["post"], ends_on=None).count() == 2
