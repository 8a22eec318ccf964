"""An aggregator's admin switches to an enterprise in one tab: the pages of others are still of the tenant before."""

from __future__ import annotations

import pytest

from tests.support.cast import Cast
from tests.workspace.browsing import Visitor
from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.models import Role, Session, Tenant, User
from wisely_security.workspace.modules.business_groups import BusinessGroup

from .browser import Browser

AUDIT_TRAIL = "/settings/security/audit-trail/"
OWN = "/settings/users-permissions/login-activity/"
ADD = "/settings/business-groups/add/"


def switch(browser: Browser, tenant: Tenant) -> None:
    tab = browser.tab("/account/profile/")
    form = next(form for form in tab.tree.iter("form") if form.get("action") == "/switch-tenant/")
    sent = {str(each.get("name")): each.get("value", "") for each in form.iter("input")}
    assert browser.client.post("/switch-tenant/", sent | {"tenant": str(tenant.pk)}).status_code == 302


def ask(tab: Visitor, url: str, **headers: str):
    """Request as the page's script does."""
    owner = next(tab.tree.iter("body")).get("hx-headers", "{}").partition(": ")[2].strip('"}')
    sent = {"hx-request": "true", "page-owner": owner, "hx-current-url": f"http://testserver{tab.url}", **headers}
    return tab.client.get(url, headers=sent)


@pytest.mark.parametrize("page", [AUDIT_TRAIL, OWN])
@pytest.mark.parametrize("asked", ["{page}?period=30d", "{page}chart/?period=30d"])
def test_a_script_is_given_no_rows_of_another_tenant(cast: Cast, page: str, asked: str) -> None:
    browser = Browser()
    browser.sign_in(cast.erin)
    tab = browser.tab(page)
    assert ask(tab, asked.format(page=page)).status_code == 200
    switch(browser, cast.globex)
    answer = ask(tab, asked.format(page=page))
    assert answer.status_code == 409
    html = answer.content.decode()
    assert "You switched to Globex in another tab." in html
    assert "This page still shows Initech" in html
    assert (answer["HX-Retarget"], answer["HX-Push-Url"]) == ("#notices", "false")
    assert 'id="results"' not in html


def test_the_way_back_leads_to_the_page_that_was_left(cast: Cast) -> None:
    browser = Browser()
    browser.sign_in(cast.erin)
    tab = browser.tab(f"{AUDIT_TRAIL}?period=30d")
    switch(browser, cast.globex)
    notice = Visitor.of(ask(tab, f"{AUDIT_TRAIL}?period=15d"))
    notice.client = browser.client
    back = next(form for form in notice.tree.iter("form"))
    sent = {str(each.get("name")): each.get("value", "") for each in back.iter("input")}
    answer = browser.client.post(back.get("action", ""), sent)
    assert answer["Location"] == f"{AUDIT_TRAIL}?period=30d"
    assert ask(tab, f"{AUDIT_TRAIL}?period=15d").status_code == 200


