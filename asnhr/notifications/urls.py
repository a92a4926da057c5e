"""Addresses of notifications and webhooks."""

from django.urls import path

from asnhr.notifications import pages

urlpatterns = [
    path("pemberitahuan/", pages.notification_list, name="notification-list"),
    path("pemberitahuan/<int:pk>/", pages.notification_open, name="notification-open"),
    path("pemberitahuan/semua-dibaca/", pages.notification_read_all, name="notification-read-all"),
    path("pemberitahuan/pengaturan/", pages.notification_settings, name="notification-settings"),
    path("webhook/", pages.WebhookList.as_view(), name="webhook-list"),
    path("webhook/baru/", pages.webhook_new, name="webhook-new"),
    path("webhook/<int:pk>/", pages.webhook_detail, name="webhook-detail"),
    path("webhook/<int:pk>/ubah/", pages.webhook_edit, name="webhook-edit"),
    path("webhook/<int:pk>/rahasia/", pages.webhook_rotate, name="webhook-rotate"),
    path("webhook/<int:pk>/uji/", pages.webhook_test, name="webhook-test"),
    path("webhook/<int:pk>/saklar/", pages.webhook_switch, name="webhook-switch"),
    path("webhook/<int:pk>/hapus/", pages.webhook_remove, name="webhook-remove"),
    path("webhook/<int:pk>/ulang/", pages.webhook_replay, name="webhook-replay"),
    path("webhook/kiriman/<int:pk>/", pages.delivery_detail, name="webhook-delivery"),
    path("webhook/kiriman/<int:pk>/ulang/", pages.delivery_replay, name="webhook-delivery-replay"),
]
