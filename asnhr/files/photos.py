"""A portrait made anew from the pixels of a picture: turned upright, small, without EXIF, GPS, profile or comment."""

import io
from dataclasses import dataclass

from django.utils.translation import gettext as _

from asnhr.files import content

# Pixels of the longest sides: 3 × 4, sharp at the size of a passport photo on a dense screen.
WIDTH, HEIGHT = 480, 640
SMALLEST = 120
QUALITY = 85
FORMATS = ("jpeg", "png")


@dataclass(frozen=True)
class Portrait:
    """A JPEG and its measures in pixels."""

    data: bytes
    width: int
    height: int


def portrait_of(data: bytes, filename: str, *, max_bytes: int) -> Portrait:
    """Return the portrait of an uploaded picture. Raises content.WrongContent with a sentence."""
    from PIL import Image, ImageOps  # with the first photo: every web process knows this module

    content.check(data, filename, allowed=FORMATS, max_bytes=max_bytes, max_pages=1)
    with Image.open(io.BytesIO(data), formats=[name.upper() for name in FORMATS]) as opened:
        # What the camera noted as a turn is done to the pixels; the note itself goes with all others.
        upright = ImageOps.exif_transpose(opened)
        if min(upright.size) < SMALLEST:
            raise content.WrongContent(_("Foto paling kecil %(n)d × %(n)d piksel.") % {"n": SMALLEST})
        upright.thumbnail((WIDTH, HEIGHT))
        # Onto a new picture: nothing of the old file but colours comes along; transparency becomes white.
        colours = upright.convert("RGBA")
        plain = Image.new("RGB", colours.size, "white")
        plain.paste(colours, mask=colours.getchannel("A"))
        made = io.BytesIO()
        plain.save(made, "JPEG", quality=QUALITY, optimize=True, exif=b"")
    return Portrait(made.getvalue(), *plain.size)
