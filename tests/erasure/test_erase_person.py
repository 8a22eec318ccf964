"""manage.py erase_person: nothing of the person is left in the database, and all that was sealed is still proved."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from audit_trail.models import AuditEvent
from login_activity.models import LoginEvent
from tests.ledger.sealing.logs.tampering import verify
from tests.support.cast import Cast
from tests.support.records import put_at
from tests.workspace.samples import set_up_workspace
from wisely_security.core.request_context import acting_as
from wisely_security.ledger.archive.files import archive_files
from wisely_security.ledger.archive.files.parquet import Reader
from wisely_security.ledger.models import Archive
from wisely_security.ledger.months.partitions import add_months
from wisely_security.tenancy.models import User

from .life import EMAIL, MARKER, NAME, PHONE, busy, invited, places_with, sealed


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
    assert len(before) > 10, before  # so that there is something to find
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


def test_archives_are_rewritten_and_verify_against_their_logs(committed_cast: Cast) -> None:
    acme, month = committed_cast.acme.pk, add_months(timezone.now().date(), -3)
    moment = datetime(month.year, month.month, 10, tzinfo=UTC)
    call_command("create_partitions", since=4, verbosity=0)
    theirs = {"user_id": uuid4(), "user_name": NAME, "user_email": EMAIL}
    gone = put_at(acme, moment, **theirs)
    put_at(acme, moment, user_name="Bob Brown", acted_by=NAME)
    put_at(committed_cast.globex.pk, moment, user_name=NAME)  # another tenant's Nora
    sealed()
    call_command("archive_events", older_than=2, verbosity=0)
    with acting_as(support=True):
        archive = Archive.objects.get(events=LoginEvent._meta.db_table)
    path = archive_files.path_of(archive.name)
    erase()
    sealed()
    rows = list(Reader(path).rows(["tenant_id", "id", "user_name", "acted_by", "user_email", "ip"]))
    assert [row[2:] for row in rows if row[1] == str(gone)] == [["Erased person", "", "", None]]
    assert sum(NAME in map(str, row) for row in rows) == 1
    untouched, verified = verify()
    assert untouched, verified
    assert f"login-activity of tenant {acme}: 2 events erased under “Ticket 4711”." in verified
    call_command("restore_archive", archive.name, verbosity=0)
    untouched, verified = verify()
    assert untouched, verified


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
