"""Which counts of a run a user reads: of work for the whole agency, who is bound to units reads the own units' part."""

from collections.abc import Iterable, Mapping
from typing import Any

from asnhr import registry
from asnhr.models import Run
from asnhr.models._visible import access_of

# Number, kind, parameters and counts of a run.
Row = tuple[int, str, Mapping[str, Any], Mapping[str, Any]]


def seen_by(user: Any, rows: Iterable[Row]) -> dict[int, dict[str, Any]]:
    """Return the counts by run; few queries a kind (the kind says), none for who works for the whole agency."""
    known = list(rows)
    found = {pk: dict(counts) for pk, _kind, _parameters, counts in known}
    if access_of(user).whole_agency:
        return found
    for kind in {kind for _pk, kind, _parameters, counts in known if counts and kind in registry.run_counts}:
        asked = {pk: parameters for pk, of, parameters, counts in known if of == kind and counts}
        found |= registry.run_counts.get(kind)(user, asked)
    return found


def of_run(user: Any, run: Run) -> dict[str, Any]:
    return seen_by(user, [(run.pk, run.kind, run.parameters, run.counts)])[run.pk]
