"""Archived months move too: what a file has of the family becomes a file of its own in the target's folder.

Written, synced and verified while everybody works, but not in its place before the target has taken over: until then
nobody lists it. With that, its leaves have left for it. In the end the source's file is written again without them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction

from wisely_security.ledger.archive import archives, holders
from wisely_security.ledger.archive.check import checking
from wisely_security.ledger.archive.errors import ArchiveError
from wisely_security.ledger.archive.files import archive_files, earlier_format, rewriting
from wisely_security.ledger.archive.files.parquet import Reader, Writer
from wisely_security.ledger.archive.retention import is_restored, record_of
from wisely_security.ledger.models import Archive, event_model
from wisely_security.ledger.sealing.logs import signing
from wisely_security.ledger.sealing.logs.departures import removals

from .at import ask, at
from .errors import MoveError
from .moves import Move
from .tables import BEFORE_ALL

_COLUMNS = ("name", "events", "month", "rows", "size", "sha256", "rule", "archived_at")  # of ``Archive``
Carried = dict[str, Any]  # these of a file; "of", the source's archive; "leaves", by tenant


def obstacles(source: str, tenants: Sequence[UUID]) -> Iterator[str]:
    with at(source):
        try:
            theirs = list(_with_any_of(tenants))
        except (ArchiveError, OSError) as error:
            yield f"An archive of {source} cannot be read: {error}"
            return
        for archive in theirs:
            if earlier_format.is_of(archive):
                yield f"{archive.name} of {source} has events of theirs in the earlier format, which can't be divided."
            elif is_restored(archive):
                yield f"{archive.name} is restored in {source}. Drop it first (manage.py drop_restored {archive.name})."
        if theirs and not signing.is_configured() and ask("SELECT 1 FROM ledger_log LIMIT 1"):
            yield f"Months of theirs are archived, which takes the signing key: {signing.why_not_configured()}"


def number_of(source: str, tenants: Sequence[UUID]) -> int:
    """Of their events in files. ArchiveError, OSError: one cannot be read."""
    with at(source):
        theirs = [it for it in _with_any_of(tenants) if not earlier_format.is_of(it)]
        return sum(_events(Reader(archive_files.path_of(it.name)), tenants) for it in theirs)


def copy(move: Move, show: Callable[[str], object]) -> Move:
    """In place of what was written of them before, unless that is as they still are. Each event is verified against the
    log of the source."""
    with at(move.source):
        archive_files.install_recorded()
    if _is_as_copied(move, lambda part, its: archive_files.facts_of(part).sha256 == its["sha256"]):
        return move
    discard(move)
    with at(move.source):
        theirs, as_they_are = list(_with_any_of(move.tenants)), _as_they_are()
    plan: list[Carried] = []
    for archive in theirs:
        plan.append({"of": archive.name, "name": _free_name(move, archive, [it["name"] for it in plan])})
    move = _note(move, as_they_are, plan)
    for archive, its in zip(theirs, plan, strict=True):
        its |= _copy(move, archive, its["name"])
        show(f"{archive.name}: {its['rows']:,} archived events copied to {its['name']}.")
    return _note(move, as_they_are, plan)


def refuse_changed(move: Move) -> None:
    """While the family is frozen: quick, whatever the size of the files."""
    if not _is_as_copied(move, lambda part, its: part.stat().st_size == its["size"]):
        raise MoveError(f"The archives of {move.source} have changed since theirs were copied. Run the move again.")


def _is_as_copied(move: Move, is_so: Callable[[Path, Carried], bool]) -> bool:
    with at(move.source):
        if _as_they_are() != _noted(move).get("as_they_are"):
            return False
    with at(move.target):
        parts = [(archive_files.part_of(archive_files.path_of(its["name"])), its) for its in carried(move)]
        return all("size" in its and part.exists() and is_so(part, its) for part, its in parts)


def take_over(move: Move) -> None:
    """In the transaction of the target with which it takes over."""
    for its in carried(move):
        Archive.objects.create(**{name: its[name] for name in _COLUMNS}, root="")
        for tenant, leaves in its["leaves"].items():
            ask(
                "INSERT INTO ledger_removal (tenant_id, events, month, kind, size, reason, leaves) "
                "SELECT tenant_id, events, %s, %s, size, %s, %s::int8multirange FROM ledger_log "
                "WHERE (tenant_id, events) = (%s, %s::regclass)",
                *(its["month"], removals.ARCHIVED, its["name"], leaves, tenant, its["events"]),
            )
    for table in {its["events"] for its in carried(move)}:
        removals.sign_new(table)


def install(move: Move) -> None:
    """After that; the source keeps its own until each is there."""
    with at(move.target):
        archive_files.install_recorded()
        for its in carried(move):
            if wrong := archive_files.state(Archive.objects.get(name=its["name"])):
                raise MoveError(f"{move.source} keeps its archives of them: {wrong}")


def leave_out(move: Move) -> None:
    """The source's files are written again without them."""
    with at(move.source):
        archive_files.install_recorded()
        for archive in list(_with_any_of(move.tenants)):
            with transaction.atomic():
                rewriting.leave_out(archive, move.tenants, f"Moved to {move.target}: {', '.join(move.slugs)}.")


