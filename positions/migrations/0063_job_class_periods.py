"""The class of a job gets a history: what was decided for a day holds from that day, before and after it.

A job that comes with a class brings the first row of it, without a start: since when is not on record. Until now the
register kept the class of today only; the days before come from the decided evaluations and the trail of the jobs.
"""

import json
from datetime import timedelta

import django.contrib.postgres.constraints
import django.db.models.deletion
from django.db import migrations, models
from django.utils import timezone

import asnhr.sql

WITHOUT_DECREE = "Menurut jejak perubahan; keputusannya tidak tercatat"
# An evaluation and the change of its job were written in one transaction.
TOGETHER = timedelta(minutes=1)

FIRST = """
CREATE FUNCTION positions_job_first_class() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO positions_jobclassperiod (agency_id, job_id, job_class)
    SELECT agency_id, id, job_class FROM added WHERE job_class IS NOT NULL ORDER BY id;
    RETURN NULL;
END $$;
CREATE TRIGGER job_first_class AFTER INSERT ON positions_job
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION positions_job_first_class();
"""
NOT_FIRST = """
DROP TRIGGER job_first_class ON positions_job;
DROP FUNCTION positions_job_first_class();
"""
# Classes that were changed; of a trail whose values were destroyed nothing is known.
CHANGES = """
SELECT v.object_id, e.at, v.change FROM audit_entry e
JOIN audit_value v ON v.agency_id = e.agency_id AND v.entry_id = e.id
WHERE e.agency_id = %(agency)s AND e.table_name = 'positions_job' AND e.kind = 'ubah'
    AND v.change::text LIKE '%%job\\_class%%'
ORDER BY v.object_id, e.at, e.id
"""
DECIDED = """
SELECT job_id, decided_at, decided_class, decree, decree_on, starts_on FROM positions_jobevaluation
WHERE agency_id = %(agency)s AND state = 'ditetapkan' ORDER BY job_id, decided_at, id
"""


def periods_of(job_class, changes, decided, today):
    """Return [class, decree, its day, start, end] of each period of a job, the first without a start.

    `changes`: (moment, class before, class after) of its trail; `decided`: (moment, class, decree, its day, start) of
    its evaluations; both in the order in which they were written. The later word counts from its day on.
    """
    events, before = [], []
    for moment, old, new in changes:
        if not any(each[1] == new and abs(each[0] - moment) < TOGETHER for each in decided):
            events.append((moment, new, WITHOUT_DECREE, None, timezone.localdate(moment)))
            # A list told the first class, not since when.
            before.append((moment, new if old is None else old))
        else:
            before.append((moment, old))
    events += decided
    events.sort(key=lambda each: each[0])
    if before:
        first = before[0][1]
    else:
        first = decided[0][1] if decided else job_class
    periods = [] if first is None else [[first, "", None, None, None]]
    for _moment, found, decree, decree_on, start in events:
        if decree == WITHOUT_DECREE and periods and periods[-1][0] == found:
            continue
        _follow(periods, found, decree, decree_on, start)
    if job_class is not None and (not periods or periods[-1][0] != job_class):
        _follow(periods, job_class, WITHOUT_DECREE, None, today)
    return periods


def _follow(periods, found, decree, decree_on, start):
    while periods and periods[-1][3] is not None and periods[-1][3] >= start:
        periods.pop()
    if periods:
        periods[-1][4] = start
    periods.append([found, decree, decree_on, start, None])


