"""The save hook: the trigger function of each audited table, written from its declaration.

Triggers are for each statement, with transition tables: whatever changes rows fires them (save, update, bulk_create,
raw SQL, COPY, psql, a cascade, TRUNCATE), a bulk write costs one INSERT … SELECT, and an event is written in the
transaction of its change. The functions run with the rights of the owner and a fixed search_path.

Columns named here are those of ``audit_trail_auditevent``, or for a record with members of ``audit_trail_pending``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import CharField, Model, TextField

from wisely_security.ledger.models import NO_TENANT

from .registry import Action, Audited, Members, When
from .words import label, literal, said, said_items

COLUMNS = (
    "tenant_id, request_id, actor_kind, actor_id, actor_name, actor_email, module, sub_module, action, "
    "resource_type, resource_id, resource_name, changes, ip"
)


@dataclass(frozen=True, slots=True)
class Hook:
    """What is installed on one table. ``body``: of the trigger function; ``triggers``: each statement by its name."""

    table: str
    body: str
    triggers: dict[str, str]

    @property
    def function(self) -> str:
        return f"audit_trail_{self.table}"

    @property
    def create_function(self) -> str:
        return (
            f"CREATE OR REPLACE FUNCTION {self.function}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER "
            f"SET search_path = pg_catalog, public, pg_temp AS $hook${self.body}$hook$"
        )


TRANSITION_TABLES = {
    "INSERT": "NEW TABLE AS new_rows",
    "UPDATE": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "DELETE": "OLD TABLE AS old_rows",
}


def hooks(audited: Audited) -> list[Hook]:
    """The hook of an audited table, and those of its members' tables."""
    return [_hook(audited.model._meta.db_table, audited.tenant_column, _record_branches(audited))] + [
        _hook(each.through._meta.db_table, "tenant_id", _member_branches(audited, each)) for each in audited.members
    ]


def _hook(table: str, tenant_column: str, branches: dict[str, str]) -> Hook:
    body = "".join(
        f"    {'ELS' if n else ''}IF TG_OP = '{op}' THEN\n{sql}" for n, (op, sql) in enumerate(branches.items())
    )
    function = f"""
DECLARE
    actor constant jsonb := audit_trail_actor();
    scope constant text := coalesce(current_setting('wisely.scope', true), '');
    -- Past the application no scope is set, and TRUNCATE takes the rows of all tenants.
    widened constant boolean := TG_OP = 'TRUNCATE' OR wisely_tenant() IS NULL AND scope <> 'support';
BEGIN
    IF widened THEN
        PERFORM set_config('wisely.scope', 'support', true);
    END IF;
{body}    END IF;
    IF widened THEN
        PERFORM set_config('wisely.scope', scope, true);
    END IF;
    RETURN NULL;
END
"""
    triggers = {f"audit_trail_{operation.lower()}": _trigger(table, operation) for operation in branches}
    keys = sorted({"id", tenant_column})
    changed = " OR ".join(f"OLD.{key} IS DISTINCT FROM NEW.{key}" for key in keys)
    triggers["audit_trail_key"] = (
        f"CREATE OR REPLACE TRIGGER audit_trail_key BEFORE UPDATE OF {', '.join(keys)} ON {table} "
        f"FOR EACH ROW WHEN ({changed}) EXECUTE FUNCTION audit_trail_refuse_new_key()"
    )
    return Hook(table, function, triggers)


def _trigger(table: str, operation: str) -> str:
    name = f"audit_trail_{operation.lower()}"
    if operation == "TRUNCATE":  # before: afterwards there is nothing left to tell of
        return f"CREATE OR REPLACE TRIGGER {name} BEFORE TRUNCATE ON {table} EXECUTE FUNCTION audit_trail_{table}()"
    return (
        f"CREATE OR REPLACE TRIGGER {name} AFTER {operation} ON {table} REFERENCING {TRANSITION_TABLES[operation]} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION audit_trail_{table}()"
    )


# The record's own changes


