"""``manage.py check --database default`` fails when the next month has no partition."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register

from . import partitions


@register(Tags.database)
def next_month_has_partitions(databases: Sequence[str] | None, **kwargs: Any) -> list[CheckMessage]:
    if "default" not in (databases or ()):
        return []
    missing = partitions.missing(partitions.add_months(datetime.now(UTC).date(), 1))
    return [
        Error(
            f"The partition {name} of next month does not exist.",
            hint="Run manage.py create_partitions, and let cron run it daily.",
            id="ledger.E001",
        )
        for name in missing
    ]
