"""The job-analysis document in fifteen sections, in words: one description for the page, the PDF and the Word file."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asnhr import formats
from positions.job_analysis_words import told
from positions.models import Job, JobAnalysis, JobAnalysisEntry
from positions.queries.document_workload import TaskLine
from positions.queries.job_analysis import Entries, Facts
from positions.rules import job_analysis as rules
from positions.rules.job_analysis import Part

TITLES: dict[int, Any] = {
    1: gettext_lazy("Identitas jabatan"),
    2: gettext_lazy("Ikhtisar jabatan"),
    3: gettext_lazy("Kualifikasi jabatan"),
    4: gettext_lazy("Tugas pokok"),
    5: gettext_lazy("Hasil kerja"),
    6: gettext_lazy("Bahan kerja"),
    7: gettext_lazy("Perangkat kerja"),
    8: gettext_lazy("Tanggung jawab"),
    9: gettext_lazy("Wewenang"),
    10: gettext_lazy("Korelasi jabatan"),
    11: gettext_lazy("Kondisi lingkungan kerja"),
    12: gettext_lazy("Risiko bahaya"),
    13: gettext_lazy("Syarat jabatan"),
    14: gettext_lazy("Prestasi kerja"),
    15: gettext_lazy("Kelas jabatan"),
}
# Headings of the columns of a part's lines; the first is that of its words.
HEADINGS: dict[Part, tuple[Any, ...]] = {
    Part.OUTPUT: (gettext_lazy("Hasil kerja"), gettext_lazy("Satuan hasil"), gettext_lazy("Uraian tugas")),
    Part.MATERIAL: (gettext_lazy("Bahan kerja"), gettext_lazy("Penggunaan dalam tugas")),
    Part.TOOL: (gettext_lazy("Perangkat kerja"), gettext_lazy("Penggunaan dalam tugas")),
    Part.RELATION: (gettext_lazy("Jabatan"), gettext_lazy("Unit kerja atau instansi"), gettext_lazy("Dalam hal")),
    Part.SURROUNDINGS: (gettext_lazy("Aspek"), gettext_lazy("Faktor")),
    Part.RISK: (gettext_lazy("Risiko"), gettext_lazy("Penyebab")),
    Part.BODY: (gettext_lazy("Syarat"), gettext_lazy("Uraian")),
}
# Of a task's words an entry keeps so many (`JobAnalysisEntry.subject`).
MOST_OF_A_TASK = 300
# What the names of the facts are called where the register has moved on.
FACTS: dict[str, Any] = {
    "name": gettext_lazy("nama jabatan"), "code": gettext_lazy("kode jabatan"), "group": gettext_lazy("jenis jabatan"),
    "level": gettext_lazy("jenjang"), "units": gettext_lazy("unit kerja"), "superior": gettext_lazy("atasan langsung"),
    "below": gettext_lazy("bawahan langsung"), "below_more": gettext_lazy("bawahan langsung"),
    "summary": gettext_lazy("ikhtisar pada nomenklatur"), "education": gettext_lazy("pendidikan"),
    "fields": gettext_lazy("bidang studi"), "ranks": gettext_lazy("pangkat"),
    "competencies": gettext_lazy("standar kompetensi"), "tasks": gettext_lazy("uraian tugas pada ABK"),
    "year": gettext_lazy("tahun ABK"), "need": gettext_lazy("kebutuhan ABK"), "staff": gettext_lazy("kebutuhan ABK"),
    "job_class": gettext_lazy("kelas jabatan"), "method": gettext_lazy("metode ABK"),
    "minutes_a_year": gettext_lazy("kebutuhan ABK"), "main_staff": gettext_lazy("kebutuhan ABK"),
    "support_percent": gettext_lazy("kebutuhan ABK"), "support_factor": gettext_lazy("kebutuhan ABK"),
}  # fmt: skip


@dataclass(frozen=True)
class Block:
    """A part of a section. `kind`: facts (pairs), list (numbered words), table (with `headings`; numbers on the right
    from column `numbers` on), words (a paragraph). `origin`: where it comes from when nobody typed it here."""

    kind: str
    rows: list[Any]
    title: str = ""
    headings: list[str] = field(default_factory=list)
    origin: str = ""
    numbers: int = 99
    # The last of the numbered columns, where words follow them.
    last_number: int = 99
    # The last row is the sum of the others, and has no number of its own.
    has_total: bool = False


@dataclass(frozen=True)
class Section:
    number: int
    title: str
    blocks: list[Block]
    is_filled: bool


def sections(analysis: JobAnalysis, facts: Facts, entries: Entries) -> list[Section]:
    """Return the fifteen sections in the reader's language."""
    filled = rules.completeness(analysis.elements, () if analysis.facts else facts.derived).filled
    found = []
    for number in rules.ELEMENTS:
        build = BUILDERS.get(number)
        blocks = build(analysis, facts, entries) if build else _typed(number, entries)
        found.append(Section(number, str(TITLES[number]), [each for each in blocks if each.rows], number in filled))
    return found


