"""In which cell a request is answered: the one that a link, an API key or a cookie names, the one where an address
lives that somebody signs in with, or else the first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse

from wisely_security.cells import directory
from wisely_security.core.request_context import FIRST_CELL
from wisely_security.database.cells.names import marked, split, split_path
from wisely_security.database.cells.routing import has_cells, in_cell

from ..sign_in.factors import pending
from ..sign_in.factors.passkeys import named_by
from ..sign_in.session_store import SessionStore
from ..sign_in.signals import SessionEnd
from .factors.challenges import ANSWER

SESSION = settings.SESSION_COOKIE_NAME
COOKIES = (SESSION, pending.COOKIE)
SECOND_STEP, WITH_PASSKEY = "/sign-in/code/", "/sign-in/passkey/"
ADDRESS_IN = {"/sign-in/": "username", "/admin/login/": "username", "/password-reset/": "email"}  # the field, by path


@dataclass(frozen=True, slots=True)
class _Brought:
    """A cookie's value, and its cell."""

    cell: str
    value: str


class CellMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not has_cells():
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        brought = {name: _Brought(*split(request.COOKIES[name])) for name in COOKIES if name in request.COOKIES}
        cell = _of_link(request) or _of_key(request) or _of_person(request) or _of_cookie(request, brought)
        for name, cookie in brought.items():
            if cookie.cell == cell:
                request.COOKIES[name] = cookie.value
            else:  # it is of no use here, and stays in the browser
                del request.COOKIES[name]
        with in_cell(cell):
            response = self.get_response(request)
        for name in COOKIES:
            _mark(response, name, cell)
        if SESSION in response.cookies and response.cookies[SESSION].value:
            _end_elsewhere(brought.get(SESSION), cell)
        return response


def _of_link(request: HttpRequest) -> str | None:
    """The rest of the request goes on without it."""
    found = split_path(request.path_info)
    if found is None:
        return None
    cell, request.path_info = found
    request.path = request.META["PATH_INFO"] = request.path_info
    return cell


def _of_key(request: HttpRequest) -> str | None:
    scheme, _, key = request.META.get("HTTP_AUTHORIZATION", "").strip().partition(" ")
    if not key:
        return None
    cell, key = split(key.strip())
    request.META["HTTP_AUTHORIZATION"] = f"{scheme} {key}"
    return cell


def _of_person(request: HttpRequest) -> str | None:
    """Of whoever signs in, or wants a new password."""
    field = ADDRESS_IN.get(request.path_info) if request.method == "POST" else None
    if field is not None:
        return directory.cell_of(email=request.POST.get(field, ""))
    if request.path_info == WITH_PASSKEY and request.method == "POST":
        user_id = named_by(request.POST.get(ANSWER, ""))
        return directory.cell_of(user_id=user_id) if user_id else FIRST_CELL
    return None


def _of_cookie(request: HttpRequest, brought: dict[str, _Brought]) -> str:
    named = brought.get(pending.COOKIE) if request.path_info.startswith(SECOND_STEP) else None
    named = named or brought.get(SESSION)
    return named.cell if named else FIRST_CELL


def _mark(response: HttpResponse, name: str, cell: str) -> None:
    cookie = response.cookies.get(name)
    if cookie is not None and cookie.value:
        value = marked(cookie.value, cell)
        cookie.set(name, value, value)


def _end_elsewhere(before: _Brought | None, cell: str) -> None:
    """Whoever signs in ends the session that the browser had, also one in another cell."""
    if before is None or before.cell == cell:
        return
    with in_cell(before.cell):
        session = SessionStore(before.value)
        session.load()
        session.end_cause = SessionEnd.REPLACED
        session.delete()
