"""Migration operations for tables that hold a tenant's data. What one of them does never changes: applied migrations
use it. Another need is another argument, or another operation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.backends.utils import truncate_name
from django.db.migrations import AddField
from django.db.migrations.operations.base import Operation
from django.db.models import Value

from .roles import app_role

LONGEST_NAME = 63  # of PostgreSQL


class _OfTable(Operation):
    """Statements about the table of a model, which Django's state knows nothing of."""

    reduces_to_sql = True
    reversible = True

    def __init__(self, model_name: str) -> None:
        self.model_name = model_name

    def state_forwards(self, app_label: str, state: Any) -> None:
        pass

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self._run(app_label, schema_editor, to_state, self.forwards)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self._run(app_label, schema_editor, from_state, self.backwards)

    def _run(self, app_label: str, schema_editor: Any, state: Any, statements: Any) -> None:
        model = state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            for statement in statements(model):
                schema_editor.execute(statement, params=None)

    def forwards(self, model: Any) -> Iterator[str]:
        raise NotImplementedError

    def backwards(self, model: Any) -> Iterator[str]:
        raise NotImplementedError


class SameTenantKey(_OfTable):
    """What the field refers to is of the row's own tenant. For a field added to a table that is a TenantTable already.

    ``cascade``: the row is deleted with it, by the database.
    """

    def __init__(self, model_name: str, field: str, *, cascade: bool = False) -> None:
        super().__init__(model_name)
        self.field = field
        self.cascade = cascade

    def forwards(self, model: Any) -> Iterator[str]:
        yield _add_key(model._meta.get_field(self.field), self.cascade)

    def backwards(self, model: Any) -> Iterator[str]:
        yield _drop_key(model._meta.get_field(self.field))

    def describe(self) -> str:
        return f"Keep {self.model_name}.{self.field} within the tenant"


class TenantTable(_OfTable):
    """Make the table of a model one of tenants, after its CreateModel. The model has a foreign key ``tenant``.

    Row-level security binds everybody, the owner too: a tenant sees and changes its own rows, support those of all.
    Whatever of a tenant a row refers to is of the same tenant. ``grants``: what the app role may do.
    ``lookup_keys``: columns of which a visitor names one before a tenant is known. ``cascade``: foreign keys with
    whose target the row is deleted, by the database.

    Grants and keys other than the usual ones are declared in the app's safeguards.py as well, which the system checks
    compare with the database.
    """

    def __init__(
        self,
        model_name: str,
        *,
        grants: str = "SELECT INSERT UPDATE DELETE",
        lookup_keys: Iterable[str] = (),
        cascade: Iterable[str] = (),
    ) -> None:
        super().__init__(model_name)
        self.grants = grants
        self.lookup_keys = tuple(lookup_keys)
        self.cascade = tuple(cascade)

    def forwards(self, model: Any) -> Iterator[str]:
        table = model._meta.db_table
        yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY"
        own = "tenant_id = (SELECT wisely_tenant()) OR (SELECT wisely_support())"
        yield f"CREATE POLICY own_tenant ON {table} USING ({own})"
        if self.lookup_keys:
            named = " OR ".join(f"{column}::text = (SELECT wisely_credential())" for column in self.lookup_keys)
            yield f"CREATE POLICY by_lookup_key ON {table} FOR SELECT USING ({named})"
        yield f"ALTER TABLE {table} ADD CONSTRAINT {_unique(table)} UNIQUE (tenant_id, id)"
        for field in _references(model):
            yield _add_key(field, field.name in self.cascade)
        yield f"GRANT {', '.join(self.grants.split())} ON {table} TO {app_role()}"

    def backwards(self, model: Any) -> Iterator[str]:
        table = model._meta.db_table
        yield f"REVOKE ALL ON {table} FROM {app_role()}"
        for field in _references(model):
            yield _drop_key(field)
        yield f"ALTER TABLE {table} DROP CONSTRAINT {_unique(table)}"
        if self.lookup_keys:
            yield f"DROP POLICY by_lookup_key ON {table}"
        yield f"DROP POLICY own_tenant ON {table}"
        yield f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY"

    def describe(self) -> str:
        return f"Keep the rows of {self.model_name} within their tenants"


class GuardedTable(_OfTable):
    """Refuse rows of tenants that live in another database (``safeguards/residence.py``). For each new TenantTable, and
    each new event table; those of before are guarded by a migration of ``cells``, which this one depends on."""

    def forwards(self, model: Any) -> Iterator[str]:
        yield f"SELECT cells_guard('{model._meta.db_table}')"

    def backwards(self, model: Any) -> Iterator[str]:
        for name in ("residence", "residence_of_row"):
            yield f"DROP TRIGGER IF EXISTS {name} ON {model._meta.db_table}"

    def describe(self) -> str:
        return f"Refuse rows of {self.model_name} whose tenant lives elsewhere"


def _references(model: Any) -> list[Any]:
    """Foreign keys to what belongs to tenants."""
    keys = [field for field in model._meta.local_fields if field.many_to_one or field.one_to_one]
    return [field for field in keys if any(each.name == "tenant" for each in field.related_model._meta.local_fields)]


def _unique(table: str) -> str:
    return truncate_name(f"{table}_tenant_id_id_key", LONGEST_NAME)


def _key(field: Any) -> str:
    return truncate_name(f"{field.model._meta.db_table}_tenant_id_{field.column}_fkey", LONGEST_NAME)


def _add_key(field: Any, cascade: bool) -> str:
    return (
        f"ALTER TABLE {field.model._meta.db_table} ADD CONSTRAINT {_key(field)} "
        f"FOREIGN KEY (tenant_id, {field.column}) "
        f"REFERENCES {field.related_model._meta.db_table} (tenant_id, id) "
        f"{'ON DELETE CASCADE' if cascade else 'DEFERRABLE INITIALLY DEFERRED'}"
    )


def _drop_key(field: Any) -> str:
    return f"ALTER TABLE {field.model._meta.db_table} DROP CONSTRAINT {_key(field)}"


class AddEventColumn(AddField):
    """Add a column to a record: AddField, and the right of the app role to write it where the app role appends events.

    The field has a ``db_default``, which is a value and never changes: events of before have it, and so have archived
    ones that come back. The leaf of an event that has it is as it was without the column (``sealed_columns.py``).
    """

    def __init__(self, model_name: str, name: str, field: Any) -> None:
        if not field.has_db_default():
            raise ValueError(
                f"{model_name}.{name} needs a db_default, for the events that are there already (None for NULL)."
            )
        if hasattr(field.db_default, "resolve_expression") and not isinstance(field.db_default, Value):
            raise ValueError(f"The db_default of {model_name}.{name} must be a value, the same for all events.")
        super().__init__(model_name, name, field)

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        super().database_forwards(app_label, schema_editor, from_state, to_state)
        model = to_state.apps.get_model(app_label, self.model_name)
        if not self.allow_migrate_model(schema_editor.connection.alias, model):
            return
        table, column = model._meta.db_table, model._meta.get_field(self.name).column
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("SELECT has_column_privilege(%s, %s, 'tenant_id', 'INSERT')", [_plain(app_role()), table])
            [appends] = cursor.fetchone()
        if appends:
            schema_editor.execute(f"GRANT INSERT ({column}) ON {table} TO {app_role()}", params=None)


def _plain(quoted: str) -> str:
    return quoted.strip('"').replace('""', '"')
