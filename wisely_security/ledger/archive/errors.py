class ArchiveError(Exception):
    """Says what is wrong with an archive, in a sentence for people."""
