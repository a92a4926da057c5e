"""The words for codes of the analysis: sources, rows of the decision table, signals, reasons of change, tones."""

from datetime import date
from typing import Any

from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from asnhr import formats
from positions.models import Employee, Job, NeedsAnalysis, NeedsResult, Recommendation, RecommendationLine
from positions.models._restricted import RESTRICTED
from positions.models.analysis import SOURCE_WORDS
from positions.queries import rulebook
from positions.queries.needs import compare
from positions.rules.education import EducationFit
from positions.rules.need import Source

SOURCES = SOURCE_WORDS
# Kept in Indonesian by runs (`Run.step`) and results (legal basis of the need), translated where they are shown.
STORED = (
    gettext_noop("Membaca unit, nomenklatur dan jabatan"),
    gettext_noop("Menghitung pemangku dan yang akan keluar"),
    gettext_noop("Menghitung kebutuhan dan proyeksi"),
    gettext_noop("Membagi kelebihan ke kekurangan"),
    gettext_noop("Menulis hasil dan rekomendasi"),
    gettext_noop("Menulis kebutuhan kompetensi dan temuan unit"),
    gettext_noop("Jabatan manajerial dan jabatan kepala: satu orang setiap formasi (peraturan susunan organisasi)"),
    gettext_noop("Rumus instansi pembina jabatan fungsional"),
    gettext_noop("PermenPANRB 1/2020 dan Peraturan BKN 9/2022 (ABK)"),
    gettext_noop("Permenkes 33/2015 (ABK-Kes)"),
    gettext_noop("Keputusan peta jabatan"),
)
RECOMMENDATIONS: dict[str, Any] = {**dict(Recommendation.choices), RESTRICTED: _("belum diputuskan (terbatas)")}
RECOMMENDATION_TONES = {
    "ISI": "short", "TINJAU_BEBAN": "gold", "HAPUS": "gold", "GABUNG": "gold", "TERIMA": "short", "LEPAS": "over",
    "USUL_FORMASI": "short", "PERTAHANKAN": "fit", "KEMBANGKAN": "brand",
}  # fmt: skip
PRIORITIES = {1: _("1 · triwulan ini"), 2: _("2 · tahun perencanaan ini"), 3: _("3 · catatan")}
PRIORITY_TONES = {1: "short", 2: "gold", 3: ""}
STATE_TONES = {
    RecommendationLine.State.OPEN: "", RecommendationLine.State.APPROVED: "fit",
    RecommendationLine.State.DEFERRED: "gold", RecommendationLine.State.REJECTED: "short",
}  # fmt: skip

