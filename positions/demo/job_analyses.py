"""Job-analysis documents of the demo: of one post of each job and of the story's district, in every state.

Written in bulk with the same walls as any other: drafts first, then those that went on. Call inside the agency's scope,
after the users are there.
"""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from asnhr.models import Agency, User
from positions.demo import story
from positions.demo.catalogue import JOBS
from positions.demo.job_analysis_texts import TEXTS, Text, kind_of
from positions.demo.output_names import OUTPUT_NAMES
from positions.demo.workload import SUPPORT, TASKS
from positions.models import JobAnalysis, JobAnalysisCode, JobAnalysisEntry, JobAnalysisStep, Position
from positions.models._base import in_force
from positions.queries import job_analysis as queries
from positions.rules import job_analysis as rules
from positions.rules import sheet_flow
from positions.rules.numbers import add_months

MOST_JOBS, MOST_IN_DISTRICT, MOST_HEALTH_JOBS = 70, 40, 8
CODED = ("bakat", "temperamen", "minat", "upaya_fisik", "fungsi_data", "fungsi_orang", "fungsi_benda")
# Of twenty documents; "lama" is approved and its review late.
STATES = (
    "disetujui", "diajukan", "disetujui", "draf", "disetujui", "lama", "disetujui", "dikembalikan", "disetujui",
    "disetujui", "diajukan", "disetujui", "baru", "disetujui", "draf", "lama", "disetujui", "dikembalikan", "disetujui",
    "disetujui",
)  # fmt: skip
APPROVED = frozenset({"disetujui", "lama", "baru"})
# What a draft does not say yet.
NOT_YET = frozenset({"risiko", "prestasi", "korelasi", "kondisi_fisik"})
RETURN_NOTE = "Lengkapi risiko bahaya dan sebutkan unit kerja pada korelasi jabatan."


def load(agency: Agency, day: date) -> bool:
    """Write the documents once; False where they are there already, or nobody is to write them."""
    users = {
        role: User.objects.filter(username=f"{role}.{agency.code}").first()
        for role in ("admin_unit", "bagian_organisasi")
    }
    writer, judge = users["admin_unit"], users["bagian_organisasi"]
    if writer is None or judge is None or JobAnalysis.objects.filter(agency=agency).exists():
        return False
    posts = _posts(agency, day)
    documents = JobAnalysis.objects.bulk_create(
        JobAnalysis(
            agency=agency, position=post, version=1, created_by=writer, writers=[writer.pk],
            summary=_text(post).summary.format(unit=post.unit.name),
        )
        for post in posts
    )  # fmt: skip
    states = [_state(post, STATES[n % len(STATES)]) for n, post in enumerate(posts)]
    planned = list(zip(posts, documents, states, strict=True))
    lines = [line for post, document, state in planned for line in _lines(agency, post, document, state)]
    JobAnalysisEntry.objects.bulk_create(lines, batch_size=2000)
    own: dict[int, set[int]] = {document.pk: {rules.SUMMARY} for document in documents}
    for line in lines:
        own[line.analysis_id].add(rules.SHAPES[rules.Part(line.part)].element)
    for post, document, state in planned:
        document.elements = sorted(own[document.pk])
        if state in APPROVED:
            _approve(document, post, state, judge, day)
        elif state != "draf":
            document.state, document.note = state, RETURN_NOTE if state == "dikembalikan" else ""
    changed = [
        "elements", "state", "note", "facts", "decree", "decree_on", "starts_on", "approved_by", "reviewed_on",
        "review_by", "workload",
    ]  # fmt: skip
    JobAnalysis.objects.bulk_update(documents, changed, batch_size=200)
    _steps(agency, planned, writer, judge, day)
    _next_versions(agency, [document for _post, document, state in planned if state == "baru"], writer, day)
    return True


