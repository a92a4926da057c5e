"""What tells of a sanction stands nowhere in clear: not in its table, nor where the agenda book says what is held."""

from datetime import date
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from asnhr.audit import compare, opening, sealer
from asnhr.models import AuditEntry, AuditValue
from asnhr.scope import agency_scope
from asnhr.services import Progress
from positions import models
from positions.models import AgendaItem, Discipline
from positions.queries import agenda as queries
from positions.rules import agenda as rules
from positions.services import agenda
from tests.factories import positions as make
from tests.factories.asnhr import AgencyFactory
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 22)
SANCTION = {
    "sanction": "27", "decree": "862/77-BKD", "decree_on": date(2026, 7, 13), "starts_on": date(2026, 8, 1),
    "years": 1, "ends_on": date(2027, 8, 1), "regulation": "PP 53/2010", "reason_code": "ALASAN-77", "reason": "Absen",
    "rank_before": 33, "rank": 32, "note": "Banding ditolak",
}  # fmt: skip
# What the rows above would show, were a column of them in clear.
TOLD = (
    "862/77", "77-BKD", "2026-07-13", "2026-08-01", "2027-08-01", "PP 53", "ALASAN-77", "Absen", "Banding", "berlaku",
    "HUKDIS", "NONAKTIF", "PREDIKAT,", "PREDIKAT}", "ditangguhkan",
)  # fmt: skip


@pytest.fixture
def medan():
    """An agency with a promotion that a sanction holds, one that a suspension holds and one that a predicate holds."""
    agency = AgencyFactory()
    with agency_scope(agency):
        agency.unit = make.UnitFactory(agency=agency)
        agency.people = {name: person_of(agency, name) for name in ("punished", "suspended", "low", "free")}
        Discipline.objects.create(agency=agency, employee=agency.people["punished"], **SANCTION)
        models.Employee.objects.filter(pk=agency.people["suspended"].pk).update(legal_status="04")
        models.YearlyPredicate.objects.filter(employee=agency.people["low"], year=2025).delete()
        models.YearlyPredicate.objects.create(agency=agency, employee=agency.people["low"], year=2025, predicate=4)
        agenda.compute(agency.pk, DAY, Progress())
    return agency


def person_of(agency, name):
    person = make.EmployeeFactory(
        agency=agency, unit=agency.unit, name=f"Orang {name}", rank=32, rank_since=date(2023, 1, 1),
        education_level_id="40", cpns_on=date(2010, 1, 1),
    )  # fmt: skip
    for year in (2024, 2025):
        models.YearlyPredicate.objects.create(agency=agency, employee=person, year=year, predicate=2)
    return person


def promotions(agency):
    return AgendaItem.objects.filter(agency=agency, kind=rules.Kind.REGULAR)


def codes(agency):
    found = promotions(agency).select_related("employee")
    return {row.employee.name.removeprefix("Orang "): row.closed for row in found}


def raw(*tables):
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT (to_jsonb(t) - 'id')::text FROM {table} t")  # noqa: S608  our own names
            yield from (text for (text,) in cursor.fetchall())


def test_nothing_of_a_sanction_or_of_what_holds_a_case_stands_in_clear(medan):
    with agency_scope(medan):
        assert codes(medan) == {
            "punished": ("HUKDIS",), "suspended": ("NONAKTIF",), "low": ("PREDIKAT",), "free": ()
        }  # fmt: skip
        text = "\n".join(raw("positions_discipline", "positions_agendaitem"))
        assert [each for each in TOLD if each in text] == []
        # No two tokens of the book are alike, but for their length; nor hashes of two people.
        with connection.cursor() as cursor:
            cursor.execute("SELECT held, held_hash, employee_id FROM positions_agendaitem WHERE held <> ''")
            tokens, hashes, people = zip(*cursor.fetchall(), strict=True)
        assert len(set(tokens)) == len(tokens)
        assert len(set(hashes)) == len(set(people)) == 3
        assert len({len(each) for each in tokens}) == 1
        row = Discipline.objects.get()
        assert {name: getattr(row, name) for name in SANCTION} == SANCTION
        encrypted = {column.name for column in Discipline._meta.local_fields if column.name + "_hash" in hashed()}
        assert encrypted == {*SANCTION, "state", "months", "revoked_decree", "revoked_on"}


