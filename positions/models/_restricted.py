"""Rows of the analysis that tell of a removal candidate: masked as they are read for who may not see it yet.

Who may is decided in `_removals`; a queryset's `visible_to` annotates `restricted` with it, and whatever
is loaded through it masks itself here, so that pages, exports and the admin show the same. Rows read as plain values
(the API) are masked by `masked`.
"""

from copy import copy
from typing import Any, ClassVar

from django.db import models

# Stands where the recommendation and its reason would stand.
RESTRICTED = "TERBATAS"


class MaskedMixin(models.Model):
    """A row whose columns in `MASK` give way to what stands there when `restricted` is set."""

    MASK: ClassVar[dict[str, Any]] = {}
    _restricted = False

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Raises RuntimeError for a masked row: it would overwrite what it does not show."""
        if self._restricted:
            raise RuntimeError("a masked row cannot be saved")
        super().save(*args, **kwargs)

    @property
    def restricted(self) -> bool:
        return self._restricted

    @restricted.setter
    def restricted(self, value: bool) -> None:
        """Set by Django for each row of an annotated queryset."""
        self._restricted = bool(value)
        if self._restricted:
            self.put_mask_on()

    def put_mask_on(self) -> None:
        """Mask deferred columns too: they are not read later."""
        self.__dict__.update({name: copy(shown) for name, shown in self.MASK.items()})

    @classmethod
    def masked(cls, row: dict[str, Any], **paths: str) -> dict[str, Any]:
        """Return `row`, read as values with `restricted`, masked. `paths`: the row's name of a column → the column."""
        if row["restricted"]:
            row |= {name: copy(shown) for name, shown in cls.MASK.items() if name in row}
            row |= {name: copy(cls.MASK[column]) for name, column in paths.items() if name in row}
        return row