def _record_branches(audited: Audited) -> dict[str, str]:
    branches = {"UPDATE": _update(audited)}
    if audited.created:
        branches["INSERT"] = _whole(audited, audited.created, "new_rows", "after")
    if audited.deleted:
        branches["DELETE"] = _whole(audited, audited.deleted, "old_rows", "before")
        branches["TRUNCATE"] = _whole(audited, audited.deleted, audited.model._meta.db_table, "before")
    return branches


def _whole(audited: Audited, action: Action, rows: str, side: str) -> str:
    """Everything that a record was made with, or had when it was deleted."""
    changes = ",\n            ".join(_content(audited, field, side) for field in audited.fields)
    event = _event(audited, "it", action, "told.changes")
    return _append(
        audited,
        f"""        SELECT {event}
        FROM {rows} AS it, LATERAL (VALUES (to_jsonb(array_remove(ARRAY[
            {changes}
        ]::jsonb[], NULL)))) AS told (changes)""",
        takes_members="true",
    )


def _content(audited: Audited, field: Any, side: str) -> str:
    what = "'masked', true" if field.name in audited.masked else f"'{side}', {said(audited, field, 'it')}"
    return f"CASE WHEN {_filled(field)} THEN jsonb_build_object({_named(field)}, {what}) END"


def _filled(field: Any) -> str:
    """Whether there is anything to tell of."""
    value = f"it.{field.column}"
    if isinstance(field, ArrayField):
        return f"cardinality({value}) > 0"
    return f"{value} <> ''" if isinstance(field, CharField | TextField) else f"{value} IS NOT NULL"


def _update(audited: Audited) -> str:
    """One event for each action that the changed fields make up."""
    events = []
    for action in audited.update_actions:
        changes = [
            f"CASE WHEN {condition} THEN {_change(audited, field)} END"
            for field in audited.fields
            if (condition := _belongs(audited, field, action))
        ]
        listed = ",\n                ".join(changes)
        events.append(
            f"({literal(action.module.key)}, {literal(action.sub_module)}, {literal(action.key)}, "
            f"{str(action is audited.changed).lower()}, ARRAY[\n                {listed}\n            ]::jsonb[])"
        )
    values = ",\n            ".join(events)
    event = _event(audited, "now", None, "to_jsonb(told.changes)")
    return _append(
        audited,
        f"""        SELECT {event}
        FROM old_rows AS was JOIN new_rows AS now USING (id), LATERAL (VALUES
            {values}
        ) AS done (module, sub_module, action, is_change, all_changes),
        LATERAL (VALUES (array_remove(done.all_changes, NULL))) AS told (changes)
        WHERE cardinality(told.changes) > 0""",
        takes_members="done.is_change",
    )


def _belongs(audited: Audited, field: Any, action: Action) -> str:
    """When a change of ``field`` is told by ``action``: the first transition that takes it, else the common one."""
    changed = _differs(field)
    taking = [when for when in audited.transitions if field.name in {when.field, *when.also}]
    if action is audited.changed:
        others = [_happens(audited, when) for when in taking]
        return " AND ".join([changed, *(f"NOT ({other})" for other in others)]) if "true" not in others else ""
    own = [_happens(audited, when) for when in taking if when.action is action]
    if not own:
        return ""
    earlier = [
        _happens(audited, when) for when in taking[: taking.index(next(w for w in taking if w.action is action))]
    ]
    return " AND ".join([changed, f"({' OR '.join(own)})", *(f"NOT ({other})" for other in earlier)])


def _happens(audited: Audited, when: When) -> str:
    field = _field(audited.model, when.field)
    if not when.to and not when.where:
        return "true" if not when.also else _differs(field)
    conditions = [_differs(field)]
    if when.to:
        conditions.append(f"now.{field.column} IN ({', '.join(_sql(value) for value in when.to)})")
    if when.where:
        conditions.append(f"({when.where})")
    return " AND ".join(conditions)


def _differs(field: Any) -> str:
    return f"was.{field.column} IS DISTINCT FROM now.{field.column}"


