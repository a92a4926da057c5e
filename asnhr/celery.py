"""The Celery application; tasks take ids, open their agency's scope and call one service."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "asnhr.settings.local")

app = Celery("asnhr")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
