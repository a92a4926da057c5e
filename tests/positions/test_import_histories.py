"""Histories of personnel files from SIASN's sheets and the agency's own: what is taken, refused and compared."""

import datetime
import io
import json

import pytest
import xlsxwriter
from django.core.management import call_command
from django.urls import reverse

from asnhr import registry, services
from asnhr.errors import NotAllowed
from asnhr.imports import service
from asnhr.imports.framework import Options, run
from asnhr.models import ImportJob
from asnhr.scope import agency_scope
from positions.imports import DisciplineImporter
from positions.models import (
    Discipline,
    Education,
    EmployeeEducation,
    EmployeeTraining,
    RankRecord,
    SalaryIncrement,
    Secondment,
    UnpaidLeave,
    YearlyPredicate,
)
from tests.factories import positions as make
from tests.factories.asnhr import AgencyFactory
from tests.roles import user_with, with_access

D = datetime.date
TODAY = D(2026, 1, 2)
BUDI, CITRA, DEWI = "198703212012011901", "199003082014022902", "199009132025242914"


def load(agency, kind, text, **options):
    return run(
        service.importer_of(kind), io.BytesIO(text.encode()), agency_id=agency.pk,
        options=Options(**{"today": TODAY, **options}),
    )  # fmt: skip


def codes(result):
    return {row.row: sorted({p.code for p in row.problems}) for row in result.rows if row.problems}


def counts(result):
    return tuple(result.plan[name] for name in ("new", "changed", "unchanged", "corrections", "missing"))


@pytest.fixture
def agency(db, settings, tmp_path):
    settings.UPLOAD_DIR = tmp_path / "uploads"
    agency = AgencyFactory()
    with agency_scope(agency):
        root = make.UnitFactory(agency=agency, code="1271", name="Pemerintah Kota Medan")
        for code in ("1271.40", "1271.41"):
            make.UnitFactory(agency=agency, code=code, name=f"Kecamatan {code}", parent=root)
        by_code = {unit.code: unit for unit in root.__class__.objects.all()}
        for nip, unit, status in ((BUDI, "1271.40", "PNS"), (CITRA, "1271.41", "PNS"), (DEWI, "1271.40", "PPPK")):
            make.EmployeeFactory(
                agency=agency, nip=nip, unit=by_code[unit], status=status, birth_date=D(1985, 1, 1),
                cpns_on=D(2012, 1, 1),
            )  # fmt: skip
    return agency


# Ids of SIASN records, but for the last digit.
R = "A5EB03E23CA2F6A0E040640A0402520"
RANKS = (
    "id;nipBaru;golonganId;golongan;tmtGolongan;skNomor;skTanggal;jenisKPId;masaKerjaGolonganTahun;"
    "masaKerjaGolonganBulan;jumlahKreditUtama\n"
    f"{R}1;{BUDI};31;III/a;01-01-2012;821/1;15-12-2011;211;0;0;\n"
    f"{R}2;{BUDI};32;III/b;01-04-2016;821/2;15-03-2016;101;4;3;\n"
    f"{R}3;{CITRA};31;III/a;01-02-2014;821/3;15-01-2014;211;0;0;100,125\n"
)


def test_ranks_come_once_set_todays_rank_and_tell_what_a_newer_file_changes(agency):
    assert counts(load(agency, "ranks", RANKS)) == (3, 0, 0, 0, 0)
    with agency_scope(agency):
        budi = make.EmployeeFactory._meta.model.objects.get(nip=BUDI)
        assert (budi.rank, budi.rank_since) == (32, D(2016, 4, 1))
        first = RankRecord.objects.get(employee=budi, starts_on=D(2012, 1, 1))
        assert (first.kind, first.decree, first.service_years, first.siasn_id) == ("211", "821/1", 0, R + "1")
        before = list(RankRecord.objects.order_by("pk").values())
    assert counts(load(agency, "ranks", RANKS)) == (0, 0, 3, 0, 0)
    with agency_scope(agency):
        assert list(RankRecord.objects.order_by("pk").values()) == before

    # A newer one follows, a missing consent is learned, another grade on the same TMT is to be confirmed.
    newer = (
        "ID,NIP,Golongan,TMT Golongan,Nomor SK,No Pertek BKN\n"
        f"{R}4,{BUDI},III/c,01-04-2020,821/9,\n{R}2,{BUDI},III/b,01-04-2016,,P-77\n{R}3,{CITRA},III/b,01-02-2014,,\n"
    )
    looked = load(agency, "ranks", newer, dry_run=True)
    assert (codes(looked), counts(looked)) == ({4: ["KOREKSI"]}, (1, 1, 0, 1, 1))
    assert looked.details["corrections"] == [
        {"row": 4, "nip": CITRA, "name": looked.details["corrections"][0]["name"], "field": "rank", "before": "31",
         "after": "32"}
    ]  # fmt: skip
    assert [line["since"] for line in looked.details["missing"]] == ["2012-01-01"]
    assert not load(agency, "ranks", newer).written
    assert load(agency, "ranks", newer, confirm_corrections=True).written
    with agency_scope(agency):
        budi.refresh_from_db()
        assert (budi.rank, budi.rank_since) == (33, D(2020, 4, 1))
        assert RankRecord.objects.get(siasn_id=R + "2").bkn_number == "P-77"
        assert RankRecord.objects.get(employee__nip=CITRA).rank == 32
        assert RankRecord.objects.filter(employee=budi).count() == 3, "what a file leaves out is never taken back"


