"""What one row of a sheet of people shows by itself: BKN's indicators, and a number that contradicts its row."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from asnhr.imports.framework import RowReader
from positions.imports._common import RegisterImporter
from positions.rules import data_quality as quality
from positions.rules import nip as nip_rules
from positions.rules import plausible, standing
from positions.rules.levels import RANK_BY_CODE
from positions.services.register import NIP_ERRORS


class RowQualityMixin(RegisterImporter):
    """Words about a row; only of columns that the file has (`_columns`)."""

    _columns: frozenset[str]
    _today: date
    _nip_field: str

    def warn_of_gaps(
        self, values: dict[str, Any], row: RowReader, *, status: str | None, before: str, after: str
    ) -> None:
        has, get, warn = self._columns.__contains__, values.get, row.warn
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

    def warn_of_standing(
        self, values: dict[str, Any], row: RowReader, *, status: str | None, grade: str | None
    ) -> None:
        has, get, warn = self._columns.__contains__, values.get, row.warn
        civil = status in {"PNS", "CPNS"}
        if get("cpns_on") and get("pns_on") and values["cpns_on"] > values["pns_on"]:
            warn("ACC_1", "pns_on", _("TMT CPNS lebih akhir daripada TMT PNS"))
        if quality.is_lent_wrongly(get("kind_name"), get("home_id"), get("work_id")):
            warn("ACC_2", "work_id", _("instansi kerja tidak sesuai dengan jenis pegawai"))
        if quality.is_wrong_standing(status, get("legal_id")):
            warn("ACC_4", "legal_id", _("kedudukan hukum ini bukan kedudukan hukum PPPK"))
        if get("legal_id") and status and not standing.fits(values["legal_id"], status):
            warn("KEDUDUKAN_STATUS", "legal_id", _("kedudukan hukum tidak sesuai dengan status; tidak dicatat"))
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
        elif get("birth_date") and not plausible.is_possible_age(values["birth_date"], self._today):
            row.error("TANGGAL", "birth_date", _("tanggal lahir ini tidak mungkin bagi seorang pegawai"))

    def check_number(
        self, values: dict[str, Any], row: RowReader, *, nip: str, status: str | None, birth: date | None
    ) -> None:
        get, warn = values.get, row.warn
        found = nip_rules.check(nip, today=self._today)
        for code in found.errors:
            row.error("NIP", self._nip_field, _(NIP_ERRORS[code]))
        if found.warnings:
            warn(
                "UMUR_PENGANGKATAN",
                self._nip_field,
                _("umur saat diangkat menurut NIP di bawah batas (PNS 18, PPPK 20 tahun)"),
            )
        for name in ("cpns_on", "pns_on"):
            if birth and get(name) and not plausible.is_possible_age(birth, values[name]):
                row.error("TANGGAL", name, _("tanggal ini tidak mungkin menurut tanggal lahir"))
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
