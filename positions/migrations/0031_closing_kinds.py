"""How a closed position went on, and the day of the decree (simplified bureaucracy; docs/decisions/0030)."""

from django.db import migrations, models

# As `positions.rules.competency_standard.closing_kind` says; the day of those decrees is not on record.
KNOWN = """
UPDATE positions_position p SET closing_kind = CASE
    WHEN n.id IS NULL THEN 'dihapus'
    WHEN (SELECT count(*) FROM positions_position o WHERE o.agency_id = p.agency_id AND o.successor_id = n.id) > 1
        THEN 'dilebur'
    WHEN n.job_id = p.job_id THEN 'dipindahkan'
    WHEN j."group" = 'manajerial' AND k."group" = 'fungsional' THEN 'disetarakan'
    ELSE 'diubah' END
FROM positions_position o
JOIN positions_job j ON j.agency_id = o.agency_id AND j.id = o.job_id
LEFT JOIN positions_position n ON n.agency_id = o.agency_id AND n.id = o.successor_id
LEFT JOIN positions_job k ON k.agency_id = n.agency_id AND k.id = n.job_id
WHERE o.agency_id = %(agency)s AND p.agency_id = o.agency_id AND p.id = o.id AND o.ends_on IS NOT NULL
    AND (o.closing_decree <> '' OR n.id IS NOT NULL)
"""


def fill(apps, schema_editor):
    """Row security concerns the owner too, so one agency after the other."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('asnhr.agency', true)")
        before = cursor.fetchone()[0] or ""
        for agency in apps.get_model("asnhr", "Agency").objects.order_by("pk").values_list("pk", flat=True):
            cursor.execute("SELECT set_config('asnhr.agency', %s, true)", [str(agency)])
            cursor.execute(KNOWN, {"agency": agency})
        cursor.execute("SELECT set_config('asnhr.agency', %s, true)", [before])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class Migration(migrations.Migration):
    dependencies = [("positions", "0030_competency_standards")]

    operations = [
        migrations.AddField(
            model_name="position",
            name="closing_decree_on",
            field=models.DateField(blank=True, null=True, verbose_name="tanggal keputusan penutupan"),
        ),
        migrations.AddField(
            model_name="position",
            name="closing_kind",
            field=models.CharField(
                blank=True,
                choices=[
                    ("dipindahkan", "Dipindahkan"),
                    ("diubah", "Diubah nama atau jenis"),
                    ("disetarakan", "Disetarakan menjadi jabatan fungsional"),
                    ("dilebur", "Dilebur"),
                    ("dialihkan", "Tugasnya dialihkan"),
                    ("dihapus", "Dihapus"),
                ],
                db_default="",
                default="",
                max_length=12,
                verbose_name="cara penutupan",
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="position",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("closing_kind", ""),
                    models.Q(("closing_kind", "dihapus"), ("ends_on__isnull", False), ("successor__isnull", True)),
                    models.Q(
                        ("closing_kind__in", ["dipindahkan", "diubah", "disetarakan", "dilebur", "dialihkan"]),
                        ("ends_on__isnull", False),
                        ("successor__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="position_closing_kind_of_closed",
                violation_error_message="Jabatan yang ditutup punya penerus, kecuali yang dihapus.",
            ),
        ),
    ]
