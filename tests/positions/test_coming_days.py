"""What is decided for a coming day: today's tree, names, people and reach stay as they are until the day comes."""

from datetime import timedelta

import pytest
from django.urls import reverse

from asnhr.dates import today
from asnhr.errors import NotAllowed, RuleBroken
from asnhr.scope import agency_scope
from positions.models import Incumbency, Unit
from positions.services import register, restructure, structure
from positions.services.day import turn
from positions.services.decree import Decree
from positions.tasks import turn_day
from tests.factories import positions as make
from tests.factories.asnhr import AgencyFactory
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db
SOON, LATER = today() + timedelta(days=30), today() + timedelta(days=60)
DECREE = {"decree": "Perwali 9/2026", "decree_on": today()}


@pytest.fixture
def medan():
    agency = AgencyFactory()
    with agency_scope(agency):
        yield agency


@pytest.fixture
def officer(medan):
    return with_access(user_with(medan, "bagian_organisasi", username="organisasi"), medan)


@pytest.fixture
def tree(medan):
    """Kota → Dinas → Bidang → Seksi, and Badan beside Dinas; a person in Seksi."""
    root = make.UnitFactory(agency=medan, name="Kota")
    office = make.UnitFactory(agency=medan, name="Dinas", parent=root)
    division = make.UnitFactory(agency=medan, name="Bidang", parent=office)
    section = make.UnitFactory(agency=medan, name="Seksi", parent=division)
    board = make.UnitFactory(agency=medan, name="Badan", parent=root)
    return {"root": root, "office": office, "division": division, "section": section, "board": board}


def fresh(unit):
    return Unit.objects.get(pk=unit.pk)


def change(officer, unit, day, **what):
    return structure.change_unit(actor=officer, unit=fresh(unit), starts_on=day, **DECREE, **what)


def test_a_unit_bears_its_name_and_place_until_the_day(medan, officer, tree):
    before = fresh(tree["section"])

    change(officer, tree["division"], SOON, name="Bidang Baru", parent=tree["board"])

    assert (fresh(tree["division"]).name, fresh(tree["division"]).parent) == ("Bidang", tree["office"])
    assert fresh(tree["section"]).path == before.path
    assert turn(medan.pk, SOON - timedelta(days=1))["units"] == 0
    assert turn(medan.pk, SOON)["units"] == 1
    moved = fresh(tree["division"])
    assert (moved.name, moved.parent, moved.office) == ("Bidang Baru", tree["board"], tree["board"])
    assert fresh(tree["section"]).office == tree["board"]
    assert fresh(tree["section"]).path == f"{moved.path}.{tree['section'].pk}"


def test_a_change_of_days_gone_by_holds_at_once(officer, tree):
    change(officer, tree["division"], today(), name="Bidang Baru", parent=tree["board"])

    assert (fresh(tree["division"]).name, fresh(tree["section"]).office) == ("Bidang Baru", tree["board"])


def test_who_goes_below_a_unit_that_moves_the_same_day_follows_it(medan, officer, tree):
    # The division changes places with its office's: it goes to the top, and the office goes below it.
    change(officer, tree["division"], SOON, parent=tree["root"])
    change(officer, tree["office"], SOON, parent=tree["division"])

    assert turn(medan.pk, SOON)["units"] == 2
    assert fresh(tree["division"]).parent == tree["root"]
    assert fresh(tree["office"]).path == f"{fresh(tree['division']).path}.{tree['office'].pk}"


def test_two_units_never_come_below_each_other(officer, tree):
    change(officer, tree["board"], LATER, parent=tree["office"])

    # On the day itself the board is elsewhere; on the later one it will be below the office.
    with pytest.raises(RuleBroken, match="bawahannya"):
        change(officer, tree["office"], SOON, parent=tree["board"])


def test_what_is_to_come_below_a_unit_keeps_it_open(officer, tree):
    change(officer, tree["section"], SOON, parent=tree["board"])

    with pytest.raises(RuleBroken, match="membawahi 1 unit"):
        structure.close_unit(actor=officer, unit=fresh(tree["board"]), ends_on=LATER, **DECREE)
    # And its former place is free of it by then.
    structure.close_unit(actor=officer, unit=fresh(tree["division"]), ends_on=LATER, **DECREE)


