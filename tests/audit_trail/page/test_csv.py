"""The download: rows and labels of the page, changes as one readable column, formulas made harmless."""

from __future__ import annotations

import csv
import io
import json
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from audit_trail.models import AuditEvent
from audit_trail.report.changes_sql import CHANGES
from audit_trail.vocabulary import ActorKind
from tests.audit_trail.records import put
from tests.support.cast import Cast, sign_in
from tests.support.downloads.csv_files import BOM, harmless
from wisely_security.core.request_context import acting_as

from .story import record_story

PAGE = "/settings/security/audit-trail/"
HEADER = (
    "Actioned By,Module,Sub-module,Action,Date & Time,Resource Reference,Status,Reason,Reason Code,Changes,Actor Kind,"
    "Actor E-mail,Actor ID,IP Address,Resource Type,Resource ID,Session,Request ID,Event ID"
)


def read(body: bytes) -> list[list[str]]:
    assert body.startswith(BOM + HEADER.encode() + b"\r\n")
    return list(csv.reader(io.StringIO(body[len(BOM) :].decode(), newline=""), strict=True))[1:]


def events_of(tenant_id: UUID) -> list[AuditEvent]:
    with acting_as(tenant_id=tenant_id):
        return list(AuditEvent.objects.for_tenant(tenant_id).order_by("-id"))


def as_text(change: dict[str, Any]) -> str:
    """One change as in the CSV, implemented a second time on purpose."""

    def or_dash(value: str | None) -> str:
        return value or "–"

    match change:
        case {"masked": True}:
            text = "changed"
        case {"before": before, "after": after}:
            text = f"{or_dash(before)} → {or_dash(after)}"
        case {"after": after}:
            text = or_dash(after)
        case {"before": before}:
            text = f"was {or_dash(before)}"
        case _:
            lists = (("added", change["added"]), ("removed", change["removed"]))
            text = ", ".join(f"{word} {', '.join(names)}" for word, names in lists if names)
    return f"{change['label']}: {text}"


def row_of(event: AuditEvent) -> list[str]:
    return [
        harmless(event.actor_name),
        event.module_label,
        event.sub_module_label,
        event.action_label,
        event.occurred_at.astimezone(ZoneInfo("Asia/Kolkata")).isoformat(timespec="milliseconds"),
        harmless(event.resource_name),
        event.status_label,
        harmless(event.reason),
        event.reason_code,
        harmless("; ".join(map(as_text, event.changes))),
        ActorKind.say(event.actor_kind),
        harmless(event.actor_email),
        str(event.actor_id or ""),
        event.ip or "",
        harmless(event.resource_type),
        str(event.resource_id or ""),
        event.session and f"s{event.session}",
        str(event.request_id or ""),
        str(event.id),
    ]


def test_every_event_has_the_labels_of_the_page(committed_cast: Cast) -> None:
    cast = committed_cast
    record_story(cast.acme, cast.alice, cast.bob)
    record_story(cast.globex, cast.charlie, cast.charlie)
    put(
        cast.acme.pk,
        [
            {
                "resource_name": "=HYPERLINK(1)",
                "changes": [{"field": "x", "label": "=cmd", "before": "+1", "after": None}],
            },
            {"module": "faxes", "sub_module": "paper", "action": "shredded", "changes": []},
            {"status": "failure", "reason_code": "error", "reason": '@a "quoted", one\r\nand a line', "changes": []},
        ],
    )
    alice = sign_in(cast.alice)
    rows = read(alice.get(f"{PAGE}download/").getvalue())
    events = events_of(cast.acme.pk)
    assert len(rows) > 20
    assert rows == [row_of(event) for event in events]
    assert {row[6] for row in rows} == {"Success", "Failure"}
    failures = read(alice.get(f"{PAGE}download/?status=failure&actor={cast.bob.pk}").getvalue())
    assert [row[7] for row in failures] == ["The role doesn’t allow this."]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ([], ""),
        ([{"field": "name", "label": "Name", "before": "Sale", "after": "Sales"}], "Name: Sale → Sales"),
        ([{"field": "name", "label": "Name", "before": None, "after": "Sales"}], "Name: – → Sales"),
        ([{"field": "name", "label": "Name", "after": "Sales"}], "Name: Sales"),
        ([{"field": "name", "label": "Name", "before": "Sales"}], "Name: was Sales"),
        ([{"field": "key", "label": "API key", "masked": True}], "API key: changed"),
        (
            [{"field": "user", "label": "Users", "added": ["Ann", "Zoë"], "removed": ["Bob"]}],
            "Users: added Ann, Zoë, removed Bob",
        ),
        ([{"field": "user", "label": "Users", "added": [], "removed": ["Bob"]}], "Users: removed Bob"),
        (
            [{"field": "a", "label": "A", "before": "1", "after": "2"}, {"field": "b", "label": "B", "masked": True}],
            "A: 1 → 2; B: changed",
        ),
    ],
)
@pytest.mark.django_db
def test_changes_as_text(changes: list[dict[str, Any]], text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {CHANGES} FROM (SELECT %s::jsonb AS changes) AS event", [json.dumps(changes)])
        assert cursor.fetchone() == (text,)
    assert "; ".join(map(as_text, changes)) == text


def test_the_download_is_recorded_with_filters_and_rows(committed_cast: Cast, events) -> None:
    acme = committed_cast.acme
    put(acme.pk, [{}] * 3)
    response = sign_in(committed_cast.alice).get(f"{PAGE}download/", {"module": "business_group"})
    assert response.headers["Content-Disposition"].startswith('attachment; filename="acme-audit-trail-')
    assert len(read(response.getvalue())) == 3
    [view] = events(acme, reason="downloaded")
    assert (view.detail["area"], view.detail["rows"]) == ("Audit Trail", 3)
    assert view.detail["filters"]["Module"] == "Business Group"
