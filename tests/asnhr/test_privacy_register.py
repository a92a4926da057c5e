"""The register of processing: every column of every table says why it is kept, of which class it is, and how long."""

import inspect
from importlib import import_module

from django.db import models

from asnhr.crypto import Encrypted, HashedMixin, Sealed
from asnhr.privacy import declared
from asnhr.roles import PERMISSION_NAMES, ROLES
from asnhr.scope import set_scope
from tests import api_world
from tests.factories.positions import UnitFactory
from tests.roles import user_with, with_access


def test_every_column_of_every_table_is_declared():
    assert declared.undeclared() == []


def test_a_new_column_that_nobody_declared_is_named_with_what_to_do(monkeypatch):
    award = declared.holdings.get("positions.Award").model_class
    monkeypatch.setattr(award._meta, "local_fields", [*award._meta.local_fields, _column("religion")])

    assert declared.undeclared() == [
        "positions.Award.religion: name its class (plain, ordinary, specific or who acted) in the declaration of"
        " positions.Award"
    ]


def _column(name):
    column = models.CharField(max_length=20)
    column.set_attributes_from_name(name)
    return column


def specific():
    return [
        (held, name, held.model_class._meta.get_field(name))
        for _label, held in declared.holdings.items()
        for name in held.specific
    ]


def test_a_specific_column_asks_its_own_permission_and_every_look_is_written_down():
    wrong = []
    for held, name, _column_of in specific():
        module, _dot, function = held.looks_of(name).rpartition(".")
        source = inspect.getsource(getattr(import_module(module), function)) if module else ""
        if held.asks_of(name) not in PERMISSION_NAMES:
            wrong.append(f"{held.model}.{name}: no permission of its own")
        if "reading.record" not in source and "note_read" not in source:
            wrong.append(f"{held.model}.{name}: nobody writes looks down ({held.looks_of(name)})")
    assert wrong == []


def test_a_specific_column_is_encrypted_and_only_its_keyed_hash_stands_in_clear():
    wrong = []
    for held, name, column in specific():
        beside = name.removesuffix("_hash")
        is_hash = name.endswith("_hash") and (
            beside == "parent" or isinstance(held.model_class._meta.get_field(beside), Encrypted)
        )
        if not isinstance(column, Encrypted | Sealed) and not (is_hash and held.clear.get(name)):
            wrong.append(f"{held.model}.{name}")
    assert wrong == []


def test_no_two_people_share_the_hash_of_a_column_of_few_values():
    """A number or a text that few share is found by a hash of its own; where how often one occurs would tell it, the
    hash is each person's."""
    shared = {
        f"{held.model}.{name}"
        for held, name, column in specific()
        if isinstance(column, HashedMixin) and not column.bound
    }
    assert shared == {
        "positions.Employee.exit_reason", "positions.EmployeeDocument.number", "positions.StandingRecord.note",
        "positions.UnpaidLeave.reason", "positions.ChangeRequest.explanation", "positions.ChangeRequest.reason",
        "positions.Discipline.reason", "positions.Discipline.note",
    }  # fmt: skip


def test_only_who_holds_the_permission_reads_a_table_of_specific_data(db):
    """Tables that are specific as a whole: without the permission no row exists, whatever else the roles allow."""
    medan = api_world.medan()
    set_scope(medan.pk)
    unit = UnitFactory(agency=medan)
    tables = {
        "family-members": "positions.FamilyMember", "disciplines": "positions.Discipline",
        "increments": "positions.SalaryIncrement", "predicates": "positions.YearlyPredicate",
    }  # fmt: skip
    for route, label in tables.items():
        api_world.IN_UNIT[route](medan, unit)
        held = declared.holdings.get(label)
        rows = held.model_class.objects
        for slug, role in ROLES.items():
            if role.reach == "agency" and slug != "integrasi":
                user = with_access(user_with(medan, slug, username=f"{slug}-{route}"), medan)
                seen = role.permissions >= {held.asks, "view_register"}
                assert rows.visible_to(user).exists() == seen, (slug, label)
