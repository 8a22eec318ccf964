"""Whether anything was written in a cell: by count and hash of every table's rows, or in the test's own transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from django.db import connection

from wisely_security.database.cells.routing import in_cell
from wisely_security.moving.at import ask, at

Contents = dict[str, tuple[int, int]]
DIRECTORY = frozenset({"cells_directory_tenant", "cells_directory_address"})
_TABLES = "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
_WRITTEN = (
    "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables "
    "WHERE n_tup_ins + n_tup_upd + n_tup_del > 0"
)


def contents(cell: str, *, but: Collection[str] = DIRECTORY) -> Contents:
    """Of each table, partitions by themselves: how many rows it has, and a hash over them."""
    with at(cell):
        tables = [name for (name,) in ask(_TABLES) if name not in but]
        each = (
            f"SELECT '{it}', count(*), coalesce(sum(hashtextextended({it}::text, 0)), 0) FROM {it}" for it in tables
        )
        return {name: (int(count), int(value)) for name, count, value in ask(" UNION ALL ".join(each))}


@contextmanager
def untouched(cell: str) -> Iterator[None]:
    """Nothing that the block commits is written there. Rows of the directory are its own business."""
    before = contents(cell)
    yield
    after = contents(cell)
    assert {name: after[name] for name in after if after[name] != before.get(name)} == {}


def written(cell: str) -> dict[str, int]:
    """How many rows of each table the transaction that is open there has written."""
    with in_cell(cell), connection.cursor() as cursor:
        cursor.execute(_WRITTEN)
        return {name: number for name, number in cursor.fetchall() if name not in DIRECTORY}


@contextmanager
def untouched_so_far(cell: str) -> Iterator[None]:
    """The same of a block that is rolled back."""
    before = written(cell)
    yield
    assert written(cell) == before
