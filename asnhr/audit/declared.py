"""Which tables the trail covers and how: the app that owns a tenant table declares it, and a test demands that.

The triggers themselves are attached by migrations (`SELECT audit_attach(…)`); the test holds both together.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.translation import gettext_lazy

from asnhr.models import Agency, RoleAssignment
from asnhr.models._visible import access_of
from asnhr.models.agency import NATION
from asnhr.registry import Registry
from asnhr.run_names import import_name

audited = Registry("audited table")

# A value a row; an entry a statement, without values (derived output that can be computed again, or a copy of a file);
# such entries for inserts and deletes only, as updates are progress; the trail itself.
FULL, SUMMARY, OUTLINE, TRAIL = "full", "summary", "outline", "trail"
# A value a row in the nation's chain, and in those of the agencies that a login concerns (decision 0032).
NATIONAL = "national"


@dataclass(frozen=True)
class Declared:
    """How the trail covers a model. `why` a table has no values.

    `secrets`: columns that enter as salted hashes, with the column that is hashed in their place ("nik": "nik_hash").
    `masked`: columns of a national table that enter as hashes of which no value is kept at all.
    `skipped`: columns left out (derived by triggers, or destroyed with their own retention).
    `route`: the page of one object, on which its history is offered. `related`: (label of a model, field that points
    here) whose rows belong to the object's history. `permission`: who may read its values beside auditors.
    `found_by`: fields by which the auditor's search finds an object. `label`: what the trail calls the table where
    its package gave the model no name that can be translated.
    """

    model: str
    mode: str = FULL
    why: str = ""
    secrets: Mapping[str, str] = field(default_factory=dict)
    skipped: tuple[str, ...] = ()
    route: str = ""
    related: tuple[tuple[str, str], ...] = ()
    permission: str = "view_register"
    found_by: tuple[str, ...] = ()
    # The path to the NIP of the person who follows the history of the own rows; "" where the person does not.
    own: str = ""
    # Whether who sees a row may follow its history too, auditors and its person apart.
    open_to: Callable[[Any, Any], bool] = lambda row, user: True
    # What the name of a row reads from other tables, and the name itself where `str` of a row speaks in ids.
    joins: tuple[str, ...] = ()
    called: Callable[[Any], str] = str
    masked: tuple[str, ...] = ()
    # Columns of which some values are read by few: those values, and the permission they ask.
    restricted: Mapping[str, tuple[frozenset[str], str]] = field(default_factory=dict)
    # Of a national table: the column that names the login concerned.
    person: str = ""
    # A reference of the nation, about nobody: its history is open to all readers of a register.
    reference: bool = False
    # A national table whose first rows are counted in the chain, without their values: too many, and in the release.
    counted: bool = False
    # The field by which the trail numbers rows whose key is a code.
    number: str = "pk"
    # Columns that the database keeps for itself: in the chain, but no news to anybody.
    hidden: tuple[str, ...] = ()
    label: Any = ""
    # What read entries say in short beside columns (a step, a kind of history), in words.
    said: Mapping[str, Any] = field(default_factory=dict)
    # Whether who holds the permission reads the histories without reading the register.
    apart: bool = False
    # The permission that what such a word names asks.
    said_asks: Mapping[str, str] = field(default_factory=dict)

    @property
    def model_class(self) -> type[models.Model]:
        return apps.get_model(self.model)

    @property
    def has_history(self) -> bool:
        """Whether rows have a history to show: their own values, or those of rows that belong to them."""
        return self.mode == FULL or self.reference or bool(self.related)

    @property
    def table(self) -> str:
        return str(self.model_class._meta.db_table)

    @property
    def name(self) -> str:
        return str(self.label or self.model_class._meta.verbose_name)


def declare(*tables: Declared) -> None:
    for each in tables:
        audited.register(each.model, each)


def by_table() -> dict[str, Declared]:
    """Return the declarations by name of the table."""
    return {each.table: each for _model, each in audited.items()}


def model_of(table: str) -> Any:
    """Return the model of a table of the trail; None for one that is no more."""
    found = by_table().get(table)
    return found.model_class if found else None


def rows_for(known: Declared, user: Any) -> Any:
    """Return the rows of a table that `user` sees: of logins those with a role in the user's agency, all of them for
    who reads the nation's chain."""
    manager: Any = known.model_class._default_manager
    if hasattr(manager, "visible_to"):
        return manager.visible_to(user)
    access = access_of(user)
    if not known.person or Agency.chains.filter(pk=access.agency_id or 0, code=NATION).exists():
        return manager.all()
    held = RoleAssignment.objects.visible_to(user).values("user_id")
    return manager.filter(**{f"{'pk' if known.person == 'id' else known.person}__in": held})


