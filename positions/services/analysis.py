"""The job-needs analysis: ask for it, do it, set it as the basis of the year's proposal, run it on schedule."""

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Min
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from asnhr import formats
from asnhr.errors import RuleBroken
from asnhr.models import Agency, Parameter, Run, User
from asnhr.notifications.service import notify
from asnhr.queries import Value, in_force_on, with_supposed
from asnhr.services import Progress, request_run
from positions import permissions
from positions.models import AnalysisSchedule, FormationProposal, NeedsAnalysis, NeedsRollup, Position
from positions.queries.needs import run as needs
from positions.queries.rulebook import parameters_of_analysis
from positions.rules.formation import Status
from positions.rules.numbers import add_months
from positions.services.footing import rest_on

KIND = "needs"
OVERLAY_KEYS = frozenset({"parameters"})
# A day to come is analysed with the register as it is known on the day of the request.
PROJECTION = "projection"
PROJECTION_YEARS = 5


@transaction.atomic
def request_analysis(
    agency: Agency, as_of: date, actor: User | None, overlay: dict[str, Any] | None = None
) -> tuple[Run, bool]:
    """Return (run, is_new); two identical open requests share one run. `actor` None: the agency's own schedule.

    `overlay`: a what-if scenario, `{"parameters": {code: value}}`; such an analysis is never compared with, frozen or
    shown as the latest. A day to come (five years at most) makes a projection: the register as known today, without
    those who leave until then; it is kept apart as a what-if scenario is. Raises NotAllowed, and RuleBroken for a later
    day, a day before the first position, or an unknown overlay. The agency's scope must be open.
    """
    if actor is not None:
        permissions.check_may_run_analysis(actor)
    today = timezone.localdate()
    last = add_months(today, 12 * PROJECTION_YEARS)
    if as_of > last:
        raise RuleBroken(_("Proyeksi paling jauh lima tahun, sampai %(day)s.") % {"day": formats.day(last)})
    overlay = overlay or {}
    _check_overlay(agency, as_of, overlay)
    first = Position.objects.filter(agency=agency).aggregate(first=Min("starts_on"))["first"]
    if first is not None and as_of < first:
        # A mistyped year would leave an empty analysis that can even become the basis of a proposal.
        raise RuleBroken(
            _("Pada %(day)s belum ada jabatan di register; yang pertama berlaku sejak %(first)s.")
            % {"day": formats.day(as_of), "first": formats.day(first)}
        )
    if as_of > today:
        overlay = {**overlay, PROJECTION: today.isoformat()}
    run, is_new = request_run(
        agency=agency, kind=KIND, parameters={"as_of": as_of.isoformat(), "overlay": overlay}, actor=actor
    )
    return run, is_new


def _check_overlay(agency: Agency, as_of: date, overlay: dict[str, Any]) -> None:
    unknown = sorted(set(overlay) - OVERLAY_KEYS)
    if unknown:
        raise RuleBroken(_("Pengandaian tidak dikenal: %(keys)s.") % {"keys": ", ".join(unknown)})
    codes = sorted(set(overlay.get("parameters", {})) - set(parameters_of_analysis(agency.pk, as_of)))
    if codes:
        raise RuleBroken(_("Parameter tidak dikenal: %(keys)s.") % {"keys": ", ".join(codes)})
    supposed = overlay.get("parameters", {})
    for row in Parameter.objects.filter(in_force_on(as_of), code__in=supposed).order_by("code"):
        if problem := row.problem_with(supposed[row.code]):
            raise RuleBroken(problem)


def work(run: Run, progress: Progress) -> dict[str, Any]:
    """Do the analysis of a run (`asnhr.services.execute` calls it in the agency's scope and one transaction)."""
    as_of = date.fromisoformat(run.parameters["as_of"])
    overlay: dict[str, Any] = run.parameters.get("overlay") or {}
    values = with_supposed(parameters_of_analysis(run.agency_id, as_of), overlay.get("parameters", {}))
    compared = comparable(run.agency_id, as_of, values)
    analysis = NeedsAnalysis.objects.create(
        agency_id=run.agency_id,
        run=run,
        as_of=as_of,
        rule_version=needs.RULE_VERSION,
        parameters={
            "values": {code: value.as_json() for code, value in values.items()},
            "overlay": overlay,
            "compared": None
            if compared is None
            else {"analysis": compared.analysis_id, "as_of": compared.as_of.isoformat()},
        },
    )
    known_on = date.fromisoformat(overlay[PROJECTION]) if PROJECTION in overlay else as_of
    arguments = needs.arguments(
        agency_id=run.agency_id,
        analysis_id=analysis.pk,
        as_of=as_of,
        parameters=values,
        compared=compared,
        known_on=known_on,
        is_past=known_on < timezone.localdate(),
    )
    steps = len(needs.STEPS)
    analysis.totals = needs.analyse(arguments, lambda step, number: progress.at(step, done=number, total=steps))
    progress.at(gettext_noop("Selesai"), done=steps)
    analysis.is_complete = True
    analysis.save(update_fields=["totals", "is_complete"])
    if not overlay:
        _roll_up(run.agency, analysis)
    counts = {key: value for key, value in analysis.totals.items() if type(value) is int}
    notify(
        "analysis.finished", agency_id=run.agency_id, object_id=analysis.pk, url=f"/analisis/{analysis.pk}/",
        people=[run.requested_by_id] if run.requested_by_id else (), to_holders=not overlay,
        data={"analysis_id": analysis.pk, "as_of": as_of.isoformat()}
        | {name: counts.get(name, 0) for name in ("positions", "shortage", "surplus")},
    )  # fmt: skip
    return {"counts": counts, "problems": [], "result_path": f"/analisis/{analysis.pk}/"}


