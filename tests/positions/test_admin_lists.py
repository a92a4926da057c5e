"""Every page of the admin: who enters, what is in sight, what a list costs, which forms list nobody."""

from datetime import date

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from asnhr.adminbase import NationalAdmin, site
from asnhr.models import RoleAssignment, SavedFilter, User
from asnhr.scope import agency_scope
from positions import models
from tests import api_world, notification_rows, second_factor
from tests.factories.asnhr import AgencyParameterFactory, RunFactory, UserFactory
from tests.factories.positions import (
    EmployeeFactory,
    IncumbencyFactory,
    JobFactory,
    NeedsAnalysisFactory,
    PositionFactory,
    UnitFactory,
)
from tests.roles import user_with

pytestmark = pytest.mark.django_db

ROWS = 200
OURS = [model for model in apps.get_models() if model._meta.app_label in ("asnhr", "positions")]


def _scope_row(agency, unit):
    assignment = RoleAssignment.objects.create(
        agency=agency, user=UserFactory(), role="admin_unit", starts_on=date(2020, 1, 1)
    )
    return models.UnitScope.objects.create(agency=agency, assignment=assignment, unit=unit)


IN_UNIT = {
    "unit": "units", "position": "positions", "seat": "seats", "positionneed": "needs", "reservation": "reservations",
    "positiongoal": "goal-links", "workloadsheet": "workload-sheets", "workload": "workloads", "workloadtask": "tasks",
    "employee": "employees", "incumbency": "incumbencies", "contract": "contracts", "finding": "findings",
    "needsresult": "results", "recommendationline": "recommendation-lines", "decision": "decisions",
    "removalhearing": "removal-hearings",
    "competencyneed": "competency-needs", "unitfinding": "unit-findings", "followup": "follow-ups",
    "formationline": "formation-lines", "goal": "goals",
}  # fmt: skip
IN_UNIT |= {model._meta.model_name: route for route, (model, _facts) in api_world.HISTORIES.items()}
MAKE_IN_UNIT = {name: api_world.IN_UNIT[route] for name, route in IN_UNIT.items()} | {
    "unitperiod": lambda agency, unit: UnitFactory(agency=agency, parent=unit).periods.get(),
    "siasnrecord": api_world.siasn_record,
    "nameoccurrence": lambda agency, unit: models.NameOccurrence.objects.create(
        agency=agency, mapping=api_world.IN_AGENCY["mappings"](agency, unit), unit=unit, rows=1
    ),
    "changerequest": api_world.change_request,
    "objection": api_world.objection,
    "employeedocument": api_world.document,
    "employeecontact": api_world.contact,
    "employeephoto": api_world.photo,
    "qualityproblem": api_world.quality_problem,
    "qualityindex": api_world.quality_index,
    "agendaitem": api_world.agenda_item,
    "agendastep": api_world.agenda_step,
    "letterbatch": api_world.letter_batch,
    "jobanalysis": api_world.job_analysis,
    "jobanalysisentry": lambda agency, unit: api_world.job_analysis(agency, unit).entries.get(),
    "jobanalysisstep": lambda agency, unit: api_world.job_analysis(agency, unit).steps.get(),
    "seatformerkind": lambda agency, unit: models.SeatFormerKind.objects.create(
        agency=agency, seat=api_world.IN_UNIT["seats"](agency, unit), kind="di_luar_formasi",
        starts_on=date(2020, 1, 1), ends_on=date(2021, 1, 1),
    ),
}  # fmt: skip
MAKE_IN_AGENCY = {
    "job": api_world.IN_AGENCY["jobs"],
    "namemapping": api_world.IN_AGENCY["mappings"],
    "needsanalysis": api_world.IN_AGENCY["analyses"],
    "formationproposal": api_world.IN_AGENCY["formation-proposals"],
    "rolerequest": api_world.role_request,
    "apiclient": api_world.connected_client,
    "run": api_world.IN_AGENCY["runs"],
    "importjob": api_world.IN_AGENCY["imports"],
    "roleassignment": lambda agency, unit: _scope_row(agency, unit).assignment,
    "unitscope": _scope_row,
    "user": lambda agency, unit: _scope_row(agency, unit).assignment.user,
    "jobeducation": lambda agency, unit: models.JobEducation.objects.create(
        agency=agency, job=JobFactory(agency=agency), field="HUKUM"
    ),
    "jobclassperiod": api_world.IN_AGENCY["job-classes"],
    "jobstandard": api_world.IN_AGENCY["job-standards"],
    "jobcompetency": api_world.IN_AGENCY["job-competencies"],
    "standardrequirement": api_world.IN_AGENCY["standard-requirements"],
    "technicalcompetency": api_world.IN_AGENCY["technical-competencies"],
    "technicalcompetencyversion": api_world.IN_AGENCY["technical-versions"],
    "jobevaluation": api_world.job_evaluation,
    "jobevaluationfactor": lambda agency, unit: api_world.job_evaluation(agency, unit).factors.get(),
    "formationversion": lambda agency, unit: models.FormationVersion.objects.create(
        agency=agency, proposal=api_world.IN_AGENCY["formation-proposals"](agency, unit), version=1, from_state="draft",
        to_state="diajukan",
    ),
    "agencydeadline": api_world.agency_deadline,
    "deadlinedone": api_world.deadline_done,
    "idempotencykey": api_world.idempotency_key,
    "savedfilter": lambda agency, unit: SavedFilter.objects.create(
        agency=agency, user=UserFactory(), page="employee-list", name="Guru", query="status=PNS"
    ),
    "agencyparameter": lambda agency, unit: AgencyParameterFactory(
        agency=agency, code=f"uji.{JobFactory(agency=agency).pk}"
    ),
    **notification_rows.INTEGRATION,
}  # fmt: skip
# What a person said when heard: for who sees removal candidates, which no admin does by that role.
# Nor what is sensitive in a personnel file.
CLOSED = {"removalhearing", "familymember", "discipline", "objection"}
# At most one in a year or an agency, or fixed lists.
FEW = {"campaign", "analysisschedule", "agency"}
# What was told to one person: for that person's eyes.
OWN = set(notification_rows.OWN)
# The audit trail: the auditor's, who does not enter the admin by that role (tests/asnhr/test_audit_doors.py).
TRAIL = {"auditentry", "auditvalue", "auditsecret", "auditseal", "audithead", "auditproof", "auditopening"}
# Personal data: who looks after it does so on its pages (tests/asnhr/test_privacy.py).
TRAIL |= {"legalhold", "destruction", "destructionline", "dataincident", "owncopy"}