def fill(apps, schema_editor):
    """Row security concerns the owner too, so one agency after the other."""
    Period = apps.get_model("positions", "JobClassPeriod")
    Job = apps.get_model("positions", "Job")
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('asnhr.agency', true)")
        before = cursor.fetchone()[0] or ""
        for agency in apps.get_model("asnhr", "Agency").objects.order_by("pk").values_list("pk", flat=True):
            cursor.execute("SELECT set_config('asnhr.agency', %s, true)", [str(agency)])
            changes, decided = _told(cursor, agency)
            rows = []
            for job, job_class in Job.objects.filter(agency=agency).order_by("pk").values_list("pk", "job_class"):
                told = periods_of(job_class, changes.get(job, ()), decided.get(job, ()), timezone.localdate())
                rows += [
                    Period(
                        agency_id=agency, job_id=job, job_class=found, decree=decree, decree_on=decree_on,
                        starts_on=starts_on, ends_on=ends_on,
                    )
                    for found, decree, decree_on, starts_on, ends_on in told
                ]  # fmt: skip
            Period.objects.bulk_create(rows, batch_size=2000)
        cursor.execute("SELECT set_config('asnhr.agency', %s, true)", [before])


def _told(cursor, agency):
    """Return by job the changes of its class in the trail, and its decided evaluations."""
    changes, decided = {}, {}
    cursor.execute(CHANGES, {"agency": agency})
    for job, moment, change in cursor.fetchall():
        told = json.loads(change) if isinstance(change, str) else change
        if isinstance(told, dict) and isinstance(told.get("job_class"), list):
            changes.setdefault(job, []).append((moment, *told["job_class"]))
    cursor.execute(DECIDED, {"agency": agency})
    for job, *facts in cursor.fetchall():
        decided.setdefault(job, []).append(tuple(facts))
    return changes, decided


def attach(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT audit_attach('positions_jobclassperiod'::regclass, 'full', '{}'::text[])")


def detach(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT audit_detach('positions_jobclassperiod'::regclass)")


class Migration(migrations.Migration):
    dependencies = [
        ("asnhr", "0032_sealed_holds"),
        ("positions", "0062_cancelled_letters"),
    ]

    operations = [
        migrations.CreateModel(
            name="JobClassPeriod",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("job_class", models.PositiveSmallIntegerField(verbose_name="kelas jabatan")),
                (
                    "decree",
                    models.CharField(
                        blank=True, db_default="", default="", max_length=120, verbose_name="nomor keputusan"
                    ),
                ),
                ("decree_on", models.DateField(blank=True, null=True, verbose_name="tanggal keputusan")),
                ("starts_on", models.DateField(blank=True, null=True, verbose_name="berlaku mulai")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="berlaku sampai sebelum")),
                (
                    "agency",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="asnhr.agency",
                        verbose_name="instansi",
                    ),
                ),
                (
                    "job",
                    asnhr.sql.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="class_periods",
                        to="positions.job",
                        verbose_name="jabatan",
                    ),
                ),
            ],
            options={
                "verbose_name": "riwayat kelas jabatan",
                "verbose_name_plural": "riwayat kelas jabatan",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("job_class__range", (1, 17))),
                        name="job_class_period_1_to_17",
                        violation_error_message="Kelas jabatan 1 sampai 17.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("starts_on__isnull", True), models.Q(("decree", ""), _negated=True), _connector="OR"
                        ),
                        name="job_class_period_from_a_day_by_decree",
                        violation_error_message="Kelas jabatan yang berlaku mulai suatu hari menyebut keputusannya.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on__isnull", True),
                            ("starts_on__isnull", True),
                            ("ends_on__gt", models.F("starts_on")),
                            _connector="OR",
                        ),
                        name="job_class_period_ends_after_it_starts",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[("agency", "="), ("job", "="), (asnhr.sql.DateSpan("starts_on", "ends_on"), "&&")],
                        name="job_class_period_one_a_day",
                        violation_error_message="Jabatan ini sudah punya kelas pada rentang tanggal tersebut.",
                    ),
                ],
            },
        ),
        asnhr.sql.TenantTable("JobClassPeriod"),
        migrations.RunPython(attach, detach),
        migrations.RunPython(fill, migrations.RunPython.noop),
        # The keys of what was just written are looked at before the table gets its trigger.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.RunSQL(FIRST, NOT_FIRST),
    ]