def test_siasns_id_says_that_a_mended_tmt_is_the_same_row(agency):
    head = "ID,NIP,Golongan,TMT Golongan\n"
    assert load(agency, "ranks", head + f"{R}1,{BUDI},III/a,01-01-2012\n7,{DEWI},IX,01-02-2025\n").written
    mended = head + f"{R}1,{BUDI},III/a,01-02-2012\n8,{DEWI},IX,01-02-2025\n"
    assert (codes(load(agency, "ranks", mended)), counts(load(agency, "ranks", mended))) == (
        {2: ["KOREKSI"]}, (0, 0, 1, 1, 0),
    )  # fmt: skip
    assert load(agency, "ranks", mended, confirm_corrections=True).written
    with agency_scope(agency):
        assert RankRecord.objects.get(employee__nip=BUDI).starts_on == D(2012, 2, 1)
        dewi = RankRecord.objects.get(employee__nip=DEWI)
        assert (dewi.pay_group, dewi.rank, dewi.siasn_id) == (9, None, ""), "a running number is no id"
        assert dewi.employee.pay_group == 9
    # Two rows of the register cannot become one.
    assert load(agency, "ranks", head + f"{R}2,{BUDI},III/b,01-04-2016\n").written
    both = head + f"{R}2,{BUDI},III/b,01-02-2012\n"
    assert codes(load(agency, "ranks", both, confirm_corrections=True)) == {2: ["RIWAYAT_GANDA"]}


def test_every_fault_of_every_row_is_told_and_nothing_is_kept(agency):
    text = (
        "NIP;Gol;TMT Golongan;Jenis KP Id;MKG Bulan;Nomor SK\n"
        f"{BUDI};V/z;31-02-2016;999;14;{'x' * 121}\n"
        "1,98703E+17;III/a;01-01-2012;;;\n"
        "198703212012011999;III/a;01-01-2012;;;\n"
        f"{DEWI};III/a;01-01-2025;;;\n{BUDI};III/a;01-01-2010;;;\n{BUDI};III/b;01-04-2016;;;\n"
        f"{BUDI};III/b;01-04-2016;;;\n{BUDI};III/c;01-04-2016;;;\n{CITRA};IX;;;;\n{CITRA};III/d;01-01-1980;;;\n"
    )
    result = load(agency, "ranks", text)
    assert codes(result) == {
        2: ["GOLONGAN", "JENIS_TIDAK_DIKENAL", "MASA_KERJA", "TANGGAL", "TERLALU_PANJANG"],
        3: ["NIP_DIBULATKAN"],
        4: ["NIP_TIDAK_DIKENAL"],
        5: ["GOLONGAN_STATUS"],
        6: ["TMT_SEBELUM_CPNS"],
        8: ["BARIS_GANDA"],
        9: ["RIWAYAT_GANDA"],
        10: ["GOLONGAN_STATUS", "WAJIB"],
        11: ["TMT_SEBELUM_CPNS", "TMT_SEBELUM_LAHIR"],
    }
    assert (result.failed, result.written) == (True, False)
    problem = next(p for row in result.rows if row.row == 4 for p in row.problems)
    assert (problem.row, problem.column, problem.value) == (4, "NIP", "198703212012011999")
    with agency_scope(agency):
        assert RankRecord.objects.count() == 0
    assert load(agency, "ranks", text, skip_rejected=True).written
    with agency_scope(agency):
        assert [r.rank for r in RankRecord.objects.all()] == [32]


def test_educations_set_the_last_one_and_the_mark_moves_as_a_correction(agency):
    with agency_scope(agency):
        law = Education.objects.filter(level_id="40").exclude(siasn_id="").order_by("pk").first()
    text = (
        "NIP;Pendidikan Id;Pendidikan Nama;Tk Pendidikan Id;Tahun Lulus;Is Pendidikan Pertama;Nama Sekolah\n"
        f"{BUDI};;SMA IPA;15;2005;ya;SMAN 1\n{BUDI};{law.siasn_id};{law.name};;2010;tidak;USU\n"
        f"{CITRA};;Ilmu Antah;S-1;;;\n{DEWI};TIDAKADA;;;;;\n"
    )
    result = load(agency, "educations", text, skip_rejected=True)
    assert codes(result)[5] == ["WAJIB"]
    assert codes(result)[4] == ["PENDIDIKAN_ID"]
    with agency_scope(agency):
        budi = make.EmployeeFactory._meta.model.objects.get(nip=BUDI)
        assert (budi.education_level_id, budi.education_id, budi.graduated) == ("40", law.pk, 2010)
        assert EmployeeEducation.objects.get(employee__nip=CITRA).education_id is None
    assert counts(load(agency, "educations", text, skip_rejected=True))[:4] == (0, 0, 3, 0)

    both = f"NIP;Pendidikan;Jenjang;Pendidikan Pertama\n{BUDI};SMA IPA;SLTA;ya\n{BUDI};{law.name};S-1;ya\n"
    assert codes(load(agency, "educations", both)) == {3: ["PENDIDIKAN_PERTAMA"]}
    moved = both.replace("SLTA;ya", "SLTA;tidak")
    assert codes(load(agency, "educations", moved)) == {2: ["KOREKSI"]}
    assert load(agency, "educations", moved, confirm_corrections=True).written
    with agency_scope(agency):
        assert EmployeeEducation.objects.get(employee=budi, is_first=True).name == law.name


