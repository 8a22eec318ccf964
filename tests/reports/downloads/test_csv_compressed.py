"""The same download as a gzip file: small, and unreadable unless complete."""

from __future__ import annotations

import gzip
import http.client
from collections.abc import Callable
from contextlib import closing
from html import unescape

import psycopg2
import pytest
from django.test import Client

from login_activity.models import LoginEvent
from tests.support.cast import Cast, sign_in
from tests.support.downloads.copies import CUT_SHORT, WHOLE, break_the_copy, recorded_downloads, wait_for
from tests.support.downloads.csv_files import read_csv
from tests.support.records import append_many, load
from tests.support.servers.web_server import LONGEST, web_server
from wisely_security.reports.download.download_slots import OF_ONE_TENANT

PAGE = "/settings/identity-access/login-activity/"
DOWNLOAD = f"{PAGE}download/"
Events = Callable[..., list[LoginEvent]]


@pytest.fixture
def alice(committed_cast: Cast) -> Client:
    return sign_in(committed_cast.alice)


def test_it_unpacks_to_the_plain_one(alice: Client, committed_cast: Cast, events: Events) -> None:
    append_many(committed_cast.acme.pk, 2_000, place="Zürich, Switzerland")
    query = {"action": "log_in", "period": "today"}
    plain = alice.get(DOWNLOAD, query).getvalue()
    packed = alice.get(DOWNLOAD, query | {"format": "csv.gz"}).getvalue()
    assert gzip.decompress(packed) == plain == alice.get(DOWNLOAD, query | {"format": "csv"}).getvalue()
    assert len(packed) < len(plain) / 4
    assert recorded_downloads(events, committed_cast) == [WHOLE] * 3


def test_an_empty_selection_is_a_header(alice: Client) -> None:
    packed = alice.get(DOWNLOAD, {"q": "no such thing", "format": "csv.gz"}).getvalue()
    assert read_csv(gzip.decompress(packed)) == []


def test_it_says_what_it_is(alice: Client) -> None:
    response = alice.get(DOWNLOAD, {"from": "2026-11-01", "to": "2026-11-30", "format": "csv.gz"})
    assert response["Content-Type"] == "application/gzip"
    assert "Content-Encoding" not in response  # or browsers would unpack it again
    assert response["Content-Disposition"].endswith('-2026-11-01-to-2026-11-30.csv.gz"')
    response.close()


def test_another_format_is_refused(alice: Client, committed_cast: Cast, events: Events) -> None:
    refused = alice.get(DOWNLOAD, {"format": "pdf"})
    assert refused.status_code == 400
    assert "isn&#x27;t a format. Choose csv, csv.gz, xlsx or bundle." in refused.content.decode()
    assert recorded_downloads(events, committed_cast) == []


def test_the_page_offers_it_with_its_filters(alice: Client, committed_cast: Cast) -> None:
    html = unescape(alice.get(PAGE, {"action": "log_in"}).content.decode())
    assert f'href="{DOWNLOAD}?action=log_in&format=csv.gz"' in html


def test_a_reader_who_must_wait_is_redirected_to_the_page(alice: Client, committed_cast: Cast) -> None:
    running = [alice.get(DOWNLOAD) for _ in range(OF_ONE_TENANT)]
    refused = alice.get(DOWNLOAD, {"action": "log_in", "format": "csv.gz"})
    assert refused.status_code == 429
    assert f'href="{PAGE}?action=log_in"' in unescape(refused.content.decode())
    for response in running:
        response.close()


class TestCutShort:
    @pytest.fixture(autouse=True)
    def many_events(self, committed_cast: Cast) -> None:
        load(committed_cast.acme.pk, 120_000, days=0.2)

    def test_by_the_database_it_cannot_be_unpacked(self, alice: Client, committed_cast: Cast, events: Events) -> None:
        pieces = iter(alice.get(DOWNLOAD, {"period": "30d", "format": "csv.gz"}).streaming_content)  # type: ignore[attr-defined]
        taken = [next(pieces), next(pieces)]
        break_the_copy()
        with pytest.raises(psycopg2.Error):
            taken += pieces
        with pytest.raises(EOFError):
            gzip.decompress(b"".join(taken))
        assert recorded_downloads(events, committed_cast) == [CUT_SHORT]

    @pytest.mark.servers
    def test_by_its_reader_it_is_recorded(self, alice: Client, committed_cast: Cast, events: Events) -> None:
        cookie = f"wisely_session={alice.cookies['wisely_session'].value}"
        with web_server() as address:
            with closing(http.client.HTTPConnection(*address, timeout=LONGEST)) as reader:
                reader.request("GET", f"{DOWNLOAD}?period=30d&format=csv.gz", headers={"Cookie": cookie})
                with closing(reader.getresponse()) as answer:
                    assert answer.read(100).startswith(b"\x1f\x8b")
            wait_for(lambda: recorded_downloads(events, committed_cast) == [CUT_SHORT])
