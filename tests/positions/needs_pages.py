"""A small register with a finished analysis, for tests of pages; not a test module."""

from datetime import date
from types import SimpleNamespace

from asnhr import services
from asnhr.models import Run
from asnhr.scope import agency_scope
from positions.models import NeedsAnalysis, NeedsResult
from positions.services import analysis as analysis_services
from tests.factories.positions import (
    CampaignFactory,
    IncumbencyFactory,
    JobFactory,
    PositionFactory,
    UnitFactory,
    WorkloadFactory,
    WorkloadSheetFactory,
    WorkloadTaskFactory,
)

DAY = date(2026, 11, 22)


def analyse(agency, day=DAY) -> NeedsAnalysis:
    """Run the analysis of `agency` as of `day` to its end, as a worker does."""
    with agency_scope(agency):
        run, _is_new = analysis_services.request_analysis(agency, day, None)
    services.execute(agency_id=agency.pk, run_id=run.pk, heartbeat=False)
    with agency_scope(agency):
        assert Run.objects.get(pk=run.pk).state == Run.State.DONE
        return NeedsAnalysis.objects.get(run=run)


def small_city(agency, positions=1) -> SimpleNamespace:
    """Kecamatan Medan Belawan with `positions` posts short of two people each, Medan Kota with a post that is full."""
    with agency_scope(agency):
        root = UnitFactory(agency=agency, code="1271", name="Pemerintah Kota Medan")
        belawan = UnitFactory(agency=agency, code="BLW", name="Kecamatan Medan Belawan", parent=root)
        centre = UnitFactory(agency=agency, code="KOTA", name="Kecamatan Medan Kota", parent=root)
        campaign = CampaignFactory(agency=agency)
        sheet = WorkloadSheetFactory(agency=agency, campaign=campaign, unit=belawan)
        other_sheet = WorkloadSheetFactory(agency=agency, campaign=campaign, unit=centre)
        short = []
        for _number in range(positions):
            position = PositionFactory(agency=agency, unit=belawan, job=JobFactory(agency=agency))
            workload = WorkloadFactory(agency=agency, sheet=sheet, position=position)
            WorkloadTaskFactory(agency=agency, workload=workload, volume=2500, minutes=90)
            IncumbencyFactory(agency=agency, position=position)
            short.append(position)
        full = PositionFactory(agency=agency, unit=centre)
        workload = WorkloadFactory(agency=agency, sheet=other_sheet, position=full)
        WorkloadTaskFactory(agency=agency, workload=workload, volume=833, minutes=90)
        IncumbencyFactory(agency=agency, position=full)
    return SimpleNamespace(root=root, belawan=belawan, centre=centre, short=short, full=full)


def result_of(analysis, position) -> NeedsResult:
    with agency_scope(analysis.agency_id):
        return NeedsResult.objects.get(analysis=analysis, position=position)