def test_trainings_of_both_sheets_and_a_certificate_that_comes_later(agency):
    courses = (
        "nipBaru;namaKursus;jenisDiklatId;noSertipikat;tahunKursus;tanggalKursus;tanggalSelesaiKursus;jumlahJam\n"
        f"{BUDI};Bimtek Keuangan;8;;2024;05-03-2024;07-03-2024;24\n{BUDI};Kursus Bahasa;;S/1;2023;;;\n"
        f"{CITRA};Bimtek Keuangan;19;;2024;05-03-2024;01-03-2024;24\n{CITRA};Magang;99;;;;;\n"
    )
    result = load(agency, "trainings", courses, skip_rejected=True)
    assert codes(result) == {4: ["TMT_TERBALIK"], 5: ["JENIS_TIDAK_DIKENAL"]}
    structural = (
        "NIP,Nama Diklat,Latihan Struktural Id,Nomor,Tahun,Tanggal,Tanggal Selesai\n"
        f"{BUDI},Diklat PIM IV,2,D/4,2020,01-02-2020,30-04-2020\n{BUDI},Bimtek  KEUANGAN,,S/9,2024,,\n"
    )
    result = load(agency, "trainings", structural)
    assert codes(result) == {}
    assert (result.plan["new"], result.plan["changed"], result.written) == (1, 1, True)
    with agency_scope(agency):
        rows = {row.name: row for row in EmployeeTraining.objects.filter(employee__nip=BUDI)}
        assert len(rows) == 3
        pim = rows["Diklat PIM IV"]
        assert (pim.kind, pim.structural, pim.ends_on, pim.number) == ("1", "2", D(2020, 5, 1), "D/4")
        bimtek = next(row for name, row in rows.items() if name.upper().startswith("BIMTEK"))
        assert (bimtek.number, bimtek.kind) == ("S/9", "8")


TRAININGS = [
    # SIASN's own heading, without and with an empty id, and with the running number that some sheets call so.
    ("nipBaru;latihanStrukturalNama;nomor;tahun\n{0};PIM IV;D/4;2020\n{0};PIM IV KHUSUS;;2021\n",
     {"PIM IV": ("1", "2"), "PIM IV KHUSUS": ("1", "")}, {}),
    ("id;nipBaru;latihanStrukturalId;latihanStrukturalNama;nomor;tahun\n;{0};2;PIM IV;D/4;2020\n;{0};;SEPADA;;2021\n",
     {"PIM IV": ("1", "2"), "SEPADA": ("1", "1")}, {}),
    ("id;nip;nama diklat;jenis diklat;tahun\n1;{0};Diklat PIM IV;;2020\n2;{0};Arsip;;2021\n3;{0};PIM III;3;2022\n",
     {"Diklat PIM IV": ("1", "2"), "Arsip": ("25", ""), "PIM III": ("3", "")}, {3: ["JENIS_TIDAK_DIKENAL"]}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "kept", "said"), TRAININGS)
def test_trainings_need_no_id_and_are_known_again_by_name_and_year(agency, text, kept, said):
    text = text.format(BUDI)
    result = load(agency, "trainings", text)
    assert (codes(result), result.written, counts(result)) == (said, True, (len(kept), 0, 0, 0, 0))
    result = load(agency, "trainings", text)
    assert (codes(result), counts(result)) == ({}, (0, 0, len(kept), 0, 0))
    # SIASN's id comes later: the same rows, now with it.
    with agency_scope(agency):
        rows = {row.name: row for row in EmployeeTraining.objects.filter(employee__nip=BUDI)}
        assert {name: (row.kind, row.structural) for name, row in rows.items()} == kept
    ids = {name: f"{number:032X}" for number, name in enumerate(kept, 1)}
    later = "id;nipBaru;nama diklat;nomor;tahun\n" + "".join(
        f"{ids[name]};{BUDI};{name};{row.number};{row.year}\n" for name, row in rows.items()
    )
    assert load(agency, "trainings", later).written
    assert load(agency, "trainings", text).written
    with agency_scope(agency):
        found = {row.name: (row.pk, row.siasn_id) for row in EmployeeTraining.objects.filter(employee__nip=BUDI)}
    assert found == {name: (row.pk, ids[name]) for name, row in rows.items()}


def test_what_a_file_leaves_out_of_a_training_stays(agency):
    """A kind that is on record is neither asked again nor corrected by an empty cell."""
    assert load(agency, "trainings", f"nip;nama diklat;jenis diklat;tahun\n{BUDI};Arsip;3;2024\n").written
    for text in (
        f"nip;nama diklat;tahun\n{BUDI};Arsip;2024\n",
        f"nip;nama kursus;tahun\n{BUDI};Arsip;2024\n",
        f"nip;nama diklat;latihan struktural id;tahun\n{BUDI};Arsip;;2024\n",
    ):
        result = load(agency, "trainings", text)
        assert (codes(result), counts(result)) == ({}, (0, 0, 1, 0, 0))
    other = f"nip;nama diklat;latihan struktural id;tahun\n{BUDI};Arsip;2;2024\n"
    assert codes(load(agency, "trainings", other)) == {2: ["KOREKSI"]}
    assert load(agency, "trainings", other, confirm_corrections=True).written
    back = f"nip;nama diklat;jenis diklat;tahun\n{BUDI};Arsip;3;2024\n"
    found = load(agency, "trainings", back, confirm_corrections=True)
    assert codes(found) == {2: ["JENIS_TIDAK_DIKENAL"]}
    assert not found.written


def test_the_year_of_a_training_is_asked_with_the_days_on_record(agency):
    known = "id;nip;nama diklat;jenis diklat;tahun;tanggal mulai;tanggal selesai\n"
    row = f"{1:032X};{BUDI};Arsip;3;{{}};{{}};{{}}\n"
    assert load(agency, "trainings", known + row.format(2024, "01-03-2024", "05-03-2024")).written
    for told in ((2023, "", ""), (2025, "", ""), (2024, "01-03-2025", "05-03-2025")):
        result = load(agency, "trainings", known + row.format(*told), confirm_corrections=True)
        assert (codes(result), result.written) == ({2: ["TAHUN"]}, False), told
    assert load(agency, "trainings", known + row.format(2023, "01-12-2023", ""), confirm_corrections=True).written

    with agency_scope(agency):
        EmployeeTraining.objects.update(year=2020)
    # An old fault is the quality checks' to find, until it is touched.
    organiser = known.replace("tanggal selesai", "penyelenggara") + row.format(2020, "01-12-2023", "LAN")
    result = load(agency, "trainings", organiser)
    assert (codes(result), result.plan["changed"]) == ({}, 1)
    again = known + row.format(2020, "02-12-2023", "")
    assert codes(load(agency, "trainings", again, confirm_corrections=True)) == {2: ["TAHUN"]}


