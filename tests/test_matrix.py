"""Every address of the product × every kind of user × rows of their own unit, of another unit and of another agency.

The addresses come from the URL resolver, so a new one is attacked the day it is added: it fails here when it answers
with 5xx, shows a row or a name that is out of the user's sight, lets a role that only reads write, or takes a write
without a CSRF token. A new address with a part that these tests cannot fill in fails `test_every_address_is_known`.
"""

import copy
import io
import logging
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.models import Client as ApiUser
from allauth.idp.oidc.models import Token
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.test import Client, RequestFactory
from django.urls import get_resolver, resolve, reverse
from django.utils import timezone

from asnhr import roles
from asnhr.access import Access
from asnhr.api.authentication import SCOPE_PERMISSIONS
from asnhr.models import (
    Agency,
    AgencyParameter,
    AuditEntry,
    AuditHead,
    AuditOpening,
    AuditProof,
    AuditSeal,
    AuditSecret,
    AuditValue,
    DataIncident,
    Destruction,
    ImportJob,
    LegalHold,
    OwnCopy,
    TenantModel,
    User,
    WebhookEndpoint,
)
from asnhr.scope import agency_scope, set_scope
from asnhr.second_factor import BEFORE_FACTOR, CODES
from positions import models
from positions.admin.histories import SensitiveAdmin
from tests import api_world
from tests.factories.positions import EmployeeFactory, IncumbencyFactory, PositionFactory, UnitFactory
from tests.notification_rows import OWN as OWN_ROWS
from tests.positions.test_admin_lists import MAKE_IN_AGENCY, MAKE_IN_UNIT
from tests.roles import user_with

pytestmark = pytest.mark.django_db

