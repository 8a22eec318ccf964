"""The trigger functions of each audited table, generated from its declaration.

Whatever changes rows fires them (save, update, bulk_create, raw SQL, COPY, psql, a cascade, TRUNCATE), and an event is
written in the transaction of its change. The functions run with the rights of the owner and a fixed search_path.

SQL that is run as the app role can set another person or tenant than the true one. It cannot write without an
event, choose an event's time, alter or remove one, or run these functions on a table of its own. One change is not
recorded: a password hash that keeps its salt, which is how the application rehashes a password. What the owner does
to the tables themselves (ALTER TABLE … USING, DROP) is not recorded; ``check`` reports disabled triggers.

Each field is compared and recorded in a statement of its own, so that display values of unchanged fields are never
computed.

``manage.py audit_sql <app.Model>`` prints the functions of a model; tests/audit_trail/golden keeps some to be read.
"""

from __future__ import annotations

from itertools import pairwise
from textwrap import indent
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import CharField, Model, TextField

from wisely_security.ledger.models import NO_TENANT

from ..registry import Action, Audited, M2MAudit, Transition
from .display_values import display_items, display_value, label, literal
from .trigger import Trigger

# wisely_tenant() IS NULL AND NOT wisely_support(), whose calls would cost as much as all else around the event.
NO_SCOPE = f"""coalesce(current_setting('wisely.tenant_id', true), '') IN ('', '{NO_TENANT}')
        AND current_setting('wisely.scope', true) IS DISTINCT FROM 'support'"""

AND = "\n    AND "

# Where a list of an event's columns is broken into lines.
FIRST_OF_LINE = {"tenant_id", "actor_kind", "module", "resource_type", "changes"}


def triggers(audited: Audited) -> list[Trigger]:
    """Those of an audited table, and of its members' tables."""
    found = [_trigger(audited.model, operation, sql) for operation, sql in _of_record(audited).items()]
    for members in audited.members:
        found += [_trigger(members.through, operation, sql) for operation, sql in _of_members(audited, members).items()]
    return found


def _trigger(model: type[Model], operation: str, sql: str) -> Trigger:
    # Past the application no scope is set, and TRUNCATE takes the rows of all tenants. Nothing else to restore: a
    # scope that is not support's is empty.
    unscoped = "NOT wisely_support()" if operation == "truncate" else NO_SCOPE
    rows = "    was ALIAS FOR OLD;\n    now ALIAS FOR NEW;\n" if operation == "update" else ""
    body = f"""
-- Generated for {model._meta.label} by audit_trail/triggers/hook.py.
DECLARE
    actor constant jsonb := audit_trail_actor();
    widened constant boolean := {unscoped};
    changes jsonb;
{rows}BEGIN
    -- Names of other records are looked up: without a scope, in that of support.
    IF widened THEN
        PERFORM set_config('wisely.scope', 'support', true);
    END IF;

{_inside(sql)}
    IF widened THEN
        PERFORM set_config('wisely.scope', '', true);
    END IF;
    RETURN NULL;
END
"""
    return Trigger(model._meta.db_table, operation, body)


def _inside(sql: str) -> str:
    return indent(sql, "    ")


# The record's own changes


def _of_record(audited: Audited) -> dict[str, str]:
    sql = {"update": _refuse_new_key({"id", audited.tenant_column}) + _update(audited)}
    if audited.created:
        sql["insert"] = _whole(audited, audited.created, "new_rows", "after")
    if audited.deleted:
        sql["delete"] = _whole(audited, audited.deleted, "old_rows", "before")
        sql["truncate"] = _whole(audited, audited.deleted, audited.model._meta.db_table, "before")
    return sql


def _refuse_new_key(columns: set[str]) -> str:
    changed = " OR ".join(f"was.{column} IS DISTINCT FROM now.{column}" for column in sorted(columns))
    return f"""IF {changed} THEN
    RAISE EXCEPTION 'The key and the tenant of a record never change'
        USING ERRCODE = 'integrity_constraint_violation';
END IF;

"""