def test_unpaid_leave_begins_no_earlier_than_the_appointment(agency):
    with agency_scope(agency):
        person = make.EmployeeFactory._meta.model.objects.get(nip=BUDI)
        person.cpns_on = D(2012, 1, 1)
        person.save()
        UnpaidLeave.objects.create(agency=agency, employee=person, starts_on=D(2010, 1, 1), ends_on=D(2011, 1, 1))
    head = "NIP;Mulai;Sampai;Nomor SK\n"
    # What is on record stays; its decree may come.
    result = load(agency, "unpaid_leave", head + f"{BUDI};01-01-2010;31-12-2010;K/1\n")
    assert (codes(result), counts(result)) == ({}, (0, 1, 0, 0, 0))
    found = load(agency, "unpaid_leave", head + f"{BUDI};31-12-2011;30-06-2012;\n")
    assert codes(found) == {2: ["TMT_SEBELUM_CPNS"]}
    assert load(agency, "unpaid_leave", head + f"{BUDI};01-01-2012;30-06-2012;\n").written


def test_discipline_ends_by_its_term_is_revoked_as_news_and_lists_no_value(agency):
    text = (
        "nipBaru;jenisHukuman;skNomor;skTanggal;hukumanTanggal;masaTahun;masaBulan;akhirHukumTanggal;nomorPp\n"
        f"{BUDI};23;K/1;02-01-2025;15-01-2025;;;;PP 94/2021\n{CITRA};2;K/2;02-01-2025;15-01-2025;;;;\n"
        f"{CITRA};77;K/3;;15-01-2025;;;;\n"
    )
    result = load(agency, "discipline", text, skip_rejected=True)
    assert codes(result) == {4: ["JENIS_TIDAK_DIKENAL", "KEPUTUSAN_WAJIB"]}
    assert result.details["new"][0].keys() == {"row", "nip", "name", "text"}
    with agency_scope(agency):
        row = Discipline.objects.get(employee__nip=BUDI)
        assert (row.months, row.ends_on, row.state) == (6, D(2025, 7, 15), "berlaku")
    assert counts(load(agency, "discipline", text, skip_rejected=True))[:4] == (0, 0, 2, 0)

    revoked = (
        "NIP;Jenis Hukuman;Nomor SK;Tanggal SK;TMT Hukuman;Nomor SK Pembatalan;Tanggal SK Pembatalan\n"
        f"{BUDI};23;K/1;02-01-2025;15-01-2025;B/1;01-03-2025\n{CITRA};2;K/2;03-01-2025;15-01-2025;;\n"
    )
    result = load(agency, "discipline", revoked)
    assert (codes(result), counts(result)[1], counts(result)[3]) == ({3: ["KOREKSI"]}, 1, 1)
    assert {line["after"] for name in ("changed", "corrections") for line in result.details[name]} == {"…"}
    assert load(agency, "discipline", revoked, confirm_corrections=True).written
    with agency_scope(agency):
        assert Discipline.objects.get(employee__nip=BUDI).state == "dibatalkan"
        assert Discipline.objects.get(employee__nip=CITRA).decree_on == D(2025, 1, 3)


def test_a_sanction_is_compared_by_its_hashes_and_never_staged_in_clear(agency, monkeypatch):
    staged = []
    write = DisciplineImporter.write

    def look(importer, cursor):
        cursor.execute("SELECT to_jsonb(s)::text FROM import_row s")
        staged.extend(text for (text,) in cursor.fetchall())
        write(importer, cursor)

    monkeypatch.setattr(DisciplineImporter, "write", look)
    head = "NIP;Jenis Hukuman;Nomor SK;Tanggal SK;TMT Hukuman;Nomor PP;Masa Tahun;Sampai;Alasan\n"
    assert load(agency, "discipline", head + f"{BUDI};2;862/1-BKD;02-01-2025;15-01-2025;;;31-12-2025;Mangkir\n").written
    assert len(staged) == 1
    assert not any(each in staged[0] for each in ("862/1", "2025-01", "Mangkir", "berlaku", "PP 94"))
    with agency_scope(agency):
        row = Discipline.objects.get()
        assert (row.sanction, row.state, row.regulation, row.years, row.months) == ("2", "berlaku", "PP 94/2021", 0, 0)
        assert (row.ends_on, row.rank, row.revoked_on, row.revoked_decree) == (D(2026, 1, 1), None, None, "")
        hashes = {column.name: getattr(row, column.name) for column in row._meta.local_fields}
        row.save()
        row.refresh_from_db()
        # As the model makes them itself: what a hand writes is what a file writes.
        assert {name: getattr(row, name) for name in hashes} == hashes
    # The same number in another spelling; a term where none was on record; another law, which is a correction.
    again = f"{BUDI};2;862 / 1 bkd;02-01-2025;15-01-2025;;;;\n"
    assert counts(load(agency, "discipline", head + again))[:4] == (0, 0, 1, 0)
    assert counts(load(agency, "discipline", head + again.replace(";;;;", ";;1;31-12-2025;")))[:4] == (0, 1, 0, 0)
    assert codes(load(agency, "discipline", head + again.replace(";;;;", ";PP 53/2010;;;"))) == {2: ["KOREKSI"]}
    with agency_scope(agency):
        assert Discipline.objects.get().decree == "862/1-BKD"
    # What the model refuses: a start after the end on record, a start before the person's birth.
    for day, code in (("15-01-2027", "TMT_TERBALIK"), ("15-01-1950", "TMT_SEBELUM_LAHIR")):
        turned = head + f"{BUDI};2;862/1-BKD;02-01-2025;{day};;;;\n"
        assert code in codes(load(agency, "discipline", turned))[2], code


