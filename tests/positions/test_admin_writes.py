"""What admins write: agency from the scope, nothing leaves the subtree, services decide, roles are guarded."""

import re
from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from asnhr import dates, roles
from asnhr.access import NO_ACCESS, access_of
from asnhr.models import AgencyParameter, Parameter, RoleAssignment, User
from asnhr.scope import agency_scope
from positions import models
from positions.models import Employee
from positions.services import departures, register
from tests import api_world
from tests.factories.asnhr import AgencyParameterFactory, RoleAssignmentFactory, UserFactory
from tests.factories.positions import (
    EmployeeFactory,
    GoalFactory,
    IncumbencyFactory,
    JobFactory,
    PositionFactory,
    SeatFactory,
    UnitFactory,
    WorkloadFactory,
    WorkloadTaskFactory,
)
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db


@pytest.fixture
def medan():
    return api_world.medan()


@pytest.fixture
def jambi():
    return api_world.jambi()


@pytest.fixture
def unit(medan):
    with agency_scope(medan):
        return UnitFactory(agency=medan, name="Kecamatan Medan Belawan")


@pytest.fixture
def elsewhere(medan):
    with agency_scope(medan):
        return UnitFactory(agency=medan)


@pytest.fixture
def regional(client, medan):
    client.force_login(user_with(medan, "admin_daerah", username="admin-medan"))
    return client


@pytest.fixture
def district(client, medan, unit):
    client.force_login(user_with(medan, "admin_unit", unit))
    return client


def add(name):
    return reverse(f"admin:{name}_add")


def change(name, pk):
    return reverse(f"admin:{name}_change", args=[pk])


def no_inlines(*prefixes):
    return {f"{prefix}-{part}": 0 for prefix in prefixes for part in ("TOTAL_FORMS", "INITIAL_FORMS")}


def errors_of(response):
    assert response.status_code == 200, response.status_code
    form = response.context["adminform"].form
    return dict(form.errors) | {
        f"inline {number}": inline.formset.non_form_errors() or inline.formset.errors
        for number, inline in enumerate(response.context["inline_admin_formsets"])
        if inline.formset.is_bound and not inline.formset.is_valid()
    }


PERSON = {
    "nip": "198501012010011001", "status": "PNS", "name": "Siti Aminah", "sex": "M", "birth_date": "1985-01-01",
    "cpns_on": "2010-01-01",
}  # fmt: skip


# People


def test_a_person_is_registered_in_the_agency_of_the_scope(district, medan, jambi, unit):
    response = district.post(add("positions_employee"), PERSON | {"unit": unit.pk, "agency": jambi.pk})

    assert response.status_code == 302, errors_of(response)
    with agency_scope(medan):
        person = models.Employee.objects.get()
        assert (person.agency, person.unit, person.name) == (medan, unit, "Siti Aminah")


def test_a_person_cannot_be_put_into_another_unit(district, medan, elsewhere):
    response = district.post(add("positions_employee"), PERSON | {"unit": elsewhere.pk})

    assert list(errors_of(response)) == ["unit"]
    with agency_scope(medan):
        assert not models.Employee.objects.exists()


def test_a_unit_of_another_agency_is_no_choice(regional, medan, jambi):
    with agency_scope(jambi):
        theirs = UnitFactory(agency=jambi)

    response = regional.post(add("positions_employee"), PERSON | {"unit": theirs.pk})

    assert list(errors_of(response)) == ["unit"]


def test_a_nip_that_cannot_be_true_is_refused_in_words(regional, medan, unit):
    response = regional.post(
        add("positions_employee"), PERSON | {"nip": "198513012010011001", "unit": unit.pk}, follow=True
    )

    assert "tanggal lahir" in response.content.decode()
    with agency_scope(medan):
        assert not models.Employee.objects.exists()


def test_the_same_nip_twice_is_refused_in_words(regional, medan, unit):
    with agency_scope(medan):
        EmployeeFactory(agency=medan, unit=unit, nip=PERSON["nip"])

    response = regional.post(add("positions_employee"), PERSON | {"unit": unit.pk})

    assert "NIP ini sudah terdaftar pada instansi." in str(errors_of(response))


def test_the_unit_of_a_person_is_not_changed_by_a_form(district, medan, unit, elsewhere):
    with agency_scope(medan):
        person = EmployeeFactory(agency=medan, unit=unit)
    values = {
        "name": "Baru", "legal_status": "01", "sex": "M", "birth_date": "1985-01-01", "unit": elsewhere.pk,
    } | no_inlines("educations")  # fmt: skip

    response = district.post(change("positions_employee", person.pk), values)

    assert response.status_code == 302, errors_of(response)
    with agency_scope(medan):
        person.refresh_from_db()
        assert (person.name, person.unit) == ("Baru", unit)


