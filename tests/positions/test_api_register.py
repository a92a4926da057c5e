"""What the register resources say: figures and holders of a day, personal data, the rulebook, who am I, the schema."""

from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command

from asnhr.scope import agency_scope
from positions.models import UnitPeriod
from tests import api_world
from tests.factories.asnhr import AgencyParameterFactory
from tests.factories.positions import (
    EmployeeFactory,
    IncumbencyFactory,
    NeedsAnalysisFactory,
    NeedsResultFactory,
    PositionFactory,
    PositionNeedFactory,
    UnitFactory,
    WorkloadFactory,
    WorkloadSheetFactory,
    WorkloadTaskFactory,
)
from tests.roles import user_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def medan():
    return api_world.medan()


@pytest.fixture
def staff(client, medan):
    client.force_login(user_with(medan, "staf_bkd"))
    return client


def only(client, url):
    (found,) = client.get(url).json()["results"]
    return found


def test_a_position_has_k_b_and_holders_of_the_day(staff, medan):
    with agency_scope(medan):
        position = PositionFactory(agency=medan)
        PositionNeedFactory(agency=medan, position=position, need=3, starts_on=date(2024, 1, 2))
        first = IncumbencyFactory(agency=medan, position=position, starts_on=date(2020, 1, 1), ends_on=date(2025, 1, 1))
        second = IncumbencyFactory(agency=medan, position=position, starts_on=date(2023, 1, 1))

    now = only(staff, "/api/v1/positions/")
    then = only(staff, "/api/v1/positions/?as_of=2024-06-01")
    before = only(staff, "/api/v1/positions/?as_of=2021-06-01")

    assert (now["k"], now["b"], now["shortage"], now["surplus"]) == (3, 1, 2, 0)
    assert [each["employee_id"] for each in now["holders"]] == [second.employee_id]
    assert (then["k"], then["b"], len(then["holders"])) == (3, 2, 2)
    assert (before["k"], before["b"]) == (None, 1)
    assert before["holders"][0]["employee_id"] == first.employee_id


def test_a_position_names_five_holders_in_lists_and_all_in_detail(staff, medan):
    with agency_scope(medan):
        position = PositionFactory(agency=medan)
        IncumbencyFactory.create_batch(7, agency=medan, position=position)

    assert len(only(staff, "/api/v1/positions/")["holders"]) == 5
    assert len(staff.get(f"/api/v1/positions/{position.pk}/").json()["holders"]) == 7


def test_a_position_shows_the_latest_analysis_that_is_no_scenario(staff, medan):
    with agency_scope(medan):
        position = PositionFactory(agency=medan)
        real = NeedsAnalysisFactory(agency=medan, as_of=date(2026, 1, 31))
        scenario = NeedsAnalysisFactory(
            agency=medan, as_of=date(2026, 2, 28), parameters={"overlay": {"parameters": {"x": 1}}}
        )
        NeedsResultFactory(agency=medan, analysis=real, position=position, need=Decimal("1.6"), k=2)
        NeedsResultFactory(agency=medan, analysis=scenario, position=position, need=9, k=9)

    now = only(staff, "/api/v1/positions/")
    before = only(staff, "/api/v1/positions/?as_of=2026-01-30")

    assert (now["analysis_id"], now["k_analysis"], Decimal(now["need"])) == (real.pk, 2, Decimal("1.6"))
    assert before["analysis_id"] is None


def test_a_unit_has_the_name_and_parent_of_the_day(staff, medan):
    with agency_scope(medan):
        old, new = UnitFactory(agency=medan), UnitFactory(agency=medan)
        unit = UnitFactory(agency=medan, name="Dinas Infokom", parent=old)
        UnitPeriod.objects.filter(unit=unit).update(ends_on=date(2022, 1, 1))
        UnitPeriod.objects.create(agency=medan, unit=unit, name="Diskominfo", parent=new, starts_on=date(2022, 1, 1))

    now = only(staff, f"/api/v1/units/?code={unit.code}")
    then = only(staff, f"/api/v1/units/?code={unit.code}&as_of=2021-12-31")

    assert (now["name"], now["parent_id"]) == ("Diskominfo", new.pk)
    assert (then["name"], then["parent_id"]) == ("Dinas Infokom", old.pk)


def test_the_tree_nests_units_and_sums_their_figures(staff, medan):
    with agency_scope(medan):
        root = UnitFactory(agency=medan)
        below = UnitFactory(agency=medan, parent=root)
        PositionNeedFactory(agency=medan, position=PositionFactory(agency=medan, unit=below), need=2)

    (tree,) = staff.get("/api/v1/units/tree/").json()

    assert (tree["id"], tree["children"][0]["id"]) == (root.pk, below.pk)
    assert (tree["own"]["k"], tree["total"]["k"], tree["total"]["shortage"]) == (0, 2, 2)


@pytest.mark.parametrize(("role", "sees"), [("staf_bkd", True), ("auditor", False), ("bagian_organisasi", False)])
def test_contact_is_for_who_edits_and_the_nik_for_nobody(role, sees, client, medan):
    with agency_scope(medan):
        person = EmployeeFactory(agency=medan, nik="3271010101010001", email="a@b.go.id", phone="0811")
    client.force_login(user_with(medan, role))

    for url in ("/api/v1/employees/", f"/api/v1/employees/{person.pk}/"):
        body = client.get(url).content
        assert (b"0811" in body) is sees
        assert (b"a@b.go.id" in body) is sees
        assert b"3271010101010001" not in body
        assert b"nik" not in body


