"""The position map (peta jabatan): posts of units with class, K, B, holder, retirement and fit as they stood on a day.

establishment.md 5.6: in each unit the head seat first, then by class, the highest first (`rules.place_in_unit`). K and
B are those of `positions.queries.register`, so the map, the lists and the sums say the same; K hasil analisis stands
beside K ditetapkan (needs-analysis.md 2). Five queries for any number of units.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Case, F, Q, QuerySet, SmallIntegerField, When, Window
from django.db.models.functions import RowNumber

from asnhr import dates
from positions.models import FormationLine, Job, NeedsAnalysis, NeedsResult, Position, UnitPeriod
from positions.models._base import in_force
from positions.queries import job_classes, past_files, register, rulebook, unit_names
from positions.rules import position_map as rules
from positions.rules.levels import ECHELONS, RANKS_OF_JF_LEVEL, Level
from positions.rules.retirement import Ages, retirement_age

YEARS = 5


@dataclass(frozen=True, slots=True)
class People:
    """Who makes up B of a post, and how they fit. `name`, `person`: of a single holder."""

    count: int = 0
    name: str = ""
    person: int | None = None
    retires_on: date | None = None
    misfits: int = 0
    # The holders among `count` of whom rank and education could be looked at.
    known: int = 0
    statuses: dict[str, int] = field(default_factory=dict)
    # Pensions in this calendar year and each of the next four; who should have gone already goes this year.
    leaving: tuple[int, ...] = (0,) * YEARS


NOBODY = People()


@dataclass(frozen=True, slots=True)
class Post:
    """A position on the map. `acting`: who acts there (name, "plt" or "plh", since)."""

    pk: int
    unit_id: int
    code: str
    title: str
    group: str
    level: str
    job_class: int | None
    is_head: bool
    by_duty: bool
    growth: Any
    k: int | None
    b: int
    b_printed: bool
    part_time: int
    people: People
    acting: tuple[str, str, date] | None

    @property
    def gap(self) -> int | None:
        """B − K; None where K is not known."""
        return None if self.k is None else self.b - self.k


# Status, rank and education are the person's own, of another day those of that day (`_THEN`, `_AHEAD`).
# Who counts in B is the register's to say ({counted}); this adds when they go and whether they fit, once a post. Ages,
# ranks and required levels of jobs arrive as arrays: the rules of the product know them. Who came to a post when past
# its age retires the month after; a duty's holder when the functional post is left (4.3).
PEOPLE = """
WITH counted (position_id, employee_id, kind, starts_on, job_id) AS MATERIALIZED ({counted}),
job (id, age, low, high, needed) AS (SELECT * FROM unnest(%s::bigint[], %s::int[], %s::int[], %s::int[], %s::int[])),
accepted AS (
    SELECT job_id, array_agg(upper(field)) AS fields FROM positions_jobeducation GROUP BY 1
),
held AS MATERIALIZED (
    SELECT c.position_id, c.employee_id, c.kind, c.starts_on, e.name, {status} AS status, {rank} AS rank,
        {kept} AS keeps_education, e.birth_date, j.low, j.high,
        j.needed, coalesce(a.fields, '{{}}') AS fields,
        coalesce(e.education_level_id, own.level_id) AS level_code, coalesce(own.field, '') AS field,
        coalesce(NULLIF(e.own_retirement_age, 0), functional.age, j.age) AS age
    FROM counted c
    JOIN positions_employee e ON e.id = c.employee_id
    JOIN job j ON j.id = c.job_id
    LEFT JOIN accepted a ON a.job_id = c.job_id
    LEFT JOIN positions_education own ON own.id = e.education_id
    LEFT JOIN LATERAL (
        SELECT of_post.age FROM positions_incumbency d JOIN positions_position p ON p.id = d.position_id
        JOIN job of_post ON of_post.id = p.job_id
        WHERE c.kind = 'tugas_tambahan' AND d.employee_id = c.employee_id AND d.kind = 'definitif'
            AND d.starts_on <= %s AND (d.ends_on IS NULL OR d.ends_on > %s) LIMIT 1
    ) functional ON true
),
degrees AS (
    SELECT h.position_id, h.employee_id, h.needed, h.fields, l."order" AS level, h.field
    FROM held h JOIN positions_educationlevel l ON l.code = h.level_code
    WHERE (h.needed > 0 OR h.fields <> '{{}}') AND h.keeps_education
    UNION ALL
    SELECT h.position_id, h.employee_id, h.needed, h.fields, l."order", coalesce(e.field, upper(btrim(x.name)))
    FROM held h JOIN positions_employeeeducation x ON x.employee_id = h.employee_id
    JOIN positions_educationlevel l ON l.code = x.level_id LEFT JOIN positions_education e ON e.id = x.education_id
    WHERE (h.needed > 0 OR h.fields <> '{{}}') AND {gained}
),
-- As row 15 of the decision table judges (positions.queries.needs.inputs): the field counts at or above the level only,
-- and what is not on record accuses nobody.
education AS (
    SELECT position_id, employee_id, bool_or(level >= needed) AS enough,
        bool_or(level >= needed AND EXISTS (
            SELECT FROM unnest(fields) f WHERE strpos(' ' || field || ' ', ' ' || f || ' ') > 0)) AS fits,
        bool_or(level >= needed AND field <> '') AS named
    FROM degrees GROUP BY 1, 2
),
judged AS (
    SELECT h.*, nullif(least(greatest(
            (date_trunc('month', h.birth_date + make_interval(years => h.age)) + interval '1 month')::date,
            CASE WHEN h.kind = 'definitif' THEN (date_trunc('month', h.starts_on) + interval '1 month')::date END
        ), DATE '9999-12-31'), DATE '9999-12-31') AS retires_on,
        coalesce(h.status NOT IN ('PPPK', 'PPPK_PW') AND (h.rank < h.low OR h.rank > h.high), false)
            OR coalesce(CASE WHEN NOT e.enough THEN true WHEN h.fields = '{{}}' OR e.fits THEN false ELSE e.named END,
                false) AS misfit,
        (h.rank IS NOT NULL AND h.low IS NOT NULL) OR e.enough IS NOT NULL AS known
    FROM held h LEFT JOIN education e ON e.position_id = h.position_id AND e.employee_id = h.employee_id
),
summed AS (
    SELECT position_id, count(*) AS count, min(name) AS name, min(employee_id) AS person, min(retires_on) AS retires_on,
        count(*) FILTER (WHERE misfit) AS misfits, count(*) FILTER (WHERE known) AS known,
        count(*) FILTER (WHERE status = 'PNS') AS pns, count(*) FILTER (WHERE status = 'CPNS') AS cpns,
        count(*) FILTER (WHERE status LIKE 'PPPK%%') AS pppk,
        array(SELECT count(*) FILTER (WHERE greatest(extract(year FROM r.day), %s) = y)
            FROM unnest(array_agg(judged.retires_on)) r(day) CROSS JOIN generate_series(%s, %s) y
            GROUP BY y ORDER BY y) AS leaving
    FROM judged GROUP BY 1
),
acting AS (
    SELECT DISTINCT ON (i.position_id) i.position_id, e.name, i.kind, i.starts_on
    FROM positions_incumbency i JOIN positions_employee e ON e.id = i.employee_id
    WHERE i.position_id = ANY(%s) AND i.kind IN ('plt', 'plh') AND i.starts_on <= %s
        AND (i.ends_on IS NULL OR i.ends_on > %s)
    ORDER BY i.position_id, i.kind DESC, i.starts_on DESC, i.id DESC
)
SELECT coalesce(s.position_id, a.position_id), s.count, s.name, s.person, s.retires_on, s.misfits, s.known, s.pns,
    s.cpns, s.pppk, s.leaving, a.name, a.kind, a.starts_on
