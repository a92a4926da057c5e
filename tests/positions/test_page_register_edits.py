"""What officers change on the register's pages: it works, it refuses in words, it refuses strangers."""

import re
from datetime import date

import pytest
from django.urls import reverse

from asnhr.scope import agency_scope
from positions.models import Deadline, Employee, Finding, Incumbency, NameMapping, Position
from tests.factories import positions as make
from tests.factories.asnhr import AgencyFactory
from tests.roles import user_with

pytestmark = pytest.mark.django_db
DAY = "2026-11-21"
DECREE = {"decree": "SK 821/1/2026", "decree_on": DAY}


@pytest.fixture(autouse=True)
def frozen(monkeypatch):
    monkeypatch.setattr("asnhr.dates.today", lambda: date(2026, 11, 21))


@pytest.fixture
def medan():
    return AgencyFactory()


@pytest.fixture
def register(medan):
    with agency_scope(medan):
        unit = make.UnitFactory(name="Kecamatan Medan Belawan")
        seat = make.SeatFactory(position=make.PositionFactory(unit=unit))
        return {"unit": unit, "position": seat.position, "person": make.EmployeeFactory(name="Rosmawati", unit=unit)}


def signed_in(client, agency, role, *units):
    client.force_login(user_with(agency, role, *units))
    return client


def url(name, *arguments, **query):
    address = reverse(name, args=arguments)
    return f"{address}?{'&'.join(f'{key}={value}' for key, value in query.items())}" if query else address


def test_appointment_goes_by_search_then_form(client, medan, register):
    position, person = register["position"], register["person"]
    signed_in(client, medan, "staf_bkd")

    found = client.get(url("position-appoint", position.pk, q="rosmwati"))
    form = url("position-appoint", position.pk, pegawai=person.pk)
    answer = client.post(form, DECREE | {"kind": "definitif", "starts_on": DAY})

    assert f"pegawai={person.pk}" in found.content.decode()
    assert answer.status_code == 302
    with agency_scope(medan):
        assert Incumbency.objects.get(employee=person).seat.number == 1


def test_appointment_without_decree_is_refused_beside_the_field(client, medan, register):
    form = url("position-appoint", register["position"].pk, pegawai=register["person"].pk)

    answer = signed_in(client, medan, "staf_bkd").post(form, {"kind": "definitif", "starts_on": DAY})

    assert answer.status_code == 422
    assert "decree" in answer.context["form"].errors
    with agency_scope(medan):
        assert not Incumbency.objects.exists()


def test_broken_rule_stands_on_the_form(client, medan, register):
    with agency_scope(medan):
        held = make.IncumbencyFactory(position__unit=register["unit"])
    form = url("position-appoint", held.position_id, pegawai=register["person"].pk)

    answer = signed_in(client, medan, "staf_bkd").post(form, DECREE | {"kind": "plt", "starts_on": DAY})

    assert answer.status_code == 422
    assert "tidak lowong" in answer.content.decode()


def test_incumbency_ends_once(client, medan, register):
    with agency_scope(medan):
        held = make.IncumbencyFactory(position__unit=register["unit"])
    signed_in(client, medan, "staf_bkd")

    first = client.post(url("incumbency-close", held.pk), {"ends_on": DAY})
    second = client.post(url("incumbency-close", held.pk), {"ends_on": DAY})

    assert (first.status_code, second.status_code) == (302, 422)


def test_new_position_goes_by_unit_then_job_then_form(client, medan, register):
    with agency_scope(medan):
        job = make.JobFactory(name="Pengelola Layanan Operasional")
    unit = register["unit"]
    signed_in(client, medan, "bagian_organisasi")

    units = client.get(url("position-new", q="belawan")).content.decode()
    jobs = client.get(url("position-new", unit=unit.pk, q="pengelola layanan")).content.decode()
    form = url("position-new", unit=unit.pk, job=job.pk)
    asked = DECREE | {"seats": 2, "starts_on": DAY}
    shown = client.post(form, asked)
    assert "Belum ada yang disimpan" in shown.text
    with agency_scope(medan):
        assert not Position.objects.filter(job=job).exists()
    mark = re.search(r'name="tanda" value="(\w+)"', shown.text)[1]
    answer = client.post(form, asked | {"tanda": mark, "langkah": "simpan"})
    again = client.post(form, asked)

    assert f"unit={unit.pk}" in units
    assert f"job={job.pk}" in jobs
    assert (answer.status_code, again.status_code) == (302, 422)
    with agency_scope(medan):
        assert Position.objects.get(job=job).seats.count() == 2


