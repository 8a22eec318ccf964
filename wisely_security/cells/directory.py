"""The directory, in the first cell: in which cell an account lives. Whoever signs in is found by it, and it keeps an
address from having accounts in two cells.

An account claims its address there before it gets its first password (``claim``). Everything else follows a few
seconds later: triggers note which tenants and people of a cell have changed, and ``push`` carries that over.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import OperationalError, connection

from wisely_security.core.request_context import FIRST_CELL, acting_as
from wisely_security.database.cells.errors import CellUnavailableError
from wisely_security.database.cells.routing import all_cells, current_cell, has_cells, in_cell
from wisely_security.database.replication.alias_override import override_default

logger = logging.getLogger(__name__)

AT_ONCE = 500  # changes
# For so long (seconds) whoever has claimed an address may be about to commit the account.
CLAIM_HOLDS = 60
ACCOUNT = "SELECT email, tenant_id FROM tenancy_user WHERE id = %s AND left(password, 1) <> '!'"
TENANT = "SELECT slug, name FROM tenancy_tenant WHERE id = %s"


class AddressTakenError(Exception):
    """Somebody has an account with this address, here or in another cell."""


def cell_of(*, email: str = "", user_id: UUID | None = None) -> str:
    """Where an account lives; the first cell, if nobody has one. Raises CellUnavailableError without a directory."""
    cell = _found(email.strip().lower().replace("\0", ""), user_id)
    return cell if cell in all_cells() else FIRST_CELL


def is_elsewhere(email: str) -> bool:
    """Whether the directory has an account with this address in another cell than the current one."""
    return has_cells() and _found(email, None) not in {None, current_cell()}


def _found(email: str, user_id: UUID | None) -> str | None:
    try:
        with in_cell(FIRST_CELL):
            [[cell]] = _ask("SELECT cells_cell_of(%s, %s)", email, user_id)
    except CellUnavailableError:
        raise
    except OperationalError as error:
        raise CellUnavailableError(f"The directory can’t be read: {error}") from error
    return None if cell is None else str(cell)


def claim(email: str, user_id: UUID, tenant_id: UUID | None) -> None:
    """Take the address for an account that is about to be committed in the current cell. Again for the same account, it
    does nothing. Raises AddressTakenError."""
    if not has_cells():
        return
    if tenant_id is None and current_cell() != FIRST_CELL:
        raise AddressTakenError(
            f"{email} can’t have an account in {current_cell()}: support staff live in {FIRST_CELL}."
        )
    for _ in range(2):
        with in_cell(FIRST_CELL):
            [[holder, age, cell]] = _ask("SELECT * FROM cells_claim(%s, %s, %s)", email, user_id, tenant_id)
        if holder == user_id:
            return
        if age < CLAIM_HOLDS or cell not in all_cells() or _has_account(holder, cell):
            raise AddressTakenError(email)
        with in_cell(FIRST_CELL):  # what claimed it was never committed, or is gone
            _ask("SELECT cells_release(%s, %s)", holder, cell)
    raise AddressTakenError(email)


def _has_account(user_id: UUID, cell: str) -> bool:
    with in_cell(cell), acting_as(support=True):
        return bool(_ask(ACCOUNT, user_id))


def push() -> bool:
    """Carry some of what has changed in the current cell to the directory. Returns whether there is more."""
    if not has_cells():
        return False
    with acting_as(support=True):
        changes = _ask("SELECT kind, id, number FROM cells_change ORDER BY kind, number LIMIT %s", AT_ONCE)
        for kind, key, number in changes:
            (_push_tenant if kind == "tenant" else _push_user)(key)
            _ask("DELETE FROM cells_change WHERE (kind, id) = (%s, %s) AND number <= %s", kind, key, number)
    return len(changes) == AT_ONCE


def _push_tenant(key: UUID) -> None:
    cell, [slug, name] = current_cell(), next(iter(_ask(TENANT, key)), (None, None))
    with in_cell(FIRST_CELL):
        _ask("SELECT cells_keep_tenant(%s, %s, %s, %s)", key, slug, name, cell)


def _push_user(key: UUID) -> None:
    cell, found = current_cell(), _ask(ACCOUNT, key)
    if found:
        [[email, tenant_id]] = found
        try:
            claim(email, key, tenant_id)
        except AddressTakenError:
            logger.error("The account %s in %s has an address that another one has claimed.", key, cell)
    else:
        with in_cell(FIRST_CELL):
            _ask("SELECT cells_release(%s, %s)", key, cell)


def waiting_since() -> datetime | None:
    """Since when the oldest change of the current cell has waited for the directory."""
    if not has_cells():
        return None
    [[since]] = _ask("SELECT min(changed_at) FROM cells_change")
    return since  # type: ignore[no-any-return]


def point(tenant_ids: Iterable[UUID], cell: str) -> None:
    """From now on these tenants live in that cell. As the owner of the first one."""
    with in_cell(FIRST_CELL), override_default("owner"), acting_as(support=True):
        _ask("UPDATE cells_directory_tenant SET cell = %s WHERE tenant_id = ANY(%s)", cell, list(tenant_ids))


def write_all() -> None:
    """Carry over everything that lives in the current cell, and remove what lives there no more."""
    cell = current_cell()
    with in_cell(FIRST_CELL), acting_as(support=True):
        tenants = _ask("SELECT tenant_id FROM cells_directory_tenant WHERE cell = %s", cell)
        users = _ask(
            "SELECT user_id FROM cells_directory_address LEFT JOIN cells_directory_tenant AS t USING (tenant_id) "
            "WHERE coalesce(t.cell, 'main') = %s",
            cell,
        )
    with acting_as(support=True):
        _ask(
            "INSERT INTO cells_change (kind, id) SELECT 'tenant', id FROM tenancy_tenant "
            "UNION SELECT 'user', id FROM tenancy_user UNION SELECT 'tenant', unnest(%s::uuid[]) "
            "UNION SELECT 'user', unnest(%s::uuid[]) ON CONFLICT (kind, id) DO UPDATE SET number = DEFAULT",
            [row[0] for row in tenants],
            [row[0] for row in users],
        )
    while push():
        pass


def _ask(statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else []
