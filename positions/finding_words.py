"""What a finding (temuan) says, in the language of who reads it.

Imports store the sentence in Indonesian with its facts in it; it is translated when it is shown (docs/terjemahan.md),
so that findings of years ago and of today are complete in every language alike. `SENTENCES` lists what importers may
have written; a test compares it with them.
"""

import re
from functools import cache

from django.utils.translation import get_language, gettext, gettext_noop

from asnhr.imports.codes import all_codes

SENTENCES: dict[str, tuple[str, ...]] = {
    "JABATAN_GANDA": (
        gettext_noop("jabatan definitif kedua untuk orang yang sama (baris %(value)s); dicatat sebagai temuan"),
        gettext_noop("jabatan definitif kedua untuk orang yang sama; dicatat sebagai temuan"),
        gettext_noop("Baris berkas menyebut dua jabatan definitif untuk satu orang."),
    ),
    "TUMPANG_TINDIH": (
        gettext_noop("TMT ini jatuh di dalam masa jabatan yang sudah tercatat; jabatan tidak diubah"),
        gettext_noop("Masa jabatan bertindih dengan pemangku sebelumnya."),
    ),
    "TIM_1": (
        gettext_noop("unit ini sudah ditutup di register"),
        gettext_noop("Berkas menempatkan pegawai pada unit yang sudah ditutup."),
    ),
    "TIM_4": (gettext_noop("jabatan manajerial ini sudah ada pemangkunya; dicatat di luar formasi"),),
    "TIM_5": (gettext_noop("telah mencapai BUP tetapi masih aktif"),),
    "ACC_3": (gettext_noop("masa kerja PNS kurang dari 2 tahun di jabatan struktural"),),
    "ACC_6": (gettext_noop("pendidikan di bawah syarat jabatan manajerial"),),
    "ACC_8": (gettext_noop("pendidikan di bawah syarat jabatan fungsional"),),
    "ACC_9": (gettext_noop("jabatan pelaksana memakai nama jabatan fungsional"),),
    "ACC_10": (gettext_noop("pangkat pejabat pimpinan tinggi di bawah IV/b"),),
    "DI_BAWAH_PANGKAT": (
        gettext_noop("pangkat lebih dari satu tingkat di bawah syarat jabatan"),
        gettext_noop("Pangkat dua tingkat di bawah syarat jabatan."),
    ),
    "DI_LUAR_FORMASI": (
        gettext_noop("formasi jabatan ini sudah penuh; dicatat di luar formasi"),
        gettext_noop("formasi lebih sedikit daripada pemangkunya; %(value)s orang menjadi di luar formasi"),
    ),
    "HANYA_TUGAS_TAMBAHAN": (
        gettext_noop("jabatan ini diisi sebagai tugas tambahan, bukan secara definitif; jabatan tidak dicatat"),
    ),
    # Of the sample data only; no import leaves it to an officer.
    "CON_2": (gettext_noop("Tanggal lahir pada berkas berbeda dengan NIP."),),
}
# What an import fills in (`Importer.flag`).
VALUE = "value"
FILLED = f"%({VALUE})s"
# Before the sentence whom it is about ("198001012005011001: "), behind it the mark of the sample data.
_AROUND = re.compile(r"(?P<who>[^:\s]{1,40}: )?(?P<said>.*?)(?P<mark> \(contoh\))?", re.DOTALL)


def is_source() -> bool:
    return (get_language() or "id").startswith("id")


def sentence(code: str, message: str) -> str:
    """Return the stored `message` of a finding as its reader understands it. What no importer writes any more is told
    by the meaning of the code; without one it stays as it is."""
    if is_source():
        return message
    around = _AROUND.fullmatch(message)
    who, said, mark = (around["who"] or "", around["said"], around["mark"]) if around else ("", message, None)
    told = _translated(code, said)
    if told is None:
        return message
    return f"{who}{told} {gettext('(contoh)')}" if mark else f"{who}{told}"


def _translated(code: str, said: str) -> str | None:
    for source, pattern in _patterns(code):
        found = pattern.fullmatch(said)
        if found:
            # Not `%`: a translation may hold a percent sign where nothing is filled in.
            return gettext(source) % {VALUE: found[1]} if found.groups() else gettext(source)
    meaning = all_codes().get(code)
    return None if meaning is None else str(meaning)


@cache
def _patterns(code: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (source, re.compile("(.*?)".join(map(re.escape, source.split(FILLED))), re.DOTALL))
        for source in SENTENCES.get(code, ())
    )


def stored_for(word: str) -> list[str]:
    """Return what stored sentences contain whose translation has `word`: so they are found by what their reader sees.
    Empty in Indonesian, where both are one."""
    if is_source():
        return []
    return [
        max(source.split(FILLED), key=len)
        for sources in SENTENCES.values()
        for source in sources
        if word.lower() in gettext(source).lower()
    ]
