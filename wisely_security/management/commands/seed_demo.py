from argparse import ArgumentParser
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections, transaction

from login_activity import demo as login_activity
from wisely_security.database.backdating import as_owner, keys_of_the_past
from wisely_security.ledger import partitions
from wisely_security.ledger.follow import follow
from wisely_security.progress import Progress
from wisely_security.tenancy import demo as tenancy
from wisely_security.tenancy.demo_password import DEMO_PASSWORD
from wisely_security.workspace import demo as workspace

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
            help=f"how many login events (default: {EVENTS}), plus a tenth as many changes",
        )
        parser.add_argument(
            "--seed", type=int, default=SEED, help=f"a different number gives a different history (default: {SEED})"
        )

    def handle(self, *, events: int | None, seed: int, **options: Any) -> None:
        if not settings.DEVELOPMENT:
            raise CommandError("The demo is for development: its password is public. Set DEBUG=1 to load it.")
        if "owner" not in connections:
            raise CommandError("Only the owner of the database can load the demo: set DATABASE_OWNER_URL.")
        if events is not None and events < login_activity.FEWEST_EVENTS:
            raise CommandError(f"The demo needs at least {login_activity.FEWEST_EVENTS} events.")
        match tenancy.look():
            case tenancy.Found.DEMO:
                if events is None:
                    self.stdout.write(
                        "The demo is already loaded; nothing was changed. --events N adds N events to it."
                    )
                else:
                    self._add(events, seed)
                    follow()
                return
            case tenancy.Found.OTHERS:
                raise CommandError(
                    "This database contains tenants or users that are not part of the demo. Use an empty database."
                )
        self._load(events or EVENTS, seed)
        follow()
        self.stdout.write(f"Sign in with the password {DEMO_PASSWORD} as\n\n")
        self.stdout.write("".join(f"  {email:<22} {who}\n" for email, who in tenancy.SIGN_INS.items()))

    def _add(self, events: int, seed: int) -> None:
        until, more = self._prepare(), f"{seed} {uuid4()}"
        changes = workspace.everyday_changes(events)
        with as_owner(), transaction.atomic(), Progress(events + changes) as progress:
            demo = tenancy.existing()
            changes = workspace.add(demo, changes=changes, seed=more, until=until, progress=progress.show)
            login_activity.add(demo, events=events, seed=more, until=until, progress=progress.after(changes))
        self.stdout.write(f"{events:,} events and {changes:,} changes were added to the demo.")

    def _prepare(self) -> datetime:
        """Up to when the demo tells."""
        until = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        since = until - timedelta(days=login_activity.DAYS)
        partitions.create(since.date(), partitions.add_months(until.date(), 1))
        login_activity.prepare()
        return until

    def _load(self, events: int, seed: int) -> None:
        """All or nothing, but for empty partitions."""
        until, changes = self._prepare(), workspace.everyday_changes(events)
        partitions.create(tenancy.first_day(until), until.date())
        with as_owner(), transaction.atomic(), keys_of_the_past(), Progress(events + changes) as progress:
            demo = tenancy.create(until, partial(login_activity.client_of, until=until, seed=seed))
            workspace.load(demo, changes=changes, seed=seed, until=until, progress=progress.show)
            login_activity.load(demo, events=events, seed=seed, until=until, progress=progress.after(changes))
