"""Letters of increments: a number is given once a year, a person has one valid letter for an increment."""

import io
import threading
from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from asnhr import formats
from asnhr.errors import RuleBroken
from asnhr.imports import storage
from asnhr.models import AuditEntry
from asnhr.scope import agency_scope
from asnhr.services import Progress
from positions import models
from positions.letters import number_of
from positions.models import AgendaItem, LetterBatch
from positions.queries import letters as queries
from positions.rules.numbers import add_months
from positions.services import agenda, letters
from tests import api_world
from tests.factories import positions as make
from tests.positions.test_agenda import DAY, batch_of, civil_servant, shown, text_of
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def frozen(monkeypatch):
    monkeypatch.setattr("asnhr.dates.today", lambda: DAY)


@pytest.fixture
def medan():
    return api_world.medan()


@pytest.fixture
def unit(medan):
    with agency_scope(medan):
        return make.UnitFactory(agency=medan, name="Dinas Kesehatan")


@pytest.fixture
def officer(medan):
    return user_with(medan, "staf_bkd")


def due(agency, *units, numbers=1):
    """People of each unit whose increment falls due, and the cases of them."""
    people = [
        civil_servant(agency, unit, number=10 * place + number)
        for place, unit in enumerate(units)
        for number in range(1, numbers + 1)
    ]
    agenda.compute(agency.pk, DAY, Progress())
    return people


def issue(agency, user, **more):
    with agency_scope(agency, user.pk):
        return letters.request_letters(batch=batch_of(agency, **more), actor=with_access(user, agency))


def numbers_in(agency, batch):
    with storage.opened(agency.code, batch.stored_as, letters.AREA) as file:
        text = " ".join(text_of(io.BytesIO(b"".join(file)).getvalue()).split())
    return [number for number in range(1, 60) if f"800.1.11.13/{number}/BKD" in text]


def test_the_next_batch_goes_on_after_the_last_number_of_the_agency(client, medan, unit, officer):
    with agency_scope(medan):
        other = make.UnitFactory(agency=medan, name="Dinas Pendidikan")
        due(medan, unit, other, numbers=2)
    first = issue(medan, officer, unit=unit, first_number=None)
    second = issue(medan, officer, unit=other, first_number=None)

    assert [(each.first_number, each.last_number) for each in (first, second)] == [(1, 2), (3, 4)]
    assert [numbers_in(medan, each) for each in (first, second)] == [[1, 2], [3, 4]]
    with agency_scope(medan):
        assert queries.next_number(medan.pk, "800.1.11.13/{n}/BKD", 2026) == 5
        # Of another pattern and of another year they begin anew.
        assert queries.next_number(medan.pk, "800.1.11.13/{n}/UMUM", 2026) == 1
        assert queries.next_number(medan.pk, "800.1.11.13/{n}/BKD", 2027) == 1
    client.force_login(officer)
    with CaptureQueriesContext(connection) as cost:
        form = client.get(reverse("letter-new")).text
    assert len(cost) <= 15
    assert 'name="first_number" value="5"' in form


def test_a_number_that_is_taken_is_refused_in_words_that_name_it(client, medan, unit, officer):
    with agency_scope(medan):
        other = make.UnitFactory(agency=medan, name="Dinas Pendidikan")
        due(medan, unit, other, numbers=2)
    issue(medan, officer, unit=unit, first_number=7)
    with pytest.raises(RuleBroken, match=r"800\.1\.11\.13/8/BKD sudah dipakai pada tahun 2026.*yang bebas.*: 9\."):
        issue(medan, officer, unit=other, first_number=8)
    # The same number by another pattern.
    with pytest.raises(RuleBroken, match=r"800\.1\.11\.13/7/BKD sudah dipakai"):
        issue(medan, officer, unit=other, number_pattern="800.1.11.{n}/7/BKD", first_number=12)
    with agency_scope(medan):
        assert LetterBatch.objects.count() == 1
    client.force_login(officer)
    answer = client.post(reverse("letter-new"), {
        "month": "2027-04", "number_pattern": "800.1.11.13/{n}/BKD", "first_number": "7", "place": "Medan",
        "signed_on": "2026-11-20", "signatory_post": "Kepala", "signatory_name": "Budi",
    })  # fmt: skip
    assert answer.status_code == 422
    assert "800.1.11.13/7/BKD sudah dipakai" in answer.text
    # The next year begins at one.
    assert issue(medan, officer, unit=other, signed_on=date(2027, 1, 4), first_number=7).first_number == 7


