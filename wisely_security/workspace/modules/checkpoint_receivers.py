"""Checkpoint receivers: to whom outside a tenant's checkpoints go, so that nobody who owns the database can rewrite
what was recorded without being found out (docs/integrity.md). What is sent, ``workspace/receivers`` does."""

from __future__ import annotations

from datetime import timedelta
from operator import attrgetter
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models, transaction
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from audit_trail.registry import Module, audited, exempt
from wisely_security.core.outbound import check_url
from wisely_security.database.fields import OneLineField
from wisely_security.ledger.models import Verification, event_model
from wisely_security.ledger.sealing.notes import NoteError
from wisely_security.ledger.sealing.witnesses.client import parse_witness_key
from wisely_security.tenancy.models import User
from wisely_security.tenancy.views import menu

from ..pages.details import State
from ..pages.forms import RecordForm
from ..pages.resource_page import Column, CustomAction, ResourcePage, label_of, register
from ..receivers.secrets import shown_secret
from ..records.record import Record
from .retention import RECORDS

MODULE = Module("integrity", "Integrity", record=("checkpoint_receiver", "Checkpoint receiver"))
ADD = MODULE.action("add", "Add", "A receiver of checkpoints was added.")
EDIT = MODULE.action("edit", "Edit", "A receiver of checkpoints was edited, or has a new secret.")
DELETE = MODULE.action("delete", "Delete", "A receiver of checkpoints was deleted: it gets no more of them.")
DELIVER = MODULE.action(
    "deliver", "Deliver", "Checkpoints could not be delivered, or a witness has seen another log.", direct=True
)

MOST = 10  # of a tenant
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


