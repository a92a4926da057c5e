"""Doors of saved filters; their menu stands in the bar of every list (`_parts/saved_filters.html`)."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from asnhr import saved_filters
from asnhr.errors import RuleBroken
from asnhr.models import SavedFilter
from asnhr.pages.tables import TablePage


def list_at(path: str) -> str:
    """Return the name of the list at an address of ours. Raises Http404 for any other: we send people back to it."""
    try:
        match = resolve(path)
    except Resolver404:
        raise Http404 from None
    view: Any = getattr(match.func, "view_class", None)
    if view is None or not issubclass(view, TablePage):
        raise Http404
    return match.view_name


@login_required
@require_POST
def keep(request: Any) -> HttpResponse:
    """Keep the query of a list; back to the list as it was filtered."""
    path, query = request.POST.get("path", ""), request.POST.get("query", "")
    page = list_at(path)
    if request.agency is None:
        raise PermissionDenied(_("Peran Anda tidak mencakup halaman ini."))
    try:
        row = saved_filters.keep(
            agency=request.agency, page=page, name=request.POST.get("name", ""), query=query,
            is_default=bool(request.POST.get("is_default")), actor=request.user,
        )  # fmt: skip
    except RuleBroken as broken:
        messages.error(request, str(broken))
        return redirect(f"{path}?{saved_filters.lasting(query) or 'semua=1'}")
    messages.success(request, _("Saringan “%(name)s” disimpan.") % {"name": row.name})
    return redirect(f"{path}?{row.query}")


@login_required
@require_POST
def change(request: Any, pk: int) -> HttpResponse:
    """Let the list open with the filter (`do=awal`), no longer (`do=biasa`), or remove it (`do=hapus`)."""
    row = get_object_or_404(SavedFilter.objects.visible_to(request.user).filter(user=request.user), pk=pk)
    path, what = request.POST.get("path", ""), request.POST.get("do", "")
    if list_at(path) != row.page:
        raise Http404
    if what == "hapus":
        saved_filters.remove(row=row, actor=request.user)
        messages.success(request, _("Saringan “%(name)s” dihapus.") % {"name": row.name})
        return redirect(f"{path}?semua=1")
    saved_filters.open_with(row=row, is_default=what == "awal", actor=request.user)
    said = _("Daftar ini kini dibuka dengan saringan “%(name)s”.") if what == "awal" else \
        _("Daftar ini kini dibuka tanpa saringan “%(name)s”.")  # fmt: skip
    messages.success(request, said % {"name": row.name})
    return redirect(f"{path}?{row.query}")
