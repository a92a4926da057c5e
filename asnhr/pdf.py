"""PDF of a typst template: the same bytes for the same inputs and day, in the house's own fonts."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

FONTS = Path(settings.BASE_DIR) / "asnhr" / "fonts"


def render(template: str, inputs: Mapping[str, str], day: date) -> bytes:
    """Return the PDF of `template`, whose `sys.inputs` are `inputs`; `day` is the document's date.

    Raises typst.TypstError for a template that does not compile.
    """
    # 7 MB that only the process needs which makes a PDF.
    import typst

    made: bytes = typst.compile(
        template.encode(), format="pdf", font_paths=_fonts(), sys_inputs=dict(inputs),
        timestamp=datetime(day.year, day.month, day.day, tzinfo=UTC),
    )  # fmt: skip
    return made


@lru_cache(maxsize=1)
def _fonts() -> Any:
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(FONTS)])
