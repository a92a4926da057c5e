"""What migrations need of PostgreSQL: periods, ltree, tenant tables with row security, keys inside one agency."""

from typing import Any

from django.contrib.postgres.fields import DateRangeField, IntegerRangeField
from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import Func, Lookup

from asnhr.crypto import EncryptedTextField

__all__ = [
    "DateSpan",
    "EncryptedTextField",
    "LtreeField",
    "NationalForeignKey",
    "ProvenReferences",
    "TenantForeignKey",
    "TenantKey",
    "TenantTable",
]

# '' and unset both mean "no scope"; comparison with NULL then admits no row.
CURRENT_AGENCY = "NULLIF(current_setting('asnhr.agency', true), '')::bigint"
CURRENT_USER = "NULLIF(current_setting('asnhr.user', true), '')::bigint"


class DateSpan(Func):
    """The period [starts_on, ends_on) as a range, for exclusion constraints and overlap filters."""

    function = "DATERANGE"
    output_field = DateRangeField()


class NumberSpan(Func):
    """The numbers from the first to the last as a range, for exclusion constraints; the third argument: "[]"."""

    function = "INT4RANGE"
    output_field = IntegerRangeField()


class LtreeField(models.CharField):
    """A path of unit ids, root first; kept by a trigger, never written by Python."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 1000)
        super().__init__(*args, **kwargs)

    def db_type(self, connection: Any) -> str:
        return "ltree"


@LtreeField.register_lookup
class UnderPath(Lookup):
    """`path__under="1.7"`: the node itself and all below it."""

    lookup_name = "under"

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        lhs, lhs_params = self.process_lhs(compiler, connection)
        rhs, rhs_params = self.process_rhs(compiler, connection)
        return f"{lhs} <@ ({rhs})::ltree", [*lhs_params, *rhs_params]

    def get_prep_lookup(self) -> Any:
        return self.rhs


@LtreeField.register_lookup
class OverPath(Lookup):
    """`path__over=OuterRef("path")`: the node itself and all above it."""

    lookup_name = "over"

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        lhs, lhs_params = self.process_lhs(compiler, connection)
        rhs, rhs_params = self.process_rhs(compiler, connection)
        return f"{lhs} @> ({rhs})::ltree", [*lhs_params, *rhs_params]

    def get_prep_lookup(self) -> Any:
        return self.rhs


@LtreeField.register_lookup
class UnderAnyPath(Lookup):
    """`path__under_any=["1.7", "1.9"]`: in the subtree of any of them; an empty list matches nothing."""

    lookup_name = "under_any"

    def get_prep_lookup(self) -> Any:
        return list(self.rhs)

    def get_db_prep_lookup(self, value: Any, connection: Any) -> Any:
        return "%s", [value]

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        lhs, lhs_params = self.process_lhs(compiler, connection)
        return f"{lhs} <@ (%s)::ltree[]", [*lhs_params, list(self.rhs)]


class TenantForeignKey(models.ForeignKey):
    """A foreign key inside one agency. The database key is `(agency_id, x_id) → (agency_id, id)`, made by
    `TenantTable`: a plain one would let agency 1 point at, and block, agency 2's row.

    Where an index or constraint begins with (agency, x), say `db_index=False`: row security adds the agency to every
    query, so the composite one serves, and a bulk write keeps one index less.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["db_constraint"] = False
        super().__init__(*args, **kwargs)


