"""Free text finds everything at every moment, in whatever order events are written, committed and projected."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import records
from wisely_security.core.request_context import acting_as
from wisely_security.ledger.derived.projectors import project

from .history import a_row
from .truth import RECORDS, Record, project_all

pytestmark = pytest.mark.usefixtures("database")
STEPS = ["append", "append", "put long ago", "begin", "commit", "roll back", "project"]


class Story:
    """A tenant whose events come in any order, with one concurrent transaction at a time."""

    def __init__(self, name: str, seed: int) -> None:
        self.name, self.record = name, RECORDS[name]
        self.tenant = records.a_tenant()
        self.chance = random.Random(seed)
        self.aside = connections["owner"].copy("owner")
        self.aside.set_autocommit(False)
        self.appended = 0

    def rows(self, days: int = 0) -> list[dict[str, Any]]:
        now = timezone.now() - timedelta(days=days)
        self.appended += 1
        moments = [
            now - timedelta(seconds=self.chance.random() * (1 + days)) for _ in range(self.chance.randrange(1, 5))
        ]
        return [a_row(self.name, self.tenant, self.chance, moment, f"told{self.appended}q") for moment in moments]

    def do(self, step: str) -> None:
        match step:
            case "append":
                self.record.put(self.rows())
            case "put long ago":
                self.record.put(self.rows(self.chance.randrange(100)))
            case "begin":
                self.record.put(self.rows(self.chance.randrange(3)), self.aside)
            case "commit":
                self.aside.commit()
            case "roll back":
                self.aside.rollback()
            case "project":
                project()

    def agree(self) -> None:
        for text in {
            f"told{self.chance.randint(1, max(1, self.appended))}q",
            f"TOLD{self.appended}",
            "told",
            "nothing",
        }:
            self.record.agree(self.tenant, {"q": text}, size=3)


@pytest.mark.parametrize("name", RECORDS)
@settings(max_examples=8)
@given(st.lists(st.sampled_from(STEPS), min_size=4, max_size=14), st.integers(0, 999))
def test_any_order(name: str, steps: list[str], seed: int) -> None:
    story = Story(name, seed)
    try:
        for step in steps:
            story.do(step)
            story.agree()
    finally:
        story.aside.close()


@pytest.fixture
def login() -> Record:
    return RECORDS["login"]


@pytest.fixture
def segments_of_two() -> Iterator[None]:
    with connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE ledger_indexed_fields SET size = 2")
        yield
        cursor.execute("UPDATE ledger_indexed_fields SET size = 1")


def test_a_segment_that_reaches_far_beyond_the_period(login: Record, segments_of_two: None) -> None:
    """More segments than are read one by one, then one with an event before the period's end and one long after."""
    tenant, chance = records.a_tenant(), random.Random(1)
    start = timezone.now() - timedelta(days=150)

    def at(**when: float) -> dict[str, Any]:
        return a_row("login", tenant, chance, start + timedelta(**when), "busy")

    busy = [at(seconds=number) for number in range(620)]
    last, after = at(days=2), at(days=120)
    for row in (busy[600], last):
        row["place"] = "lone"
    login.put([*busy, last, after])
    project_all()
    until = (start + timedelta(days=4)).date().isoformat()
    assert login.agree(tenant, {"q": "lone", "to": until}, size=1, beyond=[busy[0]["id"], busy[10]["id"]]) == 2


@pytest.mark.parametrize("name", RECORDS)
def test_what_comes_back_after_its_segments_were_forgotten_is_found(name: str) -> None:
    """Months are archived, and restored with the transaction ids that they were written with."""
    record, tenant, chance = RECORDS[name], records.a_tenant(), random.Random(2)
    now = timezone.now()
    days = (100, 95, 90, 60, 1, 0)
    rows = [
        a_row(name, tenant, chance, now - timedelta(days=day), "returned" if day >= 90 else "stayed") for day in days
    ]
    record.put(rows)
    project_all()
    with acting_as(support=True), connections["owner"].cursor() as cursor:
        cursor.execute("SELECT ledger_forget_segments(%s, %s)", [record.table, (now - timedelta(days=80)).date()])
    assert record.agree(tenant, {"q": "returned"}) == 3
    assert record.agree(tenant, {"q": "stayed"}, beyond=[rows[0]["id"]]) == 3
    record.put([a_row(name, tenant, chance, now - timedelta(days=97), "returned")])
    assert record.agree(tenant, {"q": "returned"}) == 4
    project_all()
    assert record.agree(tenant, {"q": "returned"}) == 4
