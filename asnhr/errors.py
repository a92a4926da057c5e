"""The two failures a person can cause; doors turn them into their own language (409 and 403)."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager


class RuleBroken(Exception):
    """A rule of the field or of the register forbids this; the message says which and why. HTTP 409.

    `fields`: the sentences by the name of what was asked that is at fault, as the API calls it ("": no single one).
    Empty where nothing that was asked is wrong by itself: the register does not allow it.
    """

    def __init__(self, sentence: object = "", *, field: str = "", fields: Mapping[str, Sequence[str]] | None = None):
        super().__init__(sentence)
        self.fields: dict[str, list[str]] = {name: list(said) for name, said in (fields or {}).items()}
        if field:
            self.fields[field] = [str(sentence)]


class NotAllowed(Exception):
    """The actor sees the thing but may not do this to it; the message says why. HTTP 403."""


@contextmanager
def at_field(field: str) -> Iterator[None]:
    """Name `field` as what is at fault where a rule is broken within that names none itself."""
    try:
        yield
    except RuleBroken as broken:
        if not broken.fields:
            broken.fields = {field: [str(broken)]}
        raise


@contextmanager
def fields_called(**names: str) -> Iterator[None]:
    """Call the fields of a rule broken within as this decision does, where one is part of another: `old="new"`."""
    try:
        yield
    except RuleBroken as broken:
        broken.fields = {names.get(name, name): said for name, said in broken.fields.items()}
        raise
