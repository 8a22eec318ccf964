from typing import Any

from django.core.management.base import BaseCommand

from wisely_security.tenancy.sessions import end_expired_sessions


class Command(BaseCommand):
    help = (
        "Ends sessions whose time is over and records it. A visit does so too: this is for those who never come back. "
        "Run it every few minutes (docs/operations.md)."
    )

    def handle(self, **options: Any) -> None:
        ended = end_expired_sessions()
        self.stdout.write(f"{ended} session{'' if ended == 1 else 's'} ended.")
