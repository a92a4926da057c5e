"""Keeping a copy of what few may see: which rows changed and went, and no word of those that a reader must not know."""

from datetime import date
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from asnhr import dates
from asnhr.api import sync
from asnhr.audit import sealer
from asnhr.models import AuditEntry, RoleAssignment
from asnhr.scope import agency_scope
from asnhr.services import Progress
from positions import models
from positions.api.urls import router
from positions.services import agenda, register, restructure
from tests import api_world
from tests.factories.asnhr import UserFactory
from tests.factories.positions import EmployeeFactory, IncumbencyFactory, RecommendationLineFactory, UnitFactory
from tests.positions.test_api_sync import changes, whole
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2026, 11, 22)

# Route → what of a row changes.
NINE = {
    "family-members": {"name": "Nama Baru"},
    "disciplines": {"note": "Diralat"},
    "employee-documents": {"note": "Salinan"},
    "employee-contacts": {"label": "Kantor"},
    "change-requests": {"explanation": "Nomor lama mati"},
    "decisions": {"reason": "Dipertegas"},
    "recommendation-lines": {"state": "tunda"},
    "removal-hearings": {"note": "Setuju"},
    "agenda-items": {"changed_at": "2026-11-22T00:00:00Z"},
}
# Who reads the list, or the own rows of it, and is not told what changed in it.
REFUSED = {
    "family-members": {"admin_daerah", "bagian_organisasi", "pegawai"},
    "disciplines": {"admin_daerah", "bagian_organisasi", "pegawai"},
    "employee-documents": {"bagian_organisasi", "pegawai"},
    "employee-contacts": {"bagian_organisasi", "pegawai"},
    "change-requests": {"bagian_organisasi", "auditor", "pegawai"},
    "decisions": {"pegawai"},
    "recommendation-lines": {"pegawai"},
    "removal-hearings": {"admin_daerah", "pegawai"},
    "agenda-items": {"pegawai"},
}
MAKE = {**api_world.IN_UNIT, "agenda-items": api_world.agenda_item}


@pytest.fixture
def medan():
    return api_world.medan()


@pytest.fixture
def unit(medan):
    with agency_scope(medan):
        return UnitFactory(agency=medan)


def reader(agency, role, *units, **fields):
    client = Client()
    client.force_login(user_with(agency, role, *units, **fields))
    return client


def place(agency):
    """Return the place after all that was written."""
    sealer.seal(agency.pk)
    with agency_scope(agency):
        return str(sync.end(agency.pk))


def told(client, agency, since, route):
    sealer.seal(agency.pk)
    rows, removed, _token = changes(client, since, route)
    return rows, removed


def test_nine_lists_tell_updates_and_removals_to_who_may_read_all_of_them(medan, unit):
    jambi = api_world.jambi()
    held = ("staf_bkd", "admin_daerah", "bagian_organisasi", "auditor", "pegawai")
    clients = {role: reader(medan, role) for role in held}
    bound, stranger = reader(medan, "admin_unit", unit), reader(jambi, "staf_bkd")
    with agency_scope(medan):
        rows = {route: [MAKE[route](medan, unit) for _one in range(3)] for route in NINE}
    since = place(medan)
    with agency_scope(medan):
        # What rests on a line goes before it.
        for route in sorted(NINE, key="recommendation-lines".__eq__):
            _stays, changed, goes = rows[route]
            for name, value in NINE[route].items():
                setattr(changed, name, value)
            changed.save()
            type(goes).objects.filter(pk=goes.pk).delete()
    sealer.seal(medan.pk)

    for route, (_stays, changed, goes) in rows.items():
        found, removed, _token = changes(clients["staf_bkd"], since, route)
        # Contacts of the register itself, the line of a decision, are nobody else's change.
        assert (set(found), removed) == ({changed.pk}, {goes.pk}), route
        for role in REFUSED[route]:
            assert clients[role].get(f"/api/v1/{route}/?updated_since={since}").status_code == 403, (route, role)
        assert bound.get(f"/api/v1/{route}/?updated_since={since}").status_code == 403, route
        assert changes(stranger, "1-0", route)[:2] == ({}, set()) if route != "agenda-items" else True
    noted = AuditEntry.objects.filter(kind="baca", table_name="positions_familymember")
    with agency_scope(medan):
        assert noted.exists()


