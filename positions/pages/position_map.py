"""The position map: the drawing of a unit with the units below it and its twin as a nested list, and its files.

All that is chosen stands in the address: unit, levels, colour, folded units, zoom, page, what is searched for, and the
day where it is not today: the session remembers it, but a link that is sent must open the same map.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from asnhr import dates, list_files
from asnhr.errors import RuleBroken
from asnhr.imports import storage
from asnhr.models import Run
from asnhr.pages.days import follows_day
from asnhr.pages.list_files import offer
from positions import drawing, map_exports, permissions
from positions.drawing import COLOURS, Card
from positions.map_exports import find
from positions.models import FormationProposal, Position, Unit
from positions.pages import absent_unit, doors, words
from positions.pages.positions import figures as position_figures
from positions.queries import details, position_map, register
from positions.queries.position_map import Post
from positions.queries.register import Node
from positions.rules.formation import Status
from positions.services import map_files
from positions.services.proposals import check_exportable

# What a page draws, so that it stays below 100 KB: deeper units and further posts are opened on request.
UNITS_A_PAGE, OWN_POSTS, ROWS, MOST_A_CARD = 24, 24, 56, 10
# Units of the nested list fetched at once.
LINES_A_PAGE, POSTS_A_LINE = 120, 60
LEVELS, ZOOMS = (1, 2, 3), (60, 80, 100, 130, 160)
COLUMNS = 3
COLOUR_NAMES = {
    "selisih": gettext_lazy("Selisih"), "kesesuaian": gettext_lazy("Kesesuaian"), "pensiun": gettext_lazy("Pensiun"),
}  # fmt: skip


def colour_name(code: str) -> str:
    return str(COLOUR_NAMES.get(code, code))


@dataclass(frozen=True)
class View:
    """What the address asks for; nonsense is taken for the default."""

    unit: int | None
    colour: str
    levels: int
    zoom: int
    folded: frozenset[int]
    text: str
    hit: int | None
    # The day looked at, "" for today.
    day: str = ""

    @classmethod
    def of(cls, request: Any) -> "View":
        given = request.GET
        folded = [_number(each) for each in given.get("lipat", "").split(",")[:200]]
        levels, zoom = _number(given.get("tingkat", "")), _number(given.get("zum", ""))
        return cls(
            unit=_number(given.get("unit", "")),
            colour=given["warna"] if given.get("warna") in COLOURS else COLOURS[0],
            levels=levels if levels in LEVELS else LEVELS[0],
            zoom=zoom if zoom in ZOOMS else 100,
            folded=frozenset(each for each in folded if each is not None),
            text=" ".join(given.get("cari", "").split())[:80],
            hit=_number(given.get("sorot", "")),
            day="" if request.as_of == dates.today() else request.as_of.isoformat(),
        )

    def url(self, **changes: Any) -> str:
        """Return the address of this view with changes; another unit begins on its own first page, unfolded."""
        given: dict[str, Any] = {
            "unit": self.unit, "warna": self.colour if self.colour != COLOURS[0] else None,
            "tingkat": self.levels if self.levels != LEVELS[0] else None,
            "zum": self.zoom if self.zoom != 100 else None, "as_of": self.day,
        }  # fmt: skip
        if "unit" not in changes and self.folded:
            given["lipat"] = ",".join(map(str, sorted(self.folded)))
        given |= changes
        query = urlencode({name: value for name, value in given.items() if value not in (None, "")})
        return reverse("unit-tree") + (f"?{query}" if query else "")

    def file(self, route: str, top: Node, **more: Any) -> str:
        given = {"unit": top.pk, "warna": self.colour, "tingkat": self.levels, **more}
        if self.day:
            given["as_of"] = self.day
        return f"{reverse(route)}?{urlencode(given)}"


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


@doors.needs("view_register")
@require_safe
@follows_day
def unit_tree(request: Any) -> HttpResponse:
    """The map from the chosen unit on (the whole agency without one); for htmx the lines of the list below a unit."""
    user, day, view = request.user, request.as_of, View.of(request)
    roots = register.unit_tree(user, day, view.unit)
    trail = find(roots, view.unit) if view.unit is not None else []
    chosen = trail[-1] if trail else None
    context: dict[str, Any]
    if chosen is not None and request.headers.get("HX-Request") == "true":
        posts = position_map.posts_of(user, day, [chosen.pk], most=POSTS_A_LINE)
        context = {
            "nodes": lines(chosen.children[:LINES_A_PAGE], 1, {}, view=view),
            "rows": _rows(posts.get(chosen.pk, []), view, day),
        }
        return render(request, "positions/_parts/unit_nodes.html", context | {"fetched": True})
    if chosen is None and view.unit is not None:
        return absent_unit.answer(request, view.unit, view)
    top = chosen or (roots[0] if len(roots) == 1 else None)
    shown = [top] if top else roots
    sums = register.Totals()
    for root in shown:
        sums = register.plus(sums, root.total)
    context = {
        "figures": position_figures(sums), "chosen": chosen, "view": view, "top": top,
        "crumbs": [(_("Organisasi"), ""), (_("Peta jabatan"), View.of(request).url(unit=None) if chosen else "")]
        + [(node.name, view.url(unit=node.pk) if node is not chosen else "") for node in trail],
    }  # fmt: skip
    if not shown:
        return render(request, "positions/unit_tree.html", context | {"nodes": []})
    below = top.children if top else roots
    page = Paginator(below, UNITS_A_PAGE).get_page(request.GET.get("hal"))
    drawn, posts = _posts_to_draw(request, view, top, list(page.object_list))
    card, listed = _cards(view, top, list(page.object_list), drawn, posts, day)
    picture = drawing.draw(card, columns=COLUMNS)
    context |= {
        "page": page,
        "picture": frame(picture, _("Peta jabatan %(unit)s") % {"unit": top.name if top else _("instansi")}, view.zoom),
        "nodes": listed,
        "choices": choices(view, top),
        "legend": legend(view.colour),
        "files": files(view, top) if top else [],
        "hits": hits(request, view, top, roots) if view.text else None,
    }
    if top is not None and permissions.may(user, "edit_structure"):
        context["unit_url"] = reverse("unit-detail", args=[top.pk])
    return render(request, "positions/unit_tree.html", context)


def _posts_to_draw(
    request: Any, view: View, top: Node | None, children: list[Node]
) -> tuple[dict[int, int], dict[int, list[Post]]]:
    """Return which units are drawn with how many posts each at most, and the posts; breadth first, within the limits
    of a page."""
    drawn: dict[int, int] = {} if top is None else {top.pk: OWN_POSTS}
    rank, count = children, 0
    # Several tops (the units of a bound role) are not one drawing's head: they and what is right below them.
    for _level in range(view.levels + (top is None)):
        following: list[Node] = []
        for node in rank:
            if count == UNITS_A_PAGE:
                break
            drawn[node.pk] = MOST_A_CARD
            count += 1
            if node.pk not in view.folded:
                following += node.children
        rank = following
    posts = position_map.posts_of(request.user, request.as_of, list(drawn), most=OWN_POSTS)
    room = ROWS - len(posts.get(top.pk, [])[:OWN_POSTS]) if top else ROWS
    for most in range(MOST_A_CARD, 0, -1):
        wanted = sum(min(most, len(posts.get(pk, []))) for pk in drawn if top is None or pk != top.pk)
        if wanted <= room:
            break
    return {pk: OWN_POSTS if top is not None and pk == top.pk else most for pk in drawn}, posts


def _cards(
    view: View, top: Node | None, children: list[Node], drawn: dict[int, int], posts: dict[int, list[Post]], day: Any
) -> tuple[Card, list[dict[str, Any]]]:
    """Return the top card with those below it, and the same as lines of the nested list."""

    def card(node: Node, level: int) -> Card:
        most = 0 if node.pk in view.folded else drawn.get(node.pk, 0)
        rows = _rows(posts.get(node.pk, [])[:most], view, day)
        made = Card(node.pk, node.name, node.total, rows, url=view.url(unit=node.pk, hal=None))
        # Sums count each post once; those of the units below are theirs.
        made.more_rows = max(0, node.own.positions - len(rows))
        inside = [child for child in node.children if child.pk in drawn] if level < view.levels + (top is None) else []
        if node.pk in view.folded:
            inside = []
        made.below = [card(child, level + 1) for child in inside]
        made.more_below = len(node.children) - len(inside)
        if node.own.positions or node.children:
            folded = view.folded ^ {node.pk}
            made.fold_url = view.url(lipat=",".join(map(str, sorted(folded))), hal=None)
            made.is_folded = node.pk in view.folded
        return made

    if top is None:
        first = Card(0, str(_("Unit dalam cakupan Anda")), register.Totals())
    else:
        own = posts.get(top.pk, [])[: drawn[top.pk]]
        first = Card(top.pk, top.name, top.total, _rows(own, view, day))
        first.more_rows = max(0, top.own.positions - len(own))
        first.url = reverse("unit-detail", args=[top.pk])
    first.below = [card(child, 1) for child in children if child.pk in drawn]
    rows = {each.pk: each.rows for each in drawing.walk(first)}
    listed = lines([top] if top else children, 2 if top else 1, rows, set(drawn), view=view)
    return first, listed


def _rows(posts: list[Post], view: View, day: Any) -> list[drawing.Row]:
    return [
        drawing.row_of(post, view.colour, day, reverse("position-detail", args=[post.pk]), post.pk == view.hit)
        for post in posts
    ]


def lines(
    nodes: list[Node],
    levels: int,
    rows: dict[int, list[drawing.Row]],
    only: set[int] | None = None,
    *,
    view: View,
) -> list[dict[str, Any]]:
    """Return what the list shows: each unit, its posts, its units down to `levels`, and whether more wait below.

    `only`: the units that the page draws; the last level of the list is closed and fetched when it is opened.
    """
    return [
        {
            "node": node,
            "rows": rows.get(node.pk, []) if levels > 1 else [],
            "url": reverse("unit-detail", args=[node.pk]),
            "tree_url": f"{reverse('unit-tree')}?unit={node.pk}{f'&as_of={view.day}' if view.day else ''}",
            "children": lines(
                [child for child in node.children if only is None or child.pk in only],
                levels - 1,
                rows,
                only,
                view=view,
            )
            if levels > 1
            else [],
            "is_open": levels > 1,
        }
        for node in nodes
    ]


def frame(picture: drawing.Drawing, title: str, zoom: int) -> SafeString:
    """Return the drawing as an element of the page; the list below it says the same in words."""
    width = round(picture.width * zoom / 100)
    height = round(picture.height * zoom / 100)
    return mark_safe(  # noqa: S308  every text of the drawing was escaped
        f'<svg class="map{" whole" if zoom == 100 else ""}" width="{width}" height="{height}"'
        f' viewBox="0 0 {picture.width:.0f} {picture.height:.0f}"'
        f' role="group" aria-label="{drawing.escape(title)}">{picture.body}</svg>'
    )


def choices(view: View, top: Node | None) -> dict[str, Any]:
    """Return the chips: colour, levels, zoom."""
    place = ZOOMS.index(view.zoom)
    return {
        "colours": [
            (COLOUR_NAMES[name], view.url(warna=name if name != COLOURS[0] else None), name == view.colour)
            for name in COLOURS
        ],
        "levels": [
            (number, view.url(tingkat=number if number > 1 else None), number == view.levels) for number in LEVELS
        ],
        "smaller": view.url(zum=ZOOMS[place - 1]) if place else "",
        "larger": view.url(zum=ZOOMS[place + 1]) if place + 1 < len(ZOOMS) else "",
        "whole": view.url(lipat=None, zum=None) if view.folded or view.zoom != 100 else "",
    }


def legend(colour: str) -> list[tuple[SafeString, str]]:
    return [
        (mark_safe(f'<svg viewBox="-7 -7 14 14" aria-hidden="true">{drawing.mark(shape, tone, 0, 0)}</svg>'), words)  # noqa: S308
        for shape, tone, words in drawing.legend(colour)
    ]


def files(view: View, top: Node) -> list[tuple[str, str]]:
    return [
        (_("SVG"), view.file("unit-map-svg", top)),
        (_("A3 PDF"), view.file("unit-map-pdf", top)),
        (_("XLSX"), view.file("unit-map-xlsx", top)),
        (_("e-Formasi"), view.file("unit-map-formasi", top)),
    ]


def hits(request: Any, view: View, top: Node | None, roots: list[Node]) -> list[dict[str, str]]:
    """Return where the words were found on the map, each with the view that shows it."""
    names = {node.pk: node.name for each in ([top] if top else roots) for node, _level in map_exports.branch(each)}
    posts, units = position_map.found_on(request.user, request.as_of, view.text, list(names))
    of_posts = [
        {
            "label": str(post.job), "detail": names[post.unit_id],
            "url": view.url(unit=post.unit_id, sorot=post.pk, hal=None) + "#peta",
        }
        for post in posts
    ]  # fmt: skip
    called, like = [
        [
            {"label": each.name, "detail": _("unit"), "url": view.url(unit=each.unit_id, hal=None) + "#peta"}
            for each in units
            if bool(each.nearness) is bears
        ]
        for bears in (True, False)
    ]
    # A unit that bears the words before its posts; what is merely like them last.
    return called + of_posts + like


# One post beside the map


@doors.needs("view_register")
@require_safe
def position_panel(request: Any, pk: int) -> HttpResponse:
    """What the map opens beside it: figures, holders and the way to the whole page."""
    user, day = request.user, request.as_of
    rows = Position.objects.visible_to(user).select_related("job", "unit")
    position = doors.found(rows, pk=pk)
    posts = position_map.posts_of_positions(Position.objects.filter(pk=position.pk), day)
    post = next(iter(posts.values()))[0]
    holders = [each for each in details.holders_of(position, day) if details.was_there(each, day)]
    analysis = position_map.analysis_on(user, day)
    context = {
        "position": position, "post": post, "words": drawing.figures_in_words(post), "holders": holders[:12],
        "more": max(0, len(holders) - 12), "analysis": analysis,
        "analysed": position_map.needs_of(user, analysis, [pk]).get(pk) if analysis else None,
    }  # fmt: skip
    return render(request, "positions/_parts/position_panel.html", context)


# Files


def _top(request: Any) -> Node:
    """Return the unit that is asked for, 404 for one out of sight; the user's whole map without one."""
    user, unit = request.user, View.of(request).unit
    if unit is not None:
        get_object_or_404(Unit.objects.visible_to(user), pk=unit)
    return map_exports.top_of(user, request.as_of, unit)


