"""What has become of a record's columns since an archive was written: how its lines are loaded into the table of today.

Migrations record what was renamed, removed and added since. A column that the archive does not have gets the value that
the events in the database got when it was added, or would have got (``_value_for``; docs/operating/retention.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.migrations import AddField, RemoveField, RenameField, SeparateDatabaseAndState
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.recorder import MigrationRecorder

from ...models import Archive, event_model
from ..errors import ArchiveError

# Where no value is known: by the kind of type (pg_type.typcategory), or by its name.
EMPTY = {
    "S": "",
    "N": 0,
    "B": False,
    "A": "{}",
    "jsonb": "{}",
    "json": "{}",
    "uuid": "00000000-0000-0000-0000-000000000000",
}

_LIVE = """
    SELECT attname, attnotnull, attgenerated <> '', typname, typcategory::text, pg_get_expr(adbin, adrelid),
           (SELECT (attmissingval::text::text[])[1]
            FROM pg_attribute AS older JOIN pg_inherits ON inhrelid = attrelid JOIN pg_class ON pg_class.oid = attrelid
            WHERE inhparent = a.attrelid AND older.attname = a.attname AND older.atthasmissing ORDER BY relname LIMIT 1)
    FROM pg_attribute AS a JOIN pg_type ON pg_type.oid = atttypid
    LEFT JOIN pg_attrdef ON adrelid = a.attrelid AND adnum = a.attnum
    WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT attisdropped ORDER BY a.attnum
"""


@dataclass(frozen=True, slots=True)
class _Column:
    """``default``: as SQL. ``earlier``: the value of rows that are older than the column, where it is known."""

    name: str
    required: bool
    generated: bool
    type: str
    category: str
    default: str | None
    earlier: str | None


@dataclass(frozen=True, slots=True)
class Loading:
    """``columns``: what each of an archive's values goes to. ``left_out``: of these, by the name they had, columns that
    are there for the load alone. ``values``: of columns that the archive has not; ``defaults``: their own, as SQL."""

    columns: list[str] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    defaults: dict[str, str | None] = field(default_factory=dict)
    added: list[str] = field(default_factory=list)

    def before(self, table: str) -> Iterator[tuple[str, list[Any]]]:
        """Statements that prepare a table like the record's for the archive's lines."""
        for name in self.left_out.values():
            yield f"ALTER TABLE {table} ADD {_quoted(name)} text", []
        for name, value in self.values.items():
            yield f"ALTER TABLE {table} ALTER {_quoted(name)} SET DEFAULT %s", [value]

    def after(self, table: str) -> Iterator[tuple[str, list[Any]]]:
        """And that leave it like the record's."""
        for name in self.left_out.values():
            yield f"ALTER TABLE {table} DROP {_quoted(name)}", []
        for name, default in self.defaults.items():
            yield (
                f"ALTER TABLE {table} ALTER {_quoted(name)} {f'SET DEFAULT {default}' if default else 'DROP DEFAULT'}",
                [],
            )

    @property
    def target(self) -> str:
        return ", ".join(map(_quoted, self.columns))


def loading(archive: Archive, columns: Iterable[str]) -> Loading:
    """Raises ArchiveError where it is not known what became of a column, or which value one has."""
    with connection.cursor() as cursor:
        cursor.execute(_LIVE, [archive.events])
        live = {row[0]: _Column(*row) for row in cursor.fetchall()}
    since = list(_operations_since(archive))
    found = Loading()
    names = {name: _name_now(name, since) for name in map(_unquoted, columns)}
    new = [each for each in live.values() if not each.generated and each.name not in names.values()]
    added = {operation.name for operation in since if isinstance(operation, AddField)}
    unexplained = [name for name, now in names.items() if now and now not in live]
    if unexplained and (candidates := [each.name for each in new if each.name not in added]):
        raise ArchiveError(
            f"It has columns that the record no longer has: {', '.join(sorted(unexplained))}. Whether "
            f"they are now called {', '.join(sorted(candidates))} or were removed must be recorded by a migration "
            "(RenameField, RemoveField) that was applied after the archive was written."
        )
    for name, now in names.items():
        if now is not None and now in live and not live[now].generated:
            found.columns.append(now)
        else:
            found.left_out[name] = f"archived {name}"[:60]
            found.columns.append(found.left_out[name])
    for column in new:
        found.added.append(column.name)
        value = _value_for(column, archive.events, since)
        if value is not None:
            found.values[column.name] = value
            found.defaults[column.name] = column.default
    return found


def _operations_since(archive: Archive) -> Iterator[Operation]:
    """What applied migrations have done to the record's columns since the archive was written, in their order."""
    model = event_model(archive.events)
    loader = MigrationLoader(connection)
    applied = MigrationRecorder(connection).applied_migrations()
    later = sorted((it.applied, key) for key, it in applied.items() if it.applied > archive.archived_at)
    for _, key in later:
        if key[0] == model._meta.app_label and key in loader.disk_migrations:
            for operation in _flat(loader.disk_migrations[key].operations):
                if getattr(operation, "model_name_lower", "") == model._meta.model_name:
                    yield operation


def _flat(operations: Iterable[Operation]) -> Iterator[Operation]:
    for operation in operations:
        if isinstance(operation, SeparateDatabaseAndState):
            yield from _flat(operation.state_operations)
        else:
            yield operation


def _name_now(name: str, since: list[Operation]) -> str | None:
    """None: it was removed."""
    now: str | None = name
    for operation in since:
        if isinstance(operation, RenameField) and operation.old_name == now:
            now = operation.new_name
        elif isinstance(operation, RemoveField) and operation.name == now:
            now = None
    return now


def _value_for(column: _Column, table: str, since: list[Operation]) -> Any:
    """The value that a column without one gets; None: the default that the database has, or NULL. In this order: what
    events older than the column have; the default in the database; that of the migration which added it, or of the
    model; nothing, where that is allowed; the empty value of its type."""
    if column.earlier is not None:
        return column.earlier
    if column.default is not None:
        return None
    fields = [
        operation.field for operation in since if isinstance(operation, AddField) and operation.name == column.name
    ]
    fields += [each for each in event_model(table)._meta.concrete_fields if each.column == column.name]
    for each in fields:
        if each.has_default():
            return each.get_db_prep_save(each.get_default(), connection)
    if not column.required:
        return None
    empty = EMPTY.get(column.type, EMPTY.get(column.category))
    if empty is None:
        raise ArchiveError(
            f"It has no {column.name}, which each event needs now, and no default gives a value to events without it. "
            f"Name one for the time of the restore: ALTER TABLE {table} ALTER {column.name} SET DEFAULT …"
        )
    return empty


def _unquoted(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
