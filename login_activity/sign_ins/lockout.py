"""Lock-out after too many failed sign-ins, counted in a small table of the recent ones beside the record.

An account is locked while ``LOCKOUT_FAILURES_PER_ACCOUNT`` wrong passwords since its last sign-in or new
password lie within ``LOCKOUT_MINUTES``, an address (of IPv6 its /64) likewise. A refused attempt does not count,
so a lock ends by itself. Names that nobody has are counted in the same way: a lock does not reveal which accounts
exist.
"""

from __future__ import annotations

from dataclasses import dataclass
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
from .recorder import record, unknown_name

# First the account, then the address, always: nobody waits in a circle.
TAKE_TURNS = (
    "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0)); SELECT pg_advisory_xact_lock(hashtextextended(%s, 1));"
)


@dataclass(frozen=True, slots=True)
class Guesses:
    at_account: int
    from_address: int

    @property
    def locks(self) -> bool:
        return (
            self.at_account >= settings.LOCKOUT_FAILURES_PER_ACCOUNT
            or self.from_address >= settings.LOCKOUT_FAILURES_PER_ADDRESS
        )


def recent_guesses(account: str, *, take_turns: bool = False) -> Guesses:
    """Failed attempts at this account, and from the current client's address, within the last minutes.

    ``take_turns``: until the end of the transaction nobody else counts attempts at this account, or from this address,
    with it.
    """
    address = current().client.address
    network = None if address is None else f"{address}/{64 if address.version == 6 else 32}"
    sql = "SELECT at_account, from_address FROM login_activity_guesses(%s, %s, now() - make_interval(mins => %s))"
    values: list[Any] = [account, network, settings.LOCKOUT_MINUTES]
    if take_turns:
        sql = TAKE_TURNS + sql  # in one message
        values = [account, network and str(ip_network(network, strict=False)), *values]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return Guesses(*cursor.fetchone())


@transaction.atomic
def record_guess(action: Action, user: User | None, reason: Reason, typed: str) -> None:
    """Record a failed attempt and, if it is the one that reaches a limit, the lock-out: both or neither.

    Attempts at one account take turns, so exactly one of them is the one. The lock of an address is nobody's in
    particular: support sees it.
    """
    before = recent_guesses(normal(typed), take_turns=True)
    record(action, user, failed=reason, typed=typed)
    _count(user.email if user else unknown_name(typed)[1])
    if before.at_account + 1 == settings.LOCKOUT_FAILURES_PER_ACCOUNT:
        record(Action.LOCK_OUT, user, failed=Reason.TOO_MANY_FAILURES, typed=typed)
        if user is not None:
            account_locked.send(User, user=user)
    if before.from_address + 1 == settings.LOCKOUT_FAILURES_PER_ADDRESS:
        record(
            Action.LOCK_OUT, None, failed=Reason.TOO_MANY_FAILURES, detail={"area": "All sign-ins from this address"}
        )


def _count(account: str) -> None:
    """In the transaction of the event, and as it names the account: people type passwords where a name belongs."""
    address = current().client.address
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT login_activity_add_failure(%s, %s)", [account, None if address is None else f"{address}"]
        )


def normal(typed: str) -> str:
    """The account that somebody means who types this."""
    return typed.strip().lower().replace("\0", "")


def refuse_if_locked(account: str) -> None:
    """Raises LockedOutError."""
    if recent_guesses(account).locks:
        raise LockedOutError


class LockoutBackend(BaseBackend):
    """Stands before the backend that knows passwords, and lets nobody through who is locked out."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **_: Any
    ) -> None:
        refusal.set(None)
        if username is None or password is None:
            return
        try:
            refuse_if_locked(normal(username))
        except LockedOutError:
            refusal.set(Refusal("locked_out", find_user(username)))
            raise PermissionDenied from None

    def get_user(self, user_id: object) -> None:
        return None
