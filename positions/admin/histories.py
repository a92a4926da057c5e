"""The histories in the admin: rows are written by the services, corrections say why; nothing is deleted here."""

import re
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_lazy as _

from asnhr import dates
from asnhr.adminbase import ReadOnlyAdmin, ScopedAdmin, ScopedForm, site
from positions import models
from positions.admin.rights import PEOPLE
from positions.models.employee import STATUS_CHOICES, standing_text
from positions.rules import standing
from positions.services import histories as services
from positions.services import reasons, standings
from positions.services.histories import KIND_OF, Kind

TOPIC = gettext_lazy("Pegawai")
# Years that a list of yearly rows is filtered by.
YEARS_OFFERED = 10
# Letters and digits of a part of a number by which a letter is looked for.
SHORTEST_NUMBER = 3


_BETWEEN = re.compile(r"[^A-Z0-9]+")


def letters_and_digits(text: str) -> str:
    """Return what of a number is the same however it is spaced and punctuated."""
    return _BETWEEN.sub("", text.upper())


class HistoryForm(ScopedForm):
    """The service judges the row: its own rules and the constraints of its table."""

    why = forms.CharField(
        label=_("Alasan koreksi"), max_length=300, required=False,
        help_text=_("Tercatat di jejak audit bersama nilai lama dan baru."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in KIND_OF[self._meta.model].must:
            if name in self.fields:
                self.fields[name].required = True
        if "why" in self.fields and KIND_OF[self._meta.model].is_coded:
            said = self.fields["why"]
            choices = [("", "—"), *reasons.REASONS.items()]
            self.fields["why"] = forms.ChoiceField(
                label=said.label, choices=choices, required=False, help_text=said.help_text
            )

    def validate_constraints(self) -> None:
        """Nothing here: the service does, with the person's row held."""


class HistoryAdmin(ScopedAdmin):
    edits = PEOPLE
    form = HistoryForm
    list_select_related: ClassVar[Any] = ("employee",)
    search_fields = ("employee__name",)
    number_field = "employee__nip"
    ordering = ("-pk",)

    @property
    def kind(self) -> Kind:
        return KIND_OF[self.model]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ("employee", *self.kind.fields)
        # What may tell of illness is read on the person's page, where each look is logged.
        shown = (name for name in self.kind.fields if name != self.kind.tells_health)
        return ("employee", *shown, *(("why",) if self.has_change_permission(request, obj) else ()))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if obj is None else ("employee",)

    def make(self, actor: Any, facts: dict[str, Any]) -> Any:
        return services.add(actor=actor, employee=facts["employee"], kind=self.kind, facts=self._of_kind(facts))

    def amend(self, actor: Any, row: Any, facts: dict[str, Any], changed: frozenset[str]) -> Any:
        return services.correct(actor=actor, row=row, why=facts.get("why", ""), facts=self._of_kind(facts))

    def _of_kind(self, facts: dict[str, Any]) -> dict[str, Any]:
        return {name: facts[name] for name in self.kind.fields if name in facts}


class LoggedAdmin(HistoryAdmin):
    """A kind whose looks are logged, read and written here too: of a list, a file and a row it says who read them."""

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        found = super().get_changelist_instance(request)
        self._note([row.pk for row in found.result_list])
        return found

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        found = super().get_object(request, object_id, from_field)
        self._note([found.pk] if found is not None else [])
        return found

    def exported(self, request: Any, rows: QuerySet[Any], kind: str) -> HttpResponseBase:
        self._note(list(rows.values_list("pk", flat=True)))
        return super().exported(request, rows, kind)

    def _note(self, objects: list[int]) -> None:
        if objects:
            services.note_read(self.model, objects, "admin")


class SensitiveAdmin(ReadOnlyAdmin):
    """Nobody reads it here, and nobody is shown an empty list for a full one: who may read it does so on the person's
    page, where each look is logged. An auditor follows its history from the trail."""

    list_select_related: ClassVar[Any] = ("employee",)
    search_fields = ("employee__name",)
    number_field = "employee__nip"

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return self._dressed(self.model._default_manager.none())


@admin.register(models.RankRecord, site=site)
class RankRecordAdmin(HistoryAdmin):
    imports = ("ranks",)
    list_display = ("employee", "rank", "pay_group", "starts_on", "kind", "decree")
    list_filter = ("kind", "rank")


class StandingFilter(admin.SimpleListFilter):
    """The standings that few read are one choice."""

    title = _("kedudukan hukum")
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        codes = [code for code, _name in STATUS_CHOICES if code not in standing.RESTRICTED]
        return [(code, standing_text(code)) for code in [*codes, standing.NEUTRAL]]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == standing.NEUTRAL:
            return queryset.filter(standing__in=standing.RESTRICTED)
        if self.value() in standing.RESTRICTED:
            return queryset.none()
        return queryset.filter(standing=self.value()) if self.value() else queryset


@admin.register(models.StandingRecord, site=site)
class StandingRecordAdmin(HistoryAdmin):
    """What tells of a crime or a sanction is read and corrected on the person's page, where each look is logged."""

    list_display = ("employee", "shown", "starts_on", "decree")
    list_filter = (StandingFilter,)

    @admin.display(description=_("kedudukan hukum"), ordering="starts_on")
    def shown(self, obj: models.StandingRecord) -> str:
        return standing_text(standing.shown(obj.standing, reads=False))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not self._tells(obj) and super().has_change_permission(request, obj)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not self._tells(obj) and super().has_view_permission(request, obj)

    def _tells(self, obj: Any) -> bool:
        return obj is not None and standings.tells(obj)


@admin.register(models.Appointment, site=site)
class AppointmentAdmin(HistoryAdmin):
    list_display = ("employee", "formation_name", "formation_group", "cpns_decree", "pns_decree")
    list_filter = ("formation_group",)


@admin.register(models.ServicePeriod, site=site)
class ServicePeriodAdmin(HistoryAdmin):
    list_display = ("employee", "experience", "starts_on", "ends_on", "years", "months", "counts")
    list_filter = ("counts",)


@admin.register(models.OutsidePost, site=site)
class OutsidePostAdmin(HistoryAdmin):
    imports = ("position_history",)
    list_display = ("employee", "job_name", "agency_name", "assignment", "starts_on", "ends_on")
    list_filter = ("group", "assignment")


@admin.register(models.Secondment, site=site)
class SecondmentAdmin(HistoryAdmin):
    imports = ("secondments",)
    list_display = ("employee", "kind", "direction", "agency_name", "starts_on", "ends_on")
    list_filter = ("kind", "direction", ("ends_on", admin.EmptyFieldListFilter))


@admin.register(models.UnpaidLeave, site=site)
class UnpaidLeaveAdmin(HistoryAdmin):
    imports = ("unpaid_leave",)
    list_display = ("employee", "starts_on", "ends_on", "returned_on", "decree")
    list_filter = (("returned_on", admin.EmptyFieldListFilter),)


@admin.register(models.EmployeeTraining, site=site)
class EmployeeTrainingAdmin(HistoryAdmin):
    imports = ("trainings",)
    list_display = ("employee", "name", "kind", "year", "hours")
    list_filter = ("kind",)


@admin.register(models.Award, site=site)
class AwardAdmin(HistoryAdmin):
    list_display = ("employee", "name", "year", "decree")


class YearFilter(admin.SimpleListFilter):
    """Ratings are encrypted: the database finds rows by their year only."""

    title = _("tahun")
    parameter_name = "year"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        this = dates.today().year
        return [(str(year), str(year)) for year in range(this, this - YEARS_OFFERED, -1)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        asked = self.value()
        return queryset.filter(year=asked) if asked in dict(self.lookup_choices) else queryset


@admin.register(models.YearlyPredicate, site=site)
class YearlyPredicateAdmin(LoggedAdmin):
    imports = ("predicates",)
    list_display = ("employee", "year", "predicate", "result", "behaviour")
    list_filter = (YearFilter,)


@admin.register(models.CreditPoint, site=site)
class CreditPointAdmin(HistoryAdmin):
    list_display = ("employee", "job_name", "kind", "starts_on", "ends_on", "total")
    list_filter = ("kind",)


@admin.register(models.SalaryIncrement, site=site)
class SalaryIncrementAdmin(LoggedAdmin):
    """The number of a letter is encrypted with a hash of each person's: the search opens those of the rows in scope."""

    imports = ("increments",)
    list_display = ("employee", "starts_on", "service_years", "service_months", "decree")

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> Any:
        """Also by a letter's number or a part of it, however it is spaced and punctuated."""
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        wanted = letters_and_digits(search_term)
        # A name has no digit, and eighteen digits are a NIP.
        is_nip = wanted.isdigit() and len(wanted) == 18
        if len(wanted) < SHORTEST_NUMBER or is_nip or not any(each.isdigit() for each in wanted):
            return found, may_repeat
        numbers = queryset.exclude(decree="").order_by().values_list("pk", "decree").iterator(chunk_size=2000)
        named = [pk for pk, number in numbers if wanted in letters_and_digits(number)]
        return queryset.filter(Q(pk__in=found.order_by().values("pk")) | Q(pk__in=named)), False


@admin.register(models.StudyAssignment, site=site)
class StudyAssignmentAdmin(HistoryAdmin):
    list_display = ("employee", "kind", "level", "programme", "starts_on", "ends_on", "outcome")
    list_filter = ("kind", "outcome")
    list_select_related = ("employee", "level")


@admin.register(models.EmployeeEducation, site=site)
class EmployeeEducationAdmin(HistoryAdmin):
    imports = ("educations",)
    list_display = ("employee", "level", "name", "school", "graduated")
    list_filter = ("level",)
    list_select_related = ("employee", "level")
    search_fields = ("name", "school", "employee__name")


@admin.register(models.FamilyMember, site=site)
class FamilyMemberAdmin(SensitiveAdmin):
    list_display = ("employee", "relation")


@admin.register(models.Discipline, site=site)
class DisciplineAdmin(SensitiveAdmin):
    imports = ("discipline",)
    list_display = ("employee", "sanction", "starts_on", "ends_on")
