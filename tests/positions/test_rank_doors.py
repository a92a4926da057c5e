"""No door changes somebody's rank beside the rules of its history: page, API, admin and import are offered the same."""

import io
import json
from datetime import date

import pytest
import time_machine
from django.db import transaction
from django.urls import reverse

from asnhr.imports.framework import Options, run
from asnhr.scope import agency_scope
from positions.imports.employees import EmployeeImporter
from positions.imports.ranks import RankImporter
from positions.models import Employee, RankRecord
from tests import api_world
from tests.factories import positions as make
from tests.roles import user_with

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
NIP = "199005022014041001"
STEPS = [(31, date(2020, 4, 1), "823/1"), (32, date(2024, 11, 1), "823/2")]
CODES = {21: "II/a", 31: "III/a", 32: "III/b", 33: "III/c", 34: "III/d", 41: "IV/a"}


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(f"{TODAY} 08:00 +0700", tick=False):
        yield


@pytest.fixture
def medan():
    return api_world.medan()


def hire(medan, nip=NIP, **facts):
    with agency_scope(medan):
        given = {"rank": 32, "rank_since": date(2024, 11, 1), "status": "PNS", "cpns_on": date(2014, 4, 1)} | facts
        unit = make.UnitFactory(agency=medan)
        return make.EmployeeFactory(
            agency=medan, unit=unit, nip=nip, name="Ani", birth_date=date(1990, 5, 2), sex="M", legal_status="01",
            **given,
        )  # fmt: skip


def record(person, *steps):
    with agency_scope(person.agency):
        for rank, starts_on, decree in steps:
            RankRecord.objects.create(
                agency=person.agency, employee=person, rank=rank, starts_on=starts_on, decree=decree,
                decree_on=starts_on,
            )  # fmt: skip


@pytest.fixture
def ani(medan):
    """III/b by a decree since 1 November 2024."""
    person = hire(medan)
    # The newest first: what is on record joins a history that begins with an older one.
    record(person, *reversed(STEPS))
    return person


@pytest.fixture
def budi(medan):
    """III/b since 1 November 2024, as the person's own columns have it: no history."""
    return hire(medan)


def by_page(client, person, facts):
    now = client.get(reverse("employee-edit", args=[person.pk])).context["form"].initial
    values = {name: "" if value is None else getattr(value, "pk", value) for name, value in now.items()}
    answer = client.post(reverse("employee-edit", args=[person.pk]), values | facts)
    assert answer.status_code in (302, 422)
    return answer.status_code == 302, answer.content.decode()


def by_api(client, person, facts):
    answer = client.patch(f"/api/v1/employees/{person.pk}/", json.dumps(facts), content_type="application/json")
    assert answer.status_code in (200, 409), answer.content
    return answer.status_code == 200, answer.content.decode()


def by_admin(client, person, facts):
    page = reverse("admin:positions_employee_change", args=[person.pk])
    form = client.get(page).context["adminform"].form
    values = {name: "" if form.initial.get(name) is None else form.initial[name] for name in form.fields}
    values |= {f"educations-{name}_FORMS": 0 for name in ("TOTAL", "INITIAL")}
    answer = client.post(page, values | facts, follow=True)
    assert answer.status_code == 200
    # A rule that a service finds broken leads back to the form.
    return bool(answer.redirect_chain) and answer.redirect_chain[-1][0] != page, answer.content.decode()


def by_file(client, person, facts):
    rank, since = facts.get("rank", person.rank), facts.get("rank_since", f"{person.rank_since or ''}")
    day = "-".join(reversed(since.split("-"))) if since else ""
    text = f"NIP BARU,NAMA,GOL AKHIR NAMA,TMT GOLONGAN,NOMOR HP\n{NIP},Ani,{CODES[rank]},{day},081234567890\n"
    options = Options(today=TODAY, confirm_corrections=True)
    with agency_scope(person.agency):
        result = run(EmployeeImporter, io.BytesIO(text.encode()), agency_id=person.agency_id, options=options)
        assert result.written
        # The rest of the row is taken.
        assert Employee.objects.get(pk=person.pk).phone == "081234567890"
    codes = {problem.code for row in result.rows for problem in row.problems}
    return not codes & {"GOLONGAN_RIWAYAT", "GOLONGAN_TURUN", "TMT_SEBELUM_CPNS"}, str(codes)


DOORS = {"page": by_page, "api": by_api, "admin": by_admin, "import": by_file}
# What the file's door says where the others say it in a sentence.
CODES_OF = {
    "lebih rendah": "GOLONGAN_TURUN", "riwayat golongan": "GOLONGAN_RIWAYAT", "mendahului TMT CPNS": "TMT_SEBELUM_CPNS",
}  # fmt: skip


