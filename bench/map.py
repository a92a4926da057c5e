"""The position map against the bare SQL of the same page, and how long a first view and a unit's view take."""

import statistics
import time
from typing import Any

from django.test import Client, override_settings

from asnhr.scope import agency_scope
from bench import lists, urls
from positions.models import Unit

REQUESTS = 40
# Seconds on two cores that were promised: held beside the ratio.
FIRST_VIEW, UNIT_VIEW = 1.5, 0.3


@override_settings(ROOT_URLCONF="bench.urls")
def measure(agency: Any, user: Any, requests: int = REQUESTS) -> dict[str, dict[str, Any]]:
    """Return p95 in ms of the whole agency's map and of one office's beside their bare views, and an office's PDF."""
    client = Client()
    client.force_login(user)
    with agency_scope(agency):
        office = Unit.objects.filter(parent__parent__isnull=True, parent__isnull=False).order_by("pk").first()
    assert office is not None, "the register of the bench has offices"
    urls.RECORDED["nothing"] = []
    own, _size = lists.recorded(client, "/bench/bare/nothing/")
    results: dict[str, dict[str, Any]] = {}
    views = {
        "map_first_view": ("/unit/peta/", FIRST_VIEW),
        "map_unit_view": (f"/unit/peta/?unit={office.pk}", UNIT_VIEW),
    }
    for name, (address, seconds) in views.items():
        statements, size = lists.recorded(client, address)
        urls.RECORDED[name] = lists.without(statements, own)
        ours, bare = lists.in_turn(client, (address, f"/bench/bare/{name}/"), requests)
        results[name] = {
            "ours": round(ours, 2), "reference": round(bare, 2), "ratio": round(ours / bare, 2), "bar": 3.0,
            "unit": "ms p95", "queries": len(statements), "bytes": size, "asked_ms": seconds * 1000,
        }  # fmt: skip
    times = []
    for _turn in range(5):
        began = time.perf_counter()
        answer = client.get(f"/unit/peta/pdf/?unit={office.pk}")
        if answer.status_code != 200:
            raise RuntimeError(f"the map as a PDF: {answer.status_code}")
        times.append((time.perf_counter() - began) * 1000)
    results["map_unit_pdf"] = {
        "ours": round(statistics.median(times), 2), "reference": None, "ratio": None, "bar": None, "unit": "ms median",
    }  # fmt: skip
    return results
