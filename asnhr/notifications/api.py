"""Notifications and webhooks through the API: the reader's own, and the endpoints of the agency's integrators."""

from typing import Any

from django.utils.translation import gettext_lazy
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from asnhr.access import NO_ACCESS
from asnhr.api.inputs import Input, MomentField
from asnhr.api.permissions import SignedIn
from asnhr.api.rows import row_of
from asnhr.api.schema import Schema
from asnhr.api.views import Resource
from asnhr.models import (
    Notification,
    NotificationChoice,
    NotificationSetting,
    WebhookDelivery,
    WebhookEndpoint,
)
from asnhr.notifications import catalogue, guard, service, webhooks

MANAGE = frozenset({"manage_webhooks"})


class Member(SignedIn):
    """Signed in with a role in some agency: what is shown and changed is the reader's own."""

    def has_permission(self, request: Request, view: Any) -> bool:
        access = getattr(request.user, "access", NO_ACCESS)
        return super().has_permission(request, view) and access.agency_id is not None


# The reader's own


class NotificationFilter(filters.FilterSet):
    kind = filters.CharFilter(field_name="event__kind")
    unread = filters.BooleanFilter(field_name="read_at", lookup_expr="isnull")

    class Meta:
        model = Notification
        fields: list[str] = []


class CountSerializer(serializers.Serializer):
    count = serializers.IntegerField(help_text=gettext_lazy("Banyaknya yang berubah."))


class ReadInput(Input):
    read = serializers.BooleanField(default=True)


class NotificationResource(Resource):
    """What was told to the reader, newest first. `text` is in the language of the request."""

    permission_classes = [Member]
    model = Notification
    row = row_of(
        "Notification", Notification, "id read_at created_at",
        extra={
            "text": serializers.CharField(read_only=True),
            "data": serializers.DictField(read_only=True, help_text="docs/peristiwa.md"),
        },
        kind="event__kind", happened_at="event__happened_at", path="event__url", facts="event__data",
    )  # fmt: skip
    filterset_class = NotificationFilter
    orders = {"-id": ("-id",), "id": ("id",)}

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(in_app=True)

    def complete(self, rows: list[dict[str, Any]]) -> None:
        for each in rows:
            each["data"] = each["facts"]
            each["text"] = catalogue.words_of(each["kind"], each["facts"])

    @extend_schema(request=ReadInput, responses=row)
    @action(detail=True, methods=["post"])
    def read(self, request: Request, pk: str) -> Response:
        """Mark one as read, or with `{"read": false}` as unread."""
        asked = ReadInput(data=request.data)
        asked.is_valid(raise_exception=True)
        found = self.one(self.get_queryset(), pk)
        service.mark(self.actor, [found.pk], read=asked.validated_data["read"])
        return Response(self.shown(pk))

    @extend_schema(request=None, responses=CountSerializer)
    @action(detail=False, methods=["post"], url_path="read-all")
    def read_all(self, request: Request) -> Response:
        """Mark all as read."""
        return Response({"count": service.mark(self.actor)})


class ChoiceSerializer(serializers.Serializer):
    kind = serializers.CharField(max_length=60)
    channel = serializers.ChoiceField(NotificationChoice.Channel.choices)
    wanted = serializers.BooleanField()


class PreferenceSerializer(serializers.Serializer):
    digest = serializers.ChoiceField(NotificationSetting.Digest.choices)
    language = serializers.ChoiceField(NotificationSetting.Language.choices)
    choices = serializers.ListField(child=ChoiceSerializer(), max_length=200)


class PreferenceView(APIView):
    """How the reader wants to be told: by kind and channel, the digest, its language."""

    permission_classes = [Member]
    schema = Schema()

    def _shown(self, request: Request) -> Response:
        setting, chosen = service.preferences(request.user)  # type: ignore[arg-type]
        choices = [
            {"kind": kind, "channel": channel, "wanted": wanted} for (kind, channel), wanted in sorted(chosen.items())
        ]
        return Response({"digest": setting.digest, "language": setting.language, "choices": choices})

    @extend_schema(operation_id="notification_preferences_retrieve", tags=["notifications"],
                   responses=PreferenceSerializer)  # fmt: skip
    def get(self, request: Request) -> Response:
        return self._shown(request)

    @extend_schema(operation_id="notification_preferences_update", tags=["notifications"],
                   request=PreferenceSerializer, responses=PreferenceSerializer)  # fmt: skip
    def put(self, request: Request) -> Response:
        """Choices that are not named stay as they are."""
        asked = PreferenceSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        values = asked.validated_data
        wanted = {(each["kind"], each["channel"]): each["wanted"] for each in values["choices"]}
        service.prefer(request.user, digest=values["digest"], language=values["language"], wanted=wanted)  # type: ignore[arg-type]
        return self._shown(request)


