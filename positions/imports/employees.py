"""Employees and their posts: the SIASN export of 67 columns, the shorter SIASN list, nominatif, and four forms of DUK.

A newer file is compared before it is saved: new, changed, unchanged, corrections to confirm, and people who are missing
(listed with the likely cause, never closed by the import). A post with a newer TMT closes the old one and follows it.
Religion, address, tax and insurance numbers have no purpose here and are not read.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asnhr.crypto import encrypt, lookup_hash
from asnhr.imports import parsers
from asnhr.imports.framework import WARNING, RowReader, Statement
from asnhr.imports.layout import Column, Layout, Match
from asnhr.imports.limits import Target
from positions.imports import _people as people
from positions.imports import siasn_values
from positions.imports._common import IN_SCOPE, TAKEN, RegisterImporter, key
from positions.imports._posts import PostsMixin
from positions.models import Employee, EmployeeEducation, NameMapping
from positions.rules import data_quality as quality
from positions.rules import nip as nip_rules
from positions.rules.levels import PPPK_GROUP_ORDER, RANK_BY_CODE
from positions.services.register import NIP_ERRORS

C = Column


def _off(name: str, *headers: str) -> Column:
    """A column of the export that has no purpose here: recognised, not read."""
    return Column(name, headers or (name,), keep=False)


_SIASN = Layout(
    "siasn",
    gettext_lazy("SIASN Data Utama (67 kolom)"),
    (
        C("siasn_id", ("PNS ID",), parsers.siasn_id),
        C("nip", ("NIP BARU",), parsers.nip, required=True, mandatory=True),
        C("nip_old", ("NIP LAMA",), parsers.old_nip),
        C("name", ("NAMA",), required=True, mandatory=True),
        C("title_before", ("GELAR DEPAN",)),
        C("title_after", ("GELAR BELAKANG",)),
        _off("birth_place_id", "TEMPAT LAHIR ID"),
        C("birth_place", ("TEMPAT LAHIR NAMA",)),
        C("birth_date", ("TANGGAL LAHIR",), parsers.date, mandatory=True),
        C("sex", ("JENIS KELAMIN",), parsers.sex),
        _off("religion_id", "AGAMA ID"),
        _off("religion", "AGAMA NAMA"),
        _off("married_id", "JENIS KAWIN ID"),
        _off("married", "JENIS KAWIN NAMA"),
        C("nik", ("NIK",), parsers.nik),
        C("phone", ("NOMOR HP",), parsers.code),
        C("email", ("EMAIL",), parsers.code),
        _off("email_gov", "EMAIL GOV"),
        _off("address", "ALAMAT"),
        _off("tax", "NPWP NOMOR"),
        _off("health", "BPJS"),
        C("kind_id", ("JENIS PEGAWAI ID",), parsers.code),
        C("kind_name", ("JENIS PEGAWAI NAMA",)),
        C("legal_id", ("KEDUDUKAN HUKUM ID",), parsers.code),
        C("legal_name", ("KEDUDUKAN HUKUM NAMA",)),
        C("status", ("STATUS CPNS PNS", "STATUS ASN")),
        _off("card", "KARTU ASN VIRTUAL"),
        _off("cpns_decree", "NOMOR SK CPNS"),
        _off("cpns_decree_on", "TANGGAL SK CPNS"),
        C("cpns_on", ("TMT CPNS",), parsers.date),
        _off("pns_decree", "NOMOR SK PNS"),
        _off("pns_decree_on", "TANGGAL SK PNS"),
        C("pns_on", ("TMT PNS",), parsers.date),
        _off("first_grade_id", "GOL AWAL ID"),
        _off("first_grade", "GOL AWAL NAMA"),
        C("grade_id", ("GOL AKHIR ID",), parsers.grade),
        C("grade", ("GOL AKHIR NAMA",), parsers.grade),
        C("grade_on", ("TMT GOLONGAN",), parsers.date),
        C("years", ("MK TAHUN",), parsers.whole),
        C("months", ("MK BULAN",), parsers.whole),
        C("job_kind", ("JENIS JABATAN ID",), parsers.code),
        C("job_kind_name", ("JENIS JABATAN NAMA",)),
        C("job_siasn", ("JABATAN ID",), parsers.siasn_id),
        C("job", ("JABATAN NAMA",)),
        C("job_on", ("TMT JABATAN",), parsers.date),
        C("level_id", ("TINGKAT PENDIDIKAN ID",), parsers.education_level),
        C("level", ("TINGKAT PENDIDIKAN NAMA",)),
        C("education_siasn", ("PENDIDIKAN ID",), parsers.siasn_id),
        C("education", ("PENDIDIKAN NAMA",)),
        C("graduated", ("TAHUN LULUS",), parsers.year),
        _off("kpkn_id", "KPKN ID"),
        _off("kpkn", "KPKN NAMA"),
        _off("place_id", "LOKASI KERJA ID"),
        _off("place", "LOKASI KERJA NAMA"),
        C("unit_siasn", ("UNOR ID",), parsers.siasn_id),
        C("unit", ("UNOR NAMA",)),
        C("home_id", ("INSTANSI INDUK ID",), parsers.siasn_id),
        _off("home", "INSTANSI INDUK NAMA"),
        C("work_id", ("INSTANSI KERJA ID",), parsers.siasn_id),
        _off("work", "INSTANSI KERJA NAMA"),
        _off("office_id", "SATUAN KERJA INDUK ID"),
        _off("office", "SATUAN KERJA INDUK NAMA"),
        _off("work_office_id", "SATUAN KERJA KERJA ID"),
        _off("work_office", "SATUAN KERJA KERJA NAMA"),
        C("nik_valid", ("IS VALID NIK",), parsers.yes_no),
        C("school", ("NAMA SEKOLAH",)),
        _off("ikd", "FLAG IKD"),
        _off("pay", "GAJI"),
        C("contract", ("NOMOR_KONTRAK", "NOMOR KONTRAK"), keep=False),
    ),
    keys=("nip", "name"),
    fill=3,
    at_least=4,
)
_SHORT = Layout(
    "siasn_ringkas",
    gettext_lazy("SIASN, kolom ringkas"),
    (
        C("nip", ("NIP BARU", "NIP"), parsers.nip, required=True, mandatory=True),
        C("nik", ("NIK",), parsers.nik),
        C("name", ("NAMA",), required=True, mandatory=True),
        C("birth_place", ("TEMPAT LAHIR NAMA",)),
        C("birth_date", ("TANGGAL LAHIR",), parsers.date),
        C("sex", ("JENIS KELAMIN",), parsers.sex),
        C("status", ("STATUS CPNS PNS",)),
        _off("a", "TANGGAL SK CPNS"),
        C("cpns_on", ("TMT CPNS",), parsers.date),
        _off("b", "TANGGAL SK PNS"),
        C("pns_on", ("TMT PNS",), parsers.date),
        _off("c", "GOL AWAL NAMA"),
        C("grade", ("GOL AKHIR NAMA",), parsers.grade, required=True),
        C("grade_on", ("TMT GOLONGAN",), parsers.date),
        C("job_kind_name", ("JENIS JABATAN NAMA",)),
        C("job", ("JABATAN NAMA",), required=True),
        C("job_on", ("TMT JABATAN",), parsers.date),
        C("level", ("TINGKAT PENDIDIKAN NAMA",)),
        C("education", ("PENDIDIKAN NAMA",)),
        C("unit", ("UNOR NAMA",)),
        _off("d", "TEMPAT TUGAS"),
        _off("e", "TAHUN PENGANGKATAN"),
        _off("f", "KECAMATAN"),
        _off("g", "STATUS"),
    ),
    keys=("nip", "name"),
    fill=3,
    at_least=5,
)
_NOMINATIF = Layout(
    "nominatif",
    gettext_lazy("Daftar nominatif"),
    (
        C("no", ("NO", "NO URUT", "NOMOR"), keep=False, counter=True),
        C("full_name", ("NAMA", "NAMA PEGAWAI", "NAMA LENGKAP"), required=True, mandatory=True),
        C("nip_old", ("NIP LAMA",), parsers.old_nip),
        C("nip", ("NIP BARU", "NIP"), parsers.nip, required=True),
        C("nip_spaced", ("FORMATTED NIP",), parsers.nip),
        C("grade", ("GOLRU", "GOL RUANG", "GOLONGAN", "GOL"), parsers.rank_and_grade),
        C("rank", ("PANGKAT",)),
        C("grade_on", ("TMT GOLRU", "TMT GOL", "TMT GOLONGAN", "TMT PANGKAT"), parsers.date),
        C("unit", ("SATKER", "SATUAN KERJA", "UNIT KERJA", "SKPD", "OPD", "UNOR"), required=True),
        C("job", ("JABATAN", "NAMA JABATAN"), required=True),
        C("job_on", ("TMT JABATAN", "TMT JAB"), parsers.date),
        C("years", ("THN", "MK THN", "MASA KERJA THN", "MASA KERJA TAHUN"), parsers.whole),
        C("months", ("BLN", "MK BLN", "MASA KERJA BLN", "MASA KERJA BULAN"), parsers.whole),
        C("education", ("PENDIDIKAN TERAKHIR", "PENDIDIKAN")),
        C("graduated", ("THN PENDIDIKAN", "TAHUN LULUS"), parsers.year),
        C("level", ("JENIS PENDIDIKAN", "TINGKAT PENDIDIKAN")),
        C("birth_date", ("TGL LAHIR", "TANGGAL LAHIR"), parsers.date),
        C("sex", ("L/P", "JK", "JENIS KELAMIN", "KELAMIN"), parsers.sex),
        C("status", ("STATUS", "STATUS PEGAWAI", "STATUS KEPEGAWAIAN")),
        _off("pension", "TMT PENSIUN"),
        _off("note", "KET", "KETERANGAN"),
    ),
    keys=("nip", "full_name"),
    fill=3,
    at_least=5,
)
_DUK_CITY = Layout(
    "duk_kota",
    gettext_lazy("DUK, nama dan NIP dalam satu sel"),
    (
        C("no", ("NO", "NO URUT"), keep=False, counter=True),
        C(
            "name_nip",
            ("NAMA / NIP", "NAMA/NIP", "NAMA DAN NIP", "NAMA NIP"),
            parsers.name_and_nip,
            required=True,
            mandatory=True,
        ),
        C(
            "grade",
            ("PANGKAT / GOL. RUANG", "PANGKAT/GOL RUANG", "PANGKAT GOL RUANG", "PANGKAT GOLONGAN"),
            parsers.rank_and_grade,
        ),
        C("grade_on", ("TMT PANGKAT", "TMT GOL"), parsers.date),
        C("job", ("JABATAN", "NAMA JABATAN"), required=True),
        C("job_on", ("TMT JABATAN",), parsers.date),
        C("unit", ("UNIT KERJA", "SATKER", "SATUAN KERJA")),
        C("education", ("PENDIDIKAN", "PENDIDIKAN TERAKHIR")),
        C("birth_date", ("TANGGAL LAHIR", "TGL LAHIR"), parsers.date),
    ),
    keys=("name_nip",),
    fill=3,
    at_least=4,
)
_DUK_STANDARD = Layout(
    "duk_baku",
    gettext_lazy("DUK bentuk baku, dua baris judul"),
    (
        C("no", ("NO. URUT", "NO"), keep=False, counter=True),
        C("full_name", ("NAMA",), required=True, mandatory=True),
        C("nip", ("NIP",), parsers.nip, required=True, mandatory=True),
        C("grade", ("PANGKAT GOL. RUANG", "PANGKAT GOL"), parsers.rank_and_grade, required=True),
        C("grade_on", ("PANGKAT TMT",), parsers.date),
        C("job", ("JABATAN NAMA",), required=True),
        C("job_on", ("JABATAN TMT",), parsers.date),
        C("years", ("MASA KERJA THN", "MASA KERJA TAHUN"), parsers.whole),
        C("months", ("MASA KERJA BLN", "MASA KERJA BULAN"), parsers.whole),
        _off("course", "LATIHAN JABATAN NAMA"),
        _off("course_on", "LATIHAN JABATAN BLN/THN"),
        _off("course_hours", "LATIHAN JABATAN JML JAM"),
        C("education", ("PENDIDIKAN NAMA",)),
        C("graduated", ("PENDIDIKAN LULUS TAHUN",), parsers.year),
        C("level", ("PENDIDIKAN TINGKAT IJAZAH",)),
        _off("age", "USIA"),
        _off("moves", "CATATAN MUTASI KEPEGAWAIAN"),
        _off("note", "KET."),
        C("unit", ("UNIT KERJA",)),
        C("birth_date", ("TANGGAL LAHIR", "TGL LAHIR"), parsers.date),
    ),
    keys=("nip", "full_name"),
    fill=3,
    at_least=5,
)
_DUK_UNIVERSITY = Layout(
    "duk_universitas",
    gettext_lazy("DUK unduhan aplikasi"),
    (
        C("no", ("NO",), keep=False, counter=True),
        C("full_name", ("NAMA PEGAWAI",), required=True, mandatory=True),
        C("nip", ("NIP / NIDN", "NIP"), parsers.nip, required=True, mandatory=True),
        C("grade", ("GOLONGAN / PANGKAT", "GOLONGAN"), parsers.rank_and_grade, required=True),
        C("job", ("JABATAN",), required=True),
        C("unit", ("UNIT KERJA",)),
        C("education", ("PENDIDIKAN TERAKHIR",)),
        _off("category", "KATEGORI PEGAWAI"),
        _off("entry", "TANGGAL MASUK"),
        C("cpns_on", ("TMT SK PERTAMA",), parsers.date),
        C("grade_on", ("TMT PANGKAT TERAKHIR",), parsers.date),
        _off("next", "TMT PANGKAT KEDEPAN"),
        _off("kgb", "TMT KGB TERAKHIR"),
        _off("next_kgb", "TMT KGB KEDEPAN"),
        C("service", ("MASA KERJA",), parsers.service_length),
        _off("medal", "SATYALANCANA"),
        C("status", ("STATUS PEGAWAI",)),
        C("job_on", ("TMT JABATAN",), parsers.date),
    ),
    keys=("nip", "full_name"),
    fill=3,
    at_least=5,
)

_STATUS = {
    "p": "PNS",
    "pns": "PNS",
    "pnsd": "PNS",
    "c": "CPNS",
    "cpns": "CPNS",
    "pppk": "PPPK",
    "p3k": "PPPK",
    "pppk penuh waktu": "PPPK",
    "pppk paruh waktu": "PPPK_PW",
    "pppk pw": "PPPK_PW",
    "paruh waktu": "PPPK_PW",
    "pppk part time": "PPPK_PW",
    "aktif": None,
    "active": None,
    "tetap": None,
}
_JOB_KIND = {"1": "manajerial", "2": "fungsional", "4": "pelaksana", "3": None}
_JOB_KIND_NAME = (
    ("struktural", "manajerial"),
    ("fungsional tertentu", "fungsional"),
    ("fungsional umum", "pelaksana"),
    ("pelaksana", "pelaksana"),
    ("fungsional", "fungsional"),
)
# The grade of a row as people write it: "IV/b", and "IX" for a PPPK.
_GRADE_SQL = "CASE {} {} END".format(
    " ".join(f"WHEN s.rank = {rank.id} THEN '{code}'" for code, rank in RANK_BY_CODE.items()),
    " ".join(f"WHEN s.pay_group = {order} THEN '{code}'" for code, order in PPPK_GROUP_ORDER.items()),
)
_LENT = re.compile(r"\b(dpk|dpb)\b", re.IGNORECASE)


class EmployeeImporter(PostsMixin, RegisterImporter):
    kind = "employees"
    permission = "import_people"
    title = gettext_lazy("Pegawai")
    layouts = (_SIASN, _SHORT, _DUK_CITY, _DUK_STANDARD, _DUK_UNIVERSITY, _NOMINATIF)
    unknown_severity = WARNING
    keeps: ClassVar[Mapping[str, Target]] = {
        "nip_old": (Employee, "nip_old"),
        "siasn_id": (Employee, "siasn_id"),
        "name": (Employee, "name"),
        "title_before": (Employee, "title_before"),
        "title_after": (Employee, "title_after"),
        "birth_place": (Employee, "birth_place"),
        "phone": (Employee, "phone"),
        "email": (Employee, "email"),
        "legal_id": (Employee, "legal_status"),
        "years": (Employee, "service_years"),
        "months": (Employee, "service_months"),
        "education": (EmployeeEducation, "name"),
        "school": (EmployeeEducation, "school"),
        "job": (NameMapping, "text"),
        "unit": (NameMapping, "text"),
    }
    # Two numbers in a cell, or a long list of titles: no reason to refuse the person.
    spare = frozenset("nip_old title_before title_after birth_place phone email education school".split())
    staging: ClassVar[Mapping[str, str]] = {
        "nip": "text",
        "nip_old": "text",
        "siasn_id": "text",
        "name": "text",
        "title_before": "text",
        "title_after": "text",
        "sex": "text",
        "birth_date": "date",
        "birth_place": "text",
        "nik": "text",
        "nik_hash": "text",
        "nik_valid": "boolean",
        "email": "text",
        "phone": "text",
        "status": "text",
        "status_given": "boolean",
        "legal": "text",
        "rank": "int",
        "pay_group": "int",
        "rank_since": "date",
        "years": "int",
        "months": "int",
        "cpns_on": "date",
        "pns_on": "date",
        "level": "text",
        "education_siasn": "text",
        "education_name": "text",
        "education_id": "bigint",
        "graduated": "int",
        "school": "text",
        "group_name": "text",
        "job_siasn": "text",
        "job_text": "text",
        "job_key": "text",
        "tmt": "date",
        "unit_siasn": "text",
        "unit_text": "text",
        "unit_id": "bigint",
        "job_id": "bigint",
        "reference_id": "bigint",
        "position_id": "bigint",
        "employee_id": "bigint",
        "is_new": "boolean",
        "loser": "boolean",
        "post": "text",
        "facts": "boolean",
        "correction": "text",
        "incumbency_id": "bigint",
        "seat_id": "bigint",
    }
    computed = frozenset(
        "education_id unit_id job_id reference_id position_id employee_id is_new loser post facts correction"
        " incumbency_id seat_id".split()
    )

    def prepare(self, match: Match) -> None:
        super().prepare(match)
        self._today = self.options.today
        self._columns = frozenset(match.fields)
        self._has_changes = False  # whether a fact of a known person differs
        self._full = match.layout.code in {"siasn", "siasn_ringkas"}
        self._nip_field = next((name for name in ("nip", "nip_spaced", "name_nip") if name in match.fields), "nip")

    def record(self, values: dict[str, Any], row: RowReader) -> Mapping[str, Any] | None:
        get = values.get
        nip = get("nip") or get("nip_spaced")
        name, before, after = get("name"), get("title_before") or "", get("title_after") or ""
        if "name_nip" in values:
            pair = values["name_nip"] or (None, None)
            nip = pair[1]
            name, before, after = self._split(pair[0], "name_nip", row)
            if nip is None and not row.bad:
                row.error("WAJIB", "name_nip", _("NIP tidak ada di sel nama"))
        elif "full_name" in values:
            name, before, after = self._split(values["full_name"], "full_name", row)
            if nip is None and not row.bad:
                row.error("WAJIB", "nip", _("wajib diisi"))
        grade = get("grade") or get("grade_id")
        status, given = self._status(values, nip, row)
        birth = get("birth_date") or _birth_of(nip)
        self._quality(values, nip, status, birth, grade, name, before, after, row)
        level = get("level_id") or self._level(get("level")) or self._level(get("education"))
        years, months = get("service") or (get("years"), get("months"))
        nik = get("nik")
        kind = _JOB_KIND.get(get("job_kind") or "")
        if kind is None and get("job_kind_name"):
            words = parsers.normal(values["job_kind_name"])
            kind = next((group for start, group in _JOB_KIND_NAME if start in words), None)
        job = get("job")
        self.keep_raw(row)
        return {
            "nip": nip,
            "nip_old": get("nip_old"),
            "siasn_id": get("siasn_id"),
            "name": name or None,
            "title_before": before or None,
            "title_after": after or None,
            "sex": get("sex") or ({"1": "M", "2": "F"}.get(nip[14]) if nip else None),
            "birth_date": birth,
            "birth_place": get("birth_place"),
            "nik": encrypt(nik) if nik else None,
            "nik_hash": lookup_hash(nik) if nik else None,
            "nik_valid": get("nik_valid") if nik else None,
            "email": None if quality.has_bad_email(get("email")) else get("email"),
            "phone": get("phone"),
            "status": status,
            "status_given": given,
            "legal": get("legal_id"),
            "rank": RANK_BY_CODE[grade].id if grade in RANK_BY_CODE and status not in {"PPPK", "PPPK_PW"} else None,
            "pay_group": PPPK_GROUP_ORDER.get(grade) if grade and status in {"PPPK", "PPPK_PW"} else None,
            "rank_since": get("grade_on"),
            "years": years,
            "months": months,
            "cpns_on": get("cpns_on") or (_first_of(nip) if nip and status in {"PNS", "CPNS"} else None),
            "pns_on": get("pns_on"),
            "level": level,
            "education_siasn": get("education_siasn"),
            "education_name": get("education"),
            "graduated": get("graduated"),
            "school": get("school"),
            "group_name": kind,
            "job_siasn": get("job_siasn"),
            "job_text": job,
            "job_key": parsers.normal(job).upper() if job else None,
            "tmt": get("job_on"),
            "unit_siasn": get("unit_siasn"),
            "unit_text": get("unit"),
        }

    @staticmethod
    def _split(cell: str | None, name: str, row: RowReader) -> tuple[str | None, str, str]:
        """Return name, titles before and titles after of a cell that holds all three, as far as they fit."""
        bare, before, after = parsers.split_name(cell)
        return (
            row.fitting(name, bare, (Employee, "name")),
            row.fitting(name, before, (Employee, "title_before"), spare=True) or "",
            row.fitting(name, after, (Employee, "title_after"), spare=True) or "",
        )

    @staticmethod
    def _level(words: str | None) -> str | None:
        if not words:
            return None
        try:
            return parsers.education_level(words)
        except parsers.CellProblem:
            return None

    def _status(self, values: dict[str, Any], nip: str | None, row: RowReader) -> tuple[str | None, bool]:
        kind = parsers.normal(values.get("kind_name") or "")
        if "paruh waktu" in kind:
            return "PPPK_PW", True
        words = parsers.normal(values.get("status") or "")
        if words:
            if words not in _STATUS:
                row.error(
                    "STATUS_TIDAK_DIKENAL",
                    "status",
                    _("status tidak dikenal; contoh: PNS, CPNS, PPPK, PPPK paruh waktu"),
                )
                return None, False
            if _STATUS[words]:
                return _STATUS[words], True
        # Digits 13 and 14 of the number: a month for a PNS, 21 or more for a PPPK.
        return ("PPPK" if int(nip[12:14]) > 12 else "PNS") if nip else None, False

    def _quality(
        self,
        values: dict[str, Any],
        nip: str | None,
        status: str | None,
        birth: Any,
        grade: str | None,
        name: str | None,
        before: str,
        after: str,
        row: RowReader,
    ) -> None:
        """BKN's indicators that one row of the file can show; only for columns that the file has."""
        has, get, warn = self._columns.__contains__, values.get, row.warn
        civil = status in {"PNS", "CPNS"}
        if has("job") and not get("job"):
            warn("COM_2", "job", _("jabatan kosong"))
        if has("education") and not get("education"):
            warn("COM_3", "education", _("pendidikan kosong"))
        if has("pns_on") and status == "PNS" and not get("pns_on") and "pns_on" in values:
            warn("COM_4", "pns_on", _("TMT PNS kosong"))
        if has("title_after") and quality.lacks_title(get("level_id"), before, after):
            warn("COM_5", "title_after", _("gelar kosong padahal pendidikan diploma ke atas"))
        if has("email") and quality.has_bad_email(get("email")):
            warn("COM_6", "email", _("surel kosong atau salah format"))
        if has("phone") and not get("phone"):
            warn("COM_7", "phone", _("nomor HP kosong"))
        if get("cpns_on") and get("pns_on") and values["cpns_on"] > values["pns_on"]:
            warn("ACC_1", "pns_on", _("TMT CPNS lebih akhir daripada TMT PNS"))
        if get("home_id") and get("work_id"):
            lent = bool(_LENT.search(get("kind_name") or ""))
            if lent == (values["home_id"] == values["work_id"]):
                warn("ACC_2", "work_id", _("instansi kerja tidak sesuai dengan jenis pegawai"))
        if quality.is_wrong_standing(status, get("legal_id")):
            warn("ACC_4", "legal_id", _("kedudukan hukum ini bukan kedudukan hukum PPPK"))
        if has("nik") and has("nik_valid") and (not get("nik") or get("nik_valid") is False) and not row.bad:
            warn("ACC_5", "nik", _("NIK kosong atau belum tervalidasi"))
        if grade and (grade in RANK_BY_CODE) != civil and status:
            warn(
                "GOLONGAN_STATUS",
                "grade" if get("grade") else "grade_id",
                _("bukan golongan PNS; golongan tidak dicatat")
                if civil
                else _("bukan golongan PPPK; golongan tidak dicatat"),
            )
        if get("job_on") and values["job_on"] > self._today:
            warn("TMT_MENDATANG", "job_on", _("TMT jabatan sesudah hari ini"))
        if get("birth_date") and values["birth_date"] > self._today:
            row.error("TANGGAL", "birth_date", _("tanggal lahir sesudah hari ini"))
        if nip is None:
            return
        found = nip_rules.check(nip, today=self._today)
        for code in found.errors:
            row.error("NIP", self._nip_field, _(NIP_ERRORS[code]))
        if found.warnings:
            warn(
                "UMUR_PENGANGKATAN",
                self._nip_field,
                _("umur saat diangkat menurut NIP di bawah batas (PNS 18, PPPK 20 tahun)"),
            )
        if get("birth_date") and quality.nip_against_birth(nip, birth):
            warn("CON_2", "birth_date", _("tanggal lahir tidak sama dengan NIP"))
        if quality.nip_against_sex(nip, get("sex")):
            warn("CON_3", "sex", _("jenis kelamin tidak sama dengan NIP"))
        if quality.nip_against_cpns(status, nip, get("cpns_on")):
            warn("CON_1", "cpns_on", _("TMT CPNS tidak sama dengan NIP"))
        if quality.nip_against_pppk_year(status, nip, get("cpns_on")):
            warn("CON_4", "cpns_on", _("tahun pengangkatan tidak sama dengan NI PPPK"))
        if quality.is_wrong_pppk_year(status, nip, self._today):
            warn("ACC_7", "nip", _("tahun pengangkatan pada NI PPPK tidak wajar"))
        if quality.is_late_cpns(status, get("cpns_on"), self._today):
            warn("TIM_3", "cpns_on", _("masa CPNS lebih dari 1 tahun"))

    # -- set-based checks

    # Columns that no step rewrites: they stay in `import_fact` and are joined where they are compared and written.
    _FIXED = frozenset(
        "nip_old siasn_id title_before title_after birth_place nik nik_hash nik_valid email phone status_given years"
        " months pns_on education_siasn education_name graduated school".split()
    )

    writes_early = True
    copied_to = "import_fact"

    def staging_tables(self) -> Iterable[Statement]:
        """`import_fact` for the rows as read, and a narrow `import_row`."""
        yield "ALTER TABLE import_row RENAME TO import_fact", []
        yield f"CREATE TEMP TABLE import_row ON COMMIT DROP AS {self._narrow('false')} WITH NO DATA", []
        yield "CREATE TEMP TABLE import_early (row int, employee_id bigint) ON COMMIT DROP", []

    def staged(self, after: int) -> Iterable[Statement]:
        """Find person, education and unit on the way. A unit's SIASN id is the first that `resolve_units` would ask."""
        yield f"INSERT INTO import_row {self._narrow('s.row > %s')} ORDER BY s.row", [after]

    def _narrow(self, where: str) -> str:
        agency = int(self.agency_id)
        found = {
            "employee_id": "e.id",
            "education_id": "education.id",
            "level": "coalesce(s.level, (SELECT d.level_id FROM positions_education d WHERE d.id = education.id))",
            "unit_id": "u.id",
        }
        columns = ", ".join(
            f"{found[name]} AS {name}" if name in found else f"s.{name}"
            for name in self.staging
            if name not in self._FIXED
        )
        return f"""SELECT s.row, s.bad, {columns} FROM import_fact s
            LEFT JOIN positions_employee e ON e.agency_id = {agency} AND e.nip = s.nip
            CROSS JOIN LATERAL (SELECT coalesce(
                (SELECT min(d.id) FROM positions_education d
                    WHERE upper(d.siasn_id) = s.education_siasn AND d.siasn_id <> ''),
                (SELECT min(d.id) FROM positions_education d
                    WHERE {key("d.name")} = {key("s.education_name")})) AS id OFFSET 0) education
            LEFT JOIN (SELECT upper(siasn_id) AS siasn, min(id) AS id FROM positions_unit
                WHERE agency_id = {agency} AND siasn_id <> '' GROUP BY 1) u ON u.siasn = upper(s.unit_siasn)
            WHERE {where}"""

    def early(self, after: int) -> Iterable[Statement]:
        """New people and the education they come with: no other row, and no post, has a part in them."""
        if not after:
            yield f"SET CONSTRAINTS {people.KEYS} IMMEDIATE", []
        yield people.write_people_early(self.agency_id), [after, after, after]
        yield people.write_educations_early(self.agency_id), [after, after, after]

    def is_ordinary(self, cursor: Any) -> bool:
        """Not where two rows speak of one person: which of them counts is known at the end only."""
        cursor.execute("SELECT NOT EXISTS (SELECT 1 FROM import_twin)")
        return bool(cursor.fetchone()[0])

    def check(self, cursor: Any) -> None:
        agency = self.agency_id
        self._duplicates(cursor)
        self.check_people_in_scope(cursor)
        self.flag(
            cursor,
            "PENDIDIKAN",
            _("jenjang pendidikan tidak ada di daftar SIASN; dikosongkan"),
            name="level",
            value="s.level",
            where=(
                "s.level IS NOT NULL AND NOT EXISTS (SELECT 1 FROM positions_educationlevel l WHERE l.code = s.level)"
            ),
            severity=WARNING,
        )
        cursor.execute(
            "UPDATE import_row s SET level = NULL WHERE s.level IS NOT NULL AND NOT EXISTS (SELECT 1 FROM"
            " positions_educationlevel l WHERE l.code = s.level)"
        )
        # As on the page; a person of the register keeps the number, and the status is a correction to confirm.
        for severity, known in (("error", "s.employee_id IS NULL"), (WARNING, "s.employee_id IS NOT NULL")):
            self.flag(
                cursor,
                "STATUS_BUKAN_NIP",
                _("NIP ini bukan NIP %s."),
                detail="CASE s.status WHEN 'PPPK_PW' THEN 'PPPK paruh waktu' ELSE s.status END",
                name=self._nip_field,
                value="s.nip",
                severity=severity,
                where=f"(s.status IN ('PPPK', 'PPPK_PW')) <> (substr(s.nip, 13, 2) > '12') AND {known}",
            )
        # New people need what the register cannot do without.
        self.flag(
            cursor,
            "WAJIB",
            _("tanggal lahir wajib ada untuk pegawai baru"),
            name="birth_date",
            where="s.employee_id IS NULL AND s.nip IS NOT NULL AND s.birth_date IS NULL AND NOT s.bad",
        )
        default = self.default_unit(cursor)
        self.resolve_units(cursor, siasn="unit_siasn")
        if default is not None:
            cursor.execute(
                "UPDATE import_row SET unit_id = %s WHERE unit_id IS NULL AND unit_text IS NULL AND unit_siasn IS NULL",
                [default],
            )
        self.flag(
            cursor,
            "TIM_1",
            _("unit ini sudah ditutup di register"),
            name="unit",
            value="u.name",
            severity=WARNING,
            source=f"import_row s JOIN positions_unit u ON u.agency_id = {int(agency)} AND u.id = s.unit_id",
            where="u.ends_on <= %s",
            params=[self._today],
        )
        self.check_scope(cursor)
        self.check_posts(cursor)
        self._changes(cursor)

    def _duplicates(self, cursor: Any) -> None:
        """The same number twice: two people (an error), the same row again, or one person with two posts (a
        finding)."""
        cursor.execute(
            """CREATE TEMP TABLE import_twin ON COMMIT DROP AS
                WITH again AS (SELECT nip FROM import_row WHERE nip IS NOT NULL GROUP BY 1 HAVING count(*) > 1),
                first AS (
                    SELECT DISTINCT ON (o.nip) o.* FROM import_row o JOIN again a ON a.nip = o.nip WHERE NOT o.bad
                    ORDER BY o.nip, o.tmt DESC NULLS LAST, o.row)
                SELECT s.row, f.row AS first_row,
                    (s.name, s.birth_date) IS DISTINCT FROM (f.name, f.birth_date) AS other_person,
                    (s.job_key, s.unit_text, s.unit_siasn, s.tmt) IS NOT DISTINCT FROM (f.job_key, f.unit_text,
                        f.unit_siasn, f.tmt) AS same_post
                FROM import_row s JOIN first f ON f.nip = s.nip AND f.row <> s.row"""
        )
        self.flag(
            cursor,
            "NIP_GANDA",
            _("NIP yang sama dipakai orang lain di baris %s"),
            detail="t.first_row",
            name="nip",
            value="s.nip",
            source="import_row s JOIN import_twin t ON t.row = s.row",
            where="t.other_person",
        )
        self.flag(
            cursor,
            "BARIS_GANDA",
            _("sama dengan baris %s"),
            detail="t.first_row",
            name="nip",
            value="s.nip",
            severity=WARNING,
            source="import_row s JOIN import_twin t ON t.row = s.row",
            where="NOT t.other_person AND t.same_post",
        )
        self.flag(
            cursor,
            "JABATAN_GANDA",
            _("jabatan definitif kedua untuk orang yang sama (baris %s); dicatat sebagai temuan"),
            detail="t.first_row",
            name="job",
            value="s.job_text",
            severity=WARNING,
            source="import_row s JOIN import_twin t ON t.row = s.row",
            where="NOT t.other_person AND NOT t.same_post",
        )
        cursor.execute("UPDATE import_row s SET loser = true FROM import_twin t WHERE t.row = s.row")

    _FACTS = (
        ("siasn_id", "coalesce(f.siasn_id, e.siasn_id)", "e.siasn_id"),
        ("nip_old", "coalesce(f.nip_old, e.nip_old)", "e.nip_old"),
        ("name", "coalesce(s.name, e.name)", "e.name"),
        ("title_before", "coalesce(f.title_before, e.title_before)", "e.title_before"),
        ("title_after", "coalesce(f.title_after, e.title_after)", "e.title_after"),
        ("status", "CASE WHEN f.status_given THEN s.status ELSE e.status END", "e.status"),
        ("legal_status", "coalesce(s.legal, e.legal_status)", "e.legal_status"),
        ("sex", "coalesce(s.sex, e.sex)", "e.sex"),
        ("birth_date", "coalesce(s.birth_date, e.birth_date)", "e.birth_date"),
        ("birth_place", "coalesce(f.birth_place, e.birth_place)", "e.birth_place"),
        ("nik_hash", "coalesce(f.nik_hash, e.nik_hash)", "e.nik_hash"),
        # What was said of another NIK is not said of this one.
        (
            "nik_validated",
            "coalesce(f.nik_valid, CASE WHEN coalesce(f.nik_hash, e.nik_hash) = e.nik_hash THEN e.nik_validated END)",
            "e.nik_validated",
        ),
        ("email", "coalesce(f.email, e.email)", "e.email"),
        ("phone", "coalesce(f.phone, e.phone)", "e.phone"),
        ("rank", "CASE WHEN s.pay_group IS NULL THEN coalesce(s.rank, e.rank) END", "e.rank"),
        ("pay_group", "CASE WHEN s.rank IS NULL THEN coalesce(s.pay_group, e.pay_group) END", "e.pay_group"),
        ("rank_since", "coalesce(s.rank_since, e.rank_since)", "e.rank_since"),
        ("service_years", "coalesce(f.years, e.service_years)", "e.service_years"),
        ("service_months", "coalesce(f.months, e.service_months)", "e.service_months"),
        ("cpns_on", "coalesce(s.cpns_on, e.cpns_on)", "e.cpns_on"),
        ("pns_on", "coalesce(f.pns_on, e.pns_on)", "e.pns_on"),
        ("education_level_id", "coalesce(s.level, e.education_level_id)", "e.education_level_id"),
        (
            "education_id",
            "coalesce(s.education_id, CASE WHEN s.level = e.education_level_id THEN e.education_id END,"
            " CASE WHEN s.level IS NULL THEN e.education_id END)",
            "e.education_id",
        ),
        ("graduated", "coalesce(f.graduated, e.graduated)", "e.graduated"),
    )

    # What nobody changes in the own file; a file in which these stay as they are is taken with the own row.
    _CAREER = frozenset(
        "status legal_status birth_date rank pay_group rank_since service_years service_months cpns_on pns_on"
        " education_level_id".split()
    )

    def _changes(self, cursor: Any) -> None:
        ours = ", ".join(new for _name, new, _old in self._FACTS)
        theirs = ", ".join(old for _name, _new, old in self._FACTS)
        cursor.execute(
            f"UPDATE import_row s SET facts = true FROM positions_employee e, import_fact f WHERE e.agency_id = %s"
            f" AND e.id = s.employee_id AND f.row = s.row AND s.loser IS NULL AND ({ours}) IS DISTINCT FROM ({theirs})",
            [self.agency_id],
        )
        self._has_changes = cursor.rowcount > 0
        self.check_own_file(
            cursor,
            " OR ".join(f"{new} IS DISTINCT FROM {old}" for name, new, old in self._FACTS if name in self._CAREER),
            source="import_row s JOIN import_fact f ON f.row = s.row JOIN positions_employee e"
            f" ON e.agency_id = {int(self.agency_id)} AND e.id = s.employee_id AND s.facts",
        )
        # What has a TMT changes with a newer one; the same TMT with another value is a correction.
        cursor.execute(
            """UPDATE import_row s SET correction = CASE
                    WHEN s.birth_date <> e.birth_date THEN 'birth_date'
                    WHEN s.sex <> e.sex THEN 'sex'
                    WHEN f.status_given AND s.status <> e.status AND (e.status, s.status) <> ('CPNS', 'PNS')
                        THEN 'status'
                    WHEN coalesce(s.rank, s.pay_group) IS NOT NULL AND coalesce(e.rank, e.pay_group) IS NOT NULL
                        AND (s.rank, s.pay_group) IS DISTINCT FROM (e.rank, e.pay_group)
                        AND NOT coalesce(s.rank_since > e.rank_since, e.rank_since IS NULL) THEN 'grade'
                    WHEN s.post = 'correct' THEN 'job' END
                FROM positions_employee e, import_fact f
                WHERE e.agency_id = %s AND e.id = s.employee_id AND s.loser IS NULL AND f.row = s.row
                    AND (s.birth_date <> e.birth_date OR s.sex <> e.sex OR s.post = 'correct' OR s.status <> e.status
                    OR (s.rank, s.pay_group) IS DISTINCT FROM (e.rank, e.pay_group))""",
            [self.agency_id],
        )
        if self.options.confirm_corrections or not cursor.rowcount:
            return
        for name, value, message, old in (
            (
                "birth_date",
                "to_char(s.birth_date, 'DD-MM-YYYY')",
                _("tanggal lahir berbeda dari register (%s); konfirmasi sebagai koreksi"),
                "to_char(e.birth_date, 'DD-MM-YYYY')",
            ),
            ("sex", "s.sex", _("jenis kelamin berbeda dari register (%s); konfirmasi sebagai koreksi"), "e.sex"),
            (
                "status",
                "s.status",
                _("status berbeda dari register (%s); konfirmasi sebagai koreksi"),
                "e.status",
            ),
            (
                "grade",
                _GRADE_SQL,
                _("golongan berubah tanpa TMT baru (TMT di register %s); konfirmasi sebagai koreksi"),
                "coalesce(to_char(e.rank_since, 'DD-MM-YYYY'), '-')",
            ),
            (
                "job",
                "s.job_text",
                _("jabatan berubah tanpa TMT baru (TMT di register %s); konfirmasi sebagai koreksi"),
                "(SELECT to_char(max(i.starts_on), 'DD-MM-YYYY') FROM positions_incumbency i WHERE"
                " i.agency_id = e.agency_id AND i.id = s.incumbency_id)",
            ),
        ):
            self.flag(
                cursor,
                "KOREKSI",
                message,
                detail=old,
                name=name,
                value=value,
                where="s.correction = %s AND NOT s.bad",
                params=[name],
                source=(
                    f"import_row s JOIN positions_employee e ON e.agency_id = {int(self.agency_id)} AND e.id"
                    f" = s.employee_id"
                ),
            )

    def plan(self, cursor: Any) -> dict[str, int]:
        cursor.execute(
            f"""SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new AND correction IS NULL AND
                (facts OR post IN ('open', 'follow'))),
                    count(*) FILTER (WHERE NOT is_new AND correction IS NULL AND NOT coalesce(facts, false) AND
                        coalesce(post, 'same') NOT IN ('open', 'follow')),
                    count(*) FILTER (WHERE correction IS NOT NULL)
                FROM import_row s WHERE loser IS NULL AND nip IS NOT NULL AND {TAKEN}"""
        )
        new, changed, same, corrections = cursor.fetchone()
        missing = self._missing(cursor)
        agency = int(self.agency_id)
        self.listed(
            cursor,
            "new",
            f"""SELECT s.row, s.nip, s.name, coalesce(u.name, s.unit_text) AS unit, s.job_text AS job FROM import_row s
                LEFT JOIN positions_unit u ON u.agency_id = {agency} AND u.id = s.unit_id
                WHERE s.is_new AND s.loser IS NULL AND s.nip IS NOT NULL AND {TAKEN} ORDER BY s.row""",
        )
        for name, which in (("changed", "s.correction IS NULL"), ("corrections", "s.correction IS NOT NULL")):
            if not self._has_changes:
                self.details[name], self.lines[name] = [], 0
                continue
            self.list_changes(
                cursor,
                name,
                source=f"""import_row s JOIN import_fact f ON f.row = s.row
                    JOIN positions_employee e ON e.agency_id = {agency} AND e.id = s.employee_id""",
                where=f"s.facts AND s.loser IS NULL AND {which} AND {TAKEN}",
                shown="s.nip, e.name",
                fields={fact: self._in_words(fact, old, new) for fact, new, old in self._FACTS},
            )
        self.listed(
            cursor,
            "moved",
            f"""SELECT s.row, s.nip, s.name, j.name AS old_job, u.name AS old_unit,
                    to_char(i.starts_on, 'YYYY-MM-DD') AS old_since, s.job_text AS job, s.unit_text AS unit,
                    to_char(s.tmt, 'YYYY-MM-DD') AS since
                FROM import_row s JOIN positions_incumbency i ON i.agency_id = {agency} AND i.id = s.incumbency_id
                JOIN positions_position p ON p.agency_id = i.agency_id AND p.id = i.position_id
                JOIN positions_job j ON j.agency_id = p.agency_id AND j.id = p.job_id
                JOIN positions_unit u ON u.agency_id = p.agency_id AND u.id = p.unit_id
                WHERE s.post IN ('follow', 'correct') AND {TAKEN} ORDER BY s.row""",
        )
        return {"new": new, "changed": changed, "unchanged": same, "corrections": corrections, "missing": missing}

    @staticmethod
    def _in_words(fact: str, old: str, new: str) -> tuple[str, str]:
        """Return the SQL of a fact's two values as a person may read them: no ids, and of the NIK only that it is
        another."""
        if fact == "nik_hash":
            other = f"CASE WHEN {new} IS DISTINCT FROM {old} THEN {{}} END"
            return other.format("nullif('…', CASE WHEN e.nik_hash = '' THEN '…' END)"), other.format("'… (baru)'")
        if fact == "nik_validated":
            words = "CASE {} WHEN true THEN 'ya' WHEN false THEN 'tidak' END"
            return words.format(old), words.format(new)
        if fact == "education_id":
            name = "SELECT d.name FROM positions_education d WHERE d.id = ({})"
            return name.format(old), name.format(new)
        return old, new

    def _missing(self, cursor: Any) -> int:
        """List people of the register whom the file leaves out, with the likely cause. A partial list speaks for the
        offices it names only."""
        whole = self._full and not self.options.unit
        count = self.listed(
            cursor,
            "missing",
            f"""SELECT e.nip, e.name, coalesce(u.name, '') AS unit, CASE
                    WHEN c.ends_on IS NOT NULL AND c.ends_on <= %s THEN 'kontrak_berakhir'
                    WHEN e.birth_date + interval '60 years' <= %s THEN 'mencapai_bup'
                    WHEN e.birth_date + interval '58 years' <= %s THEN 'mungkin_mencapai_bup'
                    WHEN e.legal_status NOT IN ('01', '71', '72') THEN 'tidak_aktif'
                    ELSE 'pindah_atau_berhenti' END AS cause
                FROM positions_employee e LEFT JOIN positions_unit u ON u.agency_id = e.agency_id AND u.id = e.unit_id
                LEFT JOIN LATERAL (SELECT max(ends_on) AS ends_on FROM positions_contract c WHERE c.agency_id =
                    e.agency_id AND c.employee_id = e.id) c ON true
                WHERE e.agency_id = %s AND (e.exits_on IS NULL OR e.exits_on > %s)
                    AND NOT EXISTS (SELECT 1 FROM import_row s WHERE s.nip = e.nip)
                    AND (%s OR coalesce(u.office_id, u.id) IN (SELECT coalesce(o.office_id, o.id)
                        FROM import_row s JOIN positions_unit o ON o.agency_id = e.agency_id AND o.id = s.unit_id))
                    AND {IN_SCOPE}
                ORDER BY e.nip""",
            [self._today, self._today, self._today, self.agency_id, self._today, whole, self.paths, self.paths],
        )
        causes = {
            "kontrak_berakhir": _("kontrak sudah berakhir"),
            "mencapai_bup": _("telah mencapai BUP"),
            "mungkin_mencapai_bup": _("mungkin telah mencapai BUP"),
            "tidak_aktif": _("kedudukan hukum tidak aktif"),
            "pindah_atau_berhenti": _("mungkin pindah, berhenti, atau belum terunduh"),
        }
        for line in self.details["missing"]:
            line["cause_text"] = causes[line["cause"]]
        return count

    def write(self, cursor: Any) -> None:
        agency = self.agency_id
        cursor.execute("UPDATE import_row s SET employee_id = y.employee_id FROM import_early y WHERE y.row = s.row")
        cursor.execute(people.write_people(agency))
        if cursor.rowcount:
            cursor.execute(
                "UPDATE import_row s SET employee_id = e.id FROM positions_employee e WHERE s.employee_id IS"
                " NULL AND e.agency_id = %s AND e.nip = s.nip",
                [agency],
            )
        if self._has_changes:
            sets = ", ".join(f"{name} = {new}" for name, new, _old in self._FACTS)
            cursor.execute(
                f"UPDATE positions_employee e SET {sets}, nik = CASE WHEN f.nik_hash <> e.nik_hash THEN f.nik"
                f" ELSE e.nik END"
                f" FROM import_row s JOIN import_fact f ON f.row = s.row"
                f" WHERE s.facts AND NOT s.bad AND s.loser IS NULL AND e.agency_id = %s AND"
                f" e.id = s.employee_id",
                [agency],
            )
        cursor.execute(people.write_educations(agency))
        cursor.execute(f"SET CONSTRAINTS {people.KEYS} DEFERRED")
        self.write_posts(cursor)
        # Whoever has a post belongs to its unit; whoever has none stays where the file places them.
        cursor.execute(
            """UPDATE positions_employee e SET unit_id = s.unit_id FROM import_row s WHERE NOT s.bad AND s.loser IS
                NULL AND e.agency_id = %s
                AND e.id = s.employee_id AND s.unit_id IS NOT NULL AND e.unit_id IS DISTINCT FROM s.unit_id
                AND (s.post IN ('open', 'follow', 'correct') OR NOT EXISTS (SELECT 1 FROM positions_incumbency i
                    WHERE i.agency_id = e.agency_id
                    AND i.employee_id = e.id AND i.kind IN ('definitif', 'paruh_waktu') AND i.ends_on IS NULL))""",
            [agency],
        )
        if self._full:
            siasn_values.keep(cursor, agency, self.options)

    def after(self, cursor: Any, written: bool) -> None:
        self.queue_names(cursor, "unit", ["UNIT_TIDAK_DIKENAL", "UNIT_MENDUA"], "unit_text")
        self.queue_names(cursor, "job", ["JABATAN_TIDAK_DIKENAL", "JABATAN_MENDUA"], "job_text")


def _birth_of(nip: str | None) -> Any:
    return parsers.date(f"{nip[:4]}-{nip[4:6]}-{nip[6:8]}") if nip else None


def _first_of(nip: str) -> Any:
    return parsers.date(f"{nip[8:12]}-{nip[12:14]}-01") if int(nip[12:14]) <= 12 else None
