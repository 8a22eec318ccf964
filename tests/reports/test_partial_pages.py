"""Partial pages for scripts: one part of the page, without the rest."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from login_activity.models import LoginEvent
from tests.audit_trail.records import put
from tests.support.cast import Cast
from tests.support.records import append_many
from tests.support.statements import at_most
from wisely_security.core.request_context import acting_as

LOGIN_ACTIVITY = "/settings/identity-access/login-activity/"
AUDIT_TRAIL = "/settings/security/audit-trail/"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')  # masked again each time
SCRIPT = {"hx-request": "true", "hx-target": "results"}


@pytest.fixture(autouse=True)
def _events(cast: Cast) -> None:
    append_many(cast.acme.pk, 3)
    put(cast.acme.pk, [{}])


@pytest.mark.parametrize("path", [LOGIN_ACTIVITY, AUDIT_TRAIL])
def test_the_results_alone(alice: Client, path: str) -> None:
    alice.get(path)  # a view that is recorded, and is an event itself
    part = alice.get(path, headers=SCRIPT).content.decode().strip()
    assert part.startswith('<section id="results"')
    assert part.endswith("</section>")
    assert TOKEN.sub("", part) in TOKEN.sub("", alice.get(path).content.decode())


def test_they_cost_no_list_of_people(alice: Client) -> None:
    alice.get(LOGIN_ACTIVITY)
    with at_most(4):
        alice.get(LOGIN_ACTIVITY, headers=SCRIPT)


def test_what_is_wrong_with_the_filters(alice: Client) -> None:
    response = alice.get(LOGIN_ACTIVITY, {"period": "forever"}, headers=SCRIPT)
    assert response.status_code == 400
    assert "isn&#x27;t a period." in response.content.decode()
    assert "<form" not in response.content.decode()


@pytest.mark.parametrize("path", [LOGIN_ACTIVITY, AUDIT_TRAIL])
def test_going_back_in_the_browsers_history_is_the_whole_page(alice: Client, path: str) -> None:
    whole = alice.get(path, headers={"hx-request": "true", "hx-history-restore-request": "true"}).content.decode()
    assert whole.startswith("<!doctype html>")
    assert "<nav" in whole


def test_the_details_of_an_event_alone(alice: Client, cast: Cast) -> None:
    with acting_as(tenant_id=cast.acme.pk):
        event = LoginEvent.objects.newest_first()[0]
    part = alice.get(f"{LOGIN_ACTIVITY}{event.pk}/", headers={"hx-request": "true"}).content.decode().strip()
    assert part.startswith('<div class="event-details">')
    assert part.endswith("</div>")
    assert TOKEN.sub("", part) in TOKEN.sub("", alice.get(f"{LOGIN_ACTIVITY}{event.pk}/").content.decode())
