"""One thread works in one cell at a time, and says so in its request context."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

import pytest
from django.db import connection, connections, transaction

from wisely_security.core.request_context import RequestContext, acting_as, using
from wisely_security.database.cells.errors import UnknownCellError, WrongCellError
from wisely_security.database.cells.routing import all_cells, current_cell, in_cell, in_each_cell
from wisely_security.tenancy.models import Tenant

from .conftest import Cells


def tenants() -> set[str]:
    with acting_as(support=True):
        return set(Tenant.objects.values_list("slug", flat=True))


MAIN, EU = {"acme", "globex", "initech"}, {"umbrella", "hooli", "nucleus"}


def test_a_block_works_in_its_cell(cells: Cells) -> None:
    assert all_cells() == ["main", "eu-1"]
    assert (current_cell(), tenants()) == ("main", MAIN)
    with in_cell("eu-1"):
        assert (current_cell(), tenants()) == ("eu-1", EU)
        with in_cell("main"):
            assert (current_cell(), tenants()) == ("main", MAIN)
            with in_cell("eu-1"), in_cell("eu-1"):
                assert (current_cell(), tenants()) == ("eu-1", EU)
            assert tenants() == MAIN
        assert tenants() == EU
    assert (current_cell(), tenants()) == ("main", MAIN)


def test_transactions_of_two_cells_are_independent(cells: Cells) -> None:
    with acting_as(support=True), transaction.atomic():
        Tenant.objects.filter(slug="acme").update(name="Renamed")
        with in_cell("eu-1"), transaction.atomic():
            Tenant.objects.filter(slug="umbrella").update(name="Renamed")
        transaction.set_rollback(True)
    with acting_as(support=True):
        assert Tenant.objects.get(slug="acme").name == "Acme"
    with in_cell("eu-1"), acting_as(support=True):
        assert Tenant.objects.get(slug="umbrella").name == "Renamed"


def test_the_owner_is_the_cells_own(cells: Cells) -> None:
    with in_cell("eu-1"):
        assert connections["owner"].settings_dict["HOST"] == cells.eu_server.socket
    assert connections["owner"].settings_dict["HOST"] != cells.eu_server.socket


def test_an_error_leaves_the_cell(cells: Cells) -> None:
    with pytest.raises(ZeroDivisionError), in_cell("eu-1"):
        _ = 1 / 0
    assert (current_cell(), tenants()) == ("main", MAIN)


def test_an_unknown_cell_is_refused(cells: Cells) -> None:
    with pytest.raises(UnknownCellError, match="The cells are main, eu-1"), in_cell("us-1"):
        pass


def test_a_context_that_outlives_its_cell_reaches_no_database(cells: Cells) -> None:
    with in_cell("eu-1"), using(RequestContext(tenant_id=cells.eu.umbrella.pk)) as context:
        pass
    with using(context), pytest.raises(WrongCellError), connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def test_work_in_another_thread_has_to_enter_its_cell_again(cells: Cells) -> None:
    def elsewhere(enter: bool) -> set[str]:
        try:
            if not enter:
                return tenants()
            with in_cell(current_cell()):
                return tenants()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with in_cell("eu-1"):
            forgetful = pool.submit(copy_context().run, elsewhere, False)
            mindful = pool.submit(copy_context().run, elsewhere, True)
        assert isinstance(forgetful.exception(), WrongCellError)
        assert mindful.result() == EU


def test_work_in_each_cell_goes_on_where_one_is_down(cells: Cells, caplog: pytest.LogCaptureFixture) -> None:
    found = []
    cells.eu_server.kill()
    in_each_cell(lambda: found.append(tenants()))
    assert found == [MAIN]
    assert "failed in the cell eu-1" in caplog.text
    cells.eu_server.start()
