"""Files of old imports go, with the values of people in their reports; what they came to stays."""

import io
import os
from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from asnhr.imports import retention, service, storage
from asnhr.models import AgencyParameter, ImportJob, Run
from asnhr.scope import agency_scope
from asnhr.tasks import purge_imports
from tests.factories.asnhr import AgencyFactory, RunFactory

pytestmark = pytest.mark.django_db
NIP = "198001012005011009"
REPORT = [
    {
        "row": 2, "outcome": "rejected", "codes": ["NIP"], "messages": [f"NIP: “{NIP}” salah"],
        "problems": [{"column": "NIP", "value": NIP, "code": "NIP", "cause": "salah", "severity": "error"}],
    },
    {"row": 3, "outcome": "skipped", "codes": ["BARIS_KOSONG"], "messages": []},
]  # fmt: skip


@pytest.fixture
def agency(settings, tmp_path):
    settings.UPLOAD_DIR = tmp_path / "uploads"
    return AgencyFactory()


def job(agency, age, **fields):
    """An import of `age` days ago with its file."""
    stored = storage.keep(agency.code, io.BytesIO(NIP.encode()))
    fields = {"written": True, "dry_run": False} | fields
    with agency_scope(agency):
        made = ImportJob.objects.create(
            agency=agency, kind="employees", filename="a.csv", stored_as=stored.name, sha256=stored.sha256,
            report=REPORT, totals={"rejected": 1},
            changes={"changes": {"new": 1}, "details": {"missing": [{"nip": NIP}]}}, **fields,
        )  # fmt: skip
        ImportJob.objects.filter(pk=made.pk).update(created_at=timezone.now() - timedelta(days=age))
    return made


def again(made):
    with agency_scope(made.agency):
        return ImportJob.objects.select_related("agency").get(pk=made.pk)


def has_file(made):
    return (storage.folder_of(made.agency.code) / made.stored_as).exists()


def test_each_kind_of_import_is_kept_for_its_time(agency):
    young, old = job(agency, 179), job(agency, 181)
    checked, long_checked = job(agency, 29, written=False, dry_run=True), job(agency, 31, written=False, dry_run=True)
    refused = job(agency, 31, written=False)
    with agency_scope(agency):
        run = RunFactory(agency=agency, state=Run.State.RUNNING)
    working = job(agency, 400, written=False, run=run)

    assert retention.purge(agency) == retention.Purged(3, 0)

    assert [has_file(each) for each in (young, old, checked, long_checked, refused, working)] == [
        True, False, True, False, False, True,
    ]  # fmt: skip
    assert again(young).file_deleted_at is None
    assert again(young).report == REPORT
    assert retention.purge(agency) == retention.Purged(0, 0)


def test_what_stays_names_nobody(agency):
    made = job(agency, 181)
    retention.purge(agency)

    left = again(made)
    assert left.file_deleted_at is not None
    assert left.report == [
        {"row": 2, "outcome": "rejected", "codes": ["NIP"]},
        {"row": 3, "outcome": "skipped", "codes": ["BARIS_KOSONG"]},
    ]
    assert left.changes == {"changes": {"new": 1}}
    assert left.totals == {"rejected": 1}
    with pytest.raises(service.FileGone, match="sesuai masa simpan"):
        service.opened(left)


def test_an_agency_sets_its_own_time_and_no_other_agencys(agency):
    other = AgencyFactory(code="1571", name="Kota Jambi", short_name="Jambi")
    mine, theirs = job(agency, 20), job(other, 20)
    with agency_scope(agency):
        AgencyParameter.objects.create(
            agency=agency, code=retention.KEEP, value=10, starts_on=date(2020, 1, 1), decree="Perwali 1"
        )

    purge_imports()

    assert (has_file(mine), has_file(theirs)) == (False, True)
    assert retention.kept_until(again(mine)) is None
    assert retention.kept_until(again(theirs)) == timezone.localdate() + timedelta(days=160)


def test_a_file_of_no_import_goes_after_a_day(agency):
    made = job(agency, 1)
    lost, fresh = (storage.keep(agency.code, io.BytesIO(b"x")).name for _number in range(2))
    path = storage.folder_of(agency.code) / lost
    os.utime(path, (path.stat().st_mtime - 90_000,) * 2)

    assert retention.purge(agency) == retention.Purged(0, 1)
    assert has_file(made)
    assert not path.exists()
    assert (storage.folder_of(agency.code) / fresh).exists()


def test_the_command_and_the_schedule_do_it(agency, capsys):
    job(agency, 200)

    call_command("purge_imports", "--agency", agency.code, "--language", "en")

    assert "1 import files deleted" in capsys.readouterr().out
    with pytest.raises(CommandError, match="tidak ada"):
        call_command("purge_imports", "--agency", "9999")
    assert PeriodicTask.objects.get(task="asnhr.tasks.purge_imports").enabled
