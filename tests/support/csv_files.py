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

BOM = b"\xef\xbb\xbf"
SIGNS = "=+-@＝＋－＠"
SEPARATORS = ',;|:\t"\n\v\f\r\x85\u2028\u2029→'
NOT_SHOWN = "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2065\u2800\u3164\uffa0\ufffc" + "".join(
    map(chr, [*range(0xFE00, 0xFE10), *range(0xE0000, 0xE1000)])
)
HEADER = (
    "Name,Date & Time,IP Address,Device Type,Geo Location,Status,Action,Reason,E-mail,User Known,Done By,Browser,"
    "System,Country Code,User Agent,Area,Details,Session,Request ID,Event ID"
)


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
    """The text again, as docs/downloads.md says."""
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
    return [
        harmless(event.user_name),
        timezone.localtime(event.occurred_at, zone).isoformat(timespec="milliseconds"),
        event.ip or "",
        harmless(event.device),
        harmless(event.place),
        event.status_label,
        event.action_label,
        event.reason_label,
        harmless(event.user_email),
        "No" if event.is_unknown else "Yes",
        harmless(event.acted_by),
        harmless(event.browser),
        harmless(event.system),
        harmless(event.country),
        harmless(event.user_agent),
        harmless(event.detail.get("area", "")),
        harmless(details(event)),
        event.session and f"s{event.session}",
        str(event.request_id or ""),
        str(event.id),
    ]


def details(event: LoginEvent) -> str:
    rest = {key: value for key, value in event.detail.items() if key != "area"}
    return json.dumps(rest, ensure_ascii=False) if rest else ""
