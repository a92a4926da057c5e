"""Prove that an agency's audit trail was not changed, and that the register says what it recorded last.

Exit status 1 names the first broken entry, 4 the rows that were changed past the trail, 5 days whose stored head is
gone, 3 what guards the trail (triggers, functions, rights, row security) and is not as installed. The chain of logins
and national tables is that of `--agency 0000`. The result is kept, as that of every night is.
"""

import re
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from asnhr import dates
from asnhr.audit import compare, proofs, sealer
from asnhr.management.language import LanguageCommand
from asnhr.models import Agency, AuditProof


class Command(LanguageCommand):
    help = "Periksa rantai jejak audit satu instansi; status keluar 1 bila rantainya putus."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--agency", required=True, help="kode instansi, misalnya 1271")
        parser.add_argument(
            "--head", action="append", default=[], metavar="NOMOR:SIDIK", help="kepala rantai dari surel harian"
        )
        parser.add_argument("--chain-only", action="store_true", help="rantai saja, tanpa membandingkan isi register")
        parser.add_argument("--seal", action="store_true", help="segel dahulu yang belum disegel")

    def handle(self, *args: Any, **options: Any) -> None:
        agency = Agency.chains.filter(code=options["agency"]).first()
        if agency is None:
            raise CommandError(_("Instansi berkode “%(code)s” tidak ada.") % {"code": options["agency"]})
        heads = [self._head(text) for text in options["head"]]
        if options["seal"]:
            if sealer.seal(agency.pk):
                sealer.cover_day(agency.pk, dates.today())
        register = not options["chain_only"]
        report = proofs.prove(agency, by=AuditProof.By.COMMAND, given=heads, register=register)
        for warning in (*report.gaps, *report.guarding):
            self.stderr.write(_("PERINGATAN: %(text)s") % {"text": warning})
        if not report.holds:
            raise CommandError(_("RANTAI PUTUS: %(text)s") % {"text": report.broken}, returncode=1)
        said = {"links": report.links, "heads": report.heads, "unsealed": report.unsealed, "last": report.last}
        self.stdout.write(
            _("Rantai utuh: %(links)d catatan, cocok dengan %(heads)d kepala harian; %(unsealed)d belum disegel.")
            % said
        )
        self.stdout.write(f"{agency.code} {report.links}:{report.last}")
        if report.differences:
            for line in compare.words(report.differences):
                self.stderr.write(line)
            raise CommandError(_("Rantai utuh, tetapi register berbeda dari jejaknya."), returncode=4)
        if report.differences is not None:
            self.stdout.write(_("Isi register sama dengan jejaknya."))
        if report.gaps:
            raise CommandError(_("Rantai utuh, tetapi kepala hariannya tidak lengkap."), returncode=5)
        if report.guarding:
            raise CommandError(_("Rantai utuh, tetapi penjaganya tidak seperti yang dipasang."), returncode=3)

    @staticmethod
    def _head(text: str) -> tuple[int, str]:
        found = re.fullmatch(r"(\d{1,18}):([0-9a-f]{64})", text.strip())
        if found is None:
            raise CommandError(_("“%(text)s” bukan kepala rantai; tulis NOMOR:SIDIK.") % {"text": text})
        return int(found[1]), found[2]