FOREIGN, ELSEWHERE = "RAHASIAJAMBI", "RAHASIAUNITLAIN"
# Roles that read the whole agency, a subtree, or nothing of the register.
WHOLE = {"admin_daerah", "staf_bkd", "bagian_organisasi", "pyb", "ppk", "auditor", "petugas_pdp"}
BOUND = {"admin_unit", "pengelola_kepegawaian"}
NONE = {"pegawai", "atasan", "pusat"}
REFUSED = (403, 404, 405)
ROLES = sorted(WHOLE | BOUND | NONE)
PLACES = ("own", "elsewhere", "foreign")
OPEN_TO_STRANGERS = {
    "account_login", "account_logout", "account_signup", "account_inactive", "account_reset_password",
    "account_reset_password_done", "account_reset_password_from_key", "account_reset_password_from_key_done",
    "account_reauthenticate", "set_language", "idp:oidc:configuration", "idp:oidc:jwks", "idp:oidc:token",
    "idp:oidc:revoke", "idp:oidc:device_code", "idp:oidc:userinfo", "idp:oidc:logout", "idp:oidc:authorization",
    "schema", "schema-swagger", "admin:login", "admin:logout", "admin:jsi18n",
    "calculator-list", "calculator", "api-calculator-list", "api-calculator",
    "mfa_authenticate", "openid_connect_login", "openid_connect_callback",
}  # fmt: skip
# What everybody who is signed in may open, whatever the role.
OWN_PAGES = OPEN_TO_STRANGERS | {
    "notification-list", "notification-read-all", "notification-settings", "api-notification-list",
    "api-notification-read-all", "api-notification-preferences", "api-event-kinds",
    "home", "agency-choose", "run-list", "search", "search-quick", "employee-own", "api-me", "api-index",
    # Own rows only; who has none sees an empty list (tests/positions/test_corrections.py).
    "change-request-own", "api-change-request-list", "api-employee-document-list", "api-employee-contact-list",
    "api-document-kind-list", "api-document-kind-detail",
    "account_change_password", "account_set_password",
    "mfa_index", "mfa_activate_totp", "mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes", "mfa_reauthenticate", "session-list", "session-end-others",
    "idp:oidc:device_authorization", "admin:password_change", "admin:password_change_done",
}  # fmt: skip
# Where more than the permission is asked for: the whole agency, a state of the row, a record of one's own, the right
# that a kind of history or document, or a step of a document, names by itself.
NARROWER = {
    "hearing-create", "proposal-export", "api:formation-proposal-budget", "api:formation-proposal-export",
    "employee-own", "change-request-own", "own-results", "objection-new",
    "employee-photo-edit", "employee-history", "api:employee-document-file",
    "api:objection-results", "api-destruction-preview", "job-analysis-step",
}  # fmt: skip
# Lists of the API for everybody with a record or the register: they hold what concerns the own person, or name kinds.
OWN_LISTS = {
    "api:change-request-list", "api:document-kind-list", "api:employee-contact-list", "api:employee-document-list",
    "api:change-request-detail", "api:document-kind-detail", "api:employee-contact-detail",
    "api:employee-document-detail", "api:employee-document-file",
    "api:objection-list", "api:objection-detail", "api:objection-results",
}  # fmt: skip
# Parts of page addresses: the kind of row that each names. `str` parts have a value of their own.
PARTS: dict[str, dict[str, str]] = {
    "agency-choose": {"code": "=agency code"},
    "run-detail": {"pk": "run"},
    "list-file": {"pk": "run"},
    "unit-detail": {"pk": "unit"},
    "position-detail": {"pk": "position"},
    "position-close": {"pk": "position"},
    "position-appoint": {"pk": "position"},
    "incumbency-close": {"pk": "incumbency"},
    "incumbency-withdraw": {"pk": "incumbency"},
    "job-detail": {"pk": "job"},
    "job-analysis-detail": {"pk": "jobanalysis"},
    "job-analysis-element": {"pk": "jobanalysis", "element": "=8"},
    "job-analysis-step": {"pk": "jobanalysis", "step": "=ajukan"},
    "job-analysis-file": {"pk": "jobanalysis", "kind": "=pdf"},
    "job-analysis-start": {"pk": "position"},
    "own-job-analysis": {"pk": "ownjobanalysis"},
    "own-job-analysis-file": {"pk": "ownjobanalysis", "kind": "=pdf"},
    "job-evaluation": {"pk": "jobevaluation"},
    "job-evaluation-save": {"pk": "jobevaluation"},
    "job-evaluation-move": {"pk": "jobevaluation"},
    "job-evaluation-start": {"pk": "job"},
    "standard-detail": {"pk": "jobstandard"},
    "standard-edit": {"pk": "jobstandard"},
    "standard-move": {"pk": "jobstandard"},
    "standard-compare": {"pk": "jobstandard"},
    "standard-pdf": {"pk": "jobstandard"},
    "standard-start": {"pk": "job"},
    "competency-detail": {"code": "=M.1"},
    "technical-detail": {"pk": "technicalcompetencyversion"},
    "technical-edit": {"pk": "technicalcompetencyversion"},
    "technical-move": {"pk": "technicalcompetencyversion"},
    "technical-start": {"pk": "technicalcompetency"},
    "employee-detail": {"pk": "employee"},
    "employee-edit": {"pk": "employee"},
    "employee-exit": {"pk": "employee"},
    "employee-exit-take-back": {"pk": "employee"},
    "employee-derived": {"pk": "employee"},
    "employee-history": {"pk": "employee", "group": "=kepegawaian"},
    "history-new": {"pk": "employee", "kind": "=golongan"},
    "history-edit": {"pk": "rankrecord", "kind": "=golongan"},
    "history-close": {"pk": "secondment", "kind": "=penugasan"},
    "history-take-back": {"pk": "rankrecord", "kind": "=golongan"},
    "agenda-detail": {"pk": "agendaitem"},
    "letter-detail": {"pk": "letterbatch"},
    "letter-file": {"pk": "letterbatch"},
    "letter-again": {"pk": "letterbatch"},
    "letter-cancel": {"pk": "letterbatch"},
    "unit-map-file": {"pk": "run"},
    "deadline-edit": {"pk": "agencydeadline"},
    "deadline-close": {"pk": "agencydeadline"},
    "document-open": {"pk": "employeedocument"},
    "document-remove": {"pk": "employeedocument"},
    "contact-end": {"pk": "employeecontact"},
    "change-request-detail": {"pk": "changerequest"},
    "objection-detail": {"pk": "objection"},
    "processing-detail": {"label": "=positions.Award"},
    "destruction-detail": {"pk": "destruction"},
    "destruction-pdf": {"pk": "destruction"},
    "hold-lift": {"pk": "legalhold"},
    "incident-detail": {"pk": "dataincident"},
    "own-copy-file": {"pk": "owncopy"},
    "goal-detail": {"pk": "goal"},
    "goal-link": {"pk": "goal"},
    "goal-unlink": {"pk": "positiongoal"},
    "finding-detail": {"pk": "finding"},
    "mapping-detail": {"pk": "namemapping"},
    "saved-filter-change": {"pk": "savedfilter"},
    "import-detail": {"pk": "importjob"},
    "import-problems": {"pk": "importjob"},
    "import-changes": {"pk": "importjob"},
    "import-save": {"pk": "importjob"},
    "workload-sheet": {"pk": "workloadsheet"},
    "workload-move": {"pk": "workloadsheet"},
    "workload-remind": {"pk": "campaign"},
    "analysis-detail": {"pk": "needsanalysis"},
    "analysis-table": {"pk": "needsanalysis"},
    "analysis-result": {"pk": "needsresult.analysis_id", "result": "needsresult"},
    "analysis-unit": {"pk": "needsanalysis", "unit": "unit"},
    "analysis-compare": {"pk": "needsanalysis"},
    "competency-need-list": {"pk": "needsanalysis"},
    "analysis-freeze": {"pk": "needsanalysis"},
    "hearing-create": {"pk": "recommendationline"},
    "followup-detail": {"pk": "followup"},
    "proposal-detail": {"pk": "formationproposal"},
    "proposal-move": {"pk": "formationproposal"},
    "proposal-figures": {"pk": "formationproposal"},
    "proposal-filled": {"pk": "formationproposal"},
    "proposal-line-edit": {"pk": "formationline.proposal_id", "line": "formationline"},
    "proposal-export": {"pk": "formationproposal", "what": "=siasn"},
    "openid_connect_login": {"provider_id": "=realm"},
    "openid_connect_callback": {"provider_id": "=realm"},
    "session-end": {"pk": "usersession"},
    "role-detail": {"pk": "roleassignment"},
    "role-end": {"pk": "roleassignment"},
    "role-revoke": {"pk": "roleassignment"},
    "role-add-unit": {"pk": "roleassignment"},
    "role-drop-unit": {"pk": "unitscope.assignment_id", "unit": "unitscope.unit_id"},
    "role-request": {"pk": "rolerequest"},
    "client-detail": {"pk": "apiclient"},
    "client-rotate": {"pk": "apiclient"},
    "client-revoke": {"pk": "apiclient"},
    "calculator": {"code": "=workload"},
    "api-calculator": {"code": "=workload"},
    "audit-detail": {"pk": "auditentry"},
    "audit-opening": {"pk": "auditopening"},
    "audit-history": {"table": "=positions_employee", "pk": "employee"},
    "api-history": {"table": "=positions_employee", "pk": "employee"},
    "notification-open": {"pk": "notification"},
    "webhook-detail": {"pk": "webhookendpoint"},
    "webhook-edit": {"pk": "webhookendpoint"},
    "webhook-rotate": {"pk": "webhookendpoint"},
    "webhook-test": {"pk": "webhookendpoint"},
    "webhook-switch": {"pk": "webhookendpoint"},
    "webhook-remove": {"pk": "webhookendpoint"},
    "webhook-replay": {"pk": "webhookendpoint"},
    "webhook-delivery": {"pk": "webhookdelivery"},
    "webhook-delivery-replay": {"pk": "webhookdelivery"},
    "account_confirm_email": {"key": "=x"},
    "account_reset_password_from_key": {"uidb36": "=1", "key": "=x-y"},
    "admin:app_list": {"app_label": "=positions"},
    "admin:view_on_site": {"content_type_id": "=1", "object_id": "unit"},
}
# Rows that belong to the agency as a whole: a unit-bound reader sees those of other units too.
SHARED = {
    "job", "campaign", "needsanalysis", "formationproposal", "jobeducation", "jobcompetency", "jobstandard",
    "standardrequirement", "technicalcompetency", "technicalcompetencyversion", "agency",
    "agencyparameter", "analysisschedule", "auditentry", "auditvalue", "auditsecret", "auditseal", "audithead",
    "auditproof", "auditopening", "destruction", "legalhold", "dataincident", "owncopy",
    "agencydeadline", "deadlinedone", "jobevaluation", "jobevaluationfactor", "jobclassperiod",
}  # fmt: skip


