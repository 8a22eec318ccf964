"""What the Audit Trail records, when it was last seen, and what it leaves out: read from the registry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Model
from django.utils import timezone

from wisely_security.ledger.models import first_id
from wisely_security.reports.keyset import READ_IN_ORDER

from .registry import Action, Audited, Module, actions, all_audited, all_exempt, modules
from .words import label

SEEN_DAYS = 90
MOST_EVENTS_READ = 20_000


@dataclass(frozen=True, slots=True)
class Seen:
    """When each action was last seen. ``number``: of events read, back to ``since``; ``is_cut``: there are more."""

    at: dict[tuple[str, str, str], datetime]
    since: datetime
    number: int
    is_cut: bool


# No index knows modules and actions, for each would cost every write; so the newest events are read, along the key.
LAST_SEEN = """
    SELECT module, sub_module, action, max(occurred_at), min(occurred_at), count(*) FROM (
        SELECT module, sub_module, action, occurred_at FROM audit_trail_auditevent
        WHERE tenant_id = %s AND id >= %s AND id < %s ORDER BY id DESC LIMIT %s
    ) AS newest GROUP BY module, sub_module, action
"""


def last_seen(tenant_id: UUID) -> Seen:
    """One statement, which reads at most MOST_EVENTS_READ events, none older than SEEN_DAYS."""
    now = timezone.now()
    earliest, latest = now - timedelta(days=SEEN_DAYS), now + timedelta(days=1)
    with connection.cursor() as cursor:
        cursor.execute(READ_IN_ORDER + LAST_SEEN, [tenant_id, first_id(earliest), first_id(latest), MOST_EVENTS_READ])
        rows = cursor.fetchall()
    number = sum(row[5] for row in rows)
    is_cut = number >= MOST_EVENTS_READ
    oldest = min(row[4] for row in rows) if is_cut else earliest
    return Seen({(row[0], row[1], row[2]): row[3] for row in rows}, oldest, number, is_cut)


def modules_with(seen: Seen) -> list[tuple[Module, list[tuple[Action, datetime | None]]]]:
    """Every module and action of the registry, with when it was last seen."""
    return [
        (module, [(action, seen.at.get(action.name)) for action in actions() if action.module is module])
        for module in modules()
    ]


def exempt_models() -> list[tuple[str, str]]:
    return [(_plural(model), why) for model, why in all_exempt()]


def untracked_fields() -> list[tuple[str, list[str]]]:
    """By kind of record, the fields whose change leaves no event."""
    return [(_plural(each.model), labels) for each in all_audited() if (labels := _labels(each, each.untracked))]


def masked_fields() -> list[tuple[str, list[str]]]:
    """By kind of record, the fields whose content is not told."""
    return [(_plural(each.model), labels) for each in all_audited() if (labels := _labels(each, each.masked))]


def _labels(audited: Audited, names: frozenset[str]) -> list[str]:
    return [label(field) for field in audited.model._meta.concrete_fields if field.name in names]


def _plural(model: type[Model]) -> str:
    said = str(model._meta.verbose_name_plural)
    return said[:1].upper() + said[1:]
