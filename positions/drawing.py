"""The position map as SVG: one drawing for the page (on the page's tokens), the SVG file and the A3 PDF (own colours).

A unit is a card: its name, the sum of its branch, and a row for each post with class, K, B and ±. Units below stand in
rows under the unit above, deeper ones hang below their own. A mark in front of each row says by shape and colour what
the reader chose (gap, fit or retirement), so that colour is never alone. Nothing here asks the database.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.utils.html import escape
from django.utils.translation import gettext as _

from asnhr import formats
from asnhr.formats import counted
from positions.queries.position_map import Post
from positions.queries.register import Totals
from positions.rules.numbers import add_months

CARD, GAP, EDGE, LEVEL = 300, 18, 12, 22
ROW, LINE, FOOT = 34, 14, 26
# Width of a character in hundredths of the text's size (Plus Jakarta Sans): enough to know where to break a line.
_NARROW, _WIDE = frozenset("iIlj'.,:;|!()[] "), frozenset("mwMWQO@%ÂGC")

COLOURS = ("selisih", "kesesuaian", "pensiun")
# Pensions within a year are urgent, within three years to be prepared [D].
SOON, LATER = 12, 36


@dataclass(frozen=True, slots=True)
class Row:
    """A post as drawn: its mark (shape, tone), title, second line and figures; `spoken` says all of it."""

    post: Post
    shape: str
    tone: str
    title: str
    note: str
    spoken: str
    url: str = ""
    is_hit: bool = False


@dataclass
class Card:
    """A unit with the rows to draw, how many more it has, and the units below it: drawn, or only counted."""

    pk: int
    name: str
    total: Totals
    rows: list[Row] = field(default_factory=list)
    more_rows: int = 0
    below: list["Card"] = field(default_factory=list)
    more_below: int = 0
    url: str = ""
    fold_url: str = ""
    is_folded: bool = False
    # Where a print goes on: "halaman 7".
    see: str = ""


def legend(colour: str) -> list[tuple[str, str, str]]:
    """Return (shape, tone, words) of each mark."""
    if colour == "kesesuaian":
        return [
            ("circle", "fit", _("semua pemangku sesuai syarat")),
            ("diamond", "short", _("ada yang belum sesuai pangkat atau pendidikan")),
            ("dash", "none", _("kosong atau data belum tersedia")),
        ]
    if colour == "pensiun":
        return [
            ("diamond", "short", _("pensiun dalam 12 bulan")),
            ("half", "gold", _("pensiun dalam 3 tahun")),
            ("circle", "fit", _("lebih dari 3 tahun")),
            ("dash", "none", _("kosong")),
        ]
    return [
        ("down", "short", _("kekurangan")),
        ("up", "over", _("kelebihan")),
        ("circle", "fit", _("sesuai")),
        ("dash", "none", _("K belum tersedia")),
    ]


def row_of(post: Post, colour: str, day: date, url: str = "", is_hit: bool = False) -> Row:
    """Return a post as a row of the map, coloured by `colour` (COLOURS)."""
    shape, tone = _mark(post, colour, day)
    note = note_of(post)
    words = [
        post.title,
        _("kelas %(n)s") % {"n": post.job_class} if post.job_class else "",
        *figures_in_words(post),
        note,
    ]
    if colour != "selisih":
        words.append(next(text for each, _tone, text in legend(colour) if each == shape))
    return Row(post, shape, tone, post.title, note, ", ".join(filter(None, words)), url, is_hit)


def _mark(post: Post, colour: str, day: date) -> tuple[str, str]:
    people = post.people
    if colour == "kesesuaian":
        if people.misfits:
            return "diamond", "short"
        return ("circle", "fit") if people.known else ("dash", "none")
    if colour == "pensiun":
        if people.retires_on is None:
            return "dash", "none"
        if people.retires_on <= add_months(day, SOON):
            return "diamond", "short"
        return ("half", "gold") if people.retires_on <= add_months(day, LATER) else ("circle", "fit")
    if post.gap is None:
        return "dash", "none"
    return ("down", "short") if post.gap < 0 else ("up", "over") if post.gap else ("circle", "fit")


def figures_in_words(post: Post) -> list[str]:
    k = _("K belum tersedia") if post.k is None else f"K {formats.number(post.k)}"
    b = f"B {formats.number(post.b)}"
    if post.b_printed:
        b = _("%(b)s tercetak") % {"b": b}
    if post.gap is None:
        return [k, b]
    number = formats.number(abs(post.gap))
    gap = _("kekurangan %(n)s") if post.gap < 0 else _("kelebihan %(n)s") if post.gap else _("sesuai")
    return [k, b, gap % {"n": number} if post.gap else gap]


def note_of(post: Post) -> str:
    """Return who holds the post and when the first of them retires, or that it is vacant and who acts."""
    people = post.people
    parts = []
    if people.count:
        parts.append(people.name or counted("%(n)s orang", people.count))
        if people.retires_on is not None:
            words = _("pensiun %(year)s") if people.count == 1 else _("pensiun terdekat %(year)s")
            parts.append(words % {"year": people.retires_on.year})
    elif not post.b:
        parts.append(_("kosong"))
    if post.acting is not None:
        name, kind, _since = post.acting
        parts.append(f"{kind.capitalize()} {name}")
    if people.misfits:
        parts.append(_("%(n)s belum sesuai") % {"n": formats.number(people.misfits)})
    return " · ".join(parts)


def signed(gap: int | None) -> str:
    """Return B − K with its sign; a dash where K is unknown."""
    if gap is None:
        return formats.DASH
    return f"+{formats.number(gap)}" if gap > 0 else formats.number(gap)


# Text


def _width(text: str, size: float, strong: bool) -> float:
    units = sum(0.3 if one in _NARROW else 0.88 if one in _WIDE else 0.72 if one.isupper() else 0.585 for one in text)
    return units * size * (1.05 if strong else 1.0)


def lines_of(text: str, width: float, size: float, *, most: int, strong: bool = False) -> list[str]:
    """Return `text` in at most `most` lines that fit `width`; the last ends with "…" where words are left."""
    lines: list[str] = []
    words = text.split()
    while words and len(lines) < most:
        line = words.pop(0)
        while words and _width(f"{line} {words[0]}", size, strong) <= width:
            line = f"{line} {words.pop(0)}"
        lines.append(line)
    if words:
        lines[-1] += " " + " ".join(words)
    if lines and _width(lines[-1], size, strong) > width:
        last = lines[-1]
        while last and _width(last + "…", size, strong) > width:
            last = last[:-1]
        lines[-1] = last.rstrip(" ,·–-") + "…"
    return lines


# Measuring and drawing


@dataclass
class _Placed:
    """A card with its place: `size` (width, height) of the card, and of the whole branch under it."""

    card: Card
    columns: int
    lines: list[str]
    titles: list[list[str]]
    width: float
    height: float
    branch: float
    x: float = 0.0
    y: float = 0.0
    below: list["_Placed"] = field(default_factory=list)


def _measured(card: Card, columns: int = 1) -> _Placed:
    """Return a card's size; one of several columns spreads its rows over them."""
    width = CARD * columns + GAP * (columns - 1)
    head = lines_of(card.name, width - 24, 12.5, most=2, strong=True)
    titles = [lines_of(row.title, CARD - 144, 11, most=3) for row in card.rows]
    heights = [_row_height(title) for title in titles]
    per = -(-len(heights) // columns) if heights else 0
    body = max((sum(heights[start : start + per]) for start in range(0, len(heights), per or 1)), default=0)
    height = 12 + len(head) * 16 + (LINE if card.rows or card.total.positions else 0) + 18 + body + 6
    if card.more_rows or card.more_below or card.see or card.fold_url:
        height += FOOT
    return _Placed(card, columns, head, titles, width, height, height)


def _row_height(title: list[str]) -> float:
    return ROW + LINE * (len(title) - 1)


def _hung(card: Card, depth: int = 0) -> _Placed:
    """Return a card with everything that hangs below it, one column wide, each level moved to the right."""
    placed = _measured(card)
    y = placed.height
    for child in card.below:
        hanging = _hung(child, depth + 1)
        hanging.x, hanging.y = LEVEL, y + GAP
        placed.below.append(hanging)
        y = hanging.y + hanging.branch
    placed.branch = y
    return placed


def _breadth(placed: _Placed) -> float:
    return max([placed.width, *(each.x + _breadth(each) for each in placed.below)])


@dataclass(frozen=True)
class Drawing:
    """The drawn map: SVG elements without their frame, and its size."""

    body: str
    width: float
    height: float


def fit(top: Card, columns: int, height: float) -> list[list[Card]]:
    """Return the units below `top` in groups that fit sheets of `height`, in order; at least one group."""
    first = _measured(top, _columns_of(top, columns)).height + 2 * EDGE + GAP
    groups: list[list[Card]] = [[]]
    used, row = first, []
    for card in top.below:
        row.append(card)
        tall = max(_hung(each).branch for each in row) + 2 * GAP
        if used + tall > height and groups[-1]:
            groups.append([])
            used, row = first, [card]
            tall = _hung(card).branch + 2 * GAP
        groups[-1].append(card)
        if len(row) == columns:
            used, row = used + tall, []
    return groups


def _columns_of(top: Card, columns: int) -> int:
    """A unit with many posts is drawn wide."""
    return max(1, min(columns, -(-len(top.rows) // 8)))


def draw(top: Card, *, columns: int) -> Drawing:
    """Return the drawing of a unit with the units below it, `columns` cards a row."""
    head = _measured(top, _columns_of(top, columns))
    groups = [_hung(card) for card in top.below]
    slot = max([CARD, *(_breadth(each) for each in groups)])
    across = max(1, min(columns, len(groups)))
    width = max(head.width, across * slot + (across - 1) * GAP) + 2 * EDGE + (GAP if len(groups) > across else 0)
    head.x, head.y = (width - head.width) / 2, EDGE
    left: float = EDGE + (GAP if len(groups) > across else 0)
    left += (width - left - EDGE - across * slot - (across - 1) * GAP) / 2
    parts: list[str] = []
    y = head.y + head.height
    middle = width / 2
    trunk = y
    for start in range(0, len(groups), across):
        rank = groups[start : start + across]
        bus = y + GAP
        tops = []
        for place, each in enumerate(rank):
            each.x, each.y = left + place * (slot + GAP), bus + GAP
            tops.append(each.x + CARD / 2)
        if start == 0:
            parts.append(f'<path class="edge" d="M{_n(middle)} {_n(y)}V{_n(bus)}M{_n(min([*tops, middle]))} {_n(bus)}'
                         f'H{_n(max([*tops, middle]))}"/>')  # fmt: skip
            if len(groups) > across:
                parts.append(f'<path class="edge" d="M{_n(tops[0])} {_n(bus)}H{EDGE}"/>')
            trunk = bus
        else:
            parts.append(f'<path class="edge" d="M{EDGE} {_n(trunk)}V{_n(bus)}H{_n(max(tops))}"/>')
            trunk = bus
        parts += [f'<path class="edge" d="M{_n(x)} {_n(bus)}v{GAP}"/>' for x in tops]
        y = max(each.y + each.branch for each in rank)
    parts.append(_drawn(head))
    parts += [_branch(each) for each in groups]
    return Drawing("".join(parts), width, y + EDGE)


def _branch(placed: _Placed, x: float = 0.0, y: float = 0.0) -> str:
    left, top = x + placed.x, y + placed.y
    parts = []
    if placed.below:
        stem, last = _n(left + LEVEL / 2), top + placed.below[-1].y + 20
        parts.append(f'<path class="edge" d="M{stem} {_n(top + placed.height)}V{_n(last)}"/>')
        parts += [f'<path class="edge" d="M{stem} {_n(top + each.y + 20)}h{LEVEL / 2:g}"/>' for each in placed.below]
    parts.append(_drawn(placed, left, top))
    parts += [_branch(each, left, top) for each in placed.below]
    return "".join(parts)


def _n(value: float) -> str:
    return f"{value:.0f}"


def _drawn(placed: _Placed, x: float | None = None, y: float | None = None) -> str:
    """Return a card at its place. Texts inside have places of their own, so that cards of a kind share their bytes."""
    card, width = placed.card, placed.width
    x, y = placed.x if x is None else x, placed.y if y is None else y
    parts = [
        f'<g transform="translate({_n(x)} {_n(y)})"><rect class="box" width="{_n(width)}" height="{_n(placed.height)}"'
        ' rx="8"/>'
    ]
    line = 12.0
    names = []
    for text in placed.lines:
        line += 16
        names.append(f'<text class="u" x="12" y="{_n(line - 4)}">{escape(text)}</text>')
    title = "".join(names)
    parts.append(f'<a href="{escape(card.url)}">{title}</a>' if card.url else title)
    if card.total.positions:
        line += LINE
        parts.append(f'<text class="n" x="12" y="{_n(line - 2)}">{escape(sum_of(card.total))}</text>')
    line += 18
    heights = [_row_height(title) for title in placed.titles]
    per = -(-len(heights) // placed.columns) if heights else 0
    short = _("Kls")
    for column in range(placed.columns if heights else 0):
        offset = column * (CARD + GAP)
        parts.append(
            f'<path class="rule" d="M{offset + 12} {_n(line)}h{CARD - 24}"/>'
            f'<text class="h" x="{offset + CARD - 104}" y="{_n(line - 5)}">{escape(short)}</text>'
            f'<text class="h" x="{offset + CARD - 74}" y="{_n(line - 5)}">K</text>'
            f'<text class="h" x="{offset + CARD - 44}" y="{_n(line - 5)}">B</text>'
            f'<text class="h" x="{offset + CARD - 12}" y="{_n(line - 5)}">±</text>'
        )
        down = line
        for place in range(column * per, min((column + 1) * per, len(heights))):
            parts.append(_row(card.rows[place], placed.titles[place], offset, down))
            down += heights[place]
    parts.append(_foot(card, placed.height - 10))
    parts.append("</g>")
    return "".join(parts)


def _row(row: Row, title: list[str], x: float, y: float) -> str:
    post = row.post
    texts = "".join(
        f'<text class="p" x="{_n(x + 26)}" y="{_n(y + 14 + LINE * number)}">{escape(text)}</text>'
        for number, text in enumerate(title)
    )
    note = lines_of(row.note, CARD - 44, 9.5, most=1)
    below = y + 14 + LINE * len(title)
    texts += f'<text class="n" x="{_n(x + 26)}" y="{_n(below - 1)}">{escape(note[0])}</text>' if note else ""
    numbers = "".join(
        f'<text class="{css}" x="{_n(x + CARD - back)}" y="{_n(y + 14)}">{text}</text>'
        for back, css, text in (
            (104, "f", "" if post.job_class is None else str(post.job_class)),
            (74, "f", formats.number(post.k)),
            (44, "f", formats.number(post.b) + ("*" if post.b_printed else "")),
            (12, f"f {_gap_tone(post.gap)}", signed(post.gap)),
        )
        if text
    )
    # The whole row answers a click, not its letters alone.
    hit = (
        f'<rect class="{"hit" if row.is_hit else "z"}" x="{_n(x + 4)}" y="{_n(y + 1)}" width="{CARD - 8}"'
        f' height="{_n(below - y + 4)}" rx="4"/>'
    )
    inner = f"{hit}{mark(row.shape, row.tone, x + 16, y + 10)}{texts}{numbers}"
    if not row.url:
        return f"<g><title>{escape(row.spoken)}</title>{inner}</g>"
    # Called by what is written in it, so that who says the name meets the link; what it means stands beside.
    return f'<a class="post" href="{escape(row.url)}"><desc>{escape(row.spoken)}</desc>{inner}</a>'


def _gap_tone(gap: int | None) -> str:
    return "none" if gap is None else "short" if gap < 0 else "over" if gap else "fit"


def mark(shape: str, tone: str, x: float, y: float) -> str:
    """Return a mark of about ten units around (x, y): up, down, circle, diamond, half (a half-filled one) or dash."""
    at = f'class="m {tone}" transform="translate({_n(x)} {_n(y)})"'
    if shape == "circle":
        return f'<circle {at} r="4"/>'
    paths = {
        "down": "M-5-4H5L0 5z", "up": "M-5 4H5L0-5z", "diamond": "M0-6 6 0 0 6-6 0z",
        "half": "M0-6 6 0 0 6-6 0zM0-4-4 0 0 4z", "dash": "M-5-1H5V1H-5z",
    }  # fmt: skip
    # The left of a half one is hollow.
    rule = ' fill-rule="evenodd"' if shape == "half" else ""
    return f'<path {at}{rule} d="{paths[shape]}"/>'


def sum_of(total: Totals) -> str:
    """Return the figures of a branch in one line."""
    parts = [_("Seluruhnya K %(k)s · B %(b)s") % {"k": formats.number(total.k), "b": formats.number(total.b)}]
    if total.shortage:
        parts.append(_("kurang %(n)s") % {"n": formats.number(total.shortage)})
    if total.surplus:
        parts.append(_("lebih %(n)s") % {"n": formats.number(total.surplus)})
    return " · ".join(parts)


def _foot(card: Card, y: float) -> str:
    words = []
    if card.more_rows:
        words.append(counted("+ %(n)s jabatan lagi", card.more_rows))
    if card.more_below:
        words.append(counted("%(n)s unit di bawahnya", card.more_below))
    if card.see:
        words.append(card.see)
    parts = []
    if words:
        text = f'<text class="o" x="12" y="{_n(y)}">{escape(" · ".join(words))}</text>'
        if card.url:
            spoken = escape(f"{card.name}: {' · '.join(words)}")
            text = f'<a href="{escape(card.url)}" aria-label="{spoken}">{text}</a>'
        parts.append(text)
    if card.fold_url:
        label = _("Buka") if card.is_folded else _("Lipat")
        parts.append(
            f'<a href="{escape(card.fold_url)}" aria-label="{escape(f"{label} {card.name}")}">'
            f'<text class="o e" x="{CARD - 12}" y="{_n(y)}">{label}</text></a>'
        )
    return "".join(parts)


# Files

# The light theme of static/css/tokens.css: a file knows no page.
STYLE = (
    'text{font-family:"Plus Jakarta Sans","DejaVu Sans",Arial,sans-serif;fill:#12211f}'
    ".box{fill:#fff;stroke:#b9c4bd}.edge{fill:none;stroke:#8d9993}.rule{stroke:#dbe2dd}.hit{fill:#fbefd6}.z{fill:none}"
    ".u{font-size:12.5px;font-weight:700}.p{font-size:11px}.n{font-size:9.5px;fill:#56655f}"
    ".h,.f{text-anchor:end}.h{font-size:9px;fill:#56655f}.f{font-size:11px}.o{font-size:10px;fill:#0b5c58}"
    ".e{text-anchor:end}.short{fill:#b3261e}.over{fill:#1d5fa6}.fit{fill:#17693f}.none{fill:#55645f}"
    ".gold{fill:#b7791f}.t{font-size:18px;font-weight:700}.s{font-size:11px;fill:#44544f}"
    ".mark{font-size:13px;font-weight:700;fill:#b3261e}.m{stroke:#fff;stroke-width:.5}"
)


@dataclass(frozen=True)
class Head:
    """What stands above a file's map: title, agency and day, the sample mark."""

    title: str
    about: str
    mark: str = ""
    colour: str = "selisih"


def file_of(drawing: Drawing, head: Head, *, sheet: tuple[float, float] = (0.0, 0.0)) -> str:
    """Return a whole SVG document, at least as wide and high as `sheet`."""
    width = max(drawing.width, sheet[0], 620.0)
    top, bottom = 64.0, 44.0
    height = max(top + drawing.height + bottom, sheet[1])
    x = (width - drawing.width) / 2
    sample = f'<text class="mark" text-anchor="end" x="{_n(width - EDGE)}" y="28">{escape(head.mark)}</text>'
    name = lines_of(head.title, width - 40 - (140 if head.mark else 0), 18, most=1, strong=True)[0]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_n(width)} {_n(height)}" width="{_n(width)}"'
        f' height="{_n(height)}" role="img"><title>{escape(head.title)}</title><style>{STYLE}</style>'
        f'<rect width="100%" height="100%" fill="#fff"/><text class="t" x="{EDGE}" y="28">{escape(name)}</text>'
        f'<text class="s" x="{EDGE}" y="48">{escape(head.about)}</text>',
        sample if head.mark else "",
        f'<g transform="translate({_n(x)} {_n(top)})">{drawing.body}</g>',
        _legend(head, 14, height - 20),
        "</svg>",
    ]
    return "".join(parts)


def _legend(head: Head, x: float, y: float) -> str:
    parts = []
    for shape, tone, words in legend(head.colour):
        parts.append(
            mark(shape, tone, x + 6, y - 4) + f'<text class="s" x="{_n(x + 18)}" y="{_n(y)}">{escape(words)}</text>'
        )
        x += 42 + _width(words, 11, False)
    note = _("Kls kelas jabatan · K kebutuhan ditetapkan · B bezetting · ± B − K · * tercetak")
    return "".join(parts) + f'<text class="s" x="14" y="{_n(y + 14)}">{escape(note)}</text>'


def walk(card: Card) -> Iterable[Card]:
    """Yield a card and all below it, each before those below it."""
    yield card
    for each in card.below:
        yield from walk(each)