def test_a_removal_candidate_is_not_told_until_it_is_decided_and_its_deferral_never(medan, unit):
    """The reader without the right holds the very post: docs/decisions/0011."""
    with agency_scope(medan):
        held = IncumbencyFactory(agency=medan, position__unit=unit)
        result = api_world.IN_UNIT["results"](medan, unit)
        models.NeedsResult.objects.filter(pk=result.pk).update(position=held.position, recommendation="HAPUS", row=6)
        line = RecommendationLineFactory(agency=medan, result=result, recommendation="HAPUS")
    holder = reader(medan, "admin_daerah", nip=held.employee.nip)
    few = reader(medan, "staf_bkd")

    def decide(verdict):
        with agency_scope(medan):
            made = models.Decision.objects.create(
                agency=medan, line=line, verdict=verdict, reason="Sebab", decided_by=UserFactory()
            )
            models.RecommendationLine.objects.filter(pk=line.pk).update(state=verdict)
        return made.pk

    start = place(medan)
    first = decide("tunda")
    assert told(holder, medan, start, "decisions") == ({}, set())
    assert set(told(few, medan, start, "decisions")[0]) == {first}
    masked = told(holder, medan, start, "recommendation-lines")[0][line.pk]
    assert (masked["recommendation"], masked["quantity"], masked["restricted"]) == ("TERBATAS", None, True)
    since = place(medan)
    second = decide("setuju")
    assert set(told(holder, medan, since, "decisions")[0]) == {first, second}
    assert told(holder, medan, since, "recommendation-lines")[0][line.pk]["recommendation"] == "HAPUS"
    since = place(medan)
    third = decide("tunda")

    # What was seen goes from the copy; that it was deferred anew is not numbered.
    assert told(holder, medan, since, "decisions") == ({}, {first, second})
    assert told(holder, medan, start, "decisions")[1] == {first, second}
    assert {third} <= set(told(few, medan, since, "decisions")[0])
    assert holder.get(f"/api/v1/removal-hearings/?updated_since={start}").status_code == 403


def test_documents_and_requests_that_a_reader_may_not_know_have_no_number(medan, unit):
    admin = reader(medan, "admin_daerah")
    start = place(medan)
    with agency_scope(medan):
        secret = api_world.document(medan, unit)
        models.EmployeeDocument.objects.filter(pk=secret.pk).update(kind_id="hukdis")
        request = api_world.change_request(medan, unit)
        evidence = api_world.document(medan, unit)
        models.EmployeeDocument.objects.filter(pk=evidence.pk).update(
            kind_id="hukdis", request=request, employee=request.employee
        )
        hidden = api_world.change_request(medan, unit)
        models.ChangeRequest.objects.filter(pk=hidden.pk).update(target="disiplin")

    rows, removed = told(admin, medan, start, "employee-documents")
    assert (set(rows), removed) == ({evidence.pk}, set())
    rows, removed = told(admin, medan, start, "change-requests")
    assert (set(rows), removed) == ({request.pk}, set())
    since = place(medan)
    with agency_scope(medan):
        models.ChangeRequest.objects.filter(pk=request.pk).update(state="ditarik", decided_at="2026-11-22T00:00:00Z")
    # The evidence is out of sight once nobody has to decide on it.
    assert told(admin, medan, since, "employee-documents") == ({}, {evidence.pk})


def test_the_agenda_computed_again_tells_what_changed_and_nothing_else(medan, unit, monkeypatch):
    monkeypatch.setattr("asnhr.dates.today", lambda: DAY)
    client, blind = reader(medan, "staf_bkd"), reader(medan, "admin_daerah")

    def compute():
        with agency_scope(medan):
            agenda.compute(medan.pk, DAY, Progress())

    with agency_scope(medan):
        made = SimpleNamespace(
            **{
                name: EmployeeFactory(
                    agency=medan, unit=unit, nip=f"19900505201503{number:04}", birth_date=date(1990, 5, 5),
                    status="PNS", legal_status="01", rank=32, rank_since=date(2025, 10, 1), education_level_id="40",
                )
                for number, name in enumerate(("stays", "changes", "leaves"), 1)
            }
        )  # fmt: skip
        for person in vars(made).values():
            models.RankRecord.objects.create(
                agency=medan, employee=person, rank=32, starts_on=date(2025, 10, 1), service_years=4, service_months=6
            )
            models.YearlyPredicate.objects.create(agency=medan, employee=person, year=2025, predicate=2)
    compute()
    since = place(medan)
    with agency_scope(medan):
        before = {row.pk: row.employee_id for row in models.AgendaItem.objects.filter(agency=medan)}
    compute()
    compute()

    assert set(before.values()) == {person.pk for person in vars(made).values()}
    assert told(client, medan, since, "agenda-items") == ({}, set())

    with agency_scope(medan):
        rated = models.YearlyPredicate.objects.get(employee=made.changes)
        rated.predicate = 4
        rated.save()
        models.Employee.objects.filter(pk=made.leaves.pk).update(exits_on=DAY, exit_reason="pindah")
    compute()
    with CaptureQueriesContext(connection) as queries:
        rows, removed = told(client, medan, since, "agenda-items")
    assert {row["employee_id"] for row in rows.values()} == {made.changes.pk}
    assert removed == {pk for pk, person in before.items() if person == made.leaves.pk}
    assert len(queries) <= 30
    assert all("sanctioned" in row for row in rows.values())
    assert not any("sanctioned" in row for row in told(blind, medan, since, "agenda-items")[0].values())


# What rows show of others


NAMES = {"unit_name", "unit_code", "job_name", "job_code", "job_subtitle"}


