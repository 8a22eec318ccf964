"""A record to try filters on: written by the recorder, from four places with four devices."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import QueryDict

from login_activity.models import LoginEvent
from login_activity.report.filters import LoginActivityFilterSet
from login_activity.sign_ins.recorder import record
from login_activity.vocabulary import Action, Reason
from wisely_security.core.request_context import Client, RequestContext, acting_as, using
from wisely_security.core.text.folding import fold
from wisely_security.tenancy.models import User

from ...support.cast import WINDOWS_CHROME, Cast, add_member, person

ODD_NAME = '100%_Zoë "O\'Neil" C:\\temp 😀'
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile Safari/604.1"
FROM = {
    "81.2.69.144": WINDOWS_CHROME,
    "49.36.32.9": IPHONE,
    "2001:db8::7": "curl/8.5.0",
    "10.1.2.3": "Quirk\\Agent/1.0 100%_(beta) 'q' \"z\"",
}


@dataclass
class Record:
    cast: Cast
    zoe: User
    events: list[LoginEvent]

    def selected(self, **query: str) -> list[UUID]:
        with acting_as(tenant_id=self.cast.acme.pk):
            acme = LoginEvent.objects.for_tenant(self.cast.acme.pk).order_by("id")
            filters = LoginActivityFilterSet(QueryDict(urlencode(query)), queryset=acme)
            assert filters.is_valid(), filters.errors
            return [event.id for event in filters.qs]

    def those(self, condition: Callable[[LoginEvent], bool]) -> list[UUID]:
        return [event.id for event in self.events if condition(event)]


def make_record(cast: Cast, events: Callable[..., Any]) -> Record:
    zoe = add_member(cast.acme, "developer", person(ODD_NAME, "zoe_100%@acme.example"))
    for address, user_agent in FROM.items():
        client = Client(address=ip_address(address), user_agent=user_agent)
        with using(RequestContext(tenant_id=cast.acme.pk, client=client)):
            for user in (cast.alice, zoe):
                record(Action.LOG_IN, user)
                record(Action.LOG_IN, user, failed=Reason.WRONG_PASSWORD)
                record(Action.RESET_PASSWORD, user, note=Reason.LINK_REQUESTED)
            record(Action.LOG_IN, None, failed=Reason.UNKNOWN_USER, typed="Nobody@acme.example", tenant_id=cast.acme.pk)
            record(Action.LOG_IN, None, failed=Reason.UNKNOWN_USER, typed="hunter2", tenant_id=cast.acme.pk)
            with using(RequestContext(tenant_id=cast.acme.pk, client=client, actor=cast.alice.as_actor())):
                record(Action.EDIT, zoe, detail={"area": "Sign-in settings"})
    with using(RequestContext(tenant_id=cast.globex.pk)):
        record(Action.LOG_IN, cast.charlie)
    return Record(cast, zoe, events(cast.acme))


def shown(event: LoginEvent) -> list[str]:
    """What the page shows of an event, and who did it, and the user agent."""
    return [
        *(event.user_name, event.user_email, event.acted_by, str(event.ip), event.device, event.browser, event.system),
        *(event.place, event.user_agent, event.action_label, event.status_label, event.reason_label),
        event.detail.get("area", ""),
    ]


def holds(event: LoginEvent, text: str) -> bool:
    words = [quoted or word for quoted, word in re.findall(r'"([^"]*)"(?=\s|$)|(\S+)', text)]
    return all(any(fold(word) in fold(each) for each in shown(event)) for word in words)
