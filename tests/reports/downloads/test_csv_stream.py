"""A streamed download: recorded before its last byte, complete or visibly not, and constant in memory."""

from __future__ import annotations

import csv
import gc
import io
import runpy
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any
from uuid import uuid4

import psycopg2
import pytest
from django.db import connections, transaction
from django.test import Client

from login_activity.models import LoginEvent
from tests.support.cast import Cast, sign_in
from tests.support.downloads.copies import CUT_SHORT, break_the_copy, copies, recorded_downloads, wait_for
from tests.support.downloads.csv_files import BOM, HEADER
from tests.support.records import append_many, append_rows, load
from tests.support.servers.web_server import ROOT
from wisely_security.reports.download.download_slots import DOWNLOADS_AT_ONCE, OF_ONE_TENANT, take_slot
from wisely_security.tenancy.sign_in import signals

PAGE = "/settings/identity-access/login-activity/"
DOWNLOAD = f"{PAGE}download/"
MIB = 1024 * 1024
Events = Callable[..., list[LoginEvent]]


@pytest.fixture
def alice(committed_cast: Cast) -> Client:
    return sign_in(committed_cast.alice)


def start(client: Client, **query: str) -> tuple[Any, Iterator[bytes]]:
    """A download of which the first piece has been read."""
    response = client.get(DOWNLOAD, query)
    assert response.status_code == 200
    pieces = iter(response.streaming_content)  # type: ignore[attr-defined]
    assert next(pieces).startswith(b"\xef\xbb\xbfName,")
    return response, pieces


def exports() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "csv-export"]


class TestRecord:
    def test_comes_before_the_last_piece(self, alice: Client, committed_cast: Cast, events: Events) -> None:
        append_many(committed_cast.acme.pk, 1_000, user_agent="x" * 400)
        response, pieces = start(alice, period="today", action="log_in")
        body = [b"\xef\xbb\xbf"]
        recorded_after: list[int] = []
        for piece in pieces:
            recorded_after.append(len(recorded_downloads(events, committed_cast)))
            body.append(piece)
        assert len(recorded_after) > 4
        assert recorded_after == [0] * (len(recorded_after) - 1) + [1]

        [view] = events(committed_cast.acme, reason="downloaded")
        assert (view.action, view.status, view.user_id) == ("view", "success", committed_cast.alice.pk)
        assert view.detail["rows"] == 1_001  # and the sign-in
        assert view.detail["filters"].keys() == {"Period", "Action"}
        assert str(view.request_id) == response["X-Request-ID"]

    def test_that_cannot_be_written_keeps_the_last_piece_back(
        self, alice: Client, committed_cast: Cast, events: Events, caplog: pytest.LogCaptureFixture
    ) -> None:
        def broken(**_: Any) -> None:
            raise OSError("the disk is full")

        response = alice.get(DOWNLOAD)
        signals.report_downloaded.connect(broken, dispatch_uid="broken")
        try:
            with pytest.raises(OSError, match="disk is full"):
                list(response.streaming_content)  # type: ignore[attr-defined]
        finally:
            signals.report_downloaded.disconnect(dispatch_uid="broken")
        assert recorded_downloads(events, committed_cast) == []
        assert "could not be recorded" in caplog.text

    @pytest.mark.parametrize("query", [{"status": "?"}, {"from": "0001-01-01"}, {"q": "x" * 201}])
    def test_is_not_written_of_a_download_that_was_refused(
        self, alice: Client, committed_cast: Cast, events: Events, query: dict[str, str]
    ) -> None:
        assert alice.get(DOWNLOAD, query).status_code == 400
        assert alice.head(DOWNLOAD).status_code == 405
        assert alice.get("/settings/users-permissions/login-activity/download/").status_code == 404
        assert recorded_downloads(events, committed_cast) == []


class TestPieces:
    def test_begin_with_the_header_before_a_row_is_found(self, alice: Client) -> None:
        response = alice.get(DOWNLOAD)
        with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
            cursor.execute(f"LOCK TABLE {LoginEvent._meta.db_table} IN ACCESS EXCLUSIVE MODE")
            assert next(iter(response.streaming_content)).startswith(BOM + b"Name,")  # type: ignore[attr-defined]
        response.close()

    def test_are_whole_rows_however_long(self, alice: Client, committed_cast: Cast) -> None:
        long = {"user_name": "\n" * 100_000}
        append_rows(committed_cast.acme.pk, [*[{"user_name": f"{n} \n"} for n in range(1_000)], long, long, {}])
        _, pieces = start(alice, action="log_in")
        ends, *held = pieces
        assert ends == b"\r\n"
        assert len(held) > 3
        rows = [list(csv.reader(io.StringIO(piece.decode(), newline=""), strict=True)) for piece in held]
        assert {len(row) for some in rows for row in some} == {HEADER.count(",") + 1}
        assert sum(map(len, rows)) == 1_004  # and the sign-in
        assert all(piece.endswith(b"\r\n") for piece in held)


