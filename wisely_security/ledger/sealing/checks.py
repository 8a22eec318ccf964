"""Whether events can be sealed, and whether what was sealed goes on from where it was."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage, Error, Warning, register  # noqa: A004

from wisely_security.database.rules import rule

from ..months.partitions import event_tables
from .logs.sealer import contradictions
from .logs.signing import why_not_configured


@register(deploy=True)
def events_are_sealed(**_: Any) -> list[CheckMessage]:
    if why := why_not_configured():
        return [Warning(f"Events are not sealed. {why}", hint="docs/integrity.md", id="ledger.W004")]
    return []


@rule
def logs_continue_their_checkpoint_files() -> Iterator[CheckMessage]:
    for table in event_tables():
        for contradiction in contradictions(table):
            yield Error(
                f"No events of {table} are sealed any more. {contradiction}",
                hint="A backup was restored, or the database was tampered with: manage.py verify (docs/integrity.md).",
                id="ledger.E009",
            )
