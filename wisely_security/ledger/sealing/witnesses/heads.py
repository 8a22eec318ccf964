"""The newest checkpoints of a tenant's logs, as they are sent to others, and the cosignatures that come back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from ...models import Event
from ...months.partitions import event_models
from ..logs.signing import record_of
from ..notes import Signature


class PublishedHead(NamedTuple):
    """``note``: as the log signed it, without cosignatures."""

    model: type[Event]
    tenant_id: UUID
    origin: str
    size: int
    root: bytes
    note: str
    signed_at: datetime

    @property
    def record(self) -> str:
        """As in the log's origin."""
        return record_of(self.model)

    @property
    def table(self) -> str:
        return self.model._meta.db_table


class Cosigned(NamedTuple):
    witness: str
    size: int
    signed_at: datetime

    @property
    def events(self) -> str:
        return f"{self.size:,}"


def published_heads(tenant_id: UUID) -> list[PublishedHead]:
    """Of each record that has a published checkpoint."""
    models = {model._meta.db_table: model for model in event_models()}
    with connection.cursor() as cursor:
        cursor.execute(_HEADS, [tenant_id])
        rows = cursor.fetchall()
    return [
        PublishedHead(models[table], tenant_id, origin, size, bytes(root), note, signed_at)
        for table, origin, size, root, note, signed_at in rows
        if table in models
    ]


def keep_cosignature(head: PublishedHead, signature: Signature) -> None:
    """Beside the checkpoint. The same one twice is one."""
    signed_at = datetime.fromtimestamp(signature.signed_at, UTC)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ledger_append_cosignature(%s, %s, %s, %s, %s, %s)",
            [head.table, head.tenant_id, head.size, signature.name, signature.line, signed_at],
        )


def last_cosignatures(model: type[Event], tenant_id: UUID) -> list[Cosigned]:
    """The newest of each witness, the one of the largest log first."""
    with connection.cursor() as cursor:
        cursor.execute(_LAST_COSIGNATURES, [tenant_id, model._meta.db_table])
        return [Cosigned(*row) for row in cursor.fetchall()]


_HEADS = """
    SELECT log.events::text, origin, published, root, note, signed_at FROM ledger_log AS log
    JOIN ledger_checkpoint AS checkpoint
        ON (checkpoint.tenant_id, checkpoint.events, checkpoint.size) = (log.tenant_id, log.events, published)
    WHERE log.tenant_id = %s AND starts_with(note, origin || E'\n') ORDER BY 1
"""
_LAST_COSIGNATURES = """
    SELECT witness, size, signed_at FROM (
        SELECT DISTINCT ON (witness) witness, size, signed_at FROM ledger_cosignature
        WHERE tenant_id = %s AND events = %s::regclass ORDER BY witness, size DESC
    ) AS latest ORDER BY size DESC, witness
"""
