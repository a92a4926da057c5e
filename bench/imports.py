"""A SIASN workbook of 20,000 people: the whole import in a process of its own, against reading and copying it bare."""

import csv
import json
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter

ROOT = Path(__file__).resolve().parent.parent
ROWS = 20_000
FILE = "siasn_20000.xlsx"


def write_workbook(path: Path, header: list[str], template: dict[str, str], units: list[tuple[str, str]]) -> None:
    """Write ROWS synthetic people in the 67 columns, every NIP valid and new."""
    rng = random.Random(7)  # noqa: S311  synthetic telephone numbers
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet("Data Utama")
    for column, name in enumerate(header):
        sheet.write_string(0, column, name)
    for n in range(ROWS):
        # Born until 1991: nobody is appointed as a child.
        born = date(1970, 1, 1) + timedelta(days=n % 8_000)
        sex = 1 + n % 2
        nip = f"{born:%Y%m%d}2012{1 + n // 8_000:02d}{sex}{901 + n % 99:03d}"
        unit_id, unit_name = units[n % len(units)]
        row = template | {
            "PNS ID": f"{n:032X}", "NIP BARU": f"'{nip}", "NAMA": f"PEGAWAI IMPOR {n:05d}", "NIK": f"'127199{n:010d}",
            "TANGGAL LAHIR": f"{born:%d-%m-%Y}", "JENIS KELAMIN": "M" if sex == 1 else "F",
            "TMT CPNS": f"01-{1 + n // 8_000:02d}-2012", "TMT PNS": "01-06-2013",
            "TMT GOLONGAN": "01-04-2022", "TMT JABATAN": "01-01-2021",
            "UNOR ID": unit_id, "UNOR NAMA": unit_name, "NOMOR HP": f"0811{rng.randrange(10**8):08d}",
        }  # fmt: skip
        for column, name in enumerate(header):
            sheet.write_string(n + 1, column, row.get(name, ""))
    book.close()


def template_row() -> tuple[list[str], dict[str, str]]:
    """Return header and first person of the synthetic SIASN export that the tests use."""
    found = next(iter((ROOT / "tests" / "data" / "imports").rglob("*siasn_data_utama*.csv")))
    with found.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        return list(reader.fieldnames or []), next(reader)


def target(code: str = "9901") -> tuple[str, list[tuple[str, str]]]:
    """Make an agency of a hundred units to import into; return its code and (SIASN id, name) of each unit."""
    from asnhr.models import Agency
    from asnhr.scope import agency_scope
    from positions.models import Unit

    agency = Agency.objects.create(code=code, name="Kota Impor", short_name="Impor", kind="kota")
    units = []
    with agency_scope(agency):
        for n in range(100):
            unit = Unit.objects.create(
                agency=agency, code=f"I{n}", name=f"Dinas Impor {n}", siasn_id=f"{n:032X}", starts_on="2015-01-01"
            )
            unit.periods.create(agency=agency, name=unit.name, starts_on="2015-01-01")
            units.append((unit.siasn_id, unit.name))
    return agency.code, units


def measure(agency_code: str, units: list[tuple[str, str]], folder: Path) -> dict[str, dict[str, Any]]:
    """Return seconds and resident memory of `manage.py import_data employees`, and seconds of the bare reference."""
    path = folder / FILE
    header, template = template_row()
    write_workbook(path, header, template, units)
    began = time.perf_counter()
    done, memory = command("employees", path, agency_code)
    seconds = time.perf_counter() - began
    if done.returncode != 0:
        raise RuntimeError(done.stderr[-2000:] or done.stdout[:2000])
    reference = bare_copy(path)
    totals = json.loads(done.stdout)["totals"]
    return {
        "import_20000_siasn": {
            "ours": round(seconds, 2), "reference": round(reference, 2), "ratio": None, "bar": 10, "unit": "s",
            "against_bare_copy": round(seconds / reference, 2), "totals": totals,
        },
        "import_20000_siasn_memory": {"ours": round(memory), "reference": None, "ratio": None, "bar": 300,
                                      "unit": "MB"},
    }  # fmt: skip


