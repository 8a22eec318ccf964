"""Months that are in no partition and no archive, or not where they should be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.core.checks import CheckMessage
from pytest_django import DjangoDbBlocker

from login_activity.models import LoginEvent
from tests.support.records import AN_EVENT
from wisely_security.core.request_context import acting_as
from wisely_security.database.rules import examine
from wisely_security.ledger import checks
from wisely_security.ledger.models import first_id
from wisely_security.ledger.months import completeness, partitions
from wisely_security.ledger.months.partitions import add_months

from .conftest import found_after, rolled_back

LOGINS = LoginEvent._meta.db_table
Found = Callable[[Callable[[], list[str]]], set[str]]


def month(months: int) -> date:
    return add_months(datetime.now(UTC).date(), months)


def name(months: int) -> str:
    return f"{LOGINS}_{month(months):%Y_%m}"


def an_event(months: int) -> str:
    moment = datetime(month(months).year, month(months).month, 2, tzinfo=UTC)
    row = {**AN_EVENT, "id": first_id(moment), "tenant_id": "00000000-0000-0000-0000-000000000000"}
    values = ", ".join("NULL" if value is None else f"'{value}'" for value in row.values())
    return f"INSERT INTO {LOGINS} ({', '.join(row)}) VALUES ({values})"


def counted(months: int) -> str:
    series = "|".join("*" for _ in LoginEvent.dimensions)
    return (
        "INSERT INTO ledger_rollup VALUES ('00000000-0000-0000-0000-000000000000', "
        f"'{LOGINS}'::regclass, '{month(months)}', '{series}', '{{1}}', '{{1}}', '{{0}}')"
    )


def archived(months: int) -> str:
    return f"INSERT INTO ledger_archive VALUES ('x', '{LOGINS}', '{month(months)}', 1, 1, '', '', '')"


@pytest.fixture
def found(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Found:
    """``found(statements)``: ids of the faults of months after the owner's statements, which are then taken back.

    All of it in the month for which the database was made, even where another has begun since.
    """

    def find(statements: Callable[[], list[str]]) -> set[str]:
        with django_db_blocker.unblock(), rolled_back("owner"), acting_as(support=True):
            newest = partitions.before(LOGINS, date.max)[-1].month
            with time_machine.travel(add_months(newest, -partitions.AHEAD), tick=False):
                found_after(*statements())
                return {str(fault.id) for fault in all_faults() if fault.hint}

    return find


def all_faults() -> list[CheckMessage]:
    return examine(*checks.OF_MONTHS)


DROP = "DROP TABLE {}"
DETACH = f"ALTER TABLE {LOGINS} DETACH PARTITION {{}}"


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        pytest.param(lambda: [DROP.format(name(0))], {"ledger.E001"}, id="this month"),
        pytest.param(lambda: [DROP.format(name(1))], {"ledger.E001"}, id="next month"),
        pytest.param(lambda: [DROP.format(name(2))], {"ledger.W002"}, id="the month after"),
        pytest.param(lambda: [DROP.format(name(3))], set(), id="the last that is made ahead"),
        pytest.param(lambda: [DROP.format(name(-1))], {"ledger.E003"}, id="the last month"),
        pytest.param(lambda: [DROP.format(name(-2))], {"ledger.E003"}, id="between two others"),
        pytest.param(lambda: [DROP.format(name(-3))], set(), id="the oldest, of which nothing is known"),
        pytest.param(lambda: [DROP.format(name(-3)), counted(-3)], {"ledger.E003"}, id="the oldest, that had events"),
        pytest.param(
            lambda: [DROP.format(name(-3)), counted(-3), archived(-3)], set(), id="the oldest, that was archived"
        ),
        pytest.param(lambda: [DROP.format(name(-2)), archived(-2)], set(), id="between two others, archived"),
        pytest.param(lambda: [counted(-9)], {"ledger.E003"}, id="long ago, that had events"),
        pytest.param(lambda: [DETACH.format(name(3))], {"ledger.E005"}, id="detached, of the future"),
        pytest.param(lambda: [DETACH.format(name(-1))], {"ledger.E003", "ledger.E005"}, id="detached, of the past"),
        pytest.param(
            lambda: [DETACH.format(f"{LOGINS}_default")], {"ledger.E005", "ledger.E006"}, id="detached, the default"
        ),
        pytest.param(lambda: [DROP.format(f"{LOGINS}_default")], {"ledger.E006"}, id="no default"),
        pytest.param(lambda: [an_event(-9)], {"ledger.W003"}, id="an event of long ago"),
        pytest.param(lambda: [an_event(-9), counted(-9)], {"ledger.W003"}, id="a counted event of long ago"),
        pytest.param(lambda: [an_event(9)], {"ledger.W003"}, id="an event of the future"),
        pytest.param(
            lambda: [DROP.format(name(-2)), an_event(-2)], {"ledger.E003", "ledger.W003"}, id="an event of a hole"
        ),
        pytest.param(
            lambda: [f"ALTER TABLE {name(3)} RENAME TO {name(4)}"], {"ledger.E004"}, id="a name of another month"
        ),
        pytest.param(
            lambda: [
                DROP.format(name(3)),
                f"CREATE TABLE {name(3)} PARTITION OF {LOGINS} FOR VALUES FROM "
                f"('{first_id(datetime(2040, 1, 1, tzinfo=UTC))}') TO ('{first_id(datetime(2040, 1, 9, tzinfo=UTC))}')",
            ],
            {"ledger.E004"},
            id="bounds that are no month",
        ),
        pytest.param(
            lambda: [
                f"CREATE TRIGGER restored BEFORE INSERT ON {name(-2)} "
                "FOR EACH ROW EXECUTE FUNCTION ledger_refuse_new('login_activity_1999_01')"
            ],
            {"ledger.E007"},
            id="restored from nothing",
        ),
        pytest.param(
            lambda: [
                f"CREATE TRIGGER restored BEFORE INSERT ON {name(-2)} "
                "FOR EACH ROW EXECUTE FUNCTION ledger_refuse_new('x')",
                archived(-2),
            ],
            set(),
            id="restored",
        ),
        pytest.param(
            lambda: [archived(-9), archived(-7).replace("'x'", "'y'")], set(), id="archives with an empty month between"
        ),
    ],
)
def test_a_month_that_is_not_where_it_should_be_is_found(
    found: Found, statements: Callable[[], list[str]], expected: set[str]
) -> None:
    assert found(statements) == expected


def test_the_app_role_finds_the_same(db: None) -> None:
    assert all_faults() == []
    assert list(completeness.default_partition_is_empty()) == []
