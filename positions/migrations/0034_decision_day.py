"""Whether somebody holds a post is asked of the register's day: the server's own is yesterday until 07:00 WIB, and the
wall against deciding on the own post missed who had taken it today."""

from django.db import migrations

FUNCTION = """
CREATE OR REPLACE FUNCTION positions_decision_not_own() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1
        FROM positions_recommendationline l
        JOIN positions_needsresult r ON r.agency_id = l.agency_id AND r.id = l.result_id
        JOIN positions_incumbency i ON i.agency_id = r.agency_id AND i.position_id = r.position_id
        JOIN positions_employee e ON e.agency_id = i.agency_id AND e.id = i.employee_id
        JOIN asnhr_user u ON u.id = NEW.decided_by_id AND u.nip <> '' AND u.nip = e.nip
        WHERE l.agency_id = NEW.agency_id AND l.id = NEW.line_id
            AND i.starts_on <= {day} AND (i.ends_on IS NULL OR i.ends_on > {day})
    ) THEN
        RAISE EXCEPTION 'Pemangku jabatan tidak dapat memutuskan rekomendasi untuk jabatannya sendiri.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'decision_not_own_case';
    END IF;
    RETURN NEW;
END $$;
"""
TODAY = "positions_today()"


class Migration(migrations.Migration):
    dependencies = [("positions", "0033_encrypted_columns")]

    operations = [
        migrations.RunSQL(FUNCTION.format(day=TODAY), FUNCTION.format(day="CURRENT_DATE")),
    ]
