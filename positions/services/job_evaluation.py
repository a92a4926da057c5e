"""Writes of job evaluation (FES): open a version, score its factors, submit it, give it back, decide it by decree.

Each service is one transaction with its actor. Expected failures: `RuleBroken` and `NotAllowed`. Who scores is not who
decides, and a holder of the job does not decide (docs/decisions/0029).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from asnhr import formats
from asnhr.errors import RuleBroken
from asnhr.models import User
from asnhr.notifications.service import notify
from asnhr.scope import agency_scope
from positions import permissions
from positions.models import Job, JobClassPeriod, JobEvaluation, JobEvaluationFactor
from positions.rules import job_class as rules
from positions.services import job_classes
from positions.services.decree import check_not_backwards

State = JobEvaluation.State


@dataclass(frozen=True, slots=True)
class Score:
    """The level of a factor (None: not scored yet) and what it rests on."""

    factor: str
    level: int | None
    reason: str = ""


@transaction.atomic
def start(*, actor: User, job: Job) -> JobEvaluation:
    """Open the next version of a job's evaluation, with the scores of the version before as a start.

    Raises RuleBroken while a version is not decided yet.
    """
    permissions.check_may_edit_jobs(actor, job)
    # Two officers who open a version at once: the second finds the first one's.
    job = Job.objects.select_for_update(of=("self",)).get(pk=job.pk)
    before = JobEvaluation.objects.filter(agency_id=job.agency_id, job=job).order_by("-version").first()
    if before is not None and before.state != State.DECIDED:
        raise RuleBroken(
            _("Evaluasi %(job)s versi %(version)s belum ditetapkan; lanjutkan yang itu.")
            % {"job": job, "version": before.version}
        )
    kind = rules.kind_of(job.group)
    version = JobEvaluation.objects.create(
        agency_id=job.agency_id, job=job, version=before.version + 1 if before else 1, kind=kind.value,
        changed_by=actor, changed_at=timezone.now(), writers=[actor.pk],
    )  # fmt: skip
    if before is not None and before.kind == kind.value:
        rows = JobEvaluationFactor.objects.filter(agency_id=job.agency_id, evaluation=before).order_by("pk")
        scores = [Score(row.factor, row.level, row.reason) for row in rows]
        _write(version, scores, special_situations=before.special_situations)
        version.save()
    return version


@transaction.atomic
def score(
    *,
    actor: User,
    evaluation: JobEvaluation,
    scores: Sequence[Score],
    special_situations: int = 0,
    seen: datetime | None = None,
) -> JobEvaluation:
    """Write the levels of a draft, all at once; a factor that is not named, or named without a level, has none.

    `seen`: when the draft was last changed as the actor saw it (None: not asked). Raises RuleBroken: not a draft,
    somebody saved meanwhile, a factor or level that the kind does not have.
    """
    permissions.check_may_edit_jobs(actor, evaluation.job)
    held = _hold(evaluation)
    if held.state != State.DRAFT:
        raise RuleBroken(_("Nilai faktor hanya diubah selama evaluasi masih draf."))
    if seen is not None and seen != held.changed_at:
        raise RuleBroken(
            _("%(by)s menyimpan evaluasi ini sesudah Anda membukanya; periksa dahulu, lalu simpan lagi.")
            % {"by": held.changed_by}
        )
    _check_scores(rules.Kind(held.kind), scores, special_situations)
    _write(held, scores, special_situations=special_situations)
    _touch(held, actor, writes=True)
    held.save()
    return held


def _check_scores(kind: rules.Kind, scores: Sequence[Score], special_situations: int) -> None:
    """Raise RuleBroken with every sentence that applies."""
    factors = {factor.code: factor for factor in rules.FACTORS[kind]}
    problems = []
    codes = [each.factor for each in scores]
    if len(set(codes)) < len(codes):
        problems.append(_("Faktor yang sama muncul dua kali."))
    if not 0 <= special_situations <= 20:
        problems.append(_("Situasi khusus 0 sampai 20."))
    for each in scores:
        factor = factors.get(each.factor)
        if factor is None:
            problems.append(_("Faktor %(factor)s bukan faktor jabatan ini.") % {"factor": each.factor})
        elif each.level is not None and not 1 <= each.level <= len(factor.points):
            problems.append(
                _("Faktor %(factor)s memiliki tingkat 1 sampai %(most)s.")
                % {"factor": factor.code, "most": len(factor.points)}
            )
        if len(each.reason) > 500:
            problems.append(_("Dasar penilaian %(factor)s paling panjang 500 huruf.") % {"factor": each.factor})
    if problems:
        raise RuleBroken(" ".join(dict.fromkeys(problems)))


def _write(evaluation: JobEvaluation, scores: Sequence[Score], *, special_situations: int) -> None:
    """Replace the factors and set points and class on the evaluation, which the caller saves."""
    kind = rules.Kind(evaluation.kind)
    factors = {factor.code: factor for factor in rules.FACTORS[kind]}
    evaluation.special_situations = special_situations if kind is rules.Kind.STRUCTURAL else 0
    rows = [
        JobEvaluationFactor(
            agency_id=evaluation.agency_id, evaluation=evaluation, factor=each.factor, level=each.level,
            points=rules.points_of(
                kind, factors[each.factor], each.level, special_situations=evaluation.special_situations
            ),
            reason=each.reason.strip(),
        )
        for each in scores if each.level is not None
    ]  # fmt: skip
    old = JobEvaluationFactor.objects.filter(agency_id=evaluation.agency_id, evaluation=evaluation)
    old.exclude(factor__in=[row.factor for row in rows]).delete()
    JobEvaluationFactor.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["agency", "evaluation", "factor"],
        update_fields=["level", "points", "reason"],
    )  # fmt: skip
    levels = {row.factor: row.level for row in rows}
    found = rules.job_class_so_far(kind, levels, special_situations=evaluation.special_situations)
    evaluation.points = found.points if found else None
    evaluation.computed_class = found.job_class if found else None


@transaction.atomic
def submit(*, actor: User, evaluation: JobEvaluation) -> JobEvaluation:
    """Submit a draft for decision. Raises RuleBroken while a factor has no level."""
    permissions.check_may_edit_jobs(actor, evaluation.job)
    held = _hold(evaluation)
    if held.state != State.DRAFT:
        raise RuleBroken(_("Evaluasi ini sudah %(state)s.") % {"state": held.get_state_display().lower()})
    if held.points is None:
        raise RuleBroken(_("Semua faktor harus bernilai sebelum evaluasi diajukan."))
    held.state, held.note = State.SUBMITTED, ""
    held.submitted_by, held.submitted_at = actor, timezone.now()
    _touch(held, actor, writes=True)
    held.save()
    _tell("evaluation.submitted", held, actor)
    return held


@transaction.atomic
def give_back(*, actor: User, evaluation: JobEvaluation, note: str) -> JobEvaluation:
    """Give a submitted evaluation back as a draft, saying what has to be repaired: who decides, or who submitted it and
    found an error. Raises RuleBroken."""
    if not permissions.may_edit_jobs(actor, evaluation.job):
        permissions.check_may_decide_job_class(actor, evaluation.job)
    held = _hold(evaluation)
    if held.state != State.SUBMITTED:
        raise RuleBroken(_("Hanya evaluasi yang diajukan yang dapat dikembalikan."))
    if not note.strip():
        raise RuleBroken(_("Sebutkan apa yang harus diperbaiki."))
    people = {held.submitted_by_id}
    held.state, held.note = State.DRAFT, note.strip()[:1000]
    held.submitted_by = held.submitted_at = None
    _touch(held, actor)
    held.save()
    _tell("evaluation.judged", held, actor, people, state=held.state)
    return held


@transaction.atomic
def decide(
    *,
    actor: User,
    evaluation: JobEvaluation,
    decided_class: int,
    decree: str,
    decree_on: date,
    starts_on: date,
    day: date,
    reason: str = "",
) -> JobEvaluation:
    """Record the decree that sets a job's class from `starts_on`, which may be a day to come; it closes the decree
    before and is the class of the job from that day on everywhere. A class other than the computed one (the ministry's
    validated list beats it) needs a reason.

    `day`: today. Raises NotAllowed (role, own job, scored or submitted it) or RuleBroken.
    """
    permissions.check_may_decide_job_class(actor, evaluation.job)
    held = _hold(evaluation)
    if held.state != State.SUBMITTED:
        raise RuleBroken(_("Hanya evaluasi yang diajukan yang dapat ditetapkan."))
    permissions.check_may_decide_evaluation(actor, held, day)
    if not decree.strip():
        raise RuleBroken(_("Penetapan wajib menyebut nomor keputusan."))
    if decree_on > day:
        raise RuleBroken(_("Tanggal keputusan belum terjadi; catat setelah ditetapkan."))
    check_not_backwards(decree_on, starts_on)
    if not 1 <= decided_class <= 17:
        raise RuleBroken(_("Kelas jabatan 1 sampai 17."))
    if decided_class != held.computed_class and not reason.strip():
        raise RuleBroken(
            _("Kelas %(decided)s berbeda dari hasil hitungan %(computed)s; sebutkan alasannya.")
            % {"decided": decided_class, "computed": held.computed_class}
        )
    _close_before(held, starts_on)
    held.state, held.decided_class, held.reason = State.DECIDED, decided_class, reason.strip()
    held.decree, held.decree_on, held.starts_on = decree.strip(), decree_on, starts_on
    held.decided_by, held.decided_at = actor, timezone.now()
    _touch(held, actor)
    held.save()
    job_classes.set_class(
        actor=actor, job=held.job, job_class=decided_class, starts_on=starts_on, decree=held.decree,
        decree_on=decree_on, day=day,
    )  # fmt: skip
    _tell("evaluation.judged", held, actor, {held.submitted_by_id}, state=held.state)
    return held


@transaction.atomic
def withdraw(*, actor: User, job: Job, reason: str, day: date) -> JobClassPeriod:
    """Take back the last class of `job` that is to hold from a day after `day` (today); return it. The class before
    goes on, and the evaluation that decided it waits for a decision again.

    Raises NotAllowed (role, own job) or RuleBroken: no such class, no reason, a newer version is under way.
    """
    permissions.check_may_decide_job_class(actor, job)
    permissions.check_not_own_class(actor, job, day)
    if not reason.strip():
        raise RuleBroken(_("Tuliskan alasan pembatalan."), field="reason")
    # As who decides holds them: the version first, then the job.
    rows = JobEvaluation.objects.select_for_update(of=("self",)).filter(agency_id=job.agency_id, job=job)
    versions = list(rows.select_related("job", "changed_by").order_by("-version"))
    job = Job.objects.select_for_update(of=("self",)).get(pk=job.pk)
    with agency_scope(job.agency_id, user_id=actor.pk, reason=reason.strip()):
        coming = job_classes.take_back(job, day)
        version = _undecide(actor, versions, coming)
    if version is not None:
        _tell("evaluation.submitted", version, actor)
        _tell("evaluation.judged", version, actor, {version.submitted_by_id}, state=version.state)
    return coming


def _undecide(actor: User, versions: Sequence[JobEvaluation], coming: JobClassPeriod) -> JobEvaluation | None:
    """Let the version that decided a class, one of the job's, wait for a decision again; the one before goes on."""
    decided = [each for each in versions if each.state == State.DECIDED]
    found = next((each for each in decided if each.starts_on == coming.starts_on), None)
    if found is None:
        return None
    newer = next((each for each in versions if each.state != State.DECIDED), None)
    if newer is not None:
        raise RuleBroken(
            _("Evaluasi versi %(version)s sedang berjalan; buang draf itu dahulu, lalu batalkan keputusannya.")
            % {"version": newer.version}
        )
    found.state, found.decided_class, found.reason, found.decree = State.SUBMITTED, None, "", ""
    found.decree_on = found.starts_on = found.decided_by = found.decided_at = None
    _touch(found, actor)
    found.save()
    before = [each.pk for each in decided if each.ends_on == coming.starts_on]
    JobEvaluation.objects.filter(pk__in=before).update(ends_on=None)
    return found