def test_the_own_record_is_not_changed_by_the_admin_but_for_contacts(client, medan, unit):
    with agency_scope(medan):
        person = EmployeeFactory(agency=medan, unit=unit)
    client.force_login(user_with(medan, "admin_unit", unit, nip=person.nip))
    page = change("positions_employee", person.pk)
    response = client.get(page)
    (shown,) = response.context["inline_admin_formsets"]
    assert not (shown.has_add_permission)
    assert not (shown.has_change_permission)
    assert not (shown.has_delete_permission)
    form = response.context["adminform"].form
    values = {name: "" if value is None else value for name, value in form.initial.items() if name in form.fields}
    values |= no_inlines("educations")

    refused = client.post(page, values | {"rank": 44})
    assert refused.status_code == 403
    url = f"/api/v1/employees/{person.pk}/"
    assert client.patch(url, {"rank": 44}, content_type="application/json").status_code == 403
    taken = client.post(page, values | {"phone": "0812345678"})
    assert taken.status_code == 302, errors_of(taken)
    with agency_scope(medan):
        before = person.rank
        person.refresh_from_db()
        assert (person.rank, person.phone) == (before, "0812345678")


# Who holds what


def test_an_appointment_finds_its_seat_and_closes_the_post_before(regional, medan, unit):
    with agency_scope(medan):
        before = IncumbencyFactory(agency=medan, position=PositionFactory(agency=medan, unit=unit))
        position = PositionFactory(agency=medan, unit=unit)
        seat = SeatFactory(agency=medan, position=position)

    response = regional.post(
        add("positions_incumbency"),
        {
            "employee": before.employee_id, "position": position.pk, "kind": "definitif", "decree": "821/1",
            "starts_on": "2026-02-01",
        },
    )  # fmt: skip

    assert response.status_code == 302, errors_of(response)
    with agency_scope(medan):
        before.refresh_from_db()
        assert before.ends_on == date(2026, 2, 1)
        assert models.Incumbency.objects.get(ends_on=None).seat == seat


def test_a_broken_rule_is_told_and_nothing_kept(regional, medan, unit):
    with agency_scope(medan):
        held = IncumbencyFactory(agency=medan, position=PositionFactory(agency=medan, unit=unit))

    response = regional.post(
        add("positions_incumbency"),
        {
            "employee": held.employee_id, "position": held.position_id, "kind": "definitif", "decree": "821/1",
            "starts_on": "2019-01-01",
        },
        follow=True,
    )  # fmt: skip

    assert "sudah memangku jabatan" in response.content.decode()
    with agency_scope(medan):
        assert models.Incumbency.objects.count() == 1


def test_an_incumbency_is_ended(district, medan, unit):
    with agency_scope(medan):
        held = IncumbencyFactory(agency=medan, position=PositionFactory(agency=medan, unit=unit), decree="1")

    facts = {"decree": "2", "starts_on": held.starts_on, "ends_on": "2026-03-01"}
    response = district.post(change("positions_incumbency", held.pk), facts)

    assert response.status_code == 302, errors_of(response)
    with agency_scope(medan):
        held.refresh_from_db()
        assert (held.ends_on, held.decree) == (date(2026, 3, 1), "2")


# Structure


@pytest.mark.parametrize(
    ("name", "route", "words"),
    [("positions_unit", "unit-new", "Unit baru"), ("positions_position", "position-new", "Jabatan baru")],
)
def test_what_the_structure_gets_is_shown_before_it_is_saved_also_from_the_admin(
    regional, client, medan, unit, name, route, words
):
    """No form of the admin founds a unit or opens a position: its list leads to the page that shows it first."""
    with agency_scope(medan):
        job = JobFactory(agency=medan)
    facts = {
        "code": "B1", "name": "X", "kind": "kelurahan", "starts_on": "2020-01-01", "parent_unit": unit.pk,
        "unit": unit.pk, "job": job.pk, "seats": 2, "decree": "Perda 1/2020", "decree_on": "2019-12-30",
    }  # fmt: skip
    assert (regional.get(add(name)).status_code, regional.post(add(name), facts).status_code) == (403, 403)
    with agency_scope(medan):
        assert (models.Unit.objects.count(), models.Position.objects.count()) == (1, 0)

    page = regional.get(reverse(f"admin:{name}_changelist")).content.decode()

    assert f'<a href="{reverse(route)}" class="addlink">{words} (dengan pratinjau)</a>' in page
    assert regional.get(reverse(route)).status_code == 200
    reader = Client()
    reader.force_login(user_with(medan, "auditor", username="auditor-medan"))
    shown = reader.get(reverse(f"admin:{name}_changelist"))
    assert reverse(route) not in shown.content.decode()


