from argparse import ArgumentParser
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from django.core.management.base import BaseCommand, CommandError
from django.db import connections, transaction

from wisely_security.demo import changes, people, sign_ins
from wisely_security.demo.backdating import as_owner, back_dating
from wisely_security.ledger import partitions
from wisely_security.ledger.follow import follow
from wisely_security.progress import Progress
from wisely_security.tenancy.demo_password import DEMO_PASSWORD

EVENTS, SEED = 4000, 1


class Command(BaseCommand):
    help = (
        "Fills an empty database with demo data: companies, people and what they did in the last 45 days. "
        "A database that has the demo is left as it is, or gets --events more. One with any other data is refused."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--events",
            type=int,
            help=f"how many login events (default: {EVENTS}), with a tenth as many changes beside the scenarios",
        )
        parser.add_argument(
            "--seed", type=int, default=SEED, help=f"a different number gives a different history (default: {SEED})"
        )
        parser.add_argument("--sign-ins", action="store_true", help="only show whom to sign in as, in a demo")

    def handle(self, *, events: int | None, seed: int, sign_ins: bool, **options: Any) -> None:
        if sign_ins:
            self._show_sign_ins()
        else:
            self._seed(events, seed)

    def _seed(self, events: int | None, seed: int) -> None:
        if "owner" not in connections:
            raise CommandError("Only the owner of the database can load the demo: set DATABASE_OWNER_URL.")
        if events is not None and events < sign_ins.FEWEST_EVENTS:
            raise CommandError(f"The demo needs at least {sign_ins.FEWEST_EVENTS} events.")
        found = people.found()
        if found is people.Found.OTHERS:
            raise CommandError(
                "This database contains tenants or users that are not part of the demo. Use an empty database."
            )
        if found is people.Found.DEMO and events is None:
            self.stdout.write("The demo is already loaded; nothing was changed. --events N adds N events to it.")
        elif found is people.Found.DEMO:
            self._add(events or 0, seed)
        else:
            self._load(events or EVENTS, seed)
            self._show_sign_ins()

    def _add(self, events: int, seed: int) -> None:
        until, more = self._prepare(), f"{seed} {uuid4()}"
        number = changes.everyday_changes(events)
        with as_owner(), transaction.atomic(), back_dating(), Progress(events + number) as progress:
            demo = people.existing()
            number = changes.add(demo, changes=number, seed=more, until=until, progress=progress.show)
            sign_ins.add(demo, events=events, seed=more, until=until, progress=progress.after(number))
        follow()
        self.stdout.write(f"{events:,} events and {number:,} changes were added to the demo.")

    def _prepare(self) -> datetime:
        """The midnight that the demo ends at."""
        until = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        since = until - timedelta(days=sign_ins.DAYS)
        partitions.create(since.date(), partitions.add_months(until.date(), 1))
        sign_ins.prepare()
        return until

    def _load(self, events: int, seed: int) -> None:
        """All or nothing, but for empty partitions."""
        until, number = self._prepare(), changes.everyday_changes(events)
        partitions.create(people.first_day(until), until.date())
        with as_owner(), transaction.atomic(), back_dating(keys=True), Progress(events + number) as progress:
            demo = people.create(until, lambda user: sign_ins.client_of(user, until=until, seed=seed))
            changes.load(demo, changes=number, seed=seed, until=until, progress=progress.show)
            sign_ins.load(demo, events=events, seed=seed, until=until, progress=progress.after(number))
        follow()

    def _show_sign_ins(self) -> None:
        if who := people.sign_ins():
            self.stdout.write(f"Sign in with the password {DEMO_PASSWORD} as\n\n")
            self.stdout.write("".join(f"  {email:<22} {what}\n" for email, what in who.items()))
