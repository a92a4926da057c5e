"""The command and the background job: JSON alone, exit status, the kept file, the error workbook."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from asnhr import services
from asnhr.errors import NotAllowed, RuleBroken
from asnhr.imports import service
from asnhr.imports.reader import open_table_file
from asnhr.models import ImportJob, Run
from asnhr.scope import agency_scope
from positions.models import Unit
from tests.factories.asnhr import AgencyFactory
from tests.roles import user_with, with_access

DATA = Path(__file__).resolve().parent.parent / "data" / "imports"
GOOD = "kode,kode_induk,nama\nA,,Pemda\nB,A,Dinas\n"
BAD = "kode,kode_induk,nama\nA,,Pemda\nB,X,Dinas\n\nJUMLAH,,2\n"


@pytest.fixture
def agency(db, settings, tmp_path):
    settings.UPLOAD_DIR = tmp_path / "uploads"
    return AgencyFactory()


def command(tmp_path, text, *options):
    path = tmp_path / "berkas.csv"
    path.write_text(text)
    out, status = io.StringIO(), 0
    try:
        call_command("import_data", "units", str(path), "--agency", "1271", *options, stdout=out)
    except SystemExit as stop:
        status = stop.code
    return status, out.getvalue()


def test_the_command_prints_json_alone_and_tells_by_its_status(agency, tmp_path):
    status, out = command(tmp_path, BAD, "--json")
    answer = json.loads(out)
    assert status == 1
    assert not answer["written"]
    assert answer["totals"] == {"accepted": 1, "warned": 0, "rejected": 1, "skipped": 2}
    assert answer["rows"][0] == {"row": 1, "outcome": "header", "codes": [], "messages": []}
    assert answer["rows"][2]["codes"] == ["INDUK_TIDAK_ADA"]
    assert "X" in answer["rows"][2]["messages"][0]
    assert [row["codes"] for row in answer["rows"][3:]] == [["BARIS_KOSONG"], ["BARIS_JUMLAH"]]

    status, out = command(tmp_path, GOOD, "--json", "--dry-run")
    assert status == 0
    assert not json.loads(out)["written"]
    with agency_scope(agency):
        assert Unit.objects.count() == 0
        assert ImportJob.objects.filter(written=True).count() == 0

    status, out = command(tmp_path, GOOD)
    assert status == 0
    assert "2 diterima" in out
    assert "Tersimpan." in out
    with agency_scope(agency):
        assert Unit.objects.count() == 2
        assert ImportJob.objects.get(written=True).totals["accepted"] == 2


def test_the_command_refuses_in_words(agency, tmp_path):
    with pytest.raises(CommandError, match="tidak ada"):
        call_command("import_data", "units", str(DATA / "README.md"), "--agency", "9999")
    status, out = command(tmp_path, "warna\nbiru\n")
    assert status == 1
    assert "JUDUL_TIDAK_DIKENAL" in out
    status, out = command(tmp_path, "<html></html>", "--json")
    assert status == 1
    assert json.loads(out)["refused"]["code"] == "JENIS_BERKAS"


def request(agency, user, text, **options):
    with agency_scope(agency, user.pk):
        access = with_access(user, agency).access
        return service.request_import(
            agency=agency,
            kind="units",
            file=io.BytesIO(text.encode()),
            filename="unit.csv",
            actor=user,
            access=access,
            options=options,
        )


def test_a_job_runs_in_the_background_and_keeps_its_rows(agency):
    user = user_with(agency, "staf_bkd")
    job, is_new = request(agency, user, BAD)
    again, is_second = request(agency, user, BAD)
    assert is_new
    assert not is_second
    assert again.pk == job.pk

    services.execute(agency_id=agency.pk, run_id=job.run_id, heartbeat=False)

    with agency_scope(agency):
        job.refresh_from_db()
        assert job.run.state == Run.State.DONE, job.run.problems
        assert not job.written
        assert job.totals["rejected"] == 1
        assert [row["outcome"] for row in job.report] == ["header", "rejected", "skipped", "skipped"]
        book = io.BytesIO()
        assert service.error_workbook(job, book) == 1
    lines = [row.cells for row in open_table_file(io.BytesIO(book.getvalue())).tables[0].rows()]
    assert lines[0][:5] == ["baris", "kolom", "nilai", "kode", "sebab"]
    assert lines[1][:4] == [3.0, "kode_induk", "X", "INDUK_TIDAK_ADA"]
    assert lines[1][6:9] == ["B", "X", "Dinas"]


def test_only_those_who_may_import_do(agency):
    with pytest.raises(NotAllowed):
        request(agency, user_with(agency, "auditor"), GOOD)
    with pytest.raises(RuleBroken, match="bukan tanggal"):
        request(agency, user_with(agency, "staf_bkd"), GOOD, decree_on="kemarin")


def test_a_unit_admin_writes_only_the_own_subtree(agency):
    from tests.factories.positions import UnitFactory

    with agency_scope(agency):
        root = UnitFactory(agency=agency, code="A", name="Pemda")
        own = UnitFactory(agency=agency, code="B", name="Dinas", parent=root)
    job, _is_new = request(
        agency, user_with(agency, "admin_unit", own), "kode,kode_induk,nama\nB1,B,Bidang\nC,A,Badan\n"
    )
    services.execute(agency_id=agency.pk, run_id=job.run_id, heartbeat=False)
    with agency_scope(agency):
        job.refresh_from_db()
        assert [row["codes"] for row in job.report if row["outcome"] == "rejected"] == [["DI_LUAR_CAKUPAN"]]
