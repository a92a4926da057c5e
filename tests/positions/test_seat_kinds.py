"""A past day shows seats as they were: within K or di luar formasi, whatever moved them and whoever reads."""

import datetime
import importlib
import io
import random

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asnhr.imports.framework import Options, run
from asnhr.scope import agency_scope
from asnhr.services import Progress
from positions.imports.incumbencies import IncumbencyImporter
from positions.models import Incumbency, NeedsResult, Position, Seat, SeatFormerKind
from positions.models.position import kind_on, of_kind
from positions.queries import home
from positions.queries import register as reads
from positions.services import analysis, hearings, register, seats
from tests.factories import positions as make
from tests.factories.asnhr import AgencyFactory, RunFactory
from tests.positions.test_import_formation import DOORS
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db
D = datetime.date
DAY = datetime.timedelta(days=1)
TODAY = D(2026, 11, 1)
FIRST, FALL, RISE = D(2025, 1, 6), D(2025, 7, 1), D(2026, 2, 2)
BEYOND, WITHIN, DUTY = Seat.Kind.SUPERNUMERARY, Seat.Kind.FORMATION, Seat.Kind.DUTY
# The three holders came in turn: K = 1 leaves the first within it, K = 2 takes the second back.
ON = {
    FIRST: "www", FALL - DAY: "www", FALL: "wbb", RISE - DAY: "wbb", RISE: "wwb", TODAY: "wwb",
}  # fmt: skip


@pytest.fixture(autouse=True)
def frozen(monkeypatch):
    monkeypatch.setattr("asnhr.dates.today", lambda: TODAY)


@pytest.fixture
def agency():
    agency = AgencyFactory()
    with agency_scope(agency):
        root = make.UnitFactory(agency=agency, code="1271", name="Pemerintah Kota Medan")
        unit = make.UnitFactory(agency=agency, code="1271.40", name="Kecamatan Medan Belawan", parent=root)
        job = make.JobFactory(agency=agency, name="Pengadministrasi Perkantoran", group="pelaksana", level="PELAKSANA")
        make.PositionFactory(agency=agency, code="C", unit=unit, job=job, starts_on=D(2024, 1, 1))
    return agency


def hold(agency, count=3, kind="definitif"):
    """Fill the position's seats, each a month later than the one before."""
    with agency_scope(agency):
        position = Position.objects.get(code="C")
        for number, seat in enumerate(position.seats.order_by("number")[:count]):
            person = make.EmployeeFactory(agency=agency, unit=position.unit)
            make.IncumbencyFactory(
                agency=agency, position=position, seat=seat, employee=person, kind=kind,
                starts_on=FIRST + number * 20 * DAY,
            )  # fmt: skip
    return position


@pytest.fixture
def fallen(agency):
    """K 3 → 1 → 2 with three holders."""
    DOORS["page"](agency, 3, FIRST)
    position = hold(agency)
    DOORS["page"](agency, 1, FALL)
    DOORS["page"](agency, 2, RISE)
    return position


def letters(kinds):
    return "".join({WITHIN: "w", DUTY: "d", BEYOND: "b"}[kind] for kind in kinds)


def on(day, code="C"):
    """The kinds of the seats in force, by number."""
    rows = Seat.objects.filter(position__code=code).on(day).annotate(then=kind_on(day)).order_by("number")
    return letters(rows.values_list("then", flat=True))


def former():
    rows = SeatFormerKind.objects.order_by("seat__number", "starts_on")
    return list(rows.values_list("seat__number", "kind", "starts_on", "ends_on"))


@pytest.mark.parametrize("doors", [
    ("page", "page", "page"), ("map", "map", "map"), ("needs", "needs", "needs"), ("map", "page", "needs"),
])  # fmt: skip
def test_k_that_falls_and_rises_leaves_the_days_before_as_they_were(agency, doors):
    DOORS[doors[0]](agency, 3, FIRST)
    hold(agency)
    DOORS[doors[1]](agency, 1, FALL)
    DOORS[doors[2]](agency, 2, RISE)

    with agency_scope(agency):
        assert {day: on(day) for day in ON} == ON
        for day, kinds in ON.items():
            found = Seat.objects.decided(day).filter(position__code="C").count()
            assert found == kinds.count("w"), day
        assert former() == [
            (2, WITHIN, FIRST, FALL), (2, BEYOND, FALL, RISE), (3, WITHIN, FIRST, FALL),
        ]  # fmt: skip
        assert list(Seat.objects.order_by("number").values_list("kind", flat=True)) == [WITHIN, WITHIN, BEYOND]


def test_a_decree_of_a_day_to_come_changes_nothing_before_it(agency):
    DOORS["page"](agency, 3, FIRST)
    hold(agency)
    ahead = TODAY + 60 * DAY
    DOORS["page"](agency, 0, ahead)
    with agency_scope(agency):
        assert (on(TODAY), on(ahead - DAY), on(ahead)) == ("www", "www", "bbb")


