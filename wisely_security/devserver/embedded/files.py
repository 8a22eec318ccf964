"""Files and folders that are nobody else's business, and locks that the kernel ends with their process."""

import fcntl
import os
import stat
import time
from pathlib import Path

from .errors import EmbeddedPostgresError
from .server_user import ServerUser


def open_private(path: Path, flags: int = os.O_RDWR) -> int:
    """Open or create ``path`` for its folder's owner only. Made by root, it still belongs to that owner."""
    descriptor = os.open(path, flags | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    if os.geteuid() == 0:
        owner = path.parent.stat()
        os.fchown(descriptor, owner.st_uid, owner.st_gid)
    return descriptor


def make_private_folder(path: Path, user: ServerUser) -> None:
    """Make ``path`` a folder that only ``user`` can enter, or make sure that it is one already."""
    try:
        path.mkdir(mode=0o700)
        user.give(path)
    except FileExistsError:
        status = path.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != user.uid or status.st_mode & 0o077:
            raise EmbeddedPostgresError(
                f"{path} is in the way: it belongs to someone else or is open to others. Remove it."
            ) from None


def lock(descriptor: int, kind: int, patience: float = 0.0) -> bool:
    """Take a lock of ``kind`` (LOCK_SH or LOCK_EX) within ``patience`` seconds; say whether it was had."""
    deadline = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.02)
