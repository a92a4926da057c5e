"""How a reader is told what rows keep as a code, a structure, or Indonesian words of ours (docs/terjemahan.md)."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve
from django.utils.dates import MONTHS
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asnhr import formats, part_words, registry
from asnhr.roles import PERMISSION_NAMES

# What values of rules are called.
RULE_WORDS: dict[Any, Any] = {
    "half_up": gettext_lazy("setengah ke atas"),
    "ceil": gettext_lazy("selalu ke atas"),
    "year": gettext_lazy("tahun"),
    "semester": gettext_lazy("semester"),
    "quarter": gettext_lazy("triwulan"),
    "month": gettext_lazy("bulan"),
    "week": gettext_lazy("minggu"),
    "day": gettext_lazy("hari"),
    "dikeluarkan": gettext_lazy("dikeluarkan dari indeks"),
    "nol": gettext_lazy("dihitung tanpa masalah"),
    # Names of levels stay as they are (docs/terjemahan.md).
    "AHLI_MADYA": "Ahli Madya",
    "AHLI_UTAMA": "Ahli Utama",
}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?([+-]\d{2}:\d{2}|Z)?")


# What tells a column, by model and name: said by the admin's page of the model, used by histories, too.
columns: dict[tuple[str, str], Callable[[Any], Any]] = {}


def column(row: Any, name: str) -> str:
    """Return the value of a row's column as it is told."""
    tell = columns.get((row._meta.label, name))
    return str(tell(getattr(row, name)) if tell is not None else getattr(row, name))


def stored(text: str | None) -> str:
    """Return words of ours that a row keeps, in the reader's language; others stay what they are."""
    return _(text) if text else ""


# What a value beside a kept sentence is, by its kind: how it is told. Apps add their own.
kinds: dict[str, Callable[[Any], str]] = {
    "date": lambda value: formats.day(date.fromisoformat(value)),
    "number": formats.number,
    # The number of a row, a record or a sheet: no amount.
    "row": str,
}


