"""What the Audit Trail records, when each action last occurred, and what it leaves out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Model
from django.utils import timezone

from wisely_security.ledger.models import first_id
from wisely_security.ledger.months.partitions import add_months
from wisely_security.ledger.search.plan import READ_IN_ORDER

from ..models import AuditEvent
from ..registry import Action, Audited, Module, actions, all_audited, all_exempt, modules
from ..triggers.display_values import label

SEEN_DAYS = 90
Name = tuple[str, str, str]  # of an action: module, sub-module, action

NEXT_TX = "SELECT coalesce(max(next_tx), 0) FROM ledger_projector WHERE (name, events) = ('ledger_roll_up', %s)"
# The newest event of each action: of what the rollup has not consumed yet, and of the last quarter of an hour in which
# the rollup knows one.
LAST_SEEN = """
    WITH pending AS MATERIALIZED (
        SELECT module, sub_module, action, max(occurred_at) AS at FROM audit_trail_auditevent
        WHERE tenant_id = %(tenant)s AND tx >= %(next_tx)s AND id >= %(first)s AND id < %(last)s GROUP BY 1, 2, 3
    )
    SELECT it.*, greatest(
        (SELECT at FROM pending WHERE (module, sub_module, action) = (it.module, it.sub_module, it.action)),
        (SELECT at FROM (
            SELECT (first_day + quarter * interval '15 minutes') AT TIME ZONE 'UTC' AS slot
            FROM ledger_rollup, unnest(quarters) AS quarter
            WHERE tenant_id = %(tenant)s AND events = 'audit_trail_auditevent'::regclass
                  AND series = concat_ws('|', it.module, it.sub_module, it.action) AND first_day >= %(first_day)s
            ORDER BY first_day DESC, quarter DESC
        ) AS slots CROSS JOIN LATERAL (
            SELECT occurred_at AS at FROM audit_trail_auditevent AS event
            WHERE tenant_id = %(tenant)s AND id >= greatest(ledger_first_id(slot), %(first)s) AND id < %(last)s
                  AND id < ledger_first_id(slot + interval '15 minutes')
                  AND event.module = it.module AND event.sub_module = it.sub_module AND event.action = it.action
            ORDER BY id DESC LIMIT 1
        ) AS found LIMIT 1)
    ) FROM unnest(%(modules)s::text[], %(sub_modules)s::text[], %(actions)s::text[])
        AS it (module, sub_module, action)
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """When each action last occurred, if that was after ``since``."""

    at: dict[Name, datetime]
    since: datetime


def last_seen(tenant_id: UUID) -> Seen:
    now = timezone.now()
    earliest, latest = now - timedelta(days=SEEN_DAYS), now + timedelta(days=1)
    names = [list(column) for column in zip(*(action.name for action in actions()), strict=True)]
    values: dict[str, Any] = dict(zip(("modules", "sub_modules", "actions"), names, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(NEXT_TX, [AuditEvent._meta.db_table])
        [next_tx] = cursor.fetchone()
        values |= {"tenant": tenant_id, "next_tx": next_tx, "first": first_id(earliest), "last": first_id(latest)}
        values |= {"first_day": add_months(earliest.date(), 0)}  # a row may be of a whole month
        cursor.execute(READ_IN_ORDER + LAST_SEEN, values)
        return Seen({(row[0], row[1], row[2]): row[3] for row in cursor.fetchall() if row[3]}, earliest)


def modules_with(seen: Seen) -> list[tuple[Module, list[tuple[Action, datetime | None]]]]:
    """Every module and action of the registry, with its last occurrence."""
    return [
        (module, [(action, seen.at.get(action.name)) for action in actions() if action.module is module])
        for module in modules()
    ]


def exempt_models() -> list[tuple[str, str]]:
    return [(_plural(model), why) for model, why in all_exempt()]


def untracked_fields() -> list[tuple[str, list[str]]]:
    """By resource type, the fields whose changes are not recorded."""
    return [(_plural(each.model), labels) for each in all_audited() if (labels := _labels(each, each.untracked))]


def masked_fields() -> list[tuple[str, list[str]]]:
    """By resource type, the fields whose values are masked."""
    return [(_plural(each.model), labels) for each in all_audited() if (labels := _labels(each, each.masked))]


def _labels(audited: Audited, names: frozenset[str]) -> list[str]:
    return [label(field) for field in audited.model._meta.concrete_fields if field.name in names]


def _plural(model: type[Model]) -> str:
    said = str(model._meta.verbose_name_plural)
    return said[:1].upper() + said[1:]
