"""Calculators as pages: a form from the fields, the answer beside it. What is entered stays in the request.

The form is sent by POST so that no address, and so no log of a server or a proxy, carries what a person entered; the
link to share carries it in the fragment, which browsers keep to themselves.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from asnhr import calculators, dates, formats
from asnhr.calculators import MARKS, Answer, Calculator, Field, Invalid, Kind, Output
from asnhr.throttling import seconds_to_wait

SCOPE = "calculators"
ROWS_SHOWN, ROWS_ADDED = 4, 5
ADD = "tambah"
EXAMPLE = "contoh"


# Values of the rulebook that are codes.
WORDS = {"half_up": gettext_lazy("setengah ke atas"), "ceil": gettext_lazy("selalu ke atas")}

# Between forms and the values of a calculator


def local_number(text: str) -> str:
    """Return "75.000" (English "75,000") as "75000" and "0,02" as "0.02"; what is no number comes back as it is."""
    text = text.strip().replace("\u00a0", "").replace(" ", "").replace("−", "-")
    group, point = (".", ",") if (get_language() or "id").startswith("id") else (",", ".")
    grouped = rf"[+-]?[1-9][0-9]{{0,2}}(\{group}[0-9]{{3}})+(\{point}[0-9]+)?"
    if re.fullmatch(grouped, text):
        text = text.replace(group, "")
    return text.replace(point, ".") if point == "," and "." not in text else text


def _of_form(each: Field, text: str) -> Any:
    """Return what one control says, None for an empty one."""
    if each.kind is Kind.YES_NO:
        return True if text else None
    if not text.strip():
        return None
    if each.kind is Kind.TEXT:
        return text
    return local_number(text) if each.kind in (Kind.WHOLE, Kind.DECIMAL) else text.strip()


def _indices(form: Mapping[str, str], names: list[str], most: int) -> int:
    """Return how many rows the form has for these names: one more than the highest filled, at most `most` + 1."""
    count = 0
    for key, text in form.items():
        name, _dash, number = key.rpartition("-")
        if name in names and number.isascii() and number.isdecimal() and len(number) <= 4 and text.strip():
            count = max(count, int(number) + 1)
    return min(count, most + 1)


def from_form(calculator: Calculator, form: Mapping[str, str]) -> dict[str, Any]:
    """Return the inputs of a form as the API takes them. Empty rows of objects and the tail of lists are left out."""
    data: dict[str, Any] = {}
    for each in calculator.fields:
        value: Any
        match each.kind:
            case Kind.ROWS:
                value = _rows_of_form(each, form)
            case Kind.LIST:
                names = [other.name for other in together(calculator, each)]
                count = each.most if each.labels and each.least == each.most else _indices(form, names, each.most)
                value = [_of_form(_item(each), form.get(f"{each.name}-{n}", "")) for n in range(count)]
                value = [each.blank if one is None else one for one in value]
                if not each.labels and not each.together:
                    value = [one for one in value if one is not None]
                value = value if value or each.least == 0 else None
            case Kind.COUNTS:
                found = {code: form.get(f"{each.name}-{code}", "") for code, _label in each.codes}
                value = {code: local_number(text) for code, text in found.items() if text.strip()}
            case _:
                value = _of_form(each, form.get(each.name, ""))
        if value is not None:
            data[each.name] = value
    return data


def _rows_of_form(each: Field, form: Mapping[str, str]) -> list[dict[str, Any]] | None:
    # What a drop-down says alone makes no row: one is always chosen.
    typed = [column for column in each.columns if column.kind is not Kind.CHOICE]
    names = [f"{each.name}-{column.name}" for column in typed]
    rows = []
    for n in range(_indices(form, names, each.most)):
        if any(form.get(f"{name}-{n}", "").strip() for name in names):
            cells = {
                column.name: _of_form(column, form.get(f"{each.name}-{column.name}-{n}", "")) for column in each.columns
            }
            rows.append({name: value for name, value in cells.items() if value is not None})
    return rows or None


def to_form(calculator: Calculator, data: Mapping[str, Any], *, local: bool = True) -> dict[str, str]:
    """Return inputs as the controls hold them; with `local` false, numbers as the API writes them (for links)."""
    form: dict[str, str] = {}
    for each in calculator.fields:
        value = data.get(each.name)
        if value is None:
            continue
        if each.kind is Kind.ROWS:
            for n, row in enumerate(value):
                for column in each.columns:
                    if row.get(column.name) is not None:
                        form[f"{each.name}-{column.name}-{n}"] = _text(column, row[column.name], local)
        elif each.kind is Kind.LIST:
            for n, one in enumerate(value):
                if one is not None:
                    form[f"{each.name}-{n}"] = _text(_item(each), one, local)
        elif each.kind is Kind.COUNTS:
            for code, count in value.items():
                form[f"{each.name}-{code}"] = _text(_item(each), count, local)
        elif each.kind is Kind.YES_NO:
            if value:
                form[each.name] = "on"
        else:
            form[each.name] = _text(each, value, local)
    return form


def _text(each: Field, value: Any, local: bool) -> str:
    text = str(value)
    if local and each.kind in (Kind.WHOLE, Kind.DECIMAL) and (get_language() or "id").startswith("id"):
        return text.replace(".", ",")
    return text


def fragment(calculator: Calculator, data: Mapping[str, Any]) -> str:
    """Return the inputs as the fragment of a link to this calculator, without "#"."""
    return urlencode(to_form(calculator, data, local=False))


def _item(each: Field) -> Field:
    return each.item or each


def together(calculator: Calculator, each: Field) -> list[Field]:
    """Return the lists that stand in one table with this one, itself among them."""
    if not each.together:
        return [each]
    return [other for other in calculator.fields if other.together and str(other.together) == str(each.together)]


# What the templates show


@dataclass
class Control:
    """One control; `type`: text, date, select, check. `number`: its text is one, written as the language does."""

    name: str
    label: str
    type: str
    value: str = ""
    unit: str = ""
    help: str = ""
    required: bool = False
    number: bool = False
    options: list[tuple[str, str]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def id(self) -> str:
        return f"id_{self.name}"


@dataclass
class Grid:
    """A table of controls: `name` in the addresses of its errors, a label and a control for each column a row."""

    name: str
    title: str
    columns: list[str]
    rows: list[tuple[str, list[Control]]]
    most: int
    can_add: bool
    help: str = ""
    errors: list[str] = field(default_factory=list)
    optional: bool = False
    row_word: str = ""
    # The field whose choice names the rows, and the names by choice: the page's script names them anew.
    named_by: str = ""
    names: str = ""

    @property
    def id(self) -> str:
        return f"id_{self.name}"


TYPES = {Kind.DATE: "date", Kind.CHOICE: "select", Kind.YES_NO: "check"}


def _control(each: Field, name: str, form: Mapping[str, str], *, blank: bool = True) -> Control:
    options = [(code, str(label)) for code, label in each.choices]
    return Control(
        name=name,
        label=str(each.label),
        type=TYPES.get(each.kind, "text"),
        value=form.get(name, ""),
        unit=str(each.unit),
        help=str(each.help),
        required=each.required and blank,
        number=each.kind in (Kind.WHOLE, Kind.DECIMAL),
        options=[("", "—"), *options] if blank and options else options,
    )


def _heading(each: Field) -> str:
    return f"{each.label} ({each.unit})" if each.unit else str(each.label)


def form_of(
    calculator: Calculator, form: Mapping[str, str], errors: Mapping[str, list[str]], added: str = ""
) -> list[Control | Grid]:
    """Return the form in the order of the fields; `added` names the table that gets more rows."""
    parts: list[Control | Grid] = []
    done: set[str] = set()
    for each in calculator.fields:
        if each.name in done:
            continue
        if each.kind not in (Kind.ROWS, Kind.LIST, Kind.COUNTS):
            control = _control(each, each.name, form)
            control.errors = errors.get(each.name, [])
            parts.append(control)
            continue
        lists = together(calculator, each) if each.kind is Kind.LIST else [each]
        done |= {one.name for one in lists}
        grid = _grid(each, lists, form, added)
        grid.errors = [
            text if len(lists) == 1 else f"{one.label}: {text}" for one in lists for text in errors.get(one.name, [])
        ]
        grid.help = " ".join(str(one.help) for one in lists if one.help)
        parts.append(grid)
    return parts


def _grid(each: Field, lists: list[Field], form: Mapping[str, str], added: str) -> Grid:
    if each.kind is Kind.COUNTS:
        rows = [
            (f"{code} {label}", [_control(_item(each), f"{each.name}-{code}", form, blank=False)])
            for code, label in each.codes
        ]
        return Grid(
            each.name, str(each.label), [_heading(_item(each))], rows, len(rows), False, row_word=_("Indikator")
        )
    if each.kind is Kind.ROWS:
        columns, names = list(each.columns), [f"{each.name}-{column.name}" for column in each.columns]
        typed = [f"{each.name}-{column.name}" for column in each.columns if column.kind is not Kind.CHOICE]
    else:
        columns, names = [_item(one) for one in lists], [one.name for one in lists]
        typed = names
    labels = labels_of(each, form)
    if labels:
        count, can_add = len(labels), False
    else:
        count = max(_indices(form, typed, each.most), ROWS_SHOWN) + (ROWS_ADDED if added == each.name else 0)
        count, can_add = min(count, each.most), True
    rows = []
    for n in range(count):
        label = str(labels[n]) if n < len(labels) else str(n + 1)
        cells = []
        for column, name in zip(columns, names, strict=True):
            cell = _control(column, f"{name}-{n}", form, blank=False)
            cell.label = f"{column.label}, {label}" if labels else _("%(column)s, baris %(row)s") % {
                "column": column.label, "row": label,
            }  # fmt: skip
            cells.append(cell)
        rows.append((label, cells))
    headings = [_heading(column) for column in columns]
    if each.kind is Kind.LIST and len(lists) == 1:
        headings = [_heading(each)]
    title = str(each.together or each.label)
    grid = Grid(each.name, title, headings, rows, each.most, can_add, optional=each.least == 0, row_word=_("No."))
    if each.named_by:
        grid.named_by, by_choice = each.named_by
        grid.names = json.dumps({code: [str(name) for name in names] for code, names in by_choice.items()})
    return grid


def labels_of(each: Field, form: Mapping[str, str]) -> tuple[Any, ...]:
    """Return the names of a list's rows: those of what is chosen in the field that names them, where there is one."""
    if each.named_by is None:
        return each.labels
    chooser, by_choice = each.named_by
    return by_choice.get(form.get(chooser, ""), each.labels)


