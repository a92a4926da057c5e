"""Django's `migrate`, which draws up again only the models that an operation can have changed.

Before every operation Django renders anew each model that is related to the changed one, in either direction and at
any distance. Every model of ours refers to the agency, so that is all of them, nearly seven hundred times: four fifths
of a first start. What a model refers to has not changed with it; only what refers to it has, at any distance (it holds
the class that is replaced), and what inherits from it. Operations that may look at any model (`RunPython`) get all of
them rendered afresh, as Django does after its own short cut (`is_delayed`). docs/decisions/0036-fast-migrations.md.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.commands import migrate
from django.db.migrations.state import ProjectState

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


@contextmanager
def rendering_less() -> Iterator[None]:
    """Let Django's state of models render what `holders` names. Raises AttributeError on a Django that has changed."""
    # Its own name for it; stubs leave it out.
    states: Any = ProjectState
    django_way = states._find_reload_model
    states._find_reload_model = _find_reload_model
    try:
        yield
    finally:
        states._find_reload_model = django_way


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        with rendering_less():
            super().handle(*args, **options)