def _roll_up(agency: Agency, analysis: NeedsAnalysis) -> None:
    """Keep the agency's sums for the nation, unless a later day is there already."""
    if NeedsRollup.objects.filter(agency_code=agency.code, as_of__gt=analysis.as_of).exists():
        return
    NeedsRollup.objects.update_or_create(
        agency_code=agency.code,
        defaults={
            "agency_name": agency.name,
            "is_sample": agency.is_sample,
            "as_of": analysis.as_of,
            "totals": {key: value for key, value in analysis.totals.items() if isinstance(value, int)},
        },
    )


def comparable(agency_id: int, as_of: date, values: dict[str, Value]) -> needs.Compared | None:
    """Return the latest complete analysis at least `comparison_months` older, or None; no what-if one."""
    before = add_months(as_of, -needs.limits_of(values).comparison_months)
    found = (
        NeedsAnalysis.objects.filter(agency_id=agency_id, is_complete=True, as_of__lte=before, parameters__overlay={})
        .order_by("-as_of", "-pk")
        .first()
    )
    return None if found is None else needs.Compared(analysis_id=found.pk, as_of=found.as_of)


@transaction.atomic
def freeze(*, analysis: NeedsAnalysis, year: int, actor: User) -> NeedsAnalysis:
    """Set `analysis` as the basis of the proposal of `year` (dasar usulan), its own or the next: one a year.

    A later analysis takes the place of the year's basis while its proposal is a draft; the draft rests on the new one
    and its lines follow. Once submitted, the basis stays. Raises NotAllowed, and RuleBroken for an unfinished or
    what-if analysis, a projection, an analysis not later than the year's basis, or a proposal under way on another one.
    """
    permissions.check_may_freeze_analysis(actor)
    row = NeedsAnalysis.objects.select_for_update().get(agency_id=analysis.agency_id, pk=analysis.pk)
    if not row.is_complete:
        raise RuleBroken(_("Analisis ini belum selesai."))
    if row.known_on is not None:
        raise RuleBroken(_("Proyeksi tidak dapat menjadi dasar usulan."))
    if row.parameters.get("overlay"):
        raise RuleBroken(_("Analisis pengandaian tidak dapat menjadi dasar usulan."))
    if row.basis_year is not None:
        raise RuleBroken(_("Analisis ini sudah menjadi dasar usulan %(year)s.") % {"year": row.basis_year})
    # It is not taken back, so a slip of the pen must not block a year to come.
    first, last = row.as_of.year, row.as_of.year + 1
    if not first <= year <= last:
        raise RuleBroken(
            _("Analisis per %(day)s hanya dapat menjadi dasar usulan %(first)s atau %(last)s.")
            % {"day": formats.day(row.as_of), "first": first, "last": last}
        )
    # Locked before it is judged: whoever submits it meanwhile waits, or is seen here.
    proposals = FormationProposal.objects.select_for_update().filter(agency_id=row.agency_id, year=year)
    proposal = proposals.exclude(state=Status.REJECTED).first()
    before = NeedsAnalysis.objects.select_for_update().filter(agency_id=row.agency_id, basis_year=year).first()
    if before is not None:
        _give_way(before, row, proposal)
    row.basis_year, row.frozen_by, row.frozen_at = year, actor, timezone.now()
    row.full_clean(exclude=["parameters", "totals"])
    row.save(update_fields=["basis_year", "frozen_by", "frozen_at"])
    if proposal is not None and proposal.state == Status.DRAFT:
        rest_on(proposal, row)
    return row


def _give_way(before: NeedsAnalysis, newer: NeedsAnalysis, proposal: FormationProposal | None) -> None:
    """Take the basis of the year back for a later analysis, or say why not."""
    about = {"year": before.basis_year, "basis": before}
    if proposal is not None and proposal.state != Status.DRAFT:
        raise RuleBroken(_("Usul formasi %(year)s sudah diajukan dengan dasar %(basis)s.") % about)
    if (newer.as_of, newer.pk) < (before.as_of, before.pk):
        raise RuleBroken(
            _("Dasar usulan tahun %(year)s sudah ditetapkan: %(basis)s. Hanya analisis lebih baru menggantikannya.")
            % about
        )
    before.basis_year = before.frozen_by = before.frozen_at = None
    before.save(update_fields=["basis_year", "frozen_by", "frozen_at"])


@transaction.atomic
def run_due_schedule(*, agency: Agency, today: date) -> Run | None:
    """Ask for the agency's analysis when its schedule is due and set the next day; None when it is not.

    The schedule's row is locked, so that two dispatchers ask once. The agency's scope must be open.
    """
    due = AnalysisSchedule.objects.select_for_update().filter(agency=agency, is_active=True, next_on__lte=today)
    schedule = due.first()
    if schedule is None:
        return None
    run, _is_new = request_analysis(agency, today, None)
    while schedule.next_on <= today:
        schedule.next_on = add_months(schedule.next_on, schedule.every_months)
    schedule.save(update_fields=["next_on"])
    return run
