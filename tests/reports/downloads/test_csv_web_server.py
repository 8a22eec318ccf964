"""A download through the web server: the client learns whether it is complete."""

from __future__ import annotations

import http.client
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager

import pytest
from django.test import Client

from login_activity.models import LoginEvent
from tests.support.cast import Cast, sign_in
from tests.support.downloads.copies import CUT_SHORT, WHOLE, break_the_copy, copies, recorded_downloads, wait_for
from tests.support.downloads.csv_files import read_csv
from tests.support.records import load
from tests.support.servers.web_server import LONGEST, web_server

pytestmark = pytest.mark.servers

DOWNLOAD = "/settings/identity-access/login-activity/download/"
Events = Callable[..., list[LoginEvent]]


@pytest.fixture
def alice(committed_cast: Cast) -> Client:
    return sign_in(committed_cast.alice)


class TestThroughTheWebServer:
    @pytest.fixture
    def site(self, committed: None) -> Iterator[http.client.HTTPConnection]:
        with web_server() as address, closing(http.client.HTTPConnection(*address, timeout=LONGEST)) as site:
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
        assert recorded_downloads(events, committed_cast) == [WHOLE]

    def test_the_client_learns_that_a_broken_one_is_incomplete(
        self, site: http.client.HTTPConnection, alice: Client, committed_cast: Cast, events: Events
    ) -> None:
        load(committed_cast.acme.pk, 120_000, days=0.2)
        response = self.get(site, alice)
        response.read(1_000)
        break_the_copy()
        with pytest.raises(http.client.IncompleteRead):
            response.read()
        assert recorded_downloads(events, committed_cast) == [CUT_SHORT]

    def test_a_client_that_goes_away_is_recorded(
        self, site: http.client.HTTPConnection, alice: Client, committed_cast: Cast, events: Events
    ) -> None:
        load(committed_cast.acme.pk, 120_000, days=0.2)
        response = self.get(site, alice)
        response.read(1_000)
        response.close()
        site.close()
        wait_for(lambda: recorded_downloads(events, committed_cast) == [CUT_SHORT])
        wait_for(lambda: copies() == 0)


class TestReadersWhoTakeNothing:
    @pytest.fixture(autouse=True)
    def many_events(self, committed_cast: Cast) -> None:
        load(committed_cast.acme.pk, 120_000, days=0.2)

    @contextmanager
    def stalled(self, address: tuple[str, int], alice: Client, count: int) -> Iterator[list[http.client.HTTPResponse]]:
        """Downloads of which only the headers have been read."""
        cookie = f"wisely_session={alice.cookies['wisely_session'].value}"
        with ExitStack() as stack:
            answers = []
            for _ in range(count):
                reader = stack.enter_context(closing(http.client.HTTPConnection(*address, timeout=LONGEST)))
                reader.request("GET", f"{DOWNLOAD}?period=30d", headers={"Cookie": cookie})
                answers.append(stack.enter_context(reader.getresponse()))
            yield answers

    def test_do_not_keep_others_from_the_site(self, alice: Client, committed_cast: Cast, events: Events) -> None:
        with web_server() as address:
            with self.stalled(address, alice, 9) as answers:
                assert [answer.status for answer in answers] == [200] * 2 + [429] * 7
                assert answers[-1].getheader("Retry-After") == "10"
                with closing(http.client.HTTPConnection(*address, timeout=LONGEST)) as somebody:
                    somebody.request("GET", "/sign-in/")
                    assert somebody.getresponse().status == 200
            wait_for(lambda: recorded_downloads(events, committed_cast) == [CUT_SHORT] * 2)
            wait_for(lambda: self.has_a_slot(address, alice))

    def has_a_slot(self, address: tuple[str, int], alice: Client) -> bool:
        """Those of before have theirs a moment longer than their ends are recorded: until PostgreSQL has let go."""
        with self.stalled(address, alice, 1) as [answer]:
            assert answer.status in (200, 429)
            return answer.status == 200

    def test_are_aborted(
        self, alice: Client, committed_cast: Cast, events: Events, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("GUNICORN_CMD_ARGS", "--timeout 2")
        with web_server() as address, self.stalled(address, alice, 1) as [answer]:
            wait_for(lambda: recorded_downloads(events, committed_cast) == [CUT_SHORT])
            with pytest.raises(http.client.IncompleteRead):
                answer.read()

    def test_are_cut_short_when_the_site_stops(
        self, alice: Client, committed_cast: Cast, events: Events, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("GUNICORN_CMD_ARGS", "--graceful-timeout 4")
        with ExitStack() as readers:
            with web_server() as address:
                [answer] = readers.enter_context(self.stalled(address, alice, 1))
            assert recorded_downloads(events, committed_cast) == [CUT_SHORT]
            with pytest.raises(http.client.IncompleteRead):
                answer.read()