def url(name, page="changelist", *args):
    model = next(model for model in OURS if model._meta.model_name == name)
    return reverse(f"admin:{model._meta.app_label}_{name}_{page}", args=args)


@pytest.fixture
def medan():
    return api_world.medan()


@pytest.fixture
def unit(medan):
    with agency_scope(medan):
        return UnitFactory(agency=medan, name="Kecamatan Medan Belawan")


def signed_in(client, agency, role, *units):
    client.force_login(user_with(agency, role, *units))
    return client


def ids(response):
    return {each.pk for each in response.context["cl"].result_list}


def test_every_model_has_a_page_and_is_in_these_tests():
    assert set(OURS) <= set(site._registry)
    national = {model._meta.model_name for model, page in site._registry.items() if isinstance(page, NationalAdmin)}
    listed = set(MAKE_IN_UNIT) | set(MAKE_IN_AGENCY) | FEW | TRAIL | OWN | national
    assert {model._meta.model_name for model in OURS} == listed


def test_nobody_can_name_a_task_to_be_run():
    assert not [model for model in site._registry if model._meta.app_label == "django_celery_beat"]


# Who enters


def test_a_stranger_is_sent_to_the_one_sign_in_page(client):
    response = client.get("/admin/", follow=True)

    assert response.redirect_chain[-1][0].startswith(reverse("account_login"))


@pytest.mark.parametrize(
    "role", ["pegawai", "staf_bkd", "bagian_organisasi", "ppk", "auditor", "pengelola_kepegawaian"]
)
@pytest.mark.parametrize("path", ["/admin/", "/admin/login/", "/admin/positions/employee/", "/admin/autocomplete/"])
def test_who_may_not_use_the_admin_is_refused(role, path, client, medan):
    assert signed_in(client, medan, role).get(path).status_code == 403


@pytest.mark.parametrize("role", ["admin_unit", "admin_daerah"])
def test_admins_see_the_start_page(role, client, medan, unit):
    response = signed_in(client, medan, role, *([unit] if role == "admin_unit" else [])).get("/admin/")

    assert response.status_code == 200
    assert b"/admin/positions/employee/" in response.content
    assert b"/admin/allauth_idp_oidc/" not in response.content


