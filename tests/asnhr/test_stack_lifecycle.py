"""`make run` as a person meets it: starts, stops, comes back, and says in a sentence what is in its way."""

import json
import os
import re
import signal
import socket
import stat
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.stack

# What a test session sets for itself must not lead a stack of its own astray.
OURS = ("DATABASE_", "REDIS_", "ASNHR_", "DJANGO_", "PYTEST_", "MAKE", "MFLAGS", "PORT")


def as_a_terminal_does() -> None:
    """Let Ctrl-C mean something: a job that a script started in the background ignores SIGINT, and so would make."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Run:
    """One `make run` on a data folder, its output read as it comes."""

    def __init__(self, home: Path, port: int, **env: str) -> None:
        self.home = home
        self.port = port
        self.log = Path(tempfile.mkdtemp(prefix="make-run-")) / "output"
        clean = {key: value for key, value in os.environ.items() if not key.startswith(OURS)}
        self.env = clean | {"ASNHR_HOME": str(home), "PORT": str(port), "ASNHR_DEMO_SCALE": "none"} | env
        with self.log.open("wb") as output:
            self.make = subprocess.Popen(
                ["make", "run"],
                cwd=ROOT,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=as_a_terminal_does,
            )

    def output(self) -> str:
        return self.log.read_text()

    def wait_for(self, text: str, seconds: float = 300) -> str:
        deadline = time.monotonic() + seconds
        while text not in self.output():
            assert self.make.poll() is None, f"make ended early:\n{self.output()}"
            assert time.monotonic() < deadline, f"no {text!r} after {seconds} s:\n{self.output()}"
            time.sleep(0.05)
        return self.output()

    def end(self, sign: signal.Signals = signal.SIGTERM) -> str:
        self.make.send_signal(sign)
        self.make.wait(60)
        return self.output()

    def kill(self) -> None:
        """As the kernel kills when memory is short: make and the supervisor, without a word."""
        os.killpg(self.make.pid, signal.SIGKILL)
        self.make.wait(10)


def processes_of(home: Path) -> list[str]:
    """Return the command lines of living processes that carry `home` in their environment or work below it."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            env = (folder / "environ").read_bytes()
            place = os.readlink(folder / "cwd")
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        inside = place.startswith(f"{home}/") or f"ASNHR_HOME={home}\0".encode() in env
        if inside and command and folder.name != str(os.getpid()):
            found.append(command)
    return found


