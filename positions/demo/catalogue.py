"""The jobs of the demo, drawn from the real job tables, with what they require and what their people do.

Managerial seats, echelons and ranks: establishment.md 1.3 and 7.3 [M for most of the lower ones]; classes:
positions/data/jabatan_struktural_kelas.csv; classes that no source states (camat, lurah and below) are [M]. Functional
and executive titles and classes come from the reference jobs of migration 0003.
"""

# Rows of tables stay on one line.
# ruff: noqa: E501

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from positions.rules.levels import ECHELONS, JF_CODES, RANKS_OF_JF_LEVEL, Level

DATA = Path(__file__).resolve().parent.parent / "data"
LEVEL_SUFFIX = {
    "PM": "Pemula", "TR": "Terampil", "MH": "Mahir", "PY": "Penyelia", "PT": "Ahli Pertama", "MU": "Ahli Muda",
    "MA": "Ahli Madya", "UT": "Ahli Utama",
}  # fmt: skip
TEACHER_AGE = 60


@dataclass(frozen=True, slots=True)
class Study:
    """An education of the SIASN list by level id and name, the title it gives, and how often people have it."""

    level: str
    name: str
    title: str = ""
    weight: int = 1


@dataclass(frozen=True, slots=True)
class JobSpec:
    code: str
    name: str
    group: str
    level: Level
    job_class: int | None
    subtitle: str = ""
    field: str = "teknis"
    family: str = ""
    echelon: str = ""
    retirement_age: int | None = None
    rank_min: int | None = None
    rank_max: int | None = None
    education: str | None = None
    fields: tuple[str, ...] = ()
    studies: tuple[Study, ...] = ()
    tasks: str = "klerek"
    reference: str = ""
    classification: str = ""


def _s(*studies: tuple[str, str, str, int]) -> tuple[Study, ...]:
    return tuple(Study(*study) for study in studies)


MANAGERS = _s(
    ("40", "S-1 ADMINISTRASI NEGARA", "S.A.P.", 3), ("40", "S-1 ILMU PEMERINTAHAN", "S.IP.", 4),
    ("40", "S-1 HUKUM", "S.H.", 3), ("40", "S-1 EKONOMI", "S.E.", 4), ("35", "D-IV ILMU PEMERINTAHAN", "S.STP.", 5),
    ("45", "S-2 ADMINISTRASI PUBLIK", "M.A.P.", 4), ("45", "S-2 MANAJEMEN", "M.M.", 4), ("45", "S-2 HUKUM", "M.H.", 2),
)  # fmt: skip
GRADUATES = _s(
    ("40", "S-1 ADMINISTRASI NEGARA", "S.A.P.", 4), ("40", "S-1 HUKUM", "S.H.", 3), ("40", "S-1 EKONOMI", "S.E.", 4),
    ("40", "S-1 MANAJEMEN", "S.M.", 3), ("40", "S-1 ILMU KOMUNIKASI", "S.I.Kom.", 1), ("40", "S-1 SOSIOLOGI", "S.Sos.", 2),
    ("40", "S-1 TEKNIK SIPIL", "S.T.", 1),
)  # fmt: skip
DIPLOMAS = _s(
    ("30", "D-III AKUNTANSI", "A.Md.", 3), ("30", "D-III ADMINISTRASI PERKANTORAN", "A.Md.", 3),
    ("30", "D-III MANAJEMEN INFORMATIKA", "A.Md.Kom.", 2), ("40", "S-1 EKONOMI", "S.E.", 2),
)  # fmt: skip
SCHOOL_LEAVERS = _s(
    ("15", "SLTA UMUM", "", 5), ("15", "SMA IPA", "", 2), ("15", "SMK PERKANTORAN", "", 3),
    ("30", "D-III ADMINISTRASI PERKANTORAN", "A.Md.", 1), ("40", "S-1 EKONOMI", "S.E.", 1),
)  # fmt: skip
LABOURERS = _s(
    ("15", "SLTA UMUM", "", 5), ("17", "SMK", "", 3), ("10", "SLTP", "", 2), ("05", "SEKOLAH DASAR", "", 1),
)  # fmt: skip