def test_a_superuser_sees_no_agency_by_that(client, medan, unit):
    second_factor.let_in(client, UserFactory(is_superuser=True, is_staff=True))

    assert b"/admin/positions/employee/" not in client.get("/admin/").content
    assert client.get("/admin/positions/employee/").status_code == 403
    assert client.get("/admin/allauth_idp_oidc/client/").status_code == 200


def test_api_clients_are_the_operators(client, medan):
    assert signed_in(client, medan, "admin_daerah").get("/admin/allauth_idp_oidc/client/").status_code == 403


def test_leaving_ends_the_session(client, medan):
    signed_in(client, medan, "admin_daerah")

    assert client.get("/admin/logout/").status_code == 302
    client.post("/admin/logout/")

    assert client.get("/admin/").status_code == 302


# Lists


@pytest.mark.parametrize("name", [each for each in (*MAKE_IN_UNIT, *MAKE_IN_AGENCY) if each not in CLOSED])
def test_a_list_of_many_rows_costs_few_queries_and_shows_the_agencys_only(name, client, medan, unit):
    make = MAKE_IN_UNIT.get(name) or MAKE_IN_AGENCY[name]
    jambi = api_world.jambi()
    with agency_scope(jambi):
        theirs = make(jambi, UnitFactory(agency=jambi))
    with agency_scope(medan):
        ours = {make(medan, unit).pk for _number in range(ROWS)}
    signed_in(client, medan, "admin_daerah")
    client.get("/admin/")

    with CaptureQueriesContext(connection) as queries:
        response = client.get(url(name))

    assert response.status_code == 200
    assert len(queries) <= 15
    assert len(response.context["cl"].result_list) == 50
    assert response.context["cl"].result_count >= ROWS
    assert len(response.content) < 150_000
    last = client.get(f"{url(name)}?p={(response.context['cl'].result_count + 49) // 50}")
    assert theirs.pk not in ids(last) | ids(response)
    if name != "user":
        assert ids(response) & ours
    assert client.get(url(name, "change", theirs.pk)).status_code == 404
    assert client.get(url(name, "history", theirs.pk)).status_code == 404
    assert client.get(url(name, "delete", theirs.pk)).status_code in (403, 404)


@pytest.mark.parametrize("name", sorted(CLOSED - {"objection"}))
@pytest.mark.parametrize("role", ["admin_daerah", "admin_unit"])
def test_what_is_not_for_admins_is_out_of_their_sight(role, name, client, medan, unit):
    with agency_scope(medan):
        row = MAKE_IN_UNIT[name](medan, unit)
    signed_in(client, medan, role, *([unit] if role == "admin_unit" else []))

    for answer in (client.get(url(name)), client.get(url(name), {"format": "csv"})):
        assert answer.status_code == 403
    assert client.get(url(name, "change", row.pk)).status_code in (403, 404)
    # No entry: "0 rows" would be a wrong number.
    assert url(name) not in client.get("/admin/").text


@pytest.mark.parametrize("role", ["admin_daerah", "admin_unit"])
def test_no_list_of_the_admin_is_empty_for_want_of_a_permission(role, client, medan, unit):
    """One row of every kind in the unit: whichever list the admin names has it, whichever has none is not named."""
    with agency_scope(medan):
        made = {name: make(medan, unit) for name, make in MAKE_IN_UNIT.items()}
    signed_in(client, medan, role, *([unit] if role == "admin_unit" else []))
    start = client.get("/admin/").text

    empty = {
        name for name, row in made.items()
        if url(name) in start and row is not None and not ids(client.get(url(name)))
    }  # fmt: skip

    # Of objections who answers those about the agenda book sees those alone; this one is about a recommendation.
    assert empty <= OWN | {"objection"}
    assert client.get(url("objection")).status_code == (200 if role == "admin_daerah" else 403)
    assert client.get(url("objection", "change", made["objection"].pk)).status_code in (403, 404)
    assert len([name for name in made if url(name) in start]) > 40


@pytest.mark.parametrize("name", ["discipline", "familymember"])
def test_a_second_role_that_may_read_what_is_sensitive_reads_it_on_the_persons_page_only(name, client, medan, unit):
    """There each look is logged."""
    user = user_with(medan, "admin_daerah")
    with agency_scope(medan):
        row = MAKE_IN_UNIT[name](medan, unit)
        RoleAssignment.objects.create(agency=medan, user=user, role="staf_bkd", starts_on=date(2020, 1, 1))
    client.force_login(user)

    assert client.get(url(name)).status_code == 403
    assert client.get(url(name, "change", row.pk)).status_code in (403, 404)
    assert client.get(url(name, "history", row.pk)).status_code in (403, 404)