def _sql(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else literal(str(value))


def _change(audited: Audited, field: Any) -> str:
    if field.name in audited.masked:
        return f"jsonb_build_object({_named(field)}, 'masked', true)"
    if isinstance(field, ArrayField):
        was, now = (said_items(audited, field, row) for row in ("was", "now"))
        return f"audit_trail_list_change({literal(field.name)}, {literal(label(field))}, {was}, {now})"
    was, now = (said(audited, field, row) for row in ("was", "now"))
    return f"jsonb_build_object({_named(field)}, 'before', {was}, 'after', {now})"


def _named(field: Any) -> str:
    return f"'field', {literal(field.name)}, 'label', {literal(label(field))}"


# The members


def _member_branches(audited: Audited, members: Members) -> dict[str, str]:
    return {
        "INSERT": _members(audited, members, "new_rows", 1),
        "DELETE": _members(audited, members, "old_rows", -1),
        "UPDATE": _members(audited, members, "old_rows", -1) + _members(audited, members, "new_rows", 1),
        "TRUNCATE": _members(audited, members, members.through._meta.db_table, -1),
    }


def _members(audited: Audited, members: Members, rows: str, times: int) -> str:
    """One pending row for each record whose list of members has changed."""
    record, member = (_field(members.through, name) for name in (members.record, members.member))
    table = audited.model._meta.db_table
    words = said(audited, member, "it")
    name = f"coalesce((SELECT {audited.name.format(row='host')} FROM {table} AS host WHERE host.id = it.{record.column}), '')"
    columns = _event(audited, "it", audited.changed, "'[]'::jsonb", record=f"it.{record.column}", name=name)
    return f"""        INSERT INTO audit_trail_pending (event_id, takes_members, members, {COLUMNS})
        SELECT audit_trail_event_id(), true, it.members, {columns}
        FROM (
            SELECT it.tenant_id, it.{record.column}, jsonb_agg(jsonb_build_object(
                'field', {literal(member.name)}, 'label', {literal(members.label)}, 'id', it.{member.column},
                'name', {words}, 'times', {times}
            )) AS members
            FROM {rows} AS it GROUP BY it.tenant_id, it.{record.column}
        ) AS it;
"""


# Both


def _field(model: type[Model], name: str) -> Any:
    return model._meta.get_field(name)


def _event(audited: Audited, row: str, action: Action | None, changes: str, *, record: str = "", name: str = "") -> str:
    """The values of COLUMNS. No action: the one that the row of ``done`` names."""
    tenant = f"{row}.{audited.tenant_column}"
    if any(field.attname == "tenant_id" and field.null for field in audited.model._meta.concrete_fields):
        tenant = f"coalesce({tenant}, '{NO_TENANT}')"
    what = ", ".join(literal(part) for part in action.name) if action else "done.module, done.sub_module, done.action"
    record = record or f"{row}.{_field(audited.model, audited.resource_column).column}"
    return (
        f"{tenant}, (actor->>'request')::uuid, actor->>'kind', (actor->>'id')::uuid, "
        f"audit_trail_actor_name(actor, {tenant}), coalesce(actor->>'email', ''), {what}, {literal(audited.key)}, "
        f"{record}, {name or audited.name.format(row=row)}, {changes}, (actor->>'ip')::inet"
    )


def _append(audited: Audited, select: str, *, takes_members: str) -> str:
    """Into the record; where the record has members, into what is pending until the transaction's end."""
    if audited.members:
        values = select.replace("SELECT ", f"SELECT audit_trail_event_id(), {takes_members}, ", 1)
        return f"        INSERT INTO audit_trail_pending (event_id, takes_members, {COLUMNS})\n{values};\n"
    values = select.replace("SELECT ", "SELECT audit_trail_event_id(), 'success', '', '', ", 1)
    return f"        INSERT INTO audit_trail_auditevent (id, status, reason_code, reason, {COLUMNS})\n{values};\n"
