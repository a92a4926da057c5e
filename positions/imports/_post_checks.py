"""What becomes of each row's post, its seat, and what about the post is worth a word."""

from collections.abc import Iterable
from typing import Any

import orjson
from django.utils.translation import gettext as _

from asnhr.imports.framework import WARNING
from positions.imports._titles import TitlesMixin
from positions.models._standing import all_stored
from positions.queries import rulebook
from positions.rules import data_quality as quality
from positions.rules.levels import JPT_LEVELS, Level
from positions.rules.rank import ACC_10_LOWEST
from positions.rules.retirement import retirement_age

# A post that this import writes, of rows that count.
MOVING = "s.post IN ('open', 'follow', 'correct') AND NOT s.bad AND s.loser IS NULL"


def _texts(codes: Iterable[str]) -> str:
    """Return codes of the rules as a list of SQL."""
    return ", ".join(f"'{code}'" for code in sorted(codes))


_JPT = f"j.level IN ({_texts(JPT_LEVELS)})"


class PostChecksMixin(TitlesMixin):
    """Flags of posts. Bounds and statuses are those of the rules, which the nightly data quality reads too."""

    def check_posts(self, cursor: Any) -> None:
        self.resolve_jobs(cursor)
        self.find_positions(cursor)
        self._compare(cursor)
        self._keep_off_duty_posts(cursor)
        # The plans of what follows depend on how many rows found their unit, job and post.
        cursor.execute("ANALYZE import_row")
        self.flag_posts(cursor)

    def flag_posts(self, cursor: Any) -> None:
        """Seat who comes, and flag what about the posts is worth a word."""
        self.assign_seats(cursor)
        self._flag_full_posts(cursor)
        self._flag_new_posts(cursor)
        self._flag_ranks(cursor)
        self._flag_educations(cursor)
        if "cpns_on" in self.staging:
            self._flag_short_service(cursor)
        if "birth_date" in self.staging:
            self._flag_past_retirement(cursor)

    def find_positions(self, cursor: Any) -> None:
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

    @property
    def _with_job(self) -> str:
        return f"import_row s JOIN positions_job j ON j.agency_id = {int(self.agency_id)} AND j.id = s.job_id"

    def _flag_full_posts(self, cursor: Any) -> None:
        unseated = f"{MOVING} AND s.seat_id IS NULL AND s.status IS DISTINCT FROM 'PPPK_PW'"
        self.flag(
            cursor,
            "TIM_4",
            _("jabatan manajerial ini sudah ada pemangkunya; dicatat di luar formasi"),
            name="job",
            value="s.job_text",
            source=self._with_job,
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
            source=self._with_job,
            where=f"{unseated} AND j.\"group\" <> 'manajerial' AND s.position_id IS NOT NULL",
            severity=WARNING,
        )

    def _flag_new_posts(self, cursor: Any) -> None:
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
            params=[self.agency_id],
            severity=WARNING,
        )

    def _flag_ranks(self, cursor: Any) -> None:
        self.flag(
            cursor,
            "ACC_10",
            _("pangkat pejabat pimpinan tinggi di bawah IV/b"),
            name="grade",
            value="s.rank",
            source=self._with_job,
            where=f"s.loser IS NULL AND {_JPT} AND s.rank < {ACC_10_LOWEST}",
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
            source=self._with_job,
            where=f"s.loser IS NULL AND NOT {_JPT} AND s.rank IS NOT NULL AND j.rank_min IS NOT NULL"
            f" AND {ladder.format('s.rank')} < {ladder.format('j.rank_min')} - 1",
            severity=WARNING,
        )

    def _flag_educations(self, cursor: Any) -> None:
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
            source=self._with_job,
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
            source=self._with_job,
            where=(
                f"s.loser IS NULL AND j.\"group\" = 'fungsional' AND {level} < coalesce("
                '(SELECT l."order" FROM positions_educationlevel l WHERE l.code = j.education_level_id),'
                f" CASE WHEN j.level LIKE 'AHLI%%' THEN {bachelor} END)"
            ),
            severity=WARNING,
        )

    def _flag_short_service(self, cursor: Any) -> None:
        self.flag(
            cursor,
            "ACC_3",
            _("masa kerja PNS kurang dari 2 tahun di jabatan struktural"),
            name="cpns_on",
            value="s.cpns_on",
            source=self._with_job,
            where=(
                f"s.loser IS NULL AND j.\"group\" = 'manajerial' AND s.status IN ({_texts(quality.PNS_STATUS)}) AND"
                f" s.cpns_on + interval '{quality.STRUCTURAL_YEARS} years' > %s::date"
            ),
            severity=WARNING,
            params=[self.options.today],
        )

    def _flag_past_retirement(self, cursor: Any) -> None:
        today = self.options.today
        self.flag(
            cursor,
            "TIM_5",
            _("telah mencapai BUP tetapi masih aktif"),
            name="birth_date",
            value="to_char(s.birth_date, 'DD-MM-YYYY')",
            source=self._with_job,
            where=f"s.loser IS NULL AND coalesce(s.legal, '01') IN ({_texts(all_stored(quality.ACTIVE_STANDING))})"
            " AND (date_trunc('month', s.birth_date + make_interval(years => (%s::jsonb ->> j.id::text)::int))"
            " + interval '1 month')::date <= %s::date"
            # Who came to the post when past its age retires the month after; some have an age of their own.
            " AND coalesce(date_trunc('month', s.tmt) + interval '1 month' <= %s::date, true)"
            " AND NOT EXISTS (SELECT FROM positions_employee k WHERE k.agency_id = %s AND k.id = s.employee_id"
            " AND k.own_retirement_age > 0 AND date_trunc('month', s.birth_date"
            " + make_interval(years => k.own_retirement_age)) + interval '1 month' > %s::date)",
            severity=WARNING,
            params=[self._ages(cursor), today, today, self.agency_id, today],
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
