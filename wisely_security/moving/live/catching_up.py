"""The rounds of a move before the freeze: each copies what the one before has left, so that little is left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from wisely_security.ledger.derived import projectors

from ..at import at, oldest_running
from ..comparing import compare_events
from ..copying import copy_late_events
from ..errors import MoveError
from ..moves import Move
from ..tables import Moved
from . import comparing, copying, watching

ROUNDS = 10
FEW = 100  # events and rows: one more round would take longer than copying them while frozen


def copy_live(move: Move, tables: Sequence[Moved], show: Callable[[str], object]) -> Move:
    """All rows of the live tables, from when on changes of them are noted. What was copied by an earlier run stays."""
    live = [table for table in tables if table.live]
    watching.watch(move, live)
    if move.watched_at is None or _month(move.watched_at) != _month(datetime.now(UTC)):
        with at(move.source):
            move = move.set(copied=[], watched_at=datetime.now(UTC))
    for table in live:
        if table.name not in move.copied:
            copied = copying.copy_all(move.source, move.target, table, move.tenants)
            with at(move.source):
                move = move.set(copied=[*move.copied, table.name])
            show(f"{table.name}: {copied:,} rows copied.")
    return move


def copy_late(move: Move, events: Sequence[Moved]) -> int:
    return sum(
        copy_late_events(move.source, move.target, table, tenant, move.cut or 0)
        for table in events
        for tenant in move.tenants
    )


def copy_changed(move: Move, tables: Sequence[Moved]) -> int:
    return sum(copying.copy_changed(move.source, move.target, it, move.tenants) for it in tables if it.live)


def compare(move: Move, tables: Sequence[Moved]) -> None:
    """A table that differs is copied again by the next run."""
    for table in tables:
        if not table.live:
            continue
        try:
            comparing.compare_live(move.source, move.target, table, move.tenants)
        except MoveError:
            with at(move.source):
                move.set(copied=[name for name in move.copied if name != table.name])
            raise


def catch_up(move: Move, events: Sequence[Moved], tables: Sequence[Moved], show: Callable[[str], object]) -> Move:
    """What has been added or changed meanwhile: a round takes as long as it has to copy, so the next has less, until
    that is no longer so."""
    before = 0
    for _ in range(ROUNDS):
        with at(move.source):
            projectors.project()  # what isn't derived yet would be while the family is frozen
            cut = oldest_running()
        copied = copy_late(move, events)
        changed = copy_changed(move, tables)
        number = sum(
            compare_events(move.source, move.target, table, move.tenants, since=move.cut, before=cut)
            for table in events
        )
        with at(move.source):
            move = move.set(cut=cut, events=(move.events or 0) + number)
        show(f"{copied:,} events and {changed:,} rows that were new or had changed.")
        if copied + changed < FEW or (before and copied + changed > before / 2):
            break
        before = copied + changed
    return move


def refuse_another_month(move: Move) -> None:
    """When a month is over, each cell folds the days of its rollup into one, at a moment of its own."""
    if move.watched_at is None or _month(move.watched_at) != _month(datetime.now(UTC)):
        raise MoveError("A month has begun meanwhile. Everything goes on in the source as before; run the move again.")


def _month(moment: datetime) -> tuple[int, int]:
    return moment.astimezone(UTC).year, moment.astimezone(UTC).month
