"""The steps of a move. Each may be killed, and the whole begun again by the same command: a step that was done does
nothing, and one that was not is done from where it was.

    copying   everything goes on; events and the tables that grow with them are copied and compared, and what has
              been added or changed since is copied until little is left
    frozen    nothing is written of the family; the last of that, and all other rows, are copied and compared
    departed  the source has let go
    switched  the target has taken over, and recorded it; the source still has its copy
    done      which it has erased
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

from django.db import Error, connection

from wisely_security.cells import directory
from wisely_security.core.request_context import FIRST_CELL
from wisely_security.ledger.derived import projectors
from wisely_security.ledger.derived.projectors import SEALER
from wisely_security.ledger.months.partitions import event_tables
from wisely_security.ledger.sealing.logs.sealer import SealingError, publish

from . import archives, comparing, copying, moves
from .at import ask, at, oldest_running, writing
from .errors import MoveError
from .live import catching_up
from .live.watching import unwatch
from .moves import Move
from .preparing import prepare, refuse_changed_family
from .recording import record_move
from .tables import Moved, moved_events, moved_tables

LONGEST_FREEZE = 60.0  # seconds until writers and projectors of the source have ended; then it thaws
PAUSE = 0.05
POINTS = (
    *("prepared", "copied", "copied live", "copied late", "compared", "archives", "caught up"),
    *("frozen", "consumed", "last events", "rows", "all compared"),
    *("departed", "switched", "archives installed", "rows erased", "erased", "archives erased"),
)

# Who writes to a guarded table holds a lock on it, and has held it since before the guard let the statement pass.
_WRITERS = """
    SELECT DISTINCT virtualtransaction FROM pg_locks
    WHERE locktype = 'relation' AND mode = 'RowExclusiveLock' AND granted AND pid <> pg_backend_pid()
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND relation IN (SELECT tgrelid FROM pg_trigger WHERE tgname = 'residence')
"""
_reached: Callable[[str], None] = lambda point: None  # noqa: E731  (tests end the work here)


def run(move: Move, show: Callable[[str], object]) -> float | None:
    """Inside ``maintenance`` of both cells, as ``cancel``. Returns how long the family was frozen: None, where it had
    been switched before."""
    with at(move.source):
        tables, events = moved_tables(), moved_events()
    seconds = None
    if move.state in ("copying", "frozen"):
        if move.state == "copying":
            move = _copy(move, events, tables, show)
        move = _freeze(move, events, tables, show)
    if move.state == "departed":
        move, seconds = _switch(move)
        show(f"{move.name} lives in {move.target}.")
    if move.state == "switched":
        _erase(move, events, tables)
    return seconds


def cancel(move: Move) -> None:
    if move.state not in ("copying", "frozen"):
        raise MoveError(f"{move.name} lives in {move.target} already. Run the same move again to finish it.")
    with at(move.source):
        tables, events = moved_tables(), moved_events()
    _thaw(move)
    unwatch(move)
    archives.discard(move)
    _remove(move.target, move, events, tables)
    with at(move.target):
        ask("DELETE FROM cells_residence WHERE tenant_id = ANY (%s) AND state = 'arriving'", move.tenants)
    with at(move.source):
        move.set(state="cancelled")


def _copy(move: Move, events: list[Moved], tables: list[Moved], show: Callable[[str], object]) -> Move:
    prepare(move, events)
    if move.cut is None:
        with at(move.source):
            move = move.set(cut=oldest_running())
    _reached("prepared")
    for table in events:
        copied = sum(copying.copy_new_events(move.source, move.target, table, tenant) for tenant in move.tenants)
        show(f"{table.name}: {copied:,} events copied.")
    _reached("copied")
    move = catching_up.copy_live(move, tables, show)
    _reached("copied live")
    with at(move.source):
        cut = oldest_running()
    catching_up.copy_late(move, events)
    _reached("copied late")
    number = sum(comparing.compare_events(move.source, move.target, it, move.tenants, before=cut) for it in events)
    with at(move.source):
        move = move.set(cut=cut, events=number)
    catching_up.compare(move, tables)
    show(f"{number:,} events, and the rows that grow with them, are the same on both sides.")
    _reached("compared")
    move = archives.copy(move, show)
    _reached("archives")
    move = catching_up.catch_up(move, events, tables, show)
    _reached("caught up")
    return move


def _freeze(move: Move, events: list[Moved], tables: list[Moved], show: Callable[[str], object]) -> Move:
    with writing(move.source, move.tenants):
        moves.put(move.tenants, "frozen", move.target, expected="here")
        ask("UPDATE moving_move SET frozen_at = coalesce(frozen_at, clock_timestamp()) WHERE id = %s", move.id)
        move = move.set(state="frozen")
    _reached("frozen")
    try:
        return _frozen(move, events, tables, show)
    except (Exception, KeyboardInterrupt):
        try:
            _thaw(move)
        except Error as error:
            raise MoveError(
                f"{move.source} was lost. They stay frozen until this is run again, or --cancel."
            ) from error
        raise


def _frozen(move: Move, events: list[Moved], tables: list[Moved], show: Callable[[str], object]) -> Move:
    deadline = time.monotonic() + LONGEST_FREEZE
    archives.refuse_changed(move)
    _wait_for_writers(move, deadline)
    _consume(move, events, deadline)
    _reached("consumed")
    catching_up.copy_late(move, events)
    _reached("last events")
    changed = catching_up.copy_changed(move, tables)
    others = [table for table in tables if not table.live]
    copying.copy_rows(move.source, move.target, others, move.tenants)
    _reached("rows")
    last = sum(comparing.compare_events(move.source, move.target, it, move.tenants, since=move.cut) for it in events)
    rows = comparing.compare_rows(move.source, move.target, others, move.tenants)
    number = (move.events or 0) + last
    show(f"While frozen: {last:,} events, {changed:,} rows that had changed, and {rows:,} others copied and compared.")
    show(f"{number:,} events and all other rows are the same on both sides.")
    catching_up.refuse_another_month(move)
    _reached("all compared")
    with writing(move.source, move.tenants):
        refuse_changed_family(move)
        moves.put(move.tenants, "departed", move.target, expected="frozen")
        move = move.set(state="departed", events=number)
    _reached("departed")
    return move


def _thaw(move: Move) -> None:
    with at(move.source):
        if not connection.is_usable():
            connection.close()
    with writing(move.source, move.tenants):
        moves.put(move.tenants, "here", "", expected="frozen")
        ask("UPDATE moving_move SET frozen_at = NULL WHERE id = %s", move.id)
        move.set(state="copying")


def _wait_for_writers(move: Move, deadline: float) -> None:
    """Until those have ended that passed the guard before the family was frozen: they hold locks on guarded tables."""
    with at(move.source):
        before = {key for (key,) in ask(_WRITERS)}
        while before & {key for (key,) in ask(_WRITERS)}:
            _pause(deadline, "A transaction that writes has been running for too long")


def _consume(move: Move, events: list[Moved], deadline: float) -> None:
    """What is derived from the last events, and their seals."""
    with at(move.source):
        ask("SELECT set_config('wisely.moving', %s, false)", " ".join(map(str, move.tenants)))
        try:
            projectors.project()
            while any(_is_pending(it, move) for it in events):
                _pause(deadline, "A transaction that has been running for long keeps projectors from the last events")
                projectors.project()
        finally:
            ask("SELECT set_config('wisely.moving', '', false)")


def _is_pending(table: Moved, move: Move) -> bool:
    sql = (
        f"SELECT EXISTS (SELECT FROM {table.name} WHERE tenant_id = ANY (%s) AND tx >= ("  # noqa: S608
        "SELECT min(coalesce(next_tx, 0)) FROM unnest(%s) AS it (name) "
        "LEFT JOIN ledger_projector AS of ON (of.name, of.events) = (it.name, %s)))"
    )
    return ask(sql, move.tenants, projectors.names(), table.name) == [(True,)]


def _pause(deadline: float, why: str) -> None:
    if time.monotonic() > deadline:
        raise MoveError(f"{why}. Everything goes on in the source as before; run the move again later.")
    time.sleep(PAUSE)


def _switch(move: Move) -> tuple[Move, float]:
    frozen = "extract(epoch FROM clock_timestamp() - frozen_at)::float8"
    with at(move.source):
        [(seconds, events, frozen_at)] = ask(
            f"SELECT {frozen}, events, frozen_at FROM moving_move WHERE id = %s",  # noqa: S608
            move.id,
        )
    with writing(move.target, move.tenants):
        arriving = ask("SELECT 1 FROM cells_residence WHERE tenant_id = ANY (%s) AND state = 'arriving'", move.tenants)
        moves.put(move.tenants, "here", "", expected="arriving")
        if arriving:
            details = {"From": move.source, "To": move.target, "Seconds without writes": f"{seconds:.1f}"}
            for tenant in move.tenants:
                record_move(tenant, details)
            archives.take_over(move)
            ask(
                "INSERT INTO moving_move (tenants, slugs, name, source, target, state, events, frozen_at, "
                "frozen_seconds, finished_at) VALUES (%s, %s, %s, %s, %s, 'done', %s, %s, %s, clock_timestamp())",
                *(move.tenants, move.slugs, move.name, move.source, move.target, events, frozen_at, seconds),
            )
    with at(FIRST_CELL):
        directory.point(move.tenants, move.target)
    with at(move.source):
        move = move.set(state="switched", frozen_seconds=seconds)
    _publish(move)
    _reached("switched")
    return move, seconds


def _publish(move: Move) -> None:
    """Nothing uses a checkpoint that is not in the file of its cell. What goes wrong with it goes wrong again in the
    sealer of the target, which says so."""
    with at(move.target), suppress(SealingError, OSError):
        for table in event_tables():
            # By this row sealers exclude each other; where nothing was ever recorded, there is none yet.
            ask("INSERT INTO ledger_projector (name, events) VALUES (%s, %s) ON CONFLICT DO NOTHING", SEALER, table)
            publish(table)


def _erase(move: Move, events: list[Moved], tables: list[Moved]) -> None:
    archives.install(move)
    _reached("archives installed")
    unwatch(move)
    _remove(move.source, move, events, tables)
    archives.leave_out(move)
    _reached("archives erased")
    with at(move.source):
        ask("UPDATE moving_move SET state = 'done', finished_at = clock_timestamp() WHERE id = %s", move.id)


def _remove(cell: str, move: Move, events: list[Moved], tables: list[Moved]) -> None:
    copying.remove_rows(cell, [table for table in tables if not table.live], move.tenants)
    _reached("rows erased")
    for table in [*(table for table in tables if table.live), *events]:
        copying.remove_in_batches(cell, table, move.tenants)
    _reached("erased")
