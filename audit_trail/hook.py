"""The save hook: the trigger functions of each audited table, written from its declaration.

Whatever changes rows fires them (save, update, bulk_create, raw SQL, COPY, psql, a cascade, TRUNCATE), and an event is
written in the transaction of its change. The functions run with the rights of the owner and a fixed search_path.

SQL that is run as the app role can announce another person or tenant than the true one. It cannot write without an
event, choose an event's time, alter or remove one, or run these functions on a table of its own. One change is none to
the hook: a password's hash that keeps its salt, for so the application hashes a password anew. What the owner does
to the tables themselves (ALTER TABLE … USING, DROP) is not seen; triggers that are switched off are told by ``check``.

A function costs little where it does little: each field is compared and told in a statement of its own, so that words
for what has not changed are never prepared.

Columns named here are those of ``audit_trail_auditevent``, or for a record with members of ``audit_trail_pending``.
"""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import CharField, Model, TextField

from wisely_security.ledger.models import NO_TENANT

from .display_values import display_items, display_value, label, literal
from .registry import Action, Audited, M2MAudit, Transition
from .triggers import Trigger

COLUMNS = (
    "tenant_id, request_id, actor_kind, actor_id, actor_name, actor_email, module, sub_module, action, "
    "resource_type, resource_id, resource_name, changes, ip"
)

# wisely_tenant() IS NULL AND NOT wisely_support(), whose calls would cost as much as all else around the event.
NO_SCOPE = f"""coalesce(current_setting('wisely.tenant_id', true), '') IN ('', '{NO_TENANT}')
        AND current_setting('wisely.scope', true) IS DISTINCT FROM 'support'"""


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
DECLARE
    actor constant jsonb := audit_trail_actor();
    widened constant boolean := {unscoped};
    changes jsonb;
{rows}BEGIN
    IF widened THEN
        PERFORM set_config('wisely.scope', 'support', true);
    END IF;
{sql}    IF widened THEN
        PERFORM set_config('wisely.scope', '', true);
    END IF;
    RETURN NULL;
END
"""
    return Trigger(model._meta.db_table, operation, body)


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
    return f"""    IF {changed} THEN
        RAISE EXCEPTION 'The key and the tenant of a record never change'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
