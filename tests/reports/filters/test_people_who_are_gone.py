"""The label of a person whom a filter names by key: on the page, and in the recorded view and download."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connections
from django.test import Client

from audit_trail.models import AuditEvent
from audit_trail.report.filters import AuditTrailFilterSet
from login_activity.models import LoginEvent
from login_activity.report.filters import LoginActivityFilterSet
from tests.ledger.search.truth import project_all
from tests.reports.explain.plans import check, reads
from tests.support.cast import Cast, sign_in
from tests.support.records import append_many, load
from wisely_security.core.request_context import acting_as
from wisely_security.ledger.search.plan import first_of
from wisely_security.reports.filtering import people
from wisely_security.tenancy.models import User

Events = Callable[..., list[LoginEvent]]
LOGINS, AUDIT_TRAIL = "/settings/identity-access/login-activity/", "/settings/security/audit-trail/"
RECORDS = [(LOGINS, "user", "User"), (AUDIT_TRAIL, "actor", "Actioned by")]


def bob_has_acted(cast: Cast) -> UUID:
    """In both records. Returns his key."""
    client = sign_in(cast.bob)
    client.post("/account/profile/", {"name": "Bob Brown", "time_zone": "Asia/Kolkata"})
    return cast.bob.pk


def names_shown(client: Client, events: Events, cast: Cast, url: str, **query: Any) -> list[dict[str, str]]:
    """The filters as the page shows them, as its view is recorded, and as the download is."""
    page = client.get(url, query)
    shown = {chip["label"]: chip["value"] for chip in page.context["chips"]}
    client.get(f"{url}download/", query).getvalue()
    viewed, downloaded = [e.detail["filters"] for e in events(cast.acme) if "rows" in e.detail][-2:]
    return [shown, *({name: value for name, value in it.items() if name != "Period"} for it in (viewed, downloaded))]


@pytest.mark.parametrize(("url", "name", "label"), RECORDS)
@pytest.mark.parametrize("fate", ["stays", "renamed", "suspended", "deleted", "not listed"])
def test_a_person_has_the_same_label_everywhere(
    committed_cast: Cast, events: Events, monkeypatch: pytest.MonkeyPatch, url: str, name: str, label: str, fate: str
) -> None:
    cast = committed_cast
    key = bob_has_acted(cast)
    expected = "Bob Brown (bob@acme.example)"
    with acting_as(tenant_id=cast.acme.pk):
        if fate == "renamed":
            User.objects.filter(pk=key).update(name="Robert Brown")
            expected = "Robert Brown (bob@acme.example)"
        elif fate == "suspended":
            User.objects.filter(pk=key).update(status="suspended")
        elif fate == "deleted":
            User.objects.filter(pk=key).delete()
        elif fate == "not listed":
            monkeypatch.setattr(people, "MOST_PEOPLE_LISTED", 0)
    names = names_shown(sign_in(cast.alice), events, cast, url, **{name: str(key)})
    assert names == [{label: expected}] * 3


@pytest.mark.parametrize(("url", "name", "label"), RECORDS)
@pytest.mark.parametrize(
    "more",
    [
        {"status": "failure", "q": "nothing has these words"},
        {"period": "custom", "from": "2001-01-01", "to": "2001-01-02"},
    ],
)
def test_also_where_nothing_is_found(
    committed_cast: Cast, events: Events, url: str, name: str, label: str, more: dict[str, str]
) -> None:
    cast = committed_cast
    key = bob_has_acted(cast)
    with acting_as(tenant_id=cast.acme.pk):
        User.objects.filter(pk=key).delete()
    for names in names_shown(sign_in(cast.alice), events, cast, url, **{name: str(key)}, **more):
        assert names[label] == "Bob Brown (bob@acme.example)"


@pytest.mark.parametrize(("url", "name", "label"), RECORDS)
def test_people_of_other_tenants_stay_unnamed(
    committed_cast: Cast, events: Events, url: str, name: str, label: str
) -> None:
    cast = committed_cast
    sign_in(cast.charlie)
    alice = sign_in(cast.alice)
    for key in (cast.charlie.pk, uuid4()):
        assert names_shown(alice, events, cast, url, **{name: str(key)}) == [{label: "Somebody else"}] * 3


def test_support_staff_have_their_recorded_name(committed_cast: Cast, events: Events) -> None:
    cast = committed_cast
    dana = sign_in(cast.dana)
    dana.get(f"/admin/tenancy/user/{cast.bob.pk}/change/")
    names = names_shown(sign_in(cast.alice), events, cast, LOGINS, user=str(cast.dana.pk))
    assert names == [{"User": "Dana Diaz (Wisely support) (dana@wisely.example)"}] * 3


def test_a_request_has_the_same_label_everywhere(committed_cast: Cast, events: Events) -> None:
    cast = committed_cast
    bob_has_acted(cast)
    with acting_as(tenant_id=cast.acme.pk):
        request = AuditEvent.objects.filter(tenant_id=cast.acme.pk).exclude(request_id=None)[0].request_id
    page, viewed, downloaded = names_shown(sign_in(cast.alice), events, cast, AUDIT_TRAIL, request=str(request))
    assert page["Request"].startswith("Bob Brown, ")
    assert page == viewed == downloaded


@pytest.mark.parametrize(("filters", "query"), [(LoginActivityFilterSet, "of_user"), (AuditTrailFilterSet, "by_actor")])
def test_the_name_is_found_without_reading_the_record(committed_cast: Cast, filters: Any, query: str) -> None:
    """Whether there are many, few or no such events."""
    acme = committed_cast.acme.pk
    load(acme, 20_000, days=0.5)
    often = uuid4()
    append_many(acme, 2_000, user_id=str(often))
    project_all()
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    with acting_as(tenant_id=acme):
        events = getattr(filters._meta.model.objects.for_tenant(acme), query)
        for key in (often, uuid4()):
            check(reads(lambda: first_of(events(str(key))), tenant_id=acme), buffers=300)  # noqa: B023
