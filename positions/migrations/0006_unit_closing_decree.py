"""The decree by which a unit was closed, beside those of its periods."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("positions", "0005_rollup")]

    operations = [
        migrations.AddField(
            model_name="unit",
            name="closing_decree",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=200, verbose_name="dasar penutupan"
            ),
        ),
    ]
