"""The agency needs no index of its own: (agency_id, id) and the composite ones begin with it."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("asnhr", "0004_beat_entries"),
    ]

    operations = [
        migrations.AlterField(
            model_name="agencyparameter",
            name="agency",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="asnhr.agency",
                verbose_name="instansi",
            ),
        ),
        migrations.AlterField(
            model_name="importjob",
            name="agency",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="asnhr.agency",
                verbose_name="instansi",
            ),
        ),
        migrations.AlterField(
            model_name="roleassignment",
            name="agency",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="asnhr.agency",
                verbose_name="instansi",
            ),
        ),
        migrations.AlterField(
            model_name="run",
            name="agency",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="asnhr.agency",
                verbose_name="instansi",
            ),
        ),
    ]