@pytest.mark.parametrize("name", sorted(OWN))
def test_what_was_told_to_one_person_is_seen_by_that_person_alone(name, client, medan, unit):
    me = user_with(medan, "admin_daerah")
    with agency_scope(medan):
        mine = notification_rows.OWN[name](medan, unit, me)
        theirs = notification_rows.OWN[name](medan, unit)
    client.force_login(me)

    assert ids(client.get(url(name))) == {mine.pk}
    assert client.get(url(name, "change", mine.pk)).status_code == 200
    assert client.get(url(name, "change", theirs.pk)).status_code == 404


@pytest.mark.parametrize("name", [each for each in MAKE_IN_UNIT if each not in CLOSED])
def test_the_admin_of_a_district_sees_that_district_only(name, client, medan, unit):
    with agency_scope(medan):
        other = UnitFactory(agency=medan, name="Kecamatan Medan Johor")
        here, there = MAKE_IN_UNIT[name](medan, unit), MAKE_IN_UNIT[name](medan, other)
    signed_in(client, medan, "admin_unit", unit)

    listed = ids(client.get(url(name)))

    assert here.pk in listed
    assert there.pk not in listed
    assert client.get(url(name, "change", here.pk)).status_code == 200
    assert client.get(url(name, "change", there.pk)).status_code == 404


@pytest.mark.parametrize(
    ("name", "finds", "misses"),
    [
        ("needsresult", "sumber=ABK&selisih=kekurangan&managerial__exact=0", "sumber=FORMULA_JF"),
        ("needsresult", "selisih=kekurangan", "selisih=kosong"),
        ("competencyneed", "level={level}", "level={other}"),
        ("unitperiod", "ends_on__isempty=1", "ends_on__isempty=0"),
        ("positiongoal", "ends_on__isempty=1", "ends_on__isempty=0"),
        ("positiongoal", "goal__level__exact={goal}", "goal__level__exact=zz"),
        ("employeeeducation", "level__siasn_id__exact={none}", ""),
        ("jobcompetency", "level=3", "level=4"),
    ],
)
def test_long_lists_are_filtered(name, finds, misses, client, medan, unit):
    with agency_scope(medan):
        if name == "jobcompetency":
            row = api_world.IN_AGENCY["job-competencies"](medan, unit)
        else:
            row = MAKE_IN_UNIT[name](medan, unit)
        if name == "needsresult":
            models.NeedsResult.objects.filter(pk=row.pk).update(source="ABK", k_used=3, b=1, managerial=False)
        level = row.level if name == "competencyneed" else 0
        goal = row.goal.level if name == "positiongoal" else ""
    signed_in(client, medan, "admin_daerah")
    if name == "employeeeducation":
        finds, misses = f"level__{row.level._meta.pk.name}__exact={row.level_id}", "level__isnull=True"
    about = {"level": level, "other": level % 5 + 1, "goal": goal}

    with CaptureQueriesContext(connection) as captured:
        found = client.get(f"{url(name)}?{finds.format(**about)}")

    assert row.pk in ids(found)
    assert len(captured) <= 15
    # No filter reads the table for the values of its column.
    assert not [query["sql"] for query in captured if "DISTINCT" in query["sql"]]
    assert row.pk not in (ids(client.get(f"{url(name)}?{misses.format(**about)}")) if misses else set())


def test_results_are_filtered_by_their_analysis(client, medan, unit):
    with agency_scope(medan):
        one, other = (MAKE_IN_UNIT["needsresult"](medan, unit) for _ in range(2))
        later = NeedsAnalysisFactory(agency=medan)
        models.NeedsResult.objects.filter(pk=other.pk).update(analysis=later)
    signed_in(client, medan, "admin_daerah")

    assert ids(client.get(f"{url('needsresult')}?analisis={later.pk}")) == {other.pk}


