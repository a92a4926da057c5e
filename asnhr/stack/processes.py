"""Child processes: started apart from the terminal, recorded in pid files, recognised again after a crash."""

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Recorded:
    """A process as a pid file knows it. `birth` tells it from a later process that got the same number."""

    name: str
    pid: int
    birth: str

    def is_alive(self) -> bool:
        return bool(self.birth) and birth_of(self.pid) == self.birth


def birth_of(pid: int) -> str:
    """Return what identifies the living process `pid` beside its number, or "" when there is none (or a zombie)."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        if Path("/proc/self/stat").exists():
            return ""
        # No /proc (macOS): ps tells the second of the start.
        ps = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
        return ps.stdout.strip()
    # The second field is the program's name in brackets and may hold spaces and brackets itself.
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] in "ZX" else fields[19]


def record(folder: Path, name: str, pid: int) -> Recorded:
    """Write `folder/name.pid` whole or not at all."""
    known = Recorded(name, pid, birth_of(pid))
    draft = folder / f".{name}.pid.{os.getpid()}"
    draft.write_text(json.dumps({"pid": known.pid, "birth": known.birth}))
    draft.replace(folder / f"{name}.pid")
    return known


def recorded(folder: Path, name: str) -> Recorded | None:
    """Return what `folder/name.pid` says, None when there is none or it is torn."""
    try:
        data = json.loads((folder / f"{name}.pid").read_text())
        return Recorded(name, int(data["pid"]), str(data["birth"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def forget(folder: Path, name: str) -> None:
    (folder / f"{name}.pid").unlink(missing_ok=True)


def start(
    command: Sequence[str | Path],
    *,
    cwd: Path,
    log: Path,
    env: Mapping[str, str] | None = None,
    uid: int | None = None,
    gid: int | None = None,
    pass_fds: Sequence[int] = (),
    dies_with_us: signal.Signals | None = None,
) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own (Ctrl-C then reaches only us), output appended to `log`.

    `dies_with_us` is the signal the kernel sends the child when this process is killed outright (Linux only).
    """
    watch: Callable[[], None] | None = None
    if dies_with_us is not None and sys.platform == "linux":
        libc, parent, number = ctypes.CDLL(None), os.getpid(), int(dies_with_us)

        def watch() -> None:
            # After the change of uid, which would clear the setting.
            libc.prctl(PR_SET_PDEATHSIG, number)
            if os.getppid() != parent:
                os._exit(1)

    identity: dict[str, Any] = {} if uid is None else {"user": uid, "group": gid, "extra_groups": []}
    with log.open("ab") as output:
        return subprocess.Popen(
            [str(part) for part in command],
            cwd=cwd,
            env=None if env is None else dict(env),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=pass_fds,
            preexec_fn=watch,  # noqa: PLW1509 - we start children from the only thread
            **identity,
        )


def session_members(session: int) -> list[int]:
    """Return the processes of the session that process `session` opened, also after that one is gone (Linux)."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[3] == str(session) and fields[0] not in "ZX":
            found.append(int(stat.parent.name))
    return found


def sweep(process: Recorded, sign: signal.Signals, seconds: float) -> bool:
    """End what a killed run left of `process`, its children included. True: there was something."""
    stranger = birth_of(process.pid) not in ("", process.birth)
    if stranger:
        return False
    members = session_members(process.pid)
    was_alive = process.is_alive()
    stop(process, sign, seconds)
    for pid in members:
        if birth_of(pid):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
    return was_alive or bool(members)


def wait_gone(process: Recorded, seconds: float) -> bool:
    """Wait until `process` is gone; False when it still lives after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        # Our own child stays a zombie until somebody asks for it.
        try:
            os.waitpid(process.pid, os.WNOHANG)
        except ChildProcessError:
            pass
        if not process.is_alive():
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)


def stop(process: Recorded, sign: signal.Signals, seconds: float) -> bool:
    """Send `sign`, wait, and kill the whole session when that was not enough. True: it went by itself."""
    if not process.is_alive():
        return True
    try:
        os.kill(process.pid, sign)
    except ProcessLookupError:
        return True
    if wait_gone(process, seconds):
        return True
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass
    wait_gone(process, 10)
    return False
