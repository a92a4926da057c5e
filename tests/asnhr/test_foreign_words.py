"""In Indonesian nothing speaks English: no message of DRF, django-filter or Django, whatever is sent where."""

import ast
import gettext
import json
import re
from importlib import import_module
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import get_resolver
from django.utils import translation
from drf_spectacular.generators import SchemaGenerator

from asnhr.api import ground
from tests import api_world
from tests.roles import user_with

pytestmark = pytest.mark.django_db
CATALOGUE = Path(settings.BASE_DIR) / "locale" / "id" / "LC_MESSAGES"
PACKAGES = ("rest_framework", "django_filters")
# Addresses of the API have no other versions, no log-in of their own, no hyperlinks; labels of lookups are never shown.
UNUSED = re.compile(r"^(date|year|month|day|week day|hour|minute|second|overlaps|has (any )?keys?|is contained by)$")
# Looked up as the plural of another.
PLURAL = "Expected available in {wait} seconds."


def sentences():
    """Every message that the packages mark for translation."""
    for package in PACKAGES:
        root = Path(import_module(package).__file__).parent
        for path in [*root.glob("*.py"), *(root / "utils").glob("*.py")]:
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                called = getattr(getattr(node, "func", None), "id", "") in ("_", "gettext", "gettext_lazy")
                if called and isinstance(node.args[0], ast.Constant) and not UNUSED.match(node.args[0].value):
                    yield node.args[0].value


def as_pattern(sentence):
    return "^" + re.sub(r"(\\\{.*?\\\}|%s)", ".*", re.escape(sentence)) + "$"


ENGLISH = re.compile("|".join(as_pattern(each) for each in {*sentences()} if " " in each))


def test_every_message_of_the_packages_has_an_indonesian_one():
    with translation.override("id"):
        missing = {each for each in sentences() if translation.gettext(each) == each}
    assert missing == {PLURAL}


def test_the_catalogue_is_compiled():
    with (CATALOGUE / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)._catalog
    text = (CATALOGUE / "django.po").read_text(encoding="utf-8")
    kept = {ast.literal_eval(line[6:]) for line in text.splitlines() if line.startswith("msgid ")} - {""}
    assert kept == {key[0] if isinstance(key, tuple) else key for key in compiled if key}


def strings(value):
    if isinstance(value, dict):
        for each in value.values():
            yield from strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from strings(each)
    elif isinstance(value, str):
        yield value


def writes():
    """(method, address, names of the body's fields) of every write of the API."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    parts = schema["components"]["schemas"]
    for path, methods in schema["paths"].items():
        for method, about in methods.items():
            if method == "get" or not isinstance(about, dict):
                continue
            names = set()
            for content in about.get("requestBody", {}).get("content", {}).values():
                reference = content["schema"].get("$ref", "").rpartition("/")[2]
                names |= set(parts.get(reference, content["schema"]).get("properties", {}))
            yield method, re.sub(r"\{.*?\}", "1", path), sorted(names)


JSON = "application/json"
WRONG = ["", None, [], {}, -1.5, "x" * 5_000, True, ["x"], 10**30]


@pytest.fixture
def speaks():
    """Ask (method, address, its bodies with their kind) as each of two users; return what was said in English."""
    medan = api_world.medan()
    clients = [Client(), Client()]
    for client, role in zip(clients, ("staf_bkd", "bagian_organisasi"), strict=True):
        client.force_login(user_with(medan, role))

    def ask(method, path, bodies=(("", JSON),)):
        said = []
        for client in clients:
            for body, kind in bodies:
                answer = client.generic(method.upper(), path, body, kind, headers={"accept-language": "id"})
                assert answer.status_code < 500, (method, path, body[:200], answer.content[:500])
                if answer.content and "json" in answer["Content-Type"]:
                    said += [text for text in strings(answer.json()) if ENGLISH.match(text)]
                if answer.status_code == 403:
                    # Refused before any body is looked at.
                    break
        return said

    return ask


def test_bad_bodies_are_refused_in_indonesian(speaks):
    found = {}
    asked = list(writes())
    assert len(asked) >= 40
    for method, path, names in asked:
        bodies = ["{}", "[]", "{bad", '"x"', *(json.dumps(dict.fromkeys(names, value)) for value in WRONG)]
        others = [("x", "text/plain"), ("x", "multipart/form-data")]
        said = speaks(method, path, [*((body, JSON) for body in bodies), *others])
        if said:
            found[path] = sorted(set(said))
    assert found == {}


def test_bad_questions_are_refused_in_indonesian(speaks):
    queries = ["cursor=x", "limit=x", "page_size=x", "as_of=x", "ordering=x", "history=x", "nothing=x"]
    found = {}
    for name in resources():
        path = f"/api/v1/{name}/"
        said = [text for query in queries for text in speaks("get", f"{path}?{query}")]
        said += speaks("delete", path) + speaks("get", f"{path}999999999/") + speaks("put", f"{path}1/")
        if said:
            found[path] = sorted(set(said))
    assert found == {}


def resources():
    return [name for name in ground.resources() if name != "schema"]


# The root of the API


def test_the_root_names_every_resource_and_no_data(client):
    medan = api_world.medan()
    for role in ("staf_bkd", "auditor", "pegawai"):
        client.force_login(user_with(medan, role))
        named = client.get("/api/v1/").json()
        assert {"units", "employees", "positions", "runs", "parameters", "imports", "me", "schema"} <= set(named)
        assert named["units"] == "http://testserver/api/v1/units/"
        assert all(client.get(address).status_code in (200, 403) for address in named.values())
    client.logout()
    assert client.get("/api/v1/").status_code == 401


def test_every_list_of_the_api_is_named():
    routes = {
        str(each.pattern) for branch in get_resolver().url_patterns if str(branch.pattern) == "api/v1/"
        for each in branch.url_patterns if (each.name or "").endswith("-list")
    }  # fmt: skip
    assert {route.strip("^$/") for route in routes} <= {*resources()}
