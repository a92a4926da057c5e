"""Roles and their units: here and not on the ground floor, because a role's units are units."""

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asnhr import dates
from asnhr.adminbase import ReadOnlyAdmin, ScopedAdmin, ScopedForm, ScopedInline, access_of, kept_of, site, told
from asnhr.adminfilters import attention
from asnhr.auth import digits_of
from asnhr.errors import RuleBroken
from asnhr.models import RoleAssignment, User
from asnhr.roles import APPROVED, OPERATORS, ROLES, grantable
from asnhr.told import stored
from positions import models
from positions.queries import attention as conditions
from positions.services import roles as services

TOPIC = gettext_lazy("Akun dan peran")


class UsernameField(forms.ModelChoiceField):
    """A user typed exactly: logins are national, so no list or search of them is offered."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            User.objects.filter(is_active=True, is_service=False),
            to_field_name="username",
            widget=forms.TextInput,
            error_messages={"invalid_choice": services.STRANGER},
            **kwargs,
        )

    def prepare_value(self, value: Any) -> Any:
        return value


class RoleForm(ScopedForm):
    user = UsernameField(label=gettext_lazy("Nama pengguna"), help_text=gettext_lazy("Tulis lengkap, tepat sama."))
    actor: ClassVar[Any] = None
    grantable: ClassVar[frozenset[str]] = frozenset()

    def clean_user(self) -> User:
        user: User = self.cleaned_data["user"]
        if user.pk == self.actor.pk:
            raise ValidationError(_("Peran untuk diri sendiri diberikan oleh admin lain."))
        nip = digits_of(user.username)
        if nip and nip != user.nip and User.objects.filter(nip=nip).exists():
            # Called by the NIP of somebody else, who has a login: meant is hardly this one.
            raise ValidationError(services.STRANGER)
        try:
            services.check_candidate(self.actor, user)
        except RuleBroken as problem:
            raise ValidationError(str(problem)) from problem
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
    # Not a column: what is written there takes the role back.
    revoke = forms.CharField(
        label=gettext_lazy("Cabut sekarang, karena"), max_length=300, required=False,
        help_text=gettext_lazy("Diisi: peran ini tidak berlaku lagi sejak saat ini, apa pun tanggal mulainya."),
    )  # fmt: skip

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
        if ends_on is not None and ends_on <= self.instance.starts_on:
            raise ValidationError(services.TOO_EARLY)
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
    tells: ClassVar[Any] = {"revoke_reason": stored}
    form = RoleForm
    fields = ("user", "role", "starts_on", "ends_on")
    list_display = ("user", "role", "starts_on", "ends_on", "granted_by")
    list_filter = (attention("berakhir", gettext_lazy("berakhir dalam 30 hari"), conditions.ends_soon), "role")
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
        return () if obj is None else ("user", "role", "starts_on", "revoked_at", "revoked_by", "revoke_reason")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        if obj is None:
            return list(self.fields)
        if obj.revoked_at is not None:
            return [*self.fields, "revoked_at", "revoked_by", "revoke_reason"]
        return [*self.fields, *(["revoke"] if self.has_change_permission(request, obj) else [])]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is not None:
            kwargs["form"] = RoleEndForm
        form = super().get_form(request, obj, change, **kwargs)
        form.actor = request.user
        form.grantable = frozenset(grantable(access_of(request)))
        return form

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "role":
            kwargs["choices"] = [("", "---------"), *grantable(access_of(request)).items()]
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """With its units: `save_related`."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Give the role with its units in one act, or change what the form changes of it."""
        actor, facts, (scopes,) = request.user, form.cleaned_data, formsets
        units = [row["unit"] for row in kept_of(scopes)]
        if not change:
            told(form.instance, services.grant(actor=actor, units=units, **facts))
        elif facts.get("revoke"):
            # As it is stored: an end typed beside it does not count.
            services.revoke_role(actor=actor, assignment=form.instance, reason=facts["revoke"], today=dates.today())
            scopes.new_objects, scopes.changed_objects, scopes.deleted_objects = [], [], []
            return
        elif "ends_on" in form.changed_data:
            held, ends_on, today = form.instance, facts["ends_on"], dates.today()
            before = form.initial["ends_on"]
            later = before is not None and (ends_on is None or ends_on > before)
            end = services.prolong if later else services.end_role
            end(actor=actor, assignment=held, ends_on=ends_on, today=today)
        if change and scopes.has_changed():
            services.set_units(actor=actor, assignment=form.instance, units=units)
        scopes.new_objects, scopes.changed_objects, scopes.deleted_objects = [], [], []


@admin.register(models.UnitScope, site=site)
class UnitScopeAdmin(ReadOnlyAdmin):
    reads = "manage_roles"
    list_display = ("assignment", "unit")
    list_select_related = ("assignment__user", "unit")
    search_fields = ("assignment__user__username", "unit__name")
