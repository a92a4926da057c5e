"""Files that others made, import to analysis: printed ± and needs come out, printed mistakes ask for a look."""

import csv
from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from asnhr import services as runs
from asnhr.imports.framework import Options
from asnhr.imports.service import import_now
from asnhr.scope import agency_scope
from positions.models import NeedsAnalysis, NeedsResult, Position, Seat
from positions.queries import home, register
from positions.services import analysis
from tests.factories.asnhr import AgencyFactory
from tests.factories.positions import JobFactory, PositionFactory, UnitFactory
from tests.positions.test_import_positions import KENDAL
from tests.positions.test_import_workload import SHEETS, sheet
from tests.roles import user_with, with_access

DAY = date(2026, 1, 2)
SOUND = ("A02", "A06", "A07", "A11", "A14")
FAULTY = {
    "A01": ({"total": {"beban_menit": "75.465"}}, {"JUMLAH_TIDAK_SESUAI"}),
    "A03": ({"total": {"kebutuhan_tercetak": "0,2208"}}, {"WKE_TIDAK_LAZIM", "JUMLAH_TIDAK_SESUAI"}),
    "A04": ({}, {"WKE_TIDAK_LAZIM"}),
    "A05": ({"subtotals": (("Gaji dan tunjangan (GPP)", 3570),)}, {"SUBTOTAL_TIDAK_SESUAI"}),
    "A08": ({}, {"DIKALI_PESERTA"}),
    "A09": ({}, {"PERKALIAN_SALAH"}),
}


@pytest.fixture(autouse=True)
def no_future(monkeypatch, settings, tmp_path):
    monkeypatch.setattr(timezone, "localdate", lambda *_: DAY)
    settings.UPLOAD_DIR = tmp_path / "kept"


@pytest.fixture
def agency(db):
    return AgencyFactory()


def take(agency, kind, path, **options):
    return import_now(agency=agency, kind=kind, path=path, options=Options(today=DAY, **options))


def take_sheet(agency, tmp_path, name, content, **options):
    path = tmp_path / f"{name}.csv"
    path.write_bytes(content)
    return take(agency, "workload", path, **options)


def analysed(agency, key):
    """The results of an analysis on DAY by the attribute `key` of their position."""
    with agency_scope(agency):
        run, _is_new = analysis.request_analysis(agency, DAY, None)
    runs.execute(agency_id=agency.pk, run_id=run.pk, heartbeat=False)
    with agency_scope(agency):
        made = NeedsAnalysis.objects.get(run=run, is_complete=True)
        found = NeedsResult.objects.filter(analysis=made).select_related("position__job")
        return {key(result.position): result for result in found}


def places(agency, names):
    with agency_scope(agency):
        unit = UnitFactory(agency=agency, code="U", name="Kecamatan")
        for name in names:
            job = JobFactory(agency=agency, name=SHEETS[name]["nama_jabatan"], subtitle=name)
            PositionFactory(agency=agency, code=name, unit=unit, job=job)


def test_the_analysis_of_the_kendal_map_gives_its_printed_differences(agency):
    with agency_scope(agency):
        UnitFactory(agency=agency, code="K", name="BKPPD")
    assert take(agency, "positions", KENDAL, unit="K").totals["accepted"] == 63

    results = analysed(agency, lambda position: position.pk)

    assert len(results) == 63
    with agency_scope(agency):
        # As many seats as the map's K; where it tells none, one of each head, by law, and no other.
        people, seats = home.people_and_seats(with_access(user_with(agency, "staf_bkd"), agency), DAY)
        listed = register.totals(register.with_figures(Position.objects.all(), DAY), DAY)
        assert (seats.total, seats.filled) == (listed.k, listed.b) == (50, 18)
        silent = [pk for pk, result in results.items() if result.k_decided is None]
        assert not Seat.objects.filter(position__in=silent).exclude(position__job__group="manajerial").exists()
    computed = [
        (result.position.job.name, result.b, result.k_decided, result.b - result.k_decided)
        for result in results.values()
        if result.k_decided is not None and result.evidence["supply"]["printed"]
    ]
    printed = [
        (row["nama_jabatan"], *(int(row[name]) for name in ("ketersediaan", "kebutuhan", "kurang_lebih")))
        for row in csv.DictReader(KENDAL.open())
        if row["ketersediaan"] and row["kebutuhan"]
    ]
    assert len(printed) == 25
    assert sorted(computed) == sorted(printed)
    for result in results.values():
        if result.k_decided is not None:
            # No decree stands on the map: its K is a printed one.
            assert result.evidence["need"]["printed"] is True
            assert "decree" not in result.evidence["need"]
            assert result.source in ("PETA_DITETAPKAN", "TETAP_SATU")
    # Nobody was imported: since when a post stands empty is not known, and no figure says so.
    for result in results.values():
        assert "vacant_days" not in result.evidence["decision"]["figures"] or (
            result.evidence["decision"]["figures"]["vacant_days"] is None
        )
        assert "LOWONG_LAMA" not in [signal["code"] for signal in result.signals]


def test_sound_abk_sheets_reach_the_analysis_with_their_printed_need(agency, tmp_path):
    places(agency, SOUND)
    for name in SOUND:
        printed = SHEETS[name]["jumlah_kebutuhan_tercetak"]
        content = sheet(name, {"kebutuhan_tercetak": printed}).getvalue()
        assert take_sheet(agency, tmp_path, name, content).written

    results = analysed(agency, lambda position: position.code)

    for name in SOUND:
        result = results[name]
        assert result.source == "ABK"
        assert abs(result.need - Decimal(SHEETS[name]["jumlah_kebutuhan_tercetak"])) <= Decimal("0.0005"), name
        assert result.row != 4, name
        assert "faults" not in result.evidence["need"], name


def test_abk_sheets_with_printed_mistakes_ask_for_a_look_and_name_the_mistakes(agency, tmp_path):
    places(agency, FAULTY)
    for name, (extra, _faults) in FAULTY.items():
        assert take_sheet(agency, tmp_path, name, sheet(name, **extra).getvalue()).written, name

    results = analysed(agency, lambda position: position.code)

    for name, (_extra, faults) in FAULTY.items():
        result = results[name]
        assert (result.row, result.recommendation, result.reason) == (4, "TINJAU_BEBAN", "ABK_DIPERIKSA"), name
        assert faults <= set(result.evidence["need"]["faults"]), name


def test_a_sheet_without_volumes_leaves_the_need_unknown_and_a_partly_readable_one_asks_for_a_look(agency, tmp_path):
    """No task of A12 can be computed, so there is no ABK to look at; one readable volume makes it one."""
    places(agency, ("A12",))
    content = sheet("A12").getvalue()
    refused = take_sheet(agency, tmp_path, "A12", content, skip_rejected=True)
    assert {problem.code for row in refused.rows for problem in row.problems} == {"VOLUME_KOSONG"}
    unknown = analysed(agency, lambda position: position.code)["A12"]
    assert (unknown.source, unknown.row, unknown.reason) == ("data_kosong", 4, "ABK_BELUM_ADA")

    content = content.replace(b"Rekap absensi,dokumen,,120", b"Rekap absensi,dokumen,12,120")
    take_sheet(agency, tmp_path, "A12", content, skip_rejected=True)
    result = analysed(agency, lambda position: position.code)["A12"]

    assert (result.source, result.row, result.reason) == ("ABK", 4, "ABK_DIPERIKSA")
    assert result.evidence["need"]["faults"] == ["VOLUME_KOSONG"]
