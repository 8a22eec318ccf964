"""What a page shows beside its events, of other tables: who knows of it gives a statement, which travels with others.

A statement selects rows of two texts: of what, and what there is to show.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection

Statement = tuple[str, list[Any]]
Rows = list[tuple[str, str]]


def joined(statements: Mapping[str, Statement]) -> Statement:
    """As one, with the place of each before its rows."""
    pieces = [f"SELECT {place}, shown.* FROM ({sql}) AS shown" for place, (sql, _) in enumerate(statements.values())]  # noqa: S608
    return " UNION ALL ".join(pieces), [value for _, values in statements.values() for value in values]


def by_name(statements: Mapping[str, Statement], rows: Iterable[tuple[int, str, str]]) -> dict[str, Rows]:
    names, found = list(statements), {name: Rows() for name in statements}
    for place, key, value in rows:
        found[names[place]].append((key, value))
    return found


def read(statements: Mapping[str, Statement]) -> dict[str, Rows]:
    """In one statement, or in none."""
    if not statements:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(*joined(statements))
        return by_name(statements, cursor.fetchall())
