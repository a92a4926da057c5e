"""The map of a unit on a day without it: what the files say, the days on which it is there, and the way to them."""

from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from positions.models import Unit
from positions.pages import doors


def answer(request: Any, pk: int, view: Any) -> HttpResponse:
    """Answer for a unit that is not on the map of the day; 404 for one out of sight. `view`: the map's address."""
    unit: Unit = doors.found(Unit.objects.visible_to(request.user), pk=pk)
    if request.headers.get("HX-Request") == "true":
        return render(request, "positions/_parts/unit_nodes.html", {"nodes": [], "rows": [], "fetched": True})
    # A unit without a period on its first days is on the map from the first one on.
    first = unit.periods.order_by("starts_on").values_list("starts_on", flat=True).first() or unit.starts_on
    if unit.ends_on is None or request.as_of < first:
        day, label = first, _("Buka peta pada hari pertamanya")
    else:
        day, label = unit.ends_on - timedelta(days=1), _("Buka peta pada hari terakhirnya")
    context = {
        "figures": [], "nodes": [], "view": view, "chosen": unit, "absent": unit,
        "absent_url": view.url(as_of=day.isoformat(), hal=None), "absent_label": label,
        "crumbs": [(_("Organisasi"), ""), (_("Peta jabatan"), view.url(unit=None)), (unit.name, "")],
    }  # fmt: skip
    return render(request, "positions/unit_tree.html", context)
