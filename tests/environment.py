"""Loaded by pytest before Django's settings (``-p tests.environment``): the database they need.

Where the suite runs in several processes, each has a server of its own: projectors wait for the oldest transaction of a
server, whosoever it is.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from wisely_security.devserver.embedded import provide, server

from .support import clock

MEMORY, ENOUGH = Path("/dev/shm"), 8 << 30  # bytes


def make_folder() -> Path:
    """In memory where there is enough of it: file systems take their time for the files of hundreds of databases."""
    roomy = os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ENOUGH
    folder = Path(tempfile.mkdtemp(prefix="wisely-tests-", dir=MEMORY if roomy else None))
    folder.chmod(0o711)  # PostgreSQL's user passes through
    return folder


def start_server(folder: Path) -> None:
    atexit.register(shutil.rmtree, folder, ignore_errors=True)  # runs after the server's end, which registers later
    server.SETTINGS |= {"fsync": "off", "full_page_writes": "off", "max_wal_size": "1GB"}  # no test cuts the power
    server.SETTINGS |= {"wal_level": "logical"}  # tenants move from it to another cell
    provide(os.environ, folder)


os.environ.setdefault("DEBUG", "1")
clock.adopt()
folder, worker = os.environ.get("TESTS_HAVE_SERVERS_IN"), os.environ.get("PYTEST_XDIST_WORKER")
if folder and worker:
    del os.environ["DATABASE_URL"], os.environ["DATABASE_OWNER_URL"]
    start_server(Path(folder, worker))
elif not os.environ.get("DATABASE_URL"):
    os.environ["TESTS_HAVE_SERVERS_IN"] = folder = str(make_folder())
    start_server(Path(folder))
clock.check(os.environ["DATABASE_URL"])