class NationalForeignKey(models.ForeignKey):
    """A reference from a tenant table that is written in bulk to a national table, proven by `ProvenReferences`.

    A key of PostgreSQL is checked row by row: 10 µs each, 80,000 of them in a file of 20,000 people. Rows of national
    tables are never deleted, so it is enough to look once a statement whether what was written is there.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs |= {"db_constraint": False, "db_index": False, "on_delete": models.PROTECT}
        super().__init__(*args, **kwargs)


def _is_tenant(model: type[models.Model]) -> bool:
    return any(field.name == "agency" for field in model._meta.get_fields() if field.concrete)


def _key_name(table: str, column: str) -> str:
    return f"{table}_{column}"[:52] + "_in_agency"


class TenantKey(Operation):
    """Add the composite key of one TenantForeignKey that a later migration brings."""

    reduces_to_sql = True
    reversible = True

    def __init__(self, model: str, field: str) -> None:
        self.model, self.field = model, field

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Nothing: the field itself is in the state already."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model)
        field: Any = model._meta.get_field(self.field)
        table, target = model._meta.db_table, field.related_model._meta.db_table
        schema_editor.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT {_key_name(table, field.column)} "
            f"FOREIGN KEY (agency_id, {field.column}) REFERENCES {target} (agency_id, id) DEFERRABLE INITIALLY DEFERRED"
        )

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        model = from_state.apps.get_model(app_label, self.model)
        table, column = model._meta.db_table, model._meta.get_field(self.field).column
        schema_editor.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {_key_name(table, column)}")

    def describe(self) -> str:
        return f"Key of {self.model}.{self.field} inside the agency"


class TenantTable(Operation):
    """Wall a tenant table: forced row security, `UNIQUE (agency_id, id)`, composite keys of its TenantForeignKeys.

    `also_own_user`: rows of the signed-in user are readable without an agency (a user's own scopes, at login).
    List targets before the tables that point at them.
    """

    reduces_to_sql = True
    reversible = True

    def __init__(self, model: str, also_own_user: bool = False) -> None:
        self.model, self.also_own_user = model, also_own_user

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Nothing: row security is not part of Django's state."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model)
        table = model._meta.db_table
        run = schema_editor.execute
        # The keys that follow must not wait for the deferred ones of rows written in this same migration.
        run("SET CONSTRAINTS ALL IMMEDIATE")
        run(f"ALTER TABLE {table} ADD CONSTRAINT {table[:52]}_agency_key UNIQUE (agency_id, id)")
        run(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        run(
            f"CREATE POLICY in_agency ON {table} "
            f"USING (agency_id = {CURRENT_AGENCY}) WITH CHECK (agency_id = {CURRENT_AGENCY})"
        )
        if self.also_own_user:
            run(f"CREATE POLICY own ON {table} FOR SELECT USING (user_id = {CURRENT_USER})")
        for field in model._meta.local_fields:
            if isinstance(field, TenantForeignKey):
                TenantKey(self.model, field.name).database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        model = from_state.apps.get_model(app_label, self.model)
        table = model._meta.db_table
        for field in model._meta.local_fields:
            if isinstance(field, TenantForeignKey):
                TenantKey(self.model, field.name).database_backwards(app_label, schema_editor, from_state, to_state)
        schema_editor.execute(f"DROP POLICY in_agency ON {table}")
        if self.also_own_user:
            schema_editor.execute(f"DROP POLICY own ON {table}")
        schema_editor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY")
        schema_editor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {table[:52]}_agency_key CASCADE")

    def describe(self) -> str:
        return f"Row security and keys inside the agency for {self.model}"


class ProvenReferences(Operation):
    """Replace the keys of a table's NationalForeignKeys by one look a statement, and keep the rows they point at."""

    reduces_to_sql = True
    reversible = True

    def __init__(self, model: str) -> None:
        self.model = model

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Nothing: triggers are not part of Django's state."""

    def _fields(self, app_label: str, state: ProjectState) -> tuple[str, list[Any]]:
        model = state.apps.get_model(app_label, self.model)
        return model._meta.db_table, [f for f in model._meta.local_fields if isinstance(f, NationalForeignKey)]

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        table, fields = self._fields(app_label, to_state)
        wanted = []
        for field in fields:
            target, key = field.related_model._meta.db_table, field.target_field.column
            wanted += [field.column, target, key]
            schema_editor.execute(
                f"CREATE OR REPLACE TRIGGER rows_stay BEFORE DELETE OR UPDATE OF {key} ON {target}"
                " FOR EACH ROW EXECUTE FUNCTION asnhr_national_rows_stay()"
            )
            schema_editor.execute(
                f"CREATE OR REPLACE TRIGGER all_rows_stay BEFORE TRUNCATE ON {target}"
                " FOR EACH STATEMENT EXECUTE FUNCTION asnhr_national_rows_stay()"
            )
        arguments = ", ".join(f"'{name}'" for name in wanted)
        # A trigger with a transition table answers to one event.
        for event in ("INSERT", "UPDATE"):
            schema_editor.execute(
                f"CREATE TRIGGER references_proven_{event.lower()} AFTER {event} ON {table}"
                " REFERENCING NEW TABLE AS written FOR EACH STATEMENT"
                f" EXECUTE FUNCTION asnhr_prove_references({arguments})"
            )

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        table, fields = self._fields(app_label, from_state)
        for event in ("insert", "update"):
            schema_editor.execute(f"DROP TRIGGER references_proven_{event} ON {table}")
        for target in {field.related_model._meta.db_table for field in fields}:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS rows_stay ON {target}")
            schema_editor.execute(f"DROP TRIGGER IF EXISTS all_rows_stay ON {target}")

    def describe(self) -> str:
        return f"References of {self.model} to national tables, proven a statement"
