"""Posts that people held: incumbencies where the map knows the post, posts outside it elsewhere or before it."""

import datetime
import io

import pytest

from asnhr.imports.framework import Options, run
from asnhr.scope import agency_scope
from positions.imports.position_history import PositionHistoryImporter
from positions.models import Incumbency, NameMapping, OutsidePost, Position, Unit
from tests.factories import positions as make
from tests.factories.asnhr import AgencyFactory

D = datetime.date
TODAY = D(2026, 1, 2)
BUDI, CITRA, DEWI = "198703212012011901", "199003082014022902", "198801012012012903"
HEAD = (
    "nipBaru;instansiKerjaNama;unorNama;namaJabatan;jenisJabatan;jenisPenugasanId;tmtJabatan;nomorSk;tanggalSk;sampai\n"
)


def load(agency, text, **options):
    return run(
        PositionHistoryImporter, io.BytesIO(text.encode()), agency_id=agency.pk,
        options=Options(**{"today": TODAY, **options}),
    )  # fmt: skip


def codes(result):
    return {row.row: sorted({p.code for p in row.problems}) for row in result.rows if row.problems}


def counts(result):
    return tuple(result.plan[name] for name in ("new", "changed", "unchanged", "corrections", "missing"))


def held():
    """(NIP's last, job, from, until) of every incumbency and of every post outside the map."""
    here = Incumbency.objects.order_by("employee__nip", "starts_on").values_list(
        "employee__name", "position__code", "kind", "starts_on", "ends_on"
    )
    there = OutsidePost.objects.order_by("employee__nip", "starts_on").values_list(
        "employee__name", "job_name", "assignment", "starts_on", "ends_on"
    )
    return list(here), list(there)


@pytest.fixture
def agency(db):
    agency = AgencyFactory()
    with agency_scope(agency):
        root = make.UnitFactory(agency=agency, code="1271", name="Pemerintah Kota Medan")
        clerk = make.JobFactory(agency=agency, name="Pengadministrasi Perkantoran")
        head = make.JobFactory(agency=agency, name="Camat", group="manajerial", level="ADMINISTRATOR", job_class=12)
        for code, name in (("1271.40", "Kecamatan Medan Belawan"), ("1271.41", "Kecamatan Medan Labuhan")):
            unit = make.UnitFactory(agency=agency, code=code, name=name, parent=root)
            for letter, job, seats in (("C", clerk, 2), ("H", head, 1)):
                post = make.PositionFactory(agency=agency, code=f"{letter}-{code}", unit=unit, job=job)
                for _n in range(seats):
                    make.SeatFactory(agency=agency, position=post)
        belawan = Unit.objects.get(code="1271.40")
        for nip, name in ((BUDI, "Budi"), (CITRA, "Citra"), (DEWI, "Dewi")):
            make.EmployeeFactory(agency=agency, nip=nip, name=name, unit=belawan)
    return agency


