from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import filesizeformat

from wisely_security.core.request_context import acting_as
from wisely_security.ledger.archive.files.archive_files import state, unknown
from wisely_security.ledger.archive.retention import is_restored
from wisely_security.ledger.models import Archive


class Command(BaseCommand):
    help = (
        "Lists the archives, and fails unless all their files are there as they were written, and no others "
        "(docs/operating/retention.md). manage.py verify also verifies each event in them."
    )

    def handle(self, **options: Any) -> None:
        with acting_as(support=True):
            found = list(Archive.objects.order_by("events", "month", "name").prefetch_related("rewrites"))
            damaged = sum([self._show(each) for each in found])
        if not found:
            self.stdout.write("There are no archives.")
        others = unknown(found)
        for path in others:
            self.stdout.write(self.style.ERROR(f"{path.name} is no archive that was written by this database."))
        if damaged:
            raise CommandError(f"{damaged} of {len(found)} archives are damaged. Take their files from your backups.")
        if others:
            raise CommandError("There are files that are no archives of this database. Move them elsewhere.")

    def _show(self, archive: Archive) -> bool:
        """Whether something is wrong with it."""
        restored = "  restored" if is_restored(archive) else ""
        written = archive.rewrites.last() or archive
        self.stdout.write(f"{archive.name}  {archive.rows:,} events  {filesizeformat(written.size)}{restored}")
        self.stdout.write(f"  archived {archive.archived_at:%Y-%m-%d %H:%M} UTC. {archive.rule}")
        for each in archive.rewrites.all():
            self.stdout.write(f"  rewritten {each.rewritten_at:%Y-%m-%d %H:%M} UTC. {each.reason}")
        self.stdout.write(f"  SHA-256  {written.sha256}")
        if wrong := state(archive):
            self.stdout.write(self.style.ERROR(f"  {wrong}"))
        return bool(wrong)
