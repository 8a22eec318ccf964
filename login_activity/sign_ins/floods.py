"""Floods of events that nobody signed in for: beyond what is usual in a minute they are counted, not written.

Anybody can cause them, and nothing is ever deleted from the record. So of each tenant's, and of those of no tenant,
only some a minute are written one by one: from one network, about one account, and in all. What comes beyond that is
counted in a small table in the same transaction, and summaries.py writes what was counted as events.
"""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.conf import settings

from wisely_security.core.request_context import current
from wisely_security.ledger.writing import Condition

from ..vocabulary import Action, Reason


def is_for_anybody(action: Action, user_id: UUID | None, failed: Reason | None, note: Reason | None) -> bool:
    """Whether somebody who is not signed in can cause such an event as often as they like. The lock of an account that
    exists is not among them: it is as rare as it is important."""
    if current().actor is not None or (action is Action.LOCK_OUT and user_id is not None):
        return False
    return failed is not None or note is Reason.LINK_REQUESTED


def unless_flooded(tenant_id: UUID | None, values: dict[str, Any]) -> Condition:
    """The condition under which an event is written by itself; an event that is one too many it counts.

    It belongs to the statement that writes the event, so that both take one, and nearly as long. ``values``: by column,
    as the event would be written. Of an unknown user, ``user_email`` has no more than the record may have.
    """
    client = current().client
    network = None if client.address is None else f"{client.address}/{64 if client.address.version == 6 else 32}"
    what = {"action": values["action"], "status": values["status"], "reason": values["reason"]}
    return Condition(
        _ADMIT,
        {
            "of_tenant": tenant_id,
            "what": json.dumps(what | {"name": values["user_name"]}),
            "network": network,
            "its_client": json.dumps({**client.as_data(), "detail": values["detail"]}),
            "limits": [
                settings.FLOOD_EVENTS_PER_ADDRESS,
                settings.FLOOD_EVENTS_PER_ACCOUNT,
                settings.FLOOD_EVENTS_PER_TENANT,
            ],
        },
    )


_ADMIT = """login_activity_admit(
    %(of_tenant)s, %(what)s, %(user_id)s, %(user_email)s, %(ip)s, network(%(network)s::inet), %(its_client)s,
    %(request_id)s, %(limits)s)"""
