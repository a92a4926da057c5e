"""The search dialog over 20,000 people with names of people: the whole request, and its SQL against the same by hand.

The reference is what a person at psql would write as the owner, outside row security: one statement a kind on the same
trigram indexes, without a scope. Ours: `search()` as the application's role, with the rows read again in sight.
"""

import statistics
import time
from datetime import date
from random import Random
from typing import Any

from django.db import connection
from django.test import Client
from psycopg2.extensions import connection as Connection
from psycopg2.extras import execute_values

from asnhr.models import Agency
from asnhr.scope import agency_scope
from bench.needs import owner_of
from positions.demo.people import Names
from positions.queries import search
from tests.roles import with_access

DAY = date(2026, 7, 1)
TURNS = 7
BAR_MS, BAR_RATIO = 100, 3.0
# Common and rare names, with errors, a post in a unit, the beginning of a NIP, and two letters, the dearest of all.
TEXTS = (
    "siti", "siregar", "sutrsno", "muhammad ridwan siregar", "budi santoso", "rahmawti lubis", "si",
    "analis kepegawaian", "ahli pertama", "perawat unit 12", "pengelola data dan informasi", "1985",
    "siasn", "perangin angin", "kecamtan belawan",
    # Common names with a typing error: alike is every tenth person.
    "saraggih agus", "muhamad rizki hutapea", "hutagalng",
)  # fmt: skip
REFERENCE = (
    "SELECT id, name, nip FROM positions_employee WHERE agency_id = %(agency)s AND name %%> %(q)s"
    " ORDER BY word_similarity(%(q)s, name) DESC, length(name), name, id LIMIT 5",
    "SELECT p.id, j.name, u.name FROM positions_job j JOIN positions_position p ON p.job_id = j.id"
    " JOIN positions_unit u ON u.id = p.unit_id WHERE j.agency_id = %(agency)s AND j.name %%> %(q)s"
    " ORDER BY word_similarity(%(q)s, j.name || ' ' || u.name) DESC, p.id LIMIT 5",
    "SELECT DISTINCT u.id, u.name FROM positions_unitperiod p JOIN positions_unit u ON u.id = p.unit_id"
    " WHERE p.agency_id = %(agency)s AND p.name %%> %(q)s LIMIT 5",
    "SELECT id, name FROM positions_job WHERE agency_id = %(agency)s AND name %%> %(q)s"
    " ORDER BY word_similarity(%(q)s, name) DESC, id LIMIT 5",
)


def name_everybody(owner: Connection, agency: Agency) -> None:
    """Give the register's numbered people and jobs names as they occur, the same on every run."""
    rng, names = Random(3), Names("1271")  # noqa: S311  invented names
    with owner.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SELECT id, sex FROM positions_employee WHERE agency_id = %s ORDER BY id", [agency.pk])
        rows = [(pk, names.make(rng, sex)) for pk, sex in cursor.fetchall()]
        execute_values(
            cursor,
            "UPDATE positions_employee e SET name = v.name FROM (VALUES %s) v(id, name) WHERE e.id = v.id",
            rows,
            page_size=5000,
        )
        cursor.execute(
            "UPDATE positions_job j SET name = r.name || ' ' || (j.id %% 3) FROM"
            " (SELECT name, row_number() OVER (ORDER BY id) AS n FROM positions_referencejob) r"
            " WHERE j.agency_id = %s AND r.n = j.id - 999999",
            [agency.pk],
        )
        cursor.execute("RESET session_replication_role")
        cursor.execute("VACUUM ANALYZE positions_employee, positions_job, positions_unitperiod")


def by_hand(owner: Connection, agency: Agency, text: str) -> float:
    """Return the seconds of the statements written by hand for one text."""
    began = time.perf_counter()
    with owner.cursor() as cursor:
        if text.isdigit():
            cursor.execute(
                "SELECT id, name, nip FROM positions_employee WHERE agency_id = %s AND nip >= %s AND nip < %s"
                " ORDER BY nip LIMIT 5",
                [agency.pk, text, f"{text}~"],
            )
        for statement in () if text.isdigit() else REFERENCE:
            cursor.execute(statement, {"agency": agency.pk, "q": text})
            cursor.fetchall()
    return time.perf_counter() - began


def ours(agency: Agency, user: Any, text: str) -> float:
    """Return the seconds of our search for one text, rows read in sight."""
    with agency_scope(agency, user.pk):
        with_access(user, agency)
        began = time.perf_counter()
        search.search(user, text, DAY, 5)
        return time.perf_counter() - began


def request(client: Client, text: str) -> float:
    """Return the seconds of the whole request of the dialog. Raises RuntimeError when it fails."""
    began = time.perf_counter()
    answer = client.get("/cari/cepat/", {"q": text})
    seconds = time.perf_counter() - began
    if answer.status_code != 200:
        raise RuntimeError(f"/cari/cepat/?q={text}: {answer.status_code}")
    return seconds


def measure(agency: Agency, user: Any, owner_url: str, turns: int = TURNS) -> dict[str, Any]:
    """Return the slowest text's median of the whole request in ms, and the ratio of our search to the bare SQL."""
    client = Client()
    client.force_login(user)
    times: dict[str, dict[str, list[float]]] = {text: {"request": [], "ours": [], "hand": []} for text in TEXTS}
    with owner_of(owner_url) as owner:
        name_everybody(owner, agency)
        with owner.cursor() as cursor:
            cursor.execute("SELECT word_similarity('a', 'a')")
            cursor.execute("SET pg_trgm.word_similarity_threshold = 0.42")
        for _turn in range(turns + 1):
            for text, kept in times.items():
                kept["request"].append(request(client, text))
                kept["ours"].append(ours(agency, user, text))
                kept["hand"].append(by_hand(owner, agency, text))
    connection.close()
    middle = {
        text: {name: statistics.median(each[1:]) * 1000 for name, each in kept.items()} for text, kept in times.items()
    }
    total = {name: sum(each[name] for each in middle.values()) for name in ("ours", "hand")}
    slowest = max(middle, key=lambda text: middle[text]["request"])
    return {
        "search_request": {
            "ours": round(middle[slowest]["request"], 1), "reference": None, "ratio": None, "bar": BAR_MS, "unit": "ms",
            "slowest": slowest, "each": {text: round(each["request"], 1) for text, each in middle.items()},
        },
        "search": {
            "ours": round(total["ours"], 1), "reference": round(total["hand"], 1),
            "ratio": round(total["ours"] / total["hand"], 2), "bar": BAR_RATIO, "unit": "ms", "texts": len(TEXTS),
        },
    }  # fmt: skip
