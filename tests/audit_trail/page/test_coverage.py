"""The coverage page: what is recorded, when it was last seen, and what is not recorded."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

from django.test import Client
from django.utils import timezone

from audit_trail.registry import actions, all_exempt, modules
from audit_trail.report import coverage
from tests.audit_trail.records import put, put_at
from tests.support.cast import Cast, sign_in
from tests.support.statements import at_most
from wisely_security.core.request_context import acting_as

from .story import record_story

PAGE = "/settings/security/audit-trail/coverage/"


def rows(html: str) -> dict[tuple[str, str, str], str]:
    """When each action was last seen, by module, sub-module and action."""
    found = {}
    for module, body in re.findall(r'<h2 id="module-(\w+)">(.*?)</section>', html, re.DOTALL):
        for row in re.findall(r"<tr>\s*<td.*?</tr>", body, re.DOTALL):
            cells = [" ".join(unescape(re.sub(r"<[^>]+>", " ", cell)).split()) for cell in row.split("</td>")]
            found[module, cells[0], cells[1]] = cells[4]
    return found


def test_every_module_and_action_with_its_meaning(alice: Client, cast: Cast) -> None:
    record_story(cast.acme, cast.alice, cast.bob)
    html = alice.get(PAGE).content.decode()
    shown = rows(html)
    assert set(shown) == {(each.module.key, each.sub_module_label, each.label) for each in actions()}
    for action in actions():
        assert action.meaning in unescape(html)
    for module in modules():
        assert unescape(html).count(f">{module.label}</a></h2>") == 1
    assert html.count("Support or database") == sum(action.direct for action in actions())
    assert shown["waba_numbers", "Number", "Edit"] == "Not seen"
    assert re.fullmatch(r"\d+ \w{3} \d{4}, \d\d:\d\d", shown["templates", "Template Content", "Approve/Reject"])


def test_what_is_not_recorded_and_why(alice: Client) -> None:
    text = unescape(alice.get(PAGE).content.decode())
    for _, why in all_exempt():
        assert why in text
    for shown in ("Created at", "Key start, Key made at", "API key", "Password"):
        assert shown in text


def test_last_seen_ignores_other_tenants(cast: Cast) -> None:
    record_story(cast.acme, cast.alice, cast.bob)
    shown = rows(sign_in(cast.charlie).get(PAGE).content.decode())
    assert shown["templates", "Template", "Create"] == "Not seen"


def test_last_seen_is_the_newest_within_ninety_days(committed_cast: Cast) -> None:
    acme, now = committed_cast.acme.pk, timezone.now()
    added, edited = (("business_group", "group", action) for action in ("add", "edit"))
    for name, days in ((edited, 3), (edited, 2), (edited, 80), (added, 91)):
        put_at(acme, now - timedelta(days=days), **dict(zip(("module", "sub_module", "action"), name, strict=True)))
    with acting_as(tenant_id=acme), at_most(2):
        seen = coverage.last_seen(acme).at
    assert abs(now - timedelta(days=2) - seen[edited]) < timedelta(seconds=1)
    assert added not in seen


def test_the_page_takes_as_many_statements_with_many_events_as_with_none(alice: Client, cast: Cast) -> None:
    put(cast.acme.pk, [{}] * 200)
    with at_most(6):
        assert alice.get(PAGE).status_code == 200


def test_the_audit_trail_links_to_it(alice: Client) -> None:
    assert f'href="{PAGE}"' in alice.get(PAGE.removesuffix("coverage/")).content.decode()
