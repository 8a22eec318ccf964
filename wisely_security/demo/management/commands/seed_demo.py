from argparse import ArgumentParser
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from wisely_security.demo import DAYS, changes, findings, notes, people, reports, sign_ins
from wisely_security.demo.backdating import back_dating
from wisely_security.demo.networks import provide_places
from wisely_security.demo.patterns import Seed
from wisely_security.ledger.derived.projectors import project
from wisely_security.ledger.months import partitions
from wisely_security.progress import progress
from wisely_security.tenancy.sign_in.demo_password import DEMO_PASSWORD

EVENTS, SEED = 4000, 1
SIGN_INS_FOR_A_CHANGE = 10


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
        if not sign_ins:
            self._seed(events, seed)
        elif who := people.sign_ins():
            self._show(who)

    def _seed(self, events: int | None, seed: int) -> None:
        if "owner" not in connections:
            raise CommandError("Only the owner of the database can load the demo: set DATABASE_OWNER_URL.")
        if events is not None and events < sign_ins.FEWEST_EVENTS:
            raise CommandError(f"The demo needs at least {sign_ins.FEWEST_EVENTS} events.")
        match people.found():
            case people.Found.OTHERS:
                raise CommandError(
                    "This database contains tenants or users that are not part of the demo. Use an empty database."
                )
            case people.Found.NOTHING:
                self._load(events or EVENTS, seed, new=True)
                self._show(people.SIGN_INS)
            case people.Found.DEMO if events:
                number = self._load(events, f"{seed} {uuid4()}", new=False)
                self.stdout.write(f"{events:,} events and {number:,} changes were added to the demo.")
            case people.Found.DEMO:
                self.stdout.write("The demo is already loaded; nothing was changed. --events N adds N events to it.")

    def _load(self, events: int, seed: Seed, *, new: bool) -> int:
        """All or nothing, but for empty partitions. Returns the number of everyday changes."""
        until = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        number = events // SIGN_INS_FOR_A_CHANGE
        since = people.first_day(until) if new else until - timedelta(days=DAYS)
        partitions.create(since.date(), partitions.add_months(until.date(), 1))
        provide_places()
        with back_dating(keys=new), progress(events + number) as bar:
            demo = people.create(until, seed) if new else people.existing(until, seed)
            number = changes.load(demo, number, bar.update, scripted=new)
            sign_ins.load(demo, events, bar.update, scripted=new)
            if new:
                findings.load(demo)
                reports.load(demo)
                notes.load(demo)
        project()
        return number

    def _show(self, who: dict[str, str]) -> None:
        lines = "".join(f"  {email:<22} {what}\n" for email, what in who.items())
        self.stdout.write(f"Sign in with the password {DEMO_PASSWORD} as\n\n{lines}")
