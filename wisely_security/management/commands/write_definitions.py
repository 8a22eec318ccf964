import os
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from wisely_security.database.safeguards import definitions

from .check_new_database import new_database


class Command(BaseCommand):
    help = (
        "Writes the hashes of the functions that a newly migrated database has, with which manage.py check compares "
        "those in use. After a migration that makes or replaces functions. The owner needs CREATEDB."
    )

    def handle(self, **options: Any) -> None:
        with new_database(f"wisely_definitions_{os.getpid()}"):
            call_command("migrate", verbosity=0, skip_checks=True)
            definitions.write()
        self.stdout.write(f"Wrote {definitions.PATH.relative_to(settings.BASE_DIR)}")
