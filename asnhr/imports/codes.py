"""Every code that a row, a cell or a file may carry, with its meaning; `docs/impor.md` lists the same (a test
compares).
"""

from django.utils.translation import gettext_lazy as _

# Peraturan BKN on data quality (Disparitas Data ASN): 27 indicators, codes as SIASN shows them.
BKN = {
    "COM_1": _("SKP belum ada di SIASN"),
    "COM_2": _("Jabatan kosong"),
    "COM_3": _("Pendidikan kosong"),
    "COM_4": _("TMT PNS kosong"),
    "COM_5": _("Gelar kosong padahal pendidikan diploma ke atas"),
    "COM_6": _("Surel pribadi kosong atau salah format"),
    "COM_7": _("Nomor telepon genggam kosong"),
    "TIM_1": _("Unit organisasi tidak aktif"),
    "TIM_2": _("Formasi jabatan fungsional belum diangkat lebih dari 2 tahun"),
    "TIM_3": _("Masa CPNS lebih dari 1 tahun"),
    "TIM_4": _("Jabatan struktural ganda"),
    "TIM_5": _("Telah mencapai BUP tetapi masih aktif"),
    "TIM_6": _("Cuti di luar tanggungan negara sudah berakhir"),
    "ACC_1": _("TMT CPNS lebih akhir daripada TMT PNS"),
    "ACC_2": _("Jenis pegawai diperkerjakan/diperbantukan tidak sesuai dengan instansi kerja"),
    "ACC_3": _("Masa kerja kurang dari 2 tahun di jabatan struktural"),
    "ACC_4": _("Kedudukan hukum PPPK tidak sesuai"),
    "ACC_5": _("NIK belum valid"),
    "ACC_6": _("Pendidikan di bawah syarat eselon"),
    "ACC_7": _("Tahun pengangkatan PPPK di luar kewajaran"),
    "ACC_8": _("Pendidikan di bawah syarat jabatan fungsional"),
    "ACC_9": _("Pelaksana dengan nama jabatan fungsional"),
    "ACC_10": _("Jabatan pimpinan tinggi di bawah pangkat minimal"),
    "CON_1": _("TMT CPNS tidak sama dengan NIP"),
    "CON_2": _("Tanggal lahir tidak sama dengan NIP"),
    "CON_3": _("Jenis kelamin tidak sama dengan NIP"),
    "CON_4": _("Tahun pengangkatan tidak sama dengan NI PPPK"),
}

FILE = {
    "BERKAS_KOSONG": _("Berkas tidak berisi"),
    "BERKAS_RUSAK": _("Berkas rusak"),
    "BERKAS_TERKUNCI": _("Buku kerja dilindungi kata sandi"),
    "BERKAS_TERLALU_BESAR": _("Berkas melebihi batas ukuran"),
    "BERMAKRO": _("Buku kerja memuat makro"),
    "BOM_ZIP": _("Isi arsip mengembang tidak wajar"),
    "CSV_RUSAK": _("Catatan CSV tidak terbaca"),
    "JENIS_BERKAS": _("Bukan .xlsx dan bukan CSV"),
    "JUDUL_TIDAK_DIKENAL": _("Tidak ada baris judul kolom yang dikenal untuk jenis impor ini"),
    "LEMBAR_TERLALU_BESAR": _("Lembar melebihi batas baris atau kolom"),
    "LEMBAR_TIDAK_ADA": _("Lembar yang diminta tidak ada"),
    "REGISTER_MENOLAK": _("Aturan basis data menolak isi berkas"),
    "UNIT_WAJIB": _("Lembar tidak menyebut unit; sebutkan dengan --unit"),
}

CELL = {
    "ANGKA": _("Bukan angka yang dikenal"),
    "DI_LUAR_RENTANG": _("Angka di luar rentang yang dapat disimpan"),
    "GOLONGAN": _("Golongan tidak dikenal"),
    "JENIS_KELAMIN": _("Jenis kelamin tidak dikenal"),
    "KELAS_JABATAN": _("Kelas jabatan di luar 1–17"),
    "MASA_KERJA": _("Masa kerja tidak terbaca"),
    "NIK": _("NIK bukan 16 angka"),
    "NIK_DIBULATKAN": _("NIK telah dibulatkan Excel"),
    "NIP": _("NIP tidak sah"),
    "NIP_DIBULATKAN": _("NIP telah dibulatkan Excel"),
    "PENDIDIKAN": _("Jenjang pendidikan tidak dikenal"),
    "RUMUS": _("Sel data berisi rumus"),
    "TAHUN": _("Bukan tahun"),
    "TANGGAL": _("Bukan tanggal"),
    "TANGGAL_MENDUA": _("Tanggal dapat dibaca dua cara"),
    "TERLALU_PANJANG": _("Teks lebih panjang daripada yang dapat disimpan"),
    "WAJIB": _("Sel wajib kosong"),
    "YA_TIDAK": _("Bukan ya atau tidak"),
}

SKIPPED = {
    "BARIS_JUDUL": _("Judul atau nama kelompok, dilewati"),
    "BARIS_JUMLAH": _("Baris jumlah, dilewati"),
    "BARIS_KOSONG": _("Baris kosong, dilewati"),
    "BARIS_TTD": _("Baris tanda tangan atau catatan, dilewati"),
}

# What an import counts and lists of the register: what each kind of change is called.
CHANGES = {
    "new": _("Baru"),
    "changed": _("Berubah"),
    "corrections": _("Koreksi tanpa TMT baru"),
    "unchanged": _("Tetap"),
    "missing": _("Tidak ada lagi di berkas"),
    "moved": _("Pindah jabatan"),
    "dropped": _("Jabatan tidak lagi terhubung"),
}

_registered: dict[str, object] = {}


def register(codes: dict[str, object]) -> None:
    """Add the codes of an app's importers."""
    _registered.update(codes)


def all_codes() -> dict[str, object]:
    return {**BKN, **FILE, **CELL, **SKIPPED, **_registered}
