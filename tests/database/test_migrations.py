"""Migrations that would destroy history cannot be reversed."""

from __future__ import annotations

import pytest
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation


@pytest.mark.parametrize(
    ("app", "name"),
    [
        ("tenancy", "0002_row_level_security"),
        ("audit_trail", "0001_audit_event"),
        ("workspace", "0002_row_level_security"),
        ("login_activity", "0001_login_event"),
        ("ledger", "0007_archives"),
    ],
)
def test_what_holds_or_guards_history_cannot_be_undone(app: str, name: str) -> None:
    migration = MigrationLoader(None).get_migration(app, name)
    assert not any(_can_be_undone(operation) for operation in migration.operations)


def _can_be_undone(operation: Operation) -> bool:
    """Django calls every SeparateDatabaseAndState reversible, whatever it contains."""
    inside: list[Operation] = getattr(operation, "database_operations", [operation])
    return all(each.reversible for each in inside)