def test_a_position_is_corrected_here_and_closed_on_its_page(regional, medan, unit):
    with agency_scope(medan):
        position = PositionFactory(agency=medan, unit=unit)
    here = change("positions_position", position.pk)
    page = regional.get(here)
    form = page.context["adminform"].form

    response = regional.post(
        here, {"growth": "0", "order": 7, "ends_on": "2026-03-01", "decree": "188/1", "decree_on": "2026-02-20"}
    )

    assert response.status_code == 302, errors_of(response)
    assert set(form.fields) == {"is_head", "growth", "order"}
    with agency_scope(medan):
        position.refresh_from_db()
        assert (position.order, position.ends_on) == (7, None)
    links = page.content.decode()
    for route in ("position-detail", "position-move", "position-convert", "position-merge", "position-abolish"):
        assert f'href="{reverse(route, args=[position.pk])}"' in links
    assert reverse("position-close", args=[position.pk]) not in links


def test_who_keeps_the_register_closes_a_position_on_the_page_of_the_register(district, medan, unit):
    with agency_scope(medan):
        position = PositionFactory(agency=medan, unit=unit)

    links = district.get(change("positions_position", position.pk)).content.decode()

    assert f'href="{reverse("position-close", args=[position.pk])}"' in links
    assert reverse("position-abolish", args=[position.pk]) not in links


def test_the_history_of_a_unit_is_no_table_to_type_in(regional, medan, unit):
    with agency_scope(medan):
        made = UnitFactory(agency=medan, parent=unit, code="B1", name="Kelurahan Bagan Deli", kind="kelurahan")
        period, started = made.periods.get(), made.starts_on

    values = {
        "code": "B2", "kind": "dinas", "starts_on": "2019-01-01", "ends_on": "2026-01-01",
        "periods-TOTAL_FORMS": 2, "periods-INITIAL_FORMS": 1,
        "periods-0-id": period.pk, "periods-0-unit": made.pk, "periods-0-name": "Kelurahan Bagan Deli",
        "periods-0-parent": unit.pk, "periods-0-starts_on": "2020-01-01", "periods-0-ends_on": "2026-01-01",
        "periods-1-unit": made.pk, "periods-1-name": "Kelurahan Baru", "periods-1-parent": unit.pk,
        "periods-1-starts_on": "2026-01-01",
    }  # fmt: skip
    response = regional.post(change("positions_unit", made.pk), values)

    assert response.status_code == 302, errors_of(response)
    with agency_scope(medan):
        made.refresh_from_db()
        # The code is corrected; kind, days and periods are decisions, on their pages.
        assert (made.code, made.kind, made.name, made.ends_on) == ("B2", "kelurahan", "Kelurahan Bagan Deli", None)
        assert made.starts_on == started
        assert list(made.periods.values_list("pk", "ends_on")) == [(period.pk, None)]
    links = regional.get(change("positions_unit", made.pk)).content.decode()
    for route in ("unit-detail", "unit-rename", "unit-move", "unit-close", "unit-merge", "unit-convert"):
        assert f'href="{reverse(route, args=[made.pk])}"' in links


@pytest.mark.parametrize("name", ["positions_unit", "positions_job", "positions_seat", "positions_goal"])
def test_a_district_does_not_change_the_structure(name, district):
    assert district.get(add(name)).status_code == 403


def test_a_job_gets_its_requirements(regional, medan):
    with agency_scope(medan):
        job = JobFactory(agency=medan)
    values = {
        "code": job.code, "name": job.name, "group": "pelaksana", "level": "PELAKSANA", "field": "teknis",
        "is_active": "on", "education_fields-TOTAL_FORMS": 1, "education_fields-INITIAL_FORMS": 0,
        "education_fields-0-field": "HUKUM",
    }  # fmt: skip

    response = regional.post(change("positions_job", job.pk), values)

    assert response.status_code == 302, errors_of(response)
    with agency_scope(medan):
        assert job.education_fields.get().agency == medan


# Queues, schedule, rulebook


def test_a_finding_is_settled_once(regional, medan, unit):
    with agency_scope(medan):
        finding = api_world.IN_UNIT["findings"](medan, unit)

    response = regional.post(change("positions_finding", finding.pk), {"settlement": "Baris ganda."})

    assert response.status_code == 302, errors_of(response)
    with agency_scope(medan):
        finding.refresh_from_db()
        assert finding.settled_by.username == "admin-medan"
    assert regional.post(change("positions_finding", finding.pk), {"settlement": "Lagi."}).status_code == 403


def test_a_name_is_mapped(regional, medan, unit):
    with agency_scope(medan):
        mapping = api_world.IN_AGENCY["mappings"](medan, unit)

    response = regional.post(change("positions_namemapping", mapping.pk), {"unit": unit.pk, "job": ""})

    assert response.status_code == 302, errors_of(response)
    with agency_scope(medan):
        mapping.refresh_from_db()
        assert (mapping.unit, mapping.mapped_by.username) == (unit, "admin-medan")