# The condition of each row of the decision table (docs/perhitungan.md, chapter 10).
ROWS = {
    1: _("jabatan manajerial lowong → isi"),
    2: _("pemangku jabatan manajerial lebih banyak daripada formasinya → tinjau beban"),
    3: _("pemangku jabatan manajerial keluar dalam batas waktu → siapkan pengganti"),
    4: _("sumber kebutuhan belum ada, ABK bertanda salah, atau ABK terlalu tua → tinjau beban"),
    5: _(
        "pelaksana, ABK, N di bawah batas, pekerjaan dapat didigitalkan, beban memudar, tanpa sasaran →"
        " usul penghapusan"
    ),
    6: _("ABK, N di bawah batas terkecil → gabungkan"),
    7: _("B < K dan formasi yang sudah ditetapkan mencukupi → selesaikan pengadaan"),
    8: _("B < K dan ada kelebihan di tempat lain → redistribusi masuk, sisanya diusulkan"),
    9: _("B < K → usulkan formasi"),
    10: _("B > K tetapi tahun depan terserap pensiun → pertahankan"),
    11: _("B > K dan ada penerima → redistribusi keluar"),
    12: _("B > K tanpa penerima → alih tugas, kembangkan"),
    13: _("B = K tetapi akan kekurangan → usulkan formasi lebih dahulu"),
    14: _("B = K tetapi beban tidak seimbang → tinjau beban"),
    15: _("pemangku di bawah syarat pendidikan → kembangkan"),
    16: _("tidak ada syarat lain yang terpenuhi → pertahankan"),
}
REASONS = {
    "LOWONG_MANAJERIAL": _("jabatan manajerial lowong"),
    "PEMANGKU_GANDA": _("pemangku ganda"),
    "SEGERA_LOWONG": _("segera lowong"),
    "ABK_BELUM_ADA": _("ABK belum ada"),
    "ABK_DIPERIKSA": _("ABK perlu diperiksa"),
    "ABK_KEDALUWARSA": _("ABK terlalu tua"),
    "BEBAN_MEMUDAR": _("beban memudar"),
    "BEBAN_KURANG_SETENGAH": _("beban kurang dari setengah orang"),
    "FORMASI_DITETAPKAN": _("formasi sudah ditetapkan"),
    "ADA_KELEBIHAN_LAIN": _("ada kelebihan di unit lain"),
    "KEKURANGAN": _("kekurangan"),
    "TERSERAP_PENSIUN": _("kelebihan terserap pensiun"),
    "KELEBIHAN_ADA_PENERIMA": _("kelebihan, ada penerima"),
    "KELEBIHAN_TANPA_PENERIMA": _("kelebihan tanpa penerima"),
    "AKAN_KEKURANGAN": _("akan kekurangan"),
    "BEBAN_TIDAK_SEIMBANG": _("beban tidak seimbang"),
    "KUALIFIKASI_BELUM_SESUAI": _("kualifikasi belum sesuai"),
    "SESUAI": _("sesuai"),
    RESTRICTED: _(
        "rekomendasi yang dapat menyangkut penghapusan jabatan; sebelum diputuskan hanya dilihat BKD, Bagian"
        " Organisasi, PyB, PPK, auditor dan kepala unit"
    ),
}
SIGNALS = {
    "KEBUTUHAN_BELUM_ADA": _("Kebutuhan belum tersedia"),
    "BELUM_DISAHKAN": _("ABK belum disahkan"),
    "BEBAN_BERLEBIH": _("Beban berlebih"),
    "BEBAN_RENDAH": _("Beban rendah"),
    "MEMUDAR": _("Memudar"),
    "TUMBUH": _("Tumbuh"),
    "PEMANGKU_TUNGGAL": _("Hanya satu pemangku"),
    "BATAS_PLT": _("Plt mendekati atau melewati batas"),
    "LOWONG_LAMA": _("Lowong melewati batas"),
    "SEGERA_PENSIUN": _("Segera keluar"),
    "PANGKAT_TIDAK_SESUAI": _("Pangkat belum sesuai"),
    "PENDIDIKAN_BELUM_SESUAI": _("Pendidikan belum sesuai"),
    "DI_LUAR_FORMASI": _("Di luar formasi"),
    "TANPA_SASARAN": _("Tanpa sasaran"),
}
# Why each signal is shown, filled from its evidence.
SIGNAL_SENTENCES = {
    "KEBUTUHAN_BELUM_ADA": _("Tidak ada ABK, rumus, atau peta yang ditetapkan bagi jabatan ini."),
    "BELUM_DISAHKAN": _("Angka kebutuhan berasal dari %(source)s yang belum disahkan."),
    "BEBAN_BERLEBIH": _("EJ %(effectiveness)s (N %(n)s ÷ B %(b)s) di atas batas %(limit)s."),
    "BEBAN_RENDAH": _("EJ %(effectiveness)s (N %(n)s ÷ B %(b)s) di bawah batas %(limit)s."),
    "MEMUDAR": _("Kebutuhan berubah %(change)s dari %(n_before)s menjadi %(n)s; batas %(limit)s."),
    "TUMBUH": _("Kebutuhan berubah %(change)s dari %(n_before)s menjadi %(n)s, atau sasaran baru terhubung."),
    "PEMANGKU_TUNGGAL": _("Hanya satu orang di instansi memangku jabatan ini; %(leaving)s orang keluar dalam setahun."),
    "BATAS_PLT": _("Plt sudah %(acting_days)s hari; peringatan pada %(limit)s hari, batas %(legal_limit)s hari."),
    "LOWONG_LAMA": _("Lowong %(vacant_days)s hari, batas %(limit)s hari; B %(b)s dari K %(k)s."),
    "SEGERA_PENSIUN": _("%(leaving)s dari %(b)s pemangku keluar dalam %(months)s bulan."),
    "PANGKAT_TIDAK_SESUAI": _("%(rank_misfits)s dari %(b)s pemangku di luar rentang pangkat jabatan."),
    "PENDIDIKAN_BELUM_SESUAI": _("%(below)s dari %(b)s pemangku di bawah syarat jenjang atau bidang pendidikan."),
    "DI_LUAR_FORMASI": _("%(b)s pemangku pada %(k_decided)s formasi yang ditetapkan: %(beyond)s di luar formasi."),
    "TANPA_SASARAN": _("Tidak terhubung ke sasaran, padahal %(goals_mapped_share)s jabatan unit sudah terpetakan."),
}
SHARES = frozenset({"change", "digital_share", "goals_mapped_share"})
SIGNAL_TONES = {
    "BEBAN_BERLEBIH": "short", "LOWONG_LAMA": "short", "BATAS_PLT": "short", "SEGERA_PENSIUN": "gold",
    "PEMANGKU_TUNGGAL": "gold", "MEMUDAR": "gold", "TUMBUH": "brand", "BEBAN_RENDAH": "over",
}  # fmt: skip
CHANGES = {
    compare.NEW_POST: _("jabatan baru"),
    compare.GONE_POST: _("jabatan ditutup"),
    compare.SOURCE: _("sumber kebutuhan berubah"),
    compare.WORKLOAD: _("beban kerja berubah"),
    compare.DECREE: _("keputusan formasi berubah"),
    compare.CAME: _("pemangku datang"),
    compare.LEFT: _("pemangku pergi"),
    compare.PROMISED: _("formasi yang akan diisi berubah"),
    compare.LIMITS: _("batas atau pengaturan berubah"),
    compare.MOVES: _("redistribusi di dalam instansi berubah"),
    compare.OTHER: _("tanggal, pendidikan atau sasaran berubah"),
}


