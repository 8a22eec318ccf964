"""What is done to the checkpoint files, to the whole database at once, and with the signing key."""

from __future__ import annotations

import re
import shutil

from login_activity.models import LoginEvent
from tests.ledger.sealing.logs.tampering import as_owner, unguarded
from tests.support import records
from tests.support.records import TABLE
from wisely_security.demo.tampering.resealing import reseal
from wisely_security.ledger.sealing.keys import signing_keys
from wisely_security.ledger.sealing.logs.published import outside
from wisely_security.ledger.sealing.logs.signing import signed_note

from .attack import Attacks, Found, FoundOutside, Who
from .scene import Scene

files, key = Attacks(Who.FILES), Attacks(Who.KEY)


@files("deletes a file", Found("is not in its file, where it was written"))
def delete_file(scene: Scene) -> None:
    scene.file.unlink()


@files("removes a checkpoint from a file", Found("is not in its file, where it was written"))
def remove_entry(scene: Scene) -> None:
    first, *rest = scene.file.read_bytes().split(b"\n\n\xe2\x80\x94")
    scene.file.write_bytes(b"\n\n".join([first.partition(b"\n\n")[2], *rest]))


@files("changes a character of a signature", Found("in the file is not signed as it should be"))
def change_signature(scene: Scene) -> None:
    note = scene.file.read_text()
    scene.file.write_text(f"{note[:-20]}{'A' if note[-20] != 'A' else 'B'}{note[-19:]}")


@files("adds a checkpoint of a larger log, without the key", Found("in the file is not signed as it should be"))
def add_entry(scene: Scene) -> None:
    last = list(outside.entries("login-activity", scene.tenant))[-1].note.decode()
    scene.file.write_text(scene.file.read_text() + last.replace(f"\n{scene.size}\n", f"\n{scene.size + 1}\n") + "\n")


@files("restores an old backup of the database", Found("an old state", also=("ledger.E009",)))
def old_backup(scene: Scene) -> None:
    """The file goes on where the database does not: as it would be after a restore."""
    note = signed_note(signing_keys(), _origin(scene), scene.size + 100, bytes(32))
    scene.file.write_text(f"{scene.file.read_text()}{note}\n")


@files("restores an old backup of database and files", FoundOutside("an old state"))
def old_backup_of_both(scene: Scene) -> None:
    """What was sealed since then is in neither; the copy elsewhere has seen it."""
    before = scene.file.read_bytes()
    old_backup(scene)
    shutil.copytree(scene.files, scene.copied_files, dirs_exist_ok=True)
    scene.file.write_bytes(before)


@key("alters an event and seals its log again", Found("has another root in its file"))
def alter_and_reseal(scene: Scene) -> None:
    _alter_and_reseal(scene)


@key("deletes an event, and seals a log without it", Found("has another root in its file"))
def delete_and_reseal(scene: Scene) -> None:
    """Its leaf has to go: the log becomes shorter than it was, or another event takes its place."""
    scene.tamper("UPDATE EVENTS SET tenant_id = %s WHERE id = %s", scene.other, scene.ids[-1])
    scene.tamper("UPDATE EVENTS SET tenant_id = %s WHERE id = %s", scene.tenant, scene.ids[-1])
    scene.tamper("UPDATE EVENTS SET action = 'view', detail = '{}' WHERE id = %s", scene.ids[-1])
    reseal(LoginEvent, scene.tenant)


@key("does so and rewrites the checkpoint files too", FoundOutside("has another root in its file"))
def alter_and_rewrite_files(scene: Scene) -> None:
    _alter_and_reseal(scene)
    query = "SELECT note FROM ledger_checkpoint WHERE tenant_id = %s AND events = %s::regclass ORDER BY size"
    scene.file.write_text("".join(f"{note}\n" for (note,) in as_owner(query, scene.tenant, TABLE)))


@key("begins a new log of altered events, files included", FoundOutside("an old state"))
def begin_again(scene: Scene) -> None:
    scene.tamper("DELETE FROM EVENTS WHERE id = %s", scene.ids[3])
    for table in ("ledger_log", "ledger_sealed", "ledger_departed", "ledger_tile"):
        as_owner(f"DELETE FROM {table} WHERE events = %s::regclass", TABLE)
    for table in ("ledger_checkpoint", "ledger_removal"):
        unguarded(table, f"DELETE FROM {table} WHERE events = %s::regclass", TABLE)
    unguarded("ledger_archive", "DELETE FROM ledger_archive")
    as_owner("DELETE FROM ledger_projector WHERE (name, events) = ('ledger_seal', %s)", TABLE)
    shutil.rmtree(scene.files / "login-activity")
    scene.seal()


def _alter_and_reseal(scene: Scene) -> None:
    scene.tamper("UPDATE EVENTS SET user_name = 'Somebody else' WHERE id = %s", scene.ids[3])
    reseal(LoginEvent, scene.tenant)
    records.append_many(scene.other, 1)


def _origin(scene: Scene) -> str:
    [(origin,)] = as_owner(
        "SELECT origin FROM ledger_log WHERE (tenant_id, events) = (%s, %s::regclass)", scene.tenant, TABLE
    )
    return str(origin)


assert re
