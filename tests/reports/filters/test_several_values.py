"""Filters of several values: any or none of them, compared with the same conditions in Python, event by event."""

from __future__ import annotations

import re
from html import unescape
from itertools import product
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import UUID

import pytest
from django.http import QueryDict
from django.test import Client

from audit_trail.models import AuditEvent
from audit_trail.report.filters import AuditTrailFilterSet
from login_activity.models import LoginEvent
from login_activity.report.filters import LoginActivityFilterSet
from tests.audit_trail.records import put
from tests.support.cast import Cast, sign_in
from tests.support.downloads.csv_files import EVENT_ID, read_csv
from tests.support.records import append_rows
from tests.support.statements import at_most
from wisely_security.core.request_context import acting_as
from wisely_security.reports.filtering.filters import ReportFilterSet

LOGIN, AUDIT = "/settings/identity-access/login-activity/", "/settings/security/audit-trail/"
# Of each filter: what an event has, and three values, of which the last does not occur.
LOGIN_FILTERS: dict[str, tuple[Any, list[str]]] = {
    "user": (
        lambda it: {str(it.user_id or "unknown"), it.user_email},
        ["unknown", "dave@acme.example", "no@one.example"],
    ),
    "status": (lambda it: {it.status}, ["failure", "success"]),
    "action": (lambda it: {it.action}, ["log_in", "log_out", "lock_out"]),
    "device": (lambda it: {it.device_kind}, ["mac", "unknown", "e_reader"]),
    "country": (lambda it: {it.country or "none"}, ["IN", "none", "AQ"]),
}
AUDIT_FILTERS: dict[str, tuple[Any, list[str]]] = {
    "actor": (lambda it: {it.actor_kind, it.actor_email}, ["system", "dave@acme.example", "api"]),
    "status": (lambda it: {it.status}, ["failure", "success"]),
    "module": (lambda it: {it.module}, ["users", "templates", "business_group"]),
    "sub_module": (lambda it: {it.sub_module}, ["user", "template", "group"]),
    "action": (lambda it: {it.action}, ["add", "edit", "suspend"]),
}
DAVE = {"user_id": str(UUID(int=1)), "user_name": "Dave Dunn", "user_email": "dave@acme.example"}


@pytest.fixture
def acme(cast: Cast) -> UUID:
    return fill(cast)


def fill(cast: Cast) -> UUID:
    whose, status, action, device, country = (
        [{}, DAVE],
        ["success", "failure"],
        ["log_in", "log_out"],
        ["mac", "unknown"],
        ["IN", "", "BR"],
    )
    rows = product(whose, status, action, device, country)
    append_rows(
        cast.acme.pk,
        [
            {
                **who,
                "status": s,
                "reason": "expired" if s == "failure" else "",
                "action": a,
                "device_kind": d,
                "country": c,
            }
            for who, s, a, d, c in rows
        ],
    )
    put(
        cast.acme.pk,
        [
            {"actor_kind": kind, "actor_email": email, "module": module, "sub_module": module[:-1], "action": action}
            for (kind, email), module, action in product(
                [("system", ""), ("person", "dave@acme.example")], ["users", "templates", "roles"], ["add", "edit"]
            )
        ],
    )
    append_rows(cast.globex.pk, [{}] * 3)
    return cast.acme.pk


def expected(events: list[Any], has: Any, values: list[str], *, excluded: bool) -> list[UUID]:
    return [event.pk for event in events if bool(has(event) & set(values)) != excluded]


@pytest.mark.parametrize(
    ("model", "filter_set", "filters"),
    [(LoginEvent, LoginActivityFilterSet, LOGIN_FILTERS), (AuditEvent, AuditTrailFilterSet, AUDIT_FILTERS)],
)
def test_any_of_them_or_none_of_them(acme: UUID, model: Any, filter_set: type[ReportFilterSet], filters: Any) -> None:
    """One, several, all; included and left out; in either way of writing them, in any case, twice."""
    with acting_as(tenant_id=acme):
        events = list(model.objects.for_tenant(acme).order_by("id"))

        def selected(query: str) -> list[UUID]:
            found = filter_set(QueryDict(query), queryset=model.objects.for_tenant(acme).order_by("id"))
            assert found.is_valid(), (query, found.errors)
            return [event.pk for event in found.qs]

        for name, (has, values) in filters.items():
            for some, excluded in product([values[:1], values[:2], values[-1:], values], [False, True]):
                those, minus = expected(events, has, some, excluded=excluded), "-" if excluded else ""
                assert selected(f"{name}={minus}{','.join(some)}") == those, (name, some, excluded)
                boxes = "&".join(f"{name}={value.upper()}" for value in ([minus] if minus else []) + some * 2)
                assert selected(boxes) == those, boxes
        assert len(selected(f"{name}={values[0]}")) < len(events) > 10


