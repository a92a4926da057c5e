"""Functions behind `asnhr.sql.ProvenReferences`: national rows stay, and what points at them is proven a statement."""

from django.db import migrations

PROVE = """
CREATE FUNCTION asnhr_prove_references() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    at int := 0;
    missing text;
BEGIN
    -- Arguments in threes: column, table it points at, key of that table.
    WHILE at < TG_NARGS LOOP
        EXECUTE format(
            'SELECT n.%1$I::text FROM written n WHERE n.%1$I IS NOT NULL'
            ' AND NOT EXISTS (SELECT FROM %2$I r WHERE r.%3$I = n.%1$I) LIMIT 1',
            TG_ARGV[at], TG_ARGV[at + 1], TG_ARGV[at + 2]) INTO missing;
        IF missing IS NOT NULL THEN
            RAISE EXCEPTION 'insert or update on table "%" violates reference "%": key (%)=(%) is not in table "%"',
                TG_TABLE_NAME, TG_TABLE_NAME || '_' || TG_ARGV[at], TG_ARGV[at], missing, TG_ARGV[at + 1]
                USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME, COLUMN = TG_ARGV[at],
                CONSTRAINT = TG_TABLE_NAME || '_' || TG_ARGV[at];
        END IF;
        at := at + 3;
    END LOOP;
    RETURN NULL;
END $$;

CREATE FUNCTION asnhr_national_rows_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of national table "%" are neither deleted nor given another key', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'national_rows_stay';
END $$;
"""
BACK = """
DROP FUNCTION asnhr_national_rows_stay();
DROP FUNCTION asnhr_prove_references();
"""


class Migration(migrations.Migration):
    dependencies = [("asnhr", "0010_budget_parameters")]

    operations = [migrations.RunSQL(PROVE, BACK)]
