"""Notes on events: who writes them, who reads them, what is recorded."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from login_activity.models import LoginEvent
from tests.support.cast import Cast, add_member, person, sign_in
from tests.workspace.audit_assertions import AuditTrail
from wisely_security.core.request_context import acting_as
from wisely_security.ledger.archive.signals import events_left
from wisely_security.notes.models import LONGEST_TEXT, Note

pytestmark = pytest.mark.django_db

RECORD = "/settings/identity-access/login-activity/"
NOTES = "/settings/security/notes/"


def newest(client: Client) -> Any:
    return client.get(RECORD).context["events"][0]


def add(client: Client, event: Any, text: str, **more: str) -> Any:
    return client.post(f"{NOTES}login-activity/{event.event.pk}/add/", {"text": text, **more})


def notes(cast: Cast) -> list[Note]:
    with acting_as(tenant_id=cast.acme.pk):
        return list(Note.objects.all())


def page(client: Client, url: str) -> str:
    return " ".join(client.get(url).content.decode().split())


def statements(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_a_note_is_written_changed_and_deleted_and_the_event_stays_as_it_is(cast: Cast) -> None:
    alice = sign_in(cast.alice)
    event = newest(alice)
    with acting_as(tenant_id=cast.acme.pk):
        before = LoginEvent.objects.filter(pk=event.event.pk).values().get()
    audit_trail = AuditTrail(cast.acme)
    answer = add(alice, event, "Called her:\r\nshe was travelling.", next=f"{RECORD}?period=7d")
    assert (answer.status_code, answer["Location"]) == (302, f"{RECORD}?period=7d")
    [note] = notes(cast)
    assert "Called her:<br>she was travelling." in page(alice, event.url)

    alice.post(f"{NOTES}{note.pk}/edit/", {"text": "Called her: all is well."})
    shown = page(alice, event.url)
    assert "Called her: all is well." in shown
    assert "Earlier text" in shown
    assert "she was travelling." in shown
    assert alice.get(f"{NOTES}{note.pk}/")["Location"] == f"{event.url}#notes-{event.event.pk}"
    assert "Called her: all is well." in page(alice, f"{NOTES}{note.pk}/delete/")
    alice.post(f"{NOTES}{note.pk}/delete/")
    assert notes(cast) == []
    done = audit_trail.new()
    assert [(each.action_label, each.status, each.actor_name) for each in done] == [
        (label, "success", "Alice Adams") for label in ("Add", "Edit", "Delete")
    ]
    assert {each.resource_name for each in done} == {note.about}
    assert not any("travelling" in str(each.changes) or "well" in str(each.changes) for each in done)
    with acting_as(tenant_id=cast.acme.pk):
        assert LoginEvent.objects.filter(pk=event.event.pk).values().get() == before


def test_the_row_says_that_there_are_notes(cast: Cast) -> None:
    alice = sign_in(cast.alice)
    event = newest(alice)
    assert "mark-note" not in page(alice, RECORD)
    without = statements(alice, RECORD)
    add(alice, event, "One")
    assert 'title="1 note"' in page(alice, RECORD)
    assert statements(alice, RECORD) == without  # they come with the page's numbers
    add(alice, event, "Two")
    assert 'title="2 notes"' in page(alice, RECORD)
    assert newest(sign_in(cast.charlie)).notes is None


@pytest.mark.parametrize("text", ["", "   ", "x" * (LONGEST_TEXT + 1), "turned \u202e around", "a\x00b"])
def test_what_is_no_note_is_refused_and_stays_typed(cast: Cast, text: str) -> None:
    alice = sign_in(cast.alice)
    audit_trail = AuditTrail(cast.acme)
    answer = add(alice, newest(alice), text)
    assert answer.status_code == 400
    assert 'class="errorlist"' in answer.content.decode()
    assert notes(cast) == []
    [failure] = audit_trail.new()
    assert (failure.action_label, failure.status, failure.reason_code) == ("Add", "failure", "invalid_input")


def test_only_its_author_changes_a_note_and_only_who_may_write_writes(cast: Cast) -> None:
    alice = sign_in(cast.alice)
    event = newest(alice)
    add(alice, event, "Mine")
    [note] = notes(cast)
    ann = sign_in(add_member(cast.acme, "admin", person("Ann Archer", "ann@acme.example")))
    bob = sign_in(cast.bob)
    audit_trail = AuditTrail(cast.acme)
    assert "Mine" in page(ann, event.url)
    assert f"{note.pk}/edit/" not in page(ann, event.url)
    for path in ("edit", "delete"):
        refused = ann.post(f"{NOTES}{note.pk}/{path}/", {"text": "Not mine"})
        assert refused.status_code == 403
        assert "Only its author can change or delete a note." in refused.content.decode()
    assert add(bob, event, "Bob was here").status_code == 403
    assert "“Write notes on events”" in add(bob, event, "Bob was here").content.decode()
    assert [each.text for each in notes(cast)] == ["Mine"]
    assert {each.reason_code for each in audit_trail.new()} == {"no_permission"}


def test_another_tenants_events_and_notes_are_not_there(cast: Cast) -> None:
    alice, charlie = sign_in(cast.alice), sign_in(cast.charlie)
    event = newest(alice)
    add(alice, event, "Acme’s own")
    [note] = notes(cast)
    assert add(charlie, event, "Seen").status_code == 404
    for path in ("", "edit/", "delete/"):
        assert charlie.get(f"{NOTES}{note.pk}/{path}").status_code == 404
    assert alice.post(f"{NOTES}nonsense/{event.event.pk}/add/", {"text": "x"}).status_code == 404

    erin = sign_in(cast.erin)
    erin.post("/switch-tenant/", {"tenant": str(cast.globex.pk)})
    theirs = newest(charlie)
    add(charlie, theirs, "Globex’s own")
    shown = page(erin, theirs.url)
    assert "Globex’s own" in shown
    assert "Add a note" not in shown
    assert add(erin, theirs, "From above").status_code == 403


def test_notes_go_with_the_events_of_a_month_that_is_erased_and_stay_with_an_archive(cast: Cast) -> None:
    alice = sign_in(cast.alice)
    event = newest(alice)
    add(alice, event, "Soon gone")
    with acting_as(tenant_id=cast.acme.pk):
        month = LoginEvent.objects.get(pk=event.event.pk).occurred_at.date().replace(day=1)
    leaving = {"record": "login_activity", "month": month, "tenants": {cast.acme.pk: 1}, "rule": "12 months"}
    events_left.send(None, **leaving, archive="login_activity_x.parquet")
    assert len(notes(cast)) == 1
    events_left.send(None, **leaving, archive="")
    assert notes(cast) == []
