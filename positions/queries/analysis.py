"""Reads of the job-needs analysis: the latest one, its totals, roll-ups, one position's "Dasar perhitungan".

All of them take the user and return what that user may see; a unit-bound user gets totals of the units in scope.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import (
    BooleanField,
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce, Greatest

from asnhr.models import Run
from asnhr.queries import Value as Parameter
from positions.models import (
    CompetencyNeed,
    NeedsAnalysis,
    NeedsResult,
    Objection,
    RecommendationLine,
    Unit,
    UnitFinding,
)
from positions.models._base import access_of
from positions.models._restricted import RESTRICTED
from positions.queries.needs import run
from positions.rules.competency_standard import order_of
from positions.rules.levels import Group
from positions.rules.need import Source
from positions.rules.numbers import round_half_up
from positions.rules.recommendation import Inputs, Limits, Recommendation, decide
from positions.rules.recommendation import Kind as RecommendationKind
from positions.rules.signals import Facts, Signal, signals

UNKNOWN = Source.NONE.value
# Whether B of a result is only what an imported map prints; never null.
B_PRINTED = Case(
    When(evidence__supply__printed=True, then=Value(True)), default=Value(False), output_field=BooleanField()
)
DECIMALS = frozenset({"n", "n_before", "digital_share", "goals_mapped_share"})
# What the recommendations are called on lists; needs-analysis.md 5.
KINDS = tuple(kind.value for kind in RecommendationKind)


# Which analysis


def analyses(user: Any) -> QuerySet[NeedsAnalysis]:
    """Complete analyses of the user's agency without what-if ones, latest first; one query when read."""
    if not access_of(user).may("view_analysis"):
        return NeedsAnalysis.objects.none()
    rows = NeedsAnalysis.objects.visible_to(user).filter(is_complete=True, parameters__overlay={})
    return rows.select_related("run", "frozen_by").defer("parameters").order_by("-as_of", "-pk")


def readable(user: Any) -> QuerySet[NeedsAnalysis]:
    """The same with projections to days to come, which have pages of their own."""
    if not access_of(user).may("view_analysis"):
        return NeedsAnalysis.objects.none()
    real = Q(parameters__overlay={}) | (
        Q(parameters__overlay__has_key="projection") & ~Q(parameters__overlay__has_key="parameters")
    )
    rows = NeedsAnalysis.objects.visible_to(user).filter(real, is_complete=True)
    rows = rows.annotate(projection=KT("parameters__overlay__projection"))
    return rows.select_related("run", "frozen_by").defer("parameters").order_by("-as_of", "-pk")


def led_candidates(user: Any) -> QuerySet[NeedsResult]:
    """Return what a head reads of the analysis by the seat alone: the undecided removal candidates of the units led,
    in the order of the register."""
    results: Any = NeedsResult.objects
    rows: QuerySet[NeedsResult] = results.led_by(user).annotate(b_printed=B_PRINTED)
    return rows.defer("evidence").order_by("unit_name", "code", "pk")


def analysis_of_led(user: Any) -> QuerySet[NeedsAnalysis]:
    """Return the analysis of `led_candidates`, for their pages only."""
    results: Any = NeedsResult.objects
    rows = NeedsAnalysis.objects.filter(pk__in=results.led_by(user).order_by().values("analysis"))
    return rows.annotate(projection=KT("parameters__overlay__projection"))


def latest(user: Any, day: date | None = None) -> NeedsAnalysis | None:
    """Return the latest complete analysis as of `day` or earlier (None: of all)."""
    rows = analyses(user)
    return (rows if day is None else rows.filter(as_of__lte=day)).first()


_LATEST = """SELECT id FROM positions_needsanalysis
    WHERE agency_id = %s AND is_complete AND as_of <= %s
        AND (parameters -> 'overlay' = '{}' OR parameters -> 'overlay' IS NULL)
    ORDER BY as_of DESC, id DESC LIMIT 1"""