def test_a_label_with_a_comma_is_one_value(cast: Cast) -> None:
    [name] = [label for key, label in LoginActivityFilterSet.base_filters["country"].extra["choices"] if key == "BQ"]
    with acting_as(tenant_id=cast.acme.pk):
        events = LoginEvent.objects.for_tenant(cast.acme.pk)
        filters = LoginActivityFilterSet(QueryDict(urlencode({"country": f"-{name}"})), queryset=events)
        assert filters.parameters == {"country": "-BQ"}


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("country=-", '"not" needs something to leave out.'),
        ("country=IN,-BR", "Choose what to include or what to leave out, not both."),
        ("country=-IN&country=BR", "Choose what to include or what to leave out, not both."),
        ("status=failure,banana", '"banana" isn\'t a status. Choose Success or Failure.'),
        ("status=-banana", '"banana" isn\'t a status.'),
        ("user=unknown,banana", '"banana" isn\'t a user.'),
        ("user=,,", '"" isn\'t a user.'),
        ("user=--", "Choose what to include or what to leave out, not both."),
        ("user=" + ",".join(f"{number}@acme.example" for number in range(101)), "Choose at most 100."),
    ],
)
def test_what_makes_no_sense_is_refused(alice: Client, query: str, message: str) -> None:
    for view in ("", "chart/", "download/"):
        response = alice.get(f"{LOGIN}{view}?{query}")
        assert response.status_code == 400
        assert message in unescape(response.content.decode())


@pytest.mark.parametrize(
    "query",
    [
        "country=IN,none&status=failure",
        "country=-IN&device=-mac&action=log_in,log_out",
        "user=-unknown&country=BR,none&device=mac",
        "status=-success&user=dave@acme.example,unknown",
        "action=-view&q=Chrome",
    ],
)
def test_page_chart_and_download_agree(committed_cast: Cast, query: str) -> None:
    fill(committed_cast)
    alice = sign_in(committed_cast.alice)
    page = alice.get(f"{LOGIN}?{query}")
    shown = [str(event.event.pk) for event in page.context["events"]]
    assert 0 < len(shown) < 50
    assert [row[EVENT_ID] for row in read_csv(alice.get(page.context["download_url"]).getvalue())] == shown
    chart = alice.get(f"{LOGIN}chart/?{query}").content.decode()
    assert re.search(r"<strong>(\d+) event", chart)[1] == str(len(shown))  # type: ignore[index]
    canonical = {name: values[0] for name, values in parse_qs(query).items()}
    linked = {name: values[0] for name, values in parse_qs(urlsplit(page.context["download_url"]).query).items()}
    assert {name: sorted(value.strip("-").split(",")) for name, value in linked.items()} == {
        name: sorted(value.strip("-").split(",")) for name, value in canonical.items()
    }


def test_what_is_chosen_is_said_in_words(alice: Client, acme: UUID) -> None:
    page = alice.get(f"{LOGIN}?country=-none,IN&status=failure,success&user=-dave@acme.example")
    assert {chip["label"]: chip["value"] for chip in page.context["chips"]} == {
        "User": "not dave@acme.example",
        "Status": "Failure or Success",
        "Country": "not India, No country",
    }
    assert '<span class="picker-value">not India, No country</span>' in page.content.decode()


@pytest.mark.parametrize("filter_set", [LoginActivityFilterSet, AuditTrailFilterSet])
def test_thousands_of_values_are_refused_with_few_statements(acme: UUID, filter_set: type[ReportFilterSet]) -> None:
    """Names are looked up in the database. Whoever sends thousands of them, or one in a thousand spellings, has to
    choose fewer; the same one over and over again is looked up once."""
    names = [f"n{number}" for number in range(3000)]
    hostile: list[dict[str, Any]] = [
        {"VALUE": ",".join(names)},
        {"VALUE": names[:900]},  # Django takes a thousand parameters at the most
        {"VALUE": [",".join(names[at : at + 30]) for at in range(0, 3000, 30)]},
        {"q": f"by:{','.join(f'{number}@acme.example' for number in range(3000))}"},
        {"q": " ".join(f"by:{number}@acme.example" for number in range(3000))},
    ]
    people = filter_set.terms["by"]
    with acting_as(tenant_id=acme):
        events = filter_set._meta.model.objects.for_tenant(acme)
        for each in hostile:
            query = QueryDict(urlencode({name.replace("VALUE", people): it for name, it in each.items()}, doseq=True))
            with at_most(310):
                filters = filter_set(query, queryset=events)
                assert not filters.is_valid()
            assert "at most" in str(filters.errors)
        for same in ({people: ",".join(["Alice Adams"] * 3000)}, {"q": "by:alice " * 500}):
            with at_most(5):
                filter_set(QueryDict(urlencode(same)), queryset=events)