def test_an_end_in_9999_is_no_end_and_a_leave_names_its_own(agency):
    lent = "NIP,Jenis,Instansi,Mulai,Sampai\n"
    assert load(agency, "secondments", lent + f"{BUDI},DPK,BPK,01-01-2020,31-12-9999\n").written
    with agency_scope(agency):
        assert Secondment.objects.get().ends_on is None
    leave = "NIP,Tanggal Awal,Tanggal Akhir,Perpanjangan\n"
    rows = f"{BUDI},01-01-2019,31-12-9999,\n{CITRA},01-01-1990,31-12-2050,\n{CITRA},01-01-2020,31-12-2021,ya\n"
    assert codes(load(agency, "unpaid_leave", leave + rows)) == {
        2: ["WAJIB"], 3: ["DI_LUAR_RENTANG", "TMT_SEBELUM_CPNS"], 4: ["DI_LUAR_RENTANG"],
    }  # fmt: skip


def test_rows_of_what_cannot_be_are_refused(agency):
    school = "NIP,Pendidikan Nama,Tahun Lulus\n"
    assert codes(load(agency, "educations", school + f"{BUDI},S-1 HUKUM,2090\n")) == {2: ["TAHUN"]}
    courses = "NIP,Nama Kursus,Tahun Kursus,Jumlah Jam\n"
    rows = f"{BUDI},Arsip,2099,20\n{BUDI},Kearsipan,2024,30000\n"
    assert codes(load(agency, "trainings", courses + rows)) == {2: ["TAHUN"], 3: ["DI_LUAR_RENTANG"]}
    years = "NIP,Tahun,Predikat,Nilai\n"
    assert codes(load(agency, "predicates", years + f"{BUDI},2021,Baik,999\n{BUDI},2098,Baik,90\n")) == {
        2: ["DI_LUAR_RENTANG"], 3: ["TAHUN"],
    }  # fmt: skip


def test_a_cell_that_cannot_be_is_told_once(agency):
    """The importer of the kind and what every door asks speak of the same cell."""
    for kind, text, column in (
        ("educations", f"NIP,Pendidikan Nama,Tahun Lulus\n{BUDI},S-1 HUKUM,2030\n", "Tahun Lulus"),
        ("educations", f"NIP,Pendidikan Nama,Tanggal Lulus\n{BUDI},S-1 HUKUM,01-01-2090\n", "Tanggal Lulus"),
        ("trainings", f"NIP,Nama Kursus,Tahun Kursus,Jumlah Jam\n{BUDI},Arsip,2030,20\n", "Tahun Kursus"),
        ("trainings", f"NIP,Nama Kursus,Tahun Kursus,Jumlah Jam\n{BUDI},Arsip,1900,20\n", "Tahun Kursus"),
        ("predicates", f"NIP,Tahun,Predikat,Nilai\n{BUDI},2030,Baik,90\n", "Tahun"),
        ("predicates", f"NIP,Tahun,Predikat,Nilai\n{BUDI},1900,Baik,90\n", "Tahun"),
    ):
        problems = [each for row in load(agency, kind, text).rows for each in row.problems]
        told = [each.sentence for each in problems if each.column == column]
        assert len(told) == 1, (kind, column, told)


def test_leave_and_secondments_hold_one_at_a_time(agency):
    leave = "NIP;Tanggal Awal;Tanggal Akhir;Nomor SK;Tanggal Aktif\n"
    rows = f"{BUDI};01-01-2020;31-12-2022;C/1;01-01-2022\n{BUDI};01-06-2022;31-05-2023;C/2;\n"
    told = leave.replace("\n", ";Alasan\n") + f"{BUDI};01-01-2020;31-12-2022;C/1;01-01-2022;Sakit\n"
    assert load(agency, "unpaid_leave", leave + rows).written
    # A reason is encrypted on its way in, and the same one is no change.
    assert counts(load(agency, "unpaid_leave", told, confirm_corrections=True))[:4] == (0, 1, 0, 0)
    assert counts(load(agency, "unpaid_leave", told))[:4] == (0, 0, 1, 0)
    with agency_scope(agency):
        assert UnpaidLeave.objects.get(decree="C/1").ends_on == D(2023, 1, 1)
        assert UnpaidLeave.objects.get(decree="C/1").reason == "Sakit"
    bad = f"{BUDI};01-05-2023;01-06-2023;;\n{CITRA};01-01-2024;31-12-2024;;\n{CITRA};01-06-2024;31-12-2025;;\n"
    assert codes(load(agency, "unpaid_leave", leave + bad)) == {2: ["TUMPANG_TINDIH"], 4: ["TUMPANG_TINDIH"]}
    assert counts(load(agency, "unpaid_leave", leave + rows))[:4] == (0, 0, 2, 0)
    # A return is news of the row on record.
    back = f"{BUDI};01-06-2022;31-05-2023;;01-05-2023\n"
    assert counts(load(agency, "unpaid_leave", leave + back))[:4] == (0, 1, 0, 0)

    lent = "NIP,Jenis,Instansi,Mulai,Sampai,Nomor SK\n"
    result = load(agency, "secondments", lent + f"{BUDI},DPK,{agency.name},01-01-2020,,\n{CITRA},x,BPK,01-01-2020,,\n")
    assert codes(result) == {2: ["INSTANSI_SENDIRI"], 3: ["JENIS_TIDAK_DIKENAL"]}
    assert load(agency, "secondments", lent + f"{BUDI},Diperbantukan,Provinsi X,01-01-2020,,S/1\n").written
    assert codes(load(agency, "secondments", lent + f"{BUDI},DPK,BKN,01-01-2023,,\n")) == {2: ["TUMPANG_TINDIH"]}
    ended = lent + f"{BUDI},DPB,Provinsi X,01-01-2020,31-12-2022,\n{BUDI},DPK,BKN,01-01-2023,,\n"
    assert counts(load(agency, "secondments", ended)) == (1, 1, 0, 0, 0)
    with agency_scope(agency):
        assert [s.ends_on for s in Secondment.objects.order_by("starts_on")] == [D(2023, 1, 1), None]


