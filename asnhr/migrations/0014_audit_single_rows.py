"""A form's single row under the audit trigger: fixed statements, whose plans are kept, cost a third of composed ones."""

from django.db import migrations

FUNCTION = r"""
CREATE OR REPLACE FUNCTION audit_statement() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET datestyle = 'ISO, YMD' SET timezone = 'UTC'
SET intervalstyle = 'postgres' SET extra_float_digits = 1 SET bytea_output = 'hex' AS $$
-- Arguments: mode (full, summary), columns that are secret ("nik=nik_hash": compared and hashed by the other), columns
-- that are left out.
DECLARE
    is_full boolean := TG_ARGV[0] = 'full';
    secrets text[] := TG_ARGV[1]::text[];
    skipped text[] := TG_ARGV[2]::text[];
    agencies bigint[];
    counts bigint[];
    is_plain boolean;
    verb text := CASE TG_OP WHEN 'INSERT' THEN 'tambah' WHEN 'UPDATE' THEN 'ubah' ELSE 'hapus' END;
    side text := CASE TG_OP WHEN 'DELETE' THEN 'o' ELSE 'n' END;
    listed text[];
    secret_names text[] := '{}';
    parts text[] := '{}';
    cleared text[] := '{}';
    witness text;
    name text;
    entry bigint;
    owner_of bigint;
    touched bigint;
    written bigint;
    first_id bigint;
    last_id bigint;
    source text;
    salt text := '';
    statement text;
BEGIN
    IF TG_OP = 'DELETE' THEN
        SELECT array_agg(q.agency_id), array_agg(q.n) INTO agencies, counts
        FROM (SELECT agency_id, count(*) AS n FROM old_rows GROUP BY agency_id) q;
    ELSE
        SELECT array_agg(q.agency_id), array_agg(q.n) INTO agencies, counts
        FROM (SELECT agency_id, count(*) AS n FROM new_rows GROUP BY agency_id) q;
    END IF;
    IF agencies IS NULL THEN
        RETURN NULL;
    END IF;
    -- Without columns to hash or to leave out, fixed statements do, whose plans are kept: a form's single row costs a
    -- third. Many rows of an update are compared column by column instead.
    is_plain := is_full AND secrets = '{}' AND CASE TG_OP WHEN 'UPDATE' THEN counts[1] <= 20 ELSE skipped = '{}' END;
    IF is_plain THEN
        IF TG_OP <> 'UPDATE' THEN
            SELECT array_agg(attname::text ORDER BY attnum) INTO listed FROM pg_attribute
            WHERE attrelid = TG_RELID AND attnum > 0 AND NOT attisdropped;
        END IF;
    ELSIF is_full THEN
        listed := audit_columns(TG_RELID, skipped);
        FOREACH name IN ARRAY listed LOOP
            witness := NULL;
            SELECT CASE WHEN s LIKE '%=%' THEN split_part(s, '=', 2) ELSE s END INTO witness
            FROM unnest(secrets) s WHERE split_part(s, '=', 1) = name;
            IF witness IS NULL THEN
                parts := parts || CASE TG_OP WHEN 'UPDATE' THEN format(
                    'CASE WHEN o.%1$I IS DISTINCT FROM n.%1$I THEN %2$L || json_build_array(o.%1$I, n.%1$I)::text END',
                    name, to_json(name)::text || ':')
                ELSE format('%s.%I', side, name) END;
            ELSE
                secret_names := secret_names || name;
                parts := parts || CASE TG_OP WHEN 'UPDATE' THEN format(
                    'CASE WHEN o.%2$I IS DISTINCT FROM n.%2$I THEN %3$L || json_build_array('
                    'audit_hash(salt, %1$L, o.%2$I::text), audit_hash(salt, %1$L, n.%2$I::text))::text END',
                    name, witness, to_json(name)::text || ':')
                ELSE format('audit_hash(salt, %L, %s.%I::text)', name, side, witness) END;
                -- What leaves the register is kept apart; what enters it stands there.
                IF TG_OP = 'UPDATE' THEN
                    cleared := cleared || format(
                        'CASE WHEN o.%2$I IS DISTINCT FROM n.%2$I THEN %3$L || to_json(o.%1$I)::text END',
                        name, witness, to_json(name)::text || ':');
                ELSIF TG_OP = 'DELETE' THEN
                    cleared := cleared || format('%L || to_json(o.%I)::text', to_json(name)::text || ':', name);
                END IF;
            END IF;
        END LOOP;
    END IF;
    FOR place IN 1 .. cardinality(agencies) LOOP
        owner_of := agencies[place];
        touched := counts[place];
        entry := nextval('audit_entry_id_seq');
        written := 0;
        first_id := NULL;
        last_id := NULL;
        IF is_full THEN
            first_id := nextval('audit_value_id_seq') + 1;
            IF is_plain THEN
                CASE TG_OP WHEN 'INSERT' THEN
                    INSERT INTO audit_value (entry_id, agency_id, object_id, change)
                    SELECT entry, owner_of, n.id, n::text FROM new_rows n WHERE n.agency_id = owner_of;
                WHEN 'DELETE' THEN
                    INSERT INTO audit_value (entry_id, agency_id, object_id, change)
                    SELECT entry, owner_of, o.id, o::text FROM old_rows o WHERE o.agency_id = owner_of;
                ELSE
                    INSERT INTO audit_value (entry_id, agency_id, object_id, change)
                    SELECT entry, owner_of, n.id, '{' || d.c || '}'
                    FROM old_rows o JOIN new_rows n ON n.id = o.id
                    CROSS JOIN LATERAL (
                        SELECT string_agg(to_json(f.key)::text || ':[' || f.was::text || ', ' || f.became::text || ']', ','
                                          ORDER BY f.place) AS c
                        FROM ROWS FROM (json_each(to_json(o)), json_each(to_json(n))) WITH ORDINALITY
                            AS f(key, was, same_key, became, place)
                        WHERE f.was::text <> f.became::text AND NOT f.key = ANY (skipped)
                    ) d
                    WHERE n.agency_id = owner_of AND d.c <> '';
                END CASE;
                GET DIAGNOSTICS written = ROW_COUNT;
            ELSE
                source := CASE TG_OP WHEN 'UPDATE' THEN
                    'old_rows o JOIN new_rows n ON n.id = o.id WHERE n.agency_id = $2'
                WHEN 'INSERT' THEN 'new_rows n WHERE n.agency_id = $2'
                ELSE 'old_rows o WHERE o.agency_id = $2' END;
                IF secret_names = '{}' THEN
                    statement := CASE TG_OP WHEN 'UPDATE' THEN format(
                        'INSERT INTO audit_value (entry_id, agency_id, object_id, change) SELECT $1, $2, q.id, ''{'' || q.c || ''}'''
                        ' FROM (SELECT n.id, concat_ws('','', %s) AS c FROM %s) q WHERE q.c <> ''''',
                        array_to_string(parts, ', '), source)
                    ELSE format(
                        'INSERT INTO audit_value (entry_id, agency_id, object_id, change) SELECT $1, $2, %s.id, ROW(%s)::text FROM %s',
                        side, array_to_string(parts, ', '), source) END;
                ELSE
                    -- One salt a row: without it the hash of a telephone number could be guessed.
                    source := replace(source, ' WHERE ', ' CROSS JOIN LATERAL (SELECT uuid_send(gen_random_uuid()) AS salt WHERE ' || side || '.id IS NOT NULL) z WHERE ');
                    statement := CASE TG_OP WHEN 'UPDATE' THEN format(
                        'WITH q AS MATERIALIZED (SELECT n.id, salt, concat_ws('','', %s) AS c, concat_ws('','', %s) AS clear FROM %s),'
                        ' k AS (INSERT INTO audit_secret (entry_id, agency_id, object_id, salt, clear, sealed)'
                        ' SELECT $1, $2, id, salt, ''{'' || clear || ''}'', false FROM q WHERE clear <> '''')'
                        ' INSERT INTO audit_value (entry_id, agency_id, object_id, change) SELECT $1, $2, id, ''{'' || c || ''}'''
                        ' FROM q WHERE c <> ''''',
                        array_to_string(parts, ', '), array_to_string(cleared, ', '), source)
                    ELSE format(
                        'WITH q AS MATERIALIZED (SELECT %s.id, salt, ROW(%s)::text AS c, %s AS clear FROM %s),'
                        ' k AS (INSERT INTO audit_secret (entry_id, agency_id, object_id, salt, clear, sealed)'
                        ' SELECT $1, $2, id, salt, clear, clear IS NULL FROM q)'
                        ' INSERT INTO audit_value (entry_id, agency_id, object_id, change) SELECT $1, $2, id, c FROM q',
                        side, array_to_string(parts, ', '),
                        CASE TG_OP WHEN 'DELETE' THEN format('''{'' || concat_ws('','', %s) || ''}''', array_to_string(cleared, ', '))
                        ELSE 'NULL::text' END, source) END;
                END IF;
                EXECUTE statement USING entry, owner_of;
                GET DIAGNOSTICS written = ROW_COUNT;
            END IF;
            last_id := currval('audit_value_id_seq');
            -- Saved without a change: nothing to tell.
            CONTINUE WHEN written = 0;
        END IF;
        INSERT INTO audit_entry (id, agency_id, at, xid, user_id, door, reason, db_role, kind, table_name, columns, secrets,
                                 rows, first_value, last_value)
        VALUES (entry, owner_of, clock_timestamp(), pg_current_xact_id()::text::bigint,
                NULLIF(current_setting('asnhr.user', true), '')::bigint,
                left(COALESCE(current_setting('asnhr.door', true), ''), 12),
                left(COALESCE(current_setting('asnhr.reason', true), ''), 200), session_user, verb, TG_TABLE_NAME,
                CASE WHEN is_full AND TG_OP <> 'UPDATE' THEN listed ELSE '{}' END, secret_names,
                CASE WHEN is_full THEN written ELSE touched END, first_id, last_id);
    END LOOP;
    RETURN NULL;
END
$$;
"""
BEFORE = r"""
CREATE OR REPLACE FUNCTION audit_statement() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET datestyle = 'ISO, YMD' SET timezone = 'UTC'
SET intervalstyle = 'postgres' SET extra_float_digits = 1 SET bytea_output = 'hex' AS $$
-- Arguments: mode (full, summary), columns that are secret ("nik=nik_hash": compared and hashed by the other), columns
-- that are left out.
DECLARE
    is_full boolean := TG_ARGV[0] = 'full';
    secrets text[] := TG_ARGV[1]::text[];
    changed_rows text := CASE TG_OP WHEN 'DELETE' THEN 'old_rows' ELSE 'new_rows' END;
    verb text := CASE TG_OP WHEN 'INSERT' THEN 'tambah' WHEN 'UPDATE' THEN 'ubah' ELSE 'hapus' END;
    side text := CASE TG_OP WHEN 'DELETE' THEN 'o' ELSE 'n' END;
    listed text[];
    secret_names text[] := '{}';
    parts text[] := '{}';
    cleared text[] := '{}';
    witness text;
    name text;
    entry bigint;
    owner_of bigint;
    touched bigint;
    written bigint;
    first_id bigint;
    last_id bigint;
    source text;
    salt text := '';
    statement text;
BEGIN
    IF is_full THEN
        listed := audit_columns(TG_RELID, TG_ARGV[2]::text[]);
        FOREACH name IN ARRAY listed LOOP
            witness := NULL;
            SELECT CASE WHEN s LIKE '%=%' THEN split_part(s, '=', 2) ELSE s END INTO witness
            FROM unnest(secrets) s WHERE split_part(s, '=', 1) = name;
            IF witness IS NULL THEN
                parts := parts || CASE TG_OP WHEN 'UPDATE' THEN format(
                    'CASE WHEN o.%1$I IS DISTINCT FROM n.%1$I THEN %2$L || json_build_array(o.%1$I, n.%1$I)::text END',
                    name, to_json(name)::text || ':')
                ELSE format('%s.%I', side, name) END;
            ELSE
                secret_names := secret_names || name;
                parts := parts || CASE TG_OP WHEN 'UPDATE' THEN format(
                    'CASE WHEN o.%2$I IS DISTINCT FROM n.%2$I THEN %3$L || json_build_array('
                    'audit_hash(salt, %1$L, o.%2$I::text), audit_hash(salt, %1$L, n.%2$I::text))::text END',
                    name, witness, to_json(name)::text || ':')
                ELSE format('audit_hash(salt, %L, %s.%I::text)', name, side, witness) END;
                -- What leaves the register is kept apart; what enters it stands there.
                IF TG_OP = 'UPDATE' THEN
                    cleared := cleared || format(
                        'CASE WHEN o.%2$I IS DISTINCT FROM n.%2$I THEN %3$L || to_json(o.%1$I)::text END',
                        name, witness, to_json(name)::text || ':');
                ELSIF TG_OP = 'DELETE' THEN
                    cleared := cleared || format('%L || to_json(o.%I)::text', to_json(name)::text || ':', name);
                END IF;
            END IF;
        END LOOP;
    END IF;
    FOR owner_of, touched IN EXECUTE format('SELECT agency_id, count(*) FROM %I GROUP BY 1', changed_rows) LOOP
        entry := nextval('audit_entry_id_seq');
        written := 0;
        first_id := NULL;
        last_id := NULL;
        IF is_full THEN
            source := CASE TG_OP WHEN 'UPDATE' THEN
                'old_rows o JOIN new_rows n ON n.id = o.id WHERE n.agency_id = $2'
            WHEN 'INSERT' THEN 'new_rows n WHERE n.agency_id = $2'
            ELSE 'old_rows o WHERE o.agency_id = $2' END;
            first_id := nextval('audit_value_id_seq') + 1;
            IF secret_names = '{}' THEN
                statement := CASE TG_OP WHEN 'UPDATE' THEN format(
                    'INSERT INTO audit_value (entry_id, agency_id, object_id, change) SELECT $1, $2, q.id, ''{'' || q.c || ''}'''
                    ' FROM (SELECT n.id, concat_ws('','', %s) AS c FROM %s) q WHERE q.c <> ''''',
                    array_to_string(parts, ', '), source)
                ELSE format(
                    'INSERT INTO audit_value (entry_id, agency_id, object_id, change) SELECT $1, $2, %s.id, ROW(%s)::text FROM %s',
                    side, array_to_string(parts, ', '), source) END;
            ELSE
                -- One salt a row: without it the hash of a telephone number could be guessed.
                source := replace(source, ' WHERE ', ' CROSS JOIN LATERAL (SELECT uuid_send(gen_random_uuid()) AS salt WHERE ' || side || '.id IS NOT NULL) z WHERE ');
                statement := CASE TG_OP WHEN 'UPDATE' THEN format(
                    'WITH q AS MATERIALIZED (SELECT n.id, salt, concat_ws('','', %s) AS c, concat_ws('','', %s) AS clear FROM %s),'
                    ' k AS (INSERT INTO audit_secret (entry_id, agency_id, object_id, salt, clear, sealed)'
                    ' SELECT $1, $2, id, salt, ''{'' || clear || ''}'', false FROM q WHERE clear <> '''')'
                    ' INSERT INTO audit_value (entry_id, agency_id, object_id, change) SELECT $1, $2, id, ''{'' || c || ''}'''
                    ' FROM q WHERE c <> ''''',
                    array_to_string(parts, ', '), array_to_string(cleared, ', '), source)
                ELSE format(
                    'WITH q AS MATERIALIZED (SELECT %s.id, salt, ROW(%s)::text AS c, %s AS clear FROM %s),'
                    ' k AS (INSERT INTO audit_secret (entry_id, agency_id, object_id, salt, clear, sealed)'
                    ' SELECT $1, $2, id, salt, clear, clear IS NULL FROM q)'
                    ' INSERT INTO audit_value (entry_id, agency_id, object_id, change) SELECT $1, $2, id, c FROM q',
                    side, array_to_string(parts, ', '),
                    CASE TG_OP WHEN 'DELETE' THEN format('''{'' || concat_ws('','', %s) || ''}''', array_to_string(cleared, ', '))
                    ELSE 'NULL::text' END, source) END;
            END IF;
            EXECUTE statement USING entry, owner_of;
            GET DIAGNOSTICS written = ROW_COUNT;
            last_id := currval('audit_value_id_seq');
            -- Saved without a change: nothing to tell.
            CONTINUE WHEN written = 0;
        END IF;
        INSERT INTO audit_entry (id, agency_id, at, xid, user_id, door, reason, db_role, kind, table_name, columns, secrets,
                                 rows, first_value, last_value)
        VALUES (entry, owner_of, clock_timestamp(), pg_current_xact_id()::text::bigint,
                NULLIF(current_setting('asnhr.user', true), '')::bigint,
                left(COALESCE(current_setting('asnhr.door', true), ''), 12),
                left(COALESCE(current_setting('asnhr.reason', true), ''), 200), session_user, verb, TG_TABLE_NAME,
                CASE WHEN is_full AND TG_OP <> 'UPDATE' THEN listed ELSE '{}' END, secret_names,
                CASE WHEN is_full THEN written ELSE touched END, first_id, last_id);
    END LOOP;
    RETURN NULL;
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("asnhr", "0013_audit_value_index")]

    operations = [migrations.RunSQL(FUNCTION, BEFORE)]