class TestInterrupted:
    @pytest.fixture(autouse=True)
    def many_events(self, committed_cast: Cast) -> None:
        load(committed_cast.acme.pk, 60_000, days=0.2)

    def test_by_the_database_is_an_error_and_recorded_as_cut_short(
        self, alice: Client, committed_cast: Cast, events: Events
    ) -> None:
        _, pieces = start(alice, period="30d")
        next(pieces)  # rows have arrived, and the others wait for their reader
        break_the_copy()
        with pytest.raises(psycopg2.Error):
            list(pieces)
        assert recorded_downloads(events, committed_cast) == [CUT_SHORT]
        [event] = events(committed_cast.acme, reason="cut_short")
        assert 0 < event.detail["rows"] < 60_000
        assert event.detail["filters"].keys() == {"Period"}

    def test_by_the_reader_is_recorded_and_stops_the_copy_at_once(
        self, alice: Client, committed_cast: Cast, events: Events
    ) -> None:
        response, _ = start(alice, period="30d")
        [copying] = exports()
        wait_for(lambda: copies() == 1)
        response.close()
        assert recorded_downloads(events, committed_cast) == [CUT_SHORT]
        copying.join(timeout=60)
        assert not copying.is_alive()
        wait_for(lambda: copies() == 0)

    def test_before_it_began_runs_nothing(self, alice: Client, committed_cast: Cast, events: Events) -> None:
        alice.get(DOWNLOAD).close()
        assert exports() == []
        assert recorded_downloads(events, committed_cast) == []


class TestTurns:
    @pytest.fixture
    def running(self, alice: Client, committed_cast: Cast) -> list[Any]:
        """As many downloads of a tenant as a process sends at a time; none has started."""
        return [alice.get(DOWNLOAD) for _ in range(OF_ONE_TENANT)]

    def test_leave_threads_of_the_web_server_for_pages(self) -> None:
        assert runpy.run_path(str(ROOT / "gunicorn.conf.py"))["threads"] > DOWNLOADS_AT_ONCE

    def test_one_too_many_is_asked_to_retry_later(
        self, alice: Client, running: list[Any], committed_cast: Cast, events: Events
    ) -> None:
        refused = alice.get(DOWNLOAD, {"q": "Pune", "period": "30d"})
        assert (refused.status_code, refused["Retry-After"]) == (429, "10")
        html = unescape(refused.content.decode())
        assert "2 downloads of Acme are in progress" in html
        assert f'href="{PAGE}?period=30d&q=Pune"' in html
        assert alice.get(PAGE).status_code == 200
        assert recorded_downloads(events, committed_cast) == []
        assert sign_in(committed_cast.charlie).get(DOWNLOAD).getvalue()  # another tenant's is none too many
        for response in running:
            response.close()

    def test_of_all_tenants_leave_one_without_a_slot(self, alice: Client) -> None:
        busy = [take_slot(uuid4(), iter(())) for _ in range(DOWNLOADS_AT_ONCE)]  # type: ignore[arg-type]
        refused = alice.get(DOWNLOAD)
        assert (refused.status_code, refused["Retry-After"]) == (503, "10")
        assert "Other downloads are in progress" in refused.content.decode()
        busy.clear()
        gc.collect()
        assert alice.get(DOWNLOAD).getvalue()

    @pytest.mark.parametrize("ending", ["read", "closed", "closed twice", "begun and closed", "lost"])
    def test_end_with_the_download_however_it_ends(self, alice: Client, running: list[Any], ending: str) -> None:
        ended, other = running.pop(), running.pop()
        match ending:
            case "read":
                list(ended.streaming_content)
            case "begun and closed":
                next(iter(ended.streaming_content))
        if "closed" in ending:
            ended.close()
        if ending == "closed twice":
            ended.close()
        del ended
        gc.collect()
        assert alice.get(DOWNLOAD).status_code == 200  # not read, and dropped at once
        gc.collect()
        other.close()


def test_a_long_download_takes_no_more_memory_than_a_short_one(alice: Client, committed_cast: Cast) -> None:
    load(committed_cast.acme.pk, 300_000, days=50)
    _, pieces = start(alice, **{"from": "2020-01-01"})
    tracemalloc.start()
    try:
        size = sum(map(len, pieces))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size > 60 * MIB
    assert peak < 8 * MIB
