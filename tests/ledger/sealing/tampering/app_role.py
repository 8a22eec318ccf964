"""What the role that serves requests can do."""

from __future__ import annotations

import os
from datetime import timedelta
from hashlib import sha256

import psycopg2
import pytest
from django.db import connection

from tests.ledger.sealing.logs.tampering import CHANGES, as_owner, verify
from tests.support import records
from tests.support.records import TABLE
from wisely_security.ledger.sealing.logs import sealer
from wisely_security.ledger.sealing.logs.published import outside

from .attack import Attack, Attacks, Found, NotFound, Refused, Who, statements
from .scene import Scene

attacks = Attacks(Who.APP_ROLE)
DENIED = Refused("it has no such right", "permission denied")
ELSEWHERE = "'11111111-1111-1111-1111-111111111111'"
OWNS = "must be owner of|permission denied"
AN_EVENT = f"(tenant_id, {', '.join(records.AN_EVENT)}) SELECT {{}}, {', '.join(records.AN_EVENT)} FROM {TABLE} LIMIT 1"


def _refused(what: str, outcome: Refused, *sql: str) -> Attack:
    return statements(Who.APP_ROLE, what, outcome, *sql)


attacks += [
    _refused(
        "updates, deletes or truncates events",
        DENIED,
        *(
            sql.format(table)
            for table in (TABLE, CHANGES)
            for sql in ("UPDATE {} SET status = 'success'", "DELETE FROM {}", "TRUNCATE {}", "LOCK TABLE {}")
        ),
    ),
    _refused(
        "inserts an event with an id, a time or a transaction of its choice",
        DENIED,
        *(
            f"INSERT INTO {TABLE} ({column}, tenant_id) VALUES ({value}, {ELSEWHERE})"
            for column, value in (("id", "uuidv7()"), ("tx", "1"))
        ),
    ),
    _refused(
        "inserts a sign-in of a tenant other than its transaction's",
        Refused("row-level security", "row-level security"),
        f"INSERT INTO {TABLE} {AN_EVENT.format(ELSEWHERE)}",
    ),
    _refused("inserts an event of the Audit Trail", DENIED, f"INSERT INTO {CHANGES} (tenant_id) VALUES ({ELSEWHERE})"),
    _refused(
        "has the recorder's function write an event of another tenant",
        Refused("the function compares the tenants", "of another tenant is refused"),
        f"SELECT audit_trail_record({ELSEWHERE}, 'users', '', 'edit', 'success', '', '', '', NULL, '', '[]')",
    ),
    _refused(
        "reads or writes a partition past the policies of its table",
        DENIED,
        f"SELECT FROM {TABLE}_default",
        f"INSERT INTO {TABLE}_default (tenant_id) VALUES ({ELSEWHERE})",
    ),
    _refused(
        "switches off guards, triggers or row-level security",
        Refused("it owns nothing", f"{OWNS}|row-level security"),
        f"ALTER TABLE {TABLE} DISABLE TRIGGER append_only",
        f"ALTER TABLE {TABLE} DISABLE ROW LEVEL SECURITY",
        f"DROP POLICY read ON {TABLE}",
        f"SET LOCAL row_security = off; SELECT FROM {TABLE}",
        "SET LOCAL session_replication_role = replica",
        "SET LOCAL ROLE wisely_owner",
    ),
    _refused(
        "makes a table, view, function, schema or trigger",
        Refused("it may create nothing", OWNS),
        "CREATE TABLE mine (id int)",
        f"CREATE TEMPORARY VIEW {TABLE} AS SELECT 1",
        "CREATE FUNCTION mine() RETURNS int RETURN 1",
        "CREATE SCHEMA mine",
        f"CREATE TRIGGER mine BEFORE INSERT ON {TABLE} EXECUTE FUNCTION ledger_refuse_change()",
    ),
    _refused(
        "writes leaves, checkpoints or what is noted of removals",
        DENIED,
        *(
            f"DELETE FROM {table}"
            for table in ("ledger_log", "ledger_sealed", "ledger_tile", "ledger_checkpoint", "ledger_removal")
        ),
        "UPDATE ledger_projector SET next_tx = 0",
        "SELECT ledger_note_removal('login_activity_loginevent', '2026-01-01', 'erased', '', NULL)",
    ),
]


