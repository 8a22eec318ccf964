from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from wisely_security.ledger.months.locks import BusyError
from wisely_security.ledger.sealing.keys import SigningKeyError
from wisely_security.moving import measuring, moves, preparing, steps
from wisely_security.moving.errors import MoveError


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
            self._move(slug, to, dry_run=dry_run, cancel=cancel)
        except (MoveError, BusyError, SigningKeyError) as error:
            raise CommandError(str(error)) from error

    def _move(self, slug: str, to: str, *, dry_run: bool, cancel: bool) -> None:
        move = moves.unfinished(slug)
        if move and move.target != to:
            raise CommandError(f"They are on their way to {move.target}. Finish that first, or --cancel it.")
        if move and cancel:
            steps.cancel(move)
            self.stdout.write(f"Cancelled. They live in {move.source}.")
            return
        if cancel:
            raise CommandError("There is no move to cancel.")
        if move is None or dry_run:
            source = move.source if move else preparing.where(slug)
            tenants = preparing.family(source, slug)
            if dry_run:
                for line in measuring.lines(source, to, tenants):
                    self.stdout.write(line)
                return
            if found := preparing.obstacles(source, to, [tenant.pk for tenant in tenants]):
                raise CommandError(" ".join(found))
            move = moves.begin(tenants, source, to)
        seconds = steps.run(move, self.stdout.write)
        if seconds is not None:
            self.stdout.write(f"Nothing could be written of them for {seconds:.1f} seconds.")