def _catalogue() -> str:
    return _("nomenklatur jabatan")


def _abk(facts: Facts) -> str:
    said = _("ABK %(year)s (belum disahkan)") if facts.rests_on_draft else _("ABK %(year)s")
    return said % {"year": facts.year}


def _in_words(name: str, code: str) -> list[str]:
    """The words for a code of the catalogue in the reader's language; a code that left the list as it is."""
    of: Any = Job._meta.get_field(name)
    return [str(dict(of.choices).get(code, code))] if code else []


def _identity(analysis: JobAnalysis, facts: Facts, entries: Entries) -> list[Block]:
    pairs = [
        (_("Nama jabatan"), facts.name), (_("Kode jabatan"), facts.code),
        (_("Jenis jabatan"), " · ".join(_in_words("group", facts.group) + _in_words("level", facts.level))),
        (_("Unit kerja"), " › ".join(facts.units)), (_("Atasan langsung"), facts.superior),
    ]  # fmt: skip
    if facts.below:
        more = " " + _("dan %(n)s lagi") % {"n": facts.below_more} if facts.below_more else ""
        pairs.append((_("Bawahan langsung"), "; ".join(facts.below) + more))
    return [Block("facts", [pair for pair in pairs if pair[1]], origin=_("register jabatan dan struktur organisasi"))]


def _summary(analysis: JobAnalysis, facts: Facts, entries: Entries) -> list[Block]:
    if analysis.summary:
        return [Block("words", [analysis.summary])]
    return [Block("words", [facts.summary] if facts.summary else [], origin=_catalogue())]


def _qualification(analysis: JobAnalysis, facts: Facts, entries: Entries) -> list[Block]:
    known = [
        (_("Pendidikan"), facts.education), (_("Bidang studi"), "; ".join(facts.fields)),
        (_("Pangkat"), facts.ranks),
    ]  # fmt: skip
    return [
        Block("facts", [pair for pair in known if pair[1]], title=_("Pendidikan formal"), origin=_catalogue()),
        *_typed(rules.QUALIFICATION, entries),
    ]


def _tasks(analysis: JobAnalysis, facts: Facts, entries: Entries) -> list[Block]:
    if not facts.tasks:
        return _typed(rules.TASKS, entries)
    if facts.main_staff:
        return _health_tasks(facts)
    by_task = any(task.need for task in facts.tasks)
    headings = [_("Uraian tugas"), _("Satuan hasil"), _("Jumlah setahun"), _("Norma waktu (menit)")]
    rows = [_counted(task) for task in facts.tasks]
    if by_task:
        headings += [_("Waktu efektif (menit)"), _("Kebutuhan pegawai")]
        rows = [
            [*row, formats.number(task.effective), _number(task.need, 4)]
            for row, task in zip(rows, facts.tasks, strict=True)
        ]
        total = _("Jumlah; dibulatkan %(n)s pegawai") % {"n": formats.number(facts.staff)}
        rows.append([total, "", "", "", "", _number(facts.need, 4)])
    return [Block("table", rows, headings=headings, origin=_abk(facts), numbers=2, has_total=by_task)]


