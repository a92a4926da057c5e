"""What changed between two analyses of an agency, and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from positions.models import NeedsAnalysis, NeedsResult
from positions.models._restricted import RESTRICTED

# Why a figure changed, in the order they are told.
NEW_POST = "JABATAN_BARU"
GONE_POST = "JABATAN_DITUTUP"
SOURCE = "SUMBER_BERUBAH"
WORKLOAD = "BEBAN_BERUBAH"
DECREE = "KEPUTUSAN_BERUBAH"
CAME = "PEMANGKU_DATANG"
LEFT = "PEMANGKU_PERGI"
PROMISED = "FORMASI_BERUBAH"
LIMITS = "BATAS_BERUBAH"
MOVES = "REDISTRIBUSI_BERUBAH"
OTHER = "DATA_PENDUKUNG_BERUBAH"

# Settings outside the decision table, by what they change: who counts in B; when people leave; how the need grows.
SUPPLY = "supply."
AGES = "bup."
GROWTH = "needs.growth_default"


@dataclass(frozen=True, slots=True)
class Change:
    """A position that changed: figures (before, after; None where it did not exist) and the reasons, codes above."""

    position_id: int
    code: str
    unit_name: str
    job_name: str
    need: tuple[Any, Any]
    k: tuple[int | None, int | None]
    b: tuple[int | None, int | None]
    f: tuple[int | None, int | None]
    row: tuple[int | None, int | None]
    recommendation: tuple[str | None, str | None]
    quantity: tuple[int | None, int | None]
    priority: tuple[int | None, int | None]
    reasons: tuple[str, ...]
    # People who came to and left the position between the two days, definitive or by duty.
    came: int
    left: int


COMPARE = """
WITH visible AS (SELECT unnest(%(positions)s::bigint[]) AS position_id),
before AS (
    SELECT r.* FROM positions_needsresult r
    JOIN visible v ON v.position_id = r.position_id
    WHERE r.agency_id = %(agency)s AND r.analysis_id = %(before)s
),
after AS (
    SELECT r.* FROM positions_needsresult r
    JOIN visible v ON v.position_id = r.position_id
    WHERE r.agency_id = %(agency)s AND r.analysis_id = %(after)s
),
traffic AS (
    SELECT position_id,
        count(*) FILTER (WHERE starts_on > %(from)s AND starts_on <= %(to)s) AS came,
        count(*) FILTER (WHERE ends_on > %(from)s AND ends_on <= %(to)s) AS left_it
    FROM positions_incumbency
    WHERE agency_id = %(agency)s AND kind IN ('definitif', 'tugas_tambahan') GROUP BY 1
)
SELECT coalesce(a.position_id, b.position_id), coalesce(a.code, b.code), coalesce(a.unit_name, b.unit_name),
    coalesce(a.job_name, b.job_name), b.need, a.need, b.k_used, a.k_used, b.b, a.b, b.f, a.f, b."row", a."row",
    b.recommendation, a.recommendation, b.quantity, a.quantity, b.priority, a.priority,
    coalesce(t.came, 0), coalesce(t.left_it, 0),
    b.source IS DISTINCT FROM a.source, b.k_decided IS DISTINCT FROM a.k_decided,
    -- The limits of both rows: what moved a position may be a limit of the row that it left.
    ARRAY(SELECT jsonb_object_keys(coalesce(b.evidence #> '{decision,limits}', '{}')
        || coalesce(a.evidence #> '{decision,limits}', '{}'))),
    b.outflow IS DISTINCT FROM a.outflow OR b.evidence #> '{inputs,leaving}' IS DISTINCT FROM
        a.evidence #> '{inputs,leaving}',
    b.k_year IS DISTINCT FROM a.k_year,
    (b.received, b.released) IS DISTINCT FROM (a.received, a.released)
FROM before b
FULL JOIN after a ON a.position_id = b.position_id
LEFT JOIN traffic t ON t.position_id = coalesce(a.position_id, b.position_id)
WHERE (b.need, b.k_used, b.b, b.f, b."row", b.recommendation, b.quantity, b.priority, b.source, b.k_decided)
    IS DISTINCT FROM
    (a.need, a.k_used, a.b, a.f, a."row", a.recommendation, a.quantity, a.priority, a.source, a.k_decided)
ORDER BY 3, 2, 1
"""


def compare(before: NeedsAnalysis, after: NeedsAnalysis, visible: QuerySet[NeedsResult]) -> Iterator[Change]:
    """Yield the positions that changed, by unit name and code. Two queries, and one for each analysis whose parameters
    are not read yet.

    `visible`: results that the user may see, of any analysis (`NeedsResult.objects.visible_to(user)`); positions that
    it leaves out are not compared, and what it masks is masked.
    """
    rows: Any = visible.filter(analysis__in=[before, after]).order_by()
    seen = list(rows.values_list("position_id", "analysis_id", "restricted"))
    hidden = {(position, analysis) for position, analysis, is_hidden in seen if is_hidden}
    arguments: dict[str, Any] = {
        "agency": after.agency_id,
        "before": before.pk,
        "after": after.pk,
        "from": before.as_of,
        "to": after.as_of,
        "positions": list({position for position, _analysis, _hidden in seen}),
    }
    with connection.cursor() as cursor:
        cursor.execute(COMPARE, arguments)
        found = cursor.fetchall()
    differing = changed_settings(before, after)
    for row in found:
        change = _change(row, differing, (row[0], before.pk) in hidden, (row[0], after.pk) in hidden)
        if change is not None:
            yield change


def changed_settings(before: NeedsAnalysis, after: NeedsAnalysis) -> frozenset[str]:
    """Return the codes of the settings that had another value in the second analysis, whoever set them."""
    first, second = (analysis.parameters.get("values", {}) for analysis in (before, after))

    def value(values: dict[str, Any], code: str) -> Any:
        found = values.get(code, {}).get("value")
        # A number may be kept as text; 1.2 and "1.20" are one limit.
        try:
            return Decimal(str(found))
        except InvalidOperation:
            return found

    return frozenset(code for code in {*first, *second} if value(first, code) != value(second, code))


def _masked(pair: tuple[Any, Any], hidden: tuple[bool, bool], mask: Any) -> tuple[Any, Any]:
    """Return what was recommended before and after, with `mask` where the user may not see it yet."""
    first, second = (mask if is_hidden else value for value, is_hidden in zip(pair, hidden, strict=True))
    return first, second


def _change(row: tuple[Any, ...], settings: frozenset[str], *hidden: bool) -> Change | None:
    """Return the change as the user may see it (`hidden`: before, after), None where nothing of it is seen.

    `settings`: codes of those that changed between the two analyses.
    """
    figures = row[4:20]
    pairs = [(figures[place], figures[place + 1]) for place in range(0, len(figures), 2)]
    need, k, b, f, fired, recommendation, quantity, priority = pairs
    came, left, source, decided, limits, leaving, grows, moves = row[20:]
    ruled = any(before != after for before, after in (fired, recommendation, quantity, priority))
    counted = any(code.startswith(SUPPLY) for code in settings) and b[0] != b[1]
    reasons: list[str] = []
    is_new, is_gone = fired[0] is None, fired[1] is None
    if any(hidden):
        sides = (hidden[0], hidden[1])
        recommendation = _masked(recommendation, sides, RESTRICTED)
        fired, quantity, priority = (_masked(pair, sides, None) for pair in (fired, quantity, priority))
        shown = (need, k, b, f, fired, recommendation, quantity, priority)
        if not (source or decided) and all(pair[0] == pair[1] for pair in shown):
            return None
    if is_new:
        reasons.append(NEW_POST)
    elif is_gone:
        reasons.append(GONE_POST)
    else:
        if source:
            reasons.append(SOURCE)
        elif need[0] != need[1]:
            reasons.append(WORKLOAD)
        if decided:
            reasons.append(DECREE)
        if (b[0] != b[1] and not counted) or came or left:
            reasons += [CAME] * bool(came or b[1] > b[0]) + [LEFT] * bool(left or b[1] < b[0])
        if f[0] != f[1]:
            reasons.append(PROMISED)
        if not any(hidden):
            aged = leaving and any(code.startswith(AGES) for code in settings)
            grown = grows and need[0] == need[1] and GROWTH in settings
            if counted or (ruled and (aged or grown or not settings.isdisjoint(limits))):
                reasons.append(LIMITS)
            if moves:
                reasons.append(MOVES)
        if not reasons:
            # Nearness of a date (a vacancy, a pension), education or goals.
            reasons.append(OTHER)
    return Change(
        position_id=row[0], code=row[1], unit_name=row[2], job_name=row[3], need=need, k=k, b=b, f=f, row=fired,
        recommendation=recommendation, quantity=quantity, priority=priority, reasons=tuple(reasons), came=came,
        left=left,
    )  # fmt: skip
