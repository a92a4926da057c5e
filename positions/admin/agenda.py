"""The agenda book, its letters and the calendar of deadlines."""

from typing import Any, ClassVar

from django.contrib import admin
from django.utils.translation import gettext_lazy

from asnhr import told
from asnhr.adminbase import NationalAdmin, ReadOnlyAdmin, site
from positions import models

TOPIC = gettext_lazy("Buku penjagaan")


@admin.register(models.AgendaItem, site=site)
class AgendaItemAdmin(ReadOnlyAdmin):
    """Computed each night; cases are moved on their page, where the rules are."""

    list_display = ("employee", "kind", "due_on", "state", "is_due", "since")
    list_filter = ("kind", "state", "is_due")
    list_select_related = ("employee",)
    search_fields = ("employee__name",)
    number_field = "employee__nip"
    ordering = ("-pk",)
    # What few may know and the step of an increment ask permissions of their own: the case's page tells them.
    exclude = ("held", "step")


@admin.register(models.AgendaStep, site=site)
class AgendaStepAdmin(ReadOnlyAdmin):
    list_display = ("item", "from_state", "to_state", "day", "number", "actor", "at")
    list_filter = ("to_state",)
    list_select_related = ("item", "actor")
    search_fields = ("number", "item__employee__name")
    number_field = "item__employee__nip"
    ordering = ("-pk",)


@admin.register(models.LetterBatch, site=site)
class LetterBatchAdmin(ReadOnlyAdmin):
    list_display = (
        "month", "unit", "number_pattern", "signed_on", "signatory_name", "created_by", "created_at", "cancelled_on",
    )  # fmt: skip
    list_filter = (("cancelled_on", admin.EmptyFieldListFilter),)
    list_select_related = ("unit", "created_by")
    search_fields = ("number_pattern", "signatory_name")
    ordering = ("-created_at", "-pk")
    exclude = ("people", "employees", "left_out", "replaced", "stored_as", "cancelled_as")


@admin.register(models.Deadline, site=site)
class DeadlineAdmin(NationalAdmin):
    tells: ClassVar[Any] = {
        "name": told.stored, "legal_basis": told.stored, "permission": told.permission, "route": told.page,
        "months": told.months,
    }  # fmt: skip
    list_display = ("name", "months", "day", "warn_days", "legal_basis", "mark")
    search_fields = ("code", "name")
    ordering = ("code",)


@admin.register(models.AgencyDeadline, site=site)
class AgencyDeadlineAdmin(ReadOnlyAdmin):
    """Written on the page of the calendar."""

    tells: ClassVar[Any] = {"permission": told.permission, "months": told.months}

    list_display = ("name", "replaces", "once_on", "months", "day", "starts_on", "ends_on")
    search_fields = ("name",)
    ordering = ("name", "pk")


@admin.register(models.DeadlineDone, site=site)
class DeadlineDoneAdmin(ReadOnlyAdmin):
    list_display = ("key", "due_on", "done_on", "done_by")
    list_select_related = ("done_by",)
    search_fields = ("key",)
    ordering = ("-due_on", "key", "pk")
