"""One event: the changes as text; actor, origin, time; and its links."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from audit_trail.models import AuditEvent
from audit_trail.report import diffs
from tests.audit_trail.records import put, put_at
from tests.support.cast import Cast, sign_in
from tests.support.statements import at_most
from wisely_security.core.request_context import acting_as
from wisely_security.ledger.models import first_id
from wisely_security.tenancy.models import Tenant
from wisely_security.workspace.modules.business_groups import BusinessGroup

from .story import a_request, record_story

PAGE = "/settings/security/audit-trail/"


def event_of(tenant: Tenant, **conditions: Any) -> AuditEvent:
    with acting_as(tenant_id=tenant.pk):
        return AuditEvent.objects.for_tenant(tenant.pk).filter(**conditions).latest("id")


def text_of(html: str) -> str:
    main = html.split('<div class="event-details">')[1].split("</main>")[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def opened(client: Client, event: AuditEvent) -> str:
    response = client.get(f"{PAGE}{event.pk}/")
    assert response.status_code == 200
    return response.content.decode()


class TestWhatChanged:
    @pytest.fixture(autouse=True)
    def story(self, cast: Cast) -> None:
        self.acme = cast.acme
        self.recorded = record_story(cast.acme, cast.alice, cast.bob)

    def test_before_and_after_and_who_came_and_went(self, alice: Client) -> None:
        text = text_of(opened(alice, event_of(self.acme, resource_id=self.recorded.group.pk)))
        assert "What changed Field Before After Name Sales Sales & <b>Service</b> Description –" in text
        assert "Users added Alice Adams removed Bob Brown" in text

    def test_a_secret_is_shown_as_changed(self, alice: Client) -> None:
        html = opened(alice, event_of(self.acme, resource_id=self.recorded.account.pk, action="edit"))
        assert "Channels added WhatsApp API key changed, not shown" in text_of(html)
        assert "1" * 64 not in html

    def test_a_long_text_is_folded_and_shown_line_by_line(self, alice: Client) -> None:
        html = opened(alice, event_of(self.acme, resource_id=self.recorded.template.pk, action="edit"))
        assert "<summary>Long text: 2 lines added, 1 line removed</summary>" in html
        lines = re.findall(r'<p class="line-(added|removed)"><span.*?</span>(.*?)</p>', html)
        assert lines == [
            ("removed", "It comes on {{3}}."),
            ("added", "It comes on {{3}} before noon."),
            ("added", "Track it: {{4}}"),
        ]
        assert "<details>" in html
        assert "<script" not in html.split('<div class="event-details">')[1].split("</main>")[0]

    def test_created_and_deleted_records_show_one_side(self, alice: Client) -> None:
        made = text_of(opened(alice, event_of(self.acme, module="roles", action="add", resource_name="Auditor")))
        assert made.startswith("Initial values Field Value Name Auditor Permissions Audit Trail: View")
        gone = text_of(opened(alice, event_of(self.acme, module="roles", action="delete")))
        assert gone.startswith("Values when deleted Field Value Name Auditor")

    def test_a_failure_shows_its_reason_and_code(self, alice: Client) -> None:
        text = text_of(opened(alice, event_of(self.acme, reason_code="not_allowed")))
        assert "Reason Approve the content of the template first." in text
        assert "Reason Code Not allowed (not_allowed)" in text
        assert "What changed" not in text

    def test_the_actor_the_origin_and_the_exact_time_are_shown(self, alice: Client) -> None:
        event = event_of(self.acme, actor_email="bob@acme.example")
        text = text_of(opened(alice, event))
        for shown in ("Actioned By Bob Brown", "Actor Kind Person", "Actor E-mail bob@acme.example", "203.0.113.7"):
            assert shown in text
        assert f"Request ID {event.request_id}" in text
        with timezone.override("Asia/Kolkata"):
            assert timezone.localtime(event.occurred_at).isoformat(timespec="milliseconds") in text


class TestDiffs:
    LINES = "\n".join(f"Line {number}" for number in range(40))

    def change(self, before: str, after: str) -> diffs.Change:
        [change] = diffs.read([{"field": "body", "label": "Body", "before": before, "after": after}])
        return change

    def test_lines_far_from_a_change_are_skipped(self) -> None:
        change = self.change(self.LINES, self.LINES.replace("Line 20\n", "Line twenty\n"))
        assert change.summary == "Long text: 1 line added, 1 line removed"
        assert [(line.kind, line.text) for line in change.lines] == [
            ("skipped", "18 unchanged lines"),
            ("same", "Line 18"),
            ("same", "Line 19"),
            ("removed", "Line 20"),
            ("added", "Line twenty"),
            ("same", "Line 21"),
            ("same", "Line 22"),
            ("skipped", "17 unchanged lines"),
        ]

    def test_of_very_many_lines_all_are_shown(self) -> None:
        before, after = ("\n".join(f"{word} {number}" for number in range(2_500)) for word in ("was", "is"))
        change = self.change(before, after + "\n" + before)
        assert [line.kind for line in change.lines] == ["removed"] * 2_500 + ["added"] * 5_000

    def test_no_line_is_lost(self) -> None:
        for before, after in ((self.LINES, ""), ("", self.LINES), (self.LINES, self.LINES[::-1]), ("a" * 500, "b\nc")):
            change = self.change(before, after)
            skipped = sum(int(line.text.split()[0]) for line in change.lines if line.kind == "skipped")
            same = sum(line.kind == "same" for line in change.lines) + skipped
            assert same + sum(line.kind == "removed" for line in change.lines) == len(before.splitlines())
            assert same + sum(line.kind == "added" for line in change.lines) == len(after.splitlines())

    def test_differences_in_line_endings_only(self) -> None:
        assert self.change("a\nb", "a\r\nb").summary == "Long text: only line endings changed"

    def test_a_short_text_is_not_folded(self) -> None:
        change = self.change("a", "b" * diffs.LONG)
        assert (change.lines, change.summary) == ([], "")

    def test_an_edit_is_headed_by_its_fields(self) -> None:
        fields = [{"field": name, "label": name, "before": "1", "after": "2"} for name in "ABCDE"]
        assert diffs.headline(fields[:2]) == "A, B"
        assert diffs.headline(fields) == "A, B, C and 2 more"
        assert diffs.headline(fields[:1]) == "A: 1 → 2"
        assert diffs.headline([fields[0] | {"before": ""}]) == "A: – → 2"
        assert diffs.headline([fields[0] | {"after": "long " * 20}]) == "A"
        assert diffs.headline([{"field": "A", "label": "A", "masked": True}]) == "A"
        assert diffs.headline([{"field": "A", "label": "A", "after": "1"}]) == ""
        assert diffs.headline([]) == ""


class TestOnward:
    def links(self, html: str) -> dict[str, str]:
        return {
            words: unescape(url) for url, words in re.findall(r'<a class="button" href="([^"]+)"[^>]*>(.*?)</a>', html)
        }

    def test_each_shows_everything(self, alice: Client, cast: Cast) -> None:
        story = record_story(cast.acme, cast.alice, cast.bob)
        links = self.links(opened(alice, event_of(cast.acme, resource_id=story.account.pk, action="edit")))
        everything = {
            words.removeprefix("Everything "): [event.event.pk for event in alice.get(url).context["events"]]
            for words, url in links.items()
            if words.startswith("Everything")
        }
        with acting_as(tenant_id=cast.acme.pk):
            record = AuditEvent.objects.for_tenant(cast.acme.pk).order_by("-id")
            by_bob = list(record.filter(actor_id=cast.bob.pk).values_list("pk", flat=True))
            about = list(record.filter(resource_id=story.account.pk).values_list("pk", flat=True))
            request = event_of(cast.acme, resource_id=story.account.pk, action="edit").request_id
            together = list(record.filter(request_id=request).values_list("pk", flat=True))
        assert everything == {"about this record": about, "by this person": by_bob, "in this request": together}
        assert len(about) == 3
        assert "Open the record" in links

    def test_a_link_about_a_record_covers_the_time_since_its_creation(self, committed_cast: Cast) -> None:
        acme = committed_cast.acme
        made = first_id(datetime(2026, 9, 3, 20, tzinfo=UTC))  # in Kolkata it is the 4th
        made = UUID(int=made.int | 7 << 76 | 2 << 62)
        oldest = put_at(acme.pk, datetime(2026, 9, 3, 20, 0, 1, tzinfo=UTC), resource_id=made)
        newest = put_at(acme.pk, datetime(2026, 11, 2, 9, tzinfo=UTC), resource_id=made)
        with time_machine.travel(datetime(2026, 11, 20, 12, tzinfo=UTC)):
            alice = sign_in(committed_cast.alice)
            links = self.links(opened(alice, AuditEvent(pk=newest)))
            query = parse_qs(urlsplit(links["Everything about this record"]).query)
            assert query == {"record": [str(made)], "period": ["custom"], "from": ["2026-09-04"]}
            page = alice.get(links["Everything about this record"])
            assert [event.event.pk for event in page.context["events"]] == [newest, oldest]

    def test_a_key_without_a_time_covers_the_time_since_the_event(self, alice: Client, cast: Cast) -> None:
        put(cast.acme.pk, [{"resource_id": uuid4(), "resource_name": "From elsewhere"}])
        links = self.links(opened(alice, event_of(cast.acme, resource_name="From elsewhere")))
        since = date.fromisoformat(parse_qs(urlsplit(links["Everything about this record"]).query)["from"][0])
        assert abs(since - timezone.now().date()) <= timedelta(days=1)
        assert "Everything by: System" in links
        assert "Open the record" not in links

    def test_a_deleted_record_has_no_link(self, alice: Client, cast: Cast) -> None:
        story = record_story(cast.acme, cast.alice, cast.bob)
        with a_request(cast.acme, cast.alice):
            BusinessGroup.objects.filter(name="Region West").delete()
        gone = event_of(cast.acme, resource_name="Region West")
        assert "Open the record" not in self.links(opened(alice, gone))
        assert "Open the record" in self.links(opened(alice, event_of(cast.acme, resource_id=story.template.pk)))


def test_another_tenants_event_is_not_found(alice: Client, cast: Cast) -> None:
    story = record_story(cast.globex, cast.charlie, cast.charlie)
    event = event_of(cast.globex, resource_id=story.group.pk)
    assert alice.get(f"{PAGE}{event.pk}/").status_code == 404


def test_the_page_takes_few_statements(alice: Client, cast: Cast) -> None:
    story = record_story(cast.acme, cast.alice, cast.bob)
    event = event_of(cast.acme, resource_id=story.group.pk)
    with at_most(6):  # one of them for the session's sign-in, which is not in the record
        opened(alice, event)