def hashed():
    return {column.name for column in Discipline._meta.local_fields}


def test_equal_sanctions_of_two_people_do_not_look_alike(medan):
    with agency_scope(medan):
        Discipline.objects.create(agency=medan, employee=medan.people["free"], **SANCTION)
        first, second = Discipline.objects.order_by("pk")
        bound = hashed() - {"reason_hash", "note_hash"}
        same = {
            name for name in bound if name.endswith("_hash") and getattr(first, name) == getattr(second, name) != ""
        }  # fmt: skip
        assert same == set()


def test_a_second_night_leaves_every_token_as_it_is(medan):
    with agency_scope(medan):
        before = list(raw("positions_agendaitem"))
        agenda.compute(medan.pk, DAY, Progress())
        assert list(raw("positions_agendaitem")) == before

        # Another condition of the case changes: the closed ones stay, token and all.
        held = promotions(medan).get(employee=medan.people["punished"])
        models.YearlyPredicate.objects.filter(employee=held.employee, year=2025).delete()
        agenda.compute(medan.pk, DAY, Progress())
        after = promotions(medan).get(pk=held.pk)
        assert (after.missing, after.closed, after.held_hash) == (["PREDIKAT_KOSONG"], ("HUKDIS",), held.held_hash)

        row = Discipline.objects.get()
        row.state, row.revoked_decree, row.revoked_on = "dibatalkan", "B/1", DAY
        row.save()
        agenda.compute(medan.pk, DAY, Progress())
        freed = promotions(medan).get(pk=held.pk)
        assert (freed.held, freed.held_hash) == ("", "")


# Readers: what each may know of a case, in every door.
# Role, what is missing by name of the person, in the API; None: the promotion lacks nothing that the reader is told of.
READERS = [
    ("staf_bkd", {"punished": [], "suspended": ["NONAKTIF"], "low": ["PREDIKAT"], "free": []}, True),
    ("admin_daerah", {"punished": [], "suspended": ["TERBATAS"], "low": ["PREDIKAT"], "free": []}, False),
    ("bagian_organisasi", {"punished": [], "suspended": ["TERBATAS"], "low": ["TERBATAS"], "free": []}, False),
]


@pytest.mark.parametrize(("role", "expected", "knows"), READERS)
def test_each_reader_is_told_what_the_reader_may_know(role, expected, knows, client, medan):
    client.force_login(user_with(medan, role))
    url = reverse("api:agenda-item-list")
    rows = client.get(url, {"kind": "kp_reguler"}).json()["results"]
    names = {row["employee_name"].removeprefix("Orang "): row for row in rows}
    assert {name: row["missing"] for name, row in names.items()} == expected
    assert {name: row.get("sanctioned") for name, row in names.items()} == {
        name: (name == "punished") if knows else None for name in expected
    }
    assert not any("held" in row for row in rows)

    # Filters find what is told, and nothing else.
    for code in ("NONAKTIF", "PREDIKAT", "TERBATAS", "HUKDIS"):
        found = client.get(url, {"kind": "kp_reguler", "missing": code}).json()["results"]
        told = {row["employee_name"].removeprefix("Orang ") for row in found}
        wanted = {name for name, missing in expected.items() if code in missing}
        if code == "TERBATAS" and role == "staf_bkd":
            wanted = {"suspended"}
        assert told == wanted, code

    page = reverse("agenda-list")
    lacking = {name for name, missing in expected.items() if missing} | ({"punished"} if knows else set())
    for complete, wanted in (("false", lacking), ("true", expected.keys() - lacking)):
        with CaptureQueriesContext(connection) as cost:
            text = client.get(page, {"jenis": "kp_reguler", "lengkap": complete}).content.decode()
        assert len(cost) <= 15
        assert {name for name in expected if f">Orang {name}<" in text} == set(wanted)
    # Complete ones come first.
    text = client.get(page, {"jenis": "kp_reguler"}).content.decode()
    placed = sorted(expected, key=lambda name: text.index(f">Orang {name}<"))
    assert set(placed[: 4 - len(lacking)]) == expected.keys() - lacking


