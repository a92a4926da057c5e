"""Who reads specific personal data through a history or the trail is written down there, in every door, and no title
tells it."""

import json
from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from asnhr.audit import history as histories_of
from asnhr.audit import reading
from asnhr.audit.declared import FULL, by_table
from asnhr.models import AuditEntry, AuditValue, RoleAssignment
from asnhr.privacy.declared import holdings
from asnhr.scope import agency_scope
from positions.models import (
    AgendaItem,
    Award,
    Discipline,
    Employee,
    FamilyMember,
    SalaryIncrement,
    StandingRecord,
    YearlyPredicate,
)
from positions.services import histories
from tests import api_world
from tests.factories.positions import EmployeeFactory, UnitFactory
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db
FACTS = {
    Discipline: {"sanction": "23", "decree": "862/1", "decree_on": date(2026, 1, 1), "starts_on": date(2026, 1, 8),
                 "ends_on": date(2099, 1, 1)},
    FamilyMember: {"relation": "ibu", "name": "Rahasia Kecil"},
    SalaryIncrement: {"starts_on": date(2025, 3, 1), "service_years": 4},
    YearlyPredicate: {"year": 2025, "predicate": 2},
}  # fmt: skip


@pytest.fixture
def medan():
    agency = api_world.medan()
    with agency_scope(agency):
        agency.unit = UnitFactory(agency=agency)
        agency.person = EmployeeFactory(agency=agency, unit=agency.unit, name="Budi")
    return agency


def made(agency, model):
    with agency_scope(agency):
        return model.objects.create(agency=agency, employee=agency.person, **FACTS[model])


def looks(agency):
    """(login, table, objects, columns, purpose) of each look that the trail has."""
    with agency_scope(agency):
        found = []
        for entry in AuditEntry.objects.filter(kind="baca").order_by("pk"):
            values = list(AuditValue.objects.filter(entry_id=entry.pk).order_by("pk"))
            said = json.loads(values[0].change)
            objects = [each.object_id for each in values]
            found.append((entry.user_id, entry.table_name, objects, said["columns"], said["purpose"]))
        return found


def history(table, pk, **query):
    return reverse("audit-history", args=[table, pk], query=query)


@pytest.mark.parametrize("model", [Discipline, FamilyMember, SalaryIncrement, YearlyPredicate])
@pytest.mark.parametrize("door", ["page", "csv", "api"])
def test_a_look_at_the_history_of_a_sensitive_row_is_written_down_once(door, model, medan, client):
    row, table = made(medan, model), model._meta.db_table
    user = user_with(medan, "staf_bkd")
    client.force_login(user)
    address = {
        "page": history(table, row.pk), "csv": history(table, row.pk, format="csv"),
        "api": f"/api/v1/history/{table}/{row.pk}/",
    }[door]  # fmt: skip

    answer = client.get(address)

    assert answer.status_code == 200
    ((reader, read_table, objects, columns, purpose),) = looks(medan)
    assert (reader, read_table, objects, purpose) == (user.pk, table, [row.pk], "riwayat perubahan")
    assert columns


@pytest.mark.parametrize("model", [Discipline, FamilyMember, SalaryIncrement, YearlyPredicate])
def test_no_title_tells_what_the_row_says(model, medan, client):
    row = made(medan, model)
    user = user_with(medan, "staf_bkd")
    client.force_login(user)

    page = client.get(history(model._meta.db_table, row.pk)).text

    head = page[: page.index("<table")] if "<table" in page else page
    assert "Budi" in head
    with agency_scope(medan):
        assert str(row) not in page
    assert "Rahasia Kecil" not in page
    if model is Discipline:
        assert row.get_sanction_display() not in page


def test_the_history_of_a_person_names_the_kinds_that_it_shows(medan, client):
    for model in (Discipline, SalaryIncrement, YearlyPredicate):
        made(medan, model)
    user = user_with(medan, "staf_bkd")
    client.force_login(user)

    client.get(history("positions_employee", medan.person.pk))

    assert looks(medan) == [
        (user.pk, "positions_employee", [medan.person.pk],
         ["positions_discipline", "positions_salaryincrement", "positions_yearlypredicate"], "riwayat perubahan")
    ]  # fmt: skip


