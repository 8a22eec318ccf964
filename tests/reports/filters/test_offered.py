"""What filters offer on a page: the values and people that occur, with how many events of the period have each."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from tests.support import records
from tests.support.cast import Cast, sign_in
from wisely_security.ledger.derived.projectors import project

PAGE = "/settings/identity-access/login-activity/"


def choices(client: Client, query: str, name: str) -> list[str]:
    page = client.get(PAGE + query).content.decode()
    return [value for value in re.findall(rf'type="checkbox" name="{name}" value="([^"]*)"', page) if value != "-"]


def test_a_page_offers_what_occurs_and_what_is_chosen(committed_cast: Cast) -> None:
    alice = sign_in(committed_cast.alice)
    assert len(choices(alice, "", "country")) > 200  # nothing is rolled up yet
    records.put_at(committed_cast.acme.pk, timezone.now() - timedelta(days=100), country="BR", device_kind="mac")
    records.put_at(committed_cast.acme.pk, timezone.now() - timedelta(days=1), country="", device_kind="mac")
    project()
    assert choices(alice, "", "country") == ["BR", "none"]
    assert choices(alice, "?country=-DE", "country") == ["BR", "DE", "none"]
    assert choices(alice, "", "status") == ["success", "failure"]
    chart = alice.get(f"{PAGE}chart/?country=DE", headers={"HX-Request": "true"}).content.decode()
    numbers = json.loads(unescape(re.findall(r'data-counts="([^"]*)"', chart)[0]))
    assert numbers["device"]["mac"] == 1  # of this period, whatever else is chosen
    assert numbers["country"]["none"] >= 1


def counts(client: Client, query: str, name: str) -> dict[str, int]:
    """What stands beside the choices in the page itself, without a script."""
    page = client.get(PAGE + query).content.decode()
    found = re.findall(
        rf'name="{name}" value="([^"]*)"(?: checked)?><span>[^<]*</span><span class="picker-count">([\d,]+)</span>',
        page,
    )
    return {key: int(number.replace(",", "")) for key, number in found}


def test_the_page_itself_counts_choices_and_people(committed_cast: Cast) -> None:
    alice, bob = sign_in(committed_cast.alice), str(committed_cast.bob.pk)
    by_bob = {"user_id": bob, "country": "BR", "status": "failure", "reason": "wrong_password"}
    for days in (1, 1, 2, 40):
        records.put_at(committed_cast.acme.pk, timezone.now() - timedelta(days=days), **by_bob)
    records.put_at(committed_cast.acme.pk, timezone.now() - timedelta(days=1), country="", user_id=None)
    for _ in range(2):  # not rolled up yet, and rolled up
        assert counts(alice, "", "user")[bob] == 3
        assert counts(alice, "", "user")["unknown"] == 1
        assert counts(alice, "?status=failure&country=IN", "country")["BR"] == 3  # whatever else is chosen
        assert counts(alice, "?q=nothing", "status")["failure"] == 3  # also where a text is sought
        assert counts(alice, "?period=90d", "user")[bob] == 4
        project()
    records.put_at(committed_cast.acme.pk, timezone.now() - timedelta(days=1), country="NP")
    assert counts(alice, "", "country")["NP"] == 1  # nor is hidden what is not rolled up yet


def test_people_are_listed_who_occur_in_the_period_or_are_chosen(committed_cast: Cast) -> None:
    alice, bob = sign_in(committed_cast.alice), str(committed_cast.bob.pk)
    records.put_at(committed_cast.acme.pk, timezone.now() - timedelta(days=20), user_id=bob)
    project()
    assert bob not in choices(alice, "", "user")
    assert bob in choices(alice, "?period=30d", "user")
    assert bob in choices(alice, f"?user={bob}", "user")
    found = alice.get(f"{PAGE}people/", {"q": "BROW"}).json()
    assert found == {"people": [[bob, f"Bob Brown ({committed_cast.bob.email})"]]}
    assert alice.get(f"{PAGE}people/", {"q": "clark"}).json() == {"people": []}  # of another tenant
    assert alice.get(f"{PAGE}people/").json() == {"people": []}
    assert alice.get(f"{PAGE}people/", {"q": "\0"}).json() == {"people": []}


def test_of_a_period_with_many_events_the_choices_are_counted_after_the_page(
    committed_cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, bob = sign_in(committed_cast.alice), str(committed_cast.bob.pk)
    records.put_at(committed_cast.acme.pk, timezone.now() - timedelta(days=1), user_id=bob)
    monkeypatch.setattr("wisely_security.reports.strip.offer.MOST_PASSED", 0)
    assert counts(alice, "", "user") == {}
    assert choices(alice, "", "user")[1:] == [str(committed_cast.alice.pk), bob]  # the first by name
    chart = alice.get(f"{PAGE}chart/", headers={"HX-Request": "true"}).content.decode()
    assert json.loads(unescape(re.findall(r'data-counts="([^"]*)"', chart)[0]))["user"][bob] == 1
    assert bob in dict(json.loads(unescape(re.findall(r'data-people="([^"]*)"', chart)[0])))