def test_people_of_a_unit_that_closes_go_on_the_day_to_what_took_it_over(medan, officer, tree):
    person = make.EmployeeFactory(agency=medan, unit=tree["section"])
    with pytest.raises(RuleBroken, match="1 pegawai"):
        structure.close_unit(actor=officer, unit=fresh(tree["section"]), ends_on=SOON, **DECREE)

    structure.close_unit(
        actor=officer, unit=fresh(tree["section"]), ends_on=SOON, successor=fresh(tree["board"]), **DECREE
    )

    person.refresh_from_db()
    assert person.unit == tree["section"]
    assert turn(medan.pk, SOON)["people"] == 1
    person.refresh_from_db()
    assert person.unit == tree["board"]


def test_who_is_appointed_for_a_coming_day_belongs_here_until_then(medan, tree):
    staf = with_access(user_with(medan, "staf_bkd", username="bkd"), medan)
    person = make.EmployeeFactory(agency=medan, unit=tree["section"])
    post = make.PositionFactory(agency=medan, unit=tree["board"])

    register.appoint(actor=staf, position=post, employee=person, starts_on=SOON, **DECREE)

    person.refresh_from_db()
    assert person.unit == tree["section"]
    turn(medan.pk, SOON)
    person.refresh_from_db()
    assert person.unit == tree["board"]


def test_the_reach_of_a_role_changes_on_the_day(client, medan, officer, tree):
    person = make.EmployeeFactory(agency=medan, unit=tree["section"])
    admin = user_with(medan, "admin_unit", tree["board"], username="badan")
    own = user_with(medan, "admin_unit", tree["office"], username="dinas")
    addresses = [
        reverse("unit-detail", args=[tree["section"].pk]),
        reverse("employee-detail", args=[person.pk]),
        f"/api/v1/employees/{person.pk}/",
    ]

    def seen(user):
        client.force_login(user)
        return [client.get(each).status_code for each in addresses]

    change(officer, tree["section"], SOON, parent=tree["board"])

    assert (seen(admin), seen(own)) == ([404] * 3, [200] * 3)
    turn(medan.pk, SOON)
    assert (seen(admin), seen(own)) == ([200] * 3, [404] * 3)


def test_what_is_to_come_is_not_undone_by_who_does_not_reach_the_person_yet(medan, tree):
    staf = with_access(user_with(medan, "staf_bkd", username="bkd"), medan)
    person = make.EmployeeFactory(agency=medan, unit=tree["section"])
    post = make.PositionFactory(agency=medan, unit=tree["board"])
    coming = register.appoint(actor=staf, position=post, employee=person, starts_on=SOON, **DECREE)
    keeper = with_access(user_with(medan, "pengelola_kepegawaian", tree["board"], username="badan"), medan)

    with pytest.raises(NotAllowed):
        register.close_incumbency(actor=keeper, incumbency=fetched(coming), ends_on=LATER)
    turn(medan.pk, SOON)
    keeper = with_access(keeper, medan)
    register.close_incumbency(actor=keeper, incumbency=fetched(coming), ends_on=LATER)

    coming.refresh_from_db()
    assert coming.ends_on == LATER


def fetched(incumbency):
    return Incumbency.objects.select_related("position__unit", "employee__unit").get(pk=incumbency.pk)


def test_a_converted_unit_stands_where_the_old_one_will_stand(medan, officer, tree):
    change(officer, tree["section"], SOON, parent=tree["board"])

    made = restructure.convert_unit(
        actor=officer, unit=fresh(tree["section"]), code="SUB", name="Subbagian", kind="subbagian",
        decree=Decree("Perwali 9/2026", today(), LATER),
    ).result  # fmt: skip

    assert made.parent == tree["board"]


def test_the_task_of_the_day_turns_every_agency_once(django_assert_max_num_queries, medan, officer, tree):
    change(officer, tree["division"], today(), name="Bidang Baru")
    Unit.objects.filter(pk=tree["division"].pk).update(name="Bidang")

    with django_assert_max_num_queries(14):
        turn_day()
    turn_day()

    with agency_scope(medan):
        assert fresh(tree["division"]).name == "Bidang Baru"
