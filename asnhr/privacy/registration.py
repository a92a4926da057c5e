"""What the ground floor's part of personal data is at start-up: declarations, rules, events, pages of the admin."""

from importlib import import_module

from django.utils.translation import gettext_lazy as _

from asnhr import registry
from asnhr.notifications.catalogue import NUMBER, EventKind, Fact, register

import_module("asnhr.privacy.ground")
import_module("asnhr.privacy.admin")

registry.retention_rules.register_later("jejak", "asnhr.privacy.trail.TRAIL")
registry.run_tasks.register("destruction", "asnhr.privacy.retention.work")
registry.run_tasks.register("own_copy", "asnhr.privacy.owndata.work")
registry.stored_files.register_later("copies", "asnhr.privacy.owndata.names_of")
registry.queues.register_later("privacy", "asnhr.privacy.pages.queue")

_DESTRUCTION = (Fact("destruction_id", NUMBER, _("nomor pemusnahan")),)
register(
    EventKind(
        "destruction.found", _("Data lewat masa simpan"),
        _("Ada data pribadi yang lewat masa simpannya dan dapat diusulkan untuk dimusnahkan."),
        _DESTRUCTION, frozenset({"prepare_destruction"}), "shield-check", webhook=False,
    ),
    EventKind(
        "destruction.proposed", _("Pemusnahan data diusulkan"),
        _("Pemusnahan data pribadi diusulkan dan menunggu persetujuan."),
        _DESTRUCTION, frozenset({"approve_destruction"}), "shield-check", webhook=False,
    ),
    EventKind(
        "owncopy.ready", _("Salinan data siap diunduh"), _("Salinan data Anda siap diunduh sampai %(until)s."),
        (Fact("copy_id", NUMBER, _("nomor salinan")), Fact("until", "date", _("berlaku sampai"))), icon="download",
        webhook=False,
    ),
)  # fmt: skip
