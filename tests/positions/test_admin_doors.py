"""No way around a service in the admin: what adds, changes or deletes names the service that pages and API call."""

from datetime import date

import pytest
from django.urls import reverse

from asnhr.admin import UserAdmin
from asnhr.adminbase import ReadOnlyAdmin, ScopedAdmin, ScopedInline, site
from asnhr.models import RoleAssignment
from asnhr.scope import agency_scope
from positions import models
from positions.admin.roles import RoleAssignmentAdmin
from tests import api_world
from tests.factories.positions import (
    EmployeeFactory,
    GoalFactory,
    IncumbencyFactory,
    JobFactory,
    PositionFactory,
    SeatFactory,
    UnitFactory,
)
from tests.roles import user_with

pytestmark = pytest.mark.django_db
# A login has no other door than the admin; roles are written with their units, by one service.
OWN_WAY = {UserAdmin, RoleAssignmentAdmin}
PAGES = [page for page in site._registry.values() if isinstance(page, ScopedAdmin)]


def test_every_page_that_writes_names_its_service():
    assert len(PAGES) > 80
    for page in PAGES:
        names_its_service(page, type(page))


def names_its_service(page, kind):
    assert not page.deletable, kind
    rows = [inline for inline in page.inlines if inline.edits]
    if kind in OWN_WAY:
        return
    assert (kind.save_model, kind.save_related) == (ScopedAdmin.save_model, ScopedAdmin.save_related)
    assert kind.save_formset is ScopedAdmin.save_formset
    assert kind.delete_model is ScopedAdmin.delete_model
    assert not page.list_editable
    if page.edits and not isinstance(page, ReadOnlyAdmin):
        assert kind.amend is not ScopedAdmin.amend or not page.has_change_permission
        assert kind.make is not ScopedAdmin.make or not page.can_add
    assert not rows or kind.amend_rows is not ScopedAdmin.amend_rows
    assert all(issubclass(inline, ScopedInline) for inline in page.inlines)
    # Nothing but files is made of ticked rows.
    assert set(page.actions) == {"as_csv", "as_xlsx"}


@pytest.fixture
def world(client):
    medan = api_world.medan()
    client.force_login(user_with(medan, "admin_daerah"))
    with agency_scope(medan):
        unit = UnitFactory(agency=medan, name="Kecamatan Medan Belawan")
        seat = SeatFactory(agency=medan, position=PositionFactory(agency=medan, unit=unit))
    return medan, unit, seat


def posted(client, name, facts, pk=None):
    url = reverse(f"admin:{name}_add") if pk is None else reverse(f"admin:{name}_change", args=[pk])
    return client.post(url, facts, follow=True)


def test_seats_follow_k_and_k_follows_a_decree(world, client):
    medan, unit, seat = world
    assert client.get(reverse("admin:positions_seat_add")).status_code == 403
    assert posted(client, "positions_seat", {"ends_on": "2026-01-01"}, seat.pk).status_code == 403
    facts = {"position": seat.position_id, "need": 3, "decree": "188/3", "starts_on": "2026-02-01"}
    assert b"errornote" in posted(client, "positions_positionneed", facts).content
    posted(client, "positions_positionneed", facts | {"decree_on": "2026-01-20"})

    with agency_scope(medan):
        need = models.PositionNeed.objects.get(position=seat.position, ends_on=None)
        assert (need.source, need.need, need.decree_on) == ("PETA_DITETAPKAN", 3, date(2026, 1, 20))
        assert models.Seat.objects.filter(position=seat.position, ends_on=None).count() == 3
    # What was decided does not just end.
    assert posted(client, "positions_positionneed", {"ends_on": "2026-03-01"}, need.pk).status_code == 403


def test_a_promise_needs_a_seat_of_that_day_and_a_contract_a_pppk(world, client):
    medan, unit, seat = world
    facts = {"seat": seat.pk, "reason": "Seleksi 2026", "starts_on": "2001-01-01"}
    assert "tidak ada pada tanggal itu" in posted(client, "positions_reservation", facts).content.decode()
    with agency_scope(medan):
        person = EmployeeFactory(agency=medan, unit=unit, status="PNS")
    facts = {"employee": person.pk, "number": "K-1", "starts_on": "2026-01-01", "ends_on": "2027-01-01"}
    assert "Hanya PPPK" in posted(client, "positions_contract", facts).content.decode()
    with agency_scope(medan):
        assert not models.Reservation.objects.exists()
        assert not models.Contract.objects.exists()


def test_nobody_writes_the_own_contract_or_decree_or_makes_the_own_post_a_heads(world, client):
    medan, unit, seat = world
    with agency_scope(medan):
        held = IncumbencyFactory(agency=medan, position=PositionFactory(agency=medan, unit=unit), decree="1")
        contract = models.Contract.objects.create(
            agency=medan, employee=held.employee, number="K-1", starts_on="2026-01-01", ends_on="2027-01-01"
        )
    client.force_login(user_with(medan, "admin_daerah", nip=held.employee.nip, username="sendiri"))

    facts = {"decree": "2", "starts_on": held.starts_on, "ends_on": ""}
    assert posted(client, "positions_incumbency", facts, held.pk).status_code == 403
    facts = {"number": "K-1", "ends_on": "2027-01-01", "extension": "tidak", "decided_on": "2026-06-01"}
    assert posted(client, "positions_contract", facts, contract.pk).status_code == 403
    facts = {"is_head": "on", "growth": "0", "order": 0, "ends_on": ""}
    assert posted(client, "positions_position", facts, held.position_id).status_code == 403
    with agency_scope(medan):
        held.refresh_from_db()
        contract.refresh_from_db()
        assert (held.decree, contract.extension) == ("1", "belum")


