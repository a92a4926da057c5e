"""Admin of the register: what unit and regional admins keep up; services own results, decisions, proposals, ABK."""

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import F, Q
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asnhr import dates
from asnhr.adminbase import NationalAdmin, ReadOnlyAdmin, ScopedAdmin, ScopedForm, ScopedInline, access_of, site
from asnhr.auth import digits_of
from asnhr.models import RoleAssignment, User
from asnhr.notifications.service import role_granted
from asnhr.roles import APPROVED, OPERATORS, ROLES, grantable
from positions import history_admin as history_admin  # registers its pages
from positions import models, permissions
from positions.models.analysis import SOURCE_WORDS
from positions.services import findings, goals, register

PEOPLE = frozenset({"edit_register"})
STRUCTURE = frozenset({"edit_structure"})
POSITIONS = frozenset({"edit_register", "edit_structure"})
GOALS = frozenset({"edit_goals"})


# Filters whose values are known beforehand: Django's own would read every row of a long table for the values of a
# column without choices.


class LevelFilter(admin.SimpleListFilter):
    title = gettext_lazy("level")
    parameter_name = "level"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(level), str(level)) for level in range(1, 6)]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(level=self.value()) if self.value() in list("12345") else queryset


class AnalysisFilter(admin.SimpleListFilter):
    title = gettext_lazy("analisis")
    parameter_name = "analisis"
    most = 12

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        rows = models.NeedsAnalysis.objects.visible_to(request.user).filter(is_complete=True)
        return [
            (str(row.pk), str(row)) for row in rows.defer("parameters", "totals").order_by("-as_of", "-pk")[: self.most]
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        known = dict(self.lookup_choices)
        return queryset.filter(analysis=self.value()) if self.value() in known else queryset


class SourceFilter(admin.SimpleListFilter):
    title = gettext_lazy("sumber kebutuhan")
    parameter_name = "sumber"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(SOURCE_WORDS.items())

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(source=self.value()) if self.value() in SOURCE_WORDS else queryset


class DifferenceFilter(admin.SimpleListFilter):
    """Neither K nor B is masked, so this tells nothing of a removal candidate."""

    title = gettext_lazy("selisih")
    parameter_name = "selisih"
    conditions: ClassVar[dict[str, Q]] = {
        "kekurangan": Q(b__lt=F("k_used")), "kelebihan": Q(b__gt=F("k_used")), "sesuai": Q(b=F("k_used")),
        "kosong": Q(k_used=None),
    }  # fmt: skip

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("kekurangan", _("Kekurangan")), ("kelebihan", _("Kelebihan")), ("sesuai", _("Sesuai")),
            ("kosong", _("data belum tersedia")),
        ]  # fmt: skip

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        condition = self.conditions.get(self.value() or "")
        return queryset if condition is None else queryset.filter(condition)


# Units


class UnitAddForm(ScopedForm):
    parent_unit = forms.ModelChoiceField(models.Unit.objects.none(), required=False, label=gettext_lazy("Unit induk"))
    decree = forms.CharField(max_length=200, required=False, label=gettext_lazy("Dasar"))


class UnitPeriodInline(ScopedInline):
    """Name and parent by period: a new name or place closes the period before and follows it."""

    model = models.UnitPeriod
    fk_name = "unit"
    edits = STRUCTURE
    fields = ("name", "parent", "decree", "starts_on", "ends_on")
    ordering = ("starts_on", "pk")


