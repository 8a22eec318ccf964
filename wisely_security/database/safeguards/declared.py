"""What the app role may do with a table and which rows it sees, where that differs from an ordinary record of a tenant.

A table with a ``tenant_id`` that nobody declares is an ordinary record: its own tenant and support see and change it.
The SQL itself is in migrations; a difference between the two fails ``manage.py check --database default``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured

OF_TENANT_OR_SUPPORT = "tenant_id = (SELECT wisely_tenant()) OR (SELECT wisely_support())"


@dataclass(frozen=True, slots=True)
class Policy:
    """A permissive policy. ``command``: SELECT, INSERT, UPDATE, DELETE or ALL. ``for_owner``: for the owner alone."""

    command: str
    using: str = ""
    check: str = ""
    for_owner: bool = False


OWN_TENANT = Policy("ALL", OF_TENANT_OR_SUPPORT)
READ_OWN_TENANT = Policy("SELECT", OF_TENANT_OR_SUPPORT)
SUPPORT_READS = Policy("SELECT", "(SELECT wisely_support())")
FOR_OWNER = Policy("ALL", "true", for_owner=True)
OWNER_APPENDS = Policy("INSERT", check="true", for_owner=True)


def by_lookup_key(*conditions: str) -> Policy:
    """The one row that a visitor names before a tenant is known: by an expression over its columns."""
    return Policy("SELECT", " OR ".join(f"{condition} = (SELECT wisely_credential())" for condition in conditions))


@dataclass(frozen=True, slots=True)
class Guard:
    """A trigger that must be there and enabled. ``kind``: its tgtype. ``always``: in every replication role."""

    name: str
    function: str
    kind: int
    always: bool = False
    optional: bool = False


APPEND_ONLY = Guard("append_only", "ledger_refuse_change", 58)  # BEFORE UPDATE OR DELETE OR TRUNCATE, per statement


@dataclass(frozen=True, slots=True)
class Table:
    """``policies``: None for a table without row-level security, which holds nothing of a tenant. ``grants``: to the
    app role. ``insert_columns``: those that it may insert, where it has no INSERT on the whole table.
    ``tenant_column``: "" where rows are of no tenant. ``guards``: of the table and of each of its partitions; then it
    has no other triggers but those of residence. ``guarded``: whoever writes rows of a tenant that does not live in
    this database is refused (``residence.py``); not where rows are derived from events, which are guarded.
    ``moved``: rows go with their tenant to another cell; those that nobody misses there stay behind.
    ``live``: rows go while everybody works, for they grow with events. Only for tables that the owner alone writes, and
    where nothing in the other cell takes up or changes what it finds before the tenant lives there.
    """

    policies: frozenset[Policy] | None = frozenset({OWN_TENANT})
    grants: frozenset[str] = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"})
    insert_columns: Callable[[], Iterable[str]] = tuple
    tenant_column: str = "tenant_id"
    guards: tuple[Guard, ...] = ()
    guarded: bool = True
    moved: bool = True
    live: bool = False


_tables: dict[str, Table] = {}
_functions: set[str] = set()
_same_tenant_exempt: set[tuple[str, str]] = set()
_examined_elsewhere: list[Callable[[str], bool]] = []


def table(
    name: str,
    *,
    policies: Iterable[Policy] | None = (OWN_TENANT,),
    grants: str = "SELECT INSERT UPDATE DELETE",
    insert_columns: Callable[[], Iterable[str]] = tuple,
    tenant_column: str = "tenant_id",
    guards: Iterable[Guard] = (),
    guarded: bool = True,
    moved: bool = True,
    live: bool = False,
) -> None:
    """Declare a table that is no ordinary record. ``grants``: names between spaces."""
    if name in _tables:
        raise ImproperlyConfigured(f"The table {name} is declared twice.")
    _tables[name] = Table(
        policies if policies is None else frozenset(policies),
        frozenset(grants.split()),
        insert_columns,
        tenant_column,
        tuple(guards),
        guarded and tenant_column != "",
        moved,
        live,
    )


def shared(*names: str, grants: str = "SELECT") -> None:
    """Declare tables that hold nothing of any tenant."""
    for name in names:
        table(name, policies=None, grants=grants, tenant_column="")


def function(*names: str) -> None:
    """Declare functions that the app role runs with the rights of the owner."""
    _functions.update(names)


def reference_across_tenants(name: str, column: str) -> None:
    """Declare a foreign key that leads to another tenant on purpose."""
    _same_tenant_exempt.add((name, column))


def examined_elsewhere(belongs: Callable[[str], bool]) -> None:
    """Leave tables out, by name, which have rules of their own."""
    _examined_elsewhere.append(belongs)


def declared(name: str) -> Table | None:
    return _tables.get(name)


def functions() -> frozenset[str]:
    return frozenset(_functions)


def leads_across_tenants(name: str, column: str) -> bool:
    return (name, column) in _same_tenant_exempt


def is_examined_elsewhere(name: str) -> bool:
    return any(belongs(name) for belongs in _examined_elsewhere)
