"""Decisions on recommendations, and the lists that approved ones go to (needs-analysis.md 5 and 6).

Everything works on many lines at once, in a fixed number of statements: deciding one is deciding a list of one.
"""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from datetime import date
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from asnhr import kept
from asnhr.errors import NotAllowed, RuleBroken
from asnhr.models import User
from asnhr.notifications.service import draft, notify_all
from positions import followup_words, permissions
from positions.models import (
    Decision,
    FollowUp,
    FormationLine,
    FormationProposal,
    Incumbency,
    NeedsAnalysis,
    Recommendation,
    RecommendationLine,
)
from positions.models._base import access_of, in_force
from positions.queries.formation import basis_of, shortage_of
from positions.rules.formation import Status
from positions.rules.need import Source, is_stale
from positions.rules.recommendation import Kind, may_submit
from positions.services import hearings, objections, register
from positions.services.footing import rest_on

LIST_OF: dict[str, FollowUp.List] = {
    Recommendation.FILL: FollowUp.List.FILLING,
    Recommendation.RECEIVE: FollowUp.List.REDISTRIBUTION,
    Recommendation.RELEASE: FollowUp.List.REDISTRIBUTION,
    Recommendation.ABOLISH: FollowUp.List.MAP_CHANGE,
    Recommendation.MERGE: FollowUp.List.MAP_CHANGE,
    Recommendation.DEVELOP: FollowUp.List.DEVELOPMENT,
    Recommendation.REVIEW: FollowUp.List.WORKLOAD,
}
# ISI of this row finishes a procurement that is decided already: it stands on the formation list and proposes nothing.
ROW_OF_DECIDED_FORMATION = 7
SHOWN = 5


class Standing(StrEnum):
    """What of an analysis may still be decided on."""

    # The latest finished one: all of it.
    CURRENT = "terkini"
    # A later one is finished, but the year's formation proposal rests on this one and is not under way: the lines that
    # stand on the formation list.
    BASIS = "dasar"
    # A later one says what is true now: an approval may still be withdrawn, nothing else.
    SUPERSEDED = "digantikan"


def standing(analysis: NeedsAnalysis) -> Standing:
    """Return what of a finished analysis may still be decided on; at most three queries, of its agency.

    needs-analysis.md 5 and 6: the quarterly run says what holds now, the frozen one is the basis of the proposal.
    """
    real = Q(parameters__overlay={}) | Q(parameters__overlay__isnull=True)
    finished = NeedsAnalysis.objects.filter(real, agency_id=analysis.agency_id, is_complete=True)
    if finished.order_by("-as_of", "-pk").values_list("pk", flat=True).first() == analysis.pk:
        return Standing.CURRENT
    later = Q(as_of__gt=analysis.as_of) | Q(as_of=analysis.as_of, pk__gt=analysis.pk)
    if analysis.basis_year is None or finished.filter(later, basis_year__isnull=False).exists():
        return Standing.SUPERSEDED
    under_way = FormationProposal.objects.filter(agency_id=analysis.agency_id, year__gte=analysis.basis_year)
    if under_way.exclude(state__in=[Status.DRAFT, Status.REJECTED]).exists():
        return Standing.SUPERSEDED
    return Standing.BASIS


def decidable(analysis: NeedsAnalysis) -> Q:
    """Return the condition of the lines of an analysis that may still be approved, deferred or rejected."""
    stand = standing(analysis)
    if stand is Standing.BASIS:
        # What an approval puts on the formation list.
        finishes = Q(recommendation=Recommendation.FILL, result__row=ROW_OF_DECIDED_FORMATION)
        return Q(recommendation=Recommendation.PROPOSE) | finishes
    return Q() if stand is Standing.CURRENT else Q(pk__in=[])


def stays_open(line: RecommendationLine, stand: Standing) -> bool:
    """Return whether a line of an analysis that stands so may still be approved: `decidable` of one line."""
    return stand is Standing.CURRENT or (stand is Standing.BASIS and goes_to_formation(line))


def decide(*, line: RecommendationLine, verdict: str, reason: str, actor: User) -> Decision:
    """Approve, defer or reject a line. Raises as `decide_many`."""
    return decide_many(lines=[line.pk], verdict=verdict, reason=reason, actor=actor)[0]


