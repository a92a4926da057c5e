"""Django's `migrate`, which draws up again only the models that an operation can have changed.

Before every operation Django renders anew each model that is related to the changed one, in either direction and at
any distance. Every model of ours refers to the agency, so that is all of them, nearly seven hundred times: four fifths
of a first start. What a model refers to has not changed with it; only what refers to it has, at any distance (it holds
the class that is replaced), and what inherits from it. Code that looks at a model (`RunPython`) gets all of them
rendered afresh, as Django does after its own short cut (`is_delayed`), once it asks for the first: two thirds of ours
only send SQL. docs/decisions/0036-fast-migrations.md.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.commands import migrate
from django.db import router
from django.db.migrations.operations import RunPython
from django.db.migrations.state import ProjectState
from django.utils.functional import SimpleLazyObject

Key = tuple[str, str]


def holders(state: ProjectState, key: Key) -> set[Key]:
    """Return the model and all that hold its class: by a relation or as a base, directly or through another."""
    heirs: dict[Key, set[Key]] = {}
    for heir, model in state.models.items():
        for base in model.bases:
            if isinstance(base, str):
                app_label, _dot, name = base.lower().partition(".")
                heirs.setdefault((app_label, name), set()).add(heir)
    found: set[Key] = set()
    waiting = [key]
    while waiting:
        each = waiting.pop()
        if each not in found:
            found.add(each)
            waiting += [*state.relations.get(each, ()), *heirs.get(each, ())]
    return found


def _find_reload_model(self: Any, app_label: str, model_name: str, delay: bool = False) -> set[Key]:
    self.is_delayed = True
    return holders(self, (app_label, model_name))


def _afresh(state: ProjectState) -> Any:
    state.clear_delayed_apps_cache()
    return state.apps


def _database_forwards(self: RunPython, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
    """As Django's, but for the moment in which the models are rendered: when the code asks for the first."""
    if router.allow_migrate(schema_editor.connection.alias, app_label, **self.hints):
        # What stands for the models until then.
        apps: Any = SimpleLazyObject(lambda: _afresh(from_state))
        self.code(apps, schema_editor)


@contextmanager
def rendering_less() -> Iterator[None]:
    """Let Django's state of models render what `holders` names, and all of them only for code that looks at one. Raises
    AttributeError on a Django that has changed."""
    # Its own name for it; stubs leave it out.
    states: Any = ProjectState
    code: Any = RunPython
    django_way, run = states._find_reload_model, code.database_forwards
    states._find_reload_model, code.database_forwards = _find_reload_model, _database_forwards
    try:
        yield
    finally:
        states._find_reload_model, code.database_forwards = django_way, run


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        with rendering_less():
            super().handle(*args, **options)
