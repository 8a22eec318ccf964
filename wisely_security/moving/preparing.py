"""What has to be so before anything is copied; and whom a move concerns."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from wisely_security.database.cells.routing import all_cells
from wisely_security.ledger.months import partitions
from wisely_security.ledger.months.partitions import add_months
from wisely_security.tenancy.models import Tenant

from . import archives
from .at import ask, at
from .errors import MoveError
from .moves import Move
from .tables import Moved


def family(source: str, slug: str) -> list[Tenant]:
    """A tenant with its aggregator and all enterprises of that, the aggregator first."""
    with at(source):
        tenant = Tenant.objects.filter(slug=slug).select_related("aggregator").first()
        if tenant is None:
            raise MoveError(f"There is no tenant {slug} in {source}.")
        head = tenant.aggregator or tenant
        return [head, *Tenant.objects.filter(Q(aggregator=head)).order_by("slug")]


def where(slug: str) -> str:
    """The cell that a tenant lives in, or is leaving."""
    lives = (
        "SELECT 1 FROM tenancy_tenant JOIN cells_residence ON tenant_id = id AND state <> 'arriving' WHERE slug = %s"
    )
    for cell in all_cells():
        with at(cell):
            if ask(lives, slug):
                return cell
    raise MoveError(f"No cell has a tenant {slug}.")


def obstacles(source: str, target: str, tenants: list[UUID]) -> list[str]:
    found = []
    if source == target:
        found.append(f"They live in {target} already.")
    if target not in all_cells():
        return [*found, f"There is no cell {target}. The cells are {', '.join(all_cells())}."]
    migrations = "SELECT app, name FROM django_migrations"
    with at(source):
        its = {*ask(migrations)}
        emails = [key for (key,) in ask("SELECT email FROM tenancy_user WHERE tenant_id = ANY (%s)", tenants)]
        slugs = [key for (key,) in ask("SELECT slug FROM tenancy_tenant WHERE id = ANY (%s)", tenants)]
    found += archives.obstacles(source, tenants)
    with at(target):
        if its != {*ask(migrations)}:
            found.append(f"{source} and {target} have different migrations.")
        others = ask("SELECT email FROM tenancy_user WHERE email = ANY (%s) AND tenant_id <> ALL (%s)", emails, tenants)
        found += [f"{target} has another account with the address {email}." for (email,) in others]
        named = ask("SELECT slug FROM tenancy_tenant WHERE slug = ANY (%s) AND id <> ALL (%s)", slugs, tenants)
        found += [f"{target} has another tenant {slug}." for (slug,) in named]
    return found


def refuse_changed_family(move: Move) -> None:
    with at(move.source):
        if ask("SELECT 1 FROM tenancy_tenant WHERE aggregator_id = ANY (%s) AND id <> ALL (%s)", *[move.tenants] * 2):
            raise MoveError("The family has another enterprise since the move began: --cancel it, and begin again.")


def prepare(move: Move, events: list[Moved]) -> None:
    if in_the_way := obstacles(move.source, move.target, move.tenants):
        raise MoveError(" ".join(in_the_way))
    refuse_changed_family(move)
    first, last = _months(move, events)
    with at(move.target):
        for table in events:
            for each in partitions.before(table.name, add_months(last, 1)):
                if each.archive and each.month >= first.replace(day=1):
                    raise MoveError(f"{each.archive} is restored in {move.target}. Drop it first (drop_restored).")
        partitions.create(first, last)
        ask(
            "INSERT INTO cells_residence (tenant_id, state, cell) SELECT unnest(%s), 'arriving', %s "
            "ON CONFLICT (tenant_id) DO UPDATE SET state = 'arriving', cell = EXCLUDED.cell, since = now() "
            "WHERE cells_residence.state = 'departed'",
            move.tenants,
            move.source,
        )
        found = ask("SELECT DISTINCT state FROM cells_residence WHERE tenant_id = ANY (%s)", move.tenants)
    if found != [("arriving",)]:
        raise MoveError(f"{move.target} has them as {', '.join(sorted(state for (state,) in found))}.")


def _months(move: Move, events: list[Moved]) -> tuple[date, date]:
    with at(move.source):
        bounds = [
            ask(
                f"SELECT min(day), max(day) FROM (SELECT (uuid_extract_timestamp(id) AT TIME ZONE 'UTC')::date AS day "  # noqa: S608
                f"FROM {table.name} WHERE tenant_id = ANY (%s)) AS it",
                move.tenants,
            )[0]
            for table in events
        ]
    days = [day for pair in bounds for day in pair if day]
    today = timezone.now().date()
    return min([*days, today]), max([*days, today])
