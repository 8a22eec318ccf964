"""Filling in a form and sending it to its page, without a browser in between."""

from __future__ import annotations

from typing import Any

from django.contrib.messages.storage import default_storage
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, QueryDict
from django.urls import resolve

from wisely_security.tenancy.models import Tenant, User
from wisely_security.workspace.forms import RecordForm

Typed = dict[str, Any]


class Request(HttpRequest):
    """What a page gets of a member who is signed in. ``typed``: the form, if it is sent."""

    def __init__(self, user: User, tenant: Tenant, url: str, typed: Typed | None) -> None:
        super().__init__()
        self.method = "GET" if typed is None else "POST"
        self.path = self.path_info = url
        sent = QueryDict(mutable=True)
        for name, value in (typed or {}).items():
            sent.setlist(name, [str(each) for each in (value if isinstance(value, list) else [value])])
        self.POST = sent  # type: ignore[assignment]
        self.user, self.tenant, self.htmx = user, tenant, False
        self._messages = default_storage(self)


def is_done(user: User, tenant: Tenant, url: str, typed: Typed | None) -> bool:
    """Open a page (``typed`` is None) or send its form. False: it was refused or failed."""
    page = resolve(url)
    try:
        return bool(page.func(Request(user, tenant, url, typed), *page.args, **page.kwargs).status_code < 400)
    except (PermissionDenied, Http404):
        return False


def filled_in(form: RecordForm, typed: Typed) -> Typed:
    """The form as it is shown, with something typed over it."""
    shown = {name: form[name].value() for name in form.fields}
    sent = shown | {name: form.fields[name].prepare_value(value) for name, value in typed.items()}
    return {name: value for name, value in sent.items() if value is not None}
