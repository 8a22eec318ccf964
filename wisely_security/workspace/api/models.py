"""Which calls have been answered, so that a repeat does nothing and gets the same answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from audit_trail.registry import exempt

from ..modules.access_accounts import AccessAccount
from ..records.record import Record

KEPT_FOR = timedelta(days=7)
REMOVED_AT_ONCE = 100


class KeptAnswerQuerySet(models.QuerySet["KeptAnswer"]):
    def of(self, account: AccessAccount) -> KeptAnswerQuerySet:
        return self.filter(tenant=account.tenant_id, account=account)

    def expired(self) -> KeptAnswerQuerySet:
        return self.filter(created_at__lt=Now() - KEPT_FOR)

    def once(
        self, account: AccessAccount, key: str, fingerprint: str, record: Callable[[], list[UUID]]
    ) -> tuple[KeptAnswer, bool]:
        """The answer to the call ``key``, and whether it is new. ``record`` runs for the first one, and its events are
        committed with the answer, or neither. Another call with the same key at the same time waits for this one."""
        new: dict[str, Any] = {
            "tenant_id": account.tenant_id,
            "account": account,
            "fingerprint": fingerprint,
            "event_ids": record,
        }
        expired = self.of(account).expired()
        oldest = expired.order_by("created_at")[:REMOVED_AT_ONCE]
        expired.filter(Q(key=key) | Q(pk__in=oldest.values("pk"))).delete()
        return self.of(account).get_or_create(key=key, defaults=new)


class KeptAnswer(Record):
    """``key``: the caller's Idempotency-Key. ``fingerprint``: SHA-256 of the body, in hex. ``event_ids``: in order."""

    # The database deletes them with the account: see the migration.
    account = models.ForeignKey(
        AccessAccount, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    event_ids = ArrayField(models.UUIDField())

    objects: ClassVar[KeptAnswerQuerySet] = KeptAnswerQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "kept answer"
        constraints = [models.UniqueConstraint(fields=["tenant", "account", "key"], name="kept_answer_one_a_key")]
        indexes = [models.Index(fields=["tenant", "account", "created_at"], name="kept_answer_age")]

    def __str__(self) -> str:
        return self.key


exempt(KeptAnswer, "Batches that the API has accepted: their events are in the Audit Trail.")
