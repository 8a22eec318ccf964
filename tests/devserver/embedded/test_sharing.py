"""Which processes share the server, and which stops it."""

import os
import signal
from pathlib import Path

import dj_database_url

from .members import Join, ask, process_file, started_at


def test_the_last_to_leave_stops_the_server_and_the_data_stays(join: Join, folder: Path) -> None:
    first, second = join(), join()
    url = first.environ()["DATABASE_OWNER_URL"]
    ask(url, "CREATE TABLE kept AS SELECT 42 AS answer")
    second.environ()
    first.leave()
    assert ask(url, "SELECT * FROM kept") == [(42,)]
    second.leave()
    assert not process_file(folder).exists()
    assert not Path(dj_database_url.parse(url)["HOST"]).exists()
    assert ask(join().environ()["DATABASE_OWNER_URL"], "SELECT * FROM kept") == [(42,)]


def test_processes_that_start_at_once_share_one_server(join: Join) -> None:
    members = [join() for _ in range(4)]
    assert len({str(started_at(member)) for member in members}) == 1


def test_processes_that_come_and_go_at_once_do_not_disturb_each_other(join: Join) -> None:
    for _ in range(3):
        members = [join() for _ in range(3)]
        for member in members:
            assert started_at(member)
            member.leave()


def test_a_killed_process_leaves_a_server_that_the_next_one_takes_over(join: Join, folder: Path) -> None:
    killed = join()
    before = started_at(killed)
    killed.kill()
    heir = join()
    assert started_at(heir) == before
    heir.leave()
    assert not process_file(folder).exists()


def test_a_forked_child_does_not_stop_the_server_of_its_parent(join: Join) -> None:
    member = join("fork")
    assert started_at(member)


def test_ctrl_c_reaches_the_users_of_the_server_and_not_the_server(join: Join, folder: Path) -> None:
    member, other = join(), join()
    member.environ()
    url = other.environ()["DATABASE_URL"]
    os.killpg(member.process.pid, signal.SIGINT)
    member.process.communicate()
    assert ask(url, "SELECT 1") == [(1,)]
    os.killpg(other.process.pid, signal.SIGINT)
    other.process.communicate()
    assert not process_file(folder).exists()