def test_the_schedule_is_the_regional_admins(regional, medan):
    response = regional.post(
        add("positions_analysisschedule"), {"every_months": 6, "next_on": "2027-01-01", "is_active": "on"}
    )
    assert response.status_code == 302, errors_of(response)
    assert regional.get(add("positions_analysisschedule")).status_code == 403

    with agency_scope(medan):
        schedule = models.AnalysisSchedule.objects.get()
        assert (schedule.agency, schedule.every_months) == (medan, 6)


@pytest.mark.parametrize(
    ("code", "value", "status"),
    [
        ("needs.vacancy_days", "60", 302),
        ("needs.vacancy_days", '"banyak"', 200),
        ("bup.PELAKSANA", "65", 200),
        ("tidak.ada", "1", 200),
        ("abk.minutes_per_year", "78000", 302),
        ("abk.minutes_per_year", "-5", 200),
        ("abk.minutes_per_year", "1250", 200),
        ("abk.minutes_per_year", "75000.5", 200),
        ("needs.shortage_urgent", '"0.4"', 302),
        ("needs.shortage_urgent", "1.2", 200),
        ("needs.shortage_urgent", '"NaN"', 200),
        ("abk.rounding", '"ceil"', 302),
        ("abk.rounding", '"floor"', 200),
        ("supply.part_time_counts", "1", 200),
        ("supply.legal_status", '["01", "71"]', 302),
        ("supply.legal_status", '["01", "66"]', 200),
        ("supply.legal_status", "[]", 200),
    ],
)
def test_an_agency_sets_only_what_the_law_leaves_open(code, value, status, regional, medan):
    values = {"code": code, "value": value, "starts_on": "2026-01-01", "decree": "Perwal 1/2026"}

    response = regional.post(add("asnhr_agencyparameter"), values)

    assert response.status_code == status
    with agency_scope(medan):
        assert AgencyParameter.objects.exists() is (status == 302)


def test_a_refused_value_names_the_parameter_and_what_it_takes(regional, medan):
    values = {"code": "abk.minutes_per_year", "value": "-5", "starts_on": "2026-01-01", "decree": "Perwal 1/2026"}

    errors = errors_of(regional.post(add("asnhr_agencyparameter"), values))

    sentence = "Waktu kerja efektif (abk.minutes_per_year) harus bilangan bulat 10.000 sampai dengan 175.200."
    assert errors == {"value": [sentence]}


def test_an_old_value_out_of_bounds_may_be_closed(regional, medan):
    with agency_scope(medan):
        own = AgencyParameterFactory(agency=medan, code="needs.vacancy_days", value=60, starts_on=date(2025, 1, 1))
    Parameter.objects.filter(code="needs.vacancy_days").update(lowest=90)

    response = regional.post(
        reverse("admin:asnhr_agencyparameter_change", args=[own.pk]),
        {"ends_on": "2026-01-01", "decree": "Perwal 2/2026"},
    )

    assert response.status_code == 302, errors_of(response)


# Roles and logins


def grant(username, role, unit=None):
    scopes = {
        "unit_scopes-TOTAL_FORMS": 1,
        "unit_scopes-INITIAL_FORMS": 0,
        "unit_scopes-0-unit": unit.pk if unit else "",
    }
    return {"user": username, "role": role, "starts_on": "2026-01-01"} | scopes


def camat(medan):
    """A login of a person of the register."""
    with agency_scope(medan):
        return UserFactory(username="camat", nip=EmployeeFactory(agency=medan).nip)


def test_a_role_is_granted_with_its_unit(regional, medan, unit):
    camat(medan)

    response = regional.post(add("asnhr_roleassignment"), grant("camat", "admin_unit", unit))

    assert response.status_code == 302, errors_of(response)
    with agency_scope(medan):
        made = RoleAssignment.objects.get(user__username="camat")
        assert (made.agency, made.granted_by.username) == (medan, "admin-medan")
        assert made.unit_scopes.get().unit == unit


@pytest.mark.parametrize(
    ("username", "role", "with_unit"),
    [
        ("admin-medan", "ppk", False),  # oneself
        ("camat", "pusat", False),
        ("camat", "integrasi", False),
        # What the granter lacks: to decide, to see removal candidates.
        *[("camat", role, False) for role in (*sorted(roles.APPROVERS), "ppk")],
        ("camat", "admin_unit", False),  # reaches nothing
        ("camat", "auditor", True),  # is not bound to a unit
        ("tidak-ada", "auditor", False),
    ],
)
def test_a_role_that_must_not_be_granted_is_refused(username, role, with_unit, regional, medan, unit):
    camat(medan)

    response = regional.post(add("asnhr_roleassignment"), grant(username, role, unit if with_unit else None))

    assert response.status_code == 200
    assert errors_of(response)
    with agency_scope(medan):
        assert RoleAssignment.objects.count() == 1