def latest_id(user: Any, day: date) -> int | None:
    """Return the analysis whose K holds on `day` for any reader of the register (a what-if one is no result of the
    agency), or None. Fixed text: every list of positions in the API asks for it."""
    access = access_of(user)
    if access.agency_id is None or not access.may("view_register"):
        return None
    with connection.cursor() as cursor:
        cursor.execute(_LATEST, [access.agency_id, day])
        row = cursor.fetchone()
    return None if row is None else int(row[0])


def running(user: Any) -> QuerySet[Run]:
    """Runs of the analysis that are not finished."""
    access = access_of(user)
    if access.agency_id is None or not access.may("view_analysis"):
        return Run.objects.none()
    rows = Run.objects.filter(agency_id=access.agency_id, kind="needs")
    return rows.filter(state__in=[Run.State.QUEUED, Run.State.RUNNING]).order_by("-requested_at", "-pk")


def results(user: Any, analysis: NeedsAnalysis) -> QuerySet[NeedsResult]:
    """Results of `analysis` that the user may see, without the evidence, in the order of the register; `b_printed`: B
    is only what an imported map prints."""
    if not access_of(user).may("view_analysis"):
        return NeedsResult.objects.none()
    rows = NeedsResult.objects.visible_to(user).filter(analysis=analysis)
    rows = rows.annotate(b_printed=B_PRINTED)
    return rows.defer("evidence").order_by("unit_name", "code", "pk")


def with_second_line(rows: QuerySet[NeedsResult]) -> QuerySet[NeedsResult]:
    """Annotate `second`: how much row 8 proposes (USUL_FORMASI) beside what it receives; null where it is one line."""
    lines = RecommendationLine.objects.filter(
        agency_id=OuterRef("agency_id"), result_id=OuterRef("pk"), number=2, recommendation=RecommendationKind.PROPOSE
    )
    return rows.annotate(second=Subquery(lines.values("quantity")))


def result_of(user: Any, analysis: NeedsAnalysis, position_id: int) -> NeedsResult:
    """Return a position's result with its evidence. Raises NeedsResult.DoesNotExist for one that is not visible."""
    rows = results(user, analysis).defer(None).select_related("analysis", "position", "unit", "job")
    seen = Prefetch("lines", RecommendationLine.objects.visible_to(user))
    return rows.prefetch_related(seen, "lines__decisions__decided_by", "lines__follow_ups").get(position_id=position_id)


# Totals


def _people(analysis: NeedsAnalysis) -> Q:
    """Posts whose B counts as people: who fills a seat by additional duty counts once, in the functional post."""
    return Q(position__by_duty=False) if analysis.totals.get("duty_holder_counts_once", True) else Q()


def _positive(first: Any, second: Any) -> Greatest:
    # greatest() of PostgreSQL skips nulls: an unknown K is no shortage and no surplus.
    return Greatest(first - second, Value(0), output_field=IntegerField())


KNOWN = Q(k_used__isnull=False)


def _figures(analysis: NeedsAnalysis) -> dict[str, Any]:
    people, known = _people(analysis), KNOWN
    k5, b5 = F("k_year__4"), F("b_year__4")
    return {
        "positions": Count("pk"),
        "unknown": Count("pk", filter=Q(source=UNKNOWN)),
        "need": Coalesce(Sum("k_used"), 0),
        "holders": Coalesce(Sum("b", filter=people), 0),
        "shortage": Coalesce(Sum(_positive(F("k_used"), F("b")), filter=known), 0),
        "surplus": Coalesce(Sum(_positive(F("b"), F("k_used")), filter=known), 0),
        "part_time": Coalesce(Sum("b_part_time"), 0),
        "promised": Coalesce(Sum("f"), 0),
        "shortage_5": Coalesce(Sum(_positive(k5, b5), filter=known), 0),
        "surplus_5": Coalesce(Sum(_positive(b5, k5), filter=known), 0),
    }


