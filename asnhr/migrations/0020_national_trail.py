"""The trail of what belongs to no agency: logins and national tables, in a chain of their own; and a first word on the
rows that stood there before the trail did, so that every later change past it is found (docs/decisions/0032)."""

from django.db import migrations, models

FUNCTIONS = r"""
-- The chain of the nation is that of an agency which is none: no page lists it, nobody's people are in it.
INSERT INTO asnhr_agency (code, name, short_name, personnel_office, kind, siasn_id, is_sample)
VALUES ('0000', 'Tabel nasional dan akun', 'Nasional', '', '', '', false)
ON CONFLICT (code) DO NOTHING;

-- The record of a row as the trail keeps it. `masked` columns are hashed without a salt: they hold enough chance of
-- their own (a salted password, an encrypted secret), and no value of theirs is kept anywhere.
CREATE OR REPLACE FUNCTION audit_value_of(name text, side text, secrets text[], masked text[]) RETURNS text LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE
        WHEN name = ANY (masked) THEN format('audit_hash(''''::bytea, %L, %s.%I::text)', name, side, name)
        WHEN w.witness IS NOT NULL THEN format('audit_hash(salt, %L, %s.%I::text)', name, side, w.witness)
        ELSE format('%s.%I', side, name) END
    FROM (SELECT max(CASE WHEN s LIKE '%=%' THEN split_part(s, '=', 2) ELSE s END) AS witness
          FROM unnest(secrets) s WHERE split_part(s, '=', 1) = name) w
$$;
CREATE OR REPLACE FUNCTION audit_record(listed text[], side text, secrets text[], masked text[]) RETURNS text LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT 'ROW(' || string_agg(audit_value_of(name, side, secrets, masked), ', ' ORDER BY place) || ')::text'
    FROM unnest(listed) WITH ORDINALITY AS l(name, place)
$$;

CREATE OR REPLACE FUNCTION audit_national() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET datestyle = 'ISO, YMD' SET timezone = 'UTC'
SET intervalstyle = 'postgres' SET extra_float_digits = 1 SET bytea_output = 'hex' AS $$
-- Arguments: 'national', secret columns, columns left out, masked columns, the column that names a login. What concerns
-- a login also enters the chains of the agencies in which it holds a role, and of the one in whose scope it happens.
DECLARE
    secrets text[] := TG_ARGV[1]::text[];
    skipped text[] := TG_ARGV[2]::text[];
    masked text[] := TG_ARGV[3]::text[];
    person text := TG_ARGV[4];
    changed_rows text := CASE TG_OP WHEN 'DELETE' THEN 'old_rows' ELSE 'new_rows' END;
    side text := CASE TG_OP WHEN 'DELETE' THEN 'o' ELSE 'n' END;
    source text := CASE TG_OP WHEN 'DELETE' THEN 'old_rows o' WHEN 'INSERT' THEN 'new_rows n'
        ELSE 'old_rows o JOIN new_rows n ON n.id = o.id' END;
    scope bigint := NULLIF(current_setting('asnhr.agency', true), '')::bigint;
    listed text[] := audit_columns(TG_RELID, skipped);
    hidden text[] := ARRAY(SELECT split_part(s, '=', 1) FROM unnest(secrets) s) || masked;
    nation bigint;
    owners bigint[];
    owner_of bigint;
    entry bigint;
    first_id bigint;
    written bigint;
    change text;
    cleared text;
    concerned text := 'true';
BEGIN
    SELECT id INTO STRICT nation FROM asnhr_agency WHERE code = '0000';
    owners := ARRAY[nation];
    IF person <> '' THEN
        concerned := format('($2 IN ($3, $4) OR EXISTS (SELECT FROM asnhr_roleassignment r'
                            ' WHERE r.agency_id = $2 AND r.user_id = %s.%I))', side, person);
        EXECUTE format('SELECT array_agg(q.a ORDER BY q.a) FROM (SELECT $1 AS a UNION SELECT $2 WHERE $2 IS NOT NULL'
                       ' UNION SELECT r.agency_id FROM asnhr_roleassignment r JOIN %I c ON c.%I = r.user_id) q',
                       changed_rows, person) INTO owners USING nation, scope;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        SELECT format('''{'' || NULLIF(concat_ws('','', %s), '''') || ''}''', string_agg(format(
            'CASE WHEN o.%1$I IS DISTINCT FROM n.%1$I THEN %2$L || json_build_array(%3$s, %4$s)::text END', l.name,
            to_json(l.name)::text || ':', audit_value_of(l.name, 'o', secrets, masked),
            audit_value_of(l.name, 'n', secrets, masked)), ', '))
        INTO change FROM unnest(listed) AS l(name);
    ELSE
        change := audit_record(listed, side, secrets, masked);
    END IF;
    -- What leaves is kept apart, encrypted by the sealer; what is masked is kept nowhere.
    SELECT CASE WHEN TG_OP = 'INSERT' OR count(*) = 0 THEN 'NULL::text' ELSE
        format('''{'' || NULLIF(concat_ws('','', %s), '''') || ''}''', string_agg(format(
            CASE TG_OP WHEN 'UPDATE' THEN 'CASE WHEN o.%1$I IS DISTINCT FROM n.%1$I THEN %2$L || to_json(o.%1$I)::text END'
            ELSE '%2$L || to_json(o.%1$I)::text' END, s.name, to_json(s.name)::text || ':'), ', ')) END
    INTO cleared FROM unnest(secrets) AS s(name);
    FOREACH owner_of IN ARRAY owners LOOP
        entry := nextval('audit_entry_id_seq');
        first_id := nextval('audit_value_id_seq') + 1;
        EXECUTE format(
            'WITH q AS MATERIALIZED (SELECT %s.id, salt, %s AS c, %s AS clear FROM %s'
            ' CROSS JOIN LATERAL (SELECT uuid_send(gen_random_uuid()) AS salt WHERE %s.id IS NOT NULL) z WHERE %s),'
            ' k AS (INSERT INTO audit_secret (entry_id, agency_id, object_id, salt, clear, sealed)'
            ' SELECT $1, $2, id, salt, clear, clear IS NULL FROM q WHERE c IS NOT NULL AND %L)'
            ' INSERT INTO audit_value (entry_id, agency_id, object_id, change) SELECT $1, $2, id, c FROM q'
            ' WHERE c IS NOT NULL AND ($3 IS NULL OR true) AND ($4 IS NULL OR true)',
            side, change, cleared, source, side, concerned, secrets <> '{}')
        USING entry, owner_of, nation, scope;
        GET DIAGNOSTICS written = ROW_COUNT;
        CONTINUE WHEN written = 0;
        INSERT INTO audit_entry (id, agency_id, at, xid, user_id, door, reason, db_role, kind, table_name, columns, secrets,
                                 rows, first_value, last_value)
        VALUES (entry, owner_of, clock_timestamp(), pg_current_xact_id()::text::bigint,
                NULLIF(current_setting('asnhr.user', true), '')::bigint,
                left(COALESCE(current_setting('asnhr.door', true), ''), 12),
                left(COALESCE(current_setting('asnhr.reason', true), ''), 200), session_user,
                CASE TG_OP WHEN 'INSERT' THEN 'tambah' WHEN 'UPDATE' THEN 'ubah' ELSE 'hapus' END, TG_TABLE_NAME,
                CASE WHEN TG_OP <> 'UPDATE' THEN listed ELSE '{}' END, hidden, written, first_id,
                currval('audit_value_id_seq'));
    END LOOP;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION audit_baseline(target regclass) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET datestyle = 'ISO, YMD' SET timezone = 'UTC'
SET intervalstyle = 'postgres' SET extra_float_digits = 1 SET bytea_output = 'hex' AS $$
-- Write down, as "awal", the rows of a covered table of which the trail has no first word: they stood there before it
-- did. From now on a row without one was put there past the trail. Tables without values (and national ones that no
-- login concerns, filled by migrations): their number. Returns how many. The owner's, after `audit_attach`.
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
BEGIN
    SELECT c.relname, string_to_array(encode(t.tgargs, 'escape'), '\000') INTO named, arguments
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE t.tgrelid = target AND t.tgname = 'audit_insert';
    is_national := arguments[1] = 'national';
    is_full := arguments[1] = 'full' OR is_national AND arguments[5] <> '';
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

CREATE OR REPLACE FUNCTION audit_attach_national(target regclass, secrets text[] DEFAULT '{}', skipped text[] DEFAULT '{}',
                                      masked text[] DEFAULT '{}', person text DEFAULT '')
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    arguments text := format('%L, %L, %L, %L, %L', 'national', secrets, skipped, masked, person);
BEGIN
    PERFORM audit_detach(target);
    EXECUTE format('CREATE TRIGGER audit_insert AFTER INSERT ON %s REFERENCING NEW TABLE AS new_rows'
        ' FOR EACH STATEMENT EXECUTE FUNCTION audit_national(%s)', target, arguments);
    EXECUTE format('CREATE TRIGGER audit_update AFTER UPDATE ON %s REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows'
        ' FOR EACH STATEMENT EXECUTE FUNCTION audit_national(%s)', target, arguments);
    EXECUTE format('CREATE TRIGGER audit_delete AFTER DELETE ON %s REFERENCING OLD TABLE AS old_rows'
        ' FOR EACH STATEMENT EXECUTE FUNCTION audit_national(%s)', target, arguments);
    EXECUTE format('CREATE TRIGGER audit_truncate BEFORE TRUNCATE ON %s'
        ' FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()', target);
    PERFORM audit_baseline(target);
END
$$;
"""
ATTACH = r"""
CREATE OR REPLACE FUNCTION audit_attach(target regclass, mode text, secrets text[] DEFAULT '{}', skipped text[] DEFAULT '{}')
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
-- Modes: full (values a row), summary (one entry a statement), outline (summary of inserts and deletes only: rows whose
-- updates are progress). Attaching again replaces what was attached. Rows that are there already get their first word.
DECLARE
    arguments text := format('%L, %L, %L', CASE mode WHEN 'full' THEN 'full' ELSE 'summary' END, secrets, skipped);
BEGIN
    IF mode NOT IN ('full', 'summary', 'outline') THEN
        RAISE EXCEPTION 'unknown audit mode %', mode;
    END IF;
    PERFORM audit_detach(target);
    EXECUTE format('CREATE TRIGGER audit_insert AFTER INSERT ON %s REFERENCING NEW TABLE AS new_rows'
        ' FOR EACH STATEMENT EXECUTE FUNCTION audit_statement(%s)', target, arguments);
    EXECUTE format('CREATE TRIGGER audit_delete AFTER DELETE ON %s REFERENCING OLD TABLE AS old_rows'
        ' FOR EACH STATEMENT EXECUTE FUNCTION audit_statement(%s)', target, arguments);
    IF mode <> 'outline' THEN
        EXECUTE format('CREATE TRIGGER audit_update AFTER UPDATE ON %s REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows'
            ' FOR EACH STATEMENT EXECUTE FUNCTION audit_statement(%s)', target, arguments);
    END IF;
    -- Would go past the three above.
    EXECUTE format('CREATE TRIGGER audit_truncate BEFORE TRUNCATE ON %s'
        ' FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()', target);
    PERFORM audit_baseline(target);
END
$$;
REVOKE EXECUTE ON FUNCTION audit_national(), audit_baseline(regclass),
    audit_attach_national(regclass, text[], text[], text[], text) FROM PUBLIC, asnhr_app;

SELECT audit_baseline(tgrelid::regclass) FROM pg_trigger WHERE tgname = 'audit_insert' ORDER BY tgrelid;
SELECT audit_attach_national('asnhr_user', ARRAY['email'], ARRAY['last_login'], ARRAY['password'], 'id');
SELECT audit_attach_national('mfa_authenticator', '{}', ARRAY['last_used_at'], ARRAY['data'], 'user_id');
SELECT audit_attach_national('account_emailaddress', ARRAY['email'], '{}', '{}', 'user_id');
SELECT audit_attach_national('socialaccount_socialaccount', ARRAY['uid'], ARRAY['last_login', 'extra_data'], '{}', 'user_id');
SELECT audit_attach_national('asnhr_agency');
SELECT audit_attach_national('asnhr_parameter');
SELECT audit_attach_national('asnhr_holiday');
"""
BACK = """
SELECT audit_detach(t) FROM unnest(ARRAY['asnhr_user', 'mfa_authenticator', 'account_emailaddress',
    'socialaccount_socialaccount', 'asnhr_agency', 'asnhr_parameter', 'asnhr_holiday']::regclass[]) t;
DROP FUNCTION audit_attach_national(regclass, text[], text[], text[], text);
DROP FUNCTION audit_national();
DROP FUNCTION audit_record(text[], text, text[], text[]);
DROP FUNCTION audit_value_of(text, text, text[], text[]);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("asnhr", "0019_api_client_keys"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("socialaccount", "0006_alter_socialaccount_extra_data"),
    ]

    operations = [
        migrations.AlterField(
            model_name="auditentry",
            name="kind",
            field=models.CharField(
                choices=[
                    ("awal", "Keadaan awal"),
                    ("tambah", "Menambah"),
                    ("ubah", "Mengubah"),
                    ("hapus", "Menghapus"),
                    ("baca", "Membaca data sensitif"),
                    ("buka", "Membuka nilai rahasia"),
                    ("musnah", "Memusnahkan nilai"),
                ],
                max_length=8,
                verbose_name="jenis",
            ),
        ),
        # What has been written stays: the words on the beginning, and the nation's chain with its agency.
        migrations.RunSQL(FUNCTIONS, migrations.RunSQL.noop),
        migrations.RunSQL(ATTACH, BACK),
    ]