def bare(value):
    """A row without the names of units and jobs, which follow `units` and `jobs` (docs/integrasi.md), inside too."""
    if isinstance(value, dict):
        return {name: bare(each) for name, each in value.items() if name not in NAMES}
    return [bare(each) for each in value] if isinstance(value, list) else value


def fresh(client, route):
    """Return the whole list by id, however old its rows, and the token: asked as the guide asks, of every list."""
    rows, token = whole(client, route, "history=true")
    return {row["id"]: row for row in rows}, token


FOLLOWED = [prefix for prefix, each, _name in router.registry if getattr(each, "is_followed", bool)()]


def merged_renamed_and_moved(agency, unit, officer, registrar):
    """Rename everybody, move a post that is held, then merge the unit with all that is in it into another."""
    decree = restructure.Decree("Perwali 12/2026", dates.today(), dates.today())
    with agency_scope(agency, registrar.pk):
        for person in models.Employee.objects.filter(agency=agency):
            register.change_employee(actor=with_access(registrar, agency), employee=person, name=f"{person.name} Baru")
    with agency_scope(agency, officer.pk):
        actor = with_access(officer, agency)
        elsewhere, target = (UnitFactory(agency=agency, parent=unit.parent) for _one in range(2))
        post = models.Incumbency.objects.filter(agency=agency, position__unit=unit).first().position
        restructure.move_position(actor=actor, position=post, unit=elsewhere, decree=decree)
        restructure.merge_units(actor=actor, units=[unit], target=target, decree=decree)


def test_a_followed_copy_is_a_fresh_one_after_a_merger_a_renaming_and_a_move(medan, settings):
    settings.API_RATES = settings.API_RATES | {"bulk": 1_000}  # sixty lists, twice
    with agency_scope(medan):
        unit = UnitFactory(agency=medan, parent=UnitFactory(agency=medan))
        # A post that is reserved goes nowhere.
        apart = UnitFactory(agency=medan)
        for route, make in (api_world.IN_UNIT | api_world.IN_AGENCY).items():
            if route in FOLLOWED:
                make(medan, apart if route == "reservations" else unit)
        api_world.agenda_step(medan, unit)
    everything = user_with(medan, "staf_bkd")
    with agency_scope(medan):
        for role in ("admin_daerah", "bagian_organisasi", "ppk", "auditor"):
            RoleAssignment.objects.create(agency=medan, user=everything, role=role, starts_on=DAY)
    client = Client()
    client.force_login(everything)
    sealer.seal(medan.pk)
    copies = {route: fresh(client, route) for route in FOLLOWED}
    assert [route for route, (rows, _token) in copies.items() if not rows and route != "analysis-schedules"] == []

    merged_renamed_and_moved(medan, unit, user_with(medan, "bagian_organisasi"), user_with(medan, "staf_bkd"))
    sealer.seal(medan.pk)

    stale = []
    for route, (copy, since) in copies.items():
        rows, removed, _token = changes(client, since, route)
        copy |= rows
        kept = {pk: row for pk, row in copy.items() if pk not in removed}
        now, _token = fresh(client, route)
        if bare(kept) != bare(now):
            stale.append((route, [(kept.get(pk), row) for pk, row in now.items() if bare(row) != bare(kept.get(pk))]))
    assert stale == []


def test_what_is_not_shown_of_a_person_is_nobodys_change(medan, unit):
    with agency_scope(medan):
        row = api_world.IN_UNIT["trainings"](medan, unit)
    since, client = place(medan), reader(medan, "staf_bkd")
    with agency_scope(medan):
        models.Employee.objects.filter(pk=row.employee_id).update(phone="0812", rank_since=DAY)
    assert told(client, medan, since, "trainings") == ({}, set())
    with agency_scope(medan):
        models.Employee.objects.filter(pk=row.employee_id).update(name="Nama Baru")
    with CaptureQueriesContext(connection) as queries:
        rows, _removed = told(client, medan, since, "trainings")
    assert rows[row.pk]["employee_name"] == "Nama Baru"
    assert len(queries) <= 30


def test_an_answer_stops_where_its_rows_are_many_and_goes_on_there(medan, unit, monkeypatch):
    monkeypatch.setattr(sync, "MOST_ROWS", 3)
    with agency_scope(medan):
        people = [EmployeeFactory(agency=medan, unit=unit) for _one in range(4)]
        rows = [
            models.EmployeeTraining.objects.create(agency=medan, employee=person, kind="3", name="Diklat", year=year)
            for person in people
            for year in (2022, 2023)
        ]
    since, client = place(medan), reader(medan, "staf_bkd")
    with agency_scope(medan):
        for person in people:
            models.Employee.objects.filter(pk=person.pk).update(name=f"{person.name} Baru")
    sealer.seal(medan.pk)

    first = client.get(f"/api/v1/trainings/?updated_since={since}").json()
    assert len(first["results"]) == 4
    assert first["next"]
    found, removed = told(client, medan, since, "trainings")
    assert (set(found), removed) == ({row.pk for row in rows}, set())
