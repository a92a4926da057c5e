"""What an import tells of the register beside its sentences: facts, kinds of change and values, in the reader's
language. Lists of changes and causes keep facts and values as the register does; pages, files and the API tell them.
"""

import re
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asnhr import formats, told
from positions.models import (
    Employee,
    EmployeeTraining,
    Goal,
    Job,
    OutsidePost,
    PositionNeed,
    RankRecord,
    Secondment,
    Unit,
    WorkloadTask,
)
from positions.models.employee import standing_text
from positions.rules.levels import EDUCATION_LEVELS, LEVEL_NAMES, RANK_BY_CODE
from positions.rules.performance import PREDICATES, RATINGS

DETAIL_WORDS = {
    "row": gettext_lazy("Baris"),
    "nip": gettext_lazy("NIP"),
    "name": gettext_lazy("Nama"),
    "unit": gettext_lazy("Unit"),
    "job": gettext_lazy("Jabatan"),
    "position": gettext_lazy("Jabatan"),
    "code": gettext_lazy("Kode"),
    "column": gettext_lazy("Isian"),
    "field": gettext_lazy("Isian"),
    "before": gettext_lazy("Semula"),
    "after": gettext_lazy("Menjadi"),
    "old": gettext_lazy("Semula"),
    "new": gettext_lazy("Menjadi"),
    "cause_text": gettext_lazy("Kemungkinan sebab"),
    "old_job": gettext_lazy("Jabatan semula"),
    "old_unit": gettext_lazy("Unit semula"),
    "old_since": gettext_lazy("TMT semula"),
    "since": gettext_lazy("TMT"),
    "text": gettext_lazy("Uraian"),
    "changes": gettext_lazy("Perubahan"),
}


# Facts of a row that a newer file changes, beside those above.
FACT_WORDS = {
    "parent": gettext_lazy("Induk"),
    "kind": gettext_lazy("Jenis"),
    "siasn_id": gettext_lazy("Id SIASN"),
    "region_code": gettext_lazy("Kode wilayah"),
    "is_model": gettext_lazy("Model"),
    "k": gettext_lazy("K ditetapkan"),
    "b_printed": gettext_lazy("Bezetting tercetak"),
    "by_duty": gettext_lazy("Diisi tugas tambahan"),
    "goal_level": gettext_lazy("Tingkat"),
    "indicator": gettext_lazy("Indikator"),
    "task": gettext_lazy("Uraian tugas"),
    "tasks": gettext_lazy("Banyaknya tugas"),
    "output": gettext_lazy("Hasil kerja"),
    "volume": gettext_lazy("Volume"),
    "per": gettext_lazy("Per"),
    "minutes": gettext_lazy("Norma waktu (menit)"),
    "effective": gettext_lazy("Waktu efektif baris (menit)"),
    "digital": gettext_lazy("Dapat didigitalkan"),
    "part": gettext_lazy("Bagian"),
    "goal": gettext_lazy("Sasaran"),
    "decree": gettext_lazy("Nomor keputusan"),
    "decree_on": gettext_lazy("Tanggal keputusan"),
    "number": gettext_lazy("Nomor kontrak"),
    "until": gettext_lazy("Sampai"),
    "extension": gettext_lazy("Perpanjangan"),
    "source": gettext_lazy("Sumber"),
    "subtitle": gettext_lazy("Sub jabatan"),
    "level": gettext_lazy("Jenjang"),
    "job_class": gettext_lazy("Kelas jabatan"),
    "family": gettext_lazy("Rumpun"),
    "echelon": gettext_lazy("Eselon"),
    "retirement_age": gettext_lazy("BUP khusus"),
    "rank_min": gettext_lazy("Pangkat terendah"),
    "rank_max": gettext_lazy("Pangkat tertinggi"),
    "summary": gettext_lazy("Ikhtisar jabatan"),
    "nip_old": gettext_lazy("NIP lama"),
    "title_before": gettext_lazy("Gelar depan"),
    "title_after": gettext_lazy("Gelar belakang"),
    "status": gettext_lazy("Status"),
    "legal_status": gettext_lazy("Kedudukan hukum"),
    "sex": gettext_lazy("Jenis kelamin"),
    "birth_date": gettext_lazy("Tanggal lahir"),
    "birth_place": gettext_lazy("Tempat lahir"),
    "nik_hash": gettext_lazy("NIK"),
    "nik_validated": gettext_lazy("NIK dibenarkan Dukcapil"),
    "email": gettext_lazy("Surel"),
    "phone": gettext_lazy("Nomor HP"),
    "rank": gettext_lazy("Golongan"),
    "pay_group": gettext_lazy("Golongan PPPK"),
    "rank_since": gettext_lazy("TMT golongan"),
    "service_years": gettext_lazy("Masa kerja (tahun)"),
    "service_months": gettext_lazy("Masa kerja (bulan)"),
    "cpns_on": gettext_lazy("TMT CPNS"),
    "pns_on": gettext_lazy("TMT PNS"),
    "education_level_id": gettext_lazy("Tingkat pendidikan"),
    "education_id": gettext_lazy("Pendidikan"),
    "graduated": gettext_lazy("Tahun lulus"),
    # Histories
    "rank_kind": gettext_lazy("Jenis KP"),
    "bkn_number": gettext_lazy("Nomor pertek BKN"),
    "bkn_on": gettext_lazy("Tanggal pertek BKN"),
    "main_credit": gettext_lazy("Angka kredit utama"),
    "extra_credit": gettext_lazy("Angka kredit tambahan"),
    "education": gettext_lazy("Nama pendidikan"),
    "school": gettext_lazy("Nama sekolah"),
    "graduated_on": gettext_lazy("Tanggal lulus"),
    "diploma_number": gettext_lazy("Nomor ijazah"),
    "is_first": gettext_lazy("Pendidikan pengangkatan"),
    "training": gettext_lazy("Nama diklat"),
    "training_kind": gettext_lazy("Jenis diklat"),
    "training_structural": gettext_lazy("Latihan struktural"),
    "organiser": gettext_lazy("Penyelenggara"),
    "certificate": gettext_lazy("Nomor sertifikat"),
    "year": gettext_lazy("Tahun"),
    "starts_on": gettext_lazy("Mulai"),
    "hours": gettext_lazy("Jam pelajaran (JP)"),
    "sanction": gettext_lazy("Jenis hukuman"),
    "state": gettext_lazy("Keadaan"),
    "years": gettext_lazy("Masa (tahun)"),
    "months": gettext_lazy("Masa (bulan)"),
    "regulation": gettext_lazy("Peraturan"),
    "reason_code": gettext_lazy("Kode alasan"),
    "reason": gettext_lazy("Alasan"),
    "rank_before": gettext_lazy("Golongan sebelum hukuman"),
    "revoked_decree": gettext_lazy("Nomor SK pembatalan"),
    "revoked_on": gettext_lazy("Tanggal SK pembatalan"),
    "note": gettext_lazy("Keterangan"),
    "is_extension": gettext_lazy("Perpanjangan"),
    "returned_on": gettext_lazy("Aktif kembali"),
    "return_decree": gettext_lazy("Nomor SK aktif kembali"),
    "return_decree_on": gettext_lazy("Tanggal SK aktif kembali"),
    "secondment_kind": gettext_lazy("Jenis"),
    "direction": gettext_lazy("Arah"),
    "other_agency": gettext_lazy("Instansi"),
    "agency_siasn_id": gettext_lazy("Id instansi SIASN"),
    "work_result": gettext_lazy("Hasil kerja"),
    "behaviour": gettext_lazy("Perilaku kerja"),
    "predicate": gettext_lazy("Predikat kinerja"),
    "points": gettext_lazy("Nilai"),
    "appraiser_name": gettext_lazy("Nama penilai"),
    "appraiser_nip": gettext_lazy("NIP penilai"),
    "appraiser_rank": gettext_lazy("Golongan penilai"),
    "appraiser_job": gettext_lazy("Jabatan penilai"),
    "appraiser_unit": gettext_lazy("Unit penilai"),
    "appraiser_status": gettext_lazy("Status penilai"),
    "job_group": gettext_lazy("Jenis jabatan"),
    "assignment": gettext_lazy("Jenis penugasan"),
    "inaugurated_on": gettext_lazy("TMT pelantikan"),
}


