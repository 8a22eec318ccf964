"""An aggregator's admin views one of its enterprises."""

from __future__ import annotations

import pytest

from tests.support.cast import Cast, sign_in
from wisely_security.core.request_context import acting_as

ENTERPRISE, AGGREGATOR = "identity-access", "users-permissions"


def test_shows_the_enterprises_data_and_says_so(cast: Cast) -> None:
    sign_in(cast.charlie)
    client = sign_in(cast.erin)
    response = client.post("/switch-tenant/", {"tenant": str(cast.globex.pk)}, follow=True)
    assert response.redirect_chain[-1][0] == f"/settings/{ENTERPRISE}/login-activity/"
    body = response.content.decode()
    assert "You are viewing Globex’s data" in body
    assert "Charlie Clark" in body
    back = client.post("/switch-tenant/", {"tenant": str(cast.initech.pk)}, follow=True)
    assert back.redirect_chain[-1][0] == f"/settings/{AGGREGATOR}/login-activity/"
    assert "Charlie Clark" not in back.content.decode()


def test_is_recorded_in_the_enterprises_own_record(cast: Cast, events) -> None:
    client = sign_in(cast.erin)
    client.post("/switch-tenant/", {"tenant": str(cast.globex.pk)}, follow=True)
    switched, viewed = events(cast.globex)
    assert switched.detail["area"] == "Switched from Initech to Globex"
    assert {event.user_name for event in (switched, viewed)} == {"Erin Evans (Initech)"}
    assert (viewed.action, viewed.detail["area"]) == ("view", "Login Activity")


def test_changes_nothing_there(cast: Cast, events) -> None:
    client = sign_in(cast.erin)
    client.post("/switch-tenant/", {"tenant": str(cast.globex.pk)})
    assert client.post("/settings/sign-in/", {"session_idle_minutes": 5, "session_max_hours": 1}).status_code == 403
    assert client.post(f"/settings/users/{cast.charlie.pk}/sessions/end/").status_code == 403
    refused = [event for event in events(cast.globex) if event.reason == "no_permission"]
    assert [(event.action, event.user_name) for event in refused] == [("edit", "Erin Evans (Initech)")] * 2


@pytest.mark.parametrize("target", ["acme", "initech"])
def test_reaches_no_other_tenant(cast: Cast, target: str, events) -> None:
    tenant = getattr(cast, target)
    client = sign_in(cast.charlie)
    assert client.post("/switch-tenant/", {"tenant": str(tenant.pk)}).status_code in {403, 404}
    assert "Charlie" not in " ".join(event.user_name for event in events(tenant))


@pytest.mark.parametrize("chosen", ["", "x", "00000000-0000-0000-0000-000000000000", "' OR 1=1 --"])
def test_nonsense_is_not_found(cast: Cast, chosen: str) -> None:
    assert sign_in(cast.erin).post("/switch-tenant/", {"tenant": chosen}).status_code == 404


def test_ends_when_the_enterprise_leaves_the_aggregator(cast: Cast) -> None:
    client = sign_in(cast.erin)
    client.post("/switch-tenant/", {"tenant": str(cast.globex.pk)})
    with acting_as(tenant_id=cast.globex.pk):
        type(cast.globex).objects.filter(pk=cast.globex.pk).update(aggregator=None)
    assert client.get(f"/settings/{ENTERPRISE}/login-activity/").status_code == 404
    assert client.get(f"/settings/{AGGREGATOR}/login-activity/").status_code == 200
