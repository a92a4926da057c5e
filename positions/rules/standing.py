"""Which legal standings (kedudukan hukum) tell of a crime or of discipline, so that few read them."""

# Codes of SIASN (kedudukan-hukum; establishment.md 8.1) whose meaning rests on a suspicion, a crime or a sanction.
# Codes that say as much of illness, pension or service of another kind are not among them.
RESTRICTED = {
    "04": "PP 11/2017 pasal 276: pemberhentian sementara, antara lain tersangka yang ditahan",
    "09": "PP 79/2021: upaya administratif atas hukuman disiplin",
    "15": "PP 94/2021 pasal 8: hukuman disiplin",
    "16": "PP 94/2021 pasal 8 ayat (4): penurunan jabatan",
    "66": "PP 11/2017 pasal 247-252: pemberhentian, antara lain karena pidana atau pelanggaran disiplin",
    "77": "PP 11/2017 pasal 250: pemberhentian tidak dengan hormat",
    "91": "PP 11/2017 pasal 250 huruf b: tindak pidana jabatan",
    "92": "pemblokiran data oleh BKN [D]: dapat karena pelanggaran",
}
# Stands in the place of any of them.
NEUTRAL = "terbatas"


def shown(code: str, *, reads: bool) -> str:
    """Return the code as a reader sees it; `reads`: whether the reader may know of crime and discipline."""
    return code if reads or code not in RESTRICTED else NEUTRAL
