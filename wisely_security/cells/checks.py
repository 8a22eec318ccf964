"""``manage.py check --database default`` in the first cell compares all cells; without ``--database``, only their names
in the settings are checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004
from django.db import DEFAULT_DB_ALIAS, connections

from wisely_security.core.request_context import FIRST_CELL
from wisely_security.database.cells.routing import OWNER, alias, all_cells, current_cell, has_cells

from .faults import faults
from .overview import ask_all

HINT = "manage.py cells shows all of them; docs/operating/cells.md"


@register(Tags.database)
def cells_are_in_order(databases: Sequence[str] | None, **_: Any) -> list[CheckMessage]:
    if DEFAULT_DB_ALIAS not in (databases or ()) or not has_cells() or current_cell() != FIRST_CELL:
        return []
    return [
        (Warning if ".W" in fault.id else Error)(fault.sentence, hint=HINT, id=fault.id) for fault in faults(ask_all())
    ]


@register
def owners_are_named(**_: Any) -> list[CheckMessage]:
    """Where one database is maintained, all are."""
    if OWNER not in connections.settings:
        return []
    lacking = [cell for cell in all_cells() if alias(OWNER, cell) not in connections.settings]
    if not lacking:
        return []
    return [
        Warning(
            f"Nothing can be maintained in {', '.join(lacking)}: DATABASE_CELL_OWNER_URLS does not name it.",
            hint="Give the owner’s URL of each cell where DATABASE_OWNER_URL is set (docs/operating/cells.md).",
            id="wisely_security.W007",
        )
    ]
