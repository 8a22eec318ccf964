"""The Excel file: the page's rows with real dates; texts stay texts."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from login_activity.models import LoginEvent
from tests.support.cast import Cast, sign_in
from tests.support.downloads.copies import CUT_SHORT, WHOLE, recorded_downloads
from tests.support.downloads.csv_files import EVENT_ID, HEADER, read_csv
from tests.support.records import append_many, append_rows, in_utc, put_at
from tests.support.statements import at_most
from wisely_security.core.request_context import acting_as
from wisely_security.reports.chart import chart_views
from wisely_security.reports.download import downloads, xlsx_export

PAGE = "/settings/identity-access/login-activity/"
DOWNLOAD = f"{PAGE}download/"
AUDIT_TRAIL = "/settings/security/audit-trail/"
KOLKATA = ZoneInfo("Asia/Kolkata")
HOSTILE = [
    *("=1+1", "; =1+1", "@SUM(1)", "\t-1", "＝1", "http://x.example", "mailto:a@b.example", "1e5", "00123", "TRUE"),
    *("3/4", "<r>bold & not</r>", "<r><t>x</t></r>", "a\x1fb", "line\r\nend", "_x0041_", "\ufffe\uffff"),
    *("  x  ", "א\u202e😀"),
]
Events = Callable[..., list[LoginEvent]]


@pytest.fixture
def alice(committed_cast: Cast) -> Client:
    return sign_in(committed_cast.alice)


def sheet_of(client: Client, address: str = DOWNLOAD, **query: str) -> Any:
    response = client.get(address, {**query, "format": "xlsx"})
    assert response.status_code == 200, response.content
    return load_workbook(io.BytesIO(response.getvalue())).active


def cells(sheet: Any) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]


def unescaped(text: str) -> str:
    """Decode characters that XML excludes, as Excel writes them; openpyxl does not."""
    return re.sub("_x([0-9A-F]{4})_", lambda match: chr(int(match[1], 16)), text)


def test_the_rows_are_those_of_the_page_and_the_texts_those_of_the_csv(
    alice: Client, committed_cast: Cast, events: Events
) -> None:
    append_many(committed_cast.acme.pk, 60, place="Zürich, Switzerland")
    append_many(committed_cast.acme.pk, 5, status="failure", reason="wrong_password")
    append_many(committed_cast.globex.pk, 3)
    query = {"status": "success", "action": "log_in", "period": "today"}
    shown = events(committed_cast.acme, status="success", action="log_in")[::-1]
    plain = read_csv(alice.get(DOWNLOAD, query).getvalue())
    sheet = sheet_of(alice, **query)
    assert [cell.value for cell in sheet[1]] == HEADER.split(",")
    assert [row[EVENT_ID] for row in cells(sheet)] == [str(event.pk) for event in shown]
    for row, line, event in zip(cells(sheet), plain, shown, strict=True):
        local = event.occurred_at.astimezone(KOLKATA)
        assert abs(row[1] - local.replace(tzinfo=None)) < timedelta(milliseconds=1)
        assert [value or "" for value in [row[0], *row[2:]]] == [line[0], *line[2:]]
    assert recorded_downloads(events, committed_cast) == [WHOLE] * 2
    assert [event.detail["format"] for event in events(committed_cast.acme, reason="downloaded")] == ["csv", "xlsx"]
    assert [event.detail["rows"] for event in events(committed_cast.acme, reason="downloaded")] == [61, 61]


def test_the_audit_trail_has_the_columns_of_its_csv(alice: Client) -> None:
    header, *rows = alice.get(f"{AUDIT_TRAIL}download/").getvalue().decode("utf-8-sig").split("\r\n")
    sheet = sheet_of(alice, f"{AUDIT_TRAIL}download/")
    assert [cell.value for cell in sheet[1]] == header.split(",")
    assert sheet.max_row == len(rows)


def test_times_are_dates_in_the_readers_zone_whose_format_shows_the_offset(committed_cast: Cast) -> None:
    acme = committed_cast.acme.pk
    with acting_as(tenant_id=acme):
        committed_cast.alice.time_zone = "America/New_York"
        committed_cast.alice.save()
    for moment in (in_utc(2026, 11, 1, 5, 59, 59), in_utc(2026, 11, 1, 6)):  # the hour that comes twice
        put_at(acme, moment + timedelta(milliseconds=123))
    sheet = sheet_of(sign_in(committed_cast.alice), **{"from": "2026-11-01", "to": "2026-11-01"})
    later, earlier = sheet["B2"], sheet["B3"]
    times = [cell.value.isoformat(timespec="milliseconds") for cell in (later, earlier)]
    assert times == ["2026-11-01T01:00:00.123", "2026-11-01T01:59:59.123"]
    assert later.is_date
    assert (later.number_format, earlier.number_format) == (
        'yyyy-mm-dd hh:mm:ss.000" -05:00"',
        'yyyy-mm-dd hh:mm:ss.000" -04:00"',
    )


def test_text_cells_stay_text(alice: Client, committed_cast: Cast) -> None:
    texts = [*HOSTILE, "x" * 40_000, "😀" * 20_000]
    rows = [{"user_name": text, "user_agent": text[:400], "place": text} for text in texts]
    append_rows(committed_cast.acme.pk, rows)
    response = alice.get(DOWNLOAD, {"format": "xlsx"})
    body = io.BytesIO(response.getvalue())
    sheet = load_workbook(body).active
    assert {cell.data_type for row in sheet.iter_rows(min_row=2) for cell in row} <= {"s", "inlineStr", "d", "n"}
    assert all(cell.data_type != "n" or cell.value is None for row in sheet.iter_rows(min_row=2) for cell in row)
    assert not sheet._hyperlinks
    names = [unescaped(row[0]) for row in cells(sheet)[-2::-1]]
    assert names[: len(HOSTILE)] == HOSTILE
    for name, size in zip(names[-2:], ("40,000", "20,000"), strict=True):
        assert name.endswith(f"… (cut: {size} characters in total; the CSV has them all)")
        assert 32_700 < len(name.encode("utf-16-le")) / 2 <= 32_767
    with ZipFile(body) as file:
        for part in file.namelist():
            assert b"<f>" not in file.read(part)
            ElementTree.fromstring(file.read(part))


def test_the_header_stays_and_each_column_has_a_filter(alice: Client, committed_cast: Cast) -> None:
    sheet = sheet_of(alice, action="log_in")
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == f"A1:{get_column_letter(HEADER.count(',') + 1)}2"
    assert sheet.column_dimensions["B"].width > len("2026-11-01 01:59:59.123 -04:00")
    assert sheet.title == "Login Activity"
    empty = sheet_of(alice, q="no such thing")
    assert empty.max_row == 1


def test_it_says_what_it_is(alice: Client) -> None:
    response = alice.get(DOWNLOAD, {"from": "2026-11-01", "to": "2026-11-30", "format": "xlsx"})
    assert response["Content-Type"] == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert response["Content-Disposition"].endswith('-2026-11-01-to-2026-11-30.xlsx"')
    assert response["Cache-Control"] == "no-store"
    response.close()


def test_the_page_offers_it_and_says_how_many_events_it_takes(alice: Client) -> None:
    html = unescape(alice.get(PAGE, {"action": "log_in"}).content.decode())
    assert f'href="{DOWNLOAD}?action=log_in&format=xlsx"' in html
    assert "Up to 1,048,575 events" in html


class TestTooMany:
    @pytest.fixture(autouse=True)
    def a_small_sheet(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A million events would take minutes."""
        monkeypatch.setattr(downloads, "MOST_ROWS", 10)

    @pytest.mark.parametrize("query", [{}, {"q": "person"}, {"user": "somebody@acme.example"}, {"action": "log_in"}])
    def test_are_refused_before_a_row_is_read(
        self, alice: Client, committed_cast: Cast, events: Events, query: dict[str, str]
    ) -> None:
        append_many(committed_cast.acme.pk, 11)
        refused = alice.get(DOWNLOAD, {**query, "format": "xlsx"})
        assert refused.status_code == 400
        assert "Choose a shorter period or more filters, or download the CSV." in refused.content.decode()
        assert recorded_downloads(events, committed_cast) == []

    def test_are_shown_beside_the_choice_once_counted(
        self, alice: Client, committed_cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(chart_views, "MOST_ROWS", 10)
        append_many(committed_cast.acme.pk, 11)
        chart = alice.get(f"{PAGE}chart/", {"period": "today"}, headers={"hx-request": "true"}).content.decode()
        assert "are too many for an Excel sheet, which holds 10." in chart
        assert "Too many for an Excel sheet" in alice.get(f"{PAGE}chart/", {"period": "today"}).content.decode()

    def test_are_not_one_less(self, alice: Client, committed_cast: Cast) -> None:
        append_many(committed_cast.acme.pk, 10)
        assert sheet_of(alice, user="somebody@acme.example").max_row == 11

    def test_that_arrive_after_the_count_end_it_without_a_file(
        self, alice: Client, committed_cast: Cast, events: Events, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(xlsx_export, "MOST_ROWS", 10)
        append_many(committed_cast.acme.pk, 10)
        response = alice.get(DOWNLOAD, {"user": "somebody@acme.example", "format": "xlsx"})
        append_many(committed_cast.acme.pk, 1)
        with pytest.raises(xlsx_export.TooManyRowsError):
            response.getvalue()
        assert recorded_downloads(events, committed_cast) == [CUT_SHORT]


def test_one_that_its_reader_aborts_is_recorded_as_cut_short(
    alice: Client, committed_cast: Cast, events: Events
) -> None:
    append_many(committed_cast.acme.pk, 5_000)
    response = alice.get(DOWNLOAD, {"format": "xlsx"})
    assert next(iter(response.streaming_content)).startswith(b"PK")  # type: ignore[attr-defined]
    response.close()
    assert recorded_downloads(events, committed_cast) == [CUT_SHORT]


def test_statements_do_not_grow_with_the_rows(alice: Client, committed_cast: Cast) -> None:
    append_many(committed_cast.acme.pk, 1_500)
    with at_most(14):
        sheet_of(alice)
