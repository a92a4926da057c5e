"""What a PDF holds: its pages, and whether anything in it runs by itself. Loaded with the first PDF (pypdf)."""

import io
import logging
import re
import time
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from pypdf import PdfReader
from pypdf.errors import LimitReachedError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject, NullObject, StreamObject

from asnhr.files.content import WrongContent

# Keys of a dictionary that start or carry something, whatever they hold.
ACTIVE_KEYS = frozenset(
    ("/JavaScript", "/Launch", "/EmbeddedFiles", "/RichMedia", "/RichMediaContent", "/XFA", "/Collection")
)
# Names of an action (/S), an annotation (/Subtype) or an object (/Type) that does.
ACTIVE_NAMES = {
    "/S": frozenset(
        ("/JavaScript", "/Launch", "/GoToE", "/ImportData", "/SubmitForm", "/Rendition", "/Movie", "/Sound")
        + ("/RichMediaExecute",)
    ),
    "/Subtype": frozenset(("/FileAttachment", "/RichMedia", "/Screen", "/Movie", "/Sound", "/3D")),
    "/Type": frozenset(("/EmbeddedFile",)),
}
# Short keys may also name a font or a picture of a page: they count by what they hold. Events of a page, a form field,
# an annotation and the document (ISO 32000-1 tables 194-197); file systems of an embedded file (table 44).
EVENTS = frozenset(f"/{name}" for name in "E X D U Fo Bl PO PC PV PI O C K F V WC WS DS WP DP".split())
SYSTEMS = frozenset(("/F", "/UF", "/DOS", "/Mac", "/Unix"))

# A tagged document of 50 pages has some ten thousand objects of a hundred bytes, in streams of some ten thousand bytes
# each. More than this is refused unread: what nobody has looked through is not taken in. The parser reads an object in
# about 0.15 ms; seconds are of the processor, so a busy machine refuses nothing that an idle one takes.
MAX_OBJECTS = 25_000
MAX_OBJECT_STREAM = 2 * 1024 * 1024
MAX_OBJECT_STREAMS = 6 * 1024 * 1024
MAX_SECONDS = 15

# Bounded: a run of blanks that many entries point to is not read again for each.
HEADER = re.compile(rb"\s{0,32}(\d{1,10})\s{1,32}(\d{1,5})\s{1,32}obj")
HEADERS = re.compile(rb"(?<!\d)(\d{1,10})\s+(\d{1,5})\s+obj")


def pages_of(data: bytes, max_pages: int) -> int:
    """Return the number of pages of a PDF. Raises WrongContent: damaged, locked by a password, too long, active, or of
    more parts than are looked through."""
    # What it mends in passing is no news to an administrator.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(io.BytesIO(data), xref_stream_maximum_entries=MAX_OBJECTS)
        if reader.is_encrypted:
            raise WrongContent(_("PDF berkata sandi tidak diterima; simpan tanpa kata sandi."))
        _check_extent(reader)
        elsewhere = _mend(reader, data)
        pages = len(reader.pages)
        if pages > max_pages:
            raise WrongContent(
                _("Berkas %(pages)d halaman; paling banyak %(limit)d halaman.") % {"pages": pages, "limit": max_pages}
            )
        if any(_is_active(each, reader) for each in _objects(reader, elsewhere)):
            raise WrongContent(_("PDF berisi skrip, lampiran, atau formulir aktif; cetak ulang menjadi PDF biasa."))
    except WrongContent:
        raise
    except LimitReachedError:
        raise _too_much() from None
    except Exception:  # noqa: BLE001  whatever the parser stumbles over, the file is not a PDF that others can open
        raise WrongContent(_("PDF rusak dan tidak dapat dibuka.")) from None
    if pages < 1:
        raise WrongContent(_("PDF rusak dan tidak dapat dibuka."))
    return pages


def _too_much() -> WrongContent:
    return WrongContent(_("PDF berisi terlalu banyak bagian untuk diperiksa; cetak ulang menjadi PDF biasa."))


def _check_extent(reader: PdfReader) -> None:
    """Raise WrongContent for more objects, or more text of objects in streams, than are looked through."""
    if sum(map(len, reader.xref.values())) + len(reader.xref_objStm) > MAX_OBJECTS:
        raise _too_much()
    total = 0
    for number in {stream for stream, _index in reader.xref_objStm.values()}:
        held = reader.get_object(number)
        size = len(held.get_data()) if isinstance(held, StreamObject) else 0
        reader.resolved_objects.clear()
        total += size
        if size > MAX_OBJECT_STREAM or total > MAX_OBJECT_STREAMS:
            raise _too_much()


