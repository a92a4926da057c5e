"""Reads of a formation proposal: its lines, and the rows of the sheets that go to e-Formasi and SIASN."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Count, F, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from positions.models import (
    Education,
    Employee,
    FormationLine,
    FormationProposal,
    Incumbency,
    NeedsAnalysis,
    NeedsResult,
    Unit,
    UnitPeriod,
    WorkloadTask,
)
from positions.models._base import in_force
from positions.queries.analysis import B_PRINTED
from positions.queries.histories import standing_of
from positions.queries.needs.promised import PROMISED
from positions.rules.formation import Status
from positions.rules.status import ENDED

FIELDS = ("guru", "nakes", "teknis")
GENERAL_KIND = {
    "manajerial": "Jabatan Manajerial",
    "fungsional": "Jabatan Fungsional",
    "pelaksana": "Jabatan Pelaksana",
}


@dataclass(frozen=True, slots=True)
class Footing:
    """What a position's line in a proposal rests on: the need's evidence and the shortage of one analysis."""

    need: dict[str, Any]
    # formasi: the shortage, or the coming one where now nothing lacks (establishment.md 5.7).
    formation: int
    as_of: date
    # How old an ABK may be at submission, by the parameters of the analysis.
    submit_months: int


FOOTING = (
    "analysis_id", "position_id", "evidence__need", "k_used", "b", "k_year", "b_year", "row", "quantity",
    "analysis__as_of", "analysis__parameters__values__needs.submit_months__value",
)  # fmt: skip


def footings(agency_id: int, analyses: Iterable[int | None], positions: Any) -> dict[tuple[int, int], Footing]:
    """Return what analyses say of positions (ids or a subquery), by analysis and position; one query."""
    wanted = [pk for pk in analyses if pk is not None]
    rows = NeedsResult.objects.filter(agency_id=agency_id, analysis__in=wanted, position__in=positions)
    found = {}
    for pk, position, need, k, b, k_year, b_year, row, quantity, as_of, months in rows.values_list(*FOOTING):
        proposed = quantity if row in PROPOSING_ROWS else 0
        formation = shortage_of(k, b, k_year, b_year, proposed)
        found[pk, position] = Footing(need, formation, as_of, int(months))
    return found


SHORTAGE = ("position_id", "k_used", "b", "k_year", "b_year", "row", "quantity")


def shortages(agency_id: int, analysis_id: int, positions: Iterable[int]) -> dict[int, int]:
    """Return formasi of positions (ids) by one analysis; one query. Those that it does not know are left out."""
    rows = NeedsResult.objects.filter(agency_id=agency_id, analysis=analysis_id, position__in=list(positions))
    return {
        position: shortage_of(k, b, k_year, b_year, quantity if row in PROPOSING_ROWS else 0)
        for position, k, b, k_year, b_year, row, quantity in rows.values_list(*SHORTAGE)
    }


# Rows of the decision table whose first line proposes formations; that of row 8 receives, its second line proposes.
PROPOSING_ROWS = frozenset({9, 13})


def shortage_of(k: int | None, b: int, k_year: list[int | None], b_year: list[int], proposed: int) -> int:
    """Return formasi: max(0, K − B), the greatest shortage of five years where that is 0, never below what the table
    proposes."""
    shortage = max(0, (k or 0) - b)
    ahead = max((need - held for need, held in zip(k_year, b_year, strict=True) if need is not None), default=0)
    return max(proposed, shortage, ahead if shortage == 0 else 0)


def promised_on(agency_id: int, positions: Iterable[int], day: date) -> dict[int, int]:
    """Return F of positions (ids) on `day`: decided formations not filled yet, and reserved seats; one query."""
    wanted = set(positions)
    with connection.cursor() as cursor:
        cursor.execute(PROMISED, {"agency": agency_id, "day": day})
        return {position: people for position, people in cursor.fetchall() if position in wanted}


def appointed_on(proposal: FormationProposal, day: date) -> dict[int, int]:
    """Return how many were appointed to each position of a decided proposal after its decree, by position; one query.

    As F counts them (positions.queries.needs.promised), for one decree alone.
    """
    held = Incumbency.objects.filter(
        agency_id=proposal.agency_id, kind=Incumbency.Kind.DEFINITIVE, starts_on__lte=day,
        position__in=proposal.lines.filter(decided__gt=0).values("position"),
    )  # fmt: skip
    first = held.order_by().values_list("position", "employee").annotate(first=Min("starts_on"))
    return dict(Counter(position for position, _employee, _day in first.filter(first__gt=proposal.decree_on)))


def basis_of(proposal: FormationProposal) -> NeedsAnalysis | None:
    """Return the analysis that every line of a proposal is judged by; at most one query, and one for the analysis.

    Of a draft the year's frozen one, until there is one the latest that a line was approved from; once submitted the
    one that it was submitted on (needs-analysis.md 1, establishment.md 5.7).
    """
    own = proposal.analysis
    if own is not None and (proposal.state != Status.DRAFT or own.basis_year == proposal.year):
        return own
    return frozen_of(proposal.agency_id, proposal.year) or own


def frozen_of(agency_id: int, year: int) -> NeedsAnalysis | None:
    """Return the analysis that is the basis of the proposal of `year` (dasar usulan)."""
    return NeedsAnalysis.objects.filter(agency_id=agency_id, basis_year=year).first()


def better_basis(proposal: FormationProposal, basis: NeedsAnalysis | None) -> NeedsAnalysis | None:
    """Return the analysis that may be frozen for a draft's year instead of `basis`: the latest finished one, where it
    is later or the year has no basis; one query."""
    if proposal.state != Status.DRAFT:
        return None
    rows = NeedsAnalysis.objects.filter(
        agency_id=proposal.agency_id, is_complete=True, parameters__overlay={}, basis_year=None,
        as_of__gte=date(proposal.year - 1, 1, 1), as_of__lt=date(proposal.year + 1, 1, 1),
    )  # fmt: skip
    if basis is not None and basis.basis_year == proposal.year:
        rows = rows.filter(Q(as_of__gt=basis.as_of) | Q(as_of=basis.as_of, pk__gt=basis.pk))
    return rows.order_by("-as_of", "-pk").first()


def with_result(lines: QuerySet[FormationLine], user: Any, basis: NeedsAnalysis | None) -> QuerySet[Any]:
    """Annotate `result_pk`: what the basis says of the line's position, where the user sees it."""
    rows = NeedsResult.objects.visible_to(user).filter(analysis=basis, position=OuterRef("position"))
    return lines.annotate(result_pk=Subquery(rows.order_by().values("pk")[:1]))


