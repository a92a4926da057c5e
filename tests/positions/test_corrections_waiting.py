"""Several new rows of a history wait at once, the same never twice; of a single value one does."""

import json
from datetime import date

import pytest
from django.urls import reverse

from asnhr.errors import RuleBroken
from asnhr.scope import agency_scope
from positions.models import EmployeeTraining, FamilyMember
from positions.models.change_request import NEW_ROWS
from positions.services import corrections, histories
from positions.services.correction_targets import TARGETS
from tests import api_world
from tests.factories import positions as make
from tests.positions.test_corrections import proof
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db


@pytest.fixture
def medan():
    return api_world.medan()


@pytest.fixture
def person(medan):
    with agency_scope(medan):
        return make.EmployeeFactory(agency=medan, name="Siti", phone="0811111111")


@pytest.fixture
def owner(medan, person):
    return user_with(medan, "pegawai", nip=person.nip)


@pytest.fixture
def officer(medan):
    return user_with(medan, "staf_bkd")


def propose(medan, owner, person, target, values, **more):
    with agency_scope(medan, owner.pk):
        with_access(owner, medan)
        return corrections.propose(
            actor=owner, employee=person, target=target, values=values, explanation="Baru",
            evidence=[] if target == "telepon" else [proof(TARGETS[target].kinds[0])], **more,
        )  # fmt: skip


def accept(medan, officer, row):
    with agency_scope(medan, officer.pk):
        with_access(officer, medan)
        corrections.accept(actor=officer, change=row)


def training(name):
    return {"kind": "diklat", "name": name, "organiser": "LAN", "year": 2020}


CHILD = {"relation": "anak", "child_kind": "kandung", "name": "Ani", "birth_date": "2015-02-03"}


def test_the_database_and_the_targets_name_the_same_histories():
    rows = {each.code for each in TARGETS.values() if each.rows and not each.only_recorded}
    assert rows == set(NEW_ROWS)


def test_several_new_rows_wait_and_each_is_decided(medan, owner, officer, person):
    kind = EmployeeTraining._meta.get_field("kind").flatchoices[0][0]
    first = training("Diklat A") | {"kind": kind}
    made = [propose(medan, owner, person, "diklat", first | {"name": name}) for name in ("Diklat A", "Diklat B")]

    with pytest.raises(RuleBroken, match="Usul yang sama"):
        propose(medan, owner, person, "diklat", first)
    for row in made:
        accept(medan, officer, row)

    with agency_scope(medan):
        assert set(person.trainings.values_list("name", flat=True)) == {"Diklat A", "Diklat B"}


def test_no_more_than_ten_wait(medan, owner, person, monkeypatch):
    monkeypatch.setattr(corrections, "MOST_WAITING", 2)
    kind = EmployeeTraining._meta.get_field("kind").flatchoices[0][0]
    for name in "AB":
        propose(medan, owner, person, "diklat", training(name) | {"kind": kind})
    with pytest.raises(RuleBroken, match="Sudah 2 usul"):
        propose(medan, owner, person, "diklat", training("C") | {"kind": kind})


def test_a_single_value_waits_alone_and_the_form_says_so_first(client, medan, owner, person):
    propose(medan, owner, person, "telepon", {"phone": "0812345678"})
    with pytest.raises(RuleBroken, match="masih menunggu"):
        propose(medan, owner, person, "telepon", {"phone": "0812345679"})
    client.force_login(owner)

    said = "Usul untuk data ini masih menunggu keputusan."
    for data, waits in (("telepon", True), ("surel", False), ("diklat", False)):
        assert (said in client.get(reverse("change-request-new"), {"data": data}).content.decode()) is waits, data


def test_a_death_a_divorce_and_the_payroll_are_proposed(medan, owner, officer, person):
    with agency_scope(medan, officer.pk):
        with_access(officer, medan)
        kind = histories.KINDS["keluarga"]
        born = {"birth_date": date(2015, 2, 3), "on_payroll": True}
        child = histories.add(actor=officer, employee=person, kind=kind, facts=CHILD | born)
        wife = histories.add(
            actor=officer, employee=person, kind=kind,
            facts={
                "relation": "pasangan", "name": "Eva", "birth_date": date(1990, 1, 1), "married_on": date(2012, 1, 1),
            },
        )  # fmt: skip
    dead = propose(
        medan, owner, person, "keluarga", CHILD | {"died_on": "2026-05-06", "on_payroll": False}, object_id=child.pk
    )
    parted = propose(
        medan, owner, person, "keluarga",
        {"relation": "pasangan", "name": "Eva", "birth_date": "1990-01-01", "married_on": "2012-01-01",
         "divorced_on": "2026-07-08"},
        object_id=wife.pk,
    )  # fmt: skip
    for row in (dead, parted):
        accept(medan, officer, row)

    with agency_scope(medan, officer.pk):
        child, wife = (FamilyMember.objects.get(pk=each.pk) for each in (child, wife))
    assert (child.died_on, child.on_payroll) == (date(2026, 5, 6), False)
    assert wife.divorced_on == date(2026, 7, 8)


def test_a_request_of_before_the_new_fields_leaves_them_alone(medan, owner, officer, person):
    with agency_scope(medan, officer.pk):
        with_access(officer, medan)
        child = histories.add(
            actor=officer, employee=person, kind=histories.KINDS["keluarga"],
            facts=CHILD | {"birth_date": date(2015, 2, 3), "on_payroll": True},
        )  # fmt: skip
    row = propose(medan, owner, person, "keluarga", CHILD | {"name": "Ani S", "on_payroll": True}, object_id=child.pk)
    new = {"divorced_on", "died_on", "on_payroll"}
    with agency_scope(medan):
        for name in ("before", "proposed"):
            kept = {key: value for key, value in json.loads(getattr(row, name)).items() if key not in new}
            setattr(row, name, json.dumps(kept, ensure_ascii=False, sort_keys=True))
        row.save()
    accept(medan, officer, row)

    with agency_scope(medan, officer.pk):
        child = FamilyMember.objects.get(pk=child.pk)
    assert (child.name, child.on_payroll) == ("Ani S", True)
