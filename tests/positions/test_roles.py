"""Roles on their pages: one gives what they hold, deciding roles take two people, and the database agrees."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from asnhr import dates, roles
from asnhr.errors import NotAllowed, RuleBroken
from asnhr.models import AuditEntry, RoleAssignment, RoleRequest
from asnhr.scope import DOOR, agency_scope, set_scope
from positions.models import UnitScope
from positions.services import roles as services
from tests import api_world
from tests.factories.asnhr import UserFactory
from tests.factories.positions import UnitFactory
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db
TODAY = dates.today().isoformat()


@pytest.fixture
def medan():
    return api_world.medan()


@pytest.fixture
def people(medan):
    """admin (asks), ppk and pyb (approve), camat and ani (get)."""
    made = {role: user_with(medan, role, username=role) for role in ("admin_daerah", "ppk", "pyb", "auditor")}
    return made | {name: UserFactory(username=name) for name in ("camat", "ani")}


@pytest.fixture
def as_(client, people):
    def sign_in(name):
        client.force_login(people[name])
        return client

    return sign_in


def ask(client, role="staf_bkd", **changed):
    fields = {"user": "ani", "starts_on": TODAY, "ends_on": "", "reason": "SK tugas 12/2026"} | changed
    return client.post(f"/peran/beri/?peran={role}", fields)


def asked(medan):
    with agency_scope(medan):
        return RoleRequest.objects.latest("pk")


def held(medan, username):
    with agency_scope(medan):
        return set(RoleAssignment.objects.filter(user__username=username).values_list("role", flat=True))


def test_a_role_is_given_with_its_unit_extended_and_ended(as_, medan, people):
    with agency_scope(medan):
        one = UnitFactory(agency=medan, name="Kecamatan Medan Belawan")
        two = UnitFactory(agency=medan, name="Medan Kota")
    admin = as_("admin_daerah")

    assert "Belawan" in admin.get("/peran/beri/?peran=admin_unit&q=belawan").text
    admin.post(f"/peran/beri/?peran=admin_unit&unit={one.pk}", {"user": "camat", "starts_on": "2026-01-01"})
    with agency_scope(medan):
        given = RoleAssignment.objects.get(user__username="camat")
        assert (given.granted_by.username, given.unit_scopes.get().unit) == ("admin_daerah", one)
    admin.post(f"/peran/{given.pk}/unit/?unit={two.pk}", {})
    assert "Medan Kota" in admin.get(f"/peran/{given.pk}/").text
    admin.post(f"/peran/{given.pk}/unit/{one.pk}/lepas/")
    admin.post(f"/peran/{given.pk}/unit/{two.pk}/lepas/")
    with agency_scope(medan):
        assert UnitScope.objects.get(assignment=given).unit == two
    assert admin.post(f"/peran/{given.pk}/akhiri/", {"ends_on": TODAY}).status_code == 302
    with agency_scope(medan):
        given.refresh_from_db()
        assert given.ends_on == dates.today()
        tables = set(AuditEntry.objects.filter(user=people["admin_daerah"]).values_list("table_name", flat=True))
    assert {"asnhr_roleassignment", "positions_unitscope"} <= tables


def test_a_nip_names_the_login_that_it_belongs_to_before_one_that_is_called_so(as_, medan):
    nip, other = "198501012010011001", "198601012010011002"
    UserFactory(username=nip)
    official = UserFactory(username="kadis", nip=nip)
    UserFactory(username=other)
    UserFactory(username="keluar", nip="198701012010011003", is_active=False)
    UserFactory(username="198701012010011003")
    admin = as_("admin_daerah")

    for typed in ("19850101 201001 1 001", other, "198701012010011003"):
        admin.post("/peran/beri/?peran=pegawai", {"user": typed, "starts_on": TODAY})

    with agency_scope(medan):
        given = RoleAssignment.objects.filter(role="pegawai")
        # The third NIP is that of a closed login: nobody gets its role in its place.
        assert set(given.values_list("user__username", flat=True)) == {official.username, other}


def test_a_role_does_not_end_in_the_past_or_twice(medan, people):
    today, days = dates.today(), timedelta(days=1)
    with agency_scope(medan, people["admin_daerah"].pk):
        actor = with_access(people["admin_daerah"], medan)
        given = services.grant(actor=actor, user=people["ani"], role="pegawai", starts_on=today - 60 * days)
        coming = services.grant(actor=actor, user=people["camat"], role="pegawai", starts_on=today + 5 * days)

        with pytest.raises(RuleBroken, match="mundur"):
            services.end_role(actor=actor, assignment=given, ends_on=today - days, today=today)
        services.end_role(actor=actor, assignment=given, ends_on=today, today=today)
        for ends_on in (today, today - 30 * days):
            with pytest.raises(RuleBroken, match="sudah berakhir"):
                services.end_role(actor=actor, assignment=given, ends_on=ends_on, today=today)
        ended = services.end_role(actor=actor, assignment=coming, ends_on=today + 6 * days, today=today)

    assert ended.ends_on == today + 6 * days


def test_a_deciding_role_takes_a_second_person(as_, medan):
    response = ask(as_("admin_daerah"))
    request = asked(medan)
    assert response["Location"] == f"/peran/permintaan/{request.pk}/"
    assert held(medan, "ani") == set()
    # Who asked does not decide: what the page offers them is to take it back.
    assert "Putuskan" not in as_("admin_daerah").get(f"/peran/permintaan/{request.pk}/").text
    assert "permintaan peran" in as_("pyb").get("/").text

    as_("pyb").post(f"/peran/permintaan/{request.pk}/", {"approve": "setuju", "reason": "Sesuai SK"})

    with agency_scope(medan):
        given = RoleAssignment.objects.get(user__username="ani")
        assert (given.role, given.granted_by.username, given.request_id) == ("staf_bkd", "pyb", request.pk)
        kinds = AuditEntry.objects.filter(table_name="asnhr_rolerequest").order_by("pk").values_list("kind", flat=True)
        assert list(kinds) == ["tambah", "ubah"]
    again = as_("ppk").post(f"/peran/permintaan/{request.pk}/", {"approve": "tolak", "reason": "x"})
    assert again.status_code == 403


def test_a_request_is_refused_or_taken_back(as_, medan):
    ask(as_("admin_daerah"))
    as_("ppk").post(f"/peran/permintaan/{asked(medan).pk}/", {"approve": "tolak", "reason": "Belum ada SK"})
    assert asked(medan).verdict == "ditolak"
    ask(as_("admin_daerah"))
    as_("admin_daerah").post(f"/peran/permintaan/{asked(medan).pk}/")
    assert asked(medan).verdict == "ditarik"
    assert held(medan, "ani") == set()


@pytest.mark.parametrize(
    ("role", "who", "may"),
    [("staf_bkd", "pyb", True), ("pyb", "pyb", False), ("pyb", "ppk", True), ("auditor", "pyb", False),
     ("auditor", "ppk", True), ("bagian_organisasi", "auditor", False), ("staf_bkd", "admin_daerah", False)],
)  # fmt: skip
def test_a_role_comes_from_the_office_that_it_flows_from(role, who, may, people, medan):
    with agency_scope(medan):
        admin, second = with_access(people["admin_daerah"], medan), with_access(people[who], medan)
        request = services.request_role(
            actor=admin, user=people["ani"], role=role, starts_on=dates.today(), reason="SK"
        )
        decide = {"actor": second, "request": request, "approve": True, "reason": "ya", "today": dates.today()}
        assert services.may_decide(second, request) is may
        if may:
            assert services.decide_request(**decide).role == role
        else:
            with pytest.raises(NotAllowed):
                services.decide_request(**decide)


def test_nobody_gives_themself_or_decides_their_own_case(people, medan):
    with agency_scope(medan):
        admin, ppk = with_access(people["admin_daerah"], medan), with_access(people["ppk"], medan)
        with pytest.raises(NotAllowed):
            services.grant(actor=admin, user=admin, role="pegawai", starts_on=dates.today())
        with pytest.raises(NotAllowed):
            services.request_role(actor=admin, user=admin, role="pyb", starts_on=dates.today(), reason="SK")
        for_ppk = services.request_role(actor=admin, user=ppk, role="auditor", starts_on=dates.today(), reason="SK")
        with pytest.raises(NotAllowed):
            services.decide_request(actor=ppk, request=for_ppk, approve=True, reason="ya", today=dates.today())
        # One person with both rights is still one person.
        both = with_access(user_with(medan, "admin_daerah", username="rangkap"), medan)
        RoleAssignment.objects.create(agency=medan, user=both, role="ppk", starts_on=date(2020, 1, 1))
        both = with_access(both, medan)
        own = services.request_role(actor=both, user=people["ani"], role="pyb", starts_on=dates.today(), reason="SK")
        with pytest.raises(NotAllowed):
            services.decide_request(actor=both, request=own, approve=True, reason="ya", today=dates.today())


@pytest.mark.parametrize("role", ["staf_bkd", "pyb", "ppk", "auditor", "pusat", "integrasi", "atasan"])
def test_alone_nobody_gives_what_they_lack(role, people, medan):
    with agency_scope(medan):
        admin = with_access(people["admin_daerah"], medan)
        with pytest.raises(NotAllowed):
            services.grant(actor=admin, user=people["ani"], role=role, starts_on=dates.today())
    assert role not in dict(roles.grantable(frozenset(roles.PERMISSION_NAMES)))


def test_the_same_is_asked_once_and_a_held_role_not_at_all(people, medan):
    with agency_scope(medan):
        admin = with_access(people["admin_daerah"], medan)
        wanted = {"actor": admin, "user": people["ani"], "role": "pyb", "starts_on": dates.today(), "reason": "SK"}
        services.request_role(**wanted)
        with pytest.raises(RuleBroken, match="menunggu"):
            services.request_role(**wanted)
        with pytest.raises(RuleBroken, match="sudah memegang"):
            services.request_role(**(wanted | {"user": people["auditor"], "role": "auditor"}))
        with pytest.raises(RuleBroken, match="Alasan"):
            services.request_role(**(wanted | {"role": "staf_bkd", "reason": " "}))


@contextmanager
def through_a_page() -> Iterator[None]:
    before = DOOR.set("halaman")
    try:
        yield
    finally:
        DOOR.reset(before)


def by_hand(statement, *values):
    """Send what no service would; return the constraint that stops it."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
    return caught.value.__cause__.diag.constraint_name