def shown(output: Output, value: Any, *, unit: bool = True) -> str:
    """Return a figure of the result in words."""
    if value is None:
        return formats.DASH
    if output.words:
        return str(output.words.get(value, value))
    match output.kind:
        case Kind.YES_NO:
            return _("ya") if value else _("tidak")
        case Kind.DATE:
            return formats.day(date.fromisoformat(value))
        case Kind.DECIMAL:
            places = len(str(value).partition(".")[2])
            text = formats.number(value, places)
        case Kind.WHOLE:
            text = formats.number(value)
        case "money":
            return formats.rupiah(value)
        case _:
            return str(value)
    return f"{text} {output.unit}" if output.unit and unit else text


def answer_of(calculator: Calculator, answer: Answer) -> dict[str, Any]:
    """Return the parts of an answer for the page: facts, one table of the lists, warnings, steps, parameters, laws."""
    facts: list[tuple[str, str]] = []
    notes: list[str] = []
    lists: list[Output] = []
    for output in calculator.outputs:
        value = answer.result[output.name]
        if output.members:
            facts += [(str(label), shown(output, value[name])) for name, label in output.members]
        elif output.rows and output.words:
            notes += [shown(output, one) for one in value]
        elif output.rows:
            lists.append(output)
        elif value is not None:
            facts.append((str(output.label), shown(output, value)))
    length = max((len(answer.result[output.name]) for output in lists), default=0)
    rows = [
        (
            str(lists[0].labels[n]) if n < len(lists[0].labels) else str(n + 1),
            [(str(output.label), shown(output, answer.result[output.name][n], unit=False)) for output in lists],
        )
        for n in range(length)
    ]
    used = [
        {
            "each": each,
            "value": str(WORDS.get(each.value, formats.number(each.value))),
            "mark_words": _(MARKS[each.mark]) if each.mark else "",
        }
        for each in answer.used
    ]
    return {
        "summary": answer.summary,
        "facts": facts,
        "notes": notes,
        "headings": [f"{output.label} ({output.unit})" if output.unit else str(output.label) for output in lists],
        "rows": rows,
        "steps": answer.steps,
        "used": used,
        "laws": list(dict.fromkeys(answer.bases)),
    }


