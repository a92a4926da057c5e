"""Contracts not extended and seats reserved, on pages and by API: inputs of the analysis; rules and rights."""

from datetime import date

import pytest
from django.urls import reverse

from asnhr.scope import agency_scope
from positions.models import Contract, Reservation
from tests import api_world
from tests.factories.positions import SeatFactory, UnitFactory
from tests.roles import user_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def medan():
    return api_world.medan()


@pytest.fixture
def unit(medan):
    with agency_scope(medan):
        return UnitFactory(agency=medan)


@pytest.fixture
def contract(medan, unit):
    with agency_scope(medan):
        return api_world._contract(medan, unit)


def sign_in(client, agency, role, *units):
    client.force_login(user_with(agency, role, *units))
    return client


def kept(medan):
    with agency_scope(medan):
        return Contract.objects.values_list("extension", "decided_on").get()


def test_a_contract_is_decided_on_its_page(client, medan, contract):
    Contract.objects.update(ends_on=date(2029, 1, 1))
    sign_in(client, medan, "staf_bkd")
    address = reverse("contract-decide", args=[contract.pk])

    listed = client.get(reverse("contract-list"), {"as_of": "2028-06-01"}).content.decode()
    assert address in listed
    answer = client.post(address, {"extension": "tidak", "decided_on": "2028-05-01"}, follow=True)

    assert "Tidak diperpanjang" in answer.content.decode()
    assert kept(medan) == ("tidak", date(2028, 5, 1))
    client.post(address, {"extension": "belum", "decided_on": "2028-05-01"})
    assert kept(medan) == ("belum", None)
    late = client.post(address, {"extension": "tidak", "decided_on": "2030-01-01"})
    assert late.status_code == 422
    assert "di dalam masa kontrak" in late.content.decode()


def test_who_may_decide_on_a_contract(client, medan, unit, contract):
    body = {"extension": "tidak", "decided_on": "2028-05-01"}
    page, api = reverse("contract-decide", args=[contract.pk]), f"/api/v1/contracts/{contract.pk}/extension/"
    with agency_scope(medan):
        other = UnitFactory(agency=medan)
    for role, units, status in (
        ("auditor", [], 403), ("bagian_organisasi", [], 403), ("pegawai", [], 403), ("admin_unit", [other], 404),
    ):  # fmt: skip
        sign_in(client, medan, role, *units)
        assert client.post(page, body).status_code == status
        assert client.post(api, body, content_type="application/json").status_code == status
    sign_in(client, api_world.jambi(), "staf_bkd")
    assert client.post(page, body).status_code == 404
    assert kept(medan) == ("belum", None)

    sign_in(client, medan, "admin_unit", unit)
    assert client.post(api, body, content_type="application/json").json()["extension"] == "tidak"
    late = body | {"decided_on": "2031-01-01"}
    assert client.post(api, late, content_type="application/json").status_code == 409


def test_a_seat_is_reserved_and_released_by_api(client, medan, unit):
    with agency_scope(medan):
        seat = SeatFactory(agency=medan, position=api_world._position(medan, unit))
        theirs = SeatFactory(agency=medan, position=api_world._position(medan, UnitFactory(agency=medan)))
    body = {"seat_id": seat.pk, "reason": "Seleksi terbuka", "starts_on": "2026-03-01"}
    url = "/api/v1/reservations/"
    assert sign_in(client, medan, "auditor").post(url, body, content_type="application/json").status_code == 403
    sign_in(client, medan, "admin_unit", unit)
    out_of_sight = body | {"seat_id": theirs.pk}
    assert client.post(url, out_of_sight, content_type="application/json").status_code == 404

    made = client.post(url, body, content_type="application/json")

    assert made.status_code == 201
    assert client.post(url, body, content_type="application/json").status_code == 409
    release = f"{url}{made.json()['id']}/release/"
    early = client.post(release, {"ends_on": "2026-03-01"}, content_type="application/json")
    assert early.status_code == 409
    done = client.post(release, {"ends_on": "2026-05-01"}, content_type="application/json")
    assert done.json()["ends_on"] == "2026-05-01"
    assert client.post(release, {"ends_on": "2026-06-01"}, content_type="application/json").status_code == 409
    with agency_scope(medan):
        assert Reservation.objects.get().ends_on == date(2026, 5, 1)
