"""`make run`: brings the parts up in order, says when the first page answers, watches them, takes them down again."""

import dataclasses
import errno
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg2
import redis

from . import Stack, processes
from .database import clear_away
from .errors import StackError
from .home import PROJECT, SUPERVISOR, home_from_environment, write_private

HOST = "127.0.0.1"
# What one restart after another within this many seconds means: it will not get better.
RESTARTS, RESTART_WINDOW = 3, 60.0
READY_SECONDS = 180.0
LOG_LIMIT = 10_000_000


@dataclasses.dataclass(frozen=True)
class Part:
    """A process of the product itself. `patience`: seconds it may take to stop by itself."""

    name: str
    title: str
    arguments: Sequence[str]
    patience: float


class Stopped(Exception):
    """We were told to stop while starting."""


class Supervisor:
    """One run of the whole product on one data folder."""

    def __init__(self) -> None:
        self.stack = Stack(home_from_environment())
        self.home = self.stack.home
        self.port = _port()
        self.external_database = os.environ.get("DATABASE_URL", "")
        self.external_redis = os.environ.get("REDIS_URL", "")
        self.told_to_stop = False
        parent = os.environ.pop("ASNHR_PARENT", "")
        self.parent = int(parent) if parent == str(os.getppid()) else 0
        self.env: dict[str, str] = {}
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.restarts: dict[str, list[float]] = {}

    def run(self) -> int:
        """Start, watch and stop. Returns the exit code; raises StackError with a sentence for the person."""
        if self.external_database and not os.environ.get("DATABASE_OWNER_URL"):
            raise StackError(
                "DATABASE_URL diisi, tetapi DATABASE_OWNER_URL belum. Isi keduanya: peran asnhr_app untuk aplikasi, "
                "peran asnhr_owner untuk migrasi (lihat deploy/README.md)."
            )
        self.home.prepare()
        self._take_home()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        try:
            self._sweep_killed_run()
            self._check_port()
            processes.record(self.home.run, SUPERVISOR, os.getpid())
            self._start()
            self._watch()
        except Stopped:
            pass
        finally:
            self._stop()
        return 0

    # Before anything runs

    def _take_home(self) -> None:
        if self.home.lock():
            return
        holder = processes.recorded(self.home.run, SUPERVISOR)
        # A run that is just stopping, or whose make was killed, lets go within seconds.
        deadline = time.monotonic() + (40 if (self.home.run / "stopping").exists() else 3)
        while time.monotonic() < deadline:
            time.sleep(0.2)
            if self.home.lock():
                return
        whose = f" (proses {holder.pid})" if holder else ""
        raise StackError(
            f"ASNHR sudah berjalan dengan folder data {self.home.path}{whose}. Pakai yang itu, hentikan dengan "
            "`make stop`, atau jalankan yang kedua dengan folder dan port lain: ASNHR_HOME=/folder/lain PORT=8001 "
            "make run"
        )

    def _sweep_killed_run(self) -> None:
        """End the processes of a run that was killed; its data are whole, PostgreSQL and Redis recover them."""
        (self.home.run / "stopping").unlink(missing_ok=True)
        unclean = processes.recorded(self.home.run, SUPERVISOR) is not None
        names = ["step", *(part.name for part in reversed(self._parts()))]
        for name in names:
            known = processes.recorded(self.home.run, name)
            if known is not None:
                processes.sweep(known, signal.SIGTERM, 10)
                processes.forget(self.home.run, name)
        self.stack.stop()
        self.home.env_file.unlink(missing_ok=True)
        processes.forget(self.home.run, SUPERVISOR)
        if unclean:
            say("ASNHR sebelumnya terhenti paksa; sisa prosesnya dibersihkan dan datanya dipulihkan.")

    def _check_port(self) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, self.port))
            except OSError as error:
                if error.errno == errno.EACCES:
                    raise StackError(
                        f"Port {self.port} hanya boleh dipakai root. Pilih port di atas 1023: PORT=8000 make run"
                    ) from None
                raise StackError(
                    f"Port {self.port} sedang dipakai program lain. Hentikan program itu, atau pilih port lain: "
                    f"PORT={self.port + 1 if self.port < 65535 else 8000} make run"
                ) from None

    # Start

    def _start(self) -> None:
        began = time.monotonic()
        first = FirstStart(self.home.path / "first-start.json")
        if first.was_cut_short():
            say("Start pertama yang lalu belum selesai; dilanjutkan dari langkah yang belum jadi.")
        elif not first.is_finished():
            say(f"Start pertama: menyiapkan folder data {self.home.path} (1-3 menit).")
        _trim_logs(self.home.logs)
        say("Menjalankan PostgreSQL dan Redis ...")
        self._start_servers()
        self._go_on()
        say("Menyiapkan tabel dan berkas statis ...")
        self._migrate_and_collect()
        scale = os.environ.get("ASNHR_DEMO_SCALE") or "full"
        if not first.has("demo") and scale != "none":
            if first.was_cut_short():
                say("Merapikan sisa pemuatan yang terputus ...")
                clear_away(self.env["DATABASE_OWNER_URL"])
                self._go_on()
            say("Memuat data contoh (Kota Medan dan Kota Jambi) ...")
            with self._step("load_demo", [*_manage("load_demo"), "--scale", scale]) as step:
                self._finish(step, "Data contoh")
            first.mark("demo", scale)
        say("Menjalankan pekerja, penjadwal, dan server web ...")
        for part in self._parts():
            self._start_part(part)
        self._wait_first_page()
        first.finish()
        say(f"SIAP http://{HOST}:{self.port}")
        if self.home.logins.exists():
            say(f"Nama dan kata sandi contoh ada di {self.home.logins}")
        say(f"Log ada di {self.home.logs}. Ctrl-C menghentikan semuanya. ({time.monotonic() - began:.0f} detik)")

    def _start_servers(self) -> None:
        if self.external_database:
            _try_database(self.external_database, "DATABASE_URL")
            _try_database(os.environ["DATABASE_OWNER_URL"], "DATABASE_OWNER_URL")
        else:
            self.stack.start_database(dies_with_us=True)
        if self.external_redis:
            _try_redis(self.external_redis)
        else:
            self.stack.start_broker(dies_with_us=True)
        kept = self.home.secrets()
        self.env = {
            "DATABASE_URL": self.external_database or self.stack.database.app_url(),
            "DATABASE_OWNER_URL": os.environ.get("DATABASE_OWNER_URL") or self.stack.database.owner_url(),
            "REDIS_URL": self.external_redis or self.stack.broker.url(),
            "SECRET_KEY": os.environ.get("SECRET_KEY") or kept["secret_key"],
            "ASNHR_FIELD_KEYS": os.environ.get("ASNHR_FIELD_KEYS") or kept["field_key"],
            "ASNHR_HOME": str(self.home.path),
            "PORT": str(self.port),
        }
        self.home.write_env(self.env)

    def _environment(self, *, owner: bool = False) -> dict[str, str]:
        """The environment of our processes; the owner's address only where tables are made."""
        env = os.environ | self.env | {"PYTHONUNBUFFERED": "1"}
        env.setdefault("DJANGO_SETTINGS_MODULE", "asnhr.settings.local")
        if not owner:
            env.pop("DATABASE_OWNER_URL")
        return env

    def _migrate_and_collect(self) -> None:
        # Neither waits for the other.
        with (
            self._step("migrate", [*_manage("migrate"), "--noinput"], owner=True) as migrate,
            self._step("collectstatic", [*_manage("collectstatic"), "--noinput"]) as collect,
        ):
            self._finish(migrate, "Migrasi basis data")
            self._finish(collect, "Pengumpulan berkas statis")

    @contextmanager
    def _step(self, name: str, arguments: Sequence[str], *, owner: bool = False) -> Iterator["Step"]:
        """Run a command that ends by itself; it does not outlive this block."""
        log = self.home.logs / f"{name}.log"
        log.unlink(missing_ok=True)
        child = processes.start(
            arguments,
            cwd=PROJECT,
            log=log,
            env=self._environment(owner=owner),
            dies_with_us=signal.SIGTERM,
        )
        known = processes.record(self.home.run, "step", child.pid)
        try:
            yield Step(child, log)
        finally:
            processes.stop(known, signal.SIGTERM, 10)
            child.wait()
            processes.forget(self.home.run, "step")

    def _finish(self, step: "Step", title: str) -> None:
        while step.child.poll() is None:
            self._go_on()
            time.sleep(0.05)
        if step.child.returncode:
            raise StackError(
                f"{title} gagal:\n{_last_lines(step.log)}\nSelengkapnya di {step.log}. Yang sudah jadi disimpan; "
                "setelah diperbaiki, `make run` melanjutkannya."
            )

    def _parts(self) -> list[Part]:
        celery = [sys.executable, "-m", "celery", "-A", "asnhr"]
        web = [
            *(sys.executable, "-m", "gunicorn", "asnhr.wsgi", f"--bind={HOST}:{self.port}", "--workers=2"),
            *("--preload", "--timeout=60", "--graceful-timeout=20", "--max-requests=5000"),
            *("--max-requests-jitter=500", "--no-control-socket", "--name=asnhr"),
            f"--access-logfile={self.home.logs / 'access.log'}",
        ]
        worker = ["worker", "--concurrency=2", "--without-gossip", "--without-mingle", "--hostname=asnhr@%h"]
        beat = ["beat", "--scheduler=django_celery_beat.schedulers:DatabaseScheduler", "--pidfile="]
        return [
            Part("worker", "pekerja Celery", [*celery, *worker, "--loglevel=INFO"], 20),
            Part("beat", "penjadwal Celery", [*celery, *beat, "--loglevel=INFO"], 10),
            Part("web", "server web", web, 25),
        ]

    def _start_part(self, part: Part) -> None:
        child = processes.start(
            part.arguments,
            cwd=PROJECT,
            log=self.home.logs / f"{part.name}.log",
            env=self._environment(),
            dies_with_us=signal.SIGTERM,
        )
        self.children[part.name] = child
        processes.record(self.home.run, part.name, child.pid)

    def _wait_first_page(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        # The home page leads a stranger to the login page, which asks the database.
        waiting = [f"http://{HOST}:{self.port}/healthz", f"http://{HOST}:{self.port}/"]
        while waiting:
            self._go_on()
            self._restart_the_dead()
            if _answers(waiting[0]):
                waiting.pop(0)
            elif time.monotonic() > deadline:
                log = self.home.logs / "web.log"
                raise StackError(
                    f"Server web tidak menjawab {waiting[0]} dalam {READY_SECONDS:.0f} detik:\n{_last_lines(log)}\n"
                    f"Selengkapnya di {log}."
                )
            else:
                time.sleep(0.1)

    # Watch

    def _watch(self) -> None:
        while True:
            self._go_on()
            self._restart_the_dead()
            time.sleep(0.3)

    def _go_on(self) -> None:
        """Raise Stopped when we were told to stop, or when the make that started us is gone or was told."""
        if self.told_to_stop or (self.parent and (os.getppid() != self.parent or _holds_interrupt(self.parent))):
            raise Stopped

    def _on_signal(self, number: int, frame: object) -> None:
        self.told_to_stop = True

    def _restart_the_dead(self) -> None:
        for part in self._parts():
            child = self.children.get(part.name)
            if child is not None and child.poll() is not None:
                self._note_death(part.name, part.title, child.returncode)
                left = processes.recorded(self.home.run, part.name)
                if left is not None:
                    processes.sweep(left, signal.SIGTERM, 10)
                self._start_part(part)
        if not self.external_database and self.stack.database.process() is None:
            self._note_death("postgres", "PostgreSQL", None)
            self.stack.start_database(dies_with_us=True)
        if not self.external_redis and self.stack.broker.process() is None:
            self._note_death("redis", "Redis", None)
            self.stack.start_broker(dies_with_us=True)
            if self.stack.broker.url() != self.env["REDIS_URL"]:
                raise StackError("Redis mati dan portnya diambil program lain. Jalankan lagi `make run`.")

    def _note_death(self, name: str, title: str, status: int | None) -> None:
        self._go_on()
        now = time.monotonic()
        recent = [moment for moment in self.restarts.get(name, []) if now - moment < RESTART_WINDOW]
        log = self.home.logs / f"{name}.log"
        if len(recent) >= RESTARTS:
            raise StackError(
                f"Bagian {title} mati {RESTARTS + 1} kali dalam satu menit; semuanya dihentikan.\n{_last_lines(log)}\n"
                f"Selengkapnya di {log}; setelah diperbaiki, jalankan lagi `make run`."
            )
        self.restarts[name] = [*recent, now]
        how = "" if status is None else f" (status {status})"
        say(f"Bagian {title} mati{how}; dijalankan lagi. Sebabnya ada di {log}.")

    # Stop

    def _stop(self) -> None:
        """Web first (no new work), then schedule, worker, broker and last the database."""
        if not self.children and self.stack.database.process() is None and self.stack.broker.process() is None:
            self._forget()
            return
        (self.home.run / "stopping").touch()
        say("Menghentikan ASNHR ...")
        for part in reversed(self._parts()):
            child = self.children.pop(part.name, None)
            known = processes.recorded(self.home.run, part.name)
            if child is not None and known is not None:
                # A worker that is in the middle of a long task is cut off; the broker gives the task out again.
                processes.stop(known, signal.SIGTERM, part.patience)
                processes.sweep(known, signal.SIGTERM, 1)
                child.poll()
            processes.forget(self.home.run, part.name)
        self.stack.stop()
        self._forget()
        say("ASNHR berhenti; data tersimpan.")

    def _forget(self) -> None:
        self.home.env_file.unlink(missing_ok=True)
        processes.forget(self.home.run, SUPERVISOR)
        (self.home.run / "stopping").unlink(missing_ok=True)


@dataclasses.dataclass(frozen=True)
class Step:
    """A running command of the start, and where it writes."""

    child: "subprocess.Popen[bytes]"
    log: Path


class FirstStart:
    """What the first start of a data folder has done, so that a half-finished one goes on where it was cut.

    Each step may also be repeated without harm: migrations know what they did, the demo data are loaded in one
    transaction.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.done: dict[str, str] = json.loads(path.read_text())
        except FileNotFoundError:
            self.done = {}
        except ValueError:
            self.done = {"began": ""}
        self._cut_short = bool(self.done) and not self.is_finished()
        if not self.done:
            self.mark("began", _now())

    def was_cut_short(self) -> bool:
        return self._cut_short

    def is_finished(self) -> bool:
        return "finished" in self.done

    def has(self, step: str) -> bool:
        return step in self.done

    def mark(self, step: str, value: str) -> None:
        self.done[step] = value
        write_private(self.path, json.dumps(self.done, indent=1))

    def finish(self) -> None:
        if not self.is_finished():
            self.mark("finished", _now())


def stop_running() -> int:
    """Stop the run that holds $ASNHR_HOME, and wait for it."""
    home = Stack(home_from_environment()).home
    known = processes.recorded(home.run, SUPERVISOR)
    if known is None or not known.is_alive():
        say(f"ASNHR tidak sedang berjalan dengan folder data {home.path}.")
        return 0
    os.kill(known.pid, signal.SIGTERM)
    if not processes.wait_gone(known, 90):
        raise StackError(f"ASNHR (proses {known.pid}) belum berhenti setelah 90 detik; lihat {home.logs}.")
    say("ASNHR berhenti.")
    return 0


def say(text: str) -> None:
    try:
        print(text, flush=True)  # noqa: T201 - what make run shows
    except OSError:
        # The terminal is gone; we are stopping, or about to.
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - for the rest of the process


def _holds_interrupt(make: int) -> bool:
    """Whether `make` got a SIGINT meant for it alone (`kill -INT`): it blocks that signal then and waits for us.

    Ctrl-C in a terminal reaches us directly; SIGTERM is passed on by make. Linux only, elsewhere False.
    """
    try:
        status = Path(f"/proc/{make}/status").read_text()
    except OSError:
        return False
    blocked = int(status.partition("SigBlk:")[2].split()[0], 16)
    return bool(blocked >> (signal.SIGINT - 1) & 1)


def _port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise StackError(f"PORT={text} bukan nomor port (1-65535). Contoh: PORT=8001 make run")
    return int(text)


def _manage(command: str) -> list[str]:
    return [sys.executable, str(PROJECT / "manage.py"), command]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - our own loopback address
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def _try_database(url: str, name: str) -> None:
    try:
        psycopg2.connect(url, connect_timeout=10).close()
    except psycopg2.OperationalError as error:
        raise StackError(
            f"Basis data pada {name} tidak dapat dihubungi: {str(error).strip()}. Periksa alamatnya, atau kosongkan "
            "DATABASE_URL agar ASNHR menjalankan PostgreSQL sendiri."
        ) from None


def _try_redis(url: str) -> None:
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=10) as client:
            client.ping()
    except (redis.exceptions.RedisError, ValueError) as error:
        raise StackError(
            f"Redis pada REDIS_URL tidak dapat dihubungi: {error}. Periksa alamatnya, atau kosongkan REDIS_URL agar "
            "ASNHR menjalankan Redis sendiri."
        ) from None


def _last_lines(log: Path, count: int = 12) -> str:
    try:
        lines = log.read_text(errors="replace").strip().splitlines()[-count:]
    except OSError:
        return ""
    return "\n".join("    " + line for line in lines)


def _trim_logs(folder: Path) -> None:
    for log in folder.glob("*.log"):
        if log.stat().st_size > LOG_LIMIT:
            log.replace(log.with_suffix(".log.1"))
