from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from login_activity.models import LoginEvent
from wisely_security.demo.tampering.altering import Altered, TamperingError, alter, altered, forget, restore
from wisely_security.demo.tampering.resealing import reseal
from wisely_security.ledger.sealing.keys import SigningKeyError

NEXT = {
    "alter": "Look at Login Activity: there is a warning above every page, and the event's proof is refused.\n"
    "Next, seal it again with the stolen key: manage.py demo_tamper reseal. Or put it back: manage.py demo_tamper undo",
    "reseal": "In the database, everything fits again. Only the checkpoint file, which is outside of it, betrays the\n"
    "change: that is why copies of it belong elsewhere, and with witnesses. Put it back: manage.py demo_tamper undo",
    "undo": "Everything is as it was, to the byte.",
}


class Command(BaseCommand):
    help = (
        "Tampers with the demo as its owner could, and verifies. alter: turns a failed sign-in of Acme into a success. "
        "reseal: seals it again with the signing key, as if that had been stolen. undo: puts everything back."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("step", choices=list(NEXT), help="what to do")
        parser.add_argument("--event", type=UUID, metavar="ID", help="with alter: this failed sign-in, not the newest")

    def handle(self, *, step: str, event: UUID | None, **options: Any) -> None:
        if "owner" not in connections:
            raise CommandError("Only the owner of the database can do this: set DATABASE_OWNER_URL.")
        try:
            getattr(self, f"_{step}")(event)
        except (TamperingError, SigningKeyError) as error:
            raise CommandError(str(error)) from None
        self.stdout.write("\nmanage.py verify\n")
        try:
            call_command("verify", stdout=self.stdout, no_color=True)
        except CommandError as findings:
            self.stdout.write(str(findings))
        self.stdout.write(f"\n{NEXT[step]}")

    def _alter(self, event_id: UUID | None) -> None:
        event = alter(event_id)
        self.stdout.write(
            f"Altered the sign-in {event.id} of {event.user_name}: it failed ({event.reason}), now it is a success."
        )

    def _reseal(self, _: UUID | None) -> None:
        number = reseal(LoginEvent, _the_altered().tenant)
        checkpoints = "1 checkpoint" if number == 1 else f"{number:,} checkpoints"
        self.stdout.write(f"Computed the log again, and signed {checkpoints} with the stolen key.")

    def _undo(self, _: UUID | None) -> None:
        event = _the_altered()
        restore(event)
        reseal(LoginEvent, event.tenant)
        forget()
        self.stdout.write(f"Put the sign-in {event.id} of {event.user_name} back as it was.")


def _the_altered() -> Altered:
    if event := altered():
        return event
    raise TamperingError("No event is altered. Begin with: manage.py demo_tamper alter")
