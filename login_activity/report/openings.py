"""With what a session began, for whoever shows something that was done in it."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from wisely_security.ledger.models import first_id, time_of
from wisely_security.ledger.search.plan import find_each
from wisely_security.ledger.vocabulary import Status
from wisely_security.reports.extensions.sessions import Opening
from wisely_security.reports.pages.reading import search
from wisely_security.reports.pages.time_limit import SearchTooLongError

from ..models import LoginEvent
from ..vocabulary import Action

LONGEST_SESSION = timedelta(days=91)  # a little more than Tenant.session_max_hours can be
SECONDS = 1  # the event's page is shown without it, too


def opening(tenant_id: UUID, name: str, before: UUID) -> Opening | None:
    """The sign-in of a session, in two statements."""
    since = first_id(time_of(before) - LONGEST_SESSION)
    events = LoginEvent.objects.for_tenant(tenant_id).in_session(name)
    sign_ins = events.filter(action=Action.LOG_IN, status=Status.SUCCESS, id__gt=since, id__lte=before)
    with suppress(SearchTooLongError):
        for event in search(lambda: find_each([(sign_ins, 1)])[0], SECONDS):
            software = " · ".join(filter(None, (event.browser, event.system)))
            return Opening(event.occurred_at, event.ip, event.device, software, event.place)
    return None
