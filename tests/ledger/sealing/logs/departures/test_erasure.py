"""A person is erased from events: nothing of them is left, everything that was sealed is still proved, and what only
looks like an erasure is found."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import ProgrammingError, connection, transaction

from login_activity.models import LoginEvent
from tests.support import records
from tests.support.records import TABLE
from wisely_security.core.request_context import acting_as
from wisely_security.ledger.archive.archives import maintenance_session
from wisely_security.ledger.derived.projectors import project
from wisely_security.ledger.erasure import batches
from wisely_security.ledger.erasure.person import Person
from wisely_security.ledger.sealing import verify_bundle
from wisely_security.ledger.sealing.keys import signing_keys
from wisely_security.ledger.sealing.logs.event_proof import proof_file

from ..tampering import CHANGES, as_owner, logs_say, seal_all, sealed_events, tamper, unguarded, verify

pytestmark = pytest.mark.usefixtures("database")
MARKER = "Xylander"
BOB: dict[str, Any] = {
    "user_id": UUID(int=5),
    "user_name": f"Bob {MARKER}",
    "user_email": f"bob.{MARKER}@acme.example".lower(),
    "user_agent": f"Mozilla/5.0 ({MARKER})",
    "place": MARKER,
    "session": MARKER.lower(),
    "detail": f'{{"ended from": "{MARKER}"}}',
}
OTHERS: list[dict[str, Any]] = [
    {"acted_by": f"Bob {MARKER}", "user_name": "Alice Adams"},
    {"user_name": "Alice Adams", "detail": f'{{"area": "Users", "filters": {{"Search": "BOB {MARKER.upper()}"}}}}'},
    {"user_name": BOB["user_email"], "user_email": BOB["user_email"]},
]
PERSON = Person(frozenset({UUID(int=5)}), frozenset({str(BOB["user_email"])}), frozenset({str(BOB["user_name"])}))


def a_history(tenant: UUID, number: int = 600) -> None:
    """Events of Bob and of others among those of many people, in two runs of leaves and more."""
    for _ in range(2):
        records.append_many(tenant, number // 2 - 4)
        records.append_rows(tenant, [BOB, *OTHERS])
        seal_all()
        seal_all(CHANGES)


def erase(tenant: UUID, person: Person = PERSON) -> int:
    with maintenance_session():
        found = list(batches.find(person, tenant))
        return batches.erase(person, tenant, "Ticket 4711", found)


def seal_everything() -> None:
    seal_all()
    seal_all(CHANGES)


def dumped(*tables: str) -> str:
    return "".join(str(row) for table in tables for row in as_owner(f"SELECT to_jsonb(it) FROM {table} AS it"))


def test_nothing_of_the_person_is_left_and_all_is_still_proved() -> None:
    tenant = records.a_tenant()
    a_history(tenant)
    project()
    assert MARKER.lower() in dumped("ledger_search_segment").lower()
    assert erase(tenant) == 8
    assert (
        MARKER.lower() not in dumped(TABLE, CHANGES, "ledger_search_segment", "ledger_erased", "ledger_sealed").lower()
    )
    seal_everything()
    untouched, printed = verify()
    assert untouched, printed
    assert f"login-activity of tenant {tenant}: 8 events erased under “Ticket 4711”." in printed
    assert "8 of which a person was erased" in printed
    assert erase(tenant) == 0  # nothing is left to erase


def test_what_is_of_others_stays() -> None:
    tenant = records.a_tenant()
    a_history(tenant)
    before = events_of(tenant)
    erase(tenant)
    after = events_of(tenant)
    changed = [(was, now) for was, now in zip(before, after, strict=True) if was != now]
    assert len(changed) == 8
    _, by_bob, searched, tried = (now for _, now in changed[:4])
    assert (by_bob["user_name"], by_bob["acted_by"], by_bob["ip"]) == ("Alice Adams", "Erased person", None)
    assert searched["detail"] == {"area": "Users", "filters": {"Search": "Erased person"}}
    assert (searched["user_name"], searched["ip"]) == ("Alice Adams", "203.0.113.7")
    assert (tried["user_name"], tried["user_email"]) == ("Erased person", "")
    plain = [name for name in before[0] if name not in LoginEvent.personal]
    assert all(was[name] == now[name] for was, now in changed for name in plain)


def test_an_event_of_two_people_who_are_erased_one_after_the_other() -> None:
    tenant = records.a_tenant()
    a_history(tenant)
    erase(tenant)
    erase(tenant, Person(frozenset(), frozenset(), frozenset({"Alice Adams"})))
    seal_everything()
    assert "Alice" not in dumped(TABLE)
    untouched, printed = verify()
    assert untouched, printed


def test_events_that_are_not_sealed_yet() -> None:
    tenant = records.a_tenant()
    a_history(tenant)
    records.append_rows(tenant, [BOB])
    assert erase(tenant) == 9
    seal_everything()
    untouched, printed = verify()
    assert untouched, printed
    assert MARKER not in dumped(TABLE)


def test_the_proof_of_an_erased_event_is_checked_offline() -> None:
    tenant = records.a_tenant()
    a_history(tenant)
    erase(tenant)
    with acting_as(tenant_id=tenant):
        [event] = LoginEvent.objects.filter(tenant_id=tenant, user_id=UUID(int=5))[:1]
        proof = proof_file(event)
    [key] = as_owner("SELECT origin FROM ledger_log WHERE tenant_id = %s AND events = %s::regclass", tenant, TABLE)
    lines = list(verify_bundle.verify_event(proof, signing_keys().signer(key[0]).public.vkey, []))
    assert lines[0].startswith("GENUINE.")
    assert "Its personal fields have been erased; what follows is proved." in lines
    assert not any(line.startswith("user_name") for line in lines)


@pytest.mark.parametrize("column", ["user_name", "user_agent", "ip"])
def test_what_is_left_of_an_erased_event_cannot_be_altered(column: str) -> None:
    tenant = records.a_tenant()
    a_history(tenant)
    erase(tenant)
    seal_everything()
    tamper(f"UPDATE EVENTS SET {column} = '192.0.2.1' WHERE user_id = %s", UUID(int=5))
    _, findings = logs_say()
    assert len(findings) == 2
    assert all("is not what was sealed: it was altered." in finding for finding in findings)


def test_a_plain_field_of_an_erased_event_cannot_be_altered() -> None:
    tenant = records.a_tenant()
    a_history(tenant)
    erase(tenant)
    seal_everything()
    tamper("UPDATE EVENTS SET action = 'log_out' WHERE user_id = %s", UUID(int=5))
    assert len(logs_say()[1]) == 2


def forge(tenant: UUID, ids: Iterable[UUID], erasure: UUID) -> None:
    """What an owner without the key can do who knows how erasing works."""
    with maintenance_session():
        its = list(LoginEvent.objects.filter(tenant_id=tenant, pk__in=list(ids)))
        found = [batches.Found(LoginEvent, event.pk) for event in its]
        person = Person(frozenset(), frozenset(), frozenset(event.user_name for event in its))
        _, rows = batches._erase(LoginEvent, person, tenant, [each.id for each in found])
        batches.note(tenant, erasure, rows)


def test_an_erasure_that_was_not_recorded_is_an_alteration() -> None:
    tenant, ids = sealed_events()
    forge(tenant, ids[7:9], uuid4())
    _, findings = logs_say()
    assert [text for text in findings if "2 events are noted as erased under" in text]
    assert sum("no erasure was recorded that says so" in text for text in findings) == 2


def test_events_that_were_added_to_a_recorded_erasure() -> None:
    tenant = records.a_tenant()
    a_history(tenant)
    erase(tenant)
    seal_everything()
    [(erasure,)] = as_owner("SELECT DISTINCT erasure FROM ledger_erased")
    [(event_id,)] = as_owner("SELECT ids[7] FROM ledger_sealed WHERE events = %s::regclass AND first_index = 0", TABLE)
    forge(tenant, [event_id], erasure)
    untouched, printed = verify()
    assert not untouched
    assert "9 events are noted as erased" in printed


def test_a_recorded_erasure_that_the_key_has_not_signed() -> None:
    tenant = records.a_tenant()
    a_history(tenant)
    erase(tenant)
    seal_everything()
    unguarded("ledger_signed_erasure", "UPDATE ledger_signed_erasure SET note = replace(note, '8', '9')")
    assert "and the key of the log has not signed this" in verify()[1]


def test_the_application_can_neither_erase_nor_note_an_erasure() -> None:
    tenant, ids = sealed_events(10, 1)
    for statement in (
        "UPDATE login_activity_loginevent SET user_name = ''",
        "INSERT INTO ledger_erased VALUES (%s, 'login_activity_loginevent', %s, %s, '', '')",
        "SELECT ledger_redact('login_activity_loginevent', ARRAY['user_name'], '[]')",
        "SELECT ledger_replace_salts('login_activity_loginevent', NULL, NULL, NULL)",
    ):
        assert "permission denied" in _refused(statement, tenant, ids[0], uuid4())


def _refused(statement: str, *values: Any) -> str:
    with (
        acting_as(support=True),
        pytest.raises(ProgrammingError) as refused,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, values[: statement.count("%s")] or None)
    return str(refused.value)


def events_of(tenant: UUID) -> list[dict[str, Any]]:
    rows = as_owner(f"SELECT to_jsonb(it)::text FROM {TABLE} AS it WHERE tenant_id = %s ORDER BY id", tenant)
    return [json.loads(row) for (row,) in rows]
