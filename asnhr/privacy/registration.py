"""What the ground floor's part of personal data is at start-up: declarations, rules, events, pages of the admin."""

from importlib import import_module

from django.utils.translation import gettext_lazy as _

from asnhr import registry
from asnhr.models import AuditOpening
from asnhr.notifications.catalogue import DAY, NUMBER, TEXT, EventKind, Fact, register

import_module("asnhr.privacy.ground")
import_module("asnhr.privacy.admin")

registry.retention_rules.register_later("jejak", "asnhr.privacy.trail.TRAIL")
registry.run_tasks.register("destruction", "asnhr.privacy.retention.work")
registry.run_tasks.register("own_copy", "asnhr.privacy.owndata.work")
registry.stored_files.register_later("copies", "asnhr.privacy.owndata.names_of")
registry.run_tasks.register("list_file", "asnhr.list_files.work")
registry.stored_files.register_later("lists", "asnhr.list_files.names_of")
registry.queues.register_later("privacy", "asnhr.privacy.pages.queue")

_INCIDENT = (Fact("incident_id", NUMBER, _("nomor insiden")),)
_OPENING = (Fact("opening_id", NUMBER, _("nomor permintaan")),)
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
    EventKind(
        "incident.recorded", _("Insiden data pribadi dicatat"),
        _("Insiden data pribadi dicatat: #%(incident_id)s. Pemberitahuan wajib selesai %(until)s."),
        (*_INCIDENT, Fact("until", DAY, _("akhir 3 × 24 jam"))), frozenset({"manage_incidents"}), "shield-check",
        webhook=False,
    ),
    EventKind(
        "incident.clock", _("Waktu pemberitahuan insiden berjalan"),
        _("Insiden data pribadi #%(incident_id)s belum diberitahukan; sisa %(hours)s jam dari 3 × 24 jam."),
        (*_INCIDENT, Fact("hours", NUMBER, _("sisa jam; di bawah nol: terlambat"))), frozenset({"manage_incidents"}),
        "shield-check", webhook=False,
    ),
    EventKind(
        "opening.requested", _("Pembukaan nilai rahasia diminta"),
        _("Permintaan pembukaan nilai rahasia menunggu keputusan: #%(opening_id)s."), _OPENING,
        frozenset({"approve_opening"}), "shield-check", webhook=False,
    ),
    EventKind(
        "opening.decided", _("Pembukaan nilai rahasia diputuskan"),
        _("Permintaan Anda untuk membuka nilai rahasia: %(state)s (#%(opening_id)s)."),
        (*_OPENING, Fact("state", TEXT, _("keputusan"), lambda: dict(AuditOpening.Verdict.choices))),
        icon="shield-check", webhook=False,
    ),
)  # fmt: skip
