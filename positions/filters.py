"""Filters of the register's lists, shared by API and pages. Each is an equality or range on an index, or cheap inside
one agency; none lists its choices from the database, so a form never holds all units or people."""

from datetime import date
from typing import Any, ClassVar

import django_filters as filters
from django import forms
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from asnhr import dates
from asnhr.api.views import day_of
from positions import models, permissions
from positions.models.job import LEVEL_CHOICES
from positions.models.position import of_kind
from positions.queries import histories, past_files, register, unit_names
from positions.queries.analysis import B_PRINTED
from positions.queries.job_classes import class_on
from positions.rules import standing


class Number(filters.NumberFilter):
    """A row's id, or another whole number."""

    field_class = forms.IntegerField


class Under(Number):
    """Rows of a unit and of all units below it, as the tree stood on the day asked for. `field_name`: lookup of the
    unit. Row security keeps it to the agency in scope; the caller's `visible_to` to what the user sees."""

    def filter(self, queryset: QuerySet[Any], value: Any) -> QuerySet[Any]:
        if value is None:
            return queryset
        if not 0 < value < 2**63:
            return queryset.none()
        return self.below(queryset, models.Unit(pk=int(value)), day_of(self.parent.request))

    def below(self, queryset: QuerySet[Any], unit: models.Unit, day: date) -> QuerySet[Any]:
        return register.of_unit_and_below(queryset, unit, day, self.field_name)


class PeopleUnder(Under):
    """The same for people, or for what is theirs: by their post of that day. `field_name`: lookup of the person's
    unit."""

    def below(self, queryset: QuerySet[Any], unit: models.Unit, day: date) -> QuerySet[Any]:
        return register.people_of_unit_and_below(queryset, unit, day, self.field_name)


class PeopleOf(Under):
    """People of one unit, or what is theirs, likewise."""

    def below(self, queryset: QuerySet[Any], unit: models.Unit, day: date) -> QuerySet[Any]:
        return register.belonging_to(queryset, [unit.pk], day, self.field_name)


class OfficeOfDay(Under):
    """Units that belonged to a perangkat daerah on that day, itself included."""

    def below(self, queryset: QuerySet[Any], unit: models.Unit, day: date) -> QuerySet[Any]:
        if day == dates.today():
            return queryset.filter(office=unit)
        moved = unit_names.on(day)
        came = [pk for pk, then in moved.items() if then.office_id == unit.pk]
        return queryset.filter(Q(office=unit) & ~Q(pk__in=list(moved)) | Q(pk__in=came))


