"""Follow-ups and formation proposals, made by their services."""

from typing import Any, ClassVar

from django.contrib import admin
from django.utils.translation import gettext_lazy

from asnhr.adminbase import site
from positions import followup_words, models
from positions.admin.analysis import AnalysisReadAdmin
from positions.models.proposal import state_name

TOPIC = gettext_lazy("Analisis dan usulan")


@admin.register(models.FollowUp, site=site)
class FollowUpAdmin(AnalysisReadAdmin):
    tells: ClassVar[Any] = {"note": followup_words.told}
    list_display = ("list", "position", "quantity", "state", "created_at")
    list_filter = ("list", "state")
    list_select_related = ("position__job", "position__unit")
    search_fields = ("position__code", "note")
    ordering = ("-pk",)


@admin.register(models.FormationProposal, site=site)
class FormationProposalAdmin(AnalysisReadAdmin):
    list_display = ("year", "state", "version", "decree", "decree_on", "changed_at")
    list_filter = ("state",)
    search_fields = ("year", "decree")
    ordering = ("-year", "-pk")


@admin.register(models.FormationLine, site=site)
class FormationLineAdmin(AnalysisReadAdmin):
    list_display = ("proposal", "position", "formation", "proposed", "recommended", "decided", "filled", "intake")
    list_filter = ("intake",)
    list_select_related = ("proposal", "position__job", "position__unit")
    search_fields = ("position__code", "position__job__name")
    ordering = ("-proposal_id", "pk")


@admin.register(models.FormationVersion, site=site)
class FormationVersionAdmin(AnalysisReadAdmin):
    tells: ClassVar[Any] = {"from_state": state_name, "to_state": state_name}
    list_display = ("proposal", "version", "from_state", "to_state", "changed_by", "changed_at")
    list_select_related = ("proposal", "changed_by")
    search_fields = ("reason",)
    ordering = ("-pk",)
