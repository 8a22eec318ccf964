"""How checkpoints reach a receiver, by its kind. Each function yields the heads that have arrived, and raises
NotDeliveredError for the rest. What is sent again after a crash is the same message, under the same id."""

from __future__ import annotations

import json
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from email.utils import parseaddr
from functools import partial

from django.conf import settings
from django.urls import reverse

from audit_trail.recording import failures
from wisely_security.core import outbound
from wisely_security.core.site_url import absolute
from wisely_security.ledger.sealing.keys import signing_keys
from wisely_security.ledger.sealing.logs.lookup import StoredNodes
from wisely_security.ledger.sealing.notes import NoteError
from wisely_security.ledger.sealing.witnesses import client
from wisely_security.ledger.sealing.witnesses.heads import PublishedHead, keep_cosignature
from wisely_security.tenancy.sign_in import mail

from . import secrets
from .receiver import CheckpointReceiver, Kind, title_of

Send = Callable[[CheckpointReceiver, Sequence[PublishedHead]], Iterator[PublishedHead]]


class NotDeliveredError(Exception):
    """The message is for a person. ``contradicts``: the receiver has seen another log than this one."""

    def __init__(self, message: str, *, contradicts: bool = False) -> None:
        super().__init__(message)
        self.contradicts = contradicts


@dataclass
class Addressee:
    name: str
    email: str


def by_mail(receiver: CheckpointReceiver, heads: Sequence[PublishedHead]) -> Iterator[PublishedHead]:
    """All in one e-mail: to be read in it, and as files beside it, to the byte."""
    message = mail.compose(
        "checkpoint",
        Addressee(receiver.name, receiver.address),
        tenant=receiver.tenant,
        heads=[(title_of(head.origin), head, vkey(head)) for head in heads],
        integrity=absolute(reverse("integrity")),
    )
    for head in heads:
        message.attach(f"{head.record}-{head.size}.checkpoint", head.note.encode(), "application/octet-stream")
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    message.extra_headers["Message-ID"] = f"<{message_id(receiver, heads)}@{domain}>"
    try:
        message.send()
    except OSError as error:
        raise NotDeliveredError(f"The mail server did not take the e-mail: {_answered(error)}") from error
    except ValueError as error:  # an address that has no form for the mail server
        raise NotDeliveredError(f"The e-mail could not be written: {error}") from error
    yield from heads


def by_webhook(receiver: CheckpointReceiver, heads: Sequence[PublishedHead]) -> Iterator[PublishedHead]:
    """All in one request, signed as Standard Webhooks says."""
    now, number = int(time.time()), message_id(receiver, heads)
    logs = [
        {
            "record": head.record,
            "origin": head.origin,
            "size": head.size,
            "root": b64encode(head.root).decode(),
            "checkpoint": head.note,
            "public_key": vkey(head),
        }
        for head in heads
    ]
    tenant = {"id": str(receiver.tenant_id), "name": receiver.tenant.name}
    body = json.dumps({"type": "checkpoint", "data": {"tenant": tenant, "logs": logs}}).encode()
    headers = {
        "Content-Type": "application/json",
        "webhook-id": number,
        "webhook-timestamp": str(now),
        "webhook-signature": secrets.signature(receiver.pk, receiver.secret_number, number, now, body),
    }
    try:
        answer = outbound.post(receiver.address, body, headers)
    except outbound.OutboundError as error:
        raise NotDeliveredError(str(error)) from error
    if 300 <= answer.status < 400:
        raise NotDeliveredError(f"It answers with a redirect ({answer.status}), which is not followed.")
    if not 200 <= answer.status < 300:
        raise NotDeliveredError(f"It answers with status {answer.status}.")
    yield from heads


def to_witness(receiver: CheckpointReceiver, heads: Sequence[PublishedHead]) -> Iterator[PublishedHead]:
    """One after the other. A log that is refused does not keep the others from being signed."""
    refusal: NotDeliveredError | None = None
    url = f"{receiver.address.rstrip('/')}/add-checkpoint"
    ask = partial(outbound.post, url, headers={"Content-Type": "text/plain; charset=utf-8"})
    for head in heads:
        nodes = StoredNodes(head.model, head.tenant_id, head.size)
        its = client.Head(head.size, head.note.encode(), vkey(head), nodes)
        known = receiver.sizes.get(head.origin, 0)
        try:
            for signature in client.cosign(ask, client.parse_witness_key(receiver.vkey), its, known):
                keep_cosignature(head, signature)
        except outbound.OutboundError as error:
            raise NotDeliveredError(str(error)) from error
        except (client.WitnessError, NoteError) as error:
            contradicts = isinstance(error, client.ContradictionError)
            if refusal is None or contradicts:
                refusal = NotDeliveredError(f"{title_of(head.origin)}: {error}", contradicts=contradicts)
        else:
            yield head
    if refusal is not None:
        raise refusal


SENDERS: dict[str, Send] = {Kind.EMAIL: by_mail, Kind.WEBHOOK: by_webhook, Kind.WITNESS: to_witness}


def vkey(head: PublishedHead) -> str:
    return signing_keys().signer(head.origin).public.vkey


def message_id(receiver: CheckpointReceiver, heads: Sequence[PublishedHead]) -> str:
    return ".".join([str(receiver.pk), *(f"{head.record}-{head.size}" for head in heads)])


def _answered(error: OSError) -> str:
    return failures.on_one_line(failures.said_by_server(error))
