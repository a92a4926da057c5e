"""Reads of personnel files: the rows of a history, what held on a day, and the facts that derived figures rest on."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Case, CharField, Exists, F, Min, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from asnhr import dates
from positions import permissions
from positions.models import (
    Contract,
    CreditPoint,
    Employee,
    EmployeeEducation,
    Incumbency,
    RankRecord,
    SalaryIncrement,
    Secondment,
    ServicePeriod,
    StandingRecord,
    StudyAssignment,
    UnpaidLeave,
    YearlyPredicate,
)
from positions.queries import past_files
from positions.queries.rulebook import APPOINTED, OnDay
from positions.rules.agenda import ADDED_CREDIT
from positions.rules.levels import FUNCTIONAL_LEVELS, Level
from positions.rules.service import Grant
from positions.rules.standing import PENSIONED
from positions.rules.status import ENDED, first_day, status_on


@dataclass(frozen=True, slots=True)
class Held:
    """A rank (SIASN id) or pay group, and since when."""

    rank: int | None
    pay_group: int | None
    since: date


def ranks_on(people: Iterable[int], day: date) -> dict[int, Held]:
    """Return who held which rank on `day` by their history; who has none by then is absent. One query."""
    rows = RankRecord.objects.filter(employee_id__in=list(people), starts_on__lte=day)
    rows = rows.order_by("employee_id", "-starts_on").distinct("employee_id")
    return {
        person: Held(rank, group, since)
        for person, rank, group, since in rows.values_list("employee_id", "rank", "pay_group", "starts_on")
    }


def standings_on(people: Iterable[int], day: date) -> dict[int, str]:
    """Return the legal standing of `day` of who has a history of it: the newest row by then, on a day before the first
    what the history begins with, but for the standing of an exit. One query."""
    rows = StandingRecord.objects.filter(employee_id__in=list(people), starts_on__lte=max(day, dates.today()))
    told: dict[int, str] = {}
    steps = rows.order_by("employee_id", "starts_on").values_list("employee_id", "standing", "starts_on")
    for person, standing, starts_on in steps:
        if starts_on <= day or (person not in told and standing not in ENDED):
            told[person] = standing
    return told


def standing_of(day: date, agency: str, employee: str) -> Coalesce:
    """The same for a row whose columns name the agency and the person, null without a history."""
    held = StandingRecord.objects.filter(agency=OuterRef(agency), employee=OuterRef(employee))
    by_then = held.filter(starts_on__lte=day).order_by("-starts_on").values("standing")[:1]
    later = held.filter(starts_on__gt=day, starts_on__lte=dates.today()).exclude(standing__in=ENDED)
    return Coalesce(Subquery(by_then), Subquery(later.order_by("starts_on").values("standing")[:1]))


def pensioned(people: Iterable[int]) -> set[int]:
    """Return of people with an exit on record those whom it pensions: by the standing that comes with it, and that
    waits in the history until its day. One query."""
    coming = StandingRecord.objects.filter(employee=OuterRef("pk"), starts_on=OuterRef("exits_on"))
    rows = Employee.objects.filter(pk__in=list(people), exits_on__isnull=False)
    told = rows.annotate(coming=Subquery(coming.values("standing")[:1])).values_list("pk", "legal_status", "coming")
    return {pk for pk, today, then in told if (then or today) in PENSIONED}


def standing_then(of_day: str | None, today: str, exits_on: date | None, day: date) -> str:
    """Return the standing of another day than today: what the history says of it, else today's; "" where that came
    with an exit after `day`."""
    if of_day is not None:
        return of_day
    return "" if today in ENDED and exits_on is not None and exits_on > day else today


# (person, NIP, TMT CPNS, TMT PNS, status of today).
Known = tuple[int, str, date | None, date | None, str]


def statuses_on(people: Iterable[Known], day: date) -> dict[int, str | None]:
    """Return the status of each on a past `day`, None: not yet appointed. One query for the contracts of who has no
    TMT CPNS on record, none without such a person."""
    known = list(people)
    undated = [pk for pk, _, cpns_on, _, _ in known if cpns_on is None]
    contracts: dict[int, date] = {}
    if undated:
        rows = Contract.objects.filter(employee_id__in=undated).order_by().values("employee_id")
        contracts = dict(rows.annotate(first=Min("starts_on")).values_list("employee_id", "first"))
    return {
        pk: status_on(day, status, pns_on, first_day(cpns_on, contracts.get(pk), nip))
        for pk, nip, cpns_on, pns_on, status in known
    }


class Appointed(OnDay):
    """Whether a person had been appointed by a day, never null: `positions.rules.status.first_day` in SQL.

    Columns: cpns_on, person, NIP.
    """

    output_field = BooleanField()
    text = APPOINTED


def appointed(people: QuerySet[Any], day: date) -> QuerySet[Any]:
    """Leave out, on a past day, who was appointed later; of today everybody stays and the statement as it is."""
    return people if day >= dates.today() else people.filter(Q(Appointed("cpns_on", "pk", "nip", day=day)))


def status_then(day: date) -> Case:
    """The status on a past `day` of people that `appointed` left: `positions.rules.status.status_on`."""
    later = When(status=Employee.Status.PNS, pns_on__gt=day, then=Value(Employee.Status.CPNS.value))
    return Case(later, default=F("status"), output_field=CharField())


def of_status(people: QuerySet[Any], day: date, *wanted: str) -> QuerySet[Any]:
    """Keep people of one of the statuses on `day`."""
    if day >= dates.today():
        return people.filter(status__in=wanted) if len(wanted) > 1 else people.filter(status=wanted[0])
    return people.alias(status_asked=status_then(day)).filter(status_asked__in=wanted)


def as_they_stood(people: Iterable[Employee], day: date) -> None:
    """Set rank, legal standing and status of people that were loaded to those of another `day`, as far as the record
    tells them; of a past one status and standing are "" before the appointment. Two queries, of a past day a third
    where no TMT CPNS is on record; none of today. Such people are for showing, never to be saved."""
    if day == dates.today():
        return
    loaded = {person.pk: person for person in people}
    ranks, standings = ranks_on(loaded, day), standings_on(loaded, day)
    for pk, person in loaded.items():
        if held := ranks.get(pk):
            person.rank, person.pay_group, person.rank_since = held.rank, held.pay_group, held.since
        person.legal_status = standing_then(standings.get(pk), person.legal_status, person.exits_on, day)
    if day > dates.today():
        return
    statuses_as_they_stood(loaded.values(), day)
    for person in loaded.values():
        if not person.status:
            person.legal_status = ""


def statuses_as_they_stood(people: Iterable[Employee], day: date) -> None:
    """Set only the status of people that were loaded to that of a past `day`, "" before the appointment. At most one
    query; never to be saved."""
    loaded = {person.pk: person for person in people}
    told = ((each.pk, each.nip, each.cpns_on, each.pns_on, each.status) for each in loaded.values())
    for pk, status in statuses_on(told, day).items():
        loaded[pk].status = status or ""


def with_rank_of_day(people: QuerySet[Any], day: date) -> QuerySet[Any]:
    """Annotate `held_rank`, `held_group`, `held_since`: the rank of `day` by the history, null without one."""
    held = RankRecord.objects.filter(agency=OuterRef("agency"), employee=OuterRef("pk"), starts_on__lte=day)
    newest = held.order_by("-starts_on")
    return people.annotate(
        held_rank=Subquery(newest.values("rank")[:1]),
        held_group=Subquery(newest.values("pay_group")[:1]),
        held_since=Subquery(newest.values("starts_on")[:1]),
    )


def of_rank(people: QuerySet[Any], day: date, rank: int) -> QuerySet[Any]:
    """Keep PNS of a rank on `day`: by the history, else by the record, of a past day if its TMT says that it held."""
    if day == dates.today():
        return people.filter(rank=rank)
    held = RankRecord.objects.filter(agency=OuterRef("agency"), employee=OuterRef("pk"), starts_on__lte=day)
    on_record = Q(rank_asked=None, rank=rank) & (Q(rank_since__lte=day) if day < dates.today() else Q())
    # A pay group in the history is no rank: 0.
    asked = Subquery(held.order_by("-starts_on").values(told=Coalesce("rank", 0))[:1])
    return people.alias(rank_asked=asked).filter(Q(rank_asked=rank) | on_record)


def of_standing(people: QuerySet[Any], day: date, *wanted: str) -> QuerySet[Any]:
    """Keep people of one of the legal standings on `day`: by the history, else by the record (`standing_then`)."""
    if day == dates.today():
        return people.filter(legal_status__in=wanted) if len(wanted) > 1 else people.filter(legal_status=wanted[0])
    asked = standing_of(day, "agency", "pk")
    on_record = Q(standing_asked=None, legal_status__in=wanted) & ~Q(legal_status__in=ENDED, exits_on__gt=day)
    return people.alias(standing_asked=asked).filter(Q(standing_asked__in=wanted) | on_record)


def rows(user: Any, person: Employee, model: Any) -> QuerySet[Any]:
    """Rows of one kind in one file: what the user sees, or all of it in the own file."""
    if permissions.is_own_file(user, person):
        return model.objects.filter(agency_id=person.agency_id, employee=person)
    return model.objects.visible_to(user).filter(employee=person)


def visible(user: Any, model: Any) -> QuerySet[Any]:
    """Rows of one kind that the user may act on, whoever's they are."""
    return model.objects.visible_to(user).select_related("employee__unit")