# Pages


def _layout(request: HttpRequest) -> str:
    return "base.html" if request.user.is_authenticated else "public.html"


@require_safe
def calculator_list(request: HttpRequest) -> HttpResponse:
    """Every calculator; no login, no query."""
    context = {
        "layout": _layout(request),
        "calculators": list(calculators.every()),
        "crumbs": [(_("Kalkulator"), "")],
    }
    return render(request, "calculators/calculator_list.html", context)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def calculator(request: HttpRequest, code: str) -> HttpResponse:
    """The form of one calculator and, when it was sent, its answer. Nothing is kept; the rulebook is one query."""
    found = calculators.find(code)
    if found is None:
        raise Http404
    waiting = seconds_to_wait(request, SCOPE)
    if waiting is not None:
        response = render(request, "429.html", {"seconds": waiting}, status=429)
        response["Retry-After"] = str(waiting)
        return response
    form: Mapping[str, str] = {}
    errors: dict[str, list[str]] = {}
    context: dict[str, Any] = {}
    added = ""
    if request.method == "POST":
        form = request.POST
        added = form.get(ADD, "")
        if not added:
            data = from_form(found, form)
            try:
                context["answer"] = answer_of(found, calculators.calculate(found, data, dates.today()))
                context["fragment"] = fragment(found, data)
            except Invalid as invalid:
                errors = invalid.errors
    elif EXAMPLE in request.GET:
        form = to_form(found, found.example)
    parts = form_of(found, form, errors, added)
    context |= {
        "layout": _layout(request),
        "calculator": found,
        "parts": parts,
        "errors": [(part.id, _name(part), text) for part in parts for text in part.errors],
        "decimal": "," if (get_language() or "id").startswith("id") else ".",
        "crumbs": [(_("Kalkulator"), reverse("calculator-list")), (str(found.title), "")],
    }
    return render(request, "calculators/calculator.html", context, status=400 if errors else 200)


def _name(part: Control | Grid) -> str:
    return part.title if isinstance(part, Grid) else part.label
