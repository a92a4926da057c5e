"""Reads of the register: positions with their figures, people with their post, the unit tree, goals, search.

Everything starts from what the user may see and holds for one day. B counts definitive holders whose legal status
counts (`counts`); a head-duty position counts the holder of its additional duty. PPPK paruh waktu stand beside B, and
in it only where the agency set it so. Settings and retirement ages are those in force on the day
(`positions.queries.rulebook`). Shortage and surplus are summed apart, never netted (establishment.md 5.6 through
`positions.rules.position_map`).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.contrib.postgres.search import TrigramWordSimilarity
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import (
    Case,
    Count,
    DateField,
    Exists,
    ExpressionWrapper,
    F,
    FilteredRelation,
    FloatField,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Concat, ExtractYear, Greatest, NullIf, Upper
from django.db.models.lookups import GreaterThanOrEqual

from asnhr import dates
from asnhr.audit.history import last_writer
from asnhr.likeness import words
from positions.models import (
    Campaign,
    Contract,
    Employee,
    Goal,
    Incumbency,
    Job,
    NameMapping,
    Position,
    PositionGoal,
    Seat,
    Unit,
    UnitPeriod,
    WorkloadTask,
)
from positions.models._base import access_of, in_force, scope_units
from positions.models.employee import ENDED_STATUS
from positions.models.position import of_kind
from positions.queries import figures, histories, rulebook, unit_names
from positions.queries.job_classes import with_class
from positions.queries.tree import UnitAndBelow
from positions.rules.numbers import add_months
from positions.rules.retirement import Ages

# Positions and their figures


def counts(day: date, person: str = "") -> Q:
    """Return the condition that a person is counted on `day` (positions.rules.status). `person`: lookup prefix."""
    return Q(rulebook.Counts(f"{person}legal_status", f"{person}exits_on", day=day))


def counted_holders(day: date) -> QuerySet:
    """Incumbencies that count in B on `day`."""
    condition = figures.InB(
        "kind", "employee__status", "position__by_duty", "employee__legal_status", "employee__exits_on", day=day
    )
    return Incumbency.objects.filter(in_force(day), condition)


# Fixed text, as for posts below. Row security keeps every table of it to the agency in scope.
_HOLDERS = """SELECT h.position_id, h.id, h.employee_id, h.nip, h.name, h.kind, h.starts_on
    FROM (
        SELECT i.*, e.nip, e.name, row_number() OVER (PARTITION BY i.position_id ORDER BY i.kind, i.starts_on, i.id) nth
        FROM positions_incumbency i JOIN positions_employee e ON e.agency_id = i.agency_id AND e.id = i.employee_id
        WHERE i.position_id = ANY(%s) AND i.starts_on <= %s AND (i.ends_on IS NULL OR i.ends_on > %s)
            AND (e.exits_on IS NULL OR e.exits_on > %s){there}
    ) h
    WHERE h.nth <= coalesce(%s, h.nth)
    ORDER BY h.position_id, h.nth"""
_HOLDERS_TODAY = _HOLDERS.format(there="")
_HOLDERS_THEN = _HOLDERS.format(there=" AND " + rulebook.APPOINTED.format("e.cpns_on", "e.id", "e.nip"))


def holders_by_position(ids: list[int], day: date, most: int | None) -> dict[int, list[tuple[Any, ...]]]:
    """Return the first `most` (None: all) who stand on each position, of every kind: incumbency, person, NIP, name,
    kind, since; who had left, or on a past day was not yet appointed, stands nowhere. `ids`: positions that the user
    was found to see, and with them their holders. One query."""
    held: dict[int, list[tuple[Any, ...]]] = {}
    is_past = day < dates.today()
    statement = _HOLDERS_THEN if is_past else _HOLDERS_TODAY
    with connection.cursor() as cursor:
        cursor.execute(statement, [ids, *[day] * (statement.count("%s") - 2), most])
        for position_id, *values in cursor.fetchall():
            held.setdefault(position_id, []).append(tuple(values))
    return held


def there(day: date, person: str = "employee__") -> Q:
    """Return the condition that a person had not left by `day` and, of a past one, had been appointed: else a post on
    record says nothing of that day, and nobody sat there. `person`: lookup prefix."""
    stayed = Q(**{f"{person}exits_on__isnull": True}) | Q(**{f"{person}exits_on__gt": day})
    if day >= dates.today():
        return stayed
    known = (f"{person}cpns_on", f"{person}pk", f"{person}nip")
    return stayed & Q(histories.Appointed(*known, day=day))


def vacant_seats(day: date) -> QuerySet:
    """Decided seats that nobody who was there holds definitively (or, for a duty seat, by duty) on `day`."""
    held = Incumbency.objects.filter(
        in_force(day),
        there(day),
        Q(kind=Incumbency.Kind.DEFINITIVE)
        | (Q(kind=Incumbency.Kind.DUTY) & of_kind(day, Seat.Kind.DUTY, prefix="seat__")),
        agency_id=OuterRef("agency_id"),
        seat_id=OuterRef("pk"),
    )
    return Seat.objects.decided(day).filter(~Exists(held))


def with_figures(positions: QuerySet, day: date, *, gaps: bool = True) -> QuerySet:
    """Annotate `job_class` (of the job on `day`), `k` (ditetapkan; the seats of managerial and head-duty positions
    without a decree; null: unknown), `b`, `b_printed` (B is the map's own), `part_time`, `is_acting` (Plt or Plh) and,
    with `gaps`, `gap` (B − K), `shortage` and `surplus` (all three null without K).

    PostgreSQL computes K and B anew for each expression that names them: a list of rows that neither filters nor sorts
    by a gap leaves `gaps` out and subtracts itself.
    """
    own = ("agency_id", "pk")
    figured = (
        with_class(positions, day)
        .annotate(b_printed=figures.IsPrinted("agency_id", "printed_holders", "unit_id", "unit__office_id", day=day))
        .annotate(
            k=figures.K(*own, "job__level", "by_duty", day=day),
            b=figures.B(*own, "by_duty", "printed_holders", "b_printed", day=day),
            part_time=figures.PartTime(*own, day=day),
            is_acting=figures.IsActing(*own, day=day),
        )
    )
    if not gaps:
        return figured
    return figured.annotate(
        gap=F("b") - F("k"),
        shortage=_unless_unknown(Greatest(F("k") - F("b"), Value(0))),
        surplus=_unless_unknown(Greatest(F("b") - F("k"), Value(0))),
    )


def _unless_unknown(figure: Greatest) -> Case:
    """Null where K is unknown: greatest() of PostgreSQL skips nulls and would answer 0."""
    return Case(When(k__isnull=False, then=figure), default=None, output_field=IntegerField())


@dataclass(frozen=True)
class Totals:
    """Sums over positions, never netted. Positions filled by an additional duty stand in `positions`,
    `duty_seats` and `duty_filled` only: their holder counts once, in the functional post (setting).

    `unknown`: positions without K.
    """

    positions: int = 0
    k: int = 0
    b: int = 0
    part_time: int = 0
    shortage: int = 0
    surplus: int = 0
    unknown: int = 0
    duty_seats: int = 0
    duty_filled: int = 0


# GREATEST would take an unknown K for nothing, so those positions are kept out of both sums.
SUMS = (
    figures.OF_MANY
    + """SELECT {group}, count(*), sum(k) FILTER (WHERE NOT by_duty), sum(b) FILTER (WHERE NOT by_duty), sum(part_time),
    sum(greatest(k - b, 0)) FILTER (WHERE NOT by_duty AND k IS NOT NULL),
    sum(greatest(b - k, 0)) FILTER (WHERE NOT by_duty AND k IS NOT NULL),
    count(*) FILTER (WHERE k IS NULL), sum(k) FILTER (WHERE by_duty), sum(b) FILTER (WHERE by_duty)
FROM p GROUP BY 1
"""
)
EACH = figures.OF_MANY + "SELECT id, k, b, part_time, b_printed FROM p"  # noqa: S608  constants


def _sums(positions: QuerySet, group: str, day: date) -> dict[int, Totals]:
    """Sum positions that `with_figures` annotated by a column of the CTE; one query, none for an empty set."""
    rows = _figured(positions, SUMS, day, group=group)
    return {key: Totals(*(int(value or 0) for value in sums)) for key, *sums in rows}


@dataclass(frozen=True, slots=True)
class Figures:
    """K (None: unknown), B and part-time holders of one position; `b_printed`: B is the imported map's own."""

    k: int | None
    b: int
    part_time: int
    b_printed: bool


def figures_of(positions: QuerySet, day: date) -> dict[int, Figures]:
    """Return the figures of `with_figures` by position for many positions at once; one query."""
    return {pk: Figures(*values) for pk, *values in _figured(with_figures(positions, day), EACH, day)}


def _figured(positions: QuerySet, statement: str, day: date, **named: str) -> list[tuple[Any, ...]]:
    chosen = positions.order_by().annotate(is_fixed=figures.SeatsDecide("job__level", "by_duty", day=day))
    columns = chosen.values_list("pk", "unit_id", "by_duty", "is_fixed", "printed_holders", "b_printed")
    try:
        sql, params = columns.query.sql_with_params()
    except EmptyResultSet:
        return []
    of_day = rulebook.as_stood(statement, day)
    with connection.cursor() as cursor:
        cursor.execute(of_day.format(chosen=sql, **named), [*params, *[day] * of_day.count("%s")])
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def totals(positions: QuerySet, day: date) -> Totals:
    """Return the sums of positions that `with_figures` annotated for `day`; one query."""
    return _sums(positions, "0", day).get(0, Totals())


# Units


def units_on(user: Any, day: date) -> QuerySet:
    """Units that the user sees and that exist on `day`."""
    return Unit.objects.visible_to(user).on(day)


def units_from(user: Any, day: date) -> QuerySet:
    """Units that the user sees and that exist on `day` or will: where something may begin."""
    return Unit.objects.visible_to(user).filter(Q(ends_on__isnull=True) | Q(ends_on__gt=day))


def of_unit_and_below(rows: QuerySet, unit: Unit, day: date, lookup: str = "unit") -> QuerySet:
    """Keep the rows of a unit and of all below it, as the tree stood on `day`."""
    return rows.filter(**{f"{lookup}__in": UnitAndBelow(unit.pk, day)})


def children_of(user: Any, unit: Unit, day: date) -> QuerySet:
    """Units that stood right below `unit` on `day`."""
    return units_on(user, day).filter(in_force(day, "periods__"), periods__parent=unit)


def people_of_unit_and_below(people: QuerySet, unit: Unit, day: date, lookup: str = "unit") -> QuerySet:
    """Keep people who belonged on `day` to a unit or to one below it, as the tree stood then."""
    return belonging_to(people, UnitAndBelow(unit.pk, day), day, lookup)


def belonging_to(rows: QuerySet, units: Any, day: date, lookup: str = "unit") -> QuerySet:
    """Keep people whose post of `day` was in one of `units` (ids, or a query of them); who held none, by their own
    unit, which has no history. Today a person's unit is that of the post, so it alone is asked.

    `lookup`: of the person's unit, where the rows are something of theirs ("employee__unit").
    """
    own = Q(**{f"{lookup}__in": units})
    if day == dates.today():
        return rows.filter(own)
    person = lookup.rpartition("__")[0]
    posts = Incumbency.objects.filter(
        in_force(day), agency_id=OuterRef("agency_id"), employee_id=OuterRef(f"{person}_id" if person else "pk"),
        kind__in=[Incumbency.Kind.DEFINITIVE, Incumbency.Kind.PART_TIME],
    )  # fmt: skip
    return rows.filter(Exists(posts.filter(position__unit__in=units)) | (~Exists(posts) & own))


def belong(people: Iterable[Employee], day: date) -> None:
    """Let people just read belong to the unit of the post that they hold on `day`. One query, none for today. The rows
    are for showing: nobody saves them."""
    if day == dates.today():
        return
    by_id: dict[int, list[Employee]] = {}
    for person in people:
        by_id.setdefault(person.pk, []).append(person)
    held = Incumbency.objects.filter(
        in_force(day), employee__in=by_id, kind__in=[Incumbency.Kind.DEFINITIVE, Incumbency.Kind.PART_TIME]
    )
    for post in held.select_related("position__unit"):
        for person in by_id[post.employee_id]:
            person.unit = post.position.unit


def unit_name_then(day: date, person: str) -> Any:
    """Return, as a column, the name of the unit that the person of a row belonged to on `day`, as `belong` sets it."""
    held = Incumbency.objects.filter(
        in_force(day), agency_id=OuterRef("agency_id"), employee_id=OuterRef(f"{person}_id"),
        kind__in=[Incumbency.Kind.DEFINITIVE, Incumbency.Kind.PART_TIME],
    )  # fmt: skip
    posts = held.order_by("pk").values(then=unit_names.then(day, "position__unit"))
    return Coalesce(Subquery(posts[:1]), unit_names.then(day, f"{person}__unit"))


def with_unit_figures(units: QuerySet, day: date) -> QuerySet:
    """Annotate a unit's own (not its sub-units') `positions_n`, `k`, `b`, `shortage` and `surplus`."""
    own = with_figures(Position.objects.on(day).filter(agency_id=OuterRef("agency_id"), unit_id=OuterRef("pk")), day)
    own = own.annotate(is_outside=figures.Outside("by_duty", day=day))
    people, known = Q(is_outside=False), Q(k__isnull=False)

    def figure(value: Any) -> Coalesce:
        rows = own.order_by().values("unit_id").annotate(figure=value).values("figure")
        return Coalesce(Subquery(rows, output_field=IntegerField()), Value(0))

    return units.annotate(
        positions_n=figure(Count("pk")),
        k=figure(Sum("k", filter=people)),
        b=figure(Sum("b", filter=people)),
        shortage=figure(Sum("shortage", filter=people & known)),
        surplus=figure(Sum("surplus", filter=people & known)),
    )


@dataclass
class Node:
    """A unit in the tree of a day: its own figures and (`total`) those of its subtree."""

    pk: int
    name: str
    code: str
    kind: str
    parent_id: int | None
    own: Totals = field(default_factory=Totals)
    total: Totals = field(default_factory=Totals)
    children: list["Node"] = field(default_factory=list)


def plus(one: Totals, other: Totals) -> Totals:
    return Totals(*(getattr(one, name) + getattr(other, name) for name in Totals.__dataclass_fields__))


def unit_tree(user: Any, day: date, below: int | None = None) -> list[Node]:
    """Return the roots of the tree as it stood on `day`, children by name, figures summed upwards; two queries.

    A unit whose parent the user does not see is a root. A unit without a period on that day is not in the tree. With
    `below` only that unit and those under it have figures, and only their positions are counted.
    """
    periods = UnitPeriod.objects.visible_to(user).filter(in_force(day), in_force(day, "unit__"))
    nodes = {
        pk: Node(pk, name, code, kind, parent)
        for pk, name, code, kind, parent in periods.order_by("name", "unit__code", "pk").values_list(
            "unit_id", "name", "unit__code", "unit__kind", "parent_id"
        )
    }
    for pk, own in totals_by_unit(user, day, below).items():
        if pk in nodes:
            nodes[pk].own = own
    roots: list[Node] = []
    for node in nodes.values():
        above = nodes.get(node.parent_id) if node.parent_id else None
        (above.children if above else roots).append(node)
    for root in roots:
        _sum_up(root)
    return roots


def _sum_up(node: Node) -> Totals:
    total = node.own
    for child in node.children:
        total = plus(total, _sum_up(child))
    node.total = total
    return total


def totals_by_unit(user: Any, day: date, below: int | None = None) -> dict[int, Totals]:
    """Return the sums of each unit's own positions, of all units or of one and those below it; one query."""
    positions = Position.objects.visible_to(user).on(day)
    if below is not None:
        positions = positions.filter(unit__in=UnitAndBelow(below, day))
    return _sums(with_figures(positions, day), "unit_id", day)


# People and their post


class PensionDate(Func):
    """The first day retired: the 1st of the month after the birthday's month (positions.rules.retirement); the last
    day of the calendar for what lies beyond it."""

    template = "LEAST((date_trunc('month', %(expressions)s) + interval '1 month')::date, DATE '9999-12-31')"
    arg_joiner = " + "
    output_field = DateField()


class Years(Func):
    template = "make_interval(years => %(expressions)s)"
    output_field = DateField()


def job_age(job: str, ages: Ages) -> Any:
    """Return the age of a job as `positions.rules.retirement` does: its own, else a law's by its name, else the
    level's. `job`: lookup prefix of the job, "" for rows that are jobs."""

    def starting(words: Iterable[str]) -> str:
        return "|".join(r"\s+".join(re.escape(word) for word in each.split()) for each in words)

    by_name = [
        When(
            Q(**{f"{job}name__iregex": rf"^\s*{starting([words])}(\s|$)"})
            & (Q(**{f"{job}level": level.value}) if level else Q()),
            then=Value(age),
        )
        for words, level, age in sorted(ages.special, key=lambda entry: (-len(entry[0]), -entry[2]))
    ]
    by_level = [When(**{f"{job}level": level.value}, then=Value(age)) for level, age in ages.of_level.items()]
    # Hardly a job has an age by its name: one look at the first words spares the others.
    starts = starting(sorted({words.split()[0] for words, _level, _age in ages.special}))
    plain = When(~Q(**{f"{job}name__iregex": rf"^\s*({starts})"}), then=Case(*by_level, output_field=IntegerField()))
    first = [plain] if by_name else []
    return Coalesce(
        f"{job}retirement_age",
        Case(*first, *by_name, *by_level, default=None, output_field=IntegerField()),
        output_field=IntegerField(),
    )


def with_post(employees: QuerySet, day: date) -> QuerySet:
    """Join each person's definitive (or paruh waktu) post of `day` as `post`, with position, job and unit loaded; one
    at most by the register's constraint. A person without one has no attribute `post`: read it by `post_of`."""
    condition = in_force(day, "incumbencies__") & Q(
        incumbencies__kind__in=[Incumbency.Kind.DEFINITIVE, Incumbency.Kind.PART_TIME]
    )
    return employees.annotate(post=FilteredRelation("incumbencies", condition=condition)).select_related(
        "post__position__job", "post__position__unit"
    )


@dataclass(frozen=True, slots=True)
class HeldJob:
    name: str
    subtitle: str
    level: str
    retirement_age: int | None

    __str__ = Job.__str__  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class HeldUnit:
    name: str


@dataclass(frozen=True, slots=True)
class HeldPosition:
    job: HeldJob
    unit: HeldUnit


@dataclass(frozen=True, slots=True)
class Held:
    """What lists show of a person's post, under the names that an Incumbency has, and the ages in force."""

    position_id: int
    kind: str
    starts_on: date
    position: HeldPosition
    ages: Ages


# Fixed text: lists ask for it with every page, and the ORM would write the same statement anew each time. Row security
# keeps every table of it to the agency in scope.
_POSTS = """SELECT i.employee_id, i.position_id, i.kind, i.starts_on, {unit}, j.name, j.subtitle, j.level,
        j.retirement_age
    FROM positions_incumbency i
    JOIN positions_position p ON p.id = i.position_id
    JOIN positions_unit u ON u.id = p.unit_id
    JOIN positions_job j ON j.id = p.job_id
    WHERE i.employee_id = ANY(%s) AND i.kind = ANY(%s)
        AND i.starts_on <= %s AND (i.ends_on IS NULL OR i.ends_on > %s)"""
_POSTS_TODAY = _POSTS.format(unit="u.name")
_POSTS_THEN = _POSTS.format(
    unit="""coalesce((SELECT n.name FROM positions_unitperiod n WHERE n.agency_id = u.agency_id AND n.unit_id = u.id
        AND n.starts_on <= %s AND (n.ends_on IS NULL OR n.ends_on > %s)), u.name)"""
)


def attach_posts(people: Iterable[Employee], day: date) -> None:
    """Give people already read the `post` that `with_post` would have joined, as a `Held`; two queries.

    For a page of rows: neither the plan of seven joins nor two hundred objects of models.
    """
    by_id = {person.pk: person for person in people}
    if not by_id:
        return
    ages = rulebook.ages_on(day)
    kinds = [Incumbency.Kind.DEFINITIVE.value, Incumbency.Kind.PART_TIME.value]
    is_today = day == dates.today()
    with connection.cursor() as cursor:
        days = [] if is_today else [day, day]
        cursor.execute(_POSTS_TODAY if is_today else _POSTS_THEN, [*days, list(by_id), kinds, day, day])
        posts = cursor.fetchall()
    for person_id, position_id, kind, starts_on, unit, name, subtitle, level, age in posts:
        place = HeldPosition(HeldJob(name, subtitle, level, age), HeldUnit(unit))
        by_id[person_id].post = Held(position_id, kind, starts_on, place, ages)  # type: ignore[attr-defined]


def post_of(person: Employee) -> Any:
    """Return the post that `with_post` joined (an Incumbency) or `attach_posts` found (a Held), or None."""
    return getattr(person, "post", None)


def with_retirement(employees: QuerySet, day: date, ages: Ages | None = None) -> QuerySet:
    """Annotate `bup` and `retires_on` of people that `with_post` joined; null without a post. One query for `ages`
    in force on `day`, unless given.

    Whoever came to a post when already past its age lost a higher one: the 1st of the month after (4.3).
    """
    ages = ages or rulebook.ages_on(day)
    of_age = PensionDate(F("birth_date"), Years("bup"))
    after_start = PensionDate(F("post__starts_on"))
    pension = NullIf(
        Case(
            When(post__kind=Incumbency.Kind.DEFINITIVE, then=Greatest(of_age, after_start)),
            default=of_age,
            output_field=DateField(),
        ),
        # No day of a calendar: an impossible birth date on record.
        Value(date.max),
    )
    own_or_jobs = Coalesce("own_retirement_age", job_age("post__position__job__", ages), output_field=IntegerField())
    return employees.annotate(bup=own_or_jobs).annotate(
        retires_on=Case(
            When(bup__isnull=True, then=None),
            default=pension,
            output_field=DateField(),
        )
    )


def employees_visible(user: Any) -> QuerySet:
    """People the user may see: those of the register in scope, the own subordinates, and for `view_own` the one with
    the user's own NIP."""
    access = access_of(user)
    rows = Employee.objects.visible_to(user)
    if access.agency_id is None or not access.may("view_own") or not getattr(user, "nip", ""):
        return rows
    own = Q(agency_id=access.agency_id, nip=user.nip)
    if not access.may("view_register") and not access.led_paths:
        return Employee.objects.filter(own)
    return Employee.objects.filter(own | Q(pk__in=rows.values("pk")))


def knows_nip(agency_id: int, nip: str) -> bool:
    """Whether the agency's register has somebody of this NIP, who has left included; one query."""
    return Employee.objects.filter(agency_id=agency_id, nip=nip).exists()


def address_of(user: Any, nip: str, day: date) -> tuple[str, int | None] | None:
    """Return the e-mail recorded of the person with this NIP in the user's register ("" where there is none) and who
    wrote it there by the trail (None: the operator or nobody); None for nobody there: who has left (another agency may
    have them now) is nobody. Two queries."""
    stays = Q(exits_on__isnull=True) | Q(exits_on__gt=day)
    found = Employee.objects.visible_to(user).filter(stays, nip=nip).exclude(legal_status__in=ENDED_STATUS)
    person = found.values_list("pk", "agency_id", "email").first()
    if person is None:
        return None
    pk, agency_id, email = person
    return email, last_writer(agency_id, Employee, pk, "email")


def active(employees: QuerySet, day: date) -> QuerySet:
    """Keep people whose legal status counts in B, who had been appointed and have not left."""
    return employees.filter(counts(day))


def serving(day: date) -> Q:
    """Return the condition that a person had not left by `day`, whatever the legal standing: who studies or is on
    unpaid leave retires, too. As the agenda book counts (`queries.agenda.PEOPLE`)."""
    return Q(exits_on__gt=day) | Q(exits_on__isnull=True) & ~Q(legal_status__in=ENDED_STATUS)


def retiring(user: Any, day: date) -> QuerySet:
    """Holders of posts who had not left, with `retires_on`: those who retire after `day`; PPPK paruh waktu where they
    count in B. One query for the ages in force."""
    people = Employee.objects.visible_to(user).filter(serving(day))
    in_b = ~Q(status=Employee.Status.PART_TIME) | Q(rulebook.PartTimeCounts(day))
    return with_retirement(with_post(people.filter(in_b), day), day).filter(retires_on__gt=day)


def retirements_by_year(user: Any, day: date) -> dict[int, int]:
    """Return how many retire in the rest of this calendar year and in each of the next five; two queries."""
    last = date(day.year + 5, 12, 31)
    found = dict(
        retiring(user, day)
        .filter(retires_on__lte=last)
        .order_by()
        .values_list(ExtractYear("retires_on"))
        .annotate(n=Count("pk"))
    )
    return {year: found.get(year, 0) for year in range(day.year, day.year + 6)}


def contracts_ending(user: Any, day: date, months: int = 12) -> QuerySet:
    """PPPK contracts in force on `day` that end within `months` months, with the person."""
    return (
        Contract.objects.visible_to(user)
        .filter(in_force(day), ends_on__lte=add_months(day, months))
        .select_related("employee__unit")
    )


# Goals


@dataclass
class GoalNode:
    """A goal with how many positions and tasks in the user's scope serve it, here and (`below`) in its whole branch.

    `served`: whether anything in the agency serves the branch, so that a district does not take a goal for forgotten
    which another office serves.
    """

    goal: Goal
    positions: int = 0
    tasks: int = 0
    below: int = 0
    served: bool = False
    children: list["GoalNode"] = field(default_factory=list)


def goal_tree(user: Any, day: date) -> list[GoalNode]:
    """Return the roots of the goals in force, children by code; three queries."""
    goals = list(Goal.objects.visible_to(user).on(day).select_related("unit").order_by("code", "pk"))
    access = access_of(user)
    here, done_here = Q(), Q()
    if not access.whole_agency:
        units = scope_units(access)
        here, done_here = Q(position__unit__in=units), Q(tasks__workload__position__unit__in=units)
    opened = Q(tasks__workload__sheet__campaign__opens_on__lte=day)
    linked = {
        goal: (count, served)
        for goal, count, served in PositionGoal.objects.filter(agency=access.agency_id or 0)
        .filter(in_force(day), in_force(day, "position__"))
        .order_by()
        .values_list("goal_id")
        .annotate(n=Count("pk", filter=here), every=Count("pk"))
    }
    tasks = {
        goal: (count, served)
        for goal, count, served in Goal.objects.visible_to(user)
        .on(day)
        .order_by()
        .values_list("pk")
        .annotate(n=Count("tasks", filter=opened & done_here), every=Count("tasks", filter=opened))
        .filter(every__gt=0)
    }
    nodes = {}
    for goal in goals:
        (posts, posts_of_all), (work, work_of_all) = linked.get(goal.pk, (0, 0)), tasks.get(goal.pk, (0, 0))
        nodes[goal.pk] = GoalNode(goal, posts, work, served=posts_of_all + work_of_all > 0)
    roots: list[GoalNode] = []
    for node in nodes.values():
        above = nodes.get(node.goal.parent_id) if node.goal.parent_id else None
        (above.children if above else roots).append(node)
    for root in roots:
        _sum_goals(root)
    return roots


def _sum_goals(node: GoalNode) -> int:
    node.below = node.positions + node.tasks + sum(_sum_goals(child) for child in node.children)
    node.served = node.served or any(child.served for child in node.children)
    return node.below


def without_goal(positions: QuerySet, day: date) -> QuerySet:
    """Keep positions that serve no goal in force, neither themselves nor through a task of the latest campaign."""
    links = PositionGoal.objects.filter(
        in_force(day), in_force(day, "goal__"), agency_id=OuterRef("agency_id"), position_id=OuterRef("pk")
    )
    latest = Campaign.objects.filter(agency_id=OuterRef("agency_id"), opens_on__lte=day).order_by("-year")
    tasks = WorkloadTask.objects.filter(
        in_force(day, "goal__"),
        agency_id=OuterRef("agency_id"),
        workload__position_id=OuterRef("pk"),
        workload__sheet__campaign_id=Subquery(latest.values("pk")[:1]),
    )
    return positions.filter(~Exists(links), ~Exists(tasks))


# Names waiting to be mapped


def suggestions(mappings: Iterable[NameMapping], how_many: int = 3) -> dict[int, list[dict[str, Any]]]:
    """Return for each mapping the units or jobs of the agency whose names are most alike, best first; one query."""
    ids = [mapping.pk for mapping in mappings if mapping.mapped_at is None]
    if not ids:
        return {}
    found: dict[int, list[dict[str, Any]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(SUGGEST, {"ids": ids, "n": how_many})
        for mapping_id, target_id, name, code, score in cursor.fetchall():
            found.setdefault(mapping_id, []).append(
                {"pk": target_id, "name": name, "code": code, "percent": round(100 * score)}
            )
    return found


# Row security keeps every table of it to the agency in scope. A job's subtitle is part of its name, as the search has
# it; a file that leaves it out means the bare name as well.
SUGGEST = """
SELECT m.id, s.id, s.name, s.code, s.score
FROM positions_namemapping m
CROSS JOIN LATERAL (
    (SELECT u.id, u.name, u.code, score, score AS whole
     FROM positions_unit u, similarity(upper(u.name), m.key) AS score
     WHERE m.kind = 'unit' AND u.agency_id = m.agency_id AND u.ends_on IS NULL
     ORDER BY score DESC, u.id LIMIT %(n)s)
    UNION ALL
    (SELECT j.id, j.name || CASE WHEN j.subtitle <> '' THEN ' (' || j.subtitle || ')' ELSE '' END, j.code,
            greatest(whole, similarity(upper(j.name), m.key)) AS score, whole
     FROM positions_job j, similarity(upper(j.name || ' ' || j.subtitle), m.key) AS whole
     WHERE m.kind = 'job' AND j.agency_id = m.agency_id AND j.is_active
     ORDER BY score DESC, whole DESC, j.id LIMIT %(n)s)
) s
WHERE m.id = ANY(%(ids)s) AND s.score > 0.15
ORDER BY m.id, s.score DESC, s.whole DESC, s.id
"""


# Search

LIKE_ENOUGH = 0.42
# They part words.
SIGNS = ".,-/()'&:;\""


def alike(rows: QuerySet, name: str, text: str, also: str = "") -> QuerySet:
    """Keep rows whose `name` has all the words of `text` (`nearness` 3: as they are, 2: begun, 1: inside), and rows
    alike, by the whole or word by word (0); the nearest first, then the likest. A job's subtitle is part of its name.
    `also`: a second name that may bear some of the words.

    For lists that are narrowed further. Row security lets no index serve `%>` (the operator is not leakproof), so the
    names are compared one by one; `positions.queries.search` looks through a whole agency.
    """
    # PostgreSQL takes no NUL in a text.
    text = text.replace("\0", " ")
    wanted = [word.upper() for word in words(text)]
    parts = [name]
    if rows.model is Job or name == "job__name":
        parts.append(f"{name.removesuffix('name')}subtitle")
    parts += [also] if also else []
    title: Any = Upper(Concat(Value(""), *(each for part in parts for each in (Value(" "), part))))
    plain = Func(title, Value(SIGNS), Value(" " * len(SIGNS)), function="translate")
    plain = Concat(Value(" "), plain, Value(" "), output_field=TextField())
    near = [
        When(Q(*(Q(plain__contains=form.format(word)) for word in wanted)), then=rank)
        for rank, form in ((3, " {} "), (2, " {}"), (1, "{}"))
        if wanted  # Of signs alone no word is left.
    ]
    return (
        rows.alias(plain=plain)
        .annotate(
            nearness=Case(*near, default=0, output_field=IntegerField()),
            likeness=_likeness(title, text, [word for word in wanted if len(word) > 2]),
        )
        .filter(Q(likeness__gte=LIKE_ENOUGH) | Q(nearness__gt=0))
        .order_by("-nearness", "-likeness", name, "pk")
    )


def _likeness(title: Any, text: str, parts: list[str]) -> Any:
    """How like the whole text is to `title`, or, where each word by itself is like enough, the mean of them."""
    whole = TrigramWordSimilarity(text.upper(), title)
    if len(parts) < 2:
        return whole
    each = [TrigramWordSimilarity(word, title) for word in parts]
    all_alike = Q(*(GreaterThanOrEqual(one, LIKE_ENOUGH) for one in each))
    mean = ExpressionWrapper(sum(each[1:], start=each[0]) / Value(float(len(each))), output_field=FloatField())
    return Case(When(all_alike, then=Greatest(whole, mean)), default=whole, output_field=FloatField())
