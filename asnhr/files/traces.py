"""A picture without what the camera wrote beside it: place, time, owner, remarks, a film behind it. No pixel changes.

Only parts that show the picture are kept, by name; which maker hides what in which other part need not be known.
"""

import io
import re
import struct
import zlib

from django.utils.translation import gettext as _

from asnhr.files.content import MAGIC, WrongContent

# JPEG: parts of applications that colours depend on, by how they begin (JFIF, an ICC profile, Adobe's colours).
JPEG_KEPT = {0xE0: b"JFIF\x00", 0xE2: b"ICC_PROFILE\x00", 0xEE: b"Adobe"}
JPEG_END, JPEG_SCAN, JPEG_COMMENT = 0xD9, 0xDA, 0xFE
# A marker that begins a part; stuffed bytes and restarts within the pixels are none, nor is what fills up before one.
JPEG_MARKER = re.compile(rb"\xff([\xc0-\xcf\xd9-\xfe])")
# PNG: optional parts that say how the picture is shown; those that a reader must know begin with a capital.
PNG_KEPT = frozenset(
    (b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"cICP", b"bKGD", b"hIST", b"pHYs", b"sPLT")
)
ORIENTATION = 0x0112


def removed(data: bytes, form: str) -> bytes:
    """Return the file without them: a JPEG or a PNG that `content.check` found whole; others (PDF) as they are.

    What tells how the picture is turned stays: without it a photo taken upright lies on its side. Raises WrongContent.
    """
    if form not in ("jpeg", "png"):
        return data
    turned = _turned(data, form)
    try:
        return _jpeg(data, turned) if form == "jpeg" else _png(data, turned)
    except (struct.error, IndexError):
        raise WrongContent(_("Gambar rusak dan tidak dapat dibuka.")) from None


def _turned(data: bytes, form: str) -> int:
    """Return the orientation of EXIF, 1 (as the pixels are) to 8; 1 for none and for nonsense."""
    from PIL import Image  # 2 MB, with the first picture

    try:
        with Image.open(io.BytesIO(data), formats=[form.upper()]) as image:
            value = image.getexif().get(ORIENTATION, 1)
    except Exception:  # noqa: BLE001  EXIF that cannot be read turns nothing, and goes with the rest
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _exif(turned: int) -> bytes:
    """Return a TIFF header with one directory of one entry."""
    return b"MM\x00*\x00\x00\x00\x08" + struct.pack(">HHHIHHI", 1, ORIENTATION, 3, 1, turned, 0, 0)


def _jpeg(data: bytes, turned: int) -> bytes:
    parts, at = [], len(MAGIC["jpeg"]) - 1
    while (marker := JPEG_MARKER.search(data, at)) is not None:
        kind, start = marker[1][0], marker.end()
        if kind == JPEG_END:
            break
        end = start + int(struct.unpack_from(">H", data, start)[0])
        if kind == JPEG_SCAN:
            # The pixels have no length: they reach to the next marker.
            following = JPEG_MARKER.search(data, end)
            end = following.start() if following else len(data)
        body = data[start:end]
        is_extra = kind == JPEG_COMMENT or 0xE0 <= kind <= 0xEF
        if not is_extra or (kind in JPEG_KEPT and body[2:].startswith(JPEG_KEPT[kind])):
            parts.append(bytes((0xFF, kind)) + body)
        at = end
    if turned != 1:
        exif = b"Exif\x00\x00" + _exif(turned)
        first = 1 if parts and parts[0][1] == 0xE0 else 0
        parts.insert(first, b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif)
    # Behind the end some telephones put a film, or a second picture with notes of its own.
    return b"".join((b"\xff\xd8", *parts, bytes((0xFF, JPEG_END))))


def _png(data: bytes, turned: int) -> bytes:
    parts, at = [MAGIC["png"]], len(MAGIC["png"])
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if kind[:1].isupper() or kind in PNG_KEPT:
            parts.append(data[at:end])
        if kind == b"IHDR" and turned != 1:
            exif = b"eXIf" + _exif(turned)
            parts.append(struct.pack(">I", len(exif) - 4) + exif + struct.pack(">I", zlib.crc32(exif)))
        if kind == b"IEND":
            break
        at = end
    return b"".join(parts)