def _tell(kind: str, evaluation: JobEvaluation, actor: User, people: Collection[Any] = (), **facts: Any) -> None:
    """Tell who decides, or the people named; not who did it, nor nobody."""
    told = set(people) - {actor.pk, None}
    if people and not told:
        return
    notify(
        kind, agency_id=evaluation.agency_id, actor=actor, object_id=evaluation.pk, people=told,
        to_holders=not people, url=f"/evaluasi-jabatan/{evaluation.pk}/",
        data={"evaluation_id": evaluation.pk, **facts},
    )  # fmt: skip


def _close_before(evaluation: JobEvaluation, starts_on: date) -> None:
    """End the decree in force where the new one begins."""
    decided = JobEvaluation.objects.filter(
        agency_id=evaluation.agency_id, job_id=evaluation.job_id, state=State.DECIDED
    )
    latest = decided.order_by("-starts_on", "-pk").first()
    if latest is None:
        return
    if latest.starts_on is not None and latest.starts_on >= starts_on:
        raise RuleBroken(
            _("Kelas versi %(version)s sudah berlaku mulai %(day)s; pilih tanggal sesudahnya.")
            % {"version": latest.version, "day": formats.day(latest.starts_on)}
        )
    decided.filter(pk=latest.pk, ends_on__isnull=True).update(ends_on=starts_on)


@transaction.atomic
def discard(*, actor: User, evaluation: JobEvaluation) -> JobEvaluation:
    """Throw a draft away. Raises RuleBroken for what was submitted or decided."""
    permissions.check_may_edit_jobs(actor, evaluation.job)
    held = _hold(evaluation)
    if held.state != State.DRAFT:
        raise RuleBroken(_("Hanya draf yang dapat dibuang."))
    held.delete()
    return evaluation


def _hold(evaluation: JobEvaluation) -> JobEvaluation:
    """Lock the evaluation until we commit: two people score and decide the same one."""
    rows = JobEvaluation.objects.select_related("job", "changed_by")
    return rows.select_for_update(of=("self",)).get(pk=evaluation.pk)


def _touch(evaluation: JobEvaluation, actor: User, *, writes: bool = False) -> None:
    """Write down who changed it last; `writes`: as one of those who score it."""
    if writes and actor.pk not in evaluation.writers:
        evaluation.writers = [*evaluation.writers, actor.pk]
    # Later than what anybody saw, even by a clock that stands still.
    now = timezone.now()
    evaluation.changed_by = actor
    evaluation.changed_at = max(now, evaluation.changed_at + timedelta(microseconds=1))
