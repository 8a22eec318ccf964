from wisely_security.ledger import archives
from wisely_security.ledger.models import Archive

from ..archiving import CommandOnArchive


class Command(CommandOnArchive):
    help = "Brings an archived month back into its record, for pages, filters and downloads, until drop_restored."

    def work(self, archive: Archive) -> str:
        return f"{archive} is back, as it was: {archives.restore(archive)}."
