"""Proposed values: typed by the model's own fields (`clean` of each), kept as JSON of plain values (`plain`, `typed`),
compared with what the register holds, told in words. What may be proposed: `positions.services.correction_targets`.
"""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext as _

from asnhr import dates, formats
from asnhr.errors import RuleBroken
from positions.models import Employee, EmployeeContact
from positions.models._base import in_force
from positions.services import contacts, identity, plausible
from positions.services.correction_targets import CONTACT_KINDS as CONTACT_KINDS
from positions.services.correction_targets import EXCLUSIVE as EXCLUSIVE
from positions.services.correction_targets import MOST_ROWS
from positions.services.correction_targets import TARGETS as TARGETS
from positions.services.correction_targets import Correction as Correction
from positions.services.correction_targets import Target as Target
from positions.services.correction_targets import rehearse as rehearse
from positions.services.correction_targets import remove as remove
from positions.services.correction_targets import row_of as row_of


def target_of(code: str) -> Target:
    """Return the declared target. Raises RuleBroken for any other."""
    try:
        return TARGETS[code]
    except KeyError:
        raise RuleBroken(_("Data ini tidak dapat diusulkan untuk diperbaiki.")) from None


def offered(employee: Employee) -> list[Target]:
    """Return what the person may propose, in order."""
    return [each for each in TARGETS.values() if each.offered_to(employee)]


class Faulty(RuleBroken):
    """Values that their fields do not take; `errors`: field → sentences."""

    def __init__(self, target: Target, errors: dict[str, list[str]]) -> None:
        self.errors = errors
        super().__init__(" ".join(f"{target.label(name)}: {' '.join(said)}" for name, said in errors.items()))


def clean(target: Target, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values as the fields of the target take them. Raises Faulty; ValueError for a field that it lacks."""
    if unknown := set(values) - set(target.fields):
        raise ValueError(f"not of {target.code}: {', '.join(sorted(unknown))}")
    cleaned: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    for name in target.fields:
        field, value = target.field(name), values.get(name)
        if isinstance(value, str):
            value = value.strip()
        if value in (None, ""):
            # A box that is not ticked says no.
            needed = not field.blank and not isinstance(field, models.BooleanField)
            if name in target.must or needed:
                errors[name] = [_("Isian ini wajib.")]
            else:
                cleaned[name] = None if field.null else field.get_default()
            continue
        try:
            cleaned[name] = _typed_one(field, field.clean(getattr(value, "pk", value), None))
            if name == EXCLUSIVE:
                cleaned[name] = plausible.end_of(field, cleaned[name])
        except ValidationError as problem:
            errors[name] = list(problem.messages)
        except RuleBroken as problem:
            errors[name] = [str(problem)]
    for name, said in _further(target, cleaned).items():
        errors.setdefault(name, []).append(said)
    if errors:
        raise Faulty(target, errors)
    return cleaned


def _further(target: Target, values: Mapping[str, Any]) -> dict[str, str]:
    """What the type of a field does not say."""
    said: dict[str, str] = {}
    if values.get("phone") and not plausible.PHONE.fullmatch(values["phone"]):
        said["phone"] = _("Nomor HP 9 sampai 19 angka, boleh diawali +.")
    if values.get("nik") and not identity.NIK.fullmatch(values["nik"]):
        said["nik"] = _("NIK harus 16 angka.")
    if target.code in CONTACT_KINDS and values.get("value"):
        try:
            contacts.check_value(CONTACT_KINDS[target.code], values["value"])
        except RuleBroken as problem:
            said["value"] = str(problem)
    for name in target.fields:
        if wrong := plausible.wrong(target.model, name, values.get(name), dates.today()):
            said[name] = wrong
    return said


def _typed_one(field: Any, value: Any) -> Any:
    """Return a cleaned value as it is set on a row: an instance for a key, a number with the column's decimals."""
    if field.is_relation:
        return field.related_model._default_manager.get(pk=value)
    if isinstance(field, models.DecimalField):
        return value.quantize(Decimal(1).scaleb(-field.decimal_places))
    return value


def plain(values: Mapping[str, Any]) -> str:
    """Return the values as the JSON that a request keeps."""
    bare = {name: getattr(value, "pk", value) for name, value in values.items()}
    return json.dumps(bare, cls=DjangoJSONEncoder, ensure_ascii=False, sort_keys=True)


def typed(target: Target, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return kept values as the fields take them. Raises Faulty when they no longer do."""
    return clean(target, {name: value for name, value in values.items() if name in target.fields})


def rows_of(target: Target, employee: Employee) -> Sequence[Any]:
    """Return the person's rows of a history, for choosing one to correct; one query."""
    if not target.rows:
        return []
    rows: Any = target.model._default_manager
    joined = [*target.joins, *(name for name in target.fields if target.field(name).is_relation)]
    own = rows.filter(agency_id=employee.agency_id, employee=employee).select_related(*joined)
    return list(own.order_by("pk")[:MOST_ROWS])


def row_name(target: Target, row: Any) -> str:
    """Return what tells a row of a history from its neighbours: its first values."""
    told = [target.called(row)] if target.called else []
    told += [words(target, name, getattr(row, name)) for name in target.fields[:4]]
    return " · ".join(text for text in told if text != formats.DASH)


def current(target: Target, employee: Employee, object_id: int | None) -> dict[str, Any]:
    """Return what the register holds now in the fields of the target; empty where a row is to be added."""
    if target.model is Employee:
        return {name: getattr(employee, name) for name in target.fields}
    if target.model is EmployeeContact:
        kind = CONTACT_KINDS[target.code]
        held = EmployeeContact.objects.filter(
            in_force(dates.today()), agency_id=employee.agency_id, employee=employee, kind=kind
        )
        row = held.order_by("-starts_on", "-pk").first()
        return {name: getattr(row, name) for name in target.fields} if row else {}
    if object_id is None:
        return {}
    row = row_of(target, employee, object_id)
    return {name: getattr(row, name) for name in target.fields}


def words(target: Target, name: str, value: Any) -> str:
    """Return a value as pages and exports write it."""
    if value in (None, ""):
        return formats.DASH
    field = target.field(name)
    if isinstance(value, models.Model):
        return str(value)
    if field.is_relation:
        found = field.related_model._default_manager.filter(pk=getattr(value, "pk", value)).first()
        return str(found) if found else str(value)
    if field.choices:
        return str(dict(field.flatchoices).get(field.to_python(value), value))
    if isinstance(field, models.DateField):
        day = field.to_python(value)
        return formats.last_day(day) if name == EXCLUSIVE else formats.day(day)
    if isinstance(field, models.DecimalField):
        return formats.number(field.to_python(value))
    if isinstance(field, models.BooleanField):
        return _("ya") if value else _("tidak")
    return str(value)
