"""What a file really is: its first bytes, not its name; how many pages; nothing active in a PDF.

A file is taken when its name, its magic bytes and the forms allowed for it say the same. The libraries that open one
are loaded with the first file: every web process knows this module, few see an upload.
"""

import io
import warnings
from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext as _

from asnhr.errors import RuleBroken

MAGIC = {"pdf": b"%PDF-", "jpeg": b"\xff\xd8\xff", "png": b"\x89PNG\r\n\x1a\n"}
ENDINGS = {"pdf": "pdf", "jpg": "jpeg", "jpeg": "jpeg", "png": "png"}
NAMES = {"pdf": "PDF", "jpeg": "JPEG", "png": "PNG"}
# A page of A3 at 300 dpi has 17 million pixels; far more is an attempt to fill the memory.
MAX_PIXELS = 25_000_000


class WrongContent(RuleBroken):
    """The file is not what it says it is, is damaged or is too much."""


@dataclass(frozen=True)
class Checked:
    """What a file was found to be. `format`: of MAGIC."""

    format: str
    pages: int


def check(data: bytes, filename: str, *, allowed: Collection[str], max_bytes: int, max_pages: int) -> Checked:
    """Return what `data` is. Raises WrongContent with a sentence."""
    if not data:
        raise WrongContent(_("Berkas kosong."))
    check_size(len(data), max_bytes)
    declared = ENDINGS.get(filename.rpartition(".")[2].lower())
    known = ", ".join(NAMES[each] for each in MAGIC if each in allowed)
    if declared is None or declared not in allowed:
        raise WrongContent(_("Bentuk berkas ini tidak diterima; yang diterima: %(known)s.") % {"known": known})
    found = format_of(data)
    if found != declared:
        raise WrongContent(
            _("Isi berkas bukan %(declared)s seperti namanya; simpan ulang dari aplikasinya.")
            % {"declared": NAMES[declared]}
        )
    if found == "pdf":
        from asnhr.files.pdfs import pages_of  # pypdf: 6 MB

        return Checked(found, pages_of(data, max_pages))
    check_image(data, found)
    return Checked(found, 1)


def check_size(size: int, max_bytes: int) -> None:
    """Raise WrongContent for more than `max_bytes`."""
    if size > max_bytes:
        raise WrongContent(
            _("Berkas lebih besar daripada %(limit)s MB.") % {"limit": f"{max_bytes / 1024 / 1024:g}".replace(".", ",")}
        )


def format_of(data: bytes) -> str | None:
    """Return the form that the first bytes tell, None for one we do not take."""
    return next((name for name, magic in MAGIC.items() if data.startswith(magic)), None)


def check_image(data: bytes, form: str) -> None:
    """Raise WrongContent for a picture that does not decode, or decodes to more than MAX_PIXELS."""
    from PIL import Image  # 2 MB

    try:
        with warnings.catch_warnings():
            # Pillow only warns up to twice its own bound; ours is checked below, before anything is decoded.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=[form.upper()]) as image:
                if image.width * image.height > MAX_PIXELS:
                    raise WrongContent(_("Gambar terlalu besar; pindai dengan resolusi lebih rendah."))
                # A JPEG proves itself at an eighth of its sides, in a sixty-fourth of the memory.
                image.draft("L", (image.width // 8, image.height // 8))
                image.load()
    except WrongContent:
        raise
    except Exception:  # noqa: BLE001  whatever a decoder stumbles over, the file is not a picture we keep
        raise WrongContent(_("Gambar rusak dan tidak dapat dibuka.")) from None
