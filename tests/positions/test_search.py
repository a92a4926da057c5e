"""The search: forgives typing errors, finds by job and unit together, and shows nothing beyond agency and scope."""

from datetime import date

import pytest
from django.db import connection

from asnhr.likeness import Nearness
from asnhr.scope import agency_scope, set_scope
from positions.models import Unit
from positions.queries import register, search
from tests.factories import positions as make
from tests.factories.asnhr import AgencyFactory
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db

DAY = date(2026, 7, 1)
CALL = "SELECT kind, id FROM positions_search(%s, '', %s::ltree[], '', %s, 50)"


@pytest.fixture(autouse=True)
def frozen(monkeypatch):
    """Of a past day the people cost a query more."""
    monkeypatch.setattr("asnhr.dates.today", lambda: DAY)


@pytest.fixture
def medan():
    agency = AgencyFactory(code="1271", name="Pemerintah Kota Medan")
    with agency_scope(agency):
        yield agency


@pytest.fixture
def staff(medan):
    return with_access(user_with(medan, "staf_bkd"), medan)


@pytest.fixture
def jambi(medan):
    agency = AgencyFactory(code="1571", name="Pemerintah Kota Jambi")
    with agency_scope(agency):
        unit = make.UnitFactory(agency=agency, name="Kecamatan Belawan Jambi")
        make.EmployeeFactory(agency=agency, name="Rosmawati Siregar", unit=unit)
        job = make.JobFactory(agency=agency, name="Perawat Ahli Pertama")
        make.PositionFactory(agency=agency, unit=unit, job=job)
    return agency


def test_it_forgives_typing_errors_and_keeps_to_the_scope(medan, staff, jambi, django_assert_num_queries):
    here, there = make.UnitFactory(name="Kecamatan Medan Belawan"), make.UnitFactory(name="Dinas Kesehatan")
    make.EmployeeFactory(name="ROSMAWATI SIREGAR", unit=here)
    make.EmployeeFactory(name="Rosmawati Siregar", unit=there)
    unit_user = with_access(user_with(medan, "admin_unit", here), medan)

    with django_assert_num_queries(2):
        found = search.search(staff, "siregr", DAY)

    assert len(found.employees) == 2
    assert [unit.name for unit in search.search(staff, "belwan", DAY).units] == ["Kecamatan Medan Belawan"]
    assert [person.unit for person in search.search(unit_user, "siregar", DAY).employees] == [here]
    assert search.search(unit_user, "dinas kesehatan", DAY).units == []


def test_it_says_how_near_each_hit_is(medan, staff):
    """Bearing the words, also by a name of the past; by their beginnings; merely alike."""
    gulo, teacher = make.EmployeeFactory(name="Nurul Gulo"), make.EmployeeFactory(name="Guru Besar")
    job = make.JobFactory(name="Guru")
    unit = make.UnitFactory(name="Sekolah Guru", starts_on=date(2020, 1, 1))
    unit.periods.all().update(ends_on=date(2025, 1, 1))
    unit.periods.create(agency=medan, name="Akademi", starts_on=date(2025, 1, 1))

    found = search.search(staff, "guru", DAY)

    assert found.employees == [teacher, gulo]
    assert [found.nearness["employees", each.pk] for each in found.employees] == [Nearness.WORDS, Nearness.ALIKE]
    assert found.nearness["jobs", job.pk] is Nearness.SAME
    assert found.nearness["units", unit.pk] is Nearness.WORDS
    assert search.search(staff, "gur bes", DAY).nearness["employees", teacher.pk] is Nearness.BEGINNINGS


def test_it_finds_a_nip_by_its_beginning_in_scope(medan, staff):
    person = make.EmployeeFactory(nip="199001012015041007")
    make.EmployeeFactory(nip="198001012015041007")
    elsewhere = with_access(user_with(medan, "admin_unit", make.UnitFactory()), medan)

    assert search.search(staff, "19900101 2015", DAY).employees == [person]
    assert search.search(staff, "199001012015041007", DAY).employees == [person]
    assert search.search(elsewhere, "19900101 2015", DAY).employees == []


def test_a_post_is_found_by_its_job_and_its_unit_together(medan, staff):
    nurse = make.JobFactory(name="Perawat Ahli Pertama")
    belawan, kota = make.UnitFactory(name="Puskesmas Belawan"), make.UnitFactory(name="Puskesmas Medan Kota")
    wanted = make.PositionFactory(job=nurse, unit=belawan)
    make.PositionFactory(job=nurse, unit=kota)

    assert search.search(staff, "perwat belawan", DAY).positions[0] == wanted
    assert len(search.search(staff, "perawat ahli", DAY).positions) == 2


