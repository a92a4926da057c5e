"""Commands that speak Indonesian, and English on switch."""

from contextlib import AbstractContextManager
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils import translation


class LanguageCommand(BaseCommand):
    """Base of commands with `--language`: what they print and refuse with is in that language, Indonesian by default.

    Help texts are Indonesian: they are written before the options are read.
    """

    @staticmethod
    def writing() -> AbstractContextManager[None]:
        """Return the block for what is written to the database, where words stay Indonesian (docs/terjemahan.md)."""
        return translation.override(settings.LANGUAGE_CODE)

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.add_argument(
            "--language",
            choices=[code for code, _name in settings.LANGUAGES],
            default=settings.LANGUAGE_CODE,
            help="bahasa keluaran dan pesan; bawaan: id",
        )
        return parser

    def execute(self, *args: Any, **options: Any) -> str | None:
        with translation.override(options.get("language") or settings.LANGUAGE_CODE):
            return super().execute(*args, **options)
