"""Addresses, telephone numbers and e-mails of a person: added, ended, and read with a trace where restricted."""

import re
from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from asnhr import dates, formats
from asnhr.audit import reading
from asnhr.errors import RuleBroken
from asnhr.models import User
from positions import permissions
from positions.models import Employee, EmployeeContact
from positions.models._base import in_force
from positions.rules.numbers import add_months
from positions.services import plausible
from positions.services.documents import save

Kind = EmployeeContact.Kind
EMAILS = (Kind.EMAIL, Kind.OFFICE_EMAIL)
TELEPHONES = (Kind.MOBILE, Kind.TELEPHONE, Kind.OFFICE_TELEPHONE, Kind.EMERGENCY)
TELEPHONE = re.compile(r"\+?[0-9][0-9 ().-]{5,18}[0-9]")
LONGEST = 300
# A removal is known a year ahead at most [D]; a later end is a mistake of typing.
MOST_MONTHS_AHEAD = 12


def check_value(kind: str, value: str) -> str:
    """Return the value of a contact, tidy. Raises RuleBroken for what its kind cannot be."""
    value = " ".join(value.split())
    if not value or len(value) > LONGEST:
        raise RuleBroken(_("Isi kontak 1 sampai %(n)d huruf.") % {"n": LONGEST})
    if kind in EMAILS:
        try:
            validate_email(value)
        except ValidationError:
            raise RuleBroken(_("Surel tidak sah.")) from None
    if kind in TELEPHONES and not TELEPHONE.fullmatch(value):
        raise RuleBroken(_("Nomor telepon 7 sampai 20 angka, boleh diawali +."))
    return value


@transaction.atomic
def add_contact(
    *,
    actor: User,
    employee: Employee,
    kind: str,
    value: str,
    starts_on: date,
    label: str = "",
    sensitivity: str = EmployeeContact.Sensitivity.RESTRICTED,
) -> EmployeeContact:
    """Record a contact from a day. An address follows the one before, which then ends. Raises NotAllowed, RuleBroken:
    no such number or address, there already, a private one as open."""
    permissions.check_may_edit_people(actor, employee.unit)
    if kind not in Kind.values:
        raise RuleBroken(_("Jenis kontak ini tidak dikenal."))
    if kind == Kind.EMERGENCY and not label.strip():
        raise RuleBroken(_("Sebutkan nama dan hubungan kontak darurat."))
    value = check_value(kind, value)
    plausible.check_day(starts_on, dates.today())
    if kind in EmployeeContact.SINGLE:
        _end_before(employee, kind, starts_on)
    row = EmployeeContact(
        agency_id=employee.agency_id, employee=employee, kind=kind, value=value, label=label.strip()[:100],
        sensitivity=sensitivity, starts_on=starts_on,
    )  # fmt: skip
    save(row)
    return row


def _end_before(employee: Employee, kind: str, day: date) -> None:
    held = EmployeeContact.objects.select_for_update(of=("self",)).filter(
        agency_id=employee.agency_id, employee=employee, kind=kind, ends_on__isnull=True
    )
    for row in held:
        if row.starts_on >= day:
            raise RuleBroken(
                _("%(kind)s yang tercatat baru mulai %(day)s.")
                % {"kind": row.get_kind_display(), "day": formats.day(row.starts_on)}
            )
        row.ends_on = day
        save(row)


@transaction.atomic
def end_contact(*, actor: User, contact: EmployeeContact, ends_on: date) -> EmployeeContact:
    """End a contact, or move an end that is to come: `ends_on` is the first day without it; on its own first day it
    never was. Raises NotAllowed, RuleBroken."""
    permissions.check_may_edit_people(actor, contact.employee.unit)
    row = EmployeeContact.objects.select_for_update(of=("self",)).get(pk=contact.pk)
    today = dates.today()
    if row.ends_on is not None and row.ends_on <= today:
        raise RuleBroken(_("Kontak ini sudah berakhir."))
    if ends_on > max(add_months(today, MOST_MONTHS_AHEAD), row.starts_on):
        raise RuleBroken(_("Kontak diakhiri paling lambat %(n)d bulan ke depan.") % {"n": MOST_MONTHS_AHEAD})
    if ends_on < row.starts_on:
        raise RuleBroken(_("Kontak ini baru mulai %(day)s.") % {"day": formats.day(row.starts_on)})
    if ends_on == row.starts_on:
        row.delete()
        return row
    row.ends_on = ends_on
    save(row)
    return row


@transaction.atomic
def read_contacts(*, actor: User, employee: Employee, day: date) -> list[EmployeeContact]:
    """Return the person's contacts of the day that the actor may see; restricted ones of somebody else are written
    down as read. Two queries at most."""
    rows = EmployeeContact.objects.visible_to(actor).filter(in_force(day), employee=employee)
    found = list(rows.order_by("kind", "starts_on", "pk"))
    restricted = [row.pk for row in found if row.sensitivity == EmployeeContact.Sensitivity.RESTRICTED]
    if restricted and not permissions.is_own_file(actor, employee):
        reading.record(model=EmployeeContact, objects=restricted, columns=["value"])
    return found


@transaction.atomic
def read_contact(*, actor: User, contact: EmployeeContact) -> str:
    """Return the value of one contact that the actor sees; a restricted one of somebody else is written down as read.
    Load `employee` with it."""
    restricted = contact.sensitivity == EmployeeContact.Sensitivity.RESTRICTED
    if restricted and not permissions.is_own_file(actor, contact.employee):
        reading.record(model=EmployeeContact, objects=[contact.pk], columns=["value"])
    return contact.value
