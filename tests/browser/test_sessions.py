"""The life of a session, in two windows."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.support.cast import PASSWORD
from wisely_security.tenancy.models import User

from .picking import option, picker
from .reading import LOGIN_ACTIVITY, rows


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Your account").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url("/sign-in/")


def sign_in_here(page: Page, person: User) -> None:
    page.get_by_label("E-mail address").fill(person.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def test_a_session_that_ended_in_another_tab_leads_to_sign_in_and_back(visit, site) -> None:
    person = site.newcomer()
    page = visit(person)
    page.goto(f"{LOGIN_ACTIVITY}?period=30d")
    other = page.context.new_page()
    other.goto("/account/profile/")
    sign_out(other)
    picker(page, "Status").locator("summary").click()
    option(page, "Status", "Failure").click()
    expect(page).to_have_url(re.compile(r"/sign-in/\?next="))
    sign_in_here(page, person)
    expect(page).to_have_url(re.compile(re.escape(LOGIN_ACTIVITY)))
    expect(rows(page).first).to_be_visible()


def test_a_row_opened_after_the_end_leads_to_sign_in_too(visit, site) -> None:
    page = visit(site.newcomer())
    page.goto(f"{LOGIN_ACTIVITY}?period=30d")
    page.context.clear_cookies()
    rows(page).first.get_by_role("link", name="Details").click()
    expect(page).to_have_url(re.compile(r"/sign-in/\?next="))


def test_a_person_ends_another_session_of_theirs(visit, site) -> None:
    person = site.newcomer()
    elsewhere, here = visit(person), visit(person)
    elsewhere.goto("/account/profile/")
    here.goto("/account/sessions/")
    listed = here.get_by_role("table", name="Active sessions").get_by_role("row")
    expect(listed).to_have_count(3)  # with its head
    expect(listed.filter(has_text="This session")).to_have_count(1)
    here.get_by_role("button", name=re.compile("^End session on")).click()
    expect(here.get_by_role("status")).to_have_text("1 session ended.")
    expect(listed).to_have_count(2)
    elsewhere.goto("/account/profile/")
    expect(elsewhere).to_have_url(re.compile("/sign-in/"))


def test_an_admin_ends_the_sessions_of_a_user(visit, site) -> None:
    person = site.newcomer(role="developer")
    theirs, admins = visit(person), visit(site.cast.alice)
    theirs.goto("/account/profile/")
    admins.goto(f"/settings/users/?q={person.email}")
    admins.get_by_role("link", name=person.name, exact=True).click()
    admins.get_by_role("link", name="Sessions", exact=True).click()
    admins.get_by_role("button", name="End all sessions").click()
    expect(admins.get_by_role("heading", name="No active sessions")).to_be_visible()
    theirs.goto("/account/profile/")
    expect(theirs).to_have_url(re.compile("/sign-in/"))
    admins.goto(f"{LOGIN_ACTIVITY}?user={person.pk}")
    expect(rows(admins).first).to_contain_text("End session")
    expect(rows(admins).first).to_contain_text("Ended by an admin")


def test_nothing_is_shown_again_after_signing_out(visit, site) -> None:
    person = site.newcomer()
    page = visit(person)
    page.goto("/account/profile/")
    expect(page.get_by_label("Name")).to_have_value(person.name)
    page.get_by_role("button", name=person.name).click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in to Wisely Security")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Sign in to Wisely Security")).to_be_visible()
    expect(page.get_by_text(person.name)).to_have_count(0)