@admin.register(models.Unit, site=site)
class UnitAdmin(ScopedAdmin):
    edits = STRUCTURE
    list_display = ("code", "name", "kind", "office", "starts_on", "ends_on")
    list_filter = ("kind", "is_model")
    list_select_related = ("office",)
    search_fields = ("code", "name")
    ordering = ("code", "pk")
    inlines = (UnitPeriodInline,)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if obj is None else ("name",)

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return () if obj is None else self.inlines

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is not None:
            return super().get_form(request, obj, change, **kwargs)
        form = super().get_form(request, obj, change, form=UnitAddForm, **kwargs)
        above = models.UnitPeriod._meta.get_field("parent")
        # The same search as the parent of a period: no drop-down of 500 units.
        form.base_fields["parent_unit"] = UnitPeriodAdmin(models.UnitPeriod, site).formfield_for_foreignkey(
            above, request, required=False
        )
        return form

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        obj.save()
        models.UnitPeriod.objects.create(
            agency_id=obj.agency_id, unit=obj, name=obj.name, parent=form.cleaned_data["parent_unit"],
            decree=form.cleaned_data["decree"], starts_on=obj.starts_on, ends_on=obj.ends_on,
        )  # fmt: skip


@admin.register(models.UnitPeriod, site=site)
class UnitPeriodAdmin(ReadOnlyAdmin):
    list_display = ("name", "unit", "parent", "decree", "starts_on", "ends_on")
    list_filter = (("ends_on", admin.EmptyFieldListFilter), "starts_on")
    list_select_related = ("unit", "parent")
    search_fields = ("name",)
    ordering = ("name", "starts_on", "pk")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs.setdefault("label", db_field.verbose_name)
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if "required" in kwargs:
            field.required = kwargs["required"]
        return field


# Roles: here and not on the ground floor, because a role's units are units.


