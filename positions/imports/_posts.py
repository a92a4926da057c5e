"""From a person, a unit and a title in a file to a post of the register: found, compared, seated, written as sets."""

from typing import Any

import orjson

from asnhr.imports.framework import RowReader
from asnhr.imports.layout import Match
from positions.imports._common import GROUP_SQL, POSITION_CODE, key
from positions.imports._post_checks import MOVING, PostChecksMixin
from positions.imports.jobs import JOB_CODE

# How the titles of health workers begin; the same words as `jobs.field_of`.
HEALTH_TITLES = (
    "^(dokter|perawat|bidan|apoteker|asisten apoteker|nutrisionis|sanitarian|epidemiolog|fisioterapis|radiografer"
    "|perekam|terapis|ortotis|okupasi|refraksionis|entomolog|fisikawan|psikolog|penata anestesi)"
)

# Warnings that are kept as findings until an officer settles them.
FINDINGS = (
    "JABATAN_GANDA",
    "TUMPANG_TINDIH",
    "TIM_1",
    "TIM_4",
    "TIM_5",
    "ACC_3",
    "ACC_6",
    "ACC_8",
    "ACC_9",
    "ACC_10",
    "DI_BAWAH_PANGKAT",
    "DI_LUAR_FORMASI",
    "HANYA_TUGAS_TAMBAHAN",
)


