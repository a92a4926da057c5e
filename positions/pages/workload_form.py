"""The workload grid as a plain form: from tasks to cells, and from what was typed back to tasks with every error.

Field names are `p<position>-<row>-<cell>`, and of a position `p<position>-versi` (what stood there when the page was
opened) and `p<position>-metode`. Nothing typed is lost: a grid with errors is shown again as it came.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext as _

from asnhr import formats
from asnhr.imports import parsers
from asnhr.imports.errors import CellProblem
from positions.models import Campaign, Job, Position, Workload, WorkloadTask
from positions.rules import effectiveness, workload_health
from positions.rules import workload as workload_rules

CELLS = ("task", "output", "volume", "per", "minutes", "part", "digital", "own", "goal")
PER = {
    "year": workload_rules.Per.TAHUNAN,
    "semester": workload_rules.Per.SEMESTER,
    "quarter": workload_rules.Per.TRIWULAN,
    "month": workload_rules.Per.BULANAN,
    "week": workload_rules.Per.MINGGUAN,
    "day": workload_rules.Per.HARIAN,
}
# A word a cell: what the model names in full stands in the heading.
PART_NAMES = {
    WorkloadTask.Part.MAIN.value: pgettext_lazy("bagian tugas", "pokok"),
    WorkloadTask.Part.SUPPORT.value: pgettext_lazy("bagian tugas", "penunjang"),
}
BLANK_ROWS = 1
# Rows a sheet may gain by one post; a form far beyond that was not typed.
MOST_ROWS = 400
POSITION = re.compile(r"p([0-9]{1,18})-", re.ASCII)
# As many as the register keeps; more would be rounded unseen.
DECIMALS = 4


@dataclass
class Row:
    """A line of the grid: cells as typed, errors by cell; minutes a year, people and (ABK-Kes) results a year of one
    person when they can be computed."""

    index: int
    cells: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    load: Decimal | None = None
    need: Decimal | None = None
    standard: Decimal | None = None
    removed: bool = False
    prefix: str = ""

    @property
    def number(self) -> int:
        return self.index + 1

    @property
    def per_label(self) -> Any:
        return dict(WorkloadTask.Per.choices).get(self.cells.get("per", ""), "")

    @property
    def part_name(self) -> str:
        return str(PART_NAMES.get(self.cells.get("part", ""), ""))

    @property
    def volume(self) -> str:
        """The volume as officers write it, for who only reads."""
        return formats.number(number(self.cells.get("volume", ""))[0])

    @property
    def norm(self) -> str:
        return formats.number(number(self.cells.get("minutes", ""))[0])

    @property
    def is_blank(self) -> bool:
        return not any(self.cells.get(name) for name in ("task", "output", "volume", "minutes"))


@dataclass
class Section:
    """The tasks of one position with its figures."""

    position: Position
    method: str
    holders: int
    rows: list[Row] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    is_sample: bool = False
    load: Decimal = Decimal(0)
    need: Decimal | None = None
    k: int | None = None
    problem: str = ""
    # Something is stored for the position already.
    was_filled: bool = False
    # Steps of ABK-Kes, where there is a need.
    health: workload_health.HealthWorkload | None = None
    # Fingerprint of what stood there when the page was opened.
    base: str = ""
    # What is sent is to be written.
    changed: bool = False
    # What another person stored meanwhile, where this person changed the same position.
    theirs: "Section | None" = None

    @property
    def next_index(self) -> int:
        return len(self.rows)

    @property
    def effectiveness(self) -> effectiveness.Effectiveness:
        return effectiveness.effectiveness_of_need(self.need, self.holders)

    @property
    def has_errors(self) -> bool:
        return bool(self.problem) or any(row.errors for row in self.rows)

    @property
    def is_health(self) -> bool:
        return self.method == Workload.Method.HEALTH

    @property
    def may_choose_method(self) -> bool:
        """ABK-Kes is for health workers; what is measured so already may go back."""
        return self.is_health or self.position.job.field == Job.Field.HEALTH

    def task_values(self) -> list[dict[str, Any]]:
        """Return the tasks as the service takes them, in the order of the grid; only for a section without errors."""
        return [values_of(row) for row in self.rows if not row.removed and not row.is_blank]


def is_indonesian(language: str | None = None) -> bool:
    return (language or get_language() or "id").startswith("id")


def plain(value: Decimal | int | None) -> str:
    """Return a number for an input in the page's language: no thousands mark, decimal comma (English: point), no idle
    zeros."""
    text = exact(value)
    return text.replace(".", ",") if is_indonesian() else text


def exact(value: Decimal | int | None) -> str:
    if value is None:
        return ""
    text = f"{Decimal(value):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def section_of(
    position: Position, workload: Workload | None, tasks: Iterable[WorkloadTask], campaign: Campaign, holders: int
) -> Section:
    """Return the section of what is stored. A health worker's that nobody measured yet begins as ABK-Kes."""
    fresh = Workload.Method.HEALTH if position.job.field == Job.Field.HEALTH else Workload.Method.TASKS
    section = Section(
        position=position,
        method=workload.method if workload else fresh,
        holders=holders,
        faults=list(workload.faults) if workload else [],
        is_sample=bool(workload and workload.is_sample),
    )
    for index, task in enumerate(tasks):
        cells = {
            "task": task.task, "output": task.output, "volume": plain(task.volume), "per": task.per,
            "minutes": plain(task.minutes), "part": task.part, "digital": "1" if task.digital_prone else "",
            "own": plain(task.minutes_per_year), "goal": task.goal.code if task.goal else "",
        }  # fmt: skip
        section.rows.append(Row(index, cells, prefix=f"p{position.pk}-{index}"))
    compute(section, campaign)
    section.base = fingerprint(section)
    return section


