"""A family moves to another cell: everything of it, exactly once, verified on both sides."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.management import CommandError

from audit_trail.models import AuditEvent
from tests.cells.conftest import Cells
from tests.support.cast import sign_in
from wisely_security.cells import directory
from wisely_security.core.request_context import acting_as
from wisely_security.database.cells.routing import in_cell
from wisely_security.ledger.derived.projectors import project
from wisely_security.moving import steps
from wisely_security.moving.at import ask, at
from wisely_security.moving.tables import moved_events

from .life import PAGE, contents, faults, live, move, number

MOVE_EVENT = "move"


class KilledError(BaseException):
    """As a signal that nobody catches."""


def test_a_family_moves_whole(cells: Cells) -> None:
    cast = cells.main
    family = [cast.initech.pk, cast.globex.pk]
    live([cast.initech, cast.globex], [cast.erin, cast.charlie])
    directory.write_all()
    stay = contents("main", [cast.acme.pk])
    there = contents("eu-1", [cells.eu.hooli.pk])

    printed = move("globex", "eu-1")
    assert "Nothing could be written of them for " in printed
    arrived = contents("eu-1", family)
    assert number(contents("main", family)) == 0
    assert contents("main", [cast.acme.pk]) == stay
    assert contents("eu-1", [cells.eu.hooli.pk]) == there
    assert len(arrived["ledger_log"]) == 4
    assert len(arrived["tenancy_tenant"]) == 2
    assert faults("eu-1", family) == faults("main", [cast.acme.pk]) == []
    with in_cell("eu-1"), acting_as(support=True):
        moves = AuditEvent.objects.filter(action=MOVE_EVENT, tenant_id__in=family)
        assert [each.tenant_id for each in moves.order_by("tenant_id")] == sorted(family)
    assert (directory.cell_of(email=cast.charlie.email), directory.cell_of(email=cast.alice.email)) == ("eu-1", "main")
    assert sign_in(cast.charlie).get(PAGE).status_code == 200
    with in_cell("eu-1"):
        project()  # the log goes on
    assert faults("eu-1", family) == []
    assert number(contents("main", family)) == 0


def test_every_row_arrives_as_it_was(cells: Cells, monkeypatch: pytest.MonkeyPatch) -> None:
    cast = cells.main
    live([cast.acme], [cast.alice])
    at_the_switch: list[dict[str, list[object]]] = []

    def reached(point: str) -> None:
        if point == "departed":
            at_the_switch.append(contents("main", [cast.acme.pk]))

    monkeypatch.setattr(steps, "_reached", reached)
    move("acme", "eu-1")
    [sent] = at_the_switch
    arrived = contents("eu-1", [cast.acme.pk])
    moved = arrived["audit_trail_auditevent"].pop()
    assert '"action": "move"' in str(moved)
    assert arrived == sent


def test_it_comes_back(cells: Cells) -> None:
    acme = cells.main.acme.pk
    live([cells.main.acme], [cells.main.alice])
    move("acme", "eu-1")
    before = number(contents("eu-1", [acme]))
    move("acme", "main")
    assert number(contents("eu-1", [acme])) == 0
    with in_cell("main"):
        project()
    assert number(contents("main", [acme])) > before
    assert faults("main", [acme]) == []


@pytest.mark.parametrize("point", steps.POINTS)
def test_killed_at_any_point_it_goes_on(cells: Cells, monkeypatch: pytest.MonkeyPatch, point: str) -> None:
    acme = cells.main.acme
    live([acme], [cells.main.alice])
    before = event_ids("main", acme.pk)

    def kill(reached: str) -> None:
        if reached == point:
            raise KilledError

    with monkeypatch.context() as patch, pytest.raises(KilledError):
        patch.setattr(steps, "_reached", kill)
        move("acme", "eu-1")
    move("acme", "eu-1")
    assert number(contents("main", [acme.pk])) == 0
    after = event_ids("eu-1", acme.pk)
    assert len(after) == len(set(after))
    assert set(before) <= set(after)
    with in_cell("eu-1"), acting_as(support=True):
        assert AuditEvent.objects.filter(action=MOVE_EVENT, tenant_id=acme.pk).count() == 1
    assert faults("eu-1", [acme.pk]) == []


@pytest.mark.parametrize("point", steps.POINTS[: steps.POINTS.index("departed")])
def test_cancelled_before_the_switch_nothing_has_happened(
    cells: Cells, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    acme = cells.main.acme
    before = event_ids("main", acme.pk)

    def kill(reached: str) -> None:
        if reached == point:
            raise KilledError

    with monkeypatch.context() as patch, pytest.raises(KilledError):
        patch.setattr(steps, "_reached", kill)
        move("acme", "eu-1")
    assert move("acme", "eu-1", cancel=True) == "Cancelled. They live in main.\n"
    assert number(contents("eu-1", [acme.pk])) == 0
    assert event_ids("main", acme.pk) == before
    with at("main"):
        assert ask("SELECT state FROM cells_residence WHERE tenant_id = %s", acme.pk) == [("here",)]
    move("acme", "eu-1")


def test_a_dry_run_changes_nothing(cells: Cells) -> None:
    before = contents("main", [cells.main.acme.pk])
    printed = move("acme", "eu-1", dry_run=True)
    assert "From main to eu-1: Acme (acme)." in printed
    assert "seconds without writes" in printed
    assert contents("main", [cells.main.acme.pk]) == before
    with at("main"):
        assert ask("SELECT 1 FROM moving_move") == []


@pytest.mark.parametrize(
    ("prepare", "expected"),
    [
        (lambda cells: "nowhere", "There is no cell nowhere"),
        (lambda cells: "main", "They live in main already"),
    ],
)
def test_what_is_in_the_way_is_named(cells: Cells, prepare: Callable[[Cells], str], expected: str) -> None:
    with pytest.raises(CommandError, match=expected):
        move("acme", prepare(cells))
    with at("main"):
        assert ask("SELECT 1 FROM moving_move") == []


def event_ids(cell: str, tenant: object) -> list[object]:
    with at(cell):
        return [
            key
            for table in moved_events()
            for (key,) in ask(f"SELECT id FROM {table.name} WHERE tenant_id = %s ORDER BY id", tenant)
        ]
