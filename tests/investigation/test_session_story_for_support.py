"""The story of a session in Django admin: what support sees, and what is recorded of it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from audit_trail.models import AuditEvent
from login_activity.models import LoginEvent
from login_activity.vocabulary import Action
from tests.admin.site import sign_in_as_support, support_views
from tests.findings.making import new_country
from tests.support.cast import Cast
from wisely_security.core.request_context import RequestContext, acting_as, using
from wisely_security.investigation import session_page
from wisely_security.ledger.models import NO_TENANT
from wisely_security.workspace.modules.business_groups import ADD

from .doing import NAME, did
from .test_session_story import lines


@pytest.fixture
def dana(cast: Cast) -> Client:
    return sign_in_as_support()


def url(cast: Cast, name: str = NAME) -> str:
    return reverse("admin:session_story", args=[cast.acme.pk, name])


def test_both_records_with_links_to_django_admin(cast: Cast, dana: Client) -> None:
    did(cast.bob, Action.LOG_IN, (ADD, "North"), Action.LOG_OUT)
    did(cast.charlie, Action.LOG_IN)  # a session of the same name in another tenant
    html = dana.get(url(cast)).content.decode()
    assert lines(html) == ["Log in", "Business Group: Add North", "Log out"]
    with acting_as(support=True):
        change = AuditEvent.objects.filter(session=NAME).latest("id")
        sign_in = LoginEvent.objects.filter(session=NAME, tenant_id=cast.acme.pk).earliest("id")
    of_change, of_sign_in = (
        reverse(f"admin:{model}_change", args=[event.pk])
        for model, event in (("audit_trail_auditevent", change), ("login_activity_loginevent", sign_in))
    )
    assert of_change in html and of_sign_in in html
    assert reverse("admin:person", args=[cast.bob.pk]) in html
    for page in (of_change, of_sign_in):
        assert url(cast) in dana.get(page).content.decode()
    assert url(cast) in dana.get(reverse("admin:person", args=[cast.bob.pk])).content.decode()


def test_findings_lead_to_django_admin(cast: Cast, dana: Client) -> None:
    with using(RequestContext(tenant_id=cast.acme.pk, actor=cast.bob.as_actor(), session=NAME)):
        finding = new_country(cast.bob)
    html = dana.get(url(cast)).content.decode()
    assert html.count(reverse("admin:findings_finding_change", args=[finding.pk])) == 2


def test_the_view_is_recorded_for_the_tenant(cast: Cast, dana: Client, events) -> None:
    did(cast.bob, Action.LOG_IN)
    dana.get(url(cast))
    [viewed] = support_views(events, cast.acme)
    assert viewed["area"] == "Django admin: sessions"
    assert viewed["filters"] == {"Session": f"s{NAME}: Bob Brown"}


def test_of_nothing_it_is_not_found_and_nothing_is_recorded(cast: Cast, dana: Client, events) -> None:
    assert dana.get(url(cast)).status_code == 404
    assert dana.get(f"{url(cast)}?after=x").status_code == 400
    assert support_views(events, cast.acme) == []


def test_supports_own_session_is_of_no_tenant(cast: Cast, dana: Client) -> None:
    with acting_as(support=True):
        own = LoginEvent.objects.filter(tenant_id=NO_TENANT, action="log_in").latest("id").session
    html = dana.get(reverse("admin:session_story", args=[NO_TENANT, own])).content.decode()
    assert "No tenant" in html and lines(html)[0] == "Log in"


def test_a_member_is_refused(cast: Cast, alice: Client) -> None:
    did(cast.bob, Action.LOG_IN)
    assert alice.get(url(cast)).status_code == 403


def test_a_long_one_comes_in_pages(cast: Cast, dana: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_page, "PAGE_SIZE", 2)
    did(cast.bob, Action.LOG_IN, (ADD, "A"), (ADD, "B"))
    first = dana.get(url(cast))
    assert lines(dana.get(first.context["next_url"]).content.decode()) == ["Business Group: Add B"]
