"""The page of a refusal: in the frame of every other page, with the permission that is missing and who can give it."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.support.cast import Cast, add_member, person, sign_in
from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.models import Role, UserStatus

LOGIN_ACTIVITY = "/settings/identity-access/login-activity/"

pytestmark = pytest.mark.django_db


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 403
    return " ".join(answer.content.decode().split())


def test_it_names_the_permission_and_who_can_give_it(cast: Cast) -> None:
    add_member(cast.acme, "admin", person("Ann Archer", "ann@acme.example"))
    add_member(cast.acme, "admin", person("Sam Short", "sam@acme.example", status=UserStatus.SUSPENDED))
    add_member(cast.globex, "admin", person("Gil Grant", "gil@globex.example"))
    with acting_as(tenant_id=cast.acme.pk):
        Role.objects.create(tenant=cast.acme, name="Hirer", permissions=["users.view", "users.edit"])
    helper = person("Harry Hirer", "harry@acme.example")
    add_member(cast.acme, "developer", helper)
    with acting_as(tenant_id=cast.acme.pk):
        helper.role = Role.objects.get(name="Hirer")
        helper.save()
    page = text(sign_in(cast.bob), LOGIN_ACTIVITY)
    assert "the permission “View Login Activity”, which your role, Developer, doesn’t include" in page
    assert "<strong>Alice Adams</strong> or <strong>Ann Archer</strong> can give it to you." in page
    # Neither who is suspended, nor who lacks the permission, nor anybody of another tenant.
    assert not any(name in page for name in ("Sam Short", "Harry Hirer", "Gil Grant"))


def test_it_has_the_frame_of_the_pages(cast: Cast) -> None:
    page = text(sign_in(cast.bob), "/settings/roles/add/")
    assert 'aria-label="Settings"' in page
    assert "Bob Brown" in page
    assert "“Change roles”" in page


def test_where_no_permission_would_help_it_says_why(cast: Cast) -> None:
    browser = sign_in(cast.erin)
    browser.post("/switch-tenant/", {"tenant": str(cast.globex.pk)})
    page = text(browser, "/settings/roles/add/")
    assert "You are viewing Globex’s data. Return to your own tenant to make changes." in page
    assert "can give it to you" not in page
