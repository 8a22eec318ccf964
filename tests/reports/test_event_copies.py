"""One event as text and as JSON: for whoever may view it, in the words of the page and of the download."""

from __future__ import annotations

import csv
import io
import json

import pytest

from tests.support.cast import Cast, sign_in
from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.models import User

LOGIN_ACTIVITY = "/settings/identity-access/login-activity/"
AUDIT_TRAIL = "/settings/security/audit-trail/"


def csv_of(answer: object) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"), newline="")))  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", [LOGIN_ACTIVITY, AUDIT_TRAIL])
def test_the_json_is_the_row_of_the_download(committed_cast: Cast, path: str, django_assert_max_num_queries) -> None:
    alice = sign_in(committed_cast.alice)
    alice.post("/settings/roles/add/", {"name": "=Reviewer", "permissions": ["roles.view"]})
    event = alice.get(path).context["events"][0]
    with django_assert_max_num_queries(8):  # two find the sign-in of the session
        copy = alice.get(f"{event.url}json/")
    names, values = csv_of(alice.get(f"{path}download/", {"q": event.event.pk}))
    assert copy["Content-Type"] == "application/json"
    body = json.loads(copy.content)
    assert {name: value or "" for name, value in body["event"].items()} == {
        name: value.replace("'=", "=") for name, value in zip(names, values, strict=True)
    }  # a formula is one for spreadsheets alone
    assert (body["company"], body["url"]) == ("Acme", f"http://testserver{event.url}")
    if path == AUDIT_TRAIL:
        assert {"label": "Name", "field": "name", "after": "=Reviewer"} in body["changes"]


def test_the_text_is_what_the_event_page_says(cast: Cast) -> None:
    alice = sign_in(cast.alice)
    alice.post("/settings/roles/add/", {"name": "Reviewer", "permissions": ["roles.view"]})
    event = alice.get(AUDIT_TRAIL).context["events"][0]
    copy = alice.get(f"{event.url}text/")
    assert copy["Content-Type"] == "text/plain; charset=utf-8"
    text = copy.content.decode()
    assert text.startswith(f"Acme, Audit Trail: Roles: Add, Reviewer\nhttp://testserver{event.url}\n")
    assert "What changed\n  Name: Reviewer\n" in text
    assert "  Actioned By: Alice Adams\n" in text
    assert "\nThe session\n  Signed in: " in text
    assert "\n  Device Type: Windows PC\n" in text
    session = json.loads(alice.get(f"{event.url}json/").content)["more"]["The session"]
    assert (session["Device Type"], session["Geo Location"]) == ("Windows PC", "Private network")


def test_no_copy_holds_a_secret(cast: Cast) -> None:
    alice = sign_in(cast.alice)
    alice.post("/settings/users/invite/", {"email": "ann@acme.example", "name": "Ann", "role": str(cast.bob.role_id)})
    with acting_as(tenant_id=cast.acme.pk):
        password = User.objects.get(name="Ann").password
    event = next(each for each in alice.get(AUDIT_TRAIL).context["events"] if each.event.resource_name == "Ann")
    for kind in ("json", "text"):
        copy = alice.get(f"{event.url}{kind}/").content.decode()
        assert "Ann" in copy
        assert password not in copy


def test_a_copy_taken_from_another_tenant_is_recorded_as_a_view(cast: Cast, events) -> None:
    sign_in(cast.charlie)
    erin = sign_in(cast.erin)
    erin.post("/switch-tenant/", {"tenant": str(cast.globex.pk)})
    event = events(cast.globex)[0]
    for kind in ("json", "text"):
        assert erin.get(f"{LOGIN_ACTIVITY}{event.pk}/{kind}/").status_code == 200
        assert events(cast.globex)[-1].detail["filters"] == {"Event": str(event.pk)}
        assert events(cast.globex)[-1].user_name == "Erin Evans (Initech)"
    assert len([each for each in events(cast.globex) if each.detail.get("rows") == 1]) == 2
