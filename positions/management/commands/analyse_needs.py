"""`manage.py analyse_needs --agency 1271 --as-of 2026-11-22 --json`: run the analysis and print its result."""

import json
import time
from datetime import date
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from asnhr import kept
from asnhr import services as runs
from asnhr.dates import today
from asnhr.errors import RuleBroken
from asnhr.management.language import LanguageCommand
from asnhr.models import Agency, Run
from asnhr.scope import agency_scope
from positions.models import NeedsAnalysis
from positions.queries.analysis import as_document
from positions.services import analysis as services


def _day(text: str | date) -> date:
    if isinstance(text, date):  # from Python (call_command)
        return text
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError(_("Tanggal “%(text)s” bukan tanggal (tahun-bulan-tanggal).") % {"text": text}) from None


class Command(LanguageCommand):
    help = "Menjalankan analisis kebutuhan jabatan suatu instansi."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--agency", required=True, help="kode wilayah tanpa titik, misalnya 1271")
        parser.add_argument("--as-of", default="", metavar="TANGGAL", help="tanggal (YYYY-MM-DD), baku hari ini")
        parser.add_argument("--json", action="store_true", help="cetak hasil sebagai JSON saja")

    def handle(self, *args: Any, **options: Any) -> None:
        agency = Agency.objects.filter(code=options["agency"]).first()
        if agency is None:
            raise CommandError(_("Instansi %(code)s tidak ada.") % {"code": options["agency"]})
        as_of = _day(options["as_of"]) if options["as_of"] else today()
        try:
            with self.writing(), agency_scope(agency, reason="analyse_needs"):
                run, _is_new = services.request_analysis(agency, as_of, None)
        except RuleBroken as problem:
            raise CommandError(str(problem)) from problem
        # Whoever claims the run first does it: this process or a worker.
        with self.writing():
            runs.execute(agency_id=agency.pk, run_id=run.pk)
        run = self._finished(agency, run.pk)
        if run.state == Run.State.FAILED:
            raise CommandError(" ".join(kept.problem(problem) for problem in run.problems))
        with agency_scope(agency):
            analysis = NeedsAnalysis.objects.get(agency=agency, run=run)
            if options["json"]:
                self.stdout.write(json.dumps(as_document(agency.code, analysis), ensure_ascii=False))
                return
        totals = analysis.totals
        self.stdout.write(
            _("%(agency)s, analisis per %(day)s (pekerjaan %(run)s)")
            % {"agency": agency.name, "day": f"{analysis.as_of:%d-%m-%Y}", "run": run.pk}
        )
        if analysis.known_on is not None:
            self.stdout.write(
                _("Proyeksi: register sebagaimana diketahui pada %(day)s; tidak dapat menjadi dasar usulan.")
                % {"day": f"{analysis.known_on:%d-%m-%Y}"}
            )
        for label, key in (
            (_("Jabatan"), "positions"), (_("Kebutuhan"), "need"), (_("Pemangku"), "holders"),
            (_("Kekurangan"), "shortage"), (_("Kelebihan"), "surplus"), (_("Tanpa data kebutuhan"), "unknown"),
        ):  # fmt: skip
            self.stdout.write(f"  {label}: {totals[key]}")

    def _finished(self, agency: Agency, run_id: int) -> Run:
        while True:
            with agency_scope(agency):
                run = Run.objects.get(agency=agency, pk=run_id)
            if not run.is_open:
                return run
            time.sleep(0.2)
