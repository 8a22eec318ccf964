"""Terms in the box become the ordinary filters, or a question."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from django.http import QueryDict
from django.test import Client

from audit_trail.report.filters import AuditTrailFilterSet
from login_activity.report.filters import LoginActivityFilterSet
from tests.reports.filters.test_query_strings import RECORDS
from tests.support.cast import Cast, add_member, person
from tests.support.records import append_rows
from wisely_security.core.request_context import acting_as
from wisely_security.reports.filtering.filters import ReportFilterSet

LOGIN, AUDIT = "/settings/identity-access/login-activity/", "/settings/security/audit-trail/"


def understood(cast: Cast, filter_set: type[ReportFilterSet], text: str, **others: str) -> ReportFilterSet:
    query = QueryDict(mutable=True)
    query.update({**others, "q": text})
    with acting_as(tenant_id=cast.acme.pk):
        filters = filter_set(query, queryset=filter_set._meta.model.objects.for_tenant(cast.acme.pk))
        filters.is_valid()
    return filters


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("failed from:india last-month", {"status": "failure", "country": "IN", "period": "last-month"}),
        ('-action:view,"log out" word', {"action": "-log_out,view", "q": "word"}),
        ("FROM:India,br from:IN", {"country": "BR,IN"}),
        ('from:"united kingdom" with:MAC', {"country": "GB", "device": "mac"}),
        ("-failed 30d", {"status": "-failure", "period": "30d"}),
        ("action:lock unusual", {"action": "lock_out", "finding": "any"}),
        ("by:unknown", {"user": "unknown"}),
        ("by:NOBODY@acme.example", {"user": "nobody@acme.example"}),
        ("since:2026-11-01T09:30", {"period": "custom", "from": "2026-11-01T09:30"}),
        ("on:2026-11-01", {"period": "custom", "from": "2026-11-01", "to": "2026-11-01"}),
        ("ip:192.0.2.0/24 failed", {"q": "192.0.2.0/24", "status": "failure"}),
        ('"failed from:india" today', {"q": '"failed from:india"', "period": "today"}),
        ("dead:beef::1 rv:109.0 [::1]:443", {"q": "dead:beef::1 rv:109.0 [::1]:443"}),
        ("urn:uuid:00000000-0000-7000-8000-ffffffffffff", {"q": "urn:uuid:00000000-0000-7000-8000-ffffffffffff"}),
    ],
)
def test_of_login_activity(cast: Cast, text: str, expected: dict[str, str]) -> None:
    filters = understood(cast, LoginActivityFilterSet, text)
    assert filters.is_valid(), filters.errors
    assert filters.parameters == expected


def test_of_the_audit_trail(cast: Cast) -> None:
    filters = understood(cast, AuditTrailFilterSet, "by:system module:templates,users -sub-module:role succeeded")
    assert filters.parameters == {
        "actor": "system",
        "module": "templates,users",
        "sub_module": "-role",
        "status": "success",
    }


def test_they_come_to_what_is_chosen_and_a_period_replaces_another(cast: Cast) -> None:
    filters = understood(cast, LoginActivityFilterSet, "from:india last-month", country="BR", period="7d")
    assert filters.parameters == {"country": "BR,IN", "period": "last-month"}


@pytest.mark.parametrize(
    ("text", "message", "suggested"),
    [
        ("a from:ind b", 'Which country is "ind"?', ["India", "Indonesia", "British Indian Ocean Territory"]),
        ("from:indja", '"indja" isn\'t a country. Did you mean India', ["India"]),
        ("form:india", '"form:" isn\'t a filter. Did you mean "from:"?', ["from:", 'Search for "form:india"']),
        ("module:users", '"module:" isn\'t a filter.', []),
        ("status:banana", '"banana" isn\'t a status.', []),
        ("by:zzz", 'Nobody here is called "zzz".', ['Search for "zzz"']),
        ("period:yesterday", '"yesterday" isn\'t a period.', ["today"]),
        ("since:2026-02-30", '"2026-02-30" isn\'t a date.', []),
        ("ip:banana", '"banana" isn\'t an address', []),
        ("today 7d", 'Two different values for "period".', []),
        ("from:india -from:brazil", "Country: say what to include or what to leave out, not both.", []),
        ("-since:2026-01-01", '"since:" takes one value, and no minus.', []),
        ("by:a\0b", "Null characters are not allowed.", []),
    ],
)
def test_what_is_not_understood_is_asked(cast: Cast, text: str, message: str, suggested: list[str]) -> None:
    filters = understood(cast, LoginActivityFilterSet, text)
    errors = " ".join(filters.errors["q"])
    assert message in errors
    assert filters.data["q"] == text
    labels = [each.label for each in filters.suggestions]
    assert labels[: len(suggested)] == suggested
    for each in filters.suggestions:  # each leads somewhere
        again = understood(cast, LoginActivityFilterSet, each.text)
        assert again.is_valid(), (each, again.errors)


def test_of_two_who_are_called_so_it_is_asked_which(alice: Client, cast: Cast) -> None:
    for name, email in (("Priya Nair", "priya@acme.example"), ("Priyanka Rao", "rao@acme.example")):
        add_member(cast.acme, "developer", person(name, email))
    with acting_as(tenant_id=cast.globex.pk):
        add_member(cast.globex, "developer", person("Priya Globex", "priya@globex.example"))
    page = alice.get(LOGIN, {"q": "by:priya failed", "status": "success"})
    assert page.status_code == 400
    assert page.context["form"]["q"].value() == "by:priya failed"
    names = dict(page.context["suggestions"])
    assert list(names) == ["Priya Nair (priya@acme.example)", "Priyanka Rao (rao@acme.example)"]
    assert alice.get(LOGIN, {"q": 'by:"priya nair"'}).status_code == 302
    chosen = alice.get(names["Priyanka Rao (rao@acme.example)"], follow=True)
    assert {chip["label"]: chip["value"] for chip in chosen.context["chips"]} == {
        "User": "Priyanka Rao (rao@acme.example)",
        "Status": "Failure or Success",
    }


def test_the_page_goes_to_the_address_with_the_filters(alice: Client, cast: Cast, events) -> None:
    append_rows(cast.acme.pk, [{"country": "BR", "status": "failure", "reason": "wrong_password"}, {"country": "BR"}])
    before = events(cast.acme, action="view")
    response = alice.get(LOGIN, {"q": "failed from:brazil chrome", "period": "30d"})
    assert response.status_code == 302
    assert events(cast.acme, action="view") == before  # what is viewed comes after it
    address = response["Location"]
    assert {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()} == {
        "period": "30d",
        "q": "chrome",
        "status": "failure",
        "country": "BR",
    }
    assert len(alice.get(address).context["events"]) == 1
    chart = alice.get(f"{LOGIN}chart/", {"q": "failed from:brazil chrome"}).content.decode()
    assert "<strong>1 event</strong>" in chart


def test_exact_words_stand_next_to_each_other(alice: Client, cast: Cast) -> None:
    append_rows(cast.acme.pk, [{"user_name": "Ann Bo Carter"}, {"user_name": "Bo Ann Carter"}])
    names = [event.event.user_name for event in alice.get(LOGIN, {"q": '"ann bo" carter'}).context["events"]]
    assert names == ["Ann Bo Carter"]


@pytest.mark.parametrize("path", RECORDS)
def test_every_key_leads_to_a_filter(path: str) -> None:
    filters = RECORDS[path]
    led_to = filters.all_terms().values()
    assert set(led_to) <= set(filters.base_filters)
    forgotten = filters.many() - set(led_to)
    assert not forgotten, f"give them keys: terms of {filters.__qualname__} in {filters.__module__}"
