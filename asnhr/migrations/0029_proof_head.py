"""A proof keeps the hash of the last link that it proved, so that the next one sees a chain that was cut or made anew."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("asnhr", "0028_revoked_roles")]

    operations = [
        migrations.AddField(
            model_name="auditproof",
            name="head",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=64, verbose_name="sidik mata rantai terakhir"
            ),
        ),
    ]
