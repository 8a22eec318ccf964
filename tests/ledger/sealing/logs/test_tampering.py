"""What verify says of what it finds, and where. What it finds: tests/ledger/sealing/tampering."""

from __future__ import annotations

from datetime import date

import pytest

from tests.support import records
from tests.support.records import TABLE
from wisely_security.ledger.models import time_of

from .tampering import as_owner, first_finding, sealed_events, tamper, verify

pytestmark = pytest.mark.usefixtures("database")


def test_nothing_is_found_where_nothing_was_altered() -> None:
    sealed_events()
    sealed_events(5, 1)
    untouched, printed = verify()
    assert untouched, printed
    assert "305 events verified." in printed


def test_events_of_the_last_seconds_are_not_yet_sealed() -> None:
    tenant, _ = sealed_events(10, 1)
    records.append_many(tenant, 3)
    untouched, printed = verify()
    assert untouched
    assert "10 events verified, 3 not yet sealed." in printed


@pytest.mark.parametrize(
    ("column", "value"),
    [("action", "log_out"), ("user_name", "Somebody else"), ("ip", None), ("detail", '{"a": 1.5}'), ("latitude", 1e-7)],
)
def test_an_altered_column(column: str, value: object) -> None:
    tenant, ids = sealed_events()
    tamper(f"UPDATE EVENTS SET {column} = %s WHERE id = %s", value, ids[120])
    finding = first_finding()
    assert finding.startswith(
        f"login-activity of tenant {tenant}, {time_of(ids[120]):%Y-%m}: event {ids[120]} (leaf 120) is not "
    )
    assert "it was altered. It was sealed between the checkpoints of 100 events (" in finding
    assert " and of 200 events (" in finding


def test_the_outcome_is_noted() -> None:
    tenant, ids = sealed_events(10, 1)
    verify()
    tamper("UPDATE EVENTS SET user_name = '' WHERE id = %s", ids[4])
    verify(tenant=str(tenant))
    noted = as_owner(
        "SELECT checked, findings, first_finding FROM ledger_verification "
        "WHERE tenant_id = %s AND events = %s::regclass ORDER BY id",
        *(tenant, TABLE),
    )
    assert noted[0] == (10, 0, "")
    assert noted[1][:2] == (10, 1)
    assert f"event {ids[4]}" in noted[1][2]


def test_only_a_month_or_a_record() -> None:
    tenant, ids = sealed_events(10, 1)
    tamper("UPDATE EVENTS SET user_name = '' WHERE id = %s", ids[4])
    month = time_of(ids[4]).date().replace(day=1)
    assert verify(record="audit-trail")[0]
    assert verify(month=date(2020, 1, 1))[0]
    assert verify(tenant=str(records.a_tenant()))[0]
    assert f"event {ids[4]}" in first_finding(month=month, tenant=str(tenant))
    assert f"event {ids[4]}" in first_finding(first=month)
