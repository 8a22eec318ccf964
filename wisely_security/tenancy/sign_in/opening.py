"""Opening a session: the only place that does."""

from __future__ import annotations

from dataclasses import replace

from django.contrib import messages
from django.contrib.auth import login
from django.db import transaction
from django.http import HttpRequest

from wisely_security.core.request_context import RequestContext, current, using

from ..models import User
from . import signals
from .factors.confirmation import confirm
from .factors.of_person import Used
from .sessions import NAME_KEY
from .signals import SessionEnd

EMAIL_BACKEND = "wisely_security.tenancy.sign_in.authentication.EmailBackend"


def begin_session(request: HttpRequest, user: User, used: Used | None = None) -> None:
    """Sign ``user`` in. Whatever session the browser has ends, also one of the same person, and both are recorded.

    ``used``: the second factor, which whoever has one has shown by now.
    """
    before = request.user
    with using(by_nobody()), transaction.atomic():
        if before.is_authenticated:
            request.session.end_cause = SessionEnd.REPLACED  # type: ignore[attr-defined]
            request.session.flush()
        login(request, user, backend=EMAIL_BACKEND)
        confirm(request)
        if used is not None:
            with using(replace(current(), session=request.session[NAME_KEY])):
                signals.factor_used.send(User, user=user, factor=used.factor, left=used.codes_left)
        request.session.save()  # the record says "Success" only if there is a session
    if isinstance(before, User) and before.pk != user.pk:
        messages.info(request, f"{before} was signed in here. That session has ended.")


def by_nobody() -> RequestContext:
    """What is done with a password or a link is not done by whoever is signed in."""
    return replace(current(), tenant_id=None, support=False, actor=None, session="")