class PostsMixin(PostChecksMixin):
    """For kinds whose staging has nip, employee_id, unit_id, job columns, tmt, status, rank, level, post and seat
    columns."""

    def keep_raw(self, row: RowReader) -> None:
        """Keep the row as the file has it, in case it becomes a finding; beside the staging table, whose rows are
        rewritten often."""
        self._reader = row
        self._raw[row.number] = row.line()

    def prepare(self, match: Match) -> None:
        super().prepare(match)
        self._raw: dict[int, str] = {}

    def write_posts(self, cursor: Any) -> None:
        """Write the posts of the rows that move, with the jobs, positions and seats that they need."""
        self._writing = True
        self._write_jobs(cursor)
        self.find_positions(cursor)
        self._write_positions(cursor)
        self.find_positions(cursor)
        self.assign_seats(cursor)
        self._write_supernumerary_seats(cursor)
        self._end_followed(cursor)
        self._write_incumbencies(cursor)
        self.keep_findings(cursor)

    def _write_jobs(self, cursor: Any) -> None:
        code = JOB_CODE.format(key=key("r.name"), level="r.level", subtitle="''")
        cursor.execute(
            f"""INSERT INTO positions_job (agency_id, code, name, subtitle, "group", level, field, family, echelon,
                job_class, reference_id, summary,
                    is_active)
                SELECT %s, {code}, r.name, '', {GROUP_SQL.format(level="r.level")}, r.level,
                    CASE WHEN r.level = 'PELAKSANA' THEN 'teknis' WHEN r.name ILIKE 'guru %%' THEN 'guru'
                        WHEN r.name ~*
                            '{HEALTH_TITLES}' THEN 'nakes'
                        ELSE 'teknis' END,
                    r.family, '', r.job_class, r.id, '', true
                FROM positions_referencejob r WHERE r.id IN (SELECT s.reference_id FROM import_row s
                    WHERE s.job_id IS NULL AND {MOVING})
                ORDER BY r.id
                ON CONFLICT DO NOTHING""",
            [self.agency_id],
        )
        cursor.execute(
            """UPDATE import_row s SET job_id = j.id FROM positions_job j WHERE s.job_id IS NULL AND j.agency_id = %s
                AND j.reference_id = s.reference_id
                AND j.subtitle = ''""",
            [self.agency_id],
        )

    def _write_positions(self, cursor: Any) -> None:
        cursor.execute(
            f"""INSERT INTO positions_position (agency_id, code, unit_id, job_id, is_head, by_duty, growth, "order",
                starts_on)
                SELECT %s, {POSITION_CODE.format(unit="u.code", job="j.code")}, n.unit_id, n.job_id, false, false, 0,
                    9999, n.starts_on
                FROM (SELECT s.unit_id, s.job_id, min(s.tmt) AS starts_on FROM import_row s
                    WHERE {MOVING} AND s.position_id IS NULL AND s.job_id IS NOT NULL GROUP BY 1, 2) n
                JOIN positions_unit u ON u.agency_id = %s AND u.id = n.unit_id JOIN positions_job j ON j.agency_id =
                    %s AND j.id = n.job_id""",
            [self.agency_id] * 3,
        )
        # A managerial post is one seat by law (TETAP_SATU), whether a map was imported or not.
        cursor.execute(
            f"""INSERT INTO positions_seat (agency_id, position_id, number, kind, starts_on)
                SELECT p.agency_id, p.id, 1, 'formasi', p.starts_on FROM positions_position p
                JOIN positions_job j ON j.agency_id = p.agency_id AND j.id = p.job_id AND j."group" = 'manajerial'
                WHERE p.agency_id = %s AND p.ends_on IS NULL AND EXISTS (SELECT 1 FROM import_row s WHERE {MOVING}
                    AND s.position_id IS NULL
                    AND s.unit_id = p.unit_id AND s.job_id = p.job_id)
                    AND NOT EXISTS (SELECT 1 FROM positions_seat x WHERE x.agency_id = p.agency_id AND x.position_id
                        = p.id)""",
            [self.agency_id],
        )

    def _write_supernumerary_seats(self, cursor: Any) -> None:
        cursor.execute(
            f"""WITH beyond AS (
                SELECT s.row, s.position_id, s.tmt, coalesce(t.top, 0) + row_number() OVER (PARTITION BY
                    s.position_id ORDER BY s.tmt, s.nip) AS number
                FROM import_row s LEFT JOIN (SELECT position_id, max(number) AS top FROM positions_seat WHERE
                    agency_id = %s GROUP BY 1) t
                    ON t.position_id = s.position_id
                WHERE {MOVING} AND s.position_id IS NOT NULL AND s.seat_id IS NULL AND s.status IS DISTINCT FROM
                    'PPPK_PW'
            ), made AS (
                INSERT INTO positions_seat (agency_id, position_id, number, kind, starts_on)
                SELECT %s, position_id, number, 'di_luar_formasi', tmt FROM beyond RETURNING id, position_id, number
            )
            UPDATE import_row s SET seat_id = made.id FROM beyond b JOIN made ON made.position_id = b.position_id AND
                made.number = b.number
            WHERE b.row = s.row""",
            [self.agency_id] * 2,
        )

    def _end_followed(self, cursor: Any) -> None:
        """End the posts that newer ones follow, and take out those that are corrected."""
        cursor.execute(
            f"""UPDATE positions_incumbency i SET ends_on = s.tmt FROM import_row s WHERE s.post = 'follow' AND
                {MOVING} AND i.agency_id = %s
                AND i.id = s.incumbency_id""",
            [self.agency_id],
        )
        # A correction mends what was recorded of a decree; the decree itself stays, where the file names no other.
        cursor.execute(
            f"""CREATE TEMP TABLE import_decree ON COMMIT DROP AS
                SELECT s.row, i.decree, i.decree_on FROM import_row s JOIN positions_incumbency i ON i.agency_id = %s
                    AND i.id = s.incumbency_id WHERE s.post = 'correct' AND {MOVING} AND i.decree <> ''""",
            [self.agency_id],
        )
        # Corrections may swap seats among themselves: all old rows go before the corrected ones come.
        cursor.execute(
            f"""DELETE FROM positions_incumbency i USING import_row s WHERE s.post = 'correct' AND {MOVING} AND
                i.agency_id = %s
                AND i.id = s.incumbency_id""",
            [self.agency_id],
        )

    def _write_incumbencies(self, cursor: Any) -> None:
        # Scattered on purpose: ascending keys split the exclusion constraints' GiST pages again and again, and the same
        # rows take two to four times as long.
        cursor.execute(
            f"""INSERT INTO positions_incumbency (agency_id, position_id, seat_id, employee_id, kind, decree,
                decree_on, starts_on)
                SELECT %s, s.position_id, s.seat_id, s.employee_id, CASE WHEN s.status = 'PPPK_PW' THEN 'paruh_waktu'
                    ELSE 'definitif' END,
                    coalesce(nullif({self.decree_sql}, ''), d.decree, ''),
                    CASE WHEN {self.decree_sql} = '' THEN coalesce({self.decree_on_sql}, d.decree_on)
                        ELSE {self.decree_on_sql} END, s.tmt
                FROM import_row s LEFT JOIN import_decree d ON d.row = s.row
                WHERE {MOVING} AND s.position_id IS NOT NULL AND s.employee_id IS NOT NULL
                ORDER BY hashint8(s.employee_id)""",
            [self.agency_id],
        )

    decree_sql = "''"
    decree_on_sql = "NULL::date"

    def keep_findings(self, cursor: Any) -> None:
        cursor.execute(
            "SELECT DISTINCT row FROM import_problem WHERE severity = 'warning' AND code = ANY(%s)", [list(FINDINGS)]
        )
        wanted = [row for (row,) in cursor.fetchall()]
        cursor.execute(
            "CREATE TEMP TABLE import_raw ON COMMIT DROP AS SELECT unnest(%s::int[]) AS row, unnest(%s::text[]) AS raw",
            [wanted, [orjson.dumps(self._reader.original(self._raw[row])).decode() for row in wanted]],
        )
        cursor.execute(
            """INSERT INTO positions_finding (agency_id, code, message, raw, import_job_id, row, unit_id,
                employee_id, position_id, fingerprint,
                    found_at, settlement)
                SELECT DISTINCT ON (f.print) %s, f.code, f.message, f.raw, %s::bigint, f.row, f.unit_id,
                    f.employee_id, f.position_id, f.print, now(), ''
                FROM (SELECT p.code, concat_ws(': ', s.nip,
                        replace(p.message, '%%(value)s', coalesce(p.detail, ''))) AS message, coalesce(w.raw::jsonb,
                    '{}'::jsonb) AS raw, s.row, s.unit_id,
                        coalesce(s.employee_id, e.id) AS employee_id, s.position_id,
                        encode(sha256(convert_to(concat_ws('|', p.code, s.nip, s.job_key, s.unit_id, s.tmt),
                            'UTF8')), 'hex') AS print
                    FROM import_problem p JOIN import_row s ON s.row = p.row LEFT JOIN import_raw w ON w.row = p.row
                    LEFT JOIN positions_employee e ON e.agency_id = %s AND e.nip = s.nip
                    WHERE p.severity = 'warning' AND p.code = ANY(%s) AND NOT s.bad) f
                ORDER BY f.print, f.row
                ON CONFLICT (agency_id, fingerprint) DO NOTHING""",
            [self.agency_id, self.options.job_id, self.agency_id, list(FINDINGS)],
        )