def test_a_career_becomes_posts_elsewhere_before_and_on_the_map(agency):
    own = agency.name
    text = HEAD + (
        f"{BUDI};Kementerian Keuangan;Kantor Pajak;Pelaksana;4;TT;01-01-2012;S/1;20-12-2011;\n"
        f"{BUDI};{own};Kantor Lama;Pengelola Arsip;4;D;01-03-2013;S/2;;\n"
        f"{BUDI};{own};Kecamatan Medan Belawan;Pengadministrasi Perkantoran;4;D;01-02-2016;S/3;;\n"
        f"{BUDI};{own};Kecamatan Medan Labuhan;Camat;1;PLT;01-01-2020;S/4;;31-03-2020\n"
        f"{BUDI};{own};Kecamatan Medan Labuhan;Camat;1;D;01-05-2021;S/5;28-04-2021;\n"
        f"{CITRA};;Kecamatan Medan Belawan;Pengadministrasi Perkantoran;4;D;01-02-2017;;;\n"
        f"{CITRA};;Kecamatan Medan Belawan;Camat;1;D;01-01-2022;;;\n"
        f"{DEWI};;Kecamatan Medan Belawan;Pengadministrasi Perkantoran;4;D;01-02-2018;;;\n"
        f"{DEWI};;Kecamatan Medan Labuhan;Pengadministrasi Perkantoran;4;D;01-01-2019;;;\n"
    )
    result = load(agency, text)
    assert codes(result) == {3: ["DI_LUAR_PETA"], 9: ["DI_LUAR_PETA"]}, "two clerks' seats, three clerks in 2018"
    assert (result.written, counts(result)) == (True, (9, 0, 0, 0, 0))
    with agency_scope(agency):
        here, there = held()
        assert here == [
            ("Budi", "C-1271.40", "definitif", D(2016, 2, 1), D(2021, 5, 1)),
            ("Budi", "H-1271.41", "plt", D(2020, 1, 1), D(2020, 4, 1)),
            ("Budi", "H-1271.41", "definitif", D(2021, 5, 1), None),
            ("Dewi", "C-1271.41", "definitif", D(2019, 1, 1), None),
            ("Citra", "C-1271.40", "definitif", D(2017, 2, 1), D(2022, 1, 1)),
            ("Citra", "H-1271.40", "definitif", D(2022, 1, 1), None),
        ]
        assert there == [
            ("Budi", "Pelaksana", "D", D(2012, 1, 1), D(2013, 3, 1)),
            ("Budi", "Pengelola Arsip", "D", D(2013, 3, 1), D(2016, 2, 1)),
            ("Dewi", "Pengadministrasi Perkantoran", "D", D(2018, 2, 1), D(2019, 1, 1)),
        ]
        elsewhere = OutsidePost.objects.get(job_name="Pelaksana")
        assert (elsewhere.agency_name, elsewhere.group, elsewhere.decree) == (
            "Kementerian Keuangan",
            "pelaksana",
            "S/1",
        )
        assert Incumbency.objects.get(decree="S/5").decree_on == D(2021, 4, 28)
        assert make.EmployeeFactory._meta.model.objects.get(nip=BUDI).unit.code == "1271.41"
        before = held()
    again = load(agency, text)
    assert (codes(again), counts(again)) == (codes(result), (0, 0, 9, 0, 0))
    with agency_scope(agency):
        assert held() == before


def test_a_running_post_learns_its_decree_and_a_newer_one_closes_it(agency):
    with agency_scope(agency):
        post = Position.objects.get(code="C-1271.40")
        make.IncumbencyFactory(
            agency=agency, employee=make.EmployeeFactory._meta.model.objects.get(nip=BUDI), position=post,
            seat=post.seats.first(), starts_on=D(2019, 1, 1),
        )  # fmt: skip
    row = f"{BUDI};;Kecamatan Medan Belawan;Pengadministrasi Perkantoran;4;D;01-01-2019;S/7;20-12-2018;\n"
    assert counts(load(agency, HEAD + row, dry_run=True)) == (0, 1, 0, 0, 0)
    result = load(agency, HEAD + row)
    assert {line["field"] for line in result.details["changed"]} == {"decree", "decree_on"}
    assert counts(load(agency, HEAD + row)) == (0, 0, 1, 0, 0)
    other = row.replace("S/7", "S/8")
    assert (codes(load(agency, HEAD + other)), counts(load(agency, HEAD + other))) == (
        {2: ["KOREKSI"]},
        (0, 0, 0, 1, 0),
    )

    newer = row + f"{BUDI};;Kecamatan Medan Labuhan;Camat;1;D;01-05-2025;S/9;;\n"
    assert load(agency, HEAD + newer).written
    with agency_scope(agency):
        assert list(Incumbency.objects.order_by("starts_on").values_list("decree", "ends_on")) == [
            ("S/7", D(2025, 5, 1)), ("S/9", None),
        ]  # fmt: skip
    # An older post of the file ends where the register's next one begins.
    older = HEAD + f"{BUDI};BPK;;Auditor Ahli Muda;2;D;01-01-2017;;;\n"
    assert load(agency, older).written
    with agency_scope(agency):
        post = OutsidePost.objects.get()
        assert (post.ends_on, post.group, post.level) == (D(2019, 1, 1), "fungsional", "AHLI_MUDA")
    overlapping = HEAD + f"{BUDI};BKN;;Analis;4;D;01-01-2020;;;31-12-2026\n"
    assert codes(load(agency, overlapping)) == {2: ["TUMPANG_TINDIH"]}


