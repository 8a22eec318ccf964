"""What an operator runs: any command in one cell or in each, and an overview that fails where something is wrong."""

from __future__ import annotations

from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from wisely_security.cells.overview import Cell, faults
from wisely_security.core.request_context import acting_as

from .conftest import Cells


def overview(*options: str) -> str:
    shown = StringIO()
    call_command("cells", *options, stdout=shown)
    return shown.getvalue()


def test_the_overview(cells: Cells) -> None:
    first, second = overview().splitlines()
    assert first.startswith("main: 3 tenants, 5 accounts, ")
    assert second.startswith("eu-1: 3 tenants, 4 accounts, ") and "PostgreSQL 1" in second


def test_a_cell_that_is_down(cells: Cells) -> None:
    cells.eu_server.kill()
    with pytest.raises(CommandError, match="The cell eu-1 doesn’t answer"):
        overview()


def test_a_tenant_that_the_directory_lacks(cells: Cells) -> None:
    with acting_as(support=True), connection.cursor() as cursor:
        cursor.execute("SELECT cells_keep_tenant(%s, NULL, NULL, 'main')", [cells.main.acme.pk])
    with pytest.raises(CommandError, match=f"The directory lacks the tenant {cells.main.acme.pk}"):
        overview()
    assert "eu-1: 3 tenants" in overview("--write-directory")


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


def test_what_does_not_agree_is_named() -> None:
    tenant, aggregator, lost = uuid4(), uuid4(), uuid4()
    cells = [Cell("eu-1", tenants={tenant: None, lost: aggregator}), Cell("us-1", tenants={tenant: None})]
    cells.append(Cell("ap-1", missing=["cells.0002_directory"]))
    assert list(faults(cells)) == [
        "The cell ap-1 lacks migrations: cells.0002_directory.",
        f"The tenant {tenant} lives in 2 cells.",
        f"The tenant {lost} lives in eu-1, but its aggregator does not.",
    ]
