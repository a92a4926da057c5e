"""A head reads the records of the own people, down the tree, and nothing else of the register; lists cost the same."""

from datetime import date

import pytest
from allauth.mfa.models import Authenticator

from asnhr import dates
from asnhr.models import AuditEntry
from asnhr.scope import agency_scope
from positions.models import (
    Contract,
    CreditPoint,
    Employee,
    EmployeeEducation,
    Incumbency,
    Position,
    Unit,
    YearlyPredicate,
)
from tests import api_world, second_factor
from tests.factories.positions import EmployeeFactory, IncumbencyFactory, PositionFactory, UnitFactory
from tests.roles import user_with

pytestmark = pytest.mark.django_db


class World:
    def __init__(self) -> None:
        self.medan = api_world.medan()
        with agency_scope(self.medan):
            root = UnitFactory(agency=self.medan, name="Pemerintah Kota")
            self.office = UnitFactory(agency=self.medan, name="Dinas Sosial", parent=root)
            self.section = UnitFactory(agency=self.medan, name="Seksi Data", parent=self.office)
            self.elsewhere = UnitFactory(agency=self.medan, name="Dinas Lain", parent=root)
            self.seat = PositionFactory(agency=self.medan, unit=self.office, is_head=True)
            self.head = self.person(self.office, "KEPALA")
            self.held = IncumbencyFactory(agency=self.medan, position=self.seat, employee=self.head)
            self.near, self.below = self.person(self.office, "DEKAT"), self.person(self.section, "BAWAH")
            self.far = self.person(self.elsewhere, "JAUH")
        self.user = user_with(self.medan, "pegawai", username="kadis", nip=self.head.nip)

    def person(self, unit, name):
        return EmployeeFactory(agency=self.medan, unit=unit, name=name)


@pytest.fixture
def world():
    return World()


@pytest.fixture
def head(client, world):
    client.force_login(world.user)
    return client


def test_a_head_reads_the_own_people_only(head, world):
    listed = head.get("/bawahan/")

    assert listed.status_code == 200
    assert "DEKAT" in listed.text
    assert "BAWAH" in listed.text
    assert "JAUH" not in listed.text
    shown = {person: head.get(f"/pegawai/{person.pk}/") for person in (world.near, world.below, world.far, world.head)}
    assert [answer.status_code for answer in shown.values()] == [200, 200, 404, 200]
    assert "Tampilkan (tercatat)" not in shown[world.near].text
    assert "Bawahan saya" in head.get("/").text


def test_a_head_owes_the_second_factor_while_the_seat_is_held(client, world):
    world.medan.is_sample = False
    world.medan.save()
    client.force_login(world.user)

    assert client.get("/bawahan/")["Location"] == "/akun/dua-langkah/"
    assert client.get("/api/v1/me/").status_code == 403
    second_factor.let_in(client, world.user)
    assert client.get("/bawahan/").status_code == 200
    Authenticator.objects.filter(user=world.user).delete()
    with agency_scope(world.medan):
        Incumbency.objects.filter(pk=world.held.pk).update(ends_on=dates.today())
    # The own record asks for none, as of everybody.
    assert client.get("/").status_code == 200


def test_the_register_stays_closed_to_a_head(head, world):
    for address in ("/pegawai/", "/unit/", "/jabatan/", "/pensiun/", f"/unit/{world.office.pk}/", "/analisis/"):
        assert head.get(address).status_code in (403, 404), address
    for address in ("employees", "units", "positions", "incumbencies", "contracts"):
        assert head.get(f"/api/v1/{address}/").status_code == 403
    assert head.post(f"/pegawai/{world.near.pk}/ubah/").status_code in (403, 404)


def test_what_a_head_sees_is_the_queryset_itself(head, world):
    user = head.get("/").wsgi_request.user
    with agency_scope(world.medan):
        names = set(Employee.objects.visible_to(user).values_list("name", flat=True))
        assert names == {"KEPALA", "DEKAT", "BAWAH"}
        assert Incumbency.objects.visible_to(user).get() == world.held
        for model in (Unit, Position):
            assert not model.objects.visible_to(user).exists()
        assert not EmployeeEducation.objects.visible_to(user).exists()
        assert not Contract.objects.visible_to(user).exists()


@pytest.mark.parametrize("kind", ["plt", "plh"])
def test_a_plt_heads_and_a_plh_does_not(kind, client, world):
    with agency_scope(world.medan):
        Incumbency.objects.filter(pk=world.held.pk).update(ends_on=date(2024, 1, 1))
        acting = world.person(world.elsewhere, "PELAKSANA")
        IncumbencyFactory(
            agency=world.medan, position=world.seat, employee=acting, kind=kind, starts_on=date(2026, 1, 1),
            seat=world.held.seat,
        )  # fmt: skip
    client.force_login(user_with(world.medan, "pegawai", nip=acting.nip))

    assert client.get("/bawahan/").status_code == (200 if kind == "plt" else 403)


def test_who_headed_heads_no_more(head, world):
    with agency_scope(world.medan):
        Incumbency.objects.filter(pk=world.held.pk).update(ends_on=dates.today())

    assert head.get("/bawahan/").status_code == 403
    assert head.get(f"/pegawai/{world.near.pk}/").status_code == 404


def test_the_same_nip_in_another_agency_leads_nobody_there(client, world):
    jambi = api_world.jambi()
    client.force_login(user_with(jambi, "pegawai", username="lain", nip="199001012015011001"))
    with agency_scope(world.medan):
        Employee.objects.filter(pk=world.head.pk).update(nip="199001012015011001")

    assert client.get("/bawahan/").status_code == 403


