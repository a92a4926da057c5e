"""What came of each proof of a chain is stored, append-only; links take in when they were made."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from asnhr.sql import TenantTable

WALLS = """
REVOKE UPDATE, DELETE ON audit_proof FROM asnhr_app;
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_proof
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("asnhr", "0025_national_values")]

    operations = [
        migrations.AddField(
            model_name="auditseal",
            name="version",
            field=models.PositiveSmallIntegerField(default=1, verbose_name="versi sidik"),
        ),
        migrations.AlterField(
            model_name="auditseal",
            name="sealed_at",
            field=models.DateTimeField(default=django.utils.timezone.now, verbose_name="disegel pada"),
        ),
        migrations.CreateModel(
            name="AuditProof",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("proved_at", models.DateTimeField(auto_now_add=True, verbose_name="dibuktikan pada")),
                (
                    "by",
                    models.CharField(
                        choices=[
                            ("malam", "pembuktian malam"),
                            ("perintah", "perintah verify_audit"),
                            ("halaman", "permintaan auditor"),
                        ],
                        max_length=8,
                        verbose_name="oleh",
                    ),
                ),
                ("holds", models.BooleanField(verbose_name="utuh")),
                ("compared", models.BooleanField(verbose_name="isi register dibandingkan")),
                ("links", models.BigIntegerField(verbose_name="mata rantai terbukti")),
                ("heads", models.BigIntegerField(verbose_name="kepala tersimpan")),
                ("entry_id", models.BigIntegerField(null=True, verbose_name="catatan pertama yang rusak")),
                ("link", models.BigIntegerField(null=True, verbose_name="mata rantai pertama yang rusak")),
                ("faults", models.JSONField(default=list, verbose_name="temuan")),
                ("fault_count", models.IntegerField(default=0, verbose_name="jumlah temuan")),
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
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="diminta oleh",
                    ),
                ),
            ],
            options={
                "verbose_name": "pembuktian jejak audit",
                "verbose_name_plural": "pembuktian jejak audit",
                "db_table": "audit_proof",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("fault_count", 0), ("holds", True)),
                            models.Q(("fault_count__gt", 0), ("holds", False)),
                            _connector="OR",
                        ),
                        name="audit_proof_holds_without_faults",
                    )
                ],
            },
        ),
        TenantTable("AuditProof"),
        migrations.RunSQL(WALLS, "DROP TRIGGER audit_append_only ON audit_proof"),
    ]