@dataclass(frozen=True, slots=True)
class Facts:
    """What the derived figures of a person rest on, as of a day."""

    ranks: list[RankRecord] = field(default_factory=list)
    periods: list[ServicePeriod] = field(default_factory=list)
    leaves: list[UnpaidLeave] = field(default_factory=list)
    predicates: list[YearlyPredicate] = field(default_factory=list)
    increment: SalaryIncrement | None = None
    credit: list[CreditPoint] = field(default_factory=list)

    @property
    def rank(self) -> RankRecord | None:
        return self.ranks[-1] if self.ranks else None

    @property
    def grants(self) -> list[Grant]:
        return [
            Grant(each.years * 12 + each.months, each.counts_from or each.decree_on)
            for each in self.periods
            if each.counts
        ]

    @property
    def unpaid(self) -> list[tuple[date, date]]:
        return [(each.starts_on, each.returned_on or each.ends_on) for each in self.leaves]


def facts(person: Employee, day: date) -> Facts:
    """Return what is on record by `day`, the oldest first; six queries. Of a past day also without what came to a row
    later."""
    own = Q(agency_id=person.agency_id, employee=person)
    return Facts(
        list(RankRecord.objects.filter(own, starts_on__lte=day).order_by("starts_on")),
        past_files.loaded(ServicePeriod.objects.filter(own).order_by("starts_on", "pk"), day),
        past_files.loaded(UnpaidLeave.objects.filter(own, starts_on__lte=day).order_by("starts_on"), day),
        list(YearlyPredicate.objects.filter(own, year__lt=day.year).order_by("year")),
        SalaryIncrement.objects.filter(own, starts_on__lte=day).order_by("starts_on").last(),
        list(CreditPoint.objects.filter(own, ends_on__lte=day).order_by("starts_on", "pk")),
    )


