"""Answers of the API kept for a day by `Idempotency-Key`, walled like every tenant table, and the task that clears them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import asnhr.crypto
from asnhr.sql import TenantTable

TASK = "Kunci idempotensi yang lewat"


def fill(apps, schema_editor):
    crontab, _ = apps.get_model("django_celery_beat", "CrontabSchedule").objects.get_or_create(
        minute="40", hour="*", day_of_week="*", day_of_month="*", month_of_year="*", timezone="Asia/Jakarta"
    )
    apps.get_model("django_celery_beat", "PeriodicTask").objects.get_or_create(
        name=TASK, defaults={"task": "asnhr.tasks.purge_idempotency_keys", "crontab": crontab, "expire_seconds": 3600}
    )


def empty(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name=TASK).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("asnhr", "0014_audit_single_rows"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [
        migrations.CreateModel(
            name="IdempotencyKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("client", models.CharField(blank=True, max_length=100, verbose_name="klien")),
                ("key", models.CharField(max_length=255, verbose_name="kunci")),
                ("request_hash", models.CharField(max_length=64, verbose_name="sidik permintaan")),
                ("status", models.PositiveSmallIntegerField(null=True, verbose_name="status")),
                ("headers", models.JSONField(default=dict, verbose_name="tajuk")),
                ("body", asnhr.crypto.EncryptedTextField(blank=True, verbose_name="jawaban")),
                ("created_at", models.DateTimeField(verbose_name="dibuat pada")),
                ("expires_at", models.DateTimeField(verbose_name="berlaku sampai")),
                (
                    "agency",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="asnhr.agency",
                        verbose_name="instansi",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="pengguna",
                    ),
                ),
            ],
            options={
                "verbose_name": "kunci idempotensi",
                "verbose_name_plural": "kunci idempotensi",
                "indexes": [models.Index(fields=["agency", "expires_at"], name="idempotency_expiry")],
                "constraints": [
                    models.UniqueConstraint(fields=("agency", "user", "client", "key"), name="idempotency_key_once"),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("created_at"))), name="idempotency_expires_later"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__isnull", True), ("status__range", (200, 299)), _connector="OR"),
                        name="idempotency_keeps_success",
                    ),
                ],
            },
        ),
        TenantTable("IdempotencyKey"),
        migrations.RunSQL(
            "SELECT audit_attach('asnhr_idempotencykey', 'outline')", "SELECT audit_detach('asnhr_idempotencykey')"
        ),
        migrations.RunPython(fill, empty),
    ]