@transaction.atomic
def decide_many(*, lines: Collection[int], verdict: str, reason: str, actor: User) -> list[Decision]:
    """Decide on lines by id, all of them or none, with one verdict and reason; return the decisions in order of line.

    An approved line goes to its list; changing an approval withdraws what is still open there. A decision is never
    overwritten: the latest counts. Raises NotAllowed (role, unit, own post) and RuleBroken (no reason, unknown or
    what-if line, line of a superseded analysis, decided the same before, follow-up finished or already proposed; a post
    is removed or merged whose holders were not heard or lack a target seat).
    """
    permissions.check_may(actor, "decide_recommendations")
    reason = reason.strip()
    if not reason:
        raise RuleBroken(_("Keputusan wajib disertai alasan."))
    if verdict not in Decision.Verdict.values:
        raise RuleBroken(_("Keputusan tidak dikenal: %(verdict)s.") % {"verdict": verdict})
    rows = _locked(lines, actor)
    _check_standing(rows, verdict)
    _check_not_own(rows, actor)
    same = [row for row in rows if row.state == verdict]
    if same:
        raise RuleBroken(_("Sudah diputuskan demikian: %(codes)s.") % {"codes": _codes(same)})

    if verdict == Decision.Verdict.APPROVE:
        hearings.check_heard(rows, rows[0].agency_id, timezone.localdate())

    withdrawn = [row for row in rows if row.state == RecommendationLine.State.APPROVED]
    if withdrawn:
        _withdraw(withdrawn)
    decisions = Decision.objects.bulk_create(
        Decision(agency_id=row.agency_id, line=row, verdict=verdict, reason=reason, decided_by=actor) for row in rows
    )
    RecommendationLine.objects.filter(agency_id=rows[0].agency_id, pk__in=[row.pk for row in rows]).update(
        state=verdict
    )
    if verdict == Decision.Verdict.APPROVE:
        _follow(rows)
    _tell(rows, verdict, actor)
    return decisions


def _tell(rows: Sequence[RecommendationLine], verdict: str, actor: User) -> None:
    """One event an analysis. Counts only: who may see which line is asked anew on its page."""
    counts = Counter(row.result.analysis_id for row in rows)
    notify_all(
        [
            draft(
                "recommendation.decided", agency_id=rows[0].agency_id, actor=actor, object_id=analysis,
                url=f"/analisis/{analysis}/", data={"analysis_id": analysis, "verdict": str(verdict), "count": count},
            )
            for analysis, count in counts.items()
        ]
    )  # fmt: skip


def _locked(lines: Collection[int], actor: User) -> list[RecommendationLine]:
    """Return the lines, locked in order of id; refuses what the actor does not see or may not decide on."""
    agency_id = access_of(actor).agency_id
    if agency_id is None:
        raise NotAllowed(_("Anda tidak sedang membuka instansi mana pun."))
    found = RecommendationLine.objects.select_for_update(of=("self",)).filter(agency_id=agency_id, pk__in=lines)
    found = found.select_related("result__unit", "result__analysis", "result__job", "result__position")
    rows = list(found.defer("result__evidence").order_by("pk"))
    if not rows or len(rows) != len(set(lines)):
        raise RuleBroken(_("Rekomendasi yang diputuskan tidak ditemukan."))
    for unit in {row.result.unit_id: row.result.unit for row in rows}.values():
        permissions.check_may_decide(actor, unit)
    for analysis in {row.result.analysis_id: row.result.analysis for row in rows}.values():
        if not analysis.is_complete or analysis.parameters.get("overlay"):
            raise RuleBroken(_("Hanya rekomendasi analisis yang selesai dan bukan pengandaian yang dapat diputuskan."))
    return rows


def _check_standing(rows: Sequence[RecommendationLine], verdict: str) -> None:
    """Refuse the lines that a later analysis has superseded; their approvals may be withdrawn."""
    stands = {pk: standing(row) for pk, row in {row.result.analysis_id: row.result.analysis for row in rows}.items()}

    def is_open(row: RecommendationLine) -> bool:
        if stays_open(row, stands[row.result.analysis_id]):
            return True
        return row.state == RecommendationLine.State.APPROVED and verdict != Decision.Verdict.APPROVE

    closed = [row for row in rows if not is_open(row)]
    if closed:
        raise RuleBroken(
            _("Sudah ada analisis yang lebih baru; putuskan rekomendasinya di sana: %(codes)s.")
            % {"codes": _codes(closed)}
        )