def _whole(audited: Audited, action: Action, rows: str, side: str) -> str:
    """Everything that a record was made with, or had when it was deleted, but for secrets."""
    recorded = [field for field in audited.fields if field.name not in audited.masked]
    content = _lines([_content(audited, field, side) for field in recorded])
    source = f"""{rows} AS it, LATERAL (VALUES (to_jsonb(array_remove(ARRAY[
{_inside(content)}
]::jsonb[], NULL)))) AS content (changes)"""
    return f"-- {action}\n" + _append(audited, action, "it", "content.changes", source, takes_members=True)


def _content(audited: Audited, field: Any, side: str) -> str:
    value = display_value(audited, field, "it")
    return f"""CASE WHEN {_filled(field)} THEN jsonb_build_object(
    {_named(field)},
    '{side}', {value}
) END"""


def _filled(field: Any) -> str:
    """Whether it holds anything."""
    value = f"it.{field.column}"
    if isinstance(field, ArrayField):
        return f"cardinality({value}) > 0"
    return f"{value} <> ''" if isinstance(field, CharField | TextField) else f"{value} IS NOT NULL"


def _update(audited: Audited) -> str:
    """One event for each action that the changed fields make up."""
    sql = ""
    for action in audited.update_actions:
        sql += f"-- {action}\nchanges := '[]';\n"
        for field in audited.fields:
            if condition := _belongs(audited, field, action):
                change = f"changes := changes || {_change(audited, field)};\n"
                sql += f"IF {condition} THEN\n{_inside(change)}END IF;\n"
        event = _append(audited, action, "now", "changes", takes_members=action is audited.changed)
        sql += f"IF changes <> '[]' THEN\n{_inside(event)}END IF;\n\n"
    return sql.removesuffix("\n")


def _belongs(audited: Audited, field: Any, action: Action) -> str:
    """When a change of ``field`` is recorded as ``action``: the first transition that takes it, else the common one."""
    changed = _differs(audited, field)
    taking = [when for when in audited.transitions if field.name in {when.field, *when.also}]
    if action is audited.changed:
        others = [_happens(audited, when) for when in taking]
        return AND.join([changed, *(f"({other}) IS NOT TRUE" for other in others)]) if "true" not in others else ""
    own = [_happens(audited, when) for when in taking if when.action is action]
    if not own:
        return ""
    earlier = [
        _happens(audited, when) for when in taking[: taking.index(next(w for w in taking if w.action is action))]
    ]
    return AND.join([changed, f"({' OR '.join(own)})", *(f"({other}) IS NOT TRUE" for other in earlier)])


def _happens(audited: Audited, when: Transition) -> str:
    field = _field(audited.model, when.field)
    if not when.to and not when.where:
        return "true" if not when.also else _differs(audited, field)
    conditions = [_differs(audited, field)]
    if when.to:
        conditions.append(f"now.{field.column} IN ({', '.join(_sql(value) for value in when.to)})")
    if when.where:
        conditions.append(f"({when.where})")
    return " AND ".join(conditions)


def _differs(audited: Audited, field: Any) -> str:
    differs = f"was.{field.column} IS DISTINCT FROM now.{field.column}"
    same = audited.same.get(field.name)
    return f"{differs} AND ({same}) IS NOT TRUE" if same else differs


