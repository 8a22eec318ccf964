"""What a bundle says about itself, for whoever opens it first."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from .. import verify_bundle


def readme(vkey: str) -> str:
    program = Path(verify_bundle.__file__).read_bytes()
    return f"""\
These are events of a record, with the proof that they are what was recorded.

events.csv      the download: a row for each event
events.ndjson   the same events as they were sealed, a line for each
proof           leads from these events to the root of the log
checkpoint      the root of the log, signed
key             the public key that the signature is checked with
manifest.json   how a row of the CSV is written from an event

To check them, without a connection and without asking anybody:

    python verify_bundle.py THIS_FILE.zip --key KEY

verify_bundle.py is one file that needs Python 3.11 or later and nothing else. This bundle was written for the one with
the SHA-256 {sha256(program).hexdigest()}.
Take it, and the key, from somebody you trust, not from who gave you this bundle. The key in this bundle is

    {vkey}

What is proved: each row is exactly what was sealed, in its order; none was changed or slipped in. Whether rows could be
missing, the program says: a whole stretch of the log is complete, the rows that a filter selected need not be.

What is not proved: that what was recorded is true, and that the log shows everybody the same. Whoever has the signing
key could sign another log; that shows when a checkpoint that somebody else has kept does not fit. With --witness, the
program also checks that witnesses have signed this checkpoint.

README.txt and the way cells are written (manifest.json) are not sealed; the program shows the latter.
"""
