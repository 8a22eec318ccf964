"""What keeps the last step of docs/scaling.md open, asked of the live catalogue.

What grows with events could be spread over machines by tenant as it is. The rest stays on one; what of it belongs to
tenants refers to other tables by tenant as well, so that it could follow.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, connections

from wisely_security.ledger.partitions import event_tables

DOCUMENT = Path(settings.BASE_DIR, "docs", "scaling.md")

# On one machine they stay, with the reason. What is not here follows the strict rules.
ONE_MACHINE = {
    "tenancy_tenant": "the list of tenants",
    "tenancy_user": "an e-mail address signs in once on the whole platform; changes are recorded by triggers",
    "tenancy_session": "the key in a cookie finds its row before a tenant is known",
    "tenancy_role": "changes are recorded by triggers",
    "workspace_businessgroup": "changes are recorded by triggers",
    "workspace_businessgroupuser": "changes are recorded by triggers",
    "workspace_businessprofile": "changes are recorded by triggers",
    "workspace_accessaccount": "changes are recorded by triggers; an API key finds its row before a tenant is known",
    "workspace_wabanumber": "changes are recorded by triggers",
    "workspace_messagelink": "changes are recorded by triggers; a short link finds its row before a tenant is known",
    "workspace_template": "changes are recorded by triggers",
    "workspace_consentgroup": "changes are recorded by triggers",
    "audit_trail_pending": "holds what triggers of one transaction have gathered, and is empty after it",
    "login_activity_recent_failure": "a day of failed attempts, counted before a tenant is known",
    "api_keptanswer": "kept for a day, with its account",
    "outbox_notification": "kept until it is sent, with its group",
    "outbox_recipient": "kept until it is sent",
    "ledger_facets": "one row for each event table",
    "ledger_indexed_fields": "one row for each event table",
    "ledger_follower": "one row for each follower and event table",
    "ledger_archive": "one row for each month that was archived, of all tenants",
    "django_admin_log": "of support staff, who have no tenant",
    "django_content_type": "Django's own, small",
    "django_migrations": "Django's own, small",
    "auth_permission": "Django's own, empty",
    "auth_group": "Django's own, empty",
    "auth_group_permissions": "Django's own, empty",
}


def ask(sql: str, *values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [row if len(row) > 1 else row[0] for row in cursor.fetchall()]


def tables() -> set[str]:
    """Ours, without partitions."""
    ours = """
        SELECT relname FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
    """
    return set(ask(ours))


def spread() -> list[str]:
    return sorted(tables() - ONE_MACHINE.keys())


def of_tenants() -> set[str]:
    return set(
        ask("SELECT attrelid::regclass::text FROM pg_attribute WHERE attname = 'tenant_id' AND NOT attisdropped")
    )


def unique_indexes(table: str) -> list[list[str]]:
    """The columns of each; ``None`` for an expression."""
    return ask(
        """
        SELECT ARRAY(SELECT attname::text FROM unnest(indkey) WITH ORDINALITY AS key (number, place)
                     LEFT JOIN pg_attribute ON attrelid = indrelid AND attnum = number ORDER BY place)
        FROM pg_index WHERE indrelid = %s::regclass AND indisunique
        """,
        table,
    )


def foreign_keys(table: str) -> list[tuple[list[str], str, list[str]]]:
    """The columns, the table that they refer to, its columns."""
    columns = """
        ARRAY(SELECT attname::text FROM unnest({key}) WITH ORDINALITY AS key (number, place)
              JOIN pg_attribute ON attrelid = {table} AND attnum = number ORDER BY place)
    """
    here, there = columns.format(key="conkey", table="conrelid"), columns.format(key="confkey", table="confrelid")
    return ask(
        f"SELECT {here}, confrelid::regclass::text, {there} FROM pg_constraint "
        "WHERE contype = 'f' AND conrelid = %s::regclass",
        table,
    )


@pytest.mark.usefixtures("db")
def test_the_list_names_tables_that_exist() -> None:
    assert ONE_MACHINE.keys() <= tables()


@pytest.mark.usefixtures("db")
class TestWhatGrowsWithEvents:
    def test_are_the_records_and_what_is_derived_from_them(self) -> None:
        assert set(event_tables()) < set(spread())

    def test_belongs_to_a_tenant(self) -> None:
        without = """
            SELECT name FROM unnest(%s) AS name WHERE NOT EXISTS (
                SELECT FROM pg_attribute WHERE attrelid = name::regclass AND attname = 'tenant_id' AND attnotnull
            )
        """
        assert ask(without, spread()) == []

    def test_has_keys_that_lead_with_the_tenant(self) -> None:
        for table in spread():
            assert {columns[0] for columns in unique_indexes(table)} == {"tenant_id"}, table

    def test_refers_to_no_table_and_none_refers_to_it(self) -> None:
        for table in tables():
            for _, other, _ in foreign_keys(table):
                assert {table, other}.isdisjoint(spread()), f"{table} refers to {other}"

    def test_takes_no_number_from_a_sequence(self) -> None:
        numbered = """
            SELECT attrelid::regclass::text FROM pg_attribute
            LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
            WHERE attrelid = ANY(%s::regclass[])
              AND (attidentity <> '' OR pg_get_expr(adbin, adrelid) LIKE '%%nextval%%')
        """
        assert ask(numbered, spread()) == []

    def test_is_spread_by_the_document(self) -> None:
        text = DOCUMENT.read_text()
        assert [table for table in spread() if f"create_distributed_table('{table}', 'tenant_id'" not in text] == []


@pytest.mark.usefixtures("db")
class TestTheRestThatBelongsToTenants:
    def test_has_a_key_with_the_tenant(self) -> None:
        for table in of_tenants() & ONE_MACHINE.keys() - {"tenancy_session", "audit_trail_pending"}:
            assert ["tenant_id", "id"] in unique_indexes(table), table

    def test_refers_to_other_tables_of_tenants_by_tenant_as_well(self) -> None:
        for table in of_tenants() & ONE_MACHINE.keys():
            keys = foreign_keys(table)
            by_tenant = {
                (other, *columns[1:]) for columns, other, _ in keys if columns[0] == "tenant_id" and len(columns) > 1
            }
            for columns, other, _ in keys:
                if other in of_tenants() and columns[0] != "tenant_id":
                    assert (other, *columns) in by_tenant, f"{table} ({columns}) refers to {other}"


@pytest.mark.usefixtures("committed")
def test_what_the_document_prepares_without_citus_can_be_done() -> None:
    blocks = re.findall(r"^```sql\n(.*?)^```", DOCUMENT.read_text(), re.DOTALL | re.MULTILINE)
    prepared = [block for block in blocks if block.startswith(("DROP FUNCTION", "DO $$"))]
    assert len(prepared) == 2
    with connections["owner"].cursor() as cursor:
        for statements in prepared:
            cursor.execute(statements)
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'append_only'")
        assert cursor.fetchall() == [("ledger_archive",)]
