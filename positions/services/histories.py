"""Writes of personnel files: rows of the histories are added, corrected, closed and, when they never were, taken back.

What holds today on `Employee` follows: rank and legal standing by triggers, the last education here, in
`education_in_step`. Reading a sensitive kind is an act too. Failures: `RuleBroken`, `NotAllowed`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from asnhr import dates
from asnhr.audit import reading
from asnhr.errors import RuleBroken
from asnhr.models import User
from asnhr.scope import agency_scope
from positions import permissions
from positions.models import (
    Appointment,
    Award,
    CreditPoint,
    Discipline,
    Employee,
    EmployeeDocument,
    EmployeeEducation,
    EmployeeTraining,
    FamilyMember,
    Incumbency,
    OutsidePost,
    RankRecord,
    SalaryIncrement,
    Secondment,
    ServicePeriod,
    StandingRecord,
    StudyAssignment,
    UnpaidLeave,
    YearlyPredicate,
)
from positions.rules import performance
from positions.rules.discipline import LONGEST_TERM, SANCTIONS
from positions.rules.numbers import add_months
from positions.services import agenda, plausible, ranks, reasons, standings
from positions.services.decree import check_not_backwards
from positions.services.reasons import OfRequest
from positions.services.register import _save, validate

PNS = frozenset({Employee.Status.PNS, Employee.Status.CPNS})


@dataclass(frozen=True, slots=True)
class Kind:
    """A history: its name in addresses, its table, and the columns that people write, in the order of the form."""

    slug: str
    model: Any
    fields: tuple[str, ...]
    # Demanded though the model lets them be empty: a constraint asks for them.
    must: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """What people write, with the document that proves the row."""
        return (*self.fields, DOCUMENT)

    @property
    def name(self) -> str:
        return str(self.model._meta.verbose_name)

    @property
    def closes(self) -> bool:
        """Whether rows may be open, to be closed by their end; of a training without its days the end is unknown."""
        if "ends_on" not in self.fields:
            return False
        return bool(self.model._meta.get_field("ends_on").null and not self.model._meta.get_field("starts_on").null)

    @property
    def is_sensitive(self) -> bool:
        """Whether looks by others are written down."""
        return self.model.__name__ in permissions.SENSITIVE

    @property
    def is_logged(self) -> bool:
        """Whether a look at some column of a row is written down."""
        return self.is_sensitive or bool(self.tells_health) or self.model is StandingRecord

    @property
    def is_coded(self) -> bool:
        """Whether corrections give their reason from the fixed list (`positions.services.reasons`)."""
        return reasons.is_coded(self.model)

    @property
    def tells_health(self) -> str:
        """The column that may tell of illness, "" for none."""
        return permissions.HEALTH.get(self.model.__name__, "")


DOCUMENT = "document"
DECREE = ("decree", "decree_on")
CONSENT = ("bkn_number", "bkn_on")
KINDS: dict[str, Kind] = {
    each.slug: each
    for each in (
        Kind("golongan", RankRecord, (
            "rank", "pay_group", "kind", "starts_on", "service_years", "service_months", "main_credit",
            "extra_credit", *DECREE, *CONSENT,
        )),
        Kind("kedudukan-hukum", StandingRecord, ("standing", "starts_on", *DECREE, "note")),
        Kind("kgb", SalaryIncrement, ("starts_on", "service_years", "service_months", *DECREE)),
        Kind("pengangkatan", Appointment, (
            "formation_kind", "formation_group", "formation_name", "period", "participant", "cpns_decree",
            "cpns_decree_on", "pns_decree", "pns_decree_on", *CONSENT, "duty_on",
        )),
        Kind("masa-kerja", ServicePeriod, (
            "experience", "starts_on", "ends_on", "years", "months", "counts", "counts_from", *DECREE, *CONSENT,
        )),
        Kind("jabatan-luar", OutsidePost, (
            "agency_name", "unit_name", "job_name", "group", "level", "echelon", "assignment", "starts_on", "ends_on",
            "inaugurated_on", *DECREE,
        )),
        Kind("penugasan", Secondment, (
            "kind", "direction", "agency_name", "job_name", "starts_on", "ends_on", *DECREE,
        )),
        Kind("cltn", UnpaidLeave, (
            "reason", "is_extension", "starts_on", "ends_on", *DECREE, *CONSENT, "returned_on", "return_decree",
            "return_decree_on",
        )),
        Kind("pendidikan", EmployeeEducation, (
            "level", "name", "school", "graduated", "graduated_on", "number", "title_before", "title_after", "is_first",
        )),
        Kind("tugas-belajar", StudyAssignment, (
            "kind", "level", "programme", "school", "funding", "starts_on", "ends_on", "outcome", *DECREE,
        )),
        Kind("diklat", EmployeeTraining, (
            "kind", "structural", "name", "organiser", "number", "year", "starts_on", "ends_on", "hours",
        )),
        Kind("penghargaan", Award, ("code", "name", "year", *DECREE)),
        Kind("kinerja", YearlyPredicate, (
            "year", "result", "behaviour", "predicate", "points", "appraiser_name", "appraiser_nip", "appraiser_rank",
            "appraiser_job", "appraiser_unit", "appraiser_status",
        )),
        Kind("angka-kredit", CreditPoint, (
            "kind", "job_name", "level", "starts_on", "ends_on", "main_credit", "support_credit", "total", *DECREE,
            "source",
        )),
        Kind("keluarga", FamilyMember, (
            "relation", "child_kind", "name", "sex", "birth_place", "birth_date", "occupation", "nip", "on_payroll",
            "married_on", "marriage_number", "divorced_on", "died_on",
        )),
        Kind("disiplin", Discipline, (
            "sanction", "state", *DECREE, "starts_on", "years", "months", "ends_on", "regulation", "reason_code",
            "reason", "rank_before", "rank", "revoked_decree", "revoked_on", "note",
        ), must=DECREE),
    )
}  # fmt: skip
KIND_OF = {each.model: each for each in KINDS.values()}


@transaction.atomic
def add(*, actor: User, employee: Employee, kind: Kind, facts: Mapping[str, Any]) -> Any:
    """Write a row into a person's file. Raises RuleBroken (a rule of the kind, a constraint) and NotAllowed."""
    permissions.check_may_edit_history(actor, employee, kind.model)
    # One officer at a time in a file: rank and standing of today follow from its rows.
    person = Employee.objects.select_for_update(of=("self",)).get(pk=employee.pk)
    row = kind.model(agency_id=person.agency_id, employee=person, **_known(kind, facts))
    _check(row, person, kind.fields)
    _check_document(actor, row, person, None)
    validate(row)
    if isinstance(row, RankRecord):
        ranks.keep_earlier(row, person)
    row.save()
    _in_step(row)
    return row


