"""The committed schema is the one that the code gives; integrators compare versions of this file."""

from io import StringIO
from pathlib import Path

from django.core.management import call_command
from django.utils import translation

COMMITTED = Path(__file__).resolve().parent.parent.parent / "docs" / "openapi.yaml"
HOW = "the API changed: run `.venv/bin/python manage.py api_schema`, look at the difference, commit docs/openapi.yaml"


def test_the_committed_schema_is_that_of_the_code():
    said = StringIO()
    with translation.override("en"):
        call_command("api_schema", to="-", stdout=said)

    assert said.getvalue() == COMMITTED.read_text(encoding="utf-8"), HOW