"""


def _whole(audited: Audited, action: Action, rows: str, side: str) -> str:
    """Everything that a record was made with, or had when it was deleted, but for secrets."""
    told = [field for field in audited.fields if field.name not in audited.masked]
    changes = ",\n        ".join(_content(audited, field, side) for field in told)
    rows = f"""{rows} AS it, LATERAL (VALUES (to_jsonb(array_remove(ARRAY[
        {changes}
    ]::jsonb[], NULL)))) AS told (changes)"""
    return _append(audited, action, "it", "told.changes", rows, takes_members=True)


def _content(audited: Audited, field: Any, side: str) -> str:
    words = display_value(audited, field, "it")
    return f"CASE WHEN {_filled(field)} THEN jsonb_build_object({_named(field)}, '{side}', {words}) END"


def _filled(field: Any) -> str:
    """Whether there is anything to tell of."""
    value = f"it.{field.column}"
    if isinstance(field, ArrayField):
        return f"cardinality({value}) > 0"
    return f"{value} <> ''" if isinstance(field, CharField | TextField) else f"{value} IS NOT NULL"


def _update(audited: Audited) -> str:
    """One event for each action that the changed fields make up."""
    sql = ""
    for action in audited.update_actions:
        sql += "    changes := '[]';\n"
        for field in audited.fields:
            if condition := _belongs(audited, field, action):
                sql += f"    IF {condition} THEN\n"
                sql += f"        changes := changes || {_change(audited, field)};\n    END IF;\n"
        told = _append(audited, action, "now", "changes", takes_members=action is audited.changed)
        sql += f"    IF changes <> '[]' THEN\n{told}    END IF;\n"
    return sql


def _belongs(audited: Audited, field: Any, action: Action) -> str:
    """When a change of ``field`` is told by ``action``: the first transition that takes it, else the common one."""
    changed = _differs(audited, field)
    taking = [when for when in audited.transitions if field.name in {when.field, *when.also}]
    if action is audited.changed:
        others = [_happens(audited, when) for when in taking]
        return " AND ".join([changed, *(f"({other}) IS NOT TRUE" for other in others)]) if "true" not in others else ""
    own = [_happens(audited, when) for when in taking if when.action is action]
    if not own:
        return ""
    earlier = [
        _happens(audited, when) for when in taking[: taking.index(next(w for w in taking if w.action is action))]
    ]
    return " AND ".join([changed, f"({' OR '.join(own)})", *(f"({other}) IS NOT TRUE" for other in earlier)])


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
        return f"audit_trail_list_change({literal(field.name)}, {literal(label(field))}, {was}, {now})"
    was, now = (display_value(audited, field, row) for row in ("was", "now"))
    words = f"'before', {was}, 'after', {now}"
    if audited.members and field.is_relation:
        words += f", 'keys', jsonb_build_array(was.{field.column}, now.{field.column})"
    return f"jsonb_build_object({_named(field)}, {words})"


def _named(field: Any) -> str:
    return f"'field', {literal(field.name)}, 'label', {literal(label(field))}"


# The members


def _of_members(audited: Audited, members: M2MAudit) -> dict[str, str]:
    columns = [_field(members.through, name).column for name in (members.record, members.member)]
    changed = " OR ".join(f"was.{column} IS DISTINCT FROM now.{column}" for column in columns)
    exchanged = _members(audited, members, "(SELECT was.*)", -1) + _members(audited, members, "(SELECT now.*)", 1)
    return {
        "update": _refuse_new_key({"id", "tenant_id"}) + f"    IF {changed} THEN\n{exchanged}    END IF;\n",
        "insert": _members(audited, members, "new_rows", 1),
        "delete": _members(audited, members, "old_rows", -1),
        "truncate": _members(audited, members, members.through._meta.db_table, -1),
    }


def _members(audited: Audited, members: M2MAudit, rows: str, times: int) -> str:
    """One pending row for each record whose list of members has changed."""
    record, member = (_field(members.through, name) for name in (members.record, members.member))
    table = audited.model._meta.db_table
    host = f"(SELECT {audited.name.format(row='host')} FROM {table} AS host WHERE host.id = it.{record.column})"
    columns = _event(
        audited, audited.changed, "it", "'[]'::jsonb", record=f"it.{record.column}", name=f"coalesce({host}, '')"
    )
    return f"""    INSERT INTO audit_trail_pending (event_id, takes_members, members, {COLUMNS})
    SELECT audit_trail_event_id(), true, it.members, {columns}
    FROM (
        SELECT it.tenant_id, it.{record.column}, jsonb_agg(jsonb_build_object(
            'field', {literal(member.name)}, 'label', {literal(members.label)}, 'id', it.{member.column},
            'name', {display_value(audited, member, "it")}, 'times', {times}
        )) AS members
        FROM {rows} AS it GROUP BY it.tenant_id, it.{record.column}
    ) AS it;
"""


# Both


def _field(model: type[Model], name: str) -> Any:
    return model._meta.get_field(name)


def _event(audited: Audited, action: Action, row: str, changes: str, *, record: str = "", name: str = "") -> str:
    """The values of COLUMNS."""
    tenant = f"{row}.{audited.tenant_column}"
    if any(field.attname == "tenant_id" and field.null for field in audited.model._meta.concrete_fields):
        tenant = f"coalesce({tenant}, '{NO_TENANT}')"
    record = record or f"{row}.{_field(audited.model, audited.resource_column).column}"
    return (
        f"{tenant}, (actor->>'request')::uuid, actor->>'kind', (actor->>'id')::uuid, "
        f"audit_trail_actor_name(actor, {tenant}), coalesce(actor->>'email', ''), "
        f"{', '.join(map(literal, action.name))}, {literal(audited.key)}, {record}, "
        f"{name or audited.name.format(row=row)}, {changes}, (actor->>'ip')::inet"
    )


def _append(audited: Audited, action: Action, row: str, changes: str, rows: str = "", *, takes_members: bool) -> str:
    """Into the record; where the record has members, into what is pending until the transaction's end."""
    values = _event(audited, action, row, changes)
    if audited.members:
        target = f"audit_trail_pending (event_id, takes_members, {COLUMNS})"
        values = f"audit_trail_event_id(), {str(takes_members).lower()}, {values}"
    else:
        target = f"audit_trail_auditevent (id, status, reason_code, reason, {COLUMNS})"
        values = f"audit_trail_event_id(), 'success', '', '', {values}"
    source = f"SELECT {values}\n    FROM {rows}" if rows else f"VALUES ({values})"
    return f"    INSERT INTO {target}\n    {source};\n"
