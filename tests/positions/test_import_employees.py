"""People from SIASN, nominatif and DUK; the next month's file; disorder becomes findings."""

import csv
import datetime
import io
from pathlib import Path

import pytest
from django.db.models import Count

from asnhr.imports.framework import Options, run
from asnhr.scope import agency_scope
from positions.imports.employees import EmployeeImporter
from positions.imports.units import UnitImporter
from positions.models import (
    Contract,
    Employee,
    EmployeeEducation,
    Finding,
    Incumbency,
    Job,
    NameMapping,
    Position,
    Seat,
    StandingRecord,
    Unit,
)
from tests.factories.asnhr import AgencyFactory
from tests.factories.positions import JobFactory, PositionFactory, SeatFactory

DATA = Path(__file__).resolve().parent.parent / "data" / "imports"
TODAY = datetime.date(2026, 1, 2)
SIASN = DATA / "template_siasn_data_utama_sintetis.csv"
HEADERS, *ROWS = list(csv.reader(SIASN.open()))


def load(agency, source, day=TODAY, **options):
    return run(EmployeeImporter, source, agency_id=agency.pk, options=Options(today=day, **options))


def file_of(*rows, headers=HEADERS):
    target = io.StringIO()
    csv.writer(target).writerows([headers, *rows])
    return io.BytesIO(target.getvalue().encode())


def changed(row, **cells):
    row = list(row)
    for name, value in cells.items():
        row[HEADERS.index(name.replace("_", " "))] = value
    return row


def codes(result):
    return {row.row: [p.code for p in row.problems] for row in result.rows if row.problems}


@pytest.fixture
def agency(db):
    agency = AgencyFactory()
    run(UnitImporter, DATA / "unor_kota_medan.csv", agency_id=agency.pk, options=Options(today=TODAY))
    run(UnitImporter, DATA / "template_unor_id_sintetis.csv", agency_id=agency.pk, options=Options(today=TODAY))
    with agency_scope(agency):
        for name, level in (
            ("Camat Medan Belawan", "ADMINISTRATOR"),
            ("Lurah Bagan Deli", "PENGAWAS"),
            ("Kepala Bidang Pengadaan dan Data Kepegawaian", "ADMINISTRATOR"),
        ):
            JobFactory(agency=agency, name=name, group="manajerial", level=level, job_class=11)
    return agency


def test_the_siasn_template_comes_in(agency):
    result = load(agency, SIASN)

    assert result.refused is None
    assert result.totals["rejected"] == 0
    assert sum(result.totals.values()) == 120
    with agency_scope(agency):
        assert Employee.objects.count() == 120 == EmployeeEducation.objects.count()
        assert Incumbency.objects.filter(kind="definitif", ends_on=None).count() == 120
        camat = Incumbency.objects.get(position__job__name="Camat Medan Belawan")
        assert camat.seat.kind == "formasi"
        assert camat.position.unit.name == "Kecamatan Medan Belawan"
        person = Employee.objects.get(nip="199803082023121901")
        assert (person.name, person.status, person.rank, person.nik, person.education_level_id) == (
            "SURYA GIRSANG",
            "PNS",
            21,
            "1271990803989000",
            "15",
        )
        pppk = Employee.objects.filter(status="PPPK").first()
        assert pppk.rank is None
        assert pppk.pay_group
        assert pppk.legal_status == "71"


def test_a_second_import_changes_nothing(agency):
    load(agency, SIASN)
    tables = (Employee, EmployeeEducation, Incumbency, Position, Seat, Job, Finding, NameMapping, Unit)
    with agency_scope(agency):
        before = [list(model.objects.order_by("pk").values_list("pk")) for model in tables]
        people = list(Employee.objects.order_by("pk").values())

    result = load(agency, SIASN)

    assert result.plan == {"new": 0, "changed": 0, "unchanged": 120, "corrections": 0, "missing": 0}
    with agency_scope(agency):
        assert [list(model.objects.order_by("pk").values_list("pk")) for model in tables] == before
        assert list(Employee.objects.order_by("pk").values()) == people


def test_what_the_civil_registry_said_of_the_nik_is_kept(agency):
    load(agency, SIASN)
    person = Employee.objects.filter(nip="199803082023121901")
    (row,) = (row for row in ROWS if any("199803082023121901" in cell for cell in row))
    with agency_scope(agency):
        assert person.get().nik_validated is True

    result = load(agency, file_of(changed(row, IS_VALID_NIK="0")))

    assert result.plan["changed"] == 1
    assert codes(result) == {2: ["ACC_5"]}
    with agency_scope(agency):
        assert person.get().nik_validated is False


