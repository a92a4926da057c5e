"""A unit's change that is still to come is taken back with a reason, unless something rests on it."""

from datetime import date

import pytest
from django.urls import reverse

from asnhr.errors import NotAllowed, RuleBroken
from asnhr.models import AuditEntry
from asnhr.scope import agency_scope
from positions.services import structure, withdrawals
from tests.factories import positions as make
from tests.factories.asnhr import AgencyFactory
from tests.roles import user_with, with_access

TODAY, COMING = date(2026, 11, 22), date(2027, 1, 1)
PERDA = {"decree": "Perda 3/2026", "decree_on": date(2026, 11, 9)}


@pytest.fixture(autouse=True)
def frozen(monkeypatch):
    monkeypatch.setattr("asnhr.dates.today", lambda: TODAY)


@pytest.fixture
def medan(db):
    agency = AgencyFactory()
    with agency_scope(agency):
        yield agency


@pytest.fixture
def officer(medan):
    return with_access(user_with(medan, "bagian_organisasi"), medan)


@pytest.fixture
def root(medan):
    return make.UnitFactory(agency=medan, name="Kota Medan")


@pytest.fixture
def unit(medan, root):
    return make.UnitFactory(agency=medan, name="Dinas Pasar", parent=root)


@pytest.fixture
def other(medan, root):
    return make.UnitFactory(agency=medan, name="Dinas Perdagangan", parent=root)


def withdraw(actor, unit, reason="Perda ditunda"):
    return withdrawals.withdraw_unit_change(actor=actor, unit=unit, reason=reason, day=TODAY)


def periods(unit):
    return list(unit.periods.order_by("starts_on").values_list("name", "parent_id", "ends_on"))


def test_a_coming_change_goes_and_what_was_before_goes_on(medan, officer, unit, other, root):
    before = periods(unit)
    structure.change_unit(actor=officer, unit=unit, name="Bidang Pasar", parent=other, starts_on=COMING, **PERDA)

    withdraw(officer, unit)

    unit.refresh_from_db()
    assert periods(unit) == before == [("Dinas Pasar", root.pk, None)]
    assert (unit.name, unit.parent) == ("Dinas Pasar", root)
    entry = AuditEntry.objects.filter(table_name="positions_unitperiod", kind="hapus").get()
    assert (entry.reason, entry.user_id) == ("Perda ditunda", officer.pk)
    # Another decision may follow for the same day.
    structure.change_unit(actor=officer, unit=unit, name="Dinas Pasar Rakyat", starts_on=COMING, **PERDA)


def test_of_two_coming_changes_the_later_goes_first(medan, officer, unit):
    structure.change_unit(actor=officer, unit=unit, name="Satu", starts_on=COMING, **PERDA)
    structure.change_unit(actor=officer, unit=unit, name="Dua", starts_on=date(2027, 2, 1), **PERDA)

    withdraw(officer, unit)

    assert [name for name, *_rest in periods(unit)] == ["Dinas Pasar", "Satu"]


@pytest.mark.parametrize("starts_on", [None, date(2026, 6, 1), TODAY])
def test_what_has_begun_or_was_founded_stays(medan, officer, unit, starts_on):
    if starts_on:
        long_ago = PERDA | {"decree_on": date(2026, 5, 1)}
        structure.change_unit(actor=officer, unit=unit, name="Satu", starts_on=starts_on, **long_ago)

    with pytest.raises(RuleBroken, match="tidak punya perubahan"):
        withdraw(officer, unit)


def test_it_needs_a_reason_and_the_right(medan, officer, unit):
    structure.change_unit(actor=officer, unit=unit, name="Satu", starts_on=COMING, **PERDA)
    reader = with_access(user_with(medan, "staf_bkd", username="bkd"), medan)

    with pytest.raises(RuleBroken, match="alasan"):
        withdraw(officer, unit, " ")
    with pytest.raises(NotAllowed):
        withdraw(reader, unit)


def test_it_stays_while_the_former_parent_closes(medan, officer, unit, other):
    below = make.UnitFactory(agency=medan, name="Bidang Retribusi", parent=unit)
    structure.change_unit(actor=officer, unit=below, parent=other, starts_on=COMING, **PERDA)
    structure.close_unit(actor=officer, unit=unit, ends_on=date(2027, 2, 1), **PERDA)

    with pytest.raises(RuleBroken, match="Dinas Pasar, ditutup pada 1 Februari 2027"):
        withdraw(officer, below)


def test_it_stays_while_the_former_parent_comes_below_the_unit(medan, officer, unit, other):
    below = make.UnitFactory(agency=medan, name="Bidang Retribusi", parent=unit)
    structure.change_unit(actor=officer, unit=below, parent=other, starts_on=COMING, **PERDA)
    structure.change_unit(actor=officer, unit=unit, parent=below, starts_on=date(2027, 3, 1), **PERDA)

    with pytest.raises(RuleBroken, match="pindah ke bawah unit ini mulai 1 Maret 2027"):
        withdraw(officer, below)


def test_the_page_offers_it_beside_the_coming_change_and_takes_it_back(medan, client, officer, unit):
    where, shown = reverse("unit-withdraw", args=[unit.pk]), reverse("unit-detail", args=[unit.pk])
    client.force_login(officer)
    assert where not in client.get(shown).content.decode()
    assert client.get(where).status_code == 302
    structure.change_unit(actor=officer, unit=unit, name="Dinas Pasar Rakyat", starts_on=COMING, **PERDA)

    assert where in client.get(shown).content.decode()
    asked = client.get(where).content.decode()
    bare = client.post(where, {"reason": ""})
    done = client.post(where, {"reason": "Perda ditunda"})

    assert "Mulai 1 Januari 2027: Dinas Pasar Rakyat" in asked
    assert (bare.status_code, done.status_code) == (422, 302)
    assert [name for name, *_rest in periods(unit)] == ["Dinas Pasar"]


@pytest.mark.parametrize("role", ["staf_bkd", "auditor", "admin_unit"])
def test_who_does_not_edit_the_structure_gets_neither_page_nor_button(medan, client, officer, unit, role):
    structure.change_unit(actor=officer, unit=unit, name="Dinas Pasar Rakyat", starts_on=COMING, **PERDA)
    client.force_login(user_with(medan, role, *([unit] if role == "admin_unit" else []), username=role))
    where = reverse("unit-withdraw", args=[unit.pk])

    assert client.get(where).status_code == 403
    assert client.post(where, {"reason": "x"}).status_code == 403
    assert where not in client.get(reverse("unit-detail", args=[unit.pk])).content.decode()
