"""What the trail hands the rest of the ground floor at start-up: what waits for auditors, and what they are told."""

from django.utils.translation import gettext_lazy as _

from asnhr import registry
from asnhr.notifications.catalogue import NUMBER, EventKind, Fact, register

registry.queues.register_later("audit", "asnhr.audit.proofs.queue")
register(
    EventKind(
        "audit.broken", _("Jejak audit tidak utuh"),
        _("Jejak audit tidak utuh: %(faults)s temuan pada pembuktian #%(proof_id)s. Periksa temuannya dan beri tahu"
          " pengelola sistem."),
        (
            Fact("proof_id", NUMBER, _("nomor pembuktian")),
            Fact("faults", NUMBER, _("jumlah temuan")),
        ),
        frozenset({"view_audit"}), "exclamation-triangle",
    ),
)  # fmt: skip
