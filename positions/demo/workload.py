"""Modelled workload (marked `contoh`): tasks of each kind of work, with volumes that make the wanted need."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any

from positions.rules.workload import FACTOR, Per

MINUTES, MINUTES_HEALTH = 75_000, 72_000
# Share of a health worker's time that supports the main tasks (FTP).
SUPPORT = (
    ("Menyusun laporan kegiatan bulanan", "laporan", "month", 300),
    ("Mengikuti rapat dan lokakarya mini", "kali", "month", 420),
    ("Mengikuti pelatihan dan pembinaan", "kali", "quarter", 960),
)
FACTORS = {
    "year": FACTOR[Per.TAHUNAN], "semester": FACTOR[Per.SEMESTER], "quarter": FACTOR[Per.TRIWULAN],
    "month": FACTOR[Per.BULANAN], "week": FACTOR[Per.MINGGUAN], "day": FACTOR[Per.HARIAN],
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Task:
    """A task, its output, the period of its volume, norm minutes, share of the load, digital-prone or not."""

    text: str
    output: str
    per: str
    minutes: int
    share: int
    digital: bool = False


def _t(*tasks: tuple[Any, ...]) -> tuple[Task, ...]:
    return tuple(Task(*task) for task in tasks)


TASKS: dict[str, tuple[Task, ...]] = {
    "klerek": _t(
        ("Mencatat dan mengagendakan surat masuk", "surat", "day", 10, 20, True),
        ("Mengetik dan mengirim surat keluar", "surat", "day", 25, 25, True),
        ("Menata arsip dinamis", "berkas", "week", 20, 15),
        ("Melayani tamu dan permintaan informasi", "orang", "day", 15, 15),
        ("Menyiapkan daftar hadir dan administrasi rapat", "kegiatan", "month", 60, 10),
        ("Menyiapkan administrasi kepegawaian unit", "berkas", "month", 45, 10),
        ("Membuat laporan kegiatan", "laporan", "month", 120, 5),
    ),
    "olahdata": _t(
        ("Mengumpulkan dan memeriksa data", "data", "week", 45, 25),
        ("Memasukkan data ke aplikasi", "data", "day", 12, 20, True),
        ("Mengolah dan menyajikan data", "tabel", "week", 90, 25),
        ("Mencocokkan data dengan unit lain", "data", "month", 120, 15),
        ("Menyusun laporan data", "laporan", "month", 300, 15),
    ),
    "analis": _t(
        ("Menghimpun bahan dan peraturan", "bahan", "month", 180, 12),
        ("Menelaah permasalahan dan menyusun telaahan", "telaahan", "month", 600, 26),
        ("Menyusun rancangan kebijakan atau rencana kerja", "dokumen", "quarter", 1_800, 22),
        ("Memantau dan mengevaluasi pelaksanaan", "laporan", "month", 480, 20),
        ("Memberi konsultasi dan pendampingan", "kali", "month", 90, 12),
        ("Melaksanakan tugas kedinasan lain", "kegiatan", "month", 120, 8),
    ),
    "auditor": _t(
        ("Menyusun program kerja pengawasan", "program", "quarter", 1_200, 10),
        ("Melaksanakan audit dan reviu", "penugasan", "month", 2_400, 45),
        ("Menyusun kertas kerja dan laporan hasil pengawasan", "laporan", "month", 900, 25),
        ("Memantau tindak lanjut rekomendasi", "laporan", "quarter", 900, 12),
        ("Memberi konsultansi pengendalian intern", "kali", "month", 180, 8),
    ),
    "komputer": _t(
        ("Memelihara jaringan dan peladen", "kali", "week", 120, 20),
        ("Mengembangkan dan menguji aplikasi", "modul", "month", 1_800, 30),
        ("Menangani gangguan pengguna", "permintaan", "day", 40, 25),
        ("Mengelola basis data dan cadangannya", "kali", "week", 90, 15, True),
        ("Menyusun dokumentasi sistem", "dokumen", "quarter", 900, 10),
    ),
    "arsip": _t(
        ("Menerima dan memeriksa bahan", "berkas", "day", 12, 25, True),
        ("Mengolah dan mendeskripsikan koleksi atau arsip", "berkas", "day", 25, 35),
        ("Melayani pengguna", "orang", "day", 15, 20),
        ("Memelihara dan menyusutkan arsip", "berkas", "month", 60, 15),
        ("Menyusun laporan", "laporan", "month", 180, 5),
    ),
    "lapangan": _t(
        ("Menyiapkan peralatan dan kendaraan", "kali", "day", 20, 12),
        ("Melaksanakan tugas operasional di lapangan", "kegiatan", "day", 120, 50),
        ("Memeriksa dan memelihara sarana", "kali", "week", 90, 18),
        ("Menanggapi laporan masyarakat", "laporan", "week", 60, 12),
        ("Membuat laporan harian", "laporan", "day", 15, 8, True),
    ),
    "penyuluh": _t(
        ("Menyusun rencana dan bahan penyuluhan", "dokumen", "month", 300, 15),
        ("Melaksanakan penyuluhan dan pendampingan", "kegiatan", "week", 180, 45),
        ("Mendata sasaran binaan", "data", "month", 90, 15, True),
        ("Memfasilitasi kelompok masyarakat", "kali", "month", 240, 15),
        ("Menyusun laporan penyuluhan", "laporan", "month", 240, 10),
    ),
    "pungut": _t(
        ("Menyiapkan dan membagikan karcis retribusi", "lembar", "day", 2, 15, True),
        ("Memungut retribusi parkir tunai di lokasi", "transaksi", "day", 3, 45, True),
        ("Menghitung dan menyetorkan hasil pungutan", "setoran", "day", 30, 15, True),
        ("Mengawasi juru parkir di lapangan", "lokasi", "week", 40, 15),
        ("Membuat laporan pungutan", "laporan", "month", 90, 10),
    ),
    "perawat": _t(
        ("Melakukan pengkajian keperawatan", "pasien", "day", 10, 25),
        ("Melakukan tindakan keperawatan dasar", "tindakan", "day", 15, 40),
        ("Melakukan perawatan kesehatan masyarakat", "kunjungan", "week", 60, 20),
        ("Mendokumentasikan asuhan keperawatan", "catatan", "day", 5, 15, True),
    ),
    "bidan": _t(
        ("Melakukan pemeriksaan kehamilan", "pasien", "day", 20, 35),
        ("Menolong persalinan dan perawatan nifas", "pasien", "month", 360, 30),
        ("Melakukan pelayanan KB dan imunisasi", "pasien", "day", 15, 25),
        ("Mencatat dan melaporkan", "catatan", "day", 5, 10, True),
    ),
    "dokter": _t(
        ("Memeriksa dan mengobati pasien rawat jalan", "pasien", "day", 10, 60),
        ("Menangani gawat darurat", "pasien", "week", 30, 15),
        ("Melakukan tindakan medik", "tindakan", "week", 30, 15),
        ("Memberi penyuluhan dan konsultasi", "kali", "month", 60, 10),
    ),
    "farmasi": _t(
        ("Menyiapkan dan menyerahkan obat", "resep", "day", 6, 60),
        ("Mengelola persediaan obat", "kali", "week", 90, 20, True),
        ("Memberi informasi obat", "pasien", "day", 5, 20),
    ),
    "gizi": _t(
        ("Melakukan konsultasi gizi", "pasien", "day", 20, 50),
        ("Memantau pertumbuhan dan status gizi", "balita", "week", 15, 35),
        ("Mengolah data gizi", "data", "month", 240, 15, True),
    ),
    "sanitasi": _t(
        ("Memeriksa sarana air dan sanitasi", "lokasi", "week", 60, 50),
        ("Memberi penyuluhan kesehatan lingkungan", "kali", "week", 90, 35),
        ("Mengolah data kesehatan lingkungan", "data", "month", 240, 15, True),
    ),
    "laboratorium": _t(
        ("Mengambil dan menerima sampel atau berkas", "sampel", "day", 6, 30),
        ("Memeriksa dan mencatat hasil", "pemeriksaan", "day", 12, 55),
        ("Merawat alat dan menyusun laporan", "kali", "week", 90, 15, True),
    ),
}  # fmt: skip


def _counted(volume: Decimal) -> Decimal:
    """Return a volume as it would be counted: whole numbers from 20 on, hundredths below."""
    step = Decimal(1) if volume >= 20 else Decimal("0.01")
    return max(Decimal("0.01"), volume.quantize(step, ROUND_HALF_UP))


def tasks_for(rng: Random, kind: str, need: Decimal, *, health: bool) -> list[dict[str, Any]]:
    """Return the task rows that make about `need`: volumes as people count them, shares a little off, so the need is
    not round. A health sheet has support tasks, which shorten everybody's available time."""
    minutes = Decimal(MINUTES)
    if health:
        minutes = Decimal(MINUTES_HEALTH - sum(FACTORS[per] * norm for _, _, per, norm in SUPPORT))
    wanted = need * minutes
    shares = [Decimal(task.share) * Decimal(str(round(rng.uniform(0.92, 1.08), 3))) for task in TASKS[kind]]
    total = sum(shares)
    rows = []
    for task, share in zip(TASKS[kind], shares, strict=True):
        volume = wanted * share / total / (task.minutes * FACTORS[task.per])
        rows.append(
            {
                "task": task.text,
                "output": task.output,
                "per": task.per,
                "minutes": task.minutes,
                "part": "pokok",
                "volume": _counted(volume),
                "digital_prone": task.digital,
            }  # fmt: skip
        )
    if health:
        rows += [
            {"task": text, "output": output, "per": per, "minutes": norm, "part": "penunjang", "volume": Decimal(1),
             "digital_prone": False}
            for text, output, per, norm in SUPPORT
        ]  # fmt: skip
    return rows
