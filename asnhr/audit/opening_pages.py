"""Pages of openings of secret values: asked for by one, decided by another, opened by the asker for a day."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from asnhr import formats
from asnhr.audit import opening, whose
from asnhr.audit.declared import by_table
from asnhr.audit.pages import refuse_without, table_name
from asnhr.audit.search import number_in
from asnhr.errors import NotAllowed, RuleBroken
from asnhr.models import AuditOpening
from asnhr.pages.tables import Column, TablePage

# Digits of a NIP; no object has so long a number.
NIP = 18
OPENERS = ("view_audit", "request_opening", "approve_opening")


class OpeningList(TablePage):
    title = gettext_lazy("Pembukaan nilai rahasia")
    lead = gettext_lazy("Diminta oleh satu orang, disetujui oleh orang lain, dan tercatat setiap kali dibuka.")
    noun = gettext_lazy("permintaan")
    order_by = ("-requested_at",)
    columns = (
        Column("diminta", gettext_lazy("Diminta"), "requested_at", kind="date", sort="requested_at", fixed=True,
               url=lambda row: reverse("audit-opening", args=[row.pk])),
        Column("oleh", gettext_lazy("Oleh"), lambda row: str(row.requested_by)),
        Column("objek", gettext_lazy("Objek"), table_name, sub=lambda row: f"#{row.object_id}"),
        Column("tentang", gettext_lazy("Tentang"), "whose"),
        Column("keperluan", gettext_lazy("Keperluan"), lambda row: row.get_purpose_display()),
        Column("keputusan", gettext_lazy("Keputusan"), lambda row: row.get_verdict_display(), sort="verdict"),
        Column("alasan", gettext_lazy("Alasan keputusan"), lambda row: row.get_reason_display(), hidden=True),
        Column("pemutus", gettext_lazy("Diputuskan oleh"), lambda row: str(row.decided_by or "")),
    )  # fmt: skip

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            refuse_without(request, *OPENERS)
        return super().dispatch(request, *args, **kwargs)

    def queryset(self, request: HttpRequest) -> QuerySet[Any]:
        # Nothing is decrypted that no column shows.
        rows = AuditOpening.objects.visible_to(request.user).defer("note", "decision_note")
        return rows.select_related("requested_by", "decided_by")

    def dress(self, rows: list[Any]) -> None:
        """Whom each is about."""
        named = whose.names([(row.table_name, row.object_id) for row in rows], self.request.user)
        for row in rows:
            row.whose = named.get((row.table_name, row.object_id), "")

    def extra_context(self, request: HttpRequest) -> dict[str, Any]:
        actions = []
        if request.user.access.may("request_opening"):  # type: ignore[union-attr]
            actions = [{"label": _("Permintaan baru"), "url": reverse("audit-opening-new"), "primary": True}]
        return {"crumbs": [(_("Sistem"), ""), (_("Pembukaan nilai rahasia"), "")], "actions": actions}


def _remark() -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Keterangan"), max_length=opening.LONGEST, required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Bila perlu, misalnya nomor surat tugas. Tersandi; dibaca peminta dan pemutus."),
    )  # fmt: skip


class OpeningForm(forms.Form):
    table = forms.ChoiceField(label=gettext_lazy("Objek"))
    object_id = forms.CharField(
        label=gettext_lazy("NIP pegawainya, atau nomor objek"), max_length=30,
        help_text=gettext_lazy("NIP 18 angka, juga untuk yang sudah dihapus; atau nomor pada alamat halaman objek."),
    )  # fmt: skip
    purpose = forms.ChoiceField(
        label=gettext_lazy("Keperluan"), choices=[("", "—"), *opening.PURPOSES.items()],
        help_text=gettext_lazy("Tercatat di jejak audit bersama nama Anda."),
    )  # fmt: skip
    note = _remark()

    def __init__(self, *args: Any, objects: Mapping[int, datetime] | None = None, **kwargs: Any) -> None:
        """`objects`: those of one person, and when a value of each last left; one of them is to be chosen."""
        super().__init__(*args, **kwargs)
        choices = [(each.table, each.name) for each in by_table().values() if each.secrets]
        field: Any = self.fields["table"]
        field.choices = choices
        if objects:
            self.fields["object_id"] = forms.ChoiceField(
                label=gettext_lazy("Objek mana"), widget=forms.RadioSelect,
                choices=[(str(pk), f"#{pk} · {formats.moment(at)}") for pk, at in sorted(objects.items())],
                help_text=gettext_lazy("Nomor objek dan kapan nilainya terakhir berubah atau dihapus."),
                error_messages={
                    "invalid_choice": gettext_lazy("Pegawai ini mempunyai beberapa objek; pilih salah satu.")
                },
            )  # fmt: skip

    def clean_object_id(self) -> int | str:
        """Return the number of an object, or a NIP as text."""
        text = "".join(self.cleaned_data["object_id"].split())
        if text.isascii() and text.isdigit() and len(text) == NIP:
            return text
        number = number_in(text if text.startswith("#") else f"#{text}")
        if not number:
            raise forms.ValidationError(_("Tulis NIP 18 angka atau nomor objek."))
        return number


class DecisionForm(forms.Form):
    """Which reasons go with which verdict, the service says."""

    approve = forms.TypedChoiceField(
        label=gettext_lazy("Keputusan"), coerce=lambda text: text == "setuju",
        choices=[("", "—"), ("setuju", gettext_lazy("Setujui untuk 24 jam")), ("tolak", gettext_lazy("Tolak"))],
    )  # fmt: skip
    reason = forms.ChoiceField(
        label=gettext_lazy("Alasan"),
        choices=[
            ("", "—"),
            (gettext_lazy("Menyetujui"), list(opening.reasons_for(approve=True).items())),
            (gettext_lazy("Menolak"), list(opening.reasons_for(approve=False).items())),
        ],
    )  # fmt: skip
    note = _remark()


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def opening_new(request: HttpRequest) -> HttpResponse:
    refuse_without(request, "request_opening")
    initial = {"table": request.GET.get("tabel", ""), "object_id": request.GET.get("objek", "")}
    form = OpeningForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = _asked(request, form)
            if isinstance(made, AuditOpening):
                messages.success(request, _("Permintaan dicatat dan menunggu persetujuan."))
                return redirect("audit-opening", made.pk)
            form = OpeningForm(request.POST, objects=made)
        except RuleBroken as broken:
            form.add_error(None, str(broken))
    context = {
        "form": form,
        "heading": _("Permintaan pembukaan nilai rahasia"),
        "lead": _(
            "NIK, surel, nomor HP, dan nilai rahasia lain yang pernah berubah tersimpan tersandi di luar rantai."
        ),
        "crumbs": [(_("Pembukaan nilai rahasia"), reverse("audit-openings")), (_("Permintaan baru"), "")],
        "cancel_url": reverse("audit-openings"),
    }
    return render(request, "positions/form_page.html", context, status=422 if form.errors else 200)


def _asked(request: HttpRequest, form: OpeningForm) -> AuditOpening | dict[int, datetime]:
    """Ask for what the form names; or return the objects, where the person has several."""
    actor: Any = request.user
    facts = dict(form.cleaned_data)
    if isinstance(facts["object_id"], str):
        found = opening.objects_of(actor=actor, table=facts["table"], nip=facts["object_id"])
        if not found:
            raise RuleBroken(_("Tidak ada nilai rahasia yang tersimpan tentang pegawai ini pada objek jenis itu."))
        if len(found) > 1:
            return found
        facts["object_id"] = next(iter(found))
    return opening.request_opening(actor=actor, **facts)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def opening_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A request: decided here by who may, opened here by who asked."""
    refuse_without(request, *OPENERS)
    user: Any = request.user
    rows = AuditOpening.objects.visible_to(user).select_related("requested_by", "decided_by")
    asked = get_object_or_404(rows, pk=pk)
    waiting = asked.verdict == AuditOpening.Verdict.WAITING
    may_decide = waiting and user.access.may("approve_opening") and asked.requested_by_id != user.pk
    may_decide = may_decide and not opening.is_about(user, asked)
    form = DecisionForm(request.POST if request.method == "POST" and may_decide else None)
    values = None
    if request.method == "POST":
        try:
            if may_decide:
                if form.is_valid():
                    opening.decide(actor=user, opening=asked, **form.cleaned_data)
                    return redirect("audit-opening", pk)
            else:
                values = opening.open_values(actor=user, opening=asked)
        except NotAllowed as refusal:
            raise PermissionDenied(str(refusal)) from refusal
        except RuleBroken as broken:
            form.add_error(None, str(broken))
    context = {
        "opening": asked,
        "table": table_name(asked),
        "whose": whose.names([(asked.table_name, asked.object_id)], user).get((asked.table_name, asked.object_id), ""),
        "form": form if may_decide else None,
        "may_open": opening.may_open(asked, user),
        "reads_notes": opening.may_read_notes(asked, user),
        "values": values,
        "crumbs": [(_("Pembukaan nilai rahasia"), reverse("audit-openings")), (f"#{pk}", "")],
    }
    return render(request, "asnhr/audit_opening.html", context, status=422 if form.errors else 200)
