"""What the audit trail adds to an import of 20,000 people: CPU of the database's backend with and without its triggers.

The bar is on that CPU, which is steady; the seconds on the clock of the same imports stand beside it, as a person waits
for them (Python's share and writes to disk with them), and vary with what else the machine does.

Turns alternate (without, with, with, without), each into an agency of its own in the same database, so that warm caches
and a growing register serve both alike.
"""

import os
import time
from datetime import date
from pathlib import Path
from typing import Any

from bench import imports

BAR = 1.25
ORDER = (False, True, True, False)
TICKS = os.sysconf("SC_CLK_TCK")


def measure(owner_url: str, folder: Path, order: tuple[bool, ...] = ORDER) -> dict[str, dict[str, Any]]:
    """Return seconds of the backend's CPU for one import with the trail (`ours`) and without it (`reference`), and the
    seconds on the clock."""
    from asnhr.audit import sealer
    from asnhr.models import AuditEntry, AuditValue
    from asnhr.scope import agency_scope

    path = folder / "siasn_audit.xlsx"
    header, template = imports.template_row()
    spent: dict[bool, list[float]] = {False: [], True: []}
    elapsed: dict[bool, list[float]] = {False: [], True: []}
    values = 0
    seal_seconds = 0.0
    try:
        for turn, with_trail in enumerate(order):
            agency, units = target(f"{9910 + turn}")
            if not path.exists():
                imports.write_workbook(path, header, template, units)
            switch(owner_url, on=with_trail)
            before = recorded(agency)
            began = time.perf_counter()
            spent[with_trail].append(import_once(agency, path))
            elapsed[with_trail].append(round(time.perf_counter() - began, 2))
            came = recorded(agency) - before
            # Otherwise both measured the same: triggers that stayed on, or that were never there.
            assert (came >= imports.ROWS) if with_trail else came == 0, (with_trail, came)
            if with_trail:
                began = time.perf_counter()
                sealer.seal(agency.pk)
                seal_seconds = time.perf_counter() - began
                with agency_scope(agency):
                    values = AuditValue.objects.count()
                    assert AuditEntry.objects.filter(rows__gte=imports.ROWS).exists()
    finally:
        switch(owner_url, on=True)
    ours, reference = (sum(spent[each]) / len(spent[each]) for each in (True, False))
    with_it, without = (sum(elapsed[each]) / len(elapsed[each]) for each in (True, False))
    return {
        "audit_on_import_20000": {
            "ours": round(ours, 2), "reference": round(reference, 2), "ratio": round(ours / max(reference, 0.01), 3),
            "bar": BAR, "unit": "s CPU of the backend", "turns": {str(k): v for k, v in spent.items()},
            "elapsed_s": round(with_it, 2), "elapsed_reference_s": round(without, 2),
            "elapsed_ratio": round(with_it / max(without, 0.01), 3),
            "elapsed_turns": {str(k): v for k, v in elapsed.items()},
            "values": values, "sealed_in_s": round(seal_seconds, 2),
        }
    }  # fmt: skip


def recorded(agency: Any) -> int:
    """Return how many rows the agency's trail speaks of."""
    from django.db.models import Sum

    from asnhr.models import AuditEntry
    from asnhr.scope import agency_scope

    with agency_scope(agency):
        return int(AuditEntry.objects.aggregate(told=Sum("rows"))["told"] or 0)


def target(code: str) -> Any:
    """Make an agency of a hundred units; return it with (SIASN id, name) of each."""
    from asnhr.models import Agency

    found, units = imports.target(code)
    return Agency.objects.get(code=found), units


def import_once(agency: Any, path: Path) -> float:
    """Import the workbook over this process's connection; return the seconds its backend worked."""
    from django.db import connection

    from asnhr.imports.framework import Options
    from asnhr.imports.service import import_now

    connection.ensure_connection()
    backend = connection.connection.info.backend_pid
    began = cpu_of(backend)
    result = import_now(agency=agency, kind="employees", path=path, options=Options(today=date(2026, 11, 22)))
    assert result.written, result.refused
    return round(cpu_of(backend) - began, 2)


def cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def switch(owner_url: str, *, on: bool) -> None:
    """Attach the declared triggers, or take them off; the owner alone may."""
    import psycopg2

    from asnhr.audit.declared import NATIONAL, TRAIL, audited

    connection = psycopg2.connect(owner_url)
    with connection, connection.cursor() as cursor:
        for _model, each in audited.items():
            # The nation's chain has no part in an import.
            if each.mode in (TRAIL, NATIONAL):
                continue
            if on:
                secrets = [key if key == value else f"{key}={value}" for key, value in each.secrets.items()]
                cursor.execute(
                    "SELECT audit_attach(%s::regclass, %s, %s::text[], %s::text[])",
                    [each.table, each.mode, secrets, list(each.skipped)],
                )
            else:
                cursor.execute("SELECT audit_detach(%s::regclass)", [each.table])
    connection.close()
