"""What is known of attempts to sign in: from the account, the record, the lock-out's count and the outbox."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from ipaddress import ip_address

from django.utils import timezone

from audit_trail.models import AuditEvent
from login_activity.models import LoginEvent
from login_activity.sign_ins.lockout import Counted, counted
from login_activity.vocabulary import GUESSES, Action, Reason
from wisely_security.core.request_context import Client, current, using
from wisely_security.ledger.models import NO_TENANT
from wisely_security.ledger.search.plan import find_each
from wisely_security.ledger.vocabulary import Status
from wisely_security.reports.pages.reading import search
from wisely_security.tenancy.models import User
from wisely_security.workspace.modules.users import SUSPEND
from wisely_security.workspace.outbox.models import Recipient

TRIES, OTHERS = 60, 20


@dataclass(kw_only=True)
class Facts:
    """Events are the newest, the newest first. ``tries``: of signing in; ``resets``: of getting a new password;
    ``refusals``: of opening or changing something without the right to; ``ends``: of sessions.

    ``counted``: guesses at the account, by whose they are counted with, and from the address that was tried from last.
    ``unsent``: why an e-mail to them has not gone out.
    """

    user: User
    now: datetime
    tries: list[LoginEvent] = field(default_factory=list)
    resets: list[LoginEvent] = field(default_factory=list)
    refusals: list[LoginEvent] = field(default_factory=list)
    suspended_by: AuditEvent | None = None
    counted: list[Counted] = field(default_factory=list)
    unsent: str = ""

    @property
    def last_success(self) -> LoginEvent | None:
        return next((event for event in self.tries if event.status == Status.SUCCESS), None)

    @property
    def since(self) -> datetime | None:
        """The last sign-in, or the last new password: what was before no longer matters."""
        success = self.last_success
        moments = [success.occurred_at if success else None, self.user.last_login, self.user.password_changed_at]
        return max((moment for moment in moments if moment), default=None)

    @property
    def failures(self) -> list[LoginEvent]:
        """Tries since then, none of which has succeeded."""
        return self._later(self.tries)

    @property
    def failed_resets(self) -> list[LoginEvent]:
        return self._later(self.resets)

    def attempts(self, events: Iterable[LoginEvent]) -> Counter[str]:
        """How many attempts at the account some events stand for, by address (empty: unknown)."""
        return sum((event.attempts_at(self.user.pk) for event in events), Counter[str]())

    def _later(self, events: list[LoginEvent]) -> list[LoginEvent]:
        since = self.since
        return [it for it in events if it.status == Status.FAILURE and (since is None or it.occurred_at > since)]

    @property
    def wrong_passwords(self) -> list[LoginEvent]:
        return [event for event in self.failures if event.reason in GUESSES]

    @property
    def locks(self) -> list[Counted]:
        """Of the account now: of strangers first."""
        return sorted((each for each in self._locked if each.where != "address"), key=lambda it: it.where)

    @property
    def address_lock(self) -> Counted | None:
        """Of everybody who has not signed in from there before."""
        return next((each for each in self._locked if each.where == "address"), None)

    @property
    def _locked(self) -> list[Counted]:
        return [each for each in self.counted if each.locked_until and each.locked_until > self.now]


def gather(user: User) -> Facts:
    """In the scope of support, or of the user's tenant."""
    tenant_id = user.tenant_id or NO_TENANT
    events = LoginEvent.objects.for_tenant(tenant_id).filter(user_id=user.pk)
    changes = AuditEvent.objects.for_tenant(tenant_id)
    counted_together = LoginEvent.objects.for_tenant(tenant_id).counted_at(user.email)
    wanted = [
        (events.filter(action=Action.LOG_IN), TRIES),
        (counted_together.filter(action=Action.LOG_IN, user_id=None), TRIES),
        (events.filter(action=Action.RESET_PASSWORD), OTHERS),
        (events.filter(reason=Reason.NO_PERMISSION), OTHERS),
        (changes.filter(resource_id=user.pk, action=SUSPEND.key, status=Status.SUCCESS), 1),
    ]
    tries, together, resets, refusals, suspensions = search(lambda: find_each(wanted))
    tries += [event for event in together if event.attempts_at(user.pk)]
    unsent = Recipient.objects.filter(email=user.email).exclude(error="").values_list("error", flat=True).first()
    return Facts(
        user=user,
        now=timezone.now(),
        tries=sorted(tries, key=lambda event: event.id, reverse=True),
        resets=resets,
        refusals=refusals,
        suspended_by=next(iter(suspensions), None),
        counted=_counted(user, tries),
        unsent=unsent or "",
    )


def _counted(user: User, tries: list[LoginEvent]) -> list[Counted]:
    address = next((event.ip for event in tries if event.ip), None)
    with using(replace(current(), client=Client(address=ip_address(address) if address else None))):
        return counted(user.email)
