"""What leads to few events finds exactly those, of several queries at once, however much is in segments."""

from __future__ import annotations

from typing import Any

import pytest

from audit_trail.models import AuditEvent
from login_activity.models import LoginEvent
from wisely_security.core.request_context import acting_as
from wisely_security.ledger.search.plan import find_each

from .history import History


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize("most", [1, 7, 1_000])
def test_each_query_has_its_first_events_in_order(history: History, newest_first: bool, most: int) -> None:
    with acting_as(tenant_id=history.tenant):
        logins: Any = LoginEvent.objects.for_tenant(history.tenant)
        changes: Any = AuditEvent.objects.for_tenant(history.tenant)
        first, *_, last = sorted({event.session for event in logins})
        wanted = [
            *(events.in_session(name) for name in (first, last) for events in (logins, changes)),
            logins.filter(status="failure"),
            changes.in_session("0123456789abcdef"),
            changes.filter(actor_kind="person", id__gt=changes.order_by("id")[100].pk),
        ]
        order = "-id" if newest_first else "id"
        expected = [list(events.order_by(order)[:most]) for events in wanted]
        assert find_each([(events, most) for events in wanted], newest_first=newest_first) == expected
        assert [bool(events) for events in expected] == [True, True, True, True, True, False, True]
        assert find_each([]) == []