def test_an_employee_has_the_post_of_the_day_and_a_history(staff, medan):
    with agency_scope(medan):
        first = IncumbencyFactory(agency=medan, starts_on=date(2015, 1, 1), ends_on=date(2020, 1, 1))
        second = IncumbencyFactory(agency=medan, employee=first.employee, starts_on=date(2020, 1, 1))

    now = only(staff, "/api/v1/employees/")
    then = only(staff, "/api/v1/employees/?as_of=2019-12-31")
    shown = staff.get(f"/api/v1/employees/{first.employee_id}/").json()

    assert now["post"]["position_id"] == second.position_id
    assert then["post"]["position_id"] == first.position_id
    assert [each["position_id"] for each in shown["incumbencies"]] == [second.position_id, first.position_id]


def test_who_has_left_is_not_listed_any_more(staff, medan):
    with agency_scope(medan):
        EmployeeFactory(agency=medan, exits_on=date(2024, 5, 1), exit_reason="Pindah")

    assert staff.get("/api/v1/employees/").json()["results"] == []
    assert only(staff, "/api/v1/employees/?as_of=2024-04-30")
    assert only(staff, "/api/v1/employees/?history=true")


def test_a_workload_is_computed_by_the_rule(staff, medan):
    with agency_scope(medan):
        position = PositionFactory(agency=medan)
        sheet = WorkloadSheetFactory(agency=medan, unit=position.unit)
        workload = WorkloadFactory(agency=medan, position=position, sheet=sheet)
        WorkloadTaskFactory(agency=medan, workload=workload, volume=10, per="month", minutes=300)
        WorkloadTaskFactory(agency=medan, workload=workload, volume=1, per="year", minutes=3900)

    found = only(staff, "/api/v1/workloads/")

    assert (Decimal(found["load"]), Decimal(found["need"])) == (Decimal(39900), Decimal("0.532"))


@pytest.mark.parametrize(("support", "need"), [((1_200, 1_800), Decimal("1.3913043478")), ((72_000,), None)])
def test_the_workload_of_a_health_post_is_computed_as_abk_kes(support, need, staff, medan):
    """E08 of the specification; where support takes all the time there is no need."""
    with agency_scope(medan):
        position = PositionFactory(agency=medan)
        sheet = WorkloadSheetFactory(agency=medan, unit=position.unit)
        workload = WorkloadFactory(agency=medan, position=position, sheet=sheet, method="ABK_KES")
        for volume, minutes in ((12_000, 5), (3_000, 12)):
            WorkloadTaskFactory(agency=medan, workload=workload, volume=volume, minutes=minutes)
        for minutes in support:
            WorkloadTaskFactory(agency=medan, workload=workload, volume=1, minutes=minutes, part="penunjang")

    found = only(staff, "/api/v1/workloads/")

    assert (found["need"] and Decimal(found["need"])) == need
    assert Decimal(found["load"]) == 96_000 + sum(support)


def test_the_rulebook_shows_the_agencys_own_value(staff, medan):
    with agency_scope(medan):
        AgencyParameterFactory(agency=medan, code="needs.vacancy_days", value=60, starts_on=date(2025, 1, 1))

    now = only(staff, "/api/v1/parameters/?code=needs.vacancy_days")
    before = only(staff, "/api/v1/parameters/?code=needs.vacancy_days&as_of=2024-12-31")

    assert (now["value"], now["national_value"], now["origin"], now["decree"]) == (
        60,
        90,
        "instansi",
        "Keputusan 1/2020",
    )
    assert (before["value"], before["origin"]) == (90, "nasional")


def test_an_agency_cannot_override_what_the_law_fixes(staff, medan):
    with agency_scope(medan):
        AgencyParameterFactory(agency=medan, code="bup.PELAKSANA", value=65)

    assert only(staff, "/api/v1/parameters/?code=bup.PELAKSANA")["value"] == 58


def test_me_says_who_may_what_where(client, medan):
    with agency_scope(medan):
        unit = UnitFactory(agency=medan)
    client.force_login(user_with(medan, "admin_unit", unit))

    me = client.get("/api/v1/me/").json()

    assert me["agency"] == {"code": "1271", "name": "Pemerintah Kota Medan", "is_sample": True}
    assert [role["slug"] for role in me["roles"]] == ["admin_unit"]
    assert me["unit_ids"] == [unit.pk]
    assert "use_admin" in me["permissions"]
    assert "run_analysis" not in me["permissions"]


def test_me_answers_who_holds_no_role_that_reads(client, medan):
    client.force_login(user_with(medan, "pegawai"))

    assert client.get("/api/v1/me/").json()["permissions"] == ["view_own"]


def test_the_schema_is_valid_and_without_warnings():
    call_command("spectacular", validate=True, fail_on_warn=True, file=None, stdout=StringIO())


def test_the_schema_is_served_and_names_both_ways_to_sign_in(client):
    schema = client.get("/api/v1/schema/?format=json").json()

    assert set(schema["components"]["securitySchemes"]) == {"session", "token"}
    assert "nik" not in schema["components"]["schemas"]["Employee"]["properties"]
    operations = [operation for path in schema["paths"].values() for operation in path.values()]
    assert all("default" in operation["responses"] for operation in operations)
