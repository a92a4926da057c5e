"""What the register's importers share: their codes, how names find units and jobs, the mapping queue, findings."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asnhr.imports import parsers
from asnhr.imports.errors import FileRefused
from asnhr.imports.framework import WARNING, Importer
from positions.rules.levels import LEVEL_NAMES, Level
from positions.services import seats

CODES = {
    "ABK_DISAHKAN": gettext_lazy("ABK sudah disahkan dan tidak diubah oleh impor"),
    "ATASAN_TIDAK_ADA": gettext_lazy("Nomor atasan tidak ada di lembar"),
    "BARIS_GANDA": gettext_lazy("Baris sama persis dengan baris sebelumnya"),
    "BERKAS_SENDIRI": gettext_lazy("Data pegawai milik pengimpor sendiri; dicatat oleh petugas lain"),
    "BUKAN_TUGAS_TAMBAHAN": gettext_lazy("Tugas tambahan pada jabatan yang tidak diisi sebagai tugas tambahan"),
    "BUP": gettext_lazy("BUP khusus di luar 50–70 tahun"),
    "DI_BAWAH_PANGKAT": gettext_lazy("Pangkat di bawah syarat jabatan"),
    "DI_LUAR_CAKUPAN": gettext_lazy("Di luar unit yang boleh Anda ubah"),
    "DI_LUAR_PETA": gettext_lazy("Jabatan lama yang tidak ada di peta jabatan waktu itu; dicatat di luar peta"),
    "DI_LUAR_FORMASI": gettext_lazy("Pemangku melebihi formasi; dicatat di luar formasi"),
    "FORMASI_TERPAKAI": gettext_lazy("Formasi yang akan ditutup masih diisi pelaksana tugas atau sudah dipesan"),
    "GAJI_TABEL": gettext_lazy("Gaji pokok tidak ada pada tabel gaji untuk MKG itu"),
    "GOLONGAN_RIWAYAT": gettext_lazy("Golongan atau TMT-nya berubah lewat riwayat golongan beserta SK-nya"),
    "GOLONGAN_STATUS": gettext_lazy("Golongan tidak sesuai dengan status PNS atau PPPK"),
    "GOLONGAN_TURUN": gettext_lazy("Golongan lebih rendah daripada golongan sebelumnya"),
    "HANYA_TUGAS_TAMBAHAN": gettext_lazy("Jabatan diisi sebagai tugas tambahan, bukan secara definitif"),
    "INDUK_TIDAK_ADA": gettext_lazy("Induk tidak ada di berkas maupun register"),
    "SASARAN_TIDAK_BERLAKU": gettext_lazy("Sasaran belum berlaku atau sudah ditutup"),
    "INDUK_MELINGKAR": gettext_lazy("Unit atau sasaran menjadi induk dirinya sendiri"),
    "INSTANSI_SENDIRI": gettext_lazy("Penugasan pada instansi lain menyebut instansi sendiri"),
    "JABATAN_BARU": gettext_lazy("Jabatan belum ada di peta unit; dibuat tanpa formasi"),
    "JABATAN_GANDA": gettext_lazy("Satu pegawai dengan lebih dari satu jabatan definitif"),
    "JABATAN_MENDUA": gettext_lazy("Nama jabatan cocok dengan lebih dari satu nomenklatur; masuk antrean pemetaan"),
    "JABATAN_TIDAK_DIKENAL": gettext_lazy("Nama jabatan tidak dikenal; masuk antrean pemetaan"),
    "JENJANG_TIDAK_JELAS": gettext_lazy("Jenjang jabatan manajerial tidak jelas dari nama dan kelasnya"),
    "JENIS_TIDAK_DIKENAL": gettext_lazy("Jenis tidak dikenal"),
    "KEDUDUKAN_STATUS": gettext_lazy("Kedudukan hukum tidak sesuai dengan status PNS atau PPPK"),
    "KEPALA_UNIT": gettext_lazy("Unit sudah mempunyai jabatan kepala, atau jabatan kepalanya lebih dari satu formasi"),
    "KEPUTUSAN_SURUT": gettext_lazy("Keputusan ditetapkan sesudah hari berlakunya"),
    "KEPUTUSAN_WAJIB": gettext_lazy("Nomor keputusan wajib ada"),
    "KODE_GANDA": gettext_lazy("Kode yang sama muncul lebih dari sekali"),
    "KOREKSI": gettext_lazy("Perubahan tanpa TMT baru; perlu dikonfirmasi sebagai koreksi"),
    "KGB_TIDAK_MUNGKIN": gettext_lazy("KGB yang tidak mungkin"),
    "MKG_TURUN": gettext_lazy("MKG lebih rendah daripada KGB sebelumnya"),
    "NIP_GANDA": gettext_lazy("NIP yang sama dipakai dua orang"),
    "NIP_TIDAK_DIKENAL": gettext_lazy("NIP tidak terdaftar pada instansi"),
    "PENDIDIKAN_ID": gettext_lazy("Id pendidikan tidak ada di daftar SIASN"),
    "PENDIDIKAN_PERTAMA": gettext_lazy("Lebih dari satu pendidikan pengangkatan"),
    "PREDIKAT_MATRIKS": gettext_lazy("Predikat kinerja tidak sesuai dengan matriks PermenPANRB 6/2022"),
    "RIWAYAT_GANDA": gettext_lazy("Riwayat yang sama tercatat dua kali dengan isi berbeda"),
    "SK_SESUDAH_TMT": gettext_lazy("SK ditetapkan sesudah TMT"),
    "STATUS_BUKAN_NIP": gettext_lazy("Status tidak sesuai dengan jenis NIP (PNS atau PPPK)"),
    "STATUS_KGB": gettext_lazy("Status pegawai tidak mendapat kenaikan gaji berkala"),
    "STATUS_TIDAK_DIKENAL": gettext_lazy("Status kepegawaian tidak dikenal"),
    "TIDAK_LOWONG": gettext_lazy("Plt pada jabatan yang dipangku definitif"),
    "TINGKAT_TIDAK_DIKENAL": gettext_lazy("Tingkat tidak dikenal"),
    "TMT_KOSONG": gettext_lazy("TMT jabatan kosong; jabatan tidak dicatat"),
    "TMT_MENDATANG": gettext_lazy("TMT sesudah hari ini"),
    "TMT_SEBELUM_CPNS": gettext_lazy("TMT mendahului TMT CPNS"),
    "TMT_SEBELUM_LAHIR": gettext_lazy("Tanggal mulai tidak sesudah tanggal lahir"),
    "TMT_TERBALIK": gettext_lazy("Tanggal berakhir tidak sesudah tanggal mulai"),
    "TUMPANG_TINDIH": gettext_lazy("Masa jabatan, kontrak atau kebutuhan tumpang tindih dengan riwayat"),
    "UMUR_PENGANGKATAN": gettext_lazy("Umur saat diangkat menurut NIP di bawah batas"),
    "UNIT_MENDUA": gettext_lazy("Nama unit cocok dengan lebih dari satu unit; masuk antrean pemetaan"),
    "UNIT_TIDAK_DIKENAL": gettext_lazy("Unit tidak dikenal; masuk antrean pemetaan"),
}


def key(expression: str) -> str:
    """Return SQL that makes a name comparable: capitals, letters and digits, single spaces. Same as
    `NameMapping.key`."""
    return f"trim(regexp_replace(upper({expression}), '[^A-Z0-9]+', ' ', 'g'))"


# Level by the words of a sheet: "Ahli Muda", "JPT Pratama", "Pengawas".
LEVEL_BY_NAME = {parsers.normal(name): level for level, name in LEVEL_NAMES.items()} | {
    "jpt": Level.JPT_PRATAMA,
    "jabatan pimpinan tinggi pratama": Level.JPT_PRATAMA,
    "jabatan pimpinan tinggi madya": Level.JPT_MADYA,
    "pimpinan tinggi pratama": Level.JPT_PRATAMA,
    "pimpinan tinggi": Level.JPT_PRATAMA,
    "eselon ii": Level.JPT_PRATAMA,
    "eselon ii a": Level.JPT_PRATAMA,
    "eselon ii b": Level.JPT_PRATAMA,
    "ii a": Level.JPT_PRATAMA,
    "ii b": Level.JPT_PRATAMA,
    "i b": Level.JPT_MADYA,
    "eselon iii": Level.ADMINISTRATOR,
    "iii a": Level.ADMINISTRATOR,
    "iii b": Level.ADMINISTRATOR,
    "eselon iv": Level.PENGAWAS,
    "iv a": Level.PENGAWAS,
    "iv b": Level.PENGAWAS,
    "jabatan administrator": Level.ADMINISTRATOR,
    "jabatan pengawas": Level.PENGAWAS,
    "jabatan pelaksana": Level.PELAKSANA,
    "jfu": Level.PELAKSANA,
    "fungsional umum": Level.PELAKSANA,
    "pelaksana lanjutan": Level.MAHIR,
    "pertama": Level.AHLI_PERTAMA,
    "muda": Level.AHLI_MUDA,
    "madya": Level.AHLI_MADYA,
    "utama": Level.AHLI_UTAMA,
}
# Endings of functional titles, longest first; the older ones lack "Ahli".
_TITLE_ENDINGS = (
    ("ahli pertama", Level.AHLI_PERTAMA),
    ("ahli muda", Level.AHLI_MUDA),
    ("ahli madya", Level.AHLI_MADYA),
    ("ahli utama", Level.AHLI_UTAMA),
    ("pelaksana lanjutan", Level.MAHIR),
    ("pelaksana pemula", Level.PEMULA),
    ("penyelia", Level.PENYELIA),
    ("terampil", Level.TERAMPIL),
    ("mahir", Level.MAHIR),
    ("pemula", Level.PEMULA),
    ("pertama", Level.AHLI_PERTAMA),
    ("muda", Level.AHLI_MUDA),
    ("madya", Level.AHLI_MADYA),
    ("utama", Level.AHLI_UTAMA),
)


# Seats of a regency or city by their title (establishment.md 7.3; levels alike in a province, where only the Sekda and
# his level differ, which a class then says). Longest meaning first.
_LEVEL_BY_TITLE = (
    (r"sekretaris daerah|sekda|sekretaris dprd|sekretaris dewan|sekwan|staf ahli", Level.JPT_PRATAMA),
    (r"asisten (sekretaris|sekretariat|pemerintahan|administrasi|perekonomian|ekonomi|umum)", Level.JPT_PRATAMA),
    (r"inspektur pembantu|irban", Level.ADMINISTRATOR),
    (r"inspektur( (daerah|kota|kabupaten|provinsi).*)?$", Level.JPT_PRATAMA),
    (r"kepala dinas|kadis|kepala badan|kaban|kepala biro|karo|kepala satuan polisi|kepala satpol", Level.JPT_PRATAMA),
    (r"sekretaris (lurah|kelurahan)|seklur", Level.PENGAWAS),
    (r"sekretaris (dinas|badan|inspektorat|camat|kecamatan|satuan)|sekcam", Level.ADMINISTRATOR),
    (r"kepala (sub ?bagian|sub ?bidang|seksi|uptd?|unit pelaksana)|kasub+ag|kasub+id|kasie?", Level.PENGAWAS),
    (r"kepala (bagian|bidang)|kabag|kabid|camat", Level.ADMINISTRATOR),
    (r"lurah", Level.PENGAWAS),
)
# Who heads these is a functional officer with an additional duty (needs-analysis.md 3, establishment.md 7.1).
_HEADED_BY_DUTY = re.compile(
    r"kepala (uptd? |unit pelaksana teknis( daerah)? |satuan pendidikan )*"
    r"(sekolah|puskesmas|pusat kesehatan masyarakat|tk|paud|sdn?|smpn?|sman?|smkn?|slbn?|skb|sanggar kegiatan belajar)"
    r"\b"
)

# The level of such a head's job, where neither sheet nor catalogue says another.
DUTY_LEVEL = Level.AHLI_MUDA


def is_duty_title(title: str | None) -> bool:
    """Whether the title heads a school or a puskesmas, whose head is a functional officer with an additional duty."""
    return bool(_HEADED_BY_DUTY.match(parsers.normal(title or "")))


def level_of(
    kind: str | None, title: str | None, job_class: int | None, *, by_duty: bool | None = None
) -> Level | None:
    """Return the level a sheet means by its kind column and title; a title without any sign of a level is pelaksana.

    "Fungsional" alone takes the level from the ending of the title, older spellings included (Perencana Pertama). None:
    a managerial title whose level neither class nor title say, or a head by duty (`by_duty`; None: as the title says).
    """
    words = parsers.normal(kind or "")
    name = parsers.normal(title or "")
    if words and words not in {"fungsional", "jabatan fungsional", "jft", "jf", "struktural", "manajerial", "jpt"}:
        found = LEVEL_BY_NAME.get(words)
        if found:
            return found
    if words in {"fungsional", "jabatan fungsional", "jft", "jf"}:
        for ending, level in _TITLE_ENDINGS:
            if name.endswith(ending):
                return level
        return Level.AHLI_PERTAMA if (job_class or 8) >= 8 else Level.TERAMPIL
    if words == "jpt":
        return Level.JPT_MADYA if job_class and job_class >= 16 else Level.JPT_PRATAMA
    if not words and (is_duty_title(title) if by_duty is None else by_duty):
        return None
    by_title = next((level for words_, level in _LEVEL_BY_TITLE if re.match(rf"({words_})\b", name)), None)
    if words in {"struktural", "manajerial"} or (not words and (by_title or name.startswith("kepala "))):
        if job_class is None:
            return by_title
        return Level.JPT_PRATAMA if job_class >= 13 else Level.ADMINISTRATOR if job_class >= 11 else Level.PENGAWAS
    for ending, level in _TITLE_ENDINGS[:4]:
        if name.endswith(ending):
            return level
    return Level.PELAKSANA


GROUP_SQL = """CASE
    WHEN {level} IN ('JPT_UTAMA', 'JPT_MADYA', 'JPT_PRATAMA', 'ADMINISTRATOR', 'PENGAWAS') THEN 'manajerial'
    WHEN {level} = 'PELAKSANA' THEN 'pelaksana' ELSE 'fungsional' END"""

POSITION_CODE = """CASE WHEN length({unit} || '/' || {job}) <= 60 THEN {unit} || '/' || {job}
    ELSE left({unit} || '/' || {job}, 51) || '-' || upper(substr(md5({unit} || '/' || {job}), 1, 8)) END"""


# Units of the subtrees in scope; what a plan shows of the register is bound to them as its pages are.
IN_SCOPE = "(%s::text[] IS NULL OR u.path <@ %s::ltree[])"
# Rows that a plan counts: those that would be written, and those that wait for nothing but a correction's confirmation.
TAKEN = (
    "(NOT s.bad OR s.row IN (SELECT p.row FROM import_problem p WHERE p.severity = 'error' GROUP BY p.row"
    " HAVING bool_and(p.code = 'KOREKSI')))"
)


class RegisterImporter(Importer):
    """Base of the register's kinds: finds units and jobs by id, code, mapping or name, and queues what is unknown."""

    # Else the planner takes the tables for as small as before, and the analysis right after takes minutes.
    refresh = "positions.tasks.refresh_statistics"
    # Whether a row whose unit or job is unknown can still be taken (without its post).
    unknown_severity = "error"

    def decree(self) -> tuple[str, date | None]:
        """Return the number and the day of the decree that the options name; a day alone says only since when."""
        number = self.options.decree.strip()
        return number, self.options.decree_on if number else None

    def resolve_units(self, cursor: Any, *, column: str = "unit_text", siasn: str = "", code: str = "") -> None:
        """Fill `unit_id` from a SIASN id, a code, an officer's mapping or a name that only one open unit bears.

        A name borne by several is narrowed to the subtree of --unit. What stays open is flagged and queued.
        """
        ids = f"upper(s.{siasn})" if siasn else "NULL::text"
        codes = f"s.{code}" if code else "NULL::text"
        self._collect_units(cursor, column, ids, codes)
        if siasn:
            self._find_units_by_siasn(cursor)
        self._find_units_by_code_or_mapping(cursor)
        self._find_units_by_name(cursor)
        cursor.execute(
            f"""UPDATE import_row s SET unit_ref = i.ref, unit_id = i.unit_id FROM import_unit i
                WHERE s.unit_id IS NULL AND coalesce({ids}, {codes}, s.{column}) IS NOT NULL
                    AND i.siasn = coalesce({ids}, '') AND i.code = coalesce({codes}, '')
                    AND i.name_key = coalesce({key(f"s.{column}")}, '')"""
        )
        self._flag_units(cursor, f"coalesce(s.{column}, {codes}, {ids})")

    @staticmethod
    def _collect_units(cursor: Any, column: str, ids: str, codes: str) -> None:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.import_unit")
        cursor.execute("ALTER TABLE import_row ADD COLUMN IF NOT EXISTS unit_ref bigint")
        # Each different spelling is looked up once; rows point at it by number, so that joins hash.
        cursor.execute(
            f"CREATE TEMP TABLE import_unit ON COMMIT DROP AS SELECT row_number() OVER () AS ref, d.*,"
            f" NULL::bigint AS unit_id, 0 AS candidates"
            f" FROM (SELECT DISTINCT coalesce({ids}, '') AS siasn, coalesce({codes}, '') AS code,"
            f" coalesce({key(f's.{column}')}, '') AS name_key"
            f" FROM import_row s WHERE s.unit_id IS NULL AND coalesce({ids}, {codes}, s.{column}) IS NOT NULL) d"
        )

    def _find_units_by_siasn(self, cursor: Any) -> None:
        cursor.execute(
            "UPDATE import_unit i SET unit_id = u.id FROM positions_unit u"
            " WHERE u.agency_id = %s AND u.siasn_id <> '' AND upper(u.siasn_id) = i.siasn",
            [self.agency_id],
        )

    def _find_units_by_code_or_mapping(self, cursor: Any) -> None:
        # A cell of a unit column may hold the unit's code as well as its name.
        cursor.execute(
            f"UPDATE import_unit i SET unit_id = u.id FROM positions_unit u WHERE i.unit_id IS NULL AND"
            f" u.agency_id = %s"
            f" AND (u.code = i.code OR (i.name_key <> '' AND {key('u.code')} = i.name_key))",
            [self.agency_id],
        )
        cursor.execute(
            "UPDATE import_unit i SET unit_id = m.unit_id FROM positions_namemapping m"
            " WHERE i.unit_id IS NULL AND m.agency_id = %s AND m.kind = 'unit' AND m.unit_id IS NOT NULL"
            " AND m.key = i.name_key",
            [self.agency_id],
        )

    def _find_units_by_name(self, cursor: Any) -> None:
        cursor.execute(
            f"""WITH named AS (
                    SELECT {key("u.name")} AS name_key, count(*) AS n, min(u.id) AS id,
                        count(*) FILTER (WHERE u.path <@ top.path) AS n_under,
                        min(u.id) FILTER (WHERE u.path <@ top.path) AS id_under
                    FROM positions_unit u
                    LEFT JOIN positions_unit top ON top.agency_id = u.agency_id AND top.code = %s
                    WHERE u.agency_id = %s AND u.ends_on IS NULL GROUP BY 1
                )
                UPDATE import_unit i SET candidates = n.n,
                    unit_id = CASE WHEN n.n = 1 THEN n.id WHEN n.n_under = 1 THEN n.id_under END
                FROM named n WHERE i.unit_id IS NULL AND n.name_key = i.name_key""",
            [self.options.unit, self.agency_id],
        )

    def _flag_units(self, cursor: Any, given: str) -> None:
        for code_name, condition, message in (
            (
                "UNIT_MENDUA",
                "coalesce(i.candidates, 0) > 1",
                _("lebih dari satu unit bernama demikian; pilih di antrean pemetaan atau sebutkan --unit"),
            ),
            (
                "UNIT_TIDAK_DIKENAL",
                "coalesce(i.candidates, 0) <= 1",
                _("unit tidak ada di register; masuk antrean pemetaan"),
            ),
        ):
            self.flag(
                cursor,
                code_name,
                message,
                name=self.unit_field,
                value=given,
                severity=self.unknown_severity,
                source="import_row s JOIN import_unit i ON i.ref = s.unit_ref",
                where=f"s.unit_id IS NULL AND {condition}",
            )

    unit_field = "unit"
    job_field = "job"

    def default_unit(self, cursor: Any) -> int | None:
        """Return the id of --unit, None when it was not given. Raises FileRefused for a code that is not there."""
        if not self.options.unit:
            return None
        cursor.execute(
            "SELECT id FROM positions_unit WHERE agency_id = %s AND code = %s", [self.agency_id, self.options.unit]
        )
        found = cursor.fetchone()
        if found is None:
            raise FileRefused(
                "UNIT_TIDAK_DIKENAL",
                _("Unit dengan kode “%(code)s” tidak ada di register."),
                code=self.options.unit,
            )
        return found[0]

    @property
    def paths(self) -> list[str] | None:
        """The subtrees that the user may see and write; None: the whole agency. Twice as parameters of `IN_SCOPE`."""
        return None if self.options.unit_paths is None else list(self.options.unit_paths)

    def judge_all(self, cursor: Any) -> None:
        """Say that the file speaks of all that its importer may change: the agency, or the units of the scope."""
        if self.paths is None:
            self.judge(cursor, "agency")
            return
        self.judge(
            cursor,
            "trees",
            f"SELECT u.name FROM positions_unit u WHERE u.agency_id = {int(self.agency_id)} AND u.path::text = ANY(%s)",
            [self.paths],
        )

    def flag_orphans(self, cursor: Any, column: str) -> None:
        """Flag rows whose parent is a new row of the file that is rejected, itself or for its own parent: there will be
        nothing to stand below. `column`: where the staging keeps the id that `parent_id` points at. Call it last."""
        wrong = "(s.bad OR EXISTS (SELECT 1 FROM import_problem p WHERE p.row = s.row AND p.severity = 'error'))"
        cursor.execute(
            f"""CREATE TEMP TABLE import_lost ON COMMIT DROP AS
                WITH RECURSIVE lost AS (
                    SELECT s.{column} AS id FROM import_row s WHERE s.is_new AND {wrong}
                    UNION SELECT s.{column} FROM import_row s JOIN lost ON s.parent_id = lost.id WHERE s.is_new)
                SELECT id FROM lost"""
        )
        self.flag(
            cursor,
            "INDUK_TIDAK_ADA",
            _("baris induknya ditolak, sehingga induk ini tidak akan ada"),
            name="parent",
            value="s.parent",
            source="import_row s JOIN import_lost l ON l.id = s.parent_id",
            where=f"NOT {wrong}",
        )

    def check_scope(self, cursor: Any) -> None:
        """Refuse rows of units outside the subtrees that the user may write, units that do not exist yet included."""
        if self.options.unit_paths is None:
            return
        self.flag(
            cursor,
            "DI_LUAR_CAKUPAN",
            _("unit ini di luar cakupan Anda"),
            name=self.unit_field,
            source=(
                f"import_row s LEFT JOIN positions_unit u ON u.agency_id = {int(self.agency_id)} AND u.id = s.unit_id"
            ),
            where="s.unit_id IS NOT NULL AND NOT coalesce(u.path <@ %s::ltree[], false)",
            params=[list(self.options.unit_paths)],
        )

    def find_people(self, cursor: Any, **also: str) -> None:
        """Fill `employee_id` by the NIP, and other columns by SQL over the person `e`; flag numbers that are
        nobody's."""
        more = "".join(f", {column} = {value}" for column, value in also.items())
        cursor.execute(
            f"UPDATE import_row s SET employee_id = e.id{more} FROM positions_employee e"
            " WHERE e.agency_id = %s AND e.nip = s.nip",
            [self.agency_id],
        )
        self.flag(
            cursor,
            "NIP_TIDAK_DIKENAL",
            _("pegawai dengan NIP ini tidak ada di register"),
            name="nip",
            value="s.nip",
            where="s.nip IS NOT NULL AND s.employee_id IS NULL",
        )

    def check_people_in_scope(self, cursor: Any) -> None:
        """Refuse rows about people of units outside the subtrees, and forget who they are, so that nothing of them is
        compared, shown or written. Call it as soon as `employee_id` is known."""
        if self.options.unit_paths is None:
            return
        self.flag(
            cursor,
            "DI_LUAR_CAKUPAN",
            _("pegawai ini bukan pegawai unit dalam cakupan Anda"),
            name="nip",
            source=(
                f"import_row s JOIN positions_employee e ON e.agency_id = {int(self.agency_id)}"
                " AND e.id = s.employee_id LEFT JOIN positions_unit u ON u.agency_id = e.agency_id AND u.id = e.unit_id"
            ),
            where="NOT coalesce(u.path <@ %s::ltree[], false)",
            params=[list(self.options.unit_paths)],
            value="s.nip",
        )
        cursor.execute(
            "UPDATE import_row s SET employee_id = NULL FROM import_problem p"
            " WHERE p.row = s.row AND p.code = 'DI_LUAR_CAKUPAN'"
        )

    def check_own_file(self, cursor: Any, where: str, *, source: str = "import_row s") -> None:
        """Refuse rows about the user's own person that would change the file: nobody decides their own case."""
        if not self.options.own_nip:
            return
        self.flag(
            cursor,
            "BERKAS_SENDIRI",
            _("ini data Anda sendiri; perubahannya dicatat oleh petugas lain"),
            name="nip",
            value="s.nip",
            source=source,
            where=f"s.nip = %s AND ({where})",
            params=[self.options.own_nip],
        )

    def flag_followed(self, cursor: Any, source: str, since: str, params: Iterable[Any] = ()) -> None:
        """Flag rows whose K would begin before the end of one that another decree has followed already.

        `source` has `s`, each row, and `w` with its `position_id`, `need_source` and `change`; `since` is SQL.
        """
        self.flag(
            cursor,
            "TUMPANG_TINDIH",
            _("keputusan ini lebih lama daripada yang sudah menyusulnya (berlaku sampai %(value)s)"),
            detail="f.ends_on - 1",
            detail_is="date",
            name="need",
            value="s.need",
            source=f"""{source} JOIN LATERAL (SELECT max(o.ends_on) AS ends_on FROM positions_positionneed o
                WHERE o.agency_id = {int(self.agency_id)} AND o.position_id = w.position_id
                    AND o.source = w.need_source) f ON true""",
            where=f"w.change IS NOT NULL AND NOT s.bad AND f.ends_on > {since}",
            params=params,
        )

    def list_changes(
        self,
        cursor: Any,
        name: str,
        *,
        source: str,
        where: str,
        shown: str,
        fields: Mapping[str, tuple[str, str]],
        params: Iterable[Any] = (),
    ) -> None:
        """List the changed facts of rows, one a line: `shown` (SQL with its column names), field, before, after.

        `fields`: fact → SQL of the register's value and of the one it becomes. Equal ones are no line.
        """
        values = ", ".join(f"('{fact}', ({old})::text, ({new})::text)" for fact, (old, new) in fields.items())
        self.listed(
            cursor,
            name,
            f"SELECT s.row, {shown}, v.field, v.before, v.after FROM {source}"
            f" CROSS JOIN LATERAL (VALUES {values}) v(field, before, after)"
            f" WHERE {where} AND v.before IS DISTINCT FROM v.after ORDER BY s.row",
            params,
        )

    def flag_levels(self, cursor: Any, where: str) -> None:
        self.flag(
            cursor,
            "JENJANG_TIDAK_JELAS",
            _("jenjang jabatan ini tidak jelas dari namanya; isi kolom jenjang atau kelas jabatan"),
            name="name",
            value="s.name",
            where=where,
        )

    def flag_cuts(self, cursor: Any, wanted: str, source: str, params: Iterable[Any] = ()) -> None:
        """Flag rows whose new K closes seats in use (an error) or leaves holders beyond it (a word).

        `wanted` as in `seats.cut`; `source` has `s`, each row of it with its `position_id` as `w.position_id`.
        """
        query, given = seats.cut(wanted, self.agency_id, list(params))
        cursor.execute(
            f"""CREATE TEMP TABLE import_cut ON COMMIT DROP AS
                SELECT c.position_id, count(*) FILTER (WHERE c.fate = 'blocked') AS blocked,
                    count(*) FILTER (WHERE c.fate = 'beyond') AS beyond FROM ({query}) c GROUP BY 1""",
            given,
        )
        joined = f"{source} JOIN import_cut c ON c.position_id = w.position_id"
        self.flag(
            cursor,
            "FORMASI_TERPAKAI",
            _(seats.BLOCKED),
            name="need",
            value="s.need",
            source=joined,
            where="c.blocked > 0",
        )
        self.flag(
            cursor,
            "DI_LUAR_FORMASI",
            _("formasi lebih sedikit daripada pemangkunya; %(value)s orang menjadi di luar formasi"),
            detail="c.beyond",
            detail_is="number",
            name="need",
            value="s.need",
            severity=WARNING,
            source=joined,
            where="c.beyond > 0",
        )

    def refuse_part_of_agency(self) -> None:
        """Refuse the whole file of who works for some units only: these rows are the agency's. Raises FileRefused."""
        if self.options.unit_paths is not None:
            raise FileRefused(
                "DI_LUAR_CAKUPAN",
                _("Berkas jenis ini mengubah data milik seluruh instansi; cakupan Anda hanya sebagian unit."),
            )

    def queue_names(self, cursor: Any, kind: str, codes: Iterable[str], column: str) -> None:
        """Put the names behind the flags `codes` into the mapping queue, with how often they occur."""
        # The few flagged rows first: to spell the name of every row as a key costs a file of 20,000 a second.
        named = f"""WITH named AS MATERIALIZED (SELECT s.row, s.unit_id, left(s.{column}, 300) AS text,
                left({key(f"s.{column}")}, 300) AS key FROM import_row s
            WHERE s.row IN (SELECT p.row FROM import_problem p WHERE p.code = ANY(%s)))"""
        cursor.execute(
            f"""{named}
                INSERT INTO positions_namemapping (agency_id, kind, key, text, occurrences, first_import_id, created_at)
                SELECT %s, %s, s.key, min(s.text), count(DISTINCT s.row), %s, now()
                FROM named s WHERE s.key <> '' GROUP BY s.key
                ON CONFLICT (agency_id, kind, key) DO UPDATE SET occurrences = EXCLUDED.occurrences
                WHERE positions_namemapping.occurrences <> EXCLUDED.occurrences""",
            [list(codes), self.agency_id, kind, self.options.job_id],
        )
        # Where it occurred: in the unit of its row, else in the unit that the file was given (--unit); who imports for
        # some units brings it for these.
        paths = self.options.unit_paths
        bound = None if paths is None else [int(path.rsplit(".", 1)[-1]) for path in paths]
        cursor.execute(
            f"""{named}
                INSERT INTO positions_nameoccurrence (agency_id, mapping_id, unit_id, import_job_id, rows)
                SELECT m.agency_id, m.id, u.id, %s::bigint, count(DISTINCT s.row) FROM named s
                JOIN positions_namemapping m ON m.agency_id = %s AND m.kind = %s AND m.key = s.key
                JOIN positions_unit u ON u.agency_id = m.agency_id AND u.id = ANY (coalesce(%s::bigint[],
                    ARRAY[coalesce(s.unit_id, (SELECT g.id FROM positions_unit g WHERE g.agency_id = m.agency_id
                        AND g.code = %s))]))
                GROUP BY m.agency_id, m.id, u.id
                ON CONFLICT (agency_id, mapping_id, unit_id) DO UPDATE
                    SET rows = EXCLUDED.rows, import_job_id = EXCLUDED.import_job_id
                WHERE positions_nameoccurrence.rows <> EXCLUDED.rows""",
            [list(codes), self.options.job_id, self.agency_id, kind, bound, self.options.unit],
        )
