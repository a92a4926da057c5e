"""Prove a chain and keep what came of it: whoever audits sees it on the pages, is told of a new break once, and people
outside the installation are written to."""

import logging
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from asnhr import queue as tasks
from asnhr.audit.faults import Fault, from_json
from asnhr.audit.verify import Report, verify
from asnhr.errors import NotAllowed, RuleBroken
from asnhr.models import Agency, AuditProof, AuditSeal, User
from asnhr.notifications.service import notify
from asnhr.scope import agency_scope

logger = logging.getLogger("asnhr.audit")

# Faults that are kept of one proof; the rest is counted.
MOST_KEPT = 100
# A proof reads the whole trail: nobody asks for a second one while the first may still be at work.
PAUSE = timedelta(minutes=5)


def prove(
    agency: Agency,
    *,
    by: str,
    asked_by_id: int | None = None,
    given: Sequence[tuple[int, str]] = (),
    register: bool = True,
) -> Report:
    """Walk the chain, keep the result, and tell who audits of faults that the proof before did not have."""
    report = verify(agency, given, register=register)
    faults = report.faults
    with agency_scope(agency, asked_by_id, "pembuktian jejak audit"):
        before = standing(agency.pk)
        proof = AuditProof.objects.create(
            agency=agency, by=by, asked_by_id=asked_by_id, holds=not faults, compared=register, links=report.links,
            heads=report.stored_heads, head=report.last if report.links else "", entry_id=report.at_entry,
            link=report.at_link, faults=[each.as_json() for each in faults[:MOST_KEPT]], fault_count=len(faults),
        )  # fmt: skip
        if {_identity(each) for each in faults} - {_identity(each) for each in faults_of(before)}:
            notify(
                "audit.broken", agency_id=agency.pk, data={"proof_id": proof.pk, "faults": len(faults)},
                object_id=proof.pk, url=reverse("audit-heads"),
                # Two proofs at once find the same and tell it once.
                key=f"audit.broken.{before.pk if before else 0}",
            )  # fmt: skip
    return report


def _identity(fault: Fault) -> tuple[Any, ...]:
    """What makes a fault the same one in two proofs: a chain that grows behind its break is broken where it was."""
    same = "number expected entry value day name table role rights id columns count".split()
    return fault.kind, fault.sentence, *(str(fault.said.get(name)) for name in same)


def watch(agency: Agency, *, by: str = AuditProof.By.NIGHT, asked_by_id: int | None = None) -> Report:
    """Prove, the register too; when something is wrong, say so in the log and to `AUDIT_DIGEST_TO`."""
    report = prove(agency, by=by, asked_by_id=asked_by_id)
    wrong = [str(each) for each in report.faults]
    if wrong:
        logger.critical("audit chain of %s: %s", agency.code, " ".join(wrong))
        if settings.AUDIT_DIGEST_TO:
            subject = _("Jejak audit %(agency)s tidak utuh") % {"agency": agency.name}
            send_mail(subject, "\n".join(wrong), None, settings.AUDIT_DIGEST_TO)
    return report


def ask(*, actor: User) -> None:
    """Have the chain of the actor's agency proved by a worker. Raises NotAllowed, or RuleBroken right after another."""
    access: Any = actor.access
    if access.agency_id is None or not access.may("view_audit"):
        raise NotAllowed(_("Peran Anda tidak mencakup pembuktian jejak audit."))
    if AuditProof.objects.filter(agency_id=access.agency_id, proved_at__gt=timezone.now() - PAUSE).exists():
        raise RuleBroken(_("Jejak baru saja dibuktikan; minta lagi sesudah lima menit."))
    tasks.after_commit(
        "asnhr.tasks.prove_audit", agency_id=access.agency_id, by=AuditProof.By.PAGE, asked_by_id=actor.pk
    )


# What stands


def standing(agency_id: int) -> AuditProof | None:
    """Return the last proof that says how things are: one of the chain alone says nothing good of the register."""
    found = AuditProof.objects.filter(Q(compared=True) | Q(holds=False), agency_id=agency_id)
    return found.select_related("asked_by").order_by("-pk").first()


def faults_of(proof: AuditProof | None) -> list[Fault]:
    return [from_json(each) for each in proof.faults] if proof else []


def warning_of(proof: AuditProof | None, entry_id: int, seal: AuditSeal | None) -> str:
    """Return what the last proof says against an entry, in words; empty when nothing."""
    if proof is None or (proof.entry_id is None and proof.link is None):
        return ""
    if proof.entry_id == entry_id:
        return str(from_json(proof.faults[0]))
    if seal is not None and proof.link is not None and seal.number >= proof.link:
        return _("Catatan ini berdiri sesudah putusnya rantai pada mata rantai %(link)d: tidak terbukti.") % {
            "link": proof.link
        }
    return ""


def queue(user: Any, day: date) -> list[dict[str, Any]]:
    """What waits for who audits: a trail that is not whole."""
    if user.access.agency_id is None or not user.access.has_duty("view_audit"):
        return []
    proof = standing(user.access.agency_id)
    if proof is None or proof.holds:
        return []
    return [
        {
            "label": _("Jejak audit tidak utuh: periksa temuannya"), "url": reverse("audit-heads"),
            "tag": _("%(n)d temuan") % {"n": proof.fault_count}, "tone": "short", "detail": "",
        }
    ]  # fmt: skip