def _managerial(
    code: str, name: str, echelon: str, job_class: int, subtitle: str = "", studies: tuple[Study, ...] = MANAGERS
) -> JobSpec:
    ladder = next(row for row in ECHELONS if row.code == echelon)
    assert ladder.level is not None  # noqa: S101 - I.a to IV.b only
    return JobSpec(
        code=f"JS-{code}", name=name, subtitle=subtitle, group="manajerial", level=ladder.level, job_class=job_class,
        echelon=echelon, rank_min=ladder.lowest, rank_max=ladder.highest, studies=studies, tasks="",
        education="30" if ladder.level is Level.PENGAWAS else "40", family="Jabatan Manajerial",
    )  # fmt: skip


MANAGERIAL: tuple[JobSpec, ...] = (
    _managerial("SEKDA", "Sekretaris Daerah", "II.a", 15),
    *(
        _managerial(f"ASISTEN-{n}", "Asisten Sekretaris Daerah", "II.b", 14, field)
        for n, field in enumerate(
            ("Pemerintahan dan Kesejahteraan Rakyat", "Perekonomian dan Pembangunan", "Administrasi Umum"), 1
        )
    ),
    *(
        _managerial(f"STAFAHLI-{n}", "Staf Ahli Wali Kota", "II.b", 13, field)
        for n, field in enumerate(
            ("Pemerintahan, Hukum dan Politik", "Ekonomi, Keuangan dan Pembangunan", "Kemasyarakatan dan SDM"), 1
        )
    ),
    _managerial("SEKWAN", "Sekretaris DPRD", "II.b", 14),
    _managerial("INSPEKTUR", "Inspektur", "II.b", 14),
    _managerial("KADIS", "Kepala Dinas", "II.b", 14),
    _managerial("KABAN", "Kepala Badan", "II.b", 14),
    _managerial("KASAT", "Kepala Satuan", "II.b", 14),
    _managerial("DIREKTUR", "Direktur RSUD", "II.b", 14, studies=_s(("45", "S-2 KESEHATAN MASYARAKAT", "M.K.M.", 1))),
    _managerial("SEKDIS", "Sekretaris Dinas", "III.a", 12),
    _managerial("SEKBAN", "Sekretaris Badan", "III.a", 12),
    _managerial("SEKSAT", "Sekretaris Satuan", "III.a", 12),
    _managerial("SEKINSP", "Sekretaris Inspektorat", "III.a", 12),
    *(_managerial(f"IRBAN-{n}", "Inspektur Pembantu", "III.a", 12, f"Wilayah {n}") for n in range(1, 5)),
    _managerial("KABAG", "Kepala Bagian", "III.a", 12),
    _managerial("CAMAT", "Camat", "III.a", 12),
    _managerial("KABID", "Kepala Bidang", "III.b", 11),
    _managerial("SEKCAM", "Sekretaris Kecamatan", "III.b", 11),
    _managerial("KASUBBAG", "Kepala Subbagian", "IV.a", 9),
    _managerial("KASI", "Kepala Seksi", "IV.a", 9),
    _managerial("LURAH", "Lurah", "IV.a", 9),
    _managerial("KAUPT", "Kepala UPT", "IV.a", 9),
    _managerial("KASUBBAGCAM", "Kepala Subbagian Kecamatan", "IV.b", 8),
    _managerial("SEKLUR", "Sekretaris Kelurahan", "IV.b", 8),
    _managerial("KASILUR", "Kepala Seksi Kelurahan", "IV.b", 8, "Pemerintahan dan Ketenteraman"),
)

