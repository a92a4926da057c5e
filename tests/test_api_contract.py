"""The API does what its published schema says, whoever asks and whatever they send: no 5xx, no answer off the schema.

schemathesis makes the requests from the schema: valid and broken ones, a few for every operation, the same every time;
three roles send each of them. Rows named in an address or a body exist more often than not, so that requests come
through to the services.
"""

import logging
import os
import random
import time
from base64 import b64encode
from collections import Counter
from itertools import product
from typing import Any

import orjson
import pytest
import schemathesis
from allauth.idp.oidc.models import Client as ApiClient
from django.core.wsgi import get_wsgi_application
from django.test import Client
from hypothesis import HealthCheck, Phase, given, seed
from hypothesis import settings as examples
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from asnhr.api.authentication import SCOPE_PERMISSIONS
from asnhr.scope import agency_scope
from positions.models import NeedsAnalysis, NeedsResult
from tests import api_world
from tests.factories.positions import UnitFactory
from tests.roles import user_with

pytestmark = pytest.mark.django_db(transaction=True)

CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance,
]  # fmt: skip
# Rounds through all operations, a request of each a round, which every role sends in its turn: the first one whole, the
# others as far as the time goes. A long search: ASNHR_CONTRACT_SECONDS=1200.
ROUNDS = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE, GenerationMode.POSITIVE, GenerationMode.POSITIVE)
SECONDS = float(os.environ.get("ASNHR_CONTRACT_SECONDS") or 70)
# Headers of every write and read: made by the hundred they cost more than all else, and most texts are no tag or key.
HEADERS = {"If-Match", "If-None-Match", "Idempotency-Key"}
ODD = ("", "x y", '"abc"', 'W/"1"', "a" * 300, "%00")
TOKEN = "z" * 32
SECRET = "rahasia-klien-uji"
# Keys in bodies and queries → the resource whose ids they take.
NAMED = {
    "unit_id": "units", "parent_id": "units", "successor_id": "units", "unit": "units", "under": "units",
    "job_id": "jobs", "position_id": "positions", "position": "positions", "employee_id": "employees",
    "employee": "employees", "seat_id": "seats", "goal_id": "goals", "line_id": "formation-lines",
}  # fmt: skip


def session(user: Any) -> dict[str, Any]:
    client = Client()
    client.force_login(user)
    cookies = {"sessionid": client.cookies["sessionid"].value, "csrftoken": TOKEN}
    return {"headers": {"X-CSRFToken": TOKEN}, "cookies": cookies}


def bearer(agency: Any) -> dict[str, Any]:
    owner = user_with(agency, "integrasi", username="sistem-uji", is_service=True)
    made = ApiClient(name="Uji", owner=owner, type=ApiClient.Type.CONFIDENTIAL)
    made.set_scopes(list(SCOPE_PERMISSIONS))
    made.grant_types = ApiClient.GrantType.CLIENT_CREDENTIALS
    made.set_secret(SECRET)
    made.save()
    answer = Client().post(
        "/identity/o/api/token",
        {"grant_type": "client_credentials", "scope": " ".join(SCOPE_PERMISSIONS)},
        headers={"Authorization": f"Basic {b64encode(f'{made.pk}:{SECRET}'.encode()).decode()}"},
    )
    return {"headers": {"Authorization": f"Bearer {answer.json()['access_token']}"}}


class Places:
    """Ids of rows that exist, by resource, and requests that name them."""

    def __init__(self, agency: Any) -> None:
        self.random = random.Random(1)
        self.ids: dict[str, list[int]] = {}
        with agency_scope(agency):
            unit = UnitFactory(agency=agency)
            for route, make in (api_world.IN_UNIT | api_world.IN_AGENCY).items():
                self.ids[route] = [make(agency, unit).pk for _one in range(2)]
            # As every analysis that was computed.
            NeedsAnalysis.objects.update(parameters={"values": {"needs.submit_months": {"value": 24}}})
            NeedsResult.objects.update(evidence={"need": {"source": "PETA_DITETAPKAN"}})

    def one(self, route: str) -> int | None:
        """Return an id of the resource, mostly."""
        found = self.ids.get(route)
        return self.random.choice(found) if found and self.random.random() < 0.85 else None

    def lead(self, case: Any) -> None:
        """Let a request name rows that exist, in its address, query and body, and pass its conditions."""
        route = case.path.removeprefix("/api/v1/").partition("/")[0]
        for name in ("id", "pk"):
            if name in (case.path_parameters or {}):
                case.path_parameters[name] = self.one(route) or self.random.choice([0, 2**31, 999_999_999_999_999_999])
        if "table" in (case.path_parameters or {}) and (pk := self.one("employees")):
            case.path_parameters |= {"table": "positions_employee", "pk": pk}
        if "code" in (case.path_parameters or {}):
            case.path_parameters["code"] = self.random.choice(["workload", "nip", "tidak-ada"])
        if isinstance(case.body, dict):
            self._name(case.body, 0.85)
        if isinstance(case.query, dict):
            self._name(case.query, 0.5)
            for name in ("as_of", "cursor"):
                # Most texts are no day and no place: a list would never be reached.
                if name in case.query and self.random.random() < 0.7:
                    del case.query[name]
            if "updated_since" in case.query and self.random.random() < 0.7:
                kept = {"page_size": "7"} if self.random.random() < 0.5 else {}
                case.query.clear()
                case.query.update({"updated_since": "2026-01-01T00:00:00Z", **kept})
        self._condition(case)

    def _condition(self, case: Any) -> None:
        """Send the headers of `HEADERS` as the schema has them for the method: mostly such that the request goes on."""
        writes, odd = case.method.upper() in ("PUT", "PATCH", "POST"), self.random.random() >= 0.85
        headers = dict(case.headers or {})
        if writes:
            headers["If-Match"] = self.random.choice(ODD) if odd else "*"
            headers["Idempotency-Key"] = self.random.choice(ODD) if odd else f"k-{self.random.random()}"
        elif odd:
            headers["If-None-Match"] = self.random.choice(ODD)
        case.headers = headers

    def _name(self, body: Any, share: float) -> None:
        for name, value in list(body.items()):
            if name in NAMED and self.random.random() < share:
                body[name] = self.one(NAMED[name]) or value
            elif name == "target_id":
                body[name] = self.one("units") or value
            elif isinstance(value, dict):
                self._name(value, share)
            elif isinstance(value, list):
                for each in value:
                    if isinstance(each, dict):
                        self._name(each, share)


