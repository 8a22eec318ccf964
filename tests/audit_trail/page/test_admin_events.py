"""The Audit Trails of all tenants, for support: viewed and searched, never changed; every view is recorded."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audit_trail.models import AuditEvent
from tests.admin.site import sign_in_as_support, support_views
from tests.audit_trail.records import put
from tests.support.cast import Cast
from wisely_security.core.request_context import acting_as

from .story import record_story

EVENTS = "/admin/audit_trail/auditevent/"


@pytest.fixture
def dana(cast: Cast) -> Client:
    return sign_in_as_support()


def resources(response: Any) -> list[str]:
    assert response.status_code == 200
    return [event.resource_name for event in response.context["cl"].result_list]


def test_all_tenants_newest_first_with_the_columns_of_the_record(dana: Client, cast: Cast) -> None:
    put(cast.acme.pk, [{"resource_name": "First"}])
    put(cast.globex.pk, [{"resource_name": "Second"}])
    response = dana.get(EVENTS)
    html = response.content.decode()
    assert re.findall(r'<th scope="col".*?<span>(.*?)</span>', html, re.DOTALL) == [
        "Actioned By", "Module", "Sub-module", "Action", "Date &amp; Time", "Resource Reference", "Status", "Tenant",
    ]  # fmt: skip
    assert resources(response)[:2] == ["Second", "First"]
    assert re.findall(r'class="field-of_tenant">(.*?)</td>', html)[:2] == ["Globex", "Acme"]
    assert "Audit Trail: all tenants" in html


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"tenant": "acme", "module": "templates"}, ["order_shipped (en)"] * 4),
        ({"tenant": "acme", "kind": "system", "module": "access_account"}, ["Shop"]),
        ({"tenant": "acme", "status": "failure", "q": "bob brown"}, [""]),
        ({"tenant": "acme", "q": "bob@acme.example", "action": "create"}, ["order_shipped (en)"]),
        ({"tenant": "acme", "q": "shop", "sub_module": "account", "action": "setup"}, ["Shop"]),
        ({"tenant": "globex", "q": "203.0.113.0/24"}, []),
        ({"tenant": "acme", "period": "custom", "from": "2020-01-01", "to": "2020-01-31"}, []),
    ],
)
def test_filters(dana: Client, cast: Cast, filters: dict[str, str], found: list[str]) -> None:
    record_story(cast.acme, cast.alice, cast.bob)
    assert resources(dana.get(EVENTS, filters)) == found


def test_search_by_any_id(dana: Client, cast: Cast) -> None:
    story = record_story(cast.acme, cast.alice, cast.bob)
    assert resources(dana.get(EVENTS, {"q": str(story.bulk)})) == [
        f"Region {x}" for x in ("West", "South", "North", "East")
    ]
    assert resources(dana.get(EVENTS, {"q": str(story.group.pk)})) == ["Sales & <b>Service</b>", "Sales"]
    assert len(resources(dana.get(EVENTS, {"q": str(cast.bob.pk)}))) == 5  # four by him, and his invitation


def test_a_view_is_recorded_for_each_tenant_on_the_page(dana: Client, cast: Cast, events) -> None:
    put(cast.acme.pk, [{"module": "waba_numbers"}] * 2)
    put(cast.globex.pk, [{"module": "waba_numbers"}])
    dana.get(EVENTS, {"module": "waba_numbers", "period": "today"})
    for tenant, rows in ((cast.acme, 2), (cast.globex, 1)):
        [view] = support_views(events, tenant)
        assert (view["area"], view["rows"]) == ("Django admin: audit events", rows)
        assert view["filters"]["Module"] == "WABA Numbers"
    assert support_views(events, cast.initech) == []


def test_an_event_shows_everything_and_changes_nothing(dana: Client, cast: Cast, events) -> None:
    story = record_story(cast.acme, cast.alice, cast.bob)
    with acting_as(tenant_id=cast.acme.pk):
        event = AuditEvent.objects.filter(resource_id=story.account.pk, action="edit").latest("id")
    url = f"{EVENTS}{event.pk}/change/"
    html = dana.get(url).content.decode()
    for shown in (
        "Acme",
        "Bob Brown",
        "bob@acme.example",
        "added: WhatsApp",
        "changed, not shown",
        str(event.request_id),
    ):
        assert shown in html
    assert 'name="_save"' not in html
    assert dana.post(url, {"resource_name": "Mallory"}).status_code == 403
    assert dana.get(f"{EVENTS}add/").status_code == dana.post(f"{EVENTS}add/").status_code == 403
    assert dana.post(f"{EVENTS}{event.pk}/delete/", {"post": "yes"}).status_code == 403
    [view] = support_views(events, cast.acme)
    assert str(event.pk) in view["filters"]["Audit event"]


def test_its_query_is_bounded_and_never_counts(dana: Client, cast: Cast) -> None:
    put(cast.acme.pk, [{}] * 5)
    with CaptureQueriesContext(connection) as captured:
        dana.get(EVENTS, {"q": "sales", "o": "1", "all": "", "p": "3"})
    reads = [query["sql"] for query in captured if 'FROM "audit_trail_auditevent"' in query["sql"]]
    assert 0 < len(reads) <= 8
    for read in reads:
        assert all(bound in read for bound in ('"id" >', '"id" <'))
        assert re.search(r"LIMIT \d+$", read)
        assert not re.search(r"\b(COUNT|OFFSET|DISTINCT)\b", read)
