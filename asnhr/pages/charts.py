"""Small charts as SVG made on the server: they print, need no script and are read aloud.

Colours are classes of app.css. Every text goes through format_html; callers give plain text. A chart is decorative to
no one: `title` names it, `description` says in words what it shows.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import count

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from asnhr import formats

Number = int | float | Decimal
_ids = count(1)
NOTHING = SafeString("")


@dataclass(frozen=True)
class Step:
    """A step of the loop: its name, live figure ("" when there is none yet), what the figure counts, and its page."""

    label: object
    value: object = ""
    note: object = ""
    url: str = ""


@dataclass(frozen=True)
class Bar:
    """A bar: its label, value, tone (brand, gold, short, over, fit, none), its page when it leads somewhere, and what
    stands below an upright bar's label in brackets."""

    label: object
    value: Number
    tone: str = "brand"
    url: str = ""
    note: object = ""


def _join(parts: Iterable[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in parts))


def _svg(width: Number, height: Number, title: object, description: object, body: Iterable[SafeString]) -> SafeString:
    """Return the SVG with its title and description bound to it by ids that are unique in the process."""
    number = next(_ids)
    return format_html(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-labelledby="c{}t c{}d">'
        '<title id="c{}t">{}</title><desc id="c{}d">{}</desc>{}</svg>',
        width, height, number, number, number, title, number, description, _join(body),
    )  # fmt: skip


def _text(x: float, y: float, text: object, size: float = 12, css: str = "", anchor: str = "middle") -> SafeString:
    return format_html(
        '<text x="{}" y="{}" text-anchor="{}" font-size="{}" class="{}">{}</text>',
        f"{x:.1f}", f"{y:.1f}", anchor, size, css, text,
    )  # fmt: skip


def _fitting(text: object, room: float, size: float) -> str:
    """Return as much of a text as stands in `room` (both in the drawing's units, as is the letters' `size`)."""
    words = str(text)
    used = 0.0
    for at, letter in enumerate(words):
        wide = 0.88 if letter in "mwMW" else 0.7 if letter.isupper() else 0.58
        used += size * (0.3 if letter in " .,:;'ijlI|-()" else wide)
        if used > room:
            return words[: max(at - 1, 1)].rstrip(" ,.") + "…"
    return words


def _clip(text: object, limit: int) -> str:
    words = str(text)
    return words if len(words) <= limit else f"{words[: limit - 1].rstrip()}…"


def _top(values: Iterable[Number]) -> float:
    """Return the upper end of an axis: the highest value, never zero."""
    return max((float(value) for value in values), default=0.0) or 1.0


# The loop of the home page


@dataclass(frozen=True)
class _Ring:
    """An ellipse with boxes on it, in the drawing's units; angles in degrees, clockwise from the right."""

    cx: float = 290.0
    cy: float = 196.0
    rx: float = 204.0
    ry: float = 150.0
    width: float = 156.0
    height: float = 72.0

    def point(self, degrees: float) -> tuple[float, float]:
        angle = math.radians(degrees)
        return self.cx + self.rx * math.cos(angle), self.cy + self.ry * math.sin(angle)

    def outside(self, degrees: float, box: tuple[float, float]) -> bool:
        """Whether the point at the angle is free of the box around `box`, with room for an arrow's head."""
        x, y = self.point(degrees)
        return abs(x - box[0]) > self.width / 2 + 9 or abs(y - box[1]) > self.height / 2 + 9

    def arrow(self, start: float, end: float) -> SafeString:
        """Return an arrow on the free part of the ring between the boxes at both angles; nothing where none is free."""
        here, there = self.point(start), self.point(end)
        free = [
            angle for angle in range(int(start), int(end) + 1)
            if self.outside(angle, here) and self.outside(angle, there)
        ]  # fmt: skip
        if len(free) < 4:
            return NOTHING
        (x0, y0), (x1, y1) = self.point(free[0]), self.point(free[-1])
        return format_html(
            '<path class="arrow" marker-end="url(#loop-arrow)" d="M{} {}A{} {} 0 0 1 {} {}"/>',
            f"{x0:.1f}", f"{y0:.1f}", self.rx, self.ry, f"{x1:.1f}", f"{y1:.1f}",
        )  # fmt: skip

    def box(self, step: Step, degrees: float) -> SafeString:
        x, y = self.point(degrees)
        has_value = str(step.value) != ""
        inner = _join(
            (
                format_html(
                    '<rect class="box" x="{}" y="{}" width="{}" height="{}" rx="12"/>',
                    f"{x - self.width / 2:.1f}", f"{y - self.height / 2:.1f}", self.width, self.height,
                ),
                _text(x, y - 16, step.label, 13, "t-muted t-strong"),
                _text(x, y + 7, step.value if has_value else formats.DASH, 19, "t-strong" if has_value else "t-muted"),
                _text(x, y + 25, _clip(step.note if has_value else _("belum tersedia"), 24), 11.5, "t-muted"),
            )
        )  # fmt: skip
        return format_html('<a href="{}">{}</a>', step.url, inner) if step.url else format_html("<g>{}</g>", inner)


