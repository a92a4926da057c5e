"""Write a world into the register of one agency: COPY into a temporary table, then one INSERT … SELECT per table.

COPY itself is refused on tables with row security; this way the rows pass its check, the constraints and the triggers
like any others, at a tenth of the cost of single inserts. Call inside the agency's scope.
"""

import io
import json
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.utils import timezone

from asnhr.crypto import Encrypted, Sealed, lookup_hash
from asnhr.models import Agency
from asnhr.sql import LtreeField
from positions.demo.world import FIELDS, World
from positions.models import Competency, Education, ReferenceJob

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
# Kept by triggers.
_BY_TRIGGER = {("Unit", "office")}


def load(agency: Agency, world: World) -> dict[str, int]:
    """Write all tables in order; return the number of rows of each. Raises LookupError for an unknown reference."""
    national = _National(world)
    ids: dict[str, list[int]] = {}
    now = timezone.now()
    for table, rows in world.tables.items():
        if rows:
            _write(table, rows, ids, agency, national, now)
    with connection.cursor() as cursor:
        # Else the planner takes the tables for empty, and the analysis that follows takes minutes.
        cursor.execute("SELECT positions_refresh_statistics()")
    return world.counts()


def _write(
    table: str, rows: list[tuple[Any, ...]], ids: dict[str, list[int]], agency: Agency, national: "_National",
    now: datetime,
) -> None:  # fmt: skip
    model = apps.get_model("positions", table)
    names = FIELDS[table]
    columns: list[str] = []
    readers: list[Callable[[int, tuple[Any, ...]], str]] = []
    with connection.cursor() as cursor:
        ids[table] = _next_ids(cursor, model, len(rows))
        for field in model._meta.concrete_fields:
            if isinstance(field, LtreeField) or (table, field.name) in _BY_TRIGGER:
                continue
            columns.append(field.column)
            readers.append(_reader(field, table, names, ids, agency, national, now))
        buffer = io.StringIO()
        for place, row in enumerate(rows):
            buffer.write("\t".join([read(place, row) for read in readers]))
            buffer.write("\n")
        buffer.seek(0)
        target, listed = model._meta.db_table, ", ".join(f'"{column}"' for column in columns)
        cursor.execute(f"CREATE TEMP TABLE demo_rows ON COMMIT DROP AS SELECT {listed} FROM {target} LIMIT 0")  # noqa: S608
        cursor.copy_expert(f"COPY demo_rows ({listed}) FROM STDIN", buffer)
        # Parents before children, which the path trigger reads.
        cursor.execute(f"INSERT INTO {target} ({listed}) SELECT {listed} FROM demo_rows ORDER BY id")  # noqa: S608
        cursor.execute("DROP TABLE demo_rows")


def _next_ids(cursor: Any, model: type[models.Model], how_many: int) -> list[int]:
    cursor.execute(
        "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [model._meta.db_table, how_many]
    )
    return sorted(row[0] for row in cursor.fetchall())


def _reader(
    field: Any, table: str, names: tuple[str, ...], ids: dict[str, list[int]], agency: Agency, national: "_National",
    now: datetime,
) -> Callable[[int, tuple[Any, ...]], str]:  # fmt: skip
    """Return a function of (place, row) that gives the column as COPY reads it."""
    if field.primary_key:
        own = ids[table]
        return lambda place, row: str(own[place])
    if field.name == "agency":
        constant = str(agency.pk)
        return lambda place, row: constant
    if field.name == "nik_hash":
        nik = names.index("nik")
        return lambda place, row: lookup_hash(row[nik]) if row[nik] else ""
    if field.name == "parent_hash":
        relation, person, numbers = names.index("relation"), names.index("employee"), national.nips()
        return lambda place, row: field.model.parent_hash_of(row[relation], numbers[row[person]])
    if field.name.endswith("_hash") and field.name[:-5] in names:
        hashed = names.index(field.name[:-5])
        value = field.model._meta.get_field(field.name[:-5])
        if not value.bound:
            return lambda place, row: value.hash_for(row[hashed], "")
        whose, nips = names.index("employee"), national.nips()
        return lambda place, row: value.hash_for(row[hashed], nips[row[whose]])
    if field.name not in names:
        constant = _text(
            field, now if getattr(field, "auto_now_add", False) or getattr(field, "auto_now", False) else None
        )
        return lambda place, row: constant
    at = names.index(field.name)
    if field.is_relation:
        return _reference(field, at, ids, national)
    if field.name == "education_ids":
        known = national.education_ids()
        return lambda place, row: _text(field, [known[name] for name in row[at]])
    if issubclass(type(field), Encrypted):
        nothing = "\\N" if field.null else ""
        return lambda place, row: field.get_prep_value(row[at]) or nothing
    if isinstance(field, Sealed):
        return lambda place, row: _text(field, field.stored(row[at]))
    return lambda place, row: _text(field, row[at])


