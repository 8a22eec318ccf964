"""Background work in many cells: one that hangs keeps no other waiting, and a process may take care of some alone."""

from __future__ import annotations

import threading
from functools import partial

import pytest
from django.conf import settings
from django.core.management import call_command

from tests.support.cast import sign_in
from tests.support.downloads.copies import wait_for
from wisely_security.cells import directory
from wisely_security.core.request_context import acting_as
from wisely_security.database.cells import turns
from wisely_security.database.cells.routing import current_cell, in_cell
from wisely_security.ledger.derived import projectors
from wisely_security.tenancy.models import User
from wisely_security.workspace.outbox.wake_event import WakeEvent

from .conftest import Cells
from .locks import locked
from .test_background import rolled_up


class TestTurns:
    def test_what_hangs_in_one_cell_goes_on_in_the_others(self, cells: Cells, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(turns, "LONGEST", 0)
        done, goes_on = [], threading.Event()

        def work() -> None:
            done.append(current_cell())
            if current_cell() == "eu-1":
                goes_on.wait()

        def done_in_main(times: int) -> bool:
            return done.count("main") == times

        these = turns.Turns(work, "test", at_once=1)
        for number in range(1, 4):
            these.round()
            wait_for(partial(done_in_main, number))
        assert done.count("eu-1") == 1
        goes_on.set()
        assert these.wait(60)
        assert done.count("eu-1") == 2  # what was called for meanwhile, once

    def test_a_few_at_a_time(self, cells: Cells, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(turns, "LONGEST", 3600)
        lock, at_work, most = threading.Lock(), 0, 0

        def work() -> None:
            nonlocal at_work, most
            with lock:
                at_work += 1
                most = max(most, at_work)
            with lock:
                at_work -= 1

        these = turns.Turns(work, "test", at_once=1)
        for _ in range(5):
            these.round()
        assert these.wait(60)
        assert most == 1

    def test_what_fails_in_one_cell_is_logged_and_tried_again(
        self, cells: Cells, caplog: pytest.LogCaptureFixture
    ) -> None:
        done = []

        def work() -> None:
            if current_cell() == "eu-1":
                raise ZeroDivisionError
            done.append(current_cell())

        these = turns.Turns(work, "test")
        for _ in range(2):
            these.round()
            assert these.wait(60)
        assert done == ["main", "main"]
        assert caplog.text.count("Work failed in the cell eu-1.") == 2


class TestProjectors:
    def test_a_cell_that_hangs_keeps_no_other_waiting(self, cells: Cells) -> None:
        thread = projectors.ProjectorThread()
        sign_in(cells.eu.uma)
        with locked("eu-1", "login_activity_loginevent"):
            for _ in range(2):
                sign_in(cells.main.alice)
                thread.turns.round()
                wait_for(lambda: not is_pending("main"))
            assert not thread.turns.wait(0)
        assert thread.turns.wait(60)
        assert rolled_up("eu-1")

    def test_the_first_cell_hangs_and_its_directory_with_it(self, cells: Cells) -> None:
        thread = projectors.ProjectorThread()
        sign_in(cells.eu.uma)
        with in_cell("eu-1"), acting_as(tenant_id=cells.eu.umbrella.pk):
            User.objects.filter(pk=cells.eu.ulf.pk).delete()
        with locked("main", "cells_directory_address"):
            thread.turns.round(["eu-1"])
            assert thread.turns.wait(60)
            assert rolled_up("eu-1")
            assert not thread.reaching_out.wait(0)
        assert thread.reaching_out.wait(60)
        assert directory.cell_of(email=cells.eu.ulf.email) == "main"


def is_pending(cell: str) -> bool:
    with in_cell(cell):
        return bool(projectors.behind())


class TestWhichCells:
    def test_all_where_nothing_is_set(self, cells: Cells) -> None:
        assert turns.cells_of_process() == ["main", "eu-1"]

    def test_those_of_the_setting(self, cells: Cells, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(settings, "BACKGROUND_CELLS", ["eu-1"])
        assert turns.cells_of_process() == ["eu-1"]

    @pytest.mark.parametrize("command", [("in_cell", "eu-1"), ("in_each_cell",)])
    def test_a_command_that_is_run_in_a_cell_stays_there(
        self, cells: Cells, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
    ) -> None:
        code = "from wisely_security.database.cells.turns import cells_of_process; print(cells_of_process())"
        call_command(*command, "shell", "--no-imports", "-c", code)
        assert capsys.readouterr().out.splitlines()[-1] == "['eu-1']"

    def test_an_e_mail_wakes_the_mail_worker_in_its_cell_alone(self, cells: Cells) -> None:
        wake_event = WakeEvent()
        with in_cell("eu-1"):
            wake_event.set()
        assert wake_event.is_set()
        assert wake_event.take() == {"eu-1"}
        assert not wake_event.is_set()
        assert not wake_event.take()
