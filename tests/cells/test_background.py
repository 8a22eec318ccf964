"""What goes on after a request, and beside all of them, is done in each cell."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.core import mail
from django.db import connection

from tests.support.cast import sign_in
from wisely_security.cells import directory
from wisely_security.core.request_context import acting_as
from wisely_security.database.cells.routing import in_cell
from wisely_security.ledger.derived import projectors
from wisely_security.tenancy.models import User
from wisely_security.workspace.outbox.mail_worker import MailWorker

from .conftest import Cells


def done_by(worker: Any) -> None:
    """One round of a worker, in a thread as in a web process."""

    def once() -> None:
        try:
            worker()
        finally:
            connection.close()

    thread = threading.Thread(target=once)
    thread.start()
    thread.join()


def rolled_up(cell: str) -> int:
    with in_cell(cell), acting_as(support=True), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_projector WHERE name = 'ledger_roll_up' AND next_tx > 0")
        [number] = cursor.fetchone()
    return int(number)


@pytest.fixture
def one_round(monkeypatch: pytest.MonkeyPatch) -> Any:
    thread = projectors.ProjectorThread()

    def stop(_: float) -> None:
        assert thread.turns.wait(60) and thread.reaching_out.wait(60)
        thread.request_stop()

    monkeypatch.setattr(thread.stopping, "wait", stop)
    return lambda: done_by(thread.work)


def test_projectors_work_in_each_cell(cells: Cells, one_round: Any) -> None:
    sign_in(cells.main.alice)
    sign_in(cells.eu.uma)
    one_round()
    assert rolled_up("main") and rolled_up("eu-1")


def test_they_go_on_where_another_cell_is_down(cells: Cells, one_round: Any) -> None:
    sign_in(cells.main.alice)
    cells.eu_server.kill()
    one_round()
    assert rolled_up("main")


def test_e_mails_of_each_cell_are_sent(cells: Cells, monkeypatch: pytest.MonkeyPatch) -> None:
    client = sign_in(cells.eu.uma)
    form = {"name": "Vienna", "owner": cells.eu.ulf.pk, "users": [cells.eu.uma.pk]}
    assert client.post("/settings/business-groups/add/", form).status_code == 302
    done_by(MailWorker()._work_here)  # in the first cell alone
    assert not mail.outbox
    worker = MailWorker()

    def stop(_: float) -> None:
        assert worker.turns.wait(60)
        worker.request_stop()

    monkeypatch.setattr("wisely_security.workspace.outbox.mail_worker.wake_event.wait", stop)
    done_by(worker.work)
    assert ["Uma Urban has added" in str(each.body) for each in mail.outbox] == [True]


def test_tenants_that_move_are_found_in_the_other_cell(cells: Cells) -> None:
    directory.point([cells.eu.hooli.pk, cells.eu.nucleus.pk], "main")
    assert [directory.cell_of(email=each.email) for each in (cells.eu.nils, cells.eu.uma)] == ["main", "eu-1"]
    with in_cell("eu-1"):  # where they are erased afterwards
        directory.push()
        with acting_as(support=True), connection.cursor() as cursor:
            cursor.execute("SELECT cells_release(%s, 'eu-1')", [cells.eu.nils.pk])
    with acting_as(support=True), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cells_directory_address WHERE user_id = %s", [cells.eu.nils.pk])
        assert cursor.fetchone() == (1,)


class TestTheDirectoryFollows:
    def test_a_deleted_account_frees_its_address(self, cells: Cells, one_round: Any) -> None:
        with in_cell("eu-1"), acting_as(tenant_id=cells.eu.umbrella.pk):
            User.objects.filter(pk=cells.eu.ulf.pk).delete()
        assert directory.cell_of(email=cells.eu.ulf.email) == "eu-1"
        one_round()
        assert directory.cell_of(email=cells.eu.ulf.email) == "main"

    def test_an_account_that_was_made_elsewhere_than_by_its_link(self, cells: Cells, one_round: Any) -> None:
        with in_cell("eu-1"), acting_as(tenant_id=cells.eu.umbrella.pk):
            User.objects.filter(pk=cells.eu.ulf.pk).update(email="another@umbrella.example")
        one_round()
        assert directory.cell_of(email="another@umbrella.example") == "eu-1"
        assert directory.cell_of(email=cells.eu.ulf.email) == "main"
        assert directory.waiting_since() is None

    def test_a_claim_that_came_to_nothing_is_given_up(self, cells: Cells, monkeypatch: pytest.MonkeyPatch) -> None:
        with in_cell("eu-1"):
            directory.claim("x@x.example", cells.eu.nucleus.pk, cells.eu.umbrella.pk)  # an account that never was
        with pytest.raises(directory.AddressTakenError):
            directory.claim("x@x.example", cells.main.bob.pk, cells.main.acme.pk)
        monkeypatch.setattr(directory, "CLAIM_HOLDS", 0)
        directory.claim("x@x.example", cells.main.bob.pk, cells.main.acme.pk)
        with in_cell("eu-1"), pytest.raises(directory.AddressTakenError):
            directory.claim(cells.main.alice.email, cells.eu.uma.pk, cells.eu.umbrella.pk)

    def test_it_can_be_written_anew(self, cells: Cells) -> None:
        with in_cell("main"), acting_as(support=True), connection.cursor() as cursor:
            cursor.execute("SELECT cells_release(%s, 'eu-1')", [cells.eu.uma.pk])
        assert directory.cell_of(email=cells.eu.uma.email) == "main"
        with in_cell("eu-1"):
            directory.write_all()
        assert directory.cell_of(email=cells.eu.uma.email) == "eu-1"


def test_nobody_but_support_reads_the_directory(cells: Cells) -> None:
    for scope in ({}, {"tenant_id": cells.main.acme.pk}, {"credential": cells.main.alice.email}):
        with acting_as(**scope), connection.cursor() as cursor:
            cursor.execute(
                "SELECT (SELECT count(*) FROM cells_directory_tenant), count(*) FROM cells_directory_address"
            )
            assert cursor.fetchone() == (0, 0)
