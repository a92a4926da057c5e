"""Numbers, days, money and NIP as officers write them, in the language of the request."""

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from django.utils import formats, timezone
from django.utils.translation import get_language, ngettext

DASH = "—"
_SWAP = str.maketrans(",.", ".,")
_MINUS = str.maketrans("-", "−")


def number(value: object, places: int | None = None) -> str:
    """Return 14351 as "14.351" (English "14,351"); with `places`, rounded half up to that many decimals.

    Without `places`, a whole number has none and another keeps its own, at most four. None and "" give a dash.
    """
    if value is None or value == "":
        return DASH
    if type(value) is int and not places:
        # Nearly every cell of a list.
        text = f"{value:,}".translate(_MINUS)
        return text.translate(_SWAP) if (get_language() or "id").startswith("id") else text
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        try:
            value = Decimal(str(value))
        except ArithmeticError:
            return str(value)
    if isinstance(value, float):
        value = Decimal(repr(value))
    if isinstance(value, Decimal):
        if not value.is_finite():
            return DASH
        if places is None:
            value = value.quantize(Decimal("0.0001"), ROUND_HALF_UP).normalize()
            value = value.quantize(Decimal(1)) if value == value.to_integral_value() else value
        else:
            value = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
        text = f"{value:,f}"
    else:
        text = f"{value:,}" if not places else f"{value:,}.{'0' * places}"
    text = text.translate(_MINUS)
    return text.translate(_SWAP) if (get_language() or "id").startswith("id") else text


def counted(words: str, many: int, **more: object) -> str:
    """Return `words` with `many` written in place of %(n)s, and what else they name: one thing and several differ in
    English, not in Indonesian."""
    return ngettext(words, words, many) % {"n": number(many), **more}


def years_and_months(months: int) -> str:
    """Return 97 as "8 tahun 1 bulan" (English "8 years 1 month")."""
    years, rest = divmod(months, 12)
    return f"{counted('%(n)s tahun', years)} {counted('%(n)s bulan', rest)}"


@lru_cache(maxsize=4096)
def _day(value: date, _language: str) -> str:
    return formats.date_format(value, "j F Y")


def day(value: object) -> str:
    """Return "21 November 2026"; a moment is taken in local time. None gives a dash."""
    if not value:
        return DASH
    if isinstance(value, datetime):
        value = (timezone.localtime(value) if timezone.is_aware(value) else value).date()
    if not isinstance(value, date):
        return str(value)
    return _day(value, get_language() or "id")


def last_day(value: object) -> str:
    """Return the last day of a period whose stored end is exclusive: 1 July is shown as 30 June. None gives a dash."""
    if isinstance(value, date):
        return day(value - timedelta(days=1) if value > date.min else value)
    return DASH if not value else str(value)


def moment(value: object) -> str:
    """Return "21 November 2026 02.00" in local time (English "02:00")."""
    if not isinstance(value, datetime):
        return day(value)
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    mark = "." if (get_language() or "id").startswith("id") else ":"
    return f"{day(local.date())} {local.hour:02d}{mark}{local.minute:02d}"


def grouped_nip(value: object) -> str:
    """Return an 18-digit NIP as "19850817 201001 1 003"; anything else unchanged, so that an error stays visible."""
    text = str(value or "")
    if len(text) == 18 and text.isdigit():
        return f"{text[:8]} {text[8:14]} {text[14]} {text[15:]}"
    return text or DASH


def rupiah(value: object) -> str:
    """Return "Rp 3.252.900", whole rupiah. None gives a dash."""
    if value is None or value == "":
        return DASH
    return f"Rp\u00a0{number(value, 0)}"
