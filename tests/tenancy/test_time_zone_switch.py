"""Times and days in one's own zone, the company's or UTC: page, chart, event and download agree."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID

from django.test import Client

from tests.support.cast import Cast, sign_in
from tests.support.downloads.csv_files import read_csv
from tests.support.records import in_utc, put_at
from tests.workspace.samples.making import make
from wisely_security.core.request_context import acting_as
from wisely_security.workspace.modules.business_profile import BusinessProfile

PAGE = "/settings/identity-access/login-activity/"
DAY = {"from": "2026-03-11", "to": "2026-03-11"}
HALF_PAST_ONE = in_utc(2026, 3, 10, 20)  # of the next day for Alice, in Kolkata


def switch(browser: Client, zone: str, path: str = PAGE) -> int:
    return browser.post("/switch-time-zone/", {"zone": zone, "next": path}).status_code


def test_page_chart_event_and_download_follow_the_chosen_zone(committed_cast: Cast) -> None:
    event = put_at(committed_cast.acme.pk, HALF_PAST_ONE)
    put_at(committed_cast.acme.pk, HALF_PAST_ONE + timedelta(days=1))
    browser = sign_in(committed_cast.alice)

    def shown() -> tuple[list[UUID], str, str, str]:
        page = browser.get(PAGE, DAY)
        [head] = re.findall(r'<span class="zone">(.+?)</span>', page.content.decode())
        [row] = read_csv(browser.get(f"{PAGE}download/", DAY).getvalue())
        chart = browser.get(f"{PAGE}chart/", DAY).content.decode()
        exact = browser.get(f"{PAGE}{event}/").content.decode()
        assert f"Times in {head}." in chart
        [day] = re.findall(r"Exact time</dt><dd>(\S+?)</dd>", exact)
        return [each.event.pk for each in page.context["events"]], head, row[1], day

    own = ([event], "Asia/Kolkata", "2026-03-11T01:30:00.000+05:30", "2026-03-11T01:30:00.000+05:30")
    assert shown() == own
    assert switch(browser, "utc") == 302
    ids, head, written, exact = shown()
    assert ids != [event]  # the day begins and ends elsewhere
    assert (head, written, exact) == ("UTC", "2026-03-11T20:00:00.000+00:00", "2026-03-10T20:00:00.000+00:00")
    assert switch(browser, "mine") == 302
    assert shown() == own


def head(browser: Client) -> str:
    put_back = browser.get(PAGE, {"period": "today"}).content.decode()
    [zone] = re.findall(r'<span class="zone">(.+?)</span>', put_back)
    return str(zone)


def test_the_zone_of_the_company_is_that_of_its_profile(cast: Cast) -> None:
    browser = sign_in(cast.alice)
    assert switch(browser, "company") == 302
    assert "its business profile isn’t set up yet" in browser.get(PAGE).content.decode()
    assert head(browser) == "Asia/Kolkata"
    with acting_as(tenant_id=cast.acme.pk):
        make(BusinessProfile, cast.acme, legal_name="Acme Ltd", city="Leeds", time_zone="Europe/London")
    assert switch(browser, "company") == 302
    assert head(browser) == "Europe/London"
    with acting_as(tenant_id=cast.acme.pk):
        BusinessProfile.objects.all().delete()
    assert head(browser) == "Asia/Kolkata"


def test_the_choice_is_one_of_three_and_goes_nowhere_else(cast: Cast) -> None:
    browser = sign_in(cast.alice)
    assert switch(browser, "Mars/Olympus") == 400
    for path in (
        "https://elsewhere.example/",
        "//elsewhere.example/",
        "/\\elsewhere.example",
        "banana",
        "person",
        "\0",
    ):
        assert browser.post("/switch-time-zone/", {"zone": "utc", "next": path})["Location"] == "/", path
    assert head(browser) == "UTC"
    assert head(sign_in(cast.alice)) == "Asia/Kolkata"  # in another session
    assert Client().post("/switch-time-zone/", {"zone": "utc"})["Location"].startswith("/sign-in/")
