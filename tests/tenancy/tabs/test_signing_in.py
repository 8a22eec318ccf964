"""Signing in from a page that was open before, and while somebody is signed in already."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from login_activity.models import LoginEvent
from tests.support.cast import PASSWORD, Cast
from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.models import Session, UserStatus

from .browser import SITE, Browser, sign_in

Events = Callable[..., list[LoginEvent]]
SIGN_IN, SUPPORT_SIGN_IN = "/sign-in/", "/admin/login/"


def summary(events: list[LoginEvent]) -> list[tuple[str, str, str, str, str]]:
    return [(e.user_name, e.action, e.status, e.reason, e.acted_by) for e in events if e.action != "view"]


def owners() -> list[str]:
    with acting_as(support=True):
        return sorted(str(session.user) for session in Session.objects.select_related("user"))


def test_a_second_tab_signs_the_same_person_in_as_well(cast: Cast, events: Events) -> None:
    browser = Browser()
    one, two = browser.tab(), browser.tab()
    sign_in(one, cast.alice)
    sign_in(two, cast.alice)
    assert two.answer.status_code == 302
    assert "was signed in here" not in two.text
    assert two.open("/account/profile/").form.values["name"] == "Alice Adams"
    first, ended, second = (event for event in events(cast.acme) if event.action != "view")
    assert summary([first, ended, second]) == [
        ("Alice Adams", "log_in", "success", "", ""),
        ("Alice Adams", "end_session", "success", "replaced", ""),
        ("Alice Adams", "log_in", "success", "", ""),
    ]
    assert (first.session, ended.session) == (ended.session, first.session)
    assert first.session != second.session
    assert owners() == ["Alice Adams"]


def test_right_credentials_of_somebody_else_sign_that_person_in(cast: Cast, events: Events) -> None:
    browser = Browser()
    one, two = browser.tab(), browser.tab()
    sign_in(one, cast.alice)
    before = browser.client.cookies["wisely_session"].value
    sign_in(two, cast.charlie)
    assert "Alice Adams was signed in here. That session has ended." in two.text
    assert summary(events(cast.acme))[:2] == [
        ("Alice Adams", "log_in", "success", "", ""),
        ("Alice Adams", "end_session", "success", "replaced", ""),
    ]
    assert summary(events(cast.globex))[0] == ("Charlie Clark", "log_in", "success", "", "")
    assert owners() == ["Charlie Clark"]
    late = Client()
    late.cookies["wisely_session"] = before
    assert late.get("/account/profile/").status_code == 302


@pytest.mark.parametrize("who", ["bob", "charlie", "dana"])
def test_wrong_ones_are_refused_and_nobody_is_signed_out(cast: Cast, events: Events, who: str) -> None:
    browser = Browser()
    one, two = browser.tab(), browser.tab()
    sign_in(one, cast.alice)
    user = getattr(cast, who)
    sign_in(two, user, "not the password")
    assert two.answer.status_code == 400
    assert owners() == ["Alice Adams"]
    failure = [e for e in summary(events(user.tenant)) if e[2] == "failure"]
    assert failure == [(user.name, "log_in", "failure", "wrong_password", "")]


def test_who_is_suspended_signs_nobody_out(cast: Cast) -> None:
    browser = Browser()
    one, two = browser.tab(), browser.tab()
    sign_in(one, cast.alice)
    with acting_as(tenant_id=cast.acme.pk):
        type(cast.bob).objects.filter(pk=cast.bob.pk).update(status=UserStatus.SUSPENDED)
    sign_in(two, cast.bob)
    assert "suspended" in two.text
    assert owners() == ["Alice Adams"]


def test_the_page_redirects_to_the_intended_page(cast: Cast) -> None:
    browser = Browser()
    tab = browser.tab("/settings/sign-in/")
    browser.sign_in(cast.alice)
    sign_in(tab, cast.alice)
    assert tab.url == "/settings/sign-in/"


def test_who_is_signed_in_already_needs_no_sign_in_page(cast: Cast) -> None:
    browser = Browser()
    browser.sign_in(cast.alice)
    assert browser.client.get(SIGN_IN).status_code == 302


def test_support_signs_in_where_a_member_is_signed_in(cast: Cast, events: Events) -> None:
    browser = Browser()
    tab = browser.tab(SUPPORT_SIGN_IN)
    browser.sign_in(cast.alice)
    sign_in(tab, cast.dana)
    assert tab.url.startswith("/admin/")
    assert owners() == ["Dana Diaz"]
    assert summary(events(cast.acme))[-1] == ("Alice Adams", "end_session", "success", "replaced", "")


def test_signing_out_in_an_old_tab_signs_out(cast: Cast) -> None:
    browser = Browser()
    browser.sign_in(cast.alice)
    old = browser.tab("/account/profile/")
    form = next(form for form in old.tree.iter("form") if form.get("action") == "/sign-out/")
    sent = {str(each.get("name")): each.get("value", "") for each in form.iter("input")}
    browser.sign_out()
    browser.sign_in(cast.alice)
    assert browser.client.post("/sign-out/", sent).status_code == 302
    assert owners() == []
    assert browser.client.post("/sign-out/", sent).status_code == 302  # and once more, when it is done


class TestAnotherSiteSignsNobodyIn:
    """Login CSRF: the browser would work in an account of the attacker's."""

    FORM = {"username": "charlie@globex.example", "password": PASSWORD}

    @pytest.mark.parametrize(
        "headers",
        [
            {"origin": "https://evil.example"},
            {"origin": "https://testserver"},
            {"origin": "http://testserver:8080"},
            {"origin": "http://testserver.evil.example"},
            {"origin": "http://TESTSERVER"},
            {"origin": "null"},
            {"origin": ""},
            {},
            {"sec-fetch-site": "same-origin"},
            {"referer": f"{SITE}/sign-in/"},
            {"origin": SITE, "sec-fetch-site": "cross-site"},
            {"origin": SITE, "sec-fetch-site": "same-site"},
            {"origin": SITE, "sec-fetch-site": "none"},
        ],
    )
    @pytest.mark.parametrize("page", [SIGN_IN, SUPPORT_SIGN_IN, "/sign-out/", "/password-reset/"])
    def test_without_a_token_it_has_to_come_from_here(self, cast: Cast, page: str, headers: dict[str, str]) -> None:
        browser = Browser()
        browser.sign_in(cast.alice)
        other = Client(enforce_csrf_checks=True)
        other.cookies = browser.client.cookies
        answer = other.post(page, {**self.FORM, "form_owner": "x", "email": "a@b.example"}, headers=headers)
        assert answer.status_code == 403
        assert owners() == ["Alice Adams"]

    def test_a_session_that_somebody_else_has_chosen_is_not_taken(self, cast: Cast) -> None:
        """Session fixation: whatever key the browser has been given, signing in makes another."""
        browser = Browser()
        tab = browser.tab()
        browser.client.cookies["wisely_session"] = "chosen0by0somebody0else0012345678"
        sign_in(tab, cast.alice)
        assert browser.client.cookies["wisely_session"].value != "chosen0by0somebody0else0012345678"
        late = Client()
        late.cookies["wisely_session"] = "chosen0by0somebody0else0012345678"
        assert late.get("/account/profile/").status_code == 302
