"""Filters of lists that people keep under a name, walled like every tenant table."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from asnhr.sql import TenantTable


class Migration(migrations.Migration):
    dependencies = [("asnhr", "0017_notifications")]

    operations = [
        migrations.CreateModel(
            name="SavedFilter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("page", models.CharField(max_length=100, verbose_name="daftar")),
                ("name", models.CharField(max_length=80, verbose_name="nama")),
                ("query", models.CharField(max_length=2000, verbose_name="saringan")),
                ("is_default", models.BooleanField(default=False, verbose_name="saringan awal")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="dibuat pada")),
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
                "verbose_name": "saringan tersimpan",
                "verbose_name_plural": "saringan tersimpan",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("agency", "user", "page", "name"),
                        name="saved_filter_name_once",
                        violation_error_message="Saringan dengan nama ini sudah ada pada daftar ini.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_default", True)),
                        fields=("agency", "user", "page"),
                        name="saved_filter_one_default",
                        violation_error_message="Satu daftar punya paling banyak satu saringan awal.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("name", ""), _negated=True), models.Q(("query", ""), _negated=True)
                        ),
                        name="saved_filter_has_name",
                        violation_error_message="Saringan tersimpan wajib bernama dan berisi.",
                    ),
                ],
            },
        ),
        TenantTable("SavedFilter"),
        migrations.RunSQL(
            "SELECT audit_attach('asnhr_savedfilter', 'outline')", "SELECT audit_detach('asnhr_savedfilter')"
        ),
    ]
