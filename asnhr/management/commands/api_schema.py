"""Write the OpenAPI schema of the API to docs/openapi.yaml, in Indonesian, the same bytes for the same code."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import translation
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer
from drf_spectacular.validation import validate_schema

COMMITTED = "docs/openapi.yaml"


class Command(BaseCommand):
    help = f"Menulis skema API ke {COMMITTED}."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", default=str(Path(settings.BASE_DIR) / COMMITTED), help="berkas; - keluaran")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override("id"):
            schema = SchemaGenerator().get_schema(request=None, public=True)
            validate_schema(schema)
            text = OpenApiYamlRenderer().render(schema, renderer_context={}).decode()
        if options["to"] == "-":
            self.stdout.write(text, ending="")
        else:
            Path(options["to"]).write_text(text, encoding="utf-8")
