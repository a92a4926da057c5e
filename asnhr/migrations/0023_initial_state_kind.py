"""The kind "awal" among the choices again: 0021 named them as they were before 0020."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("asnhr", "0022_history_of_runs")]

    operations = [
        migrations.AlterField(
            model_name="auditentry",
            name="kind",
            field=models.CharField(
                choices=[
                    ("awal", "Keadaan awal"),
                    ("tambah", "Menambah"),
                    ("ubah", "Mengubah"),
                    ("hapus", "Menghapus"),
                    ("baca", "Membaca data sensitif"),
                    ("buka", "Membuka nilai rahasia"),
                    ("musnah", "Memusnahkan nilai"),
                ],
                max_length=8,
                verbose_name="jenis",
            ),
        ),
    ]
