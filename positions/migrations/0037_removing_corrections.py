"""A person may propose that a row of the own file goes, and brings the decision on a sanction as evidence."""

from django.db import migrations, models


def evidence(apps, schema_editor):
    apps.get_model("positions", "DocumentKind").objects.filter(code="hukdis").update(as_evidence=True)


def no_evidence(apps, schema_editor):
    apps.get_model("positions", "DocumentKind").objects.filter(code="hukdis").update(as_evidence=False)


class Migration(migrations.Migration):
    dependencies = [("positions", "0036_unit_decree_days")]

    operations = [
        migrations.AddField(
            model_name="changerequest",
            name="removes",
            field=models.BooleanField(db_default=False, default=False, verbose_name="hapus baris"),
        ),
        migrations.AddConstraint(
            model_name="changerequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("removes", False), ("object_id__isnull", False), _connector="OR"),
                name="change_request_removes_a_row",
            ),
        ),
        migrations.RunPython(evidence, no_evidence),
    ]
