"""Small real files: PDFs of some pages, plain or with something in them, pictures as a telephone takes them."""

import io
from typing import Any

from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject


def pdf(pages: int = 1, **more: Any) -> bytes:
    """`script`: runs JavaScript when opened; `attachment`: carries a file; `password`: locked."""
    writer = PdfWriter()
    for _number in range(pages):
        writer.add_blank_page(210, 297)
    if more.get("script"):
        action = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1)")}
        writer.root_object[NameObject("/OpenAction")] = DictionaryObject(action)
    if more.get("attachment"):
        writer.add_attachment("hadiah.exe", b"MZ")
    if more.get("password"):
        writer.encrypt(more["password"])
    if more.get("title"):
        writer.add_metadata({"/Title": more["title"]})
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def picture(form: str = "JPEG", size: tuple[int, int] = (900, 1200), **more: Any) -> bytes:
    """A JPEG taken sideways, with the place where it was taken; or a plain PNG."""
    image = Image.new("RGB", size, more.get("colour", "navy"))
    out = io.BytesIO()
    if form == "JPEG":
        exif = image.getexif()
        exif[0x0112], exif[0x010E] = 6, "Rumah dinas"
        place = exif.get_ifd(0x8825)
        place[1], place[2] = "N", (3.0, 35.0, 42.0)
        image.save(out, "JPEG", exif=exif, comment=b"kamera")
    else:
        image.save(out, form)
    return out.getvalue()
