"""The app role seals, and can rewrite nothing that is sealed."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import Error, connection
from django.db.utils import ProgrammingError

from tests.support import records
from tests.support.records import TABLE
from wisely_security.core.request_context import acting_as

from .tampering import APPEND_ONLY, SEALED, as_owner, sealed_events

pytestmark = pytest.mark.usefixtures("database")
HASH = b"\1" * 32


def as_app(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with acting_as(support=True), connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall()) if cursor.description else []


@pytest.mark.parametrize("table", [*SEALED, *APPEND_ONLY, "ledger_projector"])
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "TRUNCATE {}", "INSERT INTO {} DEFAULT VALUES"])
def test_tables_are_read_only(table: str, statement: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        as_app(statement.format(table))


def test_columns_are_read_only() -> None:
    for table, column in (("ledger_log", "size"), ("ledger_sealed", "hashes"), ("ledger_checkpoint", "root")):
        with pytest.raises(ProgrammingError, match="permission denied"):
            as_app(f"UPDATE {table} SET {column} = {column}")


def test_the_owner_does_not_rewrite_checkpoints_by_accident() -> None:
    sealed_events(3, 1)
    for table in ("ledger_checkpoint", "ledger_removal", "ledger_verification"):
        with pytest.raises(ProgrammingError, match="append-only"):
            as_owner(f"DELETE FROM {table}")


@pytest.mark.parametrize("first", [0, 2, 4, 250])
def test_leaves_are_appended_where_the_log_ends(first: int) -> None:
    tenant, ids = sealed_events(3, 1)
    with pytest.raises(Error, match="Leaves are appended where a log ends"):
        as_app(
            "SELECT ledger_append_leaves(%s, %s::uuid[], %s, %s::bigint[], %s, %s, %s, %s)",
            *(TABLE, [tenant], ["x"], [first], ["{1}"], [f"{{{ids[0]}}}"], [b"\0" * 16], [HASH]),
        )
    assert as_owner("SELECT size FROM ledger_log") == [(3,)]


def test_tiles_grow_with_their_log() -> None:
    tenant, _ = sealed_events(300, 1)
    for level, number in ((1, 0), (1, 1), (2, 0)):
        with pytest.raises(Error, match="Tiles grow with their log"):
            as_app(
                "SELECT ledger_append_tiles(%s, %s::uuid[], %s, %s::bigint[], %s)",
                *(TABLE, [tenant], [level], [number], [HASH]),
            )


@pytest.mark.parametrize("size", [2, 3, 4])
def test_a_log_has_one_checkpoint_of_a_size(size: int) -> None:
    tenant, _ = sealed_events(3, 1)
    with pytest.raises(Error, match=r"A checkpoint is of the size of its log|duplicate key"):
        as_app(
            "SELECT ledger_append_checkpoints(%s, %s::uuid[], %s::bigint[], %s, %s, %s, %s)",
            *(TABLE, [tenant], [size], [HASH * size.bit_count()], [HASH], ["note"], 7),
        )


def test_the_sealer_goes_neither_back_nor_ahead() -> None:
    sealed_events(3, 1)
    for until in (0, 1 << 60):
        with pytest.raises(Error, match="The sealer goes on where it ended"):
            as_app("SELECT ledger_end_sealing(%s, %s, NULL, NULL)", TABLE, until)


def test_nothing_but_a_record_is_sealed() -> None:
    with pytest.raises(Error, match="is no record"):
        as_app("SELECT ledger_begin_sealing('tenancy_user', 1)")


def test_a_tenant_reads_its_own_log_alone() -> None:
    tenant, _ = sealed_events(3, 1)
    other = records.a_tenant()
    for table in (*SEALED[:2], "ledger_checkpoint"):
        for scope, number in ((tenant, 1), (other, 0), (None, 0)):
            with acting_as(tenant_id=scope), connection.cursor() as cursor:
                cursor.execute(f"SELECT count(*) FROM {table}")
                assert cursor.fetchone() == (number,)
