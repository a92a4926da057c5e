"""A career on one line: definitive posts as bars, acting and additional duties below them, the pension ahead."""

import math
from datetime import date
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from asnhr import formats
from positions.models import Employee, Incumbency

WIDTH, LEFT, RIGHT = 920.0, 8.0, 8.0
LANES = {
    Incumbency.Kind.DEFINITIVE: (0, "brand"),
    Incumbency.Kind.PART_TIME: (0, "brand"),
    Incumbency.Kind.PLT: (1, "gold"),
    Incumbency.Kind.PLH: (1, "gold"),
    Incumbency.Kind.DUTY: (1, "fit"),
}


def career(held: list[Incumbency], person: Employee, day: date) -> SafeString:
    """Return the SVG, from the first post to the pension date (or ten years ahead); nothing without a post."""
    if not held:
        return SafeString("")
    first = min(each.starts_on for each in held)
    retires = getattr(person, "retires_on", None)
    last = max(day, retires or date(day.year + 1, 12, 31), *(each.ends_on or day for each in held))
    # The right edge leaves room for the word beside the last mark.
    start, end = first.year, last.year + 1 + math.ceil((last.year - first.year) / 6)
    scale = (WIDTH - LEFT - RIGHT) / max(1, end - start)

    def x(when: date) -> float:
        return LEFT + scale * (when.year - start + (when.timetuple().tm_yday - 1) / 365.25)

    parts = [_year_marks(start, end, scale)]
    alternate = 0
    for each in held:
        lane, tone = LANES[Incumbency.Kind(each.kind)]
        until = each.ends_on or max(day, each.starts_on)
        if lane == 0:
            tone, alternate = ("brand" if alternate % 2 == 0 else "soft"), alternate + 1
        parts.append(_bar(each, day, x(each.starts_on), x(until), 26 + 34 * lane, tone))
    parts.append(
        format_html('<line class="rule" x1="{0}" x2="{0}" y1="12" y2="104"/>', f"{x(day):.1f}")
        + _text(x(day), 10, formats.day(day), "t-muted", x(day))
    )
    if retires is not None and retires.year < end:
        parts.append(
            format_html('<circle class="c-gold" cx="{}" cy="39" r="5"/>', f"{x(retires):.1f}")
            + _text(x(retires) + 10, 43, _("pensiun %(year)s") % {"year": retires.year}, "t-strong", 0)
        )
    spoken = "; ".join(_spoken(each, day) for each in held)
    return format_html(
        '<svg class="chart" viewBox="0 0 {} 126" role="img" aria-label="{}: {}">{}</svg>',
        WIDTH,
        _("Riwayat jabatan"),
        spoken,
        format_html_join("", "{}", ((part,) for part in parts)),
    )


def _spoken(each: Incumbency, day: date) -> str:
    post = f"{each.position.job} ({each.get_kind_display()})"
    if each.ends_on is None and each.starts_on > day:
        # What is to come does not last until now.
        return f"{post}, {_('mulai %(day)s') % {'day': formats.day(each.starts_on)}}"
    until = formats.last_day(each.ends_on) if each.ends_on else _("sekarang")
    return f"{post}, {formats.day(each.starts_on)} – {until}"


def _year_marks(start: int, end: int, scale: float) -> SafeString:
    step = next((each for each in (1, 2, 5, 10) if scale * each >= 46), 20)
    marks: list[SafeString] = [format_html('<line class="axis" x1="0" x2="{}" y1="104.5" y2="104.5"/>', WIDTH)]
    for year in range(start - start % step + (step if start % step else 0), end + 1, step):
        place = LEFT + scale * (year - start)
        marks.append(_text(place, 121, year, "t-muted", place))
    return format_html_join("", "{}", ((mark,) for mark in marks))


def _text(x: float, y: float, text: Any, css: str, place: float) -> SafeString:
    anchor = "start" if place < 60 else "end" if place > WIDTH - 60 else "middle"
    return format_html(
        '<text x="{}" y="{}" font-size="12" text-anchor="{}" class="{}">{}</text>', f"{x:.1f}", y, anchor, css, text
    )


def _bar(each: Incumbency, day: date, left: float, right: float, y: float, tone: str) -> SafeString:
    width = max(3.0, right - left - 1.5)
    title = format_html("<title>{}</title>", f"{_spoken(each, day)} · {each.position.unit}")
    bar = format_html(
        '<g><rect class="c-{}" x="{}" y="{}" width="{}" height="26" rx="5"/>{}</g>',
        tone,
        f"{left:.1f}",
        y,
        f"{width:.1f}",
        title,
    )
    room = int((width - 14) / 6.6)
    if room < 6:
        return bar
    words = str(each.position.job)
    shown = words if len(words) <= room else f"{words[: room - 1].rstrip()}…"
    css = "t-on-brand" if tone in ("brand", "gold", "fit") else ""
    return bar + format_html(
        '<text x="{}" y="{}" font-size="12" class="{}">{}</text>', f"{left + 8:.1f}", y + 17, css, shown
    )
