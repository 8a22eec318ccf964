"""In which cell a request is answered: the one that a link, an API key or a cookie names, the one where an address
lives that somebody signs in with, or else the first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import MiddlewareNotUsed
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse

from wisely_security.database.cells.errors import BeingMovedError
from wisely_security.database.cells.names import marked
from wisely_security.database.cells.routing import all_cells, has_cells, in_cell

from ...sign_in.session_store import SessionStore, find_session
from ...sign_in.signals import SessionEnd
from .brought import COOKIES, SESSION, Brought, Cookie, brought_by
from .moved import MovedResponse

# What has been read of a request can't be read again.
BODY = ("_body", "_files", "_post", "_post_parse_error", "_read_started", "_stream", "_upload_handlers")


class CellMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not has_cells():
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        brought = brought_by(request)
        response = self._answer(request, brought)
        for name in COOKIES:
            _mark(response, name, brought.cell)
        if SESSION in response.cookies and response.cookies[SESSION].value:
            _end_elsewhere(brought.cookies.get(SESSION))
        return response

    def _answer(self, request: HttpRequest, brought: Brought) -> HttpResponse:
        request.brought = brought  # type: ignore[attr-defined]
        came = dict(vars(request))
        for _ in all_cells():
            request.COOKIES = {**_others(request), **brought.here()}
            with in_cell(brought.cell):
                response = self.get_response(request)
                if not isinstance(response, MovedResponse):
                    return response
                response.go_on(request, brought)
            _as_it_came(request, came)
        raise BeingMovedError("What a request brings moved on while it was looked for.")


def _others(request: HttpRequest) -> dict[str, str]:
    return {name: value for name, value in request.COOKIES.items() if name not in COOKIES}


def _as_it_came(request: HttpRequest, came: dict[str, Any]) -> None:
    """Nothing stays of the attempt in another cell, neither who was signed in there nor what was examined."""
    read = {name: value for name, value in vars(request).items() if name in BODY}
    vars(request).clear()
    vars(request).update(came | read)


def _mark(response: HttpResponse, name: str, cell: str) -> None:
    cookie = response.cookies.get(name)
    if cookie is not None and cookie.value:
        value = marked(cookie.value, cell)
        cookie.set(name, value, value)


def _end_elsewhere(before: Cookie | None) -> None:
    """Whoever signs in ends the session that the browser had, also one in another cell."""
    if before is None or before.is_here:
        return
    try:
        with in_cell(before.cell):
            found = find_session(before.value)
        if found is not None:
            with in_cell(found.cell):
                session = SessionStore(before.value)
                session.load()
                session.end_cause = SessionEnd.REPLACED
                session.delete()
    except OperationalError:  # nobody has its key any longer, and it ends by itself
        return
