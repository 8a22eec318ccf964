from wisely_security.ledger import restoring
from wisely_security.ledger.models import Archive

from ..archiving import CommandOnArchive


class Command(CommandOnArchive):
    help = "Brings an archived month back into its record, for pages, filters and downloads, until drop_restored."

    def work(self, archive: Archive) -> str:
        restored = restoring.restore(archive)
        said = f"{archive} is back, as it was: {restored.name}."
        if restored.left_out:
            said += f" Left out, for the record has them no more: {', '.join(restored.left_out)}."
        if restored.added:
            said += f" Added, for it did not have them: {', '.join(restored.added)}."
        return said
