"""The cell's name in what a browser or a program brings back (``eu-1~…``), and in paths. What has none is the first
cell's.

Names come from outside here, so one that is no cell's stays part of the value, which opens nothing.
"""

from __future__ import annotations

import re
from pathlib import Path

from wisely_security.core.request_context import FIRST_CELL

from .routing import all_cells, current_cell

MARK = "~"
_PATH = re.compile(r"/~([a-z][a-z0-9-]{0,30})(/.*)", re.DOTALL)


def marked(value: str, cell: str) -> str:
    return value if cell == FIRST_CELL else f"{cell}{MARK}{value}"


def own_folder(folder: Path) -> Path:
    """Where the current cell keeps its files below a folder of the settings: the first one in the folder itself."""
    cell = current_cell()
    return folder if cell == FIRST_CELL else folder / cell


def split(value: str) -> tuple[str, str]:
    """The cell that a value names, and the value without it."""
    cell, mark, rest = value.partition(MARK)
    return (cell, rest) if mark and cell in all_cells()[1:] else (FIRST_CELL, value)


def split_path(path: str) -> tuple[str, str] | None:
    """The cell that a path begins with (``/~eu-1/…``, core/site_url.py), and the rest of it."""
    found = _PATH.fullmatch(path)
    return (found[1], found[2]) if found and found[1] in all_cells()[1:] else None