NURSE_D3 = ("30", "D-III KEPERAWATAN", "A.Md.Kep.")
# family of titles, code, field, (level code, education level, accepted fields, studies), tasks
_FUNCTIONAL: tuple[tuple[str, str, str, str, dict[str, tuple[str, tuple[str, ...], tuple[Study, ...]]]], ...] = (
    ("Perawat", "PERAWAT", "nakes", "perawat", {
        "TR": ("30", ("KEPERAWATAN",), _s((*NURSE_D3, 1))),
        "MH": ("30", ("KEPERAWATAN",), _s((*NURSE_D3, 1))),
        "PT": ("40", ("KEPERAWATAN", "NERS"), _s(("40", "S-1 KEPERAWATAN", "S.Kep.", 1), ("40", "PROFESI NERS", "S.Kep., Ns.", 2))),
        "MU": ("40", ("KEPERAWATAN", "NERS"), _s(("40", "PROFESI NERS", "S.Kep., Ns.", 1)))}),
    ("Bidan", "BIDAN", "nakes", "bidan", {
        "TR": ("30", ("KEBIDANAN",), _s(("30", "D-III KEBIDANAN", "A.Md.Keb.", 1))),
        "PT": ("35", ("KEBIDANAN",), _s(("35", "D-IV KEBIDANAN", "S.Tr.Keb.", 1)))}),
    ("Dokter", "DOKTER", "nakes", "dokter", {
        code: ("40", ("DOKTER", "KEDOKTERAN"), _s(("42", "PROFESI DOKTER", "", 1))) for code in ("PT", "MU", "MA")}),
    ("Dokter Gigi", "DOKTER-GIGI", "nakes", "dokter", {
        code: ("40", ("DOKTER GIGI",), _s(("42", "PROFESI DOKTER GIGI", "", 1))) for code in ("PT", "MU")}),
    ("Apoteker", "APOTEKER", "nakes", "farmasi", {
        code: ("40", ("APOTEKER", "FARMASI"), _s(("42", "PROFESI APOTEKER", "", 1))) for code in ("PT", "MU")}),
    ("Asisten Apoteker", "ASISTEN-APOTEKER", "nakes", "farmasi", {
        "TR": ("30", ("FARMASI",), _s(("30", "D-III FARMASI", "A.Md.Farm.", 1)))}),
    ("Nutrisionis", "NUTRISIONIS", "nakes", "gizi", {"TR": ("30", ("GIZI",), _s(("30", "D-III GIZI", "A.Md.Gz.", 1)))}),
    ("Tenaga Sanitasi Lingkungan", "SANITASI", "nakes", "sanitasi", {
        "TR": ("30", ("KESEHATAN LINGKUNGAN",), _s(("30", "D-III KESEHATAN LINGKUNGAN", "A.Md.K.L.", 1)))}),
    ("Pranata Laboratorium Kesehatan", "LABORATORIUM", "nakes", "laboratorium", {
        "TR": ("30", ("ANALIS KESEHATAN",), _s(("30", "D-III ANALIS KESEHATAN", "A.Md.A.K.", 1)))}),
    ("Perekam Medis", "PEREKAM-MEDIS", "nakes", "laboratorium", {
        "TR": ("30", ("REKAM MEDIS",), _s(("30", "D-III REKAM MEDIS", "A.Md.R.M.I.K.", 1)))}),
    ("Administrator Kesehatan", "ADMINKES", "nakes", "analis", {
        "PT": ("40", ("KESEHATAN MASYARAKAT",), _s(("40", "S-1 KESEHATAN MASYARAKAT", "S.K.M.", 1)))}),
    ("Epidemiolog Kesehatan", "EPIDEMIOLOG", "nakes", "analis", {
        "PT": ("40", ("KESEHATAN MASYARAKAT",), _s(("40", "S-1 KESEHATAN MASYARAKAT", "S.K.M.", 1)))}),
    ("Auditor", "AUDITOR", "teknis", "auditor", {
        code: ("40", (), _s(("40", "S-1 AKUNTANSI", "S.Ak.", 3), ("40", "S-1 HUKUM", "S.H.", 1))) for code in ("PT", "MU", "MA")}),
    ("Analis Sumber Daya Manusia Aparatur", "ANALIS-SDMA", "teknis", "analis", {
        code: ("40", (), GRADUATES) for code in ("PT", "MU", "MA")}),
    ("Perencana", "PERENCANA", "teknis", "analis", {
        code: ("40", (), _s(("40", "S-1 EKONOMI PEMBANGUNAN", "S.E.", 2), ("40", "S-1 PERENCANAAN WILAYAH DAN KOTA", "S.P.W.K.", 2),
                            ("40", "S-1 EKONOMI", "S.E.", 1))) for code in ("PT", "MU", "MA")}),
    ("Pranata Komputer", "PRANATA-KOMPUTER", "teknis", "komputer", {
        "TR": ("30", ("KOMPUTER", "INFORMATIKA", "SISTEM INFORMASI"),
               _s(("30", "D-III MANAJEMEN INFORMATIKA", "A.Md.Kom.", 2), ("30", "D-III KOMPUTER", "A.Md.Kom.", 1))),
        "PT": ("40", ("KOMPUTER", "INFORMATIKA", "SISTEM INFORMASI"),
               _s(("40", "S-1 TEKNIK INFORMATIKA", "S.Kom.", 2), ("40", "S-1 SISTEM INFORMASI", "S.Kom.", 2))),
        "MU": ("40", ("KOMPUTER", "INFORMATIKA", "SISTEM INFORMASI"), _s(("40", "S-1 TEKNIK INFORMATIKA", "S.Kom.", 1)))}),
    ("Arsiparis", "ARSIPARIS", "teknis", "arsip", {
        "TR": ("30", (), _s(("30", "D-III KEARSIPAN", "A.Md.", 1), ("30", "D-III ADMINISTRASI PERKANTORAN", "A.Md.", 2))),
        "PT": ("40", (), GRADUATES)}),
    ("Pustakawan", "PUSTAKAWAN", "teknis", "arsip", {
        "PT": ("40", (), _s(("40", "S-1 ILMU PERPUSTAKAAN", "S.I.P.", 1)))}),
    ("Analis Kebijakan", "ANALIS-KEBIJAKAN", "teknis", "analis", {code: ("40", (), GRADUATES) for code in ("PT", "MU", "MA")}),
    ("Perancang Peraturan Perundang-undangan", "PERANCANG", "teknis", "analis", {
        "PT": ("40", ("HUKUM",), _s(("40", "S-1 HUKUM", "S.H.", 1)))}),
    ("Pengelola Pengadaan Barang/Jasa", "PPBJ", "teknis", "analis", {code: ("40", (), GRADUATES) for code in ("PT", "MU")}),
    ("Pranata Hubungan Masyarakat", "HUMAS", "teknis", "analis", {
        "PT": ("40", (), _s(("40", "S-1 ILMU KOMUNIKASI", "S.I.Kom.", 1)))}),
    ("Polisi Pamong Praja", "POLPP", "teknis", "lapangan", {
        "TR": ("15", (), SCHOOL_LEAVERS), "PT": ("40", (), GRADUATES)}),
    ("Pemadam Kebakaran", "PEMADAM", "teknis", "lapangan", {"PM": ("15", (), SCHOOL_LEAVERS), "TR": ("15", (), SCHOOL_LEAVERS)}),
    ("Penyuluh Sosial", "PENYULUH-SOSIAL", "teknis", "penyuluh", {"PT": ("40", (), GRADUATES)}),
    ("Pekerja Sosial", "PEKSOS", "teknis", "penyuluh", {
        "PT": ("40", (), _s(("40", "S-1 KESEJAHTERAAN SOSIAL", "S.Sos.", 1)))}),
    ("Pengantar Kerja", "PENGANTAR-KERJA", "teknis", "penyuluh", {"PT": ("40", (), GRADUATES)}),
    ("Mediator Hubungan Industrial", "MEDIATOR-HI", "teknis", "penyuluh", {"PT": ("40", (), GRADUATES)}),
    ("Penyuluh Keluarga Berencana", "PENYULUH-KB", "teknis", "penyuluh", {"PT": ("40", (), GRADUATES)}),
    ("Penyuluh Pertanian", "PENYULUH-PERTANIAN", "teknis", "penyuluh", {
        "PT": ("40", ("PERTANIAN",), _s(("40", "S-1 PERTANIAN", "S.P.", 1)))}),
    ("Penyuluh Perikanan", "PENYULUH-PERIKANAN", "teknis", "penyuluh", {
        "PT": ("40", ("PERIKANAN",), _s(("40", "S-1 PERIKANAN", "S.Pi.", 1)))}),
    ("Pengendali Dampak Lingkungan", "PEDAL", "teknis", "analis", {
        "PT": ("40", (), _s(("40", "S-1 TEKNIK LINGKUNGAN", "S.T.", 1)))}),
    ("Administrator Database Kependudukan", "ADB", "teknis", "komputer", {
        "PT": ("40", (), _s(("40", "S-1 SISTEM INFORMASI", "S.Kom.", 1)))}),
    ("Penguji Kendaraan Bermotor", "PKB", "teknis", "lapangan", {
        "TR": ("30", (), _s(("30", "D-III LALU LINTAS DAN ANGKUTAN JALAN", "A.Md.", 1)))}),
    ("Pengawas Koperasi", "PENGAWAS-KOPERASI", "teknis", "analis", {"PT": ("40", (), GRADUATES)}),
    ("Penera", "PENERA", "teknis", "lapangan", {"TR": ("30", (), DIPLOMAS)}),
    ("Penata Perizinan", "PENATA-PERIZINAN", "teknis", "analis", {"PT": ("40", (), GRADUATES)}),
    ("Penata Ruang", "PENATA-RUANG", "teknis", "analis", {
        "PT": ("40", (), _s(("40", "S-1 PERENCANAAN WILAYAH DAN KOTA", "S.P.W.K.", 1), ("40", "S-1 ARSITEKTUR", "S.Ars.", 1)))}),
    ("Adyatama Kepariwisataan dan Ekonomi Kreatif", "ADYATAMA", "teknis", "analis", {"PT": ("40", (), GRADUATES)}),
    ("Pamong Budaya", "PAMONG-BUDAYA", "teknis", "penyuluh", {"PT": ("40", (), GRADUATES)}),
    ("Analis Keuangan Pusat dan Daerah", "AKPD", "teknis", "analis", {
        code: ("40", (), _s(("40", "S-1 AKUNTANSI", "S.Ak.", 2), ("40", "S-1 EKONOMI", "S.E.", 1))) for code in ("PT", "MU")}),
    ("Peneliti", "PENELITI", "teknis", "analis", {"PT": ("40", (), GRADUATES)}),
    ("Penata Penanggulangan Bencana", "PPB", "teknis", "lapangan", {"PT": ("40", (), GRADUATES)}),
)  # fmt: skip

