"""National parameters of promotions, salary, service in scale, job-person match and data quality.

Marks: V verified, V2 secondary source, M from memory (to be confirmed), D setting of the product, not law.
"""

from datetime import date
from decimal import Decimal

from django.db import migrations

SINCE = date(2015, 1, 1)
KP_WAIT = "PP 99/2000 jo. PP 12/2002"
JPM_APPOINTMENT = "Skala pengisian jabatan yang dipakai pusat penilaian daerah; dasar Peraturan BKN 26/2019"
JPM_MAPPING = "Peraturan BRIN 3/2023 pasal 33"
IKD = "Indikator kualitas data ASN BKN (data acuan SIASN)"
MKG = "Tata cara masa kerja golongan BKN"
DATES = "Banyaknya tanggal kenaikan pangkat dalam setahun"

# code, name, value, unit, starts on, ends on, legal basis, mark, lowest, highest
WHOLE = [
    ("promotion.dates_a_year", DATES, 2, "kali setahun", date(1977, 1, 1), date(2024, 1, 1),
     "PP 99/2000 jo. PP 12/2002: 1 April dan 1 Oktober", "V2", 1, 12),
    ("promotion.dates_a_year", DATES, 6, "kali setahun", date(2024, 1, 1), date(2025, 10, 1),
     "Peraturan BKN 4/2023", "V2", 1, 12),
    ("promotion.dates_a_year", DATES, 12, "kali setahun", date(2025, 10, 1), None, "Peraturan BKN 4/2025", "V2", 1, 12),
    ("promotion.regular_years", "Masa dalam pangkat untuk kenaikan pangkat reguler", 4, "tahun", SINCE, None, KP_WAIT,
     "V2", 1, 10),
    ("promotion.structural_years", "Masa dalam pangkat untuk kenaikan pangkat pilihan struktural", 4, "tahun", SINCE,
     None, KP_WAIT, "V2", 1, 10),
    ("promotion.below_minimum_years", "Masa dalam pangkat bila pangkat masih di bawah pangkat terendah jabatan", 1,
     "tahun", SINCE, None, KP_WAIT, "V2", 1, 10),
    ("promotion.functional_years", "Masa dalam pangkat untuk kenaikan pangkat jabatan fungsional", 2, "tahun", SINCE,
     None, "Peraturan BKN 3/2023; PermenPANRB 1/2023", "M", 1, 10),
    ("salary.letter_months", "Surat kenaikan gaji berkala sebelum tanggal berlaku", 2, "bulan", SINCE, None,
     "PP 7/1977 pasal 11-13", "V", 0, 12),
    ("scale.deduction_2", "Pengurang masa kerja golongan dari golongan I ke II", 6, "tahun", SINCE, None, MKG, "V2", 0,
     20),
    ("scale.deduction_3", "Pengurang masa kerja golongan dari golongan II ke III", 5, "tahun", SINCE, None, MKG, "V2",
     0, 20),
]  # fmt: skip
DECIMALS = [
    ("salary.cpns_share", "Pangsa gaji pokok yang diterima CPNS", "0.80", "pangsa", "PP 7/1977 pasal 5", "V", "1"),
    ("match.appointment_best", "Memenuhi Syarat (MS) sejak", "80", "persen", JPM_APPOINTMENT, "V2", "100"),
    ("match.appointment_middle", "Masih Memenuhi Syarat (MMS) sejak", "68", "persen", JPM_APPOINTMENT, "V2", "100"),
    ("match.mapping_best", "Optimal sejak", "90", "persen", JPM_MAPPING, "V", "100"),
    ("match.mapping_middle", "Cukup Optimal sejak", "78", "persen", JPM_MAPPING, "V", "100"),
    ("quality.completeness", "Bobot kelengkapan data", "0.28", "pangsa", IKD, "V", "1"),
    ("quality.timeliness", "Bobot ketepatan waktu data", "0.31", "pangsa", IKD, "V", "1"),
    ("quality.accuracy", "Bobot akurasi data", "0.30", "pangsa", IKD, "V", "1"),
    ("quality.consistency", "Bobot konsistensi data", "0.11", "pangsa", IKD, "V", "1"),
]


def fill(apps, schema_editor):
    parameter = apps.get_model("asnhr", "Parameter")
    parameter.objects.bulk_create(
        parameter(
            code=code, name=name, value=value, unit=unit, starts_on=starts_on, ends_on=ends_on, legal_basis=basis,
            mark=mark, kind="bulat", lowest=lowest, highest=highest,
        )
        for code, name, value, unit, starts_on, ends_on, basis, mark, lowest, highest in WHOLE
    )  # fmt: skip
    parameter.objects.bulk_create(
        parameter(
            code=code, name=name, value=value, unit=unit, starts_on=SINCE, legal_basis=basis, mark=mark,
            kind="desimal", lowest=Decimal(0), highest=Decimal(highest),
        )
        for code, name, value, unit, basis, mark, highest in DECIMALS
    )  # fmt: skip


def empty(apps, schema_editor):
    codes = {row[0] for row in (*WHOLE, *DECIMALS)}
    apps.get_model("asnhr", "Parameter").objects.filter(code__in=codes).delete()


class Migration(migrations.Migration):
    dependencies = [("asnhr", "0008_import_details")]

    operations = [migrations.RunPython(fill, empty)]
