"""What a request brings that names its cell: a link, an API key, cookies; or a person."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.conf import settings
from django.db import OperationalError
from django.http import HttpRequest

from wisely_security.cells import directory, moved
from wisely_security.core.request_context import FIRST_CELL
from wisely_security.core.site_url import path_in_cell
from wisely_security.database.cells.names import split, split_path
from wisely_security.database.cells.routing import in_cell

from ...sign_in.factors import pending
from ...sign_in.factors.passkeys import named_by
from ...sign_in.session_store import find_session
from ..factors.challenges import ANSWER

SESSION = settings.SESSION_COOKIE_NAME
COOKIES = (SESSION, pending.COOKIE)
SECOND_STEP, WITH_PASSKEY = "/sign-in/code/", "/sign-in/passkey/"
ADDRESS_IN = {"/sign-in/": "username", "/admin/login/": "username", "/password-reset/": "email"}  # the field, by path
DJANGO_ADMIN = re.compile("/admin(/.*)?", re.DOTALL)
# Support staff sign in and out, and change their passwords, where they live: no cell is chosen for that.
OWN_ACCOUNT = re.compile("/admin/(login|logout|password_change)/")
# Pages that a key in their path opens, whoever is signed in.
OPENED_BY_KEY = re.compile("/((password-reset|invitation|was-this-you)/[^/]+|l)/[^/]+/")


@dataclass(slots=True)
class Cookie:
    """``named``: the cell that it names. ``cell``: the one that it is of, as far as that is known. ``is_here``: it is a
    session that was found where the request is answered."""

    named: str
    value: str
    cell: str
    is_here: bool = False


@dataclass(slots=True)
class Brought:
    """``cell``: where the request is answered. ``by_session``: its session, if any, decides that. ``chosen``: whose
    Django admin the path names, for support staff (chosen.py)."""

    cookies: dict[str, Cookie]
    cell: str = FIRST_CELL
    by_session: bool = False
    chosen: str = ""

    def here(self) -> dict[str, str]:
        """Cookies of the cell in which the request is answered. Others are of no use there, and stay in the browser."""
        return {name: it.value for name, it in self.cookies.items() if it.cell == self.cell}


def brought_by(request: HttpRequest) -> Brought:
    """The rest of the request goes on without the names of cells."""
    brought = Brought({})
    for name in COOKIES:
        if name in request.COOKIES:
            cell, value = split(request.COOKIES[name])
            brought.cookies[name] = Cookie(cell, value, cell)
    link, key = _of_link(request), _of_key(request)
    if link is not None and DJANGO_ADMIN.fullmatch(request.path_info):
        _choose(request, brought, link)
        link = None
    if OPENED_BY_KEY.fullmatch(request.path_info):
        brought.cell = link or FIRST_CELL
    elif named := key or _of_person(request):  # whatever link led to the form
        brought.cell = named
    elif link is not None:
        _of_page(link, brought)
    else:
        _of_cookie(request, brought)
    return brought


def _of_link(request: HttpRequest) -> str | None:
    found = split_path(request.path_info)
    if found is None:
        return None
    cell, request.path_info = found
    request.path = request.META["PATH_INFO"] = request.path_info
    return cell


def _choose(request: HttpRequest, brought: Brought, cell: str) -> None:
    """Pages of Django admin go on under the address that names their cell."""
    if not OWN_ACCOUNT.fullmatch(request.path_info):
        brought.chosen = cell if request.path_info.startswith("/admin/") else ""  # or it is about to lead there
        request.path = path_in_cell(cell, request.path_info)


def _of_key(request: HttpRequest) -> str | None:
    scheme, _, key = request.META.get("HTTP_AUTHORIZATION", "").strip().partition(" ")
    if scheme.lower() != "bearer" or not key:
        return None
    cell, key = split(key.strip())
    request.META["HTTP_AUTHORIZATION"] = f"{scheme} {key}"
    vars(request).pop("headers", None)  # which Django has made of META
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


def _of_cookie(request: HttpRequest, brought: Brought) -> None:
    waiting = brought.cookies.get(pending.COOKIE) if request.path_info.startswith(SECOND_STEP) else None
    brought.by_session = waiting is None
    if (named := waiting or brought.cookies.get(SESSION)) is not None:
        brought.cell = named.cell


def _of_page(link: str, brought: Brought) -> None:
    """A link of before the tenant moved leads people of it who are signed in to where it is now."""
    brought.cell, brought.by_session = link, True
    session = brought.cookies.get(SESSION)
    if session is None or session.cell == link:
        return
    try:
        with in_cell(session.cell):
            found = find_session(session.value)
        if found is None:
            return
        session.cell = found.cell
        if found.row.tenant_id is None:  # of support staff, who see nothing there but Django admin
            brought.cell = found.cell
            return
        with in_cell(link):
            if moved.is_away(found.row):
                brought.cell = found.cell
    except OperationalError:  # the page of the cell that the link names can be shown all the same
        return
