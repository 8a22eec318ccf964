from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import CommandError

from wisely_security.core.request_context import acting_as
from wisely_security.erasure import tenants
from wisely_security.ledger.management.archiving import OwnersCommand
from wisely_security.tenancy.models import Tenant


class Command(OwnersCommand):
    help = (
        "Erases a tenant that leaves: its people, records and settings, and what is personal in its events, archives "
        "included. The events stay, and its logs and checkpoints still prove them (docs/operating/erasure.md). What "
        "was cut short goes on with the tenant’s ID."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("tenant", metavar="SLUG_OR_ID", help="an ID also of a tenant whose row is gone already")
        parser.add_argument("--reference", default="", help="why: the number of the order, without names")
        parser.add_argument("--dry-run", action="store_true", help="change nothing; show what would go")
        parser.add_argument("--confirm", metavar="NAME", help="instead of typing the tenant’s name when asked")

    def handle(self, *, tenant: str, reference: str, dry_run: bool, confirm: str | None, **options: Any) -> None:
        tenant_id, found = _tenant(tenant)
        name = found.name if found else str(tenant_id)
        self.stdout.write(f"{name} ({tenant_id})")
        for rows in tenants.rows_of(tenant_id):
            self.stdout.write(f"{rows.table}: {rows.number:,} rows go.")
        obstacles = tenants.obstacles(found) if found else []
        for each in obstacles:
            self.stdout.write(each)
        if dry_run:
            return
        if obstacles:
            raise CommandError(f"Nothing was changed. {' '.join(obstacles)}")
        if not reference.strip():
            raise CommandError("Say why with --reference: the number of the order, without names.")
        typed = confirm if confirm is not None else input(f"This cannot be undone. Type {name} to erase it: ")
        if typed.strip() != name:
            raise CommandError("That is not what was asked for. Nothing was changed.")
        events = tenants.erase(tenant_id, found, reference.strip())
        self.stdout.write(f"{events:,} events erased under “{reference.strip()}”.")


def _tenant(typed: str) -> tuple[UUID, Tenant | None]:
    with acting_as(support=True):
        try:
            key = UUID(typed)
        except ValueError:
            found = Tenant.objects.filter(slug=typed).first()
            if found is None:
                raise CommandError(f"There is no tenant “{typed}”. Name its ID if its row is gone already.") from None
            return found.pk, found
        return key, Tenant.objects.filter(pk=key).first()