def _check_not_own(rows: Sequence[RecommendationLine], actor: User) -> None:
    """Nobody decides on their own post; a trigger holds it too."""
    if not actor.nip:
        return
    held = Incumbency.objects.filter(
        in_force(timezone.localdate()),
        agency_id=rows[0].agency_id,
        employee__nip=actor.nip,
        position__in=[row.result.position_id for row in rows],
    )
    own = set(held.values_list("position_id", flat=True))
    if own:
        codes = _codes([row for row in rows if row.result.position_id in own])
        raise NotAllowed(_("Pemangku jabatan tidak dapat memutuskan jabatannya sendiri: %(codes)s.") % {"codes": codes})


def _codes(rows: Sequence[RecommendationLine]) -> str:
    codes = ", ".join(row.result.code for row in rows[:SHOWN])
    return codes if len(rows) <= SHOWN else _("%(codes)s dan %(n)s lainnya") % {"codes": codes, "n": len(rows) - SHOWN}


def _withdraw(rows: Sequence[RecommendationLine]) -> None:
    own = {"agency_id": rows[0].agency_id, "line__in": rows}
    done = FollowUp.objects.filter(**own, state=FollowUp.State.DONE).select_related("position")
    finished = [row.position.code for row in done[:SHOWN]]
    if finished:
        raise RuleBroken(_("Tindak lanjutnya sudah selesai: %(codes)s.") % {"codes": ", ".join(finished)})
    proposed = FormationLine.objects.filter(**own).exclude(proposal__state=Status.DRAFT).select_related("position")
    sent = [row.position.code for row in proposed[:SHOWN]]
    if sent:
        raise RuleBroken(_("Formasinya sudah diajukan: %(codes)s.") % {"codes": ", ".join(sent)})
    FollowUp.objects.filter(**own, state=FollowUp.State.OPEN).update(
        state=FollowUp.State.WITHDRAWN, note=kept.written(followup_words.CHANGED)
    )
    FormationLine.objects.filter(**own).delete()


def goes_to_formation(line: RecommendationLine) -> bool:
    """Return whether an approved line stands on the formation list: USUL_FORMASI, and ISI of row 7."""
    return line.recommendation == Recommendation.PROPOSE or (
        line.recommendation == Recommendation.FILL and line.result.row == ROW_OF_DECIDED_FORMATION
    )


def _follow(rows: Sequence[RecommendationLine]) -> None:
    formations = [row for row in rows if goes_to_formation(row)]
    listed = [
        (row, LIST_OF[row.recommendation]) for row in rows if row not in formations and row.recommendation in LIST_OF
    ]
    if listed:
        _list(listed)
    if formations:
        _propose(formations)


def _age(line: RecommendationLine) -> tuple[date, int]:
    """Return what orders lines of different analyses, the older first."""
    return line.result.analysis.as_of, line.result.analysis_id


def _list(listed: Sequence[tuple[RecommendationLine, FollowUp.List]]) -> None:
    agency_id = listed[0][0].agency_id
    lines = [row for row, _name in listed]
    # A newer analysis's line takes the place of the older one's that is still open, never the other way round.
    older = FollowUp.objects.filter(
        agency_id=agency_id, state=FollowUp.State.OPEN, position__in=[row.result.position_id for row in lines],
        list__in={name for _row, name in listed},
    ).exclude(line__in=lines).select_related("line__result__analysis").defer("line__result__evidence")  # fmt: skip
    wanted = {(row.result.position_id, str(name)): _age(row) for row, name in listed}
    replaced = [
        row.pk
        for row in older
        if (row.position_id, row.list) in wanted and _age(row.line) < wanted[row.position_id, row.list]
    ]
    if replaced:
        FollowUp.objects.filter(agency_id=agency_id, pk__in=replaced).update(
            state=FollowUp.State.WITHDRAWN, note=kept.written(followup_words.SUPERSEDED)
        )
    existing = FollowUp.objects.filter(agency_id=agency_id, line__in=lines)
    existing.update(state=FollowUp.State.OPEN, note="")
    known = set(existing.values_list("line_id", flat=True))
    FollowUp.objects.bulk_create(
        FollowUp(
            agency_id=agency_id, list=name, line=row, position_id=row.result.position_id, quantity=row.quantity
        )
        for row, name in listed
        if row.pk not in known
    )  # fmt: skip