def test_a_history_without_specific_data_is_no_look(medan, client):
    with agency_scope(medan):
        Award.objects.create(agency=medan, employee=medan.person, name="Teladan", year=2024)
        Employee.objects.filter(pk=medan.person.pk).update(name="Budi Santoso")
    client.force_login(user_with(medan, "staf_bkd"))

    assert "Budi Santoso" in client.get(history("positions_employee", medan.person.pk)).text

    assert looks(medan) == []


@pytest.mark.parametrize("door", ["page", "csv", "api"])
def test_that_somebody_looked_is_not_told_to_who_may_not_know_that_there_is_something(door, medan, client):
    """A sanction and the lack of one, a relative, a held case; a salary, which everybody has, is told."""
    made(medan, Discipline)
    person = medan.person
    with agency_scope(medan, user_with(medan, "staf_bkd", username="clerk").pk):
        reading.record(
            model=Employee, objects=[person.pk], columns=["positions_discipline", "positions_salaryincrement"]
        )
        for name in ("keluarga", "disiplin", "exit_reason", "legal_status"):
            reading.record(model=Employee, objects=[person.pk], columns=[name], purpose="xlsx")
        case = AgendaItem.objects.create(
            agency=medan, employee=person, kind="kp_reguler", due_on=date(2027, 1, 1), since=date(2026, 1, 1),
            changed_at=timezone.now(),
        )  # fmt: skip
        reading.record(model=AgendaItem, objects=[case.pk], columns=["held"], purpose="API")

    def told(table, pk):
        page, api = history(table, pk), f"/api/v1/history/{table}/{pk}/"
        answer = client.get({"page": page, "csv": page + "?format=csv", "api": api}[door])
        assert answer.status_code == 200
        return (b"".join(answer) if answer.streaming else answer.content).decode()

    client.force_login(user_with(medan, "bagian_organisasi"))
    words = told("positions_employee", person.pk)
    assert "riwayat KGB" in words
    for hidden in ("hukuman disiplin", "keluarga", "alasan keluar", "kedudukan hukum: "):
        assert hidden not in words
    assert "syarat tertutup" not in told("positions_agendaitem", case.pk)

    client.force_login(user_with(medan, "auditor"))
    words = told("positions_employee", person.pk)
    for shown in ("hukuman disiplin", "keluarga", "alasan keluar", "riwayat KGB"):
        assert shown in words
    assert "syarat tertutup" in told("positions_agendaitem", case.pk)


@pytest.mark.parametrize("door", ["page", "csv", "api"])
def test_the_auditors_look_at_an_entry_is_written_down(door, medan, client):
    row = made(medan, SalaryIncrement)
    with agency_scope(medan):
        entry = AuditEntry.objects.get(table_name="positions_salaryincrement")
        plain = AuditEntry.objects.get(table_name="positions_unit", kind="tambah")
    auditor = user_with(medan, "auditor")
    client.force_login(auditor)
    page, api = reverse("audit-detail", args=[entry.pk]), f"/api/v1/audit-entries/{entry.pk}/"

    assert client.get({"page": page, "csv": page + "?format=csv", "api": api}[door]).status_code == 200
    client.get(reverse("audit-detail", args=[plain.pk]))

    ((reader, table, objects, columns, purpose),) = looks(medan)
    assert (reader, table, objects, purpose) == (auditor.pk, "positions_salaryincrement", [row.pk], "jejak audit")
    # Its values are salted hashes; that somebody's increment was recorded is told all the same.
    assert columns == ["positions_salaryincrement"]


def test_the_own_rows_are_nobodys_secret_from_their_person(medan, client):
    row = made(medan, SalaryIncrement)
    officer = user_with(medan, "staf_bkd", nip=medan.person.nip)
    with agency_scope(medan):
        RoleAssignment.objects.create(agency=medan, user=officer, role="pegawai", starts_on=date(2020, 1, 1))
    client.force_login(officer)

    assert client.get(history("positions_salaryincrement", row.pk)).status_code == 200
    assert client.get(history("positions_employee", medan.person.pk)).status_code == 200
    assert looks(medan) == []


