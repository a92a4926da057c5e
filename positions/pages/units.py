"""Units: the tree as it stood on the day, the list, and one unit with its figures, positions and history."""

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from asnhr.pages.tables import Column, TablePage
from asnhr.templatetags.asnhr_ui import difference
from positions import permissions
from positions.filters import Words
from positions.models import Position, Unit
from positions.pages import doors
from positions.pages.pickers import UnitChoice
from positions.pages.positions import SHEET_TONES
from positions.pages.positions import figures as position_figures
from positions.queries import details, register

# Levels of the tree that a page opens with; deeper ones are fetched when a unit is opened, so that a page stays small.
LEVELS_SHOWN = 2
MOST_POSITIONS = 100


class UnitPageFilter(filters.FilterSet):
    q = Words(fields=("name", "code"), label=gettext_lazy("Cari nama atau kode"))
    unit = UnitChoice(field_name="pk")
    kind = filters.ChoiceFilter(
        choices=Unit.Kind.choices, label=gettext_lazy("Jenis"), empty_label=gettext_lazy("Semua jenis")
    )

    class Meta:
        model = Unit
        fields: list[str] = []


class UnitList(TablePage):
    title = gettext_lazy("Unit kerja")
    lead = gettext_lazy("Perangkat daerah dan unit di bawahnya dengan angka jabatan milik unit itu sendiri.")
    noun = gettext_lazy("unit")
    permission = "view_register"
    filterset_class = UnitPageFilter
    first_filters = ("q", "unit", "kind")
    order_by = ("office__name", "path")
    empty_text = gettext_lazy("Impor daftar unit organisasi lebih dahulu.")
    columns = (
        Column(
            "nama",
            gettext_lazy("Unit"),
            "name",
            sort="name",
            sub="parent.name",
            fixed=True,
            url=lambda row: reverse("unit-detail", args=[row.pk]),
        ),
        Column("kode", gettext_lazy("Kode"), "code", sort="code"),
        Column("jenis", gettext_lazy("Jenis"), lambda row: row.get_kind_display(), sort="kind"),
        Column("jabatan", gettext_lazy("Jabatan"), "positions_n", kind="num", sort="positions_n"),
        Column("k", "K", "k", kind="num", sort="k"),
        Column("b", "B", "b", kind="num", sort="b"),
        Column("kurang", gettext_lazy("Kekurangan"), "shortage", kind="num", sort="shortage"),
        Column("lebih", gettext_lazy("Kelebihan"), "surplus", kind="num", sort="surplus"),
        Column("sejak", gettext_lazy("Berdiri sejak"), "starts_on", kind="date", sort="starts_on", hidden=True),
    )

    def queryset(self, request: HttpRequest) -> QuerySet[Any]:
        units = register.units_on(request.user, request.as_of).select_related("parent")
        return register.with_unit_figures(units, request.as_of)

    def extra_context(self, request: HttpRequest) -> dict[str, Any]:
        return {"actions": [{"label": _("Lihat sebagai pohon"), "url": reverse("unit-tree")}]}


@doors.needs("view_register")
@require_safe
def unit_tree(request: HttpRequest) -> HttpResponse:
    """Peta jabatan as a nested list; `?unit=` answers with the part below one unit (htmx) or a page opened there."""
    user, day = request.user, request.as_of
    roots = register.unit_tree(user, day)
    wanted = request.GET.get("unit", "")
    chosen = find(roots, int(wanted)) if wanted.isascii() and wanted.isdigit() and len(wanted) < 19 else None
    if chosen is not None and request.headers.get("HX-Request") == "true":
        return render(
            request, "positions/_parts/unit_nodes.html", {"nodes": lines(chosen.children, 1), "fetched": True}
        )
    shown = [chosen] if chosen is not None else roots
    sums = register.Totals()
    for root in shown:
        sums = register.plus(sums, root.total)
    context = {
        "nodes": lines(shown, LEVELS_SHOWN),
        "figures": position_figures(sums),
        "chosen": chosen,
        "crumbs": [(_("Organisasi"), ""), (_("Peta jabatan"), reverse("unit-tree") if chosen else "")]
        + ([(chosen.name, "")] if chosen else []),
    }
    return render(request, "positions/unit_tree.html", context)


def find(nodes: list[register.Node], pk: int) -> register.Node | None:
    for node in nodes:
        if node.pk == pk:
            return node
        below = find(node.children, pk)
        if below is not None:
            return below
    return None


def lines(nodes: list[register.Node], levels: int) -> list[dict[str, Any]]:
    """Return what the template shows: each node, its children down to `levels`, and whether more wait below."""
    return [
        {
            "node": node,
            "url": reverse("unit-detail", args=[node.pk]),
            "tree_url": f"{reverse('unit-tree')}?unit={node.pk}",
            "children": lines(node.children, levels - 1) if levels > 1 else [],
            "is_open": levels > 1,
        }
        for node in nodes
    ]


@doors.needs("view_register")
@require_safe
def unit_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A unit with its own positions and sub-units; figures count the subtree as it stands today."""
    user, day = request.user, request.as_of
    units = Unit.objects.visible_to(user).select_related("office", "parent", "successor")
    unit = doors.found(units, pk=pk)
    own = Position.objects.visible_to(user).on(day)
    below = register.with_figures(register.of_unit_and_below(own, unit), day)
    sums = register.totals(below)
    positions = list(
        register.with_figures(own.filter(unit=unit), day)
        .select_related("job")
        .order_by("-is_head", "order", "-job__job_class", "job__name", "pk")[: MOST_POSITIONS + 1]
    )
    children = register.with_unit_figures(register.units_on(user, day).filter(parent=unit), day)
    offered = []
    if permissions.may_edit_positions(user, unit):
        url = f"{reverse('position-new')}?unit={unit.pk}"
        offered.append({"label": _("Jabatan baru"), "url": url})
    crumbs = [(_("Organisasi"), ""), (_("Unit kerja"), reverse("unit-list"))]
    if unit.parent is not None and unit.parent_id != unit.pk:
        crumbs.append((unit.parent.name, reverse("unit-detail", args=[unit.parent_id])))
    sheets = details.sheets_of(unit)
    for sheet in sheets:
        sheet.tone = SHEET_TONES.get(sheet.state, "")
    context = {
        "unit": unit,
        "is_open": unit.starts_on <= day and (unit.ends_on is None or unit.ends_on > day),
        "crumbs": [*crumbs, (unit.name, "")],
        "figures": position_figures(sums),
        "positions": [(row, difference(row.b, row.k)) for row in positions[:MOST_POSITIONS]],
        "more_positions": len(positions) > MOST_POSITIONS,
        "children": list(children.order_by("name", "pk")),
        "periods": details.unit_periods(unit),
        "predecessors": list(Unit.objects.visible_to(user).filter(successor=unit).order_by("name", "pk")),
        "goals": details.goals_of_unit(unit, day),
        "sheets": sheets,
        "actions": offered,
        "query": f"unit={unit.pk}",
    }
    return render(request, "positions/unit_detail.html", context)
