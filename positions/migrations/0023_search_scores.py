"""The search likens a job's name once, not once for each of its posts: "ahli pertama" names hundreds.

The same answers and the same arguments; backwards the function may stay, and 0019 drops it.
"""

from django.db import migrations

FORWARDS = """
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
    parts CONSTANT text[] := ARRAY(SELECT w FROM regexp_split_to_table(wanted, '[^[:alnum:]]+') w WHERE length(w) > 2);
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
    RETURN QUERY SELECT 'employee', e.id, word_similarity(wanted, e.name) FROM positions_employee e
        WHERE e.agency_id = mine AND e.name %> wanted
        AND (paths IS NULL OR e.nip = own_nip OR e.unit_id IN
            (SELECT u.id FROM positions_unit u WHERE u.agency_id = mine AND u.path <@ ANY(paths)))
        ORDER BY 3 DESC, length(e.name), e.name, e.id LIMIT most;
    IF paths = '{}' THEN
        RETURN;
    END IF;
    -- "perawat belawan": of the words one names the job, another the unit; or all of them the job.
    RETURN QUERY
        WITH named AS MATERIALIZED (
            SELECT j.id, concat_ws(' ', j.name, NULLIF(j.subtitle, '')) AS title, word_similarity(wanted, j.name) AS score
            FROM positions_job j WHERE j.agency_id = mine
            AND (j.name %> wanted OR EXISTS (SELECT FROM unnest(parts) w WHERE j.name %> w))
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
            AND (paths IS NULL OR u.path <@ ANY(paths))
        )
        SELECT 'position', f.id, f.score FROM found f WHERE f.score >= 0.42
        ORDER BY 3 DESC, length(f.title), f.title, f.name, f.id LIMIT most;
    -- By any name that the unit ever had.
    RETURN QUERY SELECT 'unit', u.id, max(word_similarity(wanted, p.name))
        FROM positions_unitperiod p JOIN positions_unit u ON u.agency_id = mine AND u.id = p.unit_id
        WHERE p.agency_id = mine AND p.name %> wanted
        AND u.starts_on <= day AND (u.ends_on IS NULL OR u.ends_on > day)
        AND (paths IS NULL OR u.path <@ ANY(paths))
        GROUP BY u.id, u.name ORDER BY 3 DESC, length(u.name), u.name, u.id LIMIT most;
    RETURN QUERY SELECT 'job', j.id, word_similarity(wanted, j.name) FROM positions_job j
        WHERE j.agency_id = mine AND j.is_active AND j.name %> wanted
        ORDER BY 3 DESC, length(j.name), j.name, j.id LIMIT most;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("positions", "0022_agenda")]

    operations = [migrations.RunSQL(FORWARDS, migrations.RunSQL.noop)]
