"""How a case of the agenda book comes about ("Dasar perhitungan"): what it rests on and each step to its day, by the
rules that found it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from asnhr import dates, formats
from asnhr.audit import reading
from asnhr.formats import counted, years_and_months
from asnhr.queries import Value
from positions import letters, permissions
from positions.models import AgendaItem, Contract, Employee, Incumbency
from positions.pages import agenda_words as words
from positions.pages import basis, employees
from positions.queries import agenda as queries
from positions.queries import histories, register
from positions.rules import agenda as rules
from positions.rules import promotion
from positions.rules.agenda import Kind
from positions.rules.levels import ECHELON_BY_CODE
from positions.rules.numbers import add_months, add_years
from positions.rules.rank import order


@dataclass
class Explained:
    """A case, its person and the rulebook of today; explained to a user."""

    item: AgendaItem
    user: Any
    values: Mapping[str, Value]
    inputs: list[tuple[str, str]] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)

    @cached_property
    def day(self) -> date:
        return dates.today()

    @property
    def person(self) -> Employee:
        return self.item.employee

    @cached_property
    def placed(self) -> Employee:
        """The person with post and pension date; one query."""
        people = Employee.objects.filter(agency_id=self.item.agency_id, pk=self.item.employee_id)
        joined = register.with_retirement(register.with_post(people, self.day), self.day, self.settings.ages)
        return joined.select_related("post__position__job__reference").get()

    @cached_property
    def settings(self) -> rules.Settings:
        """One query."""
        return queries.settings_of(self.values, queries.date_sets())

    @property
    def grade(self) -> str:
        return employees.rank_code(self.person)

    def holds(self) -> date | None:
        """Name the rank; return since when it is held."""
        since = self.person.rank_since
        held = {"grade": self.grade or formats.DASH, "day": formats.day(since)}
        self.inputs.append((_("Golongan"), _("%(grade)s sejak %(day)s") % held))
        return since

    def leaves_first(self) -> None:
        """Say so where a promotion or increment under way is no longer due, since the person leaves first; two
        queries."""
        item = self.item
        if item.is_due or item.state == rules.State.DECREED or Kind(item.kind) not in rules.WHILE_WORKING:
            return
        known = [self.placed.retires_on, self.placed.exits_on]  # type: ignore[attr-defined]
        ends = min((day for day in known if day is not None), default=None)
        if ends is not None and rules.is_outlived(Kind(item.kind), item.due_on, ends):
            self.steps.append(words.outlived(ends, item.due_on))

    def first_promotion(self, due: date) -> date:
        day, count = promotion.first_allowed(due, self.settings.sets)
        said = _("Tanggal kenaikan pangkat pertama sejak hari itu (%(n)s kali setahun): %(day)s.")
        self.steps.append(said % {"n": count, "day": formats.day(day)})
        return day


def basis_of(item: AgendaItem, user: Any, values: Mapping[str, Value]) -> dict[str, Any]:
    """Return what templates/_parts/basis.html shows; eight queries at most. `values`: the rulebook of today. What rests
    on increments is told to who reads salaries, and the look is written down."""
    told = Explained(item, user, values)
    kind = Kind(item.kind)
    # The decree has changed what the case was counted from.
    found = None if item.state == rules.State.DECREED else _EXPLAIN[kind](told)
    if item.state == rules.State.DECREED:
        told.steps.append(_("Sudah selesai: dihitung dari data sebelum SK-nya dicatat."))
    elif found is not None and found != item.due_on:
        said = _("Data berubah sejak penghitungan terakhir: kini %(day)s; penghitungan malam nanti memperbaruinya.")
        told.steps.append(said % {"day": formats.day(found)})
    told.leaves_first()
    used = [values[code].as_json() for code in words.PARAMETERS[kind] if code in values]
    return {
        "inputs": told.inputs, "steps": told.steps, "rule": words.rule_of(kind), "legal_basis": words.LAWS[kind],
        **basis.by_origin(used),
    }  # fmt: skip


def _promotion(told: Explained) -> date | None:
    since, kind, waiting = told.holds(), Kind(told.item.kind), told.settings.waiting
    if since is None:
        return None
    years = {Kind.REGULAR: waiting.regular, Kind.FUNCTIONAL: waiting.functional}.get(kind, waiting.structural)
    if kind is Kind.STRUCTURAL and _is_below(told):
        years = waiting.below_minimum
    return told.first_promotion(_after_years(told, since, years))


def _is_below(told: Explained) -> bool:
    """Whether the rank is below the lowest of the post's echelon: one year is enough."""
    post = register.post_of(told.placed)
    echelon = ECHELON_BY_CODE.get(post.position.job.echelon) if post is not None else None
    if post is None or echelon is None or echelon.lowest is None or told.person.rank is None:
        return False
    told.inputs.append((_("Jabatan"), f"{post.position.job} ({echelon.code})"))
    is_below = order(told.person.rank) < order(echelon.lowest)
    if is_below:
        told.steps.append(_("Pangkat masih di bawah pangkat terendah eselon %(code)s.") % {"code": echelon.code})
    return is_below