def test_a_login_called_by_the_nip_of_another_gets_no_role(regional, medan):
    UserFactory(username=NIP)
    UserFactory(username="kadis", nip=NIP)
    with agency_scope(medan):
        EmployeeFactory(agency=medan, nip=NIP)

    assert "user" in errors_of(regional.post(add("asnhr_roleassignment"), grant(NIP, "pegawai")))
    assert regional.post(add("asnhr_roleassignment"), grant("kadis", "pegawai")).status_code == 302


def test_nobody_changes_their_own_role(regional, medan):
    with agency_scope(medan):
        own = RoleAssignment.objects.get()

    response = regional.post(change("asnhr_roleassignment", own.pk), {"ends_on": ""} | no_inlines("unit_scopes"))

    assert response.status_code == 403


def test_a_role_ends_and_is_not_deleted(regional, medan):
    other = user_with(medan, "staf_bkd")
    with agency_scope(medan):
        held = RoleAssignment.objects.get(user=other)

    response = regional.post(
        change("asnhr_roleassignment", held.pk), {"ends_on": dates.today().isoformat()} | no_inlines("unit_scopes")
    )

    assert response.status_code == 302, errors_of(response)
    with agency_scope(medan):
        held.refresh_from_db()
        assert held.ends_on == dates.today()
    assert regional.get(reverse("admin:asnhr_roleassignment_delete", args=[held.pk])).status_code == 403


def test_a_login_of_elsewhere_gets_no_role_in_the_admin(regional, medan, jambi):
    user_with(jambi, "staf_bkd", username="staf_bkd.1571", first_name="Rahasia")

    for typed in ("staf_bkd.1571", "tidak-ada"):
        response = regional.post(add("asnhr_roleassignment"), grant(typed, "pegawai"))
        assert "di antara pegawai dan pemegang peran" in str(errors_of(response)["user"])
        assert "Rahasia" not in response.text
    with agency_scope(medan):
        assert not RoleAssignment.objects.filter(user__username="staf_bkd.1571").exists()


def test_a_role_is_taken_back_at_once_in_the_admin(regional, medan):
    given = camat(medan)
    regional.post(add("asnhr_roleassignment"), grant("camat", "admin_daerah") | {"starts_on": dates.today()})
    with agency_scope(medan):
        held = RoleAssignment.objects.get(user=given)
    address = change("asnhr_roleassignment", held.pk)
    assert "Cabut sekarang" in regional.get(address).text

    today = {"ends_on": dates.today().isoformat(), "revoke": ""} | no_inlines("unit_scopes")
    assert "sesudah tanggal mulai" in str(errors_of(regional.post(address, today)))
    response = regional.post(address, {"ends_on": "", "revoke": "Salah orang"} | no_inlines("unit_scopes"))

    assert response.status_code == 302
    with agency_scope(medan):
        held.refresh_from_db()
        assert (held.ends_on, held.revoke_reason) == (dates.today(), "Salah orang")
    page = regional.get(address).text
    assert "Salah orang" in page
    assert "Cabut sekarang" not in page
    later = regional.post(address, {"ends_on": "", "revoke": ""} | no_inlines("unit_scopes"))
    assert "sudah berakhir" in str(errors_of(later))


def test_who_may_not_grant_a_role_neither_prolongs_nor_reopens_it(regional, medan):
    other = user_with(medan, "ppk")
    soon, later = dates.today() + timedelta(days=20), dates.today() + timedelta(days=30)
    with agency_scope(medan):
        RoleAssignment.objects.filter(user=other).update(ends_on=later)
        held = RoleAssignment.objects.get(user=other)
    address = change("asnhr_roleassignment", held.pk)

    for ends_on in ("", "2099-01-01"):
        assert errors_of(regional.post(address, {"ends_on": ends_on} | no_inlines("unit_scopes")))
    assert regional.post(address, {"ends_on": soon.isoformat()} | no_inlines("unit_scopes")).status_code == 302
    with agency_scope(medan):
        held.refresh_from_db()
        assert held.ends_on == soon


def test_a_role_that_the_admin_may_grant_is_prolonged(regional, medan):
    other = user_with(medan, "admin_daerah")
    with agency_scope(medan):
        RoleAssignment.objects.filter(user=other).update(ends_on=dates.today() + timedelta(days=20))
        held = RoleAssignment.objects.get(user=other)

    response = regional.post(change("asnhr_roleassignment", held.pk), {"ends_on": ""} | no_inlines("unit_scopes"))

    assert response.status_code == 302, errors_of(response)


