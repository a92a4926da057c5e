"""The Celery application; tasks take ids, open their agency's scope and call one service."""

import os
from typing import Any

from celery import Celery
from celery.signals import task_prerun

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "asnhr.settings.local")

app = Celery("asnhr")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@task_prerun.connect
def _through_this_door(**_: Any) -> None:
    from asnhr.scope import DOOR  # needs Django's settings

    DOOR.set("tugas")