@doors.needs("view_register")
@require_safe
def map_svg(request: Any) -> HttpResponse:
    """The drawing of a unit, `tingkat` levels deep, as an SVG file."""
    view = View.of(request)
    found = map_exports.read(request.user, request.agency, request.as_of, _top(request))
    return map_exports.svg(found, colour=view.colour, levels=view.levels)


@doors.needs("view_register")
@require_http_methods(["GET", "HEAD", "POST"])
@follows_day
def map_pdf(request: Any) -> HttpResponse:
    """The whole branch of a unit on A3 sheets: a few at once; of a large one the page that asks a run for them."""
    view, user, day = View.of(request), request.user, request.as_of
    if view.unit is not None:
        get_object_or_404(Unit.objects.visible_to(user), pk=view.unit)
    if request.method == "POST":
        run, is_new = map_files.request_map(
            agency=request.agency, actor=user, unit_id=view.unit, day=day, colour=view.colour,
            language=(get_language() or "id")[:2],
        )  # fmt: skip
        if not is_new:
            messages.info(request, _("Peta yang sama sedang dibuat; inilah keadaannya."))
        return redirect("run-detail", pk=run.pk)
    top = map_exports.top_of(user, day, view.unit)
    units = len(map_exports.branch(top))
    if units <= map_files.AT_ONCE:
        return map_exports.pdf(map_exports.read(user, request.agency, day, top), colour=view.colour)
    back = f"{reverse('unit-tree')}?{urlencode({'unit': view.unit})}" if view.unit else reverse("unit-tree")
    heading = _("PDF peta jabatan %(unit)s") % {"unit": top.name}
    context = {
        "heading": heading, "units": units, "day": day, "back": back,
        "before": map_files.finished(user, view.unit, day, view.colour),
        "crumbs": [(_("Organisasi"), ""), (_("Peta jabatan"), back), (_("A3 PDF"), "")],
    }  # fmt: skip
    return render(request, "positions/map_file.html", context)


