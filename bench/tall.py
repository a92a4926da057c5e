"""Lists of the admin over 100,000 people, against the same lists over the 20,000 of the register."""

import statistics
import time
from pathlib import Path
from typing import Any

import psycopg2
from django.test import Client

ROOT = Path(__file__).resolve().parent.parent
PEOPLE = 100_000
REQUESTS = 30
# A search finds five times as many among five times as many people: it may cost that, and no more.
SEARCHES, FIVEFOLD = ("people_search", "people_autocomplete", "people_two_digits"), 5.0
SUGGESTIONS = "/admin/autocomplete/?app_label=positions&model_name=incumbency&field_name=employee&term="
# First page, one of the last it counts, a search, a filter, another model's rows, and suggestions.
LISTS = {
    "people": "/admin/positions/employee/",
    "people_search": "/admin/positions/employee/?q=uji+0791",
    "people_filter": "/admin/positions/employee/?status=PNS",
    "people_far_page": "/admin/positions/employee/?p=90",
    "educations": "/admin/positions/employeeeducation/",
    "people_autocomplete": SUGGESTIONS + "0791",
    # Two digits are in no index of words: every name is looked at.
    "people_two_digits": "/admin/positions/employee/?q=uji+19",
}


def measure(small: Any, owner_url: str) -> dict[str, dict[str, Any]]:
    """Return the median in ms of each list at 100,000 rows and at 20,000, asked in turn; `small` has the 20,000."""
    from asnhr.models import Agency
    from tests.roles import user_with

    large = Agency.objects.create(
        code="9903", name="Kota Seratus Ribu", short_name="Besar", kind="kota", is_sample=True
    )
    connection = psycopg2.connect(owner_url)
    with connection, connection.cursor() as cursor:
        cursor.execute((ROOT / "bench" / "sql" / "tall.sql").read_text(), {"agency": large.pk, "people": PEOPLE})
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        counts = {}
        for agency in (small, large):
            cursor.execute("SELECT count(*) FROM positions_employee WHERE agency_id = %s", [agency.pk])
            counts[agency.pk] = cursor.fetchone()[0]
    connection.close()
    clients = {}
    for agency in (small, large):
        clients[agency.pk] = Client()
        clients[agency.pk].force_login(user_with(agency, "admin_daerah", username=f"bench-admin-{agency.code}"))
    results = {}
    for name, address in LISTS.items():
        times: dict[int, list[float]] = {small.pk: [], large.pk: []}
        for turn in range(REQUESTS + 2):
            for agency in (small, large):
                began = time.perf_counter()
                answer = clients[agency.pk].get(address)
                if answer.status_code != 200:
                    raise RuntimeError(f"{address}: {answer.status_code}")
                if turn >= 2:
                    times[agency.pk].append((time.perf_counter() - began) * 1000)
        ours, reference = (statistics.median(times[agency.pk]) for agency in (large, small))
        results[f"admin_{name}_at_100000"] = {
            "ours": round(ours, 2), "reference": round(reference, 2), "ratio": round(ours / reference, 2),
            "bar": FIVEFOLD if name in SEARCHES else 2.0,
            "unit": "ms", "rows": counts[large.pk],
        }  # fmt: skip
    return results
