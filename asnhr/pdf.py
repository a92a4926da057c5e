"""PDF of a typst template: the same bytes for the same inputs and moment, in the house's own fonts."""

import json
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path

from django.conf import settings

FONTS = Path(settings.BASE_DIR) / "asnhr" / "fonts"
PROGRAM = Path(settings.BASE_DIR) / "asnhr" / "pdf_process.py"
# A web worker is ended after thirty seconds without a word; long files are made by a run, which nothing ends while it
# shows life: its limit is for a typesetter that hangs.
SECONDS, SECONDS_IN_RUN = 25, 600


class NotPrinted(RuntimeError):
    """The document could not be made; the message is the typesetter's."""


def render(template: str, inputs: Mapping[str, str], day: date, *, seconds: float | None = None) -> bytes:
    """Return the PDF of `template`, whose `sys.inputs` are `inputs`; `day` (a day, or a moment with its zone) is the
    document's date.

    Made in a process of its own (`asnhr/pdf_process.py`). Raises NotPrinted for a template that does not compile, and
    when it takes longer than `seconds` (None: SECONDS, what a request may take; a run gives SECONDS_IN_RUN).
    """
    limit = SECONDS if seconds is None else seconds
    moment = day if isinstance(day, datetime) else datetime.combine(day, time(), UTC)
    asked = {"template": template, "inputs": dict(inputs), "fonts": str(FONTS), "moment": moment.isoformat()}
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(PROGRAM)], input=json.dumps(asked).encode(), capture_output=True, check=False,
            timeout=limit,
        )  # fmt: skip
    except subprocess.TimeoutExpired as late:
        raise NotPrinted(f"longer than {limit} s") from late
    if done.returncode != 0:
        raise NotPrinted(done.stderr.decode(errors="replace")[-2000:])
    return done.stdout
