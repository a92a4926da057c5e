from django.db import migrations, models

# Histories of which several new rows may wait at once.
NEW_ROWS = (
    "golongan", "golongan_pppk", "kgb", "pendidikan", "diklat", "penghargaan", "masa_kerja", "jabatan_luar",
    "penugasan", "tugas_belajar", "cltn", "kinerja", "angka_kredit", "disiplin", "keluarga",
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("positions", "0058_sealed_notes"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="changerequest", name="change_request_one_waiting"),
        migrations.AddConstraint(
            model_name="changerequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("state", "menunggu"),
                    models.Q(
                        ("object_id__isnull", False),
                        models.Q(("target__in", NEW_ROWS), _negated=True),
                        _connector="OR",
                    ),
                ),
                fields=("agency", "employee", "target", "object_id"),
                name="change_request_one_waiting",
                nulls_distinct=False,
                violation_error_message="Usul untuk data ini masih menunggu keputusan.",
            ),
        ),
    ]