def _mend(reader: PdfReader, data: bytes) -> list[tuple[int, int, int]]:
    """Set right the places of objects that the table of the file leaves out or gets wrong, as viewers do by reading
    the file through.

    One pass for all of them: the parser would search the file once for each. An object that is nowhere is empty.
    Return number, generation and place of other objects of the same number, which a viewer may find instead.
    """
    found: dict[tuple[int, int], list[int]] = defaultdict(list)
    for each in HEADERS.finditer(data):
        found[int(each[1]), int(each[2])].append(each.start())
    others: list[tuple[int, int, int]] = []
    for number, generation in {*found, *_listed(reader)}:
        free = reader.xref_free_entry.setdefault(generation, {})
        places = reader.xref.setdefault(generation, {})
        compressed = generation == 0 and number in reader.xref_objStm
        if free.get(number) or compressed or _stands(data, places.get(number), number, generation):
            continue
        at = found.get((number, generation))
        if at:
            places[number] = at[-1]
            others += [(number, generation, place) for place in at[:-1]]
        else:
            free[number] = True
    if len(others) + sum(map(len, reader.xref.values())) > MAX_OBJECTS:
        raise _too_much()
    reader.resolved_objects.clear()
    return others


def _listed(reader: PdfReader) -> Iterator[tuple[int, int]]:
    return ((number, generation) for generation, places in reader.xref.items() for number in places)


def _stands(data: bytes, place: int | None, number: int, generation: int) -> bool:
    """Whether an object of this number begins where the table says."""
    there = HEADER.match(data, place) if place is not None and 0 <= place < len(data) else None
    return there is not None and (int(there[1]), int(there[2])) == (number, generation)


def _objects(reader: PdfReader, elsewhere: list[tuple[int, int, int]]) -> Iterator[Any]:
    """Yield every object of the file once, also those that nothing refers to. Raises WrongContent: it takes too long.

    Forgets each behind it: the whole of a large file would be ten times its size.
    """
    until = time.thread_time() + MAX_SECONDS
    for each in _each(reader, elsewhere):
        yield each
        if time.thread_time() > until:
            raise _too_much()


def _each(reader: PdfReader, elsewhere: list[tuple[int, int, int]]) -> Iterator[Any]:
    yield reader.trailer
    for generation, places in reader.xref.items():
        for number in places:
            # Those of a stream come with their stream below.
            if generation or number not in reader.xref_objStm:
                yield reader.get_object(IndirectObject(number, generation, reader))
                reader.resolved_objects.clear()
    by_stream = defaultdict(list)
    for number, (stream, _index) in reader.xref_objStm.items():
        by_stream[stream].append(number)
    for numbers in by_stream.values():
        for number in numbers:
            yield reader.get_object(number)
        reader.resolved_objects.clear()
    for number, generation, place in elsewhere:
        reader.xref[generation][number] = place
        reader.resolved_objects.clear()
        yield reader.get_object(IndirectObject(number, generation, reader))


def _is_active(whole: Any, reader: PdfReader) -> bool:
    """Whether an object, or one written inside it, runs, starts or carries something. References are not followed:
    what they lead to has its own turn."""
    waiting = [whole]
    while waiting:
        value = waiting.pop()
        if isinstance(value, DictionaryObject):
            if _acts(value, reader):
                return True
            waiting.extend(each for each in value.values() if isinstance(each, DictionaryObject | ArrayObject))
        elif isinstance(value, ArrayObject):
            waiting.extend(each for each in value if isinstance(each, DictionaryObject | ArrayObject))
    return False


def _acts(value: DictionaryObject, reader: PdfReader) -> bool:
    if not ACTIVE_KEYS.isdisjoint(value):
        return True
    for key, names in ACTIVE_NAMES.items():
        if key in value:
            name = _held(value, key, reader)
            # The same word as a text names nothing.
            if isinstance(name, NameObject) and name in names:
                return True
    if "/JS" in value:
        script = _held(value, "/JS", reader)
        if isinstance(script, str | bytes | StreamObject):
            return True
    for key, known in (("/AA", EVENTS), ("/EF", SYSTEMS)):
        if key in value:
            held = _held(value, key, reader)
            if isinstance(held, DictionaryObject) and not known.isdisjoint(held):
                return True
    return False


def _held(value: DictionaryObject, key: str, reader: PdfReader) -> Any:
    """Return what a key holds, through a reference. One to an object that the file does not list is empty (ISO 32000-1
    7.3.10); the parser would search the file for it."""
    held = value.raw_get(key)
    for _step in range(10):
        if not isinstance(held, IndirectObject):
            return held
        listed = held.idnum in reader.xref.get(held.generation, {})
        if not listed and (held.generation or held.idnum not in reader.xref_objStm):
            return NullObject()
        held = reader.get_object(held)
    raise LimitReachedError
