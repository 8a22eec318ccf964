from wisely_security.ledger import archives
from wisely_security.ledger.models import Archive

from ..archiving import CommandOnArchive


class Command(CommandOnArchive):
    help = "Takes a restored month out of its record again. Its archive stays."

    def work(self, archive: Archive) -> str:
        return f"{archives.drop_restored(archive)} is dropped. {archive} stays."
