"""From one event to the others around it: by the person, from the address, in the session, and what they changed."""

from __future__ import annotations

import re
from html import unescape
from uuid import UUID

from django.test import Client

from login_activity.models import LoginEvent
from tests.audit_trail.page.story import record_story
from tests.support.cast import Cast, sign_in
from tests.support.records import append_rows
from wisely_security.core.request_context import acting_as

from .test_page import as_member_with

ENTERPRISE = "/settings/identity-access/login-activity/"
ELSEWHERE: dict[str, object] = {"ip": "198.51.100.9", "session": "fedcba9876543210", "user_name": "Else"}


def append(cast: Cast) -> LoginEvent:
    """An event of Bob's; one more each of his, from its address and in its session; and one with nothing in common."""
    bob: dict[str, object] = {"user_id": cast.bob.pk, "user_name": "Bob Brown", "user_email": "bob@acme.example"}
    rows: list[dict[str, object]] = [
        {**bob},
        {**bob, **ELSEWHERE},
        {**ELSEWHERE, "ip": "203.0.113.7"},
        {**ELSEWHERE, "session": "0123456789abcdef"},
        ELSEWHERE,
    ]
    append_rows(cast.acme.pk, [{"place": f"Place {number}", **row} for number, row in enumerate(rows)])
    with acting_as(tenant_id=cast.acme.pk):
        return LoginEvent.objects.get(tenant_id=cast.acme.pk, place="Place 0")


def links(client: Client, page: str, event_id: UUID) -> dict[str, str]:
    html = client.get(f"{page}{event_id}/").content.decode()
    return {label: unescape(url) for url, label in re.findall(r'<a class="button" href="([^"]+)"[^>]*>(.*?)</a>', html)}


def test_each_link_shows_the_events_that_it_names(alice: Client, cast: Cast) -> None:
    event = append(cast)
    shown = {
        label: {row.event.place for row in alice.get(url).context["events"] if row.event.place.startswith("Place")}
        for label, url in links(alice, ENTERPRISE, event.pk).items()
        if url.startswith(ENTERPRISE) and "?" in url
    }
    assert shown == {
        "By this person, that day": {"Place 0", "Place 1"},
        "From this address, that week": {"Place 0", "Place 2"},
        "Within five minutes": {f"Place {number}" for number in range(5)},
    }


def test_the_persons_changes_are_a_link_for_those_who_may_see_them(alice: Client, cast: Cast) -> None:
    event = append(cast)
    record_story(cast.acme, cast.alice, cast.bob)
    rows = alice.get(links(alice, ENTERPRISE, event.pk)["Changes by this person, that day"]).context["events"]
    assert {row.event.actor_name for row in rows} == {"Bob Brown"}
    reader = as_member_with(cast, "login_activity.view")
    assert "In this session" in links(reader, ENTERPRISE, event.pk)
    assert "Changes by this person, that day" not in links(reader, ENTERPRISE, event.pk)


def test_links_of_an_enterprise_that_an_aggregator_visits_stay_in_it(cast: Cast) -> None:
    append_rows(cast.globex.pk, [{"place": "Place 0"}])
    with acting_as(tenant_id=cast.globex.pk):
        event = LoginEvent.objects.get(tenant_id=cast.globex.pk, place="Place 0")
    erin = sign_in(cast.erin)
    erin.post("/switch-tenant/", {"tenant": str(cast.globex.pk)})
    url = links(erin, ENTERPRISE, event.pk)["In this session"]
    assert [moment.event.place for moment in erin.get(url).context["moments"]] == ["Place 0"]
