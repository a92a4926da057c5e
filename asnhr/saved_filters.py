"""Filters of lists under a name: kept, chosen as the first view of a list, removed; each person's own."""

from typing import Any

from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _

from asnhr.errors import NotAllowed, RuleBroken
from asnhr.models import Agency, SavedFilter, User
from asnhr.models.saved_filter import LONGEST_QUERY

# Of one list; a menu that one still reads.
MOST = 20
# Of an address, what is no filter: the page of rows, the file, the day, and the parameter that asks for everything.
PASSING = ("hal", "format", "as_of", "semua")


def kept(agency: Agency | None, user: User, page: str) -> list[SavedFilter]:
    """Return the user's filters of a list by name; one query, none without an agency."""
    if agency is None:
        return []
    return list(SavedFilter.objects.filter(agency=agency, user=user, page=page).order_by("name", "pk"))


def lasting(query: str) -> str:
    """Return the query without what passes: day, page of rows, file; and without empty values."""
    given = QueryDict(query)
    left = QueryDict(mutable=True)
    for name, values in given.lists():
        filled = [value for value in values if value != ""]
        if name not in PASSING and filled:
            left.setlist(name, filled)
    return left.urlencode()


@transaction.atomic
def keep(*, agency: Agency, page: str, name: str, query: str, is_default: bool, actor: User) -> SavedFilter:
    """Keep the query of a list under `name`; the same name again replaces it. `is_default`: the list opens with it.

    Raises RuleBroken without a name or filter, for one that is too long, and beyond `MOST` of a list.
    """
    name, query = " ".join(name.split()), lasting(query)
    if not name or len(name) > 80:
        raise RuleBroken(_("Beri nama saringan, paling panjang 80 huruf."))
    if not query:
        raise RuleBroken(_("Belum ada saringan, urutan, atau kolom yang dipilih untuk disimpan."))
    if len(query) > LONGEST_QUERY:
        raise RuleBroken(_("Saringan ini terlalu panjang untuk disimpan."))
    # One request of a person after the other: both would count the same number.
    User.objects.select_for_update().get(pk=actor.pk)
    mine = SavedFilter.objects.filter(agency=agency, user=actor, page=page)
    if not mine.filter(name=name).exists() and mine.count() >= MOST:
        raise RuleBroken(_("Satu daftar menyimpan paling banyak %(n)s saringan; hapus satu dahulu.") % {"n": MOST})
    if is_default:
        mine.update(is_default=False)
    row, _new = SavedFilter.objects.update_or_create(
        agency=agency, user=actor, page=page, name=name, defaults={"query": query, "is_default": is_default}
    )
    return row


@transaction.atomic
def open_with(*, row: SavedFilter, is_default: bool, actor: User) -> None:
    """Let the list open with this filter, or no longer. Raises NotAllowed for another person's."""
    _own(row, actor)
    SavedFilter.objects.filter(agency_id=row.agency_id, user=actor, page=row.page).update(is_default=False)
    SavedFilter.objects.filter(agency_id=row.agency_id, pk=row.pk).update(is_default=is_default)


def remove(*, row: SavedFilter, actor: User) -> None:
    """Forget a filter. Raises NotAllowed for another person's."""
    _own(row, actor)
    row.delete()


def _own(row: Any, actor: User) -> None:
    if row.user_id != actor.pk:
        raise NotAllowed(_("Saringan ini milik orang lain."))