# subtitle of SIASN's list, code, accepted fields, studies
SUBJECTS: dict[str, tuple[str, tuple[str, ...], tuple[Study, ...]]] = {
    "KELAS": ("Guru Kelas", ("GURU SEKOLAH DASAR", "GURU KELAS"), _s(("40", "S-1 PENDIDIKAN GURU SEKOLAH DASAR", "S.Pd.", 1))),
    "PAI": ("Guru Pendidikan Agama Islam", ("AGAMA ISLAM",), _s(("40", "S-1 PENDIDIKAN AGAMA ISLAM", "S.Pd.I.", 1))),
    "PJOK": ("Guru Penjasorkes", ("JASMANI",), _s(("40", "S-1 PENDIDIKAN JASMANI, KESEHATAN DAN REKREASI", "S.Pd.", 1))),
    "MTK": ("Guru Matematika", ("MATEMATIKA",), _s(("40", "S-1 PENDIDIKAN MATEMATIKA", "S.Pd.", 1))),
    "IND": ("Guru Bahasa Indonesia", ("BAHASA INDONESIA",), _s(("40", "S-1 PENDIDIKAN BAHASA INDONESIA", "S.Pd.", 1))),
    "ING": ("Guru Bahasa Inggris", ("BAHASA INGGRIS",), _s(("40", "S-1 PENDIDIKAN BAHASA INGGRIS", "S.Pd.", 1))),
    "IPA": ("Guru IPA", ("IPA", "BIOLOGI", "FISIKA"), _s(("40", "S-1 PENDIDIKAN IPA", "S.Pd.", 2), ("40", "S-1 PENDIDIKAN BIOLOGI", "S.Pd.", 2))),
    "IPS": ("Guru IPS", ("IPS",), _s(("40", "S-1 PENDIDIKAN IPS", "S.Pd.", 1))),
    "PPKN": ("Guru PPKn", ("PANCASILA", "PPKN"), _s(("40", "S-1 PENDIDIKAN PANCASILA DAN KEWARGANEGARAAN", "S.Pd.", 1))),
}  # fmt: skip