@pytest.fixture
def quiet():
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def test_every_operation_keeps_its_schema_for_three_roles(settings, tmp_path, quiet):
    settings.UPLOAD_DIR = tmp_path
    settings.API_RATES = dict.fromkeys(settings.API_RATES, 1_000_000)
    agency = api_world.medan()
    places = Places(agency)
    roles = {role: session(user_with(agency, role)) for role in ("admin_daerah", "staf_bkd")}
    doors = [*roles.items(), ("integrasi", bearer(agency))]
    raw = orjson.loads(Client().get("/api/v1/schema/?format=json").content)
    schema = schemathesis.openapi.from_dict(without_headers(raw))
    # Reading all of the product's source for words to try takes longer than a round.
    schema.config.analysis.constants.enabled = False
    schema.app = get_wsgi_application()
    operations = [result.ok() for result in schema.get_all_operations()]
    began, wrong, statuses, tried = (
        time.monotonic(),
        [],
        Counter(),
        {operation.label: set() for operation in operations},
    )

    for number, mode in enumerate(ROUNDS if SECONDS <= 70 else ROUNDS * 100):
        cases: dict[int, list[Any]] = {}
        for turn, place in product(range(len(doors)), range(len(operations))):
            if number and time.monotonic() - began > SECONDS:
                break
            if place not in cases:
                cases[place] = made(operations[place], mode, number)
                for case in cases[place]:
                    places.lead(case)
            role, door = doors[(place + turn) % len(doors)]
            for case in cases[place]:
                response = case.call(**door)
                tried[operations[place].label].add(role)
                statuses[response.status_code] += 1
                try:
                    case.validate_response(response, checks=CHECKS)
                except BaseExceptionGroup as failures:
                    # Every failure is told, not only the first.
                    wrong += [told(role, case, response, each) for each in failures.exceptions]

    assert not wrong, "\n\n".join(wrong[:40])
    untried = {label: sorted(dict(doors).keys() - by) for label, by in tried.items() if len(by) < len(doors)}
    assert not untried, f"not tried by each role: {untried}"
    # Not only refusals: a good part of the requests had an effect or an answer.
    assert sum(many for status, many in statuses.items() if status < 300) > statuses.total() / 5, statuses


def without_headers(raw: dict[str, Any]) -> dict[str, Any]:
    """Return the schema without the headers that `Places` sends itself."""
    for path in raw["paths"].values():
        for operation in path.values():
            if isinstance(operation, dict) and "parameters" in operation:
                operation["parameters"] = [each for each in operation["parameters"] if each["name"] not in HEADERS]
    return raw


def told(role: str, case: Any, response: Any, failure: BaseException) -> str:
    asked = f"{case.method} {case.formatted_path} {dict(case.query or {})} {dict(case.headers or {})}"
    said = getattr(failure, "message", "") or getattr(failure, "validation_message", "") or str(failure)
    return f"{role}: {asked} {case.body!r:.400}\n{response.status_code} {response.content[:400]!r}\n{said[:600]}"


def made(operation: Any, mode: GenerationMode, number: int) -> list[Any]:
    """Return a request of the operation, the same for the same round; none where nothing could be broken."""
    found: list[Any] = []

    # Hypothesis begins with the simplest example: the second says more.
    @seed(20261122 + number)
    @examples(
        max_examples=2, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=mode))
    def collect(case: Any) -> None:
        found.append(case)

    try:
        collect()
    except Unsatisfiable:
        return []
    return found[-1:]
