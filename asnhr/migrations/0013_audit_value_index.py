"""Values of an entry are found by their numbers; an index that begins with the agency drew the planner away from them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("asnhr", "0012_audit"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="auditvalue",
            name="audit_value_object",
        ),
        migrations.AddIndex(
            model_name="auditvalue",
            index=models.Index(fields=["object_id", "agency"], name="audit_value_object_first"),
        ),
    ]