def _propose(rows: Sequence[RecommendationLine]) -> None:
    by_year: dict[int, list[RecommendationLine]] = {}
    for row in rows:
        by_year.setdefault(row.result.analysis.basis_year or row.result.analysis.as_of.year, []).append(row)
    for year, lines in sorted(by_year.items()):
        proposal = open_proposal(lines[0].agency_id, year, analysis_id=lines[0].result.analysis_id)
        held = proposal.lines.select_for_update(of=("self",)).select_related("line__result__analysis")
        existing = {line.position_id: line for line in held.defer("line__result__evidence").order_by("pk")}
        _check_none_newer(lines, existing)
        new, changed = [], []
        for row in lines:
            figures = formation_figures(row)
            line = existing.get(row.result.position_id)
            if line is None:
                line = FormationLine(
                    agency_id=row.agency_id, proposal=proposal, position_id=row.result.position_id,
                    field=row.result.job.field, placement_id=row.result.unit_id,
                )  # fmt: skip
                existing[row.result.position_id] = line
                new.append(line)
            elif line not in new:
                changed.append(line)
            line.line = row
            line.formation, line.proposed = figures
        FormationLine.objects.bulk_create(new)
        FormationLine.objects.bulk_update(changed, ["line", "formation", "proposed"])
        _rest(proposal, max(lines, key=_age).result.analysis)


def _rest(proposal: FormationProposal, approved: NeedsAnalysis) -> None:
    """Let a draft rest on its year's frozen analysis, until there is one on the latest that a line is approved from."""
    basis = basis_of(proposal)
    if basis is None or (basis.basis_year != proposal.year and (approved.as_of, approved.pk) > (basis.as_of, basis.pk)):
        basis = approved
    rest_on(proposal, basis)


def _check_none_newer(rows: Sequence[RecommendationLine], existing: dict[int, FormationLine]) -> None:
    """A draft line of a later analysis is not overwritten by an older one's."""
    there = {row: existing.get(row.result.position_id) for row in rows}
    newer = [row for row, line in there.items() if line is not None and line.line and _age(line.line) > _age(row)]
    if newer:
        raise RuleBroken(
            _("Usul formasinya sudah memuat rekomendasi analisis yang lebih baru: %(codes)s.")
            % {"codes": _codes(newer)}
        )


def formation_figures(row: RecommendationLine) -> tuple[int, int]:
    """Return (formasi, usulan) of an approved line: the shortage, and how much of it is proposed anew."""
    result = row.result
    if row.recommendation == Recommendation.FILL:
        return row.quantity, 0
    return shortage_of(result.k_used, result.b, result.k_year, result.b_year, row.quantity), row.quantity


def open_proposal(agency_id: int, year: int, *, analysis_id: int | None) -> FormationProposal:
    """Return the draft proposal of `year`, made when there is none; where that year's is under way, the next year's."""
    taken = FormationProposal.objects.select_for_update(of=("self",)).filter(agency_id=agency_id, year__gte=year)
    rows = taken.exclude(state=Status.REJECTED).select_related("analysis").order_by("year")
    by_year = {row.year: row for row in rows}
    while year in by_year and by_year[year].state != Status.DRAFT:
        year += 1
    found = by_year.get(year)
    return found or FormationProposal.objects.create(agency_id=agency_id, year=year, analysis_id=analysis_id)


# What may be submitted


def submit_refusal(kind: str, need: dict[str, Any], day: date, months: int) -> str:
    """Return why a recommendation may not be submitted on `day`, or "" where it may; `need` is its evidence.

    HAPUS, GABUNG and USUL_FORMASI rest on an approved ABK not older than `months`, or on a formula or decided K of
    this year (needs-analysis.md 5).
    """
    source = Source(need["source"])
    measured_on = date.fromisoformat(need["measured_on"]) if need.get("measured_on") else None
    decided_on = need.get("formula_decree_on" if source is Source.JF_FORMULA else "decree_on")
    approved = need.get("state") == "disahkan"
    too_old = is_stale(measured_on, day, months)
    of_this_year = decided_on is not None and date.fromisoformat(decided_on).year == day.year
    if may_submit(Kind(kind), source=source, approved=approved, too_old=too_old, of_this_year=of_this_year):
        return ""
    if source in (Source.ABK, Source.ABK_HEALTH):
        if not approved:
            return _("ABK belum disahkan")
        return _("ABK lebih tua dari %(months)s bulan") % {"months": months}
    if source in (Source.JF_FORMULA, Source.DECIDED_MAP):
        return _("kebutuhan bukan dari keputusan tahun %(year)s") % {"year": day.year}
    return _("sumber kebutuhannya bukan ABK, rumus, atau peta jabatan")


