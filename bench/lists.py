"""Lists against a bare view that runs the same SQL, and against Django's own changelist of the same 20,000 rows."""

import statistics
import time
from typing import Any

from django.db import connection
from django.test import Client, override_settings

from bench import urls

REQUESTS = 60
LISTS = {
    "employee_list_page": "/pegawai/",
    "position_list_page": "/jabatan/",
    "employee_list_api": "/api/v1/employees/",
    "position_list_api": "/api/v1/positions/",
}


class Recorder:
    """Keeps what a page executes, with its parameters; login and scope are the bare view's own."""

    def __init__(self) -> None:
        self.statements: list[tuple[str, Any]] = []

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        own = ("set_config" in sql) or ("current_setting" in sql) or sql.startswith(("SAVEPOINT", "RELEASE"))
        login = "asnhr_user" in sql or "django_session" in sql or "asnhr_roleassignment" in sql
        if not own and not login:
            self.statements.append((sql, params))
        return execute(sql, params, many, context)


def p95(client: Client, address: str) -> float:
    """Return the 95th percentile in milliseconds of REQUESTS sequential requests, after five to warm up."""
    times = []
    for n in range(REQUESTS + 5):
        began = time.perf_counter()
        answer = client.get(address)
        if answer.status_code != 200:
            raise RuntimeError(f"{address}: {answer.status_code}")
        len(answer.content)
        if n >= 5:
            times.append((time.perf_counter() - began) * 1000)
    return statistics.quantiles(times, n=20)[-1]


@override_settings(ROOT_URLCONF="bench.urls")
def measure(user: Any) -> dict[str, dict[str, Any]]:
    """Return p95 in ms of each list, of its bare view and of the plain changelist, measured in turn."""
    client = Client()
    client.force_login(user)
    results: dict[str, dict[str, Any]] = {}
    changelist = p95(client, "/bench/admin/positions/employee/")
    for name, address in LISTS.items():
        client.get(address)
        recorder = Recorder()
        with connection.execute_wrapper(recorder):
            size = len(client.get(address).content)
        urls.RECORDED[name] = recorder.statements
        ours, bare = p95(client, address), p95(client, f"/bench/bare/{name}/")
        results[name] = {
            "ours": round(ours, 2), "reference": round(bare, 2), "ratio": round(ours / bare, 2), "bar": 3.0,
            "unit": "ms p95", "queries": len(recorder.statements), "bytes": size,
        }  # fmt: skip
        if name.startswith("employee"):
            results[f"{name}_against_changelist"] = {
                "ours": round(ours, 2), "reference": round(changelist, 2), "ratio": round(ours / changelist, 2),
                "bar": 1.0, "unit": "ms p95",
            }  # fmt: skip
    return results
