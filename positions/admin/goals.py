"""Goals and the positions that serve them."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from asnhr.adminbase import ScopedAdmin, site
from positions import models
from positions.admin.rights import GOALS
from positions.services import goals as services
from positions.services import register

TOPIC = gettext_lazy("Analisis dan usulan")


@admin.register(models.Goal, site=site)
class GoalAdmin(ScopedAdmin):
    edits = GOALS
    list_display = ("code", "level", "text", "unit", "starts_on", "ends_on")
    list_filter = ("level",)
    list_select_related = ("unit",)
    search_fields = ("code", "text")
    ordering = ("code", "pk")
    imports = ("goals",)
    fields = ("code", "level", "text", "indicator", "parent", "unit", "starts_on", "ends_on")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields[:-1] if obj is None else self.fields

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if obj is None:
            return ()
        return self.fields if obj.ends_on is not None else ("starts_on",)

    def make(self, actor: Any, facts: dict[str, Any]) -> Any:
        return services.open_goal(actor=actor, **facts)

    def amend(self, actor: Any, row: Any, facts: dict[str, Any], changed: frozenset[str]) -> Any:
        corrected = {name: facts[name] for name in changed - {"ends_on"}}
        if corrected:
            row = services.change_goal(actor=actor, goal=row, **corrected)
        if facts.get("ends_on") is not None:
            row = services.close_goal(actor=actor, goal=row, ends_on=facts["ends_on"])
        return row


@admin.register(models.PositionGoal, site=site)
class PositionGoalAdmin(ScopedAdmin):
    """A link is made from a day and closed from one, by the register's services; then it stays as it is."""

    edits = GOALS
    list_display = ("goal", "position", "starts_on", "ends_on")
    list_filter = (("ends_on", admin.EmptyFieldListFilter), "goal__level")
    list_select_related = ("goal", "position__job", "position__unit")
    search_fields = ("goal__code", "position__code")
    ordering = ("-pk",)
    fields = ("goal", "position", "starts_on", "ends_on")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if obj is None:
            return ()
        return self.fields if obj.ends_on is not None else ("goal", "position", "starts_on")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields[:-1] if obj is None else self.fields

    def make(self, actor: Any, facts: dict[str, Any]) -> Any:
        return register.link_goal(actor=actor, goal=facts["goal"], position=facts["position"], day=facts["starts_on"])

    def amend(self, actor: Any, row: Any, facts: dict[str, Any], changed: frozenset[str]) -> Any:
        return register.unlink_goal(actor=actor, link=row, ends_on=facts["ends_on"])