def test_the_database_holds_it_too(people, medan):
    """Each row that the services would never write, written by hand through a page's scope."""
    admin, ppk, ani = (people[name].pk for name in ("admin_daerah", "ppk", "ani"))
    assigned = ("INSERT INTO asnhr_roleassignment (agency_id, user_id, role, starts_on, granted_by_id, granted_at,"
                " request_id) VALUES (%s, %s, %s, %s, %s, now(), %s)")  # fmt: skip
    request = ("INSERT INTO asnhr_rolerequest (agency_id, user_id, role, starts_on, reason, requested_by_id,"
               " requested_at, verdict, decision) VALUES (%s, %s, %s, %s, 'x', %s, now(), %s, '')")  # fmt: skip
    decide = "UPDATE asnhr_rolerequest SET verdict = 'disetujui', decided_by_id = %s, decided_at = now() WHERE id = %s"
    with through_a_page(), agency_scope(medan, admin):
        for granter in (None, admin):
            assert by_hand(assigned, medan.pk, ani, "staf_bkd", TODAY, granter, None) == "role_deciding_by_two"
        assert by_hand(assigned, medan.pk, ani, "pusat", TODAY, None, None) == "role_deciding_by_two"
        assert by_hand(assigned, medan.pk, admin, "pegawai", TODAY, admin, None) == "role_not_from_oneself"
        assert by_hand(request, medan.pk, ani, "pyb", TODAY, admin, "disetujui") == "role_request_kept"
        assert by_hand(request, medan.pk, ani, "pyb", TODAY, ppk, "menunggu") == "role_request_kept"
        assert by_hand(request, medan.pk, ani, "ppk", TODAY, admin, "menunggu") == "role_request_deciding_role"
        assert by_hand(request, medan.pk, admin, "pyb", TODAY, admin, "menunggu") == "role_request_not_for_oneself"
        made = RoleRequest.objects.create(
            agency=medan, user=people["ani"], role="pyb", starts_on=dates.today(), reason="SK",
            requested_by=people["admin_daerah"],
        )  # fmt: skip
        # Not in another's name, not by who asked, not what was not asked for, not twice.
        assert by_hand(decide, ppk, made.pk) == "role_request_kept"
        assert by_hand(decide, admin, made.pk) == "role_request_two_people"
        assert by_hand(assigned, medan.pk, ani, "pyb", TODAY, ppk, made.pk) == "role_deciding_by_two"
        set_scope(medan.pk, ppk)
        with connection.cursor() as cursor:
            cursor.execute(decide, [ppk, made.pk])
        assert by_hand(assigned, medan.pk, ani, "auditor", TODAY, ppk, made.pk) == "role_deciding_by_two"
        assert by_hand(decide, ppk, made.pk) == "role_request_kept"
        with connection.cursor() as cursor:
            cursor.execute(assigned, [medan.pk, ani, "pyb", TODAY, ppk, made.pk])
        given = RoleAssignment.objects.get(user=ani)
        swap = "UPDATE asnhr_roleassignment SET role = 'auditor' WHERE id = %s"
        assert by_hand(swap, given.pk) == "role_deciding_by_two"


