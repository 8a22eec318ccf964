"""What somebody has just done is seen by that person at once, though the replica may not have it yet: the session keeps
up to where the write-ahead log holds it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.core.exceptions import MiddlewareNotUsed
from django.db import connections
from django.http import HttpRequest, HttpResponse

from wisely_security.core.request_context import current, using

from ..base import DatabaseWrapper
from ..cells.names import marked
from ..cells.routing import current_cell
from . import replica

WRITTEN = "written"  # in the session, marked with the cell: each has a write-ahead log of its own
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


class OwnWritesMiddleware:
    """Viewing a page is a write too: of the event that records it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not replica.is_anywhere():
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        primary = _primary()
        primary.has_written = False
        with using(replace(current(), written=request.session.get(_key(), ""))):
            response = self.get_response(request)
        if replica.is_set() and (primary.has_written or request.method not in SAFE_METHODS):
            _note(request.session)
        return response


def note_late(session: SessionBase) -> None:
    """After a write that came when the response had begun."""
    if replica.is_set():
        _note(session)
        session.save()


def _note(session: SessionBase) -> None:
    if SESSION_KEY in session:
        session[_key()] = replica.position()


def _key() -> str:
    return marked(WRITTEN, current_cell())


def _primary() -> DatabaseWrapper:
    primary: DatabaseWrapper = connections["default"]  # type: ignore[assignment]
    return primary
