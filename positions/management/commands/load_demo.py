"""`manage.py load_demo`: the demo agencies, their users, then their analyses."""

import os
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from asnhr import queue
from asnhr.dates import today
from asnhr.management.language import LanguageCommand
from asnhr.models import Agency
from asnhr.models.agency import NATION
from asnhr.scope import agency_scope
from positions.demo import (
    analyses,
    budget,
    competency,
    job_analyses,
    job_evaluation,
    loader,
    personal_file,
    quality,
    siasn,
    story,
)
from positions.demo.build import FULL, TINY, build
from positions.demo.logins import Passwords, make_requests, make_users
from positions.models import Unit

AGENCIES = {
    story.MEDAN: {
        "name": "Pemerintah Kota Medan", "short_name": "Kota Medan", "personnel_office": "BKPSDM", "kind": "kota",
        "siasn_id": "A5EB03E23CA2F6A0E040640A040252AD", "is_sample": True,
    },
    story.JAMBI: {
        "name": "Pemerintah Kota Jambi", "short_name": "Kota Jambi", "personnel_office": "BKPSDMD", "kind": "kota",
        "is_sample": True,
    },
}  # fmt: skip


class Command(LanguageCommand):
    help = (
        "Memuat data contoh Kota Medan dan Kota Jambi. Aman diulang: instansi yang sudah lengkap tidak diubah, "
        "kata sandi tidak pernah diganti."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--scale", choices=[TINY, FULL], default=os.environ.get("ASNHR_DEMO_SCALE") or FULL)
        parser.add_argument("--seed", type=int, default=story.SEED)
        parser.add_argument("--as-of", type=date.fromisoformat, default=None, help="hari data (bawaan: hari ini)")
        parser.add_argument("--no-analysis", action="store_true", help="tanpa menjalankan analisis")

    def handle(self, *args: Any, **options: Any) -> None:
        day = options["as_of"] or today()
        if day > today():
            # Corrections, runs and steps of documents are written on the day they happen.
            raise CommandError(
                _("Data contoh tidak dapat memuat hari yang belum tiba: --as-of %(day)s sesudah hari ini, %(today)s.")
                % {"day": f"{day:%d-%m-%Y}", "today": f"{today():%d-%m-%Y}"}
            )
        passwords = Passwords(settings.HOME_DIR / "logins.json")
        for code in AGENCIES:
            began = time.monotonic()
            is_new = self._load(code, options["scale"], options["seed"], day, passwords)
            words = {"agency": AGENCIES[code]["name"], "seconds": f"{time.monotonic() - began:.0f}"}
            if is_new:
                self.stdout.write(_("%(agency)s: dimuat dalam %(seconds)s detik.") % words)
            else:
                self.stdout.write(_("%(agency)s: sudah lengkap, tidak diubah.") % words)
        if not options["no_analysis"]:
            self._analyse(day)
        # By a worker: the start does not wait for the seals. A chain that has a head keeps it.
        for agency in Agency.chains.filter(code__in=[*AGENCIES, NATION]):
            queue.after_commit("asnhr.tasks.first_head", robust=True, agency_id=agency.pk)

    def _load(self, code: str, scale: str, seed: int, day: date, passwords: Passwords) -> bool:
        """Load one agency in one transaction: all of it or nothing. Return False when it was there already."""
        with transaction.atomic():
            agency, is_new = Agency.objects.select_for_update().get_or_create(code=code, defaults=AGENCIES[code])
            with agency_scope(agency, reason="data contoh"):
                if not is_new and not agency.is_sample:
                    raise CommandError(
                        _(
                            "Instansi %(code)s berisi data sungguhan; data contoh tidak dimuat ke dalamnya. "
                            "Pakai ASNHR_HOME atau basis data lain untuk data contoh."
                        )
                        % {"code": code}
                    )
                is_empty = not Unit.objects.filter(agency=agency).exists()
                with self.writing():
                    if is_empty:
                        loader.load(agency, build(code, scale=scale, seed=seed, day=day))
                        siasn.load(agency, day)
                        if code == story.MEDAN:
                            budget.load(agency, day)
                    if make_users(agency, passwords, day):
                        passwords.save()
                    if is_empty:
                        make_requests(agency, day)
                        personal_file.load(agency, day)
                        job_evaluation.load(agency, day)
                        job_analyses.load(agency, day)
                        competency.load(agency, day)
                        quality.spoil(agency, day)
        return is_empty

    def _analyse(self, day: date) -> None:
        """Last step, kept apart: the analyses that the demo shows, by the product's own service."""
        for agency in Agency.objects.filter(code__in=AGENCIES).order_by("code"):
            began = time.monotonic()
            try:
                lines = analyses.run(agency, day)
                while line := self._next(lines):
                    words = {"line": _(line[0]) % line[1], "seconds": f"{time.monotonic() - began:.0f}"}
                    self.stdout.write(_("%(line)s (%(seconds)s detik)") % words)
            except analyses.AnalysisFailed as problem:
                raise CommandError(str(problem)) from None

    def _next(self, lines: Iterator[tuple[str, dict[str, Any]]]) -> tuple[str, dict[str, Any]] | None:
        with self.writing():
            return next(lines, None)
