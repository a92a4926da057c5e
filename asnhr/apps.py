from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GroundConfig(AppConfig):
    name = "asnhr"
    label = "asnhr"
    verbose_name = _("Sistem")