_LOOP_HEAD = SafeString(
    '<defs><marker id="loop-arrow" viewBox="0 0 8 8" refX="5" refY="4" markerWidth="5" markerHeight="5"'
    ' orient="auto"><path class="arrow-head" d="M0 0 8 4 0 8z"/></marker></defs>'
)


def loop(steps: Sequence[Step], *, centre: object = "", below: object = "") -> SafeString:
    """Return the steps on a ring, clockwise from the top, with an arrow between each; made for three to seven steps.

    A step without a figure shows "belum tersedia" quietly. Not `role="img"`: the steps are links.
    """
    if not steps:
        return NOTHING
    ring = _Ring()
    turn = 360 / len(steps)
    angles = [-90 + turn * index for index in range(len(steps))]
    parts = [
        _LOOP_HEAD,
        format_html('<ellipse class="ring" cx="{}" cy="{}" rx="{}" ry="{}"/>', ring.cx, ring.cy, ring.rx, ring.ry),
    ]
    if len(steps) > 1:
        parts += [ring.arrow(start, start + turn) for start in angles]
    parts += [ring.box(step, degrees) for step, degrees in zip(steps, angles, strict=True)]
    if centre:
        parts.append(_text(ring.cx, ring.cy - 2, centre, 16, "t-strong"))
    if below:
        parts.append(_text(ring.cx, ring.cy + 20, below, 13, "t-muted"))
    label = _("Siklus pengelolaan jabatan: %(steps)s") % {"steps": ", ".join(str(step.label) for step in steps)}
    return format_html(
        '<div class="loop"><svg class="chart" viewBox="8 2 564 360" role="group" aria-label="{}">{}</svg>{}</div>',
        label, _join(parts), _loop_list(steps),
    )  # fmt: skip


def _loop_list(steps: Sequence[Step]) -> SafeString:
    """The same steps as a list, for narrow screens where the ring's text would be too small."""
    items = []
    for step in steps:
        value = step.value if str(step.value) else formats.DASH
        note = step.note if str(step.value) else _("belum tersedia")
        inner = format_html('<b>{}</b><b class="v">{}</b><span>{}</span>', step.label, value, note)
        items.append(format_html('<li><a href="{}">{}</a></li>', step.url, inner) if step.url
                     else format_html("<li><div>{}</div></li>", inner))  # fmt: skip
    return format_html('<ol class="loop-list">{}</ol>', _join(items))


# Bars