@pytest.mark.parametrize(
    ("name", "count"), [("template_nominatif_sintetis.csv", 60), ("template_duk_sintetis.csv", 40)]
)
def test_nominatif_and_duk_are_recognised_and_agree_with_siasn(agency, name, count):
    load(agency, SIASN)
    with agency_scope(agency):
        before = list(Incumbency.objects.order_by("pk").values())

    result = load(agency, DATA / name)

    assert result.layout == ("nominatif" if "nominatif" in name else "duk_kota")
    assert result.totals["rejected"] == 0
    assert result.totals["accepted"] + result.totals["warned"] == count
    # Capitals alone are no news.
    assert [line for line in result.details["changed"] if line["before"].upper() == line["after"].upper()] == []
    with agency_scope(agency):
        assert Employee.objects.get(nip="199803082023121901").name == "SURYA GIRSANG"
        assert Employee.objects.count() == 120
        assert list(Incumbency.objects.order_by("pk").values()) == before


def test_nominatif_alone_makes_people(agency):
    result = load(agency, DATA / "template_nominatif_sintetis.csv")

    assert result.totals["rejected"] == 0
    with agency_scope(agency):
        person = Employee.objects.get(nip="198703212017121902")
        assert (person.name, person.title_after, person.sex, person.service_years) == (
            "Ramli Hasibuan",
            "S.Pd.",
            "M",
            8,
        )


def test_every_error_of_every_row_at_once(agency):
    bad = changed(ROWS[0], NIP_BARU="1,99803E+17", TANGGAL_LAHIR="31-02-1998", JENIS_KELAMIN="X")
    other = changed(ROWS[1], NAMA="", TMT_JABATAN="2/1/24")
    result = load(agency, file_of(bad, other, ROWS[2]))

    assert codes(result)[2][:3] == ["NIP_DIBULATKAN", "TANGGAL", "JENIS_KELAMIN"]
    assert {"WAJIB", "TANGGAL_MENDUA"} <= set(codes(result)[3])
    problem = result.rows[1].problems[0]
    assert (problem.row, problem.column, problem.value) == (2, "NIP BARU", "1,99803E+17")
    assert result.totals == {"accepted": 1, "warned": 0, "rejected": 2, "skipped": 0}
    assert result.failed
    with agency_scope(agency):
        assert Employee.objects.count() == 0

    kept = load(agency, file_of(bad, other, ROWS[2]), skip_rejected=True)
    assert kept.written
    assert not kept.failed
    with agency_scope(agency):
        assert Employee.objects.count() == 1


def test_a_newer_tmt_closes_the_old_post_and_follows(agency):
    load(agency, SIASN)
    moved = changed(ROWS[0], UNOR_ID="", UNOR_NAMA="Puskesmas Belawan", TMT_JABATAN="01-12-2025")
    result = load(agency, file_of(moved, *ROWS[1:]))

    assert result.written
    assert result.plan["changed"] == 1
    assert result.plan["corrections"] == 0
    assert result.details["moved"][0]["unit"] == "Puskesmas Belawan"
    with agency_scope(agency):
        old, new = Incumbency.objects.filter(employee__nip="199803082023121901").order_by("starts_on")
        assert old.ends_on == new.starts_on == datetime.date(2025, 12, 1)
        assert new.position.unit.name == "Puskesmas Belawan" == Employee.objects.get(nip="199803082023121901").unit.name


def test_a_change_without_a_new_tmt_is_a_correction_to_confirm(agency):
    load(agency, SIASN)
    moved = changed(ROWS[0], UNOR_ID="", UNOR_NAMA="Puskesmas Belawan", GOL_AKHIR_NAMA="II/b", GOL_AKHIR_ID="22")

    refused = load(agency, file_of(moved, *ROWS[1:]))
    assert "KOREKSI" in codes(refused)[2]
    # The grade as the file writes it, not the id that the register keeps.
    assert [p.value for p in refused.rows[1].problems if "golongan" in p.message] == ["II/b"]
    assert refused.plan["corrections"] == 1
    assert refused.failed
    with agency_scope(agency):
        assert (
            Incumbency.objects.get(employee__nip="199803082023121901").position.unit.name == "Kecamatan Medan Belawan"
        )

    confirmed = load(agency, file_of(moved, *ROWS[1:]), confirm_corrections=True)
    assert confirmed.written
    with agency_scope(agency):
        post = Incumbency.objects.get(employee__nip="199803082023121901")
        assert (post.position.unit.name, post.starts_on) == ("Puskesmas Belawan", datetime.date(2024, 12, 1))
        assert post.employee.rank == 22