def test_predicates_follow_the_matrix(agency):
    head = "nipBaru;tahun;hasilKinerjaNilai;PerilakuKerjaNilai;KuadranKinerjaNilai;statusPenilai;nipNrpPenilai\n"
    text = (
        head + f"{BUDI};2024;1;2;2;ASN;{CITRA}\n{BUDI};2023;DI ATAS EKSPEKTASI;Sesuai Ekspektasi;;;\n"
        f"{CITRA};2024;1;1;4;;\n{CITRA};2027;2;2;2;;\n{CITRA};2020;;;Baik;;\n{DEWI};2024;;;;;\n"
    )
    result = load(agency, "predicates", text, skip_rejected=True)
    assert codes(result) == {4: ["PREDIKAT_MATRIKS"], 5: ["TAHUN"], 7: ["WAJIB"]}
    with agency_scope(agency):
        found = YearlyPredicate.objects.order_by("employee", "year").values_list(
            "year", "predicate", "appraiser_status"
        )
        assert set(found) == {(2024, 2, "ASN"), (2023, 2, "ASN"), (2020, 2, "ASN")}
    assert counts(load(agency, "predicates", text, skip_rejected=True))[:4] == (0, 0, 3, 0)
    worse = head + f"{BUDI};2024;3;2;3;;\n"
    assert codes(load(agency, "predicates", worse)) == {2: ["KOREKSI"]}


# Doors: command and service, wrong role, wrong unit, wrong agency

SAMPLES = {
    "ranks": RANKS,
    "position_history": f"nipBaru;namaJabatan;instansiKerjaNama;tmtJabatan\n{BUDI};Analis;Kementerian X;01-01-2014\n",
    "educations": f"nipBaru;pendidikanNama;tkPendidikanId\n{BUDI};SMA IPA;15\n",
    "trainings": f"nipBaru;namaKursus;tahunKursus\n{BUDI};Kursus;2024\n",
    "discipline": f"nipBaru;jenisHukuman;skNomor;skTanggal;hukumanTanggal\n{BUDI};2;K/1;02-01-2025;15-01-2025\n",
    "unpaid_leave": f"NIP;Mulai;Sampai\n{BUDI};01-01-2020;31-12-2020\n",
    "secondments": f"NIP;Jenis;Instansi;Mulai\n{BUDI};DPK;BKN;01-01-2020\n",
    "predicates": f"nipBaru;tahun;kuadranKinerja\n{BUDI};2024;Baik\n",
}


def as_workbook(text, *, formula=False):
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        sheet = book.add_worksheet("Riwayat")
        sheet.write(0, 0, "RIWAYAT PEGAWAI")
        for number, line in enumerate(text.splitlines()):
            for column, cell in enumerate(line.split(";")):
                sheet.write_string(number + 2, column, cell)
        if formula:
            sheet.write_formula(3, 1, '="31"', None, "31")
    return target.getvalue()


@pytest.mark.parametrize("kind", SAMPLES)
def test_a_workbook_through_the_command_and_through_the_service(agency, kind, tmp_path, capsys):
    path = tmp_path / "riwayat.xlsx"
    path.write_bytes(as_workbook(SAMPLES[kind]))
    call_command("import_data", kind, path, agency=agency.code, json=True)
    told = json.loads(capsys.readouterr().out)
    assert told["written"]
    assert told["changes"]["new"] == len(SAMPLES[kind].splitlines()) - 1

    user = user_with(agency, "staf_bkd")
    with agency_scope(agency, user.pk), path.open("rb") as file:
        job, is_new = service.request_import(
            agency=agency, kind=kind, file=file, filename=path.name, actor=user,
            access=with_access(user, agency).access,
        )  # fmt: skip
    assert is_new
    services.execute(agency_id=agency.pk, run_id=job.run_id, heartbeat=False)
    with agency_scope(agency):
        job.refresh_from_db()
        assert (job.changes["changes"]["new"], job.changes["changes"]["unchanged"]) == (0, told["changes"]["new"])

    path.write_bytes(as_workbook(SAMPLES[kind], formula=True))
    with pytest.raises(SystemExit):
        call_command("import_data", kind, path, agency=agency.code, json=True)
    told = json.loads(capsys.readouterr().out)
    assert "RUMUS" in told["rows"][next(i for i, row in enumerate(told["rows"]) if row["row"] == 4)]["codes"]


@pytest.mark.parametrize("kind", SAMPLES)
def test_another_unit_another_agency_another_role(agency, kind):
    with agency_scope(agency):
        labuhan = make.UnitFactory._meta.model.objects.get(code="1271.41")
    result = load(agency, kind, SAMPLES[kind], unit_paths=(labuhan.path,))
    found = codes(result)
    assert "DI_LUAR_CAKUPAN" in found[2]
    assert not result.written
    assert not any(result.details.values()) or kind == "ranks"

    other = AgencyFactory(code="1272")
    with agency_scope(other):
        make.EmployeeFactory(agency=other, nip=CITRA)
    assert "NIP_TIDAK_DIKENAL" in codes(load(other, kind, SAMPLES[kind]))[2]

    for role in ("auditor", "pengelola_kepegawaian", "bagian_organisasi", "petugas_pdp"):
        stranger = user_with(agency, role)
        with agency_scope(agency, stranger.pk):
            access = with_access(stranger, agency).access
            with pytest.raises(NotAllowed):
                service.check_may_import(access, kind)