class UsernameField(forms.ModelChoiceField):
    """A user typed exactly: logins are national, so no list or search of them is offered."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            User.objects.filter(is_active=True, is_service=False),
            to_field_name="username",
            widget=forms.TextInput,
            **kwargs,
        )

    def prepare_value(self, value: Any) -> Any:
        return value


class RoleForm(ScopedForm):
    user = UsernameField(label=gettext_lazy("Nama pengguna"), help_text=gettext_lazy("Tulis lengkap, tepat sama."))
    actor_id: int | None = None
    grantable: ClassVar[frozenset[str]] = frozenset()

    def clean_user(self) -> User:
        user: User = self.cleaned_data["user"]
        if user.pk == self.actor_id:
            raise ValidationError(_("Peran untuk diri sendiri diberikan oleh admin lain."))
        nip = digits_of(user.username)
        if nip and nip != user.nip and User.objects.filter(nip=nip).exists():
            # Called by the NIP of somebody else, who has a login: meant is hardly this one.
            raise ValidationError(_("Tidak ada akun aktif dengan nama pengguna atau NIP ini."))
        return user

    def clean_role(self) -> str:
        role: str = self.cleaned_data["role"]
        if role not in self.grantable:
            raise ValidationError(
                _("Peran ini diminta di halaman Peran pengguna dan disetujui orang kedua.")
                if role in APPROVED
                else _("Peran ini hanya dapat diberikan oleh operator.")
            )
        return role


class RoleEndForm(ScopedForm):
    """The end of a role, today or later; one that has ended stays so. One that the editor may not grant is only ended,
    or ended sooner: a later end grants it."""

    grantable: ClassVar[frozenset[str]] = frozenset()

    def clean_ends_on(self) -> date | None:
        ends_on: date | None = self.cleaned_data["ends_on"]
        before: date | None = self.initial.get("ends_on")
        later = before is not None and (ends_on is None or ends_on > before)
        if self.instance.role not in self.grantable and later:
            raise ValidationError(_("Peran ini hanya dapat diperpanjang oleh operator."))
        today = dates.today()
        if before is not None and before <= today:
            raise ValidationError(_("Peran ini sudah berakhir."))
        if ends_on is not None and ends_on < today:
            raise ValidationError(_("Peran tidak diakhiri mundur: paling awal hari ini."))
        return ends_on


class UnitScopeFormSet(BaseInlineFormSet):
    def clean(self) -> None:
        """A role that reaches units needs one; another role takes none. An empty reach would see nothing, silently."""
        super().clean()
        kept = [form for form in self.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
        bound = ROLES[self.instance.role].reach == "unit" if self.instance.role in ROLES else False
        if bound and not kept:
            raise ValidationError(_("Peran ini memerlukan sedikitnya satu unit."))
        if kept and not bound:
            raise ValidationError(_("Peran ini tidak terikat pada unit."))


class UnitScopeInline(ScopedInline):
    model = models.UnitScope
    formset = UnitScopeFormSet
    edits = frozenset({"manage_roles"})
    reads = "manage_roles"
    deletable = True
    fields = ("unit",)
    extra = 1


@admin.register(RoleAssignment, site=site)
class RoleAssignmentAdmin(ScopedAdmin):
    """Who may what. Nobody gives a role to themself or changes their own, or gives a right that they lack; a role ends,
    it is not deleted."""

    edits = frozenset({"manage_roles"})
    reads = "manage_roles"
    form = RoleForm
    fields = ("user", "role", "starts_on", "ends_on")
    list_display = ("user", "role", "starts_on", "ends_on", "granted_by")
    list_filter = ("role",)
    list_select_related = ("user", "granted_by")
    search_fields = ("user__username", "user__first_name", "user__last_name")
    number_field = "user__nip"
    ordering = ("user__username", "pk")
    inlines = (UnitScopeInline,)

    def get_autocomplete_fields(self, request: HttpRequest) -> list[str]:
        return []

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is not None and (obj.user_id == request.user.pk or obj.role in OPERATORS):
            return False
        return super().has_change_permission(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if obj is None else ("user", "role", "starts_on")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is not None:
            kwargs["form"] = RoleEndForm
        form = super().get_form(request, obj, change, **kwargs)
        form.actor_id = request.user.pk
        form.grantable = frozenset(dict(grantable(access_of(request).permissions)))
        return form

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "role":
            kwargs["choices"] = [("", "---------"), *grantable(access_of(request).permissions)]
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            obj.granted_by = request.user
        super().save_model(request, obj, form, change)
        if not change:
            role_granted(obj)


@admin.register(models.UnitScope, site=site)
class UnitScopeAdmin(ReadOnlyAdmin):
    reads = "manage_roles"
    list_display = ("assignment", "unit")
    list_select_related = ("assignment__user", "unit")
    search_fields = ("assignment__user__username", "unit__name")


# The job catalogue


class JobEducationInline(ScopedInline):
    model = models.JobEducation
    edits = STRUCTURE
    deletable = True
    fields = ("field",)


class JobCompetencyInline(ScopedInline):
    model = models.JobCompetency
    edits = STRUCTURE
    deletable = True
    fields = ("competency", "level")


@admin.register(models.Job, site=site)
class JobAdmin(ScopedAdmin):
    edits = STRUCTURE
    list_display = ("code", "name", "subtitle", "group", "level", "job_class", "is_active")
    list_filter = ("group", "level", "field", "is_active")
    search_fields = ("code", "name")
    ordering = ("name", "pk")
    inlines = (JobEducationInline, JobCompetencyInline)


@admin.register(models.JobEducation, site=site)
class JobEducationAdmin(ReadOnlyAdmin):
    list_display = ("job", "field")
    list_select_related = ("job",)
    search_fields = ("field", "job__name")


@admin.register(models.JobCompetency, site=site)
class JobCompetencyAdmin(ReadOnlyAdmin):
    list_display = ("job", "competency", "level")
    list_filter = (LevelFilter, "job__group")
    list_select_related = ("job", "competency")
    search_fields = ("job__name", "competency__name")


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
    list_display = ("code", "name", "kind")
    list_filter = ("kind",)
    search_fields = ("code", "name")
    ordering = ("code", "pk")


# Positions


class PositionAddForm(ScopedForm):
    seats = forms.IntegerField(min_value=1, max_value=2000, label=gettext_lazy("Formasi ditetapkan"))
    decree = forms.CharField(max_length=120, label=gettext_lazy("Nomor keputusan"))
    decree_on = forms.DateField(label=gettext_lazy("Tanggal keputusan"), widget=admin.widgets.AdminDateWidget)

    class Meta:
        fields = ("unit", "job", "code", "is_head", "by_duty", "starts_on")


@admin.register(models.Position, site=site)
class PositionAdmin(ScopedAdmin):
    """Opened and closed by the register's services: a position brings its seats and its decided need."""

    edits = POSITIONS
    list_display = ("code", "job", "unit", "is_head", "by_duty", "starts_on", "ends_on")
    list_filter = ("is_head", "by_duty")
    list_select_related = ("job", "unit")
    search_fields = ("code", "job__name")
    ordering = ("code", "pk")
    fields = ("code", "unit", "job", "is_head", "by_duty", "growth", "order", "starts_on", "ends_on")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if obj is None else ("code", "unit", "job", "starts_on")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ("unit", "job", "code", "is_head", "by_duty", "starts_on", "seats", "decree", "decree_on")
        return self.fields

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None:
            kwargs |= {"form": PositionAddForm, "fields": PositionAddForm.Meta.fields}
        form = super().get_form(request, obj, change, **kwargs)
        if obj is None:
            form.base_fields["code"].required = False
            form.base_fields["code"].help_text = _("Kosongkan untuk kode otomatis.")
        return form

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            made = register.open_position(
                actor=request.user, unit=obj.unit, job=obj.job, code=obj.code, is_head=obj.is_head, by_duty=obj.by_duty,
                seats=form.cleaned_data["seats"], starts_on=obj.starts_on, decree=form.cleaned_data["decree"],
                decree_on=form.cleaned_data["decree_on"],
            )  # fmt: skip
            obj.pk, obj.code = made.pk, made.code
            obj._state.adding = False
            return
        ends_on = obj.ends_on
        if "ends_on" in form.changed_data and ends_on is not None:
            obj.ends_on = form.initial["ends_on"]
            super().save_model(request, obj, form, change)
            obj.ends_on = register.close_position(actor=request.user, position=obj, ends_on=ends_on).ends_on
            return
        super().save_model(request, obj, form, change)


