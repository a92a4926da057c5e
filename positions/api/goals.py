"""Strategic goals and which positions serve them."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from asnhr.api.inputs import Input
from asnhr.api.rows import row_of
from asnhr.api.views import Resource
from positions import filters
from positions.models import Goal, Position, PositionGoal, Unit
from positions.services import goals as services
from positions.services import register

GOALS = frozenset({"edit_goals"})


class GoalInput(Input):
    code = serializers.CharField(max_length=30)
    level = serializers.ChoiceField(Goal.Level.choices)
    text = serializers.CharField(max_length=2000)
    indicator = serializers.CharField(max_length=250, allow_blank=True, default="")
    parent_id = serializers.IntegerField(min_value=1, allow_null=True, default=None)
    unit_id = serializers.IntegerField(min_value=1, allow_null=True, default=None)
    starts_on = serializers.DateField()


class GoalChangeInput(Input):
    code = serializers.CharField(max_length=30, required=False)
    level = serializers.ChoiceField(Goal.Level.choices, required=False)
    text = serializers.CharField(max_length=2000, required=False)
    indicator = serializers.CharField(max_length=250, allow_blank=True, required=False)
    parent_id = serializers.IntegerField(min_value=1, allow_null=True, required=False)
    unit_id = serializers.IntegerField(min_value=1, allow_null=True, required=False)


class GoalCloseInput(Input):
    ends_on = serializers.DateField(help_text=_("Hari pertama sasaran ini tidak lagi berlaku."))


class GoalResource(Resource):
    """Goals are closed, never deleted."""

    model = Goal
    row = row_of("Goal", Goal, "id code level text indicator parent_id unit_id starts_on ends_on")
    filterset_class = filters.GoalFilter
    orders = {"code": ("code", "id"), "id": ("id",)}
    has_periods = True
    takes_as_of = True
    writes = {"create": GOALS, "partial_update": GOALS, "close": GOALS}

    def _asked(self, request: Request, shape: type[serializers.Serializer]) -> dict[str, Any]:
        """Return the body with the goal above and the unit as rows that the user sees."""
        asked = shape(data=request.data)
        asked.is_valid(raise_exception=True)
        values: dict[str, Any] = dict(asked.validated_data)
        for name, rows in (("parent", self.get_queryset()), ("unit", Unit.objects.visible_to(request.user))):
            if f"{name}_id" in values:
                pk = values.pop(f"{name}_id")
                values[name] = None if pk is None else self.one(rows, pk)
        return values

    @extend_schema(request=GoalInput, responses={201: row})
    def create(self, request: Request) -> Response:
        """Open a goal."""
        goal = services.open_goal(actor=self.actor, **self._asked(request, GoalInput))
        return Response(self.shown(goal.pk), status=status.HTTP_201_CREATED)

    @extend_schema(request=GoalChangeInput, responses=row)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Correct what the goal says or where it stands."""
        goal = self.one(self.get_queryset().select_related("unit"), pk)
        services.change_goal(actor=self.actor, goal=goal, **self._asked(request, GoalChangeInput))
        return Response(self.shown(pk))

    @extend_schema(request=GoalCloseInput, responses=row)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str) -> Response:
        """Close the goal from a day on; what served it stays."""
        goal = self.one(self.get_queryset().select_related("unit"), pk)
        services.close_goal(actor=self.actor, goal=goal, **self._asked(request, GoalCloseInput))
        return Response(self.shown(pk))


class GoalLinkInput(Input):
    goal_id = serializers.IntegerField(min_value=1)
    position_id = serializers.IntegerField(min_value=1)
    starts_on = serializers.DateField(required=False, help_text=_("Tanpa tanggal: hari ini, atau hari as_of."))


class GoalLinkCloseInput(Input):
    ends_on = serializers.DateField(help_text=_("Hari pertama jabatan tidak lagi melayani sasaran ini."))


class GoalLinkResource(Resource):
    """Links are closed, never deleted; taken up again a link is a new period."""

    model = PositionGoal
    row = row_of(
        "GoalLink",
        PositionGoal,
        "id goal_id position_id starts_on ends_on",
        goal_code="goal__code",
        position_code="position__code",
    )
    filterset_class = filters.GoalLinkFilter
    has_periods = True
    takes_as_of = True
    writes = {"create": GOALS, "close": GOALS}

    @extend_schema(request=GoalLinkInput, responses={201: row})
    def create(self, request: Request) -> Response:
        """Say that a position serves a goal, from a day on."""
        asked = GoalLinkInput(data=request.data)
        asked.is_valid(raise_exception=True)
        values: dict[str, Any] = asked.validated_data
        link = register.link_goal(
            actor=self.actor,
            goal=self.one(Goal.objects.visible_to(request.user), values["goal_id"]),
            position=self.one(Position.objects.visible_to(request.user).select_related("unit"), values["position_id"]),
            day=values.get("starts_on", self.day),
        )
        return Response(self.shown(link.pk), status=status.HTTP_201_CREATED)

    @extend_schema(request=GoalLinkCloseInput, responses={200: row, 204: None})
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str) -> Response:
        """End the link from a day on. Ended on its first day it held on none: it goes (204)."""
        asked = GoalLinkCloseInput(data=request.data)
        asked.is_valid(raise_exception=True)
        link = self.one(self.get_queryset().select_related("position__unit"), pk)
        closed = register.unlink_goal(actor=self.actor, link=link, **asked.validated_data)
        if closed.pk is None:
            return Response(status=status.HTTP_204_NO_CONTENT)
        return Response(self.shown(pk))
