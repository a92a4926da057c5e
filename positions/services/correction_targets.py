"""What a person may propose to correct in the own file: a declared list, with the fields, what proves it, and how an
accepted proposal is written. `positions.services.correctable` types the values.
"""

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asnhr.errors import RuleBroken
from asnhr.models import User
from positions import permissions
from positions.models import (
    Award,
    CreditPoint,
    Discipline,
    Employee,
    EmployeeContact,
    EmployeeEducation,
    EmployeeTraining,
    FamilyMember,
    Incumbency,
    OutsidePost,
    RankRecord,
    SalaryIncrement,
    Secondment,
    ServicePeriod,
    StudyAssignment,
    UnpaidLeave,
    YearlyPredicate,
)
from positions.services import contacts, histories, identity, incumbencies, register
from positions.services.reasons import OfRequest

RECORD, HISTORY, CONTACT, PAPERS = (
    gettext_lazy("Data pokok"), gettext_lazy("Riwayat"), gettext_lazy("Kontak"), gettext_lazy("Dokumen"),
)  # fmt: skip
# Rows of a history that are offered to be corrected.
MOST_ROWS = 100
# Stored as the first day without it; people read and write the last day (`asnhr.formats.last_day`).
EXCLUSIVE = "ends_on"
Apply = Callable[["Correction"], None]


@dataclass(frozen=True)
class Correction:
    """An accepted proposal about to be written."""

    actor: User
    employee: Employee
    target: "Target"
    values: Mapping[str, Any]
    object_id: int | None
    # The request, as the trail names it.
    reason: OfRequest
    day: date


@dataclass(frozen=True)
class Target:
    """What may be corrected. `fields`: of `model`; `kinds`: codes of documents that prove it; `must`: fields that a
    proposal fills though the model lets them be empty; `rows`: a row of a history, added or (`object_id`) corrected.
    What the officer needs beside `edit_register`: `ChangeRequest.ASKS_OF_TARGET`. Left out of `fields` is what
    officers say themselves (why somebody was punished) or what asks more than the request does (why one was on leave).
    """

    code: str
    name: Any
    group: Any
    model: type[models.Model]
    fields: tuple[str, ...]
    apply: Apply
    kinds: tuple[str, ...] = ()
    needs_evidence: bool = True
    must: tuple[str, ...] = ()
    rows: bool = False
    # Rows are only corrected: another one is another decision.
    only_recorded: bool = False
    # Only for people of these statuses; empty: for all.
    statuses: tuple[str, ...] = ()
    help: Any = ""
    # What names a row in words, and what that reads from other tables.
    called: Callable[[Any], str] | None = None
    joins: tuple[str, ...] = ()

    @property
    def may_remove(self) -> bool:
        """Whether rows may be proposed to go: those that the register takes back."""
        return self.rows and self.model in histories.KIND_OF

    def field(self, name: str) -> Any:
        return self.model._meta.get_field(name)

    def label(self, name: str) -> str:
        if self.model is EmployeeContact and name == "value":
            return str(self.name)
        if name == EXCLUSIVE:
            return _("Sampai dengan")
        return capfirst(str(self.field(name).verbose_name))

    def offered_to(self, employee: Employee) -> bool:
        return not self.statuses or employee.status in self.statuses


def row_of(target: Target, employee: Employee, object_id: int) -> Any:
    """Return the person's own row of a history. Raises RuleBroken without it."""
    rows: Any = target.model._default_manager
    row = (
        rows.select_related("employee__unit", *target.joins)
        .filter(agency_id=employee.agency_id, employee=employee, pk=object_id)
        .first()
        if target.rows
        else None
    )
    if row is None:
        raise RuleBroken(_("Baris riwayat ini tidak ada lagi."))
    return row


def _record(correction: Correction) -> None:
    register.change_employee(actor=correction.actor, employee=correction.employee, **correction.values)


def _row(correction: Correction) -> None:
    """Add a row to a history, or write the corrected values into it."""
    kind = histories.KIND_OF[correction.target.model]
    if correction.object_id is None:
        histories.add(actor=correction.actor, employee=correction.employee, kind=kind, facts=correction.values)
        return
    row = row_of(correction.target, correction.employee, correction.object_id)
    histories.correct(actor=correction.actor, row=row, why=correction.reason, facts=correction.values)


def _post(correction: Correction) -> None:
    """Correct an incumbency in what differs: an officer of its unit, by the rules of an appointment."""
    row = row_of(correction.target, correction.employee, correction.object_id or 0)
    changed = {name: value for name, value in correction.values.items() if value != getattr(row, name)}
    incumbencies.correct(actor=correction.actor, incumbency=row, **changed)


def _nik(correction: Correction) -> None:
    identity.correct_nik(actor=correction.actor, employee=correction.employee, nik=correction.values["nik"])


def rehearse(target: Target, employee: Employee, object_id: int | None, values: Mapping[str, Any]) -> None:
    """Refuse what could not be accepted as the register stands: a double, a wrong order of days. Raises RuleBroken."""
    if target.apply is _row:
        row = None if object_id is None else row_of(target, employee, object_id)
        histories.rehearse(employee=employee, kind=histories.KIND_OF[target.model], row=row, facts=values)
    elif target.apply is _record:
        person = copy(employee)
        for name, value in values.items():
            setattr(person, name, value)
        register.check_facts(person, [name for name, value in values.items() if value != getattr(employee, name)])


