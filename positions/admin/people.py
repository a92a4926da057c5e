"""People, their education, contracts and appointments."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from asnhr import dates
from asnhr.adminbase import ScopedAdmin, ScopedForm, ScopedInline, site
from asnhr.adminfilters import attention
from positions import models, permissions
from positions.admin.rights import PEOPLE
from positions.forms import ClosedFields, close_rank
from positions.models.employee import standing_text
from positions.queries import attention as conditions
from positions.rules import standing
from positions.services import incumbencies, promises, ranks, register

TOPIC = gettext_lazy("Pegawai")


class EmployeeEducationInline(ScopedInline):
    """Shown; written as a history, with the reason of a correction."""

    model = models.EmployeeEducation
    show_change_link = True
    fields = ("level", "education", "name", "school", "graduated")


class EmployeeForm(ClosedFields, ScopedForm):
    """Rank and TMT of who has a history of ranks are shown, and written there."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and self.fields.keys() & set(ranks.COLUMNS):
            close_rank(self, self.instance)


@admin.register(models.Employee, site=site)
class EmployeeAdmin(ScopedAdmin):
    """People. The NIK and why somebody left are not shown here; post, unit and status follow from appointments once
    registered."""

    edits = PEOPLE
    form = EmployeeForm
    list_display = ("nip", "name", "status", "unit", "rank", "standing")
    list_filter = ("status", "sex")
    list_select_related = ("unit", "education_level")
    search_fields = ("name",)
    number_field = "nip"
    ordering = ("name", "pk")
    exclude = ("agency", "nik", "nik_hash", "exit_reason", "exit_reason_hash")
    inlines = (EmployeeEducationInline,)
    added = (
        "nip", "unit", "status", "name", "title_before", "title_after", "sex", "birth_date", "birth_place", "email",
        "phone", "rank", "rank_since", "pay_group", "education_level", "education", "graduated", "cpns_on", "pns_on",
    )  # fmt: skip

    imports = ("employees",)
    shown = ("nip", "nip_old", "siasn_id", "unit", "status", "exits_on")
    doors = (
        (gettext_lazy("Catat keluar"), "employee-exit"),
        (gettext_lazy("Tarik catatan keluar"), "employee-exit-take-back"),
    )

    @admin.display(description=gettext_lazy("kedudukan hukum"))
    def standing(self, obj: models.Employee) -> str:
        """As everybody may read it; the rest stands on the person's page, where looks are logged."""
        return standing_text(standing.shown(obj.legal_status, reads=False))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # An exit closes posts too: it is recorded on the person's page (positions.services.register.record_exit).
        return () if obj is None else self.shown

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return self.added
        hidden = {"legal_status"} if obj.legal_status in standing.RESTRICTED else set()
        if not permissions.may_read_contacts(request.user, obj):
            hidden |= permissions.OWN_CONTACTS
        kept = (name for name in register.EDITABLE if name not in hidden)
        return (*self.shown[:5], *kept, *self.shown[5:])

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return () if obj is None else self.inlines

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        if obj is None and "unit" in form.base_fields:
            form.base_fields["unit"].required = True
        return form

    def make(self, actor: Any, facts: dict[str, Any]) -> Any:
        return register.add_employee(actor=actor, day=dates.today(), **facts)

    def amend(self, actor: Any, row: Any, facts: dict[str, Any], changed: frozenset[str]) -> Any:
        return register.change_employee(actor=actor, employee=row, **{name: facts[name] for name in changed})


@admin.register(models.Contract, site=site)
class ContractAdmin(ScopedAdmin):
    edits = PEOPLE
    imports = ("contracts",)
    list_display = ("employee", "number", "starts_on", "ends_on", "extension", "decided_on")
    list_filter = (
        attention("kontrak", gettext_lazy("berakhir dalam 90 hari, belum diputuskan"), conditions.undecided),
        "extension",
    )  # fmt: skip
    list_select_related = ("employee",)
    search_fields = ("number", "employee__name")
    number_field = "employee__nip"
    ordering = ("-pk",)
    fields = ("employee", "number", "starts_on", "ends_on", "extension", "decided_on")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if obj is None else ("employee", "starts_on")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields[:4] if obj is None else self.fields

    def make(self, actor: Any, facts: dict[str, Any]) -> Any:
        return promises.add_contract(actor=actor, **facts)

    def amend(self, actor: Any, row: Any, facts: dict[str, Any], changed: frozenset[str]) -> Any:
        corrected = {name: facts[name] for name in changed & {"number", "ends_on"}}
        if corrected:
            row = promises.correct_contract(actor=actor, contract=row, **corrected)
        if changed & {"extension", "decided_on"}:
            row = promises.decide_extension(
                actor=actor, contract=row, extension=facts["extension"], decided_on=facts["decided_on"] or dates.today()
            )
        return row


class AppointmentForm(ScopedForm):
    """The service finds the seat, so the row as typed is not yet a valid one: its constraints are the service's."""

    def _get_validation_exclusions(self) -> set[str]:
        return super()._get_validation_exclusions() | {"seat", "agency"}

    def validate_constraints(self) -> None:
        """Nothing here: the service validates the appointment with its seat."""


@admin.register(models.Incumbency, site=site)
class IncumbencyAdmin(ScopedAdmin):
    """Appointments by the register's services, which find the seat and close the post before; then its end, and what
    was written wrongly: decree and days."""

    edits = PEOPLE
    list_display = ("employee", "position", "kind", "decree", "starts_on", "ends_on")
    list_filter = (attention("plt", gettext_lazy("Plt mendekati batas"), conditions.acting_long), "kind")
    list_select_related = ("employee", "position__job", "position__unit")
    search_fields = ("decree", "employee__name", "position__code")
    number_field = "employee__nip"
    ordering = ("-pk",)
    imports = ("incumbencies",)
    fields = ("employee", "position", "seat", "kind", "decree", "decree_on", "starts_on", "ends_on")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if obj is None else ("employee", "position", "seat", "kind")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return tuple(name for name in self.fields if name not in ("seat", "ends_on"))
        return self.fields

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None:
            kwargs["form"] = AppointmentForm
        return super().get_form(request, obj, change, **kwargs)

    def make(self, actor: Any, facts: dict[str, Any]) -> Any:
        kind = facts.pop("kind")
        if kind in (models.Incumbency.Kind.DEFINITIVE, models.Incumbency.Kind.PART_TIME):
            return register.appoint(actor=actor, **facts)
        return register.open_acting(actor=actor, kind=kind, **facts)

    def amend(self, actor: Any, row: Any, facts: dict[str, Any], changed: frozenset[str]) -> Any:
        if "ends_on" in changed and row.ends_on is None:
            row = register.close_incumbency(actor=actor, incumbency=row, ends_on=facts["ends_on"])
            changed -= {"ends_on"}
        corrected = {name: facts[name] for name in changed & set(incumbencies.CORRECTED)}
        return incumbencies.correct(actor=actor, incumbency=row, **corrected) if corrected else row
