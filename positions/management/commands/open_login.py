"""`manage.py open_login 198501012010011001 --agency 1271`: the link by which a person sets the first password.

The operator's, after having made sure who asks: for an agency's first officers, and for people of whom the register has
no e-mail. Makes the login, with the role `pegawai`, where there is none.
"""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from asnhr import dates
from asnhr.first_login import link_for
from asnhr.management.language import LanguageCommand
from asnhr.models import Agency, RoleAssignment, User
from asnhr.scope import agency_scope
from positions.models import Employee


class Command(LanguageCommand):
    help = "Membuka akun pegawai: tautan sekali pakai untuk kata sandi pertamanya (hanya operator)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("nip", help="NIP pegawai di register instansi itu")
        parser.add_argument("--agency", required=True, help="kode instansi, mis. 1271")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        agency, day = Agency.objects.filter(code=options["agency"]).first(), dates.today()
        if agency is None:
            raise CommandError(_("Instansi %(code)s tidak ada.") % {"code": options["agency"]})
        with agency_scope(agency, reason="open_login"):
            person = Employee.objects.filter(agency=agency, nip=options["nip"], exits_on=None).first()
            if person is None:
                raise CommandError(_("Tidak ada pegawai aktif dengan NIP ini di instansi itu."))
            user = User.objects.filter(nip=person.nip).first()
            if user is not None and (user.has_usable_password() or not user.is_active):
                raise CommandError(_("Akun ini sudah dibuka pemiliknya, atau ditutup."))
            if user is None:
                user = User(username=person.nip, nip=person.nip, last_name=person.name[:150], email=person.email)
                user.set_unusable_password()
                user.full_clean(exclude=["email", "password"])
                user.save()
            held = RoleAssignment.objects.filter(agency=agency, user=user).exclude(ends_on__lte=day)
            if not held.exists():
                RoleAssignment.objects.create(agency=agency, user=user, role="pegawai", starts_on=day)
        link, days = link_for(user, settings.PUBLIC_URL)
        self.stdout.write(link)
        self.stdout.write(_("Serahkan kepada pemilik akun saja; berlaku %(days)s hari, sekali pakai.") % {"days": days})
