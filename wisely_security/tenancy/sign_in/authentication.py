"""Who may sign in, and why not.

``EmailBackend`` reports the reason of a refusal to the recorder (``refusal``), never to the visitor, unless the
password was right: then a suspended or invited user learns why.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth.backends import BaseBackend
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db.models.functions import Now
from django.http import HttpRequest

from wisely_security.core.request_context import acting_as, current

from ..models import Role, Session, User, UserStatus
from .demo_password import opens_nothing
from .sessions import CLIENT_KEY, LIMITS_KEY, NAME_KEY, RIGHTS_KEY, TENANT_KEY, end_session, limits
from .signals import SessionEnd


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why somebody was not let in.

    ``reason``: unknown_user, wrong_password, pending, suspended, locked_out or no_permission.
    """

    reason: str
    user: User | None = None
    locked_for: timedelta | None = None


class LockedOutError(Exception):
    """Too many failed attempts at this account, or from this address."""

    def __init__(self, locked_for: timedelta) -> None:
        super().__init__(locked_for)
        self.locked_for = locked_for


refusal: ContextVar[Refusal | None] = ContextVar("refusal", default=None)


def find_user(email: str) -> User | None:
    """The user with this e-mail address, before any tenant is known."""
    email = email.strip().lower().replace("\0", "")
    try:
        with acting_as(credential=email):
            return User.objects.get_by_natural_key(email)
    except ObjectDoesNotExist:
        return None


class EmailBackend(BaseBackend):
    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **_: Any
    ) -> User | None:
        refusal.set(None)
        if username is None or password is None:
            return None
        user = find_user(username)
        if user is None:
            User().check_password(password)  # as slow as a wrong password
            refusal.set(Refusal("unknown_user"))
            return None
        with acting_as(**user.own_scope):  # a stronger hash may be saved
            right = user.check_password(password) and not opens_nothing(password)
        if not right:
            refusal.set(Refusal("wrong_password", user))
            return None
        if not user.is_active:
            refusal.set(Refusal("pending" if user.status == UserStatus.PENDING else "suspended", user))
            raise PermissionDenied
        return user

    def get_user(self, user_id: UUID | str) -> User | None:
        """The user of a session. Reads in the current scope, which the session's tenant has set."""
        try:
            user = User.objects.select_related("tenant", "role").get(pk=user_id)
        except ObjectDoesNotExist:
            return None
        return user if user.is_active else None


def open_session(sender: object, request: HttpRequest, user: User, **_: Any) -> None:
    """On sign-in: bind the session to the user's tenant, so that later requests know their scope at once."""
    with acting_as(**user.own_scope):
        if user.role_id:  # both in one statement
            user.role = Role.objects.select_related("tenant").get(pk=user.role_id)
            user.tenant = user.role.tenant
        request.session.ensure_key()  # type: ignore[attr-defined]
        request.session[TENANT_KEY] = "" if user.tenant_id is None else str(user.tenant_id)
        request.session[LIMITS_KEY] = limits(user.tenant)
        request.session[RIGHTS_KEY] = user.rights_token
        request.session[CLIENT_KEY] = current().client.as_data()
        request.session[NAME_KEY] = uuid4().hex[:16]
        User.objects.filter(pk=user.pk).update(last_login=Now())


def close_session(sender: object, request: HttpRequest, user: User | None, **_: Any) -> None:
    """On sign-out, the end of the session is recorded as Log out, not as End session."""
    if user is not None:
        request.session.end_cause = None  # type: ignore[attr-defined]


def end_sessions(user: User, cause: SessionEnd, *, keep: Session | None = None) -> int:
    """End the user's sessions, but for ``keep``. Returns how many."""
    with acting_as(**user.own_scope):
        sessions = Session.objects.filter(user=user).select_related("user")
        if keep is not None:
            sessions = sessions.exclude(pk=keep.pk)
        return sum(end_session(session, cause) for session in sessions)