# title, code, lowest education, studies, tasks
_EXECUTIVE: tuple[tuple[str, str, str, tuple[Study, ...], str], ...] = (
    ("Penelaah Teknis Kebijakan", "PENELAAH", "40", GRADUATES, "analis"),
    ("Penata Layanan Operasional", "PENATA-OPS", "40", GRADUATES, "lapangan"),
    ("Pengolah Data dan Informasi", "PENGOLAH-DATA", "30", DIPLOMAS, "olahdata"),
    ("Pengelola Layanan Operasional", "PENGELOLA-OPS", "30", DIPLOMAS, "lapangan"),
    ("Pengadministrasi Perkantoran", "PENGADMINISTRASI", "15", SCHOOL_LEAVERS, "klerek"),
    ("Operator Layanan Operasional", "OPERATOR-OPS", "15", LABOURERS, "lapangan"),
    ("Pengelola Umum Operasional", "PENGELOLA-UMUM", "05", LABOURERS, "lapangan"),
    ("Pengelola Layanan Kesehatan", "PENGELOLA-KESEHATAN", "30", DIPLOMAS, "olahdata"),
    ("Pranata Trantibum", "PRANATA-TRANTIBUM", "15", SCHOOL_LEAVERS, "lapangan"),
    ("Pengelola Trantibum", "PENGELOLA-TRANTIBUM", "30", DIPLOMAS, "lapangan"),
    ("Operator Alat Berat", "OPERATOR-ALAT", "15", LABOURERS, "lapangan"),
    ("Juru Operasi dan Pemeliharaan Sumber Daya Air", "JURU-SDA", "15", LABOURERS, "lapangan"),
    ("Penata Kelola Sistem dan Teknologi Informasi", "PENATA-STI", "40", _s(("40", "S-1 SISTEM INFORMASI", "S.Kom.", 1)), "komputer"),
)  # fmt: skip


