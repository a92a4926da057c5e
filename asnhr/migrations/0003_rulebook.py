"""The national rulebook and the national holidays of 2025 and 2026.

Marks: V verified, V2 secondary source, M from memory (to be confirmed), D setting of the product, not law.
"""

from datetime import date

from django.db import migrations

SINCE = date(2015, 1, 1)
DESIGN = "Pengaturan produk; instansi boleh menetapkan nilainya sendiri"
PP11 = "PP 11/2017 pasal 239"
UU20 = "UU 20/2023 pasal 55"

# code, name, value, unit, legal basis, mark, agency may set. Decimals are texts.
LIMITS = [
    ("vacancy_days", "Batas lama lowong", 90, "hari"),
    ("acting_days", "Batas peringatan pelaksana tugas (Plt)", 75, "hari"),
    ("leaving_months", "Segera keluar", 12, "bulan"),
    ("leaving_urgent_months", "Segera keluar, mendesak", 6, "bulan"),
    ("abk_stale_months", "Umur ABK terlama untuk analisis", 24, "bulan"),
    ("comparison_months", "Jarak terdekat analisis pembanding", 12, "bulan"),
    ("submit_months", "Umur ABK terlama untuk pengajuan", 12, "bulan"),
    ("movable_years", "Masa di jabatan sebelum dapat dipindah", 2, "tahun"),
    ("smallest_need", "Kebutuhan terkecil untuk jabatan tersendiri", "0.5", "orang"),
    ("digital_share", "Pangsa menit yang dapat didigitalkan", "0.5", "pangsa"),
    ("fading_change", "Perubahan kebutuhan tanda memudar", "-0.30", "pangsa"),
    ("emerging_change", "Perubahan kebutuhan tanda tumbuh", "0.20", "pangsa"),
    ("goal_mapped_share", "Pangsa jabatan unit yang sudah dipetakan ke sasaran", "0.80", "pangsa"),
    ("shortage_urgent", "Kekurangan mendesak", "0.25", "pangsa"),
    ("shortage_urgent_service", "Kekurangan mendesak guru dan tenaga kesehatan", "0.10", "pangsa"),
    ("shortage_some", "Kekurangan sedang", "0.10", "pangsa"),
    ("load_very_low", "EJ sangat rendah", "0.5", "EJ"),
    ("load_high", "EJ tinggi", "1.20", "EJ"),
    ("load_low", "EJ rendah", "0.70", "EJ"),
    ("unqualified_share", "Pangsa pemangku di bawah syarat", "0.50", "pangsa"),
]
LEVELS = [
    ("JPT_UTAMA", "JPT utama", 60, UU20, "V2"),
    ("JPT_MADYA", "JPT madya", 60, UU20, "V2"),
    ("JPT_PRATAMA", "JPT pratama", 60, UU20, "V2"),
    ("ADMINISTRATOR", "administrator", 58, UU20, "V2"),
    ("PENGAWAS", "pengawas", 58, UU20, "V2"),
    ("PELAKSANA", "pelaksana", 58, UU20, "V2"),
    ("PEMULA", "pemula", 58, PP11, "V"),
    ("TERAMPIL", "terampil", 58, PP11, "V"),
    ("MAHIR", "mahir", 58, PP11, "V"),
    ("PENYELIA", "penyelia", 58, PP11, "V"),
    ("AHLI_PERTAMA", "ahli pertama", 58, PP11, "V"),
    ("AHLI_MUDA", "ahli muda", 58, PP11, "V"),
    ("AHLI_MADYA", "ahli madya", 60, PP11, "V"),
    ("AHLI_UTAMA", "ahli utama", 65, PP11, "V"),
]
# First words of the job's name, level (null: every level), age; the longest match counts.
SPECIAL = [
    ["GURU", None, 60], ["DOSEN ASISTEN AHLI", None, 65], ["DOSEN LEKTOR", None, 65], ["DOSEN PROFESOR", None, 70],
    ["PENELITI", "AHLI_MADYA", 65], ["PENELITI", "AHLI_UTAMA", 70], ["PEREKAYASA", "AHLI_MADYA", 65],
    ["PEREKAYASA", "AHLI_UTAMA", 70], ["PRANATA NUKLIR", "AHLI_MADYA", 65], ["JAKSA", None, 60],
    ["AJUN JAKSA", None, 60],
]  # fmt: skip
OTHERS = [
    ("abk.minutes_per_year_health", "Waktu kerja tersedia ABK-Kes", 72000, "menit setahun",
     "Permenkes 33/2015 (ABK-Kes), 5 hari kerja", "V2", True),
    ("abk.rounding", "Pembulatan kebutuhan ABK", "half_up", "",
     "Kebiasaan; peraturan tidak menyebut cara pembulatan", "M", True),
    ("abk.factors", "Faktor tahunan volume kerja",
     {"year": 1, "semester": 2, "quarter": 4, "month": 12, "week": 50, "day": 250}, "kali setahun",
     "Peraturan BKN 9/2022 dan praktik ABK; faktor 2 dan 4 pengaturan produk", "V2", False),
    ("supply.legal_status", "Kedudukan hukum yang dihitung dalam bezetting", ["01", "71", "72"], "kode SIASN",
     "Kode kedudukan hukum SIASN: aktif", "D", True),
    ("supply.part_time_counts", "PPPK paruh waktu dihitung dalam bezetting", False, "", DESIGN, "D", True),
    ("supply.duty_holder_counts_once", "Pemangku tugas tambahan dihitung sekali, pada jabatan fungsionalnya", True, "",
     DESIGN, "D", True),
    ("needs.growth_default", "Pertumbuhan beban setahun bila jabatan tidak menyebutnya", "0", "pangsa setahun",
     "PP 11/2017 pasal 5-9 (proyeksi lima tahun); nilai pengaturan produk", "D", True),
    ("needs.acting_legal_days", "Masa penugasan Plt sebelum diperpanjang", 90, "hari",
     "SE Kepala BKN 1/SE/I/2021: tiga bulan, dapat diperpanjang", "M", False),
    ("needs.schedule_months", "Selang analisis terjadwal", 3, "bulan", DESIGN, "D", True),
    ("budget.personnel_share", "Belanja pegawai paling tinggi dari APBD mulai 2027", "0.30", "pangsa",
     "UU 1/2022 pasal 146", "M", False),
]  # fmt: skip


