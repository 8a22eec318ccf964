"""A change of a record with members (a group and its users) takes several statements and is one event at the commit."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection, transaction

from audit_trail.models import AuditEvent
from tests.support.cast import Cast
from tests.workspace.samples.making import build, make
from wisely_security.core.request_context import acting_as, current, using
from wisely_security.devserver.embedded.roles import SUPERUSER
from wisely_security.tenancy.models import User
from wisely_security.workspace.modules.business_groups import BusinessGroup, BusinessGroupUser

from .paths.outside import session

RecordedEvents = list[tuple[str, dict[str, Any]]]


class Undo(Exception):  # noqa: N818
    pass


@pytest.fixture
def acme(committed_cast: Cast) -> Any:
    with acting_as(tenant_id=committed_cast.acme.pk):
        yield committed_cast


@pytest.fixture
def group(acme: Cast) -> BusinessGroup:
    group = make(BusinessGroup, acme.acme, name="North")
    group.users.add(acme.alice)
    return group


@pytest.fixture
def recorded(group: BusinessGroup) -> Callable[[], RecordedEvents]:
    """The events of the group since it was prepared: action, and the values of each field."""
    key, known = group.pk, set(AuditEvent.objects.values_list("pk", flat=True))

    def read() -> RecordedEvents:
        events = AuditEvent.objects.filter(resource_id=key).exclude(pk__in=known).order_by("id")
        return [(event.action, {change["field"]: _values(change) for change in event.changes}) for event in events]

    return read


def _values(change: dict[str, Any]) -> Any:
    if "added" in change:
        return change["added"], change["removed"]
    return change.get("before"), change.get("after")


def test_record_and_members_are_one_event(
    group: BusinessGroup, acme: Cast, recorded: Callable[[], RecordedEvents]
) -> None:
    with transaction.atomic():
        group.name = "South"
        group.save()
        group.users.set([acme.bob])
        assert recorded() == []  # not before the commit
    assert recorded() == [("edit", {"name": ("North", "South"), "user": (["Bob Brown"], ["Alice Adams"])})]


def test_a_new_group_is_one_event_with_its_users(acme: Cast) -> None:
    with transaction.atomic():
        group = build(BusinessGroup, acme.acme, name="New")
        group.save()
        group.users.add(acme.alice, acme.bob)
    [event] = AuditEvent.objects.filter(resource_id=group.pk)
    assert event.action == "add" and event.resource_name == "New"
    assert event.changes[-1]["added"] == ["Alice Adams", "Bob Brown"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda group, acme: group.users.add(acme.bob), (["Bob Brown"], [])),
        (lambda group, acme: group.users.remove(acme.alice), ([], ["Alice Adams"])),
        (lambda group, acme: group.users.set([acme.bob]), (["Bob Brown"], ["Alice Adams"])),
        (lambda group, acme: group.users.clear(), ([], ["Alice Adams"])),
        (lambda group, acme: group.users.create(**_new_user(acme)), (["Nora New"], [])),
        (lambda group, acme: acme.bob.business_groups.add(group), (["Bob Brown"], [])),
        (lambda group, acme: acme.alice.business_groups.clear(), ([], ["Alice Adams"])),
        (
            lambda group, acme: BusinessGroupUser.objects.filter(group=group).update(user=acme.bob),
            (["Bob Brown"], ["Alice Adams"]),
        ),
    ],
    ids=["add", "remove", "set", "clear", "create", "add from the other side", "clear from the other side", "update"],
)
def test_every_way_to_change_the_members_is_one_event(
    group: BusinessGroup,
    acme: Cast,
    recorded: Callable[[], RecordedEvents],
    change: Callable[[Any, Cast], Any],
    expected: Any,
) -> None:
    change(group, acme)
    assert recorded() == [("edit", {"user": expected})]


def _new_user(acme: Cast) -> dict[str, Any]:
    return {"tenant": acme.acme, "role_id": acme.bob.role_id, "name": "Nora New", "email": "nora@acme.example"}


@pytest.mark.parametrize(
    "change",
    [
        lambda group, acme: group.users.add(acme.alice),
        lambda group, acme: group.users.set([acme.alice]),
        lambda group, acme: group.users.remove(acme.bob),
        lambda group, acme: BusinessGroupUser.objects.get().save(),
        lambda group, acme: (group.users.add(acme.bob), group.users.remove(acme.bob)),
        lambda group, acme: (group.users.clear(), group.users.add(acme.alice)),
        lambda group, acme: (_rename(group, "South"), _rename(group, "North")),
    ],
)
def test_changes_that_cancel_out_record_no_event(
    group: BusinessGroup, acme: Cast, recorded: Callable[[], RecordedEvents], change: Callable[[Any, Cast], Any]
) -> None:
    with transaction.atomic():
        change(group, acme)
    assert recorded() == []


def _rename(group: BusinessGroup, name: str) -> int:
    return BusinessGroup.objects.filter(pk=group.pk).update(name=name)


def test_a_field_that_changes_twice_is_recorded_with_its_first_and_last_value(
    group: BusinessGroup, recorded: Callable[[], RecordedEvents]
) -> None:
    with transaction.atomic():
        _rename(group, "East")
        _rename(group, "South")
    assert recorded() == [("edit", {"name": ("North", "South")})]
    [event] = AuditEvent.objects.filter(resource_id=group.pk, action="edit", resource_name="South")
    assert event.actor_name == "System"


def test_alternating_changes_of_two_groups_are_kept_apart(
    group: BusinessGroup, acme: Cast, recorded: Callable[[], RecordedEvents]
) -> None:
    other = make(BusinessGroup, acme.acme, name="West")
    with transaction.atomic():
        _rename(group, "South")
        _rename(other, "East")
        group.users.add(acme.bob)
        other.users.add(acme.alice)
    assert recorded() == [("edit", {"name": ("North", "South"), "user": (["Bob Brown"], [])})]
    [event] = AuditEvent.objects.filter(resource_id=other.pk, action="edit")
    assert [change["field"] for change in event.changes] == ["name", "user"]


def test_creation_and_deletion_in_one_transaction_are_one_event_each(acme: Cast) -> None:
    with transaction.atomic():
        group = build(BusinessGroup, acme.acme)
        group.save()
        group.users.add(acme.bob)
        key = group.pk
        group.delete()
    assert [event.action for event in AuditEvent.objects.filter(resource_id=key).order_by("id")] == ["add", "delete"]


def test_a_deleted_group_records_its_users(group: BusinessGroup, recorded: Callable[[], RecordedEvents]) -> None:
    group.delete()
    [(action, changes)] = recorded()
    assert (action, changes["name"], changes["owner"]) == ("delete", ("North", None), ("Alice Adams", None))
    assert changes["user"] == ([], ["Alice Adams"])


def test_a_deleted_user_leaves_the_groups(
    group: BusinessGroup, acme: Cast, recorded: Callable[[], RecordedEvents]
) -> None:
    user = make(User, acme.acme, name="Nora New")
    group.users.add(user)
    user.delete()
    assert recorded() == [("edit", {"user": (["Nora New"], [])}), ("edit", {"user": ([], ["Nora New"])})]


def test_what_was_rolled_back_to_a_savepoint_is_not_recorded(
    group: BusinessGroup, acme: Cast, recorded: Callable[[], RecordedEvents]
) -> None:
    with transaction.atomic():
        _rename(group, "South")
        with suppress(Undo), transaction.atomic():
            group.users.add(acme.bob)
            raise Undo
    assert recorded() == [("edit", {"name": ("North", "South")})]


def test_concurrent_transactions_are_two_events(
    group: BusinessGroup, acme: Cast, recorded: Callable[[], RecordedEvents]
) -> None:
    both, scope = Barrier(2, timeout=30), current()

    def add(user: User) -> None:
        with acting_as(tenant_id=scope.tenant_id), transaction.atomic():
            BusinessGroupUser.objects.create(tenant=acme.acme, group=group, user=user)
            both.wait()  # neither has committed
        connection.close()

    users = [acme.bob, make(User, acme.acme, name="Nora New")]
    threads = [Thread(target=add, args=[user]) for user in users]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(recorded(), key=str) == [("edit", {"user": ([name], [])}) for name in ("Bob Brown", "Nora New")]


def test_nothing_is_pending_after_the_commit(group: BusinessGroup, acme: Cast) -> None:
    group.users.add(acme.bob)
    with session(SUPERUSER) as cursor:
        cursor.execute("SELECT count(*) FROM audit_trail_pending")
        assert cursor.fetchall() == [(0,)]


def test_a_new_owner_of_the_same_name_is_recorded(
    group: BusinessGroup, acme: Cast, recorded: Callable[[], RecordedEvents]
) -> None:
    with transaction.atomic():
        BusinessGroup.objects.filter(pk=group.pk).update(owner=make(User, acme.acme, name=group.owner.name))
        BusinessGroup.objects.filter(pk=group.pk).update(description="Another")
    [(action, changes)] = recorded()
    assert (action, set(changes)) == ("edit", {"owner", "description"})


@pytest.mark.parametrize("by_way_of_another", [True, False])
def test_a_new_owner_of_the_same_name_is_recorded_also_after_several_changes(
    by_way_of_another: bool, group: BusinessGroup, acme: Cast, recorded: Callable[[], RecordedEvents]
) -> None:
    name = group.owner.name
    namesakes = [make(User, acme.acme, name=name) for _ in range(2)]
    with transaction.atomic():
        for owner in (acme.bob if by_way_of_another else namesakes[0], namesakes[1]):
            BusinessGroup.objects.filter(pk=group.pk).update(owner=owner)
    assert recorded() == [("edit", {"owner": (name, name)})]
    [change] = AuditEvent.objects.filter(resource_id=group.pk).newest_first()[0].changes
    assert change.keys() == {"field", "label", "before", "after"}


def test_an_owner_who_is_back_in_the_end_is_no_change(
    group: BusinessGroup, acme: Cast, recorded: Callable[[], RecordedEvents]
) -> None:
    namesake = make(User, acme.acme, name=group.owner.name)
    with transaction.atomic():
        for owner in (namesake, group.owner):
            BusinessGroup.objects.filter(pk=group.pk).update(owner=owner)
    assert recorded() == []


def test_two_actors_in_one_transaction_are_two_events(
    group: BusinessGroup, acme: Cast, recorded: Callable[[], RecordedEvents]
) -> None:
    with transaction.atomic():
        _rename(group, "South")
        with using(replace(current(), actor=acme.bob.as_actor())):
            group.users.remove(acme.alice)
    assert [changes.keys() for _, changes in recorded()] == [{"name"}, {"user"}]
