"""The analyses that the demo shows: fifteen months ago, three months ago and on the first day.

The oldest is the basis of the proposal that is decided by now, and lets the two later ones say how the need changed.
That of the first day is the basis of this year's: the year's ABK was approved before that, whichever day it is, so that
what is approved from it can be completed and submitted.
"""

import time
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext_noop

from asnhr import access, services
from asnhr.models import Agency, Run, User
from asnhr.scope import agency_scope
from positions.demo import agenda, check, formations, map_changes, notifications, openings, privacy, quality, saved
from positions.models import Campaign, FormationProposal, NeedsAnalysis, QualityIndex
from positions.rules.numbers import add_months
from positions.services import analysis

MONTHS_AGO = (formations.BASIS_MONTHS_AGO, 3, 0)
BASES_MONTHS_AGO = (formations.BASIS_MONTHS_AGO, 0)
OPEN = (Run.State.QUEUED, Run.State.RUNNING)
# Seconds: longer than the silence after which a run may be taken over.
LONGEST_WAIT = 100


class AnalysisFailed(Exception):
    """An analysis of the demo did not finish; the message says why."""


def run(agency: Agency, day: date) -> Iterator[tuple[str, dict[str, Any]]]:
    """Do the analyses that are missing, freeze the basis, compute the data quality once; yield a sentence (to be
    translated) and its values for each. A second call does nothing.

    `day` counts where no campaign tells the day the demo was loaded for.
    """
    day = _first_day(agency, day)
    is_new = False
    for months in MONTHS_AGO:
        as_of = add_months(day, -months)
        with agency_scope(agency):
            done = NeedsAnalysis.objects.filter(agency=agency, as_of=as_of, is_complete=True).exists()
        if not done:
            _analyse(agency, as_of)
            is_new = True
            yield gettext_noop("%(agency)s: analisis per %(day)s selesai."), _values(agency, as_of)
        if months in BASES_MONTHS_AGO and _freeze(agency, as_of, day):
            yield (
                gettext_noop("%(agency)s: analisis per %(day)s menjadi dasar usulan %(year)s."),
                _values(agency, as_of),
            )
    _base(agency)
    with agency_scope(agency, reason="data contoh"):
        heard = map_changes.hear(agency)
        approved = is_new and map_changes.approve(agency)
    if heard:
        yield gettext_noop("%(agency)s: pemangku jabatan yang memudar didengar."), {"agency": agency.name}
    if approved:
        yield gettext_noop("%(agency)s: satu usul perubahan peta jabatan disetujui."), {"agency": agency.name}
    with agency_scope(agency, reason="data contoh"):
        first = not QualityIndex.objects.filter(agency=agency).exists()
        if first:
            quality.load(agency, day)
            notifications.load(agency, day)
            saved.load(agency)
    if first:
        yield gettext_noop("%(agency)s: kualitas data dihitung."), {"agency": agency.name}
    with agency_scope(agency, reason="data contoh"):
        first = agenda.load(agency, day)
    if first:
        yield gettext_noop("%(agency)s: buku penjagaan dihitung."), {"agency": agency.name}
    with agency_scope(agency, reason="data contoh"):
        first = privacy.load(agency, day)
    if first:
        yield gettext_noop("%(agency)s: data pribadi, insiden, dan keberatan contoh."), {"agency": agency.name}
    with agency_scope(agency, reason="data contoh"):
        first = openings.load(agency, day)
    if first:
        yield gettext_noop("%(agency)s: permintaan pembukaan nilai rahasia contoh."), {"agency": agency.name}
    # Once: what visitors change later is theirs.
    if is_new:
        with agency_scope(agency):
            lost = check.broken(agency, day)
        if lost:
            # Told, not refused: an installation without one of the stories is still an installation.
            yield (
                gettext_noop("%(agency)s: kasus cerita data contoh tidak ada: %(cases)s."),
                {"agency": agency.name, "cases": "; ".join(lost)},
            )


def _base(agency: Agency) -> None:
    """Let a proposal decided in the past rest on the last analysis before its decree, so that its files can be made."""
    with agency_scope(agency, reason="data contoh"):
        done = NeedsAnalysis.objects.filter(agency=agency, is_complete=True, parameters__overlay={})
        for proposal in FormationProposal.objects.filter(agency=agency, analysis=None, decree_on__isnull=False):
            before = done.filter(as_of__lte=proposal.decree_on).order_by("-as_of", "-pk").first()
            if before is not None:
                FormationProposal.objects.filter(pk=proposal.pk).update(analysis=before)


def _values(agency: Agency, as_of: date) -> dict[str, Any]:
    return {"agency": agency.name, "day": f"{as_of:%d-%m-%Y}", "year": as_of.year}


def _first_day(agency: Agency, day: date) -> date:
    """Return the day the demo stands for: its newest campaign ended thirty days before."""
    with agency_scope(agency):
        deadline = Campaign.objects.filter(agency=agency).order_by("-year").values_list("deadline", flat=True).first()
    return deadline + timedelta(days=30) if deadline else day


def _analyse(agency: Agency, as_of: date) -> None:
    """Ask for the run and do it here, since no worker may run yet; an open one of an earlier try is taken up.

    A run that a killed process left behind is free again after a minute of silence.
    """
    parameters = {"as_of": as_of.isoformat(), "overlay": {}}
    with agency_scope(agency, reason="data contoh"):
        same = {"agency": agency, "kind": analysis.KIND, "fingerprint": services.fingerprint_of(parameters)}
        run = Run.objects.filter(**same, state__in=OPEN).first() or Run.objects.create(**same, parameters=parameters)
    until = time.monotonic() + LONGEST_WAIT
    while True:
        services.execute(agency_id=agency.pk, run_id=run.pk, heartbeat=False)
        with agency_scope(agency):
            run.refresh_from_db()
        if run.state not in OPEN or time.monotonic() > until:
            break
        time.sleep(2)
    if run.state != Run.State.DONE:
        reasons = " ".join(str(problem.get("message", "")) for problem in run.problems)
        raise AnalysisFailed(f"{agency.name}: analisis per {as_of:%d-%m-%Y} belum selesai. {reasons}".strip())


def _freeze(agency: Agency, as_of: date, day: date) -> bool:
    """Let the demo's BKD officer, with the rights of `day`, set the basis of the year of an analysis, once."""
    with agency_scope(agency, reason="data contoh"):
        if NeedsAnalysis.objects.filter(agency=agency, basis_year=as_of.year).exists():
            return False
        officer = User.objects.filter(username=f"staf_bkd.{agency.code}").first()
        if officer is None:
            return False
        officer.access = access.resolve(officer, agency.pk, day)
        row = NeedsAnalysis.objects.filter(agency=agency, as_of=as_of, is_complete=True).latest("pk")
        analysis.freeze(analysis=row, year=as_of.year, actor=officer)
        return True
