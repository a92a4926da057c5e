"""Writes of the job-analysis documents: begin a version from the last, fill an element, submit, judge, review.

Each service is one transaction with its actor. Expected failures: `RuleBroken` and `NotAllowed`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from asnhr import formats
from asnhr.errors import RuleBroken
from asnhr.models import User
from asnhr.notifications.service import notify
from asnhr.queries import parameters_on
from positions import permissions
from positions.models import JobAnalysis, JobAnalysisCode, JobAnalysisEntry, JobAnalysisStep, Position, WorkloadSheet
from positions.models._base import in_force
from positions.queries import job_analysis as queries
from positions.rules import job_analysis as rules
from positions.rules.job_analysis import Part, State
from positions.services.decree import check_not_backwards

REVIEW_MONTHS = "job_analysis.review_months"
# Lines of one part; beyond that nobody typed them.
MOST_LINES = 60

COPY_ENTRIES = """
INSERT INTO positions_jobanalysisentry (agency_id, analysis_id, part, number, code_id, text, detail, subject)
SELECT e.agency_id, %(new)s, e.part, e.number, e.code_id, e.text, e.detail, e.subject
FROM positions_jobanalysisentry e WHERE e.agency_id = %(agency)s AND e.analysis_id = %(old)s
"""


@dataclass(frozen=True, slots=True)
class EntryInput:
    """A line as entered. `code`: of the national list that bears the part's name, where the part takes one."""

    part: str
    text: str = ""
    detail: str = ""
    subject: str = ""
    code: str = ""


@transaction.atomic
def start(*, actor: User, position: Position, day: date, source: JobAnalysis | None = None) -> JobAnalysis:
    """Begin the next version of a position's document: from `source` (a document in force of a post of the same job),
    else from the position's own last approved version, or that of the position it goes on from; else empty.

    Raises NotAllowed, RuleBroken (position not in force, a version is under way already, another job's document).
    """
    permissions.check_may_write_job_analysis(actor, position.unit)
    # One beginning at a time: the next number is read below.
    position = Position.objects.select_for_update(of=("self",)).select_related("job", "unit").get(pk=position.pk)
    if position.starts_on > day or (position.ends_on is not None and position.ends_on <= day):
        raise RuleBroken(_("Jabatan ini tidak berlaku pada tanggal tersebut."))
    versions = JobAnalysis.objects.filter(agency_id=position.agency_id, position=position)
    if versions.filter(state__in=sorted(rules.OPEN)).exists():
        raise RuleBroken(_("Jabatan ini sudah punya dokumen yang sedang disusun."))
    if source is not None and (source.state != State.APPROVED or source.position.job_id != position.job_id):
        raise RuleBroken(_("Awal dokumen diambil dari dokumen jabatan sama yang sudah disetujui."))
    base = source or _last_approved(position)
    last = versions.order_by("-version").values_list("version", flat=True).first()
    analysis = JobAnalysis.objects.create(
        agency_id=position.agency_id, position=position, version=(last or 0) + 1, based_on=base,
        summary=base.summary if base else "", created_by=actor, writers=[actor.pk],
    )  # fmt: skip
    if base is not None:
        with connection.cursor() as cursor:
            cursor.execute(COPY_ENTRIES, {"new": analysis.pk, "old": base.pk, "agency": position.agency_id})
        _count(analysis)
        analysis.save(update_fields=["elements", "changed_at"])
    _record(analysis, JobAnalysisStep.Kind.START, actor, day)
    return analysis


def _last_approved(position: Position) -> JobAnalysis | None:
    """The position's latest approved document; of its predecessor (moved, renamed, merged) where it has none."""
    rows = JobAnalysis.objects.filter(agency_id=position.agency_id, state=State.APPROVED)
    rows = rows.filter(Q(position=position) | Q(position__successor=position))
    found = sorted(rows, key=lambda row: (row.position_id == position.pk, row.starts_on, row.pk))
    return found[-1] if found else None


