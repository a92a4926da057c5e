from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GroundConfig(AppConfig):
    name = "asnhr"
    label = "asnhr"
    verbose_name = _("Sistem")

    def ready(self) -> None:
        import_module("asnhr.checks")
        import_module("asnhr.notifications.registration")
        import_module("asnhr.privacy.registration")
        import_module("asnhr.audit.registration")
        import_module("asnhr.structures")
        import_module("asnhr.moments").install()
