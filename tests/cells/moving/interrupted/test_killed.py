"""move_tenant ends anywhere, by whatever: the same command goes on, and nothing is lost or there twice."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from uuid import UUID

import pytest
from django.conf import settings
from django.core.management import CommandError
from django.db import connections

from audit_trail.models import AuditEvent
from tests.cells.conftest import EU, Cells
from tests.support.cast import sign_in
from wisely_security.cells import directory
from wisely_security.core.request_context import acting_as
from wisely_security.database.cells.routing import in_cell
from wisely_security.moving.at import ask, at
from wisely_security.moving.moves import unfinished
from wisely_security.workspace.modules.business_groups import BusinessGroup

from ..files import archived
from ..life import PAGE, contents, faults, move, number
from ..test_move import MOVE_EVENT, KilledError, event_ids
from .cutting import before, kill, lose

pytestmark = pytest.mark.long
# A move back sends fewer statements than the first one did, and its last ones need only one of the databases.
A_FEW = 4


@pytest.fixture
def acme(cells: Cells) -> UUID:
    """It has an archived month, which Globex has too, and events that are not sealed yet."""
    cast = cells.main
    archived.archive("main", cast.acme.pk, cast.globex.pk)
    sign_in(cast.alice).get(PAGE)
    with acting_as(tenant_id=cast.acme.pk):
        BusinessGroup.objects.create(tenant=cast.acme, name="Group", owner=cast.alice)
    return cast.acme.pk


def moves(cell: str, acme: UUID) -> int:
    with in_cell(cell), acting_as(support=True):
        return AuditEvent.objects.filter(action=MOVE_EVENT, tenant_id=acme).count()


def residence(cell: str, acme: UUID) -> list[str]:
    with at(cell):
        return [state for (state,) in ask("SELECT state FROM cells_residence WHERE tenant_id = %s", acme)]


def go_on(there: str) -> None:
    """Unless all was done but releasing the locks."""
    if unfinished("acme"):
        move("acme", there)


def assert_all_there(cell: str, other: str, acme: UUID, ids: list[object], recorded: int) -> None:
    there = event_ids(cell, acme)
    assert len(there) == len(set(there))
    assert set(ids) <= set(there)
    assert number(contents(other, [acme])) == 0
    assert moves(cell, acme) == recorded
    assert (residence(cell, acme), residence(other, acme)) == (["here"], ["departed"])
    assert directory.cell_of(email="alice@acme.example") == cell
    assert len(archived.names_of(cell, acme)) == 1
    assert archived.names_of(other, acme) == []
    assert faults(cell, [acme]) == []


def test_at_twenty_random_statements(cells: Cells, acme: UUID) -> None:
    here, there = "main", EU
    with before(None, kill) as sent:
        move("acme", there)
    chosen, ended = random.Random(17).sample(range(sent[0]), 20), 0
    for recorded, statement in enumerate(chosen, 2):
        here, there = there, here
        ids = event_ids(here, acme)
        try:
            with before(statement, kill):
                move("acme", there)
        except KilledError:
            ended += 1
            go_on(there)
        assert_all_there(there, here, acme, ids, recorded)
    assert ended > len(chosen) - A_FEW
    assert archived.faults("main") == archived.faults(EU) == []


@pytest.mark.parametrize("lost", ["main", EU])
def test_a_database_that_is_lost_in_the_middle(cells: Cells, acme: UUID, lost: str) -> None:
    """Unless that is the one they live in, they are not left frozen."""
    here, there = "main", EU
    with before(None, kill) as sent:
        move("acme", there)
    chosen, ended = random.Random(18).sample(range(sent[0]), 6), 0
    for recorded, statement in enumerate(chosen, 2):
        here, there = there, here
        ids = event_ids(here, acme)
        why = None
        try:
            with before(statement, lambda: lose(cells, lost)):
                move("acme", there)
        except CommandError as error:
            why = str(error)
        if why is not None:
            ended += 1
            assert "was lost" in why
            if here != lost:
                assert residence(here, acme) != ["frozen"]
            go_on(there)
        assert_all_there(there, here, acme, ids, recorded)
    assert ended > len(chosen) - A_FEW


def test_killed_with_9_in_a_process_of_its_own(cells: Cells, acme: UUID) -> None:
    ids = event_ids("main", acme)
    points = ["copied", "archives", "frozen", "rows", "departed", "switched", "rows erased"]
    environ = dict(os.environ)
    for variable, name, cell in (
        ("DATABASE_URL", "default", ""),
        ("DATABASE_OWNER_URL", "owner", ""),
        ("DATABASE_CELL_URLS", EU, f"{EU}="),
        ("DATABASE_CELL_OWNER_URLS", f"{EU}.owner", f"{EU}="),
    ):
        it = connections[name].settings_dict
        environ[variable] = f"{cell}postgresql:///{it['NAME']}?user={it['USER']}&host={it['HOST']}&port={it['PORT']}"
    connections.close_all()
    folders = [str(settings.CHECKPOINT_DIR), str(settings.ARCHIVE_DIR)]
    work = [sys.executable, "-m", "tests.cells.moving.interrupted.kill_at_points", *folders, "acme", EU, *points]
    done = subprocess.run(work, env=environ, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.splitlines()) == (0, [*["killed"] * len(points), "0"]), done.stderr
    assert_all_there(EU, "main", acme, ids, 1)