@doors.needs("view_register")
@require_safe
def map_file(request: Any, pk: int) -> Any:
    """The PDF that a run drew; 404 while it draws or when its file is gone."""
    runs = Run.objects.visible_to(request.user).filter(kind=map_files.KIND, state=Run.State.DONE)
    run: Run = doors.found(runs, pk=pk)
    try:
        file = storage.opened(request.agency.code, run.parameters["stored_as"], map_files.AREA)
    except (KeyError, FileNotFoundError, RuleBroken) as gone:
        raise Http404 from gone
    return FileResponse(file, as_attachment=True, filename=run.parameters["filename"], content_type="application/pdf")


@doors.needs("view_register")
@require_http_methods(["GET", "HEAD", "POST"])
@follows_day
def map_xlsx(request: Any) -> Any:
    """The whole branch of a unit as a table (`format=csv` for CSV); a large one is left to a run."""
    top = _top(request)
    if list_files.is_large(request, top.total.positions):
        return offer(request, title=_("Peta jabatan %(unit)s") % {"unit": top.name}, rows=top.total.positions)
    if request.method == "POST":
        return HttpResponseNotAllowed(["GET", "HEAD"])
    found = map_exports.read(request.user, request.agency, request.as_of, top)
    return map_exports.table(found, _analysed(request), kind=_kind(request), watch=_watch(request, top.total.positions))


