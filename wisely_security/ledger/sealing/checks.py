"""Whether events can be sealed, and whether what was sealed goes on from where it was."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.core.checks import CheckMessage, Error, Warning, register  # noqa: A004
from django.utils import timezone

from wisely_security.database.rules import rule

from ..derived.projectors import SEALER, pending_since
from ..months.partitions import event_tables
from .logs.published.contradictions import contradictions
from .logs.signing import is_configured, why_not_configured

LONGEST_WAIT = timedelta(hours=1)


@register(deploy=True)
def events_are_sealed(**_: Any) -> list[CheckMessage]:
    if why := why_not_configured():
        return [Warning(f"Events are not sealed. {why}", hint="docs/operating/integrity.md", id="ledger.W004")]
    return []


@rule
def logs_continue_their_checkpoint_files() -> Iterator[CheckMessage]:
    for table in event_tables():
        for contradiction in contradictions(table):
            yield Error(
                f"No events of {table} are sealed any more. {contradiction}",
                hint="A backup was restored (docs/operating/operations.md), or events were altered: manage.py verify.",
                id="ledger.E009",
            )


@rule
def sealing_keeps_up() -> Iterator[CheckMessage]:
    """What is not sealed yet can be altered unnoticed. A transaction that is left open holds the sealer back."""
    for table in event_tables() if is_configured() else []:
        since = pending_since(SEALER, table)
        if since is not None and timezone.now() - since > LONGEST_WAIT:
            yield Error(
                f"Events of {table} have been waiting to be sealed since {since:%Y-%m-%d %H:%M} UTC.",
                hint="See that web processes or manage.py run_projectors run, and end what holds a transaction open: "
                "SELECT * FROM pg_stat_activity ORDER BY xact_start.",
                id="ledger.E011",
            )
