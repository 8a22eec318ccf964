"""A backlog is built into segments in pieces, and results are right in between."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.utils import timezone

from tests.support import records

from .history import a_row
from .truth import RECORDS

pytestmark = pytest.mark.usefixtures("database")
LOGIN = RECORDS["login"]


def build() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_build_segments(%s)", [LOGIN.table])
        [more] = cursor.fetchone()
    return bool(more)


def test_piece_by_piece() -> None:
    tenant, chance, now = records.a_tenant(), random.Random(3), timezone.now()

    def row(seconds: float) -> dict[str, object]:
        return a_row(
            "login", tenant, chance, now - timedelta(seconds=seconds), "toaster" if seconds % 50 == 0 else "busy"
        )

    LOGIN.put([row(seconds) for seconds in range(350, 0, -1)])
    pieces = 1
    while build():
        pieces += 1
        assert LOGIN.agree(tenant, {"q": "toaster"}) >= 7
        if pieces == 2:
            LOGIN.put([row(300), row(0)])  # one in the built part, one in the rest
    assert pieces >= 4
    assert LOGIN.agree(tenant, {"q": "toaster"}) == 9
    assert not build()


def test_what_was_erased_before_it_was_built_is_not_waited_for() -> None:
    tenant, chance, now = records.a_tenant(), random.Random(4), timezone.now()
    LOGIN.put([a_row("login", tenant, chance, now, "toaster")])
    while build():
        pass
    with connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE ledger_segment_end SET pending = 30 WHERE tenant_id = %s", [tenant])
    assert not build()
    LOGIN.put([a_row("login", tenant, chance, now + timedelta(seconds=1), "toaster")])
    assert not build()
    assert LOGIN.agree(tenant, {"q": "toaster"}) == 2
