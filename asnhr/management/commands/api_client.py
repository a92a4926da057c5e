"""Make a client of the API: a service user with the role `integrasi` in one agency, and its credentials."""

from argparse import ArgumentParser
from datetime import date, timedelta
from typing import Any

from django.core.management.base import CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from asnhr import clients, dates
from asnhr.api.authentication import SCOPE_PERMISSIONS
from asnhr.errors import RuleBroken
from asnhr.management.language import LanguageCommand
from asnhr.models import Agency
from asnhr.scope import agency_scope

YEAR = timedelta(days=365)


class Command(LanguageCommand):
    help = "Membuat klien API (client credentials) untuk satu instansi; rahasianya hanya ditampilkan sekali."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="nama sistem: huruf, angka, tanda hubung, garis bawah, mis. absensi")
        parser.add_argument("--agency", required=True, help="kode instansi, mis. 1271")
        parser.add_argument("--scope", action="append", choices=sorted(SCOPE_PERMISSIONS), required=True)
        parser.add_argument(
            "--until", type=date.fromisoformat, help="berakhir sebelum tanggal ini (YYYY-MM-DD); bawaan: setahun"
        )

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        agency = Agency.objects.filter(code=options["agency"]).first()
        if agency is None:
            raise CommandError(_("Instansi %(code)s tidak ada.") % {"code": options["agency"]})
        today = dates.today()
        with agency_scope(agency, reason="klien API"):
            try:
                made, secret = clients.connect(
                    agency=agency, actor=None, name=options["name"], scopes=options["scope"], today=today,
                    expires_on=options.get("until") or today + YEAR,
                )  # fmt: skip
            except RuleBroken as problem:
                raise CommandError(str(problem)) from problem
        scopes = " ".join(options["scope"])
        self.stdout.write(f"client_id: {made.client_id}\nclient_secret: {secret}\nscope: {scopes}")
