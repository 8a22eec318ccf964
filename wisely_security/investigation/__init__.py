"""What happened around an event: the story of a session, everything about a person, the history of a record.

Each page reads both records, and shows of them what its reader may see.
"""
