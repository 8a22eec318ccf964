"""Filters together, words and charts: what is found by search segments and the rollup."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from benchmarks.measured.large_history import (
    ABSENT_COUNTRY,
    MONTHS,
    RARE_ADDRESS,
    RARE_DEVICE,
    RARE_ONCE,
    RARE_WORD,
    History,
)
from tests.support import databases
from tests.support.cast import create_cast, sign_in
from wisely_security.ledger.months.partitions import add_months
from wisely_security.ledger.search.plan import CANDIDATES
from wisely_security.tenancy.models import Tenant

from .derived import derive_of, find_from_now_on
from .filters import NOBODY, Query
from .plans import Read, check, is_count, reads, until_derived

EVENTS = 100_000
VALUES = 2_000  # sorted by how often each occurs: for the lists above the rows, and what filters offer
LOGIN, AUDIT = "/settings/identity-access/login-activity/", "/settings/security/audit-trail/"
TOGETHER: list[tuple[str, Query]] = [
    (LOGIN, {"country": "JP", "device": "ipad"}),
    (LOGIN, {"country": "JP", "device": "ipad", "status": "failure"}),
    (LOGIN, {"country": "BR", "device": "mac", "action": "reset_password"}),
    (LOGIN, {"country": RARE_ONCE, "status": "failure"}),
    (LOGIN, {"country": ABSENT_COUNTRY, "device": RARE_DEVICE}),
    (LOGIN, {"country": f"{RARE_ONCE},JP", "device": "ipad,mac", "status": "failure"}),
    (LOGIN, {"country": "-IN,BR", "action": "-view"}),
    (LOGIN, {"country": "-IN", "user": "-unknown", "device": RARE_DEVICE}),
    (AUDIT, {"module": "users", "action": "edit", "status": "failure"}),
    (AUDIT, {"module": "roles", "sub_module": "role", "action": "add"}),
    (AUDIT, {"module": "roles", "sub_module": "group"}),
    (AUDIT, {"module": "roles,users", "actor": "-system", "status": "failure"}),
]
TEXTS: list[tuple[str, Query]] = [
    *((LOGIN, {"q": text}) for text in ("mumbai", RARE_WORD, "nowhere-to-be-found", "mumbai failure")),
    *((AUDIT, {"q": text}) for text in ("person", RARE_WORD, "nowhere-to-be-found", RARE_ADDRESS)),
    *((LOGIN, {"q": text}) for text in ("Mümbäi", NOBODY, "s4f0a1b2c3d4e5f60", "7774768274764e60", "10.77.*.*")),
    *((AUDIT, {"q": text}) for text in ("Pérson", NOBODY, f"{RARE_ADDRESS}:8110", "[2001:db8::99]:443", "10.77.7.*")),
    *((AUDIT, {"q": name}) for name in ("Person 7", "Seldom Seen", "Nobody Here")),
]


@pytest.fixture(scope="module")
def acme(template_database: None, django_db_blocker: DjangoDbBlocker) -> Iterator[tuple[Tenant, Client]]:
    with django_db_blocker.unblock(), databases.fresh_database(f"{databases.TEMPLATE}_sought"):
        cast = create_cast()
        history = History(EVENTS)
        history.tenants[0] = cast.acme.pk
        history.load()
        find_from_now_on()
        derive_of([cast.acme.pk])
        until_derived()
        with connections["owner"].cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        yield cast.acme, sign_in(cast.alice)


def everything() -> Query:
    first = add_months(timezone.now().date(), 1 - MONTHS) + timedelta(days=1)
    return {"period": "custom", "from": first.isoformat()}


def check_page(found: list[Read]) -> None:
    """Its rows, and then what it counts and offers beside them."""
    check([read for read in found if not is_count(read.statement)], buffers=4_000)
    check(found, buffers=4_000, sorted_rows=VALUES)


@pytest.mark.parametrize(("path", "query"), TOGETHER)
def test_filters_together(acme: tuple[Tenant, Client], path: str, query: Query) -> None:
    """A page of them is in as many segments as it has rows; each is found. So are those of the numbers above them."""
    tenant, client = acme
    for period in ({"period": "today"}, {"period": "30d"}, everything()):
        check_page(reads(lambda: client.get(path, query | period), tenant_id=tenant.pk))  # noqa: B023


@pytest.mark.parametrize(("path", "query"), TEXTS)
def test_words(acme: tuple[Tenant, Client], path: str, query: Query) -> None:
    """The newest thousand events are read directly, then the segments that contain the words."""
    tenant, client = acme
    for period in ({"period": "today"}, {"period": "30d"}, everything()):
        found = reads(lambda: client.get(path, query | period), tenant_id=tenant.pk)  # noqa: B023
        check_page(found)
        views = 9  # of the tests, recorded before a statement is explained
        assert max(scan.get("Rows Removed by Filter", 0) for read in found for scan in read.scans) <= CANDIDATES + views


@pytest.mark.parametrize("path", [LOGIN, AUDIT])
@pytest.mark.parametrize("query", [{}, {"status": "failure"}])
def test_charts(acme: tuple[Tenant, Client], path: str, query: Query) -> None:
    """From the rollup; the lists of what is commonest count the failed events, or the changes, themselves."""
    tenant, client = acme
    for period in ({"period": "today"}, {"period": "30d"}, everything()):
        found = reads(lambda: client.get(f"{path}chart/", query | period), tenant_id=tenant.pk)  # noqa: B023
        check(found, buffers=2_500, sorted_rows=VALUES)
