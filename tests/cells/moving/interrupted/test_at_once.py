"""Two moves at once: of the same family, and of two."""

from __future__ import annotations

import threading

import pytest
from django.core.management import CommandError
from django.db import connections

from tests.cells.conftest import EU, Cells
from wisely_security.cells import directory
from wisely_security.moving import steps
from wisely_security.moving.at import ask, at

from ..life import contents, faults, live, move, number
from ..test_move import KilledError


def in_another_process(slug: str, to: str, why: list[str]) -> None:
    """That is, with connections of its own."""
    try:
        move(slug, to)
    except CommandError as error:
        why.append(str(error))
    finally:
        connections.close_all()


@pytest.mark.parametrize("slug", ["acme", "globex"])
def test_whoever_comes_second_is_refused_and_leaves_nothing(
    cells: Cells, monkeypatch: pytest.MonkeyPatch, slug: str
) -> None:
    why: list[str] = []

    def reached(point: str) -> None:
        thread = threading.Thread(target=in_another_process, args=(slug, EU, why))
        thread.start()
        thread.join()

    with monkeypatch.context() as patch:
        patch.setattr(steps, "_reached", reached)
        move("acme", EU)
    assert len(why) == len(steps.POINTS)
    assert {each.partition(". ")[0] for each in why} <= {
        "Somebody archives, erases or moves in main",
        "Somebody archives, erases or moves in eu-1",
    }
    with at("main"):
        assert ask("SELECT slugs[1], state FROM moving_move") == [("acme", "done")]
    move("acme", "main")  # no other is left to be finished first


def test_a_move_goes_through_while_another_one_is_cut_short(cells: Cells, monkeypatch: pytest.MonkeyPatch) -> None:
    """Frozen with events that nothing has consumed yet: Globex waits, and Acme does not."""
    cast = cells.main
    globex = [cast.initech.pk, cast.globex.pk]
    live([cast.acme, cast.globex], [cast.alice, cast.charlie])
    directory.write_all()

    def kill(reached: str) -> None:
        if reached == "frozen":
            raise KilledError

    with monkeypatch.context() as patch, pytest.raises(KilledError):
        patch.setattr(steps, "_reached", kill)
        move("globex", EU)
    move("acme", EU)
    assert (number(contents("main", [cast.acme.pk])), faults(EU, [cast.acme.pk])) == (0, [])
    move("globex", EU)
    assert (number(contents("main", globex)), faults(EU, globex)) == (0, [])