@dataclass(frozen=True)
class Address:
    name: str
    parts: tuple[str, ...]
    view: Any

    @property
    def is_api(self) -> bool:
        return self.name.startswith(("api", "schema"))

    @property
    def is_admin(self) -> bool:
        return self.name.startswith("admin:")

    @property
    def model(self) -> Any:
        """The model that an API resource or a page of the admin is about."""
        if self.is_api:
            return getattr(getattr(self.view, "cls", None), "model", None)
        site = getattr(self.view, "model_admin", None)
        return site.model if site is not None else None

    def kinds(self) -> dict[str, str]:
        """The kind of row behind each part. Raises KeyError for an address that nobody described."""
        if not self.parts:
            return {}
        if self.name in PARTS:
            return PARTS[self.name]
        if self.model is not None:
            return dict.fromkeys(self.parts, self.model._meta.model_name)
        # "unit-rename" with one row: a unit.
        kind = self.name.partition("-")[0]
        if self.parts != ("pk",) or kind not in MAKE_IN_UNIT | MAKE_IN_AGENCY:
            raise KeyError(self.name)
        return {"pk": kind}


def addresses(patterns: Any = None, space: tuple[str, ...] = (), above: tuple[str, ...] = ()) -> Iterator[Address]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        parts = (*above, *pattern.pattern.regex.groupindex)
        if hasattr(pattern, "url_patterns"):
            inner = (*space, pattern.namespace) if pattern.namespace else space
            yield from addresses(pattern.url_patterns, inner, parts)
        elif pattern.name:
            yield Address(":".join((*space, pattern.name)), parts, pattern.callback)


# What opens an address whose view does not say so itself (`any_of`, `permission`, `reads`): any of these permissions.
RULES: dict[str, frozenset[str]] = {
    name: frozenset(any_of.split())
    for any_of, names in {
        "view_audit": "audit-detail audit-prove",
        "view_processing": "processing-list processing-detail destruction-detail destruction-pdf incident-detail",
        "prepare_destruction": "destruction-preview hold-new hold-lift",
        "manage_incidents": "incident-new",
        "view_own": "own-copies own-copy-file",
        "view_register view_own": "audit-history api-history",
        "request_opening": "audit-opening-new",
        "view_audit request_opening approve_opening": "audit-openings audit-opening",
        "manage_clients": "client-new client-rotate client-revoke",
        "manage_clients view_audit": "client-detail",
        "view_register import_data": "import-list api-import-list api-import-detail",
        "manage_webhooks": "webhook-new webhook-detail webhook-edit webhook-rotate webhook-test webhook-switch"
        " webhook-remove webhook-replay webhook-delivery webhook-delivery-replay",
        # Own rows: of the runs, for who reads no register, those of the files they asked for.
        "": "session-end saved-filter-keep saved-filter-change notification-open run-detail list-file",
    }.items()
    for name in names.split()
}