@transaction.atomic
def save_element(
    *, actor: User, analysis: JobAnalysis, element: int, entries: Sequence[EntryInput] = (), summary: str | None = None
) -> JobAnalysis:
    """Write an element anew: its lines in the order given replace those that were there; element 2 is `summary`.

    Raises NotAllowed, RuleBroken (not with who fills it, a line of another element, a line without words, an unknown
    code, tasks that stand in the workload). All or nothing, in a fixed number of queries.
    """
    permissions.check_may_write_job_analysis(actor, analysis.position.unit)
    analysis = _hold_to_edit(analysis)
    parts = rules.parts_of(element)
    if element == rules.SUMMARY:
        analysis.summary = (summary or "").strip()
    elif not parts:
        raise RuleBroken(_("Unsur ini diambil dari register dan tidak diisi di sini."))
    if rules.OF_WORKLOAD.intersection(parts) and queries.workload_of(analysis.position) is not None:
        raise RuleBroken(_("Tugas jabatan ini diambil dari ABK; ubahlah di lembar ABK."))
    rows = _rows(analysis, parts, entries)
    there = JobAnalysisEntry.objects.filter(agency_id=analysis.agency_id, analysis=analysis, part__in=parts)
    kept = {(row.part, row.number) for row in rows}
    gone = [pk for pk, *key in there.values_list("pk", "part", "number") if tuple(key) not in kept]
    JobAnalysisEntry.objects.filter(agency_id=analysis.agency_id, pk__in=gone).delete()
    JobAnalysisEntry.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["agency", "analysis", "part", "number"],
        update_fields=["code", "text", "detail", "subject"],
    )  # fmt: skip
    _count(analysis)
    _touch(analysis, actor, "summary", "elements")
    return analysis


def _rows(analysis: JobAnalysis, parts: list[Part], entries: Sequence[EntryInput]) -> list[JobAnalysisEntry]:
    """Return the lines as rows; a coded one is numbered by its code, so that it stays the same row. Raises RuleBroken
    with every sentence that applies."""
    problems: list[str] = []
    lists = [part.value for part in parts if rules.SHAPES[part].coded]
    codes = {(row.list, row.code): row for row in JobAnalysisCode.objects.filter(list__in=lists)} if lists else {}
    labels = dict(JobAnalysisEntry.Part.choices)
    counts: dict[str, int] = {}
    rows = []
    for entry in entries:
        if entry.part not in parts:
            problems.append(_("Bagian “%(part)s” bukan milik unsur ini.") % {"part": entry.part})
            continue
        part, label = Part(entry.part), labels[entry.part]
        shape, text = rules.SHAPES[part], entry.text.strip()
        code = codes.get((part.value, entry.code)) if shape.coded else None
        if shape.coded and code is None:
            problems.append(_("%(part)s: kode “%(code)s” tidak dikenal.") % {"part": label, "code": entry.code})
            continue
        counts[part] = counts.get(part, 0) + 1
        if shape.text and not text:
            problems.append(_("%(part)s nomor %(n)s tidak beruraian.") % {"part": label, "n": counts[part]})
        rows.append(
            JobAnalysisEntry(
                agency_id=analysis.agency_id, analysis=analysis, part=part.value,
                number=code.order if code else counts[part], code=code, text=text if shape.text else "",
                detail=entry.detail.strip() if shape.more else "",
                subject=entry.subject.strip() if shape.more > 1 else "",
            )
        )  # fmt: skip
    if any(number > MOST_LINES for number in counts.values()):
        problems.append(_("Satu bagian paling banyak %(n)s baris.") % {"n": MOST_LINES})
    if len({(row.part, row.number) for row in rows}) < len(rows):
        problems.append(_("Kode yang sama muncul dua kali."))
    if problems:
        raise RuleBroken(" ".join(dict.fromkeys(problems)))
    return rows


