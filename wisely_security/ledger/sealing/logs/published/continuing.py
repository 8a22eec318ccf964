"""Logs that were set back, as by a restore from a backup, go on under another origin.

A log has one history. What a restored database lacks was signed, so signing other events at the same place under the
same origin would be what a forger does, and witnesses refuse it. So the log goes on from what the database has as
``<origin>/2``, then ``/3``: its leaves, proofs and checkpoints of before stay. The file that knows more is kept beside
the new one, under another name.
"""

from __future__ import annotations

import re
from typing import Any

from django.db import connection, transaction

from wisely_security.ledger.models import event_model

from ...signals import log_continued
from ..signing import next_origin, record_of
from . import outside
from .contradictions import Contradiction, contradictions


def continue_logs(table: str, reason: str) -> list[tuple[Contradiction, str]]:
    """Of a record, those that contradict their files, each with its new origin. As the owner.

    The database commits first: a log that has a new origin, but still its old file, is refused and continued again.
    """
    found = []
    with transaction.atomic():
        _ask("SELECT FROM ledger_projector WHERE (name, events) = ('ledger_seal', %s) FOR UPDATE", table)
        for each in contradictions(table):
            origin = next_origin(each.origin, each.entry.origin)
            _ask(_CONTINUE, each.tenant_id, table, origin)
            log_continued.send(Contradiction, record=event_model(table)._meta.app_label, log=each, reason=reason)
            found.append((each, origin))
    for each, _ in found:
        _set_aside(table, each)
    return found


def _set_aside(table: str, log: Contradiction) -> None:
    path = outside.path_of(record_of(event_model(table)), log.tenant_id)
    taken = [int(found[1]) for it in path.parent.iterdir() if (found := re.fullmatch(rf"{path.name}\.(\d+)", it.name))]
    path.rename(path.with_name(f"{path.name}.{max(taken, default=0) + 1}"))
    outside.sync_folder(path.parent)


def _ask(sql: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


# What was published is published again, into the new file.
_CONTINUE = """
    INSERT INTO ledger_log (tenant_id, events, origin) VALUES (%s, %s::regclass, %s)
    ON CONFLICT (tenant_id, events) DO UPDATE SET origin = EXCLUDED.origin, published = 0
"""
