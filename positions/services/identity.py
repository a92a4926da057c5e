"""Identity that no page shows by itself: each look is written into the audit trail (UU 27/2022)."""

from django.db import transaction
from django.utils.translation import gettext as _

from asnhr.audit import reading
from asnhr.errors import RuleBroken
from asnhr.models import User
from positions import permissions
from positions.models import Employee


@transaction.atomic
def read_nik(*, actor: User, employee: Employee, purpose: str) -> str:
    """Return the NIK (16 digits) and write down who read it and why. Raises NotAllowed, RuleBroken."""
    permissions.check_may_read_nik(actor, employee.unit)
    if not purpose.strip():
        raise RuleBroken(_("Keperluan wajib disebut."))
    if not employee.nik:
        raise RuleBroken(_("NIK pegawai ini belum tercatat."))
    reading.record(model=Employee, objects=[employee.pk], columns=["nik"], purpose=purpose.strip()[:300])
    return employee.nik