@cache
def _reference() -> dict[str, tuple[str, int | None]]:
    """Return name -> (classification, class) of the executive jobs of KepmenPANRB 11/2024."""
    with (DATA / "jabatan_pelaksana_kepmenpanrb11_2024.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["nama"]: (row["klasifikasi"], int(row["kelas_jabatan"]) if row["kelas_jabatan"] else None)
            for row in csv.DictReader(file)
        }


@cache
def _functional_classes() -> dict[tuple[str, str], int]:
    """Return (title in capitals, level) -> class; the level's usual class stands under "(UMUM)"."""
    found: dict[tuple[str, str], int] = {}
    with (DATA / "jabatan_fungsional_kelas.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault((row["jabatan_fungsional"].upper(), row["jenjang"]), int(row["kelas_jabatan"]))
    return found


def _functional(
    title: str, code: str, level_code: str, field: str, education: str, fields: tuple[str, ...],
    studies: tuple[Study, ...], tasks: str, subtitle: str = "", subject: str = "", age: int | None = None,
) -> JobSpec:  # fmt: skip
    level, suffix = JF_CODES[level_code], LEVEL_SUFFIX[level_code]
    classes = _functional_classes()
    short = title.upper().replace("SUMBER DAYA MANUSIA", "SDM")
    lowest, highest = RANKS_OF_JF_LEVEL[level]
    return JobSpec(
        code=f"JF-{code}-{level_code}{'-' + subject if subject else ''}", name=f"{title} {suffix}", subtitle=subtitle,
        group="fungsional", level=level, field=field, family=title.upper(), tasks=tasks,
        job_class=classes.get((short, suffix)) or classes[("(UMUM)", suffix)], retirement_age=age,
        rank_min=lowest, rank_max=highest, education=education, fields=fields, studies=studies,
        reference=f"{title} {suffix}",
    )  # fmt: skip


def _catalogue() -> dict[str, JobSpec]:
    specs: list[JobSpec] = list(MANAGERIAL)
    for title, code, field, tasks, levels in _FUNCTIONAL:
        for level_code, (education, fields, studies) in levels.items():
            specs.append(_functional(title, code, level_code, field, education, fields, studies, tasks))
    for subject, (subtitle, fields, studies) in SUBJECTS.items():
        for level_code in ("PT", "MU", "MA"):
            specs.append(
                _functional(
                    "Guru", "GURU", level_code, "guru", "40", fields, studies, "guru", subtitle, subject, TEACHER_AGE
                )
            )
    reference = _reference()
    for title, code, education, studies, tasks in _EXECUTIVE:
        classification, job_class = reference[title]
        specs.append(
            JobSpec(
                code=f"JP-{code}",
                name=title,
                group="pelaksana",
                level=Level.PELAKSANA,
                family="Pelaksana",
                job_class=job_class or 7,
                education=education,
                studies=studies,
                tasks=tasks,
                reference=title,
                classification=classification,
                field="nakes" if "Kesehatan" in title else "teknis",
            )  # fmt: skip
        )
    specs += [
        # Older nomenclature, still met in the field; no reference job of KepmenPANRB 11/2024.
        JobSpec(
            code="JP-JURU-PUNGUT", name="Juru Pungut Retribusi", group="pelaksana", level=Level.PELAKSANA, job_class=5,
            family="Pelaksana", education="15", studies=SCHOOL_LEAVERS, tasks="pungut", classification="Operator",
        ),
        # Head seats filled by an additional duty: a functional officer leads beside the own post.
        JobSpec(
            code="JT-KAPUS", name="Kepala UPT Puskesmas", group="fungsional", level=Level.AHLI_MUDA, job_class=9,
            field="nakes", family="Tugas Tambahan", education="30", tasks="", rank_min=23, rank_max=45,
        ),
        JobSpec(
            code="JT-KEPSEK-SD", name="Kepala UPT SD Negeri", group="fungsional", level=Level.AHLI_MUDA, job_class=9,
            field="guru", family="Tugas Tambahan", education="40", retirement_age=TEACHER_AGE, tasks="",
            rank_min=31, rank_max=45,
        ),
        JobSpec(
            code="JT-KEPSEK-SMP", name="Kepala UPT SMP Negeri", group="fungsional", level=Level.AHLI_MUDA, job_class=9,
            field="guru", family="Tugas Tambahan", education="40", retirement_age=TEACHER_AGE, tasks="",
            rank_min=31, rank_max=45,
        ),
    ]  # fmt: skip
    return {spec.code: spec for spec in specs}


JOBS: dict[str, JobSpec] = _catalogue()
