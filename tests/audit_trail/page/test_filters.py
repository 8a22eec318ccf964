"""Filters select exactly what they state: compared with the same conditions in Python, event by event."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest
from django.http import QueryDict
from django.test import Client

from audit_trail.models import AuditEvent
from audit_trail.registry import actions, modules
from audit_trail.report import labels
from audit_trail.report.filters import AuditTrailFilterSet
from audit_trail.vocabulary import ActorKind, Code, Status
from tests.audit_trail.records import put
from tests.support.cast import Cast
from tests.support.statements import at_most
from wisely_security.core.request_context import acting_as, current, using
from wisely_security.core.text.folding import fold

from .story import Story, record_story

PAGE = "/settings/security/audit-trail/"


class Acme:
    """A tenant's record, and what filters select of it."""

    def __init__(self, cast: Cast, story: Story) -> None:
        self.cast, self.story = cast, story
        with acting_as(tenant_id=cast.acme.pk):
            self.events = list(AuditEvent.objects.for_tenant(cast.acme.pk).order_by("-id"))

    def selected(self, **query: str) -> list[AuditEvent]:
        with acting_as(tenant_id=self.cast.acme.pk):
            events = AuditEvent.objects.for_tenant(self.cast.acme.pk)
            filters = AuditTrailFilterSet(QueryDict(urlencode(query)), queryset=events)
            assert filters.is_valid(), filters.form.errors
            return list(filters.qs.order_by("-id"))

    def those(self, condition: Callable[[AuditEvent], bool]) -> list[AuditEvent]:
        return [event for event in self.events if condition(event)]


@pytest.fixture
def acme(cast: Cast) -> Acme:
    record_story(cast.globex, cast.charlie, cast.charlie)
    story = record_story(cast.acme, cast.alice, cast.bob)
    put(
        cast.acme.pk,
        [
            {
                "module": "faxes",
                "sub_module": "paper",
                "action": "shredded",
                "resource_name": '100% c:\\temp "q" O\'Neil',
            },
            {"status": "failure", "reason_code": "email_failed", "reason": "550 no such_mailbox", "changes": []},
        ],
    )
    return Acme(cast, story)


def test_no_filter_selects_everything_of_the_tenant_and_nothing_else(acme: Acme) -> None:
    assert acme.selected() == acme.events
    assert len(acme.events) > 20


@pytest.mark.parametrize(
    ("name", "choices"),
    [
        ("module", labels.module_choices),
        ("sub_module", labels.sub_module_choices),
        ("action", labels.action_choices),
        ("status", lambda: Status.choices),
    ],
)
def test_a_choice_by_its_key_or_label_in_any_case(acme: Acme, name: str, choices: Any) -> None:
    seen = 0
    for key, label in choices():
        those = acme.those(lambda event, key=key: getattr(event, name) == key)  # type: ignore[misc]
        seen += bool(those)
        for displayed in (key, key.upper(), label, f" {label.lower()} "):
            assert acme.selected(**{name: displayed}) == those
    assert seen >= 2


def test_actors(acme: Acme) -> None:
    bobs = acme.those(lambda event: event.actor_id == acme.cast.bob.pk)
    assert len(bobs) == 4
    for displayed in (str(acme.cast.bob.pk), acme.cast.bob.pk.hex.upper(), "bob@acme.example", " BOB@acme.example "):
        assert acme.selected(actor=displayed) == bobs
    for displayed in (acme.cast.bob.name, acme.cast.bob.name.upper()):
        assert acme.selected(actor=displayed) == bobs
    systems = acme.those(lambda event: event.actor_kind == "system")
    assert acme.selected(actor="system") == acme.selected(actor=" System ") == systems != []
    for displayed in ("api", "API account", "Database session", str(acme.cast.charlie.pk), "charlie@globex.example"):
        assert acme.selected(actor=displayed) == []


def test_one_record_and_one_request(acme: Acme) -> None:
    group, bulk = acme.story.group.pk, acme.story.bulk
    assert acme.selected(record=str(group)) == acme.those(lambda event: event.resource_id == group)
    assert len(acme.selected(record=str(group))) == 2
    assert acme.selected(request=str(bulk)) == acme.those(lambda event: event.request_id == bulk)
    assert len(acme.selected(request=str(bulk))) == 4


def displayed(event: AuditEvent) -> list[str]:
    """The displayed texts of an event."""
    parts = [event.actor_name, event.actor_email, event.resource_name, event.reason, str(event.ip or "")]
    parts += [event.module_label, event.sub_module_label, event.action_label, event.status_label]
    parts += [Code.say(event.reason_code), "" if event.actor_kind == "person" else ActorKind.say(event.actor_kind)]
    for change in event.changes:
        parts += [str(change.get(name) or "") for name in ("label", "before", "after")]
        parts += [*change.get("added", []), *change.get("removed", [])]
    return parts


