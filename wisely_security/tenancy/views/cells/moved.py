"""What a request brings may be of a tenant that has moved since: then nothing is done, and the request is answered in
the cell where that tenant lives now."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse

from wisely_security.cells import moved
from wisely_security.database.cells.errors import LivesElsewhereError
from wisely_security.database.cells.routing import current_cell, has_cells
from wisely_security.database.replication.own_writes import SAFE_METHODS

from ...sign_in.session_store import SessionStore, find_session
from ...sign_in.sessions import TENANT_KEY
from .brought import SESSION, Brought


class MovedResponse(HttpResponse):
    """For CellMiddleware, and never sent. With this status no session is saved."""

    status_code = HTTPStatus.INTERNAL_SERVER_ERROR

    def __init__(self, cell: str) -> None:
        super().__init__()
        self.cell = cell

    def go_on(self, request: HttpRequest, brought: Brought) -> None:
        """Cookies go along, but for that of a session which lives where the request has been."""
        row = request.session.row  # type: ignore[attr-defined]
        stays = row is not None and not moved.is_away(row)
        for name, cookie in brought.cookies.items():
            if cookie.cell == brought.cell and not (name == SESSION and stays):
                cookie.cell = self.cell
        brought.cell = self.cell


class MovedMiddleware:
    """Behind Django's for sessions: the first that asks for the session."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not has_cells():
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        brought: Brought = request.brought  # type: ignore[attr-defined]
        session: SessionStore = request.session  # type: ignore[assignment]
        if SESSION in request.COOKIES:
            cookie = brought.cookies[SESSION]
            if _is_gone(session) and brought.by_session and (there := _followed(request)):
                return there
            cookie.is_here = session.row is not None
            if cookie.is_here and cookie.named != current_cell():
                session.modified = True  # the browser gets the cookie again, with the cell's name
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """After the view's transaction has been rolled back."""
        if isinstance(exception, moved.MovedError):
            return MovedResponse(exception.cell)
        if isinstance(exception, LivesElsewhereError):  # moved this moment
            moved.forget()
            brought: Brought = request.brought  # type: ignore[attr-defined]
            if request.method in SAFE_METHODS and brought.by_session and brought.cell == current_cell():
                return _followed(request)
        return None


def _is_gone(session: SessionStore) -> bool:
    """The session is not here, or its tenant is not."""
    try:
        session.get(TENANT_KEY)  # loads it
    except LivesElsewhereError:  # it was to end, which is recorded
        return True
    return session.row is None or moved.is_away(session.row)


def _followed(request: HttpRequest) -> MovedResponse | None:
    found = find_session(request.COOKIES.get(SESSION, ""))
    return MovedResponse(found.cell) if found and found.cell != current_cell() else None
