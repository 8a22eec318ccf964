"""Rows by their keys, as notes have them."""

from __future__ import annotations

from ..tables import Moved


def among(table: Moved) -> str:
    """A condition with one parameter: a list of keys as JSON."""
    types = ", ".join(f"{name} {type_}" for name, type_ in table.key.items())
    return f"({table.key_names}) IN (SELECT {table.key_names} FROM jsonb_to_recordset(%s::jsonb) AS noted ({types}))"  # noqa: S608
