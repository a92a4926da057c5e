"""What an agency says of its budget, for the warning of UU 1/2022: 0 until it says so, there is no national figure."""

from datetime import date
from decimal import Decimal

from django.db import migrations

SINCE = date(2015, 1, 1)
BASIS = "APBD instansi tahun itu; 0 berarti belum diisi"

# code, name, unit, highest. Millions of rupiah: the largest APBD is about 91 trillion rupiah.
ROWS = [
    ("budget.total", "Jumlah APBD setahun", "juta rupiah", 99_999_999),
    ("budget.personnel", "Belanja pegawai dalam APBD setahun", "juta rupiah", 99_999_999),
    ("budget.person_cost", "Biaya rata-rata setahun setiap orang yang diusulkan", "juta rupiah setahun", 10_000),
]


def fill(apps, schema_editor):
    parameter = apps.get_model("asnhr", "Parameter")
    parameter.objects.bulk_create(
        parameter(
            code=code, name=name, value="0", unit=unit, starts_on=SINCE, legal_basis=BASIS, mark="D",
            agency_may_set=True, kind="desimal", lowest=Decimal(0), highest=Decimal(highest),
        )
        for code, name, unit, highest in ROWS
    )  # fmt: skip


def empty(apps, schema_editor):
    apps.get_model("asnhr", "Parameter").objects.filter(code__in=[row[0] for row in ROWS]).delete()


class Migration(migrations.Migration):
    dependencies = [("asnhr", "0009_career_parameters")]

    operations = [migrations.RunPython(fill, empty)]
