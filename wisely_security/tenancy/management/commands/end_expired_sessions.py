from typing import Any

from django.core.management.base import BaseCommand

from wisely_security.tenancy.sign_in.sessions import end_expired_sessions


class Command(BaseCommand):
    help = (
        "Ends expired sessions and records that they ended. A user's next visit does so too: this command covers users "
        "who never return. Run it every few minutes (docs/operating/operations.md)."
    )

    def handle(self, **options: Any) -> None:
        ended = end_expired_sessions()
        self.stdout.write(f"{ended} session{'' if ended == 1 else 's'} ended.")
