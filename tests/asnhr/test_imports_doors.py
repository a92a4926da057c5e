"""The command and the background job: JSON alone, exit status, the kept file, the error workbook."""

import io
import json
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from asnhr import registry, services
from asnhr.access import Access, permissions_of, system_access
from asnhr.errors import NotAllowed, RuleBroken
from asnhr.imports import service, storage
from asnhr.imports.reader import open_table_file
from asnhr.models import Event, ImportJob, Notification, Run
from asnhr.notifications import service as service_of_notifications
from asnhr.roles import ROLES, SUPERIORS
from asnhr.scope import agency_scope
from positions.models import Unit
from tests.factories.asnhr import AgencyFactory
from tests.factories.positions import UnitFactory
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


def test_the_command_tells_as_pages_do_and_works_for_an_officer_within_the_own_rights(agency, tmp_path):
    officer = user_with(agency, "bagian_organisasi", username="ortala")
    own = user_with(agency, "pegawai", username="ani")
    with agency_scope(agency):
        UnitFactory(agency=agency, code="A", name="Pemda")

    assert command(tmp_path, "kode,kode_induk,nama\nB,A,Dinas\n")[0] == 0
    assert command(tmp_path, "kode,kode_induk,nama\nC,A,Badan\n", "--user", "ortala")[0] == 0
    assert command(tmp_path, "kode,kode_induk,nama\nD,A,Badan\n", "--user", "ortala", "--dry-run")[0] == 0
    for name, cause in (("ani", "tidak boleh mengimpor"), ("siapa", "Tidak ada akun")):
        with pytest.raises(CommandError, match=cause):
            command(tmp_path, GOOD, "--user", name)

    assert service_of_notifications.spread(agency.pk, date(2026, 11, 22)) == 2
    with agency_scope(agency):
        first, second = Event.objects.order_by("pk")
        job = ImportJob.objects.get(created_by=officer)
        told = set(Notification.objects.values_list("user_id", "event_id"))
    assert (second.kind, second.data["import_id"], second.data["written"]) == ("import.finished", job.pk, True)
    # Without a name it reaches who may import; with one that person, and nobody who may not.
    assert told == {(officer.pk, first.pk), (officer.pk, second.pk)}
    assert own.pk not in {user for user, _event in told}


def test_the_command_refuses_in_words(agency, tmp_path):
    with pytest.raises(CommandError, match="tidak ada"):
        call_command("import_data", "units", str(DATA / "README.md"), "--agency", "9999")
    status, out = command(tmp_path, "warna\nbiru\n")
    assert status == 1
    assert "JUDUL_TIDAK_DIKENAL" in out
    status, out = command(tmp_path, "<html></html>", "--json")
    assert status == 1
    assert json.loads(out)["refused"]["code"] == "JENIS_BERKAS"


