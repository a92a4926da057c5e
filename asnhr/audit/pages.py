"""Pages of the trail: the history of an object, the auditor's search, one entry, heads, openings of secret values."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from asnhr import export, list_files
from asnhr.audit import history, proofs, sealer, words
from asnhr.audit.declared import by_table
from asnhr.audit.search import EntryFilter
from asnhr.errors import NotAllowed, RuleBroken
from asnhr.models import AuditEntry, AuditHead, AuditSeal, AuditValue
from asnhr.pages import list_files as list_file_pages
from asnhr.pages.tables import Column, TablePage, safe_or_file

# Changes of one export of a history or an entry.
MOST_EXPORTED = 20_000


def page_number(request: HttpRequest) -> int:
    text = request.GET.get("hal", "1")
    return min(max(int(text), 1), 10_000) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def table_name(entry: Any) -> str:
    known = by_table().get(entry.table_name)
    return known.name if known else entry.table_name


def columns_of(entry: Any) -> str:
    """What an entry of one object changed, by names of columns; their number for many."""
    if entry.rows != 1 or not getattr(entry, "first_change", None):
        return ""
    if entry.kind == AuditEntry.Kind.UPDATE:
        return words.labels(entry, list(words.columns_changed(entry, entry.first_change)))
    if entry.kind in (*words.CREATED, words.DELETED):
        return ""
    return words.act_in_words(entry.first_change, by_table().get(entry.table_name))


class EntryList(TablePage):
    title = gettext_lazy("Jejak audit")
    lead = gettext_lazy(
        "Siapa mengubah atau membaca apa, kapan, dan lewat pintu mana. Ditulis oleh basis data sendiri. Nama yang"
        " dimiliki paling banyak 20 orang menemukan riwayat mereka juga; selebihnya cari dengan NIP."
    )
    noun = gettext_lazy("catatan")
    permission = "view_audit"
    filterset_class = EntryFilter
    first_filters = ("pelaku", "tabel", "objek", "jenis", "dari", "sampai")
    order_by = ("-at",)

    @property
    def filtered_empty_text(self) -> str:
        return self.filterset.nothing_called

    columns = (
        Column("waktu", gettext_lazy("Waktu"), "at", kind="date", sort="at", fixed=True,
               url=lambda row: reverse("audit-detail", args=[row.pk])),
        Column("pelaku", gettext_lazy("Pelaku"), "who"),
        Column("jenis", gettext_lazy("Jenis"), lambda row: row.get_kind_display()),
        Column("objek", gettext_lazy("Objek"), table_name),
        Column("nomor", gettext_lazy("Nomor objek"), lambda row: f"#{row.first_object}" if row.rows == 1 and
               row.first_object else ""),
        Column("kolom", gettext_lazy("Perubahan"), columns_of),
        Column("baris", gettext_lazy("Baris"), "rows", kind="num"),
        Column("pintu", gettext_lazy("Pintu"), lambda row: row.get_door_display()),
        Column("alasan", gettext_lazy("Alasan"), "why"),
        Column("mata", gettext_lazy("Mata rantai"), "link_number", kind="num", hidden=True),
        Column("peran", gettext_lazy("Peran basis data"), "db_role", hidden=True),
    )  # fmt: skip

    def queryset(self, request: HttpRequest) -> QuerySet[Any]:
        first = AuditValue.objects.filter(id=OuterRef("first_value"), entry_id=OuterRef("pk"))
        links = AuditSeal.objects.filter(agency_id=OuterRef("agency_id"), entry_id=OuterRef("pk"))
        return AuditEntry.objects.visible_to(request.user).select_related("user").annotate(
            first_object=Subquery(first.values("object_id")[:1]),
            first_change=Subquery(first.values("change")[:1]),
            link_number=Subquery(links.values("number")[:1]),
        )  # fmt: skip

    def extra_context(self, request: HttpRequest) -> dict[str, Any]:
        return {
            "crumbs": [(_("Sistem"), ""), (_("Jejak audit"), "")],
            "actions": [
                {"label": _("Kepala rantai"), "url": reverse("audit-heads")},
                {"label": _("Pembukaan nilai"), "url": reverse("audit-openings")},
            ],
        }


class HeadList(TablePage):
    title = gettext_lazy("Kepala rantai audit")
    lead = gettext_lazy(
        "Mata rantai terakhir setiap hari. Yang dikirim lewat surel membuktikan bahwa jejak tidak ditulis ulang."
    )
    noun = gettext_lazy("hari")
    permission = "view_audit"
    template_name = "asnhr/audit_heads.html"
    order_by = ("-day",)
    columns = (
        Column("hari", gettext_lazy("Hari"), "day", kind="date", sort="day", fixed=True),
        Column("nomor", gettext_lazy("Mata rantai"), "number", kind="num"),
        Column("sidik", gettext_lazy("Sidik"), "hash"),
        Column("tunggu", gettext_lazy("Belum disegel"), "unsealed", kind="num"),
    )  # fmt: skip
    empty_text = gettext_lazy("Kepala pertama diambil malam ini.")

    def queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return AuditHead.objects.visible_to(request.user)

    def extra_context(self, request: HttpRequest) -> dict[str, Any]:
        last = AuditSeal.objects.visible_to(request.user).order_by("-number").first()
        waiting = sealer.delay()
        proof = proofs.standing(request.agency.pk)  # type: ignore[attr-defined]
        return {
            "crumbs": [(_("Jejak audit"), reverse("audit-list")), (_("Kepala rantai"), "")],
            "proof": proof,
            "faults": proofs.faults_of(proof),
            # Those of a proof that found more than it names.
            "unnamed": proof.fault_count - len(proof.faults) if proof else 0,
            "late": waiting is not None and waiting > sealer.LATE,
            "unmailed": ", ".join(sealer.unmailed()),
            "figures": [
                {"label": _("Mata rantai"), "value": last.number if last else 0},
                {"label": _("Belum disegel"), "value": sealer.unsealed(request.agency.pk)},  # type: ignore[attr-defined]
            ],
        }


@login_required
@safe_or_file
def entry_detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One entry with what it did to each object."""
    refuse_without(request, "view_audit")
    rows = AuditEntry.objects.visible_to(request.user).select_related("user")
    entry = get_object_or_404(rows, pk=pk)
    if kind := asked_export(request):
        name = f"{table_name(entry)} #{entry.pk}"
        if list_files.is_large(request, min(entry.rows, MOST_EXPORTED)):
            return list_file_pages.offer(request, title=name, rows=min(entry.rows, MOST_EXPORTED))
        return exported(
            request, kind, history.read_entry(entry, request.user, size=MOST_EXPORTED).changes, f"jejak-{pk}"
        )
    seal = AuditSeal.objects.filter(agency_id=entry.agency_id, entry=entry).first()
    proof = proofs.standing(entry.agency_id)
    context = {
        "entry": entry,
        "table": table_name(entry),
        "seal": seal,
        "proof": proof,
        "warning": proofs.warning_of(proof, entry.pk, seal),
        "history": history.read_entry(entry, request.user, page=page_number(request)),
        "crumbs": [(_("Jejak audit"), reverse("audit-list")), (f"#{entry.pk}", "")],
    }
    return render(request, "asnhr/audit_detail.html", context)