WORDS = [
    *("alice", "ALICE@", "bob", "sales", "<b>", "service", "order", "noon", "{{4}}", "STOP", "channels", "whatsapp"),
    *("api key", "failure", "permission", "role does", "reject", "template content", "opt-in", "system", "e-mail"),
    *("100%", "_", "%", "\\", "c:\\temp", '"q"', "'", "o'neil", "such_mailbox", "550", "masked", "before", "field"),
    *(
        "{",
        "[",
        "true",
        "203.0",
        "'; DROP",
        "%s",
        "a%a",
        "nothing-like-this",
        "alice nothing-like-this",
        ".*",
        "(",
        "é",
    ),
]


def test_free_text_is_found_anywhere_in_what_is_shown_and_nowhere_else(acme: Acme) -> None:
    found = 0
    for text in WORDS:
        those = acme.those(
            lambda event, text=text: all(  # type: ignore[misc]
                any(fold(word) in fold(part) for part in displayed(event)) for word in text.split()
            )
        )
        assert acme.selected(q=text) == those, text
        found += bool(those)
    assert 25 < found < len(WORDS) - 5


@pytest.mark.parametrize("network", ["203.0.113.7", "203.0.113.0/24", "203.0.113.9/24"])
def test_an_address_or_a_network_finds_what_came_from_it(acme: Acme, network: str) -> None:
    assert acme.selected(q=network) == acme.those(lambda event: event.ip == "203.0.113.7") != []
    assert acme.selected(q="10.0.0.0/8") == []


def test_filters_hold_together(acme: Acme) -> None:
    assert acme.selected(actor="bob@acme.example", module="templates", action="edit", q="noon") == acme.those(
        lambda event: (event.actor_email, event.module, event.action) == ("bob@acme.example", "templates", "edit")
    )


def test_choices_come_from_the_registry_and_the_tenants_users_who_did_something(alice: Client, cast: Cast) -> None:
    put(cast.acme.pk, [{"module": "faxes", "actor_name": "Nobody we know"}])
    for person in (cast.alice, cast.bob):
        with using(replace(current(), actor=person.as_actor())):
            put(cast.acme.pk, [{}])
    form = alice.get(PAGE).context["form"]
    keys = {name: str(form[name]) for name in ("module", "sub_module", "action", "actor")}
    for action in actions():
        for name, key in zip(("module", "sub_module", "action"), action.name, strict=True):
            assert f'value="{key}"' in keys[name]
    for module in modules():
        assert f'role="group" aria-label="{module.label}">' in keys["sub_module"]
    assert "faxes" not in keys["module"]
    for person in (cast.alice, cast.bob):
        assert f'value="{person.pk}"' in keys["actor"]
    for text in ("charlie", "Nobody we know", "Erin"):
        assert text not in keys["actor"]


class TestChips:
    def chips(self, page: Any) -> dict[str, str]:
        return {chip["label"]: chip["value"] for chip in page.context["chips"]}

    def test_name_the_active_filters(self, alice: Client, acme: Acme) -> None:
        query = {
            "module": "templates",
            "sub_module": "template",
            "action": "edit",
            "actor": str(acme.cast.bob.pk),
            "status": "Success",
            "record": str(acme.story.template.pk),
            "q": "noon",
        }
        page = alice.get(PAGE, query)
        assert self.chips(page) == {
            "Search": "noon",
            "Module": "Templates",
            "Sub-module": "Template",
            "Action": "Edit",
            "Actioned by": "Bob Brown (bob@acme.example)",
            "Status": "Success",
            "Record": "order_shipped (en)",
        }
        html = page.content.decode()
        assert f'<input type="hidden" name="record" value="{query["record"]}"' in html

    def test_name_a_request_by_actor_and_time_and_a_deleted_user_by_name(self, alice: Client, acme: Acme) -> None:
        page = alice.get(PAGE, {"request": str(acme.story.bulk)})
        assert self.chips(page)["Request"].startswith("Alice Adams, ")
        gone = uuid4()
        assert self.chips(alice.get(PAGE, {"actor": str(gone)})) == {"Actioned by": "Somebody else"}

    def test_name_a_record_even_without_matching_events(self, alice: Client, acme: Acme) -> None:
        page = alice.get(PAGE, {"record": str(acme.story.template.pk), "q": "nowhere"})
        assert page.context["events"] == []
        assert self.chips(page)["Record"] == "order_shipped (en)"

    def test_show_nothing_of_another_tenants_record(self, alice: Client, cast: Cast) -> None:
        story = record_story(cast.globex, cast.charlie, cast.charlie)
        for name, key in (("record", story.group.pk), ("request", story.bulk), ("actor", cast.charlie.pk)):
            page = alice.get(PAGE, {name: str(key)})
            assert page.context["events"] == []
            assert not {"Charlie", "Sales", "Region"} & set(page.content.decode().split())


def test_labels_of_chips_take_no_statement(alice: Client, acme: Acme) -> None:
    with at_most(7):
        alice.get(PAGE, {"record": str(acme.story.group.pk), "actor": str(acme.cast.alice.pk), "status": "success"})


def test_labels_missing_from_the_results_are_looked_up_once(alice: Client, acme: Acme) -> None:
    """The record, the request, the person; and deleted users from outside the period."""
    with at_most(20):
        alice.get(PAGE, {"record": str(acme.story.group.pk), "request": str(UUID(int=0)), "actor": str(uuid4())})