def test_a_unit_is_found_by_a_name_of_the_past_and_only_while_it_stands(medan, staff):
    unit = make.UnitFactory(name="Badan Kepegawaian", starts_on=date(2020, 1, 1))
    unit.periods.all().update(ends_on=date(2025, 1, 1))
    unit.periods.create(agency=medan, name="BKPSDM", starts_on=date(2025, 1, 1))
    closed = make.UnitFactory(name="Badan Kepegawaian Lama", starts_on=date(2020, 1, 1), ends_on=date(2026, 1, 1))

    assert [each.pk for each in search.search(staff, "badan kepegawaian", DAY).units] == [unit.pk]
    assert closed in search.search(staff, "badan kepegawaian", date(2025, 6, 1)).units


def test_who_reads_no_register_finds_the_own_record_alone(medan):
    user = user_with(medan, "pegawai")
    user.nip = "199001012015041007"
    user.save()
    mine = make.EmployeeFactory(name="Siti Siregar", nip=user.nip)
    make.EmployeeFactory(name="Siti Lubis")
    make.JobFactory(name="Siti")

    found = search.search(with_access(user, medan), "siti", DAY)

    assert (found.employees, found.count) == ([mine], 1)
    assert search.search(with_access(user_with(medan, "pusat"), medan), "siti", DAY).count == 0


@pytest.mark.parametrize("paths", [None, []])
def test_the_function_itself_names_nothing_beyond_the_agency_of_the_transaction(medan, jambi, paths):
    """It is exempt from row security, so it is asked without the second lock around it."""
    with connection.cursor() as cursor:
        for words in ("rosmawati", "belawan", "perawat"):
            cursor.execute(CALL, [words, paths, DAY])
            assert cursor.fetchall() == []
        set_scope(jambi.pk)
        cursor.execute(CALL, ["rosmawati", paths, DAY])
        assert len(cursor.fetchall()) == (1 if paths is None else 0)
        set_scope(None)
        cursor.execute(CALL, ["rosmawati", None, DAY])
        assert cursor.fetchall() == []


def test_the_function_keeps_to_the_subtrees_it_is_given(medan):
    here, there = make.UnitFactory(name="Puskesmas Satu"), make.UnitFactory(name="Puskesmas Dua")
    person = make.EmployeeFactory(name="Rosmawati", unit=here)
    make.EmployeeFactory(name="Rosmawati", unit=there)
    job = make.JobFactory(name="Perawat")
    post = make.PositionFactory(job=job, unit=here)
    make.PositionFactory(job=job, unit=there)
    here.refresh_from_db()

    with connection.cursor() as cursor:
        found = {}
        for words in ("rosmawati", "perawat", "puskesmas"):
            cursor.execute(CALL, [words, [here.path], DAY])
            for kind, pk in cursor.fetchall():
                found.setdefault(kind, []).append(pk)

    assert found == {"employee": [person.pk], "position": [post.pk], "job": [job.pk], "unit": [here.pk]}


@pytest.mark.parametrize("words", ["%_%", "'; SELECT 1 --", "\\", "((", "  ", "é", "😀 ok", "a" * 400, "...."])
def test_no_text_breaks_it(medan, staff, words):
    assert search.search(staff, words, DAY).count == 0


def test_all_the_words_typed_come_before_what_is_merely_alike(medan, staff):
    """A first and a last name find the person whose middle name nobody types, whatever many are alike."""
    for number in range(search.MOST_HITS + 3):
        make.EmployeeFactory(name=f"Nadia Nasutin {chr(65 + number)}")
    wanted = make.EmployeeFactory(name="Nadia Putri Nasution")
    inside = make.EmployeeFactory(name="Ernadia Hasnasution")

    for text in ("nadia nasution", "NASUTION  nadia", "nad nasutio", "putri nasution", "na nasution"):
        found = search.search(staff, text, DAY, 5)
        assert found.employees[0] == wanted, text
        assert found.nearness["employees", wanted.pk] < Nearness.INSIDE
    found = search.search(staff, "nadia nasution", DAY, 5)
    assert found.employees[:2] == [wanted, inside]
    assert [found.nearness["employees", each.pk] for each in found.employees[1:]] == [Nearness.INSIDE] + [
        Nearness.ALIKE
    ] * 3
    assert wanted in search.search(staff, "nadia nasutin", DAY, 50).employees
    assert [each.name for each in search.search(staff, "ern nadia", DAY, 1).employees] == ["Ernadia Hasnasution"]


