"""What the rules of `positions.rules.plausible` say of a person and of a row of their file, in words.

Asked by `register` and `histories` before a row is written, and by `correctable` when a person proposes one.
"""

import re
from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asnhr import formats
from asnhr.errors import RuleBroken
from positions.models import (
    CreditPoint,
    Discipline,
    Employee,
    EmployeeEducation,
    EmployeeTraining,
    FamilyMember,
    RankRecord,
    SalaryIncrement,
    ServicePeriod,
    UnpaidLeave,
    YearlyPredicate,
)
from positions.rules import plausible as rules
from positions.rules.discipline import SANCTIONS, contradicts
from positions.rules.levels import RANK_BY_ID
from positions.rules.rank import is_fall

PHONE = re.compile(r"\+?[0-9][0-9 -]{7,17}[0-9]")
# Stored as the first day without it.
END = "ends_on"
BIRTH = "birth_date"
YEARS = ("year", "graduated")
# Facts of a person whose days must fit each other.
DAYS_OF_PERSON = (BIRTH, "cpns_on", "pns_on")


def wrong(model: type[models.Model], name: str, value: Any, today: date) -> str:
    """Return why a day or a year cannot be true by itself, "" where it can."""
    if value is None:
        return ""
    if name in YEARS:
        return "" if rules.is_possible_year(value, today) else _("Tahun ini tidak mungkin.")
    if not isinstance(model._meta.get_field(name), models.DateField):
        return ""
    if name == END:
        return "" if rules.is_possible_end(value) else _("Hari terakhir ini tidak mungkin.")
    if name == BIRTH and model is FamilyMember:
        possible = rules.is_possible_birth(value, today)
    elif name == BIRTH:
        possible = rules.is_possible_age(value, today)
    elif model is Discipline and name in ("decree_on", "revoked_on"):
        # A decree that runs is one that was signed.
        possible = rules.is_possible_day(value, today) and value <= today
    else:
        possible = rules.is_possible_day(value, today)
    return "" if possible else _("Tanggal ini tidak mungkin.")


def end_of(field: Any, end: date | None) -> date | None:
    """Return an end as it is stored: one in the year 9999 is none, where there may be none. Raises RuleBroken where
    there may not."""
    if end is None or not rules.is_open_end(end):
        return end
    if not field.null:
        raise RuleBroken(_("Riwayat ini wajib menyebut hari terakhir yang sebenarnya."))
    return None


def _of(row: Any, name: str) -> Any:
    """Return a column's value as its field types it; None for what it does not take: the field says so itself."""
    field = row._meta.get_field(name)
    if field.is_relation:
        return None
    try:
        return field.to_python(getattr(row, name))
    except ValidationError:
        return None


def check_day(day: date | None, today: date) -> None:
    """A document's day, the first of a contact. Raises RuleBroken."""
    if day is not None and not rules.is_possible_day(day, today):
        raise RuleBroken(_("Tanggal ini tidak mungkin."))


def check_person(person: Employee, today: date) -> None:
    """Days of a person that fit each other. Raises RuleBroken."""
    if not rules.is_possible_age(person.birth_date, today):
        raise RuleBroken(
            _("Tanggal lahir %(day)s tidak mungkin: pegawai berusia %(youngest)d sampai %(oldest)d tahun.")
            % {"day": formats.day(person.birth_date), "youngest": rules.YOUNGEST, "oldest": rules.OLDEST - 1}
        )
    for name in ("cpns_on", "pns_on"):
        day = getattr(person, name)
        if day is None:
            continue
        field: Any = Employee._meta.get_field(name)
        label = str(field.verbose_name)
        if not rules.is_possible_day(day, today):
            raise RuleBroken(_("%(name)s %(day)s tidak mungkin.") % {"name": label, "day": formats.day(day)})
        if not rules.is_possible_age(person.birth_date, day):
            raise RuleBroken(
                _("%(name)s %(day)s tidak mungkin: pegawai lahir %(born)s dan diangkat paling muda %(youngest)d tahun.")
                % {"name": label, "day": formats.day(day), "born": formats.day(person.birth_date),
                   "youngest": rules.YOUNGEST}
            )  # fmt: skip


