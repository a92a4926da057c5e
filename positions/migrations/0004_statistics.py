"""Let the application refresh the planner's statistics of the register after it wrote much at once.

Fresh tables look empty to the planner until autovacuum comes round; the analysis then takes minutes instead of
seconds. ANALYZE is the owner's right, so the function runs as the owner; it takes no argument and reads no row out.
"""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION positions_refresh_statistics() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog AS $$
DECLARE found regclass;
BEGIN
    FOR found IN
        SELECT c.oid::regclass FROM pg_class c
        WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND starts_with(c.relname, 'positions_')
        ORDER BY c.relname
    LOOP
        EXECUTE format('ANALYZE %s', found);
    END LOOP;
END $$;
REVOKE EXECUTE ON FUNCTION positions_refresh_statistics() FROM PUBLIC;
"""
BACKWARDS = "DROP FUNCTION positions_refresh_statistics();"


class Migration(migrations.Migration):
    dependencies = [("positions", "0003_reference_data")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