def test_nobody_imports_what_changes_the_own_file(agency, capsys, tmp_path):
    """New and changed rows are refused, whatever is confirmed; unchanged ones and those of others are taken."""
    other = RANKS.replace(f"{R}3;{CITRA};31;III/a", f"{R}3;{CITRA};32;III/b")
    found = load(agency, "ranks", RANKS, own_nip=BUDI, skip_rejected=True)
    assert (codes(found), found.written) == ({2: ["BERKAS_SENDIRI"], 3: ["BERKAS_SENDIRI"]}, True)
    with agency_scope(agency):
        assert set(RankRecord.objects.values_list("employee__nip", flat=True)) == {CITRA}

    # The command is the operator's: nobody's file is the own one.
    assert load(agency, "ranks", RANKS).written
    user = user_with(agency, "staf_bkd", nip=CITRA)
    for text, expected in ((RANKS, {}), (other, {4: ["BERKAS_SENDIRI"]})):
        with agency_scope(agency, user.pk):
            job, _is_new = service.request_import(
                agency=agency, kind="ranks", file=io.BytesIO(text.encode()), filename="golongan.csv", actor=user,
                access=with_access(user, agency).access, options={"confirm_corrections": True},
            )  # fmt: skip
        services.execute(agency_id=agency.pk, run_id=job.run_id, heartbeat=False)
        with agency_scope(agency):
            job.refresh_from_db()
            said = {row["row"]: row["codes"] for row in job.report if row["outcome"] == "rejected"}
            assert {number: found for number, found in said.items() if found} == expected
            assert RankRecord.objects.get(employee__nip=CITRA).rank == 31
            assert CITRA not in str(job.options)


def test_jobs_of_sanctions_are_seen_by_who_may_import_them_alone(agency):
    users = {role: user_with(agency, role) for role in ("staf_bkd", "admin_daerah", "auditor")}
    with agency_scope(agency):
        ImportJob.objects.create(agency=agency, kind="discipline", filename="hukdis.xlsx", stored_as="x", sha256="x")
        ImportJob.objects.create(agency=agency, kind="ranks", filename="golongan.xlsx", stored_as="y", sha256="y")
        seen = {
            role: set(ImportJob.objects.visible_to(with_access(user, agency)).values_list("kind", flat=True))
            for role, user in users.items()
        }
    assert seen == {"staf_bkd": {"discipline", "ranks"}, "admin_daerah": {"ranks"}, "auditor": {"ranks"}}
    assert registry.importers.get("discipline").permission == "import_discipline"


def test_the_page_tells_changes_in_words_and_hides_sanctions(agency, client):
    assert load(agency, "ranks", RANKS).written
    user = user_with(agency, "staf_bkd")
    pages = {}
    for kind, text in (
        ("ranks", RANKS.replace("31;III/a;01-02-2014", "32;III/b;01-02-2014").replace("821/2", "821/7")),
        ("discipline", SAMPLES["discipline"]),
    ):
        with agency_scope(agency, user.pk):
            job, _is_new = service.request_import(
                agency=agency, kind=kind, file=io.BytesIO(text.encode()), filename=f"{kind}.csv", actor=user,
                access=with_access(user, agency).access, options={"dry_run": True},
            )  # fmt: skip
        services.execute(agency_id=agency.pk, run_id=job.run_id, heartbeat=False)
        pages[kind] = reverse("import-detail", args=[job.pk])
    client.force_login(user)
    body = client.get(pages["ranks"]).content.decode()
    assert all(
        words in body for words in ("Riwayat golongan", "Golongan", "III/a", "III/b", "Nomor keputusan", "821/7")
    )
    assert client.get(pages["discipline"]).status_code == 200

    client.force_login(user_with(agency, "admin_daerah"))
    assert client.get(pages["ranks"]).status_code == 200
    assert client.get(pages["discipline"]).status_code == 404
    assert "discipline.csv" not in client.get(reverse("import-list")).content.decode()


def test_the_statements_do_not_grow_with_the_rows(agency, django_assert_max_num_queries):
    def text(people):
        rows = "".join(f"{nip};{2000 + n};Baik\n" for nip in people for n in range(15, 25))
        return "nipBaru;tahun;kuadranKinerja\n" + rows

    with django_assert_max_num_queries(60):
        assert load(agency, "predicates", text([BUDI])).written
    with django_assert_max_num_queries(60):
        assert load(agency, "predicates", text([BUDI, CITRA, DEWI])).written


