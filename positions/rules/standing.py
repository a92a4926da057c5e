"""Which legal standings (kedudukan hukum) fit which kind of employment, and which tell of a crime or of discipline, so
that few read them."""

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


CIVIL, CONTRACT = frozenset({"PNS", "CPNS"}), frozenset({"PPPK", "PPPK_PW"})
EVERYBODY = CIVIL | CONTRACT
# Code → statuses of employment that it fits (SIASN kedudukan-hukum, establishment.md 8.1; indicator ACC_4: who serves
# as PPPK stands at 71 or 72). CPNS and PNS are one: the history of a PNS begins as CPNS. Of PPPK the list has no code
# of its own for leave without pay, study, state office: these rest on PP 11/2017 and PP 17/2020, of PNS.
KINDS = {
    **dict.fromkeys(("01", "02", "03", "05", "06", "07", "08", "11", "12", "13", "14", "20", "51"), CIVIL),
    # Discipline and its appeals as PP 94/2021 and PP 79/2021 have them, of PNS.
    **dict.fromkeys(("09", "15", "16"), CIVIL),
    **dict.fromkeys(("71", "72"), CONTRACT),
    # UU 20/2023 article 53: any ASN may be suspended; ACC_4 goes on to name a PPPK who stands so.
    "04": EVERYBODY,
    # What follows an exit: SIASN has one list for all [D].
    **dict.fromkeys(("52", "66", "67", "68", "69", "70", "77", "88", "89", "90", "91", "92", "98", "99"), EVERYBODY),
}

# After an exit: that it was the pension. Of others the list says that they ended, not how.
PENSIONED = frozenset({"89", "98", "99"})


def fits(code: str, status: str) -> bool:
    """Whether a person of this status may stand so; whether SIASN's list knows the code at all is asked elsewhere."""
    return status in KINDS.get(code, EVERYBODY)


def ordinary(status: str) -> str:
    """Return the standing of who serves and of whom nothing else is said."""
    return "71" if status in CONTRACT else "01"


def shown(code: str, *, reads: bool) -> str:
    """Return the code as a reader sees it; `reads`: whether the reader may know of crime and discipline."""
    return code if reads or code not in RESTRICTED else NEUTRAL