def request(agency, user, text, kind="units", **options):
    with agency_scope(agency, user.pk):
        access = with_access(user, agency).access
        return service.request_import(
            agency=agency,
            kind=kind,
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


def test_a_unit_admin_writes_only_the_own_subtree(agency, tmp_path):
    from tests.factories.positions import UnitFactory

    with agency_scope(agency):
        root = UnitFactory(agency=agency, code="A", name="Pemda")
        own = UnitFactory(agency=agency, code="B", name="Dinas", parent=root)
    user = user_with(agency, "admin_unit", own)
    with agency_scope(agency, user.pk):
        paths = with_access(user, agency).access.unit_paths
    file = tmp_path / "unit.csv"
    file.write_text("kode,kode_induk,nama\nB1,B,Bidang\nC,A,Badan\n")

    result = service.import_now(
        agency=agency, kind="units", path=file, options=service.options_of({"unit_paths": paths}, user_id=user.pk)
    )

    assert [row.as_json()["codes"] for row in result.rows if row.outcome == "rejected"] == [["DI_LUAR_CAKUPAN"]]
    with pytest.raises(NotAllowed, match="tidak boleh mengimpor"):
        request(agency, user, GOOD)  # units are structure, which a unit's admin does not edit


STRUCTURE = {"units", "jobs", "positions", "needs"}
HISTORIES = {
    "ranks", "increments", "position_history", "educations", "trainings", "unpaid_leave", "secondments", "predicates",
}  # fmt: skip
PEOPLE = {"employees", "incumbencies", "contracts"} | HISTORIES
KINDS = {
    "admin_unit": PEOPLE | {"workload"},
    "admin_daerah": STRUCTURE | PEOPLE | {"workload", "goals"},
    "staf_bkd": STRUCTURE | PEOPLE | {"workload", "discipline"},
    "bagian_organisasi": STRUCTURE | {"workload", "goals"},
    # As their superiors (decision 0021).
    **dict.fromkeys(SUPERIORS, STRUCTURE | PEOPLE | {"workload", "goals", "discipline"}),
    "integrasi": PEOPLE,
}


@pytest.mark.parametrize("role", sorted(ROLES))
def test_each_role_imports_its_kinds_and_no_other(role):
    access = Access(agency_id=1, permissions=permissions_of([role]))

    assert {kind for kind, _title in service.kinds_for(access)} == KINDS.get(role, set())
    for kind, _importer in registry.importers.items():
        if kind not in KINDS.get(role, set()):
            with pytest.raises(NotAllowed):
                service.check_may_import(access, kind)


def test_a_kind_that_names_no_permission_is_nobodys(monkeypatch):
    monkeypatch.setattr(service.importer_of("goals"), "permission", "")

    assert not service.may_import(system_access(1), "goals")


def test_the_file_is_kept_encrypted_and_a_refused_request_keeps_none(agency):
    user = user_with(agency, "staf_bkd")
    job, _is_new = request(agency, user, GOOD)
    folder = storage.folder_of(agency.code)

    assert b"Dinas" not in (folder / job.stored_as).read_bytes()
    with service.opened(job) as file:
        assert file.read() == GOOD.encode()
    with pytest.raises(NotAllowed):
        request(agency, user_with(agency, "auditor"), GOOD)
    request(agency, user, GOOD)  # the same again, under way
    assert [path.name for path in folder.iterdir()] == [job.stored_as]


def test_a_nik_is_in_no_report_no_finding_and_no_workbook(agency, tmp_path):
    nik, wrong, misplaced = "1271990803989000", "127199080398900", "1271990803989999"
    head = "NIP BARU,NAMA,NIK,GOL AKHIR NAMA,JABATAN NAMA,TANGGAL LAHIR,AGAMA NAMA,ALAMAT,CATATAN DOKTER\n"
    rows = f"198001012005011009,Budi,{wrong},III/a,Analis,01-01-1980,Islam,Jalan Rahasia 1,alergi\n"
    rows += f"{misplaced},Ani,{nik},III/a,Analis,01-01-1980,Islam,Jalan Rahasia 1,alergi\n"
    user = user_with(agency, "staf_bkd")
    job, _is_new = request(agency, user, head + rows, kind="employees")

    services.execute(agency_id=agency.pk, run_id=job.run_id, heartbeat=False)

    with agency_scope(agency):
        job.refresh_from_db()
        book = io.BytesIO()
        assert service.error_workbook(job, book) >= 2
        kept = json.dumps([job.report, job.changes, Run.objects.get(pk=job.run_id).problems])
    problems = {problem["column"]: problem["value"] for row in job.report for problem in row.get("problems", ())}
    assert (problems["NIK"], problems["NIP BARU"]) == ("…", "…")
    cells = [str(cell) for row in open_table_file(io.BytesIO(book.getvalue())).tables[0].rows() for cell in row.cells]
    assert "Budi" in cells
    # Nor what has no purpose here, nor a column that nobody knows.
    for secret in (nik, wrong, misplaced, "Islam", "Jalan Rahasia", "alergi"):
        assert secret not in kept
        assert not any(secret in cell for cell in cells)


def test_what_the_database_refuses_is_told_in_words(agency, tmp_path, monkeypatch):
    def write(self, cursor):
        cursor.execute("UPDATE positions_unit SET code = 'A'")
        cursor.execute(
            "INSERT INTO positions_unit (agency_id, code, name, starts_on) SELECT agency_id, code, name, starts_on"
            " FROM positions_unit"
        )

    from tests.factories.positions import UnitFactory

    with agency_scope(agency):
        for code in "PQ":
            UnitFactory(agency=agency, code=code)
    monkeypatch.setattr(service.importer_of("units"), "write", write)

    status, out = command(tmp_path, GOOD, "--json")

    assert status == 1
    assert json.loads(out)["refused"] == {"code": "REGISTER_MENOLAK", "message": "Kode unit ini sudah dipakai."}


OUTCOMES = {"accepted", "warned", "rejected", "skipped", "header"}


def test_a_refusal_after_the_rows_were_read_settles_every_row(agency, tmp_path, monkeypatch):
    status, out = command(tmp_path, GOOD, "--json", "--unit", "SALAH")
    answer = json.loads(out)

    assert (status, answer["written"]) == (1, False)
    assert answer["refused"]["code"] == "UNIT_TIDAK_DIKENAL"
    assert [(row["outcome"], row["codes"]) for row in answer["rows"]] == [
        ("header", []),
        ("rejected", ["UNIT_TIDAK_DIKENAL"]),
        ("rejected", ["UNIT_TIDAK_DIKENAL"]),
    ]
    assert answer["totals"] == {"accepted": 0, "warned": 0, "rejected": 2, "skipped": 0}

    def write(self, cursor):
        cursor.execute("SELECT 99999999999::int")

    monkeypatch.setattr(service.importer_of("units"), "write", write)
    status, out = command(tmp_path, GOOD, "--json")
    answer = json.loads(out)
    assert status == 1
    assert answer["refused"]["code"] == "REGISTER_MENOLAK"
    assert "integer" not in answer["refused"]["message"]
    assert {row["outcome"] for row in answer["rows"]} <= OUTCOMES
    assert answer["totals"]["rejected"] == 2
    with agency_scope(agency):
        assert ImportJob.objects.latest("pk").totals["rejected"] == 2


def test_headings_without_rows_are_an_empty_file(agency, tmp_path):
    for text in ("kode;kode_induk;nama\n", "kode;kode_induk;nama\n;;\nJumlah;;\n"):
        status, out = command(tmp_path, text, "--json")
        answer = json.loads(out)
        assert (status, answer["written"], answer["refused"]["code"]) == (1, False, "BERKAS_KOSONG")
        assert {row["outcome"] for row in answer["rows"]} <= {"header", "skipped"}


def test_a_dry_run_ends_as_the_run_it_stands_for(agency, tmp_path):
    assert command(tmp_path, BAD, "--dry-run")[0] == 1
    assert command(tmp_path, BAD, "--dry-run", "--skip-rejected")[0] == 0
    assert command(tmp_path, BAD, "--skip-rejected")[0] == 0


def test_the_command_speaks_english_on_switch_and_writes_indonesian(agency, tmp_path):
    _status, out = command(tmp_path, BAD, "--language", "en")

    assert "rejected INDUK_TIDAK_ADA" in out
    assert "Nothing was saved." in out
    with agency_scope(agency):
        problem = ImportJob.objects.get().report[1]["problems"][0]
    assert "induk" in problem["cause"].lower()
    with pytest.raises(CommandError, match="Agency 9999 does not exist"):
        call_command("import_data", "units", str(DATA / "README.md"), "--agency", "9999", "--language", "en")


def test_an_unknown_kind_is_refused_in_words_that_name_the_kinds(agency, tmp_path):
    for language, said in (("id", "Jenis impor “xyz” tidak dikenal"), ("en", "The kind of import “xyz” is unknown")):
        with pytest.raises(CommandError, match=said) as refused:
            call_command("import_data", "xyz", str(tmp_path / "f.csv"), "--agency", "1271", "--language", language)
        assert refused.value.returncode == 2
        for kind, _importer in registry.importers.items():
            assert kind in str(refused.value)
