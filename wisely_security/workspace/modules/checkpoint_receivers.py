"""Checkpoint receivers: to whom outside a tenant's checkpoints go, so that nobody who owns the database can rewrite
what was recorded without being found out (docs/operating/integrity.md). ``workspace/receivers`` sends them."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from audit_trail.registry import Module, audited, exempt
from wisely_security.core.outbound import check_url
from wisely_security.ledger.models import Verification
from wisely_security.ledger.sealing.notes import NoteError
from wisely_security.ledger.sealing.witnesses.client import parse_witness_key
from wisely_security.tenancy.models import User
from wisely_security.tenancy.views import menu

from ..pages.forms import RecordForm
from ..pages.resource_page import Column, CustomAction, ResourcePage, label_of, register
from ..receivers.receiver import CheckpointReceiver, Frequency, Kind
from ..receivers.secrets import shown_secret

MODULE = Module("integrity", "Integrity", record=("checkpoint_receiver", "Checkpoint receiver"))
ADD = MODULE.action("add", "Add", "A receiver of checkpoints was added.")
EDIT = MODULE.action("edit", "Edit", "A receiver of checkpoints was edited, or has a new secret.")
DELETE = MODULE.action("delete", "Delete", "A receiver of checkpoints was deleted: it gets no more of them.")
DELIVER = MODULE.action(
    "deliver", "Deliver", "Checkpoints could not be delivered, or a witness has seen another log.", direct=True
)

MOST = 10  # of a tenant

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
        Column(label="State", value=attrgetter("state"), sub=attrgetter("error"), badge=lambda it: it.state.colour),
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
            ("Checkpoints", record.has or "None yet"),
        ]

    def store(self, form: Any, request: HttpRequest) -> str | HttpResponse:
        if form.is_new or {"kind", "address", "vkey", "frequency"} & set(form.changed_data):
            form.instance.start_again()
        message = super().store(form, request)
        is_webhook = form.instance.kind == Kind.WEBHOOK and (form.is_new or "kind" in form.changed_data)
        return give_secret(form.instance, request) if is_webhook else message


def _moment(moment: Any) -> str:
    return f"{timezone.localtime(moment):%-d %b %Y, %H:%M}" if moment else ""


RESOURCE_PAGE = register(CheckpointReceivers())
