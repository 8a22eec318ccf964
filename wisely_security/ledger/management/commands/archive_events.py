from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import chain
from typing import Any

from wisely_security.ledger.archive import archives, retention
from wisely_security.ledger.archive.errors import ArchiveError
from wisely_security.ledger.months import partitions

from ..archiving import OwnersCommand


def _months(text: str) -> int:
    if not (text.isdecimal() and int(text)):
        raise ArgumentTypeError("a number of months, 1 or more")
    return int(text)


class Command(OwnersCommand):
    help = (
        "Archives months of events past their retention period, and erases events that a tenant asked to keep for less "
        "long. By default events are kept forever. Run it daily (docs/operating/retention.md)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--older-than",
            type=_months,
            metavar="MONTHS",
            help="for both records, instead of the settings KEEP_…_MONTHS",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="change nothing; show what would be archived or erased"
        )

    def handle(self, *, older_than: int | None, dry_run: bool, verbosity: int, **options: Any) -> None:
        today = datetime.now(UTC).date()
        lines = (self._plan if dry_run else self._work)(today, older_than)
        for line in chain([next(lines, "No events are past their retention period.")], lines):
            if verbosity:
                self.stdout.write(line)

    def _work(self, today: date, older_than: int | None) -> Iterator[str]:
        """Erases first, so that no archive has what a tenant does not want kept. What is refused in one month keeps no
        other month from leaving."""
        for month in retention.unpartitioned_months(today, older_than):
            partitions.make(month)
            yield f"{month.name}: created, because the default partition held events of it."
        refused: dict[str, ArchiveError] = {}
        for erasure in retention.erasures(today):
            try:
                erased = archives.erase(erasure)
            except ArchiveError as error:
                refused[erasure.partition.name] = error
                continue
            for tenant_id, rows in erased.items():
                rule = erasure.rule(tenant_id)
                yield f"{erasure.partition.name}: {rows:,} events of tenant {tenant_id} erased. {rule}"
        for expired in retention.expired_months(today, older_than):
            if expired.partition.name in refused:
                continue
            try:
                name = archives.archive(expired)
            except ArchiveError as error:
                refused[expired.partition.name] = error
                continue
            what = f"archived as {name}" if name else "dropped because it was empty"
            yield f"{expired.partition.name}: {what}. {expired.rule}"
        if refused:
            raise ArchiveError("\n".join(map(str, refused.values())))

    def _plan(self, today: date, older_than: int | None) -> Iterator[str]:
        for month in retention.unpartitioned_months(today, older_than):
            yield f"{month.name}: would be created, because the default partition holds events of it."
        for erasure in retention.erasures(today):
            for tenant_id, rows in erasure.rows.items():
                rule = erasure.rule(tenant_id)
                yield f"{erasure.partition.name}: {rows:,} events of tenant {tenant_id} would be erased. {rule}"
        for expired in retention.expired_months(today, older_than):
            rows, size = partitions.size_of(expired.partition)
            yield (
                f"{expired.partition.name}: {rows:,} events, {size / 1e6:,.1f} MB, would be archived. {expired.rule}"
            )