class Words(filters.CharFilter):
    """Rows in which every word occurs in one of `fields`."""

    def __init__(self, *args: Any, fields: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields = fields

    def filter(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        for word in (value or "").split()[:6]:
            queryset = queryset.filter(self.found(word))
        return queryset

    def found(self, word: str) -> Q:
        found = Q()
        for name in self.fields:
            found |= Q(**{f"{name}__icontains": word})
        return found


class PersonWords(Words):
    """People by every word of a name, in any order, or by how a NIP begins. `person`: lookup prefix."""

    def __init__(self, *args: Any, person: str = "", **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Cari nama atau NIP"))
        super().__init__(*args, fields=(f"{person}name",), **kwargs)
        self.nip = f"{person}nip"

    def filter(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        digits = "".join((value or "").split()).replace(".", "")
        if digits.isascii() and digits.isdigit():
            return queryset.filter(**{f"{self.nip}__startswith": digits})
        return super().filter(queryset, value)


def unit(field_name: str = "unit") -> Number:
    return Number(field_name=f"{field_name}_id", label=_("Unit (id)"))


def of_person(field_name: str = "employee__unit") -> PeopleOf:
    return PeopleOf(field_name=field_name, label=_("Unit (id)"))


def under_of_person(field_name: str = "employee__unit") -> PeopleUnder:
    return PeopleUnder(field_name=field_name, label=_("Unit dan bawahannya (id)"))


def under(field_name: str = "unit") -> Under:
    return Under(field_name=field_name, label=_("Unit dan bawahannya (id)"))


class UnitFilter(filters.FilterSet):
    q = Words(fields=("name", "code"), label=_("Cari"))
    code = filters.CharFilter(label=_("Kode"))
    siasn_id = filters.CharFilter(label=_("Id SIASN"))
    kind = filters.MultipleChoiceFilter(choices=models.Unit.Kind.choices, label=_("Jenis"))
    office = OfficeOfDay(field_name="office_id", label=_("Perangkat daerah (id)"))
    under = under("pk")

    class Meta:
        model = models.Unit
        fields: list[str] = []


class JobFilter(filters.FilterSet):
    q = Words(fields=("name", "subtitle", "code"), label=_("Cari"))
    code = filters.CharFilter(label=_("Kode"))
    group = filters.MultipleChoiceFilter(choices=models.Job.Group.choices, label=_("Jenis jabatan"))
    level = filters.MultipleChoiceFilter(choices=LEVEL_CHOICES, label=_("Jenjang"))
    field = filters.MultipleChoiceFilter(choices=models.Job.Field.choices, label=_("Rumpun"))
    job_class = Number(method="of_class", label=_("Kelas jabatan"))
    is_active = filters.BooleanFilter(label=_("Dipakai"))

    class Meta:
        model = models.Job
        fields: list[str] = []

    def of_class(self, queryset: QuerySet[Any], name: str, value: int) -> QuerySet[Any]:
        return queryset.alias(class_asked=class_on(day_of(self.request))).filter(class_asked=value)


class JobClassFilter(filters.FilterSet):
    job = Number(field_name="job_id", label=_("Jabatan (id)"))
    job_class = Number(label=_("Kelas jabatan"))

    class Meta:
        model = models.JobClassPeriod
        fields: list[str] = []


class JobEvaluationFilter(filters.FilterSet):
    q = Words(fields=("job__name", "job__subtitle", "job__code"), label=_("Cari"))
    job = Number(field_name="job_id", label=_("Jabatan (id)"))
    state = filters.MultipleChoiceFilter(choices=models.JobEvaluation.State.choices, label=_("Keadaan"))
    kind = filters.MultipleChoiceFilter(choices=models.JobEvaluation.Kind.choices, label=_("Faktor"))
    differs = filters.BooleanFilter(method="by_difference", label=_("Nilai berbeda dari kelas ditetapkan"))

    class Meta:
        model = models.JobEvaluation
        fields: list[str] = []

    def by_difference(self, queryset: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        other = Q(job__job_class__isnull=True) | ~Q(computed_class=F("job__job_class"))
        differs = Q(computed_class__isnull=False) & other
        return queryset.filter(differs) if value else queryset.exclude(differs)


class PositionFilter(filters.FilterSet):
    q = Words(fields=("job__name", "job__subtitle", "code"), label=_("Cari"))
    code = filters.CharFilter(label=_("Kode"))
    unit = unit()
    under = under()
    job = Number(field_name="job_id", label=_("Jabatan (id)"))
    group = filters.MultipleChoiceFilter(
        field_name="job__group", choices=models.Job.Group.choices, label=_("Jenis jabatan")
    )
    level = filters.MultipleChoiceFilter(field_name="job__level", choices=LEVEL_CHOICES, label=_("Jenjang"))
    is_head = filters.BooleanFilter(label=_("Kepala unit"))
    goal = Number(method="of_goal", label=_("Sasaran (id)"))

    class Meta:
        model = models.Position
        fields: list[str] = []

    def of_goal(self, queryset: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        links = models.PositionGoal.objects.on(day_of(self.request)).filter(
            agency_id=OuterRef("agency_id"), position_id=OuterRef("pk"), goal_id=int(value)
        )
        return queryset.filter(Exists(links))


class SeatFilter(filters.FilterSet):
    position = Number(field_name="position_id", label=_("Jabatan (id)"))
    unit = unit("position__unit")
    under = under("position__unit")
    kind = filters.MultipleChoiceFilter(
        method="of_kind_that_day", choices=models.Seat.Kind.choices, label=_("Jenis pada hari itu")
    )

    class Meta:
        model = models.Seat
        fields: list[str] = []

    def of_kind_that_day(self, queryset: QuerySet[Any], name: str, value: list[str]) -> QuerySet[Any]:
        return queryset.filter(of_kind(day_of(self.request), *value)) if value else queryset


class NeedFilter(filters.FilterSet):
    position = Number(field_name="position_id", label=_("Jabatan (id)"))
    unit = unit("position__unit")
    under = under("position__unit")
    source = filters.MultipleChoiceFilter(choices=models.PositionNeed.Source.choices, label=_("Sumber"))
    is_printed = filters.BooleanFilter(label=_("Tercetak"))

    class Meta:
        model = models.PositionNeed
        fields: list[str] = []


class ReservationFilter(filters.FilterSet):
    seat = Number(field_name="seat_id", label=_("Formasi (id)"))
    position = Number(field_name="seat__position_id", label=_("Jabatan (id)"))

    class Meta:
        model = models.Reservation
        fields: list[str] = []


class GoalFilter(filters.FilterSet):
    q = Words(fields=("text", "code"), label=_("Cari"))
    code = filters.CharFilter(label=_("Kode"))
    level = filters.MultipleChoiceFilter(choices=models.Goal.Level.choices, label=_("Tingkat"))
    parent = Number(field_name="parent_id", label=_("Induk (id)"))
    unit = unit()

    class Meta:
        model = models.Goal
        fields: list[str] = []


class GoalLinkFilter(filters.FilterSet):
    goal = Number(field_name="goal_id", label=_("Sasaran (id)"))
    position = Number(field_name="position_id", label=_("Jabatan (id)"))
    under = under("position__unit")

    class Meta:
        model = models.PositionGoal
        fields: list[str] = []


class CampaignFilter(filters.FilterSet):
    year = Number(label=_("Tahun"))

    class Meta:
        model = models.Campaign
        fields: list[str] = []


class SheetFilter(filters.FilterSet):
    campaign = Number(field_name="campaign_id", label=_("Kampanye (id)"))
    year = Number(field_name="campaign__year", label=_("Tahun"))
    unit = unit()
    under = under()
    state = filters.MultipleChoiceFilter(choices=models.WorkloadSheet.State.choices, label=_("Keadaan"))

    class Meta:
        model = models.WorkloadSheet
        fields: list[str] = []


class WorkloadFilter(filters.FilterSet):
    sheet = Number(field_name="sheet_id", label=_("Lembar (id)"))
    position = Number(field_name="position_id", label=_("Jabatan (id)"))
    year = Number(field_name="sheet__campaign__year", label=_("Tahun"))
    method = filters.ChoiceFilter(choices=models.Workload.Method.choices, label=_("Metode"))

    class Meta:
        model = models.Workload
        fields: list[str] = []


class TaskFilter(filters.FilterSet):
    workload = Number(field_name="workload_id", label=_("Beban kerja (id)"))
    sheet = Number(field_name="workload__sheet_id", label=_("Lembar (id)"))
    position = Number(field_name="workload__position_id", label=_("Jabatan (id)"))
    year = Number(field_name="workload__sheet__campaign__year", label=_("Tahun"))
    goal = Number(field_name="goal_id", label=_("Sasaran (id)"))
    digital_prone = filters.BooleanFilter(label=_("Dapat didigitalkan"))

    class Meta:
        model = models.WorkloadTask
        fields: list[str] = []


class StatusOfDay(filters.MultipleChoiceFilter):
    """People by their status on the day asked for; of today as any other column."""

    def filter(self, queryset: QuerySet[Any], value: Any) -> QuerySet[Any]:
        day = day_of(self.parent.request)
        if not value or day >= dates.today():
            return super().filter(queryset, value)
        return histories.of_status(queryset, day, *value)


class EmployeeFilter(filters.FilterSet):
    q = Words(fields=("name",), label=_("Cari nama"))
    nip = filters.CharFilter(label=_("NIP"))
    siasn_id = filters.CharFilter(label=_("Id SIASN"))
    unit = of_person("unit")
    under = under_of_person("unit")
    status = StatusOfDay(choices=models.Employee.Status.choices, label=_("Status"))
    legal_status = filters.CharFilter(method="by_standing", label=_("Kedudukan hukum"))
    rank = Number(method="by_rank", label=_("Golongan"))
    education_level = filters.CharFilter(method="by_education", label=_("Tingkat pendidikan"))
    born_before = filters.DateFilter(field_name="birth_date", lookup_expr="lt", label=_("Lahir sebelum"))

    class Meta:
        model = models.Employee
        fields: list[str] = []

    def by_standing(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Standings that tell of a crime or a sanction are one to who may not read them."""
        day = day_of(self.request)
        if value == standing.NEUTRAL:
            return histories.of_standing(queryset, day, *standing.RESTRICTED)
        if value in standing.RESTRICTED and not permissions.may(self.request.user, "view_discipline"):
            return queryset.none()
        return histories.of_standing(queryset, day, value)

    def by_rank(self, queryset: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        return histories.of_rank(queryset, day_of(self.request), int(value))

    def by_education(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return past_files.of_education(queryset, day_of(self.request), value)


class IncumbencyFilter(filters.FilterSet):
    position = Number(field_name="position_id", label=_("Jabatan (id)"))
    employee = Number(field_name="employee_id", label=_("Pegawai (id)"))
    nip = filters.CharFilter(field_name="employee__nip", label=_("NIP"))
    unit = unit("position__unit")
    under = under("position__unit")
    kind = filters.MultipleChoiceFilter(choices=models.Incumbency.Kind.choices, label=_("Jenis"))

    class Meta:
        model = models.Incumbency
        fields: list[str] = []


class ContractFilter(filters.FilterSet):
    employee = Number(field_name="employee_id", label=_("Pegawai (id)"))
    under = under_of_person()
    extension = filters.MultipleChoiceFilter(
        method="by_extension", choices=models.Contract.Extension.choices, label=_("Perpanjangan")
    )
    ends_before = filters.DateFilter(field_name="ends_on", lookup_expr="lt", label=_("Berakhir sebelum"))

    class Meta:
        model = models.Contract
        fields: list[str] = []

    def by_extension(self, queryset: QuerySet[Any], name: str, value: list[str]) -> QuerySet[Any]:
        return past_files.of_extension(queryset, day_of(self.request), *value) if value else queryset


class FindingFilter(filters.FilterSet):
    code = filters.CharFilter(label=_("Kode"))
    unit = unit()
    under = under()
    employee = Number(field_name="employee_id", label=_("Pegawai (id)"))
    position = Number(field_name="position_id", label=_("Jabatan (id)"))
    import_job = Number(field_name="import_job_id", label=_("Impor (id)"))
    settled = filters.BooleanFilter(field_name="settled_at", lookup_expr="isnull", exclude=True, label=_("Selesai"))

    class Meta:
        model = models.Finding
        fields: list[str] = []


class MappingFilter(filters.FilterSet):
    kind = filters.ChoiceFilter(choices=models.NameMapping.Kind.choices, label=_("Jenis"))
    q = Words(fields=("text",), label=_("Cari"))
    mapped = filters.BooleanFilter(field_name="mapped_at", lookup_expr="isnull", exclude=True, label=_("Terpetakan"))

    class Meta:
        model = models.NameMapping
        fields: list[str] = []


class AnalysisFilter(filters.FilterSet):
    since = filters.DateFilter(field_name="as_of", lookup_expr="gte", label=_("Sejak"))
    basis_year = Number(label=_("Dasar usulan tahun"))
    is_complete = filters.BooleanFilter(label=_("Lengkap"))

    class Meta:
        model = models.NeedsAnalysis
        fields: list[str] = []


class MaskedFilterSet(filters.FilterSet):
    """A filter by what is masked finds no masked row: it would tell what the row is."""

    masked: ClassVar[tuple[str, ...]] = ("recommendation", "priority")
    restricted = filters.BooleanFilter(label=_("Terbatas"))

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        asked = any(self.form.cleaned_data[name] not in (None, "", []) for name in self.masked)
        return super().filter_queryset(queryset.filter(restricted=False) if asked else queryset)


class ResultFilter(MaskedFilterSet):
    masked = ("recommendation", "priority", "row", "signal")
    analysis = Number(field_name="analysis_id", label=_("Analisis (id)"))
    position = Number(field_name="position_id", label=_("Jabatan (id)"))
    unit = unit()
    under = under()
    job = Number(field_name="job_id", label=_("Nomenklatur (id)"))
    source = filters.CharFilter(label=_("Sumber kebutuhan"))
    grade = filters.CharFilter(label=_("Tingkat EJ"))
    row = Number(label=_("Baris keputusan"))
    recommendation = filters.MultipleChoiceFilter(
        choices=models.Recommendation.choices, method="with_line", label=_("Rekomendasi")
    )
    priority = Number(label=_("Prioritas"))
    signal = filters.CharFilter(method="with_signal", label=_("Tanda"))
    b_printed = filters.BooleanFilter(method="with_printed", label=_("B hanya tercetak pada peta jabatan"))

    class Meta:
        model = models.NeedsResult
        fields: list[str] = []

    def with_line(self, queryset: QuerySet[Any], name: str, value: list[str]) -> QuerySet[Any]:
        """Results with a line of one of the recommendations: row 8 may bring two."""
        if not value:
            return queryset
        lines = models.RecommendationLine.objects.filter(
            agency_id=OuterRef("agency_id"), result_id=OuterRef("pk"), recommendation__in=value
        )
        return queryset.filter(Exists(lines))

    def with_signal(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(signals__contains=[{"code": value}])

    def with_printed(self, queryset: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        return queryset.alias(is_printed=B_PRINTED).filter(is_printed=value)


class RecommendationLineFilter(MaskedFilterSet):
    analysis = Number(field_name="result__analysis_id", label=_("Analisis (id)"))
    position = Number(field_name="result__position_id", label=_("Jabatan (id)"))
    unit = unit("result__unit")
    under = under("result__unit")
    recommendation = filters.MultipleChoiceFilter(choices=models.Recommendation.choices, label=_("Rekomendasi"))
    state = filters.MultipleChoiceFilter(choices=models.RecommendationLine.State.choices, label=_("Keadaan"))
    priority = Number(label=_("Prioritas"))

    class Meta:
        model = models.RecommendationLine
        fields: list[str] = []


class HearingFilter(filters.FilterSet):
    line = Number(field_name="line_id", label=_("Rekomendasi (id)"))
    employee = Number(field_name="employee_id", label=_("Pegawai (id)"))

    class Meta:
        model = models.RemovalHearing
        fields: list[str] = []


class DecisionFilter(filters.FilterSet):
    line = Number(field_name="line_id", label=_("Rekomendasi (id)"))
    analysis = Number(field_name="line__result__analysis_id", label=_("Analisis (id)"))
    verdict = filters.MultipleChoiceFilter(choices=models.Decision.Verdict.choices, label=_("Keputusan"))

    class Meta:
        model = models.Decision
        fields: list[str] = []


class CompetencyNeedFilter(filters.FilterSet):
    analysis = Number(field_name="analysis_id", label=_("Analisis (id)"))
    unit = unit()
    under = under()
    competency = filters.CharFilter(method="by_code", label=_("Kompetensi (kode)"))
    level = Number(label=_("Level"))

    class Meta:
        model = models.CompetencyNeed
        fields: list[str] = []

    def by_code(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(Q(competency__code=value) | Q(technical__code=value))


class UnitFindingFilter(filters.FilterSet):
    analysis = Number(field_name="analysis_id", label=_("Analisis (id)"))
    unit = unit()
    under = under()
    code = filters.CharFilter(label=_("Kode"))

    class Meta:
        model = models.UnitFinding
        fields: list[str] = []


class FollowUpFilter(filters.FilterSet):
    list = filters.MultipleChoiceFilter(choices=models.FollowUp.List.choices, label=_("Daftar"))
    state = filters.MultipleChoiceFilter(choices=models.FollowUp.State.choices, label=_("Keadaan"))
    position = Number(field_name="position_id", label=_("Jabatan (id)"))
    under = under("position__unit")

    class Meta:
        model = models.FollowUp
        fields: list[str] = []


class ProposalFilter(filters.FilterSet):
    year = Number(label=_("Tahun"))
    state = filters.MultipleChoiceFilter(choices=models.FormationProposal.State.choices, label=_("Keadaan"))

    class Meta:
        model = models.FormationProposal
        fields: list[str] = []


class FormationLineFilter(filters.FilterSet):
    proposal = Number(field_name="proposal_id", label=_("Usul formasi (id)"))
    position = Number(field_name="position_id", label=_("Jabatan (id)"))
    under = under("position__unit")
    intake = filters.ChoiceFilter(choices=models.FormationLine.Intake.choices, label=_("Jenis pengadaan"))
    field = filters.CharFilter(label=_("Rumpun"))

    class Meta:
        model = models.FormationLine
        fields: list[str] = []