def _reference(
    field: Any, at: int, ids: dict[str, list[int]], national: "_National"
) -> Callable[[int, tuple[Any, ...]], str]:
    target = field.related_model.__name__
    if target in FIELDS:
        found = ids[target]
        return lambda place, row: "\\N" if row[at] is None else str(found[row[at]])
    if target == "EducationLevel":
        return lambda place, row: "\\N" if row[at] is None else row[at]
    keys = national.of(target)
    return lambda place, row: "\\N" if row[at] is None else str(keys[row[at]])


def _text(field: Any, value: Any) -> str:
    if value is None and not field.null:
        value = field.get_default()
    if value is None:
        return "\\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(field, ArrayField):
        return "{" + ",".join(f'"{part}"' for part in value) + "}"
    if isinstance(field, models.JSONField):
        return json.dumps(value, ensure_ascii=False).translate(_ESCAPES)
    return str(value).translate(_ESCAPES)


class _National:
    """What rows refer to by name: national rows, and the people of the world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._found: dict[str, dict[Any, int]] = {}

    def of(self, target: str) -> dict[Any, int]:
        if target not in self._found:
            self._found[target] = {
                "Education": self._educations, "ReferenceJob": self._jobs, "Competency": self._competencies
            }[target]()  # fmt: skip
        return self._found[target]

    def nips(self) -> list[str]:
        """Return the NIP of each person of the world, by place."""
        at = FIELDS["Employee"].index("nip")
        return [row[at] for row in self.world.tables["Employee"]]

    def education_ids(self) -> dict[Any, str]:
        """Return the SIASN ids of the educations that the world names, by level and name."""
        numbers = self.of("Education")
        ids = dict(Education.objects.filter(pk__in=numbers.values()).values_list("pk", "siasn_id"))
        return {name: ids[pk] for name, pk in numbers.items()}

    def _educations(self) -> dict[Any, int]:
        wanted = set(self._named("Employee", "education")) | set(self._named("EmployeeEducation", "education"))
        wanted |= {name for asked in self._named("FormationLine", "education_ids") for name in asked}
        rows = Education.objects.filter(name__in={name for _, name in wanted}).order_by("-siasn_id")
        # Where the list has a name twice, the first id counts.
        return self._complete(
            "pendidikan", wanted, {(level, name): pk for pk, level, name in rows.values_list("pk", "level_id", "name")}
        )

    def _jobs(self) -> dict[Any, int]:
        wanted = set(self._named("Job", "reference"))
        rows = ReferenceJob.objects.filter(name__in=wanted, is_current=True).order_by("-siasn_id")
        return self._complete("jabatan acuan", wanted, dict(rows.values_list("name", "pk")))

    def _competencies(self) -> dict[Any, int]:
        wanted = set(self._named("JobCompetency", "competency"))
        return self._complete("kompetensi", wanted, dict(Competency.objects.values_list("code", "pk")))

    def _named(self, table: str, field: str) -> Iterable[Any]:
        at = FIELDS[table].index(field)
        return (row[at] for row in self.world.tables[table] if row[at] is not None)

    @staticmethod
    def _complete(what: str, wanted: set[Any], found: dict[Any, int]) -> dict[Any, int]:
        if missing := wanted - found.keys():
            raise LookupError(f"Data acuan {what} tidak lengkap: {sorted(missing)[:5]}. Jalankan dahulu migrasi.")
        return found
