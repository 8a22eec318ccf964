"""A tenant with very many events, on the first of two cells."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from django.core.management import call_command
from django.db import connections, transaction

from tests.support.cast import create_cast
from tests.support.records import AN_EVENT, TABLE
from wisely_security.core.request_context import acting_as
from wisely_security.database.cells.routing import all_cells, in_cell
from wisely_security.workspace.modules.business_groups import BusinessGroup

DAYS = 60
AT_ONCE = 50_000
# Of people, places and addresses as many as a large company has, so that what is derived from them is as large.
VARIED = {
    "user_name": "'Person ' || number % 500",
    "user_email": "'person' || number % 500 || '@acme.example'",
    "status": "CASE WHEN number % 20 = 0 THEN 'failure' ELSE 'success' END",
    "reason": "CASE WHEN number % 20 = 0 THEN 'wrong_password' ELSE '' END",
    "ip": "('203.0.' || number % 97 || '.' || number % 251)::inet",
    "country": "(ARRAY['IN', 'US', 'GB', 'DE', 'FR', 'BR', 'JP', 'AE'])[1 + number % 8]",
    "session": "md5((number / 10)::text)",
}


def make(events: int, writers: int) -> tuple[UUID, list[UUID]]:
    """Acme, and a group for each writer."""
    for cell in all_cells():
        with in_cell(cell):
            call_command("migrate", verbosity=0)
            call_command("create_partitions", since=3, verbosity=0)
    cast = create_cast()
    with acting_as(tenant_id=cast.acme.pk), transaction.atomic():
        groups = [
            BusinessGroup.objects.create(tenant=cast.acme, name=f"Group {number}", owner=cast.alice).pk
            for number in range(writers)
        ]
    _load(cast.acme.pk, events)
    return cast.acme.pk, groups


def _load(tenant: UUID, events: int) -> None:
    plain = {"tenant_id": tenant, **{name: value for name, value in AN_EVENT.items() if name not in VARIED}}
    sql = (
        f"INSERT INTO {TABLE} (id, {', '.join([*VARIED, *plain])}) "
        f"SELECT uuidv7(make_interval(secs => -number * %s)), {', '.join(VARIED.values()).replace('%', '%%')}, "
        f"{', '.join(['%s'] * len(plain))} FROM generate_series(%s, %s, -1) AS number"
    )

    def load(first: int) -> int:
        last = max(first - AT_ONCE, 0) + 1
        try:
            with acting_as(tenant_id=tenant), connections["owner"].cursor() as cursor:
                cursor.execute(sql, [DAYS * 86_400 / events, *plain.values(), first, last])
        finally:
            connections.close_all()
        return last

    with ThreadPoolExecutor(2) as pool:
        for last in pool.map(load, range(events, 0, -AT_ONCE)):
            sys.stderr.write(f"{events - last + 1:,} of {events:,} events\n")
