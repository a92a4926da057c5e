"""Goals and the positions that serve them."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from asnhr.adminbase import ScopedAdmin, site
from positions import models
from positions.admin.rights import GOALS
from positions.services import register


@admin.register(models.Goal, site=site)
class GoalAdmin(ScopedAdmin):
    edits = GOALS
    list_display = ("code", "level", "text", "unit", "starts_on", "ends_on")
    list_filter = ("level",)
    list_select_related = ("unit",)
    search_fields = ("code", "text")
    ordering = ("code", "pk")


@admin.register(models.PositionGoal, site=site)
class PositionGoalAdmin(ScopedAdmin):
    """A link is made from a day and closed from one, by the register's services; then it stays as it is."""

    edits = GOALS
    list_display = ("goal", "position", "starts_on", "ends_on")
    list_filter = (("ends_on", admin.EmptyFieldListFilter), "goal__level")
    list_select_related = ("goal", "position__job", "position__unit")
    search_fields = ("goal__code", "position__code")
    ordering = ("-starts_on", "-pk")
    fields = ("goal", "position", "starts_on", "ends_on")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if obj is None:
            return ()
        return self.fields if obj.ends_on is not None else ("goal", "position", "starts_on")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields[:-1] if obj is None else self.fields

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            made = register.link_goal(actor=request.user, goal=obj.goal, position=obj.position, day=obj.starts_on)
            obj.pk = made.pk
            obj._state.adding = False
        elif "ends_on" in form.changed_data and obj.ends_on is not None:
            register.unlink_goal(actor=request.user, link=obj, ends_on=obj.ends_on)
