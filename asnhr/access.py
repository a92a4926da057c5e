"""What the signed-in user may reach in this request: one agency, all of it or unit subtrees, and the roles there."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from asnhr.roles import ROLES

# Derived from the seats held, never granted.
SUBORDINATES = "view_subordinates"
# What heading a unit opens of the people led: to who holds it for the whole agency it adds nothing.
OF_HEADS = frozenset({"view_register", "view_assessment"})


@dataclass(frozen=True)
class Access:
    """The reach of a user in one agency on one day. Empty by default: sees nothing, may nothing."""

    agency_id: int | None = None
    roles: frozenset[str] = frozenset()
    whole_agency: bool = False
    unit_paths: tuple[str, ...] = ()
    # Units that the user heads today, with all below them: the own subordinates' records, and no more of the register.
    led_paths: tuple[str, ...] = ()
    # Permissions, already narrowed by the scopes of an API token.
    permissions: frozenset[str] = field(default_factory=frozenset)
    system: bool = False

    def may(self, permission: str) -> bool:
        return permission in self.permissions

    @property
    def agency_permissions(self) -> frozenset[str]:
        """What is held in the whole agency: nothing of a unit-bound role."""
        return self.permissions if self.whole_agency else frozenset()

    def has_duty(self, permission: str) -> bool:
        """Whether what asks for this permission is the person's own work: a superior may, and is not asked to."""
        if permission not in self.permissions:
            return False
        resting = {role for role in self.roles if self.whole_agency and ROLES[role].reach == "unit"}
        holding = [role for role in self.roles - resting if permission in ROLES[role].permissions]
        return not holding or any(permission in ROLES[role].duties for role in holding)

    def leading(self, paths: tuple[str, ...]) -> "Access":
        """Return the access of who heads the units at `paths` too (docs/decisions/0021-identity.md)."""
        if not paths:
            return self
        return replace(
            self, led_paths=paths, roles=self.roles | {"atasan"}, permissions=self.permissions | {SUBORDINATES}
        )

    def narrowed_to(self, permissions: frozenset[str]) -> "Access":
        return replace(self, permissions=self.permissions & permissions)


NO_ACCESS = Access()


def permissions_of(roles: Iterable[str]) -> frozenset[str]:
    """Return the union of what the roles allow."""
    return frozenset().union(*(ROLES[role].permissions for role in roles))


def system_access(agency_id: int) -> Access:
    """Return the reach of a command or task that works for the whole agency, inside its row security."""
    everything = permissions_of(ROLES)
    return Access(agency_id=agency_id, roles=frozenset(), whole_agency=True, permissions=everything, system=True)


def resolve(user: Any, agency_id: int, day: date, *, heads: bool = False) -> Access:
    """Return the access of `user` in `agency_id` on `day`; one query, plus one when a role reaches units only. What the
    person heads is left out: a command and a task work by what was granted. `heads`: it counts, for work that gives
    back what the person's own page shows.

    Must run with the agency's scope open. A user without a role there gets no access.
    """
    from asnhr.models import RoleAssignment  # models import this module
    from asnhr.registry import scopes

    held = [
        (pk, role)
        for pk, role in RoleAssignment.objects.filter(agency_id=agency_id, user_id=user.pk, starts_on__lte=day)
        .exclude(ends_on__lte=day)
        .values_list("pk", "role")
    ]
    return access_of(agency_id, held, scopes, nip=(user.nip or "") if heads else "", day=day)


def access_of(
    agency_id: int, held: list[tuple[int, str]], scopes: Any, *, nip: str = "", day: date | None = None
) -> Access:
    """Build the access from (assignment id, role) pairs, with the units that the person of `nip` heads on `day`; one
    query when a role is bound to units, when `nip` is given, or both."""
    roles = frozenset(role for _, role in held)
    if not roles:
        return NO_ACCESS
    whole = any(ROLES[role].reach == "agency" for role in roles)
    unit_bound = [] if whole else [pk for pk, role in held if ROLES[role].reach == "unit"]
    paths: tuple[str, ...] = ()
    led: tuple[str, ...] = ()
    # Rights are the roles' union and reach is the widest: a unit's role beside one of the whole agency would carry its
    # rights to every unit, so it rests (docs/decisions/0001-scope-of-a-role.md).
    permissions = permissions_of(role for role in roles if not (whole and ROLES[role].reach == "unit"))
    if unit_bound or (nip and not (whole and OF_HEADS <= permissions)):
        paths, led = scopes.get("units")(agency_id, unit_bound, nip, day)
    return Access(
        agency_id=agency_id, roles=roles, whole_agency=whole, unit_paths=paths, permissions=permissions
    ).leading(led)
