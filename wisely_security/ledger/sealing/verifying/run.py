"""The whole of a verification: every log, in one snapshot of the database, and what protects the tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from django.core.checks import ERROR, run_checks
from django.db import connection, transaction

from wisely_security.core.request_context import acting_as
from wisely_security.progress import progress
from wisely_security.tenancy.models import Tenant

from ...models import NO_TENANT, Archive, Event
from ...months.partitions import add_months, event_models
from ..keys import VerifyingKeys, signing_keys
from ..logs.published import outside
from ..logs.published.contradictions import logs_in_files
from ..logs.signing import origin_of, record_of
from ..logs.status import has_findings
from .departed import ArchiveCheck, ArchiveFault, check_departed, report
from .erasures import erasures_of, recorded_events
from .events import ALL_TIME, Bounds, EventCheck, RecordedTimes, bounds_of
from .findings import Finding, Findings
from .stored import Position, Removals, StoredLog, ask, logs, position
from .trees import check_checkpoints, check_tree, checkpoints_in_database, checkpoints_in_file


class Scope(NamedTuple):
    """What is verified: all, or one tenant's, one record's, or months up to, not including, ``until``."""

    tenant_id: UUID | None = None
    record: str = ""
    since: date | None = None
    until: date | None = None

    @property
    def bounds(self) -> Bounds:
        return bounds_of(self.since, self.until) if self.since and self.until else ALL_TIME

    @property
    def months(self) -> str | None:
        return f"[{self.since},{self.until})" if self.since else None


class Outcome(NamedTuple):
    """Of a log. ``counts``: checked, archived, erased, person erased, not yet sealed, of before sealing.

    ``erasures``: from how many events people were erased, by reference.
    """

    record: str
    tenant_id: UUID
    counts: Counter[str]
    number: int
    findings: list[Finding]
    erasures: Counter[str]


def verify(scope: Scope, keys: VerifyingKeys | None = None, archives: ArchiveCheck | None = None) -> Iterator[Outcome]:
    """With the keys of this installation, whose outcome is noted for all to see; or with those of somebody who verifies
    for himself. Raises SigningKeyError where there is no key: without it, no signature can be checked.
    ``archives``: checks what they hold against the logs."""
    its_keys = keys or signing_keys()
    for model in event_models():
        if scope.record in ("", record_of(model)):
            for outcome in _verify_record(its_keys, model, scope, archives):
                if keys is None:
                    _note_outcome(model, scope, outcome)
                yield outcome


def protection_faults() -> list[str]:
    """What the system checks find wrong with the database: guards, FORCE, policies, grants, the hook, months."""
    found = run_checks(tags=["database"], databases=["default"])
    return [f"{message.msg} ({message.id})" for message in found if message.level >= ERROR]


def note_protection(faults: Sequence[str]) -> None:
    _note(NO_TENANT, None, None, 0, len(faults), faults[0] if faults else "")


def _verify_record(
    keys: VerifyingKeys, model: type[Event], scope: Scope, archives: ArchiveCheck | None
) -> Iterator[Outcome]:
    record = record_of(model)
    with acting_as(support=True):
        in_files = _in_files(record, scope)
    known = {tenant_id: entry.size for tenant_id in in_files if (entry := outside.last(record, tenant_id))}
    with acting_as(support=True), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")  # alone: nothing may come before
        found = logs(model, scope.tenant_id)
        found += [
            StoredLog(model._meta.db_table, tenant_id, origin_of(model, tenant_id), 0, 0, b"", None)
            for tenant_id in known.keys() - {log.tenant_id for log in found}
        ]
        of_archives = archives(model, scope.since, scope.until) if archives else {}
        check = _RecordCheck(keys, model, scope, of_archives)
        total = sum(log.size for log in found)
        with progress(total, title=record) as bar:
            outcomes = [check.verify(log, known.get(log.tenant_id, 0), bar.update) for log in found]
    yield from outcomes


def _in_files(record: str, scope: Scope) -> list[UUID]:
    return [tenant_id for tenant_id in logs_in_files(record) if scope.tenant_id in (None, tenant_id)]


class _RecordCheck:
    """Of the logs of one record."""

    def __init__(
        self,
        keys: VerifyingKeys,
        model: type[Event],
        scope: Scope,
        of_archives: Mapping[UUID, Sequence[ArchiveFault]],
    ) -> None:
        self._keys = keys
        self._of_archives = of_archives
        self._model = model
        self._scope = scope
        table = model._meta.db_table
        self._position: Position = position(table)
        self._times = RecordedTimes(table)
        self._earlier = _restored_from_before(table)

    def verify(self, log: StoredLog, known: int, show: Callable[[int], object]) -> Outcome:
        record = record_of(self._model)
        in_database = list(checkpoints_in_database(log))
        in_file = list(checkpoints_in_file(record, log.tenant_id))
        findings = Findings(record, log.tenant_id, in_database or in_file)
        check_checkpoints(self._keys, log, known, in_file, in_database, findings)
        usable = [each for each in in_file if each.size <= log.size]
        doubtful = check_tree(log, [*usable, *in_database], findings)

        removals = Removals(self._keys, log)
        for each in removals.forged:
            findings.about(log.size, "removal", each)
        erasures = erasures_of(self._keys, log)
        for erasure in erasures:
            if erasure.why:
                findings.about(findings.end, "erasure", erasure.why)
        check = EventCheck(
            self._model,
            log,
            removals,
            in_database,
            findings,
            doubtful,
            self._position,
            self._times.with_arrived(in_database),
            self._earlier.__contains__,
            {str(it.id) for it in erasures if it.why},
            show,
        )
        check.run(self._scope.bounds)
        check.counts += check_departed(log, removals, findings, self._scope.since, self._scope.until)
        report(self._of_archives.get(log.tenant_id, ()), findings)
        return Outcome(
            record, log.tenant_id, check.counts, findings.number, findings.in_order, recorded_events(erasures)
        )


def _restored_from_before(table: str) -> set[date]:
    """Months that came back from an archive that was written before anything was sealed. One of which something was
    sealed is none of them, whatever the list of archives says."""
    [(begun_at,)] = ask("SELECT min(begun_at) FROM ledger_log WHERE events = %s::regclass", table)
    months = {it.month for it in Archive.objects.filter(events=table) if not begun_at or it.archived_at < begun_at}
    return {month for month in months if not _was_sealed(table, month)}


def _was_sealed(table: str, month: date) -> bool:
    bounds = bounds_of(month, add_months(month, 1))
    return bool(ask(_LEAF_OF_MONTH, table, *bounds, *bounds) or ask(_LEAVES_LEFT, table, month))


_LEAF_OF_MONTH = """
    SELECT FROM ledger_sealed, unnest(ids) AS id
    WHERE events = %s::regclass AND highest_id >= %s AND lowest_id < %s AND id >= %s AND id < %s LIMIT 1
"""
_LEAVES_LEFT = "SELECT FROM ledger_removal WHERE events = %s::regclass AND month = %s AND leaves IS NOT NULL LIMIT 1"


def _note_outcome(model: type[Event], scope: Scope, outcome: Outcome) -> None:
    first = outcome.findings[0].text if outcome.findings else ""
    _note(outcome.tenant_id, model._meta.db_table, scope.months, outcome.counts["checked"], outcome.number, first)


def _note(tenant_id: UUID, table: str | None, months: str | None, checked: int, number: int, first: str) -> None:
    with acting_as(support=True), connection.cursor() as cursor:
        cursor.execute(
            "SELECT ledger_note_verification(%s, %s, %s::daterange, %s, %s, %s)",
            [tenant_id, table, months, checked, number, first],
        )
        alarm = has_findings(tenant_id)
        Tenant.objects.filter(pk=tenant_id).exclude(integrity_alarm=alarm).update(integrity_alarm=alarm)