def rehearse(*, employee: Employee, kind: Kind, row: Any | None, facts: Mapping[str, Any]) -> None:
    """Ask the rules what `add` (without `row`) or `correct` would ask of these facts, and write nothing. Raises
    RuleBroken."""
    written: Sequence[str] = kind.fields
    if row is None:
        row = kind.model(agency_id=employee.agency_id, **_known(kind, facts))
    else:
        written = _write(row, _known(kind, facts))
    row.employee = employee
    _check(row, employee, written)
    validate(row)


def _write(row: Any, facts: Mapping[str, Any]) -> list[str]:
    """Set the facts on a row and return the columns that became another."""
    changed = [name for name, value in facts.items() if getattr(row, name) != value]
    for name, value in facts.items():
        setattr(row, name, value)
    if "starts_on" in changed and isinstance(row, StandingRecord):
        row.undated = False
    return changed


@transaction.atomic
def correct(*, actor: User, row: Any, why: str | OfRequest, facts: Mapping[str, Any]) -> Any:
    """Correct what was written wrongly; `why` stands in the audit trail beside old and new values, of specific kinds a
    code of `reasons`. A fact that changed is a new row instead. Raises RuleBroken and NotAllowed."""
    kind = KIND_OF[type(row)]
    check_may_edit(actor, row)
    with _because(row, actor, why):
        person = Employee.objects.select_for_update(of=("self",)).get(pk=row.employee_id)
        row = kind.model.objects.select_for_update(of=("self",)).get(pk=row.pk)
        # Bound hashes are made with the person's NIP.
        row.employee = person
        attached = row.document_id
        _check(row, person, _write(row, _known(kind, facts)))
        _check_document(actor, row, person, attached)
        _save(row)
        _in_step(row)
    return row


@transaction.atomic
def close(*, actor: User, row: Any, ends_on: date) -> Any:
    """End an open row; `ends_on` is the first day without it. Raises RuleBroken (no end, ended) and NotAllowed."""
    kind = KIND_OF[type(row)]
    check_may_edit(actor, row)
    if not kind.closes:
        raise RuleBroken(_("Riwayat ini tidak punya tanggal akhir tersendiri."))
    row = kind.model.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if row.ends_on is not None:
        raise RuleBroken(_("Riwayat ini sudah diakhiri."))
    if said := plausible.wrong(type(row), "ends_on", ends_on, dates.today()):
        raise RuleBroken(said)
    row.ends_on = ends_on
    _save(row)
    return row


