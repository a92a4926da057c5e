"""A real gunicorn worker: resident memory after its lists were read and exported whole and a sheet was printed, and
connections it keeps."""

import http.client
import os
import socket
import subprocess
import sys
import time
from typing import Any

import psutil
from django.conf import settings
from django.db import connection
from django.test import Client

from asnhr.models import Agency
from asnhr.scope import agency_scope
from positions.models import Unit

PAGES = ("/", "/pegawai/", "/jabatan/", "/unit/", "/api/v1/employees/", "/api/v1/positions/")
# Whole lists, and a file that is typeset: a worker keeps what it once grew to.
EXPORTS = (
    "/pegawai/?format=csv", "/pegawai/?format=xlsx", "/jabatan/?format=xlsx", "/unit/?format=csv", "/api/v1/schema/",
)  # fmt: skip


def measure(user: Any) -> dict[str, dict[str, Any]]:
    """Return megabytes resident of the largest worker, and connections opened by 60 requests of one worker."""
    client = Client()
    client.force_login(user)
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "asnhr.wsgi", "--workers", "1", "--bind", f"127.0.0.1:{port}", "--preload"],
        # Within the request, as small lists are: what a worker bears at most.
        env=os.environ | {"ASNHR_LIST_ROWS_AT_ONCE": "1000000"}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_for(port)
        get(port, "/readyz", cookie)
        before = sessions_started()
        for _round in range(10):
            for page in PAGES:
                get(port, page, cookie)
        opened = sessions_started() - before
        for page in (*EXPORTS, f"/unit/peta/pdf/?unit={unit_of_bench()}"):
            get(port, page, cookie)
        resident = max(child.memory_info().rss for child in psutil.Process(server.pid).children()) / 2**20
    finally:
        server.terminate()
        server.wait(10)
    return {
        "web_worker_memory": {"ours": round(resident), "reference": None, "ratio": None, "bar": 150, "unit": "MB"},
        "web_connections_opened_by_60_requests": {"ours": opened, "reference": 0, "ratio": None, "bar": 0, "unit": ""},
    }


def unit_of_bench() -> int:
    """Return a unit whose sheet of the position map is small enough to be made at once."""
    with agency_scope(Agency.objects.get(code="9900")):
        return Unit.objects.filter(positions__isnull=False).order_by("pk").values_list("pk", flat=True)[0]


def sessions_started() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT sessions FROM pg_stat_database WHERE datname = current_database()")
        return cursor.fetchone()[0]


def wait_for(port: int) -> None:
    for _attempt in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("gunicorn did not start")


def get(port: int, path: str, cookie: str) -> None:
    web = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    web.request("GET", path, headers={"Cookie": cookie})
    answer = web.getresponse()
    answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{path}: {answer.status}")
    web.close()
