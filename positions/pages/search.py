"""One search for people, positions, units, jobs and pages in the user's scope; and the rulebook."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from asnhr import told
from asnhr.likeness import Nearness, nearness
from asnhr.models import AgencyParameter, Parameter
from asnhr.pages.days import follows_day
from asnhr.pages.finder import pages_like
from asnhr.pages.tables import Column, download
from asnhr.queries import in_force_on
from positions.pages import doors
from positions.queries import search

# In the dialog: what fits a screen.
QUICK = 5


@dataclass(frozen=True)
class Group:
    """Hits of one kind: `kind` names the part that draws them."""

    kind: str
    rows: list[Any]


@dataclass(frozen=True)
class Found:
    """Groups that bear the words searched for, the nearest first; then those merely alike."""

    near: list[Group]
    alike: list[Group]

    @property
    def count(self) -> int:
        return sum(len(group.rows) for group in (*self.near, *self.alike))


def found(request: HttpRequest, text: str, most: int) -> Found:
    """Search for `text` among pages and the register. Across the kinds no row that is merely alike stands before one
    that bears the words: "guru" is no "Gulo" while there are teachers."""
    hits = search.search(request.user, text, request.as_of, most)  # type: ignore[attr-defined]
    rows = [("pages", page, nearness(text, f"{page.label} {page.also} {page.group}"))
            for page in pages_like(request.user, text, most)]  # fmt: skip
    rows += [(kind, row, hits.nearness[kind, row.pk]) for kind in search.KINDS for row in getattr(hits, kind)]
    near: dict[str, list[Any]] = {}
    alike: dict[str, list[Any]] = {}
    best: dict[str, Nearness] = {}
    for kind, row, how in rows:
        (alike if how is Nearness.ALIKE else near).setdefault(kind, []).append(row)
        best[kind] = min(how, best.get(kind, how))
    ordered = sorted(near, key=lambda kind: best[kind])
    return Found([Group(kind, near[kind]) for kind in ordered], [Group(kind, alike[kind]) for kind in alike])


@login_required
@require_safe
@follows_day
def search_page(request: HttpRequest) -> HttpResponse:
    """Grouped results, the nearest first, what is merely alike after them; at most five queries of its own."""
    text = request.GET.get("q", "").strip()[: search.LONGEST]
    context: dict[str, Any] = {"q": text, "too_short": bool(text) and len(text) < 2}
    if text:
        context["found"] = found(request, text, search.MOST_HITS)
    return render(request, "positions/search.html", context)


@login_required
@require_safe
def search_quick(request: HttpRequest) -> HttpResponse:
    """The part under the field of the search dialog, asked while a person types: what is merely alike only where
    nothing bears the words, for the keys move there blindly."""
    text = request.GET.get("q", "").strip()[: search.LONGEST]
    hits = found(request, text, QUICK)
    context = {"q": text, "groups": hits.near or hits.alike, "count": hits.count, "too_short": len(text) < 2}
    return render(request, "positions/_parts/finder_hits.html", context)


@doors.needs("view_register")
@require_safe
@follows_day
def parameter_list(request: HttpRequest) -> HttpResponseBase:
    """The rulebook in force on the day: national values with mark and legal basis, beside the agency's own."""
    day = request.as_of
    own = {row.code: row for row in AgencyParameter.objects.filter(in_force_on(day), agency=request.agency)}
    national = Parameter.objects.filter(in_force_on(day)).order_by("code", "pk")
    file = download(
        request, ({"row": row, "own": own.get(row.code) if row.agency_may_set else None} for row in national),
        RULES, name="aturan", title=_("Buku aturan"),
    )  # fmt: skip
    if file is not None:
        return file
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in national:
        override = own.get(row.code) if row.agency_may_set else None
        groups.setdefault(row.code.partition(".")[0], []).append(
            {
                "row": row,
                "value": told.rule(row.value),
                "own": override,
                "own_value": told.rule(override.value) if override else "",
            }
        )
    context = {
        "groups": [(group_name(code), rows) for code, rows in groups.items()],
        "crumbs": [(_("Sistem"), ""), (_("Buku aturan"), "")],
        "figures": [
            {"label": _("Aturan berlaku"), "value": sum(len(rows) for rows in groups.values())},
            {"label": _("Diatur instansi sendiri"), "value": len(own)},
            {
                "label": _("Perlu dikonfirmasi"),
                "detail": _("tanda M: belum ada naskah pasalnya"),
                "value": sum(1 for rows in groups.values() for each in rows if each["row"].mark == "M"),
            },
        ],
    }
    return render(request, "positions/parameter_list.html", context)


# Of the file; the page draws groups.
RULES = (
    Column("code", gettext_lazy("Kode"), lambda each: each["row"].code),
    Column("name", gettext_lazy("Aturan"), lambda each: _(each["row"].name) if each["row"].name else ""),
    Column("value", gettext_lazy("Nilai"), lambda each: told.rule(each["row"].value)),
    Column("unit", gettext_lazy("Satuan"), lambda each: _(each["row"].unit) if each["row"].unit else ""),
    Column("own", gettext_lazy("Nilai instansi"), lambda each: told.rule(each["own"].value) if each["own"] else ""),
    Column("mark", gettext_lazy("Tanda"), lambda each: each["row"].mark),
    Column("law", gettext_lazy("Dasar"), lambda each: _(each["row"].legal_basis) if each["row"].legal_basis else ""),
)
# Values and keys that are words of the program.
GROUPS = {
    "needs": gettext_lazy("Analisis kebutuhan jabatan"),
    "supply": gettext_lazy("Bezetting"),
    "bup": gettext_lazy("Batas usia pensiun"),
    "abk": gettext_lazy("Beban kerja (ABK)"),
    "budget": gettext_lazy("Anggaran"),
    "imports": gettext_lazy("Impor"),
    "promotion": gettext_lazy("Kenaikan pangkat"),
    "salary": gettext_lazy("Gaji pokok"),
    "scale": gettext_lazy("Masa kerja golongan"),
    "match": gettext_lazy("Kesesuaian kompetensi (JPM)"),
    "quality": gettext_lazy("Kualitas data"),
    "agenda": gettext_lazy("Buku penjagaan"),
    "files": gettext_lazy("Berkas pegawai"),
    "ikd": gettext_lazy("Indeks kualitas data (IKD)"),
    "job_analysis": gettext_lazy("Analisis jabatan"),
    "notify": gettext_lazy("Pengingat"),
    "retention": gettext_lazy("Masa simpan data pribadi"),
}


def group_name(code: str) -> Any:
    return GROUPS.get(code, code)