@transaction.atomic
def take_back(*, actor: User, row: Any, why: str | OfRequest) -> None:
    """Delete a row that never should have been (a double, another person's); the trail keeps it with `why`. The case of
    the agenda book that an increment closed is open again."""
    check_may_edit(actor, row)
    with _because(row, actor, why):
        hold_for(type(row), row.agency_id)
        row.employee = Employee.objects.select_for_update(of=("self",)).get(pk=row.employee_id)
        row.delete()
        _in_step(row)
        if isinstance(row, SalaryIncrement):
            agenda.reopen(increment=row, actor=actor)


def hold_for(model: type[models.Model], agency_id: int) -> None:
    """Hold what a row of the model, taken back, may open again; before the person is held."""
    if model is SalaryIncrement:
        agenda.hold(agency_id)


def check_may_edit(actor: User, row: Any) -> None:
    """Correct, close or take back a row. Raises NotAllowed: also for what the actor may not read of it."""
    permissions.check_may_edit_history(actor, row.employee, type(row))
    if isinstance(row, StandingRecord) and standings.tells(row):
        permissions.check_may_read_standing(actor, row.employee)


def read(*, actor: User, employee: Employee, kind: Kind, rows: Iterable[Any], purpose: str = "") -> list[Any]:
    """Return the rows and, of a sensitive kind, write down that the actor read them; the own file is nobody's secret
    from its person. What may tell of illness gives way to a word for who may not read it. Raises NotAllowed."""
    permissions.check_may_read_history(actor, employee, kind.model)
    found = list(rows)
    if name := kind.tells_health:
        if not permissions.may_read_health(actor, employee):
            for row in found:
                # Shown, never saved: `correct` loads the row again.
                setattr(row, name, str(_("tertutup")) if getattr(row, name) else "")
        elif not permissions.is_own_file(actor, employee):
            note_health(kind.model, [row.pk for row in found if getattr(row, name)], purpose)
    if kind.model is StandingRecord:
        standings.read_records(actor=actor, employee=employee, rows=found, purpose=purpose)
    if kind.is_sensitive and not permissions.is_own_file(actor, employee):
        if found:
            note_read(kind.model, [row.pk for row in found], purpose)
        else:
            # That there is nothing is an answer, too.
            reading.record(model=Employee, objects=[employee.pk], columns=[kind.slug], purpose=purpose)
    return found


def note_health(model: type[models.Model], objects: list[int], purpose: str = "") -> None:
    """Write down that the scope's user read of these rows what may tell of illness; nothing for none."""
    if objects:
        reading.record(model=model, objects=objects, columns=[permissions.HEALTH[model.__name__]], purpose=purpose)


def note_read(model: type[models.Model], objects: list[int], purpose: str = "") -> None:
    """Write down that the scope's user read these rows of a sensitive kind; nobody is shown a keyed hash."""
    names = (field.name for field in model._meta.concrete_fields if not field.name.endswith("_hash"))
    columns = [name for name in names if name not in ("id", "agency", "siasn_id")]
    reading.record(model=model, objects=objects, columns=columns, purpose=purpose)


