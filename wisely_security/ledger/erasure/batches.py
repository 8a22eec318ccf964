"""The work: some hundreds of events of a tenant at a time, each batch a transaction with the event that records it.

A batch replaces what the events have of the person, in their partitions, and the salts of their leaves; builds their
search segments again; and notes what was sealed and what is left. Killed at any moment, whole batches are done, and to
begin again is to go on: events of which nothing is to be erased any more are passed over. As the owner.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction

from wisely_security.core.request_context import acting_as

from ..models import Event
from ..months.partitions import event_models
from ..sealing.leaves import SALT_SIZE, commitment, personal_json
from ..sealing.logs.departures import erasures
from ..sealing.logs.event_rows.sealed_columns import sealed_fields
from ..sealing.logs.lookup import SealedEvent, sealed_events
from .person import Everybody, Person
from .recorded import Touched, record_erasure

MOST = 500  # events in a batch: a fraction of a second, in which nobody seals
READ_AT_ONCE = 5000


class Found(NamedTuple):
    """An event that has something of the person, or may have."""

    model: type[Event]
    id: UUID


class Erased(NamedTuple):
    """A row of ``ledger_erased``, but for the tenant and the erasure."""

    table: str
    id: UUID
    sealed: bytes
    kept: bytes


def find(person: Person, tenant_id: UUID, progress: Callable[[int], object] | None = None) -> Iterator[Found]:
    """The tenant's events of both records that have something of the person, the oldest first. ``progress`` gets the
    number of events that were looked through. What is recorded meanwhile is not looked at."""
    [(now,)] = _ask("SELECT uuidv7()")
    for model in event_models():
        after = UUID(int=0)
        while True:
            ids, candidates = _next(model, person, tenant_id, after, now)
            yield from (Found(model, event.pk) for event in candidates if person.redacted(event))
            if progress:
                progress(len(ids))
            if len(ids) < READ_AT_ONCE:
                break
            after = ids[-1]


def _next(
    model: type[Event], person: Person, tenant_id: UUID, after: UUID, before: UUID
) -> tuple[list[UUID], list[Event]]:
    """The keys of the next events, and those of them that may have something of the person."""
    table = model._meta.db_table
    with acting_as(support=True):
        ids = [
            key
            for (key,) in _ask(
                f"SELECT id FROM {table} WHERE tenant_id = %s AND id > %s AND id < %s "  # noqa: S608
                f"ORDER BY id LIMIT {READ_AT_ONCE}",
                *(tenant_id, after, before),
            )
        ]
        if not ids:
            return [], []
        its: Any = model.objects.filter(tenant_id=tenant_id, pk__gt=after, pk__lte=ids[-1]).order_by("pk")
        if not isinstance(person, Everybody):
            its = its.extra(where=[_may_have(model)], params=_sought(model, person))  # noqa: S610  # nosec B610
        return ids, list(its)


def _may_have(model: type[Event]) -> str:
    """Whether an event may have something of the person: rather too often than too seldom."""
    columns = model.of_person
    its = [columns.id, columns.resource[0]] if columns.resource else [columns.id]
    texts = ", ".join(name for name in model.personal if name not in columns.whereabouts)
    by_id = " OR ".join(f"{name} = ANY (%s::uuid[])" for name in its)
    folded = "ARRAY(SELECT wisely_fold(it) FROM unnest(%s::text[]) AS it)"
    return f"({by_id} OR wisely_fold(concat_ws(' ', {texts})) LIKE ANY ({folded}))"


def _sought(model: type[Event], person: Person) -> list[Any]:
    ids = list(person.ids)
    # In a JSON column, quotes and backslashes have one more backslash before them.
    texts = {*person.texts, *(json.dumps(text, ensure_ascii=False)[1:-1] for text in person.texts)}
    patterns = ["%" + text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_") + "%" for text in sorted(texts)]
    return [ids, *([ids] if model.of_person.resource else []), patterns]


def erase(person: Person, tenant_id: UUID, reference: str, found: Sequence[Found]) -> int:
    """One batch. Returns of how many events something was erased."""
    with acting_as(support=True), transaction.atomic():
        touched = {}
        for model in event_models():
            its = [each.id for each in found if each.model is model]
            number, erased = _erase(model, person, tenant_id, its) if its else (0, [])
            if number:
                touched[model._meta.db_table] = number, erased
        if touched:
            record(tenant_id, reference, touched)
    return sum(number for number, _ in touched.values())


def record(tenant_id: UUID, reference: str, touched: Mapping[str, tuple[int, Sequence[Erased]]]) -> None:
    """Note and sign what was erased: by event table, from how many events, and the rows of those that were sealed."""
    changed = {table: Touched(number, digest(rows)) for table, (number, rows) in touched.items()}
    erasure = record_erasure(tenant_id, reference, changed)
    for table, (_, rows) in touched.items():
        if rows:
            note(tenant_id, erasure, rows)
            erasures.sign(table, tenant_id, erasure, len(rows), changed[table].digest)


def digest(erased: Sequence[Erased]) -> str:
    """What the event of an erasure says of the rows of one record; "" where nothing was sealed."""
    rows = sorted((each.id.bytes, each.kept) for each in erased)
    return sha256(b"".join(id_ + kept for id_, kept in rows)).hexdigest() if rows else ""


def note(tenant_id: UUID, erasure: UUID, rows: Sequence[Erased]) -> None:
    if rows:
        tables, ids, sealed, kept = map(list, zip(*rows, strict=True))
        _ask(
            "INSERT INTO ledger_erased (tenant_id, events, id, erasure, sealed, kept) "
            "SELECT %s, events::regclass, id, %s, sealed, kept "
            "FROM unnest(%s, %s::uuid[], %s, %s) AS it (events, id, sealed, kept)",
            *(tenant_id, erasure, tables, ids, sealed, kept),
        )


def _erase(model: type[Event], person: Person, tenant_id: UUID, ids: Sequence[UUID]) -> tuple[int, list[Erased]]:
    table = model._meta.db_table
    _hold_projectors(tenant_id, table)
    events = list(model.objects.filter(tenant_id=tenant_id, pk__in=ids))
    left = {event.pk: values for event in events if (values := person.redacted(event))}
    sealed = sealed_events(model, tenant_id, list(left))
    erased, salts = [], {}
    for event in events:
        if event.pk in left and event.pk in sealed:
            salts[sealed[event.pk].leaf_index] = salt = os.urandom(SALT_SIZE)
            erased.append(_commit(event, sealed[event.pk], left[event.pk], salt))
    if left:
        changed = [{"id": key, "tenant_id": tenant_id, **values} for key, values in left.items()]
        _ask("SELECT ledger_redact(%s, %s, %s)", table, list(model.personal), json.dumps(changed, default=str))
        _ask("SELECT ledger_rebuild_segments(%s, %s, %s::uuid[])", table, tenant_id, list(left))
    if salts:
        indexes = sorted(salts)
        its_salts = [salts[index] for index in indexes]
        _ask("SELECT ledger_replace_salts(%s, %s, %s::bigint[], %s)", table, tenant_id, indexes, its_salts)
    return len(left), erased


def _hold_projectors(tenant_id: UUID, table: str) -> None:
    """Until the end of the transaction nobody seals events of the record, or derives something from them."""
    _ask("INSERT INTO ledger_projector (name, events) VALUES ('ledger_seal', %s) ON CONFLICT DO NOTHING", table)
    _ask("SELECT FROM ledger_projector WHERE events = %s ORDER BY name FOR UPDATE", table)
    _ask("SELECT FROM ledger_log WHERE tenant_id = %s AND events = %s::regclass FOR UPDATE", tenant_id, table)


def _commit(event: Event, sealed: SealedEvent, left: dict[str, Any], salt: bytes) -> Erased:
    before = sealed.sealed or _commitment(event, sealed.salt)
    for name, value in left.items():
        setattr(event, name, value)
    return Erased(event._meta.db_table, event.pk, before, _commitment(event, salt))


def _commitment(event: Event, salt: bytes) -> bytes:
    fields = sealed_fields(event)
    return bytes.fromhex(commitment(personal_json(fields.values, fields.personal), salt))


def _ask(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall()) if cursor.description else []
