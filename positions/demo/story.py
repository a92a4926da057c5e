"""Where the cases of the story are found: codes of units, positions and goals, names and days relative to the start.

Everything in it is invented except the names of units and jobs. Cases as numbered in the specification of the analysis.
"""

from datetime import date
from pathlib import Path

MEDAN, JAMBI = "1271", "1571"
SEED = 20_220_920
# The restructuring of Kota Medan (press, December 2022); the days themselves are a choice of ours.
MERGED_ON = date(2022, 12, 31)
MERGER_SIGNED = date(2022, 12, 19)
MERGER_DECREE = "Perda Kota Medan tentang perubahan perangkat daerah (2022)"

DISTRICT = "1271.K08"  # Kecamatan Medan Belawan
CENTRE = "1271.K01"  # Kecamatan Medan Kota

# 1 Puskesmas Belawan is short of nurses by ABK-Kes.
NURSES = "1271.05.P40/JF-PERAWAT-TR"
NURSES_NEED, NURSES_HOLDERS = 9, 5

# 2 Class teachers: surplus in the centre, shortage in Belawan; the same job, level and subtitle.
TEACHER_JOB = "JF-GURU-PT-KELAS"
SURPLUS_SCHOOL, SHORT_SCHOOL = "1271.04.SD.K01.1", "1271.04.SD.K08.1"
SURPLUS_TEACHERS, SHORT_TEACHERS = f"{SURPLUS_SCHOOL}/{TEACHER_JOB}", f"{SHORT_SCHOOL}/{TEACHER_JOB}"
CENTRE_DISTRICTS = ("K01", "K15", "K16", "K17", "K19")
OUTER_DISTRICTS = ("K08", "K12", "K13")

# 3 Juru Pungut Retribusi fades after cashless parking; unrounded need of the last campaigns, newest first.
FADING = "1271.16/JP-JURU-PUNGUT"
FADING_NEEDS = ("0.38", "0.72", "1.05", "1.10")
# A vacant post of the same office that asks for no more than the holder has (SMA): what he is retrained for.
FADING_TARGET = "1271.16/JP-PENGADMINISTRASI"
FADING_HOLDER = "Sahat Parulian Hutagalung"
FADING_HEARING = (
    "Pemangku didengar bersama kepala bidang: parkir nontunai menggantikan pemungutan karcis. Bersedia dilatih kembali"
    " di bidang administrasi digital dan pindah ke jabatan tujuan setelah pelatihan."
)
# A post with less than half a workload, whose merger is approved: a decision on the structure starts from it.
MERGED_HEARING = (
    "Pemangku didengar bersama atasannya: bersedia pindah ke jabatan tujuan setelah keputusannya terbit (contoh)."
)
MERGED_REASON = "Beban kerjanya kurang dari setengah; digabung dengan jabatan sejenis di perangkat daerah itu (contoh)."

# 4 An IT graduate sits as Pengadministrasi Perkantoran while Diskominfo lacks Pranata Komputer.
MISPLACED = "1271.K08.S.1/JP-PENGADMINISTRASI"
MISPLACED_HOLDER = "Nadia Putri Nasution"
MISPLACED_STUDY = ("40", "S-1 TEKNIK INFORMATIKA")
LACKING = "1271.17/JF-PRANATA-KOMPUTER-PT"
LACKING_NEED, LACKING_HOLDERS = 6, 2

# 5 Sekretaris Kecamatan Medan Belawan: vacant, with a Plt near the limit of ninety days.
VACANT_SECRETARY = "1271.K08.S/JS-SEKCAM"
ACTING_DAYS, VACANT_DAYS = 80, 95

# 6 The only Auditor Ahli Madya retires in eight months.
ONLY_AUDITOR = "1271.03/JF-AUDITOR-MA"
AUDITOR_NAME = "Ratna Dewi Simanjuntak"
AUDITOR_MONTHS = 8

# 7 Units merged in 2022 and what became of them.
MERGED: dict[str, tuple[str, ...]] = {
    "1271.04": ("Dinas Pendidikan", "Dinas Kebudayaan"),
    "1271.06": ("Dinas Pekerjaan Umum",),
    "1271.12": (
        "Dinas Pemberdayaan Perempuan, Perlindungan Anak dan Pemberdayaan Masyarakat",
        "Dinas Pengendalian Penduduk dan Keluarga Berencana",
    ),
    "1271.13": ("Dinas Ketahanan Pangan", "Dinas Pertanian dan Perikanan"),
    "1271.18": ("Dinas Koperasi dan UKM", "Dinas Perindustrian", "Dinas Perdagangan"),
}


def merged_code(successor: str, number: int) -> str:
    """Return the code of the n-th unit that went into `successor`: 1271.04.L1."""
    return f"{successor}.L{number}"


MERGED_EXAMPLE = merged_code("1271.04", 2)  # Dinas Kebudayaan

# 8 Three units late with this year's ABK (positions.rules.sheet_flow.is_late), and how far they are; one more sheet
# came in time and waits for the organisation bureau.
LATE_SHEETS = {"1271.20": "dikembalikan", "1271.22": "belum", "1271.K08": "dikembalikan"}
WAITING_SHEETS = {"1271.26": "diisi"}

# 9 PPPK paruh waktu stand in a column beside B.
PART_TIME = "1271.14/JP-OPERATOR-OPS"

# 12 A goal without any post.
GOAL_WITHOUT_POST = "P.1271.16.2"

# Logins linked to people of the register.
OWN_RECORD = MISPLACED
SUPERIOR = "1271.K08/JS-CAMAT"
SECRETARY = "1271.01/JS-SEKDA"
# Its pengelola kepegawaian finds a sheet to fill in, as the admin of Medan Belawan (1271.K08) does.
PERSONNEL_OFFICE = "1271.20"

# Sizes of the published figures (demo/data/parameter_populasi_sintetis.json, BKPSDM Kota Medan 2025).
POPULATION = {
    MEDAN: {"PNS": 9_726, "PPPK": 4_625, "PPPK_PW": 8_614},
    JAMBI: {"PNS": 1_400, "PPPK": 600, "PPPK_PW": 250},
}

DATA = Path(__file__).resolve().parent / "data"

# Invented APBD, personnel spending and cost of a person a year, in millions of rupiah: 29.97 % before any proposal.
BUDGET = ("7640000", "2290000", "95")