@login_required
@require_POST
def prove(request: HttpRequest) -> HttpResponse:
    """Have the chain proved now; what comes of it is shown with the heads."""
    user: Any = request.user
    try:
        proofs.ask(actor=user)
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except RuleBroken as broken:
        messages.error(request, str(broken))
    else:
        messages.success(request, _("Jejak sedang dibuktikan; muat ulang halaman ini sebentar lagi."))
    return redirect("audit-heads")


@login_required
@safe_or_file
def object_history(request: HttpRequest, table: str, pk: int) -> HttpResponseBase:
    """Who changed what of one object, for who sees the object, and of the own record for its person."""
    refuse_without(request, "view_register", "view_own", "view_processing")
    known = history.declared_for(table, request.user)
    row = history.found(known, pk, request.user)
    title = history.title_of(row)
    if kind := asked_export(request):
        most = settings.LIST_ROWS_AT_ONCE
        if list_files.is_large(request, most + 1) and history.of_object(known, pk, request.user, size=most).more:
            return list_file_pages.offer(request, title=title, rows=most, at_least=True)
        every = history.read(known, row, request.user, size=MOST_EXPORTED)
        return exported(request, kind, every.changes, f"riwayat-{known.table}-{pk}")
    back = history.page_of(known, pk, request.user)
    context = {
        "object": title,
        "table": known.name,
        "history": history.read(known, row, request.user, page=page_number(request), grouped=True),
        "crumbs": [(capfirst(known.name), ""), (title, back), (_("Riwayat perubahan"), "")],
        "back_url": back,
        # Values that left are opened by two (`asnhr.audit.opening`).
        "may_ask_opening": bool(known.secrets) and request.user.access.may("request_opening"),  # type: ignore[union-attr]
        "table_name": known.table,
        "number": pk,
        "may_audit": request.user.access.may("view_audit"),  # type: ignore[union-attr]
    }
    return render(request, "asnhr/audit_history.html", context)


def refuse_without(request: HttpRequest, *any_of: str) -> None:
    if not request.user.access.permissions & set(any_of):  # type: ignore[union-attr]
        raise PermissionDenied(_("Peran Anda tidak mencakup halaman ini."))


def asked_export(request: HttpRequest) -> str:
    kind = request.GET.get("format", "")
    return kind if kind in export.FORMATS else ""


def exported(request: HttpRequest, kind: str, changes: Iterable[words.Change], name: str) -> HttpResponseBase:
    """Return every changed column as a row of the file."""
    rows = [(change, line) for change in changes for line in change.lines or [words.Line("", "", change.act)]]
    fields = [
        export.Field(_("Waktu"), "date", lambda row: row[0].entry.at, width=20),
        export.Field(_("Pelaku"), "text", lambda row: row[0].entry.who),
        export.Field(_("Jenis"), "text", lambda row: row[0].entry.get_kind_display()),
        export.Field(_("Objek"), "text", lambda row: row[0].table_name),
        export.Field(_("Nama objek"), "text", lambda row: row[0].object_name),
        export.Field(_("Kolom"), "text", lambda row: row[1].label),
        export.Field(_("Semula"), "text", lambda row: row[1].old),
        export.Field(_("Menjadi"), "text", lambda row: row[1].new),
        export.Field(_("Alasan"), "text", lambda row: row[0].entry.why),
    ]
    agency = request.agency  # type: ignore[attr-defined]
    return export.respond(
        list_files.watched(request, rows, len(rows)), fields, kind=kind, name=name, title=_("Riwayat perubahan"),
        agency=agency.name, is_sample=agency.is_sample,
    )  # fmt: skip