def offered(client, person, facts, role="admin_daerah"):
    """Offer a change to every door, each as if it were the first: which took it, and what stands after it."""
    client.force_login(user_with(person.agency, role))
    found = {}
    for name, door in DOORS.items():
        with transaction.atomic():
            taken, said = door(client, person, facts)
            with agency_scope(person.agency):
                row = Employee.objects.get(pk=person.pk)
                steps = RankRecord.objects.filter(employee=person).order_by("starts_on")
                found[name] = (
                    taken,
                    said,
                    (row.rank, row.rank_since),
                    list(steps.values_list("rank", "starts_on", "decree")),
                )
            transaction.set_rollback(True)
    return found


@pytest.mark.parametrize(
    "facts",
    [
        {"rank": 21},
        {"rank": 21, "rank_since": "2025-04-01"},
        {"rank": 34, "rank_since": "2022-04-01"},
        {"rank": 31, "rank_since": "2010-01-01"},
        {"rank": 33},
    ],
    ids=str,
)
def test_what_breaks_the_history_is_taken_by_no_door(client, ani, facts):
    for name, (taken, said, stands, steps) in offered(client, ani, facts).items():
        assert not taken, name
        assert "riwayat golongan" in said or name == "import", name
        assert (stands, steps) == ((32, date(2024, 11, 1)), STEPS), name


@pytest.mark.parametrize("facts", [{"rank_since": "2026-10-01"}, {"rank": 33, "rank_since": "2026-10-01"}], ids=str)
def test_a_new_step_is_a_row_with_its_decree(client, ani, facts):
    for name, (taken, said, stands, steps) in offered(client, ani, facts).items():
        assert not taken, name
        assert ("GOLONGAN_RIWAYAT" if name == "import" else "riwayat golongan") in said, name
        assert (stands, steps) == ((32, date(2024, 11, 1)), STEPS), name


def test_a_file_that_tells_what_the_history_has_is_silent(client, ani):
    """A list of last year, or one that is ahead of its day, is no news and no fault."""
    record(ani, (33, date(2026, 12, 1), "823/3"))
    for facts in ({"rank": 31, "rank_since": "2020-04-01"}, {"rank": 33, "rank_since": "2026-12-01"}):
        taken, said, stands, steps = offered(client, ani, facts)["import"]
        assert (taken, said) == (True, "set()")
        assert (stands, steps) == ((32, date(2024, 11, 1)), [*STEPS, (33, date(2026, 12, 1), "823/3")])


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"rank": 21}, "lebih rendah"),
        ({"rank": 21, "rank_since": "2025-04-01"}, "riwayat golongan"),
        ({"rank": 33, "rank_since": "2026-04-01"}, "riwayat golongan"),
        ({"rank_since": "2014-03-01"}, "mendahului TMT CPNS"),
        ({"rank_since": "2026-12-01"}, "riwayat golongan"),
    ],
    ids=str,
)
def test_without_a_history_the_own_value_is_only_corrected(client, budi, facts, words):
    for name, (taken, said, stands, steps) in offered(client, budi, facts).items():
        assert not taken, name
        # A lower rank of a newer TMT is a fall before it is a next step.
        assert (words if name != "import" else CODES_OF[words]) in said or "GOLONGAN_TURUN" in said, name
        assert (stands, steps) == ((32, date(2024, 11, 1)), []), name


@pytest.mark.parametrize("facts", [{"rank": 33}, {"rank": 31}, {"rank_since": "2025-04-01"}], ids=str)
def test_without_a_history_every_door_corrects_the_own_value(client, budi, facts):
    for name, (taken, said, stands, steps) in offered(client, budi, facts).items():
        assert taken, (name, said)
        since = date.fromisoformat(facts.get("rank_since", "2024-11-01"))
        assert (stands, steps) == ((facts.get("rank", 32), since), []), name


def test_the_first_values_are_taken_by_every_door(client, medan):
    person = hire(medan, rank=None, rank_since=None)
    facts = {"rank": 32, "rank_since": "2024-11-01"}
    for name, (taken, said, stands, _steps) in offered(client, person, facts).items():
        assert taken, (name, said)
        assert stands == (32, date(2024, 11, 1)), name


def test_the_rest_of_the_form_is_saved_where_the_rank_stays(client, ani):
    for name, (taken, said, stands, steps) in offered(client, ani, {"phone": "081234567890"}).items():
        assert taken, (name, said)
        assert (stands, steps) == ((32, date(2024, 11, 1)), STEPS), name