# What a hearing is warned of when the seat kept does not fit the person's education; what is not known accuses nobody.
EDUCATION_WARNINGS = {
    EducationFit.LEVEL_TOO_LOW: _("Pendidikan %(person)s di bawah syarat jabatan tujuan %(job)s (%(level)s)."),
    EducationFit.FIELD_DIFFERS: _("Bidang pendidikan %(person)s tidak sesuai dengan syarat jabatan tujuan %(job)s."),
}


def education_warning(fit: EducationFit, person: Employee, job: Job) -> str:
    """Return why a job does not fit a person's education, "" where it does. Needs the job's `education_level`."""
    about = {"person": person.full_name, "job": job, "level": job.education_level}
    return str(EDUCATION_WARNINGS[fit] % about) if fit in EDUCATION_WARNINGS else ""


def source(code: str) -> Any:
    return SOURCES.get(code, code)


def recommendation(code: str | None) -> Any:
    return RECOMMENDATIONS.get(code or "", code or "")


def reason(code: str) -> Any:
    return REASONS.get(code, code)


def is_measured(source_code: str) -> bool:
    """Whether N is a measured workload: a seat, a formula's result and a decided number are none."""
    return source_code in (Source.ABK, Source.ABK_HEALTH)


def first_year(day: date) -> str:
    """What the first of the five years of an analysis as of `day` covers; empty where it is whole."""
    if (day.month, day.day) == (1, 1):
        return ""
    return gettext("%(year)s adalah sisa tahun sejak %(day)s; tahun-tahun berikutnya utuh (tahun kalender).") % {
        "year": day.year, "day": formats.day(day),
    }  # fmt: skip


def rest_of_year(day: date) -> str:
    """What a chart writes below the year of `day`; empty where all of it is meant."""
    return gettext("sisa tahun") if first_year(day) else ""


def years(day: date) -> list[str]:
    """Name the five years of an analysis as of `day`; the first is mostly what is left of it."""
    rest = gettext("%(year)s (sisa tahun)") if first_year(day) else "%(year)s"
    return [rest % {"year": day.year}, *(str(day.year + number) for number in range(1, 5))]


def part_time_in_b(analysis: NeedsAnalysis) -> bool:
    """Whether the analysis counted PPPK paruh waktu in B."""
    return bool(analysis.parameters.get("values", {}).get(rulebook.PART_TIME_COUNTS, {}).get("value"))


def part_time(row: NeedsResult) -> str:
    """What stands below B of a result about PPPK paruh waktu. Needs `analysis` loaded."""
    if not row.b_part_time:
        return ""
    if part_time_in_b(row.analysis):
        return gettext("termasuk %(n)s paruh waktu") % {"n": row.b_part_time}
    return gettext("%(n)s paruh waktu di luar B") % {"n": row.b_part_time}
