"""What the Audit Trail must contain, derived a second way: from the rows before and after, in Python."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models

from audit_trail.registry import Action, Audited, M2MAudit, all_audited, audited_models
from wisely_security.ledger.models import NO_TENANT

Row = dict[str, Any]
Rows = dict[type[models.Model], dict[str, Row]]
# A changed field; for plain texts with the texts before and after, for lists of members with the names of the lists.
Change = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class ComparedEvent:
    """One event, as far as it follows from rows."""

    tenant: str
    resource: str
    action: tuple[str, str, str]
    changes: frozenset[Change]


def read_rows(cursor: Any) -> Rows:
    """Every audited table, as visible to the cursor's role and scope; rows by key, as JSON."""
    rows: Rows = {}
    for model in audited_models():
        cursor.execute(f"SELECT id::text, to_jsonb(it)::text FROM {model._meta.db_table} AS it")
        rows[model] = {key: json.loads(row) for key, row in cursor.fetchall()}
    return rows


def expected(before: Rows, after: Rows) -> Counter[ComparedEvent]:
    """An event for each record and action, if each record changed in one statement (one with members: transaction)."""
    events: dict[tuple[str, str, tuple[str, str, str]], set[Change]] = {}
    for audited in all_audited():
        for key, was, now in _pairs(before[audited.model], after[audited.model]):
            for action, changes in _of_row(audited, was, now, after):
                events.setdefault(_key(audited, key, now or was or {}, action), set()).update(changes)
        for members in audited.members:
            for key, row, change in _of_members(members, before, after):
                action = _host(audited, before[audited.model].get(key), after[audited.model].get(key))
                events.setdefault((_tenant(row), key, action.name), set()).add(change)
    return Counter(ComparedEvent(*key, frozenset(changes)) for key, changes in events.items())


def recorded(events: Iterable[Any]) -> Counter[ComparedEvent]:
    """Events in the same form."""
    return Counter(
        ComparedEvent(
            str(event.tenant_id),
            str(event.resource_id),
            (event.module, event.sub_module, event.action),
            frozenset(_as_change(event.resource_type, change) for change in event.changes),
        )
        for event in events
    )


def _pairs(before: dict[str, Row], after: dict[str, Row]) -> Iterator[tuple[str, Row | None, Row | None]]:
    for key in before.keys() | after.keys():
        if before.get(key) != after.get(key):
            yield key, before.get(key), after.get(key)


def _tenant(row: Row) -> str:
    return row["tenant_id"] or str(NO_TENANT)


def _key(audited: Audited, key: str, row: Row, action: Action) -> tuple[str, str, tuple[str, str, str]]:
    if audited.tenant_column == "id":  # a tenant, recorded as a change of its Super Admin
        return key, row["super_admin_id"], action.name
    return _tenant(row), key, action.name


def _of_row(audited: Audited, was: Row | None, now: Row | None, after: Rows) -> Iterator[tuple[Action, set[Change]]]:
    if was is None or now is None:
        action = audited.created if was is None else audited.deleted
        if action:
            row = was or now or {}
            recorded = (field for field in audited.fields if field.name not in audited.masked)
            filled = (field for field in recorded if row[_column(field)] not in (None, "", []))
            yield action, {_change(audited, field, was, now) for field in filled}
        return
    found: dict[Action, set[Change]] = {}
    for field in audited.fields:
        if was[_column(field)] != now[_column(field)]:
            found.setdefault(_action(audited, field, was, now, after), set()).add(_change(audited, field, was, now))
    yield from found.items()


def _action(audited: Audited, field: Any, was: Row, now: Row, after: Rows) -> Action:
    for when in audited.transitions:
        its = audited.model._meta.get_field(when.field)
        value = now[_column(its)]
        if (
            field.name in {when.field, *when.also}
            and was[_column(its)] != value
            and (not when.to or value in when.to)
            and (not when.where or _is_admin(value, after))
        ):
            return when.action
    return audited.changed


def _is_admin(role: str, after: Rows) -> bool:
    """The only SQL condition in the registry."""
    [roles] = [rows for model, rows in after.items() if model.__name__ == "Role"]
    return bool(roles[role]["key"] == "admin")


def _host(audited: Audited, was: Row | None, now: Row | None) -> Action:
    action = audited.changed if was and now else audited.deleted if was else audited.created
    assert action
    return action


def _of_members(members: M2MAudit, before: Rows, after: Rows) -> Iterator[tuple[str, Row, Change]]:
    record, member = (_column(members.through._meta.get_field(name)) for name in (members.record, members.member))
    old, new = ({(row[record], row[member]): row for row in rows[members.through].values()} for rows in (before, after))
    net: dict[str, tuple[Row, int, int]] = {}
    for key in old.keys() ^ new.keys():
        row, added, removed = net.get(key[0], ({}, 0, 0))
        net[key[0]] = (old.get(key) or new.get(key) or row, added + (key in new), removed + (key in old))
    for host, (row, added, removed) in net.items():
        yield host, row, (members.member, added, removed)


def _change(audited: Audited, field: Any, was: Row | None, now: Row | None) -> Change:
    if not _is_plain(audited, field):
        return (field.name,)
    return (field.name, was and was[_column(field)], now and now[_column(field)])


def _column(field: Any) -> str:
    return str(field.column)


def _is_plain(audited: Audited, field: Any) -> bool:
    is_text = isinstance(field, models.CharField | models.TextField)
    return is_text and not field.choices and field.name not in {*audited.masked, *audited.labels}


def _as_change(resource_type: str, change: dict[str, Any]) -> Change:
    name = change["field"]
    for audited in all_audited():
        if audited.key != resource_type:
            continue
        for field in audited.fields:
            if field.name == name:
                plain = _is_plain(audited, field)
                return (name, change.get("before"), change.get("after")) if plain else (name,)
        if name in {members.member for members in audited.members}:
            return (name, len(change["added"]), len(change["removed"]))
    raise LookupError(name)
