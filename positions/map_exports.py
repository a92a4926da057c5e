"""Files of the position map of a unit and all below it on any day: SVG, A3 PDF, XLSX or CSV, e-Formasi rows.

DATA CONTOH where the data are a sample. Call inside the agency's scope; what is read is what the user sees.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import FileResponse, HttpResponse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from asnhr import export, formats
from asnhr.export import Field, sample_mark
from asnhr.models import Agency
from asnhr.pdf import render
from asnhr.queries import parameters_on
from positions import drawing
from positions.drawing import Card
from positions.exports import _columns
from positions.queries import position_map, register, rulebook
from positions.queries.formation import FormasiRow
from positions.queries.position_map import Post
from positions.queries.register import Node
from positions.rules.projection import project

# Cards side by side on A3; breadth and height of the sheet within its margins at that breadth; how high a drawing may
# be on it.
ACROSS, SHEET, SHEET_HEIGHT = 5, (1614.0, 1109.0), 1000.0
# A unit with more posts than this, or with units below it, has a sheet of its own; the latter shows its first here.
ROWS_ON_A_CARD, FIRST_ROWS = 12, 4
# What one request may draw, and one run.
MOST_SHEETS, MOST_IN_RUN = 80, 600


@dataclass(frozen=True)
class Map:
    """A unit's branch as it is read for a file."""

    agency: Agency
    day: date
    top: Node
    posts: dict[int, list[Post]]
    # Whether the holder of a duty counts once, in the functional post: the sums leave such posts out then.
    duty_once: bool = True

    @property
    def name(self) -> str:
        slug = re.sub(r"[^a-z0-9]+", "-", self.top.name.lower()).strip("-")[:60]
        mark = "-contoh" if self.agency.is_sample else ""
        return f"peta-jabatan-{slug or self.top.pk}-{self.day:%Y%m%d}{mark}"

    def head(self, title: str, colour: str) -> drawing.Head:
        about = f"{self.agency.name} · {_('per %(day)s') % {'day': formats.day(self.day)}}"
        return drawing.Head(title, about, sample_mark(is_sample=self.agency.is_sample), colour)


def branch(top: Node) -> list[tuple[Node, int]]:
    """Return a unit and all below it with their level, each followed by those below it."""
    found, todo = [], [(top, 1)]
    while todo:
        node, level = todo.pop()
        found.append((node, level))
        todo += [(child, level + 1) for child in reversed(node.children)]
    return found


def find(nodes: list[Node], pk: int) -> list[Node]:
    """Return the way from a root to the unit, both included; empty when it is not in the tree."""
    for node in nodes:
        if node.pk == pk:
            return [node]
        below = find(node.children, pk)
        if below:
            return [node, *below]
    return []


def branch_of(user: Any, agency: Agency, day: date, unit_id: int | None) -> Map:
    """Return the map of a unit that the user sees and all below it; the user's whole map without one."""
    return read(user, agency, day, top_of(user, day, unit_id))


def top_of(user: Any, day: date, unit_id: int | None) -> Node:
    """Return the unit with all below it, or what stands above all that the user sees."""
    roots = register.unit_tree(user, day, unit_id)
    trail = find(roots, unit_id) if unit_id is not None else roots[:1]
    if not trail:
        trail = [Node(unit_id or 0, str(_("Belum ada unit pada tanggal ini")), "", "", None)]
    top = trail[-1]
    if unit_id is None and len(roots) > 1:
        top = Node(0, str(_("Unit dalam cakupan Anda")), "", "", None, children=roots)
        for root in roots:
            top.total = register.plus(top.total, root.total)
    return top


def read(user: Any, agency: Agency, day: date, top: Node) -> Map:
    """Return the map of `top` and all below it; seven queries."""
    posts = position_map.posts_of(user, day, [node.pk for node, _level in branch(top)])
    return Map(agency, day, top, posts, bool(parameters_on(agency.pk, day)[rulebook.DUTY_ONCE].value))