def rows():
    yield ("abk.minutes_per_year", "Waktu kerja efektif", 72000, "menit setahun", SINCE, date(2020, 1, 1),
           "Perka BKN 19/2011", "V2", True)  # fmt: skip
    yield ("abk.minutes_per_year", "Waktu kerja efektif", 75000, "menit setahun", date(2020, 1, 1), None,
           "PermenPANRB 1/2020 (1.250 jam setahun)", "V2", True)  # fmt: skip
    for code, name, value, unit in LIMITS:
        yield (f"needs.{code}", name, value, unit, SINCE, None, DESIGN, "D", True)
    for level, name, age, basis, mark in LEVELS:
        yield (f"bup.{level}", f"Batas usia pensiun {name}", age, "tahun", SINCE, None, basis, mark, False)
    yield ("bup.special", "Batas usia pensiun menurut nama jabatan", SPECIAL, "tahun", SINCE, None,
           "UU 14/2005 pasal 30 dan 67; UU 11/2019; UU 11/2021; data acuan SIASN", "M", False)  # fmt: skip
    for code, name, value, unit, basis, mark, may_set in OTHERS:
        yield (code, name, value, unit, SINCE, None, basis, mark, may_set)


SKB_2025 = "SKB 3 Menteri tentang hari libur nasional dan cuti bersama 2025, dan perubahannya"
SKB_2026 = "SKB 3 Menteri tentang hari libur nasional dan cuti bersama 2026"
HOLIDAYS = {
    2025: (SKB_2025, [
        (1, 1, "Tahun Baru Masehi"), (1, 27, "Isra Mikraj Nabi Muhammad"), (1, 29, "Tahun Baru Imlek 2576"),
        (3, 29, "Hari Suci Nyepi"), (3, 31, "Idulfitri 1446 H"), (4, 1, "Idulfitri 1446 H"),
        (4, 18, "Wafat Yesus Kristus"), (4, 20, "Paskah"), (5, 1, "Hari Buruh Internasional"),
        (5, 12, "Hari Raya Waisak"), (5, 29, "Kenaikan Yesus Kristus"), (6, 1, "Hari Lahir Pancasila"),
        (6, 6, "Iduladha 1446 H"), (6, 27, "Tahun Baru Islam 1447 H"), (8, 17, "Hari Kemerdekaan"),
        (9, 5, "Maulid Nabi Muhammad"), (12, 25, "Hari Natal"),
    ], [
        (1, 28, "Tahun Baru Imlek"), (3, 28, "Hari Suci Nyepi"), (4, 2, "Idulfitri"), (4, 3, "Idulfitri"),
        (4, 4, "Idulfitri"), (4, 7, "Idulfitri"), (5, 13, "Hari Raya Waisak"), (5, 30, "Kenaikan Yesus Kristus"),
        (6, 9, "Iduladha"), (8, 18, "Hari Kemerdekaan"), (12, 26, "Hari Natal"),
    ]),
    2026: (SKB_2026, [
        (1, 1, "Tahun Baru Masehi"), (1, 16, "Isra Mikraj Nabi Muhammad"), (2, 17, "Tahun Baru Imlek 2577"),
        (3, 19, "Hari Suci Nyepi"), (3, 21, "Idulfitri 1447 H"), (3, 22, "Idulfitri 1447 H"),
        (4, 3, "Wafat Yesus Kristus"), (4, 5, "Paskah"), (5, 1, "Hari Buruh Internasional"),
        (5, 14, "Kenaikan Yesus Kristus"), (5, 27, "Iduladha 1447 H"), (5, 31, "Hari Raya Waisak"),
        (6, 1, "Hari Lahir Pancasila"), (6, 16, "Tahun Baru Islam 1448 H"), (8, 17, "Hari Kemerdekaan"),
        (8, 25, "Maulid Nabi Muhammad"), (12, 25, "Hari Natal"),
    ], [
        (2, 16, "Tahun Baru Imlek"), (3, 18, "Hari Suci Nyepi"), (3, 20, "Idulfitri"), (3, 23, "Idulfitri"),
        (3, 24, "Idulfitri"), (5, 15, "Kenaikan Yesus Kristus"), (5, 28, "Iduladha"), (12, 24, "Hari Natal"),
    ]),
}  # fmt: skip


def fill(apps, schema_editor):
    parameter = apps.get_model("asnhr", "Parameter")
    parameter.objects.bulk_create(
        parameter(
            code=code, name=name, value=value, unit=unit, starts_on=starts_on, ends_on=ends_on, legal_basis=basis,
            mark=mark, agency_may_set=may_set,
        )
        for code, name, value, unit, starts_on, ends_on, basis, mark, may_set in rows()
    )  # fmt: skip
    holiday = apps.get_model("asnhr", "Holiday")
    holiday.objects.bulk_create(
        holiday(day=date(year, month, day), name=name, kind=kind, source=source, mark="M")
        for year, (source, national, joint) in HOLIDAYS.items()
        for kind, days in (("libur", national), ("cuti_bersama", joint))
        for month, day, name in days
    )


def empty(apps, schema_editor):
    codes = {row[0] for row in rows()}
    apps.get_model("asnhr", "Parameter").objects.filter(code__in=codes).delete()
    years = list(HOLIDAYS)
    apps.get_model("asnhr", "Holiday").objects.filter(day__year__in=years).delete()


class Migration(migrations.Migration):
    dependencies = [("asnhr", "0002_walls")]

    operations = [migrations.RunPython(fill, empty)]
