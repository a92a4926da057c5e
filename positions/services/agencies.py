"""A new agency with what it needs before its first import: its schedule of analyses and its first admin."""

import re
import secrets
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from asnhr import queue
from asnhr.errors import RuleBroken
from asnhr.models import Agency, RoleAssignment, User
from asnhr.notifications.service import role_granted
from asnhr.scope import agency_scope
from positions import permissions
from positions.models import AnalysisSchedule
from positions.rules.numbers import add_months

ADMIN_ROLE = "admin_daerah"
MONTHS = 3
# "Pemerintah Kota Binjai" is called "Binjai" in short.
OFFICIAL = re.compile(r"^Pemerintah\s+(?:Kota|Kabupaten|Provinsi|Daerah)\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Made:
    """What `create_agency` found and did. `password` only when the login is new: it is kept nowhere else."""

    agency: Agency
    is_new: bool
    schedule: AnalysisSchedule
    password: str | None = None


def ensure_schedule(agency: Agency, today: date) -> AnalysisSchedule:
    """Return the agency's schedule, making one where there is none: every three months from the next quarter's first
    day. What its admin set (also "not active") stays. The agency's scope must be open."""
    first = date(today.year, 3 * ((today.month - 1) // 3) + 1, 1)
    found, _is_new = AnalysisSchedule.objects.get_or_create(
        agency=agency, defaults={"every_months": MONTHS, "next_on": add_months(first, MONTHS)}
    )
    return found


@transaction.atomic
def change_schedule(*, actor: User, schedule: AnalysisSchedule | None, **facts: Any) -> AnalysisSchedule:
    """Change when the analysis runs by itself: `every_months`, `next_on`, `is_active`. None: there is none yet."""
    permissions.check_may(actor, "edit_schedule")
    unknown = set(facts) - {"every_months", "next_on", "is_active"}
    if unknown:
        raise ValueError(f"not editable here: {', '.join(sorted(unknown))}")
    if schedule is None:
        row = AnalysisSchedule(agency_id=permissions.access_of(actor).agency_id or 0)
    else:
        row = AnalysisSchedule.objects.select_for_update().get(agency_id=schedule.agency_id, pk=schedule.pk)
    for name, value in facts.items():
        setattr(row, name, value)
    try:
        row.full_clean()
    except ValidationError as problem:
        raise RuleBroken(" ".join(problem.messages)) from problem
    row.save()
    return row


@transaction.atomic
def create_agency(
    *,
    code: str,
    name: str,
    kind: str,
    today: date,
    short_name: str = "",
    personnel_office: str = "",
    admin_username: str = "",
) -> Made:
    """Make a real agency (no sample), its schedule, and its first admin with a random password: the operator's act.

    The same call again changes nothing. Raises RuleBroken: the code is taken by another name or kind, no region code,
    a login that exists without the role.
    """
    if not re.fullmatch(r"\d{2}|\d{4}", code):
        raise RuleBroken(_("Kode instansi adalah kode wilayah Kemendagri tanpa titik: 4 angka, provinsi 2 angka."))
    if (kind == "provinsi") != (len(code) == 2) or code.endswith("00"):
        raise RuleBroken(
            _("Kode %(code)s bukan kode %(kind)s: provinsi 2 angka, kabupaten dan kota 4 angka yang tidak berakhir 00.")
            % {"code": code, "kind": dict(Agency._meta.get_field("kind").flatchoices).get(kind, kind)}
        )
    agency = Agency.objects.filter(code=code).first()
    is_new = agency is None
    if agency is None:
        namesake = Agency.objects.filter(name__iexact=name.strip()).first()
        if namesake is not None:
            raise RuleBroken(
                _("%(name)s sudah ada dengan kode %(code)s.") % {"name": namesake.name, "code": namesake.code}
            )
        agency = Agency(
            code=code, name=name.strip(), kind=kind, short_name=short_name or OFFICIAL.sub("", name.strip())
        )
        agency.personnel_office = personnel_office or agency.personnel_office
        try:
            agency.full_clean()
        except ValidationError as problem:
            raise RuleBroken(" ".join(problem.messages)) from problem
        agency.save()
    elif (agency.name, agency.kind) != (name.strip(), kind):
        raise RuleBroken(
            _("Kode %(code)s sudah dipakai %(name)s (%(kind)s).")
            % {"code": code, "name": agency.name, "kind": agency.get_kind_display()}
        )
    with agency_scope(agency, reason="create_agency"):
        schedule = ensure_schedule(agency, today)
        password = _first_admin(agency, admin_username, today) if admin_username else None
    if is_new:
        # Complete without it: the night takes a head in any case.
        queue.after_commit("asnhr.tasks.first_head", robust=True, agency_id=agency.pk)
    return Made(agency, is_new, schedule, password)


def _first_admin(agency: Agency, username: str, today: date) -> str | None:
    """Make the login with its role; return its password, None when it holds the role already."""
    user = User.objects.filter(username=username).first()
    if user is not None:
        held = RoleAssignment.objects.filter(agency=agency, user=user, role=ADMIN_ROLE).exclude(ends_on__lte=today)
        if held.exists():
            return None
        raise RuleBroken(
            _("Akun %(name)s sudah ada; beri peran dengan: manage.py grant_role %(name)s %(role)s --agency %(code)s")
            % {"name": username, "role": ADMIN_ROLE, "code": agency.code}
        )
    user = User(
        username=username, first_name="Admin", last_name=agency.short_name, is_staff=True, password_is_temporary=True
    )
    password = secrets.token_urlsafe(15)
    user.set_password(password)
    try:
        user.full_clean(exclude=["email"])
    except ValidationError as problem:
        raise RuleBroken(" ".join(problem.messages)) from problem
    user.save()
    role_granted(RoleAssignment.objects.create(agency=agency, user=user, role=ADMIN_ROLE, starts_on=today))
    return password
