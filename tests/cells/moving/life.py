"""What a family does before it moves, and what there is of it in a cell."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from django.core.management import call_command

from tests.support.cast import sign_in
from tests.support.records import append_rows
from wisely_security.core.request_context import acting_as
from wisely_security.database.cells.routing import in_cell
from wisely_security.ledger.derived.projectors import project
from wisely_security.ledger.sealing.verifying.run import Scope, verify
from wisely_security.moving.at import ask, at
from wisely_security.moving.tables import moved_events, moved_tables
from wisely_security.tenancy.models import Role, Tenant, User
from wisely_security.workspace.modules.business_groups import BusinessGroup

PAGE = "/settings/identity-access/login-activity/"


def live(tenants: Iterable[Tenant], users: Iterable[User]) -> None:
    """Sign-ins, views, changes; sealed, rolled up and indexed, but for the last ones."""
    for tenant, user in zip(tenants, users, strict=True):
        client = sign_in(user)
        client.get(PAGE)
        with acting_as(tenant_id=tenant.pk):
            BusinessGroup.objects.create(tenant=tenant, name="Group", owner=user)
            Role.objects.filter(tenant=tenant, key="developer").update(name="Engineer")
        for number in range(3):
            append_rows(tenant.pk, [{"user_name": f"Person {number}-{each}"} for each in range(150)])
            project()
        append_rows(tenant.pk, [{"user_name": f"Last {each}"} for each in range(20)])


def contents(cell: str, tenants: Collection[UUID]) -> dict[str, list[Any]]:
    """Every row of these, by table, but for what transactions are called, and how far files have a log."""
    with at(cell):
        return {
            it.name: ask(
                f"SELECT (to_jsonb({it.name}) - %s::text[])::text FROM {it.name} "
                f"WHERE {it.tenant} = ANY (%s) ORDER BY 1",
                ["tx", "first_tx", "last_tx", "next_tx", "txs", "published"],
                list(tenants),
            )
            for it in [*moved_tables(), *moved_events()]
        }


def number(of: dict[str, list[Any]]) -> int:
    return sum(map(len, of.values()))


def faults(cell: str, tenants: Iterable[UUID]) -> list[Any]:
    found: list[Any] = []
    with in_cell(cell):
        for tenant in tenants:
            for outcome in verify(Scope(tenant_id=tenant)):
                found += [finding.text for finding in outcome.findings]
    return found


def move(slug: str, to: str, **options: Any) -> str:
    output = io.StringIO()
    call_command("move_tenant", slug, to=to, stdout=output, **options)
    return output.getvalue()