FROM summed s FULL JOIN acting a ON a.position_id = s.position_id
"""

_NOW = {"status": "e.status", "rank": "e.rank", "kept": "true", "gained": "true"}
# As `positions.rules.status.status_on` and the analysis of a past day tell them; who counts had been appointed.
_THEN = {
    "status": "CASE WHEN e.status = 'PNS' AND e.pns_on > %s THEN 'CPNS' ELSE e.status END",
    "rank": """(SELECT CASE WHEN r.told THEN r.rank WHEN e.rank_since IS NULL OR e.rank_since <= %s THEN e.rank END
        FROM (SELECT true AS here) o
        LEFT JOIN LATERAL (SELECT true AS told, k.rank FROM positions_rankrecord k WHERE k.agency_id = e.agency_id
            AND k.employee_id = e.id AND k.starts_on <= %s ORDER BY k.starts_on DESC LIMIT 1) r ON true)""",
    "kept": past_files.KEPT.format("e.id", "e.education_level_id", "e.graduated"),
    "gained": past_files.GAINED,
}
# What is recorded ahead holds from its day.
_AHEAD = _NOW | {"rank": _THEN["rank"]}


# As `positions.rules.position_map.place_in_unit`, which a test holds together with it.
_PLACE_OF_LEVEL = Case(
    *(When(job__level=level, then=place) for level, place in rules.PLACE_OF_LEVEL.items()),
    default=rules.AFTER_FUNCTIONAL,
    output_field=SmallIntegerField(),
)


def posts_of(user: Any, day: date, units: Collection[int], *, most: int | None = None) -> dict[int, list[Post]]:
    """Return the posts of each unit in the order of `place_in_unit`; those the user sees. `most`: at most so many
    a unit, the head among them."""
    rows = Position.objects.visible_to(user).on(day).filter(unit__in=units)
    if most is not None:
        place = Window(
            RowNumber(),
            partition_by=F("unit_id"),
            order_by=[
                "-is_head",
                F("job_class").desc(nulls_last=True),
                _PLACE_OF_LEVEL,
                "order",
                "code",
                "pk",
            ],
        )
        rows = job_classes.with_class(rows, day).annotate(place=place).filter(place__lte=most)
    return _posts(rows, day)


def posts_of_positions(positions: QuerySet, day: date) -> dict[int, list[Post]]:
    """Return posts of chosen positions by unit, as `posts_of`."""
    return _posts(positions, day)


_POST = ("pk", "unit_id", "code", "job_id", "is_head", "by_duty", "growth", "order")


def _posts(rows: QuerySet, day: date) -> dict[int, list[Post]]:
    found = list(rows.order_by().values_list(*_POST))
    if not found:
        return {}
    ids = [row[0] for row in found]
    catalogue = Job.objects.select_related("education_level").annotate(class_then=job_classes.class_on(day))
    jobs: dict[int, Any] = {job.pk: job for job in catalogue.order_by("pk")}
    figures = register.figures_of(Position.objects.filter(pk__in=ids), day)
    people = _people(ids, jobs, day)
    by_unit: dict[int, list[tuple[Any, Post]]] = {}
    for pk, unit_id, code, job_id, is_head, by_duty, growth, order in found:
        job, held = jobs[job_id], figures[pk]
        holders, acting = people.get(pk, (NOBODY, None))
        post = Post(
            pk, unit_id, code, str(job), job.group, job.level, job.class_then, is_head, by_duty, growth, held.k,
            held.b, held.b_printed, held.part_time, holders, acting,
        )  # fmt: skip
        place = rules.place_in_unit(
            is_head=is_head, job_class=job.class_then, level=job.level, order=order, code=code
        )  # fmt: skip
        by_unit.setdefault(unit_id, []).append(((place, pk), post))
    return {unit: [post for _key, post in sorted(each, key=lambda pair: pair[0])] for unit, each in by_unit.items()}


Acting = tuple[str, str, date] | None


def _people(positions: list[int], jobs: dict[int, Job], day: date) -> dict[int, tuple[People, Acting]]:
    counted = register.counted_holders(day).filter(position__in=positions).order_by()
    rows, given = counted.values_list(
        "position_id", "employee_id", "kind", "starts_on", "position__job_id"
    ).query.sql_with_params()
    columns = _of_jobs(jobs.values(), rulebook.ages_on(day))
    years = (day.year, day.year, day.year + YEARS - 1)
    found: dict[int, tuple[People, Acting]] = {}
    today = dates.today()
    parts = _THEN if day < today else _NOW if day == today else _AHEAD
    statement = PEOPLE.format(counted=rows, **parts)
    of_person = [day] * sum(parts[name].count("%s") for name in ("status", "rank", "kept"))
    of_files = [day] * parts["gained"].count("%s")
    with connection.cursor() as cursor:
        cursor.execute(
            statement, [*given, *columns, *of_person, day, day, *of_files, *years, positions, day, day]
        )  # fmt: skip
        for pk, count, name, person, retires_on, misfits, known, *statuses, leaving, who, kind, since in cursor:
            held = NOBODY
            if count:
                alone = count == 1
                by_status = dict(zip(("PNS", "CPNS", "PPPK"), statuses, strict=True))
                held = People(
                    count,
                    name if alone else "",
                    person if alone else None,
                    retires_on,
                    misfits,
                    known,
                    by_status,
                    tuple(leaving),
                )
            found[pk] = held, None if who is None else (who, kind, since)
    return found


_BOUNDS: dict[str, tuple[int, int]] = {level.value: bound for level, bound in RANKS_OF_JF_LEVEL.items()} | {
    key: (each.lowest, each.highest)
    for each in ECHELONS
    if each.lowest is not None and each.highest is not None
    for key in (each.id, each.code.upper().replace(".", ""))
}


def _of_jobs(jobs: Iterable[Job], ages: Ages) -> list[list[Any]]:
    """Return the columns id, retirement age, lowest and highest rank, required education of jobs."""
    rows = []
    for job in jobs:
        level = Level(job.level)
        key = job.level if job.group == Job.Group.FUNCTIONAL else job.echelon.upper().replace(".", "")
        low, high = (None, None) if level is Level.PELAKSANA else _BOUNDS.get(key, (None, None))
        if level is not Level.PELAKSANA:
            low, high = job.rank_min or low, job.rank_max or high
        age = retirement_age(level, job_name=job.name, job_bup=job.retirement_age, ages=ages)
        needed = job.education_level.order if job.education_level is not None else 0
        rows.append((job.pk, age, low, high, needed))
    return [list(column) for column in zip(*rows, strict=True)]


# Beside the decided K


def analysis_on(user: Any, day: date) -> NeedsAnalysis | None:
    """Return the latest complete analysis not after `day` that is no what-if; None for who sees none."""
    rows = NeedsAnalysis.objects.visible_to(user).filter(is_complete=True, as_of__lte=day)
    rows = rows.filter(Q(parameters__overlay={}) | Q(parameters__overlay__isnull=True))
    return rows.only("pk", "as_of").order_by("-as_of", "-pk").first()


def needs_of(user: Any, analysis: NeedsAnalysis | None, positions: Collection[int] | None = None) -> dict[int, int]:
    """Return K hasil analisis by position; one query."""
    if analysis is None:
        return {}
    rows = NeedsResult.objects.visible_to(user).filter(analysis=analysis, k__isnull=False)
    if positions is not None:
        rows = rows.filter(position__in=positions)
    return {position: k for position, k in rows.order_by().values_list("position_id", "k") if k is not None}


def asked_for(user: Any, year: int) -> dict[int, tuple[int, str]]:
    """Return what the formation proposal of `year` asks for, by position: how many and by which channel; one query."""
    rows = FormationLine.objects.visible_to(user).filter(proposal__year=year).exclude(proposal__state="ditolak")
    return {
        position: (proposed, intake)
        for position, proposed, intake in rows.order_by().values_list("position_id", "proposed", "intake")
    }


# Searching a map


def found_on(user: Any, day: date, text: str, units: Collection[int], most: int = 8) -> tuple[list[Any], list[Any]]:
    """Return (positions, periods of units) of a map called `text` or like it, the nearest first; two queries. A
    position is found by its unit's name too; `nearness` 0 is merely alike."""
    rows = Position.objects.visible_to(user).on(day).filter(unit__in=units).select_related("job")
    rows = rows.alias(unit_then=unit_names.then(day, "unit"))
    posts = list(register.alike(rows, "job__name", text, also="unit_then")[:most])
    periods = UnitPeriod.objects.visible_to(user).filter(in_force(day), unit__in=units)
    return posts, list(register.alike(periods, "name", text)[:most])
