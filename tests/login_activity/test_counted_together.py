"""An event of attempts that were counted, as people read it: pages, search, downloads, and support's diagnosis."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from login_activity.models import LoginEvent
from login_activity.report.declaration import REPORT
from tests.ledger.sealing.logs.tampering import seal_all
from tests.reports.downloads.bundles import checked, exported, member
from tests.support.cast import Cast, sign_in
from tests.support.records import append_rows
from wisely_security.core.actor_names import ERASED_PERSON
from wisely_security.core.request_context import acting_as
from wisely_security.investigation.sign_in_trouble import diagnose, gather
from wisely_security.ledger.derived.projectors import project
from wisely_security.ledger.derived.rollup import Count
from wisely_security.ledger.erasure.person import Person
from wisely_security.ledger.vocabulary import Status
from wisely_security.reports.strip import tops, usual
from wisely_security.reports.strip.usual import Usual, today

PAGE = "/settings/identity-access/login-activity/"
BY_A_SCRIPT = {"HX-Request": "true"}
FAILED = {"status": "failure", "reason": "wrong_password"}
MOMENTS = {"first": "2026-11-02T10:14:02.000+00:00", "last": "2026-11-02T10:14:58.000+00:00"}


def flood(cast: Cast) -> None:
    """40 attempts at Bob from an address, 700 at Bob and Alice from two others, and one failure by itself."""
    bob = {"user_id": cast.bob.pk, "user_name": "Bob Brown", "user_email": cast.bob.email}
    each = [
        _one(cast.bob, "198.51.100.1", 300),
        _one(cast.alice, "198.51.100.1", 250),
        _one(cast.alice, "2001:db8:5::1", 150),
    ]
    of_several = {"user_id": None, "user_name": "2 people", "user_email": "", "ip": None, "country": "", "place": ""}
    append_rows(
        cast.acme.pk,
        [
            FAILED | bob,
            FAILED | bob | {"detail": json.dumps({"times": 40, **MOMENTS})},
            FAILED | of_several | {"detail": json.dumps({"times": 700, **MOMENTS, "each": each})},
        ],
    )


def _one(user: Any, ip: str, times: int) -> dict[str, Any]:
    return {"user": str(user.pk), "name": user.name, "e-mail": user.email, "ip": ip, "times": times}


def summary(cast: Cast) -> LoginEvent:
    with acting_as(tenant_id=cast.acme.pk):
        [event] = (event for event in LoginEvent.objects.for_tenant(cast.acme.pk) if event.each)
    return event


def listed(page: Any) -> dict[str, list[tuple[str, int]]]:
    return {each.title: [(value.label, value.number) for value in each.values] for each in page.context["tops"]}


@pytest.mark.parametrize("comes_later", [False, True])
def test_the_strip_counts_attempts_of_whom_and_from_where(
    alice: Client, cast: Cast, comes_later: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    flood(cast)
    if comes_later:
        monkeypatch.setattr(tops, "MOST_READ", 0)
    page = alice.get(PAGE)
    if comes_later:
        page = alice.get(page.context["chart_url"], headers=BY_A_SCRIPT)
    assert listed(page) == {
        "People": [("Alice Adams", 400), ("Bob Brown", 341)],
        "Addresses": [("198.51.100.1", 550), ("2001:db8:5::1", 150), ("203.0.113.7", 41)],
        "Countries": [("India", 41)],
        "Reasons": [("Wrong password", 741)],
    }


@pytest.mark.parametrize("query", [{"status": "failure"}, {"status": "failure", "q": "wrong"}])
def test_the_total_is_that_of_the_rows_with_the_attempts_beside_it(committed_cast: Cast, query: dict[str, str]) -> None:
    flood(committed_cast)
    alice = sign_in(committed_cast.alice)
    page = alice.get(PAGE, query)
    if "q" in query:
        page = alice.get(page.context["chart_url"], headers=BY_A_SCRIPT)
    chart = page.context["chart"]
    assert (chart["total"], chart["attempts"], chart["failures"]) == ("3 events", "741", "3")
    assert "<strong>3 events</strong> (741 attempts)" in page.content.decode()
    rows = list(csv.reader(io.StringIO(download(alice, **query).decode("utf-8-sig"))))
    assert len(rows) == 1 + 3


def test_without_such_an_event_nothing_is_said_of_attempts(alice: Client, cast: Cast) -> None:
    append_rows(cast.acme.pk, [FAILED])
    page = alice.get(PAGE)
    assert page.context["chart"]["attempts"] == ""
    assert "attempts)" not in page.content.decode()


def test_today_says_how_many_attempts_the_failed_sign_ins_are() -> None:
    attacks = Usual("failed sign-in", "failed sign-ins", status=Status.FAILURE, much=10)
    counts = [each for _ in range(4) for each in (Count(1, 6), Count())] + [Count(0, 8)]
    assert today(attacks, counts, 1_200) == ("8 failed sign-ins today (1,208 attempts); usually 6 by this hour.", True)


def test_today_counts_the_attempts_of_sign_ins_alone(alice: Client, cast: Cast) -> None:
    flood(cast)
    append_rows(cast.acme.pk, [FAILED | {"action": "reset_password", "detail": json.dumps({"times": 9, **MOMENTS})}])
    with acting_as(tenant_id=cast.acme.pk):
        events = usual.of_today(REPORT.numbers.usual, LoginEvent.objects.for_tenant(cast.acme.pk), timezone.now())
        assert sum(event.times for event in events) == 741


@pytest.mark.parametrize("are_projected", [False, True])
@pytest.mark.parametrize(
    "text", ["alice@acme.example", "adams", "2001:db8:5::1", "2001:db8:5::/48", "198.51.100.0/24", "198.51.100.*"]
)
def test_the_search_finds_it_by_any_account_and_address(
    committed_cast: Cast, text: str, are_projected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    flood(committed_cast)
    if are_projected:
        with acting_as(support=True):
            project()
        monkeypatch.setattr("wisely_security.ledger.search.plan.CANDIDATES", 0)
    append_rows(committed_cast.acme.pk, [{}] * 600)  # segments of it, and none of what is looked for
    project()
    client = sign_in(committed_cast.alice)
    for more in ({}, {"status": "failure"}):
        shown = client.get(PAGE, {"q": text, "status": "failure", **more}).context["events"]
        assert summary(committed_cast).pk in {row.event.pk for row in shown}
    other = client.get(PAGE, {"q": "198.51.101.1", "status": "failure"}).context["events"]
    assert [row.event.pk for row in other] == []


def test_an_address_of_the_strip_leads_to_the_events_that_it_counts(alice: Client, cast: Cast) -> None:
    flood(cast)
    [addresses] = (each for each in alice.get(PAGE).context["tops"] if each.title == "Addresses")
    for value in addresses.values:
        attempts = 0
        for row in alice.get(value.url).context["events"]:
            its = [one for one in row.event.each if one["ip"] == value.label]
            attempts += sum(one["times"] for one in its) if row.event.each else row.event.times
        assert attempts == value.number, parse_qs(urlsplit(value.url).query)


def download(client: Client, **query: str) -> bytes:
    response = client.get(f"{PAGE}download/", query)
    assert response.status_code == 200
    return b"".join(response.streaming_content)  # type: ignore[attr-defined]


def details(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    return found


def test_each_file_says_how_many_when_and_at_which_accounts(
    committed_cast: Cast, sealing: Path, tmp_path: Path
) -> None:
    flood(committed_cast)
    project()
    seal_all()
    event, client = summary(committed_cast), sign_in(committed_cast.alice)
    rows = csv.DictReader(io.StringIO(download(client).decode("utf-8-sig")))
    [in_csv] = (row for row in rows if row["Event ID"] == str(event.pk))
    sheet = load_workbook(io.BytesIO(client.get(f"{PAGE}download/", {"format": "xlsx"}).getvalue())).active
    heading, *cells = sheet.iter_rows(values_only=True)
    [in_excel] = (
        row for row in (dict(zip(heading, each, strict=True)) for each in cells) if row["Event ID"] == str(event.pk)
    )
    in_json = client.get(f"{PAGE}{event.pk}/json/").json()
    _, bundle = exported(REPORT, committed_cast.acme.pk)
    assert checked(bundle, tmp_path).problems == []
    proved = csv.DictReader(io.StringIO(member(bundle, "events.csv").decode("utf-8-sig")))
    [in_bundle] = (row for row in proved if row["Event ID"] == str(event.pk))
    for row in (in_csv, in_excel, in_bundle):
        assert row["Name"] == "2 people"
        assert details(row["Details"]) == event.detail, row
    assert in_json["details"] == event.detail
    assert (event.detail["times"], event.detail["first"], event.detail["last"]) == (700, *MOMENTS.values())
    assert {one["e-mail"] for one in event.detail["each"]} == {"alice@acme.example", "bob@acme.example"}


def test_support_reads_how_often_a_password_was_wrong_and_from_where(cast: Cast) -> None:
    flood(cast)

    def of(user: Any) -> Any:
        with acting_as(support=True):
            [diagnosis] = diagnose(gather(type(user).objects.select_related("tenant", "role").get(pk=user.pk)))
        return diagnosis

    assert of(cast.bob).answer.startswith("Wrong password, 341 times")
    assert "from 198.51.100.1, 203.0.113.7 (Mumbai" in of(cast.bob).evidence
    assert of(cast.alice).answer.startswith("Wrong password, 400 times")
    assert "from 198.51.100.1, 2001:db8:5::1." in of(cast.alice).evidence


def test_an_erased_person_is_in_none_of_it_and_the_number_stays(cast: Cast) -> None:
    """Of an event at their account alone, the addresses go as its own would; of others, their names."""
    bob = Person(frozenset({cast.bob.pk}), frozenset({cast.bob.email}), frozenset({cast.bob.name}))
    each = [_one(cast.bob, "198.51.100.1", 300), _one(cast.bob, "198.51.100.2", 40)]
    of_bob = LoginEvent(user_id=cast.bob.pk, user_name=cast.bob.name, user_email=cast.bob.email)
    of_bob.detail = {"times": 340, **MOMENTS, "each": each}
    assert bob.redacted(of_bob)["detail"] == {"times": 340, **MOMENTS}
    of_both = LoginEvent(
        user_name="2 people", detail={"times": 2, "each": [_one(cast.alice, "198.51.100.1", 1), each[1]]}
    )
    left = bob.redacted(of_both)["detail"]["each"]
    assert left[0] == _one(cast.alice, "198.51.100.1", 1)
    assert (left[1]["name"], left[1]["e-mail"], left[1]["times"]) == (ERASED_PERSON, ERASED_PERSON, 40)
