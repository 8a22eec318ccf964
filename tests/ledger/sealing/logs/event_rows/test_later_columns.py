"""A column that is added later alters nothing that was sealed before, and is sealed from then on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from django.db import models
from django.db.migrations import AddField, CreateModel, SeparateDatabaseAndState
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from login_activity.models import LoginEvent
from tests.support import records
from wisely_security.core.request_context import acting_as
from wisely_security.database.operations import AddEventColumn
from wisely_security.ledger.models import Event
from wisely_security.ledger.months.partitions import event_models
from wisely_security.ledger.sealing.leaves import leaf
from wisely_security.ledger.sealing.logs.event_rows.rows import columns, leaf_hasher
from wisely_security.ledger.sealing.logs.event_rows.sealed_columns import sealed_fields
from wisely_security.ledger.sealing.merkle import leaf_hash

from ..tampering import as_owner, logs_say, seal_all, sealed_events, tamper
from .later_columns import added

pytestmark = pytest.mark.usefixtures("database")

# Of each kind of column, the field and another value than its default.
KINDS: dict[str, tuple[Any, Any]] = {
    "channel": (models.TextField(db_default='web, "é" \'n'), "app"),
    "person_alias": (models.TextField(db_default=""), "Zoë"),
    "person_phone": (models.TextField(null=True, db_default=None), ""),
    "risk": (models.IntegerField(db_default=40), -1),
    "second_factor": (models.BooleanField(db_default=False), True),
    "person_speed": (models.FloatField(db_default=0), 1e-7),
    "seen_at": (models.DateTimeField(db_default="2025-01-01T00:00Z"), datetime(2026, 3, 1, 1, 2, 3, 40, tzinfo=UTC)),
    "born_on": (models.DateField(null=True, db_default=None), "2000-02-29"),
    "person_seat": (models.GenericIPAddressField(db_default="203.0.113.9"), "2001:db8::1"),
    "key": (models.UUIDField(null=True, db_default=None), UUID(int=9)),
    "evidence": (models.JSONField(db_default=models.Value({"a": [1.5]}, models.JSONField())), '{"a": []}'),
}


@pytest.fixture
def sealed_before() -> tuple[UUID, UUID]:
    """A tenant, and an event that was sealed before there was another column."""
    tenant, [event_id] = sealed_events(1, 1)
    return tenant, event_id


@pytest.fixture
def channel(sealed_before: tuple[UUID, UUID]) -> Iterator[None]:
    with added({"channel": models.TextField(db_default="web")}):
        yield


def recorded(tenant: UUID, **values: Any) -> UUID:
    event_id = records.put_at(tenant, timezone.now(), **values)
    seal_all()
    return event_id


def test_columns_of_each_kind_alter_nothing_and_are_sealed_from_then_on(sealed_before: tuple[UUID, UUID]) -> None:
    """Also as their event's proof makes its leaf."""
    with added({name: field for name, (field, _) in KINDS.items()}):
        assert logs_say() == ({"checked": 1}, [])
        others = {name: other for name, (_, other) in KINDS.items()}
        ids = [recorded(sealed_before[0], **{name: others[name]}) for name in KINDS]
        ids += [recorded(sealed_before[0]), recorded(sealed_before[0], **others)]
        assert logs_say() == ({"checked": 3 + len(KINDS)}, [])
        leaves = [_leaf(key) for key in (sealed_before[1], *ids)]
        for made, names in zip(leaves, ([], *([name] for name in KINDS), [], KINDS), strict=True):
            assert {name for name in KINDS if f'"{name}"' in made} == {n for n in names if not n.startswith("person")}


def _leaf(event_id: UUID) -> str:
    [(place, salts, hashes)] = as_owner(
        "SELECT array_position(ids, %s) - 1, salts, hashes FROM ledger_sealed WHERE %s = ANY (ids)", event_id, event_id
    )
    with acting_as(support=True):
        event = LoginEvent.objects.get(pk=event_id)
    made = leaf(*sealed_fields(event), bytes(salts)[16 * place : 16 * place + 16])
    assert leaf_hash(made) == bytes(hashes)[32 * place : 32 * place + 32]
    return made.decode()


@pytest.mark.usefixtures("channel")
@pytest.mark.parametrize(("sealed", "altered"), [("app", "phone"), ("app", "web"), ("web", "app"), (None, "app")])
def test_an_altered_later_column_is_found(sealed_before: tuple[UUID, UUID], sealed: str | None, altered: str) -> None:
    """``None``: the event was sealed before there was the column."""
    tenant, event_id = sealed_before
    if sealed:
        event_id = recorded(tenant, channel=sealed)
    assert logs_say()[1] == []
    tamper("UPDATE EVENTS SET channel = %s WHERE id = %s", altered, event_id)
    [finding] = logs_say()[1]
    assert f"event {event_id} " in finding and "it was altered" in finding


def test_each_combination_of_defaults_has_a_leaf_of_its_own() -> None:
    with added({"one": models.TextField(db_default=""), "person": models.TextField(db_default="")}):
        names, hashed = columns(LoginEvent), leaf_hasher(LoginEvent, 0)
        row: dict[str, str | None] = dict.fromkeys(names) | {"id": str(UUID(int=7 << 76))}
        values = [{"one": one, "person": person} for one, person in product(("", "x", "y"), repeat=2)]
        assert len({hashed([*(row | each).values()], bytes(16)) for each in values}) == 9


def test_a_kind_that_cannot_be_sealed_is_refused() -> None:
    refused = pytest.raises(TypeError, match=r"LoginEvent\.picture cannot be sealed")
    with added({"picture": models.BinaryField(db_default=b"")}), refused:
        leaf_hasher(LoginEvent, 0)


@pytest.mark.parametrize("model", event_models())
def test_columns_are_only_ever_added(model: type[Event]) -> None:
    """Removed, renamed, or given another kind or default, a column would alter what was sealed: every event would seem
    to have been tampered with."""
    first: dict[str, Any] = {}
    for operation in _operations(model):
        if isinstance(operation, CreateModel):
            first = {name: field for name, field in operation.fields if name != "occurred_at"}
            assert not [name for name, field in first.items() if field.has_db_default()]
        elif isinstance(operation, AddField):
            assert isinstance(operation, AddEventColumn), f"Add {operation.name} with AddEventColumn."
            first[operation.name] = operation.field
    now = {field.name: field for field in model._meta.local_concrete_fields if field.name != "occurred_at"}
    assert {name: (type(each), each.db_default) for name, each in now.items()} == {
        name: (type(each), each.db_default) for name, each in first.items()
    }


def _operations(model: type[Event]) -> Iterator[Any]:
    """Of its migrations, in their order."""
    graph = MigrationLoader(None).graph
    [leaf_node] = graph.leaf_nodes(model._meta.app_label)
    for key in graph.forwards_plan(leaf_node):
        for operation in _flat(graph.nodes[key].operations):
            name = getattr(operation, "model_name", getattr(operation, "name", "")).lower()
            if key[0] == model._meta.app_label and name == model._meta.model_name:
                yield operation


def _flat(operations: Iterable[Any]) -> Iterator[Any]:
    for operation in operations:
        if isinstance(operation, SeparateDatabaseAndState):
            yield from _flat(operation.state_operations)
        else:
            yield operation
