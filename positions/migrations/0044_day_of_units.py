"""A unit's name, place and office are those of today: what is decided for a coming day waits for it.

Before, a unit stood at once where a later period put it, and so did the reach of roles. What was written so is set
right by the task of the day (`positions.tasks.turn_day`), agency by agency, as row security has it.
"""

from django.db import migrations

# Of the periods that began the last one, else the first one to come: a unit that is still to be founded has a name.
LATEST = "starts_on DESC"
OF_DAY = "(starts_on <= {day}) DESC, abs(starts_on - {day})"
OF_TODAY = OF_DAY.format(day="positions_today()")
TO_UNIT = """
CREATE OR REPLACE FUNCTION positions_unitperiod_to_unit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE of_agency bigint; of_unit bigint;
BEGIN
    of_agency := COALESCE(NEW.agency_id, OLD.agency_id);
    of_unit := COALESCE(NEW.unit_id, OLD.unit_id);
    UPDATE positions_unit u SET parent_id = p.parent_id, name = p.name
    FROM (
        SELECT parent_id, name FROM positions_unitperiod
        WHERE agency_id = of_agency AND unit_id = of_unit ORDER BY {order} LIMIT 1
    ) p
    WHERE u.agency_id = of_agency AND u.id = of_unit
        AND (u.parent_id, u.name) IS DISTINCT FROM (p.parent_id, p.name);
    RETURN NULL;
END $$;
"""
# Whoever goes below a unit that moves the same day must find it in its new place: from the top down.
IN_STEP = f"""
CREATE FUNCTION positions_units_in_step(of_agency bigint, day date) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE due record; changed integer := 0;
BEGIN
    FOR due IN
        WITH RECURSIVE chosen AS (
            SELECT DISTINCT ON (unit_id) unit_id, parent_id, name FROM positions_unitperiod
            WHERE agency_id = of_agency ORDER BY unit_id, {OF_DAY.format(day="day")}
        ), tree AS (
            SELECT unit_id, parent_id, name, 0 AS depth FROM chosen WHERE parent_id IS NULL
            UNION ALL
            SELECT c.unit_id, c.parent_id, c.name, t.depth + 1 FROM chosen c JOIN tree t ON t.unit_id = c.parent_id
        )
        SELECT t.unit_id, t.parent_id, t.name FROM tree t
        JOIN positions_unit u ON u.agency_id = of_agency AND u.id = t.unit_id
        WHERE (u.parent_id, u.name) IS DISTINCT FROM (t.parent_id, t.name)
        ORDER BY t.depth, t.unit_id
    LOOP
        UPDATE positions_unit SET parent_id = due.parent_id, name = due.name
        WHERE agency_id = of_agency AND id = due.unit_id;
        changed := changed + 1;
    END LOOP;
    RETURN changed;
END $$;
"""  # noqa: S608  fixed text
TASK = "positions.tasks.turn_day"


def fill(apps, schema_editor):
    crontab, _ = apps.get_model("django_celery_beat", "CrontabSchedule").objects.get_or_create(
        minute="2", hour="0", day_of_week="*", day_of_month="*", month_of_year="*", timezone="Asia/Jakarta"
    )
    apps.get_model("django_celery_beat", "PeriodicTask").objects.get_or_create(
        name="Keputusan yang berlaku hari ini", defaults={"task": TASK, "crontab": crontab}
    )


def empty(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(task=TASK).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("positions", "0043_letter_numbers"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [
        migrations.RunSQL(TO_UNIT.format(order=OF_TODAY), TO_UNIT.format(order=LATEST)),
        migrations.RunSQL(IN_STEP, "DROP FUNCTION positions_units_in_step(bigint, date)"),
        migrations.RunPython(fill, empty),
    ]
