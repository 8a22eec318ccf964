"""Pending e-mails. A notification is committed with the change that it reports, and deleted with the event that
records its outcome, so it survives failures of the mail server and of this site."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from ipaddress import ip_address
from typing import Any, ClassVar
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.db.models.functions import Now

from audit_trail.registry import exempt
from wisely_security.core.request_context import Actor, Client, RequestContext, current
from wisely_security.database.keys import key_field
from wisely_security.tenancy.models import Tenant

from ..records.record import Record

LEASE = timedelta(minutes=5)  # longer than one e-mail can take: a dozen steps of EMAIL_TIMEOUT seconds


class Kind(models.TextChoices):
    OWNER = "owner", "Owner"
    USERS = "users", "Assigned users"


class What(models.TextChoices):
    """What a recipient is notified of."""

    CHANGED = "changed", "It was added or changed"
    ADDED = "added", "You were added"
    REMOVED = "removed", "You were removed"
    FORMER = "former", "You do not own it any more"


class State(models.TextChoices):
    WAITING = "waiting", "Waiting"
    SENT = "sent", "Sent"
    REFUSED = "refused", "Refused for good"


class NotificationQuerySet(models.QuerySet["Notification"]):
    def put(self, recipients: list[Recipient], **fields: Any) -> Notification:
        """A new notification, due at once. Whoever acts now is the one who caused it."""
        now = current()
        with transaction.atomic(savepoint=False):
            notification = self.create(
                actor=asdict(now.actor) if now.actor else None,
                request_id=now.request_id,
                ip=str(now.client.address) if now.client.address else None,
                **fields,
            )
            for recipient in recipients:
                recipient.tenant_id, recipient.notification = notification.tenant_id, notification
            Recipient.objects.bulk_create(recipients)
        return notification

    def claim(self) -> Notification | None:
        """Take one that is due, of any tenant in scope, for as long as LEASE. Nobody else gets it meanwhile."""
        with transaction.atomic():
            due = self.filter(next_attempt_at__lte=Now()).order_by("next_attempt_at")
            notification = due.select_for_update(skip_locked=True).first()
            if notification is not None:
                notification.attempts += 1
                self.filter(pk=notification.pk).update(attempts=notification.attempts, next_attempt_at=Now() + LEASE)
        return notification

    def held(self, claimed: Notification) -> NotificationQuerySet:
        """That notification, unless its claim has run out and somebody else has taken it."""
        return self.filter(pk=claimed.pk, attempts=claimed.attempts)


class Notification(Record):
    """One text about a record, to one or more people: of a business group, to its owner or to those who were added and
    removed; other kinds (``kinds.py``) keep in ``details`` what theirs is made of.

    ``actor``, ``request_id``, ``ip``: in which context the change was made. ``attempts``: how often it was claimed; a
    claim is known by this number. ``next_attempt_at``: when it is due; while it is claimed, when the claim runs out.
    """

    kind = models.CharField(max_length=40)
    resource_id = models.UUIDField(null=True)  # no foreign key: changes of a group are reported even after its deletion
    resource_name = models.CharField(max_length=300)
    link = models.TextField()
    is_new = models.BooleanField("the group was added", default=False)
    changed = models.JSONField("labels of the changed fields", default=list)
    added = models.JSONField("names of the added users", default=list)
    removed = models.JSONField("names of the removed users", default=list)
    details = models.JSONField(default=dict, db_default={})
    actor = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    request_id = models.UUIDField(null=True)
    ip = models.GenericIPAddressField("IP address", null=True)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(db_default=Now())

    objects: ClassVar[NotificationQuerySet] = NotificationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [models.Index(fields=["next_attempt_at"], name="notification_due")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.resource_name}"

    @property
    def context(self) -> RequestContext:
        """The context of the change, within its tenant."""
        return RequestContext(
            tenant_id=self.tenant_id,
            actor=self._who(),
            client=Client(address=ip_address(self.ip) if self.ip else None),
            request_id=self.request_id,
        )

    def _who(self) -> Actor | None:
        if self.actor is None:
            return None
        ids = {name: UUID(self.actor[name]) for name in ("id", "tenant_id") if self.actor[name]}
        return Actor(**self.actor | ids)

    @property
    def actor_name(self) -> str:
        """As recipients see it: with the company, if it is another one."""
        who = self._who()
        if who is None:
            return "Wisely"
        return who.name if who.tenant_id == self.tenant_id else f"{who.name} ({who.tenant_name})"


class RecipientQuerySet(models.QuerySet["Recipient"]):
    def waiting(self) -> RecipientQuerySet:
        return self.filter(state=State.WAITING)


class Recipient(models.Model):
    """Somebody whom a notification goes to; name and address as they were. ``error``: what the last attempt met."""

    id = key_field()
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    # The database deletes them with the notification: see the migration.
    notification = models.ForeignKey(
        Notification, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="recipients"
    )
    name = models.CharField(max_length=150)
    email = models.EmailField()
    what = models.CharField(max_length=10, choices=What, blank=True)
    may_open = models.BooleanField("gets a link to the record", default=True)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    error = models.TextField(blank=True)

    objects: ClassVar[RecipientQuerySet] = RecipientQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "notification", "email"], name="notification_recipient_once")
        ]

    def __str__(self) -> str:
        return self.name


exempt(Notification, "E-mails being sent: each outcome is recorded as an event of its business group.")
exempt(Recipient, "Recipients of those e-mails: the events name them.")
