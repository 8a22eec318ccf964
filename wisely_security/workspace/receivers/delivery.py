"""Who is due, what is new for them, and what became of it.

No transaction is open while anybody outside is talked to. A receiver is claimed for a while; whoever dies in between
leaves a claim that runs out, and the next one sends again what had not been noted as delivered: at least once.
Sealing knows nothing of it. Checkpoints between two deliveries are skipped, because the newest one covers them.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now

from audit_trail.recording import recorder
from audit_trail.registry import audited_as
from audit_trail.vocabulary import Code
from wisely_security.core.request_context import acting_as
from wisely_security.ledger.sealing.witnesses.heads import PublishedHead, published_heads

from ..modules.checkpoint_receivers import DELIVER
from .receiver import CheckpointReceiver, interval_of
from .sending import SENDERS, NotDeliveredError

logger = logging.getLogger(__name__)

PAUSES = [timedelta(minutes=minutes) for minutes in (1, 5, 30, 2 * 60, 8 * 60)]
RECORDED_AFTER = 4  # attempts that fail one after the other
LONGEST_ERROR = 500


def deliver_next() -> bool:
    """Take one receiver that is due, of any tenant, and send what is new. False: none is due."""
    with acting_as(support=True):
        receiver = CheckpointReceiver.objects.claim()
    if receiver is None:
        return False
    with acting_as(tenant_id=receiver.tenant_id):
        _deliver(receiver)
    return True


def _deliver(receiver: CheckpointReceiver) -> None:
    heads = pending(receiver)
    if not heads:
        return  # somebody was faster, whose claim had run out
    failure: NotDeliveredError | None = None
    try:
        for head in SENDERS[receiver.kind](receiver, heads):
            receiver.sizes[head.origin] = head.size
    except NotDeliveredError as error:
        failure = _unless_overtaken(receiver, heads, error)
    if failure is None:
        _note(receiver, error="", contradicts=False, attempts=0, pause=interval_of(receiver))
    else:
        _failed(receiver, failure)


def pending(receiver: CheckpointReceiver) -> list[PublishedHead]:
    """The newest checkpoints that the receiver does not have yet."""
    return [head for head in published_heads(receiver.tenant_id) if head.size > receiver.sizes.get(head.origin, 0)]


def _unless_overtaken(
    receiver: CheckpointReceiver, heads: Sequence[PublishedHead], error: NotDeliveredError
) -> NotDeliveredError:
    """Somebody else may have brought the witness a newer checkpoint meanwhile, whose claim on it came later."""
    if error.contradicts and any(
        new.size > old.size for new in published_heads(receiver.tenant_id) for old in heads if new.origin == old.origin
    ):
        return NotDeliveredError(str(error))
    return error


def _failed(receiver: CheckpointReceiver, failure: NotDeliveredError) -> None:
    attempts = receiver.attempts + 1
    is_new = not receiver.contradicts and (failure.contradicts or attempts == RECORDED_AFTER)
    pause = PAUSES[min(attempts, len(PAUSES)) - 1]
    with transaction.atomic():
        held = _note(
            receiver,
            error=str(failure)[:LONGEST_ERROR],
            contradicts=failure.contradicts,
            attempts=attempts,
            pause=pause,
        )
        if held and is_new:
            _record(receiver, failure)
    level = logging.CRITICAL if failure.contradicts else logging.WARNING
    logger.log(level, "Checkpoints for %s are sent again in %s: %s", receiver.pk, pause, failure)


def _note(receiver: CheckpointReceiver, *, error: str, contradicts: bool, attempts: int, pause: timedelta) -> bool:
    """How far the receiver is. False: the claim ran out or the receiver was edited, and this is nobody's business."""
    values = {"delivered_at": Now()} if not error else {}
    return bool(
        CheckpointReceiver.objects.held(receiver).update(
            sizes=receiver.sizes,
            error=error,
            contradicts=contradicts,
            attempts=attempts,
            next_attempt_at=Now() + pause,
            **values,
        )
    )


def _record(receiver: CheckpointReceiver, failure: NotDeliveredError) -> None:
    """Once for failures that follow each other: each event makes a new checkpoint, too."""
    declared = audited_as(CheckpointReceiver)
    recorder.record(
        DELIVER,
        tenant_id=receiver.tenant_id,
        resource=recorder.Resource(type=declared.key if declared else "", id=receiver.pk, name=receiver.name),
        failed=Code.NOT_DELIVERED,
        reason=str(failure),
    )