def discard(move: Move) -> None:
    with at(move.target):
        for its in carried(move):
            archive_files.part_of(archive_files.path_of(its["name"])).unlink(missing_ok=True)


def carried(move: Move) -> list[Carried]:
    return list(_noted(move).get("files", []))


def _noted(move: Move) -> dict[str, Any]:
    return dict(json.loads(move.archives))


def _note(move: Move, as_they_are: str, files: list[Carried]) -> Move:
    with at(move.source):
        return move.set(archives=json.dumps({"as_they_are": as_they_are, "files": files}))


def _with_any_of(tenants: Sequence[UUID]) -> Iterator[Archive]:
    those = {str(tenant) for tenant in tenants}
    for archive in Archive.objects.order_by("month", "name"):
        if earlier_format.is_of(archive):
            its = earlier_format.EarlierArchive(archive).tenants
        else:
            its = Reader(archive_files.path_of(archive.name)).about["tenants"]
        if not those.isdisjoint(its):
            yield archive


def _as_they_are() -> str:
    """Another text, once any archive is written, or written again."""
    archives = Archive.objects.order_by("name").prefetch_related("rewrites")
    return sha256(repr([(it.name, archive_files.recorded(it)) for it in archives]).encode()).hexdigest()


def _events(reader: Reader, tenants: Sequence[UUID]) -> int:
    its = reader.about["tenants"]
    return sum(its[str(tenant)]["events"] for tenant in tenants if str(tenant) in its)


def _free_name(move: Move, archive: Archive, given: Sequence[str]) -> str:
    """One that no file of the target has had."""
    stem = f"{record_of(archive.events)}_{archive.month:%Y_%m}_of_{move.slugs[0]}"
    with at(move.target):
        listed = {*given, *Archive.objects.filter(name__startswith=stem).values_list("name", flat=True)}
        number, name = 1, stem
        while name in listed or archive_files.path_of(name).exists():
            number += 1
            name = f"{stem}_{number}"
    return name


def _copy(move: Move, archive: Archive, name: str) -> Carried:
    with at(move.source):
        reader = Reader(archive_files.as_written(archive))
        model = event_model(archive.events)
        expected = {key: leaves for key, leaves in holders.leaves_of(archive).items() if key in move.tenants}
    with at(move.target):
        path = archive_files.path_of(name)
        about = {**reader.about, "database": archives.database_id()}
    _write(path, reader, about, move.tenants)
    part = archive_files.part_of(path)
    with at(move.source):
        if faults := checking.faults_of(Reader(part), model, expected):
            raise MoveError(f"What {archive.name} has of them is not what was sealed. {checking.first_of(faults)}")
    facts = archive_files.facts_of(part)
    return {
        "events": archive.events,
        "month": archive.month.isoformat(),
        "rule": archive.rule,
        "archived_at": archive.archived_at.isoformat(),
        "rows": _events(reader, move.tenants),
        "leaves": {str(key): str(leaves) for key, leaves in expected.items()},
        **facts._asdict(),
    }


def _write(path: Path, reader: Reader, about: dict[str, Any], tenants: Sequence[UUID]) -> None:
    """As it is, but for numbers of transactions (``tables.py``)."""
    those, names = {str(tenant) for tenant in tenants}, [column.name for column in reader.columns]
    tenant, tx = names.index("tenant_id"), names.index("tx")
    its = {key: facts for key, facts in about["tenants"].items() if key in those}
    with archive_files.writing(path) as file:
        writer = Writer(file, reader.columns)
        for of in sorted(its):
            for row in reader.rows(tenant_id=of):
                if row[tenant] == of:
                    writer.write([*row[:tx], str(int(row[tx] or 0) - BEFORE_ALL), *row[tx + 1 :]])
        writer.finish({**{key: value for key, value in about.items() if key != "columns"}, "tenants": its})
    archive_files.sync_folder(path)
    if writer.rows != sum(facts["events"] for facts in its.values()):
        raise MoveError(f"{path.name} would not have all of their events.")
