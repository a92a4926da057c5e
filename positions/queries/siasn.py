"""Local value, SIASN value and decree side by side: who differs, and in what. Compared in SQL, in this one place.

A value that SIASN leaves empty differs from nothing. A unit, job or education that the import recognised is compared by
its id, so another wording of the same post is no difference; an unrecognised unit or job by its name. An education that
is not on the national list cannot be compared and is only shown. Names are compared without regard to capitals.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import F, FilteredRelation, Func, Q, QuerySet, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce, Concat, Upper
from django.utils.translation import gettext as _

from positions.models import Contract, Employee, Incumbency, PositionNeed, SiasnRecord
from positions.models._base import in_force
from positions.queries import register
from positions.rules import standing
from positions.rules.levels import EDUCATION_LEVELS, PPPK_GROUPS, RANK_BY_ID

Fact = SiasnRecord.Fact
LEVEL_NAMES = {level.id: level.name for level in EDUCATION_LEVELS}


def _said(name: str) -> KeyTextTransform:
    return KeyTextTransform(name, "siasn__facts")


def _plain(name: str, column: str = "") -> tuple[Any, Any, str]:
    return _said(name), F(column or name), "{ours}::text"


def _tests() -> dict[str, list[tuple[Any, Any, str]]]:
    """Return for each fact (SIASN's value, the register's, how SQL writes that one); one that differs is enough."""
    # As `positions.imports._common.key` writes names; PostgreSQL works on it only where SIASN's is not null.
    name = "trim(regexp_replace(upper({ours}), '[^A-Z0-9]+', ' ', 'g'))"
    job = Concat("post__position__job__name", Value(" "), "post__position__job__subtitle")
    unit_id = Coalesce("post__position__unit_id", "unit_id")
    unit = Coalesce("post__position__unit__name", "unit__name")
    same = ("nip", "status", "legal_status", "sex", "birth_date", "rank_since", "cpns_on", "pns_on", "graduated")
    return {each: [_plain(each)] for each in same} | {
        Fact.NAME: [(Upper(_said("name")), Upper("name"), "{ours}")],
        Fact.TITLES: [_plain("title_before"), _plain("title_after")],
        Fact.GRADE: [_plain("rank"), _plain("pay_group")],
        Fact.LEVEL: [_plain("education_level", "education_level_id")],
        Fact.EDUCATION: [_plain("education_id")],
        Fact.JOB: [_plain("job_id", "post__position__job_id"), (_said("job_key"), job, name)],
        Fact.UNIT: [(_said("unit_id"), unit_id, "{ours}::text"), (_said("unit_key"), unit, name)],
        Fact.JOB_SINCE: [_plain("job_since", "post__starts_on")],
    }


class Differing(Func):
    """The codes of what differs, in the order of `Fact`, as an array. Takes what `_tests` returns."""

    output_field = ArrayField(TextField())

    def __init__(self, tests: dict[str, list[tuple[Any, Any, str]]]) -> None:
        self.forms = [(code, [form for _theirs, _ours, form in tests[code]]) for code in Fact.values]
        super().__init__(*(each for code in Fact.values for pair in tests[code] for each in pair[:2]))

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> Any:  # type: ignore[override]
        sources = iter(self.get_source_expressions())
        cases: list[str] = []
        params: list[Any] = []
        for code, forms in self.forms:
            parts = []
            for form in forms:
                theirs, first = compiler.compile(next(sources))
                ours, second = compiler.compile(next(sources))
                parts.append(
                    f"CASE WHEN {theirs} IS NOT NULL THEN {theirs} <> coalesce({form.format(ours=ours)}, '') END"
                )
                params += [*first, *first, *second]
            cases.append(f"CASE WHEN {' OR '.join(parts)} THEN '{code}' END")
        return f"array_remove(ARRAY[{', '.join(cases)}]::text[], NULL)", params

    @property
    def identity(self) -> Any:
        return (*super().identity, str(self.forms))


def compared(people: QuerySet[Any], day: date) -> QuerySet[Any]:
    """Keep people of whom a SIASN file read by `day` speaks; join their `post` and `siasn`, annotate `differs`.

    The newest of both sides is compared: the newest file, whose values alone are kept (a day before it knows none), and
    the post that is still open, though it may begin after `day`; the import compares with that one too.
    """
    newest = FilteredRelation("siasn_records", condition=Q(siasn_records__read_on__lte=day))
    held = Q(incumbencies__ends_on__isnull=True) & Q(
        incumbencies__kind__in=[Incumbency.Kind.DEFINITIVE, Incumbency.Kind.PART_TIME]
    )
    rows = people.annotate(siasn=newest, post=FilteredRelation("incumbencies", condition=held))
    return (
        rows.filter(siasn__pk__isnull=False)
        .annotate(differs=Differing(_tests()))
        .select_related("siasn", "post__position__job", "post__position__unit", "unit", "education_level", "education")
    )


def differing(rows: QuerySet[Any], fact: str = "") -> QuerySet[Any]:
    """Keep those of `compared` that differ, in `fact` when it is named."""
    return rows.filter(differs__contains=[fact]) if fact else rows.exclude(differs=[])


# Side by side


@dataclass(frozen=True, slots=True)
class Line:
    """One fact of a person. `local` and `siasn`: text, whole number, day or None where there is no value."""

    code: str
    local: Any
    siasn: Any
    differs: bool
    decree: str = ""
    decree_on: date | None = None
    # The row waits for an officer's confirmation as a correction, and this value with it.
    unconfirmed: bool = False

    @property
    def label(self) -> str:
        return str(Fact(self.code).label)


def lines(person: Employee, decrees: dict[str, tuple[str, date | None]] | None = None) -> list[Line]:
    """Return every fact of a person that `compared` read; no query. `decrees`: from `decrees_of`, by fact. For whom
    `hides_standing` is set, a standing that tells of a crime or a sanction is not told on either side."""
    record: SiasnRecord = person.siasn  # type: ignore[attr-defined]
    differs = set(person.differs)  # type: ignore[attr-defined]
    ours, theirs = local_values(person), siasn_values(record)
    if getattr(person, "hides_standing", False):
        for side in (ours, theirs):
            side[Fact.LEGAL_STATUS] = standing.shown(side.get(Fact.LEGAL_STATUS) or "", reads=False) or None
    found = post_decree(person) if decrees is None else decrees
    return [
        Line(code, ours.get(code), theirs.get(code), code in differs, *found.get(code, ("", None)),
             unconfirmed=code in differs and bool(record.unconfirmed))
        for code in Fact.values
    ]  # fmt: skip


def local_values(person: Employee) -> dict[str, Any]:
    """The register's values by fact; `compared` loaded what they need."""
    post = register.post_of(person)
    unit = post.position.unit if post else person.unit
    return {
        Fact.NIP: person.nip,
        Fact.NAME: person.name,
        Fact.TITLES: _titles(person.title_before, person.title_after),
        Fact.STATUS: person.get_status_display(),
        Fact.LEGAL_STATUS: person.legal_status,
        Fact.SEX: person.get_sex_display(),
        Fact.BIRTH_DATE: person.birth_date,
        Fact.GRADE: _grade(person.rank, person.pay_group),
        Fact.RANK_SINCE: person.rank_since,
        Fact.CPNS_ON: person.cpns_on,
        Fact.PNS_ON: person.pns_on,
        Fact.LEVEL: person.education_level.name if person.education_level else None,
        Fact.EDUCATION: person.education.name if person.education else None,
        Fact.GRADUATED: person.graduated,
        Fact.JOB: str(post.position.job) if post else None,
        Fact.UNIT: unit.name if unit else None,
        Fact.JOB_SINCE: post.starts_on if post else None,
    }


