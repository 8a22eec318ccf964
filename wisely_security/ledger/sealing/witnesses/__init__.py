"""Checkpoints on their way out of reach of the database's owner: the newest ones, and the client of witnesses
(C2SP tlog-witness) with the cosignatures that come back."""