def test_a_role_does_not_end_in_the_past_and_stays_ended(regional, medan):
    other = user_with(medan, "admin_daerah")
    with agency_scope(medan):
        held = RoleAssignment.objects.get(user=other)
    address = change("asnhr_roleassignment", held.pk)
    yesterday = (dates.today() - timedelta(days=1)).isoformat()

    assert "mundur" in str(errors_of(regional.post(address, {"ends_on": yesterday} | no_inlines("unit_scopes"))))
    with agency_scope(medan):
        RoleAssignment.objects.filter(pk=held.pk).update(ends_on=yesterday)
    for ends_on in ("", dates.today().isoformat(), "2025-01-01"):
        errors = errors_of(regional.post(address, {"ends_on": ends_on} | no_inlines("unit_scopes")))
        assert "sudah berakhir" in str(errors), ends_on


def test_nobody_grants_a_right_that_they_lack():
    def held(*slugs):
        return access_of(1, list(enumerate(slugs)), {})

    for granter in roles.ROLES.values():
        if granter.reach == "unit":
            continue
        for slug in roles.grantable(held(granter.slug)):
            assert roles.ROLES[slug].permissions - roles.OWN <= granter.permissions
            assert slug not in roles.OPERATORS
    offered = roles.grantable(held("admin_daerah"))
    assert set(offered) == {"pegawai", "admin_unit", "pengelola_kepegawaian", "admin_daerah"}
    assert set(roles.grantable(NO_ACCESS)) == {"pegawai"}


def test_the_operator_grants_the_rest(medan, unit, capsys):
    user = UserFactory(username="sekda")
    UserFactory(username="keluar", is_active=False)

    call_command("grant_role", "sekda", "ppk", "--agency", medan.code, "--until", "2099-01-01")
    call_command("grant_role", "sekda", "admin_unit", "--agency", medan.code, "--unit", unit.code)

    with agency_scope(medan):
        held = {row.role: row for row in RoleAssignment.objects.filter(user=user)}
        assert set(held) == {"ppk", "admin_unit"}
        assert held["ppk"].ends_on == date(2099, 1, 1)
        assert held["admin_unit"].unit_scopes.get().unit == unit
    for wrong in (
        ("sekda", "ppk", "--agency", medan.code),
        ("sekda", "pyb", "--agency", "9999"),
        ("tiada", "pyb", "--agency", medan.code),
        ("keluar", "pyb", "--agency", medan.code),
        ("sekda", "pengelola_kepegawaian", "--agency", medan.code),
        ("sekda", "pyb", "--agency", medan.code, "--unit", unit.code),
        ("sekda", "pengelola_kepegawaian", "--agency", medan.code, "--unit", "TIADA"),
        ("sekda", "pyb", "--agency", medan.code, "--until", "2020-01-01"),
        ("sekda", "integrasi", "--agency", medan.code),
    ):
        with pytest.raises(CommandError):
            call_command("grant_role", *wrong)
    with agency_scope(medan):
        assert RoleAssignment.objects.filter(user=user).count() == 2


def test_only_the_regional_admin_grants(district, medan):
    assert district.get(add("asnhr_roleassignment")).status_code == 403
    assert district.get(add("asnhr_user")).status_code == 403


NEW_USER = {
    "username": "baru", "first_name": "Ani", "email": "baru@contoh.go.id",
    "assignments-TOTAL_FORMS": 1, "assignments-INITIAL_FORMS": 0, "assignments-0-role": "admin_daerah",
    "assignments-0-starts_on": "2026-01-01",
}  # fmt: skip
NIP = "198501012010011001"
OWN_PASSWORD = "Milik-saya-sendiri-7"


def test_a_login_is_made_with_its_first_role(regional, medan):
    typed = {"is_superuser": "on", "is_staff": "on", "password1": OWN_PASSWORD, "password2": OWN_PASSWORD}
    response = regional.post(add("asnhr_user"), NEW_USER | typed)

    assert response.status_code == 302, errors_of(response)
    made = User.objects.get(username="baru")
    assert (made.is_superuser, made.is_staff, made.has_usable_password()) == (False, False, False)
    with agency_scope(medan):
        assert made.assignments.get().granted_by.username == "admin-medan"


@pytest.mark.parametrize(
    "extra",
    [
        *({"assignments-0-role": role} for role in ("pusat", "integrasi", "ppk", *sorted(roles.APPROVERS))),
        {"assignments-0-role": ""}, {"username": NIP}, {"nip": "1985"},
    ],
)  # fmt: skip
def test_a_login_without_a_proper_role_or_name_is_not_made(extra, regional):
    before = User.objects.count()
    assert regional.post(add("asnhr_user"), NEW_USER | extra).status_code == 200
    assert User.objects.count() == before


def test_a_login_takes_a_nip_of_the_own_register_only(regional, medan, jambi, unit):
    gone, ended = "198601012010011002", "198701012010011003"
    with agency_scope(jambi):
        EmployeeFactory(agency=jambi, nip=NIP)
    with agency_scope(medan):
        EmployeeFactory(agency=medan, unit=unit, nip=gone, exits_on=dates.today(), exit_reason="Pindah instansi")
        EmployeeFactory(agency=medan, unit=unit, nip=ended, legal_status="52")

    for nip in (NIP, gone, ended, "198801012010011004"):
        assert "nip" in errors_of(regional.post(add("asnhr_user"), NEW_USER | {"nip": nip})), nip
    assert not User.objects.filter(username="baru").exists()


