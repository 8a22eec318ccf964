"""Events of one request that stand next to each other on a page are shown as one group that opens."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from .keyset import Page

NO_GROUP = {"more": 0, "is_cut": False, "ends_group": False}


def mark_groups(rows: list[dict[str, Any]], page: Page) -> None:
    """Tells the first row of a group how many ``more`` follow, and the last that it ``ends_group``.

    ``is_cut``: the group touches an end of the page beyond which there may be more of it.
    """
    first = 0
    for request_id, events in groupby(page.rows, key=lambda event: event.request_id):
        last = first + len(list(events)) - 1
        if request_id and last > first:
            at_an_end = bool((page.newer and first == 0) or (page.older and last == len(rows) - 1))
            rows[first] |= {"more": last - first, "is_cut": at_an_end}
            rows[last]["ends_group"] = True
        first = last + 1
