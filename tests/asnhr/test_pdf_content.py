"""PDFs that run, start or carry something, one for each way in; and ordinary ones that look a little like them."""

import io
import zlib

import pytest
import typst
from django.utils.translation import override
from pypdf import PdfReader, PdfWriter

from asnhr.files import content, pdfs
from tests import papers

CATALOGUE, TREE, PAGE = 1, 2, 3
SCRIPT = "<< /S /JavaScript /JS (app.alert\\(1\\)) >>"
FIELD = "<< /Type /Annot /Subtype /Widget /FT /Tx /T (nama) /Rect [0 0 9 9] {more} >>"


def document(*objects: str | bytes, catalogue: str = "", page: str = "", page_at: int = 0) -> bytes:
    """Return a PDF of one page; `objects` are numbered from 4. `page_at`: how far the table is wrong about object 4."""
    own = (
        f"<< /Type /Catalog /Pages 2 0 R {catalogue} >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 210 297] {page} >>",
    )
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate((*own, *objects), start=1):
        places.append(len(out) + (page_at if number == 4 else 0))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body if isinstance(body, bytes) else body.encode())
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return bytes(out + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, table))


def in_object_stream(number: int, body: str, place: str) -> bytes:
    """Return a PDF whose object `number` (5) lies compressed in a stream, listed by a compressed table."""
    held = f"{number} 0 ".encode()
    packed = zlib.compress(held + body.encode())
    stream = b"<< /Type /ObjStm /N 1 /First %d /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (
        len(held), len(packed), packed,
    )  # fmt: skip
    whole = document(stream, catalogue=place)
    out = bytearray(whole[: whole.index(b"xref\n0")])
    rows = [(0, 0, 65535), *((1, out.index(b"\n%d 0 obj" % each) + 1, 0) for each in range(1, 5)), (2, 4, 0)]
    table = len(out)
    rows.append((1, table, 0))
    listed = b"".join(bytes((kind,)) + at.to_bytes(4) + rest.to_bytes(2) for kind, at, rest in rows)
    out += b"6 0 obj\n<< /Type /XRef /Size 7 /W [1 4 2] /Root 1 0 R /Length %d >>\nstream\n" % len(listed)
    return bytes(out + listed + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % table)


EMBEDDED = b"<< /Type /EmbeddedFile /Length 2 >>\nstream\nMZ\nendstream"
ACTIVE = {
    "script of a field on a page": document(FIELD.format(more=f"/AA << /K {SCRIPT} >>"), page="/Annots [4 0 R]"),
    "script of a field of the form": document(
        FIELD.format(more=f"/AA << /K {SCRIPT} >>"), catalogue="/AcroForm << /Fields [4 0 R] >>"
    ),
    "script of a field of a field": document(
        "<< /T (a) /Kids [<< /T (b) /Kids [<< /T (c) /Kids [5 0 R] >>] >>] >>",
        FIELD.format(more="/AA << /C 6 0 R >>"), SCRIPT,
        catalogue="/AcroForm << /Fields [4 0 R] >>",
    ),
    "a programme pinned to a page": document(
        "<< /Type /Annot /Subtype /FileAttachment /Rect [0 0 9 9] /FS 5 0 R >>",
        "<< /Type /Filespec /F (hadiah.exe) /EF << /F 6 0 R >> >>", EMBEDDED,
        page="/Annots [4 0 R]",
    ),
    "a file that a link carries": document(
        "<< /F (a.exe) /EF << /UF 5 0 R >> >>", b"<< /Length 0 >>\nstream\n\nendstream",
    ),
    "script of a bookmark": document(
        "<< /First 5 0 R /Last 5 0 R /Count 1 >>", f"<< /Title (Bab 1) /Parent 4 0 R /A {SCRIPT} >>",
        catalogue="/Outlines 4 0 R",
    ),
    "script behind a next action": document(
        f"<< /S /GoTo /D [3 0 R /Fit] /Next [<< /S /GoTo /D [3 0 R /Fit] /Next {SCRIPT} >>] >>", page="/Annots [5 0 R]",
    ),
    "script under another spelling": document("<< /S /J#61vaScript /J#53 5 0 R >>", "(app.alert\\(1\\))"),
    "a name by reference": document("<< /S 5 0 R >>", "/Launch"),
    "the document's own event": document("<< /Type /X >>", catalogue="/AA << /WC << /S /Named /N /Print >> >>"),
    "an answer sent away": document("<< /S /SubmitForm /F (https://contoh.invalid) >>"),
    "values fetched": document("<< /S /ImportData /F (a.fdf) >>"),
    "a file within another": document("<< /S /GoToE /T << /R /C /N (a.pdf) >> >>"),
    "a film": document("<< /Type /Annot /Subtype /Screen /Rect [0 0 9 9] >>", page="/Annots [4 0 R]"),
    "a form of XFA": document("(x)", catalogue="/AcroForm << /XFA 4 0 R /Fields [] >>"),
    "where the table does not point": document(SCRIPT, catalogue="/OpenAction 4 0 R", page_at=-9),
    "compressed among others": in_object_stream(5, SCRIPT, "/OpenAction 5 0 R"),
}  # fmt: skip


