"""What a bundle says about itself, for whoever opens it first."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from .. import verify_bundle
from .manifest import Manifest


def readme(vkey: str, manifest: Manifest) -> str:
    program = Path(verify_bundle.__file__).read_bytes()
    facts = "".join(f"{name}: {value}\n" for name, value in manifest.facts.items())
    return f"""\
These are events of a record, with the proof that they are what was recorded.

{facts}
WHAT IS IN THIS FILE

events.csv      the download: a row for each event, the same as without proof
events.ndjson   the same events as they were sealed, a line for each
proof           leads from these events to the root of the log
checkpoint      the root of the log, signed
manifest.json   how a row of the CSV is written from an event
statement       the hashes of these files, signed when they were delivered
key             the public key that the signatures are checked with

HOW TO CHECK IT

Without a connection and without asking anybody, before you unpack it:

    python verify_bundle.py THIS_FILE.zip --key KEY

verify_bundle.py is one file that needs Python 3.11 or later and nothing else. It is on the page Settings > Security >
Integrity of the site, and this bundle was written for the one with the SHA-256
{sha256(program).hexdigest()}.
Take it, and the key, from somebody you trust, not from whoever gave you this bundle. The key in this bundle is

    {vkey}

It ends with 0 where everything is genuine, 1 where something is not, 2 where nothing could be checked. With --complete,
it also ends with 1 unless it is proved that the bundle has all events of its period.

WHAT IS PROVED

Each row is exactly what was sealed, in its order; none was changed, slipped in or taken out since the site delivered
this file. {_completeness(manifest)}

WHAT IS NOT PROVED

That what was recorded is true, and that the log shows everybody the same. Whoever has the signing key could sign
another log; that shows when a checkpoint that somebody else has kept does not fit. With --witness, the program also
checks that witnesses have signed this checkpoint.

WHAT TO KEEP

Keep this file as it is, and beside it verify_bundle.py and the key, noted when you had no doubts. They are enough to
check it in ten years; nothing of the site is needed.
"""


def _completeness(manifest: Manifest) -> str:
    if manifest.period:
        return (
            "No filter was set, so it is also proved that no event of\n"
            "the period is missing; the program says how far that goes."
        )
    return (
        "These rows were selected, so it is not proved that no other\n"
        "event matches. Download a whole period without filters for that."
    )
