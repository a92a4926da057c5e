"""The job catalogue (nomenklatur): managerial, functional and executive jobs with class and requirements."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asnhr.imports import parsers
from asnhr.imports.framework import RowReader
from asnhr.imports.layout import Column, Layout
from asnhr.imports.limits import Target
from asnhr.scope import agency_scope
from positions.imports._common import (
    DUTY_LEVEL,
    GROUP_SQL,
    LEVEL_BY_NAME,
    RegisterImporter,
    is_duty_title,
    key,
    level_of,
)
from positions.models import Job
from positions.rules.levels import RANK_BY_CODE, Level
from positions.services import job_classes
from positions.services.decree import in_trail
from positions.services.structure import RETIREMENT_AGES

C = Column

# One statement for every kind that meets a job the catalogue lacks: the code follows from the title, so twice is once.
JOB_CODE = "'J-' || upper(substr(md5({key} || '|' || {level} || '|' || {subtitle}), 1, 10))"


class JobImporter(RegisterImporter):
    kind = "jobs"
    permission = "import_structure"
    title = gettext_lazy("Nomenklatur jabatan")
    layouts = (
        Layout(
            "nomenklatur",
            gettext_lazy("Daftar nomenklatur jabatan"),
            (
                C("no", ("no", "nomor"), parsers.text, keep=False, counter=True),
                C(
                    "name",
                    ("nama jabatan", "nama_jabatan", "nama", "jabatan", "nomenklatur"),
                    required=True,
                    mandatory=True,
                ),
                C("subtitle", ("sub jabatan", "sub_jabatan", "nama sub jabatan")),
                C("code", ("kode", "kode jabatan"), parsers.code),
                C("kind", ("jenis jabatan", "jenis_jabatan", "jenis", "kelompok jabatan")),
                C("level", ("jenjang", "jenjang jabatan", "tingkat jabatan", "level")),
                C("job_class", ("kelas jabatan", "kelas_jabatan", "kelas"), parsers.job_class),
                C("classification", ("klasifikasi",)),
                C("family", ("kelompok", "rumpun jabatan", "kelompok_jabatan")),
                C("field", ("rumpun formasi", "rumpun")),
                C("echelon", ("eselon",)),
                C("bup", ("bup khusus", "batas usia pensiun"), parsers.whole),
                C("rank_min", ("pangkat terendah", "golongan terendah", "gol min"), parsers.rank_and_grade),
                C("rank_max", ("pangkat tertinggi", "golongan tertinggi", "gol maks"), parsers.rank_and_grade),
                C("education", ("pendidikan", "pendidikan terendah", "syarat pendidikan"), parsers.education_level),
                C("siasn", ("siasn_id", "id siasn", "id"), parsers.siasn_id),
                C("summary", ("ikhtisar", "ikhtisar jabatan", "ikhtisar_tugas")),
            ),
            keys=("name",),
            fill=1,
            at_least=2,
        ),
    )
    keeps: ClassVar[Mapping[str, Target]] = {
        "name": (Job, "name"),
        "subtitle": (Job, "subtitle"),
        "code": (Job, "code"),
        "family": (Job, "family"),
        "echelon": (Job, "echelon"),
        "bup": (Job, "retirement_age"),
    }
    staging: ClassVar[Mapping[str, str]] = {
        "name": "text",
        "name_key": "text",
        "subtitle": "text",
        "code": "text",
        "level": "text",
        "level_given": "boolean",
        "job_class": "int",
        "family": "text",
        "field": "text",
        "echelon": "text",
        "bup": "int",
        "rank_min": "int",
        "rank_max": "int",
        "education": "text",
        "siasn": "text",
        "summary": "text",
        "job_id": "bigint",
    }

    def record(self, values: dict[str, Any], row: RowReader) -> Mapping[str, Any] | None:
        kind, level_words = values.get("kind"), values.get("level")
        words = parsers.normal(level_words or "")
        if values.get("classification") and not kind and not level_words:
            kind = "Pelaksana"
        if words and words not in LEVEL_BY_NAME:
            row.error(
                "TINGKAT_TIDAK_DIKENAL",
                "level",
                _("jenjang tidak dikenal; contoh: Administrator, Ahli Muda, Pelaksana"),
            )
        field = parsers.normal(values.get("field") or "")
        if field and field not in {"guru", "nakes", "teknis", "tenaga kesehatan", "kesehatan"}:
            row.error("JENIS_TIDAK_DIKENAL", "field", _("rumpun formasi: guru, nakes atau teknis"))
        ranks = {}
        for name in ("rank_min", "rank_max"):
            grade = values.get(name)
            ranks[name] = RANK_BY_CODE[grade].id if grade in RANK_BY_CODE else None
        if ranks["rank_min"] and ranks["rank_max"] and ranks["rank_min"] > ranks["rank_max"]:
            row.error("GOLONGAN", "rank_max", _("pangkat tertinggi di bawah pangkat terendah"))
        if values.get("bup") is not None and values["bup"] not in RETIREMENT_AGES:
            row.error("BUP", "bup", _("BUP khusus antara 50 dan 70 tahun."))
        level = LEVEL_BY_NAME.get(words) or level_of(kind, values.get("name"), values.get("job_class"))
        name = values.get("name")
        if level is None and is_duty_title(name):
            level = DUTY_LEVEL
        return {
            "name": name,
            "name_key": parsers.normal(name).upper() if name else None,
            "subtitle": values.get("subtitle") or "",
            "code": values.get("code"),
            "level": str(level) if level else None,
            "level_given": bool(words or kind),
            "job_class": values.get("job_class"),
            "family": values.get("family"),
            "field": {"tenaga kesehatan": "nakes", "kesehatan": "nakes"}.get(field, field) or field_of(name, level),
            "echelon": values.get("echelon"),
            "bup": values.get("bup"),
            "education": values.get("education"),
            "siasn": values.get("siasn"),
            "summary": values.get("summary"),
            **ranks,
        }

    def check(self, cursor: Any) -> None:
        self.refuse_part_of_agency()
        same = (
            "o.row < s.row AND coalesce(o.code, '') = coalesce(s.code, '') AND o.name_key = s.name_key"
            " AND o.level = s.level AND upper(o.subtitle) = upper(s.subtitle)"
        )
        self.flag(
            cursor,
            "BARIS_GANDA",
            _("jabatan yang sama sudah ada di baris lain"),
            name="name",
            value="s.name",
            where=f"EXISTS (SELECT 1 FROM import_row o WHERE {same})",
            severity="warning",
        )
        self.flag(
            cursor,
            "KODE_GANDA",
            _("kode dipakai jabatan lain di berkas"),
            name="code",
            value="s.code",
            where="s.code IS NOT NULL AND EXISTS (SELECT 1 FROM import_row o WHERE o.code = s.code AND o.row < s.row"
            " AND (o.name_key, o.level, o.subtitle) IS DISTINCT FROM (s.name_key, s.level, s.subtitle))",
        )
        cursor.execute(
            "UPDATE import_row s SET job_id = j.id FROM positions_job j WHERE j.agency_id = %s AND j.code = s.code",
            [self.agency_id],
        )
        cursor.execute(
            f"UPDATE import_row s SET job_id = j.id FROM positions_job j WHERE s.job_id IS NULL AND j.agency_id = %s"
            f" AND {key('j.name')} = s.name_key AND j.level = s.level AND upper(j.subtitle) = upper(s.subtitle)",
            [self.agency_id],
        )
        cursor.execute(
            f"""UPDATE import_row s SET job_id = j.id FROM (SELECT {key("name")} AS k, upper(subtitle) AS subtitle,
                min(id) AS id FROM positions_job WHERE agency_id = %s GROUP BY 1, 2 HAVING count(*) = 1) j
                WHERE s.job_id IS NULL AND s.level IS NULL AND j.k = s.name_key AND j.subtitle = upper(s.subtitle)""",
            [self.agency_id],
        )
        self.flag_levels(cursor, "s.level IS NULL AND s.job_id IS NULL AND s.name_key IS NOT NULL")
        self.flag(
            cursor,
            "PENDIDIKAN",
            _("jenjang pendidikan tidak ada di daftar"),
            name="education",
            value="s.education",
            where=(
                "s.education IS NOT NULL AND NOT EXISTS (SELECT 1 FROM positions_educationlevel l WHERE"
                " l.code = s.education)"
            ),
        )
        self._check_own_class(cursor)
        self._check_followed_class(cursor)
        self._check_decree_of_class(cursor)

    def _check_own_class(self, cursor: Any) -> None:
        """Refuse another class for a job that the user holds: nobody decides their own case, by file either."""
        if not self.options.own_nip:
            return
        self.flag(
            cursor,
            "BERKAS_SENDIRI",
            _("kelas jabatan sendiri ditetapkan oleh orang lain"),
            name="job_class",
            value="s.job_class",
            where="""EXISTS (SELECT FROM positions_job j JOIN positions_position p ON p.agency_id = j.agency_id
                    AND p.job_id = j.id
                JOIN positions_incumbency i ON i.agency_id = p.agency_id AND i.position_id = p.id
                JOIN positions_employee e ON e.agency_id = i.agency_id AND e.id = i.employee_id
                WHERE j.agency_id = %s AND j.id = s.job_id AND s.job_class <> coalesce(j.job_class, 0) AND e.nip = %s
                    AND i.starts_on <= %s AND (i.ends_on IS NULL OR i.ends_on > %s))""",
            params=[self.agency_id, self.options.own_nip, self.options.today, self.options.today],
        )

    def _check_followed_class(self, cursor: Any) -> None:
        """Refuse a class by a decree that a later one has followed already: each holds from its decree's day."""
        number, decided_on = self.decree()
        if not number or decided_on is None:
            return
        self.flag(
            cursor,
            "TUMPANG_TINDIH",
            _("keputusan ini lebih lama daripada yang menetapkan kelas jabatan ini mulai %(value)s"),
            detail="f.starts_on",
            detail_is="date",
            name="job_class",
            value="s.job_class",
            source=f"""import_row s JOIN positions_job j ON j.agency_id = {int(self.agency_id)} AND j.id = s.job_id
                JOIN LATERAL (SELECT max(p.starts_on) AS starts_on FROM positions_jobclassperiod p
                    WHERE p.agency_id = j.agency_id AND p.job_id = j.id) f ON true""",
            where="s.job_class IS NOT NULL AND s.job_class IS DISTINCT FROM j.job_class AND f.starts_on > %s",
            params=[decided_on],
        )

    def _check_decree_of_class(self, cursor: Any) -> None:
        """Refuse another class than the one on record, which may be none, and the class of a job that the list brings,
        without the number and the day of the decree: pay follows it, and no other door gives a job its first class
        without one either."""
        number, decided_on = self.decree()
        if number and decided_on is not None and decided_on <= self.options.today:
            return
        code, told = "KEPUTUSAN_SURUT", _("keputusannya belum ditetapkan pada hari impor")
        known = told
        if not (number and decided_on):
            code = "KEPUTUSAN_WAJIB"
            known = _("kelas jabatan yang sudah ada ditetapkan dengan keputusan; sebutkan nomor dan tanggalnya")
            told = _(
                "kelas jabatan baru ditetapkan dengan keputusan; sebutkan nomor dan tanggalnya, atau kosongkan kelasnya"
            )
        other = (
            "s.job_class IS NOT NULL AND EXISTS (SELECT FROM positions_job j WHERE j.agency_id = %s AND j.id = s.job_id"
            " AND s.job_class IS DISTINCT FROM j.job_class)"
        )
        first = "s.job_class IS NOT NULL AND s.job_id IS NULL"
        self.flag(cursor, code, known, name="job_class", value="s.job_class", where=other, params=[self.agency_id])
        self.flag(cursor, code, told, name="job_class", value="s.job_class", where=first)

    def _reason(self) -> str:
        """What the trail gives as the reason: the decree, where the import names one."""
        number, decided_on = self.decree()
        told = f"impor {self.kind}"
        return f"{told} · {in_trail(number, decided_on)}"[:200] if number and decided_on else told

    _new = (
        "NOT s.bad AND s.job_id IS NULL AND NOT EXISTS (SELECT 1 FROM import_row o WHERE o.row < s.row"
        " AND o.name_key = s.name_key AND o.level = s.level AND upper(o.subtitle) = upper(s.subtitle))"
    )
    _changed = """(coalesce(s.job_class, j.job_class), coalesce(s.family, j.family), coalesce(s.echelon, j.echelon),
        coalesce(s.bup, j.retirement_age), coalesce(s.rank_min, j.rank_min), coalesce(s.rank_max, j.rank_max),
        coalesce(s.education, j.education_level_id), coalesce(s.summary, j.summary))
        IS DISTINCT FROM (j.job_class, j.family, j.echelon, j.retirement_age, j.rank_min, j.rank_max,
            j.education_level_id, j.summary)"""

    def plan(self, cursor: Any) -> dict[str, int]:
        cursor.execute(f"SELECT count(*) FROM import_row s WHERE {self._new}")
        new = cursor.fetchone()[0]
        cursor.execute(
            f"SELECT count(*) FILTER (WHERE {self._changed}), count(*) FROM import_row s JOIN positions_job j"
            f" ON j.agency_id = %s AND j.id = s.job_id WHERE NOT s.bad",
            [self.agency_id],
        )
        changed, known = cursor.fetchone()
        self.listed(
            cursor,
            "new",
            "SELECT s.row, s.name, s.subtitle, s.level, s.job_class FROM import_row s"
            f" WHERE {self._new} ORDER BY s.row",
        )
        self.list_changes(
            cursor,
            "changed",
            source=f"import_row s JOIN positions_job j ON j.agency_id = {int(self.agency_id)} AND j.id = s.job_id",
            where="NOT s.bad",
            shown="j.code, j.name",
            fields={
                name: (f"j.{name}", f"coalesce(s.{new}, j.{name})")
                for name, new in (
                    ("job_class", "job_class"),
                    ("family", "family"),
                    ("echelon", "echelon"),
                    ("retirement_age", "bup"),
                    ("rank_min", "rank_min"),
                    ("rank_max", "rank_max"),
                    ("education_level_id", "education"),
                    ("summary", "summary"),
                )
            },
        )
        return {"new": new, "changed": changed, "unchanged": known - changed, "corrections": 0, "missing": 0}

    def write(self, cursor: Any) -> None:
        code = JOB_CODE.format(key="s.name_key", level="s.level", subtitle="upper(s.subtitle)")
        cursor.execute(
            f"""INSERT INTO positions_job (agency_id, code, name, subtitle, "group", level, field, family, echelon,
                job_class,
                    retirement_age, rank_min, rank_max, education_level_id, reference_id, summary, is_active)
                SELECT %s, coalesce(s.code, {code}), s.name, s.subtitle,
                    {GROUP_SQL.format(level="s.level")}, s.level,
                    s.field, coalesce(s.family, ''), coalesce(s.echelon, ''), NULL, s.bup,
                    s.rank_min, s.rank_max, s.education,
                    (SELECT min(r.id) FROM positions_referencejob r WHERE upper(r.siasn_id) = s.siasn AND r.siasn_id
                        <> ''),
                    coalesce(s.summary, ''), true
                FROM import_row s WHERE {self._new} ORDER BY s.row""",
            [self.agency_id],
        )
        # Their class comes by the decree, as that of jobs on record.
        cursor.execute(
            f"""UPDATE import_row s SET job_id = j.id FROM positions_job j
                WHERE {self._new} AND s.job_class IS NOT NULL AND j.agency_id = %s
                    AND j.code = coalesce(s.code, {code})""",
            [self.agency_id],
        )
        with agency_scope(self.agency_id, self.options.user_id, self._reason()):
            cursor.execute(
                f"""UPDATE positions_job j SET job_class = coalesce(s.job_class, j.job_class),
                        family = coalesce(s.family, j.family), echelon = coalesce(s.echelon, j.echelon),
                        retirement_age = coalesce(s.bup, j.retirement_age), rank_min = coalesce(s.rank_min, j.rank_min),
                        rank_max = coalesce(s.rank_max, j.rank_max),
                        education_level_id = coalesce(s.education, j.education_level_id), summary = coalesce(s.summary,
                            j.summary)
                    FROM import_row s WHERE NOT s.bad AND j.agency_id = %s AND j.id = s.job_id AND {self._changed}""",
                [self.agency_id],
            )
            number, decided_on = self.decree()
            if number and decided_on is not None:
                told = "SELECT s.job_id FROM import_row s WHERE NOT s.bad AND s.job_class IS NOT NULL"
                job_classes.follow_list(cursor, self.agency_id, jobs=told, decree=number, decree_on=decided_on)


_HEALTH = frozenset(
    {
        "dokter",
        "perawat",
        "bidan",
        "apoteker",
        "asisten apoteker",
        "nutrisionis",
        "sanitarian",
        "epidemiolog",
        "fisioterapis",
        "radiografer",
        "perekam",
        "terapis",
        "ortotis",
        "okupasi",
        "refraksionis",
        "entomolog",
        "fisikawan",
        "psikolog",
        "penata anestesi",
    }
)


def field_of(name: str | None, level: Level | None) -> str:
    """Return the kind of intake a functional title belongs to by how it begins: guru, nakes, else teknis."""
    words = parsers.normal(name or "").split(" ")
    if level == Level.PELAKSANA:
        return "teknis"
    if words[0] == "guru":
        return "guru"
    return "nakes" if words[0] in _HEALTH or " ".join(words[:2]) in _HEALTH else "teknis"
