"""What a PDF holds: its pages, and whether anything in it runs by itself. Loaded with the first PDF (pypdf)."""

import io
import logging
from typing import Any

from django.utils.translation import gettext as _
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject

from asnhr.files.content import WrongContent

# Keys that make a PDF do something by itself, and where they may stand.
ACTIVE = ("/JS", "/JavaScript", "/Launch", "/EmbeddedFiles", "/RichMedia", "/XFA")


def pages_of(data: bytes, max_pages: int) -> int:
    """Return the number of pages of a PDF. Raises WrongContent: damaged, locked by a password, too long, or active."""
    # What it mends in passing is no news to an administrator.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted:
            raise WrongContent(_("PDF berkata sandi tidak diterima; simpan tanpa kata sandi."))
        pages = len(reader.pages)
        if pages > max_pages:
            raise WrongContent(
                _("Berkas %(pages)d halaman; paling banyak %(limit)d halaman.") % {"pages": pages, "limit": max_pages}
            )
        if _is_active(reader):
            raise WrongContent(_("PDF berisi skrip, lampiran, atau formulir aktif; cetak ulang menjadi PDF biasa."))
    except WrongContent:
        raise
    except Exception:  # noqa: BLE001  whatever the parser stumbles over, the file is not a PDF that others can open
        raise WrongContent(_("PDF rusak dan tidak dapat dibuka.")) from None
    if pages < 1:
        raise WrongContent(_("PDF rusak dan tidak dapat dibuka."))
    return pages


def _is_active(reader: PdfReader) -> bool:
    """Whether anything in the catalogue, the pages or their annotations runs, starts or carries something."""
    root = reader.root_object
    if _names_active(root, depth=4, skip=("/Pages", "/Outlines", "/StructTreeRoot", "/Dests")):
        return True
    return any(
        _names_active(page, depth=3, skip=("/Parent", "/Contents", "/Resources", "/P", "/StructParents"))
        for page in reader.pages
    )


def _names_active(value: Any, *, depth: int, skip: tuple[str, ...]) -> bool:
    if depth < 0:
        return False
    value = value.get_object() if hasattr(value, "get_object") else value
    if isinstance(value, DictionaryObject):
        if any(key in ACTIVE for key in value) or value.get("/S") in ("/JavaScript", "/Launch"):
            return True
        return any(_names_active(each, depth=depth - 1, skip=skip) for key, each in value.items() if key not in skip)
    if isinstance(value, ArrayObject):
        return any(_names_active(each, depth=depth - 1, skip=skip) for each in value)
    return False
