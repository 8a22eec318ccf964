"""What the owner of the tables can do to events."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from tests.ledger.sealing.logs.tampering import CHANGES, as_owner, unguarded
from tests.support import records
from tests.support.records import AN_EVENT, TABLE
from wisely_security.ledger.models import time_of

from .attack import Attacks, Found, NotFound, Refused, Who, statements
from .scene import Scene

attacks = Attacks(Who.OWNER)
ALTERED = Found("is not what was sealed: it was altered")
DELETED = Found("is missing: it was deleted")
INSERTED = Found("was never sealed, though later ones were: it was inserted")
COLUMNS = ", ".join(["tenant_id", *AN_EVENT])

attacks += [
    statements(
        Who.OWNER,
        "updates, deletes or truncates events",
        Refused("the guards of table and partitions", "is append-only"),
        *(
            sql.format(table)
            for table in (TABLE, f"{TABLE}_default", CHANGES, f"{CHANGES}_default")
            for sql in ("UPDATE {} SET status = 'success'", "DELETE FROM {}", "TRUNCATE {}")
        ),
    ),
    statements(
        Who.OWNER,
        "sets session_replication_role, so that no guard fires",
        Refused("that takes a superuser", "permission denied"),
        "SET session_replication_role = replica",
    ),
]


@attacks("updates a row, its guard disabled meanwhile", ALTERED)
def update(scene: Scene) -> None:
    scene.tamper("UPDATE EVENTS SET user_name = 'Somebody else' WHERE id = %s", scene.ids[120])


@attacks("rewrites who, where and what in single rows, to the last bit", ALTERED)
def update_any(scene: Scene) -> None:
    """Each of them is found."""
    for place, (column, value) in enumerate(
        {"action": "log_out", "ip": None, "detail": '{"a": 1.5}', "latitude": 1e-7, "user_agent_cut": True}.items()
    ):
        scene.tamper(f"UPDATE EVENTS SET {column} = %s WHERE id = %s", value, scene.ids[10 * place])


@attacks("deletes a row", DELETED)
def delete(scene: Scene) -> None:
    scene.tamper("DELETE FROM EVENTS WHERE id = %s", scene.ids[7])


@attacks("truncates a partition", DELETED)
def truncate(scene: Scene) -> None:
    scene.tamper("TRUNCATE EVENTS")


@attacks("drops a partition", Found("ledger.E001", also=(DELETED.text,)))
def drop(scene: Scene) -> None:
    as_owner(f"DROP TABLE {scene.partition}")


@attacks("detaches a partition", Found("ledger.E005", also=(DELETED.text,)))
def detach(scene: Scene) -> None:
    as_owner(f"ALTER TABLE {TABLE} DETACH PARTITION {scene.partition}")


@attacks("replaces a partition by a copy in which a row differs", Found("wisely_security.E020", also=(ALTERED.text,)))
def replace(scene: Scene) -> None:
    _replace(scene, "")


@attacks("replaces it by a copy that is guarded again", ALTERED)
def replace_guarded(scene: Scene) -> None:
    _replace(scene, f"SELECT ledger_guard('{scene.partition}')")


@attacks("lets the default partition take a month's place", Found("ledger.E001"))
def move_to_default(scene: Scene) -> None:
    names = f"id, tx, {COLUMNS}"
    as_owner(f"ALTER TABLE {TABLE} DETACH PARTITION {scene.partition}")
    as_owner(f"INSERT INTO {TABLE}_default ({names}) SELECT {names} FROM {scene.partition}")
    as_owner(f"DROP TABLE {scene.partition}")


@attacks("inserts a row into a sealed month, with a transaction of then", INSERTED)
def insert(scene: Scene) -> None:
    _insert(scene, "(SELECT min(tx) FROM EVENTS)")
    scene.seal()


@attacks(
    "inserts a row with an old id (UUIDv7), and has it sealed", Found("later than its time says: it is back-dated")
)
def back_date(scene: Scene) -> None:
    records.put_at(scene.tenant, time_of(scene.ids[0]) - timedelta(minutes=10))
    scene.seal()


@attacks("inserts a row of a time to come", Found("has a time that was still to come when it was sealed"))
def post_date(scene: Scene) -> None:
    records.put_at(scene.tenant, timezone.now() + timedelta(minutes=10))
    scene.seal()


@attacks(
    "inserts a row that never becomes due, with a transaction of the future",
    Found("a transaction that is still to come"),
)
def insert_never_due(scene: Scene) -> None:
    _insert(scene, "1::bigint << 60")
    scene.seal()


@attacks("swaps what two events say", ALTERED)
def swap(scene: Scene) -> None:
    one, two = scene.ids[3], scene.ids[250]
    scene.tamper(
        "UPDATE EVENTS AS one SET user_name = other.user_name FROM EVENTS AS other "
        "WHERE (one.id, other.id) IN ((%s, %s), (%s, %s))",
        *(one, two, two, one),
    )


@attacks("swaps the ids of two events, and so their order", ALTERED)
def swap_ids(scene: Scene) -> None:
    one, two = scene.ids[3], scene.ids[250]
    between = UUID(int=one.int + 1)
    for before, after in ((one, between), (two, one), (between, two)):
        scene.tamper("UPDATE EVENTS SET id = %s WHERE id = %s", after, before)


@attacks("gives an event another id, and so another time", Found(DELETED.text, also=(INSERTED.text,)))
def rewrite_id(scene: Scene) -> None:
    scene.tamper("UPDATE EVENTS SET id = %s WHERE id = %s", UUID(int=scene.ids[9].int + 1), scene.ids[9])


@attacks("gives an event another transaction", Found("was given another place: its transaction is"))
def rewrite_tx(scene: Scene) -> None:
    scene.tamper("UPDATE EVENTS SET tx = tx - 1 WHERE id = %s", scene.ids[9])


@attacks(
    "has an event sealed once more, with a transaction of now", Found("was given another place", also=("sealed twice",))
)
def seal_again(scene: Scene) -> None:
    scene.tamper("UPDATE EVENTS SET tx = ledger_tx(pg_current_xact_id()) WHERE id = %s", scene.ids[4])
    scene.seal()


@attacks("moves an event to another tenant", Found(DELETED.text, also=(INSERTED.text,)))
def move(scene: Scene) -> None:
    scene.tamper("UPDATE EVENTS SET tenant_id = %s WHERE id = %s", scene.other, scene.ids[5])


@attacks(
    "takes a tenant's events away, log and checkpoints included",
    Found("the database has 0 sealed events, its"),
)
def take_all(scene: Scene) -> None:
    scene.tamper("DELETE FROM EVENTS WHERE tenant_id = %s", scene.tenant)
    for table in ("ledger_log", "ledger_sealed", "ledger_tile"):
        as_owner(f"DELETE FROM {table} WHERE tenant_id = %s", scene.tenant)
    unguarded("ledger_checkpoint", "DELETE FROM ledger_checkpoint WHERE tenant_id = %s", scene.tenant)


@attacks("alters an event of the Audit Trail", Found(ALTERED.text, also=("audit-trail of tenant",)))
def alter_change(scene: Scene) -> None:
    [(partition, event_id)] = as_owner(f"SELECT tableoid::regclass::text, id FROM {CHANGES} ORDER BY id LIMIT 1")
    unguarded(partition, f"UPDATE {partition} SET actor_name = 'Nobody' WHERE id = %s", event_id)


@attacks(
    "alters an event within the seconds before it is sealed",
    NotFound(
        "a seal says what was there when it was made. Where something holds the sealer back for longer, `ledger.E011`"
    ),
)
def alter_early(scene: Scene) -> None:
    records.append_many(scene.tenant, 1)
    scene.tamper("UPDATE EVENTS SET user_name = 'Somebody else' WHERE id > %s", scene.ids[-1])
    scene.seal()


@attacks(
    "changes data of the platform with its trigger disabled, so that no event is written",
    NotFound("an event that nobody recorded is in no log. While the trigger is off, `audit_trail.E003`"),
)
def change_unrecorded(scene: Scene) -> None:
    as_owner("ALTER TABLE tenancy_tenant DISABLE TRIGGER USER")
    as_owner("UPDATE tenancy_tenant SET name = 'Nobody' WHERE id = %s", scene.tenant)
    for (name,) in as_owner(
        "SELECT tgname FROM pg_trigger WHERE tgrelid = 'tenancy_tenant'::regclass AND NOT tgisinternal"
    ):
        as_owner(f"ALTER TABLE tenancy_tenant ENABLE ALWAYS TRIGGER {name}")


def _insert(scene: Scene, tx: str) -> None:
    sql = f"INSERT INTO EVENTS (id, tx, {COLUMNS}) SELECT %s, {tx}, {COLUMNS} FROM EVENTS WHERE id = %s"
    scene.tamper(sql, UUID(int=scene.ids[20].int + 1), scene.ids[20])


def _replace(scene: Scene, then: str) -> None:
    name = scene.partition
    names = f"id, tx, {COLUMNS}"
    [(bounds,)] = as_owner("SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE relname = %s", name)
    as_owner(f"ALTER TABLE {TABLE} DETACH PARTITION {name}")
    as_owner(f"ALTER TABLE {name} RENAME TO before")
    as_owner(f"CREATE TABLE {name} PARTITION OF {TABLE} {bounds}")
    as_owner(f"INSERT INTO {name} ({names}) SELECT {names} FROM before")
    as_owner(f"UPDATE {name} SET place = 'Elsewhere' WHERE id = %s", scene.ids[50])
    as_owner("DROP TABLE before")
    if then:
        as_owner(then)
