"""Months that are archived before a family moves, and what files and lists of a cell have of them."""

from __future__ import annotations

import io
from collections.abc import Collection
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management import call_command

from tests.ledger.archive.history import LOGINS, OLD, sign_ins
from wisely_security.database.cells.routing import in_cell
from wisely_security.ledger.archive.check.checking import ArchiveVerification
from wisely_security.ledger.archive.files.archive_files import path_of
from wisely_security.ledger.archive.files.parquet import Reader
from wisely_security.ledger.derived.projectors import project
from wisely_security.ledger.models import Archive
from wisely_security.ledger.sealing.verifying.run import Scope, verify
from wisely_security.moving.at import ask, at

EVENTS = 3  # of each tenant


def archive(cell: str, *tenants: UUID, **special: Any) -> list[UUID]:
    """A month of sign-ins, sealed, and then archived. Returns their keys."""
    with in_cell(cell):
        keys = sign_ins(OLD, tenants, EVENTS, **special)
        project()
        run(cell, "archive_events", older_than=12)
    return keys


def run(cell: str, command: str, *args: str, **options: Any) -> str:
    output = io.StringIO()
    with in_cell(cell):
        call_command(command, *args, stdout=output, **options)
    return output.getvalue()


def files(cell: str) -> dict[str, int]:
    """How many events each file of the folder has. Nothing else is there."""
    with in_cell(cell):
        folder = path_of("any").parent
        return {it.name: Reader(it).number for it in sorted(folder.glob("*.parquet*"))}


def file_of(cell: str, name: str) -> Path:
    with in_cell(cell):
        return path_of(name)


def names_of(cell: str, tenant: UUID) -> list[str]:
    """Of archives that have something of a tenant."""
    with at(cell):
        listed = [it.name for it in Archive.objects.order_by("name")]
        return [name for name in listed if list(_rows(path_of(name), tenant))]


def _rows(path: Path, tenant: UUID) -> list[Any]:
    return [row for row in Reader(path).rows(["tenant_id"], str(tenant)) if row[0] == str(tenant)]


def faults(cell: str) -> list[str]:
    """What verify and ``archives`` find, of all tenants."""
    with in_cell(cell):
        run(cell, "archives")
        check = ArchiveVerification()
        found = [finding.text for outcome in verify(Scope(), archives=check) for finding in outcome.findings]
        return found + check.faults


def sign_ins_of(cell: str, tenant: UUID, keys: Collection[UUID]) -> list[str]:
    """These, as the record has them but for what transactions are called."""
    rows = f"SELECT (to_jsonb(it) - 'tx')::text FROM {LOGINS} AS it WHERE tenant_id = %s AND id = ANY (%s) ORDER BY 1"
    with at(cell):
        return [row for (row,) in ask(rows, tenant, list(keys))]


def counted(cell: str, tenant: UUID) -> int:
    """How many successful sign-ins charts have."""
    its = "FROM ledger_rollup, unnest(successes) AS n WHERE (tenant_id, events, series) = (%s, %s::regclass, %s)"
    with at(cell):
        [(number,)] = ask(f"SELECT coalesce(sum(n), 0) {its}", tenant, LOGINS, "*|*|*")
    return int(number)