def _card(found: Map, node: Node, colour: str, *, most: int | None = None) -> Card:
    posts = found.posts.get(node.pk, [])
    shown = posts if most is None else posts[:most]
    rows = [drawing.row_of(post, colour, found.day) for post in shown]
    return Card(node.pk, node.name, node.total, rows, more_rows=len(posts) - len(shown))


# SVG


def svg(found: Map, *, colour: str, levels: int) -> HttpResponse:
    """Return the map `levels` deep as one SVG document."""
    card = _deep(found, found.top, colour, levels)
    columns = 4 if len(card.below) <= 12 else 6
    head = found.head(_("Peta jabatan %(unit)s") % {"unit": found.top.name}, colour)
    text = drawing.file_of(drawing.draw(card, columns=columns), head)
    answer = HttpResponse(text, content_type="image/svg+xml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{found.name}.svg"'
    return answer


def _deep(found: Map, node: Node, colour: str, levels: int) -> Card:
    card = _card(found, node, colour)
    if levels > 0:
        card.below = [_deep(found, child, colour, levels - 1) for child in node.children]
    else:
        card.more_below = len(node.children)
    return card


# A3


TEMPLATE = """
#set document(title: sys.inputs.title, date: none)
#set page(paper: "a3", flipped: true, margin: (x: 10mm, top: 9mm, bottom: 13mm), footer-descent: 2mm, footer: context [
  #set text(font: "Plus Jakarta Sans", size: 8pt, fill: rgb("#44544f"), lang: sys.inputs.language)
  #sys.inputs.footer #h(1fr) #text(fill: rgb("#b3261e"), weight: 700, sys.inputs.mark) #h(1fr)
  #counter(page).display() / #counter(page).final().first()
])
#set text(font: "Plus Jakarta Sans", lang: sys.inputs.language)
#for number in range(int(sys.inputs.sheets)) {
  if number > 0 { pagebreak() }
  image(bytes(sys.inputs.at("sheet" + str(number))), format: "svg", width: 100%, height: 100%, fit: "contain",
    alt: sys.inputs.at("alt" + str(number)))
}
"""


def sheets(
    found: Map, colour: str, most: int | None = None, told: Callable[[int, int], None] | None = None
) -> list[tuple[str, str]]:
    """Return (title, SVG document) of each A3 sheet: a unit with those right below it, then each of these that has
    units of its own or more posts than its card shows. A sheet that does not hold all goes on with the next.

    More than `most` (MOST_SHEETS): only the top and the units right below it; deeper ones are printed from their own
    map.
    `told`: how many sheets of how many are drawn.
    """
    planned = _planned(found, colour, None)
    if len(planned) > (MOST_SHEETS if most is None else most):
        planned = _planned(found, colour, 1)
    first_sheet: dict[int, int] = {}
    for number, (node, _card_of_node) in enumerate(planned, 1):
        first_sheet.setdefault(node.pk, number)
    done = []
    for number, (node, card) in enumerate(planned, 1):
        for below in card.below:
            if below.see:
                sheet = first_sheet.get(below.pk)
                below.see = _("lembar %(n)s") % {"n": sheet} if sheet else _("dicetak tersendiri")
        title = _("Peta jabatan %(unit)s") % {"unit": node.name}
        if number > first_sheet[node.pk]:
            title = _("%(title)s (lanjutan)") % {"title": title}
        drawn = drawing.draw(card, columns=ACROSS)
        if told is not None:
            told(number, len(planned))
        done.append((title, drawing.file_of(drawn, found.head(title, colour), sheet=SHEET)))
    return done


def _planned(found: Map, colour: str, deepest: int | None) -> list[tuple[Node, Card]]:
    """Return the unit and the card of each sheet; `deepest`: levels below the top that have sheets of their own."""
    planned: list[tuple[Node, Card]] = []
    todo = [(found.top, 0)]
    while todo:
        node, level = todo.pop()
        top = _card(found, node, colour)
        further = []
        for child in node.children:
            below = _card(found, child, colour, most=FIRST_ROWS if child.children else ROWS_ON_A_CARD)
            if child.children or below.more_rows:
                # Measured with the words that will stand there.
                below.see, below.more_below = _("dicetak tersendiri"), len(child.children)
                further.append((child, level + 1))
            top.below.append(below)
        planned += [
            (node, Card(top.pk, top.name, top.total, top.rows, below=group))
            for group in drawing.fit(top, ACROSS, SHEET_HEIGHT)
        ]
        if deepest is None or level < deepest:
            todo += reversed(further)
    return planned


def pdf(found: Map, *, colour: str) -> HttpResponse:
    """Return the map as a PDF of A3 sheets; the same map gives the same bytes."""
    content, _count = pdf_of(found, colour=colour)
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{found.name}.pdf"'
    return answer


def pdf_of(
    found: Map,
    *,
    colour: str,
    most: int | None = None,
    told: Callable[[int, int], None] | None = None,
    seconds: float | None = None,
) -> tuple[bytes, int]:
    """Return the PDF and how many sheets it has; `most` and `told` as in `sheets`, `seconds` as in `render`."""
    drawn = sheets(found, colour, most, told)
    title = _("Peta jabatan %(unit)s") % {"unit": found.top.name}
    inputs = {
        "title": title, "language": (get_language() or "id")[:2], "sheets": str(len(drawn)),
        "footer": f"{found.agency.name} · {_('per %(day)s') % {'day': formats.day(found.day)}}",
        "mark": sample_mark(is_sample=found.agency.is_sample),
    }  # fmt: skip
    for number, (name, text) in enumerate(drawn):
        inputs[f"sheet{number}"], inputs[f"alt{number}"] = text, name
    return render(TEMPLATE, inputs, found.day, seconds=seconds), len(drawn)


# Tables

Watch = Callable[[Iterable[Any]], Iterable[Any]]


@dataclass(frozen=True, slots=True)
class Line:
    """A post in the table of a map: its unit, level in the tree, and K hasil analisis beside K ditetapkan."""

    node: Node
    level: int
    post: Post
    analysed: int | None
    duty_once: bool


def lines(found: Map, analysed: dict[int, int]) -> Iterator[Line]:
    """Yield the posts down the tree, the head seat of each unit first."""
    for node, level in branch(found.top):
        for post in found.posts.get(node.pk, []):
            yield Line(node, level, post, analysed.get(post.pk), found.duty_once)


def counted_as(row: Line) -> str:
    """Say whose number B is where it is not counted here, and what the sums of the map leave out: a duty's holder
    counts in the functional post."""
    told = [_("tercetak")] if row.post.b_printed else []
    if row.post.by_duty and row.duty_once:
        told.append(_("tugas tambahan, di luar jumlah K dan B"))
    return "; ".join(told)


COLUMNS = (
    Field(gettext_lazy("Tingkat"), "num", lambda row: row.level),
    Field(gettext_lazy("Kode unit"), "text", lambda row: row.node.code, width=16),
    Field(gettext_lazy("Unit"), "text", lambda row: row.node.name, width=40),
    Field(gettext_lazy("Kode jabatan"), "text", lambda row: row.post.code, width=22),
    Field(gettext_lazy("Jabatan"), "text", lambda row: row.post.title, width=40),
    Field(gettext_lazy("Kepala unit"), "text", lambda row: _("ya") if row.post.is_head else "", width=10),
    Field(gettext_lazy("Kelas"), "num", lambda row: row.post.job_class),
    Field("B", "num", lambda row: row.post.b),
    Field("K", "num", lambda row: row.post.k),
    Field("±", "num", lambda row: row.post.gap),
    Field(gettext_lazy("Keterangan B"), "text", counted_as, width=36),
    Field(gettext_lazy("K hasil analisis"), "num", lambda row: row.analysed),
    Field(gettext_lazy("Paruh waktu"), "num", lambda row: row.post.part_time),
    Field(gettext_lazy("Pemangku"), "text", lambda row: drawing.note_of(row.post), width=44),
    Field(gettext_lazy("Pensiun terdekat"), "date", lambda row: row.post.people.retires_on),
    Field(gettext_lazy("Belum sesuai syarat"), "num", lambda row: row.post.people.misfits),
)


def table(found: Map, analysed: dict[int, int], *, kind: str, watch: Watch = iter) -> FileResponse:
    """Return the map as XLSX or CSV, one row a post; `watch` passes the rows on and may count them."""
    columns = [replace(each, label=str(each.label)) for each in COLUMNS]
    return export.respond(
        watch(lines(found, analysed)), columns, kind=kind, name=found.name.partition(f"-{found.day:%Y%m%d}")[0],
        title=_("Peta jabatan %(unit)s") % {"unit": found.top.name}, agency=found.agency.name, day=found.day,
        is_sample=found.agency.is_sample,
    )  # fmt: skip


def formasi(
    found: Map,
    analysed: dict[int, int],
    asked: dict[int, tuple[int, str]],
    *,
    kind: str,
    first_year: str = "",
    watch: Watch = iter,
) -> FileResponse:
    """Return e-Formasi rows, units and posts as a tree: `abk` is K hasil analisis (K ditetapkan where there is none),
    n to n4 the pensions of five years, k to k4 the shortage at the end of each (establishment.md 5.7).
    `first_year`: what n and k cover, for the sheet's title; the names of the columns are the ministry's."""
    title = _("e-Formasi %(unit)s") % {"unit": found.top.name}
    rows = watch(formasi_rows(found, analysed, asked))
    return export.respond(
        rows, _columns(FormasiRow), kind=kind, name=f"e-formasi-{found.top.code}",
        title=f"{title} · {first_year}" if first_year else title, agency=found.agency.name, day=found.day,
        is_sample=found.agency.is_sample,
    )  # fmt: skip


def formasi_rows(found: Map, analysed: dict[int, int], asked: dict[int, tuple[int, str]]) -> Iterator[FormasiRow]:
    """Yield a row for each unit, followed by its posts and then its units."""
    empty: dict[str, Any] = dict.fromkeys(each.name for each in fields(FormasiRow))
    index = 0
    for node, level in branch(found.top):
        index += 1
        above = "" if node is found.top or node.parent_id is None else f"U{node.parent_id}"
        about = {"id": f"U{node.pk}", "parent_id": above, "kode": node.code, "level": level, "indeks": index,
                 "posisi_id": "", "nama": node.name}  # fmt: skip
        yield FormasiRow(**{**empty, **about})
        for post in found.posts.get(node.pk, []):
            index += 1
            yield _formasi(post, level + 1, index, analysed.get(post.pk, post.k), asked.get(post.pk, (0, "")))


def _formasi(post: Post, level: int, index: int, k: int | None, asked: tuple[int, str]) -> FormasiRow:
    people, (proposed, intake) = post.people, asked
    short: tuple[int | None, ...] = (None,) * position_map.YEARS
    if k is not None:
        # The day's year is n itself: K of now, less who goes by its end.
        ahead = project(Decimal(k), post.b - people.leaving[0], retiring=(*people.leaving[1:], 0), growth=post.growth)
        short = (max(0, k - post.b + people.leaving[0]), *ahead.shortage[:4])
    ahead_of_us = dict(zip(("n", "n1", "n2", "n3", "n4"), people.leaving, strict=True))
    missing = dict(zip(("k", "k1", "k2", "k3", "k4"), short, strict=True))
    return FormasiRow(
        id=f"P{post.pk}", parent_id=f"U{post.unit_id}", kode=post.code, level=level, indeks=index,
        posisi_id=str(post.pk), nama=post.title, kelas=post.job_class, abk=k, riil=post.b,
        currentpns=people.statuses.get("PNS", 0), currentcpns=people.statuses.get("CPNS", 0),
        currentpppk=people.statuses.get("PPPK", 0), **ahead_of_us, **missing,
        aju_total=proposed, aju_pns=proposed if intake == "CPNS" else 0, aju_pppk=proposed if intake == "PPPK" else 0,
    )  # fmt: skip
