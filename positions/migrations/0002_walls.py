"""Row security and keys inside the agency for the register; triggers for the unit tree, seats and own cases."""

from django.db import migrations

from asnhr.sql import TenantTable

TABLES = [
    "Unit", "UnitPeriod", "UnitScope", "Job", "JobEducation", "JobCompetency", "Position", "Seat", "PositionNeed",
    "Reservation", "Goal", "PositionGoal", "Campaign", "WorkloadSheet", "Workload", "WorkloadTask", "Employee",
    "EmployeeEducation", "Contract", "Incumbency", "Finding", "NameMapping", "AnalysisSchedule", "NeedsAnalysis",
    "NeedsResult", "RecommendationLine", "Decision", "CompetencyNeed", "UnitFinding", "FollowUp", "FormationProposal",
    "FormationLine", "FormationVersion",
]  # fmt: skip

# The path follows the parent; a unit under itself is refused. Children follow when a path changes.
UNIT_PATH = """
CREATE FUNCTION positions_unit_set_path() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE above ltree;
BEGIN
    IF NEW.parent_id IS NULL THEN
        NEW.path := NEW.id::text::ltree;
    ELSE
        SELECT path INTO above FROM positions_unit WHERE agency_id = NEW.agency_id AND id = NEW.parent_id;
        IF above IS NULL THEN
            NEW.path := NEW.id::text::ltree;
        ELSIF above ~ ('*.' || NEW.id::text || '.*')::lquery THEN
            RAISE EXCEPTION 'Unit % tidak dapat berada di bawah unit bawahannya sendiri.', NEW.name
                USING ERRCODE = 'check_violation', CONSTRAINT = 'unit_not_under_itself';
        ELSE
            NEW.path := above || NEW.id::text;
        END IF;
    END IF;
    NEW.office_id := CASE WHEN nlevel(NEW.path) >= 2 THEN subpath(NEW.path, 1, 1)::text::bigint END;
    RETURN NEW;
END $$;
CREATE TRIGGER unit_path BEFORE INSERT OR UPDATE OF parent_id ON positions_unit
    FOR EACH ROW EXECUTE FUNCTION positions_unit_set_path();

CREATE FUNCTION positions_unit_carry_children() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE positions_unit SET parent_id = parent_id WHERE agency_id = NEW.agency_id AND parent_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER unit_children AFTER UPDATE OF parent_id ON positions_unit
    FOR EACH ROW WHEN (OLD.path IS DISTINCT FROM NEW.path) EXECUTE FUNCTION positions_unit_carry_children();

-- Name and parent of a unit are those of its latest period.
CREATE FUNCTION positions_unitperiod_to_unit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE of_agency bigint; of_unit bigint;
BEGIN
    of_agency := COALESCE(NEW.agency_id, OLD.agency_id);
    of_unit := COALESCE(NEW.unit_id, OLD.unit_id);
    UPDATE positions_unit u SET parent_id = p.parent_id, name = p.name
    FROM (
        SELECT parent_id, name FROM positions_unitperiod
        WHERE agency_id = of_agency AND unit_id = of_unit ORDER BY starts_on DESC LIMIT 1
    ) p
    WHERE u.agency_id = of_agency AND u.id = of_unit
        AND (u.parent_id, u.name) IS DISTINCT FROM (p.parent_id, p.name);
    RETURN NULL;
END $$;
CREATE TRIGGER unit_period_latest AFTER INSERT OR UPDATE OR DELETE ON positions_unitperiod
    FOR EACH ROW EXECUTE FUNCTION positions_unitperiod_to_unit();
"""
UNIT_PATH_BACK = """
DROP TRIGGER unit_period_latest ON positions_unitperiod;
DROP FUNCTION positions_unitperiod_to_unit();
DROP TRIGGER unit_children ON positions_unit;
DROP FUNCTION positions_unit_carry_children();
DROP TRIGGER unit_path ON positions_unit;
DROP FUNCTION positions_unit_set_path();
"""

# An incumbency's seat is a seat of its position.
SEAT_OF_POSITION = """
ALTER TABLE positions_seat ADD CONSTRAINT seat_with_position UNIQUE (agency_id, position_id, id);
ALTER TABLE positions_incumbency ADD CONSTRAINT incumbency_seat_of_position
    FOREIGN KEY (agency_id, position_id, seat_id) REFERENCES positions_seat (agency_id, position_id, id)
    DEFERRABLE INITIALLY DEFERRED;
"""
SEAT_OF_POSITION_BACK = """
ALTER TABLE positions_incumbency DROP CONSTRAINT incumbency_seat_of_position;
ALTER TABLE positions_seat DROP CONSTRAINT seat_with_position;
"""

# Nobody decides on their own post: held by the database, not by habit.
NO_OWN_CASE = """
CREATE FUNCTION positions_decision_not_own() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1
        FROM positions_recommendationline l
        JOIN positions_needsresult r ON r.agency_id = l.agency_id AND r.id = l.result_id
        JOIN positions_incumbency i ON i.agency_id = r.agency_id AND i.position_id = r.position_id
        JOIN positions_employee e ON e.agency_id = i.agency_id AND e.id = i.employee_id
        JOIN asnhr_user u ON u.id = NEW.decided_by_id AND u.nip <> '' AND u.nip = e.nip
        WHERE l.agency_id = NEW.agency_id AND l.id = NEW.line_id
            AND i.starts_on <= CURRENT_DATE AND (i.ends_on IS NULL OR i.ends_on > CURRENT_DATE)
    ) THEN
        RAISE EXCEPTION 'Pemangku jabatan tidak dapat memutuskan rekomendasi untuk jabatannya sendiri.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'decision_not_own_case';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER decision_not_own BEFORE INSERT OR UPDATE ON positions_decision
    FOR EACH ROW EXECUTE FUNCTION positions_decision_not_own();
"""
NO_OWN_CASE_BACK = """
DROP TRIGGER decision_not_own ON positions_decision;
DROP FUNCTION positions_decision_not_own();
"""


class Migration(migrations.Migration):
    dependencies = [("positions", "0001_register"), ("asnhr", "0002_walls")]

    operations = [
        # The keys first (UNIQUE), then what points at them: TenantTable adds both, in this order.
        *[TenantTable(name) for name in TABLES],
        migrations.RunSQL(UNIT_PATH, UNIT_PATH_BACK),
        migrations.RunSQL(SEAT_OF_POSITION, SEAT_OF_POSITION_BACK),
        migrations.RunSQL(NO_OWN_CASE, NO_OWN_CASE_BACK),
    ]
