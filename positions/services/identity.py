"""Identity that no page shows by itself: each look is written into the audit trail (UU 27/2022)."""

import re

from django.db import transaction
from django.utils.translation import gettext as _

from asnhr.audit import purposes, reading
from asnhr.crypto import lookup_hash
from asnhr.errors import RuleBroken
from asnhr.models import User
from positions import permissions
from positions.models import Employee

NIK = re.compile(r"[0-9]{16}")


@transaction.atomic
def correct_nik(*, actor: User, employee: Employee, nik: str) -> Employee:
    """Write another NIK; what Dukcapil said was said of the one before. Raises NotAllowed (also in the own file),
    RuleBroken: not 16 digits."""
    permissions.check_may_change_employee(actor, employee, ["nik"])
    permissions.check_may_read_nik(actor, employee.unit)
    if not NIK.fullmatch(nik):
        raise RuleBroken(_("NIK harus 16 angka."))
    person = Employee.objects.select_for_update(of=("self",)).get(pk=employee.pk)
    person.nik, person.nik_hash, person.nik_validated = nik, lookup_hash(nik), None
    person.save(update_fields=["nik", "nik_hash", "nik_validated"])
    return person


@transaction.atomic
def read_nik(*, actor: User, employee: Employee, purpose: str) -> str:
    """Return the NIK (16 digits) and write down who read it and why: `purpose` is a code of `purposes.NIK`. Raises
    NotAllowed, RuleBroken."""
    permissions.check_may_read_nik(actor, employee.unit)
    why = purposes.checked(purpose, purposes.NIK, _("Keperluan wajib disebut."))
    if not employee.nik:
        raise RuleBroken(_("NIK pegawai ini belum tercatat."))
    reading.record(model=Employee, objects=[employee.pk], columns=["nik"], purpose=why)
    return employee.nik
