"""Smallest valid rows of the register. Call inside `agency_scope(agency)`; pass `agency=` (default: Medan)."""

from datetime import date, timedelta

import factory
from factory.django import DjangoModelFactory

from positions import models
from tests.factories.asnhr import AgencyFactory, RunFactory

LONG_AGO = date(2015, 1, 1)


class TenantFactory(DjangoModelFactory):
    class Meta:
        abstract = True

    agency = factory.SubFactory(AgencyFactory)


def same_agency(cls, **extra):
    """A sub-factory whose row belongs to the same agency."""
    return factory.SubFactory(cls, agency=factory.SelfAttribute("..agency"), **extra)


class UnitFactory(TenantFactory):
    """`parent=` opens the period that places the unit; `path` and `office` are fresh from the triggers."""

    class Meta:
        model = models.Unit

    code = factory.Sequence(lambda n: f"U{n}")
    name = factory.Sequence(lambda n: f"Unit {n}")
    starts_on = LONG_AGO

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        parent = kwargs.pop("parent", None)
        unit = super()._create(model_class, *args, **kwargs)
        models.UnitPeriod.objects.create(
            agency=unit.agency, unit=unit, name=unit.name, parent=parent, starts_on=unit.starts_on, ends_on=unit.ends_on
        )
        unit.refresh_from_db()
        return unit


class JobFactory(TenantFactory):
    class Meta:
        model = models.Job

    code = factory.Sequence(lambda n: f"J{n}")
    name = factory.Sequence(lambda n: f"Pengolah Data {n}")
    group = "pelaksana"
    level = "PELAKSANA"
    job_class = 6


class JobStandardFactory(TenantFactory):
    """A standard in force since long ago, without competencies."""

    class Meta:
        model = models.JobStandard

    job = same_agency(JobFactory)
    number = 1
    state = "ditetapkan"
    decree = "061/1/2018"
    starts_on = LONG_AGO


class JobCompetencyFactory(TenantFactory):
    class Meta:
        model = models.JobCompetency

    standard = same_agency(JobStandardFactory)
    competency = factory.LazyFunction(lambda: models.Competency.objects.order_by("code").first())
    level = 3


class TechnicalCompetencyFactory(TenantFactory):
    class Meta:
        model = models.TechnicalCompetency

    code = factory.Sequence(lambda n: f"T.{n}")
    name = factory.Sequence(lambda n: f"Kompetensi teknis {n}")


class TechnicalVersionFactory(TenantFactory):
    """A version in force since long ago."""

    class Meta:
        model = models.TechnicalCompetencyVersion

    competency = same_agency(TechnicalCompetencyFactory)
    number = 1
    state = "ditetapkan"
    definition = "Kemampuan uji."
    levels = factory.LazyFunction(lambda: {str(n): {"text": f"Uraian {n}", "indicators": []} for n in range(1, 6)})
    decree = "061/2/2018"
    starts_on = LONG_AGO


class PositionFactory(TenantFactory):
    class Meta:
        model = models.Position

    code = factory.Sequence(lambda n: f"P{n:05d}")
    unit = same_agency(UnitFactory)
    job = same_agency(JobFactory)
    starts_on = LONG_AGO


class SeatFactory(TenantFactory):
    class Meta:
        model = models.Seat

    position = same_agency(PositionFactory)
    number = factory.LazyAttribute(lambda o: models.Seat.objects.filter(position=o.position).count() + 1)
    starts_on = LONG_AGO


class PositionNeedFactory(TenantFactory):
    class Meta:
        model = models.PositionNeed

    position = same_agency(PositionFactory)
    source = "PETA_DITETAPKAN"
    need = 1
    decree = "188.44/1/2024"
    decree_on = date(2024, 1, 2)
    starts_on = date(2024, 1, 2)


class CampaignFactory(TenantFactory):
    class Meta:
        model = models.Campaign

    year = 2026
    opens_on = factory.LazyAttribute(lambda o: date(o.year, 1, 5))
    deadline = factory.LazyAttribute(lambda o: date(o.year, 3, 31))
    minutes_per_year = 75_000
    minutes_per_year_health = 72_000
    rounding = "half_up"


