"""Seal the audit trails at once, for who does not run the worker; `--digest` also takes and sends today's heads."""

from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from asnhr import dates
from asnhr.audit import sealer
from asnhr.management.language import LanguageCommand


class Command(LanguageCommand):
    help = "Segel jejak audit semua instansi; --digest juga menyimpan dan mengirim kepala rantai hari ini."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--digest", action="store_true", help="simpan dan kirim kepala rantai hari ini")

    def handle(self, *args: Any, **options: Any) -> None:
        count = 0
        for agency_id in sealer.waiting_agencies():
            if made := sealer.seal(agency_id):
                sealer.cover_day(agency_id, dates.today())
                count += made
        self.stdout.write(_("%(n)d catatan disegel.") % {"n": count})
        if options["digest"]:
            for line in sealer.lines(sealer.digest(dates.today())):
                self.stdout.write(line)
