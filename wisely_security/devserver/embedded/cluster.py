"""One PostgreSQL cluster on disk: made once, examined each time before it is used."""

import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from .errors import EmbeddedPostgresError, about_the_server
from .programs import major_version, programs_for
from .roles import STATEMENTS, SUPERUSER
from .server_user import ServerUser

# Not where TMPDIR points, which may be long and differs between processes. Made private, and checked to be so.
SOCKETS = Path("/", "tmp")


@dataclass(frozen=True)
class Cluster:
    home: Path
    files: Path
    user: ServerUser
    socket_folder: Path


def make_or_examine(home: Path) -> Cluster:
    """The cluster in ``home``, new where there is none. Raises where it cannot be run here."""
    files = home / "cluster"
    if not files.exists():
        _make(home, files)
    user = ServerUser.owner_of(files)
    if user.uid == 0:
        raise EmbeddedPostgresError(
            f"{files} belongs to root, and PostgreSQL does not run as root (was the folder copied?). "
            f"Change the owner with: chown -R {ServerUser.for_a_new_cluster().name} '{files}'"
        )
    if not user.is_me and os.geteuid() != 0:
        raise EmbeddedPostgresError(
            f"{files} belongs to the user {user.name}. Run this as that user, or choose another folder with DATA_DIR=…"
        )
    if not user.can_enter(home):
        raise EmbeddedPostgresError(
            f"The user {user.name}, who runs PostgreSQL for root, cannot enter {home}. Allow passing through "
            "the folders above it (chmod o+x), or choose another folder with DATA_DIR=…"
        )
    made_by = (files / "PG_VERSION").read_text().strip()
    if made_by != major_version():
        raise EmbeddedPostgresError(
            f"{files} was made by PostgreSQL {made_by}, and this is PostgreSQL {major_version()}. Move it "
            f"away to start afresh, or move its data with pg_dump of PostgreSQL {made_by}."
        )
    files.chmod(0o700)  # a copy may have come out wider, and PostgreSQL refuses that
    return Cluster(home, files, user, _socket_folder(files))


def _make(home: Path, files: Path) -> None:
    """Whole or not at all: a half-made cluster never bears the name."""
    user = ServerUser.for_a_new_cluster()
    programs = programs_for(user, home)
    unfinished = home / "cluster.new"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    user.give(unfinished)
    initdb = [str(programs / "initdb"), f"--pgdata={unfinished}", f"--username={SUPERUSER}", "--auth=trust"]
    # PostgreSQL's own C.UTF-8 sorts and folds alike on every machine; the wheel has no ICU.
    initdb += ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    single_user = [str(programs / "postgres"), "--single", "-D", str(unfinished), "-c", "exit_on_error=on", "template1"]
    for command, stdin in ((initdb, ""), (single_user, STATEMENTS)):
        code, output = user.run(command, stdin)
        if code:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise about_the_server(home, output)
    unfinished.rename(files)


def _socket_folder(files: Path) -> Path:
    """A short path however long the data folder's is, the same for every process and at every start."""
    system_identifier = (files / "global" / "pg_control").read_bytes()[:8]
    return SOCKETS / f"wisely-{hashlib.sha256(system_identifier + os.fsencode(files)).hexdigest()[:16]}"