def test_a_unit_admin_who_heads_elsewhere_reads_both(client, world):
    user = user_with(world.medan, "admin_unit", world.elsewhere, username="dua", nip="")
    user.nip = world.head.nip
    world.user.nip = ""
    world.user.save()
    user.save()
    client.force_login(user)

    listed = client.get("/pegawai/").text
    assert "JAUH" in listed
    assert "DEKAT" in listed
    assert "Dinas Sosial" not in client.get("/unit/").text


@pytest.mark.parametrize("rows", [1, 40])
def test_the_list_costs_the_same_at_any_size(rows, head, world, django_assert_max_num_queries):
    with agency_scope(world.medan):
        for number in range(rows):
            world.person(world.section, f"ORANG {number}")
    with django_assert_max_num_queries(15):
        assert head.get("/bawahan/").status_code == 200


# Performance of the people led


@pytest.fixture
def rated(world):
    """Predicates and credit points of one led, of one below, of a stranger."""
    with agency_scope(world.medan):
        for person in (world.near, world.below, world.far):
            of = {"agency": world.medan, "employee": person}
            Employee.objects.filter(pk=person.pk).update(rank=31, rank_since=date(2024, 1, 1))
            YearlyPredicate.objects.create(**of, year=2025, predicate=2, result=2, behaviour=2)
            CreditPoint.objects.create(
                **of, job_name="X", starts_on=date(2025, 1, 1), ends_on=date(2026, 1, 1), total=12
            )
    return world


def looks(agency):
    with agency_scope(agency):
        rows = AuditEntry.objects.filter(agency=agency, kind=AuditEntry.Kind.READ)
        return rows.filter(table_name="positions_yearlypredicate").count()


def test_a_head_reads_the_performance_of_the_people_led_and_each_look_is_logged(head, rated):
    before = looks(rated.medan)
    for person in (rated.near, rated.below):
        tab = head.get(f"/pegawai/{person.pk}/riwayat/kinerja/")
        assert tab.status_code == 200
        assert [line.cells[0][1] for line in tab.context["sections"][0].lines] == ["2025"]
        assert "Predikat kinerja" in head.get(f"/pegawai/{person.pk}/turunan/").text
    assert looks(rated.medan) == before + 2
    assert head.get(f"/pegawai/{rated.far.pk}/riwayat/kinerja/").status_code == 404
    assert head.get(f"/pegawai/{rated.far.pk}/turunan/").status_code == 404
    # The rest of the file stays closed, and nothing is written.
    for group in ("kepegawaian", "penugasan", "pengembangan", "keluarga", "disiplin"):
        assert head.get(f"/pegawai/{rated.near.pk}/riwayat/{group}/").status_code == 403, group
    assert head.post(f"/pegawai/{rated.near.pk}/riwayat/kinerja/baru/").status_code in (403, 404, 405)


@pytest.mark.parametrize("route", ["predicates", "credit-points"])
def test_the_api_tells_a_head_the_performance_of_the_people_led(route, head, rated):
    before = looks(rated.medan)
    answer = head.get(f"/api/v1/{route}/")
    assert answer.status_code == 200
    rows = answer.json()["results"]
    assert {row["employee_id"] for row in rows} == {rated.near.pk, rated.below.pk}
    assert looks(rated.medan) == before + (route == "predicates")
    with agency_scope(rated.medan):
        model = YearlyPredicate if route == "predicates" else CreditPoint
        strange = model.objects.get(employee=rated.far)
    assert head.get(f"/api/v1/{route}/{strange.pk}/").status_code == 404
    own = head.get(f"/api/v1/{route}/{rows[0]['id']}/")
    assert own.status_code == 200
    assert head.patch(f"/api/v1/{route}/{rows[0]['id']}/", {"why": "x"}, "application/json").status_code == 403
    assert head.get("/api/v1/awards/").status_code == 403


def test_who_heads_no_more_and_another_head_read_nothing(client, rated):
    with agency_scope(rated.medan):
        seat = PositionFactory(agency=rated.medan, unit=rated.elsewhere, is_head=True)
        other = rated.person(rated.elsewhere, "LAIN")
        IncumbencyFactory(agency=rated.medan, position=seat, employee=other)
    client.force_login(user_with(rated.medan, "pegawai", username="lain", nip=other.nip))
    assert client.get(f"/pegawai/{rated.near.pk}/riwayat/kinerja/").status_code == 404
    assert {row["employee_id"] for row in client.get("/api/v1/predicates/").json()["results"]} == {rated.far.pk}
    with agency_scope(rated.medan):
        Incumbency.objects.filter(pk=rated.held.pk).update(ends_on=dates.today())
    client.force_login(rated.user)
    assert client.get(f"/pegawai/{rated.near.pk}/riwayat/kinerja/").status_code == 404
    assert client.get("/api/v1/predicates/").status_code == 403


def test_a_colleague_without_a_seat_at_the_head_reads_no_predicates(client, rated):
    client.force_login(user_with(rated.medan, "pegawai", username="dekat", nip=rated.near.nip))
    assert client.get(f"/pegawai/{rated.below.pk}/riwayat/kinerja/").status_code == 404
    assert client.get("/api/v1/predicates/").status_code == 403
    # The own file is open as ever.
    assert client.get(f"/pegawai/{rated.near.pk}/riwayat/kinerja/").status_code == 200
