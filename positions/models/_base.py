"""What the register's querysets share: rows a user may see, rows in force on a day."""

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Func, Q, Value
from django.utils.translation import gettext_lazy as _

from asnhr.access import NO_ACCESS, SUBORDINATES, Access
from asnhr.crypto import HashedMixin
from asnhr.sql import TenantForeignKey


def access_of(user: Any) -> Access:
    """Return the user's access; anonymous users and users without an opened scope have none."""
    return getattr(user, "access", NO_ACCESS)


class TenantQuerySet(models.QuerySet):
    """Rows of the agency in scope. `unit_lookup` names the unit that a row belongs to (None: agency-wide row)."""

    unit_lookup: str | None = None
    # A person's own record, which the head of the unit reads as well.
    of_subordinates = False

    def update(self, **facts: Any) -> int:
        """Let the hash of an encrypted column follow: the trail and uniqueness go by it. Raises TypeError where it is
        each person's own."""
        hashes: dict[str, str] = {}
        for name, value in facts.items():
            column: Any = self.model._meta.get_field(name)
            if not isinstance(column, HashedMixin) or f"{column.attname}_hash" in facts:
                continue
            if column.bound and value not in (None, ""):
                raise TypeError(f"{name} is encrypted for each person: save the rows, or update their hashes too")
            hashes[f"{column.attname}_hash"] = column.hash_for(value, "")
        return super().update(**facts, **hashes)

    def _opened_to(self, access: Access) -> bool:
        """Whether the user's roles open rows of this kind, in their scope."""
        return access.may("view_register")

    def visible_to(self, user: Any) -> Self:
        """Rows the user may see: all of the agency, or those of the subtrees in scope; strangers get none. The records
        of people are also their head's: the subtree is the same subquery, with the units headed among its paths."""
        found: Self = self._in_sight(self, access_of(user), self.unit_lookup)
        return found

    def owners_open_to(self, user: Any, field: str) -> Any:
        """Return the rows which `field` points at whose rows of this kind the user sees, all of them: so also those
        that were deleted. None where this depends on the rows themselves."""
        pointing: Any = self.model._meta.get_field(field)
        owners = pointing.related_model._base_manager.all()
        if not self._sees_all_or_none(user):
            return owners.none()
        lookup = self.unit_lookup or ""
        # The unit is the owner's, or the owner itself.
        of_owner = "pk" if lookup == field else lookup.removeprefix(f"{field}__")
        return self._in_sight(owners, access_of(user), of_owner if of_owner != lookup else None)

    def _sees_all_or_none(self, user: Any) -> bool:
        """Whether nothing but the unit decides which rows of this kind the user sees."""
        return type(self).visible_to is TenantQuerySet.visible_to

    def _in_sight(self, rows: Any, access: Access, unit_lookup: str | None) -> Any:
        """Return those of `rows` that the access reaches by the unit that they belong to."""
        if access.agency_id is None:
            return rows.none()
        reads = self._opened_to(access)
        if reads and access.whole_agency:
            return rows.filter(agency=access.agency_id)
        paths = access.unit_paths if reads else ()
        if self.of_subordinates and access.may(SUBORDINATES):
            paths += access.led_paths
        if unit_lookup is None or not paths:
            return rows.none()
        return rows.filter(agency=access.agency_id, **{f"{unit_lookup}__in": units_under(access, paths)})


def scope_units(access: Access) -> Any:
    """Return a subquery of the ids of the units under the access's paths."""
    return units_under(access, access.unit_paths)


def units_under(access: Access, paths: tuple[str, ...]) -> Any:
    """Return a subquery of the ids of the units at and under `paths`."""
    from positions.models.unit import Unit

    return Unit.objects.filter(agency=access.agency_id, path__under_any=list(paths)).values("pk")


class AgencyWideQuerySet(TenantQuerySet):
    """Rows of the agency as a whole (its job catalogue, campaigns): every reader of the register sees them."""

    def _in_sight(self, rows: Any, access: Access, unit_lookup: str | None) -> Any:
        if access.agency_id is None or not access.may("view_register"):
            return rows.none()
        return rows.filter(agency=access.agency_id)


class PeriodMixin(models.Model):
    """A fact from `starts_on` up to, but without, `ends_on` (null: still open)."""

    starts_on = models.DateField(_("mulai"))
    ends_on = models.DateField(_("berakhir sebelum"), null=True, blank=True)

    class Meta:
        abstract = True


def in_force(day: Any, prefix: str = "") -> Q:
    """Return the condition that the period holds on `day`: a date, or a column of the query around it."""
    return Q(**{f"{prefix}starts_on__lte": day}) & (
        Q(**{f"{prefix}ends_on__isnull": True}) | Q(**{f"{prefix}ends_on__gt": day})
    )


class PeriodQuerySet(TenantQuerySet):
    def on(self, day: date) -> Self:
        """Rows in force on `day`."""
        return self.filter(in_force(day))


def attached_document() -> TenantForeignKey:
    """Return the key of a row of a file to the document that proves it; the database keeps both of one person
    (migration 0025). A document is never deleted, only emptied."""
    return TenantForeignKey(
        "positions.EmployeeDocument", on_delete=models.PROTECT, null=True, blank=True, db_index=False,
        related_name="+", verbose_name=_("dokumen"),
    )  # fmt: skip


def row_number(sequence: str) -> Any:
    """Return the number by which the audit trail names rows of a code list, whose key is a code (decision 0032); above
    every code that is digits."""
    return models.BigIntegerField(
        _("nomor"), db_column="id", db_default=Func(Value(sequence), function="nextval"), editable=False, unique=True
    )
