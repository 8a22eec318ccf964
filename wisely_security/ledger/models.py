"""What both records share: an event that is written once, belongs to one tenant, and is ordered by time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Self, TypeVar
from uuid import UUID

from django.apps import apps
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.functions import Now

from .search.fields import IndexedFields

NO_TENANT = UUID(int=0)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_MILLISECOND = (datetime(9999, 1, 1, tzinfo=UTC) - EPOCH) // timedelta(milliseconds=1)


def first_id(moment: datetime) -> UUID:
    """The smallest UUIDv7 of a moment; ``ledger_first_id`` in SQL says the same."""
    return UUID(int=(moment - EPOCH) // timedelta(milliseconds=1) << 80)


def time_of(key: UUID) -> datetime:
    """The moment in a UUIDv7, to the millisecond. Of any other key some moment, at the latest the beginning of 9999: a
    forged one must not stop a verification."""
    return EPOCH + timedelta(milliseconds=min(key.int >> 80, _LAST_MILLISECOND))


E = TypeVar("E", bound="Event", covariant=True)


class EventQuerySet(models.QuerySet[E]):
    """Conditions on events. Every query on a record starts with a tenant and a period."""

    def for_tenant(self, tenant_id: UUID) -> Self:
        return self.filter(tenant_id=tenant_id)

    def during(self, start: datetime, end: datetime) -> Self:
        """Events from ``start`` up to, not including, ``end``: a range of ids, so partitions are pruned."""
        return self.filter(id__gte=first_id(start), id__lt=first_id(end))

    def matching(self, text: str) -> Self:
        """Free text: every word of it somewhere in what is shown. An address or a network is matched as such."""
        return self.filter(*map(self.model.indexed.holds, text.split()))

    def newest_first(self) -> Self:
        return self.order_by("-id")


class EventTime(models.Func):
    function = "uuid_extract_timestamp"
    output_field = models.DateTimeField()


def wide_index(record: str, *columns: str) -> models.Index:
    """What is filtered by stands behind the order of a page: it is checked in the index, so that only rows that are
    shown are fetched. Not as INCLUDEd columns, which PostgreSQL does not look at before it has fetched the row. The
    first one should have few values: of many, the planner would expect to skip from id to id, and take another index.
    """
    return models.Index(fields=["tenant_id", "id", *columns], name=f"{record}_event_wide")


def for_projectors(table: str) -> BrinIndex:
    """What is pending. A few pages a month, next to nothing for a write."""
    return BrinIndex(fields=["tx"], pages_per_range=32, autosummarize=True, name=f"{table}_tx")


@dataclass(frozen=True, slots=True, kw_only=True)
class OfPerson:
    """Which columns say who did it, or whose account it is about: what is erased of a person.

    ``whereabouts``: of the device in their hands. ``acted_by``: who did it, by name, where that may be somebody else.
    ``resource``: key and name of the resource, which may be a person. ``keys``: of JSON, which say where they were.
    """

    id: str
    name: str
    email: str
    whereabouts: tuple[str, ...]
    acted_by: str = ""
    resource: tuple[str, str] | None = None
    keys: frozenset[str] = frozenset()


class Event(models.Model):
    """Base of the event tables.

    Django sees ``id`` as the key; the table's primary key is (tenant_id, id). The database makes ``id``, ``tx``
    and with the id ``occurred_at``: the app role is not allowed to write them.

    ``outcome``: the column that says whether it succeeded; successes and failures are counted apart.
    ``personal``: columns whose values are of a person; they can be erased and the event still be proved (``sealing/``).
    ``of_person``: those of them that name a person.
    ``dimensions``: columns of text that charts and totals may be filtered by, in any combination (``derived/``).
    ``people``: columns of IDs and kinds that say whose an event is; it is counted for the value of each (``derived/``).
    ``indexed``: what filters and free text find events by.
    """

    outcome: ClassVar[str] = "status"
    personal: ClassVar[tuple[str, ...]]
    of_person: ClassVar[OfPerson]
    dimensions: ClassVar[tuple[str, ...]]
    people: ClassVar[tuple[str, ...]]
    indexed: ClassVar[IndexedFields]

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
        raise TypeError("Only the recorder writes events.")

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("Events are never deleted.")


def event_model(table: str) -> type[Event]:
    """The record whose table this is."""
    return next(model for model in apps.get_models() if issubclass(model, Event) and model._meta.db_table == table)


class Archive(models.Model):
    """A month of a record that left the database for a file (docs/operating/retention.md). Written once, as the owner;
    support sees it. ``size`` and ``sha256``: of the file as it was written first; an archive of the earlier format has
    those of its data and of its manifest, and ``root``, which others leave empty."""

    name = models.TextField(primary_key=True)
    events = models.TextField("event table")
    month = models.DateField()
    rows = models.BigIntegerField("events")
    size = models.BigIntegerField("bytes")
    root = models.TextField("root of the tree")
    sha256 = models.TextField("SHA-256")
    rule = models.TextField()
    archived_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "ledger_archive"
        ordering: ClassVar[list[str]] = ["-month", "name"]

    def __str__(self) -> str:
        return self.name


class ArchiveRewrite(models.Model):
    """An archive's file was written again, because something was erased from it. The newest one counts."""

    id = models.UUIDField(primary_key=True, db_default=models.Func(function="uuidv7"), editable=False)
    archive = models.ForeignKey(
        Archive, models.PROTECT, db_column="archive", db_constraint=False, related_name="rewrites"
    )
    size = models.BigIntegerField("bytes")
    sha256 = models.TextField("SHA-256")
    reason = models.TextField()
    rewritten_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "ledger_archive_rewrite"
        ordering: ClassVar[list[str]] = ["archive", "id"]

    def __str__(self) -> str:
        return f"{self.archive_id}: {self.reason}"


class Verification(models.Model):
    """An outcome of verify: of a log, or (no ``events``) of what protects the tables. Written once, by a function;
    tenants see the one that counts, support all of them. ``tenant``: none where nothing of a tenant is verified."""

    id = models.UUIDField(primary_key=True)
    tenant = models.ForeignKey("tenancy.Tenant", models.DO_NOTHING, null=True, db_constraint=False, related_name="+")
    events = models.TextField("event table", null=True)  # noqa: DJ001 (the table has it so)
    checked = models.BigIntegerField("events checked")
    findings = models.BigIntegerField()
    first_finding = models.TextField()
    verified_at = models.DateTimeField()

    class Meta:
        db_table = "ledger_verification"
        ordering: ClassVar[list[str]] = ["-id"]

    def __str__(self) -> str:
        return f"{self.verified_at:%Y-%m-%d %H:%M:%S} UTC"