def siasn_values(record: SiasnRecord) -> dict[str, Any]:
    """SIASN's values by fact; what the row left empty is missing."""
    facts = record.facts
    said: dict[str, Any] = {
        code: facts.get(code) for code in (Fact.NIP, Fact.NAME, Fact.LEGAL_STATUS, Fact.EDUCATION, Fact.GRADUATED)
    }
    for code in (Fact.BIRTH_DATE, Fact.RANK_SINCE, Fact.CPNS_ON, Fact.PNS_ON, Fact.JOB_SINCE):
        said[code] = date.fromisoformat(facts[code]) if facts.get(code) else None
    level = facts.get(Fact.LEVEL)
    return said | {
        Fact.TITLES: _titles(facts.get("title_before"), facts.get("title_after")),
        Fact.STATUS: dict(Employee.Status.choices).get(facts.get("status"), facts.get("status")),
        Fact.SEX: dict(Employee.Sex.choices).get(facts.get("sex"), facts.get("sex")),
        Fact.GRADE: _grade(facts.get("rank"), facts.get("pay_group")),
        Fact.LEVEL: LEVEL_NAMES.get(level, level),
        Fact.JOB: facts.get("job"),
        Fact.UNIT: facts.get("unit"),
    }


def _titles(before: str | None, after: str | None) -> str | None:
    return ", ".join(each for each in (before, after) if each) or None