def test_position_with_a_holder_is_not_closed(client, medan, register):
    with agency_scope(medan):
        held = make.IncumbencyFactory(position=register["position"])
    signed_in(client, medan, "staf_bkd")

    closing = {"ends_on": DAY, "decree": "188/1", "decree_on": DAY}
    bare = client.post(url("position-close", held.position_id), {"ends_on": DAY})
    answer = client.post(url("position-close", held.position_id), closing)

    assert (bare.status_code, set(bare.context["form"].errors)) == (422, {"decree", "decree_on"})
    assert answer.status_code == 422
    assert "masih dipangku 1 orang" in answer.content.decode()


def test_new_employee_and_a_correction(client, medan, register):
    signed_in(client, medan, "staf_bkd")
    form = url("employee-new", unit=register["unit"].pk)

    refused = client.post(form, {"nip": "199002152015032000", "status": "PNS", "name": "Ani"})
    client.post(form, {"nip": "19900215 201503 2 004", "status": "PNS", "name": "Ani"})
    with agency_scope(medan):
        person = Employee.objects.get(nip="199002152015032004")
    facts = {
        "name": "Ani Lubis", "rank": "31", "legal_status": "03", "own_retirement_age": "60",
        "birth_date": "1990-02-16", "sex": "F", "cpns_on": "2015-03-01", "pns_on": "2016-04-01",
    }  # fmt: skip
    corrected = client.post(url("employee-edit", person.pk), facts)

    assert "Excel" in refused.content.decode()
    assert corrected.status_code == 302
    with agency_scope(medan):
        person.refresh_from_db()
        assert (person.name, person.rank, person.sex) == ("Ani Lubis", 31, "F")
        assert (person.legal_status, person.own_retirement_age) == ("03", 60)
        assert (person.birth_date, person.pns_on) == (date(1990, 2, 16), date(2016, 4, 1))


def test_an_exit_shows_the_posts_that_end_and_ends_them(client, medan, register):
    with agency_scope(medan):
        held = make.IncumbencyFactory(position=register["position"], employee=register["person"])
    signed_in(client, medan, "staf_bkd")
    page, person = url("employee-exit", register["person"].pk), url("employee-detail", register["person"].pk)

    offered = client.get(page)
    refused = client.post(page, {"exits_on": DAY, "legal_status": "01", "reason": "Pindah"})
    answer = client.post(page, {"exits_on": DAY, "legal_status": "66", "reason": "Pindah ke Pemprov"})

    assert list(offered.context["held"]) == [held]
    assert (refused.status_code, answer.status_code) == (422, 302)
    with agency_scope(medan):
        held.refresh_from_db()
        register["person"].refresh_from_db()
    assert held.ends_on.isoformat() == DAY
    text = client.get(person).content.decode()
    assert "Pindah ke Pemprov" in text
    assert "66 diberhentikan" in text
    assert page not in text


EDITS = ["position-appoint", "position-close", "employee-edit", "employee-exit"]


@pytest.mark.parametrize("name", EDITS)
def test_auditor_may_not_and_the_wrong_unit_is_not_found(client, medan, register, name):
    pk = register["person" if name.startswith("employee") else "position"].pk
    with agency_scope(medan):
        elsewhere = make.UnitFactory()

    assert signed_in(client, medan, "auditor").post(url(name, pk)).status_code == 403
    assert signed_in(client, medan, "admin_unit", elsewhere).post(url(name, pk)).status_code == 404
    assert signed_in(client, AgencyFactory(code="1571"), "staf_bkd").post(url(name, pk)).status_code == 404
    client.logout()
    assert client.post(url(name, pk)).status_code == 302


def test_auditor_is_offered_no_actions(client, medan, register):
    text = signed_in(client, medan, "auditor").get(url("position-detail", register["position"].pk)).content.decode()

    assert reverse("position-appoint", args=[register["position"].pk]) not in text


def test_goal_is_linked_and_released(client, medan, register):
    with agency_scope(medan):
        goal = make.GoalFactory()
    position = register["position"]
    signed_in(client, medan, "bagian_organisasi")

    offered = client.get(url("goal-detail", goal.pk, q="pengolah"))
    client.post(url("goal-link", goal.pk), {"position": position.pk})
    with agency_scope(medan):
        link = position.goal_links.get()
    client.post(url("goal-unlink", link.pk))

    assert position in offered.context["offered"]
    with agency_scope(medan):
        assert not position.goal_links.exists(), "released on its first day"
        link = position.goal_links.create(agency=medan, goal=goal, starts_on=date(2022, 1, 1))
    client.post(url("goal-unlink", link.pk, as_of="2026-01-31"))
    assert link in client.get(url("goal-detail", goal.pk, as_of="2026-01-30")).context["links"]
    page = client.get(url("goal-detail", goal.pk, as_of="2026-01-31", q="pengolah"))
    assert (page.context["links"], page.context["former"]) == ([], [link])
    assert "Pernah melayani" in page.content.decode()
    assert position in page.context["offered"]