def _watch(request: Any, total: int) -> map_exports.Watch:
    """Let a run that writes the file tell how far it is."""
    return lambda rows: list_files.watched(request, rows, total)


@doors.needs("view_register")
@require_http_methods(["GET", "HEAD", "POST"])
@follows_day
def map_formasi(request: Any) -> Any:
    """The whole branch of a unit as e-Formasi rows, a large one by a run; refused while a line of the proposal there is
    incomplete."""
    view, year = View.of(request), request.as_of.year + 1
    top = _top(request)
    rows = top.total.positions + len(map_exports.branch(top))
    if list_files.is_large(request, rows):
        return offer(request, title=_("e-Formasi %(unit)s") % {"unit": top.name}, rows=rows)
    if request.method == "POST":
        return HttpResponseNotAllowed(["GET", "HEAD"])
    found = map_exports.read(request.user, request.agency, request.as_of, top)
    posts = {post.pk for each in found.posts.values() for post in each}
    proposals = FormationProposal.objects.visible_to(request.user).filter(year=year).exclude(state=Status.REJECTED)
    if proposal := proposals.first():
        try:
            check_exportable(proposal, posts)
        except RuleBroken as broken:
            messages.error(request, str(broken))
            return redirect(view.url())
    asked = position_map.asked_for(request.user, year)
    return map_exports.formasi(
        found,
        _analysed(request),
        asked,
        kind=_kind(request),
        first_year=words.first_year(request.as_of),
        watch=_watch(request, rows),
    )


def _analysed(request: Any) -> dict[int, int]:
    return position_map.needs_of(request.user, position_map.analysis_on(request.user, request.as_of))


def _kind(request: Any) -> str:
    return "csv" if request.GET.get("format") == "csv" else "xlsx"
