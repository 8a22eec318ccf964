"""A search without results in its period says from which day the latest match is, and links to it."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from tests.support import records
from tests.support.cast import Cast, sign_in

PAGE = "/settings/identity-access/login-activity/"


@pytest.fixture
def moment() -> datetime:
    return timezone.now() - timedelta(days=40)


@pytest.fixture
def event_id(committed_cast: Cast, moment: datetime) -> str:
    """Acme's, long ago. Globex has one of the same place that is later."""
    records.put_at(committed_cast.globex.pk, moment + timedelta(days=3), place="Atlantis")
    return str(records.put_at(committed_cast.acme.pk, moment, place="Atlantis"))


@pytest.fixture
def alice(committed_cast: Cast, event_id: str) -> Client:
    return sign_in(committed_cast.alice)


@pytest.mark.parametrize("typed", ["Atlantis", "the ID"])
def test_links_to_the_day_of_the_latest_match(
    alice: Client, committed_cast: Cast, event_id: str, moment: datetime, typed: str
) -> None:
    page = alice.get(PAGE, {"q": event_id if typed == "the ID" else typed})
    assert page.context["events"] == []
    day = moment.astimezone(ZoneInfo(committed_cast.alice.time_zone)).date()
    assert f"from {day:%-d %B %Y}" in page.content.decode()
    there = alice.get(page.context["elsewhere"]["url"])
    assert [str(event.event.pk) for event in there.context["events"]] == [event_id]


def test_is_silent_where_there_is_no_match_at_any_time(alice: Client) -> None:
    page = alice.get(PAGE, {"q": "Lemuria"})
    assert page.context["events"] == []
    assert page.context["elsewhere"] is None