def remove(correction: Correction) -> None:
    """Take back a row that never should have been; the trail keeps it."""
    row = row_of(correction.target, correction.employee, correction.object_id or 0)
    histories.take_back(actor=correction.actor, row=row, why=correction.reason)


def _contact(correction: Correction) -> None:
    contacts.add_contact(
        actor=correction.actor, employee=correction.employee, kind=CONTACT_KINDS[correction.target.code],
        starts_on=correction.day, **correction.values,
    )  # fmt: skip


def _papers(correction: Correction) -> None:
    """The documents alone: they belong to the file from now on."""
    permissions.check_may_edit_people(correction.actor, correction.employee.unit)


CONTACT_KINDS = {
    "alamat": EmployeeContact.Kind.HOME, "darurat": EmployeeContact.Kind.EMERGENCY,
    "telepon_rumah": EmployeeContact.Kind.TELEPHONE,
}  # fmt: skip
PNS, PPPK = ("PNS", "CPNS"), ("PPPK", "PPPK_PW")
TARGETS: dict[str, Target] = {
    each.code: each
    for each in (
        Target("nama", gettext_lazy("Nama dan gelar"), RECORD, Employee, ("name", "title_before", "title_after"),
               _record, kinds=("ijazah", "gelar", "akta_lahir", "ktp")),
        Target("kelahiran", gettext_lazy("Tempat dan tanggal lahir"), RECORD, Employee, ("birth_place", "birth_date"),
               _record, kinds=("akta_lahir", "ijazah", "ktp")),
        Target("kelamin", gettext_lazy("Jenis kelamin"), RECORD, Employee, ("sex",), _record,
               kinds=("ktp", "akta_lahir")),
        Target("nik", gettext_lazy("NIK"), RECORD, Employee, ("nik",), _nik, kinds=("ktp", "kk"), must=("nik",),
               help=gettext_lazy("Hanya dibaca petugas yang berwenang membaca NIK. Pemadanan dengan Dukcapil tetap di"
                                 " SIASN.")),
        Target("cpns", gettext_lazy("TMT CPNS"), RECORD, Employee, ("cpns_on",), _record, kinds=("sk_cpns",),
               must=("cpns_on",), statuses=PNS),
        Target("pppk", gettext_lazy("TMT pengangkatan PPPK"), RECORD, Employee, ("cpns_on",), _record,
               kinds=("kontrak_pppk",), must=("cpns_on",), statuses=PPPK),
        Target("pns", gettext_lazy("TMT PNS"), RECORD, Employee, ("pns_on",), _record, kinds=("sk_pns",),
               must=("pns_on",), statuses=PNS),
        Target("surel", gettext_lazy("Surel"), CONTACT, Employee, ("email",), _record, needs_evidence=False,
               must=("email",)),
        Target("telepon", gettext_lazy("Nomor HP"), CONTACT, Employee, ("phone",), _record, needs_evidence=False,
               must=("phone",)),
        Target("alamat", gettext_lazy("Alamat tempat tinggal"), CONTACT, EmployeeContact, ("value",), _contact,
               needs_evidence=False, kinds=("ktp", "kk")),
        Target("telepon_rumah", gettext_lazy("Telepon rumah"), CONTACT, EmployeeContact, ("value",), _contact,
               needs_evidence=False),
        Target("darurat", gettext_lazy("Kontak darurat"), CONTACT, EmployeeContact, ("value", "label"), _contact,
               needs_evidence=False, must=("label",),
               help=gettext_lazy("Nomor telepon, lalu nama dan hubungannya dengan Anda.")),
        Target("golongan", gettext_lazy("Riwayat golongan"), HISTORY, RankRecord,
               ("rank", "starts_on", "decree", "decree_on"), _row, kinds=("sk_pangkat", "sk_cpns", "sk_pns"),
               must=("rank", "decree", "decree_on"), rows=True, statuses=PNS),
        Target("golongan_pppk", gettext_lazy("Riwayat golongan PPPK"), HISTORY, RankRecord,
               ("pay_group", "starts_on", "decree", "decree_on"), _row, kinds=("kontrak_pppk", "sk_pangkat"),
               must=("pay_group", "decree", "decree_on"), rows=True, statuses=PPPK),
        Target("kgb", gettext_lazy("Riwayat kenaikan gaji berkala"), HISTORY, SalaryIncrement,
               ("starts_on", "service_years", "service_months", "decree", "decree_on"), _row, kinds=("sk_kgb",),
               must=("decree", "decree_on"), rows=True, statuses=(*PNS, "PPPK"),
               help=gettext_lazy("MKG menurut surat kenaikan gaji berkala.")),
        Target("pendidikan", gettext_lazy("Riwayat pendidikan"), HISTORY, EmployeeEducation,
               ("level", "name", "school", "graduated", "number", "title_before", "title_after"), _row,
               kinds=("ijazah", "transkrip"), must=("name", "school", "graduated"), rows=True),
        Target("diklat", gettext_lazy("Riwayat diklat dan kursus"), HISTORY, EmployeeTraining,
               ("kind", "name", "organiser", "number", "year", "hours"), _row,
               kinds=("sertifikat_diklat", "sertifikat_kursus"), must=("organiser",), rows=True),
        Target("penghargaan", gettext_lazy("Riwayat penghargaan"), HISTORY, Award,
               ("name", "year", "decree", "decree_on"), _row, kinds=("penghargaan",), rows=True),
        Target("masa_kerja", gettext_lazy("Riwayat masa kerja sebelumnya"), HISTORY, ServicePeriod,
               ("experience", "starts_on", "ends_on", "years", "months", "decree", "decree_on"), _row,
               kinds=("lain",), must=("decree", "decree_on"), rows=True),
        Target("jabatan", gettext_lazy("Riwayat jabatan pada instansi ini"), HISTORY, Incumbency,
               incumbencies.CORRECTED, _post, kinds=("sk_jabatan", "pelantikan", "spmt"), must=("decree",), rows=True,
               only_recorded=True, joins=("position__job", "position__unit"),
               called=lambda row: f"{row.position.job.name} · {row.position.unit.name}",
               help=gettext_lazy("Nomor atau tanggal SK, TMT, dan hari terakhir. Jabatan yang belum tercatat diserahkan"
                                 " sebagai dokumen.")),
        Target("jabatan_luar", gettext_lazy("Riwayat jabatan di luar peta jabatan"), HISTORY, OutsidePost,
               ("job_name", "agency_name", "unit_name", "group", "level", "assignment", "starts_on", "ends_on",
                "decree", "decree_on"),
               _row, kinds=("sk_jabatan", "pelantikan"), must=("decree", "decree_on"), rows=True,
               help=gettext_lazy("Pada instansi lain, atau sebelum peta jabatan instansi ini ada.")),
        Target("penugasan", gettext_lazy("Riwayat penugasan pada instansi lain"), HISTORY, Secondment,
               ("kind", "direction", "agency_name", "job_name", "starts_on", "ends_on", "decree", "decree_on"),
               _row, kinds=("sk_jabatan", "spmt"), must=("decree", "decree_on"), rows=True),
        Target("tugas_belajar", gettext_lazy("Riwayat tugas belajar"), HISTORY, StudyAssignment,
               ("kind", "level", "programme", "school", "funding", "starts_on", "ends_on", "outcome", "decree",
                "decree_on"),
               _row, kinds=("tubel",), must=("decree", "decree_on"), rows=True),
        Target("cltn", gettext_lazy("Riwayat CLTN"), HISTORY, UnpaidLeave,
               ("starts_on", "ends_on", "decree", "decree_on", "is_extension", "bkn_number", "bkn_on", "returned_on",
                "return_decree", "return_decree_on"),
               _row, kinds=("cltn",), must=("decree", "decree_on"), rows=True, statuses=PNS),
        Target("kinerja", gettext_lazy("Riwayat predikat kinerja"), HISTORY, YearlyPredicate,
               ("year", "result", "behaviour", "predicate", "points"), _row, kinds=("evaluasi", "skp"), rows=True),
        Target("angka_kredit", gettext_lazy("Riwayat angka kredit"), HISTORY, CreditPoint,
               ("kind", "job_name", "level", "starts_on", "ends_on", "main_credit", "support_credit", "total",
                "decree", "decree_on"),
               _row, kinds=("pak", "sk_pak"), must=("decree", "decree_on"), rows=True),
        Target("disiplin", gettext_lazy("Riwayat hukuman disiplin"), HISTORY, Discipline,
               ("sanction", "decree", "decree_on", "starts_on", "years", "months", "ends_on", "state",
                "revoked_decree", "revoked_on"),
               _row, kinds=("hukdis",), must=("decree", "decree_on"), rows=True,
               help=gettext_lazy("Hanya dibaca petugas yang berwenang membaca hukuman disiplin.")),
        Target("keluarga", gettext_lazy("Keluarga"), HISTORY, FamilyMember,
               ("relation", "child_kind", "name", "sex", "birth_place", "birth_date", "occupation", "married_on",
                "marriage_number", "divorced_on", "died_on", "on_payroll"),
               _row, kinds=("kk", "akta_nikah", "akta_lahir"), must=("birth_date",), rows=True),
        Target("berkas", gettext_lazy("Menyerahkan dokumen saja"), PAPERS, Employee, (), _papers,
               kinds=("sk_jabatan", "pelantikan", "spmt", "sk_cpns", "sk_pns", "kontrak_pppk", "sk_pangkat", "sk_kgb",
                      "pak", "sk_pak", "karpeg", "ktp", "kk", "npwp", "akta_lahir", "akta_nikah", "cltn", "tubel",
                      "lain"),
               help=gettext_lazy("Misalnya SK jabatan atau perjanjian kerja yang belum tercatat; petugas"
                                 " menindaklanjutinya.")),
    )
}  # fmt: skip