def _grade(rank: int | None, pay_group: int | None) -> str | None:
    if rank in RANK_BY_ID:
        return RANK_BY_ID[rank].code
    return PPPK_GROUPS[pay_group - 1] if pay_group and 1 <= pay_group <= len(PPPK_GROUPS) else None


# Decrees


def post_decree(person: Employee) -> dict[str, tuple[str, date | None]]:
    """The decree of the person's post, for what it decides."""
    post = register.post_of(person)
    if post is None or not post.decree:
        return {}
    return dict.fromkeys((Fact.JOB, Fact.UNIT, Fact.JOB_SINCE), (post.decree, post.decree_on))


def decrees_of(
    person: Employee, day: date, contracts: Iterable[Contract] | None = None
) -> dict[str, tuple[str, date | None]]:
    """The decrees the register holds, by fact: of the post, of what the person's file says on `day` (rank, standing,
    first appointment), and the contract in force for the status of a PPPK.

    One query, and one more for a PPPK unless `contracts` are given.
    """
    found = post_decree(person) | _file_decrees(person, day)
    if person.status in (Employee.Status.PPPK, Employee.Status.PART_TIME):
        held = list(person.contracts.filter(in_force(day))) if contracts is None else contracts
        current = next((each for each in held if each.starts_on <= day < each.ends_on), None)
        if current is not None:
            found[Fact.STATUS] = (_("Kontrak %(number)s") % {"number": current.number}, current.starts_on)
    return found


def _file_decrees(person: Employee, day: date) -> dict[str, tuple[str, date | None]]:
    """The decrees of the rank and the standing in force on `day`, and of the appointments as CPNS and PNS."""

    def rows(of: QuerySet[Any], fact: str, decree: str = "decree") -> QuerySet[Any]:
        return of.order_by().annotate(fact=Value(fact)).values_list("fact", decree, f"{decree}_on")

    ranks = rows(person.ranks.on(day), "rank")
    found = {
        fact: (decree, decree_on)
        for fact, decree, decree_on in ranks.union(
            rows(person.standings.on(day), Fact.LEGAL_STATUS),
            rows(person.appointments.all(), Fact.CPNS_ON, "cpns_decree"),
            rows(person.appointments.all(), Fact.PNS_ON, "pns_decree"),
            all=True,
        )
        if decree
    }
    if rank := found.pop("rank", None):
        found |= dict.fromkeys((Fact.GRADE, Fact.RANK_SINCE), rank)
    return found


def formation_decree(person: Employee, day: date) -> tuple[str, date | None] | None:
    """The decree by which K of the person's post was decided, in force on `day`; one query for who has a post."""
    post = register.post_of(person)
    if post is None:
        return None
    decided = PositionNeed.objects.filter(
        in_force(day), agency_id=person.agency_id, position_id=post.position_id, source=PositionNeed.Source.DECIDED
    )
    return decided.exclude(decree="").order_by("-starts_on", "-pk").values_list("decree", "decree_on").first()
