"""Lock-out after too many failed sign-ins, counted in the record itself.

An account is locked while ``LOCKOUT_FAILURES_PER_ACCOUNT`` wrong passwords since its last sign-in or new
password lie within ``LOCKOUT_MINUTES``, an address (of IPv6 its /64) likewise. A refused attempt does not count,
so a lock ends by itself. Names that nobody has are counted in the same way: a lock does not tell which accounts
exist.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.backends import BaseBackend
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import HttpRequest

from wisely_security.request_context import current
from wisely_security.tenancy.authentication import Refusal, find_user, refusal
from wisely_security.tenancy.models import User

from .recorder import record
from .vocabulary import Action, Reason


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

    ``take_turns``: until the end of the transaction nobody else counts attempts at this account with it.
    """
    address = current().client.address
    network = None if address is None else f"{address}/{64 if address.version == 6 else 32}"
    with connection.cursor() as cursor:
        if take_turns:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [account])
        cursor.execute(
            "SELECT at_account, from_address FROM login_activity_guesses(%s, %s, now() - make_interval(mins => %s))",
            [account, network, settings.LOCKOUT_MINUTES],
        )
        return Guesses(*cursor.fetchone())


@transaction.atomic
def record_guess(account: str, user: User | None, reason: Reason, typed: str) -> None:
    """Record a failed attempt and, if it is the one that reaches the limit, the lock-out: both or neither.

    Attempts at one account take turns, so exactly one of them is the one.
    """
    before = recent_guesses(account, take_turns=True)
    record(Action.LOG_IN, user, failed=reason, typed=typed)
    if before.at_account + 1 == settings.LOCKOUT_FAILURES_PER_ACCOUNT:
        record(Action.LOCK_OUT, user, failed=Reason.TOO_MANY_FAILURES, typed=typed)


class LockoutBackend(BaseBackend):
    """Stands before the backend that knows passwords, and lets nobody through who is locked out."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **_: Any
    ) -> None:
        refusal.set(None)
        if username is None or password is None:
            return
        account = username.strip().lower().replace("\0", "")
        if recent_guesses(account).locks:
            refusal.set(Refusal("locked_out", find_user(username)))
            raise PermissionDenied

    def get_user(self, user_id: object) -> None:
        return None
