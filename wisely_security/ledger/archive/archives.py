"""Months of events leave the database for a file, and come back; and what a tenant does not want kept is erased.

All of it as the owner, each in one transaction: until it commits, nothing has changed but that there is a file more.
The file is complete, on disk and read back before its month is dropped. What is killed in the middle is begun again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from wisely_security.core.request_context import NOBODY, acting_as, using
from wisely_security.database.replication.alias_override import override_default
from wisely_security.progress import progress

from ..models import Archive
from ..months import partitions
from ..months.locks import advisory_lock, with_lock_retry
from ..months.partitions import Partition, add_months
from ..sealing.logs import removals
from . import archive_files
from .retention import Erasure, ExpiredMonth, record_of
from .signals import events_left
from .verify_archive import ArchiveError, read_manifest

# So that the same rows are the same bytes, however the server is set.
PLAINLY = "SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO'; SET LOCAL extra_float_digits = 1"


@contextmanager
def maintenance_session() -> Iterator[None]:
    """All below is done inside: as the owner, for all tenants, and by nobody else meanwhile."""
    with advisory_lock(), override_default("owner"), acting_as(support=True):
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
            _write(name, expired, rows)
            _record(name, expired)
            removals.note(partition, removals.ARCHIVED, name)
        forget(partition)
        with_lock_retry(f"DROP TABLE {partition.name}")
    return name


def _write(name: str, expired: ExpiredMonth, rows: int) -> None:
    partition = expired.partition
    columns = _columns(partition.table)
    [(database,)] = ask("SELECT system_identifier || '/' || current_database() FROM pg_control_system()")
    about = {
        "database": database,
        "record": record_of(partition.table),
        "month": f"{partition.month:%Y-%m}",
        "rule": expired.rule,
        "columns": columns,
    }
    query = f"SELECT {', '.join(columns)} FROM {partition.name} ORDER BY id, tenant_id"  # noqa: S608
    ask(PLAINLY)
    with progress(rows, title=name) as bar:
        archive_files.write(name, lambda sink: copy(f"COPY ({query}) TO STDOUT", sink), about, bar.update)


def _record(name: str, expired: ExpiredMonth) -> None:
    """Notes what the archive is, and tells each tenant that its events have left."""
    path, partition = archive_files.path_of(name), expired.partition
    manifest = read_manifest(path)
    Archive.objects.create(
        name=name,
        events=partition.table,
        month=partition.month,
        rows=manifest["rows"],
        size=manifest["file"]["bytes"],
        root=manifest["tree"]["root"],
        manifest_sha256=sha256(path.read_bytes()).hexdigest(),
        rule=expired.rule,
    )
    _send_events_left(
        partition, {UUID(tenant): rows for tenant, rows in manifest["tenants"].items()}, expired.rule, name
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
            removals.note(partition, removals.ERASED, erasure.rule(tenant_id), tenant_id)
            _send_events_left(partition, {tenant_id: rows}, erasure.rule(tenant_id))
    vacuum(partition)
    return erased


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
        removals.note(partition, removals.ARCHIVED, archive.name)
        forget(partition)
        with_lock_retry(f"DROP TABLE {partition.name}")
    return partition.name


def is_restored(archive: Archive) -> bool:
    return archive.name in [each.archive for each in partitions.before(archive.events, add_months(archive.month, 1))]


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


def _columns(table: str) -> list[str]:
    """All that are stored, the event's id and its tenant first."""
    return [
        name
        for (name,) in ask(
            """
            SELECT quote_ident(attname) FROM pg_attribute
            WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
            ORDER BY attname <> 'id', attname <> 'tenant_id', attnum
            """,
            [table],
        )
    ]


def ask(sql: str, params: list[Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall()) if cursor.description else []


def vacuum(partition: Partition) -> None:
    with using(NOBODY):  # no session context is set: VACUUM has to be alone in its message
        ask(f"VACUUM (ANALYZE) {partition.name}")


def copy(sql: str, file: Any) -> None:
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.cursor.copy_expert(sql, file)
