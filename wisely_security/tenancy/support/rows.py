"""Support staff live in the first cell. Each cell in which they work has a row of them, for the keys that refer to it.
It opens nothing: it has no password, no factors and no sessions, and is suspended."""

from __future__ import annotations

from wisely_security.core.request_context import FIRST_CELL
from wisely_security.database.cells.routing import current_cell

from ..models import User, UserStatus


def keep_row(user: User) -> None:
    """The row of a member of support in the current cell is there, with the name and address of now."""
    if current_cell() == FIRST_CELL:
        return
    shown = {"name": user.name, "email": user.email, "time_zone": user.time_zone}
    if User.objects.filter(pk=user.pk, **shown).exists():
        return
    row = User(pk=user.pk, status=UserStatus.SUSPENDED, **shown)
    row.set_unusable_password()
    User.objects.bulk_create([row], update_conflicts=True, unique_fields=["id"], update_fields=list(shown))
