"""From a person, a unit and a title in a file to a post of the register: found, compared, seated, written as sets."""

from collections.abc import Iterable
from typing import Any

import orjson
from django.utils.translation import gettext as _

from asnhr.imports.framework import WARNING, RowReader
from asnhr.imports.layout import Match
from positions.imports._common import GROUP_SQL, POSITION_CODE, RegisterImporter, key
from positions.imports.jobs import JOB_CODE
from positions.queries import rulebook
from positions.rules import data_quality as quality
from positions.rules.levels import JPT_LEVELS, Level
from positions.rules.rank import ACC_10_LOWEST
from positions.rules.retirement import retirement_age

# A post that this import writes, of rows that count.
MOVING = "s.post IN ('open', 'follow', 'correct') AND NOT s.bad AND s.loser IS NULL"

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


def _texts(codes: Iterable[str]) -> str:
    """Return codes of the rules as a list of SQL."""
    return ", ".join(f"'{code}'" for code in sorted(codes))


class PostsMixin(RegisterImporter):
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

    def check_posts(self, cursor: Any) -> None:
        self._resolve_jobs(cursor)
        self._find_positions(cursor)
        self._compare(cursor)
        self._keep_off_duty_posts(cursor)
        # The plans of what follows depend on how many rows found their unit, job and post.
        cursor.execute("ANALYZE import_row")
        self._warn_about_posts(cursor)

    def _resolve_jobs(self, cursor: Any) -> None:
        agency = self.agency_id
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
        cursor.execute(
            """UPDATE import_job i SET job_id = f.id FROM (SELECT upper(r.siasn_id) AS siasn, min(j.id) AS id,
                count(*) AS n FROM positions_job j
                JOIN positions_referencejob r ON r.id = j.reference_id WHERE j.agency_id = %s AND j.is_active AND
                    r.siasn_id <> '' AND j.subtitle = ''
                GROUP BY 1) f WHERE f.siasn = i.siasn AND f.n = 1""",
            [agency],
        )
        cursor.execute(
            """UPDATE import_job i SET job_id = m.job_id FROM positions_namemapping m WHERE i.job_id IS NULL AND
                m.agency_id = %s AND m.kind = 'job'
                AND m.job_id IS NOT NULL AND m.key = i.job_key""",
            [agency],
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
            [agency],
        )
        # The national lists know titles that the agency has not used yet: such a job enters its catalogue.
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
            [agency],
        )
        # A title without the sub-title that each such job has ("Inspektur Pembantu"): one job is it, of several none.
        cursor.execute(
            f"""UPDATE import_job i SET n = f.n, job_id = CASE WHEN f.n = 1 THEN f.id END FROM (
                    SELECT c.ref, count(*) AS n, min(j.id) AS id FROM import_job c JOIN positions_job j
                        ON j.agency_id = %s AND j.is_active AND j.subtitle <> '' AND {key("j.name")} = c.job_key
                        AND (c.group_name IS NULL OR j."group" = c.group_name)
                    WHERE c.job_id IS NULL AND c.reference_id IS NULL AND c.n = 0 GROUP BY 1) f
                WHERE f.ref = i.ref""",
            [agency],
        )
        cursor.execute(
            """UPDATE import_row s SET job_ref = i.ref, job_id = i.job_id, reference_id = i.reference_id
                FROM import_job i WHERE (s.job_key IS NOT NULL OR s.job_siasn IS NOT NULL)
                AND coalesce(i.siasn, '') = coalesce(s.job_siasn, '')
                    AND coalesce(i.job_key, '') = coalesce(s.job_key, '')
                AND coalesce(i.group_name, '') = coalesce(s.group_name, '')"""
        )
        self._resolve_bare_titles(cursor)
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
            [agency],
        )
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

    def _find_positions(self, cursor: Any) -> None:
        cursor.execute(
            """UPDATE import_row s SET position_id = p.id FROM positions_position p WHERE p.agency_id = %s AND
                p.unit_id = s.unit_id
                AND p.job_id = s.job_id AND p.ends_on IS NULL AND s.position_id IS DISTINCT FROM p.id""",
            [self.agency_id],
        )

    def _compare(self, cursor: Any) -> None:
        """Say what becomes of each post: same, open (none yet), follow (newer TMT), correct, overlap, or nothing."""
        cursor.execute(
            """UPDATE import_row s SET incumbency_id = i.id FROM positions_incumbency i WHERE i.agency_id = %s AND
                i.employee_id = s.employee_id
                AND i.kind IN ('definitif', 'paruh_waktu') AND i.ends_on IS NULL AND s.loser IS NULL""",
            [self.agency_id],
        )
        cursor.execute(
            """UPDATE import_row s SET is_new = s.employee_id IS NULL, post = CASE
                    WHEN s.unit_id IS NULL OR coalesce(s.job_id, s.reference_id) IS NULL THEN NULL
                    WHEN i.id IS NOT NULL AND i.position_id = s.position_id AND coalesce(s.tmt, i.starts_on) =
                        i.starts_on THEN 'same'
                    WHEN s.tmt IS NULL THEN 'none'
                    WHEN i.id IS NOT NULL THEN CASE WHEN s.tmt > i.starts_on THEN 'follow' ELSE 'correct' END
                    WHEN EXISTS (SELECT 1 FROM positions_incumbency c WHERE c.agency_id = %s AND c.employee_id =
                        s.employee_id
                        AND c.kind IN ('definitif', 'paruh_waktu') AND c.ends_on > s.tmt) THEN 'overlap'
                    ELSE 'open' END
                FROM import_row x LEFT JOIN positions_incumbency i ON i.agency_id = %s AND i.id = x.incumbency_id
                WHERE x.row = s.row AND s.loser IS NULL""",
            [self.agency_id, self.agency_id],
        )
        # A correction backwards must not run into the person's earlier posts.
        cursor.execute(
            """UPDATE import_row s SET post = 'overlap' WHERE s.post = 'correct' AND EXISTS (SELECT 1 FROM
                positions_incumbency c
                WHERE c.agency_id = %s AND c.employee_id = s.employee_id AND c.id <> s.incumbency_id AND c.kind IN
                    ('definitif', 'paruh_waktu')
                    AND c.ends_on > s.tmt)""",
            [self.agency_id],
        )
        self.check_own_file(cursor, "s.employee_id IS NOT NULL AND s.post IN ('open', 'follow', 'correct')")
        self.flag(
            cursor,
            "TMT_KOSONG",
            _("TMT jabatan kosong, jabatan tidak dicatat"),
            name="tmt" if self.has("tmt") else "job_on",
            where="s.post = 'none'",
            severity=WARNING,
        )
        self.flag(
            cursor,
            "TUMPANG_TINDIH",
            _("TMT ini jatuh di dalam masa jabatan yang sudah tercatat; jabatan tidak diubah"),
            name="job_on" if self.has("job_on") else "tmt",
            value="s.tmt",
            where="s.post = 'overlap'",
            severity=WARNING,
        )

    def _keep_off_duty_posts(self, cursor: Any) -> None:
        """Take the person without the post where the post is filled by an additional duty, as `services.register
        .appoint` refuses a definitive holder there: who leads a school holds the own functional post beside it."""
        duty = f"""import_row s JOIN positions_position p ON p.agency_id = {int(self.agency_id)}
            AND p.id = s.position_id AND p.by_duty"""
        self.flag(
            cursor,
            "HANYA_TUGAS_TAMBAHAN",
            _("jabatan ini diisi sebagai tugas tambahan, bukan secara definitif; jabatan tidak dicatat"),
            name="job",
            value="s.job_text",
            source=duty,
            where=MOVING,
            severity=WARNING,
        )
        cursor.execute(
            f"UPDATE import_row s SET post = 'duty' WHERE {MOVING} AND s.row IN (SELECT p.row FROM import_problem p"
            " WHERE p.code = 'HANYA_TUGAS_TAMBAHAN')"
        )

    def _warn_about_posts(self, cursor: Any) -> None:
        agency = int(self.agency_id)
        job = f"import_row s JOIN positions_job j ON j.agency_id = {agency} AND j.id = s.job_id"
        day = "%s::date"
        today = [self.options.today]
        self.assign_seats(cursor)
        unseated = f"{MOVING} AND s.seat_id IS NULL AND s.status IS DISTINCT FROM 'PPPK_PW'"
        self.flag(
            cursor,
            "TIM_4",
            _("jabatan manajerial ini sudah ada pemangkunya; dicatat di luar formasi"),
            name="job",
            value="s.job_text",
            source=job,
            where=(
                f"{unseated} AND j.\"group\" = 'manajerial' AND (s.position_id IS NOT NULL OR s.row NOT IN"
                f" (SELECT min(o.row) FROM import_row o"
                " WHERE o.loser IS NULL AND o.job_id IS NOT NULL GROUP BY o.unit_id, o.job_id))"
            ),
            severity=WARNING,
        )
        self.flag(
            cursor,
            "DI_LUAR_FORMASI",
            _("formasi jabatan ini sudah penuh; dicatat di luar formasi"),
            name="job",
            value="s.job_text",
            source=job,
            where=f"{unseated} AND j.\"group\" <> 'manajerial' AND s.position_id IS NOT NULL",
            severity=WARNING,
        )
        # Where a unit has a decided map, a title outside it is worth a word; where none was imported, there is no
        # outside.
        self.flag(
            cursor,
            "JABATAN_BARU",
            _("jabatan ini belum ada di peta unit; dibuat tanpa formasi"),
            name="job",
            value="s.job_text",
            where=f"""{MOVING} AND s.position_id IS NULL AND s.unit_id IN (SELECT p.unit_id FROM positions_position p
                JOIN positions_positionneed n ON n.agency_id = p.agency_id AND n.position_id = p.id AND n.source =
                    'PETA_DITETAPKAN'
                WHERE p.agency_id = %s AND p.ends_on IS NULL)""",
            params=[agency],
            severity=WARNING,
        )
        # Bounds and statuses are those of the rules, which the nightly data quality reads too.
        jpt = f"j.level IN ({_texts(JPT_LEVELS)})"
        self.flag(
            cursor,
            "ACC_10",
            _("pangkat pejabat pimpinan tinggi di bawah IV/b"),
            name="grade",
            value="s.rank",
            source=job,
            where=f"s.loser IS NULL AND {jpt} AND s.rank < {ACC_10_LOWEST}",
            severity=WARNING,
        )
        # One rank below the lowest is allowed (PP 100/2000); two are not. Ranks 14 → 21, 24 → 31 and 34 → 41 are
        # neighbours.
        ladder = "array_position(ARRAY[11,12,13,14,21,22,23,24,31,32,33,34,41,42,43,44,45], {}::int)"
        self.flag(
            cursor,
            "DI_BAWAH_PANGKAT",
            _("pangkat lebih dari satu tingkat di bawah syarat jabatan"),
            name="grade",
            value="s.rank",
            source=job,
            where=f"s.loser IS NULL AND NOT {jpt} AND s.rank IS NOT NULL AND j.rank_min IS NOT NULL"
            f" AND {ladder.format('s.rank')} < {ladder.format('j.rank_min')} - 1",
            severity=WARNING,
        )
        level = '(SELECT l."order" FROM positions_educationlevel l WHERE l.code = s.level)'
        bachelor, diploma = (
            f"(SELECT l.\"order\" FROM positions_educationlevel l WHERE l.code = '{code}')"
            for code in (quality.BACHELOR, quality.DIPLOMA_3)
        )
        self.flag(
            cursor,
            "ACC_6",
            _("pendidikan di bawah syarat jabatan manajerial"),
            name="education",
            value="s.level",
            source=job,
            where=(
                f"s.loser IS NULL AND j.\"group\" = 'manajerial' AND {level} < CASE WHEN j.level = 'PENGAWAS'"
                f" THEN {diploma} ELSE {bachelor} END"
            ),
            severity=WARNING,
        )
        self.flag(
            cursor,
            "ACC_8",
            _("pendidikan di bawah syarat jabatan fungsional"),
            name="education",
            value="s.level",
            source=job,
            where=(
                f"s.loser IS NULL AND j.\"group\" = 'fungsional' AND {level} < coalesce("
                '(SELECT l."order" FROM positions_educationlevel l WHERE l.code = j.education_level_id),'
                f" CASE WHEN j.level LIKE 'AHLI%%' THEN {bachelor} END)"
            ),
            severity=WARNING,
        )
        if "cpns_on" in self.staging:
            self.flag(
                cursor,
                "ACC_3",
                _("masa kerja PNS kurang dari 2 tahun di jabatan struktural"),
                name="cpns_on",
                value="s.cpns_on",
                source=job,
                where=(
                    f"s.loser IS NULL AND j.\"group\" = 'manajerial' AND s.status IN ({_texts(quality.PNS_STATUS)}) AND"
                    f" s.cpns_on + interval '{quality.STRUCTURAL_YEARS} years' > {day}"
                ),
                severity=WARNING,
                params=today,
            )
        if "birth_date" in self.staging:
            self.flag(
                cursor,
                "TIM_5",
                _("telah mencapai BUP tetapi masih aktif"),
                name="birth_date",
                value="to_char(s.birth_date, 'DD-MM-YYYY')",
                source=job,
                where=f"s.loser IS NULL AND coalesce(s.legal, '01') IN ({_texts(quality.ACTIVE_STANDING)})"
                " AND (date_trunc('month', s.birth_date + make_interval(years => (%s::jsonb ->> j.id::text)::int))"
                f" + interval '1 month')::date <= {day}"
                # Who came to the post when past its age retires the month after; some have an age of their own.
                f" AND coalesce(date_trunc('month', s.tmt) + interval '1 month' <= {day}, true)"
                " AND NOT EXISTS (SELECT FROM positions_employee k WHERE k.agency_id = %s AND k.id = s.employee_id"
                " AND k.own_retirement_age > 0 AND date_trunc('month', s.birth_date"
                f" + make_interval(years => k.own_retirement_age)) + interval '1 month' > {day})",
                severity=WARNING,
                params=[self._ages(cursor), *today, *today, agency, *today],
            )

    def _ages(self, cursor: Any) -> str:
        """Return the retirement age of each job in the file, by its id, as the rulebook says today."""
        cursor.execute(
            "SELECT id, level, name, retirement_age FROM positions_job WHERE agency_id = %s"
            " AND id IN (SELECT job_id FROM import_row)",
            [self.agency_id],
        )
        ages = rulebook.ages_on(self.options.today)
        found = {
            str(pk): retirement_age(Level(level), job_name=name, job_bup=own, ages=ages)
            for pk, level, name, own in cursor.fetchall()
        }
        return orjson.dumps(found).decode()

    def assign_seats(self, cursor: Any) -> None:
        """Seat the newcomers of each position on its free formations: the earliest TMT on the seat that fell free
            first.

        A seat is free from the day its last holder left, those who leave through this file included.
        """
        cursor.execute("UPDATE import_row SET seat_id = NULL WHERE seat_id IS NOT NULL")
        for kind in ("formasi", "di_luar_formasi"):
            cursor.execute(
                f"""WITH newcomer AS (
                    SELECT s.row, s.position_id, s.tmt, row_number() OVER (PARTITION BY s.position_id ORDER BY s.tmt,
                        s.nip) AS rn
                    FROM import_row s WHERE {MOVING} AND s.position_id IS NOT NULL AND s.seat_id IS NULL AND s.status
                        IS DISTINCT FROM 'PPPK_PW'
                ), free AS (
                    SELECT st.id, st.position_id, st.number, coalesce(max(CASE
                        WHEN l.post = 'correct' THEN '-infinity'::date WHEN i.ends_on IS NOT NULL THEN i.ends_on
                        WHEN l.post = 'follow' THEN l.tmt WHEN i.id IS NOT NULL THEN 'infinity'::date END),
                            '-infinity'::date) AS free_from
                    FROM positions_seat st
                    LEFT JOIN positions_incumbency i ON i.agency_id = st.agency_id AND i.seat_id = st.id AND i.kind =
                        'definitif'
                    LEFT JOIN import_row l ON l.incumbency_id = i.id AND l.post IN ('follow', 'correct') AND NOT
                        l.bad AND l.loser IS NULL
                    WHERE st.agency_id = %s AND st.kind = %s AND st.ends_on IS NULL AND st.position_id IN (SELECT
                        position_id FROM newcomer)
                    GROUP BY st.id, st.position_id, st.number
                ), ranked AS (
                    SELECT id, position_id, free_from, row_number() OVER (PARTITION BY position_id ORDER BY
                        free_from, number) AS rn
                    FROM free WHERE free_from < 'infinity'::date
                )
                UPDATE import_row s SET seat_id = r.id FROM newcomer n JOIN ranked r ON r.position_id = n.position_id
                    AND r.rn = n.rn
                WHERE n.row = s.row AND r.free_from <= n.tmt""",
                [self.agency_id, kind],
            )
            if kind == "formasi":
                # What the flags speak of: formation seats only. Supernumerary seats that stand empty are used when
                # writing.
                if not self._writing:
                    return

    _writing = False

    def write_posts(self, cursor: Any) -> None:
        agency = self.agency_id
        self._writing = True
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
            [agency],
        )
        cursor.execute(
            """UPDATE import_row s SET job_id = j.id FROM positions_job j WHERE s.job_id IS NULL AND j.agency_id = %s
                AND j.reference_id = s.reference_id
                AND j.subtitle = ''""",
            [agency],
        )
        self._find_positions(cursor)
        cursor.execute(
            f"""INSERT INTO positions_position (agency_id, code, unit_id, job_id, is_head, by_duty, growth, "order",
                starts_on)
                SELECT %s, {POSITION_CODE.format(unit="u.code", job="j.code")}, n.unit_id, n.job_id, false, false, 0,
                    9999, n.starts_on
                FROM (SELECT s.unit_id, s.job_id, min(s.tmt) AS starts_on FROM import_row s
                    WHERE {MOVING} AND s.position_id IS NULL AND s.job_id IS NOT NULL GROUP BY 1, 2) n
                JOIN positions_unit u ON u.agency_id = %s AND u.id = n.unit_id JOIN positions_job j ON j.agency_id =
                    %s AND j.id = n.job_id""",
            [agency, agency, agency],
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
            [agency],
        )
        self._find_positions(cursor)
        self.assign_seats(cursor)
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
            [agency, agency],
        )
        cursor.execute(
            f"""UPDATE positions_incumbency i SET ends_on = s.tmt FROM import_row s WHERE s.post = 'follow' AND
                {MOVING} AND i.agency_id = %s
                AND i.id = s.incumbency_id""",
            [agency],
        )
        # A correction mends what was recorded of a decree; the decree itself stays, where the file names no other.
        cursor.execute(
            f"""CREATE TEMP TABLE import_decree ON COMMIT DROP AS
                SELECT s.row, i.decree, i.decree_on FROM import_row s JOIN positions_incumbency i ON i.agency_id = %s
                    AND i.id = s.incumbency_id WHERE s.post = 'correct' AND {MOVING} AND i.decree <> ''""",
            [agency],
        )
        # Corrections may swap seats among themselves: all old rows go before the corrected ones come.
        cursor.execute(
            f"""DELETE FROM positions_incumbency i USING import_row s WHERE s.post = 'correct' AND {MOVING} AND
                i.agency_id = %s
                AND i.id = s.incumbency_id""",
            [agency],
        )
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
            [agency],
        )
        self.keep_findings(cursor)

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
                FROM (SELECT p.code, concat_ws(': ', s.nip, p.message) AS message, coalesce(w.raw::jsonb,
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
