from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("asnhr", "0007_parameter_bounds")]

    operations = [
        migrations.AddField(
            model_name="importjob",
            name="details",
            field=models.JSONField(blank=True, default=dict, verbose_name="rincian perubahan"),
        )
    ]