@pytest.mark.parametrize(("role", "expected", "knows"), READERS)
def test_each_look_at_a_closed_code_is_written_down(role, expected, knows, client, medan):
    client.force_login(user_with(medan, role))
    with agency_scope(medan):
        numbers = {row.employee.name.removeprefix("Orang "): row.pk for row in promotions(medan)}
    told = {name for name, missing in expected.items() if {"NONAKTIF", "PREDIKAT"} & set(missing)}
    told |= {"punished"} if knows else set()
    for url, query in (
        (reverse("api:agenda-item-list"), {"kind": "kp_reguler"}), (reverse("agenda-list"), {"jenis": "kp_reguler"}),
        (reverse("agenda-list"), {"jenis": "kp_reguler", "format": "csv"}),
    ):  # fmt: skip
        before = len(looks(medan))
        assert client.get(url, query).status_code == 200
        assert looks(medan)[before:] == ([sorted(numbers[name] for name in told)] if told else []), url
    for name, pk in numbers.items():
        before = len(looks(medan))
        assert client.get(reverse("agenda-detail", args=[pk])).status_code == 200
        assert looks(medan)[before:] == ([[pk]] if name in told else []), name


def looks(agency):
    with agency_scope(agency):
        entries = AuditEntry.objects.filter(kind="baca", table_name="positions_agendaitem").order_by("pk")
        return [
            sorted(AuditValue.objects.filter(entry_id=entry.pk).values_list("object_id", flat=True))
            for entry in entries
        ]  # fmt: skip


def test_neutral_words_do_not_say_which_of_two_it_is(client, medan):
    client.force_login(user_with(medan, "bagian_organisasi"))
    with agency_scope(medan):
        numbers = {row.employee.name.removeprefix("Orang "): row.pk for row in promotions(medan)}
    shown = {name: client.get(reverse("agenda-detail", args=[pk])).content.decode() for name, pk in numbers.items()}
    assert [name for name, text in shown.items() if "<li>rincian terbatas</li>" in text] == ["suspended", "low"]
    assert not any("predikat kinerja di bawah" in text or "diberhentikan sementara" in text for text in shown.values())
    assert "masih berjalan" not in shown["punished"]


def test_what_went_by_and_lacks_something_closed_is_folded_for_who_is_told(medan):
    with agency_scope(medan):
        promotions(medan).update(due_on=date(2026, 1, 1), missing=["KGB_KOSONG"])
        folded = {}
        for role in ("staf_bkd", "admin_daerah"):
            actor = with_access(user_with(medan, role, username=role), medan)
            rows = promotions(medan).filter(queries.Sight(actor).stale(DAY)).select_related("employee")
            folded[role] = {row.employee.name.removeprefix("Orang ") for row in rows}
    assert folded == {"staf_bkd": {"punished", "suspended", "low"}, "admin_daerah": {"suspended", "low"}}


# The histories of an agency that was there before.


OWN_HASHES = " ".join(column.name for column in Discipline._meta.local_fields if column.name.endswith("_hash"))


@pytest.fixture
def column_of_before(medan, owner_connection):
    """The column that the release before had, for as long as the test goes."""
    with owner_connection.cursor() as cursor:
        cursor.execute("ALTER TABLE positions_agendaitem ADD sanctioned boolean NOT NULL DEFAULT false")
        yield
        owner_connection.rollback()
        owner_connection.autocommit = True
        cursor.execute("ALTER TABLE positions_agendaitem DROP sanctioned")


