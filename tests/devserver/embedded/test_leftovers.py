"""What a crash, a copy or an accident leaves behind."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psycopg2
import pytest

from .members import AS_ROOT, Join, ask, make_cluster, process_file, server_process, started_at

BUSY = "SELECT count(*) FROM generate_series(1, 30000000) AS a"


def test_a_crash_of_the_server_is_recovered_at_the_same_address(join: Join, folder: Path) -> None:
    member = join()
    environ = member.environ()
    ask(environ["DATABASE_OWNER_URL"], "CREATE TABLE kept AS SELECT 42 AS answer")
    os.kill(server_process(folder), signal.SIGKILL)
    assert join().environ() == environ
    assert ask(environ["DATABASE_OWNER_URL"], "SELECT * FROM kept") == [(42,)]


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells which processes a server has")
def test_a_server_whose_processes_are_killed_while_it_recovers_is_there_again(join: Join, folder: Path) -> None:
    url = join().environ()["DATABASE_OWNER_URL"]
    ask(url, "CREATE TABLE kept AS SELECT 42 AS answer")
    before = helpers(folder)
    kill_a_session(url)
    killed: set[int] = set()
    while not killed:
        for process in helpers(folder) - before:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
                killed.add(process)
    assert killed
    assert ask(join().environ()["DATABASE_OWNER_URL"], "SELECT * FROM kept") == [(42,)]


def helpers(folder: Path) -> set[int]:
    """The server's processes that neither serve somebody nor recover the data."""
    server = server_process(folder)
    found = set()
    for process in Path(f"/proc/{server}/task/{server}/children").read_text().split():
        with contextlib.suppress(OSError):  # it has ended
            title = Path(f"/proc/{process}/cmdline").read_text()
            if title.startswith(("postgres: checkpointer", "postgres: background writer", "postgres: io worker")):
                found.add(int(process))
    return found


def kill_a_session(url: str) -> None:
    session = psycopg2.connect(url)
    os.kill(session.get_backend_pid(), signal.SIGKILL)
    session.close()


def test_orphans_of_a_crash_are_waited_for(join: Join, folder: Path) -> None:
    member = join()
    url = member.environ()["DATABASE_URL"]
    busy = subprocess.Popen(  # a loop in C that does not notice the death of the server
        [sys.executable, "-c", f"import psycopg2; psycopg2.connect({url!r}).cursor().execute('{BUSY}')"],
        stderr=subprocess.DEVNULL,
    )
    while not ask(url, "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'SELECT count%' AND state = 'active'"):
        assert busy.poll() is None
    os.kill(server_process(folder), signal.SIGKILL)
    assert started_at(join())
    busy.wait()


@pytest.mark.parametrize("content", ["", "12", "gibberish\n" * 8])
def test_a_half_written_process_file_is_no_obstacle(join: Join, folder: Path, content: str) -> None:
    make_cluster(join)
    process_file(folder).write_text(content)
    assert started_at(join())


@pytest.mark.parametrize("alive", [True, False], ids=["a stranger's process id", "a process id that is gone"])
def test_a_stale_process_file_is_no_obstacle(join: Join, folder: Path, alive: bool) -> None:
    make_cluster(join)
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        if not alive:
            stranger.kill()
            stranger.wait()
        cluster = folder / "postgres" / "cluster"
        process_file(folder).write_text(f"{stranger.pid}\n{cluster}\n1\n5432\n/nowhere\n\n1 1\nready\n")
        shutil.chown(process_file(folder), cluster.stat().st_uid)
        assert started_at(join())
        assert stranger.poll() is None or not alive
    finally:
        stranger.kill()
        stranger.wait()


def test_a_half_made_cluster_is_created_again(join: Join, folder: Path) -> None:
    make_cluster(join)
    (folder / "postgres" / "cluster").rename(folder / "postgres" / "cluster.new")
    (folder / "postgres" / "cluster.new" / "PG_VERSION").unlink()
    assert started_at(join())


def test_a_cluster_of_another_major_version_is_refused(join: Join, folder: Path) -> None:
    make_cluster(join)
    version = folder / "postgres" / "cluster" / "PG_VERSION"
    ours = version.read_text()
    version.write_text("17\n")
    assert "was made by PostgreSQL 17, and this is PostgreSQL 18" in join().failure()
    version.write_text(ours)


def test_a_folder_that_was_copied_from_under_a_running_server_is_refused(join: Join, folder: Path) -> None:
    join().environ()
    copy = folder.with_name("copy")
    subprocess.run(["cp", "-a", str(folder), str(copy)], check=True)
    assert "was copied or moved from" in join(at=copy).failure()


def test_a_folder_that_was_copied_at_rest_is_a_database_of_its_own(join: Join, folder: Path) -> None:
    make_cluster(join)
    copy = folder.with_name("copy")
    subprocess.run(["cp", "-a", str(folder), str(copy)], check=True)
    original, twin = join().environ(), join(at=copy).environ()
    assert original["DATABASE_URL"] != twin["DATABASE_URL"]
    assert ask(twin["DATABASE_URL"], "SELECT 1") == [(1,)]


@pytest.mark.skipif(not AS_ROOT, reason="only root can give files to root")
def test_a_cluster_that_came_to_belong_to_root_is_refused(join: Join, folder: Path) -> None:
    make_cluster(join)
    cluster = folder / "postgres" / "cluster"
    owner = cluster.stat().st_uid
    os.chown(cluster, 0, 0)
    assert "belongs to root" in join().failure()
    os.chown(cluster, owner, -1)


def test_a_file_in_the_place_of_the_folder_is_refused(join: Join, folder: Path) -> None:
    folder.write_text("")
    assert "Cannot keep a database in" in join().failure()
    folder.unlink()


@pytest.mark.skipif(AS_ROOT, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_refused(join: Join, folder: Path) -> None:
    folder.mkdir(mode=0o500)
    assert "may not use" in join().failure()
    folder.chmod(0o700)


def test_a_setting_that_stops_the_server_is_reported_with_its_log(join: Join, folder: Path) -> None:
    make_cluster(join)
    settings = folder / "postgres" / "cluster" / "postgresql.auto.conf"
    settings.write_text("max_connections = many\n")
    failure = join().failure()
    assert "PostgreSQL could not start" in failure
    assert "server.log" in failure
    settings.write_text("")