def scale_facts(person: Employee, day: date) -> Facts:
    """As `facts`, only what service in scale rests on; four queries, three where nothing was reviewed."""
    own = Q(agency_id=person.agency_id, employee=person)
    reviewed = ServicePeriod.objects.filter(own, counts=True)
    ranks: list[Any] = list(
        RankRecord.objects.filter(own, starts_on__lte=day).annotate(reviewed=Exists(reviewed)).order_by("starts_on")
    )
    periods = ServicePeriod.objects.filter(own).order_by("starts_on", "pk")
    if ranks and not ranks[-1].reviewed:
        periods = periods.none()
    return Facts(
        ranks,
        past_files.loaded(periods, day),
        past_files.loaded(UnpaidLeave.objects.filter(own, starts_on__lte=day).order_by("starts_on"), day),
        [],
        SalaryIncrement.objects.filter(own, starts_on__lte=day).order_by("starts_on").last(),
        [],
    )


@dataclass(frozen=True, slots=True)
class Study:
    """What of study and secondment promotions rest on, as `positions.rules.agenda.Person` takes it."""

    is_studying: bool
    is_seconded: bool
    by_assignment: bool
    diploma_on: date | None

    @staticmethod
    def year_ends(year: int | None) -> date | None:
        """A diploma of which only the year is known came by the end of it."""
        return date(year, 12, 31) if year else None


