"""Admin of personal data: read here by nobody who only administers; changed on its pages, through the services."""

from typing import Any, ClassVar

from django.contrib import admin
from django.utils.translation import gettext_lazy

from asnhr.adminbase import ReadOnlyAdmin, site
from asnhr.models import DataIncident, Destruction, DestructionLine, LegalHold, OwnCopy

TOPIC = gettext_lazy("Data pribadi")


class PrivacyAdmin(ReadOnlyAdmin):
    reads = "view_processing"
    ordering = ("-pk",)


@admin.register(LegalHold, site=site)
class LegalHoldAdmin(PrivacyAdmin):
    list_display = ("nip", "basis", "placed_at", "lifted_at")


@admin.register(Destruction, site=site)
class DestructionAdmin(PrivacyAdmin):
    list_display = ("number", "day", "state", "proposed_by", "decided_by", "done_at")
    list_select_related = ("proposed_by", "decided_by")


@admin.register(DestructionLine, site=site)
class DestructionLineAdmin(PrivacyAdmin):
    exclude: ClassVar[Any] = ("agency", "objects_due")
    list_display = ("destruction", "rule", "before", "held", "destroyed")
    list_select_related = ("destruction",)


@admin.register(DataIncident, site=site)
class DataIncidentAdmin(PrivacyAdmin):
    list_display = ("title", "known_at", "told_authority_at", "told_people_at", "closed_at")


@admin.register(OwnCopy, site=site)
class OwnCopyAdmin(PrivacyAdmin):
    """Each is its person's; nobody else sees that there is one but in the trail."""

    exclude: ClassVar[Any] = ("agency", "stored_as")
    list_display = ("requested_by", "requested_at", "expires_at", "taken_at")
    list_select_related = ("requested_by",)
