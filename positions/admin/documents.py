"""Documents, contacts, photo, requests and what SIASN says: written by their services (pages, API), read here."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy

from asnhr import told
from asnhr.adminbase import NationalAdmin, ReadOnlyAdmin, site
from positions import models, objection_words
from positions.services import documents
from positions.services.correctable import TARGETS
from positions.services.objections import SUBJECTS

TOPIC = gettext_lazy("Pegawai")
# Encrypted columns of a request: no list opens them.
TEXTS = ("before", "proposed", "explanation", "reason")


def subject_name(kind: str) -> str:
    return str(SUBJECTS[kind].name) if kind in SUBJECTS else kind


def target_name(code: str) -> str:
    return str(TARGETS[code].name) if code in TARGETS else code


@admin.register(models.DocumentKind, site=site)
class DocumentKindAdmin(NationalAdmin):
    tells: ClassVar[Any] = {"name": told.stored, "permission": told.permission}
    list_display = ("name", "code", "siasn_id", "sensitivity", "as_evidence")
    search_fields = ("name", "code")
    ordering = ("order", "pk")


@admin.register(models.EmployeeDocument, site=site)
class EmployeeDocumentAdmin(ReadOnlyAdmin):
    """What is said of specific ones is read by who holds their permission: of a list, a file and a row it says who."""

    list_display = ("employee", "kind", "number", "issued_on", "scan", "uploaded_at", "removed_at")
    list_filter = ("kind", "scan", "format", ("removed_at", admin.EmptyFieldListFilter))
    list_select_related = ("employee", "kind")
    search_fields = ("employee__name",)
    number_field = "employee__nip"
    ordering = ("-pk",)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        found = super().get_changelist_instance(request)
        documents.note_looks([row.pk for row in found.result_list if row.kind.is_specific], "admin")
        return found

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        found = super().get_object(request, object_id, from_field)
        documents.note_looks([found.pk] if found is not None and found.kind.is_specific else [], "admin")
        return found

    def exported(self, request: Any, rows: QuerySet[Any], kind: str) -> HttpResponseBase:
        specific = rows.filter(kind__sensitivity=models.DocumentKind.Sensitivity.SPECIFIC)
        documents.note_looks(list(specific.values_list("pk", flat=True)), "admin")
        return super().exported(request, rows, kind)

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> Any:
        """Also by a whole number: it is encrypted."""
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        if not search_term:
            return found, may_repeat
        numbered = models.EmployeeDocument.numbered(search_term)
        return queryset.filter(Q(pk__in=found.order_by().values("pk")) | numbered), False


@admin.register(models.EmployeePhoto, site=site)
class EmployeePhotoAdmin(ReadOnlyAdmin):
    list_display = ("employee", "width", "height", "size", "changed_by", "changed_at")
    list_select_related = ("employee", "changed_by")
    search_fields = ("employee__name",)
    number_field = "employee__nip"
    ordering = ("-pk",)


@admin.register(models.EmployeeContact, site=site)
class EmployeeContactAdmin(ReadOnlyAdmin):
    """What each holds is opened on the person's page, where the look is written down."""

    list_display = ("employee", "kind", "sensitivity", "label", "starts_on", "ends_on")
    list_filter = ("kind", "sensitivity")
    list_select_related = ("employee",)
    search_fields = ("employee__name",)
    number_field = "employee__nip"
    ordering = ("-pk",)
    exclude = ("value",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("value")


@admin.register(models.Objection, site=site)
class ObjectionAdmin(ReadOnlyAdmin):
    """Answered on their page, by who decides such things; no admin reads them by that role."""

    asks = models.Objection.Queryset.asks

    tells: ClassVar[Any] = {"kind": subject_name, "about": objection_words.told}
    exclude = ("agency", "grounds", "answer")
    list_display = ("employee", "kind", "about", "state", "filed_at", "answered_by", "answered_at")
    list_filter = ("state",)
    list_select_related = ("employee", "answered_by")
    number_field = "employee__nip"
    ordering = ("-filed_at", "-pk")


@admin.register(models.ChangeRequest, site=site)
class ChangeRequestAdmin(ReadOnlyAdmin):
    """Decided on their page, where the values and the evidence stand side by side."""

    tells: ClassVar[Any] = {"target": target_name}
    list_display = ("employee", "about", "state", "requested_at", "decided_by", "decided_at")
    list_filter = ("state",)
    list_select_related = ("employee", "decided_by")
    search_fields = ("told", "employee__name")
    number_field = "employee__nip"
    ordering = ("-pk",)
    # What few may know of a request is told by `about`; which row it is and which finding led there, on its page.
    exclude = ("target", "object_id", "removes", "finding", "before", "proposed", "explanation", "reason")
    readonly_fields = ("about",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).as_told_to(request.user).defer(*TEXTS)

    @admin.display(description=gettext_lazy("data"), ordering="told")
    def about(self, obj: Any) -> str:
        return str(gettext_lazy("Data terbatas")) if obj.told == obj.NEUTRAL else target_name(obj.told)


@admin.register(models.SiasnRecord, site=site)
class SiasnRecordAdmin(ReadOnlyAdmin):
    """What the newest SIASN file said; only the import of employees writes it."""

    # What it said, legal standing among it, is shown on the person's page as far as the reader may see it.
    exclude = ("agency", "facts")
    list_display = ("employee", "read_on", "unconfirmed", "import_job")
    list_filter = ("unconfirmed",)
    list_select_related = ("employee", "import_job")
    search_fields = ("employee__name",)
    number_field = "employee__nip"
    ordering = ("employee__name", "pk")
