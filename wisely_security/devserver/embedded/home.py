"""Where the embedded server keeps everything: ``postgres`` in the data folder, or a link of that name."""

import os
import sys
import tempfile
from pathlib import Path

from .errors import EmbeddedPostgresError
from .server_user import ServerUser

NAME = "postgres"
OUT_OF_REACH = Path("/var/lib/wisely-security")  # root's data folder may be closed to the server's user
ENTERED_BY_ALL = 0o711  # the server's user has to get to the cluster, which is closed to everyone else


def find_or_make_home(data_folder: Path) -> Path:
    home = data_folder / NAME
    if home.is_symlink() and not home.exists():
        raise EmbeddedPostgresError(
            f"{home} points to {home.readlink()}, which is gone. Remove the link to start afresh."
        )
    if not home.exists():
        _make(data_folder, home)
    return home.resolve()


def _make(data_folder: Path, home: Path) -> None:
    as_root = os.geteuid() == 0
    is_new = not data_folder.exists()
    data_folder.mkdir(parents=True, exist_ok=True)
    if is_new:
        data_folder.chmod(ENTERED_BY_ALL if as_root else 0o700)
    user = ServerUser.for_a_new_cluster()
    if user.can_enter(data_folder):
        home.mkdir(mode=0o700, exist_ok=True)
        home.chmod(ENTERED_BY_ALL if as_root else 0o700)
    else:
        _make_elsewhere(home, user)


def _make_elsewhere(home: Path, user: ServerUser) -> None:
    OUT_OF_REACH.mkdir(parents=True, exist_ok=True)
    OUT_OF_REACH.chmod(ENTERED_BY_ALL)
    target = Path(tempfile.mkdtemp(dir=OUT_OF_REACH, prefix="data-"))
    target.chmod(ENTERED_BY_ALL)
    try:
        home.symlink_to(target)
    except OSError:
        target.rmdir()
        if home.exists():  # another process was quicker
            return
        raise
    sys.stderr.write(
        f"The user {user.name}, who runs PostgreSQL for root, cannot enter {home.parent}: "
        f"the database is kept in {target} ({home} links to it).\n"
    )
