"""The job catalogue of the agency, and the national tables that it draws on."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from asnhr import told
from asnhr.adminbase import NationalAdmin, ReadOnlyAdmin, ScopedAdmin, ScopedInline, site
from positions import models
from positions.admin.filters import CompetencyKindFilter
from positions.admin.rights import STRUCTURE
from positions.services import structure

TOPIC = gettext_lazy("Organisasi")


class JobEducationInline(ScopedInline):
    model = models.JobEducation
    edits = STRUCTURE
    deletable = True
    fields = ("field",)


@admin.register(models.Job, site=site)
class JobAdmin(ScopedAdmin):
    edits = STRUCTURE
    list_display = ("code", "name", "subtitle", "group", "level", "job_class", "is_active")
    list_filter = ("group", "level", "field", "is_active")
    search_fields = ("code", "name")
    ordering = ("name", "pk")
    inlines = (JobEducationInline,)
    imports = ("jobs",)
    # What makes it this job and no other.
    identity = ("code", "name", "subtitle", "group", "level")
    # Decided by a decree (`services.job_evaluation`): shown, not written.
    decided = ("job_class",)
    fields = (*identity, *decided, *structure.JOB_FACTS)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return self.decided if obj is None else (*self.identity, *self.decided)

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return () if obj is None else self.inlines

    def make(self, actor: Any, facts: dict[str, Any]) -> Any:
        return structure.add_job(actor=actor, **{name: facts[name] for name in (*self.identity, *structure.JOB_FACTS)})

    def amend(self, actor: Any, row: Any, facts: dict[str, Any], changed: frozenset[str]) -> Any:
        return structure.change_job(actor=actor, job=row, **{name: facts[name] for name in changed})

    def amend_rows(self, actor: Any, parent: Any, model: Any, rows: list[dict[str, Any]]) -> None:
        structure.change_job(actor=actor, job=parent, fields=[row["field"] for row in rows])


@admin.register(models.JobEducation, site=site)
class JobEducationAdmin(ReadOnlyAdmin):
    list_display = ("job", "field")
    list_select_related = ("job",)
    search_fields = ("field", "job__name")


@admin.register(models.JobClassPeriod, site=site)
class JobClassPeriodAdmin(ReadOnlyAdmin):
    list_display = ("job", "job_class", "starts_on", "ends_on", "decree", "decree_on")
    list_select_related = ("job",)
    search_fields = ("decree", "job__code", "job__name")
    ordering = ("job__name", "-starts_on", "pk")


@admin.register(models.ReferenceJob, site=site)
class ReferenceJobAdmin(NationalAdmin):
    list_display = ("name", "level", "job_class", "classification", "is_current")
    list_filter = ("level", "is_current")
    search_fields = ("name",)
    ordering = ("name", "pk")


@admin.register(models.EducationLevel, site=site)
class EducationLevelAdmin(NationalAdmin):
    list_display = ("code", "name", "order")
    search_fields = ("name",)
    ordering = ("order", "pk")


@admin.register(models.Education, site=site)
class EducationAdmin(NationalAdmin):
    list_display = ("name", "level", "field")
    list_select_related = ("level",)
    search_fields = ("name",)
    ordering = ("name", "pk")


@admin.register(models.Competency, site=site)
class CompetencyAdmin(NationalAdmin):
    tells: ClassVar[Any] = {"kind": told.stored}
    list_display = ("code", "name", "kind")
    list_filter = (CompetencyKindFilter,)
    search_fields = ("code", "name")
    ordering = ("code", "pk")