def test_the_owner_of_a_login_sets_its_password_by_a_link_to_the_recorded_address(regional, medan, unit, mailoutbox):
    with agency_scope(medan):
        EmployeeFactory(agency=medan, unit=unit, nip=NIP, email="ani@pemkomedan.test")
    facts = NEW_USER | {"username": NIP, "nip": NIP, "assignments-0-role": "pegawai", "email": ""}

    assert "email" in errors_of(regional.post(add("asnhr_user"), facts | {"email": "admin@lain.test"}))
    response = regional.post(add("asnhr_user"), facts)

    assert response.status_code == 302, errors_of(response)
    made = User.objects.get(nip=NIP)
    assert (made.email, made.has_usable_password()) == ("ani@pemkomedan.test", False)
    (mail,) = mailoutbox
    assert mail.to == ["ani@pemkomedan.test"]
    link = re.search(r"https?://[^/\s]+(/akun/\S+)", mail.body).group(1)
    assert link not in regional.get("/admin/").text
    owner = Client()
    form = owner.get(link)["Location"]
    owner.post(form, {"password1": OWN_PASSWORD, "password2": OWN_PASSWORD})
    made.refresh_from_db()
    assert made.check_password(OWN_PASSWORD)
    assert not made.password_is_temporary
    # Of one use.
    assert Client().get(link).status_code == 200


def test_no_link_without_an_address_that_somebody_else_wrote(client, medan, unit, mailoutbox, settings):
    admin = user_with(medan, "admin_daerah", username="admin-nip", nip="197001011995031001")
    second = user_with(medan, "admin_daerah", username="admin-dua", nip="197001011995031002")
    puppet = user_with(medan, "admin_unit", unit, username="boneka")
    facts = NEW_USER | {"nip": NIP, "email": ""}
    with agency_scope(medan):
        RoleAssignment.objects.filter(user=puppet).update(granted_by=admin)
        person = EmployeeFactory(agency=medan, unit=unit, nip=NIP, email="")
    client.force_login(admin)
    assert "nip" in errors_of(client.post(add("asnhr_user"), facts))
    # Written by the maker, and by a login that is the maker's own hand.
    for writer in (admin, puppet):
        with agency_scope(medan, writer.pk):
            Employee.objects.filter(pk=person.pk).update(email=f"{writer.username}@contoh.go.id")
        assert "nip" in errors_of(client.post(add("asnhr_user"), facts)), writer
    assert not User.objects.filter(nip=NIP).exists()
    assert "email" in errors_of(client.post(add("asnhr_user"), facts | {"nip": ""}))

    client.force_login(second)
    response = client.post(add("asnhr_user"), facts, follow=True)

    assert [mail.to for mail in mailoutbox] == [["boneka@contoh.go.id"]]
    assert "/akun/password/reset" not in response.text
    assert "nip" in errors_of(client.post(add("asnhr_user"), facts | {"username": "lagi"}))


def test_the_operator_opens_a_login_for_who_has_no_address(medan, unit, capsys, settings):
    settings.PUBLIC_URL = "https://asn.contoh.go.id"
    with agency_scope(medan):
        EmployeeFactory(agency=medan, unit=unit, nip=NIP, email="")

    call_command("open_login", NIP, agency=medan.code)
    link = re.search(r"https?://[^/\s]+(/akun/\S+)", capsys.readouterr().out).group(1)
    owner = Client()
    owner.post(owner.get(link)["Location"], {"password1": OWN_PASSWORD, "password2": OWN_PASSWORD})

    assert User.objects.get(nip=NIP).check_password(OWN_PASSWORD)
    for nip, code in ((NIP, medan.code), ("198801012010011004", medan.code), (NIP, "9998")):
        with pytest.raises(CommandError):
            call_command("open_login", nip, agency=code)