def test_the_admins_history_is_a_look_too(medan, client):
    row = made(medan, YearlyPredicate)
    user = user_with(medan, "admin_daerah")
    client.force_login(user)

    page = client.get(reverse("admin:positions_yearlypredicate_history", args=[row.pk]))

    assert page.status_code == 200
    with agency_scope(medan):
        # The admin's own crumb leads to the row by its name; the history's title does not say it.
        assert f"<h2>{row}</h2>" not in page.text
    ((reader, table, objects, _columns, purpose),) = looks(medan)
    assert (reader, table, objects, purpose) == (
        user.pk, "positions_yearlypredicate", [row.pk], "riwayat perubahan",
    )  # fmt: skip


def test_rows_that_are_specific_as_a_whole_are_called_by_their_person_alone(medan):
    """Whatever table comes: its name in pages and titles reads no column that asks its own permission."""
    found = set()
    for known in by_table().values():
        held = holdings.get(known.model) if known.model in holdings else None
        if held and held.specific and known.permission == held.asks and held.person and known.mode == FULL:
            found.add(known.model_class)
            assert known.called(known.model_class(employee=medan.person)) == medan.person.full_name
    assert found == {Discipline, FamilyMember, SalaryIncrement, YearlyPredicate}


@pytest.mark.parametrize(("role", "sees"), [("staf_bkd", True), ("auditor", True), ("admin_daerah", False)])
def test_a_standing_that_few_read_is_neither_shown_to_others_nor_read_without_a_trace(role, sees, medan, client):
    with agency_scope(medan):
        Employee.objects.filter(pk=medan.person.pk).update(legal_status="15")
        record = StandingRecord.objects.create(
            agency=medan, employee=medan.person, standing="15", starts_on=date(2024, 1, 1)
        )
    user = user_with(medan, role)
    client.force_login(user)

    for table, pk, said in (
        ("positions_employee", medan.person.pk, {"15", "hukuman disiplin"}),
        ("positions_standingrecord", record.pk, {"hukuman disiplin"}),
    ):
        lines = [
            line for change in client.get(f"/api/v1/history/{table}/{pk}/").json()["results"]
            if change["kind"] != "baca" for line in change["lines"] if "edudukan" in line["column"]
        ]  # fmt: skip
        # What held before, and the row of it, are no secret.
        assert {line["new"] for line in lines} - {"01", "aktif"} == (said if sees else {"terbatas"}), table
    with agency_scope(medan):
        medan.person.refresh_from_db()
        # Without the person's name, whose running number may hold any two digits.
        title = history_title(client, "positions_standingrecord", record.pk).replace(medan.person.full_name, "")
        assert "15" not in title

    seen = [(table, columns) for _user, table, _objects, columns, _purpose in looks(medan)]
    if sees:
        assert seen[0] == ("positions_employee", ["legal_status", "positions_standingrecord"])
        assert seen[1] == ("positions_standingrecord", ["standing"])
    else:
        assert seen == []


def history_title(client, table, pk):
    page = client.get(history(table, pk)).text
    return page[page.index("<title>") : page.index("</title>")]


# In words


def test_read_entries_speak_in_words_wherever_they_are_shown(medan, client, settings):
    row = made(medan, SalaryIncrement)
    with agency_scope(medan):
        histories.note_read(SalaryIncrement, [row.pk], "admin")
        reading.record(model=Employee, objects=[medan.person.pk], columns=["gaji_pokok", "disiplin", "kgb", "name"],
                       purpose="riwayat perubahan")  # fmt: skip
        first, second = AuditEntry.objects.filter(kind="baca").order_by("pk")
    client.force_login(user_with(medan, "auditor"))
    words = {
        first.pk: ("TMT KGB, MKG (tahun), MKG (bulan), nomor SK, tanggal SK: halaman admin", "pegawai"),
        second.pk: ("gaji pokok, hukuman disiplin, kenaikan gaji berkala (KGB), nama: riwayat perubahan",),
    }

    for pk, said in words.items():
        page = client.get(reverse("audit-detail", args=[pk])).text
        api = client.get(f"/api/v1/audit-entries/{pk}/").json()["changes"][0]["act"]
        for each in said:
            assert each in page, pk
            assert each in api, pk
        for code in ("document,", "employee,", "gaji_pokok", "kgb,", ": admin"):
            assert code not in api, pk
    listed = client.get(reverse("audit-list"), {"jenis": "baca"}).text
    assert "gaji pokok, hukuman disiplin" in listed
    assert "gaji_pokok" not in listed
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    page = client.get(reverse("audit-detail", args=[first.pk])).text
    assert "admin page" in page
    assert "basic salary" in client.get(reverse("audit-detail", args=[second.pk])).text