@pytest.mark.parametrize("name", ["roleassignment", "unitscope", "user"])
def test_the_admin_of_a_district_does_not_see_roles(name, client, medan, unit):
    assert signed_in(client, medan, "admin_unit", unit).get(url(name)).status_code == 403


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_every_list_can_be_searched_and_answers_when_empty(model, client, medan):
    signed_in(client, medan, "admin_daerah")

    status = client.get(f"{url(model._meta.model_name)}?q=belawan+123").status_code

    # All agencies side by side are not for one agency's admin, nor is the trail.
    closed = model is models.NeedsRollup or model._meta.model_name in TRAIL | CLOSED - {"objection"}
    assert status == (403 if closed else 200)


def test_a_list_counts_no_further_than_needed(client, medan, unit, monkeypatch):
    from asnhr import adminlists

    with agency_scope(medan):
        EmployeeFactory.create_batch(60, agency=medan, unit=unit)
    monkeypatch.setattr(adminlists, "COUNT_AT_MOST", 55)
    signed_in(client, medan, "admin_daerah")

    with CaptureQueriesContext(connection) as queries:
        response = client.get(f"{url('employee')}?status__exact=PNS")

    assert response.context["cl"].result_count == 55
    assert response.content.decode().count("lebih dari 55") == 2  # at the search and below the list
    assert "01 aktif" in response.content.decode()  # the code of the legal standing with its meaning
    assert response.context["cl"].is_more
    counts = [each["sql"] for each in queries if "COUNT(*)" in each["sql"]]
    assert len(counts) == 1
    assert "LIMIT 56" in counts[0]


def test_people_are_found_by_nip_and_by_name(client, medan, unit):
    with agency_scope(medan):
        one = EmployeeFactory(agency=medan, unit=unit, name="Siti Aminah")
        EmployeeFactory(agency=medan, unit=unit, name="Budi")
    signed_in(client, medan, "admin_daerah")

    assert ids(client.get(f"{url('employee')}?q={one.nip}")) == {one.pk}
    assert ids(client.get(f"{url('employee')}?q=aminah")) == {one.pk}


@pytest.mark.parametrize(
    "guess", ["user/?password__startswith=md5", "employee/?nik_hash__startswith=a", "employee/?unit__code=1"]
)
def test_a_column_that_is_no_filter_cannot_be_guessed_at(guess, client, medan):
    app = "asnhr" if guess.startswith("user") else "positions"

    assert signed_in(client, medan, "admin_daerah").get(f"/admin/{app}/{guess}").status_code == 400


def test_what_the_page_offers_filters(client, medan, unit):
    with agency_scope(medan):
        one = EmployeeFactory(agency=medan, unit=unit, status="CPNS")
        EmployeeFactory(agency=medan, unit=unit)
        finding = MAKE_IN_UNIT["finding"](medan, unit)
    signed_in(client, medan, "admin_daerah")

    assert ids(client.get(f"{url('employee')}?status__exact=CPNS")) == {one.pk}
    assert ids(client.get(f"{url('finding')}?settled_at__isempty=1")) == {finding.pk}
    assert ids(client.get(f"{url('finding')}?settled_at__isempty=0")) == set()


# Forms


@pytest.mark.parametrize("page", ["add", "change"])
@pytest.mark.parametrize("name", ["employee", "incumbency", "contract", "position", "unit", "seat", "positionneed"])
def test_a_form_lists_neither_people_nor_units(name, page, client, medan, unit):
    if page == "add" and name in ("seat", "position", "unit"):
        return  # seats follow K; posts and units are opened on the pages that preview the decision
    with agency_scope(medan):
        EmployeeFactory.create_batch(30, agency=medan, unit=unit, name="Pegawai Yang Tidak Didaftar")
        for number in range(30):
            UnitFactory(agency=medan, parent=unit, name=f"Unit Yang Tidak Didaftar {number}")
        row = MAKE_IN_UNIT[name](medan, unit)
    signed_in(client, medan, "admin_daerah")

    response = client.get(url(name, page, *([row.pk] if page == "change" else [])))

    assert response.status_code == 200
    assert b"Tidak Didaftar" not in response.content
    assert len(response.content) < 100_000


def complete(client, model, field, term):
    return client.get(
        f"/admin/autocomplete/?app_label=positions&model_name={model}&field_name={field}&term={term}"
    ).json()["results"]


