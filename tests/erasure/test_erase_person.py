"""manage.py erase_person: nothing of the person is left in the database, and all that was sealed is still proved."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from audit_trail.models import AuditEvent
from login_activity.models import LoginEvent
from tests.ledger.sealing.logs.tampering import verify
from tests.support.cast import Cast
from tests.workspace.samples import set_up_workspace
from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.models import User

from .life import EMAIL, MARKER, PHONE, busy, invited, places_with, sealed


@pytest.fixture
def nora(committed_cast: Cast) -> User:
    set_up_workspace(committed_cast)
    user = invited(committed_cast)
    busy(committed_cast, user)
    sealed()
    return user


def erase(**options: Any) -> str:
    printed = io.StringIO()
    given = {"tenant": "acme", "email": EMAIL, "reference": "Ticket 4711", "confirm": EMAIL, "also": [PHONE]}
    call_command("erase_person", stdout=printed, **given | options)
    return printed.getvalue()


def test_nothing_of_the_person_is_left_in_the_whole_database(committed_cast: Cast, nora: User) -> None:
    before = places_with(MARKER)
    assert len(before) > 10, before  # so that the test looks where there is something
    shown = erase(dry_run=True)
    assert places_with(MARKER) == before
    assert "Accounts, with their sessions: 1." in shown
    printed = erase()
    assert "events erased under “Ticket 4711”." in printed
    sealed()
    assert places_with(MARKER) == []
    untouched, verified = verify()
    assert untouched, verified
    assert "events erased under “Ticket 4711”." in verified


def test_each_event_stays(committed_cast: Cast, nora: User) -> None:
    with acting_as(tenant_id=committed_cast.acme.pk):
        before = [set(model.objects.values_list("pk", flat=True)) for model in (LoginEvent, AuditEvent)]
    erase()
    with acting_as(tenant_id=committed_cast.acme.pk):
        after = [set(model.objects.values_list("pk", flat=True)) for model in (LoginEvent, AuditEvent)]
        assert all(was <= now for was, now in zip(before, after, strict=True))
        [event, *_] = AuditEvent.objects.filter(module="records", action="erase_person")
        assert (event.resource_name, event.actor_name, event.changes[0]["after"]) == (
            *("Erased person", "System", "Ticket 4711"),
        )


def test_a_super_admin_has_to_hand_over_first(committed_cast: Cast) -> None:
    with pytest.raises(CommandError, match="Someone else must become Super Admin first"):
        erase(email="alice@acme.example", confirm="alice@acme.example")


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"confirm": "somebody@else.example"}, "not what was asked for"),
        ({"reference": ""}, "Say why with --reference"),
        ({"reference": "For bob@acme.example"}, "without names"),
        ({"tenant": "nowhere"}, "no tenant"),
        ({"email": "", "user": None}, "by --email or by --user"),
    ],
)
def test_is_refused_and_changes_nothing(committed_cast: Cast, options: dict[str, Any], why: str) -> None:
    given = {"email": "bob@acme.example", "confirm": "bob@acme.example", "also": []}
    with pytest.raises(CommandError, match=why):
        erase(**given | options)
    with acting_as(support=True):
        assert User.objects.filter(email="bob@acme.example").exists()
