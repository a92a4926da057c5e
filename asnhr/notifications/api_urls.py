from django.urls import path
from rest_framework.routers import SimpleRouter

from asnhr.notifications.api import (
    DeliveryResource,
    EndpointResource,
    EventKindView,
    NotificationResource,
    PreferenceView,
)

router = SimpleRouter()
router.register("notifications", NotificationResource, "api-notification")
router.register("webhook-endpoints", EndpointResource, "api-webhookendpoint")
router.register("webhook-deliveries", DeliveryResource, "api-webhookdelivery")

urlpatterns = [
    path("notification-preferences/", PreferenceView.as_view(), name="api-notification-preferences"),
    path("event-kinds/", EventKindView.as_view(), name="api-event-kinds"),
    *router.urls,
]