def test_requests_and_clients_are_not_deleted(medan, people):
    from django.db import ProgrammingError

    for table in ("asnhr_rolerequest", "asnhr_apiclient"):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table}")


@pytest.mark.parametrize("role", ["staf_bkd", "admin_unit", "pegawai", "pusat"])
def test_the_pages_are_closed_to_others(role, client, medan, people):
    client.force_login(user_with(medan, role))

    for address in ("/peran/", "/peran/arti/", "/peran/permintaan/", "/peran/beri/"):
        assert client.get(address).status_code == 403
    assert ask(client).status_code == 403


def test_another_agency_sees_none_of_it(as_, client, medan):
    ask(as_("admin_daerah"))
    with agency_scope(medan):
        given = RoleAssignment.objects.get(user__username="ppk")
    client.force_login(user_with(api_world.jambi(), "admin_daerah"))

    assert client.get(f"/peran/permintaan/{asked(medan).pk}/").status_code == 404
    assert client.get(f"/peran/{given.pk}/").status_code == 404
    assert client.post(f"/peran/{given.pk}/akhiri/", {"ends_on": TODAY}).status_code == 404
    assert ">admin_daerah<" not in client.get("/peran/").text


def test_a_list_of_holders_costs_the_same_at_any_size(as_, medan, people, django_assert_max_num_queries):
    with agency_scope(medan):
        for _n in range(20):
            RoleAssignment.objects.create(
                agency=medan, user=UserFactory(), role="pegawai", starts_on=date(2020, 1, 1),
                granted_by=people["admin_daerah"],
            )  # fmt: skip
    admin = as_("admin_daerah")
    with django_assert_max_num_queries(12):
        assert admin.get("/peran/").status_code == 200


def test_every_permission_has_words_and_every_role_a_giver():
    from positions.pages.roles import given_by

    assert set().union(*(role.permissions for role in roles.ROLES.values())) <= set(roles.PERMISSION_NAMES)
    assert all(given_by(slug) for slug in roles.ROLES)
    assert all(approver not in (role,) for role, who in roles.APPROVERS.items() for approver in who)


def test_an_approval_begins_today_and_not_for_a_closed_login(people, medan):
    with agency_scope(medan):
        admin, ppk = with_access(people["admin_daerah"], medan), with_access(people["ppk"], medan)
        request = services.request_role(
            actor=admin, user=people["ani"], role="pyb", starts_on=date(2020, 1, 1), reason="SK"
        )
        decide = {"actor": ppk, "request": request, "reason": "ya", "today": dates.today()}
        people["ani"].is_active = False
        people["ani"].save()
        with pytest.raises(RuleBroken, match="ditutup"):
            services.decide_request(approve=True, **decide)
        people["ani"].is_active = True
        people["ani"].save()
        assert services.decide_request(approve=True, **decide).starts_on == dates.today()
        assert request.requested_at <= timezone.now()
