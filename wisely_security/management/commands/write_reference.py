from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from wisely_security.reference import document


class Command(BaseCommand):
    help = "Writes docs/reference/generated.md from the registries of the code."

    def handle(self, **options: Any) -> None:
        if not settings.DEVELOPMENT:
            raise CommandError(f"Commands of development belong into the reference as well. Run {document.COMMAND}")
        document.PATH.write_text(document.text())
        self.stdout.write(f"Wrote {document.PATH.relative_to(settings.BASE_DIR)}")
