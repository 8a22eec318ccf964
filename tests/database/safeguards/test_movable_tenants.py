"""What keeps a tenant movable to another server (docs/why/decisions/0007-one-database.md), asked of the live catalogue.

That references stay in their tenant is a system check, E019.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from wisely_security.ledger.months.partitions import event_tables

pytestmark = pytest.mark.django_db


def growing() -> list[str]:
    """The tables that grow with events: the events themselves, and what is derived from them."""
    derived = """
        SELECT attrelid::regclass::text FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
        WHERE relkind IN ('r', 'p') AND relname ~ '^ledger_' AND attname = 'tenant_id' AND NOT attisdropped
    """
    with connection.cursor() as cursor:
        cursor.execute(derived)
        return [*event_tables(), *(name for (name,) in cursor.fetchall())]


def query(sql: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"tables": growing()})
        return list(cursor.fetchall())


def test_events_are_among_them_and_so_is_what_is_derived() -> None:
    assert set(event_tables()) < set(growing())


def test_every_key_leads_with_the_tenant() -> None:
    leading = """
        SELECT indrelid::regclass::text, attname::text
        FROM pg_index LEFT JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0]
        WHERE indrelid = ANY(%(tables)s::regclass[]) AND indisunique
    """
    assert set(query(leading)) == {(table, "tenant_id") for table in growing()}


def test_they_have_no_foreign_keys_in_either_direction() -> None:
    references = """
        SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint
        WHERE contype = 'f' AND (conrelid = ANY(%(tables)s::regclass[]) OR confrelid = ANY(%(tables)s::regclass[]))
    """
    assert query(references) == []


def test_no_column_takes_a_number_from_a_sequence() -> None:
    numbered = """
        SELECT attrelid::regclass::text, attname::text FROM pg_attribute
        LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        WHERE attrelid = ANY(%(tables)s::regclass[])
          AND (attidentity <> '' OR pg_get_expr(adbin, adrelid) LIKE '%%nextval%%')
    """
    assert query(numbered) == []
