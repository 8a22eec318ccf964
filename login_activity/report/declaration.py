"""Login Activity as a report: what its page, its event page and its download show."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from wisely_security.reports.declaration import Report
from wisely_security.reports.extensions import sessions
from wisely_security.reports.filtering.periods import around
from wisely_security.reports.pages.beside import Rows
from wisely_security.reports.pages.groups import Grouping
from wisely_security.reports.strip.attempts import Several
from wisely_security.reports.strip.reading import Hiding, Numbers
from wisely_security.reports.strip.tops import Top
from wisely_security.reports.strip.usual import Usual
from wisely_security.tenancy import permissions
from wisely_security.tenancy.models import Tenant, User
from wisely_security.tenancy.views import menu

from ..models import UNKNOWN_USER, LoginEvent
from ..places.countries import COUNTRIES
from ..places.locate import attribution
from ..vocabulary import NEUTRAL, Action, Reason, Status
from .filters import NO_VIEWS, LoginActivityFilterSet
from .openings import opening
from .tables import LoginActivityTable

VIEW = permissions.declare("login_activity.view", "Login Activity", "View Login Activity")
DOWNLOAD = permissions.declare("login_activity.download", "Login Activity", "Download Login Activity")
NEAR = timedelta(minutes=5)


def path(tenant: Tenant) -> str:
    return reverse("login_activity", kwargs={"section": tenant.people_section})


def rows(events: Sequence[LoginEvent], link: Callable[..., str], beside: Rows) -> list[dict[str, Any]]:
    return [
        {
            "person_url": link(user=_who(event)),
            "ip_url": link(q=str(event.ip)) if event.ip else "",
            "badge": _badge(event),
        }
        for event in events
    ]


def _badge(event: LoginEvent) -> str:
    """The colour of the status. A session that expired is neither good nor bad."""
    if event.status == Status.FAILURE:
        return "danger"
    return "neutral" if event.reason in NEUTRAL else "success"


def details(event: LoginEvent, tenant: Tenant, reader: User) -> dict[str, Any]:
    """Where to go from here."""
    that_day = _days(event, 0)
    onward = [("By this person, that day", {"user": _who(event), **that_day})]
    if event.ip:
        onward.append(("From this address, that week", {"q": str(event.ip), **_days(event, 3)}))
    onward.append(("Within five minutes", around(event.occurred_at, NEAR)))
    other_record = []
    if event.session:
        other_record.append(("In this session", sessions.url(event.session)))
    if event.user_id:
        other_record.append(("About this person", reverse("person", args=[event.user_id])))
    if event.user_id and reader.may("audit_trail.view"):
        query = urlencode({"actor": event.user_id, **that_day})
        other_record.append(("Changes by this person, that day", f"{reverse('audit_trail')}?{query}"))
    return {
        "onward": [(label, f"{path(tenant)}?{urlencode(query)}") for label, query in onward],
        "other_record": other_record,
    }


def _who(event: LoginEvent) -> str:
    """The person as the filter takes them."""
    return str(event.user_id) if event.user_id else event.user_email or UNKNOWN_USER


def _days(event: LoginEvent, around: int) -> dict[str, str]:
    """The period of the event's day and so many days before and after it, as far as today."""
    day, span = timezone.localtime(event.occurred_at).date(), timedelta(days=around)
    last = max(day, min(day + span, timezone.localdate()))
    return {"period": "custom", "from": (day - span).isoformat(), "to": last.isoformat()}


NUMBERS = Numbers(
    tops_title="Failures",
    tops=(
        Top(
            "People",
            ("user_id", "user_email", "user_name"),
            key=f"coalesce(user_id::text, nullif(user_email, ''), '{UNKNOWN_USER}')",
            name="CASE WHEN user_id IS NULL AND user_email = '' THEN 'Unknown users' ELSE user_name END",
            filters=lambda key: _failed(user=key),
        ),
        Top("Addresses", ("ip",), key="host(ip)", filters=lambda key: _failed(q=key)),
        Top(
            "Countries",
            ("country",),
            key="country",
            label=lambda key: COUNTRIES.get(key, key),
            filters=lambda key: _failed(country=key),
        ),
        Top("Reasons", ("reason",), key="reason", label=Reason.say, filters=lambda key: _failed(q=Reason.say(key))),
    ),
    of_failures=True,
    usual=Usual(
        "failed sign-in", "failed sign-ins", status=Status.FAILURE, much=10, chosen={"action": (Action.LOG_IN.value,)}
    ),
    hiding=Hiding("action", Action.VIEW.value, NO_VIEWS, "view", "views"),
    several=Several(
        are={"detail__has_key": "times"},
        column="detail",
        times="(detail->>'times')::bigint",
        each="jsonb_array_elements(coalesce(detail->'each', "
        "jsonb_build_array(jsonb_build_object('times', detail->'times'))))",
        of_one={
            "user_id": "coalesce((one->>'user')::uuid, user_id)",
            "user_email": "coalesce(one->>'e-mail', user_email)",
            "user_name": "coalesce(one->>'name', user_name)",
            "ip": "coalesce((one->>'ip')::inet, ip)",
        },
        times_of_one="(one->>'times')::bigint",
    ),
)


def _failed(**filters: str) -> dict[str, str]:
    return {**filters, "status": Status.FAILURE.value}


def _view(event: LoginEvent) -> Hashable:
    """Whoever views page after page."""
    is_view = event.action == Action.VIEW and event.status == Status.SUCCESS and event.reason != Reason.DOWNLOADED
    return (event.user_id, event.acted_by, event.session) if is_view else None


REPORT = Report(
    key="login-activity",
    title="Login Activity",
    description="Every sign-in and sign-out, and every view or change of sign-in and security settings.",
    model=LoginEvent,
    table=LoginActivityTable,
    filter_set=LoginActivityFilterSet,
    row_template="login_activity.jinja",
    view_permission=VIEW,
    download_permission=DOWNLOAD,
    path=path,
    rows=rows,
    numbers=NUMBERS,
    grouping=Grouping(_view, "more view", "more views", unless=frozenset({"action"})),
    details=details,
    structured=lambda event: {"details": event.detail},
    page_context=lambda: {"attribution": attribution()},
)
menu.add(menu.PEOPLE, REPORT.title, icon="finger-print", permission=VIEW, url=path)
sessions.register(opening)