def study_facts(person: Employee, level: str | None, day: date) -> Study:
    """Return what the file tells of study on `day`; `level`: the last education. Three queries."""
    own = Q(agency_id=person.agency_id, employee=person)
    studies = past_files.loaded(StudyAssignment.objects.filter(own, starts_on__lte=day), day)
    kinds = [Secondment.Kind.DPK, Secondment.Kind.DPB]
    lent = Secondment.objects.filter(
        own, Q(ends_on__isnull=True) | Q(ends_on__gt=day), kind__in=kinds, direction=Secondment.Direction.OUT,
        starts_on__lte=day,
    )  # fmt: skip
    educations = past_files.came(EmployeeEducation.objects.filter(own, level_id=level), day)
    gained = [on or Study.year_ends(year) for on, year in educations.values_list("graduated_on", "graduated")]
    kind, outcome = StudyAssignment.Kind, StudyAssignment.Outcome
    return Study(
        any(
            each.kind == kind.RELEASED and each.outcome == outcome.RUNNING and (not each.ends_on or each.ends_on > day)
            for each in studies
        ),
        lent.exists(),
        any(
            each.kind != kind.PERMITTED and each.outcome == outcome.PASSED and each.level_id == level
            and each.ends_on is not None and each.ends_on <= day
            for each in studies
        ),
        min((on for on in gained if on is not None), default=None),
    )  # fmt: skip


def credit_on(person: Employee, day: date) -> tuple[Level | None, list[CreditPoint]]:
    """Return the functional level that a person holds on `day`, None without one, and the credit points by then."""
    permanent = [Incumbency.Kind.DEFINITIVE, Incumbency.Kind.PART_TIME]
    held = Incumbency.objects.filter(agency_id=person.agency_id, employee=person, kind__in=permanent).on(day)
    text = held.values_list("position__job__level", flat=True).first()
    if text is None or Level(text) not in FUNCTIONAL_LEVELS:
        return None, []
    return Level(text), list(CreditPoint.objects.filter(agency_id=person.agency_id, employee=person, ends_on__lte=day))


def credit_held(rows: Iterable[CreditPoint], level: str) -> Decimal:
    """Return the points that add up within a level."""
    return sum((each.total for each in rows if each.level == level and each.kind in ADDED_CREDIT), Decimal(0))


def catch_up(agency_id: int, since: date, day: date) -> None:
    """Let ranks and standings whose day came after `since`, up to `day`, become today's; two statements. The triggers
    do it for days gone by when a row is written."""
    with connection.cursor() as cursor:
        for table, function in (("rankrecord", "ranks"), ("standingrecord", "standings")):
            cursor.execute(
                f"SELECT positions_{function}_in_step(ARRAY(SELECT employee_id FROM positions_{table}"  # noqa: S608
                " WHERE agency_id = %s AND starts_on > %s AND starts_on <= %s))",
                [agency_id, since, day],
            )
