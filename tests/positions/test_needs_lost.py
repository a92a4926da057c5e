"""A K decided for a later day that goes with the closing of its post is told before it goes, and the trail says why."""

import re
from datetime import date

import pytest
from django.urls import reverse

from asnhr.models import AuditEntry
from asnhr.scope import agency_scope
from positions.models import PositionNeed
from positions.services import register, restructure, structure
from positions.services.restructure import Decree
from tests.factories import positions as make
from tests.factories.asnhr import AgencyFactory
from tests.positions.structure_world import browser, held_post
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db
TODAY, DAY, LATER = date(2026, 11, 22), date(2026, 12, 1), date(2027, 1, 1)
DECREE = Decree("Perwali 12/2026", date(2026, 11, 20), DAY)
TOLD = "yang ditetapkan mulai 1 Januari 2027 dengan Perda 3/2026 ikut gugur"


@pytest.fixture(autouse=True)
def frozen(monkeypatch):
    monkeypatch.setattr("asnhr.dates.today", lambda: TODAY)


@pytest.fixture
def medan():
    agency = AgencyFactory()
    with agency_scope(agency):
        yield agency


@pytest.fixture
def officer(medan):
    return with_access(user_with(medan, "bagian_organisasi", username="organisasi"), medan)


@pytest.fixture
def unit(medan):
    return make.UnitFactory(agency=medan, name="Dinas Pasar", parent=make.UnitFactory(agency=medan, name="Kota"))


def with_later_need(medan, officer, unit, **facts):
    position = held_post(medan, unit, people=0, **facts)
    number = 1 if facts.get("is_head") else 7
    structure.set_formation(
        actor=officer, position=position, number=number, starts_on=LATER, decree="Perda 3/2026",
        decree_on=date(2026, 11, 9),
    )  # fmt: skip
    return position


@pytest.mark.parametrize(
    ("name", "form"), [("position-abolish", {"starts_on": "2026-12-01"}), ("position-close", {"ends_on": "2026-12-01"})]
)
def test_the_preview_names_the_k_that_goes(medan, officer, unit, name, form):
    position, client = with_later_need(medan, officer, unit), browser(officer)
    where = reverse(name, args=[position.pk])
    sent = form | {"decree": "Perwali 12/2026", "decree_on": "2026-11-20"}

    shown = client.post(where, sent).text
    assert PositionNeed.objects.filter(position=position, starts_on=LATER).exists()
    mark = re.search(r'name="tanda" value="(\w+)"', shown)[1]
    client.post(where, sent | {"tanda": mark, "langkah": "simpan"})

    assert f"K 7 {position} {TOLD}" in shown
    assert not PositionNeed.objects.filter(position=position, starts_on=LATER).exists()
    history = client.get(reverse("audit-history", args=["positions_position", position.pk])).text
    assert "Perwali 12/2026, 20-11-2026; gugur: K 7 mulai 01-01-2027 (Perda 3/2026)" in history


def test_the_api_tells_it_in_the_preview_and_in_the_answer(medan, officer, unit):
    position, client = with_later_need(medan, officer, unit), browser(officer)
    where = f"/api/v1/positions/{position.pk}/abolish/"
    sent = {"starts_on": "2026-12-01", "decree": "Perwali 12/2026", "decree_on": "2026-11-20"}

    seen = client.post(where, sent | {"preview": True}, content_type="application/json").json()
    done = client.post(where, sent, content_type="application/json").json()

    assert [TOLD in each for each in seen["warnings"]] == [True]
    assert done["warnings"] == seen["warnings"]


def test_a_head_that_closes_with_its_merged_unit_is_told_too(medan, officer, unit):
    other = make.UnitFactory(agency=medan, name="Dinas Perdagangan", parent=unit.parent)
    job = make.JobFactory(agency=medan, group="manajerial", level="JPT_PRATAMA", name="Kepala Dinas Pasar")
    held_post(medan, other, need=1, people=0, is_head=True)
    head = with_later_need(medan, officer, unit, need=1, job=job, is_head=True)
    for each in (unit, other):
        each.refresh_from_db()

    outcome = restructure.merge_units(actor=officer, units=[unit], target=other, decree=DECREE)

    assert [f"K 1 {head} {TOLD}" in each for each in outcome.warnings] == [True]


def test_the_trail_names_who_and_by_which_decision(medan, officer, unit):
    position = with_later_need(medan, officer, unit)

    with agency_scope(medan, officer.pk):
        restructure.close_position(actor=officer, position=position, decree=DECREE)

    gone = AuditEntry.objects.get(agency=medan, table_name="positions_positionneed", kind=AuditEntry.Kind.DELETE)
    assert gone.user_id == officer.pk
    assert gone.reason.startswith("Perwali 12/2026, ")


def test_what_is_decided_for_before_the_closing_is_no_loss(medan, officer, unit):
    position = with_later_need(medan, officer, unit)

    assert register.needs_that_go([position], date(2027, 2, 1)) == []
    assert len(register.needs_that_go([position], LATER)) == 1
