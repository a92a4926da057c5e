"""Files of imports are kept for a time: the day they went, how long, and the task that sees to it at night."""

from datetime import date

from django.db import migrations, models

TASK = "Masa simpan berkas impor"
# UU 27/2022 article 44: personal data are destroyed when the time for which they are kept ends.
LAW = "UU 27/2022 pasal 44 (masa retensi); lamanya pengaturan produk"
SINCE = date(2015, 1, 1)
DAYS = (
    ("imports.keep_days", "Masa simpan berkas impor yang disimpan ke register", 180),
    ("imports.keep_checked_days", "Masa simpan berkas impor yang hanya diperiksa atau ditolak", 30),
)


def fill(apps, schema_editor):
    parameter = apps.get_model("asnhr", "Parameter")
    for code, name, days in DAYS:
        parameter.objects.get_or_create(
            code=code,
            starts_on=SINCE,
            defaults={
                "name": name, "value": days, "unit": "hari", "legal_basis": LAW, "mark": "D", "agency_may_set": True,
            },
        )  # fmt: skip
    crontab, _ = apps.get_model("django_celery_beat", "CrontabSchedule").objects.get_or_create(
        minute="15", hour="2", day_of_week="*", day_of_month="*", month_of_year="*", timezone="Asia/Jakarta"
    )
    apps.get_model("django_celery_beat", "PeriodicTask").objects.get_or_create(
        name=TASK, defaults={"task": "asnhr.tasks.purge_imports", "crontab": crontab}
    )


def empty(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name=TASK).delete()
    apps.get_model("asnhr", "Parameter").objects.filter(code__in=[code for code, _, _ in DAYS]).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("asnhr", "0005_lean_indexes"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [
        migrations.AddField(
            model_name="importjob",
            name="file_deleted_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="berkas dihapus pada"),
        ),
        migrations.RunPython(fill, empty),
    ]
