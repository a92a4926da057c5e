"""Admin of the ground floor: users with their first role, the rulebook, runs, imports; API clients for the operator."""

from typing import Any, ClassVar

from allauth.idp.oidc.admin import ClientAdmin
from allauth.idp.oidc.models import Client
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.forms import UsernameField
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asnhr import dates, registry, services, told
from asnhr.adminbase import NationalAdmin, ReadOnlyAdmin, ScopedAdmin, ScopedForm, ScopedInline, access_of, site
from asnhr.adminfilters import attention, expiring, failed_lately
from asnhr.auth import digits_of
from asnhr.first_login import open_way_in, same_hand
from asnhr.models import (
    Agency,
    AgencyParameter,
    ApiClient,
    AuditEntry,
    AuditHead,
    AuditOpening,
    AuditProof,
    AuditSeal,
    AuditSecret,
    AuditValue,
    Holiday,
    IdempotencyKey,
    ImportJob,
    Parameter,
    RoleAssignment,
    RoleRequest,
    Run,
    SavedFilter,
    User,
)
from asnhr.notifications.service import role_granted
from asnhr.roles import ROLES, grantable
from asnhr.run_names import import_name, kind_name

TOPIC = gettext_lazy("Sistem")
ACCOUNTS = gettext_lazy("Akun dan peran")


@admin.register(Agency, site=site)
class AgencyAdmin(NationalAdmin):
    list_display = ("code", "name", "kind", "is_sample")
    search_fields = ("code", "name")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        # Nobody's agency is 0.
        return Agency.objects.filter(pk=access_of(request).agency_id or 0)


class UserCreateForm(ModelForm):
    """A new login. A NIP opens the record of its person, so it must be of the maker's own register, and the way in goes
    to the e-mail that somebody else recorded there and to no other."""

    actor: ClassVar[Any] = None

    class Meta:
        model = User
        fields = ("username", "nip", "first_name", "last_name", "email")
        field_classes: ClassVar[Any] = {"username": UsernameField}
        help_texts: ClassVar[Any] = {
            "nip": gettext_lazy("Hanya NIP pegawai instansi ini."),
            "email": gettext_lazy("Hanya untuk akun tanpa NIP. Dengan NIP berlaku surel yang tercatat di register."),
        }

    def clean_nip(self) -> str:
        typed: str = self.cleaned_data["nip"]
        nip = digits_of(typed)
        if typed.strip() and not nip:
            raise ValidationError(_("NIP harus 18 angka."))
        if nip:
            if User.objects.filter(nip=nip).exists():
                raise ValidationError(
                    _("NIP ini sudah punya akun. Beri peran di instansi Anda kepada akun itu lewat halaman Peran.")
                )
            found = registry.scopes.get("address")(self.actor, nip, dates.today())
            if found is None:
                raise ValidationError(_("Tidak ada pegawai aktif dengan NIP ini di instansi Anda."))
            self.recorded, writer = found
            if not self.recorded and not settings.OIDC_SERVER:
                raise ValidationError(
                    _("Register belum mencatat surel orang ini. Minta pejabat lain mencatatnya: tautan pertama dikirim"
                      " ke sana.")
                )  # fmt: skip
            if self.recorded and writer and same_hand(self.actor.access.agency_id, writer, self.actor.pk):
                raise ValidationError(
                    _("Surel orang ini di register terakhir Anda tulis sendiri. Akunnya dibuat oleh pejabat lain.")
                )
        return nip

    def clean(self) -> dict[str, Any]:
        facts: dict[str, Any] = super().clean() or self.cleaned_data
        if "nip" not in facts:
            return facts
        called = digits_of(facts.get("username", ""))
        if called and called != facts["nip"]:
            self.add_error("username", _("Nama pengguna 18 angka hanya untuk pemilik NIP itu."))
        if facts["nip"]:
            typed = facts.get("email", "")
            if typed and typed.lower() != self.recorded.lower():
                self.add_error("email", _("Dengan NIP berlaku surel yang tercatat di register; kosongkan isian ini."))
            facts["email"] = self.recorded
        elif not facts.get("email"):
            self.add_error("email", _("Akun tanpa NIP memerlukan surel: tautan pertama dikirim ke sana."))
        return facts


class FirstRoleInline(ScopedInline):
    """A new user holds one role here from the start; others, and those bound to units, are granted with their units
    under "peran pengguna"."""

    model = RoleAssignment
    fk_name = "user"
    edits = frozenset({"manage_roles"})
    reads = "manage_roles"
    fields = ("role", "starts_on", "ends_on")
    min_num = 1
    max_num = 1

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        return super().get_formset(request, obj, validate_min=True, **kwargs)

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "role":
            offered = grantable(access_of(request))
            kwargs["choices"] = [
                ("", "---------"),
                *((role, name) for role, name in offered.items() if ROLES[role].reach != "unit"),
            ]
        return super().formfield_for_choice_field(db_field, request, **kwargs)