def test_the_database_refuses_a_number_given_twice_but_not_those_of_before(medan, unit, officer):
    def kept(**more):
        facts = {"first_number": 1, "last_number": 5, "created_by": officer}
        return batch_of(medan, **facts | more)

    with agency_scope(medan, officer.pk):
        for _twice in "12":
            kept(last_number=None, people=[1, 2, 3]).save()
        # Those of before count, too.
        assert queries.next_number(medan.pk, "800.1.11.13/{n}/BKD", 2026) == 4
        kept().save()
        kept(first_number=6, last_number=9).save()
        kept(signed_on=date(2027, 1, 1)).save()
        with pytest.raises(IntegrityError, match="letters_number_once"), transaction.atomic():
            kept(first_number=5, last_number=6).save()
        with pytest.raises(IntegrityError, match="letters_last_not_before_first"), transaction.atomic():
            kept(first_number=20, last_number=19).save()


def test_who_has_a_letter_for_the_increment_is_left_out_and_named(client, medan, unit, officer):
    with agency_scope(medan):
        one, two = due(medan, unit, numbers=2)
        models.YearlyPredicate.objects.filter(employee=two).delete()
        agenda.compute(medan.pk, DAY, Progress())
    first = issue(medan, officer)
    assert first.employees == [one.pk]
    with pytest.raises(RuleBroken, match=f"Semua 1 orang sudah punya surat.*{one.name}.*terbitkan ulang"):
        issue(medan, officer, first_number=None)
    client.force_login(officer)
    body = {
        "month": "2027-04", "all_cases": "on", "number_pattern": "800.1.11.13/{n}/BKD", "first_number": "",
        "place": "Medan", "signed_on": "2026-11-20", "signatory_post": "Kepala", "signatory_name": "Budi",
    }  # fmt: skip
    answer = client.post(reverse("letter-new"), body, follow=True)
    text = shown(answer)

    assert "1 orang dilewati karena sudah punya surat" in text
    assert text.count(one.name) >= 2  # the message, and what the page keeps
    with agency_scope(medan):
        second = LetterBatch.objects.order_by("pk").last()
    assert (second.employees, second.left_out, second.first_number) == ([two.pk], [one.pk], 42)
    assert one.name in shown(client.get(reverse("letter-detail", args=[second.pk])))


def test_a_case_computed_anew_is_the_same_increment(medan, unit, officer):
    with agency_scope(medan):
        (person,) = due(medan, unit)
    first = issue(medan, officer)
    with agency_scope(medan):
        models.AgendaItem.objects.all().delete()
        agenda.compute(medan.pk, DAY, Progress())
        assert models.AgendaItem.objects.get(kind="kgb").pk not in first.people
    with pytest.raises(RuleBroken, match=person.name):
        issue(medan, officer, first_number=None)


def test_letters_of_before_their_people_were_kept_count(medan, unit, officer):
    with agency_scope(medan):
        due(medan, unit)
    issue(medan, officer)
    with agency_scope(medan):
        LetterBatch.objects.update(employees=[], last_number=None)
    with pytest.raises(RuleBroken, match="sudah punya surat"):
        issue(medan, officer, first_number=None)