@admin.register(models.Seat, site=site)
class SeatAdmin(ScopedAdmin):
    """The kind follows K, by decree and with its day (`positions.services.seats`)."""

    edits = STRUCTURE
    list_display = ("position", "number", "kind", "starts_on", "ends_on")
    list_filter = ("kind",)
    list_select_related = ("position__job", "position__unit")
    search_fields = ("position__code", "position__job__name")
    ordering = ("position_id", "number", "pk")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if obj is None else ("position", "number", "kind", "starts_on")


@admin.register(models.SeatFormerKind, site=site)
class SeatFormerKindAdmin(ReadOnlyAdmin):
    """What a seat was; written with the decree that changed it (`positions.services.seats`)."""

    list_display = ("seat", "kind", "starts_on", "ends_on")
    list_filter = ("kind",)
    list_select_related = ("seat__position__job", "seat__position__unit")
    search_fields = ("seat__position__code", "seat__position__job__name")
    ordering = ("seat_id", "starts_on", "pk")


@admin.register(models.PositionNeed, site=site)
class PositionNeedAdmin(ScopedAdmin):
    """A need is closed and followed by another: only its end changes."""

    edits = STRUCTURE
    list_display = ("position", "source", "need", "decree", "is_printed", "starts_on", "ends_on")
    list_filter = ("source", "is_printed")
    list_select_related = ("position__job", "position__unit")
    search_fields = ("decree", "position__code", "position__job__name")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if obj is None else ("position", "source", "need", "is_printed", "starts_on")


@admin.register(models.Reservation, site=site)
class ReservationAdmin(ScopedAdmin):
    edits = POSITIONS
    list_display = ("seat", "reason", "starts_on", "ends_on")
    list_select_related = ("seat__position__job", "seat__position__unit")
    search_fields = ("reason", "seat__position__code")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if obj is None else ("seat", "starts_on")


# People


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


# Goals


@admin.register(models.Goal, site=site)
class GoalAdmin(ScopedAdmin):
    edits = GOALS
    list_display = ("code", "level", "text", "unit", "starts_on", "ends_on")
    list_filter = ("level",)
    list_select_related = ("unit",)
    search_fields = ("code", "text")
    ordering = ("code", "pk")


