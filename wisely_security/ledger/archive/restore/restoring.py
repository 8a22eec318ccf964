"""A month of events comes back from its archive, into the record as it is today. As the owner, inside
``archives.maintenance_session``, in one transaction: it is back as a whole, or nothing has changed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any, NamedTuple

from django.db import DatabaseError, transaction

from wisely_security.progress import progress

from ...models import Archive
from ...months import partitions
from ...months.locks import with_lock_retry
from ...months.partitions import Partition, add_months
from ...sealing.logs.event_rows.copying import PLAINLY
from ..archives import ask, copy, forget, vacuum
from ..errors import ArchiveError
from ..files import archive_files, earlier_format
from . import earlier_columns
from .earlier_columns import Loading
from .sources import EarlierArchive, ParquetArchive, Source

LINES_AT_ONCE = 200


class Restored(NamedTuple):
    """A month that came back. ``left_out``: columns that the record no longer has. ``added``: those it did not have."""

    name: str
    left_out: list[str]
    added: list[str]


def restore(archive: Archive) -> Restored:
    """A month comes back, as a partition that takes no new events. Raises ArchiveError; then nothing has changed."""
    partition = Partition(archive.events, archive.month)
    if _exists(partition):
        raise ArchiveError(f"The partition {partition.name} already exists.")
    if partition.month in partitions.months_without_partition(partition.table, add_months(partition.month, 1)):
        raise ArchiveError(
            "New events of this month have been recorded since. Archive them first: manage.py archive_events."
        )
    source = _source(archive)
    loading = earlier_columns.loading(archive, source.columns)
    with _refusals_as_errors(archive.name), transaction.atomic():
        _load(archive.name, source, partition, loading)
        ask("SELECT ledger_prepare_restored(%s, %s, %s)", [partition.table, partition.month, archive.name])
        _count_again(partition)
        source.bring_back_leaves(partition)
        with_lock_retry("SELECT ledger_attach_restored(%s, %s)", [partition.table, partition.month])
    vacuum(partition)
    return Restored(partition.name, list(loading.left_out), loading.added)


def _source(archive: Archive) -> Source:
    path = archive_files.as_written(archive)
    return EarlierArchive(archive) if earlier_format.is_of(archive) else ParquetArchive(archive, path)


def _load(name: str, source: Source, partition: Partition, loading: Loading) -> None:
    ask("SELECT ledger_begin_restore(%s, %s)", [partition.table, partition.month])
    not_validated = _not_validated_constraints(partition.table)
    for constraint, _ in not_validated:
        ask(f"ALTER TABLE {partition.name} DROP CONSTRAINT {constraint}")
    for statement, values in loading.before(partition.name):
        ask(statement, values)
    ask(PLAINLY)
    with progress(source.number, title=name) as bar:
        copy(f"COPY {partition.name} ({loading.target}) FROM STDIN", _Lines(source.lines(), bar.update))
    for statement, values in loading.after(partition.name):
        ask(statement, values)
    for constraint, definition in not_validated:
        ask(f"ALTER TABLE {partition.name} ADD CONSTRAINT {constraint} {definition}")


class _Lines:
    """The file that COPY reads from."""

    def __init__(self, lines: Iterator[bytes], show: Callable[[int], object]) -> None:
        self._lines = lines
        self._show = show

    def read(self, size: int) -> bytes:
        """Some whole lines, about ``size`` or not: psycopg2 takes what it gets."""
        lines = list(islice(self._lines, LINES_AT_ONCE))
        self._show(len(lines))
        return b"".join(lines)


def _not_validated_constraints(table: str) -> list[tuple[Any, ...]]:
    """Names and definitions of checks that older events need not fulfil (NOT VALID)."""
    return ask(
        "SELECT quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE conrelid = %s::regclass AND contype = 'c' AND NOT convalidated AND conenforced",
        [table],
    )


@contextmanager
def _refusals_as_errors(name: str) -> Iterator[None]:
    """What PostgreSQL refuses of an archive's rows, in a sentence; without the row, which no log should hold."""
    try:
        yield
    except DatabaseError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        where = re.search(r"\bline (\d+)(?:, column (\w+))?", getattr(diagnosis, "context", None) or "")
        line = f" (line {where[1]}{f', column {where[2]}' if where[2] else ''})" if where else ""
        reason = getattr(diagnosis, "message_primary", None) or str(error).strip()
        raise ArchiveError(
            f"{name} does not fit the record as it is now: {reason}{line}. Nothing was changed."
        ) from error


def _count_again(partition: Partition) -> None:
    """Projectors do not consume events with old transaction numbers again: they are added to the rollup
    before anybody else sees them."""
    forget(partition)
    ask(
        """
        SELECT ledger_add_to_rollup(events, format('tx < %%s', next_tx), %s::regclass)
        FROM ledger_projector WHERE (name, events) = ('ledger_roll_up', %s)
        """,
        [partition.name, partition.table],
    )


def _exists(partition: Partition) -> bool:
    [(found,)] = ask("SELECT to_regclass(%s) IS NOT NULL", [partition.name])
    return bool(found)
