from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PositionsConfig(AppConfig):
    name = "positions"
    verbose_name = _("Jabatan dan pegawai")

    def ready(self) -> None:
        # Registers importers, panels and scope with the ground floor, which names no app above it.
        import_module("positions.registration")
        import_module("positions.calculators")
