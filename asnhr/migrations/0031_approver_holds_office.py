"""Who approves a deciding role holds, on that day, an office that the role comes from (docs/decisions/0021-identity.md).

The office brings every right of the role with it (`asnhr.roles.SUPERIORS`), so the office is what the database asks."""

from django.db import migrations

# (role, offices it comes from), as `asnhr.roles.APPROVERS`; a test holds both together.
OFFICES = (
    ("staf_bkd", ("pyb", "ppk")), ("bagian_organisasi", ("pyb", "ppk")), ("pyb", ("ppk",)), ("auditor", ("ppk",)),
    ("petugas_pdp", ("ppk",)),
)  # fmt: skip
PAIRS = ", ".join(f"('{role}', '{office}')" for role, offices in OFFICES for office in offices)

GUARD = f"""
CREATE FUNCTION asnhr_role_request_by_office() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    -- The calendar day of the decision, in the installation's time zone.
    decided_on date := (NEW.decided_at AT TIME ZONE 'Asia/Jakarta')::date;
BEGIN
    IF NEW.verdict <> 'disetujui' OR NOT asnhr_acts_in_person() OR EXISTS (
        SELECT FROM asnhr_roleassignment a JOIN (VALUES {PAIRS}) o (role, office) ON o.office = a.role
        WHERE a.agency_id = NEW.agency_id AND a.user_id = NEW.decided_by_id AND o.role = NEW.role
            AND a.starts_on <= decided_on AND (a.ends_on IS NULL OR a.ends_on > decided_on)
    ) THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'A deciding role is approved by the office that it comes from.'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'role_request_by_office';
END $$;
-- After the constraints: their sentences say more.
CREATE TRIGGER role_request_office AFTER INSERT OR UPDATE ON asnhr_rolerequest
    FOR EACH ROW EXECUTE FUNCTION asnhr_role_request_by_office();
"""
GUARD_BACK = """
DROP TRIGGER role_request_office ON asnhr_rolerequest;
DROP FUNCTION asnhr_role_request_by_office();
"""


class Migration(migrations.Migration):
    dependencies = [("asnhr", "0030_opening_reasons")]

    operations = [migrations.RunSQL(GUARD, GUARD_BACK)]
