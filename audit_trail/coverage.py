"""What the Audit Trail records, when it was last seen, and what it leaves out: read from the registry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Model
from django.utils import timezone

from wisely_security.ledger.models import first_id
from wisely_security.ledger.search.plan import READ_IN_ORDER

from .registry import Action, Audited, Module, actions, all_audited, all_exempt, modules
from .words import label

SEEN_DAYS = 90
Name = tuple[str, str, str]  # of an action: module, sub-module, action

# The newest event of each action: its index leads there.
LAST_SEEN = """
    SELECT deed.*, (
        SELECT occurred_at FROM audit_trail_auditevent AS event
        WHERE tenant_id = %s AND id >= %s AND id < %s
          AND event.module = deed.module AND event.sub_module = deed.sub_module AND event.action = deed.action
        ORDER BY id DESC LIMIT 1
    ) FROM unnest(%s::text[], %s::text[], %s::text[]) AS deed (module, sub_module, action)
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """When each action was last seen, if it was ``since`` then."""

    at: dict[Name, datetime]
    since: datetime


def last_seen(tenant_id: UUID) -> Seen:
    now = timezone.now()
    earliest, latest = now - timedelta(days=SEEN_DAYS), now + timedelta(days=1)
    names = [list(column) for column in zip(*(action.name for action in actions()), strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(READ_IN_ORDER + LAST_SEEN, [tenant_id, first_id(earliest), first_id(latest), *names])
        return Seen({(row[0], row[1], row[2]): row[3] for row in cursor.fetchall() if row[3]}, earliest)


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