def _state(post: Position, wanted: str) -> str:
    """The state of a document; what rests on a workload that nobody approved waits to be judged."""
    workload = queries.workload_of(post) if wanted in APPROVED else None
    is_draft = workload is not None and workload.sheet.state != sheet_flow.APPROVED
    return "diajukan" if is_draft else wanted


def _posts(agency: Agency, day: date) -> list[Position]:
    """The post of the demo's employee, whose document is approved (the first of `STATES`), the first post of each job,
    then posts of the district that are none of these, and of health jobs, whose workload has its own sheet; stable."""
    rows = Position.objects.filter(in_force(day), agency=agency).select_related("job__education_level", "unit")
    first: dict[int, int] = {}
    for pk, job in rows.order_by("-pk").values_list("pk", "job_id"):
        first[job] = pk
    own = list(rows.filter(code=story.OWN_RECORD).values_list("pk", flat=True))
    chosen = [*own, *(pk for pk in sorted(first.values())[:MOST_JOBS] if pk not in own)]
    place = story.DISTRICT if agency.code == story.MEDAN else "1571.K01"
    near = rows.filter(unit__code__startswith=place).exclude(pk__in=chosen).order_by("pk")
    ids = [*chosen, *near.values_list("pk", flat=True)[:MOST_IN_DISTRICT]]
    health = [code for code, spec in JOBS.items() if spec.field == "nakes" and spec.group == "fungsional"]
    clinics = rows.filter(job__code__in=health).exclude(pk__in=ids).order_by("job_id", "pk").distinct("job_id")
    ids += clinics.values_list("pk", flat=True)[:MOST_HEALTH_JOBS]
    found = rows.in_bulk(ids)
    return [found[pk] for pk in ids]


def _text(post: Position) -> Text:
    spec = JOBS.get(post.job.code)
    return TEXTS[kind_of(spec.tasks if spec else "", post.job.group)]


def _lines(agency: Agency, post: Position, document: JobAnalysis, state: str) -> list[JobAnalysisEntry]:
    """The entries of a document; a draft has not all of them."""
    text, codes = _text(post), _codes()
    rows: list[tuple[str, int, Any, str, str, str]] = []

    def add(part: str, *said: tuple[str, ...]) -> None:
        for number, words in enumerate(said, 1):
            first, detail, subject = (*words, "", "")[:3]
            rows.append((part, number, None, first, detail, subject))

    add("diklat_manajerial", *((each,) for each in text.managerial))
    add("diklat_teknis", *((each,) for each in text.technical))
    add("diklat_fungsional", *((each,) for each in text.functional))
    add("pengalaman", (text.experience,))
    add("tugas", *((each,) for each in text.tasks))
    add("hasil", *_outputs(post, text, state))
    add("bahan", *text.materials)
    add("perangkat", *text.tools)
    add("tanggung_jawab", *((each,) for each in text.duties))
    add("wewenang", *((each,) for each in text.rights))
    add("korelasi", *text.relations)
    add("risiko", *text.risks)
    add("keterampilan", *((each,) for each in text.skills))
    add("prestasi", (text.achievement,))
    for part, wanted in zip(CODED, text.codes, strict=True):
        for each in wanted.split():
            code = codes[part, each]
            rows.append((part, code.order, code, "", "", ""))
    for part, said in (("kondisi_lingkungan", text.place), ("kondisi_fisik", _body(text))):
        for each, words in said.items():
            code = codes[part, each]
            rows.append((part, code.order, code, words, "", ""))
    return [
        JobAnalysisEntry(
            agency=agency, analysis=document, part=part, number=number, code=code, text=words, detail=detail,
            subject=subject,
        )
        for part, number, code, words, detail, subject in rows
        if state != "draf" or part not in NOT_YET
    ]  # fmt: skip


