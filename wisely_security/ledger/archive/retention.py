"""How long events are kept, and which months have expired. Only whole months (UTC) expire.

The platform's limit is a setting for each record, an operator's; a month beyond it leaves for an archive. A tenant may
ask for less (``Tenant.keep_months``); its events are then erased. By default, events are kept forever.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.conf import settings
from django.db import connections

from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.models import Tenant

from ..models import Archive, event_model
from ..months import partitions
from ..months.partitions import Partition, add_months


@dataclass(frozen=True, slots=True)
class ExpiredMonth:
    """A month that is past the platform's limit, and the rule that says so."""

    partition: Partition
    rule: str


@dataclass(frozen=True, slots=True)
class Erasure:
    """What tenants have in a month and do not want to be kept: how many events, and for how many months they are."""

    partition: Partition
    rows: dict[UUID, int]
    months: dict[UUID, int]

    def rule(self, tenant_id: UUID) -> str:
        return f"The tenant asked for {_months_label(self.months[tenant_id])}."


def record_of(table: str) -> str:
    """What a record is called in settings and names of archives."""
    return event_model(table)._meta.app_label


def is_restored(archive: Archive) -> bool:
    return archive.name in [each.archive for each in partitions.before(archive.events, add_months(archive.month, 1))]


def expired_months(today: date, older_than: int | None = None, using: str = "owner") -> list[ExpiredMonth]:
    """Months beyond the platform's limit. Those that were restored stay until somebody drops them."""
    return [
        ExpiredMonth(partition, f"The platform keeps {_months_label(months)}.")
        for table in partitions.event_tables()
        if (months := older_than or _limit(table))
        for partition in partitions.before(table, add_months(today, -months), using)
        if not partition.archive
    ]


def erasures(today: date, using: str = "owner") -> list[Erasure]:
    """What tenants with a limit of their own have in months beyond it."""
    with acting_as(support=True):
        limits = _limits_of_tenants(using)
        found = []
        for table in partitions.event_tables() if limits else []:
            for partition in partitions.before(table, add_months(today, -min(limits.values())), using):
                beyond = {key: months for key, months in limits.items() if partition.month < add_months(today, -months)}
                if rows := _rows(partition, list(beyond), using):
                    found.append(Erasure(partition, rows, beyond))
        return found


def unpartitioned_months(today: date, older_than: int | None = None) -> list[Partition]:
    """Months beyond some limit that have no partition, though there are events of them."""
    with acting_as(support=True):
        of_tenants = list(_limits_of_tenants("owner").values())
    return [
        Partition(table, month)
        for table in partitions.event_tables()
        if (limits := [months for months in (older_than or _limit(table), *of_tenants) if months])
        for month in partitions.months_without_partition(table, add_months(today, -min(limits)))
    ]


def _limit(table: str) -> int | None:
    months: int | None = settings.KEEP_MONTHS[record_of(table)]
    return months


def _limits_of_tenants(using: str) -> dict[UUID, int]:
    with_one = Tenant.objects.using(using).exclude(keep_months=None)
    return {tenant.pk: tenant.keep_months for tenant in with_one if tenant.keep_months}


def _rows(partition: Partition, tenants: list[UUID], using: str) -> dict[UUID, int]:
    with connections[using].cursor() as cursor:
        cursor.execute(
            f"SELECT tenant_id, count(*) FROM {partition.table} "  # noqa: S608
            "WHERE tenant_id = ANY (%s) AND id >= %s AND id < %s GROUP BY tenant_id",
            [tenants, *partition.bounds],
        )
        return dict(cursor.fetchall())


def _months_label(months: int) -> str:
    return f"{months} month{'' if months == 1 else 's'}"