@admin.register(User, site=site)
class UserAdmin(ScopedAdmin):
    """Users with a role in the agency. A login may also serve another agency, so a regional admin makes logins but does
    not change them: whoever could set the password of a login would hold its roles elsewhere too."""

    topic = ACCOUNTS
    edits = frozenset({"manage_roles"})
    reads = "manage_roles"
    exclude = ()
    list_display = ("username", "nip", "first_name", "last_name", "is_active", "last_login")
    list_filter = ("is_active",)
    search_fields = ("username", "first_name", "last_name")
    number_field = "nip"
    ordering = ("username", "pk")
    fields = ("username", "nip", "first_name", "last_name", "email", "is_active", "last_login", "date_joined")
    inlines = (FirstRoleInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        if not access_of(request).may(self.reads):
            return User.objects.none()
        return User.objects.filter(pk__in=RoleAssignment.objects.visible_to(request.user).values("user_id"))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return [(None, {"fields": UserCreateForm.Meta.fields})]
        return super().get_fieldsets(request, obj)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None:
            kwargs["form"] = UserCreateForm
            kwargs["fields"] = UserCreateForm.Meta.fields
        form = super().get_form(request, obj, change, **kwargs)
        form.actor = request.user
        return form

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        # In sight only once the role is saved with it, so the check of ScopedAdmin comes too early here. Who makes a
        # login chooses no password: its owner does, or a realm vouches for them.
        obj.set_unusable_password()
        obj.save()

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        open_way_in(request, form.instance)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        (assignment,) = formset.save(commit=False)
        assignment.granted_by = request.user
        assignment.save()
        role_granted(assignment)


@admin.register(Parameter, site=site)
class ParameterAdmin(NationalAdmin):
    tells: ClassVar[Any] = {
        "name": told.stored, "unit": told.stored, "legal_basis": told.stored, "value": told.rule,
    }  # fmt: skip
    list_display = ("code", "name", "value", "unit", "lowest", "highest", "starts_on", "ends_on", "mark")
    list_filter = ("mark", "agency_may_set")
    search_fields = ("code", "name")
    ordering = ("code", "starts_on", "pk")


class AgencyParameterForm(ScopedForm):
    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if not Parameter.objects.filter(code=code, agency_may_set=True).exists():
            raise ValidationError(_("Parameter ini tidak ada, atau tidak boleh diatur instansi."))
        return code


@admin.register(AgencyParameter, site=site)
class AgencyParameterAdmin(ScopedAdmin):
    """A value is closed and followed by another, not changed: results keep what they were computed with."""

    edits = frozenset({"edit_parameters"})
    form = AgencyParameterForm
    fields = ("code", "value", "starts_on", "ends_on", "decree")
    list_display = ("code", "value", "starts_on", "ends_on", "decree")
    search_fields = ("code",)
    ordering = ("code", "starts_on", "pk")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if obj is None else ("code", "value", "starts_on")

    def make(self, actor: Any, facts: dict[str, Any]) -> Any:
        return services.set_parameter(actor=actor, **facts)

    def amend(self, actor: Any, row: Any, facts: dict[str, Any], changed: frozenset[str]) -> Any:
        return services.correct_parameter(actor=actor, parameter=row, **{name: facts[name] for name in changed})


@admin.register(Holiday, site=site)
class HolidayAdmin(NationalAdmin):
    tells: ClassVar[Any] = {"name": told.stored, "source": told.stored}
    list_display = ("day", "name", "kind", "source", "mark")
    list_filter = ("kind",)
    search_fields = ("name",)
    ordering = ("-day", "pk")


@admin.register(Run, site=site)
class RunAdmin(ReadOnlyAdmin):
    tells: ClassVar[Any] = {"kind": kind_name, "step": told.stored}
    list_display = ("id", "kind", "state", "step", "done", "total", "requested_by", "requested_at", "finished_at")
    list_filter = (attention("gagal", gettext_lazy("gagal dalam tujuh hari"), failed_lately), "state")
    list_select_related = ("requested_by",)
    search_fields = ("kind",)
    ordering = ("-requested_at", "-pk")
    exclude = ("agency", "claim", "fingerprint")


@admin.register(ImportJob, site=site)
class ImportJobAdmin(ReadOnlyAdmin):
    tells: ClassVar[Any] = {"kind": import_name}
    list_display = ("id", "kind", "filename", "dry_run", "written", "created_by", "created_at")
    list_filter = ("written", "dry_run")
    list_select_related = ("created_by",)
    search_fields = ("filename", "kind")
    ordering = ("-created_at", "-pk")
    # The report of 20,000 rows is a page and a workbook of its own; lines of people are for who may import the kind.
    exclude = ("agency", "stored_as", "report", "changes", "details")


@admin.register(IdempotencyKey, site=site)
class IdempotencyKeyAdmin(ReadOnlyAdmin):
    """Which client repeated itself when; the answers are the clients' own."""

    reads = "manage_roles"
    exclude = ("agency", "body", "headers")
    list_display = ("key", "user", "client", "status", "created_at", "expires_at")
    list_select_related = ("user",)
    search_fields = ("key", "client")
    ordering = ("-pk",)


@admin.register(RoleRequest, site=site)
class RoleRequestAdmin(ReadOnlyAdmin):
    """Deciding roles asked for and decided; both happens on the pages, by two people."""

    topic = ACCOUNTS
    reads = "manage_roles"
    list_display = ("user", "role", "verdict", "requested_by", "requested_at", "decided_by", "decided_at")
    list_filter = ("verdict", "role")
    list_select_related = ("user", "requested_by", "decided_by")
    search_fields = ("user__username", "user__first_name", "user__last_name")
    number_field = "user__nip"
    ordering = ("-pk",)


@admin.register(ApiClient, site=site)
class ApiClientAdmin(ReadOnlyAdmin):
    """Systems connected to the API; made, given a new secret and revoked on their pages."""

    reads = "manage_clients"
    exclude = ("agency", "client", "owner")
    list_display = ("name", "scopes", "expires_on", "created_by", "rotated_at", "revoked_at")
    list_filter = (attention("berakhir", gettext_lazy("berakhir dalam 30 hari"), expiring),)
    list_select_related = ("created_by",)
    search_fields = ("name",)
    ordering = ("name", "pk")


@admin.register(SavedFilter, site=site)
class SavedFilterAdmin(ReadOnlyAdmin):
    """Who keeps which filters; what they filter by may name a person and is the user's own."""

    reads = "manage_roles"
    tells: ClassVar[Any] = {"page": told.page}
    exclude = ("agency", "query")
    list_display = ("page", "name", "user", "is_default", "created_at")
    list_select_related = ("user",)
    search_fields = ("name",)
    ordering = ("page", "name", "pk")


@admin.register(Client, site=site)
class OperatorClientAdmin(ClientAdmin):
    """API clients are the operator's (Django's own permissions: superusers only); nobody else sees that they exist."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)


class TrailAdmin(ReadOnlyAdmin):
    """The audit trail, for who audits: nobody changes it, here or anywhere."""

    reads = "view_audit"
    ordering = ("-pk",)
    list_select_related: ClassVar[Any] = ()


@admin.register(AuditEntry, site=site)
class AuditEntryAdmin(TrailAdmin):
    list_display = ("at", "who", "kind", "table_name", "rows", "door", "why_in_words")
    list_filter = ("kind", "door")
    list_select_related = ("user",)

    @admin.display(description=gettext_lazy("alasan"))
    def why_in_words(self, row: AuditEntry) -> str:
        return row.why


@admin.register(AuditValue, site=site)
class AuditValueAdmin(TrailAdmin):
    list_display = ("id", "entry_id", "object_id")


@admin.register(AuditSecret, site=site)
class AuditSecretAdmin(TrailAdmin):
    """Which rows have secrets and which were destroyed; salts and values are opened by request only."""

    exclude = ("agency", "salt", "clear")
    list_display = ("id", "entry_id", "object_id", "sealed", "destroyed_at")


@admin.register(AuditSeal, site=site)
class AuditSealAdmin(TrailAdmin):
    list_display = ("number", "hash", "sealed_at")


@admin.register(AuditHead, site=site)
class AuditHeadAdmin(TrailAdmin):
    list_display = ("day", "number", "hash", "unsealed")


@admin.register(AuditProof, site=site)
class AuditProofAdmin(TrailAdmin):
    list_display = ("proved_at", "by", "holds", "links", "heads", "entry_id", "fault_count")
    list_filter = ("holds", "by")


@admin.register(AuditOpening, site=site)
class AuditOpeningAdmin(TrailAdmin):
    """What was said beside the codes is for who asked and who decides, on the page of the request."""

    exclude = ("agency", "note", "decision_note")
    list_display = ("requested_at", "requested_by", "table_name", "object_id", "purpose", "verdict", "decided_by")
    list_select_related = ("requested_by", "decided_by")
