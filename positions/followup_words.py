"""What stands beside a follow-up (tindak lanjut), in the language of who reads it.

The row keeps what the product wrote in Indonesian, what a person wrote as it is; ours is told anew when it is shown
(docs/terjemahan.md).
"""

from django.utils.translation import gettext_noop

from asnhr import kept

CHANGED = gettext_noop("Keputusan diubah.")
SUPERSEDED = gettext_noop("Digantikan rekomendasi analisis yang lebih baru.")
WITHDRAWN = gettext_noop("Keputusan %(decree)s dibatalkan.")
CLOSED = gettext_noop("%(decree)s tanggal %(day)s; jabatan ditutup. %(note)s")
DECIDED = gettext_noop("%(decree)s tanggal %(day)s. %(note)s")


def told(note: str) -> str:
    """Return what the row keeps in the reader's language; what a person wrote stays."""
    return kept.told(note, (CHANGED, SUPERSEDED, WITHDRAWN, CLOSED, DECIDED), decree=str, note=_offered)


def _offered(note: str) -> str:
    """Return a note that the form offered (the recommendation and its reason) and that nobody changed."""
    parts = note.split(": ")
    return ": ".join(map(kept.value_told, parts)) if len(parts) == 2 and all(map(kept.is_ours, parts)) else note