def test_a_deliberate_reissue_replaces_the_earlier_letter(client, medan, unit, officer):
    with agency_scope(medan):
        one, two = due(medan, unit, numbers=2)
    first = issue(medan, officer)
    second = issue(medan, officer, reissue=True, first_number=None)
    with agency_scope(medan):
        first.refresh_from_db()
        assert sorted(first.replaced) == sorted([one.pk, two.pk])
        # The third replaces the second, the first stays as it is.
        issue(medan, officer, reissue=True, first_number=None)
        second.refresh_from_db()
        assert len(second.replaced) == 2
    assert (second.first_number, second.left_out) == (43, [])
    client.force_login(officer)
    with CaptureQueriesContext(connection) as cost:
        text = shown(client.get(reverse("letter-detail", args=[first.pk])))
    assert len(cost) <= 15
    assert "2 surat kumpulan ini sudah diganti" in text
    assert f"{one.name} (800.1.11.13/41/BKD)" in text


def test_who_left_the_register_leaves_the_numbers_of_the_others(medan, unit, officer, monkeypatch):
    monkeypatch.setattr(letters, "AT_ONCE", 0)
    with agency_scope(medan):
        due(medan, unit, numbers=3)
    batch = issue(medan, officer)
    with agency_scope(medan):
        models.AgendaItem.objects.get(pk=batch.people[1]).delete()
        assert letters.write(batch) == 2
    assert numbers_in(medan, batch) == [41, 43]


def test_who_has_no_step_on_record_takes_no_number(medan, unit, officer):
    with agency_scope(medan):
        _first, without, last = due(medan, unit, numbers=3)
        models.AgendaItem.objects.filter(employee=without).update(step=None, step_hash="")
    batch = issue(medan, officer)
    assert (without.pk in batch.employees, batch.last_number) == (False, 42)
    assert batch.employees[-1] == last.pk


def test_who_is_paid_no_more_by_the_step_has_no_letter(client, medan, unit, officer):
    """Below the first step of II/c (3 years) the first one is paid already: reaching it changes nothing."""
    with agency_scope(medan):
        due(medan, unit)
        person = make.EmployeeFactory(
            agency=medan, unit=unit, name="Rina", status="PNS", legal_status="01", rank=23, rank_since=date(2025, 10, 1)
        )
        of = {"agency": medan, "employee": person}
        models.RankRecord.objects.create(**of, rank=23, starts_on=person.rank_since, service_years=1, service_months=6)
        for year in (2024, 2025):
            models.YearlyPredicate.objects.create(**of, year=year, predicate=2)
        agenda.compute(medan.pk, DAY, Progress())
        assert AgendaItem.objects.get(employee=person, kind="kgb").due_on == date(2027, 4, 1)
    client.force_login(officer)
    form = {
        "month": "2027-04", "number_pattern": "800/{n}/BKD", "first_number": 1, "place": "Medan",
        "signed_on": "2026-11-20", "signatory_post": "Kepala BKPSDM", "signatory_name": "Budi",
    }  # fmt: skip
    page = shown(client.post(reverse("letter-new"), form, follow=True))
    assert "1 orang tanpa surat karena gaji pokoknya tidak berubah: Rina" in page
    with agency_scope(medan):
        batch = LetterBatch.objects.get()
        assert person.pk not in batch.employees
        assert (len(batch.people), batch.last_number) == (1, 1)
        item = AgendaItem.objects.get(employee=person, kind="kgb")
        models.Employee.objects.exclude(pk=person.pk).update(exits_on=date(2026, 11, 1), exit_reason="x")
        agenda.compute(medan.pk, DAY, Progress())
        AgendaItem.objects.exclude(pk=item.pk).update(is_due=False, state="sk")
        with pytest.raises(RuleBroken, match="tidak berubah oleh langkah berikutnya: Rina"):
            letters.request_letters(batch=batch_of(medan, first_number=None), actor=with_access(officer, medan))
    assert "sudah dibayar langkah pertama" in shown(client.get(reverse("agenda-detail", args=[item.pk])))


