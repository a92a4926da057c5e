"""Pictures as telephones and scanners make them, without what was noted beside the pixels."""

import io
import struct
import zlib

import pytest
from PIL import Image, ImageChops, ImageOps, PngImagePlugin

from asnhr.files import content, traces
from tests import papers

MB = 1024 * 1024
NOTES = (b"Rumah", b"kamera", b"GPS", b"ftypmp4", b"MPF\x00", b"Photoshop", b"Pemilik")


def segment(kind: int, body: bytes) -> bytes:
    return bytes((0xFF, kind)) + struct.pack(">H", len(body) + 2) + body


def telephone(**more) -> bytes:
    """A JPEG with the place in EXIF, a thumbnail's and a second picture's notes, IPTC, a remark; a film behind it."""
    image = Image.effect_noise((64, 48), 90).convert("RGB")
    exif = image.getexif()
    exif[0x0112], exif[0x010E], exif[0x9C9D] = more.pop("turned", 6), "Rumah dinas", b"Pemilik"
    exif.get_ifd(0x8825).update({1: "N", 2: (3.0, 35.0, 42.0), 29: "2026:11:23"})
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif, comment=b"kamera", icc_profile=b"profil" * 20, **more)
    made = out.getvalue()
    extra = segment(0xE2, b"MPF\x00II*\x00") + segment(0xED, b"Photoshop 3.0\x00") + segment(0xE1, b"http://ns GPS")
    return made[:2] + extra + made[2:] + b"\x00\x00ftypmp4 GPS" + made


def same(one: bytes, other: bytes) -> bool:
    """Whether two pictures look alike, turned as a viewer turns them."""
    first, second = (ImageOps.exif_transpose(Image.open(io.BytesIO(each))).convert("RGBA") for each in (one, other))
    return first.size == second.size and ImageChops.difference(first, second).getbbox() is None


@pytest.mark.filterwarnings("ignore:Image appears to be a malformed MPO")
@pytest.mark.parametrize("more", [{}, {"progressive": True}, {"restart_marker_rows": 1}, {"turned": 1}, {"turned": 99}])
def test_a_jpeg_keeps_its_pixels_its_colours_and_how_it_is_turned(more):
    taken = telephone(**more)
    assert Image.open(io.BytesIO(taken)).getexif().get_ifd(0x8825)[1] == "N"

    made = traces.removed(taken, "jpeg")

    shown = Image.open(io.BytesIO(made))
    turned = more.get("turned", 6)
    assert dict(shown.getexif()) == ({0x0112: 6} if turned == 6 else {})
    assert shown.info["icc_profile"] == b"profil" * 20
    assert not {"comment", "xmp", "photoshop", "mp"} & set(shown.info)
    assert not [note for note in NOTES if note in made]
    assert same(taken, made)
    assert shown.size == (64, 48)
    assert traces.removed(made, "jpeg") == made
    content.check(made, "a.jpg", allowed=("jpeg",), max_bytes=MB, max_pages=1)


def test_a_png_keeps_its_pixels_and_how_it_is_turned():
    image = Image.effect_noise((40, 30), 90).convert("RGBA")
    notes, exif = PngImagePlugin.PngInfo(), image.getexif()
    notes.add_text("Author", "Pemilik")
    notes.add_text("Comment", "Rumah " * 40, zip=True)
    notes.add_itxt("XML:com.adobe.xmp", "<x>GPS</x>")
    notes.add(b"tIME", bytes(7))
    exif[0x0112], exif[0x010E] = 8, "Rumah dinas"
    out = io.BytesIO()
    image.save(out, "PNG", pnginfo=notes, exif=exif, dpi=(300, 300))
    taken = out.getvalue() + b"ftypmp4"

    made = traces.removed(taken, "png")

    shown = Image.open(io.BytesIO(made))
    shown.load()
    assert (dict(shown.getexif()), round(shown.info["dpi"][0])) == ({0x0112: 8}, 300)
    assert not shown.text
    assert not [note for note in (*NOTES, b"tEXt", b"zTXt", b"iTXt", b"tIME") if note in made]
    assert same(taken, made)
    assert zlib.crc32(b"IEND").to_bytes(4) == made[-4:]
    assert traces.removed(made, "png") == made
    content.check(made, "a.png", allowed=("png",), max_bytes=MB, max_pages=1)


def test_others_stay_as_they_are_and_a_broken_one_is_refused():
    assert traces.removed(papers.pdf(), "pdf") == papers.pdf()
    with pytest.raises(content.WrongContent, match="rusak"):
        traces.removed(b"\xff\xd8\xff\xe1", "jpeg")
    with pytest.raises(content.WrongContent, match="rusak"):
        traces.removed(content.MAGIC["png"] + b"\x00", "png")
