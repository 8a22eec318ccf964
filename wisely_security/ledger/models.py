"""What both records share: an event that is written once, belongs to one tenant, and is ordered by time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Self, TypeVar
from uuid import UUID

from django.db import models

NO_TENANT = UUID(int=0)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def first_id(moment: datetime) -> UUID:
    """The smallest UUIDv7 of a moment; ``ledger_first_id`` in SQL says the same."""
    return UUID(int=(moment - EPOCH) // timedelta(milliseconds=1) << 80)


def time_of(key: UUID) -> datetime:
    """The moment in a UUIDv7, to the millisecond."""
    return EPOCH + timedelta(milliseconds=key.int >> 80)


E = TypeVar("E", bound="Event", covariant=True)


class EventQuerySet(models.QuerySet[E]):
    """Conditions on events. Every query on a record starts with a tenant and a period."""

    def for_tenant(self, tenant_id: UUID) -> Self:
        return self.filter(tenant_id=tenant_id)

    def of_all_tenants(self) -> Self:
        """For support: each record says the condition, always true, of its index that has all tenants in order."""
        raise NotImplementedError

    def during(self, start: datetime, end: datetime) -> Self:
        """Events from ``start`` up to, not including, ``end``: a range of ids, so partitions are pruned."""
        return self.filter(id__gte=first_id(start), id__lt=first_id(end))

    def newest_first(self) -> Self:
        return self.order_by("-id")


class EventTime(models.Func):
    function = "uuid_extract_timestamp"
    output_field = models.DateTimeField()


class Event(models.Model):
    """Base of the event tables.

    Django sees ``id`` as the key; the table's primary key is (tenant_id, id). The database makes ``id``, ``tx``
    and with the id ``occurred_at``: the app role is not allowed to write them.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    tenant_id = models.UUIDField(editable=False)
    tx = models.BigIntegerField(editable=False)
    occurred_at = models.GeneratedField(
        expression=EventTime("id"), output_field=models.DateTimeField(), db_persist=True
    )
    request_id = models.UUIDField(null=True, editable=False)

    objects: ClassVar[Any] = EventQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        raise TypeError("Events are written by their recorder alone.")

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("Events are never deleted.")
