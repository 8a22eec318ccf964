"""What can be done to an archive: a file, and in the database its SHA-256 and the hashes of its events."""

from __future__ import annotations

from tests.ledger.sealing.logs.departures.test_archives import ALTERATIONS, rewritten
from tests.ledger.sealing.logs.tampering import unguarded

from .attack import Attacks, Found, Who
from .scene import Scene

attacks = Attacks(Who.ARCHIVES)


@attacks("deletes an archive", Found("cannot be verified"))
def delete(scene: Scene) -> None:
    scene.archive.unlink()


@attacks("changes a byte of its file", Found("cannot be verified"))
def change(scene: Scene) -> None:
    content = scene.archive.read_bytes()
    scene.archive.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))


@attacks("alters an event in the file, and its SHA-256 in the database with it", Found("the archive was altered"))
def alter(scene: Scene) -> None:
    rewritten(scene.archive, ALTERATIONS["altered"][0])


@attacks("leaves an event out of both", Found("are missing in the archive"))
def leave_out(scene: Scene) -> None:
    rewritten(scene.archive, ALTERATIONS["deleted"][0])


@attacks("puts its events into another order", Found("has another place in the archive than in the log"))
def reorder(scene: Scene) -> None:
    rewritten(scene.archive, ALTERATIONS["moved"][0])


@attacks("adds an event that was never sealed", Found("it was inserted into the archive"))
def insert(scene: Scene) -> None:
    rewritten(scene.archive, ALTERATIONS["inserted"][0])


@attacks("takes an archive from the list, as if there had never been one", Found("is not in the list of archives"))
def forget(scene: Scene) -> None:
    scene.archive.unlink()
    unguarded("ledger_archive", "DELETE FROM ledger_archive")
