"""Lock-out of whoever guesses, and of nobody else (docs/operating/guessing.md).

A guess is reserved before a password or a code is checked, and given back if it was right. So of many at once no more
are checked than the limit allows. After ``LOCKOUT_FAILURES_PER_ACCOUNT`` failures an account waits, longer after each
further one (``LOCKOUT_WAITS``). Browsers and networks that its owner has signed in from are counted apart, each for
itself (``familiar.py``). Names that nobody has are counted in the same way: a lock reveals no account.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_network
from typing import Any

from django.conf import settings
from django.contrib.auth.backends import BaseBackend
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import HttpRequest

from wisely_security.core.request_context import current
from wisely_security.tenancy.models import User
from wisely_security.tenancy.sign_in.authentication import LockedOutError, Refusal, find_user, refusal
from wisely_security.tenancy.sign_in.signals import account_locked

from ..vocabulary import Action, Reason
from . import familiar
from .recorder import record, unknown_name


@dataclass(frozen=True, slots=True)
class Reservation:
    """Of one guess. Locks: for how long the account, and the address, are locked if it is wrong."""

    id: int
    account_lock: timedelta | None
    address_lock: timedelta | None


_reserved: ContextVar[Reservation | None] = ContextVar("reserved_guess", default=None)


def reserve(typed: str, *, code: bool = False) -> None:
    """Before a password or a code is checked. Raises LockedOutError: it is not to be checked.

    Follow it with ``record_guess`` (wrong), ``give_back`` (right, and that is not all) or ``let_in`` (signed in).
    Whatever does none of them has guessed wrong. Codes of a second factor are counted apart: a new password, which
    somebody may have who reads the person's e-mail, brings no new tries at them.
    """
    give_back()
    account = normal(typed)
    own_transaction = not connection.in_atomic_block
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM login_activity_reserve_guess(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [account, unknown_name(account)[1], code, network(), familiar.hashes(), own_transaction, *_limits()],
        )
        reservation, account_lock, address_lock, locked_for = cursor.fetchone()
    if reservation is None:
        raise LockedOutError(locked_for)
    _reserved.set(Reservation(reservation, account_lock, address_lock))


def give_back() -> None:
    """What was reserved is no guess. It does not open the account: what was wrong before still counts."""
    if reserved := _take():
        with connection.cursor() as cursor:
            cursor.execute("SELECT login_activity_give_back_guess(%s)", [reserved.id])


def let_in(user: User) -> None:
    """``user`` is signed in, or has chosen a password: forget their failures from here, and know this place again."""
    reserved = _take()
    token = familiar.new_token()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT login_activity_remember_familiar(%s, %s, %s, %s, %s)",
            [
                user.pk,
                reserved.id if reserved else None,
                network(),
                familiar.hashes(),
                token and familiar.hash_token(token),
            ],
        )
        [replaced] = cursor.fetchone()
    if token:
        familiar.keep(token, replaced)


@transaction.atomic
def record_guess(action: Action, user: User | None, reason: Reason, typed: str) -> None:
    """Record a wrong password or code and, if it locks somebody out, that: all or nothing.

    The lock of an address is nobody's in particular: support sees it.
    """
    record(action, user, failed=reason, typed=typed)
    reserved = _take()
    if reserved is None:
        return
    if reserved.account_lock:
        record(
            Action.LOCK_OUT, user, failed=Reason.TOO_MANY_FAILURES, typed=typed, detail=_lasts(reserved.account_lock)
        )
        if user is not None:
            account_locked.send(User, user=user)
    if reserved.address_lock:
        detail = {"area": "All sign-ins from this address", **_lasts(reserved.address_lock)}
        record(Action.LOCK_OUT, None, failed=Reason.TOO_MANY_FAILURES, detail=detail)


def _take() -> Reservation | None:
    reserved = _reserved.get()
    _reserved.set(None)
    return reserved


def _lasts(lock: timedelta) -> dict[str, Any]:
    return {"minutes": int(lock.total_seconds() // 60)}


def _limits() -> list[Any]:
    return [
        settings.LOCKOUT_FAILURES_PER_ACCOUNT,
        settings.LOCKOUT_ACCOUNTS_PER_ADDRESS,
        settings.LOCKOUT_FAILURES_PER_ADDRESS,
        list(settings.LOCKOUT_WAITS),
    ]


def normal(typed: str) -> str:
    """The account that somebody means who types this."""
    return typed.strip().lower().replace("\0", "")


def network() -> str | None:
    """Of the current client: what counts as one address. Of IPv6 the /64, which one customer has."""
    address = current().client.address
    return None if address is None else str(ip_network(f"{address}/{64 if address.version == 6 else 32}", strict=False))


@dataclass(frozen=True, slots=True)
class Counted:
    """``where``: strangers (""), a "device" or a "network" of the owner's, "code" (of a second factor, wherever), or
    "address": all strangers from there."""

    where: str
    failures: int
    accounts: int
    locked_until: datetime | None


def counted(account: str) -> list[Counted]:
    """What counts now at an account, and from the current client's address. For support."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM login_activity_guesses(%s, %s, %s, %s, %s, %s)", [normal(account), network(), *_limits()]
        )
        return [Counted(*row) for row in cursor.fetchall()]


class LockoutBackend(BaseBackend):
    """Stands before the backend that knows passwords, and lets nobody through who is locked out."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **_: Any
    ) -> None:
        refusal.set(None)
        if username is None or password is None:
            return
        try:
            reserve(username)
        except LockedOutError as error:
            refusal.set(Refusal("locked_out", find_user(username), error.locked_for))
            raise PermissionDenied from None

    def get_user(self, user_id: object) -> None:
        return None
