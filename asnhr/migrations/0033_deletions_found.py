"""Deletions of a table are found among all entries: whose the rows were stands in their last record (asnhr/audit/gone.py)."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("asnhr", "0032_sealed_holds"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["agency", "table_name"], name="audit_entry_deleted", condition=Q(kind="hapus")),
        ),
    ]
