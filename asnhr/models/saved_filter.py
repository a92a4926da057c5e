"""Filters of lists that a person keeps under a name."""

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from asnhr.models._visible import access_of
from asnhr.models.agency import TenantModel
from asnhr.models.user import User

LONGEST_QUERY = 2000


class SavedFilterQuerySet(models.QuerySet):
    """One's own; who manages logins sees that others keep some, under which name."""

    def visible_to(self, user: Any) -> Self:
        access = access_of(user)
        if access.agency_id is None:
            return self.none()
        rows = self.filter(agency_id=access.agency_id)
        return rows if access.may("manage_roles") else rows.filter(user_id=user.pk)


class SavedFilter(TenantModel):
    """A list's query (filters, order, columns; never the day) under a name; at most one opens with the list."""

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="+", db_index=False, verbose_name=_("pengguna")
    )
    # The name of the list's address ("employee-list"): the same filter serves every analysis.
    page = models.CharField(_("daftar"), max_length=100)
    name = models.CharField(_("nama"), max_length=80)
    query = models.CharField(_("saringan"), max_length=LONGEST_QUERY)
    is_default = models.BooleanField(_("saringan awal"), default=False)
    created_at = models.DateTimeField(_("dibuat pada"), auto_now_add=True)

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        verbose_name = _("saringan tersimpan")
        verbose_name_plural = _("saringan tersimpan")
        constraints = [
            models.UniqueConstraint(
                name="saved_filter_name_once",
                fields=["agency", "user", "page", "name"],
                violation_error_message=_("Saringan dengan nama ini sudah ada pada daftar ini."),
            ),
            models.UniqueConstraint(
                name="saved_filter_one_default",
                fields=["agency", "user", "page"],
                condition=Q(is_default=True),
                violation_error_message=_("Satu daftar punya paling banyak satu saringan awal."),
            ),
            models.CheckConstraint(
                name="saved_filter_has_name",
                condition=~Q(name="") & ~Q(query=""),
                violation_error_message=_("Saringan tersimpan wajib bernama dan berisi."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