def test_who_leaves_an_agency_leaves_its_roles_and_keeps_the_login(medan, jambi, unit):
    user = user_with(medan, "staf_bkd", username="pindah", nip=NIP)
    with agency_scope(jambi):
        RoleAssignmentFactory(agency=jambi, user=user, role="pegawai")
    officer, day = user_with(medan, "staf_bkd", username="pencatat"), dates.today()
    with agency_scope(medan):
        person = EmployeeFactory(agency=medan, unit=unit, nip=NIP)
        filed = user_with(medan, "pegawai", username="berkas", nip="198601012010011002")
        EmployeeFactory(agency=medan, unit=unit, nip=filed.nip, exits_on=day, exit_reason="Pindah")
        stays = user_with(medan, "pegawai", username="tinggal", nip="198701012010011003")
        EmployeeFactory(agency=medan, unit=unit, nip=stays.nip)
    with agency_scope(medan, officer.pk):
        register.record_exit(
            actor=with_access(officer, medan), employee=person, exits_on=day, reason="Pindah instansi",
            legal_status="52",
        )  # fmt: skip
    coming = day + timedelta(days=9)
    with agency_scope(medan):
        RoleAssignmentFactory(agency=medan, user=filed, role="staf_bkd", starts_on=coming)
        assert departures.end_roles(medan.pk, day) == 2
        assert departures.end_roles(medan.pk, day) == 0
        taken = RoleAssignment.objects.get(user=filed, role="staf_bkd")
        # It never begins.
        assert (taken.ends_on, taken.revoke_reason) == (day, "Keluar dari instansi")
        ends = dict(RoleAssignment.objects.exclude(pk=taken.pk).values_list("user__username", "ends_on"))
    with agency_scope(jambi):
        assert RoleAssignment.objects.get(user=user).ends_on is None

    assert (ends["pindah"], ends["berkas"], ends["tinggal"]) == (day, day, None)
    user.refresh_from_db()
    assert user.is_active


def test_a_login_that_may_serve_elsewhere_is_not_changed_here(regional, medan):
    other = user_with(medan, "staf_bkd")

    response = regional.post(change("asnhr_user", other.pk), {"username": "lain", "password1": "x", "password2": "x"})

    assert response.status_code == 403
    assert "password" not in regional.get(change("asnhr_user", other.pk)).content.decode()


def test_links_with_goals_are_made_and_closed_by_their_services(client, medan, jambi, unit):
    client.force_login(user_with(medan, "admin_daerah"))
    with agency_scope(medan):
        position, goal = PositionFactory(agency=medan, unit=unit), GoalFactory(agency=medan)
    body = {"goal": goal.pk, "position": position.pk, "starts_on": "2025-01-01"}

    assert client.post(add("positions_positiongoal"), body).status_code == 302
    with agency_scope(medan):
        link = position.goal_links.get()
    assert client.post(add("positions_positiongoal"), body).status_code in (200, 302)
    assert client.post(change("positions_positiongoal", link.pk), {"ends_on": "2024-12-31"}).status_code in (200, 302)
    assert client.get(reverse("admin:positions_positiongoal_delete", args=[link.pk])).status_code == 403
    with agency_scope(medan):
        assert position.goal_links.get().ends_on is None
    assert client.post(change("positions_positiongoal", link.pk), {"ends_on": "2026-01-01"}).status_code == 302
    assert client.post(change("positions_positiongoal", link.pk), {"ends_on": ""}).status_code == 302
    with agency_scope(medan):
        assert position.goal_links.get().ends_on == date(2026, 1, 1)

    client.force_login(user_with(medan, "admin_unit", unit, username="admin-kecamatan"))
    assert client.post(change("positions_positiongoal", link.pk), {"ends_on": "2026-02-01"}).status_code == 403
    client.force_login(user_with(jambi, "admin_daerah", username="admin-jambi"))
    assert client.get(change("positions_positiongoal", link.pk)).status_code in (302, 404)


def test_a_task_names_its_goal_in_the_admin_and_nothing_else_changes(client, medan, jambi, unit):
    regional = user_with(medan, "admin_daerah")
    with agency_scope(medan):
        goal = GoalFactory(agency=medan)
        sheet = api_world._sheet(medan, unit)
        work = WorkloadFactory(agency=medan, position=PositionFactory(agency=medan, unit=unit), sheet=sheet)
        task = WorkloadTaskFactory(agency=medan, workload=work, volume=7)
    url = change("positions_workloadtask", task.pk)

    client.force_login(user_with(medan, "admin_unit", unit, username="admin-tanpa-sasaran"))
    assert client.post(url, {"goal": goal.pk}).status_code == 403
    client.force_login(regional)
    assert client.post(url, {"goal": goal.pk, "volume": 99}).status_code == 302
    with agency_scope(medan):
        task.refresh_from_db()
        assert (task.goal_id, task.volume) == (goal.pk, 7)
        type(sheet).objects.filter(pk=sheet.pk).update(state="diverifikasi")
    assert "kembalikan dahulu" in client.post(url, {"goal": ""}, follow=True).content.decode()
    with agency_scope(medan):
        task.refresh_from_db()
        assert task.goal_id == goal.pk
        type(sheet).objects.filter(pk=sheet.pk).update(state="belum")
        sheet.campaign.closed_on = date(2026, 4, 1)
        sheet.campaign.save()
    client.post(url, {"goal": ""})
    with agency_scope(medan):
        task.refresh_from_db()
        assert task.goal_id == goal.pk, "the campaign is closed"
    client.force_login(user_with(jambi, "admin_daerah", username="admin-jambi-dua"))
    assert client.get(url).status_code in (302, 404)
