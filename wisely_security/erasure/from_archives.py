"""Erasing from months that have left the database. Each archive is written again in a transaction of its own, with the
events that record it; one in which nothing is to be erased stays as it is. As the owner."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from uuid import UUID

from django.db import transaction

from wisely_security.core.request_context import acting_as
from wisely_security.ledger.erasure import batches
from wisely_security.ledger.erasure.batches import Erased
from wisely_security.ledger.erasure.person import Person
from wisely_security.ledger.models import Archive, Event, event_model


def erase(persons: Mapping[UUID, Person], reference: str) -> int:
    """``persons``: by tenant, as whom. Returns from how many events something was erased. Raises ArchiveError."""
    with acting_as(support=True):
        return sum(_erase(archive, persons, reference) for archive in Archive.objects.order_by("month", "name"))


def _erase(archive: Archive, persons: Mapping[UUID, Person], reference: str) -> int:
    from wisely_security.ledger.archive.files.rewriting import rewrite  # pyarrow, which no web process loads

    def redact(event: Event) -> Mapping[str, object]:
        person = persons.get(event.tenant_id)
        return person.redacted(event) if person else {}

    [only] = persons if len(persons) == 1 else [None]
    with transaction.atomic():
        found = rewrite(archive, redact, f"Erasure: {reference}", only)
        by_tenant: dict[UUID, list[Erased | None]] = defaultdict(list)
        for each in found:
            sealed = each.sealed is not None and each.kept is not None
            row = Erased(archive.events, each.id, each.sealed or b"", each.kept or b"") if sealed else None
            by_tenant[each.tenant_id].append(row)
        for tenant_id, rows in by_tenant.items():
            erased = [row for row in rows if row]
            batches.record(tenant_id, reference, {archive.events: (len(rows), erased)})
    return len(found)


def known_as(ids: Collection[UUID], emails: Collection[str], tenant_id: UUID) -> Iterator[tuple[UUID, str, str]]:
    """Key, name and address in archived events of a person."""
    from wisely_security.ledger.archive.files import archive_files, earlier_format
    from wisely_security.ledger.archive.files.parquet import Reader

    keys = {str(key) for key in ids}
    with acting_as(support=True):
        archives = [each for each in Archive.objects.order_by("month") if not earlier_format.is_of(each)]
    for archive in archives:
        columns = event_model(archive.events).of_person
        names = ["tenant_id", columns.id, columns.name, columns.email]
        for its_tenant, key, name, email in Reader(archive_files.path_of(archive.name)).rows(names, str(tenant_id)):
            if its_tenant == str(tenant_id) and key and (key in keys or (email or "").lower() in emails):
                yield UUID(key), name or "", email or ""
