"""A tenant that leaves: its people, records and settings go, its events stay without anything personal, its logs stay
provable. As the owner, inside ``archives.maintenance_session``; what was killed is begun again by the tenant's ID."""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction

from wisely_security.core.request_context import acting_as
from wisely_security.ledger.erasure.person import Everybody
from wisely_security.tenancy.models import Edition, Tenant, User

from . import from_archives, people
from .other_tables import erase_elsewhere
from .recording import is_of_records
from .work import erase_from, vacuum

AT_ONCE = 5000  # events in a batch: nobody of this tenant waits for them


class Rows(NamedTuple):
    table: str
    number: int


def obstacles(tenant: Tenant) -> list[str]:
    with acting_as(support=True):
        enterprises = Tenant.objects.filter(aggregator=tenant)
        return [
            f"{tenant} owns the enterprise {each}. Give it another aggregator, or none, first." for each in enterprises
        ]


def rows_of(tenant_id: UUID) -> list[Rows]:
    """What the tables of the application have of a tenant, but for those of the ledger."""
    with acting_as(support=True), connection.cursor() as cursor:
        cursor.execute(_TABLES)
        found = []
        for table, column in cursor.fetchall():
            cursor.execute(f"SELECT count(*) FROM {table} WHERE {column} = %s", [tenant_id])  # noqa: S608
            found.append(Rows(table, cursor.fetchone()[0]))
    return [rows for rows in found if rows.number]


def erase(tenant_id: UUID, tenant: Tenant | None, reference: str) -> int:
    """``tenant``: None where it is gone already. Returns from how many events something was erased, this time."""
    events = 0
    if tenant is not None:
        events += _erase_guests(tenant, reference)
        with transaction.atomic():
            _delete(tenant)
    everybody = Everybody(is_of_records)
    events += erase_from(tenant_id, everybody, reference, AT_ONCE)
    events += from_archives.erase({tenant_id: everybody}, reference)
    vacuum()
    return events


def _erase_guests(tenant: Tenant, reference: str) -> int:
    """Its people in records of others: of no tenant, where they tried to sign in, and where they were guests."""
    events = 0
    with acting_as(support=True):
        for user in User.objects.filter(tenant=tenant):
            person = people.identify(tenant, user=user.pk)
            with transaction.atomic():
                erase_elsewhere(person, tenant)
            if tenant.edition == Edition.AGGREGATOR or person.emails:
                guests = [each for each in people.elsewhere(person, tenant) if each[0] != tenant.pk]
                events += sum(erase_from(tenant_id, guest, reference) for tenant_id, guest in guests)
                events += from_archives.erase(dict(guests), reference)
    return events


def _delete(tenant: Tenant) -> None:
    """Every row of it, and itself. Deletions are recorded like any others, and erased with the other events."""
    with acting_as(support=True), connection.cursor() as cursor:
        cursor.execute(_TABLES)
        tables: list[tuple[Any, ...]] = cursor.fetchall()
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        ids: list[str] = []
        cursor.execute("DELETE FROM findings_memory WHERE tenant_id = %s", [tenant.pk])
        for table, column in tables:
            cursor.execute(f"SELECT id::text FROM {table} WHERE {column} = %s", [tenant.pk])  # noqa: S608
            ids += [key for (key,) in cursor.fetchall()]
        cursor.execute("DELETE FROM django_admin_log WHERE object_id = ANY (%s)", [ids])
        for table, column in tables:
            cursor.execute(f"DELETE FROM {table} WHERE {column} = %s", [tenant.pk])  # noqa: S608


# Ordinary tables with a tenant and a key, those first that refer to others; in the end the tenant itself.
_TABLES = """
    SELECT relname, attname FROM (
        SELECT relname::text, CASE relname WHEN 'tenancy_tenant' THEN 'id' ELSE 'tenant_id' END AS attname,
               array_position(ARRAY['tenancy_user', 'tenancy_role', 'tenancy_tenant'], relname::text) AS turn
        FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND NOT relispartition
          AND relname !~ '^(ledger|audit_trail|login_activity)_'
          AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = pg_class.oid AND attname = 'id' AND NOT attisdropped)
          AND (relname = 'tenancy_tenant' OR EXISTS (
              SELECT FROM pg_attribute WHERE attrelid = pg_class.oid AND attname = 'tenant_id' AND NOT attisdropped))
    ) AS found ORDER BY turn NULLS FIRST, relname
"""