def command(kind: str, path: Path, agency_code: str) -> tuple[subprocess.CompletedProcess[str], float]:
    """Run `manage.py import_data` to its end; return what came of it and its largest resident memory (MB).

    Read from the process itself while it runs: what the system counts for a child that is over begins with what its
    parent held when it forked."""
    asked = [sys.executable, "manage.py", "import_data", kind, str(path), "--agency", agency_code, "--json"]
    running = subprocess.Popen(
        asked, cwd=ROOT, env=os.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    peak = [0.0]

    def watch() -> None:
        while running.poll() is None:
            peak.append(_memory(running.pid))
            time.sleep(0.05)

    watching = threading.Thread(target=watch)
    watching.start()
    out, err = running.communicate()
    watching.join()
    return subprocess.CompletedProcess(asked, running.returncode, out, err), max(peak)


def in_the_background(agency_code: str, path: Path, folder: Path) -> dict[str, dict[str, Any]]:
    """Return seconds and resident memory of the same import as the page starts it: a run that a Celery worker executes.

    Counted from the request until its end can be read, while its progress is read as the page does, only more often.
    The worker runs already, as in the product, and its tasks have a process of their own.
    """
    from asnhr.access import resolve
    from asnhr.dates import today
    from asnhr.imports import service
    from asnhr.models import Agency, Run
    from asnhr.scope import agency_scope
    from tests.roles import user_with

    agency = Agency.objects.get(code=agency_code)
    user = user_with(agency, "staf_bkd", username="bench-import")
    told = folder / "worker.log"
    command = [sys.executable, "-m", "celery", "-A", "asnhr", "worker", "--concurrency=2", "--without-gossip"]
    with told.open("w") as log:
        worker = subprocess.Popen(
            [*command, "--without-mingle", "--loglevel=INFO"], cwd=ROOT, env=os.environ, stdout=log, stderr=log
        )
    steps: set[str] = set()
    peak = 0.0
    try:
        _wait(lambda: " ready." in told.read_text(), 60, told)
        began = time.perf_counter()
        with agency_scope(agency, user.pk, "bench"), path.open("rb") as file:
            job, _is_new = service.request_import(
                agency=agency, kind="employees", file=file, filename=path.name, actor=user,
                access=resolve(user, agency.pk, today()),
            )  # fmt: skip

        def ended() -> bool:
            nonlocal peak
            with agency_scope(agency):
                run = Run.objects.get(agency=agency, pk=job.run_id)
            steps.add(run.step)
            peak = max(peak, _largest_child(worker.pid))
            return bool(run.finished_at)

        _wait(ended, 120, told)
        seconds = time.perf_counter() - began
        with agency_scope(agency):
            job.refresh_from_db()
        if not job.written:
            raise RuntimeError(f"nothing was written: {job.changes}")
    finally:
        worker.terminate()
        worker.wait(60)
    return {
        "import_20000_siasn_background": {
            "ours": round(seconds, 2), "reference": None, "ratio": None, "bar": 10, "unit": "s",
            "totals": job.totals, "steps_seen": len(steps),
        },
        "import_20000_siasn_background_memory": {
            "ours": round(peak), "reference": None, "ratio": None, "bar": 300, "unit": "MB",
        },
    }  # fmt: skip


def _wait(ready: Callable[[], bool], seconds: float, log: Path) -> None:
    until = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > until:
            raise RuntimeError(f"the worker did not answer in time: {log.read_text()[-2000:]}")
        time.sleep(0.2)


def _largest_child(parent: int) -> float:
    """Return the largest resident memory (MB) that a child of the process has had so far."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return max((_memory(int(pid)) for pid in children), default=0.0)


def _memory(pid: int) -> float:
    """Return the largest resident memory (MB) that a process has had so far; 0 for one that is over."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    return int(status.split("VmHWM:")[1].split()[0]) / 1024 if "VmHWM:" in status else 0.0


def bare_copy(path: Path) -> float:
    """Return the seconds of reading the workbook and copying its cells into a temporary table, without any check."""
    import io

    import psycopg2
    from python_calamine import CalamineWorkbook

    began = time.perf_counter()
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    text = io.StringIO()
    csv.writer(text).writerows(rows[1:])
    text.seek(0)
    connection = psycopg2.connect(os.environ["DATABASE_URL"])
    with connection, connection.cursor() as cursor:
        columns = ", ".join(f"c{n} text" for n in range(len(rows[0])))
        cursor.execute(f"CREATE TEMPORARY TABLE bare ({columns}) ON COMMIT DROP")
        cursor.copy_expert("COPY bare FROM STDIN (FORMAT csv)", text)
    connection.close()
    return time.perf_counter() - began
