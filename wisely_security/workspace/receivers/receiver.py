"""A receiver of checkpoints. Its row is the queue as well: it says what the receiver has, and when it is due."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.db import models, transaction
from django.db.models.functions import Now
from django.utils import timezone

from wisely_security.database.fields import OneLineField

from ..modules.retention import RECORDS
from ..pages.details import State
from ..records.record import Record

LEASE = timedelta(minutes=10)  # longer than one receiver can take: three requests for each record


class Kind(models.TextChoices):
    EMAIL = "email", "E-mail"
    WEBHOOK = "webhook", "Webhook"
    WITNESS = "witness", "Witness"


class Frequency(models.TextChoices):
    OFTEN = "often", "At most every 5 minutes"
    HOURLY = "hourly", "At most hourly"
    DAILY = "daily", "At most daily"


INTERVALS = {
    Frequency.OFTEN: timedelta(minutes=5),
    Frequency.HOURLY: timedelta(hours=1),
    Frequency.DAILY: timedelta(days=1),
}


class LacksOne(models.Func):
    """Whether a log of the receiver's tenant has a newer checkpoint than the receiver, in SQL."""

    template = """EXISTS (
        SELECT FROM ledger_log AS log WHERE log.tenant_id = workspace_checkpointreceiver.tenant_id
        AND log.published > coalesce((sizes ->> log.origin)::bigint, 0)
    )"""
    arity = 0
    output_field = models.BooleanField()


class CheckpointReceiverQuerySet(models.QuerySet["CheckpointReceiver"]):
    def claim(self) -> CheckpointReceiver | None:
        """Take one that is due and lacks a checkpoint, of any tenant in scope, for as long as LEASE."""
        with transaction.atomic():
            due = self.select_related("tenant").filter(
                LacksOne(),
                next_attempt_at__lte=Now(),
            )
            receiver = due.select_for_update(of=["self"], skip_locked=True).order_by("next_attempt_at").first()
            if receiver is not None:
                self.filter(pk=receiver.pk).update(next_attempt_at=Now() + LEASE)
                receiver.refresh_from_db(fields=["next_attempt_at"])
        return receiver

    def held(self, claimed: CheckpointReceiver) -> CheckpointReceiverQuerySet:
        """That receiver, unless its claim has run out and somebody else has it, or a person has changed it."""
        return self.filter(pk=claimed.pk, next_attempt_at=claimed.next_attempt_at)


class CheckpointReceiver(Record):
    """``address``: of e-mail, or a URL. ``vkey``: a witness's public key (C2SP signed-note). ``secret_number``: which
    secret a webhook's requests are signed with.

    What follows is how far it is. ``sizes``: of the checkpoints that it has, by origin. ``attempts``: how many
    have failed one after the other; ``error``: what the last one met; ``contradicts``: a witness has seen another log.
    ``next_attempt_at``: when it is due; while it is claimed, when the claim runs out.
    """

    name = OneLineField(max_length=100)
    kind = models.CharField(max_length=10, choices=Kind)
    address = OneLineField(max_length=500)
    vkey = OneLineField("public key", max_length=500, blank=True)
    frequency = models.CharField("how often", max_length=10, choices=Frequency, default=Frequency.DAILY)
    secret_number = models.PositiveIntegerField("secret", default=1, editable=False)
    sizes = models.JSONField(default=dict, editable=False)
    attempts = models.PositiveIntegerField(default=0, editable=False)
    next_attempt_at = models.DateTimeField(db_default=Now(), editable=False)
    delivered_at = models.DateTimeField(null=True, editable=False)
    error = models.TextField(blank=True, editable=False)
    contradicts = models.BooleanField(default=False, editable=False)

    objects: ClassVar[CheckpointReceiverQuerySet] = CheckpointReceiverQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["name__in_order"]
        verbose_name = "checkpoint receiver"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "name"],
                name="checkpoint_receiver_name_unique",
                violation_error_message="A checkpoint receiver with this name already exists.",
            )
        ]
        indexes = [models.Index(fields=["next_attempt_at"], name="checkpoint_receiver_due")]

    def __str__(self) -> str:
        return self.name

    @property
    def state(self) -> State:
        if self.contradicts:
            return State("Has seen another log", "danger")
        if self.error:
            return State("Failing", "danger")
        return State("Delivered", "success") if self.delivered_at else State("Waiting", "plain")

    @property
    def has(self) -> str:
        """The checkpoints that it has, a record a line."""
        return "\n".join(f"{title_of(origin)}: {size:,} events" for origin, size in sorted(self.sizes.items()))

    def start_again(self) -> None:
        """Everything is sent to what is now another receiver."""
        self.sizes, self.attempts, self.error, self.contradicts, self.delivered_at = {}, 0, "", False, None
        self.next_attempt_at = timezone.now()


def title_of(origin: str) -> str:
    """What the record of a log is called; with its number, where the log goes on under another origin."""
    for key, title in RECORDS.items():
        _, found, number = origin.partition(f"/{key.replace('_', '-')}")
        if found:
            return title + number.replace("/", " ")
    return origin


def interval_of(receiver: CheckpointReceiver) -> timedelta:
    return INTERVALS[Frequency(receiver.frequency)]
