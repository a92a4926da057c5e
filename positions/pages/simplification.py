"""Simplified bureaucracy (penyederhanaan birokrasi): posts that closed, what they went on in, and who went along."""

from typing import Any

import django_filters as filters
from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from asnhr.pages.tables import Column, TablePage
from positions import permissions
from positions.filters import Words
from positions.models import Position
from positions.models.job import LEVEL_CHOICES
from positions.pages import doors
from positions.pages.pickers import UnitChoice, day_field
from positions.pages.positions import _id, pick
from positions.queries import register
from positions.queries import simplification as queries
from positions.rules.competency_standard import differs_from_rule, equal_level
from positions.rules.levels import LEVEL_NAMES, Level
from positions.services import simplification as services

LIST = gettext_lazy("Penyederhanaan birokrasi")


class ClosedFilter(filters.FilterSet):
    q = Words(fields=("job__name", "job__subtitle", "unit__name"), label=gettext_lazy("Cari jabatan atau unit"))
    cara = filters.ChoiceFilter(
        choices=[*Position.Closing.choices, ("kosong", gettext_lazy("Belum dicatat"))], method="by_kind",
        label=gettext_lazy("Cara"), empty_label=gettext_lazy("Semua cara"),
    )  # fmt: skip
    jenjang = filters.ChoiceFilter(
        field_name="job__level", choices=LEVEL_CHOICES, label=gettext_lazy("Jenjang lama"),
        empty_label=gettext_lazy("Semua jenjang"),
    )  # fmt: skip
    unit = UnitChoice(field_name="unit")
    sejak = filters.DateFilter(
        field_name="ends_on", lookup_expr="gte", label=gettext_lazy("Ditutup sejak"),
        widget=forms.DateInput(attrs={"type": "date"}),
    )  # fmt: skip

    class Meta:
        model = Position
        fields: list[str] = []

    def by_kind(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(closing_kind="" if value == "kosong" else value)


def rule_of(row: Position) -> str:
    """What the rule of equalisation says of a row, where it went on otherwise."""
    new = Level(row.successor.job.level) if row.successor else None
    if not differs_from_rule(row.closing_kind, Level(row.job.level), new, row.job.echelon):
        return ""
    usual = equal_level(Level(row.job.level), row.job.echelon)
    return _("lazimnya %(level)s") % {"level": LEVEL_NAMES[usual]} if usual else _("tidak lazim disetarakan")


class ClosedList(TablePage):
    follows_day = True
    title = LIST
    lead = gettext_lazy("Jabatan yang ditutup: penerusnya, keputusannya, dan pegawai yang ikut beralih.")
    noun = gettext_lazy("jabatan yang ditutup")
    permission = "view_register"
    filterset_class = ClosedFilter
    first_filters = ("q", "cara", "jenjang")
    order_by = ("-ends_on", "unit__path", "pk")
    empty_text = gettext_lazy("Belum ada jabatan yang ditutup.")
    columns = (
        Column("lama", gettext_lazy("Jabatan lama"), lambda row: str(row.job), sort="job__name", sub="unit.name",
               fixed=True, url=lambda row: reverse("position-detail", args=[row.pk])),
        Column("jenjang", gettext_lazy("Jenjang lama"), lambda row: row.job.get_level_display(), sort="job__level"),
        Column("cara", gettext_lazy("Cara"), lambda row: row.get_closing_kind_display() or _("belum dicatat"),
               sort="closing_kind"),
        Column("baru", gettext_lazy("Jabatan penerus"),
               lambda row: str(row.successor.job) if row.successor else "", sub="successor.unit.name",
               url=lambda row: reverse("position-detail", args=[row.successor_id]) if row.successor_id else None),
        Column("aturan", gettext_lazy("Penyetaraan"), rule_of),
        Column("ditutup", gettext_lazy("Sejak"), "ends_on", kind="date", sort="ends_on"),
        Column("keputusan", gettext_lazy("Keputusan"), "closing_decree"),
        Column("tanggal", gettext_lazy("Tanggal keputusan"), "closing_decree_on", kind="date", hidden=True),
        Column("orang", gettext_lazy("Pegawai beralih"), "moved", kind="num", sort="moved"),
    )  # fmt: skip

    def queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return queries.closed(request.user, request.as_of)


class LinkForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("Cara"), choices=[])
    decree = forms.CharField(label=gettext_lazy("Nomor keputusan"), max_length=200)
    decree_on = day_field(gettext_lazy("Tanggal keputusan"), required=False)


@doors.needs("edit_structure")
@require_http_methods(["GET", "HEAD", "POST"])
def position_link(request: HttpRequest, pk: int) -> HttpResponse:
    """Say how a closed position went on: pick the post that follows or none, then kind, decree and day."""
    user = request.user
    rows = Position.objects.visible_to(user).select_related("job", "unit", "successor")
    position = doors.found(rows, pk=pk)
    back, here = reverse("position-detail", args=[pk]), reverse("position-link", args=[pk])
    if position.ends_on is None or not permissions.may_edit_structure(user, position.unit):
        messages.error(request, _("Jabatan ini belum ditutup, atau unitnya di luar cakupan Anda."))
        return redirect(back)
    crumbs = [(LIST, reverse("closed-list")), (str(position.job), back), (_("Catat penerus"), "")]
    chosen = _id(request, "penerus")
    if chosen is None:
        text = request.GET.get("q", "")
        others = (
            Position.objects.visible_to(user).on(position.ends_on).exclude(pk=pk).select_related("job", "unit__office")
        )
        found = register.alike(others, "job__name", text)[:10] if text.strip() else []
        offered = [(_("Tidak ada penerus: jabatan dihapus"), "", f"{here}?penerus=0")]
        offered += [(str(row.job), row.unit.place, f"{here}?penerus={row.pk}") for row in found]
        return pick(
            request, _("Penerus %(position)s") % {"position": position.job},
            _("Cari jabatan yang meneruskan tugasnya pada tanggal penutupan."), crumbs, offered,
        )  # fmt: skip
    successor = doors.found(rows, pk=chosen) if chosen else None
    form = LinkForm(request.POST or None, initial={
        "kind": position.closing_kind, "decree": position.closing_decree, "decree_on": position.closing_decree_on,
    })  # fmt: skip
    gone = Position.Closing.ABOLISHED
    kinds = [(value, label) for value, label in Position.Closing.choices if (value == gone) == (successor is None)]
    form.fields["kind"].choices = kinds  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        kept = doors.attempt(
            request, form, services.record, position=position, successor=successor, **form.cleaned_data
        )
        if kept is not None:
            messages.success(request, _("Kelanjutan %(position)s dicatat.") % {"position": position.job})
            return redirect(back)
    context = {
        "form": form, "heading": _("Kelanjutan %(position)s") % {"position": position.job}, "crumbs": crumbs,
        "lead": _("Diteruskan oleh %(position)s.") % {"position": successor} if successor else _("Tanpa penerus."),
        "cancel_url": back,
    }  # fmt: skip
    return render(request, "positions/form_page.html", context, status=422 if form.errors else 200)