# SIASN planning sheet (establishment.md 5.7)


@dataclass(frozen=True, slots=True)
class PlanningRow:
    """One line of SIASN's planning sheet; the attribute names are its columns."""

    jenis_pengadaan: str
    jenis_jabatan_umum: str
    nama_jabatan: str
    nama_sub_jabatan: str
    cpns_guru: int
    cpns_nakes: int
    cpns_teknis: int
    pppk_guru: int
    pppk_nakes: int
    pppk_teknis: int
    unit_penempatan: str
    penghasilan_min: Any
    penghasilan_max: Any
    pendidikan_id: str
    pendidikan_nama: str


def planning_rows(proposal: FormationProposal) -> list[PlanningRow]:
    """Return a row for each line that proposes something, by position code. Two queries."""
    found = proposal.lines.filter(proposed__gt=0).select_related("position__job", "placement")
    rows = list(found.order_by("position__code", "pk"))
    wanted = {one for row in rows for one in row.education_ids}
    names = dict(Education.objects.filter(siasn_id__in=wanted).values_list("siasn_id", "name"))
    return [_planning(row, names) for row in rows]


def _planning(row: FormationLine, names: dict[str, str]) -> PlanningRow:
    counts = {
        f"{intake.lower()}_{field}": row.proposed if (row.intake, row.field) == (intake, field) else 0
        for intake in FormationLine.Intake.values
        for field in FIELDS
    }
    job = row.position.job
    return PlanningRow(
        jenis_pengadaan=row.intake,
        jenis_jabatan_umum=GENERAL_KIND[job.group],
        nama_jabatan=job.name,
        nama_sub_jabatan=job.subtitle,
        unit_penempatan=row.placement.name if row.placement else "",
        penghasilan_min=row.income_min,
        penghasilan_max=row.income_max,
        pendidikan_id="; ".join(row.education_ids),
        pendidikan_nama="; ".join(names.get(one, "") for one in row.education_ids),
        **counts,
    )


