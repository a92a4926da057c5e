"""The short cut of `migrate`: what it renders again, and that nothing keeps a class that was replaced."""

import pytest
from django.core.management import get_commands, load_command_class
from django.db import models
from django.db.migrations.operations import AddConstraint, AddField, AlterField, CreateModel, RunPython
from django.db.migrations.state import ProjectState

from asnhr.management.commands import migrate

KEY = ("id", models.BigAutoField(primary_key=True))


def to(name: str) -> models.ForeignKey:
    return models.ForeignKey(f"house.{name}", models.CASCADE)


@pytest.fixture
def state():
    """An agency, its tree of units, people in units, posts of agencies: rendered, as in the middle of a `migrate`."""
    made = ProjectState()
    for operation in (
        CreateModel("Agency", [KEY]),
        CreateModel("Unit", [KEY, ("agency", to("Agency")), ("parent", to("Unit"))]),
        CreateModel("Person", [KEY, ("agency", to("Agency")), ("unit", to("Unit"))]),
        CreateModel("Post", [KEY, ("agency", to("Agency")), ("code", models.IntegerField(default=0))]),
        CreateModel("Seat", [], bases=("house.Post",)),
    ):
        operation.state_forwards("house", made)
    assert made.apps.get_model("house", "Person")
    return made


def classes(state):
    return {name: state.apps.get_model("house", name) for name in ("Agency", "Unit", "Person", "Post", "Seat")}


class Editor:
    class connection:
        alias = "default"


def changed(state, operation):
    before = classes(state)
    with migrate.rendering_less():
        operation.state_forwards("house", state)
    after = classes(state)
    return {name for name in before if before[name] is not after[name]}


def test_only_what_holds_the_class_is_rendered_again(state):
    code = models.CheckConstraint(condition=models.Q(code__gte=0), name="code_positive")

    assert changed(state, AddField("Person", "name", models.TextField(default=""))) == {"Person"}
    assert changed(state, AddConstraint("Post", code)) == {"Post", "Seat"}
    assert changed(state, AddField("Unit", "name", models.TextField(default=""))) == {"Unit", "Person"}
    assert changed(state, AlterField("Agency", "id", models.IntegerField(primary_key=True))) == {
        "Agency", "Unit", "Person", "Post", "Seat",
    }  # fmt: skip


def test_nothing_keeps_a_class_that_was_replaced(state):
    changed(state, AlterField("Unit", "id", models.IntegerField(primary_key=True)))

    now = classes(state)
    assert now["Person"]._meta.get_field("unit").remote_field.model is now["Unit"]
    assert now["Unit"]._meta.get_field("parent").remote_field.model is now["Unit"]
    assert now["Person"]._meta.get_field("agency").remote_field.model is now["Agency"]
    assert now["Person"]._meta.get_field("unit").db_type  # bound, so that its column follows the new key
    assert {each.related_model for each in now["Unit"]._meta.related_objects} == {now["Person"], now["Unit"]}


def test_code_that_may_look_at_any_model_gets_all_of_them_afresh(state):
    changed(state, AddField("Person", "name", models.TextField(default="")))
    seen = []
    before = classes(state)
    with migrate.rendering_less():
        code = RunPython(lambda apps, editor: seen.append(apps))
        code.database_forwards("house", Editor(), state, state)

    agency = seen[0].get_model("house", "Agency")
    assert {each.related_model.__name__ for each in agency._meta.related_objects} == {"Unit", "Person", "Post"}
    assert "name" in {field.name for field in seen[0].get_model("house", "Person")._meta.get_fields()}
    assert [name for name, was in before.items() if seen[0].get_model("house", name) is was] == []


def test_for_code_that_looks_at_no_model_none_is_rendered(state):
    changed(state, AddField("Person", "name", models.TextField(default="")))
    before, run = classes(state), []

    with migrate.rendering_less():
        code = RunPython(lambda apps, editor: run.append(editor))
        code.database_forwards("house", Editor(), state, state)

    assert len(run) == 1
    assert classes(state) == before


def test_the_command_is_ours_and_djangos_way_comes_back():
    command = load_command_class(get_commands()["migrate"], "migrate")
    before = ProjectState._find_reload_model, RunPython.database_forwards

    with migrate.rendering_less():
        assert ProjectState._find_reload_model is not before[0]
        assert RunPython.database_forwards is not before[1]

    assert isinstance(command, migrate.Command)
    assert (ProjectState._find_reload_model, RunPython.database_forwards) == before
