import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def reachable_folder() -> Iterator[Path]:
    """A place for a data folder that every user can reach; pytest's own are closed when root runs it."""
    parent = Path(tempfile.mkdtemp(prefix="wisely-test-"))
    parent.chmod(0o711)
    yield parent / "data"
    shutil.rmtree(parent)
