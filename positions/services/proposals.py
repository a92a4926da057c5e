"""The formation proposal of a year: completing its lines, the status flow to the ministry, its figures.

Flow and invariants: positions.rules.formation (establishment.md 5.7).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from asnhr import formats
from asnhr.errors import NotAllowed, RuleBroken
from asnhr.models import User
from asnhr.notifications.service import notify
from positions import permissions
from positions.models import (
    Education,
    FormationLine,
    FormationProposal,
    FormationVersion,
    NeedsAnalysis,
    Recommendation,
    Unit,
)
from positions.queries.formation import Footing, basis_of, better_basis, footings, frozen_of, promised_on
from positions.rules.formation import Status, Step, next_status, violations
from positions.services.decisions import submit_refusal
from positions.services.footing import rest_on

# Steps that say what BKN and the ministry answered: never recorded by who signed the proposal.
ANSWERS = frozenset({Step.VERIFY, Step.CONSIDER, Step.VALIDATE, Step.DECIDE})
RECOMMENDING = frozenset({Status.BKN_VERIFICATION, Status.TECHNICAL_CONSIDERATION, Status.MINISTRY_VALIDATION})
# What is told when a proposal comes to a state; back to draft it comes by a return only.
EVENTS = {
    Status.SUBMITTED: "proposal.submitted", Status.DECIDED: "proposal.approved", Status.DRAFT: "proposal.returned",
    Status.REJECTED: "proposal.rejected",
}  # fmt: skip
# Lines that a refused export names; the page lists them all.
NAMED = 5
FIGURES = ("pk", "position__code", "formation", "proposed", "recommended", "decided", "intake", "field")


@dataclass(frozen=True, slots=True)
class Incomplete:
    """A line that is not ready, with what it lacks in words."""

    line_id: int
    code: str
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cut:
    """What the ministry took off a line."""

    line_id: int
    code: str
    proposed: int
    decided: int


# Lines


@transaction.atomic
def complete_line(
    *,
    line: FormationLine,
    actor: User,
    intake: str,
    field: str,
    education_ids: Sequence[str],
    placement: Unit | None,
    income_min: Decimal | None,
    income_max: Decimal | None,
    proposed: int | None = None,
) -> FormationLine:
    """Fill in what the export needs; `proposed` may only be lowered below the shortage, never raised above it; without
    a `placement` the one who comes is placed in the position's own unit.

    Raises NotAllowed, RuleBroken (not a draft, unknown education, unit of another agency) and ValidationError for
    figures that break the invariants.
    """
    permissions.check_may_manage_proposals(actor)
    proposal = _locked(line.proposal)
    if proposal.state != Status.DRAFT:
        raise RuleBroken(_("Usul formasi ini sudah diajukan; rinciannya tidak dapat diubah."))
    row = FormationLine.objects.select_for_update().get(agency_id=line.agency_id, pk=line.pk)
    wanted = [education.strip() for education in education_ids if education.strip()]
    known = set(Education.objects.filter(siasn_id__in=wanted).values_list("siasn_id", flat=True))
    unknown = [education for education in wanted if education not in known]
    if unknown:
        raise RuleBroken(_("Id pendidikan tidak dikenal: %(ids)s.") % {"ids": ", ".join(unknown[:5])})
    if placement is None:
        placement = row.position.unit
    permissions.check_in_scope(actor, placement)
    row.intake, row.field, row.education_ids, row.placement = intake, field, wanted, placement
    row.income_min, row.income_max, row.completed_by = income_min, income_max, actor
    if proposed is not None:
        row.proposed = proposed
    row.full_clean(exclude=["line"])
    row.save()
    basis = basis_of(proposal)
    if basis is not None:
        # A lowered figure may now stand on what the basis says.
        rest_on(proposal, basis, [row.pk])
        row.refresh_from_db(fields=["formation"])
    return row


def missing_in(line: FormationLine) -> tuple[str, ...]:
    """Return what a line lacks before export, in words; a line that proposes nothing lacks nothing."""
    if line.proposed == 0:
        return ()
    wanted = (
        (line.intake, _("jenis pengadaan")),
        (line.field, _("rumpun")),
        (line.education_ids, _("pendidikan")),
        (line.placement_id, _("unit penempatan")),
        (line.income_min is not None and line.income_max is not None, _("rentang penghasilan")),
    )
    return tuple(name for value, name in wanted if not value)


def unfilled(proposal: FormationProposal, positions: Collection[int] | None = None) -> list[Incomplete]:
    """Return the lines (of these positions only, where given) that lack what an export needs, in order of position
    code, in any state of the proposal; one query."""
    rows = proposal.lines.filter(proposed__gt=0)
    if positions is not None:
        rows = rows.filter(position__in=positions)
    lines = rows.select_related("position").order_by("position__code", "pk")
    return [Incomplete(line.pk, line.position.code, missing) for line in lines if (missing := missing_in(line))]


def check_exportable(proposal: FormationProposal, positions: Collection[int] | None = None) -> None:
    """Raise RuleBroken naming each line that is not complete: in the file its seats would be counted nowhere
    (needs-analysis.md 6). The working file may come, marked; see positions.exports."""
    found = unfilled(proposal, positions)
    if found:
        shown = "; ".join(f"{each.code}: {', '.join(each.missing)}" for each in found[:NAMED])
        if len(found) > NAMED:
            shown = _("%(codes)s dan %(n)s lainnya") % {"codes": shown, "n": len(found) - NAMED}
        raise RuleBroken(
            _("Usul formasi %(year)s belum dapat diekspor; lengkapi dahulu rincian ini. %(lines)s.")
            % {"year": proposal.year, "lines": shown}
        )


def incomplete(proposal: FormationProposal, day: date) -> list[Incomplete]:
    """Return the lines that keep a draft from being submitted on `day`, in order of position code; of a proposal past
    draft those that lack what an export needs (`unfilled`).

    The one answer of page, API and `submit`. Every line of a draft rests on the proposal's basis (`basis_of`),
    whichever analysis it was approved from: its position stands there, its need may be submitted, and usulan ≤ formasi
    − F with F of `day` (establishment.md 5.7). Three queries and those of `basis_of`.
    """
    if proposal.state != Status.DRAFT:
        return unfilled(proposal)
    basis = basis_of(proposal)
    rows = proposal.lines.filter(proposed__gt=0).select_related("position").order_by("position__code", "pk")
    lines = list(rows)
    positions = [line.position_id for line in lines]
    stands = footings(proposal.agency_id, [basis.pk], positions) if basis is not None else {}
    promised = promised_on(proposal.agency_id, positions, day)
    found = []
    for line in lines:
        missing = [*missing_in(line)]
        if basis is not None:
            stand = stands.get((basis.pk, line.position_id))
            missing += _refusals(line, basis, stand, promised.get(line.position_id, 0), day)
        if missing:
            found.append(Incomplete(line.pk, line.position.code, tuple(missing)))
    return found


def _refusals(line: FormationLine, basis: NeedsAnalysis, stand: Footing | None, promised: int, day: date) -> list[str]:
    """Return why a line may not be submitted on `day`, apart from what is not filled in; each names the analysis."""
    as_of = formats.day(basis.as_of)
    if stand is None:
        return [_("jabatan ini tidak ada dalam analisis per %(day)s yang menjadi dasar usulan") % {"day": as_of}]
    refusal = submit_refusal(Recommendation.PROPOSE, stand.need, day, stand.submit_months)
    reasons = [_("%(why)s menurut analisis per %(day)s") % {"why": refusal, "day": as_of}] * bool(refusal)
    most = stand.formation
    figures = {"proposed": line.proposed, "most": most, "promised": promised, "day": as_of}
    if line.proposed > most:
        reasons.append(_("usulan %(proposed)s melebihi kekurangan %(most)s menurut analisis per %(day)s") % figures)
    elif line.proposed > max(0, most - promised):
        reasons.append(
            _("usulan %(proposed)s melebihi formasi %(most)s − %(promised)s yang sudah ditetapkan dan belum terisi")
            % figures
        )
    return reasons


# Flow


@transaction.atomic
def submit(*, proposal: FormationProposal, actor: User, day: date) -> FormationProposal:
    """Submit the proposal: the PPK signs. It rests on the year's frozen analysis.

    Its lines take their formation from the frozen analysis, whichever analysis they were approved from. Raises
    NotAllowed (role; a line that the actor completed, or a basis that the actor set), and RuleBroken naming every line
    that is not complete or not in the frozen analysis, or where nothing is proposed, or where the year has no frozen
    analysis.
    """
    permissions.check_may_sign_proposals(actor)
    row = _locked(proposal)
    state = _next(row, Step.SUBMIT)
    basis = frozen_of(row.agency_id, row.year)
    if basis is None:
        raise RuleBroken(_("Tetapkan dahulu satu analisis sebagai dasar usulan %(year)s.") % {"year": row.year})
    _check_others_prepared(row, basis, actor)
    if not row.lines.filter(proposed__gt=0).exists():
        raise RuleBroken(_("Tidak ada formasi yang diusulkan."))
    problems = incomplete(row, day)
    if problems:
        listed = "; ".join(f"{problem.code}: {', '.join(problem.missing)}" for problem in problems)
        about = {"lines": listed, "year": row.year, "basis": basis}
        refusal = _("Belum lengkap: %(lines)s. Dasar usulan %(year)s: %(basis)s.") % about
        newer = better_basis(row, basis)
        if newer is not None:
            refusal += " " + _(
                "%(newer)s lebih baru dan dapat ditetapkan sebagai dasar usulan %(year)s selama usul belum diajukan."
            ) % {"newer": newer.told_apart if newer.as_of == basis.as_of else newer, "year": row.year}
        raise RuleBroken(refusal)
    rest_on(row, basis)
    return _move(row, state, actor)


def _check_others_prepared(proposal: FormationProposal, basis: NeedsAnalysis, actor: User) -> None:
    """Who signs did not prepare: neither completed a line nor set the basis. Two queries at most."""
    own = proposal.lines.filter(completed_by=actor, proposed__gt=0).order_by("position__code", "pk")
    if codes := list(own.values_list("position__code", flat=True)[: NAMED + 1]):
        shown = ", ".join(codes[:NAMED]) + (", …" if len(codes) > NAMED else "")
        raise NotAllowed(
            _("Rincian yang Anda lengkapi sendiri diperiksa dan disimpan petugas lain sebelum Anda menandatangani:"
              " %(codes)s.")
            % {"codes": shown}
        )  # fmt: skip
    if basis.frozen_by_id == actor.pk:
        raise NotAllowed(
            _("Dasar usulan %(year)s Anda tetapkan sendiri; petugas lain menetapkan analisis yang lebih baru sebelum"
              " Anda menandatangani.")
            % {"year": proposal.year}
        )  # fmt: skip


def _check_not_signer(proposal: FormationProposal, actor: User) -> None:
    """What the ministry says of a proposal is recorded by another than who signed it."""
    signed = proposal.versions.filter(to_state=Status.SUBMITTED.value).order_by("-pk")
    if signed.values_list("changed_by_id", flat=True).first() == actor.pk:
        raise NotAllowed(_("Jawaban atas usul yang Anda tandatangani dicatat oleh petugas lain."))


@transaction.atomic
def advance(*, proposal: FormationProposal, step: str, actor: User, reason: str = "") -> FormationProposal:
    """Record that BKN verifies, gives its technical consideration, or that the ministry validates."""
    permissions.check_may_manage_proposals(actor)
    row = _locked(proposal)
    if step not in ANSWERS - {Step.DECIDE}:
        raise RuleBroken(_("Langkah ini bukan langkah maju: %(step)s.") % {"step": step})
    _check_not_signer(row, actor)
    return _move(row, _next(row, Step(step)), actor, reason)


@transaction.atomic
def send_back(*, proposal: FormationProposal, actor: User, reason: str) -> FormationProposal:
    """Record a return to draft; the figures as they stood are kept as a version, recommendations are cleared."""
    permissions.check_may_manage_proposals(actor)
    row = _locked(proposal)
    state = _next(row, Step.RETURN)
    if not reason.strip():
        raise RuleBroken(_("Pengembalian wajib disertai alasan."))
    _move(row, state, actor, reason.strip())
    row.lines.update(recommended=None, decided=None)
    row.version += 1
    row.save(update_fields=["version", "changed_at"])
    return row


@transaction.atomic
def reject(*, proposal: FormationProposal, actor: User, reason: str) -> FormationProposal:
    """Record that the proposal is refused as a whole; a new one of the year may follow."""
    permissions.check_may_manage_proposals(actor)
    row = _locked(proposal)
    state = _next(row, Step.REJECT)
    if not reason.strip():
        raise RuleBroken(_("Penolakan wajib disertai alasan."))
    return _move(row, state, actor, reason.strip())


@transaction.atomic
def record_recommendations(
    *, proposal: FormationProposal, figures: Mapping[int, int], actor: User
) -> list[FormationLine]:
    """Record what is recommended, by line id. Raises RuleBroken naming every line above its proposal."""
    permissions.check_may_manage_proposals(actor)
    row = _locked(proposal)
    _check_not_signer(row, actor)
    if row.state not in RECOMMENDING:
        raise RuleBroken(_("Rekomendasi dicatat selama verifikasi BKN sampai validasi kementerian."))
    return _record(row, figures, "recommended")


@transaction.atomic
def record_decisions(*, proposal: FormationProposal, figures: Mapping[int, int], actor: User) -> list[FormationLine]:
    """Keep what is decided for some lines, by line id, until `determine` records the decree: a long list is typed page
    by page. A line without a recommendation counts as recommended in full. Raises RuleBroken as `determine`."""
    permissions.check_may_manage_proposals(actor)
    row = _locked(proposal)
    _check_not_signer(row, actor)
    if row.state != Status.MINISTRY_VALIDATION:
        raise RuleBroken(_("Penetapan dicatat selama validasi kementerian."))
    row.lines.filter(pk__in=figures, recommended__isnull=True).update(recommended=F("proposed"))
    return _record(row, figures, "decided")


@transaction.atomic
def determine(
    *, proposal: FormationProposal, figures: Mapping[int, int], decree: str, decree_on: date, actor: User, day: date
) -> list[Cut]:
    """Record the ministry's decision with its decree; return the lines that it cut. Lines not named are decided as 0.

    A line without a recommendation counts as recommended in full. Raises RuleBroken naming every line above its
    recommendation, without decree, or for a decree dated after `day` or before the year before the proposal's.
    """
    permissions.check_may_manage_proposals(actor)
    row = _locked(proposal)
    _check_not_signer(row, actor)
    state = _next(row, Step.DECIDE)
    if not decree.strip():
        raise RuleBroken(_("Nomor penetapan wajib diisi."))
    # F counts a decree from its date on, so one of a wrong year would hide or keep formations for years.
    if decree_on > day:
        raise RuleBroken(_("Tanggal penetapan tidak boleh sesudah hari ini."))
    if decree_on.year < row.year - 1:
        raise RuleBroken(_("Tanggal penetapan terlalu awal bagi usul formasi %(year)s.") % {"year": row.year})
    lines = {line.pk: line for line in row.lines.select_for_update()}
    unsaid = [line for line in lines.values() if line.recommended is None]
    for line in unsaid:
        line.recommended = line.proposed
    FormationLine.objects.bulk_update(unsaid, ["recommended"])
    decided = _record(row, {pk: 0 for pk in lines} | dict(figures), "decided")
    row.decree, row.decree_on = decree.strip(), decree_on
    _move(row, state, actor)
    return [
        Cut(line.pk, line.position.code, line.proposed, line.decided or 0)
        for line in decided
        if (line.decided or 0) < line.proposed
    ]


def record_filled(*, line: FormationLine, filled: int, actor: User) -> FormationLine:
    """Record how many of a decided formation are filled. Raises as `record_filled_lines`."""
    return record_filled_lines(proposal=line.proposal, figures={line.pk: filled}, actor=actor)[0]


@transaction.atomic
def record_filled_lines(*, proposal: FormationProposal, figures: Mapping[int, int], actor: User) -> list[FormationLine]:
    """Record how many of each decided formation are filled, by line id; what is left counts in F.

    Appointments of the register count without this (positions.queries.needs.promised); the greater figure holds.
    Raises NotAllowed, and RuleBroken where the proposal is not decided or a figure is above the decided one.
    """
    permissions.check_may_manage_proposals(actor)
    row = _locked(proposal)
    if row.state != Status.DECIDED:
        raise RuleBroken(_("Formasi ini belum ditetapkan."))
    rows = row.lines.select_for_update(of=("self",)).select_related("position").filter(pk__in=figures)
    lines = list(rows.order_by("position__code", "pk"))
    if len(lines) != len(figures):
        raise RuleBroken(_("Ada rincian yang bukan bagian usul formasi ini."))
    for line in lines:
        if not 0 <= figures[line.pk] <= (line.decided or 0):
            about = {"n": line.decided or 0, "code": line.position.code}
            raise RuleBroken(_("Yang terisi paling banyak %(n)s: %(code)s.") % about)
        line.filled = figures[line.pk]
    FormationLine.objects.bulk_update(lines, ["filled"])
    return lines


def _locked(proposal: FormationProposal) -> FormationProposal:
    return FormationProposal.objects.select_for_update().get(agency_id=proposal.agency_id, pk=proposal.pk)


def _next(proposal: FormationProposal, step: Step) -> Status:
    found = next_status(Status(proposal.state), step)
    if found is None:
        state = proposal.get_state_display()
        raise RuleBroken(
            _("Usul formasi dalam keadaan %(state)s tidak dapat menjalani langkah ini.") % {"state": state}
        )
    return found


def _move(proposal: FormationProposal, state: Status, actor: User, reason: str = "") -> FormationProposal:
    """Go to `state`, keeping the figures as they stood at the step."""
    lines = proposal.lines.order_by("position__code", "pk").values(*FIGURES)
    FormationVersion.objects.create(
        agency_id=proposal.agency_id,
        proposal=proposal,
        version=proposal.version,
        from_state=proposal.state,
        to_state=state.value,
        reason=reason,
        figures=[_figures(line) for line in lines],
        changed_by=actor,
    )
    proposal.state = state.value
    proposal.save()
    if state in EVENTS:
        notify(
            EVENTS[state], agency_id=proposal.agency_id, actor=actor, object_id=proposal.pk,
            url=f"/usul-formasi/{proposal.pk}/",
            data={"proposal_id": proposal.pk, "year": proposal.year, "version": proposal.version},
        )  # fmt: skip
    return proposal


def _figures(line: dict[str, Any]) -> dict[str, Any]:
    return {"line": line.pop("pk"), "position": line.pop("position__code"), **line}


def _record(proposal: FormationProposal, figures: Mapping[int, int], name: str) -> list[FormationLine]:
    rows = proposal.lines.select_for_update(of=("self",)).select_related("position").filter(pk__in=figures)
    lines = list(rows.order_by("position__code", "pk"))
    if len(lines) != len(figures):
        raise RuleBroken(_("Ada rincian yang bukan bagian usul formasi ini."))
    wrong = []
    for line in lines:
        setattr(line, name, figures[line.pk])
        if violations(
            shortage=line.formation, proposed=line.proposed, recommended=line.recommended, decided=line.decided
        ):
            wrong.append(line.position.code)
    if wrong:
        raise RuleBroken(
            _("Harus 0 ≤ penetapan ≤ rekomendasi ≤ usulan ≤ formasi: %(codes)s.") % {"codes": ", ".join(wrong)}
        )
    FormationLine.objects.bulk_update(lines, [name])
    return lines