def check_rank_day(day: date, person: Employee) -> None:
    """A rank holds from the appointment at the earliest. Raises RuleBroken."""
    if person.cpns_on is not None and day < person.cpns_on:
        raise RuleBroken(
            _("TMT golongan tidak boleh mendahului TMT CPNS %(day)s.") % {"day": formats.day(person.cpns_on)}
        )


def check_today(person: Employee, written: Collection[str], today: date) -> None:
    """What the register says of today by the rules of the histories that it follows: TMT CPNS before that of PNS and of
    the rank (`ranks` asks for the rank itself), the year of the last education. `written`: the facts that are new.
    Raises RuleBroken."""
    if {"cpns_on", "pns_on"} & set(written) and person.cpns_on and person.pns_on and person.pns_on < person.cpns_on:
        raise RuleBroken(
            _("TMT PNS %(pns)s tidak boleh mendahului TMT CPNS %(cpns)s.")
            % {"pns": formats.day(person.pns_on), "cpns": formats.day(person.cpns_on)}
        )
    if person.rank_since is not None and "cpns_on" in written:
        check_rank_day(person.rank_since, person)
    if "graduated" in written and person.graduated is not None:
        if said := wrong(EmployeeEducation, "graduated", _of(person, "graduated"), today):
            raise RuleBroken(said)
        _education(EmployeeEducation(graduated=person.graduated), person)


def check_days(row: Any, names: Sequence[str], person: Employee, today: date) -> None:
    """Each day and year of a row by itself; `names`: the columns that are written. Raises RuleBroken."""
    if hasattr(row, END):
        row.ends_on = end_of(row._meta.get_field(END), row.ends_on)
    for name in names:
        if said := wrong(type(row), name, _of(row, name), today):
            label = str(row._meta.get_field(name).verbose_name) if name != END else _("Sampai dengan")
            raise RuleBroken(f"{label[:1].upper()}{label[1:]}: {said}")
    year = next((_of(row, name) for name in YEARS if getattr(row, name, None)), None)
    if year is not None and year < person.birth_date.year:
        raise RuleBroken(_("Tahun ini mendahului tahun lahir pegawai."))


def check_kind(row: Any, names: Sequence[str], person: Employee) -> None:
    """What cannot be of a row of its kind. Raises RuleBroken."""
    asked = _ASKED_FOR.get(type(row))
    if asked is not None and asked.isdisjoint(names):
        return
    if (check := _OF_COLUMNS.get(type(row))) is not None:
        check(row, names, person)
    elif (check := _OF_KIND.get(type(row))) is not None:
        check(row, person)


def _leave(row: UnpaidLeave, names: Collection[str], person: Employee) -> None:
    if rules.is_too_long_leave(row.starts_on, row.ends_on, is_extension=row.is_extension):
        raise RuleBroken(
            _("Perpanjangan CLTN paling lama satu tahun.")
            if row.is_extension
            else _("CLTN paling lama tiga tahun, dan dapat diperpanjang satu tahun.")
        )
    if "starts_on" in names and rules.precedes_appointment(row.starts_on, person.cpns_on):
        raise RuleBroken(_("CLTN tidak boleh mendahului pengangkatan pegawai."))


INCREMENT_FAULTS: dict[rules.IncrementFault, Any] = {
    rules.IncrementFault.TOO_YOUNG: gettext_lazy("TMT KGB mendahului usia pengangkatan termuda"),
    rules.IncrementFault.NOT_APPOINTED: gettext_lazy("TMT KGB tidak sesudah TMT CPNS"),
    rules.IncrementFault.BELOW_THE_TABLE: gettext_lazy("MKG di bawah langkah pertama tabel gaji"),
    rules.IncrementFault.BEYOND_THE_TABLE: gettext_lazy("MKG melebihi langkah terakhir tabel gaji"),
    rules.IncrementFault.LONGER_THAN_LIFE: gettext_lazy("MKG lebih lama daripada yang mungkin menurut usia pegawai"),
}


