"""Tasks of the register: thin doors to services; each may run twice and then changes nothing."""

import logging

from django.db import connection
from django.utils import timezone

from asnhr.celery import app
from asnhr.dates import today
from asnhr.errors import RuleBroken
from asnhr.files.scanning import Unreachable
from asnhr.models import Agency
from asnhr.privacy import incidents
from asnhr.scope import agency_scope
from positions.services import (
    agencies,
    agenda,
    analysis,
    day,
    departures,
    document_traces,
    documents,
    map_files,
    quality,
    reminders,
)

logger = logging.getLogger(__name__)


@app.task(name="positions.tasks.turn_day")
def turn_day() -> None:
    """Just after midnight: what was decided for this day takes effect, agency by agency."""
    for agency in Agency.objects.order_by("code"):
        with agency_scope(agency, reason="keputusan yang mulai berlaku"):
            day.turn(agency.pk, today())


@app.task(name="positions.tasks.dispatch_schedules")
def dispatch_schedules() -> None:
    """Every day: ask for the analysis of each agency whose schedule is due, agency by agency.

    An agency that came without a schedule gets the quarterly one, so that none is left out for good.
    """
    now = today()
    for agency in Agency.objects.order_by("code"):
        try:
            with agency_scope(agency, reason="jadwal analisis"):
                agencies.ensure_schedule(agency, now)
                analysis.run_due_schedule(agency=agency, today=now)
        except RuleBroken as problem:
            logger.warning("schedule of %s: %s", agency.code, problem)


@app.task(name="positions.tasks.dispatch_quality")
def dispatch_quality() -> None:
    """Every night: ask for the data quality of each agency, agency by agency."""
    for agency in Agency.objects.order_by("code"):
        with agency_scope(agency, reason="kualitas data harian"):
            quality.request_quality(agency, None)


@app.task(name="positions.tasks.dispatch_agenda")
def dispatch_agenda() -> None:
    """Every night: ask for the agenda book of each agency, agency by agency."""
    for agency in Agency.objects.order_by("code"):
        with agency_scope(agency, reason="buku penjagaan harian"):
            agenda.request_agenda(agency, None)


@app.task(name="positions.tasks.dispatch_reminders")
def dispatch_reminders() -> None:
    """Every morning: tell what comes near in each agency; end the roles of who has left, also by an imported file."""
    now = today()
    for agency in Agency.objects.order_by("code"):
        with agency_scope(agency, reason="pengingat harian"):
            departures.end_roles(agency.pk, now)
            reminders.remind(agency, now)
            incidents.remind(agency, timezone.now())


@app.task(name="positions.tasks.tidy_documents")
def tidy_documents() -> None:
    """Every night: take EXIF and GPS from pictures of before they were dropped, scan the documents that came without a
    scanner, sweep files of nothing and maps that are kept no longer, agency by agency."""
    for agency in Agency.objects.order_by("code"):
        document_traces.strip(agency)
        try:
            documents.tidy(agency)
            map_files.tidy(agency)
        except Unreachable as problem:
            logger.warning("documents of %s: %s", agency.code, problem)


@app.task(name="positions.tasks.refresh_statistics", expires=3600)
def refresh_statistics() -> None:
    """After a large import: tell the planner how much the register has become."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT positions_refresh_statistics()")