# Follow-ups


@transaction.atomic
def finish(
    *,
    follow_up: FollowUp,
    note: str,
    actor: User,
    day: date,
    decree: str = "",
    decree_on: date | None = None,
    change: Callable[[], Any] | None = None,
) -> FollowUp:
    """Mark a follow-up as done, with what was done (a selection, a training).

    A change of the position map (HAPUS, GABUNG) is done by a decree with its date, on a basis that may be submitted:
    the position closes on that date, its holders heard and seated elsewhere before, or `change` does what was decided
    instead (a merger, a closing on a later day); never by who decided the recommendation. Raises NotAllowed, and
    RuleBroken where it is not open, has no note, lacks the decree, or somebody would still be on the post.
    """
    rows = FollowUp.objects.select_for_update(of=("self",)).select_related("line__result__analysis", "position__unit")
    row = rows.get(agency_id=follow_up.agency_id, pk=follow_up.pk)
    permissions.check_may(actor, "edit_structure" if row.list == FollowUp.List.MAP_CHANGE else "decide_recommendations")
    permissions.check_in_scope(actor, row.position.unit)
    if row.state != FollowUp.State.OPEN:
        raise RuleBroken(_("Tindak lanjut ini tidak terbuka."))
    if not note.strip():
        raise RuleBroken(_("Tuliskan apa yang dilakukan, misalnya nomor keputusannya."))
    if row.list == FollowUp.List.MAP_CHANGE:
        _check_not_decider(row, actor)
    result = row.line.result
    decided_at = row.line.decisions.order_by("-decided_at").values_list("decided_at", flat=True).first()
    objections.check_none_waits("rekomendasi", row.agency_id, row.line_id, decided_at)
    months = submit_months(result.analysis.parameters)
    refusal = submit_refusal(row.line.recommendation, result.evidence["need"], day, months)
    if refusal:
        raise RuleBroken(_("Belum dapat diajukan: %(why)s.") % {"why": refusal})
    if row.list == FollowUp.List.MAP_CHANGE:
        # Whoever has moved meanwhile needs no seat any more; whoever came or lost the promised one does.
        hearings.check_heard([row.line], row.agency_id, day)
        note = _close(row, note, decree.strip(), decree_on, actor, day, change)
    row.state, row.note = FollowUp.State.DONE, note.strip()
    row.save(update_fields=["state", "note"])
    return row


def _check_not_decider(row: FollowUp, actor: User) -> None:
    """The map is changed by another than who decided the recommendation that it follows."""
    latest = row.line.decisions.order_by("-decided_at", "-pk").values_list("decided_by_id", flat=True).first()
    if latest == actor.pk:
        raise NotAllowed(_("Perubahan peta jabatan dilaksanakan oleh orang lain daripada yang memutuskannya."))


def _close(
    row: FollowUp,
    note: str,
    decree: str,
    decree_on: date | None,
    actor: User,
    day: date,
    change: Callable[[], Any] | None,
) -> str:
    """Close the position of a changed map by its decree, or make `change`; return the note with the decree in front."""
    if not decree or decree_on is None:
        raise RuleBroken(_("Perubahan peta jabatan wajib menyebut nomor dan tanggal keputusannya."))
    if decree_on > day:
        raise RuleBroken(_("Tanggal keputusan tidak boleh sesudah hari ini."))
    if decree_on < row.line.result.analysis.as_of:
        raise RuleBroken(_("Keputusan tidak dapat mendahului analisis yang merekomendasikannya."))
    about = {"decree": decree, "day": f"{decree_on:%d-%m-%Y}", "note": note.strip()}
    if change is not None:
        change()
        return kept.written(followup_words.DECIDED, **about)
    register.close_position(actor=actor, position=row.position, ends_on=decree_on, decree=decree, decree_on=decree_on)
    return kept.written(followup_words.CLOSED, **about)


def submit_months(parameters: dict[str, Any]) -> int:
    """Return the age limit of an ABK for submission as the analysis keeps it."""
    return int(parameters["values"]["needs.submit_months"]["value"])
