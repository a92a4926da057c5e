"""The API's schema as a document: made once for a version of the API, in a process of its own."""

import hashlib
import os
import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpResponse
from django.utils import translation
from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request

COMMITTED = "docs/openapi.yaml"
# The language of the committed file.
OWN = "id"
SECONDS = 50
KEPT = 30 * 24 * 3600


class NotMade(RuntimeError):
    """The process that makes the document failed; the message is its last words."""


@lru_cache(maxsize=1)
def committed() -> tuple[Path, str]:
    """Return the committed schema and its fingerprint, which changes with the API (a test holds both together)."""
    path = Path(settings.BASE_DIR) / COMMITTED
    return path, hashlib.sha256(path.read_bytes()).hexdigest()


def text(language: str, form: str) -> bytes:
    """Return the schema in a language, as "yaml" or "json". Raises NotMade.

    To make it takes seconds and some 25 MB that a web worker would never give back; so a process of its own makes what
    is not committed, and the cache keeps it for all workers.
    """
    path, fingerprint = committed()
    if (language, form) == (OWN, "yaml"):
        return path.read_bytes()
    key = f"api-schema:{fingerprint}:{language}:{form}"
    found: bytes | None = cache.get(key)
    if found is None:
        found = made(language, form)
        cache.set(key, found, KEPT)
    return found


def made(language: str, form: str) -> bytes:
    command = [sys.executable, "-m", "django", "api_schema", "--to", "-", "--lang", language, "--format", form]
    try:
        done = subprocess.run(
            command, cwd=settings.BASE_DIR, env=os.environ, stdin=subprocess.DEVNULL, capture_output=True, check=False,
            timeout=SECONDS,
        )  # fmt: skip
    except subprocess.TimeoutExpired as late:
        raise NotMade(f"longer than {SECONDS} s") from late
    if done.returncode != 0:
        raise NotMade(done.stderr.decode(errors="replace")[-2000:])
    return done.stdout


class SchemaView(SpectacularAPIView):
    """As drf-spectacular's own: its languages (`?lang=`) and forms, its address and name."""

    def _get_schema_response(self, request: Request) -> HttpResponse:
        wanted: Any = request.accepted_renderer
        chosen = translation.get_language()
        language = chosen if chosen in dict(settings.LANGUAGES) else OWN
        name = self._get_filename(request, "")
        return HttpResponse(
            text(language, "json" if "json" in wanted.format else "yaml"),
            content_type=wanted.media_type,
            headers={"Content-Disposition": f'inline; filename="{name}"', "Content-Language": language},
        )
