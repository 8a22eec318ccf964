"""For the operator: after a new key was put first in FACTOR_KEYS."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from wisely_security.progress import progress

from ...sign_in.factors.key_rotation import Outcome, in_use, rotate, to_rotate


class Command(BaseCommand):
    help = (
        "Encrypt the secrets of all authenticator apps with the first of FACTOR_KEYS. It may be interrupted and run "
        "again, while the site is in use."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        outcome, apps = Outcome(), to_rotate()
        with progress(len(apps), "secrets") as bar:
            for _ in rotate(apps, outcome):
                bar.update(1)
        self.stdout.write(f"Encrypted with the first key: {outcome.rotated:,} secrets.")
        if outcome.unreadable:
            apps_of = ", ".join(outcome.unreadable)
            raise CommandError(
                f"None of FACTOR_KEYS opens {len(outcome.unreadable):,} secrets: put their key back and run this "
                f"again, or reset the second factors of their people. Authenticator apps: {apps_of}."
            )
        (_, *older), _ = in_use()
        if older and not any(older):
            self.stdout.write("The other keys are no longer needed: remove them from FACTOR_KEYS.")
