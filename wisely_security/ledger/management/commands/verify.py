from argparse import ArgumentParser, ArgumentTypeError
from collections import Counter
from datetime import date
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from wisely_security.core.request_context import acting_as
from wisely_security.ledger.archive.check.checking import ArchiveVerification
from wisely_security.ledger.models import NO_TENANT
from wisely_security.ledger.months.partitions import add_months, event_models
from wisely_security.ledger.sealing.keys import PublicKeys, SigningKeyError, parse_public_key
from wisely_security.ledger.sealing.logs.signing import record_of
from wisely_security.ledger.sealing.verifying.run import Outcome, Scope, note_protection, protection_faults, verify
from wisely_security.tenancy.models import Tenant

MOST_SHOWN = 20  # findings of a log
NOTES = {
    "archived": "in an archive",
    "erased": "erased by a rule of retention",
    "person erased": "of which a person was erased",
    "not yet sealed": "not yet sealed",
    "of before sealing": "restored from an archive of before sealing",
}


def _month(typed: str) -> date:
    try:
        return date.fromisoformat(f"{typed}-01")
    except ValueError:
        raise ArgumentTypeError("a month, such as 2026-11") from None


class Command(BaseCommand):
    help = (
        "Verifies that events are what was sealed, that their logs lead to all checkpoints in the database and outside "
        "of it, that archives hold what was sealed, and that tables are protected as declared. Fails if not "
        "(docs/operating/integrity.md)."
    )
    requires_system_checks = ()  # they are a part of it

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--key",
            action="append",
            metavar="KEY",
            help="a public key of the logs, as vkey or in base64, which may be repeated: with it, no signing key is "
            "needed, and nothing is written to the database",
        )
        parser.add_argument("--tenant", metavar="ID_OR_NAME", help="only the logs of this tenant")
        parser.add_argument("--record", choices=[record_of(model) for model in event_models()], help="only this record")
        parser.add_argument("--month", type=_month, metavar="YYYY-MM", help="only events of this month")
        parser.add_argument(
            "--from", type=_month, dest="first", metavar="YYYY-MM", help="only events from this month on"
        )
        parser.add_argument("--to", type=_month, dest="last", metavar="YYYY-MM", help="only events up to this month")
        parser.add_argument(
            "--without-archives", action="store_true", help="do not read archives, only what the database has of them"
        )

    def handle(
        self,
        *,
        key: list[str] | None,
        tenant: str | None,
        record: str | None,
        month: date | None,
        first: date | None,
        last: date | None,
        without_archives: bool = False,
        **options: Any,
    ) -> None:
        scope = Scope(_tenant_id(tenant), record or "", *_months(month, first, last))
        archives = None if without_archives else ArchiveVerification(scope.tenant_id)
        found = 0
        counts: Counter[str] = Counter()
        try:
            keys = PublicKeys(tuple(map(parse_public_key, key))) if key else None
            for outcome in verify(scope, keys, archives):
                found += outcome.number
                counts += outcome.counts
                self._show(outcome)
        except SigningKeyError as error:
            raise CommandError(str(error)) from error
        faults = [*protection_faults(), *(archives.faults if archives else [])]
        if keys is None:
            note_protection(faults)
        for fault in faults:
            self.stdout.write(fault)
        self.stdout.write(f"{counts.pop('checked', 0):,} events verified{_besides(counts)}.")
        if found or faults:
            number = found + len(faults)
            findings = "1 finding" if number == 1 else f"{number:,} findings"
            raise CommandError(f"Not everything is as it was recorded: {findings}.")
        self.stdout.write("Everything is as it was sealed.")

    def _show(self, outcome: Outcome) -> None:
        for reference, number in outcome.erasures.items():
            of = "no tenant" if outcome.tenant_id == NO_TENANT else f"tenant {outcome.tenant_id}"
            self.stdout.write(f"{outcome.record} of {of}: {number:,} events erased under “{reference}”.")
        for finding in outcome.findings[:MOST_SHOWN]:
            self.stdout.write(finding.text)
        if outcome.number > MOST_SHOWN:
            self.stdout.write(f"… and {outcome.number - MOST_SHOWN:,} more findings in this log.")


def _besides(counts: Counter[str]) -> str:
    return "".join(f", {counts[name]:,} {note}" for name, note in NOTES.items() if counts[name])


def _months(month: date | None, first: date | None, last: date | None) -> tuple[date | None, date | None]:
    if month and (first or last):
        raise CommandError("Name one --month, or --from and --to.")
    if first and last and last < first:
        raise CommandError("--to is before --from.")
    if not (month or first or last):
        return None, None
    return month or first or date(1970, 1, 1), add_months(month or last or date(9998, 12, 1), 1)


def _tenant_id(typed: str | None) -> UUID | None:
    if typed is None:
        return None
    try:
        return UUID(typed)
    except ValueError:
        pass
    with acting_as(support=True):
        found = list(Tenant.objects.filter(name=typed).values_list("pk", flat=True))
    if len(found) != 1:
        raise CommandError(f"There is no tenant “{typed}”, or more than one. Name its ID.")
    return UUID(str(found[0]))