def _years(many: int) -> str:
    return counted("%(n)s tahun", many)


def _months(many: int) -> str:
    return counted("%(n)s bulan", many)


def _after_years(told: Explained, since: date, years: int) -> date:
    due = add_years(since, years)
    told.steps.append(
        _("%(rank)s sejak %(since)s ditambah %(years)s: %(due)s.")
        % {"rank": told.grade, "since": formats.day(since), "years": _years(years), "due": formats.day(due)}
    )
    return due


def _diploma(told: Explained) -> date | None:
    since, person = told.holds(), told.person
    if since is None:
        return None
    due = _after_years(told, since, told.settings.diploma_years)
    level = person.education_level_id or (person.education.level_id if person.education else None)
    study = histories.study_facts(person, level, told.day)
    gained = study.diploma_on or study.year_ends(person.graduated)
    if gained is not None:
        told.inputs.append((_("Ijazah"), formats.day(gained)))
        if gained > due:
            told.steps.append(_("Ijazahnya baru sejak %(day)s.") % {"day": formats.day(gained)})
    return told.first_promotion(max(due, gained or due))


def _honours(told: Explained) -> date | None:
    since, start = told.holds(), told.person.cpns_on
    retires_on = _pension(told)
    if retires_on is None or since is None or start is None:
        return retires_on
    served, held = rules.months_between(start, retires_on), rules.months_between(since, retires_on)
    told.inputs.append((_("TMT CPNS"), formats.day(start)))
    told.steps += [
        _("Masa kerja sampai pensiun, sebelum dikurangi CLTN: %(time)s.") % {"time": years_and_months(served)},
        _("Masa dalam pangkat sampai pensiun: %(time)s.") % {"time": years_and_months(held)},
    ]
    return retires_on


def _increment(told: Explained) -> date | None:
    if not permissions.may_read_step(told.user, told.person):
        told.steps.append(
            _("Hanya untuk yang berhak membaca gaji pokok dan riwayat KGB, dan untuk pegawainya sendiri.")
        )
        return None
    facts, person = histories.scale_facts(told.person, told.day), told.person
    held, last = facts.rank, facts.increment
    if last is not None and not permissions.is_own_file(told.user, person):
        reading.record(model=Employee, objects=[person.pk], columns=["kgb"])
    asked = rules.Person(
        status=person.status, birth_date=person.birth_date, rank=person.rank, rank_since=person.rank_since,
        pay_group=person.pay_group, cpns_on=person.cpns_on, leaves=facts.unpaid, grants=facts.grants,
        scale_months=None if held is None or held.service_years is None
        else held.service_years * 12 + (held.service_months or 0),
        first_rank=next((each.rank for each in facts.ranks if each.rank), person.rank),
        increment=(last.starts_on, last.service_years * 12 + last.service_months) if last else None,
    )  # fmt: skip
    grade, counted = rules.scale_grade(asked), rules.counted_from(asked)
    told.holds()
    if grade is None or counted is None:
        return None
    since, months = counted.since, counted.months
    if counted.is_granted:
        told.inputs.append((_("KGB terakhir"), formats.day(since)))
    told.inputs.append((_("MKG pada %(day)s") % {"day": formats.day(since)}, years_and_months(months)))
    found = rules.next_step(asked, grade, counted, told.day)
    if found is None:
        return None
    step, due, lost = found.step, found.due_on, found.lost
    if found.reviewed.from_day is not None:
        months += found.reviewed.months
        told.steps.append(
            _("Peninjauan masa kerja menambah %(time)s sejak %(day)s, MKG pada hari itu %(months)s.")
            % {
                "time": years_and_months(found.reviewed.months), "day": formats.day(found.reviewed.from_day),
                "months": years_and_months(found.paid),
            }
        )  # fmt: skip
    told.steps.append(
        _("Langkah berikutnya golongan %(grade)s: %(step)s = %(target)s.")
        % {"grade": grade, "step": _years(step), "target": _months(step * 12)}
    )
    if lost:
        told.steps.append(_("CLTN menundanya %(time)s [M].") % {"time": years_and_months(lost)})
    told.steps.append(
        _("%(target)s − %(months)s = %(left)s setelah %(reference)s: %(day)s.")
        % {
            "target": step * 12, "months": months, "left": _months(step * 12 - months),
            "reference": formats.day(add_months(since, lost)), "day": formats.day(due),
        }
    )  # fmt: skip
    if told.item.step == step and not letters.is_raise(told.item):
        told.steps.append(_("Gaji pokoknya tetap: di bawah langkah pertama golongan sudah dibayar langkah pertama."))
    return due