def test_every_short_word_of_a_look_is_declared():
    """Codes that services write down beside columns are words of the table they write to."""
    said = by_table()["positions_employee"].said
    sensitive = {slug for slug, kind in histories.KINDS.items() if kind.is_sensitive}
    assert sensitive | {"gaji_pokok", "disiplin", "predikat"} <= said.keys()


def seen_cards(client, medan, **query):
    text = client.get(history("positions_employee", medan.person.pk, **query)).text
    return text, text.count("<h2>Membaca data sensitif: ")


def test_looks_of_a_day_stand_once_with_their_number_and_the_search_lists_each(medan, client):
    auditor, officer = user_with(medan, "auditor"), user_with(medan, "staf_bkd", username="bkd")
    for user in (auditor, officer):
        for _time in range(3):
            with agency_scope(medan, user.pk):
                reading.record(model=Employee, objects=[medan.person.pk], columns=["nik"], purpose="dukcapil")
    with agency_scope(medan, officer.pk):
        # Of something else, though on the same day.
        reading.record(model=Employee, objects=[medan.person.pk], columns=["phone"], purpose="")
    client.force_login(auditor)

    text, cards = seen_cards(client, medan)
    listed = client.get(reverse("audit-list"), {"jenis": "baca"}).text
    answer = client.get(history("positions_employee", medan.person.pk, format="csv"))
    file = b"".join(answer.streaming_content).decode()

    assert cards == 3
    assert text.count("3 kali pada hari itu: pertama ") == 2
    with agency_scope(medan):
        numbers = list(AuditEntry.objects.filter(kind="baca").values_list("pk", flat=True))
    assert len(numbers) == 7
    assert all(reverse("audit-detail", args=[number]) in listed for number in numbers)
    assert file.count("Membaca data sensitif") == 7


def test_pages_count_cards_and_nothing_else_is_grouped(medan, client):
    auditor = user_with(medan, "auditor")
    for _time in range(30):
        with agency_scope(medan, auditor.pk):
            reading.record(model=Employee, objects=[medan.person.pk], columns=["nik"], purpose="dukcapil")
    for name in ("Budi Santoso", "Budi", "Budi Santoso", "Budi"):
        with agency_scope(medan, auditor.pk):
            Employee.objects.filter(pk=medan.person.pk).update(name=name)
    client.force_login(auditor)

    text, cards = seen_cards(client, medan)
    with agency_scope(medan, auditor.pk):
        known, actor = by_table()["positions_employee"], with_access(auditor, medan)
        each = histories_of.of_object(known, medan.person.pk, actor, size=100).changes
        grouped = histories_of.of_object(known, medan.person.pk, actor, size=100, grouped=True).changes

    assert cards == 1
    assert "30 kali pada hari itu" in text
    assert "Halaman riwayat" not in text
    assert len(each) - len(grouped) == 29
    assert [change.times for change in grouped].count(1) == len(grouped) - 1
    assert {change.times for change in each} == {1}


@pytest.mark.django_db(transaction=True)
def test_looks_of_another_day_stand_apart(medan, client, forge):
    auditor = user_with(medan, "auditor")
    for _time in range(3):
        with agency_scope(medan, auditor.pk):
            reading.record(model=Employee, objects=[medan.person.pk], columns=["nik"], purpose="dukcapil")
    with agency_scope(medan):
        first = AuditEntry.objects.filter(kind="baca").order_by("pk").values_list("pk", flat=True)[0]
    forge("UPDATE audit_entry SET at = at - interval '1 day' WHERE id = %s", first)
    client.force_login(auditor)

    text, cards = seen_cards(client, medan)

    assert cards == 2
    assert text.count("2 kali pada hari itu") == 1
