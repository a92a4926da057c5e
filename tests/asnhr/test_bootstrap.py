"""Which Python `make` goes on with, what it says when none fits, and what it prepares."""

import os
import shutil
import subprocess
import sys

import pytest

from asnhr.stack import bootstrap


class Handed(Exception):
    """The process would be another program now."""


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """Return what says which Python runs, which programs there are; a fresh checkout, without `.venv`."""

    def of(version: tuple[int, int], *programs: str, url: str = "") -> None:
        def become(path: str, arguments: list[str]) -> None:
            raise Handed(path)

        monkeypatch.setattr(sys, "version_info", (*version, 0))
        monkeypatch.setattr(sys, "argv", ["bootstrap.py", "run"])
        monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}" if name in programs else None)
        monkeypatch.setattr(subprocess, "call", lambda *_arguments, **_named: 0)
        monkeypatch.setattr(os, "execv", become)
        monkeypatch.setattr(bootstrap, "PYTHON", tmp_path / "python")
        monkeypatch.setattr(bootstrap, "make_environment", lambda: None)
        monkeypatch.setattr(bootstrap, "install", lambda _requirements: None)
        monkeypatch.setenv("REDIS_URL", url)
        monkeypatch.setenv("MAKELEVEL", "")

    return of


@pytest.mark.parametrize(
    ("version", "programs", "url", "taken"),
    [
        ((3, 9), ("python3.13", "python3.12", "python3.11"), "", "python3.12"),
        ((3, 9), ("python3.13", "python3.11"), "", "python3.11"),
        ((3, 9), ("python3.13", "redis-server"), "", "python3.13"),
        ((3, 9), ("python3.13", "python3.12", "redis-server"), "", "python3.12"),
        ((3, 13), ("python3.13", "python3.12"), "", "python3.12"),
        ((3, 13), ("python3.13", "python3.12", "valkey-server"), "", "python"),
        ((3, 14), ("python3.14",), "redis://localhost:6379", "python"),
        ((3, 11), ("python3.12",), "", "python"),
    ],
)
def test_a_python_that_comes_with_redis_is_taken_first(version, programs, url, taken, machine):
    machine(version, *programs, url=url)

    with pytest.raises(Handed) as handed:
        bootstrap.main()

    assert str(handed.value).rpartition("/")[2] == taken


@pytest.mark.parametrize(
    ("version", "programs", "words"),
    [
        ((3, 13), ("python3.13",), "Mesin ini tidak punya server Redis, dan untuk Python 3.13"),
        ((3, 9), ("python3.13",), "ASNHR memerlukan Python 3.11"),
        ((3, 9), (), "ASNHR memerlukan Python 3.11"),
    ],
)
def test_without_one_the_way_on_is_said(version, programs, words, machine):
    machine(version, *programs)

    with pytest.raises(bootstrap.Refused, match=words) as refusal:
        bootstrap.main()

    assert "Python 3.12" in str(refusal.value)


def test_modules_are_compiled_also_where_python_writes_no_bytecode(monkeypatch, tmp_path):
    (tmp_path / "register").mkdir()
    (tmp_path / "register" / "__init__.py").write_text("SEATS = 2\n")
    monkeypatch.setattr(bootstrap, "PROJECT", tmp_path)
    monkeypatch.setattr(bootstrap, "PYTHON", sys.executable)
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")

    bootstrap.compile_modules()

    assert list((tmp_path / "register" / "__pycache__").glob("__init__.*.pyc"))
