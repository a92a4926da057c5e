"""The search puts first what has every word typed, in any order; a job's subtitle is part of its name.

One likeness for the whole text let "Hadiana Nasution" and a dozen like it stand before "Nadia Putri Nasution" when
somebody typed "nadia nasution". Likeness now ranks only what lacks a word, and is measured word by word too, so that
words between those typed do not count against a name. The same arguments; above 1 the likeness says how near
(`positions.queries.search`): 4 the words themselves, 3 their beginnings, 2 inside of words.
"""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import migrations
from django.db.models import F, Func, Value

FORWARDS = r"""
-- Loads pg_trgm: only then may its setting stand at the function.
SELECT public.word_similarity('a', 'a');

CREATE OR REPLACE FUNCTION positions_search(wanted text, digits text, paths ltree[], own_nip text, day date, most int)
RETURNS TABLE (kind text, id bigint, likeness real) LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET pg_trgm.word_similarity_threshold = 0.42
SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE
    -- The agency is never an argument: who asks gets that of the transaction or nothing.
    mine CONSTANT bigint := NULLIF(current_setting('asnhr.agency', true), '')::bigint;
    words CONSTANT text[] := ARRAY(
        SELECT w FROM regexp_split_to_table(lower(wanted), '[^[:alnum:]]+') w WHERE w <> ''
        GROUP BY w ORDER BY length(w) DESC, w);
    -- OFFSET 0 where these are compared: each likeness is reckoned once.
    parts CONSTANT text[] := ARRAY(SELECT w FROM unnest(words) w WHERE length(w) > 2);
    -- For the trigram index, which knows two letters only where a word begins: of the longest word, and of each.
    longest CONSTANT text[] := CASE WHEN length(words[1]) > 2 THEN ARRAY['%' || words[1] || '%']
        ELSE ARRAY[words[1] || '%', '% ' || words[1] || '%'] END;
    each_one CONSTANT text[] := ARRAY(
        SELECT '%' || w || '%' FROM unnest(parts) w
        UNION ALL SELECT k FROM unnest(words) w, unnest(ARRAY[w || '%', '% ' || w || '%']) k WHERE length(w) < 3);
    -- Of a name in small letters, signs as spaces, a space around it.
    signs CONSTANT text := '.,-/()''&:;"';
    spaces CONSTANT text := repeat(' ', length(signs));
    whole CONSTANT text[] := ARRAY(SELECT '% ' || w || ' %' FROM unnest(words) w);
    begun CONSTANT text[] := ARRAY(SELECT '% ' || w || '%' FROM unnest(words) w);
    inside CONSTANT text[] := ARRAY(
        SELECT CASE WHEN length(w) > 2 THEN '%' ELSE '% ' END || w || '%' FROM unnest(words) w);
    hits bigint[] := '{}';
BEGIN
    IF mine IS NULL THEN
        RETURN;
    END IF;
    IF digits <> '' THEN
        RETURN QUERY SELECT 'employee', e.id, 1::real FROM positions_employee e
            WHERE e.agency_id = mine AND e.nip >= digits AND e.nip <= rpad(digits, 18, '9')
            AND (paths IS NULL OR e.nip = own_nip OR e.unit_id IN
                (SELECT u.id FROM positions_unit u WHERE u.agency_id = mine AND u.path <@ ANY(paths)))
            ORDER BY e.nip LIMIT most;
        RETURN;
    END IF;
    IF words = '{}' THEN
        RETURN;
    END IF;

    FOR kind, id, likeness IN
        SELECT 'employee', e.id,
            CASE WHEN n.plain LIKE ALL(whole) THEN 4 WHEN n.plain LIKE ALL(begun) THEN 3 ELSE 2 END
        FROM positions_employee e, LATERAL (SELECT ' ' || translate(lower(e.name), signs, spaces) || ' ' AS plain) n
        WHERE e.agency_id = mine AND e.name ILIKE ANY(longest) AND n.plain LIKE ALL(inside)
        AND (paths IS NULL OR e.nip = own_nip OR e.unit_id IN
            (SELECT u.id FROM positions_unit u WHERE u.agency_id = mine AND u.path <@ ANY(paths)))
        ORDER BY 3 DESC, length(e.name), e.name, e.id LIMIT most
    LOOP
        hits := hits || id;
        RETURN NEXT;
    END LOOP;
    IF cardinality(hits) < most THEN
        RETURN QUERY SELECT 'employee', e.id, greatest(word_similarity(wanted, e.name), a.score)::real
            FROM positions_employee e, LATERAL (
                SELECT CASE WHEN min(s) >= 0.42 THEN avg(s) END AS score
                    FROM (SELECT word_similarity(w, e.name) AS s FROM unnest(parts) w OFFSET 0) x) a
            WHERE e.agency_id = mine AND (e.name %> wanted OR e.name %> parts[1] AND e.name %> ALL(parts))
            AND e.id <> ALL(hits)
            AND (paths IS NULL OR e.nip = own_nip OR e.unit_id IN
                (SELECT u.id FROM positions_unit u WHERE u.agency_id = mine AND u.path <@ ANY(paths)))
            ORDER BY 3 DESC, length(e.name), e.name, e.id LIMIT most - cardinality(hits);
    END IF;
    IF paths = '{}' THEN
        RETURN;
    END IF;

    -- "perawat belawan": of the words one names the job, another the unit; or all of them the job.
    hits := '{}';
    FOR kind, id, likeness IN
        WITH named AS MATERIALIZED (
            SELECT j.id, j.name || ' ' || j.subtitle AS title, n.plain, n.plain LIKE ALL(inside) AS has_all,
                CASE WHEN n.plain LIKE ALL(whole) THEN 4 WHEN n.plain LIKE ALL(begun) THEN 3 ELSE 2 END AS near
            FROM positions_job j, LATERAL (
                SELECT ' ' || translate(lower(j.name || ' ' || j.subtitle), signs, spaces) || ' ' AS plain) n
            WHERE j.agency_id = mine AND (j.name || ' ' || j.subtitle) ILIKE ANY(each_one)
        ), found AS (
            SELECT p.id, n.title, u.name, n.has_all, CASE WHEN n.has_all THEN n.near
                WHEN b.plain LIKE ALL(whole) THEN 4 WHEN b.plain LIKE ALL(begun) THEN 3 ELSE 2 END AS near
            FROM named n
            JOIN positions_position p ON p.agency_id = mine AND p.job_id = n.id
            JOIN positions_unit u ON u.agency_id = mine AND u.id = p.unit_id
            CROSS JOIN LATERAL (SELECT CASE WHEN NOT n.has_all
                THEN n.plain || translate(lower(u.name), signs, spaces) || ' ' END AS plain) b
            WHERE p.starts_on <= day AND (p.ends_on IS NULL OR p.ends_on > day)
            AND (n.has_all OR b.plain LIKE ALL(inside))
            AND (paths IS NULL OR u.path <@ ANY(paths))
        )
        SELECT 'position', f.id, f.near FROM found f
        ORDER BY f.near DESC, f.has_all DESC, length(f.title), f.title, f.name, f.id LIMIT most
    LOOP
        hits := hits || id;
        RETURN NEXT;
    END LOOP;
    IF cardinality(hits) < most THEN
        RETURN QUERY
            WITH named AS MATERIALIZED (
                SELECT j.id, t.title, greatest(word_similarity(wanted, t.title), a.score) AS score
                FROM positions_job j
                CROSS JOIN LATERAL (SELECT j.name || ' ' || j.subtitle AS title) t
                CROSS JOIN LATERAL (
                    SELECT CASE WHEN min(s) >= 0.42 THEN avg(s) END AS score
                    FROM (SELECT word_similarity(w, t.title) AS s FROM unnest(parts) w OFFSET 0) x) a
                WHERE j.agency_id = mine AND (j.name || ' ' || j.subtitle) %> ANY(wanted || parts)
            ), placed AS MATERIALIZED (
                SELECT u.id FROM positions_unit u
                WHERE u.agency_id = mine AND cardinality(parts) > 1
                AND EXISTS (SELECT FROM unnest(parts) w WHERE u.name %> w)
            ), found AS (
                -- Similarity is dear: once a job, and once more only where the unit is meant too.
                SELECT p.id, n.title, u.name, CASE WHEN p.unit_id IN (SELECT placed.id FROM placed)
                    THEN word_similarity(wanted, n.title || ' ' || u.name) ELSE n.score END AS score
                FROM named n
                JOIN positions_position p ON p.agency_id = mine AND p.job_id = n.id
                JOIN positions_unit u ON u.agency_id = mine AND u.id = p.unit_id
                WHERE p.starts_on <= day AND (p.ends_on IS NULL OR p.ends_on > day)
                AND (n.score >= 0.42 OR p.unit_id IN (SELECT placed.id FROM placed))
                AND (paths IS NULL OR u.path <@ ANY(paths)) AND p.id <> ALL(hits)
            )
            SELECT 'position', f.id, f.score::real FROM found f WHERE f.score >= 0.42
            ORDER BY 3 DESC, length(f.title), f.title, f.name, f.id LIMIT most - cardinality(hits);
    END IF;

    -- By any name that the unit ever had.
    hits := '{}';
    FOR kind, id, likeness IN
        SELECT 'unit', u.id,
            max(CASE WHEN n.plain LIKE ALL(whole) THEN 4 WHEN n.plain LIKE ALL(begun) THEN 3 ELSE 2 END)
        FROM positions_unitperiod p JOIN positions_unit u ON u.agency_id = mine AND u.id = p.unit_id
        CROSS JOIN LATERAL (SELECT ' ' || translate(lower(p.name), signs, spaces) || ' ' AS plain) n
        WHERE p.agency_id = mine AND p.name ILIKE ANY(longest) AND n.plain LIKE ALL(inside)
        AND u.starts_on <= day AND (u.ends_on IS NULL OR u.ends_on > day)
        AND (paths IS NULL OR u.path <@ ANY(paths))
        GROUP BY u.id, u.name ORDER BY 3 DESC, length(u.name), u.name, u.id LIMIT most
    LOOP
        hits := hits || id;
        RETURN NEXT;
    END LOOP;
    IF cardinality(hits) < most THEN
        RETURN QUERY SELECT 'unit', u.id, max(word_similarity(wanted, p.name))
            FROM positions_unitperiod p JOIN positions_unit u ON u.agency_id = mine AND u.id = p.unit_id
            WHERE p.agency_id = mine AND p.name %> wanted AND u.id <> ALL(hits)
            AND u.starts_on <= day AND (u.ends_on IS NULL OR u.ends_on > day)
            AND (paths IS NULL OR u.path <@ ANY(paths))
            GROUP BY u.id, u.name ORDER BY 3 DESC, length(u.name), u.name, u.id LIMIT most - cardinality(hits);
    END IF;

    hits := '{}';
    FOR kind, id, likeness IN
        SELECT 'job', j.id, CASE WHEN n.plain LIKE ALL(whole) THEN 4 WHEN n.plain LIKE ALL(begun) THEN 3 ELSE 2 END
        FROM positions_job j, LATERAL (
            SELECT ' ' || translate(lower(j.name || ' ' || j.subtitle), signs, spaces) || ' ' AS plain) n
        WHERE j.agency_id = mine AND j.is_active AND (j.name || ' ' || j.subtitle) ILIKE ANY(longest)
        AND n.plain LIKE ALL(inside)
        ORDER BY 3 DESC, length(j.name || j.subtitle), j.name, j.subtitle, j.id LIMIT most
    LOOP
        hits := hits || id;
        RETURN NEXT;
    END LOOP;
    IF cardinality(hits) < most THEN
        RETURN QUERY SELECT 'job', j.id, greatest(word_similarity(wanted, j.name || ' ' || j.subtitle), a.score)::real
            FROM positions_job j, LATERAL (
                SELECT CASE WHEN min(s) >= 0.42 THEN avg(s) END AS score
                    FROM (SELECT word_similarity(w, j.name || ' ' || j.subtitle) AS s FROM unnest(parts) w OFFSET 0) x) a
            WHERE j.agency_id = mine AND j.is_active AND j.id <> ALL(hits)
            AND ((j.name || ' ' || j.subtitle) %> wanted
                OR (j.name || ' ' || j.subtitle) %> parts[1] AND (j.name || ' ' || j.subtitle) %> ALL(parts))
            ORDER BY 3 DESC, length(j.name || j.subtitle), j.name, j.subtitle, j.id LIMIT most - cardinality(hits);
    END IF;
END $$;
"""

TITLE = Func(F("name"), Value(" "), F("subtitle"), template="(%(expressions)s)", arg_joiner=" || ")


class Migration(migrations.Migration):
    dependencies = [("positions", "0060_waiting_new_rows")]

    operations = [
        migrations.AddIndex(
            "job",
            GinIndex(OpClass("agency", name="int8_ops"), OpClass(TITLE, name="gin_trgm_ops"), name="job_title_words"),
        ),
        migrations.RemoveIndex("job", "job_name_words"),
        migrations.RunSQL(FORWARDS, migrations.RunSQL.noop),
    ]
