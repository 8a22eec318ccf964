"""The workspace's part of the demo, and with it the Audit Trail's: 45 days of work. See docs/demo.md.

Nothing here writes an event: people send the forms of the pages, and the hook and the recorder record it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from django.db import connection

from audit_trail.models import AuditEvent
from wisely_security.core.request_context import acting_as
from wisely_security.tenancy.models import Tenant
from wisely_security.workspace.modules.waba_numbers import WabaNumber

from ..patterns import Rng
from ..people import Demo
from .everyday import Everyday
from .scenario import Scenario

SCENARIOS = sorted(Path(__file__).parent.glob("*.toml"))  # one for each tenant, named by its slug


def load(demo: Demo, changes: int, progress: Callable[[int], object], *, scripted: bool) -> int:
    """Play each tenant's scenario, with exactly so many everyday changes in between, in the owner's transaction.

    Without ``scripted``: only more everyday changes, of new message links alone, so that what is recorded of other
    records stays a chain of changes. Returns how many everyday changes there are: a tenant whose numbers, which links
    open, have all been deleted has none.
    """
    made = 0
    for turn, path in enumerate(SCENARIOS, 1):
        tenant, rng = demo.tenants[path.stem], Rng(f"{demo.seed} {path.stem}")
        team = [person for person in demo.people.values() if person.user.tenant == tenant]
        number = changes * turn // len(SCENARIOS) - changes * (turn - 1) // len(SCENARIOS)
        everyday = Everyday(team, rng, demo.until, number, progress)
        if scripted:
            Scenario(demo, tenant, team, everyday, rng).play(path)
        elif numbers := _numbers(tenant, demo.until - timedelta(days=1)):
            everyday.begin(max(demo.since, *(each.created_at for each in numbers)), numbers)
        else:
            continue
        everyday.work(demo.until)
        made += number
    with connection.cursor() as cursor:  # for the planner: autovacuum sees nothing before the commit
        cursor.execute(f"ANALYZE {AuditEvent._meta.db_table}")
    return made


def _numbers(tenant: Tenant, since: datetime) -> list[WabaNumber]:
    with acting_as(tenant_id=tenant.pk):
        return list(WabaNumber.objects.filter(tenant=tenant, created_at__lte=since))
