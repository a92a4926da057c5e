"""A legal standing that tells of a crime or a sanction: neutral words for most, logged for who reads discipline."""

from datetime import date

import pytest
from django.db import connection
from django.urls import reverse

from asnhr.audit import compare
from asnhr.errors import NotAllowed
from asnhr.models import AuditEntry, AuditValue
from asnhr.scope import agency_scope
from positions import models
from positions.models.employee import STATUS_CHOICES, standing_text
from positions.rules import standing
from positions.services import histories, register
from tests import api_world
from tests.factories import positions as make
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db
D = date
NEUTRAL = "Tidak aktif (rincian terbatas)"
TOLD = "tindak pidana jabatan"
NOTE = "Divonis dua tahun oleh PN Medan"
# Who reads the register, but not of discipline; and who reads both.
CLOSED = ("bagian_organisasi", "admin_daerah")
OPEN = ("staf_bkd", "ppk", "auditor")


@pytest.fixture
def medan():
    return api_world.medan()


@pytest.fixture
def unit(medan):
    with agency_scope(medan):
        return make.UnitFactory(agency=medan)


@pytest.fixture
def ani(medan, unit):
    with agency_scope(medan):
        person = make.EmployeeFactory(
            agency=medan, unit=unit, name="Ani", exits_on=D(2027, 1, 1), exit_reason="SK 1", legal_status="01"
        )
        add = {"agency": medan, "employee": person}
        models.StandingRecord.objects.create(**add, standing="01", starts_on=D(2020, 1, 1))
        models.StandingRecord.objects.create(**add, standing="91", starts_on=D(2022, 1, 1), note=NOTE)
        person.refresh_from_db()
        return person


def looks(agency, model):
    with agency_scope(agency):
        entries = AuditEntry.objects.filter(kind="baca", table_name=model._meta.db_table)
        rows = AuditValue.objects.filter(agency_id=agency.pk, entry_id__in=entries.values("pk"))
        return [each.change for each in rows if "standing" in each.change or "legal_status" in each.change]


def text_of(answer):
    return b"".join(answer if answer.streaming else [answer.content]).decode()


def test_the_codes_are_siasns_and_each_says_on_what_it_rests():
    assert standing.RESTRICTED.keys() <= dict(STATUS_CHOICES).keys()
    assert all(standing.RESTRICTED.values())
    assert standing.NEUTRAL not in dict(STATUS_CHOICES)
    assert standing.shown("91", reads=False) == "terbatas"
    assert standing.shown("91", reads=True) == "91"
    assert standing.shown("02", reads=False) == "02"
    assert standing_text("terbatas") == NEUTRAL


@pytest.mark.parametrize("role", CLOSED)
def test_most_readers_see_neutral_words(role, client, medan, ani):
    client.force_login(user_with(medan, role))
    tab = reverse("employee-history", args=[ani.pk, "kepegawaian"])
    for url in (
        reverse("employee-detail", args=[ani.pk]), tab, f"{tab}?bagian=kedudukan-hukum&format=csv",
        f"/api/v1/employees/{ani.pk}/", "/api/v1/employees/?history=true", "/api/v1/standing-records/?history=true",
        reverse("employee-list"), f"{reverse('employee-list')}?format=csv",
    ):  # fmt: skip
        answer = client.get(url)
        assert answer.status_code == 200, url
        text = text_of(answer)
        assert TOLD not in text, url
        assert NOTE not in text, url
    assert NEUTRAL in text_of(client.get(reverse("employee-detail", args=[ani.pk])))
    assert NEUTRAL in text_of(client.get(tab))
    assert client.get(f"/api/v1/employees/{ani.pk}/").json()["legal_status"] == "terbatas"
    rows = client.get("/api/v1/standing-records/?history=true&ordering=id").json()["results"]
    assert [(each["standing"], each["note"]) for each in rows] == [("01", ""), ("terbatas", "")]
    for asked, found in (("91", 0), ("77", 0), ("terbatas", 1), ("01", 0)):
        listed = client.get(f"/api/v1/employees/?history=true&legal_status={asked}").json()["results"]
        assert len(listed) == found, asked
    assert looks(medan, models.Employee) == []
    assert looks(medan, models.StandingRecord) == []


