"""Lists against a bare view that runs the same SQL, and against Django's own changelist of the same 20,000 rows."""

import statistics
import time
from typing import Any

from django.db import connection
from django.test import Client, override_settings

from bench import urls

# Enough that a burst of other work on the machine does not decide the slowest twentieth by itself.
REQUESTS = 120
LISTS = {
    "employee_list_page": "/pegawai/",
    "position_list_page": "/jabatan/",
    "employee_list_api": "/api/v1/employees/",
    "position_list_api": "/api/v1/positions/",
}
# Lists as they stood on a day gone by, against the same of today.
PAST_DAY = "2024-06-01"
OF_PAST = {
    "employee_list_page": "/pegawai/",
    "employee_list_active": "/pegawai/?aktif=true",
    "employee_list_by_status": "/pegawai/?urut=status",
    "position_list_page": "/jabatan/",
    "employee_list_api": "/api/v1/employees/",
    "position_list_api": "/api/v1/positions/",
}
CHANGELIST = "/bench/admin/positions/employee/"


class Recorder:
    """Keeps what a request executes, with its parameters; transactions are the request's own."""

    def __init__(self) -> None:
        self.statements: list[tuple[str, Any]] = []

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.startswith(("SAVEPOINT", "RELEASE")):
            self.statements.append((sql, params))
        return execute(sql, params, many, context)


def recorded(client: Client, address: str) -> tuple[list[tuple[str, Any]], int]:
    """Return the statements of a request, the second of its kind, and the bytes of its answer."""
    client.get(address)
    recorder = Recorder()
    with connection.execute_wrapper(recorder):
        size = len(client.get(address).content)
    return recorder.statements, size


def without(statements: list[tuple[str, Any]], own: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """Return a page's statements less those that the bare view executes by itself: session, login, role, scope."""
    rest = [sql for sql, _params in own]
    kept = []
    for sql, params in statements:
        if sql in rest:
            rest.remove(sql)
        else:
            kept.append((sql, params))
    if rest:
        raise RuntimeError(f"the page does not execute what the bare view does: {rest}")
    return kept


def in_turn(client: Client, addresses: tuple[str, ...], requests: int) -> list[float]:
    """Return p95 in ms of each address, asked in turn, so that a busy machine is as busy for all; three to warm up."""
    times: list[list[float]] = [[] for _address in addresses]
    for turn in range(requests + 3):
        for place, address in enumerate(addresses):
            began = time.perf_counter()
            answer = client.get(address)
            if answer.status_code != 200:
                raise RuntimeError(f"{address}: {answer.status_code}")
            len(answer.content)
            if turn >= 3:
                times[place].append((time.perf_counter() - began) * 1000)
    return [statistics.quantiles(each, n=20)[-1] for each in times]


@override_settings(ROOT_URLCONF="bench.urls")
def measure(user: Any, requests: int = REQUESTS) -> dict[str, dict[str, Any]]:
    """Return p95 in ms of each list beside its bare view and Django's plain changelist."""
    client = Client()
    client.force_login(user)
    results: dict[str, dict[str, Any]] = {}
    urls.RECORDED["nothing"] = []
    own, _size = recorded(client, "/bench/bare/nothing/")
    for name, address in LISTS.items():
        statements, size = recorded(client, address)
        urls.RECORDED[name] = without(statements, own)
        addresses = (address, f"/bench/bare/{name}/", *([CHANGELIST] if name.startswith("employee") else []))
        ours, bare, *others = in_turn(client, addresses, requests)
        results[name] = {
            "ours": round(ours, 2), "reference": round(bare, 2), "ratio": round(ours / bare, 2), "bar": 3.0,
            "unit": "ms p95", "queries": len(statements), "bytes": size,
        }  # fmt: skip
        for changelist in others:
            results[f"{name}_against_changelist"] = {
                "ours": round(ours, 2), "reference": round(changelist, 2), "ratio": round(ours / changelist, 2),
                "bar": 1.0, "unit": "ms p95",
            }  # fmt: skip
    return results


def measure_past(user: Any, requests: int = REQUESTS) -> dict[str, dict[str, Any]]:
    """Return p95 in ms of lists of a past day beside those of today, asked in turn."""
    today, then = Client(), Client()
    for client in (today, then):
        client.force_login(user)
    # Pages keep the day that was looked at last.
    then.get("/pegawai/", {"as_of": PAST_DAY})
    results: dict[str, dict[str, Any]] = {}
    for name, address in OF_PAST.items():
        past = f"{address}?as_of={PAST_DAY}" if "/api/" in address else address
        times: tuple[list[float], list[float]] = [], []
        for turn in range(requests + 3):
            for client, each, kept in ((today, address, times[0]), (then, past, times[1])):
                began = time.perf_counter()
                answer = client.get(each)
                if answer.status_code != 200:
                    raise RuntimeError(f"{each}: {answer.status_code}")
                if turn >= 3:
                    kept.append((time.perf_counter() - began) * 1000)
        now, ours = (statistics.quantiles(each, n=20)[-1] for each in times)
        results[f"{name}_of_the_past"] = {
            "ours": round(ours, 2), "reference": round(now, 2), "ratio": round(ours / now, 2), "bar": 3.0,
            "unit": "ms p95",
        }  # fmt: skip
    return results