def bar_chart(bars: Sequence[Bar], *, title: object, unit: object = "") -> SafeString:
    """Return upright bars with their values on top: years, classes. Nothing to show gives an empty string."""
    if not bars:
        return NOTHING
    slot = 440 / len(bars)
    width = min(54.0, slot * 0.64)
    top = _top(bar.value for bar in bars)
    parts = []
    for index, bar in enumerate(bars):
        height = max(float(bar.value), 0) / top * 138
        middle = 10 + slot * (index + 0.5)
        shape = _join(
            (
                format_html(
                    '<rect class="c-{}" x="{}" y="{}" width="{}" height="{}" rx="4"/>',
                    bar.tone,
                    f"{middle - width / 2:.1f}",
                    f"{160 - height:.1f}",
                    f"{width:.1f}",
                    f"{height:.1f}",
                ),  # fmt: skip
                _text(middle, 152 - height, formats.number(bar.value), 13, "t-strong"),
                _text(middle, 180, bar.label, 12.5, "t-muted"),
                _text(middle, 194, f"({bar.note})", 11, "t-muted") if bar.note else SafeString(""),
            )
        )
        parts.append(format_html('<a href="{}">{}</a>', bar.url, shape) if bar.url else shape)
    parts.append(SafeString('<line class="axis" x1="4" x2="456" y1="160.5" y2="160.5"/>'))
    spoken = "; ".join(
        f"{bar.label}{f' ({bar.note})' if bar.note else ''}: {formats.number(bar.value)} {unit}".strip() for bar in bars
    )
    return _svg(460, 202 if any(bar.note for bar in bars) else 190, title, spoken, parts)


def stacked_bars(
    rows: Sequence[tuple[object, Sequence[Number]]], series: Sequence[tuple[object, str]], *, title: object
) -> SafeString:
    """Return one lying bar a row, cut by series of (name, tone), with a legend and the row's total."""
    if not rows:
        return NOTHING
    top = _top(sum(float(value) for value in values) for _label, values in rows)
    parts = []
    x = 0.0
    for name, tone in series:
        parts.append(format_html('<rect class="c-{}" x="{}" y="2" width="11" height="11" rx="3"/>', tone, f"{x:.0f}"))
        parts.append(_text(x + 17, 12, name, 12.5, "t-muted", "start"))
        x += 34 + 7 * len(str(name))
    spoken = []
    for index, (label, values) in enumerate(rows):
        y = 30 + index * 32
        parts.append(_text(0, y + 14, _fitting(label, 156, 13), 13, "", "start"))
        left = 166.0
        for value, (_name, tone) in zip(values, series, strict=True):
            length = float(value) / top * 230
            if length > 0:
                parts.append(
                    format_html(
                        '<rect class="c-{}" x="{}" y="{}" width="{}" height="18"/>',
                        tone,
                        f"{left:.1f}",
                        y,
                        f"{length:.1f}",
                    )  # fmt: skip
                )
            left += length
        parts.append(_text(left + 8, y + 14, formats.number(sum(values)), 13, "t-strong", "start"))
        figures = ", ".join(
            f"{name} {formats.number(value)}" for value, (name, _tone) in zip(values, series, strict=True)
        )
        spoken.append(f"{label}: {figures}")
    return _svg(450, 30 + 32 * len(rows), title, "; ".join(spoken), parts)


def need_and_holders(
    years: Sequence[object], need: Sequence[Number], holders: Sequence[Number], *, title: object, first: object = ""
) -> SafeString:
    """Return, year by year, the holders B as bars and the need K as a stepped line, with the gap written above.
    `first`: what stands below the first year in brackets."""
    if not years:
        return NOTHING
    slot = 440 / len(years)
    width = min(54.0, slot * 0.6)
    top = _top([*need, *holders])
    bars, marks, spoken = [], [], []
    for index, (year, k, b) in enumerate(zip(years, need, holders, strict=True)):
        middle = 10 + slot * (index + 0.5)
        height, level = float(b) / top * 128, 176 - float(k) / top * 128
        bars.append(
            format_html(
                '<rect class="c-{}" x="{}" y="{}" width="{}" height="{}" rx="4"/>',
                "brand" if index == 0 else "soft",
                f"{middle - width / 2:.1f}",
                f"{176 - height:.1f}",
                f"{width:.1f}",
                f"{height:.1f}",
            )  # fmt: skip
        )
        marks.append(
            format_html(
                '<path class="line gold" d="M{} {}H{}"/>',
                f"{middle - slot / 2 + 3:.1f}",
                f"{level:.1f}",
                f"{middle + slot / 2 - 3:.1f}",
            )  # fmt: skip
        )
        gap = Decimal(str(b)) - Decimal(str(k))
        sign = "▼" if gap < 0 else "▲" if gap > 0 else "●"
        marks.append(_text(middle, min(level, 176 - height) - 7, f"{sign} {formats.number(abs(gap))}", 12, "t-strong"))
        marks.append(_text(middle, 194, year, 12, "t-muted"))
        if first and index == 0:
            marks.append(_text(middle, 208, f"({first})", 11, "t-muted"))
        marks.append(_text(middle, 170, formats.number(b), 11.5, "t-on-brand" if index == 0 else ""))
        spoken.append(_("%(year)s: kebutuhan %(k)s, bezetting %(b)s") % {
            "year": f"{year} ({first})" if first and index == 0 else year, "k": formats.number(k),
            "b": formats.number(b)})  # fmt: skip
    legend = [
        SafeString('<rect class="c-brand" x="4" y="3" width="11" height="11" rx="3"/>'),
        _text(21, 13, _("Bezetting (B)"), 12, "t-muted", "start"),
        SafeString('<path class="line gold" d="M126 9h20"/>'),
        _text(152, 13, _("Kebutuhan (K)"), 12, "t-muted", "start"),
        SafeString('<line class="axis" x1="4" x2="456" y1="176.5" y2="176.5"/>'),
    ]
    return _svg(460, 216 if first else 202, title, "; ".join(spoken), [*legend, *bars, *marks])


