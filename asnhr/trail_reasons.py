"""What the trail gives as the reason of an entry, in the language of who reads it.

The trail keeps codes (`registry.trail_reasons`), what works of its own accord and runs (below), decrees, and what
people wrote; the last two stay as they are. A test holds the sentences to what the code gives.
"""

import re
from functools import cache

from django.utils import translation
from django.utils.translation import gettext, gettext_noop

from asnhr import kept, registry
from asnhr.run_names import KINDS, import_name

OWN_ACCORD = (
    gettext_noop("klien API"),
    gettext_noop("masa simpan berkas daftar"),
    gettext_noop("pembuktian jejak audit"),
    gettext_noop("masa simpan kunci idempotensi"),
    gettext_noop("ringkasan surel"),
    gettext_noop("pemberitahuan"),
    gettext_noop("webhook"),
    gettext_noop("masa simpan pemberitahuan"),
    gettext_noop("salinan data yang berakhir"),
    gettext_noop("masa simpan data pribadi"),
    gettext_noop("kerapian berkas kepegawaian"),
    gettext_noop("pemindaian dokumen"),
    gettext_noop("EXIF dan GPS dibuang dari gambar lama"),
    gettext_noop("masa simpan berkas peta jabatan"),
    gettext_noop("masa simpan berkas impor"),
    gettext_noop("data contoh"),
    gettext_noop("keputusan yang mulai berlaku"),
    gettext_noop("jadwal analisis"),
    gettext_noop("kualitas data harian"),
    gettext_noop("buku penjagaan harian"),
    gettext_noop("pengingat harian"),
    gettext_noop("enkripsi kolom"),
)
OF_REQUEST = gettext_noop("Usul perbaikan #%(number)d")
# As releases before wrote it.
OF_REQUEST_BEFORE = gettext_noop("Usul perbaikan #%(number)d: %(why)s")
# A post of a day to come that its person does not begin; what took them along decides how it may come back.
LEFT_BEFORE_CHANGE = gettext_noop("Keluar %(day)s, sebelum perubahan susunan yang membawanya")
LEFT_BEFORE_APPOINTMENT = gettext_noop("Keluar %(day)s, sebelum pengangkatannya mulai")
APPOINTED_ELSEWHERE = gettext_noop("Diangkat pada jabatan lain %(day)s, sebelum perubahan susunan yang membawanya")
NOT_BEGUN = (LEFT_BEFORE_CHANGE, LEFT_BEFORE_APPOINTMENT, APPOINTED_ELSEWHERE)

# An import of a kind, by the decree that its file names.
_IMPORT = re.compile(r"impor (?P<kind>[a-z_]+)(?P<decree> · .+)?", re.DOTALL)


def told(reason: str) -> str:
    """Return the reason of an entry as its reader understands it."""
    if reason in registry.trail_reasons:
        return str(registry.trail_reasons.get(reason))
    kind, _mark, number = reason.rpartition(" #")
    if number.isdigit() and kind in _runs():
        return f"{gettext(kind)} #{number}"
    if found := _IMPORT.fullmatch(reason):
        return gettext("Impor: %(what)s") % {"what": import_name(found["kind"])} + (found["decree"] or "")
    return kept.told(reason, (*OWN_ACCORD, *NOT_BEGUN, OF_REQUEST, OF_REQUEST_BEFORE), why=str)


def kept_for(word: str) -> list[str]:
    """Return what the trail keeps whose words have `word`: so entries are found by what their reader sees."""
    known = {text: gettext(text) for text in (*OWN_ACCORD, *_runs())}
    known |= {f"impor {kind}": str(importer.title) for kind, importer in registry.importers.items()}
    known |= {code: str(words) for code, words in registry.trail_reasons.items()}
    known |= {part: gettext(said).partition("%")[0] for said in NOT_BEGUN if (part := said.partition("%")[0])}
    known |= {OF_REQUEST.partition("#")[0]: gettext(OF_REQUEST).partition("#")[0]}
    return [text for text, words in known.items() if word.lower() in words.lower()]


@cache
def _runs() -> frozenset[str]:
    with translation.override(kept.SOURCE):
        return frozenset(str(name) for name in KINDS.values())
