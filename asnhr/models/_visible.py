"""What a user sees of the ground floor's tenant tables; the register's own querysets stand in the apps above."""

from typing import Any, Self

from django.db import models
from django.db.models import Q

from asnhr.access import NO_ACCESS, Access


def access_of(user: Any) -> Access:
    return getattr(user, "access", NO_ACCESS)


class WorkQuerySet(models.QuerySet):
    """Runs and imports: who works for the whole agency sees all of them, others those they asked for themselves."""

    asked_by = "requested_by"

    def visible_to(self, user: Any) -> Self:
        access = access_of(user)
        if access.agency_id is None or not (access.permissions & {"view_register", "import_data"}):
            return self.none()
        rows = self.filter(agency_id=access.agency_id)
        return rows if access.whole_agency else rows.filter(**{self.asked_by: user})


class RunQuerySet(WorkQuerySet):
    pass


class ImportJobQuerySet(WorkQuerySet):
    asked_by = "created_by"


class RoleAssignmentQuerySet(models.QuerySet):
    """Who grants roles sees all of the agency's, others their own."""

    def visible_to(self, user: Any) -> Self:
        access = access_of(user)
        if access.agency_id is None:
            return self.none()
        rows = self.filter(agency_id=access.agency_id)
        return rows if access.may("manage_roles") else rows.filter(Q(user_id=user.pk))


class AgencyParameterQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        access = access_of(user)
        if access.agency_id is None or not access.may("view_register"):
            return self.none()
        return self.filter(agency_id=access.agency_id)