@admin.register(models.PositionGoal, site=site)
class PositionGoalAdmin(ScopedAdmin):
    """A link is made from a day and closed from one, by the register's services; then it stays as it is."""

    edits = GOALS
    list_display = ("goal", "position", "starts_on", "ends_on")
    list_filter = (("ends_on", admin.EmptyFieldListFilter), "goal__level")
    list_select_related = ("goal", "position__job", "position__unit")
    search_fields = ("goal__code", "position__code")
    ordering = ("-starts_on", "-pk")
    fields = ("goal", "position", "starts_on", "ends_on")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if obj is None:
            return ()
        return self.fields if obj.ends_on is not None else ("goal", "position", "starts_on")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields[:-1] if obj is None else self.fields

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            made = register.link_goal(actor=request.user, goal=obj.goal, position=obj.position, day=obj.starts_on)
            obj.pk = made.pk
            obj._state.adding = False
        elif "ends_on" in form.changed_data and obj.ends_on is not None:
            register.unlink_goal(actor=request.user, link=obj, ends_on=obj.ends_on)


# Workload: the campaign's services own the writes (the grid, the API).


@admin.register(models.Campaign, site=site)
class CampaignAdmin(ReadOnlyAdmin):
    list_display = ("year", "opens_on", "deadline", "closed_on", "minutes_per_year", "rounding")
    search_fields = ("year",)
    ordering = ("-year", "-pk")


@admin.register(models.WorkloadSheet, site=site)
class WorkloadSheetAdmin(ReadOnlyAdmin):
    list_display = ("unit", "campaign", "state", "approved_on", "reminded_on", "changed_by", "changed_at")
    list_filter = ("state",)
    list_select_related = ("unit", "campaign", "changed_by")
    search_fields = ("unit__name", "unit__code")


@admin.register(models.Workload, site=site)
class WorkloadAdmin(ReadOnlyAdmin):
    list_display = ("position", "sheet", "method", "faults", "is_sample")
    list_filter = ("method", "is_sample")
    list_select_related = ("position__job", "position__unit", "sheet__unit")
    search_fields = ("position__code", "position__job__name")


@admin.register(models.WorkloadTask, site=site)
class WorkloadTaskAdmin(ScopedAdmin):
    """Tasks are written by their sheet; which goal each serves also here."""

    edits = GOALS
    can_add = False
    list_display = ("number", "task", "volume", "per", "minutes", "part", "digital_prone", "workload")
    list_filter = ("per", "part", "digital_prone")
    list_select_related = ("workload",)
    search_fields = ("task",)
    fields = (
        "workload", "number", "task", "output", "volume", "per", "minutes", "part", "minutes_per_year",
        "digital_prone", "goal",
    )  # fmt: skip
    readonly_fields = fields[:-1]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        goals.link_task(actor=request.user, task=obj, goal=obj.goal, day=dates.today())


# Findings and names: settled by their services


class SettleForm(ScopedForm):
    settlement = forms.CharField(widget=forms.Textarea, label=gettext_lazy("Penyelesaian"))


@admin.register(models.Finding, site=site)
class FindingAdmin(ScopedAdmin):
    edits = frozenset({"settle_findings"})
    can_add = False
    form = SettleForm
    list_display = ("code", "message", "unit", "employee", "found_at", "settled_at")
    list_filter = (("settled_at", admin.EmptyFieldListFilter),)
    list_select_related = ("unit", "employee")
    search_fields = ("code", "message")
    ordering = ("-found_at", "-pk")
    fields = (
        "code", "message", "unit", "employee", "position", "import_job", "row", "found_at", "settled_at", "settled_by",
        "settlement",
    )  # fmt: skip
    readonly_fields = fields[:-1]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.settled_at is None)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        findings.settle(actor=request.user, finding=obj, settlement=obj.settlement)


# Documents, contacts, photo and requests: written by their services (pages, API), read here


