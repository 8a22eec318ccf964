"""Reading a download with a strict parser, and the expected values of an event."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Iterator
from datetime import tzinfo

from django.utils import timezone

from login_activity.models import LoginEvent
from login_activity.report.tables import LoginActivityTable
from wisely_security.reports.table.columns import header

BOM = b"\xef\xbb\xbf"
SIGNS = "=+-@＝＋－＠"
SEPARATORS = ',;|:\t"\n\v\f\r\x85\u2028\u2029→'
NOT_SHOWN = "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2065\u2800\u3164\uffa0\ufffc" + "".join(
    map(chr, [*range(0xFE00, 0xFE10), *range(0xE0000, 0xE1000)])
)
HEADER = ",".join(header(LoginActivityTable))
EVENT_ID = HEADER.split(",").index("Event ID")


def read_csv(body: bytes) -> list[list[str]]:
    """The rows of an RFC 4180 file with a byte order mark, without its header."""
    assert body.startswith(BOM + HEADER.encode() + b"\r\n")
    assert body.endswith(b"\r\n")
    rows = list(csv.reader(io.StringIO(body[len(BOM) :].decode(), newline=""), strict=True))
    assert {len(row) for row in rows} == {HEADER.count(",") + 1}
    return rows[1:]


def harmless(text: str) -> str:
    """With an apostrophe before each sign that a piece begins with: written a second time, on purpose."""
    return "".join(f"'{char}" if begins else char for char, begins in _signs(text))


def original(text: str) -> str:
    """The text again, as docs/using/downloads.md says."""
    expected = ""
    for char, begins in _signs(text):
        expected = (expected[:-1] if begins else expected) + char
    return expected


def _signs(text: str) -> Iterator[tuple[str, bool]]:
    """Each character, and whether it is a sign that a piece begins with."""
    begins = True
    for char in text:
        yield char, begins and char in SIGNS
        begins = char in SEPARATORS or (begins and is_trimmed(char))


def is_trimmed(char: str) -> bool:
    """What spreadsheets drop before a formula, or do not show."""
    return char == "'" or unicodedata.category(char) in {"Cc", "Cf", "Zs", "Zl", "Zp"} or char in NOT_SHOWN


def row_of(event: LoginEvent, zone: tzinfo) -> list[str]:
    """The event as the page shows it, made harmless."""
    expected = {
        "Name": harmless(event.user_name),
        "Date & Time": timezone.localtime(event.occurred_at, zone).isoformat(timespec="milliseconds"),
        "IP Address": event.ip or "",
        "Device Type": harmless(event.device),
        "Geo Location": harmless(event.place),
        "Status": event.status_label,
        "Action": event.action_label,
        "Reason": event.reason_label,
        "E-mail": harmless(event.user_email),
        "User Known": "No" if event.is_unknown else "Yes",
        "Done By": harmless(event.acted_by),
        "Browser": harmless(event.browser),
        "System": harmless(event.system),
        "Country Code": harmless(event.country),
        "User Agent": harmless(event.user_agent),
        "Area": harmless(event.detail.get("area", "")),
        "Details": harmless(details(event)),
        "Session": event.session and f"s{event.session}",
        "Request ID": str(event.request_id or ""),
        "Event ID": str(event.id),
    }
    later = {
        column.label: harmless(getattr(event, column.cell.field))
        for column in LoginActivityTable.columns_of()
        if column.label not in expected
    }
    return [(expected | later)[heading] for heading in HEADER.split(",")]


def details(event: LoginEvent) -> str:
    rest = {key: value for key, value in event.detail.items() if key != "area"}
    return json.dumps(rest, ensure_ascii=False) if rest else ""
