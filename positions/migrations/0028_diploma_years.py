"""How long a rank is held before a promotion by diploma."""

from datetime import date

from django.db import migrations

CODE = "promotion.diploma_years"


def fill(apps, schema_editor):
    apps.get_model("asnhr", "Parameter").objects.create(
        code=CODE,
        name="Masa dalam pangkat untuk penyesuaian ijazah dan selesai tugas belajar",
        value=1,
        unit="tahun",
        starts_on=date(2015, 1, 1),
        legal_basis="PP 99/2000 jo. PP 12/2002",
        mark="M",
        agency_may_set=False,
        kind="bulat",
        lowest=0,
        highest=10,
    )


def empty(apps, schema_editor):
    apps.get_model("asnhr", "Parameter").objects.filter(code=CODE).delete()


class Migration(migrations.Migration):
    dependencies = [("positions", "0027_job_analysis")]

    operations = [migrations.RunPython(fill, empty)]
