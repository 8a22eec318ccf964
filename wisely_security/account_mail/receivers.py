"""Receivers that notify people, one for each signal.

Only a lock can be caused by anybody, so only that e-mail is held back: one an hour. What needs a session, a device or
a link is reported each time, or a thief's change would hide behind the owner's of a moment ago.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.models import User
from wisely_security.tenancy.sign_in import signals

from . import notices
from .sending import notify

PAUSE = timedelta(hours=1)  # between two e-mails about locks of one account


def factor_added(user: User, factor: str, **_: Any) -> None:
    notify(notices.FACTOR_ADDED, user, factor=factor)


def factor_removed(user: User, factor: str, **_: Any) -> None:
    notify(notices.FACTOR_REMOVED, user, factor=factor)


def factors_reset(user: User, by: User | None, **_: Any) -> None:
    notify(notices.FACTORS_RESET, user, by=str(by or "The operator of Wisely Security"))


def factor_used(user: User, left: int | None = None, **_: Any) -> None:
    if left is not None:
        notify(notices.RECOVERY_CODE_USED, user, left=f"{left or 'No'} recovery code{'' if left == 1 else 's'} left.")


def recovery_codes_made(user: User, **_: Any) -> None:
    notify(notices.RECOVERY_CODES_MADE, user)


def password_changed(user: User, **_: Any) -> None:
    notify(notices.PASSWORD_CHANGED, user)


def password_reset(user: User, invitation: bool, **_: Any) -> None:
    if not invitation:
        notify(notices.PASSWORD_CHANGED, user)


def account_locked(user: User, **_: Any) -> None:
    now = timezone.now()
    with acting_as(**user.own_scope):
        due = User.objects.filter(Q(lock_mailed_at=None) | Q(lock_mailed_at__lte=now - PAUSE), pk=user.pk)
        if due.update(lock_mailed_at=now) and user.is_active:
            notify(notices.ACCOUNT_LOCKED, user)


def connect() -> None:
    for receiver in (
        factor_added,
        factor_removed,
        factors_reset,
        factor_used,
        recovery_codes_made,
        password_changed,
        password_reset,
        account_locked,
    ):
        getattr(signals, receiver.__name__).connect(receiver, dispatch_uid="account_mail")
