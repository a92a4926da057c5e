"""From the title of a row to a job: of the agency's catalogue, of a mapping that an officer made, of the national
lists."""

from typing import Any

from django.utils.translation import gettext as _

from asnhr.imports.framework import WARNING
from positions.imports._common import GROUP_SQL, RegisterImporter, key


class TitlesMixin(RegisterImporter):
    """For kinds whose staging has job_siasn, job_key, job_text, group_name, job_id, reference_id, unit_id and
    employee_id."""

    def resolve_jobs(self, cursor: Any) -> None:
        """Find the job of each row, asking once for each title of the file; flag the titles that remain open."""
        self._collect_titles(cursor)
        self._find_in_catalogue(cursor)
        self._find_in_national_lists(cursor)
        self._find_without_subtitle(cursor)
        self._give_to_rows(cursor)
        self._resolve_bare_titles(cursor)
        self._take_only_heads(cursor)
        self._flag_titles(cursor)

    @staticmethod
    def _collect_titles(cursor: Any) -> None:
        cursor.execute(
            """CREATE TEMP TABLE import_job ON COMMIT DROP AS
                SELECT row_number() OVER () AS ref, d.*, NULL::bigint AS job_id, NULL::bigint AS reference_id, 0 AS
                    n, false AS functional
                FROM (SELECT DISTINCT job_siasn AS siasn, job_key, group_name FROM import_row WHERE job_key IS NOT
                    NULL OR job_siasn IS NOT NULL) d"""
        )
        cursor.execute("ALTER TABLE import_row ADD COLUMN job_ref bigint")
        cursor.execute(
            f"""UPDATE import_job i SET functional = true FROM (SELECT DISTINCT {key("name")} AS k FROM
                positions_referencejob
                WHERE is_current AND level <> 'PELAKSANA') r WHERE r.k = i.job_key"""
        )

    def _find_in_catalogue(self, cursor: Any) -> None:
        """By the SIASN id, by an officer's mapping, by the name."""
        cursor.execute(
            """UPDATE import_job i SET job_id = f.id FROM (SELECT upper(r.siasn_id) AS siasn, min(j.id) AS id,
                count(*) AS n FROM positions_job j
                JOIN positions_referencejob r ON r.id = j.reference_id WHERE j.agency_id = %s AND j.is_active AND
                    r.siasn_id <> '' AND j.subtitle = ''
                GROUP BY 1) f WHERE f.siasn = i.siasn AND f.n = 1""",
            [self.agency_id],
        )
        cursor.execute(
            """UPDATE import_job i SET job_id = m.job_id FROM positions_namemapping m WHERE i.job_id IS NULL AND
                m.agency_id = %s AND m.kind = 'job'
                AND m.job_id IS NOT NULL AND m.key = i.job_key""",
            [self.agency_id],
        )
        cursor.execute(
            f"""WITH named AS (SELECT id, "group", subtitle, {key("name || ' ' || subtitle")} AS k FROM positions_job
                WHERE agency_id = %s AND is_active),
                found AS (SELECT i.ctid AS at, count(*) AS n, min(nm.id) AS id, count(*) FILTER (WHERE nm.subtitle =
                    '') AS plain,
                        min(nm.id) FILTER (WHERE nm.subtitle = '') AS plain_id
                    FROM import_job i JOIN named nm ON nm.k = i.job_key AND (i.group_name IS NULL OR nm."group" =
                        i.group_name)
                    WHERE i.job_id IS NULL GROUP BY i.ctid)
                UPDATE import_job i SET n = f.n, job_id = CASE WHEN f.n = 1 THEN f.id WHEN f.plain = 1 THEN
                    f.plain_id END
                FROM found f WHERE f.at = i.ctid""",
            [self.agency_id],
        )

    def _find_in_national_lists(self, cursor: Any) -> None:
        # They know titles that the agency has not used yet: such a job enters its catalogue.
        cursor.execute(
            """UPDATE import_job i SET reference_id = r.id FROM (SELECT upper(siasn_id) AS siasn, min(id) AS id FROM
                positions_referencejob
                WHERE siasn_id <> '' GROUP BY 1) r WHERE i.job_id IS NULL AND r.siasn = i.siasn"""
        )
        cursor.execute(
            f"""UPDATE import_job i SET reference_id = r.id FROM (SELECT {key("name")} AS k, level, min(id) AS id
                FROM positions_referencejob
                WHERE is_current GROUP BY 1, 2) r WHERE i.job_id IS NULL AND i.reference_id IS NULL AND i.n = 0 AND
                    r.k = i.job_key
                AND (i.group_name IS NULL OR i.group_name = {GROUP_SQL.format(level="r.level")})"""
        )
        cursor.execute(
            """UPDATE import_job i SET job_id = j.id, reference_id = NULL FROM positions_job j JOIN
                positions_referencejob r ON r.id = j.reference_id
                WHERE i.job_id IS NULL AND i.reference_id = r.id AND j.agency_id = %s AND j.is_active AND j.subtitle
                    = ''""",
            [self.agency_id],
        )

    def _find_without_subtitle(self, cursor: Any) -> None:
        # A title without the sub-title that each such job has ("Inspektur Pembantu"): one job is it, of several none.
        cursor.execute(
            f"""UPDATE import_job i SET n = f.n, job_id = CASE WHEN f.n = 1 THEN f.id END FROM (
                    SELECT c.ref, count(*) AS n, min(j.id) AS id FROM import_job c JOIN positions_job j
                        ON j.agency_id = %s AND j.is_active AND j.subtitle <> '' AND {key("j.name")} = c.job_key
                        AND (c.group_name IS NULL OR j."group" = c.group_name)
                    WHERE c.job_id IS NULL AND c.reference_id IS NULL AND c.n = 0 GROUP BY 1) f
                WHERE f.ref = i.ref""",
            [self.agency_id],
        )

    @staticmethod
    def _give_to_rows(cursor: Any) -> None:
        cursor.execute(
            """UPDATE import_row s SET job_ref = i.ref, job_id = i.job_id, reference_id = i.reference_id
                FROM import_job i WHERE (s.job_key IS NOT NULL OR s.job_siasn IS NOT NULL)
                AND coalesce(i.siasn, '') = coalesce(s.job_siasn, '')
                    AND coalesce(i.job_key, '') = coalesce(s.job_key, '')
                AND coalesce(i.group_name, '') = coalesce(s.group_name, '')"""
        )

    def _resolve_bare_titles(self, cursor: Any) -> None:
        """Of several jobs with the title of a row take the one that the person holds in the unit, else the only one
        that the unit has."""
        cursor.execute("SELECT EXISTS (SELECT 1 FROM import_job WHERE n > 1 AND job_id IS NULL)")
        if not cursor.fetchone()[0]:
            return
        open_rows = f"""SELECT s.row, s.employee_id, p.id, p.job_id FROM import_row s
            JOIN import_job i ON i.ref = s.job_ref AND i.n > 1
            JOIN positions_position p ON p.agency_id = %s AND p.unit_id = s.unit_id AND p.ends_on IS NULL
            JOIN positions_job j ON j.agency_id = p.agency_id AND j.id = p.job_id
                AND s.job_key IN ({key("j.name")}, {key("j.name || ' ' || j.subtitle")})
                AND (s.group_name IS NULL OR j."group" = s.group_name)
            WHERE s.job_id IS NULL AND s.reference_id IS NULL"""
        cursor.execute(
            f"""UPDATE import_row s SET job_id = o.job_id FROM ({open_rows}) o JOIN positions_incumbency i
                ON i.agency_id = %s AND i.position_id = o.id AND i.employee_id = o.employee_id AND i.ends_on IS NULL
                AND i.kind IN ('definitif', 'paruh_waktu') WHERE o.row = s.row""",
            [self.agency_id, self.agency_id],
        )
        cursor.execute(
            f"""UPDATE import_row s SET job_id = o.job_id FROM (SELECT o.row, min(o.job_id) AS job_id
                FROM ({open_rows}) o GROUP BY 1 HAVING count(DISTINCT o.job_id) = 1) o WHERE o.row = s.row""",
            [self.agency_id],
        )

    def _take_only_heads(self, cursor: Any) -> None:
        # A SIASN unit has one structural post, its head's: a structural title of the unit is that post, whatever its
        # wording.
        cursor.execute(
            """UPDATE import_row s SET job_id = h.job_id FROM (
                    SELECT p.unit_id, min(p.job_id) AS job_id FROM positions_position p JOIN positions_job j ON
                        j.agency_id = p.agency_id AND j.id = p.job_id
                    WHERE p.agency_id = %s AND p.ends_on IS NULL AND j."group" = 'manajerial' GROUP BY 1 HAVING
                        count(*) = 1) h
                WHERE s.job_id IS NULL AND s.reference_id IS NULL AND s.group_name = 'manajerial' AND h.unit_id =
                    s.unit_id""",
            [self.agency_id],
        )

    def _flag_titles(self, cursor: Any) -> None:
        joined = "import_row s JOIN import_job i ON i.ref = s.job_ref"
        open_rows = "s.job_id IS NULL AND s.reference_id IS NULL"
        self.flag(
            cursor,
            "JABATAN_MENDUA",
            _("cocok dengan beberapa nomenklatur; pilih di antrean pemetaan"),
            name="job",
            value="s.job_text",
            source=joined,
            where=f"{open_rows} AND i.n > 1",
            severity=self.unknown_severity,
        )
        self.flag(
            cursor,
            "JABATAN_TIDAK_DIKENAL",
            _("nama jabatan tidak ada di nomenklatur; masuk antrean pemetaan"),
            name="job",
            value="s.job_text",
            source=joined,
            where=f"{open_rows} AND i.n <= 1",
            severity=self.unknown_severity,
        )
        self.flag(
            cursor,
            "ACC_9",
            _("jabatan pelaksana memakai nama jabatan fungsional"),
            name="job",
            value="s.job_text",
            source="import_row s JOIN import_job i ON i.ref = s.job_ref",
            where="s.loser IS NULL AND s.group_name = 'pelaksana' AND i.functional",
            severity=WARNING,
        )