def _pension(told: Explained) -> date | None:
    made = employees.pension_basis(told.placed, register.post_of(told.placed), told.day, told.settings.ages)
    if made is None:
        told.steps.append(_("Tanpa jabatan pada hari itu, batas usia pensiun tidak diketahui."))
        return None
    told.inputs += made["basis"]["inputs"]
    told.steps += made["basis"]["steps"]
    return made["day"]  # type: ignore[no-any-return]


def _contract(told: Explained) -> date | None:
    row = Contract.objects.filter(agency_id=told.item.agency_id, pk=told.item.source_id).first()
    if row is None:
        return None
    told.inputs += [(_("Nomor kontrak"), row.number), (_("Mulai"), formats.day(row.starts_on))]
    told.steps.append(
        _("Hari terakhir kontrak %(last)s; perpanjangannya: %(state)s.")
        % {"last": formats.last_day(row.ends_on), "state": row.get_extension_display().lower()}
    )
    return row.ends_on


def _acting(told: Explained) -> date | None:
    rows = Incumbency.objects.select_related("position__job")
    row = rows.filter(agency_id=told.item.agency_id, pk=told.item.source_id).first()
    if row is None:
        return None
    told.inputs += [(_("Jabatan"), str(row.position.job)), (_("Plt sejak"), formats.day(row.starts_on))]
    months = told.settings.acting_months
    ends = rules.acting_ends(row.starts_on, months, told.settings.acting_terms)
    for term, last in enumerate(ends, 1):
        told.steps.append(
            _("Masa ke-%(term)s, %(months)s: sampai dengan %(day)s.")
            % {"term": term, "months": _months(months), "day": formats.day(last)}
        )
    return next((last for last in ends if last >= told.day), ends[-1])


def _candidate(told: Explained) -> date | None:
    start, months = told.person.cpns_on, told.settings.cpns_months
    if start is None:
        return None
    due = add_months(start, months)
    told.inputs.append((_("TMT CPNS"), formats.day(start)))
    said = _("%(start)s ditambah %(months)s: %(due)s.")
    told.steps.append(said % {"start": formats.day(start), "months": _months(months), "due": formats.day(due)})
    return due


_EXPLAIN: dict[Kind, Callable[[Explained], date | None]] = {
    Kind.REGULAR: _promotion, Kind.STRUCTURAL: _promotion, Kind.FUNCTIONAL: _promotion, Kind.STUDYING: _promotion,
    Kind.SECONDED: _promotion, Kind.DIPLOMA: _diploma, Kind.STUDIED: _diploma, Kind.HONOURS: _honours,
    Kind.INCREMENT: _increment, Kind.PENSION: _pension, Kind.CONTRACT: _contract, Kind.ACTING: _acting,
    Kind.CPNS: _candidate,
}  # fmt: skip
