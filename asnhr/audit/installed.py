"""What the migrations install to guard the trail, read from the migrations themselves: nothing that is compared with
the database is written down a second time."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.apps import apps
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import RunSQL, SeparateDatabaseAndState

from asnhr.sql import TenantTable

_STATEMENT = re.compile(
    r"CREATE (?:OR REPLACE )?FUNCTION (?P<name>audit_\w+)\s*\((?P<arguments>[^)]*)\)\s*RETURNS (?P<head>.*?)"
    r"\bAS\s+(?:\$\$(?P<body>.*?)\$\$|'(?P<quoted>(?:[^']|'')*)')"
    r"|DROP FUNCTION (?:IF EXISTS )?(?P<dropped>audit_\w+)\s*\((?P<types>[^)]*)\)"
    r"|REVOKE EXECUTE ON FUNCTION (?P<revoked>.*?) FROM (?P<whom>[^;]*);",
    re.DOTALL,
)
# How PostgreSQL calls the types that we write shorter.
_TYPES = {"timestamptz": "timestamp with time zone", "int": "integer"}


@dataclass(frozen=True)
class Function:
    """A function of the trail as it should be; `settings` as PostgreSQL keeps them, in small letters."""

    name: str
    types: str
    body: str
    language: str
    runs_as_owner: bool
    volatility: str
    settings: tuple[str, ...]


@dataclass
class Installed:
    """Functions by (name, types of the arguments), names of those that the application may not call, and the tables
    whose rows a person also sees without an agency."""

    functions: dict[tuple[str, str], Function] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)
    own_rows: set[str] = field(default_factory=set)


@cache
def installed() -> Installed:
    """Return what all migrations of this release leave behind; reads each of them once."""
    found = Installed()
    for operation, app_label in _operations():
        if isinstance(operation, TenantTable):
            if operation.also_own_user:
                found.own_rows.add(apps.get_model(app_label, operation.model)._meta.db_table)
        elif isinstance(operation, RunSQL):
            for text in _texts(operation.sql):
                read(text, found)
    return found


def _operations() -> Iterator[tuple[Any, str]]:
    graph = MigrationLoader(None).graph
    done: set[tuple[str, str]] = set()
    for leaf in sorted(graph.leaf_nodes()):
        for key in graph.forwards_plan(leaf):
            if key not in done:
                done.add(key)
                for operation in graph.nodes[key].operations:
                    if isinstance(operation, SeparateDatabaseAndState):
                        yield from ((each, key[0]) for each in operation.database_operations)
                    else:
                        yield operation, key[0]


def _texts(sql: Any) -> Iterator[str]:
    for each in [sql] if isinstance(sql, str) else sql:
        yield each if isinstance(each, str) else each[0]


def read(text: str, found: Installed) -> None:
    """Follow what a migration's statements make, replace, drop and close."""
    for match in _STATEMENT.finditer(text):
        if match["name"]:
            function = _function(match)
            found.functions[function.name, function.types] = function
        elif match["dropped"]:
            found.functions.pop((match["dropped"], _types(match["types"])), None)
            found.closed.discard(match["dropped"])
        elif "asnhr_app" in match["whom"]:
            found.closed.update(re.findall(r"\baudit_\w+", match["revoked"]))


def _types(arguments: str) -> str:
    """Return "bytea, text" for "salt bytea, name text DEFAULT ''"; arguments of a DROP are types alone."""
    types = []
    for each in filter(None, (part.strip() for part in arguments.split(","))):
        words = each.split()
        word = words[1] if len(words) > 1 else words[0]
        types.append(_TYPES.get(word, word))
    return ", ".join(types)


def _function(match: re.Match[str]) -> Function:
    head = " ".join(match["head"].split())
    language = re.search(r"\bLANGUAGE (\w+)", head)
    settings = re.findall(r"\bSET (\w+) = (.*?)(?= SET |$)", head)
    return Function(
        name=match["name"],
        types=_types(match["arguments"]),
        body=match["body"] if match["body"] is not None else match["quoted"].replace("''", "'"),
        language=language[1] if language else "",
        runs_as_owner="SECURITY DEFINER" in head,
        volatility="s" if "STABLE" in head else "i" if "IMMUTABLE" in head else "v",
        settings=tuple(sorted(f"{name}={value}".replace("'", "").lower() for name, value in settings)),
    )