def fingerprint(section: Section) -> str:
    """Return what stands in a section as a short sum: the same for what is stored and for what comes back unchanged,
    however a number is written."""
    rows = [[_plainly(row.cells, name) for name in CELLS] for row in section.rows if not (row.removed or row.is_blank)]
    text = json.dumps([str(section.method) if rows else "", rows])
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def _plainly(cells: Mapping[str, str], name: str) -> str:
    text = " ".join(cells.get(name, "").split())
    if name in ("volume", "minutes", "own"):
        value = number(text)[0]
        return exact(value) if value is not None else text
    return text or ("pokok" if name == "part" else "")


def positions_in(data: Mapping[str, str]) -> set[int]:
    """Return the positions that a posted grid names."""
    return {int(match[1]) for name in data if (match := POSITION.match(name))}


def with_blank_rows(section: Section, more: int = BLANK_ROWS) -> None:
    """Add empty rows at the end, where new tasks are typed without script."""
    for _number in range(more):
        index = len(section.rows)
        section.rows.append(Row(index, {"per": "year", "part": "pokok"}, prefix=f"p{section.position.pk}-{index}"))


def read(data: Mapping[str, str], section: Section, campaign: Campaign, goals: Mapping[str, Any]) -> Section:
    """Return the section as posted. `goals`: goals in force by code. Every error of every row is found at once.

    `bahasa` is the language in which the form was opened: where another tab changed it since, numbers are written anew.
    """
    opened_in = str(data.get("bahasa", ""))
    prefix = f"p{section.position.pk}-"
    indexes = sorted(
        {
            int(part)
            for name in data
            if name.startswith(prefix) and (part := name.split("-")[1]).isascii() and part.isdigit()
        }
    )[:MOST_ROWS]
    method = str(data.get(f"{prefix}metode", ""))
    posted = Section(
        section.position, method if method in Workload.Method.values else section.method, section.holders,
        faults=section.faults, is_sample=section.is_sample, was_filled=section.was_filled,
        base=str(data.get(f"{prefix}versi", "")),
    )  # fmt: skip
    for index, typed in enumerate(indexes):
        cells = {name: str(data.get(f"{prefix}{typed}-{name}", "")).strip() for name in CELLS}
        if opened_in and is_indonesian(opened_in) != is_indonesian():
            _write_anew(cells, opened_in)
        row = Row(index, cells, removed=bool(data.get(f"{prefix}{typed}-hapus")), prefix=f"{prefix}{index}")
        if not row.is_blank and not row.removed:
            check(row, goals)
        posted.rows.append(row)
    compute(posted, campaign)
    return posted


def _write_anew(cells: dict[str, str], language: str) -> None:
    for name in ("volume", "minutes", "own"):
        value = number(cells[name], language)[0]
        cells[name] = cells[name] if value is None else plain(value)


