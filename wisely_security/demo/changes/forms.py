"""Filling in a form and sending it to its page, without a browser in between."""

from __future__ import annotations

from typing import Any

from django.contrib.messages.storage import default_storage
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import RequestFactory
from django.urls import resolve

from wisely_security.tenancy.models import Tenant, User
from wisely_security.tenancy.sign_in.factors.confirmation import confirm
from wisely_security.tenancy.sign_in.session_store import SessionStore
from wisely_security.workspace.pages.forms import RecordForm

Typed = dict[str, Any]


def is_done(user: User, tenant: Tenant, url: str, typed: Typed | None) -> bool:
    """Open a page (``typed`` is None) or send its form. False: it was refused or failed."""
    request = RequestFactory().get(url) if typed is None else RequestFactory().post(url, typed)
    vars(request).update(
        user=user, tenant=tenant, htmx=False, session=SessionStore(), _messages=default_storage(request)
    )
    confirm(request)
    page = resolve(url)
    try:
        return bool(page.func(request, *page.args, **page.kwargs).status_code < 400)
    except (PermissionDenied, Http404):
        return False


def filled_in(form: RecordForm, typed: Typed) -> Typed:
    """The form as it is shown, with something typed over it."""
    shown = {name: form[name].value() for name in form.fields}
    sent = shown | {name: form.fields[name].prepare_value(value) for name, value in typed.items()}
    return {name: value for name, value in sent.items() if value is not None}