def test_goals_stand_below_their_betters_and_close_once(world, client):
    medan, unit, _seat = world
    with agency_scope(medan):
        programme = GoalFactory(agency=medan, level="program")
    facts = {"code": "M1", "level": "misi", "text": "Misi", "parent": programme.pk, "starts_on": "2025-01-01"}
    assert "setingkat atau di atas" in posted(client, "positions_goal", facts).content.decode()
    posted(client, "positions_goal", facts | {"parent": ""})
    with agency_scope(medan):
        goal = models.Goal.objects.get(code="M1")
    kept = {"code": "M1", "level": "misi", "text": "Misi kota", "parent": "", "unit": "", "indicator": ""}
    posted(client, "positions_goal", kept | {"ends_on": "2026-01-01"}, goal.pk)
    posted(client, "positions_goal", kept | {"ends_on": ""}, goal.pk)
    with agency_scope(medan):
        goal.refresh_from_db()
        assert (goal.text, goal.ends_on) == ("Misi kota", date(2026, 1, 1))


def test_a_job_keeps_its_identity_and_its_competencies_are_the_catalogues(world, client):
    medan, _unit, _seat = world
    with agency_scope(medan):
        job = JobFactory(agency=medan)
    values = {
        "code": "LAIN", "level": "JPT_MADYA", "field": "teknis", "is_active": "on", "retirement_age": 99,
        "job_class": 17, "education_fields-TOTAL_FORMS": 1, "education_fields-INITIAL_FORMS": 0,
        "education_fields-0-field": "hukum  tata negara",
        "competencies-TOTAL_FORMS": 0, "competencies-INITIAL_FORMS": 0,
    }  # fmt: skip
    assert "BUP khusus" in posted(client, "positions_job", values, job.pk).content.decode()
    posted(client, "positions_job", values | {"retirement_age": ""}, job.pk)
    with agency_scope(medan):
        stored = models.Job.objects.get(pk=job.pk)
        # Its class is decided by a decree.
        assert (stored.code, stored.level, stored.job_class) == (job.code, job.level, job.job_class)
        # As `Education.field` writes it: the service's, not the cell's.
        assert stored.education_fields.get().field == "HUKUM TATA NEGARA"


def test_an_education_is_corrected_with_a_reason_and_the_last_one_follows(world, client):
    medan, unit, _seat = world
    with agency_scope(medan):
        person = EmployeeFactory(agency=medan, unit=unit)
        level = models.EducationLevel.objects.order_by("-order").first()
    add = reverse("admin:positions_employeeeducation_add")
    facts = {"employee": person.pk, "level": level.pk, "name": "Hukum", "graduated": 2010}
    assert client.post(add, facts).status_code == 302
    with agency_scope(medan):
        row = person.educations.get()
        person.refresh_from_db()
        assert (person.education_level, person.graduated) == (level, 2010)
    assert "Alasan perubahan" in posted(
        client, "positions_employeeeducation", facts | {"graduated": 2011}, row.pk
    ).content.decode()  # fmt: skip
    posted(client, "positions_employeeeducation", facts | {"graduated": 2011, "why": "Ijazah asli"}, row.pk)
    with agency_scope(medan):
        row.refresh_from_db()
        assert row.graduated == 2011


def test_the_units_of_a_role_are_one_act_and_the_last_one_stays(world, client):
    medan, unit, _seat = world
    with agency_scope(medan):
        other = UnitFactory(agency=medan)
    held = user_with(medan, "admin_unit", unit, username="kecamatan")
    with agency_scope(medan):
        role = RoleAssignment.objects.get(user=held)
        scope = role.unit_scopes.get()
    facts = {
        "ends_on": "", "unit_scopes-TOTAL_FORMS": 2, "unit_scopes-INITIAL_FORMS": 1, "unit_scopes-0-id": scope.pk,
        "unit_scopes-0-assignment": role.pk, "unit_scopes-0-unit": unit.pk, "unit_scopes-0-DELETE": "on",
        "unit_scopes-1-assignment": role.pk,
    }  # fmt: skip
    assert b"errornote" in posted(client, "asnhr_roleassignment", facts, role.pk).content
    posted(client, "asnhr_roleassignment", facts | {"unit_scopes-1-unit": other.pk}, role.pk)
    with agency_scope(medan):
        assert [each.unit for each in role.unit_scopes.all()] == [other]

    first = reverse("admin:asnhr_user_add")
    choices = client.get(first).context["inline_admin_formsets"][0].formset.forms[0].fields["role"].choices
    # A role that reaches units is given with its units, never by the way.
    assert "admin_unit" not in dict(choices)