def sparkline(values: Sequence[Number], *, title: object) -> SafeString:
    """Return a small line for a table cell or a figure; fewer than two values give an empty string."""
    if len(values) < 2:
        return NOTHING
    numbers = [float(value) for value in values]
    low, high = min(numbers), max(numbers)
    span = (high - low) or 1.0
    points = [(4 + 88 * i / (len(numbers) - 1), 20 - 16 * (n - low) / span) for i, n in enumerate(numbers)]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    spoken = ", ".join(formats.number(value) for value in values)
    return format_html(
        '<svg class="chart spark" viewBox="0 0 96 24" role="img" aria-label="{}: {}">'
        '<polyline class="line" points="{}"/><circle class="c-brand" cx="{}" cy="{}" r="3"/></svg>',
        title, spoken, path, f"{points[-1][0]:.1f}", f"{points[-1][1]:.1f}",
    )  # fmt: skip


def trend(points: Sequence[tuple[object, Number]], *, title: object) -> SafeString:
    """Return a line of scores (0 to 100) over time, evenly spaced, with the lowest and highest as its scale; the first
    and last are written out. One point is a dot."""
    if not points:
        return NOTHING
    values = [float(value) for _label, value in points]
    low, high = max(0.0, math.floor(min(values) - 1)), min(100.0, math.ceil(max(values) + 1))
    span = (high - low) or 1.0
    step = 400 / (len(points) - 1) if len(points) > 1 else 0
    at = [(40 + step * index, 130 - 110 * (value - low) / span) for index, value in enumerate(values)]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in at)
    parts = [
        SafeString('<line class="axis" x1="40" x2="444" y1="130.5" y2="130.5"/>'),
        SafeString('<line class="axis" x1="40" x2="444" y1="20.5" y2="20.5"/>'),
        _text(34, 134, formats.number(low), 11.5, "t-muted", "end"),
        _text(34, 24, formats.number(high), 11.5, "t-muted", "end"),
        format_html('<polyline class="line" points="{}"/>', line),
        format_html('<circle class="point" cx="{}" cy="{}" r="4"/>', f"{at[-1][0]:.1f}", f"{at[-1][1]:.1f}"),
        _text(40, 150, points[0][0], 12, "t-muted", "start"),
    ]
    if len(points) == 1:
        parts.append(_text(52, at[0][1] + 4, formats.number(points[0][1], 2), 13, "t-strong", "start"))
    if len(points) > 1:
        parts.append(_text(444, at[-1][1] - 9, formats.number(points[-1][1], 2), 13, "t-strong", "end"))
        parts.append(_text(444, 150, points[-1][0], 12, "t-muted", "end"))
    spoken = "; ".join(f"{label}: {formats.number(value, 2)}" for label, value in (points[0], points[-1]))
    return _svg(460, 158, title, spoken, parts)
