"""The demo: its tenants, their people, and what they did in 45 days, made by ``manage.py seed_demo``. See docs/demo.md.

For development alone: nothing outside imports it, and elsewhere it is neither installed nor can it be imported.
"""

import csv
from pathlib import Path

from django.conf import settings

if not settings.DEVELOPMENT:
    raise ImportError("The demo is for development: its password is public. Set DEBUG=1 to have it.")

DAYS = 45


def read_table(name: str) -> list[dict[str, str]]:
    """The rows of a table beside this file."""
    with (Path(__file__).parent / name).open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table, delimiter="\t" if name.endswith(".tsv") else ","))