@pytest.mark.parametrize("door", ["map", "needs"])
def test_a_corrected_decree_leaves_no_trace_of_the_mistake(agency, door):
    DOORS[door](agency, 3, FIRST)
    hold(agency)
    DOORS[door](agency, 1, FALL)
    DOORS[door](agency, 3, FALL, confirm_corrections=True)
    with agency_scope(agency):
        assert former() == []
        assert (on(FALL - DAY), on(FALL)) == ("www", "www")

    DOORS[door](agency, 2, FALL, confirm_corrections=True)
    with agency_scope(agency):
        assert former() == [(3, WITHIN, FIRST, FALL)]
        assert (on(FALL - DAY), on(FALL)) == ("www", "wwb")


def test_duty_seats_keep_what_they_were_too(agency):
    with agency_scope(agency):
        Position.objects.filter(code="C").update(by_duty=True)
    DOORS["page"](agency, 1, FIRST)
    hold(agency, 1, "tugas_tambahan")
    DOORS["page"](agency, 0, FALL)
    with agency_scope(agency):
        assert (on(FALL - DAY), on(FALL)) == ("d", "b")
        assert not reads.vacant_seats(FALL - DAY).exists()
        Incumbency.objects.update(ends_on=FALL - 10 * DAY)
        assert reads.vacant_seats(FALL - DAY).count() == 1
        assert not reads.vacant_seats(FALL).exists()


def test_seats_made_for_holders_beyond_k_need_no_row(agency):
    DOORS["page"](agency, 1, FIRST)
    with agency_scope(agency):
        actor = with_access(user_with(agency, "staf_bkd"), agency)
        for month in (3, 4):
            register.appoint(
                actor=actor, position=Position.objects.get(code="C"), employee=make.EmployeeFactory(agency=agency),
                starts_on=D(2025, month, 3), decree="SK",
            )  # fmt: skip
        assert (on(FIRST), on(D(2025, 3, 3)), on(D(2025, 4, 3))) == ("w", "w", "wb")
        assert former() == []


# Any order of decrees


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(min_value=0, max_value=2**32), in_order=st.booleans())
def test_a_decision_never_changes_a_day_before_it(seed, in_order):
    rng = random.Random(seed)
    days = [FIRST + n * 10 * DAY for n in range(12)]
    chosen = [rng.choice(days) for _ in range(rng.randint(2, 6))]
    chosen = sorted(chosen) if in_order else chosen
    agency = AgencyFactory()
    with transaction.atomic(), agency_scope(agency), connection.cursor() as cursor:
        position = make.PositionFactory(agency=agency, code="C", starts_on=D(2024, 1, 1), by_duty=rng.random() < 0.2)
        kind = "tugas_tambahan" if position.by_duty else "definitif"

        def decide(number, day):
            wanted = "SELECT %s::bigint AS position_id, %s::int AS number, %s::date AS day"
            seats.settle(cursor, agency.pk, wanted, [position.pk, number, day])
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")

        decide(rng.randint(1, 6), FIRST)
        for seat in position.seats.all():
            if rng.random() < 0.6:
                since = rng.choice(days)
                make.IncumbencyFactory(
                    agency=agency, position=position, seat=seat, kind=kind, starts_on=since,
                    ends_on=rng.choice([None, None, since + rng.randint(1, 60) * DAY]),
                )  # fmt: skip
        for day in chosen:
            shown = [FIRST + n * 10 * DAY for n in range(12)] + [day - DAY]
            before = {each: by_number(position, each) for each in shown}
            number = rng.randint(0, 6)
            decide(number, day)

            for each in shown:
                if each < day:
                    assert by_number(position, each) == before[each], (each, day)
            after = by_number(position, max(day, days[-1]) + 100 * DAY)
            assert sum(kind != BEYOND for kind in after.values()) == number
            for seat in position.seats.prefetch_related("former_kinds"):
                rows = sorted(seat.former_kinds.all(), key=lambda row: row.starts_on)
                kinds = [row.kind for row in rows] + [seat.kind]
                assert all(one != other for one, other in zip(kinds, kinds[1:], strict=False))
                starts = [seat.starts_on] + [row.ends_on for row in rows]
                assert [row.starts_on for row in rows] == starts[:-1]
        # Both ways of asking agree.
        for each in days:
            beyond = set(position.seats.on(each).filter(of_kind(each, BEYOND)).values_list("number", flat=True))
            assert beyond == {number for number, kind in by_number(position, each).items() if kind == BEYOND}
        transaction.set_rollback(True)


def by_number(position, day):
    rows = position.seats.on(day).annotate(then=kind_on(day))
    return dict(rows.values_list("number", "then"))


# Readers


