"""Settling what an import brought in disorder."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from asnhr.errors import RuleBroken
from asnhr.models import User
from positions import permissions
from positions.models import Finding


@transaction.atomic
def settle(*, actor: User, finding: Finding, settlement: str) -> Finding:
    """Say how a finding was settled. Raises NotAllowed, or RuleBroken (settled already, no words)."""
    permissions.check_may_settle(actor)
    if finding.unit_id is not None:
        permissions.check_in_scope(actor, finding.unit)
    # Two officers on one queue: the second hears that it is done.
    row = Finding.objects.select_for_update(of=("self",)).get(pk=finding.pk)
    if row.settled_at is not None:
        raise RuleBroken(_("Temuan ini sudah diselesaikan."))
    if not settlement.strip():
        raise RuleBroken(_("Sebutkan bagaimana temuan ini diselesaikan."))
    row.settled_at, row.settled_by, row.settlement = timezone.now(), actor, settlement.strip()
    row.save(update_fields=["settled_at", "settled_by", "settlement"])
    return row
