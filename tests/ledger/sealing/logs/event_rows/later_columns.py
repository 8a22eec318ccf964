"""Columns of sign-ins that are added when events have been sealed, and go again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast

from django.apps import apps
from django.db import connections
from django.db.migrations.state import ProjectState

from login_activity.models import LoginEvent
from wisely_security.database.operations import AddEventColumn
from wisely_security.ledger.models import Event
from wisely_security.ledger.sealing.logs.event_rows import rows, sealed_columns


@contextmanager
def added(fields: Mapping[str, Any]) -> Iterator[None]:
    """In the database by the operation of a migration, on the model as a developer writes them; all are personal, whose
    name begins with ``person``."""
    before, states = ProjectState.from_apps(apps), []
    model, personal = cast("type[Event]", LoginEvent), LoginEvent.personal
    for name, field in fields.items():
        operation, after = AddEventColumn("LoginEvent", name, field.clone()), before.clone()
        operation.state_forwards("login_activity", after)
        _alter(operation.database_forwards, before, after)
        states.append((operation, before, after))
        before = after
        LoginEvent.add_to_class(name, field)
    model.personal = (*personal, *(name for name in fields if name.startswith("person")))
    _forget()
    try:
        yield
    finally:
        model.personal = personal
        for name, field in fields.items():
            LoginEvent._meta.local_fields.remove(field)
            delattr(LoginEvent, name)
        LoginEvent._meta._expire_cache()  # type: ignore[attr-defined]
        _forget()
        for operation, earlier, after in reversed(states):
            _alter(operation.database_backwards, after, earlier)


def _alter(change: Any, before: ProjectState, after: ProjectState) -> None:
    with connections["owner"].schema_editor() as editor:
        change("login_activity", editor, before, after)


def _forget() -> None:
    rows.leaf_hasher.cache_clear()
    sealed_columns.later_columns.cache_clear()
