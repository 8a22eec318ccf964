"""Events that belong together and stand next to each other on a page are shown as one group that opens."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from .keyset import Page
from .rows import Row


@dataclass(frozen=True, slots=True)
class Grouping:
    """``key``: what events of a group have in common; None: they are in no group. ``one``, ``many``: what there is more
    of. ``unless``: parameters with which people look for the events themselves."""

    key: Callable[[Any], Hashable]
    one: str
    many: str
    unless: frozenset[str]


def mark_groups(rows: list[Row], page: Page, grouping: Grouping) -> None:
    """Sets how many ``more`` follow on the first row of a group, and ``ends_group`` on its last.

    ``is_cut``: the group touches an end of the page beyond which there may be more of it. A row with a mark is in no
    group.
    """
    keys = [None if row.mark else grouping.key(event) for row, event in zip(rows, page.rows, strict=True)]
    first = 0
    for key, alike in groupby(keys):
        last = first + len(list(alike)) - 1
        if key is not None and last > first:
            at_an_end = bool((page.newer and first == 0) or (page.older and last == len(rows) - 1))
            more = last - first
            words = f"and {more} {grouping.one if more == 1 else grouping.many}"
            rows[first].more, rows[first].is_cut, rows[first].grouped = more, at_an_end, words
            rows[last].ends_group = True
        first = last + 1
