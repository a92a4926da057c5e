"""python manage.py import_data <kind> <file> --agency <code> [--dry-run] [--json]: the importers at the command
line.
"""

import sys
from contextlib import nullcontext
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import orjson
from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from asnhr import access, formats, registry
from asnhr.dates import today
from asnhr.errors import NotAllowed, RuleBroken
from asnhr.imports import parsers, service
from asnhr.imports.codes import CHANGES
from asnhr.imports.errors import CellProblem
from asnhr.imports.framework import ImportResult, Options, told_refusal
from asnhr.management.language import LanguageCommand
from asnhr.models import Agency, User
from asnhr.scope import agency_scope

SHOWN = 50


def _day(text: str) -> date:
    try:
        found = parsers.date(text)
    except CellProblem as problem:
        raise CommandError(_("Tanggal “%(text)s”: %(cause)s.") % {"text": text, "cause": problem.message}) from None
    if found is None:
        raise CommandError(_("“%(text)s” bukan tanggal.") % {"text": text})
    return found


def _kinds() -> list[str]:
    return [code for code, _importer in registry.importers.items()]


class Command(LanguageCommand):
    help = "Impor berkas CSV atau XLSX ke register sebuah instansi. Bawaan: semua baris, atau tidak sama sekali."
    # Checks of the whole project (every address and template) belong to the start of the product; here they would cost
    # half a second of each file.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        # Looked up below, where an unknown one is refused in the language asked for: argparse knows English only.
        parser.add_argument("kind", metavar="jenis", help=f"jenis impor: {', '.join(_kinds())}")
        parser.add_argument("file", type=Path, help="berkas .xlsx atau CSV")
        parser.add_argument("--agency", required=True, help="kode instansi, misalnya 1271")
        parser.add_argument("--unit", default="", metavar="KODE", help="unit bagi lembar yang tidak menyebutnya")
        parser.add_argument(
            "--decree", default="", metavar="NO", help="nomor keputusan bagi lembar yang tidak menyebutnya"
        )
        parser.add_argument("--decree-date", default="", metavar="TANGGAL", help="tanggal keputusan (31-12-2025)")
        parser.add_argument("--sheet", default="", help="nama lembar; bawaan: yang judul kolomnya dikenal")
        parser.add_argument("--dry-run", action="store_true", help="periksa saja, tidak menyimpan apa pun")
        parser.add_argument(
            "--skip-rejected", action="store_true", help="simpan baris yang diterima, lewati yang ditolak"
        )
        parser.add_argument(
            "--confirm-corrections", action="store_true", help="terima perubahan tanpa TMT baru sebagai koreksi"
        )
        parser.add_argument("--user", default="", metavar="NAMA", help="atas nama akun ini, sebatas wewenangnya")
        parser.add_argument("--json", action="store_true", help="cetak hasil sebagai JSON saja")

    def handle(self, *args: Any, **given: Any) -> None:
        if given["kind"] not in _kinds():
            words = {"kind": given["kind"], "kinds": ", ".join(_kinds())}
            raise CommandError(
                _("Jenis impor “%(kind)s” tidak dikenal. Yang dikenal: %(kinds)s.") % words, returncode=2
            )
        agency = Agency.objects.filter(code=given["agency"]).first()
        if agency is None:
            raise CommandError(_("Instansi %(code)s tidak ada.") % {"code": given["agency"]})
        if not given["file"].is_file():
            raise CommandError(_("Berkas “%(path)s” tidak ada.") % {"path": given["file"]})
        options = Options(
            today=today(),
            unit=given["unit"],
            decree=given["decree"],
            sheet=given["sheet"],
            decree_on=_day(given["decree_date"]) if given["decree_date"] else None,
            dry_run=given["dry_run"],
            skip_rejected=given["skip_rejected"],
            confirm_corrections=given["confirm_corrections"],
        )
        if given["user"]:
            options = self._for_officer(given["user"], agency, given["kind"], options)
        try:
            # A check alone writes nothing and may speak the language asked for throughout.
            with nullcontext() if options.dry_run else self.writing():
                result = service.import_now(agency=agency, kind=given["kind"], path=given["file"], options=options)
        except RuleBroken as problem:
            raise CommandError(str(problem)) from None
        if given["json"]:
            self.stdout.write(orjson.dumps(result.as_json(), default=str).decode())
        else:
            self._tell(result)
        if result.failed:
            sys.exit(1)

    @staticmethod
    def _for_officer(username: str, agency: Agency, kind: str, options: Options) -> Options:
        """Return the options narrowed to what the officer may import, who is told of the result."""
        user = User.objects.filter(username=username, is_active=True, is_service=False).first()
        if user is None:
            raise CommandError(_("Tidak ada akun bernama %(name)s.") % {"name": username})
        with agency_scope(agency, user.pk):
            held = access.resolve(user, agency.pk, options.today)
        try:
            service.check_may_import(held, kind)
        except NotAllowed as refusal:
            raise CommandError(str(refusal)) from None
        paths = None if held.whole_agency else held.unit_paths
        return replace(options, user_id=user.pk, own_nip=user.nip, unit_paths=paths)

    def _tell(self, result: ImportResult) -> None:
        out = self.stdout
        if result.refused:
            out.write(_("DITOLAK %(code)s: %(message)s") % told_refusal(result.refused))
            return
        told = 0
        for row in result.rows:
            for problem in row.problems:
                told += 1
                if told <= SHOWN:
                    words = {"row": row.row, "code": problem.code, "column": problem.column}
                    words |= {"value": problem.value, "cause": problem.message}
                    out.write(
                        _("baris %(row)s ditolak %(code)s %(column)s: %(value)s — %(cause)s") % words
                        if problem.severity == "error"
                        else _("baris %(row)s catatan %(code)s %(column)s: %(value)s — %(cause)s") % words
                    )
        if told > SHOWN:
            out.write(_("… dan %(n)d masalah lain; semuanya ada pada --json.") % {"n": told - SHOWN})
        out.write(
            _("%(accepted)d diterima, %(warned)d diterima dengan catatan, %(rejected)d ditolak, %(skipped)d dilewati.")
            % result.totals
        )
        plan = ", ".join(f"{CHANGES.get(name, name)} {formats.number(n)}" for name, n in result.plan.items())
        out.write(_("Perubahan: %(plan)s") % {"plan": plan})
        if result.written:
            out.write(_("Tersimpan."))
        else:
            out.write(_("Hanya diperiksa.") if result.dry_run else _("Tidak ada yang disimpan."))