def _increment(row: SalaryIncrement, person: Employee) -> None:
    years, months = _of(row, "service_years"), _of(row, "service_months")
    if years is None or row.starts_on is None or years > row.MOST_YEARS or (months or 0) > row.MOST_MONTHS:
        return  # what no increment has the column itself refuses
    fault = rules.increment_fault(person.birth_date, person.cpns_on, row.starts_on, years * 12 + (months or 0))
    if fault is not None:
        raise RuleBroken(f"{INCREMENT_FAULTS[fault]}.")


def _discipline(row: Discipline, names: Collection[str], person: Employee) -> None:
    if {"sanction", "years", "months"} & set(names) and contradicts(row.sanction, row.years * 12 + row.months):
        raise RuleBroken(
            _("Hukuman jenis ini berlaku %(n)d bulan menurut PP 94/2021.") % {"n": SANCTIONS[row.sanction].months}
        )
    if "starts_on" in names and rules.precedes_appointment(row.starts_on, person.cpns_on):
        raise RuleBroken(_("Hukuman disiplin tidak boleh mendahului pengangkatan pegawai."))


def _service_period(row: ServicePeriod, person: Employee) -> None:
    if row.counts and row.ends_on > row.starts_on:
        ranks = RankRecord.objects.filter(agency_id=person.agency_id, employee=person).order_by("starts_on")
        if rules.counts_twice(row.ends_on, person.cpns_on or ranks.values_list("starts_on", flat=True).first()):
            raise RuleBroken(
                _("Masa kerja yang dinilai harus berakhir sebelum pengangkatan: sesudahnya sudah dihitung sebagai masa"
                  " kerja sendiri.")
            )  # fmt: skip
    is_span = row.ends_on > row.starts_on
    if is_span and rules.grants_too_much(row.years * 12 + row.months, row.starts_on, row.ends_on):
        raise RuleBroken(_("Masa kerja yang diakui lebih panjang daripada masanya."))


def _education(row: EmployeeEducation, person: Employee) -> None:
    earliest = person.birth_date.year + rules.YOUNGEST_GRADUATE
    graduated = _of(row, "graduated")
    if graduated is not None and graduated < earliest:
        raise RuleBroken(_("Tahun lulus ini mendahului usia %(n)d tahun.") % {"n": rules.YOUNGEST_GRADUATE})


def _training(row: EmployeeTraining, names: Collection[str], person: Employee) -> None:
    if "hours" in names and (_of(row, "hours") or 0) > rules.MOST_HOURS:
        raise RuleBroken(_("Jam pelajaran paling banyak %(n)d.") % {"n": rules.MOST_HOURS})
    year, first, end = _of(row, "year"), _of(row, "starts_on"), _of(row, END)
    if {"year", "starts_on", END}.isdisjoint(names) or year is None or (first and end and end <= first):
        return  # of days turned round the constraint tells
    if not rules.is_year_of(year, first, end - timedelta(days=1) if end else None):
        raise RuleBroken(_("Tahun diklat di luar tanggal mulai sampai selesainya."))


def _predicate(row: YearlyPredicate, person: Employee) -> None:
    points = _of(row, "points")
    if points is not None and not 0 <= points <= rules.MOST_POINTS:
        raise RuleBroken(_("Nilai kinerja 0 sampai %(n)d.") % {"n": rules.MOST_POINTS})


def _credit(row: CreditPoint, person: Employee) -> None:
    if any((_of(row, name) or 0) < 0 for name in ("main_credit", "support_credit")):
        raise RuleBroken(_("Angka kredit tidak boleh di bawah nol."))
    total = _of(row, "total")
    if (total or 0) > 0 and not rules.adds_up(total, (_of(row, "main_credit"), _of(row, "support_credit"))):
        raise RuleBroken(_("Kredit total bukan jumlah kredit utama dan penunjangnya."))


