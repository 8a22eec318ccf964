"""Months of events leave the database for a file, and come back; and what a tenant does not want kept is erased.

All of it as the owner, each in one transaction: until it commits, nothing has changed but that there is a file more.
The file is complete, on disk and read back before its month is dropped. What is killed in the middle is begun again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from wisely_security.core.request_context import RequestContext, acting_as, using
from wisely_security.database.replication.alias_override import override_default
from wisely_security.progress import progress

from ..models import Archive, event_model
from ..months.locks import advisory_lock, with_lock_retry
from ..months.partitions import Partition, add_months
from ..sealing.logs.departures import departing, removals
from ..sealing.logs.leaf_ranges import LeafRanges
from .check import checking
from .errors import ArchiveError
from .files import archive_files, earlier_format, writing
from .files.parquet import Reader
from .retention import Erasure, ExpiredMonth, is_restored, record_of
from .signals import events_left


@contextmanager
def maintenance_session() -> Iterator[None]:
    """All below is done inside: as the owner, for all tenants, and by nobody else meanwhile."""
    with advisory_lock(), override_default("owner"), acting_as(support=True):
        archive_files.install_recorded()
        yield


def archive(expired: ExpiredMonth) -> str:
    """A month leaves. Returns the name of its archive; none, where the month had no events."""
    partition = expired.partition
    with transaction.atomic():
        with_lock_retry(f"LOCK TABLE {partition.name} IN SHARE MODE")  # whoever reads may go on
        [(rows,)] = ask(f"SELECT count(*) FROM {partition.name}")  # noqa: S608
        _refuse_unsealed(partition)
        name = _free_name(partition) if rows else ""
        if name:
            tenants = _write(name, expired, rows)
            _record(name, expired, rows)
            _send_events_left(partition, tenants, expired.rule, name)
        forget(partition)
        with_lock_retry(f"DROP TABLE {partition.name}")
    return name


def _write(name: str, expired: ExpiredMonth, rows: int) -> dict[UUID, int]:
    """The leaves leave; the file is verified against their log, and in its place. Returns how many events each tenant
    had."""
    partition, path = expired.partition, archive_files.path_of(name)
    database = database_id()
    _refuse_to_replace(path, database)
    about = {
        "database": database,
        "record": record_of(partition.table),
        "month": f"{partition.month:%Y-%m}",
        "rule": expired.rule,
    }
    with progress(rows, title=name) as bar:
        tenants = writing.write(name, partition, about, bar.update)
    left = departing.depart(partition, removals.ARCHIVED, name)
    with progress(rows, title=f"{name}, read back") as bar:
        reader = Reader(archive_files.part_of(path))
        faults = checking.faults_of(reader, event_model(partition.table), left, bar.update)
    if faults:
        raise ArchiveError(f"{partition.name} is not what was sealed, and stays. {checking.first_of(faults)}")
    if reader.number != rows:
        raise ArchiveError(f"{partition.name} stays: its archive would not have all of its events.")
    archive_files.install(path)
    return tenants


def database_id() -> str:
    """By which archives of another one are recognised."""
    [(found,)] = ask("SELECT system_identifier || '/' || current_database() FROM pg_control_system()")
    return str(found)


def _refuse_to_replace(path: Path, database: str) -> None:
    """What the same database has written is of somebody who was killed before the database knew of it."""
    if path.exists() and Reader(path).about.get("database") != database:
        raise ArchiveError(f"{path} is of another database. Choose another ARCHIVE_DIR for this one, or move it away.")


def _record(name: str, expired: ExpiredMonth, rows: int) -> None:
    """Notes what the archive is."""
    facts, partition = archive_files.facts_of(archive_files.path_of(name)), expired.partition
    Archive.objects.create(
        name=name,
        events=partition.table,
        month=partition.month,
        rows=rows,
        size=facts.size,
        root="",
        sha256=facts.sha256,
        rule=expired.rule,
    )


def erase(erasure: Erasure) -> dict[UUID, int]:
    """What tenants do not want to be kept of a month is erased. Returns how many events of each there were."""
    partition = erasure.partition
    with transaction.atomic():
        with_lock_retry(f"LOCK TABLE {partition.name} IN SHARE ROW EXCLUSIVE MODE")
        _refuse_unsealed(partition)
        erased = dict(ask("SELECT * FROM ledger_erase(%s, %s)", [partition.name, list(erasure.rows)]))
        for tenant_id, rows in erased.items():
            forget(partition, tenant_id)
            left = departing.depart(partition, removals.ERASED, erasure.rule(tenant_id), tenant_id)
            _refuse_others(partition, tenant_id, rows, left)
            _send_events_left(partition, {tenant_id: rows}, erasure.rule(tenant_id))
    vacuum(partition)
    return erased


def _refuse_others(partition: Partition, tenant_id: UUID, rows: int, left: dict[UUID, LeafRanges]) -> None:
    """That somebody has inserted or deleted events would not be noticed any more."""
    if left and left[tenant_id].number != rows:
        raise ArchiveError(
            f"{partition.name} has {rows:,} events of tenant {tenant_id}, of which {left[tenant_id].number:,} were "
            "sealed. Nothing was erased: run manage.py verify."
        )


def _refuse_unsealed(partition: Partition) -> None:
    """Events that are not in their log when they leave would never be."""
    if number := removals.unsealed(partition):
        raise ArchiveError(
            f"{number:,} events of {partition.name} are not sealed yet. Let a web process or manage.py run_projectors "
            "seal them first."
        )


def drop_restored(archive: Archive) -> str:
    """A month that came back leaves again; its archive stays. Returns the partition's name. Raises ArchiveError."""
    partition = Partition(archive.events, archive.month)
    with transaction.atomic():
        if not is_restored(archive):
            raise ArchiveError(f"{archive.name} is not restored.")
        if earlier_format.is_of(archive):
            removals.note(partition, removals.ARCHIVED, archive.name)
        else:
            departing.depart(partition, removals.ARCHIVED, archive.name)
        forget(partition)
        with_lock_retry(f"DROP TABLE {partition.name}")
    return partition.name


def _send_events_left(partition: Partition, tenants: dict[UUID, int], rule: str, name: str = "") -> None:
    events_left.send(
        Archive, record=record_of(partition.table), month=partition.month, tenants=tenants, rule=rule, archive=name
    )


def forget(partition: Partition, tenant_id: UUID | None = None) -> None:
    """What was derived from events that leave goes with them. Nobody follows meanwhile."""
    ask("SELECT FROM ledger_projector WHERE events = %s FOR UPDATE", [partition.table])
    until = add_months(partition.month, 1)
    ask("SELECT ledger_forget_rollup(%s, %s, %s, %s)", [partition.table, until, tenant_id, partition.month])
    ask("SELECT ledger_forget_segments(%s, %s, %s)", [partition.table, until, tenant_id])


def _free_name(partition: Partition) -> str:
    """A month has more than one archive where events of it came after the first."""
    stem = f"{record_of(partition.table)}_{partition.month:%Y_%m}"
    taken = Archive.objects.filter(events=partition.table, month=partition.month).count()
    return f"{stem}_{taken + 1}" if taken else stem


def ask(sql: str, params: list[Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall()) if cursor.description else []


def vacuum(partition: Partition) -> None:
    with using(RequestContext()):  # no session context is set: VACUUM has to be alone in its message
        ask(f"VACUUM (ANALYZE) {partition.name}")


def copy(sql: str, file: Any) -> None:
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.cursor.copy_expert(sql, file)
