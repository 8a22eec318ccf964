"""The story of a session: both records in the order of time, for whom it is, and what it costs."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from audit_trail.models import AuditEvent
from login_activity.models import LoginEvent
from login_activity.vocabulary import Action, Reason
from tests.findings.making import new_country
from tests.support.cast import Cast, sign_in
from tests.support.statements import at_most
from wisely_security.core.request_context import RequestContext, acting_as, using
from wisely_security.investigation import session_page
from wisely_security.tenancy.models import Session
from wisely_security.workspace.modules.business_groups import ADD, EDIT

from .doing import HOTEL, NAME, OFFICE, did, reader_with


def url(name: str = NAME) -> str:
    return reverse("session_story", args=[name])


def lines(html: str) -> list[str]:
    """What the list says, line by line, without times."""
    found = re.findall(r'<li class="(?:moment|story-moved)[^>]*>(.*?)</li>', html, re.DOTALL)
    texts = (" ".join(unescape(re.sub(r"<time.*?</time>|<[^>]+>", " ", line)).split()) for line in found)
    return [re.sub(r", until \d\d:\d\d", "", text) for text in texts]


class TestWhatItTells:
    def test_both_records_in_the_order_of_time(self, cast: Cast, alice: Client) -> None:
        did(cast.bob, Action.LOG_IN, Action.VIEW, Action.VIEW, (ADD, "North"))
        did(cast.bob, (EDIT, "North", "refused"), (EDIT, "South", "refused"), Action.LOG_OUT, address=HOTEL)
        did(cast.bob, Action.LOG_IN, name="0" * 16)
        page = alice.get(url())
        html = page.content.decode()
        assert lines(html) == [
            "Log in",
            "View × 2 Findings",
            "Business Group: Add North",
            f"Address changed: now {HOTEL} , before {OFFICE}",
            "Business Group: Edit North Failure: The role doesn’t allow this.",
            "Business Group: Edit South Failure: The role doesn’t allow this.",
            "Log out",
        ]
        assert (page.context["counts"], page.context["ending"].how) == (
            {"events": 7, "changes": 1, "denied": 2},
            "Signed out",
        )
        assert reverse("person", args=[cast.bob.pk]) in html

    def test_how_it_ended_or_that_it_is_open(self, cast: Cast, alice: Client) -> None:
        with acting_as(tenant_id=cast.acme.pk):
            own = LoginEvent.objects.filter(user_id=cast.alice.pk, action="log_in").latest("id").session
        assert alice.get(url(own)).context["ending"].is_open
        did(cast.bob, Action.LOG_IN, (Action.END_SESSION, Reason.ENDED_BY_ADMIN))
        assert alice.get(url()).context["ending"].how == "Ended by an admin"

    def test_its_findings_and_which_event_they_rest_on(self, cast: Cast, alice: Client) -> None:
        with using(RequestContext(tenant_id=cast.acme.pk, actor=cast.bob.as_actor(), session=NAME)):
            finding = new_country(cast.bob)
        html = alice.get(url()).content.decode()
        assert html.count(reverse("finding", args=[finding.pk])) == 2
        assert finding.title in " ".join(lines(html))

    def test_a_long_one_comes_in_pages(self, cast: Cast, alice: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(session_page, "PAGE_SIZE", 3)
        did(cast.bob, Action.LOG_IN, (ADD, "A"), (ADD, "B"), Action.VIEW, (ADD, "C"), Action.LOG_OUT)
        first = alice.get(url())
        second = alice.get(first.context["next_url"])
        assert [
            line.partition(": ")[2] or line for page in (first, second) for line in lines(page.content.decode())
        ] == [
            "Log in",
            "Add A",
            "Add B",
            "View Findings",
            "Add C",
            "Log out",
        ]
        assert (second.context["next_url"], second.context["start_url"]) == ("", url())
        assert alice.get(f"{url()}?after=x").status_code == 400


class TestWhoSeesIt:
    def test_of_one_record_only_that_part(self, cast: Cast) -> None:
        did(cast.bob, Action.LOG_IN, (ADD, "North"))
        reader = sign_in(reader_with(cast.acme, "audit_trail.view"))
        html = reader.get(url()).content.decode()
        assert lines(html) == ["Business Group: Add North"]
        assert "Login Activity is not shown" in html

    def test_another_tenants_is_not_found(self, cast: Cast) -> None:
        did(cast.bob, Action.LOG_IN, (ADD, "North"))
        assert sign_in(cast.charlie).get(url()).status_code == 404

    def test_support_is_named_as_such_in_the_tenants_own_part(self, cast: Cast, alice: Client) -> None:
        did(cast.dana, Action.VIEW, (EDIT, "North"), tenant=cast.acme)
        did(cast.dana, (EDIT, "Elsewhere"), tenant=cast.globex)
        html = alice.get(url()).content.decode()
        assert "Session of Dana Diaz (Wisely support)" in html
        assert "Elsewhere" not in html


def test_it_takes_eight_statements(cast: Cast, alice: Client) -> None:
    did(cast.bob, Action.LOG_IN, (ADD, "North"))
    new_country(cast.bob)  # so that findings are asked for
    with at_most(8):
        assert alice.get(url()).status_code == 200


def test_the_ways_to_it(cast: Cast, alice: Client) -> None:
    """From an event of either record, from the sessions of a user and one's own, from a finding, from the person."""
    with using(RequestContext(tenant_id=cast.acme.pk, actor=cast.bob.as_actor(), session=NAME)):
        finding = new_country(cast.bob)
    did(cast.bob, (ADD, "North"))
    sign_in(cast.bob)
    with acting_as(tenant_id=cast.acme.pk):
        signed_in = LoginEvent.objects.filter(session=NAME).latest("id")
        changed = AuditEvent.objects.filter(session=NAME).latest("id")
        open_now = Session.objects.get(user=cast.bob).name
        own = Session.objects.get(user=cast.alice).name
    ways = {
        reverse("login_activity_event", args=[cast.acme.people_section, signed_in.pk]): NAME,
        reverse("audit_trail_event", args=[changed.pk]): NAME,
        reverse("finding", args=[finding.pk]): NAME,
        reverse("person", args=[cast.bob.pk]): NAME,
        reverse("user_sessions", args=[cast.bob.pk]): open_now,
        reverse("sessions"): own,
    }
    for page, name in ways.items():
        assert f'href="{url(name)}"' in alice.get(page).content.decode(), page
    assert url(open_now) not in sign_in(cast.bob).get(reverse("sessions")).content.decode()
