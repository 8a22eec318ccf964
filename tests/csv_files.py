"""Reading a download as a strict program would, and what it should say of an event."""

from __future__ import annotations

import csv
import io
import json
from datetime import tzinfo

from django.utils import timezone

from login_activity.models import LoginEvent

BOM = b"\xef\xbb\xbf"
RUN_AS_FORMULAS = tuple("=+-@\t\r\n＝＋－＠")
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
    return f"'{text}" if text.startswith(RUN_AS_FORMULAS) else text


def row_of(event: LoginEvent, zone: tzinfo) -> list[str]:
    """The event as the page shows it, made harmless where people or machines outside have written the text."""
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
        event.country,
        harmless(event.user_agent),
        event.detail.get("area", ""),
        details(event),
        event.session,
        str(event.request_id or ""),
        str(event.id),
    ]


def details(event: LoginEvent) -> str:
    rest = {key: value for key, value in event.detail.items() if key != "area"}
    return json.dumps(rest, ensure_ascii=False) if rest else ""