# Permissions that only read. A page whose rule names one of them takes no write, unless `WRITES` says who may.
READING = frozenset(name for name in roles.PERMISSION_NAMES if name.startswith("view_")) | {"use_admin"}
WRITES: dict[str, frozenset[str]] = {
    name: frozenset(any_of.split())
    for any_of, names in {
        "approve_opening": "audit-opening",
        # A worker reads the trail again; nothing of the register changes.
        "view_audit": "audit-prove",
        "settle_findings": "finding-detail",
        "edit_workload": "workload-sheet",
        "edit_structure decide_recommendations": "followup-detail",
        "edit_register manage_agenda": "agenda-detail",
        "approve_roles": "role-request",
        "edit_register": "employee-photo-edit",
        # Asking for it writes a run or a look, the register stays as it is.
        "view_register": "unit-map-pdf",
        "view_nik": "employee-nik",
        # About the own record; who has none finds nothing there.
        "view_own": "own-copies change-request-new objection-new",
    }.items()
    for name in names.split()
}
# Where more than the permission is asked for to write, and the row of these tests lacks it: a state, another's hand, a
# record of one's own, the right that a kind of run names by itself.
WRITES_NARROWER = {
    "own-copies", "change-request-new", "objection-new", "hearing-create", "followup-detail", "api-owncopy-list",
    "api:change-request-list", "api:objection-list", "api:run-list", "job-analysis-step",
    "admin:asnhr_user_change", "admin:positions_analysisschedule_add", "admin:positions_positionneed_change",
}  # fmt: skip


def rule_of(address: Address) -> frozenset[str] | None:
    """Return the permissions any of which opens the address to read; empty: whoever is signed in. None: no rule."""
    if address.name in OWN_PAGES:
        return frozenset()
    if address.name in OWN_LISTS:
        return frozenset({"view_own", "view_register"})
    if address.name in RULES:
        return RULES[address.name]
    site = getattr(address.view, "model_admin", None)
    if address.is_admin:
        return frozenset({site.reads if hasattr(site, "reads") else "use_admin"})
    page = getattr(address.view, "view_class", None) or getattr(address.view, "cls", None) or address.view
    said = getattr(page, "any_of", None) or getattr(page, "permission", None) or getattr(page, "reads", None)
    if not said:
        return None
    return frozenset({said}) if isinstance(said, str) else frozenset(said)


def opens(address: Address, role: str) -> bool:
    """Return whether the role has what the address asks for; pages of the admin ask for the admin too."""
    held, asked = held_by(role), rule_of(address)
    assert asked is not None, address.name
    return (not asked or bool(asked & held)) and (not address.is_admin or shown_in_admin(address, held))


def shown_in_admin(address: Address, held: frozenset[str]) -> bool:
    """Whether the admin has the page for who holds `held`: a table that asks a right of its own is not there without,
    and what is read on the person's page alone, where looks are logged, is there for nobody."""
    site = getattr(address.view, "model_admin", None)
    if site is None or "use_admin" not in held:
        return "use_admin" in held
    own = getattr(site.model._default_manager.all(), "permission", None)
    asked = getattr(site, "asks", frozenset())
    return (own is None or own in held) and (not asked or bool(asked & held)) and not isinstance(site, SensitiveAdmin)


def narrower(address: Address) -> bool:
    """Whether more is asked for than the rule says; beyond reading, a page of the admin judges by itself."""
    if address.is_admin:
        return not address.name.endswith("_changelist") or address.model._meta.model_name == "client"
    return address.name in NARROWER


def held_by(role: str) -> frozenset[str]:
    return roles.ROLES[role].permissions | ({"view_subordinates"} if role == "atasan" else frozenset())


def rule_of_write(address: Address, method: str) -> frozenset[str] | None:
    """Return the permissions any of which opens the write; empty: whoever is signed in. None: there is no such write.

    An action of the API and a page of the admin name it themselves (`writes`; `edits`); so does a page by what it asks
    to be opened, when that is a right to change something.
    """
    if address.name in WRITES:
        return WRITES[address.name]
    named = getattr(getattr(address.view, "cls", None), "writes", None)
    if address.is_api and named is not None:
        return named.get((getattr(address.view, "actions", None) or {}).get(method.lower(), "")) or None
    site = getattr(address.view, "model_admin", None)
    if site is not None:
        changes = {"add": getattr(site, "can_add", True), "change": True, "delete": getattr(site, "deletable", False)}
        return getattr(site, "edits", None) or None if changes.get(address.name.rpartition("_")[2]) else None
    asked = rule_of(address)
    return asked if asked is not None and not asked & READING else None


def may_write(address: Address, method: str, held: frozenset[str]) -> bool:
    asked = rule_of_write(address, method)
    return asked is not None and (not asked or bool(asked & held)) and (not address.is_admin or "use_admin" in held)


EVERY = list(addresses())
# Django's own catch-all of the admin has no name and only adds a slash; ours are all named.
NATIONAL = {
    "parameter",
    "holiday",
    "referencejob",
    "educationlevel",
    "education",
    "competency",
    "documentkind",
    "needsrollup",
    "client",
    "deadline",
}


