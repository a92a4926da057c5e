"""Delete the files of imports that are older than the rulebook keeps them; the schedule does the same every night."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from asnhr.imports import retention
from asnhr.management.language import LanguageCommand
from asnhr.models import Agency


class Command(LanguageCommand):
    help = "Hapus berkas impor yang lewat masa simpan (Buku aturan, imports.*) dan kosongkan nilai orang di laporannya."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--agency", default="", help="kode instansi; bawaan: semua")

    def handle(self, *args: Any, **options: Any) -> None:
        agencies = Agency.objects.order_by("code")
        if code := options["agency"]:
            agencies = agencies.filter(code=code)
            if not agencies:
                raise CommandError(_("Instansi %(code)s tidak ada.") % {"code": code})
        for agency in agencies:
            purged = retention.purge(agency)
            self.stdout.write(
                _("%(agency)s: %(imports)d berkas impor dihapus, %(orphans)d berkas tanpa impor dihapus.")
                % {"agency": agency.name, "imports": purged.imports, "orphans": purged.orphans}
            )