def _counted(task: TaskLine) -> list[str]:
    return [task.task, task.output, _number(task.yearly), _number(task.minutes)]


def _health_tasks(facts: Facts) -> list[Block]:
    """The tables of ABK-Kes: main tasks with their share of JKT, support tasks with theirs of FTP, and the need."""
    usual = [_("Uraian tugas"), _("Satuan hasil"), _("Jumlah setahun"), _("Norma waktu (menit)")]
    main = [
        [*_counted(task), formats.number(task.effective), _number(task.standard, 2), _number(task.need, 4)]
        for task in facts.tasks if task.standard
    ]  # fmt: skip
    main.append([_("Jumlah kebutuhan tugas pokok (JKT)"), "", "", "", "", "", _number(facts.main_staff, 4)])
    support = [
        [*_counted(task), _number(task.load), _number(task.share, 4)] for task in facts.tasks if not task.standard
    ]
    if support:
        support.append([_("Jumlah faktor tugas penunjang (FTP)"), "", "", "", "", _number(facts.support_percent, 4)])
    need = [
        (_("Waktu kerja tersedia (WKT)"), _("%(n)s menit setahun") % {"n": formats.number(facts.minutes_a_year)}),
        (_("JKT"), _number(facts.main_staff, 4)),
        (_("FTP"), f"{_number(facts.support_percent, 4)} %"),
        (_("STP = 1 ÷ (1 − FTP)"), _number(facts.support_factor, 4)),
        (_("Kebutuhan pegawai = JKT × STP"), _("%(need)s; dibulatkan %(n)s pegawai") % {
            "need": _number(facts.need, 4), "n": formats.number(facts.staff)
        }),
    ]  # fmt: skip
    return [
        Block(
            "table", main, _("Tugas pokok"), [*usual, _("Waktu efektif (menit)"), _("SBK"), _("Kebutuhan pegawai")],
            numbers=2, has_total=True,
        ),
        Block(
            "table", support, _("Tugas penunjang"), [*usual, _("Waktu setahun (menit)"), _("FTP (%)")], numbers=2,
            has_total=True,
        ),
        Block("facts", need, _("Kebutuhan pegawai menurut ABK-Kes"), origin=_abk(facts)),
    ]  # fmt: skip


def _outputs(analysis: JobAnalysis, facts: Facts, entries: Entries) -> list[Block]:
    """Of each task of the workload what its result is called (as the document says), its unit and yearly quantity (as
    the workload says); then results of no such task. Without a workload the results as the document has them."""
    if not facts.tasks:
        return _typed(rules.OUTPUTS, entries)
    named, others = outputs_by_task(facts, entries)
    rows = [
        ["; ".join(line.text for line in lines) or _("belum bernama"), task.output, _number(task.yearly), task.task]
        for task, lines in named
        if any(task.output or lines for task, lines in named)
    ]
    headings = [_("Hasil kerja"), _("Satuan hasil"), _("Jumlah setahun"), _("Uraian tugas")]
    more = [[line.text, line.detail, line.subject] for line in others]
    return [
        Block("table", rows, headings=headings, origin=_abk(facts), numbers=2, last_number=2),
        Block("table", more, _("Hasil kerja lain"), [str(each) for each in HEADINGS[Part.OUTPUT]]),
    ]


def outputs_by_task(
    facts: Facts, entries: Entries
) -> tuple[list[tuple[TaskLine, list[JobAnalysisEntry]]], list[JobAnalysisEntry]]:
    """Return the workload's tasks with the results that name them, and the results that name none of them."""
    lines: dict[str, list[JobAnalysisEntry]] = {}
    for line in entries.get(Part.OUTPUT.value, []):
        lines.setdefault(_same(line.subject), []).append(line)
    # A task's words twice in a workload: the first of them has the results.
    named = [(task, lines.pop(_same(task.task), [])) for task in facts.tasks]
    return named, sorted((line for rest in lines.values() for line in rest), key=lambda line: line.number)


