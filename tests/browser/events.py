"""The site's record before any visit: months of sign-ins, the same every time."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any

from login_activity.devices.identify import identify
from login_activity.vocabulary import Action, Reason
from tests.support.records import put_at
from wisely_security.demo.networks import DEMO_NETWORKS
from wisely_security.tenancy.models import Tenant, User

COUNT = 420
USER_AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 "
    "Safari/605.1.15",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 "
    "Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 14; Pixel 8 Pro) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Mobile "
    "Safari/537.36",
    "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0",
    "Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) AppleWebKit/538.1 (KHTML, like Gecko) Version/6.0 TV Safari/538.1",
    "curl/8.5.0",
    "",
)
OUTCOMES: tuple[tuple[Action, Reason | None, dict[str, Any]], ...] = (
    (Action.LOG_IN, None, {}),
    (Action.LOG_IN, None, {}),
    (Action.LOG_IN, Reason.WRONG_PASSWORD, {}),
    (Action.LOG_IN, Reason.UNKNOWN_USER, {}),
    (Action.LOG_OUT, None, {}),
    (Action.VIEW, None, {"area": "Login Activity", "filters": {"Status": "Failure"}, "rows": 50}),
    (Action.VIEW, Reason.NO_PERMISSION, {"area": "Login Activity: download"}),
    (Action.EDIT, None, {"area": "Profile", "changes": {"Time zone": ["UTC", "Asia/Kolkata"]}}),
    (Action.CHANGE_PASSWORD, Reason.WRONG_PASSWORD, {}),
    (Action.RESET_PASSWORD, Reason.LINK_INVALID, {}),
    (Action.LOCK_OUT, Reason.TOO_MANY_FAILURES, {}),
    (Action.END_SESSION, None, {"device": "Windows PC"}),
)


def fill(tenant: Tenant, people: list[User]) -> None:
    """Events of the last two months, one about every three and a half hours, none on the last day."""
    chance = random.Random(7)
    newest = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
    for number in range(COUNT):
        moment = newest - timedelta(minutes=205 * number + chance.randrange(200))
        put_at(tenant.pk, moment, **_event(chance, chance.choice(people)))


def _event(chance: random.Random, person: User) -> dict[str, Any]:
    action, failed, detail = chance.choice(OUTCOMES)
    device = identify(chance.choice(USER_AGENTS), {}, None)
    known = failed != Reason.UNKNOWN_USER
    return {
        "user_id": person.pk if known else None,
        "user_name": person.name if known else f"{person.email.partition('@')[0]}@old-domain.example",
        "user_email": person.email if known else f"{person.email.partition('@')[0]}@old-domain.example",
        "action": action.value,
        "status": "failure" if failed else "success",
        "reason": failed.value if failed else "",
        "device_kind": device.kind.value,
        "device": device.label,
        "browser": device.browser,
        "system": device.system,
        "user_agent": device.user_agent,
        "detail": json.dumps(detail),
        **_place(chance),
    }


def _place(chance: random.Random) -> dict[str, Any]:
    if chance.random() < 0.1:
        return {"ip": "192.168.1.20", "place": "Private network", "country": "", "latitude": None, "longitude": None}
    demo = chance.choice(DEMO_NETWORKS)
    place = demo.place
    return {
        "ip": str(demo.network[chance.randrange(1, 120)]),
        "place": place.label,
        "country": place.country_code,
        "latitude": place.latitude,
        "longitude": place.longitude,
    }
