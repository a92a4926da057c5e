"""The search of people, positions, units and jobs: trigram indexes, and the one function that may use them.

Under row security no index serves `%>` (the operator is not leakproof), so the function runs as the owner, who is
exempt, and keeps to the agency of the transaction and to the unit paths it is given itself. It answers with keys and
likenesses only; who calls it reads the rows under row security and `visible_to` again. The indexes answer at once for
what a bulk import has just written (pending list), so nothing has to be refreshed.
"""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import BtreeGinExtension
from django.db import migrations

FORWARDS = """
-- Loads pg_trgm: only then may its setting stand at the function.
SELECT public.word_similarity('a', 'a');

CREATE FUNCTION positions_search(wanted text, digits text, paths ltree[], own_nip text, day date, most int)
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
            SELECT j.id, concat_ws(' ', j.name, NULLIF(j.subtitle, '')) AS title, j.name %> wanted AS is_whole
            FROM positions_job j WHERE j.agency_id = mine
            AND (j.name %> wanted OR EXISTS (SELECT FROM unnest(parts) w WHERE j.name %> w))
        ), placed AS MATERIALIZED (
            SELECT u.id FROM positions_unit u
            WHERE u.agency_id = mine AND cardinality(parts) > 1
            AND EXISTS (SELECT FROM unnest(parts) w WHERE u.name %> w)
        ), found AS (
            SELECT p.id, n.title, u.name, word_similarity(wanted, n.title || ' ' || u.name) AS score
            FROM named n
            JOIN positions_position p ON p.agency_id = mine AND p.job_id = n.id
            JOIN positions_unit u ON u.agency_id = mine AND u.id = p.unit_id
            WHERE p.starts_on <= day AND (p.ends_on IS NULL OR p.ends_on > day)
            AND (n.is_whole OR p.unit_id IN (SELECT placed.id FROM placed))
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
REVOKE EXECUTE ON FUNCTION positions_search(text, text, ltree[], text, date, int) FROM PUBLIC;
"""
BACKWARDS = "DROP FUNCTION positions_search(text, text, ltree[], text, date, int);"


def words(name: str) -> GinIndex:
    return GinIndex(fields=["agency", "name"], opclasses=["int8_ops", "gin_trgm_ops"], name=name)


class Migration(migrations.Migration):
    dependencies = [("positions", "0018_position_successor")]

    operations = [
        BtreeGinExtension(),
        migrations.AddIndex("employee", words("employee_name_words")),
        migrations.AddIndex("unitperiod", words("unit_period_name_words")),
        migrations.AddIndex("job", words("job_name_words")),
        migrations.RunSQL(FORWARDS, BACKWARDS),
    ]
