"""The rollup is isolated like the events, and only its projector alters it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from login_activity.models import LoginEvent
from tests.support import records
from wisely_security.core.request_context import acting_as
from wisely_security.ledger.derived.rollup import Asked, quarter, statement

from .truth import until_summed

pytestmark = pytest.mark.usefixtures("database")
TABLE = LoginEvent._meta.db_table


def test_a_tenant_sees_its_own() -> None:
    tenant, other = records.a_tenant(), records.a_tenant()
    for each in (tenant, other):
        records.append_many(each, 3)
        until_summed(each, 3)
    seen = "SELECT array_agg(DISTINCT tenant_id) FROM ledger_rollup"
    asked = [Asked([quarter(timezone.now() + timedelta(days=days)) for days in (-1, 1)])]
    with connection.cursor() as cursor:
        cursor.execute(seen)
        assert cursor.fetchone() == (None,)
        with acting_as(tenant_id=tenant):
            cursor.execute(seen)
            assert cursor.fetchone() == ([tenant],)
            cursor.execute(*statement(LoginEvent, other, asked))
            assert cursor.fetchall() == []
            cursor.execute(*statement(LoginEvent, tenant, asked))
            assert cursor.fetchall() == [(0, 1, 3, 0)]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ledger_rollup SET successes = '{}'",
        "DELETE FROM ledger_rollup",
        "INSERT INTO ledger_rollup VALUES (uuidv7(), 'pg_class', now(), '', '{}', '{}', '{}')",
        "UPDATE ledger_projector SET next_tx = 0",
        f"SELECT ledger_add_to_rollup('{TABLE}', 'true')",
        f"SELECT ledger_roll_up_by('{TABLE}', '{{}}')",
        f"SELECT ledger_forget_rollup('{TABLE}', '2999-01-01')",
        f"SELECT ledger_next_window('ledger_roll_up', '{TABLE}')",
    ],
)
def test_the_app_role_may_only_read_it_and_have_it_projected(change: str) -> None:
    with (
        connection.cursor() as cursor,
        acting_as(support=True),
        pytest.raises(ProgrammingError, match="permission denied"),
    ):
        cursor.execute(change)


def test_projecting_leaves_the_scope_unchanged() -> None:
    tenant = records.a_tenant()
    records.append_many(tenant, 3)
    with acting_as(tenant_id=tenant), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT ledger_roll_up(%s)", [TABLE])
        cursor.execute("SELECT current_setting('wisely.scope'), count(DISTINCT tenant_id) FROM ledger_rollup")
        assert cursor.fetchone() in {("", 0), ("", 1)}  # 0: the events' transaction may still be seen as running


def test_an_unknown_record_is_refused() -> None:
    with connection.cursor() as cursor, pytest.raises(ProgrammingError, match="is no record"):
        cursor.execute("SELECT ledger_roll_up('tenancy_user')")