@pytest.mark.usefixtures("column_of_before")
@pytest.mark.django_db(transaction=True)
def test_the_owners_migrations_seal_what_stood_in_clear(medan, owner_connection):
    sanctions = import_module("positions.migrations.0048_sealed_sanctions")
    book = import_module("positions.migrations.0049_sealed_agenda")
    with agency_scope(medan):
        sanction, case = Discipline.objects.get(), promotions(medan).get(employee=medan.people["punished"])
    editor = SimpleNamespace(connection=owner_connection)
    clear = {name: str(getattr(sanction, name)) for name in sanctions.NOW if getattr(sanction, name) not in (None, "")}
    owner_connection.autocommit = False
    with owner_connection, owner_connection.cursor() as cursor:
        # As the release before had them, and its trail.
        cursor.execute("SELECT set_config('asnhr.agency', %s, true)", [str(medan.pk)])
        for table, secrets, skipped in (
            ("positions_discipline", "reason=reason_hash note=note_hash " + " ".join(sanctions.NOW), OWN_HASHES),
            ("positions_agendaitem", "", f"{book.BEFORE} held held_hash"),
        ):
            # Without the columns that it had not.
            cursor.execute(
                "SELECT audit_attach(%s::regclass, 'full', %s::text[], %s::text[])",
                [table, secrets.split(), skipped.split()],
            )
        sets = ", ".join(f"{name} = %({name})s, {name}_hash = ''" for name in clear)
        cursor.execute(f"UPDATE positions_discipline SET {sets}", clear)  # noqa: S608  our own names
        cursor.execute("UPDATE positions_agendaitem SET held = '', held_hash = '', sanctioned = (held_hash <> '')")
        cursor.execute("UPDATE positions_agendaitem SET missing = '{PREDIKAT_KOSONG,PREDIKAT,NONAKTIF,CLTN}'")
    sealer.seal(medan.pk)
    with owner_connection:
        sanctions.attach(None, editor)
        sanctions.encrypt_rows(None, editor)
        book.attach(None, editor)
        book.move_rows(None, editor)
        # As the last migration of the table leaves it.
        import_module("positions.migrations.0056_sealed_steps").attach(None, editor)
    owner_connection.autocommit = True
    sealer.seal(medan.pk)

    with agency_scope(medan):
        after = Discipline.objects.get()
        assert {column.name: getattr(after, column.name) for column in Discipline._meta.local_fields} == {
            column.name: getattr(sanction, column.name) for column in Discipline._meta.local_fields
        }
        text = "\n".join(raw("positions_discipline", "positions_agendaitem"))
        assert [each for each in TOLD if each in text] == []
        held = AgendaItem.objects.get(pk=case.pk)
        assert (held.missing, held.closed) == (["PREDIKAT_KOSONG", "CLTN"], ("HUKDIS", "NONAKTIF", "PREDIKAT"))
        assert held.held_hash == AgendaItem._meta.get_field("held").hash_for(held.held, held.employee.nip)
        assert [each for each in compare.compare(medan) if "discipline" in each.table or "agenda" in each.table] == []
        assert AuditEntry.objects.filter(table_name="positions_discipline", reason="enkripsi kolom").exists()

    # What left the register in clear is opened and proved as before.
    with agency_scope(medan):
        after.delete()
    sealer.seal(medan.pk)
    officer, chief = (user_with(medan, role, username=role) for role in ("staf_bkd", "ppk"))
    with agency_scope(medan, officer.pk):
        officer, chief = with_access(officer, medan), with_access(chief, medan)
        table = "positions_discipline"
        asked = opening.request_opening(actor=officer, table=table, object_id=sanction.pk, purpose="sengketa")
        opening.decide(actor=chief, opening=asked, approve=True, reason="dasar-cukup")
        asked.refresh_from_db()
        values = opening.open_values(actor=officer, opening=asked)
    newest = {each.column: each for each in reversed(values)}
    assert {name: newest[name].value for name in clear} == clear
    assert all(newest[name].proven for name in clear)


@pytest.mark.parametrize("years", [101, 32_000])
def test_a_term_beyond_a_century_is_refused_by_page_and_api(years, medan, client):
    with agency_scope(medan):
        person = Discipline.objects.select_related("employee").get().employee
    client.force_login(user_with(medan, "staf_bkd"))
    facts = {"sanction": "27", "decree": "HX/1", "decree_on": "2025-01-01", "starts_on": "2025-02-01", "years": years}

    page = client.post(
        reverse("history-new", args=[person.pk, "disiplin"]),
        facts | {"state": "berlaku", "months": 0, "regulation": "PP 94/2021"},
    )
    api = client.post("/api/v1/disciplines/", facts | {"employee_id": person.pk}, content_type="application/json")

    for answer in (page, api):
        assert answer.status_code in (409, 422, 400)
        assert "Masa hukuman paling lama seratus tahun." in answer.content.decode()
    with agency_scope(medan):
        assert Discipline.objects.count() == 1
