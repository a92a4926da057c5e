"""Write the OpenAPI schema of the API to docs/openapi.yaml, in Indonesian, the same bytes for the same code."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import translation
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer
from drf_spectacular.validation import validate_schema

from asnhr.api.document import COMMITTED, OWN

FORMS = {"yaml": OpenApiYamlRenderer, "json": OpenApiJsonRenderer}


class Command(BaseCommand):
    help = f"Menulis skema API ke {COMMITTED}."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", default=str(Path(settings.BASE_DIR) / COMMITTED), help="berkas; - keluaran")
        parser.add_argument("--lang", choices=list(dict(settings.LANGUAGES)), default=OWN)
        parser.add_argument("--format", choices=list(FORMS), default="yaml")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(options["lang"]):
            schema = SchemaGenerator().get_schema(request=None, public=True)
            validate_schema(schema)
            text = str(FORMS[options["format"]]().render(schema, renderer_context={}), "utf-8")  # type: ignore[arg-type]
        if options["to"] == "-":
            self.stdout.write(text, ending="")
        else:
            Path(options["to"]).write_text(text, encoding="utf-8")