@admin.register(models.DocumentKind, site=site)
class DocumentKindAdmin(NationalAdmin):
    list_display = ("name", "code", "siasn_id", "sensitivity", "as_evidence")
    search_fields = ("name", "code")
    ordering = ("order", "pk")


@admin.register(models.EmployeeDocument, site=site)
class EmployeeDocumentAdmin(ReadOnlyAdmin):
    list_display = ("employee", "kind", "number", "issued_on", "scan", "uploaded_at", "removed_at")
    list_filter = ("kind", "scan", "format", ("removed_at", admin.EmptyFieldListFilter))
    list_select_related = ("employee", "kind")
    search_fields = ("number", "employee__name")
    number_field = "employee__nip"
    ordering = ("-uploaded_at", "-pk")


@admin.register(models.EmployeePhoto, site=site)
class EmployeePhotoAdmin(ReadOnlyAdmin):
    list_display = ("employee", "width", "height", "size", "changed_by", "changed_at")
    list_select_related = ("employee", "changed_by")
    search_fields = ("employee__name",)
    number_field = "employee__nip"
    ordering = ("-changed_at", "-pk")


@admin.register(models.EmployeeContact, site=site)
class EmployeeContactAdmin(ReadOnlyAdmin):
    """What each holds is opened on the person's page, where the look is written down."""

    list_display = ("employee", "kind", "sensitivity", "label", "starts_on", "ends_on")
    list_filter = ("kind", "sensitivity")
    list_select_related = ("employee",)
    search_fields = ("employee__name",)
    number_field = "employee__nip"
    ordering = ("-starts_on", "-pk")
    exclude = ("value",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("value")


@admin.register(models.ChangeRequest, site=site)
class ChangeRequestAdmin(ReadOnlyAdmin):
    """Decided on their page, where the values and the evidence stand side by side."""

    list_display = ("employee", "target", "state", "requested_at", "decided_by", "decided_at")
    list_filter = ("state",)
    list_select_related = ("employee", "decided_by")
    search_fields = ("target", "employee__name")
    number_field = "employee__nip"
    ordering = ("-requested_at", "-pk")
    exclude = ("before", "proposed")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("before", "proposed")


@admin.register(models.SiasnRecord, site=site)
class SiasnRecordAdmin(ReadOnlyAdmin):
    """What the newest SIASN file said; only the import of employees writes it."""

    list_display = ("employee", "read_on", "unconfirmed", "import_job")
    list_filter = ("unconfirmed",)
    list_select_related = ("employee", "import_job")
    search_fields = ("employee__name",)
    number_field = "employee__nip"
    ordering = ("employee__name", "pk")


@admin.register(models.QualityProblem, site=site)
class QualityProblemAdmin(ReadOnlyAdmin):
    """What the nightly computation found; it comes and goes with the data."""

    list_display = ("employee", "code", "since")
    list_select_related = ("employee",)
    search_fields = ("employee__name", "employee__nip", "code")
    ordering = ("-weight", "employee__name", "pk")


@admin.register(models.QualityIndex, site=site)
class QualityIndexAdmin(ReadOnlyAdmin):
    list_display = ("day", "unit", "employees", "total", "completeness", "timeliness", "accuracy", "consistency")
    list_select_related = ("unit",)
    search_fields = ("unit__name", "unit__code")
    ordering = ("-day", "total", "pk")


@admin.register(models.AgendaItem, site=site)
class AgendaItemAdmin(ReadOnlyAdmin):
    """Computed each night; cases are moved on their page, where the rules are."""

    list_display = ("employee", "kind", "due_on", "state", "is_due", "since")
    list_filter = ("kind", "state", "is_due")
    list_select_related = ("employee",)
    search_fields = ("employee__name",)
    number_field = "employee__nip"
    ordering = ("due_on", "pk")
    exclude = ("sanctioned",)


@admin.register(models.AgendaStep, site=site)
class AgendaStepAdmin(ReadOnlyAdmin):
    list_display = ("item", "from_state", "to_state", "day", "number", "actor", "at")
    list_filter = ("to_state",)
    list_select_related = ("item", "actor")
    search_fields = ("number", "item__employee__name")
    number_field = "item__employee__nip"
    ordering = ("-at", "-pk")


@admin.register(models.LetterBatch, site=site)
class LetterBatchAdmin(ReadOnlyAdmin):
    list_display = ("month", "unit", "number_pattern", "signed_on", "signatory_name", "created_by", "created_at")
    list_select_related = ("unit", "created_by")
    search_fields = ("number_pattern", "signatory_name")
    ordering = ("-created_at", "-pk")
    exclude = ("people", "stored_as")


@admin.register(models.Deadline, site=site)
class DeadlineAdmin(NationalAdmin):
    list_display = ("name", "months", "day", "warn_days", "legal_basis", "mark")
    search_fields = ("code", "name")
    ordering = ("code",)


@admin.register(models.AgencyDeadline, site=site)
class AgencyDeadlineAdmin(ReadOnlyAdmin):
    """Written on the page of the calendar."""

    list_display = ("name", "replaces", "once_on", "months", "day", "starts_on", "ends_on")
    search_fields = ("name",)
    ordering = ("name", "pk")


@admin.register(models.DeadlineDone, site=site)
class DeadlineDoneAdmin(ReadOnlyAdmin):
    list_display = ("key", "due_on", "done_on", "done_by")
    list_select_related = ("done_by",)
    search_fields = ("key",)
    ordering = ("-due_on", "key", "pk")


@admin.register(models.NameMapping, site=site)
class NameMappingAdmin(ScopedAdmin):
    edits = frozenset({"settle_findings", "edit_structure"})
    can_add = False
    list_display = ("text", "kind", "occurrences", "unit", "job", "created_at", "mapped_at")
    list_filter = ("kind", ("mapped_at", admin.EmptyFieldListFilter))
    list_select_related = ("unit", "job")
    search_fields = ("text",)
    ordering = ("-created_at", "-pk")
    fields = ("kind", "text", "occurrences", "created_at", "unit", "job", "mapped_at", "mapped_by")
    readonly_fields = ("kind", "text", "occurrences", "created_at", "mapped_at", "mapped_by")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        register.map_name(actor=request.user, mapping=obj, unit=obj.unit, job=obj.job)


@admin.register(models.NameOccurrence, site=site)
class NameOccurrenceAdmin(ReadOnlyAdmin):
    """Where a name of the queue occurred; imports write it."""

    list_display = ("mapping", "unit", "rows", "import_job")
    list_select_related = ("mapping", "unit", "import_job")
    search_fields = ("mapping__text",)


# The analysis and what follows from it


@admin.register(models.AnalysisSchedule, site=site)
class AnalysisScheduleAdmin(ScopedAdmin):
    edits = frozenset({"edit_schedule"})
    reads = "view_analysis"
    list_display = ("agency", "every_months", "next_on", "is_active")
    list_select_related = ("agency",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """One for the agency."""
        return super().has_add_permission(request, obj) and not self.get_queryset(request).exists()


class AnalysisReadAdmin(ReadOnlyAdmin):
    reads = "view_analysis"


@admin.register(models.NeedsAnalysis, site=site)
class NeedsAnalysisAdmin(AnalysisReadAdmin):
    list_display = ("as_of", "is_complete", "basis_year", "rule_version", "frozen_by", "created_at")
    list_filter = ("is_complete",)
    list_select_related = ("frozen_by",)
    search_fields = ("basis_year",)
    ordering = ("-as_of", "-pk")

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> Any:
        """Totals are the agency's: not for who sees some units only."""
        return self.exclude if access_of(request).whole_agency else (*self.exclude, "totals")


@admin.register(models.NeedsResult, site=site)
class NeedsResultAdmin(AnalysisReadAdmin):
    list_display = ("code", "job_name", "unit_name", "source", "k", "b", "recommendation", "quantity", "priority")
    # Not by the masked columns: the order would tell what a masked row is.
    sortable_by = ("code", "job_name", "unit_name", "source", "k", "b")
    list_filter = (AnalysisFilter, SourceFilter, DifferenceFilter, "managerial")
    search_fields = ("code", "job_name")
    ordering = ("-analysis_id", "code", "pk")


@admin.register(models.NeedsRollup, site=site)
class NeedsRollupAdmin(NationalAdmin):
    """All agencies side by side: for who reads roll-ups, which no regional admin does."""

    reads = "view_rollups"
    list_display = ("agency_code", "agency_name", "as_of", "computed_at")
    search_fields = ("agency_code", "agency_name")
    ordering = ("agency_code", "pk")


@admin.register(models.RecommendationLine, site=site)
class RecommendationLineAdmin(AnalysisReadAdmin):
    list_display = ("result", "recommended", "quantity", "priority", "state")
    # Neither filtered nor sorted by what is masked.
    list_filter = ("state",)
    sortable_by = ("result", "state")
    list_select_related = ("result",)
    search_fields = ("result__code", "result__job_name")
    ordering = ("-pk",)

    @admin.display(description=gettext_lazy("rekomendasi"))
    def recommended(self, obj: models.RecommendationLine) -> str:
        return obj.words


@admin.register(models.Decision, site=site)
class DecisionAdmin(AnalysisReadAdmin):
    list_display = ("line", "verdict", "reason", "decided_by", "decided_at")
    list_filter = ("verdict",)
    list_select_related = ("line__result", "decided_by")
    search_fields = ("reason", "line__result__code")
    ordering = ("-decided_at", "-pk")


@admin.register(models.RemovalHearing, site=site)
class RemovalHearingAdmin(AnalysisReadAdmin):
    list_display = ("line", "employee", "heard_on", "target_seat", "recorded_by", "recorded_at")
    list_select_related = ("line__result", "employee", "target_seat", "recorded_by")
    search_fields = ("employee__name", "note")
    ordering = ("-recorded_at", "-pk")


@admin.register(models.CompetencyNeed, site=site)
class CompetencyNeedAdmin(AnalysisReadAdmin):
    list_display = ("competency", "level", "unit", "needed", "holders")
    list_filter = (AnalysisFilter, LevelFilter)
    list_select_related = ("competency", "unit")
    search_fields = ("competency__name", "unit__name")
    ordering = ("-analysis_id", "pk")


@admin.register(models.UnitFinding, site=site)
class UnitFindingAdmin(AnalysisReadAdmin):
    list_display = ("code", "goal", "unit")
    list_select_related = ("goal", "unit")
    search_fields = ("code", "goal__code")
    ordering = ("-analysis_id", "pk")


@admin.register(models.FollowUp, site=site)
class FollowUpAdmin(AnalysisReadAdmin):
    list_display = ("list", "position", "quantity", "state", "created_at")
    list_filter = ("list", "state")
    list_select_related = ("position__job", "position__unit")
    search_fields = ("position__code", "note")
    ordering = ("-created_at", "-pk")


@admin.register(models.FormationProposal, site=site)
class FormationProposalAdmin(AnalysisReadAdmin):
    list_display = ("year", "state", "version", "decree", "decree_on", "changed_at")
    list_filter = ("state",)
    search_fields = ("year", "decree")
    ordering = ("-year", "-pk")


@admin.register(models.FormationLine, site=site)
class FormationLineAdmin(AnalysisReadAdmin):
    list_display = ("proposal", "position", "formation", "proposed", "recommended", "decided", "filled", "intake")
    list_filter = ("intake",)
    list_select_related = ("proposal", "position__job", "position__unit")
    search_fields = ("position__code", "position__job__name")
    ordering = ("-proposal_id", "pk")


@admin.register(models.FormationVersion, site=site)
class FormationVersionAdmin(AnalysisReadAdmin):
    list_display = ("proposal", "version", "from_state", "to_state", "changed_by", "changed_at")
    list_select_related = ("proposal", "changed_by")
    search_fields = ("reason",)
    ordering = ("-changed_at", "-pk")