@transaction.atomic
def take_step(
    *, actor: User, analysis: JobAnalysis, step: str, day: date, note: str = "", decree: str = "",
    decree_on: date | None = None, starts_on: date | None = None,
) -> JobAnalysis:  # fmt: skip
    """Take a document one step on: `submit` (who fills it), `return` (with a note) or `approve` (with the decree and
    the day from which it is in force; the version before ends there).

    Raises NotAllowed (not the scope; a document written by the actor, or of the post that the actor holds), RuleBroken
    (not from this state, elements missing, no note or decree, approval on a workload whose sheet is not approved),
    KeyError (no such step).
    """
    rule = rules.STEPS[step]
    if rule.by_unit:
        permissions.check_may_write_job_analysis(actor, analysis.position.unit)
    else:
        permissions.check_may_judge_job_analysis(actor, analysis, day)
    analysis = _hold(analysis)
    if analysis.state not in rule.origins:
        raise RuleBroken(
            _("Dokumen %(post)s berkeadaan “%(state)s”; langkah ini tidak berlaku.")
            % {"post": analysis.position, "state": analysis.get_state_display()}
        )
    if rule.needs_note and not note.strip():
        raise RuleBroken(_("Sebutkan apa yang harus diperbaiki."))
    if rule.to is State.SUBMITTED:
        _check_complete(analysis, day)
    if rule.needs_decree:
        return _approve(analysis, actor, day, note, decree.strip(), decree_on, starts_on)
    analysis.state, analysis.note = rule.to.value, note.strip()
    if rule.by_unit:
        _touch(analysis, actor, "state", "note")
    else:
        analysis.save(update_fields=["state", "note", "changed_at"])
    kind = JobAnalysisStep.Kind.SUBMIT if rule.by_unit else JobAnalysisStep.Kind.RETURN
    _record(analysis, kind, actor, day, note)
    _tell(analysis, actor)
    return analysis


def _check_complete(analysis: JobAnalysis, day: date) -> None:
    facts = queries.facts_of(analysis.position, day)
    missing = rules.completeness(analysis.elements, facts.derived).unready
    if missing:
        raise RuleBroken(
            _("Unsur yang belum terisi: %(numbers)s.") % {"numbers": ", ".join(str(number) for number in missing)}
        )


def _check_workload(facts: queries.Facts) -> None:
    """What the PPK sets rests on a workload that was approved. Raises RuleBroken naming the sheet that was not."""
    if facts.rests_on_draft:
        raise RuleBroken(
            _("Belum dapat disetujui: ABK %(year)s %(unit)s belum disahkan (sekarang “%(state)s”).")
            % {
                "year": facts.year, "unit": facts.sheet_unit,
                "state": dict(WorkloadSheet.State.choices).get(facts.sheet_state, facts.sheet_state),
            }
        )  # fmt: skip


def _approve(
    analysis: JobAnalysis,
    actor: User,
    day: date,
    note: str,
    decree: str,
    decree_on: date | None,
    starts_on: date | None,
) -> JobAnalysis:
    """Set the document in force from `starts_on` and keep what the register says today."""
    if not decree or decree_on is None or starts_on is None:
        raise RuleBroken(_("Sebutkan nomor dan tanggal keputusan serta tanggal berlakunya."))
    if decree_on > day:
        raise RuleBroken(_("Tanggal keputusan tidak boleh sesudah hari ini."))
    check_not_backwards(decree_on, starts_on)
    ended = analysis.position.ends_on
    if ended is not None and ended <= starts_on:
        raise RuleBroken(_("Jabatan ini tidak berlaku pada tanggal tersebut."))
    others = JobAnalysis.objects.filter(
        agency_id=analysis.agency_id, position_id=analysis.position_id, state=State.APPROVED
    )
    if others.filter(starts_on__gte=starts_on).exists():
        raise RuleBroken(_("Versi sebelumnya berlaku mulai tanggal itu atau sesudahnya."))
    others.filter(in_force(starts_on)).update(ends_on=starts_on)
    facts = queries.facts_of(analysis.position, day)
    _check_workload(facts)
    months = int(parameters_on(analysis.agency_id, day)[REVIEW_MONTHS].value)
    analysis.state, analysis.note, analysis.approved_by = State.APPROVED.value, note.strip(), actor
    analysis.decree, analysis.decree_on, analysis.starts_on = decree, decree_on, starts_on
    analysis.facts, analysis.workload = facts.as_json(), queries.workload_of(analysis.position)
    analysis.elements = list(rules.completeness(analysis.elements, facts.derived).filled)
    analysis.reviewed_on, analysis.review_by = day, rules.review_due(day, months)
    analysis.save()
    _record(analysis, JobAnalysisStep.Kind.APPROVE, actor, day, note)
    _tell(analysis, actor)
    return analysis


