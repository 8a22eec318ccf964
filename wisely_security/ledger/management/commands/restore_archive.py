from wisely_security.ledger.archive.restore import restoring
from wisely_security.ledger.models import Archive

from ..archiving import CommandOnArchive


class Command(CommandOnArchive):
    help = "Brings an archived month back into its record, for pages, filters and downloads, until drop_restored."

    def work(self, archive: Archive) -> str:
        restored = restoring.restore(archive)
        summary = f"{archive} restored: {restored.name}."
        if restored.left_out:
            summary += f" Left out, because the record no longer has them: {', '.join(restored.left_out)}."
        if restored.added:
            summary += f" Added, because the archive does not have them: {', '.join(restored.added)}."
        return summary
