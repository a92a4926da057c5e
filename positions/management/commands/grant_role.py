"""`manage.py grant_role sekda ppk --agency 1271`: give a role that nobody in the agency may give.

`grant_role bpk auditor --agency 0000`: who reads the trail of logins and national tables.
"""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from asnhr import dates
from asnhr.models import Agency, RoleAssignment, User
from asnhr.models.agency import NATION
from asnhr.notifications.service import role_granted
from asnhr.roles import ROLES
from asnhr.scope import agency_scope
from positions.models import Unit, UnitScope


class Command(BaseCommand):
    help = "Memberi peran kepada akun yang sudah ada, termasuk peran yang memutuskan (hanya operator)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", help="nama pengguna, tepat sama")
        parser.add_argument("role", choices=sorted(set(ROLES) - {"integrasi"}))
        parser.add_argument("--agency", required=True, help="kode instansi, mis. 1271")
        parser.add_argument("--unit", action="append", default=[], help="kode unit, untuk peran yang terikat unit")
        parser.add_argument("--until", type=date.fromisoformat, help="berakhir sebelum tanggal ini (YYYY-MM-DD)")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        agency = Agency.chains.filter(code=options["agency"]).first()
        user = User.objects.filter(username=options["username"], is_active=True, is_service=False).first()
        role, today = ROLES[options["role"]], dates.today()
        if agency is None:
            raise CommandError(f"Instansi dengan kode {options['agency']} tidak ada.")
        if agency.code == NATION and role.slug != "auditor":
            raise CommandError(f"Pada {NATION} hanya ada peran auditor: jejak akun dan tabel nasional.")
        if user is None:
            raise CommandError(f"Tidak ada akun aktif bernama {options['username']}.")
        if options["until"] is not None and options["until"] <= today:
            raise CommandError("Tanggal berakhir harus sesudah hari ini.")
        if (role.reach == "unit") != bool(options["unit"]):
            raise CommandError(
                "Peran ini memerlukan sedikitnya satu --unit."
                if role.reach == "unit"
                else "Peran ini tidak terikat unit."
            )
        with agency_scope(agency, user.pk, "grant_role"):
            held = RoleAssignment.objects.filter(agency=agency, user=user, role=role.slug)
            if held.exclude(ends_on__lte=today).exists():
                raise CommandError(f"{user.username} sudah memegang peran {role.slug}.")
            units = list(Unit.objects.filter(agency=agency, code__in=options["unit"]))
            unknown = sorted(set(options["unit"]) - {unit.code for unit in units})
            if unknown:
                raise CommandError(f"Unit tidak ada: {', '.join(unknown)}.")
            made = RoleAssignment.objects.create(
                agency=agency, user=user, role=role.slug, starts_on=today, ends_on=options["until"]
            )
            UnitScope.objects.bulk_create(UnitScope(agency=agency, assignment=made, unit=unit) for unit in units)
            role_granted(made)
        self.stdout.write(f"{user.username}: {role.slug} di {agency.code} sejak {today:%d-%m-%Y}")