declare(
    Declared("asnhr.AgencyParameter", found_by=("code",)),
    Declared(
        "asnhr.RoleAssignment",
        permission="manage_roles",
        route="role-detail",
        related=(("positions.UnitScope", "assignment"),),
        found_by=("user__username", "user__nip"),
        joins=("user",),
    ),
    Declared(
        "asnhr.RoleRequest",
        permission="manage_roles",
        route="role-request",
        found_by=("user__username", "user__nip"),
        joins=("user",),
    ),
    Declared("asnhr.ApiClient", permission="manage_clients", route="client-detail", found_by=("name",)),
    # Progress and the sign of life of every second are no news; nor is a report, which has its own retention.
    Declared(
        "asnhr.Run",
        skipped=("fingerprint", "step", "done", "total", "claim", "heartbeat_at"),
        route="run-detail",
        joins=("requested_by",),
        found_by=("kind",),
    ),
    # A file's name may name a person. (A hashed column also spares the trigger the report, which it never reads.)
    Declared(
        "asnhr.ImportJob",
        secrets={"filename": "filename"},
        skipped=("stored_as", "changes", "details", "report"),
        route="import-detail",
        related=(("asnhr.Run", "importjob"),),
        found_by=("kind",),
        called=lambda row: f"{import_name(row.kind)} #{row.pk}",
    ),
    Declared("asnhr.IdempotencyKey", OUTLINE, "a copy of an answer, kept for a day; its effect is in the trail itself"),
    Declared("asnhr.SavedFilter", OUTLINE, "a person's own bookmark of a list; it decides nothing"),
    Declared(
        "asnhr.User",
        NATIONAL,
        secrets={"email": "email"},
        skipped=("last_login",),
        masked=("password",),
        person="id",
        permission="manage_roles",
        # What an agency's chain holds of a login stands beside the roles that it was given there.
        related=(("asnhr.RoleAssignment", "user"),),
        found_by=("username", "nip"),
    ),
    Declared(
        "mfa.Authenticator",
        NATIONAL,
        skipped=("last_used_at",),
        masked=("data",),
        person="user_id",
        permission="manage_roles",
        joins=("user",),
        called=lambda row: f"{row.user} · {row.get_type_display()}",
        label=gettext_lazy("verifikasi dua langkah"),
    ),
    Declared(
        "account.EmailAddress",
        NATIONAL,
        secrets={"email": "email"},
        person="user_id",
        permission="manage_roles",
        joins=("user",),
        called=lambda row: str(row.user),
    ),
    Declared(
        "socialaccount.SocialAccount",
        NATIONAL,
        secrets={"uid": "uid"},
        skipped=("last_login", "extra_data"),
        person="user_id",
        permission="manage_roles",
        joins=("user",),
        called=lambda row: f"{row.user} · {row.provider}",
    ),
    Declared("asnhr.Agency", NATIONAL, found_by=("code", "name")),
    Declared("asnhr.Parameter", NATIONAL, reference=True, found_by=("code",)),
    Declared("asnhr.Holiday", NATIONAL, reference=True, found_by=("name",)),
    Declared(
        "asnhr.LegalHold",
        secrets={"basis": "basis_hash", "reason": "reason_hash", "lifted_reason": "lifted_reason_hash"},
        skipped=("basis_hash", "reason_hash", "lifted_reason_hash"),
        permission="view_processing",
        apart=True,
        found_by=("nip",),
    ),
    Declared(
        "asnhr.Destruction",
        permission="view_processing",
        apart=True,
        route="destruction-detail",
        related=(("asnhr.DestructionLine", "destruction"),),
    ),
    Declared("asnhr.DestructionLine", skipped=("objects_due",), permission="view_processing", apart=True),
    Declared(
        "asnhr.DataIncident", permission="view_processing", apart=True, route="incident-detail", found_by=("title",)
    ),
    Declared("asnhr.OwnCopy", permission="view_processing", found_by=("nip",)),
    Declared(
        "asnhr.AuditOpening",
        secrets={"note": "note_hash", "decision_note": "decision_note_hash"},
        skipped=("note_hash", "decision_note_hash"),
        permission="view_audit",
        route="audit-opening",
    ),
    Declared("asnhr.AuditEntry", TRAIL, "the trail itself, append-only"),
    Declared("asnhr.AuditValue", TRAIL, "the trail itself, append-only"),
    Declared("asnhr.AuditSecret", TRAIL, "the trail itself, written by its functions only"),
    Declared("asnhr.AuditSeal", TRAIL, "the trail itself, append-only"),
    Declared("asnhr.AuditHead", TRAIL, "the trail itself, append-only"),
    Declared("asnhr.AuditProof", TRAIL, "the trail's own proofs, append-only"),
)
