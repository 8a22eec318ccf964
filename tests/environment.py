"""Loaded by pytest before Django's settings (``-p tests.environment``): the database they need."""

import os

from wisely_security.database.embedded import provide

os.environ.setdefault("DEBUG", "1")
provide(os.environ)