@pytest.mark.parametrize("role", OPEN)
def test_who_reads_discipline_sees_it_and_every_look_is_written_down(role, client, medan, ani):
    client.force_login(user_with(medan, role))
    assert TOLD in text_of(client.get(reverse("employee-detail", args=[ani.pk])))
    assert len(looks(medan, models.Employee)) == 1
    assert NOTE in text_of(client.get(reverse("employee-history", args=[ani.pk, "kepegawaian"])))
    assert len(looks(medan, models.StandingRecord)) == 1
    assert client.get(f"/api/v1/employees/{ani.pk}/").json()["legal_status"] == "91"
    assert len(looks(medan, models.Employee)) == 2
    with agency_scope(medan):
        row = models.StandingRecord.objects.get(standing="91")
    assert client.get(f"/api/v1/standing-records/{row.pk}/").json()["note"] == NOTE
    assert len(looks(medan, models.StandingRecord)) == 2
    listed = client.get("/api/v1/employees/?history=true&legal_status=91").json()["results"]
    assert [each["id"] for each in listed] == [ani.pk]


def test_an_ordinary_standing_is_nobodys_secret(client, medan, unit):
    with agency_scope(medan):
        person = make.EmployeeFactory(agency=medan, unit=unit, legal_status="03")
        models.StandingRecord.objects.create(agency=medan, employee=person, standing="03", starts_on=D(2020, 1, 1))
    for role in ("bagian_organisasi", "staf_bkd"):
        client.force_login(user_with(medan, role))
        assert "03 tugas belajar" in text_of(client.get(reverse("employee-detail", args=[person.pk])))
        assert "03 tugas belajar" in text_of(client.get(reverse("employee-history", args=[person.pk, "kepegawaian"])))
    assert looks(medan, models.Employee) + looks(medan, models.StandingRecord) == []


def test_the_person_sees_the_own_and_nobody_logs_it(client, medan, ani):
    client.force_login(user_with(medan, "pegawai", nip=ani.nip))
    assert TOLD in text_of(client.get(reverse("employee-detail", args=[ani.pk])))
    assert NOTE in text_of(client.get(reverse("employee-history", args=[ani.pk, "kepegawaian"])))
    assert looks(medan, models.Employee) + looks(medan, models.StandingRecord) == []


def test_strangers_see_no_row(client, medan, ani):
    with agency_scope(medan):
        other = make.UnitFactory(agency=medan)
        colleague = make.EmployeeFactory(agency=medan, unit=ani.unit)
    for user in (
        user_with(medan, "admin_unit", other), user_with(api_world.jambi(), "staf_bkd"),
        user_with(medan, "pegawai", nip=colleague.nip),
    ):  # fmt: skip
        client.force_login(user)
        assert client.get(reverse("employee-detail", args=[ani.pk])).status_code == 404
        assert client.get(f"/api/v1/employees/{ani.pk}/").status_code in (403, 404)


def test_the_admin_shows_neutral_words_and_opens_no_such_row(client, medan, ani):
    client.force_login(user_with(medan, "admin_daerah"))
    people = text_of(client.get(reverse("admin:positions_employee_changelist")))
    assert NEUTRAL in people
    assert TOLD not in people
    form = text_of(client.get(reverse("admin:positions_employee_change", args=[ani.pk])))
    assert 'name="legal_status"' not in form
    assert 'name="birth_place"' in form
    rows = reverse("admin:positions_standingrecord_changelist")
    for query in ("", "?standing=terbatas"):
        listed = text_of(client.get(rows + query))
        assert NEUTRAL in listed
        assert TOLD not in listed
        assert NOTE not in listed
    with agency_scope(medan):
        telling = models.StandingRecord.objects.get(standing="91")
    answer = client.get(reverse("admin:positions_standingrecord_change", args=[telling.pk]))
    assert answer.status_code == 403
    assert NOTE not in text_of(answer)


def test_who_may_not_read_it_does_not_change_it_or_find_it_out(client, medan, unit, ani):
    clerk = user_with(medan, "admin_unit", unit, username="unit")
    client.force_login(clerk)
    edit = reverse("employee-edit", args=[ani.pk])
    form = text_of(client.get(edit))
    assert 'name="legal_status"' not in form
    assert TOLD not in form
    for code in ("91", "77"):
        body = {"name": "Ani", "legal_status": code}
        assert client.patch(f"/api/v1/employees/{ani.pk}/", body, content_type="application/json").status_code == 403
    with agency_scope(medan, clerk.pk):
        row, actor = models.StandingRecord.objects.get(standing="91"), with_access(clerk, medan)
        for call in (
            lambda: histories.correct(actor=actor, row=row, why="salah-ketik", facts={"standing": "01"}),
            lambda: histories.take_back(actor=actor, row=row, why="data-ganda"),
            lambda: register.change_employee(actor=actor, employee=ani, legal_status="91"),
        ):
            with pytest.raises(NotAllowed):
                call()
        histories.correct(
            actor=actor, row=models.StandingRecord.objects.get(standing="01"), why="salah-ketik",
            facts={"decree": "SK/1"},
        )  # fmt: skip
    for name in ("history-edit", "history-take-back"):
        answer = client.get(reverse(name, args=["kedudukan-hukum", row.pk]))
        assert answer.status_code == 403
        assert NOTE not in text_of(answer)
    with agency_scope(medan):
        ani.refresh_from_db()
        assert ani.legal_status == "91"
    client.force_login(user_with(medan, "staf_bkd", username="petugas"))
    assert NOTE in text_of(client.get(reverse("history-edit", args=["kedudukan-hukum", row.pk])))
    assert len(looks(medan, models.StandingRecord)) == 1


