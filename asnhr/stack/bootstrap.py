"""From a bare Python 3.11 to the project's own: makes `.venv`, installs what is pinned, hands over.

Run by make as a script, with nothing but the standard library: `python3 -I asnhr/stack/bootstrap.py run`. It is
written so that older Pythons can still read it and say what they lack.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent.parent
VENV = PROJECT / ".venv"
PYTHON = VENV / "bin" / "python"
OLDEST = (3, 11)
# The first Python for which the wheel with a Redis server is not built (requirements.txt).
WITHOUT_REDIS = (3, 13)
COMMANDS = {
    # What make asks for: the requirements it needs, and the module that does it.
    "run": ("requirements.txt", ["-m", "asnhr.stack", "run"]),
    "stop": ("", ["-m", "asnhr.stack", "stop"]),
    "test": ("requirements-dev.txt", ["-m", "asnhr.stack.checks", "test"]),
    "check": ("requirements-dev.txt", ["-m", "asnhr.stack.checks", "check"]),
    "bench": ("requirements-dev.txt", ["-m", "bench"]),
}


class Refused(Exception):
    """A sentence for the person who started make."""


def main() -> None:
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    if command not in COMMANDS:
        raise Refused("Pakai: make run, make stop, make test, make check, atau make bench.")
    if sys.version_info < OLDEST:
        hand_to_other_python()
    elif command != "stop" and sys.version_info >= WITHOUT_REDIS and not PYTHON.exists() and not has_redis():
        hand_to_other_python()
    requirements, arguments = COMMANDS[command]
    os.chdir(PROJECT)
    # Two makes at once wait for each other. The Makefile serves as the thing to lock; nothing is written to it.
    with (PROJECT / "Makefile").open() as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        make_environment()
        if requirements:
            install(PROJECT / requirements)
            compile_modules()
    if os.environ.get("MAKELEVEL"):
        # Should make be killed outright, the stack notices that its parent is gone.
        os.environ["ASNHR_PARENT"] = str(os.getppid())
    sys.stdout.flush()
    os.execv(PYTHON, [str(PYTHON), *arguments])  # noqa: S606 - no shell is wanted


def has_redis() -> bool:
    """Whether the machine has a Redis of its own, whatever Python brings."""
    return bool(os.environ.get("REDIS_URL") or shutil.which("valkey-server") or shutil.which("redis-server"))


def hand_to_other_python() -> None:
    """Go on with a Python that fits: those for which a wheel brings a Redis server first, newer ones only beside one of
    the machine. Raises Refused with the way on when none is there."""
    names = ["python3.12", "python3.11"]
    if has_redis():
        names += ["python3.14", "python3.13"]
    for name in names:
        found = shutil.which(name)
        # A version manager's placeholder may stand there without a Python behind it.
        if found and subprocess.call([found, "-c", ""], stderr=subprocess.DEVNULL) == 0:
            os.execv(found, [found, "-I", *sys.argv])  # noqa: S606
    if sys.version_info >= WITHOUT_REDIS:
        raise Refused(
            "Mesin ini tidak punya server Redis, dan untuk Python {}.{} tidak ada paket yang membawanya: pasang "
            "redis-server atau valkey-server (Debian/Ubuntu: apt install redis-server), atau Python 3.12, atau isi "
            "REDIS_URL, lalu ulangi.".format(*sys.version_info[:2])
        )
    raise Refused(
        "ASNHR memerlukan Python 3.11 atau lebih baru; yang ada {}.{}. Pasang Python 3.12 atau 3.11, lalu ulangi; "
        "atau sebutkan letaknya: make run PYTHON=/letak/python3.12".format(*sys.version_info[:2])
    )


def make_environment() -> None:
    """Make `.venv`, also when the one there no longer runs (moved folder, removed Python)."""
    if PYTHON.exists() and quiet([PYTHON, "-c", "import pip"]) == 0:
        return
    say("Menyiapkan lingkungan Python di .venv ...")
    made = run([sys.executable, "-m", "venv", "--clear", VENV])
    if made.returncode:
        raise Refused(
            f"Lingkungan Python tidak dapat dibuat di {VENV}.\n{last_lines(made)}\n"
            "Pada Debian/Ubuntu pasang dahulu: apt install python3-venv; dan pastikan folder proyek dapat ditulisi."
        )


def install(requirements: Path) -> None:
    """Install the pinned packages unless this very list is installed already."""
    stamp = VENV / f"asnhr-{requirements.stem}.sha256"
    digest = hashlib.sha256()
    for path in sorted(PROJECT.glob("requirements*.txt")):
        # requirements-dev.txt includes requirements.txt.
        if path.name == "requirements.txt" or path == requirements:
            digest.update(path.read_bytes())
    if stamp.exists() and stamp.read_text() == digest.hexdigest():
        return
    say(f"Memasang paket dari {requirements.name} (sekali saja) ...")
    pip = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    done = run([*pip, "--progress-bar", "off", "-r", requirements])
    if done.returncode:
        raise Refused(
            f"Paket dari {requirements.name} tidak dapat dipasang.\n{last_lines(done)}\n"
            "Periksa sambungan jaringan (atau PIP_INDEX_URL), lalu ulangi perintah yang sama; yang sudah terpasang "
            "tidak diunduh lagi."
        )
    stamp.write_text(digest.hexdigest())


def compile_modules() -> None:
    """Compile the project's own modules once: where Python is told to write no bytecode, or may not, each of the
    processes that follow would compile all of them anew (0.7 s of processor time). What fails here costs only that."""
    packages = sorted(path.parent for path in PROJECT.glob("*/__init__.py"))
    quiet([PYTHON, "-m", "compileall", "-q", "-j", "0", *packages])


def run(command: list[object]) -> subprocess.CompletedProcess[str]:
    """Run to the end; when we are told to stop, the child is stopped with us."""
    child = subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        output, _ = child.communicate()
    except BaseException:
        os.killpg(child.pid, signal.SIGTERM)
        child.wait()
        raise
    return subprocess.CompletedProcess(child.args, child.returncode, output)


def quiet(command: list[object]) -> int:
    return subprocess.call(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def last_lines(done: subprocess.CompletedProcess[str]) -> str:
    return "\n".join("    " + line for line in done.stdout.strip().splitlines()[-5:])


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - what make shows


def stop(number: int, frame: object) -> None:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGHUP, stop)
    try:
        main()
    except Refused as refusal:
        print(f"GALAT: {refusal}", file=sys.stderr)  # noqa: T201
        sys.exit(1)
    except OSError as error:
        print(  # noqa: T201
            f"GALAT: {error.strerror}: {error.filename or PROJECT}. Perbaiki izinnya, lalu ulangi.", file=sys.stderr
        )
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