def kept(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values of a sentence as JSON keeps them: days as ISO, numbers as numbers, codes with what they are."""
    return {name: _kept(value) for name, value in values.items()}


def _kept(value: Any) -> Any:
    if isinstance(value, date):
        return {"date": value.isoformat()}
    return {"number": str(value)} if isinstance(value, Decimal) else value


def filled(sentence: str | None, values: Mapping[str, Any] | None = None) -> str:
    """Return a kept sentence of ours with its values (as `kept` makes them) in the reader's language. Without values,
    as rows of earlier releases are, it is `stored`."""
    said = stored(sentence)
    return said % {name: _word(value) for name, value in values.items()} if values else said


def _word(value: Any) -> str:
    if value is None or value == "":
        return formats.DASH
    if isinstance(value, Mapping):
        ((kind, inner),) = value.items()
        return kinds[kind](inner) if kind in kinds else str(inner)
    return formats.number(value) if isinstance(value, int) else str(value)


def rule(value: Any) -> str:
    """Return a parameter's value as a person reads it."""
    if isinstance(value, bool):
        return _("ya") if value else _("tidak")
    if isinstance(value, int | float):
        return formats.number(value)
    if isinstance(value, list):
        return ", ".join(
            " ".join(_rule_word(part) for part in each if part is not None)
            if isinstance(each, list)
            else _rule_word(each)
            for each in value
        )
    if isinstance(value, dict):
        return ", ".join(f"{RULE_WORDS.get(key, key)}: {rule(each)}" for key, each in value.items())
    return str(RULE_WORDS.get(value, formats.number(value)))


def _rule_word(part: Any) -> str:
    return str(RULE_WORDS.get(part, part)) if isinstance(part, str) else str(part)


def permission(code: str) -> str:
    return str(PERMISSION_NAMES.get(code, code))


def months(numbers: list[int]) -> str:
    return ", ".join(str(MONTHS[number]) for number in numbers if number in MONTHS)


def page(route: str) -> str:
    """Return what the page of a route is called: its line of the navigation, else its own title."""
    for _code, group in registry.navigation.items():
        for link in group.links:
            if link.route == route:
                return str(link.label)
    return str(_titles().get(route) or route)


@lru_cache(maxsize=1)
def _titles() -> dict[str, Any]:
    """Return the titles of the pages that have one of their own, by route."""

    def walk(patterns: Any) -> Any:
        for each in patterns:
            if isinstance(each, URLResolver):
                if each.namespace is None:
                    yield from walk(each.url_patterns)
            elif isinstance(each, URLPattern) and each.name:
                title = getattr(getattr(each.callback, "view_class", None), "title", "")
                if title and not isinstance(title, property):
                    yield each.name, title

    return dict(walk(get_resolver().url_patterns))


@lru_cache(maxsize=1)
def _rules() -> dict[str, str]:
    """Return what each parameter of the rulebook is called; the national table changes with the release only."""
    from asnhr.models import Parameter

    return dict(Parameter.objects.values_list("code", "name"))


def named(key: str, column: str = "") -> str | None:
    """Return what we call a part of a structure, in `column` ("asnhr.Run.counts") where it is known; None for what the
    product never wrote."""
    words = part_words.OF.get(column, {}).get(key) or part_words.PARTS.get(key)
    if words is not None:
        return str(words)
    return stored(_rules()[key]) if "." in key and key in _rules() else None


def part(key: str, column: str = "") -> str:
    """Return what a part of a structure is called, a key that is not ours as it stands there."""
    if column in part_words.FREE:
        return key
    return named(key, column) or key.replace("_", " ")


def structure(value: Any, column: str = "") -> str:
    """Return a structure in one line of words: a part and what it says, part after part."""
    return _line(_shaped(value, column), column)


def _shaped(value: Any, column: str) -> Any:
    """Return a stored structure as its column's app tells it, else as it is."""
    return registry.structures.get(column)(value) if value and column in registry.structures else value


def _line(value: Any, column: str, key: str = "") -> str:
    if value is None or value == "":
        return formats.DASH
    if f"{column}:{key}" in registry.structures:
        return str(registry.structures.get(f"{column}:{key}")(value))
    if isinstance(value, Mapping):
        if "value" in value and column not in part_words.FREE:
            # A parameter as it was used: its value with its unit.
            return f"{rule(value['value'])} {stored(value.get('unit'))}".strip()
        return "; ".join(f"{part(str(name), column)}: {_line(each, column, name)}" for name, each in value.items()) or (
            formats.DASH
        )
    if isinstance(value, list | tuple):
        return ", ".join(_line(each, column, key) for each in value) or formats.DASH
    return _scalar(value, column, key)


def _scalar(value: Any, column: str, key: str) -> str:
    if isinstance(value, bool):
        return _("ya") if value else _("tidak")
    if not column or column in part_words.FREE:
        return str(value)
    if isinstance(value, int | float):
        return str(value) if key in part_words.IDENTIFIERS or key.endswith("_id") else formats.number(value)
    text = str(value)
    try:
        if _DAY.fullmatch(text):
            return formats.day(date.fromisoformat(text))
        if _MOMENT.fullmatch(text):
            return formats.moment(datetime.fromisoformat(text))
    except ValueError:
        return text
    return text


def table(value: Any, column: str = "") -> SafeString | str:
    """Return a structure as a table of its parts; parts that have parts are rows of their own."""
    value = _shaped(value, column)
    if not isinstance(value, Mapping):
        return _line(value, column)
    rows: list[tuple[str, str]] = []
    for key, each in value.items():
        if isinstance(each, Mapping) and "value" not in each and any(isinstance(e, Mapping) for e in each.values()):
            rows += [(part(str(name), column), _line(inner, column, name)) for name, inner in each.items()]
        else:
            rows.append((part(str(key), column), _line(each, column, key)))
    if not rows:
        return formats.DASH
    lines = format_html_join("", '<tr><th scope="row">{}</th><td>{}</td></tr>', rows)
    return format_html('<table class="told"><tbody>{}</tbody></table>', lines)


def address(path: str) -> str:
    """Return what the page at an address of ours is called."""
    try:
        route = resolve(path).url_name or ""
    except Resolver404:
        return path
    called = page(route)
    return path if called == route else called


def language(code: str) -> str:
    return dict(settings.LANGUAGES).get(code, code)
