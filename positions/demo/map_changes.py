"""Removal candidates of the demo, by the product's own services: a holder who was heard, and one post whose merger was
approved, so that a decision on the structure can be started from it. Call inside the agency's scope."""

from datetime import date

from django.db.models import QuerySet

from asnhr import access
from asnhr.errors import RuleBroken
from asnhr.models import Agency, User
from positions.demo import story
from positions.models import Decision, FollowUp, Job, Position, RecommendationLine, RemovalHearing
from positions.queries import education
from positions.rules.education import EducationFit
from positions.services import decisions, hearings

NEWEST = ("-result__analysis__as_of", "-result__analysis_id", "result__code", "pk")


def hear(agency: Agency) -> bool:
    """Let the demo's BKD officer hear the holder of the post that fades (case 3): retrained for a vacant post of the
    same office. The recommendation itself stays open, for the visitor to decide."""
    line = _lines(agency).filter(result__code=story.FADING, recommendation="HAPUS").first()
    if line is None or RemovalHearing.objects.filter(agency=agency, line=line).exists():
        return False
    day = line.result.analysis.as_of
    officer = _acting(agency, "staf_bkd", day)
    return officer is not None and _heard(line, officer, day, story.FADING_HEARING)


def approve(agency: Agency) -> bool:
    """Let the PPK approve the merger of a post with half a workload, once and before anybody decided anything: it then
    stands on the list "usul perubahan peta jabatan", open, with a basis on which it may be submitted."""
    begun = Decision.objects.filter(agency=agency).exists() or FollowUp.objects.filter(agency=agency).exists()
    newest = _lines(agency).first()
    if begun or newest is None:
        return False
    analysis = newest.result.analysis
    officer, chief = _acting(agency, "staf_bkd", analysis.as_of), _acting(agency, "ppk", analysis.as_of)
    if officer is None or chief is None:
        return False
    months = decisions.submit_months(analysis.parameters)
    rows = _lines(agency).filter(result__analysis=analysis, recommendation="GABUNG")
    lines = list(rows.exclude(result__job__group=Job.Group.MANAGERIAL).select_related("result__job", "result__unit"))
    # The same job of the office before another of its kind.
    for line in sorted(lines, key=lambda each: not partners(each, analysis.as_of, same_job=True)):
        if not partners(line, analysis.as_of):
            continue
        if decisions.submit_refusal(line.recommendation, line.result.evidence["need"], analysis.as_of, months):
            continue
        # Where nobody sits, nobody is heard.
        held = hearings.holders(agency.pk, [line.result.position_id], analysis.as_of).exists()
        if held and not _heard(line, officer, analysis.as_of, story.MERGED_HEARING):
            continue
        try:
            decisions.decide(line=line, verdict="setuju", reason=story.MERGED_REASON, actor=chief)
        except RuleBroken:
            # Whoever came there since the analysis was not heard; another post serves as well.
            continue
        return True
    return False


def partners(line: RecommendationLine, day: date, *, same_job: bool = False) -> list[int]:
    """Return the positions of the same office that a post may be merged into, its own job first: of the same kind and
    level, fit for its holders' education, not about to go themselves."""
    own = line.result
    going = RecommendationLine.objects.filter(
        agency_id=line.agency_id, result__analysis=own.analysis_id, recommendation__in=["GABUNG", "HAPUS"]
    )
    rows = Position.objects.on(day).filter(
        agency_id=line.agency_id, unit__office=own.unit.office_id, unit__office__isnull=False, ends_on=None,
        job__group=own.job.group, job__level=own.job.level, by_duty=False,
    ).exclude(pk=own.position_id).exclude(pk__in=going.values("result__position"))  # fmt: skip
    jobs = dict(rows.order_by("code", "pk").values_list("pk", "job_id"))
    people = [each.employee_id for each in hearings.holders(line.agency_id, [own.position_id], day)]
    fit = education.fits(line.agency_id, {(person, job) for person in people for job in jobs.values()})
    fitting = [
        pk
        for pk, job in jobs.items()
        if job == own.job_id or (not same_job and all(fit[person, job] is EducationFit.FITS for person in people))
    ]
    return sorted(fitting, key=lambda pk: jobs[pk] != own.job_id)


def _lines(agency: Agency) -> QuerySet[RecommendationLine]:
    rows = RecommendationLine.objects.filter(agency=agency, result__analysis__is_complete=True)
    return rows.select_related("result__unit", "result__analysis").order_by(*NEWEST)


def _acting(agency: Agency, role: str, day: date) -> User | None:
    user = User.objects.filter(username=f"{role}.{agency.code}").first()
    if user is not None:
        user.access = access.resolve(user, agency.pk, day)
    return user


def _heard(line: RecommendationLine, officer: User, day: date, note: str) -> bool:
    """Record the word of everybody on the post of a line, each with a free executive post that their education fits, of
    the same office if there is one. False, and nothing recorded, where somebody has none."""
    held = list(hearings.holders(line.agency_id, [line.result.position_id], day))
    near = hearings.free_seats(line.agency_id, day).filter(position__job__group=Job.Group.EXECUTIVE)
    near = near.exclude(position=line.result.position_id).order_by("position__code", "number")
    kept = RemovalHearing.objects.filter(agency_id=line.agency_id).values("target_seat")
    seats = list(near.exclude(pk__in=kept).select_related("position__unit"))
    fit = education.fits(line.agency_id, {(each.employee_id, seat.position.job_id) for each in held for seat in seats})
    chosen = {}
    for each in held:
        fitting = [
            seat
            for seat in seats
            if seat not in chosen.values() and fit[each.employee_id, seat.position.job_id] is EducationFit.FITS
        ]
        if not fitting:
            return False
        office = line.result.unit.office_id
        chosen[each.employee_id] = next(
            (seat for seat in fitting if seat.position.unit.office_id == office), fitting[0]
        )
    for employee_id, seat in chosen.items():
        hearings.record(
            line=line, employee_id=employee_id, heard_on=day, note=note, target_seat_id=seat.pk, actor=officer, day=day
        )
    return bool(chosen)
