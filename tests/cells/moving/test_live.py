"""Tables that grow with events are copied while everybody works: what changes meanwhile arrives as it is in the end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.management import CommandError
from django.db import Error, connection
from django.utils import timezone

from tests.cells.conftest import Cells
from tests.support.records import append_many, put_at
from wisely_security.database.cells.routing import in_cell
from wisely_security.database.safeguards.checks import safeguards_stand
from wisely_security.ledger.derived.projectors import project
from wisely_security.moving import copying, steps
from wisely_security.moving.at import ask, at, reading, writing
from wisely_security.moving.live import copying as live_copying
from wisely_security.moving.streaming import stage, stream
from wisely_security.moving.tables import Moved, moved_tables

from .life import contents, faults, live, move
from .test_move import KilledError

WATCHED = "SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE starts_with(tgname, 'moving_')"


def at_points(monkeypatch: pytest.MonkeyPatch, **doing: Callable[[], object]) -> None:
    """``doing``: by the name of a point, with a low line where that has a space."""
    monkeypatch.setattr(steps, "_reached", lambda point: doing.get(point.replace(" ", "_"), lambda: None)())


def test_what_changes_after_the_first_copy_arrives_as_it_is(cells: Cells, monkeypatch: pytest.MonkeyPatch) -> None:
    """New runs of leaves take the place of earlier ones; an event that comes late changes a segment and a rollup."""
    acme = cells.main.acme
    live([acme], [cells.main.alice])
    monkeypatch.setattr(live_copying, "AT_ONCE", 7)
    sent: list[dict[str, list[object]]] = []
    known: list[object] = []

    def go_on() -> None:
        with in_cell("main"):
            append_many(acme.pk, 130)
            put_at(acme.pk, timezone.now() - timedelta(minutes=5), user_name="Late")
            project()

    def go_on_and_verify() -> None:
        go_on()
        known.extend(faults("main", [acme.pk]))  # late events are some

    def keep() -> None:
        sent.append(contents("main", [acme.pk]))

    at_points(monkeypatch, copied=go_on, copied_live=go_on, compared=go_on, caught_up=go_on_and_verify, departed=keep)
    move("acme", "eu-1")
    arrived = contents("eu-1", [acme.pk])
    del arrived["audit_trail_auditevent"][-1]  # that it has moved
    assert arrived == sent[0]
    assert faults("eu-1", [acme.pk]) == known


def test_while_frozen_only_what_has_changed_is_copied(cells: Cells, monkeypatch: pytest.MonkeyPatch) -> None:
    acme = cells.main.acme
    live([acme], [cells.main.alice])
    copied: dict[str, int] = {}

    def noting(its: object, table: Moved, *rest: object, **options: object) -> int:
        number = stage(its, table, *rest, **options)  # type: ignore[arg-type]
        copied[table.name] = copied.get(table.name, 0) + number
        return number

    for module in (copying, live_copying):
        monkeypatch.setattr(module, "stage", noting)
    whole: dict[str, int] = {}

    def begin_to_freeze() -> None:
        whole.update(copied)
        copied.clear()

    at_points(monkeypatch, caught_up=begin_to_freeze)
    move("acme", "eu-1")
    with at("eu-1"):
        growing = {table.name for table in moved_tables() if table.live}
    assert whole.keys() >= {"ledger_rollup", "ledger_people", "ledger_sealed", "ledger_checkpoint"}
    assert whole.keys() & growing == whole.keys() - {"login_activity_loginevent", "audit_trail_auditevent"}
    assert not copied.keys() & (growing | {"login_activity_loginevent", "audit_trail_auditevent"})


def test_nothing_of_it_stays_behind(cells: Cells, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither after a move nor after one that was cancelled; and what stands meanwhile is declared."""
    found: list[object] = []

    def check() -> None:
        with at("main"):
            found.append(len(ask(WATCHED)))
            assert list(safeguards_stand()) == []

    def kill() -> None:
        raise KilledError

    at_points(monkeypatch, copied_live=check, caught_up=kill)
    with pytest.raises(KilledError):
        move("acme", "eu-1")
    assert found == [2 * sum(table.live for table in _tables())]
    move("acme", "eu-1", cancel=True)
    with at("main"):
        assert ask(WATCHED) == ask("SELECT * FROM moving_changed") == []
    at_points(monkeypatch)
    move("acme", "eu-1")
    with at("main"):
        assert ask(WATCHED) == ask("SELECT * FROM moving_changed") == []


def test_a_table_that_differs_is_found_and_copied_anew(cells: Cells, monkeypatch: pytest.MonkeyPatch) -> None:
    acme = cells.main.acme
    live([acme], [cells.main.alice])

    def tamper() -> None:
        with writing("eu-1", [acme.pk]):
            ask("UPDATE ledger_rollup SET successes[1] = successes[1] + 1 WHERE tenant_id = %s", acme.pk)

    at_points(monkeypatch, copied_live=tamper)
    with pytest.raises(CommandError, match="ledger_rollup did not arrive as it was sent"):
        move("acme", "eu-1")
    at_points(monkeypatch)
    assert "ledger_rollup: " in move("acme", "eu-1")
    assert faults("eu-1", [acme.pk]) == []


def test_in_another_month_all_is_copied_anew(cells: Cells, monkeypatch: pytest.MonkeyPatch) -> None:
    """For each cell folds the days of a month that is over on its own."""

    def kill() -> None:
        raise KilledError

    at_points(monkeypatch, caught_up=kill)
    with pytest.raises(KilledError):
        move("acme", "eu-1")
    with at("main"):
        ask("UPDATE moving_move SET watched_at = watched_at - interval '1 month'")
    at_points(monkeypatch)
    assert "ledger_rollup: " in move("acme", "eu-1")


@pytest.mark.parametrize(
    ("query", "into"), [("SELECT 1 / (3 - n) FROM generate_series(1, 5) AS n", "there (n)"), ("SELECT 1", "nowhere")]
)
def test_a_fault_on_either_side_ends_both(cells: Cells, query: str, into: str) -> None:
    with pytest.raises(Error), reading("main") as its, writing("eu-1", []):
        ask("CREATE TEMPORARY TABLE there (n int) ON COMMIT DROP")
        with connection.cursor() as cursor:
            stream(its, query, cursor.cursor, into)


def _tables() -> list[Moved]:
    with at("main"):
        return moved_tables()
