"""A form that was open when its session ended or was replaced: nothing is stored, and input is not lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from tests.support.cast import PASSWORD, Cast
from tests.workspace.browsing import Visitor
from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.models import Role, Session, Tenant, User
from wisely_security.workspace.modules.business_groups import BusinessGroup

from .browser import Browser, sign_in, values_of

GROUP = {"Name": 'Räksmörgås & "Söhne" <b>'}
ADD = "/settings/business-groups/add/"


def groups(tenant: Tenant) -> list[str]:
    with acting_as(tenant_id=tenant.pk):
        return list(BusinessGroup.objects.order_by("name").values_list("name", flat=True))


def signed_out(browser: Browser, cast: Cast) -> None:
    browser.sign_out()


def ended_elsewhere(browser: Browser, cast: Cast) -> None:
    with acting_as(support=True):
        Session.objects.all().delete()


def expired(browser: Browser, cast: Cast) -> None:
    with acting_as(support=True):
        Session.objects.update(expires_at=timezone.now())


def suspended_and_active_again(browser: Browser, cast: Cast) -> None:
    with acting_as(tenant_id=cast.acme.pk):
        User.objects.filter(pk=cast.alice.pk).update(status="suspended")
        browser.client.get("/account/profile/")
        User.objects.filter(pk=cast.alice.pk).update(status="active")


def cookies_removed(browser: Browser, cast: Cast) -> None:
    browser.client.cookies.clear()


@pytest.mark.parametrize("end", [signed_out, ended_elsewhere, expired, suspended_and_active_again, cookies_removed])
def test_signing_in_again_restores_the_form(cast: Cast, end: Callable[[Browser, Cast], None]) -> None:
    browser = Browser()
    browser.sign_in(cast.alice)
    tab = browser.tab(ADD)
    end(browser, cast)
    tab.press(GROUP)
    assert tab.answer.status_code == 403
    assert "Your session has ended, so nothing was saved." in tab.text
    assert groups(cast.acme) == []
    sign_in(tab, cast.alice, "wrong")  # once mistyped, it is not lost
    sign_in(tab, cast.alice)
    assert tab.url == ADD
    assert "Nothing has been saved yet." in tab.text
    assert tab.form.values["name"] == GROUP["Name"]
    assert groups(cast.acme) == []
    again = browser.tab(ADD)  # once
    assert again.form.values["name"] == ""


def test_all_that_was_typed_is_back_and_can_be_sent(cast: Cast) -> None:
    browser = Browser()
    browser.sign_in(cast.alice)
    tab = browser.tab("/settings/roles/add/")
    form = tab.form
    form.fill({"Name": "Auditor"})
    boxes = [each.get("value", "") for each in form.element.iter("input") if each.get("type") == "checkbox"]
    form.values["permissions"] = boxes[:3]
    typed = {name: value for name, value in form.values.items() if name in {"name", "permissions"}}
    browser.sign_out()
    tab.send(form)
    sign_in(tab, cast.alice)
    assert {name: values_of(tab)[name] for name in typed} == typed
    tab.press()
    with acting_as(tenant_id=cast.acme.pk):
        assert sorted(Role.objects.get(name="Auditor").permissions) == sorted(boxes[:3])


def test_a_new_session_needs_no_second_sign_in(cast: Cast) -> None:
    browser = Browser()
    browser.sign_in(cast.alice)
    tab = browser.tab(ADD)
    browser.sign_out()
    browser.sign_in(cast.alice)
    tab.press(GROUP)
    assert tab.answer.status_code == 302
    assert "You have signed in again since you opened this page, so nothing was saved." in tab.text
    assert (tab.url, tab.form.values["name"], groups(cast.acme)) == (ADD, GROUP["Name"], [])
    tab.press({"Owner": options(tab, "owner")[1]})
    assert groups(cast.acme) == [GROUP["Name"]]


def options(tab: Visitor, name: str) -> list[str]:
    [select] = [each for each in tab.form.element.iter("select") if each.get("name") == name]
    return ["".join(each.itertext()).strip() for each in select.iter("option") if each.get("value")]


def test_somebody_else_does_not_see_it(cast: Cast) -> None:
    browser = Browser()
    browser.sign_in(cast.alice)
    tab = browser.tab(ADD)
    browser.sign_out()
    tab.press(GROUP)
    sign_in(tab, cast.charlie)
    assert "What was typed before you signed in was not saved." in tab.text
    assert browser.tab(ADD).form.values["name"] == ""
    assert (groups(cast.acme), groups(cast.globex)) == ([], [])


def test_a_form_of_somebody_who_was_signed_in_before_does_nothing(cast: Cast) -> None:
    browser = Browser()
    browser.sign_in(cast.alice)
    tab = browser.tab(ADD)
    browser.sign_out()
    browser.sign_in(cast.charlie)
    tab.press(GROUP)
    assert tab.answer.status_code == 409
    assert "Charlie Clark has since signed in from another tab." in tab.text
    assert GROUP["Name"] not in tab.html
    assert (groups(cast.acme), groups(cast.globex)) == ([], [])
    assert browser.tab(ADD).form.values["name"] == ""


def test_nobody_can_make_what_the_sign_in_page_carries(cast: Cast) -> None:
    browser = Browser()
    tab = browser.tab()
    form = tab.form
    form.fill({"E-mail address": cast.alice.email, "Password": PASSWORD})
    form.values["unsaved"] = "eyJwYXRoIjoiLyJ9:1abc:forged"
    tab.send(form)
    assert "What was typed before you signed in was not saved." in tab.text


def test_it_is_carried_for_a_few_hours(cast: Cast) -> None:
    browser = Browser()
    browser.sign_in(cast.alice)
    tab = browser.tab(ADD)
    browser.sign_out()
    tab.press(GROUP)
    with time_machine.travel(timezone.now() + timedelta(hours=13), tick=False):
        sign_in(tab, cast.alice)
    assert "What was typed before you signed in was not saved." in tab.text


def test_it_fills_no_form_that_is_opened_much_later(cast: Cast) -> None:
    browser = Browser()
    browser.sign_in(cast.alice)
    tab = browser.tab(ADD)
    browser.sign_out()
    browser.sign_in(cast.alice)
    assert browser.client.post(ADD, {**tab.form.values, "name": "Late"}).status_code == 302
    with time_machine.travel(timezone.now() + timedelta(minutes=16), tick=False):
        assert browser.tab(ADD).form.values["name"] == ""
    assert browser.tab(ADD).form.values["name"] == ""


@pytest.mark.parametrize("typed", ["x" * 150_000, "ü" * 40_000])
def test_input_too_long_to_carry_is_reported_as_lost(cast: Cast, typed: str) -> None:
    browser = Browser()
    browser.sign_in(cast.alice)
    tab = browser.tab(ADD)
    browser.sign_out()
    tab.press({"Name": typed})
    assert "Your browser’s Back button shows what you typed." in tab.text


def test_a_password_is_never_carried(cast: Cast) -> None:
    browser = Browser()
    browser.sign_in(cast.alice)
    tab = browser.tab("/account/password/")
    browser.sign_out()
    tab.press({"Current password": PASSWORD, "New password": "a much better password"})
    assert tab.answer.status_code == 403
    assert "unsaved" not in tab.form.values
    assert "a much better password" not in tab.html


def test_a_button_leads_back_to_its_page(cast: Cast) -> None:
    """A URL that accepts only POST cannot be shown after signing in."""
    browser = Browser()
    browser.sign_in(cast.alice)
    tab = browser.tab("/account/sessions/")
    form = {
        "csrfmiddlewaretoken": "x",
        "form_owner": next(
            str(each.get("value")) for each in tab.tree.iter("input") if each.get("name") == "form_owner"
        ),
    }
    browser.sign_out()
    referer = {"referer": "http://testserver/account/sessions/"}
    tab.page = tab.answer = browser.client.post("/account/sessions/end/", form, headers=referer)
    tab.url = "/account/sessions/end/"
    assert tab.answer.status_code == 403
    sign_in(tab, cast.alice)
    assert tab.url == "/account/sessions/"


@pytest.mark.parametrize(
    "referer",
    ["http://evil.example/x/", "http://testserver//evil.example/", "http://testserver.evil.example/", "", "x:y"],
)
def test_and_nowhere_else(cast: Cast, referer: str) -> None:
    browser = Browser()
    browser.sign_in(cast.alice)
    tab = browser.tab("/account/sessions/")
    owner = next(str(each.get("value")) for each in tab.tree.iter("input") if each.get("name") == "form_owner")
    browser.sign_out()
    answer = browser.client.post("/account/sessions/end/", {"form_owner": owner}, headers={"referer": referer})
    assert answer.context["next"] == "/"


class TestAFormFromElsewhere:
    @pytest.mark.parametrize("origin", ["https://evil.example", "null", None])
    @pytest.mark.parametrize("owner", ["own", "made up", None])
    def test_is_refused_in_the_shell_and_repeats_nothing(
        self, cast: Cast, origin: str | None, owner: str | None
    ) -> None:
        browser = Browser()
        browser.sign_in(cast.alice)
        own = browser.tab(ADD).form.values["form_owner"]
        other = Client(enforce_csrf_checks=True)
        other.cookies = browser.client.cookies
        form = {"name": "Planted", "csrfmiddlewaretoken": "x" * 64}
        form |= {"form_owner": own if owner == "own" else owner} if owner else {}
        answer = other.post(ADD, form, headers={"origin": origin} if origin else {})
        page = answer.content.decode()
        assert answer.status_code == 403
        assert "Nothing was saved" in page
        assert 'id="menu"' in page
        assert "Planted" not in page
        assert other.get(ADD).context["form"].initial == {}

    def test_is_refused_where_nobody_is_signed_in(self, cast: Cast) -> None:
        answer = Client(enforce_csrf_checks=True).post(ADD, {"name": "Planted"})
        assert (answer.status_code, b"Planted" in answer.content) == (403, False)
