"""National tables are held against their chain row by row, as everything else is: what migrations had filled gets its
first word with its values, so that a change past the triggers is found and named, not only counted (docs/decisions/0032).
"""

from django.db import migrations

BASELINE = r"""
CREATE OR REPLACE FUNCTION audit_baseline(target regclass) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET datestyle = 'ISO, YMD' SET timezone = 'UTC'
SET intervalstyle = 'postgres' SET extra_float_digits = 1 SET bytea_output = 'hex' AS $$
-- Write down, as "awal", the rows of a covered table of which the trail has no first word: they stood there before it
-- did. From now on a row without one was put there past the trail. Tables without values, and national ones of more rows
-- than anybody reads through (they are in the release, word by word): their number. Returns how many. The owner's, after
-- `audit_attach`.
DECLARE
    named name;
    arguments text[];
    is_national boolean;
    is_full boolean;
    secrets text[];
    masked text[] := '{}';
    listed text[];
    owner_expression text;
    owner_of bigint;
    missing bigint;
    total bigint := 0;
    entry bigint;
    first_id bigint;
    unknown text;
    many boolean;
BEGIN
    SELECT c.relname, string_to_array(encode(t.tgargs, 'escape'), '\000') INTO named, arguments
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE t.tgrelid = target AND t.tgname = 'audit_insert';
    is_national := arguments[1] = 'national';
    EXECUTE format('SELECT count(*) > 5000 FROM %s', target) INTO many;
    is_full := arguments[1] = 'full' OR is_national AND (arguments[5] <> '' OR NOT many);
    secrets := arguments[2]::text[];
    IF is_national THEN
        masked := arguments[4]::text[];
    END IF;
    listed := audit_columns(target, arguments[3]::text[]);
    owner_expression := CASE WHEN is_national THEN '(SELECT id FROM asnhr_agency WHERE code = ''0000'')' ELSE 'n.agency_id' END;
    IF is_full THEN
        unknown := format('%s n WHERE NOT EXISTS (SELECT FROM audit_value v JOIN audit_entry e ON e.id = v.entry_id'
            ' WHERE v.object_id = n.id AND v.agency_id = %s AND e.table_name = %L AND e.kind IN (''tambah'', ''awal''))',
            target, owner_expression, named);
    ELSE
        unknown := format('%s n', target);
    END IF;
    FOR owner_of, missing IN EXECUTE format('SELECT %s, count(*) FROM %s GROUP BY 1', owner_expression, unknown) LOOP
        IF NOT is_full THEN
            SELECT missing - COALESCE(sum(CASE kind WHEN 'hapus' THEN -rows WHEN 'ubah' THEN 0 ELSE rows END), 0) INTO missing
            FROM audit_entry WHERE agency_id = owner_of AND table_name = named AND kind IN ('tambah', 'hapus', 'awal');
        END IF;
        CONTINUE WHEN missing <= 0;
        entry := nextval('audit_entry_id_seq');
        first_id := NULL;
        IF is_full THEN
            first_id := nextval('audit_value_id_seq') + 1;
            EXECUTE format(
                'WITH q AS MATERIALIZED (SELECT n.id, salt, %s AS c FROM (SELECT n.* FROM %s AND %s = $2) n'
                ' CROSS JOIN LATERAL (SELECT uuid_send(gen_random_uuid()) AS salt WHERE n.id IS NOT NULL) z),'
                ' k AS (INSERT INTO audit_secret (entry_id, agency_id, object_id, salt, clear, sealed)'
                ' SELECT $1, $2, id, salt, NULL, true FROM q WHERE %L)'
                ' INSERT INTO audit_value (entry_id, agency_id, object_id, change) SELECT $1, $2, id, c FROM q',
                audit_record(listed, 'n', secrets, masked), unknown, owner_expression, secrets <> '{}')
            USING entry, owner_of;
        END IF;
        INSERT INTO audit_entry (id, agency_id, at, xid, user_id, door, reason, db_role, kind, table_name, columns, secrets,
                                 rows, first_value, last_value)
        VALUES (entry, owner_of, clock_timestamp(), pg_current_xact_id()::text::bigint, NULL, '', '', session_user, 'awal',
                named, CASE WHEN is_full THEN listed ELSE '{}' END,
                ARRAY(SELECT split_part(s, '=', 1) FROM unnest(secrets) s) || masked, missing, first_id,
                CASE WHEN is_full THEN currval('audit_value_id_seq') END);
        total := total + missing;
    END LOOP;
    RETURN total;
END
$$;

SELECT audit_baseline(t) FROM unnest(ARRAY['asnhr_agency', 'asnhr_parameter', 'asnhr_holiday']::regclass[]) t;
"""


class Migration(migrations.Migration):
    dependencies = [("asnhr", "0024_salts_locked_away")]

    operations = [
        # What has been written stays.
        migrations.RunSQL(BASELINE, migrations.RunSQL.noop),
    ]
