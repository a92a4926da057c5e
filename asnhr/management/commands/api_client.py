"""Make a client of the API: a service user with the role `integrasi` in one agency, and its credentials."""

from argparse import ArgumentParser
from typing import Any

from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.models import Client
from django.core.management.base import CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from asnhr import dates
from asnhr.api.authentication import SCOPE_PERMISSIONS
from asnhr.management.language import LanguageCommand
from asnhr.models import Agency, RoleAssignment, User
from asnhr.scope import agency_scope


class Command(LanguageCommand):
    help = "Membuat klien API (client credentials) untuk satu instansi; rahasianya hanya ditampilkan sekali."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="nama sistem, mis. absensi")
        parser.add_argument("--agency", required=True, help="kode instansi, mis. 1271")
        parser.add_argument("--scope", action="append", choices=sorted(SCOPE_PERMISSIONS), required=True)

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        agency = Agency.objects.filter(code=options["agency"]).first()
        if agency is None:
            raise CommandError(_("Instansi %(code)s tidak ada.") % {"code": options["agency"]})
        username = f"api-{agency.code}-{options['name']}"[:150]
        if User.objects.filter(username=username).exists():
            raise CommandError(_("Klien %(name)s sudah ada.") % {"name": username})
        owner = User(username=username, last_name=options["name"], is_service=True)
        owner.set_unusable_password()
        owner.save()
        with agency_scope(agency, owner.pk, "klien API"):
            RoleAssignment.objects.create(agency=agency, user=owner, role="integrasi", starts_on=dates.today())
        secret = get_adapter().generate_client_secret()
        client = Client(name=options["name"][:100], owner=owner, type=Client.Type.CONFIDENTIAL)
        client.grant_types = Client.GrantType.CLIENT_CREDENTIALS
        client.response_types = Client.ResponseType.NONE
        client.set_scopes(options["scope"])
        client.set_default_scopes(options["scope"])
        client.set_secret(secret)
        client.full_clean()
        client.save()
        self.stdout.write(f"client_id: {client.pk}\nclient_secret: {secret}\nscope: {' '.join(options['scope'])}")