def _tell(analysis: JobAnalysis, actor: User) -> None:
    """Tell who judges that a document waits, or who wrote it what became of it."""
    about: dict[str, Any] = {
        "agency_id": analysis.agency_id, "actor": actor, "object_id": analysis.pk, "url": f"/anjab/{analysis.pk}/",
    }  # fmt: skip
    data = {"job_analysis_id": analysis.pk}
    if analysis.state == State.SUBMITTED:
        notify("jobanalysis.submitted", **about, unit_path=analysis.position.unit.path or "", data=data)
    elif told := set(analysis.writers) - {actor.pk}:
        notify(
            "jobanalysis.judged", **about, people=told, to_holders=False, data={**data, "state": str(analysis.state)}
        )


@transaction.atomic
def review(*, actor: User, analysis: JobAnalysis, day: date, note: str = "") -> JobAnalysis:
    """Record that the document in force was looked through on `day` and still holds; what no longer holds is a new
    version.

    Raises NotAllowed (not the scope, or the own post), RuleBroken (not in force, a new version is under way, reviewed
    on that day already).
    """
    permissions.check_may_review_job_analysis(actor, analysis, day)
    analysis = _hold(analysis)
    ended = analysis.position.ends_on
    if ended is not None and ended <= day:
        raise RuleBroken(
            _("Jabatan %(post)s berakhir %(day)s; dokumennya berakhir bersamanya dan tidak ditinjau lagi.")
            % {"post": analysis.position, "day": formats.day(ended)}
        )
    is_open = analysis.ends_on is None or analysis.ends_on > day
    if analysis.state != State.APPROVED or analysis.starts_on is None or analysis.starts_on > day or not is_open:
        raise RuleBroken(_("Yang ditinjau adalah dokumen yang sedang berlaku."))
    under_way = JobAnalysis.objects.filter(
        agency_id=analysis.agency_id, position_id=analysis.position_id, state__in=sorted(rules.OPEN)
    )
    if under_way.exists():
        raise RuleBroken(_("Versi baru sedang disusun; itulah peninjauannya."))
    if analysis.reviewed_on is not None and analysis.reviewed_on >= day:
        raise RuleBroken(_("Dokumen ini sudah ditinjau pada hari itu."))
    months = int(parameters_on(analysis.agency_id, day)[REVIEW_MONTHS].value)
    analysis.reviewed_on, analysis.review_by = day, rules.review_due(day, months)
    analysis.save(update_fields=["reviewed_on", "review_by", "changed_at"])
    _record(analysis, JobAnalysisStep.Kind.REVIEW, actor, day, note)
    return analysis


@transaction.atomic
def discard(*, actor: User, analysis: JobAnalysis) -> None:
    """Throw a draft away; the trail keeps what it said. Raises NotAllowed, RuleBroken (submitted or approved)."""
    permissions.check_may_write_job_analysis(actor, analysis.position.unit)
    _hold_to_edit(analysis).delete()


def _hold(analysis: JobAnalysis) -> JobAnalysis:
    """Lock the document until we commit: two people write and judge the same one."""
    rows = JobAnalysis.objects.select_related("position__job__education_level", "position__unit")
    return rows.select_for_update(of=("self",)).get(pk=analysis.pk)


def _hold_to_edit(analysis: JobAnalysis) -> JobAnalysis:
    analysis = _hold(analysis)
    if analysis.state not in rules.EDITABLE:
        raise RuleBroken(_("Dokumen ini sudah diajukan atau disetujui; isinya tidak diubah lagi."))
    return analysis


def _count(analysis: JobAnalysis) -> None:
    """Set which elements the document fills itself."""
    rows = JobAnalysisEntry.objects.filter(agency_id=analysis.agency_id, analysis=analysis)
    parts = rows.order_by().values_list("part", flat=True).distinct()
    found = {rules.SHAPES[Part(part)].element for part in parts}
    analysis.elements = sorted(found | ({rules.SUMMARY} if analysis.summary else set()))


def _touch(analysis: JobAnalysis, actor: User, *changed: str) -> None:
    if actor.pk not in analysis.writers:
        analysis.writers = [*analysis.writers, actor.pk]
    analysis.save(update_fields=[*changed, "writers", "changed_at"])


def _record(analysis: JobAnalysis, kind: Any, actor: User, day: date, note: str = "") -> None:
    JobAnalysisStep.objects.create(
        agency_id=analysis.agency_id, analysis=analysis, kind=kind, day=day, note=note.strip(), actor=actor
    )