def test_signs_and_short_words_of_a_name(medan, staff):
    sign = make.EmployeeFactory(name="Nur'aini Br. Sitanggang-Manik")
    for number in range(8):
        make.EmployeeFactory(name=f"Basitang Brata {chr(65 + number)}")

    for text in ("br manik", "aini manik", "sitanggang br.", "Nur'aini Manik", "br"):
        assert search.search(staff, text, DAY, 3).employees[0] == sign, text
    assert search.search(staff, "-- %", DAY).count == 0


def test_a_subtitle_is_part_of_the_name_of_a_job_and_its_posts(medan, staff):
    school = make.UnitFactory(name="SMP Negeri 3 Medan")
    maths = make.JobFactory(name="Guru Ahli Pertama", subtitle="Matematika")
    faith = make.JobFactory(name="Guru Ahli Muda", subtitle="Agama Islam")
    make.JobFactory(name="Guru Ahli Utama", subtitle="")
    post, other = make.PositionFactory(job=maths, unit=school), make.PositionFactory(job=faith, unit=school)

    for text in ("guru matematika", "guru matmatika", "matematika guru", "matematika"):
        found = search.search(staff, text, DAY)
        assert (found.jobs[0], found.positions[0]) == (maths, post), text
    assert search.search(staff, "agama islam", DAY).positions == [other]
    assert search.search(staff, "guru matematika smp", DAY).positions == [post]
    assert search.search(staff, "guru mtematika smp", DAY).positions[0] == post


def test_the_words_keep_to_the_scope_too(medan, staff, jambi):
    here, there = make.UnitFactory(name="Dinas Sini"), make.UnitFactory(name="Dinas Sana")
    mine = make.EmployeeFactory(name="Rina Sri Rangkuti", unit=here)
    make.EmployeeFactory(name="Rina Rangkuti", unit=there)
    job = make.JobFactory(name="Perawat", subtitle="Gigi")
    post = make.PositionFactory(job=job, unit=here)
    make.PositionFactory(job=job, unit=there)
    elsewhere = with_access(user_with(medan, "admin_unit", here), medan)

    assert search.search(elsewhere, "rina rangkuti", DAY).employees == [mine]
    assert search.search(elsewhere, "perawat gigi", DAY).positions == [post]
    assert search.search(elsewhere, "dinas", DAY).units == [here]
    assert search.search(staff, "rosmawati siregar", DAY).employees == []


@pytest.mark.parametrize("text", ["", " ", "...", "-/()", "\0", "\0%_", "' OR 1=1", "{}", "{0}"])
def test_text_without_a_word_finds_nothing_and_breaks_nothing(medan, staff, text):
    make.UnitFactory(name="Dinas Kesehatan")
    assert list(register.alike(Unit.objects.all(), "name", text)) == []


def test_a_unit_a_post_and_a_job_are_found_by_their_codes(medan, staff, jambi, django_assert_num_queries):
    here = make.UnitFactory(agency=medan, code="1271.K08", name="Kecamatan Medan Tembung")
    below = make.UnitFactory(agency=medan, parent=here, code="1271.K08.01", name="Seksi Trantib")
    gone = make.UnitFactory(agency=medan, code="1271.K09", name="Kecamatan Lama", ends_on=DAY)
    job = make.JobFactory(agency=medan, code="J-0815", name="Perawat")
    post = make.PositionFactory(agency=medan, unit=below, job=job, code="P/K08-7")
    with agency_scope(jambi):
        make.UnitFactory(agency=jambi, code="1271.K08.99", name="Bukan Milik Medan")
    unit_user = with_access(user_with(medan, "admin_unit", below), medan)

    with django_assert_num_queries(3):
        hits = search.search(staff, "1271.k08", DAY)
    assert [unit.pk for unit in hits.units] == [here.pk, below.pk]
    assert hits.nearness["units", here.pk] < hits.nearness["units", below.pk]
    assert [each.pk for each in search.search(staff, "p/k08", DAY).positions] == [post.pk]
    assert [each.pk for each in search.search(staff, "J-08", DAY).jobs] == [job.pk]
    assert search.search(staff, "1271.K09", DAY).units == []
    assert [unit.pk for unit in search.search(staff, "1271.K09", gone.ends_on.replace(day=1, month=6)).units] == [
        gone.pk
    ]
    # Of the own branch only; somebody without the register finds no code.
    assert [unit.pk for unit in search.search(unit_user, "1271.K08", DAY).units] == [below.pk]
    assert search.search(with_access(user_with(medan, "pegawai"), medan), "1271.K08", DAY).count == 0