@dataclass
class World:
    """Rows by kind in three places: the unit of the unit-bound roles, another unit, another agency."""

    medan: Any
    jambi: Any
    unit: Any
    head: Any = None
    rows: dict[str, dict[str, Any]] = field(default_factory=lambda: {"own": {}, "elsewhere": {}, "foreign": {}})

    def url(self, address: Address, place: str) -> str | None:
        """Return the address with the rows of `place`; None when no such row exists."""
        values: dict[str, Any] = {}
        for part, kind in address.kinds().items():
            if kind == "=agency code":
                values[part] = (self.jambi if place == "foreign" else self.medan).code
            elif kind.startswith("="):
                values[part] = kind[1:]
            else:
                name, _dot, attribute = kind.partition(".")
                row = self.rows[place].get(name)
                if row is None:
                    return None
                values[part] = getattr(row, attribute or "pk")
        return reverse(address.name, kwargs=values)


def _fill(agency: Any, unit: Any) -> dict[str, Any]:
    rows = {kind: make(agency, unit) for kind, make in (MAKE_IN_UNIT | MAKE_IN_AGENCY | OWN_ROWS).items()}
    rows["unit"] = unit
    rows["campaign"] = models.Campaign.objects.filter(agency=agency).first()
    rows["analysisschedule"], _new = models.AnalysisSchedule.objects.get_or_create(
        agency=agency, defaults={"next_on": "2030-01-01"}
    )
    rows["agency"] = agency
    rows["auditentry"] = AuditEntry.objects.filter(agency=agency, table_name="positions_unit").first()
    rows["auditvalue"] = AuditValue.objects.filter(agency=agency).first()
    rows["auditsecret"] = AuditSecret.objects.filter(agency=agency).first()
    rows["auditseal"] = AuditSeal.objects.get_or_create(
        agency=agency, number=1, defaults={"entry": rows["auditentry"], "horizon": 0}
    )[0]
    rows["audithead"] = AuditHead.objects.get_or_create(
        agency=agency, day="2026-01-01", defaults={"number": 0, "unsealed": 0}
    )[0]
    rows["auditproof"], _new = AuditProof.objects.get_or_create(
        agency=agency, by=AuditProof.By.NIGHT, holds=True, defaults={"compared": True, "links": 0, "heads": 0}
    )
    rows["auditopening"] = AuditOpening.objects.create(
        agency=agency, table_name="positions_employee", object_id=rows["employee"].pk, purpose="sengketa",
        requested_by=rows["user"],
    )  # fmt: skip
    rows["usersession"] = UserSession.objects.create(
        user=rows["user"], ip="127.0.0.1", session_key=f"uji-{rows['user'].pk}", user_agent="uji"
    )
    # Personal data: of the whole agency; the own copy is its person's, whoever asks.
    rows["legalhold"], _new = LegalHold.objects.get_or_create(
        agency=agency, nip=rows["employee"].nip, defaults={"basis": "uji", "reason": "uji", "placed_by": rows["user"]}
    )
    rows["destruction"], _new = Destruction.objects.get_or_create(agency=agency, defaults={"day": "2026-01-01"})
    rows["dataincident"] = DataIncident.objects.create(
        agency=agency, title=unit.name, known_at=timezone.now(), what="uji", data=["identitas"],
        recorded_by=rows["user"],
    )  # fmt: skip
    rows["owncopy"] = OwnCopy.objects.create(agency=agency, nip=rows["employee"].nip, requested_by=rows["user"])
    # Of a post that none of the users holds.
    rows["ownjobanalysis"] = rows["jobanalysis"]
    # Runs and imports are seen by who asked for them: here, by the agency's other people.
    return rows


def _mark(rows: dict[str, Any], agency: Any, word: str) -> None:
    """Write `word` into every name and text by which a person or a unit of these rows could be known."""
    unit = rows["unit"]
    people = models.Employee.objects.filter(agency=agency, unit=unit)
    held = models.Employee.objects.filter(agency=agency, incumbencies__position__unit=unit)
    models.Employee.objects.filter(pk__in=[*people.values_list("pk", flat=True), *held.values_list("pk", flat=True)]) \
        .update(name=word, email=f"{word.lower()}@contoh.id", phone=word)  # fmt: skip
    models.WorkloadTask.objects.filter(agency=agency, workload__sheet__unit=unit).update(task=word)
    models.Finding.objects.filter(agency=agency, unit=unit).update(message=word)
    models.Goal.objects.filter(agency=agency, unit=unit).update(text=word)
    models.NameMapping.objects.filter(pk=rows["namemapping"].pk).update(text=word)
    models.Contract.objects.filter(agency=agency, employee__unit=unit).update(number=word)
    ImportJob.objects.filter(pk=rows["importjob"].pk).update(filename=word)
    WebhookEndpoint.objects.filter(pk=rows["webhookendpoint"].pk).update(name=word)
    User.objects.filter(pk=rows["user"].pk).update(
        last_name=word, nip="198001012005011009" if word == FOREIGN else "198001012005011017"
    )
    if word == FOREIGN:
        for unit in models.Unit.objects.filter(agency=agency):
            models.UnitPeriod.objects.filter(agency=agency, unit=unit).update(name=f"{word} {unit.pk}")
        models.Job.objects.filter(agency=agency).update(name=Concat(Value(word), F("code")))
        models.Goal.objects.filter(agency=agency).update(text=word)
        models.NameMapping.objects.filter(agency=agency).update(text=word)
        AgencyParameter.objects.filter(agency=agency).update(decree=word)


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Thousands of refusals would each write a line."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture(autouse=True)
def unlimited(settings: Any) -> None:
    """Refusals count against a limit (tests/asnhr/test_rate_limits.py), and here one client sends thousands."""
    settings.API_RATES = dict.fromkeys(settings.API_RATES, 1_000_000)


