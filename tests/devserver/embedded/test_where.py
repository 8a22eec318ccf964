"""Where the database is kept."""

import os
import pwd
import shutil
from pathlib import Path

import dj_database_url
import pytest

from wisely_security.devserver.embedded import EmbeddedPostgresError, provide

from .members import AS_ROOT, Join, ask, process_file, started_at


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