def _family(row: FamilyMember, person: Employee) -> None:
    relation, sexes = FamilyMember.Relation, Employee.Sex
    wanted = {relation.FATHER.value: sexes.MALE, relation.MOTHER.value: sexes.FEMALE}.get(row.relation)
    if wanted is not None and row.sex not in ("", wanted):
        raise RuleBroken(_("Ayah berjenis kelamin laki-laki, ibu perempuan."))
    born, married = _of(row, BIRTH), _of(row, "married_on")
    if married is not None and not rules.is_possible_marriage(person.birth_date, married):
        raise RuleBroken(_("Pada tanggal nikah ini pegawai belum %(n)d tahun.") % {"n": rules.YOUNGEST_SPOUSE})
    if born is None:
        return
    if wanted is not None and born >= person.birth_date:
        raise RuleBroken(_("Ayah atau ibu lahir sebelum pegawai."))
    # Whom one marries may have grown children.
    own = row.child_kind != FamilyMember.ChildKind.STEP
    if row.relation == relation.CHILD and own and born <= person.birth_date:
        raise RuleBroken(_("Anak lahir sesudah pegawai."))
    if married is not None and married <= born:
        raise RuleBroken(_("Tanggal nikah harus sesudah tanggal lahir."))
    if married is not None and not rules.is_possible_marriage(born, married):
        raise RuleBroken(_("Pada tanggal nikah ini suami/istri belum %(n)d tahun.") % {"n": rules.YOUNGEST_SPOUSE})


def _rank(row: RankRecord, person: Employee) -> None:
    """A rank is never lower than the one before it, but for what `is_fall` lets be; imports ask the same."""
    if row.rank not in RANK_BY_ID:
        return
    steps = RankRecord.objects.filter(agency_id=person.agency_id, employee=person)
    others = steps.filter(rank__isnull=False).exclude(pk=row.pk)
    before = others.filter(starts_on__lt=row.starts_on).order_by("-starts_on").first()
    after = others.filter(starts_on__gt=row.starts_on).order_by("starts_on").first()
    if person.rank is not None and person.rank_since is not None and not steps.exists():
        # It joins the history that begins with this row.
        own = RankRecord(rank=person.rank, starts_on=person.rank_since)
        before = own if own.starts_on < row.starts_on else None
        after = own if own.starts_on > row.starts_on else None
    for earlier, later in ((before, row), (row, after)):
        if earlier is None or later is None or earlier.rank not in RANK_BY_ID or later.rank not in RANK_BY_ID:
            continue
        if is_fall(earlier.rank, later.rank, is_promotion=bool(later.kind)):
            raise RuleBroken(
                _("Golongan %(grade)s TMT %(day)s lebih rendah daripada golongan sebelumnya, %(before)s.")
                % {"grade": later.grade, "day": formats.day(later.starts_on), "before": earlier.grade}
            )


# Kinds whose rules are asked only when these columns become another: an old fault beside them stops no correction.
_ASKED_FOR: dict[Any, frozenset[str]] = {
    RankRecord: frozenset({"rank", "starts_on", "kind"}),
    SalaryIncrement: frozenset({"starts_on", "service_years", "service_months"}),
    ServicePeriod: frozenset({"starts_on", "ends_on", "years", "months", "counts"}),
    CreditPoint: frozenset({"main_credit", "support_credit", "total"}),
    FamilyMember: frozenset({"relation", "child_kind", "sex", BIRTH, "married_on"}),
}
# Kinds of which each rule looks at the columns that are written by itself.
_OF_COLUMNS: dict[Any, Any] = {UnpaidLeave: _leave, EmployeeTraining: _training, Discipline: _discipline}
_OF_KIND: dict[Any, Any] = {
    SalaryIncrement: _increment,
    ServicePeriod: _service_period,
    EmployeeEducation: _education,
    YearlyPredicate: _predicate,
    CreditPoint: _credit,
    FamilyMember: _family,
    RankRecord: _rank,
}