@dataclass(frozen=True, slots=True)
class Summary:
    """Totals of what the user sees: shortages and surpluses apart, never netted, and counts of recommendations."""

    analysis: NeedsAnalysis
    totals: dict[str, int]
    # (restricted, recommendation, priority, positions, quantity), in the order of the table; the removal candidates
    # that the user may not see are one row at the end, without priority and quantity.
    recommendations: list[dict[str, Any]]
    waiting: int
    signals: dict[str, int]
    outflow: list[int]
    # At the end of each year, over every position as the other shortages (docs/decisions/0005); the last is shortage_5.
    shortage_years: list[int]
    years: list[int]
    # Of the holders: what an imported map prints where no people are imported.
    printed: int = 0


def summary(user: Any, analysis: NeedsAnalysis) -> Summary:
    """Return the figures of the summary page; four queries at any size."""
    rows = results(user, analysis).defer(None).order_by()
    outflow = {f"y{year}": Coalesce(Sum(f"outflow__{year}", filter=_people(analysis)), 0) for year in range(5)}
    short = {
        f"s{year}": Coalesce(Sum(_positive(F(f"k_year__{year}"), F(f"b_year__{year}")), filter=KNOWN), 0)
        for year in range(5)
    }
    # The evidence is read only where a map printed something.
    on_map = Q(position__printed_holders__gt=0) & Q(b_printed=True) & _people(analysis)
    totals = rows.aggregate(**_figures(analysis), **outflow, **short, printed=Coalesce(Sum("b", filter=on_map), 0))
    printed = totals.pop("printed")
    out, shortages = ([totals.pop(f"{name}{year}") for year in range(5)] for name in "ys")
    lines: Any = RecommendationLine.objects.visible_to(user).filter(result__analysis=analysis)
    grouped = lines.values("restricted", "recommendation", "priority").annotate(
        positions=Count("result_id", distinct=True), quantity=Sum("quantity")
    )
    recommended: list[dict[str, Any]] = [{**row} for row in grouped]
    hidden = sum(row["positions"] for row in recommended if row["restricted"])
    recommended = [row for row in recommended if not row["restricted"]]
    order = {kind: place for place, kind in enumerate(KINDS)}
    recommended.sort(key=lambda row: (order[row["recommendation"]], row["priority"]))
    if hidden:
        # Counted without what they are, so that the positions add up for everybody.
        masked = {"recommendation": RESTRICTED, "priority": None, "quantity": None}
        recommended.append({"restricted": True, "positions": hidden, **masked})
    return Summary(
        analysis=analysis,
        totals=totals,
        recommendations=recommended,
        waiting=lines.filter(state=RecommendationLine.State.OPEN, repeats_rejected=False).count(),
        signals=signal_counts(user, analysis),
        outflow=out,
        shortage_years=shortages,
        years=[analysis.as_of.year + year for year in range(5)],
        printed=printed,
    )


def signal_counts(user: Any, analysis: NeedsAnalysis) -> dict[str, int]:
    """Return how many positions carry each signal, by code, without removal candidates that the user may not see."""
    rows: Any = results(user, analysis).order_by()
    codes = rows.filter(restricted=False).exclude(signals=[]).values_list("signals", flat=True)
    counted: dict[str, int] = {}
    for found in codes:
        for signal in found:
            counted[signal["code"]] = counted.get(signal["code"], 0) + 1
    return dict(sorted(counted.items()))


def by_unit(user: Any, analysis: NeedsAnalysis) -> list[dict[str, Any]]:
    """Return figures by unit, in order of name. One query.

    EU is `load` ÷ `load_holders`: Σ workload ÷ Σ holders of the positions whose workload was measured, as N is the
    workload in people (establishment.md 5.4). A seat, a formula's result and a decided number are no workload.
    """
    people = _people(analysis) & KNOWN
    measured = Q(source__in=[Source.ABK.value, Source.ABK_HEALTH.value])
    rows = results(user, analysis).defer(None).order_by().values("unit_id", "unit_name")
    # First, because the figures take the name of the column `need`.
    rows = rows.annotate(
        load=Sum("need", filter=people & measured),
        load_holders=Sum("b", filter=people & measured),
        **_figures(analysis),
    )
    return [{**row} for row in rows.order_by("unit_name", "unit_id")]