def _sql(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else literal(str(value))


def _change(audited: Audited, field: Any) -> str:
    if field.name in audited.masked:
        return f"jsonb_build_object({_named(field)}, 'masked', true)"
    if isinstance(field, ArrayField):
        was, now = (display_items(audited, field, row) for row in ("was", "now"))
        names = f"{literal(field.name)}, {literal(label(field))}"
        return f"audit_trail_list_change(\n{_inside(_lines([names, was, now]))}\n)"
    was, now = (display_value(audited, field, row) for row in ("was", "now"))
    pairs = [_named(field), f"'before', {was}", f"'after', {now}"]
    if audited.members and field.is_relation:
        pairs.append(f"'keys', jsonb_build_array(was.{field.column}, now.{field.column})")
    return f"jsonb_build_object(\n{_inside(_lines(pairs))}\n)"


def _lines(parts: list[str]) -> str:
    return ",\n".join(parts)


def _named(field: Any) -> str:
    return f"'field', {literal(field.name)}, 'label', {literal(label(field))}"


# The members


def _of_members(audited: Audited, members: M2MAudit) -> dict[str, str]:
    columns = [_field(members.through, name).column for name in (members.record, members.member)]
    changed = " OR ".join(f"was.{column} IS DISTINCT FROM now.{column}" for column in columns)
    exchanged = _members(audited, members, "(SELECT was.*)", -1) + _members(audited, members, "(SELECT now.*)", 1)
    return {
        "update": _refuse_new_key({"id", "tenant_id"}) + f"IF {changed} THEN\n{_inside(exchanged)}END IF;\n",
        "insert": _members(audited, members, "new_rows", 1),
        "delete": _members(audited, members, "old_rows", -1),
        "truncate": _members(audited, members, members.through._meta.db_table, -1),
    }


def _members(audited: Audited, members: M2MAudit, rows: str, times: int) -> str:
    """One pending row for each record whose list of members has changed."""
    record, member = (_field(members.through, name) for name in (members.record, members.member))
    table = audited.model._meta.db_table
    host = f"(SELECT {audited.name.format(row='host')} FROM {table} AS host WHERE host.id = it.{record.column})"
    values = {
        "event_id": "audit_trail_event_id()",
        "takes_members": "true",
        "members": "it.members",
        **_event(
            audited, audited.changed, "it", "'[]'::jsonb", record=f"it.{record.column}", name=f"coalesce({host}, '')"
        ),
    }
    source = f"""(
    SELECT it.tenant_id, it.{record.column}, jsonb_agg(jsonb_build_object(
        'field', {literal(member.name)}, 'label', {literal(members.label)},
        'id', it.{member.column}, 'name', {display_value(audited, member, "it")},
        'times', {times}
    )) AS members
    FROM {rows} AS it GROUP BY it.tenant_id, it.{record.column}
) AS it"""
    comment = f"-- {audited.changed}. {members.label}: {'added' if times > 0 else 'removed'}\n"
    return comment + _insert("audit_trail_pending", values, source)


# Both


def _field(model: type[Model], name: str) -> Any:
    return model._meta.get_field(name)


def _event(
    audited: Audited, action: Action, row: str, changes: str, *, record: str = "", name: str = ""
) -> dict[str, str]:
    """The columns of an event that a pending one has as well, with their values."""
    tenant = f"{row}.{audited.tenant_column}"
    if any(field.attname == "tenant_id" and field.null for field in audited.model._meta.concrete_fields):
        tenant = f"coalesce({tenant}, '{NO_TENANT}')"
    module, sub_module, key = map(literal, action.name)
    return {
        "tenant_id": tenant,
        "request_id": "(actor->>'request')::uuid",
        "actor_kind": "actor->>'kind'",
        "actor_id": "(actor->>'id')::uuid",
        "actor_name": f"audit_trail_actor_name(actor, {tenant})",
        "actor_email": "coalesce(actor->>'email', '')",
        "module": module,
        "sub_module": sub_module,
        "action": key,
        "resource_type": literal(audited.key),
        "resource_id": record or f"{row}.{_field(audited.model, audited.resource_column).column}",
        "resource_name": name or audited.name.format(row=row),
        "changes": changes,
        "ip": "(actor->>'ip')::inet",
        "session": "coalesce(actor->>'session', '')",
    }


def _append(audited: Audited, action: Action, row: str, changes: str, source: str = "", *, takes_members: bool) -> str:
    """Into the record; where the record has members, into what is pending until the transaction's end."""
    values = _event(audited, action, row, changes)
    if audited.members:
        pending = {"event_id": "audit_trail_event_id()", "takes_members": str(takes_members).lower()}
        return _insert("audit_trail_pending", pending | values, source)
    success = {"id": "audit_trail_event_id()", "status": "'success'", "reason_code": "''", "reason": "''"}
    return _insert("audit_trail_auditevent", success | values, source)


def _insert(table: str, values: dict[str, str], source: str = "") -> str:
    """``source``: what is selected from; without it, one row. Values stand on the same line as their columns."""
    starts = [0, *(at for at, column in enumerate(values) if column in FIRST_OF_LINE), len(values)]
    columns, expressions = (
        _inside(_lines([", ".join([*each][start:end]) for start, end in pairwise(starts)]))
        for each in (values.keys(), values.values())
    )
    sql = f"INSERT INTO {table} (\n{columns}\n)"
    if source:
        return f"{sql}\nSELECT\n{expressions}\nFROM {source};\n"
    return f"{sql} VALUES (\n{expressions}\n);\n"
