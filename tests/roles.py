"""Users with a role, signed in on the real doors."""

from datetime import date

from asnhr import access, registry
from asnhr.models import RoleAssignment, User
from asnhr.scope import agency_scope
from positions.models import UnitScope
from tests.factories.asnhr import UserFactory


def user_with(agency, role, *units, **fields) -> User:
    """Return a user holding `role` in `agency`, on the given units for unit-bound roles; opens the scope itself."""
    user = UserFactory(**fields)
    with agency_scope(agency, user.pk):
        assignment = RoleAssignment.objects.create(agency=agency, user=user, role=role, starts_on=date(2020, 1, 1))
        for unit in units:
            UnitScope.objects.create(agency=agency, assignment=assignment, unit=unit)
    return user


def with_access(user, agency) -> User:
    """Return `user` with the access the middleware would give it; needs the agency's scope open."""
    held = list(RoleAssignment.objects.filter(agency=agency, user=user).values_list("pk", "role"))
    user.access = access.access_of(agency.pk, held, registry.scopes)
    return user
