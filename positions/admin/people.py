"""People, their education, contracts and appointments."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from asnhr import dates
from asnhr.adminbase import ReadOnlyAdmin, ScopedAdmin, ScopedForm, ScopedInline, site
from positions import models, permissions
from positions.admin.rights import PEOPLE
from positions.services import register


class EmployeeEducationInline(ScopedInline):
    model = models.EmployeeEducation
    edits = PEOPLE
    fields = ("level", "education", "name", "school", "graduated")


@admin.register(models.Employee, site=site)
class EmployeeAdmin(ScopedAdmin):
    """People. The NIK is not shown here; post, unit and status follow from appointments after registration."""

    edits = PEOPLE
    list_display = ("nip", "name", "status", "unit", "rank", "legal_status")
    list_filter = ("status", "sex")
    list_select_related = ("unit", "education_level")
    search_fields = ("name",)
    number_field = "nip"
    ordering = ("name", "pk")
    exclude = ("agency", "nik", "nik_hash")
    inlines = (EmployeeEducationInline,)
    added = (
        "nip", "unit", "status", "name", "title_before", "title_after", "sex", "birth_date", "birth_place", "email",
        "phone", "rank", "rank_since", "pay_group", "education_level", "education", "graduated", "cpns_on", "pns_on",
    )  # fmt: skip

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # An exit closes posts too: it is recorded on the person's page (positions.services.register.record_exit).
        return () if obj is None else ("nip", "unit", "status", "exits_on", "exit_reason")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.added if obj is None else super().get_fields(request, obj)

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        # Nobody writes their own history, here as on the pages.
        return () if obj is None or permissions.is_theirs(request.user, obj) else self.inlines

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        if obj is None and "unit" in form.base_fields:
            form.base_fields["unit"].required = True
        return form

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            permissions.check_may_change_employee(request.user, obj, form.changed_data)
            super().save_model(request, obj, form, change)
            return
        facts = {name: form.cleaned_data[name] for name in register.EDITABLE if name in form.cleaned_data}
        made = register.add_employee(
            actor=request.user, unit=obj.unit, nip=obj.nip, status=obj.status, day=dates.today(), **facts
        )
        obj.pk = made.pk
        obj._state.adding = False


@admin.register(models.EmployeeEducation, site=site)
class EmployeeEducationAdmin(ReadOnlyAdmin):
    list_display = ("employee", "level", "name", "school", "graduated")
    list_filter = ("level",)
    list_select_related = ("employee", "level")
    search_fields = ("name", "school", "employee__name")


@admin.register(models.Contract, site=site)
class ContractAdmin(ScopedAdmin):
    edits = PEOPLE
    list_display = ("employee", "number", "starts_on", "ends_on", "extension", "decided_on")
    list_filter = ("extension",)
    list_select_related = ("employee",)
    search_fields = ("number", "employee__name")
    number_field = "employee__nip"
    ordering = ("ends_on", "pk")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if obj is None else ("employee", "starts_on")


class AppointmentForm(ScopedForm):
    """The service finds the seat, so the row as typed is not yet a valid one: its constraints are the service's."""

    def _get_validation_exclusions(self) -> set[str]:
        return super()._get_validation_exclusions() | {"seat", "agency"}

    def validate_constraints(self) -> None:
        """Nothing here: the service validates the appointment with its seat."""


@admin.register(models.Incumbency, site=site)
class IncumbencyAdmin(ScopedAdmin):
    """Appointments by the register's services, which find the seat and close the post before; then only its end."""

    edits = PEOPLE
    list_display = ("employee", "position", "kind", "decree", "starts_on", "ends_on")
    list_filter = ("kind",)
    list_select_related = ("employee", "position__job", "position__unit")
    search_fields = ("decree", "employee__name", "position__code")
    number_field = "employee__nip"
    ordering = ("-starts_on", "-pk")
    fields = ("employee", "position", "seat", "kind", "decree", "decree_on", "starts_on", "ends_on")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if obj is None else ("employee", "position", "seat", "kind", "starts_on")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return tuple(name for name in self.fields if name not in ("seat", "ends_on"))
        return self.fields

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None:
            kwargs["form"] = AppointmentForm
        return super().get_form(request, obj, change, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            facts = {
                "actor": request.user, "position": obj.position, "employee": obj.employee, "starts_on": obj.starts_on,
                "decree": obj.decree, "decree_on": obj.decree_on,
            }  # fmt: skip
            if obj.kind in (models.Incumbency.Kind.DEFINITIVE, models.Incumbency.Kind.PART_TIME):
                made = register.appoint(**facts)
            else:
                made = register.open_acting(kind=obj.kind, **facts)
            obj.pk = made.pk
            obj._state.adding = False
        elif "ends_on" in form.changed_data and obj.ends_on is not None:
            made = register.close_incumbency(actor=request.user, incumbency=obj, ends_on=obj.ends_on)
            models.Incumbency.objects.filter(pk=obj.pk).update(decree=obj.decree, decree_on=obj.decree_on)
        else:
            super().save_model(request, obj, form, change)
