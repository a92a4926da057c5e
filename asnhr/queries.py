"""Reads of the ground floor: the rulebook as it stands for an agency on a day."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q

from asnhr.models import Agency, AgencyParameter, Parameter

NATIONAL = "nasional"
OWN = "instansi"
SUPPOSED = "pengandaian"


@dataclass(frozen=True, slots=True)
class Value:
    """A parameter in force and where it comes from. `origin`: nasional, instansi (then `decree`), pengandaian."""

    code: str
    name: str
    value: Any
    unit: str
    legal_basis: str
    mark: str
    origin: str
    decree: str = ""
    # Whether the law leaves it to the agency; evidence of earlier releases does not say.
    may_set: bool = True

    @property
    def number(self) -> Decimal:
        """The value as a decimal. Raises decimal.InvalidOperation where it is none."""
        return Decimal(str(self.value))

    def as_json(self) -> dict[str, Any]:
        """Return the value as evidence keeps it."""
        return asdict(self)


def in_force_on(day: date) -> Q:
    """Return the condition that a dated row holds on `day`."""
    return Q(starts_on__lte=day) & (Q(ends_on__isnull=True) | Q(ends_on__gt=day))


def parameters_on(agency: Agency | int, day: date) -> dict[str, Value]:
    """Return every parameter in force on `day` by code: the national value, or the agency's own where it may set one.

    Two queries; the agency's scope must be open. An override that the law does not leave open is ignored.
    """
    agency_id = agency.pk if isinstance(agency, Agency) else agency
    own = {row.code: row for row in AgencyParameter.objects.filter(in_force_on(day), agency_id=agency_id)}
    values = {}
    for row in Parameter.objects.filter(in_force_on(day)).order_by("code"):
        override = own.get(row.code) if row.agency_may_set else None
        values[row.code] = Value(
            code=row.code,
            name=row.name,
            value=row.value if override is None else override.value,
            unit=row.unit,
            legal_basis=row.legal_basis,
            mark=row.mark,
            origin=NATIONAL if override is None else OWN,
            decree="" if override is None else override.decree,
            may_set=row.agency_may_set,
        )
    return values


def with_supposed(values: Mapping[str, Value], supposed: Mapping[str, Any]) -> dict[str, Value]:
    """Return the parameters with what-if values in place. Raises KeyError for a code that is no parameter."""
    changed = dict(values)
    for code, value in supposed.items():
        old = changed[code]
        changed[code] = Value(old.code, old.name, value, old.unit, old.legal_basis, old.mark, SUPPOSED)
    return changed
