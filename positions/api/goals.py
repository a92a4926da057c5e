"""Strategic goals and which positions serve them."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from asnhr.api.rows import row_of
from asnhr.api.views import Resource
from positions import filters
from positions.models import Goal, Position, PositionGoal
from positions.services import register


class GoalResource(Resource):
    model = Goal
    row = row_of("Goal", Goal, "id code level text indicator parent_id unit_id starts_on ends_on")
    filterset_class = filters.GoalFilter
    orders = {"code": ("code", "id"), "id": ("id",)}
    has_periods = True
    takes_as_of = True


class GoalLinkInput(serializers.Serializer):
    goal_id = serializers.IntegerField(min_value=1)
    position_id = serializers.IntegerField(min_value=1)


class GoalLinkResource(Resource):
    model = PositionGoal
    row = row_of(
        "GoalLink",
        PositionGoal,
        "id goal_id position_id linked_on",
        goal_code="goal__code",
        position_code="position__code",
    )
    filterset_class = filters.GoalLinkFilter
    writes = {"create": frozenset({"edit_goals"}), "destroy": frozenset({"edit_goals"})}

    @extend_schema(request=GoalLinkInput, responses={201: row})
    def create(self, request: Request) -> Response:
        """Say that a position serves a goal, from today."""
        asked = GoalLinkInput(data=request.data)
        asked.is_valid(raise_exception=True)
        values: dict[str, Any] = asked.validated_data
        link = register.link_goal(
            actor=request.user,
            goal=self.one(Goal.objects.visible_to(request.user), values["goal_id"]),
            position=self.one(Position.objects.visible_to(request.user).select_related("unit"), values["position_id"]),
            day=self.day,
        )
        return Response(self.shown(link.pk), status=status.HTTP_201_CREATED)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Take the link back."""
        link = self.get_queryset().select_related("position__unit").filter(pk=pk).first()
        if link is None:
            raise Http404
        register.unlink_goal(actor=request.user, link=link)
        return Response(status=status.HTTP_204_NO_CONTENT)