def _numbered(words: dict[int, str]) -> dict[str, Any]:
    """Return numbered words by the number's text, as lists of changes have it."""
    return {str(number): gettext_lazy(word) for number, word in words.items()}


# Facts kept as codes, with their words.
CODED: dict[str, dict[str, Any]] = {
    "sex": dict(Employee.Sex.choices),
    "status": dict(Employee.Status.choices),
    "kind": dict(Unit.Kind.choices),
    "source": dict(PositionNeed.Source.choices),
    "level": {str(level): name for level, name in LEVEL_NAMES.items()},
    "education_level_id": {level.id: level.name for level in EDUCATION_LEVELS},
    "per": dict(WorkloadTask.Per.choices),
    "part": dict(WorkloadTask.Part.choices),
    "goal_level": dict(Goal.Level.choices),
    "rank_kind": dict(RankRecord.Kind.choices),
    "training_kind": dict(EmployeeTraining.Kind.choices),
    "training_structural": dict(EmployeeTraining.Structural.choices),
    "secondment_kind": dict(Secondment.Kind.choices),
    "direction": dict(Secondment.Direction.choices),
    "work_result": _numbered(RATINGS),
    "behaviour": _numbered(RATINGS),
    "predicate": _numbered(PREDICATES),
    "job_group": dict(Job.Group.choices),
    "assignment": dict(OutsidePost.Assignment.choices),
}
GRADES = {str(rank.id): code for code, rank in RANK_BY_CODE.items()}
GRADED = ("rank", "rank_min", "rank_max", "rank_before", "appraiser_rank")


# Facts that are amounts; years, numbers of rows and codes are none.
AMOUNTS = frozenset(
    "k b_printed tasks volume minutes effective hours points main_credit extra_credit service_years service_months"
    " years months".split()
)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def heading(name: str) -> Any:
    return DETAIL_WORDS.get(name) or FACT_WORDS.get(name, name)


def cell(name: str, value: Any, line: dict[str, Any]) -> str:
    """Return a value of a list of changes as its reader understands it."""
    if name == "field":
        return str(heading(value)) if value else formats.DASH
    return fact(line["field"] if name in ("before", "after") and "field" in line else name, value)


def fact(name: str, value: Any) -> str:
    """Return the value of a fact of the register, kept as text, as its reader understands it."""
    if value is None or value == "":
        return formats.DASH
    text = str(value)
    if name == "nip":
        return formats.grouped_nip(text)
    if name == "cause_text":
        return told.stored(text)
    if name == "legal_status":
        return standing_text(text)
    if name in GRADED and text in GRADES:
        return GRADES[text]
    if name in AMOUNTS:
        return formats.number(text)
    if name in CODED:
        return str(CODED[name].get(text, text))
    if _DAY.fullmatch(text):
        return formats.day(date.fromisoformat(text))
    return {"true": _("ya"), "false": _("tidak")}.get(text, text)
