"""Looks that are not told to everybody: who reads a history may not learn from it what the register keeps from them.

A look at a sanction, a relative or a reason of health is written down where there was one to look at (or where there
was none); that somebody looked tells of it. Of what everybody has, a salary or a NIK, a look tells nothing.
"""

from typing import Any

from asnhr.audit.declared import by_table
from asnhr.models._visible import access_of
from asnhr.privacy.declared import holdings

# Rights to what not everybody has.
TELLING = frozenset({"view_discipline", "view_family", "view_health"})


def closed_to(user: Any) -> dict[str, list[str]]:
    """Return by table the columns, tables and short names (`Declared.said`) of which `user` is told no look. Auditors
    are told all: who looked is what they ask."""
    access = access_of(user)
    lacking = frozenset() if access.may("view_audit") else TELLING - access.permissions
    if not lacking:
        return {}
    tables = {table for table, known in by_table().items() if known.permission in lacking}
    found: dict[str, list[str]] = {}
    for table, known in by_table().items():
        names = tables | {name for name, permission in known.said_asks.items() if permission in lacking}
        if known.model in holdings:
            held = holdings.get(known.model)
            names |= {name for name in held.specific if held.asks_of(name) in lacking}
        found[table] = sorted(names)
    return found