class CheckpointReceiverQuerySet(models.QuerySet["CheckpointReceiver"]):
    def claim(self) -> CheckpointReceiver | None:
        """Take one that is due and lacks a checkpoint, of any tenant in scope, for as long as LEASE."""
        with transaction.atomic():
            due = self.select_related("tenant").filter(
                RawSQL(_LACKS_ONE, [], output_field=BooleanField()),  # noqa: S611 (nobody's input is in it)
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

    What follows is how far it is. ``sizes``: of the checkpoints that it has, by event table. ``attempts``: how many
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
        return "\n".join(f"{title_of(table)}: {size:,} events" for table, size in sorted(self.sizes.items()))

    def start_again(self) -> None:
        """Everything is sent to what is now another receiver."""
        self.sizes, self.attempts, self.error, self.contradicts, self.delivered_at = {}, 0, "", False, None
        self.next_attempt_at = timezone.now()


def title_of(table: str) -> str:
    """What a record is called."""
    return RECORDS[event_model(table)._meta.app_label]


def interval_of(receiver: CheckpointReceiver) -> timedelta:
    return INTERVALS[Frequency(receiver.frequency)]


audited(
    CheckpointReceiver,
    name="{row}.name",
    created=ADD,
    changed=EDIT,
    deleted=DELETE,
    masked=["secret_number"],
    untracked=[
        "created_at",
        *("sizes", "attempts", "next_attempt_at", "delivered_at", "error", "contradicts"),
    ],
)


exempt(Verification, "Outcomes of verifications: they are appended by a function and never changed.")


class CheckpointReceiverForm(RecordForm):
    class Meta:
        model = CheckpointReceiver
        fields = ["name", "kind", "address", "vkey", "frequency"]
        help_texts = {
            "address": "An e-mail address, or the https:// address of a webhook or witness.",
            "vkey": "Of a witness alone: the line that it prints when it starts.",
            "frequency": "Nothing is sent while nothing new is recorded.",
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if self.is_new and CheckpointReceiver.objects.filter(tenant=self.tenant).count() >= MOST:
            raise ValidationError(f"A company has at most {MOST} checkpoint receivers.", code="limit")
        kind, address = data.get("kind"), data.get("address")
        if {"kind", "address", "vkey", "frequency"} <= self.untouched or not kind:
            return data
        if address:
            self._check_address(kind, address)
        self._check_key(kind, data.get("vkey") or "")
        if kind == Kind.EMAIL and data.get("frequency") == Frequency.OFTEN:
            self.add_error("frequency", ValidationError("E-mails are sent at most hourly.", code="frequency"))
        return data

    def _check_address(self, kind: str, address: str) -> None:
        try:
            if kind == Kind.EMAIL:
                validate_email(address)
            else:
                check_url(address)
        except (ValidationError, ValueError) as error:
            self.add_error("address", error if isinstance(error, ValidationError) else str(error))

    def _check_key(self, kind: str, vkey: str) -> None:
        if kind != Kind.WITNESS:
            if vkey:
                self.add_error("vkey", ValidationError("Only a witness has a public key.", code="vkey"))
            return
        try:
            parse_witness_key(vkey)
        except NoteError:
            message = "Enter the public key of the witness, a line such as witness.example+0a1b2c3d+BAAB…"
            self.add_error("vkey", ValidationError(message, code="vkey"))


def give_secret(receiver: CheckpointReceiver, request: HttpRequest) -> HttpResponse:
    """Shown on this page alone."""
    return render(
        request,
        "workspace/shown_once.html",
        {
            "record": receiver,
            "heading": f"Secret of {receiver}",
            "lead": "Requests are signed with it. Copy it now and keep it safe: it is shown only once.",
            "value": shown_secret(receiver.pk, receiver.secret_number),
            "resource_page": RESOURCE_PAGE,
            "done_url": RESOURCE_PAGE.url(receiver.pk),
        },
    )


def new_secret(receiver: CheckpointReceiver, form: None, request: HttpRequest) -> HttpResponse:
    receiver.secret_number += 1
    receiver.save(update_fields=["secret_number"])
    return give_secret(receiver, request)


def delete(receiver: CheckpointReceiver, form: None, request: HttpRequest) -> str:
    receiver.delete()
    return f"Checkpoint receiver “{receiver}” deleted."


def _no_webhook(receiver: CheckpointReceiver, user: User) -> str:
    return "" if receiver.kind == Kind.WEBHOOK else "Only a webhook has a secret."


class CheckpointReceivers(ResourcePage):
    model = CheckpointReceiver
    path = "checkpoint-receivers"
    title = "Checkpoint receivers"
    singular = "checkpoint receiver"
    description = (
        "Checkpoints are signed fingerprints of your records. Sent to somebody outside, they show whether what was "
        "recorded before is altered later, even by whoever runs this site."
    )
    icon = "paper-airplane"
    menu = menu.SECURITY
    locks_tenant = True
    form = CheckpointReceiverForm
    created, changed = ADD, EDIT
    search = ("name", "address")
    search_hint = "Name or address"
    columns = (
        Column(label="Name", value=attrgetter("name"), sub=attrgetter("address"), sort="name"),
        Column(label="Kind", value=label_of("kind"), sort="kind"),
        Column(label="How often", value=label_of("frequency"), sort="frequency"),
        Column(label="State", value=attrgetter("state"), badge=lambda it: it.state.colour),
        Column(label="Last delivered", value=lambda it: _moment(it.delivered_at) or "Never", sort="delivered_at"),
    )
    empty = "Add an e-mail address, a webhook or a witness outside of this site."
    custom_actions = (
        CustomAction(
            key="new_secret",
            label="New secret",
            submit="Replace secret",
            action=EDIT,
            do=new_secret,
            denial_reason=_no_webhook,
            confirm_text="Requests are signed with the new secret from now on. It is shown once.",
        ),
        CustomAction(
            key="delete",
            label="Delete",
            action=DELETE,
            do=delete,
            confirm_text="It gets no more checkpoints. Those that it has stay valid.",
            danger=True,
            deletes=True,
        ),
    )

    def details(self, record: CheckpointReceiver) -> list[tuple[str, Any]]:
        its = [("Public key", record.vkey)] if record.kind == Kind.WITNESS else []
        failing = [("Last error", record.error)] if record.error else []
        return [
            ("Name", record.name),
            ("Kind", record.get_kind_display()),
            ("Address", record.address),
            *its,
            ("How often", record.get_frequency_display()),
            ("State", record.state),
            *failing,
            ("Last delivered", _moment(record.delivered_at) or "Never"),
            ("It has", record.has or "No checkpoint yet"),
        ]

    def store(self, form: Any, request: HttpRequest) -> str | HttpResponse:
        if form.is_new or {"kind", "address", "vkey", "frequency"} & set(form.changed_data):
            form.instance.start_again()
        message = super().store(form, request)
        is_webhook = form.instance.kind == Kind.WEBHOOK and (form.is_new or "kind" in form.changed_data)
        return give_secret(form.instance, request) if is_webhook else message


def _moment(moment: Any) -> str:
    return f"{timezone.localtime(moment):%-d %b %Y, %H:%M}" if moment else ""


_LACKS_ONE = """EXISTS (
    SELECT FROM ledger_log AS log WHERE log.tenant_id = workspace_checkpointreceiver.tenant_id AND log.published
        > coalesce((sizes ->> log.events::text)::bigint, 0)
)"""

RESOURCE_PAGE = register(CheckpointReceivers())
