"""Real parts for every test: PostgreSQL, Redis, a Celery worker and Chromium.

Without DATABASE_URL the tests start (or share) an embedded stack in $ASNHR_TEST_HOME, default `.asnhr-test/`. The last
pytest run that uses it stops it, unless ASNHR_KEEP=1.
"""

import atexit
import functools
import gc
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import redis as redis_client

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

IS_XDIST_WORKER = "PYTEST_XDIST_WORKER" in os.environ
# Requests and factories make cycles by the thousand, and the collector's own measure (700) takes a sixth of the time.
gc.set_threshold(50_000, 20, 20)


def _start_or_share_stack() -> None:
    """Set DATABASE_URL, DATABASE_OWNER_URL and REDIS_URL, starting servers where the caller named none."""
    if {"DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"} <= os.environ.keys():
        return
    from asnhr.stack import Stack
    from asnhr.stack.home import Home

    home = Path(os.environ.get("ASNHR_TEST_HOME") or ROOT / ".asnhr-test")
    stack = Stack(home, durable=False)
    stack.home.prepare()
    # Everybody who uses the servers holds `users` shared; who gets it alone at the end is the last.
    gate, users = Home(home), Home(home)
    gate.lock("gate", wait=True)
    users.lock("users", wait=True, shared=True)
    stack.start_database()
    stack.start_broker()
    gate.unlock()
    os.environ["DATABASE_URL"] = stack.database.app_url()
    os.environ["DATABASE_OWNER_URL"] = stack.database.owner_url()
    os.environ["REDIS_URL"] = os.environ["ASNHR_TEST_REDIS"] = stack.broker.url()
    starter = os.getpid()

    def stop_when_last() -> None:
        if os.getpid() != starter or os.environ.get("ASNHR_KEEP") == "1":
            return
        gate.lock("gate", wait=True)
        users.unlock()
        if users.lock("users"):
            stack.stop()
        gate.unlock()

    atexit.register(stop_when_last)


def _choose_redis_database() -> None:
    """Give this process a database of the shared embedded Redis, so that runs do not see each other's queues."""
    shared = os.environ.get("ASNHR_TEST_REDIS")
    if shared:
        os.environ["REDIS_URL"] = f"{shared.rpartition('/')[0]}/{1 + os.getpid() % 1000}"


if "DJANGO_SETTINGS_MODULE" in os.environ:
    # pytest-django has read those settings already, before this file could start the servers they name.
    raise pytest.UsageError("Unset DJANGO_SETTINGS_MODULE: the tests choose their settings themselves.")
if not IS_XDIST_WORKER:
    _start_or_share_stack()
_choose_redis_database()
os.environ["DJANGO_SETTINGS_MODULE"] = "asnhr.settings.test"
# Playwright keeps an event loop in the main thread; our tests still call the ORM from it, one at a time.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
if "ASNHR_HOME" not in os.environ:
    os.environ["ASNHR_HOME"] = tempfile.mkdtemp(prefix="asnhr-test-home-")
    # Where collectstatic would put its files; WhiteNoise warns when it is missing.
    (Path(os.environ["ASNHR_HOME"]) / "static").mkdir()
    if not IS_XDIST_WORKER:
        atexit.register(shutil.rmtree, os.environ["ASNHR_HOME"], ignore_errors=True)

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.test import TransactionTestCase  # noqa: E402
from django.utils import translation  # noqa: E402
from whitenoise.middleware import WhiteNoiseMiddleware  # noqa: E402

from tests import stack as test_stack  # noqa: E402


def pytest_configure(config: pytest.Config) -> None:
    if getattr(config.option, "numprocesses", None) and not IS_XDIST_WORKER:
        # The workers inherit our environment and must come to their settings by this file too.
        del os.environ["DJANGO_SETTINGS_MODULE"]