def test_the_note_is_encrypted_and_hashed_in_the_trail(medan, ani):
    with agency_scope(medan), connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(note, '') FROM positions_standingrecord")
        assert NOTE not in cursor.fetchone()[0]
        cursor.execute("SELECT string_agg(change, ' ') FROM audit_value")
        assert NOTE not in cursor.fetchone()[0]
        differing = [each for each in compare.compare(medan) if each.table == "positions_standingrecord"]
        assert differing == []
        assert models.StandingRecord.objects.get(standing="91").note == NOTE


def test_siasns_side_says_no_more(client, medan, unit, ani):
    with agency_scope(medan):
        models.SiasnRecord.objects.create(
            agency=medan, employee=ani, read_on=D(2026, 1, 1), 
            facts={"nip": ani.nip, "legal_status": "77", "name": "ANI"},
        )  # fmt: skip
    page, listed = reverse("employee-detail", args=[ani.pk]), reverse("siasn-differences")
    api = f"/api/v1/siasn-values/{ani.pk}/"
    client.force_login(user_with(medan, "bagian_organisasi"))
    for url in (page, listed, f"{listed}?data=legal_status", f"{listed}?format=csv"):
        text = text_of(client.get(url))
        assert "diberhentikan tanpa" not in text, url
        assert TOLD not in text, url
        assert NEUTRAL in text, url
    line = next(each for each in client.get(api).json()["comparison"] if each["fact"] == "legal_status")
    assert (line["local"], line["siasn"]) == ("terbatas", "terbatas")
    assert looks(medan, models.Employee) == []
    client.force_login(user_with(medan, "staf_bkd"))
    assert "77 diberhentikan tanpa" in text_of(client.get(page))
    assert "lokal 91, SIASN 77" in text_of(client.get(listed))
    before = len(looks(medan, models.Employee))
    line = next(each for each in client.get(api).json()["comparison"] if each["fact"] == "legal_status")
    assert (line["local"], line["siasn"]) == ("91", "77")
    assert len(looks(medan, models.Employee)) == before + 1


def test_a_suspension_in_the_agenda_book_is_for_who_reads_discipline(client, medan, unit):
    with agency_scope(medan):
        person = make.EmployeeFactory(agency=medan, unit=unit, legal_status="04")
        item = models.AgendaItem.objects.create(
            agency=medan, employee=person, kind="kp_reguler", since=D(2026, 1, 1),
            changed_at="2026-01-01T00:00Z", due_on=D(2027, 4, 1), held="NONAKTIF PREDIKAT", rank=32, target=33,
            is_due=True,
        )  # fmt: skip
    page, api = reverse("agenda-detail", args=[item.pk]), f"/api/v1/agenda-items/{item.pk}/"
    client.force_login(user_with(medan, "admin_unit", unit, username="unit"))
    text = text_of(client.get(page))
    assert "diberhentikan sementara" not in text
    assert NEUTRAL in text
    assert client.get(api).json()["missing"] == ["TERBATAS", "PREDIKAT"]
    counts = {code: len(client.get(f"/api/v1/agenda-items/?missing={code}").json()["results"]) for code in
              ("NONAKTIF", "TERBATAS", "PREDIKAT")}  # fmt: skip
    assert counts == {"NONAKTIF": 0, "TERBATAS": 1, "PREDIKAT": 1}
    client.force_login(user_with(medan, "staf_bkd"))
    assert "diberhentikan sementara" in text_of(client.get(page))
    assert client.get(api).json()["missing"] == ["NONAKTIF", "PREDIKAT"]
    assert len(client.get("/api/v1/agenda-items/?missing=NONAKTIF").json()["results"]) == 1
