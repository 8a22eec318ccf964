"""Which tables have something of a tenant, and how a row of one is read so that it means the same in another cell.

All that are declared as tables with tenants move, but for those that say they do not (``declared.table(moved=False)``):
what is derived from events moves as it is, so nothing is derived twice. Numbers of transactions belong to a server.
What arrives gets numbers below all of the target's, in the same order: logs verify, and projectors pass it over.
"""

from __future__ import annotations

from dataclasses import dataclass

from wisely_security.database.safeguards import tables as safeguards
from wisely_security.database.safeguards.declared import APPEND_ONLY
from wisely_security.ledger.months.partitions import event_tables

from .at import ask

BEFORE_ALL = 1 << 48  # more transactions than a server ever has; a tenant may move some thousand times
_NUMBERS = frozenset({"tx", "first_tx", "last_tx", "next_tx"})


@dataclass(frozen=True, slots=True)
class Moved:
    """``tenant``: the column with the tenant's key. ``columns``: with what to read each as. ``key``: its primary key,
    with the type of each column. ``live``: see ``declared.Table``. ``append_only``: what is there can't be replaced."""

    name: str
    tenant: str
    columns: dict[str, str]
    key: dict[str, str]
    live: bool = False
    append_only: bool = False

    @property
    def arriving(self) -> str:
        """A temporary table, of what is on its way."""
        return f"arriving_{self.name}"[:63]

    @property
    def names(self) -> str:
        return ", ".join(self.columns)

    @property
    def key_names(self) -> str:
        return ", ".join(self.key)

    def hash(self, *, arrived: bool = False) -> str:
        """Of a row, the same on both sides."""
        return f"hashtextextended(ROW({self.names if arrived else ', '.join(self.columns.values())})::text, 0)"

    def read(self, *, arrived: bool = False) -> str:
        """Its select list: as it is to arrive, or as it has."""
        return self.names if arrived else ", ".join(f"{sql} AS {name}" for name, sql in self.columns.items())


def moved_tables() -> list[Moved]:
    """But for events: those first that others refer to."""
    found = {
        relation.name: Moved(
            relation.name,
            table.tenant_column,
            _columns(relation.name),
            _key(relation.name),
            live=table.live,
            append_only=APPEND_ONLY in table.guards,
        )
        for relation, table in safeguards.of_tenants()
        if relation.kind == "r" and table.moved and table.tenant_column and table.policies is not None
    }
    order: list[str] = []
    referred = _referred()
    while len(order) < len(found):
        missing = found.keys() - {*order}
        ready = [name for name in missing if not (referred.get(name, set()) & missing) - {name}]
        order += sorted(ready or missing)  # in a circle, of keys that are checked in the end
    return [found[name] for name in order]


def moved_events() -> list[Moved]:
    return [Moved(name, "tenant_id", _columns(name), _key(name)) for name in event_tables()]


def _referred() -> dict[str, set[str]]:
    """To which tables the keys of a table lead that are checked at once."""
    rows = ask(
        "SELECT conrelid::regclass::text, array_agg(confrelid::regclass::text) FROM pg_constraint "
        "WHERE contype = 'f' AND NOT condeferrable GROUP BY 1"
    )
    return {name: set(others) for name, others in rows}


def _columns(table: str) -> dict[str, str]:
    """But for generated ones."""
    rows = ask(
        "SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 "
        "AND NOT attisdropped AND attgenerated = '' ORDER BY attnum",
        table,
    )
    return {name: _expression(name) for (name,) in rows}


def _key(table: str) -> dict[str, str]:
    return dict(
        ask(
            "SELECT quote_ident(attname), format_type(atttypid, atttypmod) FROM pg_constraint "
            "JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY (conkey) "
            "WHERE conrelid = %s::regclass AND contype = 'p' ORDER BY array_position(conkey, attnum)",
            table,
        )
    )


def _expression(column: str) -> str:
    if column in _NUMBERS:
        return f"{column} - {BEFORE_ALL}"
    if column == "published":
        return "0"  # the target has checkpoint files of its own, and writes all of the log's into them
    if column == "txs":
        leaves = "unnest(txs) WITH ORDINALITY AS leaf (it, place)"
        return f"(SELECT array_agg(it - {BEFORE_ALL} ORDER BY place) FROM {leaves})"  # noqa: S608
    return column
