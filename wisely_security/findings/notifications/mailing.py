"""Alerts that are due become e-mails in the outbox: at once, but one in ten minutes, or in the daily digest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from wisely_security.core.request_context import acting_as
from wisely_security.core.site_url import absolute
from wisely_security.core.text.characters import without_links
from wisely_security.tenancy.models import User
from wisely_security.tenancy.models.time_zones import zone_named
from wisely_security.workspace.outbox.kinds import NotWantedError
from wisely_security.workspace.outbox.models import Notification, Recipient

from .. import permissions
from ..engine.incidents import STRENGTH
from ..models import Alert, AlertSettings, Answer, Finding, How, State
from ..rules import RULES
from ..rules.rule import Severity
from ..rules.texts import number
from .alerts import with_settings

KINDS = {How.AT_ONCE: "findings_alert", How.DAILY: "findings_digest"}
PAUSE = timedelta(minutes=10)  # between two e-mails at once to one person: a spray is one e-mail, or two
KEEP = timedelta(days=90)  # alerts that were sent
MOST_SHOWN = 20  # findings in an e-mail; the others are counted
MOST_WITH_ALL_STEPS = 3  # of more findings, the e-mail has the first step of what to do alone
LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended('wisely_security.findings.notifications', 0))"


def put_due() -> None:
    """Put what is due into the outbox, a transaction for each person. Whoever else is at it already does it alone."""
    with acting_as(support=True):
        waiting = list(Alert.objects.filter(sent_at=None).order_by().values_list("tenant_id", "user_id").distinct())
    for tenant_id, user_id in waiting:
        with acting_as(tenant_id=tenant_id), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(LOCK)
            if cursor.fetchone() != (True,):
                return
            _put_for(user_id)


def _put_for(user_id: UUID) -> None:
    waiting = list(Alert.objects.filter(user=user_id, sent_at=None).select_related("finding"))
    found = with_settings(User.objects.filter(pk=user_id).select_related("tenant", "role"))
    if not waiting or not found:  # another process was faster
        return
    [(user, chosen)] = found
    by_how: dict[str, list[Alert]] = {How.AT_ONCE: [], How.DAILY: [], How.NEVER: []}
    for alert in waiting:
        is_wanted = user.may(permissions.VIEW) and alert.finding.state == State.OPEN
        by_how[chosen.how(alert.finding.rule, alert.finding.severity) if is_wanted else How.NEVER].append(alert)
    Alert.objects.filter(pk__in=[each.pk for each in by_how[How.NEVER]]).delete()
    now = timezone.now()
    if (
        by_how[How.AT_ONCE]
        and not Alert.objects.filter(user=user, sent_as=How.AT_ONCE, sent_at__gt=now - PAUSE).exists()
    ):
        _put(user, How.AT_ONCE, by_how[How.AT_ONCE], now)
    digest = last_digest(user, chosen, now)
    if any(each.created_at <= digest for each in by_how[How.DAILY]):
        _put(user, How.DAILY, by_how[How.DAILY], now)


def last_digest(user: User, chosen: AlertSettings, now: datetime) -> datetime:
    """When it was the person's time of the day last. A time that a change of clocks skips comes at the change."""
    zone = zone_named(user.time_zone)
    today = now.astimezone(zone).date()
    moments = [datetime.combine(today - timedelta(days=days), chosen.digest_at, zone) for days in (0, 1)]
    return next(each for each in moments if each.timestamp() <= now.timestamp())


def _put(user: User, how: How, waiting: Sequence[Alert], now: datetime) -> None:
    findings = {alert.finding for alert in waiting}
    [only] = findings if len(findings) == 1 else [None]
    notification = Notification.objects.put(
        [Recipient(name=user.name, email=user.email)],
        tenant_id=user.tenant_id,
        kind=KINDS[how],
        resource_id=only.pk if only else None,
        resource_name=only.title if only else number(len(findings), "finding"),
        link=absolute(reverse("finding", args=[only.pk]) if only else reverse("findings")),
        details={"user": str(user.pk)},
    )
    Alert.objects.filter(pk__in=[each.pk for each in waiting]).update(
        sent_at=now, sent_as=how, notification=notification.pk
    )
    Alert.objects.filter(user=user, sent_at__lt=now - KEEP).delete()


class MailedFinding(NamedTuple):
    """A finding in an e-mail. ``when``: its last moment, in the reader's time zone."""

    finding: Finding
    sentence: str
    when: str
    steps: tuple[str, ...]
    link: str


def context(notification: Notification, recipient: Recipient) -> dict[str, Any]:
    """As it is now: who lost the permission gets nothing, and what was decided on meanwhile is left out."""
    user = User.objects.select_related("tenant", "role").filter(pk=notification.details["user"]).first()
    if user is None or not user.may(permissions.VIEW):
        raise NotWantedError("may no longer view findings")
    alerts = Alert.objects.filter(notification=notification.pk).select_related("finding")
    findings = {alert.finding for alert in alerts if alert.finding.state == State.OPEN}
    if not findings:
        raise NotWantedError("everything in it was decided on meanwhile")
    return context_of(user, findings)


def context_of(user: User, findings: Iterable[Finding]) -> dict[str, Any]:
    """What the e-mail says of findings, the most severe first."""
    strongest = sorted(findings, key=_rank, reverse=True)
    counts = Counter(each.severity for each in strongest)
    with timezone.override(zone_named(user.time_zone)):
        shown = [_mailed(each, len(strongest)) for each in strongest[:MOST_SHOWN]]
    return {
        "tenant": user.tenant,
        "zone": user.time_zone,
        "findings": shown,
        "total": len(strongest),
        "more": len(strongest) - len(shown),
        "counts": [(key, label, counts[key]) for key, label in reversed(Severity.choices) if counts[key]],
        "all_url": absolute(reverse("findings")),
        "alerts_url": absolute(reverse("finding_alerts")),
    }


def _rank(finding: Finding) -> tuple[Any, ...]:
    return finding.answer == Answer.NO, STRENGTH[Severity(finding.severity)], finding.last_at, finding.pk


def _mailed(finding: Finding, total: int) -> MailedFinding:
    steps = RULES[finding.rule].next_steps if finding.rule in RULES else ()
    return MailedFinding(
        finding,
        without_links(finding.sentence),
        f"{timezone.localtime(finding.last_at):%-d %b %Y, %H:%M}",
        steps if total <= MOST_WITH_ALL_STEPS else steps[:1],
        absolute(reverse("finding", args=[finding.pk])),
    )