def by_office(user: Any, analysis: NeedsAnalysis) -> list[dict[str, Any]]:
    """Return figures by perangkat daerah (the root's own positions under the root), in order of name. One query."""
    grouped = results(user, analysis).defer(None).order_by().annotate(office=Coalesce("unit__office", "unit"))
    rows = grouped.values("office").annotate(**_figures(analysis))
    named = {row["office"]: row for row in rows}
    names = dict(Unit.objects.filter(pk__in=named).values_list("pk", "name"))
    listed = [{**row, "office_name": names[pk]} for pk, row in named.items()]
    return sorted(listed, key=lambda row: (row["office_name"], row["office"]))


def lines_to_decide(user: Any, analysis: NeedsAnalysis) -> QuerySet[RecommendationLine]:
    """Lines waiting for a decision, most urgent first; those equal to a rejected one are left out."""
    if not access_of(user).may("view_analysis"):
        return RecommendationLine.objects.none()
    rows = RecommendationLine.objects.visible_to(user).filter(
        result__analysis=analysis, state=RecommendationLine.State.OPEN, repeats_rejected=False
    )
    seen = {"seen_priority": "priority", "seen_row": "result__row"}
    masked: Any = rows.alias(**{name: Case(When(restricted=False, then=F(column))) for name, column in seen.items()})
    return masked.select_related("result").defer("result__evidence").order_by("seen_priority", "seen_row", "pk")


def competency_needs(user: Any, analysis: NeedsAnalysis) -> list[dict[str, Any]]:
    """Return Σ K and holders by competency and level over the units the user sees. One query."""
    rows = CompetencyNeed.objects.visible_to(user).filter(analysis=analysis)
    named = rows.annotate(
        code=Coalesce("competency__code", "technical__code"), name=Coalesce("competency__name", "technical__name")
    )
    summed = named.values("code", "name", "level").annotate(
        needed=Sum("needed"), holders=Sum("holders"), units=Count("unit", distinct=True)
    )
    return sorted(({**row} for row in summed), key=lambda row: (order_of(row["code"]), row["level"]))


def goals_without_posts(user: Any, analysis: NeedsAnalysis) -> QuerySet[UnitFinding]:
    """Goals that no position serves."""
    rows = UnitFinding.objects.visible_to(user).filter(analysis=analysis)
    return rows.select_related("goal", "unit").order_by("goal__code", "pk")


def history_of(user: Any, position_id: int) -> QuerySet[NeedsResult]:
    """A position's results through the analyses, latest first."""
    rows = NeedsResult.objects.visible_to(user).filter(position_id=position_id, analysis__is_complete=True)
    rows = rows.filter(analysis__parameters__overlay={}).select_related("analysis").defer("evidence")
    return rows.order_by("-analysis__as_of", "-analysis_id")


# Dasar perhitungan


@dataclass(frozen=True, slots=True)
class Basis:
    """What "Dasar perhitungan" shows: the evidence, the limits with mark and origin, and the rules' own answer."""

    evidence: dict[str, Any]
    limits: list[dict[str, Any]]
    parameters: dict[str, dict[str, Any]]
    recommendation: Recommendation
    signals: list[Signal]


def basis(result: NeedsResult) -> Basis:
    """Return the basis of a result, computed anew from the evidence by the rules. Needs `analysis` loaded; no query."""
    values: dict[str, dict[str, Any]] = result.analysis.parameters.get("values", {})
    inputs, limits = inputs_of(result.evidence), limits_of(values)
    used = [values[code] for code in sorted(result.evidence["decision"]["limits"]) if code in values]
    return Basis(
        evidence=result.evidence,
        limits=used,
        parameters=values,
        recommendation=decide(inputs, limits),
        signals=signals(inputs, facts_of(result.evidence), limits),
    )


