"""Columns of the ground floor whose structures are told by more than the words of their parts (`asnhr.told`)."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from asnhr import kept, queries, registry
from asnhr.audit import faults


def problems(value: Iterable[Any]) -> str:
    """Return why a run or a file failed, in the reader's language."""
    return " ".join(kept.problem(each) for each in value)


def proof_faults(value: Iterable[Any]) -> str:
    return " ".join(str(faults.from_json(each)) for each in value)


def origin(code: str) -> str:
    names = {
        queries.NATIONAL: _("nasional"), queries.OWN: _("ditetapkan instansi"), queries.SUPPOSED: _("pengandaian"),
    }  # fmt: skip
    return names.get(code, code)


for _column, _name in (
    ("asnhr.AgencyParameter.value", "asnhr.told.rule"),
    ("asnhr.AuditProof.faults", "asnhr.structures.proof_faults"),
    ("asnhr.Event.data", "asnhr.notifications.catalogue.data_in_words"),
    ("asnhr.Parameter.options", "asnhr.told.rule"),
    ("asnhr.Parameter.value", "asnhr.told.rule"),
    ("asnhr.Run.parameters:kind", "asnhr.run_names.import_name"),
    ("asnhr.Run.parameters:language", "asnhr.told.language"),
    ("asnhr.Run.parameters:path", "asnhr.told.address"),
    ("asnhr.Run.problems", "asnhr.structures.problems"),
    ("asnhr.DestructionLine.basis:legal_basis", "asnhr.told.stored"),
    ("asnhr.DestructionLine.basis:name", "asnhr.told.stored"),
    ("asnhr.DestructionLine.basis:origin", "asnhr.structures.origin"),
    ("asnhr.DestructionLine.basis:unit", "asnhr.told.stored"),
    ("asnhr.DestructionLine.basis:value", "asnhr.told.rule"),
):
    registry.structures.register_later(_column, _name)