def test_missing_people_are_listed_with_a_cause_and_never_closed(agency):
    load(agency, SIASN)
    result = load(agency, file_of(*ROWS[5:]))

    missing = {row["nip"]: row["cause"] for row in result.details["missing"]}
    assert set(missing) == {row[1].lstrip("'") for row in ROWS[:5]}
    assert result.judged == {"by": "agency", "names": [], "count": 0}
    assert missing["199803082023121901"] == "pindah_atau_berhenti"
    with agency_scope(agency):
        assert Incumbency.objects.filter(ends_on=None).count() == 120

    with agency_scope(agency):
        person = Employee.objects.get(nip="199803082023121901")
        Contract.objects.create(
            agency=agency, employee=person, number="1", starts_on="2024-01-01", ends_on="2025-01-01"
        )
    again = load(agency, file_of(*ROWS[5:]))
    assert {row["nip"]: row["cause"] for row in again.details["missing"]}["199803082023121901"] == "kontrak_berakhir"


def test_a_partial_list_says_which_offices_it_was_judged_by(agency):
    load(agency, SIASN)
    result = load(agency, file_of(*ROWS[5:]), unit="1271")

    with agency_scope(agency):
        people = Employee.objects.filter(nip__in=[row[1].lstrip("'") for row in ROWS[5:]])
        offices = {person.unit.office or person.unit for person in people.select_related("unit__office")}
    names = sorted(office.name for office in offices)
    assert (result.judged["by"], result.judged["count"]) == ("offices", len(names))
    assert set(result.judged["names"]) <= set(names)
    assert len(result.judged["names"]) == min(len(names), 5)
    assert result.kept()["judged"] == result.judged


def test_double_posts_and_a_low_rank_are_taken_with_findings(agency):
    camat = next(row for row in ROWS if row[HEADERS.index("JABATAN NAMA")] == "Camat Medan Belawan")
    second = changed(
        ROWS[1],
        UNOR_ID=camat[54],
        UNOR_NAMA=camat[55],
        JENIS_JABATAN_ID="1",
        JABATAN_ID=camat[42],
        JABATAN_NAMA=camat[43],
        JENIS_JABATAN_NAMA="Jabatan Struktural",
        TMT_JABATAN="01-06-2025",
    )
    twice = changed(ROWS[2], UNOR_ID=ROWS[3][54], UNOR_NAMA=ROWS[3][55], TMT_JABATAN="01-01-2019")
    result = load(agency, file_of(camat, second, ROWS[2], twice))

    found = codes(result)
    assert "TIM_4" in found[3]
    assert "JABATAN_GANDA" in found[5]
    assert result.written
    assert result.totals["rejected"] == 0
    with agency_scope(agency):
        seats = (
            Seat.objects.filter(position__job__name="Camat Medan Belawan")
            .order_by("number")
            .values_list("kind", flat=True)
        )
        assert list(seats) == ["formasi", "di_luar_formasi"]
        assert set(Finding.objects.values_list("code", flat=True)) >= {"TIM_4", "JABATAN_GANDA"}
        assert Finding.objects.get(code="JABATAN_GANDA").raw["NIP BARU"] == ROWS[2][1]
        assert Incumbency.objects.filter(employee__nip=ROWS[2][1].lstrip("'")).count() == 1
        findings = Finding.objects.count()

    load(agency, file_of(camat, second, ROWS[2], twice))
    with agency_scope(agency):
        assert Finding.objects.count() == findings


def test_a_jpt_below_the_minimum_rank_is_flagged(agency):
    with agency_scope(agency):
        unit = Unit.objects.get(name="Dinas Sosial")
        head = PositionFactory(
            agency=agency,
            unit=unit,
            is_head=True,
            job=JobFactory(agency=agency, name="Kepala Dinas Sosial", group="manajerial", level="JPT_PRATAMA"),
        )
        SeatFactory(agency=agency, position=head)
    row = changed(
        ROWS[1],
        UNOR_ID="",
        UNOR_NAMA="Dinas Sosial",
        JENIS_JABATAN_ID="1",
        JABATAN_ID="X1",
        JABATAN_NAMA="Kepala Dinas",
        JENIS_JABATAN_NAMA="Jabatan Struktural",
        GOL_AKHIR_NAMA="IV/a",
        GOL_AKHIR_ID="41",
    )
    result = load(agency, file_of(row))

    assert "ACC_10" in codes(result)[2]
    with agency_scope(agency):
        assert Finding.objects.get(code="ACC_10").employee.nip == ROWS[1][1].lstrip("'")
        # "Kepala Dinas" is the head's post of that unit, whatever the wording.
        assert Incumbency.objects.get().position_id == head.pk