class WorkloadSheetFactory(TenantFactory):
    class Meta:
        model = models.WorkloadSheet

    campaign = same_agency(CampaignFactory)
    unit = same_agency(UnitFactory)
    state = "disahkan"
    approved_on = factory.LazyAttribute(
        lambda o: o.campaign.opens_on + timedelta(days=30) if o.state == "disahkan" else None
    )


class WorkloadFactory(TenantFactory):
    class Meta:
        model = models.Workload

    position = same_agency(PositionFactory)
    sheet = factory.SubFactory(
        WorkloadSheetFactory, agency=factory.SelfAttribute("..agency"), unit=factory.SelfAttribute("..position.unit")
    )


class WorkloadTaskFactory(TenantFactory):
    class Meta:
        model = models.WorkloadTask

    workload = same_agency(WorkloadFactory)
    number = factory.Sequence(lambda n: n + 1)
    task = factory.Sequence(lambda n: f"Tugas {n}")
    volume = 250
    minutes = 300


class EmployeeFactory(TenantFactory):
    class Meta:
        model = models.Employee

    nip = factory.Sequence(
        lambda n: f"19850101201001{1}{n % 1000:03d}" if n < 1000 else f"198501012010{n // 1000:02d}1{n % 1000:03d}"
    )
    name = factory.Sequence(lambda n: f"Pegawai Contoh {n}")
    status = "PNS"
    sex = "M"
    birth_date = date(1985, 1, 1)
    cpns_on = date(2010, 1, 1)
    rank = 33
    unit = same_agency(UnitFactory)


class IncumbencyFactory(TenantFactory):
    """A definitive holder on a new seat of `position`."""

    class Meta:
        model = models.Incumbency

    position = same_agency(PositionFactory)
    seat = factory.SubFactory(
        SeatFactory, agency=factory.SelfAttribute("..agency"), position=factory.SelfAttribute("..position")
    )
    employee = factory.SubFactory(
        EmployeeFactory, agency=factory.SelfAttribute("..agency"), unit=factory.SelfAttribute("..position.unit")
    )
    starts_on = date(2020, 1, 1)


class GoalFactory(TenantFactory):
    class Meta:
        model = models.Goal

    code = factory.Sequence(lambda n: f"S{n}")
    level = "sasaran"
    text = factory.Sequence(lambda n: f"Sasaran {n}")
    starts_on = date(2021, 1, 1)


class NeedsAnalysisFactory(TenantFactory):
    class Meta:
        model = models.NeedsAnalysis

    run = same_agency(RunFactory, state="selesai")
    as_of = date(2026, 11, 22)
    rule_version = "1"
    is_complete = True


class NeedsResultFactory(TenantFactory):
    class Meta:
        model = models.NeedsResult

    analysis = same_agency(NeedsAnalysisFactory)
    position = same_agency(PositionFactory)
    unit = factory.SelfAttribute("position.unit")
    job = factory.SelfAttribute("position.job")
    code = factory.SelfAttribute("position.code")
    unit_name = factory.SelfAttribute("position.unit.name")
    job_name = factory.SelfAttribute("position.job.name")
    managerial = False
    source = "ABK"
    need = 2
    k = 2
    k_used = 2
    b = 1
    outflow = [0, 0, 0, 0, 0]
    k_year = [2, 2, 2, 2, 2]
    b_year = [1, 1, 1, 1, 1]
    row = 9
    reason = "KEKURANGAN"
    recommendation = "USUL_FORMASI"
    quantity = 1
    priority = 1


class RecommendationLineFactory(TenantFactory):
    class Meta:
        model = models.RecommendationLine

    result = same_agency(NeedsResultFactory)
    number = 1
    recommendation = "USUL_FORMASI"
    quantity = 1
    priority = 1
    inputs_hash = "0" * 64
