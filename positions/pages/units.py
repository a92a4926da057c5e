"""Units: the list, and one unit with its figures, positions and history."""

from typing import Any

import django_filters as filters
from django import forms
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from asnhr import dates
from asnhr.pages.days import follows_day
from asnhr.pages.tables import Column, TablePage, download, safe_or_file
from asnhr.templatetags.asnhr_ui import difference
from positions import permissions
from positions.filters import Words
from positions.models import Position, Unit
from positions.pages import doors
from positions.pages.pickers import UnitChoice, day_field, unit_row, units_like
from positions.pages.positions import PRINTED, SHEET_TONES, PositionList, _id, pick
from positions.pages.positions import figures as position_figures
from positions.pages.restructure import decide
from positions.queries import details, register, unit_names
from positions.services import structure, unit_mergers, withdrawals

MOST_POSITIONS = 50
CHILDREN_A_PAGE = 40
# Of a unit's file: what the list of positions shows.
POSITION_COLUMNS = [each for each in PositionList.columns if each is PRINTED or not each.hidden]
MOST_GOALS = 20


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
    follows_day = True
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
        Column("kode", gettext_lazy("Kode"), "code", kind="code", sort="code"),
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

    def dress(self, rows: list[Any]) -> None:
        unit_names.bear(rows, self.request.as_of)

    def extra_context(self, request: HttpRequest) -> dict[str, Any]:
        offered: list[dict[str, Any]] = [{"label": _("Lihat sebagai pohon"), "url": reverse("unit-tree")}]
        if permissions.may(request.user, "edit_structure"):
            offered.append({"label": _("Unit baru"), "url": reverse("unit-new"), "primary": True})
        return {"actions": offered}


CHILD_COLUMNS = [each for each in UnitList.columns if not each.hidden]


def _children_file(request: HttpRequest, unit: Unit) -> HttpResponseBase | None:
    day = request.as_of
    below = register.with_unit_figures(register.children_of(request.user, unit, day), day)
    children = list(below.order_by("name", "pk"))
    unit_names.bear(children, day)
    return download(request, children, CHILD_COLUMNS, name="unit-bawahan", title=unit.name)


def _offered(user: Any, unit: Unit) -> list[dict[str, Any]]:
    """What may be decided on an open unit."""
    if unit.ends_on is not None:
        return []
    offered = []
    if permissions.may_edit_positions(user, unit):
        offered.append({"label": _("Jabatan baru"), "url": f"{reverse('position-new')}?unit={unit.pk}"})
    if permissions.may_edit_structure(user, unit):
        offered += [
            {"label": _("Unit bawahan baru"), "url": f"{reverse('unit-new')}?di={unit.pk}"},
            {"label": _("Ubah nama"), "url": reverse("unit-rename", args=[unit.pk])},
            {"label": _("Pindahkan"), "url": reverse("unit-move", args=[unit.pk])},
            {"label": _("Gabungkan"), "url": reverse("unit-merge", args=[unit.pk])},
            {"label": _("Ubah bentuk"), "url": reverse("unit-convert", args=[unit.pk])},
            {"label": _("Tutup unit"), "url": reverse("unit-close", args=[unit.pk])},
        ]
    return offered