def _same(words: str) -> str:
    """Words as they are compared: however they are spaced and cased, as far as an entry can hold a task's."""
    return " ".join(words[:MOST_OF_A_TASK].split()).casefold()


def proposed_outputs(facts: Facts, entries: Entries, most: int) -> list[JobAnalysisEntry]:
    """Return the results as the document has them in the order of the workload's tasks, and for each task without one a
    proposal, not stored: named after the unit, for a person to put into words. No more than `most` lines together: a
    line that is stored never gives way to a proposal."""
    named, others = outputs_by_task(facts, entries)
    free = most - len(entries.get(Part.OUTPUT.value, []))
    found: list[JobAnalysisEntry] = []
    for task, lines in named:
        found += lines
        if not lines and free > 0:
            free -= 1
            found.append(JobAnalysisEntry(
                part=Part.OUTPUT.value, text=task.output[:1].upper() + task.output[1:], detail=task.output,
                subject=task.task[:MOST_OF_A_TASK],
            ))  # fmt: skip
    return found + others


def _achievements(analysis: JobAnalysis, facts: Facts, entries: Entries) -> list[Block]:
    expected = [
        [task.task, f"{_number(task.yearly)} {task.output}"] for task in facts.tasks if task.output
    ]  # fmt: skip
    headings = [_("Uraian tugas"), _("Hasil yang diharapkan setahun")]
    return [
        Block("table", expected, headings=headings, origin=_abk(facts)),
        *_typed(rules.ACHIEVEMENTS, entries),
    ]


def _requirements(analysis: JobAnalysis, facts: Facts, entries: Entries) -> list[Block]:
    levels = [(name, _("level %(n)s") % {"n": level}) for name, level in facts.competencies]
    standard = Block("facts", levels, title=_("Kompetensi"), origin=_("standar kompetensi jabatan"))
    return [*_typed(13, entries), standard]


def _job_class(analysis: JobAnalysis, facts: Facts, entries: Entries) -> list[Block]:
    rows = [] if facts.job_class is None else [_("Kelas %(n)s") % {"n": facts.job_class}]
    return [Block("words", rows, origin=_catalogue())]


BUILDERS: dict[int, Callable[[JobAnalysis, Facts, Entries], list[Block]]] = {
    1: _identity, 2: _summary, 3: _qualification, 4: _tasks, 5: _outputs, 13: _requirements, 14: _achievements,
    15: _job_class,
}  # fmt: skip


def _typed(element: int, entries: Entries) -> list[Block]:
    """The blocks of what was entered, one a part; a single part bears the section's own title."""
    parts = rules.parts_of(element)
    labels = dict(JobAnalysisEntry.Part.choices)
    titled = len(parts) > 1
    return [
        _block(part, entries.get(part.value, []), str(labels[part.value]) if titled else "") for part in parts
    ]  # fmt: skip


def _block(part: Part, lines: list[JobAnalysisEntry], title: str) -> Block:
    shape = rules.SHAPES[part]
    if shape.coded and shape.text:
        pairs = [(told(line.code.name), line.text) for line in lines if line.code]
        return Block("table", [list(pair) for pair in pairs], title, [str(each) for each in HEADINGS[part]])
    if shape.coded:
        rows = [_coded(line) for line in lines if line.code]
        return Block("list" if part is Part.EFFORT else "facts", rows, title)
    if shape.more:
        rows = [[line.text, line.detail, line.subject][: shape.more + 1] for line in lines]
        return Block("table", rows, title, [str(each) for each in HEADINGS[part]])
    return Block("list", [line.text for line in lines], title)


def _coded(line: JobAnalysisEntry) -> Any:
    """The name of a physical effort; of other lists code and name with what it means."""
    code: Any = line.code
    if line.part == Part.EFFORT:
        return told(code.name)
    name = f"{told(code.name)}: {told(code.description)}" if code.description else told(code.name)
    return (code.code, name)


def _number(text: str, places: int | None = None) -> str:
    return formats.number(Decimal(text), places) if text else ""
