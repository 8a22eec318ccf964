"""A link from an e-mail, opened in a browser where somebody may be signed in, acts for the person it names."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.urls import reverse

from audit_trail.models import AuditEvent
from login_activity.models import LoginEvent
from tests.support.cast import PASSWORD, Cast, add_member, person
from tests.workspace.browsing import Visitor
from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.models import Session, Tenant, User, UserStatus
from wisely_security.tenancy.sign_in.links import tokens

from .browser import Browser

NEW = "a much better password"
Events = Callable[..., list[LoginEvent]]


def invited(tenant: Tenant, name: str = "Nora Nolan") -> User:
    nora = person(name, f"{name.split()[0].lower()}@acme.example", status=UserStatus.PENDING)
    nora.set_unusable_password()
    return add_member(tenant, "admin", nora)


def link_for(user: User) -> str:
    with acting_as(**user.own_scope):
        user.refresh_from_db()
    view = "accept_invitation" if user.status == UserStatus.PENDING else "password_reset_confirm"
    return reverse(view, args=[user.pk, tokens.make_token(user)])


def summary(events: list[LoginEvent]) -> list[tuple[str, str, str, str]]:
    return [(e.user_name, e.action, e.reason, e.acted_by) for e in events if e.action != "view"]


def owners() -> list[str]:
    with acting_as(support=True):
        return sorted(str(session.user) for session in Session.objects.select_related("user"))


def choose(tab: Visitor, button: str) -> Visitor:
    form = tab.form_with(button)
    form.values["new_password"] = NEW
    return tab.send(form)


@pytest.mark.parametrize("who", ["alice", "charlie", "dana"])
def test_an_invitation_is_accepted_as_the_one_who_was_invited(cast: Cast, events: Events, who: str) -> None:
    signed_in, nora = getattr(cast, who), invited(cast.acme)
    browser = Browser()
    browser.sign_in(signed_in)
    tab = browser.tab(link_for(nora))
    assert (
        f"{signed_in.name} is signed in here ({signed_in.email}), but this link is for nora@acme.example." in tab.text
    )
    choose(tab, "Accept invitation")
    assert "Welcome. Your account is ready." in tab.text
    assert owners() == ["Nora Nolan"]
    assert browser.tab("/account/profile/").form.values["name"] == "Nora Nolan"
    assert (signed_in.name, "end_session", "replaced", "") in summary(events(signed_in.tenant))
    assert [event for event in summary(events(cast.acme)) if event[0] == "Nora Nolan"] == [
        ("Nora Nolan", "reset_password", "invitation", ""),
        ("Nora Nolan", "log_in", "", ""),
    ]
    with acting_as(tenant_id=cast.acme.pk):
        [activated] = AuditEvent.objects.filter(tenant_id=cast.acme.pk, action="activate")
    assert (activated.actor_name, activated.resource_name) == ("Nora Nolan", "Nora Nolan")


def test_it_offers_to_sign_out_first(cast: Cast, events: Events) -> None:
    browser = Browser()
    browser.sign_in(cast.alice)
    link = link_for(invited(cast.acme))
    tab = browser.tab(link)
    tab.send(tab.form_with("Sign out Alice Adams"))
    assert (tab.url, owners()) == (link, [])
    assert summary(events(cast.acme))[-1] == ("Alice Adams", "log_out", "", "")
    assert "is signed in here" not in tab.text
    choose(tab, "Accept invitation")
    assert owners() == ["Nora Nolan"]


def test_where_nobody_is_signed_in_it_signs_in(cast: Cast) -> None:
    tab = Browser().tab(link_for(invited(cast.acme)))
    assert "is signed in here" not in tab.text
    choose(tab, "Accept invitation")
    assert owners() == ["Nora Nolan"]


def test_a_new_password_by_link_ends_the_session_of_somebody_else(cast: Cast, events: Events) -> None:
    browser = Browser()
    browser.sign_in(cast.alice)
    tab = browser.tab(link_for(cast.charlie))
    assert (
        "Alice Adams is signed in here (alice@acme.example), but this link is for charlie@globex.example." in tab.text
    )
    choose(tab, "Save password")
    assert (tab.url, owners()) == ("/sign-in/", [])
    assert summary(events(cast.acme))[-1] == ("Alice Adams", "end_session", "ended_by_user", "")
    assert summary(events(cast.globex)) == [("Charlie Clark", "reset_password", "", "")]


def test_ones_own_link_says_nothing_of_somebody_else(cast: Cast, events: Events) -> None:
    browser = Browser()
    browser.sign_in(cast.alice)
    tab = browser.tab(link_for(cast.alice))
    assert "is signed in here" not in tab.text
    choose(tab, "Save password")
    assert (tab.url, owners()) == ("/sign-in/", [])
    assert summary(events(cast.acme))[1:] == [
        ("Alice Adams", "end_session", "password_changed", ""),
        ("Alice Adams", "reset_password", "", ""),
    ]


@pytest.mark.parametrize("state", ["used", "suspended", "deleted", "garbled"])
@pytest.mark.parametrize("kind", ["invitation", "reset"])
def test_a_link_that_is_over_is_nobodys_doing(cast: Cast, events: Events, state: str, kind: str) -> None:
    browser = Browser()
    browser.sign_in(cast.alice)
    user = invited(cast.acme) if kind == "invitation" else cast.bob
    link = link_for(user)
    with acting_as(tenant_id=cast.acme.pk):
        if state == "used":
            user.set_password(NEW)
            user.save()
        elif state == "suspended":
            User.objects.filter(pk=user.pk).update(status=UserStatus.SUSPENDED)
        elif state == "deleted":
            User.objects.filter(pk=user.pk).delete()
        else:
            link = link[:-3] + "x/"
    for answer in (browser.client.get(link), browser.client.post(link, {"new_password": NEW})):
        assert answer.status_code == 410
        assert "Alice" not in answer.content.decode()
    owner = None if state == "deleted" else cast.acme
    failures = [e for e in events(owner) if e.reason == "link_invalid"]
    assert len(failures) == 2
    assert {e.acted_by for e in failures} == {""}
    assert owners() == ["Alice Adams"]


def test_a_link_that_was_open_before_somebody_signed_in_still_works(cast: Cast) -> None:
    browser = Browser()
    tab = browser.tab(link_for(invited(cast.acme)))
    browser.sign_in(cast.alice)
    choose(tab, "Accept invitation")
    assert owners() == ["Nora Nolan"]


def test_a_session_key_that_was_there_before_is_not_taken(cast: Cast) -> None:
    browser = Browser()
    browser.sign_in(cast.alice)
    before = browser.client.cookies["wisely_session"].value
    choose(browser.tab(link_for(invited(cast.acme))), "Accept invitation")
    assert browser.client.cookies["wisely_session"].value != before


def test_the_password_that_was_chosen_works(cast: Cast) -> None:
    choose(Browser().tab(link_for(invited(cast.acme))), "Accept invitation")
    tab = Browser().tab().press({"E-mail address": "nora@acme.example", "Password": NEW})
    assert tab.answer.status_code == 302
    assert PASSWORD != NEW