@pytest.mark.parametrize("path", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"])
def test_and_nowhere_else(cast: Cast, path: str) -> None:
    browser = Browser()
    tab = browser.sign_in(cast.erin)
    tab.open("/account/profile/")
    form = next(form for form in tab.tree.iter("form") if form.get("action") == "/switch-tenant/")
    sent = {str(each.get("name")): each.get("value", "") for each in form.iter("input")}
    answer = browser.client.post("/switch-tenant/", sent | {"tenant": str(cast.initech.pk), "next": path})
    assert answer["Location"] == "/"


def test_a_form_of_the_one_tenant_changes_nothing_in_the_other(cast: Cast) -> None:
    browser = Browser()
    browser.sign_in(cast.erin)
    tab = browser.tab(ADD)
    switch(browser, cast.globex)
    tab.press({"Name": "Sales"})
    assert tab.answer.status_code == 409
    assert "You switched to Globex in another tab. This form was opened for Initech." in tab.text
    for tenant in (cast.initech, cast.globex):
        with acting_as(tenant_id=tenant.pk):
            assert not BusinessGroup.objects.exists()
    tab.send(tab.form_with("Back to Initech, with what you typed"))
    assert (tab.url, tab.form.values["name"]) == (ADD, "Sales")


def test_what_was_typed_for_the_one_fills_no_form_of_the_other(cast: Cast) -> None:
    browser = Browser()
    browser.sign_in(cast.erin)
    settings = "/settings/sign-in/"
    tab = browser.tab(settings)
    form = next(form for form in tab.main.iter("form"))
    sent = {str(each.get("name")): each.get("value", "") for each in form.iter("input")}
    switch(browser, cast.globex)
    browser.client.post(settings, sent | {"session_idle_minutes": "17"})
    assert browser.client.get(settings).context["form"]["session_idle_minutes"].value() != 17
    assert browser.client.get(settings).context["form"]["session_idle_minutes"].value() != "17"


def test_nor_the_other_way_round(cast: Cast) -> None:
    browser = Browser()
    browser.sign_in(cast.erin)
    switch(browser, cast.globex)
    tab = browser.tab("/settings/sign-in/")
    form = next(form for form in tab.tree.iter("form") if form.get("action") is None)
    sent = {str(each.get("name")): each.get("value", "") for each in form.iter("input")}
    switch(browser, cast.initech)
    answer = browser.client.post("/settings/sign-in/", sent | {"session_idle_minutes": "10", "session_max_hours": "1"})
    assert answer.status_code == 409
    assert "This form was opened for Globex." in answer.content.decode()
    with acting_as(tenant_id=cast.initech.pk):
        cast.initech.refresh_from_db()
    assert cast.initech.session_idle_minutes != 10


class TestAScriptOfAPageThatIsNoLongerWhatItWas:
    def test_signed_out(self, cast: Cast) -> None:
        browser = Browser()
        browser.sign_in(cast.alice)
        tab = browser.tab(AUDIT_TRAIL)
        browser.sign_out()
        answer = ask(tab, f"{AUDIT_TRAIL}?period=30d")
        assert answer["HX-Redirect"] == f"/sign-in/?next={AUDIT_TRAIL}"
        assert answer.content == b""

    def test_signed_in_as_somebody_else(self, cast: Cast) -> None:
        browser = Browser()
        browser.sign_in(cast.alice)
        tab = browser.tab(AUDIT_TRAIL)
        browser.sign_out()
        browser.sign_in(cast.charlie)
        answer = ask(tab, f"{AUDIT_TRAIL}?period=30d")
        assert answer.status_code == 409
        assert "Charlie Clark has since signed in from another tab." in answer.content.decode()
        assert "Alice" not in answer.content.decode()

    def test_signed_in_again_as_the_same_person(self, cast: Cast) -> None:
        browser = Browser()
        browser.sign_in(cast.alice)
        tab = browser.tab(AUDIT_TRAIL)
        browser.sign_out()
        browser.sign_in(cast.alice)
        assert ask(tab, f"{AUDIT_TRAIL}?period=30d").status_code == 200

    def test_session_ended(self, cast: Cast) -> None:
        browser = Browser()
        browser.sign_in(cast.alice)
        tab = browser.tab(AUDIT_TRAIL)
        with acting_as(support=True):
            Session.objects.all().delete()
        assert ask(tab, f"{AUDIT_TRAIL}?period=30d")["HX-Redirect"].startswith("/sign-in/")

    def test_suspended(self, cast: Cast) -> None:
        browser = Browser()
        browser.sign_in(cast.alice)
        tab = browser.tab(AUDIT_TRAIL)
        with acting_as(tenant_id=cast.acme.pk):
            User.objects.filter(pk=cast.alice.pk).update(status="suspended")
        assert ask(tab, f"{AUDIT_TRAIL}?period=30d")["HX-Redirect"].startswith("/sign-in/")

    def test_permission_lost(self, cast: Cast, events) -> None:
        with acting_as(tenant_id=cast.acme.pk):
            User.objects.filter(pk=cast.bob.pk).update(role=Role.objects.get(key="admin"))
        browser = Browser()
        browser.sign_in(cast.bob)
        tab = browser.tab(AUDIT_TRAIL)
        with acting_as(tenant_id=cast.acme.pk):
            User.objects.filter(pk=cast.bob.pk).update(role=Role.objects.get(key="developer"))
        answer = ask(tab, f"{AUDIT_TRAIL}?period=30d")
        assert (answer.status_code, answer["HX-Retarget"]) == (403, "#notices")
        assert "You no longer have access to this page" in answer.content.decode()
        assert [e.reason for e in events(cast.acme)][-1] == "no_permission"
