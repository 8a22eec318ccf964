from wisely_security.ledger.archive import archives
from wisely_security.ledger.models import Archive

from ..archiving import CommandOnArchive


class Command(CommandOnArchive):
    help = "Removes a restored month from its record again. Its archive is kept."

    def work(self, archive: Archive) -> str:
        return f"{archives.drop_restored(archive)} dropped. {archive} is kept."