def test_pages_show_the_kind_of_the_day(client, agency, fallen):
    client.force_login(user_with(agency, "staf_bkd"))
    for day, kinds in ON.items():
        shown = client.get(reverse("position-detail", args=[fallen.pk]), {"as_of": f"{day}"})
        assert letters(row.kind for row in shown.context["seats"]) == kinds[: len(shown.context["seats"])]
        assert len(shown.context["seats"]) == 3
        assert shown.content.decode().count("di luar formasi") == kinds.count("b")


def test_a_person_s_posts_carry_the_mark_of_the_day_shown(client, agency, fallen):
    with agency_scope(agency):
        second = Incumbency.objects.get(seat__number=2)
        third = Incumbency.objects.get(seat__number=3)
        Incumbency.objects.filter(pk=third.pk).update(ends_on=FALL)
    client.force_login(user_with(agency, "staf_bkd"))

    def marks(person, day):
        answer = client.get(reverse("employee-detail", args=[person]), {"as_of": f"{day}"})
        return answer.content.decode().count("di luar formasi")

    assert [marks(second.employee_id, day) for day in (FALL - DAY, FALL, RISE - DAY, RISE)] == [0, 1, 1, 0]
    # The post ended with the last day within K.
    assert [marks(third.employee_id, day) for day in (FALL - DAY, TODAY)] == [0, 0]


def test_the_api_answers_and_filters_by_the_kind_of_the_day(client, agency, fallen, django_assert_max_num_queries):
    client.force_login(user_with(agency, "staf_bkd"))
    for day, kinds in ON.items():
        with django_assert_max_num_queries(15):
            rows = client.get("/api/v1/seats/", {"as_of": f"{day}"}).json()["results"]
        assert letters(row["kind"] for row in sorted(rows, key=lambda row: row["number"])) == kinds
        beyond = client.get("/api/v1/seats/", {"as_of": f"{day}", "kind": BEYOND}).json()["results"]
        assert [row["kind"] for row in beyond] == [BEYOND] * kinds.count("b"), day
        both = client.get(f"/api/v1/seats/?as_of={day}&kind={BEYOND}&kind={WITHIN}").json()["results"]
        assert len(both) == 3
    second = next(row["id"] for row in rows if row["number"] == 2)
    assert client.get(f"/api/v1/seats/{second}/", {"as_of": f"{FALL}"}).json()["kind"] == BEYOND
    assert client.get(f"/api/v1/seats/{second}/").json()["kind"] == WITHIN
    assert set(rows[0]) == {
        "id", "position_id", "number", "kind", "starts_on", "ends_on", "position_code", "holder_id", "holder_kind",
    }  # fmt: skip


def test_home_counts_the_decided_seats_of_the_day(agency, fallen):
    with agency_scope(agency):
        Incumbency.objects.filter(seat__number=2).update(ends_on=FALL - 5 * DAY)
        user = with_access(user_with(agency, "staf_bkd"), agency)
        counted = {day: home.people_and_seats(user, day)[1] for day in (FIRST + 99 * DAY, FALL - DAY, FALL, TODAY)}
    assert [(found.total, found.filled) for found in counted.values()] == [(3, 3), (3, 2), (1, 1), (2, 1)]


def test_k_without_a_decree_is_the_decided_seats_of_the_day(agency, fallen):
    with agency_scope(agency):
        Position.objects.filter(code="C").update(by_duty=True)
        fallen.needs.all().delete()
        ks = [reads.with_figures(Position.objects.filter(code="C"), day).get().k for day in ON]
    assert ks == [kinds.count("w") for kinds in ON.values()]


def test_the_analysis_reads_the_kind_of_the_day(agency, fallen):
    found = {}
    for day in ON:
        with agency_scope(agency):
            run_ = RunFactory(agency=agency, parameters={"as_of": f"{day}", "overlay": {}}, state="berjalan")
            analysis.work(run_, Progress())
            supply = NeedsResult.objects.get(analysis__run=run_, position=fallen).evidence["supply"]
            found[day] = (supply["seats"], supply["outside_formation"])
    assert found == {day: (kinds.count("w"), kinds.count("b")) for day, kinds in ON.items()}


def test_a_seat_is_free_for_a_promise_only_while_it_is_decided(agency, fallen):
    with agency_scope(agency):
        Incumbency.objects.filter(seat__number__gt=1).update(ends_on=FALL - 5 * DAY)
        free = {day: hearings.free_seats(agency.pk, day).count() for day in (FALL - DAY, FALL, RISE)}
    assert free == {FALL - DAY: 2, FALL: 0, RISE: 1}


# Doors of others


