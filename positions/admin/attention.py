"""What needs an admin's attention on the admin's first page, each with the list that shows exactly those rows."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from asnhr import dates, registry
from asnhr.adminbase import Attention
from asnhr.adminfilters import expiring, failed_lately, open_ones
from asnhr.models import ApiClient, RoleAssignment, RoleRequest, Run, WebhookEndpoint
from positions import models
from positions.queries import attention as conditions


@dataclass(frozen=True)
class Asked:
    """Rows of `model` under `condition`, as its list shows them by `query`, for who holds one of `any_of`."""

    label: Any
    model: type[Model]
    query: str
    condition: Callable[[date], Any]
    any_of: frozenset[str]
    tone: str = ""

    def rows(self, user: Any, day: date) -> QuerySet[Any]:
        manager: Any = self.model._default_manager
        return manager.visible_to(user).filter(self.condition(day))

    @property
    def url(self) -> str:
        about = self.model._meta
        return f"{reverse(f'admin:{about.app_label}_{about.model_name}_changelist')}?{self.query}"


def _asked(label: Any, model: type[Model], query: str, condition: Any, *any_of: str, tone: str = "") -> Asked:
    return Asked(label, model, query, condition, frozenset(any_of), tone)


ASKED = (
    _asked(_("Plt mendekati atau melewati batas waktunya"), models.Incumbency, "perhatian=plt",
           conditions.acting_long, "edit_register", tone="short"),
    _asked(_("kontrak PPPK berakhir dalam 90 hari, belum diputuskan"), models.Contract, "perhatian=kontrak",
           conditions.undecided, "edit_register", tone="short"),
    _asked(_("unit terlambat mengisi ABK"), models.WorkloadSheet, "perhatian=tenggat", conditions.late, "edit_workload",
           tone="short"),
    _asked(_("dokumen mengandung virus"), models.EmployeeDocument, "scan__exact=virus&removed_at__isempty=1",
           lambda day: open_ones("removed_at", scan=models.EmployeeDocument.Scan.INFECTED), "edit_register",
           tone="short"),
    _asked(_("usul perbaikan data menunggu keputusan"), models.ChangeRequest,
           f"state__exact={models.ChangeRequest.State.WAITING}",
           lambda day: open_ones(state=models.ChangeRequest.State.WAITING), "edit_register"),
    _asked(_("temuan data belum diselesaikan"), models.Finding, "settled_at__isempty=1",
           lambda day: open_ones("settled_at"), "settle_findings"),
    _asked(_("nama dari berkas belum dikenali"), models.NameMapping, "mapped_at__isempty=1",
           lambda day: open_ones("mapped_at"), "settle_findings", "edit_structure"),
    _asked(_("pekerjaan gagal dalam tujuh hari"), Run, "perhatian=gagal", failed_lately, "view_register", tone="short"),
    _asked(_("permintaan peran menunggu penyetuju"), RoleRequest, f"verdict__exact={RoleRequest.Verdict.WAITING}",
           lambda day: open_ones(verdict=RoleRequest.Verdict.WAITING), "manage_roles"),
    _asked(_("peran berakhir dalam 30 hari"), RoleAssignment, "perhatian=berakhir", conditions.ends_soon,
           "manage_roles"),
    _asked(_("klien API berakhir dalam 30 hari"), ApiClient, "perhatian=berakhir", expiring, "manage_clients"),
    _asked(_("webhook sedang gagal"), WebhookEndpoint, "failing_since__isempty=0",
           lambda day: ~open_ones("failing_since"), "manage_webhooks", tone="short"),
)  # fmt: skip


def of_user(user: Any) -> list[Attention]:
    """What waits in what the user sees, most urgent first; one query."""
    day = dates.today()
    mine = [(str(number), each) for number, each in enumerate(ASKED) if each.any_of & user.access.permissions]
    found = conditions.counts({key: each.rows(user, day) for key, each in mine})
    return [Attention(str(each.label), found[key], each.url, each.tone) for key, each in mine if found[key]]


registry.attention.register("positions", of_user)
