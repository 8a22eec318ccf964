"""Notes of which rows change: triggers that stand while a family is on its way."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from wisely_security.ledger.months.locks import with_lock_retry

from ..at import ask, at
from ..moves import Move
from ..tables import Moved

PREFIX = "moving_"


def watch(move: Move, tables: Sequence[Moved]) -> None:
    """A trigger waits for those who write to its table, briefly and again, so none of them is passed over. What other
    tenants write costs a comparison."""
    with at(move.source):
        for table in tables:
            for name, event, row in ((_written(move), "INSERT OR UPDATE", "NEW"), (_gone(move), "DELETE", "OLD")):
                with_lock_retry(
                    f"CREATE OR REPLACE TRIGGER {name} AFTER {event} ON {table.name} FOR EACH ROW "
                    f"WHEN ({row}.{table.tenant} = ANY ('{{{','.join(map(str, move.tenants))}}}'::uuid[])) "
                    f"EXECUTE FUNCTION moving_note({', '.join(repr(column) for column in table.key)})"
                )


def unwatch(move: Move) -> None:
    with at(move.source):
        standing = ask(
            "SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE tgname = ANY (%s) ORDER BY 2, 1",
            [_written(move), _gone(move)],
        )
        for name, table in standing:
            with_lock_retry(f"DROP TRIGGER IF EXISTS {name} ON {table}")
        forget(move.tenants)


def forget(tenants: Sequence[UUID], name: str | None = None) -> None:
    """Notes of one table, or of all."""
    ask("DELETE FROM moving_changed WHERE tenant = ANY (%s) AND name = coalesce(%s, name)", list(tenants), name)


def _written(move: Move) -> str:
    return f"{PREFIX}written_{move.id.hex}"


def _gone(move: Move) -> str:
    return f"{PREFIX}gone_{move.id.hex}"