def _outputs(post: Position, text: Text, state: str) -> list[tuple[str, ...]]:
    """What the results are called, with unit and task: of the workload's tasks where it has them, the last two still
    without a name in a draft; else of the document's own."""
    spec = JOBS.get(post.job.code)
    tasks = [(task.text, task.output) for task in TASKS.get(spec.tasks if spec else "", ())]
    if not tasks:
        return [(*each, *text.tasks[number : number + 1]) for number, each in enumerate(text.outputs)]
    if spec is not None and spec.field == "nakes" and spec.group == "fungsional":
        tasks += [(words, output) for words, output, _per, _norm in SUPPORT]
    return [(OUTPUT_NAMES[words], output, words) for words, output in tasks[: -2 if state == "draf" else None]]


def _body(text: Text) -> dict[str, str]:
    outdoors = text.place is TEXTS["lapangan"].place
    return {
        "01": "Laki-laki atau perempuan", "02": "Sesuai ketentuan pengangkatan", "03": "Tidak disyaratkan",
        "04": "Tidak disyaratkan", "05": "Tegap" if outdoors else "Tidak disyaratkan", "06": "Rapi dan sopan",
    }  # fmt: skip


_found: dict[tuple[str, str], JobAnalysisCode] = {}


def _codes() -> dict[tuple[str, str], JobAnalysisCode]:
    """The national codes by list and code, read once a load."""
    if not _found:
        _found.update({(row.list, row.code): row for row in JobAnalysisCode.objects.all()})
    return _found


def _approve(document: JobAnalysis, post: Position, state: str, judge: User, day: date) -> None:
    """Set a document in force: some long ago, so that its review is late."""
    decided = day - timedelta(days=420 if state == "lama" else 60 + post.pk % 200)
    facts = queries.facts_of(post, day)
    document.state, document.facts, document.approved_by = rules.State.APPROVED.value, facts.as_json(), judge
    document.workload = queries.workload_of(post)
    document.elements = list(rules.completeness(document.elements, facts.derived).filled)
    document.decree, document.decree_on = f"060/{100 + post.pk % 800}/CONTOH/{decided.year}", decided
    document.starts_on = max(decided, post.starts_on)
    document.reviewed_on, document.review_by = decided, add_months(decided, 12)


def _steps(
    agency: Agency, planned: list[tuple[Position, JobAnalysis, str]], writer: User, judge: User, day: date
) -> None:
    """What happened to each document, on days before it came to its state."""
    kinds, rows, now = JobAnalysisStep.Kind, [], timezone.now()
    for _post, document, state in planned:
        last = document.decree_on or day - timedelta(days=6)
        said: list[tuple[Any, User, date, str]] = [(kinds.START, writer, last - timedelta(days=30), "")]
        if state != "draf":
            said.append((kinds.SUBMIT, writer, last - timedelta(days=10), ""))
        if state == "dikembalikan":
            said.append((kinds.RETURN, judge, last, RETURN_NOTE))
        if document.decree:
            said.append((kinds.APPROVE, judge, last, ""))
        rows += [
            JobAnalysisStep(agency=agency, analysis=document, kind=kind, day=on, note=note, actor=actor, at=now)
            for kind, actor, on, note in said
        ]
    JobAnalysisStep.objects.bulk_create(rows, batch_size=2000)


def _next_versions(agency: Agency, bases: list[JobAnalysis], writer: User, day: date) -> None:
    """A second version under way, begun from the first."""
    for base in bases:
        document = JobAnalysis.objects.create(
            agency=agency, position_id=base.position_id, version=2, based_on=base, summary=base.summary,
            created_by=writer, writers=[writer.pk],
        )  # fmt: skip
        entries = list(JobAnalysisEntry.objects.filter(agency=agency, analysis=base))
        for entry in entries:
            entry.pk, entry.analysis = None, document
        JobAnalysisEntry.objects.bulk_create(entries)
        document.elements = sorted({rules.SUMMARY} | {
            rules.SHAPES[rules.Part(entry.part)].element for entry in entries
        })  # fmt: skip
        document.save(update_fields=["elements"])
        JobAnalysisStep.objects.create(
            agency=agency, analysis=document, kind=JobAnalysisStep.Kind.START, day=day - timedelta(days=3), actor=writer
        )
