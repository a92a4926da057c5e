"""How a reader is told what rows keep as a code, a structure, or Indonesian words of ours (docs/terjemahan.md)."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.dates import MONTHS
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asnhr import formats, registry
from asnhr.roles import PERMISSION_NAMES

# What our own structures call their parts.
PARTS: dict[str, Any] = {
    "values": gettext_lazy("nilai"),
    "value": gettext_lazy("nilai"),
    "unit": gettext_lazy("satuan"),
    "overlay": gettext_lazy("pengandaian"),
    "name": gettext_lazy("nama"),
    "code": gettext_lazy("kode"),
    "legal_basis": gettext_lazy("dasar hukum"),
    "mark": gettext_lazy("tanda"),
    "decree": gettext_lazy("nomor keputusan"),
    "as_of": gettext_lazy("per tanggal"),
    "need": gettext_lazy("kebutuhan"),
    "holders": gettext_lazy("pemangku"),
    "shortage": gettext_lazy("kekurangan"),
    "surplus": gettext_lazy("kelebihan"),
    "positions": gettext_lazy("jabatan"),
    "units": gettext_lazy("unit"),
    "employees": gettext_lazy("pegawai"),
    "reason": gettext_lazy("alasan"),
}


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
}


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
            " ".join(str(part) for part in each if part is not None) if isinstance(each, list) else str(each)
            for each in value
        )
    if isinstance(value, dict):
        return ", ".join(f"{RULE_WORDS.get(key, key)}: {rule(each)}" for key, each in value.items())
    return str(RULE_WORDS.get(value, formats.number(value)))


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


def _part(key: str) -> str:
    if key in PARTS:
        return str(PARTS[key])
    if "." in key and key in _rules():
        return stored(_rules()[key])
    return key.replace("_", " ")


def structure(value: Any) -> str:
    """Return a structure in one line of words: a part and what it says, part after part."""
    if value is None or value == "":
        return formats.DASH
    if isinstance(value, bool):
        return _("ya") if value else _("tidak")
    if isinstance(value, Mapping):
        if "value" in value:
            # A parameter as it was used: its value with its unit.
            return f"{structure(value['value'])} {stored(value.get('unit'))}".strip()
        return "; ".join(f"{_part(str(key))}: {structure(each)}" for key, each in value.items()) or formats.DASH
    if isinstance(value, list | tuple):
        return ", ".join(structure(each) for each in value) or formats.DASH
    return str(value)


def table(value: Any) -> SafeString | str:
    """Return a structure as a table of its parts; parts that have parts are rows of their own."""
    if not isinstance(value, Mapping):
        return structure(value)
    rows: list[tuple[str, str]] = []
    for key, each in value.items():
        if isinstance(each, Mapping) and "value" not in each and any(isinstance(e, Mapping) for e in each.values()):
            rows += [(_part(str(name)), structure(inner)) for name, inner in each.items()]
        else:
            rows.append((_part(str(key)), structure(each)))
    if not rows:
        return formats.DASH
    lines = format_html_join("", '<tr><th scope="row">{}</th><td>{}</td></tr>', rows)
    return format_html('<table class="told"><tbody>{}</tbody></table>', lines)
