"""What the save hook adds to a write: the same writes with and without it, alternating, medians in one run.

    .venv/bin/python -m benchmarks.writes [rounds]

"plain" is the same table with its audit triggers switched off and nothing announced with the statements; row-level
security stays on. The record is a message link: eight columns, a foreign key among them.
"""

from __future__ import annotations

import os
import sys

import django

from wisely_security.database.embedded import provide


def main(rounds: int) -> None:
    from django.conf import settings

    from tests.databases import drop_template, fresh_database, make_template

    from .measured_writes import compare

    settings.DEBUG = False  # or Django would keep every statement
    make_template()
    with fresh_database("bench_writes"):
        compare(rounds)
    drop_template()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")
    os.environ.setdefault("DEBUG", "1")
    provide(os.environ)
    django.setup()
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