# The files that take longest, handed to one process each as a whole (`--dist loadfile`): at the end they leave the
# other process idle. The longest first.
LONG = (
    "tests/asnhr/test_stack_lifecycle.py", "tests/test_matrix.py", "tests/browser/test_every_page.py",
    "tests/positions/test_admin_lists.py", "tests/test_stored_words.py", "tests/positions/test_api_lists.py",
    "tests/asnhr/test_foreign_words.py", "tests/test_admin_links.py",
    "tests/positions/test_demo_story.py", "tests/positions/test_page_sizes.py",
    "tests/positions/test_calculators_pages.py", "tests/asnhr/test_ui_pages.py",
    "tests/positions/test_page_register.py", "tests/test_api_contract.py", "tests/positions/test_removals.py",
    "tests/asnhr/test_audit_chain.py", "tests/asnhr/test_webhooks.py", "tests/test_attacks.py",
    "tests/bench/test_bench.py", "tests/test_every_page.py", "tests/positions/test_import_early.py",
    "tests/browser/test_journey.py", "tests/browser/test_roles.py",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long files first; the others, and the tests of a file, in the order they were found in."""
    order = {name: number for number, name in enumerate(LONG)}
    items.sort(key=lambda item: order.get(item.location[0].replace(os.sep, "/"), len(LONG)))


def pytest_collection_finish() -> None:
    """What is loaded by now stays to the end: the collector need not walk it again every few seconds."""
    gc.collect()
    gc.freeze()


# Database


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """Replaces pytest-django's: the application's role on a copy of the template that the owner migrated."""
    owner_url, app_url = os.environ["DATABASE_OWNER_URL"], os.environ["DATABASE_URL"]
    name = test_stack.test_database_name()
    with django_db_blocker.unblock():
        test_stack.drop_leftovers(owner_url)
        with test_stack.connected(owner_url) as owner, owner.cursor() as cursor:
            for attempt in range(3):
                template = test_stack.ensure_template(owner_url)
                try:
                    test_stack.create(cursor, name, template)
                    break
                except psycopg2.errors.InvalidCatalogName:
                    # A run on newer code dropped it between the two statements.
                    if attempt == 2:
                        raise
            cursor.execute(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")
            cursor.execute(f"GRANT CONNECT, TEMPORARY ON DATABASE {name} TO asnhr_app")
        # Subprocesses that tests start see the same database.
        os.environ["DATABASE_URL"] = test_stack.with_database(app_url, name)
        os.environ["DATABASE_OWNER_URL"] = test_stack.with_database(owner_url, name)
        test_stack.point_at(os.environ["DATABASE_URL"])
    with redis_client.Redis.from_url(os.environ["REDIS_URL"]) as client:
        client.flushdb()
    yield
    with django_db_blocker.unblock():
        from django.db import connections

        connections.close_all()
        with test_stack.connected(owner_url) as owner, owner.cursor() as cursor:
            test_stack.drop(cursor, name)
    with redis_client.Redis.from_url(os.environ["REDIS_URL"]) as client:
        client.flushdb()
    os.environ["DATABASE_URL"], os.environ["DATABASE_OWNER_URL"] = app_url, owner_url


def _put_back(self: TransactionTestCase) -> None:
    """Instead of Django's flush, which needs TRUNCATE and would empty the tables that migrations filled."""
    with test_stack.connected(os.environ["DATABASE_OWNER_URL"]) as owner:
        test_stack.put_back(owner)
    with redis_client.Redis.from_url(os.environ["REDIS_URL"]) as client:
        # Producers remember that they declared their queue, so the bindings stay.
        rest = [key for key in client.scan_iter() if not key.startswith(b"_kombu.binding")]
        if rest:
            client.delete(*rest)


TransactionTestCase._fixture_teardown = _put_back  # type: ignore[method-assign]


@pytest.fixture
def owner_connection(django_db_setup: None) -> Iterator[psycopg2.extensions.connection]:
    """The owner's connection (BYPASSRLS, autocommit) to the test database; it sees committed rows only."""
    with test_stack.connected(os.environ["DATABASE_OWNER_URL"]) as owner:
        yield owner


# Static files


def _look_once(self: WhiteNoiseMiddleware, look: Callable[[WhiteNoiseMiddleware], None], found: dict[str, Any]) -> None:
    """What finders find does not change in a run, and every test client would read the folders anew."""
    if not found:
        look(self)
        found.update(self.files)
    self.files.update(found)


WhiteNoiseMiddleware.add_files_from_finders = functools.partialmethod(  # type: ignore[method-assign]
    _look_once, WhiteNoiseMiddleware.add_files_from_finders, {}
)


# Language


@pytest.fixture(autouse=True)
def indonesian() -> None:
    """A request leaves its language behind in the thread; a test does not begin in that of the one before."""
    translation.activate(settings.LANGUAGE_CODE)


# Redis and Celery


@pytest.fixture(scope="session")
def redis_url() -> str:
    """This process's own Redis database."""
    return os.environ["REDIS_URL"]


@pytest.fixture(scope="module")
def celery_worker_process(
    django_db_setup: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator["subprocess.Popen[bytes]"]:
    """A real worker on the test database and Redis, ready when the test begins. Use transactional tests with it."""
    log = tmp_path_factory.mktemp("celery") / "worker.log"
    command = [sys.executable, "-m", "celery", "-A", "asnhr", "worker", "--concurrency=1", "--loglevel=INFO"]
    command += ["--without-mingle", "--without-gossip", f"--hostname=test-{os.getpid()}@%h"]
    with log.open("wb") as output:
        worker = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
    deadline = time.monotonic() + 60
    while b" ready." not in log.read_bytes():
        if worker.poll() is not None or time.monotonic() > deadline:
            _end(worker)
            pytest.fail(f"The Celery worker did not start:\n{log.read_text()[-4000:]}")
        time.sleep(0.1)
    yield worker
    _end(worker)


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            pass
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait(10)


# Browser

CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
REPORT_CSP = """
document.addEventListener("securitypolicyviolation", (event) => {
    console.error(`CSP ${event.violatedDirective}: ${event.blockedURI} ${event.sample}`);
});
"""


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the machine's Chromium. Missing: the test is skipped, under CI=true it fails.

    Debian's headless shell first, where it is installed: the same engine of the same version without the windows around
    it, whose own work takes half of what a page costs.
    """
    for name in ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        found = shutil.which(name)
        if found:
            return found
    sentence = "Chromium tidak ada di PATH; pasang dengan: apt-get install chromium"
    if os.environ.get("CI") == "true":
        pytest.fail(sentence)
    pytest.skip(sentence)


@pytest.fixture(scope="session")
def browser(chromium: str):
    """One headless Chromium for the process."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_OPTIONS)
        yield started
        started.close()


@pytest.fixture
def browser_problems() -> Iterator[list[str]]:
    """Console errors, script errors and CSP violations of `page` and `new_page`; any left at the end fails the test.

    A test that provokes one on purpose (a 404 page) removes it: `browser_problems.clear()`.
    """
    problems: list[str] = []
    yield problems
    assert problems == [], "The browser reported problems"


@pytest.fixture
def new_page(browser, browser_problems: list[str]):
    """Make pages in fresh contexts: `new_page(width=390, locale="en-GB")`; two pages are two people."""
    contexts = []

    def make(*, width: int = 1280, height: int = 900, locale: str = "id-ID", **options):
        context = browser.new_context(
            viewport={"width": width, "height": height}, locale=locale, reduced_motion="reduce", **options
        )
        contexts.append(context)
        context.set_default_timeout(15_000)
        context.add_init_script(REPORT_CSP)
        page = context.new_page()
        page.on("console", lambda message: _note(browser_problems, page, message))
        page.on("pageerror", lambda error: browser_problems.append(f"{page.url}: {error}"))
        return page

    yield make
    for context in contexts:
        context.close()


def _note(problems: list[str], page, message) -> None:
    if message.type == "error":
        problems.append(f"{page.url}: {message.text}")


@pytest.fixture
def page(new_page):
    """A page of 1280 pixels in Indonesian."""
    return new_page()
