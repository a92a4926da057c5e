"""What a closed position went on in, and the decree that closed it, as units have them."""

import django.db.models.deletion
from django.db import migrations, models

import asnhr.sql


class Migration(migrations.Migration):
    dependencies = [("positions", "0017_data_quality")]

    operations = [
        migrations.AddField(
            model_name="position",
            name="closing_decree",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=200, verbose_name="dasar penutupan"
            ),
        ),
        migrations.AddField(
            model_name="position",
            name="successor",
            field=asnhr.sql.TenantForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="predecessors",
                to="positions.position",
                verbose_name="jabatan penerus",
            ),
        ),
        asnhr.sql.TenantKey("position", "successor"),
    ]
