"""A download through the web server: the client is told whether it has all of it."""

from __future__ import annotations

import http.client
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from django.test import Client

from login_activity.models import LoginEvent

from .cast import Cast, sign_in
from .copies import CUT_SHORT, WHOLE, break_the_copy, copies, told, wait_for
from .csv_files import read_csv
from .records import load
from .web_server import web_server

DOWNLOAD = "/settings/identity-access/login-activity/download/"
Events = Callable[..., list[LoginEvent]]


@pytest.fixture
def alice(committed_cast: Cast) -> Client:
    return sign_in(committed_cast.alice)


class TestThroughTheWebServer:
    @pytest.fixture
    def site(self, committed: None) -> Iterator[http.client.HTTPConnection]:
        with web_server() as address, closing(http.client.HTTPConnection(*address, timeout=20)) as site:
            yield site

    def get(self, site: http.client.HTTPConnection, alice: Client) -> http.client.HTTPResponse:
        session = alice.cookies["wisely_session"].value
        site.request("GET", f"{DOWNLOAD}?period=30d", headers={"Cookie": f"wisely_session={session}"})
        response = site.getresponse()
        assert (response.status, response.getheader("Transfer-Encoding")) == (200, "chunked")
        return response

    def test_a_download_arrives_whole(
        self, site: http.client.HTTPConnection, alice: Client, committed_cast: Cast, events: Events
    ) -> None:
        load(committed_cast.acme.pk, 20_000, days=0.2)
        rows = read_csv(self.get(site, alice).read())
        assert len(rows) == 20_001
        assert told(events, committed_cast) == [WHOLE]

    def test_the_client_is_told_that_a_broken_one_is_incomplete(
        self, site: http.client.HTTPConnection, alice: Client, committed_cast: Cast, events: Events
    ) -> None:
        load(committed_cast.acme.pk, 120_000, days=0.2)
        response = self.get(site, alice)
        response.read(1_000)
        break_the_copy()
        with pytest.raises(http.client.IncompleteRead):
            response.read()
        assert told(events, committed_cast) == [CUT_SHORT]

    def test_a_client_that_goes_away_is_recorded(
        self, site: http.client.HTTPConnection, alice: Client, committed_cast: Cast, events: Events
    ) -> None:
        load(committed_cast.acme.pk, 120_000, days=0.2)
        response = self.get(site, alice)
        response.read(1_000)
        response.close()
        site.close()
        wait_for(lambda: told(events, committed_cast) == [CUT_SHORT])
        wait_for(lambda: copies() == 0)
