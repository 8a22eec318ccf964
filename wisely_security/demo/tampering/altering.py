"""Altering one sign-in as the owner of the database, and putting it back as it was."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from django.conf import settings

from login_activity.models import LoginEvent

from .owner import as_owner, run, unguarded

TABLE = LoginEvent._meta.db_table
# A failure becomes a success. Of those of the demo's first company, which every visitor can open.
_CANDIDATES = f"""
    SELECT id, tenant_id, tableoid::regclass::text, user_name, status, reason FROM {TABLE}
    WHERE tenant_id = (SELECT id FROM tenancy_tenant WHERE name = 'Acme') AND status = 'failure' AND action = 'log_in'
      AND (%s::uuid IS NULL OR id = %s) ORDER BY id DESC LIMIT 1
"""  # noqa: S608


class TamperingError(Exception):
    """What was asked for cannot be done now. The message is for a person."""


class Altered(NamedTuple):
    """A sign-in, as it was."""

    id: str
    tenant_id: str
    partition: str
    user_name: str
    status: str
    reason: str

    @property
    def tenant(self) -> UUID:
        return UUID(self.tenant_id)


def alter(event_id: UUID | None = None) -> Altered:
    """Turn a failed sign-in of Acme into a success: the newest one, or this one."""
    if altered():
        raise TamperingError("An event is altered already. Put it back first: manage.py demo_tamper undo")
    with as_owner():
        found = run(_CANDIDATES, event_id, event_id)
        if not found:
            raise TamperingError("There is no such failed sign-in of Acme in this database. Load the demo: make run")
        event = Altered(*map(str, found[0]))
        _kept().parent.mkdir(parents=True, exist_ok=True)
        _kept().write_text(json.dumps(event._asdict()), encoding="utf-8")
        _write(event, "success", "")
    return event


def altered() -> Altered | None:
    """The event that is altered now."""
    try:
        return Altered(**json.loads(_kept().read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None


def restore(event: Altered) -> None:
    with as_owner():
        _write(event, event.status, event.reason)


def forget() -> None:
    _kept().unlink(missing_ok=True)


def _write(event: Altered, status: str, reason: str) -> None:
    """In its partition, where no policy is in the way."""
    with unguarded(event.partition):
        run(f"UPDATE {event.partition} SET status = %s, reason = %s WHERE id = %s", status, reason, event.id)  # noqa: S608


def _kept() -> Path:
    return Path(settings.DATA_DIR) / "demo_tampered.json"
