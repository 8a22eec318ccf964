import signal
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from wisely_security.ledger.derived.projectors import ProjectorThread, behind, project


class Command(BaseCommand):
    help = (
        "Keeps charts, totals and search up to date until it is stopped. Web processes do so too: this is for when "
        "they are stopped, or to share the work (docs/operating/operations.md)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="process what is new, then exit")
        parser.add_argument(
            "--check", action="store_true", help="process nothing; fail if an event has waited too long"
        )
        parser.add_argument("--minutes", type=int, default=5, help="how long an event may wait (default: 5)")

    def handle(self, *, once: bool, check: bool, minutes: int, **options: Any) -> None:
        if check:
            waiting = behind()
            if waiting > timedelta(minutes=minutes):
                raise CommandError(f"An event has been waiting for {waiting // timedelta(minutes=1)} minutes.")
            return
        if once:
            project()
            return
        thread = ProjectorThread()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: thread.request_stop())
        thread.work()
