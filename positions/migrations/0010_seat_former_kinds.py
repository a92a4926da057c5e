"""What a seat was before K fell or rose, with its days."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.db import migrations, models

import asnhr.sql

# Until now a seat kept its newest mark only. Where K fell, the needs still tell how many seats were decided on the day
# before; those missing there are holders marked di luar formasi since, on the lowest numbers (a seat made for a holder
# beyond K has a number above all decided ones). They were decided until the last such day. A seat that came back when
# K rose shows no trace of the time between; it stays as it is.
KNOWN = """
INSERT INTO positions_seatformerkind (agency_id, seat_id, kind, starts_on, ends_on)
WITH decided AS (
    SELECT n.agency_id, n.position_id, n.starts_on, n.need, lag(n.need) OVER w AS before, lag(n.ends_on) OVER w AS until,
        CASE WHEN p.by_duty THEN 'tugas_tambahan' ELSE 'formasi' END AS kind
    FROM positions_positionneed n JOIN positions_position p ON p.agency_id = n.agency_id AND p.id = n.position_id
    WHERE n.agency_id = %(agency)s AND n.source = 'PETA_DITETAPKAN'
    WINDOW w AS (PARTITION BY n.position_id ORDER BY n.starts_on)
), fall AS (
    SELECT d.agency_id, d.position_id, d.starts_on, d.kind, floor(d.before + 0.5) - (
        SELECT count(*) FROM positions_seat s WHERE s.agency_id = d.agency_id AND s.position_id = d.position_id
            AND s.kind = d.kind AND s.starts_on < d.starts_on AND (s.ends_on IS NULL OR s.ends_on >= d.starts_on)
    ) AS missing
    FROM decided d WHERE d.need < d.before AND d.until = d.starts_on
), beyond AS (
    SELECT f.kind, f.starts_on AS day, f.missing, s.agency_id, s.id, s.starts_on,
        row_number() OVER (PARTITION BY f.position_id, f.starts_on ORDER BY s.number) AS nth
    FROM fall f JOIN positions_seat s ON s.agency_id = f.agency_id AND s.position_id = f.position_id
    WHERE s.kind = 'di_luar_formasi' AND s.ends_on IS NULL AND s.starts_on < f.starts_on AND EXISTS (
        SELECT FROM positions_incumbency i WHERE i.agency_id = s.agency_id AND i.seat_id = s.id
            AND i.kind IN ('definitif', 'tugas_tambahan') AND i.starts_on < f.starts_on
            AND (i.ends_on IS NULL OR i.ends_on > f.starts_on))
)
SELECT agency_id, id, kind, starts_on, max(day) FROM beyond WHERE nth <= missing GROUP BY 1, 2, 3, 4
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


class Migration(migrations.Migration):
    dependencies = [("positions", "0009_removal_hearings")]

    operations = [
        migrations.CreateModel(
            name="SeatFormerKind",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("formasi", "Formasi"),
                            ("di_luar_formasi", "Di luar formasi"),
                            ("tugas_tambahan", "Tugas tambahan"),
                        ],
                        max_length=16,
                        verbose_name="jenis",
                    ),
                ),
                ("starts_on", models.DateField(verbose_name="mulai")),
                ("ends_on", models.DateField(verbose_name="berakhir sebelum")),
                (
                    "agency",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="asnhr.agency",
                        verbose_name="instansi",
                    ),
                ),
                (
                    "seat",
                    asnhr.sql.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="former_kinds",
                        to="positions.seat",
                        verbose_name="formasi",
                    ),
                ),
            ],
            options={
                "verbose_name": "jenis formasi sebelumnya",
                "verbose_name_plural": "jenis formasi sebelumnya",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_on__gt", models.F("starts_on"))),
                        name="former_kind_ends_after_it_starts",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("agency", django.contrib.postgres.fields.ranges.RangeOperators.EQUAL),
                            ("seat", django.contrib.postgres.fields.ranges.RangeOperators.EQUAL),
                            (
                                asnhr.sql.DateSpan("starts_on", "ends_on"),
                                django.contrib.postgres.fields.ranges.RangeOperators.OVERLAPS,
                            ),
                        ],
                        name="former_kind_one_a_day",
                        violation_error_message="Jenis formasi ini pada rentang tanggal tersebut sudah tercatat.",
                    ),
                ],
            },
        ),
        asnhr.sql.TenantTable("SeatFormerKind"),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