def test_holders_beyond_the_formation_sit_on_flagged_seats(agency):
    with agency_scope(agency):
        job = JobFactory(agency=agency, name="Pengadministrasi Perkantoran")
        post = PositionFactory(agency=agency, unit=Unit.objects.get(name="Kecamatan Medan Belawan"), job=job)
        SeatFactory(agency=agency, position=post)
    first = changed(ROWS[0], JABATAN_ID="")
    second = changed(
        ROWS[1],
        UNOR_ID=ROWS[0][54],
        JENIS_JABATAN_ID="4",
        JENIS_JABATAN_NAMA="",
        JABATAN_ID="",
        JABATAN_NAMA="PENGADMINISTRASI  perkantoran",
    )
    result = load(agency, file_of(first, second))

    assert sorted(code for found in codes(result).values() for code in found) == ["DI_LUAR_FORMASI"]
    with agency_scope(agency):
        assert sorted(post.seats.values_list("kind", flat=True)) == ["di_luar_formasi", "formasi"]
        assert Incumbency.objects.filter(position=post).count() == 2


def test_unknown_units_and_titles_go_to_the_queue_and_are_placed_once_mapped(agency):
    row = changed(
        ROWS[0], UNOR_ID="", UNOR_NAMA="Kantor Camat Belawan", JABATAN_ID="", JABATAN_NAMA="Juru Antah Berantah"
    )
    result = load(agency, file_of(row))

    assert set(codes(result)[2]) == {"UNIT_TIDAK_DIKENAL", "JABATAN_TIDAK_DIKENAL"}
    assert result.written
    with agency_scope(agency):
        assert Incumbency.objects.count() == 0
        queue = {name.kind: name for name in NameMapping.objects.all()}
        assert (queue["unit"].text, queue["job"].key) == ("Kantor Camat Belawan", "JURU ANTAH BERANTAH")
        queue["unit"].unit = Unit.objects.get(name="Kecamatan Medan Belawan")
        queue["job"].job = JobFactory(agency=agency, name="Juru Pungut Retribusi")
        for name in queue.values():
            name.save()

    load(agency, file_of(row))
    with agency_scope(agency):
        post = Incumbency.objects.get().position
        assert (post.unit.name, post.job.name) == ("Kecamatan Medan Belawan", "Juru Pungut Retribusi")


def test_part_time_pppk_stand_beside_the_seats(agency):
    pppk = next(row for row in ROWS if row[HEADERS.index("STATUS CPNS PNS")] == "PPPK")
    load(agency, file_of(changed(pppk, JENIS_PEGAWAI_NAMA="PPPK Paruh Waktu")))

    with agency_scope(agency):
        held = Incumbency.objects.get()
        assert (held.kind, held.seat, held.employee.status) == ("paruh_waktu", None, "PPPK_PW")


def test_a_unit_admin_cannot_write_elsewhere(agency):
    with agency_scope(agency):
        path = Unit.objects.get(name="Kecamatan Medan Belawan").path
    result = load(agency, file_of(ROWS[0], ROWS[1]), unit_paths=(path,))

    assert codes(result)[3] == ["DI_LUAR_CAKUPAN"]
    assert 2 not in codes(result)


def test_of_the_own_row_only_what_is_no_career_may_change(agency):
    load(agency, SIASN)
    own = ROWS[0][HEADERS.index("NIP BARU")].strip("'")
    assert load(agency, SIASN, own_nip=own).written
    with agency_scope(agency):
        before = Employee.objects.get(nip=own)
    called = load(agency, file_of(changed(ROWS[0], EMAIL="baru@example.id")), own_nip=own)
    assert (called.written, codes(called).get(2, [])) == (True, codes(load(agency, file_of(ROWS[0]))).get(2, []))

    later = changed(ROWS[0], KEDUDUKAN_HUKUM_ID="03")
    for options in ({}, {"confirm_corrections": True}):
        refused = load(agency, file_of(later), own_nip=own, **options)
        assert "BERKAS_SENDIRI" in codes(refused)[2]
        assert not refused.written
    with agency_scope(agency):
        assert Employee.objects.get(nip=own).legal_status == before.legal_status != "03"
    assert load(agency, file_of(later), own_nip=before.nip[:-1] + "0").written


