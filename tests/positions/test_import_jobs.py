"""The job catalogue's own rules at import: ages that may be a retirement age, titles whose level is clear."""

import datetime
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from asnhr.imports.framework import Options, run
from asnhr.models import AuditEntry
from asnhr.scope import agency_scope
from positions.imports.jobs import JobImporter
from positions.models import Job, JobClassPeriod
from tests.factories.asnhr import AgencyFactory

HEAD = "nama jabatan;jenis jabatan;kelas;bup khusus\n"
DECREE = {"decree": "188.44/9", "decree_on": datetime.date(2025, 12, 30)}
# The decree that a job on record has its class by.
FIRST = {"decree": "188.44/1", "decree_on": datetime.date(2025, 1, 6)}


def load(agency, text, **options):
    given = Options(today=datetime.date(2026, 1, 2), **options)
    return run(JobImporter, io.BytesIO((HEAD + text).encode()), agency_id=agency.pk, options=given)


def codes(result):
    return {row.row: [p.code for p in row.problems] for row in result.rows if row.problems}


@pytest.fixture
def agency(db):
    return AgencyFactory()


@pytest.mark.parametrize("age", [158, 49, 71])
def test_an_age_that_no_rule_knows_is_refused(agency, age):
    assert codes(load(agency, f"Pengemudi;Pelaksana;3;{age}\n", **FIRST)) == {2: ["BUP"]}


@pytest.mark.parametrize("age", ["", 50, 65, 70])
def test_the_ages_of_the_page_are_taken(agency, age):
    assert load(agency, f"Pengemudi;Pelaksana;3;{age}\n", **FIRST).written
    with agency_scope(agency):
        assert Job.objects.get().retirement_age == (age or None)


@pytest.mark.parametrize(
    ("title", "level"),
    [
        ("Kepala Dinas Uji", "JPT_PRATAMA"),
        ("Kepala Badan Kepegawaian", "JPT_PRATAMA"),
        ("Sekretaris Daerah", "JPT_PRATAMA"),
        ("Inspektur", "JPT_PRATAMA"),
        ("Inspektur Pembantu I", "ADMINISTRATOR"),
        ("Sekretaris Dinas Kesehatan", "ADMINISTRATOR"),
        ("Camat Medan Belawan", "ADMINISTRATOR"),
        ("Kepala Bidang Mutasi", "ADMINISTRATOR"),
        ("Kepala Subbagian Umum", "PENGAWAS"),
        ("Sekretaris Kelurahan", "PENGAWAS"),
        ("Lurah Bagan Deli", "PENGAWAS"),
        ("Kepala UPTD Pengujian Kendaraan", "PENGAWAS"),
        ("Kepala Puskesmas Belawan", "AHLI_MUDA"),
        ("Kepala UPT SD Negeri 060952", "AHLI_MUDA"),
        ("Sekretaris Pimpinan", "PELAKSANA"),
        ("Inspektur Tambang Ahli Muda", "AHLI_MUDA"),
        ("Asisten Apoteker", "PELAKSANA"),
    ],
)
def test_a_title_says_its_level_where_the_rules_are_clear(agency, title, level):
    assert load(agency, f"{title};;;\n").written
    with agency_scope(agency):
        assert Job.objects.get().level == level


def test_a_head_of_unclear_level_is_refused_unless_class_or_catalogue_say_it(agency):
    assert codes(load(agency, "Kepala Instalasi Farmasi;;;\n")) == {2: ["JENJANG_TIDAK_JELAS"]}
    assert load(agency, "Kepala Instalasi Farmasi;;9;\n", **DECREE).written
    again = load(agency, "Kepala Instalasi Farmasi;;;58\n")
    assert (again.written, again.plan["changed"]) == (True, 1)
    with agency_scope(agency):
        assert Job.objects.values_list("level", "retirement_age").get() == ("PENGAWAS", 58)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({}, "KEPUTUSAN_WAJIB"),
        ({"decree": "188.44/9"}, "KEPUTUSAN_WAJIB"),
        ({"decree_on": datetime.date(2025, 12, 30)}, "KEPUTUSAN_WAJIB"),
        (DECREE | {"decree_on": datetime.date(2026, 1, 3)}, "KEPUTUSAN_SURUT"),
    ],
)
def test_another_class_than_on_record_names_its_decree(agency, given, code):
    assert load(agency, "Pengemudi;Pelaksana;3;\n", **FIRST).written

    assert codes(load(agency, "Pengemudi;Pelaksana;4;58\n", **given)) == {2: [code]}

    with agency_scope(agency):
        assert Job.objects.values_list("job_class", "retirement_age").get() == (3, None)


def test_the_trail_names_the_decree_of_a_class(agency):
    load(agency, "Pengemudi;Pelaksana;3;\n", **FIRST)

    assert load(agency, "Pengemudi;Pelaksana;4;\n", **DECREE).written

    with agency_scope(agency):
        assert Job.objects.get().job_class == 4
        entries = AuditEntry.objects.filter(table_name="positions_job").order_by("pk")
        assert list(entries.values_list("kind", "reason")) == [
            ("tambah", "impor jobs"), ("ubah", "impor jobs · 188.44/1, 06-01-2025"),
            ("ubah", "impor jobs · 188.44/9, 30-12-2025"),
        ]  # fmt: skip