def test_suggestions_hold_visible_rows_only(client, medan, unit):
    jambi = api_world.jambi()
    with agency_scope(jambi):
        EmployeeFactory(agency=jambi, unit=UnitFactory(agency=jambi, name="Sama Persis"), name="Sama Persis")
    with agency_scope(medan):
        EmployeeFactory(agency=medan, unit=UnitFactory(agency=medan, name="Sama Persis"), name="Sama Persis")
        own = EmployeeFactory(
            agency=medan, unit=UnitFactory(agency=medan, parent=unit, name="Sama Persis"), name="Sama Persis"
        )
    signed_in(client, medan, "admin_unit", unit)

    people = complete(client, "incumbency", "employee", "sama")
    units = complete(client, "employee", "unit", "sama")

    assert [each["id"] for each in people] == [str(own.pk)]
    assert [each["id"] for each in units] == [str(own.unit_id)]


def test_suggestions_cost_the_same_for_any_number(client, medan, unit):
    with agency_scope(medan):
        for _number in range(20):
            PositionFactory(agency=medan, unit=UnitFactory(agency=medan, parent=unit))
    signed_in(client, medan, "admin_daerah")
    client.get("/admin/")

    with CaptureQueriesContext(connection) as queries:
        found = complete(client, "incumbency", "position", "")

    assert len(found) == 20
    assert len(queries) <= 15


def test_logins_are_not_suggested_to_who_grants_no_roles(client, medan, unit):
    signed_in(client, medan, "admin_unit", unit)

    response = client.get("/admin/autocomplete/?app_label=asnhr&model_name=roleassignment&field_name=user&term=a")

    assert response.status_code == 403


@pytest.mark.parametrize(
    "name",
    ["needsanalysis", "needsresult", "recommendationline", "decision", "formationproposal", "formationline", "run",
     "importjob", "campaign", "workloadsheet", "workload", "workloadtask", "followup"],
)  # fmt: skip
def test_what_services_write_is_only_read_here(name, client, medan):
    signed_in(client, medan, "admin_daerah")

    assert client.get(url(name)).status_code == 200
    assert client.get(url(name, "add")).status_code == 403


def test_histories_are_not_deleted(client, medan, unit):
    with agency_scope(medan):
        held = IncumbencyFactory(agency=medan, position=PositionFactory(agency=medan, unit=unit))
    signed_in(client, medan, "admin_daerah")

    for name, pk in (("incumbency", held.pk), ("employee", held.employee_id), ("unit", unit.pk)):
        assert client.post(url(name, "delete", pk), {"post": "yes"}).status_code == 403
    actions = {"action": "delete_selected", "_selected_action": [held.pk], "post": "yes"}
    client.post(url("incumbency"), actions)
    with agency_scope(medan):
        assert models.Incumbency.objects.filter(pk=held.pk).exists()


def test_the_nik_is_not_on_any_page(client, medan, unit):
    with agency_scope(medan):
        person = EmployeeFactory(agency=medan, unit=unit, nik="3271010101010001")
    signed_in(client, medan, "admin_daerah")

    for address in (url("employee"), url("employee", "change", person.pk)):
        assert b"3271010101010001" not in client.get(address).content
    assert User.objects.count() >= 1


NO_KEYS = ["abc", "1e3", "9" * 30, "1\0", "-", "1;2"]


@pytest.mark.parametrize("typed", NO_KEYS)
@pytest.mark.parametrize(
    ("name", "field"),
    [("award", "employee"), ("incumbency", "position"), ("employee", "unit"), ("contract", "employee")],
)
def test_what_is_no_key_is_no_choice(name, field, typed, client, medan, unit):
    with agency_scope(medan):
        person = EmployeeFactory(agency=medan, unit=unit)
    signed_in(client, medan, "admin_daerah")

    assert client.get(url(name, "add"), {field: typed}).status_code == 200
    answer = client.post(url(name, "add"), {field: typed})

    assert answer.status_code == 200
    assert field in answer.context["adminform"].form.errors
    # A key that is one is still chosen.
    if field == "employee":
        assert person.name.encode() in client.get(url(name, "add"), {field: person.pk}).content


def test_words_of_a_list_are_words_in_its_file(client, medan):
    with agency_scope(medan):
        RunFactory(agency=medan, kind="needs")
    signed_in(client, medan, "admin_daerah")
    for language, word in (("id", "Analisis kebutuhan jabatan"), ("en", "Position needs analysis")):
        client.cookies["django_language"] = language
        body = client.get(f"{reverse('admin:asnhr_run_changelist')}?format=csv").getvalue().decode()
        assert word in body
        assert ", ".join(word[:4]) not in body
