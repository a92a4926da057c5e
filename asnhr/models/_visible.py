"""What a user sees of the ground floor's tenant tables; the register's own querysets stand in the apps above."""

from typing import Any, Self

from django.db import models
from django.db.models import Q

from asnhr import registry
from asnhr.access import NO_ACCESS, Access


def access_of(user: Any) -> Access:
    return getattr(user, "access", NO_ACCESS)


WATCHERS = frozenset({"view_register", "import_data"})


class WorkQuerySet(models.QuerySet):
    """Runs and imports: who works for the whole agency sees all of them, others those they asked for themselves."""

    asked_by = "requested_by"

    def visible_to(self, user: Any) -> Self:
        access = access_of(user)
        if access.agency_id is None or not (access.permissions & WATCHERS):
            return self.none()
        rows = self.filter(agency_id=access.agency_id)
        return rows if access.whole_agency else rows.filter(**{self.asked_by: user})


# The kind of the runs that write the file of a long list (`asnhr.list_files`).
OWN_FILE = "list_file"


class RunQuerySet(WorkQuerySet):
    """Also who reads no register sees the runs of the files they asked for, and no other."""

    def visible_to(self, user: Any) -> Self:
        access = access_of(user)
        if access.agency_id is None or access.permissions & WATCHERS:
            return super().visible_to(user)
        return self.filter(agency_id=access.agency_id, kind=OWN_FILE, requested_by=user)


class ImportJobQuerySet(WorkQuerySet):
    """Of a sensitive kind, who may import it sees the jobs; its rows and lists speak of people. Of a kind that asks
    what its files tell, who holds that."""

    asked_by = "created_by"

    def visible_to(self, user: Any) -> Self:
        access = access_of(user)
        hidden = [
            kind
            for kind, importer in registry.importers.items()
            if importer.is_sensitive
            and not access.may(importer.permission)
            or importer.asks
            and not access.may(importer.asks)
        ]
        rows = super().visible_to(user)
        return rows.exclude(kind__in=hidden) if hidden else rows


class RoleAssignmentQuerySet(models.QuerySet):
    """Who grants or approves roles, and who audits, sees all of the agency's, others their own."""

    def visible_to(self, user: Any) -> Self:
        access = access_of(user)
        if access.agency_id is None:
            return self.none()
        rows = self.filter(agency_id=access.agency_id)
        if access.permissions & {"manage_roles", "approve_roles", "view_audit"}:
            return rows
        return rows.filter(Q(user_id=user.pk))


class AgencyParameterQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        access = access_of(user)
        if access.agency_id is None or not access.may("view_register"):
            return self.none()
        return self.filter(agency_id=access.agency_id)
