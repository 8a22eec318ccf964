"""An event table has exactly the indexes that its model names, in every month: each index slows all writes."""

from __future__ import annotations

import pytest
from pytest_django import DjangoDbBlocker

from login_activity.models import LoginEvent
from wisely_security.ledger.checks import event_indexes_are_as_declared

from .conftest import found_after, rolled_back

LOGINS = LoginEvent._meta.db_table


@pytest.mark.parametrize(
    ("statements", "named"),
    [
        ([], []),
        ([f"CREATE INDEX more ON {LOGINS} (place)"], ["more"]),
        ([f"CREATE INDEX more ON {LOGINS}_default (place)"], ["more"]),
        (["DROP INDEX login_activity_event_wide"], ["login_activity_event_wide"]),
        (
            [
                "DROP INDEX login_activity_event_wide",
                f"CREATE INDEX login_activity_event_wide ON {LOGINS} (tenant_id, id, status)",
            ],
            ["login_activity_event_wide"],
        ),
    ],
)
def test_another_index_is_found(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, statements: list[str], named: list[str]
) -> None:
    with django_db_blocker.unblock(), rolled_back("owner"):
        found_after(*statements)
        found = list(event_indexes_are_as_declared())
    assert [fault.id for fault in found] == ["ledger.E008"] * len(named)
    assert all(fault.msg == f"{LOGINS}: not the indexes that its model has: {', '.join(named)}." for fault in found)