# e-Formasi rows (establishment.md 5.7)


@dataclass(frozen=True, slots=True)
class FormasiRow:
    """One node of the e-Formasi tree, a unit or a position; the attribute names are its columns.

    n is who leaves this calendar year, n1–n4 in the next four; k the shortage at the end of this year, k1–k4 of those
    after; aju what is proposed, by channel.
    """

    id: str
    parent_id: str
    kode: str
    level: int
    indeks: int
    posisi_id: str
    nama: str
    kelas: int | None
    abk: int | None
    riil: int | None
    currentpns: int | None
    currentcpns: int | None
    currentpppk: int | None
    n: int | None
    n1: int | None
    n2: int | None
    n3: int | None
    n4: int | None
    k: int | None
    k1: int | None
    k2: int | None
    k3: int | None
    k4: int | None
    aju_total: int | None
    aju_pns: int | None
    aju_pppk: int | None


RESULT = (
    "position_id", "unit_id", "code", "job_name", "job_class", "k_used", "b", "outflow", "k_year", "b_year",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Node:
    """A unit as it stood on the day of an analysis."""

    pk: int
    parent_id: int | None
    code: str
    name: str
    level: int


# The head seat first, then by class, the highest first (establishment.md 5.6).
BY_CLASS = ("unit_id", "-managerial", F("job_class").desc(nulls_last=True), "code", "pk")


def tree_of(analysis: NeedsAnalysis) -> list[Node]:
    """Return the units in force on the day of an analysis, each followed by what stood below it, by code; two queries.

    Names and parents are those of the day. A unit that has results but was closed, or whose parent was, is kept at the
    top rather than lost.
    """
    units = Unit.objects.filter(agency_id=analysis.agency_id)
    counted = NeedsResult.objects.filter(agency_id=analysis.agency_id, analysis=analysis).values("unit")
    known = {
        pk: (code, name)
        for pk, code, name in units.filter(in_force(analysis.as_of) | Q(pk__in=counted)).values_list(
            "pk", "code", "name"
        )
    }
    periods = UnitPeriod.objects.filter(in_force(analysis.as_of), agency_id=analysis.agency_id, unit__in=known)
    then = {pk: (name, parent) for pk, name, parent in periods.values_list("unit_id", "name", "parent_id")}
    children: dict[int | None, list[Node]] = {}
    for pk, (code, latest) in known.items():
        name, parent = then.get(pk, (latest, None))
        above = parent if parent in known else None
        children.setdefault(above, []).append(Node(pk, above, code, name, 1))
    found: list[Node] = []
    todo = sorted(children.get(None, []), key=lambda row: (row.code, row.pk), reverse=True)
    while todo:
        node = todo.pop()
        found.append(node)
        below = sorted(children.get(node.pk, []), key=lambda row: (row.code, row.pk), reverse=True)
        todo += [replace(child, level=node.level + 1) for child in below]
    return found


def formasi_rows(proposal: FormationProposal, analysis: NeedsAnalysis) -> Iterator[FormasiRow]:
    """Yield units and positions of the agency on the day of the analysis, each unit followed by its positions by class
    and then by its units.

    Five queries at any size.
    """
    results: dict[int, list[dict[str, Any]]] = {}
    rows = NeedsResult.objects.filter(agency_id=analysis.agency_id, analysis=analysis)
    for result in rows.order_by(*BY_CLASS).values(*RESULT):
        results.setdefault(result["unit_id"], []).append(result)
    asked = {line.position_id: line for line in proposal.lines.all()}
    statuses = _holders(analysis)
    index = 0
    for unit in tree_of(analysis):
        index += 1
        yield _unit_row(unit, index)
        for result in results.get(unit.pk, []):
            index += 1
            line = asked.get(result["position_id"])
            yield _position_row(result, unit.level + 1, index, line, statuses.get(result["position_id"], {}))


def _holders(analysis: NeedsAnalysis) -> dict[int, dict[str, int]]:
    """Return who makes up B of each position, by status: a head seat by those who hold the duty (needs-analysis.md 3),
    PPPK paruh waktu only where the agency counts them."""
    values = analysis.parameters["values"]
    counted = values["supply.legal_status"]["value"]
    # As the analysis read it: of its day, by the history where there is one.
    standing = Coalesce(standing_of(analysis.as_of, "agency_id", "employee_id"), F("employee__legal_status"))
    held = Incumbency.objects.annotate(standing=standing).filter(
        in_force(analysis.as_of),
        Q(standing__in=counted)
        | Q(standing__in=ENDED, employee__exits_on__isnull=False),
        Q(kind=Incumbency.Kind.DEFINITIVE)
        | Q(kind=Incumbency.Kind.PART_TIME)
        | Q(kind=Incumbency.Kind.DUTY, position__by_duty=True),
        agency_id=analysis.agency_id,
    ).exclude(employee__exits_on__lte=analysis.as_of)  # fmt: skip
    if not values.get("supply.part_time_counts", {}).get("value"):
        held = held.exclude(kind=Incumbency.Kind.PART_TIME).exclude(employee__status=Employee.Status.PART_TIME)
    sums = held.values("position_id").annotate(
        **{status: Count("pk", filter=Q(employee__status=status)) for status in Employee.Status.values}
    )
    counts: list[dict[str, Any]] = list(sums.order_by("position_id"))  # type: ignore[arg-type]
    return {row["position_id"]: row for row in counts}


def _unit_row(unit: Node, index: int) -> FormasiRow:
    empty: dict[str, Any] = dict.fromkeys(field.name for field in fields(FormasiRow))
    about: dict[str, Any] = {
        "id": f"U{unit.pk}", "parent_id": f"U{unit.parent_id}" if unit.parent_id else "", "kode": unit.code,
        "level": unit.level, "indeks": index, "posisi_id": "", "nama": unit.name,
    }  # fmt: skip
    return FormasiRow(**{**empty, **about})


def _position_row(
    result: dict[str, Any], level: int, index: int, line: FormationLine | None, held: dict[str, int]
) -> FormasiRow:
    short = [None if k is None else max(0, k - b) for k, b in zip(result["k_year"], result["b_year"], strict=True)]
    proposed = line.proposed if line else 0
    intake = line.intake if line else ""
    values = (
        f"P{result['position_id']}", f"U{result['unit_id']}", result["code"], level, index,
        str(result["position_id"]), result["job_name"], result["job_class"], result["k_used"], result["b"],
        held.get("PNS", 0), held.get("CPNS", 0), held.get("PPPK", 0) + held.get("PPPK_PW", 0),
        *result["outflow"], *short,
        proposed, proposed if intake == "CPNS" else 0, proposed if intake == "PPPK" else 0,
    )  # fmt: skip
    return FormasiRow(*values)


# What the bundle holds beside the lines


def workload_rows(proposal: FormationProposal, analysis: NeedsAnalysis) -> QuerySet:
    """Tasks of the workloads that the proposed positions rest on, as the evidence of the basis names them."""
    proposed = proposal.lines.filter(proposed__gt=0).values("position")
    known = footings(proposal.agency_id, [analysis.pk], proposed)
    workloads = [one for one in (row.need.get("workload") for row in known.values()) if one]
    tasks = WorkloadTask.objects.filter(agency_id=proposal.agency_id, workload__in=workloads)
    return tasks.select_related("workload__position__job", "workload__position__unit", "workload__sheet").order_by(
        "workload__position__code", "workload_id", "number"
    )


def map_rows(analysis: NeedsAnalysis) -> Iterator[NeedsResult]:
    """Yield the position map with K, B (`b_printed`: only printed) and the difference, down the tree of the day.

    In each unit the head seat comes first, then the highest class.
    """
    rows = NeedsResult.objects.filter(agency_id=analysis.agency_id, analysis=analysis).defer("evidence", "signals")
    results: dict[int, list[NeedsResult]] = {}
    for row in rows.annotate(b_printed=B_PRINTED).order_by(*BY_CLASS):
        results.setdefault(row.unit_id, []).append(row)
    for unit in tree_of(analysis):
        yield from results.get(unit.pk, [])


def sums_of(proposal: FormationProposal) -> dict[str, int]:
    """Return positions and people proposed, by intake and field."""
    rows = proposal.lines.filter(proposed__gt=0)
    by = {
        f"{intake}_{field}": Coalesce(Sum("proposed", filter=Q(intake=intake, field=field)), 0)
        for intake in FormationLine.Intake.values
        for field in FIELDS
    }
    return rows.aggregate(positions=Count("pk"), people=Coalesce(Sum("proposed"), 0), **by)