def test_forms_show_the_rank_closed_and_lead_to_its_history(client, ani):
    client.force_login(user_with(ani.agency, "admin_daerah"))
    history = reverse("employee-history", args=[ani.pk, "kepegawaian"])
    for page in (
        reverse("employee-edit", args=[ani.pk]), reverse("admin:positions_employee_change", args=[ani.pk]),
    ):  # fmt: skip
        body = client.get(page)
        assert f'href="{history}"' in body.content.decode()
        shown = body.context["adminform"].form if "adminform" in body.context else body.context["form"]
        assert {name for name, field in shown.fields.items() if field.disabled} == {"rank", "pay_group", "rank_since"}
    assert client.get(history).status_code == 200


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"rank": 32, "rank_since": "2014-01-01"}, "mendahului TMT CPNS"),
        ({"rank": 32, "rank_since": "2027-01-01"}, "riwayat golongan"),
        ({"pay_group": 9}, "berstatus PNS"),
    ],
)
def test_a_new_person_has_no_rank_that_a_history_would_refuse(client, medan, body, words):
    with agency_scope(medan):
        unit = make.UnitFactory(agency=medan)
    client.force_login(user_with(medan, "staf_bkd"))
    body |= {"nip": "199002152015032004", "status": "PNS", "name": "Ani", "unit_id": unit.pk}
    answer = client.post("/api/v1/employees/", json.dumps(body), content_type="application/json")
    assert answer.status_code == 409, answer.content
    assert words in answer.json()["detail"]
    with agency_scope(medan):
        assert not Employee.objects.filter(nip="199002152015032004").exists()


def test_a_history_begins_after_the_rank_on_record(client, medan, budi):
    client.force_login(user_with(medan, "staf_bkd"))
    row = {"employee_id": budi.pk, "rank": 21, "starts_on": "2026-04-01", "decree": "9", "decree_on": "2026-03-01"}

    def ask(**facts):
        return client.post("/api/v1/rank-records/", json.dumps(row | facts), content_type="application/json")

    assert ask().status_code == 409
    assert ask(rank=34, starts_on="2022-04-01", decree_on="2022-03-01").status_code == 409
    assert ask(rank=33).status_code == 201
    with agency_scope(medan):
        steps = RankRecord.objects.filter(employee=budi).order_by("starts_on")
        assert list(steps.values_list("rank", "starts_on")) == [(32, date(2024, 11, 1)), (33, date(2026, 4, 1))]


def test_people_new_to_the_register_bring_their_first_rank(medan):
    """The first file of an agency, and the next one, whose promotions wait for the file of ranks."""
    with agency_scope(medan):
        make.UnitFactory(agency=medan)

    def load(importer, text):
        with agency_scope(medan):
            found = run(importer, io.BytesIO(text.encode()), agency_id=medan.pk, options=Options(today=TODAY))
            assert found.written
            person = Employee.objects.get(nip=NIP)
        return {problem.code for row in found.rows for problem in row.problems}, (person.rank, person.rank_since)

    head = "NIP BARU,NAMA,GOL AKHIR NAMA,TMT GOLONGAN,NOMOR HP\n"
    line = f"{NIP},Ani,{{}},{{}},081234567890\n"
    ranks = f"nip;golongan;tmt golongan;nomor sk;tanggal sk\n{NIP};III/c;01-04-2026;823/3;01-03-2026\n"
    first, second = (32, date(2024, 11, 1)), (33, date(2026, 4, 1))
    assert load(EmployeeImporter, head + line.format("III/b", "01-11-2024")) == (set(), first)
    newer = head + line.format("III/c", "01-04-2026")
    assert load(EmployeeImporter, newer) == ({"GOLONGAN_RIWAYAT"}, first)
    assert load(RankImporter, ranks) == (set(), second)
    assert load(EmployeeImporter, newer) == (set(), second)
    assert load(EmployeeImporter, head + line.format("III/b", "01-11-2024")) == (set(), second)
    with agency_scope(medan):
        steps = RankRecord.objects.order_by("starts_on").values_list("rank", "starts_on", "decree")
        assert list(steps) == [(*first, ""), (*second, "823/3")]


@pytest.mark.parametrize(
    ("step", "codes"),
    [
        ("II/a;01-04-2026", {"GOLONGAN_TURUN"}), ("III/d;01-04-2022", {"GOLONGAN_TURUN"}), ("III/c;01-04-2026", set()),
        ("III/a;01-04-2020", set()), ("II/d;01-11-2024", set()),
    ],
)  # fmt: skip
def test_a_file_of_ranks_begins_no_history_below_the_rank_on_record(budi, step, codes):
    text = f"nip;golongan;tmt golongan\n{NIP};{step}\n"
    with agency_scope(budi.agency):
        found = run(
            RankImporter,
            io.BytesIO(text.encode()),
            agency_id=budi.agency_id,
            options=Options(today=TODAY, dry_run=True),
        )
    assert {problem.code for row in found.rows for problem in row.problems} == codes
