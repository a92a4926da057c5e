"""The two periodic tasks of an installation; agencies have their schedules in tables of their own."""

from django.db import migrations

DISPATCH = "Analisis terjadwal"
REQUEUE = "Pekerjaan yang terhenti"


def fill(apps, schema_editor):
    task = apps.get_model("django_celery_beat", "PeriodicTask")
    interval, _ = apps.get_model("django_celery_beat", "IntervalSchedule").objects.get_or_create(
        every=1, period="minutes"
    )
    crontab, _ = apps.get_model("django_celery_beat", "CrontabSchedule").objects.get_or_create(
        minute="30", hour="1", day_of_week="*", day_of_month="*", month_of_year="*", timezone="Asia/Jakarta"
    )
    task.objects.get_or_create(
        name=DISPATCH, defaults={"task": "positions.tasks.dispatch_schedules", "crontab": crontab}
    )
    # A message that waits longer than the next one is of no use.
    task.objects.get_or_create(
        name=REQUEUE,
        defaults={"task": "asnhr.tasks.requeue_silent_runs", "interval": interval, "expire_seconds": 60},
    )


def empty(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name__in=[DISPATCH, REQUEUE]).delete()


class Migration(migrations.Migration):
    dependencies = [("asnhr", "0003_rulebook"), ("django_celery_beat", "0019_alter_periodictasks_options")]

    operations = [migrations.RunPython(fill, empty)]