def wait_until_gone(home: Path, seconds: float) -> list[str]:
    deadline = time.monotonic() + seconds
    while (left := processes_of(home)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return left


def env_of(home: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in (home / "stack.env").read_text().splitlines())


def query(url: str, statement: str) -> list[tuple]:
    connection = psycopg2.connect(url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A data folder below a name with a space; whatever still runs on it afterwards is ended."""
    folder = tmp_path / "data asnhr"
    yield folder
    subprocess.run(
        ["make", "stop"], cwd=ROOT, env=os.environ | {"ASNHR_HOME": str(folder)}, capture_output=True, check=False
    )


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_it_starts_stops_and_comes_back_with_its_data(home: Path, port: int):
    first = Run(home, port, ASNHR_DEMO_SCALE="tiny")
    said = first.wait_for("SIAP")
    assert f"SIAP http://127.0.0.1:{port}\n" in said
    assert str(home / "logins.json") in said
    logins = json.loads((home / "logins.json").read_text())
    assert {login["agency"] for login in logins} == {"1271", "1571"}
    assert all(login["password"] for login in logins)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as page:
        assert page.status == 200
        assert "/login" in page.url
    env = env_of(home)
    assert query(
        env["DATABASE_URL"], "SELECT rolsuper, rolbypassrls, rolcreatedb FROM pg_roles WHERE rolname = current_user"
    ) == [(False, False, False)]
    assert query(env["DATABASE_URL"], "SELECT count(*) FROM pg_class WHERE relowner = 'asnhr_app'::regrole") == [(0,)]
    query(env["DATABASE_OWNER_URL"], "CREATE TABLE kept AS SELECT 7 AS number")
    private = [
        home,
        home / "stack.env",
        home / "logins.json",
        home / "secrets.json",
        home / "redis" / "redis.conf",
        home / "postgres",
    ]
    assert [stat.S_IMODE(path.stat().st_mode) & 0o077 for path in private] == [0] * len(private)

    assert "ASNHR berhenti; data tersimpan." in first.end()
    assert processes_of(home) == []
    assert not (home / "stack.env").exists()

    second = Run(home, port, ASNHR_DEMO_SCALE="tiny")
    assert "data contoh (" not in second.wait_for("SIAP")
    assert json.loads((home / "logins.json").read_text()) == logins
    assert query(env_of(home)["DATABASE_OWNER_URL"], "SELECT number FROM kept") == [(7,)]
    second.end(signal.SIGINT)
    assert wait_until_gone(home, 30) == []


def test_it_recovers_from_a_killed_run_and_restarts_what_dies(home: Path, port: int):
    first = Run(home, port)
    first.wait_for("SIAP")
    query(env_of(home)["DATABASE_OWNER_URL"], "CREATE TABLE kept AS SELECT 7 AS number")

    first.kill()

    second = Run(home, port)
    said = second.wait_for("SIAP")
    assert "terhenti paksa" in said
    env = env_of(home)
    assert query(env["DATABASE_OWNER_URL"], "SELECT number FROM kept") == [(7,)]

    other = Run(home, port)
    assert other.make.wait(30) != 0
    assert "ASNHR sudah berjalan dengan folder data" in other.output()
    assert "Traceback" not in other.output()

    migrations = subprocess.run(
        [ROOT / "manage.py", "showmigrations", "asnhr"],
        env=second.env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert migrations.returncode == 0, migrations.stderr
    assert re.search(r"\[X\] 0001", migrations.stdout)

    worker = json.loads((home / "run" / "worker.pid").read_text())["pid"]
    os.kill(worker, signal.SIGKILL)
    assert "pekerja Celery mati" in second.wait_for("dijalankan lagi", 20)
    second.end()
    assert processes_of(home) == []


def test_it_goes_on_after_a_first_start_that_was_cut_short(home: Path, port: int):
    first = Run(home, port, ASNHR_DEMO_SCALE="tiny")
    first.wait_for("Memuat data contoh")
    first.kill()

    second = Run(home, port, ASNHR_DEMO_SCALE="tiny")
    said = second.wait_for("SIAP")

    assert "Start pertama yang lalu belum selesai" in said
    assert said.index("Merapikan sisa pemuatan yang terputus") < said.index("Memuat data contoh")
    assert len(json.loads((home / "logins.json").read_text())) > 2
    assert "finished" in json.loads((home / "first-start.json").read_text())
    second.end()
    assert processes_of(home) == []


def test_it_stops_in_the_middle_of_a_start(home: Path, port: int):
    run = Run(home, port)
    run.wait_for("Menyiapkan tabel")

    run.end()

    assert wait_until_gone(home, 20) == []


def test_it_stops_when_make_alone_is_killed(home: Path, port: int):
    run = Run(home, port)
    run.wait_for("Menyiapkan tabel")

    os.kill(run.make.pid, signal.SIGKILL)

    assert wait_until_gone(home, 30) == []


def test_it_names_a_busy_port_and_a_way_on(home: Path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        run = Run(home, taken.getsockname()[1])
        assert run.make.wait(60) != 0

    assert "sedang dipakai program lain" in run.output()
    assert "PORT=" in run.output()
    assert "Traceback" not in run.output()
    assert processes_of(home) == []


def test_it_names_a_folder_that_cannot_be_written(tmp_path: Path, port: int):
    in_the_way = tmp_path / "berkas"
    in_the_way.write_text("")

    run = Run(in_the_way / "data", port)

    assert run.make.wait(60) != 0
    assert "di letak itu, atau di atasnya, ada berkas" in run.output()
    assert "ASNHR_HOME=" in run.output()
    assert "Traceback" not in run.output()


@pytest.mark.parametrize("wrong", ["delapan", "0", "70000"])
def test_it_refuses_what_is_no_port(home: Path, wrong: str):
    run = Run(home, 1, PORT=wrong)

    assert run.make.wait(60) != 0
    assert f"PORT={wrong} bukan nomor port" in run.output()


def test_it_asks_for_the_owner_when_the_database_is_elsewhere(home: Path, port: int):
    run = Run(home, port, DATABASE_URL="postgresql://asnhr_app@127.0.0.1:1/asnhr")

    assert run.make.wait(60) != 0
    assert "DATABASE_OWNER_URL" in run.output()


def test_it_says_when_the_database_elsewhere_does_not_answer(home: Path, port: int):
    nowhere = "postgresql://asnhr_app@127.0.0.1:1/asnhr"

    run = Run(home, port, DATABASE_URL=nowhere, DATABASE_OWNER_URL=nowhere)

    assert run.make.wait(60) != 0
    assert "DATABASE_URL tidak dapat dihubungi" in run.output()
    assert processes_of(home) == []


def manage(*arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith(OURS)}
    return subprocess.run(
        [ROOT / "manage.py", *arguments],
        env=clean | {"ASNHR_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_commands_say_how_to_start_a_stack(tmp_path: Path):
    answer = manage("shell", "-c", "print(1)", home=tmp_path / "none")

    assert answer.returncode == 1
    assert "make run" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_commands_that_read_code_only_need_no_stack(tmp_path: Path):
    answer = manage("makemigrations", "--check", "--dry-run", home=tmp_path / "none")

    assert answer.returncode == 0, answer.stdout + answer.stderr