def test_linking_goals_is_for_the_bureau_and_by_post(client, medan, register):
    with agency_scope(medan):
        goal = make.GoalFactory()

    assert signed_in(client, medan, "staf_bkd").post(url("goal-link", goal.pk)).status_code == 403
    assert signed_in(client, medan, "bagian_organisasi").get(url("goal-link", goal.pk)).status_code == 405


def finding_of(medan, unit):
    with agency_scope(medan):
        return Finding.objects.create(
            agency=medan, code="GANDA", message="Dua jabatan", unit=unit, fingerprint="1" * 64
        )


def test_finding_is_settled_with_words(client, medan, register):
    finding = finding_of(medan, register["unit"])
    signed_in(client, medan, "staf_bkd")

    empty = client.post(url("finding-detail", finding.pk), {"settlement": ""})
    done = client.post(url("finding-detail", finding.pk), {"settlement": "SK terakhir benar."})

    assert (empty.status_code, done.status_code) == (422, 302)
    with agency_scope(medan):
        finding.refresh_from_db()
        assert finding.settlement == "SK terakhir benar."


def test_finding_is_seen_but_not_settled_by_the_unit(client, medan, register):
    finding = finding_of(medan, register["unit"])
    signed_in(client, medan, "admin_unit", register["unit"])

    seen = client.get(url("finding-detail", finding.pk))

    assert seen.context["form"] is None
    for settlement in ("Benar.", ""):
        assert client.post(url("finding-detail", finding.pk), {"settlement": settlement}).status_code == 403
    assert client.post(url("finding-detail", finding.pk)).status_code == 403


def test_name_is_mapped_from_the_queue(client, medan, register):
    with agency_scope(medan):
        mapping = NameMapping.objects.create(
            agency=medan, kind="unit", key="KEC MEDAN BELAWAN", text="Kec. Medan Belawan"
        )
    signed_in(client, medan, "staf_bkd")

    queue = client.get(url("mapping-list"))
    client.post(url("mapping-detail", mapping.pk), {"target": register["unit"].pk})

    assert queue.context["rows"][0][1][0]["pk"] == register["unit"].pk
    with agency_scope(medan):
        mapping.refresh_from_db()
        assert mapping.unit == register["unit"]


def test_mapping_is_not_for_the_auditor(client, medan):
    assert signed_in(client, medan, "auditor").get(url("mapping-list")).status_code == 403


def test_home_lists_what_waits_for_the_officer_most_urgent_first(client, medan, register):
    with agency_scope(medan):
        make.RecommendationLineFactory(result__position=register["position"])
        make.RecommendationLineFactory(result__analysis__as_of=date(2026, 1, 1), result__position=register["position"])
        acting = make.SeatFactory(position=register["position"])
        make.IncumbencyFactory(
            position=register["position"],
            seat=acting,
            kind="plt",
            employee=register["person"],
            starts_on=date(2026, 9, 1),
        )
        NameMapping.objects.create(agency=medan, kind="unit", key="X", text="X")
    finding_of(medan, register["unit"])

    home = signed_in(client, medan, "staf_bkd").get(url("home"))

    labels = [entry["label"] for entry in home.context["todo"]]
    assert labels[0] == "Putuskan 1 rekomendasi analisis"
    assert labels[1].endswith("hari ke-81")
    duties = set(Deadline.objects.values_list("name", flat=True))
    # The duties of the work calendar come among them by their days (tests/positions/test_agenda.py).
    own = [label for label in labels if label not in duties]
    assert own[2:] == ["Selesaikan 1 temuan data", "Antrean pemetaan: 1 nama belum dikenali"], labels


def test_home_shows_shortage_and_surplus_of_the_latest_analysis_apart(client, medan, register):
    with agency_scope(medan):
        short = make.NeedsResultFactory(
            analysis__as_of=date(2026, 11, 20), position=register["position"], k_used=5, b=2
        )
        over = make.PositionFactory(unit=register["unit"])
        make.NeedsResultFactory(analysis=short.analysis, position=over, k_used=1, b=3)
        unknown = make.PositionFactory(unit=register["unit"])
        make.NeedsResultFactory(
            analysis=short.analysis, position=unknown, source="data_kosong", need=None, k=None, k_used=None, b=4
        )

    home = signed_in(client, medan, "staf_bkd").get(url("home"))

    values = {str(figure["label"]): figure["value"] for figure in home.context["figures"]}
    assert (values["Kekurangan"], values["Kelebihan"]) == (3, 2)
    assert home.context["shortage_rows"][0]["shortage"] == 3


def test_tree_below_a_unit_comes_alone_to_htmx(client, medan, register):
    with agency_scope(medan):
        make.UnitFactory(name="Kelurahan Belawan I", parent=register["unit"])
    signed_in(client, medan, "staf_bkd")

    part = client.get(url("unit-tree", unit=register["unit"].pk), headers={"HX-Request": "true"}).content.decode()

    assert "Kelurahan Belawan I" in part
    assert "<html" not in part
