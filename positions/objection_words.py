"""What an objection is about, in the language of who reads it.

The row keeps what the result said when it was objected to, in Indonesian; it is translated when it is shown
(docs/terjemahan.md).
"""

import re

from django.utils.translation import gettext_noop

from asnhr import kept

# As `positions.services.objections` writes it of a recommendation, and of a line of the agenda book.
LINE = gettext_noop("%(what)s %(n)s · %(job)s, %(unit)s (analisis per %(day)s)")
_ITEM = re.compile(r"(?P<what>.+?) (?P<day>\d\d-\d\d-\d{4}|\d{1,2} \w+ \d{4})", re.DOTALL)


def told(about: str) -> str:
    """Return what the row keeps in the reader's language; what was written otherwise stays as it is."""
    item = _ITEM.fullmatch(about)
    if item is not None and kept.is_ours(item["what"]):
        return f"{kept.value_told(item['what'])} {kept.value_told(item['day'])}"
    return kept.told(about, [LINE], job=str, unit=str, n=str)
