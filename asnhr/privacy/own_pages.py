"""The own copy's page: ask for it, take it while it lasts."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from asnhr.audit.pages import refuse_without
from asnhr.errors import NotAllowed, RuleBroken
from asnhr.models import OwnCopy
from asnhr.privacy import owndata
from asnhr.privacy.pages import attempt


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def own_copies(request: HttpRequest) -> HttpResponse:
    """The own copies with what they are; POST asks for a new one, made in the background."""
    refuse_without(request, "view_own")
    if request.method == "POST":
        agency: Any = request.agency  # type: ignore[attr-defined]
        if attempt(request, None, owndata.request_copy, agency=agency) is not None:
            messages.success(request, _("Salinan sedang dibuat; Anda diberi tahu begitu siap."))
        return redirect("own-copies")
    rows = OwnCopy.objects.visible_to(request.user).select_related("run").order_by("-requested_at", "-pk")[:10]
    context = {
        "rows": list(rows), "has_record": bool(getattr(request.user, "nip", "")),
        "crumbs": [(_("Pegawai"), ""), (_("Salinan data saya"), "")],
    }  # fmt: skip
    return render(request, "privacy/own_copies.html", context)


@never_cache
@login_required
@require_safe
def own_copy_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The ZIP, for its person, until its day is over; written down in the trail."""
    refuse_without(request, "view_own")
    row = get_object_or_404(OwnCopy.objects.visible_to(request.user).select_related("agency"), pk=pk)
    try:
        data = owndata.take(actor=request.user, copy=row)  # type: ignore[arg-type]
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except RuleBroken as broken:
        messages.error(request, str(broken))
        return redirect("own-copies")
    answer = HttpResponse(data, content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="data-saya-{row.pk}.zip"'
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "no-store"
    return answer
