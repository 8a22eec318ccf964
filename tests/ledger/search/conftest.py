from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connections
from pytest_django import DjangoDbBlocker

from tests.support import databases
from wisely_security.ledger.search import plan

from .history import History, rows_over_months
from .truth import RECORDS, project_all

SEGMENT_SIZE = 1  # so that there are hundreds of segments


@contextmanager
def _a_database() -> Iterator[None]:
    with databases.fresh_database(f"{databases.TEMPLATE}_search"):
        with connections["owner"].cursor() as cursor:
            for record in RECORDS.values():
                indexed = record.report.model.indexed
                cursor.execute(
                    "SELECT ledger_index_fields(%s, %s, %s, %s)",
                    [record.table, indexed.texts_sql, indexed.tokens_sql, SEGMENT_SIZE],
                )
        yield


@pytest.fixture(scope="module")
def database(template_database: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """One for all tests of a file, for they commit. Each has tenants of its own."""
    with django_db_blocker.unblock(), _a_database():
        yield


@pytest.fixture(
    scope="module",
    params=["nothing is projected", "the older half is projected", "all is projected", "half of it came late"],
)
def history(
    request: pytest.FixtureRequest, template_database: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[History]:
    """Two tenants with events of several months, in a database of their own."""
    with django_db_blocker.unblock(), _a_database():
        history = History()
        for name, record in RECORDS.items():
            for tenant in (history.tenant, history.other):
                rows = rows_over_months(name, tenant)
                later = rows[len(rows) // 2 :] if request.param == "the older half is projected" else []
                if request.param == "half of it came late":
                    later = random.Random(1).sample(rows, len(rows) // 2)
                record.put([row for row in rows if row not in later])
                if request.param != "nothing is projected":
                    project_all()
                record.put(later)
                if request.param == "half of it came late":
                    project_all()
        yield history


@pytest.fixture(autouse=True)
def little_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search soon leaves the newest events, and takes several steps."""
    monkeypatch.setattr(plan, "CANDIDATES", 5)
    monkeypatch.setattr(plan, "RANGES_AT_ONCE", 25)
