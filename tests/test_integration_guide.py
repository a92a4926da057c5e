"""What the integrator's guide shows works: its examples run against a live server, as a client with its own token."""

import os
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connections

from asnhr.audit import sealer
from asnhr.scope import agency_scope
from positions.models import Employee
from tests import api_world
from tests.factories.positions import IncumbencyFactory

pytestmark = pytest.mark.django_db(transaction=True)

GUIDE = Path(__file__).resolve().parent.parent / "docs" / "integrasi.md"


def blocks(language: str) -> str:
    """Return the guide's examples in a language, one program."""
    return "\n".join(re.findall(rf"^```{language}\n(.*?)^```", GUIDE.read_text(encoding="utf-8"), re.M | re.S))


@pytest.fixture
def medan():
    agency = api_world.medan()
    with agency_scope(agency):
        for _one in range(3):
            IncumbencyFactory(agency=agency)
    return agency


@pytest.fixture
def environment(medan, live_server, capsys):
    """A client's, and a sealer that works as the schedule lets it."""
    scopes = ["--scope", "register:read", "--scope", "register:write"]
    call_command("api_client", "absensi", "--agency", medan.code, *scopes)
    made = dict(line.split(": ", 1) for line in capsys.readouterr().out.strip().splitlines())
    over = threading.Event()

    def keep_sealing():
        while not over.wait(0.2):
            sealer.seal(medan.pk)
        connections.close_all()

    thread = threading.Thread(target=keep_sealing)
    thread.start()
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    yield {
        "PATH": path, "ASNHR_URL": live_server.url, "CLIENT_ID": made["client_id"],
        "CLIENT_SECRET": made["client_secret"],
    }  # fmt: skip
    over.set()
    thread.join()


def run(command, environment):
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_python_examples_run(environment, medan):
    said = run([sys.executable, "-c", blocks("python")], environment)

    assert "3 pegawai, token " in said
    with agency_scope(medan):
        assert Employee.objects.filter(phone="081200000001").count() == 1


def test_the_shell_examples_run(environment, tmp_path):
    stand_in = tmp_path / "curl"
    stand_in.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{Path(__file__).with_name("curl.py")}" "$@"\n')
    stand_in.chmod(0o755)
    with_it = environment | {"PATH": f"{tmp_path}:{environment['PATH']}"}
    assert shutil.which("curl") or os.environ.get("CI") != "true", "curl tidak ada; .ci/run memasangnya"

    for way in [with_it, environment] if shutil.which("curl") else [with_it]:
        said = run(["bash", "-euo", "pipefail", "-c", blocks("sh")], way)
        assert '"username":"api-1271-absensi"' in said
        assert '"results":[{' in said
