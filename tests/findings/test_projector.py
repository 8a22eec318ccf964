"""What new events are found in, by the projector: once, whoever runs it and however it ends."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, connections, transaction
from pytest_django import DjangoDbBlocker

from login_activity.models import LoginEvent
from tests.support import databases, records
from tests.support.cast import Cast, create_cast
from wisely_security.core.request_context import acting_as
from wisely_security.findings.engine import projector, store
from wisely_security.findings.models import Alert, Finding
from wisely_security.tenancy.models import Tenant

INDIA: dict[str, Any] = {"ip": "106.51.72.9", "country": "IN", "place": "Bengaluru, Karnataka, India"}
BRAZIL: dict[str, Any] = {
    "ip": "177.32.8.7",
    "country": "BR",
    "place": "São Paulo, São Paulo, Brazil",
    "latitude": -23.55,
    "longitude": -46.63,
}


@pytest.fixture(scope="module")
def database(template_database: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Cast]:
    """One for all tests of the file, for they commit. Each is about people of its own."""
    with django_db_blocker.unblock(), databases.fresh_database(f"{databases.TEMPLATE}_findings"):
        yield create_cast()


def somebody(name: str = "Priya Nair") -> dict[str, Any]:
    return {"user_id": uuid4(), "user_name": name}


def travel(tenant: Tenant, person: dict[str, Any]) -> list[UUID]:
    """Signs in at home and 26 minutes later on another continent."""
    at = datetime.now(UTC) - timedelta(hours=2)
    first = records.put_at(tenant.pk, at, **person, **INDIA)
    return [first, records.put_at(tenant.pk, at + timedelta(minutes=26), **person, **BRAZIL)]


def project() -> None:
    while projector.consume(LoginEvent._meta.db_table):
        pass


def until_found(tenant: Tenant, person: dict[str, Any], number: int = 1) -> list[Finding]:
    """Other tests on the same server hold transactions open; what they hold back comes later."""
    while True:
        project()
        with acting_as(tenant_id=tenant.pk):
            found = list(Finding.objects.filter(person=person["user_id"], rule="impossible_travel"))
        if len(found) >= number:
            return found


def test_a_finding_names_its_events_and_is_found_once(database: Cast) -> None:
    person = somebody()
    events = travel(database.acme, person)
    [finding] = until_found(database.acme, person)
    project()
    with acting_as(tenant_id=database.acme.pk):
        assert Finding.objects.filter(person=person["user_id"]).count() == 1
        assert store.events_of(finding) == {"login-activity": events}
        assert finding.title == "Impossible travel: Priya Nair"
        assert " km in 26 min" in finding.sentence
        assert Tenant.objects.get(pk=database.acme.pk).open_findings == Finding.objects.still_open().count()
        assert [alert.user_id for alert in Alert.objects.filter(finding=finding)] == [database.alice.pk]


def test_a_person_is_followed_from_one_window_to_the_next(database: Cast) -> None:
    person = somebody()
    at = datetime.now(UTC) - timedelta(hours=2)
    records.put_at(database.acme.pk, at, **person, **INDIA)
    project()
    records.put_at(database.acme.pk, at + timedelta(minutes=26), **person, **BRAZIL)
    until_found(database.acme, person)


def test_what_follows_belongs_to_the_finding(database: Cast) -> None:
    person = somebody()
    events = travel(database.acme, person)
    until_found(database.acme, person)
    at = datetime.now(UTC) - timedelta(minutes=90)
    download = {"action": "view", "reason": "downloaded", "detail": '{"area": "Login Activity", "rows": 934}'}
    events.append(records.put_at(database.acme.pk, at, **person, **BRAZIL, **download))
    while True:
        [finding] = until_found(database.acme, person)
        if "then" in finding.evidence:
            break
    assert finding.sentence.endswith("Then: downloaded Login Activity (934 rows).")
    with acting_as(tenant_id=database.acme.pk):
        assert (store.events_of(finding), finding.number) == ({"login-activity": events}, 3)


def test_a_transaction_that_commits_late_is_not_missed(database: Cast) -> None:
    late, early = somebody("Late"), somebody("Early")
    other = connections["default"].copy()
    try:
        with acting_as(tenant_id=database.acme.pk), other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT set_config('wisely.tenant_id', %s, true)", [str(database.acme.pk)])
            for person, where in ((late, INDIA), (late, BRAZIL)):
                row = {"tenant_id": database.acme.pk, **records.AN_EVENT, **person, **where}
                cursor.execute(
                    f"INSERT INTO login_activity_loginevent ({', '.join(row)}) VALUES ({', '.join(['%s'] * len(row))})",
                    list(row.values()),
                )
            travel(database.acme, early)
            project()
            cursor.execute("COMMIT")
    finally:
        other.close()
    assert until_found(database.acme, late)
    assert until_found(database.acme, early)


def test_another_tenants_findings_are_not_seen(database: Cast) -> None:
    person = somebody()
    travel(database.acme, person)
    until_found(database.acme, person)
    with acting_as(tenant_id=database.globex.pk), connection.cursor() as cursor:
        assert not Finding.objects.filter(person=person["user_id"]).exists()
        for table in ("findings_event", "findings_memory"):
            cursor.execute(f"SELECT count(*) FROM {table} WHERE tenant_id = %s", [database.acme.pk])
            assert cursor.fetchone() == (0,)


def test_one_person_of_two_tenants_is_two_people(database: Cast) -> None:
    person = somebody()
    at = datetime.now(UTC) - timedelta(hours=2)
    records.put_at(database.acme.pk, at, **person, **INDIA)
    records.put_at(database.globex.pk, at + timedelta(minutes=26), **person, **BRAZIL)
    last = somebody()
    travel(database.acme, last)
    until_found(database.acme, last)
    with acting_as(support=True):
        assert not Finding.objects.filter(person=person["user_id"]).exists()


def test_where_it_fails_it_has_done_nothing(database: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    person = somebody()
    travel(database.acme, person)
    with monkeypatch.context() as patch:
        patch.setattr(store, "count_open", lambda tenants: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            until_found(database.acme, person)
    with acting_as(tenant_id=database.acme.pk):
        assert not Finding.objects.filter(person=person["user_id"]).exists()
    until_found(database.acme, person)


def test_a_large_transaction_is_consumed_in_parts(database: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projector, "MOST", 7)
    person, at = somebody(), datetime.now(UTC) - timedelta(hours=3)
    with transaction.atomic(using="owner"):
        for number in range(40):
            records.put_at(database.acme.pk, at + timedelta(seconds=number), **somebody(f"Person {number}"))
        travel(database.acme, person)
    until_found(database.acme, person)


def test_while_one_works_another_does_nothing(database: Cast) -> None:
    person = somebody()
    travel(database.acme, person)
    other = connections["default"].copy()
    try:
        with transaction.atomic(), acting_as(support=True), connection.cursor() as cursor:
            cursor.execute("SELECT since FROM findings_begin_window(10)")
            while cursor.fetchone() == (None,):  # held back by others
                cursor.execute("SELECT since FROM findings_begin_window(10)")
            with other.cursor() as second:
                second.execute("SELECT since FROM findings_begin_window(10)")
                assert second.fetchone() == (None,)
    finally:
        other.close()
    until_found(database.acme, person)