def test_a_job_without_a_class_takes_one_by_decree_only(agency):
    load(agency, "Pengemudi;Pelaksana;;\n")

    assert codes(load(agency, "Pengemudi;Pelaksana;4;\n")) == {2: ["KEPUTUSAN_WAJIB"]}
    with agency_scope(agency):
        assert Job.objects.get().job_class is None
    assert load(agency, "Pengemudi;Pelaksana;4;\n", **DECREE).written
    # Neither the same class nor an empty cell is another one.
    assert load(agency, "Pengemudi;Pelaksana;4;58\n").written
    assert load(agency, "Pengemudi;Pelaksana;;60\n").written

    with agency_scope(agency):
        assert Job.objects.values_list("job_class", "retirement_age").get() == (4, 60)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({}, "KEPUTUSAN_WAJIB"),
        ({"decree": "188.44/9"}, "KEPUTUSAN_WAJIB"),
        (DECREE | {"decree_on": datetime.date(2026, 1, 3)}, "KEPUTUSAN_SURUT"),
    ],
)
def test_a_job_that_a_list_brings_has_its_class_by_decree_only(agency, given, code):
    refused = load(agency, "Pengemudi;Pelaksana;4;\nKurir;Pelaksana;;\n", skip_rejected=True, **given)

    assert codes(refused) == {2: [code]}
    with agency_scope(agency):
        assert list(Job.objects.values_list("name", "job_class")) == [("Kurir", None)]

    assert load(agency, "Pengemudi;Pelaksana;4;\n", **DECREE).written
    day = DECREE["decree_on"]
    assert history(agency, "Pengemudi") == [(4, "188.44/9", day, day, None)]
    with agency_scope(agency):
        assert Job.objects.get(name="Pengemudi").job_class == 4


def history(agency, name):
    with agency_scope(agency):
        rows = JobClassPeriod.objects.filter(job__name=name).order_by("pk")
        return list(rows.values_list("job_class", "decree", "decree_on", "starts_on", "ends_on"))


def test_a_class_by_decree_holds_from_its_day_and_ends_the_one_before(agency):
    first = FIRST["decree_on"]
    load(agency, "Pengemudi;Pelaksana;3;\nKurir;Pelaksana;;\nJuru Pungut;Pelaksana;5;\n", **FIRST)
    assert history(agency, "Pengemudi") == [(3, "188.44/1", first, first, None)]
    assert history(agency, "Kurir") == []

    changed = "Pengemudi;Pelaksana;4;\nKurir;Pelaksana;2;\nJuru Pungut;Pelaksana;5;\n"
    given = {"decree": "061/77/2025", "decree_on": datetime.date(2025, 12, 30)}
    assert load(agency, changed, **given).written

    day = given["decree_on"]
    assert history(agency, "Pengemudi") == [
        (3, "188.44/1", first, first, day), (4, "061/77/2025", day, day, None),
    ]  # fmt: skip
    assert history(agency, "Kurir") == [(2, "061/77/2025", day, day, None)]
    assert history(agency, "Juru Pungut") == [(5, "188.44/1", first, first, None)]
    # The same list again is no news; another class by a decree of the same day stands in its place.
    assert load(agency, changed, **given).written
    assert load(agency, "Pengemudi;Pelaksana;5;\n", **(given | {"decree": "061/78/2025"})).written
    assert history(agency, "Pengemudi") == [
        (3, "188.44/1", first, first, day), (5, "061/78/2025", day, day, None),
    ]  # fmt: skip


def test_a_decree_that_a_later_one_followed_sets_no_class(agency):
    load(agency, "Pengemudi;Pelaksana;3;\n", **FIRST)
    assert load(agency, "Pengemudi;Pelaksana;4;\n", decree="B", decree_on=datetime.date(2025, 12, 30)).written

    older = load(agency, "Pengemudi;Pelaksana;5;\n", decree="A", decree_on=datetime.date(2025, 12, 1))

    assert codes(older) == {2: ["TUMPANG_TINDIH"]}
    (told,) = [problem for row in older.rows for problem in row.problems]
    assert "30 Desember 2025" in told.message
    assert [each[0] for each in history(agency, "Pengemudi")] == [3, 4]


def test_a_list_writes_the_history_of_many_jobs_in_as_many_statements_as_of_one(agency):
    def text(number, found):
        return "".join(f"Jabatan {n};Pelaksana;{found};\n" for n in range(number))

    load(agency, text(40, 3), **FIRST)
    counts = []
    for number, day in ((1, 20), (40, 21)):
        with CaptureQueriesContext(connection) as seen:
            assert load(agency, text(number, 10 - day % 3), decree=f"061/{day}", decree_on=datetime.date(2025, 12, day))
        counts.append(sum("INTO positions_jobclassperiod" in each["sql"] for each in seen))
    assert counts == [1, 1]
