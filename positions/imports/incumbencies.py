"""Who holds what: definitive posts, Plt, Plh and additional duties, running or closed, with their decrees."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asnhr.imports import parsers
from asnhr.imports.framework import WARNING, RowReader
from asnhr.imports.layout import Column, Layout
from asnhr.imports.limits import Target
from positions.imports._common import TAKEN
from positions.imports._posts import MOVING, PostsMixin
from positions.imports.needs import PLACED_KEEPS, PLACED_STAGING, PlacedImporter
from positions.models import Incumbency

C = Column

_KINDS = {
    "": "definitif",
    "definitif": "definitif",
    "d": "definitif",
    "plt": "plt",
    "pelaksana tugas": "plt",
    "plh": "plh",
    "pelaksana harian": "plh",
    "tugas tambahan": "tugas_tambahan",
    "tugas_tambahan": "tugas_tambahan",
    "paruh waktu": "paruh_waktu",
}


class IncumbencyImporter(PostsMixin, PlacedImporter):
    kind = "incumbencies"
    permission = "import_people"
    title = gettext_lazy("Pemangku jabatan")
    layouts = (
        Layout(
            "pemangku",
            gettext_lazy("Daftar pemangku jabatan"),
            (
                C("no", ("no", "nomor"), keep=False, counter=True),
                C("nip", ("nip", "nip baru"), parsers.nip, required=True, mandatory=True),
                C("name", ("nama", "nama pegawai")),
                C("position", ("kode jabatan", "kode_jabatan", "kode posisi"), parsers.code),
                C("unit", ("unit", "unit kerja", "nama unit", "kode unit", "kode_unit", "opd", "satker", "unor nama")),
                C("job", ("nama jabatan", "nama_jabatan", "jabatan", "jabatan nama")),
                C("level", ("jenjang",)),
                C("duty", ("jenis", "jenis penugasan", "penugasan", "status jabatan")),
                C(
                    "tmt",
                    ("tmt", "tmt jabatan", "mulai", "terhitung mulai"),
                    parsers.date,
                    required=True,
                    mandatory=True,
                ),
                C(
                    "until",
                    ("sampai", "sampai dengan", "s d", "s.d.", "berakhir", "tanggal selesai"),
                    parsers.last_day,
                ),
                C("decree", ("nomor sk", "no sk", "nomor keputusan")),
                C("decree_on", ("tanggal sk", "tgl sk", "tanggal keputusan"), parsers.date),
            ),
            keys=("nip",),
            fill=2,
            at_least=3,
        ),
    )
    keeps: ClassVar[Mapping[str, Target]] = {**PLACED_KEEPS, "decree": (Incumbency, "decree")}
    staging: ClassVar[Mapping[str, str]] = PLACED_STAGING | {
        "nip": "text",
        "kind": "text",
        "tmt": "date",
        "ends_on": "date",
        "decree": "text",
        "decree_on": "date",
        "employee_id": "bigint",
        "status": "text",
        "rank": "int",
        "group_name": "text",
        "job_siasn": "text",
        "reference_id": "bigint",
        "loser": "boolean",
        "post": "text",
        "incumbency_id": "bigint",
        "seat_id": "bigint",
        "other": "text",
        "unit_siasn": "text",
        "is_new": "boolean",
    }
    decree_sql = "coalesce(s.decree, '')"
    decree_on_sql = "s.decree_on"
    # Kinds beside running definitive posts that take the first seat that fits.
    on_first_seat: ClassVar[tuple[str, ...]] = ("plt", "plh", "tugas_tambahan", "definitif")

    def record(self, values: dict[str, Any], row: RowReader) -> Mapping[str, Any] | None:
        words = parsers.normal(values.get("duty") or "").replace(" definitif", "")
        kind = _KINDS.get(words)
        if kind is None:
            row.error("JENIS_TIDAK_DIKENAL", "duty", _("jenis: definitif, Plt, Plh atau tugas tambahan"))
        tmt, until = values.get("tmt"), values.get("until")
        if tmt and until and until < tmt:
            row.error("TMT_TERBALIK", "until", _("tanggal berakhir sebelum TMT"))
            until = None
        if not values.get("position") and not values.get("job"):
            row.error("WAJIB", "job", _("kode atau nama jabatan wajib diisi"))
        decree_on = values.get("decree_on") or self.options.decree_on
        self.warn_decree_after(row, decree_on, tmt)
        self.keep_raw(row)
        return {
            **self.placed(values),
            "nip": values.get("nip"),
            "kind": kind,
            "tmt": tmt,
            # "s.d. 30 Juni" is stored as 1 July.
            "ends_on": until + timedelta(days=1) if until else None,
            "decree": values.get("decree") or self.options.decree or None,
            "decree_on": decree_on,
        }

    @staticmethod
    def warn_decree_after(row: RowReader, decree_on: date | None, tmt: date | None) -> None:
        """Written as the paper has it, and said: no appointment made here may begin before its decree (0038)."""
        if decree_on and tmt and decree_on > tmt:
            sentence = _("SK tanggal %(decided)s sesudah TMT %(starts)s; periksa")
            row.warn("SK_SESUDAH_TMT", "decree_on", sentence, decided=decree_on, starts=tmt)

    def check(self, cursor: Any) -> None:
        self.find_people(cursor, status="e.status", rank="e.rank")
        self.check_people_in_scope(cursor)
        self.place(cursor)
        cursor.execute(
            "UPDATE import_row s SET job_id = p.job_id FROM positions_position p WHERE p.agency_id = %s"
            " AND p.id = s.position_id",
            [self.agency_id],
        )
        self._flag_repeats(cursor)
        self._compare_running(cursor)
        self.flag_posts(cursor)
        self._duties(cursor)
        if not self.options.confirm_corrections:
            self.flag(
                cursor,
                "KOREKSI",
                _("jabatan berubah tanpa TMT baru; konfirmasi sebagai koreksi"),
                name="job",
                value="s.job_text",
                where="s.post = 'correct' AND NOT s.bad",
            )

    def _flag_repeats(self, cursor: Any) -> None:
        self.flag(
            cursor,
            "BARIS_GANDA",
            _("sama dengan baris sebelumnya"),
            name="nip",
            value="s.nip",
            severity=WARNING,
            where=(
                "EXISTS (SELECT 1 FROM import_row o WHERE o.nip = s.nip AND o.kind = s.kind AND"
                " o.position_id = s.position_id AND o.tmt = s.tmt"
                " AND o.row < s.row)"
            ),
        )
        cursor.execute(
            """UPDATE import_row s SET loser = true WHERE EXISTS (SELECT 1 FROM import_row o WHERE o.nip = s.nip AND
                o.kind = s.kind
                AND o.position_id = s.position_id AND o.tmt = s.tmt AND o.row < s.row)"""
        )
        # Two running definitive posts of one person: the later one stands, the other is a finding.
        self.flag(
            cursor,
            "JABATAN_GANDA",
            _("jabatan definitif kedua untuk orang yang sama; dicatat sebagai temuan"),
            name="job",
            value="s.job_text",
            severity=WARNING,
            where="""s.kind = 'definitif' AND s.ends_on IS NULL AND s.loser IS NULL AND EXISTS (SELECT 1 FROM
                import_row o
                WHERE o.nip = s.nip AND o.kind = 'definitif' AND o.ends_on IS NULL AND o.loser IS NULL AND o.row <>
                    s.row
                AND (o.tmt, -o.row) > (s.tmt, -s.row))""",
        )
        cursor.execute(
            "UPDATE import_row s SET loser = true FROM import_problem p WHERE p.row = s.row AND p.code ="
            " 'JABATAN_GANDA'"
        )

    def _compare_running(self, cursor: Any) -> None:
        # Everything but a running definitive post goes its own way: it has no successor to close.
        cursor.execute(
            "UPDATE import_row SET other = kind WHERE NOT (kind = 'definitif' AND ends_on IS NULL) AND loser IS NULL"
        )
        self._compare(cursor)
        cursor.execute("UPDATE import_row SET post = NULL WHERE other IS NOT NULL")
        cursor.execute(
            "DELETE FROM import_problem p USING import_row s WHERE s.row = p.row AND s.other IS NOT NULL"
            " AND p.code IN ('TUMPANG_TINDIH', 'TMT_KOSONG')"
        )

    def choose(self, cursor: Any) -> None:
        """Of several posts of a title in the unit, the one that the person holds is meant."""
        cursor.execute(
            """UPDATE import_row s SET position_id = c.id FROM import_candidate c JOIN positions_incumbency i
                ON i.agency_id = %s AND i.position_id = c.id AND i.ends_on IS NULL AND i.kind = 'definitif'
                WHERE c.row = s.row AND c.n > 1 AND i.employee_id = s.employee_id""",
            [self.agency_id],
        )

    def _duties(self, cursor: Any) -> None:
        """Place what is no running definitive post, by the rules of `services.register.open_acting` and `appoint`."""
        cursor.execute("ALTER TABLE import_row ADD COLUMN known bigint, ADD COLUMN duty_seat bigint")
        cursor.execute(
            """UPDATE import_row s SET known = i.id FROM positions_incumbency i WHERE s.other IS NOT NULL AND
                i.agency_id = %s
                AND i.employee_id = s.employee_id AND i.position_id = s.position_id AND i.kind = s.kind AND
                    i.starts_on = s.tmt""",
            [self.agency_id],
        )
        self.check_own_file(
            cursor,
            """s.other IS NOT NULL AND s.loser IS NULL AND (i.id IS NULL OR (coalesce(s.ends_on, i.ends_on),
                coalesce(s.decree, i.decree), coalesce(s.decree_on, i.decree_on))
                IS DISTINCT FROM (i.ends_on, i.decree, i.decree_on))""",
            source=f"import_row s LEFT JOIN positions_incumbency i ON i.agency_id = {int(self.agency_id)}"
            " AND i.id = s.known",
        )
        self._seats_of_duties(cursor)
        self._check_duties(cursor)
        self._check_overlaps(cursor)

    def _seats_of_duties(self, cursor: Any) -> None:
        """Give an acting officer the first formation that nobody holds definitively on the TMT, an additional duty the
        duty seat; what the file itself says of definitive holders counts, their leaving as well as their coming."""
        cursor.execute(
            f"""CREATE TEMP TABLE import_holder ON COMMIT DROP AS
                SELECT i.seat_id, i.starts_on, least(i.ends_on, l.tmt) AS ends_on FROM positions_incumbency i
                LEFT JOIN import_row l ON l.incumbency_id = i.id AND l.post IN ('follow', 'correct') AND NOT l.bad
                    AND l.loser IS NULL
                WHERE i.agency_id = %s AND i.kind = 'definitif' AND l.post IS DISTINCT FROM 'correct'
                    AND i.position_id IN (SELECT position_id FROM import_row WHERE other IS NOT NULL)
                UNION ALL SELECT s.seat_id, s.tmt, NULL FROM import_row s WHERE {MOVING} AND s.seat_id IS NOT NULL""",
            [self.agency_id],
        )
        cursor.execute(
            """UPDATE import_row s SET duty_seat = f.seat_id FROM (
                SELECT DISTINCT ON (s.row) s.row, st.id AS seat_id FROM import_row s
                JOIN positions_seat st ON st.agency_id = %s AND st.position_id = s.position_id AND st.ends_on IS NULL
                LEFT JOIN positions_seatformerkind f ON f.agency_id = st.agency_id AND f.seat_id = st.id
                    AND f.starts_on <= s.tmt AND f.ends_on > s.tmt
                LEFT JOIN import_holder h ON s.other = 'plt' AND h.seat_id = st.id AND h.starts_on <= s.tmt
                    AND (h.ends_on IS NULL OR h.ends_on > s.tmt)
                WHERE s.other = ANY (%s)
                    AND coalesce(f.kind, st.kind) <> 'di_luar_formasi'
                ORDER BY s.row, h.seat_id IS NOT NULL, st.kind = 'di_luar_formasi',
                    (coalesce(f.kind, st.kind) = 'tugas_tambahan') = (s.kind = 'tugas_tambahan') DESC, st.number) f
                WHERE f.row = s.row""",
            [self.agency_id, list(self.on_first_seat)],
        )

    def _check_duties(self, cursor: Any) -> None:
        post = f"import_row s JOIN positions_position p ON p.agency_id = {int(self.agency_id)} AND p.id = s.position_id"
        asked = "s.loser IS NULL AND s.known IS NULL"
        self.flag(
            cursor,
            "JABATAN_TIDAK_DIKENAL",
            _("jabatan ini belum punya formasi untuk ditempati"),
            name=self.job_field,
            value="s.job_text",
            where=(
                "s.other IN ('plt', 'plh', 'tugas_tambahan', 'definitif') AND s.position_id IS NOT NULL AND"
                " s.duty_seat IS NULL"
            ),
        )
        self.flag(
            cursor,
            "BUKAN_TUGAS_TAMBAHAN",
            _("Jabatan ini tidak diisi sebagai tugas tambahan."),
            name="duty",
            value="s.kind",
            source=post,
            where=f"{asked} AND s.other = 'tugas_tambahan' AND NOT p.by_duty",
        )
        self.flag(
            cursor,
            "HANYA_TUGAS_TAMBAHAN",
            _("Jabatan ini diisi sebagai tugas tambahan, bukan secara definitif."),
            name="duty",
            value="s.kind",
            source=post,
            where=f"{asked} AND s.kind = 'definitif' AND p.by_duty AND (s.other IS NOT NULL OR {MOVING})",
        )
        self.flag(
            cursor,
            "TIDAK_LOWONG",
            _("Jabatan ini tidak lowong; Plt hanya untuk jabatan lowong."),
            name="duty",
            value="s.job_text",
            where=f"""{asked} AND s.other = 'plt' AND EXISTS (SELECT 1 FROM import_holder h
                WHERE h.seat_id = s.duty_seat AND h.starts_on <= s.tmt AND (h.ends_on IS NULL OR h.ends_on > s.tmt))""",
        )

    def _check_overlaps(self, cursor: Any) -> None:
        """Refuse two holders of a seat and two definitive posts of a person. Each is a join of its own: an `OR` of both
        would compare every row with every other."""
        span = "daterange({0}.{1}, {0}.ends_on)"
        duty = "x.other IS NOT NULL AND x.known IS NULL"
        permanent = "x.kind IN ('definitif', 'paruh_waktu')"
        recorded = f"""SELECT x.row FROM import_row x
            JOIN positions_incumbency i ON i.agency_id = %s AND i.kind = x.kind AND {{}}
            WHERE {duty} AND {span.format("i", "starts_on")} && {span.format("x", "tmt")}"""
        earlier = f"""SELECT x.row FROM import_row x
            JOIN import_row o ON o.other = x.other AND o.row < x.row AND o.loser IS NULL AND {{}}
            WHERE {duty} AND {span.format("o", "tmt")} && {span.format("x", "tmt")}"""
        for message, first, second, params in (
            (
                _("sudah ada pemegang tugas atau jabatan ini pada rentang itu"),
                recorded.format("i.seat_id = x.duty_seat"),
                recorded.format(f"i.employee_id = x.employee_id AND {permanent}"),
                [self.agency_id, self.agency_id],
            ),
            (
                _("bertumpang tindih dengan baris lain di berkas"),
                earlier.format("o.duty_seat = x.duty_seat"),
                earlier.format("o.nip = x.nip AND x.kind = 'definitif'"),
                [],
            ),
        ):
            self.flag(
                cursor,
                "TUMPANG_TINDIH",
                message,
                name="tmt",
                value="s.tmt",
                where=f"s.row IN ({first} UNION {second})",
                params=params,
            )

    def plan(self, cursor: Any) -> dict[str, int]:
        cursor.execute(
            f"""SELECT count(*) FILTER (WHERE post = 'open' OR (other IS NOT NULL AND known IS NULL)),
                    count(*) FILTER (WHERE post = 'follow'),
                    count(*) FILTER (WHERE post = 'same' OR known IS NOT NULL),
                    count(*) FILTER (WHERE post = 'correct')
                FROM import_row s WHERE loser IS NULL AND {TAKEN}"""
        )
        new, changed, same, corrections = cursor.fetchone()
        agency = int(self.agency_id)
        rows = f"""import_row s JOIN positions_employee e ON e.agency_id = {agency} AND e.id = s.employee_id
            JOIN positions_position p ON p.agency_id = {agency} AND p.id = s.position_id"""
        self.listed(
            cursor,
            "new",
            f"""SELECT s.row, e.nip, e.name, s.kind, p.code AS position, s.tmt::text AS since FROM {rows}
                WHERE s.loser IS NULL AND (s.post = 'open' OR (s.other IS NOT NULL AND s.known IS NULL)) AND {TAKEN}
                ORDER BY s.row""",
        )
        for name, post in (("changed", "follow"), ("corrections", "correct")):
            self.list_changes(
                cursor,
                name,
                source=f"""{rows} JOIN positions_incumbency i ON i.agency_id = {agency} AND i.id = s.incumbency_id
                    JOIN positions_position o ON o.agency_id = {agency} AND o.id = i.position_id""",
                where=f"s.loser IS NULL AND s.post = '{post}' AND {TAKEN}",
                shown="e.nip, e.name",
                fields={"position": ("o.code", "p.code"), "since": ("i.starts_on", "s.tmt")},
            )
        return {"new": new, "changed": changed, "unchanged": same, "corrections": corrections, "missing": 0}

    def write(self, cursor: Any) -> None:
        agency = self.agency_id
        self.write_posts(cursor)
        cursor.execute(
            """INSERT INTO positions_incumbency (agency_id, position_id, seat_id, employee_id, kind, decree,
                decree_on, starts_on, ends_on)
                SELECT %s, position_id, CASE WHEN kind <> 'paruh_waktu' THEN duty_seat END, employee_id, kind,
                    coalesce(decree, ''), decree_on, tmt, ends_on
                FROM import_row WHERE other IS NOT NULL AND known IS NULL AND NOT bad ORDER BY row""",
            [agency],
        )
        # A duty that the file now ends: its end and decree are news of the same row, not another duty.
        cursor.execute(
            """UPDATE positions_incumbency i SET ends_on = coalesce(s.ends_on, i.ends_on), decree =
                coalesce(s.decree, i.decree),
                    decree_on = coalesce(s.decree_on, i.decree_on)
                FROM import_row s WHERE s.known = i.id AND NOT s.bad AND i.agency_id = %s
                    AND (coalesce(s.ends_on, i.ends_on), coalesce(s.decree, i.decree), coalesce(s.decree_on,
                        i.decree_on))
                    IS DISTINCT FROM (i.ends_on, i.decree, i.decree_on)""",
            [agency],
        )
        cursor.execute(
            """UPDATE positions_employee e SET unit_id = s.unit_id FROM import_row s WHERE s.post IN ('open',
                'follow', 'correct') AND NOT s.bad
                AND s.loser IS NULL AND e.agency_id = %s AND e.id = s.employee_id AND e.unit_id IS DISTINCT FROM
                    s.unit_id AND coalesce(s.tmt <= positions_today(), true)""",
            [agency],
        )