def test_running_posts_unknown_to_the_map_are_refused_and_queued(agency):
    text = HEAD + (
        f"{BUDI};;Kecamatan Antah;Camat;1;D;01-01-2020;;;\n"
        f"{CITRA};;Kecamatan Medan Belawan;Pramu Antah;4;D;01-01-2020;;;\n"
        f"{DEWI};;Kecamatan Medan Labuhan;Camat;1;PLT;01-01-2025;;;\n{DEWI};;X;Y;9;XX;32-01-2025;;;\n"
        f"{DEWI};;Kecamatan Medan Labuhan;Camat;1;PJ;01-01-2024;;;30-06-2024\n"
    )
    result = load(agency, text)
    found = codes(result)
    assert found[2] == ["UNIT_TIDAK_DIKENAL"]
    assert found[3] == ["JABATAN_TIDAK_DIKENAL"]
    assert found[4] == ["WAJIB"]
    assert {"JENIS_TIDAK_DIKENAL", "TANGGAL"} <= set(found[5])
    assert 6 not in found
    with agency_scope(agency):
        assert held() == ([], [])
        queued = set(NameMapping.objects.values_list("kind", "text"))
        assert {("unit", "Kecamatan Antah"), ("job", "Pramu Antah")} <= queued
        # The officer says what the name means; the same file then places the post.
        unit = Unit.objects.get(code="1271.41")
        NameMapping.objects.filter(text="Kecamatan Antah").update(unit=unit)
    assert 2 not in codes(load(agency, text, skip_rejected=True))
    with agency_scope(agency):
        assert Incumbency.objects.get(employee__nip=BUDI).position.code == "H-1271.41"
        assert OutsidePost.objects.get().assignment == "PJ"


def test_who_administers_a_unit_writes_no_post_of_another(agency):
    with agency_scope(agency):
        belawan = Unit.objects.get(code="1271.40")
    text = HEAD + (
        f"{BUDI};;Kecamatan Medan Labuhan;Pengadministrasi Perkantoran;4;D;01-01-2017;;;\n"
        f"{BUDI};;Kecamatan Medan Belawan;Pengadministrasi Perkantoran;4;D;01-01-2019;;;\n"
    )
    result = load(agency, text, unit_paths=(belawan.path,), skip_rejected=True)
    assert codes(result) == {2: ["DI_LUAR_CAKUPAN"]}
    with agency_scope(agency):
        assert [i.starts_on for i in Incumbency.objects.all()] == [D(2019, 1, 1)]
        assert OutsidePost.objects.count() == 0


def test_a_change_of_the_unit_holds_from_its_own_day_and_part_time_stands_beside_the_seats(agency):
    with agency_scope(agency):
        make.EmployeeFactory._meta.model.objects.filter(nip=DEWI).update(status="PPPK_PW")
    head = "nipBaru;unorNama;namaJabatan;jenisMutasiId;tmtJabatan;tmtMutasi\n"
    text = head + (
        f"{BUDI};Kecamatan Medan Belawan;Pengadministrasi Perkantoran;MJ;01-01-2018;\n"
        f"{BUDI};Kecamatan Medan Labuhan;Pengadministrasi Perkantoran;MU;01-01-2018;01-07-2021\n"
        f"{DEWI};Kecamatan Medan Belawan;Pengadministrasi Perkantoran;MJ;01-01-2024;\n"
        f"{DEWI};Kecamatan Medan Labuhan;Pengadministrasi Perkantoran;MJ;01-01-2025;\n"
    )
    assert (codes(load(agency, text)), counts(load(agency, text))) == ({}, (0, 0, 4, 0, 0))
    with agency_scope(agency):
        here, there = held()
        assert (here, there) == (
            [
                ("Budi", "C-1271.40", "definitif", D(2018, 1, 1), D(2021, 7, 1)),
                ("Budi", "C-1271.41", "definitif", D(2021, 7, 1), None),
                ("Dewi", "C-1271.40", "paruh_waktu", D(2024, 1, 1), D(2025, 1, 1)),
                ("Dewi", "C-1271.41", "paruh_waktu", D(2025, 1, 1), None),
            ],
            [],
        )
        assert not Incumbency.objects.filter(kind="paruh_waktu", seat__isnull=False).exists()
