"""A history of 20,000 rows for 10,000 people of the register: two ranks each, imported in a process of its own."""

import json
import resource
import time
from pathlib import Path
from typing import Any

import xlsxwriter

from bench import imports

HEADER = (
    "id", "nipBaru", "golonganId", "golongan", "tmtGolongan", "skNomor", "skTanggal", "noPertekBkn", "tglPertekBkn",
    "jenisKPId", "masaKerjaGolonganTahun", "masaKerjaGolonganBulan",
)  # fmt: skip
BAR = 10


def target(code: str) -> tuple[Any, list[str]]:
    """Make an agency of people who are all PNS since March 2010; return it with their NIPs."""
    from asnhr.models import Agency
    from asnhr.scope import agency_scope
    from positions.models import Employee

    agency = Agency.objects.get(code=imports.target(code)[0])
    nips = [f"{1970 + n // 1800}{1 + n // 150 % 12:02d}152010031{n % 150 + 1:03d}" for n in range(imports.ROWS // 2)]
    with agency_scope(agency):
        Employee.objects.bulk_create(
            [
                Employee(
                    agency=agency, nip=nip, name=f"Pegawai Riwayat {n}", status="PNS", sex="M",
                    birth_date=f"{nip[:4]}-{nip[4:6]}-{nip[6:8]}", cpns_on="2010-03-01",
                )
                for n, nip in enumerate(nips)
            ],
            batch_size=5000,
        )  # fmt: skip
    return agency, nips


def write_workbook(path: Path, nips: list[str]) -> None:
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet("rw-golongan")
    sheet.write_row(0, 0, HEADER)
    row = 0
    for n, nip in enumerate(nips):
        for step, (rank, grade, year, years) in enumerate((("31", "III/a", 2010, "0"), ("32", "III/b", 2014, "4"))):
            row += 1
            cells = (
                f"{n:031X}{step}", f"'{nip}", rank, grade, f"01-04-{year}", f"821.2/{row}/{year}", f"10-03-{year}",
                f"PG-{row}", f"01-03-{year}", "101" if step else "211", years, "1",
            )  # fmt: skip
            for column, cell in enumerate(cells):
                sheet.write_string(row, column, cell)
    book.close()


def measure(agency: Any, nips: list[str], folder: Path) -> dict[str, dict[str, Any]]:
    """Return seconds and resident memory of `manage.py import_data ranks`, first and again (nothing to change), and
    seconds of reading and copying the file bare."""
    path = folder / "rw_golongan_20000.xlsx"
    write_workbook(path, nips)
    first, spent, told, memory = _import(agency.code, path)
    again, _spent, same, larger = _import(agency.code, path)
    memory = max(memory, larger)
    if told["changes"]["new"] != imports.ROWS or same["changes"]["unchanged"] != imports.ROWS:
        raise RuntimeError(f"not the rows that were meant: {told['changes']}, then {same['changes']}")
    reference = imports.bare_copy(path)
    return {
        "import_20000_ranks": {
            "ours": round(first, 2), "reference": round(reference, 2), "ratio": None, "bar": BAR, "unit": "s",
            "against_bare_copy": round(first / reference, 2), "cpu_of_the_command": round(spent, 2),
            "totals": told["totals"],
        },
        "import_20000_ranks_again": {"ours": round(again, 2), "reference": None, "ratio": None, "bar": BAR,
                                     "unit": "s"},
        "import_20000_ranks_memory": {"ours": round(memory), "reference": None, "ratio": None, "bar": 300,
                                      "unit": "MB"},
    }  # fmt: skip


def _import(code: str, path: Path) -> tuple[float, float, dict[str, Any], float]:
    """Return seconds by the clock, seconds of the command's own CPU, what it told, and its largest memory (MB)."""
    used, began = _cpu(), time.perf_counter()
    done, memory = imports.command("ranks", path, code)
    seconds = time.perf_counter() - began
    if done.returncode != 0:
        raise RuntimeError(done.stderr[-2000:] or done.stdout[:2000])
    return seconds, _cpu() - used, json.loads(done.stdout), memory


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