def inputs_of(evidence: dict[str, Any]) -> Inputs:
    """Return the inputs of the decision table as the evidence keeps them."""
    kept = dict(evidence["inputs"])
    for name in DECIMALS:
        kept[name] = None if kept[name] is None else Decimal(kept[name])
    return Inputs(**{**kept, "source": Source(kept["source"]), "group": Group(kept["group"])})


def facts_of(evidence: dict[str, Any]) -> Facts:
    """Return the facts behind the signals as the evidence keeps them."""
    facts = evidence["facts"]
    return Facts(
        job_holders=facts["job_holders"],
        rank_misfits=facts["rank_misfits"],
        k_decided=facts["k_decided"],
        flags=tuple(facts["flags"]),
    )


def limits_of(values: dict[str, dict[str, Any]]) -> Limits:
    """Return the limits as an analysis keeps them in its parameters."""
    return run.limits_of({code: Parameter(**value) for code, value in values.items()})


# The answer of the command and of the API


POSITION = (
    "code", "unit_name", "job_name", "source", "need", "k_used", "k_decided", "b", "f", "effectiveness", "grade",
    "outflow", "k_year", "b_year", "signals", "row", "recommendation", "quantity", "priority", "reason",
)  # fmt: skip
CENT = Decimal("0.0001")


def as_document(agency_code: str, analysis: NeedsAnalysis) -> dict[str, Any]:
    """Return the whole analysis as the JSON of `analyse_needs`: need and EJ with four decimals, as text.

    `k` is the K that the decision table used (K ditetapkan where there is no K hasil analisis). `projection`, only in
    one: the day on which the register was known. One query.
    """
    rows = NeedsResult.objects.filter(agency_id=analysis.agency_id, analysis=analysis)
    ordered = rows.order_by("unit__code", "code", "pk").values_list(*POSITION).iterator(chunk_size=2000)
    totals = {key: analysis.totals[key] for key in ("need", "holders", "shortage", "surplus")}
    projection = {} if analysis.known_on is None else {"projection": analysis.known_on.isoformat()}
    return {
        "agency": agency_code,
        "as_of": analysis.as_of.isoformat(),
        **projection,
        "run": analysis.run_id,
        "totals": totals,
        "positions": [_position(*row) for row in ordered],
    }


def _position(*row: Any) -> dict[str, Any]:
    found = dict(zip(POSITION, row, strict=True))
    return {
        "code": found["code"],
        "unit": found["unit_name"],
        "job": found["job_name"],
        "source": found["source"],
        "need": four(found["need"]),
        "k": found["k_used"],
        "k_decided": found["k_decided"],
        "b": found["b"],
        "f": found["f"],
        "effectiveness": four(found["effectiveness"]),
        "grade": found["grade"] or None,
        "outflow": found["outflow"],
        "k_year": found["k_year"],
        "b_year": found["b_year"],
        "signals": found["signals"],
        "row": found["row"],
        "recommendation": found["recommendation"],
        "quantity": found["quantity"],
        "priority": found["priority"],
        "reason": found["reason"],
    }


def four(value: Decimal | None) -> str | None:
    """Return a figure with four decimals, half up, as text: "1.0640"."""
    return None if value is None else str(round_half_up(value, 4))


def with_objected(user: Any, lines: QuerySet[RecommendationLine]) -> QuerySet[RecommendationLine]:
    """Add `objected`: whether the user sees an objection to the line."""
    rows = Objection.objects.visible_to(user).filter(kind="rekomendasi", object_id=OuterRef("pk"))
    return lines.annotate(objected=Exists(rows))


def objections_to(user: Any, lines: Sequence[RecommendationLine]) -> list[Objection]:
    """Return the objections to lines of `with_objected`, without their words; one query, none where nobody objected."""
    objected = [line.pk for line in lines if line.objected]  # type: ignore[attr-defined]
    if not objected:
        return []
    rows = Objection.objects.visible_to(user).filter(kind="rekomendasi", object_id__in=objected)
    return list(rows.select_related("employee").defer("grounds", "answer").order_by("-filed_at", "-pk"))