def check(row: Row, goals: Mapping[str, Any]) -> None:
    """Note every error of a row beside its cell."""
    cells, errors = row.cells, row.errors
    if not cells["task"]:
        errors["task"] = _("Uraian tugas wajib diisi.")
    elif len(cells["task"]) > 500:
        errors["task"] = _("Paling panjang 500 huruf.")
    if len(cells["output"]) > 150:
        errors["output"] = _("Paling panjang 150 huruf.")
    for name, words, most in (
        ("volume", _("Volume"), Decimal("9999999999")),
        ("minutes", _("Norma waktu"), Decimal("99999999")),
    ):
        value, problem = number(cells[name])
        if problem:
            errors[name] = problem
        elif value is None or value <= 0:
            errors[name] = _("%(what)s harus lebih dari nol.") % {"what": words}
        elif value > most:
            errors[name] = _("%(what)s terlalu besar.") % {"what": words}
        elif value != round(value, DECIMALS):
            errors[name] = _("Paling banyak %(n)s angka di belakang koma.") % {"n": DECIMALS}
    own, problem = number(cells["own"])
    if problem:
        errors["own"] = problem
    elif own is not None and (own <= 0 or own != own.to_integral_value() or own > 600_000):
        errors["own"] = _("Menit setahun, bilangan bulat lebih dari nol.")
    if cells["per"] not in WorkloadTask.Per.values:
        errors["per"] = _("Pilih kurun waktu.")
    if cells["part"] and cells["part"] not in WorkloadTask.Part.values:
        errors["part"] = _("Pilih tugas pokok atau penunjang.")
    if cells["goal"] and cells["goal"] not in goals:
        errors["goal"] = _("Kode sasaran tidak dikenal.")


# A mark between digits; elsewhere ("Rp.") it separates nothing.
MARK = re.compile(r"(?<=\d)[.,](?=\d)")
OTHER_MARK = {".": ",", ",": "."}


def number(text: str, language: str | None = None) -> tuple[Decimal | None, str]:
    """Return (value, problem) of a typed number, by the page's language: 1.200 and 1,2 where it is Indonesian are 1,200
    and 1.2 where it is English. `static/js/workload-rule.js` reads alike."""
    if not is_indonesian(language):
        text = MARK.sub(lambda found: OTHER_MARK[found[0]], text)
    try:
        return parsers.number(text), ""
    except CellProblem as problem:
        return None, problem.message.capitalize() + "."


def values_of(row: Row) -> dict[str, Any]:
    """Return the task of a row without errors."""
    cells = row.cells
    own = number(cells["own"])[0]
    return {
        "task": cells["task"],
        "output": cells["output"],
        "volume": number(cells["volume"])[0],
        "per": cells["per"],
        "minutes": number(cells["minutes"])[0],
        "part": cells["part"] or WorkloadTask.Part.MAIN,
        "minutes_per_year": None if own is None else int(own),
        "digital_prone": bool(cells["digital"]),
        "goal": cells["goal"],
    }


def compute(section: Section, campaign: Campaign) -> None:
    """Fill load, need and K from the rows that can be computed, by the rules; `problem` says why there is no need."""
    main: list[tuple[Row, workload_rules.TaskLoad]] = []
    support: list[Decimal] = []
    for row in section.rows:
        task = _task_of(row, section)
        if task is None:
            continue
        row.load = workload_rules.task_load(task)
        section.load += row.load
        if section.is_health and row.cells.get("part") == WorkloadTask.Part.SUPPORT:
            support.append(row.load)
        else:
            main.append((row, task))
    if section.is_health:
        _compute_health(section, main, support, campaign)
    elif main:
        rounding = workload_rules.Rounding(campaign.rounding)
        total = workload_rules.workload(
            (task for _row, task in main), minutes_a_year=campaign.minutes_per_year, rounding=rounding
        )
        section.need, section.k = total.need, total.staff
        for (row, _task), result in zip(main, total.tasks, strict=True):
            row.need = result.need


def _task_of(row: Row, section: Section) -> workload_rules.TaskLoad | None:
    """Return the task of a row, None where it cannot be computed. ABK-Kes knows one effective time: that of the
    campaign."""
    volume, minutes, own = (number(row.cells.get(name, ""))[0] for name in ("volume", "minutes", "own"))
    per = PER.get(row.cells.get("per", ""))
    if row.removed or volume is None or minutes is None or per is None or volume <= 0 or minutes <= 0:
        return None
    effective = int(own) if own is not None and own >= 1 and not section.is_health else None
    return workload_rules.TaskLoad(volume, per, minutes, effective)


def _compute_health(
    section: Section, main: list[tuple[Row, workload_rules.TaskLoad]], support: list[Decimal], campaign: Campaign
) -> None:
    year = campaign.minutes_per_year_health
    if sum(support, Decimal(0)) >= year:
        section.problem = _("Waktu tugas penunjang menghabiskan seluruh waktu kerja tersedia.")
        return
    if not main:
        return
    tasks = [
        workload_health.MainTask(task.volume * workload_rules.FACTOR[task.per], task.minutes) for _row, task in main
    ]
    found = workload_health.health_workload(tasks, support, minutes_a_year=year)
    section.need, section.k, section.health = found.need, found.staff, found
    for (row, _task), standard, part in zip(main, found.standards, found.main_parts, strict=True):
        row.standard, row.need = standard, part
