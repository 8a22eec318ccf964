"""Findings that people are notified of, as the projector has it, and what becomes of the e-mails."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from audit_trail.models import AuditEvent
from login_activity.models import LoginEvent
from tests.findings.making import new_country
from tests.support.records import append_rows
from tests.support.servers.smtp import MailServer
from wisely_security.core.request_context import acting_as
from wisely_security.findings.models import Alert, Finding
from wisely_security.findings.notifications.mailing import put_due
from wisely_security.findings.notifications.notify import notify
from wisely_security.tenancy.models import Tenant, User
from wisely_security.workspace.outbox.delivery import deliver_next

BRAZIL = {"ip": "177.32.8.7", "country": "BR", "place": "São Paulo, São Paulo, Brazil", "device": "Linux PC"}


def sign_in_from(user: User, where: dict[str, Any] = BRAZIL) -> LoginEvent:
    assert user.tenant_id
    append_rows(user.tenant_id, [{"user_id": user.pk, "user_name": user.name, **where}])
    with acting_as(tenant_id=user.tenant_id):
        event: LoginEvent = LoginEvent.objects.for_tenant(user.tenant_id).latest("id")
    return event


def found(user: User, subject: str = "BR", where: dict[str, Any] = BRAZIL, **changed: Any) -> Finding:
    """A finding about a sign-in of this person, which nobody has been notified of yet."""
    events = changed.pop("events", None) or {("login-activity", str(sign_in_from(user, where).pk)): 1}
    return new_country(user, subject, events=events, **changed)


def notified(user: User, subject: str = "BR", where: dict[str, Any] = BRAZIL, **changed: Any) -> Finding:
    """The same, notified of as the projector does."""
    finding = found(user, subject, where, **changed)
    with acting_as(support=True):
        notify([finding])
    return finding


def send_due() -> None:
    """What the mail worker does every half a minute."""
    put_due()
    while deliver_next():
        pass


def received(mailbox: MailServer) -> list[tuple[str, str]]:
    """To whom and about what, in order; then the mailbox is empty."""
    letters = [(str(each["To"]), str(each["Subject"])) for each in mailbox.messages]
    mailbox.messages.clear()
    return letters


def sent_before(tenant: Tenant, **ago: float) -> None:
    """As if alerts had been queued, and sent, so long ago."""
    with acting_as(tenant_id=tenant.pk):
        for alert in Alert.objects.all():
            alert.created_at -= timedelta(**ago)
            alert.sent_at = alert.sent_at and alert.sent_at - timedelta(**ago)
            alert.save()


def outcomes(tenant: Tenant) -> list[AuditEvent]:
    with acting_as(tenant_id=tenant.pk):
        return list(AuditEvent.objects.filter(module="findings").order_by("id"))


def a_minute_ago(user: User) -> datetime:
    """By the clock of the person."""
    return timezone.now().astimezone(ZoneInfo(user.time_zone)) - timedelta(minutes=1)
