"""The register of processing: every column of every table says why it is kept, of which class it is, and how long."""

from django.db import models

from asnhr.privacy import declared


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
