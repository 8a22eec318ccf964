"""A PostgreSQL of one's own for development and the demo, without installing one. Knows nothing of Django.

The server listens on a Unix socket only, in a folder that nobody but the server's user (and root) can enter.
Inside that folder connections are trusted: whoever can enter it could read the data files just as well.
"""

from collections.abc import MutableMapping
from pathlib import Path

from .errors import EmbeddedPostgresError, about_the_folder
from .home import find_or_make_home
from .roles import APP_ROLE, OWNER_ROLE, url
from .use import descriptors, join

__all__ = ["EmbeddedPostgresError", "descriptors", "provide"]

PROJECT_ROOT = Path(__file__).resolve().parents[3]


def provide(environ: MutableMapping[str, str], data_dir: str | Path | None = None) -> None:
    """See to it that ``environ`` names a database; where it names none, join or start the embedded server.

    Its files are kept in ``data_dir``, else ``DATA_DIR`` of ``environ``, else ``data`` in the project. A
    process leaves the server when it ends, and the last to leave stops it.
    Raises EmbeddedPostgresError, which says what to do.
    """
    if environ.get("DATABASE_URL"):
        return
    if environ.get("DATABASE_OWNER_URL"):
        raise EmbeddedPostgresError("DATABASE_OWNER_URL is set, but DATABASE_URL is not. Set both, or neither.")
    folder = Path(data_dir or environ.get("DATA_DIR") or PROJECT_ROOT / "data").absolute()
    try:
        cluster = join(find_or_make_home(folder))
    except OSError as error:
        raise about_the_folder(folder, error) from error
    environ["DATABASE_URL"] = url(cluster.socket_folder, APP_ROLE)
    environ["DATABASE_OWNER_URL"] = url(cluster.socket_folder, OWNER_ROLE)
