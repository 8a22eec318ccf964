"""What becomes of a family while its move is cut short; and of a cancellation that is cut short itself."""

from __future__ import annotations

import random

import pytest
from django.core.management import CommandError

from tests.cells.conftest import EU, Cells
from tests.ledger.archive.history import OLD, sign_ins
from tests.support.cast import person
from wisely_security.ledger.derived.projectors import project
from wisely_security.moving import steps
from wisely_security.moving.at import ask, at
from wisely_security.tenancy.models import Edition
from wisely_security.tenancy.sign_in.accounts import create_tenant

from ..files import archived
from ..life import contents, live, move, number
from ..test_move import KilledError, event_ids
from .cutting import before, kill


def killed(monkeypatch: pytest.MonkeyPatch, slug: str, point: str) -> None:
    def kill_there(reached: str) -> None:
        if reached == point:
            raise KilledError

    with monkeypatch.context() as patch, pytest.raises(KilledError):
        patch.setattr(steps, "_reached", kill_there)
        move(slug, EU)


@pytest.mark.parametrize("point", ["copied", "all compared"])
def test_it_gets_another_enterprise(cells: Cells, monkeypatch: pytest.MonkeyPatch, point: str) -> None:
    killed(monkeypatch, "globex", point)
    hank = person("Hank Hill", "hank@strickland.example")
    new = create_tenant("Strickland", "strickland", Edition.ENTERPRISE, super_admin=hank, aggregator=cells.main.initech)
    with pytest.raises(CommandError, match="The family has another enterprise"):
        move("globex", EU)
    with at("main"):
        assert ask("SELECT DISTINCT state FROM cells_residence") == [("here",)]
    move("globex", EU, cancel=True)
    move("globex", EU)
    assert number(contents("main", [cells.main.initech.pk, cells.main.globex.pk, new.pk])) == 0
    assert number(contents(EU, [new.pk])) > 0


def test_a_month_of_its_is_archived(cells: Cells, monkeypatch: pytest.MonkeyPatch) -> None:
    acme = cells.main.acme.pk
    sign_ins(OLD, [acme, cells.main.globex.pk], archived.EVENTS)
    project()
    killed(monkeypatch, "acme", "copied")
    archived.run("main", "archive_events", older_than=12)
    with pytest.raises(CommandError, match="--cancel it and begin again"):
        move("acme", EU)
    move("acme", EU, cancel=True)
    move("acme", EU)
    assert len(archived.names_of(EU, acme)) == 1
    assert archived.names_of("main", acme) == []
    assert archived.faults("main") == archived.faults(EU) == []


def test_a_cancellation_goes_on_too(cells: Cells, monkeypatch: pytest.MonkeyPatch) -> None:
    acme = cells.main.acme.pk
    archived.archive("main", acme)
    live([cells.main.acme], [cells.main.alice])
    ids = event_ids("main", acme)
    killed(monkeypatch, "acme", "all compared")
    with before(None, kill) as sent:
        move("acme", EU, cancel=True)
    last = sent[0] - 2  # then the locks of both cells are released
    for statement in random.Random(19).sample(range(last), 5):
        killed(monkeypatch, "acme", "all compared")
        with pytest.raises(KilledError), before(statement, kill):
            move("acme", EU, cancel=True)
        move("acme", EU, cancel=True)
        assert (number(contents(EU, [acme])), archived.files(EU)) == (0, {})
        assert event_ids("main", acme) == ids
    move("acme", EU)
    assert archived.faults("main") == archived.faults(EU) == []