def test_increments_follow_their_letters_and_tell_no_salaries(agency):
    text = (
        "NO;NIP;NAMA;GOL;TMT KGB;MKG TAHUN;MKG BULAN;GAJI POKOK;NOMOR SK;TANGGAL SK\n"
        f"1;{BUDI};Budi;III/b;01-03-2024;6;0;Rp 3.176.700;822/1;02-01-2024\n"
        f"2;{BUDI};Budi;III/b;01-03-2022;4;0;1;822/0;03-01-2022\n"
        f"3;{DEWI};Dewi;IX;01-02-2025;2;;3304400;822/3;02-01-2025\n"
    )
    found = load(agency, "increments", text)
    # A salary that no table has is told, and kept nowhere; tables of older days are not known.
    assert (codes(found), counts(found), found.written) == ({2: ["GAJI_TABEL"]}, (3, 0, 0, 0, 0), True)
    with agency_scope(agency):
        rows = SalaryIncrement.objects.order_by("employee__nip", "starts_on")
        assert [(row.starts_on, row.service_years, row.service_months, row.decree) for row in rows] == [
            (D(2022, 3, 1), 4, 0, "822/0"), (D(2024, 3, 1), 6, 0, "822/1"), (D(2025, 2, 1), 2, 0, "822/3"),
        ]  # fmt: skip
    assert counts(load(agency, "increments", text)) == (0, 0, 3, 0, 0)

    mended = load(agency, "increments", f"NIP,TMT KGB,MKG TAHUN,MKG BULAN\n{BUDI},01-03-2024,8,0\n")
    assert (codes(mended), counts(mended)) == ({2: ["KOREKSI"]}, (0, 0, 0, 1, 0))
    assert "8" not in {str(value) for value in mended.details["corrections"][0].values()}, "values stay unsaid"
    wrong = "NIP,TMT KGB,MKG TAHUN,MKG BULAN\n" + (
        f"{BUDI},01-03-1980,2,0\n{CITRA},,61,12\n{CITRA},01-03-2024,8,0\n{CITRA},01-03-2026,6,0\n"
    )
    with agency_scope(agency):
        make.EmployeeFactory._meta.model.objects.filter(nip=DEWI).update(status="PPPK_PW")
    wrong += f"{DEWI},01-02-2026,4,0\n"
    assert codes(load(agency, "increments", wrong)) == {
        2: ["TMT_SEBELUM_LAHIR"], 3: ["MASA_KERJA", "WAJIB"], 5: ["MKG_TURUN", "TMT_MENDATANG"], 6: ["STATUS_KGB",
        "TMT_MENDATANG"],
    }  # fmt: skip


def test_a_fall_is_refused_at_the_row_that_brings_it_and_old_faults_are_not_asked_again(agency):
    head = "NIP,Golongan,TMT Golongan,Jenis KP,Nomor SK\n"
    with agency_scope(agency):
        budi = make.EmployeeFactory._meta.model.objects.get(nip=BUDI)
        for rank, start in ((33, D(2014, 4, 1)), (31, D(2016, 4, 1))):
            RankRecord.objects.create(agency=agency, employee=budi, rank=rank, kind="101", starts_on=start)

    # Both are on record, two steps apart: the file tells them again, and learns the decree of one.
    again = load(agency, "ranks", f"{head}{BUDI},III/c,01-04-2014,101,\n{BUDI},III/a,01-04-2016,101,821/7\n")
    assert (codes(again), counts(again)) == ({}, (0, 1, 1, 0, 0))

    # Between them, above them and below them: whatever is new makes the fall, and says so.
    for row, expected in (
        (f"{BUDI},IV/a,01-04-2015,101,\n", {2: ["GOLONGAN_TURUN"]}),
        (f"{BUDI},II/d,01-04-2018,101,\n", {2: ["GOLONGAN_TURUN"]}),
        (f"{CITRA},III/b,01-04-2014,101,\n{CITRA},III/a,01-04-2016,,\n", {}),
        (f"{CITRA},III/b,01-04-2014,101,\n{CITRA},II/d,01-04-2016,,\n", {3: ["GOLONGAN_TURUN"]}),
        (f"{CITRA},III/b,01-04-2014,101,\n{CITRA},III/a,01-04-2016,101,\n", {3: ["GOLONGAN_TURUN"]}),
        (f"{CITRA},III/a,01-04-2016,101,\n{CITRA},III/b,01-04-2014,101,\n", {2: ["GOLONGAN_TURUN"]}),
    ):
        assert codes(load(agency, "ranks", head + row, dry_run=True)) == expected, row


def test_an_impossible_day_on_record_is_the_quality_checks_and_a_new_one_is_refused(agency):
    head = "NIP,Instansi,Jenis,Mulai,Nomor SK,Tanggal SK\n"
    with agency_scope(agency):
        citra = make.EmployeeFactory._meta.model.objects.get(nip=CITRA)
        old = {"kind": "dpk", "agency_name": "KPU", "starts_on": D(2020, 1, 1), "decree_on": D(1901, 1, 1)}
        Secondment.objects.create(agency=agency, employee=citra, **old)

    same = load(agency, "secondments", f"{head}{CITRA},KPU,dpk,01-01-2020,7/2020,01-01-1901\n")
    assert (codes(same), counts(same)) == ({}, (0, 1, 0, 0, 0))
    other = load(agency, "secondments", f"{head}{BUDI},KPU,dpk,01-01-2020,8/2020,01-01-1901\n")
    assert codes(other) == {2: ["TANGGAL"]}
    assert other.rows[1].problems[0].message == "Tanggal ini tidak mungkin."


def test_increments_that_cannot_be_are_refused_and_what_stays_is_not_asked(agency):
    with agency_scope(agency):
        people = make.EmployeeFactory._meta.model.objects
        people.filter(nip__in=[BUDI, CITRA]).update(cpns_on=D(2011, 8, 1))
        old = people.get(nip=BUDI)
        SalaryIncrement.objects.create(agency=agency, employee=old, starts_on=D(2010, 3, 1), service_years=2)
    header = "NIP,TMT KGB,MKG TAHUN,MKG BULAN\n"
    found = load(
        agency, "increments",
        f"{header}{BUDI},01-03-2010,2,0\n{CITRA},01-08-2011,2,0\n{CITRA},01-03-2016,0,11\n{CITRA},01-03-2018,36,0\n"
        f"{CITRA},01-03-2020,11,5\n",
    )  # fmt: skip
    assert (codes(found), found.written) == (
        {3: ["KGB_TIDAK_MUNGKIN"], 4: ["KGB_TIDAK_MUNGKIN", "MKG_TURUN"], 5: ["KGB_TIDAK_MUNGKIN"], 6: ["MKG_TURUN"]},
        False,
    )
    with agency_scope(agency):
        assert SalaryIncrement.objects.filter(employee__nip=CITRA).count() == 0
