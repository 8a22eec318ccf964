"""Erasing from an archive: its file is written again without what is erased, or without the events of a tenant that has
moved to another cell; leaves and proofs stay as they are.

The new file is complete and on disk before the transaction commits, and takes the place of the old one right after. If
the process is killed between the two, the next command that works with archives completes it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction

from wisely_security.progress import progress

from ...models import Archive, Event, event_model
from ...sealing.leaves import SALT_SIZE
from ...sealing.logs.event_rows.copying import Row
from ..check.checking import form_of
from ..errors import ArchiveError
from ..retention import is_restored
from . import archive_files, earlier_format
from .parquet import OF_LOG, Column, Reader, Writer

ROWS_AT_ONCE = 1000  # from one sign of progress to the next

# Of an event, its personal columns as they are without what is erased; nothing where nothing is.
Redact = Callable[[Event], Mapping[str, Any]]


class Redacted(NamedTuple):
    """``sealed``: the commitment that the leaf holds; ``kept``: that to what is left. None: it was never sealed."""

    tenant_id: UUID
    id: UUID
    sealed: bytes | None
    kept: bytes | None


def rewrite(archive: Archive, redact: Redact, reason: str, tenant_id: UUID | None = None) -> list[Redacted]:
    """Inside ``archives.maintenance_session`` and a transaction. ``tenant_id``: only events of this tenant. Where there
    is nothing to erase, nothing is done. Raises ArchiveError."""
    if earlier_format.is_of(archive):
        raise ArchiveError(f"{archive.name} has the earlier format, which is not rewritten: restore it.")
    if is_restored(archive):
        raise ArchiveError(f"{archive.name} is restored: drop it first (manage.py drop_restored {archive.name}).")
    path = archive_files.as_written(archive)
    reader = Reader(path)
    redaction = _Redaction(reader, event_model(archive.events), redact)
    with archive_files.writing(path) as file, progress(reader.number, title=archive.name) as bar:
        writer = Writer(file, reader.columns)
        for number, row in enumerate(reader.rows(), 1):
            is_candidate = tenant_id is None or row[redaction.tenant] == str(tenant_id)
            writer.write(redaction.of(row) if is_candidate else row)
            if not number % ROWS_AT_ONCE:
                bar.update(ROWS_AT_ONCE)
        writer.finish(_about(reader))
    if redaction.found:
        _replace(archive, path, reason)
    else:
        archive_files.part_of(path).unlink()
    return redaction.found


def leave_out(archive: Archive, tenants: Collection[UUID], reason: str) -> int:
    """All events of tenants that have them elsewhere, inside a transaction. Returns how many. Raises ArchiveError."""
    path = archive_files.as_written(archive)
    reader = Reader(path)
    those, place = {str(tenant) for tenant in tenants}, [column.name for column in reader.columns].index("tenant_id")
    its = {tenant: facts for tenant, facts in reader.about["tenants"].items() if tenant not in those}
    if len(its) == len(reader.about["tenants"]):
        return 0
    with archive_files.writing(path) as file, progress(reader.number, title=archive.name) as bar:
        writer = Writer(file, reader.columns)
        for number, row in enumerate(reader.rows(), 1):
            if row[place] not in those:
                writer.write(row)
            if not number % ROWS_AT_ONCE:
                bar.update(ROWS_AT_ONCE)
        writer.finish({**_about(reader), "tenants": its})
    _replace(archive, path, reason)
    return reader.number - writer.rows


def _about(reader: Reader) -> dict[str, Any]:
    return {name: value for name, value in reader.about.items() if name != "columns"}


def _replace(archive: Archive, path: Path, reason: str) -> None:
    facts = archive_files.facts_of(archive_files.part_of(path))
    archive.rewrites.create(size=facts.size, sha256=facts.sha256, reason=reason)
    transaction.on_commit(lambda: archive_files.install(path))


class _Redaction:
    def __init__(self, reader: Reader, model: type[Event], redact: Redact) -> None:
        self.found: list[Redacted] = []
        names = [column.name for column in reader.columns]
        self.tenant = names.index("tenant_id")
        self._model = model
        self._redact = redact
        self._stored = [
            (place, column)
            for place, column in enumerate(reader.columns)
            if column not in OF_LOG and not column.is_computed
        ]
        self._places = {column.name: place for place, column in self._stored}
        self._index, self._salt, self._commitment = (names.index(column.name) for column in OF_LOG)
        self._sealed = form_of(reader).sealed(model)

    def of(self, row: Row) -> Row:
        """What is written in its place."""
        left = self._redact(self._event(row))
        if not left:
            return row
        changed = list(row)
        for name, value in left.items():
            if name in self._places:
                changed[self._places[name]] = _text(value)
        sealed = kept = None
        if row[self._index] is not None:
            salt = os.urandom(SALT_SIZE)
            sealed, kept = self._committed(row), self._commit(changed, salt)
            changed[self._salt], changed[self._commitment] = salt.hex(), sealed.hex()
        tenant_id, event_id = UUID(row[self.tenant]), UUID(row[self._places["id"]])
        self.found.append(Redacted(tenant_id, event_id, sealed, kept))
        return changed

    def _committed(self, row: Row) -> bytes:
        if commitment := row[self._commitment]:
            return bytes.fromhex(commitment)
        return self._commit(row, bytes.fromhex(row[self._salt] or ""))

    def _commit(self, row: Row, salt: bytes) -> bytes:
        _, personal = self._sealed(row, salt, "")
        return sha256(salt + personal).digest()

    def _event(self, row: Row) -> Event:
        """As the record has it today, as far as the archive has its columns."""
        fields = {field.column: field for field in self._model._meta.concrete_fields}
        return self._model(
            **{
                fields[column.name].attname: _value(row[place], column, fields[column.name])
                for place, column in self._stored
                if column.name in fields
            }
        )


def _value(text: str | None, column: Column, field: Any) -> Any:
    if text is not None and column.type in {"json", "jsonb"}:
        return json.loads(text)
    return field.to_python(text == "t" if column.type == "bool" and text is not None else text)


def _text(value: Any) -> str | None:
    """As COPY would write it."""
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return None if value is None else str(value)