def test_other_agencies_are_neither_seen_nor_touched(agency):
    load(agency, SIASN)
    other = AgencyFactory(code="1571", name="Pemerintah Kota Jambi", short_name="Jambi")
    result = load(other, file_of(ROWS[0]))

    assert result.written
    assert result.plan["new"] == 1
    with agency_scope(other):
        assert Employee.objects.count() == 1


def test_nobody_holds_a_post_filled_by_duty_definitively(agency):
    """The person comes without the post and leaves none held before; the row is kept as a finding."""
    assert load(agency, SIASN).written
    nip = "199803082023121901"
    with agency_scope(agency):
        held = Incumbency.objects.get(employee__nip=nip)
        head = JobFactory(agency=agency, name="Kepala Puskesmas Uji", group="fungsional", level="AHLI_MUDA")
        post = PositionFactory(agency=agency, unit=held.position.unit, job=head, by_duty=True, starts_on=held.starts_on)
        SeatFactory(agency=agency, position=post, kind="tugas_tambahan")
        unit = held.position.unit.name
    text = "NIP BARU,NAMA,TANGGAL LAHIR,JABATAN NAMA,UNOR NAMA,TMT JABATAN\n"
    lines = f"{nip},SURYA GIRSANG,08-03-1998,Kepala Puskesmas Uji,{unit},01-12-2025\n"

    result = load(agency, io.BytesIO((text + lines).encode()))

    assert (result.written, codes(result)[2]) == (True, ["HANYA_TUGAS_TAMBAHAN"]), result.as_json()
    with agency_scope(agency):
        assert not post.incumbencies.exists()
        assert list(Incumbency.objects.filter(employee__nip=nip).values_list("pk", "ends_on")) == [(held.pk, None)]
        found = Finding.objects.get(code="HANYA_TUGAS_TAMBAHAN")
        assert (found.employee.nip, found.position_id) == (nip, post.pk)


def test_a_standing_of_the_other_kind_is_told_by_row_and_not_recorded(agency):
    """The rest of the row is; and what SIASN said is kept beside."""
    place = HEADERS.index("KEDUDUKAN HUKUM ID")
    civil = next(row for row in ROWS if row[place] == "01")
    hired = next(row for row in ROWS if row[place] == "71")
    rows = changed(civil, KEDUDUKAN_HUKUM_ID="71"), changed(hired, KEDUDUKAN_HUKUM_ID="02")

    def stands():
        with agency_scope(agency):
            return sorted(Employee.objects.values_list("legal_status", flat=True))

    for _known in (False, True):
        result = load(agency, file_of(*rows))
        assert result.refused is None
        assert {"KEDUDUKAN_STATUS"} <= set(codes(result)[2])
        assert {"KEDUDUKAN_STATUS", "ACC_4"} <= set(codes(result)[3])
        assert stands() == ["01", "71"]
    with agency_scope(agency):
        said = {each.legal_status: each.siasn_records.get().facts["legal_status"] for each in Employee.objects.all()}
        assert said == {"01": "71", "71": "02"}
        assert not StandingRecord.objects.exists()


def test_a_changed_standing_counts_from_the_import_and_the_earlier_one_is_kept(agency):
    load(agency, SIASN)
    place = HEADERS.index("KEDUDUKAN HUKUM ID")
    rows = [changed(row, KEDUDUKAN_HUKUM_ID="02") if row[place] == "01" else row for row in ROWS]

    load(agency, file_of(*rows))

    with agency_scope(agency):
        assert Employee.objects.filter(legal_status="02").count() == 90
        told = StandingRecord.objects.order_by().values_list("standing", "undated").annotate(n=Count("pk"))
        assert sorted(told) == [("01", True, 90), ("02", False, 90)]


def test_who_has_left_keeps_the_standing_of_the_exit(agency):
    load(agency, SIASN)
    with agency_scope(agency):
        Employee.objects.update(exits_on=datetime.date(2025, 1, 1), exit_reason="Pensiun", legal_status="99")

    load(agency, SIASN)

    with agency_scope(agency):
        assert set(Employee.objects.values_list("legal_status", flat=True)) == {"99"}
