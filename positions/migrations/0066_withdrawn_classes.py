"""A class that is decided for a coming day may be withdrawn until that day: its evaluation waits for a decision again.

Everything else of a decided version stays as it was, as does every version whose day has come.
"""

from django.db import migrations

GUARD = """
CREATE OR REPLACE FUNCTION positions_jobevaluation_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    decided text[] := '{state,decided_class,reason,decree,decree_on,starts_on,decided_by_id,decided_at}'::text[]
        || '{changed_by_id,changed_at}'::text[];
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.state = 'ditetapkan' THEN
        IF TG_OP = 'UPDATE' AND NEW.state = 'diajukan' AND OLD.starts_on > positions_today() AND OLD.ends_on IS NULL
            AND to_jsonb(NEW) - decided = to_jsonb(OLD) - decided
        THEN
            RETURN NEW;
        END IF;
        IF TG_OP = 'DELETE' OR to_jsonb(NEW) - 'ends_on' <> to_jsonb(OLD) - 'ends_on' THEN
            RAISE EXCEPTION 'Evaluasi yang sudah ditetapkan tidak diubah; buat versi baru.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'evaluation_stays';
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    IF NEW.state = 'ditetapkan' AND EXISTS (
        SELECT FROM asnhr_user u
        JOIN positions_employee e ON e.agency_id = NEW.agency_id AND e.nip = u.nip
        JOIN positions_incumbency i ON i.agency_id = e.agency_id AND i.employee_id = e.id
        JOIN positions_position p ON p.agency_id = i.agency_id AND p.id = i.position_id AND p.job_id = NEW.job_id
        WHERE u.id = NEW.decided_by_id
            AND daterange(i.starts_on, i.ends_on) @> (NEW.decided_at AT TIME ZONE 'Asia/Jakarta')::date
    ) THEN
        RAISE EXCEPTION 'Kelas jabatan sendiri ditetapkan oleh orang lain.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'evaluation_not_own';
    END IF;
    RETURN NEW;
END
$$;
"""
WITHDRAWN = """
        IF TG_OP = 'UPDATE' AND NEW.state = 'diajukan' AND OLD.starts_on > positions_today() AND OLD.ends_on IS NULL
            AND to_jsonb(NEW) - decided = to_jsonb(OLD) - decided
        THEN
            RETURN NEW;
        END IF;"""
DECLARED = GUARD[GUARD.index("DECLARE") : GUARD.index("BEGIN")]
UNGUARD = GUARD.replace(WITHDRAWN, "").replace(DECLARED, "")


class Migration(migrations.Migration):
    dependencies = [("positions", "0065_standing_before")]

    operations = [migrations.RunSQL(GUARD, UNGUARD)]
