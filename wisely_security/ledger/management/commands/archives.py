from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import filesizeformat

from wisely_security.core.request_context import acting_as
from wisely_security.ledger.archive.archive_files import state
from wisely_security.ledger.archive.archives import is_restored
from wisely_security.ledger.models import Archive


class Command(BaseCommand):
    help = "Lists the archives, and fails unless all their files are there as they were written (docs/retention.md)."

    def handle(self, **options: Any) -> None:
        with acting_as(support=True):
            found = list(Archive.objects.order_by("events", "month", "name"))
        damaged = 0
        for each in found:
            restored = "  restored" if is_restored(each) else ""
            self.stdout.write(f"{each.name}  {each.rows:,} events  {filesizeformat(each.size)}{restored}")
            self.stdout.write(f"  archived {each.archived_at:%Y-%m-%d %H:%M} UTC. {each.rule}")
            self.stdout.write(f"  manifest {each.manifest_sha256}")
            self.stdout.write(f"  root     {each.root}")
            if wrong := state(each):
                damaged += 1
                self.stdout.write(self.style.ERROR(f"  {wrong}"))
        if not found:
            self.stdout.write("There are no archives.")
        if damaged:
            raise CommandError(f"{damaged} of {len(found)} archives are damaged. Take their files from your backups.")
