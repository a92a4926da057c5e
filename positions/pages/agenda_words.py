"""Words of the agenda book: kinds, conditions that are missing, what files must tell, and their legal basis."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from asnhr import formats
from positions.models import AgendaItem
from positions.models.employee import NEUTRAL_WORDS
from positions.rules import agenda as rules
from positions.rules.agenda import CLOSED, NEUTRAL, SANCTION, Check, Kind, Missing

State = AgendaItem.State
# Steps of a run, as `Run.step` keeps them.
STORED = (
    gettext_noop("Membaca pegawai dan riwayatnya"),
    gettext_noop("Menghitung yang jatuh tempo"),
    gettext_noop("Memperbarui buku penjagaan"),
)
TONES = {State.WAITING: "", State.FILES: "gold", State.PROPOSED: "gold", State.CONSENT: "gold", State.DECREED: "fit"}


@dataclass(frozen=True)
class Tab:
    """A tab of the list: its kinds and its name."""

    code: str
    label: Any
    kinds: tuple[str, ...]


# Promotions that SIASN calls chosen (pilihan): jenisKP 201 to 206.
CHOSEN = (Kind.STRUCTURAL, Kind.FUNCTIONAL, Kind.DIPLOMA, Kind.STUDYING, Kind.STUDIED, Kind.SECONDED)
TABS = (
    Tab("kp_reguler", _("KP reguler"), (Kind.REGULAR,)),
    Tab("kp_pilihan", _("KP pilihan"), CHOSEN),
    Tab("kp_pengabdian", _("KP pengabdian"), (Kind.HONOURS,)),
    Tab("kgb", _("KGB"), (Kind.INCREMENT,)),
    Tab("pensiun", _("Pensiun"), (Kind.PENSION,)),
    Tab("kontrak", _("Kontrak PPPK"), (Kind.CONTRACT,)),
    Tab("plt", _("Plt"), (Kind.ACTING,)),
    Tab("cpns", _("CPNS"), (Kind.CPNS,)),
)
TAB_OF_CODE = {tab.code: tab for tab in TABS}
# A choice of the filter beside the states: those before the proposal.
UNPROPOSED = "belum_diusulkan"

MISSING: dict[str, Any] = {
    Missing.NO_PREDICATE: _("predikat kinerja tahun lalu belum tercatat"),
    Missing.PREDICATE: _("predikat kinerja di bawah yang disyaratkan"),
    Missing.ON_LEAVE: _("sedang cuti di luar tanggungan negara"),
    Missing.SUSPENDED: _("diberhentikan sementara"),
    Missing.EDUCATION: _("pendidikan belum tercatat"),
    Missing.NO_CREDIT: _("angka kredit pada jenjang ini belum tercatat"),
    Missing.CREDIT: _("angka kredit kumulatif belum cukup"),
    Missing.LEVEL: _("pangkat berikutnya di luar jenjang: naik jenjang lebih dahulu"),
    Missing.RANK: _("golongan belum tercatat"),
    Missing.TRAINING: _("Latsar belum tercatat"),
    Missing.END_OF_AGE: _("mencapai BUP pada akhir kontrak"),
    Missing.TERM: _("melewati seluruh masa penugasan Plt"),
    Missing.NO_INCREMENT: _("terlewat, KGB ini belum tercatat pada riwayat; bila sudah diberikan, catat"),
}


SANCTIONED = _("hukuman disiplin sedang atau berat masih berjalan")


def missing_words(reads: Collection[str]) -> dict[str, Any]:
    """Conditions in words for who may know the closed codes `reads`. The others give way to neutral words, the same
    ones for all that the reader may not know, or (a sanction) are not told at all."""
    told = {**MISSING, SANCTION: SANCTIONED}
    unknown = CLOSED.keys() - reads
    neutral = NEUTRAL_WORDS if unknown & NEUTRAL == {Missing.SUSPENDED} else _("rincian terbatas")
    return {code: neutral if code in unknown else said for code, said in told.items() if code not in unknown - NEUTRAL}


CHECKS: dict[str, Any] = {
    Check.EXAM: _("ujian dinas, atau pembebasannya"),
    Check.SCALE: _("MKG pada SK terakhir; tanggal dihitung dari TMT CPNS"),
    Check.CEILING: _("batas pangkat untuk pendidikan ini"),
    Check.DIPLOMA_EXAM: _("ujian kenaikan pangkat penyesuaian ijazah"),
    Check.VACANCY: _("formasi jabatan untuk ijazah ini"),
    Check.DUTIES: _("tugas yang sesuai dengan ijazah"),
    Check.FORMER_POST: _("jabatan struktural atau fungsional sebelum tugas belajar; tanpa itu berlaku KP reguler"),
    Check.LEADING_POST: _(
        "jabatan pimpinan yang disetarakan eselonnya, atau jabatan fungsional, pada instansi tujuan; tanpa itu berlaku"
        " KP reguler"
    ),
}
# Parameters of the rulebook that each kind follows, and the law.
PARAMETERS: dict[str, tuple[str, ...]] = {
    Kind.REGULAR: ("promotion.regular_years", "promotion.dates_a_year", "agenda.predicate_years"),
    Kind.STRUCTURAL: (
        "promotion.structural_years", "promotion.below_minimum_years", "promotion.dates_a_year",
        "agenda.predicate_years",
    ),
    Kind.FUNCTIONAL: ("promotion.functional_years", "promotion.dates_a_year", "agenda.predicate_years"),
    Kind.DIPLOMA: ("promotion.diploma_years", "promotion.dates_a_year", "agenda.predicate_years"),
    Kind.STUDYING: ("promotion.structural_years", "promotion.dates_a_year", "agenda.predicate_years"),
    Kind.STUDIED: ("promotion.diploma_years", "promotion.dates_a_year", "agenda.predicate_years"),
    Kind.SECONDED: ("promotion.structural_years", "promotion.dates_a_year", "agenda.predicate_years"),
    Kind.HONOURS: ("bup.",),
    Kind.INCREMENT: ("salary.letter_months",),
    Kind.PENSION: ("bup.",),
    Kind.CONTRACT: (),
    Kind.ACTING: ("agenda.acting_months", "agenda.acting_terms"),
    Kind.CPNS: ("agenda.cpns_months",),
}  # fmt: skip
RULES: dict[str, Any] = {
    Kind.REGULAR: _(
        "TMT adalah tanggal kenaikan pangkat pertama sesudah masa dalam pangkat terpenuhi, sampai batas pangkat menurut"
        " pendidikan; predikat sekurang-kurangnya Baik, tanpa hukuman disiplin sedang atau berat yang berjalan."
    ),
    Kind.STRUCTURAL: _(
        "Dalam jenjang pangkat eselon jabatan; cukup satu tahun bila pangkat masih di bawah pangkat terendah jabatan."
    ),
    Kind.FUNCTIONAL: _("Angka kredit kumulatif pada jenjang jabatan mencapai yang disyaratkan, predikat minimal Baik."),
    Kind.DIPLOMA: _(
        "Ijazah yang golongan awalnya di atas pangkat sekarang, sesudah masa dalam pangkat terpenuhi; lulus ujian, ada"
        " formasi, dan tugasnya sesuai. Pemangku jabatan fungsional menempuh alih kategori, bukan penyesuaian ijazah."
    ),
    Kind.STUDYING: _(
        "Selama tugas belajar dibebaskan dari jabatan, bagi yang sebelumnya memangku jabatan struktural atau"
        " fungsional."
    ),
    Kind.STUDIED: _("Lulus tugas belajar dengan ijazah yang golongan awalnya di atas pangkat sekarang."),
    Kind.SECONDED: _(
        "Selama dipekerjakan atau diperbantukan pada instansi lain dalam jabatan pimpinan yang disetarakan atau jabatan"
        " fungsional."
    ),
    Kind.HONOURS: _(
        "Bersama pensiun: masa kerja sekurang-kurangnya 30, 20 atau 10 tahun dengan 1 bulan, 1 tahun atau 2 tahun dalam"
        " pangkat; predikat Baik, tanpa hukuman disiplin. CLTN tidak dihitung sebagai masa kerja."
    ),
    Kind.INCREMENT: _(
        "Langkah tabel gaji berikutnya, dihitung dari TMT dan MKG KGB terakhir yang tercatat, atau bila tidak ada dari"
        " TMT golongan dan MKG pada TMT itu, juga bila bulannya sudah lewat; CLTN memundurkan tanggal."
        " Predikat tahun lalu sekurang-kurangnya Butuh Perbaikan."
    ),
    Kind.PENSION: _("Tanggal 1 bulan berikutnya sesudah batas usia pensiun (BUP) jabatan dicapai."),
    Kind.CONTRACT: _("Akhir kontrak yang perpanjangannya belum diputuskan."),
    Kind.ACTING: _("Hari terakhir masa penugasan yang berjalan; sesudah perpanjangan, hari terakhir perpanjangan."),
    Kind.CPNS: _("CPNS diangkat menjadi PNS sesudah masa percobaan, bila lulus Latsar dan sehat."),
}
WHILE_WORKING = _("Tidak ada lagi pada atau sesudah TMT pensiun atau berhenti.")


def rule_of(kind: Kind) -> str:
    return f"{RULES[kind]} {WHILE_WORKING}" if kind in rules.WHILE_WORKING else str(RULES[kind])


def outlived(ends: date, due_on: date) -> str:
    """Why there is no promotion or increment any more: the person leaves on `ends`, it would come on `due_on`."""
    told = {"ends": formats.day(ends), "due": formats.day(due_on)}
    return str(_("Pensiun atau berhenti sejak %(ends)s; ini baru jatuh tempo %(due)s.")) % told


LAWS: dict[str, str] = {
    Kind.REGULAR: "PP 99/2000 jo. PP 12/2002 [V2]; Peraturan BKN 4/2025 [V2]; PP 94/2021 [M]",
    Kind.STRUCTURAL: "PP 99/2000 jo. PP 12/2002 [V2]; PP 100/2000 [V2]; PP 94/2021 [M]",
    Kind.FUNCTIONAL: "PermenPANRB 1/2023 [V]; Peraturan BKN 3/2023 [M]; PP 94/2021 [M]",
    Kind.DIPLOMA: "PP 99/2000 jo. PP 12/2002 [M]; jenisKP 203 SIASN [V]; PP 94/2021 [M]",
    Kind.STUDYING: "PP 99/2000 jo. PP 12/2002 [M]; jenisKP 204 SIASN [V]; PP 94/2021 [M]",
    Kind.STUDIED: "PP 99/2000 jo. PP 12/2002 [M]; jenisKP 205 SIASN [V]; PP 94/2021 [M]",
    Kind.SECONDED: "PP 99/2000 jo. PP 12/2002 [M]; jenisKP 206 SIASN [V]; PP 94/2021 [M]",
    Kind.HONOURS: "PP 99/2000 jo. PP 12/2002 [M]; PP 94/2021 [M]",
    Kind.INCREMENT: "PP 7/1977 pasal 11-13 [V]; PP 5/2024 [V2]; Perpres 11/2024 [V2]",
    Kind.PENSION: "UU 20/2023 pasal 55 [V2]; PP 11/2017 pasal 239 [V]",
    Kind.CONTRACT: "PP 49/2018 [M]",
    Kind.ACTING: "SE Kepala BKN 1/SE/I/2021 [M]",
    Kind.CPNS: "PP 11/2017 pasal 34 [M]",
}