@doors.needs("view_register")
@safe_or_file
@follows_day
def unit_detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A unit with its own positions and sub-units; figures count the subtree as it stood on the day. The file holds all
    of its own positions, or (`bagian=unit`) the units right below; positions below are in the list of positions."""
    user, day = request.user, request.as_of
    units = Unit.objects.visible_to(user).select_related("office", "parent", "successor")
    unit = doors.found(units, pk=pk)
    if request.GET.get("bagian") == "unit" and (file := _children_file(request, unit)) is not None:
        return file
    unit_names.bear([unit], day)
    own = Position.objects.visible_to(user).on(day)
    below = register.with_figures(register.of_unit_and_below(own, unit, day), day)
    sums = register.totals(below, day)
    here = (
        register.with_figures(own.filter(unit=unit), day)
        .select_related("job")
        .order_by("-is_head", "order", "-job_class", "job__name", "pk")
    )
    file = download(request, here, POSITION_COLUMNS, name="jabatan-unit", title=unit.name)
    if file is not None:
        return file
    positions = list(here[: MOST_POSITIONS + 1])
    children = register.with_unit_figures(register.children_of(user, unit, day), day)
    page = Paginator(children.order_by("name", "pk"), CHILDREN_A_PAGE).get_page(request.GET.get("hal_unit"))
    page.object_list = list(page.object_list)
    unit_names.bear(page.object_list, day)
    # On a day gone by it was not to come yet.
    ends = unit_mergers.is_coming(unit, day) or unit_mergers.is_closing(unit, day)
    is_ending = day >= dates.today() and ends
    change = withdrawals.coming_change(unit, dates.today()) if permissions.may_edit_structure(user, unit) else None
    crumbs = [(_("Organisasi"), ""), (_("Unit kerja"), reverse("unit-list"))]
    if unit.parent is not None and unit.parent_id != unit.pk:
        crumbs.append((unit.parent.name, reverse("unit-detail", args=[unit.parent_id])))
    goals = details.goals_of_unit(unit, day)
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
        "children": page,
        "periods": details.unit_periods(unit),
        "withdrawable": change[1].pk if change else None,
        "is_ending": is_ending,
        "is_form": is_ending and unit.successor is not None and unit_mergers.changes_form(unit),
        "may_withdraw": is_ending and permissions.may_edit_structure(user, unit),
        "predecessors": list(Unit.objects.visible_to(user).filter(successor=unit).order_by("name", "pk")),
        "goals": goals[:MOST_GOALS],
        "more_goals": len(goals) > MOST_GOALS,
        "sheets": sheets,
        "actions": _offered(user, unit),
        "query": f"unit={unit.pk}",
    }
    return render(request, "positions/unit_detail.html", context)


# Changes: each by a decree, from a day on


def _decree_field() -> forms.CharField:
    """A field of the number, as long as the periods of units keep it."""
    return forms.CharField(
        label=gettext_lazy("Nomor keputusan"), max_length=200, help_text=gettext_lazy("Nomor peraturan atau keputusan.")
    )


class UnitForm(forms.Form):
    code = forms.CharField(label=gettext_lazy("Kode"), max_length=40)
    name = forms.CharField(label=gettext_lazy("Nama"), max_length=250)
    kind = forms.ChoiceField(label=gettext_lazy("Jenis"), choices=Unit.Kind.choices)
    starts_on = day_field(gettext_lazy("Berdiri sejak"))
    decree = _decree_field()
    decree_on = day_field(gettext_lazy("Tanggal keputusan"))
    region_code = forms.CharField(label=gettext_lazy("Kode wilayah"), max_length=13, required=False)
    siasn_id = forms.CharField(label=gettext_lazy("Id SIASN"), max_length=40, required=False)


class UnitChangeForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Nama"), max_length=250)
    starts_on = day_field(gettext_lazy("Berlaku mulai"))
    decree = _decree_field()
    decree_on = day_field(gettext_lazy("Tanggal keputusan"))


class UnitCloseForm(forms.Form):
    ends_on = day_field(gettext_lazy("Hari pertama tanpa unit ini"))
    decree = _decree_field()
    decree_on = day_field(gettext_lazy("Tanggal keputusan"))


def _above(unit: Unit | None, title: str) -> list[tuple[str, str]]:
    crumbs = [(_("Organisasi"), ""), (_("Unit kerja"), reverse("unit-list"))]
    if unit is not None:
        crumbs.append((unit.name, reverse("unit-detail", args=[unit.pk])))
    return [*crumbs, (title, "")]


def _pick_unit(request: HttpRequest, name: str, heading: str, lead: str, crumbs: Any, first: Any = ()) -> HttpResponse:
    """Search a unit of the day; each found leads to this page with `?name=<id>`; `first` stand above what is found."""
    text = request.GET.get("q", "")
    rows = [unit_row(unit, f"{request.path}?{name}={unit.pk}") for unit in units_like(request, text)]
    return pick(request, heading, lead, crumbs, [*first, *rows])


@doors.needs("edit_structure")
@require_http_methods(["GET", "HEAD", "POST"])
def unit_new(request: HttpRequest) -> HttpResponse:
    """Pick the unit above, then fill the form."""
    user, day = request.user, request.as_of
    parent_id = _id(request, "di")
    if parent_id is None:
        return _pick_unit(
            request, "di", _("Unit baru: pilih unit induk"), _("Di bawah unit mana unit ini berdiri?"),
            _above(None, _("Unit baru")),
        )  # fmt: skip
    parent = doors.found(register.units_from(user, day), pk=parent_id)
    initial = {"starts_on": max(day, parent.starts_on), "kind": Unit.Kind.OTHER}
    form = UnitForm(request.POST or None, initial=initial)
    return decide(
        request, form, lambda actor, asked: structure.add_unit(actor=actor, parent=parent, **asked), units=[parent],
        done=_("Unit baru dicatat."), heading=_("Unit baru"), lead=_("Di bawah %(unit)s.") % {"unit": parent},
        crumbs=_above(parent, _("Unit baru")), back=reverse("unit-detail", args=[parent.pk]),
    )  # fmt: skip


@doors.needs("edit_structure")
@require_http_methods(["GET", "HEAD", "POST"])
def unit_rename(request: HttpRequest, pk: int) -> HttpResponse:
    unit = doors.found(Unit.objects.visible_to(request.user), pk=pk)
    form = UnitChangeForm(request.POST or None, initial={"name": unit.name, "starts_on": request.as_of})
    return decide(
        request, form, lambda actor, asked: structure.change_unit(actor=actor, unit=unit, **asked), units=[unit],
        changing=[unit], placing=False, done=_("Nama unit dicatat; nama lama tetap dalam riwayat."),
        heading=_("Ubah nama %(unit)s") % {"unit": unit},
        lead=_("Nama lama berakhir pada hari nama baru berlaku dan tetap tersimpan."),
        crumbs=_above(unit, _("Ubah nama")), back=reverse("unit-detail", args=[pk]),
    )  # fmt: skip


@doors.needs("edit_structure")
@require_http_methods(["GET", "HEAD", "POST"])
@follows_day
def unit_move(request: HttpRequest, pk: int) -> HttpResponse:
    """Pick the unit above, then the day and the decree; the name may change with the same decree."""
    user, day = request.user, request.as_of
    unit = doors.found(Unit.objects.visible_to(user), pk=pk)
    title = _("Pindahkan")
    parent_id = _id(request, "ke")
    if parent_id is None:
        return _pick_unit(
            request, "ke", _("Pindahkan %(unit)s: pilih unit induk") % {"unit": unit},
            _("Ke bawah unit mana unit ini pindah?"), _above(unit, title),
        )  # fmt: skip
    parent = doors.found(register.units_on(user, day), pk=parent_id)
    form = UnitChangeForm(request.POST or None, initial={"name": unit.name, "starts_on": day})
    return decide(
        request, form, lambda actor, asked: structure.change_unit(actor=actor, unit=unit, parent=parent, **asked),
        units=[unit.parent_id, parent], changing=[unit], done=_("Unit %(unit)s dipindahkan.") % {"unit": unit},
        heading=_("Pindahkan %(unit)s") % {"unit": unit},
        lead=_("Ke bawah %(unit)s, beserta semua unit di bawahnya.") % {"unit": parent},
        crumbs=_above(unit, title), back=reverse("unit-detail", args=[pk]),
    )  # fmt: skip


@doors.needs("edit_structure")
@require_http_methods(["GET", "HEAD", "POST"])
@follows_day
def unit_close(request: HttpRequest, pk: int) -> HttpResponse:
    """Pick the successor, or none, then the day and the decree."""
    user, day = request.user, request.as_of
    unit = doors.found(Unit.objects.visible_to(user), pk=pk)
    title = _("Tutup unit")
    if "pengganti" not in request.GET:
        none = [(_("Tanpa pengganti"), _("unit hilang, tugasnya tidak diteruskan"), f"{request.path}?pengganti=")]
        return _pick_unit(
            request, "pengganti", _("Tutup %(unit)s: pilih unit pengganti") % {"unit": unit},
            _("Unit mana yang meneruskan tugasnya?"), _above(unit, title), none,
        )  # fmt: skip
    successor_id = _id(request, "pengganti")
    successor = None if successor_id is None else doors.found(register.units_on(user, day), pk=successor_id)
    form = UnitCloseForm(request.POST or None, initial={"ends_on": day})
    lead = (
        _("Penggantinya %(unit)s; pegawai tanpa jabatan ikut ke sana.") % {"unit": successor}
        if successor
        else _("Tanpa unit pengganti.")
    )
    return decide(
        request, form, lambda actor, asked: structure.close_unit(actor=actor, unit=unit, successor=successor, **asked),
        units=[unit, successor], changing=[unit], done=_("Unit %(unit)s ditutup.") % {"unit": unit}, danger=True,
        heading=_("Tutup %(unit)s") % {"unit": unit}, lead=lead, crumbs=_above(unit, title),
        back=reverse("unit-detail", args=[pk]),
    )  # fmt: skip