@attacks(
    "appends leaves of events that never were, through the sealer's functions", Found("is missing: it was deleted")
)
def append_leaves(scene: Scene) -> None:
    _append_leaves(scene)


@attacks("signs a checkpoint with a key of its own", Found("is not signed as it should be"))
def append_checkpoint(scene: Scene) -> None:
    _append_leaves(scene)
    [(now,)] = scene.as_app("SELECT ledger_tx(pg_snapshot_xmin(pg_current_snapshot()))")
    edge, size = b"".join([sha256().digest()] * (scene.size + 1).bit_count()), scene.size + 1
    scene.as_app(
        "SELECT ledger_append_checkpoints(%s, %s::uuid[], %s, %s, %s, %s, %s)",
        *(TABLE, [str(scene.tenant)], [size], [edge], [sha256().digest()], ["—"], now),
    )


@attacks(
    "moves the sealer past events, so that they are never sealed", Found("was never sealed, though later ones were")
)
def skip_events(scene: Scene) -> None:
    records.append_many(scene.tenant, 3)
    [(now,)] = scene.as_app("SELECT ledger_tx(pg_snapshot_xmin(pg_current_snapshot()))")
    scene.as_app("SELECT ledger_end_sealing(%s, %s, NULL, NULL)", TABLE, now)


@attacks("marks checkpoints as published that are in no file", Found("is not in its file, where it was written"))
def mark_published(scene: Scene) -> None:
    records.append_many(scene.tenant, 3)
    with pytest.MonkeyPatch.context() as patch, pytest.raises(OSError, match="full"):
        patch.setattr(outside, "append", _full)
        sealer.seal(TABLE)
    scene.as_app("SELECT ledger_mark_published(%s, %s::uuid[], %s)", TABLE, [str(scene.tenant)], [scene.size + 3])


@attacks("leaves a transaction open, which holds the sealer back", Found("ledger.E011"))
def hold_back(scene: Scene) -> None:
    name = connection.settings_dict["NAME"]
    held = psycopg2.connect(os.environ["DATABASE_URL"], dbname=name)
    with held.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()")
    records.append_many(scene.tenant, 3)
    scene.seal()
    held.close()
    scene.later.append(timedelta(hours=2))


@attacks("notes that a verification found nothing", Found("it was altered"))
def note_nothing(scene: Scene) -> None:
    """The next one finds it again: its exit status and what it prints are not in the database."""
    scene.tamper("UPDATE EVENTS SET status = 'failure', reason = 'x' WHERE id = %s", scene.ids[0])
    assert not verify()[0]
    scene.as_app("SELECT ledger_note_verification(%s, %s, NULL, 300, 0, '')", scene.tenant, TABLE)


@attacks(
    "records events of now that did not happen, of any tenant",
    NotFound("recording is what it is for. It can do so at no other time than now, and take nothing back"),
)
def record(scene: Scene) -> None:
    records.append_many(scene.other, 1, action="log_out")
    scene.seal()


def _append_leaves(scene: Scene) -> None:
    last = scene.size // 256 * 256
    [(size,)] = as_owner(
        "SELECT size FROM ledger_log WHERE (tenant_id, events) = (%s, %s::regclass)", scene.tenant, TABLE
    )
    assert size == scene.size >= last
    scene.as_app(
        "SELECT ledger_append_leaves(%s, %s::uuid[], %s, %s, %s, %s, %s, %s)",
        *(TABLE, [str(scene.tenant)], ["x"], [size], ["{1}"], [f"{{{_FAR_AWAY}}}"], [bytes(16)], [bytes(32)]),
    )


_FAR_AWAY = "ffffffff-ffff-4fff-bfff-ffffffffffff"  # an id of no time that there is


def _full(*_: object) -> None:
    raise OSError("full")