@pytest.mark.parametrize(("more", "said"), [
    ({"signed_on": date(2050, 1, 1)}, "Tanggal surat antara 21 November 2025 dan 23 Januari 2027"),
    ({"signed_on": date(2020, 1, 1)}, "Tanggal surat antara"),
    ({"signatory_nip": "abc"}, "NIP penanda tangan tidak benar: abc"),
    ({"signatory_nip": "197513012000031001"}, "NIP penanda tangan tidak benar"),
    ({"number_pattern": "Z{n}{m}"}, "tanpa kurung kurawal lain"),
    ({"number_pattern": "Z{n}/{n}"}, "sekali"),
])  # fmt: skip
def test_what_cannot_stand_on_a_letter_is_refused(more, said, medan, unit, officer):
    with agency_scope(medan, officer.pk):
        due(medan, unit)
        with pytest.raises(RuleBroken, match=said):
            letters.request_letters(batch=batch_of(medan, **more), actor=with_access(officer, medan))
        assert not LetterBatch.objects.exists()
        assert letters.request_letters(
            batch=batch_of(medan, signed_on=date(2027, 1, 23)), actor=with_access(officer, medan)
        ).pk


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("same_unit", [True, False])
def test_two_officers_at_once_give_no_number_and_no_letter_twice(medan, unit, officer, same_unit):
    second = user_with(medan, "staf_bkd", username="kedua")
    with agency_scope(medan):
        other = make.UnitFactory(agency=medan, name="Dinas Pendidikan")
        due(medan, unit, other, numbers=2)
    made, refused = [], []
    start = threading.Barrier(2)

    def write(user, place):
        start.wait()
        try:
            made.append(issue(medan, user, unit=place, first_number=None))
        except RuleBroken as broken:
            refused.append(str(broken))
        finally:
            connection.close()

    threads = [
        threading.Thread(target=write, args=pair) for pair in ((officer, unit), (second, unit if same_unit else other))
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    spans = sorted((each.first_number, each.last_number) for each in made)
    assert (spans, len(refused)) == (([(1, 2)], 1) if same_unit else ([(1, 2), (3, 4)], 0))


# Who reads


@pytest.mark.parametrize("role", ["auditor", "pyb", "ppk", "staf_bkd", "admin_daerah"])
def test_who_reads_salaries_reads_the_letters_and_makes_none_without_more(role, client, medan, unit, officer):
    with agency_scope(medan):
        due(medan, unit)
    batch = issue(medan, officer)
    user = user_with(medan, role, username="pembaca")
    client.force_login(user)
    makes = role != "auditor"

    listed, detail = client.get(reverse("letter-list")), client.get(reverse("letter-detail", args=[batch.pk]))
    file = client.get(reverse("letter-file", args=[batch.pk]))

    assert [listed.status_code, detail.status_code, file.status_code] == [200, 200, 200]
    assert b"".join(file.streaming_content)[:5] == b"%PDF-"
    assert reverse("letter-file", args=[batch.pk]) in detail.content.decode()
    assert (reverse("letter-new") in listed.content.decode()) is makes
    assert reverse("letter-list") in client.get(reverse("agenda-list")).content.decode()
    assert client.get(reverse("letter-new")).status_code == (200 if makes else 403)
    assert client.post(reverse("letter-new"), {"month": "x"}).status_code == (422 if makes else 403)
    again = client.post(reverse("letter-again", args=[batch.pk]))
    assert again.status_code == (302 if makes else 403)
    with agency_scope(medan):
        look = AuditEntry.objects.filter(agency=medan, kind=AuditEntry.Kind.READ, user_id=user.pk)
        assert look.filter(table_name="positions_letterbatch").count() == 1


def test_the_letters_of_others_stay_closed(client, medan, unit, officer):
    with agency_scope(medan):
        other = make.UnitFactory(agency=medan)
        due(medan, unit)
        whole = issue(medan, officer)
    for user, status in (
        (user_with(medan, "bagian_organisasi", username="org"), 403),
        (user_with(medan, "pegawai", username="peg"), 403),
        # A batch of the whole agency is none of a part of it.
        (user_with(medan, "admin_unit", other, username="unit"), 404),
        (user_with(api_world.jambi(), "auditor", username="jambi"), 404),
    ):
        client.force_login(user)
        for name in ("letter-detail", "letter-file"):
            assert client.get(reverse(name, args=[whole.pk])).status_code == status, (user.username, name)


# What a letter rests on


def words_of(agency, batch):
    with storage.opened(agency.code, batch.stored_as, letters.AREA) as file:
        return " ".join(text_of(io.BytesIO(b"".join(file)).getvalue()).split())


def test_a_letter_names_the_decree_that_the_pay_rests_on(medan, unit, officer):
    with agency_scope(medan):
        (person,) = due(medan, unit)
        models.RankRecord.objects.filter(employee=person).update(
            decree="823/17/BKD", decree_on=date(2025, 3, 3), service_years=4, service_months=6
        )
        models.Employee.objects.filter(pk=person.pk).update(birth_place="Medan")
        rank = models.RankRecord.objects.filter(employee=person).latest("starts_on")
    told = words_of(medan, issue(medan, officer))
    for words in (
        "Tempat, tanggal lahir : Medan, ", "tentang pangkat atau gaji yang ditetapkan", "Oleh pejabat : belum tercatat",
        "Nomor : 823/17/BKD", "Tanggal : 3 Maret 2025", f"Terhitung mulai tanggal : {formats.day(rank.starts_on)}",
        "Masa kerja golongan pada tanggal tersebut : 4 tahun 6 bulan", "Kenaikan gaji berkala yang akan datang",
        "Gaji pokok lama : Rp 3.089.300", "Gaji pokok baru : Rp 3.186.600", "Inspektur",
    ):  # fmt: skip
        assert words in told, (words, told)


def test_what_is_not_on_record_is_said_and_never_made_up(medan, unit, officer):
    with agency_scope(medan):
        (person,) = due(medan, unit)
        models.RankRecord.objects.filter(employee=person).delete()
    told = words_of(medan, issue(medan, officer, all_cases=True))
    # Official, number, day, TMT, service.
    assert told.count("belum tercatat") == 5


def test_the_last_increment_comes_before_the_rank_and_a_letter_of_ours_names_who_signed(medan, unit, officer):
    with agency_scope(medan):
        (person,) = due(medan, unit)
        batch = issue(medan, officer)
        item = AgendaItem.objects.get(pk=batch.people[0])
        rank = models.RankRecord.objects.filter(employee=person).latest("starts_on")
        add = {"agency": medan, "employee": person, "service_months": 0}
        number = number_of(batch, 0)
        granted = models.SalaryIncrement.objects.create(
            **add, starts_on=batch.month, service_years=item.step, decree=number, decree_on=date(2027, 2, 1)
        )
        models.SalaryIncrement.objects.create(**add, starts_on=date(2010, 1, 1), service_years=1)
        later = AgendaItem(pk=7, employee=person, due_on=add_months(batch.month, 24))
        found = queries.last_decrees([item, later])
        assert (found[item.pk].is_increment, found[item.pk].starts_on) == (False, rank.starts_on)
        last = found[7]
        assert (last.is_increment, last.starts_on, last.number) == (True, granted.starts_on, number)
        assert (last.months, last.official) == (item.step * 12, batch.signatory_post)


@pytest.mark.parametrize("people", [1, 20])
def test_what_letters_rest_on_costs_the_same_at_any_size(people, medan, unit, officer, django_assert_num_queries):
    with agency_scope(medan):
        due(medan, unit, numbers=people)
        items = list(AgendaItem.objects.filter(agency=medan, kind="kgb"))
        assert len(items) == people
        with django_assert_num_queries(3):
            assert len(queries.last_decrees(items)) == people


def test_a_form_without_the_state_that_was_seen_is_refused_in_words(client, medan, unit, officer):
    with agency_scope(medan):
        due(medan, unit)
        item = AgendaItem.objects.get(agency=medan, kind="kgb")
    client.force_login(officer)
    answer = client.post(reverse("agenda-detail", args=[item.pk]), {"to": "berkas", "day": "2026-11-20"})
    assert answer.status_code == 422
    assert "muat ulang halaman penjagaan" in answer.content.decode()
    assert "Was" not in answer.content.decode()
    with agency_scope(medan):
        assert AgendaItem.objects.get(pk=item.pk).state == "belum"
