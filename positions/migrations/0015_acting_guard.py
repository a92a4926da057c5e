"""Who acts where, held by the database: what the page, the API and the import refuse, no other door writes either.

Once a statement, over the rows that it wrote or moved; a row whose end alone changes is not asked again. An appointment
on a seat where a Plt acts is no fault: it is what ends the acting, and the Plt is closed by its own decree.
"""

from django.db import migrations

# Read by both triggers below; `asked` are the rows of the statement whose place, person's role or first day is new.
RULES = """
    IF EXISTS (
        SELECT FROM asked n JOIN positions_incumbency d ON d.agency_id = n.agency_id AND d.seat_id = n.seat_id
            AND d.kind = 'definitif' AND d.starts_on <= n.starts_on AND (d.ends_on IS NULL OR d.ends_on > n.starts_on)
        WHERE n.kind = 'plt'
    ) THEN
        RAISE EXCEPTION 'Jabatan ini tidak lowong; Plt hanya untuk jabatan lowong.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'incumbency_plt_where_vacant';
    END IF;
    IF EXISTS (
        SELECT FROM asked n JOIN positions_position p ON p.agency_id = n.agency_id AND p.id = n.position_id
        WHERE n.kind = 'tugas_tambahan' AND NOT p.by_duty
    ) THEN
        RAISE EXCEPTION 'Jabatan ini tidak diisi sebagai tugas tambahan.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'incumbency_duty_where_by_duty';
    END IF;
    IF EXISTS (
        SELECT FROM asked n JOIN positions_seat s ON s.agency_id = n.agency_id AND s.id = n.seat_id
        LEFT JOIN positions_seatformerkind f ON f.agency_id = s.agency_id AND f.seat_id = s.id
            AND f.starts_on <= n.starts_on AND f.ends_on > n.starts_on
        WHERE n.kind IN ('plt', 'plh', 'tugas_tambahan') AND coalesce(f.kind, s.kind) = 'di_luar_formasi'
    ) THEN
        RAISE EXCEPTION 'Pelaksana tugas dan tugas tambahan menempati formasi yang ditetapkan.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'incumbency_acts_on_decided_seat';
    END IF;
    RETURN NULL;
END $$;
"""


MOVED = """SELECT m.* FROM new_rows m JOIN old_rows o ON o.id = m.id
            WHERE (m.agency_id, m.position_id, m.seat_id, m.kind, m.starts_on)
                IS DISTINCT FROM (o.agency_id, o.position_id, o.seat_id, o.kind, o.starts_on)"""
GUARD = """
CREATE FUNCTION positions_incumbency_acting_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM new_rows n WHERE n.kind IN ('plt', 'plh', 'tugas_tambahan')) THEN
        RETURN NULL;
    END IF;
@new
CREATE TRIGGER incumbency_acting_new AFTER INSERT ON positions_incumbency REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION positions_incumbency_acting_new();

CREATE FUNCTION positions_incumbency_acting_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM new_rows n WHERE n.kind IN ('plt', 'plh', 'tugas_tambahan')) THEN
        RETURN NULL;
    END IF;
@moved
CREATE TRIGGER incumbency_acting_moved AFTER UPDATE ON positions_incumbency
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION positions_incumbency_acting_moved();

CREATE FUNCTION positions_position_still_by_duty() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM new_rows n JOIN old_rows o ON o.id = n.id
        JOIN positions_incumbency i ON i.agency_id = n.agency_id AND i.position_id = n.id
            AND i.kind = 'tugas_tambahan' AND i.ends_on IS NULL
        WHERE o.by_duty AND NOT n.by_duty
    ) THEN
        RAISE EXCEPTION 'Jabatan ini tidak diisi sebagai tugas tambahan.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'incumbency_duty_where_by_duty';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER position_still_by_duty AFTER UPDATE ON positions_position
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION positions_position_still_by_duty();
"""
for name, rows in (("@new", "SELECT * FROM new_rows"), ("@moved", MOVED)):
    GUARD = GUARD.replace(name, RULES.replace("FROM asked n", f"FROM ({rows}) n"))
GUARD_BACK = """
DROP TRIGGER position_still_by_duty ON positions_position;
DROP FUNCTION positions_position_still_by_duty();
DROP TRIGGER incumbency_acting_moved ON positions_incumbency;
DROP FUNCTION positions_incumbency_acting_moved();
DROP TRIGGER incumbency_acting_new ON positions_incumbency;
DROP FUNCTION positions_incumbency_acting_new();
"""


class Migration(migrations.Migration):
    dependencies = [("positions", "0014_audit")]

    operations = [migrations.RunSQL(GUARD, GUARD_BACK)]