# The catalogue


class FactSerializer(serializers.Serializer):
    name = serializers.CharField()
    type = serializers.CharField(help_text="number, text, date, boolean")
    description = serializers.CharField()


class EventKindSerializer(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()
    webhook = serializers.BooleanField()
    facts = FactSerializer(many=True)


class EventKindView(APIView):
    """Which kinds of events there are, and the facts of each."""

    permission_classes = [Member]
    schema = Schema()

    @extend_schema(operation_id="event_kinds_list", tags=["webhooks"], responses=EventKindSerializer(many=True))
    def get(self, request: Request) -> Response:
        return Response(
            [
                {
                    "code": kind.code, "name": str(kind.name), "webhook": kind.webhook,
                    "facts": [{"name": f.name, "type": f.what, "description": str(f.about)} for f in kind.facts],
                }
                for _code, kind in catalogue.kinds.items()
            ]
        )  # fmt: skip


# Endpoints and deliveries


class EndpointInput(Input):
    name = serializers.CharField(max_length=120)
    url = serializers.CharField(max_length=500)
    kinds = serializers.ListField(child=serializers.CharField(max_length=60), default=list, max_length=100)


class EndpointPatch(serializers.Serializer):
    name = serializers.CharField(max_length=120, required=False)
    url = serializers.CharField(max_length=500, required=False)
    kinds = serializers.ListField(child=serializers.CharField(max_length=60), required=False, max_length=100)
    is_active = serializers.BooleanField(required=False)


class SinceInput(serializers.Serializer):
    since = MomentField()


class SecretSerializer(serializers.Serializer):
    secret = serializers.CharField(help_text=gettext_lazy("Ditunjukkan satu kali ini saja."))


_ENDPOINT = "id name url kinds is_active disabled_at disabled_reason failures failing_since old_secret_until created_at"


class EndpointResource(Resource):
    """Webhook endpoints; the secret is answered once, when it is made."""

    reads = "manage_webhooks"
    model = WebhookEndpoint
    row = row_of("WebhookEndpoint", WebhookEndpoint, _ENDPOINT)
    full = row_of("WebhookEndpointDetail", WebhookEndpoint, _ENDPOINT)
    orders = {"name": ("name", "id"), "id": ("id",)}
    # A system sees its own endpoints only: the trail's numbers would tell of others.
    follows = False
    writes = dict.fromkeys(("create", "partial_update", "destroy", "rotate_secret", "test", "replay"), MANAGE)
    created = row_of(
        "WebhookEndpointCreated", WebhookEndpoint, _ENDPOINT, extra={"secret": serializers.CharField(read_only=True)}
    )

    def complete(self, rows: list[dict[str, Any]]) -> None:
        for each in rows:
            each["disabled_reason"] = guard.shown(each["disabled_reason"])

    def _asked(self, request: Request, shape: type[serializers.Serializer]) -> dict[str, Any]:
        asked = shape(data=request.data)
        asked.is_valid(raise_exception=True)
        return dict(asked.validated_data)

    @extend_schema(request=EndpointInput, responses={201: created})
    def create(self, request: Request) -> Response:
        endpoint, secret = webhooks.add_endpoint(actor=self.actor, **self._asked(request, EndpointInput))
        made = {**self.shown(endpoint.pk), "secret": secret}
        # Shown once: no cache and no kept answer of an `Idempotency-Key` holds it.
        return Response(made, status=status.HTTP_201_CREATED, headers={"Cache-Control": "no-store"})

    @extend_schema(request=EndpointPatch, responses=full)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change name, address and kinds, or switch it on and off."""
        endpoint, values = self.one(self.get_queryset(), pk), self._asked(request, EndpointPatch)
        active = values.pop("is_active", None)
        if values:
            before = {"name": endpoint.name, "url": endpoint.url, "kinds": endpoint.kinds}
            webhooks.change_endpoint(actor=self.actor, endpoint=endpoint, **(before | values))
        if active is not None and active != endpoint.is_active:
            webhooks.set_active(actor=self.actor, endpoint=endpoint, active=active)
        return Response(self.shown(pk))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        webhooks.remove_endpoint(actor=self.actor, endpoint=self.one(self.get_queryset(), pk))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=SecretSerializer)
    @action(detail=True, methods=["post"], url_path="rotate-secret")
    def rotate_secret(self, request: Request, pk: str) -> Response:
        """A new secret; the old one signs beside it for 24 hours."""
        secret = webhooks.rotate_secret(actor=self.actor, endpoint=self.one(self.get_queryset(), pk))
        return Response({"secret": secret}, headers={"Cache-Control": "no-store"})

    @extend_schema(request=None, responses={202: CountSerializer})
    @action(detail=True, methods=["post"])
    def test(self, request: Request, pk: str) -> Response:
        """Queue an event of kind `webhook.test`."""
        webhooks.ping(actor=self.actor, endpoint=self.one(self.get_queryset(), pk))
        return Response({"count": 1}, status=status.HTTP_202_ACCEPTED)

    @extend_schema(request=SinceInput, responses={202: CountSerializer})
    @action(detail=True, methods=["post"])
    def replay(self, request: Request, pk: str) -> Response:
        """Send again what failed since then, and what happened while the endpoint was off."""
        endpoint = self.one(self.get_queryset(), pk)
        count = webhooks.replay_since(actor=self.actor, endpoint=endpoint, **self._asked(request, SinceInput))
        return Response({"count": count}, status=status.HTTP_202_ACCEPTED)


class AttemptSerializer(serializers.Serializer):
    number = serializers.IntegerField()
    started_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    address = serializers.CharField(allow_blank=True)
    status = serializers.IntegerField(allow_null=True)
    milliseconds = serializers.IntegerField(allow_null=True)
    error = serializers.CharField(allow_blank=True)


class DeliveryFilter(filters.FilterSet):
    endpoint = filters.NumberFilter(field_name="endpoint_id", min_value=0, max_value=2**62)
    state = filters.ChoiceFilter(choices=WebhookDelivery.State.choices)
    kind = filters.CharFilter(field_name="event__kind")

    class Meta:
        model = WebhookDelivery
        fields: list[str] = []


_DELIVERY = "id endpoint_id state attempts next_at done_at created_at"


class DeliveryResource(Resource):
    """What was sent to endpoints; the detail lists the attempts (the last hundred)."""

    reads = "manage_webhooks"
    model = WebhookDelivery
    row = row_of(
        "WebhookDelivery", WebhookDelivery, _DELIVERY,
        extra={"webhook_id": serializers.CharField(read_only=True)}, kind="event__kind",
    )  # fmt: skip
    full = row_of(
        "WebhookDeliveryDetail", WebhookDelivery, _DELIVERY,
        extra={
            "webhook_id": serializers.CharField(read_only=True),
            "tried": AttemptSerializer(many=True, read_only=True),
        },
        kind="event__kind",
    )  # fmt: skip
    filterset_class = DeliveryFilter
    orders = {"-id": ("-id",), "id": ("id",)}
    writes = {"replay": MANAGE}

    def complete(self, rows: list[dict[str, Any]]) -> None:
        """One query: the ids by which receivers know the events."""
        found = WebhookDelivery.objects.visible_to(self.request.user).filter(pk__in=[each["id"] for each in rows])
        uids = dict(found.values_list("pk", "event__uid"))
        for each in rows:
            each["webhook_id"] = str(uids[each["id"]])

    def complete_one(self, row: dict[str, Any]) -> None:
        delivery = self.one(self.get_queryset(), row["id"])
        names = [name for name in AttemptSerializer().fields]
        row["tried"] = list(delivery.tried.order_by("-number").values(*names)[:100])
        for each in row["tried"]:
            each["error"] = guard.shown(each["error"])

    @extend_schema(request=None, responses=full)
    @action(detail=True, methods=["post"])
    def replay(self, request: Request, pk: str) -> Response:
        """Send again, from the start of the schedule; the id stays."""
        webhooks.replay(actor=self.actor, delivery=self.one(self.get_queryset(), pk))
        return Response(self.shown(pk))
