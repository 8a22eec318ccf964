"""What the owner of the tables can do to what is sealed, without the signing key."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from unittest.mock import patch

from django.utils import timezone

from tests.ledger.sealing.logs.tampering import as_owner, unguarded
from tests.support import records
from tests.support.records import TABLE
from wisely_security.database.replication.alias_override import override_default
from wisely_security.ledger.erasure import batches
from wisely_security.ledger.erasure.person import Person
from wisely_security.ledger.sealing.logs.departures import erasures
from wisely_security.ledger.sealing.logs.growing import GrowingTree, split

from .attack import Attacks, Found, NotFound, Refused, Who, statements
from .scene import Scene

attacks = Attacks(Who.OWNER_OF_LOGS)
APPEND_ONLY = ("ledger_checkpoint", "ledger_removal", "ledger_verification", "ledger_archive")
REWRITTEN = "what was sealed was rewritten"
SET_HASH = (
    "UPDATE ledger_sealed SET hashes = overlay(hashes PLACING %s FROM (32 * (%s - first_index) + 1)::int) "
    "WHERE tenant_id = %s AND events = %s::regclass AND first_index <= %s AND first_index + number > %s"
)
OF_LOG = "tenant_id = %s AND events = %s::regclass"

attacks.append(
    statements(
        Who.OWNER_OF_LOGS,
        "updates or deletes checkpoints, removals, outcomes of verifications, the list of archives",
        Refused("their guards", "is append-only"),
        *(f"DELETE FROM {table}" for table in APPEND_ONLY),
    )
)


def _of_log(scene: Scene, sql: str) -> None:
    as_owner(f"{sql} WHERE {OF_LOG}", scene.tenant, TABLE)


def _of_checkpoints(scene: Scene, sql: str, *values: object) -> None:
    unguarded("ledger_checkpoint", sql.replace("LOG", OF_LOG), *values, scene.tenant, TABLE)


def _set_hash(scene: Scene, index: int) -> None:
    as_owner(SET_HASH, sha256(b"forged").digest(), index, scene.tenant, TABLE, index, index)


@attacks(
    "rewrites the hash of a leaf", Found("the hashes of leaves 0 to 255 are not those", also=("(leaf 5) is not what",))
)
def rewrite_hash(scene: Scene) -> None:
    _set_hash(scene, 5)


@attacks("rewrites the hash of a new leaf, which no hash is stored above yet", Found(f"events: {REWRITTEN}"))
def rewrite_new_hash(scene: Scene) -> None:
    _set_hash(scene, scene.size - 10)


@attacks("rewrites event, leaf and tree so that they agree", Found(f"events: {REWRITTEN}"))
def rewrite_tree(scene: Scene) -> None:
    _set_hash(scene, 5)
    tree = GrowingTree()
    tree.extend(split(scene.hashes()))
    as_owner(
        "UPDATE ledger_tile SET hashes = overlay(hashes PLACING %s FROM 1) "
        f"WHERE (level, number) = (1, 0) AND {OF_LOG}",
        *(tree.complete[0].hash, scene.tenant, TABLE),
    )


@attacks("rewrites a hash above the leaves", Found("are not those that are stored above them"))
def rewrite_tile(scene: Scene) -> None:
    _of_log(scene, "UPDATE ledger_tile SET hashes = overlay(hashes PLACING decode('00ff', 'hex') FROM 1)")


@attacks(
    "rewrites what the next leaves are appended to", Found("that new leaves are appended to are not those of its tree")
)
def rewrite_edge(scene: Scene) -> None:
    _of_log(scene, "UPDATE ledger_log SET edge = overlay(edge PLACING decode('00ff', 'hex') FROM 5)")


@attacks("rewrites salts", Found("is not what was sealed: it was altered"))
def rewrite_salt(scene: Scene) -> None:
    _of_log(scene, "UPDATE ledger_sealed SET salts = overlay(salts PLACING decode('00ff', 'hex') FROM 1)")


@attacks("rewrites ids, order or transactions of leaves", Found("was given another place: its transaction is"))
def rewrite_txs(scene: Scene) -> None:
    _of_log(scene, "UPDATE ledger_sealed SET txs[2] = txs[1] - 1")


@attacks("rewrites the size of a log", Found("leaves are stored, its size is noted as"))
def rewrite_size(scene: Scene) -> None:
    _of_log(scene, "UPDATE ledger_log SET size = size - 1, published = published - 1")


@attacks("rewrites the name of a log", Found("is not signed as it should be"))
def rewrite_origin(scene: Scene) -> None:
    _of_log(scene, "UPDATE ledger_log SET origin = 'elsewhere'")


@attacks("rewrites what proofs are looked up by", Found("what is noted of its leaves from 0 on is not so"))
def rewrite_bounds(scene: Scene) -> None:
    _of_log(scene, "UPDATE ledger_sealed SET last_tx = last_tx + 1")


@attacks("deletes leaves", Found("stored leaves from 0 on are missing"))
def delete_leaves(scene: Scene) -> None:
    as_owner(f"DELETE FROM ledger_sealed WHERE {OF_LOG} AND first_index = 0", scene.tenant, TABLE)


@attacks("stores leaves in a child of their table", Found("wisely_security.E030", also=("are stored twice",)))
def inherit_leaves(scene: Scene) -> None:
    as_owner("CREATE TABLE more () INHERITS (ledger_sealed)")
    as_owner("INSERT INTO more SELECT * FROM ledger_sealed")


@attacks("deletes checkpoints", Found("is in its file but not in the database"))
def delete_checkpoint(scene: Scene) -> None:
    _of_checkpoints(scene, "DELETE FROM ledger_checkpoint WHERE size < %s AND LOG", scene.size)


@attacks(
    "rewrites the root of a checkpoint",
    Found("has another root in its file", also=("says something else in its signed",)),
)
def rewrite_root(scene: Scene) -> None:
    _of_checkpoints(
        scene, "UPDATE ledger_checkpoint SET root = %s WHERE size = %s AND LOG", sha256().digest(), scene.size
    )


@attacks("rewrites a signed note", Found("is not signed as it should be"))
def rewrite_note(scene: Scene) -> None:
    _of_checkpoints(scene, "UPDATE ledger_checkpoint SET note = replace(note, 'A', 'B') WHERE LOG")


@attacks("sets the sealer back, so that events are sealed twice", Found("was sealed twice: the sealer was set back"))
def set_back(scene: Scene) -> None:
    as_owner("UPDATE ledger_projector SET next_tx = 0 WHERE name = 'ledger_seal'")
    scene.seal()


@attacks("sets the sealer ahead, so that events are never sealed", Found("was never sealed, though later ones were"))
def set_ahead(scene: Scene) -> None:
    records.append_many(scene.tenant, 3)
    as_owner("UPDATE ledger_projector SET next_tx = ledger_tx(pg_snapshot_xmax(pg_current_snapshot()))")


@attacks("deletes events and notes that they left by the rules", Found("is missing: it was deleted"))
def forge_removal(scene: Scene) -> None:
    """Whoever has the key signs such a note: without it, it explains nothing."""
    scene.tamper("DELETE FROM EVENTS WHERE tenant_id = %s", scene.tenant)
    as_owner(
        "SELECT ledger_note_removal(%s, date_trunc('month', now() AT TIME ZONE 'UTC')::date, 'erased', 'old', %s)",
        *(TABLE, scene.tenant),
    )


@attacks(
    "takes a name out of events and notes it as the erasure of a person", Found("no erasure was recorded that says so")
)
def forge_erasure(scene: Scene) -> None:
    person = Person(frozenset(), frozenset(), frozenset({"Person 5"}))
    with override_default("owner"), patch.object(erasures, "sign"):
        batches.erase(person, scene.tenant, "E-1", list(batches.find(person, scene.tenant)))


@attacks(
    "inserts a row with an old id and rewrites when earlier checkpoints were signed",
    NotFound("the time of a checkpoint is not signed with it. A witness signs the time with what it has seen"),
)
def rewrite_signing_times(scene: Scene) -> None:
    records.put_at(scene.tenant, timezone.now() - timedelta(minutes=10))
    scene.seal()
    unguarded("ledger_checkpoint", "UPDATE ledger_checkpoint SET next_tx = 1::bigint << 60")
