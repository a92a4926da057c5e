"""Roles on their pages: one gives what they hold, deciding roles take two people, and the database agrees."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from asnhr import dates, roles
from asnhr.access import NO_ACCESS, Access, resolve
from asnhr.errors import NotAllowed, RuleBroken
from asnhr.models import AuditEntry, RoleAssignment, RoleRequest
from asnhr.scope import DOOR, agency_scope, set_scope
from positions.models import Employee, UnitScope
from positions.services import roles as services
from tests import api_world
from tests.factories.asnhr import UserFactory
from tests.factories.positions import EmployeeFactory, UnitFactory
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db
TODAY = dates.today().isoformat()


@pytest.fixture
def medan():
    return api_world.medan()


@pytest.fixture
def people(medan):
    """admin (asks), ppk and pyb (approve), camat and ani (get: people of the register)."""
    made = {role: user_with(medan, role, username=role) for role in ("admin_daerah", "ppk", "pyb", "auditor")}
    with agency_scope(medan):
        nips = {name: EmployeeFactory(agency=medan).nip for name in ("camat", "ani")}
    return made | {name: UserFactory(username=name, nip=nip) for name, nip in nips.items()}


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
    nip, other = "198501012010011901", "198601012010011902"
    UserFactory(username=nip)
    official = UserFactory(username="kadis", nip=nip)
    called = user_with(medan, "atasan", username=other)
    UserFactory(username="keluar", nip="198701012010011003", is_active=False)
    user_with(medan, "atasan", username="198701012010011003")
    with agency_scope(medan):
        EmployeeFactory(agency=medan, nip=nip)
    assert called.nip == ""
    admin = as_("admin_daerah")

    for typed in ("19850101 201001 1 901", other, "198701012010011003"):
        admin.post("/peran/beri/?peran=pegawai", {"user": typed, "starts_on": TODAY})

    with agency_scope(medan):
        given = RoleAssignment.objects.filter(role="pegawai")
        # The third NIP is that of a closed login: nobody gets its role in its place.
        assert set(given.values_list("user__username", flat=True)) == {official.username, other}


def test_a_role_given_by_mistake_is_taken_back_at_once(as_, client, medan, people):
    as_("admin_daerah").post("/peran/beri/?peran=admin_daerah", {"user": "ani", "starts_on": TODAY})
    with agency_scope(medan):
        given = RoleAssignment.objects.get(user__username="ani")
    ani = Client()
    ani.force_login(people["ani"])
    assert ani.get("/peran/").status_code == 200
    admin, address = as_("admin_daerah"), f"/peran/{given.pk}/cabut/"

    assert "dicabut sekarang" in admin.post(f"/peran/{given.pk}/akhiri/", {"ends_on": TODAY}).text
    assert admin.post(address, {"reason": " "}).status_code == 422
    assert ani.get("/peran/").status_code == 200
    assert admin.post(address, {"reason": "Salah orang"}).status_code == 302

    # The session that was open finds it gone with its next request.
    assert ani.get("/peran/").status_code == 403
    with agency_scope(medan):
        given.refresh_from_db()
        assert (given.ends_on, given.revoked_by) == (dates.today(), people["admin_daerah"])
        last = AuditEntry.objects.filter(table_name="asnhr_roleassignment").latest("pk")
        assert (last.kind, last.user) == ("ubah", people["admin_daerah"])
    page = admin.get(f"/peran/{given.pk}/").text
    assert "Salah orang" in page
    assert "Cabut sekarang" not in page
    assert "dicabut" in admin.get("/peran/?q=ani").text
    assert admin.post(address, {"reason": "lagi"}).status_code == 422
    # The right person, or the same one, is given it anew.
    assert admin.post("/peran/beri/?peran=admin_daerah", {"user": "ani", "starts_on": TODAY}).status_code == 302
    assert ani.get("/peran/").status_code == 200


def test_a_role_not_yet_begun_is_taken_back_and_never_begins(medan, people):
    today, begins = dates.today(), dates.today() + timedelta(days=5)
    with agency_scope(medan, people["admin_daerah"].pk):
        actor = with_access(people["admin_daerah"], medan)
        coming = services.grant(actor=actor, user=people["ani"], role="pegawai", starts_on=begins)
        services.revoke_role(actor=actor, assignment=coming, reason="Batal pindah", today=today)
        coming.refresh_from_db()

        assert (coming.ends_on, coming.revoke_reason) == (today, "Batal pindah")
        for day in (today, begins, begins + timedelta(days=1)):
            assert resolve(people["ani"], medan.pk, day) == NO_ACCESS
        with pytest.raises(RuleBroken, match="sudah berakhir"):
            services.prolong(actor=actor, assignment=coming, ends_on=None, today=today)


def test_taking_back_asks_for_the_right_of_ending(as_, client, medan, people):
    with agency_scope(medan):
        by_operator = RoleAssignment.objects.create(
            agency=medan, user=people["ani"], role="pusat", starts_on=date(2020, 1, 1)
        )
        own = RoleAssignment.objects.get(user=people["admin_daerah"])
        head = RoleAssignment.objects.get(user=people["ppk"])
    reason = {"reason": "Salah"}

    for held in (by_operator, own):
        assert as_("admin_daerah").post(f"/peran/{held.pk}/cabut/", reason).status_code == 403
    assert as_("ppk").post(f"/peran/{own.pk}/cabut/", reason).status_code == 403
    client.force_login(user_with(api_world.jambi(), "admin_daerah"))
    assert client.post(f"/peran/{own.pk}/cabut/", reason).status_code == 404
    # As with ending: less than there was is any role manager's, of a deciding role too.
    assert as_("admin_daerah").post(f"/peran/{head.pk}/cabut/", reason).status_code == 302


def test_a_role_ends_before_it_began_only_when_it_was_taken_back(medan, people):
    with agency_scope(medan, people["admin_daerah"].pk):
        actor = with_access(people["admin_daerah"], medan)
        given = services.grant(actor=actor, user=people["ani"], role="pegawai", starts_on=dates.today())
    change = "UPDATE asnhr_roleassignment SET {} WHERE id = %s"
    with through_a_page(), agency_scope(medan, people["admin_daerah"].pk):
        assert by_hand(change.format("ends_on = starts_on"), given.pk) == "role_ends_after_it_starts"
        for half in ("revoked_at = now(), ends_on = starts_on", "revoke_reason = 'x'",
                     "revoked_at = now(), revoke_reason = 'x'"):  # fmt: skip
            assert by_hand(change.format(half), given.pk) == "role_revoked_whole"


def test_a_login_of_elsewhere_is_given_nothing_and_is_not_named(as_, medan, people):
    jambi = api_world.jambi()
    user_with(jambi, "staf_bkd", username="staf_bkd.1571", first_name="Rahasia")
    gone = UserFactory(username="pindah", nip="198803032012011903")
    moved = UserFactory(username="datang", nip="198804042012011904")
    with agency_scope(medan):
        EmployeeFactory(agency=medan, nip=gone.nip, exits_on=dates.today(), exit_reason="Pindah")
        # Held one before: who has left is given none all the same.
        RoleAssignment.objects.create(agency=medan, user=gone, role="pegawai", starts_on=date(2020, 1, 1),
                                      ends_on=dates.today())  # fmt: skip
        EmployeeFactory(agency=medan, nip=moved.nip)
    admin = as_("admin_daerah")

    for typed in ("staf_bkd.1571", "pindah", gone.nip, "tidak-ada"):
        for role in ("pegawai", "staf_bkd"):
            response = ask(admin, role, user=typed)
            assert response.status_code == 422
            # One answer for who is not there and who is elsewhere.
            assert "di antara pegawai dan pemegang peran instansi Anda" in response.text
            assert "Rahasia" not in response.text
    assert held(medan, "staf_bkd.1571") == set()
    assert ask(admin, "pegawai", user=moved.nip).status_code == 302
    assert held(medan, "datang") == {"pegawai"}


def test_who_left_since_they_were_asked_for_is_not_approved(as_, medan, people):
    ask(as_("admin_daerah"))
    with agency_scope(medan):
        Employee.objects.filter(nip=people["ani"].nip).update(exits_on=dates.today(), exit_reason="Pindah")
    address = f"/peran/permintaan/{asked(medan).pk}/"

    response = as_("pyb").post(address, {"approve": "setuju", "reason": "ya"})
    assert response.status_code == 422
    assert "hanya dapat ditolak" in response.text
    assert as_("pyb").post(address, {"approve": "tolak", "reason": "sudah pindah"}).status_code == 302


def test_a_role_given_elsewhere_moves_no_session(as_, client, medan, people):
    jambi = api_world.jambi()  # 1571: after Medan by code
    official = user_with(jambi, "staf_bkd", username="pinjaman", nip="198805052012011905")
    client.force_login(official)
    assert client.get("/").wsgi_request.agency == jambi
    with agency_scope(medan, people["admin_daerah"].pk):
        EmployeeFactory(agency=medan, nip=official.nip)
        actor = with_access(people["admin_daerah"], medan)
        services.grant(actor=actor, user=official, role="pegawai", starts_on=dates.today())

    page = client.get("/").wsgi_request
    assert (page.agency, len(page.agencies)) == (jambi, 2)
    # Nor does a new session begin elsewhere, or a role given anew at home lead away from it.
    with agency_scope(jambi):
        RoleAssignment.objects.filter(user=official).update(ends_on=dates.today())
        RoleAssignment.objects.create(agency=jambi, user=official, role="pegawai", starts_on=dates.today())
    assert client.get("/").wsgi_request.agency == jambi
    client.post(f"/instansi/{medan.code}/")
    assert client.get("/").wsgi_request.agency == medan


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
    assert role not in roles.grantable(Access(permissions=frozenset(roles.PERMISSION_NAMES), whole_agency=True))


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
