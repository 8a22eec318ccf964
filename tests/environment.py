"""Loaded by pytest before Django's settings (``-p tests.environment``): the database they need.

Where the suite runs in several processes, each has a server of its own: followers wait for the oldest transaction of a
server, whosoever it is.
"""

import os
from pathlib import Path

from wisely_security.database.embedded import PROJECT_ROOT, provide

os.environ.setdefault("DEBUG", "1")
folder = Path(os.environ.get("DATA_DIR") or PROJECT_ROOT / "data")
worker = os.environ.get("PYTEST_XDIST_WORKER")
if worker and os.environ.get("TESTS_HAVE_SERVERS"):
    del os.environ["DATABASE_URL"], os.environ["DATABASE_OWNER_URL"]
    folder /= f"tests-{worker}"
elif not os.environ.get("DATABASE_URL"):
    os.environ["TESTS_HAVE_SERVERS"] = "embedded"
provide(os.environ, folder)
