"""What went wrong, in one line that says what to do."""

import errno
import re
from pathlib import Path


class EmbeddedPostgresError(Exception):
    """The embedded server cannot be had. The message is for a person and says what to do."""


DISK_FULL = "The disk that holds {folder} is full. Free some space and try again."
OTHER_SERVER = "Or set DATABASE_URL and DATABASE_OWNER_URL to use a PostgreSQL server of your own."

# What PostgreSQL writes -> what a person can do about it.
ADVICE = {
    r"No space left on device|Disk quota exceeded": DISK_FULL,
    r"pre-existing shared memory block": (
        "Processes of an earlier PostgreSQL still use {folder}. End them: ps aux | grep postgres"
    ),
    r"effective user ID \d+: user does not exist": (
        "This process runs as a user that is not in /etc/passwd, and PostgreSQL refuses that. Run it as another user. "
        + OTHER_SERVER
    ),
    r"incompatible with server|initialized by PostgreSQL version": (
        "The files in {folder} are from a different PostgreSQL or kind of computer. Move them away to start afresh."
    ),
    r"could not (create|map|open|resize).*shared memory": (
        "PostgreSQL could not get the shared memory it needs: {complaint}"
    ),
}


def about_the_folder(folder: Path, error: OSError) -> EmbeddedPostgresError:
    name = error.filename or folder
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return EmbeddedPostgresError(DISK_FULL.format(folder=folder))
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return EmbeddedPostgresError(
            f"This user cannot use {name}: {error.strerror}. Choose another folder with DATA_DIR=…, "
            "or run this as the user that owns it."
        )
    return EmbeddedPostgresError(f"Cannot keep a database in {folder}: {error.strerror} ({name}).")


def about_the_server(folder: Path, output: str, log: Path | None = None) -> EmbeddedPostgresError:
    """The advice for what PostgreSQL wrote when it gave up."""
    found = re.search(r"\b(?:FATAL|PANIC|ERROR|error):\s*(.*)", output)
    complaint = found[1].strip() if found else "no reason was given"
    where = f" Its log is {log}." if log else ""
    for pattern, advice in ADVICE.items():
        if re.search(pattern, output):
            return EmbeddedPostgresError(advice.format(folder=folder, complaint=complaint) + where)
    return EmbeddedPostgresError(f"PostgreSQL could not start in {folder}: {complaint}.{where}")