def _known(kind: Kind, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    unknown = set(facts) - set(kind.columns) - {"siasn_id"}
    if unknown:
        raise ValueError(f"not a column of {kind.slug}: {', '.join(sorted(unknown))}")
    return facts


def _because(row: Any, actor: User, why: str | OfRequest) -> Any:
    return agency_scope(row.agency_id, user_id=actor.pk, reason=reasons.checked(type(row), why))


def _in_step(row: Any) -> None:
    if isinstance(row, EmployeeEducation):
        education_in_step(row.agency_id, [row.employee_id])


def education_in_step(agency_id: int, people: list[int]) -> None:
    """Let the last education on `Employee` be the highest of the person's history, of equals the latest; people
    without any keep what they have. One statement for any number of people."""
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE positions_employee e SET education_level_id = x.level_id, education_id = x.education_id,
                   graduated = x.graduated
               FROM (
                   SELECT DISTINCT ON (x.employee_id) x.employee_id, x.level_id, x.education_id, x.graduated
                   FROM positions_employeeeducation x
                   JOIN positions_educationlevel l ON l.code = x.level_id
                   WHERE x.agency_id = %s AND x.employee_id = ANY (%s)
                   ORDER BY x.employee_id, l."order" DESC NULLS LAST, x.graduated DESC NULLS LAST, x.id DESC
               ) x
               WHERE e.agency_id = %s AND e.id = x.employee_id
                   AND (e.education_level_id, e.education_id, e.graduated)
                       IS DISTINCT FROM (x.level_id, x.education_id, x.graduated)""",
            [agency_id, people, agency_id],
        )


# Rules of the kinds, beside the constraints of their tables


def _check(row: Any, person: Employee, written: Sequence[str]) -> None:
    """Ask the rules of a row; `written`: its columns that are new or another than they were."""
    plausible.check_days(row, written, person, dates.today())
    check = _CHECKS.get(type(row))
    if check is not None:
        check(row, person)
    if isinstance(row, StandingRecord) and {"standing", "starts_on"} & set(written):
        standings.check(person, row.standing, row.starts_on)
    starts_on = getattr(row, "starts_on", None)
    # A standing that only has no day of its own lies there.
    if starts_on is not None and starts_on <= person.birth_date and not getattr(row, "undated", False):
        raise RuleBroken(_("Tanggal mulai harus sesudah tanggal lahir pegawai."))
    plausible.check_kind(row, written, person)


def _check_document(actor: User, row: Any, person: Employee, attached: int | None) -> None:
    """The document that proves the row: of the person's own file, and open to the actor, who else would learn of it
    here. What a specific one tells is told by rows of its kind only: they ask the same permission."""
    if row.document_id is None or row.document_id == attached:
        return
    papers = EmployeeDocument.objects.in_file().select_related("kind", "request", "employee__unit")
    document = papers.filter(agency_id=person.agency_id, employee=person, pk=row.document_id).first()
    if document is None:
        raise RuleBroken(_("Dokumen ini bukan dokumen pada berkas pegawai yang sama."))
    permissions.check_may_open_document(actor, document)
    if document.kind.permission not in ("", permissions.SENSITIVE.get(type(row).__name__)):
        raise RuleBroken(_("Dokumen spesifik hanya dilampirkan pada riwayat jenisnya."))


def documents_for(actor: User, person: Employee, kind: Kind) -> models.QuerySet[EmployeeDocument]:
    """Documents of a person's file that the actor may attach to rows of a kind, the newest first."""
    asked = ["", *filter(None, [permissions.SENSITIVE.get(kind.model.__name__)])]
    rows = EmployeeDocument.objects.visible_to(actor).in_file().filter(employee=person, kind__permission__in=asked)
    return rows.select_related("kind").order_by("-uploaded_at", "-pk")


def _check_increment(row: SalaryIncrement, person: Employee) -> None:
    if person.status == Employee.Status.PART_TIME:
        raise RuleBroken(_("PPPK paruh waktu tidak mendapat kenaikan gaji berkala."))
    if person.status == Employee.Status.CPNS:
        # PP 7/1977 article 11 speaks of civil servants, article 5 names candidates apart.
        raise RuleBroken(_("CPNS tidak mendapat kenaikan gaji berkala."))


def _check_post(row: OutsidePost, person: Employee) -> None:
    """One definitive post at a time, here or elsewhere."""
    if row.assignment != OutsidePost.Assignment.DEFINITIVE:
        return
    until = Q() if row.ends_on is None else Q(starts_on__lt=row.ends_on)
    permanent = [Incumbency.Kind.DEFINITIVE, Incumbency.Kind.PART_TIME]
    held = Incumbency.objects.filter(agency_id=person.agency_id, employee=person, kind__in=permanent)
    if held.filter(until, Q(ends_on__isnull=True) | Q(ends_on__gt=row.starts_on)).exists():
        raise RuleBroken(_("Pada rentang tanggal itu pegawai memangku jabatan definitif pada instansi ini."))


def _check_predicate(row: YearlyPredicate, person: Employee) -> None:
    if row.year < performance.FIRST_MATRIX_YEAR or row.result is None or row.behaviour is None:
        return
    right = performance.MATRIX.get((row.result, row.behaviour))
    if right is None:
        return  # what is no rating at all the column itself refuses
    if row.predicate != right:
        raise RuleBroken(
            _("Menurut matriks PermenPANRB 6/2022 predikatnya %(predicate)s.")
            % {"predicate": _(performance.PREDICATES[right])}
        )


def _check_discipline(row: Discipline, person: Employee) -> None:
    """A timed sanction ends when its term does, unless the decree says otherwise; none holds before its decree."""
    check_not_backwards(row.decree_on, row.starts_on)
    months = SANCTIONS[row.sanction].months if row.sanction in SANCTIONS else 0
    term = row.years * 12 + row.months
    if term > LONGEST_TERM:
        raise RuleBroken(_("Masa hukuman paling lama seratus tahun."))
    if row.ends_on is None and (term or months):
        row.ends_on = add_months(row.starts_on, term or months)
    if months and not term:
        row.years, row.months = divmod(months, 12)


_CHECKS: dict[Any, Any] = {
    RankRecord: ranks.check_row,
    SalaryIncrement: _check_increment,
    OutsidePost: _check_post,
    YearlyPredicate: _check_predicate,
    Discipline: _check_discipline,
}
