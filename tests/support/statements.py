"""How many statements something costs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.test.utils import CaptureQueriesContext


@contextmanager
def at_most(statements: int) -> Iterator[None]:
    """Savepoints of Django's do not count: they stand for the ends of a transaction in a test that rolls back."""
    with CaptureQueriesContext(connection) as captured:
        yield
    sent = [query["sql"] for query in captured if not re.search(r'SAVEPOINT "s\d', query["sql"])]
    assert len(sent) <= statements, "\n".join(sent)
