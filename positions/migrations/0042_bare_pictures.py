"""When a picture lost what its camera noted: those of before are written anew by the night's task."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("positions", "0041_result_of_task")]

    operations = [
        migrations.AddField(
            model_name="employeedocument",
            name="traces_removed_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="EXIF dan GPS dibuang pada"),
        ),
    ]
