"""``manage.py check`` names what is wrong with cells, each by a number of its own."""

from __future__ import annotations

from contextlib import ExitStack
from uuid import UUID, uuid4

import psycopg2
import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import connections, transaction

from tests.machines.servers import also_serving
from tests.support.cast import person
from wisely_security.cells.checks import cells_are_in_order, owners_are_named
from wisely_security.cells.faults import faults
from wisely_security.cells.overview import Cell
from wisely_security.core.request_context import acting_as
from wisely_security.database.cells.routing import in_cell
from wisely_security.tenancy.models import Role, Tenant

from .conftest import Cells

FIRST, SECOND, HEAD, LOST = (UUID(int=number) for number in range(1, 5))
DIRECTORY = {FIRST: "main", SECOND: "eu-1", HEAD: "eu-1"}
MAIN = Cell("main", tenants={FIRST: None}, directory=DIRECTORY)
EU = Cell("eu-1", tenants={SECOND: HEAD, HEAD: None})
NO_HEAD = Cell("eu-1", tenants={SECOND: HEAD})
MORE = Cell("main", tenants={FIRST: None}, directory={**DIRECTORY, LOST: "eu-1"})
GONE = Cell("main", tenants={FIRST: None}, directory={**DIRECTORY, LOST: "us-1"})
ELSEWHERE = Cell("main", tenants={FIRST: None}, directory={**DIRECTORY, HEAD: "main"})
LACKING = Cell("main", tenants={FIRST: None}, directory={SECOND: "eu-1", HEAD: "eu-1"})


@pytest.mark.parametrize(
    ("cells", "number", "sentence"),
    [
        ([MAIN, Cell("eu-1", error="refused")], "E036", "The cell eu-1 doesn’t answer: refused"),
        ([MAIN, Cell("eu-1", missing=["a.0002_b"])], "E037", "The cell eu-1 lacks migrations: a.0002_b."),
        (
            [MAIN, Cell("eu-1", missing=[f"a.{number}" for number in range(5)])],
            "E037",
            "The cell eu-1 lacks migrations: a.0, a.1, a.2 and 2 more.",
        ),
        (
            [MAIN, Cell("eu-1", newer=["a.0009_c"], tenants=EU.tenants)],
            "W006",
            "The cell eu-1 has migrations of a newer release: a.0009_c.",
        ),
        (
            [MAIN, Cell("eu-1", replica_error="it accepts writes.", tenants=EU.tenants)],
            "E038",
            "The replica of the cell eu-1 can’t be used: it accepts writes.",
        ),
        (
            [Cell("main", identity="1"), Cell("eu-1", identity="2"), Cell("us-1", identity="1")],
            "E039",
            "The cells main and us-1 are one database.",
        ),
        ([MAIN, EU, Cell("us-1", tenants={FIRST: None})], "E040", f"The tenant {FIRST} lives in 2 cells."),
        ([MAIN, NO_HEAD], "E041", f"The tenant {SECOND} lives in eu-1, but its aggregator does not."),
        ([LACKING, EU], "E042", f"The directory lacks the tenant {FIRST}, which lives in main."),
        ([ELSEWHERE, EU], "E042", f"The directory has the tenant {HEAD} in main, but it lives in eu-1."),
        ([MORE, EU], "E043", f"The directory has the tenant {LOST} in eu-1, but it lives nowhere."),
        ([GONE, EU], "E043", f"The directory has the tenant {LOST} in us-1, but it lives nowhere."),
    ],
)
def test_each_fault_has_a_number(cells: list[Cell], number: str, sentence: str) -> None:
    assert (f"wisely_security.{number}", sentence) in list(faults(cells))


def test_what_agrees_has_no_fault() -> None:
    assert not list(faults([MAIN, EU]))


def test_where_a_cell_is_down_its_tenants_are_not_missed() -> None:
    assert [fault.id for fault in faults([MAIN, Cell("eu-1", error="refused")])] == ["wisely_security.E036"]


def found(databases: list[str] | None = None) -> list[tuple[str | None, str]]:
    return [(message.id, message.msg) for message in cells_are_in_order(databases)]


class TestOfTwoServers:
    def test_two_cells_in_order(self, cells: Cells) -> None:
        assert found(["default"]) == []

    def test_a_cell_that_is_down(self, cells: Cells) -> None:
        cells.eu_server.kill()
        [(number, sentence)] = found(["default"])
        assert number == "wisely_security.E036" and sentence.startswith("The cell eu-1 doesn’t answer: ")

    def test_a_tenant_in_two_cells(self, cells: Cells) -> None:
        tenant, admin = cells.main.acme, person("Alice Again", "again@acme.example")
        with in_cell("eu-1"), acting_as(tenant_id=tenant.pk), transaction.atomic():
            admin.pk = uuid4()
            Tenant.objects.create(pk=tenant.pk, name="Acme", slug="acme", super_admin_id=admin.pk)
            admin.tenant_id = tenant.pk
            admin.role = Role.objects.create(tenant_id=tenant.pk, key="admin", name="Admin")
            admin.save(force_insert=True)
        assert ("wisely_security.E040", f"The tenant {tenant.pk} lives in 2 cells.") in found(["default"])

    def test_one_database_under_two_names(self, cells: Cells) -> None:
        with also_serving("us-1", CELL="us-1"):
            assert ("wisely_security.E039", "The cells main and us-1 are one database.") in found(["default"])

    def test_a_replica_that_is_none(self, cells: Cells) -> None:
        with also_serving("eu-1.replica", CELL="eu-1"):  # the first cell's database
            sentence = "The replica of the cell eu-1 can’t be used: it is another database."
            assert found(["default"]) == [("wisely_security.E038", sentence)]

    def test_all_are_compared_in_the_first_alone(self, cells: Cells) -> None:
        cells.eu_server.kill()
        with in_cell("eu-1"):
            assert found(["default"]) == []

    def test_nothing_connects_unless_a_database_is_named(self, cells: Cells, monkeypatch: pytest.MonkeyPatch) -> None:
        connections.close_all()
        with monkeypatch.context() as patch:
            patch.setattr(psycopg2, "connect", None)
            assert found(None) == found(["owner"]) == []
            call_command("check", "--deploy", fail_level="CRITICAL")

    def test_it_is_one_of_djangos_checks(self, cells: Cells) -> None:
        cells.eu_server.kill()
        assert "wisely_security.E036" in {message.id for message in run_checks(databases=["default"])}


def test_where_the_first_cell_is_maintained_all_are(cells: Cells) -> None:
    assert owners_are_named() == []
    with ExitStack() as stack:
        for name in ("ap-1", "us-1"):
            stack.enter_context(also_serving(name, CELL=name))
        [warning] = owners_are_named()
    assert warning.id == "wisely_security.W007"
    assert warning.msg.startswith("Nothing can be maintained in ap-1, us-1: ")


def test_ids_are_not_shown_where_nothing_is_wrong() -> None:
    assert not list(faults([Cell("main", tenants={uuid4(): None})]))
