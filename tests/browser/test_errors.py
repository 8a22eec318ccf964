"""Pages of refusal, and the headers that every page carries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections
from playwright.sync_api import expect

from wisely_security.core.http.middleware import CONTENT_SECURITY_POLICY

from .picking import pick
from .reading import LOGIN_ACTIVITY
from .site import Site


@contextmanager
def unreadable_events(site: Site) -> Iterator[None]:
    """The app role may not read the record for a while."""
    with site.at_its_database(), connections["owner"].cursor() as cursor:
        cursor.execute("REVOKE SELECT ON login_activity_loginevent FROM wisely_app")
        try:
            yield
        finally:
            cursor.execute("GRANT SELECT ON login_activity_loginevent TO wisely_app")


def test_a_page_that_the_role_does_not_include_is_refused(visit, site) -> None:
    page = visit(site.cast.bob)
    response = page.goto(LOGIN_ACTIVITY)
    assert response.status == 403
    expect(page.get_by_role("heading", name="You don’t have access to this page")).to_be_visible()
    page.get_by_role("link", name="Go to the home page").click()
    expect(page).to_have_url("/settings/access-accounts/")


def test_a_missing_page_is_explained(visit, site) -> None:
    page = visit(site.cast.alice)
    for path in (
        "/nothing-here/",
        "/settings/users-permissions/login-activity/",
        "/settings/users/not-an-id/sessions/",
    ):
        assert page.goto(path).status == 404, path
        expect(page.get_by_role("heading", name="Page not found")).to_be_visible()


def test_an_event_of_another_tenant_is_not_there(visit, site) -> None:
    today = site.cast.acme.created_at.date()
    event = site.events(site.cast.globex, today.replace(year=today.year - 1), today)[-1]
    page = visit(site.cast.alice)
    assert page.goto(f"{LOGIN_ACTIVITY}{event.pk}/").status == 404


def test_a_sign_in_page_that_is_too_old_signs_in_all_the_same(visit, site) -> None:
    page = visit()
    page.goto("/sign-in/")
    page.context.clear_cookies()
    page.get_by_label("E-mail address").fill("alice@acme.example")
    page.get_by_label("Password", exact=True).fill("whatever")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("The e-mail address or password is incorrect.")).to_be_visible()


def test_a_form_that_is_not_known_to_be_ours_is_refused_with_a_reason(visit, site) -> None:
    page = visit(site.cast.alice)
    page.goto("/account/profile/")
    page.evaluate("document.querySelectorAll('[name=csrfmiddlewaretoken], [name=form_owner]').forEach(e => e.remove())")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Nothing was saved")).to_be_visible()
    expect(page.get_by_role("navigation", name="Settings")).to_be_visible()


def test_an_error_of_ours_gives_a_reference_that_leads_to_the_log(visit, site, complaints) -> None:
    page = visit(site.cast.alice)
    with unreadable_events(site):
        response = page.goto(LOGIN_ACTIVITY)
    assert response.status == 500
    expect(page.get_by_role("heading", name="Something went wrong on our side")).to_be_visible()
    reference = page.locator("code").inner_text()
    assert f"[{reference}]" in (site.folder / "server.log").read_text()
    assert [re.sub(r".*status of", "", complaint) for complaint in complaints] == [" 500 (Internal Server Error)"]
    complaints.clear()
    page.goto(LOGIN_ACTIVITY)
    expect(page.get_by_role("heading", name="Login Activity")).to_be_visible()


def test_pages_carry_a_strict_policy_and_nothing_inline(visit, site) -> None:
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    page = visit(site.cast.alice)
    for path in (
        LOGIN_ACTIVITY,
        f"{LOGIN_ACTIVITY}?status=nonsense",
        "/settings/users/",
        "/settings/users/invite/",
        "/settings/sign-in/",
        "/account/profile/",
        "/account/password/",
        "/account/sessions/",
        "/password-reset/",
        "/nothing-here/",
    ):
        response = page.goto(path)
        assert response.header_value("Content-Security-Policy") == CONTENT_SECURITY_POLICY, path
        assert response.header_value("Cache-Control") == "no-store", path
        assert page.locator("[style], style, script:not([src])").count() == 0, path


def test_nothing_comes_from_elsewhere(visit, site) -> None:
    asked: list[str] = []
    page = visit(site.cast.alice)
    page.on("request", lambda request: asked.append(request.url))
    page.goto(LOGIN_ACTIVITY)
    pick(page, "Status", "Failure")
    expect(page).to_have_url(re.compile("status=failure"))
    assert [url for url in asked if not url.startswith(site.url)] == []
