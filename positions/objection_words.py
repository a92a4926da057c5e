"""What an objection is about, in the language of who reads it.

The row keeps what the result said when it was objected to, in Indonesian; it is translated when it is shown
(docs/terjemahan.md).
"""

import re
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from positions.models.agenda import AgendaItem
from positions.models.analysis import Recommendation

# As `positions.services.objections` writes it of a recommendation, and of a line of the agenda book.
_LINE = re.compile(
    r"(?P<what>.+?) (?P<n>\d*) · (?P<job>.+), (?P<unit>[^,]+) \(analisis per (?P<day>\d\d-\d\d-\d{4})\)", re.DOTALL
)
_ITEM = re.compile(r"(?P<what>.+) (?P<day>\d\d-\d\d-\d{4})", re.DOTALL)


def told(about: str) -> str:
    """Return what the row keeps in the reader's language; what was written otherwise stays as it is."""
    line = _LINE.fullmatch(about)
    if line is not None:
        return _("%(what)s %(n)s · %(job)s, %(unit)s (analisis per %(day)s)") % {
            **line.groupdict(), "what": _label(Recommendation, line["what"]),
        }  # fmt: skip
    item = _ITEM.fullmatch(about)
    return f"{_label(AgendaItem.Kind, item['what'])} {item['day']}" if item is not None else about


def _label(kinds: Any, said: str) -> str:
    with translation.override("id"):
        found = next((each for each in kinds if str(each.label) == said), None)
    return said if found is None else str(found.label)
