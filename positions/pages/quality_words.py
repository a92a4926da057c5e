"""What the pages and the API say of each code of data quality: its name, where it is repaired, by whom, and how."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from asnhr import formats
from asnhr.imports.codes import BKN
from positions.calculators.quality import DIMENSIONS as DIMENSIONS
from positions.rules import data_quality as rules
from positions.rules.data_quality import INDICATORS
from positions.services.correctable import TARGETS


@dataclass(frozen=True)
class Guide:
    """`field`: anchor on the record; `form`: field of the form that edits it, "" where another page does; `officer`,
    `own`: what the officer does, and what the person is asked to bring (empty: nothing the person could do)."""

    field: str
    form: str
    officer: Any
    own: Any = ""


POST = _("Periksa SK jabatan terakhir, lalu angkat atau akhiri lewat halaman jabatan.")
NIP = _("Bandingkan dengan SK pengangkatan. Data yang salah diperbaiki di sini; NIP yang salah hanya diganti BKN.")
BRING_POST = _("Serahkan SK jabatan terakhir lewat usul perbaikan.")
BRING_APPOINTMENT = _("Usulkan yang benar dengan SK CPNS, PNS, atau PPPK sebagai bukti.")
BRING_SCHOOL = _("Usulkan pendidikan terakhir dengan ijazah sebagai bukti.")
TWIN = _("Bandingkan kedua berkas pegawai. Bila satu orang, catat keluar pada yang tidak dipakai lagi.")
GUIDES: dict[str, Guide] = {
    "COM_1": Guide(
        "kinerja", "", _("Catat predikat kinerja tahun terakhir pada tab Kinerja, atau impor dari SIASN."),
        _("Serahkan dokumen evaluasi kinerja tahun terakhir lewat usul perbaikan."),
    ),
    "COM_2": Guide("jabatan", "", POST, BRING_POST),
    "COM_3": Guide("pendidikan", "education_level", _("Isi pendidikan terakhir menurut ijazah."), BRING_SCHOOL),
    "COM_4": Guide("pns_on", "pns_on", _("Isi TMT PNS menurut SK PNS."), BRING_APPOINTMENT),
    "COM_5": Guide("nama", "title_after", _("Isi gelar menurut ijazah."), BRING_SCHOOL),
    "COM_6": Guide(
        "email", "email", _("Isi surel pribadi yang benar."),
        _("Usulkan surel pribadi Anda, dan isikan juga di MyASN."),
    ),
    "COM_7": Guide(
        "phone", "phone", _("Isi nomor telepon genggam."),
        _("Usulkan nomor telepon genggam Anda, dan isikan juga di MyASN."),
    ),
    "TIM_1": Guide(
        "unit", "", _("Unit kerja ini sudah ditutup: angkat pegawai pada jabatan di unit penggantinya."), BRING_POST
    ),
    "TIM_2": Guide(
        "jabatan", "", _("Angkat pada jabatan fungsional formasinya, atau betulkan formasi pada berkas pengangkatan."),
    ),
    "TIM_3": Guide(
        "cpns_on", "pns_on", _("Usulkan pengangkatan sebagai PNS, atau catat SK PNS yang sudah ada."),
        _("Serahkan SK PNS Anda bila sudah ada, atau sertifikat latsar dan hasil uji kesehatan."),
    ),
    "TIM_4": Guide("jabatan", "", _("Akhiri pemangku yang SK-nya sudah tidak berlaku lewat halaman jabatan.")),
    "TIM_5": Guide("jabatan", "", _("Catat SK pensiun lewat “Catat keluar”, atau betulkan jabatan atau BUP-nya.")),
    "TIM_6": Guide(
        "legal_status", "", _("CLTN sudah berakhir: catat tanggal aktif kembali dan kedudukan hukumnya pada berkas."),
        _("Laporkan diri dan serahkan permohonan aktif kembali."),
    ),
    "ACC_1": Guide("pns_on", "pns_on", _("Betulkan TMT CPNS atau TMT PNS menurut SK."), BRING_APPOINTMENT),
    "ACC_2": Guide(
        "jabatan", "",
        _("DPK/DPB dengan instansi kerja sama dengan instansi induk, atau bukan DPK/DPB dengan instansi kerja lain:"
          " betulkan penugasan pada berkas, atau jenis pegawai dan instansi kerja di SIASN."),
    ),
    "ACC_3": Guide("cpns_on", "cpns_on", _("Periksa TMT CPNS dan SK jabatan struktural."), BRING_APPOINTMENT),
    "ACC_4": Guide("legal_status", "legal_status", _("Kedudukan hukum PPPK adalah 71, 72, atau 73.")),
    "ACC_5": Guide(
        "nik", "", _("NIK masuk lewat impor berkas SIASN; pemadanan Dukcapil dilakukan di SIASN."),
        _("Serahkan KTP lewat usul perbaikan dan padankan NIK di MyASN."),
    ),
    "ACC_6": Guide(
        "pendidikan", "education_level", _("Periksa ijazah; bila benar, jabatan ini belum memenuhi syarat."),
        BRING_SCHOOL,
    ),
    "ACC_7": Guide("nip", "", NIP, BRING_APPOINTMENT),
    "ACC_8": Guide(
        "pendidikan", "education_level", _("Periksa ijazah; bila benar, jabatan ini belum memenuhi syarat."),
        BRING_SCHOOL,
    ),
    "ACC_9": Guide("jabatan", "", _("Periksa SK: pelaksana memakai nomenklatur pelaksana, JF diangkat sebagai JF.")),
    "ACC_10": Guide("golongan", "rank", _("Periksa golongan terakhir menurut SK pangkat.")),
    "CON_1": Guide("cpns_on", "cpns_on", NIP, BRING_APPOINTMENT),
    "CON_2": Guide(
        "birth_date", "birth_date", NIP,
        _("Usulkan tanggal lahir yang benar dengan akta kelahiran atau ijazah sebagai bukti."),
    ),
    "CON_3": Guide("sex", "sex", NIP, _("Usulkan yang benar dengan KTP sebagai bukti.")),
    "CON_4": Guide("cpns_on", "cpns_on", NIP, BRING_APPOINTMENT),
    "N2": Guide("nip", "", NIP),
    "N3": Guide("nip", "", NIP),
    "N4": Guide("nip", "", NIP),
    "N5": Guide("nip", "", NIP),
    "N6": Guide("nip", "birth_date", NIP),
    rules.WRONG_KIND: Guide("nip", "", _("Status dan NIP berlainan: periksa SK; koreksi status lewat impor pegawai.")),
    rules.SAME_NIK: Guide("nik", "", TWIN),
    rules.SAME_OLD_NIP: Guide("nip", "", TWIN),
    rules.SAME_PERSON: Guide("nama", "", TWIN),
}  # fmt: skip
NAMES: dict[str, Any] = {
    **BKN,
    "N2": _("Angka 1–8 NIP bukan tanggal lahir yang mungkin"),
    "N3": _("Angka 13–14 NIP bukan bulan dan bukan penanda PPPK"),
    "N4": _("Angka ke-15 NIP bukan 1 atau 2"),
    "N5": _("Nomor urut NIP 000"),
    "N6": _("Umur saat diangkat menurut NIP di bawah batas"),
    rules.WRONG_KIND: _("Status tidak sesuai dengan jenis NIP"),
    rules.SAME_NIK: _("NIK sama dengan pegawai lain"),
    rules.SAME_OLD_NIP: _("NIP lama sama dengan pegawai lain"),
    rules.SAME_PERSON: _("Nama dan tanggal lahir sama dengan pegawai lain"),
}
# Indicators that cannot be computed, with the reason: none at present.
UNKNOWN: dict[str, Any] = {}
IN_PART: dict[str, Any] = {
    "ACC_5": _("dihitung sebagian: NIK kosong, atau ditolak Dukcapil sejauh tercatat di register"),
}
KINDS = {**DIMENSIONS, "other": _("Pemeriksaan NIP dan data ganda")}


def counts_in_words(counts: Mapping[str, int]) -> dict[str, str]:
    return {str(NAMES.get(code, code)): formats.number(number) for code, number in counts.items()}


def weights_in_words(weights: Mapping[str, Any]) -> dict[str, str]:
    names = {str(dimension): name for dimension, name in DIMENSIONS.items()}
    return {str(names.get(code, code)): formats.number(weight) for code, weight in weights.items()}


TREATMENTS = {
    "dikeluarkan": _("tidak masuk indeks; bobotnya dibagi kepada indikator lain"),
    "nol": _("dihitung tanpa masalah"),
}
# Steps of a run and the parameter's name, as the database keeps them.
STORED = (
    gettext_noop("Memeriksa data setiap pegawai"),
    gettext_noop("Memperbarui daftar temuan"),
    gettext_noop("Menghitung indeks setiap unit"),
    gettext_noop("Indikator kualitas data yang belum dapat dihitung"),
    gettext_noop("Pengaturan produk: ketentuan BKN tidak menyebutnya"),
)


def kind_of(code: str) -> Any:
    """The dimension of a code in words, or that it is a check outside the index."""
    return KINDS[INDICATORS[code].dimension] if code in INDICATORS else KINDS["other"]


def asks_person(code: str) -> bool:
    return bool(GUIDES[code].own)


# Where a person proposes the correction of a finding: field of the guide → what may be corrected
# (`positions.services.correctable`); without a field of its own the document is handed in.
REQUESTS = {
    "pendidikan": "pendidikan", "nama": "nama", "pns_on": "pns", "cpns_on": "cpns", "email": "surel",
    "phone": "telepon", "birth_date": "kelahiran", "sex": "kelamin", "golongan": "golongan", "nik": "nik",
}  # fmt: skip


def request_url(code: str, status: str) -> str:
    """Where the person proposes what is right: the form of that data, at its first field."""
    what = REQUESTS.get(GUIDES[code].field, "berkas")
    if status in ("PPPK", "PPPK_PW"):
        what = {"cpns": "pppk", "golongan": "golongan_pppk"}.get(what, what)
    target = TARGETS[what]
    anchor = f"#id_{target.fields[0]}" if target.fields else "#id_bukti-kind"
    return f"{reverse('change-request-new')}?data={what}&temuan={code}{anchor}"


def repair_url(code: str, employee_id: int, *, may_edit: bool) -> str:
    """Where the problem is repaired: the form's field for who may edit it, else the place on the record."""
    guide = GUIDES[code]
    if may_edit and guide.form:
        return f"{reverse('employee-edit', args=[employee_id])}#id_{guide.form}"
    return f"{reverse('employee-detail', args=[employee_id])}#data-{guide.field}"
