"""The data folder of a stack ($ASNHR_HOME): what stands where in it, its secrets, and who holds it."""

import base64
import fcntl
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from . import processes
from .errors import StackError

PROJECT = Path(__file__).resolve().parents[2]
# The pid file of the process that holds a whole stack together.
SUPERVISOR = "asnhr"


class Home:
    """Folders and files of one data folder. Making the object touches nothing; `prepare()` does."""

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().resolve()
        self.run = self.path / "run"
        self.logs = self.path / "logs"
        self.static = self.path / "static"
        self.env_file = self.path / "stack.env"
        self.logins = self.path / "logins.json"
        self._lock: IO[str] | None = None

    def prepare(self) -> None:
        """Make the folders, readable by this account only. Raises StackError when that cannot be."""
        try:
            for folder in (self.path, self.run, self.logs):
                folder.mkdir(parents=True, exist_ok=True)
            probe = self.run / f".probe-{os.getpid()}"
            probe.write_text("")
            probe.unlink()
            self.path.chmod(0o700)
        except (FileExistsError, NotADirectoryError):
            raise StackError(
                f"Folder data {self.path} tidak dapat dibuat: di letak itu, atau di atasnya, ada berkas. Pilih folder "
                "lain: ASNHR_HOME=/folder/lain make run"
            ) from None
        except OSError as error:
            raise StackError(
                f"Folder data {self.path} tidak dapat ditulisi ({error.strerror}). Perbaiki izinnya, atau pilih folder "
                "lain: ASNHR_HOME=/folder/lain make run"
            ) from None

    def lock(self, name: str = "lock", *, wait: bool = False, shared: bool = False) -> bool:
        """Hold the folder until this process ends or `unlock()`; False when another process holds it."""
        handle = (self.run / name).open("a")
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        try:
            fcntl.flock(handle, kind if wait else kind | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.close()
            return False
        self._lock = handle
        return True

    def unlock(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def is_running(self) -> bool:
        """Whether a `make run` holds this folder and has its servers up."""
        known = processes.recorded(self.run, SUPERVISOR)
        return known is not None and known.is_alive() and self.env_file.exists()

    def secrets(self) -> dict[str, str]:
        """Return the passwords and keys of this folder, made at random the first time (file mode 600)."""
        path = self.path / "secrets.json"
        kept: dict[str, str] = {}
        if path.exists():
            try:
                kept = json.loads(path.read_text())
            except ValueError:
                raise StackError(
                    f"Berkas rahasia {path} rusak. Kembalikan dari cadangan, atau mulai dengan folder data lain "
                    "(ASNHR_HOME)."
                ) from None
        wanted = {
            "superuser": secrets.token_urlsafe(32),
            "owner": secrets.token_urlsafe(32),
            "app": secrets.token_urlsafe(32),
            "redis": secrets.token_urlsafe(32),
            "secret_key": secrets.token_urlsafe(64),
            # A Fernet key: 32 random bytes in URL-safe base64.
            "field_key": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        }
        if wanted.keys() - kept.keys():
            kept = wanted | kept
            write_private(path, json.dumps(kept, indent=1))
        return kept

    def read_env(self) -> dict[str, str]:
        """Return what the running stack wrote into `stack.env`; empty when there is none."""
        try:
            lines = self.env_file.read_text().splitlines()
        except OSError:
            return {}
        return dict(line.split("=", 1) for line in lines if "=" in line)

    def write_env(self, values: Mapping[str, str]) -> None:
        write_private(self.env_file, "".join(f"{key}={value}\n" for key, value in values.items()))


def home_from_environment() -> Path:
    """Return $ASNHR_HOME; without it `.asnhr` beside manage.py. A relative one counts from the project folder."""
    return PROJECT / Path(os.environ.get("ASNHR_HOME") or ".asnhr").expanduser()


def write_private(path: Path, text: str) -> None:
    """Write a file that only this account reads, whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
        handle.write(text)
        handle.flush()
        os.fsync(handle.fileno())
    draft.replace(path)
