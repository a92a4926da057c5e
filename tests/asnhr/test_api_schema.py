"""The committed schema is the one that the code gives; integrators compare versions of this file."""

from functools import partial
from io import StringIO
from pathlib import Path

import orjson
import pytest
import yaml
from django.core.cache import cache
from django.core.management import call_command
from django.utils import translation
from drf_spectacular.generators import SchemaGenerator

from asnhr.api import document

LANGUAGES, FORMS = ("id", "en"), ("yaml", "json")
COMMITTED = Path(__file__).resolve().parent.parent.parent / "docs" / "openapi.yaml"
HOW = "the API changed: run `.venv/bin/python manage.py api_schema`, look at the difference, commit docs/openapi.yaml"


def test_the_committed_schema_is_that_of_the_code():
    said = StringIO()
    with translation.override("en"):
        call_command("api_schema", to="-", stdout=said)

    assert said.getvalue() == COMMITTED.read_text(encoding="utf-8"), HOW


@pytest.fixture
def no_copies():
    cache.delete_many([f"api-schema:{document.committed()[1]}:{lang}:{form}" for lang in LANGUAGES for form in FORMS])


@pytest.mark.django_db
@pytest.mark.parametrize(("lang", "form"), [(lang, form) for lang in LANGUAGES for form in FORMS])
def test_it_is_served_in_both_languages_and_forms(lang, form, client, no_copies):
    answer = client.get("/api/v1/schema/", {"lang": lang, "format": form})
    again = client.get("/api/v1/schema/", {"lang": lang, "format": form})

    assert (answer.status_code, answer["Content-Language"]) == (200, lang)
    assert answer["Content-Type"] == {
        "yaml": "application/vnd.oai.openapi", "json": "application/vnd.oai.openapi+json"
    }[form]  # fmt: skip
    with translation.override(lang):
        wanted = SchemaGenerator().get_schema(request=None, public=True)
    read = orjson.loads if form == "json" else partial(yaml.load, Loader=yaml.CSafeLoader)
    assert read(answer.content) == orjson.loads(orjson.dumps(wanted, option=orjson.OPT_NON_STR_KEYS, default=str))
    assert again.content == answer.content


@pytest.mark.django_db
def test_a_language_that_it_does_not_speak_is_answered_in_its_own(client):
    answer = client.get("/api/v1/schema/", {"lang": "fr", "format": "yaml"})

    assert answer["Content-Language"] == "id"
    assert answer.content == COMMITTED.read_bytes()


@pytest.mark.django_db
def test_a_worker_makes_no_document_itself(client, no_copies, monkeypatch):
    """What it took would stay with the worker: 25 MB."""
    monkeypatch.setattr(SchemaGenerator, "get_schema", lambda *_args, **_values: pytest.fail("made in the worker"))

    assert b'"openapi"' in client.get("/api/v1/schema/", {"format": "json"}).content


@pytest.mark.django_db
def test_the_second_reader_waits_for_no_process(client, no_copies, monkeypatch):
    first = client.get("/api/v1/schema/", {"format": "json"}).content
    monkeypatch.setattr(document, "made", lambda *_args: pytest.fail("made twice"))

    assert client.get("/api/v1/schema/", {"format": "json"}).content == first


def test_a_process_that_fails_says_why(monkeypatch):
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "asnhr.settings.nowhere")

    with pytest.raises(document.NotMade, match="nowhere"):
        document.made("en", "json")
