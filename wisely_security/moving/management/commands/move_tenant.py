from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError

from wisely_security.database.cells.routing import all_cells
from wisely_security.ledger.archive.errors import ArchiveError
from wisely_security.ledger.months.locks import BusyError
from wisely_security.ledger.sealing.keys import SigningKeyError
from wisely_security.moving import measuring, moves, preparing, steps
from wisely_security.moving.at import maintenance
from wisely_security.moving.errors import MoveError
from wisely_security.moving.moves import Move


class Command(BaseCommand):
    help = (
        "Moves a tenant, with its aggregator and all enterprises of that, to another cell while everybody works; "
        "nothing can be written of them for seconds (docs/operating/cells.md). What was cut short goes on with the "
        "same command."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="the tenant, or any of its family")
        parser.add_argument("--to", required=True, metavar="CELL", help="where to")
        parser.add_argument("--dry-run", action="store_true", help="change nothing; show what would move")
        parser.add_argument("--cancel", action="store_true", help="undo a move that has not switched yet")

    def handle(self, *, slug: str, to: str, dry_run: bool, cancel: bool, **options: Any) -> None:
        try:
            source = self._source(slug, to)
            if dry_run:
                for line in measuring.lines(source, to, preparing.family(source, slug)):
                    self.stdout.write(line)
                return
            with maintenance(*{source, to}):
                self._move(slug, source, to, cancel=cancel)
        except (MoveError, ArchiveError, BusyError, SigningKeyError) as error:
            raise CommandError(str(error)) from error
        except (OperationalError, InterfaceError) as error:
            raise CommandError(f"A database was lost. The same command goes on: {error}") from error
        except OSError as error:
            raise CommandError(f"A file can't be read or written. The same command goes on: {error}") from error

    def _source(self, slug: str, to: str) -> str:
        if to not in all_cells():
            raise CommandError(f"There is no cell {to}. The cells are {', '.join(all_cells())}.")
        move = _unfinished(slug, to)
        return move.source if move else preparing.where(slug)

    def _move(self, slug: str, source: str, to: str, *, cancel: bool) -> None:
        """Nobody else begins one meanwhile, or goes on with it."""
        move = _unfinished(slug, to)
        if cancel:
            if move is None:
                raise CommandError("There is no move to cancel.")
            steps.cancel(move)
            self.stdout.write(f"Cancelled. They live in {move.source}.")
            return
        if move is None:
            tenants = preparing.family(source, slug)
            if found := preparing.obstacles(source, to, [tenant.pk for tenant in tenants]):
                raise CommandError(" ".join(found))
            move = moves.begin(tenants, source, to)
        seconds = steps.run(move, self.stdout.write)
        if seconds is not None:
            self.stdout.write(f"Nothing could be written of them for {seconds:.1f} seconds.")


def _unfinished(slug: str, to: str) -> Move | None:
    move = moves.unfinished(slug)
    if move and move.target != to:
        raise CommandError(f"They are on their way to {move.target}. Finish that first, or --cancel it.")
    return move
