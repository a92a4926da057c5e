"""The standing a person had when the history of it begins joins that history, as the rank did; a standing has no TMT of
its own, so the row is marked `undated` and lies on the day of birth, before any other.

`Employee` is then never the only place where an earlier standing stood: a row that overwrites it, today or on a coming
day, keeps it for the days before, and so does a change on the person, which counts from the day it was made.
"""

from django.db import migrations, models

CODE = r"^([0-9]{2}|s1\.[A-Za-z0-9_=-]{24})$"
RECORDED = """
CREATE OR REPLACE FUNCTION positions_standing_recorded() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    people bigint[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        people := ARRAY(SELECT DISTINCT employee_id FROM new_rows);
        -- Statement triggers fire for no rows too, and the insert below fires this one.
        IF people = '{}' THEN
            RETURN NULL;
        END IF;
        -- Histories that begin with these rows and do not themselves lead to what holds today. Of who has left it is
        -- the standing of the exit, whose day is known.
        INSERT INTO positions_standingrecord (agency_id, employee_id, standing, starts_on, undated, decree, note)
        SELECT e.agency_id, e.id, e.legal_status,
            CASE WHEN e.exits_on <= positions_today() THEN e.exits_on ELSE e.birth_date END,
            e.exits_on IS NULL OR e.exits_on > positions_today(), '', ''
        FROM (
            SELECT DISTINCT n.agency_id, n.employee_id FROM new_rows n WHERE NOT EXISTS (
                SELECT FROM positions_standingrecord h
                WHERE h.agency_id = n.agency_id AND h.employee_id = n.employee_id
                    AND NOT EXISTS (SELECT FROM new_rows other WHERE other.id = h.id)
            )
        ) p JOIN positions_employee e ON e.agency_id = p.agency_id AND e.id = p.employee_id
        WHERE e.legal_status ~ 'CODE' AND e.legal_status IS DISTINCT FROM (
            SELECT h.standing FROM positions_standingrecord h
            WHERE h.agency_id = e.agency_id AND h.employee_id = e.id AND h.starts_on <= positions_today()
            ORDER BY h.starts_on DESC LIMIT 1
        )
        ON CONFLICT DO NOTHING;
    ELSIF TG_OP = 'UPDATE' THEN
        people := ARRAY(SELECT employee_id FROM new_rows UNION SELECT employee_id FROM old_rows);
    ELSE
        people := ARRAY(SELECT DISTINCT employee_id FROM old_rows);
    END IF;
    PERFORM positions_standings_in_step(people);
    RETURN NULL;
END
$$;
""".replace("CODE", CODE)
RECORDED_BACK = """
CREATE OR REPLACE FUNCTION positions_standing_recorded() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM positions_standings_in_step(ARRAY(SELECT DISTINCT employee_id FROM new_rows));
    ELSIF TG_OP = 'UPDATE' THEN
        PERFORM positions_standings_in_step(
            ARRAY(SELECT employee_id FROM new_rows UNION SELECT employee_id FROM old_rows));
    ELSE
        PERFORM positions_standings_in_step(ARRAY(SELECT DISTINCT employee_id FROM old_rows));
    END IF;
    RETURN NULL;
END
$$;
"""

# The end of `positions_person_changed`, which the rest of it does not touch.
_BEGINS = "INSERT INTO positions_standingrecord"
BEFORE = """INSERT INTO positions_standingrecord (agency_id, employee_id, standing, starts_on, decree, note)
    SELECT n.agency_id, n.id, n.legal_status, positions_today(), '', ''
    FROM new_rows n JOIN old_rows o ON o.id = n.id
    WHERE o.legal_status <> n.legal_status AND n.legal_status ~ 'CODE'
        AND EXISTS (SELECT FROM positions_standingrecord h WHERE h.agency_id = n.agency_id AND h.employee_id = n.id)
    ON CONFLICT (agency_id, employee_id, starts_on) DO UPDATE SET standing = EXCLUDED.standing;
    RETURN NULL;
END
""".replace("CODE", CODE)
# Where an exit is taken back without a history nothing tells what held before it.
AFTER = """INSERT INTO positions_standingrecord (agency_id, employee_id, standing, starts_on, undated, decree, note)
    SELECT c.agency_id, c.id, row.standing, row.starts_on, row.undated, '', ''
    FROM (
        SELECT n.agency_id, n.id, o.legal_status AS earlier, n.legal_status AS later, n.birth_date,
            CASE WHEN o.exits_on IS DISTINCT FROM n.exits_on THEN least(positions_today(), n.exits_on)
                ELSE positions_today() END AS day,
            EXISTS (
                SELECT FROM positions_standingrecord h WHERE h.agency_id = n.agency_id AND h.employee_id = n.id
            ) AS told
        FROM new_rows n JOIN old_rows o ON o.id = n.id
        WHERE o.legal_status <> n.legal_status AND n.legal_status ~ 'CODE'
            AND (o.exits_on IS NULL OR EXISTS (
                SELECT FROM positions_standingrecord h WHERE h.agency_id = n.agency_id AND h.employee_id = n.id
            ))
    ) c CROSS JOIN LATERAL (
        SELECT c.later, c.day, false
        UNION ALL
        SELECT c.earlier, c.birth_date, true WHERE NOT c.told AND c.earlier ~ 'CODE'
    ) AS row(standing, starts_on, undated)
    ON CONFLICT (agency_id, employee_id, starts_on) DO UPDATE SET standing = EXCLUDED.standing;
    RETURN NULL;
END
""".replace("CODE", CODE)


def rewrite(schema_editor, end):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('positions_person_changed()'::regprocedure)")
        text = cursor.fetchone()[0]
        if text.count(_BEGINS) != 1:
            raise ValueError(f"positions_person_changed has {text.count(_BEGINS)} times {_BEGINS!r}")
        head, tail = text.split(_BEGINS)
        quotes = tail[tail.rindex("END\n") + len("END\n") :]
        cursor.execute(f"{head}{end}{quotes}")


def join_earlier(apps, schema_editor):
    rewrite(schema_editor, AFTER)


def join_none(apps, schema_editor):
    rewrite(schema_editor, BEFORE)


class Migration(migrations.Migration):
    dependencies = [
        ("positions", "0064_search_by_index"),
    ]

    operations = [
        migrations.AddField(
            model_name="standingrecord",
            name="undated",
            field=models.BooleanField(
                db_default=False, default=False, editable=False, verbose_name="TMT tidak tercatat"
            ),
        ),
        migrations.RunSQL(RECORDED, RECORDED_BACK),
        migrations.RunPython(join_earlier, join_none),
    ]