def test_who_acts_from_a_past_day_takes_a_seat_decided_then(agency, fallen):
    with agency_scope(agency):
        Incumbency.objects.filter(seat__number=3).update(ends_on=FALL - 20 * DAY)
        actor = with_access(user_with(agency, "staf_bkd"), agency)
        acting = register.open_acting(
            actor=actor, position=fallen, employee=make.EmployeeFactory(agency=agency), kind="plt",
            starts_on=FALL - 10 * DAY, ends_on=FALL - DAY, decree="SK",
        )  # fmt: skip
    assert acting.seat.number == 3


def test_a_file_s_past_plt_takes_a_seat_decided_then(agency, fallen):
    with agency_scope(agency):
        Incumbency.objects.filter(seat__number=3).update(ends_on=FALL - 20 * DAY)
        make.EmployeeFactory(agency=agency, nip="199803082023121901")
    text = f"NIP,Kode Jabatan,Jenis,TMT,s.d.,Nomor SK\n199803082023121901,C,Plt,{FALL - 10 * DAY:%d-%m-%Y}"
    text += f",{FALL - 2 * DAY:%d-%m-%Y},SK/1\n"
    answer = run(IncumbencyImporter, io.BytesIO(text.encode()), agency_id=agency.pk, options=Options(today=TODAY))
    assert answer.written, [(p.code, p.message) for row in answer.rows for p in row.problems]
    with agency_scope(agency):
        assert Incumbency.objects.get(kind="plt").seat.number == 3


def test_a_closed_position_keeps_no_kind_beyond_its_end(agency, fallen):
    with agency_scope(agency):
        Incumbency.objects.update(ends_on=FALL)
        actor = with_access(user_with(agency, "bagian_organisasi"), agency)
        register.close_position(actor=actor, position=fallen, ends_on=FALL + DAY, decree="188/1", decree_on=FALL)
        assert former() == [(2, WITHIN, FIRST, FALL), (2, BEYOND, FALL, FALL + DAY), (3, WITHIN, FIRST, FALL)]
        assert (on(FALL - DAY), on(FALL)) == ("www", "wbb")


def test_an_admin_cannot_overwrite_the_kind(client, agency, fallen):
    user = user_with(agency, "admin_daerah")
    user.is_staff = True
    user.save()
    client.force_login(user)
    with agency_scope(agency):
        seat = fallen.seats.get(number=3)
    page = reverse("admin:positions_seat_change", args=[seat.pk])
    assert client.get(page).status_code == 200
    client.post(page, {"kind": WITHIN, "ends_on": ""})
    with agency_scope(agency):
        assert fallen.seats.get(number=3).kind == BEYOND


# Walls


def test_former_kinds_stay_inside_agency_and_unit(agency, fallen):
    other = AgencyFactory(code="1571", name="Pemerintah Kota Jambi")
    with agency_scope(other):
        assert not SeatFormerKind.objects.exists()
        stranger = with_access(user_with(other, "staf_bkd"), other)
        assert not SeatFormerKind.objects.visible_to(stranger).exists()
    with agency_scope(agency):
        elsewhere = make.UnitFactory(agency=agency)
        seen = {
            unit.pk: SeatFormerKind.objects.visible_to(
                with_access(user_with(agency, "pengelola_kepegawaian", unit), agency)
            ).count()
            for unit in (fallen.unit, elsewhere)
        }
        assert seen == {fallen.unit_id: 3, elsewhere.pk: 0}
        nobody = with_access(user_with(agency, "pegawai"), agency)
        assert not SeatFormerKind.objects.visible_to(nobody).exists()


# What seats knew before


def test_the_migration_reads_a_fall_from_the_needs(agency, fallen):
    fill = importlib.import_module("positions.migrations.0010_seat_former_kinds").fill
    with agency_scope(agency):
        SeatFormerKind.objects.all().delete()

    with connection.schema_editor(atomic=False) as editor:
        fill(apps, editor)

    with agency_scope(agency):
        # What K = 1 did to the second seat left no trace once K = 2 took it back.
        assert former() == [(3, WITHIN, FIRST, FALL)]
        assert (on(FALL - DAY), on(FALL)) == ("www", "wwb")


def test_the_migration_leaves_seats_that_were_always_beyond_k(agency):
    DOORS["page"](agency, 2, FIRST)
    hold(agency)
    with agency_scope(agency):
        position = Position.objects.get(code="C")
        seat = make.SeatFactory(agency=agency, position=position, kind=BEYOND, starts_on=FIRST)
        make.IncumbencyFactory(agency=agency, position=position, seat=seat, starts_on=FIRST)
    DOORS["page"](agency, 1, FALL)
    with agency_scope(agency):
        kept = former()
        SeatFormerKind.objects.all().delete()

    fill = importlib.import_module("positions.migrations.0010_seat_former_kinds").fill
    with connection.schema_editor(atomic=False) as editor:
        fill(apps, editor)

    with agency_scope(agency):
        assert former() == kept == [(2, WITHIN, FIRST, FALL)]
