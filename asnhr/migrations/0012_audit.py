"""The audit trail: its tables, the one statement trigger, what is append-only, and the tasks that seal it."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import asnhr.sql
from asnhr.sql import TenantTable

FUNCTIONS = r"""
-- A salted hash of one value; an empty one has nothing to hide.
CREATE FUNCTION audit_hash(salt bytea, name text, value text) RETURNS text LANGUAGE sql STABLE AS
    'SELECT CASE WHEN value IS NULL OR value = '''' THEN value
     ELSE encode(sha256(salt || convert_to(name || chr(31) || value, ''UTF8'')), ''hex'') END';
CREATE FUNCTION audit_columns(target oid, skipped text[]) RETURNS text[] LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
    SELECT array_agg(attname::text ORDER BY attnum) FROM pg_attribute
    WHERE attrelid = target AND attnum > 0 AND NOT attisdropped AND attname NOT IN ('id', 'agency_id')
    AND NOT attname = ANY (skipped)
$$;

CREATE FUNCTION audit_statement() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
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

CREATE FUNCTION audit_attach(target regclass, mode text, secrets text[] DEFAULT '{}', skipped text[] DEFAULT '{}')
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
-- Modes: full (values a row), summary (one entry a statement), outline (summary of inserts and deletes only: rows whose
-- updates are progress). Attaching again replaces what was attached.
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
END
$$;

CREATE FUNCTION audit_detach(target regclass) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['audit_insert', 'audit_update', 'audit_delete', 'audit_truncate'] LOOP
        EXECUTE format('DROP TRIGGER IF EXISTS %I ON %s', name, target);
    END LOOP;
END
$$;

CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: the audit trail is append-only', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'audit_append_only';
END
$$;

CREATE FUNCTION audit_note(verb text, named_table text, objects bigint[], words text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
-- Remember an act on rows: a sensitive value was read, a secret opened or destroyed. Who, why and where come from the
-- scope, as for changes.
DECLARE
    entry bigint := nextval('audit_entry_id_seq');
    first_id bigint := nextval('audit_value_id_seq') + 1;
    owner_of bigint := NULLIF(current_setting('asnhr.agency', true), '')::bigint;
BEGIN
    IF verb NOT IN ('baca', 'buka', 'musnah') OR owner_of IS NULL OR COALESCE(cardinality(objects), 0) = 0 THEN
        RAISE EXCEPTION 'audit_note: % of % needs a scope, objects and a known kind', verb, named_table
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO audit_value (entry_id, agency_id, object_id, change)
    SELECT entry, owner_of, o, words FROM unnest(objects) o;
    INSERT INTO audit_entry (id, agency_id, at, xid, user_id, door, reason, db_role, kind, table_name, columns, secrets,
                             rows, first_value, last_value)
    VALUES (entry, owner_of, clock_timestamp(), pg_current_xact_id()::text::bigint,
            NULLIF(current_setting('asnhr.user', true), '')::bigint,
            left(COALESCE(current_setting('asnhr.door', true), ''), 12),
            left(COALESCE(current_setting('asnhr.reason', true), ''), 200), session_user, verb, left(named_table, 63),
            '{}', '{}', cardinality(objects), first_id, currval('audit_value_id_seq'));
    RETURN entry;
END
$$;

CREATE FUNCTION audit_lock_away(ids bigint[], tokens text[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
-- Put encrypted values in the place of clear ones (the sealer), or of older tokens (rotation of keys).
DECLARE
    done bigint;
BEGIN
    UPDATE audit_secret s SET clear = new.token, sealed = true
    FROM unnest(ids, tokens) AS new(id, token)
    WHERE s.id = new.id AND s.agency_id = NULLIF(current_setting('asnhr.agency', true), '')::bigint
    AND s.clear IS NOT NULL AND new.token LIKE '1.%';
    GET DIAGNOSTICS done = ROW_COUNT;
    RETURN done;
END
$$;

CREATE FUNCTION audit_destroy(named_table text, objects bigint[], words text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
-- Destroy salts and clear values of rows of a table: their hashes stay in the chain and can never be matched again.
DECLARE
    owner_of bigint := NULLIF(current_setting('asnhr.agency', true), '')::bigint;
    done bigint;
BEGIN
    UPDATE audit_secret s SET clear = NULL, salt = NULL, sealed = true, destroyed_at = clock_timestamp()
    FROM audit_entry e
    WHERE e.id = s.entry_id AND e.table_name = named_table AND s.agency_id = owner_of AND s.object_id = ANY (objects)
    AND s.destroyed_at IS NULL;
    GET DIAGNOSTICS done = ROW_COUNT;
    IF done > 0 THEN
        PERFORM audit_note('musnah', named_table, objects, words);
    END IF;
    RETURN done;
END
$$;

CREATE FUNCTION audit_waiting_agencies() RETURNS SETOF bigint LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
-- The agencies that have something to seal; no more than their ids crosses the wall.
    SELECT a.id FROM asnhr_agency a
    LEFT JOIN LATERAL (SELECT horizon FROM audit_seal s WHERE s.agency_id = a.id ORDER BY s.number DESC LIMIT 1) l ON true
    WHERE EXISTS (
        SELECT FROM audit_entry e WHERE e.agency_id = a.id
        AND (l.horizon IS NULL OR e.xid >= l.horizon
             OR l.horizon > pg_snapshot_xmax(pg_current_snapshot())::text::bigint)
        AND NOT EXISTS (SELECT FROM audit_seal s WHERE s.agency_id = e.agency_id AND s.entry_id = e.id))
    ORDER BY a.id
$$;
"""
FUNCTIONS_BACK = """
DROP FUNCTION audit_waiting_agencies();
DROP FUNCTION audit_destroy(text, bigint[], text);
DROP FUNCTION audit_lock_away(bigint[], text[]);
DROP FUNCTION audit_note(text, text, bigint[], text);
DROP FUNCTION audit_attach(regclass, text, text[], text[]);
DROP FUNCTION audit_detach(regclass);
DROP FUNCTION audit_statement();
DROP FUNCTION audit_refuse();
DROP FUNCTION audit_hash(bytea, text, text);
DROP FUNCTION audit_columns(oid, text[]);
"""
WALLS = r"""
ALTER TABLE audit_value ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY in_agency ON audit_value
    USING (agency_id = NULLIF(current_setting('asnhr.agency', true), '')::bigint)
    WITH CHECK (agency_id = NULLIF(current_setting('asnhr.agency', true), '')::bigint);
ALTER TABLE audit_secret ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY in_agency ON audit_secret
    USING (agency_id = NULLIF(current_setting('asnhr.agency', true), '')::bigint)
    WITH CHECK (agency_id = NULLIF(current_setting('asnhr.agency', true), '')::bigint);
-- Without a key to the entry: the trigger writes both in one statement, and checks would cost a bulk import several percent.
CREATE UNIQUE INDEX audit_secret_row ON audit_secret (agency_id, entry_id, object_id);

-- Default privileges (deploy/database.sql) gave the application everything but TRUNCATE.
REVOKE INSERT, UPDATE, DELETE ON audit_entry, audit_value, audit_secret FROM asnhr_app;
REVOKE UPDATE, DELETE ON audit_seal, audit_head FROM asnhr_app;
REVOKE DELETE ON audit_opening FROM asnhr_app;
REVOKE EXECUTE ON FUNCTION audit_attach(regclass, text, text[], text[]), audit_detach(regclass), audit_statement() FROM PUBLIC, asnhr_app;
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_value
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_seal
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_head
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_append_only BEFORE DELETE OR TRUNCATE ON audit_secret
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();

SELECT audit_attach('asnhr_agencyparameter', 'full');
SELECT audit_attach('asnhr_roleassignment', 'full');
SELECT audit_attach('audit_opening', 'full');
SELECT audit_attach('asnhr_run', 'outline');
SELECT audit_attach('asnhr_importjob', 'outline');
"""
WALLS_BACK = """
SELECT audit_detach(t) FROM unnest(ARRAY['asnhr_agencyparameter', 'asnhr_roleassignment', 'audit_opening', 'asnhr_run',
    'asnhr_importjob']::regclass[]) t;
"""
SEAL, HEADS = "Penyegelan jejak audit", "Kepala rantai audit"


def fill(apps, schema_editor):
    task = apps.get_model("django_celery_beat", "PeriodicTask")
    interval, _ = apps.get_model("django_celery_beat", "IntervalSchedule").objects.get_or_create(
        every=5, period="seconds"
    )
    crontab, _ = apps.get_model("django_celery_beat", "CrontabSchedule").objects.get_or_create(
        minute="5", hour="0", day_of_week="*", day_of_month="*", month_of_year="*", timezone="Asia/Jakarta"
    )
    # A message that waits longer than the next one is of no use.
    task.objects.get_or_create(
        name=SEAL, defaults={"task": "asnhr.tasks.seal_audit", "interval": interval, "expire_seconds": 5}
    )
    task.objects.get_or_create(name=HEADS, defaults={"task": "asnhr.tasks.digest_audit", "crontab": crontab})


def empty(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name__in=[SEAL, HEADS]).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("asnhr", "0011_proven_references"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(verbose_name="waktu")),
                ("xid", models.BigIntegerField(verbose_name="transaksi")),
                (
                    "door",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("halaman", "Halaman"),
                            ("api", "API"),
                            ("admin", "Admin"),
                            ("tugas", "Pekerjaan latar"),
                            ("perintah", "Perintah"),
                            ("", "Tidak disebut"),
                        ],
                        max_length=12,
                        verbose_name="pintu",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="alasan")),
                ("db_role", models.CharField(max_length=63, verbose_name="peran basis data")),
                (
                    "kind",
                    models.CharField(
                        choices=[
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
                ("table_name", models.CharField(max_length=63, verbose_name="tabel")),
                (
                    "columns",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=63), default=list, size=None, verbose_name="kolom"
                    ),
                ),
                (
                    "secrets",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=63),
                        default=list,
                        size=None,
                        verbose_name="kolom rahasia",
                    ),
                ),
                ("rows", models.BigIntegerField(verbose_name="baris")),
                ("first_value", models.BigIntegerField(null=True, verbose_name="nilai pertama")),
                ("last_value", models.BigIntegerField(null=True, verbose_name="nilai terakhir")),
                (
                    "agency",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="asnhr.agency",
                        verbose_name="instansi",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="pelaku",
                    ),
                ),
            ],
            options={
                "verbose_name": "catatan audit",
                "verbose_name_plural": "catatan audit",
                "db_table": "audit_entry",
            },
        ),
        migrations.CreateModel(
            name="AuditHead",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(verbose_name="hari")),
                ("number", models.BigIntegerField(verbose_name="nomor")),
                ("hash", models.CharField(max_length=64, verbose_name="sidik")),
                ("unsealed", models.BigIntegerField(verbose_name="belum disegel")),
                ("taken_at", models.DateTimeField(auto_now_add=True, verbose_name="diambil pada")),
                (
                    "agency",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="asnhr.agency",
                        verbose_name="instansi",
                    ),
                ),
            ],
            options={
                "verbose_name": "kepala rantai audit",
                "verbose_name_plural": "kepala rantai audit",
                "db_table": "audit_head",
            },
        ),
        migrations.CreateModel(
            name="AuditOpening",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("table_name", models.CharField(max_length=63, verbose_name="tabel")),
                ("object_id", models.BigIntegerField(verbose_name="objek")),
                ("purpose", models.CharField(max_length=300, verbose_name="keperluan")),
                ("requested_at", models.DateTimeField(auto_now_add=True, verbose_name="diminta pada")),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("menunggu", "Menunggu persetujuan"),
                            ("disetujui", "Disetujui"),
                            ("ditolak", "Ditolak"),
                        ],
                        default="menunggu",
                        max_length=10,
                        verbose_name="keputusan",
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True, verbose_name="diputuskan pada")),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="alasan keputusan")),
                ("expires_at", models.DateTimeField(null=True, verbose_name="berlaku sampai")),
                (
                    "agency",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="asnhr.agency",
                        verbose_name="instansi",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="diputuskan oleh",
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="diminta oleh",
                    ),
                ),
            ],
            options={
                "verbose_name": "pembukaan nilai rahasia",
                "verbose_name_plural": "pembukaan nilai rahasia",
                "db_table": "audit_opening",
            },
        ),
        migrations.CreateModel(
            name="AuditSeal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.BigIntegerField(verbose_name="nomor")),
                ("values_hash", models.CharField(max_length=64, verbose_name="sidik nilai")),
                ("hash", models.CharField(max_length=64, verbose_name="sidik")),
                ("horizon", models.BigIntegerField(verbose_name="batas transaksi")),
                ("sealed_at", models.DateTimeField(auto_now_add=True, verbose_name="disegel pada")),
                (
                    "agency",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="asnhr.agency",
                        verbose_name="instansi",
                    ),
                ),
                (
                    "entry",
                    asnhr.sql.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="seals",
                        to="asnhr.auditentry",
                        verbose_name="catatan",
                    ),
                ),
            ],
            options={
                "verbose_name": "segel audit",
                "verbose_name_plural": "segel audit",
                "db_table": "audit_seal",
            },
        ),
        migrations.CreateModel(
            name="AuditSecret",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("entry_id", models.BigIntegerField(verbose_name="catatan")),
                ("object_id", models.BigIntegerField(verbose_name="objek")),
                ("salt", models.BinaryField(null=True, verbose_name="garam")),
                ("clear", models.TextField(null=True, verbose_name="nilai")),
                ("sealed", models.BooleanField(default=False, verbose_name="tersandi")),
                ("destroyed_at", models.DateTimeField(null=True, verbose_name="dimusnahkan pada")),
                (
                    "agency",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="asnhr.agency",
                        verbose_name="instansi",
                    ),
                ),
            ],
            options={
                "verbose_name": "nilai rahasia audit",
                "verbose_name_plural": "nilai rahasia audit",
                "db_table": "audit_secret",
            },
        ),
        migrations.CreateModel(
            name="AuditValue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("entry_id", models.BigIntegerField(verbose_name="catatan")),
                ("object_id", models.BigIntegerField(verbose_name="objek")),
                ("change", models.TextField(verbose_name="perubahan")),
                (
                    "agency",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="asnhr.agency",
                        verbose_name="instansi",
                    ),
                ),
            ],
            options={
                "verbose_name": "nilai audit",
                "verbose_name_plural": "nilai audit",
                "db_table": "audit_value",
            },
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["agency", "at", "id"], name="audit_entry_at"),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["agency", "xid", "id"], name="audit_entry_xid"),
        ),
        migrations.AddConstraint(
            model_name="audithead",
            constraint=models.UniqueConstraint(fields=("agency", "day"), name="audit_head_once_a_day"),
        ),
        migrations.AddConstraint(
            model_name="auditopening",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by__isnull", True),
                    models.Q(("decided_by", models.F("requested_by")), _negated=True),
                    _connector="OR",
                ),
                name="audit_opening_two_people",
                violation_error_message="Permintaan sendiri diputuskan oleh orang lain.",
            ),
        ),
        migrations.AddConstraint(
            model_name="auditopening",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at__isnull", True), ("decided_by__isnull", True), ("verdict", "menunggu")),
                    models.Q(
                        models.Q(("verdict", "menunggu"), _negated=True),
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="audit_opening_decided_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="auditopening",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("verdict", "disetujui"), _negated=True),
                    ("expires_at__gt", models.F("decided_at")),
                    _connector="OR",
                ),
                name="audit_opening_approved_for_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="auditopening",
            constraint=models.UniqueConstraint(
                condition=models.Q(("verdict", "menunggu")),
                fields=("agency", "table_name", "object_id", "requested_by"),
                name="audit_opening_one_waiting",
                violation_error_message="Permintaan yang sama masih menunggu persetujuan.",
            ),
        ),
        migrations.AddConstraint(
            model_name="auditseal",
            constraint=models.UniqueConstraint(fields=("agency", "number"), name="audit_seal_number_once"),
        ),
        migrations.AddConstraint(
            model_name="auditseal",
            constraint=models.UniqueConstraint(fields=("agency", "entry"), name="audit_seal_entry_once"),
        ),
        migrations.AddConstraint(
            model_name="auditseal",
            constraint=models.CheckConstraint(condition=models.Q(("number__gte", 1)), name="audit_seal_numbers_from_1"),
        ),
        migrations.AddIndex(
            model_name="auditvalue",
            index=models.Index(fields=["agency", "object_id"], name="audit_value_object"),
        ),
        TenantTable("AuditEntry"),
        TenantTable("AuditSeal"),
        TenantTable("AuditHead"),
        TenantTable("AuditOpening"),
        migrations.RunSQL(FUNCTIONS, FUNCTIONS_BACK),
        migrations.RunSQL(WALLS, WALLS_BACK),
        migrations.RunPython(fill, empty),
    ]
