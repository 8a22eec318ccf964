"""Support staff choose a cell by the address of the page: ``/~eu-1/admin/…`` is Django admin of eu-1."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from wisely_security.core.errors import unavailable
from wisely_security.core.request_context import FIRST_CELL
from wisely_security.core.site_url import naming_cell, path_in_cell
from wisely_security.database.cells.errors import CellUnavailableError
from wisely_security.database.cells.routing import current_cell, has_cells, in_cell

from ...models import User
from ...support.rows import keep_row
from .brought import Brought


class ChosenCellMiddleware:
    """Behind TenantMiddleware, which has found support staff by their session in the first cell. That is where they are
    signed in; what they view and change is in the cell that they chose. For nobody else is one chosen."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not has_cells():
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        brought: Brought = request.brought  # type: ignore[attr-defined]
        user = request.user
        if not brought.chosen or not isinstance(user, User) or not user.is_staff:
            return self.get_response(request)
        with in_cell(brought.chosen), naming_cell():
            try:
                keep_row(user)
            except CellUnavailableError as error:
                return _down(error)
            return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        brought: Brought = request.brought  # type: ignore[attr-defined]
        if isinstance(exception, CellUnavailableError) and brought.chosen == current_cell():
            return _down(exception)
        return None


def _down(error: CellUnavailableError) -> HttpResponse:
    cell = current_cell()
    return unavailable(
        error,
        sentence=f"The cell {cell} can’t be reached right now. Other cells aren’t affected.",
        back_url=path_in_cell(FIRST_CELL, reverse("admin:index")),
        back=f"Go to the cell {FIRST_CELL}",
    )
