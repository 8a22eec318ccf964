"""What an operator runs: any command in one cell or in each, and an overview that fails where something is wrong."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from tests.support.cast import sign_in
from wisely_security.cells import overview as asked
from wisely_security.core.request_context import acting_as
from wisely_security.database.cells.routing import in_cell
from wisely_security.database.replication.alias_override import override_default
from wisely_security.moving import moves
from wisely_security.tenancy.models import Tenant

from .conftest import Cells
from .locks import locked


def overview(*options: str) -> str:
    shown = StringIO()
    call_command("cells", *options, stdout=shown)
    return shown.getvalue()


def test_the_overview_is_a_table(cells: Cells) -> None:
    heading, first, second = overview().splitlines()
    assert heading.split() == [
        *("cell", "state", "version", "size", "tenants", "accounts", "events", "estimated"),
        *("projectors", "sealer", "moves", "to", "directory", "replica"),
    ]
    ends = [heading.index(name) + len(name) for name in ("tenants", "accounts", "moves", "replica")]
    assert [[line[:end].split()[-1] for end in ends] for line in (first, second)] == [
        ["3", "5", "0", "-"],
        ["3", "4", "0", "-"],
    ]
    assert first.startswith("main  up ") and second.startswith("eu-1  up ")


def test_it_is_json_for_monitoring(cells: Cells) -> None:
    with in_cell("eu-1"):
        sign_in(cells.eu.uma)
    found = json.loads(overview("--json"))
    first, second = found["cells"]
    assert found["faults"] == []
    assert (first["cell"], first["state"], first["tenants"], first["accounts"]) == ("main", "up", 3, 5)
    assert second["cell"] == "eu-1" and second["projectors_seconds"] > 0
    assert second["missing_migrations"] == second["newer_migrations"] == []
    assert {"version", "bytes", "events_estimated", "sealer_seconds", "replica_seconds", "moves"} < second.keys()


def test_it_estimates_events_and_counts_moves(cells: Cells) -> None:
    sign_in(cells.eu.uma)
    with in_cell("eu-1"), override_default("owner"), connection.cursor() as cursor:
        cursor.execute("ANALYZE login_activity_loginevent")
    with in_cell("eu-1"), acting_as(support=True):
        tenants = [Tenant.objects.get(pk=cells.eu.umbrella.pk)]
    moves.begin(tenants, "eu-1", "main")
    main, eu = json.loads(overview("--json"))["cells"]
    assert (main["moves"], eu["moves"]) == (0, 1)
    assert eu["events_estimated"] >= 1


def test_a_cell_that_is_down(cells: Cells) -> None:
    cells.eu_server.kill()
    with pytest.raises(CommandError, match="The cell eu-1 doesn’t answer"):
        overview()


def test_a_cell_that_is_down_is_in_the_json(cells: Cells) -> None:
    cells.eu_server.kill()
    shown = StringIO()
    with pytest.raises(CommandError):
        call_command("cells", "--json", stdout=shown)
    found = json.loads(shown.getvalue())
    assert [(each["cell"], each["state"]) for each in found["cells"]] == [("main", "up"), ("eu-1", "down")]
    assert [fault["id"] for fault in found["faults"]] == ["wisely_security.E036"]


def test_a_cell_whose_statements_hang(cells: Cells, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asked, "LONGEST_STATEMENT", "100ms")
    with (
        locked("eu-1", "tenancy_user"),
        pytest.raises(CommandError, match="The cell eu-1 doesn’t answer: canceling statement due to statement timeout"),
    ):
        overview()


def test_a_cell_that_is_frozen(cells: Cells, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asked, "ANSWER_WITHIN", 1)
    cells.eu_server.freeze()
    try:
        with pytest.raises(CommandError, match="The cell eu-1 doesn’t answer: there was no answer within 1 seconds"):
            overview()
    finally:
        cells.eu_server.thaw()


def test_a_tenant_that_the_directory_lacks(cells: Cells) -> None:
    with acting_as(support=True), connection.cursor() as cursor:
        cursor.execute("SELECT cells_keep_tenant(%s, NULL, NULL, 'main')", [cells.main.acme.pk])
    with pytest.raises(CommandError, match=f"The directory lacks the tenant {cells.main.acme.pk}"):
        overview()
    assert "eu-1  up" in overview("--write-directory")


@pytest.mark.parametrize("command", ["in_cell", "in_each_cell"])
def test_a_command_has_to_be_named(cells: Cells, command: str) -> None:
    with pytest.raises(CommandError, match="Name a command"):
        call_command(command, *(["eu-1"] if command == "in_cell" else []))


def test_an_unknown_cell(cells: Cells) -> None:
    with pytest.raises(CommandError, match="The cells are main, eu-1"):
        call_command("in_cell", "us-1", "check")


def test_a_command_runs_in_its_cell(cells: Cells, capsys: pytest.CaptureFixture[str]) -> None:
    code = "from wisely_security.database.cells.routing import current_cell; print('here:', current_cell())"
    call_command("in_cell", "eu-1", "shell", "--no-imports", "-c", code)
    assert capsys.readouterr().out.strip() == "here: eu-1"


def test_in_each_cell_one_that_fails_does_not_stop_the_others(cells: Cells, capsys: pytest.CaptureFixture[str]) -> None:
    cells.eu_server.kill()
    code = "from wisely_security.tenancy.models import Tenant; print('there are', Tenant.objects.count())"
    with pytest.raises(CommandError, match=r"It failed in eu-1\."):
        call_command("in_each_cell", "shell", "--no-imports", "-c", code)
    assert "there are 0" in capsys.readouterr().out