@pytest.fixture(scope="module")
def filled(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """The rows, made once in a transaction that goes at the end; each test works in one inside it, undone after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield _world()
        transaction.set_rollback(True)


@pytest.fixture
def world(filled: World, db: None) -> World:
    return copy.deepcopy(filled)


def _world() -> World:
    medan, jambi = api_world.medan(), api_world.jambi()
    with agency_scope(medan):
        root = UnitFactory(agency=medan, name="Pemerintah Kota Medan")
        unit = UnitFactory(agency=medan, name="Kecamatan Medan Belawan", parent=root)
        other = UnitFactory(agency=medan, name="Dinas Lain", parent=root)
        made = World(medan, jambi, unit)
        made.rows["own"], made.rows["elsewhere"] = _fill(medan, unit), _fill(medan, other)
        _mark(made.rows["elsewhere"], medan, ELSEWHERE)
        made.head = EmployeeFactory(agency=medan, unit=unit)
        seat = PositionFactory(agency=medan, unit=unit, is_head=True)
        IncumbencyFactory(agency=medan, position=seat, employee=made.head)
    with agency_scope(jambi):
        made.rows["foreign"] = _fill(jambi, UnitFactory(agency=jambi, name=FOREIGN))
        _mark(made.rows["foreign"], jambi, FOREIGN)
    return made


def digest(*agencies: Any) -> dict[str, str]:
    """Return a sum over every tenant row of the agencies, table by table: the same when nothing was written."""
    sums = {}
    for agency in agencies:
        with agency_scope(agency), connection.cursor() as cursor:
            for model in apps.get_models():
                if issubclass(model, TenantModel) and model._meta.managed:
                    table = model._meta.db_table
                    cursor.execute(f"SELECT md5(string_agg(t::text, '|' ORDER BY id)) FROM {table} t")  # noqa: S608
                    sums[f"{agency.code} {table}"] = cursor.fetchone()[0]
    return sums


def body(response: Any) -> bytes:
    content: bytes = b"".join(response.streaming_content) if response.streaming else response.content
    if content[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            content = b"".join(book.read(name) for name in book.namelist())
    return content


def signed_in(world: World, role: str) -> Client:
    client = Client(raise_request_exception=False)
    units = [world.unit] if role in BOUND else []
    # Nobody is made a head: the seat makes one, whatever else the login holds.
    person = {"nip": world.head.nip} if role == "atasan" else {}
    client.force_login(user_with(world.medan, role, *units, username=f"uji-{role}", **person))
    return client


def send(client: Client, method: str, address: Address, url: str) -> Any:
    kind = "application/json" if address.is_api else "application/x-www-form-urlencoded"
    if method == "GET":
        return client.get(url)
    return client.generic(method, url, b"{}" if address.is_api else b"", content_type=kind)


def methods(address: Address) -> list[str]:
    """Which writes to try: those that an API resource has, and POST, which no page refuses by itself."""
    if address.is_admin and address.name.endswith("_history"):
        return []
    if not address.is_api:
        return ["POST"]
    actions = getattr(address.view, "actions", None) or {}
    return sorted({method.upper() for method in actions} - {"GET", "HEAD", "OPTIONS"}) or ["POST"]


def cells(world: World, role: str) -> Iterator[tuple[Address, str, str]]:
    """Yield every address with the rows of each place, for who is signed in with the role.

    The admin is closed to most roles at its one gate (`test_the_admin_is_closed_at_every_address`): for them its lists
    stand for all; a unit's admin comes to a row by the one door of its other pages too.
    """
    for address in EVERY:
        if address.name in OPEN_TO_STRANGERS:
            continue
        if address.is_admin and role != "admin_daerah":
            if not address.name.endswith(("_changelist", "_change") if role == "admin_unit" else "_changelist"):
                continue
        row = address.parts and (not address.is_admin or address.name.endswith("_change"))
        for place in PLACES if row else PLACES[:1]:
            url = world.url(address, place)
            if url is not None:
                yield address, place, url


def must_not_exist(address: Address, role: str, place: str) -> bool:
    kinds = {kind.partition(".")[0] for kind in address.kinds().values() if not kind.startswith("=")} - NATIONAL
    if address.name == "agency-choose":
        return place == "foreign"
    if not kinds:
        return False
    return place == "foreign" or (place == "elsewhere" and role in BOUND | {"atasan"} and bool(kinds - SHARED))


def shared(address: Address) -> bool:
    return not {kind.partition(".")[0] for kind in address.kinds().values() if not kind.startswith("=")} - SHARED


def test_the_admin_is_closed_at_every_address(world):
    """Each with its rows of every place, for every role that does not use the admin; no request is needed for that."""
    wrong, factory = [], RequestFactory()
    closed = [role for role in ROLES if "use_admin" not in held_by(role)]
    for address in (each for each in EVERY if each.is_admin and each.name not in OPEN_TO_STRANGERS):
        for place in PLACES:
            url = world.url(address, place)
            if url is None:
                continue
            match = resolve(url)
            for method in ("GET", "POST"):
                request = factory.generic(method, url)
                for role in closed:
                    request.user = User(username=role)
                    request.user.access = Access(
                        agency_id=world.medan.pk, roles=frozenset({role}), whole_agency=True, permissions=held_by(role)
                    )
                    try:
                        status = match.func(request, *match.args, **match.kwargs).status_code
                    except PermissionDenied:
                        continue
                    if status != 405:
                        wrong.append(f"{method} {address.name} {role}: {status}")
    assert wrong == []


def test_every_address_is_known():
    unknown = []
    for address in EVERY:
        try:
            address.kinds()
        except KeyError:
            unknown.append(address.name)
    assert unknown == [], "describe their parts in PARTS"


@pytest.mark.parametrize("role", ROLES)
def test_nobody_reads_out_of_their_sight(role, world):
    client, wrong = signed_in(world, role), []
    for address, place, url in cells(world, role):
        response = send(client, "GET", address, url)
        status, shown = response.status_code, body(response)
        here = f"{address.name} {place} {url}: {status}"
        if status >= 500:
            wrong.append(here)
        if FOREIGN.encode() in shown or (role not in WHOLE and ELSEWHERE.encode() in shown):
            wrong.append(f"{here} shows a name")
        if must_not_exist(address, role, place) and status not in REFUSED:
            wrong.append(f"{here} exists")
        if not opens(address, role) and status not in REFUSED:
            wrong.append(f"{here} is open")
        mine = place == "own" or (place == "elsewhere" and role in WHOLE)
        if mine and status == 403 and opens(address, role) and not narrower(address):
            wrong.append(f"{here} is closed")
    assert wrong == []


def tried_writes(client: Client, tried: list[tuple[Address, str, str, bool, bool]], agencies: list[Any]) -> list[str]:
    """Send every write of (address, place, its address, may, hidden), and return what was answered wrongly.

    First those that must be refused, which change nothing in the agencies; then those that may, each undone: what they
    do is for the tests of each service, here nobody is refused and nothing breaks or reaches the last of the agencies.
    """
    wrong, before, allowed = [], digest(*agencies), []
    for address, method, url, may, hidden in tried:
        # A page of the admin that changes nothing answers a POST as it does a GET, and some looks are logged.
        reads = address.is_admin and not address.name.endswith(("_add", "_change", "_delete"))
        if reads or (may and not hidden):
            allowed.append((address, method, url, may))
            continue
        # A body that means nothing is refused as such before the row is looked for.
        status = send(client, method, address, url).status_code
        if status not in (*REFUSED, *((400,) if may else ())):
            wrong.append(f"{method} {address.name} {url}: {status} is open")
    wrong += sorted(table for table, found in digest(*agencies).items() if found != before[table])
    for address, method, url, may in allowed:
        with transaction.atomic():
            status = send(client, method, address, url).status_code
            transaction.set_rollback(True)
        if status >= 500 or (status == 403 and may and address.name not in WRITES_NARROWER):
            wrong.append(f"{method} {address.name} {url}: {status} is closed")
    left = digest(agencies[-1])
    return wrong + sorted(table for table, found in left.items() if found != before[table])


@pytest.mark.parametrize("role", ROLES)
def test_nobody_writes_what_is_not_theirs(role, world):
    held = held_by(role)
    tried = [
        (address, method, url, may_write(address, method, held), must_not_exist(address, role, place))
        for address, place, url in cells(world, role)
        for method in methods(address)
        # A unit's rows of the whole agency, shown as those of another unit: who may change them asks more.
        if address.name not in OWN_PAGES and not (role in BOUND and place == "elsewhere" and shared(address))
    ]
    assert tried_writes(signed_in(world, role), tried, [world.medan, world.jambi]) == []


def test_a_stranger_reads_and_writes_nothing(world):
    client, wrong = Client(raise_request_exception=False), []
    before = digest(world.jambi, world.medan)
    set_scope(None)
    for address in EVERY:
        if address.name in OPEN_TO_STRANGERS:
            continue
        urls = {world.url(address, place) for place in PLACES if address.parts or place == "own"} - {None}
        for method, url in ((method, url) for url in sorted(urls) for method in ["GET", *methods(address)]):
            response = send(client, method, address, url)
            status = response.status_code
            if address.is_api:
                right = status == 401
            else:
                right = status == 405 or (
                    status == 302 and response["Location"].startswith(("/akun/login/", "/admin/login/"))
                )
            if not right:
                wrong.append(f"{method} {address.name} {url}: {status}")
    assert wrong == []
    assert digest(world.jambi, world.medan) == before


def test_the_open_addresses_do_not_break(world):
    client, wrong = Client(raise_request_exception=False), []
    set_scope(None)
    for address in EVERY:
        if address.name in OPEN_TO_STRANGERS:
            url = world.url(address, "own")
            for method in ("GET", "POST"):
                status = send(client, method, address, url).status_code
                if status >= 500:
                    wrong.append(f"{method} {address.name} {url}: {status}")
    assert wrong == []


def test_another_agencys_officer_sees_none_of_it(world):
    client, wrong = Client(raise_request_exception=False), []
    client.force_login(user_with(world.jambi, "staf_bkd", username="uji-jambi"))
    for address in EVERY:
        url = world.url(address, "own")
        if url is None or address.name in OPEN_TO_STRANGERS or address.is_admin:
            continue
        response = send(client, "GET", address, url)
        shown = body(response)
        here = f"{address.name} {url}: {response.status_code}"
        if response.status_code >= 500:
            wrong.append(here)
        if b"Belawan" in shown or ELSEWHERE.encode() in shown:
            wrong.append(f"{here} shows a name")
        kinds = {kind.partition(".")[0] for kind in address.kinds().values()} - NATIONAL
        if kinds and not any(kind.startswith("=") for kind in kinds) and response.status_code not in (403, 404, 405):
            wrong.append(f"{here} exists")
    assert wrong == []


def test_every_write_needs_the_csrf_token(world):
    client, wrong = Client(raise_request_exception=False, enforce_csrf_checks=True), []
    client.force_login(user_with(world.medan, "admin_daerah", username="uji-csrf"))
    before = digest(world.medan)
    for address in EVERY:
        # The token door of API clients takes no cookie; no more do the calculators, which keep nothing.
        if address.name.startswith(("idp:oidc:", "api-calculator")):
            continue
        url = world.url(address, "own")
        for method in methods(address):
            if url is None:
                continue
            status = send(client, method, address, url).status_code
            if status not in (403, 405):
                wrong.append(f"{method} {address.name} {url}: {status}")
    assert wrong == []
    assert digest(world.medan) == before


def test_every_address_has_a_rule():
    assert [address.name for address in EVERY if rule_of(address) is None] == [], "name what opens it in RULES"


def test_every_role_of_the_product_is_tried():
    # A system has no session: its tokens are tried scope by scope.
    assert set(roles.ROLES) == set(ROLES) | {"integrasi"}


@pytest.mark.parametrize("scope", sorted(SCOPE_PERMISSIONS))
def test_a_token_opens_what_its_scope_says_and_no_more(scope, world):
    """Every route of the API with a token of each scope, by what the view itself declares."""
    owner = user_with(world.medan, "integrasi", username="uji-token", is_service=True)
    system = ApiUser.objects.create(name="Uji", owner=owner, scopes=scope)
    Token.objects.create(
        client=system, type=Token.Type.ACCESS_TOKEN, scopes=scope,
        hash=get_adapter().hash_token("token-uji"), expires_at=timezone.now() + timedelta(hours=1),
    )  # fmt: skip
    held = SCOPE_PERMISSIONS[scope] & roles.ROLES["integrasi"].permissions
    # Whatever the row is now: a client that does not say which it changes is stopped before the row is looked for.
    headers = {"Authorization": "Bearer token-uji", "If-Match": "*"}
    client, wrong, tried = Client(raise_request_exception=False, headers=headers), [], []
    for address, place, url in cells(world, "integrasi"):
        if not address.is_api:
            continue
        asked, hidden = rule_of(address), must_not_exist(address, "integrasi", place)
        response = send(client, "GET", address, url)
        status, here = response.status_code, f"GET {address.name} {place}: {response.status_code}"
        if status >= 500 or (asked and not asked & held and status not in REFUSED):
            wrong.append(here)
        if (hidden and status not in REFUSED) or FOREIGN.encode() in body(response):
            wrong.append(f"{here} exists")
        open_ = not hidden and (not asked or asked & held)
        if status == 403 and open_ and not narrower(address) and address.name not in OWN_LISTS:
            wrong.append(f"{here} is closed")
        if address.name not in OWN_PAGES:
            tried += [(address, each, url, may_write(address, each, held), hidden) for each in methods(address)]
    wrong += tried_writes(client, tried, [world.medan, world.jambi])
    for page in ("/", "/pegawai/", "/admin/", "/peran/", "/klien/"):
        # A token is no session: pages ask it to sign in.
        assert client.get(page).status_code == 302
    assert wrong == []


def test_staff_without_a_second_factor_come_to_nothing(world):
    """Outside the demo every address but the few that settle it is closed, whatever the view itself would say."""
    Agency.objects.filter(pk=world.medan.pk).update(is_sample=False)
    client, wrong = signed_in(world, "admin_daerah"), []
    before = digest(world.medan)
    # The admin's pages are behind one and the same gate: a list and a page of each kind stand for it.
    for address, place, url in cells(world, "admin_unit"):
        if place != "own" or address.name in BEFORE_FACTOR | CODES:
            continue
        for method in ("GET", *methods(address)[:1]):
            response = send(client, method, address, url)
            right = response.status_code == 403 if url.startswith("/api/") else response.status_code == 302
            if not right or (response.status_code == 302 and response["Location"] != "/akun/dua-langkah/"):
                wrong.append(f"{method} {address.name}: {response.status_code}")
    assert wrong == []
    assert digest(world.medan) == before