@pytest.mark.parametrize("data", ACTIVE.values(), ids=ACTIVE)
def test_whatever_acts_or_carries_is_refused(data):
    with pytest.raises(content.WrongContent, match="skrip, lampiran"):
        pdfs.pages_of(data, 9)


def rewritten(data: bytes) -> bytes:
    """The same with bookmarks, a link and a property of words that name actions."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    writer.add_outline_item(title="/JavaScript", page_number=0)
    writer.add_metadata({"/Title": "/S /Launch /EF /AA", "/Subject": "/FileAttachment"})
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


LETTER = typst.compile(b'#set document(title: "SK")\n= Keputusan\n#link("https://bkn.go.id")[BKN] #pagebreak() /AA /EF')
ORDINARY = {
    "a letter of typst": LETTER,
    "with bookmarks and words": rewritten(LETTER),
    "blank": papers.pdf(2),
    "opens at a page": document("<< /S /GoTo /D [3 0 R /Fit] >>", catalogue="/OpenAction 4 0 R"),
    "opens at a place": document("<< >>", catalogue="/OpenAction [3 0 R /XYZ 0 0 1]"),
    "links": document(
        "<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /A << /S /URI /URI (https://bkn.go.id) >> >>",
        page="/Annots [4 0 R]",
    ),
    "signed": document(
        "<< /Type /Annot /Subtype /Widget /FT /Sig /T (ttd) /Rect [0 0 9 9] /V 5 0 R >>",
        "<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /Contents <00> /Reason (/JS) >>",
        catalogue="/AcroForm << /SigFlags 3 /Fields [4 0 R] >>", page="/Annots [4 0 R]",
    ),
    "fonts and pictures named like actions": document(
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        page="/Resources << /Font << /AA 4 0 R /EF 4 0 R /JS 4 0 R >> >>",
    ),
    "texts that read like names": document("<< /S (/JavaScript) /Subtype (/FileAttachment) /T [ /JS /AA /EF ] >>"),
    "objects that are nowhere": document("<< >>", catalogue="/OpenAction 4 0 R", page_at=500),
    "compressed": in_object_stream(5, "<< /S /GoTo /D [3 0 R /Fit] >>", "/OpenAction 5 0 R"),
}  # fmt: skip


@pytest.mark.parametrize("data", ORDINARY.values(), ids=ORDINARY)
def test_an_ordinary_one_is_taken(data):
    assert pdfs.pages_of(data, 9) == len(PdfReader(io.BytesIO(data)).pages)


def test_more_than_can_be_looked_through_is_refused(monkeypatch):
    tagged = document(*["<< /Type /StructElem /S /P >>"] * 40)
    assert pdfs.pages_of(tagged, 9) == 1
    with monkeypatch.context() as patch:
        patch.setattr(pdfs, "MAX_OBJECTS", 40)
        with pytest.raises(content.WrongContent, match="terlalu banyak bagian"):
            pdfs.pages_of(tagged, 9)
    with monkeypatch.context() as patch:
        patch.setattr(pdfs, "MAX_SECONDS", 0)
        with pytest.raises(content.WrongContent, match="terlalu banyak bagian"):
            pdfs.pages_of(tagged, 9)
    # A few thousand bytes that unpack to more than a stream of objects ever holds.
    bomb = in_object_stream(5, "[" + "0 " * (pdfs.MAX_OBJECT_STREAM // 2) + "]", "/OpenAction 5 0 R")
    assert len(bomb) < 10_000
    with override("en"), pytest.raises(content.WrongContent, match="too many parts"):
        pdfs.pages_of(bomb, 9)
