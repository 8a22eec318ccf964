"""For the operator: support staff or a tenant's Super Admin who has lost device and recovery codes."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ...sign_in.authentication import find_user
from ...sign_in.factors.of_person import reset


class Command(BaseCommand):
    help = (
        "Remove the second factors of a person, end their sessions, and have them choose a new password by a link to "
        "their mailbox. It is recorded, and they are notified."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the e-mail address that they sign in with")
        parser.add_argument("--checked", required=True, help="how you made sure that it is them, which is recorded")

    def handle(self, *args: Any, email: str, checked: str, **options: Any) -> None:
        user = find_user(email)
        if user is None:
            raise CommandError(f"Nobody signs in as {email}.")
        had = reset(user, by=None, checked=checked)
        self.stdout.write(f"Removed: {', '.join(had)}." if had else f"{user} has no second factor.")
