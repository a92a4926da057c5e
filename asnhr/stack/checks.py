"""`make test` and `make check`: every check runs, every failure is told, then pytest has the last word."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .home import PROJECT

BIN = Path(sys.executable).parent
CHECKS: dict[str, Sequence[str]] = {
    # The slowest first.
    "mypy": [str(BIN / "mypy"), "--no-error-summary"],
    "djlint": [str(BIN / "djlint"), "templates", "--lint", "--quiet"],
    "lint-imports": [str(BIN / "lint-imports"), "--no-cache"],
    "makemigrations --check": [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"],
    "ruff format": [str(BIN / "ruff"), "format", "--check", "--output-format", "concise", "."],
    "ruff check": [str(BIN / "ruff"), "check", "--output-format", "concise", "."],
}
# In the order of tests/conftest.py, which knows the long files; xdist's own order, by number of tests, leaves a file
# with one long test for the end.
PYTEST = [str(BIN / "pytest"), "-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"]
# Production may run the oldest supported PostgreSQL; where its programs are at hand (Debian 12), what the database
# itself guards is tried on it too.
OLDEST_POSTGRES = Path("/usr/lib/postgresql/15/bin")
ON_OLDEST = [str(BIN / "pytest"), "-q", "-k", "tenancy or constraints"]
_OLDEST_ENVIRONMENT = {
    "ASNHR_POSTGRES_BIN": str(OLDEST_POSTGRES),
    "ASNHR_TEST_HOME": str(PROJECT / ".asnhr-test-15"),
}


def main() -> int:
    command = sys.argv[1] if len(sys.argv) > 1 else "check"
    checks = CHECKS
    if command == "test" and (OLDEST_POSTGRES / "initdb").exists() and "DATABASE_URL" not in os.environ:
        # One process: the linters keep the other core busy meanwhile.
        checks = {"PostgreSQL 15": ON_OLDEST, **CHECKS}
    failed = run_checks(checks)
    if command != "test":
        return 1 if failed else 0
    status = run_pytest(sys.argv[2:])
    return status or (1 if failed else 0)


def run_checks(checks: Mapping[str, Sequence[str]]) -> list[str]:
    """Run all of them, two at a time; return the names of those that failed, after printing what they said."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        running = {name: pool.submit(_run, command) for name, command in checks.items()}
        failed = []
        for name, result in running.items():
            done = result.result()
            print(f"{'LULUS' if done.returncode == 0 else 'GAGAL'} {name}", flush=True)  # noqa: T201
            if done.returncode:
                failed.append(name)
                print(done.stdout.rstrip(), flush=True)  # noqa: T201
    if failed:
        print(f"Pemeriksaan yang gagal: {', '.join(failed)}", flush=True)  # noqa: T201
    return failed


def run_pytest(more: Sequence[str]) -> int:
    """Run pytest in front of the person; a stop reaches it as Ctrl-C does, so that it takes its servers down."""
    child = subprocess.Popen([*PYTEST, *more], cwd=PROJECT, env=_environment())

    def forward(number: int, frame: object) -> None:
        child.send_signal(signal.SIGINT)

    signal.signal(signal.SIGTERM, forward)
    signal.signal(signal.SIGHUP, forward)
    # In a terminal pytest gets the Ctrl-C itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return child.wait()


def _run(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=PROJECT,
        env=_environment() | (_OLDEST_ENVIRONMENT if command is ON_OLDEST else {}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def _environment() -> dict[str, str]:
    """The caller's environment without what would lead checks or tests to a running stack.

    Bytecode is written, as by `compile_modules`: told not to, each process of pytest would rewrite the asserts of all
    modules anew, 10 s each.
    """
    ours = {"DJANGO_SETTINGS_MODULE", "MAKEFLAGS", "MAKELEVEL", "MFLAGS", "ASNHR_PARENT", "PORT"}
    ours |= {"PYTHONDONTWRITEBYTECODE"}
    return {key: value for key, value in os.environ.items() if key not in ours}


if __name__ == "__main__":
    sys.exit(main())
